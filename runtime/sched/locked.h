/*
 * locked.h - goroutines that have a thread of their own (locked.c).
 */
#ifndef GOL_SCHED_LOCKED_H
#define GOL_SCHED_LOCKED_H

#include "stack/g.h"

void locked_begin(G *g);                    /* g runs: LockOSThread, UnlockOSThread */
void locked_undo(G *g);
void locked_first(M *m, G *g);
/* The dispatcher, on m with a P, has taken g, which is runnable, out of its queue. */
static inline bool locked_apart(const M *m, const G *g)
{
	return g->bound != m && (g->bound != NULL || m->bound != NULL);
}
/* they are apart: another worker runs g. m may have lost its P, or another */
void locked_pass_on(M *m, G *g);
void locked_wait(M *m);                     /* m->bound is not running: until it may, or somebody stops the world */
void locked_end(M *m, G *g);                /* its goroutine has ended, and so will its thread */

#endif
