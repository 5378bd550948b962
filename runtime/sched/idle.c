/*
 * idle.c - Ps without work, and workers without a P.
 *
 * A worker without work gives its P back (status P_IDLE) and sleeps on its own futex word,
 * until the next timer at most. Whoever queues work globally while a P is idle hands that P to a
 * sleeping worker, or to a new thread. All of this is under scheduler.lock, so either the giver sees the idle P or the
 * worker that is about to give it back sees what was queued. The word is written 0 under the lock, while the worker is
 * on the idle list, and 1 by whoever took it off: a wake-up before the worker sleeps makes the wait return at once.
 * One of the idle workers waits for descriptors instead (M.polls), where there are any; it is woken through the
 * same set.
 * A P's own queue and the timers belong to whoever holds it: a P goes idle only with an empty queue, and with no timer
 * pending or a worker that sleeps until it is due. Once another worker has got the P the timers are that one's.
 */
#include "sched/p.h"
#include "sched/proc.h"

#include "os/os.h"
#include "stack/status.h"

static P *idle_p(void)
{
	for (uint32_t i = 0; i < MAX_PROCS; i++)
		if (load_relaxed(&scheduler.procs[i].status) == P_IDLE)
			return &scheduler.procs[i];
	return NULL;
}

void idle_give(P *p)
{
	M *m = scheduler.idle_ms;
	scheduler.idle_count--;
	if (m != NULL) {
		scheduler.idle_ms = m->link;
		worker_acquire(m, p);
		store_release(&m->wake, 1u);
		if (m->polls)
			os_poll_interrupt();
		else
			os_futex_wake(&m->wake, 1);
		return;
	}
	m = worker_make();
	worker_acquire(m, p);
	worker_start(m);
}

void idle_give_any(void)
{
	P *p = idle_p();
	if (p != NULL)
		idle_give(p);
}

static void remove_idle_m(M *m)
{
	for (M **at = &scheduler.idle_ms; *at != NULL; at = &(*at)->link)
		if (*at == m) {
			*at = m->link;
			return;
		}
}

static bool take_idle_p(M *m)
{
	P *p = idle_p();
	if (p == NULL)
		return false;
	scheduler.idle_count--;
	worker_acquire(m, p);
	return true;
}

bool proc_take_back(M *m)
{
	os_acquire(&scheduler.lock);
	m->p = NULL;
	bool ok = take_idle_p(m);
	if (ok)
		scheduler.lost_calls--;
	os_release(&scheduler.lock);
	heap_current = ok ? &m->p->cache : NULL;
	return ok;
}

void proc_lost_call_done(G *g)
{
	status_leave_call(g, G_RUNNABLE);
	os_acquire(&scheduler.lock);
	queue_add_global(g);
	scheduler.lost_calls--;
	if (scheduler.idle_count > 0)
		idle_give_any();
	os_release(&scheduler.lock);
}

/*
 * The monitor: takes the P of a call that lasts. Whether anybody must go on with it is decided after the change of
 * status: what the monitor saw before may be of an earlier call, since `seen` is the same word for every call of
 * a worker. A P left idle here may have nothing queued and no timer pending, since nobody looks after either.
 */
bool proc_retake(P *p, uint32_t seen)
{
	os_acquire(&scheduler.lock);
	bool ok = atomic_change(&p->status, seen, (uint32_t)P_IDLE);
	if (ok) {
		scheduler.lost_calls++;
		scheduler.idle_count++;
		store_relaxed(&p->m, (M *)NULL);
		if (proc_has_work(p) || timers_next() != INT64_MAX || poll_has_waiters())
			idle_give(p);
	}
	os_release(&scheduler.lock);
	return ok;
}

/* The worker that made the P idle looks after the timers: only holders of a P add any. Returns who waited for descriptors
 * that are ready. */
static G *sleep_until_woken(M *m, bool watch_timers)
{
	int64_t next = timers_next(), wait = -1;
	if (next != INT64_MAX && watch_timers) {
		wait = next - os_nanotime();
		if (wait <= 0)
			return NULL;
	}
	if (m->polls)
		return poll_look(load_acquire(&m->wake) ? 0 : wait);
	os_futex_wait(&m->wake, 0, wait);
	return NULL;
}

/* scheduler.lock is held. */
static void set_polling(M *m, bool on)
{
	m->polls = on;
	scheduler.polling = on ? m : NULL;
}

GOL_COLD void idle_wait(M *m)
{
	bool watch_timers = m->p != NULL;
	os_acquire(&scheduler.lock);
	if (m->p != NULL) {
		P *p = m->p;
		if (load_relaxed(&scheduler.global_count) != 0) {
			os_release(&scheduler.lock);
			return;
		}
		m->p = NULL;
		store_relaxed(&p->m, (M *)NULL);
		store_seq(&p->status, (uint32_t)P_IDLE);
		scheduler.idle_count++;
		deadlock_check();
	} else if (load_relaxed(&scheduler.global_count) != 0 && take_idle_p(m)) {
		os_release(&scheduler.lock);
		return;
	}
	store_relaxed(&m->wake, 0u);
	m->link = scheduler.idle_ms;
	scheduler.idle_ms = m;
	for (;;) {
		bool poll = scheduler.polling == NULL && os_poll_is_made();
		if (poll)
			set_polling(m, true);
		os_release(&scheduler.lock);
		G *ready = sleep_until_woken(m, watch_timers);
		os_acquire(&scheduler.lock);
		if (poll)
			set_polling(m, false);
		queue_add_expected(ready);
		if (m->p != NULL)
			break;                          /* handed over by somebody, who took m off the list */
		if (ready != NULL && take_idle_p(m)) {
			remove_idle_m(m);
			break;
		}
		if (scheduler.main_returned && m == scheduler.first_m) {
			remove_idle_m(m);
			break;
		}
		store_relaxed(&m->wake, 0u);
		if (watch_timers && timers_next() <= os_nanotime()) {
			if (take_idle_p(m)) {
				remove_idle_m(m);
				break;
			}
			watch_timers = false;           /* the others that got a P since look after them */
		}
	}
	os_release(&scheduler.lock);
}
