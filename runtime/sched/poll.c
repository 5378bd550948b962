/*
 * poll.c - goroutines that wait until a descriptor can be read or written: pipes, FIFOs, terminals, sockets in
 * nonblocking mode, processes (which can be read when they have ended). Any number of them costs one thread, which sleeps in the system until one is ready.
 *
 * A goroutine tries first (internal/gol/poll); if it would block it comes here, and tries again when it goes on. So
 * being woken for nothing is harmless, and what this file keeps need not be exact: who waits, in a list by
 * descriptor, and the system's set, which reports each watched descriptor once (os_poll_watch).
 *
 * The thread has no P, so it must not ready a goroutine whose frames are being saved, as a holder of a P may. Hence a
 * goroutine joins its list only when it is frozen (poll_begin, called by the dispatcher); from then on
 * whoever takes it off the list, under the lock, owns it: the thread, or poll_evict.
 *
 * Closing: poll_evict sets the flag under the lock and takes off those that wait with it; poll_begin looks at the flag
 * under the lock. So none waits for a descriptor that is to be closed.
 *
 * While somebody waits here the program is not deadlocked: sched_expect counts them.
 *
 * Rejected: a thread for each waiting goroutine (hundreds of them), polling in the scheduler's idle worker (it sleeps on
 * a futex that others wake; with one P the hand-over costs the same).
 */
#include "base/fatal.h"
#include "os/os.h"
#include "sched/proc.h"

#include <stdlib.h>

enum { CLOSING = -1, EVENTS = 64, STACK = 128 << 10 };

static struct {
	os_lock lock;
	G **waiting;                /* by descriptor: who waits for it, in order of arrival, linked by G.link */
	size_t cap;
	bool started;               /* the thread */
} descriptors;

static void make_room(int fd)
{
	size_t cap = descriptors.cap ? descriptors.cap : 64;
	if ((size_t)fd < descriptors.cap)
		return;
	while (cap <= (size_t)fd)
		cap *= 2;
	descriptors.waiting = realloc(descriptors.waiting, cap * sizeof *descriptors.waiting);
	if (descriptors.waiting == NULL)
		runtime_out_of_memory();
	memset(descriptors.waiting + descriptors.cap, 0, (cap - descriptors.cap) * sizeof *descriptors.waiting);
	descriptors.cap = cap;
}

static void append(G **list, G *g)
{
	while (*list != NULL)
		list = &(*list)->link;
	g->link = NULL;
	*list = g;
}

/* Moves to *taken who waits for fd to read, or to write, or with the flag closing. */
static void take(int fd, bool read, bool write, const uint32_t *closing, G **taken)
{
	for (G **at = &descriptors.waiting[fd]; *at != NULL;) {
		G *g = *at;
		bool fits = g->poll_write ? write : read;
		if (fits || (closing != NULL && g->ready_argument == closing)) {
			*at = g->link;
			append(taken, g);
		} else {
			at = &g->link;
		}
	}
}

/* Has the system watch fd for those that wait for it. */
static int watch(int fd)
{
	bool read = false, write = false;
	for (const G *g = descriptors.waiting[fd]; g != NULL; g = g->link)
		*(g->poll_write ? &write : &read) = true;
	return read || write ? os_poll_watch(fd, read, write) : 0;
}

static void poll_main(void *argument)
{
	os_ready ready[EVENTS];
	(void)argument;
	for (;;) {
		G *taken = NULL;
		int n = os_poll_wait(ready, EVENTS);
		if (n < 0)
			runtime_fatal("runtime: waiting for descriptors failed");
		os_acquire(&descriptors.lock);
		for (int i = 0; i < n; i++) {
			if ((size_t)ready[i].fd >= descriptors.cap)
				continue;
			take(ready[i].fd, ready[i].read, ready[i].write, NULL, &taken);
			watch(ready[i].fd);         /* an error would have shown when they came */
		}
		os_release(&descriptors.lock);
		if (taken != NULL)
			proc_ready_expected(taken);
	}
}

static void start(void)
{
	descriptors.started = true;
	if (!os_thread_start(poll_main, NULL, STACK))
		runtime_fatal("runtime: cannot start a thread");
}

static void give_result(G *g)
{
	g->ready_argument = NULL;
	g->pub.ret = g->results;
}

void poll_wait(G *g, int fd, bool write, uint32_t *closing)
{
	g->poll_fd = fd;
	g->poll_write = write;
	g->ready_argument = closing;        /* keeps the memory alive */
	g->results[0] = 0;
	monitor_need();
	sched_park_for_poll(g, give_result);
}

/* 0: it waits, and is no longer the caller's. */
static int64_t begin(G *g)
{
	int fd = g->poll_fd, error;
	if (*(const uint32_t *)g->ready_argument != 0)
		return CLOSING;
	make_room(fd);
	append(&descriptors.waiting[fd], g);
	error = watch(fd);
	if (error != 0) {
		G **at = &descriptors.waiting[fd];
		while (*at != g)
			at = &(*at)->link;
		*at = NULL;                     /* it was the last */
		return error;
	}
	if (!descriptors.started)
		start();
	return 0;
}

void poll_begin(G *g)
{
	sched_expect(1);
	os_acquire(&descriptors.lock);
	int64_t result = begin(g);
	os_release(&descriptors.lock);
	if (result == 0)
		return;
	g->results[0] = (uint64_t)result;
	sched_expect(-1);
	sched_ready(g);
}

void poll_evict(int fd, uint32_t *closing)
{
	G *taken = NULL;
	os_acquire(&descriptors.lock);
	*closing = 1;
	if ((size_t)fd < descriptors.cap) {
		take(fd, false, false, closing, &taken);
		if (descriptors.waiting[fd] == NULL)
			os_poll_forget(fd);
	}
	os_release(&descriptors.lock);
	for (G *g = taken, *next; g != NULL; g = next) {
		next = g->link;
		g->link = NULL;
		g->results[0] = (uint64_t)(int64_t)CLOSING;
		sched_expect(-1);
		sched_ready(g);
	}
}

bool poll_can_wait(int fd)
{
	os_acquire(&descriptors.lock);
	bool ok = os_poll_watch(fd, false, false) == 0;
	os_release(&descriptors.lock);
	return ok;
}
