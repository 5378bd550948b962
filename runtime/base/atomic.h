/*
 * atomic.h - every atomic operation of the runtime goes through these names, so
 * that the memory order stands at the place of use and a grep finds them all.
 *
 * While one worker alone has a P (gol_many_procs == 0, sched/solo.c) it excludes everybody
 * else from channels, queues and goroutine states; locks and state changes that only
 * Ps make may then be plain. The ones that other threads take part in (request
 * words, P states, anything the monitor touches) are always atomic.
 */
#ifndef GOL_BASE_ATOMIC_H
#define GOL_BASE_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__SANITIZE_THREAD__)
#define GOL_TSAN
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GOL_TSAN
#endif
#endif

/* With GOL_STEPS (runtime/tests/interleave.h) a test decides before each operation which thread goes on. */
#ifdef GOL_STEPS
void atomic_step(void);
void atomic_relax(void);
#define ATOMIC_STEP atomic_step(),
#else
#define ATOMIC_STEP
/* Somebody else must do something before this thread can go on. */
static inline void atomic_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}
#endif

#define load_relaxed(p) (ATOMIC_STEP __atomic_load_n((p), __ATOMIC_RELAXED))
#define load_acquire(p) (ATOMIC_STEP __atomic_load_n((p), __ATOMIC_ACQUIRE))
/* Of a pointer: loads through it come after this one, by their dependence on it. Sanitizers do not know of that. */
#ifdef GOL_TSAN
#define load_dependent(p) load_acquire(p)
#else
#define load_dependent(p) load_relaxed(p)
#endif
#define load_seq(p) (ATOMIC_STEP __atomic_load_n((p), __ATOMIC_SEQ_CST))
#define store_relaxed(p, v) (ATOMIC_STEP __atomic_store_n((p), (v), __ATOMIC_RELAXED))
#define store_release(p, v) (ATOMIC_STEP __atomic_store_n((p), (v), __ATOMIC_RELEASE))
#define store_seq(p, v) (ATOMIC_STEP __atomic_store_n((p), (v), __ATOMIC_SEQ_CST))
#define atomic_swap(p, v) (ATOMIC_STEP __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL))
#define atomic_add(p, v) (ATOMIC_STEP __atomic_add_fetch((p), (v), __ATOMIC_ACQ_REL))
#define atomic_or(p, v) (ATOMIC_STEP __atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST))
#define atomic_and(p, v) (ATOMIC_STEP __atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST))
#define count_up(p, n) ((void)__atomic_fetch_add((p), (n), __ATOMIC_RELAXED))
#define atomic_fence() (ATOMIC_STEP __atomic_thread_fence(__ATOMIC_SEQ_CST))

/* As atomic_fence, behind the release of an os_lock, which is a swap: on x86 that was a full fence. */
#if defined(__x86_64__) || defined(__i386__)
#define atomic_fence_after_release() __asm__ volatile("" : : : "memory")
#else
#define atomic_fence_after_release() atomic_fence()
#endif

/* *p: from -> to. True if it was `from`. */
#define atomic_change(p, from, to) __extension__ ({ \
	__typeof__(*(p)) from_ = (from); \
	(ATOMIC_STEP __atomic_compare_exchange_n((p), &from_, (to), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)); })

extern uint32_t gol_many_procs;     /* more than one worker has a P: set before the second one gets it */

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

/* As atomic_change, for the same. */
static inline bool proc_change(uint32_t *p, uint32_t from, uint32_t to)
{
	if (__builtin_expect(load_relaxed(&gol_many_procs) != 0, 0))
		return atomic_change(p, from, to);
	if (load_relaxed(p) != from)
		return false;
	store_relaxed(p, to);
	return true;
}

#endif
