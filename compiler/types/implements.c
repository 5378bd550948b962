/*
 * implements.c - does a type have an interface's methods, and is it in its type set? With Go's explanation if not.
 *
 * missing_method_by takes the comparison of signatures as an argument: assignability wants identity, type
 * inference unification.
 *
 * Go's types say nowhere what they implement: every assignment to an interface asks anew. Methods are looked up one by
 * one, in the order of their names, and the first that is missing is the one that the message tells of.
 */
#include "private.h"

#include <string.h>

static bool identical_signatures(void *arg, Type *a, Type *b)
{
	(void)arg;
	return identical(a, b);
}

static Type *method_type(Compiler *c, Object *m)
{
	if (!m->type && c->types->resolve)
		c->types->resolve(c, m->origin);
	return m->type ? m->type : c->types->basic[TYPE_INVALID];
}

/* M(int) string */
static const char *method_text(Compiler *c, Object *m)
{
	Buf out;

	buf_init(&out, c->arena);
	buf_str(&out, m->name);
	if (m->type && m->type->kind == TYPE_FUNC)
		signature_print(c, &out, m->type, false);
	return out.s;
}

static bool is_pointer_to_interface(Type *t)
{
	Type *u = underlying(t);

	return u->kind == TYPE_POINTER && underlying(u->elem)->kind == TYPE_INTERFACE;
}

static const char *pointer_to_interface_cause(Compiler *c, Type *t)
{
	const char *what = underlying(t)->elem->kind == TYPE_PARAM ? "type parameter" : "interface";

	return arena_printf(c->arena, "type %s is pointer to %s, not %s", type_text(c, t), what, what);
}

static const char *have_want(Compiler *c, const char *problem, Object *m, Object *have)
{
	const char *h = method_text(c, have), *w = method_text(c, m);

	if (strcmp(h, w) == 0)          /* types of one name: the texts tell nothing */
		return arena_printf(c->arena, "(%s %s)", problem, m->name);
	return arena_printf(c->arena, "(%s %s)\n\t\thave %s\n\t\twant %s", problem, m->name, h, w);
}

/* Why a method is missing; alike: a method found whose signature differs. */
static const char *missing_cause(Compiler *c, Type *t, Type *iface, Object *m, Object *alike)
{
	if (alike)
		return have_want(c, "wrong type for method", m, alike);
	Lookup found = lookup_field_or_method(c, t, false, m->package, m->name, false);
	if (found.ambiguous)
		return arena_printf(c->arena, "(ambiguous selector %s.%s)", type_text(c, t), m->name);
	if (found.pointer_receiver)
		return arena_printf(c->arena, "(method %s has pointer receiver)", m->name);
	if (found.object)
		return arena_printf(c->arena, "(%s.%s is a field, not a method)", type_text(c, t), m->name);
	found = lookup_field_or_method(c, t, false, m->package, m->name, true);
	if (found.object && found.object->kind == OBJECT_FUNC) {
		if (strcmp(found.object->name, m->name) == 0)
			return arena_printf(c->arena, "(unexported method %s)", m->name);
		method_type(c, found.object);
		return have_want(c, "missing method", m, found.object);
	}
	if (is_pointer_to_interface(t))
		return arena_printf(c->arena, "(%s)", pointer_to_interface_cause(c, t));
	if (is_pointer_to_interface(iface))
		return arena_printf(c->arena, "(%s)", pointer_to_interface_cause(c, iface));
	return arena_printf(c->arena, "(missing method %s)", m->name);
}

/* In the order of Go's messages: exported and unexported names mixed, by name. */
static int by_name(const Object *a, const Object *b)
{
	return strcmp(a->name, b->name);
}

static ObjectList methods_by_name(Compiler *c, Type *iface)
{
	ObjectList sorted = {0}, list = interface_methods(c, iface);

	for (int i = 0; i < list.len; i++) {
		vec_push(c->arena, &sorted, list.items[i]);
		for (int j = sorted.len - 1; j > 0 && by_name(sorted.items[j], sorted.items[j - 1]) < 0; j--) {
			Object *swapped = sorted.items[j];
			sorted.items[j] = sorted.items[j - 1];
			sorted.items[j - 1] = swapped;
		}
	}
	return sorted;
}

/* static_only false: x.(I) of an interface value x whose type lacks a method of I is no error, the value may have it;
 * one with another signature is, no value can have both. */
Object *missing_method_by(Compiler *c, Type *t, Type *iface, bool static_only, SameSignature same, void *arg,
                          const char **cause)
{
	ObjectList wanted = methods_by_name(c, iface);
	bool dynamic = !static_only && underlying(t)->kind == TYPE_INTERFACE && t->kind != TYPE_PARAM;

	for (int i = 0; i < wanted.len; i++) {
		Object *m = wanted.items[i], *alike = NULL;
		Lookup found = lookup_field_or_method(c, t, false, m->package, m->name, false);
		if (!found.object && dynamic && !found.ambiguous)
			continue;
		if (found.object && found.object->kind == OBJECT_FUNC) {
			if (same(arg, method_type(c, found.object), method_type(c, m)))
				continue;
			alike = found.object;
		}
		if (cause)
			*cause = missing_cause(c, t, iface, m, alike);
		return m;
	}
	return NULL;
}

Object *missing_method(Compiler *c, Type *t, Type *iface, bool static_only, const char **cause)
{
	return missing_method_by(c, t, iface, static_only, identical_signatures, NULL, cause);
}

/* ---- implements -------------------------------------------------------------------------------- */

typedef struct {
	Compiler *c;
	Type *t, *iface;
	TypeSet *set;           /* iface's */
	bool constraint;
	const char **cause;
} Question;

static bool fail(Question *q, const char *text)
{
	if (q->cause)
		*q->cause = text;
	return false;
}

/* "T does not implement I" and the reason behind it */
static bool fail_because(Question *q, const char *reason)
{
	Compiler *c = q->c;
	const char *verb = q->constraint ? "satisfy" : "implement";

	if (!q->cause)
		return false;
	return fail(q, arena_printf(c->arena, "%s does not %s %s%s%s", type_text(c, q->t), verb, type_text(c, q->iface),
	                            *reason ? " " : "", reason));
}

static bool check_comparable(Question *q)
{
	if (!q->set->comparable || comparable_type(q->t, false))
		return true;
	/* Since 1.20 an interface may satisfy comparable; comparing may then panic. */
	if (q->constraint && comparable_type(q->t, true)) {
		if (q->c->types->language >= 20 || q->c->types->language == 0)
			return true;
		return fail(q, arena_printf(q->c->arena, "%s to satisfy comparable requires go1.20 or later",
		                            type_text(q->c, q->t)));
	}
	return fail(q, arena_printf(q->c->arena, "%s does not %s comparable", type_text(q->c, q->t),
	                            q->constraint ? "satisfy" : "implement"));
}

/* A term written in the interface itself includes t, though the whole type set does not. */
static bool is_mentioned(Type *iface, Type *t)
{
	Type *u = underlying(iface);

	for (int i = 0; i < u->embeddeds.len; i++) {
		Type *element = u->embeddeds.items[i];
		if (element->kind != TYPE_UNION && identical(element, t))
			return true;
		for (int j = 0; element->kind == TYPE_UNION && j < element->terms.len; j++)
			if (term_includes(element->terms.items[j], t))
				return true;
	}
	return false;
}

/* The type set's terms are asked one by one; none of them includes t, so find the likeliest cause: a ~ that was
 * forgotten, an intersection that dropped a term, or simply none. */
static bool check_single_type(Question *q)
{
	Compiler *c = q->c;
	Type *without_tilde = NULL;

	for (int i = 0; i < q->set->terms.len; i++) {
		Term term = q->set->terms.items[i];
		if (term_includes(term, q->t))
			return true;
		if (!without_tilde && !term.tilde && identical(term.type, underlying(term.type)) &&
		    term_includes((Term){true, term.type}, q->t))
			without_tilde = term.type;
	}
	if (!q->cause)
		return false;
	if (without_tilde)
		return fail_because(q, arena_printf(c->arena, "(possibly missing ~ for %s in %s)", type_text(c, without_tilde),
		                                    type_text(c, q->iface)));
	const char *t = type_text(c, q->t), *iface = type_text(c, q->iface);
	if (is_mentioned(q->iface, q->t))
		return fail_because(q, arena_printf(c->arena, "(%s mentions %s, but %s is not in the type set of %s)", iface,
		                                    t, t, iface));
	Buf terms;
	buf_init(&terms, c->arena);
	terms_print(c, &terms, q->set);
	return fail_because(q, arena_printf(c->arena, "(%s missing in %s)", t, terms.s));
}

static bool check_terms(Question *q)
{
	Type *u = underlying(q->t);

	if (q->set->all)
		return true;
	if (u->kind != TYPE_INTERFACE)
		return check_single_type(q);
	if (!term_set_subset(type_set_of(u), q->set))
		return fail_because(q, "");
	return true;
}

static bool check_not_interface(Question *q)
{
	Compiler *c = q->c;

	if (is_pointer_to_interface(q->iface))
		return fail_because(q, arena_printf(c->arena, "(%s)", pointer_to_interface_cause(c, q->iface)));
	return fail(q, q->cause ? arena_printf(c->arena, "%s is not an interface", type_text(c, q->iface)) : NULL);
}

/* Invalid types implement everything, for an error about them was reported. An interface with an empty type set
 * implements everything too, as no value has it; and nothing implements one, but that. */
bool implements(Compiler *c, Type *t, Type *iface, bool constraint, const char **cause)
{
	Type *u = underlying(t), *i = underlying(iface);
	Question q = {c, t, iface, NULL, constraint, cause};
	const char *reason = "";

	if (u->kind == TYPE_INVALID || i->kind == TYPE_INVALID || t->kind == TYPE_INVALID)
		return true;
	if (u->kind == TYPE_POINTER && underlying(u->elem)->kind == TYPE_INVALID)
		return true;
	if (i->kind != TYPE_INTERFACE)
		return check_not_interface(&q);
	q.set = type_set_of(i);
	if (q.set->all && !q.set->comparable && q.set->methods.len == 0)
		return true;
	if (u->kind == TYPE_INTERFACE) {
		TypeSet *own = type_set_of(u);
		if (!own->all && own->terms.len == 0)
			return true;
	}
	if (!q.set->all && q.set->terms.len == 0)
		return fail(&q, arena_printf(c->arena, "cannot %s %s (empty type set)", constraint ? "satisfy" : "implement",
		                             type_text(c, iface)));
	if (q.set->methods.len > 0 && missing_method(c, t, iface, true, cause ? &reason : NULL))
		return fail_because(&q, reason);
	return check_comparable(&q) && check_terms(&q);
}

bool verify_type_args(Compiler *c, ObjectList params, TypeList args, int *failed, const char **cause)
{
	Subst s = {params, args};

	for (int i = 0; i < params.len && i < args.len; i++) {
		param_interface(params.items[i]->type);     /* wraps constraints that are no interface */
		Type *constraint = params.items[i]->type->constraint;
		if (!constraint)
			continue;
		if (!implements(c, args.items[i], subst(c, constraint, &s), true, cause)) {
			if (failed)
				*failed = i;
			return false;
		}
	}
	return true;
}
