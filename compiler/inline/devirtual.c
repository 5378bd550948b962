/*
 * devirtual.c - calls on interfaces that are known to hold values of one type become calls of that type's methods.
 *
 * As Go does it: the operand is a conversion of a concrete value, an assertion, a call whose value is known, or a local
 * variable all of whose values are such, of one type. nil and the zero value of a declaration count for nothing, since
 * the call would panic. So x.M() becomes x.(T).M(), where the assertion (Expr.implicit) tests for nil alone and panics as
 * the call would have. Then T.M can be put in place of the call, escape analysis knows who is called, and the C
 * compiler sees a direct call.
 *
 * What variables are given is found once for a function with the literals in it, and again for each body that takes the
 * place of a call. A variable of whose declaration nothing is known (a parameter, a loop's variable), or whose address is
 * taken, holds anything.
 */
#include "pass.h"
#include "../lower/walk.h"

/* What a local variable of interface type is given. */
typedef struct Held {
	bool declared, unknown, asked;
	ExprList values;
	TypeList types;                 /* of values that are not expressions: results of calls with several */
} Held;

static Held *held_by(Inliner *n, Object *o)
{
	if (!o || o->kind != OBJECT_VAR || o->is_package_level || o->is_field || !o->type || !is_interface(o->type))
		return NULL;
	Held *h = map_get(&n->held, o);
	if (!h) {
		h = NEW(n->c->arena, Held);
		map_put(n->c->arena, &n->held, o, h);
	}
	return h;
}

/* ---- what variables are given ------------------------------------------------------------- */

static void give(Inliner *n, Object *o, Expr *value, bool declares)
{
	Held *h = held_by(n, o);
	if (!h)
		return;
	h->declared |= declares;
	if (value)
		vec_push(n->c->arena, &h->values, value);
}

static void give_result(Inliner *n, Object *o, Type *tuple, int i, bool declares)
{
	Held *h = held_by(n, o);
	if (!h)
		return;
	h->declared |= declares;
	Type *t = tuple && tuple->kind == TYPE_TUPLE && i < tuple->fields.len ? tuple->fields.items[i]->type : NULL;
	if (t)
		vec_push(n->c->arena, &h->types, t);
	else
		h->unknown = true;
}

static Object *assigned_object(Expr *lhs)
{
	lhs = unparen(lhs);
	return lhs->kind == EXPR_NAME ? lhs->object : NULL;
}

static bool is_defined(const Stmt *s, const Object *o)
{
	for (int i = 0; i < s->defined.len; i++)
		if (s->defined.items[i] == o)
			return true;
	return false;
}

static void give_all(Inliner *n, Stmt *s)
{
	for (int i = 0; i < s->lhs.len; i++) {
		Object *o = assigned_object(s->lhs.items[i]);
		bool declares = s->kind == STMT_DEFINE && is_defined(s, o);
		if (s->rhs.len == s->lhs.len)
			give(n, o, s->rhs.items[i], declares);
		else
			give_result(n, o, s->rhs.len == 1 ? s->rhs.items[0]->type : NULL, i, declares);
	}
}

static bool note_statement(void *arg, Stmt *s)
{
	Inliner *n = arg;
	if (s->kind == STMT_ASSIGN || s->kind == STMT_DEFINE)
		give_all(n, s);
	for (int i = 0; s->kind == STMT_DECL && i < s->decls.len; i++) {
		Decl *d = s->decls.items[i];
		for (int j = 0; d->kind == DECL_VAR && j < d->objects.len; j++) {
			if (d->values.len == 0 || d->values.len == d->objects.len)
				give(n, d->objects.items[j], d->values.len ? d->values.items[j] : NULL, true);
			else
				give_result(n, d->objects.items[j], d->values.items[0]->type, j, true);
		}
	}
	for (int i = 0; s->kind == STMT_RANGE && !s->define && i < s->lhs.len; i++) {
		Held *h = s->lhs.items[i] ? held_by(n, assigned_object(s->lhs.items[i])) : NULL;
		if (h)
			h->unknown = true;
	}
	return true;
}

static void note_address(void *arg, Expr *e)
{
	Held *h = e->kind == EXPR_UNARY && e->op == OP_ADDR ? held_by(arg, assigned_object(e->x)) : NULL;
	if (h)
		h->unknown = true;
}

/* The body of a function, with the literals in it. */
void note_held(Inliner *n, Block *body)
{
	Walker w = {.expr = note_address, .unwanted = note_address, .stmt = note_statement, .arg = n, .literals = true};
	walk_block(&w, body);
}

/* Parameters and results of a call that was replaced. */
void note_held_by_call(Inliner *n, Expr *call)
{
	FuncInfo *info = call->inlined->info;
	const Type *signature = core_type(unparen(call->x)->type);
	int fixed = info->params.len - (signature && signature->variadic && !call->has_dots);
	Type *several = call->list.len == 1 && call->list.items[0]->type && call->list.items[0]->type->kind == TYPE_TUPLE &&
			!call->list.items[0]->comma_ok ? call->list.items[0]->type : NULL;
	for (int i = 0; i < fixed; i++) {
		if (several)
			give_result(n, info->params.items[i], several, i, true);
		else if (i < call->list.len)
			give(n, info->params.items[i], call->list.items[i], true);
	}
	for (int i = 0; i < info->results.len; i++)
		give(n, info->results.items[i], NULL, true);
}

/* ---- the type of a value -------------------------------------------------------------------- */

static Type *concrete(Inliner *n, Expr *x, int depth);

static bool agree(Type **all, Type *t)
{
	if (t && !*all)
		*all = t;
	return t && identical(t, *all);
}

static Type *concrete_type(Type *t)
{
	return t && !is_interface(t) && !has_type_params(t) && t->kind != TYPE_UNTYPED_NIL && t->kind != TYPE_TUPLE ? t : NULL;
}

static Type *held_type(Inliner *n, Object *o, int depth)
{
	Held *h = held_by(n, o);
	Type *all = NULL;
	if (!h || h->unknown || !h->declared || h->asked)
		return NULL;
	bool same = true;
	h->asked = true;
	for (int i = 0; same && i < h->types.len; i++)
		same = agree(&all, concrete_type(h->types.items[i]));
	for (int i = 0; same && i < h->values.len; i++)
		if (unparen(h->values.items[i])->mode != MODE_NIL)
			same = agree(&all, concrete(n, h->values.items[i], depth + 1));
	h->asked = false;
	return same ? all : NULL;
}

/* NULL: it may be of any. */
static Type *concrete(Inliner *n, Expr *x, int depth)
{
	enum { DEEPEST = 32 };
	for (; depth < DEEPEST; depth++) {
		x = unparen(x);
		Type *t = x->comma_ok && x->type && x->type->kind == TYPE_TUPLE ? x->type->fields.items[0]->type : x->type;
		if (!t || x->mode == MODE_NIL)
			return NULL;
		if (!is_interface(t))
			return concrete_type(t);
		if (x->kind == EXPR_CALL && x->call_kind == CALL_CONVERSION)
			x = x->list.items[0];
		else if (x->kind == EXPR_ASSERT)
			x = x->x;
		else if (x->kind == EXPR_CALL && x->inlined && x->inlined->info->results.len == 1)
			return held_type(n, x->inlined->info->results.items[0], depth);
		else
			return x->kind == EXPR_NAME ? held_type(n, x->object, depth) : NULL;
	}
	return NULL;
}

/* ---- calls ------------------------------------------------------------------------------------ */

static Expr *assertion_of(Inliner *n, Expr *x, Type *t)
{
	Expr *type = NEW(n->c->arena, Expr), *e = NEW(n->c->arena, Expr);
	*type = (Expr){.kind = EXPR_NAME, .pos = x->pos, .start = x->pos, .end = x->pos, .name = "_", .mode = MODE_TYPE,
			.type = t};
	*e = (Expr){.kind = EXPR_ASSERT, .pos = x->pos, .start = x->start, .end = x->end, .x = x, .type_expr = type,
			.mode = MODE_VALUE, .type = t, .implicit = true};
	return e;
}

/* True if the call calls a method of a type now. */
bool devirtualize(Inliner *n, Expr *call, bool remarked)
{
	Expr *fun = unparen(call->x);
	if (fun->kind != EXPR_SELECTOR || !fun->selection || fun->selection->kind != SELECT_INTERFACE_METHOD ||
			fun->selection->path.len || !fun->x->type || !is_interface(fun->x->type) || has_type_params(fun->x->type))
		return false;
	Type *t = concrete(n, fun->x, 0);
	if (!t || is_shape(t))
		return false;
	const Object *m = fun->selection->object;
	Lookup found = lookup_field_or_method(n->c, t, false, m->package ? m->package : n->package, fun->name, false);
	if (!found.object || found.object->kind != OBJECT_FUNC || found.selection.kind == SELECT_FIELD)
		return false;
	Buf text;
	buf_init(&text, n->c->arena);
	expr_print(&text, fun);
	if (remarked)
		remark_at(n->c, call->pos, "%sdevirtualizing %s to %s",
		          found.selection.kind == SELECT_INTERFACE_METHOD ? "partially " : "", text.s, type_remark_text(n->c, t));
	Expr *copy = NEW(n->c->arena, Expr);
	Selection *s = NEW(n->c->arena, Selection);
	*copy = *fun;
	*s = found.selection;
	s->object = found.object;
	s->receiver = t;
	copy->x = assertion_of(n, fun->x, t);
	copy->selection = s;
	copy->object = found.object;
	call->x = copy;
	return true;
}

static void devirtualize_one(void *arg, Expr *e)
{
	if (e->kind == EXPR_CALL && e->call_kind == CALL_FUNC)
		devirtualize(arg, e, is_remarked(arg, NULL));
}

static bool go_into(void *arg, Stmt *s)
{
	(void)arg;
	return s->kind != STMT_GO && s->kind != STMT_DEFER;
}

/* All calls in a body, where none are replaced. */
void devirtualize_body(Inliner *n, Block *body)
{
	Walker w = {.expr = devirtualize_one, .stmt = go_into, .arg = n, .literals = true};
	walk_block(&w, body);
}
