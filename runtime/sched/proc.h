/*
 * proc.h - the scheduler, for the rest of the runtime: parking, readying, timers,
 * blocking calls.
 *
 * A runtime operation that must wait:
 *   1. calls sched_park(g, reason, complete),
 *   2. puts a waiter where others will find it (under that queue's lock, which it releases),
 *   3. returns to generated code, which freezes.
 * Whoever finds the waiter takes it out and calls sched_ready, once. Before the frame of the
 * caller is entered again the dispatcher runs `complete`, which may set g->ret (results in
 * memory that lives until then, for example G.results) or raise a panic.
 */
#ifndef GOL_SCHED_PROC_H
#define GOL_SCHED_PROC_H

#include "stack/g.h"
#include "stack/list.h"

/* ---- parking ---------------------------------------------------------------------------------- */

void sched_park(G *g, enum wait_reason reason, void (*complete)(G *));
/* Makes a parked goroutine runnable: next on this P. The caller holds a P and no lock. */
void sched_ready(G *g);
/* unwinding = FREEZE: to the end of the global queue. */
void sched_give_way(G *g);
/* unwinding = FREEZE: the frames are wanted, the goroutine goes on at once. */
void sched_freeze(G *g);

/* A new goroutine that calls fn. Any holder of a P. order: with -race, what was released there happens before it; NULL:
 * nothing. */
G *sched_start_goroutine(gol_func *fn, const g_origin *origin, const void *order);
uint32_t sched_goroutine_count(void);

/* Something outside will ready a goroutine (a poller, a host): while the sum is not 0 nothing is called a deadlock. */
void sched_expect(int delta);

/* ---- blocking C calls (sched/call.c) -------------------------------------------------------------- */

/*
 * A blocking call is a saved frame of this layout, whose body makes the call from the mended
 * frame: pointer arguments stay exact while the stack is scanned meanwhile. An intrinsic fills one as a C local and
 * returns what call_blocking returns (garbage; the results go to the caller's g->ret).
 */
typedef struct call_frame {
	gol_frame h;
	int64_t r[4];               /* results, at GOL_FRAME_RESULTS */
	void *p[3];                 /* pointer arguments */
	int64_t a[8];               /* others */
	int64_t how;                /* frozen operations: enum frozen */
	union {
		void (*run)(struct call_frame *);       /* makes the call; no access to the runtime but errno and malloc */
		void (*run_frozen)(G *, struct call_frame *);
	};
} call_frame;
void call_start(call_frame *c, void (*run)(call_frame *));
void call_blocking(gol_g *g, call_frame *c);
uint64_t call_total(void);
/* The same frame for an operation that only wants g frozen, to read its stack: run is called on the dispatcher with
 * the P. */
void frozen_start(call_frame *c, void (*run)(G *, call_frame *));
enum frozen { FROZEN_STOPS_WORLD = 1, FROZEN_YIELDS = 2 };       /* while run runs; when it has run */
void frozen_how(call_frame *c, enum frozen how);

/* From here to call_exit g is frozen and may lose its P. */
void call_enter(G *g);
bool call_exit(G *g);           /* false: no P; the goroutine must give way (WHY_CALL_LOST_P) */

/* ---- descriptors (sched/poll.c) ----------------------------------------------------------------------- */

/* A descriptor that the system reports the readiness of, with two sides. Its memory stays valid for ever. */
typedef struct poll_desc poll_desc;
enum poll_result { POLL_CLOSING = -1, POLL_EXPIRED = -2 };
int poll_open(int fd, poll_desc **out);     /* an error number, EPERM: reading and writing it never waits */
void poll_close(poll_desc *d, int fd);      /* before fd is closed; nobody waits */
int poll_reset(poll_desc *d, bool write);   /* before a try; not 0: why not to (enum poll_result) */
/* After a try that would have blocked. True: unwinding = FREEZE, until it is ready; the result is at g->ret. False: it
 * is in *result. 0: try again. */
bool poll_wait(G *g, poll_desc *d, bool write, int *result);
void poll_expire(poll_desc *d, bool write, bool expired);   /* a deadline passes, or does not count any more */
/* all that wait go on, none waits any more. This, and that above: holders of a P */
void poll_evict(poll_desc *d);

/* ---- timers (sched/timer.c) ------------------------------------------------------------------------ */

typedef struct sched_timer sched_timer;     /* heap object */
void timer_sleep(G *g, int64_t until);      /* until, when: of g's clock, sched_clock */
/* holder: a word of a heap object, which gets the timer; once that object is unreachable the timer may be dropped.
 * NULL: it fires in any case */
sched_timer *timer_start(G *g, int64_t when, gol_func *fn, void **holder);
bool timer_stop(sched_timer *t);
extern int64_t timers_first;                /* atomic: when the first is due; INT64_MAX: none */
static inline int64_t timers_next(void) { return load_relaxed(&timers_first); }
bool timers_run(int64_t now);               /* starts and readies what is due; true: something was */
void timers_each_root(void (*visit)(void *, void **), void *argument);
void timers_drop_unreachable(void);         /* in the stop: all is marked */
int64_t sched_clock(const G *g);            /* the monotonic clock, or that of g's bubble */

/* Asks the running goroutines to freeze soon or, where all Ps are idle, wakes a worker, so that a dispatcher looks at
 * gc_run_if_requested(). */
void sched_request_stop(void);

/* The collector, with its roots in goroutines, packages, timers: called once by gol_main. */
void collect_init(void);

/* ---- stopping the others (sched/world.c); m holds a P and stands in its dispatcher ------------------------ */

/* Until world_start no other P runs and every goroutine but m's is frozen. False: somebody else was there first, and
 * m has waited for him; it may have lost its P. */
bool world_stop(M *m);
void world_start(void);
void world_wait(M *m);                      /* does its part in another's stop, if there is one; m may lose its P */
void world_collect(M *m);                   /* a stop, and in it the collection that was requested */
void world_called(void);                    /* a call was begun while a stop was asked for */
/* The program ends: no world_start follows. Waits ns nanoseconds at most for those that run. Any thread. */
void world_stop_for_exit(int64_t ns);

/* ---- inside sched/ ---------------------------------------------------------------------------------- */

void run_goroutine(M *m, G *g);             /* until it parks, yields or ends */
void run_arm(M *m, G *g);
void sched_park_for_poll(G *g, void (*complete)(G *));
void poll_begin(G *g);                      /* its frames are saved and it is WAITING */
bool poll_has_waiters(void);
int64_t poll_last_look(void);
/* asks the system, waiting at most ns; who is to be readied by the next two */
G *poll_look(int64_t ns);
/* waiting goroutines, linked, each expected (sched_expect); from any thread */
void proc_ready_expected(G *list);
void proc_ready_here(G *list);              /* the same by the holder of a P: they go to the end of its queue */

/* The first worker: the calling thread, whose stack reaches down to native_low; and the main goroutine. */
void proc_init_first(uintptr_t native_low, gol_func *main_function);
void sched_set_system(G *g);
void proc_loop(M *m);                       /* returns when the program's main returned, on the first M */
void proc_put_global(G *g);
void proc_free_goroutine(G *g);
void proc_main_returned(void);
bool proc_take_back(M *m);                  /* after a call: an idle P for m? */
void proc_queue_lost(G *g);                 /* runnable; its worker's P was taken away: in a call, or in a stop */
bool proc_retake(P *p, uint32_t seen);       /* P_IN_CALL, as seen -> somebody else's, or idle */
bool proc_has_work(P *p);
P *proc_at(uint32_t i);
uint32_t proc_count(void);
uint32_t proc_made(void);                   /* those that are no longer in use, too: proc_at */
uint32_t proc_set_thread_limit(uint32_t n);     /* returns the previous */

void monitor_need(void);                    /* there is something to watch */
void monitor_wake(void);                    /* somebody has got a P */
void monitor_timer(int64_t when);           /* the first timer is now this one */
void request_preempt(P *p);
void request_stop(P *p);
bool request_stop_again(P *p);              /* only who has not been asked yet; true: there was one */
bool request_many_again(P *p);
void request_share(P *p);
void request_many(P *p);

#endif
