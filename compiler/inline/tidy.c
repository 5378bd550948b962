/*
 * tidy.c - what calls that were replaced leave behind: function values that nobody uses any more, variables that no
 * literal shares any more.
 *
 * A variable, parameter or result of an inlined call is dropped if what it holds is known to be a function and
 * nobody reads it but calls that were replaced. All that may be are taken to be so at first; whatever is read is
 * taken back, with what it is made of, until nothing changes. Then who captures what is found anew (capture.c).
 */
#include "pass.h"
#include "../lower/walk.h"

/* ---- function values that nobody uses ---------------------------------------------------- */

typedef struct Values { Inliner *n; ObjectList candidates; Map results; bool changed; } Values;

/* Making this value does nothing that anybody could notice, once the calls in it are done. */
static bool is_function_value(Expr *e)
{
	e = unparen(e);
	if (e->kind == EXPR_FUNC || declared_function(e))
		return true;
	if (e->kind == EXPR_NAME && e->object && e->object->kind == OBJECT_VAR)
		return !e->object->is_package_level && e->object->initial && !e->object->assigned;
	return e->kind == EXPR_CALL && e->inlined && e->inlined->returned && is_function_value(e->inlined->returned);
}

static void add_candidate(Values *v, Object *o, Expr *value)
{
	if (!o || o->dropped || is_kept_by_wrapper(o) || !o->type || underlying(o->type)->kind != TYPE_FUNC || o->addr_taken ||
			!is_function_value(value))
		return;
	o->dropped = true;
	vec_push(v->n->c->arena, &v->candidates, o);
}

static void find_in_call(void *arg, Expr *e)
{
	Values *v = arg;
	if (e->kind != EXPR_CALL || !e->inlined)
		return;
	FuncInfo *info = e->inlined->info;
	for (int i = 0; i < info->params.len && i < e->list.len; i++)
		if (info->params.items[i]->initial && !info->params.items[i]->assigned)
			add_candidate(v, info->params.items[i], info->params.items[i]->initial);
	if (e->inlined->returned)
		add_candidate(v, info->results.items[0], e->inlined->returned);
}

static void find_defined(Values *v, const ObjectList *objects, const ExprList *values)
{
	for (int i = 0; objects->len == values->len && i < objects->len; i++) {
		Object *o = objects->items[i];
		if (o && o->initial == values->items[i] && !o->assigned)
			add_candidate(v, o, o->initial);
	}
}

static bool find_in_statement(void *arg, Stmt *s)
{
	Values *v = arg;
	if (s->kind == STMT_DEFINE)
		find_defined(v, &s->defined, &s->rhs);
	for (int i = 0; i < s->decls.len; i++)
		find_defined(v, &s->decls.items[i]->objects, &s->decls.items[i]->values);
	return true;
}

static void take_back(Values *v, Object *o)
{
	if (o && o->dropped) {
		o->dropped = false;
		v->changed = true;
	}
}

/* What appears here is wanted. */
static void find_use(void *arg, Expr *e)
{
	Values *v = arg;
	if (e->kind == EXPR_NAME)
		take_back(v, e->object);
	else if (e->kind == EXPR_CALL && e->inlined && e->inlined->returned)
		take_back(v, e->inlined->info->results.items[0]);
}

/* callees: as Walker has it. */
static ObjectList drop_values(Inliner *n, Block *body, bool callees)
{
	Values v = {.n = n};
	Walker find = {.expr = find_in_call, .unwanted = find_in_call, .stmt = find_in_statement, .arg = &v, .literals = true,
			.callees = callees};
	Walker use = {.expr = find_use, .arg = &v, .literals = true, .callees = callees};
	/* a dropped value is not walked into, so callees and arguments of calls inside it appear in a later round */
	int known;
	do {
		known = v.candidates.len;
		walk_block(&find, body);
	} while (v.candidates.len > known);
	do {
		v.changed = false;
		walk_block(&use, body);
	} while (v.changed);
	return v.candidates;
}

/* Go's view is for remarks only. */
static void drop_for_go(Inliner *n, Block *body)
{
	ObjectList candidates = drop_values(n, body, true);
	for (int i = 0; i < candidates.len; i++) {
		Object *o = candidates.items[i];
		o->dropped_by_go = o->dropped;
		o->dropped = false;
	}
}

/* Function values that nobody uses any more. */
void drop_unwanted(Inliner *n, FuncInfo *info) { drop_values(n, body_of(info), false); }

/* A declared function, or a literal of package level, with all literals in it. */
void tidy_function(Inliner *n, FuncInfo *info)
{
	if (n->options.remarks)
		drop_for_go(n, body_of(info));
	drop_values(n, body_of(info), false);
	find_captures(n->c, info);
}
