/*
 * view.c - a package as Go's compiler sees it: what the remarks of -m are about.
 *
 * Go compiles a generic function once for each shape of its type arguments (types with one underlying type are one
 * shape; pointers are, where the constraint has methods only), and has a function `F[int]` around `F[go.shape.int]` for
 * whoever names F[int]. We compile one for each list of type arguments and decide about all at once, in the
 * generic text. So that -m says of each shape what Go says of it, the package is copied: functions that are not
 * generic, the shapes of those that are (packages that it imports included), the functions around them. Costs, inlining
 * and escape analysis then run on the copy as they do on the package, with remarks. Nothing of it is compiled, and
 * without -m there is none.
 *
 * Names in the copy lead to functions of the copy (Object.stencil tells what of). An expression keeps the type that
 * it has for its user: the call of F[go.shape.int] in a function that is not generic is of a func(int).
 *
 * Found from functions that are not generic: the functions they name, and each method of each instantiated type that
 * occurs; from there what those name, with the type arguments at hand, since Go lays types down in dictionaries.
 *
 * Rejected: remarks about the generic text with names of shapes put in, since what is a pointer, a string or
 * an interface decides who escapes; our own instances instead of shapes, whose number differs.
 */
#include "pass.h"
#include "../lower/walk.h"

#include <string.h>

enum { MOST_INSTANCES = 20000 };        /* a cycle that grows is an error that the checker reports; this only bounds */

typedef struct Work { Object *instance; Subst subst; } Work;

typedef struct Maker {
	Compiler *c;
	Package *package, *shapes;
	View *view;
	Map copies;                 /* Object of a function that is not generic -> its copy */
	Map instances;              /* interned key -> Object */
	Map types;                  /* interned key of an instantiated type, seen -> itself */
	Map visited;                /* interned key of a function with its type arguments -> itself */
	VEC(Work) work;
	bool in_shape;              /* what is copied belongs to a shape */
	int count;
} Maker;

static void see_type(Maker *m, Type *t);
static void see_instance(Maker *m, Object *origin, TypeList args);

/* ---- shapes ------------------------------------------------------------------------------ */

static Type *shape_of(Maker *m, Type *t, Type *constraint)
{
	t = unalias(t);
	bool methods_only = type_set_is_all(m->c, constraint) && !interface_is_comparable(m->c, constraint);
	Type *under = underlying(t);
	if (methods_only && t->kind == TYPE_POINTER)
		under = pointer_to(m->c, m->c->types->basic[TYPE_UINT8]);
	const char *name = intern_str(m->c, type_argument_text(m->c, under));
	Type *known = map_get(&m->types, name);
	if (known)
		return known;
	Type *shape = type_new(m->c, TYPE_NAMED);
	shape->object = object_new(m->c, OBJECT_TYPE, name, shape, NO_POS, m->shapes);
	shape->origin = shape;
	shape->underlying_ = under;
	map_put(m->c->arena, &m->types, name, shape);
	return shape;
}

bool is_shape(const Type *t)
{
	return t->kind == TYPE_NAMED && t->object && t->object->package && strcmp(t->object->package->path, "go.shape") == 0;
}

static ObjectList params_of(const Object *f)
{
	return f->type->type_params.len ? f->type->type_params : f->type->receiver_type_params;
}

/* The constraints of a method's type parameters are those of its type. */
static Type *constraint_of(const Object *f, int i)
{
	ObjectList list = f->type->type_params.len || !f->receiver_base ? f->type->type_params : f->receiver_base->type_params;
	return list.items[i]->type->constraint;
}

static TypeList shapes_of(Maker *m, const Object *origin, TypeList args)
{
	TypeList r = {0};
	for (int i = 0; i < args.len; i++)
		vec_push(m->c->arena, &r, shape_of(m, args.items[i], constraint_of(origin, i)));
	return r;
}

static const char *arguments_text(Maker *m, TypeList args)
{
	Buf b;
	buf_init(&b, m->c->arena);
	for (int i = 0; i < args.len; i++)
		buf_printf(&b, "%s%s", i ? "," : "[", type_argument_text(m->c, args.items[i]));
	buf_char(&b, ']');
	return b.s;
}

static const char *key_of(Maker *m, const Object *o, const char *what, TypeList args)
{
	Buf b;
	buf_init(&b, m->c->arena);
	buf_printf(&b, "%p%s", (const void *)o, what);
	for (int i = 0; i < args.len; i++)
		buf_printf(&b, ",%s", type_key(m->c, args.items[i]));
	return intern_str(m->c, b.s);
}

/* ---- functions ------------------------------------------------------------------------------- */

static Object *shell(Maker *m, Object *of)
{
	Arena *a = m->c->arena;
	Object *o = NEW(a, Object);
	*o = *of;
	o->escape = o->backend = NULL;
	o->origin = NULL;
	o->decl = NEW(a, Decl);
	*o->decl = *of->decl;
	o->decl->func_info = NEW(a, FuncInfo);
	o->decl->func_info->object = o;
	vec_push(a, &m->view->functions, o);
	return o;
}

static Type *receiver_type(Maker *m, const Object *origin, TypeList args)
{
	Type *base = origin->receiver_base;
	return base->origin && base->origin->type_params.len ? instantiate_named(m->c, base->origin, args) : base;
}

static Object *instance_new(Maker *m, Object *origin, TypeList args, bool around)
{
	Object *o = shell(m, origin);
	Type *signature = NEW(m->c->arena, Type);
	Subst s = {params_of(origin), args};
	*signature = *subst(m->c, origin->type, &s);
	signature->type_params = signature->receiver_type_params = (ObjectList){0};
	o->type = signature;
	o->decl->func_info->type = signature;
	if (origin->receiver_base)
		o->receiver_base = receiver_type(m, origin, args);
	else
		o->name = intern_str(m->c, arena_printf(m->c->arena, "%s%s", origin->name, arguments_text(m, args)));
	o->stencil = NEW(m->c->arena, Stencil);
	*o->stencil = (Stencil){.origin = origin, .is_around = around};
	return o;
}

/* F[go.shape.int] for F[int]. */
static Object *shape_instance(Maker *m, Object *origin, TypeList args)
{
	TypeList shapes = shapes_of(m, origin, args);
	const char *key = key_of(m, origin, "", shapes);
	Object *o = map_get(&m->instances, key);
	if (o)
		return o;
	o = instance_new(m, origin, shapes, false);
	map_put(m->c->arena, &m->instances, key, o);
	vec_push(m->c->arena, &m->work, ((Work){o, {params_of(origin), shapes}}));
	return o;
}

/* ---- F[int]: a function that calls F[go.shape.int] ------------------------------------------------ */

static Expr *expr_at(Maker *m, ExprKind kind, Pos pos, Type *type)
{
	Expr *e = NEW(m->c->arena, Expr);
	e->kind = kind;
	e->pos = e->start = e->end = pos;
	e->type = type;
	e->mode = MODE_VALUE;
	return e;
}

static Expr *variable(Maker *m, Object *o, Pos pos)
{
	Expr *e = expr_at(m, EXPR_NAME, pos, o->type);
	e->name = o->name;
	e->object = o;
	e->mode = MODE_VARIABLE;
	return e;
}

static Object *parameter(Maker *m, const Object *of, const Subst *s, FuncInfo *owner)
{
	Object *o = NEW(m->c->arena, Object);
	*o = *of;
	o->type = subst(m->c, of->type, s);
	o->owner = owner;
	o->initial = NULL;
	o->escape = o->backend = NULL;
	o->captured = o->assigned = o->changed = o->captured_by_reference = o->addr_taken = o->escapes = o->dropped = false;
	return o;
}

static Expr *callee_of_around(Maker *m, Object *shape, const FuncInfo *info, TypeList args, Pos pos)
{
	if (!info->receiver) {
		Expr *name = expr_at(m, EXPR_NAME, pos, info->type);
		name->name = shape->name;
		name->object = shape;
		name->type_args = args;
		return name;
	}
	Expr *e = expr_at(m, EXPR_SELECTOR, pos, info->type);
	Selection *s = NEW(m->c->arena, Selection);
	e->x = variable(m, info->receiver, pos);
	e->name = shape->name;
	e->object = shape;
	s->kind = SELECT_METHOD_VALUE;
	s->receiver = s->holder = info->receiver->type;
	s->object = shape;
	e->selection = s;
	return e;
}

static void write_around(Maker *m, Object *o, Object *shape, TypeList args)
{
	Arena *a = m->c->arena;
	Object *origin = o->stencil->origin;
	FuncInfo *info = o->decl->func_info;
	const FuncInfo *of = origin->decl->func_info;
	Subst s = {params_of(origin), args};
	Pos pos = function_pos(info);
	if (of->receiver)
		info->receiver = parameter(m, of->receiver, &s, info);
	for (int i = 0; i < of->params.len; i++)
		vec_push(a, &info->params, parameter(m, of->params.items[i], &s, info));
	for (int i = 0; i < of->results.len; i++)
		vec_push(a, &info->results, parameter(m, of->results.items[i], &s, info));
	Expr *call = expr_at(m, EXPR_CALL, pos, NULL);
	call->call_kind = CALL_FUNC;
	call->x = callee_of_around(m, shape, info, args, pos);
	call->has_dots = o->type->variadic;
	for (int i = 0; i < info->params.len; i++)
		vec_push(a, &call->list, variable(m, info->params.items[i], pos));
	int n = o->type->results.len;
	call->type = n == 1 ? o->type->results.items[0]->type : n ? tuple_of(m->c, o->type->results) : NULL;
	Stmt *st = NEW(a, Stmt);
	st->kind = n ? STMT_RETURN : STMT_EXPR;
	st->pos = pos;
	if (n)
		vec_push(a, &st->rhs, call);
	else
		st->x = call;
	o->decl->body = NEW(a, Block);
	o->decl->body->pos = o->decl->body->end = pos;
	vec_push(a, &o->decl->body->list, st);
}

static Object *around_instance(Maker *m, Object *origin, TypeList args)
{
	const char *key = key_of(m, origin, "around", args);
	Object *o = map_get(&m->instances, key);
	if (o)
		return o;
	o = instance_new(m, origin, args, true);
	map_put(m->c->arena, &m->instances, key, o);
	o->stencil->shape = shape_instance(m, origin, args);
	write_around(m, o, o->stencil->shape, args);
	see_instance(m, origin, args);
	return o;
}

/* ---- what types and type arguments occur --------------------------------------------------------------- */

static bool any_shape(Maker *m, const TypeList *args)
{
	for (int i = 0; i < args->len; i++)
		if (strstr(type_argument_text(m->c, args->items[i]), "go.shape.") != NULL)
			return true;
	return false;
}

static bool has_text(const Object *f) { return f->decl && f->decl->func_info && f->decl->body; }

static void see_methods(Maker *m, Type *t)
{
	const ObjectList *methods = &t->origin->methods;
	for (int i = 0; i < methods->len; i++)
		if (has_text(methods->items[i]) && methods->items[i]->type)
			around_instance(m, methods->items[i], t->type_args);
}

static void see_types(Maker *m, const ObjectList *list)
{
	for (int i = 0; i < list->len; i++)
		see_type(m, list->items[i]->type);
}

static void see_type(Maker *m, Type *t)
{
	t = unalias(t);
	if (!t || t->kind <= TYPE_LAST_BASIC || t->kind == TYPE_PARAM || t->kind == TYPE_UNION || is_shape(t))
		return;
	if (map_get(&m->visited, t) || m->view->functions.len > MOST_INSTANCES)
		return;
	map_put(m->c->arena, &m->visited, t, t);
	if (t->kind == TYPE_NAMED) {
		if (is_generic(t) || has_type_params(t))
			return;
		if (t->type_args.len && !any_shape(m, &t->type_args)) {
			const char *key = intern_str(m->c, type_key(m->c, t));
			if (map_get(&m->visited, key))
				return;
			map_put(m->c->arena, &m->visited, key, t);
			see_methods(m, t);
		}
		if (t->type_args.len || (t->object && t->object->package == m->package))
			see_type(m, underlying(t));
		return;
	}
	see_type(m, t->elem);
	see_type(m, t->key);
	see_types(m, &t->fields);
	see_types(m, &t->results);
}

typedef struct Seeing { Maker *m; Subst subst; } Seeing;

static TypeList subst_args(Compiler *c, const TypeList *args, const Subst *s)
{
	TypeList r = {0};
	for (int i = 0; i < args->len; i++)
		vec_push(c->arena, &r, subst(c, args->items[i], s));
	return r;
}

static void see_expr(void *arg, Expr *e)
{
	Seeing *s = arg;
	if (e->mode != MODE_TYPE || e->kind != EXPR_NAME)
		see_type(s->m, subst(s->m->c, e->type, &s->subst));
	Object *o = e->object;
	bool named = (e->kind == EXPR_NAME || (e->kind == EXPR_SELECTOR && !e->selection)) && o && o->kind == OBJECT_FUNC;
	if (named && e->type_args.len && o->type && o->type->type_params.len && has_text(o))
		see_instance(s->m, o, subst_args(s->m->c, &e->type_args, &s->subst));
}

/* What the generic text names with these type arguments. */
static void see_instance(Maker *m, Object *origin, TypeList args)
{
	const char *key = key_of(m, origin, "seen", args);
	if (map_get(&m->visited, key) || ++m->count > MOST_INSTANCES)
		return;
	map_put(m->c->arena, &m->visited, key, origin);
	Seeing s = {m, {params_of(origin), args}};
	Walker w = {.expr = see_expr, .arg = &s, .literals = true};
	walk_block(&w, origin->decl->body);
}

/* ---- names of the copy -------------------------------------------------------------------------------- */

/* Functions that a copied expression names. is_callee: it is called, not kept. */
static Object *function_of_view(Maker *m, Object *o, const TypeList *args, bool is_callee)
{
	Object *origin = o->origin ? o->origin : o;
	Object *copy = map_get(&m->copies, origin);
	if (copy || !args->len || !has_text(origin))
		return copy ? copy : o;
	if (!m->in_shape)
		see_instance(m, origin, *args);
	Object *shape = shape_instance(m, origin, *args);
	if (m->in_shape)
		return shape;
	Object *around = around_instance(m, origin, *args);
	return is_callee ? shape : around;
}

static void name_method(Maker *m, Expr *e)
{
	Selection *s = e->selection;
	if (s->kind == SELECT_FIELD || s->kind == SELECT_INTERFACE_METHOD || !s->object || s->object->stencil ||
			(s->holder && (is_type_param(s->holder) || is_interface(s->holder))))
		return;
	Type *holder = s->holder ? unalias(s->holder) : NULL;
	if (holder && holder->kind == TYPE_POINTER)
		holder = unalias(holder->elem);
	TypeList none = {0};
	const TypeList *args = holder && holder->kind == TYPE_NAMED ? &holder->type_args : &none;
	Object *origin = s->object->origin ? s->object->origin : s->object;
	if (!origin->type || origin->type->receiver_type_params.len != args->len)
		return;
	e->object = s->object = function_of_view(m, s->object, args, true);
}

/* Of EXPR_NAME, EXPR_SELECTOR: the function that it names; of a call: its callee, once more. */
static Expr *named(void *arg, Expr *e)
{
	Maker *m = arg;
	if (!m->in_shape && e->type && e->mode != MODE_TYPE)
		see_type(m, e->type);
	if (e->kind == EXPR_INDEX && e->type_args.len) {
		Expr *name = unparen(e->x);
		name->start = e->start;
		name->pos = e->pos;
		name->type = e->type;
		return name;
	}
	if (e->kind == EXPR_SELECTOR && e->selection) {
		name_method(m, e);
	} else if ((e->kind == EXPR_NAME || e->kind == EXPR_SELECTOR) && e->object && e->object->kind == OBJECT_FUNC &&
			!e->object->receiver_base) {
		e->object = function_of_view(m, e->object, &e->type_args, false);
	} else if (e->kind == EXPR_CALL && e->call_kind == CALL_FUNC) {
		Expr *fun = declared_function(unparen(e->x));
		if (fun && fun->object->stencil && fun->object->stencil->is_around)
			fun->object = fun->object->stencil->shape;
	}
	return e;
}

/* ---- the copy ------------------------------------------------------------------------------------------- */

static bool is_plain(const Object *f)
{
	return f->decl && (!f->type || (!f->type->type_params.len && !f->type->receiver_type_params.len));
}

static void copy_plain(Maker *m, Object *f, const CloneHooks *hooks)
{
	Object *copy = map_get(&m->copies, f);
	if (!has_text(f)) {
		copy->decl->func_info = f->decl->func_info;
		return;
	}
	Subst none = {0};
	copy->decl->body = clone_function(m->c, f->decl->func_info, copy->decl->func_info, m->package, none, hooks);
	see_types(m, &copy->decl->func_info->params);
	see_types(m, &copy->decl->func_info->locals);
}

static void copy_initializers(Maker *m, const CloneHooks *hooks)
{
	for (int i = 0; i < m->package->init_order.len; i++) {
		Initializer *in = NEW(m->c->arena, Initializer);
		*in = *m->package->init_order.items[i];
		in->rhs = clone_initializer(m->c, in->rhs, m->package, hooks);
		vec_push(m->c->arena, &m->view->init_order, in);
	}
}

static void add_literal(void *arg, Expr *e)
{
	Maker *m = arg;
	if (e->kind == EXPR_FUNC)
		vec_push(m->c->arena, &m->view->package_literals, e);
}

/* What Go's compiler has written out. */
static void write_out(Maker *m)
{
	for (int i = 0; i < m->view->functions.len; i++) {
		const Object *f = m->view->functions.items[i];
		if (!has_text(f))
			continue;
		if (f->stencil && !f->stencil->is_around)
			make_literals_of_values(m->c, m->package, f->decl->func_info);
		wrap_calls(m->c, m->package, f->decl->func_info);
	}
	for (int i = 0; i < m->view->package_literals.len; i++)
		wrap_calls(m->c, m->package, m->view->package_literals.items[i]->func_info);
}

View *view_new(Compiler *c, Package *package)
{
	Maker m = {.c = c, .package = package, .view = NEW(c->arena, View), .shapes = NEW(c->arena, Package)};
	CloneHooks hooks = {named, &m};
	c->types->current = package;
	*m.shapes = (Package){.path = "go.shape", .name = "go.shape"};
	for (int i = 0; i < package->functions.len; i++) {
		Object *f = package->functions.items[i];
		if (is_plain(f))
			map_put(c->arena, &m.copies, f, shell(&m, f));
	}
	for (int i = 0; i < package->functions.len; i++)
		if (is_plain(package->functions.items[i]))
			copy_plain(&m, package->functions.items[i], &hooks);
	copy_initializers(&m, &hooks);
	for (int i = 0; i < package->type_names.len; i++)
		see_type(&m, package->type_names.items[i]->type);
	m.in_shape = true;
	for (int i = 0; i < m.work.len; i++) {
		Work w = m.work.items[i];
		Object *origin = w.instance->stencil->origin;
		w.instance->decl->body = clone_function(c, origin->decl->func_info, w.instance->decl->func_info, origin->package,
				w.subst, &hooks);
		w.instance->decl->func_info->type = w.instance->type;
	}
	Walker walk = {.expr = add_literal, .arg = &m};
	for (int i = 0; i < m.view->init_order.len; i++)
		walk_expr(&walk, m.view->init_order.items[i]->rhs);
	write_out(&m);
	return m.view;
}

static void swap_lists(Package *p, View *v)
{
	View was = {p->functions, {0}, {0}};
	was.package_literals.items = p->package_literals.items;
	was.package_literals.len = was.package_literals.cap = p->package_literals.len;
	was.init_order.items = p->init_order.items;
	was.init_order.len = was.init_order.cap = p->init_order.len;
	p->functions = v->functions;
	p->package_literals.items = v->package_literals.items;
	p->package_literals.len = p->package_literals.cap = v->package_literals.len;
	p->init_order.items = v->init_order.items;
	p->init_order.len = p->init_order.cap = v->init_order.len;
	*v = was;
}

/* Puts the view in the package's place, or takes it back. */
void view_swap(Package *package, View *view) { swap_lists(package, view); }
