/*
 * interleave.h - runs a few threads through all their interleavings.
 *
 * The code under test is the runtime's own, compiled with GOL_STEPS: before each atomic operation (base/atomic.h) the
 * explorer decides which thread goes on. Threads are coroutines of one system thread, so a run is decided by those choices alone,
 * and memory is sequentially consistent: orders weaker than that are for ThreadSanitizer and review.
 *
 * All runs are made that leave a thread that could go on at most `preemptions` times: most errors need one or two
 * (Musuvathi, Qadeer: Iterative context bounding, 2007). A thread that waits, ends or relaxes is left for nothing.
 */
#ifndef GOL_TESTS_INTERLEAVE_H
#define GOL_TESTS_INTERLEAVE_H

#include <stdbool.h>

enum { INTERLEAVE_THREADS = 6 };

typedef struct scenario {
	const char *name;
	void (*start)(void);                            /* before each run: everything as new */
	void (*threads[INTERLEAVE_THREADS])(void);      /* the first NULL ends them */
	const char *(*check)(void);                     /* after each run: NULL, or what is wrong */
} scenario;

/* Called by threads. */
void interleave_wait(bool (*ready)(void));
void interleave_fail(const char *what);             /* does not return */

/* Number of runs; 0: one of them went wrong, and how was printed. */
unsigned long interleave(const scenario *s, int preemptions);

#endif
