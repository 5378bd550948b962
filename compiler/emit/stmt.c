/*
 * stmt.c - statements.
 *
 * After whatever may unwind stands one check. In FRAMED style the label of the
 * resume point stands before that check, so that a frame entered because of a panic
 * takes the same way as one whose callee has just panicked:
 *
 *     x = f(g, a);
 *     if (0) { r1: if (!g->unwinding) x = *(const gol_int *)g->ret; }
 *     if (GOL_UNWINDING(g)) { h->resume = 1; return; }
 *
 * Beside a PLAIN version a FRAMED body is entered at resume points only. What stands before the first of them on every
 * way (Emit.unreached) is left out: statements of a list up to the first that has one, or a label, in it; conditions;
 * a call whose result is fetched. A loop that has one is printed whole.
 */
#include "emitter.h"

#include <stdio.h>
#include <string.h>

enum { MAX_INDENT = 32 };      /* deeper nesting would make the text quadratic */

void emit_indent(Emit *e)
{
	for (int i = 0; i < e->indent && i < MAX_INDENT; i++)
		buf_char(e->out, '\t');
}

void emit_line(Emit *e, const char *format, ...)
{
	va_list ap;
	emit_indent(e);
	va_start(ap, format);
	buf_vprintf(e->out, format, ap);
	va_end(ap);
	buf_char(e->out, '\n');
}

/* Is a resume point in it, or a label that code behind one might jump to? */
static bool is_entered(const IrStmt *s)
{
	if (s->may_freeze || s->kind == IR_LABEL)
		return true;
	const IrStmtList *lists[] = {&s->body, &s->else_body, &s->post};
	bool entered = false;
	for (int i = 0; i < COUNT_OF(lists); i++)
		for (int k = 0; k < lists[i]->len && !entered; k++)
			entered = is_entered(lists[i]->items[k]);
	for (int i = 0; i < s->cases.len; i++)
		for (int k = 0; k < s->cases.items[i]->body.len && !entered; k++)
			entered = is_entered(s->cases.items[i]->body.items[k]);
	return entered;
}

bool has_resume(Emit *e, IrStmt *s) { return e->style == STYLE_FRAMED && s->may_freeze; }

static bool wants_result(IrStmt *s)
{
	for (int i = 0; i < s->dsts.len; i++)
		if (s->dsts.items[i])
			return true;
	return false;
}

/* Is there something to take up at its resume point? The label stands there then. */
static bool fetches(IrStmt *s)
{
	return s->kind == IR_RECEIVE || s->kind == IR_SELECT || (s->kind == IR_CALL && wants_result(s));
}

/* The unwinding check after statement s; on its own line, the label of the resume point included that no fetch had. */
void emit_check(Emit *e, IrStmt *s)
{
	if (!s->may_freeze && !s->may_panic)
		return;
	emit_indent(e);
	if (has_resume(e, s) && !fetches(s))
		buf_printf(e->out, "r%d: ", s->point);
	buf_str(e->out, "if (GOL_UNWINDING(g)) ");
	emit_save(e, s);
	buf_char(e->out, '\n');
}

static void emit_fetch(Emit *e, IrStmt *s, const char *target, const char *ctype)
{
	if (has_resume(e, s))
		emit_line(e, e->unreached ? "r%d: if (!g->unwinding) %s = *(%s const *)g->ret;" :
		          "if (0) { r%d: if (!g->unwinding) %s = *(%s const *)g->ret; }", s->point, target, ctype);
	e->unreached = false;
}

/* ---- assignment ------------------------------------------------------------------------------ */

bool is_local_place(IrExpr *x)
{
	while (x->kind == IR_FIELD || x->kind == IR_INDEX)
		x = x->x;
	return x->kind == IR_VAR;
}

static void emit_plain_store(Emit *e, IrStmt *s)
{
	if (s->src->kind == IR_ZERO && is_large(e, s->dst->type)) {
		buf_str(e->out, "memset(");
		emit_written_address(e, s->dst);
		buf_printf(e->out, ", 0, %lld);\n", (long long)type_size(e->c, s->dst->type));
		return;
	}
	emit_written_place(e, s->dst);
	buf_str(e->out, " = ");
	emit_assigned(e, s->src);
	buf_str(e->out, ";\n");
}

static void emit_barrier_store(Emit *e, IrStmt *s, Type *u)
{
	const char *how = u->kind == TYPE_STRING ? "string" : u->kind == TYPE_SLICE ? "slice"
	                  : u->kind == TYPE_INTERFACE ? (interface_methods(e->c, u).len ? "iface" : "eface")
	                  : is_scalar(u) ? "pointer" : NULL;
	if (how) {
		buf_printf(e->out, "gol_store_%s(", how);
		emit_written_address(e, s->dst);
		buf_str(e->out, ", ");
		emit_expr(e, s->src);
		buf_str(e->out, ");\n");
		return;
	}
	if (is_large(e, s->dst->type)) {        /* src is a place or zero */
		buf_printf(e->out, "GOL_BARRIER(&%s, ", type_descriptor(e, s->dst->type));
		emit_address(e, s->dst);
		buf_str(e->out, ", ");
		if (s->src->kind == IR_ZERO)
			buf_str(e->out, "NULL");
		else
			emit_address(e, s->src);
		buf_str(e->out, "); ");
		emit_plain_store(e, s);
		return;
	}
	const char *ct = type_name(e, s->dst->type);
	buf_str(e->out, "{ ");
	const char *v = declare_scratch(e, "v_", ct);
	buf_str(e->out, " = ");
	emit_assigned(e, s->src);
	buf_printf(e->out, "; GOL_BARRIER_OF(%s, &%s, ", ct, type_descriptor(e, s->dst->type));
	emit_address(e, s->dst);
	buf_printf(e->out, ", %s); ", v);
	emit_written_place(e, s->dst);
	buf_printf(e->out, " = %s; }\n", v);
}

/* C type for type change: struct types that differ only in name need no conversion of their own here. */
static void emit_assign(Emit *e, IrStmt *s)
{
	emit_indent(e);
	Type *t = types_canonical(e->c, s->dst->type);
	if (type_size(e->c, t) == 0) {
		buf_str(e->out, ";\n");
		return;
	}
	if (!is_local_place(s->dst) && type_has_pointers(e->c, t)) {
		emit_barrier_store(e, s, underlying(t));
		return;
	}
	emit_plain_store(e, s);
}

/* ---- calls ------------------------------------------------------------------------------------- */

static void emit_arguments(Emit *e, IrStmt *s)
{
	for (int i = 0; i < s->args.len; i++) {
		buf_str(e->out, ", ");
		if (s->call == IR_CALL_RT && s->args.items[i]->kind == IR_TYPE)
			emit_mention(e, s->args.items[i]);
		else if (s->call == IR_CALL_RT)
			emit_whole(e, s->args.items[i]);
		else
			emit_passed(e, s->args.items[i]);
	}
}

/* The name behind gol_ where inline.def has an expression for it. */
static const char *inline_intrinsic(Emit *e, IrFunc *f)
{
	static const char *const names[] = {
#define GOL_INLINE(name, result, parameters, expression) #name,
#include "../../runtime/include/gol/inline.def"
#undef GOL_INLINE
	};
	if (race_wants_call(e, f))
		return NULL;
	for (int i = 0; f->intrinsic && i < COUNT_OF(names); i++)
		if (strcmp(f->symbol + 4, names[i]) == 0)
			return names[i];
	return NULL;
}

static void emit_inline_intrinsic(Emit *e, IrStmt *s, const char *name)
{
	buf_printf(e->out, "gol_inline_%s(", name);
	for (int i = 0; i < s->args.len; i++) {
		buf_str(e->out, i ? ", " : "");
		emit_whole(e, s->args.items[i]);
	}
	buf_char(e->out, ')');
}

static void emit_call_expr(Emit *e, IrStmt *s)
{
	switch (s->call) {
	case IR_CALL_DIRECT:
		if (inline_intrinsic(e, s->func)) {
			emit_inline_intrinsic(e, s, inline_intrinsic(e, s->func));
			break;
		}
		buf_printf(e->out, "%s(%s", function_name(e, s->func), goroutine(e));
		emit_arguments(e, s);
		if (s->x) {
			buf_str(e->out, ", ");
			emit_whole(e, s->x);
		}
		buf_char(e->out, ')');
		break;
	case IR_CALL_RT:
		if (!e->f->race_var && s->rt == RT_copy_slice && s->args.items[0]->kind == IR_TYPE && type_size(e->c, s->args.items[0]->of) > 0 &&
		    !type_has_pointers(e->c, s->args.items[0]->of)) {
			buf_printf(e->out, "gol_copy_plain(%lld, ", (long long)type_size(e->c, s->args.items[0]->of));
			emit_whole(e, s->args.items[1]);
			buf_str(e->out, ", ");
			emit_whole(e, s->args.items[2]);
			buf_char(e->out, ')');
			break;
		}
		buf_printf(e->out, "%s%s(%s", rt_name(s->rt), e->f->race_var && s->rt == RT_append_string ? "_grown" : "",
		           goroutine(e));
		emit_arguments(e, s);
		if (s->rt == RT_go_at)          /* the place is known only here */
			buf_printf(e->out, ", &%s, %d", e->info, s->point);
		buf_char(e->out, ')');
		break;
	case IR_CALL_VALUE:
		buf_printf(e->out, "((%s)", function_pointer(e, s->signature, false, true));
		emit_expr(e, s->x);
		buf_printf(e->out, "->code)(%s", goroutine(e));
		emit_arguments(e, s);
		buf_str(e->out, ", ");
		emit_expr(e, s->x);
		buf_char(e->out, ')');
		break;
	case IR_CALL_METHOD:
		buf_printf(e->out, "((%s)", function_pointer(e, s->signature, true, false));
		emit_expr(e, s->x);
		buf_printf(e->out, ".tab->code[%d])(%s, ", s->index, goroutine(e));
		note_use(e, s->x->type, s->index);
		emit_expr(e, s->x);
		buf_str(e->out, ".data");
		emit_arguments(e, s);
		buf_char(e->out, ')');
		break;
	}
}

static TypeList call_results(Emit *e, IrStmt *s)
{
	TypeList none = {0};
	switch (s->call) {
	case IR_CALL_DIRECT:
		return s->func->result_types;
	case IR_CALL_VALUE:
	case IR_CALL_METHOD:
		return result_types_of(e, underlying(s->signature));
	default:
		return none;
	}
}

/* The unwound callee's dummy must not be seen in a variable that the epilogue or a pointer may read. */
static bool assign_at_once(Emit *e, IrVar *v)
{
	return !(e->f->has_defer && v->in_frame) && !v->addr_taken;
}

/* The rest of a line that begins with the C local for the result. */
static void emit_called(Emit *e, IrStmt *s)
{
	if (!e->unreached) {
		buf_str(e->out, " = ");
		if (s->call == IR_CALL_RT && *spaced(rt_result(s->rt)) == '\0' && strcmp(rt_result(s->rt), "void *") != 0)
			buf_str(e->out, "(void *)");    /* C's type is less exact than ours */
		emit_call_expr(e, s);
	}
	buf_str(e->out, ";\n");
}

static void emit_single_call(Emit *e, IrStmt *s, IrVar *dst, const char *ctype)
{
	bool large = s->call != IR_CALL_RT && is_large(e, dst->type);
	bool direct = !large && (assign_at_once(e, dst) || (!s->may_freeze && !s->may_panic));
	const char *to = direct ? var_name(e, dst) : NULL;
	if (!direct || !e->unreached)
		emit_indent(e);
	if (!direct) {
		buf_str(e->out, "{ ");
		to = declare_scratch(e, "r_", ctype);
	} else if (!e->unreached) {
		buf_str(e->out, to);
	}
	if (!direct || !e->unreached)
		emit_called(e, s);
	emit_fetch(e, s, to, ctype);
	emit_check(e, s);
	if (!direct)
		emit_line(e, "%s = %s%s; }", var_name(e, dst), large ? "*" : "", to);
}

/* The code that the call s reaches. */
static void emit_code_pointer(Emit *e, IrStmt *s)
{
	if (s->call == IR_CALL_DIRECT) {
		buf_str(e->out, function_name(e, s->func));
		return;
	}
	emit_expr(e, s->x);
	if (s->call == IR_CALL_VALUE)
		buf_str(e->out, "->code");
	else
		buf_printf(e->out, ".tab->code[%d]", s->index);
}

/* The last call of a wrapper: recover() in what it calls shall see the panic. */
static void emit_aim(Emit *e, IrStmt *s)
{
	IrFunc *f = e->f;
	if (!(f->aims || f->aims_at) || s->call == IR_CALL_RT || e->unreached)
		return;
	emit_indent(e);
	buf_printf(e->out, "GOL_AIM(g, %s, ", f->symbol);
	emit_code_pointer(e, s);
	buf_str(e->out, ");\n");
}

/* In a FRAMED epilogue: the call may be made because of a panic, and may raise one, or end one by recover. */
static void emit_deferred_call(Emit *e, IrStmt *s)
{
	emit_indent(e);
	buf_str(e->out, "if (GOL_UNLIKELY(fr->pending.reason)) gol_defer_begin(g, &fr->pending, (void *)");
	emit_code_pointer(e, s);
	buf_str(e->out, ");\n");
	emit_indent(e);
	emit_call_expr(e, s);
	buf_str(e->out, ";\n");
	if (!s->may_freeze) {
		emit_line(e, "if (GOL_UNLIKELY(fr->pending.reason)) gol_defer_end(g, &fr->pending);");
		return;
	}
	emit_line(e, "r%d: if (GOL_UNLIKELY(g->unwinding || fr->pending.reason)) { h->resume = %d; "
	          "if (!gol_defer_end(g, &fr->pending)) return; }", s->point, s->point);
}

static void emit_call(Emit *e, IrStmt *s)
{
	TypeList results = call_results(e, s);
	if (s->deferred && e->style == STYLE_FRAMED) {
		emit_deferred_call(e, s);
		return;
	}
	emit_aim(e, s);
	if (e->f->frameless && s->call != IR_CALL_RT) {
		emit_indent(e);
		buf_str(e->out, results.len ? "return " : "");
		emit_call_expr(e, s);
		buf_str(e->out, ";\n");
		return;
	}
	if (s->call == IR_CALL_RT && wants_result(s)) {
		emit_single_call(e, s, s->dsts.items[0], s->dsts.items[0] ? type_name(e, s->dsts.items[0]->type) :
		                 rt_result(s->rt));
		return;
	}
	if (!wants_result(s)) {
		if (!e->unreached) {
			emit_indent(e);
			emit_call_expr(e, s);
			buf_str(e->out, ";\n");
		}
		emit_check(e, s);
		return;
	}
	if (results.len == 1) {
		emit_single_call(e, s, s->dsts.items[0], passed_type(e, results.items[0]));
		return;
	}
	const char *ctype = result_name(e, &results);
	emit_indent(e);
	buf_str(e->out, "{ ");
	const char *r = declare_scratch(e, "r_", ctype);
	emit_called(e, s);
	emit_fetch(e, s, r, ctype);
	emit_check(e, s);
	emit_indent(e);
	for (int i = 0; i < s->dsts.len; i++)
		if (s->dsts.items[i])
			buf_printf(e->out, "%s = %s%s.r%d; ", var_name(e, s->dsts.items[i]), is_large(e, results.items[i]) ? "*" :
			           "", r, i);
	buf_str(e->out, "}\n");
}

static void emit_panic_if(Emit *e, IrStmt *s)
{
	emit_indent(e);
	if (s->cond) {
		buf_str(e->out, "if (GOL_UNLIKELY(");
		emit_whole(e, s->cond);
		buf_str(e->out, ")) ");
	}
	buf_printf(e->out, "{ %s(g", rt_name(s->rt));
	emit_arguments(e, s);
	buf_str(e->out, "); ");
	emit_save(e, s);
	buf_str(e->out, " }\n");
}

/* ---- control ----------------------------------------------------------------------------------------- */

static void emit_body(Emit *e, IrStmtList *list)
{
	e->indent++;
	emit_statements(e, list);
	e->indent--;
}

enum { SHORT_LINE = 100 };

/* `if (x) {` and one line behind it: one line, where that is short. Both belong to one line of the program: else there
 * would be a mark between them. */
static bool join_body(Emit *e, size_t start, size_t body)
{
	Buf *b = e->out;
	const char *end = memchr(b->s + body, '\n', b->len - body);
	size_t skip = 0;
	while (body + skip < b->len && b->s[body + skip] == '\t')
		skip++;
	if (!end || end + 1 != b->s + b->len || b->len - start - skip > SHORT_LINE || b->s[body + skip] == '#' ||
	    strncmp(b->s + body + skip, "if ", 3) == 0)
		return false;
	memmove(b->s + body, b->s + body + skip, b->len - body - skip);
	b->len -= skip;
	b->s[body - 1] = ' ';
	b->s[b->len - 1] = ' ';
	buf_str(b, "}\n");
	return true;
}

static void emit_if_head(Emit *e, const char *words, IrStmt *s)
{
	emit_indent(e);
	buf_str(e->out, words);
	if (e->unreached)
		buf_char(e->out, '0');
	else
		emit_whole(e, s->cond);
	buf_str(e->out, ") {\n");
}

static void emit_if(Emit *e, IrStmt *s)
{
	bool unreached = e->unreached;
	size_t start = e->out->len;
	emit_if_head(e, "if (", s);
	size_t body = e->out->len;
	emit_body(e, &s->body);
	if (s->else_body.len == 0 && join_body(e, start, body))
		return;
	while (s->else_body.len == 1 && s->else_body.items[0]->kind == IR_IF) {
		s = s->else_body.items[0];
		set_line(e, s->pos);
		e->race_pos = s->pos.line ? s->pos : e->race_pos;
		e->unreached = unreached;
		emit_if_head(e, "} else if (", s);
		emit_body(e, &s->body);
	}
	if (s->else_body.len) {
		e->unreached = unreached;
		emit_line(e, "} else {");
		emit_body(e, &s->else_body);
	}
	emit_line(e, "}");
}

static int jump_label(Emit *e, IrStmt *target)
{
	if (!target->c_label)
		target->c_label = ++e->next_label;
	return target->c_label;
}

static void emit_jump_label(Emit *e, IrStmt *target, const char *kind)
{
	emit_line(e, "%s_%d:;", kind, jump_label(e, target));
	refresh_mirrors(e, NULL);       /* the jump may have left scopes of other mirrors */
}

/* May every statement of post stand in the head of a C for? */
static bool is_simple_post(Emit *e, IrStmtList *post)
{
	for (int i = 0; i < post->len; i++) {
		IrStmt *s = post->items[i];
		if (s->kind != IR_ASSIGN || !is_local_place(s->dst) || type_size(e->c, s->dst->type) == 0)
			return false;
	}
	return post->len > 0 && post->len < 3;
}

static void emit_poll(Emit *e, IrStmt *s)
{
	if (!s->may_freeze)
		return;
	emit_indent(e);
	buf_str(e->out, "if (GOL_POLL(g)) ");
	emit_save(e, s);
	buf_char(e->out, '\n');
}

static void emit_loop(Emit *e, IrStmt *s)
{
	e->unreached = false;
	if (starts_region(e, s)) {
		emit_region_start(e, s);
		emit_loop(e, s);
		emit_region_end(e);
		return;
	}
	if (has_resume(e, s) && e->region != s) {
		emit_loop_label(e, s);
		refresh_mirrors(e, NULL);
	}
	bool simple = is_simple_post(e, &s->post) && e->in_view.len == 0;
	Pos line = e->line;
	s->c_label = 0;
	s->uses_continue = s->uses_break = false;
	emit_indent(e);
	buf_str(e->out, "for (; ");
	if (s->cond)
		emit_whole(e, s->cond);
	buf_str(e->out, "; ");
	for (int i = 0; simple && i < s->post.len; i++) {
		buf_str(e->out, i ? ", " : "");
		emit_place(e, s->post.items[i]->dst);
		buf_str(e->out, " = ");
		emit_whole(e, s->post.items[i]->src);
	}
	buf_str(e->out, ") {\n");
	e->indent++;
	emit_poll(e, s);
	emit_statements(e, &s->body);
	set_line(e, line);
	if (s->uses_continue)
		emit_jump_label(e, s, "continue");
	if (!simple)
		emit_statements(e, &s->post);
	set_line(e, line);
	e->indent--;
	emit_line(e, "}");
	if (s->uses_break)
		emit_jump_label(e, s, "break");
}

static void emit_switch(Emit *e, IrStmt *s)
{
	bool has_default = false, unreached = e->unreached;
	s->c_label = 0;
	s->uses_break = false;
	emit_indent(e);
	buf_str(e->out, "switch (");
	emit_typed(e, s->x);
	buf_str(e->out, ") {\n");
	for (int i = 0; i < s->cases.len; i++) {
		IrSwitchCase *k = s->cases.items[i];
		for (int j = 0; j < k->values.len; j++) {
			emit_indent(e);
			buf_str(e->out, "case ");
			emit_constant(e, k->values.items[j], s->x->type);
			buf_str(e->out, ":\n");
		}
		has_default |= k->values.len == 0;
		if (k->values.len == 0)
			emit_line(e, "default:");
		Pos line = e->line;
		e->indent++;
		e->unreached = unreached;
		emit_statements(e, &k->body);
		emit_line(e, "break;");     /* on the line of the last statement: nobody's step goes back to the head */
		e->indent--;
		set_line(e, line);
	}
	if (!has_default && s->x->kind == IR_CONST)
		emit_line(e, "default:;");      /* clang warns where no case is that of a constant */
	emit_line(e, "}");
	if (s->uses_break)
		emit_jump_label(e, s, "break");
}

void emit_return_values(Emit *e, IrExprList *values)
{
	IrFunc *f = e->f;
	emit_indent(e);
	if (f->result_types.len == 0) {
		buf_str(e->out, "return;\n");
	} else if (e->style == STYLE_FRAMED) {
		for (int i = 0; i < values->len; i++) {
			if (type_size(e->c, f->result_types.items[i]) == 0)
				continue;
			if (values->len == 1)
				buf_str(e->out, "fr->r = ");
			else
				buf_printf(e->out, "fr->r.r%d = ", i);
			if (is_large(e, values->items[i]->type))
				emit_passed(e, values->items[i]);
			else
				emit_assigned(e, values->items[i]);
			buf_str(e->out, "; ");
		}
		buf_str(e->out, "return;\n");
	} else if (values->len == 1) {
		buf_str(e->out, "return ");
		emit_passed(e, values->items[0]);
		buf_str(e->out, ";\n");
	} else {
		buf_printf(e->out, "return GOL_VALUE(%s, {", result_name(e, &f->result_types));
		for (int i = 0; i < values->len; i++) {
			buf_str(e->out, i ? ", " : "");
			emit_passed(e, values->items[i]);
		}
		buf_str(e->out, "});\n");
	}
}

static void emit_return(Emit *e, IrStmt *s)
{
	IrFunc *f = e->f;
	if (f->has_defer) {
		emit_region_exit(e, NULL);
		if (e->style == STYLE_PLAIN && s == vec_last(&f->body))
			return;     /* the epilogue follows */
		e->uses_epilogue = true;
		emit_line(e, "goto epilogue;");
		return;
	}
	if (f->frameless && s->args.len == 0 && f->result_types.len)
		return;     /* the call before it returned already */
	emit_side_give(e);
	emit_return_values(e, s->args.len ? &s->args : &f->results);
}

static void emit_block(Emit *e, IrStmt *s)
{
	s->c_label = 0;
	s->uses_break = false;
	emit_line(e, "{");
	emit_body(e, &s->body);
	emit_line(e, "}");
	if (s->uses_break)
		emit_jump_label(e, s, "break");
}

static void emit_map_iter(Emit *e, IrStmt *s)
{
	emit_indent(e);
	if (s->first) {
		buf_printf(e->out, "gol_map_iter_start(%s, &%s, ", goroutine(e), type_descriptor(e, s->of ? s->of : s->x->type));
		emit_expr(e, s->x);
		buf_printf(e->out, ", &%s);\n", var_name(e, s->iterator));
	} else {
		buf_printf(e->out, "gol_map_iter_next(%s, &%s);\n", goroutine(e), var_name(e, s->iterator));
	}
	emit_check(e, s);
}

static void emit_statement(Emit *e, IrStmt *s)
{
	switch (s->kind) {
	case IR_ASSIGN:
		emit_assign(e, s);
		break;
	case IR_CALL:
		emit_call(e, s);
		break;
	case IR_PANIC_IF:
		emit_panic_if(e, s);
		break;
	case IR_SEND:
		emit_send(e, s);
		break;
	case IR_RECEIVE:
		emit_receive(e, s);
		break;
	case IR_SELECT:
		emit_select(e, s);
		break;
	case IR_IF:
		emit_if(e, s);
		break;
	case IR_LOOP:
		emit_loop(e, s);
		break;
	case IR_SWITCH:
		emit_switch(e, s);
		break;
	case IR_BLOCK:
		emit_block(e, s);
		break;
	case IR_BREAK:
		s->target->uses_break = true;
		emit_region_exit(e, s->target);
		emit_line(e, "goto break_%d;", jump_label(e, s->target));
		break;
	case IR_CONTINUE:
		s->target->uses_continue = true;
		emit_region_exit(e, s->target);
		emit_line(e, "goto continue_%d;", jump_label(e, s->target));
		break;
	case IR_LABEL:
		emit_line(e, "L_%s:;", s->label);
		break;
	case IR_GOTO:
		emit_region_exit(e, NULL);
		emit_line(e, "goto L_%s;", s->label);
		break;
	case IR_RETURN:
		emit_return(e, s);
		break;
	case IR_MAP_ITER:
		emit_map_iter(e, s);
		break;
	case IR_KEEP_ALIVE:
		break;
	}
}

/* Does control go on behind it, and may it have changed a variable? */
static bool may_change_variables(const IrStmt *s)
{
	return s->kind == IR_ASSIGN || s->kind == IR_CALL || s->kind == IR_SEND || s->kind == IR_RECEIVE ||
		s->kind == IR_SELECT ||
	       s->kind == IR_MAP_ITER;
}

enum { FOLDED_LINE = 116, TAB = 4 };

/* For people: what one line of the program says stands in one line of C, or in few. The statement s begins at `start`, a
 * line's start. */
static void fold_lines(Emit *e, IrStmt *s, size_t start)
{
	Buf *b = e->out;
	bool simple = s->kind != IR_IF && s->kind != IR_LOOP && s->kind != IR_SWITCH && s->kind != IR_BLOCK &&
		s->kind != IR_SELECT && s->kind != IR_LABEL && s->pos.line;
	bool goes_on = e->folding.end == start && e->folding.pos.file == s->pos.file && e->folding.pos.line == s->pos.line;
	size_t line = goes_on && simple ? e->folding.line : start, to = start;
	e->folding.end = SIZE_MAX;
	if (!e->options->for_reading || !simple)
		return;
	for (size_t from = start, next; from < b->len; from = next) {
		const char *end = memchr(b->s + from, '\n', b->len - from);
		next = end ? (size_t)(end - b->s) + 1 : b->len;
		size_t skip = from;
		while (b->s[skip] == '\t')
			skip++;
		bool joined = to > line && (skip - from) * (TAB - 1) + (to - line) + (next - skip) <= FOLDED_LINE;
		if (joined) {
			b->s[to - 1] = ' ';
			from = skip;
		} else {
			line = to;
		}
		memmove(b->s + to, b->s + from, next - from);
		to += next - from;
	}
	b->len = to;
	b->s[to] = '\0';
	e->folding.end = to;
	e->folding.line = line;
	e->folding.pos = s->pos;
}

void emit_statements(Emit *e, IrStmtList *list)
{
	int outer = e->in_view.len;
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		if (e->unreached && !is_entered(s))
			continue;
		if (s->pos.line) {
			close_scopes(e, outer, s->pos);
			set_line(e, s->pos);
			e->race_pos = s->pos;
		}
		open_scopes(e, list, i);
		size_t start = e->out->len;
		emit_statement(e, s);
		fold_lines(e, s, start);
		e->unreached = false;
		if (may_change_variables(s))
			refresh_mirrors(e, s);
	}
	close_scopes(e, outer, NO_POS);
}
