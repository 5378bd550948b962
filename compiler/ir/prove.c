/*
 * prove.c - checks that cannot fail.
 *
 * One forward walk over the tree carries facts that hold at the present statement:
 *
 *     true / false    a pure condition of local variables: from tests, and from checks that passed
 *     value           v holds what an expression says: v = w, v = len(s), v = 3
 *     positive        integer variables that are not negative, pointers that are not nil
 *
 * A fact dies when a variable in it is assigned; at a loop's head die those that anything in the
 * loop assigns; where control joins only what held before the parting survives; at a label nothing.
 * Variables with an address take no part. So in
 *
 *     for i := range s { s[i] = 0 }       t = s; n = len(t); i = 0; for (; i < n; i = i + 1) { panic if i >= len(s) ...
 *
 * the check is seen to be false: i < n stands for i < len(s), and i only grows from 0.
 *
 * Needs: lowered bodies, nothing coloured. Afterwards: fewer IR_PANIC_IF; polls are placed (polls.c).
 *
 * Rejected: a solver over ranges and differences. C compilers do the rest, once the same check
 * is not asked for twice through different names.
 */
#include "ir.h"

#include <string.h>

enum { FACTS = 48, DEPTH = 6 };

typedef enum { FACT_TRUE, FACT_FALSE, FACT_VALUE, FACT_POSITIVE } FactKind;
typedef struct { FactKind kind; IrVar *var; IrExpr *x; } Fact;
typedef struct { Fact facts[FACTS]; int n; } State;
typedef struct { Compiler *c; IrFunc *f; } Prove;

static void walk(Prove *p, IrStmtList *list, State *st);

/* ---- expressions -------------------------------------------------------------------------- */

static bool usable(IrExpr *x, int depth)
{
	switch (x->kind) {
	case IR_CONST:
	case IR_ZERO:
		return true;
	case IR_VAR:
		return ir_plain_local(x->var);
	case IR_PART:
		return (x->part == PART_LEN || x->part == PART_CAP || x->part == PART_PTR) && x->x->kind == IR_VAR &&
			ir_plain_local(x->x->var);
	case IR_UNARY:
	case IR_CONVERT:
		return depth > 0 && usable(x->x, depth - 1);
	case IR_BINARY:
		return depth > 0 && usable(x->x, depth - 1) && usable(x->y, depth - 1);
	default:
		return false;
	}
}

/* What x stands for, by the value facts. */
static IrExpr *resolve(State *st, IrExpr *x)
{
	for (int guard = 0; x->kind == IR_VAR && guard < DEPTH; guard++) {
		IrExpr *value = NULL;
		for (int i = 0; i < st->n && !value; i++)
			if (st->facts[i].kind == FACT_VALUE && st->facts[i].var == x->var)
				value = st->facts[i].x;
		if (!value)
			break;
		x = value;
	}
	return x;
}

static bool same(State *st, IrExpr *a, IrExpr *b, int depth)
{
	a = resolve(st, a);
	b = resolve(st, b);
	if (a == b)
		return true;
	if (a->kind != b->kind || a->type != b->type || depth == 0)
		return false;
	int64_t m, n;
	switch (a->kind) {
	case IR_VAR:
		return a->var == b->var;
	case IR_ZERO:
		return true;
	case IR_CONST:
		return is_integer(underlying(a->type)) && const_fits_int64(a->cval, &m) && const_fits_int64(b->cval, &n) &&
			m == n;
	case IR_PART:
		return a->part == b->part && same(st, a->x, b->x, depth - 1);
	case IR_UNARY:
	case IR_CONVERT:
		return a->op == b->op && same(st, a->x, b->x, depth - 1);
	case IR_BINARY:
		return a->op == b->op && same(st, a->x, b->x, depth - 1) && same(st, a->y, b->y, depth - 1);
	default:
		return false;
	}
}

/* ---- facts ------------------------------------------------------------------------------------ */

static void add_fact(State *st, FactKind kind, IrVar *v, IrExpr *x)
{
	/* kill looks for variables in x as deep as these expressions go, and no other way changes them */
	debug_require((kind == FACT_TRUE || kind == FACT_FALSE) ? !v && x : v && ir_plain_local(v));
	debug_require(!x || usable(x, DEPTH));
	if (st->n == FACTS) {       /* the oldest goes */
		memmove(st->facts, st->facts + 1, sizeof *st->facts * (FACTS - 1));
		st->n--;
	}
	st->facts[st->n++] = (Fact){kind, v, x};
}

/* v changes: what was known of it or by it is known no more. */
static void kill(State *st, IrVar *v)
{
	int kept = 0;
	for (int i = 0; i < st->n; i++)
		if (st->facts[i].var != v && !ir_mentions(st->facts[i].x, v))
			st->facts[kept++] = st->facts[i];
	st->n = kept;
}

static void kill_statement(State *st, IrStmt *s);

static void kill_list(State *st, IrStmtList *list)
{
	for (int i = 0; i < list->len && st->n; i++)
		kill_statement(st, list->items[i]);
}

static void kill_statement(State *st, IrStmt *s)
{
	IrVar *v = s->kind == IR_ASSIGN ? ir_root_var(s->dst) : NULL;
	if (v)
		kill(st, v);
	for (int i = 0; i < s->dsts.len; i++)
		if (s->dsts.items[i])
			kill(st, s->dsts.items[i]);
	for (int i = 0; i < s->buffers.len; i++)
		if (s->buffers.items[i])
			kill(st, s->buffers.items[i]);
	kill_list(st, &s->body);
	kill_list(st, &s->else_body);
	kill_list(st, &s->post);
	for (int i = 0; i < s->cases.len; i++)
		kill_list(st, &s->cases.items[i]->body);
}

/* x was tested. Of a && b that holds both hold, of a || b that does not neither; the other two cases tell nothing of
 * the parts. An array index's check is `(uint64)i >= (uint64)n`: passed, it is a fact that is false. */
static void learn(State *st, IrExpr *x, bool truth)
{
	if (x->kind == IR_UNARY && x->op == OP_NOT) {
		learn(st, x->x, !truth);
	} else if (x->kind == IR_BINARY && x->op == (truth ? OP_ANDAND : OP_OROR)) {
		learn(st, x->x, truth);
		learn(st, x->y, truth);
	} else if (x->kind == IR_BINARY && usable(x, DEPTH)) {
		add_fact(st, truth ? FACT_TRUE : FACT_FALSE, NULL, x);
	}
}

/* A known test i < y; y NULL: of any y. */
static bool is_less(State *st, IrExpr *i, IrExpr *y)
{
	for (int k = 0; k < st->n; k++) {
		Fact *f = &st->facts[k];
		if (f->kind == FACT_TRUE && f->x->kind == IR_BINARY && f->x->op == OP_LT && same(st, f->x->x, i, DEPTH) &&
		    (!y || same(st, f->x->y, y, DEPTH)))
			return true;
	}
	return false;
}

/* x + 1 is not negative only where x < something is known: then x is not the largest int, and nothing wraps. */
static bool not_negative(State *st, IrExpr *x, int depth)
{
	int64_t n;
	if (ir_constant(x, &n))
		return n >= 0;
	if (x->kind == IR_PART)
		return x->part == PART_LEN || x->part == PART_CAP;
	if (x->kind == IR_VAR) {
		for (int i = 0; i < st->n; i++)
			if (st->facts[i].kind == FACT_POSITIVE && st->facts[i].var == x->var)
				return true;
		IrExpr *value = resolve(st, x);
		return value != x && depth > 0 && not_negative(st, value, depth - 1);
	}
	if (x->kind != IR_BINARY || depth == 0 || underlying(x->type)->kind != TYPE_INT)
		return false;
	if (x->op == OP_AND)
		return not_negative(st, x->x, depth - 1) || not_negative(st, x->y, depth - 1);
	if (x->op == OP_ADD && ir_constant(x->y, &n) && n == 1)     /* no overflow: something is above it */
		return not_negative(st, x->x, depth - 1) && is_less(st, x->x, NULL);
	return false;
}

/* The signed int inside (uint64)(x). */
static IrExpr *inside_unsigned(IrExpr *x)
{
	if (x->kind != IR_CONVERT || underlying(x->type)->kind != TYPE_UINT64 || underlying(x->x->type)->kind != TYPE_INT)
		return NULL;
	return x->x;
}

static bool is_not_nil(State *st, IrExpr *x)
{
	x = x->kind == IR_VAR ? x : resolve(st, x);
	if (x->kind != IR_VAR)
		return x->kind == IR_ADDR;
	for (int i = 0; i < st->n; i++)
		if (st->facts[i].kind == FACT_POSITIVE && st->facts[i].var == x->var)
			return true;
	return x->var->not_nil;
}

static bool known_false(State *st, IrExpr *x)
{
	if (x->kind == IR_BINARY && x->op == OP_OROR)
		return known_false(st, x->x) && known_false(st, x->y);
	if (x->kind != IR_BINARY || !usable(x, DEPTH))
		return false;
	for (int i = 0; i < st->n; i++)
		if (st->facts[i].kind == FACT_FALSE && same(st, st->facts[i].x, x, DEPTH))
			return true;
	if (x->op == OP_EQ && x->y->kind == IR_ZERO && x->x->kind == IR_VAR && is_not_nil(st, x->x))
		return true;
	if (x->op != OP_GE)
		return false;
	IrExpr *i = inside_unsigned(x->x), *n = inside_unsigned(x->y);
	return i && n && is_less(st, i, n) && not_negative(st, i, 2);
}

/* ---- loops ---------------------------------------------------------------------------------------- */

/* Most rounds of the loop, where it counts from one known number to another; else TRIPS + 1. */
static int64_t known_trips(State *before, IrStmt *s)
{
	for (int i = 0; i < s->post.len; i++) {
		IrVar *v = loop_counter(s, s->post.items[i]);
		IrExpr *bound = v ? counter_bound(s->cond, v) : NULL;
		int64_t from, to;
		IrExpr start = {.kind = IR_VAR, .var = v};
		if (!bound || !ir_constant(resolve(before, &start), &from) || !ir_constant(bound, &to))
			continue;
		if (to <= from)
			return 0;
		if (from >= 0 && to - from <= LOOP_TRIPS)
			return to - from;
	}
	return LOOP_TRIPS + 1;
}

/* The body starts from what held before the loop and is not touched in it: whatever round it is, that holds. A counter
 * from a start that is not negative stays so, although the loop assigns it: it only grows, and the condition keeps it
 * below a bound (loop_counter has seen that nothing else assigns it). Post starts from the same, not from the end of
 * the body: continue comes there too. */
static void walk_loop(Prove *p, IrStmt *s, State *st)
{
	State before = *st, body;
	kill_statement(st, s);
	body = *st;
	for (int i = 0; i < s->post.len; i++) {
		IrVar *v = loop_counter(s, s->post.items[i]);
		IrExpr start = {.kind = IR_VAR, .var = v, .type = v ? v->type : NULL};
		if (v && counter_bound(s->cond, v) && not_negative(&before, &start, 2))
			add_fact(&body, FACT_POSITIVE, v, NULL);
	}
	State post = body;
	if (s->cond)
		learn(&body, s->cond, true);
	walk(p, &s->body, &body);
	walk(p, &s->post, &post);
	place_poll(p->c, p->f, s, known_trips(&before, s));
}

/* ---- statements -------------------------------------------------------------------------------------- */

static bool leaves(IrStmtList *list)
{
	IrStmt *s = list->len ? list->items[list->len - 1] : NULL;
	return s && (s->kind == IR_RETURN || s->kind == IR_BREAK || s->kind == IR_CONTINUE || s->kind == IR_GOTO ||
	             (s->kind == IR_PANIC_IF && !s->cond));
}

/* Where one arm does not come out at the end, what the other learned of the condition goes on. `leaves` looks at the
 * last statement only: a missed one costs a fact, never truth. */
static void walk_if(Prove *p, IrStmt *s, State *st)
{
	State yes = *st, no = *st;
	learn(&yes, s->cond, true);
	learn(&no, s->cond, false);
	walk(p, &s->body, &yes);
	walk(p, &s->else_body, &no);
	if (leaves(&s->body))
		*st = no;
	else if (leaves(&s->else_body))
		*st = yes;
	else
		kill_statement(st, s);
}

static void walk_assign(IrStmt *s, State *st)
{
	IrVar *v = s->dst->kind == IR_VAR ? s->dst->var : NULL;
	Type *u = v ? underlying(v->type) : NULL;
	bool positive = v && ((u->kind == TYPE_INT && not_negative(st, s->src, 2)) ||
	                      (u->kind == TYPE_POINTER && is_not_nil(st, s->src)));
	kill_statement(st, s);
	if (!v || !ir_plain_local(v) || ir_mentions(s->src, v))
		positive = positive && v && ir_plain_local(v);
	else if ((s->src->kind == IR_VAR || s->src->kind == IR_PART || s->src->kind == IR_CONST ||
	          s->src->kind == IR_ZERO) && usable(s->src, 1) &&
	         s->src->type == v->type)
		add_fact(st, FACT_VALUE, v, s->src);
	if (positive)
		add_fact(st, FACT_POSITIVE, v, NULL);
}

static void walk_others(Prove *p, IrStmt *s, State *st)
{
	for (int i = 0; i < s->cases.len; i++) {
		State arm = *st;
		walk(p, &s->cases.items[i]->body, &arm);
	}
	State inside = *st;
	walk(p, &s->body, &inside);
	kill_statement(st, s);
	if (s->kind == IR_LABEL)
		st->n = 0;
}

static void walk(Prove *p, IrStmtList *list, State *st)
{
	int kept = 0;
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		if (s->kind == IR_PANIC_IF && s->cond && known_false(st, s->cond))
			continue;
		list->items[kept++] = s;
		if (s->kind == IR_PANIC_IF && s->cond)
			learn(st, s->cond, false);
		else if (s->kind == IR_IF)
			walk_if(p, s, st);
		else if (s->kind == IR_LOOP)
			walk_loop(p, s, st);
		else if (s->kind == IR_ASSIGN)
			walk_assign(s, st);
		else
			walk_others(p, s, st);
	}
	list->len = kept;
}

void ir_prove(Compiler *c, IrFunc *f)
{
	require(f->defined && !f->coloured);        /* colours count the statements that are dropped here */
	Prove p = {.c = c, .f = f};
	State st = {.n = 0};
	walk(&p, &f->body, &st);
}
