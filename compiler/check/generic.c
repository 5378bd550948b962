/*
 * generic.c - instances of generic types and functions: written type arguments, their verification, and the search for
 * instantiations that would never end.
 *
 * Constraints are verified late, when all types are complete. Every instantiation whose arguments mention type
 * parameters is an edge between type parameters: of weight 0 if the argument is the parameter itself, 1 if it is
 * wrapped in something. A cycle with positive weight would need infinitely many instances.
 */
#include "checker.h"
#include <string.h>

bool check_type_list(Checker *k, ExprList list, TypeList *out)
{
	bool ok = true;
	for (int i = 0; i < list.len; i++) {
		Type *t = check_type(k, list.items[i]);
		ok = ok && is_valid(t);
		vec_push(k->arena, out, t);
	}
	return ok;
}

/* ---- verification ------------------------------------------------------------------------------ */

typedef struct Instance { Pos pos; ObjectList params; TypeList args; ExprList *exprs; } Instance;

static void run_verify(Checker *k, void *arg)
{
	Instance *in = arg;
	int failed = 0;
	const char *cause = NULL;
	for (int i = 0; i < in->args.len; i++)
		if (!is_valid(in->args.items[i]))
			return;
	if (verify_type_args(k->c, in->params, in->args, &failed, &cause))
		return;
	Pos pos = in->pos;
	if (in->exprs && failed < in->exprs->len)
		pos = in->exprs->items[failed]->start;
	check_error(k, pos, "%s", cause ? cause : "type argument does not satisfy its constraint");
}

/* Whether the arguments satisfy their constraints is looked at when all types are complete: type T struct { x List[T]
 * } asks about T's methods while T is being declared. exprs: where the arguments are written, for the message; or
 * NULL. */
bool check_verify_instance(Checker *k, Pos pos, ObjectList params, TypeList args, ExprList *exprs)
{
	debug_require(args.len == params.len);
	Instance *in = NEW(k->arena, Instance);
	*in = (Instance){pos, params, args, exprs};
	check_later(k, run_verify, in);
	bool open = false;
	for (int i = 0; i < args.len && !open; i++)
		open = has_type_params(args.items[i]);
	if (open)
		vec_push(k->arena, &k->instances, in);
	return true;
}

/* ---- generic types ------------------------------------------------------------------------------- */

ObjectList check_alias_params(Object *alias)
{
	ObjectList params = {0};
	if (!alias || !alias->is_alias || !alias->decl)
		return params;
	return alias->alias_params;
}

/* Where Go's syntax tree has a selector: at its dot, which stands behind the package's name. */
static Pos dot_or_start(const Expr *e)
{
	Pos pos = e->start;
	if (e->kind == EXPR_SELECTOR && e->x->kind == EXPR_NAME)
		pos.col += (uint32_t)strlen(e->x->name);
	return pos;
}

static bool type_arg_count(Checker *k, Pos pos, const char *name, int have, int want)
{
	if (have == want)
		return true;
	check_error(k, pos, "%s type arguments for type %s: have %d, want %d", have < want ? "not enough" : "too many",
	            name, have, want);
	return false;
}

/* type A[P any] = []P: A[int] is []int under the alias's name. */
Type *check_instance_of_alias(Checker *k, Object *alias, TypeList args)
{
	Subst s = {.params = check_alias_params(alias), .args = args};
	return type_aliased(k->c, alias, args, subst(k->c, alias->type, &s));
}

typedef struct { Type *type; } ValidLater;

static void run_valid(Checker *k, void *arg)
{
	check_valid_type(k, ((ValidLater *)arg)->type);
}

static Object *alias_of(Expr *e)
{
	Object *o = unparen(e)->object;
	return o && o->kind == OBJECT_TYPE && o->is_alias && check_alias_params(o).len > 0 ? o : NULL;
}

Type *check_instantiated_type(Checker *k, Expr *e)
{
	const char *cause = NULL;
	Type *generic = check_generic_type(k, e->x, &cause);
	if (cause) {
		check_error(k, e->x->start, "invalid operation: %s (%s)", text_of(k, e), cause);
		check_use(k, e->list);
		return invalid_type(k);
	}
	if (!is_valid(generic)) {
		check_use(k, e->list);
		return invalid_type(k);
	}
	TypeList args = {0};
	Object *alias = alias_of(e->x);
	ObjectList params = alias ? check_alias_params(alias) : generic->type_params;
	if (!check_type_list(k, e->list, &args))
		return invalid_type(k);
	if (!type_arg_count(k, dot_or_start(e->x), alias ? alias->name : generic->object->name, args.len, params.len))
		return invalid_type(k);
	check_version(k, e->start, 18, "type instantiation");
	check_verify_instance(k, e->start, params, args, &e->list);
	if (alias)
		return check_instance_of_alias(k, alias, args);
	Type *t = instantiate_named(k->c, generic, args);
	if (!map_get(&k->instance_uses, t))
		map_put(k->arena, &k->instance_uses, t, e);
	ValidLater *v = NEW(k->arena, ValidLater);
	v->type = t;
	check_later(k, run_valid, v);
	check_note_sized(k, t);
	return t;
}

/* ---- generic functions ------------------------------------------------------------------------------- */

/* Note the complete type arguments on e (an index expression, a name or a selector) and inside. */
void check_record_instance(Checker *k, Expr *e, TypeList args, Type *type)
{
	(void)k;
	for (;; e = e->x) {
		e->type_args = args;
		e->type = type;
		if (e->mode == MODE_INVALID)
			e->mode = MODE_VALUE;
		if (e->kind != EXPR_PAREN && e->kind != EXPR_INDEX)
			break;
	}
}

/* e instantiates generic function x: e is an index expression, or (target given) the function alone. */
void check_func_inst(Checker *k, Operand *x, Expr *e, Type *target)
{
	Type *sig = x->type;
	TypeList given = {0}, args = {0};
	Expr *inst = e->kind == EXPR_INDEX ? e : NULL;
	if (inst && !check_type_list(k, inst->list, &given))
		goto invalid;
	int want = sig->type_params.len;
	if (given.len > want) {
		check_error(k, inst->list.items[want]->start, "got %d type arguments but want %d", given.len, want);
		goto invalid;
	}
	args = given;
	if (given.len < want) {
		InferPair pair = {0};
		int n = 0;
		Type *tsig = target ? underlying(target) : NULL;
		Type *renamed = sig;
		check_rename_params(k, sig->type_params, &renamed);
		if (tsig && tsig->kind == TYPE_FUNC) {
			Type *plain = func_of(k->c, renamed->fields, renamed->results, renamed->variadic);
			pair = (InferPair){.param_type = plain, .arg = e, .arg_type = target, .reverse = true};
			n = 1;
		}
		args = (TypeList){0};
		if (!infer_call(k->c, inst ? inst->pos : e->start, NULL, renamed->type_params, given, &pair, n, &args, true)) {
			k->errors = true;
			goto invalid;
		}
	}
	if (check_version(k, inst ? inst->pos : e->start, 18, "function instantiation") && given.len < want)
		check_version(k, e->start, 21, inst ? "partially instantiated function in assignment" :
		              "implicitly instantiated function in assignment");
	check_verify_instance(k, e->start, sig->type_params, args, inst ? &inst->list : NULL);
	x->type = instantiate_func(k->c, sig, args);
	x->mode = MODE_VALUE;
	x->expr = e;
	check_record_instance(k, e, args, x->type);
	return;
invalid:
	x->mode = MODE_INVALID;
	x->type = invalid_type(k);
	x->expr = e;
}

/* Fresh copies of params; *signature is rewritten to them. */
ObjectList check_rename_params(Checker *k, ObjectList params, Type **signature)
{
	Subst s = {.params = params};
	ObjectList fresh = {0};
	for (int i = 0; i < params.len; i++) {
		Object *old = params.items[i];
		Type *t = type_new(k->c, TYPE_PARAM);
		Object *o = object_new(k->c, OBJECT_TYPE, old->name, t, old->pos, old->package);
		t->object = o;
		t->index = i;
		t->id = k->types->next_param_id++;
		o->color = BLACK;
		vec_push(k->arena, &fresh, o);
		vec_push(k->arena, &s.args, t);
	}
	for (int i = 0; i < params.len; i++)
		fresh.items[i]->type->constraint = subst(k->c, params.items[i]->type->constraint, &s);
	Type *old = *signature;
	Type *plain = func_of(k->c, old->fields, old->results, old->variadic);
	Type *copy = subst(k->c, plain, &s);
	if (copy == plain)
		copy = func_of(k->c, old->fields, old->results, old->variadic);
	copy->type_params = fresh;
	copy->receiver = NULL;
	*signature = copy;
	return fresh;
}

/* ---- cycles --------------------------------------------------------------------------------------------- */

typedef struct { int from, to, weight; Pos pos; Type *arg; } Edge;
typedef struct { Checker *k; Map index; VEC(Object *) params; VEC(Edge) edges; } Graph;

/* A method's type parameters are other objects than those of its receiver's type, but stand for the same ones. */
static int vertex(Graph *g, Object *param)
{
	debug_require(param && param->kind == OBJECT_TYPE);
	Object *own = map_get(&g->k->receiver_params, param);
	if (own)
		param = own;
	intptr_t i = (intptr_t)map_get(&g->index, param);
	if (i)
		return (int)i - 1;
	vec_push(g->k->arena, &g->params, param);
	map_put(g->k->arena, &g->index, param, (void *)(intptr_t)g->params.len);
	return g->params.len - 1;
}

static void add_edges(Graph *g, Pos pos, Object *to, Type *arg, Type *part, int weight, int depth)
{
	if (!part || depth > 20)
		return;
	if (part->kind == TYPE_PARAM) {
		Edge e = {vertex(g, part->object), vertex(g, to), weight, pos, arg};
		vec_push(g->k->arena, &g->edges, e);
		return;
	}
	if (part->kind <= TYPE_LAST_BASIC)
		return;
	if (part->kind == TYPE_NAMED) {
		for (int i = 0; i < part->type_args.len; i++)
			add_edges(g, pos, to, arg, part->type_args.items[i], 1, depth + 1);
		for (int i = 0; i < part->enclosing_params.len && part->enclosing_args.len == 0; i++)
			add_edges(g, pos, to, arg, part->enclosing_params.items[i]->type, 1, depth + 1);
		return;
	}
	add_edges(g, pos, to, arg, part->elem, 1, depth + 1);
	add_edges(g, pos, to, arg, part->key, 1, depth + 1);
	for (int i = 0; i < part->fields.len; i++)
		add_edges(g, pos, to, arg, part->fields.items[i]->type, 1, depth + 1);
	for (int i = 0; i < part->results.len; i++)
		add_edges(g, pos, to, arg, part->results.items[i]->type, 1, depth + 1);
	if (part->kind == TYPE_INTERFACE)
		for (int i = 0; i < part->methods.len; i++)
			add_edges(g, pos, to, arg, part->methods.items[i]->type, 1, depth + 1);
}

/* via[v]: the edge over which v got its weight. Going back once for every vertex surely ends on the cycle. */
static void report_instance_cycle(Graph *g, int *via, int start)
{
	Buf b;
	int at = start;
	for (int i = 0; i < g->params.len; i++)
		at = g->edges.items[via[at]].from;
	int first = at;
	buf_init(&b, g->k->arena);
	buf_str(&b, "instantiation cycle:");
	VEC(int) path = {0};
	do {
		vec_push(g->k->arena, &path, via[at]);
		at = g->edges.items[via[at]].from;
	} while (at != first);
	for (int i = path.len - 1; i >= 0; i--) {
		Edge *e = &g->edges.items[path.items[i]];
		buf_printf(&b, "\n\t%s: %s instantiated as %s", check_pos_text(g->k, e->pos), g->params.items[e->to]->name,
		           type_name_of(g->k, e->arg));
	}
	check_error(g->k, g->params.items[first]->pos, "%s", b.s);
}

/* Longest paths: a weight above the number of vertices means a positive cycle. */
void check_instance_cycles(Checker *k)
{
	Graph g = {.k = k};
	for (int i = 0; i < k->instances.len; i++) {
		Instance *in = k->instances.items[i];
		for (int j = 0; j < in->params.len && j < in->args.len; j++) {
			Type *arg = in->args.items[j];
			Pos pos = in->exprs && j < in->exprs->len ? in->exprs->items[j]->start : in->pos;
			add_edges(&g, pos, in->params.items[j], arg, arg, 0, 0);
		}
	}
	int n = g.params.len;
	if (n == 0)
		return;
	int *weight = NEW_ARRAY(k->arena, int, n), *via = NEW_ARRAY(k->arena, int, n);
	for (bool changed = true; changed;) {
		changed = false;
		for (int i = 0; i < g.edges.len; i++) {
			Edge *e = &g.edges.items[i];
			int w = weight[e->from] + e->weight;
			if (w <= weight[e->to])
				continue;
			weight[e->to] = w;
			via[e->to] = i;
			changed = true;
			if (w > n) {
				report_instance_cycle(&g, via, e->to);
				return;
			}
		}
	}
}
