/*
 * channel.c - sends, receives, select. A value travels from and to a C local of the statement's own, so that its address
 * is the runtime's only as long as the call lasts; a large one from and to its variable. A receive that froze has put
 * its value where the frame was told, or finds it by the ..._finish call at the resume point.
 */
#include "emitter.h"

#include <string.h>

void emit_send(Emit *e, IrStmt *s)
{
	e->unreached = false;
	const char *ct = type_name(e, s->src->type);
	bool large = is_large(e, s->src->type);
	const char *v = NULL;
	emit_indent(e);
	if (!large) {
		buf_str(e->out, "{ ");
		v = declare_scratch(e, "v_", ct);
		buf_str(e->out, " = ");
		emit_assigned(e, s->src);
		buf_str(e->out, "; ");
	}
	buf_printf(e->out, "gol_chan_send(%s, ", goroutine(e));
	emit_expr(e, s->x);
	buf_str(e->out, ", ");
	if (large)
		emit_read_address(e, s->src);
	else
		buf_printf(e->out, "&%s", v);
	buf_str(e->out, large ? ");\n" : "); }\n");
	emit_check(e, s);
}

void emit_receive(Emit *e, IrStmt *s)
{
	IrVar *value = s->dsts.len > 0 ? s->dsts.items[0] : NULL, *ok = s->dsts.len > 1 ? s->dsts.items[1] : NULL;
	const char *ct = value ? type_name(e, value->type) : NULL;
	bool large = value && is_large(e, value->type);
	const char *to = !value ? "NULL" : large ? arena_printf(E_ALLOC(e), "&%s", var_name(e, value)) : NULL, *v = NULL;
	e->unreached = false;
	emit_indent(e);
	buf_str(e->out, "{ ");
	const char *done = declare_scratch(e, "ok_", "bool");
	buf_str(e->out, "; ");
	if (value && !large) {
		v = declare_scratch(e, "v_", ct);
		to = arena_printf(E_ALLOC(e), "&%s", v);
		buf_str(e->out, "; ");
	}
	buf_printf(e->out, "%s = gol_chan_receive(%s, ", done, goroutine(e));
	emit_expr(e, s->x);
	buf_printf(e->out, ", %s);\n", to);
	if (has_resume(e, s))
		emit_line(e, "if (0) { r%d: if (!g->unwinding) %s = gol_chan_receive_finish(g, %s); }", s->point, done, to);
	emit_check(e, s);
	emit_indent(e);
	if (v)
		buf_printf(e->out, "%s = %s; ", var_name(e, value), v);
	if (ok)
		buf_printf(e->out, "%s = %s; ", var_name(e, ok), done);
	buf_str(e->out, "}\n");
}

/* The largest receive's variable where that is a large one: it serves all cases as buffer. */
static IrVar *large_buffer(Emit *e, IrStmt *s)
{
	IrVar *largest = NULL;
	for (int i = 0; i < s->buffers.len; i++) {
		IrVar *v = s->buffers.items[i];
		if (v && is_large(e, v->type) && (!largest || type_size(e->c, v->type) > type_size(e->c, largest->type)))
			largest = v;
	}
	return largest;
}

/* The union that a select's chosen receive is put into; its member names are b0, b1 ... NULL: no receive wants its
 * value. */
static const char *emit_select_buffers(Emit *e, IrStmt *s)
{
	Buf type;
	buf_init(&type, E_ALLOC(e));
	for (int i = 0; i < s->buffers.len; i++) {
		if (!s->buffers.items[i])
			continue;
		const char *ct = type_name(e, s->buffers.items[i]->type);
		buf_printf(&type, "%s %s%sb%d;", type.s ? "" : "union {", ct, spaced(ct), i);
	}
	if (!type.s)
		return NULL;
	buf_str(&type, " }");
	const char *v = declare_scratch(e, "v_", type.s);
	buf_str(e->out, "; ");
	return v;
}

/* Values to send, in locals of their own: their names by case. */
static const char **emit_select_values(Emit *e, IrStmt *s)
{
	const char **names = NEW_ARRAY(E_ALLOC(e), const char *, s->select_cases.len + 1);
	for (int i = 0; i < s->select_cases.len; i++) {
		IrSelectCase *k = s->select_cases.items[i];
		if (!k->send || is_large(e, k->value->type))
			continue;
		emit_indent(e);
		names[i] = declare_scratch(e, arena_printf(E_ALLOC(e), "s%d_", i), type_name(e, k->value->type));
		buf_str(e->out, " = ");
		emit_expr(e, k->value);
		buf_str(e->out, ";\n");
	}
	return names;
}

static void emit_select_cases(Emit *e, IrStmt *s, const char **values)
{
	int n = s->select_cases.len;
	buf_str(e->out, n ? "{" : "{{0}");
	for (int i = 0; i < n; i++) {
		IrSelectCase *k = s->select_cases.items[i];
		buf_str(e->out, "{");
		emit_expr(e, k->chan);
		if (k->send && is_large(e, k->value->type)) {
			buf_str(e->out, ", ");
			emit_read_address(e, k->value);
			buf_str(e->out, ", GOL_CASE_SEND}, ");
		} else if (k->send) {
			buf_printf(e->out, ", &%s, GOL_CASE_SEND}, ", values[i]);
		} else {
			buf_str(e->out, ", NULL, GOL_CASE_RECV}, ");
		}
	}
	buf_char(e->out, '}');
}

void emit_select(Emit *e, IrStmt *s)
{
	e->unreached = false;
	emit_line(e, "{");
	e->indent++;
	emit_indent(e);
	IrVar *large = large_buffer(e, s);
	const char *union_name = large ? NULL : emit_select_buffers(e, s);
	const char *to = large ? arena_printf(E_ALLOC(e), "&%s", var_name(e, large)) :
		union_name ? arena_printf(E_ALLOC(e), "&%s", union_name) : "NULL";
	buf_char(e->out, '\n');
	const char **values = emit_select_values(e, s);
	emit_indent(e);
	const char *r = declare_scratch(e, "r_", "gol_select_result");
	buf_printf(e->out, " = gol_select(%s, (gol_select_case[%d])", goroutine(e),
	           s->select_cases.len ? s->select_cases.len : 1);
	emit_select_cases(e, s, values);
	buf_printf(e->out, ", %d, %s, %s);\n", s->select_cases.len, s->blocking ? "true" : "false", to);
	if (has_resume(e, s))
		emit_line(e, "if (0) { r%d: if (!g->unwinding) %s = gol_select_finish(g, %s); }", s->point, r, to);
	emit_check(e, s);
	for (int i = 0; i < s->buffers.len; i++) {
		IrVar *v = s->buffers.items[i];
		if (v && large && v != large)
			emit_line(e, "if (%s.r0 == %d) %s = *(%s *)%s;", r, i, var_name(e, v), type_alias_name(e, v->type), to);
		else if (v && !large)
			emit_line(e, "if (%s.r0 == %d) %s = %s.b%d;", r, i, var_name(e, v), union_name, i);
	}
	if (s->dsts.len > 0 && s->dsts.items[0])
		emit_line(e, "%s = %s.r0;", var_name(e, s->dsts.items[0]), r);
	if (s->dsts.len > 1 && s->dsts.items[1])
		emit_line(e, "%s = %s.r1;", var_name(e, s->dsts.items[1]), r);
	e->indent--;
	emit_line(e, "}");
}
