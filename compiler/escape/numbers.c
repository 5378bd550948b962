/*
 * numbers.c - pointers that a call takes as numbers: uintptr(p), p an unsafe.Pointer, as an argument.
 *
 * A function with //go:uintptrescapes lets p escape and keeps what it points to until it returns; one with
 * //go:uintptrkeepalive, or without a body, only keeps it. That is seen where the conversion stands in the list of
 * arguments itself, and where the callee is known. Lowering holds the pointer until the call is over (STAYS_HELD).
 *
 * Our frames move at any safepoint, and no number is mended. So JUDGE_FRAMES lets p escape in all three cases.
 */
#include "graph.h"

static bool lets_escape(const Object *function)
{
	return function->decl && has_directive(function->decl, "//go:uintptrescapes");
}

static bool keeps(const Object *function)
{
	const Decl *d = function->decl;
	return d && (!d->body || lets_escape(function) || has_directive(d, "//go:uintptrkeepalive"));
}

static bool is_kind(Type *t, TypeKind kind) { return t && underlying(t)->kind == kind; }

static void hold(Escape *e, Expr *x, bool escapes)
{
	x = unparen(x);
	if (x->kind != EXPR_CALL || x->call_kind != CALL_CONVERSION || x->mode == MODE_CONST ||
	    !is_kind(x->type, TYPE_UINTPTR) ||
	    !is_kind(value_type(x->list.items[0]), TYPE_UNSAFE_POINTER))
		return;
	if (e->judgement == JUDGE_FRAMES)
		x->stays |= STAYS_HELD;
	if (escapes || e->judgement == JUDGE_FRAMES)
		map_put(e->c->arena, &e->numbers, x, x);
}

/* Marks the pointers among the arguments, before these flow. function: NULL if not known. */
void hold_numbers(Escape *e, const Object *function, const Expr *call)
{
	if (!function || !keeps(function))
		return;
	bool escapes = lets_escape(function);
	for (int i = 0; i < call->list.len; i++) {
		Expr *x = unparen(call->list.items[i]);
		hold(e, x, escapes);
		for (int k = 0; x->kind == EXPR_COMPOSITE && is_kind(x->type, TYPE_SLICE) && k < x->list.len; k++)
			hold(e, x->list.items[k]->kind == EXPR_KEY_VALUE ? x->list.items[k]->y : x->list.items[k], escapes);
	}
}

/* Parameter i, receiver not counted: a number, or several, whose pointers escape? */
NumberParam number_param(const Object *function, int i)
{
	ObjectList *params = &function->type->fields;
	if (!lets_escape(function))
		return NUMBER_NONE;
	Type *t = params->items[i]->type;
	if (is_kind(t, TYPE_UINTPTR))
		return NUMBER_ONE;
	return function->type->variadic && i == params->len - 1 && is_kind(t->elem, TYPE_UINTPTR) ? NUMBER_MANY :
		NUMBER_NONE;
}
