/*
 * canonical.c - one Type per set of identical types.
 *
 * A canonical type has canonical parts all the way down: elements, fields, parameters, and the type a named type
 * stands for (its underlying_ is replaced once it is known). Method signatures are left to whoever looks at them. A
 * named type is entered into the table before its parts are visited, which ends recursive types. To be used after
 * checking only.
 */
#include "private.h"

static ObjectList canonical_objects(Compiler *c, const ObjectList *list, bool *changed)
{
	ObjectList result = {0};

	for (int i = 0; i < list->len; i++) {
		Object *o = list->items[i];
		Type *t = types_canonical(c, o->type);
		if (t != o->type) {
			o = object_copy(c, o, t);
			*changed = true;
		}
		vec_push(c->arena, &result, o);
	}
	return result;
}

static Type *copy_type(Compiler *c, const Type *t)
{
	Type *copy = type_new(c, t->kind);

	copy->elem = t->elem;
	copy->key = t->key;
	copy->length = t->length;
	copy->dir = t->dir;
	copy->variadic = t->variadic;
	copy->fields = t->fields;
	copy->results = t->results;
	copy->type_params = t->type_params;
	for (int i = 0; i < t->tags.len; i++)
		vec_push(c->arena, &copy->tags, t->tags.items[i]);
	return copy;
}

/* An interface is reduced to its type set: all methods explicit, nothing embedded but terms. Interfaces that are as
 * their type set says (nothing embedded), and constraints, stay as they are. */
static Type *canonical_interface(Compiler *c, Type *t)
{
	TypeSet *set = type_set_of(t);

	if (t->embeddeds.len == 0 || !set->all || set->comparable)
		return t;
	Type *flat = type_new(c, TYPE_INTERFACE);
	for (int i = 0; i < set->methods.len; i++)
		vec_push(c->arena, &flat->methods, set->methods.items[i]);
	flat->type_set = set;
	return flat;
}

static Type *canonical_parts(Compiler *c, Type *t)
{
	bool changed = false;
	Type *elem = t->elem ? types_canonical(c, t->elem) : NULL;
	Type *key = t->key ? types_canonical(c, t->key) : NULL;
	ObjectList fields = canonical_objects(c, &t->fields, &changed);
	ObjectList results = canonical_objects(c, &t->results, &changed);

	if (!changed && elem == t->elem && key == t->key && !t->receiver)
		return t;
	Type *copy = copy_type(c, t);
	copy->elem = elem;
	copy->key = key;
	copy->fields = fields;
	copy->results = results;
	return copy;
}

/* The parts of t may have led back to a type with this key, which was then entered first. */
static Type *enter(Compiler *c, const char *key, Type *t)
{
	Type *known = map_get(&c->types->canonical, key);

	if (known)
		return known;
	map_put(c->arena, &c->types->canonical, key, t);
	t->canonical = t;
	t->key_text = key;
	return t;
}

/* The type it stands for is replaced by its canonical form, for all who ask underlying() from now on; an instance that
 * could not be expanded (an error) is left alone. */
static Type *canonical_named(Compiler *c, const char *key, Type *t)
{
	enter(c, key, t);
	Type *u = underlying(t);
	if (u->kind != TYPE_INVALID) {
		Type *canonical = types_canonical(c, u);
		if (is_expanded(t))
			t->underlying_ = canonical;
	}
	return t;
}

static Type *make_canonical(Compiler *c, const char *key, Type *t)
{
	switch (t->kind) {
	case TYPE_NAMED:
		return canonical_named(c, key, t);
	case TYPE_INTERFACE:
		return enter(c, key, canonical_interface(c, t));
	case TYPE_PARAM: case TYPE_UNION:
		return enter(c, key, t);
	default:
		if (is_basic_kind(t))
			return enter(c, key, c->types->basic[t->kind]);
		return enter(c, key, canonical_parts(c, t));
	}
}

Type *types_canonical(Compiler *c, Type *t)
{
	if (!t || t->canonical)
		return t ? t->canonical : NULL;
	if (t->aliased)
		return t->canonical = types_canonical(c, t->aliased);
	const char *key = type_key(c, t);
	Type *canonical = map_get(&c->types->canonical, key);
	if (!canonical)
		canonical = make_canonical(c, key, t);
	debug_require(canonical->canonical == canonical && canonical->kind == t->kind);
	debug_require(identical(canonical, t));     /* one key: identical */
	t->canonical = canonical;
	return canonical;
}
