/*
 * typeset.c - type sets of interfaces: methods and terms.
 *
 * A set of types is a union of terms T ("exactly T") and ~T ("every type whose underlying type is T"),
 * or all types. An interface's set is the intersection of what it embeds, a union's the union of its
 * terms. The set is computed when first asked for and kept, unless a part of it was not yet known (a
 * declaration in progress): then it is computed anew each time. Interfaces that embed themselves (an
 * error that the checker reports) are cut off where the circle closes.
 *
 *     interface{ ~int | string; comparable; String() string }
 *
 * has the method String and the terms ~int and string, both comparable; no methods and no terms at all is any. What a
 * set contains is never listed (there are infinitely many types whose underlying type is int): sets are compared by
 * their terms.
 */
#include "private.h"

#include <string.h>

typedef VEC(Term) TermList;

/* ---- terms --------------------------------------------------------------------------- */

/* No type is in both. int and ~int meet in int; ~int and ~string nowhere; MyInt and ~int in MyInt. */
static bool terms_disjoint(Term x, Term y)
{
	Type *a = y.tilde ? underlying(x.type) : x.type;
	Type *b = x.tilde ? underlying(y.type) : y.type;

	return !identical(a, b);
}

/* Every type of x is in y. */
static bool term_subset(Term x, Term y)
{
	return !terms_disjoint(x, y) && (!x.tilde || y.tilde);
}

bool term_includes(Term term, Type *t)
{
	return identical(term.type, term.tilde ? underlying(t) : t);
}

/* Add x to the union unless it is covered; drop what it covers. Keeps a union in normal form: int | ~int | string is
 * kept as ~int | string. The order of what stays is the source's, since messages print it. */
static void add_term(Arena *arena, TermList *list, Term x)
{
	int kept = 0;

	for (int i = 0; i < list->len; i++)
		if (term_subset(x, list->items[i]))
			return;
	for (int i = 0; i < list->len; i++)
		if (!term_subset(list->items[i], x))
			list->items[kept++] = list->items[i];
	list->len = kept;
	vec_push(arena, list, x);
}

bool term_set_subset(const TypeSet *a, const TypeSet *b)
{
	if (b->all)
		return true;
	if (a->all)
		return false;
	for (int i = 0; i < a->terms.len; i++) {
		bool covered = false;
		for (int j = 0; j < b->terms.len && !covered; j++)
			covered = term_subset(a->terms.items[i], b->terms.items[j]);
		if (!covered)
			return false;
	}
	return true;
}

/* ---- building a set --------------------------------------------------------------------- */

typedef struct {
	Compiler *c;
	TypeSet *set;
	bool comparable;        /* an embedded interface demands it */
	bool known;             /* everything looked at was complete */
} Builder;

/* The order of methods in type sets, in method sets and in the descriptors of the generated code: exported names
 * first, by bytes; then the others by name and package path. The runtime finds methods by walking two such lists side
 * by side. */
int method_order(const Object *a, const Object *b)
{
	bool x = name_is_exported(a->name), y = name_is_exported(b->name);

	if (x != y)
		return x ? -1 : 1;
	int order = strcmp(a->name, b->name);
	if (order != 0 || x)
		return order;
	return strcmp(a->package && a->package->path ? a->package->path : "", b->package &&
	              b->package->path ? b->package->path : "");
}

static void add_method(Builder *b, Object *m)
{
	ObjectList *list = &b->set->methods;

	for (int i = 0; i < list->len; i++)
		if (same_name(list->items[i], m->name, m->package))
			return;         /* a duplicate; the checker looks whether the signatures agree */
	vec_push(b->c->arena, list, m);
	for (int i = list->len - 1; i > 0 && method_order(list->items[i], list->items[i - 1]) < 0; i--) {
		Object *swapped = list->items[i];
		list->items[i] = list->items[i - 1];
		list->items[i - 1] = swapped;
	}
}

/* set := set & with. Of two terms that meet the narrower one is the intersection, as the one without ~ is; a union of
 * several terms meets another term by term. Two terms with ~ that meet are the same. */
static void intersect_terms(Builder *b, const TermList *with)
{
	TypeSet *set = b->set;
	TermList result = {0};

	if (set->all) {
		for (int i = 0; i < with->len; i++)
			add_term(b->c->arena, &result, with->items[i]);
	}
	for (int i = 0; i < set->terms.len; i++)
		for (int j = 0; j < with->len; j++) {
			Term x = set->terms.items[i], y = with->items[j];
			if (!terms_disjoint(x, y))
				add_term(b->c->arena, &result, x.tilde && !y.tilde ? y : x);
		}
	set->all = false;
	set->terms.items = result.items;
	set->terms.len = result.len;
	set->terms.cap = result.cap;
}

/* A type set that was not kept (iface->type_set is not it) rests on something that is still being declared: then
 * neither is ours. */
static void embed_interface(Builder *b, Type *iface)
{
	TypeSet *embedded = type_set_of(iface);

	if (iface->type_set != embedded)
		b->known = false;
	for (int i = 0; i < embedded->methods.len; i++)
		add_method(b, embedded->methods.items[i]);
	b->comparable |= embedded->comparable;
	if (!embedded->all) {
		TermList terms = {embedded->terms.items, embedded->terms.len, embedded->terms.cap};
		intersect_terms(b, &terms);
	}
}

/* Terms of a union that are interfaces stand for their own terms; with one of them holding all types the union does. */
static void embed_union(Builder *b, Type *u)
{
	TermList terms = {0};

	for (int i = 0; i < u->terms.len; i++) {
		Term term = u->terms.items[i];
		Type *under = underlying(term.type);
		if (under->kind == TYPE_INVALID) {
			b->known = false;
			continue;
		}
		if (under->kind != TYPE_INTERFACE || term.type->kind == TYPE_PARAM) {
			if (!term.tilde || identical(under, term.type))     /* else an error: no type is in it */
				add_term(b->c->arena, &terms, term);
			continue;
		}
		TypeSet *inner = type_set_of(under);
		if (under->type_set != inner)
			b->known = false;
		if (inner->all)
			return;
		for (int j = 0; j < inner->terms.len; j++)
			add_term(b->c->arena, &terms, inner->terms.items[j]);
	}
	intersect_terms(b, &terms);
}

static void embed(Builder *b, Type *t)
{
	Type *u = underlying(t);
	TermList one = {0};

	if (t->kind == TYPE_PARAM) {        /* an error; as a term it stands for itself */
		vec_push(b->c->arena, &one, (Term){false, t});
		intersect_terms(b, &one);
		return;
	}
	switch (u->kind) {
	case TYPE_INVALID:
		b->known = false;
		return;
	case TYPE_INTERFACE:
		embed_interface(b, u);
		return;
	case TYPE_UNION:
		embed_union(b, u);
		return;
	default:
		vec_push(b->c->arena, &one, (Term){false, t});
		intersect_terms(b, &one);
	}
}

/* Comparable cuts terms that are not: interface{ comparable; []int | string } has string alone. With terms, what is
 * left of it is in them. */
static void apply_comparable(Builder *b)
{
	TypeSet *set = b->set;
	int kept = 0;

	if (set->all) {
		set->comparable = true;
		return;
	}
	for (int i = 0; i < set->terms.len; i++)
		if (comparable_type(set->terms.items[i].type, false))
			set->terms.items[kept++] = set->terms.items[i];
	set->terms.len = kept;
}

#ifdef GOL_DEBUG
/* What private.h promises of type sets. */
static void verify_type_set(const TypeSet *set)
{
	for (int i = 1; i < set->methods.len; i++)
		require(method_order(set->methods.items[i - 1], set->methods.items[i]) <= 0);
	require(!set->all || set->terms.len == 0);
	require(!set->comparable || set->all);
}
#endif

/* state is set while the set is being made: an interface that is met again then embeds itself, and answers with the
 * empty set of demands. Only a set that is complete is kept. */
TypeSet *type_set_of(Type *iface)
{
	Compiler *c = iface->types->c;

	if (iface->type_set)
		return iface->type_set;
	require(iface->kind == TYPE_INTERFACE);     /* of other types state and methods mean something else */
	TypeSet *set = NEW(c->arena, TypeSet);
	set->all = true;
	if (iface->state)
		return set;         /* embeds itself */
	iface->state = 1;
	Builder b = {c, set, false, !iface->incomplete};
	for (int i = 0; i < iface->methods.len; i++)
		add_method(&b, iface->methods.items[i]);
	for (int i = 0; i < iface->embeddeds.len; i++)
		embed(&b, iface->embeddeds.items[i]);
	if (b.comparable)
		apply_comparable(&b);
	VERIFY(verify_type_set(set));
	iface->state = 0;
	if (b.known)
		iface->type_set = set;
	return set;
}

/* ---- asking --------------------------------------------------------------------------------- */

/* A constraint that is no interface (int, ~int | string) stands for the interface that embeds it. */
Type *param_interface(Type *param)
{
	Types *types = param->types;

	require(param->kind == TYPE_PARAM);
	if (!param->constraint)
		return types->empty_interface;
	Type *u = underlying(param->constraint);
	if (u->kind == TYPE_INTERFACE && param->constraint->kind != TYPE_PARAM)
		return u;
	if (u->kind == TYPE_INVALID)
		return types->empty_interface;
	Type *wrap = type_new(types->c, TYPE_INTERFACE);
	vec_push(types->c->arena, &wrap->embeddeds, param->constraint);
	vec_push(types->c->arena, &wrap->embedded_pos, param->object ? param->object->pos : NO_POS);
	wrap->implicit = true;
	param->constraint = wrap;
	return wrap;
}

bool type_set_is_all(Compiler *c, Type *t)
{
	(void)c;
	Type *u = underlying(t);

	return u->kind == TYPE_INTERFACE && type_set_of(u)->all;
}

bool interface_is_comparable(Compiler *c, Type *t)
{
	(void)c;
	Type *u = underlying(t);

	return u->kind == TYPE_INTERFACE && type_set_of(u)->comparable;
}

bool type_set_each(Compiler *c, Type *t, bool (*visit)(void *arg, Type *term_type, bool tilde), void *arg)
{
	(void)c;
	Type *u = underlying(t);

	if (u->kind != TYPE_INTERFACE)
		return visit(arg, t, false);
	TypeSet *set = type_set_of(u);
	if (set->all)
		return visit(arg, NULL, false);
	for (int i = 0; i < set->terms.len; i++)
		if (!visit(arg, set->terms.items[i].type, set->terms.items[i].tilde))
			return false;
	return true;
}

/* ---- core types ------------------------------------------------------------------------------- */

/* One underlying type for both, NULL if there is none. Channels may differ in direction as long as not both are
 * one-way and opposed: the restricted one wins. */
static Type *common_core(Type *a, Type *b)
{
	debug_require(a->kind != TYPE_NAMED && b->kind != TYPE_NAMED);      /* underlying types */
	if (identical(a, b))
		return a;
	if (a->kind != TYPE_CHAN || b->kind != TYPE_CHAN || !identical(a->elem, b->elem))
		return NULL;
	if (a->dir == CHAN_BOTH)
		return b;
	return b->dir == CHAN_BOTH ? a : NULL;
}

bool core_term(Type *t, Type **core, bool *tilde, bool *single)
{
	Type *u = underlying(t);

	if (u->kind != TYPE_INTERFACE) {
		*core = t, *tilde = false, *single = true;
		return true;
	}
	TypeSet *set = type_set_of(u);
	if (set->all || set->terms.len == 0)
		return false;
	*single = set->terms.len == 1;
	*tilde = !*single || set->terms.items[0].tilde;
	*core = *single ? set->terms.items[0].type : underlying(set->terms.items[0].type);
	for (int i = 1; i < set->terms.len && *core; i++)
		*core = common_core(*core, underlying(set->terms.items[i].type));
	return *core != NULL;
}

/* What range, calls, indexing and composite literals go by. Of a type parameter it is the one underlying type that all
 * its types have: []byte | Bytes with type Bytes []byte has one, []int | []string has none (NULL). */
Type *core_type(Type *t)
{
	Type *core;
	bool tilde, single;

	if (t->kind != TYPE_PARAM)
		return underlying(t);
	if (!core_term(t, &core, &tilde, &single))
		return NULL;
	return underlying(core);
}
