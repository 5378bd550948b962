/*
 * process.c - running the C compiler: one command, or several at once.
 *
 * Each runs in a process group of its own, with its temporary files in our work folder, so that nothing of it stays
 * when the build is killed (scratch.c). What it says goes into a file without a name: it is shown where it helps.
 */
#define _GNU_SOURCE           /* memfd_create */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
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
	for (char *save, *word = strtok_r(copy, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save))
		vec_push(d->c->arena, a, word);
}

/* ---- processes ----------------------------------------------------------------------------------- */

void print_command(char *const argv[])
{
	for (int i = 0; argv[i]; i++) {
		bool quote = argv[i][strcspn(argv[i], " '\"$\\*?&;()<>|")] != '\0';
		fprintf(stderr, quote ? "%s'%s'" : "%s%s", i ? " " : "", argv[i]);
	}
	fputc('\n', stderr);
}

/* Ours, but for TMPDIR, and with a PATH: gcc finds its own parts by it. */
static char **child_environment(Driver *d)
{
	int n = 0, kept = 0;
	while (environ[n])
		n++;
	char **list = NEW_ARRAY(d->c->arena, char *, n + 3);
	for (int i = 0; i < n; i++)
		if (strncmp(environ[i], "TMPDIR=", 7) != 0)
			list[kept++] = environ[i];
	if (d->work)
		list[kept++] = arena_printf(d->c->arena, "TMPDIR=%s", d->work);
	if (!getenv("PATH"))
		list[kept++] = "PATH=/usr/local/bin:/usr/bin:/bin";
	return list;
}

static int spawn(Driver *d, Job *job)
{
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t files;
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &d->scratch->mask);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	if (job->error_file >= 0) {
		posix_spawn_file_actions_adddup2(&files, job->error_file, 1);
		posix_spawn_file_actions_adddup2(&files, job->error_file, 2);
	}
	pthread_mutex_lock(&d->scratch->lock);
	int error = posix_spawnp(&job->child.pid, job->argv[0], &files, &attributes, job->argv, child_environment(d));
	if (!error)
		child_started(d->scratch, &job->child);
	pthread_mutex_unlock(&d->scratch->lock);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return error;
}

static bool start(Driver *d, Job *job)
{
	job->said = "";
	job->status = 0;
	job->child.pid = 0;
	if (d->options.print_commands)
		print_command(job->argv);
	if (d->options.dry_run)
		return true;
	job->error_file = memfd_create("gol-cc", MFD_CLOEXEC);
	int error = spawn(d, job);
	if (!error)
		return true;
	progress_clear(d);
	fprintf(stderr, "gol: cannot run %s: %s\n", job->argv[0], reason(d, error));
	if (job->error_file >= 0)
		close(job->error_file);
	job->status = 127;
	return false;
}

static const char *read_said(Driver *d, int fd)
{
	enum { MOST = 1 << 16 };        /* more helps nobody */
	char *text = arena_alloc(d->c->arena, MOST + 1);
	ssize_t n = fd >= 0 ? pread(fd, text, MOST, 0) : 0;
	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

static void finish(Driver *d, Job *job, int status)
{
	child_ended(d->scratch, &job->child);
	job->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	job->said = read_said(d, job->error_file);
	if (job->status == 0 && *job->said) {   /* warnings */
		progress_clear(d);
		fputs(job->said, stderr);
	}
}

void run_job(Driver *d, Job *job)
{
	int status = 0;
	if (!start(d, job) || !job->child.pid)
		return;
	while (waitpid(job->child.pid, &status, 0) < 0 && errno == EINTR)
		;
	finish(d, job, status);
}

static Job *job_of(Job *jobs, int count, pid_t pid)
{
	for (int i = 0; i < count; i++)
		if (jobs[i].child.pid == pid)
			return &jobs[i];
	return NULL;
}

int child_descriptor(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

/* Until a job has ended, or another gol has put back a slot. */
static void wait_for_slot(Driver *d, const Job *jobs, int count)
{
	struct pollfd *fds = calloc((size_t)count + 1, sizeof *fds);
	int n = 0, timeout = -1;
	for (int i = 0; i < count; i++) {
		int process = jobs[i].child.pid ? child_descriptor(jobs[i].child.pid) : -1;
		if (process >= 0)
			fds[n++] = (struct pollfd){.fd = process, .events = POLLIN};
		else if (jobs[i].child.pid)
			timeout = 5;            /* an old kernel: look again soon */
	}
	fds[n] = (struct pollfd){.fd = slot_descriptor(d), .events = POLLIN};
	poll(fds, (nfds_t)n + 1, timeout);
	for (int i = 0; i < n; i++)
		close(fds[i].fd);
	free(fds);
}

void run_jobs(Driver *d, Job *jobs, int count, bool (*ended)(void *context, const Job *job), void *context)
{
	int running = 0, next = 0, done = 0;
	bool ok = true;
	while ((ok && next < count) || running) {
		if (ok && next < count && take_slot(d, running)) {
			ok = start(d, &jobs[next]);
			running++;
			if (!ok || !jobs[next].child.pid)
				give_slot(d, running--);
			if (d->options.dry_run)         /* or what it would have been */
				ok &= ended(context, &jobs[next]);
			next++;
			continue;
		}
		int status;
		bool wants_slot = ok && next < count && d->shares_slots;
		progress_show(d, done, count, jobs[next - 1].what);
		if (wants_slot)
			wait_for_slot(d, jobs, next);
		pid_t pid = waitpid(-1, &status, wants_slot ? WNOHANG : 0);
		if (pid < 0 && errno != EINTR)
			break;
		Job *job = pid > 0 ? job_of(jobs, next, pid) : NULL;
		if (!job)
			continue;
		finish(d, job, status);
		job->child.pid = 0;
		give_slot(d, running--);
		done++;
		ok &= job->status == 0 && ended(context, job);
	}
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
