/*
 * generic.c - finding the IrFunc of a function or method, and making instances.
 *
 * Functions are told apart by their C symbol, so the same instance asked for at two places is
 * one function. Generics are done by monomorphisation: one body per list
 * of canonical type arguments, lowered with a substitution. An instance is made in every package
 * that needs it, with a weak symbol; the linker keeps one.
 */
#include "state.h"
#include "../../runtime/include/gol/effects.h"

#include <string.h>

Type *substituted(Compiler *c, Type *t, Subst *s)
{
	require(!s || s->args.len == s->params.len);
	if (s && s->params.len)
		t = subst(c, t, s);
	return types_canonical(c, t);
}

void add_param(Lower *l, IrFunc *f, const char *name, Type *type)
{
	vec_push(l->c->arena, &f->params, ir_new_var(l->c, f, VAR_PARAM, name, type, f->pos));
}

/* signature: canonical, receiver not included. */
IrFunc *func_new(Lower *l, const char *symbol, const char *go_name, Package *package, Type *receiver, Type *signature)
{
	require(signature->kind == TYPE_FUNC);
	debug_require(!map_get(&l->functions, symbol));     /* two of one symbol: C that does not compile */
	IrFunc *f = NEW(l->c->arena, IrFunc);
	f->symbol = symbol;
	f->go_name = go_name;
	f->package = package;
	f->signature = signature;
	if (receiver)
		add_param(l, f, "r", receiver);
	for (int i = 0; i < signature->fields.len; i++) {
		Object *o = signature->fields.items[i];
		add_param(l, f, o->name && *o->name ? o->name : "p", types_canonical(l->c, o->type));
	}
	for (int i = 0; i < signature->results.len; i++)
		vec_push(l->c->arena, &f->result_types, types_canonical(l->c, signature->results.items[i]->type));
	map_put(l->c->arena, &l->functions, symbol, f);
	return f;
}

Pending *queue_func(Lower *l, IrFunc *func, void (*lower)(Lower *, Pending *))
{
	require(!func->defined && !func->intrinsic);
	Pending *p = NEW(l->c->arena, Pending);
	p->func = func;
	p->lower = lower;
	func->defined = true;
	vec_push(l->c->arena, &l->queue, p);
	vec_push(l->c->arena, &l->ir->funcs, func);
	return p;
}

/* ---- declared functions --------------------------------------------------------- */

/* A function without a body: C of the runtime. */
static void make_intrinsic(Lower *l, IrFunc *f, Decl *d)
{
	f->intrinsic = true;
	f->symbol = arena_printf(l->c->arena, "gol_%s", f->symbol);
	f->takes_address = has_directive(d, "//gol:address");
	if (has_directive(d, "//gol:pure"))
		f->intrinsic_effects = GOL_ALLOCATES;
	else if (has_directive(d, "//gol:nofreeze"))
		f->intrinsic_effects = GOL_ALLOCATES | GOL_MAY_PANIC;
	else
		f->intrinsic_effects = GOL_ALLOCATES | GOL_MAY_PANIC | GOL_MAY_FREEZE;
}

static void queue_declared(Lower *l, IrFunc *f, Object *fn, Subst s)
{
	bool instance = s.params.len > 0;
	f->object = fn;
	f->pos = fn->pos;
	bool in_root = l->program && l->package == l->program->root;        /* no other C file asks for its instances */
	f->is_weak = f->is_shared = instance && !in_root;
	if (fn->decl && !fn->decl->body) {
		make_intrinsic(l, f, fn->decl);
		return;
	}
	if (!instance && is_copied(l->c, fn)) {
		f->is_shared = true;
		f->is_copy = fn->package != l->package;
	}
	if (!instance && fn->package != l->package && !f->is_copy)
		return;
	f->is_static = f->is_copy || (in_root && !fn->is_link_target && (instance || fn->package == l->package));
	Pending *p = queue_func(l, f, lower_declared);
	p->object = fn;
	p->subst = s;
}

IrFunc *function_for(Lower *l, Object *fn, TypeList args)
{
	Compiler *c = l->c;
	if (fn->origin)
		fn = fn->origin;
	while (fn->linked)
		fn = fn->linked;
	if (fn->receiver_base)
		return method_for(l, types_canonical(c, fn->receiver_base), fn);
	const char *symbol = symbol_of_function(c, fn, &args);
	IrFunc *f = map_get(&l->functions, symbol);
	if (f)
		return f;
	Type *signature = args.len ? instantiate_func(c, fn->type, args) : fn->type;
	f = func_new(l, symbol, go_name_of_function(c, fn, args.len > 0), fn->package, NULL, types_canonical(c, signature));
	Subst s = {0};
	if (args.len) {
		s.params = fn->type->type_params;
		s.args = args;
	}
	queue_declared(l, f, fn, s);
	return f;
}

/* holder: the canonical named type (or pointer to it) that `method` is declared on. */
IrFunc *method_for(Lower *l, Type *holder, Object *method)
{
	Compiler *c = l->c;
	Type *named = holder->kind == TYPE_POINTER ? types_canonical(c, holder->elem) : holder;
	require(named->kind == TYPE_NAMED);
	if (method->origin)
		method = method->origin;
	const char *symbol = symbol_of_method(c, named, method);
	IrFunc *f = map_get(&l->functions, symbol);
	if (f)
		return f;
	Subst s = {0};
	if (named->type_args.len) {
		s.params = method->type->receiver_type_params;
		for (int i = 0; i < named->type_args.len; i++)
			vec_push(c->arena, &s.args, types_canonical(c, named->type_args.items[i]));
	}
	Type *receiver = method->pointer_receiver ? types_canonical(c, pointer_to(c, named)) : named;
	f = func_new(l, symbol, go_name_of_function(c, method, s.params.len > 0), method->package, receiver,
	             substituted(c, method->type, &s));
	queue_declared(l, f, method, s);
	return f;
}
