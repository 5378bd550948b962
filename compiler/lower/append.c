/*
 * append.c - append: room is asked for only when there is none, the values are
 * stored in place.
 *
 * Where the new elements may be in the frame (STAYS_OBJECT) the first that an empty slice gets go to a *store* there,
 * an array of GOL_APPEND_STORE bytes; cap() shows it. A store serves once in a call of the function, so in a loop a
 * variable says whether it did. As in Go, each variable has one, at the first append to it in the source.
 *
 * Go goes to the heap in all later rounds of a loop. Where the slice's variable is new in each round, and nothing that
 * it grows by is needed longer (STAYS_IN_ROUND), it grows in *rooms* in the frame instead, by the capacities that Go
 * gives it: one for each, since the old arrays may still be looked at. They are free again where the variable is
 * declared.
 */
#include "state.h"
#include "../../runtime/include/gol/effects.h"

/* Elements of the store that this append may use; 0: none. */
static int64_t store_length(FuncState *f, Expr *call, Type *elem)
{
	int64_t size = type_size(f->c, elem);
	if (!(call->stays & STAYS_OBJECT) || size == 0 || size > GOL_APPEND_STORE)
		return 0;
	Expr *first = unparen(call->list.items[0]);
	if (first->kind == EXPR_NAME && first->object) {
		if (map_get(&f->stores, first->object))
			return 0;
		map_put(f->c->arena, &f->stores, first->object, call);
	}
	int64_t length = GOL_APPEND_STORE / size;
	return call->list.len - 1 <= length ? length : 0;
}

/* A variable that is false when the function starts. */
static IrExpr *flag_of_function(FuncState *f)
{
	IrExpr *flag = ir_var(f->c, ir_new_var(f->c, f->ir, VAR_LOCAL, "stored", basic(f, TYPE_BOOL), f->pos));
	IrStmtList all = {0};
	IrStmtList *saved = enter(f, &all);
	assign(f, flag, bool_const(f, false));
	leave(f, saved);
	for (int i = 0; i < f->ir->body.len; i++)
		vec_push(f->c->arena, &all, f->ir->body.items[i]);
	f->ir->body = all;
	return flag;
}

/* s, empty and without room, gets the store of `length` elements. */
static void take_store(FuncState *f, IrExpr *s, IrExpr *used, Type *elem, int64_t length)
{
	Compiler *c = f->c;
	require(length > 0 && length * type_size(c, elem) <= GOL_APPEND_STORE);
	if (used)
		assign(f, used, bool_const(f, true));
	IrExpr *store = allocate(f, types_canonical(c, array_of(c, elem, length)), true);
	IrExpr *data = ir_convert(c, ir_convert(c, store, word_type(f)), pointer_type(f, elem));
	assign(f, s, ir_make(c, s->type, 3, data, ir_int(c, 0), ir_int(c, length)));
}

/* The rooms of a slice of elem: struct { used uint64; room [n]unit } (gol_grow_slice_in). */
static Type *rooms_type(FuncState *f, Type *elem)
{
	Compiler *c = f->c;
	bool pointers = type_has_pointers(c, elem);
	int64_t unit = pointers ? type_size(c, elem) : 8, most = unit > 0 ? GOL_APPEND_STORE / unit : 0;
	if (most == 0 || type_size(c, elem) == 0 || type_size(c, elem) > GOL_APPEND_STORE)
		return NULL;
	Type *t = type_new(c, TYPE_STRUCT), *of = pointers ? elem : basic(f, TYPE_UINT64);
	add_field(f, t, intern_str(c, "used"), basic(f, TYPE_UINT64));
	add_field(f, t, intern_str(c, "room"), types_canonical(c, array_of(c, of, most * (most + 1) / 2)));
	return types_canonical(c, t);
}

void declare_rooms(FuncState *f, Object *o)
{
	Compiler *c = f->c;
	Type *elem = types_canonical(c, underlying(type_in(f, o->type))->elem), *type = rooms_type(f, elem);
	if (!type)
		return;
	IrVar *v = ir_new_var(c, f->ir, VAR_LOCAL, "rooms", type, o->pos);
	v->addr_taken = true;
	IrExpr *rooms = ir_var(c, v);
	if (type_has_pointers(c, elem))
		assign(f, rooms, ir_zero(c, type));
	else
		assign(f, ir_field(c, rooms, 0), ir_zero(c, basic(f, TYPE_UINT64)));
	map_put(c->arena, &f->rooms, o, rooms);
}

/* The address of the rooms that this append may use; NULL: none. */
static IrExpr *rooms_for(FuncState *f, Expr *call)
{
	Expr *first = unparen(call->list.items[0]);
	IrExpr *rooms = (call->stays & STAYS_IN_ROUND) && first->kind == EXPR_NAME ? map_get(&f->rooms, first->object) : NULL;
	return rooms ? ir_convert(f->c, ir_addr(f->c, rooms), word_type(f)) : NULL;
}

static void grow(FuncState *f, IrExpr *s, Type *elem, int added, Expr *call)
{
	IrExpr *rooms = rooms_for(f, call);
	if (rooms) {
		assign(f, s, ir_var(f->c, call_rt(f, RT_grow_slice_in, s->type, 4, ir_type(f->c, elem), s, ir_int(f->c, added),
		                                  rooms)));
		return;
	}
	assign(f, s, ir_var(f->c, call_rt(f, RT_grow_slice, s->type, 3, ir_type(f->c, elem), s, ir_int(f->c, added))));
}

/* More room for s, a temporary of which `old` elements are used. */
static void make_room(FuncState *f, IrExpr *s, IrExpr *old, int added, Expr *call, Type *elem)
{
	int64_t length = store_length(f, call, elem);
	if (length == 0) {
		grow(f, s, elem, added, call);
		return;
	}
	IrExpr *fits = compare(f, OP_EQ, old, ir_int(f->c, 0)),
		*used = call->stays & STAYS_REPEATED ? flag_of_function(f) : NULL;
	if (used)
		fits = ir_binary(f->c, OP_ANDAND, fits, not(f, used), basic(f, TYPE_BOOL));
	IrStmt *choice = emit_if(f, fits);
	IrStmtList *saved = enter(f, &choice->body);
	take_store(f, s, used, elem, length);
	leave(f, saved);
	saved = enter(f, &choice->else_body);
	grow(f, s, elem, added, call);
	leave(f, saved);
}

/* append(s, v...):
 *
 *     t = s; old = len(t); n = old + k; if (uint)n > (uint)cap(t) { t = more room for t }; t[old] = v ...
 *
 * The values are in temporaries before: one of them may be an element of s, and the room is new memory by then. What
 * is stored to lies beyond len(s), where nobody who has s looks, but others with the same array may. */
static IrExpr *append_values(FuncState *f, IrExpr *s, IrExprList *values, Type *type, Expr *call)
{
	require(values->len > 0 && s->type == type);
	Compiler *c = f->c;
	Type *integer = basic(f, TYPE_INT), *wide = basic(f, TYPE_UINT64),
		*elem = types_canonical(c, underlying(type)->elem);
	for (int i = 0; values->len > 1 && i < values->len; i++)
		if (values->items[i]->kind != IR_CONST && values->items[i]->kind != IR_ZERO)
			values->items[i] = to_temp(f, values->items[i]);
	if (values->len == 1)
		values->items[0] = atom(f, values->items[0]);
	s = to_temp(f, s);
	IrExpr *old = to_temp(f, len_of(f, s));
	IrExpr *new_len = to_temp(f, ir_binary(c, OP_ADD, old, ir_int(c, values->len), integer));
	IrExpr *full = compare(f, OP_GT, ir_convert(c, new_len, wide), ir_convert(c, ir_part(c, s, PART_CAP, integer),
	                                                                          wide));
	IrStmt *grow = emit_if(f, full);
	IrStmtList *saved = enter(f, &grow->body);
	make_room(f, s, old, values->len, call, elem);
	leave(f, saved);
	for (int i = 0; i < values->len; i++) {
		IrExpr *at = i ? ir_binary(c, OP_ADD, old, ir_int(c, i), integer) : old;
		assign(f, ir_elem(c, ptr_of(f, s), at, elem), values->items[i]);
	}
	return to_temp(f, ir_make(c, type, 3, ptr_of(f, s), new_len, ir_part(c, s, PART_CAP, integer)));
}

/* The length of make([]T, n), which need not be made to be appended; NULL for anything else. */
static Expr *appended_length(Expr *more)
{
	more = unparen(more);
	bool make = more->kind == EXPR_CALL && more->call_kind == CALL_BUILTIN && more->builtin == BUILTIN_MAKE;
	return make && more->list.len == 2 ? more->list.items[1] : NULL;
}

/* Calls and the like in the operands, in order; what is made to be appended is none of them. */
void hoist_append(FuncState *f, Expr *e)
{
	Expr *length = e->has_dots ? appended_length(e->list.items[1]) : NULL;
	if (!length) {
		hoist_list(f, &e->list);
		return;
	}
	ExprList operands = {0};
	vec_push(f->c->arena, &operands, e->list.items[0]);
	vec_push(f->c->arena, &operands, length);
	hoist_list(f, &operands);
}

static IrExpr *append_zeros(FuncState *f, IrExpr *s, Expr *length, Type *type)
{
	Type *integer = basic(f, TYPE_INT);
	IrExpr *n = length->mode == MODE_CONST ? constant_value(f, length->cval, integer) :
		ir_convert(f->c, value(f, length), integer);
	IrExpr *elem = ir_type(f->c, types_canonical(f->c, underlying(type)->elem));
	return ir_var(f->c, call_rt(f, RT_append_zeros, type, 3, elem, s, n));
}

static IrExpr *append_spread(FuncState *f, IrExpr *s, Expr *more_expr, Type *type)
{
	Compiler *c = f->c;
	if (unparen(more_expr)->mode == MODE_NIL)
		return to_temp(f, s);
	Expr *length = appended_length(more_expr);
	if (length)
		return append_zeros(f, s, length, type);
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
	return append_values(f, s, &values, type, e);
}
