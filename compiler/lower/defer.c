/*
 * defer.c - go and defer statements.
 *
 * Both evaluate what a call needs and make the call later. The call (Later) is a callee with its arguments; a builtin
 * is lowered inside a made-up closure, its argument expressions bound to the captures, and the call is that of the
 * closure.
 *
 * A go statement wants a func value without parameters or results. Where the callee is one already it is taken as it
 * is; else a made-up closure captures the operands and makes the call. So it does for a defer statement in a loop: its
 * first capture is the closure that was deferred before (gol_defer), the list is the last one.
 *
 * A defer statement that runs at most once (Stmt.runs_once, left by escape analysis) needs none: the operands stay in
 * variables of the function, a bit says that the call is to be made, and the call stands in the epilogue (ir.h):
 *
 *     t1 = mu; defers = defers | 1;        ...        epilogue: if (defers & 1) { defers = defers &^ 1; call
 *     Unlock(t1) }
 *
 * Invariants: the epilogue runs calls in reverse order of the statements' execution. Loops and backward gotos apart,
 * that is reverse source order, so there is a bit and a list by turns (DeferSlot): all that loops push between two
 * statements of the first kind is on one list. A list is a variable. If a body of a range over a function defers
 * anywhere in the function, it is a heap cell, made when first needed, and the variable points to it. Nothing in the
 * heap points at a deferred closure in the frame: escape analysis puts closures there by the same mark.
 *
 * Rejected: one mask for all statements, loops too, with records tagged by bit; Go's way of a list for every
 * statement as soon as one of them stands in a loop. Made-up closures for every deferred call (we had that: the C
 * compiler cannot see through a code pointer that it has to load).
 */
#include "state.h"
#include "walk.h"

#include <string.h>

/* A call to be made later: operands are values of now. held: pointers that must be alive until it is over. */
typedef struct { Callee callee; IrExprList args, held; } Later;

static IrFunc *made_up(FuncState *f, const char *kind)
{
	Compiler *c = f->c;
	int n = ++f->literal_count;
	const char *symbol = nested_symbol(f, arena_printf(c->arena, "_5%c%d", kind[0], n));
	ObjectList none = {0};
	Type *signature = types_canonical(c, func_of(c, none, none, false));
	IrFunc *fn = func_new(f->l, symbol, arena_printf(c->arena, "%s.%swrap%d", f->ir->go_name, kind, n), f->package,
	                      NULL, signature);
	fn->pos = f->pos;
	fn->defined = fn->is_static = true;
	fn->is_shared = f->ir->is_shared;
	vec_push(c->arena, &f->l->ir->funcs, fn);
	return fn;
}

static bool needs_no_capture(IrExpr *e)
{
	return e->kind == IR_CONST || e->kind == IR_ZERO || e->kind == IR_TYPE || e->kind == IR_FUNC;
}

/* The call of a made-up closure with these captures. */
static Later call_made_up(FuncState *f, IrFunc *fn, IrExprList *captures, bool in_frame)
{
	IrExpr *closure = make_closure(f, fn, fn->signature, NULL, captures, in_frame);
	return (Later){.callee = {.kind = IR_CALL_DIRECT, .func = fn, .x = fn->context ? closure : NULL,
		.signature = fn->signature}};
}

/* The closure that will make the call: captures what is not constant. link: captured first; NULL: nothing is. */
static IrExpr *wrap_call(FuncState *f, Later *later, const char *kind, IrExpr *link)
{
	Callee *callee = &later->callee;
	IrExprList *args = &later->args;
	Compiler *c = f->c;
	IrFunc *fn = made_up(f, kind);
	FuncState *inner = func_state_new(f->l, fn, NULL, f->subst, f->package, f);
	IrExprList captures = {0}, all = {0};
	if (link)
		vec_push(c->arena, &captures, link);
	if (callee->x)
		vec_push(c->arena, &all, callee->x);
	if (callee->receiver)
		vec_push(c->arena, &all, callee->receiver);
	for (int i = 0; i < args->len; i++)
		vec_push(c->arena, &all, args->items[i]);
	for (int i = 0; i < all.len; i++)
		if (!needs_no_capture(all.items[i]))
			vec_push(c->arena, &captures, all.items[i]);
	for (int i = 0; i < later->held.len; i++)
		vec_push(c->arena, &captures, later->held.items[i]);
	if (captures.len)
		set_context(inner, closure_layout(f, NULL, &captures));
	IrExprList inner_args = {0}, held = {0};
	Callee target = *callee;
	int at = link != NULL, k = 0;
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
	require(captures.len - at == later->held.len);      /* the operands were counted twice: what is left are these */
	while (at < captures.len)
		vec_push(c->arena, &held, to_temp(inner, context_field(inner, at++)));
	check_callee(inner, &target);
	emit(inner, call_stmt(inner, &target, &inner_args));
	keep_alive(inner, &held);
	emit_return_expr(inner, 0);
	fn->aims = true;
	fn->aims_at = callee->func;
	fn->frameless = target.signature->results.len == 0 && held.len == 0;
	return make_closure(f, fn, fn->signature, NULL, &captures, false);
}

/* A builtin: its arguments' expressions stand for captures in the closure. Constants, nil and types are none; the two
 * loops must agree on that, or a builtin would read its neighbour's argument. */
static Later wrap_builtin(FuncState *f, Expr *call, const char *kind, bool in_frame)
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
	require(at == captures.len);
	inner->pos = call->pos;
	builtin_statement(inner, call);
	emit_return_expr(inner, 0);
	return call_made_up(f, fn, &captures, in_frame);
}

static Later call_later(FuncState *f, Expr *call, const char *kind, bool in_frame)
{
	if (call->call_kind == CALL_BUILTIN)
		return wrap_builtin(f, call, kind, in_frame);
	IrExprList saved = begin_held(f);
	hoist_callee(f, call);
	hoist_list(f, &call->list);
	f->pos = call->pos;
	Later r = {.callee = callee_of(f, call)};
	r.args = call_arguments(f, call, r.callee.signature);
	r.held = end_held(f, saved);
	f->pos = call->pos;
	if (r.callee.kind == IR_CALL_METHOD)
		check_callee(f, &r.callee);
	return r;
}

/* As a func value without parameters or results. */
static IrExpr *later_value(FuncState *f, Later *r, const char *kind)
{
	bool bare = r->args.len == 0 && !r->callee.receiver && r->callee.signature->results.len == 0;
	if (bare && r->callee.kind != IR_CALL_METHOD && r->callee.x)
		return r->callee.x;
	if (bare && r->callee.kind == IR_CALL_DIRECT) {
		IrExprList none = {0};
		return make_closure(f, r->callee.func, r->callee.signature, NULL, &none, false);
	}
	return wrap_call(f, r, kind, NULL);
}

void go_statement(FuncState *f, Stmt *s)
{
	Expr *call = unparen(s->x);
	if (call->call_kind == CALL_BUILTIN && call->builtin == BUILTIN_RECOVER)
		return;
	Later later = call_later(f, call, "go", false);
	IrExpr *fn = later_value(f, &later, "go");
	f->pos = s->pos;
	call_rt(f, RT_go_at, NULL, 1, fn);
}

/* ---- defer: at most once ---------------------------------------------------------------------------- */

/* An address that is the same wherever in the function it is asked for. */
static bool is_fixed_address(const IrExpr *e)
{
	if (e->kind == IR_CONVERT)
		return is_fixed_address(e->x);
	if (e->kind != IR_ADDR)
		return false;
	for (e = e->x; e->kind == IR_FIELD;)
		e = e->x;
	return e->kind == IR_VAR || e->kind == IR_GLOBAL || e->kind == IR_STATIC;
}

/* The value e has now, for the epilogue. */
static IrExpr *kept(FuncState *f, IrExpr *e)
{
	if (needs_no_capture(e) || is_fixed_address(e))
		return e;
	IrVar *v = ir_new_var(f->c, f->ir, VAR_TEMP, "kept", e->type, f->pos);
	assign(f, ir_var(f->c, v), e);
	return ir_var(f->c, v);
}

/* A nil func value panics when it is called, not before: a function that does so stands for it. */
static IrExpr *callable(FuncState *f, IrExpr *x)
{
	if (known_not_nil(x))
		return x;
	IrExpr *e = ir_expr(f->c, IR_CONDITION, x->type);
	e->x = is_nil(f, x);
	e->y = ir_text(f->c, "&gol_nil_function", x->type);
	vec_push(f->c->arena, &e->args, x);
	return e;
}

static void keep_operands(FuncState *f, Later *r)
{
	if (r->callee.x)
		r->callee.x = kept(f, r->callee.kind == IR_CALL_VALUE ? callable(f, r->callee.x) : r->callee.x);
	if (r->callee.receiver)
		r->callee.receiver = kept(f, r->callee.receiver);
	for (int i = 0; i < r->args.len; i++)
		r->args.items[i] = kept(f, r->args.items[i]);
	for (int i = 0; i < r->held.len; i++)
		r->held.items[i] = kept(f, r->held.items[i]);
}

static IrExpr *masked(FuncState *f, Op op, int64_t mask)
{
	IrExpr *bits = ir_var(f->c, f->defer_bits);
	return ir_binary(f->c, op, bits, int_const(f, mask, bits->type), bits->type);
}

/* The bit goes on when all operands are in their variables, and off before the call is made: a panic in an operand
 * finds it off, a panic in the call does not make it again. */
static void defer_once(FuncState *f, Stmt *s, Later *later)
{
	require(s->once_before >= 0 && s->once_before < DEFER_BITS);
	require(!f->defers[s->once_before].once);       /* a bit for each: of two with one, one would be lost */
	int64_t bit = (int64_t)1 << s->once_before;
	keep_operands(f, later);
	if (!f->defer_bits)
		f->defer_bits = ir_new_var(f->c, f->ir, VAR_LOCAL, "defers", basic(f, TYPE_UINT32), f->ir->pos);
	IrExpr *bits = ir_var(f->c, f->defer_bits);
	assign(f, bits, masked(f, OP_OR, bit));

	f->pos = f->ir->end_pos;
	IrStmt *run = stmt_new(f, IR_IF);
	run->cond = compare(f, OP_NE, masked(f, OP_AND, bit), int_const(f, 0, bits->type));
	IrStmtList *saved = enter(f, &run->body);
	assign(f, bits, masked(f, OP_ANDNOT, bit));
	IrStmt *call = call_stmt(f, &later->callee, &later->args);
	call->deferred = true;
	emit(f, call);
	keep_alive(f, &later->held);
	leave(f, saved);
	f->defers[s->once_before].once = run;
}

/* ---- defer: any number of times -------------------------------------------------------------------------- */

/* The list for the defer statement s; a cell has been made for it where it needs one. */
static IrExpr *defer_list(FuncState *f, Stmt *s)
{
	Compiler *c = f->c;
	if (f->defer_list)
		return f->defer_list;
	require(f->info && s->once_before >= 0 && s->once_before <= DEFER_BITS);
	IrExpr **list = &f->defers[s->once_before].list;
	bool is_cell = f->info->range_defers;
	if (!*list) {
		IrVar *v = ir_new_var(c, f->ir, VAR_LOCAL, "deferred", is_cell ? pointer_type(f, word_type(f)) : word_type(f),
		                      f->ir->pos);
		*list = is_cell ? ir_deref(c, ir_var(c, v), word_type(f)) : ir_var(c, v);
	}
	if (is_cell) {
		IrExpr *cell = (*list)->x;
		IrStmtList *saved = enter(f, &emit_if(f, is_nil(f, cell))->body);
		assign(f, cell, ir_rt(c, RT_new, cell->type, 1, ir_type(c, word_type(f))));
		leave(f, saved);
	}
	return *list;
}

/* The literal of `defer func() { ... }()`, which can be on a list itself; else NULL. */
static Expr *deferred_literal(const Expr *call)
{
	Expr *fun = unparen(call->x);
	const Type *t = call->call_kind == CALL_FUNC && fun->kind == EXPR_FUNC ? fun->func_info->type : NULL;
	return t && t->fields.len == 0 && t->results.len == 0 ? fun : NULL;
}

static void defer_often(FuncState *f, Stmt *s, Later *later)
{
	Expr *literal = later ? NULL : deferred_literal(unparen(s->x));
	IrExpr *list = defer_list(f, s);
	IrExpr *fn = literal ? deferred_closure(f, literal, list) : wrap_call(f, later, "defer", list);
	f->pos = s->pos;
	assign(f, list, ir_convert(f->c, fn, word_type(f)));
}

/* What the body of a loop over a function, not yet lowered, is to push its deferred calls to: the address of a list;
 * NULL: it has none. */
IrExpr *shared_defer_list(FuncState *f, const FuncInfo *body)
{
	if (f->defer_list)
		return f->defer_list->x;
	return body->deferring && f->ir->has_defer ? defer_list(f, body->deferring)->x : NULL;
}

/* for list != nil { fn = first of list; list = rest; fn() } */
static void run_list(FuncState *f, IrExpr *list)
{
	Compiler *c = f->c;
	f->pos = f->ir->end_pos;
	IrStmt *loop = stmt_new(f, IR_LOOP);
	loop->no_poll = true;       /* what it calls does */
	loop->cond = not(f, is_nil(f, list));
	if (list->kind == IR_DEREF)
		loop->cond = ir_binary(c, OP_ANDAND, not(f, is_nil(f, list->x)), loop->cond, loop->cond->type);
	IrStmtList *saved = enter(f, &loop->body);
	ObjectList none = {0};
	Type *signature = types_canonical(c, func_of(c, none, none, false));
	IrExpr *fn = to_temp(f, ir_rt(c, RT_defer_function, signature, 1, list));
	assign(f, list, ir_rt(c, RT_defer_next, word_type(f), 1, list));
	IrStmt *call = stmt_new(f, IR_CALL);
	call->call = IR_CALL_VALUE;
	call->x = fn;
	call->signature = signature;
	call->deferred = true;
	emit(f, call);
	leave(f, saved);
	emit(f, loop);
}

/* ---- the statement, the epilogue ----------------------------------------------------------------------------- */

/* `defer recover()` in a deferred function recovers what that function may, but only when it returns
 * normally: run by a panic of the function itself, recover is not called by a deferred function. */
static Later recover_later(FuncState *f, bool in_frame)
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
	return call_made_up(f, fn, &captures, in_frame);
}

void defer_statement(FuncState *f, Stmt *s)
{
	Expr *call = unparen(s->x);
	bool is_recover = call->call_kind == CALL_BUILTIN && call->builtin == BUILTIN_RECOVER;
	if (is_recover && !f->recover_place)
		return;
	if (!f->ir->has_defer && !f->defer_list)    /* of a body put here, where a constant says that it never runs */
		return;
	if (!s->runs_once && deferred_literal(call)) {
		defer_often(f, s, NULL);
		return;
	}
	Later later = is_recover ? recover_later(f, s->runs_once) : call_later(f, call, "defer", s->runs_once);
	f->pos = s->pos;
	if (later.callee.func && later.callee.func->takes_address) {
		/* A check cannot stand in the epilogue. */
		IrExpr *fn = wrap_call(f, &later, "defer", NULL);
		later = (Later){.callee = {.kind = IR_CALL_VALUE, .x = fn,
			.signature = types_canonical(f->c, underlying(fn->type))}};
	}
	if (s->runs_once)
		defer_once(f, s, &later);
	else
		defer_often(f, s, &later);
}

void make_epilogue(FuncState *f)
{
	debug_require(f->ir->has_defer || !f->defer_bits);
	debug_require(f->ir->epilogue.len == 0);
	IrStmtList *saved = enter(f, &f->ir->epilogue);
	for (int i = DEFER_BITS; i >= 0; i--) {
		if (f->defers[i].once)
			emit(f, f->defers[i].once);
		if (f->defers[i].list)
			run_list(f, f->defers[i].list);
	}
	leave(f, saved);
}
