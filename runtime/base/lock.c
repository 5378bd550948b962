/*
 * lock.c - the slow paths of spin_lock and os_lock, and the check of their order (base/lock.h).
 */
#include "base/lock.h"

#include <stdio.h>

#include "os/os.h"

uint32_t gol_many_procs;

/* The holder runs on another processor or was descheduled by the system: spin, then let it run. */
void spin_wait(spin_lock *l)
{
	for (unsigned tries = 0;; tries++) {
		if (load_relaxed(&l->held) == 0 && atomic_swap(&l->held, 1u) == 0)
			return;
		if (tries % 64 == 63)
			os_yield();
		else
			atomic_relax();
	}
}

/* The futex mutex with three states of Drepper's "Futexes Are Tricky": whoever may sleep sets 2, so that who gives the
 * lock away knows without a system call whether anybody has to be woken. Who was woken sets 2 too, as it cannot know
 * whether it was the last: that costs at most one waking in vain. Most holders are done within the few rounds here. */
void os_lock_wait(os_lock *l)
{
	for (int i = 0; i < 30; i++) {
		if (load_relaxed(&l->state) == 0 && atomic_change(&l->state, 0u, 1u))
			return;
		atomic_relax();
	}
	while (atomic_swap(&l->state, 2u) != 0)
		os_futex_wait(&l->state, 2, -1);
}

void os_lock_wake(os_lock *l) { os_futex_wake(&l->state, 1); }

/* ---- ranks ---------------------------------------------------------------------------------------- */

#ifdef GOL_DEBUG
#define LOCK_RANK_NAME(rank, name) name,
static const char *const rank_names[RANK_COUNT] = {"lock without a rank", LOCK_RANKS(LOCK_RANK_NAME)};

/* What this thread holds of each rank: how many, and the one with the greatest address. Not in M: other threads take
 * locks too. */
static _Thread_local struct { uint32_t count; const void *highest; } held[RANK_COUNT];

static _Noreturn void wrong_order(const char *does, const char *what, uint32_t holds)
{
	char message[200];
	int n = snprintf(message, sizeof message, "gol runtime: lock order: %s%s while holding %s\n", does, what,
		rank_names[holds]);
	os_write_all(2, message, (size_t)n);
	os_abort();
}

void lock_taken(const void *lock, uint32_t rank)
{
	debug_require(rank > RANK_NONE && rank < RANK_COUNT);
	for (uint32_t i = rank; i < RANK_COUNT; i++)
		if (held[i].count != 0 && !(i == RANK_CHANNEL && rank == RANK_CHANNEL && held[i].highest < lock))
			wrong_order("takes ", rank_names[rank], i);
	held[rank].count++;
	held[rank].highest = lock;
}

void lock_given(uint32_t rank)
{
	debug_require(held[rank].count > 0);
	held[rank].count--;
}

void lock_require_held(uint32_t rank)
{
	debug_require(held[rank].count > 0);
}

void lock_require_none(const char *what)
{
	debug_require(what != NULL);
	for (uint32_t i = 0; i < RANK_COUNT; i++)
		if (held[i].count != 0)
			wrong_order("", what, i);
}
#endif
