/*
 * append.c - append: room is asked for only when there is none, the values are
 * stored in place.
 */
#include "state.h"

static IrExpr *append_values(FuncState *f, IrExpr *s, IrExprList *values, Type *type)
{
	Compiler *c = f->c;
	Type *integer = basic(f, TYPE_INT), *wide = basic(f, TYPE_UINT64), *elem = types_canonical(c, underlying(type)->elem);
	for (int i = 0; values->len > 1 && i < values->len; i++)
		if (values->items[i]->kind != IR_CONST && values->items[i]->kind != IR_ZERO)
			values->items[i] = to_temp(f, values->items[i]);
	if (values->len == 1)
		values->items[0] = atom(f, values->items[0]);
	s = to_temp(f, s);
	IrExpr *old = to_temp(f, len_of(f, s));
	IrExpr *new_len = to_temp(f, ir_binary(c, OP_ADD, old, ir_int(c, values->len), integer));
	IrExpr *full = compare(f, OP_GT, ir_convert(c, new_len, wide), ir_convert(c, ir_part(c, s, PART_CAP, integer), wide));
	IrStmt *grow = emit_if(f, full);
	IrStmtList *saved = enter(f, &grow->body);
	IrVar *grown = call_rt(f, RT_grow_slice, type, 3, ir_type(c, elem), s, ir_int(c, values->len));
	assign(f, s, ir_var(c, grown));
	leave(f, saved);
	for (int i = 0; i < values->len; i++) {
		IrExpr *at = i ? ir_binary(c, OP_ADD, old, ir_int(c, i), integer) : old;
		assign(f, ir_elem(c, ptr_of(f, s), at, elem), values->items[i]);
	}
	return to_temp(f, ir_make(c, type, 3, ptr_of(f, s), new_len, ir_part(c, s, PART_CAP, integer)));
}

static IrExpr *append_spread(FuncState *f, IrExpr *s, Expr *more_expr, Type *type)
{
	Compiler *c = f->c;
	if (unparen(more_expr)->mode == MODE_NIL)
		return to_temp(f, s);
	IrExpr *more = value(f, more_expr);
	if (is_string(more->type))
		return ir_var(c, call_rt(f, RT_append_string, type, 2, s, ir_convert(c, more, basic(f, TYPE_STRING))));
	IrExpr *elem = ir_type(c, types_canonical(c, underlying(type)->elem));
	return ir_var(c, call_rt(f, RT_append_slice, type, 3, elem, s, more));
}

/* Operands were hoisted. The result is a temporary. */
IrExpr *append_value(FuncState *f, Expr *e)
{
	Type *type = type_in(f, e->type), *elem = types_canonical(f->c, underlying(type)->elem);
	IrExpr *s = value_as(f, e->list.items[0], type);
	if (e->list.len == 1)
		return to_temp(f, s);
	if (e->has_dots)
		return append_spread(f, s, e->list.items[1], type);
	IrExprList values = {0};
	for (int i = 1; i < e->list.len; i++)
		vec_push(f->c->arena, &values, value_as(f, e->list.items[i], elem));
	return append_values(f, s, &values, type);
}
