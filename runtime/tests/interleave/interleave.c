/*
 * interleave.c - the explorer (interleave.h), and the system that the code under test sees: futexes, time.
 *
 * decisions[] is the path to the current execution: at each point with more than one thread to go on with, how many
 * there were and which was taken. The next execution repeats the path up to the last point that has an untried one,
 * takes that, and goes on with first choices: the running thread itself where it can.
 */
#include "interleave.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include "os/os.h"

enum { STACK = 64 << 10, MAX_STEPS = 20000 };
enum fiber_state { CAN_RUN, SPINS, SLEEPS, ENDED };

typedef struct fiber {
	ucontext_t context;
	char *stack;
	enum fiber_state state;
	uint32_t *word;                 /* sleeps on it */
	int64_t wakes;                  /* sleeping: at this time; INT64_MAX: never by itself */
	bool timed_out;
} fiber;

typedef struct decision { uint8_t options, taken; } decision;

static struct {
	const scenario *scenario;
	fiber fibers[MAX_FIBERS];
	ucontext_t explorer;
	int current, preemptions, used;
	decision decisions[MAX_STEPS];
	int depth, known;               /* decisions made in this execution; those given by the ones before */
	uint64_t steps;
	int count;                      /* steps of this execution */
	int64_t now;
	const char *error;
	bool running;
} x;

static int decide(int options)
{
	if (options == 1)
		return 0;
	if (x.depth == MAX_STEPS)
		interleave_fail("too many decisions: it does not end");
	decision *d = &x.decisions[x.depth];
	if (x.depth >= x.known)
		*d = (decision){(uint8_t)options, 0};
	x.depth++;
	return d->taken;
}

static void switch_to(int next)
{
	int from = x.current;
	if (next == from)
		return;
	x.current = next;
	interleave_switched(next);
	swapcontext(&x.fibers[from].context, &x.fibers[next].context);
}

/* Who can go on, the current one first if it can; those that spin may again when another has made a step. */
static int choices(int *out, bool include_current)
{
	int n = 0;
	if (include_current)
		out[n++] = x.current;
	for (int i = 0; i < x.scenario->fibers; i++)
		if (i != x.current && x.fibers[i].state == CAN_RUN)
			out[n++] = i;
	return n;
}

static void wake_spinners(void)
{
	for (int i = 0; i < x.scenario->fibers; i++)
		if (i != x.current && x.fibers[i].state == SPINS)
			x.fibers[i].state = CAN_RUN;
}

/* Nobody can go on: the first sleeper's time comes, or the execution has ended. */
static int next_by_time(void)
{
	int first = -1;
	for (int i = 0; i < x.scenario->fibers; i++) {
		fiber *f = &x.fibers[i];
		if (f->state == SPINS) {
			f->state = CAN_RUN;
			return i;
		}
		if (f->state == SLEEPS && f->wakes != INT64_MAX && (first < 0 || f->wakes < x.fibers[first].wakes))
			first = i;
	}
	if (first >= 0) {
		x.now = x.fibers[first].wakes > x.now ? x.fibers[first].wakes : x.now;
		x.fibers[first].timed_out = true;
		x.fibers[first].state = CAN_RUN;
	}
	return first;
}

/* The current one cannot go on. */
static void leave(void)
{
	int to[MAX_FIBERS], n = choices(to, false);
	if (n > 0) {
		switch_to(to[decide(n)]);
		return;
	}
	int next = next_by_time();
	if (next >= 0) {
		switch_to(next);
		return;
	}
	x.error = x.scenario->quiet();
	setcontext(&x.explorer);
}

void atomic_step(void)
{
	if (!x.running)
		return;
	x.steps++;
	if (++x.count > MAX_STEPS)
		interleave_fail("too many steps: it does not end");
	wake_spinners();
	if (x.used >= x.preemptions)
		return;
	int to[MAX_FIBERS], n = choices(to, true), taken = decide(n);
	if (taken != 0) {
		x.used++;
		switch_to(to[taken]);
	}
}

_Noreturn void interleave_fail(const char *what)
{
	x.error = what;
	setcontext(&x.explorer);
	abort();
}

/* ---- what the code under test sees of the system ---------------------------------------------------------- */

void os_futex_wait(uint32_t *word, uint32_t value, int64_t ns)
{
	atomic_step();
	if (*word != value)
		return;
	fiber *f = &x.fibers[x.current];
	f->state = SLEEPS;
	f->word = word;
	f->wakes = ns < 0 ? INT64_MAX : x.now + ns;
	f->timed_out = false;
	leave();
}

void os_futex_wake(uint32_t *word, int count)
{
	atomic_step();
	for (int i = 0; i < x.scenario->fibers && count > 0; i++)
		if (x.fibers[i].state == SLEEPS && x.fibers[i].word == word) {
			x.fibers[i].state = CAN_RUN;
			count--;
		}
}

/* A loop that waits for another thread. */
void atomic_relax(void)
{
	if (++x.count > MAX_STEPS)              /* it waits for what nobody will do */
		interleave_fail("too many steps: it does not end");
	x.fibers[x.current].state = SPINS;
	leave();
	x.fibers[x.current].state = CAN_RUN;
}

void os_yield(void) { atomic_relax(); }
int64_t os_nanotime(void) { return x.now += 10000; }

/* ---- exploring ------------------------------------------------------------------------------------------------ */

static void fiber_main(int i)
{
	x.scenario->run(i);
	x.fibers[i].state = ENDED;
	leave();
}

static void run_once(void)
{
	volatile bool begun = false;
	x.depth = x.used = x.count = 0;
	x.now = 0;
	x.error = NULL;
	x.running = false;
	x.scenario->start();
	for (int i = 0; i < x.scenario->fibers; i++) {
		fiber *f = &x.fibers[i];
		if (f->stack == NULL)
			f->stack = malloc(STACK);
		getcontext(&f->context);
		f->context.uc_stack.ss_sp = f->stack;
		f->context.uc_stack.ss_size = STACK;
		f->context.uc_link = NULL;
		f->state = CAN_RUN;
		makecontext(&f->context, (void (*)(void))fiber_main, 1, i);
	}
	getcontext(&x.explorer);
	if (begun)
		return;
	begun = true;
	x.running = true;
	x.current = -1;
	int to[MAX_FIBERS], n = choices(to, false);
	x.current = to[decide(n)];
	interleave_switched(x.current);
	setcontext(&x.fibers[x.current].context);
}

/* False: every path was taken. */
static bool next_path(void)
{
	while (x.depth > 0 && x.decisions[x.depth - 1].taken + 1 == x.decisions[x.depth - 1].options)
		x.depth--;
	if (x.depth == 0)
		return false;
	x.decisions[x.depth - 1].taken++;
	x.known = x.depth;
	return true;
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Where it was not gone on with the first choice. */
static void print_path(void)
{
	printf("  decisions (number: choice):");
	for (int i = 0; i < x.depth; i++)
		if (x.decisions[i].taken != 0)
			printf(" %d: %d of %d", i, x.decisions[i].taken, x.decisions[i].options);
	printf("\n");
}

outcome interleave_explore(const scenario *s, int preemptions, double limit, bool *complete)
{
	outcome o = {0};
	double end = seconds() + limit;
	x.scenario = s;
	x.preemptions = preemptions;
	x.known = 0;
	x.steps = 0;
	*complete = false;
	do {
		run_once();
		o.executions++;
		if (x.error != NULL) {
			o.error = x.error;
			print_path();
			break;
		}
		*complete = !next_path();
	} while (!*complete && (o.executions % 1024 != 0 || seconds() < end));
	x.running = false;
	o.steps = x.steps;
	return o;
}

int interleave_main(int argc, char **argv, const scenario *all, size_t count)
{
	int preemptions = argc > 1 ? atoi(argv[1]) : 2, failed = 0;
	double limit = argc > 2 ? atof(argv[2]) : 3;
	for (const scenario *s = all; s < all + count; s++) {
		if (argc > 3 && strcmp(argv[3], s->name) != 0)
			continue;
		bool complete = true;
		outcome o = {0};
		for (int n = 0; n <= preemptions && complete && o.error == NULL; n++) {
			o = interleave_explore(s, n, limit, &complete);
			printf("%-12s %d preemptions: %9llu executions, %10llu steps: %s\n", s->name, n, (unsigned long long)o.executions,
				(unsigned long long)o.steps, o.error != NULL ? o.error : complete ? "all" : "time is up");
		}
		failed += o.error != NULL;
	}
	return failed != 0;
}
