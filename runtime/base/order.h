/*
 * order.h - fences of which only the rare side pays.
 *
 *     often                        rarely
 *     store a                      store b
 *     order_light                  order_heavy
 *     load b                       load a
 *
 * At least one of the two sees what the other has stored. Usual fences cost both sides some 5 ns. Here the rare one
 * has the system run a full barrier on every processor that executes a thread of this process (membarrier, 0.3 us), so
 * the other needs none of its own: its store and load are either both before that barrier, and the store seen, or
 * the load comes after it, and sees. Where the system refuses, both are ordinary fences.
 */
#ifndef GOL_BASE_ORDER_H
#define GOL_BASE_ORDER_H

#include "base/atomic.h"

/* Before there is a second thread. */
void order_init(void);

extern bool order_by_fences;        /* constant after order_init */

static inline void order_light(void)
{
	if (__builtin_expect(load_relaxed(&order_by_fences), 0))
		atomic_fence();
	else
		__asm__ volatile("" : : : "memory");
}

void order_heavy(void);

#endif
