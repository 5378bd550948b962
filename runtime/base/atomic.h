/*
 * atomic.h - every atomic operation of the runtime goes through these names, so
 * that the memory order stands at the place of use and a grep finds them all.
 *
 * While one P exists (gol_many_procs == 0) whoever holds it excludes everybody
 * else from channels, queues and goroutine states; locks and state changes that only
 * Ps make may then be plain. The ones that other threads take part in (request
 * words, P states, anything the monitor touches) are always atomic.
 */
#ifndef GOL_BASE_ATOMIC_H
#define GOL_BASE_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#define load_relaxed(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store_relaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define store_seq(p, v) __atomic_store_n((p), (v), __ATOMIC_SEQ_CST)
#define load_seq(p) __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define atomic_swap(p, v) __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL)
#define atomic_add(p, v) __atomic_add_fetch((p), (v), __ATOMIC_ACQ_REL)
#define atomic_or(p, v) __atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST)
#define atomic_and(p, v) __atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST)
#define atomic_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* *p: from -> to. True if it was `from`. */
#define atomic_change(p, from, to) __extension__ ({ \
	__typeof__(*(p)) from_ = (from); \
	__atomic_compare_exchange_n((p), &from_, (to), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE); })

extern uint32_t gol_many_procs;     /* more than one P: set before the second one runs */

/* As atomic_swap, for words that only holders of a P write. */
static inline uint32_t proc_swap(uint32_t *p, uint32_t v)
{
	if (__builtin_expect(load_relaxed(&gol_many_procs) == 0, 1)) {
		uint32_t old = load_relaxed(p);
		store_relaxed(p, v);
		return old;
	}
	return atomic_swap(p, v);
}

#endif
