/*
 * init.c - package initialisation: variables in their order, then the init functions;
 * for package main also the function that starts the program.
 */
#include "state.h"

#include <string.h>

static bool has_init(Package *p)
{
	return p->init_order.len || p->init_functions.len;
}

static IrFunc *init_func(Lower *l, Package *p)
{
	Compiler *c = l->c;
	const char *symbol = arena_printf(c->arena, "%s_5init", mangle_package(c, p->path));
	IrFunc *f = map_get(&l->functions, symbol);
	ObjectList none = {0};
	if (!f)
		f = func_new(l, symbol, arena_printf(c->arena, "%s.init", p->path), p, NULL,
		             types_canonical(c, func_of(c, none, none, false)));
	return f;
}

/* Data that the C file can hold from the start needs no code. */
static bool static_initializer(FuncState *f, Initializer *init)
{
	if (init->lhs.len != 1 || !init->lhs.items[0]->is_package_level || strcmp(init->lhs.items[0]->name, "_") == 0)
		return false;
	if (init->lhs.items[0]->defined)
		return true;
	IrExpr *v = static_initial(f, init->rhs, type_in(f, init->lhs.items[0]->type));
	if (v && v->kind != IR_ZERO)
		map_put(f->c->arena, &f->l->ir->global_values, init->lhs.items[0], v);
	return v != NULL;
}

static bool is_blank(Object *o)
{
	return o->name[0] == '_' && !o->name[1];
}

static void initialize_one(FuncState *f, Initializer *init)
{
	Object *o = init->lhs.items[0];
	Expr *rhs = init->rhs;
	if (is_blank(o)) {
		if (unparen(rhs)->mode != MODE_NIL)
			rvalue(f, rhs);
		return;
	}
	IrExpr *place = place_of_object(f, o);
	Expr *e = unparen(rhs);
	TypeKind kind = underlying(place->type)->kind;
	if (e->kind == EXPR_COMPOSITE && (kind == TYPE_ARRAY || kind == TYPE_STRUCT) &&
	    type_in(f, e->type) == place->type) {
		hoist(f, e);
		composite_into(f, place, e, place->type);
		return;
	}
	assign(f, place, rvalue_as(f, rhs, place->type));
}

static void initialize_several(FuncState *f, Initializer *init)
{
	IrExprList values = {0};
	Expr *e = unparen(init->rhs);
	if (e->kind == EXPR_CALL) {
		IrVarList r = call_results(f, e);
		for (int i = 0; i < r.len; i++)
			vec_push(f->c->arena, &values, ir_var(f->c, r.items[i]));
	} else {
		values = several_values(f, init->rhs);
	}
	for (int i = 0; i < init->lhs.len; i++) {
		Object *o = init->lhs.items[i];
		if (!is_blank(o)) {
			IrExpr *place = place_of_object(f, o);
			assign(f, place, convert_implicit(f, values.items[i], place->type));
		}
	}
}

static void call_plain(FuncState *f, IrFunc *target)
{
	IrStmt *s = stmt_new(f, IR_CALL);
	s->call = IR_CALL_DIRECT;
	s->func = target;
	s->signature = target->signature;
	emit(f, s);
}

static void lower_init(Lower *l, Pending *p)
{
	Package *package = l->package;
	FuncState *f = func_state_new(l, p->func, NULL, NULL, package, NULL);
	for (int i = 0; i < package->init_order.len; i++) {
		Initializer *init = package->init_order.items[i];
		f->pos = init->rhs->start.line ? init->rhs->start : init->rhs->pos;
		if (static_initializer(f, init))
			continue;
		if (init->lhs.len == 1)
			initialize_one(f, init);
		else
			initialize_several(f, init);
	}
	TypeList none = {0};
	for (int i = 0; i < package->init_functions.len; i++) {
		f->pos = package->init_functions.items[i]->pos;
		call_plain(f, function_for(l, package->init_functions.items[i], none));
	}
	emit_return_expr(f, 0);
}

/* Every package's initialisation in order, then main.main. */
static void lower_start(Lower *l, Pending *p)
{
	FuncState *f = func_state_new(l, p->func, NULL, NULL, l->package, NULL);
	for (int i = 0; i < l->program->packages.len; i++) {
		Package *package = l->program->packages.items[i];
		if (!has_init(package))
			continue;
		call_plain(f, init_func(l, package));
		call_rt(f, RT_init_done, NULL, 1, string_const(f, package->path));
	}
	Object *entry = scope_lookup(l->package->scope, intern_str(l->c, "main"));
	TypeList none = {0};
	call_rt(f, RT_main_begins, NULL, 0);
	if (entry && entry->kind == OBJECT_FUNC)
		call_plain(f, function_for(l, entry, none));
	emit_return_expr(f, 0);
}

void lower_package_init(Lower *l)
{
	Compiler *c = l->c;
	if (has_init(l->package)) {
		l->ir->init = init_func(l, l->package);
		queue_func(l, l->ir->init, lower_init);
	}
	if (l->program && l->package == l->program->root && strcmp(l->package->name, "main") == 0) {
		ObjectList none = {0};
		Type *signature = types_canonical(c, func_of(c, none, none, false));
		const char *symbol = arena_printf(c->arena, "%s_5start", mangle_package(c, l->package->path));
		IrFunc *f = func_new(l, symbol, "runtime.main", l->package, NULL, signature);
		l->ir->start = f;
		queue_func(l, f, lower_start);
	}
}
