/*
 * gc.h - the collector: precise, non-moving mark and sweep.
 *
 * Model. Allocation counts (heap.live_bytes, span by span) and asks for a collection when
 * the goal of GOGC or the memory limit is reached: gc_request sets a word and pokes the
 * scheduler (gc_world), nothing more. The dispatcher, between two goroutines, stops the world and calls
 * gc_run_if_requested: every goroutine is frozen or parked then, so all roots are in
 * memory and known exactly. Either all is marked in that stop, or the roots are, and a thread marks the rest beside the
 * program (marker.c, shade.c) until another stop ends the cycle (collect.c). Sweeping is lazy
 * (heap/span.c).
 *
 * Roots: package variables (gol_root), saved frames and whatever else hangs on a goroutine
 * (stack_each_pointer), what the runtime's parts register with gc_add_roots (timers,
 * semaphores, ...), the functions of finalizers and cleanups.
 *
 * The marker takes any word: one that is not an address inside an allocated slot is
 * ignored, so that torn reads, integers in pointer words and addresses of C memory are
 * harmless. An interior pointer retains its object.
 *
 * Invariants. Marks of swept spans are zero outside the mark phase. The work list holds marked objects
 * whose contents have not been looked at. Nothing here allocates from the heap. gc.marking, gc.beside and
 * gol_barrier_on change in stops.
 */
#ifndef GOL_GC_GC_H
#define GOL_GC_GC_H

#include "abi.h"
#include "heap/heap.h"

#define GC_PAUSES 256

typedef struct gc_statistics {
	uint32_t count, forced;             /* collections, those asked for by the program */
	uint64_t pause_total;
	/* ring, of each cycle all its stops together, from when others were asked to stop; ends in ns since 1970 */
	uint64_t pauses[GC_PAUSES], pause_ends[GC_PAUSES];
	uint64_t marked_bytes, marked_objects;                  /* by the last one */
	uint64_t goal, last_end;                                /* next heap goal; ns since 1970 */
	/* of stops, and of the marker's work beside the program, ever */
	uint64_t mark_ns;
} gc_statistics;

typedef struct gc_state {
	uint32_t requested;                 /* relaxed atomic: enum gc_reason bits */
	bool marking, running, ready;
	/* a cycle marks beside the program: begun in one stop, to be ended in another */
	bool beside;
	int64_t percent;                    /* GOGC; negative: off */
	int64_t memory_limit;
	uint64_t start_ns;                  /* of the program, monotonic */
	uint64_t stop_began;                /* when this stop was asked for; 0: unknown, or counted already */
	gc_statistics stats;
	/* GOLSTRESS, GODEBUG */
	uint64_t stress_every, stress_count;
	bool stress_barrier, trace, check;
	bool stop_the_world, checkmark;     /* mark in the stop; mark twice and compare */
	bool check_frames;                  /* GOLSTRESS=escape: no address of a frame may be in the heap */
	bool looks_for_leaks;               /* some goroutines are no roots; gc_world.find_leaks marks from them */
	bool stress_beside;                 /* beside the program in GOLSTRESS=gc, too */
	uint64_t *shadow;                   /* GOLSTRESS=barrier: last value each heap word got through a barrier */
} gc_state;

extern gc_state gc;

/* What the collector asks of the floors above, which set these; NULL where nobody has (tests). */
struct gc_world {
	void (*poke)(void);                 /* asks running goroutines to give way */
	void (*freeze)(void);               /* the same of the one that runs on this thread */
	size_t (*stack_bytes)(void);        /* memory of goroutine stacks */
	uint32_t (*processors)(void);       /* Ps */
	size_t (*other_bytes)(void);        /* what they have allocated besides, for ever */
	void (*find_leaks)(void);           /* in the stop: all roots but some goroutines are marked */
	void (*check_frames)(void);         /* in the stop, all is marked: GOLSTRESS=escape */
	void (*drop_unreachable)(void);     /* in the stop: all is marked, also what finalizers revived */
	void (*due_ready)(void);            /* in the stop: the queue of due finalizers and cleanups is no longer empty */
};

extern struct gc_world gc_world;

static inline size_t gc_stack_bytes(void) { return gc_world.stack_bytes != NULL ? gc_world.stack_bytes() : 0; }

/* The heap has grown; the program wants it; give memory back afterwards; the marker beside the program has nothing
 * left. */
enum gc_reason { GC_GOAL = 1, GC_FORCED = 2, GC_RELEASE = 4, GC_MARKED = 8 };

/* ---- set-up ----------------------------------------------------------------------------------- */

void gc_start(void);        /* heap, settings from the environment (GOGC, GOMEMLIMIT, GODEBUG, GOLSTRESS) */

/* Calls visit for every slot (a word in memory) that holds a heap pointer. */
typedef void gc_visit(void *context, void **slot);
typedef void gc_root_walk(gc_visit *visit, void *context);
void gc_add_roots(gc_root_walk *walk);

/* ---- collecting --------------------------------------------------------------------------------- */

void gc_request(void);                  /* GC_GOAL; cheap, any time */
void gc_request_for(uint32_t reasons);
static inline bool gc_requested(void) { return __atomic_load_n(&gc.requested, __ATOMIC_RELAXED) != 0; }
/* The dispatcher, no goroutine running: what is due of a cycle is done (collect.c, step). True: something was asked
 * for. */
bool gc_run_if_requested(void);
/* that step. GC_FORCED, GC_RELEASE: ends the cycle that runs, and does a whole one */
void gc_collect(uint32_t reasons);

int64_t gc_set_percent(int64_t percent);        /* each returns the previous value */
int64_t gc_set_memory_limit(int64_t limit);     /* negative: only asks */

/* ---- marking (mark.c) ------------------------------------------------------------------------------ */

void gc_mark_begin(uint64_t bytes, uint64_t objects);           /* what is counted as marked so far */
/* marks the object it points into, if any. This and the next three: in a stop */
void gc_mark_word(uintptr_t word);
void gc_mark_slot(void *context, void **slot);  /* a gc_visit */
void gc_scan_object(uintptr_t base);            /* marks what an object points to, not itself */
void gc_drain(void);
bool gc_drain_some(size_t budget);              /* objects, about. True: nothing is left */
bool gc_drain_beside(size_t budget);            /* the same while the program runs */
void gc_work_add(uintptr_t object);             /* is marked, and to be scanned */
uint64_t gc_work_bytes(void);                   /* marked in this cycle, not counting what was shaded */
uint64_t gc_work_objects(void);
bool gc_is_marked(const void *object);          /* true for what is no heap object */

/* ---- shading: by the program, while gc.marking (shade.c) ------------------------------------------------ */

void gc_shade_begin(void);
void gc_shade(uintptr_t word);                  /* marks the object it points into, if any, for the marker to scan */
bool gc_take_shaded(void);                      /* into the work list. False: there was nothing */
void gc_take_all_shaded(void);                  /* in a stop: the Ps' buffers too */
uint64_t gc_shaded_bytes(void);
uint64_t gc_shaded_objects(void);

/* ---- the thread beside the program (marker.c) ------------------------------------------------------------- */

void marker_hold(void);                         /* in a stop: it does nothing from now on */
void marker_release(void);                      /* it goes on with what there is: marking, or sweeping */
void gc_give_back(void);                        /* memory, as the last cycle decided (collect.c) */
/* GODEBUG=gccheckmark: marks again; dies where one is missing */
void gc_check_marks(gc_root_walk *const *walks, unsigned count);
uint64_t marker_time(void);                     /* nanoseconds that it has worked */

/* ---- allocation hooks: stress modes --------------------------------------------------------------------- */

void gc_allocation_hook(void);
void gc_note_allocation(void *object, size_t size);
void gc_check_shadow(void);             /* aborts when a word changed without a barrier */
void gc_start_shadow(void);

/* ---- finalizers, cleanups, weak pointers (special.c) -------------------------------------------------------- */

enum { GC_FINALIZER_SET, GC_FINALIZER_NOT_BEGINNING, GC_FINALIZER_EXISTS };

/* finalizer.type NULL: takes it off */
int gc_set_finalizer(gol_eface object, gol_eface finalizer);
uint64_t gc_add_cleanup(void *object, gol_func *fn);    /* 0: not in the heap */
/* Does p point into the object that `object` points into, or a word of the closure? */
bool gc_is_within(const void *object, const void *p);
bool gc_closes_over(const void *closure, const void *object);
void gc_drop_cleanup(uintptr_t object, uint64_t id);
/* What a weak pointer holds: one handle per object, itself a heap object; equal objects, equal handles. */
void *gc_weak_handle(void *pointer);
void *gc_weak_value(void *handle);              /* NULL once the object was found unreachable */

/* A finalizer or cleanup that is due; object.type NULL for cleanups (fn is a func()). False: none. */
typedef struct gc_due { gol_eface fn, object; } gc_due;
bool gc_next_due(gc_due *due);

void gc_mark_specials(void);            /* roots: functions, and what objects with finalizers lead to */
void gc_finish_specials(void);          /* after marking: weak pointers, due finalizers and cleanups */
size_t gc_special_count(void);

/* ---- the memory profile (profile.c) ------------------------------------------------------------------------- */

enum { PROFILE_DEPTH = 32 };

/* Samples of one stack and size. allocated >= freed. */
typedef struct profile_bucket {
	struct profile_bucket *next;
	uint64_t allocated, freed;          /* objects */
	size_t size, depth;
	uintptr_t stack[PROFILE_DEPTH];
} profile_bucket;

/* runtime.MemProfileRecord */
typedef struct profile_record { int64_t alloc_bytes, free_bytes, alloc_objects, free_objects; uintptr_t stack[PROFILE_DEPTH]; } profile_record;

extern _Thread_local uint32_t profile_waiting;        /* samples that wait for the stack of the running goroutine */
void profile_check(void);               /* has the program switched it on? */
void profile_note(uintptr_t base, size_t size);
void profile_book(const uintptr_t *stack, size_t depth);        /* the stack of all that wait */
/* How many records there are; stores them where they fit. */
size_t profile_read(profile_record *out, size_t room, bool also_freed);
void gc_add_sample(uintptr_t base, profile_bucket *bucket);     /* counts it as freed when it is collected */

/* ---- statistics ------------------------------------------------------------------------------------------------ */

void gc_memory_statistics(uint64_t *out, size_t count);     /* order of stdlib/runtime/memstats.gol */
/* Lengths of the stops of the latest cycles, each all together, and their ends, newest first; returns how many. */
size_t gc_recent_pauses(uint64_t *lengths, uint64_t *ends, size_t count);
typedef struct gc_totals { uint64_t bytes, objects; } gc_totals;
gc_totals gc_count_totals(void);                            /* allocated, ever */
uint64_t gc_now(void);                                      /* monotonic, ns */

#endif
