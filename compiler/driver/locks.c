/*
 * locks.c - several gols that want the same object: one compiles, the others wait for it.
 *
 * The lock is a file beside the object's place in the cache, held (flock) by who compiles it, until the object is in
 * the cache. The rules:
 *
 *     a lock is released as soon as its own object is stored, not when its program is done;
 *     nobody waits while holding a lock. What another gol compiles is put off: everything else of the program is
 *     compiled first (compile.c), then it is there mostly. So there is no order of locks to keep, and no chain of
 *     gols each of which waits for the next;
 *     a lock is help, never a condition: objects are stored under their names in one step (cache.c), so two gols that
 *     compile the same lose time and nothing else. Where the file cannot be made, gol goes on without.
 *
 * The holder's process number stands in the file. A holder that has died has no lock any more, one that was stopped
 * (SIGSTOP, control Z) is not waited for. After some seconds gol says whom it waits for, once in its life. A number
 * means nothing where the holder is on another machine or in another container: it is waited for as one that runs is.
 *
 * Rejected: asking the lock's owner of the system (F_GETLK, /proc/locks): the former goes with locks of another sort,
 * which end when any descriptor of the file is closed; the latter is not everywhere.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { SAID_AFTER = 5, LONGEST_NAP = 50 };      /* seconds; milliseconds */

static const char *lock_path(Driver *d, uint64_t key)
{
	return arena_printf(d->c->arena, "%s.lock", cache_path(d, key));
}

static void write_number(int file)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
	if (ftruncate(file, 0) == 0)
		(void)!pwrite(file, text, (size_t)n, 0);        /* a full disk: nobody knows who holds it */
}

/* 0: not known. */
static pid_t read_number(int file)
{
	char text[24];
	ssize_t n = pread(file, text, sizeof text - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	long number = strtol(text, NULL, 10);
	return number > 0 ? (pid_t)number : 0;
}

/* By the letter behind the name, which is in parentheses and may have some itself. */
static bool is_stopped(pid_t pid)
{
	char path[40], text[512];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	const char *state = strrchr(text, ')');
	return state && (strncmp(state, ") T", 3) == 0 || strncmp(state, ") t", 3) == 0);
}

/* Past everything that standard error is for the moment: who looks on shall see it now. */
static void say_once(Driver *d, pid_t holder, const char *what)
{
	if (d->said_waiting)
		return;
	d->said_waiting = true;
	progress_clear(d);
	int out = d->shown_stderr > 0 ? d->shown_stderr : 2;
	if (holder)
		dprintf(out, "gol: waiting for process %d, which compiles %s\n", (int)holder, what);
	else
		dprintf(out, "gol: waiting for another gol, which compiles %s\n", what);
}

/* Its lock is ours then, or there are none: false says that another gol has it. */
bool lock_object(Driver *d, uint64_t key)
{
	int file = open(lock_path(d, key), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
	if (file < 0)
		return true;
	if (flock(file, LOCK_EX | LOCK_NB) != 0) {
		bool taken = errno == EWOULDBLOCK;
		close(file);
		return !taken;
	}
	write_number(file);
	vec_push(d->c->arena, &d->locks, (CompileLock){file, key});
	return true;
}

/* Until the lock is ours, or nobody's who works. What the object is then, the cache says. */
void wait_for_lock(Driver *d, uint64_t key, const char *what)
{
	require(d->locks.len == 0);     /* nobody waits while holding one */
	struct timespec start, now;
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (long nap = 1; !lock_object(d, key); nap = nap < LONGEST_NAP ? nap + 1 : nap) {
		int file = open(lock_path(d, key), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		pid_t holder = file >= 0 ? read_number(file) : 0;
		if (file >= 0)
			close(file);
		if (holder && is_stopped(holder))
			return;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec >= SAID_AFTER)
			say_once(d, holder, what);
		nanosleep(&(struct timespec){.tv_nsec = nap * 1000000}, NULL);
	}
}

/* The file goes away with its lock: who has it open gets the lock and looks for the object; who comes later makes a
 * new one. */
static void release(Driver *d, CompileLock lock)
{
	unlink(lock_path(d, lock.key));
	close(lock.file);
}

void unlock_object(Driver *d, uint64_t key)
{
	for (int i = 0; i < d->locks.len; i++)
		if (d->locks.items[i].key == key) {
			release(d, d->locks.items[i]);
			d->locks.items[i] = vec_pop(&d->locks);
			return;
		}
}

/* Before anything that may take long: the linker, a program under gol run, the next package. */
void unlock_all(Driver *d)
{
	while (d->locks.len)
		release(d, vec_pop(&d->locks));
	d->locks.items = NULL;      /* the next program has an arena of its own */
	d->locks.cap = 0;
}
