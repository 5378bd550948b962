/*
 * escape.h - which variables and allocations may live in their function's frame.
 *
 * escape_package analyses one checked package whose imports were analysed before. It leaves
 *  - on every function object a summary of where its parameters go (Object.escape),
 *  - on every local variable its verdict (Object.escape not NULL: judged; Object.escapes),
 *  - on every expression that allocates the STAYS_ bits of what need not be in the heap (Expr.stays).
 * escape_remarks queues the remarks of -m about a package's view.
 *
 * There are two judgements. JUDGE_GO answers as Go's compiler does and is what -m prints. JUDGE_FRAMES
 * answers for the code we emit: what lowering always puts in the heap (closures deferred in loops,
 * maps ...) is in the heap from the start there, and so is all that is reachable from it. Only the second one is left
 * on objects and expressions.
 */
#ifndef GOL_ESCAPE_H
#define GOL_ESCAPE_H

#include "../types/type.h"
#include "site.h"

enum { SMALL_MAKE = 32 };       /* bytes that a make of variable size may have in the frame: Go's */

enum {
	/* what the expression itself allocates: &T{}, new, make, a slice literal, append, a closure, a method value */
	STAYS_OBJECT = 1,
	STAYS_BOX = 2,          /* the box of its value in an interface */
	STAYS_SPREAD = 4,       /* CALL: the slice of the variadic arguments */
	STAYS_LENT = 8,         /* with STAYS_SPREAD: nobody has that slice once the call is over */
	STAYS_SHARED = 16,      /* string(b), []byte(s): may be its operand's bytes */
	STAYS_REPEATED = 32,    /* append: stands in a loop */
	/* uintptr(p) in arguments: what p points to must be alive until the call is over (numbers.c) */
	STAYS_HELD = 64,
	/* append to a variable: what grows need not outlive the variable, which is new in each round of a loop */
	STAYS_IN_ROUND = 256,
	STAYS_READ = 128,       /* []byte(s): nobody writes to it, so it may be the string's bytes */
};

enum { DEFER_BITS = 32 };       /* deferred calls of one function that may wait in its frame */

typedef struct EscapeOptions {
	bool all;                   /* the -m judgement is wanted by a later package */
	Sites *sites;               /* what is decided goes there (site.h); or NULL */
	bool takings;               /* somewhere in the program a function has //gol:noalloc: errors are queued (noalloc.c) */
} EscapeOptions;
void escape_package(Compiler *c, Package *package, const EscapeOptions *options);
/* The package's view is in its place (inline/inline.h). level: 1 as -m, 2 as -m=2. */
void escape_remarks(Compiler *c, Package *package, int level);

#endif
