/*
 * infer.c - finding the type arguments of a call that leaves them out.
 *
 * In the order of the specification: typed arguments are unified with their parameters; then constraints
 * add what they know (a core type, the methods) until nothing new comes out; then parameters still without a type
 * get the default type of the untyped constants passed for them; last, inferred types that mention
 * other parameters are resolved, and those that go in circles dropped.
 *
 * The parameters solved for are fresh copies: a generic function that calls itself has its own parameters in the
 * arguments' types, which are given types here and no unknowns. An argument that is a generic function brings
 * its type parameters along as further unknowns. Messages are Go's, with the names as the user wrote them.
 */
#include "private.h"

typedef struct {
	Compiler *c;
	Pos pos;
	const char *callee;
	bool report;
	Unifier unifier;
	ObjectList params;      /* fresh ones: the callee's, then those of generic arguments */
	InferPair *pairs;
	Type **param_types;     /* per pair, of fresh parameters */
	Type **arg_types;
	int npairs;
} Inference;

/* ---- messages ----------------------------------------------------------------------------- */

static bool fail(Inference *in, Pos pos, const char *text)
{
	if (!in->report)
		return false;
	if (in->callee)
		error_at(in->c, pos, "in call to %s, %s", in->callee, text);
	else
		error_at(in->c, pos, "%s", text);
	return false;
}

/* T; T and U; T, U, and V */
static const char *param_names(Inference *in)
{
	Buf out;
	int n = in->params.len;

	buf_init(&out, in->c->arena);
	buf_str(&out, "");
	for (int i = 0; i < n; i++) {
		if (i > 0)
			buf_str(&out, n == 2 ? " and " : i == n - 1 ? ", and " : ", ");
		buf_str(&out, in->params.items[i]->name);
	}
	return out.s;
}

static TypeList inferred_so_far(Inference *in)
{
	TypeList list = {0};

	for (int i = 0; i < in->params.len; i++)
		vec_push(in->c->arena, &list, unifier_get(&in->unifier, i));
	return list;
}

static Pos argument_pos(const Inference *in, const InferPair *pair)
{
	if (pair->reverse || !pair->arg)
		return in->pos;
	return pair->arg->start.file ? pair->arg->start : pair->arg->pos;
}

static bool fail_mismatch(Inference *in, int k)
{
	Compiler *c = in->c;
	InferPair *pair = &in->pairs[k];
	const char *wanted = type_text(c, in->param_types[k]);
	const char *have = type_text(c, pair->arg_type);        /* a generic function with its type parameters */
	const char *arg = pair->arg ? expr_text(c, pair->arg) : "argument";
	Pos pos = argument_pos(in, pair);

	if (!in->report)
		return false;
	if (unifier_unknowns(&in->unifier) == in->params.len)
		return fail(in, pos, arena_printf(c->arena, "type %s of %s does not match %s (cannot infer %s)", have, arg,
		                                  wanted,
		                                  param_names(in)));
	Subst s = {in->params, inferred_so_far(in)};
	Type *inferred = subst(c, in->param_types[k], &s);
	if (inferred == in->param_types[k])
		return fail(in, pos, arena_printf(c->arena, "type %s of %s does not match %s", have, arg, wanted));
	if (pair->reverse)
		return fail(in, pos, arena_printf(c->arena, "inferred type %s for %s does not match type %s of %s",
		                                  type_text(c, inferred), wanted, have, arg));
	return fail(in, pos, arena_printf(c->arena, "type %s of %s does not match inferred type %s for %s", have, arg,
	                                  type_text(c, inferred), wanted));
}

static bool fail_unknown(Inference *in, int i)
{
	Compiler *c = in->c;
	const Object *o = in->params.items[i];
	Buf place;

	if (!in->report)
		return false;
	buf_init(&place, c->arena);
	if (o->pos.file == 0)
		return fail(in, in->pos, arena_printf(c->arena, "cannot infer %s", o->name));
	if (c->types->position_text)
		buf_str(&place, c->types->position_text(c, o->pos));
	else
		pos_print(c, &place, o->pos);
	return fail(in, in->pos, arena_printf(c->arena, "cannot infer %s (declared at %s)", o->name, place.s));
}

static bool fail_constraint(Inference *in, int i, Type *t, const char *cause)
{
	Compiler *c = in->c;
	const Object *o = in->params.items[i];

	if (!in->report)
		return false;
	return fail(in, in->pos, arena_printf(c->arena, "%s (type %s) does not satisfy %s%s%s", o->name, type_text(c, t),
	                                      type_text(c, o->type->constraint), *cause ? " " : "", cause));
}

/* ---- fresh parameters --------------------------------------------------------------------------- */

/* Copies of params, their constraints speaking of the copies; appended to in->params. */
static ObjectList fresh_params(Inference *in, ObjectList params)
{
	Compiler *c = in->c;
	ObjectList fresh = {0};

	for (int i = 0; i < params.len; i++) {
		Type *t = type_new(c, TYPE_PARAM);
		Object *o = object_copy(c, params.items[i], t);
		t->object = o;
		t->index = i;
		vec_push(c->arena, &fresh, o);
	}
	Subst s = {params, object_types(c, fresh)};
	for (int i = 0; i < params.len; i++) {
		param_interface(params.items[i]->type);
		fresh.items[i]->type->constraint = subst(c, params.items[i]->type->constraint, &s);
		vec_push(c->arena, &in->params, fresh.items[i]);
	}
	return fresh;
}

/* The parameter's type in fresh parameters, those with a given argument replaced by it. */
static Subst callee_subst(Inference *in, ObjectList params, ObjectList fresh, TypeList given)
{
	Subst s = {params, {0}};

	for (int i = 0; i < params.len; i++)
		vec_push(in->c->arena, &s.args, i < given.len && given.items[i] ? given.items[i] : fresh.items[i]->type);
	return s;
}

/*
 * Fill params, param_types, arg_types and the unifier. presets holds, for the callee and then for each generic
 * argument, the type arguments that are written. In slices.SortFunc(s, cmp.Compare) the callee's S and E are the first
 * unknowns, the T of Compare is the last; f[int] as an argument gives its own first parameter.
 */
static void prepare(Inference *in, ObjectList type_params, TypeList given)
{
	Compiler *c = in->c;
	VEC(TypeList) presets = {0};
	ObjectList fresh = fresh_params(in, type_params);
	Subst s = callee_subst(in, type_params, fresh, given);

	vec_push(c->arena, &presets, given);
	in->param_types = NEW_ARRAY(c->arena, Type *, in->npairs + 1);
	in->arg_types = NEW_ARRAY(c->arena, Type *, in->npairs + 1);
	for (int k = 0; k < in->npairs; k++) {
		Type *param = in->pairs[k].param_type, *arg = in->pairs[k].arg_type;
		if (param->kind == TYPE_FUNC && param->type_params.len > 0)
			/* the callee's own signature, assigned to a function type */
			param = instantiate_func(c, param, s.args);
		in->param_types[k] = subst(c, param, &s);
		in->arg_types[k] = arg;
		if (arg->kind == TYPE_FUNC && arg->type_params.len > 0) {
			ObjectList own = fresh_params(in, arg->type_params);
			in->arg_types[k] = instantiate_func(c, arg, object_types(c, own));
			vec_push(c->arena, &presets, in->pairs[k].arg_given);
			for (int i = in->pairs[k].arg_given.len; i < own.len; i++)
				vec_push(c->arena, &vec_last(&presets), NULL);
		}
	}
	debug_require(given.len <= type_params.len);
	unifier_init(&in->unifier, c, in->params);
	for (int p = 0, at = 0; p < presets.len; p++) {
		int own = p == 0 ? type_params.len : presets.items[p].len;
		for (int i = 0; i < own && i < presets.items[p].len; i++)
			if (presets.items[p].items[i])
				unifier_set(&in->unifier, at + i, presets.items[p].items[i]);
		at += own;
	}
}

/* ---- the steps ------------------------------------------------------------------------------------- */

static bool is_skipped(const Type *param, const Type *arg)
{
	return param->kind == TYPE_INVALID || arg->kind == TYPE_INVALID;
}

/* First step. Untyped constants wait: f(1, x) with func f[T any](a, b T) takes T from x. Pairs without unknowns have
 * nothing to tell; whether they fit is found when they are assigned. */
static bool use_typed_arguments(Inference *in)
{
	for (int k = 0; k < in->npairs; k++) {
		Type *param = in->param_types[k], *arg = in->arg_types[k];
		if (is_skipped(param, arg) || is_untyped(arg))
			continue;
		if (!mentions_params(param, &in->params) && !mentions_params(arg, &in->params))
			continue;
		if (!unify(&in->unifier, param, arg, UNIFY_ARGUMENT))
			return fail_mismatch(in, k);
	}
	return true;
}

static bool unify_signatures(void *arg, Type *a, Type *b)
{
	return unify(arg, a, b, 0);
}

/* The methods that the constraint demands must be t's; their signatures may tell other parameters. */
static bool use_methods(Inference *in, int i, Type *t)
{
	const char *cause = "";
	Type *constraint = param_interface(in->params.items[i]->type);

	if (interface_methods(in->c, constraint).len == 0 || mentions_params(t, &in->params))
		return true;
	if (missing_method_by(in->c, t, constraint, true, unify_signatures, &in->unifier, in->report ? &cause : NULL))
		return fail_constraint(in, i, t, cause);
	return true;
}

/* What the constraint of parameter i says about its type, and the other way round. */
static bool use_constraint(Inference *in, int i)
{
	Unifier *u = &in->unifier;
	Type *t = unifier_get(u, i), *core;
	bool tilde, single;

	if (core_term(in->params.items[i]->type, &core, &tilde, &single)) {
		if (!t) {
			if (single && !tilde)
				unifier_set(u, i, core);
			return true;
		}
		Type *match = tilde && !is_type_param(t) ? underlying(t) : t;
		if (!unify(u, match, core, UNIFY_INEXACT))
			return fail_constraint(in, i, t, "");
	}
	return !t || use_methods(in, i, t);
}

/* Second step, until nothing new comes out: each round that goes on has fewer unknowns, so it ends. */
static bool use_constraints(Inference *in)
{
	for (;;) {
		int unknowns = unifier_unknowns(&in->unifier);
		for (int i = 0; i < in->params.len; i++)
			if (!use_constraint(in, i))
				return false;
		if (unifier_unknowns(&in->unifier) == unknowns)
			return true;
	}
}

/* The later kind in the order int, rune, float, complex; NULL if the kinds do not mix. */
static Type *larger_untyped(Type *a, Type *b)
{
	if (a->kind == b->kind)
		return a;
	if (!is_numeric(a) || !is_numeric(b))
		return NULL;
	return a->kind > b->kind ? a : b;
}

/* Third step: f(1, 2.5) makes T float64, the default type of the largest kind (since Go 1.21; before, kinds had to
 * agree). */
static bool use_untyped_constants(Inference *in)
{
	Compiler *c = in->c;
	Unifier *u = &in->unifier;
	Type **largest = NEW_ARRAY(c->arena, Type *, in->params.len + 1);

	for (int k = 0; k < in->npairs; k++) {
		Type *arg = in->arg_types[k];
		int i = unifier_index(u, in->param_types[k]);
		if (!is_untyped(arg) || arg->kind == TYPE_UNTYPED_NIL || i < 0 || unifier_get(u, i))
			continue;
		Type **slot = &largest[u->slot_of[i]];
		Type *larger = *slot ? larger_untyped(*slot, arg) : arg;
		if (!larger)
			return fail(in, argument_pos(in, &in->pairs[k]),
			            arena_printf(c->arena, "mismatched types %s and %s (cannot infer %s)", type_text(c, *slot),
			                         type_text(c, arg), in->params.items[i]->name));
		*slot = larger;
	}
	for (int i = 0; i < in->params.len; i++)
		if (!unifier_get(u, i) && largest[u->slot_of[i]])
			unifier_set(u, i, default_type(c, largest[u->slot_of[i]]));
	return true;
}

/* Forget types that would contain themselves: T := []T, or T := []U with U := *T. n is small: reaches is closed under
 * "mentions a parameter whose type mentions" by Warshall's algorithm. */
static void drop_circles(Inference *in, TypeList *types)
{
	int n = types->len;
	bool *reaches = NEW_ARRAY(in->c->arena, bool, n * n + 1);

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			Object *one = in->params.items[j];
			ObjectList just = {&one, 1, 1};
			reaches[i * n + j] = types->items[i] && mentions_params(types->items[i], &just);
		}
	for (int k = 0; k < n; k++)
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				reaches[i * n + j] |= reaches[i * n + k] && reaches[k * n + j];
	for (int i = 0; i < n; i++)
		if (reaches[i * n + i])
			types->items[i] = NULL;
}

/* Last step: T := []U with U := int becomes T := []int. Without circles n rounds are enough. */
static bool resolve(Inference *in, TypeList *out)
{
	*out = inferred_so_far(in);
	drop_circles(in, out);
	for (int round = 0; round < out->len; round++) {
		Subst s = {in->params, *out};
		bool changed = false;
		for (int i = 0; i < out->len; i++) {
			Type *t = out->items[i] ? subst(in->c, out->items[i], &s) : NULL;
			changed |= t != out->items[i];
			out->items[i] = t;
		}
		if (!changed)
			break;
	}
	for (int i = 0; i < out->len; i++)
		if (!out->items[i] || mentions_params(out->items[i], &in->params))
			return fail_unknown(in, i);
	return true;
}

bool infer_call(Compiler *c, Pos pos, const char *callee, ObjectList type_params, TypeList given, InferPair *pairs,
                int npairs,
                TypeList *out, bool report)
{
	Inference in = {.c = c, .pos = pos, .callee = callee, .report = report, .pairs = pairs, .npairs = npairs};

	prepare(&in, type_params, given);
	if (unifier_unknowns(&in.unifier) == 0)
		/* all written: what does not fit is reported where it is assigned or verified */
		return resolve(&in, out);
	return use_typed_arguments(&in) && use_constraints(&in) && use_untyped_constants(&in) && resolve(&in, out);
}

bool infer(Compiler *c, Pos pos, ObjectList type_params, TypeList given, InferPair *pairs, int npairs, TypeList *out,
           bool report)
{
	return infer_call(c, pos, NULL, type_params, given, pairs, npairs, out, report);
}
