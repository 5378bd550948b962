/*
 * poll.c - goroutines that wait until a descriptor can be read or written: sockets, pipes, FIFOs, terminals, processes
 * (which can be read when they have ended).
 *
 * A descriptor is registered with the system's set once, for both sides and for as long as it is open; the set reports
 * edges: that something became ready which may not have been before. An operation (internal/poll) tries first, in
 * place, and comes here only where it would block:
 *
 *     ready = false; try; would block: wait     (wait returns at once if an edge has set ready meanwhile)
 *
 * An edge after the reset is seen by wait, one before it by the try: none is lost. Being woken for nothing is
 * harmless, as who is woken tries again. Hence descriptors need no generations: they are never given back to the
 * system, and an edge of a closed one that reaches its successor wakes for nothing.
 *
 * A side's status says why it must not wait: the descriptor is being closed, or the side's deadline has passed. It
 * changes and is looked at under the lock, so none waits for what will not come.
 *
 * Who asks the system (poll_look): a worker that has nothing to run, without waiting; then, going idle, one of the
 * idle workers waits there until the next timer instead of on its futex (proc.c); and while all Ps are busy or in
 * calls the monitor, a round at a time. There is no thread for it. Who asks may have no P, so it must not ready a
 * goroutine whose frames are being saved, as a holder of a P may: a goroutine is queued here only when it is frozen
 * (poll_begin, called by the dispatcher); from then on whoever takes it off, under the lock, owns it.
 *
 * While somebody waits here the program is not deadlocked: sched_expect counts them.
 *
 * Rejected: asking for one readiness at a time (one more system call for every wait); a thread that waits (two
 * switches of threads for every event).
 */
#include "base/fatal.h"
#include "os/os.h"
#include "sched/proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 128, BATCH = 64 };

typedef struct poll_side {
	uint32_t ready;             /* atomic: an edge came since the last reset, and let nobody go on */
	int32_t status;             /* atomic; 0 or enum poll_result; changes under the lock */
	G *waiting;                 /* in order of arrival, linked by G.link; under the lock */
} poll_side;

struct poll_desc {
	poll_side sides[2];         /* read, write */
	poll_desc *link;            /* in the free list */
};

static struct {
	os_lock lock;
	poll_desc *free;
	uint32_t waiting;           /* goroutines that wait; also read without the lock */
	int64_t looked;             /* atomic: when the system was asked last */
} descriptors = {.lock = LOCK_OF_RANK(RANK_DESCRIPTORS)};

static poll_desc *make_desc(void)
{
	if (descriptors.free == NULL) {
		poll_desc *batch = calloc(BATCH, sizeof *batch);
		if (batch == NULL)
			runtime_out_of_memory();
		for (int i = 0; i < BATCH; i++) {
			batch[i].link = descriptors.free;
			descriptors.free = &batch[i];
		}
	}
	poll_desc *d = descriptors.free;
	descriptors.free = d->link;
	memset(d, 0, sizeof *d);
	return d;
}

static void free_desc(poll_desc *d)
{
	d->link = descriptors.free;
	descriptors.free = d;
}

int poll_open(int fd, poll_desc **out)
{
	os_acquire(&descriptors.lock);
	poll_desc *d = make_desc();
	int error = os_poll_add(fd, d);
	if (error != 0)
		free_desc(d);
	os_release(&descriptors.lock);
	*out = error == 0 ? d : NULL;
	return error;
}

void poll_close(poll_desc *d, int fd)
{
	os_acquire(&descriptors.lock);
	debug_require(d->sides[0].waiting == NULL && d->sides[1].waiting == NULL);
	os_poll_remove(fd);
	free_desc(d);
	os_release(&descriptors.lock);
}

int poll_reset(poll_desc *d, bool write)
{
	store_seq(&d->sides[write].ready, 0u);      /* before the system call that follows */
	return load_relaxed(&d->sides[write].status);
}

/* ---- waiting -------------------------------------------------------------------------------------------- */

static void give_result(G *g)
{
	g->poll = NULL;
	g->pub.ret = g->results;
}

/* An edge lets one wait return. */
static bool take_ready(poll_side *s)
{
	return load_relaxed(&s->ready) && __atomic_exchange_n(&s->ready, 0, __ATOMIC_SEQ_CST);
}

bool poll_wait(G *g, poll_desc *d, bool write, int *result)
{
	poll_side *s = &d->sides[write];
	*result = load_relaxed(&s->status);
	if (*result != 0 || take_ready(s))
		return false;
	g->poll = d;
	g->poll_write = write;
	g->results[0] = 0;
	monitor_need();
	sched_park_for_poll(g, give_result);
	return true;
}

static void append(G **list, G *g)
{
	while (*list != NULL)
		list = &(*list)->link;
	g->link = NULL;
	*list = g;
}

void poll_begin(G *g)
{
	poll_side *s = &g->poll->sides[g->poll_write];
	os_acquire(&descriptors.lock);
	g->results[0] = (uint64_t)(int64_t)s->status;
	bool waits = s->status == 0 && !take_ready(s);
	if (waits) {
		append(&s->waiting, g);
		store_relaxed(&descriptors.waiting, descriptors.waiting + 1);
		sched_expect(1);
	}
	os_release(&descriptors.lock);
	if (!waits)
		sched_ready(g);
}

/* Moves who waits at s to the list *taken, with that result. The lock is held. */
static void take(poll_side *s, int result, G **taken)
{
	for (G *g = s->waiting, *next; g != NULL; g = next) {
		next = g->link;
		g->results[0] = (uint64_t)(int64_t)result;
		g->link = *taken;
		*taken = g;
		store_relaxed(&descriptors.waiting, descriptors.waiting - 1);
	}
	s->waiting = NULL;
}

static void set_status(poll_desc *d, bool write, int status, G **taken)
{
	store_relaxed(&d->sides[write].status, (int32_t)status);
	if (status != 0)
		take(&d->sides[write], status, taken);
}

void poll_expire(poll_desc *d, bool write, bool expired)
{
	G *taken = NULL;
	os_acquire(&descriptors.lock);
	if (d->sides[write].status != POLL_CLOSING)
		set_status(d, write, expired ? POLL_EXPIRED : 0, &taken);
	os_release(&descriptors.lock);
	proc_ready_here(taken);
}

void poll_evict(poll_desc *d)
{
	G *taken = NULL;
	os_acquire(&descriptors.lock);
	set_status(d, false, POLL_CLOSING, &taken);
	set_status(d, true, POLL_CLOSING, &taken);
	os_release(&descriptors.lock);
	proc_ready_here(taken);
}

/* ---- asking the system -------------------------------------------------------------------------------------- */

bool poll_has_waiters(void) { return load_relaxed(&descriptors.waiting) != 0; }
int64_t poll_last_look(void) { return load_relaxed(&descriptors.looked); }

static void edge(poll_side *s, G **taken)
{
	if (s->waiting == NULL)
		store_release(&s->ready, 1u);
	take(s, 0, taken);
}

static GOL_COLD _Noreturn void cannot_wait(int error)
{
	char message[80];
	int n = snprintf(message, sizeof message, "runtime: epollwait on fd %d failed with %d\n", os_poll_set(), error);
	os_write_all(2, message, (size_t)n);
	runtime_fatal("runtime: netpoll failed");
}

G *poll_look(int64_t ns)
{
	os_ready ready[EVENTS];
	G *taken = NULL;
	int n = os_poll_wait(ready, EVENTS, ns);
	if (n < 0)
		cannot_wait(errno);
	store_relaxed(&descriptors.looked, os_nanotime());
	if (n == 0)
		return NULL;
	os_acquire(&descriptors.lock);
	for (int i = n - 1; i >= 0; i--) {          /* take() puts what it finds in front */
		poll_desc *d = ready[i].data;
		if (ready[i].read)
			edge(&d->sides[0], &taken);
		if (ready[i].write)
			edge(&d->sides[1], &taken);
	}
	os_release(&descriptors.lock);
	return taken;
}
