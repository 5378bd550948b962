/*
 * p.h - processors, their queues, and what all of them share; for sched/ and those that ask which P they run on.
 *
 * A P's queue: run_next (the goroutine readied or started last, which shares the time slice of the
 * one that did it), then a ring of 256, then half of the ring goes to the global queue
 * when it is full. Every 61st time slice looks at the global queue first. Picks from
 * run_next are no new time slices: when a slice is over 10 ms old the monitor has run_next skipped
 * once, so that two goroutines that ready each other cannot keep others out for ever.
 */
#ifndef GOL_SCHED_P_H
#define GOL_SCHED_P_H

#include "base/lock.h"
#include "heap/heap.h"
#include "stack/g.h"

/* The low two bits of P.status; above them stands the M's id + 1, so that an M can only take back its own P. */
enum { P_IDLE, P_RUNNING, P_IN_CALL };
static inline uint32_t p_status_of(uint32_t what, uint32_t m_id) { return (m_id + 1) << 2 | what; }
enum { P_QUEUE = 256, MAX_PROCS = 1 };

struct P {
	uint32_t status;            /* atomic: p_status_of. P_IN_CALL -> P_IDLE by whoever takes it away */
	uint32_t id;
	M *m;
	G *run_next;                /* runs next, in the time slice of the one that readied it */
	uint32_t head, tail;        /* head..tail are runnable; only the owner adds */
	G *queue[P_QUEUE];
	heap_cache cache;           /* heap_current of the worker that holds it, while it runs a goroutine */
	G *free; uint32_t free_count;       /* dead goroutines with their stacks */
	uint32_t tick;              /* dispatches, those from run_next not counted */
	uint32_t skip_next;         /* atomic: monitor asks for others to run before run_next */
	uint32_t monitor_tick; int64_t monitor_since;       /* the monitor's own */
	uint32_t calls;             /* blocking calls entered */
	uint32_t monitor_calls; int64_t monitor_call_since;
};

/* What the Ps share. */
extern struct scheduler {
	os_lock lock;                   /* guards all of it but what is said to be atomic */
	G *global_head, *global_tail;
	uint32_t global_count;          /* also read without the lock */
	M *idle_ms, *all_ms;
	M *polling;                     /* the idle worker that waits for descriptors */
	uint32_t m_count;
	uint32_t idle_count;            /* of Ps */
	uint32_t lost_calls;            /* blocking calls whose P was taken away */
	int32_t expected;               /* atomic: readied from outside */
	uint32_t thread_limit;
	bool main_returned;
	M *first_m;
	P procs[MAX_PROCS];
} scheduler;

/* ---- queues (queue.c) ---------------------------------------------------------------------------------- */

void queue_spill(P *p);             /* half of the full ring goes to the global queue */
G *queue_take_global(void);
G *queue_take_random(P *p);         /* GOLSTRESS=sched: any of the runnable ones */
void queue_skip_next(P *p);         /* run_next goes to the end of the ring */
void queue_add_global(G *g);        /* scheduler.lock is held */
void queue_add_expected(G *list);   /* the same for goroutines that were expected (sched_expect) */

/* The monitor reads tick. */
static inline void new_slice(P *p) { store_relaxed(&p->tick, p->tick + 1); }

static inline void queue_put_back(P *p, G *g)
{
	if (GOL_UNLIKELY(p->tail - p->head == P_QUEUE))
		queue_spill(p);
	p->queue[p->tail % P_QUEUE] = g;
	store_release(&p->tail, p->tail + 1);
}

/* g runs next; who was to run next goes to the end of the ring. */
static inline void queue_put_front(P *p, G *g)
{
	G *old = p->run_next;
	store_relaxed(&p->run_next, g);
	if (old != NULL)
		queue_put_back(p, old);
}

static inline G *queue_take_local(P *p)
{
	uint32_t head = p->head;
	if (head == p->tail)
		return NULL;
	new_slice(p);
	G *g = p->queue[head % P_QUEUE];
	store_relaxed(&p->head, head + 1);
	return g;
}

/* ---- workers, idle ones (worker.c, idle.c, deadlock.c); scheduler.lock is held -------------------------- */

M *worker_make(void);
void worker_start(M *m);            /* a thread for it */
void worker_acquire(M *m, P *p);    /* the only way from P_IDLE */
void idle_give(P *p);               /* an idle P goes to a sleeping worker or a new thread */
void idle_give_any(void);           /* the same with some idle P, if there is one */
void deadlock_check(void);

/* Gives the P back and sleeps until there is one for this worker and something to do. The lock is not held. */
void idle_wait(M *m);

#endif
