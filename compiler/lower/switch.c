/*
 * switch.c - expression switches and type switches.
 *
 * Integer constants become a C switch. Many string constants are told apart by
 * length first, which gives a number to switch on. Everything else is a sequence of
 * `if (matches) { body; break; }` in a block, the default's body last; fallthrough is a goto
 * into the next body.
 *
 * In the general form the expressions of a clause are evaluated left to right until one matches, and none of a clause
 * behind that: what a case needs first (calls, checks) stands in the branch where the earlier ones failed. The tag is
 * evaluated once, to a temporary. The default's body stands last wherever the program has it, so a
 * fallthrough out of it jumps back.
 */
#include "state.h"

enum { MANY_STRINGS = 8 };

typedef struct {
	FuncState *f;
	Stmt *s;
	IrStmt *end;            /* what a break leaves */
	const char **labels;    /* per clause: where fallthrough enters, or NULL */
} Switch;

static bool list_ends(IrStmtList *list)
{
	if (list->len == 0)
		return false;
	IrStmt *s = vec_last(list);
	return s->kind == IR_RETURN || s->kind == IR_GOTO || s->kind == IR_BREAK || s->kind == IR_CONTINUE ||
		(s->kind == IR_PANIC_IF && !s->cond);
}

static Switch new_switch(FuncState *f, Stmt *s, IrStmt *end)
{
	Switch w = {.f = f, .s = s, .end = end, .labels = NEW_ARRAY(f->c->arena, const char *, s->cases.len + 1)};
	for (int i = 0; i + 1 < s->cases.len; i++)
		if (s->cases.items[i]->falls_through)
			w.labels[i + 1] = new_label(f, "fallthrough");
	return w;
}

/* The body of clause i into f->out. leave_out: a break at its end is needed. */
static void clause_body(Switch *w, int i, bool leave_out)
{
	FuncState *f = w->f;
	Case *k = w->s->cases.items[i];
	if (w->labels[i])
		emit_label(f, w->labels[i]);
	statements(f, &k->body);
	f->pos = k->pos;
	if (k->falls_through) {
		require(w->labels[i + 1]);
		emit_goto(f, w->labels[i + 1]);
	} else if (leave_out && !list_ends(f->out)) {
		emit_break(f, w->end);
	}
}

/* ---- constants --------------------------------------------------------------------- */

static bool all_constant(Stmt *s, int *count)
{
	*count = 0;
	for (int i = 0; i < s->cases.len; i++)
		for (int j = 0; j < s->cases.items[i]->list.len; j++) {
			++*count;
			if (s->cases.items[i]->list.items[j]->mode != MODE_CONST)
				return false;
		}
	return true;
}

static void integer_switch(FuncState *f, Stmt *s, IrExpr *tag)
{
	IrStmt *sw = stmt_new(f, IR_SWITCH);
	sw->x = tag;
	Switch w = new_switch(f, s, sw);
	push_target(f, s, sw, NULL);
	for (int i = 0; i < s->cases.len; i++) {
		Case *k = s->cases.items[i];
		IrSwitchCase *out = NEW(f->c->arena, IrSwitchCase);
		for (int j = 0; j < k->list.len; j++)
			vec_push(f->c->arena, &out->values, const_to_int(f->c, k->list.items[j]->cval));
		vec_push(f->c->arena, &sw->cases, out);
		if (k->list.len == 0 && !k->is_default)
			continue;
		IrStmtList *saved = enter(f, &out->body);
		clause_body(&w, i, false);
		leave(f, saved);
	}
	emit(f, sw);
}

static IrSwitchCase *switch_case(FuncState *f, IrStmt *sw, int64_t v)
{
	for (int i = 0; i < sw->cases.len; i++) {
		int64_t have;
		if (const_fits_int64(sw->cases.items[i]->values.items[0], &have) && have == v)
			return sw->cases.items[i];
	}
	IrSwitchCase *k = NEW(f->c->arena, IrSwitchCase);
	vec_push(f->c->arena, &k->values, const_int(f->c, v));
	vec_push(f->c->arena, &sw->cases, k);
	return k;
}

/* which = number of the clause whose string the tag equals, -1 for none. */
static IrExpr *string_index(FuncState *f, Stmt *s, IrExpr *tag)
{
	Compiler *c = f->c;
	IrExpr *which = to_temp(f, ir_int(c, -1));
	IrStmt *by_length = stmt_new(f, IR_SWITCH);
	by_length->x = len_of(f, tag);
	for (int i = 0; i < s->cases.len; i++) {
		Case *k = s->cases.items[i];
		for (int j = 0; j < k->list.len; j++) {
			size_t n;
			const_string_value(k->list.items[j]->cval, &n);
			IrSwitchCase *out = switch_case(f, by_length, (int64_t)n);
			IrStmtList *saved = enter(f, &out->body);
			IrStmt *found = emit_if(f, equal(f, tag, constant_value(f, k->list.items[j]->cval, tag->type)));
			IrStmtList *inner = enter(f, &found->body);
			assign(f, which, ir_int(c, i));
			leave(f, inner);
			leave(f, saved);
		}
	}
	emit(f, by_length);
	return which;
}

static void string_switch(FuncState *f, Stmt *s, IrExpr *tag)
{
	IrExpr *which = string_index(f, s, tag);
	IrStmt *sw = stmt_new(f, IR_SWITCH);
	sw->x = which;
	Switch w = new_switch(f, s, sw);
	push_target(f, s, sw, NULL);
	for (int i = 0; i < s->cases.len; i++) {
		IrSwitchCase *out = NEW(f->c->arena, IrSwitchCase);
		if (!s->cases.items[i]->is_default)
			vec_push(f->c->arena, &out->values, const_int(f->c, i));
		vec_push(f->c->arena, &sw->cases, out);
		IrStmtList *saved = enter(f, &out->body);
		clause_body(&w, i, false);
		leave(f, saved);
	}
	emit(f, sw);
}

/* ---- the general form ---------------------------------------------------------------- */

static IrExpr *case_matches(FuncState *f, IrExpr *tag, Expr *e)
{
	Pos at = f->pos;
	hoist(f, e);
	IrExpr *r;
	if (!tag) {
		r = value(f, e);
		if (is_interface(r->type))
			r = equal_mixed(f, r, bool_const(f, true));
	} else if (unparen(e)->mode == MODE_NIL)
		r = is_nil(f, tag);
	else {
		IrExpr *v = value(f, e);
		f->pos = e->pos;
		r = comparison(f, OP_EQ, tag, v);
	}
	f->pos = at;
	return r;
}

/* Does any expression of the clause match? Later ones are evaluated only if the earlier do not. */
static IrExpr *clause_matches(FuncState *f, IrExpr *tag, Case *k)
{
	IrExpr *any = NULL;
	for (int i = 0; i < k->list.len; i++) {
		if (!any) {
			any = case_matches(f, tag, k->list.items[i]);
			continue;
		}
		IrStmtList list = {0};
		IrStmtList *saved = enter(f, &list);
		IrExpr *m = case_matches(f, tag, k->list.items[i]);
		leave(f, saved);
		if (list.len == 0) {
			any = ir_binary(f->c, OP_OROR, any, m, basic(f, TYPE_BOOL));
			continue;
		}
		any = to_temp(f, any);
		IrStmt *unless = emit_if(f, not(f, any));
		unless->body = list;
		saved = enter(f, &unless->body);
		assign(f, any, m);
		leave(f, saved);
	}
	return any;
}

static void general_switch(FuncState *f, Stmt *s, IrExpr *tag)
{
	IrStmt *b = stmt_new(f, IR_BLOCK);
	Switch w = new_switch(f, s, b);
	push_target(f, s, b, NULL);
	IrStmtList *saved = enter(f, &b->body);
	int fallback = -1;
	for (int i = 0; i < s->cases.len; i++) {
		Case *k = s->cases.items[i];
		if (k->is_default) {
			fallback = i;
			continue;
		}
		f->pos = k->pos;
		IrStmt *then = emit_if(f, clause_matches(f, tag, k));
		IrStmtList *outer = enter(f, &then->body);
		clause_body(&w, i, true);
		leave(f, outer);
	}
	if (fallback >= 0)
		clause_body(&w, fallback, fallback + 1 < s->cases.len && s->cases.items[fallback]->falls_through);
	leave(f, saved);
	emit(f, b);
}

void switch_statement(FuncState *f, Stmt *s)
{
	BranchTarget *saved = f->targets;
	statement(f, s->init);
	f->pos = s->pos;
	int count;
	bool constant = all_constant(s, &count);
	IrExpr *tag = s->x ? rvalue(f, s->x) : NULL;
	if (tag && !(constant && tag->kind == IR_VAR && !tag->var->addr_taken) && tag->kind != IR_CONST)
		tag = to_temp(f, tag);
	f->pos = s->pos;
	if (tag && constant && count >= 2 && is_integer(tag->type))
		integer_switch(f, s, tag);
	else if (tag && constant && count >= MANY_STRINGS && is_string(tag->type) && tag->kind == IR_VAR)
		string_switch(f, s, tag);
	else
		general_switch(f, s, tag);
	f->targets = saved;
}

/* ---- type switches --------------------------------------------------------------------- */

static IrExpr *type_clause_matches(FuncState *f, IrExpr *x, IrExpr *type, Case *k, IrVar **itab)
{
	IrExpr *any = NULL;
	for (int i = 0; i < k->list.len; i++) {
		Expr *e = k->list.items[i];
		IrExpr *m;
		if (unparen(e)->mode == MODE_NIL)
			m = is_nil(f, x);
		else
			m = type_matches(f, type, type_in(f, e->type), itab);
		any = any ? ir_binary(f->c, OP_OROR, any, m, basic(f, TYPE_BOOL)) : m;
	}
	return any;
}

static void type_clause_variable(FuncState *f, IrExpr *x, Case *k, IrVar *itab)
{
	if (!k->object)
		return;
	IrExpr *v = x;
	if (k->list.len == 1 && unparen(k->list.items[0])->mode != MODE_NIL)
		v = interface_value_as(f, x, type_in(f, k->list.items[0]->type), itab ? ir_var(f->c, itab) : NULL);
	declare_variable(f, k->object, convert_implicit(f, v, type_in(f, k->object->type)));
}

void type_switch_statement(FuncState *f, Stmt *s)
{
	BranchTarget *saved_targets = f->targets;
	statement(f, s->init);
	f->pos = s->pos;
	Expr *guard = unparen(s->x);
	if (guard->kind == EXPR_ASSERT && !guard->type_expr)
		guard = guard->x;
	IrExpr *x = to_temp(f, rvalue(f, guard)), *type = to_temp(f, type_word(f, x));
	IrStmt *b = stmt_new(f, IR_BLOCK);
	Switch w = new_switch(f, s, b);
	push_target(f, s, b, NULL);
	IrStmtList *saved = enter(f, &b->body);
	int fallback = -1;
	for (int i = 0; i < s->cases.len; i++) {
		Case *k = s->cases.items[i];
		if (k->is_default) {
			fallback = i;
			continue;
		}
		f->pos = k->pos;
		IrVar *itab = NULL;
		IrStmt *then = emit_if(f, type_clause_matches(f, x, type, k, &itab));
		IrStmtList *outer = enter(f, &then->body);
		type_clause_variable(f, x, k, itab);
		clause_body(&w, i, true);
		leave(f, outer);
	}
	if (fallback >= 0) {
		type_clause_variable(f, x, s->cases.items[fallback], NULL);
		clause_body(&w, fallback, false);
	}
	leave(f, saved);
	emit(f, b);
	f->targets = saved_targets;
}
