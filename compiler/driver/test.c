/*
 * test.c - gol test.
 *
 *     test_flags.c   the command line                  test_json.c    -json
 *     test_build.c   from a loaded package to its program      test_cache.c   results that need not be worked out again
 *     test_run.c     building, running, printing, in order     test_cover.c   what is said of coverage, profiles
 *     test_vet.c     vet before the tests                      test_program.c programs that need not be made again
 *     test_load.c    the packages of one program               test_inputs.c  programs that need not be loaded
 *
 * The programs are made of the tests and of package testing of the Go source tree (load/tests.c), which prints all that
 * a single test says. What is printed around it is gol's: a line a package, in the order of the packages:
 *
 *     ok      p   0.003s          FAIL    p   0.003s          FAIL    p [build failed]
 *     ?       p   [no test files] ok      p   (cached)        FAIL    p [setup failed]
 *
 * Everything is loaded before anything is built, and a package that cannot be loaded fails there and then (setup
 * failed); the others go on. Without packages on the command line those of the current folder are tested, and the
 * program writes to the terminal itself; with packages its output is kept, and shown if it fails or with -v.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECOND = 1000 * 1000 * 1000 };

/* ---- what is to be tested -------------------------------------------------------------------------- */

void setup_failed(Testing *t, const char *path, const char *said)
{
	const char *line = arena_printf(t->arena, "FAIL\t%s [setup failed]\n", path);
	t->failed = true;
	if (t->flags.json) {
		json_build_failed(said);
		JsonWriter *j = json_new(path);
		json_write(j, line, strlen(line));
		json_close(j, true, path);
		return;
	}
	fputs(said, stderr);
	fputs(line, stdout);
	fflush(stdout);
}

/* A word of the command line that names nothing; the targets before it are those of the words before it. */
typedef struct BadWord { const char *word, *error; int before; } BadWord;
typedef VEC(BadWord) BadWordList;

static void find_words(Testing *t, TargetList *targets, BadWordList *bad)
{
	Driver *d = t->d;
	const TextList *words = &d->options.inputs;
	bool files = is_source_name(words->items[0]);
	for (int i = 0; i < (files ? 1 : words->len); i++) {
		TextList errors = {0}, warnings = {0};
		find_targets(d->c, &words->items[i], files ? words->len : 1, targets, &errors, &warnings);
		for (int k = 0; k < warnings.len; k++)
			fprintf(stderr, "gol: warning: %s\n", warnings.items[k]);
		for (int k = 0; k < errors.len; k++) {
			const char *error = errors.items[k], *word = words->items[i];
			if (strncmp(error, "gol: ", 5) == 0 || files) {         /* of the module, not of a package */
				fprintf(stderr, "%s\n", error);
				exit(EXIT_ERROR);
			}
			vec_push(t->arena, bad, (BadWord){word, error, targets->len});
		}
	}
}

/* ---- loading ------------------------------------------------------------------------------------------ */

/* -c, -o: where the program stays; NULL: nowhere. */
static const char *copy_path(Testing *t, const char *name)
{
	const char *output = t->d->options.output;
	if (!output)
		return t->flags.compile_only ? arena_printf(t->arena, "%s.test", name) : NULL;
	if (strcmp(output, "/dev/null") == 0)
		return NULL;
	return is_folder_name(output) ? arena_printf(t->arena, "%s/%s.test", output, name) : output;
}

static int first_named(const TargetList *targets, const char *name, int from)
{
	while (from < targets->len && strcmp(targets->items[from].output, name) != 0)
		from++;
	return from;
}

/* Several programs need a folder, and names of their own there. */
static bool check_outputs(Testing *t, const TargetList *targets)
{
	const char *output = t->d->options.output;
	bool ok = true;
	if (targets->len < 2 || !(t->flags.compile_only || output) || (output && strcmp(output, "/dev/null") == 0))
		return true;
	if (output && !is_folder_name(output)) {
		fputs("with multiple packages, -o must refer to a directory or /dev/null\n", stderr);
		return false;
	}
	for (int i = 0; i < targets->len; i++) {
		const char *name = targets->items[i].output;
		if (first_named(targets, name, 0) < i || first_named(targets, name, i + 1) == targets->len)
			continue;
		fprintf(stderr, "cannot write test binary %s.test for multiple packages:\n", name);
		for (int k = i; k < targets->len; k = first_named(targets, name, k + 1))
			fprintf(stderr, "%s\n", targets->items[k].path);
		ok = false;
	}
	return ok;
}

static void load_one(Testing *t, const Target *target, int number)
{
	Test test = {.target = target, .c = t->d->c, .said = -1, .pipe = -1};
	if (!load_test(t, &test))
		return;
	test.folder = arena_printf(t->arena, "%s/b%03d", t->folder, number + 1);
	test.path = arena_printf(t->arena, "%s/%s.test", test.folder, target->output);
	test.copy = test.has_tests ? copy_path(t, target->output) : NULL;
	vec_push(t->arena, &t->tests, test);
}

/* When all are loaded: with -coverpkg, what a program prints depends on the others. */
static void find_kept(Testing *t, Test *test)
{
	find_result(t, test);
	if (!test->cached && take_program(t, test))
		test->state = TEST_BUILT;
}

/* -v, -list and -json show what passes too: with one package, or -p=1, as it comes. */
static void choose_outputs(Testing *t)
{
	const TestFlags *f = &t->flags;
	bool streams = f->local || (f->bench && *f->bench);
	bool shows = (f->verbose || f->list || f->help) && (t->tests.len == 1 || t->d->options.parallel == 1);
	for (int i = 0; i < t->tests.len; i++) {
		t->tests.items[i].shows = streams || shows;
		t->tests.items[i].streams = streams && !f->json;
	}
}

static void choose_limits(Testing *t)
{
	Duration timeout = t->flags.timeout, minute = 60ll * SECOND;
	if (timeout <= 0 || (t->flags.bench && *t->flags.bench))
		return;
	t->wait_delay = timeout / 10 < 5ll * SECOND ? 5ll * SECOND : timeout / 10;
	t->kill_after = timeout + (t->wait_delay < minute ? minute : t->wait_delay);
}

/* ---- the whole ------------------------------------------------------------------------------------------ */

static int test_all(Testing *t)
{
	Driver *d = t->d;
	TargetList targets = {0};
	BadWordList bad = {0};
	find_words(t, &targets, &bad);
	if (targets.len + bad.len == 0) {
		fputs("no packages to test\n", stderr);
		return EXIT_ERROR;
	}
	if (!check_outputs(t, &targets))
		return EXIT_ERROR;
	t->folder = make_scratch(d, "gol-test");
	if (d->options.keep_work || d->options.print_commands)
		fprintf(stderr, "WORK=%s\n", t->folder);
	for (int i = 0, k = 0; i <= targets.len; i++) {
		for (; k < bad.len && bad.items[k].before == i; k++)
			setup_failed(t, bad.items[k].word, arena_printf(t->arena, "# %s\n%s\n", bad.items[k].word,
			                                                bad.items[k].error));
		if (i < targets.len)
			load_one(t, &targets.items[i], i);
	}
	cover_named(t);
	for (int i = 0; i < t->tests.len; i++)
		find_kept(t, &t->tests.items[i]);
	choose_outputs(t);
	choose_limits(t);
	if (!start_profile(t) || !start_vetting(t))
		return EXIT_ERROR;
	run_tests(t);
	t->failed |= !end_profile(t);
	if (d->options.keep_work)
		scratch_keep(d, t->folder);
	else
		scratch_remove(d, t->folder);
	if (t->failed && !t->flags.json && !t->flags.local && !t->not_compiled)
		puts("FAIL");
	return t->failed ? EXIT_ERROR : EXIT_OK;
}

int test_command(Driver *d, int argc, char **argv)
{
	Testing t = {.d = d, .arena = d->c->arena, .compiler = d->c, .said = {.by_text = true}};
	int status = parse_test_flags(d, argc, argv, &t.flags);
	if (status != EXIT_OK)
		return status;
	t.flags.cover |= t.flags.cover_mode || (t.flags.cover_profile && *t.flags.cover_profile);
	if (t.flags.cover)
		d->c->cover = t.flags.cover_mode ? t.flags.cover_mode : COVER_SET;
	d->c->cover_patterns = t.flags.cover_packages;
	d->reported.by_text = true;
	if (!find_go_tree(d->c)) {
		fprintf(stderr, "gol: package testing comes from a Go source tree, and %s\n", why_no_tree(d->c));
		return EXIT_ERROR;
	}
	if (t.flags.cover_packages.len && d->c->tree.minor < 20) {
		fprintf(stderr, "gol: -coverpkg needs a Go source tree of 1.20 or later; %s is 1.%d\n", d->c->tree.root,
		        d->c->tree.minor);
		return EXIT_USAGE;
	}
	return test_all(&t);
}
