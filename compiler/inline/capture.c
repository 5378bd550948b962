/*
 * capture.c - who captures what, found anew in a function and all literals in it, as the checker did (check/capture.c):
 * after the bodies of loops over functions have become literals (rangefunc.c), and after calls were replaced (tidy.c),
 * when a variable that only replaced literals shared is an ordinary variable again.
 */
#include "pass.h"
#include "../lower/walk.h"

typedef struct Captures { Compiler *c; FuncInfo *info; VEC(FuncInfo *) infos; Map seen; ObjectList shared; } Captures;

static void forget_list(Captures *k, const ObjectList *list)
{
	for (int i = 0; i < list->len; i++) {
		Object *o = list->items[i];
		if (!o)
			continue;
		if (o->captured_by_reference) {
			o->addr_taken = false;
			vec_push(k->c->arena, &k->shared, o);
			map_put(k->c->arena, &k->seen, o, o);
		}
		o->captured = o->captured_by_reference = false;
	}
}

static void forget(Captures *k, FuncInfo *info)
{
	if (info->receiver) {
		ObjectList one = {0};
		vec_push(k->c->arena, &one, info->receiver);
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
			vec_push(k->c->arena, &f->captured, o);
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
		vec_push(k->c->arena, &k->infos, e->func_info);
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
		if (e->inlined && unparen(e->x)->kind == EXPR_NAME && unparen(e->x)->object && is_kept_by_wrapper(unparen(e->x)->object))
			note_use(k, unparen(e->x)->object);
		if (e->inlined && method_receiver_of(e) && unparen(e->x)->selection->object->pointer_receiver)
			note_address(k, method_receiver_of(e));
		break;
	default:
		break;
	}
}

static bool find_capture_in(void *arg, Stmt *s)
{
	for (int i = 0; i < s->defined.len; i++)
		if (s->kind == STMT_RANGE && s->defined.items[i])
			note_use(arg, s->defined.items[i]);
	return true;
}

/* info: a declared function, or a literal of package level. */
void find_captures(Compiler *c, FuncInfo *info)
{
	Captures k = {.c = c};
	forget(&k, info);
	vec_push(c->arena, &k.infos, info);
	for (int i = 0; i < k.infos.len; i++) {
		k.info = k.infos.items[i];
		Walker w = {.expr = find_capture, .unwanted = find_capture, .stmt = find_capture_in, .arg = &k};
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
