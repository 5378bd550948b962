/*
 * idle.c - workers without work: looking for some, going to sleep, being woken; deadlock.
 *
 * A worker whose own queues are empty steals from the other Ps. While it does it is *spinning*; at most half as
 * many spin as Ps are busy, so that looking for work does not cost what doing it brings. Without success it gives
 * its P back and sleeps on its own futex word until somebody hands it a P.
 *
 * No work is left lying while a P is idle:
 *   - who queues a goroutine writes the queue, then reads (idle Ps, spinning): is a P idle and nobody spinning it wakes
 *     one worker, which begins as a spinning one (idle_wake);
 *   - who goes idle writes its P to the list, leaves spinning, and then looks at all queues once more (second_look);
 *     what it finds it takes, if nobody has handed it a P meanwhile.
 * Both read after they have written, with a full fence between: one of the two sees the other. A spinning worker
 * that finds work and is the last one to spin wakes another in its place, for what was queued while it was the
 * reason not to wake anybody. Rejected: looking before the P is given back (then what is queued in between is seen
 * by neither).
 *
 * Unless it does not pay. A worker that finds work elsewhere measures how long each goroutine of it runs until it is
 * without again (count_work): those that end or park within a microsecond are done sooner by the one that queued them.
 * A search that brought less than PAYS a goroutine counts 1, one that brought more takes 2 off. At UNPAID nobody is
 * woken for what is in a ring, nobody spins, and a ring does not keep a worker from sleeping; the global queue, timers
 * and the collector still do. The monitor then wakes a worker where the oldest entry of a ring stands still for a
 * round of its, or MANY_QUEUED wait, later each time that this does not pay; and if that work lasts, all is as before.
 *
 * The word is written 0 under scheduler.lock, while the worker is put on the idle list, and 1 by whoever takes it
 * off: a wake-up before the worker sleeps makes the wait return at once.
 *
 * Timers. While a P is idle one sleeping worker, the watcher, sleeps only until the first timer: the last that went
 * to sleep and saw that nobody sleeps so short. It writes until when it will sleep, then reads when the first timer
 * is due; who adds one does the reverse (idle_watch). Holders of a P look at the timers themselves, and the monitor
 * sees to it that they do.
 *
 * Descriptors. One of the idle workers waits for them instead of on its futex (M.polls), where there are any, and
 * is woken through the same set.
 *
 * Deadlock: all Ps idle, no call without P outstanding, no timer, no marking beside the program (which will ask for a
 * stop), nothing expected from outside. Then no goroutine can ever become runnable.
 */
#include "sched/p.h"
#include "sched/proc.h"

#include "base/exit.h"
#include "base/options.h"
#include "gc/gc.h"
#include "os/os.h"
#include "unwind/trace.h"

#ifdef GOL_STEPS
/* Whatever is found pays; the test sets the other state. */
enum { PASSES = 1, STILL = 1, LINGER = 1, PAYS = 0 };
#else
enum { PASSES = 4, STILL = 5000, LINGER = 30000, PAYS = 3000 };      /* of a search; nanoseconds */
#endif

/* ---- waking ------------------------------------------------------------------------------------------- */

void idle_add_p(P *p)
{
	p->link = scheduler.idle_ps;
	scheduler.idle_ps = p;
	store_relaxed(&scheduler.idle_count, scheduler.idle_count + 1);
}

P *idle_take_p(void)
{
	P *p = scheduler.idle_ps;
	if (p == NULL || (scheduler.asked & 1) || !solo_admits())
		return NULL;
	scheduler.idle_ps = p->link;
	p->link = NULL;
	store_relaxed(&scheduler.idle_count, scheduler.idle_count - 1);
	return p;
}

static void stop_watching(void)
{
	scheduler.watcher = NULL;
	store_seq(&scheduler.watch_until, INT64_MAX);
}

/* m is idle, and asleep or about to be. */
static void take_off(M *m)
{
	for (M **at = &scheduler.idle_ms; *at != NULL; at = &(*at)->link)
		if (*at == m) {
			*at = m->link;
			break;
		}
	m->link = NULL;
	if (scheduler.watcher == m)
		stop_watching();
}

/* m is idle. */
static void wake(M *m)
{
	store_release(&m->wake, 1u);
	if (m->polls)
		os_poll_interrupt();
	else
		os_futex_wake(&m->wake, 1);
}

/* One that does not wait for descriptors, if there is one. */
static M *sleeper(void)
{
	M *m = scheduler.idle_ms;
	return m != NULL && m->polls && m->link != NULL ? m->link : m;
}

static void give(P *p, bool spinning)
{
	M *m = sleeper();
	if (m == NULL) {
		m = worker_make();
		m->spinning = spinning;
		worker_acquire(m, p);
		worker_start(m);
		return;
	}
	take_off(m);
	m->spinning = spinning;
	worker_acquire(m, p);
	wake(m);
}

void idle_give(P *p) { give(p, false); }

static GOL_COLD void wake_one(void)
{
	if (!atomic_change(&scheduler.spinning, 0u, 1u))
		return;
	os_acquire(&scheduler.lock);
	P *p = idle_take_p();
	if (p != NULL)
		give(p, true);
	else
		atomic_add(&scheduler.spinning, -1u);   /* under the lock: who waits for it may wake somebody after us */
	os_release(&scheduler.lock);
}

/* The caller has just released scheduler.lock, under which it queued. */
void idle_wake_queued(void)
{
	atomic_fence_after_release();
	if (load_relaxed(&scheduler.idle_count) != 0 && load_relaxed(&scheduler.spinning) == 0)
		wake_one();
}

void idle_wake_anyway(void)
{
	atomic_fence();
	idle_wake_queued();
}

static void stop_spinning(M *m)
{
	if (!m->spinning)
		return;
	m->spinning = false;
	if (atomic_add(&scheduler.spinning, -1u) == 0)
		idle_wake();
}

/* ---- what it brings ------------------------------------------------------------------------------------- */

/* m has found work that another one queued. */
static void found(M *m)
{
	m->found_at = os_nanotime();
	m->found_dispatches = m->counts.dispatches;
}

/* m is without again. What counts is how long each goroutine ran: some that exchange messages in haste keep two workers
 * busier than one, and both waiting for each other. */
static void count_work(M *m)
{
	uint64_t dispatches = m->counts.dispatches - m->found_dispatches;
	int64_t ns = (os_nanotime() - m->found_at) / (int64_t)(dispatches != 0 ? dispatches : 1);
	m->found_at = 0;
	uint32_t unpaid = load_relaxed(&scheduler.unpaid);
	if (ns >= PAYS && unpaid != 0)
		store_relaxed(&scheduler.unpaid, unpaid > 2 ? unpaid - 2 : 0);
	else if (ns < PAYS && unpaid < UNPAID)
		store_relaxed(&scheduler.unpaid, unpaid + 1);
}

/* ---- looking for work ----------------------------------------------------------------------------------- */

static bool may_spin(M *m)
{
	if (m->spinning)
		return true;
	uint32_t busy = scheduler.proc_count - load_relaxed(&scheduler.idle_count);
	if (!idle_wake_pays() || 2 * load_relaxed(&scheduler.spinning) >= busy)
		return false;
	m->spinning = true;
	atomic_add(&scheduler.spinning, 1u);
	return true;
}

static G *steal_once(M *m, uint32_t start)
{
	for (uint32_t i = 0; i < proc_count(); i++) {
		P *p = proc_at((start + i) % proc_count());
		G *g = p != m->p ? queue_steal(m->p, p) : NULL;
		if (g != NULL)
			return g;
	}
	return NULL;
}

/* Changes whenever another goroutine runs on p. */
static uint64_t switches_of(const P *p)
{
	const M *m = load_acquire(&p->m);
	return m != NULL ? load_relaxed(&m->counts.dispatches) : 0;
}

/* A P that holds a goroutine back in run_next while it runs another one. */
static P *holder(M *m, uint32_t start, G **held, uint64_t *switches)
{
	for (uint32_t i = 0; i < proc_count(); i++) {
		P *p = proc_at((start + i) % proc_count());
		if (p == m->p || (*held = load_relaxed(&p->run_next)) == NULL)
			continue;
		*switches = switches_of(p);
		return p;
	}
	return NULL;
}

static void wait_until(int64_t when)
{
	while (os_nanotime() < when && !world_asked())
		atomic_relax();
}

/* Asks the P for its run_next when that stands still, and waits a little for it to come. */
static G *ask_to_share(M *m, uint32_t start)
{
	G *held, *g = NULL;
	uint64_t switches;
	P *p = holder(m, start, &held, &switches);
	int64_t now = os_nanotime();
	if (p == NULL)
		return NULL;
	wait_until(now + STILL);
	if (load_relaxed(&p->run_next) != held || switches_of(p) != switches)
		return queue_steal(m->p, p);
	request_share(p);
	while (g == NULL && os_nanotime() < now + LINGER && !world_asked()) {
		atomic_relax();
		g = queue_steal(m->p, p);
	}
	return g;
}

G *idle_find(M *m)
{
	if (m->found_at != 0)
		count_work(m);
	if (scheduler.proc_count == 1 || !may_spin(m))
		return NULL;
	G *g = NULL;
	for (int pass = 0; pass < PASSES && g == NULL && !world_asked(); pass++)
		g = steal_once(m, (uint32_t)(random_next(&m->random) >> 33));
	if (g == NULL && !world_asked())
		g = ask_to_share(m, (uint32_t)(random_next(&m->random) >> 33));
	if (g != NULL) {
		store_relaxed(&m->p->tick, m->p->tick + 1);
		found(m);
	}
	return g;
}

/* ---- going to sleep ---------------------------------------------------------------------------------------- */

static GOL_COLD _Noreturn void deadlock(void)
{
	bool any = sched_goroutine_count() > 0;
	text t = {0};
	os_release(&scheduler.lock);
	exit_begin();
	text_string(&t, any ? "fatal error: all goroutines are asleep - deadlock!\n" :
		"fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n");
	if (gol_traceback > TRACEBACK_NONE)
		trace_all_others(&t, NULL);
	text_flush(&t);
	exit_crash();
}

void idle_check(void)
{
	if (scheduler.idle_count == scheduler.proc_count && scheduler.global_count == 0 && scheduler.lost_calls == 0 &&
		load_seq(&scheduler.expected) == 0 &&
	    timers_next() == INT64_MAX && !scheduler.main_returned && !(scheduler.asked & 1) && !load_relaxed(&gc.beside))
		deadlock();
}

/* What others hold in run_next does not count: they have been asked for it, or will be, and wake somebody then. */
bool idle_any_work(void)
{
	if (load_relaxed(&scheduler.global_count) != 0 || timers_next() <= os_nanotime() || gc_requested())
		return true;
	for (uint32_t i = 0; i < proc_count() && idle_wake_pays(); i++)
		if (!queue_ring_is_empty(proc_at(i)))
			return true;
	return false;
}

/* m is on the idle list, its P too; it takes one back if there is work after all. */
static bool second_look(M *m, bool spun)
{
	bool back = false;
	if (spun)
		atomic_add(&scheduler.spinning, -1u);
	atomic_fence();
	if (!idle_any_work())
		return false;
	os_acquire(&scheduler.lock);
	P *p = m->p == NULL ? idle_take_p() : NULL;
	if (p != NULL) {
		take_off(m);
		worker_acquire(m, p);
		m->spinning = back = true;
		atomic_add(&scheduler.spinning, 1u);
	}
	os_release(&scheduler.lock);
	return back;
}

/* A timer was added and is the first. */
void idle_watch(int64_t first)
{
	if (load_seq(&scheduler.idle_count) == 0 || load_seq(&scheduler.watch_until) <= first)
		return;
	os_acquire(&scheduler.lock);
	M *m = scheduler.watcher != NULL ? scheduler.watcher : scheduler.idle_ms;
	if (m != NULL)
		wake(m);                        /* it looks again how long to sleep */
	os_release(&scheduler.lock);
}

/* How long to sleep: for ever, or as the watcher until the first timer is due. */
static int64_t time_to_sleep(M *m)
{
	int64_t next;
	if (scheduler.watcher != m && timers_next() >= load_relaxed(&scheduler.watch_until))
		return -1;                      /* somebody sleeps so long, or there is none */
	scheduler.watcher = m;
	do {
		next = timers_next();
		store_seq(&scheduler.watch_until, next);
	} while (load_seq(&timers_first) != next);
	if (next == INT64_MAX)
		return -1;
	int64_t left = next - os_nanotime();
	return left > 0 ? left : 0;
}

static bool take_p(M *m)
{
	P *p = idle_take_p();
	if (p == NULL)
		return false;
	take_off(m);
	worker_acquire(m, p);
	return true;
}

/* On its futex, or, one of the idle workers, where descriptors become ready. scheduler.lock is held, but not meanwhile.
 * Returns who waited for descriptors that are. */
static G *sleep_once(M *m, int64_t wait)
{
	G *ready = NULL;
	bool poll = scheduler.polling == NULL && os_poll_is_made();
	m->polls = poll;
	if (poll)
		store_relaxed(&scheduler.polling, m);
	os_release(&scheduler.lock);
	if (poll)
		ready = poll_look(load_acquire(&m->wake) ? 0 : wait);
	else
		os_futex_wait(&m->wake, 0, wait);
	os_acquire(&scheduler.lock);
	m->polls = false;
	if (poll)
		store_relaxed(&scheduler.polling, (M *)NULL);
	return ready;
}

/* scheduler.lock is held and m on the idle list; it is not any more when this returns. */
static void sleep_until_woken(M *m)
{
	for (;;) {
		int64_t wait = time_to_sleep(m);
		if (wait == 0) {
			if (take_p(m))
				return;
			stop_watching();            /* the holders of the Ps look after the timers */
			wait = -1;
		}
		G *ready = sleep_once(m, wait);
		queue_add_expected(ready);
		if (m->p != NULL)
			return;                     /* handed over by somebody, who took m off the list */
		if (ready != NULL && take_p(m))
			return;
		if (scheduler.main_returned && m == scheduler.first_m) {
			take_off(m);
			return;
		}
		store_relaxed(&m->wake, 0u);
	}
}

/* Without a P (its call lasted too long) there is nothing to give back. */
static bool give_back(M *m)
{
	P *p = m->p;
	if (p == NULL) {
		idle_check();               /* it may have been the last that counted as lost */
		return true;
	}
	if (load_relaxed(&scheduler.global_count) != 0 || (scheduler.asked & 1))
		return false;
	m->p = NULL;
	store_relaxed(&p->m, (M *)NULL);
	store_seq(&p->status, (uint32_t)P_IDLE);
	idle_add_p(p);
	idle_check();
	return true;
}

GOL_COLD void idle_enter(M *m)
{
	os_acquire(&scheduler.lock);
	if (!give_back(m)) {
		os_release(&scheduler.lock);
		return;
	}
	bool spun = m->spinning;            /* from here on m is others' to hand a P, who say whether it spins */
	m->spinning = false;
	store_relaxed(&m->wake, 0u);
	m->link = scheduler.idle_ms;
	scheduler.idle_ms = m;
	os_release(&scheduler.lock);
	bool back = second_look(m, spun);
	os_acquire(&scheduler.lock);
	if (!back && m->p == NULL)
		sleep_until_woken(m);
	os_release(&scheduler.lock);
}

void idle_found(M *m) { stop_spinning(m); }
