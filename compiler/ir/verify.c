/*
 * verify.c - checks what ir.h promises of a lowered function; a breach is our own bug.
 *
 * Checked: every variable used belongs to the function; types are canonical and equal where an
 * assignment, a call or a part demands it; places stand where places must; addresses that are lent stand in arguments
 * of calls; branches have targets that enclose them; labels that are jumped to exist.
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
		fail(v, arena_printf(v->c->arena, "operands of %s: %s and %s", op_text(e->op), type_text(v->c, e->x->type), type_text(v->c, e->y->type)));
	if (e->kind == IR_CONST && is_interface(e->type))
		fail(v, "constant of an interface type");
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
		fail(v, arena_printf(v->c->arena, "call of %s: closure without context or context without closure", s->func->symbol));
	if (s->args.len != s->func->params.len)
		fail(v, arena_printf(v->c->arena, "call of %s with %d arguments, not %d", s->func->symbol, s->args.len, s->func->params.len));
	for (int i = 0; i < s->args.len; i++)
		if (s->args.items[i]->type != s->func->params.items[i]->type)
			fail(v, arena_printf(v->c->arena, "argument %d of %s: %s, not %s", i, s->func->symbol, type_text(v->c, s->args.items[i]->type),
			                     type_text(v->c, s->func->params.items[i]->type)));
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
		fail(v, arena_printf(v->c->arena, "assignment of %s to %s", type_text(v->c, s->src->type), type_text(v->c, s->dst->type)));
	if ((s->kind == IR_BREAK || s->kind == IR_CONTINUE) && !encloses(v, s->target))
		fail(v, "branch to a statement that does not enclose it");
	if (s->kind == IR_GOTO && !map_get(&v->labels, s->label))
		fail(v, arena_printf(v->c->arena, "no label %s", s->label));
	if (s->kind == IR_CALL)
		verify_call(v, s);
	if (s->kind == IR_RETURN && s->args.len && s->args.len != v->f->result_types.len)
		fail(v, "return of another number of values");
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
