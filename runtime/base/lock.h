/*
 * lock.h - the two locks of the runtime, and the order in which they may be taken.
 *
 * spin_lock    held for tens of instructions, never over a system call. Channels,
 *              semaphore buckets. While one worker alone has a P it is a plain store.
 * os_lock      a futex lock: may be held longer; also taken by threads without a P.
 *
 * Every lock has a rank. While a thread holds one it may only take locks of higher ranks, those further down in
 * LOCK_RANKS; of RANK_CHANNEL alone also others, by ascending address. So no two threads can wait for each other.
 * While it holds any it readies no goroutine (whoever is readied may run at once, elsewhere, and want it) and
 * allocates no heap object (which may take most of the locks there are, and ask for a collection):
 * lock_require_none.
 *
 * Debug builds count what each thread holds by rank and die, naming both locks, where one is taken out of order; in
 * others a lock has no rank and nothing is counted.
 */
#ifndef GOL_BASE_LOCK_H
#define GOL_BASE_LOCK_H

#include "base/atomic.h"
#include "base/fatal.h"

/* Outermost first: rank, name in messages. */
#define LOCK_RANKS(RANK) \
	RANK(RANK_MARKER, "marker") \
	RANK(RANK_CHANNEL, "channel") \
	RANK(RANK_SEMAPHORE, "semaphore bucket") \
	RANK(RANK_DESCRIPTORS, "descriptors") \
	RANK(RANK_BUBBLE, "bubble") \
	RANK(RANK_TIMERS, "timers") \
	RANK(RANK_SCHEDULER, "scheduler") \
	RANK(RANK_GOROUTINES, "goroutine list") \
	RANK(RANK_RACE_REPORT, "report of a race") \
	RANK(RANK_COUNTERS, "table of program counters") \
	RANK(RANK_SIGNATURES, "signatures") \
	RANK(RANK_TYPES, "types made at run time") \
	RANK(RANK_ITABS, "itabs") \
	RANK(RANK_MAP_LAYOUTS, "map layouts") \
	RANK(RANK_FINALIZERS, "finalizer goroutine") \
	RANK(RANK_PROFILE, "memory profile") \
	RANK(RANK_SPECIALS, "specials") \
	RANK(RANK_CENTRAL, "spans of a class") \
	RANK(RANK_PAGES, "pages") \
	RANK(RANK_SHADED, "shaded objects") \
	RANK(RANK_STACKS, "stack pool") \
	RANK(RANK_PRINT, "print") \
	RANK(RANK_EVENTS, "record of events") \
	RANK(RANK_RACE_PAGE, "shadow page") \
	RANK(RANK_RACE_SLOTS, "slots of clocks") \
	RANK(RANK_RACE_CONTEXTS, "calling contexts")

#define LOCK_RANK_NUMBER(rank, name) rank,
enum lock_rank { RANK_NONE, LOCK_RANKS(LOCK_RANK_NUMBER) RANK_COUNT };
#undef LOCK_RANK_NUMBER

#ifdef GOL_DEBUG
typedef struct spin_lock { uint32_t held; uint32_t rank; } spin_lock;
typedef struct os_lock { uint32_t state; uint32_t rank; } os_lock;
#define LOCK_OF_RANK(which) {0, which}

void lock_taken(const void *lock, uint32_t rank);       /* by this thread; before it waits for it */
void lock_given(uint32_t rank);
void lock_require_none(const char *what);               /* "readies a goroutine" */
void lock_require_held(uint32_t rank);                  /* this thread holds one of that rank */
#define LOCK_TAKEN(l) lock_taken((l), (l)->rank)
#define LOCK_GIVEN(l) lock_given((l)->rank)
#else
typedef struct spin_lock { uint32_t held; } spin_lock;
typedef struct os_lock { uint32_t state; } os_lock;       /* 0 free, 1 held, 2 held and somebody sleeps */
#define LOCK_OF_RANK(which) {0}
#define LOCK_TAKEN(l) ((void)0)
#define LOCK_GIVEN(l) ((void)0)
static inline void lock_require_none(const char *what) { (void)what; }
static inline void lock_require_held(uint32_t rank) { (void)rank; }
#endif

void spin_wait(spin_lock *l);
void os_lock_wait(os_lock *l);
void os_lock_wake(os_lock *l);

static inline void spin_acquire(spin_lock *l)
{
	LOCK_TAKEN(l);
	if (proc_swap(&l->held, 1) != 0)
		spin_wait(l);
}

static inline void spin_release(spin_lock *l)
{
	LOCK_GIVEN(l);
	debug_require(load_relaxed(&l->held) == 1);
	store_release(&l->held, 0);
}

static inline void os_acquire(os_lock *l)
{
	LOCK_TAKEN(l);
	if (!atomic_change(&l->state, 0u, 1u))
		os_lock_wait(l);
}

static inline void os_release(os_lock *l)
{
	LOCK_GIVEN(l);
	debug_require(load_relaxed(&l->state) != 0);
	if (atomic_swap(&l->state, 0u) == 2)
		os_lock_wake(l);
}

#endif
