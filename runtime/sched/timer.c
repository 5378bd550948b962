/*
 * timer.c - what happens at a time: sleeping goroutines wake, timers of package time start
 * a goroutine.
 *
 * One binary heap by time for all Ps, and one for each bubble (bubble.h), under one lock. An entry is a goroutine
 * (Sleep) or a timer object; the object is a heap object that knows its index, so that stopping needs no search. The
 * timers that send to a channel belong to it (`held`): the channel leads to its timer, the heap here does not keep it.
 * When a collection has marked neither, nobody can ever receive, and the timer is dropped. All others, and those of
 * bubbles, are roots. The
 * scheduler runs what is due between goroutines; an idle worker sleeps until the next
 * entry; the monitor asks a goroutine that runs on while something is due to give way.
 */
#include "base/fatal.h"
#include "gc/gc.h"
#include "heap/heap.h"
#include "os/os.h"
#include "race/race.h"
#include "sched/bubble.h"
#include "sched/p.h"
#include "sched/proc.h"

#include <stdlib.h>

struct sched_timer {
	gol_func *fn;
	uint64_t index;             /* in the heap + 1; 0: not pending */
	timer_heap *heap;           /* valid while it is pending */
	bool held;                  /* by a channel: it is no root */
};

static struct {
	os_lock lock;
	timer_heap all;             /* of those outside bubbles */
	bubble *bubbles;            /* that are not over */
} timers = {.lock = LOCK_OF_RANK(RANK_TIMERS)};
int64_t timers_first = INT64_MAX;

static const gol_type timer_type = {
	.size = sizeof(sched_timer), .pointer_bytes = 8, .kind = GOL_KIND_STRUCT, .align = 8,
		.pointer_map = (const uint8_t[]){1},
	.text = {(const uint8_t *)"runtime.timer", 13},
};

/* ---- the heap; the lock is held ------------------------------------------------------------------- */

static void place(timer_heap *h, size_t i, timer_entry e)
{
	debug_require(i < h->cap && (e.g == NULL) != (e.timer == NULL));
	h->items[i] = e;
	if (e.timer != NULL)
		e.timer->index = i + 1;
}

static void up(timer_heap *h, size_t i, timer_entry e)
{
	while (i > 0 && h->items[(i - 1) / 2].when > e.when) {
		place(h, i, h->items[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(h, i, e);
}

static void down(timer_heap *h, size_t i, timer_entry e)
{
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= h->count)
			break;
		if (child + 1 < h->count && h->items[child + 1].when < h->items[child].when)
			child++;
		if (h->items[child].when >= e.when)
			break;
		place(h, i, h->items[child]);
		i = child;
	}
	place(h, i, e);
}

static int64_t first_of(const timer_heap *h) { return h->count > 0 ? h->items[0].when : INT64_MAX; }

/* Sequentially consistent: an idle worker that goes to sleep says until when, then looks at this; who adds a timer does
 * the two the other way round (idle_watch), so one of them sees the other. */
static void publish(timer_heap *h)
{
	lock_require_held(RANK_TIMERS);
	if (h != &timers.all)
		return;
	int64_t first = first_of(h);
	store_seq(&timers_first, first);
	monitor_timer(first);
}

static void add(timer_heap *h, timer_entry e)
{
	if (h->count == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->items = realloc(h->items, h->cap * sizeof *h->items);
		if (h->items == NULL)
			runtime_out_of_memory();
	}
	if (e.timer != NULL) {
		debug_require(e.timer->index == 0);     /* pending twice, it would be found at one place only */
		e.timer->heap = h;
		if (load_relaxed(&gol_barrier_on))
			gol_barrier_word(&h->items[h->count].timer, e.timer);
	}
	h->count++;
	up(h, h->count - 1, e);
	publish(h);
}

/* With the lock released: an idle worker may have to sleep less long. */
static void added(const timer_heap *h, int64_t when)
{
	if (h == &timers.all && when <= timers_next())
		idle_watch(when);
	monitor_need();
}

/* The last entry takes its place, and may belong above or below it: it comes from another branch of the heap. */
static void take_out(timer_heap *h, size_t i)
{
	debug_require(i < h->count && (h->items[i].timer == NULL || h->items[i].timer->index == i + 1));
	timer_entry last = h->items[--h->count];
	if (h->items[i].timer != NULL)
		h->items[i].timer->index = 0;
	if (i < h->count) {
		if (i > 0 && h->items[(i - 1) / 2].when > last.when)
			up(h, i, last);
		else
			down(h, i, last);
	}
	publish(h);
}

/* ---- for the scheduler ------------------------------------------------------------------------------- */

bool timers_take_due(timer_heap *h, int64_t now, timer_entry *out)
{
	os_acquire(&timers.lock);
	bool due = h->count > 0 && h->items[0].when <= now;
	if (due) {
		*out = h->items[0];
		take_out(h, 0);
	}
	os_release(&timers.lock);
	return due;
}

void timers_fire(timer_entry e, bubble *b)
{
	if (e.g != NULL) {
		sched_ready(e.g);
		return;
	}
	G *g = sched_start_goroutine(e.timer->fn, NULL, e.timer);
	if (b != NULL)
		bubble_start(g, b);
}

bool timers_run(int64_t now)
{
	bool any = false;
	timer_entry e;
	while (timers_next() <= now && timers_take_due(&timers.all, now, &e)) {
		any = true;
		timers_fire(e, NULL);
	}
	return any;
}

static void each_root(const timer_heap *h, void (*visit)(void *, void **), void *argument)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->items[i].timer != NULL && (!h->items[i].timer->held || gc.looks_for_leaks))
			visit(argument, (void **)(void *)&h->items[i].timer);
}

void timers_each_root(void (*visit)(void *, void **), void *argument)
{
	each_root(&timers.all, visit, argument);
	for (const bubble *b = timers.bubbles; b != NULL; b = b->link)
		each_root(&b->timers, visit, argument);
}

void timers_drop_unreachable(void)
{
	timer_heap *h = &timers.all;
	size_t kept = 0;

	os_acquire(&timers.lock);
	for (size_t i = 0; i < h->count; i++)
		if (h->items[i].timer == NULL || !h->items[i].timer->held || gc_is_marked(h->items[i].timer))
			place(h, kept++, h->items[i]);
	/* dropping left holes anywhere: the heap is made anew from the bottom up, in linear time (Floyd) */
	if (kept < h->count) {
		h->count = kept;
		for (size_t i = kept / 2; i-- > 0;)
			down(h, i, h->items[i]);
		publish(h);
	}
	os_release(&timers.lock);
}

/* ---- for bubbles ----------------------------------------------------------------------------------------- */

int64_t timers_first_of(timer_heap *h)
{
	os_acquire(&timers.lock);
	int64_t first = first_of(h);
	os_release(&timers.lock);
	return first;
}

void timers_know(bubble *b)
{
	os_acquire(&timers.lock);
	b->link = timers.bubbles;
	timers.bubbles = b;
	os_release(&timers.lock);
}

void timers_forget(bubble *b)
{
	os_acquire(&timers.lock);
	bubble **at = &timers.bubbles;
	while (*at != b) {
		require(*at != NULL);       /* timers_know has put it there */
		at = &(*at)->link;
	}
	*at = b->link;
	for (size_t i = 0; i < b->timers.count; i++)
		if (b->timers.items[i].timer != NULL)
			b->timers.items[i].timer->index = 0;
	free(b->timers.items);
	b->timers = (timer_heap){NULL, 0, 0};
	os_release(&timers.lock);
}

/* ---- for package time ---------------------------------------------------------------------------------- */

int64_t sched_clock(const G *g)
{
	return GOL_UNLIKELY(g->bubble != NULL) ? load_relaxed(&g->bubble->now) : os_nanotime();
}

static timer_heap *heap_of(const G *g) { return g->bubble != NULL ? &g->bubble->timers : &timers.all; }

void timer_sleep(G *g, int64_t until)
{
	timer_heap *h = heap_of(g);
	sched_park(g, WAIT_SLEEP, NULL);
	os_acquire(&timers.lock);
	add(h, (timer_entry){until, g, NULL});
	os_release(&timers.lock);
	added(h, until);
}

sched_timer *timer_start(G *g, int64_t when, gol_func *fn, void **holder)
{
	timer_heap *h = heap_of(g);
	sched_timer *t = heap_new(&timer_type);
	gol_store_pointer(&t->fn, fn);
	if (holder != NULL) {
		gol_store_pointer(holder, t);
		t->held = g->bubble == NULL;
	}
	if (GOL_UNLIKELY(gol_race_on))
		race_release(&g->pub, t);
	if (g->bubble != NULL && when <= sched_clock(g)) {      /* its time does not wait for all to be parked */
		timers_fire((timer_entry){when, NULL, t}, g->bubble);
		return t;
	}
	os_acquire(&timers.lock);
	add(h, (timer_entry){when, NULL, t});
	os_release(&timers.lock);
	added(h, when);
	return t;
}

bool timer_stop(sched_timer *t)
{
	os_acquire(&timers.lock);
	bool pending = t->index != 0;
	if (pending)
		take_out(t->heap, t->index - 1);
	os_release(&timers.lock);
	return pending;
}
