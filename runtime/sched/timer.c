/*
 * timer.c - what happens at a time: sleeping goroutines wake, timers of package time start
 * a goroutine.
 *
 * One binary heap by time for all Ps, under one lock. An entry is a goroutine (Sleep) or a timer
 * object; the object is a heap object that knows its index, so that stopping needs no search. The
 * scheduler runs what is due between goroutines; an idle worker sleeps until the next
 * entry; the monitor asks a goroutine that runs on while something is due to give way.
 */
#include "base/fatal.h"
#include "heap/heap.h"
#include "os/os.h"
#include "sched/p.h"
#include "sched/proc.h"

#include <stdlib.h>

struct sched_timer {
	gol_func *fn;
	uint64_t index;             /* in the heap + 1; 0: not pending */
};

typedef struct entry { int64_t when; G *g; sched_timer *timer; } entry;

static struct {
	os_lock lock;
	entry *heap;
	size_t count, cap;
} timers = {.lock = LOCK_OF_RANK(RANK_TIMERS)};
int64_t timers_first = INT64_MAX;

static const gol_type timer_type = {
	.size = sizeof(sched_timer), .pointer_bytes = 8, .kind = GOL_KIND_STRUCT, .align = 8, .pointer_map = (const uint8_t[]){1},
	.text = {(const uint8_t *)"runtime.timer", 13},
};

/* ---- the heap; the lock is held ------------------------------------------------------------------- */

static void place(size_t i, entry e)
{
	timers.heap[i] = e;
	if (e.timer != NULL)
		e.timer->index = i + 1;
}

static void up(size_t i, entry e)
{
	while (i > 0 && timers.heap[(i - 1) / 2].when > e.when) {
		place(i, timers.heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(i, e);
}

static void down(size_t i, entry e)
{
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= timers.count)
			break;
		if (child + 1 < timers.count && timers.heap[child + 1].when < timers.heap[child].when)
			child++;
		if (timers.heap[child].when >= e.when)
			break;
		place(i, timers.heap[child]);
		i = child;
	}
	place(i, e);
}

static void publish(void)
{
	int64_t first = timers.count > 0 ? timers.heap[0].when : INT64_MAX;
	store_seq(&timers_first, first);
	monitor_timer(first);
}

static void add(entry e)
{
	if (timers.count == timers.cap) {
		timers.cap = timers.cap ? 2 * timers.cap : 64;
		timers.heap = realloc(timers.heap, timers.cap * sizeof *timers.heap);
		if (timers.heap == NULL)
			runtime_out_of_memory();
	}
	if (e.timer != NULL && load_relaxed(&gol_barrier_on))
		gol_barrier_word(&timers.heap[timers.count].timer, e.timer);
	timers.count++;
	up(timers.count - 1, e);
	publish();
}

/* With the lock released: an idle worker may have to sleep less long. */
static void added(int64_t when)
{
	if (when <= timers_next())
		idle_watch(when);
	monitor_need();
}

static void take_out(size_t i)
{
	entry last = timers.heap[--timers.count];
	if (timers.heap[i].timer != NULL)
		timers.heap[i].timer->index = 0;
	if (i < timers.count) {
		if (i > 0 && timers.heap[(i - 1) / 2].when > last.when)
			up(i, last);
		else
			down(i, last);
	}
	publish();
}

/* ---- for the scheduler ------------------------------------------------------------------------------- */

bool timers_run(int64_t now)
{
	bool any = false;
	while (timers_next() <= now) {
		os_acquire(&timers.lock);
		if (timers.count == 0 || timers.heap[0].when > now) {
			os_release(&timers.lock);
			break;
		}
		entry e = timers.heap[0];
		take_out(0);
		os_release(&timers.lock);
		any = true;
		if (e.g != NULL)
			sched_ready(e.g);
		else
			sched_start_goroutine(e.timer->fn, NULL);
	}
	return any;
}

void timers_each_root(void (*visit)(void *, void **), void *argument)
{
	for (size_t i = 0; i < timers.count; i++)
		if (timers.heap[i].timer != NULL)
			visit(argument, (void **)(void *)&timers.heap[i].timer);
}

/* ---- for package time ---------------------------------------------------------------------------------- */

void timer_sleep(G *g, int64_t until)
{
	sched_park(g, WAIT_SLEEP, NULL);
	os_acquire(&timers.lock);
	add((entry){until, g, NULL});
	os_release(&timers.lock);
	added(until);
}

sched_timer *timer_start(int64_t when, gol_func *fn)
{
	sched_timer *t = heap_new(&timer_type);
	gol_store_pointer(&t->fn, fn);
	os_acquire(&timers.lock);
	add((entry){when, NULL, t});
	os_release(&timers.lock);
	added(when);
	return t;
}

bool timer_stop(sched_timer *t)
{
	os_acquire(&timers.lock);
	bool pending = t->index != 0;
	if (pending)
		take_out(t->index - 1);
	os_release(&timers.lock);
	return pending;
}
