/*
 * fetch.c - what the module cache lacks is brought by gol-fetch, a program of its own: gol starts without a library for networks.
 *
 * It is started for one request at a time, as a miss is rare: go.mod files and sources stay in the cache for good. Its standard
 * error is shown at once where it is a progress line, and else is the reason of the failure, in Go's words.
 */
#define _GNU_SOURCE 1
#include "private.h"
#include "../base/setting.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: signals as they were for the compiler's parent, settings of Go's env file in the environment. */
static void become(Compiler *c, const char *const *argv, int in, int out, int errors)
{
	static const char *const settings[] = {"GOPROXY", "GONOPROXY", "GOPRIVATE", "GOAUTH", "GONOSUMDB", "GOSUMDB", "GOINSECURE"};
	sigset_t none;
	for (int i = 0; i < COUNT_OF(settings); i++) {
		const char *value = go_setting(c, settings[i]);
		if (*value)
			setenv(settings[i], value, 1);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(in >= 0 ? in : nothing, 0);
	dup2(out >= 0 ? out : nothing, 1);
	dup2(errors, 2);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

/* What the child says: lines of progress are passed on, the rest is the message. */
static const char *read_message(Compiler *c, int fd)
{
	Buf b;
	char *line = NULL;
	size_t size = 0;
	FILE *f = fdopen(fd, "r");
	buf_init(&b, c->arena);
	buf_str(&b, "");
	while (f && getline(&line, &size, f) >= 0) {
		if (strncmp(line, "gol: downloading ", 17) == 0)
			fputs(line, stderr);
		else
			buf_str(&b, line);
	}
	free(line);
	if (f)
		fclose(f);
	while (b.len && b.s[b.len - 1] == '\n')
		b.s[--b.len] = '\0';
	return b.s ? b.s : "";
}

const char *fetch(Modules *all, const char *verb, const char *path, const char *version, const char *sum)
{
	Compiler *c = all->c;
	const char *argv[10] = {c->fetch_program, "-modcache", all->cache};
	int n = 3, ends[2], status = 0;
	if (!argv[0] || access(argv[0], X_OK) != 0)
		return arena_printf(c->arena, "%s: not in the module cache %s, and gol-fetch, which downloads modules, was not found",
		                    describe(all, path, version), all->cache);
	if (c->writable_modules)
		argv[n++] = "-modcacherw";
	argv[n++] = verb;
	argv[n++] = path;
	argv[n++] = version;
	if (sum) {
		argv[n++] = "-sum";
		argv[n++] = sum;
	}
	fflush(stderr);
	pid_t pid = pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
	if (pid < 0)
		return arena_printf(c->arena, "%s: starting %s: %s", describe(all, path, version), argv[0], strerror(errno));
	if (pid == 0)
		become(c, argv, -1, -1, ends[1]);
	close(ends[1]);
	const char *message = read_message(c, ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	return *message ? message : arena_printf(c->arena, "%s: gol-fetch failed (status %d)", describe(all, path, version), status);
}

int fetch_start(Modules *all, int *to, int *from, const char **error)
{
	Compiler *c = all->c;
	const char *argv[] = {c->fetch_program, "-modcache", modules_cache(c), "-q", c->writable_modules ? "-modcacherw" : "batch",
		                  c->writable_modules ? "batch" : NULL, NULL};
	int requests[2], answers[2];
	if (!argv[0] || access(argv[0], X_OK) != 0) {
		*error = "gol-fetch, which downloads modules, was not found";
		return -1;
	}
	fflush(stdout);
	fflush(stderr);
	pid_t pid = pipe2(requests, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0 ? fork() : -1;
	if (pid < 0) {
		*error = arena_printf(c->arena, "starting %s: %s", argv[0], strerror(errno));
		return -1;
	}
	if (pid == 0)
		become(c, argv, requests[0], answers[1], 2);
	close(requests[0]);
	close(answers[1]);
	*to = requests[1];
	*from = answers[0];
	return pid;
}
