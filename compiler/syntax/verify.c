/*
 * verify.c - checks what ast.h promises of a parsed file; a breach is our own bug. Debug builds run it after each file
 * without errors (VERIFY, base/base.h).
 *
 * Checked: every node stands in the file at a line it has, and starts at or before its own position; it has the parts
 * that its kind asks for; nothing is BAD but what is left out of x[i::].
 */
#include "ast.h"

enum {
	X = 1, Y = 2, NAME = 4, TEXT = 8, BODY = 16, FUNC = 32, OP = 64, LIST = 128, LHS = 256, RHS = 512, NEVER = 1024
};

static const unsigned short expr_parts[] = {
	[EXPR_BAD] = NEVER, [EXPR_NAME] = NAME, [EXPR_LITERAL] = TEXT, [EXPR_FUNC] = BODY | FUNC, [EXPR_PAREN] = X,
	[EXPR_SELECTOR] = X | NAME, [EXPR_INDEX] = X | LIST, [EXPR_SLICE] = X, [EXPR_ASSERT] = X, [EXPR_CALL] = X,
	[EXPR_STAR] = X,
	[EXPR_UNARY] = X | OP, [EXPR_BINARY] = X | Y | OP, [EXPR_KEY_VALUE] = X | Y, [EXPR_ARRAY_TYPE] = X | Y,
	[EXPR_SLICE_TYPE] = X,
	[EXPR_MAP_TYPE] = X | Y, [EXPR_CHAN_TYPE] = X, [EXPR_FUNC_TYPE] = FUNC,
};

static const unsigned short stmt_parts[] = {
	[STMT_BAD] = NEVER, [STMT_EXPR] = X, [STMT_SEND] = X | Y, [STMT_INC_DEC] = X | OP, [STMT_ASSIGN] = LHS | RHS,
		[STMT_DEFINE] = LHS | RHS,
	[STMT_GO] = X, [STMT_DEFER] = X, [STMT_GOTO] = NAME, [STMT_BLOCK] = BODY, [STMT_IF] = X | BODY, [STMT_FOR] = BODY,
	[STMT_RANGE] = X | BODY, [STMT_TYPE_SWITCH] = X, [STMT_LABELED] = NAME,
};

typedef struct Verify { Compiler *c; const File *file; uint32_t lines; } Verify;

static void verify_pos(const Verify *v, Pos pos, const char *what, int kind)
{
	if ((int)pos.file != v->file->source->index || pos.line == 0 || pos.line > v->lines)
		ice(v->c, pos, "%s of kind %d stands outside of its file", what, kind);
}

static void need(const Verify *v, Pos pos, bool there, const char *what, int kind)
{
	if (!there)
		ice(v->c, pos, "%s of kind %d lacks a part", what, kind);
}

static void verify_stmt(const Verify *v, const Stmt *s);
static void verify_expr(const Verify *v, const Expr *e);

static void verify_block(const Verify *v, const Block *b)
{
	if (!b)
		return;
	verify_pos(v, b->pos, "block", 0);
	if (pos_compare(b->pos, b->end) > 0)
		ice(v->c, b->pos, "block ends before it begins");
	for (int i = 0; i < b->list.len; i++)
		verify_stmt(v, b->list.items[i]);
}

static void verify_list(const Verify *v, const ExprList *list)
{
	for (int i = 0; i < list->len; i++)
		verify_expr(v, list->items[i]);
}

static void verify_fields(const Verify *v, const FieldList *list)
{
	for (int i = 0; i < list->len; i++) {
		const Field *f = list->items[i];
		need(v, f->pos, f->type || f->name, "field", 0);
		verify_expr(v, f->type);
	}
}

static void verify_func_type(const Verify *v, const FuncType *t)
{
	if (!t)
		return;
	verify_fields(v, &t->type_params);
	verify_fields(v, &t->params);
	verify_fields(v, &t->results);
}

static void verify_expr(const Verify *v, const Expr *e)
{
	if (!e)
		return;
	unsigned parts = (unsigned)e->kind < COUNT_OF(expr_parts) ? expr_parts[e->kind] : 0;
	verify_pos(v, e->pos, "expression", e->kind);
	verify_pos(v, e->start, "expression", e->kind);
	if (pos_compare(e->start, e->pos) > 0 && e->kind != EXPR_FUNC_TYPE)     /* a method's begins with its name */
		ice(v->c, e->pos, "expression of kind %d starts behind its position", e->kind);
	need(v, e->pos, e->kind <= EXPR_FUNC_TYPE && !(parts & NEVER), "expression", e->kind);
	need(v, e->pos, (!(parts & X) || e->x) && (!(parts & Y) || e->y), "expression", e->kind);
	need(v, e->pos, (!(parts & NAME) || (e->name && *e->name)) && (!(parts & TEXT) || e->text), "expression", e->kind);
	need(v, e->pos, (!(parts & BODY) || e->body) && (!(parts & FUNC) || e->func_type), "expression", e->kind);
	need(v, e->pos, (!(parts & OP) || (e->op > OP_NONE && e->op < OP_COUNT)) && (!(parts & LIST) || e->list.len),
	     "expression", e->kind);
	verify_expr(v, e->x);
	verify_expr(v, e->y);
	verify_list(v, &e->list);
	for (int i = 0; i < COUNT_OF(e->index); i++)
		if (e->index[i] && e->index[i]->kind != EXPR_BAD)       /* missing in x[i:j:], which the checker says */
			verify_expr(v, e->index[i]);
	verify_fields(v, &e->fields);
	verify_func_type(v, e->func_type);
	verify_block(v, e->body);
}

static void verify_decl(const Verify *v, const Decl *d);

static void verify_cases(const Verify *v, const Stmt *s)
{
	for (int i = 0; i < s->cases.len; i++) {
		const Case *k = s->cases.items[i];
		verify_pos(v, k->pos, "case", s->kind);
		need(v, k->pos, k->is_default || k->list.len || k->comm, "case", s->kind);
		verify_list(v, &k->list);
		verify_stmt(v, k->comm);
		for (int j = 0; j < k->body.len; j++)
			verify_stmt(v, k->body.items[j]);
	}
}

static void verify_stmt(const Verify *v, const Stmt *s)
{
	if (!s)
		return;
	unsigned parts = (unsigned)s->kind < COUNT_OF(stmt_parts) ? stmt_parts[s->kind] : 0;
	verify_pos(v, s->pos, "statement", s->kind);
	need(v, s->pos, s->kind <= STMT_LABELED && !(parts & NEVER), "statement", s->kind);
	need(v, s->pos, (!(parts & X) || s->x) && (!(parts & Y) || s->y) && (!(parts & NAME) || s->name), "statement",
	     s->kind);
	need(v, s->pos, (!(parts & BODY) || s->body) && (!(parts & OP) || s->op != OP_NONE), "statement", s->kind);
	need(v, s->pos, (!(parts & LHS) || s->lhs.len) && (!(parts & RHS) || s->rhs.len), "statement", s->kind);
	need(v, s->pos, s->kind != STMT_LABELED || s->body_stmt, "statement", s->kind);
	verify_stmt(v, s->init);
	verify_expr(v, s->x);
	verify_expr(v, s->y);
	verify_list(v, &s->lhs);
	verify_list(v, &s->rhs);
	for (int i = 0; i < s->decls.len; i++)
		verify_decl(v, s->decls.items[i]);
	verify_block(v, s->body);
	verify_stmt(v, s->post);
	verify_stmt(v, s->else_);
	verify_stmt(v, s->body_stmt);
	verify_cases(v, s);
}

static void verify_decl(const Verify *v, const Decl *d)
{
	verify_pos(v, d->pos, "declaration", d->kind);
	need(v, d->pos, d->kind > DECL_BAD && d->kind <= DECL_FUNC, "declaration", d->kind);
	need(v, d->pos, d->names.len == d->name_pos.len, "declaration", d->kind);
	need(v, d->pos, d->kind == DECL_IMPORT || d->names.len, "declaration", d->kind);
	need(v, d->pos, d->kind != DECL_IMPORT || d->import_path, "declaration", d->kind);
	need(v, d->pos, d->kind != DECL_TYPE || d->type, "declaration", d->kind);
	need(v, d->pos, d->kind != DECL_VAR || d->type || d->values.len, "declaration", d->kind);
	need(v, d->pos, d->kind != DECL_FUNC || d->func_type, "declaration", d->kind);
	if (d->inherited)
		return;         /* what it shares was looked at where it stands */
	verify_expr(v, d->type);
	verify_list(v, &d->values);
	verify_fields(v, &d->type_params);
	if (d->receiver)
		verify_expr(v, d->receiver->type);
	verify_func_type(v, d->func_type);
	verify_block(v, d->body);
}

void ast_verify(Compiler *c, const File *file)
{
	Verify v = {c, file, 1};
	for (size_t i = 0; i < file->source->size; i++)
		v.lines += file->source->text[i] == '\n';
	for (int i = 0; i < file->decls.len; i++)
		verify_decl(&v, file->decls.items[i]);
}
