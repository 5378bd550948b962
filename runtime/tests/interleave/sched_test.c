/*
 * sched_test.c - the scheduler's lock-free parts in every order of their steps (interleave.h): the ring
 * against thieves, going idle against queueing, stops against calls and dispatches, the futex lock.
 *
 * The code is that of runtime/sched and runtime/base as it stands. What lies around it (threads, timers, the heap, the
 * dispatcher's loop) is a few lines here. bugs.py takes rules out of that code and expects to be told.
 *
 *     sched_test [PREEMPTIONS [SECONDS [NAME]]]      from 0 preemptions up, the seconds for each number and scenario
 */
#include "interleave.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/options.h"
#include "base/text.h"
#include "gc/gc.h"
#include "heap/heap.h"
#include "os/os.h"
#include "sched/bubble.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "sched/record.h"
#include "stack/status.h"
#include "unwind/trace.h"

enum { GOROUTINES = 8, WORKERS = 3 };

static G g[GOROUTINES];
static uint32_t ran[GOROUTINES];
static M m[WORKERS];
static P p[WORKERS];

/* ---- what lies around ----------------------------------------------------------------------------------- */

_Thread_local heap_cache *heap_current;
_Thread_local M *current_m;
int64_t timers_first = INT64_MAX;
stress_options gol_stress;
int gol_traceback;

void interleave_switched(int fiber) { current_m = &m[fiber]; }

void worker_acquire(M *to, P *of)
{
	to->p = of;
	store_release(&of->m, to);
	store_seq(&of->status, p_status_of(P_RUNNING, to->id));
}
M *worker_make(void) { interleave_fail("a worker is made: there are enough"); }
void worker_start(M *of) { (void)of; }
void make_release(P *of, uint32_t keep) { (void)of; (void)keep; }
void heap_add_cache(heap_cache *cache) { (void)cache; }
uint32_t sched_goroutine_count(void) { return 1; }
void trace_all_others(text *t, const G *except) { (void)t; (void)except; }
void text_string(text *t, const char *s) { (void)t; (void)s; }
void text_flush(text *t) { (void)t; }
void exit_begin(void) {}
void exit_crash(void) { interleave_fail("called a deadlock"); }
void runtime_out_of_memory(void) { abort(); }
void runtime_bug(const char *file, int line, const char *what) { (void)file; (void)line; interleave_fail(what); }
void request_stop(P *of) { (void)of; }
void request_share(P *of) { (void)of; }
void request_many(P *of) { (void)of; }
int os_processor_count(void) { return 1; }
double os_processor_limit(const char *root) { (void)root; return 0; }
bool gc_run_if_requested(void) { return false; }
gc_state gc;
void monitor_need(void) {}
uint32_t event_on;
int64_t event_now(void) { return 0; }
void event_write(enum event_kind kind, uint32_t on, uint64_t of, uint64_t value, uint32_t extra, uint32_t how)
{
	(void)kind; (void)on; (void)of; (void)value; (void)extra; (void)how;
}
void record_ready(const G *readied) { (void)readied; }
void bubble_readied(G *readied) { (void)readied; }
bool os_poll_is_made(void) { return false; }
void os_poll_interrupt(void) {}
G *poll_look(int64_t ns) { (void)ns; return NULL; }
bool poll_has_waiters(void) { return false; }
void sched_freeze(G *of) { (void)of; }
void gol_freeze_frame(gol_g *of, gol_frame *h) { (void)of; (void)h; }

static void start(uint32_t procs)
{
	memset(g, 0, sizeof g);
	memset(ran, 0, sizeof ran);
	memset(m, 0, sizeof m);
	memset(p, 0, sizeof p);
	memset(&scheduler, 0, sizeof scheduler);
	scheduler.watch_until = INT64_MAX;
	scheduler.expected = 1;                     /* no scenario is about deadlocks */
	scheduler.proc_count = scheduler.procs_made = procs;
	gol_many_procs = 1;
	timers_first = INT64_MAX;
	for (uint32_t i = 0; i < WORKERS; i++) {
		m[i].id = i;
		m[i].random = i + 1;
		p[i].id = i;
		scheduler.procs[i] = &p[i];
	}
	for (uint32_t i = 0; i < procs; i++)
		worker_acquire(&m[i], &p[i]);
}

static void run(G *of)
{
	CHECK(of->status == G_RUNNABLE);
	ran[of - g]++;
}

static const char *each_once(int count)
{
	for (int i = 0; i < count; i++)
		if (ran[i] != 1)
			return ran[i] == 0 ? "a goroutine is lost" : "a goroutine ran twice";
	return NULL;
}

static void runnable(G *of) { store_relaxed(&of->status, (uint32_t)G_RUNNABLE); }

/* ---- the ring ------------------------------------------------------------------------------------------------ */

static void ring_start(void) { start(3); }

static void take_all(int fiber)
{
	for (G *of; (of = queue_pick(&p[fiber])) != NULL;)
		run(of);
}

static void ring_run(int fiber)
{
	if (fiber == 0) {
		for (int i = 0; i < 6; i++) {       /* more than the ring holds */
			runnable(&g[i]);
			queue_put_front(&p[0], &g[i]);
		}
		take_all(0);
	} else {
		G *of = queue_steal(&p[fiber], &p[0]);
		if (of != NULL)
			run(of);
		take_all(fiber);
	}
}

static const char *ring_quiet(void) { return each_once(6); }

/* ---- going idle ------------------------------------------------------------------------------------------------ */

/* Worker 0 queues and never takes: the others must. */
static void idle_start(void) { start(3); }

/* Nobody is woken for what is in a ring; the rest is as before. PAYS is 0 here: the first work that is found changes it. */
static void unpaid_start(void)
{
	start(3);
	scheduler.unpaid = UNPAID;
}

/* The dispatcher's loop, as far as the next goroutine. */
static G *next_goroutine(M *of)
{
	for (;;) {
		if (of->p == NULL) {
			idle_enter(of);
			continue;
		}
		solo_granted();
		if (world_asked())
			world_wait(of);
		G *next = queue_pick(of->p);
		if (next == NULL && (next = idle_find(of)) == NULL) {
			idle_enter(of);
			continue;
		}
		if (of->spinning)
			idle_found(of);
		return next;
	}
}

_Noreturn static void work(int fiber)
{
	for (;;)
		run(next_goroutine(&m[fiber]));
}

static void idle_run(int fiber)
{
	if (fiber != 0)
		work(fiber);
	for (int i = 0; i < 3; i++) {           /* the third stays in run_next: nobody asks for it here */
		runnable(&g[i]);
		queue_put_front(&p[0], &g[i]);
	}
}

/* What is run takes for ever: each of the two takes one. */
static void busy_run(int fiber)
{
	if (fiber == 0) {
		idle_run(0);
		return;
	}
	static uint32_t never;
	run(next_goroutine(&m[fiber]));
	os_futex_wait(&never, 0, -1);
}

static const char *idle_quiet(void) { return each_once(2); }

static void global_run(int fiber)
{
	if (fiber != 0)
		work(fiber);
	for (int i = 0; i < 2; i++) {
		runnable(&g[i]);
		proc_put_global(&g[i]);
	}
}

/* ---- timers: somebody sleeps no longer than until the first ------------------------------------------------------- */

static void timer_start_state(void)
{
	start(2);
	timers_first = INT64_MAX;
	m[2].link = NULL;                       /* without a P, as after a call */
}

static void run_timers(M *of)
{
	if (of->p != NULL && timers_next() <= os_nanotime()) {
		store_seq(&timers_first, INT64_MAX);
		ran[0]++;
	}
}

static void timer_run(int fiber)
{
	M *of = &m[fiber];
	if (fiber == 0)
		for (int i = 0; i < 2; i++) {
			int64_t when = os_nanotime() + 1000000;
			while (timers_next() != INT64_MAX) {
				run_timers(of);
				if (of->p == NULL || timers_next() != INT64_MAX)
					idle_enter(of);
			}
			while (of->p == NULL)
				idle_enter(of);
			store_seq(&timers_first, when);
			idle_watch(when);
		}
	for (;;) {
		run_timers(of);
		idle_enter(of);
	}
}

static const char *timer_quiet(void) { return timers_first == INT64_MAX ? NULL : "nobody waits for the timer"; }

/* ---- stops --------------------------------------------------------------------------------------------------- */

uint32_t monitor_rounds;
static uint32_t inside, stopped;

static void stop_start(void)
{
	start(3);
	inside = stopped = 0;
	g[0].m = &m[1];
}

static void dispatch(M *of)
{
	if (of->p == NULL)
		return;
	solo_granted();
	if (world_asked())
		world_wait(of);
	inside++;
	CHECK(stopped == 0);
	(void)load_relaxed(&inside);            /* a step: here it can be met */
	CHECK(stopped == 0);
	inside--;
}

_Noreturn static void rest(M *of)
{
	for (;;) {
		dispatch(of);
		if (of->p != NULL)
			queue_pick(of->p);
		idle_enter(of);
	}
}

static void stop_run(int fiber)
{
	M *of = &m[fiber];
	if (fiber == 0) {
		if (world_stop(of)) {
			stopped = 1;
			CHECK(inside == 0);
			(void)load_relaxed(&inside);
			CHECK(inside == 0);
			stopped = 0;
			world_start();
		}
		rest(of);
	} else if (fiber == 1) {
		dispatch(of);
		call_enter(&g[0]);
		(void)load_relaxed(&inside);
		if (!call_exit(&g[0]))
			proc_queue_lost(&g[0]);
		rest(of);
	} else {
		dispatch(of);
		if (world_stop(of)) {
			CHECK(stopped == 0 && inside == 0);
			world_start();
		}
		rest(of);
	}
}

static const char *stop_quiet(void)
{
	if (scheduler.asked & 1)
		return "the world is still stopped";
	return scheduler.lost_calls == 0 ? NULL : "a call is still counted as lost";
}

/* ---- solo ------------------------------------------------------------------------------------------------------ */

/* One begins inside, the others outside: they have a goroutine each for somebody to run. */
static int plain;                       /* how many do something that is not atomic */

static void solo_start(void)
{
	start(1);
	plain = 0;
	gol_many_procs = 0;
	for (uint32_t i = 1; i < 2; i++) {
		scheduler.procs[i] = &p[i];
		scheduler.proc_count = scheduler.procs_made = i + 1;
		idle_add_p(&p[i]);
	}
	m[1].link = &m[2];
	scheduler.idle_ms = &m[1];
}

static void solo_work(M *of)
{
	bool alone = !many_procs();
	plain += alone;
	CHECK(!alone || plain == 1);
	(void)load_relaxed(&inside);
	CHECK(!alone || plain == 1);
	plain -= alone;
	of->alone_since = 1;                /* for as long as it likes */
	solo_try(of);
}

static void solo_run(int fiber)
{
	M *of = &m[fiber];
	if (fiber == 0) {
		solo_work(of);
		runnable(&g[0]);
		queue_put_front(of->p, &g[0]);
		runnable(&g[1]);
		queue_put_front(of->p, &g[1]);
	} else {
		while (load_acquire(&of->wake) == 0)
			os_futex_wait(&of->wake, 0, -1);
	}
	for (;;) {
		G *next = next_goroutine(of);
		solo_work(of);
		run(next);
		if (next == &g[0]) {                /* an event: from outside */
			runnable(&g[2]);
			proc_put_global(&g[2]);
		}
	}
}

static const char *solo_quiet(void) { return each_once(3); }

/* ---- the futex lock ----------------------------------------------------------------------------------------------- */

static os_lock lock;
static uint32_t holders, total;

static void lock_start(void)
{
	start(3);
	lock = (os_lock){0};
	holders = total = 0;
}

static void lock_run(int fiber)
{
	(void)fiber;
	for (int i = 0; i < 2; i++) {
		os_acquire(&lock);
		CHECK(holders++ == 0);
		(void)load_relaxed(&total);
		CHECK(--holders == 0);
		total++;
		os_release(&lock);
	}
}

static const char *lock_quiet(void) { return total == 6 ? NULL : "somebody sleeps for ever"; }

/* ---- all of them ---------------------------------------------------------------------------------------------------- */

static const scenario scenarios[] = {
	{"ring", 3, ring_start, ring_run, ring_quiet},
	{"idle", 3, idle_start, idle_run, idle_quiet},
	{"busy", 3, idle_start, busy_run, idle_quiet},
	{"global", 3, idle_start, global_run, idle_quiet},
	{"unpaid", 3, unpaid_start, global_run, idle_quiet},
	{"timer", 3, timer_start_state, timer_run, timer_quiet},
	{"stop", 3, stop_start, stop_run, stop_quiet},
	{"solo", 3, solo_start, solo_run, solo_quiet},
	{"lock", 3, lock_start, lock_run, lock_quiet},
};

int main(int argc, char **argv) { return interleave_main(argc, argv, scenarios, sizeof scenarios / sizeof *scenarios); }
