/*
 * process.c - running the C compiler: one command, or several at once; and the
 * line of progress that a build of over a second shows on a terminal.
 */
#include "driver.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- commands as lists of words --------------------------------------------------------------- */

void add_argument(Driver *d, Arguments *a, const char *format, const char *value)
{
	char *text = arena_alloc(d->c->arena, strlen(format) + strlen(value) + 1);
	const char *hole = strstr(format, "%s");
	memcpy(text, format, (size_t)(hole - format));
	strcat(strcat(text, value), hole + 2);
	vec_push(d->c->arena, a, text);
}

void add_words(Driver *d, Arguments *a, const char *words)
{
	char *copy = arena_printf(d->c->arena, "%s", words);
	for (char *save, *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		vec_push(d->c->arena, a, word);
}

/* ---- progress ---------------------------------------------------------------------------------- */

void progress_start(Driver *d)
{
	const char *term = getenv("TERM");
	d->progress.terminal = isatty(2) && term && strcmp(term, "dumb") != 0;
	clock_gettime(CLOCK_MONOTONIC, &d->progress.start);
}

void progress_show(Driver *d, int done, int count, const char *what)
{
	struct timespec now;
	if (!d->progress.terminal || d->options.print_commands || d->options.print_packages)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	double seconds = (double)(now.tv_sec - d->progress.start.tv_sec) + 1e-9 * (double)(now.tv_nsec - d->progress.start.tv_nsec);
	if (seconds < 1)
		return;
	fprintf(stderr, "\r\033[K[%d/%d] %.60s", done, count, what);
	fflush(stderr);
	d->progress.shown = true;
}

void progress_clear(Driver *d)
{
	if (d->progress.shown)
		fputs("\r\033[K", stderr);
	d->progress.shown = false;
}

/* ---- processes ----------------------------------------------------------------------------------- */

static int job_limit(Driver *d)
{
	long n = d->options.parallel ? d->options.parallel : sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (int)n : 1;
}

static void print_command(char *const argv[])
{
	for (int i = 0; argv[i]; i++) {
		bool quote = argv[i][strcspn(argv[i], " '\"$\\*?&;()<>|")] != '\0';
		fprintf(stderr, quote ? "%s'%s'" : "%s%s", i ? " " : "", argv[i]);
	}
	fputc('\n', stderr);
}

static pid_t spawn(Driver *d, char *const argv[])
{
	pid_t pid;
	int error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (error) {
		progress_clear(d);
		fprintf(stderr, "gol: cannot run %s: %s\n", argv[0], strerror(error));
		return -1;
	}
	return pid;
}

static int status_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int run_command(Driver *d, char *const argv[])
{
	int status;
	if (d->options.print_commands)
		print_command(argv);
	if (d->options.dry_run)
		return 0;
	pid_t pid = spawn(d, argv);
	if (pid < 0)
		return 127;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return status_of(status);
}

/* The next child that ends. On a terminal the wait is cut in pieces, so that progress can appear. */
static pid_t wait_for_child(Driver *d, int *status, int done, int count, const char *what)
{
	const struct timespec pause = {0, 50 * 1000 * 1000};
	pid_t pid;
	while ((pid = waitpid(-1, status, d->progress.terminal ? WNOHANG : 0)) == 0 || (pid < 0 && errno == EINTR)) {
		progress_show(d, done, count, what);
		nanosleep(&pause, NULL);
	}
	return pid;
}

static bool finish(Job *job, int status)
{
	job->status = status_of(status);
	if (job->status == 0)
		return rename(job->from, job->to) == 0;
	unlink(job->from);
	return false;
}

void raise_stack_limit(Driver *d)
{
	struct rlimit limit;
	enum { WANTED = 1 << 30 };
	if (getrlimit(RLIMIT_STACK, &d->stack_limit) != 0)
		return;
	limit = d->stack_limit;
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= WANTED)
		return;
	limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= WANTED ? WANTED : limit.rlim_max;
	setrlimit(RLIMIT_STACK, &limit);
}

bool run_jobs(Driver *d, Job *jobs, int count)
{
	int limit = job_limit(d), running = 0, next = 0, done = 0;
	bool ok = true;
	pid_t *pids = NEW_ARRAY(d->c->arena, pid_t, count ? count : 1);
	while ((ok && next < count) || running) {
		if (ok && next < count && running < limit) {
			if (d->options.print_commands)
				print_command(jobs[next].argv);
			pids[next] = d->options.dry_run ? 0 : spawn(d, jobs[next].argv);
			running += pids[next] > 0;
			ok &= pids[next] >= 0;
			jobs[next].status = pids[next] < 0 ? 127 : 0;
			next++;
			continue;
		}
		int status;
		pid_t pid = wait_for_child(d, &status, done, count, jobs[next - 1].what);
		if (pid < 0)
			break;
		for (int i = 0; i < next; i++) {
			if (pids[i] != pid)
				continue;
			running--;
			done++;
			ok &= finish(&jobs[i], status);
		}
	}
	return ok;
}
