/*
 * dump.c - -dump=types: every expression of a checked package with what the checker made of it, one a line:
 * position, mode, type, constant value, source form.
 */
#include "checker.h"

typedef struct Dump { Compiler *c; Buf *out; } Dump;

static void dump_stmts(Dump *d, StmtList list);
static void dump_expr(Dump *d, Expr *e);

static const char *mode_word(Mode mode)
{
	static const char *const words[] = {"invalid", "novalue", "builtin", "type", "const", "variable", "mapindex",
		"value", "nil", "commaok", "package"};
	return words[mode];
}

static void dump_list(Dump *d, ExprList list)
{
	for (int i = 0; i < list.len; i++)
		dump_expr(d, list.items[i]);
}

static void dump_expr(Dump *d, Expr *e)
{
	if (!e)
		return;
	buf_printf(d->out, "%u:%u %s ", e->start.line, e->start.col, mode_word(e->mode));
	if (e->type)
		type_print(d->c, d->out, e->type);
	if (e->cval) {
		buf_str(d->out, " = ");
		const_print(d->out, e->cval);
	}
	buf_str(d->out, "\t");
	expr_print(d->out, e);
	buf_char(d->out, '\n');
	if (e->mode == MODE_CONST || e->mode == MODE_TYPE)
		return;
	if (!(e->kind == EXPR_SELECTOR && !e->selection))
		dump_expr(d, e->x);
	dump_expr(d, e->y);
	dump_list(d, e->list);
	for (int i = 0; i < 3; i++)
		dump_expr(d, e->index[i]);
	if (e->kind == EXPR_FUNC)
		dump_stmts(d, e->body->list);
}

static void dump_decl(Dump *d, Decl *decl)
{
	dump_list(d, decl->values);
	if (decl->kind == DECL_FUNC && decl->body)
		dump_stmts(d, decl->body->list);
}

static void dump_stmt(Dump *d, Stmt *s)
{
	if (!s)
		return;
	dump_stmt(d, s->init);
	dump_list(d, s->lhs);
	dump_list(d, s->rhs);
	dump_expr(d, s->x);
	dump_expr(d, s->y);
	dump_stmt(d, s->post);
	if (s->body)
		dump_stmts(d, s->body->list);
	dump_stmt(d, s->else_);
	dump_stmt(d, s->body_stmt);
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		dump_list(d, c->list);
		dump_stmt(d, c->comm);
		dump_stmts(d, c->body);
	}
	for (int i = 0; i < s->decls.len; i++)
		dump_decl(d, s->decls.items[i]);
}

static void dump_stmts(Dump *d, StmtList list)
{
	for (int i = 0; i < list.len; i++)
		dump_stmt(d, list.items[i]);
}

static void dump_variables(Dump *d, const char *what, ObjectList list)
{
	for (int i = 0; i < list.len; i++) {
		Object *o = list.items[i];
		buf_printf(d->out, "  %s %s ", what, o->name);
		if (o->type)
			type_print(d->c, d->out, o->type);
		buf_printf(d->out, "%s%s%s%s\n", o->captured ? " captured" : "", o->assigned ? " assigned" : "",
		           o->addr_taken ? " addressed" : "",
		           o->captured_by_reference ? " by-reference" : "");
	}
}

static void dump_func(Dump *d, FuncInfo *f)
{
	buf_printf(d->out, "func %s%s%s%s\n", f->object ? f->object->name : "literal", f->has_defer ? " defer" : "",
	           f->has_recover ? " recover" : "",
	           f->has_goto ? " goto" : "");
	dump_variables(d, "param", f->params);
	dump_variables(d, "result", f->results);
	dump_variables(d, "local", f->locals);
	dump_variables(d, "captures", f->captured);
}

void types_dump(Compiler *c, Buf *out, Package *package)
{
	Dump d = {c, out};
	Package *saved = c->types->current;
	c->types->current = package;
	for (int i = 0; i < package->files.len; i++)
		for (int j = 0; j < package->files.items[i]->decls.len; j++)
			dump_decl(&d, package->files.items[i]->decls.items[j]);
	for (int i = 0; i < package->func_infos.len; i++)
		dump_func(&d, package->func_infos.items[i]);
	for (int i = 0; i < package->init_order.len; i++) {
		ObjectList lhs = package->init_order.items[i]->lhs;
		buf_printf(out, "init %s\n", lhs.items[0]->name);
	}
	c->types->current = saved;
}
