/*
 * compare.c - == and < of every type.
 *
 * Scalars compare in C. Strings compare lengths first, then bytes in the runtime.
 * Structs and arrays of a few scalars and strings are compared field by field in place; all others, and
 * whatever holds interfaces (whose comparison may panic), by the runtime following the descriptor.
 *
 * Never memcmp: padding has any value, blank fields are not compared, 0 == -0, NaN != NaN. The runtime's table of kinds
 * says which types may be compared as bytes (lang/alg.c).
 *
 * == of maps, slices and functions is with nil only; the checker has seen to that.
 */
#include "state.h"

enum { INLINE_FIELDS = 4 };

static bool is_simple(Type *t)
{
	TypeKind k = underlying(t)->kind;
	return (k >= TYPE_BOOL && k <= TYPE_UNSAFE_POINTER) || k == TYPE_POINTER || k == TYPE_CHAN;
}

/* Structs and arrays that are compared part by part in place. */
static bool is_inline(Type *t)
{
	Type *u = underlying(t);
	if (is_simple(u))
		return true;
	if (u->kind == TYPE_ARRAY)
		return u->length <= INLINE_FIELDS && is_simple(u->elem);
	if (u->kind != TYPE_STRUCT || u->fields.len > INLINE_FIELDS)
		return false;
	for (int i = 0; i < u->fields.len; i++)
		if (!is_simple(u->fields.items[i]->type))
			return false;
	return true;
}

static IrExpr *both(FuncState *f, IrExpr *a, IrExpr *b)
{
	return !a ? b : ir_binary(f->c, OP_ANDAND, a, b, basic(f, TYPE_BOOL));
}

static IrExpr *strings_equal(FuncState *f, IrExpr *x, IrExpr *y)
{
	Compiler *c = f->c;
	Type *string = basic(f, TYPE_STRING);
	int64_t n;
	x = atom(f, x);
	y = atom(f, y);
	IrExpr *lengths = compare(f, OP_EQ, len_of(f, x), len_of(f, y));
	if ((const_as_int(len_of(f, y), &n) && n == 0) || (const_as_int(len_of(f, x), &n) && n == 0))
		return lengths;
	return both(f, lengths, ir_rt(c, RT_string_equal, basic(f, TYPE_BOOL), 2, ir_convert(c, x, string),
	                              ir_convert(c, y, string)));
}

static IrExpr *parts_equal(FuncState *f, IrExpr *x, IrExpr *y)
{
	Type *u = underlying(x->type);
	IrExpr *r = NULL;
	if (u->kind == TYPE_ARRAY)
		for (int i = 0; i < u->length; i++)
			r = both(f, r, equal(f, ir_index(f->c, x, ir_int(f->c, i)), ir_index(f->c, y, ir_int(f->c, i))));
	else
		for (int i = 0; i < u->fields.len; i++)
			if (u->fields.items[i]->name[0] != '_' || u->fields.items[i]->name[1])
				r = both(f, r, equal(f, ir_field(f->c, x, i), ir_field(f->c, y, i)));
	return r ? r : bool_const(f, true);
}

/* x == y, both of one type. */
IrExpr *equal(FuncState *f, IrExpr *x, IrExpr *y)
{
	require(x->type == y->type || x->kind == IR_ZERO || y->kind == IR_ZERO);
	Compiler *c = f->c;
	Type *u = underlying(x->type), *boolean = basic(f, TYPE_BOOL);
	if (u->kind == TYPE_STRING)
		return strings_equal(f, x, y);
	if (is_simple(u))
		return compare(f, OP_EQ, x, y);
	if (u->kind == TYPE_INTERFACE) {
		if (x->kind == IR_ZERO || y->kind == IR_ZERO)
			return is_nil(f, x->kind == IR_ZERO ? y : x);
		RtFunc rt = is_empty_interface(x->type) ? RT_eface_equal : RT_iface_equal;
		return ir_var(c, call_rt(f, rt, boolean, 2, x, y));
	}
	if (u->kind == TYPE_FUNC || u->kind == TYPE_MAP || u->kind == TYPE_SLICE)
		return is_nil(f, x->kind == IR_ZERO ? y : x);
	if (is_inline(u)) {
		if (!ir_is_place(x))
			x = to_temp(f, x);
		if (!ir_is_place(y))
			y = to_temp(f, y);
		return parts_equal(f, x, y);
	}
	return ir_var(c, call_rt(f, RT_value_equal, boolean, 3, ir_type(c, x->type), brief_address(f, x),
	                         brief_address(f, y)));
}

/* Interface x against concrete y: types equal, then values. The value may be looked at only where the types agree: the
 * data word of another type is no pointer to such a value. Where comparing needs statements they go inside the test. */
IrExpr *equal_mixed(FuncState *f, IrExpr *x, IrExpr *y)
{
	require(is_interface(x->type) && !is_interface(y->type));
	Compiler *c = f->c;
	x = atom(f, x);
	y = atom(f, y);
	IrExpr *same_type = compare(f, OP_EQ, type_word(f, x), ir_type(c, y->type));
	IrStmtList list = {0};
	IrStmtList *saved = enter(f, &list);
	IrExpr *held = from_data_word(f, ir_part(c, x, PART_DATA, word_type(f)), y->type);
	if (!is_inline(y->type) || underlying(y->type)->kind == TYPE_STRING)
		held = to_temp(f, held);
	IrExpr *same = equal(f, held, y);
	leave(f, saved);
	if (list.len == 0)
		return both(f, same_type, same);
	IrExpr *result = to_temp(f, bool_const(f, false));
	IrStmt *s = emit_if(f, same_type);
	s->body = list;
	saved = enter(f, &s->body);
	assign(f, result, same);
	leave(f, saved);
	return result;
}

static IrExpr *any_equal(FuncState *f, IrExpr *x, IrExpr *y)
{
	bool xi = is_interface(x->type), yi = is_interface(y->type);
	if (xi != yi)
		return xi ? equal_mixed(f, x, y) : equal_mixed(f, y, x);
	if (xi && x->type != y->type) {
		Type *any = types_canonical(f->c, f->c->types->empty_interface);
		return equal(f, to_interface(f, x, any, false), to_interface(f, y, any, false));
	}
	return equal(f, x, ir_convert(f->c, y, x->type));
}

/* x op y, op a comparison. Bool result of the predeclared type. */
IrExpr *comparison(FuncState *f, Op op, IrExpr *x, IrExpr *y)
{
	Compiler *c = f->c;
	if (op == OP_EQ || op == OP_NE) {
		if (x->type == y->type && is_simple(x->type) && !is_string(x->type))
			return compare(f, op, x, y);
		IrExpr *r = any_equal(f, x, y);
		return op == OP_EQ ? r : not(f, r);
	}
	if (is_string(x->type)) {
		Type *string = basic(f, TYPE_STRING);
		IrExpr *order = ir_rt(c, RT_string_compare, basic(f, TYPE_INT), 2, ir_convert(c, x, string),
		                      ir_convert(c, y, string));
		return compare(f, op, order, ir_int(c, 0));
	}
	return compare(f, op, x, ir_convert(c, y, x->type));
}
