/*
 * clone.c - the copy of a body that stands in place of a call.
 *
 * Everything is copied that a later pass writes to or that belongs to one function: statements, expressions, variables,
 * function literals. Types, constants and objects of packages are shared. In the copy of a generic function's body
 * type parameters are replaced by the call's type arguments, which may be type parameters of the function around it;
 * selectors of methods are looked up again then.
 *
 * Variables of the callee become variables of the caller, those of its literals variables of the copied literals. A
 * literal's body may use variables of the functions around it: these stay.
 *
 * `return a, b` becomes { r0, r1 = a, b; break end }, where `end` is a statement that stands for the place behind the
 * body (Inlined.end), so a return in the body of a loop over a function leaves that loop as any break does. The
 * break is left out where the return is the last statement.
 *
 * Positions are those of the callee, with the number of the call in Pos.call: who prints one can tell where it was
 * inlined (base.h, call_of).
 */
#include "pass.h"

#include <string.h>

typedef struct Clone {
	Compiler *c;
	Package *package;           /* where the body was written */
	FuncInfo *callee, *caller;
	Inlined *to;
	uint32_t call;              /* Pos.call of what is copied */
	Subst subst;
	FuncInfo *info;             /* function that the copied code is in: caller, or a copied literal's */
	Map objects;                /* Object -> its copy */
	Map infos;                  /* FuncInfo of a literal -> its copy */
	Map statements;             /* Stmt -> its copy, for targets */
	VEC(Stmt *) branches;       /* copies whose target is still the original's */
	int nodes;                  /* expressions copied */
	const Stmt *last;           /* last statement of the body: a return there needs no jump */
	const CloneHooks *hooks;    /* a whole function is copied (clone_function), not a body for a call; else NULL */
} Clone;

static Expr *clone_expr(Clone *k, Expr *e);
static Stmt *clone_stmt(Clone *k, Stmt *s);
static Block *clone_block(Clone *k, const Block *b);

static Pos moved(const Clone *k, Pos p)
{
	p.call = k->call;
	return p;
}

static Type *type_of(Clone *k, Type *t) { return subst(k->c, t, &k->subst); }

static TypeList types_of(Clone *k, const TypeList *list)
{
	TypeList r = {0};
	for (int i = 0; i < list->len; i++)
		vec_push(k->c->arena, &r, type_of(k, list->items[i]));
	return r;
}

/* ---- variables --------------------------------------------------------------------------- */

/* Is this the callee, or a literal in it? Then its copy. */
static FuncInfo *owner_of(Clone *k, FuncInfo *owner)
{
	if (owner == k->callee)
		return k->caller;
	return owner ? map_get(&k->infos, owner) : NULL;
}

static Object *clone_object(Clone *k, Object *o, FuncInfo *owner)
{
	Object *copy = NEW(k->c->arena, Object);
	*copy = *o;
	copy->type = type_of(k, o->type);
	copy->pos = moved(k, o->pos);
	copy->owner = owner;
	copy->backend = copy->escape = NULL;
	copy->initial = NULL;
	copy->escapes = copy->dropped = false;
	map_put(k->c->arena, &k->objects, o, copy);
	bool declared = !k->hooks || (!o->is_param && !o->is_result && !o->is_receiver);
	if (owner && declared && (k->hooks || owner == k->caller))
		vec_push(k->c->arena, &owner->locals, copy);
	return copy;
}

static Object *object_of(Clone *k, Object *o)
{
	if (!o || o->kind != OBJECT_VAR || o->is_package_level || o->is_field)
		return o;
	Object *known = map_get(&k->objects, o);
	if (known)
		return known;
	FuncInfo *owner = owner_of(k, o->owner);
	if (!owner && (o->owner || strcmp(o->name, "_") != 0))
		return o;
	return clone_object(k, o, owner ? owner : k->info);
}

static ObjectList objects_of(Clone *k, const ObjectList *list)
{
	ObjectList r = {0};
	for (int i = 0; i < list->len; i++)
		vec_push(k->c->arena, &r, object_of(k, list->items[i]));
	return r;
}

/* ---- expressions --------------------------------------------------------------------------- */

static ExprList clone_list(Clone *k, const ExprList *list)
{
	ExprList r = {0};
	for (int i = 0; i < list->len; i++)
		vec_push(k->c->arena, &r, clone_expr(k, list->items[i]));
	return r;
}

/* A method of a type that has become another is looked up in it. */
static void clone_selection(Clone *k, Expr *copy, const Selection *s)
{
	Selection *r = NEW(k->c->arena, Selection);
	*r = *s;
	copy->selection = r;
	r->receiver = type_of(k, s->receiver);
	if (r->receiver == s->receiver)
		return;
	r->holder = type_of(k, s->holder);
	if (s->kind == SELECT_FIELD)
		return;
	if (k->hooks && is_type_param(s->holder)) {     /* a shape has no methods: they are asked for at run time */
		r->holder = s->holder;
		return;
	}
	Package *from = s->object->package ? s->object->package : k->package;
	Lookup found = lookup_field_or_method(k->c, r->receiver, true, from, copy->name, false);
	if (!found.object)
		ice(k->c, copy->pos, "no method %s on %s", copy->name, type_text(k->c, r->receiver));
	bool expression = s->kind == SELECT_METHOD_EXPR;
	*r = found.selection;
	r->object = found.object;
	r->receiver = type_of(k, s->receiver);
	if (expression)
		r->kind = SELECT_METHOD_EXPR;
	copy->object = found.object;
}

static FuncInfo *clone_info(Clone *k, Expr *literal, const FuncInfo *info)
{
	FuncInfo *copy = NEW(k->c->arena, FuncInfo);
	*copy = *info;
	map_put(k->c->arena, &k->infos, info, copy);
	copy->literal = literal;
	copy->inlining = NULL;
	copy->moved = false;
	if (!k->hooks)
		copy->numbered = copy->wrapped = copy->range_loops = 0;
	copy->outer = k->info;
	copy->type = type_of(k, info->type);
	copy->literals.items = NULL;
	copy->literals.len = copy->literals.cap = 0;
	copy->locals = (ObjectList){0};
	copy->params = objects_of(k, &info->params);
	copy->results = objects_of(k, &info->results);
	copy->captured = objects_of(k, &info->captured);
	copy->once_count = 0;
	if (k->info)
		vec_push(k->c->arena, &k->info->literals, literal);
	if (k->hooks) {                 /* the name stays */
		copy->range_of = owner_of(k, info->range_of);
	} else if (info->range_of) {
		FuncInfo *named = owner_of(k, info->range_of);
		copy->range_of = named ? named : info->range_of;
		copy->number = ++copy->range_of->range_loops;
	} else {
		copy->number = ++named_after(copy)->numbered;
	}
	copy->copied_from = k->info == k->caller && !k->hooks ? k->callee : NULL;
	copy->copied_at = copy->copied_from ? k->call : 0;
	copy->traced = copy->remarked = NULL;
	return copy;
}

static void clone_literal(Clone *k, Expr *copy, const Expr *e)
{
	FuncInfo *outer = k->info;
	uint32_t call = k->call;
	k->info = copy->func_info = clone_info(k, copy, e->func_info);
	k->call = 0;                    /* it is a function of its own, into which nothing was inlined yet */
	copy->body = clone_block(k, e->body);
	k->call = call;
	k->info = outer;
}

static Expr *clone_expr(Clone *k, Expr *e)
{
	if (!e)
		return NULL;
	Expr *copy = NEW(k->c->arena, Expr);
	*copy = *e;
	k->nodes++;
	copy->pos = moved(k, e->pos);
	copy->start = moved(k, e->start);
	copy->end = moved(k, e->end);
	copy->type = type_of(k, e->type);
	copy->stays = 0;
	copy->inlined = NULL;
	copy->object = object_of(k, e->object);
	copy->type_args = types_of(k, &e->type_args);
	if (e->kind == EXPR_FUNC) {
		clone_literal(k, copy, e);
		return copy;
	}
	copy->x = clone_expr(k, e->x);
	copy->y = clone_expr(k, e->y);
	copy->type_expr = e->type_expr == e->x ? copy->x : clone_expr(k, e->type_expr);
	copy->list = clone_list(k, &e->list);
	for (int i = 0; i < 3; i++)
		copy->index[i] = clone_expr(k, e->index[i]);
	if (e->selection)
		clone_selection(k, copy, e->selection);
	return k->hooks ? k->hooks->named(k->hooks->arg, copy) : copy;
}

/* ---- statements ---------------------------------------------------------------------------- */

static void clone_stmts(Clone *k, StmtList *to, const StmtList *list)
{
	*to = (StmtList){0};
	for (int i = 0; i < list->len; i++)
		vec_push(k->c->arena, to, clone_stmt(k, list->items[i]));
}

static Block *clone_block(Clone *k, const Block *b)
{
	if (!b)
		return NULL;
	Block *copy = NEW(k->c->arena, Block);
	copy->pos = moved(k, b->pos);
	copy->end = moved(k, b->end);
	clone_stmts(k, &copy->list, &b->list);
	return copy;
}

static Decl *clone_decl(Clone *k, const Decl *d)
{
	Decl *copy = NEW(k->c->arena, Decl);
	*copy = *d;
	copy->values = clone_list(k, &d->values);
	copy->objects = objects_of(k, &d->objects);
	return copy;
}

static Case *clone_case(Clone *k, const Case *c)
{
	Case *copy = NEW(k->c->arena, Case);
	*copy = *c;
	copy->pos = moved(k, c->pos);
	copy->list = clone_list(k, &c->list);
	copy->object = object_of(k, c->object);
	copy->comm = c->comm ? clone_stmt(k, c->comm) : NULL;
	clone_stmts(k, &copy->body, &c->body);
	return copy;
}

static Stmt *stmt_new(Clone *k, StmtKind kind, Pos pos)
{
	Stmt *s = NEW(k->c->arena, Stmt);
	s->kind = kind;
	s->pos = pos;
	return s;
}

static Expr *result_name(Clone *k, Object *o, Pos pos)
{
	Expr *e = NEW(k->c->arena, Expr);
	e->kind = EXPR_NAME;
	e->pos = e->start = e->end = pos;
	e->name = o->name;
	e->object = o;
	e->type = o->type;
	e->mode = MODE_VARIABLE;
	return e;
}

static Stmt *jump_to_end(Clone *k, Pos pos)
{
	if (!k->to->end) {
		k->to->end = stmt_new(k, STMT_BLOCK, pos);
		k->to->end->body = NEW(k->c->arena, Block);
	}
	Stmt *jump = stmt_new(k, STMT_BREAK, pos);
	jump->target = k->to->end;
	return jump;
}

/* A return of the callee itself, not of a literal in it. */
static Stmt *clone_return(Clone *k, const Stmt *s)
{
	Pos pos = moved(k, s->pos);
	Stmt *whole = stmt_new(k, STMT_BLOCK, pos);
	whole->body = NEW(k->c->arena, Block);
	whole->body->pos = whole->body->end = whole->end = pos;
	if (s->rhs.len) {
		Stmt *assign = stmt_new(k, STMT_ASSIGN, pos);
		for (int i = 0; i < k->to->info->results.len; i++)
			vec_push(k->c->arena, &assign->lhs, result_name(k, k->to->info->results.items[i], pos));
		assign->rhs = clone_list(k, &s->rhs);
		vec_push(k->c->arena, &whole->body->list, assign);
		if (s == k->last && k->callee->inlining->returned)
			k->to->returned = assign->rhs.items[0];
	}
	if (s != k->last)
		vec_push(k->c->arena, &whole->body->list, jump_to_end(k, pos));
	return whole;
}

static Stmt *clone_stmt(Clone *k, Stmt *s)
{
	if (!s)
		return NULL;
	if (s->kind == STMT_RETURN && k->info == k->caller && !k->hooks)
		return clone_return(k, s);
	Stmt *copy = NEW(k->c->arena, Stmt);
	*copy = *s;
	map_put(k->c->arena, &k->statements, s, copy);
	copy->pos = moved(k, s->pos);
	copy->end = s->end.line ? moved(k, s->end) : s->end;
	copy->name_pos = moved(k, s->name_pos);
	copy->defined = objects_of(k, &s->defined);
	copy->init = clone_stmt(k, s->init);
	copy->x = clone_expr(k, s->x);
	copy->y = clone_expr(k, s->y);
	copy->lhs = clone_list(k, &s->lhs);
	copy->rhs = clone_list(k, &s->rhs);
	copy->range_key = type_of(k, s->range_key);
	copy->range_value = type_of(k, s->range_value);
	copy->decls = (DeclList){0};
	for (int i = 0; i < s->decls.len; i++)
		if (s->decls.items[i]->kind == DECL_VAR)
			vec_push(k->c->arena, &copy->decls, clone_decl(k, s->decls.items[i]));
	copy->body = clone_block(k, s->body);
	for (int i = 0; s->range_call && i < s->body->list.len; i++)
		if (s->body->list.items[i]->x == s->range_call)
			copy->range_call = copy->body->list.items[i]->x;
	copy->post = clone_stmt(k, s->post);
	copy->else_ = clone_stmt(k, s->else_);
	copy->body_stmt = clone_stmt(k, s->body_stmt);
	copy->cases.items = NULL;
	copy->cases.len = copy->cases.cap = 0;
	for (int i = 0; i < s->cases.len; i++)
		vec_push(k->c->arena, &copy->cases, clone_case(k, s->cases.items[i]));
	if (s->target)
		vec_push(k->c->arena, &k->branches, copy);
	return copy;
}

/* ---- the body --------------------------------------------------------------------------------- */

/* A parameter or result of the callee as a variable of the caller. result: its number, or -1. */
static Object *own_variable(Clone *k, Object *o, int result)
{
	if (!o)
		return NULL;
	Object *copy = clone_object(k, o, k->caller);
	copy->is_param = copy->is_result = copy->is_receiver = false;
	bool nameless = !o->name || !*o->name || strcmp(o->name, "_") == 0;
	if (nameless && result >= 0)
		copy->name = intern_str(k->c, arena_printf(k->c->arena, "~r%d", result));
	if (result >= 0)
		copy->assigned = copy->changed = true;
	return copy;
}

static FuncInfo *own_variables(Clone *k)
{
	FuncInfo *info = NEW(k->c->arena, FuncInfo);
	info->outer = k->caller;
	info->type = type_of(k, k->callee->type);
	info->receiver = own_variable(k, k->callee->receiver, -1);
	for (int i = 0; i < k->callee->params.len; i++)
		vec_push(k->c->arena, &info->params, own_variable(k, k->callee->params.items[i], -1));
	for (int i = 0; i < k->callee->results.len; i++)
		vec_push(k->c->arena, &info->results, own_variable(k, k->callee->results.items[i], i));
	return info;
}

static void aim_branches(Clone *k)
{
	for (int i = 0; i < k->branches.len; i++) {
		Stmt *target = map_get(&k->statements, k->branches.items[i]->target);
		if (target)
			k->branches.items[i]->target = target;
	}
}

/* The copy of callee's body for a call in caller; call: the number of the call for positions. */
Inlined *clone_body(Compiler *c, FuncInfo *callee, FuncInfo *caller, Package *package, Subst subst_, uint32_t call)
{
	Block *body = body_of(callee);
	Inlined *to = NEW(c->arena, Inlined);
	Clone k = {.c = c, .package = package, .callee = callee, .caller = caller, .to = to, .call = call,
			.subst = subst_, .info = caller};
	to->package = package;
	to->single_return = callee->inlining->single_return;
	to->info = own_variables(&k);
	k.last = body->list.len ? vec_last(&body->list) : NULL;
	to->body = clone_block(&k, body);
	aim_branches(&k);
	to->nodes = k.nodes;
	caller->has_goto |= callee->has_goto;
	return to;
}

/* ---- whole functions ------------------------------------------------------------------------------ */

static ObjectList parameters_of(Clone *k, const ObjectList *list, FuncInfo *to)
{
	ObjectList r = {0};
	for (int i = 0; i < list->len; i++)
		vec_push(k->c->arena, &r, clone_object(k, list->items[i], to));
	return r;
}

/* to becomes a copy of the declared function from, whose object is to->object; the result is its body. */
Block *clone_function(Compiler *c, FuncInfo *from, FuncInfo *to, Package *package, Subst subst_,
		const CloneHooks *hooks)
{
	Object *object = to->object;
	Clone k = {.c = c, .package = package, .callee = from, .caller = to, .info = to, .subst = subst_, .hooks = hooks};
	*to = *from;
	to->object = object;
	to->type = type_of(&k, from->type);
	to->inlining = NULL;
	to->literals.items = NULL;
	to->literals.len = to->literals.cap = 0;
	to->locals = (ObjectList){0};
	to->receiver = from->receiver ? clone_object(&k, from->receiver, to) : NULL;
	to->params = parameters_of(&k, &from->params, to);
	to->results = parameters_of(&k, &from->results, to);
	Block *body = clone_block(&k, body_of(from));
	aim_branches(&k);
	return body;
}

/* A copy of an initialiser of package level. */
Expr *clone_initializer(Compiler *c, Expr *e, Package *package, const CloneHooks *hooks)
{
	Clone k = {.c = c, .package = package, .hooks = hooks};
	Expr *copy = clone_expr(&k, e);
	aim_branches(&k);
	return copy;
}
