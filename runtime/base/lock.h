/*
 * lock.h - the two locks of the runtime.
 *
 * spin_lock    held for tens of instructions, never over a system call. Channels,
 *              semaphore buckets. Under one P it excludes nobody and is a plain store.
 * os_lock      a futex lock: may be held longer; also taken by threads without a P.
 *
 * Lock order, outermost first (debug builds assert the last column):
 *     channel locks, by address
 *     semaphore bucket
 *     timers
 *     waiters for descriptors
 *     scheduler
 *     goroutine list
 *     stack cache
 * A goroutine is never readied with a channel lock held.
 */
#ifndef GOL_BASE_LOCK_H
#define GOL_BASE_LOCK_H

#include "base/atomic.h"

typedef struct spin_lock { uint32_t held; } spin_lock;
typedef struct os_lock { uint32_t state; } os_lock;       /* 0 free, 1 held, 2 held and somebody sleeps */

void spin_wait(spin_lock *l);
void os_lock_wait(os_lock *l);
void os_lock_wake(os_lock *l);

static inline void spin_acquire(spin_lock *l)
{
	if (proc_swap(&l->held, 1) != 0)
		spin_wait(l);
}

static inline void spin_release(spin_lock *l) { store_release(&l->held, 0); }

static inline void os_acquire(os_lock *l)
{
	if (!atomic_change(&l->state, 0u, 1u))
		os_lock_wait(l);
}

static inline void os_release(os_lock *l)
{
	if (atomic_swap(&l->state, 0u) == 2)
		os_lock_wake(l);
}

#endif
