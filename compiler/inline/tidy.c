/*
 * tidy.c - what calls that were replaced leave behind: function values that nobody uses any more, variables that no
 * literal shares any more.
 *
 * A variable, parameter or result of an inlined call is dropped if what it holds is known to be a function and
 * nobody reads it but calls that were replaced. All that may be are taken to be so at first; whatever is read is
 * taken back, with what it is made of, until nothing changes. Then who captures what is found anew, as the checker
 * did (check/capture.c): a variable that only replaced literals shared is an ordinary variable again.
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
	if (!o || o->dropped || !o->type || underlying(o->type)->kind != TYPE_FUNC || o->addr_taken ||
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
	if (s->kind == STMT_EXPR)
		find_in_call(arg, unparen(s->x));
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

static void drop_values(Inliner *n, Block *body)
{
	Values v = {.n = n};
	Walker find = {.expr = find_in_call, .stmt = find_in_statement, .arg = &v, .literals = true};
	Walker use = {.expr = find_use, .arg = &v, .literals = true};
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
}

/* ---- captures -------------------------------------------------------------------------------- */

typedef struct Captures { Inliner *n; FuncInfo *info; VEC(FuncInfo *) infos; Map seen; ObjectList shared; } Captures;

static void forget_list(Captures *k, const ObjectList *list)
{
	for (int i = 0; i < list->len; i++) {
		Object *o = list->items[i];
		if (!o)
			continue;
		if (o->captured_by_reference) {
			o->addr_taken = false;
			vec_push(k->n->c->arena, &k->shared, o);
			map_put(k->n->c->arena, &k->seen, o, o);
		}
		o->captured = o->captured_by_reference = false;
	}
}

static void forget(Captures *k, FuncInfo *info)
{
	if (info->receiver) {
		ObjectList one = {0};
		vec_push(k->n->c->arena, &one, info->receiver);
		forget_list(k, &one);
	}
	forget_list(k, &info->params);
	forget_list(k, &info->results);
	forget_list(k, &info->locals);
	info->captured = (ObjectList){0};
	for (int i = 0; i < info->literals.len; i++)
		forget(k, info->literals.items[i]->func_info);
}

static bool holds(const ObjectList *list, const Object *o)
{
	for (int i = list->len - 1; i >= 0; i--)
		if (list->items[i] == o)
			return true;
	return false;
}

static void note_use(Captures *k, Object *o)
{
	if (!o || o->kind != OBJECT_VAR || o->is_package_level || o->is_field || !o->owner || o->owner == k->info)
		return;
	o->captured = true;
	for (FuncInfo *f = k->info; f && f != o->owner; f = f->outer)
		if (!holds(&f->captured, o))
			vec_push(k->n->c->arena, &f->captured, o);
}

/* The variable whose memory e is part of; NULL if e lives behind a pointer, slice or map. */
static Object *root_variable(Expr *e)
{
	for (;;) {
		e = unparen(e);
		if (e->kind == EXPR_NAME)
			return e->object && e->object->kind == OBJECT_VAR ? e->object : NULL;
		if (e->kind == EXPR_SELECTOR && e->selection && !e->selection->indirect &&
				underlying(e->selection->receiver)->kind != TYPE_POINTER)
			e = e->x;
		else if (e->kind == EXPR_INDEX && e->x->type && underlying(e->x->type)->kind == TYPE_ARRAY)
			e = e->x;
		else
			return NULL;
	}
}

static void note_address(Captures *k, Expr *e)
{
	Object *o = root_variable(e);
	if (o && map_get(&k->seen, o))
		o->addr_taken = true;
}

static void find_capture(void *arg, Expr *e)
{
	Captures *k = arg;
	switch (e->kind) {
	case EXPR_NAME:
		note_use(k, e->object);
		break;
	case EXPR_FUNC:
		vec_push(k->n->c->arena, &k->infos, e->func_info);
		break;
	case EXPR_UNARY:
		if (e->op == OP_ADDR)
			note_address(k, e->x);
		break;
	case EXPR_SLICE:
		if (e->x->type && core_type(e->x->type) && core_type(e->x->type)->kind == TYPE_ARRAY)
			note_address(k, e->x);
		break;
	case EXPR_SELECTOR:
		if (e->selection && e->selection->kind == SELECT_METHOD_VALUE && e->selection->object->pointer_receiver)
			note_address(k, e->x);
		break;
	case EXPR_CALL:
		if (e->inlined && method_receiver_of(e) && unparen(e->x)->selection->object->pointer_receiver)
			note_address(k, method_receiver_of(e));
		break;
	default:
		break;
	}
}

static bool find_capture_in(void *arg, Stmt *s)
{
	if (s->kind == STMT_EXPR && unparen(s->x)->kind == EXPR_CALL && unparen(s->x)->inlined)
		find_capture(arg, unparen(s->x));
	for (int i = 0; i < s->defined.len; i++)
		if (s->kind == STMT_RANGE && s->defined.items[i])
			note_use(arg, s->defined.items[i]);
	return true;
}

static void find_captures(Inliner *n, FuncInfo *info)
{
	Captures k = {.n = n};
	forget(&k, info);
	vec_push(n->c->arena, &k.infos, info);
	for (int i = 0; i < k.infos.len; i++) {
		k.info = k.infos.items[i];
		Walker w = {.expr = find_capture, .stmt = find_capture_in, .arg = &k};
		walk_block(&w, body_of(k.info));
	}
	for (int i = 0; i < k.infos.len; i++) {
		FuncInfo *f = k.infos.items[i];
		for (int j = 0; j < f->captured.len; j++) {
			Object *o = f->captured.items[j];
			if (o->is_result)
				o->assigned = o->changed = true;
			if (o->changed)
				o->captured_by_reference = o->addr_taken = true;
		}
	}
}

/* A declared function, or a literal of package level, with all literals in it. */
void tidy_function(Inliner *n, FuncInfo *info)
{
	drop_values(n, body_of(info));
	find_captures(n, info);
}
