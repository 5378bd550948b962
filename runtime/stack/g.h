/*
 * g.h - goroutines, workers, processors: the structs and who owns what.
 *
 * G  a goroutine. Its life is its saved frames (stack block [base, top)) plus, while a
 *    worker runs it, native C frames above them on the worker's own stack. G structs are
 *    never given back to the system: a stale pointer to one is at worst a spurious
 *    request to another goroutine.
 * M  a worker: an operating system thread.
 * P  the right to run gol code. GOMAXPROCS many. A worker that has one is inside, also in a
 *    blocking call and while it waits in a stop; one that is alone inside excludes all others from
 *    channels and run queues (base/atomic.h, sched/solo.c).
 *
 * States of a G, which only the functions of stack/status.h change.
 *
 *    state        on which queue         who owns the stack     next
 *    G_DEAD       free list, or none     nobody                 RUNNABLE
 *    G_RUNNABLE   exactly one run queue  the collector may read RUNNING
 *    G_RUNNING    none; m->g             its M                  PARKING RUNNABLE IN_CALL DEAD
 *    G_PARKING    a waiter stands in a   its M, until all       WAITING (by its M)
 *                 channel, timer, ...    frames are saved       READIED (by anybody)
 *    G_READIED    none                   its M, or its holder   RUNNABLE (by that one)
 *    G_WAITING    the waiter's           the collector may read RUNNABLE
 *    G_IN_CALL    none; m->g             frozen: may be read,   RUNNING RUNNABLE
 *                                        not moved
 *
 * Parking is the two-step change PARKING -> WAITING: whoever readies a goroutine that
 * still has native frames only notes it, and the goroutine's own worker runs it on.
 */
#ifndef GOL_STACK_G_H
#define GOL_STACK_G_H

#include "abi.h"
#include "base/atomic.h"
#include "base/lock.h"
#include "base/options.h"
#include "base/order.h"

typedef struct G G;
typedef struct M M;
typedef struct P P;
typedef struct waiter waiter;

enum g_status { G_DEAD, G_RUNNABLE, G_RUNNING, G_PARKING, G_READIED, G_WAITING, G_IN_CALL };

/* Why native frames are giving way; read by the dispatcher when they all have. */
enum g_why {
	WHY_CONTINUE,       /* out of native stack, or a runtime function wants the frames: go on at once */
	WHY_YIELD,          /* to the end of the global queue */
	WHY_PARK,           /* to its waiter: status is PARKING or READIED */
	WHY_CALL_LOST_P,    /* a blocking call returned and its P was gone */
	WHY_POLL,           /* until a descriptor is ready: sched/poll.c */
};

/* Bits of G.request. Only a hint travels in limit and poll; this word is the truth. */
enum g_request {
	REQUEST_PREEMPT = 1,        /* to the end of the queue */
	REQUEST_STOP = 2,           /* freeze; the dispatcher looks what is wanted */
	REQUEST_SHARE = 4,          /* run_next to the ring; nothing freezes */
	REQUEST_MANY = 8,           /* another worker wants in (sched/solo.c); nothing freezes */
};

/* What tracebacks print in brackets. Order of wait_reason_text. */
enum wait_reason {
	WAIT_NONE, WAIT_CHAN_RECEIVE, WAIT_CHAN_SEND, WAIT_CHAN_RECEIVE_NIL, WAIT_CHAN_SEND_NIL, WAIT_SELECT,
	WAIT_SELECT_NONE, WAIT_SLEEP, WAIT_SEMACQUIRE, WAIT_MUTEX, WAIT_RWMUTEX_RLOCK, WAIT_RWMUTEX_LOCK, WAIT_WAITGROUP,
	WAIT_COND, WAIT_IO, WAIT_FINALIZER, WAIT_BUBBLE, WAIT_BUBBLE_ROOT, WAIT_REASONS
};

/* A goroutine's place in a queue of a channel (or a semaphore). Lives in the G or, for
 * select, in an array of the G; never in a frame.
 * queued <=> linked in a queue of chan. While a G is active in an operation (G.wait_count > 0)
 * value points into G.wait_storage or is NULL; the memory holds a value of type elem or zeros. */
struct waiter {
	G *g;
	waiter *next, *previous;
	gol_chan *chan;
	const gol_type *elem;
	void *value;
	uint32_t index;             /* select: number of its case */
	uint8_t direction;          /* GOL_CASE_SEND, GOL_CASE_RECV */
	bool queued, selecting;
	bool ok;                    /* completion: a value was transferred; false: the channel was closed */
};

enum { WAIT_INLINE_BYTES = 32 };

/* State of a channel operation or select from its parking to its …_finish. */
typedef struct wait_state {
	waiter one;                 /* send, receive */
	waiter *many;               /* select: malloc'd array of many_cap */
	uint32_t count, many_cap;   /* waiters in use; 0: no operation */
	uint32_t claimed;           /* select: 0 -> 1 by whoever completes it */
	bool selecting;
	waiter *winner;             /* set by that one */
	void *large; size_t large_cap;                        /* values that do not fit below */
	uint64_t small[WAIT_INLINE_BYTES / 8];
} wait_state;

/* The go statement that started a goroutine, and the number of the one that executed it. func NULL: the runtime or C
 * did. */
typedef struct g_origin {
	const gol_func_info *func;
	uint32_t point;
	uint64_t parent;
} g_origin;

/* One line of a trace; func NULL: mark says what stands there. */
typedef struct position { const gol_func_info *func; uint32_t point; uint32_t mark; } position;
enum { MARK_NONE, MARK_PANIC, MARK_GOEXIT };
typedef struct trail { position *items; uint32_t cap; uint64_t total; } trail;      /* stack/position.h */

/* A panic in progress (unwind/panic.h); a heap object.
 * link: the panic that was in progress where this one was raised, older; NULL or itself ended there.
 * recovered: recover() has taken it; the function whose deferred call did so returns normally when it has
 * run its deferred calls. goexit: a Goexit was in progress; it goes on when the panic is recovered. */
struct gol_panic_record {
	gol_eface value;
	gol_panic_record *link;
	trail where;                    /* items: heap, without pointers */
	gol_string text;                /* what Error() or String() returned, once asked */
	bool recovered, goexit, has_text;
	bool is_fault;                  /* nil dereference: Go prints a signal line */
};

/* A deferred call is being made because of a panic: slot points into the frame of the function that makes it, and is
 * mended like that frame's own pointers. For traces: there the frames that the panic unwound belong, and
 * point is where that function was unwound. */
typedef struct defer_mark { void *slot; gol_panic_record *panic; uint32_t point; } defer_mark;

/* A piece of a side stack (stack/side.c); blocks follow it. */
typedef struct side_chunk {
	struct side_chunk *previous;
	char *top;                  /* where its last block ends; valid while it is not the current one */
	size_t size;                /* of what follows */
	size_t unused;              /* blocks begin at multiples of 16 */
} side_chunk;

/* Of a fatal error: its text, and the positions that its unwinding has passed (malloc'd). */
typedef struct g_death { const char *text; trail trace; } g_death;

/* A program may have millions of them: what few need is elsewhere. */
struct G {
	gol_g pub;                  /* must be first: gol_g * and G * are the same address */

	/* stack: base <= top <= end; frames from base to top, outermost first; last = size of the topmost, 0 if none */
	char *base, *top, *end;
	uint32_t last;
	uint32_t slot;              /* index in the list of all goroutines */
	/* bytes: of the chunks in use; over: too many */
	struct { side_chunk *current, *spare; size_t bytes; bool over; } side;
	uint32_t status;            /* enum g_status */
	uint32_t request;           /* atomic: enum g_request bits */
	uint32_t fresh;             /* just dispatched: the next safepoint is not taken */
	uint32_t why;               /* enum g_why, valid while unwinding == GOL_FREEZE */
	uint32_t wait_reason;
	uint32_t durable;           /* in a bubble, parked by sched_park: only others of the bubble can ready it */
	struct bubble *bubble;      /* of testing/synctest; NULL: none (sched/bubble.h) */
	M *m;                       /* who runs it */
	G *link;                    /* in a run queue, a free list */
	/* run by the dispatcher before the top frame is thawed: sets pub.ret or raises the panic */
	void (*complete)(G *);
	gol_panic_record *panic;    /* the one unwinding == GOL_PANIC is about */
	gol_panic_record *spare_panic;      /* cleared, for the next panic; NULL: none */
	struct g_death *death;      /* what unwinding == GOL_FATAL is about; NULL: nothing yet */
	wait_state wait;

	uint64_t id;
	int64_t wait_since;         /* nanoseconds of the monotonic clock */
	g_origin origin;
	M *bound;                   /* it runs there alone (sched/locked.c); NULL: anywhere */
	uint32_t lock_count;        /* LockOSThread; 0 <=> bound == NULL */
	uint32_t flags;             /* for Go packages: runtime.goroutineFlags; children inherit all but the lowest eight */
	bool is_system;             /* does not count for NumGoroutine, deadlocks, traces */
	bool overflow;              /* the stack limit was exceeded */
	bool printing_panics;       /* calls Error() or String() of a value that ends the program: a panic now is fatal */
	bool is_main;
	bool set_apart, leaked;     /* sched/leaks.c */
	bool poll_write;
	bool panic_on_fault;        /* debug.SetPanicOnFault: only remembered */
	defer_mark *marks; uint32_t mark_count, mark_cap;       /* innermost last */
	void *ready_argument;       /* the semaphore that it waits at */
	struct poll_desc *poll;     /* the descriptor it waits for; and the side: */
	uint64_t results[4];        /* small results of parked runtime operations: pub.ret may point here */
};

/* A chunk of the scratch area: frames are saved innermost first, so it fills downwards. */
typedef struct scratch_chunk {
	struct scratch_chunk *next, *previous;
	char *low, *high, *top;     /* saved frames in [top, high) */
	uint32_t first_moved;       /* index of the first moved object whose copy lies in it */
} scratch_chunk;

typedef struct moved_object { char *low, *high, *to; } moved_object;

/* Everything one freeze collects. Empty between freezes. */
typedef struct freezer {
	scratch_chunk *chunk;       /* the one being filled */
	scratch_chunk *first;
	gol_frame *above;           /* the frame saved last: its `below` is not known yet */
	moved_object *moved; uint32_t moved_count, moved_cap;
	bool unsorted;
	uint32_t frames;
	uint32_t innermost;         /* size of the frame saved first */
	char *dump; size_t dump_size;       /* where saves go while panicking */
} freezer;

struct M {
	G *g;                       /* running */
	P *p;                       /* NULL while idle or in a call whose P was taken */
	uintptr_t native_low, native_high;  /* bounds of the thread's stack */
	uintptr_t limit;            /* what goroutines get: native stack pointers below it freeze */
	freezer freeze;
	uintptr_t base_sp;          /* native stack pointer of the scheduler loop */
	M *link;                    /* idle list */
	M *all_link;
	/* looks for work, and is counted (sched/idle.c); while it is idle others write it, under scheduler.lock */
	bool spinning;
	int64_t found_at;           /* when it last found work elsewhere; 0: it has been without since */
	uint64_t found_dispatches;  /* how many it had made then */
	int64_t alone_since;        /* the only one with a P, 0: it is not, or has not looked */
	int64_t slice_start;        /* when its goroutine was dispatched; only while events are recorded */
	bool stopped;               /* atomic: waits in its dispatcher until the world goes on */
	uint32_t wake;              /* futex: 1 = somebody gave it a P or wants it to look */
	G *bound;                   /* runs this one alone (sched/locked.c) */
	/* that one, which it is to run; NULL: nobody found it. This and the next under scheduler.lock */
	G *handed;
	bool stands;                /* waits until it is handed a P */
	bool ends;                  /* its thread is about to end */
	bool polls;                 /* it is idle and waits for descriptors, not at the futex; under sched.lock */
	int clock;                  /* os_thread_clock; before its thread runs CLOCK_REALTIME */
	uint32_t id;
	uint32_t loops;
	uint64_t random;            /* of select, of the stress modes */
	stress_counts counts;
};

g_death *g_death_of(G *g);             /* makes it, where there is none */
static inline G *g_of(gol_g *g) { return (G *)(void *)g; }

/* ---- asking ------------------------------------------------------------------------------------------ */

static inline void g_set_limit(G *g, uintptr_t limit)
{
	store_relaxed(&g->pub.limit, limit);
	store_relaxed(&g->pub.poll, (uint32_t)(limit == UINTPTR_MAX));
}

/* Any thread: the word first, then the poison that makes the next safepoint look at it. run_arm has the other half. */
static inline void g_ask(G *g, uint32_t request)
{
	atomic_or(&g->request, request);
	order_heavy();
	g_set_limit(g, UINTPTR_MAX);
}

/* Asks g, which this worker runs, to freeze at its next safepoint. */
static inline void g_request_freeze(G *g)
{
	g->fresh = 0;
	atomic_or(&g->request, REQUEST_STOP);
	g_set_limit(g, UINTPTR_MAX);
}

#endif
