/*
 * procs.c - the Ps: how many there are, and whom they belong to while C is called.
 *
 * A P struct is never freed: the monitor and thieves look at it without a lock. The first proc_count of
 * scheduler.procs are in use. A change is made in a stop (procs_set): a P that is taken away hands over its
 * goroutines and its dead ones; its allocation cache was emptied by the stop's caller; a worker that stood in its
 * dispatcher with it goes on without, as after a call that lost its P, and counts as one until it has queued its
 * goroutine.
 */
#include "sched/p.h"
#include "sched/proc.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/options.h"
#include "gc/gc.h"
#include "os/os.h"

struct scheduler scheduler = {.lock = LOCK_OF_RANK(RANK_SCHEDULER), .watch_until = INT64_MAX, .thread_limit = 10000};

P *proc_at(uint32_t i) { return load_dependent(&scheduler.procs[i]); }
uint32_t proc_count(void) { return load_relaxed(&scheduler.proc_count); }
uint32_t proc_made(void) { return load_acquire(&scheduler.procs_made); }
void sched_expect(int delta) { atomic_add(&scheduler.expected, delta); }

/* ---- how many ------------------------------------------------------------------------------------------- */

static P *make_p(uint32_t id)
{
	P *p = calloc(1, sizeof *p);
	if (p == NULL)
		runtime_out_of_memory();
	p->id = id;
	p->status = P_IDLE;
	p->next_id = id == 0 ? 1 : 0;
	p->skip_next = gol_stress.sched;        /* queue_pick: never the quick way */
	heap_add_cache(&p->cache);
	return p;
}

static void add_proc(void)
{
	uint32_t i = scheduler.proc_count;
	require(i < MAX_PROCS);
	if (i == scheduler.procs_made) {
		store_release(&scheduler.procs[i], make_p(i));
		store_release(&scheduler.procs_made, i + 1);
	}
	store_relaxed(&scheduler.proc_count, i + 1);
}

static void take_off_idle_list(P *p)
{
	for (P **at = &scheduler.idle_ps; *at != NULL; at = &(*at)->link)
		if (*at == p) {
			*at = p->link;
			p->link = NULL;
			store_relaxed(&scheduler.idle_count, scheduler.idle_count - 1);
			return;
		}
}

/* scheduler.lock is held, the world stopped. */
static void remove_proc(void)
{
	P *p = scheduler.procs[scheduler.proc_count - 1];
	lock_require_held(RANK_SCHEDULER);
	debug_require(scheduler.asked & 1);
	debug_require(p->m == NULL || p->m->p == p);
	store_relaxed(&scheduler.proc_count, scheduler.proc_count - 1);
	take_off_idle_list(p);
	queue_empty(p);
	make_release(p, 0);
	if (p->m != NULL) {
		p->m->p = NULL;
		store_relaxed(&p->m, (M *)NULL);
		scheduler.lost_calls++;
	}
	store_seq(&p->status, (uint32_t)P_IDLE);
}

void procs_set(M *m, uint32_t n)
{
	require(n >= 1 && n <= MAX_PROCS);
	os_acquire(&scheduler.lock);
	for (uint32_t i = 1; i < scheduler.proc_count; i++)
		if (scheduler.procs[i] == m->p) {       /* stays */
			store_relaxed(&scheduler.procs[i], scheduler.procs[0]);
			store_relaxed(&scheduler.procs[0], m->p);
		}
	while (scheduler.proc_count > n)
		remove_proc();
	while (scheduler.proc_count < n) {
		add_proc();
		idle_add_p(scheduler.procs[scheduler.proc_count - 1]);
	}
	store_relaxed(&gol_many_procs, (uint32_t)(n > 1));
	os_release(&scheduler.lock);
}

uint32_t procs_limit(int64_t n) { return gol_stress.sched ? 1 : n > MAX_PROCS ? MAX_PROCS : (uint32_t)n; }

/* The processors of this process, or what its control group lets it use of them, rounded up: two of those there are at
 * least, so that the collector and the program do not wait for each other. */
static int64_t default_count(void)
{
	enum { LEAST = 2 };
	int64_t count = os_processor_count();
	double limit = os_processor_limit("");
	if (limit <= 0 || limit >= (double)count)
		return count;
	int64_t whole = (int64_t)limit + (limit > (double)(int64_t)limit);
	whole = whole > LEAST ? whole : LEAST;
	return whole < count ? whole : count;
}

/* GOMAXPROCS, a positive number; anything else means the default. */
static uint32_t wanted(void)
{
	const char *text = getenv("GOMAXPROCS");
	char *end;
	long n = text != NULL ? strtol(text, &end, 10) : 0;
	return procs_limit(n > 0 && *end == '\0' ? n : default_count());
}

void procs_start(void)
{
	uint32_t n = wanted();
	while (scheduler.proc_count < n)
		add_proc();
	for (uint32_t i = n - 1; i > 0; i--)
		idle_add_p(scheduler.procs[i]);
}

/* ---- calls ---------------------------------------------------------------------------------------------- */

bool proc_take_back(M *m)
{
	os_acquire(&scheduler.lock);
	m->p = NULL;
	P *p = idle_take_p();
	if (p != NULL) {
		worker_acquire(m, p);
		debug_require(scheduler.lost_calls > 0);
		scheduler.lost_calls--;
	}
	os_release(&scheduler.lock);
	heap_current = p != NULL ? &p->cache : NULL;
	return p != NULL;
}

void proc_queue_lost(G *g)
{
	os_acquire(&scheduler.lock);
	queue_add_global(g);
	debug_require(scheduler.lost_calls > 0);        /* below zero it would hide a deadlock for ever */
	scheduler.lost_calls--;
	os_release(&scheduler.lock);
	idle_wake_queued();
}

void procs_lost(void)
{
	os_acquire(&scheduler.lock);
	debug_require(scheduler.lost_calls > 0);
	scheduler.lost_calls--;
	os_release(&scheduler.lock);
}

bool proc_has_work(P *p)
{
	return !queue_is_empty(p) || load_relaxed(&scheduler.global_count) != 0 || timers_next() <= os_nanotime() ||
		gc_requested();
}

/*
 * The monitor: takes the P of a call that lasts. Whether anybody must go on with it is decided after the change of
 * status: what the monitor saw before may be of an earlier call, since `seen` is the same word for every call of
 * a worker. A P left idle here may have nothing queued and no timer pending, since nobody looks after either.
 */
bool proc_retake(P *p, uint32_t seen)
{
	os_acquire(&scheduler.lock);
	bool ok = !(scheduler.asked & 1) && atomic_change(&p->status, seen, (uint32_t)P_IDLE);
	if (ok) {
		scheduler.lost_calls++;
		store_relaxed(&p->m, (M *)NULL);
		if (proc_has_work(p) || timers_next() != INT64_MAX || poll_has_waiters())
			idle_give(p);
		else
			idle_add_p(p);
	}
	os_release(&scheduler.lock);
	return ok;
}
