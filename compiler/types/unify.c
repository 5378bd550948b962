/*
 * unify.c - type unification: find types for the bound type parameters that make two types match.
 *
 * Every bound parameter has a slot for what was inferred; parameters known to be equal share one. Exact
 * unification demands identity after replacement. In inexact unification (the specification's "loosely")
 *  - a defined type matches a type literal that its underlying type matches;
 *  - channel directions do not count;
 *  - of an assignment, an interface matches a type whose methods match its methods (even two instances of one
 *    generic interface are compared so: their type arguments need not agree if no method mentions them);
 *  - a type parameter that is not bound matches what its core type matches.
 * An argument matches its parameter inexactly at the top, with parts matching exactly; a type and the core type of its
 * constraint match inexactly down to the bottom.
 * When an inferred type meets another that matches inexactly, the better one is kept: the defined type, the
 * channel with a direction.
 */
#include "private.h"

#include <string.h>

enum { MAX_DEPTH = 100 };       /* deeper: a type that is inferred to contain itself */

void unifier_init(Unifier *u, Compiler *c, ObjectList params)
{
	u->c = c;
	u->params = params;
	u->slot_of = NEW_ARRAY(c->arena, int, params.len + 1);
	u->slots = NEW_ARRAY(c->arena, Type *, params.len + 1);
	u->depth = 0;
	for (int i = 0; i < params.len; i++)
		u->slot_of[i] = i;
}

int unifier_index(const Unifier *u, const Type *t)
{
	if (t->kind != TYPE_PARAM)
		return -1;
	for (int i = 0; i < u->params.len; i++)
		if (u->params.items[i]->type == t)
			return i;
	return -1;
}

Type *unifier_get(const Unifier *u, int i)
{
	debug_require(i >= 0 && i < u->params.len);
	return u->slots[u->slot_of[i]];
}

void unifier_set(Unifier *u, int i, Type *t)
{
	debug_require(i >= 0 && i < u->params.len);
	u->slots[u->slot_of[i]] = t;
}

int unifier_unknowns(const Unifier *u)
{
	int n = 0;

	for (int i = 0; i < u->params.len; i++)
		n += !unifier_get(u, i);
	return n;
}

/* Two parameters that must be the same type share a slot from now on: what one learns the other knows. */
static void join(Unifier *u, int i, int j)
{
	int keep = u->slot_of[i], drop = u->slot_of[j];

	if (!u->slots[keep])
		u->slots[keep] = u->slots[drop];
	for (int k = 0; k < u->params.len; k++)
		if (u->slot_of[k] == drop)
			u->slot_of[k] = keep;
}

/* ---- bound parameters --------------------------------------------------------------------- */

static bool unify_two_params(Unifier *u, int i, int j, int mode)
{
	Type *x = unifier_get(u, i), *y = unifier_get(u, j);

	if (u->slot_of[i] == u->slot_of[j])
		return true;
	if (x && y)
		return unify(u, x, y, mode & ~UNIFY_INTERFACES);
	join(u, i, j);
	return true;
}

/* Of two types that match inexactly, is the second the one to keep? */
static bool is_better(Type *now, Type *other)
{
	if (other->kind == TYPE_NAMED)
		return now->kind != TYPE_NAMED;
	return now->kind == TYPE_CHAN && other->kind == TYPE_CHAN && now->dir == CHAN_BOTH && other->dir != CHAN_BOTH;
}

/* func f[T any](a, b T) with a MyInts and a []int: T was inferred from the first, the second matches inexactly, and
 * the defined type wins whichever comes first. The slot is read again, since unifying may have filled or improved
 * it. */
static bool unify_param(Unifier *u, int i, Type *y, int mode)
{
	Type *inferred = unifier_get(u, i);

	if (!inferred) {
		unifier_set(u, i, y);
		return true;
	}
	if (!unify(u, inferred, y, mode & ~UNIFY_INTERFACES))
		return false;
	inferred = unifier_get(u, i);
	if ((mode & UNIFY_INEXACT) && is_better(inferred, y))
		unifier_set(u, i, y);
	return true;
}

/* ---- interfaces ------------------------------------------------------------------------------- */

static bool unify_exactly(void *arg, Type *a, Type *b)
{
	return unify(arg, a, b, 0);
}

static Object *method_named(const TypeSet *set, const Object *like)
{
	for (int i = 0; i < set->methods.len; i++)
		if (same_name(set->methods.items[i], like->name, like->package))
			return set->methods.items[i];
	return NULL;
}

/* Every method of small is one of large, with a matching signature. */
static bool unify_methods(Unifier *u, const TypeSet *small, const TypeSet *large)
{
	for (int i = 0; i < small->methods.len; i++) {
		Object *m = small->methods.items[i], *n = method_named(large, m);
		if (!n || !m->type || !n->type || !unify(u, m->type, n->type, 0))
			return false;
	}
	return true;
}

static bool unify_interfaces(Unifier *u, Type *x, Type *y, bool exact)
{
	TypeSet *a = type_set_of(x), *b = type_set_of(y);

	if (a->comparable != b->comparable || a->all != b->all || (exact && a->methods.len != b->methods.len))
		return false;
	if (!a->all && !(term_set_subset(a, b) && term_set_subset(b, a)))
		return false;
	return a->methods.len <= b->methods.len ? unify_methods(u, a, b) : unify_methods(u, b, a);
}

/* ---- structure ------------------------------------------------------------------------------------ */

static bool unify_objects(Unifier *u, const ObjectList *x, const ObjectList *y, int mode)
{
	if (x->len != y->len)
		return false;
	for (int i = 0; i < x->len; i++)
		if (!unify(u, x->items[i]->type, y->items[i]->type, mode))
			return false;
	return true;
}

static bool unify_lists(Unifier *u, const TypeList *x, const TypeList *y, int mode)
{
	if (x->len != y->len)
		return false;
	for (int i = 0; i < x->len; i++)
		if (!unify(u, x->items[i], y->items[i], mode))
			return false;
	return true;
}

static bool unify_structs(Unifier *u, const Type *x, const Type *y, int mode)
{
	if (x->fields.len != y->fields.len)
		return false;
	for (int i = 0; i < x->fields.len; i++) {
		const Object *f = x->fields.items[i], *g = y->fields.items[i];
		if (f->embedded != g->embedded || !same_name(f, g->name, g->package) || !same_tags(x, y, i))
			return false;
		if (!unify(u, f->type, g->type, mode))
			return false;
	}
	return true;
}

/* Kinds must agree; parts are unified exactly where the whole was an assignment. Generic signatures never match here:
 * an argument that is one comes with its parameters made fresh (infer.c). */
static bool unify_structure(Unifier *u, Type *x, Type *y, int mode)
{
	int part = mode & UNIFY_ASSIGN ? 0 : mode;      /* how the parts are unified */
	int argument = mode & ~UNIFY_INTERFACES;

	if (x->kind != y->kind)
		return false;
	switch (x->kind) {
	case TYPE_POINTER: case TYPE_SLICE:
		return unify(u, x->elem, y->elem, part);
	case TYPE_ARRAY:
		return (x->length < 0 || y->length < 0 || x->length == y->length) && unify(u, x->elem, y->elem, part);
	case TYPE_MAP:
		return unify(u, x->key, y->key, part) && unify(u, x->elem, y->elem, part);
	case TYPE_CHAN:
		return ((mode & UNIFY_INEXACT) || x->dir == y->dir) && unify(u, x->elem, y->elem, part);
	case TYPE_STRUCT:
		return unify_structs(u, x, y, part);
	case TYPE_TUPLE:
		return unify_objects(u, &x->fields, &y->fields, part);
	case TYPE_FUNC:
		return x->type_params.len == 0 && y->type_params.len == 0 && x->variadic == y->variadic &&
		       unify_objects(u, &x->fields, &y->fields, part) && unify_objects(u, &x->results, &y->results, part);
	case TYPE_INTERFACE:
		return unify_interfaces(u, x, y, true);
	case TYPE_NAMED:
		return x->origin == y->origin && unify_lists(u, &x->type_args, &y->type_args, argument) &&
		       unify_lists(u, &x->enclosing_args, &y->enclosing_args, argument);
	default:
		return identical(x, y);
	}
}

/* ---- the rules in their order ------------------------------------------------------------------------ */

static bool unify_with_interface(Unifier *u, Type *x, Type *y)
{
	if (is_interface(x) && is_interface(y))
		return unify_interfaces(u, underlying(x), underlying(y), false);
	if (is_interface(x))
		return !missing_method_by(u->c, y, x, true, unify_exactly, u, NULL);
	return !missing_method_by(u->c, x, y, true, unify_exactly, u, NULL);
}

static bool is_literal(const Type *t)
{
	return t->kind != TYPE_NAMED && t->kind != TYPE_PARAM;
}

static bool unify_inexactly(Unifier *u, Type *x, Type *y, int mode)
{
	if ((mode & UNIFY_INTERFACES) && (is_interface(x) || is_interface(y)))
		return unify_with_interface(u, x, y);
	if (x->kind == TYPE_NAMED && is_literal(y))
		return unify_structure(u, underlying(x), y, mode);
	if (y->kind == TYPE_NAMED && is_literal(x))
		return unify_structure(u, x, underlying(y), mode);
	if (is_type_param(x) && core_type(x))
		return unify(u, core_type(x), y, mode);
	if (is_type_param(y) && core_type(y))
		return unify(u, x, core_type(y), mode);
	return unify_structure(u, x, y, mode);
}

static bool unify_bounded(Unifier *u, Type *x, Type *y, int mode)
{
	int i = unifier_index(u, x), j = unifier_index(u, y);

	if (i >= 0 && j >= 0)
		return unify_two_params(u, i, j, mode);
	if (i >= 0)
		return unify_param(u, i, y, mode);
	if (j >= 0)
		return unify_param(u, j, x, mode);
	if (mode & UNIFY_INEXACT)
		return unify_inexactly(u, x, y, mode);
	return unify_structure(u, x, y, mode);
}

bool unify(Unifier *u, Type *x, Type *y, int mode)
{
	if (x == y)
		return true;
	if (!x || !y || u->depth > MAX_DEPTH)
		return false;
	u->depth++;
	bool ok = unify_bounded(u, x, y, mode);
	u->depth--;
	return ok;
}

bool unify_types(Compiler *c, ObjectList type_params, Type *x, Type *y, TypeList *inferred)
{
	Unifier u;

	unifier_init(&u, c, type_params);
	for (int i = 0; i < inferred->len && i < type_params.len; i++)
		unifier_set(&u, i, inferred->items[i]);
	if (!unify(&u, x, y, UNIFY_ARGUMENT))
		return false;
	inferred->len = 0;
	for (int i = 0; i < type_params.len; i++)
		vec_push(c->arena, inferred, unifier_get(&u, i));
	return true;
}
