/*
 * walk.c - see walk.h. Types are not visited.
 *
 * Of a call that was inlined its arguments and the body are visited, not what is called. Of a value that nobody wants
 * (Object.dropped) only what it does on the way.
 */
#include "walk.h"
#include "../types/type.h"

static void walk_exprs(Walker *w, ExprList *list)
{
	for (int i = 0; i < list->len; i++)
		walk_expr(w, list->items[i]);
}

bool is_dropped(const Object *o) { return o && o->dropped; }

bool assigns_dropped(const Stmt *s)
{
	const Expr *lhs = s->kind == STMT_ASSIGN && s->op == OP_NONE && s->lhs.len == 1 && s->rhs.len == 1 ?
			s->lhs.items[0] : NULL;
	return lhs && lhs->kind == EXPR_NAME && is_dropped(lhs->object);
}

Expr *method_receiver_of(const Expr *call)
{
	const Expr *fun = unparen(call->x);
	return fun->kind == EXPR_SELECTOR && fun->selection && fun->selection->kind == SELECT_METHOD_VALUE ? fun->x : NULL;
}

static void walk_inlined(Walker *w, Expr *call)
{
	const FuncInfo *info = call->inlined->info;
	Expr *receiver = method_receiver_of(call);
	if (receiver || (w->callees && unparen(call->x)->kind == EXPR_CALL))
		walk_expr(w, receiver ? receiver : call->x);
	else
		walk_unwanted(w, call->x);
	for (int i = 0; i < call->list.len; i++) {
		if (i < info->params.len && is_dropped(info->params.items[i]))
			walk_unwanted(w, call->list.items[i]);
		else
			walk_expr(w, call->list.items[i]);
	}
	walk_block(w, call->inlined->body);
}

void walk_unwanted(Walker *w, Expr *e)
{
	e = unparen(e);
	if (e->kind != EXPR_CALL || !e->inlined)
		return;
	if (w->unwanted)
		w->unwanted(w->arg, e);
	walk_inlined(w, e);
}

void walk_expr(Walker *w, Expr *e)
{
	if (!e || e->mode == MODE_TYPE)
		return;
	if (w->expr)
		w->expr(w->arg, e);
	if (e->kind == EXPR_CALL && e->inlined) {
		walk_inlined(w, e);
		return;
	}
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

/* Values that become variables, which may be dropped. */
static void walk_initial(Walker *w, const ObjectList *objects, ExprList *values)
{
	for (int i = 0; i < values->len; i++) {
		if (values->len == objects->len && is_dropped(objects->items[i]))
			walk_unwanted(w, values->items[i]);
		else
			walk_expr(w, values->items[i]);
	}
}

void walk_stmt(Walker *w, Stmt *s)
{
	if (!s || (w->stmt && !w->stmt(w->arg, s)))
		return;
	if (assigns_dropped(s)) {
		walk_unwanted(w, s->rhs.items[0]);
		return;
	}
	walk_stmt(w, s->init);
	if (s->kind == STMT_EXPR && unparen(s->x)->kind == EXPR_CALL && unparen(s->x)->inlined)
		walk_unwanted(w, s->x);
	else
		walk_expr(w, s->x);
	walk_expr(w, s->y);
	walk_exprs(w, &s->lhs);
	if (s->kind == STMT_DEFINE)
		walk_initial(w, &s->defined, &s->rhs);
	else
		walk_exprs(w, &s->rhs);
	for (int i = 0; i < s->decls.len; i++)
		walk_initial(w, &s->decls.items[i]->objects, &s->decls.items[i]->values);
	walk_block(w, s->body);
	walk_stmt(w, s->post);
	walk_stmt(w, s->else_);
	walk_stmt(w, s->body_stmt);
	walk_cases(w, s);
}
