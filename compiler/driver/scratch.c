/*
 * scratch.c - what a build leaves behind if nobody takes care: folders in $TMPDIR, files beside the output,
 * C compilers still running.
 *
 * Everything of that kind is on the lists of struct Scratch, and whoever ends the process clears them first:
 *
 *   the worker, at exit()        through atexit, whatever function ended it;
 *   the main thread, at a signal which waits for SIGINT, SIGTERM, SIGHUP and SIGQUIT while the worker works: it ends
 *                                the compilers, removes what is listed, and dies by the same signal;
 *   the guard, at SIGKILL        which ends the processes (guard.c). Folders are left to a later gol: each holds a file
 *                                that its maker keeps locked, and a lock that can be had says that the maker is dead.
 *
 * The lock of the lists is taken for good by whoever is first, so the other can neither start nor list anything more.
 * Signals as handlers were rejected: a handler may not walk folders, nor take locks.
 */
#define _XOPEN_SOURCE 700     /* nftw */
#define _DEFAULT_SOURCE
#include "driver.h"
#include "../base/setting.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCK_NAME ".gol-lock"

typedef struct ScratchPath { struct ScratchPath *next; int lock; char path[]; } ScratchPath;

/* atexit takes no argument. */
static Scratch *of_process;

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	remove(path);
	return 0;
}

void remove_tree(const char *path) { nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }

static int make_writable(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)at;
	if (type == FTW_D || type == FTW_DNR)
		chmod(path, 0777);
	return 0;
}

static int try_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

bool remove_read_only_tree(const char *path)
{
	if (nftw(path, make_writable, 16, FTW_PHYS) != 0 && errno == ENOENT)
		return true;
	return nftw(path, try_remove, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

/* ---- the lists --------------------------------------------------------------------------------------- */

static void list_path(Scratch *s, const char *path, int lock)
{
	ScratchPath *p = malloc(sizeof *p + strlen(path) + 1);
	if (!p)
		return;
	p->lock = lock;
	strcpy(p->path, path);
	pthread_mutex_lock(&s->lock);
	p->next = s->paths;
	s->paths = p;
	pthread_mutex_unlock(&s->lock);
}

void scratch_file(Driver *d, const char *path) { list_path(d->scratch, path, -1); }

static void unlist(Driver *d, const char *path)
{
	Scratch *s = d->scratch;
	pthread_mutex_lock(&s->lock);
	for (ScratchPath **at = &s->paths; *at; at = &(*at)->next) {
		ScratchPath *p = *at;
		if (strcmp(p->path, path) != 0)
			continue;
		*at = p->next;
		if (p->lock >= 0)
			close(p->lock);
		free(p);
		break;
	}
	pthread_mutex_unlock(&s->lock);
}

void scratch_keep(Driver *d, const char *path)
{
	char lock[4096];
	snprintf(lock, sizeof lock, "%s/" LOCK_NAME, path);
	unlink(lock);
	unlist(d, path);
}

void scratch_remove(Driver *d, const char *path)
{
	remove_tree(path);
	unlist(d, path);
}

/* ---- folders of the dead -------------------------------------------------------------------------------- */

static bool is_scratch_name(const char *name)
{
	static const char *const prefixes[] = {"gol-build-", "gol-run-", "gol-test-", "gol-cache-", "gol-vet-", "gol-get-"};
	for (int i = 0; i < COUNT_OF(prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* A folder without a lock file may be one that is just being made: it stays. */
static void remove_if_dead(const char *folder)
{
	char path[4096];
	struct stat st;
	if (lstat(folder, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != getuid())
		return;
	if (snprintf(path, sizeof path, "%s/" LOCK_NAME, folder) >= (int)sizeof path)
		return;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		remove_tree(folder);
	close(fd);
}

static void remove_dead(const char *tmp)
{
	char path[4096];
	DIR *dir = opendir(tmp);
	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (is_scratch_name(entry->d_name) &&
		    snprintf(path, sizeof path, "%s/%s", tmp, entry->d_name) < (int)sizeof path)
			remove_if_dead(path);
	closedir(dir);
}

/* ---- new folders -------------------------------------------------------------------------------------------- */

/* GOTMPDIR, TMPDIR or /tmp. */
static const char *scratch_parent(Driver *d)
{
	const char *given = go_setting(d->c, "GOTMPDIR"), *tmp = getenv("TMPDIR");
	return *given ? given : tmp && *tmp ? tmp : "/tmp";
}

/* It gets its name when it is locked: under that name it is never seen free while its maker lives. */
static int make_lock(Driver *d, const char *folder)
{
	const char *name = arena_printf(d->c->arena, "%s/" LOCK_NAME, folder), *aside = arena_printf(d->c->arena, "%s.new",
		name);
	int lock = open(aside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (lock >= 0 && (flock(lock, LOCK_EX) != 0 || rename(aside, name) != 0))
		unlink(aside);
	return lock;
}

const char *make_scratch(Driver *d, const char *name)
{
	const char *tmp = absolute_name(d, scratch_parent(d));
	char *path = arena_printf(d->c->arena, "%s/%s-XXXXXX", tmp, name);
	if (!d->scratch->cleared)
		remove_dead(tmp);
	d->scratch->cleared = true;
	if (!mkdtemp(path)) {
		fprintf(stderr, "gol: creating work folder %s: %s\n", path, reason(d, errno));
		exit(EXIT_ERROR);
	}
	list_path(d->scratch, path, make_lock(d, path));
	return path;
}

/* ---- children ------------------------------------------------------------------------------------------------- */

void child_started(Scratch *s, Child *child)
{
	child->next = s->children;
	s->children = child;
	guard_note(s, child->pid, true);
}

void child_ended(Scratch *s, Child *child)
{
	pthread_mutex_lock(&s->lock);
	for (Child **at = &s->children; *at; at = &(*at)->next)
		if (*at == child) {
			*at = child->next;
			guard_note(s, child->pid, false);
			break;
		}
	pthread_mutex_unlock(&s->lock);
}

/* The compilers are process groups of their own: the C compiler's own children end with it. */
static void end_compilers(Scratch *s)
{
	const struct timespec pause = {0, 10 * 1000 * 1000};
	for (Child *c = s->children; c; c = c->next)
		kill(-c->pid, SIGTERM);
	for (int tries = 0; tries < 200; tries++) {
		int alive = 0;
		for (Child *c = s->children; c; c = c->next)
			alive += waitpid(c->pid, NULL, WNOHANG) == 0;
		if (alive == 0)
			return;
		nanosleep(&pause, NULL);
	}
	for (Child *c = s->children; c; c = c->next)
		kill(-c->pid, SIGKILL);
}

/* The lists' lock is held from here on. */
static void clear_for_good(Scratch *s)
{
	pthread_mutex_lock(&s->lock);
	end_compilers(s);
	for (ScratchPath *p = s->paths; p; p = p->next)
		remove_tree(p->path);
	s->paths = NULL;
	guard_end(s);
}

static void clear_at_exit(void)
{
	clear_for_good(of_process);
}

/* ---- signals --------------------------------------------------------------------------------------------------- */

void scratch_start(Scratch *s)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action;
	guard_start(s);
	pthread_mutex_init(&s->lock, NULL);
	sigemptyset(&s->waited);
	for (int i = 0; i < COUNT_OF(signals); i++)      /* what nohup ignores stays ignored */
		if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&s->waited, signals[i]);
	pthread_sigmask(SIG_BLOCK, &s->waited, &s->mask);
	s->ignores_size = sigaction(SIGXFSZ, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
	signal(SIGXFSZ, SIG_IGN);       /* "file too large" is an error of the write */
	of_process = s;
	atexit(clear_at_exit);
}

static void *watch(void *argument)
{
	scratch_watch(argument);
	return NULL;
}

/* Only the thread that forked is there, with the signals blocked that nobody waits for: so another one does. The
 * process does not outlive the gol that it works for. */
void scratch_forked(Scratch *s, pid_t parent)
{
	pthread_t thread;
	setpgid(0, 0);
	s->is_fork = true;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		kill(getpid(), SIGTERM);        /* which is waited for below */
	pthread_mutex_init(&s->lock, NULL);
	s->paths = NULL;
	s->children = NULL;
	s->program = 0;
	s->passes_on = false;
	s->progress.terminal = s->progress.lines = s->progress.shown = false;
	if (pthread_create(&thread, NULL, watch, s) == 0)
		pthread_detach(thread);
}

static void die_by(Scratch *s, int number)
{
	clear_for_good(s);
	progress_erase(s);
	signal(number, SIG_DFL);
	raise(number);
	pthread_sigmask(SIG_UNBLOCK, &s->waited, NULL);
	_exit(128 + number);
}

/* While a program runs under gol run, an interrupt is the program's affair (the terminal sends it to both); what is
 * sent to gol alone is sent on. */
static bool is_the_programs(Scratch *s, int number)
{
	pthread_mutex_lock(&s->lock);
	pid_t program = s->program;
	if (program && number != SIGINT && number != SIGQUIT)
		kill(program, number);
	pthread_mutex_unlock(&s->lock);
	return program != 0;
}

/* Under gol test an interrupt is for the test programs, and for whoever still builds one; they end by it or do not.
 * They have process groups of their own, so the terminal sends it to gol alone. */
static bool is_passed_on(Scratch *s, int number)
{
	pthread_mutex_lock(&s->lock);
	bool passes_on = s->passes_on && (number == SIGINT || number == SIGQUIT);
	for (Child *c = s->children; passes_on && c; c = c->next)
		kill(-c->pid, number);
	if (passes_on)
		__atomic_store_n(&s->interrupted, true, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&s->lock);
	return passes_on;
}

void scratch_watch(Scratch *s)
{
	struct timespec until_tick = {1, 0};
	for (;;) {
		int number = sigtimedwait(&s->waited, NULL, &until_tick);
		if (number > 0 && !is_passed_on(s, number) && !is_the_programs(s, number))
			die_by(s, number);
		progress_tick(s);
		until_tick = (struct timespec){0, 200 * 1000 * 1000};
	}
}
