/*
 * capture.c - what functions know of their variables: who captures them, whether they are assigned to or have their
 * address taken. Noted while names are resolved, so no pass over the tree is needed.
 */
#include "checker.h"

FuncInfo *check_new_func_info(Checker *k, Object *o, FuncInfo *outer, Type *signature)
{
	require(signature->kind == TYPE_FUNC);
	FuncInfo *info = NEW(k->arena, FuncInfo);
	info->object = o;
	info->outer = outer;
	info->type = signature;
	info->receiver = signature->receiver;
	info->params = signature->fields;
	info->results = signature->results;
	if (info->receiver)
		info->receiver->owner = info;
	for (int i = 0; i < info->params.len; i++)
		info->params.items[i]->owner = info;
	for (int i = 0; i < info->results.len; i++)
		info->results.items[i]->owner = info;
	vec_push(k->arena, &k->package->func_infos, info);
	return info;
}

static bool holds(ObjectList list, Object *o)
{
	for (int i = list.len - 1; i >= 0; i--)
		if (list.items[i] == o)
			return true;
	return false;
}

/* Every function between the one that uses the variable and the one that declares it must pass it on: func() { func()
 * { x++ } } has both capture x. */
void check_note_use(Checker *k, Object *var)
{
	if (!var->owner || var->owner == k->env.func)
		return;
	var->captured = true;
	for (FuncInfo *f = k->env.func; f && f != var->owner; f = f->outer)
		if (!holds(f->captured, var))
			vec_push(k->arena, &f->captured, var);
}

/* The variable whose memory e is part of; NULL if e lives behind a pointer, slice or map. */
static Object *root_variable(Expr *e)
{
	for (;;) {
		e = unparen(e);
		switch (e->kind) {
		case EXPR_NAME:
			return e->object && e->object->kind == OBJECT_VAR ? e->object : NULL;
		case EXPR_SELECTOR:
			if (!e->selection)
				return e->object && e->object->kind == OBJECT_VAR ? e->object : NULL;
			if (e->selection->indirect || underlying(e->selection->receiver)->kind == TYPE_POINTER)
				return NULL;
			e = e->x;
			break;
		case EXPR_INDEX:
			if (!e->x->type || underlying(e->x->type)->kind != TYPE_ARRAY)
				return NULL;
			e = e->x;
			break;
		default:
			return NULL;
		}
	}
}

/* x.f = 1 and x[0] = 1 change x itself if it is a struct or an array; p.f = 1 through a pointer does not change p. */
void check_note_assigned(Checker *k, Expr *lhs)
{
	Object *o = root_variable(lhs);
	if (!o)
		return;
	o->assigned = true;
	o->changed |= !k->stepped || !holds(*k->stepped, o);
}

/*
 * Since Go 1.22 the post statement of a loop assigns to a new copy of its variables, after the body: literals of the
 * body see what the variable was in their round, and may have a copy of it. A literal in the post statement itself
 * sees the new one before it is assigned to.
 */
void check_note_stepped(Checker *k)
{
	for (int i = 0; k->stepped && i < k->stepped->len; i++)
		if (k->stepped->items[i])
			k->stepped->items[i]->changed = true;
	k->stepped = NULL;
}

void check_note_address(Checker *k, Expr *operand)
{
	(void)k;
	Object *o = root_variable(operand);
	if (o)
		o->addr_taken = o->assigned = o->changed = true;
}

static void finish(Object *o)
{
	if (o && o->captured && o->changed)
		o->captured_by_reference = o->addr_taken = true;
}

static void finish_list(ObjectList list)
{
	for (int i = 0; i < list.len; i++)
		finish(list.items[i]);
}

/* Every return statement with values assigns to them. */
static void finish_results(ObjectList list)
{
	for (int i = 0; i < list.len; i++)
		if (list.items[i]->captured)
			list.items[i]->assigned = list.items[i]->changed = true;
	finish_list(list);
}

/* A captured variable that changes must be shared; others may be copied. */
void check_finish_captures(Checker *k)
{
	for (int i = 0; i < k->package->func_infos.len; i++) {
		FuncInfo *f = k->package->func_infos.items[i];
		finish(f->receiver);
		finish_list(f->params);
		finish_results(f->results);
		finish_list(f->locals);
	}
}
