/*
 * worker.c - workers: threads, each with its loop, which picks who runs next. An overview of G, M and P is in stack/g.h; the
 * dispatcher is run.c.
 *
 * One P exists for now. What is missing for more: stealing, and stopping the others for the collector.
 */
#include "sched/p.h"
#include "sched/proc.h"

#include <stdlib.h>

#include "base/exit.h"
#include "base/fatal.h"
#include "base/options.h"
#include "gc/gc.h"
#include "os/os.h"
#include "sched/quit.h"
#include "stack/list.h"
#include "stack/stack.h"

enum { NATIVE_WINDOW = 1 << 20, NATIVE_SLACK = 256 << 10, WORKER_STACK = 8 << 20, STRESS_FRAME = 192, GLOBAL_EVERY = 61 };

struct scheduler scheduler = {.lock = LOCK_OF_RANK(RANK_SCHEDULER), .thread_limit = 10000};

P *proc_at(uint32_t i) { return &scheduler.procs[i]; }
uint32_t proc_count(void) { return MAX_PROCS; }

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
	proc_loop(m);
}

M *worker_make(void)
{
	if (scheduler.m_count >= scheduler.thread_limit) {
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

void worker_acquire(M *m, P *p)
{
	m->p = p;
	store_release(&p->m, m);
	store_seq(&p->status, p_status_of(P_RUNNING, m->id));
	monitor_wake();
}

void worker_start(M *m)
{
	if (!os_thread_start(worker_main, m, WORKER_STACK))
		runtime_fatal("runtime: cannot start a thread");
}

/* ---- the loop ------------------------------------------------------------------------------------------------ */

static inline G *pick(P *p)
{
	if (GOL_UNLIKELY(gol_stress.sched))
		return queue_take_random(p);
	if (GOL_UNLIKELY(load_relaxed(&p->skip_next)))
		queue_skip_next(p);
	G *g = NULL;
	if ((g = p->run_next) != NULL) {
		store_relaxed(&p->run_next, (G *)NULL);
		return g;
	}
	if (GOL_UNLIKELY(p->tick % GLOBAL_EVERY == 0) && (g = queue_take_global()) != NULL) {
		new_slice(p);
		return g;
	}
	if ((g = queue_take_local(p)) == NULL && (g = queue_take_global()) != NULL)
		new_slice(p);
	return g;
}

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
}

__attribute__((hot)) void proc_loop(M *m)
{
	set_native_limit(m);
	while (GOL_LIKELY(!scheduler.main_returned) || m != scheduler.first_m) {
		if (GOL_UNLIKELY(m->p == NULL)) {
			idle_wait(m);
			continue;
		}
		if (GOL_UNLIKELY(load_relaxed(&quit_asked)))
			quit_stop(m);
		if (GOL_UNLIKELY(gc_requested()))
			gc_run_if_requested();
		if (GOL_UNLIKELY(timers_next() != INT64_MAX) && (m->p->run_next == NULL || ++m->loops % 16 == 0))
			timers_run(os_nanotime());
		G *g = pick(m->p);
		if (GOL_UNLIKELY(g == NULL)) {
			if (!poll_has_waiters() || !look_for_ready())
				idle_wait(m);
			continue;
		}
		m->counts.dispatches++;
		run_goroutine(m, g);
	}
}

/* The program's main returned. On another thread than the first the process ends here: the host's main is not
 * waiting for anything else. */
void proc_main_returned(void)
{
	scheduler.main_returned = true;
	if (current_m != scheduler.first_m)
		exit_program(0);
}

void proc_init_first(uintptr_t native_low, gol_func *main_function)
{
	M *m = worker_make();
	uintptr_t here = GOL_STACK_POINTER();
	m->native_low = native_low;
	m->native_high = here;
	current_m = scheduler.first_m = m;
	for (uint32_t i = 0; i < MAX_PROCS; i++)
		heap_add_cache(&scheduler.procs[i].cache);
	worker_acquire(m, &scheduler.procs[0]);
	G *g = sched_start_goroutine(main_function, NULL);
	g->is_main = true;
}
