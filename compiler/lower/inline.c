/*
 * inline.c - calls that were inlined: arguments become variables, then stands the body.
 *
 * Callee and arguments are evaluated as for a call (call.c): everything that runs in order first, then receiver and
 * arguments are read. The results are the variables that the body's returns assigned to (inline/clone.c); they are
 * fresh in each copy, so whoever reads them later in the expression finds what the call left, like a temporary.
 */
#include "state.h"
#include "walk.h"

/* Its value is not wanted: what calls in it do. */
void lower_unwanted(FuncState *f, Expr *e)
{
	e = unparen(e);
	if (e->kind == EXPR_CALL && e->inlined)
		inlined_call(f, e);
}

static IrExpr *receiver_value(FuncState *f, Expr *call)
{
	Expr *fun = unparen(call->x);
	IrExpr *x = value(f, fun->x);
	Selection s = resolve_method(f, fun->selection, x->type, fun->name);
	return method_receiver(f, x, &s);
}

static void bind_arguments(FuncState *f, Expr *call)
{
	FuncInfo *info = call->inlined->info;
	bool method = method_receiver_of(call);
	hoist_callee(f, call);
	hoist_list(f, &call->list);
	f->pos = call->pos;
	IrExpr *receiver = method ? receiver_value(f, call) : NULL;
	IrExprList args = call_arguments(f, call, types_canonical(f->c, underlying(type_in(f, unparen(call->x)->type))));
	f->inlined++;
	if (receiver)
		declare_variable(f, info->receiver, receiver);
	for (int i = 0; i < info->params.len; i++)
		if (!is_dropped(info->params.items[i]))
			declare_variable(f, info->params.items[i], args.items[i]);
	f->inlined--;
}

/* A result without a name is assigned to before it is read: it needs no zero. */
static void declare_results(FuncState *f, const Inlined *to)
{
	for (int i = 0; i < to->info->results.len; i++) {
		Object *o = to->info->results.items[i];
		if (is_dropped(o))
			continue;
		bool nameless = to->single_return || *o->name == '~';
		if (!nameless || must_box(o) || o->addr_taken) {
			declare_variable(f, o, NULL);
			continue;
		}
		IrVar *v = ir_new_var(f->c, f->ir, VAR_LOCAL, variable_name(o), type_in(f, o->type), o->pos);
		map_put(f->c->arena, &f->places, o, ir_var(f->c, v));
	}
}

static void lower_inlined_body(FuncState *f, const Inlined *to)
{
	Package *package = f->package;
	BranchTarget *targets = f->targets;
	int later = f->later;
	IrExprList held = f->held;
	f->later = 0;                   /* that is about the expression around the call */
	f->held = (IrExprList){0};
	f->package = to->package;
	f->inlined++;
	if (!to->end) {
		block(f, to->body);
	} else {
		IrStmt *b = stmt_new(f, IR_BLOCK);
		push_target(f, to->end, b, NULL);
		IrStmtList *saved = enter(f, &b->body);
		block(f, to->body);
		leave(f, saved);
		emit(f, b);
	}
	f->inlined--;
	f->later = later;
	f->held = held;
	f->targets = targets;
	f->package = package;
}

/* The variables that hold its results; none for one that is dropped. */
IrVarList inlined_call(FuncState *f, Expr *e)
{
	const Inlined *to = e->inlined;
	Pos saved = f->pos;
	IrVarList r = {0};
	f->pos = e->pos;
	bind_arguments(f, e);
	declare_results(f, to);
	lower_inlined_body(f, to);
	f->pos = e->pos;
	for (int i = 0; i < to->info->results.len; i++) {
		if (is_dropped(to->info->results.items[i]))
			continue;
		IrExpr *place = place_of_object(f, to->info->results.items[i]);
		if (place->kind != IR_VAR || place->var->addr_taken)
			place = to_temp(f, place);
		vec_push(f->c->arena, &r, place->var);
	}
	f->pos = saved;
	return r;
}
