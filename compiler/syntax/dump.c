/*
 * dump.c - the tree as indented text, for people and tests: one node a line,
 * "kind@line:column details", children two spaces further right.
 */
#include "ast.h"

typedef struct { Buf *out; int depth; } Dump;

static void dump_expr(Dump *d, const char *role, const Expr *e);
static void dump_stmt(Dump *d, const char *role, const Stmt *s);
static void dump_decl(Dump *d, const Decl *decl);

/* Begin a line: role (may be NULL) and kind with its position. */
static void line(Dump *d, const char *role, const char *kind, Pos pos)
{
	for (int i = 0; i < d->depth; i++)
		buf_str(d->out, "  ");
	if (role)
		buf_printf(d->out, "%s: ", role);
	buf_printf(d->out, "%s@%u:%u", kind, pos.line, pos.col);
}

static void end_line(Dump *d)
{
	buf_char(d->out, '\n');
}

static const char *expr_kind_name(ExprKind kind)
{
	static const char *const names[] = {
		"bad", "name", "literal", "composite", "func", "paren", "selector", "index", "slice", "assert", "call", "star",
		"unary", "binary", "keyvalue", "ellipsis", "arraytype", "slicetype", "maptype", "chantype", "structtype",
		"interfacetype", "functype",
	};

	return names[kind];
}

static const char *stmt_kind_name(StmtKind kind)
{
	static const char *const names[] = {
		"bad", "empty", "expr", "send", "incdec", "assign", "define", "decl", "go", "defer", "return", "break",
			"continue",
		"goto", "fallthrough", "block", "if", "for", "range", "switch", "typeswitch", "select", "labeled",
	};

	return names[kind];
}

static void dump_exprs(Dump *d, const char *role, const ExprList *list)
{
	for (int i = 0; i < list->len; i++)
		dump_expr(d, role, list->items[i]);
}

static void dump_fields(Dump *d, const char *role, const FieldList *list)
{
	for (int i = 0; i < list->len; i++) {
		const Field *f = list->items[i];

		line(d, role, f->is_method ? "method" : f->embedded ? "embedded" : "field", f->pos);
		buf_printf(d->out, " %s", f->name ? f->name : "-");
		if (f->tag)
			buf_printf(d->out, " %s", f->tag->text);
		end_line(d);
		d->depth++;
		if (f->type)
			dump_expr(d, NULL, f->type);
		d->depth--;
	}
}

static void dump_signature(Dump *d, const FuncType *type)
{
	dump_fields(d, "typeparam", &type->type_params);
	dump_fields(d, "param", &type->params);
	dump_fields(d, "result", &type->results);
}

static void dump_stmts(Dump *d, const StmtList *list)
{
	for (int i = 0; i < list->len; i++)
		dump_stmt(d, NULL, list->items[i]);
}

static void dump_block(Dump *d, const Block *b)
{
	line(d, "body", "block", b->pos);
	end_line(d);
	d->depth++;
	dump_stmts(d, &b->list);
	d->depth--;
}

static void dump_expr_details(Dump *d, const Expr *e)
{
	static const char *const directions[] = {"both", "send", "recv"};

	if (e->name)
		buf_printf(d->out, " %s", e->name);
	if (e->kind == EXPR_LITERAL)
		buf_printf(d->out, " %s", e->text);
	if (e->kind == EXPR_UNARY || e->kind == EXPR_BINARY)
		buf_printf(d->out, " %s", op_text(e->op));
	if (e->kind == EXPR_CHAN_TYPE)
		buf_printf(d->out, " %s", directions[e->dir]);
	if (e->has_dots)
		buf_str(d->out, " ...");
	if (e->full_slice)
		buf_str(d->out, " full");
}

static void dump_expr(Dump *d, const char *role, const Expr *e)
{
	static const char *const bounds[] = {"low", "high", "max"};

	line(d, role, expr_kind_name(e->kind), e->pos);
	dump_expr_details(d, e);
	end_line(d);
	d->depth++;
	if (e->x)
		dump_expr(d, NULL, e->x);
	if (e->y)
		dump_expr(d, NULL, e->y);
	if (e->kind == EXPR_ASSERT && e->type_expr)
		dump_expr(d, "type", e->type_expr);
	dump_exprs(d, NULL, &e->list);
	for (int i = 0; i < 3; i++)
		if (e->index[i])
			dump_expr(d, bounds[i], e->index[i]);
	dump_fields(d, NULL, &e->fields);
	if (e->func_type)
		dump_signature(d, e->func_type);
	if (e->body)
		dump_block(d, e->body);
	d->depth--;
}

static void dump_case(Dump *d, const Case *one)
{
	line(d, NULL, one->is_default ? "default" : "case", one->pos);
	end_line(d);
	d->depth++;
	dump_exprs(d, "value", &one->list);
	if (one->comm)
		dump_stmt(d, "comm", one->comm);
	dump_stmts(d, &one->body);
	d->depth--;
}

static void dump_stmt(Dump *d, const char *role, const Stmt *s)
{
	line(d, role, stmt_kind_name(s->kind), s->pos);
	if (s->name)
		buf_printf(d->out, " %s", s->name);
	if (s->op != OP_NONE)
		buf_printf(d->out, " %s", op_text(s->op));
	if (s->define)
		buf_str(d->out, " :=");
	end_line(d);
	d->depth++;
	if (s->init)
		dump_stmt(d, "init", s->init);
	if (s->x)
		dump_expr(d, NULL, s->x);
	if (s->y)
		dump_expr(d, NULL, s->y);
	if (s->post)
		dump_stmt(d, "post", s->post);
	dump_exprs(d, "left", &s->lhs);
	dump_exprs(d, "right", &s->rhs);
	for (int i = 0; i < s->decls.len; i++)
		dump_decl(d, s->decls.items[i]);
	for (int i = 0; i < s->cases.len; i++)
		dump_case(d, s->cases.items[i]);
	if (s->body && s->cases.len == 0)
		dump_block(d, s->body);
	if (s->else_)
		dump_stmt(d, "else", s->else_);
	if (s->body_stmt)
		dump_stmt(d, NULL, s->body_stmt);
	d->depth--;
}

static void dump_decl_head(Dump *d, const Decl *decl)
{
	static const char *const kinds[] = {"bad", "import", "const", "var", "type", "func"};

	line(d, NULL, kinds[decl->kind], decl->pos);
	for (int i = 0; i < decl->names.len; i++)
		buf_printf(d->out, " %s", decl->names.items[i]);
	if (decl->import_path)
		buf_printf(d->out, " \"%s\"", decl->import_path);
	if (decl->kind == DECL_CONST)
		buf_printf(d->out, " iota=%d%s", decl->iota, decl->inherited ? " inherited" : "");
	if (decl->is_alias)
		buf_str(d->out, " =");
	end_line(d);
}

static void dump_decl(Dump *d, const Decl *decl)
{
	dump_decl_head(d, decl);
	d->depth++;
	dump_fields(d, "typeparam", &decl->type_params);
	if (decl->type)
		dump_expr(d, "type", decl->type);
	dump_exprs(d, "value", &decl->values);
	if (decl->receiver) {
		FieldList one = {0};
		Field *receiver = decl->receiver;
		one.items = &receiver;
		one.len = 1;
		dump_fields(d, "receiver", &one);
	}
	if (decl->func_type)
		dump_signature(d, decl->func_type);
	if (decl->body)
		dump_block(d, decl->body);
	d->depth--;
}

void ast_dump(Compiler *c, Buf *out, const File *file)
{
	Dump d = {out, 0};

	(void)c;
	line(&d, NULL, "package", file->package_name_pos);
	buf_printf(out, " %s\n", file->package_name);
	for (int i = 0; i < file->decls.len; i++)
		dump_decl(&d, file->decls.items[i]);
}
