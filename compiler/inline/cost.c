/*
 * cost.c - what a function costs, counted as Go 1.26 counts the nodes of its own tree.
 *
 * Go's limit decides which remarks a program gets and which of its allocations vanish, so the number has to be Go's.
 * Its inliner counts nodes of a tree that was written out more than ours: implicit conversions, the address that a
 * method call takes, the declaration of a variable (2: the declaration, the name), the temporaries of
 * `return f()`. Each function here adds what Go has for one of our nodes; testdata/inline/costs.gol compares.
 *
 * Kinds that differ from 1 a node:
 *
 *   call              57 more, 17 if what is called is a parameter or a captured variable; of a function that can be
 * inlined its cost
 *   literal           16, whatever is in it
 *   slice literal, method value     2
 *   conversion that changes no bits, block, name of a type or of a method     0
 *   &x.f where f is the first field     x alone is counted
 *   if with a constant condition        the arm that is taken, and nothing for the if; what follows a return is not
 * counted
 *   x[0:], x[:len(x)]                   the bound is free
 */
#include "cost.h"

#include <string.h>

static void block(Cost *k, const Block *b);
static void statement(Cost *k, Stmt *s);
static void statements(Cost *k, const StmtList *list);

/* ---- statements ------------------------------------------------------------------------------- */

enum { DECLARATION = 2 };       /* of a variable: the node, its name */

static int declarations(const Stmt *s)
{
	int n = 0;
	for (int i = 0; i < s->defined.len; i++)
		n += s->defined.items[i] && strcmp(s->defined.items[i]->name, "_") != 0;
	return n * DECLARATION;
}

static Type *place_type(const Expr *lhs)
{
	return lhs->kind == EXPR_NAME && strcmp(lhs->name, "_") == 0 ? NULL : lhs->type;
}

static void assignment(Cost *k, Stmt *s)
{
	k->sum += 1 + declarations(s);
	for (int i = 0; i < s->lhs.len; i++)
		cost_expr(k, s->lhs.items[i]);
	if (s->op == OP_NONE && s->rhs.len == 1 && s->lhs.len > 1) {
		Type *tuple = s->rhs.items[0]->type;
		cost_expr(k, s->rhs.items[0]);
		for (int i = 0; tuple && tuple->kind == TYPE_TUPLE && i < s->lhs.len && i < tuple->fields.len; i++)
			k->sum += cost_implicit(tuple->fields.items[i]->type, place_type(s->lhs.items[i]));
		return;
	}
	for (int i = 0; i < s->rhs.len; i++)
		cost_expr_as(k, s->rhs.items[i], s->op == OP_NONE && i < s->lhs.len ? place_type(s->lhs.items[i]) : NULL);
}

static void variables(Cost *k, const Decl *d)
{
	int n = d->objects.len;
	for (int i = 0; i < n; i++)
		k->sum += 1 + (strcmp(d->objects.items[i]->name, "_") != 0 ? DECLARATION : 0);
	if (d->values.len == 0) {
		k->sum += n;
		return;
	}
	k->sum++;
	for (int i = 0; i < d->values.len; i++)
		cost_expr_as(k, d->values.items[i], d->values.len == n ? d->objects.items[i]->type : NULL);
}

static void returns(Cost *k, Stmt *s)
{
	ObjectList *results = &k->info->results;
	k->sum++;
	if (s->rhs.len == 1 && results->len > 1) {
		cost_several(k, s->rhs.items[0], results->len);
		return;
	}
	for (int i = 0; i < s->rhs.len && i < results->len; i++)
		cost_expr_as(k, s->rhs.items[i], results->items[i]->type);
}

/* 1, -1: x is always true, false. 0: it depends, and *rest is what it depends on. */
static int static_condition(Expr *x, Expr **rest)
{
	x = unparen(x);
	*rest = x;
	if (x->mode == MODE_CONST && const_kind(x->cval) == CONST_BOOL)
		return const_bool_value(x->cval) ? 1 : -1;
	if (x->kind == EXPR_UNARY && x->op == OP_NOT) {
		Expr *inner;
		return -static_condition(x->x, &inner);
	}
	if (x->kind != EXPR_BINARY || (x->op != OP_ANDAND && x->op != OP_OROR))
		return 0;
	Expr *left, *right;
	int decides = x->op == OP_ANDAND ? -1 : 1, l = static_condition(x->x, &left), r = static_condition(x->y, &right);
	if (l == decides || (l && r == decides))
		return decides;
	if (r == decides)       /* x is evaluated first */
		return 0;
	if (l && r)
		return l;
	*rest = l ? right : r ? left : x;
	return 0;
}

static void branch(Cost *k, Stmt *s)
{
	Expr *rest;
	int known = static_condition(s->x, &rest);
	if (s->init)
		statement(k, s->init);
	if (!known) {
		k->sum++;
		cost_expr(k, rest);
	}
	if (known >= 0)
		block(k, s->body);
	if (known <= 0 && s->else_)
		statement(k, s->else_);
}

static bool terminates(Stmt *s);

static bool block_terminates(const Block *b)
{
	int last = b ? b->list.len - 1 : -1;
	while (last >= 0 && b->list.items[last]->kind == STMT_EMPTY)
		last--;
	return last >= 0 && terminates(b->list.items[last]);
}

/* Go leaves out what stands behind such a statement in the same list. */
static bool terminates(Stmt *s)
{
	Expr *rest, *x = s->x ? unparen(s->x) : NULL;
	switch (s->kind) {
	case STMT_GOTO: case STMT_RETURN:
		return true;
	case STMT_EXPR:
		return x->kind == EXPR_CALL && x->call_kind == CALL_BUILTIN && x->builtin == BUILTIN_PANIC;
	case STMT_IF: {
		int known = static_condition(s->x, &rest);
		return (known < 0 || block_terminates(s->body)) && (known > 0 || (s->else_ && terminates(s->else_)));
	}
	case STMT_BLOCK:
		return block_terminates(s->body);
	default:
		return false;
	}
}

/* A loop over a function: Go's call of it, with a literal for the body, and a variable for the loop's state that is
 * looked at after the call (rangefunc.c). */
static void range_over_function(Cost *k, const Stmt *s)
{
	enum { STATE = 5, AFTER = 20 };
	Expr *call = s->range_call, *fun = unparen(call->x);
	if (call->list.items[0]->func_info->deferring)
		cost_forbid(k, "defer call in range func");
	k->sum += 1 + STATE + AFTER + 1 + (k->nodes ? 0 : COST_LITERAL + (cost_is_parameter(k, fun) ? COST_PARAMETER_CALL :
			k->n->options.call_cost));
	cost_expr(k, fun);
}

static void loop_over(Cost *k, Stmt *s)
{
	k->sum += 1 + (s->define ? declarations(s) : 0);
	for (int i = 0; i < s->lhs.len; i++)
		if (s->lhs.items[i])
			cost_expr(k, s->lhs.items[i]);
	cost_expr(k, s->x);
	block(k, s->body);
}

static bool is_const(const Expr *x) { return unparen((Expr *)(uintptr_t)x)->mode == MODE_CONST; }

/* The clause that a switch over constants takes; false: not all are constants. *taken NULL: none. */
static bool static_switch(const Stmt *s, Case **taken)
{
	*taken = NULL;
	if (!s->x || !is_const(s->x))
		return false;
	Case *other = NULL;
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		other = c->is_default ? c : other;
		if (c->falls_through)
			return false;
		for (int j = 0; j < c->list.len; j++) {
			Expr *v = unparen(c->list.items[j]);
			if (!is_const(v))
				return false;
			if (!*taken && const_compare(unparen(s->x)->cval, OP_EQ, v->cval))
				*taken = c;
		}
	}
	*taken = *taken ? *taken : other;
	return true;
}

static void switch_(Cost *k, Stmt *s)
{
	if (s->init)
		statement(k, s->init);
	k->sum++;
	Case *taken;
	if (static_switch(s, &taken)) {
		k->sum += taken != NULL;
		if (taken)
			statements(k, &taken->body);
		return;
	}
	bool tagged = s->x && !s->x->implicit;
	if (tagged)
		cost_expr(k, s->x);
	Type *tag = tagged ? cost_value_type(s->x) : NULL;
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		k->sum++;
		for (int j = 0; j < c->list.len; j++)
			cost_expr_as(k, c->list.items[j], tag);
		statements(k, &c->body);
	}
}

static void type_switch(Cost *k, Stmt *s)
{
	if (s->init)
		statement(k, s->init);
	Expr *x = unparen(s->x);
	k->sum += 2 + (s->name && strcmp(s->name, "_") != 0);
	cost_expr(k, x->kind == EXPR_ASSERT ? x->x : x);
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		k->sum += 1 + (c->object != NULL);
		for (int j = 0; j < c->list.len; j++)
			k->sum += unparen(c->list.items[j])->mode != MODE_TYPE;
		statements(k, &c->body);
	}
}

/* A receive has two places on its left side whatever is written there. */
static void communication(Cost *k, Stmt *s)
{
	if (s->kind == STMT_SEND) {
		statement(k, s);
	} else if (s->kind == STMT_EXPR) {
		k->sum += 3;
		cost_expr(k, s->x);
	} else {
		k->sum += 1 + declarations(s) + (s->lhs.len == 2 ? 9 : 1);
		for (int i = 0; i < s->lhs.len; i++)
			cost_expr(k, s->lhs.items[i]);
		cost_expr(k, s->rhs.items[0]);
	}
}

static void select_(Cost *k, Stmt *s)
{
	k->sum++;
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		k->sum++;
		if (c->comm)
			communication(k, c->comm);
		statements(k, &c->body);
	}
}

static void statement(Cost *k, Stmt *s)
{
	switch (s->kind) {
	case STMT_BAD: case STMT_EMPTY: case STMT_FALLTHROUGH:
		break;
	case STMT_EXPR:
		cost_expr(k, s->x);
		break;
	case STMT_SEND:
		k->sum++;
		cost_expr(k, s->x);
		cost_expr_as(k, s->y, core_type(cost_value_type(s->x)) ? core_type(cost_value_type(s->x))->elem : NULL);
		break;
	case STMT_INC_DEC:
		k->sum += 2;
		cost_expr(k, s->x ? s->x : s->lhs.items[0]);
		break;
	case STMT_ASSIGN: case STMT_DEFINE:
		assignment(k, s);
		break;
	case STMT_DECL:
		for (int i = 0; i < s->decls.len; i++)
			if (s->decls.items[i]->kind == DECL_VAR)
				variables(k, s->decls.items[i]);
		break;
	case STMT_GO:
		cost_forbid(k, "unhandled op GO");
		break;
	case STMT_DEFER:
		cost_forbid(k, "unhandled op DEFER");
		break;
	case STMT_RETURN:
		returns(k, s);
		break;
	case STMT_BREAK: case STMT_CONTINUE: case STMT_GOTO:
		k->sum++;
		break;
	case STMT_BLOCK:
		if (s->range_call)
			range_over_function(k, s);
		else
			block(k, s->body);
		break;
	case STMT_IF:
		branch(k, s);
		break;
	case STMT_FOR:
		k->sum++;
		if (s->init)
			statement(k, s->init);
		if (s->x)
			cost_expr(k, s->x);
		if (s->post)
			statement(k, s->post);
		block(k, s->body);
		break;
	case STMT_RANGE:
		loop_over(k, s);
		break;
	case STMT_SWITCH:
		switch_(k, s);
		break;
	case STMT_TYPE_SWITCH:
		type_switch(k, s);
		break;
	case STMT_SELECT:
		select_(k, s);
		break;
	case STMT_LABELED:
		k->sum++;
		if (s->body_stmt)
			statement(k, s->body_stmt);
		break;
	}
}

static void statements(Cost *k, const StmtList *list)
{
	int last_label = -1;
	bool dead = false;
	for (int i = 0; i < list->len; i++)
		if (list->items[i]->kind == STMT_LABELED)
			last_label = i;
	for (int i = 0; i < list->len; i++) {
		if (dead && i > last_label)
			return;
		statement(k, list->items[i]);
		dead = terminates(list->items[i]);
	}
}

static void block(Cost *k, const Block *b)
{
	if (b)
		statements(k, &b->list);
}

/* ---- functions ------------------------------------------------------------------------------------ */

/* Is the value of the body the value of one return, the last statement? */
static void find_single_return(Inlining *i, const FuncInfo *info, const Block *body, int returns)
{
	const Stmt *last = body->list.len ? vec_last(&body->list) : NULL;
	if (returns != 1 || !last || last->kind != STMT_RETURN || last->rhs.len == 0)
		return;
	for (int r = 0; r < info->results.len; r++)
		if (info->results.items[r]->name && *info->results.items[r]->name && strcmp(info->results.items[r]->name, "_") != 0)
			return;
	i->single_return = true;
	i->returned = last->rhs.len == 1 && info->results.len == 1 ? last->rhs.items[0] : NULL;
}

static int returns_in(const StmtList *list);

static int returns_of(const Stmt *s)
{
	if (!s)
		return 0;
	int n = (s->kind == STMT_RETURN) + (s->body ? returns_in(&s->body->list) :
			0) + returns_of(s->else_) + returns_of(s->body_stmt);
	for (int i = 0; i < s->cases.len; i++)
		n += returns_in(&s->cases.items[i]->body);
	return n;
}

static int returns_in(const StmtList *list)
{
	int n = 0;
	for (int i = 0; i < list->len; i++)
		n += returns_of(list->items[i]);
	return n;
}

static const char *directive_against(const FuncInfo *info)
{
	static const struct { const char *directive, *reason; } rows[] = {
		{"//go:noinline", "marked go:noinline"},
		{"//go:cgo_unsafe_args", "marked go:cgo_unsafe_args"},
		{"//go:uintptrkeepalive", "marked as having a keep-alive uintptr argument"},
		{"//go:uintptrescapes", "marked as having an escaping uintptr argument"},
	};
	const Decl *d = info->object ? info->object->decl : NULL;
	for (int i = 0; d && i < COUNT_OF(rows); i++)
		if (has_directive(d, rows[i].directive))
			return rows[i].reason;
	return NULL;
}

/* A literal that came along with an inlined body. Go looks at those only that are called. */
static bool is_copy(const FuncInfo *info)
{
	while (info && !info->copied_from)
		info = info->outer;
	return info != NULL;
}

void find_cost(Inliner *n, FuncInfo *info)
{
	if (info->inlining)
		return;
	Inlining *i = NEW(n->c->arena, Inlining);
	Block *body = body_of(info);
	i->cost = -1;
	i->reason = !body ? "no function body" : directive_against(info);
	if (i->reason) {
		info->inlining = i;
		return;
	}
	Cost k = {.n = n, .info = info};
	i->reason = "recursive";        /* while it is looked at */
	info->inlining = i;
	block(&k, body);
	int budget = info->object || n->options.budget > INLINE_CALLED_ONCE ? n->options.budget : INLINE_CALLED_ONCE;
	i->cost = k.sum;
	i->reason = k.reason;
	if (!i->reason && k.sum > budget)
		i->reason = arena_printf(n->c->arena, "function too complex: cost %d exceeds budget %d", k.sum, budget);
	find_single_return(i, info, body, returns_in(&body->list));
	if (is_copy(info))
		report_cost(n, info);
}

/* Nodes of the body; counting may end at `most`. */
int count_nodes(Inliner *n, FuncInfo *info, int most)
{
	Block *body = body_of(info);
	Cost k = {.n = n, .info = info, .nodes = true};
	for (int i = 0; body && i < body->list.len && k.sum < most; i++)
		statement(&k, body->list.items[i]);
	return k.sum;
}
