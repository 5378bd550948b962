/*
 * walk.c - see walk.h. Types are not visited.
 */
#include "walk.h"

static void walk_exprs(Walker *w, ExprList *list)
{
	for (int i = 0; i < list->len; i++)
		walk_expr(w, list->items[i]);
}

void walk_expr(Walker *w, Expr *e)
{
	if (!e || e->mode == MODE_TYPE)
		return;
	if (w->expr)
		w->expr(w->arg, e);
	if (e->kind == EXPR_FUNC) {
		if (w->literals)
			walk_block(w, e->body);
		return;
	}
	walk_expr(w, e->x);
	walk_expr(w, e->y);
	walk_exprs(w, &e->list);
	for (int i = 0; i < 3; i++)
		walk_expr(w, e->index[i]);
}

void walk_block(Walker *w, Block *b)
{
	for (int i = 0; b && i < b->list.len; i++)
		walk_stmt(w, b->list.items[i]);
}

static void walk_cases(Walker *w, Stmt *s)
{
	for (int i = 0; i < s->cases.len; i++) {
		Case *k = s->cases.items[i];
		walk_exprs(w, &k->list);
		walk_stmt(w, k->comm);
		for (int j = 0; j < k->body.len; j++)
			walk_stmt(w, k->body.items[j]);
	}
}

void walk_stmt(Walker *w, Stmt *s)
{
	if (!s || (w->stmt && !w->stmt(w->arg, s)))
		return;
	walk_stmt(w, s->init);
	walk_expr(w, s->x);
	walk_expr(w, s->y);
	walk_exprs(w, &s->lhs);
	walk_exprs(w, &s->rhs);
	for (int i = 0; i < s->decls.len; i++)
		walk_exprs(w, &s->decls.items[i]->values);
	walk_block(w, s->body);
	walk_stmt(w, s->post);
	walk_stmt(w, s->else_);
	walk_stmt(w, s->body_stmt);
	walk_cases(w, s);
}
