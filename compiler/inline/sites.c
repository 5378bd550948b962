/*
 * sites.c - the calls of a function, and which of them are replaced.
 *
 * As Go does it: calls are taken in batches, first those of the function's own text, then those of the bodies that took
 * their place; all of a batch are resolved before any is replaced, so that a literal that is called twice is not taken
 * for one that is called once. It is done again until nothing changes, since a replaced call may show what a
 * variable holds.
 *
 * A body is not put into itself: a callee that is on the way from the function to the call is called.
 */
#include "pass.h"
#include "../lower/lower.h"
#include "../lower/walk.h"

#include <string.h>

typedef struct Sites {
	Inliner *n;
	FuncInfo *owner;            /* whose calls they are */
	bool is_big;
	ExprList calls;
	VEC(FuncInfo *) callees;    /* per call: what it was resolved to, or NULL */
	Map told;                   /* calls that Go replaces (go_facts.h): the remark is made */
	Map later;                  /* calls of go and defer statements */
	bool changed;
} Sites;

/* ---- gathering ------------------------------------------------------------------------ */

static void add_site(void *arg, Expr *e)
{
	Sites *s = arg;
	if (e->kind != EXPR_CALL || e->call_kind != CALL_FUNC || e->inlined || map_get(&s->later, e))
		return;
	vec_push(s->n->c->arena, &s->calls, e);
	vec_push(s->n->c->arena, &s->callees, NULL);
}

static bool note_later(void *arg, Stmt *st)
{
	Sites *s = arg;
	if (st->kind == STMT_GO || st->kind == STMT_DEFER)
		map_put(s->n->c->arena, &s->later, unparen(st->x), st);
	return true;
}

static void gather(Sites *s, Block *b)
{
	Walker w = {.expr = add_site, .stmt = note_later, .arg = s};
	walk_block(&w, b);
}

/* ---- what may be replaced ----------------------------------------------------------------- */

static bool holds(const ObjectList *list, const Object *o)
{
	for (int i = 0; i < list->len; i++)
		if (list->items[i] == o)
			return true;
	return false;
}

/* The literal's variables of functions around it are the owner's own, or the owner has them from there, too. */
static bool can_reach_captures(const FuncInfo *literal, const FuncInfo *owner)
{
	for (int i = 0; i < literal->captured.len; i++) {
		const Object *o = literal->captured.items[i];
		if (o->owner != owner && !holds(&owner->captured, o))
			return false;
	}
	return true;
}

static void resolve(Sites *s, int i)
{
	Object *object;
	Expr *call = s->calls.items[i];
	if (s->callees.items[i] || call->inlined)
		return;
	devirtualize(s->n, call, is_remarked(s->n, s->owner) && !is_told_by_fact(s->n->c, call->pos));
	FuncInfo *callee = static_callee(call, &object);
	const GoFact *fact = fact_about(s->n, object);
	if (fact && fact->cost == GO_CALLS)
		return;
	if (!callee || (object && (is_intrinsic(s->n, object) || strcmp(object->package->path, "runtime") == 0)))
		return;
	if (!callee->object && !can_reach_captures(callee, s->owner))
		return;
	s->callees.items[i] = callee;
	callee->calls++;
}

/* Copies of one literal count as one function. */
static bool same_function(const FuncInfo *a, const FuncInfo *b)
{
	return a == b || (a->literal && b->literal && a->literal->pos.file == b->literal->pos.file &&
		pos_compare(a->literal->pos, b->literal->pos) == 0);
}

/* Calls in a literal that came along with a body are on the way of that body, too: else a function that calls itself in a
 * literal would be put into each copy of it, which brings the next copy. */
static bool is_on_the_way(const Compiler *c, const FuncInfo *owner, const Expr *call, const FuncInfo *callee)
{
	enum { DEEPEST = 30 };
	int depth = 0;
	uint32_t at = call->pos.call;
	for (const FuncInfo *info = owner; info; info = info->outer) {
		for (; at; at = c->calls.items[at].pos.call)
			if (same_function(c->calls.items[at].callee, callee) || ++depth == DEEPEST)
				return true;
		at = info->copied_at;
	}
	return false;
}

/* uintptr(p) in arguments: what p points to has to be alive until a call is over, so there must be one. */
static bool passes_number(const Expr *call)
{
	for (int i = 0; i < call->list.len; i++) {
		const Expr *x = unparen(call->list.items[i]);
		if (x->kind == EXPR_CALL && x->call_kind == CALL_CONVERSION && x->type && underlying(x->type)->kind == TYPE_UINTPTR &&
		    x->list.items[0]->type && underlying(x->list.items[0]->type)->kind == TYPE_UNSAFE_POINTER)
			return true;
	}
	return false;
}

/* Literals in literals in literals: a copy has all that is inside. */
enum { MOST_COPIED = 20000 };

static int most_for(const Sites *s, bool literal, int calls)
{
	int budget = s->n->options.budget, most = s->is_big && budget > INLINE_BIG_BUDGET ? INLINE_BIG_BUDGET : budget;
	if (!literal)
		return most;
	most *= INLINE_LITERAL_FACTOR;
	return calls == 1 && most < INLINE_CALLED_ONCE ? INLINE_CALLED_ONCE : most;
}

static bool is_replaced(Sites *s, const Expr *call, FuncInfo *callee)
{
	find_cost(s->n, callee);
	const Inlining *i = callee->inlining;
	const GoFact *fact = fact_about(s->n, callee->object);
	if (i->reason || s->n->copied > MOST_COPIED || (fact && fact->cost > most_for(s, false, 0)))
		return false;
	int most = most_for(s, !callee->object, callee->calls);
	return i->cost <= most && !is_on_the_way(s->n->c, s->owner, call, callee) && !passes_number(call);
}

/* ---- replacing ------------------------------------------------------------------------------- */

/* Of a literal, kept: names of literals in literals are long. */
static const char *traced_name(Compiler *c, Package *package, FuncInfo *info, bool instance)
{
	if (info->object)
		return go_name_of_function(c, info->object, instance);
	FuncInfo *outer = named_after(info);
	if (info->traced)
		return info->traced;
	if (!outer)
		info->traced = arena_printf(c->arena, "%s.init.func%d", package->path, info->number);
	else
		info->traced = arena_printf(c->arena,
				info->range_of ? "%s%s%s-range%d" : outer->object ? "%s%s%s.func%d" : "%s%s%s.%d",
				traced_name(c, package, outer, false), info->copied_from ? "." : "",
				info->copied_from ? inlined_path(c, info->copied_at) : "", info->number);
	return info->traced;
}

const char *inlined_name(Compiler *c, const InlinedCall *call)
{
	return traced_name(c, (Package *)(uintptr_t)call->package, (FuncInfo *)(uintptr_t)call->callee, call->instance);
}

/* The parameter i is not assigned to: what it holds is the argument. */
static void note_arguments(Expr *call)
{
	FuncInfo *info = call->inlined->info;
	const Type *signature = core_type(unparen(call->x)->type);
	int n = info->params.len - (signature && signature->variadic && !call->has_dots);
	if (call->list.len == 1 && call->list.items[0]->type && call->list.items[0]->type->kind == TYPE_TUPLE)
		return;
	for (int i = 0; i < n && i < call->list.len; i++) {
		Object *o = info->params.items[i];
		Type *type = call->list.items[i]->type;
		if (!o->assigned && type && underlying(o->type)->kind == TYPE_FUNC && underlying(type)->kind == TYPE_FUNC)
			o->initial = call->list.items[i];
	}
}

static Subst substitution(Inliner *n, const Expr *call, const FuncInfo *callee)
{
	Subst s = {0};
	if (!callee->object)
		return s;
	const Type *signature = callee->object->type;
	Expr *fun = unparen(call->x);
	if (signature->type_params.len) {
		s.params = signature->type_params;
		s.args = declared_function(known_value(fun))->type_args;
	} else if (signature->receiver_type_params.len) {
		Type *holder = unalias(fun->selection->holder);
		if (holder->kind == TYPE_POINTER)
			holder = unalias(holder->elem);
		s.params = signature->receiver_type_params;
		s.args = holder->type_args;
	}
	(void)n;
	return s;
}

static void remark(Sites *s, const Expr *call, const FuncInfo *callee, const GoFact *fact)
{
	Compiler *c = s->n->c;
	if (!is_remarked(s->n, s->owner) || is_told_by_fact(c, call->pos))
		return;
	remark_at(c, call->pos, "inlining call to %s", inline_name(s->n, callee));
	for (const char *p = fact ? fact->calls : ""; *p; p += strcspn(p, "|") + 1)
		remark_at(c, call->pos, "inlining call to %.*s", (int)strcspn(p, "|"), p);
	for (const char *p = fact ? fact->remarks : ""; *p; p += strcspn(p, "|") + 1)
		remark_at(c, call->pos, "%.*s", (int)strcspn(p, "|"), p);
}

/* A call that Go replaces and we do not: it stays a call, whose callee leaks what Go's does. */
static void tell(Sites *s, Expr *call)
{
	Object *object;
	static_callee(call, &object);
	const GoFact *fact = fact_about(s->n, object);
	if (!fact || fact->cost == GO_CALLS || call->inlined || map_get(&s->told, call) || fact->cost > most_for(s, false, 0))
		return;
	map_put(s->n->c->arena, &s->told, call, call);
	remark(s, call, object->decl->func_info ? object->decl->func_info : &(FuncInfo){.object = object}, fact);
}

static void replace(Sites *s, Expr *call, FuncInfo *callee)
{
	Inliner *n = s->n;
	Compiler *c = n->c;
	Package *package = callee->object ? callee->object->package : s->n->package;
	remark(s, call, callee, fact_about(n, callee->object));
	if (c->calls.len == 0)
		vec_push(c->arena, &c->calls, ((InlinedCall){0}));
	Subst subst_ = substitution(n, call, callee);
	vec_push(c->arena, &c->calls, ((InlinedCall){call->pos, callee, n->package, subst_.params.len > 0}));
	call->inlined = clone_body(c, callee, s->owner, package, subst_, (uint32_t)c->calls.len - 1);
	callee->moved = !callee->object && callee->calls == 1;
	n->copied += call->inlined->nodes;
	note_arguments(call);
	note_held_by_call(n, call);
	note_held(n, call->inlined->body);
	gather_initial_values(n, call->inlined->body);
	if (!callee->of_value)
		gather(s, call->inlined->body);
	s->changed = true;
}

static void replace_batch(Sites *s, int from, int to)
{
	for (int i = from; i < to; i++) {
		FuncInfo *callee = s->callees.items[i];
		if (callee && !s->calls.items[i]->inlined && is_replaced(s, s->calls.items[i], callee))
			replace(s, s->calls.items[i], callee);
		else
			tell(s, s->calls.items[i]);
	}
}

/* ---- a function ------------------------------------------------------------------------------- */

/* Every call in the package counts before the first is replaced. */
void count_calls(Inliner *n, FuncInfo *info)
{
	Sites *s = NEW(n->c->arena, Sites);
	*s = (Sites){.n = n, .owner = info};
	find_cost(n, info);
	s->is_big = count_nodes(n, info, INLINE_BIG_NODES) >= INLINE_BIG_NODES;
	gather(s, body_of(info));
	for (int i = 0; i < s->calls.len; i++)
		resolve(s, i);
	map_put(n->c->arena, &n->sites, info, s);
}

/* The calls in initialisers of package level, which run in a function without a name. */
void count_initializers(Inliner *n, FuncInfo *init)
{
	Sites *s = NEW(n->c->arena, Sites);
	*s = (Sites){.n = n, .owner = init};
	Walker w = {.expr = add_site, .stmt = note_later, .arg = s};
	for (int i = 0; i < n->package->init_order.len; i++)
		walk_expr(&w, n->package->init_order.items[i]->rhs);
	map_put(n->c->arena, &n->sites, init, s);
}

/* True if something changed. */
bool replace_calls(Inliner *n, FuncInfo *info)
{
	Sites *s = map_get(&n->sites, info);
	if (!s || s->calls.len == 0)
		return false;
	s->changed = false;
	for (int from = 0, to = s->calls.len; from < to; from = to, to = s->calls.len) {
		for (int i = from; i < to; i++)
			resolve(s, i);
		replace_batch(s, from, to);
	}
	info->has_inlined |= s->changed;
	return s->changed;
}
