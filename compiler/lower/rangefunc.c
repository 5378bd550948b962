/*
 * rangefunc.c - for ... range over a function.
 *
 * The body becomes a function of its own, called back by the iterator: it gets the iteration values
 * as parameters and returns whether to go on. Two ints live in a heap cell that both sides see:
 *
 *   state   RANGE_READY between calls; RANGE_PANIC while the body runs (so it stays when the body
 *           panics); RANGE_DONE after the body has returned false; RANGE_EXHAUSTED after the loop. A call
 *           in any other state than READY panics.
 *   next    0, or the number of the way by which the body left the loop: a break or continue of a loop
 *           further out, a goto, a return. After the iterator has returned, the enclosing function
 *           does it; when that is itself a body of such a loop, by leaving in turn.
 *
 * Variables that the body shares are boxed (func.c, find_shared); results too, when the body returns. Defers in
 * the body go to the enclosing function's list, recover() takes what the enclosing function may take.
 */
#include "state.h"
#include "walk.h"

typedef struct { FuncState *f; Stmt *stmt; ObjectList used; Map seen; bool returns; } Uses;

static void add_use(Uses *u, Object *o)
{
	if (map_get(&u->seen, o) || !map_get(&u->f->places, o))
		return;
	map_put(u->f->c->arena, &u->seen, o, o);
	vec_push(u->f->c->arena, &u->used, o);
}

static void note_use(void *arg, Expr *e)
{
	if (e->kind == EXPR_NAME && local_variable_of(e->object))
		add_use(arg, e->object);
}

static bool note_return(void *arg, Stmt *s)
{
	Uses *u = arg;
	u->returns |= s->kind == STMT_RETURN;
	return true;
}

static ObjectList variables_used(FuncState *f, Stmt *s)
{
	Uses u = {.f = f, .stmt = s};
	Walker w = {.expr = note_use, .stmt = note_return, .arg = &u, .literals = true};
	walk_block(&w, s->body);
	for (int i = 0; !s->define && i < s->lhs.len; i++)
		walk_expr(&w, s->lhs.items[i]);
	if (u.returns)
		for (int i = 0; i < f->info->results.len; i++)
			add_use(&u, f->info->results.items[i]);
	return u.used;
}

static bool by_reference(IrExpr *place)
{
	return place->kind == IR_DEREF || (place->kind == IR_VAR && place->var->addr_taken);
}

/* What the body's closure holds: the cell, the defer list, the panic, then the variables. */
typedef struct { IrExprList values; ObjectList names, used; int cell, defers, recovering, first; } Captured;

static int capture(FuncState *f, Captured *k, IrExpr *e, Object *o)
{
	vec_push(f->c->arena, &k->values, e);
	vec_push(f->c->arena, &k->names, o);
	return k->values.len - 1;
}

static Captured captures_of(FuncState *f, Stmt *s, IrExpr *cell)
{
	Captured k = {.defers = -1, .recovering = -1};
	k.cell = capture(f, &k, cell, NULL);
	IrExpr *list = shared_defer_list(f, s);
	if (list)
		k.defers = capture(f, &k, list, NULL);
	if (f->recover_place)
		k.recovering = capture(f, &k, f->recover_place, NULL);
	k.first = k.values.len;
	k.used = variables_used(f, s);
	for (int i = 0; i < k.used.len; i++) {
		IrExpr *place = place_of_object(f, k.used.items[i]);
		capture(f, &k, by_reference(place) ? ir_addr(f->c, place) : place, k.used.items[i]);
	}
	return k;
}

/* A capture copied to a variable of the body. */
static IrExpr *own_copy(FuncState *f, int i, const char *name, bool not_nil)
{
	IrExpr *field = context_field(f, i);
	IrVar *v = ir_new_var(f->c, f->ir, VAR_LOCAL, name, field->type, f->pos);
	v->not_nil = not_nil;
	assign(f, ir_var(f->c, v), field);
	return ir_var(f->c, v);
}

static void bind_body(FuncState *f, Captured *k)
{
	Compiler *c = f->c;
	IrExpr *cell = own_copy(f, k->cell, "loop", true);
	IrExpr *both = ir_deref(c, cell, underlying(cell->type)->elem);
	f->range->state = ir_index(c, both, ir_int(c, 0));
	f->range->next = ir_index(c, both, ir_int(c, 1));
	if (k->defers >= 0)
		f->defer_list = ir_deref(c, own_copy(f, k->defers, "defers", true), word_type(f));
	if (k->recovering >= 0)
		f->recover_place = own_copy(f, k->recovering, "recovering", false);
	for (int i = 0; i < k->used.len; i++) {
		Object *o = k->used.items[i];
		IrExpr *outer = place_of_object(f->outer, o);
		bool reference = by_reference(outer);
		IrExpr *own = own_copy(f, k->first + i, o->name, reference);
		show_variable(f, own->var, o, reference);
		map_put(c->arena, &f->places, o, reference ? ir_deref(c, own, outer->type) : own);
	}
}

static void lower_range_body(FuncState *f, Stmt *s)
{
	Compiler *c = f->c;
	IrExpr *state = f->range->state;
	panic_if(f, compare(f, OP_NE, state, ir_int(c, RANGE_READY)), RT_panic_range_state, 1, state);
	assign(f, state, ir_int(c, RANGE_PANIC));
	for (int i = 0; s->define && i < s->lhs.len; i++)
		define_or_store(f, s, i, ir_var(c, f->ir->params.items[i]));
	if (!s->define && s->lhs.len)
		assign_iteration(f, s, ir_var(c, f->ir->params.items[0]), s->lhs.len > 1 ? ir_var(c, f->ir->params.items[1]) :
		                 NULL);
	block(f, s->body);
	f->pos = s->end.line ? s->end : s->pos;
	assign(f, state, ir_int(c, RANGE_READY));
	emit_return_expr(f, 1, bool_const(f, true));
}

static IrFunc *body_func(FuncState *f, Stmt *s, Type *signature)
{
	FuncState *names = naming_function(f);
	int n = ++names->range_count;
	const char *symbol = nested_symbol(names, arena_printf(f->c->arena, "_5r%d", n));
	IrFunc *fn = func_new(f->l, symbol, arena_printf(f->c->arena, "%s-range%d", names->ir->go_name, n), f->package,
	                      NULL, signature);
	fn->pos = s->pos;
	fn->end_pos = s->end;
	fn->defined = fn->is_static = true;
	fn->is_shared = f->ir->is_shared;
	vec_push(f->c->arena, &f->l->ir->funcs, fn);
	return fn;
}

static void take_exits(FuncState *f, RangeFunc *r)
{
	for (int i = 0; i < r->exits.len; i++) {
		RangeExit *e = &r->exits.items[i];
		IrStmt *s = emit_if(f, compare(f, OP_EQ, r->next, ir_int(f->c, e->code)));
		IrStmtList *saved = enter(f, &s->body);
		branch_to(f, e->kind, e->target);
		leave(f, saved);
	}
}

void range_func_statement(FuncState *f, Stmt *s)
{
	Compiler *c = f->c;
	IrExpr *iterator = to_temp(f, rvalue(f, s->x));
	Type *signature = types_canonical(c, underlying(iterator->type));
	Type *yield = types_canonical(c, signature->fields.items[0]->type);
	Type *pair = types_canonical(c, array_of(c, basic(f, TYPE_INT), 2));
	IrExpr *cell = new_box(f, pair, "loop", s->pos);
	IrExpr *state = ir_index(c, ir_deref(c, cell, pair), ir_int(c, 0));
	assign(f, state, ir_int(c, RANGE_READY));

	IrFunc *fn = body_func(f, s, types_canonical(c, underlying(yield)));
	Captured k = captures_of(f, s, cell);
	FuncState *inner = func_state_new(f->l, fn, f->info, f->subst, f->package, f);
	RangeFunc r = {.stmt = s};
	inner->range = &r;
	set_context(inner, closure_layout(f, &k.names, &k.values));
	bind_body(inner, &k);
	lower_range_body(inner, s);

	f->pos = s->pos;
	Callee callee = {.kind = IR_CALL_VALUE, .x = iterator, .signature = signature};
	IrExprList args = {0};
	vec_push(c->arena, &args, make_closure(f, fn, yield, &k.names, &k.values, false));
	check_callee(f, &callee);
	emit(f, call_stmt(f, &callee, &args));
	panic_if(f, compare(f, OP_EQ, state, ir_int(c, RANGE_PANIC)), RT_panic_range_state, 1,
	         ir_int(c, RANGE_MISSING_PANIC));
	assign(f, state, ir_int(c, RANGE_EXHAUSTED));
	r.next = ir_index(c, ir_deref(c, cell, pair), ir_int(c, 1));
	take_exits(f, &r);
}
