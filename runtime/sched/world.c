/*
 * world.c - stopping the others: for the collector, for whoever reads other goroutines' stacks or changes the
 * number of Ps.
 *
 * A stop is *frozen*: every worker stands in its dispatcher, without native frames of gol code, so every goroutine
 * can be read and moved. Who wants one is there himself (the loop, or a frame made by frozen_start).
 *
 *     world_stop    asked becomes odd, under scheduler.lock. From now on no idle P is handed out, and no P goes idle.
 *                   Then until no other P runs: a P in a call is made idle (its worker finds that out when the call
 *                   returns, and queues its goroutine), a running one is asked to freeze. Workers that come to their
 *                   dispatcher see asked and store STOPPED in their P. Asking is repeated every 100 us: a goroutine
 *                   may have been dispatched, or a call begun, behind the asker's back.
 *     world_start   asked becomes even; STOPPED Ps run again in the workers that wait with them; idle Ps with work in
 *     their
 *                   rings get a worker.
 *
 * Whoever asks second waits as everybody does; then world_stop is false, and he looks whether there is anything
 * left to do.
 *
 * The goroutine of a worker that waits here keeps its state RUNNING; its frames are saved. A P that procs_set took
 * away leaves its worker without one: the worker then queues the goroutine it was about to go on with (run.c).
 */
#include "sched/p.h"
#include "sched/proc.h"

#include "base/event.h"
#include "base/fatal.h"
#include "gc/gc.h"
#include "os/os.h"

enum { AGAIN = 100000 };            /* nanoseconds until those that still run are asked again */

static struct { int64_t asked, reached; } stop;         /* of the world, while events are recorded */

/* False: one still runs, and was asked. m NULL: the caller is no worker. scheduler.lock is held. */
static bool others_stopped(M *m)
{
	bool all = true;
	for (uint32_t i = 0; i < proc_count(); i++) {
		P *p = proc_at(i);
		uint32_t status = load_seq(&p->status);
		if (m != NULL && p == m->p)
			continue;
		if ((status & 3) == P_IN_CALL && atomic_change(&p->status, status, (uint32_t)P_IDLE)) {
			scheduler.lost_calls++;
			store_relaxed(&p->m, (M *)NULL);
			idle_add_p(p);
		} else if ((status & 3) == P_RUNNING || (status & 3) == P_IN_CALL) {
			all = false;
			request_stop(p);
		}
	}
	return all;
}

/* Waits until all others have stopped, or it is later than `until`. */
static bool wait_for_others(M *m, int64_t until)
{
	for (;;) {
		uint32_t arrived = load_seq(&scheduler.arrived);
		os_acquire(&scheduler.lock);
		bool all = others_stopped(m);
		os_release(&scheduler.lock);
		if (all)
			return true;
		if (os_nanotime() > until)
			return false;
		os_futex_wait(&scheduler.arrived, arrived, AGAIN);
	}
}

static void arrive(void)
{
	atomic_add(&scheduler.arrived, 1u);
	os_futex_wake(&scheduler.arrived, 1);
}

bool world_stop(M *m)
{
	int64_t began = os_nanotime();
	os_acquire(&scheduler.lock);
	if (scheduler.asked & 1) {
		os_release(&scheduler.lock);
		world_wait(m);
		return false;
	}
	store_seq(&scheduler.asked, scheduler.asked + 1);
	os_release(&scheduler.lock);
	if (event_recorded())
		stop.asked = event_now();
	wait_for_others(m, INT64_MAX);
	if (event_recorded())
		stop.reached = event_now();
	gc.stop_began = (uint64_t)began;
	return true;
}

/* An idle P whose ring is not empty belongs to a call that was lost. */
static void give_those_with_work(void)
{
	for (P **at = &scheduler.idle_ps; *at != NULL;) {
		P *p = *at;
		if (queue_is_empty(p)) {
			at = &p->link;
			continue;
		}
		*at = p->link;
		p->link = NULL;
		store_relaxed(&scheduler.idle_count, scheduler.idle_count - 1);
		solo_end();                     /* the caller is inside */
		idle_give(p);
	}
}

void world_start(void)
{
	os_acquire(&scheduler.lock);
	debug_require(scheduler.asked & 1);
	if (event_recorded()) {
		int64_t took = stop.reached - stop.asked;
		uint32_t reach = took < UINT32_MAX ? (uint32_t)took : UINT32_MAX;
		event_write(EVENT_STOP, current_m->p->id, 0, (uint64_t)stop.asked, reach, 0);
	}
	for (uint32_t i = 0; i < proc_count(); i++) {
		P *p = proc_at(i);
		if ((load_relaxed(&p->status) & 3) == P_STOPPED)
			store_seq(&p->status, p_status_of(P_RUNNING, p->m->id));
	}
	store_seq(&scheduler.asked, scheduler.asked + 1);
	give_those_with_work();
	os_release(&scheduler.lock);
	os_futex_wake(&scheduler.asked, INT32_MAX);
	if (idle_any_work())                /* queued meanwhile, or in rings that could not be stolen from */
		idle_wake_queued();
}

void world_wait(M *m)
{
	os_acquire(&scheduler.lock);
	uint32_t asked = scheduler.asked;
	if (!(asked & 1)) {
		os_release(&scheduler.lock);
		return;
	}
	store_seq(&m->stopped, true);
	store_seq(&m->p->status, p_status_of(P_STOPPED, m->id));
	os_release(&scheduler.lock);
	arrive();
	while (load_acquire(&scheduler.asked) == asked)
		os_futex_wait(&scheduler.asked, asked, -1);
	store_relaxed(&m->stopped, false);
}

/* A call was begun while somebody waits for this P. */
void world_called(void) { arrive(); }

void world_stop_for_exit(int64_t ns)
{
	os_acquire(&scheduler.lock);
	if (!(scheduler.asked & 1))
		store_seq(&scheduler.asked, scheduler.asked + 1);
	os_release(&scheduler.lock);
	wait_for_others(current_m, os_nanotime() + ns);
}

void world_collect(M *m)
{
	if (!world_stop(m))
		return;
	gc_run_if_requested();
	world_start();
}
