/*
 * status.h - every change of a goroutine's state, and who may make it.
 *
 * The state says who owns the goroutine's frames and which queue it is in (stack/g.h). Two races are decided here
 * and nowhere else.
 *
 * Parking. Whoever waits tells others where to find it before its native frames have given way, so it may be
 * readied while they still stand. PARKING -> WAITING by its own worker, and READIED by whoever completes it: one of
 * the two comes first. If it is READIED, the worker that finds so goes on with it.
 *
 * Holding. A scanner that reads the frames of a goroutine nobody runs sets G_HELD beside WAITING, RUNNABLE or
 * IN_CALL, and takes it away. Meanwhile nobody waits for it: who readies or dispatches a held goroutine leaves
 * READIED behind, the scanner finds it when it lets go, and it is the one that queues. So a goroutine that is
 * READIED is in no queue, and exactly one side knows it has to queue it. Only the return from a blocking call waits
 * (tens of microseconds): it has nothing else to do.
 *
 *     step                     change                        if it fails
 *     park (own worker)        RUNNING -> PARKING
 *     parked (own worker)      PARKING -> WAITING            READIED: -> RUNNABLE, the worker queues it
 *     ready (once, by whoever  WAITING -> RUNNABLE, queues   PARKING, held: -> READIED, others queue it
 *        completes it)
 *     dispatch                 RUNNABLE -> RUNNING           held: -> READIED, the holder queues it
 *     hold, release            G_HELD on, off                READIED meanwhile: -> RUNNABLE, the holder queues it
 *     call ends                IN_CALL -> RUNNING            held: looks again
 *
 * While no scanner may be about (status_scanning, which changes only in a stop) nobody holds, and one party alone
 * may change a WAITING goroutine, one a RUNNABLE one: then their changes are plain stores. runtime/tests/interleave
 * runs these functions through all their interleavings.
 */
#ifndef GOL_STACK_STATUS_H
#define GOL_STACK_STATUS_H

#include "base/fatal.h"
#include "stack/g.h"

enum { G_HELD = 8 };

extern uint32_t status_scanning;        /* atomic */

/* status.c: the rest of the functions below. */
bool status_ready_slowly(G *g);
bool status_dispatch_scanned(G *g);
void status_leave_scanned_call(G *g, enum g_status to);

static inline enum g_status status_of(const G *g)
{
	return (enum g_status)(load_acquire(&g->status) & ~(uint32_t)G_HELD);
}

/* A new goroutine, or one whose frames its worker has just put on its stack: the caller queues it. */
static inline void status_runnable(G *g) { store_release(&g->status, (uint32_t)G_RUNNABLE); }

/* From now on g may be readied. */
static inline void status_park(G *g)
{
	debug_require(g->status == G_RUNNING);
	store_relaxed(&g->status, (uint32_t)G_PARKING);
}

/* All its frames are saved. False: it was readied, and is RUNNABLE; the caller, its worker, queues it. */
static inline bool status_parked(G *g)
{
	bool parked = GOL_UNLIKELY(load_relaxed(&status_scanning)) ?
		atomic_change(&g->status, (uint32_t)G_PARKING, (uint32_t)G_WAITING) :
		proc_change(&g->status, G_PARKING, G_WAITING);
	if (parked)
		return true;
	debug_require(load_relaxed(&g->status) == G_READIED);
	store_relaxed(&g->status, (uint32_t)G_RUNNABLE);
	return false;
}

/* Once for each park: whoever takes its waiter out of what it waits in. A thread without a P may do so only once the
 * goroutine is WAITING. True: the caller queues it. False: its worker, or whoever holds it, does; of
 * status_ready_plainly: nothing was done. */
static inline bool status_ready_plainly(G *g)
{
	if (load_relaxed(&status_scanning) || load_acquire(&g->status) != G_WAITING)
		return false;
	store_relaxed(&g->status, (uint32_t)G_RUNNABLE);
	return true;
}
static inline bool status_ready(G *g)
{
	return GOL_LIKELY(status_ready_plainly(g)) || status_ready_slowly(g);
}

/* The caller took it out of its queue and is to run it. False: it is held, and its holder will queue it again. */
static inline bool status_dispatch(G *g)
{
	debug_require((g->status & ~(uint32_t)G_HELD) == G_RUNNABLE);
	if (GOL_UNLIKELY(load_relaxed(&status_scanning)))
		return status_dispatch_scanned(g);
	store_relaxed(&g->status, (uint32_t)G_RUNNING);
	return true;
}

static inline void status_enter_call(G *g) { store_release(&g->status, (uint32_t)G_IN_CALL); }

/* The call is over and the caller is to go on with g: to run it, or (RUNNABLE) to queue it. Waits for a holder. */
static inline void status_leave_call(G *g, enum g_status to)
{
	if (GOL_UNLIKELY(load_relaxed(&status_scanning)))
		status_leave_scanned_call(g, to);
	else
		store_release(&g->status, (uint32_t)to);    /* the results in its frame come before */
}

/* Its frames are the caller's to read until status_release, which gets what *was tells. False: somebody runs it, or
 * has it. */
bool status_hold(G *g, uint32_t *was);
/* False: g was readied or picked meanwhile, and is RUNNABLE; the caller queues it. */
bool status_release(G *g, uint32_t was);

#endif
