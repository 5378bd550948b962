/*
 * lock.c - the slow paths of spin_lock and os_lock (base/lock.h).
 */
#include "base/lock.h"
#include "os/os.h"

uint32_t gol_many_procs;

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}

/* The holder runs on another processor or was descheduled by the system: spin, then let it run. */
void spin_wait(spin_lock *l)
{
	for (unsigned tries = 0;; tries++) {
		if (load_relaxed(&l->held) == 0 && atomic_swap(&l->held, 1u) == 0)
			return;
		if (tries % 64 == 63)
			os_yield();
		else
			relax();
	}
}

void os_lock_wait(os_lock *l)
{
	for (int i = 0; i < 30; i++) {
		if (load_relaxed(&l->state) == 0 && atomic_change(&l->state, 0u, 1u))
			return;
		relax();
	}
	while (atomic_swap(&l->state, 2u) != 0)
		os_futex_wait(&l->state, 2, -1);
}

void os_lock_wake(os_lock *l) { os_futex_wake(&l->state, 1); }
