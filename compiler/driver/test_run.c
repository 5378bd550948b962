/*
 * test_run.c - builds, runs and prints all packages: one loop that starts what may be started and waits for what
 * happens.
 *
 *     WAITS -> BUILDS -> BUILT -> RUNS -> ENDED -> PRINTED
 *
 * While the first are built all are vetted, by one process (test_vet.c): what waits for its verdict is not run.
 * Up to -p processes are there at once: builders, test programs, and the C compilers of all builders (slots.c).
 * Programs start in the order of the packages, and their
 * lines appear in that order; where output is shown as it comes (-json) only the starts are. Benchmarks run one at a
 * time, when everything has been built.
 *
 * A test program gets a process group of its own, so that it ends with all it has started when gol test is told to
 * end. An interrupt is passed on to it: then nothing more is started, and gol ends when what runs has ended. It
 * ends itself at its -timeout; should it fail to, it gets SIGQUIT a while later, and then SIGKILL. When it has ended
 * its output may still be held open by what it has started: that is waited for, but not for ever.
 */
#define _GNU_SOURCE           /* pipe2 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- output --------------------------------------------------------------------------------------- */

void output_add(Output *o, const char *text, size_t n)
{
	if (o->len + n + 1 > o->cap) {
		o->cap = (o->len + n + 1) * 2;
		o->text = realloc(o->text, o->cap);
		if (!o->text) {
			fputs("gol: out of memory\n", stderr);
			exit(EXIT_ERROR);
		}
	}
	memcpy(o->text + o->len, text, n);
	o->len += n;
	o->text[o->len] = '\0';
}

static void output_format(Output *o, const char *format, va_list ap)
{
	char *text;
	int n = vasprintf(&text, format, ap);
	if (n < 0)
		return;
	output_add(o, text, (size_t)n);
	free(text);
}

void output_printf(Output *o, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	output_format(o, format, ap);
	va_end(ap);
}

void output_free(Output *o)
{
	free(o->text);
	*o = (Output){0};
}

/* Where the output of the package goes: to stdout at once, or at its turn. */
void show(Testing *t, Test *test, const char *text, size_t n)
{
	if (test->json)
		json_write(test->json, text, n);
	else if (test->shows)
		fwrite(text, 1, n, stdout), fflush(stdout);
	output_add(&test->output, text, n);
	(void)t;
}

static void show_printf(Testing *t, Test *test, const char *format, ...) PRINTF_LIKE(3, 4);
static void show_printf(Testing *t, Test *test, const char *format, ...)
{
	Output line = {0};
	va_list ap;
	va_start(ap, format);
	output_format(&line, format, ap);
	va_end(ap);
	if (line.len)
		show(t, test, line.text, line.len);
	output_free(&line);
}

/* ---- starting a program ------------------------------------------------------------------------------ */

static double seconds_between(const struct timespec *a, const struct timespec *b)
{
	return (double)(b->tv_sec - a->tv_sec) + (double)(b->tv_nsec - a->tv_nsec) / 1e9;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return seconds_between(start, &now);
}

static char **program_arguments(Testing *t, const Test *test)
{
	Driver *d = t->d;
	Arguments a = {0};
	add_words(d, &a, d->options.exec ? d->options.exec : cross_runner(d));
	add_argument(d, &a, "%s", test->path);
	if (test->key)
		add_argument(d, &a, "-test.testlogfile=%s/testlog.txt", test->folder);
	add_argument(d, &a, "%s", "-test.paniconexit0");
	if (t->profile)
		add_argument(d, &a, "%s", profile_argument(t, test));
	if (test->others)
		add_argument(d, &a, "%s", others_argument(t, test));
	for (int i = 0; i < t->flags.passed.len; i++)
		add_argument(d, &a, "%s", t->flags.passed.items[i]);
	vec_push(d->c->arena, &a, NULL);
	return a.items;
}

/* In the child: in the folder of the package, with nothing to read. */
NORETURN static void become(Testing *t, const Test *test, char **argv, int output)
{
	int null = open("/dev/null", O_RDONLY);
	const char *folder = tests_folder(test->c, test->target);
	setpgid(0, 0);
	if (output >= 0)
		dup2(output, 1);
	dup2(1, 2);
	dup2(null, 0);
	close(null);
	setenv("PWD", folder, 1);
	if (chdir(folder) != 0) {
		printf("chdir %s: %s\n", folder, strerror(errno));
		fflush(stdout);
		_exit(127);
	}
	become_program(t->d, argv[0], argv);
}

static bool spawn_program(Testing *t, Test *test, char **argv)
{
	Driver *d = t->d;
	int ends[2] = {-1, -1};
	if (!test->streams && pipe2(ends, O_CLOEXEC) != 0)
		return false;
	fflush(NULL);
	pthread_mutex_lock(&d->scratch->lock);
	pid_t pid = test->child.pid = fork();
	if (pid == 0)
		become(t, test, argv, ends[1]);
	if (pid > 0) {
		setpgid(pid, pid);
		child_started(d->scratch, &test->child);
	}
	pthread_mutex_unlock(&d->scratch->lock);
	if (ends[1] >= 0)
		close(ends[1]);
	test->pipe = ends[0];
	if (test->pipe >= 0)
		fcntl(test->pipe, F_SETFL, O_NONBLOCK);
	return pid > 0;
}

static void end_with_line(Testing *t, Test *test, const char *line)
{
	show_printf(t, test, line, test->target->path);
	test->state = TEST_ENDED;
}

void start_program(Testing *t, Test *test)
{
	char **argv;
	take_vet_verdict(t, test);
	if (test->copy && !test->failed && !test->cached)
		test->failed = copy_program(t->d, test->path, test->copy) != EXIT_OK;
	if (t->flags.compile_only && test->has_tests) {
		t->failed |= test->failed;
		t->not_compiled |= test->failed;
		test->state = TEST_ENDED;
		return;
	}
	if (t->flags.json)
		test->json = json_new(test->target->path);
	if (test->failed) {
		t->failed = true;
		end_with_line(t, test, "FAIL\t%s [build failed]\n");
	} else if (test->uncovered) {
		end_with_line(t, test, "\t%s\t\tcoverage: 0.0%% of statements\n");
	} else if (!test->has_tests) {
		end_with_line(t, test, "?   \t%s\t[no test files]\n");
	} else if (test->cached) {
		Output kept = test->output;
		test->output = (Output){0};
		show(t, test, kept.text, kept.len);
		output_free(&kept);
		test->state = TEST_ENDED;
	} else {
		argv = program_arguments(t, test);
		if (t->d->options.print_commands)
			print_command(argv);
		clock_gettime(CLOCK_MONOTONIC, &test->start);
		if (t->d->options.dry_run) {
			test->state = TEST_ENDED;
		} else if (spawn_program(t, test, argv)) {
			test->state = TEST_RUNS;
			return;
		} else {
			show_printf(t, test, "fork/exec %s: %s\nFAIL\t%s\t0.000s\n", argv[0], strerror(errno), test->target->path);
			test->failed = t->failed = true;
			test->state = TEST_ENDED;
		}
	}
	if (test->json)
		json_close(test->json, test->failed, test->failed_build);
	test->json = NULL;
}

/* ---- the end of a program ------------------------------------------------------------------------------ */

static bool has_line(const Output *o, size_t n, const char *line)
{
	const char *at = o->len ? memmem(o->text, n, line, strlen(line)) : NULL;
	for (; at; at = memmem(at + 1, n - (size_t)(at + 1 - o->text), line, strlen(line)))
		if (at == o->text || at[-1] == '\n')
			return true;
	return false;
}

static void end_line(Testing *t, Test *test)
{
	if (test->program_output && test->output.text[test->output.len - 1] != '\n')
		show(t, test, "\n", 1);
}

static void say_ok(Testing *t, Test *test, double seconds)
{
	const char *note = "";
	bool shows_all = t->flags.verbose || t->flags.list || t->flags.help || t->flags.json;
	if (has_line(&test->output, test->program_output, "testing: warning: no tests to run\n"))
		note = " [no tests to run]";
	const char *coverage = coverage_of(t, test);
	if (!shows_all && !test->shows)
		test->output.len = test->program_output = 0;
	end_line(t, test);
	show_printf(t, test, "ok  \t%s\t%.3fs%s%s\n", test->target->path, seconds, coverage, note);
}

/* As Go's os.ProcessState says it. */
static void say_status(Testing *t, Test *test)
{
	if (test->io_incomplete && WIFEXITED(test->status) && WEXITSTATUS(test->status) == 0)
		show_printf(t, test, "exec: WaitDelay expired before I/O complete\n");
	else if (WIFSIGNALED(test->status))
		show_printf(t, test, "signal: %s%s\n", signal_text(t->d, WTERMSIG(test->status)),
		            WCOREDUMP(test->status) ? " (core dumped)" : "");
	else
		show_printf(t, test, "exit status %d\n", WEXITSTATUS(test->status));
}

static void say_failed(Testing *t, Test *test, double seconds)
{
	bool marked = t->flags.json || t->flags.verbose_json, exited = WIFEXITED(test->status) &&
		WEXITSTATUS(test->status) != 0;
	if (test->quit_sent)
		show_printf(t, test, "*** Test killed with quit: ran too long (%s).\n", duration_text(t->d, t->kill_after));
	else if (test->io_incomplete)
		show_printf(t, test, "*** Test I/O incomplete %s after exiting.\n", duration_text(t->d, t->wait_delay));
	if (!exited || test->program_output == 0)
		say_status(t, test);
	else
		end_line(t, test);
	show_printf(t, test, "%sFAIL\t%s\t%.3fs\n", marked ? "\x16" : "", test->target->path, seconds);
}

void program_ended(Testing *t, Test *test)
{
	double seconds = seconds_since(&test->start);
	if (test->pipe >= 0)
		close(test->pipe);
	test->pipe = -1;
	bool local = t->flags.local || (t->flags.bench && *t->flags.bench);
	test->program_output = local ? 0 : test->output.len;
	test->failed = test->status != 0 || test->quit_sent || test->io_incomplete;
	if (test->failed) {
		t->failed = true;
		t->stop |= t->flags.fail_fast;
		say_failed(t, test, seconds);
	} else {
		say_ok(t, test, seconds);
		if (test->key)
			keep_result(t, test);
	}
	take_profile(t, test);
	if (test->json)
		json_close(test->json, test->failed, NULL);
	test->json = NULL;
	if (!t->d->options.keep_work)
		remove_tree(test->folder);
}

/* ---- waiting -------------------------------------------------------------------------------------------- */

/* A piece of it: one that prints without end must not keep gol from the others. */
static void read_output(Testing *t, Test *test)
{
	char buffer[1 << 16];
	ssize_t n = read(test->pipe, buffer, sizeof buffer);
	if (n > 0)
		show(t, test, buffer, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(test->pipe);
		test->pipe = -1;
	}
}

/* What is due of: SIGQUIT, SIGKILL, no more patience with the output. */
static void look_at_clock(Testing *t, Test *test)
{
	double now = seconds_since(&test->start), limit = (double)t->kill_after / 1e9, delay = (double)t->wait_delay / 1e9;
	if (!test->exited && t->kill_after && now >= limit && !test->quit_sent) {
		kill(test->child.pid, SIGQUIT);
		test->quit_sent = true;
	}
	if (!test->exited && test->quit_sent && now >= limit + delay && !test->killed) {
		kill(-test->child.pid, SIGKILL);
		test->killed = true;
	}
	if (test->exited && test->pipe >= 0 && t->wait_delay && seconds_since(&test->end) >= delay) {
		test->io_incomplete = true;
		close(test->pipe);
		test->pipe = -1;
	}
}

static void reap(Testing *t, Test *test)
{
	if (test->exited || waitpid(test->child.pid, &test->status, WNOHANG) != test->child.pid)
		return;
	test->exited = true;
	clock_gettime(CLOCK_MONOTONIC, &test->end);
	child_ended(t->d->scratch, &test->child);
}

static bool is_running(const Test *test) { return test->state == TEST_BUILDS || test->state == TEST_RUNS; }

/* Until something happens, a second at most. */
static void wait_for_any(Testing *t)
{
	struct pollfd *fds = calloc((size_t)t->tests.len * 2 + 3, sizeof *fds);
	int count = 0, timeout = 1000;
	if (t->vet.pid > 0) {
		fds[count++] = (struct pollfd){.fd = child_descriptor(t->vet.pid), .events = POLLIN};
		fds[count++] = (struct pollfd){.fd = -1};
		if (fds[0].fd < 0)
			timeout = 5;
	}
	for (int i = 0; i < t->tests.len; i++) {
		Test *test = &t->tests.items[i];
		if (!is_running(test))
			continue;
		int process = test->exited ? -1 : child_descriptor(test->child.pid);
		if (process < 0 && !test->exited)
			timeout = 5;            /* an old kernel: look again soon */
		fds[count++] = (struct pollfd){.fd = process, .events = POLLIN};
		fds[count++] = (struct pollfd){.fd = test->state == TEST_RUNS ? test->pipe : -1, .events = POLLIN};
	}
	fds[count] = (struct pollfd){.fd = t->wants_slot ? slot_descriptor(t->d) : -1, .events = POLLIN};
	poll(fds, (nfds_t)count + 1, timeout);
	for (int i = 0; i < count; i += 2)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	free(fds);
}

static void look_at(Testing *t, Test *test)
{
	reap(t, test);
	if (test->state == TEST_BUILDS && test->exited) {
		finish_building(t, test);
		test->exited = false;
		test->status = 0;
		test->state = TEST_BUILT;
		give_slot(t->d, t->running--);
		return;
	}
	if (test->state != TEST_RUNS)
		return;
	if (test->pipe >= 0)
		read_output(t, test);
	look_at_clock(t, test);
	if (test->exited && test->pipe < 0) {
		program_ended(t, test);
		test->state = TEST_ENDED;
		give_slot(t->d, t->running--);
	}
}

/* ---- what comes next -------------------------------------------------------------------------------------- */

static bool all_built(const Testing *t)
{
	for (int i = 0; i < t->tests.len; i++)
		if (t->tests.items[i].state < TEST_BUILT)
			return false;
	return true;
}

static bool may_run(const Testing *t, int i)
{
	bool one_by_one = t->flags.bench && *t->flags.bench;
	return !one_by_one || (all_built(t) && t->printed == i);
}

static bool has_slot(Testing *t)
{
	bool ok = take_slot(t->d, t->running);
	t->running += ok;
	t->wants_slot |= !ok;
	return ok;
}

static void stop_all(Testing *t)
{
	for (int i = 0; i < t->tests.len; i++) {
		Test *test = &t->tests.items[i];
		if (test->state != TEST_WAITS && test->state != TEST_BUILT)
			continue;
		test->state = TEST_ENDED;
		test->skipped = true;
	}
}

/* Programs first: what is built has nothing to wait for. */
static void start_some(Testing *t)
{
	t->wants_slot = false;
	for (int i = 0; i < t->tests.len && t->tests.items[i].state >= TEST_BUILT && !t->stop; i++) {
		Test *test = &t->tests.items[i];
		if (test->state != TEST_BUILT)
			continue;
		if (test->vet_waits || !may_run(t, i) || !has_slot(t))
			break;
		start_program(t, test);
		if (test->state != TEST_RUNS)
			give_slot(t->d, t->running--);
	}
	for (int i = 0; i < t->tests.len && !t->stop; i++) {
		Test *test = &t->tests.items[i];
		if (test->state != TEST_WAITS)
			continue;
		if (!has_slot(t))
			break;
		if (!start_building(t, test))
			exit(EXIT_ERROR);
		test->state = TEST_BUILDS;
	}
	if (t->stop)
		stop_all(t);
}

static void print_ended(Testing *t)
{
	for (; t->printed < t->tests.len && t->tests.items[t->printed].state == TEST_ENDED; t->printed++) {
		Test *test = &t->tests.items[t->printed];
		if (!test->shows && !t->flags.json && !test->skipped)
			fwrite(test->output.text, 1, test->output.len, stdout);
		fflush(stdout);
		output_free(&test->output);
		add_profile(t, test);
		test->state = TEST_PRINTED;
	}
}

bool is_interrupted(const Testing *t) { return __atomic_load_n(&t->d->scratch->interrupted, __ATOMIC_ACQUIRE); }

void run_tests(Testing *t)
{
	share_slots(t->d);
	pthread_mutex_lock(&t->d->scratch->lock);
	t->d->scratch->passes_on = true;
	pthread_mutex_unlock(&t->d->scratch->lock);
	for (;;) {
		t->stop |= is_interrupted(t);
		t->failed |= is_interrupted(t);
		start_some(t);
		print_ended(t);
		if (t->printed == t->tests.len)
			return;
		if (t->running > 0)
			wait_for_any(t);
		look_at_vet(t);
		for (int i = 0; i < t->tests.len; i++)
			if (is_running(&t->tests.items[i]))
				look_at(t, &t->tests.items[i]);
	}
}
