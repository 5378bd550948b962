/*
 * test_load.c - the packages of one test program are loaded, one program after the other, as the order of what is
 * said depends on it.
 *
 * What a program is made of takes memory until it is built: 0.6 GB where net/http is part of it. So the first
 * programs are loaded here, and the processes that build them inherit them; when they take more than a share of
 * memory the others are loaded in processes of their own, which are gone when it is known whether there is anything
 * to build, and once more where they are built. What is known from before (test_inputs.c) is loaded at most there
 * too. With -cover all stay: what is said of coverage asks for the parsed packages.
 *
 * A program that is loaded once more may have become another one: files change. Then it is what its files are now,
 * and neither it nor its results are kept.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- what is wrong ---------------------------------------------------------------------------------------- */

/* A header over each message. Of tests one is enough: what follows is often the same mistake. */
static const char *load_errors(Testing *t, const Program *program, const char *path, bool has_tests)
{
	Buf b;
	buf_init(&b, t->arena);
	for (int i = 0; i < program->errors.len && (i == 0 || !has_tests); i++)
		buf_printf(&b, "# %s\n%s\n", path, program->errors.items[i]);
	return b.s;
}

static bool is_mistake(const Program *program) { return program->errors.len && !program->skipped; }

static bool is_in_tests(Compiler *c, const Program *program, const Diagnostic *d)
{
	const char *name = c->files.items[diag_pos(d).file]->full_path, *dot = strrchr(name, '.');
	return program->tested && strncmp(dot - strlen("_test"), "_test", strlen("_test")) == 0;
}

static const char *without_dot(const char *text) { return strncmp(text, "./", 2) == 0 ? text + 2 : text; }

/* A syntax error in a test file: nobody knows what its functions are. */
static const char *broken_test(const Driver *d, const Program *program)
{
	for (int i = 0; i < program->broken.len; i++)
		for (int k = 0; k < program->broken.items[i].len && program->broken.items[i].syntax; k++)
			if (is_in_tests(d->c, program, program->broken.items[i].items[k]))
				return without_dot(diag_line(d->c, program->broken.items[i].items[k]));
	return NULL;
}

/* ---- one program -------------------------------------------------------------------------------------------- */

/* By a compiler of its own, which is then the driver's. */
static Program *load(Testing *t, Test *test)
{
	Driver *d = t->d;
	d->c = test->c = compiler_like(t->compiler);
	types_new(d->c);
	Program *program = load_tests(d->c, test->target, d->options.tags);
	test->has_tests = program->root || program->errors.len;
	return test->has_tests ? program : load_program(d->c, test->target, d->options.tags);
}

/* False: there is nothing to build, and why was said. */
static bool load_here(Testing *t, Test *test)
{
	Driver *d = t->d;
	Program *program = test->program = load(t, test);
	const char *path = test->target->path, *syntax = broken_test(d, program);
	if (syntax)
		setup_failed(t, path, arena_printf(d->c->arena, "# %s\n%s\n", path, syntax));
	else if (is_mistake(program))
		setup_failed(t, path, load_errors(t, program, path, test->has_tests));
	if (syntax || program->errors.len)
		return false;
	test->program_key = program_key(d, program);
	if (!test->has_tests && program->root && !program->skipped)
		note_uncovered(test);
	return true;
}

/* ---- in a process of its own --------------------------------------------------------------------------------- */

typedef struct LoadReport { bool done, loaded, has_tests, failed; uint64_t program_key; } LoadReport;

NORETURN static void load_and_report(Testing *t, Test *test, LoadReport *report, pid_t parent)
{
	scratch_forked(t->d->scratch, parent);
	struct timespec start;
	clock_gettime(CLOCK_REALTIME, &start);
	report->loaded = load_here(t, test);
	report->has_tests = test->has_tests;
	report->failed = t->failed;
	report->program_key = test->program_key;
	if (report->loaded)
		keep_inputs(t, test, start);
	fflush(NULL);
	report->done = true;
	_exit(0);
}

static bool load_apart(Testing *t, Test *test)
{
	Driver *d = t->d;
	LoadReport *report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED)
		return load_here(t, test);
	Child child = {0};
	fflush(NULL);
	progress_clear(d);
	pthread_mutex_lock(&d->scratch->lock);
	pid_t parent = getpid(), pid = child.pid = fork();
	if (pid == 0)
		load_and_report(t, test, report, parent);
	if (pid > 0) {
		setpgid(pid, pid);
		child_started(d->scratch, &child);
	}
	pthread_mutex_unlock(&d->scratch->lock);
	siginfo_t ended;
	while (pid > 0 && waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	if (pid > 0) {
		child_ended(d->scratch, &child);
		waitpid(pid, NULL, 0);
	}
	bool done = report->done, loaded = report->loaded;
	test->has_tests = report->has_tests;
	test->program_key = report->program_key;
	t->failed |= report->failed;
	munmap(report, sizeof *report);
	if (done)
		return loaded;
	if (is_interrupted(t))
		exit(EXIT_ERROR);
	return load_here(t, test);      /* no process could be had, or it died: once more, to be told why */
}

/* What programs that were loaded may take; one that is larger alone stays too. */
static size_t room_for_programs(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	size_t least = (size_t)256 << 20, share = pages > 0 && size > 0 ? (size_t)pages * (size_t)size / 16 : 0;
	return share > least ? share : least;
}

bool load_test(Testing *t, Test *test)
{
	struct timespec start;
	clock_gettime(CLOCK_REALTIME, &start);
	if (take_inputs(t, test))
		return true;
	if (!t->flags.cover && t->loaded_size > room_for_programs())
		return load_apart(t, test);
	bool loaded = load_here(t, test);
	t->loaded_size += arena_size(test->c->arena);
	t->d->c = t->compiler;
	if (loaded)
		keep_inputs(t, test, start);
	return loaded;
}

/* In the process that builds it. */
bool load_again(Testing *t, Test *test)
{
	if (test->program)
		return true;
	bool has_tests = test->has_tests;
	Program *program = test->program = load(t, test);
	for (int i = 0; i < program->errors.len; i++)
		fprintf(stderr, "# %s\n%s\n", test->target->path, program->errors.items[i]);
	if (program->errors.len == 0 && test->has_tests != has_tests)
		fprintf(stderr, "# %s\ngol: its files were changed during the build\n", test->target->path);
	if (program->errors.len || test->has_tests != has_tests)
		return false;
	test->report->changed = program_key(t->d, program) != test->program_key;
	return true;
}
