/*
 * p.h - processors, and what the files of the scheduler share; for sched/ and those that ask which P they run on.
 *
 * scheduler.lock guards the global queue, the lists of idle Ps and Ms, and `asked`: whoever makes a P run, or
 * leaves it idle, does it under this lock. The counts are also read without it, as hints or in the pairs that
 * idle.c and world.c describe.
 */
#ifndef GOL_SCHED_P_H
#define GOL_SCHED_P_H

#include "base/lock.h"
#include "heap/heap.h"
#include "stack/list.h"

/* The low two bits of P.status; above them stands the M's id + 1, so that an M can only take back its own P.
 * IDLE: nobody's. RUNNING: of an M that runs gol code or its dispatcher. IN_CALL: its M is in C; who needs it may
 * take it.
 * STOPPED: its M waits in its dispatcher until the world goes on. */
enum { P_IDLE, P_RUNNING, P_IN_CALL, P_STOPPED };
static inline uint32_t p_status_of(uint32_t what, uint32_t m_id) { return (m_id + 1) << 2 | what; }

#ifdef GOL_STEPS
enum { P_QUEUE = 4 };           /* soon full, soon gone round */
#else
enum { P_QUEUE = 256 };
#endif
enum { MAX_PROCS = 1024 };

struct P {
	uint32_t status;            /* atomic: p_status_of. P_IN_CALL -> P_IDLE by whoever takes it away */
	uint32_t id;
	M *m;
	P *link;                    /* idle list */
	G *run_next;                /* runs next, in the time slice of the one that readied it */
	uint32_t head, tail;        /* head..tail are runnable; only the owner adds, thieves take too (queue.c) */
	G *queue[P_QUEUE];
	heap_cache cache;           /* heap_current of the worker that holds it (worker.c) */
	G *free; uint32_t free_count;       /* dead goroutines with their stacks */
	uint64_t next_id;           /* for the next goroutine; a multiple of the batch: none is left */
	int32_t alive;              /* goroutines that began here less those that ended here */
	uint32_t handoff;           /* how surely a goroutine that readies another parks next: queue.c */
	uint32_t readied;           /* the running one did, in this round of the monitor; 0: it has not */
	uint32_t tick;              /* atomic: dispatches, those from run_next not counted */
	uint32_t global_at;         /* tick at which the global queue comes first */
	bool global_postponed;      /* once, for those whom a timer woke */
	uint32_t skip_next;         /* atomic: monitor asks for others to run before run_next */
	uint32_t monitor_tick; int64_t monitor_since;       /* the monitor's own */
	uint64_t monitor_switches;
	uint32_t monitor_head;
	int64_t monitor_used;       /* processor time of its worker when what is queued first stood still; 0: it did not */
	uint64_t calls;             /* blocking calls entered */
	uint64_t monitor_calls; int64_t monitor_call_since;
};

extern struct scheduler {
	os_lock lock;
	G *global_head, *global_tail;
	uint32_t global_count;
	P *idle_ps;                     /* linked by P.link */
	uint32_t idle_count;            /* of Ps */
	M *idle_ms, *all_ms;
	M *ended_ms;                    /* whose threads have ended: used again */
	uint32_t m_count, ended_count, thread_limit;
	M *polling;                     /* the idle worker that waits for descriptors; also read without the lock */
	uint32_t spinning;              /* workers with a P that look for work */
	/* how often that brought next to nothing, up to UNPAID; a hint, which all may write */
	uint32_t unpaid;
	M *watcher;                     /* the idle worker that sleeps until the first timer */
	int64_t watch_until;            /* atomic: and when that was; INT64_MAX: there is none, or no timer */
	uint32_t wants_many;            /* somebody outside waits for gol_many_procs (solo.c) */
	uint32_t lost_calls;            /* workers whose P was taken away and that have a goroutine to queue */
	int32_t expected;               /* atomic: readied from outside */
	uint32_t asked;                 /* odd: somebody stops the world (world.c) */
	uint32_t arrived;               /* futex: changes whenever one of those that were asked may have come */
	P *procs[MAX_PROCS];            /* made when first wanted, never freed; the first proc_count are in use */
	uint32_t proc_count, procs_made;
	bool main_returned;
	M *first_m;
} scheduler;

enum { UNPAID = 8 };
static inline bool idle_wake_pays(void) { return load_relaxed(&scheduler.unpaid) < UNPAID; }

static inline bool many_procs(void) { return load_relaxed(&gol_many_procs) != 0; }
static inline bool world_asked(void) { return load_acquire(&scheduler.asked) & 1; }

/* ---- solo.c ----------------------------------------------------------------------------------- */

/* May another worker get a P? The caller is inside (has a P), or not. False: not now; it has been asked for.
 * scheduler.lock is held. */
bool solo_admits(void);
/* the caller is the only one inside, and holds no lock but scheduler.lock */
void solo_end(void);
void solo_granted(void);                        /* the same, because somebody wants it: at a poll, in the dispatcher */
void solo_try(M *m);                            /* in the dispatcher, now and then: alone for long enough? */

/* ---- monitor.c: a coarse clock ------------------------------------------------------------------ */

extern uint32_t monitor_rounds;                 /* 20 us or more each; relaxed */

/* ---- queue.c --------------------------------------------------------------------------------- */

void queue_put_front(P *p, G *g);               /* g runs next; who was to run next goes to the end of the ring */
void queue_add_global(G *g);                    /* scheduler.lock is held */
void queue_add_expected(G *list);               /* the same for goroutines that were expected (sched_expect) */
void queue_timers_first(P *p);                  /* timers filled the ring: the global queue waits, once */
G *queue_pick_slowly(P *p);

static inline G **queue_entry(P *p, uint32_t i) { return &p->queue[i % P_QUEUE]; }

/* The oldest in the ring. */
static inline G *queue_take_local(P *p)
{
	for (;;) {
		uint32_t head = load_acquire(&p->head);
		if (head == p->tail)
			return NULL;
		G *g = load_relaxed(queue_entry(p, head));
		if (GOL_LIKELY(proc_change(&p->head, head, head + 1))) {
			store_relaxed(&p->tick, p->tick + 1);   /* a new time slice */
			return g;
		}
	}
}

/* half of from's ring; one of them is returned, the rest is put in to's */
G *queue_steal(P *to, P *from);
void queue_empty(P *p);                         /* in a stop: all to the global queue. scheduler.lock is held */
void queue_share(P *p);                         /* run_next goes to the ring, where others can take it */
static inline bool queue_global_is_due(const P *p) { return (int32_t)(p->tick - p->global_at) >= 0; }

/* Of p's own and of the global queue; NULL: none. */
static inline G *queue_pick(P *p)
{
	if (GOL_LIKELY(!load_relaxed(&p->skip_next))) {
		G *g = p->run_next;
		if (g != NULL) {
			store_relaxed(&p->run_next, (G *)NULL);
			return g;
		}
		if (GOL_LIKELY(!queue_global_is_due(p)) && (g = queue_take_local(p)) != NULL)
			return g;
	}
	return queue_pick_slowly(p);
}

static inline bool queue_ring_is_empty(const P *p) { return load_acquire(&p->head) == load_acquire(&p->tail); }
static inline bool queue_is_empty(const P *p) { return load_relaxed(&p->run_next) == NULL && queue_ring_is_empty(p); }

enum { HANDOFF_SURE = 3, HANDOFF_LIKELY = 2 };

/* The goroutine that ran on p parked. */
static inline void queue_parked(P *p)
{
	if (p->readied == 0)
		return;
	bool soon = p->readied == (load_relaxed(&monitor_rounds) | 1);
	if (soon && p->handoff < HANDOFF_SURE)
		p->handoff++;
	else if (!soon && p->handoff > 0)
		p->handoff--;
}

/* ---- idle.c ----------------------------------------------------------------------------------- */

void idle_wake_anyway(void);                    /* work was put into a ring that another P could do, or stands there */
/* The same, but not where that has not paid of late. */
static inline void idle_wake(void)
{
	if ((GOL_UNLIKELY(load_relaxed(&scheduler.idle_count) != 0) || GOL_UNLIKELY(many_procs())) && idle_wake_pays())
		idle_wake_anyway();
}
void idle_wake_queued(void);                    /* the same, of the global queue */
bool idle_any_work(void);                       /* that a worker without any could do */
G *idle_find(M *m);                             /* steals; NULL: there is nothing */
void idle_found(M *m);                          /* work, spinning or not */
void idle_check(void);                          /* for a deadlock. scheduler.lock is held */
/* gives the P back and sleeps; on return there is one, or the program is over */
void idle_enter(M *m);
/* to a sleeping worker or a new one; p is on no list. scheduler.lock is held */
void idle_give(P *p);
/* off the list; NULL: none, or the world is stopped. scheduler.lock is held */
P *idle_take_p(void);
void idle_add_p(P *p);                          /* its status is P_IDLE. scheduler.lock is held */
void idle_watch(int64_t first);                 /* a timer was added that is due first */

/* ---- procs.c ----------------------------------------------------------------------------------- */

void procs_start(void);                         /* as many Ps as the environment wants */
uint32_t procs_limit(int64_t n);                /* how many Ps n > 0 asks for */
void procs_set(M *m, uint32_t n);               /* in m's stop, with empty caches: n Ps from now on; m keeps its own */
void procs_lost(void);                          /* a worker whose P was taken away has no goroutine to queue */

/* ---- make.c ------------------------------------------------------------------------------------ */

void make_release(P *p, uint32_t keep);         /* dead goroutines of p, all but `keep`, for other Ps */

/* ---- worker.c --------------------------------------------------------------------------------- */

void worker_acquire(M *m, P *p);                /* m runs p from now on. scheduler.lock is held */
M *worker_make(void);
void worker_start(M *m);                        /* its thread */

#endif
