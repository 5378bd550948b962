/*
 * named.c - named types: generic ones, their instances, and when these are expanded.
 *
 * An instance is made of its origin and type arguments alone; there is one Type for identical arguments. Its
 * underlying type and its methods are worked out when first asked for, never while it is made, so that
 *
 *     type List[T any] struct { next *List[T] }
 *
 * ends: substituting in List[int] mentions List[int] again, which is found in the table. While the origin's
 * declaration is still being checked the answer is the invalid type, and nothing is kept.
 *
 * A type declared inside a generic function is another type in each instance of the function. It is treated
 * as generic in the function's type parameters (enclosing_params) without being written so: its instances have
 * enclosing_args. Both kinds are made here, and nowhere else.
 */
#include "private.h"

/* ---- making instances ------------------------------------------------------------------ */

static void key_append(Compiler *c, Buf *key, TypeList args)
{
	for (int i = 0; i < args.len; i++) {
		buf_char(key, i ? ',' : '[');
		buf_str(key, args.items[i] ? type_key(c, args.items[i]) : "?");
	}
}

/* The table is keyed by the origin's address and the keys of the arguments, so identical arguments that are different
 * Types (two []int) find the same instance. The key is for this run alone; symbols are made from type_key. */
static Type *instance_of(Compiler *c, Type *origin, TypeList args, TypeList enclosing)
{
	Buf key;

	require(origin->kind == TYPE_NAMED && origin->origin == origin);
	debug_require(args.len == 0 || enclosing.len == 0);         /* parameters of local types are not in the language */
	buf_init(&key, c->arena);
	buf_printf(&key, "%p", (void *)origin);
	key_append(c, &key, args);
	key_append(c, &key, enclosing);
	Type *t = map_get(&c->types->instances, key.s);
	if (t)
		return t;
	t = type_new(c, TYPE_NAMED);
	t->object = origin->object;
	t->origin = origin;
	t->type_args = args;
	t->enclosing_args = enclosing;
	map_put(c->arena, &c->types->instances, key.s, t);
	return t;
}

/* The list is copied: callers go on building theirs. */
Type *instantiate_named(Compiler *c, Type *origin, TypeList args)
{
	TypeList none = {0}, copy = {0};

	for (int i = 0; i < args.len; i++)
		vec_push(c->arena, &copy, args.items[i]);
	return instance_of(c, origin->origin, copy, none);
}

Type *instantiate_local(Compiler *c, Type *origin, TypeList enclosing_args)
{
	TypeList none = {0};

	debug_require(enclosing_args.len == origin->origin->enclosing_params.len);
	return instance_of(c, origin->origin, none, enclosing_args);
}

TypeList enclosing_args_of(Compiler *c, Type *named)
{
	require(named->kind == TYPE_NAMED);
	return named->origin == named ? object_types(c, named->enclosing_params) : named->enclosing_args;
}

/* The signature with its parameters replaced, itself no longer generic. Methods keep their receiver. */
Type *instantiate_func(Compiler *c, Type *signature, TypeList args)
{
	Subst s = {signature->type_params, args};
	Type *plain = type_new(c, TYPE_FUNC);

	debug_require(signature->kind == TYPE_FUNC);
	plain->fields = signature->fields;
	plain->results = signature->results;
	plain->variadic = signature->variadic;
	plain->receiver = signature->receiver;
	return subst(c, plain, &s);
}

/* ---- aliases ------------------------------------------------------------------------------ */

/*
 * "Alias declarations": an alias is another name of the type, so the copy made here must behave as the type in all but
 * messages. That of a defined type has its origin and arguments, and is expanded like an instance; that of a literal
 * has its parts. Parameters and generic types are known by their address, and go without the name.
 */
Type *type_aliased(Compiler *c, Object *alias, TypeList args, Type *t)
{
	Type *copy;

	debug_require(alias && alias->kind == OBJECT_TYPE);
	t = unalias(t);
	debug_require(!t->aliased);             /* one step always leads to the type */
	if (t->kind == TYPE_INVALID || t->kind == TYPE_PARAM || is_generic(t))
		return t;
	copy = type_new(c, t->kind);
	if (t->kind == TYPE_NAMED) {
		copy->object = t->object;
		copy->origin = t->origin;
		copy->type_args = t->type_args;
		copy->enclosing_args = enclosing_args_of(c, t);
	} else {
		*copy = *t;
		copy->origin = copy;
		copy->key_text = NULL;
		copy->canonical = NULL;
	}
	copy->aliased = t;
	copy->alias = alias;
	copy->alias_args = args;
	return copy;
}

/* ---- expansion ---------------------------------------------------------------------------- */

enum { NAMED_PLAIN, NAMED_EXPANDING, NAMED_EXPANDED };

bool is_expanded(const Type *t)
{
	return t->origin == t || t->state == NAMED_EXPANDED;
}

/* The arguments of an instance, matched with the parameters of its origin. False if their numbers differ (an error). */
static bool instance_subst(Type *t, Subst *s)
{
	if (t->origin->type_params.len > 0)
		*s = (Subst){t->origin->type_params, t->type_args};
	else
		*s = (Subst){t->origin->enclosing_params, t->enclosing_args};
	return s->params.len == s->args.len;
}

/* The origin's underlying type with the arguments put in. While that is under way the answer is the invalid type: it
 * can only be asked for then by type T[P any] T[P], which is an error. An interface whose methods are not all there
 * yet is expanded again next time. */
static Type *expand(Type *t)
{
	Compiler *c = t->types->c;
	Subst s;

	debug_require(t->kind == TYPE_NAMED && t->origin != t);
	if (t->state == NAMED_EXPANDED)
		return t->underlying_;
	Type *u = underlying(t->origin);
	if (u->kind == TYPE_INVALID || t->state == NAMED_EXPANDING || !instance_subst(t, &s))
		return c->types->basic[TYPE_INVALID];
	debug_require(u->kind != TYPE_NAMED && u->kind != TYPE_PARAM);
	t->state = NAMED_EXPANDING;
	Type *expanded = subst(c, u, &s);
	t->state = NAMED_PLAIN;
	if (!u->incomplete) {
		t->underlying_ = expanded;
		t->state = NAMED_EXPANDED;
	}
	return expanded;
}

/* A declaration may name another type (type A B): follow it to a type literal. Circles are errors. */
Type *named_underlying(Type *t)
{
	for (int hops = 0; t && hops < 10000; hops++) {
		if (t->kind == TYPE_PARAM)
			return param_interface(t);
		if (t->kind != TYPE_NAMED)
			return t;
		if (t->origin != t)
			return expand(t);
		if (!t->underlying_)
			return t->types->basic[TYPE_INVALID];
		t = t->underlying_;
	}
	return t->types->basic[TYPE_INVALID];
}

/* "Underlying types". Of a type parameter the interface of its constraint: so a switch over the kinds of underlying
 * types has no case for NAMED and PARAM, but most that is asked of a parameter is about its type set, and must look at
 * t->kind first. */
Type *underlying(Type *t)
{
	if (t->kind == TYPE_NAMED)
		return named_underlying(t);
	if (t->kind == TYPE_PARAM)
		return param_interface(t);
	return t;
}

/* ---- methods ---------------------------------------------------------------------------------- */

/* The checker's colors: a method's signature is not complete while its color is above this, and its copies are made
 * again. */
enum { DECLARED = 1 };

static Object *substituted_receiver(Compiler *c, Object *receiver, Type *instance, bool pointer)
{
	if (!receiver)
		return NULL;
	return object_copy(c, receiver, pointer ? pointer_to(c, instance) : instance);
}

/* The signature of the generic method with its names for the type parameters replaced by the arguments. */
static void complete_method(Compiler *c, Type *instance, Object *copy)
{
	Object *generic = copy->origin;

	if (!generic->type && c->types->resolve)
		c->types->resolve(c, generic);
	if (!generic->type || generic->type->kind != TYPE_FUNC)
		return;
	Type *signature = generic->type;
	Subst s = {signature->receiver_type_params, instance->type_args};
	if (s.params.len != s.args.len)
		s = (Subst){instance->origin->type_params, instance->type_args};
	Type *type = type_new(c, TYPE_FUNC);
	*type = *signature;
	type->key_text = NULL;
	type->canonical = NULL;
	type->receiver_type_params.len = 0;
	if (s.params.len == s.args.len)
		type = subst(c, type, &s);
	type->receiver = substituted_receiver(c, signature->receiver, instance, generic->pointer_receiver);
	copy->type = type;
	copy->color = generic->color;
	copy->pointer_receiver = generic->pointer_receiver;
}

/* Method i, in source order. An instance has copies of its origin's methods, made all at once when the first is asked
 * for and given a signature one by one: List[int].Push takes an int. Methods that the checker adds to the origin later
 * get their copies at the next call. */
Object *named_method_at(Compiler *c, Type *named, int i)
{
	require(named->kind == TYPE_NAMED && i >= 0 && i < named->origin->methods.len);
	if (named->origin == named) {
		Object *m = named->methods.items[i];
		if (!m->type && c->types->resolve)
			c->types->resolve(c, m);
		return m;
	}
	ObjectList *copies = &named->methods, *generic = &named->origin->methods;
	while (copies->len < generic->len) {
		Object *copy = object_copy(c, generic->items[copies->len], NULL);
		copy->origin = generic->items[copies->len];
		vec_push(c->arena, copies, copy);
	}
	if (!copies->items[i]->type || copies->items[i]->color > DECLARED)
		complete_method(c, named, copies->items[i]);
	return copies->items[i];
}

ObjectList named_methods(Compiler *c, Type *named)
{
	for (int i = 0; i < named->origin->methods.len; i++)
		named_method_at(c, named, i);
	return named->methods;
}
