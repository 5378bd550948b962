/* interleave.c - see interleave.h. */
#include "interleave.h"

#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include "base/atomic.h"

enum { STACK = 64 << 10, DEPTH = 4000 };

typedef struct thread {
	ucontext_t context;
	bool ended, relaxed;
	bool (*ready)(void);        /* it waits until this is true; NULL: it does not */
	char stack[STACK];
} thread;

static const scenario *now;
static thread threads[INTERLEAVE_THREADS];
static int count, current, budget;
static ucontext_t explorer;
static const char *failure;
static struct { unsigned char choice, of; } path[DEPTH];        /* the choices of this run */
static int depth, at;
static char trace[DEPTH];

/* Back to the explorer, which comes back when it is this thread's turn. */
static void leave(void) { swapcontext(&threads[current].context, &explorer); }

void atomic_step(void)
{
	if (now != NULL)
		leave();
}

void atomic_relax(void)
{
	threads[current].relaxed = true;
	leave();
}

void interleave_wait(bool (*ready)(void))
{
	threads[current].ready = ready;
	leave();
}

void interleave_fail(const char *what)
{
	failure = what;
	leave();
}

static void run_thread(void)
{
	now->threads[current]();
	threads[current].ended = true;
	leave();
}

static bool may_run(const thread *t) { return !t->ended && (t->ready == NULL || t->ready()); }

/* Who may go on now: the current one first, others if that costs no preemption too many. */
static int candidates(int out[INTERLEAVE_THREADS])
{
	int n = 0;
	bool free_choice = current < 0 || !may_run(&threads[current]) || threads[current].relaxed;
	if (!free_choice)
		out[n++] = current;
	for (int i = 0; i < count; i++)
		if (i != current && (free_choice || budget > 0) && may_run(&threads[i]))
			out[n++] = i;
	if (n == 0 && current >= 0 && may_run(&threads[current]))       /* it relaxes, and nobody else can do anything */
		out[n++] = current;
	return n;
}

static void choose(const int *who, int n)
{
	if (at == DEPTH) {
		failure = "it does not end";
		return;
	}
	if (at == depth) {
		path[depth].choice = 0;
		path[depth++].of = (unsigned char)n;
	}
	int next = who[path[at].choice];
	if (next != current && current >= 0 && may_run(&threads[current]) && !threads[current].relaxed)
		budget--;
	if (current >= 0)
		threads[current].relaxed = false;
	trace[at++] = (char)('0' + next);
	current = next;
	threads[next].ready = NULL;
}

static void run_once(int preemptions)
{
	int who[INTERLEAVE_THREADS];
	now->start();
	for (int i = 0; i < count; i++) {
		thread *t = &threads[i];
		t->ended = t->relaxed = false;
		t->ready = NULL;
		getcontext(&t->context);
		t->context.uc_stack.ss_sp = t->stack;
		t->context.uc_stack.ss_size = STACK;
		t->context.uc_link = NULL;
		makecontext(&t->context, run_thread, 0);
	}
	at = 0;
	budget = preemptions;
	current = -1;
	failure = NULL;
	for (int n; failure == NULL && (n = candidates(who)) > 0;) {
		choose(who, n);
		if (failure == NULL)
			swapcontext(&explorer, &threads[current].context);
	}
	for (int i = 0; i < count && failure == NULL; i++)
		if (!threads[i].ended)
			failure = "a thread waits for ever";
	if (failure == NULL)
		failure = now->check();
}

/* The next path: the last choice that has another alternative takes it. False: there is none. */
static bool advance(void)
{
	while (depth > 0 && path[depth - 1].choice + 1 == path[depth - 1].of)
		depth--;
	if (depth == 0)
		return false;
	path[depth - 1].choice++;
	return true;
}

unsigned long interleave(const scenario *s, int preemptions)
{
	unsigned long runs = 0;
	depth = 0;
	for (count = 0; count < INTERLEAVE_THREADS && s->threads[count] != NULL; count++)
		;
	do {
		now = s;
		run_once(preemptions);
		now = NULL;
		runs++;
		if (failure != NULL) {
			printf("%s: %s, after %lu runs, in this order of threads: %.*s\n", s->name, failure, runs, at, trace);
			return 0;
		}
	} while (advance());
	return runs;
}
