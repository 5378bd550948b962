/*
 * stmt.c - statements: dispatch, blocks, if, for, branches, return, send.
 *
 * A branch names the statement it leaves (Stmt.target, found by the checker); FuncState.targets has, innermost first,
 * what each enclosing one became. Whoever pushes a target takes it away again by restoring the list's head.
 *
 * A poll for every way back: loops get theirs from ir/polls.c, a goto to an earlier place gets one here, or a loop made
 * of gotos would never let the collector in.
 *
 * A loop's variables are new in each round (since Go 1.22). Where nobody can tell, one variable serves; where they are
 * in boxes, post begins with a new box that has the old one's value.
 */
#include "state.h"

#include <string.h>

void statements(FuncState *f, StmtList *list)
{
	for (int i = 0; i < list->len; i++)
		statement(f, list->items[i]);
}

void block(FuncState *f, Block *b)
{
	if (!b)
		return;
	Pos outer = f->scope_end;
	f->scope_end = b->end;
	statements(f, &b->list);
	f->scope_end = outer;
}

/* ---- branches ---------------------------------------------------------------------- */

BranchTarget *push_target(FuncState *f, Stmt *s, IrStmt *break_to, IrStmt *continue_to)
{
	BranchTarget *t = NEW(f->c->arena, BranchTarget);
	t->next = f->targets;
	t->stmt = s;
	t->break_to = break_to;
	t->continue_to = continue_to;
	f->targets = t;
	return t;
}

const char *label_of(FuncState *f, Stmt *labeled)
{
	const char *label = map_get(&f->labels, labeled);
	if (!label) {
		label = new_label(f, mangle_name(f->c, labeled->name));
		map_put(f->c->arena, &f->labels, labeled, (void *)(uintptr_t)label);
	}
	return label;
}

static BranchTarget *find_target(FuncState *f, Stmt *s)
{
	for (BranchTarget *t = f->targets; t; t = t->next)
		if (t->stmt == s)
			return t;
	return NULL;
}

static void branch(FuncState *f, StmtKind kind, Stmt *target)
{
	require(kind != STMT_GOTO || (target && target->kind == STMT_LABELED));
	if (kind == STMT_GOTO) {
		if (pos_compare(target->pos, f->pos) <= 0)
			emit_poll(f);
		emit_goto(f, label_of(f, target));
		return;
	}
	if (target && target->kind == STMT_LABELED)
		target = target->body_stmt;
	BranchTarget *t = find_target(f, target);
	if (!t)
		ice(f->c, f->pos, "branch without target");
	IrStmt *s = stmt_new(f, kind == STMT_BREAK ? IR_BREAK : IR_CONTINUE);
	s->target = kind == STMT_BREAK ? t->break_to : t->continue_to;
	require(s->target);         /* continue of a switch: the checker has refused it */
	emit(f, s);
}

/* ---- return --------------------------------------------------------------------------- */

/* Return with results already in their variables. */
void emit_function_return(FuncState *f)
{
	IrStmt *s = stmt_new(f, IR_RETURN);
	if (!f->ir->has_defer)
		for (int i = 0; i < f->results.len; i++)
			vec_push(f->c->arena, &s->args, f->results.items[i]);
	emit(f, s);
}

static IrExprList return_values(FuncState *f, Stmt *s, TypeList *types)
{
	IrExprList values = {0};
	if (s->rhs.len == 1 && types->len > 1) {
		IrVarList r = call_results(f, unparen(s->rhs.items[0]));
		for (int i = 0; i < r.len; i++)
			vec_push(f->c->arena, &values, convert_implicit(f, ir_var(f->c, r.items[i]), types->items[i]));
		return values;
	}
	hoist_list(f, &s->rhs);
	for (int i = 0; i < s->rhs.len; i++)
		vec_push(f->c->arena, &values, value_as(f, s->rhs.items[i], types->items[i]));
	return values;
}

static bool results_unseen(FuncState *f)
{
	if (f->ir->has_defer)
		return false;
	for (int i = 0; i < f->results.len; i++)
		if (f->results.items[i]->kind != IR_VAR || f->results.items[i]->var->addr_taken)
			return false;
	return true;
}

void return_statement(FuncState *f, Stmt *s)
{
	if (s->rhs.len == 0) {
		emit_function_return(f);
		return;
	}
	IrExprList values = return_values(f, s, &f->result_types);
	require(values.len == f->result_types.len);
	f->pos = s->pos;
	if (results_unseen(f)) {
		IrStmt *r = stmt_new(f, IR_RETURN);
		r->args = values;
		emit(f, r);
		return;
	}
	/* return y, x of results x, y: all are read before one is assigned */
	for (int i = 0; i < values.len && values.len > 1; i++)
		if (values.items[i]->kind != IR_CONST && values.items[i]->kind != IR_ZERO)
			values.items[i] = to_temp(f, values.items[i]);
	for (int i = 0; i < values.len; i++)
		assign(f, f->results.items[i], values.items[i]);
	emit_function_return(f);
}

/* ---- if, for ----------------------------------------------------------------------------- */

static void if_statement(FuncState *f, Stmt *s)
{
	statement(f, s->init);
	f->pos = s->x->pos;
	IrExpr *cond = condition(f, s->x);
	f->pos = s->pos;
	/* constant conditions choose at compile time; labels inside stay reachable by goto */
	if (cond->kind == IR_CONST) {
		if (const_bool_value(cond->cval) && !s->else_) {
			block(f, s->body);
			return;
		}
	}
	IrStmt *i = emit_if(f, cond);
	IrStmtList *saved = enter(f, &i->body);
	block(f, s->body);
	leave(f, saved);
	if (s->else_) {
		saved = enter(f, &i->else_body);
		statement(f, s->else_);
		leave(f, saved);
	}
}

/* Before Go 1.22 all iterations of a loop had the same variables. */
bool shares_loop_variables(FuncState *f, const Stmt *s)
{
	return s->pos.file && f->c->files.items[s->pos.file]->go_version < 22;
}

/* Variables of a 3-clause loop that live in boxes: each iteration has its own copy. */
static void copy_loop_variables(FuncState *f, ObjectList *defined)
{
	for (int i = 0; i < defined->len; i++) {
		Object *o = defined->items[i];
		IrExpr *place = o ? map_get(&f->places, o) : NULL;
		if (!place || place->kind != IR_DEREF || place->x->kind != IR_VAR)
			continue;
		IrExpr *v = to_temp(f, place);
		IrExpr *box = place->x;
		assign(f, box, ir_rt(f->c, RT_new, box->type, 1, ir_type(f->c, place->type)));
		assign(f, place, v);
	}
}

/* The condition of a loop: pure ones stay in the loop's head. */
static void loop_condition(FuncState *f, IrStmt *loop, Expr *x)
{
	IrStmtList list = {0};
	IrStmtList *saved = enter(f, &list);
	IrExpr *cond = condition(f, x);
	leave(f, saved);
	if (list.len == 0) {
		loop->cond = cond;
		return;
	}
	loop->body = list;
	saved = enter(f, &loop->body);
	IrStmt *out = emit_if(f, not(f, cond));
	IrStmtList *in_body = enter(f, &out->body);
	emit_break(f, loop);
	leave(f, in_body);
	leave(f, saved);
}

void for_statement(FuncState *f, Stmt *s)
{
	statement(f, s->init);
	f->pos = s->pos;
	IrStmt *loop = stmt_new(f, IR_LOOP);
	if (s->x)
		loop_condition(f, loop, s->x);
	BranchTarget *saved_targets = f->targets;
	push_target(f, s, loop, loop);
	IrStmtList *saved = enter(f, &loop->body);
	block(f, s->body);
	leave(f, saved);
	f->targets = saved_targets;
	saved = enter(f, &loop->post);
	if (s->init && s->init->kind == STMT_DEFINE && !shares_loop_variables(f, s))
		copy_loop_variables(f, &s->init->defined);
	statement(f, s->post);
	leave(f, saved);
	emit(f, loop);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void send_statement(FuncState *f, Stmt *s)
{
	hoist(f, s->x);
	hoist(f, s->y);
	IrExpr *channel = atom(f, value(f, s->x));
	IrExpr *v = value_as(f, s->y, types_canonical(f->c, underlying(channel->type)->elem));
	f->pos = s->pos;
	IrStmt *send = stmt_new(f, IR_SEND);
	send->x = channel;
	send->src = v;
	emit(f, send);
}

static void expression_statement(FuncState *f, Stmt *s)
{
	Expr *e = unparen(s->x);
	if (e->kind == EXPR_CALL && e->call_kind == CALL_BUILTIN) {
		f->pos = e->pos;
		builtin_statement(f, e);
	} else if (e->kind == EXPR_CALL && e->call_kind == CALL_FUNC) {
		call_for_effect(f, e);
	} else if (e->mode != MODE_CONST) {
		rvalue(f, e);
	}
}

static void declaration_statement(FuncState *f, Stmt *s)
{
	for (int i = 0; i < s->decls.len; i++)
		if (s->decls.items[i]->kind == DECL_VAR)
			var_declaration(f, s->decls.items[i]);
}

static void labeled_statement(FuncState *f, Stmt *s)
{
	if (!f->info || f->info->has_goto)
		emit_label(f, label_of(f, s));
	statement(f, s->body_stmt);
}

static void one_statement(FuncState *f, Stmt *s)
{
	switch (s->kind) {
	case STMT_BAD:
	case STMT_EMPTY:
	case STMT_FALLTHROUGH:      /* the switch does it */
		break;
	case STMT_EXPR: expression_statement(f, s); break;
	case STMT_SEND: send_statement(f, s); break;
	case STMT_INC_DEC: inc_dec_statement(f, s); break;
	case STMT_ASSIGN:
	case STMT_DEFINE: assign_statement(f, s); break;
	case STMT_DECL: declaration_statement(f, s); break;
	case STMT_GO: go_statement(f, s); break;
	case STMT_DEFER: defer_statement(f, s); break;
	case STMT_RETURN: return_statement(f, s); break;
	case STMT_BREAK:
	case STMT_CONTINUE:
	case STMT_GOTO: branch(f, s->kind, s->target); break;
	case STMT_BLOCK: block(f, s->body); break;
	case STMT_IF: if_statement(f, s); break;
	case STMT_FOR: for_statement(f, s); break;
	case STMT_RANGE: range_statement(f, s); break;
	case STMT_SWITCH: switch_statement(f, s); break;
	case STMT_TYPE_SWITCH: type_switch_statement(f, s); break;
	case STMT_SELECT: select_statement(f, s); break;
	case STMT_LABELED: labeled_statement(f, s); break;
	}
}

void statement(FuncState *f, Stmt *s)
{
	if (!s)
		return;
	Pos outer = f->scope_end;
	f->pos = s->pos;
	if (s->end.line)        /* what it declares in its head ends with it */
		f->scope_end = s->end;
	one_statement(f, s);
	f->scope_end = outer;
}
