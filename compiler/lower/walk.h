/*
 * walk.h - visits the expressions and statements of a body, in source order.
 */
#ifndef GOL_LOWER_WALK_H
#define GOL_LOWER_WALK_H

#include "../syntax/ast.h"

typedef struct Walker {
	void (*expr)(void *arg, Expr *e);       /* before its operands; may be NULL */
	bool (*stmt)(void *arg, Stmt *s);       /* false: do not go inside; may be NULL */
	void *arg;
	bool literals;                          /* go into function literals too */
} Walker;

void walk_expr(Walker *w, Expr *e);
void walk_stmt(Walker *w, Stmt *s);
void walk_block(Walker *w, Block *b);

#endif
