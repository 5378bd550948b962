/*
 * sync.c - semaphores for package sync: goroutines that wait on an address.
 *
 * A table of buckets by address, each a list of waiters in order of arrival. A release with somebody
 * waiting gives its count to the first of them directly, without passing through *addr, so a woken
 * goroutine never has to compete and wait again. The check of *addr and the queueing
 * are one step under the bucket's lock, and so are the two halves of a release: no wake-up is lost.
 * The address is heap or global memory (it escapes by being passed here).
 */
#include "ffi/intrinsic.h"
#include "base/lock.h"
#include "base/options.h"
#include "gc/gc.h"
#include "os/os.h"
#include "race/race.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "unwind/panic.h"

#include <stdlib.h>

enum { BUCKETS = 251 };

typedef struct bucket { spin_lock lock; G *first, *last; } bucket;      /* linked by G.link */
static bucket buckets[BUCKETS] = {[0 ... BUCKETS - 1] = {.lock = LOCK_OF_RANK(RANK_SEMAPHORE)}};

static bucket *bucket_of(const uint32_t *address) { return &buckets[((uintptr_t)address >> 3) % BUCKETS]; }

static bool try_take(uint32_t *address)
{
	uint32_t v = load_seq(address);
	while (v > 0)
		if (__atomic_compare_exchange_n(address, &v, v - 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return true;
	return false;
}

static void enqueue(bucket *b, G *g, bool at_front)
{
	g->link = at_front ? b->first : NULL;
	if (b->first == NULL)
		b->first = b->last = g;
	else if (at_front)
		b->first = g;
	else
		b->last = b->last->link = g;
}

static G *dequeue(bucket *b, const uint32_t *address)
{
	G *previous = NULL;
	for (G *g = b->first; g != NULL; previous = g, g = g->link) {
		if (g->ready_argument != address)
			continue;
		if (previous != NULL)
			previous->link = g->link;
		else
			b->first = g->link;
		if (b->last == g)
			b->last = previous;
		g->link = NULL;
		return g;
	}
	return NULL;
}

static bool take(G *g, uint32_t *address)
{
	bool taken = try_take(address);
	if (GOL_UNLIKELY(gol_race_on) && taken)
		race_acquire(&g->pub, address);
	return taken;
}

static void acquire(G *g, uint32_t *address, bool lifo, bool durable)
{
	if (take(g, address))
		return;
	bucket *b = bucket_of(address);
	spin_acquire(&b->lock);
	if (take(g, address)) {
		spin_release(&b->lock);
		return;
	}
	g->ready_argument = address;        /* keeps the memory alive while the goroutine waits */
	sched_park(g, WAIT_SEMACQUIRE, NULL);
	g->durable = durable && g->bubble != NULL;
	enqueue(b, g, lifo);
	spin_release(&b->lock);
}

INTRINSIC(void, sync_runtime_Semacquire, gol_g *g, uint32_t *address, bool lifo)
{
	acquire(g_of(g), address, lifo, false);
}
INTRINSIC(void, sync_runtime_SemacquireGroup, gol_g *g, uint32_t *address) { acquire(g_of(g), address, false, true); }

INTRINSIC(void, sync_runtime_Semrelease, gol_g *gp, uint32_t *address, bool handoff)
{
	if (GOL_UNLIKELY(gol_race_on))
		race_release_merge(gp, address);
	(void)handoff;                      /* whoever is readied runs next on this P anyway */
	bucket *b = bucket_of(address);
	spin_acquire(&b->lock);
	G *g = dequeue(b, address);
	if (g == NULL)
		__atomic_add_fetch(address, 1, __ATOMIC_SEQ_CST);
	else
		g->ready_argument = NULL;
	if (GOL_UNLIKELY(gol_race_on) && g != NULL)
		race_acquire(&g->pub, address);
	spin_release(&b->lock);
	if (g != NULL)
		sched_ready(g);
}

INTRINSIC(int64_t, sync_runtime_nanotime, gol_g *g) { (void)g; return os_nanotime(); }
INTRINSIC(uint32_t, sync_runtime_gcCycle, gol_g *g) { (void)g; return gc.stats.count; }
INTRINSIC(gol_int, sync_runtime_procID, gol_g *g) { return g_of(g)->m->p->id; }

static const char *copied(gol_string s)
{
	char *p = malloc((size_t)s.len + 1);
	if (p == NULL)
		runtime_out_of_memory();
	if (s.len > 0)
		memcpy(p, s.ptr, (size_t)s.len);
	p[s.len] = 0;
	return p;
}

INTRINSIC(void, sync_fatal, gol_g *g, gol_string message) { fatal_raise(g, copied(message)); }
INTRINSIC(void, runtime_fatal, gol_g *g, gol_string message) { fatal_raise(g, copied(message)); }
