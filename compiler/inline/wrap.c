/*
 * wrap.c - calls of go and defer statements in a view (view.c), as Go's compiler has them.
 *
 * Go makes of `defer f(x, y)` a block { t1, t2 := x, y; defer func() { f(t1, t2) }() } with a literal of its own,
 * named deferwrap1 (gowrap2, ... one count for both), so that the call in it is replaced like any other and -m says
 * so. A call of a function, not of a method, that has neither parameters nor results stays as it is.
 *
 * What the literal may evaluate itself is not kept in a variable: constants that stay what they are, names of
 * functions, new(T), and composite literals that are no maps, whose elements are kept. Of a method with a pointer
 * receiver it is the address of the operand that is kept. A literal that is called is kept, too: it is an object that
 * lives as long as the wrapper, even once the call of it is replaced.
 *
 * Left as they are: calls whose arguments are the results of another call.
 *
 * Only views are treated so, for remarks; what lowering does is said in lower/defer.c. Names of the variables begin
 * with a dot, which is how others know them (is_kept_by_wrapper).
 */
#include "pass.h"

#include "../lower/walk.h"

#include <string.h>

typedef struct Wrap {
	Compiler *c;
	Package *package;
	FuncInfo *owner;            /* the function that the statement is in */
	StmtList before;            /* the variables */
	Pos pos;                    /* of the statement */
	int variables;
} Wrap;

bool is_kept_by_wrapper(const Object *o) { return o->kind == OBJECT_VAR && o->name && o->name[0] == '.'; }

/* ---- nodes that a view has more ---------------------------------------------------------------- */

Expr *made_expr(Compiler *c, ExprKind kind, const Expr *at, Type *type)
{
	Expr *e = NEW(c->arena, Expr);
	*e = (Expr){.kind = kind, .pos = at->pos, .start = at->start, .end = at->end, .type = type, .mode = MODE_VALUE};
	return e;
}

Expr *made_name(Compiler *c, Object *o, const Expr *at)
{
	Expr *e = made_expr(c, EXPR_NAME, at, o->type);
	e->name = o->name;
	e->object = o;
	e->mode = MODE_VARIABLE;
	return e;
}

static Expr *name_of(Wrap *w, Object *o, const Expr *at) { return made_name(w->c, o, at); }
static Expr *expr_like(Wrap *w, ExprKind kind, const Expr *at, Type *type) { return made_expr(w->c, kind, at, type); }

static Expr *copy_of(Wrap *w, const Expr *e)
{
	Expr *copy = NEW(w->c->arena, Expr);
	*copy = *e;
	return copy;
}

static bool is_several(const ExprList *list)
{
	return list->len == 1 && list->items[0]->type && list->items[0]->type->kind == TYPE_TUPLE && !list->items[0]->comma_ok;
}

static Type *value_type_of(const Expr *x)
{
	return x->comma_ok && x->type && x->type->kind == TYPE_TUPLE ? x->type->fields.items[0]->type : x->type;
}

/* ---- what the statement evaluates ------------------------------------------------------------ */

static Expr *kept_as(Wrap *w, Expr *x, Type *type)
{
	const char *name = intern_str(w->c, arena_printf(w->c->arena, ".autotmp_%d", ++w->variables));
	Object *o = object_new(w->c, OBJECT_VAR, name, type, x->pos, w->package);
	o->owner = w->owner;
	vec_push(w->c->arena, &w->owner->locals, o);
	Stmt *s = NEW(w->c->arena, Stmt);
	*s = (Stmt){.kind = STMT_DEFINE, .pos = w->pos};
	vec_push(w->c->arena, &s->lhs, name_of(w, o, x));
	vec_push(w->c->arena, &s->rhs, x);
	vec_push(w->c->arena, &s->defined, o);
	vec_push(w->c->arena, &w->before, s);
	return name_of(w, o, x);
}

static bool boxes(const Expr *x, Type *wanted)
{
	Type *t = value_type_of(x);
	bool nil = !t || t->kind == TYPE_UNTYPED_NIL || unparen((Expr *)(uintptr_t)x)->mode == MODE_NIL;
	return wanted && !nil && is_interface(wanted) && !is_type_param(wanted) && !is_interface(t);
}

static Expr *kept(Wrap *w, Expr *x, Type *wanted);

static Expr *kept_elements(Wrap *w, Expr *literal, const Type *u)
{
	Expr *copy = copy_of(w, literal);
	copy->list = (ExprList){0};
	for (int i = 0; i < literal->list.len; i++) {
		Expr *x = literal->list.items[i];
		bool keyed = x->kind == EXPR_KEY_VALUE;
		Type *wanted = u->elem;
		for (int f = 0; u->kind == TYPE_STRUCT && f < u->fields.len; f++)
			if (keyed ? u->fields.items[f]->name == x->x->name : f == i)
				wanted = u->fields.items[f]->type;
		Expr *part = keyed ? copy_of(w, x) : kept(w, x, wanted);
		if (keyed)
			part->y = kept(w, x->y, wanted);
		vec_push(w->c->arena, &copy->list, part);
	}
	return copy;
}

/* x, evaluated by the statement: a variable that holds it, of the type that it is wanted as (NULL: its own). */
static Expr *kept(Wrap *w, Expr *x, Type *wanted)
{
	Expr *u = unparen(x);
	Type *type = value_type_of(x), *core = u->kind == EXPR_COMPOSITE && u->type ? core_type(u->type) : NULL;
	if (boxes(x, wanted))
		return kept_as(w, x, wanted);
	if (u->mode == MODE_CONST || u->mode == MODE_NIL || u->mode == MODE_TYPE || !type || type->kind == TYPE_TUPLE ||
			declared_function(u) || (u->kind == EXPR_CALL && u->call_kind == CALL_BUILTIN && u->builtin == BUILTIN_NEW))
		return x;
	if (core && (core->kind == TYPE_STRUCT || core->kind == TYPE_ARRAY || core->kind == TYPE_SLICE))
		return kept_elements(w, u, core);
	if (u->kind == EXPR_CALL && u->call_kind == CALL_CONVERSION && underlying(type)->kind == TYPE_UINTPTR &&
			value_type_of(u->list.items[0]) && underlying(value_type_of(u->list.items[0]))->kind == TYPE_UNSAFE_POINTER) {
		Expr *copy = copy_of(w, u);
		copy->list = (ExprList){0};
		vec_push(w->c->arena, &copy->list, kept(w, u->list.items[0], NULL));
		return copy;
	}
	return kept_as(w, x, type->kind == TYPE_UNTYPED_BOOL && wanted ? wanted : type);
}

/* ---- calls ------------------------------------------------------------------------------------ */

/* The type that argument i is wanted as; NULL: its own. */
static Type *wanted_type(Compiler *c, const Expr *call, int i)
{
	if (call->call_kind == CALL_BUILTIN)
		return call->builtin == BUILTIN_PANIC ? c->types->empty_interface : NULL;
	const Type *signature = core_type(unparen(call->x)->type);
	int n = signature ? signature->fields.len : 0;
	if (n == 0)
		return NULL;
	Type *t = signature->fields.items[i < n ? i : n - 1]->type;
	return signature->variadic && !call->has_dots && i >= n - 1 ? t->elem : t;
}

/* Does the way from the operand to the receiver lead through a pointer, or end in one? */
static bool leads_through_pointer(const Expr *fun)
{
	Type *t = value_type_of(fun->x);
	for (int i = 0; t && i < fun->selection->path.len; i++) {
		if (underlying(t)->kind == TYPE_POINTER)
			return true;
		t = underlying(t)->kind == TYPE_STRUCT ? underlying(t)->fields.items[fun->selection->path.items[i]]->type : NULL;
	}
	return !t || underlying(t)->kind == TYPE_POINTER;
}

static Expr *address_of(Wrap *w, Expr *x)
{
	Expr *e = expr_like(w, EXPR_UNARY, x, pointer_to(w->c, x->type));
	e->op = OP_ADDR;
	e->x = x;
	return e;
}

static Expr *kept_receiver(Wrap *w, Expr *fun)
{
	const Selection *s = fun->selection;
	Expr *copy = copy_of(w, fun);
	bool through = leads_through_pointer(fun);
	if (s->kind == SELECT_METHOD_VALUE && s->object->pointer_receiver && !through) {
		Selection *of_pointer = NEW(w->c->arena, Selection);
		*of_pointer = *s;
		copy->x = kept(w, address_of(w, fun->x), NULL);
		of_pointer->receiver = copy->x->type;
		copy->selection = of_pointer;
	} else if (s->kind == SELECT_METHOD_VALUE && !s->object->pointer_receiver && s->path.len == 0 && through) {
		Expr *star = expr_like(w, EXPR_STAR, fun->x, underlying(fun->x->type)->elem);
		Selection *of_value = NEW(w->c->arena, Selection);
		star->x = fun->x;
		star->mode = MODE_VARIABLE;
		*of_value = *s;
		copy->x = kept(w, star, NULL);
		of_value->receiver = copy->x->type;
		copy->selection = of_value;
	} else {
		copy->x = kept(w, fun->x, NULL);
	}
	return copy;
}

static Expr *kept_callee(Wrap *w, Expr *call)
{
	Expr *fun = unparen(call->x);
	if (call->call_kind == CALL_BUILTIN || declared_function(fun))
		return call->x;
	if (is_method_call(fun))
		return kept_receiver(w, fun);
	bool of_type = fun->kind == EXPR_SELECTOR && fun->selection && fun->selection->kind == SELECT_METHOD_EXPR;
	return of_type ? call->x : kept(w, call->x, NULL);
}

/* A call as go and defer have it in the end. */
static bool is_simple(const Expr *call)
{
	const Expr *fun = unparen(call->x);
	const Type *signature = fun->type ? core_type(fun->type) : NULL;
	return call->call_kind != CALL_BUILTIN && !is_method_call(fun) && signature && signature->kind == TYPE_FUNC &&
			signature->fields.len == 0 && signature->results.len == 0;
}

static Expr *literal_around(Wrap *w, Expr *call, const char *word)
{
	Arena *a = w->c->arena;
	FuncInfo *info = NEW(a, FuncInfo), *named = w->owner->range_of ? w->owner->range_of : w->owner;
	Expr *e = NEW(a, Expr);
	ObjectList none = {0};
	*e = (Expr){.kind = EXPR_FUNC, .pos = w->pos, .start = w->pos, .end = w->pos, .mode = MODE_VALUE,
			.type = func_of(w->c, none, none, false), .func_info = info};
	info->outer = w->owner;
	info->type = e->type;
	info->literal = e;
	info->wraps = word;
	info->number = ++named->wrapped;
	e->body = NEW(a, Block);
	e->body->pos = e->body->end = w->pos;
	Stmt *s = NEW(a, Stmt);
	*s = (Stmt){.kind = STMT_EXPR, .pos = call->pos, .x = call};
	vec_push(a, &e->body->list, s);
	vec_push(a, &w->owner->literals, e);
	return e;
}

static void wrap_statement(Wrap *w, Stmt *s)
{
	Arena *a = w->c->arena;
	Expr *call = unparen(s->x);
	if (call->kind != EXPR_CALL || call->call_kind == CALL_CONVERSION || is_simple(call) || is_several(&call->list))
		return;
	w->before = (StmtList){0};
	w->pos = s->pos;
	Expr *inner = copy_of(w, call), *outer = expr_like(w, EXPR_CALL, call, NULL);
	inner->list = (ExprList){0};
	inner->x = kept_callee(w, call);
	for (int i = 0; i < call->list.len; i++)
		vec_push(a, &inner->list, kept(w, call->list.items[i], wanted_type(w->c, call, i)));
	Stmt *again = NEW(a, Stmt);
	*again = *s;
	outer->call_kind = CALL_FUNC;
	outer->x = literal_around(w, inner, s->kind == STMT_GO ? "gowrap" : "deferwrap");
	again->x = outer;
	vec_push(a, &w->before, again);
	Block *block = NEW(a, Block);
	block->pos = block->end = s->pos;
	block->list = w->before;
	*s = (Stmt){.kind = STMT_BLOCK, .pos = s->pos, .end = s->pos, .body = block};
}

static bool find_statement(void *arg, Stmt *s)
{
	if (s->kind != STMT_GO && s->kind != STMT_DEFER)
		return true;
	wrap_statement(arg, s);
	return false;
}

static void wrap_in(Compiler *c, Package *package, FuncInfo *info)
{
	Wrap w = {.c = c, .package = package, .owner = info};
	Walker walk = {.stmt = find_statement, .arg = &w};
	int n = info->literals.len;
	for (int i = 0; i < n; i++)             /* wrappers come behind them */
		wrap_in(c, package, info->literals.items[i]->func_info);
	walk_block(&walk, body_of(info));
}

/* info: a function, or a literal of package level. */
void wrap_calls(Compiler *c, Package *package, FuncInfo *info)
{
	wrap_in(c, package, info);
	find_captures(c, info);
}
