/*
 * values.c - generic functions as values, in the shapes of a view (view.c).
 *
 * A shape is called with a dictionary, so in another shape F[T] as a value is, in Go, a literal of its own around the
 * call of F[go.shape.int]; and so are T.M and x.M of generic types. They are counted with the literals that are
 * written there. Outside of shapes the value is the function F[int] around F[go.shape.int], which needs none.
 *
 * x.M is made a literal where x is a variable; else it stays a method value.
 */
#include "pass.h"
#include "../lower/walk.h"

typedef struct Values {
	Compiler *c;
	Package *package;
	FuncInfo *owner;
	Map called;                 /* callees, which are no values */
	ExprList literals;          /* in source order, with those that were there */
	bool any;
} Values;

static Expr *name_of(Values *v, Object *o, const Expr *at) { return made_name(v->c, o, at); }

static Expr *expr_like(Values *v, ExprKind kind, const Expr *at, Type *type)
{
	Expr *e = made_expr(v->c, kind, at, type);
	e->start = e->end = at->pos;
	return e;
}

static void add_variables(Values *v, FuncInfo *info, const ObjectList *from, ObjectList *to, bool results)
{
	for (int i = 0; i < from->len; i++) {
		Object *o = object_new(v->c, OBJECT_VAR, "", from->items[i]->type, info->literal->pos, v->package);
		o->owner = info;
		o->is_param = !results;
		o->is_result = results;
		vec_push(v->c->arena, to, o);
	}
}

/* What the literal calls; *first: parameters that are given to it otherwise. */
static Expr *callee_of(Values *v, const Expr *value, const FuncInfo *info, int *first)
{
	Expr *fun = NEW(v->c->arena, Expr);
	*fun = *value;
	*first = 0;
	if (!value->selection || value->selection->kind != SELECT_METHOD_EXPR)
		return fun;
	Selection *s = NEW(v->c->arena, Selection);
	*s = *value->selection;
	s->kind = SELECT_METHOD_VALUE;
	s->receiver = info->params.items[0]->type;
	fun->selection = s;
	fun->x = name_of(v, info->params.items[0], value);
	*first = 1;
	return fun;
}

static Stmt *call_of(Values *v, const Expr *value, const FuncInfo *info)
{
	Arena *a = v->c->arena;
	int first, n = info->results.len;
	Expr *call = expr_like(v, EXPR_CALL, value, n == 1 ? info->results.items[0]->type : n ?
			tuple_of(v->c, info->type->results) : NULL);
	call->call_kind = CALL_FUNC;
	call->x = callee_of(v, value, info, &first);
	call->has_dots = info->type->variadic;
	for (int i = first; i < info->params.len; i++)
		vec_push(a, &call->list, name_of(v, info->params.items[i], value));
	Stmt *s = NEW(a, Stmt);
	*s = (Stmt){.kind = n ? STMT_RETURN : STMT_EXPR, .pos = value->pos, .x = n ? NULL : call};
	if (n)
		vec_push(a, &s->rhs, call);
	return s;
}

/* Makes a literal of e, in place. */
static void make_literal(Values *v, Expr *e)
{
	Arena *a = v->c->arena;
	Expr *value = NEW(a, Expr);
	FuncInfo *info = NEW(a, FuncInfo);
	*value = *e;
	info->outer = v->owner;
	info->literal = e;
	info->type = underlying(e->type);
	info->of_value = true;
	if (e->selection && e->pos.col > 1)
		e->pos.col--;           /* the dot */
	value->pos = e->pos;
	add_variables(v, info, &info->type->fields, &info->params, false);
	add_variables(v, info, &info->type->results, &info->results, true);
	*e = (Expr){.kind = EXPR_FUNC, .pos = e->pos, .start = e->start, .end = e->end, .type = e->type, .mode = MODE_VALUE,
			.func_info = info, .body = NEW(a, Block)};
	e->body->pos = e->body->end = e->pos;
	vec_push(a, &e->body->list, call_of(v, value, info));
	vec_push(a, &v->owner->literals, e);
	vec_push(a, &v->literals, e);
	v->any = true;
}

static bool is_of_shape(const Object *o) { return o && o->kind == OBJECT_FUNC && o->stencil && !o->stencil->is_around; }

static bool needs_literal(const Expr *e)
{
	if (e->mode == MODE_TYPE || !e->type || underlying(e->type)->kind != TYPE_FUNC)
		return false;
	if (e->kind == EXPR_NAME || (e->kind == EXPR_SELECTOR && !e->selection))
		return is_of_shape(e->object);
	if (e->kind != EXPR_SELECTOR || e->selection->kind == SELECT_FIELD || e->selection->path.len ||
			!is_of_shape(e->selection->object))
		return false;
	const Expr *x = unparen(e->x);
	bool variable = x->kind == EXPR_NAME && x->object && x->object->kind == OBJECT_VAR && !x->object->is_package_level;
	return e->selection->kind == SELECT_METHOD_EXPR || (e->selection->kind == SELECT_METHOD_VALUE && variable);
}

static void visit(void *arg, Expr *e)
{
	Values *v = arg;
	if (e->kind == EXPR_CALL && e->call_kind == CALL_FUNC)
		map_put(v->c->arena, &v->called, unparen(e->x), e);
	else if (e->kind == EXPR_FUNC)
		vec_push(v->c->arena, &v->literals, e);
	else if (!map_get(&v->called, e) && needs_literal(e))
		make_literal(v, e);
}

static void number_literals(Values *v)
{
	FuncInfo *named = v->owner->range_of ? v->owner->range_of : v->owner;
	bool alone = !named->range_loops;
	if (alone)
		named->numbered = 0;
	for (int i = 0; i < v->literals.len; i++) {
		FuncInfo *info = v->literals.items[i]->func_info;
		if (alone ? !info->range_of : info->number == 0)
			info->number = ++named->numbered;
	}
}

/* info: a shape, or a literal in it. */
void make_literals_of_values(Compiler *c, Package *package, FuncInfo *info)
{
	Values v = {.c = c, .package = package, .owner = info};
	Walker w = {.expr = visit, .arg = &v};
	int n = info->literals.len;
	for (int i = 0; i < n; i++)
		make_literals_of_values(c, package, info->literals.items[i]->func_info);
	walk_block(&w, body_of(info));
	if (v.any)
		number_literals(&v);
}
