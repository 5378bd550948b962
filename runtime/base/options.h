/*
 * options.h - what the environment asks of the runtime: GOLSTRESS, GOTRACEBACK.
 *
 * GOLSTRESS, comma separated: freeze (every safepoint), freeze=N:seed (one in N at random),
 * window=N (a native window of about N frames), gc=N (a collection at every Nth
 * allocation), beside (with gc=N and several Ps: collections mark beside the
 * program, twice, and compare), barrier (stores that no write barrier announced abort at the next collection),
 * sched:seed (random preemption and next goroutine), fences (as if the system had no barriers on all processors:
 * base/order.h), stats.
 */
#ifndef GOL_BASE_OPTIONS_H
#define GOL_BASE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct stress_options {
	bool on;                    /* any of freeze, window, sched: safepoints always look */
	bool stats;
	bool sched;
	bool fences;
	uint32_t freeze_every;      /* 0: never */
	uint32_t window_frames;     /* 0: the whole native stack */
	uint32_t gc_every;
	uint64_t seed;
} stress_options;

extern stress_options gol_stress;       /* constant after options_read */

/* Counted always; printed at exit with stats, all together. Each worker counts for itself. */
typedef struct stress_counts {
	struct stress_counts *next;
	uint64_t freezes, frames, moved_objects, block_moves, yields, dispatches, collections;
	uint64_t deep;              /* freezes of two and more frames with two and more moved objects */
	uint64_t preemptions;       /* by sched */
	uint64_t beside;            /* collections that marked beside the program */
	uint64_t compared;          /* by barrier: words that hold a heap pointer, found as announced */
} stress_counts;

void stress_add_counts(stress_counts *c);       /* takes part in the sum, for ever */

enum { TRACEBACK_NONE, TRACEBACK_SINGLE, TRACEBACK_ALL, TRACEBACK_SYSTEM, TRACEBACK_CRASH };
extern int gol_traceback;

void options_read(void);
/* The value of a key in a list of key=value with commas: "" where it has none; NULL where there is no list, or it is
 * not in it. */
const char *option_value(const char *list, const char *key);
void options_print_statistics(void);

/* A state for worker number i: the same in each run with the same GOLSTRESS; without one, in none. */
uint64_t stress_random(uint32_t i);

/* xorshift64*: state must not be 0. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t x = *state;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1du;
}

/* One in n. */
static inline bool stress_chance(uint64_t *random, uint32_t n)
{
	return n == 1 || (n > 1 && random_next(random) >> 33 < ((uint64_t)1 << 31) / n);
}

#endif
