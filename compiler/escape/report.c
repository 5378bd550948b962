/*
 * report.c - the remarks of -m and -m=2, in Go's words.
 */
#include "graph.h"
#include "../inline/go_facts.h"
#include "../lower/walk.h"

#include <string.h>

static bool reports(const Escape *e) { return e->remarks > 0 && e->judgement == JUDGE_GO; }

static const char *name_of(Escape *e, const Object *o, const Node *n)
{
	if (o->name && *o->name)
		return o->name;
	return n->result >= 0 ? arena_printf(e->c->arena, "~r%d", n->result) : "_";
}

static const char *alloc_text(Escape *e, const Node *n)
{
	if (n->alloc == ALLOC_SPREAD)
		return "... argument";
	if (n->alloc == ALLOC_APPEND)
		return "append";
	Constant *value = n->alloc == ALLOC_BOX ? certain_constant(e, n->expr) : NULL;
	return value ? constant_text(e, value, value_type(n->expr)) : text_of(e, n->expr);
}

/* What a conversion makes is said of its operand, a box of the conversion of the conversion. */
static Pos alloc_pos(const Node *n)
{
	bool boxes_conversion = n->alloc == ALLOC_BOX && n->expr->kind == EXPR_CALL &&
		n->expr->call_kind == CALL_CONVERSION && !is_interface(n->expr->type);
	return boxes_conversion ? n->expr->pos : pos_of(n->expr);
}

const char *node_text(Escape *e, const Node *n)
{
	if (n == &e->heap)
		return "{heap}";
	if (n->object)
		return name_of(e, n->object, n);
	if (!n->expr)
		return "{temp}";
	return arena_printf(e->c->arena, "{storage for %s}", alloc_text(e, n));
}

static Pos node_pos(const Node *n)
{
	return n->at.line ? n->at : n->object ? n->object->pos : n->expr ? alloc_pos(n) : NO_POS;
}

/* ---- -m=2 ------------------------------------------------------------------------- */

static void explain_path(Escape *e, Node *root, Node *n, Buf *out)
{
	for (int steps = 0; n != root && n->next && n->via && steps < 100; n = n->next, steps++) {
		const char *prefix = n->via->derefs < 0 ? "&" : "";
		buf_printf(out, "\n  flow: %s \xe2\x86\x90 %s", node_text(e, n->next), prefix);
		for (int i = 0; i < n->via->derefs; i++)
			buf_char(out, '*');
		buf_printf(out, "%s:", node_text(e, n));
		for (const Why *w = n->via->why; w; w = w->next) {
			buf_printf(out, "\n    from %s (%s) at ", w->text, w->reason);
			pos_print(e->c, out, w->pos);
		}
	}
}

/* Each line of the block repeats the position. */
static void remark_block(Escape *e, Pos pos, const char *text)
{
	char *copy = arena_printf(e->c->arena, "%s", text);
	for (char *line = copy; line;) {
		char *end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		remark_at(e->c, pos, "%s", line);
		line = end;
	}
}

void report_reason(Escape *e, Node *root, Node *n)
{
	if (!reports(e) || n->silent || n->story)
		return;
	Buf b;
	buf_init(&b, e->c->arena);
	const char *what = n->object ? name_of(e, n->object, n) : n->expr ? alloc_text(e, n) : "{temp}";
	buf_printf(&b, "%s escapes to heap in %s:", what, function_text(e, n->func));
	explain_path(e, root, n, &b);
	n->story = b.s;
	remark_block(e, node_pos(n), b.s);
}

void report_leak_reason(Escape *e, Node *root, Node *n, int derefs)
{
	if (!reports(e))
		return;
	bool to_result = !root->escapes && root->result >= 0 && root->func == n->func;
	int known = to_result && root->result < MAX_LEAK_RESULTS ? n->leaks.results[root->result] : n->leaks.heap;
	if (known >= 0 && known <= derefs)
		return;
	Buf b;
	buf_init(&b, e->c->arena);
	buf_printf(&b, "parameter %s leaks to %s for %s with derefs=%d:", node_text(e, n), to_result ? node_text(e, root) :
	           "{heap}",
	           function_text(e, n->func), derefs < 0 ? 0 : derefs);
	explain_path(e, root, n, &b);
	remark_block(e, node_pos(n), b.s);
}

/* ---- -m ------------------------------------------------------------------------------- */

void report_self_assignment(Escape *e, Stmt *s)
{
	if (!reports(e))
		return;
	Buf b;
	buf_init(&b, e->c->arena);
	for (int i = 0; i < s->lhs.len; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", text_of(e, s->lhs.items[i]));
	buf_str(&b, " = ");
	for (int i = 0; i < s->rhs.len; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", text_of(e, s->rhs.items[i]));
	remark_at(e->c, s->pos, "%s ignoring self-assignment in %s", function_text(e, e->func), b.s);
}

static bool has_name(const Object *o)
{
	return o->name && *o->name && strcmp(o->name, "_") != 0;
}

/* Functions of other packages are among those of a view as shapes. */
static bool is_own(const Escape *e, const FuncInfo *info)
{
	while (info && info->outer)
		info = info->outer;
	return !info || !info->object || info->object->package == e->package;
}

static void report_node(Escape *e, Node *n)
{
	Pos pos = n->object ? n->object->pos : n->expr ? n->expr->pos : NO_POS;
	if (n->silent || !is_own(e, n->func) || is_told_by_fact(e->c, pos))
		return;
	if (n->object) {
		if (n->escapes && has_name(n->object))
			remark_at(e->c, node_pos(n), "moved to heap: %s", n->object->name);
		return;
	}
	if (n->expr)
		remark_at(e->c, alloc_pos(n), "%s %s", alloc_text(e, n), n->escapes ? "escapes to heap" : "does not escape");
	if (n->expr && n->alloc == ALLOC_STRING && !n->written && makes_bytes(n->expr))
		remark_at(e->c, pos_of(n->expr), "zero-copy string->[]byte conversion");
}

static void report_param(Escape *e, const FuncInfo *info, Object *o)
{
	if (!has_name(o) || !holds_pointers(e, o->type))
		return;
	Node *n = variable_node(e, o);
	if (n->escapes)
		return;
	if (n->leaks.heap == 0)
		remark_at(e->c, o->pos, "leaking param: %s", o->name);
	else if (n->leaks.heap > 0)
		remark_at(e->c, o->pos, "leaking param content: %s", o->name);
	bool any = n->leaks.heap >= 0;
	for (int i = 0; i < MAX_LEAK_RESULTS && i < info->results.len; i++) {
		if (n->leaks.results[i] < 0)
			continue;
		Object *r = info->results.items[i];
		const char *name = r->name && *r->name ? r->name : arena_printf(e->c->arena, "~r%d", i);
		remark_at(e->c, o->pos, "leaking param: %s to result %s level=%d", o->name, name, n->leaks.results[i]);
		any = true;
	}
	if (!any)
		remark_at(e->c, o->pos, "%s does not escape", o->name);
}

/* function: NULL for literals. Blank names are numbered with the receiver, where there is one. */
static bool report_number(Escape *e, const Object *function, const FuncInfo *info, int i)
{
	NumberParam kind = function ? number_param(function, i) : NUMBER_NONE;
	if (kind == NUMBER_NONE)
		return false;
	Object *o = info->params.items[i];
	const char *name = has_name(o) ? o->name : arena_printf(e->c->arena, "~p%d", i + (info->receiver ? 1 : 0));
	remark_at(e->c, function->type->fields.items[i]->pos, "marking %s as escaping %suintptr", name,
	          kind == NUMBER_MANY ? "..." : "");
	return true;
}

static void report_params(Escape *e, const Object *function, FuncInfo *info)
{
	if (info->receiver)
		report_param(e, info, info->receiver);
	for (int i = 0; i < info->params.len; i++)
		if (!report_number(e, function, info, i))
			report_param(e, info, info->params.items[i]);
	for (int i = 0; i < info->literals.len; i++)
		report_params(e, NULL, info->literals.items[i]->func_info);
}

static void report_literal(void *arg, Expr *x)
{
	if (x->kind == EXPR_FUNC)
		report_params(arg, NULL, x->func_info);
}

/* Parameters of the literals in initialisers of package variables. */
static void report_initializers(Escape *e)
{
	Walker w = {.expr = report_literal, .arg = e};
	for (int i = 0; i < e->package->init_order.len; i++)
		walk_expr(&w, e->package->init_order.items[i]->rhs);
}

/* The parameters of a function without a body. */
static void report_bodyless(Escape *e, Unit *u)
{
	ObjectList *params = &u->object->type->fields;
	for (int i = 0; i < params->len; i++) {
		Object *o = params->items[i];
		if (!has_name(o))
			continue;
		Leaks *leaks = summary_of(u->object, JUDGE_GO, i + (u->object->receiver_base ? 1 : 0));
		if (underlying(o->type)->kind == TYPE_UINTPTR)
			remark_at(e->c, o->pos, "assuming %s is unsafe uintptr", o->name);
		else if (holds_pointers(e, o->type) && leaks)
			remark_at(e->c, o->pos, leaks->heap < 0 ? "%s does not escape" : "leaking param: %s", o->name);
	}
}

void report_batch(Escape *e, Unit **units, int count)
{
	if (!reports(e))
		return;
	for (int i = 0; i < e->nodes.len; i++)
		report_node(e, e->nodes.items[i]);
	for (int i = 0; i < count; i++) {
		if (units[i]->object && !units[i]->decl->body)
			report_bodyless(e, units[i]);
		else if (!units[i]->object)
			report_initializers(e);
		else if (!units[i]->object->stencil)    /* Go is silent where others may have the same function */
			report_params(e, units[i]->object, units[i]->info);
	}
}
