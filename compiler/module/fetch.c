/*
 * fetch.c - what the module cache lacks is brought by gol-fetch, a program of its own: gol starts without a library
 * for networks.
 *
 * It is started at the first miss and kept, as what is asked next depends on what came: one process, one handshake
 * with the proxy a build.
 * A request is a line; an answer begins with the number of that line and the length of what follows
 * (../fetch/README.md). gol-fetch works on several lines side by side, and reads them all before, so a batch is
 * written before the first answer is read. Progress it writes to our standard error itself. When its input is closed
 * it ends.
 */
#define _GNU_SOURCE 1
#include "private.h"
#include "../base/setting.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: signals as they were for the compiler's parent, settings of Go's env file in the environment. */
static void become(Compiler *c, const char *const *argv, int in, int out)
{
	static const char *const settings[] = {"GOPROXY", "GONOPROXY", "GOPRIVATE", "GOAUTH", "GONOSUMDB", "GOSUMDB",
		"GOINSECURE"};
	sigset_t none;
	for (int i = 0; i < COUNT_OF(settings); i++) {
		const char *value = go_setting(c, settings[i]);
		if (*value)
			setenv(settings[i], value, 1);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(in, 0);
	dup2(out, 1);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

/* Starts it, if it does not run yet; false: *error. */
static bool start(Modules *all, const char **error)
{
	Compiler *c = all->c;
	Fetcher *f = &all->fetcher;
	const char *argv[] = {c->fetch_program, "-modcache", modules_cache(c), NULL, NULL, NULL, NULL};
	int requests[2], answers[2], n = 3;
	if (f->to)
		return true;
	if (f->quiet)
		argv[n++] = "-q";
	if (c->writable_modules)
		argv[n++] = "-modcacherw";
	argv[n++] = "batch";
	fflush(stdout);
	fflush(stderr);
	pid_t pid = pipe2(requests, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0 ? fork() : -1;
	if (pid < 0) {
		*error = arena_printf(c->arena, "starting %s: %s", argv[0], strerror(errno));
		return false;
	}
	if (pid == 0)
		become(c, argv, requests[0], answers[1]);
	close(requests[0]);
	close(answers[1]);
	f->pid = pid;
	f->asked = 0;
	f->to = fdopen(requests[1], "w");
	f->from = fdopen(answers[0], "r");
	return true;
}

void fetch_end(Modules *all)
{
	Fetcher *f = &all->fetcher;
	if (!f->to)
		return;
	fclose(f->to);
	fclose(f->from);
	f->to = f->from = NULL;
	while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static bool read_answer(Batch *b, FILE *from, long asked)
{
	char *line = NULL, kind[32];
	size_t room = 0, length;
	long number;
	bool ok = getline(&line, &room, from) > 0, is_ok = false, mismatch = false;
	if (ok) {
		is_ok = sscanf(line, "%ld ok %zu", &number, &length) == 2;
		ok = is_ok || sscanf(line, "%ld fail %31s %zu", &number, kind, &length) == 3;
		mismatch = ok && !is_ok && strcmp(kind, "mismatch") == 0;
	}
	free(line);
	if (!ok || number <= asked || number > asked + b->lines.len)
		return false;
	char *text = arena_alloc(b->c->arena, length + 1);
	b->answers[number - asked - 1] = (Answer){is_ok, mismatch, text};
	return fread(text, 1, length, from) == length;
}

bool fetch_is_there(const Compiler *c) { return c->fetch_program && access(c->fetch_program, X_OK) == 0; }

/* Is it one word of a line, for gol-fetch too? */
static bool is_word(const char *s)
{
	const char *start = s;
	while ((unsigned char)*s > ' ' && *s != 0x7f)
		s++;
	return !*s && s > start;
}

void batch_ask(Batch *b, const char *verb, const char *path, const char *version, const char *sum)
{
	Arena *a = b->c->arena;
	const char *line = arena_printf(a, sum ? "%s %s %s -sum %s" : "%s %s %s", verb, path, version, sum), *fault = NULL;
	Buf shown;
	buf_init(&shown, a);
	if (!is_word(version) || (sum && !is_word(sum))) {
		buf_quote(&shown, version, strlen(version));
		fault = arena_printf(a, "%s: invalid version: version %s invalid: disallowed version string", path, shown.s);
	} else if (!is_word(path)) {
		buf_quote(&shown, path, strlen(path));
		fault = arena_printf(a, "malformed module path %s: %s", shown.s, module_path_fault(b->c, path, false));
	}
	vec_push(a, &b->lines, fault ? "" : line);
	vec_push(a, &b->faults, fault);
}

/* It may have ended, which is not to end us: SIGPIPE is taken away again. (Ignored, it would be so for all that we
 * start.) */
static void write_lines(const Batch *b, FILE *to)
{
	sigset_t pipe, before;
	const struct timespec now = {0};
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	for (int i = 0; i < b->lines.len; i++)
		fprintf(to, "%s\n", b->lines.items[i]);
	if (fflush(to) != 0)
		sigtimedwait(&pipe, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void batch_run(Modules *all, Batch *b)
{
	Fetcher *f = &all->fetcher;
	const char *error = fetch_is_there(b->c) ? "gol-fetch ended without an answer" :
		"gol-fetch, which downloads modules, was not found";
	b->answers = NEW_ARRAY(b->c->arena, Answer, b->lines.len + 1);
	if (b->lines.len && fetch_is_there(b->c) && start(all, &error)) {
		write_lines(b, f->to);
		int read = 0;
		while (read < b->lines.len && read_answer(b, f->from, f->asked))
			read++;
		f->asked += b->lines.len;
		if (read < b->lines.len) {      /* what it may still say belongs to nothing */
			kill(f->pid, SIGTERM);
			fetch_end(all);
		}
	}
	for (int i = 0; i < b->lines.len; i++)
		if (b->faults.items[i])
			b->answers[i] = (Answer){.text = b->faults.items[i]};
		else if (!b->answers[i].text)
			b->answers[i].text = error;
}

const char *without_newlines(Compiler *c, const char *text)
{
	size_t n = strlen(text);
	while (n && text[n - 1] == '\n')
		n--;
	return arena_strndup(c->arena, text, n);
}

const char *fetch(Modules *all, const char *verb, const char *path, const char *version, const char *sum)
{
	Compiler *c = all->c;
	Batch b = {.c = c};
	const char *line = arena_printf(c->arena, "%s %s %s", verb, path, version), *known = map_get(&all->ahead, line);
	if (known && *known)
		return known;
	if (!fetch_is_there(c))
		return arena_printf(c->arena,
		                    "%s: not in the module cache %s, and gol-fetch, which downloads modules, was not found",
		                    describe(all, path, version), all->cache);
	batch_ask(&b, verb, path, version, sum);
	batch_run(all, &b);
	return b.answers[0].ok ? NULL : without_newlines(c, b.answers[0].text);
}
