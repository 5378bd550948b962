/*
 * call.c - calls of functions, func values and methods.
 *
 * Everything inside callee and arguments that must run in order is hoisted first; then
 * the receiver, then the arguments are read, then a nil func or interface is noticed, then
 * the call happens. Its results go to new temporaries.
 *
 * So in a.m(b, g()) g runs before a and b are read: if g assigns b, the call sees the new one. That is what gc does,
 * where the language leaves it open; programs rely on it.
 *
 * A call of several results is in FuncState.tuples by its expression, one of a single result in FuncState.hoisted.
 *
 * Pointers as numbers: uintptr(unsafe.Pointer(p)) in an argument must keep p's object alive until the call is over.
 * Escape analysis marks the conversion (STAYS_HELD), it leaves p in FuncState.held, and behind the call stands an
 * IR_KEEP_ALIVE for each. Calls in the arguments have lists of their own (begin_held).
 */
#include "state.h"
#include "walk.h"

/* f, f[T], pkg.f: the name that denotes a declared function; NULL if the callee is something else. */
static Expr *declared_function(Expr *fun)
{
	if (fun->kind == EXPR_INDEX && fun->type_args.len)
		fun = unparen(fun->x);
	if ((fun->kind == EXPR_NAME || (fun->kind == EXPR_SELECTOR && !fun->selection)) && fun->object &&
	    fun->object->kind == OBJECT_FUNC)
		return fun;
	return NULL;
}

static bool is_method_selector(Expr *fun)
{
	return fun->kind == EXPR_SELECTOR && fun->selection && fun->selection->kind != SELECT_FIELD &&
		fun->selection->kind != SELECT_METHOD_EXPR;
}

void hoist_callee(FuncState *f, Expr *call)
{
	Expr *fun = unparen(call->x);
	if (is_method_selector(fun))
		hoist(f, fun->x);
	else if (!declared_function(fun) && fun->kind != EXPR_FUNC)
		hoist(f, fun);
}

static Callee direct(IrFunc *fn)
{
	return (Callee){.kind = IR_CALL_DIRECT, .func = fn, .signature = fn->signature};
}

static Callee method_callee(FuncState *f, Expr *fun)
{
	IrExpr *x = value(f, fun->x);
	Selection s = resolve_method(f, fun->selection, x->type, fun->name);
	if (s.kind != SELECT_INTERFACE_METHOD) {
		Callee r = direct(method_for(f->l, s.holder, s.object));
		r.receiver = method_receiver(f, x, &s);
		return r;
	}
	IrExpr *iface = walk_path(f, x, s.path.items, s.path.len);
	if (underlying(iface->type)->kind == TYPE_POINTER)
		iface = deref_checked(f, iface);
	int i = interface_method_index(f->c, iface->type, s.object);
	Type *signature = types_canonical(f->c, method_signature(f->c, interface_methods(f->c, iface->type).items[i]));
	return (Callee){.kind = IR_CALL_METHOD, .x = atom(f, iface), .index = i, .signature = signature};
}

/* Receiver and func value are read here: callee and arguments were hoisted. */
Callee callee_of(FuncState *f, Expr *call)
{
	Expr *fun = unparen(call->x), *name = declared_function(fun);
	if (fun->kind == EXPR_FUNC)
		return closure_callee(f, fun);
	if (name) {
		Callee r = direct(function_for(f->l, name->object, type_args_in(f, &name->type_args)));
		if (name->object->linked)       /* to a method: its receiver is a parameter here */
			r.signature = types_canonical(f->c, underlying(type_in(f, fun->type)));
		return r;
	}
	if (is_method_selector(fun))
		return method_callee(f, fun);
	if (fun->kind == EXPR_SELECTOR && fun->selection && fun->selection->kind == SELECT_METHOD_EXPR) {
		Type *receiver = type_in(f, fun->selection->receiver);
		Selection s = resolve_method(f, fun->selection, receiver, fun->name);
		Callee r = direct(method_expression_func(f, receiver, &s, s.object));
		/* with the receiver as a parameter */
		r.signature = types_canonical(f->c, underlying(type_in(f, fun->type)));
		return r;
	}
	IrExpr *x = value(f, fun);
	if (x->kind == IR_FUNC) {
		Callee r = direct(x->func);
		r.x = x->func->context ? x : NULL;
		return r;
	}
	return (Callee){.kind = IR_CALL_VALUE, .x = atom(f, x), .signature = types_canonical(f->c, underlying(x->type))};
}

/* Calls through nil panic, after the arguments were evaluated. */
void check_callee(FuncState *f, Callee *callee)
{
	if (callee->kind == IR_CALL_DIRECT || (callee->kind == IR_CALL_VALUE && known_not_nil(callee->x)))
		return;
	panic_if(f, is_nil(f, callee->x), RT_panic_nil, 0);
}

/* ---- arguments ---------------------------------------------------------------------- */

/* The array that a function lends to one call after the other. */
static IrVar *lent_array(FuncState *f, Type *array)
{
	IrVar *v = map_get(&f->lent, array);
	if (!v) {
		v = ir_new_var(f->c, f->ir, VAR_LOCAL, "o", array, f->pos);
		v->addr_taken = v->lent = true;
		map_put(f->c->arena, &f->lent, array, v);
	}
	return v;
}

/* The address of an array with the values, of elem, for variadic arguments (stays: STAYS_ bits of the call). Where it
 * is lent, one serves all calls of the function: calls in the arguments are over by now, so nothing comes between
 * here and the call. */
static IrExpr *array_of_values(FuncState *f, Type *array, IrExprList *values, unsigned stays)
{
	Compiler *c = f->c;
	bool lent = (stays & STAYS_SPREAD) && (stays & STAYS_LENT);
	IrExpr *p = lent ? ir_addr(c, ir_var(c, lent_array(f, array))) : allocate(f, array, stays & STAYS_SPREAD);
	if (lent && values->len <= MADE_PARTS) {
		IrExpr *made = ir_expr(c, IR_MAKE, array);
		made->args = *values;
		assign(f, ir_deref(c, p, array), made);
		return p;
	}
	if (lent)
		assign(f, ir_deref(c, p, array), ir_zero(c, array));
	for (int i = 0; i < values->len; i++)
		if (values->items[i]->kind != IR_ZERO)
			assign(f, ir_index(c, ir_deref(c, p, array), ir_int(c, i)), values->items[i]);
	return p;
}

/* A slice of a new array that holds the values. */
static IrExpr *slice_of_values(FuncState *f, Type *slice, IrExprList *values, unsigned stays)
{
	Compiler *c = f->c;
	if (values->len == 0)
		return ir_zero(c, slice);
	Type *elem = types_canonical(c, underlying(slice)->elem),
		*array = types_canonical(c, array_of(c, elem, values->len));
	IrExpr *p = array_of_values(f, array, values, stays);
	IrExpr *data = ir_convert(c, ir_convert(c, p, word_type(f)), pointer_type(f, elem));
	return ir_make(c, slice, 3, data, ir_int(c, values->len), ir_int(c, values->len));
}

/* Values of the arguments, each still of its own type: those of g() in f(g()) too. */
static void argument_values(FuncState *f, Expr *call, Type *signature, IrExprList *out, bool *converted)
{
	*converted = false;
	if (call->list.len == 1 && call->list.items[0]->type && call->list.items[0]->type->kind == TYPE_TUPLE) {
		IrVarList *r = map_get(&f->tuples, unparen(call->list.items[0]));
		if (!r)
			ice(f->c, call->pos, "multi-value argument was not hoisted");
		for (int i = 0; i < r->len; i++)
			vec_push(f->c->arena, out, ir_var(f->c, r->items[i]));
		return;
	}
	*converted = true;
	int n = signature->fields.len;
	for (int i = 0; i < call->list.len; i++) {
		Type *t = types_canonical(f->c, signature->fields.items[i < n ? i : n - 1]->type);
		if (signature->variadic && !call->has_dots && i >= n - 1)
			t = types_canonical(f->c, t->elem);
		bool dropped = call->inlined && i < call->inlined->info->params.len &&
				is_dropped(call->inlined->info->params.items[i]);
		vec_push(f->c->arena, out, dropped ? ir_zero(f->c, t) : value_as(f, call->list.items[i], t));
	}
}

/* The arguments as parameters, in order: each converted to the parameter's type, those of a variadic one in a slice.
 * f(a, b, c) of f(x int, rest ...int) gives {a, []int{b, c}}, f(a) gives {a, nil}, f(a, s...) gives {a, s}. */
IrExprList call_arguments(FuncState *f, Expr *call, Type *signature)
{
	require(signature->kind == TYPE_FUNC && (!signature->variadic || signature->fields.len > 0));
	IrExprList values = {0}, args = {0}, rest = {0};
	bool converted;
	argument_values(f, call, signature, &values, &converted);
	int n = signature->fields.len;
	for (int i = 0; i < values.len; i++) {
		Type *t = types_canonical(f->c, signature->fields.items[i < n ? i : n - 1]->type);
		bool packed = signature->variadic && !call->has_dots && i >= n - 1;
		if (packed)
			t = types_canonical(f->c, t->elem);
		IrExpr *v = converted ? values.items[i] : convert_implicit(f, values.items[i], t);
		vec_push(f->c->arena, packed ? &rest : &args, v);
	}
	if (signature->variadic && !call->has_dots)
		vec_push(f->c->arena, &args, slice_of_values(f, types_canonical(f->c, signature->fields.items[n - 1]->type),
		                                             &rest, call->stays));
	return args;
}

/* ---- pointers as numbers --------------------------------------------------------------- */

/* Between these two f->held gathers the pointers that are numbers in the arguments of one call. */
IrExprList begin_held(FuncState *f)
{
	IrExprList saved = f->held;
	f->held = (IrExprList){0};
	return saved;
}

IrExprList end_held(FuncState *f, IrExprList saved)
{
	IrExprList held = f->held;
	f->held = saved;
	return held;
}

/* After the call. */
void keep_alive(FuncState *f, IrExprList *pointers)
{
	for (int i = 0; i < pointers->len; i++) {
		IrStmt *s = stmt_new(f, IR_KEEP_ALIVE);
		s->x = pointers->items[i];
		emit(f, s);
	}
}

/* ---- the call ------------------------------------------------------------------------- */

/* To be emitted next. */
IrStmt *call_stmt(FuncState *f, Callee *callee, IrExprList *args)
{
	require((callee->kind == IR_CALL_DIRECT) == (callee->func != NULL) && callee->signature);
	require(callee->kind == IR_CALL_DIRECT || callee->x);
	IrStmt *s = stmt_new(f, IR_CALL);
	s->call = callee->kind;
	s->func = callee->func;
	s->x = callee->x;
	s->index = callee->index;
	s->signature = callee->signature;
	if (callee->receiver)
		vec_push(f->c->arena, &s->args, callee->receiver);
	for (int i = 0; i < args->len; i++)
		vec_push(f->c->arena, &s->args, args->items[i]);
	require(s->func ? s->args.len == s->func->params.len : s->args.len == s->signature->fields.len);
	if (s->func && s->func->takes_address)
		nil_check(f, s->args.items[0] = atom(f, s->args.items[0]));
	return s;
}

IrVarList emit_call(FuncState *f, IrStmt *call, Type *signature)
{
	IrVarList r = {0};
	for (int i = 0; i < signature->results.len; i++) {
		IrVar *v = temp_var(f, types_canonical(f->c, signature->results.items[i]->type));
		vec_push(f->c->arena, &r, v);
		vec_push(f->c->arena, &call->dsts, v);
	}
	emit(f, call);
	return r;
}

/* All that comes before the call; the call, to be emitted. held: what must be alive until it is over. */
static IrStmt *prepare_call(FuncState *f, Expr *e, IrExprList *held)
{
	IrExprList saved = begin_held(f);
	hoist_callee(f, e);
	hoist_list(f, &e->list);
	f->pos = e->pos;
	Callee callee = callee_of(f, e);
	IrExprList args = call_arguments(f, e, callee.signature);
	*held = end_held(f, saved);
	f->pos = e->pos;
	check_callee(f, &callee);
	return call_stmt(f, &callee, &args);
}

/* Lower a call whose results nobody wants. */
void call_for_effect(FuncState *f, Expr *e)
{
	Pos saved = f->pos;
	IrExprList held;
	if (e->inlined) {
		inlined_call(f, e);
		return;
	}
	emit(f, prepare_call(f, e, &held));
	keep_alive(f, &held);
	f->pos = saved;
}

/* Lower a call; the temporaries that hold its results. */
IrVarList call_results(FuncState *f, Expr *e)
{
	Pos saved = f->pos;
	IrExprList held;
	IrVarList r;
	if (e->inlined) {
		r = inlined_call(f, e);
	} else {
		IrStmt *call = prepare_call(f, e, &held);
		r = emit_call(f, call, call->signature);
		keep_alive(f, &held);
	}
	if (r.len > 1) {
		IrVarList *kept = NEW(f->c->arena, IrVarList);
		*kept = r;
		map_put(f->c->arena, &f->tuples, e, kept);
	}
	f->pos = saved;
	return r;
}
