/*
 * method.c - methods that are not simply called: looking them up after
 * substitution, method values, method expressions, and the wrappers that interfaces
 * call with a data word for a receiver.
 *
 * All wrappers are one kind of function: they take a receiver in some form, follow the path of
 * embedded fields to the method's holder, and call. They are frameless, and aim recover() at
 * what they call.
 */
#include "state.h"

#include <string.h>

Type *method_signature(Compiler *c, Object *method)
{
	(void)c;
	return method->type;
}

static bool same_method(Object *a, Object *b)
{
	return a->name == b->name && (name_is_exported(a->name) || a->package == b->package
		|| (a->package && b->package && strcmp(a->package->path, b->package->path) == 0));
}

int interface_method_index(Compiler *c, Type *iface, Object *method)
{
	ObjectList methods = interface_methods(c, iface);
	for (int i = 0; i < methods.len; i++)
		if (same_method(methods.items[i], method))
			return i;
	ice(c, NO_POS, "interface %s has no method %s", type_text(c, iface), method->name);
}

/* The selection of method `name` of a value of type receiver, with canonical holder; inside instances it is looked up
 * again. */
Selection resolve_method(FuncState *f, Selection *s, Type *receiver, const char *name)
{
	Selection r = *s;
	if (f->subst) {
		Package *from = s->object->package ? s->object->package : f->package;
		Lookup found = lookup_field_or_method(f->c, receiver, true, from, name, false);
		if (!found.object)
			ice(f->c, f->pos, "no method %s on %s", name, type_text(f->c, receiver));
		r = found.selection;
		r.object = found.object;
	}
	r.holder = r.holder ? types_canonical(f->c, r.holder) : NULL;
	require(r.object && r.object->kind == OBJECT_FUNC);
	if (r.holder && is_interface(r.holder))
		r.kind = SELECT_INTERFACE_METHOD;
	return r;
}

/* x as the receiver of a declared method: fields followed, address taken or pointer followed as the method wants it. */
IrExpr *method_receiver(FuncState *f, IrExpr *x, Selection *s)
{
	require(s->kind != SELECT_INTERFACE_METHOD);
	IrExpr *y = walk_path(f, x, s->path.items, s->path.len);
	bool pointer = underlying(y->type)->kind == TYPE_POINTER && y->type->kind != TYPE_NAMED;
	if (s->object->pointer_receiver) {
		if (pointer)
			return y;
		if (!ir_is_place(y))
			y = to_temp(f, y);
		return ir_addr(f->c, y);
	}
	return pointer ? deref_checked(f, y) : y;
}

/* ---- wrappers ------------------------------------------------------------------------- */

static void return_call(FuncState *f, Callee *callee, int first_param)
{
	require(first_param <= f->ir->params.len && !f->ir->has_defer);
	IrExprList args = {0};
	for (int i = first_param; i < f->ir->params.len; i++)
		vec_push(f->c->arena, &args, ir_var(f->c, f->ir->params.items[i]));
	check_callee(f, callee);
	emit(f, call_stmt(f, callee, &args));
	emit_return_expr(f, 0);
	f->ir->frameless = true;
	f->ir->aims = true;
	f->ir->aims_at = callee->kind == IR_CALL_DIRECT ? callee->func : NULL;
}

/* A *T calls a method of T: the panic has words of its own. */
static IrExpr *wrapper_deref(FuncState *f, IrExpr *p, Selection *s)
{
	Type *t = types_canonical(f->c, underlying(p->type)->elem);
	if (!s->path.len && t->kind == TYPE_NAMED && !s->object->pointer_receiver) {
		const char *package = t->object->package ? t->object->package->path : "";
		Type *text = word_type(f);
		panic_if(f, is_nil(f, p), RT_panic_value_method, 3,
		         ir_text(f->c, arena_printf(f->c->arena, "\"%s\"", package), text),
		         ir_text(f->c, arena_printf(f->c->arena, "\"%s\"", t->object->name), text),
		         ir_text(f->c, arena_printf(f->c->arena, "\"%s\"", s->object->name), text));
		return ir_deref(f->c, p, t);
	}
	return p;
}

static Callee selected_callee(FuncState *f, IrExpr *x, Selection *s)
{
	if (s->kind == SELECT_INTERFACE_METHOD) {
		IrExpr *iface = atom(f, walk_path(f, x, s->path.items, s->path.len));
		int i = interface_method_index(f->c, iface->type, s->object);
		Type *signature = method_signature(f->c, interface_methods(f->c, iface->type).items[i]);
		return (Callee){.kind = IR_CALL_METHOD, .x = iface, .index = i, .signature = types_canonical(f->c, signature)};
	}
	IrFunc *fn = method_for(f->l, s->holder, s->object);
	if (underlying(x->type)->kind == TYPE_POINTER && x->type->kind != TYPE_NAMED)
		x = wrapper_deref(f, x, s);
	return (Callee){.kind = IR_CALL_DIRECT, .func = fn, .signature = fn->signature,
		.receiver = method_receiver(f, x, s)};
}

/* Body of a wrapper whose first parameter is the receiver, or (entry.method NULL: not) its data word. */
static void lower_wrapper(Lower *l, Pending *p)
{
	FuncState *f = func_state_new(l, p->func, NULL, NULL, p->func->package, NULL);
	IrExpr *x = ir_var(f->c, f->ir->params.items[0]);
	if (p->number)
		x = from_data_word(f, x, p->type);
	Selection *s = &p->entry.selection;
	Callee callee = selected_callee(f, x, s);
	return_call(f, &callee, 1);
}

static IrFunc *wrapper(Lower *l, const char *symbol, Type *receiver, Type *type, Selection *s, bool data_word)
{
	IrFunc *fn = map_get(&l->functions, symbol);
	if (fn)
		return fn;
	Object *method = s->object;
	Type *signature = types_canonical(l->c, method_signature(l->c, method));
	const char *name = arena_printf(l->c->arena, "%s.%s", type_text(l->c, type), method->name);
	fn = func_new(l, symbol, name, method->package ? method->package : l->package, receiver, signature);
	fn->pos = method->pos;
	fn->is_weak = fn->is_shared = true;
	Pending *p = queue_func(l, fn, lower_wrapper);
	p->type = type;
	p->entry.method = method;
	p->entry.selection = *s;
	p->number = data_word;
	return fn;
}

/* Unexported methods of one name from two packages may be promoted into one type. */
static const char *method_suffix(Compiler *c, const char *separator, Object *m)
{
	if (name_is_exported(m->name) || !m->package)
		return arena_printf(c->arena, "%s%s", separator, mangle_name(c, m->name));
	return arena_printf(c->arena, "%s%s_6%s", separator, mangle_name(c, m->name), mangle_package(c, m->package->path));
}

IrFunc *lower_interface_method(Lower *l, Type *t, const MethodEntry *m)
{
	Compiler *c = l->c;
	t = types_canonical(c, t);
	Selection s = m->selection;
	s.object = m->method;
	s.holder = s.holder ? types_canonical(c, s.holder) : t;
	if (is_interface(s.holder))
		s.kind = SELECT_INTERFACE_METHOD;
	bool is_pointer = t->kind == TYPE_POINTER;
	if (is_pointer && s.path.len == 0 && m->method->pointer_receiver && s.kind != SELECT_INTERFACE_METHOD)
		return method_for(l, s.holder, m->method);
	const char *symbol = symbol_of_type(c, t, method_suffix(c, "_5w", m->method));
	return wrapper(l, symbol, is_pointer ? t : c->types->basic[TYPE_UNSAFE_POINTER], t, &s, !is_pointer);
}

/* ---- method expressions ------------------------------------------------------------------- */

IrFunc *method_expression_func(FuncState *f, Type *receiver, Selection *s, Object *method)
{
	bool is_pointer = receiver->kind == TYPE_POINTER;
	if (s->path.len == 0 && s->kind != SELECT_INTERFACE_METHOD && method->pointer_receiver == is_pointer)
		return method_for(f->l, s->holder, method);
	/* With a pointer for receiver it is the wrapper that interfaces call: reflection finds one address. */
	const char *symbol = symbol_of_type(f->c, receiver, method_suffix(f->c, is_pointer ? "_5w" : "_5e", method));
	Selection copy = *s;
	copy.object = method;
	return wrapper(f->l, symbol, receiver, receiver, &copy, false);
}

IrExpr *method_expression(FuncState *f, Expr *e)
{
	Type *receiver = type_in(f, e->selection->receiver);
	Selection s = resolve_method(f, e->selection, receiver, e->name);
	IrExpr *r = ir_expr(f->c, IR_FUNC, type_in(f, e->type));
	r->func = method_expression_func(f, receiver, &s, s.object);
	r->func->needs_value = true;
	return r;
}

/* ---- method values -------------------------------------------------------------------------- */

/* Code of a bound method: context {code, receiver}. */
static void lower_bound(Lower *l, Pending *p)
{
	FuncState *f = func_state_new(l, p->func, NULL, NULL, p->func->package, NULL);
	IrExprList captures = {0};
	vec_push(f->c->arena, &captures, ir_zero(f->c, p->type));
	set_context(f, closure_layout(f, NULL, &captures));
	Callee callee;
	if (p->target)
		callee = (Callee){.kind = IR_CALL_DIRECT, .func = p->target, .signature = p->target->signature,
			.receiver = context_field(f, 0)};
	else
		callee = (Callee){.kind = IR_CALL_METHOD, .x = context_field(f, 0), .index = p->number,
			.signature = f->ir->signature};
	IrExprList args = {0};
	for (int i = 0; i < f->ir->params.len; i++)
		vec_push(f->c->arena, &args, ir_var(f->c, f->ir->params.items[i]));
	emit(f, call_stmt(f, &callee, &args));
	emit_return_expr(f, 0);
	f->ir->frameless = f->ir->aims = true;
	f->ir->aims_at = p->target;
}

static IrFunc *bound_func(FuncState *f, const char *symbol, const char *go_name, Type *signature, Type *receiver,
                          IrFunc *target, int index)
{
	IrFunc *fn = map_get(&f->l->functions, symbol);
	if (fn)
		return fn;
	fn = func_new(f->l, symbol, go_name, f->package, NULL, signature);
	fn->is_weak = fn->is_shared = true;
	Pending *p = queue_func(f->l, fn, lower_bound);
	p->target = target;
	p->type = receiver;
	p->number = index;
	return fn;
}

IrExpr *method_value(FuncState *f, Expr *e)
{
	Compiler *c = f->c;
	IrExpr *x = value(f, e->x);
	Selection s = resolve_method(f, e->selection, x->type, e->name);
	f->pos = e->pos;
	Type *type = type_in(f, e->type), *signature = types_canonical(c, underlying(type));
	IrExprList captures = {0};
	IrFunc *code;
	if (s.kind == SELECT_INTERFACE_METHOD) {
		IrExpr *iface = atom(f, walk_path(f, x, s.path.items, s.path.len));
		panic_if(f, is_nil(f, iface), RT_panic_nil, 0);
		vec_push(c->arena, &captures, iface);
		const char *symbol = symbol_of_type(c, iface->type, method_suffix(c, "_5b", s.object));
		code = bound_func(f, symbol, arena_printf(c->arena, "%s.%s-fm", type_text(c, iface->type), e->name), signature,
		                  iface->type, NULL,
		                  interface_method_index(c, iface->type, s.object));
	} else {
		IrFunc *target = method_for(f->l, s.holder, s.object);
		IrExpr *receiver = method_receiver(f, x, &s);
		vec_push(c->arena, &captures, receiver);
		code = bound_func(f, arena_printf(c->arena, "%s_5b", target->symbol),
		                  arena_printf(c->arena, "%s-fm", target->go_name), signature,
		                  receiver->type, target, 0);
	}
	return make_closure(f, code, type, NULL, &captures, e->stays & STAYS_OBJECT);
}
