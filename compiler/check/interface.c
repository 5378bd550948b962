/*
 * interface.c - interface types: methods, embedded elements, unions (spec, "Interface types").
 *
 * Type sets are computed in types/; here stand the checks that report errors. They are delayed, since an embedded
 * interface may still be under construction.
 */
#include "checker.h"
#include <stdlib.h>
#include <string.h>

/* ---- unions ------------------------------------------------------------------------------------- */

typedef struct { Expr *e; Term term; } UnionTerm;
typedef struct { VEC(UnionTerm) list; } UnionTerms;

static Term parse_term(Checker *k, Expr *e)
{
	Term t = {false, NULL};
	if (e->kind == EXPR_UNARY && e->op == OP_TILDE) {
		t.tilde = true;
		t.type = check_type(k, e->x);
		e->type = t.type;
		e->mode = MODE_TYPE;
	} else {
		t.type = check_type(k, e);
	}
	return t;
}

/* A | B | C comes as nested binary expressions. */
static void flatten(Checker *k, Expr *e, UnionTerms *out)
{
	require(e);
	if (e->kind == EXPR_BINARY && e->op == OP_OR) {
		flatten(k, e->x, out);
		flatten(k, e->y, out);
		return;
	}
	UnionTerm t = {e, parse_term(k, e)};
	vec_push(k->arena, &out->list, t);
}

/* Is a type in both? int and ~int overlap, so a union of them is an error, as one of int and int. */
static bool overlaps(Term a, Term b)
{
	debug_require(a.type && b.type);
	Type *x = a.type, *y = b.type;
	if (identical(x, y))
		return true;
	if (a.tilde && identical(x, underlying(y)))
		return true;
	return b.tilde && identical(y, underlying(x));
}

/* These messages name the package even of types of this one. */
static const char *full_type_name(Checker *k, Type *t)
{
	Package *saved = k->types->current;
	k->types->current = NULL;
	const char *text = type_name_of(k, t);
	k->types->current = saved;
	return text;
}

static const char *term_text(Checker *k, Term t)
{
	return arena_printf(k->arena, "%s%s", t.tilde ? "~" : "", full_type_name(k, t.type));
}

static bool check_interface_term(Checker *k, UnionTerm *t, bool alone)
{
	Type *type = t->term.type;
	if (!is_interface(type))
		return true;
	if (t->term.tilde) {
		check_error(k, t->e->start, "invalid use of ~ (%s is an interface)", type_name_of(k, type));
		return false;
	}
	if (alone)
		return true;
	if (interface_methods(k->c, underlying(type)).len > 0) {
		check_error(k, t->e->start, "cannot use %s in union (%s contains methods)", full_type_name(k, type),
		            full_type_name(k, type));
		return false;
	}
	if (unalias(type) == k->types->comparable_type) {
		check_error(k, t->e->start, "cannot use comparable in union");
		return false;
	}
	if (interface_is_comparable(k->c, type)) {
		check_error(k, t->e->start, "cannot use %s in union (%s embeds comparable)", full_type_name(k, type),
		            full_type_name(k, type));
		return false;
	}
	return true;
}

static void run_union(Checker *k, void *arg)
{
	UnionTerms *u = arg;
	for (int i = 0; i < u->list.len; i++) {
		UnionTerm *t = &u->list.items[i];
		Type *type = t->term.type;
		if (!is_valid(type))
			continue;
		if (is_type_param(type)) {
			if (t->term.tilde)
				check_error(k, t->e->x->start, "type in term %s cannot be a type parameter", text_of(k, t->e));
			else if (u->list.len > 1)
				check_error(k, t->e->start, "term cannot be a type parameter");
			continue;
		}
		Type *under = underlying(type);
		if (!is_interface(type) && t->term.tilde && !identical(under, type)) {
			check_error(k, t->e->start, "invalid use of ~ (underlying type of %s is %s)", type_name_of(k, type),
			            type_name_of(k, under));
			continue;
		}
		if (!check_interface_term(k, t, u->list.len == 1))
			continue;
		if (is_interface(type))
			continue;
		for (int j = 0; j < i; j++) {
			UnionTerm *o = &u->list.items[j];
			if (is_valid(o->term.type) && !is_interface(o->term.type) && overlaps(o->term, t->term)) {
				check_error(k, t->e->start, "overlapping terms %s and %s", term_text(k, t->term),
				            term_text(k, o->term));
				break;
			}
		}
	}
}

/* An element of an interface or a constraint: a type, ~T, or a union of such. */
Type *check_constraint_element(Checker *k, Expr *e)
{
	bool is_union = e->kind == EXPR_BINARY && e->op == OP_OR;
	bool tilde = e->kind == EXPR_UNARY && e->op == OP_TILDE;
	if (!is_union && !tilde)
		return check_type(k, e);
	UnionTerms *terms = NEW(k->arena, UnionTerms);
	flatten(k, e, terms);
	Type *u = type_new(k->c, TYPE_UNION);
	for (int i = 0; i < terms->list.len; i++) {
		if (!is_valid(terms->list.items[i].term.type))
			return invalid_type(k);
		vec_push(k->arena, &u->terms, terms->list.items[i].term);
	}
	if (terms->list.len > 100) {
		check_error(k, e->start, "cannot handle more than 100 union terms (implementation limitation)");
		return invalid_type(k);
	}
	check_later(k, run_union, terms);
	e->type = u;
	e->mode = MODE_TYPE;
	return u;
}

/* The constraint of a type parameter; literal elements are wrapped in an interface. */
Type *check_constraint(Checker *k, Expr *e)
{
	bool wrap = (e->kind == EXPR_BINARY && e->op == OP_OR) || (e->kind == EXPR_UNARY && e->op == OP_TILDE);
	if (!wrap)
		return check_type(k, e);
	Type *t = type_new(k->c, TYPE_INTERFACE);
	Type *element = check_constraint_element(k, e);
	if (!is_valid(element))
		return element;
	t->implicit = true;
	vec_push(k->arena, &t->embeddeds, element);
	vec_push(k->arena, &t->embedded_pos, e->start);
	return t;
}

/* ---- interfaces --------------------------------------------------------------------------------------- */

static void redeclared_method(Checker *k, Object *m, Object *other, Pos pos)
{
	check_error(k, pos, "duplicate method %s\n\t%s: other declaration of method %s", m->name,
	            check_pos_text(k, other->pos), m->name);
}

static void *method_id(Checker *k, Object *m)
{
	if (name_is_exported(m->name) || m->package == k->package || !m->package)
		return (void *)m->name;
	return (void *)intern_str(k->c, arena_printf(k->arena, "%s.%s", m->package->path, m->name));
}

typedef struct { Object *method; Pos pos; } SeenMethod;      /* pos: where this interface gets it from */

static void note_method(Checker *k, Map *seen, Object *m, Pos pos)
{
	void *id = method_id(k, m);
	SeenMethod *other = map_get(seen, id);
	if (!other) {
		SeenMethod *s = NEW(k->arena, SeenMethod);
		*s = (SeenMethod){m, pos};
		map_put(k->arena, seen, id, s);
	} else if (other->method != m && other->method->type && m->type &&
	           (!check_allows(k, pos, 14) || !identical(other->method->type, m->type))) {
		check_error(k, pos, "duplicate method %s\n\t%s: other declaration of method %s", m->name,
		            check_pos_text(k, other->pos), m->name);
	}
}

static void check_embedded(Checker *k, Type *embedded, Pos pos, Map *seen)
{
	if (!is_valid(embedded))
		return;
	if (is_type_param(embedded)) {
		check_error(k, pos, "term cannot be a type parameter");
		return;
	}
	Type *u = underlying(embedded);
	if (u->kind != TYPE_INTERFACE) {
		const char *what = embedded->kind == TYPE_UNION ? "embedding interface element" :
			"embedding non-interface type";
		check_version(k, pos, 18, arena_printf(k->arena, "%s %s", what, type_name_of(k, embedded)));
		return;
	}
	ObjectList methods = interface_methods(k->c, u);
	for (int i = 0; i < methods.len; i++)
		note_method(k, seen, methods.items[i], pos);
}

static void run_interface(Checker *k, void *arg)
{
	Type *t = arg;
	Map seen = {0};
	for (int i = 0; i < t->methods.len; i++)
		note_method(k, &seen, t->methods.items[i], t->methods.items[i]->pos);
	for (int i = 0; i < t->embeddeds.len; i++)
		check_embedded(k, t->embeddeds.items[i], i < t->embedded_pos.len ? t->embedded_pos.items[i] : NO_POS, &seen);
}

static void add_method(Checker *k, Type *t, Field *f, Map *names)
{
	if (!f->name || strcmp(f->name, "_") == 0) {
		check_error(k, f->pos, "methods must have a unique non-blank name");
		return;
	}
	Scope *scope;
	Object *m = object_new(k->c, OBJECT_FUNC, f->name, NULL, f->pos, k->package);
	m->color = BLACK;
	m->origin = m;
	m->receiver_base = t;
	Type *sig = check_func_type(k, NULL, f->type->func_type, &scope, m);
	f->type->type = sig;
	f->type->mode = MODE_TYPE;
	f->object = m;
	Object *other = map_get(names, f->name);
	if (other) {
		redeclared_method(k, m, other, f->pos);
		return;
	}
	map_put(k->arena, names, f->name, m);
	vec_push(k->arena, &t->methods, m);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(Object *const *)a)->name, (*(Object *const *)b)->name);
}

Type *check_interface_type(Checker *k, Expr *e)
{
	if (e->fields.len == 0)
		return k->types->empty_interface;
	Type *t = type_new(k->c, TYPE_INTERFACE);
	Map names = {0};
	t->incomplete = true;
	for (int i = 0; i < e->fields.len; i++) {
		Field *f = e->fields.items[i];
		if (f->is_method)
			add_method(k, t, f, &names);
	}
	for (int i = 0; i < e->fields.len; i++) {
		Field *f = e->fields.items[i];
		if (f->is_method)
			continue;
		Type *embedded = check_constraint_element(k, f->type);
		vec_push(k->arena, &t->embeddeds, embedded);
		vec_push(k->arena, &t->embedded_pos, f->type->start);
	}
	if (t->methods.len > 1)
		qsort(t->methods.items, (size_t)t->methods.len, sizeof(Object *), by_name);
	t->incomplete = false;
	if (t->embeddeds.len > 0)
		check_later(k, run_interface, t);
	return t;
}
