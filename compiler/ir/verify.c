/*
 * verify.c - checks what ir.h promises of a lowered function, and what each pass over it leaves behind; a breach is
 * our own bug.
 * The first check is always made, the others in debug builds.
 *
 * Lowered: every variable used belongs to the function; types are canonical and equal where an
 * assignment, a call or a part demands it; places stand where places must; addresses that are lent stand in arguments
 * of calls; branches have targets that enclose them; labels that are jumped to exist;
 * lists that are gone through together are of one length; conditions are bools, results have the signature's types.
 * Coloured: what a statement may do its function may; nothing recurses without a stack check. Polls: a loop without
 * one has a bound and calls nothing. Liveness: what is live at a point has a place in the frame, and the straight
 * code behind it reads nothing else.
 */
#include "ir.h"

#include <string.h>

typedef struct {
	Compiler *c;
	const IrFunc *f;
	Pos pos;
	VEC(const IrStmt *) enclosing;
	Map labels;
	bool lends;                 /* in arguments of a call of gol code */
} Verify;

static void fail(Verify *v, const char *what)
{
	Buf b;
	buf_init(&b, v->c->arena);
	ir_dump(v->c, &b, v->f);
	ice(v->c, v->pos, "%s in %s\n%s", what, v->f->symbol, b.s);
}

static void verify_var(Verify *v, const IrVar *var)
{
	if (var->id < 0 || var->id >= v->f->vars.len || v->f->vars.items[var->id] != var)
		fail(v, arena_printf(v->c->arena, "variable %s of another function", var->name));
}

static void verify_expr(Verify *v, const IrExpr *e)
{
	if (!e)
		fail(v, "missing operand");
	if (!e->type)
		fail(v, "expression without a type");
	if (e->kind == IR_VAR)
		verify_var(v, e->var);
	if (e->x)
		verify_expr(v, e->x);
	if (e->y)
		verify_expr(v, e->y);
	for (int i = 0; i < e->args.len; i++)
		verify_expr(v, e->args.items[i]);
	if (e->kind == IR_ADDR && !ir_is_place(e->x))
		fail(v, "address of something that is no place");
	if (e->kind == IR_ADDR && e->x->kind == IR_VAR && e->x->var->lent && !v->lends)
		fail(v, "an address that is only lent is kept");
	if (e->kind == IR_BINARY && e->op != OP_SHL && e->op != OP_SHR && e->x->type != e->y->type)
		fail(v, arena_printf(v->c->arena, "operands of %s: %s and %s", op_text(e->op), type_text(v->c, e->x->type),
		                     type_text(v->c, e->y->type)));
	if (e->kind == IR_CONST && is_interface(e->type))
		fail(v, "constant of an interface type");
	if (e->kind == IR_MAKE && e->args.len != ir_components(e->type))
		fail(v, arena_printf(v->c->arena, "%d components of %s", e->args.len, type_text(v->c, e->type)));
	if (e->kind == IR_CONDITION && (e->args.len != 1 || e->y->type != e->args.items[0]->type))
		fail(v, "arms of a condition of two types");
}

static void verify_list(Verify *v, const IrStmtList *list);

static bool encloses(Verify *v, const IrStmt *target)
{
	for (int i = 0; i < v->enclosing.len; i++)
		if (v->enclosing.items[i] == target)
			return true;
	return false;
}

static void verify_call(Verify *v, const IrStmt *s)
{
	if (s->call != IR_CALL_DIRECT)
		return;
	if ((s->func->context != NULL) != (s->x != NULL))
		fail(v, arena_printf(v->c->arena, "call of %s: closure without context or context without closure",
		                     s->func->symbol));
	if (s->args.len != s->func->params.len)
		fail(v, arena_printf(v->c->arena, "call of %s with %d arguments, not %d", s->func->symbol, s->args.len,
		                     s->func->params.len));
	for (int i = 0; i < s->args.len; i++)
		if (s->args.items[i]->type != s->func->params.items[i]->type)
			fail(v, arena_printf(v->c->arena, "argument %d of %s: %s, not %s", i, s->func->symbol,
			                     type_text(v->c, s->args.items[i]->type),
			                     type_text(v->c, s->func->params.items[i]->type)));
}

/* What emission goes through by number: one list that is shorter than its fellow would be read beyond its end. */
static void verify_lists(Verify *v, const IrStmt *s)
{
	if (s->kind == IR_SELECT && (s->dsts.len != 2 || s->buffers.len != s->select_cases.len || !s->dsts.items[0]))
		fail(v, "a select without its answer or its buffers");
	if (s->kind == IR_RECEIVE && s->dsts.len != 2)
		fail(v, "a receive without its two results");
	if (s->kind == IR_CALL && s->signature && s->dsts.len && s->dsts.len != s->signature->results.len)
		fail(v, arena_printf(v->c->arena, "a call of %d results with %d variables", s->signature->results.len,
		                     s->dsts.len));
	if (s->kind == IR_MAP_ITER && !(s->iterator && s->iterator->map_iterator))
		fail(v, "a step of something that is no map iterator");
}

/* Where a value has to be of one certain type. A C compiler takes a struct for its twin of another name as an error,
 * and a pointer for another in silence. */
static void verify_types(Verify *v, const IrStmt *s)
{
	if ((s->kind == IR_IF && !s->cond) || (s->cond && !is_boolean(s->cond->type)))
		fail(v, "a condition that is no bool");
	if (s->kind == IR_SWITCH && !is_integer(s->x->type))
		fail(v, "a switch on something that is no integer");
	for (int i = 0; s->kind == IR_RETURN && i < s->args.len; i++)
		if (s->args.items[i]->type != v->f->result_types.items[i])
			fail(v, arena_printf(v->c->arena, "result %d of type %s", i, type_text(v->c, s->args.items[i]->type)));
}

static void verify_stmt(Verify *v, const IrStmt *s)
{
	v->pos = s->pos;
	const IrExpr *operands[] = {s->dst, s->src, s->x, s->cond};
	for (int i = 0; i < COUNT_OF(operands); i++)
		if (operands[i])
			verify_expr(v, operands[i]);
	v->lends = s->kind == IR_CALL && s->call != IR_CALL_RT;
	for (int i = 0; i < s->args.len; i++)
		verify_expr(v, s->args.items[i]);
	v->lends = false;
	for (int i = 0; i < s->dsts.len; i++)
		if (s->dsts.items[i])
			verify_var(v, s->dsts.items[i]);
	if (s->kind == IR_ASSIGN && !ir_is_place(s->dst))
		fail(v, "assignment to something that is no place");
	if (s->kind == IR_ASSIGN && s->dst->type != s->src->type)
		fail(v, arena_printf(v->c->arena, "assignment of %s to %s", type_text(v->c, s->src->type),
		                     type_text(v->c, s->dst->type)));
	if ((s->kind == IR_BREAK || s->kind == IR_CONTINUE) && !encloses(v, s->target))
		fail(v, "branch to a statement that does not enclose it");
	if (s->kind == IR_GOTO && !map_get(&v->labels, s->label))
		fail(v, arena_printf(v->c->arena, "no label %s", s->label));
	if (s->kind == IR_CALL)
		verify_call(v, s);
	if (s->kind == IR_RETURN && s->args.len && s->args.len != v->f->result_types.len)
		fail(v, "return of another number of values");
	verify_lists(v, s);
	verify_types(v, s);
	vec_push(v->c->arena, &v->enclosing, s);
	verify_list(v, &s->body);
	verify_list(v, &s->else_body);
	verify_list(v, &s->post);
	for (int i = 0; i < s->cases.len; i++)
		verify_list(v, &s->cases.items[i]->body);
	(void)vec_pop(&v->enclosing);
}

static void verify_list(Verify *v, const IrStmtList *list)
{
	for (int i = 0; i < list->len; i++)
		verify_stmt(v, list->items[i]);
}

static void find_labels(Verify *v, const IrStmtList *list)
{
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		if (s->kind == IR_LABEL) {
			if (map_get(&v->labels, s->label))
				fail(v, "label twice");
			map_put(v->c->arena, &v->labels, s->label, s);
		}
		find_labels(v, &s->body);
		find_labels(v, &s->else_body);
		find_labels(v, &s->post);
		for (int k = 0; k < s->cases.len; k++)
			find_labels(v, &s->cases.items[k]->body);
	}
}

void ir_verify(Compiler *c, const IrFunc *f)
{
	Verify v = {.c = c, .f = f, .pos = f->pos};
	v.labels.by_text = true;
	find_labels(&v, &f->body);
	verify_list(&v, &f->body);
	verify_list(&v, &f->epilogue);
}

/* ---- after colouring ------------------------------------------------------------------------------ */

typedef void EachStmt(Verify *v, const IrStmt *s);

static void each_stmt(Verify *v, const IrStmtList *list, EachStmt *each)
{
	for (int i = 0; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		v->pos = s->pos;
		each(v, s);
		each_stmt(v, &s->body, each);
		each_stmt(v, &s->else_body, each);
		each_stmt(v, &s->post, each);
		for (int k = 0; k < s->cases.len; k++)
			each_stmt(v, &s->cases.items[k]->body, each);
	}
}

static void verify_colour(Verify *v, const IrStmt *s)
{
	bool direct = s->kind == IR_CALL && s->call == IR_CALL_DIRECT && s->func->defined;
	bool unknown = s->kind == IR_CALL && (s->call == IR_CALL_VALUE || s->call == IR_CALL_METHOD);
	bool waits = s->kind == IR_SEND || s->kind == IR_RECEIVE || s->kind == IR_SELECT;
	if (s->may_freeze && !v->f->can_freeze)
		fail(v, "a statement freezes, its function does not");
	if ((s->may_panic || s->may_freeze) && !v->f->can_panic)
		fail(v, "a statement unwinds, its function does not");
	if (!s->may_freeze && ((direct && s->func->can_freeze) || unknown || waits))
		fail(v, "a statement is taken not to freeze");
	if (!s->may_panic && ((direct && s->func->can_panic) || unknown || waits || s->kind == IR_PANIC_IF))
		fail(v, "a statement is taken not to panic");
	if (s->kind == IR_LOOP && !s->no_poll && !s->may_freeze)
		fail(v, "a loop that polls is taken not to freeze");
}

/* Functions on the path of calls that no prologue looks at. */
typedef struct Chain { Compiler *c; Map state; } Chain;         /* IrFunc -> (void *)1 on the path, 2 done */

static void verify_chain(Chain *k, const IrFunc *f);

static void verify_chain_list(Chain *k, const IrStmtList *list)
{
	for (int i = 0; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		if (s->kind == IR_CALL && s->call == IR_CALL_DIRECT && s->func->defined && !s->func->can_freeze)
			verify_chain(k, s->func);
		verify_chain_list(k, &s->body);
		verify_chain_list(k, &s->else_body);
		verify_chain_list(k, &s->post);
		for (int n = 0; n < s->cases.len; n++)
			verify_chain_list(k, &s->cases.items[n]->body);
	}
}

static void verify_chain(Chain *k, const IrFunc *f)
{
	intptr_t state = (intptr_t)map_get(&k->state, f);
	if (state == 1)
		ice(k->c, f->pos, "%s recurses without a stack check", f->symbol);
	if (state)
		return;
	map_put(k->c->arena, &k->state, f, (void *)1);
	verify_chain_list(k, &f->body);
	map_put(k->c->arena, &k->state, f, (void *)2);
}

void ir_verify_colours(Compiler *c, const IrPackage *package)
{
	Chain chain = {.c = c};
	for (int i = 0; i < package->funcs.len; i++) {
		const IrFunc *f = package->funcs.items[i];
		if (!f->defined)
			continue;
		Verify v = {.c = c, .f = f, .pos = f->pos};
		if (f->has_defer && !f->can_freeze)
			fail(&v, "a function with deferred calls is taken not to freeze");
		each_stmt(&v, &f->body, verify_colour);
		each_stmt(&v, &f->epilogue, verify_colour);
		if (!f->can_freeze)
			verify_chain(&chain, f);
	}
}

/* ---- after proving and placing polls -------------------------------------------------------------------- */

/* Calls of what may take time. */
static bool has_call(const IrStmtList *list)
{
	for (int i = 0; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		bool plain = s->kind == IR_CALL && s->call == IR_CALL_DIRECT && s->func->intrinsic &&
			s->func->intrinsic_effects == 0;
		if ((s->kind == IR_CALL && !plain) || has_call(&s->body) || has_call(&s->else_body) || has_call(&s->post))
			return true;
		for (int k = 0; k < s->cases.len; k++)
			if (has_call(&s->cases.items[k]->body))
				return true;
	}
	return false;
}

/* A loop without a poll has few rounds and calls nothing, or polls inside (LOOP_TRIPS + 1). */
static void verify_poll(Verify *v, const IrStmt *s)
{
	if (s->kind != IR_LOOP || !s->no_poll)
		return;
	if (s->rounds < 0 || s->rounds > LOOP_TRIPS + 1)
		fail(v, "a loop without a poll and without a bound");
	if (s->rounds > 0 && s->rounds <= LOOP_TRIPS && has_call(&s->body))
		fail(v, "a loop without a poll that calls");
}

void ir_verify_polls(Compiler *c, const IrFunc *f)
{
	Verify v = {.c = c, .f = f, .pos = f->pos};
	ir_verify(c, f);
	each_stmt(&v, &f->body, verify_poll);
}

/* ---- after liveness ------------------------------------------------------------------------------------------ */

static bool in_set(const uint64_t *set, int id) { return set[id / 64] >> (id % 64) & 1; }

static void verify_point(Verify *v, const IrStmt *s)
{
	if (!s->live)
		return;
	for (int i = 0; i < v->f->vars.len; i++) {
		const IrVar *var = v->f->vars.items[i];
		if (in_set(s->live, i) && !var->in_frame)
			fail(v, arena_printf(v->c->arena, "live variable %s has no place in the frame", var->name));
		if (!in_set(s->live, i) && var->addr_taken && !var->lent && !var->on_side)
			fail(v, arena_printf(v->c->arena, "variable %s, whose address was taken, is not saved", var->name));
	}
}

/* Variables that a statement reads before it writes any. */
static void verify_uses(Verify *v, const IrStmt *point, const uint64_t *written, const IrExpr *e)
{
	if (!e)
		return;
	if (e->kind == IR_VAR && !in_set(written, e->var->id) && !in_set(point->live, e->var->id) && !e->var->on_side)
		fail(v, arena_printf(v->c->arena, "variable %s is used behind a point where it is not live", e->var->name));
	verify_uses(v, point, written, e->x);
	verify_uses(v, point, written, e->y);
	for (int i = 0; i < e->args.len; i++)
		verify_uses(v, point, written, e->args.items[i]);
}

static void note_written(uint64_t *written, const IrStmt *s)
{
	if (s->dst && s->dst->kind == IR_VAR)
		written[s->dst->var->id / 64] |= (uint64_t)1 << (s->dst->var->id % 64);
	const IrVarList *const lists[] = {&s->dsts, &s->buffers};
	for (int k = 0; k < COUNT_OF(lists); k++)
		for (int i = 0; i < lists[k]->len; i++)
			if (lists[k]->items[i])
				written[lists[k]->items[i]->id / 64] |= (uint64_t)1 << (lists[k]->items[i]->id % 64);
}

static bool is_straight(const IrStmt *s)
{
	return s->kind == IR_ASSIGN || s->kind == IR_CALL || s->kind == IR_SEND || s->kind == IR_RECEIVE ||
		s->kind == IR_PANIC_IF;
}

/* The straight code behind a resume point finds in the frame what it reads. */
static void verify_behind(Verify *v, const IrStmtList *list, int at)
{
	const IrStmt *point = list->items[at];
	uint64_t *written = NEW_ARRAY(v->c->arena, uint64_t, v->f->vars.len / 64 + 1);
	note_written(written, point);
	for (int i = at + 1; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		v->pos = s->pos;
		verify_uses(v, point, written, s->src);
		verify_uses(v, point, written, s->x);
		if (s->kind != IR_LOOP)
			verify_uses(v, point, written, s->cond);
		if (s->dst && s->dst->kind != IR_VAR)
			verify_uses(v, point, written, s->dst);
		for (int k = 0; k < s->args.len; k++)
			verify_uses(v, point, written, s->args.items[k]);
		if (!is_straight(s))
			return;
		note_written(written, s);
	}
}

static void verify_points(Verify *v, const IrStmtList *list)
{
	for (int i = 0; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		if (s->may_freeze && s->live && is_straight(s))
			verify_behind(v, list, i);
		verify_points(v, &s->body);
		verify_points(v, &s->else_body);
		verify_points(v, &s->post);
		for (int k = 0; k < s->cases.len; k++)
			verify_points(v, &s->cases.items[k]->body);
	}
}

void ir_verify_liveness(Compiler *c, const IrFunc *f)
{
	Verify v = {.c = c, .f = f, .pos = f->pos};
	each_stmt(&v, &f->body, verify_point);
	each_stmt(&v, &f->epilogue, verify_point);
	verify_points(&v, &f->body);
	verify_points(&v, &f->epilogue);
}
