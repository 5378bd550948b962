/*
 * monitor.c - a thread without a P that looks at the others: started when there is
 * something to look at (a second goroutine, a timer, a blocking call).
 *
 * Each round it asks goroutines that have run for 10 ms to give way to others that wait, asks earlier when a timer is
 * due, repeats the collector's request for a stop where it reached nobody, and takes the P of a call that was seen in
 * two rounds while there is work for it. While no worker is free to it asks for descriptors that are ready (poll.c).
 * It sleeps 20 microseconds a round, after a millisecond without effect twice as long each time up
 * to 10 ms (160 us while a P is idle and another has work queued), but never beyond the first timer. Where nothing has
 * run for a millisecond it sleeps until it is woken; not earlier, as a server that is idle most of the time would pay
 * for a wake-up with each request.
 *
 * No wake-up of the monitor is lost. It writes until when it will sleep and then reads once more what could shorten
 * that: the Ps' states, if none ran, and when the first timer is due. Whoever gets a P (worker_acquire, the only
 * way from P_IDLE) or makes a timer the first writes that and then reads until when the monitor sleeps. All are
 * sequentially consistent, so one of the two sees the other: the monitor does not sleep so long, or it is woken. A
 * futex word that changes between the monitor's look and its sleep makes the wait return at once.
 *
 * What it knows of a P may be old when it acts. A request to give way then reaches another goroutine, which costs a
 * switch; proc_retake says why taking a P is safe.
 */
#include "base/event.h"
#include "base/fatal.h"
#include "gc/gc.h"
#include "os/os.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "sched/quit.h"
#include "sched/report.h"

enum { SLICE = 10000000, ROUND_MINIMUM = 20000, ROUND_WATCHING = 160000, ROUND_MAXIMUM = 10000000, QUIET_ROUNDS = 50 };
enum { STACK = 128 << 10 };
enum { LOOK_EVERY = 1000000, IDLE_GRACE = 1000000, TIMER_LATE = 20000, TIMER_VERY_LATE = 1000000 };
enum { MANY_QUEUED = 8, PATIENCE = 64 };
#define IDLE_SLEEP INT64_C(60000000000)
#define IDLE_RECORDED INT64_C(100000000)        /* then what was recorded last is written to its file */

uint32_t monitor_rounds;

static struct {
	uint32_t started;           /* only holders of a P change it 0 -> 1 */
	uint32_t asleep;            /* futex: 1 while the monitor sleeps; 0 by whoever wakes it */
	int64_t until;              /* atomic: when it will look again by itself; 0: it is awake */
	bool watches;               /* there is work and an idle P */
	uint32_t patience, waited;  /* rounds between attempts to get it done, and since the last one */
} monitor;

/* True: the P was taken: there may be more to take soon. Slices and timers are known in advance, calls are not. */
static bool watch_call(P *p, uint32_t status, int64_t now)
{
	uint64_t calls = load_relaxed(&p->calls);
	if (calls != p->monitor_calls) {
		p->monitor_calls = calls;
		p->monitor_call_since = now;
		return false;
	}
	int64_t lasted = now - p->monitor_call_since;
	if (lasted >= ROUND_MINIMUM && proc_has_work(p))
		return proc_retake(p, status);
	/* Nothing to run: after a while the P is better idle, so that this thread can sleep, or a worker waits for
	 * descriptors. */
	if (poll_has_waiters())
		return lasted >= LOOK_EVERY && proc_retake(p, status);
	return lasted >= SLICE && timers_next() == INT64_MAX && proc_retake(p, status);
}

/* Has the worker run for some of the time since the round in which its queue was first seen to stand still? The system
 * may have taken the processor away from it in the middle of an exchange. */
static bool has_run(P *p, const M *m)
{
	int64_t used = os_thread_time(load_relaxed(&m->clock));
	if (p->monitor_used == 0 || used < p->monitor_used)     /* the P has another worker since */
		p->monitor_used = used;
	return used - p->monitor_used >= ROUND_MINIMUM / 2;
}

/* Each time it does not pay the next one is later: from one to 64 rounds. */
static void wake_for_ring(void)
{
	if (idle_wake_pays())
		monitor.patience = 1;
	if (monitor.waited++ < monitor.patience)
		return;
	idle_wake_anyway();
	monitor.waited = 0;
	if (monitor.patience < PATIENCE)
		monitor.patience *= 2;
}

/*
 * Work that an idle P could do and nobody was woken for. A goroutine that readied another one and was thought to park
 * (queue.c) runs on; or what is in the ring was thought not to be worth it (idle.c). *moves: it runs other goroutines
 * than in the last round.
 */
static void watch_queue(P *p, bool *moves)
{
	const M *m = load_acquire(&p->m);
	uint64_t switches = m != NULL ? load_relaxed(&m->counts.dispatches) : 0;
	uint32_t head = load_acquire(&p->head), queued = load_acquire(&p->tail) - head;
	*moves = switches != p->monitor_switches;
	bool next = !*moves && load_relaxed(&p->run_next) != NULL;
	bool ring = queued != 0 && (head == p->monitor_head || queued >= MANY_QUEUED);
	p->monitor_switches = switches;
	p->monitor_head = head;
	if (m == NULL || load_relaxed(&scheduler.idle_count) == 0 || !(next || ring)) {
		p->monitor_used = 0;
		return;
	}
	if (!has_run(p, m))
		return;
	if (next)
		request_share(p);
	if (ring)
		wake_for_ring();
}

/* Goroutines that hand over to each other, with nobody else about, keep nobody waiting. */
static bool others_wait(P *p, bool moves)
{
	return moves && queue_ring_is_empty(p) ? load_relaxed(&scheduler.global_count) != 0 : proc_has_work(p);
}

/* *late: a timer is due and nobody looks at it; one P is enough. */
static bool watch_running(P *p, int64_t now, bool *late)
{
	uint32_t tick = load_relaxed(&p->tick);
	bool moves, effect = false;
	watch_queue(p, &moves);
	if (load_relaxed(&scheduler.idle_count) != 0 && !queue_is_empty(p))
		monitor.watches = true;
	if (load_relaxed(&scheduler.wants_many) != 0)
		effect |= request_many_again(p);        /* who asked first may have asked the one before */
	if (gc_requested() && !world_asked())           /* by the marker, when p ran nothing that could be asked */
		effect |= request_stop_again(p);
	if (tick != p->monitor_tick) {
		p->monitor_tick = tick;
		p->monitor_since = now;
	}
	if (now - p->monitor_since < SLICE && !*late)
		return effect;
	if (!*late && !others_wait(p, moves))   /* nobody to give way to: its frames would be thawed for nothing */
		return effect;
	request_preempt(p);
	*late = false;
	p->monitor_since = now;
	return effect;
}

/* No reason to come again soon: a server always has some that are ready, and on one processor each round of this thread
 * takes it away from the worker in the middle of a call. */
static void look_for_ready(int64_t now)
{
	if (!poll_has_waiters() || load_relaxed(&scheduler.polling) != NULL || now - poll_last_look() < LOOK_EVERY)
		return;
	G *ready = poll_look(0);
	if (ready != NULL)
		proc_ready_expected(ready);
}

/* *all_idle: no P has a worker, and none has had one since the last round. */
static bool round_over(bool *all_idle)
{
	bool effect = false;
	int64_t now = os_nanotime();
	quit_look();
	report_look(now);
	if (event_recorded())
		event_flush(now);
	store_relaxed(&monitor_rounds, monitor_rounds + 1);
	*all_idle = true;
	monitor.watches = false;
	bool late = timers_next() <= now - TIMER_LATE;
	if (late && load_relaxed(&scheduler.idle_count) != 0) {     /* no busy one need be interrupted */
		idle_wake_queued();
		late = timers_next() <= now - TIMER_VERY_LATE;
	}
	for (uint32_t i = 0; i < proc_count(); i++) {
		P *p = proc_at(i);
		uint32_t status = load_seq(&p->status);
		if (status == P_IDLE) {
			uint32_t tick = load_relaxed(&p->tick);
			*all_idle &= tick == p->monitor_tick;
			p->monitor_tick = tick;
			continue;
		}
		*all_idle = false;
		if ((status & 3) == P_IN_CALL) {
			effect |= watch_call(p, status, now);
			monitor.watches |= !queue_is_empty(p);
		} else {
			effect |= watch_running(p, now, &late);
		}
	}
	if (!*all_idle)
		look_for_ready(now);
	return effect;
}

static void announce(int64_t until)
{
	store_relaxed(&monitor.asleep, 1u);
	store_seq(&monitor.until, until);
}

/* Until somebody gets a P; nobody seemed to have one. */
static void sleep_idle(void)
{
	bool all_idle;
	announce(INT64_MAX);
	round_over(&all_idle);
	if (all_idle)
		os_futex_wait(&monitor.asleep, 1, event_recorded() ? IDLE_RECORDED : IDLE_SLEEP);
	store_seq(&monitor.until, 0);
}

/* Until the first timer is late, but at least the shortest round. */
static void nap(int64_t longest)
{
	int64_t now = os_nanotime();
	announce(now + longest);
	int64_t timer = timers_next();
	if (timer < now + longest - TIMER_LATE)
		longest = timer + TIMER_LATE - now > ROUND_MINIMUM ? timer + TIMER_LATE - now : ROUND_MINIMUM;
	os_futex_wait(&monitor.asleep, 1, longest);
	store_seq(&monitor.until, 0);
}

static void monitor_main(void *argument)
{
	int64_t delay = ROUND_MINIMUM;
	int quiet = 0, idle_rounds = 0;
	bool all_idle;
	(void)argument;
	os_thread_precise();
	for (;;) {
		nap(idle_rounds != 0 ? IDLE_GRACE : delay);
		bool effect = round_over(&all_idle);
		idle_rounds = all_idle && !report_is_due() ? idle_rounds + 1 : 0;
		if (idle_rounds == 2) {
			sleep_idle();
			idle_rounds = 0;
			effect = true;
		}
		quiet = effect ? 0 : quiet + 1;
		if (quiet == 0)
			delay = ROUND_MINIMUM;
		else if (quiet > QUIET_ROUNDS)
			delay *= 2;
		int64_t longest = monitor.watches ? ROUND_WATCHING : ROUND_MAXIMUM;
		if (delay > longest)
			delay = longest;
	}
}

/* In this order: where the monitor sleeps again meanwhile, it is woken or `until` stays. */
static GOL_COLD void wake(void)
{
	store_seq(&monitor.until, 0);
	store_seq(&monitor.asleep, 0u);
	os_futex_wake(&monitor.asleep, 1);
}

void monitor_wake(void)
{
	if (load_seq(&monitor.until) == INT64_MAX)
		wake();
}

void monitor_timer(int64_t when)
{
	if (GOL_UNLIKELY(when < load_seq(&monitor.until) - TIMER_LATE))
		wake();
}

static GOL_COLD void start(void)
{
	monitor.started = 1;
	if (!os_thread_start(monitor_main, NULL, STACK))
		runtime_no_thread();
}

void monitor_need(void)
{
	if (GOL_UNLIKELY(monitor.started == 0))
		start();
}
