/*
 * polls.c - which loops poll, and how often.
 *
 * A poll is a load, a test and a branch in every round, and keeps C compilers from vectorising. So
 *
 *   a loop that runs at most LOOP_TRIPS rounds and calls nothing needs none; the product over a nest is bounded;
 *   a loop whose every round comes through the poll of one inside it needs none;
 *   a loop that counts up to a bound that stays, and calls nothing, polls once a chunk:
 *
 *       for (; i < n; i = i + 1) { body }       for (; i < n; ) { poll
 *                                                   stop = n - i > 1000 ? i + 1000 : n;
 *                                                   for (; i < stop; i = i + 1) { body } }
 *
 * All else polls every round. A resume point is at the poll, where stop is not alive yet: chunks need no care
 * elsewhere.
 *
 * Needs: a proved body. Afterwards: IrStmt.no_poll and chunks of loops (ir_verify_polls).
 *
 * Rejected: a counter of rounds in a register, which is no cheaper than the load.
 */
#include "ir.h"

enum { MOST_INNER = LOOP_TRIPS / 16 };    /* shorter chunks are not worth the loop around them */

bool ir_plain_local(const IrVar *v) { return !v->addr_taken && !v->brief_addr && !v->map_iterator; }

bool ir_mentions(const IrExpr *x, const IrVar *v)
{
	return x && ((x->kind == IR_VAR && x->var == v) || ir_mentions(x->x, v) || ir_mentions(x->y, v));
}

/* The variable a place is a part of; NULL: it lies behind a pointer, or is none of the function's. */
IrVar *ir_root_var(IrExpr *place)
{
	while (place && (place->kind == IR_FIELD || place->kind == IR_INDEX))
		place = place->x;
	return place && place->kind == IR_VAR ? place->var : NULL;
}

bool ir_constant(const IrExpr *x, int64_t *n)
{
	if (x->kind == IR_ZERO && is_integer(underlying(x->type))) {
		*n = 0;
		return true;
	}
	return x->kind == IR_CONST && is_integer(underlying(x->type)) && const_fits_int64(x->cval, n);
}

/* How many statements of the list give v a new value, in whole or in part. Every way a variable is written is here,
 * as in kill_statement (prove.c): destinations, results, what a select receives. Plain locals have no other. */
static int assignments(IrStmtList *list, IrVar *v)
{
	int n = 0;
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		n += s->kind == IR_ASSIGN && ir_root_var(s->dst) == v;
		for (int k = 0; k < s->dsts.len; k++)
			n += s->dsts.items[k] == v;
		for (int k = 0; k < s->buffers.len; k++)
			n += s->buffers.items[k] == v;
		n += assignments(&s->body, v) + assignments(&s->else_body, v) + assignments(&s->post, v);
		for (int k = 0; k < s->cases.len; k++)
			n += assignments(&s->cases.items[k]->body, v);
	}
	return n;
}

/* The variable that a statement of post adds 1 to, if nothing else in the loop assigns it and the condition bounds
 * it. */
IrVar *loop_counter(IrStmt *loop, IrStmt *s)
{
	int64_t n;
	if (s->kind != IR_ASSIGN || s->dst->kind != IR_VAR || !ir_plain_local(s->dst->var) ||
	    underlying(s->dst->type)->kind != TYPE_INT)
		return NULL;
	IrVar *v = s->dst->var;
	IrExpr *x = s->src;
	if (x->kind != IR_BINARY || x->op != OP_ADD || x->x->kind != IR_VAR || x->x->var != v || !ir_constant(x->y, &n) ||
	    n != 1)
		return NULL;
	return assignments(&loop->body, v) + assignments(&loop->post, v) == 1 ? v : NULL;
}

/* The right side of the conjunct v < y of a condition. */
IrExpr *counter_bound(IrExpr *cond, IrVar *v)
{
	if (!cond || cond->kind != IR_BINARY)
		return NULL;
	if (cond->op == OP_ANDAND) {
		IrExpr *x = counter_bound(cond->x, v);
		return x ? x : counter_bound(cond->y, v);
	}
	return cond->op == OP_LT && cond->x->kind == IR_VAR && cond->x->var == v ? cond->y : NULL;
}

/* Rounds of simple statements in one run of the list; above LOOP_TRIPS: many, or unknown. */
static int64_t rounds_of(IrStmtList *list)
{
	int64_t most = 1;
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		bool simple_call = s->kind == IR_CALL && s->call == IR_CALL_DIRECT && s->func->intrinsic &&
			s->func->intrinsic_effects == 0;
		if ((s->kind == IR_CALL && !simple_call) || s->kind == IR_LABEL || s->kind == IR_SEND ||
		    s->kind == IR_RECEIVE ||
		    s->kind == IR_SELECT || s->kind == IR_MAP_ITER)
			return LOOP_TRIPS + 1;
		if (ir_calls_runtime(s->src) || ir_calls_runtime(s->dst) || ir_calls_runtime(s->cond) || ir_calls_runtime(s->x))
			return LOOP_TRIPS + 1;       /* what allocates must let the collector in */
		int64_t inner[] = {s->kind == IR_LOOP ? s->no_poll ? s->rounds : LOOP_TRIPS + 1 : rounds_of(&s->body),
			rounds_of(&s->else_body)};
		for (int k = 0; k < 2; k++)
			most = inner[k] > most ? inner[k] : most;
		for (int k = 0; k < s->cases.len; k++) {
			int64_t n = rounds_of(&s->cases.items[k]->body);
			most = n > most ? n : most;
		}
	}
	return most;
}

/* A jump in the list that could leave out what follows it in a round of the loop. */
static bool skips(IrStmtList *list)
{
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		if (s->kind == IR_CONTINUE || s->kind == IR_BREAK || s->kind == IR_GOTO || s->kind == IR_LABEL ||
		    skips(&s->body) ||
		    skips(&s->else_body) || skips(&s->post))
			return true;
		for (int k = 0; k < s->cases.len; k++)
			if (skips(&s->cases.items[k]->body))
				return true;
	}
	return false;
}

/* Each run of the list that comes to its end has polled: a loop without condition has at least one round. */
static bool polls(IrStmtList *list)
{
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		IrStmtList one = {.items = list->items + i, .len = 1};
		if ((s->kind == IR_LOOP && !s->cond && !s->no_poll) || (s->kind == IR_BLOCK && polls(&s->body)))
			return true;
		if (skips(&one))
			return false;
	}
	return false;
}

/* ---- chunks --------------------------------------------------------------------------------------------- */

static void continue_inner(IrStmtList *list, IrStmt *from, IrStmt *to)
{
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		if (s->kind == IR_CONTINUE && s->target == from)
			s->target = to;
		continue_inner(&s->body, from, to);
		continue_inner(&s->else_body, from, to);
		continue_inner(&s->post, from, to);
		for (int k = 0; k < s->cases.len; k++)
			continue_inner(&s->cases.items[k]->body, from, to);
	}
}

/* Made of constants and variables that the loop does not assign. */
static bool stays(IrExpr *x, IrStmt *loop)
{
	switch (x->kind) {
	case IR_CONST:
	case IR_ZERO:
		return true;
	case IR_VAR:
		return ir_plain_local(x->var) && assignments(&loop->body, x->var) + assignments(&loop->post, x->var) == 0;
	case IR_PART:
		return stays(x->x, loop);
	default:
		return false;
	}
}

static IrVar *chunk_counter(IrStmt *loop)
{
	for (int i = 0; i < loop->post.len; i++) {
		IrVar *v = loop_counter(loop, loop->post.items[i]);
		if (v && loop->cond && loop->cond->kind == IR_BINARY && loop->cond->op == OP_LT &&
		    counter_bound(loop->cond, v) &&
		    stays(loop->cond->y, loop))
			return v;
	}
	return NULL;
}

/* stop may not wrap: v + chunk is only taken where the bound is further away than that. bound - v is worked out
 * unsigned, since v may be far below zero (from -1 << 62 to 1 << 62 it is no int); where v >= bound the loop around it
 * has ended. A break in the body leaves the inner loop by its target, the loop itself, which now is outside: it leaves
 * both. A continue has to go to the inner one's post. */
static void make_chunks(Compiler *c, IrFunc *f, IrStmt *loop, IrVar *v, int64_t chunk)
{
	require(chunk > 1 && loop->cond->op == OP_LT && underlying(v->type)->kind == TYPE_INT);
	debug_require(loop->cond->x->kind == IR_VAR && loop->cond->x->var == v && !loop->no_poll);
	Type *t = v->type, *word = c->types->basic[TYPE_UINT64];
	IrExpr *bound = loop->cond->y, *left = ir_binary(c, OP_SUB, ir_convert(c, bound, word),
	                                                 ir_convert(c, ir_var(c, v), word), word);
	IrExpr *many = ir_binary(c, OP_GT, left, ir_const(c, const_int(c, chunk), word), c->types->basic[TYPE_BOOL]);
	IrExpr *next = ir_binary(c, OP_ADD, ir_var(c, v), ir_const(c, const_int(c, chunk), t), t);
	next->no_wrap = true;
	IrStmt *set = ir_stmt(c, IR_ASSIGN, loop->pos), *inner = ir_stmt(c, IR_LOOP, loop->pos);
	IrVar *stop = ir_new_var(c, f, VAR_TEMP, "stop", t, loop->pos);
	set->dst = ir_var(c, stop);
	set->src = ir_expr(c, IR_CONDITION, t);
	set->src->x = many;
	set->src->y = next;
	vec_push(c->arena, &set->src->args, bound);
	inner->cond = ir_binary(c, OP_LT, ir_var(c, v), ir_var(c, stop), loop->cond->type);
	inner->body = loop->body;
	inner->post = loop->post;
	inner->no_poll = true;
	inner->rounds = LOOP_TRIPS;
	continue_inner(&inner->body, loop, inner);
	loop->body = (IrStmtList){0};
	loop->post = (IrStmtList){0};
	vec_push(c->arena, &loop->body, set);
	vec_push(c->arena, &loop->body, inner);
}

/* Innermost loops come first, so rounds_of finds what was decided of those inside. The product cannot overflow: both
 * factors are looked at first. */
void place_poll(Compiler *c, IrFunc *f, IrStmt *loop, int64_t trips)
{
	require(loop->kind == IR_LOOP && trips >= 0);
	if (loop->no_poll)
		return;
	int64_t inner = rounds_of(&loop->body);
	require(inner >= 1);        /* a chunk is LOOP_TRIPS / inner rounds */
	if (polls(&loop->body)) {
		loop->no_poll = true;
		loop->rounds = LOOP_TRIPS + 1;
	} else if (inner <= LOOP_TRIPS && trips <= LOOP_TRIPS && trips * inner <= LOOP_TRIPS) {
		loop->no_poll = true;
		loop->rounds = trips * inner;
	} else if (inner <= MOST_INNER) {
		IrVar *v = chunk_counter(loop);
		if (v)
			make_chunks(c, f, loop, v, LOOP_TRIPS / inner);
	}
}
