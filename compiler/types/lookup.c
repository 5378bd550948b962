/*
 * lookup.c - fields and methods by name, through embedded fields, and method sets.
 *
 * The search goes level by level: level 0 is the type itself, level n+1 what the structs of level n embed. The
 * shallowest level with the name decides; two hits there, or one in a type that is embedded twice at that level,
 * make the selector ambiguous. Named types already met at a shallower level cannot win any more and are skipped,
 * which also ends recursive types.
 *
 *     type A struct{ x int }
 *     type B struct{ x int }
 *     type C struct{ A; B }           C{}.x is ambiguous: depth 1 has two
 *     type D struct{ C; x string }    D{}.x is the string: depth 0 has one
 *
 * Ambiguity is no error of the type, only of who selects; and a name that is ambiguous at its shallowest depth hides
 * what is deeper, so that it is in no method set.
 */
#include "private.h"

#include <string.h>
#include <strings.h>

typedef VEC(int) Path;

typedef struct {
	Type *type;             /* pointers removed */
	Type *holder;           /* as it stands there: the type or a pointer to it */
	Path path;
	bool indirect;          /* a pointer was followed on the way here */
	bool several;           /* embedded more than once at this depth */
} Candidate;
typedef VEC(Candidate) Level;

typedef struct {
	Compiler *c;
	Package *from;
	const char *name;
	bool fold_case;
	Level next;
	TypeList seen;
	/* the hit of this level */
	Object *found;
	Candidate where;
	int field;              /* index, -1 for methods */
	bool ambiguous;
} Search;

static bool matches(const Search *s, const Object *o)
{
	if (s->fold_case)
		return strcasecmp(o->name, s->name) == 0;
	return same_name(o, s->name, s->from);
}

static void hit(Search *s, Object *o, const Candidate *at, int field)
{
	if (s->found || at->several)
		s->ambiguous = true;
	s->found = o;
	s->where = *at;
	s->field = field;
}

static bool seen_before(Search *s, Type *named)
{
	for (int i = 0; i < s->seen.len; i++)
		if (s->seen.items[i] == named || identical(s->seen.items[i], named))
			return true;
	vec_push(s->c->arena, &s->seen, named);
	return false;
}

static Path extended(Compiler *c, Path path, int i)
{
	Path longer = {0};

	for (int k = 0; k < path.len; k++)
		vec_push(c->arena, &longer, path.items[k]);
	vec_push(c->arena, &longer, i);
	return longer;
}

/* Only structs and interfaces have something to find in them, and defined types methods. Embedded twice at one depth,
 * what is in it is ambiguous there, and hides what is deeper. */
static void embed_field(Search *s, const Candidate *at, Object *field, int i)
{
	Type *t = field->type;
	bool is_pointer = t->kind == TYPE_POINTER;
	Candidate next = {is_pointer ? t->elem : t, t, {0}, at->indirect || is_pointer, at->several};

	switch (underlying(next.type)->kind) {
	case TYPE_STRUCT: case TYPE_INTERFACE:
		break;
	default:
		if (next.type->kind != TYPE_NAMED)
			return;
	}
	for (int k = 0; k < s->next.len; k++)
		if (identical(s->next.items[k].type, next.type)) {
			s->next.items[k].several = true;
			return;
		}
	next.path = extended(s->c, at->path, i);
	vec_push(s->c->arena, &s->next, next);
}

static bool search_methods(Search *s, const Candidate *at)
{
	ObjectList declared = at->type->origin->methods;

	for (int i = 0; i < declared.len; i++)
		if (matches(s, declared.items[i])) {
			hit(s, named_method_at(s->c, at->type, i), at, -1);
			return true;
		}
	return false;
}

/* Methods of a defined type go before its fields: they cannot have one name, the checker sees to that. */
static void search_type(Search *s, const Candidate *at)
{
	if (at->type->kind == TYPE_NAMED && (seen_before(s, at->type) || search_methods(s, at)))
		return;
	Type *u = underlying(at->type);
	if (u->kind == TYPE_STRUCT) {
		for (int i = 0; i < u->fields.len; i++) {
			Object *field = u->fields.items[i];
			if (matches(s, field))
				hit(s, field, at, i);
			else if (!s->found && field->embedded && field->type)
				embed_field(s, at, field, i);
		}
	} else if (u->kind == TYPE_INTERFACE) {
		TypeSet *set = type_set_of(u);
		for (int i = 0; i < set->methods.len; i++)
			if (matches(s, set->methods.items[i]))
				hit(s, set->methods.items[i], at, -1);
	}
}

/* "Method sets", "Calls": a method with a pointer receiver can be called through a pointer on the way or of a
 * variable, whose address is taken then; of other values (of a map's element, of a call's result) it is not in the
 * method set, and the caller says so: nothing is found, but pointer_receiver is set. */
static Lookup conclude(Search *s, Type *t, bool addressable)
{
	Lookup result = {0};
	Selection *sel = &result.selection;

	debug_require(s->ambiguous || s->found);
	if (s->ambiguous) {
		result.ambiguous = true;
		return result;
	}
	sel->receiver = t;
	sel->indirect = s->where.indirect;
	for (int i = 0; i < s->where.path.len; i++)
		vec_push(s->c->arena, &sel->path, s->where.path.items[i]);
	if (s->field >= 0) {
		sel->kind = SELECT_FIELD;
		vec_push(s->c->arena, &sel->path, s->field);
	} else {
		sel->kind = underlying(s->where.type)->kind == TYPE_INTERFACE ? SELECT_INTERFACE_METHOD : SELECT_METHOD_VALUE;
		sel->holder = s->where.holder;
		if (s->found->pointer_receiver && sel->kind == SELECT_METHOD_VALUE && !s->where.indirect && !addressable) {
			result.pointer_receiver = true;
			return result;
		}
	}
	sel->object = s->found;
	result.object = s->found;
	return result;
}

/* Level by level, until a level has the name. Levels cannot go on for ever: a defined type is searched once, and a
 * struct that is no defined type contains itself never. */
static Lookup search(Compiler *c, Type *t, bool addressable, Package *from, const char *name, bool fold_case)
{
	Search s = {.c = c, .from = from, .name = name, .fold_case = fold_case};
	Lookup none = {0};
	Level level = {0};
	bool is_pointer = t->kind == TYPE_POINTER;
	Candidate first = {is_pointer ? t->elem : t, t, {0}, is_pointer, false};

	if (is_pointer && underlying(first.type)->kind == TYPE_INTERFACE)
		return none;        /* a pointer to an interface or type parameter has no methods */
	vec_push(c->arena, &level, first);
	while (level.len > 0) {
		s.next = (Level){0};
		for (int i = 0; i < level.len; i++)
			search_type(&s, &level.items[i]);
		if (s.found)
			return conclude(&s, t, addressable);
		level = s.next;
	}
	return none;
}

Lookup lookup_field_or_method(Compiler *c, Type *t, bool addressable, Package *from, const char *name, bool fold_case)
{
	Lookup none = {0};

	if (strcmp(name, "_") == 0)
		return none;
	/* A defined pointer type has the fields of its element, but no methods. */
	if (t->kind == TYPE_NAMED && underlying(t)->kind == TYPE_POINTER) {
		Lookup found = search(c, underlying(t), false, from, name, fold_case);
		if (found.object && found.object->kind == OBJECT_FUNC)
			return none;
		found.selection.receiver = t;
		return found;
	}
	return search(c, t, addressable, from, name, fold_case);
}

/* ---- method sets ---------------------------------------------------------------------------- */

typedef struct {
	Compiler *c;
	ObjectList names;       /* one method per different name */
	TypeList seen;
} Collector;

static void collect_name(Collector *k, Object *m)
{
	for (int i = 0; i < k->names.len; i++)
		if (same_name(k->names.items[i], m->name, m->package))
			return;
	vec_push(k->c->arena, &k->names, m);
}

static void collect_names(Collector *k, Type *t)
{
	if (t->kind == TYPE_POINTER)
		t = t->elem;
	for (int i = 0; i < k->seen.len; i++)
		if (k->seen.items[i] == t)
			return;
	vec_push(k->c->arena, &k->seen, t);
	if (t->kind == TYPE_NAMED)
		for (int i = 0; i < t->origin->methods.len; i++)
			collect_name(k, t->origin->methods.items[i]);
	Type *u = underlying(t);
	if (u->kind == TYPE_INTERFACE) {
		TypeSet *set = type_set_of(u);
		for (int i = 0; i < set->methods.len; i++)
			collect_name(k, set->methods.items[i]);
	} else if (u->kind == TYPE_STRUCT) {
		for (int i = 0; i < u->fields.len; i++)
			if (u->fields.items[i]->embedded)
				collect_names(k, u->fields.items[i]->type);
	}
}

/* Names are collected first, and each is then looked up like any selector: that decides about depth, ambiguity and
 * pointers in one place. Insertion sort: the sets are short, and mostly in order. */
MethodSet method_set(Compiler *c, Type *t)
{
	Collector k = {.c = c};
	MethodSet set = {0};

	collect_names(&k, t);
	for (int i = 0; i < k.names.len; i++) {
		Object *m = k.names.items[i];
		Lookup found = lookup_field_or_method(c, t, false, m->package, m->name, false);
		if (!found.object || found.object->kind != OBJECT_FUNC)
			continue;
		vec_push(c->arena, &set, (MethodEntry){found.object, found.selection});
		for (int j = set.len - 1; j > 0 && method_order(set.items[j].method, set.items[j - 1].method) < 0; j--) {
			MethodEntry swapped = set.items[j];
			set.items[j] = set.items[j - 1];
			set.items[j - 1] = swapped;
		}
	}
	return set;
}

ObjectList interface_methods(Compiler *c, Type *iface)
{
	ObjectList none = {0};
	Type *u = underlying(iface);

	(void)c;
	return u->kind == TYPE_INTERFACE ? type_set_of(u)->methods : none;
}
