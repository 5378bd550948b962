/*
 * test_cover.c - gol test -cover: what test programs say of coverage, and the profile of all.
 *
 * A program built with counters (cover/cover.c) prints the percentage itself, and writes a profile where it is told to
 * (testing/internal/testdeps): each a file of its own, whose lines are added to the one file asked for in the order
 * in which packages are printed.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *own_profile(const Testing *t, const Test *test)
{
	return arena_printf(t->arena, "%s/_cover_.out", test->folder);
}

const char *profile_argument(const Testing *t, const Test *test)
{
	return t->profile ? arena_printf(t->arena, "-test.coverprofile=%s", own_profile(t, test)) : NULL;
}

/* Before anything is run; false: it cannot be written, which was said. */
bool start_profile(Testing *t)
{
	const char *name = t->flags.cover_profile;
	if (!name || !*name || t->flags.compile_only)
		return true;
	if (name[0] != '/' && t->flags.output_dir)
		name = arena_printf(t->arena, "%s/%s", t->flags.output_dir, name);
	t->profile = fopen(name, "we");
	if (!t->profile) {
		fprintf(stderr, "open %s: %s\n", name, reason(t->d, errno));
		return false;
	}
	fprintf(t->profile, "mode: %s\n", cover_mode_name((CoverMode)t->d->c->cover));
	return true;
}

/* A program that died has written none. */
void take_profile(Testing *t, Test *test)
{
	char line[1 << 12];
	FILE *f = t->profile ? fopen(own_profile(t, test), "re") : NULL;
	bool first = true;
	while (f && fgets(line, sizeof line, f)) {
		if (!first)             /* the mode */
			output_add(&test->profile, line, strlen(line));
		first = false;
	}
	if (f)
		fclose(f);
}

void add_profile(Testing *t, Test *test)
{
	if (t->profile && test->uncovered)
		fputs(test->uncovered, t->profile);
	if (t->profile && test->profile.len)
		fwrite(test->profile.text, 1, test->profile.len, t->profile);
	output_free(&test->profile);
}

/* Lines of the profile of a package named that has not run; NULL: it does not count, or has no statements. */
static const char *lines_of_named(const Test *test, const Package *p)
{
	const Target *target = test->target;
	Compiler *c = test->c;
	int statements = 0;
	bool is_covered = c->cover &&
		(c->cover_patterns.len == 0 || patterns_cover(c, target->path, target->dir, target->is_stdlib));
	const char *lines = p && is_covered ? cover_unused(c, p, target->path, &statements) : NULL;
	return statements ? lines : NULL;
}

void note_uncovered(Test *test) { test->uncovered = lines_of_named(test, test->program->root); }

/* ---- -coverpkg ------------------------------------------------------------------------------------------------
 *
 * Each program counts in the packages that the patterns mean, as far as they are part of it. The others of those that
 * are named on the command line count too, as not run: the program reads their lines from a file in the folder of
 * -test.gocoverdir. */

static bool is_part_of(const Program *program, const char *path)
{
	for (int i = 0; i < program->packages.len; i++)
		if (program->packages.items[i] != program->root && strcmp(program->packages.items[i]->path, path) == 0)
			return true;
	return false;
}

static bool pattern_is_met(Testing *t, const char *pattern)
{
	for (int i = 0; i < t->tests.len; i++) {
		const Test *test = &t->tests.items[i];
		const Target *target = test->target;
		if (pattern_covers(test->c, pattern, target->path, target->dir, target->is_stdlib))
			return true;
		for (int k = 0; k < test->program->packages.len; k++) {
			const Package *p = test->program->packages.items[k];
			if (p != test->program->root && pattern_covers(test->c, pattern, p->path, p->dir, p->is_stdlib ||
			                                               p->from_tree))
				return true;
		}
	}
	return false;
}

void cover_named(Testing *t)
{
	const TextList *patterns = &t->flags.cover_packages;
	for (int i = 0; i < patterns->len; i++)
		if (!pattern_is_met(t, patterns->items[i]))
			fprintf(stderr, "warning: no packages being tested depend on matches for pattern %s\n", patterns->items[i]);
	const char **lines = NEW_ARRAY(t->arena, const char *, t->tests.len + 1);
	for (int i = 0; i < t->tests.len && patterns->len; i++) {
		const Test *test = &t->tests.items[i];
		lines[i] = test->has_tests ? lines_of_named(test, test->program->tested) : test->uncovered;
	}
	for (int i = 0; i < t->tests.len && patterns->len; i++) {
		Buf b;
		buf_init(&b, t->arena);
		buf_str(&b, "");
		for (int k = 0; k < t->tests.len; k++)
			if (lines[k] && t->tests.items[i].has_tests &&
			    !is_part_of(t->tests.items[i].program, t->tests.items[k].target->path))
				buf_str(&b, lines[k]);
		t->tests.items[i].others = *b.s ? b.s : NULL;
	}
}

const char *others_argument(const Testing *t, const Test *test)
{
	const char *file = arena_printf(t->arena, "%s/covered-elsewhere", test->folder);
	if (!test->others)
		return NULL;
	if (!t->d->options.dry_run && !write_text(file, test->others))
		fprintf(stderr, "gol: %s: %s\n", file, reason(t->d, errno));
	return arena_printf(t->arena, "-test.gocoverdir=%s", test->folder);
}

bool end_profile(Testing *t)
{
	bool failed = t->profile && (ferror(t->profile) | (fclose(t->profile) != 0));
	if (failed)
		fprintf(stderr, "writing %s: %s\n", t->flags.cover_profile, reason(t->d, errno));
	t->profile = NULL;
	return !failed;
}

const char *coverage_of(const Testing *t, const Test *test)
{
	static const char word[] = "coverage: ";
	const char *text = test->output.text, *end = text + test->program_output;
	for (const char *at = text, *next; t->flags.cover && at && at < end; at = next) {
		size_t n = (size_t)(end - at);
		const char *newline = memchr(at, '\n', n);
		next = newline ? newline + 1 : end;
		if (n > strlen(word) && strncmp(at, word, strlen(word)) == 0)
			return arena_printf(t->arena, "\t%.*s", (int)((newline ? newline : end) - at), at);
	}
	return "";
}
