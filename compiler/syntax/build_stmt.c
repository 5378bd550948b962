/*
 * build_stmt.c - statement nodes, and the checks of what may stand where a
 * grammar with one kind of simple statement allows too much.
 */
#include "build.h"
#include "parser.h"

static Stmt *stmt_new(Parser *p, StmtKind kind, Pos pos)
{
	Stmt *s = NEW(p->arena, Stmt);

	s->kind = kind;
	s->pos = pos;
	return s;
}

static Stmt *stmt_at(Parser *p, StmtKind kind, const Token *t)
{
	return stmt_new(p, kind, token_pos(p, t));
}

/* ---- simple statements ---------------------------------------------------------------------- */

Stmt *build_expr_stmt(Parser *p, Expr *x)
{
	Stmt *s = stmt_new(p, STMT_EXPR, x->start);

	s->x = x;
	return s;
}

Stmt *build_simple(Parser *p, StmtKind kind, const Token *op, ExprList *lhs, ExprList *rhs)
{
	Stmt *s = stmt_at(p, kind, op);

	debug_require(lhs->len > 0 && rhs->len > 0 && (kind == STMT_ASSIGN || kind == STMT_DEFINE));
	s->lhs = *lhs;
	s->rhs = *rhs;
	return s;
}

Stmt *build_send(Parser *p, Expr *x, const Token *arrow, Expr *y)
{
	Stmt *s = stmt_at(p, STMT_SEND, arrow);

	s->x = x;
	s->y = y;
	return s;
}

Stmt *build_inc_dec(Parser *p, Expr *x, const Token *op)
{
	Stmt *s = stmt_at(p, STMT_INC_DEC, op);

	debug_require(op->op == OP_ADD || op->op == OP_SUB);
	s->op = (Op)op->op;
	s->x = x;
	return s;
}

/* x op= y: one variable, one value, whose address is worked out once. */
Stmt *build_op_assign(Parser *p, Expr *x, const Token *op, Expr *y)
{
	Stmt *s = stmt_at(p, STMT_ASSIGN, op);

	debug_require(op->op > OP_NONE && op->op < OP_NOT);
	s->op = (Op)op->op;
	vec_push(p->arena, &s->lhs, x);
	vec_push(p->arena, &s->rhs, y);
	return s;
}

/* The keyword is that of the group made last: in var () nothing can have been declared in between. */
Stmt *build_decl_stmt(Parser *p, DeclList *list)
{
	Stmt *s = stmt_at(p, STMT_DECL, p->keyword);

	if (list->len > 0)
		s->pos = list->items[0]->keyword_pos;
	s->decls = *list;
	return s;
}

Stmt *build_go(Parser *p, StmtKind kind, const Token *keyword, Expr *x)
{
	Stmt *s = stmt_at(p, kind, keyword);
	s->x = x;           /* that it is a call is the checker's to demand */
	return s;
}

Stmt *build_return(Parser *p, const Token *keyword, ExprList *list)
{
	Stmt *s = stmt_at(p, STMT_RETURN, keyword);

	if (list)
		s->rhs = *list;
	return s;
}

Stmt *build_branch(Parser *p, StmtKind kind, const Token *keyword, const Token *label)
{
	Stmt *s = stmt_at(p, kind, keyword);

	if (label) {
		s->name = label->text;
		s->name_pos = token_pos(p, label);
	}
	return s;
}

/* A label at the end of a block labels an empty statement; in a clause Go wants a statement, and says so. */
Stmt *build_labeled(Parser *p, const Token *name, Stmt *body)
{
	Stmt *s = stmt_at(p, STMT_LABELED, name);
	const Token *next = &p->tokens[p->fetched];

	require(p->fetched >= 0 && p->fetched < p->count);
	if (!body && (next->kind == T_CASE || next->kind == T_DEFAULT))
		syntax_error(p, (Pos){s->pos.file, s->pos.line, s->pos.col + name->length, 0}, "missing statement after label");
	s->name = name->text;
	s->name_pos = s->pos;
	s->body_stmt = body ? body : stmt_at(p, STMT_EMPTY, name);
	return s;
}

/* ---- blocks --------------------------------------------------------------------------------- */

/* Empty statements leave no node. */
StmtList *build_stmts(Parser *p, StmtList *list, Stmt *s)
{
	if (!list)
		list = NEW(p->arena, StmtList);
	if (s)
		vec_push(p->arena, list, s);
	return list;
}

Block *build_block(Parser *p, const Token *open, StmtList *list, const Token *close)
{
	Block *b = NEW(p->arena, Block);

	b->pos = token_pos(p, open);
	b->end = token_pos(p, close);
	if (list)
		b->list = *list;
	return b;
}

Stmt *build_block_stmt(Parser *p, Block *block)
{
	Stmt *s = stmt_new(p, STMT_BLOCK, block->pos);

	s->body = block;
	s->end = block->end;
	return s;
}

/* ---- headers ---------------------------------------------------------------------------------- */

/* Which of the three a lone simple statement is depends on the semicolons, so these come along. */
Header *build_header(Parser *p, Stmt *init, const Token *first_semi, Stmt *cond, const Token *second_semi, Stmt *post)
{
	Header *h = NEW(p->arena, Header);

	h->init = init;
	h->first_semi = first_semi;
	h->cond = cond;
	h->second_semi = second_semi;
	h->post = post;
	return h;
}

static void print_side(Buf *b, const ExprList *list, bool emphasize)
{
	for (int i = 0; i < list->len; i++) {
		bool simple = list->items[i]->kind != EXPR_BINARY;

		if (i > 0)
			buf_str(b, ", ");
		if (emphasize && !simple)
			buf_char(b, '(');
		expr_print(b, list->items[i]);
		if (emphasize && !simple)
			buf_char(b, ')');
	}
}

/* A statement that is no expression where a condition should be. if x = 1 { is mostly meant as a comparison: Go's
 * message emphasizes the assignment, with operands in parentheses. */
static void report_no_value(Parser *p, const Stmt *s)
{
	bool plain = s->kind == STMT_ASSIGN && s->op == OP_NONE;
	bool single = plain && s->lhs.len == 1 && s->rhs.len == 1;
	Buf b;

	buf_init(&b, p->arena);
	switch (s->kind) {
	case STMT_ASSIGN: case STMT_DEFINE:
		print_side(&b, &s->lhs, single);
		buf_printf(&b, " %s%s ", s->kind == STMT_DEFINE ? ":" : op_text(s->op), "=");
		print_side(&b, &s->rhs, single);
		break;
	case STMT_SEND:
		expr_print(&b, s->x);
		buf_str(&b, " <- ");
		expr_print(&b, s->y);
		break;
	case STMT_INC_DEC:
		expr_print(&b, s->x);
		buf_str(&b, s->op == OP_ADD ? "++" : "--");
		break;
	default:
		return;
	}
	syntax_error(p, s->pos, "cannot use %s%s as value", single ? "assignment " : "", b.s);
}

/* The condition in s; NULL and a message if s is another kind of statement. */
static Expr *condition(Parser *p, const Stmt *s)
{
	if (!s)
		return NULL;
	if (s->kind == STMT_EXPR)
		return s->x;
	report_no_value(p, s);
	return NULL;
}

/* Whatever is wrong with the condition, there is one: the bad expression. A semicolon whose text begins with n was a
 * newline. */
Stmt *build_if(Parser *p, const Token *keyword, Header *header, Block *body, Stmt *else_)
{
	Stmt *s = stmt_at(p, STMT_IF, keyword);

	s->body = body;
	s->else_ = else_;
	s->end = else_ ? else_->end : body->end;
	s->x = build_bad(p, keyword);
	if (!header)
		return s;
	s->init = header->init;
	if (header->cond) {
		Expr *x = condition(p, header->cond);
		if (x)
			s->x = x;
	} else if (header->first_semi && header->first_semi->text[0] == 'n') {
		syntax_error(p, token_pos(p, header->first_semi), "unexpected newline, expected { after if clause");
	} else {
		syntax_error(p, header->first_semi ? token_pos(p, header->first_semi) : body->pos,
		             "missing condition in if statement");
	}
	return s;
}

Stmt *build_range(Parser *p, ExprList *lhs, const Token *op, const Token *range, Expr *x)
{
	Stmt *s = stmt_at(p, STMT_RANGE, range);

	if (lhs)
		s->lhs = *lhs;
	s->define = op && op->kind == T_DEFINE;
	s->name_pos = token_pos(p, op);
	s->x = x;
	return s;
}

/* With a range clause the statement was made by build_range already, and takes its place from the keyword now. */
Stmt *build_for(Parser *p, const Token *keyword, Header *header, Block *body)
{
	Stmt *s;

	debug_require(!header || !header->range || header->range->kind == STMT_RANGE);
	if (header && header->range) {
		s = header->range;
		s->pos = token_pos(p, keyword);
	} else {
		s = stmt_at(p, STMT_FOR, keyword);
	}
	s->body = body;
	s->end = body->end;
	if (!header || header->range)
		return s;
	s->init = header->init;
	s->x = condition(p, header->cond);
	s->post = header->post;
	if (s->post && s->post->kind == STMT_DEFINE)
		syntax_error(p, s->post->pos, "cannot declare in post statement of for loop");
	return s;
}

/* ---- switch and select -------------------------------------------------------------------------- */

CaseList *build_cases(Parser *p, CaseList *list, Case *one)
{
	if (one)
		vec_push(p->arena, list, one);
	return list;
}

/* The clause ends where the next token stands: bison has read it to know that the clause is over. */
Case *build_case(Parser *p, const Token *keyword, ExprList *list, Stmt *comm, const Token *colon, StmtList *body)
{
	Case *one = NEW(p->arena, Case);
	const Token *next = &p->tokens[p->fetched];

	require(p->fetched > 0 && p->fetched < p->count);
	if ((next->kind == T_CASE || next->kind == T_DEFAULT) && next[-1].kind != T_SEMI && next[-1].kind != T_COLON)
		syntax_error(p, token_pos(p, next), "unexpected keyword %s at end of statement", next->text);
	one->pos = token_pos(p, keyword);
	one->colon = token_pos(p, colon);
	one->is_default = keyword->kind == T_DEFAULT;
	if (list)
		one->list = *list;
	one->comm = comm;
	one->body = *body;
	one->end = token_pos(p, next);
	return one;
}

static bool is_type_guard(const Expr *x)
{
	return x->kind == EXPR_ASSERT && !x->type_expr;
}

/* x.(type) or name := x.(type): fills s and returns true. */
static bool type_switch(Stmt *s, const Stmt *guard)
{
	const Expr *x = NULL;

	if (!guard)
		return false;
	if (guard->kind == STMT_EXPR) {
		x = guard->x;
	} else if (guard->kind == STMT_DEFINE && guard->lhs.len == 1 && guard->rhs.len == 1 &&
	           guard->lhs.items[0]->kind == EXPR_NAME) {
		x = guard->rhs.items[0];
		s->name = guard->lhs.items[0]->name;
		s->name_pos = guard->lhs.items[0]->pos;
	}
	if (!x || !is_type_guard(x)) {
		s->name = NULL;
		return false;
	}
	s->kind = STMT_TYPE_SWITCH;
	s->x = x->x;
	return true;
}

/* body has the braces alone; the clauses are in cases. */
Stmt *build_switch(Parser *p, const Token *keyword, Header *header, const Token *open, CaseList *cases,
                   const Token *close)
{
	Stmt *s = stmt_at(p, STMT_SWITCH, keyword);

	s->body = build_block(p, open, NULL, close);
	s->end = token_pos(p, close);
	for (int i = 0; i < cases->len; i++)
		vec_push(p->arena, &s->cases, cases->items[i]);
	if (!header)
		return s;
	s->init = header->init;
	if (!type_switch(s, header->cond))
		s->x = condition(p, header->cond);
	return s;
}

Stmt *build_select(Parser *p, const Token *keyword, CaseList *cases, const Token *close)
{
	Stmt *s = stmt_at(p, STMT_SELECT, keyword);

	s->end = token_pos(p, close);
	for (int i = 0; i < cases->len; i++)
		vec_push(p->arena, &s->cases, cases->items[i]);
	return s;
}
