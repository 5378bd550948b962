/*
 * expr.c - expressions: what is hoisted, what is read in place. The two steps are
 * explained in state.h.
 */
#include "state.h"
#include "walk.h"

#include <string.h>

/* ---- constants ------------------------------------------------------------------ */

/* A constant as a value of a type: its kind follows the type, which in an instance may be any. */
IrExpr *constant_value(FuncState *f, Constant *v, Type *type)
{
	Compiler *c = f->c;
	if (is_interface(type))
		ice(c, f->pos, "constant of interface type %s", type_text(c, type));
	if (is_complex(type))
		v = const_to_complex(c, v);
	else if (is_float(type))
		v = const_to_float_kind(c, v);
	else if (is_integer(type))
		v = const_to_int(c, v);
	else if (underlying(type)->kind == TYPE_UNSAFE_POINTER)
		return ir_convert(c, ir_const(c, v, basic(f, TYPE_UINTPTR)), type);
	return ir_const(c, v, type);
}

/* ---- what must be evaluated in order ------------------------------------------------ */

static bool list_needs_hoist(ExprList *list)
{
	for (int i = 0; i < list->len; i++)
		if (needs_hoist(list->items[i]))
			return true;
	return false;
}

static bool call_needs_hoist(Expr *e)
{
	if (e->call_kind == CALL_FUNC)
		return true;
	if (e->call_kind == CALL_BUILTIN && builtin_is_hoisted(e))
		return true;
	return list_needs_hoist(&e->list);
}

bool needs_hoist(Expr *e)
{
	if (!e || e->mode == MODE_CONST || e->mode == MODE_TYPE || e->mode == MODE_NIL)
		return false;
	switch (e->kind) {
	case EXPR_SLICE:
	case EXPR_ASSERT:
		return true;
	case EXPR_CALL:
		return call_needs_hoist(e);
	case EXPR_UNARY:
		return e->op == OP_RECV || needs_hoist(e->x);
	case EXPR_FUNC:
	case EXPR_NAME:
	case EXPR_LITERAL:
		return false;
	case EXPR_COMPOSITE:
		return list_needs_hoist(&e->list) || underlying(e->type)->kind == TYPE_MAP;
	case EXPR_INDEX:
		return needs_hoist(e->x) || list_needs_hoist(&e->list);
	case EXPR_KEY_VALUE:
		return needs_hoist(e->x) || needs_hoist(e->y);
	default:
		return needs_hoist(e->x) || needs_hoist(e->y);
	}
}

static void keep(FuncState *f, Expr *e, IrExpr *v)
{
	require(v && v->type);
	map_put(f->c->arena, &f->hoisted, e, v);
}

/* Hoist e; `later`: something to hoist follows in the same expression. */
static void hoist_before(FuncState *f, Expr *e, bool later)
{
	f->later += later;
	hoist(f, e);
	f->later -= later;
	debug_require(f->later >= 0);
}

void hoist_list(FuncState *f, ExprList *list)
{
	int last = list->len - 1;
	while (last > 0 && !needs_hoist(list->items[last]))
		last--;
	for (int i = 0; i < list->len; i++)
		hoist_before(f, list->items[i], i < last);
}

/* Builtins that gc evaluates in order, though they only read. */
static bool reads_in_order(Expr *e)
{
	return e->builtin == BUILTIN_LEN || e->builtin == BUILTIN_CAP || e->builtin == BUILTIN_COMPLEX ||
		e->builtin == BUILTIN_REAL
		|| e->builtin == BUILTIN_IMAG;
}

/* Structs and other boxed aggregates are copied when their conversion to an interface is come to. */
static bool is_boxing_conversion(FuncState *f, Expr *e)
{
	if (e->call_kind != CALL_CONVERSION || !is_interface(type_in(f, e->type)) || e->list.items[0]->mode == MODE_NIL)
		return false;
	TypeKind kind = underlying(type_in(f, e->list.items[0]->type))->kind;
	return kind == TYPE_STRUCT || kind == TYPE_ARRAY;
}

static void note_call(void *arg, Expr *e)
{
	bool *found = arg;
	*found |= e->kind == EXPR_CALL;
}

/* Would hoisting y put anything before the expression? */
static bool leaves_before(FuncState *f, Expr *y)
{
	bool calls = false;
	Walker w = {.expr = note_call, .arg = &calls};
	if (f->later)
		walk_expr(&w, y);
	return calls || needs_hoist(y);
}

/* x && y, x || y where y has something to hoist: y must not run unless it is wanted. */
static IrExpr *short_circuit(FuncState *f, Expr *e)
{
	Type *type = type_in(f, e->type);
	IrExpr *result = to_temp(f, convert_implicit(f, rvalue(f, e->x), type));
	IrStmt *s = emit_if(f, e->op == OP_ANDAND ? result : not(f, result));
	IrStmtList *saved = enter(f, &s->body);
	assign(f, result, convert_implicit(f, rvalue(f, e->y), type));
	leave(f, saved);
	return result;
}

static void hoist_call(FuncState *f, Expr *e)
{
	if (e->call_kind == CALL_FUNC) {
		IrVarList r = call_results(f, e);
		if (r.len == 1)
			keep(f, e, ir_var(f->c, r.items[0]));
	} else if (e->call_kind == CALL_BUILTIN && builtin_is_hoisted(e)) {
		keep(f, e, builtin_value(f, e));
	} else {
		hoist_list(f, &e->list);
		if (f->later && ((e->call_kind == CALL_BUILTIN && reads_in_order(e)) || is_boxing_conversion(f, e)))
			keep(f, e, to_temp(f, value(f, e)));
	}
}

static IrExpr *receive_value(FuncState *f, Expr *e)
{
	IrStmt *s = stmt_new(f, IR_RECEIVE);
	s->pos = e->pos;
	s->x = value(f, e->x);
	IrVar *v = temp_var(f, types_canonical(f->c, underlying(s->x->type)->elem));
	vec_push(f->c->arena, &s->dsts, v);
	vec_push(f->c->arena, &s->dsts, NULL);
	emit(f, s);
	return ir_var(f->c, v);
}

/* Each kind of expression that value() knows stands here too, with its parts in the order of evaluation. What is not
 * hoisted itself has nothing but its parts to do. Twice is no fault: what has been done is in FuncState.hoisted. */
void hoist(FuncState *f, Expr *e)
{
	if (!e || e->mode == MODE_CONST || e->mode == MODE_TYPE || e->mode == MODE_NIL || map_get(&f->hoisted, e))
		return;
	Pos saved = f->pos;
	switch (e->kind) {
	case EXPR_NAME:
	case EXPR_LITERAL:
	case EXPR_FUNC:
		break;
	case EXPR_CALL:
		f->pos = e->pos;
		hoist_call(f, e);
		break;
	case EXPR_SLICE:
		hoist(f, e->x);
		for (int i = 0; i < 3; i++)
			hoist(f, e->index[i]);
		f->pos = e->pos;
		keep(f, e, to_temp(f, slice_value(f, e)));
		break;
	case EXPR_ASSERT:
		hoist(f, e->x);
		f->pos = e->pos;
		keep(f, e, asserted_value(f, e));
		break;
	case EXPR_UNARY:
		hoist(f, e->x);
		f->pos = e->pos;
		if (e->op == OP_RECV)
			keep(f, e, receive_value(f, e));
		break;
	case EXPR_BINARY:
		if ((e->op == OP_ANDAND || e->op == OP_OROR) && leaves_before(f, e->y)) {
			keep(f, e, short_circuit(f, e));
			break;
		}
		hoist_before(f, e->x, needs_hoist(e->y));
		hoist(f, e->y);
		break;
	case EXPR_COMPOSITE:
		hoist_list(f, &e->list);
		if (underlying(type_in(f, e->type))->kind == TYPE_MAP)
			keep(f, e, composite_value(f, e, type_in(f, e->type)));
		break;
	case EXPR_KEY_VALUE:
		if (e->x->mode != MODE_INVALID && e->x->type)
			hoist(f, e->x);
		hoist(f, e->y);
		break;
	case EXPR_INDEX:
		if (e->type_args.len)
			break;
		hoist_before(f, e->x, needs_hoist(e->list.items[0]));
		hoist(f, e->list.items[0]);
		break;
	default:
		hoist(f, e->x);
		hoist(f, e->y);
	}
	f->pos = saved;
}

/* ---- values --------------------------------------------------------------------------- */

IrExpr *place_of_object(FuncState *f, Object *o)
{
	if (o->is_package_level) {
		if (o->linked)
			o = o->linked;
		IrExpr *e = ir_expr(f->c, IR_GLOBAL, types_canonical(f->c, o->type));
		e->object = o;
		return e;
	}
	IrExpr *place = map_get(&f->places, o);
	if (!place)
		ice(f->c, f->pos, "variable %s has no place", o->name);
	return place;
}

TypeList type_args_in(FuncState *f, TypeList *args)
{
	TypeList r = {0};
	for (int i = 0; i < args->len; i++)
		vec_push(f->c->arena, &r, type_in(f, args->items[i]));
	return r;
}

/* A declared function, perhaps instantiated, as a value. */
static IrExpr *func_constant(FuncState *f, IrFunc *fn, Type *type)
{
	IrExpr *e = ir_expr(f->c, IR_FUNC, type);
	e->func = fn;
	fn->needs_value = true;
	return e;
}

IrExpr *func_value_of(FuncState *f, Expr *e)
{
	return func_constant(f, function_for(f->l, e->object, type_args_in(f, &e->type_args)), type_in(f, e->type));
}

static IrExpr *object_value(FuncState *f, Expr *e)
{
	switch (e->object->kind) {
	case OBJECT_VAR:
		return place_of_object(f, e->object);
	case OBJECT_FUNC:
		return func_value_of(f, e);
	case OBJECT_NIL:
		return ir_zero(f->c, type_in(f, e->type));
	default:
		ice(f->c, e->pos, "%s is no value", e->object->name);
	}
}

static IrExpr *selector_value(FuncState *f, Expr *e)
{
	if (!e->selection)
		return object_value(f, e);
	switch (e->selection->kind) {
	case SELECT_FIELD:
		return selector_field(f, e);
	case SELECT_METHOD_EXPR:
		return method_expression(f, e);
	default:
		return method_value(f, e);
	}
}

static IrExpr *call_value(FuncState *f, Expr *e)
{
	if (e->call_kind == CALL_CONVERSION)
		return conversion_call(f, e);
	if (e->call_kind == CALL_BUILTIN)
		return builtin_value(f, e);
	IrVarList r = call_results(f, e);
	if (r.len != 1)
		ice(f->c, e->pos, "call of %d results used as one value", r.len);
	return ir_var(f->c, r.items[0]);
}

/* A pure && or || whose right side needed checks becomes a temporary with a branch: i < len(s) && s[i] == 'x' may not
 * look at s[i] first. That the right side needs them shows only when it has been lowered, hence the list apart. */
static IrExpr *logical_value(FuncState *f, Expr *e)
{
	Type *type = type_in(f, e->type);
	IrExpr *x = convert_implicit(f, value(f, e->x), type);
	IrStmtList list = {0};
	IrStmtList *saved = enter(f, &list);
	IrExpr *y = convert_implicit(f, value(f, e->y), type);
	leave(f, saved);
	if (list.len == 0)
		return ir_binary(f->c, e->op, x, y, type);
	IrExpr *result = to_temp(f, x);
	IrStmt *s = emit_if(f, e->op == OP_ANDAND ? result : not(f, result));
	s->body = list;
	saved = enter(f, &s->body);
	assign(f, result, y);
	leave(f, saved);
	return result;
}

static void gather_parts(FuncState *f, Expr *e, IrExprList *parts)
{
	Expr *u = unparen(e);
	if (u->kind == EXPR_BINARY && u->op == OP_ADD && u->mode != MODE_CONST && !map_get(&f->hoisted, u)) {
		gather_parts(f, u->x, parts);
		gather_parts(f, u->y, parts);
	} else {
		vec_push(f->c->arena, parts, value(f, e));
	}
}

static IrExpr *binary_expr(FuncState *f, Expr *e)
{
	if (e->op == OP_ANDAND || e->op == OP_OROR)
		return logical_value(f, e);
	if (e->op >= OP_EQ && e->op <= OP_GE) {
		IrExpr *r;
		if (unparen(e->y)->mode == MODE_NIL || unparen(e->x)->mode == MODE_NIL) {
			Expr *other = unparen(e->y)->mode == MODE_NIL ? e->x : e->y;
			IrExpr *v = unparen(other)->mode == MODE_NIL ? ir_zero(f->c, word_type(f)) : value(f, other);
			f->pos = e->pos;
			r = is_nil(f, v);
			if (e->op == OP_NE)
				r = not(f, r);
		} else {
			IrExpr *x = value(f, e->x), *y = value(f, e->y);
			f->pos = e->pos;
			r = comparison(f, e->op, x, y);
		}
		return ir_convert(f->c, r, type_in(f, e->type));
	}
	Type *type = type_in(f, e->type);
	if (is_string(type)) {
		IrExprList parts = {0};
		gather_parts(f, e, &parts);
		f->pos = e->pos;
		return concat(f, &parts, type, e->stays & STAYS_OBJECT);
	}
	bool shift = e->op == OP_SHL || e->op == OP_SHR;
	IrExpr *x = value_as(f, e->x, type);
	IrExpr *y = shift ? value(f, e->y) : value_as(f, e->y, type);
	f->pos = e->pos;
	return binary_value(f, e->op, x, y, type, shift);
}

static IrExpr *unary_expr(FuncState *f, Expr *e)
{
	Type *type = type_in(f, e->type);
	switch (e->op) {
	case OP_ADDR:
		return ir_convert(f->c, address_of(f, e->x, e->stays & STAYS_OBJECT), type);
	case OP_RECV:
		return receive_value(f, e);
	case OP_NOT:
		return not(f, value(f, e->x));
	case OP_ADD:
		return value_as(f, e->x, type);
	default:
		return ir_unary(f->c, e->op, value_as(f, e->x, type), type);
	}
}

static IrExpr *value_of_kind(FuncState *f, Expr *e)
{
	switch (e->kind) {
	case EXPR_NAME:
		return object_value(f, e);
	case EXPR_PAREN:
		return value(f, e->x);
	case EXPR_COMPOSITE:
		return composite_value(f, e, type_in(f, e->type));
	case EXPR_FUNC:
		return closure_value(f, e);
	case EXPR_SELECTOR:
		return selector_value(f, e);
	case EXPR_INDEX:
		if (e->type_args.len)
			return ir_convert(f->c, value(f, e->x), type_in(f, e->type));
		return index_value(f, e);
	case EXPR_SLICE:
		return slice_value(f, e);
	case EXPR_ASSERT:
		return asserted_value(f, e);
	case EXPR_CALL:
		return call_value(f, e);
	case EXPR_STAR:
		return deref_checked(f, value(f, e->x));
	case EXPR_UNARY:
		return unary_expr(f, e);
	case EXPR_BINARY:
		return binary_expr(f, e);
	default:
		ice(f->c, e->pos, "expression of kind %d is no value", e->kind);
	}
}

IrExpr *value(FuncState *f, Expr *e)
{
	if (e->mode == MODE_CONST)
		return constant_value(f, e->cval, type_in(f, e->type));
	if (e->mode == MODE_NIL)
		return ir_zero(f->c, e->type->kind == TYPE_UNTYPED_NIL ? word_type(f) : type_in(f, e->type));
	IrExpr *known = map_get(&f->hoisted, e);
	if (known)
		return known;
	Pos saved = f->pos;
	f->pos = e->pos;
	IrExpr *v = value_of_kind(f, e);
	require(v && v->type);
	f->pos = saved;
	return v;
}

IrExpr *rvalue(FuncState *f, Expr *e)
{
	hoist(f, e);
	return value(f, e);
}

/* The value, converted as an assignment to a variable of type target does. */
IrExpr *value_as(FuncState *f, Expr *e, Type *target)
{
	if (unparen(e)->mode == MODE_NIL)
		return ir_zero(f->c, target);
	if (e->mode == MODE_CONST && !is_interface(target))
		return constant_value(f, e->cval, target);
	IrExpr *box = is_interface(target) ? static_box(f, e) : NULL;
	if (box)
		return interface_of_place(f, box, target);
	IrExpr *v = value(f, e);
	if (is_interface(target) && !is_interface(v->type))
		return to_interface(f, v, target, (e->stays | unparen(e)->stays) & STAYS_BOX);
	return convert_implicit(f, v, target);
}

IrExpr *rvalue_as(FuncState *f, Expr *e, Type *target)
{
	hoist(f, e);
	return value_as(f, e, target);
}

IrExpr *condition(FuncState *f, Expr *e)
{
	return rvalue(f, e);
}

/* ---- arithmetic -------------------------------------------------------------------------- */

static bool nonzero_constant(const IrExpr *y)
{
	return y->kind == IR_CONST && const_sign(y->cval) != 0;
}

/* x op y of one type; y of any integer type where op is a shift. Emits the checks. */
IrExpr *binary_value(FuncState *f, Op op, IrExpr *x, IrExpr *y, Type *type, bool shift)
{
	require(shift == (op == OP_SHL || op == OP_SHR));
	if (is_string(type)) {
		IrExprList parts = {0};
		vec_push(f->c->arena, &parts, x);
		vec_push(f->c->arena, &parts, y);
		return concat(f, &parts, type, false);
	}
	if (shift && y->kind == IR_CONST && const_sign(y->cval) < 0) {      /* T(-1) of a type parameter: Go's is a value */
		panic_if(f, NULL, RT_panic_shift, 0);
		y = int_const(f, 0, y->type);
	}
	if (shift && !is_unsigned(y->type) && y->kind != IR_CONST) {
		y = atom(f, y);
		panic_if(f, compare(f, OP_LT, y, int_const(f, 0, y->type)), RT_panic_shift, 0);
	}
	if ((op == OP_DIV || op == OP_REM) && is_integer(type) && !nonzero_constant(y)) {
		y = atom(f, y);
		panic_if(f, compare(f, OP_EQ, y, int_const(f, 0, y->type)), RT_panic_divide, 0);
	}
	return ir_binary(f->c, op, x, y, type);
}

/* a + b + c of strings: one runtime call with an array of the parts. */
IrExpr *concat(FuncState *f, IrExprList *parts, Type *type, bool in_frame)
{
	require(parts->len >= 2);
	Compiler *c = f->c;
	Type *string = basic(f, TYPE_STRING);
	Type *array = types_canonical(c, array_of(c, string, parts->len));
	IrExpr *made = ir_expr(c, IR_MAKE, array);
	for (int i = 0; i < parts->len; i++)
		vec_push(c->arena, &made->args, ir_convert(c, parts->items[i], string));
	IrExpr *t = to_temp(f, made);
	t->var->brief_addr = true;
	IrExpr *first = ir_addr(c, ir_index(c, t, ir_int(c, 0)));
	IrExpr *buffer = in_frame ? text_buffer(f, TYPE_STRING) : NULL, *n = ir_int(c, parts->len);
	IrExpr *joined = buffer ? ir_rt(c, RT_concat_at, string, 3, buffer, first, n) : ir_rt(c, RT_concat, string, 2,
		first, n);
	return ir_convert(c, to_temp(f, joined), type);
}
