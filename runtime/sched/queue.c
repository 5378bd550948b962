/*
 * queue.c - who runs next: the queues of runnable goroutines.
 *
 * A P's queue is run_next (the goroutine readied or started last, which shares the time slice of the one that did
 * it), then a ring of 256; half of a full ring goes to the global queue. Every 61st time slice looks at the global
 * queue first. Picks from run_next are no new time slices: when a slice is over 10 ms old the monitor has run_next
 * skipped once if others wait, so that two goroutines that ready each other cannot keep others out for ever.
 *
 * The ring. tail belongs to the owner; head is moved by whoever takes, with one compare-and-swap: the owner by one, a
 * thief by half of what is there. An entry is read before the swap and may be stale then (the owner has gone round the
 * ring); but then head has moved, and the swap fails. Both counters only grow.
 *
 * run_next is the owner's alone, without any atomic change: a swap would tax every switch for the rare owner that
 * readies a goroutine and runs on. A worker that sees it stand still asks the owner, who moves it to the ring at
 * its next poll (queue_share). Whether filling run_next is a reason to wake another worker is predicted: P.handoff
 * counts how often the goroutine that readied another one parked soon after, as in any exchange over a channel.
 * Where that was wrong the monitor asks, two of its rounds later.
 */
#include "sched/bubble.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "sched/record.h"

#include "base/fatal.h"
#include "base/options.h"
#include "stack/status.h"

enum { GLOBAL_EVERY = 61 };

/* ---- the global queue ------------------------------------------------------------------------------- */

void queue_add_global(G *g)
{
	lock_require_held(RANK_SCHEDULER);
	debug_require(scheduler.global_head == NULL || scheduler.global_tail->link == NULL);
	debug_require((scheduler.global_head == NULL) == (scheduler.global_count == 0));
	g->link = NULL;
	if (scheduler.global_head != NULL)
		scheduler.global_tail->link = g;
	else
		scheduler.global_head = g;
	scheduler.global_tail = g;
	store_relaxed(&scheduler.global_count, scheduler.global_count + 1);
}

/*
 * Every GLOBAL_EVERY slices the queue's first comes before the ring. Where nobody waits there, that count begins with
 * g: else a goroutine that gave way for a late timer would, once in GLOBAL_EVERY times, come again before whom the
 * timer woke, and keep it waiting for a whole slice.
 */
void proc_put_global(G *g)
{
	P *p = current_m->p;
	os_acquire(&scheduler.lock);
	if (scheduler.global_count == 0 && p != NULL)
		p->global_at = p->tick + GLOBAL_EVERY;
	queue_add_global(g);
	os_release(&scheduler.lock);
	idle_wake_queued();
}

void queue_timers_first(P *p)
{
	if (!queue_global_is_due(p) || p->global_postponed || queue_ring_is_empty(p))
		return;
	p->global_at = p->tick + 1;
	p->global_postponed = true;
}

void queue_add_expected(G *list)
{
	lock_require_held(RANK_SCHEDULER);
	for (G *g = list, *next; g != NULL; g = next) {
		debug_require(load_relaxed(&scheduler.expected) > 0);
		next = g->link;
		if (event_recorded())
			record_ready(g);
		if (status_ready(g))
			queue_add_global(g);
		atomic_add(&scheduler.expected, -1);
	}
}

void proc_ready_expected(G *list)
{
	os_acquire(&scheduler.lock);
	queue_add_expected(list);
	os_release(&scheduler.lock);
	idle_wake_queued();
}

/* One at a time. Half a ring at once, under one lock, was slower with one P (124 ns for a goroutine of 10,000, not
 * 75) and with two: the goroutine's memory is read twice, the second time when the cache has forgotten it. */
static G *take_global(void)
{
	if (load_relaxed(&scheduler.global_count) == 0)
		return NULL;
	os_acquire(&scheduler.lock);
	G *g = scheduler.global_head;
	debug_require((g == NULL) == (scheduler.global_count == 0));
	if (g != NULL) {
		scheduler.global_head = g->link;
		g->link = NULL;
		store_relaxed(&scheduler.global_count, scheduler.global_count - 1);
	}
	os_release(&scheduler.lock);
	return g;
}

/* ---- the ring ----------------------------------------------------------------------------------------- */

/* Half of a full ring to the global queue; false: thieves were quicker. */
static GOL_COLD bool spill(P *p, uint32_t head)
{
	G *batch[P_QUEUE / 2];
	for (uint32_t i = 0; i < P_QUEUE / 2; i++)
		batch[i] = load_relaxed(queue_entry(p, head + i));
	if (!proc_change(&p->head, head, head + P_QUEUE / 2))
		return false;
	os_acquire(&scheduler.lock);
	for (uint32_t i = 0; i < P_QUEUE / 2; i++)
		queue_add_global(batch[i]);
	os_release(&scheduler.lock);
	return true;
}

/* Release: pairs with a thief's acquire of tail, so that who sees the new tail sees the entry. A thief that looks at
 * head after this owner has filled the ring may make spill fail: then there is room, and the loop looks again. */
static inline void put_back(P *p, G *g)
{
	debug_require(g != NULL);
	uint32_t tail = p->tail;
	for (uint32_t head; GOL_UNLIKELY(tail - (head = load_acquire(&p->head)) >= P_QUEUE);)
		spill(p, head);
	store_relaxed(queue_entry(p, tail), g);
	store_release(&p->tail, tail + 1);
}

/* The monitor reads tick. */
static inline void new_slice(P *p) { store_relaxed(&p->tick, p->tick + 1); }

/* The entries are copied before they are taken: between the two they may be anybody's, and the exchange on head
 * decides. They go behind to's tail, which nobody sees before it is moved. The owner of `to` found its ring empty, so
 * at most half a ring is added to none. */
G *queue_steal(P *to, P *from)
{
	debug_require(to != from);
	for (;;) {
		uint32_t head = load_acquire(&from->head), n = load_acquire(&from->tail) - head, tail = to->tail;
		n -= n / 2;
		if (n == 0)
			return NULL;
		if (n > P_QUEUE / 2)        /* head and tail are not of one moment */
			continue;
		debug_require(tail - load_relaxed(&to->head) <= P_QUEUE / 2);
		for (uint32_t i = 0; i < n; i++)
			store_relaxed(queue_entry(to, tail + i), load_relaxed(queue_entry(from, head + i)));
		if (!atomic_change(&from->head, head, head + n))
			continue;
		store_release(&to->tail, tail + n - 1);
		return *queue_entry(to, tail + n - 1);
	}
}

/* To the end of the ring: nobody gave them the rest of a time slice. */
void proc_ready_here(G *list)
{
	P *p = current_m->p;
	for (G *g = list, *next; g != NULL; g = next) {
		next = g->link;
		g->link = NULL;
		if (event_recorded())
			record_ready(g);
		if (status_ready(g))
			put_back(p, g);
		atomic_add(&scheduler.expected, -1);
	}
	if (list != NULL)
		idle_wake();
}

/* ---- putting -------------------------------------------------------------------------------------------- */

/* run_next was taken, or others are to hear of g: kept out of line, so that the usual way needs no registers saved. */
__attribute__((noinline)) static void put_before_others(P *p, G *g)
{
	G *old = p->run_next;
	store_relaxed(&p->run_next, g);
	if (old != NULL)
		put_back(p, old);
	idle_wake();
}

static inline void put_front(P *p, G *g)
{
	p->readied = load_relaxed(&monitor_rounds) | 1;
	if (p->run_next != NULL || p->handoff < HANDOFF_LIKELY)
		put_before_others(p, g);
	else
		store_relaxed(&p->run_next, g);
}

void queue_put_front(P *p, G *g) { put_front(p, g); }

/* In a bubble, not plainly WAITING, or recorded. */
__attribute__((noinline)) static void ready_slowly(G *g)
{
	if (g->durable)
		bubble_readied(g);
	if (event_recorded())
		record_ready(g);
	if (status_ready(g))
		put_front(current_m->p, g);
}

void sched_ready(G *g)
{
	lock_require_none("readies a goroutine");
	debug_require(current_m != NULL && current_m->p != NULL);       /* others: sched_expect, proc_ready_expected */
	if (GOL_UNLIKELY(g->durable) || GOL_UNLIKELY(!status_ready_plainly(g)))
		ready_slowly(g);
	else
		put_front(current_m->p, g);
}

void queue_share(P *p)
{
	G *g = p->run_next;
	if (g == NULL)
		return;
	store_relaxed(&p->run_next, (G *)NULL);
	put_back(p, g);
	p->handoff = 0;
	idle_wake_anyway();
}

void queue_empty(P *p)
{
	lock_require_held(RANK_SCHEDULER);
	debug_require(p->tail - p->head <= P_QUEUE);
	if (p->run_next != NULL)
		queue_add_global(p->run_next);
	store_relaxed(&p->run_next, (G *)NULL);
	for (; p->head != p->tail; store_relaxed(&p->head, p->head + 1))
		queue_add_global(*queue_entry(p, p->head));
}

/* ---- picking ---------------------------------------------------------------------------------------------- */

/* GOLSTRESS=sched, on one P: any of the runnable ones. */
static GOL_COLD G *take_random(P *p)
{
	if (p->run_next != NULL) {
		put_back(p, p->run_next);
		store_relaxed(&p->run_next, (G *)NULL);
	}
	uint32_t n = p->tail - p->head;
	G *g = take_global();
	if (g != NULL && (n == 0 || stress_chance(&current_m->random, n + 1)))
		return g;
	if (g != NULL)
		put_back(p, g);
	n = p->tail - p->head;
	if (n == 0)
		return NULL;
	G **a = queue_entry(p, p->head),
		**b = queue_entry(p, p->head + (uint32_t)(random_next(&current_m->random) >> 33) % n);
	G *chosen = *b;
	*b = *a;
	*a = chosen;
	return queue_take_local(p);
}

/* run_next, unless others wait; then it waits with them, and NULL. */
static GOL_COLD G *skip_run_next(P *p)
{
	G *g = p->run_next;
	store_relaxed(&p->skip_next, 0u);
	if (g == NULL)
		return NULL;
	store_relaxed(&p->run_next, (G *)NULL);
	if (queue_ring_is_empty(p) && load_relaxed(&scheduler.global_count) == 0) {
		new_slice(p);
		return g;
	}
	put_back(p, g);
	idle_wake();
	return NULL;
}

G *queue_pick_slowly(P *p)
{
	G *g;
	if (GOL_UNLIKELY(gol_stress.sched))
		return take_random(p);
	if (GOL_UNLIKELY(load_relaxed(&p->skip_next)) && (g = skip_run_next(p)) != NULL)
		return g;
	if (queue_global_is_due(p)) {
		p->global_at = p->tick + GLOBAL_EVERY;
		p->global_postponed = false;
		if ((g = take_global()) != NULL) {
			new_slice(p);
			return g;
		}
	}
	if ((g = queue_take_local(p)) == NULL && (g = take_global()) != NULL)
		new_slice(p);
	return g;
}
