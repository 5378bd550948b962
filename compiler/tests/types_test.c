/*
 * types_test.c - identity, unification, inference, layout, method sets, keys, and substitution in recursive
 * generic types, on types made by hand.
 */
#include "types/type.h"

#include <criterion/criterion.h>
#include <string.h>

typedef struct {
	Compiler *c;
	Types *t;
	Package *p, *q;
} World;

static Package *new_package(Compiler *c, const char *path, const char *name)
{
	Package *p = NEW(c->arena, Package);

	p->path = intern_str(c, path);
	p->name = intern_str(c, name);
	p->scope = NEW(c->arena, Scope);
	p->scope->parent = c->types->universe;
	return p;
}

static World new_world(void)
{
	World w;

	w.c = compiler_new();
	w.t = types_new(w.c);
	w.p = new_package(w.c, "main", "main");
	w.q = new_package(w.c, "ex.com/q", "q");
	w.t->current = w.p;
	return w;
}

static Type *basic(World *w, TypeKind kind)
{
	return w->t->basic[kind];
}

static Object *variable(World *w, const char *name, Type *t)
{
	return object_new(w->c, OBJECT_VAR, intern_str(w->c, name), t, NO_POS, w->p);
}

static Object *field(World *w, const char *name, Type *t, bool embedded)
{
	Object *o = variable(w, name, t);

	o->is_field = true;
	o->embedded = embedded;
	return o;
}

#define LIST(w, ...) list_of(w, (Object *[]){__VA_ARGS__}, COUNT_OF(((Object *[]){__VA_ARGS__})))
#define TYPES(w, ...) types_of(w, (Type *[]){__VA_ARGS__}, COUNT_OF(((Type *[]){__VA_ARGS__})))

static ObjectList list_of(World *w, Object **items, int n)
{
	ObjectList list = {0};

	for (int i = 0; i < n; i++)
		vec_push(w->c->arena, &list, items[i]);
	return list;
}

static TypeList types_of(World *w, Type **items, int n)
{
	TypeList list = {0};

	for (int i = 0; i < n; i++)
		vec_push(w->c->arena, &list, items[i]);
	return list;
}

static Type *struct_of(World *w, ObjectList fields)
{
	Type *t = type_new(w->c, TYPE_STRUCT);

	t->fields = fields;
	return t;
}

static Type *named_in(World *w, Package *p, Scope *scope, const char *name, Type *under)
{
	Type *t = type_new(w->c, TYPE_NAMED);

	t->object = object_new(w->c, OBJECT_TYPE, intern_str(w->c, name), t, NO_POS, p);
	t->underlying_ = under;
	scope_insert(w->c, scope, t->object);
	return t;
}

static Type *named(World *w, const char *name, Type *under)
{
	return named_in(w, w->p, w->p->scope, name, under);
}

static Object *type_param(World *w, const char *name, Type *constraint)
{
	Type *t = type_new(w->c, TYPE_PARAM);

	t->constraint = constraint;
	t->object = object_new(w->c, OBJECT_TYPE, intern_str(w->c, name), t, NO_POS, w->p);
	return t->object;
}

static Type *func1(World *w, Type *param, Type *result)
{
	ObjectList params = {0}, results = {0};

	if (param)
		params = LIST(w, variable(w, "x", param));
	if (result)
		results = LIST(w, variable(w, "", result));
	return func_of(w->c, params, results, false);
}

static Object *add_method(World *w, Type *t, const char *name, Type *signature, bool pointer)
{
	Object *m = object_new(w->c, OBJECT_FUNC, intern_str(w->c, name), signature, NO_POS, w->p);

	m->pointer_receiver = pointer;
	m->receiver_base = t;
	if (t->kind == TYPE_NAMED)
		signature->receiver = variable(w, "r", pointer ? pointer_to(w->c, t) : t);
	vec_push(w->c->arena, &t->methods, m);
	return m;
}

static Type *interface_with(World *w, const char *name, Type *signature)
{
	Type *t = type_new(w->c, TYPE_INTERFACE);

	if (name)
		add_method(w, t, name, signature, false);
	return t;
}

/* ~a or ~a | ~b, as a constraint */
static Type *tilde_union(World *w, Type *a, Type *b)
{
	Type *u = type_new(w->c, TYPE_UNION), *t = type_new(w->c, TYPE_INTERFACE);

	vec_push(w->c->arena, &u->terms, (Term){true, a});
	if (b)
		vec_push(w->c->arena, &u->terms, (Term){true, b});
	vec_push(w->c->arena, &t->embeddeds, u);
	t->implicit = true;
	return t;
}

/* type name[T any] struct{ next *name[T]; value T } */
static Type *generic_list(World *w)
{
	Object *param = type_param(w, "T", w->t->any_type);
	Type *list = named(w, "List", NULL);

	list->type_params = LIST(w, param);
	Type *self = instantiate_named(w->c, list, TYPES(w, param->type));
	list->underlying_ = struct_of(w, LIST(w, field(w, "next", pointer_to(w->c, self), false), field(w, "value", param->type, false)));
	return list;
}

/* ---- identity -------------------------------------------------------------------------------- */

Test(identical, basic_and_composite)
{
	World w = new_world();
	Compiler *c = w.c;
	Type *i = basic(&w, TYPE_INT), *s = basic(&w, TYPE_STRING);

	cr_assert(identical(w.t->byte_type, basic(&w, TYPE_UINT8)));
	cr_assert(!identical(i, basic(&w, TYPE_INT64)));
	cr_assert(identical(map_of(c, s, slice_of(c, i)), map_of(c, s, slice_of(c, i))));
	cr_assert(!identical(array_of(c, i, 2), array_of(c, i, 3)));
	cr_assert(!identical(chan_of(c, i, CHAN_SEND), chan_of(c, i, CHAN_BOTH)));
	cr_assert(identical(func1(&w, i, s), func1(&w, i, s)));
	cr_assert(!identical(func1(&w, i, s), func1(&w, i, NULL)));
	cr_assert(identical(w.t->any_type, w.t->empty_interface));
	cr_assert(!identical(named(&w, "A", i), named(&w, "B", i)));
}

Test(identical, struct_tags_and_packages)
{
	World w = new_world();
	Type *i = basic(&w, TYPE_INT);
	Type *a = struct_of(&w, LIST(&w, field(&w, "x", i, false)));
	Type *b = struct_of(&w, LIST(&w, field(&w, "x", i, false)));

	cr_assert(identical(a, b));
	vec_push(w.c->arena, &b->tags, ((FieldTag){"json", 4}));
	cr_assert(!identical(a, b));
	cr_assert(identical_ignore_tags(a, b));
	b->tags.len = 0;
	b->fields.items[0]->package = w.q;
	cr_assert(!identical(a, b), "unexported names of different packages differ");
}

/* type T interface{ m() interface{T} }, and another spelling of the same */
Test(identical, recursive_interfaces)
{
	World w = new_world();
	Type *inner[2];

	for (int i = 0; i < 2; i++) {
		Type *t = named(&w, i ? "U" : "T", NULL);
		inner[i] = type_new(w.c, TYPE_INTERFACE);
		vec_push(w.c->arena, &inner[i]->embeddeds, t);
		t->underlying_ = interface_with(&w, "m", func1(&w, NULL, inner[i]));
	}
	cr_assert(identical(inner[0], inner[1]));
	cr_assert_str_eq(type_key(w.c, inner[0]), type_key(w.c, inner[1]));
	cr_assert_eq(types_canonical(w.c, inner[0]), types_canonical(w.c, inner[1]));
}

/* ---- generic types ------------------------------------------------------------------------------ */

Test(generic, recursive_type_expands_lazily)
{
	World w = new_world();
	Type *list = generic_list(&w), *i = basic(&w, TYPE_INT);
	Type *a = instantiate_named(w.c, list, TYPES(&w, i)), *b = instantiate_named(w.c, list, TYPES(&w, i));

	cr_assert_eq(a, b);
	cr_assert_str_eq(type_text(w.c, a), "List[int]");
	Type *u = underlying(a);
	cr_assert_eq(u->kind, TYPE_STRUCT);
	cr_assert_eq(u->fields.items[0]->type->elem, a);
	cr_assert_eq(u->fields.items[1]->type, i);
	cr_assert_eq(u->fields.items[1]->origin, list->underlying_->fields.items[1]);
	cr_assert_eq(underlying(a), u);
}

/* type T[P any] struct{ f *T[[]P] }: never ends if it were expanded at once */
Test(generic, growing_type_is_expanded_step_by_step)
{
	World w = new_world();
	Object *p = type_param(&w, "P", w.t->any_type);
	Type *t = named(&w, "T", NULL), *at;

	t->type_params = LIST(&w, p);
	t->underlying_ = struct_of(&w, LIST(&w, field(&w, "f", pointer_to(w.c, instantiate_named(w.c, t,
	                           TYPES(&w, slice_of(w.c, p->type)))), false)));
	at = instantiate_named(w.c, t, TYPES(&w, basic(&w, TYPE_INT)));
	for (int i = 0; i < 3; i++)
		at = underlying(at)->fields.items[0]->type->elem;
	cr_assert_str_eq(type_text(w.c, at), "T[[][][]int]");
}

Test(generic, unfinished_declaration_is_not_cached)
{
	World w = new_world();
	Object *p = type_param(&w, "P", w.t->any_type);
	Type *t = named(&w, "T", NULL);

	t->type_params = LIST(&w, p);
	Type *a = instantiate_named(w.c, t, TYPES(&w, basic(&w, TYPE_INT)));
	cr_assert_eq(underlying(a)->kind, TYPE_INVALID);
	t->underlying_ = slice_of(w.c, p->type);
	cr_assert_eq(underlying(a)->kind, TYPE_SLICE);
	cr_assert_eq(underlying(a)->elem->kind, TYPE_INT);
}

Test(generic, methods_of_instances)
{
	World w = new_world();
	Type *list = generic_list(&w), *i = basic(&w, TYPE_INT);
	Object *q = type_param(&w, "Q", w.t->any_type);
	Type *signature = func1(&w, q->type, NULL);

	signature->receiver_type_params = LIST(&w, q);
	Object *push = add_method(&w, list, "Push", signature, true);
	Type *a = instantiate_named(w.c, list, TYPES(&w, i));
	Lookup found = lookup_field_or_method(w.c, pointer_to(w.c, a), false, w.p, push->name, false);
	cr_assert_not_null(found.object);
	cr_assert_eq(found.object->origin, push);
	cr_assert_eq(found.object->type->fields.items[0]->type, i);
	cr_assert_eq(found.object->type->receiver->type->elem, a);
	found = lookup_field_or_method(w.c, a, false, w.p, push->name, false);
	cr_assert(!found.object && found.pointer_receiver);
	cr_assert_eq(named_methods(w.c, a).items[0], lookup_field_or_method(w.c, a, true, w.p, push->name, false).object);
}

Test(generic, local_types_follow_the_function)
{
	World w = new_world();
	Scope *body = NEW(w.c->arena, Scope);
	Object *p = type_param(&w, "P", w.t->any_type);
	Type *local = named_in(&w, w.p, body, "L", NULL);

	local->enclosing_params = LIST(&w, p);
	local->underlying_ = struct_of(&w, LIST(&w, field(&w, "next", pointer_to(w.c, local), false), field(&w, "v", p->type, false)));
	cr_assert(has_type_params(local));
	Subst ints = {LIST(&w, p), TYPES(&w, basic(&w, TYPE_INT))}, strings = {LIST(&w, p), TYPES(&w, basic(&w, TYPE_STRING))};
	Type *a = subst(w.c, local, &ints), *b = subst(w.c, local, &strings);
	cr_assert_neq(a, b);
	cr_assert_eq(a, subst(w.c, local, &ints));
	cr_assert(!identical(a, b) && !has_type_params(a));
	cr_assert_eq(underlying(a)->fields.items[0]->type->elem, a);
	cr_assert_eq(underlying(b)->fields.items[1]->type->kind, TYPE_STRING);
	cr_assert_str_neq(type_key(w.c, a), type_key(w.c, b));
	cr_assert_str_eq(type_text(w.c, a), "L");
	cr_assert_str_eq(type_runtime_text(w.c, a), "main.L[int]");
}

/* ---- keys and canonical types ---------------------------------------------------------------------- */

Test(key, tells_local_types_apart)
{
	World w = new_world();
	Scope *f = NEW(w.c->arena, Scope), *g = NEW(w.c->arena, Scope);
	Type *a = named_in(&w, w.p, f, "L", w.t->empty_struct), *b = named_in(&w, w.p, g, "L", w.t->empty_struct);
	Type *top = named(&w, "L", w.t->empty_struct), *other = named_in(&w, w.q, w.q->scope, "L", w.t->empty_struct);
	const char *keys[] = {type_key(w.c, a), type_key(w.c, b), type_key(w.c, top), type_key(w.c, other)};

	for (int i = 0; i < 4; i++)
		for (int j = 0; j < i; j++)
			cr_assert_str_neq(keys[i], keys[j]);
	cr_assert_str_eq(keys[2], "main.L");
	cr_assert_str_eq(keys[3], "ex.com/q.L");
}

Test(key, agrees_with_identity)
{
	World w = new_world();
	Compiler *c = w.c;
	Type *i = basic(&w, TYPE_INT), *s = basic(&w, TYPE_STRING);
	Type *tagged = struct_of(&w, LIST(&w, field(&w, "x", i, false)));
	vec_push(c->arena, &tagged->tags, ((FieldTag){"t", 1}));
	Type *m = interface_with(&w, "M", func1(&w, i, NULL)), *embeds = type_new(c, TYPE_INTERFACE);
	vec_push(c->arena, &embeds->embeddeds, named(&w, "I", m));
	Type *all[] = {
		i, basic(&w, TYPE_INT32), w.t->rune_type, s, slice_of(c, i), slice_of(c, i), array_of(c, i, 1), pointer_to(c, i),
		chan_of(c, chan_of(c, i, CHAN_RECV), CHAN_BOTH), chan_of(c, chan_of(c, i, CHAN_BOTH), CHAN_SEND),
		func1(&w, i, s), func1(&w, i, s), func1(&w, s, i), func1(&w, NULL, NULL), m, embeds, w.t->any_type, w.t->empty_interface,
		tagged, struct_of(&w, LIST(&w, field(&w, "x", i, false))), struct_of(&w, LIST(&w, field(&w, "x", i, true))),
		tilde_union(&w, i, s), tilde_union(&w, s, i), tilde_union(&w, i, NULL), w.t->error_type, w.t->empty_struct,
		generic_list(&w), instantiate_named(c, generic_list(&w), TYPES(&w, i)), map_of(c, i, s), map_of(c, s, i),
	};
	for (int x = 0; x < COUNT_OF(all) - 4; x++)
		for (int y = 0; y < COUNT_OF(all) - 4; y++) {
			bool same = identical(all[x], all[y]);
			cr_assert_eq(same, strcmp(type_key(c, all[x]), type_key(c, all[y])) == 0, "%s / %s", type_key(c, all[x]),
			             type_key(c, all[y]));
			cr_assert_eq(same, types_canonical(c, all[x]) == types_canonical(c, all[y]));
		}
}

Test(canonical, reaches_into_named_types)
{
	World w = new_world();
	Type *list = generic_list(&w);
	Type *a = types_canonical(w.c, instantiate_named(w.c, list, TYPES(&w, w.t->byte_type)));
	Type *u = underlying(a);

	cr_assert_eq(u->fields.items[0]->type, types_canonical(w.c, pointer_to(w.c, a)));
	cr_assert_eq(u->fields.items[1]->type, basic(&w, TYPE_UINT8));
	cr_assert_eq(types_canonical(w.c, u), u);
}

/* ---- laws, on random types ------------------------------------------------------------------------- */

typedef struct { World *w; unsigned seed; Type *named[3], *list, *param; } Dice;

static int roll(Dice *d, int sides)
{
	d->seed = d->seed * 1103515245u + 12345u;
	return (int)(d->seed >> 16) % sides;
}

static Type *random_type(Dice *d, int depth);

static ObjectList random_fields(Dice *d, int depth, const char *const *names)
{
	ObjectList list = {0};

	for (int n = roll(d, 3), i = 0; i < n; i++)
		vec_push(d->w->c->arena, &list, field(d->w, names[i], random_type(d, depth), false));
	return list;
}

static Type *random_interface(Dice *d, int depth)
{
	static const char *const names[] = {"M", "n", "O"};
	Type *t = type_new(d->w->c, TYPE_INTERFACE);

	for (int i = 0; i < 3; i++)
		if (roll(d, 2))
			add_method(d->w, t, names[i], func1(d->w, roll(d, 2) ? random_type(d, depth) : NULL, NULL), false);
	if (roll(d, 3) == 0)
		vec_push(d->w->c->arena, &t->embeddeds, random_interface(d, 0));
	return t;
}

static Type *random_type(Dice *d, int depth)
{
	static const char *const names[] = {"A", "b", "C"};
	Compiler *c = d->w->c;

	switch (depth <= 0 ? roll(d, 4) : roll(d, 12)) {
	case 0: return basic(d->w, TYPE_INT);
	case 1: return roll(d, 2) ? basic(d->w, TYPE_UINT8) : d->w->t->byte_type;
	case 2: return d->param ? d->param : d->named[0];
	case 3: return d->named[roll(d, 3)];
	case 4: return pointer_to(c, random_type(d, depth - 1));
	case 5: return slice_of(c, random_type(d, depth - 1));
	case 6: return array_of(c, random_type(d, depth - 1), roll(d, 2));
	case 7: return chan_of(c, random_type(d, depth - 1), (ChanDir)roll(d, 3));
	case 8: return struct_of(d->w, random_fields(d, depth - 1, names));
	case 9: return func_of(c, random_fields(d, depth - 1, names), random_fields(d, depth - 1, names), false);
	case 10: return random_interface(d, depth - 1);
	default: return instantiate_named(c, d->list, TYPES(d->w, random_type(d, depth - 1)));
	}
}

static Dice new_dice(World *w, unsigned seed)
{
	Dice d = {w, seed, {named(w, "A", basic(w, TYPE_INT)), named(w, "B", w->t->empty_struct), w->t->error_type}, generic_list(w), NULL};

	return d;
}

Test(laws, identity_is_equality_of_keys)
{
	World w = new_world();
	Dice d = new_dice(&w, 1);
	enum { N = 400 };
	Type *all[N];
	int pairs = 0;

	for (int i = 0; i < N; i++)
		all[i] = random_type(&d, 1 + i % 3);
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			bool same = identical(all[i], all[j]);
			pairs += same && i != j;
			cr_assert_eq(same, strcmp(type_key(w.c, all[i]), type_key(w.c, all[j])) == 0, "%s / %s", type_text(w.c, all[i]),
			             type_text(w.c, all[j]));
		}
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			cr_assert_eq(identical(all[i], all[j]), types_canonical(w.c, all[i]) == types_canonical(w.c, all[j]));
	cr_assert_gt(pairs, N);
}

/* What substitution put in for P, unification finds again; and the result speaks of P no more. */
Test(laws, unification_inverts_substitution)
{
	World w = new_world();
	Dice d = new_dice(&w, 7);
	Object *p = type_param(&w, "P", w.t->any_type);
	int found = 0;

	for (int i = 0; i < 1000; i++) {
		d.param = NULL;
		Type *arg = random_type(&d, 2);
		d.param = p->type;
		Type *pattern = random_type(&d, 3);
		Subst s = {LIST(&w, p), TYPES(&w, arg)};
		Type *result = subst(w.c, pattern, &s);
		TypeList inferred = {0};
		cr_assert(!has_type_params(result));
		cr_assert_eq(result == pattern, !has_type_params(pattern));
		cr_assert(unify_types(w.c, LIST(&w, p), pattern, result, &inferred), "%s / %s", type_text(w.c, pattern), type_text(w.c, result));
		if (inferred.items[0]) {
			cr_assert(identical(inferred.items[0], arg));
			found++;
		}
	}
	cr_assert_gt(found, 100);
}

/* ---- text --------------------------------------------------------------------------------------------- */

Test(text, as_messages_write_it)
{
	World w = new_world();
	Compiler *c = w.c;
	Type *i = basic(&w, TYPE_INT);
	ObjectList params = LIST(&w, variable(&w, "a", i), variable(&w, "c", slice_of(c, w.t->byte_type)));

	cr_assert_str_eq(type_text(c, func_of(c, params, LIST(&w, variable(&w, "", w.t->error_type)), true)),
	                 "func(a int, c ...byte) error");
	cr_assert_str_eq(type_text(c, chan_of(c, chan_of(c, i, CHAN_RECV), CHAN_BOTH)), "chan (<-chan int)");
	cr_assert_str_eq(type_text(c, map_of(c, w.t->rune_type, w.t->any_type)), "map[rune]any");
	cr_assert_str_eq(type_text(c, w.t->empty_interface), "interface{}");
	cr_assert_str_eq(type_text(c, named_in(&w, w.q, w.q->scope, "T", i)), "q.T");
	cr_assert_str_eq(type_text(c, tilde_union(&w, i, basic(&w, TYPE_STRING))), "~int | ~string");
	cr_assert_str_eq(type_text(c, generic_list(&w)), "List[T any]");
	cr_assert_str_eq(type_runtime_text(c, map_of(c, w.t->rune_type, w.t->any_type)), "map[int32]interface {}");
	Type *in_q = named_in(&w, w.q, w.q->scope, "U", i);
	cr_assert_str_eq(type_runtime_text(c, in_q), "q.U");
	cr_assert_str_eq(type_runtime_text(c, instantiate_named(c, generic_list(&w), TYPES(&w, in_q))), "main.List[ex.com/q.U]");
}

/* ---- method sets, implements -------------------------------------------------------------------------------- */

Test(methods, promotion_and_ambiguity)
{
	World w = new_world();
	Type *a = named(&w, "A", w.t->empty_struct), *b = named(&w, "B", w.t->empty_struct);
	add_method(&w, a, "M", func1(&w, NULL, NULL), false);
	add_method(&w, a, "n", func1(&w, NULL, NULL), true);
	add_method(&w, b, "M", func1(&w, NULL, NULL), false);
	Type *one = named(&w, "One", struct_of(&w, LIST(&w, field(&w, "A", a, true))));
	Type *both = named(&w, "Both", struct_of(&w, LIST(&w, field(&w, "A", a, true), field(&w, "B", b, true))));

	cr_assert_eq(method_set(w.c, one).len, 1);
	MethodSet of_pointer = method_set(w.c, pointer_to(w.c, one));
	cr_assert_eq(of_pointer.len, 2);
	cr_assert_str_eq(of_pointer.items[0].method->name, "M");
	cr_assert_eq(of_pointer.items[1].selection.path.len, 1);
	cr_assert_eq(of_pointer.items[1].selection.holder, a);
	cr_assert_eq(method_set(w.c, both).len, 0);
	cr_assert(lookup_field_or_method(w.c, both, true, w.p, intern_str(w.c, "M"), false).ambiguous);
	cr_assert(!lookup_field_or_method(w.c, both, true, w.q, intern_str(w.c, "n"), false).object);
}

Test(methods, causes)
{
	World w = new_world();
	Type *i = named(&w, "I", interface_with(&w, "M", func1(&w, NULL, NULL)));
	Type *none = named(&w, "None", w.t->empty_struct), *pointer = named(&w, "Ptr", w.t->empty_struct);
	Type *wrong = named(&w, "Wrong", w.t->empty_struct), *small = named(&w, "Small", w.t->empty_struct);
	Type *mine = named(&w, "MyInt", basic(&w, TYPE_INT)), *ints = type_new(w.c, TYPE_INTERFACE);
	const char *cause = NULL;

	add_method(&w, pointer, "M", func1(&w, NULL, NULL), true);
	add_method(&w, wrong, "M", func1(&w, basic(&w, TYPE_INT), NULL), false);
	add_method(&w, small, "m", func1(&w, NULL, NULL), false);
	cr_assert(implements(w.c, pointer_to(w.c, pointer), i, false, &cause));
	cr_assert(!implements(w.c, none, i, false, &cause));
	cr_assert_str_eq(cause, "None does not implement I (missing method M)");
	cr_assert(!implements(w.c, pointer, i, false, &cause));
	cr_assert_str_eq(cause, "Ptr does not implement I (method M has pointer receiver)");
	cr_assert(!implements(w.c, wrong, i, true, &cause));
	cr_assert_str_eq(cause, "Wrong does not satisfy I (wrong type for method M)\n\t\thave M(int)\n\t\twant M()");
	cr_assert(!implements(w.c, small, i, false, &cause));
	cr_assert_str_eq(cause, "Small does not implement I (missing method M)\n\t\thave m()\n\t\twant M()");
	vec_push(w.c->arena, &ints->embeddeds, basic(&w, TYPE_INT));
	Type *k = named(&w, "K", ints);
	cr_assert(!implements(w.c, mine, k, true, &cause));
	cr_assert_str_eq(cause, "MyInt does not satisfy K (possibly missing ~ for int in K)");
	cr_assert(implements(w.c, mine, tilde_union(&w, basic(&w, TYPE_INT), NULL), true, &cause));
	cr_assert(!implements(w.c, slice_of(w.c, mine), w.t->comparable_type, true, &cause));
	cr_assert_str_eq(cause, "[]MyInt does not satisfy comparable");
	cr_assert(implements(w.c, w.t->any_type, w.t->comparable_type, true, &cause));
}

/* ---- unification, inference -------------------------------------------------------------------------------------- */

Test(unify, loosely_at_the_top_only)
{
	World w = new_world();
	Object *p = type_param(&w, "P", w.t->any_type);
	Type *i = basic(&w, TYPE_INT), *ints = named(&w, "Ints", slice_of(w.c, i));
	TypeList inferred = {0};

	cr_assert(unify_types(w.c, LIST(&w, p), slice_of(w.c, p->type), ints, &inferred));
	cr_assert_eq(inferred.items[0], i);
	inferred.len = 0;
	cr_assert(!unify_types(w.c, LIST(&w, p), slice_of(w.c, slice_of(w.c, p->type)), slice_of(w.c, ints), &inferred));
	inferred.len = 0;
	cr_assert(unify_types(w.c, LIST(&w, p), chan_of(w.c, p->type, CHAN_RECV), chan_of(w.c, i, CHAN_BOTH), &inferred));
}

static bool infer_one(World *w, ObjectList params, Type *param, Type *arg, TypeList *out)
{
	InferPair pair = {.param_type = param, .arg_type = arg};
	TypeList none = {0};

	return infer(w->c, NO_POS, params, none, &pair, 1, out, false);
}

Test(infer, arguments_and_constraints)
{
	World w = new_world();
	Object *e = type_param(&w, "E", w.t->any_type), *s = type_param(&w, "S", tilde_union(&w, slice_of(w.c, e->type), NULL));
	ObjectList params = LIST(&w, s, e);
	Type *ints = named(&w, "Ints", slice_of(w.c, basic(&w, TYPE_INT)));
	TypeList out;

	cr_assert(infer_one(&w, params, s->type, ints, &out));
	cr_assert_eq(out.items[0], ints);
	cr_assert_eq(out.items[1]->kind, TYPE_INT);
	cr_assert(!infer_one(&w, params, s->type, basic(&w, TYPE_INT), &out));
	cr_assert(infer_one(&w, LIST(&w, e), e->type, basic(&w, TYPE_UNTYPED_RUNE), &out));
	cr_assert_eq(out.items[0], w.t->rune_type);
	cr_assert(!infer_one(&w, LIST(&w, e), e->type, basic(&w, TYPE_UNTYPED_NIL), &out));
	cr_assert(infer_one(&w, LIST(&w, e), slice_of(w.c, e->type), slice_of(w.c, pointer_to(w.c, e->type)), &out),
	          "a recursive call's own parameter is a type like others");
	cr_assert_eq(out.items[0]->elem, e->type);
}

Test(infer, generic_function_as_argument)
{
	World w = new_world();
	Object *t = type_param(&w, "T", w.t->any_type), *u = type_param(&w, "U", w.t->any_type);
	Type *identity = func1(&w, u->type, u->type), *i = basic(&w, TYPE_INT);
	TypeList none = {0}, out;
	identity->type_params = LIST(&w, u);
	InferPair pairs[] = {{.param_type = func1(&w, t->type, t->type), .arg_type = identity},
	                     {.param_type = t->type, .arg_type = basic(&w, TYPE_UNTYPED_INT)}};

	cr_assert(infer(w.c, NO_POS, LIST(&w, t), none, pairs, 2, &out, false));
	cr_assert_eq(out.len, 2);
	cr_assert_eq(out.items[0], i);
	cr_assert_eq(out.items[1], i);
	InferPair circle = {.param_type = func1(&w, t->type, pointer_to(w.c, t->type)), .arg_type = identity};
	cr_assert(!infer(w.c, NO_POS, LIST(&w, t), none, &circle, 1, &out, false));
}

Test(infer, from_methods_of_an_interface)
{
	World w = new_world();
	Object *t = type_param(&w, "T", w.t->any_type), *p = type_param(&w, "P", w.t->any_type);
	Type *generic = named(&w, "I", NULL), *impl = named(&w, "Impl", w.t->empty_struct);
	TypeList out;
	generic->type_params = LIST(&w, p);
	generic->underlying_ = interface_with(&w, "M", func1(&w, p->type, NULL));
	add_method(&w, impl, "M", func1(&w, basic(&w, TYPE_STRING), NULL), false);

	cr_assert(infer_one(&w, LIST(&w, t), instantiate_named(w.c, generic, TYPES(&w, t->type)), impl, &out));
	cr_assert_eq(out.items[0]->kind, TYPE_STRING);
}

/* ---- layout --------------------------------------------------------------------------------------------------------- */

Test(layout, as_gc)
{
	World w = new_world();
	Compiler *c = w.c;
	Type *b = basic(&w, TYPE_BOOL), *i = basic(&w, TYPE_INT), *s = basic(&w, TYPE_STRING), *z = w.t->empty_struct;
	Type *mixed = struct_of(&w, LIST(&w, field(&w, "a", b, false), field(&w, "b", i, false), field(&w, "c", b, false)));
	Type *tail = struct_of(&w, LIST(&w, field(&w, "a", i, false), field(&w, "z", z, false)));
	Type *head = struct_of(&w, LIST(&w, field(&w, "z", z, false), field(&w, "a", i, false)));

	cr_assert_eq(type_size(c, mixed), 24);
	cr_assert_eq(field_offset(c, mixed, 1), 8);
	cr_assert_eq(field_offset(c, mixed, 2), 16);
	cr_assert_eq(type_size(c, tail), 16);
	cr_assert_eq(type_size(c, head), 8);
	cr_assert_eq(type_size(c, struct_of(&w, LIST(&w, field(&w, "z", z, false)))), 0);
	cr_assert_eq(type_size(c, array_of(c, mixed, 3)), 72);
	cr_assert_eq(type_size(c, array_of(c, s, 0)), 0);
	cr_assert_eq(type_align(c, basic(&w, TYPE_COMPLEX64)), 4);
	cr_assert_eq(type_size(c, w.t->any_type), 16);
	cr_assert(!type_has_pointers(c, mixed) && type_has_pointers(c, s) && !type_has_pointers(c, array_of(c, s, 0)));
	Type *words = struct_of(&w, LIST(&w, field(&w, "x", basic(&w, TYPE_INT16), false),
	                                 field(&w, "y", array_of(c, basic(&w, TYPE_UINT8), 3), false)));
	Type *nested = struct_of(&w, LIST(&w, field(&w, "a", b, false), field(&w, "b", words, false),
	                                  field(&w, "d", array_of(c, i, 0), false), field(&w, "e", basic(&w, TYPE_FLOAT32), false)));
	cr_assert_eq(type_size(c, words), 6);
	cr_assert_eq(field_offset(c, nested, 1), 2);
	cr_assert_eq(field_offset(c, nested, 3), 8);
	cr_assert_eq(type_size(c, nested), 16);
	cr_assert_eq(type_size(c, struct_of(&w, LIST(&w, field(&w, "a", basic(&w, TYPE_INT32), false),
	                                             field(&w, "z", array_of(c, b, 0), false), field(&w, "y", z, false)))), 8);
	cr_assert(is_pointer_shaped(struct_of(&w, LIST(&w, field(&w, "p", pointer_to(c, i), false)))));
	cr_assert(!is_pointer_shaped(i) && is_pointer_shaped(array_of(c, map_of(c, i, i), 1)));
}
