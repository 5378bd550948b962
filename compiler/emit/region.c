/*
 * region.c - loops of framed bodies that work on C locals.
 *
 * A framed body keeps what lives across resume points in the frame: right for
 * straight code, up to four times too slow in a hot loop, since no C compiler keeps memory
 * that a store might alias in registers. A region is an outermost loop in which nothing but the
 * polls of loops can freeze. Its scalars, strings, slices and interfaces are copied to C
 * locals before it, and what it assigns is copied back wherever control leaves: at the
 * end, at jumps and returns, at polls, and at panics in functions with defers.
 *
 *     r1:;
 *     {
 *         gol_int i = fr->i, sum = fr->sum;
 *         for (; i < n; i = i + 1) {
 *             if (GOL_POLL(g)) { fr->i = i; fr->sum = sum; h->resume = 1; return; }
 *             sum = sum + i;
 *         }
 *         fr->i = i; fr->sum = sum;
 *     }
 *
 * Resuming at the poll of the outer loop runs into the block from its start; inner loops
 * load the locals again at their own label. Either label stands before the loop, so
 * that loops keep one entry: the condition is evaluated once more, which it allows, being pure.
 */
#include "emitter.h"

static void note_list(Emit *e, IrStmtList *list);

static void note_var(Emit *e, IrVar *v, bool assigned)
{
	Type *u = underlying(v->type);
	if (!v->in_frame || v->addr_taken || v->map_iterator ||
	    !(is_scalar(v->type) || u->kind == TYPE_STRING || u->kind == TYPE_SLICE || u->kind == TYPE_INTERFACE))
		return;
	if (!v->in_local) {
		v->in_local = true;
		v->region_assigns = false;
		vec_push(E_ALLOC(e), &e->region_vars, v);
	}
	v->region_assigns |= assigned;
}

static void note_expr(Emit *e, IrExpr *x, bool assigned)
{
	if (!x)
		return;
	if (x->kind == IR_VAR)
		note_var(e, x->var, assigned);
	bool part_of_place = x->kind == IR_FIELD || x->kind == IR_INDEX || x->kind == IR_ADDR;
	note_expr(e, x->x, (assigned && part_of_place) || x->kind == IR_ADDR);
	note_expr(e, x->y, false);
	for (int i = 0; i < x->args.len; i++)
		note_expr(e, x->args.items[i], false);
}

static void note_statement(Emit *e, IrStmt *s)
{
	s->in_region = true;
	note_expr(e, s->dst, true);
	note_expr(e, s->src, false);
	note_expr(e, s->x, false);
	note_expr(e, s->cond, false);
	for (int i = 0; i < s->args.len; i++)
		note_expr(e, s->args.items[i], false);
	for (int i = 0; i < s->dsts.len; i++)
		if (s->dsts.items[i])
			note_var(e, s->dsts.items[i], true);
	note_list(e, &s->body);
	note_list(e, &s->else_body);
	for (int i = 0; i < s->cases.len; i++)
		note_list(e, &s->cases.items[i]->body);
	note_list(e, &s->post);
}

static void note_list(Emit *e, IrStmtList *list)
{
	for (int i = 0; i < list->len; i++)
		note_statement(e, list->items[i]);
}

/* Nothing in it freezes but polls, and nothing outside jumps into it. */
static bool only_polls(IrStmtList *list)
{
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		if ((s->may_freeze && s->kind != IR_LOOP) || s->kind == IR_LABEL)
			return false;
		if (!only_polls(&s->body) || !only_polls(&s->else_body) || !only_polls(&s->post))
			return false;
		for (int k = 0; k < s->cases.len; k++)
			if (!only_polls(&s->cases.items[k]->body))
				return false;
	}
	return true;
}

/* Each poll in a region copies all its variables: more loops than this would make the text quadratic. */
enum { MAX_LOOPS = 32 };

static int count_loops(IrStmtList *list)
{
	int n = 0;
	for (int i = 0; i < list->len && n <= MAX_LOOPS; i++) {
		IrStmt *s = list->items[i];
		n += (s->kind == IR_LOOP) + count_loops(&s->body) + count_loops(&s->else_body) + count_loops(&s->post);
		for (int k = 0; k < s->cases.len; k++)
			n += count_loops(&s->cases.items[k]->body);
	}
	return n;
}

/* Copies the locals back, on the line being printed. */
void emit_region_store(Emit *e)
{
	for (int i = 0; i < e->region_vars.len; i++) {
		IrVar *v = e->region_vars.items[i];
		if (v->region_assigns)
			buf_printf(e->out, "fr->%s = %s; ", v->c_name, v->c_name);
	}
}

/* A line of its own before a jump to target (NULL: out of the region). */
void emit_region_exit(Emit *e, IrStmt *target)
{
	if (!e->region || (target && target->in_region))
		return;
	emit_indent(e);
	emit_region_store(e);
	buf_char(e->out, '\n');
}

/* The resume point of a loop's poll, before the loop. */
void emit_loop_label(Emit *e, IrStmt *s)
{
	if (e->region == s || e->region == NULL) {
		emit_line(e, "r%d:;", s->point);
		return;
	}
	emit_indent(e);
	buf_printf(e->out, "if (0) { r%d: ", s->point);
	for (int i = 0; i < e->region_vars.len; i++)
		buf_printf(e->out, "%s = fr->%s; ", e->region_vars.items[i]->c_name, e->region_vars.items[i]->c_name);
	buf_str(e->out, "}\n");
}

bool starts_region(Emit *e, IrStmt *s)
{
	return e->style == STYLE_FRAMED && e->has_frame && !e->shown && !e->region && only_polls(&s->body) &&
		only_polls(&s->post) &&
	       count_loops(&s->body) < MAX_LOOPS;
}

void emit_region_start(Emit *e, IrStmt *s)
{
	e->region = s;
	e->region_vars.len = 0;
	note_statement(e, s);
	if (s->may_freeze)
		emit_loop_label(e, s);
	emit_line(e, "{");
	e->indent++;
	Map by_type = {.by_text = true};
	for (int i = 0; i < e->region_vars.len; i++) {
		IrVar *v = e->region_vars.items[i];
		join_declaration(e, &by_type, type_name(e, v->type), v->c_name, arena_printf(E_ALLOC(e), " = fr->%s", v->c_name));
	}
	emit_declarations(e, &by_type);
}

void emit_region_end(Emit *e)
{
	emit_region_exit(e, NULL);
	for (int i = 0; i < e->region_vars.len; i++)
		e->region_vars.items[i]->in_local = false;
	e->region = NULL;
	e->indent--;
	emit_line(e, "}");
}
