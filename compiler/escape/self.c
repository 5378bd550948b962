/*
 * self.c - assignments that store in an object what can be reached from it already,
 * such as b.buf = b.buf[1:n] and p.next = p.prev. They let nothing new be reached, so they are no flow.
 */
#include "graph.h"

#include <string.h>

/* Could evaluating x change memory, or give something else a second time? */
static bool may_change(Expr *x)
{
	x = unparen(x);
	if (x->mode == MODE_CONST)
		return false;
	switch (x->kind) {
	case EXPR_NAME:
	case EXPR_LITERAL:
		return false;
	case EXPR_SELECTOR:
	case EXPR_STAR:
		return x->x->mode != MODE_PACKAGE && may_change(x->x);
	case EXPR_UNARY:
		return x->op == OP_RECV || may_change(x->x);
	case EXPR_BINARY:
		return may_change(x->x) || may_change(x->y);
	case EXPR_INDEX:
		return may_change(x->x) || may_change(x->list.items[0]);
	default:
		return true;
	}
}

static bool same(Expr *a, Expr *b)
{
	a = unparen(a);
	b = unparen(b);
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case EXPR_NAME:
		return a->object == b->object;
	case EXPR_LITERAL:
		return a->text_len == b->text_len && memcmp(a->text, b->text, a->text_len) == 0;
	case EXPR_SELECTOR:
		return a->name == b->name && same(a->x, b->x);
	case EXPR_STAR:
		return same(a->x, b->x);
	case EXPR_INDEX:
		return same(a->x, b->x) && same(a->list.items[0], b->list.items[0]);
	default:
		return false;
	}
}

/* p of *p and p.f, p a plain pointer variable; NULL for anything else. */
static Object *pointer_of(Expr *x)
{
	x = unparen(x);
	if (x->kind == EXPR_SELECTOR && (!x->selection || x->selection->kind != SELECT_FIELD || x->selection->path.len != 1))
		return NULL;
	if (x->kind != EXPR_SELECTOR && x->kind != EXPR_STAR)
		return NULL;
	Expr *base = unparen(x->x);
	if (base->kind != EXPR_NAME || !base->object || base->object->kind != OBJECT_VAR || underlying(base->type)->kind != TYPE_POINTER)
		return NULL;
	return base->object;
}

bool assigns_to_itself(Expr *dst, Expr *src)
{
	dst = unparen(dst);
	src = unparen(src);
	if (src->kind == EXPR_SLICE) {
		Object *p = pointer_of(dst);
		return p && !takes_address_of_array(src) && p == pointer_of(src->x);
	}
	if (dst->kind != src->kind)
		return false;
	if (dst->kind == EXPR_SELECTOR)
		return dst->selection && src->selection && dst->selection->kind == SELECT_FIELD && src->selection->kind == SELECT_FIELD &&
		       same(dst->x, src->x);
	if (dst->kind == EXPR_INDEX)
		return !dst->type_args.len && !may_change(dst->list.items[0]) && !may_change(src->list.items[0]) && same(dst->x, src->x);
	return false;
}
