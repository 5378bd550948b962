/*
 * inline.h - calls replaced by the bodies of what they call, between checking and escape analysis.
 *
 * inline_package looks at one checked package whose imports went through here before. It leaves
 *  - on every FuncInfo what the function would cost (FuncInfo.inlining),
 *  - on calls that are replaced the copy of the body (Expr.inlined),
 * and, if asked to, queues the remarks "can inline f" and "inlining call to f". For remarks it runs once more, on the
 * package's view.
 *
 * The tree itself stays as it was: escape analysis and lowering look at Expr.inlined and take the body instead of
 * the call, everybody else sees the call. README.md says how the work is divided.
 */
#ifndef GOL_INLINE_H
#define GOL_INLINE_H

#include "../types/type.h"

/* Go's numbers. */
enum {
	INLINE_BUDGET = 80,             /* most that a function may cost */
	INLINE_BIG_BUDGET = 20,         /* ... where the caller has INLINE_BIG_NODES nodes or more */
	INLINE_BIG_NODES = 5000,
	INLINE_LITERAL_FACTOR = 2,      /* a function literal may cost so many budgets where it is called */
	INLINE_CALLED_ONCE = 800,       /* ... and this where there is one call of it */
	COST_CALL = 57, COST_PARAMETER_CALL = 17, COST_LITERAL = 15, COST_PANIC = 1,
	COST_CHECK_RANGE = 8,           /* of a loop over a function */
};

/* What is known of a function as something to inline. */
typedef struct Inlining {
	int cost;                       /* -1: more than the budget, or cannot be done */
	const char *reason;             /* why not, in Go's words; NULL: it can */
	bool single_return;             /* ends with its only return, which has values, and its results have no names */
	Expr *returned;                 /* ... of one result: that value */
} Inlining;

typedef struct InlineOptions {
	int budget;                     /* INLINE_BUDGET; 0: nothing is inlined */
	int call_cost;                  /* COST_CALL; 1 for -l=4 */
	bool replace;                   /* calls are replaced; else costs are found only */
	int remarks;                    /* 0, or the level of -m: for this package */
} InlineOptions;

/* What a function of a view is made from (view.c). */
typedef struct Stencil {
	Object *origin;                 /* the generic function */
	Object *shape;                  /* is_around: what it calls */
	bool is_around;
} Stencil;

/* A package as Go sees it, for remarks. */
typedef struct View {
	ObjectList functions;
	VEC(Expr *) package_literals;
	VEC(Initializer *) init_order;
} View;

View *view_new(Compiler *c, Package *package);          /* after inline_prepare, before inline_package */
void view_swap(Package *package, View *view);

/* Does the wrapper of a go or defer statement in a view keep something in the variable (wrap.c)? */
bool is_kept_by_wrapper(const Object *o);

void inline_prepare(Compiler *c, Package *package);
void inline_package(Compiler *c, Package *package, const InlineOptions *options);

/* How traces name what was inlined by a call of Compiler.calls. */
const char *inlined_path(Compiler *c, uint32_t call);   /* for names of literals that came with that call's body */
const char *inlined_name(Compiler *c, const InlinedCall *call);

#endif
