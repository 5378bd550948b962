/*
 * self.c - assignments that store in an object what can be reached from it already,
 * such as b.buf = b.buf[1:n] and p.next = p.prev. They let nothing new be reached, so they are no flow. And x =
 * append(x, ...).
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
	if (x->kind == EXPR_SELECTOR && (!x->selection || x->selection->kind != SELECT_FIELD ||
	                                 x->selection->path.len != 1))
		return NULL;
	if (x->kind != EXPR_SELECTOR && x->kind != EXPR_STAR)
		return NULL;
	Expr *base = unparen(x->x);
	if (base->kind != EXPR_NAME || !base->object || base->object->kind != OBJECT_VAR ||
	    underlying(base->type)->kind != TYPE_POINTER)
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
		return dst->selection && src->selection && dst->selection->kind == SELECT_FIELD &&
			src->selection->kind == SELECT_FIELD &&
		       same(dst->x, src->x);
	if (dst->kind == EXPR_INDEX)
		return !dst->type_args.len && !may_change(dst->list.items[0]) && !may_change(src->list.items[0]) &&
			same(dst->x, src->x);
	return false;
}

/* ---- x = append(x, ...) ------------------------------------------------------------------ */

enum { REGISTER_BYTES = 32, REGISTER_FIELDS = 4 };      /* what Go's compiler takes apart at most */

/* A variable of which nobody has the address, or a field of a small one? */
static bool fits_registers(Escape *e, Expr *x)
{
	x = unparen(x);
	if (x->kind == EXPR_NAME)
		return x->object && x->object->kind == OBJECT_VAR && !x->object->is_package_level && !x->object->addr_taken;
	Type *t = x->kind == EXPR_SELECTOR && x->selection && x->selection->kind == SELECT_FIELD ? value_type(x->x) : NULL;
	if (!t || has_type_params(t) || underlying(t)->kind != TYPE_STRUCT || x->selection->path.len != 1)
		return false;
	t = types_canonical(e->c, t);
	return type_size(e->c, t) <= REGISTER_BYTES && underlying(t)->fields.len <= REGISTER_FIELDS &&
		fits_registers(e, x->x);
}

/* Go grows the slice where it is kept; only one that is in registers gets a new one, whose elements may be in the
 * frame. */
bool grows_in_place(Escape *e, Expr *dst, Expr *src)
{
	src = unparen(src);
	return src->kind == EXPR_CALL && src->call_kind == CALL_BUILTIN && src->builtin == BUILTIN_APPEND &&
		same(dst, src->list.items[0]) &&
	       !fits_registers(e, dst);
}
