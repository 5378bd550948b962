/*
 * test_cover.c - gol test -cover: what test programs say of coverage, and the profile of all.
 *
 * A program built with counters (cover/cover.c) prints the percentage itself, and writes a profile where it is told to
 * (testing/internal/testdeps): each a file of its own, whose lines are added to the one file asked for in the order in which packages
 * are printed.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *own_profile(const Testing *t, const Test *test) { return arena_printf(t->arena, "%s/_cover_.out", test->folder); }

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

void note_uncovered(Test *test)
{
	int statements = 0;
	const char *lines = test->c->cover ? cover_unused(test->c, test->program->root, test->target->path, &statements) : NULL;
	test->uncovered = statements ? lines : NULL;
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
