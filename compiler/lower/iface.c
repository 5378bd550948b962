/*
 * iface.c - interface values: making them, taking them apart, type assertions.
 *
 * An interface is (type or itab, data word). Pointer-shaped values are the data word; all others
 * are boxed. The type of any interface value is compared by the address of its
 * descriptor; whether it implements an interface is asked of find_itab.
 *
 * What a data word points to is never written to: interfaces are copied by their two words, so the box is shared by all
 * copies. That is why a constant's box may be read-only data, one for all, and why the box of a variable is a copy.
 *
 * The pair is made and taken apart as one (IR_MAKE, PART_TYPE, PART_DATA). Nothing here stores one word of an interface
 * that has a place: the collector, or another goroutine, would see the type of one value with the data of another.
 *
 * find_itab searches a table of all pairs met, and answers at run time what the compiler cannot know: which types a
 * program has besides its own. It allocates, it does not freeze. Itabs of pairs known here are data (IR_ITAB).
 */
#include "state.h"

bool is_empty_interface(Type *t)
{
	return interface_methods(t->types->c, t).len == 0;
}

/* The type word: descriptor of the dynamic type, NULL for nil. */
IrExpr *type_word(FuncState *f, IrExpr *x)
{
	require(is_interface(x->type));
	return ir_part(f->c, x, PART_TYPE, word_type(f));
}

static IrExpr *data_part(FuncState *f, IrExpr *x)
{
	return ir_part(f->c, x, PART_DATA, word_type(f));
}

/* Equal constants in interfaces are one object, as in Go: panics tell a value that was raised again by its address. */
static IrStatic *boxed_constant(Lower *l, IrExpr *x)
{
	if (x->kind != IR_CONST)
		return new_static(l, x->type, x, true);
	const char *key = intern_str(l->c, arena_printf(l->c->arena, "%p %llx", (void *)x->type,
	                                                (unsigned long long)const_hash(x->cval)));
	IrStatic *known = map_get(&l->boxed, key);
	if (known && const_equal(known->value->cval, x->cval))
		return known;
	known = new_static(l, x->type, x, true);
	map_put(l->c->arena, &l->boxed, key, known);
	return known;
}

/* A concrete value as the data word of an interface. */
IrExpr *data_word(FuncState *f, IrExpr *x, bool in_frame)
{
	Compiler *c = f->c;
	require(!is_interface(x->type));        /* an interface in an interface: no descriptor says what it holds */
	if (is_pointer_shaped(x->type))
		return ir_part(c, x, PART_WORD, word_type(f));
	if (x->kind == IR_CONST || x->kind == IR_ZERO) {
		IrExpr *place = ir_expr(c, IR_STATIC, x->type);
		place->data = boxed_constant(f->l, x);
		return ir_convert(c, ir_addr(c, place), word_type(f));
	}
	if (in_frame) {
		IrExpr *p = allocate(f, x->type, true);
		assign(f, ir_deref(c, p, x->type), x);
		return ir_convert(c, p, word_type(f));
	}
	return to_temp(f, ir_rt(c, RT_box, word_type(f), 2, ir_type(c, x->type), brief_address(f, x)));
}

IrExpr *from_data_word(FuncState *f, IrExpr *word, Type *type)
{
	require(!is_interface(type));
	if (is_pointer_shaped(type))
		return ir_part(f->c, word, PART_UNWORD, type);
	return ir_deref(f->c, ir_convert(f->c, word, pointer_type(f, type)), type);
}

/* The itab for interface `iface` of a dynamic type, in a temporary: NULL if it has none. */
static IrVar *find_itab(FuncState *f, Type *iface, IrExpr *type)
{
	IrExpr *e = ir_rt(f->c, RT_find_itab, word_type(f), 2, ir_type(f->c, iface), type);
	return to_temp(f, e)->var;
}

static bool same_methods(Type *a, Type *b)
{
	return types_canonical(a->types->c, underlying(a)) == types_canonical(a->types->c, underlying(b))
		|| (is_empty_interface(a) && is_empty_interface(b));
}

/* The interface of the concrete value that lies at place, where it stays as it is. */
IrExpr *interface_of_place(FuncState *f, IrExpr *place, Type *iface)
{
	Compiler *c = f->c;
	require(ir_is_place(place) && !is_pointer_shaped(place->type));
	IrExpr *type = is_empty_interface(iface) ? ir_type(c, place->type) : ir_itab(c, iface, place->type);
	return ir_make(c, iface, 2, type, ir_convert(c, ir_addr(c, place), word_type(f)));
}

/* in_frame: the box of a concrete value may live in the frame. */
IrExpr *to_interface(FuncState *f, IrExpr *x, Type *iface, bool in_frame)
{
	Compiler *c = f->c;
	require(is_interface(iface));
	bool empty = is_empty_interface(iface);
	if (!is_interface(x->type)) {
		IrExpr *word = data_word(f, x, in_frame);
		return ir_make(c, iface, 2, empty ? ir_type(c, x->type) : ir_itab(c, iface, x->type), word);
	}
	if (same_methods(x->type, iface))
		return ir_convert(c, x, iface);
	x = atom(f, x);
	if (empty)
		return ir_make(c, iface, 2, type_word(f, x), data_part(f, x));
	return ir_make(c, iface, 2, ir_var(c, find_itab(f, iface, type_word(f, x))), data_part(f, x));
}

/* ---- assertions ------------------------------------------------------------------ */

/* Does the dynamic type match? For interfaces with methods *itab gets the table. */
IrExpr *type_matches(FuncState *f, IrExpr *type, Type *target, IrVar **itab)
{
	Compiler *c = f->c;
	*itab = NULL;
	IrExpr *null = ir_zero(c, word_type(f));
	if (!is_interface(target))
		return compare(f, OP_EQ, type, ir_type(c, target));
	if (is_empty_interface(target))
		return compare(f, OP_NE, type, null);
	*itab = find_itab(f, target, type);
	return compare(f, OP_NE, ir_var(c, *itab), null);
}

/* x, known to match, as a value of target. */
IrExpr *interface_value_as(FuncState *f, IrExpr *x, Type *target, IrExpr *itab)
{
	if (!is_interface(target))
		return from_data_word(f, data_part(f, x), target);
	return ir_make(f->c, target, 2, itab ? itab : type_word(f, x), data_part(f, x));
}

/* x.(target), in a temporary. ok NULL: panics when it does not hold. */
IrExpr *assertion(FuncState *f, IrExpr *x, Type *target, IrExpr **ok)
{
	Compiler *c = f->c;
	IrVar *itab;
	x = atom(f, x);
	IrExpr *type = atom(f, type_word(f, x));
	if (x->kind == IR_VAR && !is_empty_interface(x->type))
		type = to_temp(f, type);
	IrExpr *good = type_matches(f, type, target, &itab);
	if (!ok) {
		panic_if(f, not(f, good), RT_panic_assert, 3, ir_type(c, x->type), type, ir_type(c, target));
		return to_temp(f, interface_value_as(f, x, target, itab ? ir_var(c, itab) : NULL));
	}
	good = atom(f, good);
	IrExpr *result = to_temp(f, ir_zero(c, target));
	IrStmt *s = emit_if(f, good);
	IrStmtList *saved = enter(f, &s->body);
	assign(f, result, interface_value_as(f, x, target, itab ? ir_var(c, itab) : NULL));
	leave(f, saved);
	*ok = good;
	return result;
}

/* x.(T) as a value. One that the inliner made holds if x is not nil, and stands for a call of a method of x. */
IrExpr *asserted_value(FuncState *f, Expr *e)
{
	IrExpr *x = value(f, e->x);
	Type *target = type_in(f, e->type_expr->type);
	if (!e->implicit)
		return assertion(f, x, target, NULL);
	x = atom(f, x);
	panic_if(f, is_nil(f, x), RT_panic_nil, 0);
	return to_temp(f, interface_value_as(f, x, target, NULL));
}
