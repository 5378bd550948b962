/*
 * walk.h - visits the expressions and statements of a body, in source order.
 */
#ifndef GOL_LOWER_WALK_H
#define GOL_LOWER_WALK_H

#include "../syntax/ast.h"

typedef struct Walker {
	void (*expr)(void *arg, Expr *e);       /* before its operands; may be NULL */
	void (*unwanted)(void *arg, Expr *call);        /* an inlined call whose value nobody wants; may be NULL */
	bool (*stmt)(void *arg, Stmt *s);       /* false: do not go inside; may be NULL */
	void *arg;
	bool literals;                          /* go into function literals too */
	bool callees;                           /* a function that a call gave is wanted, though the call of it was inlined */
} Walker;

/* Calls that were inlined (Expr.inlined) appear as such, then their arguments and bodies do. */
void walk_expr(Walker *w, Expr *e);
void walk_unwanted(Walker *w, Expr *e);         /* its value is not wanted: e itself does not appear as a value */
bool is_dropped(const Object *o);
bool assigns_dropped(const Stmt *s);            /* an assignment to a variable that is dropped */
Expr *method_receiver_of(const Expr *call);     /* x of x.M(); NULL: no call of a declared method */
void walk_stmt(Walker *w, Stmt *s);
void walk_block(Walker *w, Block *b);

#endif
