/*
 * defer.c - go and defer statements.
 *
 * Both want a func value without parameters or results. Where the call is one already (a
 * literal, a func value, a plain function) it is taken as it is; else what the call needs was evaluated at
 * the statement and is captured by a made-up closure that makes the call. Builtins are
 * lowered inside that closure, their argument expressions bound to the captures.
 */
#include "state.h"

#include <string.h>

static IrFunc *made_up(FuncState *f, const char *kind)
{
	Compiler *c = f->c;
	int n = ++f->literal_count;
	const char *symbol = nested_symbol(f, arena_printf(c->arena, "_5%c%d", kind[0], n));
	ObjectList none = {0};
	Type *signature = types_canonical(c, func_of(c, none, none, false));
	IrFunc *fn = func_new(f->l, symbol, arena_printf(c->arena, "%s.%swrap%d", f->ir->go_name, kind, n), f->package, NULL, signature);
	fn->pos = f->pos;
	fn->defined = fn->is_static = true;
	vec_push(c->arena, &f->l->ir->funcs, fn);
	return fn;
}

static bool needs_no_capture(IrExpr *e)
{
	return e->kind == IR_CONST || e->kind == IR_ZERO || e->kind == IR_TYPE || e->kind == IR_FUNC;
}

/* The closure that will make the call: captures what is not constant. */
static IrExpr *wrap_call(FuncState *f, Callee *callee, IrExprList *args, const char *kind)
{
	Compiler *c = f->c;
	IrFunc *fn = made_up(f, kind);
	FuncState *inner = func_state_new(f->l, fn, NULL, f->subst, f->package, f);
	IrExprList captures = {0}, all = {0};
	if (callee->x)
		vec_push(c->arena, &all, callee->x);
	if (callee->receiver)
		vec_push(c->arena, &all, callee->receiver);
	for (int i = 0; i < args->len; i++)
		vec_push(c->arena, &all, args->items[i]);
	for (int i = 0; i < all.len; i++)
		if (!needs_no_capture(all.items[i]))
			vec_push(c->arena, &captures, all.items[i]);
	if (captures.len)
		set_context(inner, closure_layout(f, NULL, &captures));
	IrExprList inner_args = {0};
	Callee target = *callee;
	int at = 0, k = 0;
	for (int i = 0; i < all.len; i++) {
		IrExpr *e = needs_no_capture(all.items[i]) ? all.items[i] : context_field(inner, at++);
		if (callee->x && k == 0 && i == 0)
			target.x = e;
		else if (callee->receiver && !target.has_receiver && i == (callee->x ? 1 : 0)) {
			target.receiver = e;
			target.has_receiver = true;
		} else {
			vec_push(c->arena, &inner_args, e);
		}
	}
	check_callee(inner, &target);
	emit(inner, call_stmt(inner, &target, &inner_args));
	emit_return_expr(inner, 0);
	fn->aims = true;
	fn->aims_at = callee->func;
	fn->frameless = target.signature->results.len == 0;
	return make_closure(f, fn, fn->signature, NULL, &captures, false);
}

/* A builtin: its arguments' expressions stand for captures in the closure. */
static IrExpr *wrap_builtin(FuncState *f, Expr *call, const char *kind)
{
	Compiler *c = f->c;
	IrFunc *fn = made_up(f, kind);
	FuncState *inner = func_state_new(f->l, fn, NULL, f->subst, f->package, f);
	IrExprList captures = {0};
	call = spread_arguments(f, call);
	hoist_list(f, &call->list);
	for (int i = 0; i < call->list.len; i++) {
		Expr *e = call->list.items[i];
		if (e->mode != MODE_CONST && e->mode != MODE_NIL && e->mode != MODE_TYPE)
			vec_push(c->arena, &captures, value(f, e));
	}
	if (captures.len)
		set_context(inner, closure_layout(f, NULL, &captures));
	int at = 0;
	for (int i = 0; i < call->list.len; i++) {
		Expr *e = call->list.items[i];
		if (e->mode != MODE_CONST && e->mode != MODE_NIL && e->mode != MODE_TYPE)
			map_put(c->arena, &inner->hoisted, e, context_field(inner, at++));
	}
	inner->pos = call->pos;
	builtin_statement(inner, call);
	emit_return_expr(inner, 0);
	return make_closure(f, fn, fn->signature, NULL, &captures, false);
}

static IrExpr *thunk(FuncState *f, Expr *call, const char *kind)
{
	if (call->call_kind == CALL_BUILTIN)
		return wrap_builtin(f, call, kind);
	hoist_callee(f, call);
	hoist_list(f, &call->list);
	f->pos = call->pos;
	Callee callee = callee_of(f, call);
	IrExprList args = call_arguments(f, call, callee.signature);
	f->pos = call->pos;
	if (callee.kind == IR_CALL_METHOD)
		check_callee(f, &callee);
	bool bare = args.len == 0 && !callee.receiver && callee.signature->results.len == 0;
	if (bare && callee.kind == IR_CALL_VALUE)
		return callee.x;
	if (bare && callee.kind == IR_CALL_DIRECT) {
		IrExprList none = {0};
		return make_closure(f, callee.func, callee.signature, NULL, &none, false);
	}
	return wrap_call(f, &callee, &args, kind);
}

void go_statement(FuncState *f, Stmt *s)
{
	Expr *call = unparen(s->x);
	if (call->call_kind == CALL_BUILTIN && call->builtin == BUILTIN_RECOVER)
		return;
	IrExpr *fn = thunk(f, call, "go");
	f->pos = s->pos;
	call_rt(f, RT_go, NULL, 1, fn);
}

/* `defer recover()` in a deferred function recovers what that function may, but only when it returns
 * normally: run by a panic of the function itself, recover is not called by a deferred function. */
static IrExpr *recover_thunk(FuncState *f)
{
	Compiler *c = f->c;
	IrFunc *fn = made_up(f, "defer");
	FuncState *inner = func_state_new(f->l, fn, NULL, f->subst, f->package, f);
	IrExprList captures = {0};
	vec_push(c->arena, &captures, f->recover_place);
	set_context(inner, closure_layout(f, NULL, &captures));
	fn->has_recover = true;
	fn->recover_var = ir_new_var(c, fn, VAR_LOCAL, "panicking", word_type(f), f->pos);
	IrStmt *s = emit_if(inner, is_nil(inner, ir_var(c, fn->recover_var)));
	IrStmtList *saved = enter(inner, &s->body);
	call_rt(inner, RT_recover, types_canonical(c, c->types->empty_interface), 1, context_field(inner, 0));
	leave(inner, saved);
	emit_return_expr(inner, 0);
	return make_closure(f, fn, fn->signature, NULL, &captures, false);
}

void defer_statement(FuncState *f, Stmt *s)
{
	Expr *call = unparen(s->x);
	bool is_recover = call->call_kind == CALL_BUILTIN && call->builtin == BUILTIN_RECOVER;
	if (is_recover && !f->recover_place)
		return;
	IrExpr *fn = is_recover ? recover_thunk(f) : thunk(f, call, "defer");
	f->pos = s->pos;
	IrStmt *d = stmt_new(f, IR_DEFER);
	d->src = fn;
	d->x = f->defer_list;
	emit(f, d);
}
