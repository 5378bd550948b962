/*
 * race.h - the detector of data races behind `gol build -race`.
 *
 * What it knows. Two accesses to one address race if one of them writes, they are not both atomic, they come from two
 * goroutines, and neither *happens before* the other. The order is kept by vector clocks, as in FastTrack (Flanagan
 * and Freund, 2009) and ThreadSanitizer: a goroutine counts its *epochs*, and its clock says up to which epoch of every
 * other one it has synchronised. Where it releases (unlock, send, go, ...) its clock goes into a *sync object*, an
 * address, or to the other goroutine, and its epoch ends; who acquires there takes the maximum. Each 8 byte word of
 * shared memory has *shadow cells* that remember the last accesses: goroutine, epoch, which of the bytes, how, and
 * where in the program. An access compares itself with them: a cell whose epoch is above what the goroutine's
 * clock says of that other one was not ordered before it.
 *
 * Who calls. Generated code, where it was compiled with -race (compiler/emit/race.c): gol_race_read and gol_race_write
 * before each load and store through a pointer, of an element or a global; gol_race_enter in each function, gol_race_at
 * with each call. The runtime: where it reads or writes the program's memory for it, where it orders goroutines. In
 * programs without -race gol_race_on is 0, and a test of it is all that is left.
 *
 * What is shared: the heap and global variables. Frames, the native stack and side stacks are one goroutine's
 * own: what did not escape is not reached from elsewhere. So stacks that are used again need no care; of the heap,
 * allocation forgets what the shadow of a block's previous life says.
 *
 * Slots. Clocks have a fixed number of entries, RACE_SLOTS. A goroutine holds a slot while it runs and keeps it until
 * another one needs it, which takes the one that has been idle for longest. The new holder continues the slot's
 * epochs, so it seems to be ordered behind the previous one; with more goroutines than slots races can be missed, never
 * invented. (A clock with an entry for each goroutine would grow with the square of their number.)
 *
 * Rejected: ThreadSanitizer's runtime, which Go uses. gcc's refuses the heap's address (0xc000000000) and more than
 * 8,128 fibers; clang's takes 48 microseconds to make a fiber, 200 times a go statement; both need the process's
 * address space to themselves, take the C library's functions over, so that each memcpy of the collector is an
 * access of the goroutine, and are there for few machines. This one is C like the rest, in any program, also in a host.
 * Measured with 2 vCPUs, gcc 12, clang 14; docs/race.md has the costs of ours.
 */
#ifndef GOL_RACE_RACE_H
#define GOL_RACE_RACE_H

#include "abi.h"

enum { RACE_SLOTS = 256 };

/* What is to be said of one side of a race. */
typedef struct race_side {
	bool write, atomic;
	uint32_t context;           /* of the function; see race_context_of */
	const gol_point *at;
	bool known;                 /* the rest: it is remembered who it was */
	uint64_t goroutine;
	bool finished, is_main;
	uint32_t created;           /* the context of the go statement that started it; 0: none */
} race_side;
typedef struct race_found { uintptr_t address; race_side now, before; } race_found;

/* From above this floor: prints a report; called by one thread at a time. */
extern void (*race_print)(const race_found *found);

/* Accesses in [low, high) and in the program's global variables count from now on. */
void race_start(uintptr_t low, uintptr_t high);
uint32_t race_count(void);          /* races found so far */

/* ---- goroutines ------------------------------------------------------------------------------------------ */

/* Before it runs for the first time. parent: what it did so far happens before; NULL: nobody's. */
void race_begin(gol_g *g, uint64_t id, gol_g *parent);
void race_end(gol_g *g);            /* it has ended */
void race_run(gol_g *g, const void *worker);    /* it is about to run there, and what ran there before has stopped */

/* ---- order ------------------------------------------------------------------------------------------------- */

void race_acquire(gol_g *g, const void *sync);
void race_release(gol_g *g, const void *sync);          /* what others have released there is forgotten */
void race_release_merge(gol_g *g, const void *sync);
void race_release_acquire(gol_g *g, const void *sync);
void race_meet(gol_g *a, gol_g *b);     /* each happens before what the other does next */
void race_acquire_all(gol_g *g);        /* everything so far: of finalizers */
/* For an operation on an atomic word: between the two nobody else uses p's sync object. end: what it was. */
enum race_atomic { RACE_LOAD, RACE_STORE, RACE_UPDATE };
void race_atomic_begin(gol_g *g, const void *p, size_t size, enum race_atomic how);
void race_atomic_end(gol_g *g, const void *p, enum race_atomic how);

/* ---- accesses, at the place that gol_race_at has noted ------------------------------------------------------ */

void race_read_range(gol_g *g, const void *p, size_t size);
void race_write_range(gol_g *g, const void *p, size_t size);
void race_forget(uintptr_t p, size_t size);             /* a new object */
/* Between the two what it does orders nothing: of package sync, whose insides order more than they promise. */
void race_ignore(gol_g *g, bool on);

/* ---- contexts (context.c) ------------------------------------------------------------------------------------ */

/*
 * Where a function was called from, and its caller, and so on: a number, so that shadow cells can hold it. 0 is the
 * bottom of every goroutine. A call of a function that the way down to the bottom contains already, from
 * the same place, leads back to the context it had there: the contexts of recursive programs stay few.
 */
void race_context_start(void);
uint32_t race_context_of(uint32_t caller, const gol_point *at);
uint32_t race_context_caller(uint32_t context, const gol_point **at);

#endif
