/*
 * test_build.c - a process that makes one test program.
 *
 * All packages are loaded first, one after the other (test_load.c). From there on
 * each program is made by a process of its own, forked from this one: it has what was loaded, or loads it, checks,
 * compiles and links it, and is gone with all the memory that took. Two at a time use two processors in the front end
 * too.
 * Where both want the same object made, one waits for the other (compile.c).
 *
 * What such a process says goes into a file without a name, which is printed when it is the package's turn.
 */
#define _GNU_SOURCE           /* memfd_create */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

NORETURN static void build(Testing *t, Test *test, pid_t parent)
{
	Driver *d = t->d;
	scratch_forked(d->scratch, parent);
	d->shown_stderr = fcntl(2, F_DUPFD_CLOEXEC, 3);
	dup2(test->said, 1);
	dup2(test->said, 2);
	d->work = test->folder;     /* gol test's, which removes it */
	d->options.keep_work = true;
	if (!load_again(t, test))
		exit(EXIT_ERROR);
	d->c = test->c;
	int status = build_program(d, test->program, test->has_tests ? test->path : NULL, test->has_tests);
	test->report->built = status == EXIT_OK;
	exit(status);
}

bool start_building(Testing *t, Test *test)
{
	Driver *d = t->d;
	test->said = memfd_create("gol-test", MFD_CLOEXEC);
	test->report = mmap(NULL, sizeof *test->report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (test->said < 0 || test->report == MAP_FAILED || mkdir(test->folder, 0777) != 0) {
		fprintf(stderr, "gol: making %s: %s\n", test->folder, reason(d, errno));
		return false;
	}
	fflush(NULL);
	progress_clear(d);
	pthread_mutex_lock(&d->scratch->lock);
	pid_t parent = getpid(), pid = test->child.pid = fork();
	if (pid == 0)
		build(t, test, parent);
	if (pid > 0) {
		setpgid(pid, pid);      /* so does the child: whoever comes first */
		child_started(d->scratch, &test->child);
	}
	pthread_mutex_unlock(&d->scratch->lock);
	if (pid < 0)
		fprintf(stderr, "gol: cannot build %s: %s\n", test->target->path, reason(d, errno));
	return pid > 0;
}

/* The first "# path" in what was said. */
static const char *first_header(Testing *t, const char *said)
{
	for (const char *s = said; s && *s; s = strchr(s, '\n') ? strchr(s, '\n') + 1 : NULL)
		if (strncmp(s, "# ", 2) == 0)
			return arena_strndup(t->arena, s + 2, strcspn(s + 2, "\n"));
	return NULL;
}

/* Package by package; what another program's builder has said of one is not said again. */
static void say_news(Testing *t, const char *said)
{
	for (const char *s = said, *next; *s; s = next) {
		next = strstr(s + 1, "\n# ");
		next = next ? next + 1 : s + strlen(s);
		const char *block = arena_strndup(t->arena, s, (size_t)(next - s));
		if (!map_get(&t->said, block))
			fputs(block, stderr);
		map_put(t->arena, &t->said, block, t);
	}
}

void finish_building(Testing *t, Test *test)
{
	if (WIFSIGNALED(test->status) && !is_interrupted(t))    /* behind what it has said itself */
		dprintf(test->said, "# %s.test\ngol: signal: %s\n", test->target->path,
		        signal_text(t->d, WTERMSIG(test->status)));
	off_t size = lseek(test->said, 0, SEEK_END);
	char *said = calloc(1, (size_t)size + 1);
	if (size > 0 && pread(test->said, said, (size_t)size, 0) < 0)
		*said = '\0';
	close(test->said);
	bool built = test->report->built;
	if (test->report->changed)
		test->key = test->program_key = 0;
	if (t->flags.json && !built)
		json_build_failed(said);
	else
		say_news(t, said);
	if (!built)
		test->failed_build = first_header(t, said);
	test->failed = !built;
	if (built)
		keep_program(t, test);
	free(said);
	munmap(test->report, sizeof *test->report);
}
