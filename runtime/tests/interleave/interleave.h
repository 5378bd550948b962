/*
 * interleave.h - runs the real scheduler code in every order of its atomic steps.
 *
 * A scenario is up to MAX_FIBERS threads, each a C function, over code compiled with -DGOL_STEPS: before each
 * atomic operation (base/atomic.h) the explorer may go on with another thread. It runs the scenario again and again
 * from the start, each time with another sequence of decisions, until none is left (depth first, without states:
 * Musuvathi and Qadeer, "Iterative context bounding", 2007). Switches away from a thread that could go on are
 * counted; an execution has at most `preemptions` of them, since most errors need two. Switches at the end of a
 * thread, in a futex or in a loop that waits (atomic_relax, os_yield) are free.
 *
 * Memory is sequentially consistent here: what fences are for is shown by TSan and by thought, not by this.
 *
 * Time stands still while anybody can go on. When nobody can, the sleeper with the shortest time wakes; when nobody
 * sleeps with a time, the execution is at its end: `quiet` says whether that is right.
 */
#ifndef GOL_TESTS_INTERLEAVE_H
#define GOL_TESTS_INTERLEAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_FIBERS = 6 };

typedef struct scenario {
	const char *name;
	int fibers;
	void (*start)(void);                /* makes the state of the beginning: nothing is left of the execution before */
	void (*run)(int fiber);
	const char *(*quiet)(void);         /* NULL: a right end; else what is wrong */
} scenario;

typedef struct outcome { uint64_t executions, steps; const char *error; } outcome;

/* Every execution, or those of the first `seconds` (error stays NULL, complete is false). Prints the decisions of a wrong one. */
outcome interleave_explore(const scenario *s, int preemptions, double seconds, bool *complete);

/* A test's main: each scenario, or the one named, from 0 preemptions up, for at most the seconds for each number.
 * Arguments: [PREEMPTIONS [SECONDS [NAME]]]. */
int interleave_main(int argc, char **argv, const scenario *all, size_t count);

void atomic_step(void);
void atomic_relax(void);
/* Of the test: thread-local variables are now those of this fiber. */
void interleave_switched(int fiber);
/* The execution is wrong. Does not return. */
_Noreturn void interleave_fail(const char *what);
#define CHECK(condition) ((condition) ? (void)0 : interleave_fail(#condition))

#endif
