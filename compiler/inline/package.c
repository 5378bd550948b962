/*
 * package.c - the functions of a package: costs, callees first; then the calls in each.
 */
#include "pass.h"
#include "../lower/walk.h"

#include <string.h>

typedef VEC(FuncInfo *) FuncList;

/* ---- callees first ------------------------------------------------------------------- */

typedef struct Order {
	Inliner *n;
	Map ids;                    /* FuncInfo -> number of the visit; DONE once its set is dealt with */
	FuncList stack;
	intptr_t next;
	void (*each)(Inliner *n, FuncList set);
} Order;

static const intptr_t DONE = INTPTR_MAX;

typedef struct { Order *order; intptr_t least; } Visit;

static intptr_t visit(Order *o, FuncInfo *info);

static void visit_callee(Visit *v, FuncInfo *info)
{
	intptr_t m = visit(v->order, info);
	v->least = m < v->least ? m : v->least;
}

/* A function of this package that x mentions, or a literal. */
static void visit_expr(void *arg, Expr *x)
{
	Visit *v = arg;
	if (x->kind == EXPR_FUNC) {
		visit_callee(v, x->func_info);
		return;
	}
	Object *o = NULL;
	if (x->kind == EXPR_NAME || (x->kind == EXPR_SELECTOR && !x->selection))
		o = x->object;
	else if (x->kind == EXPR_SELECTOR)
		o = x->selection->object;
	if (!o || o->kind != OBJECT_FUNC || (o->package != v->order->n->package && !o->stencil))
		return;
	o = o->origin ? o->origin : o;
	if (o->decl && o->decl->func_info && o->decl->body)
		visit_callee(v, o->decl->func_info);
}

/* Tarjan's algorithm, a literal belonging to the set of the function around it. */
static intptr_t visit(Order *o, FuncInfo *info)
{
	Arena *a = o->n->c->arena;
	intptr_t known = (intptr_t)map_get(&o->ids, info);
	if (known)
		return known;
	intptr_t id = ++o->next;
	map_put(a, &o->ids, info, (void *)id);
	Visit v = {o, ++o->next};
	vec_push(a, &o->stack, info);
	Walker w = {.expr = visit_expr, .arg = &v};
	walk_block(&w, body_of(info));
	if ((v.least != id && v.least != id + 1) || (!info->object && info->outer))
		return v.least;
	int first = o->stack.len;
	do
		map_put(a, &o->ids, o->stack.items[--first], (void *)DONE);
	while (o->stack.items[first] != info);
	FuncList set = {0};
	for (int i = first; i < o->stack.len; i++)
		vec_push(a, &set, o->stack.items[i]);
	o->stack.len = first;
	o->each(o->n, set);
	return v.least;
}

static void visit_all(Inliner *n, void (*each)(Inliner *n, FuncList set))
{
	Order o = {.n = n, .each = each};
	for (int i = 0; i < n->package->functions.len; i++) {
		Object *f = n->package->functions.items[i];
		if (f->decl && f->decl->func_info)
			visit(&o, f->decl->func_info);
	}
	for (int i = 0; i < n->package->package_literals.len; i++)
		visit(&o, n->package->package_literals.items[i]->func_info);
}

/* ---- costs ------------------------------------------------------------------------------- */

/* Shapes of functions of other packages are part of a view; what is in them is said where it is used. */
bool is_remarked(const Inliner *n, const FuncInfo *info)
{
	while (info && info->outer)
		info = info->outer;
	return n->options.remarks && (!info || !info->object || info->object->package == n->package);
}

/* What Go does with a function, where remarks are wanted; NULL: as is done here. */
const GoFact *fact_about(const Inliner *n, const Object *function)
{
	return n->options.remarks && !n->package->is_stdlib ? go_fact(n->c, function) : NULL;
}

void report_cost(Inliner *n, const FuncInfo *info)
{
	const Inlining *i = info->inlining;
	bool blank = info->object && strcmp(info->object->name, "_") == 0;
	if (blank || !is_remarked(n, info) || is_told_by_fact(n->c, (Pos){.call = info->copied_at}))
		return;
	const char *name = inline_name(n, info);
	if (!i->reason && n->options.remarks > 1)
		remark_at(n->c, function_pos(info), "can inline %s with cost %d", name, i->cost);
	else if (!i->reason)
		remark_at(n->c, function_pos(info), "can inline %s", name);
	else if (n->options.remarks > 1)
		remark_at(n->c, function_pos(info), "cannot inline %s: %s", name, i->reason);
}

static void find_costs(Inliner *n, FuncList set)
{
	for (int i = 0; i < set.len; i++) {
		find_cost(n, set.items[i]);
		report_cost(n, set.items[i]);
	}
}

/* ---- calls ---------------------------------------------------------------------------------- */

static void count_set(Inliner *n, FuncList set)
{
	for (int i = 0; i < set.len; i++)
		if (body_of(set.items[i]))
			count_calls(n, set.items[i]);
}

/* Deep inside a literal whose body stands elsewhere now: mostly nobody needs it, and to copy what is in it again, and
 * what is in that, would take for ever. Outer functions come first in a set. */
static bool is_deep_in_moved(const FuncInfo *info)
{
	enum { DEEP = 8 };
	int depth = 0;
	bool moved = false;
	for (; info; info = info->outer, depth++)
		moved |= info->moved;
	return moved && depth > DEEP;
}

static void replace_in_set(Inliner *n, FuncList set)
{
	bool again = true;
	n->copied = 0;
	while (again) {
		again = false;
		for (int i = 0; i < set.len; i++)
			if (!is_deep_in_moved(set.items[i]))
				again |= replace_calls(n, set.items[i]);
	}
}

static bool any_inlined(const FuncInfo *info)
{
	bool any = info->has_inlined;
	for (int i = 0; i < info->literals.len; i++)
		any |= any_inlined(info->literals.items[i]->func_info);
	return any;
}

typedef struct { Arena *arena; FuncList infos; } Literals;

static void note_literal(void *arg, Expr *x)
{
	Literals *list = arg;
	if (x->kind == EXPR_FUNC)
		vec_push(list->arena, &list->infos, x->func_info);
}

/* Literals that came along with the bodies that were put into them have calls of their own: those that are wanted. */
static bool replace_in_wanted(Inliner *n, FuncInfo *info)
{
	Literals wanted = {.arena = n->c->arena};
	Walker w = {.expr = note_literal, .arg = &wanted, .literals = true};
	bool any = false;
	walk_block(&w, body_of(info));
	for (int i = 0; i < wanted.infos.len; i++) {
		FuncInfo *literal = wanted.infos.items[i];
		if (map_get(&n->sites, literal))
			continue;
		count_calls(n, literal);
		while (replace_calls(n, literal))
			;
		any = true;
	}
	return any;
}

static void tidy_set(Inliner *n, FuncList set)
{
	for (int i = 0; i < set.len; i++) {
		FuncInfo *info = set.items[i];
		if ((info->object || !info->outer) && body_of(info) && any_inlined(info)) {
			n->copied = 0;
			if (!n->options.remarks)        /* Go leaves them as they are */
				do drop_unwanted(n, info); while (replace_in_wanted(n, info));
			tidy_function(n, info);
		}
	}
}

/* ---- the package --------------------------------------------------------------------------- */

static void replace_in_initializers(Inliner *n)
{
	FuncInfo *init = NEW(n->c->arena, FuncInfo);
	count_initializers(n, init);
	while (replace_calls(n, init))
		;
}

static FuncList outermost(const Inliner *n)
{
	FuncList r = {0};
	for (int i = 0; i < n->package->functions.len; i++) {
		const Object *f = n->package->functions.items[i];
		if (f->decl && f->decl->func_info)
			vec_push(n->c->arena, &r, f->decl->func_info);
	}
	for (int i = 0; i < n->package->package_literals.len; i++)
		vec_push(n->c->arena, &r, n->package->package_literals.items[i]->func_info);
	return r;
}

void inline_prepare(Compiler *c, Package *package)
{
	c->types->current = package;
	rewrite_range_functions(c, package);
}

void inline_package(Compiler *c, Package *package, const InlineOptions *options)
{
	Inliner n = {.c = c, .package = package, .options = *options};
	c->types->current = package;
	FuncList infos = outermost(&n);
	for (int i = 0; i < infos.len; i++) {
		note_initial_values(&n, infos.items[i]);
		note_held(&n, body_of(infos.items[i]));
	}
	if (options->budget > 0)
		visit_all(&n, find_costs);
	if (options->budget <= 0 || !options->replace) {
		for (int i = 0; i < infos.len; i++)
			devirtualize_body(&n, body_of(infos.items[i]));
		return;
	}
	visit_all(&n, count_set);
	visit_all(&n, replace_in_set);
	if (options->remarks)           /* lowering keeps the calls in initialisers */
		replace_in_initializers(&n);
	visit_all(&n, tidy_set);
}
