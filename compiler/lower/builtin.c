/*
 * builtin.c - builtin functions, but for append (append.c) and print (print.c).
 *
 * Those that allocate or depend on the moment are hoisted like calls (state.h); the others are expressions, read where
 * they stand. len and cap of arrays are numbers here even where Go calls them values, as of len(f()): the operand has
 * been evaluated for what it does, its value is not looked at. So an IR_CONST is not always a constant of the program
 * (checked_index).
 *
 * What may live in the frame (STAYS_OBJECT) was decided by escape analysis on the syntax: that a capacity is constant
 * is asked of the expression (MODE_CONST), never of what it was lowered to.
 *
 * Rejected: calls of the runtime for min and max of floats (the four cases of NaN and zeros are two comparisons and an
 * addition, which C compilers keep in registers).
 */
#include "state.h"

/* Those whose result depends on the moment: evaluated in order, as calls are. */
bool builtin_is_hoisted(Expr *e)
{
	switch (e->builtin) {
	case BUILTIN_APPEND:
	case BUILTIN_COPY:
	case BUILTIN_MAKE:
	case BUILTIN_MAX:
	case BUILTIN_MIN:
	case BUILTIN_NEW:
	case BUILTIN_RECOVER:
		return true;
	default:
		return false;
	}
}

static IrExpr *argument(FuncState *f, Expr *e, int i)
{
	return value(f, e->list.items[i]);
}

/* ---- len, cap ---------------------------------------------------------------------- */

static IrExpr *length(FuncState *f, Expr *e, bool capacity)
{
	Compiler *c = f->c;
	Type *integer = basic(f, TYPE_INT);
	IrExpr *x = argument(f, e, 0);
	Type *u = underlying(x->type);
	switch (u->kind) {
	case TYPE_POINTER:
		return ir_int(c, underlying(u->elem)->length);
	case TYPE_ARRAY:
		return ir_int(c, u->length);
	case TYPE_MAP:
		return ir_rt(c, RT_map_len, integer, 1, x);
	case TYPE_CHAN:
		return ir_rt(c, capacity ? RT_chan_cap : RT_chan_len, integer, 1, x);
	case TYPE_SLICE:
		return capacity ? ir_part(c, x, PART_CAP, integer) : len_of(f, x);
	default:
		return len_of(f, x);
	}
}

/* ---- make, new, copy ------------------------------------------------------------------ */

/* An int argument: constants may be of any numeric kind. */
static IrExpr *int_argument(FuncState *f, Expr *e, int i)
{
	Expr *arg = e->list.items[i];
	Type *integer = basic(f, TYPE_INT);
	if (arg->mode == MODE_CONST)
		return constant_value(f, arg->cval, integer);
	return atom(f, ir_convert(f->c, value(f, arg), integer));
}

/* make of constant capacity in the frame. */
static IrExpr *slice_in_frame(FuncState *f, Type *type, IrExpr *n, IrExpr *cap)
{
	Compiler *c = f->c;
	Type *elem = types_canonical(c, underlying(type)->elem), *wide = basic(f, TYPE_UINT64);
	int64_t most = -1;
	require(const_as_int(cap, &most) && most >= 0);
	if (n->kind != IR_CONST) {
		IrStmt *s = emit_if(f, compare(f, OP_GT, ir_convert(c, n, wide), ir_convert(c, cap, wide)));
		IrStmtList *saved = enter(f, &s->body);
		call_rt(f, RT_make_slice, type, 3, ir_type(c, elem), n, cap);      /* panics */
		leave(f, saved);
	}
	IrExpr *p = allocate(f, types_canonical(c, array_of(c, elem, most)), true);
	return to_temp(f, ir_make(c, type, 3, ir_convert(c, ir_convert(c, p, word_type(f)), pointer_type(f, elem)), n,
	                          cap));
}

/* make([]T, n) that stays in the frame: there if it is as small as Go's limit, else in the heap. */
static IrExpr *small_slice(FuncState *f, Type *type, IrExpr *n)
{
	Compiler *c = f->c;
	Type *elem = types_canonical(c, underlying(type)->elem), *wide = basic(f, TYPE_UINT64);
	require(type_size(c, elem) > 0 && type_size(c, elem) <= SMALL_MAKE);        /* escape/call.c lets no others stay */
	int64_t most = SMALL_MAKE / type_size(c, elem);
	IrExpr *p = allocate(f, types_canonical(c, array_of(c, elem, most)), true);
	IrExpr *made = ir_var(c, temp_var(f, type));
	IrStmt *s = emit_if(f, compare(f, OP_LE, ir_convert(c, n, wide), ir_convert(c, ir_int(c, most), wide)));
	IrStmtList *saved = enter(f, &s->body);
	assign(f, made, ir_make(c, type, 3, ir_convert(c, ir_convert(c, p, word_type(f)), pointer_type(f, elem)), n, n));
	leave(f, saved);
	saved = enter(f, &s->else_body);
	assign(f, made, ir_var(c, call_rt(f, RT_make_slice, type, 3, ir_type(c, elem), n, n)));
	leave(f, saved);
	return made;
}

/* in_frame: hint is a constant of at most MAP_SLOTS. */
IrExpr *new_map(FuncState *f, Type *type, IrExpr *hint, bool in_frame)
{
	Compiler *c = f->c;
	Type *place = in_frame ? map_frame_type(c, type) : NULL;
	if (!place)
		return to_temp(f, ir_rt(c, RT_make_map, type, 2, ir_type(c, type), hint));
	IrExpr *at = ir_convert(c, allocate(f, place, true), word_type(f));
	return to_temp(f, ir_rt(c, RT_make_map_at, type, 3, ir_type(c, type), at, ir_int(c, type_size(c, place))));
}

static IrExpr *make_value(FuncState *f, Expr *e)
{
	Compiler *c = f->c;
	Type *type = type_in(f, e->type), *u = underlying(type);
	IrExpr *n = e->list.len > 1 ? int_argument(f, e, 1) : ir_int(c, 0);
	if (u->kind == TYPE_MAP)
		return new_map(f, type, n, e->stays & STAYS_OBJECT);
	if (u->kind == TYPE_CHAN)
		return ir_var(c, call_rt(f, RT_make_chan, type, 2, ir_type(c, type), n));
	IrExpr *cap = e->list.len > 2 ? int_argument(f, e, 2) : n;
	/* not by cap->kind: T(n) of a type parameter is a constant here, but escape analysis saw a value of any size */
	if ((e->stays & STAYS_OBJECT) && vec_last(&e->list)->mode == MODE_CONST)
		return slice_in_frame(f, type, n, cap);
	if ((e->stays & STAYS_OBJECT) && cap == n)
		return small_slice(f, type, n);
	return ir_var(c, call_rt(f, RT_make_slice, type, 3, ir_type(c, types_canonical(c, u->elem)), n, cap));
}

static IrExpr *new_value(FuncState *f, Expr *e)
{
	Compiler *c = f->c;
	Expr *arg = e->list.items[0];
	Type *pointer = type_in(f, e->type), *elem = types_canonical(c, underlying(pointer)->elem);
	IrExpr *v = arg->mode == MODE_TYPE ? NULL : atom(f, value_as(f, arg, elem));
	IrExpr *p = ir_convert(c, allocate(f, elem, e->stays & STAYS_OBJECT), pointer);
	if (v)
		assign(f, ir_deref(c, p, elem), v);
	return p;
}

static IrExpr *copy_value(FuncState *f, Expr *e, bool wanted)
{
	IrExpr *to = argument(f, e, 0), *from = argument(f, e, 1);
	Type *integer = wanted ? basic(f, TYPE_INT) : NULL, *string = basic(f, TYPE_STRING);
	IrVar *n;
	if (is_string(from->type))
		n = call_rt(f, RT_copy_string, integer, 2, to, ir_convert(f->c, from, string));
	else
		n = call_rt(f, RT_copy_slice, integer, 3, ir_type(f->c, types_canonical(f->c, underlying(to->type)->elem)), to,
		            from);
	return n ? ir_var(f->c, n) : NULL;
}

/* ---- min, max ---------------------------------------------------------------------------- */

static IrExpr *choose(FuncState *f, IrExpr *cond, IrExpr *yes, IrExpr *no)
{
	IrExpr *e = ir_expr(f->c, IR_CONDITION, yes->type);
	e->x = cond;
	e->y = yes;
	vec_push(f->c->arena, &e->args, no);
	return e;
}

/* Equal floats: zeros of different sign matter. NaN wins over all: where neither is above, below or equal to the other
 * one of them is NaN, and so is the sum. max(0, -0) is 0, which the sum gives; min is -0, the sum of both turned
 * over. */
static IrExpr *float_extreme(FuncState *f, bool max, IrExpr *x, IrExpr *y)
{
	Compiler *c = f->c;
	Type *t = x->type;
	IrExpr *zero = constant_value(f, const_int(c, 0), t);
	IrExpr *sum = ir_binary(c, OP_ADD, x, y, t);
	IrExpr *minus = ir_unary(c, OP_SUB, ir_binary(c, OP_SUB, ir_unary(c, OP_SUB, x, t), y, t), t);
	IrExpr *equal_case = choose(f, compare(f, OP_EQ, x, zero), max ? sum : minus, x);
	IrExpr *rest = choose(f, compare(f, OP_EQ, x, y), equal_case, sum);
	Op before = max ? OP_GT : OP_LT;
	return choose(f, compare(f, before, x, y), x, choose(f, compare(f, before, y, x), y, rest));
}

IrExpr *min_max(FuncState *f, bool max, IrExprList *values, Type *type)
{
	require(values->len > 0);
	IrExpr *r = atom(f, values->items[0]);
	for (int i = 1; i < values->len; i++) {
		IrExpr *y = atom(f, values->items[i]);
		if (is_float(type))
			r = to_temp(f, float_extreme(f, max, r, y));
		else
			r = to_temp(f, choose(f, comparison(f, max ? OP_GT : OP_LT, y, r), y, r));
	}
	return r;
}

static IrExpr *min_max_value(FuncState *f, Expr *e)
{
	IrExprList values = {0};
	Type *type = type_in(f, e->type);
	for (int i = 0; i < e->list.len; i++)
		vec_push(f->c->arena, &values, value_as(f, e->list.items[i], type));
	IrExpr *r = min_max(f, e->builtin == BUILTIN_MAX, &values, type);
	return r->kind == IR_VAR && r->var->kind == VAR_TEMP ? r : to_temp(f, r);
}

/* ---- complex numbers ------------------------------------------------------------------------ */

static IrExpr *complex_value(FuncState *f, Expr *e)
{
	Type *type = type_in(f, e->type);
	Type *part = basic(f, underlying(type)->kind == TYPE_COMPLEX64 ? TYPE_FLOAT32 : TYPE_FLOAT64);
	IrExpr *re = value_as(f, e->list.items[0], part), *im = value_as(f, e->list.items[1], part);
	return ir_make(f->c, type, 2, re, im);
}

static IrExpr *complex_part(FuncState *f, Expr *e, IrPart part)
{
	IrExpr *x = argument(f, e, 0);
	Type *float_type = basic(f, underlying(x->type)->kind == TYPE_COMPLEX64 ? TYPE_FLOAT32 : TYPE_FLOAT64);
	return ir_convert(f->c, ir_part(f->c, x, part, float_type), type_in(f, e->type));
}

/* ---- unsafe ------------------------------------------------------------------------------------ */

static IrExpr *unsafe_add(FuncState *f, Expr *e)
{
	Compiler *c = f->c;
	Type *word = basic(f, TYPE_UINTPTR);
	IrExpr *p = argument(f, e, 0), *n = ir_convert(c, int_argument(f, e, 1), word);
	return ir_convert(c, ir_binary(c, OP_ADD, ir_convert(c, p, word), n, word), type_in(f, e->type));
}

/* The memory of n elements at p ends within the address space. A nil p panics for that first. */
static void check_slice_end(FuncState *f, Type *slice, IrExpr *p, IrExpr *n)
{
	Compiler *c = f->c;
	Type *word = basic(f, TYPE_UINTPTR);
	uint64_t size = (uint64_t)type_size(c, underlying(slice)->elem);
	if (size == 0)
		return;
	if (size > 1)
		panic_if(f, compare(f, OP_GT, n, ir_int(c, (int64_t)(UINT64_MAX / size))), RT_panic_unsafe_slice_len, 0);
	IrExpr *bytes = ir_binary(c, OP_MUL, ir_convert(c, n, word), ir_convert(c, ir_int(c, (int64_t)size), word), word);
	IrExpr *room = ir_binary(c, OP_SUB, ir_convert(c, ir_int(c, 0), word), ir_convert(c, p, word), word);
	IrExpr *beyond = ir_binary(c, OP_ANDAND, compare(f, OP_GT, bytes, room),
	                           ir_unary(c, OP_NOT, is_nil(f, p), basic(f, TYPE_BOOL)), basic(f, TYPE_BOOL));
	panic_if(f, beyond, RT_panic_unsafe_slice_len, 0);
}

/* unsafe.Slice, unsafe.String */
static IrExpr *unsafe_make(FuncState *f, Expr *e, bool is_slice)
{
	Compiler *c = f->c;
	Type *type = type_in(f, e->type);
	IrExpr *p = atom(f, argument(f, e, 0)), *n = int_argument(f, e, 1);
	IrExpr *zero = ir_int(c, 0);
	panic_if(f, compare(f, OP_LT, n, zero), is_slice ? RT_panic_unsafe_slice_len : RT_panic_unsafe_string_len, 0);
	if (is_slice)
		check_slice_end(f, type, p, n);
	IrExpr *nil_but_long = ir_binary(c, OP_ANDAND, is_nil(f, p), compare(f, OP_NE, n, zero), basic(f, TYPE_BOOL));
	panic_if(f, nil_but_long, is_slice ? RT_panic_unsafe_slice_nil : RT_panic_unsafe_string_nil, 0);
	int64_t size = is_slice ? type_size(c, types_canonical(c, underlying(type)->elem)) : 1;
	if (size) {     /* the end must not lie beyond the address space: n * size <= -p */
		Type *word = basic(f, TYPE_UINTPTR);
		IrExpr *room = ir_unary(c, OP_SUB, ir_convert(c, p, word), word);
		if (size > 1)
			room = ir_binary(c, OP_DIV, room, int_const(f, size, word), word);
		panic_if(f, compare(f, OP_GT, ir_convert(c, n, word), room), is_slice ? RT_panic_unsafe_slice_len :
		         RT_panic_unsafe_string_len, 0);
	}
	if (is_slice)
		return ir_make(c, type, 3, p, n, n);
	return ir_make(c, type, 2, p, n);
}

static int64_t offset_of(FuncState *f, Expr *e)
{
	Expr *field = unparen(e->list.items[0]);
	Type *t = type_in(f, field->x->type);
	int64_t offset = 0;
	for (int i = 0; i < field->selection->path.len; i++) {
		int at = field->selection->path.items[i];
		if (underlying(t)->kind == TYPE_POINTER)
			t = types_canonical(f->c, underlying(t)->elem);
		offset += field_offset(f->c, underlying(t), at);
		t = struct_field_type(f, t, at);
	}
	return offset;
}

static IrExpr *unsafe_value(FuncState *f, Expr *e)
{
	Compiler *c = f->c;
	Type *word = type_in(f, e->type);
	switch (e->builtin) {
	case BUILTIN_UNSAFE_ADD:
		return unsafe_add(f, e);
	case BUILTIN_UNSAFE_SLICE:
		return unsafe_make(f, e, true);
	case BUILTIN_UNSAFE_STRING:
		return unsafe_make(f, e, false);
	case BUILTIN_UNSAFE_SLICE_DATA:
	case BUILTIN_UNSAFE_STRING_DATA:
		return ir_convert(c, ptr_of(f, stable(f, argument(f, e, 0))), word);
	case BUILTIN_UNSAFE_SIZEOF:
		return int_const(f, type_size(c, type_in(f, e->list.items[0]->type)), word);
	case BUILTIN_UNSAFE_ALIGNOF:
		return int_const(f, type_align(c, type_in(f, e->list.items[0]->type)), word);
	default:
		return int_const(f, offset_of(f, e), word);
	}
}

/* ---- values and statements ----------------------------------------------------------------------- */

/* Mostly there is no panic: then it costs a comparison. */
static IrExpr *recover_value(FuncState *f, Expr *e)
{
	Type *any = type_in(f, e->type);
	if (!f->recover_place)
		return ir_zero(f->c, any);
	IrExpr *r = to_temp(f, ir_zero(f->c, any));
	IrStmtList *saved = enter(f, &emit_if(f, not(f, is_nil(f, f->recover_place)))->body);
	assign(f, r, ir_var(f->c, call_rt(f, RT_recover, any, 1, f->recover_place)));
	leave(f, saved);
	return r;
}

/* f(g()) with g of several results: a copy of the call with an expression for each, bound to its temporary. */
Expr *spread_arguments(FuncState *f, Expr *e)
{
	Expr *only = e->list.len == 1 ? unparen(e->list.items[0]) : NULL;
	if (!only || only->mode == MODE_TYPE || !only->type || only->type->kind != TYPE_TUPLE)
		return e;
	IrVarList *known = map_get(&f->tuples, only);
	IrVarList r = known ? *known : call_results(f, only);
	Expr *copy = NEW(f->c->arena, Expr);
	*copy = *e;
	copy->list = (ExprList){0};
	for (int i = 0; i < r.len; i++) {
		Expr *x = NEW(f->c->arena, Expr);
		x->kind = EXPR_NAME;
		x->pos = x->start = only->pos;
		x->mode = MODE_VALUE;
		x->type = only->type->fields.items[i]->type;
		map_put(f->c->arena, &f->hoisted, x, ir_var(f->c, r.items[i]));
		vec_push(f->c->arena, &copy->list, x);
	}
	return copy;
}

IrExpr *builtin_value(FuncState *f, Expr *e)
{
	e = spread_arguments(f, e);
	if (e->builtin == BUILTIN_APPEND)
		hoist_append(f, e);
	else
		hoist_list(f, &e->list);
	f->pos = e->pos;
	switch (e->builtin) {
	case BUILTIN_APPEND:
		return append_value(f, e);
	case BUILTIN_CAP:
	case BUILTIN_LEN:
		return length(f, e, e->builtin == BUILTIN_CAP);
	case BUILTIN_COMPLEX:
		return complex_value(f, e);
	case BUILTIN_REAL:
	case BUILTIN_IMAG:
		return complex_part(f, e, e->builtin == BUILTIN_REAL ? PART_RE : PART_IM);
	case BUILTIN_COPY:
		return copy_value(f, e, true);
	case BUILTIN_MAKE:
		return make_value(f, e);
	case BUILTIN_NEW:
		return new_value(f, e);
	case BUILTIN_MAX:
	case BUILTIN_MIN:
		return min_max_value(f, e);
	case BUILTIN_RECOVER:
		return recover_value(f, e);
	default:
		return unsafe_value(f, e);
	}
}

static void delete_statement(FuncState *f, Expr *e)
{
	IrExpr *map = atom(f, argument(f, e, 0));
	IrExpr *key = value_as(f, e->list.items[1], types_canonical(f->c, underlying(map->type)->key));
	call_rt(f, RT_map_delete, NULL, 3, ir_type(f->c, map->type), map, brief_address(f, key));
}

static void clear_statement(FuncState *f, Expr *e)
{
	IrExpr *x = argument(f, e, 0);
	if (underlying(x->type)->kind == TYPE_MAP)
		call_rt(f, RT_map_clear, NULL, 2, ir_type(f->c, x->type), x);
	else
		call_rt(f, RT_clear_slice, NULL, 2, ir_type(f->c, types_canonical(f->c, underlying(x->type)->elem)), x);
}

static void print_statement(FuncState *f, Expr *e)
{
	IrExprList values = {0};
	for (int i = 0; i < e->list.len; i++)
		vec_push(f->c->arena, &values, argument(f, e, i));
	print_values(f, &values, e->builtin == BUILTIN_PRINTLN);
}

/* check(condition, code) or check(condition, state, its next value): inline/rangefunc.c. */
static void check_range(FuncState *f, Expr *e)
{
	IrExpr *cond = condition(f, e->list.items[0]), *code = argument(f, e, 1);
	if (e->list.len == 2) {
		panic_if(f, cond, RT_panic_range_state, 1, code);
		return;
	}
	IrStmtList *saved = enter(f, &emit_if(f, cond)->body);
	IrExpr *was = to_temp(f, code);
	assign(f, code, argument(f, e, 2));
	panic_if(f, NULL, RT_panic_range_state, 1, was);
	leave(f, saved);
}

/* A builtin called for what it does. */
void builtin_statement(FuncState *f, Expr *e)
{
	e = spread_arguments(f, e);
	hoist_list(f, &e->list);
	f->pos = e->pos;
	switch (e->builtin) {
	case BUILTIN_CLEAR:
		clear_statement(f, e);
		break;
	case BUILTIN_CLOSE:
		call_rt(f, RT_chan_close, NULL, 1, argument(f, e, 0));
		break;
	case BUILTIN_COPY:
		copy_value(f, e, false);
		break;
	case BUILTIN_DELETE:
		delete_statement(f, e);
		break;
	case BUILTIN_PANIC: {
		IrExpr *v = value_as(f, e->list.items[0], types_canonical(f->c, f->c->types->empty_interface));
		f->pos = e->pos;
		panic_if(f, NULL, RT_panic, 1, v);
		break;
	}
	case BUILTIN_PRINT:
	case BUILTIN_PRINTLN:
		print_statement(f, e);
		break;
	case BUILTIN_CHECK_RANGE:
		check_range(f, e);
		break;
	default:
		builtin_value(f, e);
	}
}
