/*
 * worker.c - workers: threads, each with its loop, which picks who runs next. An overview of G, M and P is in
 * stack/g.h; the dispatcher is run.c.
 */
#include "sched/locked.h"
#include "sched/p.h"
#include "sched/proc.h"

#include <stdlib.h>

#include "base/event.h"
#include "base/exit.h"
#include "base/fatal.h"
#include "base/options.h"
#include "gc/gc.h"
#include "os/os.h"
#include "stack/list.h"
#include "stack/stack.h"

enum { NATIVE_WINDOW = 1 << 20, NATIVE_SLACK = 256 << 10, WORKER_STACK = 8 << 20, STRESS_FRAME = 192 };
enum { TIMERS_EVERY = 16, SOLO_EVERY = 64 };        /* dispatches */

uint32_t proc_set_thread_limit(uint32_t n)
{
	uint32_t old = scheduler.thread_limit;
	scheduler.thread_limit = n;
	return old;
}

static void worker_main(void *argument)
{
	M *m = argument;
	uintptr_t here = GOL_STACK_POINTER();
	m->native_low = here - (WORKER_STACK - (64 << 10));
	m->native_high = here;
	current_m = m;
	store_relaxed(&m->clock, os_thread_clock());
	os_thread_precise();
	proc_loop(m);
	event_thread_ends();
	os_acquire(&scheduler.lock);        /* m->ends */
	m->link = scheduler.ended_ms;
	scheduler.ended_ms = m;
	scheduler.ended_count++;
	os_release(&scheduler.lock);
}

static M *use_again(void)
{
	M *m = scheduler.ended_ms;
	debug_require(m->p == NULL && m->g == NULL && scheduler.ended_count > 0);
	scheduler.ended_ms = m->link;
	scheduler.ended_count--;
	m->link = NULL;
	m->ends = false;
	m->found_at = m->alone_since = 0;
	store_relaxed(&m->clock, 0);
	return m;
}

/* scheduler.lock is held. */
M *worker_make(void)
{
	lock_require_held(RANK_SCHEDULER);
	if (scheduler.ended_ms != NULL)
		return use_again();
	if (scheduler.m_count >= scheduler.thread_limit) {
		os_release(&scheduler.lock);
		static const char message[] = "runtime: program exceeds thread limit\nfatal error: thread exhaustion\n";
		os_write_all(2, message, sizeof message - 1);
		exit_crash();
	}
	M *m = calloc(1, sizeof *m);
	if (m == NULL)
		runtime_out_of_memory();
	m->id = scheduler.m_count++;
	m->random = stress_random(m->id);
	stress_add_counts(&m->counts);
	m->all_link = scheduler.all_ms;
	scheduler.all_ms = m;
	stack_freezer_start(&m->freeze);
	return m;
}

/* The P first knows its worker, then is running: who asks for a stop reads the status, then asks the goroutine by way
 * of p->m (request_stop). */
void worker_acquire(M *m, P *p)
{
	lock_require_held(RANK_SCHEDULER);
	debug_require(p != NULL && m->p == NULL);
	m->p = p;
	store_release(&p->m, m);
	store_seq(&p->status, p_status_of(P_RUNNING, m->id));
	monitor_wake();
}

void worker_start(M *m)
{
	if (!os_thread_start(worker_main, m, WORKER_STACK)) {
		os_release(&scheduler.lock);
		runtime_no_thread();
	}
}

/* ---- the loop ------------------------------------------------------------------------------------------- */

/* True: a goroutine that waited for a descriptor can go on. */
static bool look_for_ready(void)
{
	G *ready = poll_look(0);
	proc_ready_here(ready);
	return ready != NULL;
}

static void set_native_limit(M *m)
{
	m->base_sp = GOL_STACK_POINTER();
	uintptr_t window = NATIVE_WINDOW;
	if (gol_stress.window_frames != 0)
		window = (uintptr_t)gol_stress.window_frames * STRESS_FRAME;
	if (m->base_sp - m->native_low < window + NATIVE_SLACK)
		window = m->base_sp - m->native_low - NATIVE_SLACK;
	m->limit = m->base_sp - window;
	debug_require(m->limit > m->native_low && m->limit < m->base_sp);
}

/* m has the P that its thread allocates with: it got one, or lost it. */
static void use_cache(M *m) { heap_current = m->p != NULL ? &m->p->cache : NULL; }

/* False: m's thread is to end. */
static GOL_COLD bool wait_for_work(M *m)
{
	while (m->ends && m == scheduler.first_m)
		os_futex_wait(&m->wake, load_relaxed(&m->wake), -1);
	if (m->ends)
		return false;
	if (m->bound != NULL)
		locked_wait(m);
	else
		idle_enter(m);
	use_cache(m);
	return true;
}

/* Somebody stops the world, wants in, or wants a collection. */
static GOL_COLD void take_part(M *m)
{
	if (load_relaxed(&scheduler.wants_many))
		solo_granted();
	if (world_asked())
		world_wait(m);
	else if (gc_requested())
		world_collect(m);
	if (m->p == NULL)
		procs_lost();
	use_cache(m);
}

__attribute__((hot)) void proc_loop(M *m)
{
	set_native_limit(m);
	use_cache(m);
	while (GOL_LIKELY(!load_relaxed(&scheduler.main_returned)) || m != scheduler.first_m) {
		P *p = m->p;
		if (GOL_UNLIKELY(p == NULL)) {
			if (!wait_for_work(m))
				break;
			continue;
		}
		if (GOL_UNLIKELY(((uint32_t)world_asked() | (uint32_t)gc_requested() | load_relaxed(&scheduler.wants_many)) != 0)) {
			take_part(m);
			continue;
		}
		if (GOL_UNLIKELY(timers_next() != INT64_MAX) && (p->run_next == NULL || ++m->loops % TIMERS_EVERY == 0) &&
		    timers_run(os_nanotime()))
			queue_timers_first(p);
		G *g = queue_pick(p);
		if (GOL_UNLIKELY(g == NULL) && (g = idle_find(m)) == NULL) {
			if (!poll_has_waiters() || !look_for_ready())
				wait_for_work(m);
			continue;
		}
		if (GOL_UNLIKELY(m->spinning))
			idle_found(m);
		if (GOL_UNLIKELY(many_procs()) && m->counts.dispatches % SOLO_EVERY == 0)
			solo_try(m);
		store_relaxed(&m->counts.dispatches, m->counts.dispatches + 1);
		run_goroutine(m, g);
	}
	if (m->p != NULL)
		store_seq(&m->p->status, (uint32_t)P_IDLE);     /* who ends the program need not wait for it */
}

/* The program's main returned. On another thread than the first the process ends here: the host's main is not
 * waiting for anything else. */
void proc_main_returned(void)
{
	if (current_m != scheduler.first_m)
		exit_program(0);
	store_relaxed(&scheduler.main_returned, true);
}

void proc_init_first(uintptr_t native_low, gol_func *main_function)
{
	os_acquire(&scheduler.lock);
	M *m = worker_make();
	uintptr_t here = GOL_STACK_POINTER();
	m->native_low = native_low;
	m->native_high = here;
	current_m = scheduler.first_m = m;
	m->clock = os_thread_clock();
	worker_acquire(m, scheduler.procs[0]);
	os_release(&scheduler.lock);
	G *g = sched_start_goroutine(main_function, NULL, NULL);
	g->is_main = true;
	locked_first(m, g);
}
