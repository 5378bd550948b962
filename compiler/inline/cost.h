/*
 * cost.h - what the two files that count share.
 */
#ifndef GOL_INLINE_COST_H
#define GOL_INLINE_COST_H

#include "pass.h"

typedef struct Cost {
	Inliner *n;
	FuncInfo *info;             /* of the function that is looked at */
	int sum;
	const char *reason;         /* it cannot be inlined whatever it costs */
	bool nodes;                 /* nodes are counted: calls have no price */
} Cost;

/* cost_expr.c */
void cost_expr(Cost *k, Expr *e);
void cost_expr_as(Cost *k, Expr *e, Type *to);          /* where a value of type `to` is wanted */
void cost_several(Cost *k, Expr *rhs, int values);
int cost_implicit(Type *from, Type *to);
Type *cost_value_type(const Expr *x);
bool cost_is_parameter(const Cost *k, const Expr *fun);

static inline void cost_forbid(Cost *k, const char *reason)
{
	if (!k->reason)
		k->reason = reason;
}

#endif
