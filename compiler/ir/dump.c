/*
 * dump.c - the intermediate representation as text (-dump=ir), for people:
 * one statement a line, variables as name.id, types in Go's notation.
 */
#include "ir.h"

typedef struct { Compiler *c; Buf *out; const IrFunc *f; } Dump;

static void dump_expr(Dump *d, const IrExpr *e);

static void dump_var(Dump *d, const IrVar *v)
{
	if (v)
		buf_printf(d->out, "%s.%d", v->name, v->id);
	else
		buf_str(d->out, "_");
}

static void dump_args(Dump *d, const IrExprList *list)
{
	buf_char(d->out, '(');
	for (int i = 0; i < list->len; i++) {
		if (i)
			buf_str(d->out, ", ");
		dump_expr(d, list->items[i]);
	}
	buf_char(d->out, ')');
}

static const char *part_name(IrPart part)
{
	static const char *const names[] = {
		[PART_PTR] = "ptr", [PART_LEN] = "len", [PART_CAP] = "cap", [PART_TYPE] = "type", [PART_TAB] = "tab",
			[PART_DATA] = "data",
		[PART_RE] = "re", [PART_IM] = "im", [PART_WORD] = "word", [PART_UNWORD] = "unword", [PART_ITER_KEY] = "key",
		[PART_ITER_VALUE] = "value",
	};
	return names[part];
}

static void dump_field(Dump *d, const IrExpr *e)
{
	dump_expr(d, e->x);
	buf_printf(d->out, ".%s", underlying(e->x->type)->fields.items[e->index]->name);
}

static void dump_pair(Dump *d, const IrExpr *e, const char *before, const char *between, const char *after)
{
	buf_str(d->out, before);
	dump_expr(d, e->x);
	buf_str(d->out, between);
	dump_expr(d, e->y);
	buf_str(d->out, after);
}

static void dump_binary(Dump *d, const IrExpr *e)
{
	dump_pair(d, e, "(", arena_printf(d->c->arena, " %s ", op_text(e->op)), ")");
}

static void dump_wrapped(Dump *d, const char *before, const IrExpr *x, const char *after)
{
	buf_str(d->out, before);
	dump_expr(d, x);
	buf_str(d->out, after);
}

static void dump_expr(Dump *d, const IrExpr *e)
{
	Compiler *c = d->c;
	if (!e) {
		buf_str(d->out, "<none>");
		return;
	}
	switch (e->kind) {
	case IR_CONST: const_print(d->out, e->cval); break;
	case IR_ZERO: buf_printf(d->out, "zero[%s]", type_text(c, e->type)); break;
	case IR_VAR: dump_var(d, e->var); break;
	case IR_GLOBAL: buf_printf(d->out, "@%s", e->object->name); break;
	case IR_FIELD: dump_field(d, e); break;
	case IR_INDEX: dump_pair(d, e, "", "[", "]"); break;
	case IR_ELEM: dump_pair(d, e, "", "[[", "]]"); break;
	case IR_DEREF: dump_wrapped(d, "*", e->x, ""); break;
	case IR_ADDR: dump_wrapped(d, "&", e->x, ""); break;
	case IR_UNARY: dump_wrapped(d, op_text(e->op), e->x, ""); break;
	case IR_BINARY: dump_binary(d, e); break;
	case IR_CONVERT: dump_wrapped(d, arena_printf(c->arena, "%s<", type_text(c, e->type)), e->x, ">"); break;
	case IR_PART: dump_wrapped(d, arena_printf(c->arena, "%s{", part_name(e->part)), e->x, "}"); break;
	case IR_MAKE: buf_printf(d->out, "make[%s]", type_text(c, e->type)); dump_args(d, &e->args); break;
	case IR_TYPE: buf_printf(d->out, "type[%s]", type_text(c, e->of)); break;
	case IR_ITAB: buf_printf(d->out, "itab[%s, %s]", type_text(c, e->type2), type_text(c, e->of)); break;
	case IR_FUNC: buf_printf(d->out, "func[%s]", e->func->symbol); break;
	case IR_CODE: buf_printf(d->out, "code[%s]", e->func->symbol); break;
	case IR_RT: buf_str(d->out, rt_name(e->rt)); dump_args(d, &e->args); break;
	case IR_CONDITION: dump_pair(d, e, "(", " ? ", " : "); dump_expr(d, e->args.items[0]); buf_char(d->out, ')'); break;
	case IR_STATIC: buf_printf(d->out, "@%s", e->data->symbol); break;
	case IR_FILE: buf_printf(d->out, "file[%s]", e->file->name); break;
	case IR_TEXT: buf_str(d->out, e->text); break;
	}
}

/* ---- statements ------------------------------------------------------------------ */

static void dump_list(Dump *d, const IrStmtList *list, int depth);

static void indent(Dump *d, int depth)
{
	for (int i = 0; i < depth; i++)
		buf_char(d->out, '\t');
}

static void dump_dsts(Dump *d, const IrVarList *dsts)
{
	for (int i = 0; i < dsts->len; i++) {
		if (i)
			buf_str(d->out, ", ");
		dump_var(d, dsts->items[i]);
	}
	if (dsts->len)
		buf_str(d->out, " = ");
}

static void dump_call(Dump *d, const IrStmt *s)
{
	dump_dsts(d, &s->dsts);
	buf_str(d->out, s->deferred ? "deferred " : "");
	switch (s->call) {
	case IR_CALL_DIRECT:
		buf_printf(d->out, "call %s", s->func->symbol);
		if (s->x)
			dump_wrapped(d, " of ", s->x, "");
		break;
	case IR_CALL_VALUE: dump_wrapped(d, "call value ", s->x, " "); break;
	case IR_CALL_METHOD: dump_wrapped(d, "call method ", s->x, arena_printf(d->c->arena, " #%d ", s->index)); break;
	case IR_CALL_RT: buf_printf(d->out, "call %s", rt_name(s->rt)); break;
	}
	dump_args(d, &s->args);
}

static void dump_select(Dump *d, const IrStmt *s)
{
	dump_dsts(d, &s->dsts);
	buf_str(d->out, s->blocking ? "select blocking" : "select");
	for (int i = 0; i < s->select_cases.len; i++) {
		const IrSelectCase *k = s->select_cases.items[i];
		dump_wrapped(d, k->send ? "; send " : "; receive ", k->chan, "");
		if (k->send)
			dump_wrapped(d, " <- ", k->value, "");
		else if (s->buffers.items[i])
			dump_wrapped(d, " to ", &(IrExpr){.kind = IR_VAR, .var = s->buffers.items[i]}, "");
	}
}

static void dump_nested(Dump *d, const IrStmt *s, int depth)
{
	static const char *const words[] = {[IR_IF] = "if ", [IR_LOOP] = "loop ", [IR_SWITCH] = "switch ",
		[IR_BLOCK] = "block "};
	buf_str(d->out, words[s->kind]);
	if (s->cond)
		dump_expr(d, s->cond);
	if (s->x)
		dump_expr(d, s->x);
	buf_str(d->out, " {\n");
	dump_list(d, &s->body, depth + 1);
	for (int i = 0; i < s->cases.len; i++) {
		indent(d, depth);
		buf_str(d->out, s->cases.items[i]->values.len ? "case" : "default");
		for (int k = 0; k < s->cases.items[i]->values.len; k++) {
			buf_char(d->out, ' ');
			const_print(d->out, s->cases.items[i]->values.items[k]);
		}
		buf_str(d->out, ":\n");
		dump_list(d, &s->cases.items[i]->body, depth + 1);
	}
	indent(d, depth);
	if (s->else_body.len || s->post.len) {
		buf_str(d->out, s->post.len ? "} post {\n" : "} else {\n");
		dump_list(d, s->post.len ? &s->post : &s->else_body, depth + 1);
		indent(d, depth);
	}
	buf_char(d->out, '}');
}

static void dump_stmt(Dump *d, const IrStmt *s, int depth)
{
	switch (s->kind) {
	case IR_ASSIGN: dump_expr(d, s->dst); dump_wrapped(d, " = ", s->src, ""); break;
	case IR_CALL: dump_call(d, s); break;
	case IR_PANIC_IF:
		if (s->cond)
			dump_wrapped(d, "panic if ", s->cond, ": ");
		buf_str(d->out, rt_name(s->rt));
		dump_args(d, &s->args);
		break;
	case IR_SEND: dump_wrapped(d, "send ", s->x, ""); dump_wrapped(d, " <- ", s->src, ""); break;
	case IR_RECEIVE: dump_dsts(d, &s->dsts); dump_wrapped(d, "receive ", s->x, ""); break;
	case IR_SELECT: dump_select(d, s); break;
	case IR_IF:
	case IR_LOOP:
	case IR_SWITCH:
	case IR_BLOCK: dump_nested(d, s, depth); break;
	case IR_BREAK: buf_printf(d->out, "break from line %u", s->target->pos.line); break;
	case IR_CONTINUE: buf_printf(d->out, "continue at line %u", s->target->pos.line); break;
	case IR_LABEL: buf_printf(d->out, "%s:", s->label); break;
	case IR_GOTO: buf_printf(d->out, "goto %s", s->label); break;
	case IR_RETURN: buf_str(d->out, "return"); dump_args(d, &s->args); break;
	case IR_MAP_ITER:
		dump_var(d, s->iterator);
		buf_str(d->out, s->first ? " starts " : " next");
		if (s->x)
			dump_expr(d, s->x);
		break;
	case IR_KEEP_ALIVE: dump_wrapped(d, "keep alive ", s->x, ""); break;
	}
}

static void dump_list(Dump *d, const IrStmtList *list, int depth)
{
	for (int i = 0; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		indent(d, depth);
		dump_stmt(d, s, depth);
		if (s->may_freeze || s->may_panic)
			buf_printf(d->out, "    /* %s */", s->may_freeze ? "freezes" : "panics");
		buf_char(d->out, '\n');
	}
}

static void dump_head(Dump *d, const IrFunc *f)
{
	buf_printf(d->out, "func %s (%s)", f->symbol, f->go_name);
	for (int i = 0; i < f->params.len; i++) {
		buf_str(d->out, i ? ", " : " ");
		dump_var(d, f->params.items[i]);
		buf_printf(d->out, " %s", type_text(d->c, f->params.items[i]->type));
	}
	static const struct { size_t at; const char *word; } flags[] = {
		{offsetof(IrFunc, is_static), "static"}, {offsetof(IrFunc, is_weak), "weak"},
			{offsetof(IrFunc, has_defer), "defers"},
		{offsetof(IrFunc, has_recover), "recovers"}, {offsetof(IrFunc, frameless), "frameless"},
		{offsetof(IrFunc, aims), "aims"},
		{offsetof(IrFunc, can_freeze), "freezes"}, {offsetof(IrFunc, can_panic), "panics"},
	};
	for (int i = 0; i < COUNT_OF(flags); i++)
		if (*(const bool *)((const char *)f + flags[i].at))
			buf_printf(d->out, " [%s]", flags[i].word);
	buf_str(d->out, "\n");
	for (int i = f->params.len; i < f->vars.len; i++) {
		const IrVar *v = f->vars.items[i];
		buf_str(d->out, "\tvar ");
		dump_var(d, v);
		buf_printf(d->out, " %s%s\n", v->map_iterator ? "iterator" : type_text(d->c, v->type),
		           v->lent ? " lent" : v->addr_taken ? " addressed" : "");
	}
}

void ir_dump(Compiler *c, Buf *out, const IrFunc *f)
{
	Dump d = {.c = c, .out = out, .f = f};
	dump_head(&d, f);
	dump_list(&d, &f->body, 1);
	if (f->has_defer)
		buf_str(out, "epilogue\n");
	dump_list(&d, &f->epilogue, 1);
	buf_char(out, '\n');
}
