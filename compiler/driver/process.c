/*
 * process.c - running the C compiler: one command, or several at once.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int cpu_count(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (int)n : 1;
}

static void print_command(char *const argv[])
{
	for (int i = 0; argv[i]; i++)
		fprintf(stderr, "%s%s", i ? " " : "", argv[i]);
	fputc('\n', stderr);
}

static pid_t spawn(Driver *d, char *const argv[])
{
	pid_t pid;
	if (d->options.print_commands)
		print_command(argv);
	int error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (error) {
		fprintf(stderr, "gol: cannot run %s: %s\n", argv[0], strerror(error));
		return -1;
	}
	return pid;
}

static int status_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int run_command(Driver *d, char *const argv[], bool quiet)
{
	(void)quiet;
	int status;
	pid_t pid = spawn(d, argv);
	if (pid < 0)
		return 127;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return status_of(status);
}

bool run_jobs(Driver *d, Job *jobs, int count)
{
	int limit = cpu_count(), running = 0, next = 0;
	bool ok = true;
	pid_t *pids = NEW_ARRAY(d->c->arena, pid_t, count ? count : 1);
	while (next < count || running) {
		if (next < count && running < limit) {
			pids[next] = spawn(d, jobs[next].argv);
			running += pids[next] > 0;
			ok &= pids[next] > 0;
			next++;
			continue;
		}
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		if (pid < 0)
			break;
		for (int i = 0; i < next; i++) {
			if (pids[i] != pid)
				continue;
			running--;
			jobs[i].status = status_of(status);
			if (jobs[i].status != 0 || rename(jobs[i].from, jobs[i].to) != 0)
				ok = false;
		}
	}
	return ok;
}
