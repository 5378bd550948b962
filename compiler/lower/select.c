/*
 * select.c - select statements: channels and values to send are evaluated in source
 * order, the runtime chooses, a switch on its answer runs the clause.
 *
 * A received value goes to a temporary of its clause (IrStmt.buffers), not to the variable that the program names: that
 * may be m[k], whose operands are evaluated only if the clause is chosen. The runtime knows cases by their number in
 * select_cases, which leaves the default out; its answer for that is -1.
 *
 * Rejected: one call of the runtime for each clause, as ifs, until one can go on. Fairness needs all of them at once.
 */
#include "state.h"

typedef struct { Expr *receive; Stmt *comm; int number; IrVar *buffer; } Clause;

/* The receive expression of a clause, NULL of a send. */
static Expr *receive_of(Stmt *comm)
{
	Expr *e = comm->kind == STMT_EXPR ? comm->x : comm->kind == STMT_SEND ? NULL : comm->rhs.items[0];
	return e ? unparen(e) : NULL;
}

static bool wants(Stmt *comm, int i)
{
	if (comm->kind == STMT_EXPR || comm->kind == STMT_SEND || i >= comm->lhs.len)
		return false;
	Expr *e = unparen(comm->lhs.items[i]);
	return !(e->kind == EXPR_NAME && e->name[0] == '_' && !e->name[1]);
}

static void add_case(FuncState *f, IrStmt *s, Clause *k, Stmt *comm)
{
	Compiler *c = f->c;
	IrSelectCase *out = NEW(c->arena, IrSelectCase);
	k->comm = comm;
	k->number = s->select_cases.len;
	k->receive = receive_of(comm);
	out->pos = f->pos = comm->pos;
	if (k->receive) {
		out->chan = to_temp(f, rvalue(f, k->receive->x));
		if (wants(comm, 0))
			k->buffer = temp_var(f, types_canonical(c, underlying(out->chan->type)->elem));
	} else {
		hoist(f, comm->x);
		hoist(f, comm->y);
		out->send = true;
		out->chan = to_temp(f, value(f, comm->x));
		IrExpr *v = value_as(f, comm->y, types_canonical(c, underlying(out->chan->type)->elem));
		out->value = v->kind == IR_CONST || v->kind == IR_ZERO ? v : to_temp(f, v);
	}
	vec_push(c->arena, &s->select_cases, out);
	vec_push(c->arena, &s->buffers, k->buffer);
	require(s->buffers.len == s->select_cases.len);
}

/* v, ok = <-c: the chosen clause stores what came. */
static void store_received(FuncState *f, Clause *k, IrVar *ok)
{
	require(!wants(k->comm, 1) || ok);
	Stmt *comm = k->comm;
	if (comm->kind != STMT_ASSIGN && comm->kind != STMT_DEFINE)
		return;
	bool was = comm->define;
	comm->define = comm->kind == STMT_DEFINE;
	if (k->buffer)
		define_or_store(f, comm, 0, ir_var(f->c, k->buffer));
	if (wants(comm, 1))
		define_or_store(f, comm, 1, ir_var(f->c, ok));
	comm->define = was;
}

/* After a call that does not return: C compilers cannot know, and want a result. */
static void never_reached(FuncState *f)
{
	IrStmt *s = stmt_new(f, IR_RETURN);
	for (int i = 0; i < f->ir->result_types.len; i++)
		vec_push(f->c->arena, &s->args, ir_zero(f->c, f->ir->result_types.items[i]));
	if (s->args.len)
		emit(f, s);
}

void select_statement(FuncState *f, Stmt *s)
{
	Compiler *c = f->c;
	Pos at = s->pos;
	IrStmt *sel = stmt_new(f, IR_SELECT);
	sel->blocking = true;
	Clause *clauses = NEW_ARRAY(c->arena, Clause, s->cases.len + 1);
	bool needs_ok = false;
	for (int i = 0; i < s->cases.len; i++) {
		Stmt *comm = s->cases.items[i]->comm;
		if (!comm) {
			sel->blocking = false;
			clauses[i].number = -1;
			continue;
		}
		add_case(f, sel, &clauses[i], comm);
		needs_ok |= wants(comm, 1);
	}
	f->pos = at;
	IrVar *chosen = temp_var(f, basic(f, TYPE_INT)), *ok = needs_ok ? temp_var(f, basic(f, TYPE_BOOL)) : NULL;
	vec_push(c->arena, &sel->dsts, chosen);
	vec_push(c->arena, &sel->dsts, ok);
	emit(f, sel);

	IrStmt *sw = stmt_new(f, IR_SWITCH);
	sw->x = ir_var(c, chosen);
	BranchTarget *saved_targets = f->targets;
	push_target(f, s, sw, NULL);
	for (int i = 0; i < s->cases.len; i++) {
		IrSwitchCase *out = NEW(c->arena, IrSwitchCase);
		if (i + 1 < s->cases.len)       /* the last one is the default: C compilers see that one of them runs */
			vec_push(c->arena, &out->values, const_int(c, clauses[i].number));
		vec_push(c->arena, &sw->cases, out);
		IrStmtList *saved = enter(f, &out->body);
		if (clauses[i].comm)
			store_received(f, &clauses[i], ok);
		statements(f, &s->cases.items[i]->body);
		leave(f, saved);
	}
	f->targets = saved_targets;
	if (s->cases.len)
		emit(f, sw);
	else
		never_reached(f);
}
