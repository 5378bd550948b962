/*
 * signature.c - function types: parameters, results, receivers (spec, "Function types", "Method declarations").
 *
 * Parameters are seen in the body alone: they are declared in the function's scope after every type of the signature
 * was resolved. A receiver of a generic type declares type parameters of its own, bound like the type's.
 *
 * func (p *List[E]) Push(x E): the receiver's E is not the E of type List[E any], but a name of the method's own. It
 * is kept with the signature (receiver_type_params); instances of the method replace it (types/named.c).
 */
#include "checker.h"
#include <string.h>

static void declare_all(Checker *k, Scope *scope, ObjectList list)
{
	for (int i = 0; i < list.len; i++)
		if (list.items[i]->name[0])
			check_declare(k, scope, list.items[i], list.items[i]->pos);
}

static Object *new_param(Checker *k, Field *f, Type *t)
{
	debug_require(t);
	const char *name = f->name ? f->name : intern_str(k->c, "");
	Object *o = object_new(k->c, OBJECT_VAR, name, t, f->pos, k->package);
	o->is_param = true;
	o->used = true;
	o->color = BLACK;
	f->object = o;
	return o;
}

/* a, b T share one type expression, which is evaluated once: so both have the one Type. A final ...T is a []T
 * inside. */
static ObjectList collect_params(Checker *k, FieldList fields, bool variadic_ok, bool *variadic)
{
	ObjectList out = {0};
	Expr *previous = NULL;
	Type *t = NULL;
	for (int i = 0; i < fields.len; i++) {
		Field *f = fields.items[i];
		if (f->type != previous || !t) {
			Expr *type = f->type;
			bool dots = type->kind == EXPR_ELLIPSIS;
			if (dots && variadic_ok && i == fields.len - 1) {
				*variadic = true;
				type = type->x;
			} else if (dots) {
				check_error(k, type->start, "can only use ... with final parameter");
				type = type->x;
				dots = false;
			}
			t = type ? check_var_type(k, type) : invalid_type(k);
			if (dots) {
				t = slice_of(k->c, t);
				f->type->type = t;
				f->type->mode = MODE_TYPE;
			}
		}
		previous = f->type;
		vec_push(k->arena, &out, new_param(k, f, t));
	}
	return out;
}

/* ---- receivers ----------------------------------------------------------------------------------- */

/* The parts of a receiver type: *T[A, B] with any parentheses. */
static Expr *receiver_base_expr(Expr *e, bool *pointer, ExprList *params)
{
	*pointer = false;
	for (;;) {
		if (e->kind == EXPR_PAREN) {
			e = e->x;
		} else if (e->kind == EXPR_STAR) {
			*pointer = true;
			e = e->x;
		} else if (e->kind == EXPR_INDEX) {
			*params = e->list;
			e = e->x;
		} else {
			return e;
		}
	}
}

/* func (l *List[E]) Len() int: E is a name of the method's own for the type's parameter, with the same constraint. */
static Object *receiver_type_param(Checker *k, Expr *e, Type *bound, int index)
{
	const char *name = e->kind == EXPR_NAME ? e->name : intern_str(k->c, "_");
	if (e->kind != EXPR_NAME)
		check_error(k, e->start, "receiver type parameter %s must be an identifier", text_of(k, e));
	Type *t = type_new(k->c, TYPE_PARAM);
	Object *o = object_new(k->c, OBJECT_TYPE, name, t, e->pos, k->package);
	o->color = BLACK;
	t->object = o;
	t->index = index;
	t->id = k->types->next_param_id++;
	t->constraint = bound->constraint;
	e->object = o;
	e->mode = MODE_TYPE;
	e->type = t;
	return o;
}

/* Receiver T[A, B] of generic T: declare A and B, give T's instance with them. */
static Type *generic_receiver(Checker *k, Expr *base_expr, ExprList names, Type *sig)
{
	const char *cause = NULL;
	Type *base = check_generic_type(k, base_expr, &cause);
	if (cause)
		check_error(k, base_expr->start, "%s", cause);
	if (!is_valid(base)) {
		for (int i = 0; i < names.len; i++) {
			Type any = {.constraint = k->types->any_type};
			Object *o = receiver_type_param(k, names.items[i], &any, i);
			o->type = invalid_type(k);
			check_declare(k, k->env.scope, o, o->pos);
		}
		return invalid_type(k);
	}
	int want = base->type_params.len;
	Subst s = {.params = base->type_params};
	for (int i = 0; i < names.len; i++) {
		Type any = {.constraint = k->types->any_type};
		Type *bound = i < want ? base->type_params.items[i]->type : &any;
		Object *o = receiver_type_param(k, names.items[i], bound, i);
		vec_push(k->arena, &sig->receiver_type_params, o);
		vec_push(k->arena, &s.args, o->type);
		if (i < want)
			map_put(k->arena, &k->receiver_params, o, base->type_params.items[i]);
		check_declare(k, k->env.scope, o, o->pos);
	}
	if (names.len != want) {
		check_error(k, base_expr->start, "receiver declares %d type parameter%s, but receiver base type declares %d",
		            names.len,
		            names.len == 1 ? "" : "s", want);
		return invalid_type(k);
	}
	for (int i = 0; i < want; i++) {
		Type *t = sig->receiver_type_params.items[i]->type;
		t->constraint = subst(k->c, base->type_params.items[i]->type->constraint, &s);
	}
	return instantiate_named(k->c, base, s.args);
}

typedef struct { Type *type; Pos pos; bool bare; } ReceiverLater;        /* bare: without type parameters */

/* "Method declarations": a type defined in this package, no pointer and no interface. When its underlying type is
 * known. */
static void run_receiver(Checker *k, void *arg)
{
	ReceiverLater *r = arg;
	Type *t = r->type;
	if (!is_valid(t))
		return;
	if (t->kind == TYPE_POINTER)
		t = t->elem;
	if (!is_valid(t))
		return;
	if (t->kind <= TYPE_LAST_BASIC) {
		check_error(k, r->pos, "cannot define new methods on non-local type %s", type_name_of(k, t));
		return;
	}
	if (t->kind != TYPE_NAMED) {
		check_error(k, r->pos, "invalid receiver type %s", type_name_of(k, r->type));
		return;
	}
	if (t->object->package != k->package) {
		check_error(k, r->pos, "cannot define new methods on non-local type %s", type_name_of(k, t));
		return;
	}
	if (t->type_args.len > 0 && r->bare) {
		check_error(k, r->pos, "cannot define new methods on instantiated type %s", type_name_of(k, t));
		return;
	}
	Type *u = underlying(t);
	if (u->kind == TYPE_POINTER || u->kind == TYPE_INTERFACE)
		check_error(k, r->pos, "invalid receiver type %s (pointer or interface type)", type_name_of(k, t));
	else if (u->kind == TYPE_UNSAFE_POINTER)
		check_error(k, r->pos, "invalid receiver type %s", type_name_of(k, t));
}

/* Messages about a receiver point behind its star. */
static Expr *behind_star(Expr *e)
{
	e = unparen(e);
	return e->kind == EXPR_STAR ? unparen(e->x) : e;
}

static void collect_receiver(Checker *k, Field *f, Type *sig)
{
	require(f && f->type);
	bool pointer;
	ExprList names = {0};
	Expr *base = receiver_base_expr(f->type, &pointer, &names);
	Type *t;
	if (names.len > 0) {
		t = generic_receiver(k, base, names, sig);
		Expr *e = f->type;
		if (is_valid(t) && pointer)
			t = pointer_to(k->c, t);
		e->mode = MODE_TYPE;
		e->type = t;
	} else {
		t = check_type(k, f->type);
	}
	sig->receiver = new_param(k, f, t);
	sig->receiver->is_receiver = true;
	ReceiverLater *r = NEW(k->arena, ReceiverLater);
	*r = (ReceiverLater){t, behind_star(f->type)->start, names.len == 0};
	check_later(k, run_receiver, r);
}

/* ---- signatures --------------------------------------------------------------------------------------- */

/* The type of a function. method: the object of a declared function, whose type is set at once so that its own
 * signature may mention it. *scope_out: the function's scope, parent the current one. */
Type *check_func_type(Checker *k, Field *receiver, FuncType *ft, Scope **scope_out, Object *method)
{
	require(ft);
	Scope *scope = NEW(k->arena, Scope);
	scope->parent = k->env.scope;
	scope->is_function = true;
	scope->start = ft->pos;
	Scope *saved = k->env.scope;
	k->env.scope = scope;
	Type *sig = type_new(k->c, TYPE_FUNC);
	if (method)
		method->type = sig;
	if (receiver)
		collect_receiver(k, receiver, sig);
	if (ft->type_params.len > 0) {
		check_version(k, ft->type_params.items[0]->pos, 18, "type parameter");
		check_collect_type_params(k, ft->type_params, &sig->type_params, scope);
		if (receiver)
			check_error(k, ft->type_params.items[0]->pos, "methods cannot have type parameters");
	}
	bool ignored = false;
	sig->fields = collect_params(k, ft->params, true, &sig->variadic);
	sig->results = collect_params(k, ft->results, false, &ignored);
	for (int i = 0; i < sig->results.len; i++) {
		sig->results.items[i]->is_param = false;
		sig->results.items[i]->is_result = true;
	}
	if (sig->receiver && sig->receiver->name[0])
		check_declare(k, scope, sig->receiver, sig->receiver->pos);
	declare_all(k, scope, sig->fields);
	declare_all(k, scope, sig->results);
	ft->type = sig;
	k->env.scope = saved;
	*scope_out = scope;
	return sig;
}

/* ---- type parameters ------------------------------------------------------------------------------------ */

static Object *declare_type_param(Checker *k, Field *f, int index, Scope *scope)
{
	Type *t = type_new(k->c, TYPE_PARAM);
	Object *o = object_new(k->c, OBJECT_TYPE, f->name ? f->name : intern_str(k->c, "_"), t, f->pos, k->package);
	o->color = BLACK;
	t->object = o;
	t->index = index;
	t->id = k->types->next_param_id++;
	t->constraint = k->types->any_type;
	f->object = o;
	check_declare(k, scope, o, o->pos);
	return o;
}

/* Declare them all first: a constraint may mention any of them. */
void check_collect_type_params(Checker *k, FieldList fields, ObjectList *out, Scope *scope)
{
	for (int i = 0; i < fields.len; i++)
		vec_push(k->arena, out, declare_type_param(k, fields.items[i], i, scope));
	bool saved = k->env.in_type_params;
	k->env.in_type_params = true;
	Expr *previous = NULL;
	Type *bound = NULL;
	for (int i = 0; i < fields.len; i++) {
		Field *f = fields.items[i];
		if (f->type != previous || !bound) {
			bound = check_constraint(k, f->type);
			if (is_type_param(bound)) {
				check_error(k, f->type->start, "cannot use a type parameter as constraint");
				bound = invalid_type(k);
			}
		}
		previous = f->type;
		out->items[i]->type->constraint = is_valid(bound) ? bound : k->types->any_type;
	}
	k->env.in_type_params = saved;
}
