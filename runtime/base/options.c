/*
 * options.c - reading GOLSTRESS and GOTRACEBACK, printing the totals.
 */
#include "base/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/text.h"
#include "os/os.h"

#define FIRST_SEED UINT64_C(88172645463325252)

stress_options gol_stress = {.seed = FIRST_SEED};
int gol_traceback = TRACEBACK_SINGLE;

static void seed(const char *s)
{
	gol_stress.seed = strtoull(s, NULL, 10) * 0x9e3779b97f4a7c15u + FIRST_SEED;
}

static void stress_word(const char *word)
{
	char *end;
	if (strcmp(word, "freeze") == 0) {
		gol_stress.freeze_every = 1;
	} else if (strncmp(word, "freeze=", 7) == 0) {
		gol_stress.freeze_every = (uint32_t)strtoul(word + 7, &end, 10);
		if (*end == ':')
			seed(end + 1);
	} else if (strncmp(word, "window=", 7) == 0) {
		gol_stress.window_frames = (uint32_t)strtoul(word + 7, NULL, 10);
	} else if (strncmp(word, "gc=", 3) == 0) {
		gol_stress.gc_every = (uint32_t)strtoul(word + 3, NULL, 10);
	} else if (strncmp(word, "sched", 5) == 0) {
		gol_stress.sched = true;
		if (word[5] == ':' || word[5] == '=')
			seed(word + 6);
	} else if (strcmp(word, "fences") == 0) {
		gol_stress.fences = true;
	} else if (strcmp(word, "stats") == 0) {
		gol_stress.stats = true;
	} else if (strcmp(word, "barrier") != 0 && strcmp(word, "beside") != 0 && strcmp(word, "escape") != 0) {
		os_write_all(2, "gol: unknown word in GOLSTRESS: ", 32);
		os_write_all(2, word, strlen(word));
		os_write_all(2, "\n", 1);
	}
}

static void read_stress(void)
{
	const char *value = getenv("GOLSTRESS");
	if (value == NULL)
		return;
	char *copy = strdup(value), *rest = copy, *word;
	while ((word = strsep(&rest, ",")) != NULL)
		if (*word != 0)
			stress_word(word);
	free(copy);
	gol_stress.on = gol_stress.freeze_every != 0 || gol_stress.window_frames != 0 || gol_stress.sched;
}

static void read_traceback(void)
{
	static const char *const names[] = {"none", "single", "all", "system", "crash"};
	const char *value = getenv("GOTRACEBACK");
	if (value == NULL)
		return;
	for (int i = 0; i < 5; i++)
		if (strcmp(value, names[i]) == 0)
			gol_traceback = i;
	if (strcmp(value, "0") == 0)
		gol_traceback = TRACEBACK_NONE;
	else if (strcmp(value, "1") == 0)
		gol_traceback = TRACEBACK_ALL;
	else if (strcmp(value, "2") == 0)
		gol_traceback = TRACEBACK_SYSTEM;
}

const char *option_value(const char *list, const char *key)
{
	size_t n = strlen(key);
	for (const char *at = list; at != NULL && *at; at = strchr(at, ','), at = at ? at + 1 : NULL)
		if (strncmp(at, key, n) == 0 && (at[n] == '=' || at[n] == ',' || at[n] == '\0'))
			return at[n] == '=' ? at + n + 1 : "";
	return NULL;
}

void options_read(void)
{
	read_stress();
	read_traceback();
}

uint64_t stress_random(uint32_t i)
{
	uint64_t state = gol_stress.on ? gol_stress.seed + i * UINT64_C(0x9e3779b97f4a7c15) : os_random_seed();
	return state != 0 ? state : 1;
}

static stress_counts *all_counts;       /* atomic; added to, never taken from */

void stress_add_counts(stress_counts *c)
{
	do c->next = load_relaxed(&all_counts); while (!atomic_change(&all_counts, c->next, c));
}

static stress_counts sum_of_counts(void)
{
	stress_counts sum = {0};
	for (const stress_counts *c = load_acquire(&all_counts); c != NULL; c = c->next) {
		sum.freezes += c->freezes;
		sum.frames += c->frames;
		sum.moved_objects += c->moved_objects;
		sum.deep += c->deep;
		sum.block_moves += c->block_moves;
		sum.collections += c->collections;
		sum.yields += c->yields;
		sum.dispatches += c->dispatches;
		sum.preemptions += c->preemptions;
		sum.beside += c->beside;
		sum.compared += c->compared;
	}
	return sum;
}

static void statistic(text *t, const char *name, uint64_t value)
{
	text_string(t, " ");
	text_string(t, name);
	text_string(t, "=");
	text_uint(t, value);
}

void options_print_statistics(void)
{
	text t = {0};
	stress_counts sum = sum_of_counts();
	if (!gol_stress.stats)
		return;
	text_string(&t, "gol stress:");
	statistic(&t, "freezes", sum.freezes);
	statistic(&t, "frames", sum.frames);
	statistic(&t, "moved", sum.moved_objects);
	statistic(&t, "deep", sum.deep);
	statistic(&t, "blockmoves", sum.block_moves);
	statistic(&t, "collections", sum.collections);
	statistic(&t, "yields", sum.yields);
	statistic(&t, "dispatches", sum.dispatches);
	statistic(&t, "preemptions", sum.preemptions);
	statistic(&t, "beside", sum.beside);
	statistic(&t, "compared", sum.compared);
#ifdef GOL_DEBUG
	statistic(&t, "checks", load_relaxed(&debug_checks));
#endif
	text_string(&t, "\n");
	text_flush(&t);
	text_free(&t);
}
