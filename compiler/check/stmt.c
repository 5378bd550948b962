/*
 * stmt.c - statements (spec, "Statements"), except range, switches and labels.
 *
 * The context says what break, continue and fallthrough may do here. Their targets are kept in the environment;
 * those with labels, and goto, are settled by labels.c once the body is known.
 *
 * Each statement is checked when its place in the list is reached, so what it names has been declared before it.
 * Scopes are opened here as the specification nests blocks: an if has one for its header, around those of its
 * branches, so that
 *
 *     if x := f(); x > 0 { ... } else { x is seen here, too }
 */
#include "checker.h"
#include <string.h>

/* ---- bodies ------------------------------------------------------------------------------------- */

/* With fresh surroundings: what is around a literal is seen through its scope alone. iota goes in: a literal may stand
 * in a constant's expression (len([iota]int{})), though its value is none. */
void check_function_body(Checker *k, FuncInfo *info, Type *signature, Scope *scope, Block *body, DeclInfo *decl)
{
	require(info && signature->kind == TYPE_FUNC && scope);
	Env saved = k->env;
	k->env = (Env){.scope = scope, .declared_at = saved.declared_at, .decl = decl, .func = info,
		.signature = signature, .iota = saved.iota,
	               .enclosing_params = saved.enclosing_params};
	scope->function = info;
	check_stmt_list(k, 0, body->list);
	if (k->env.has_labels)
		check_labels(k, body);
	if (signature->results.len > 0 && !check_is_terminating_list(k, body->list))
		check_error(k, body->end, "missing return");
	check_unused_locals(k, info);
	k->env = saved;
}

void check_block_in_scope(Checker *k, unsigned context, Block *b)
{
	check_open_scope(k, b->pos, b->end);
	check_stmt_list(k, context, b->list);
	check_close_scope(k);
}

static int without_trailing_empty(StmtList list)
{
	int n = list.len;
	while (n > 0 && list.items[n - 1]->kind == STMT_EMPTY)
		n--;
	return n;
}

/* fallthrough may be the last statement of a clause only; empty statements behind it do not count. */
void check_stmt_list(Checker *k, unsigned context, StmtList list)
{
	unsigned inner = context & ~(unsigned)FALLTHROUGH_OK;
	int n = without_trailing_empty(list);
	for (int i = 0; i < list.len; i++) {
		bool last = i + 1 == n;
		check_stmt(k, (context & FALLTHROUGH_OK) && last ? context : inner, list.items[i]);
	}
}

/* ---- simple statements ------------------------------------------------------------------------------- */

/* "Expression statements": calls and receives alone, and not of builtins whose result is all they do. */
static void expr_stmt(Checker *k, Stmt *s)
{
	Operand x;
	ResultKind kind = check_raw_expr(k, &x, s->x, NULL, false);
	const char *what = NULL;
	switch (x.mode) {
	case MODE_INVALID:
		return;
	case MODE_BUILTIN:
		what = "must be called";
		break;
	case MODE_TYPE:
		what = "is not an expression";
		break;
	default:
		if (kind == RESULT_STATEMENT)
			return;
		what = "is not used";
		break;
	}
	check_error(k, x.expr->start, "%s %s", operand_text(k, &x), what);
}

typedef struct { Checker *k; Type *elem, *term; const char *problem; } SendElem;

static bool send_term(void *arg, Type *term, bool tilde)
{
	SendElem *s = arg;
	(void)tilde;
	Type *u = term ? underlying(term) : NULL;
	if (!u)
		s->problem = "no specific channel type";
	else if (u->kind != TYPE_CHAN)
		s->problem = arena_printf(s->k->arena, "non-channel %s", type_name_of(s->k, term));
	else if (u->dir == CHAN_RECV)
		s->problem = arena_printf(s->k->arena, "receive-only channel %s", type_name_of(s->k, term));
	else if (s->elem && !identical(s->elem, u->elem))
		s->problem = arena_printf(s->k->arena, "channels %s and %s have different element types",
		                          type_name_of(s->k, s->term), type_name_of(s->k, term));
	else
		s->elem = u->elem, s->term = term;
	return !s->problem;
}

static void send_stmt(Checker *k, Stmt *s)
{
	Operand ch, value;
	check_expr(k, &ch, s->x);
	check_expr(k, &value, s->y);
	if (ch.mode == MODE_INVALID || value.mode == MODE_INVALID)
		return;
	SendElem e = {.k = k};
	bool param = is_type_param(ch.type);
	if (param)
		type_set_each(k->c, ch.type, send_term, &e);
	else
		send_term(&e, ch.type, false);
	if (!e.problem && !e.elem)
		e.problem = "no specific channel type";
	if (e.problem) {
		if (param)
			check_error(k, s->x->start, "invalid operation: cannot send to %s: %s", operand_text(k, &ch), e.problem);
		else
			check_error(k, s->x->start, "invalid operation: cannot send to %s %s", e.problem, operand_text(k, &ch));
		return;
	}
	check_assignment(k, &value, e.elem, "send");
}

/* lhs op= rhs: the left side was evaluated by the operation; it must be assignable as well. */
static void op_assign(Checker *k, Expr *lhs, Operand *x)
{
	Type *t = lhs->type;
	if (lhs->mode != MODE_VARIABLE && lhs->mode != MODE_MAP_INDEX) {
		check_not_assignable(k, lhs);
		return;
	}
	check_note_assigned(k, lhs);
	x->expr = lhs;
	if (x->mode != MODE_INVALID)
		check_assignment(k, x, t, "assignment operation");
}

static void assign_op_stmt(Checker *k, Stmt *s)
{
	if (s->lhs.len != 1 || s->rhs.len != 1) {
		check_error(k, s->pos, "assignment operation %s= requires single-valued expressions", op_text(s->op));
		return;
	}
	Operand x;
	check_binary(k, &x, NULL, s->lhs.items[0], s->rhs.items[0], s->op, s->pos);
	if (s->lhs.items[0]->mode != MODE_INVALID)
		op_assign(k, s->lhs.items[0], &x);
}

static void inc_dec_stmt(Checker *k, Stmt *s)
{
	Operand x;
	check_expr(k, &x, s->x);
	if (x.mode == MODE_INVALID)
		return;
	if (!is_numeric(x.type)) {
		check_error(k, s->x->start, "invalid operation: %s%s%s (non-numeric type %s)", text_of(k, s->x),
		            op_text(s->op), op_text(s->op),
		            type_name_of(k, x.type));
		return;
	}
	if (is_untyped(x.type)) {
		check_not_assignable(k, s->x);
		return;
	}
	op_assign(k, s->x, &x);
}

static void assign_stmt(Checker *k, Stmt *s)
{
	if (s->op != OP_NONE)
		assign_op_stmt(k, s);
	else
		check_assign_vars(k, s->lhs, s->rhs);
}

/* ---- go, defer, return ------------------------------------------------------------------------------------ */

/* "Go statements", "Defer statements": a call of a function, or of a builtin that may stand as a statement. */
static void call_stmt(Checker *k, Stmt *s)
{
	require(k->env.func);
	const char *what = s->kind == STMT_GO ? "go" : "defer";
	if (s->kind == STMT_DEFER)
		k->env.func->has_defer = true;
	Expr *call = unparen(s->x);
	Operand x;
	if (call != s->x) {
		check_error(k, s->x->start, "expression in %s must not be parenthesized", what);
		s->x = call;
	}
	if (call->kind != EXPR_CALL) {
		check_error(k, call->start, "expression in %s must be function call", what);
		check_use_one(k, call);
		return;
	}
	ResultKind kind = check_raw_expr(k, &x, s->x, NULL, false);
	if (x.mode == MODE_INVALID || kind == RESULT_STATEMENT)
		return;
	if (kind == RESULT_CONVERSION)
		check_error(k, s->x->start, "%s requires function call, not conversion %s", what, operand_text(k, &x));
	else
		check_error(k, s->x->start, "%s discards result of %s", what, operand_text(k, &x));
}

/* A bare return means the named results, which the return must see: an inner x in the way is an error, not that x. */
static void shadowed_results(Checker *k, Stmt *s, ObjectList results)
{
	for (int i = 0; i < results.len; i++) {
		Object *r = results.items[i];
		Object *o = r->name[0] ? check_lookup(k, r->name, NULL) : NULL;
		if (o && o != r && strcmp(r->name, "_") != 0) {
			check_error(k, s->pos, "result parameter %s not in scope at return\n\t%s: inner declaration of %s", r->name,
			            check_pos_text(k, o->pos), arena_printf(k->arena, "var %s %s", o->name,
			                                                    type_name_of(k, o->type)));
		}
	}
}

static void return_stmt(Checker *k, Stmt *s)
{
	require(k->env.signature);
	ObjectList results = k->env.signature->results;
	if (s->rhs.len > 0) {
		if (results.len == 0) {
			OperandList list = {0};
			TypeList have = {0};
			check_expr_list(k, s->rhs, &list, false);
			bool ok = true;
			for (int i = 0; i < list.len; i++) {
				ok = ok && list.items[i].mode != MODE_INVALID;
				vec_push(k->arena, &have, list.items[i].type);
			}
			if (ok)
				check_error(k, s->rhs.items[0]->start, "too many return values\n\thave %s\n\twant ()",
				            check_types_summary(k, have, false, false));
			return;
		}
		check_init_vars(k, results, s->rhs, s);
		return;
	}
	if (results.len == 0)
		return;
	if (results.items[0]->name[0]) {
		shadowed_results(k, s, results);
		return;
	}
	TypeList want = {0};
	for (int i = 0; i < results.len; i++)
		vec_push(k->arena, &want, results.items[i]->type);
	check_error(k, s->pos, "not enough return values\n\thave ()\n\twant %s",
	            check_types_summary(k, want, false, false));
}

/* ---- branches ------------------------------------------------------------------------------------------------- */

/* With a label: settled when the body is known. Without one the target is around the statement. */
static void branch_stmt(Checker *k, unsigned context, Stmt *s)
{
	if (s->kind == STMT_GOTO)
		k->env.func->has_goto = true;
	if (s->name) {
		k->env.has_labels = true;
		return;
	}
	switch (s->kind) {
	case STMT_BREAK:
		if (!(context & (IN_LOOP | IN_SWITCH | IN_SELECT)))
			check_error(k, s->pos, "break is not in a loop, switch, or select");
		s->target = k->env.break_target;
		break;
	case STMT_CONTINUE:
		if (!(context & IN_LOOP))
			check_error(k, s->pos, "continue is not in a loop");
		s->target = k->env.continue_target;
		break;
	case STMT_FALLTHROUGH:
		if (context & FALLTHROUGH_OK)
			break;
		if (context & FINAL_CASE)
			check_error(k, s->pos, "cannot fallthrough final case in switch");
		else if (context & IN_TYPE_SWITCH)
			check_error(k, s->pos, "cannot fallthrough in type switch");
		else
			check_error(k, s->pos, "fallthrough statement out of place");
		break;
	default:
		break;
	}
}

static void condition(Checker *k, Expr *e, const char *where)
{
	Operand x;
	check_expr(k, &x, e);
	if (x.mode == MODE_INVALID)
		return;
	if (!is_boolean(x.type)) {
		check_error(k, e->start, "non-boolean condition in %s statement", where);
		return;
	}
	check_default(k, &x);
}

static void if_stmt(Checker *k, unsigned context, Stmt *s)
{
	check_open_scope(k, s->pos, s->end);
	if (s->init)
		check_simple_stmt(k, s->init);
	if (s->x)
		condition(k, s->x, "if");
	check_block_in_scope(k, context, s->body);
	if (s->else_)
		check_stmt(k, context, s->else_);
	check_close_scope(k);
}

/* Since Go 1.22 each round has its own variables: stepped are those whose change by the post statement does not count
 * as one within the round (capture.c). */
static void for_stmt(Checker *k, unsigned context, Stmt *s)
{
	Stmt *saved_break = k->env.break_target, *saved_continue = k->env.continue_target;
	check_open_scope(k, s->pos, s->end);
	if (s->init)
		check_simple_stmt(k, s->init);
	if (s->x)
		condition(k, s->x, "for");
	if (s->post) {
		if (s->post->kind == STMT_DEFINE)
			check_error(k, s->post->pos, "cannot declare in post statement of for loop");
		k->stepped = s->init && s->init->kind == STMT_DEFINE && check_allows(k, s->pos, 22) ? &s->init->defined : NULL;
		check_simple_stmt(k, s->post);
		k->stepped = NULL;
	}
	k->env.break_target = k->env.continue_target = s;
	check_block_in_scope(k, context | IN_LOOP, s->body);
	k->env.break_target = saved_break;
	k->env.continue_target = saved_continue;
	check_close_scope(k);
}

/* ---- select ------------------------------------------------------------------------------------------------------ */

static bool is_valid_comm(Stmt *s)
{
	Expr *rhs = NULL;
	switch (s->kind) {
	case STMT_SEND: return true;
	case STMT_EXPR: rhs = s->x; break;
	case STMT_ASSIGN: case STMT_DEFINE:
		rhs = s->rhs.len == 1 && s->op == OP_NONE ? s->rhs.items[0] : NULL;
		break;
	default: break;
	}
	rhs = rhs ? unparen(rhs) : NULL;
	return rhs && rhs->kind == EXPR_UNARY && rhs->op == OP_RECV;
}

static void select_stmt(Checker *k, unsigned context, Stmt *s)
{
	Stmt *saved = k->env.break_target;
	k->env.break_target = s;
	Case *first = NULL;
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		if (!c->comm) {
			if (first)
				check_error(k, c->pos, "multiple defaults (first at %s)", check_pos_text(k, first->pos));
			else
				first = c;
		} else if (!is_valid_comm(c->comm)) {
			Stmt *comm = c->comm;
			Pos at = comm->kind == STMT_EXPR ? comm->x->pos : comm->lhs.len > 0 ? comm->lhs.items[0]->start : comm->pos;
			check_error(k, at, "select case must be send or receive (possibly with assignment)");
			continue;
		}
		check_open_scope(k, c->pos, c->end);
		if (c->comm)
			check_stmt(k, context, c->comm);
		check_stmt_list(k, (context | IN_SELECT) & ~(unsigned)(FALLTHROUGH_OK | FINAL_CASE | IN_TYPE_SWITCH), c->body);
		check_close_scope(k);
	}
	k->env.break_target = saved;
}

/* ---- dispatch -------------------------------------------------------------------------------------------------- */

void check_simple_stmt(Checker *k, Stmt *s)
{
	check_stmt(k, 0, s);
}

/* context: what break, continue and fallthrough may do here. It goes inwards through blocks, but only a clause's own
 * list may fall through. */
void check_stmt(Checker *k, unsigned context, Stmt *s)
{
	unsigned inner = context & ~(unsigned)(FALLTHROUGH_OK | FINAL_CASE | IN_TYPE_SWITCH);
	switch (s->kind) {
	case STMT_BAD: case STMT_EMPTY: break;
	case STMT_EXPR: expr_stmt(k, s); break;
	case STMT_SEND: send_stmt(k, s); break;
	case STMT_INC_DEC: inc_dec_stmt(k, s); break;
	case STMT_ASSIGN: assign_stmt(k, s); break;
	case STMT_DEFINE: check_short_var_decl(k, s->pos, s->lhs, s->rhs, s); break;
	case STMT_DECL: check_decl_stmt(k, s); break;
	case STMT_GO: case STMT_DEFER: call_stmt(k, s); break;
	case STMT_RETURN: return_stmt(k, s); break;
	case STMT_BREAK: case STMT_CONTINUE: case STMT_GOTO: case STMT_FALLTHROUGH: branch_stmt(k, context, s); break;
	case STMT_BLOCK: check_block_in_scope(k, inner, s->body); break;
	case STMT_IF: if_stmt(k, inner, s); break;
	case STMT_FOR: for_stmt(k, inner, s); break;
	case STMT_RANGE: check_range(k, inner, s); break;
	case STMT_SWITCH: check_switch(k, inner, s); break;
	case STMT_TYPE_SWITCH: check_type_switch(k, inner, s); break;
	case STMT_SELECT: select_stmt(k, inner, s); break;
	case STMT_LABELED:
		k->env.has_labels = true;
		check_stmt(k, context, s->body_stmt);
		break;
	}
}
