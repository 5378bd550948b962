/*
 * subst.c - replacing type parameters by types.
 *
 * Types are immutable, so what changes is copied and what does not is shared: subst returns t itself when no
 * parameter occurs in it. Named types are never entered: an instance becomes the instance with
 * substituted arguments, expanded when somebody needs it.
 *
 * Sharing is not for the memory alone: a type without parameters keeps its identity, its type set and its key, so that
 * most comparisons after a substitution are of pointers.
 */
#include "private.h"

/* Lists of unequal lengths come from errors that were reported; what has no argument stays. */
static Type *subst_param(Type *t, const Subst *s)
{
	for (int i = 0; i < s->params.len && i < s->args.len; i++)
		if (s->params.items[i]->type == t)
			return s->args.items[i] ? s->args.items[i] : t;
	return t;
}

/* True if something changed; *out is then the new list. */
static bool subst_types(Compiler *c, const TypeList *list, const Subst *s, TypeList *out)
{
	bool changed = false;

	*out = (TypeList){0};
	for (int i = 0; i < list->len; i++) {
		Type *t = subst(c, list->items[i], s);
		changed |= t != list->items[i];
		vec_push(c->arena, out, t);
	}
	return changed;
}

static bool subst_objects(Compiler *c, const ObjectList *list, const Subst *s, ObjectList *out)
{
	bool changed = false;

	*out = (ObjectList){0};
	for (int i = 0; i < list->len; i++) {
		Object *o = list->items[i];
		Type *t = subst(c, o->type, s);
		if (t != o->type) {
			o = object_copy(c, o, t);
			changed = true;
		}
		vec_push(c->arena, out, o);
	}
	if (!changed)
		*out = *list;
	return changed;
}

/* Of a type literal. Everything that was worked out for the old type is unknown for the copy: keeping the type set of
 * interface{ m(T) } would give interface{ m(int) } a method that still mentions T. */
static Type *copy_of(Compiler *c, const Type *t)
{
	Type *copy = type_new(c, t->kind);
	Type *origin = copy->origin;

	debug_require(t->kind != TYPE_NAMED && t->kind != TYPE_PARAM);          /* known by address: a copy would be another */
	*copy = *t;
	copy->origin = origin;
	copy->aliased = NULL;
	copy->alias = NULL;
	copy->type_set = NULL;
	copy->key_text = NULL;
	copy->canonical = NULL;
	copy->state = 0;
	copy->size = -1;
	copy->backend = NULL;
	return copy;
}

/* List[T] becomes List[int]; a local type becomes the one of the function's instance. The generic type itself, without
 * arguments, mentions its own parameters only, which nobody outside of it replaces. */
static Type *subst_named(Compiler *c, Type *t, const Subst *s)
{
	TypeList args;

	if (t->origin->enclosing_params.len > 0) {
		TypeList enclosing = enclosing_args_of(c, t);
		if (subst_types(c, &enclosing, s, &args))
			return instantiate_local(c, t, args);
		return t;
	}
	if (t->type_args.len > 0 && subst_types(c, &t->type_args, s, &args))
		return instantiate_named(c, t->origin, args);
	return t;
}

static Type *subst_elem(Compiler *c, Type *t, const Subst *s)
{
	Type *elem = subst(c, t->elem, s);
	Type *key = t->key ? subst(c, t->key, s) : NULL;

	if (elem == t->elem && key == t->key)
		return t;
	Type *copy = copy_of(c, t);
	copy->elem = elem;
	copy->key = key;
	return copy;
}

static Type *subst_fields(Compiler *c, Type *t, const Subst *s)
{
	ObjectList fields, results;
	bool changed = subst_objects(c, &t->fields, s, &fields);

	changed |= subst_objects(c, &t->results, s, &results);
	if (!changed)
		return t;
	Type *copy = copy_of(c, t);
	copy->fields = fields;
	copy->results = results;
	return copy;
}

/* The interface that a method belongs to is told by receiver_base: methods that were copied belong to the copy, those
 * of embedded interfaces, which are listed elsewhere, do not. */
static Type *subst_interface(Compiler *c, Type *t, const Subst *s)
{
	ObjectList methods;
	TypeList embeddeds;
	bool changed = subst_objects(c, &t->methods, s, &methods);

	changed |= subst_types(c, &t->embeddeds, s, &embeddeds);
	if (!changed)
		return t;
	Type *copy = copy_of(c, t);
	copy->methods = methods;
	copy->embeddeds = embeddeds;
	for (int i = 0; i < methods.len; i++)
		if (methods.items[i]->receiver_base == t && methods.items[i] != t->methods.items[i])
			methods.items[i]->receiver_base = copy;
	return copy;
}

static Type *subst_union(Compiler *c, Type *t, const Subst *s)
{
	Type *copy = NULL;

	for (int i = 0; i < t->terms.len; i++) {
		Type *term = subst(c, t->terms.items[i].type, s);
		if (term != t->terms.items[i].type && !copy) {
			copy = copy_of(c, t);
			copy->terms.items = NULL;
			copy->terms.len = copy->terms.cap = 0;
			for (int j = 0; j < t->terms.len; j++)
				vec_push(c->arena, &copy->terms, t->terms.items[j]);
		}
		if (copy)
			copy->terms.items[i].type = term;
	}
	return copy ? copy : t;
}

/* The name of an alias without parameters is lost where the aliased type changes. */
static Type *subst_aliased(Compiler *c, Type *t, const Subst *s)
{
	Type *changed = subst(c, t->aliased, s);
	TypeList args;

	if (changed == t->aliased)
		return t;
	if (!subst_types(c, &t->alias_args, s, &args))
		return changed;
	return type_aliased(c, t->alias, args, changed);
}

/* Ends because named types are not entered: every way through a type that is recursive leads through one. */
Type *subst(Compiler *c, Type *t, const Subst *s)
{
	if (!t || s->params.len == 0)
		return t;
	if (t->aliased)
		return subst_aliased(c, t, s);
	switch (t->kind) {
	case TYPE_PARAM:
		return subst_param(t, s);
	case TYPE_NAMED:
		return subst_named(c, t, s);
	case TYPE_POINTER: case TYPE_ARRAY: case TYPE_SLICE: case TYPE_MAP: case TYPE_CHAN:
		return subst_elem(c, t, s);
	case TYPE_STRUCT: case TYPE_TUPLE: case TYPE_FUNC:
		return subst_fields(c, t, s);
	case TYPE_INTERFACE:
		return subst_interface(c, t, s);
	case TYPE_UNION:
		return subst_union(c, t, s);
	default:
		return t;
	}
}
