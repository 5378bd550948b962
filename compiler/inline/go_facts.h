/*
 * go_facts.h - what Go 1.26 does with functions of its standard library whose bodies here are others.
 *
 * Most of what -m says depends on callees: whether a call is replaced, by what, and what the callee keeps. A function
 * of stdlib/ is written for this runtime, so its cost and its leaks are its own; they decide what the compiled
 * program does. What -m says is about Go, so for remarks, and for nothing else, a row of go_facts.def stands in: that
 * Go replaces the call and what calls in the body it replaces then, or that it does not; what that allocates; what
 * parameters leak. go_facts.py makes the rows from what both compilers print of the packages; functions on which they
 * agree have none. -gcflags=-d=facts=0 leaves the facts out.
 */
#ifndef GOL_INLINE_GO_FACTS_H
#define GOL_INLINE_GO_FACTS_H

#include "../types/type.h"

enum { GO_CALLS = -1 };

typedef struct GoFact {
	const char *package, *function;         /* "sync", "(*Mutex).Lock" */
	int cost;                               /* GO_CALLS: Go does not replace calls of it */
	const char *calls;                      /* what is replaced in its body then, each ended by '|' */
	const char *remarks;                    /* what else -m says of a call of it, each ended by '|' */
	const char *leaks;                      /* a word a parameter (go_fact_leaks); NULL: as of the body here */
} GoFact;

const GoFact *go_fact(const Compiler *c, const Object *function);       /* NULL: none */

/* Where the value of parameter i (the receiver counts) may go, as Go has it: least dereferences on the way to the heap and to each of
 * `most` results; -1: never. False: nothing is said. */
bool go_fact_leaks(const GoFact *fact, int i, int *heap, int *results, int most);

/* Is the place in the body of a function with a fact, which stands in for Go's? Then nothing is said of it. */
bool is_told_by_fact(const Compiler *c, Pos pos);

#endif
