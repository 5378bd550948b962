/*
 * identical.c - type identity, and which types can be compared with ==.
 *
 * Named types are compared by declaration and type arguments, never by what
 * they stand for, so the recursion through them ends. The one other way to a
 * cycle is an interface whose method mentions an interface literal embedding
 * it (type T interface{ m() interface{T} }): pairs of interfaces under comparison are kept
 * on a stack and assumed identical when met again.
 */
#include "private.h"

#include <string.h>

typedef struct Pair { Type *a, *b; const struct Pair *outer; } Pair;
typedef struct { bool ignore_tags; } Rule;

static bool same(Type *a, Type *b, Rule rule, const Pair *outer);

static bool same_object_types(const ObjectList *a, const ObjectList *b, Rule rule, const Pair *outer)
{
	if (a->len != b->len)
		return false;
	for (int i = 0; i < a->len; i++)
		if (!same(a->items[i]->type, b->items[i]->type, rule, outer))
			return false;
	return true;
}

static bool same_lists(const TypeList *a, const TypeList *b, Rule rule, const Pair *outer)
{
	if (a->len != b->len)
		return false;
	for (int i = 0; i < a->len; i++)
		if (!same(a->items[i], b->items[i], rule, outer))
			return false;
	return true;
}

FieldTag tag_of(const Type *t, int i)
{
	debug_require(i >= 0 && i < t->fields.len && t->tags.len <= t->fields.len);
	return i < t->tags.len ? t->tags.items[i] : (FieldTag){NULL, 0};
}

bool same_tags(const Type *a, const Type *b, int i)
{
	FieldTag x = tag_of(a, i), y = tag_of(b, i);

	return x.len == y.len && (x.len == 0 || memcmp(x.text, y.text, x.len) == 0);
}

/* Same fields in the same order: names (of one package where they are not exported), types, tags, and whether they are
 * embedded. Conversions alone look past the tags. */
static bool same_structs(Type *a, Type *b, Rule rule, const Pair *outer)
{
	if (a->fields.len != b->fields.len)
		return false;
	for (int i = 0; i < a->fields.len; i++) {
		const Object *f = a->fields.items[i], *g = b->fields.items[i];
		if (f->embedded != g->embedded || !same_name(f, g->name, g->package))
			return false;
		if (!rule.ignore_tags && !same_tags(a, b, i))
			return false;
		if (!same(f->type, g->type, rule, outer))
			return false;
	}
	return true;
}

/* Generic signatures are identical if they are so after renaming b's type parameters to a's. */
static bool same_generic_functions(Type *a, Type *b, Rule rule, const Pair *outer)
{
	Compiler *c = a->types->c;
	Subst s = {b->type_params, object_types(c, a->type_params)};

	debug_require(a->type_params.len == b->type_params.len);
	for (int i = 0; i < a->type_params.len; i++) {
		Type *p = a->type_params.items[i]->type, *q = b->type_params.items[i]->type;
		if (!same(p->constraint, subst(c, q->constraint, &s), rule, outer))
			return false;
	}
	Type *renamed = subst(c, b, &s);
	return same_object_types(&a->fields, &renamed->fields, rule, outer) &&
	       same_object_types(&a->results, &renamed->results, rule, outer);
}

static bool same_functions(Type *a, Type *b, Rule rule, const Pair *outer)
{
	if (a->variadic != b->variadic || a->type_params.len != b->type_params.len)
		return false;
	if (a->type_params.len > 0)
		return same_generic_functions(a, b, rule, outer);
	return same_object_types(&a->fields, &b->fields, rule, outer) && same_object_types(&a->results, &b->results, rule,
		outer);
}

static bool same_terms(const TypeSet *a, const TypeSet *b)
{
	return term_set_subset(a, b) && term_set_subset(b, a);
}

/* By type set, not by spelling: interface{ A; m() } is interface{ m(); A }. Methods are in one order in both sets. A
 * pair met again inside itself is taken for identical: if it is not, something else on the way will show it. */
static bool same_interfaces(Type *a, Type *b, Rule rule, const Pair *outer)
{
	for (const Pair *p = outer; p; p = p->outer)
		if ((p->a == a && p->b == b) || (p->a == b && p->b == a))
			return true;
	Pair here = {a, b, outer};
	TypeSet *x = type_set_of(a), *y = type_set_of(b);
	if (x->methods.len != y->methods.len || x->comparable != y->comparable || x->all != y->all)
		return false;
	if (!x->all && !same_terms(x, y))
		return false;
	for (int i = 0; i < x->methods.len; i++) {
		Object *m = x->methods.items[i], *n = y->methods.items[i];
		if (!same_name(m, n->name, n->package) || !m->type || !n->type || !same(m->type, n->type, rule, &here))
			return false;
	}
	return true;
}

static bool same_unions(Type *a, Type *b, Rule rule, const Pair *outer)
{
	if (a->terms.len != b->terms.len)
		return false;
	for (int i = 0; i < a->terms.len; i++)
		if (a->terms.items[i].tilde != b->terms.items[i].tilde ||
		    !same(a->terms.items[i].type, b->terms.items[i].type, rule, outer))
			return false;
	return true;
}

/* Instances of one generic type are identical if their arguments are. same_lists says no where an instance meets its
 * origin, whose list of arguments is empty. */
static bool same_named(Type *a, Type *b, Rule rule, const Pair *outer)
{
	debug_require(a->origin->origin == a->origin && b->origin->origin == b->origin);
	if (a->origin != b->origin)
		return false;
	if (a->type_args.len == 0 && b->type_args.len == 0 && a->enclosing_args.len == 0 && b->enclosing_args.len == 0)
		return true;
	return same_lists(&a->type_args, &b->type_args, rule, outer) && same_lists(&a->enclosing_args, &b->enclosing_args,
	                                                                           rule, outer);
}

static bool same(Type *a, Type *b, Rule rule, const Pair *outer)
{
	if (a == b)
		return true;
	if (!a || !b || a->kind != b->kind)
		return false;
	switch (a->kind) {
	case TYPE_NAMED:
		return same_named(a, b, rule, outer);
	case TYPE_ARRAY:
		return (a->length < 0 || b->length < 0 || a->length == b->length) && same(a->elem, b->elem, rule, outer);
	case TYPE_POINTER: case TYPE_SLICE:
		return same(a->elem, b->elem, rule, outer);
	case TYPE_MAP:
		return same(a->key, b->key, rule, outer) && same(a->elem, b->elem, rule, outer);
	case TYPE_CHAN:
		return a->dir == b->dir && same(a->elem, b->elem, rule, outer);
	case TYPE_STRUCT:
		return same_structs(a, b, rule, outer);
	case TYPE_TUPLE:
		return same_object_types(&a->fields, &b->fields, rule, outer);
	case TYPE_FUNC:
		return same_functions(a, b, rule, outer);
	case TYPE_INTERFACE:
		return same_interfaces(a, b, rule, outer);
	case TYPE_UNION:
		return same_unions(a, b, rule, outer);
	case TYPE_PARAM:
		return false;
	default:
		return true;        /* basic types of one kind */
	}
}

bool identical(Type *a, Type *b)
{
	return same(a, b, (Rule){false}, NULL);
}

bool identical_ignore_tags(Type *a, Type *b)
{
	return same(a, b, (Rule){true}, NULL);
}

bool same_types(const TypeList *a, const TypeList *b)
{
	return same_lists(a, b, (Rule){false}, NULL);
}

/* ---- comparable types ------------------------------------------------------------------ */

typedef struct Seen { const Type *t; const struct Seen *outer; } Seen;

enum { MAX_NESTING = 500 };     /* deeper types are invalid recursive ones */

static bool was_seen(const Seen *seen, const Type *t)
{
	for (int depth = 0; seen; seen = seen->outer, depth++)
		if (seen->t == t || depth > MAX_NESTING)
			return true;
	return false;
}

static bool comparable(Type *t, bool dynamic, const Seen *outer, Type **culprit);

static bool set_comparable(const TypeSet *set, const Seen *outer, Type **culprit)
{
	if (set->all)
		return set->comparable;
	for (int i = 0; i < set->terms.len; i++)
		if (!comparable(set->terms.items[i].type, false, outer, culprit))
			return false;
	return true;
}

/* On failure *culprit is the innermost type to blame: the incomparable field, or the array. */
static bool comparable(Type *t, bool dynamic, const Seen *outer, Type **culprit)
{
	if (was_seen(outer, t))
		return true;
	Seen here = {t, outer};
	Type *u = underlying(t);
	switch (u->kind) {
	case TYPE_SLICE: case TYPE_MAP: case TYPE_FUNC: case TYPE_TUPLE: case TYPE_UNION: case TYPE_UNTYPED_NIL:
		return false;
	case TYPE_STRUCT:
		for (int i = 0; i < u->fields.len; i++)
			if (!comparable(u->fields.items[i]->type, dynamic, &here, culprit)) {
				*culprit = u->fields.items[i]->type;
				return false;
			}
		return true;
	case TYPE_ARRAY:
		return comparable(u->elem, dynamic, &here, culprit);
	case TYPE_INTERFACE:
		return (dynamic && t->kind != TYPE_PARAM) || set_comparable(type_set_of(u), &here, culprit);
	default:
		return true;
	}
}

/* "Comparison operators". Interfaces are comparable though comparing may panic (dynamic), and are not where a
 * constraint demands that it never does. A recursive type is comparable as far as the recursion goes. */
bool comparable_type(Type *t, bool dynamic)
{
	Type *culprit = NULL;

	return comparable(t, dynamic, NULL, &culprit);
}

const char *incomparable_cause(Compiler *c, Type *t)
{
	Type *culprit = NULL, *u = underlying(t);

	switch (u->kind) {
	case TYPE_SLICE: return "slice can only be compared to nil";
	case TYPE_MAP: return "map can only be compared to nil";
	case TYPE_FUNC: return "func can only be compared to nil";
	default: break;
	}
	if (comparable(t, true, NULL, &culprit))
		return "";
	if (t->kind == TYPE_PARAM)
		return "incomparable types in type set";
	if (u->kind == TYPE_STRUCT)
		return arena_printf(c->arena, "struct containing %s cannot be compared", type_text(c, culprit));
	return arena_printf(c->arena, "%s cannot be compared", type_text(c, t));
}
