/*
 * share.c - variables that take turns: in a function with very many, those of one type that are never needed at the
 * same time become one, so that the native frame and the saved one do not grow with every statement. C compilers do
 * that themselves, but not without optimisation, and they know nothing of saved frames.
 *
 * A variable takes part if its first mention assigns all of it and every other one comes later in the same list of
 * statements, or in statements of that. Then each path to a use passes the assignment, on every round of a loop too, as
 * long as no label stands in between. Its turn lasts from that statement to its last mention, or to the end of the
 * outermost loop after the assignment that mentions it. Statements are numbered as they stand; two variables whose
 * turns have no number in common can be one.
 *
 * Only variables of one name share, temporaries mostly: the C is for people too. What
 * lives in the frame does not share with what does not (the body that thaws would go to memory for both).
 *
 * Rejected: interference of live sets (quadratic in just these functions); blocks in C (no help without optimisation).
 *
 * Needs: ir_colour. It asks ir_liveness, whose results do not hold afterwards.
 */
#include "ir.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 100 };             /* variables that are no burden */

typedef struct Turn {
	IrVar *var;
	const IrStmtList *home;     /* where it is assigned first */
	int depth;                  /* of home */
	int first, last;            /* numbers of statements; first 0: not mentioned yet */
	bool barred;
} Turn;

typedef struct Share {
	Compiler *c;
	IrFunc *f;
	Turn *turns;                /* by IrVar.id */
	int next;                   /* number of the next statement */
	VEC(const IrStmtList *) open;       /* lists being walked, outermost first */
	VEC(int) labels;            /* numbers, ascending */
	VEC(int) mentions;          /* ids, in order */
} Share;

/* ---- turns ------------------------------------------------------------------------------------------------ */

static bool is_open(const Share *h, const Turn *t)
{
	return t->depth < h->open.len && h->open.items[t->depth] == t->home;
}

/* assigns: it gets a new value, and all of it. */
static void mention(Share *h, IrVar *v, bool assigns)
{
	Turn *t = &h->turns[v->id];
	int number = h->next - 1;
	debug_require(v->id < h->f->vars.len && h->f->vars.items[v->id] == v && h->open.len > 0);
	if (t->first == 0) {
		t->first = number;
		t->depth = h->open.len - 1;
		t->home = vec_last(&h->open);
		t->barred |= !assigns;
	}
	t->barred |= !is_open(h, t);
	t->last = number;
	vec_push(h->c->arena, &h->mentions, v->id);
}

static void mention_all(Share *h, IrExpr *x)
{
	if (!x)
		return;
	if (x->kind == IR_VAR)
		mention(h, x->var, false);
	mention_all(h, x->x);
	mention_all(h, x->y);
	for (int i = 0; i < x->args.len; i++)
		mention_all(h, x->args.items[i]);
}

/* What the statement reads comes first. A select assigns in some of its cases only. */
static void mention_statement(Share *h, IrStmt *s)
{
	bool whole = s->kind == IR_ASSIGN && s->dst->kind == IR_VAR;
	mention_all(h, s->src);
	mention_all(h, s->x);
	mention_all(h, s->cond);
	for (int i = 0; i < s->args.len; i++)
		mention_all(h, s->args.items[i]);
	for (int i = 0; i < s->select_cases.len; i++) {
		mention_all(h, s->select_cases.items[i]->chan);
		mention_all(h, s->select_cases.items[i]->value);
	}
	if (whole)
		mention(h, s->dst->var, true);
	else
		mention_all(h, s->dst);
	for (int i = 0; i < s->dsts.len; i++)
		if (s->dsts.items[i])
			mention(h, s->dsts.items[i], s->kind != IR_SELECT);
	for (int i = 0; i < s->buffers.len; i++)
		if (s->buffers.items[i])
			mention(h, s->buffers.items[i], false);
	if (s->iterator)
		mention(h, s->iterator, false);
}

static void walk_list(Share *h, IrStmtList *list);

/* What a loop mentions and has not assigned itself is needed until its end. */
static void walk_statement(Share *h, IrStmt *s)
{
	int start = h->next++, from = h->mentions.len;
	if (s->kind == IR_LABEL) {      /* has_label searches by halves */
		debug_require(h->labels.len == 0 || vec_last(&h->labels) < start);
		vec_push(h->c->arena, &h->labels, start);
	}
	mention_statement(h, s);
	walk_list(h, &s->body);
	walk_list(h, &s->else_body);
	for (int i = 0; i < s->cases.len; i++)
		walk_list(h, &s->cases.items[i]->body);
	walk_list(h, &s->post);
	for (int i = from; s->kind == IR_LOOP && i < h->mentions.len; i++) {
		Turn *t = &h->turns[h->mentions.items[i]];
		if (t->first <= start)
			t->last = h->next;
	}
	h->next += s->kind == IR_LOOP;
}

static void walk_list(Share *h, IrStmtList *list)
{
	vec_push(h->c->arena, &h->open, list);
	for (int i = 0; i < list->len; i++)
		walk_statement(h, list->items[i]);
	debug_require(vec_last(&h->open) == list);
	h->open.len--;
}

static void bar(Share *h, IrExpr *x)
{
	if (!x)
		return;
	if (x->kind == IR_VAR)
		h->turns[x->var->id].barred = true;
	bar(h, x->x);
	bar(h, x->y);
}

static bool has_label(const Share *h, const Turn *t)
{
	int low = 0, high = h->labels.len;      /* the first that is not before it */
	while (low < high) {
		int middle = (low + high) / 2;
		if (h->labels.items[middle] < t->first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->labels.len && h->labels.items[low] <= t->last;
}

static void find_turns(Share *h, bool keep_shown)
{
	IrFunc *f = h->f;
	h->turns = NEW_ARRAY(h->c->arena, Turn, f->vars.len);
	h->next = 1;
	walk_list(h, &f->epilogue);         /* needed wherever something unwinds */
	for (int i = 0; i < f->vars.len; i++) {
		IrVar *v = f->vars.items[i];
		Turn *t = &h->turns[i];
		t->barred = t->first > 0 || v->addr_taken || v->map_iterator || (v->kind != VAR_TEMP && v->kind != VAR_LOCAL) ||
		            v == f->context || v == f->recover_var || (keep_shown && v->shown);
		t->var = v;
	}
	for (int i = 0; i < f->results.len; i++)
		bar(h, f->results.items[i]);
	walk_list(h, &f->body);
	for (int i = 0; i < f->vars.len; i++)
		h->turns[i].barred |= h->turns[i].first == 0 || has_label(h, &h->turns[i]);
}

/* ---- one for several ------------------------------------------------------------------------------------------ */

static int by_first(const void *a, const void *b)
{
	const Turn *x = *(Turn *const *)a, *y = *(Turn *const *)b;
	return x->first != y->first ? x->first - y->first : x->var->id - y->var->id;
}

static bool may_be_one(const IrVar *a, const IrVar *b)
{
	return a->kind == b->kind && a->in_frame == b->in_frame && a->brief_addr == b->brief_addr &&
	       a->not_nil == b->not_nil && a->is_box == b->is_box &&
	       strcmp(a->name ? a->name : "", b->name ? b->name : "") == 0;
}

typedef struct Place { IrVar *var; int free_after; struct Place *next; } Place;       /* of one type, in a list */

/* Which variable each becomes, by id; NULL where none changes.
 *
 * Linear scan, as in register allocation: turns by their start, each takes the first variable of its type whose turn
 * is over, else stays itself and joins the list. The number of variables is the least there is for turns that are
 * intervals. */
static IrVar **choose(Share *h)
{
	Arena *a = h->c->arena;
	IrVar **become = NEW_ARRAY(a, IrVar *, h->f->vars.len);
	Turn **order = NEW_ARRAY(a, Turn *, h->f->vars.len);
	Map places = {0};           /* Type -> Place */
	int count = 0, shared = 0;
	for (int i = 0; i < h->f->vars.len; i++) {
		become[i] = h->turns[i].var;
		if (!h->turns[i].barred)
			order[count++] = &h->turns[i];
	}
	qsort(order, (size_t)count, sizeof *order, by_first);
	for (int i = 0; i < count; i++) {
		Turn *t = order[i];
		debug_require(t->first > 0 && t->first <= t->last);
		Place *first = map_get(&places, t->var->type), *p = first;
		while (p && !(p->free_after < t->first && may_be_one(p->var, t->var)))
			p = p->next;
		if (p) {
			debug_require(p->var->type == t->var->type && p->free_after < t->first);
			become[t->var->id] = p->var;
			p->free_after = t->last;
			shared++;
			continue;
		}
		p = NEW(a, Place);
		*p = (Place){t->var, t->last, first};
		map_put(a, &places, t->var->type, p);
	}
	return shared ? become : NULL;
}

/* ---- changing the function ------------------------------------------------------------------------------------- */

static void change_expr(IrVar **become, IrExpr *x)
{
	if (!x)
		return;
	if (x->kind == IR_VAR)
		x->var = become[x->var->id];
	change_expr(become, x->x);
	change_expr(become, x->y);
	for (int i = 0; i < x->args.len; i++)
		change_expr(become, x->args.items[i]);
}

static void change_vars(IrVar **become, IrVarList *list)
{
	for (int i = 0; i < list->len; i++)
		if (list->items[i])
			list->items[i] = become[list->items[i]->id];
}

static void change_list(IrVar **become, IrStmtList *list)
{
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		IrExpr *parts[] = {s->dst, s->src, s->x, s->cond};
		for (int k = 0; k < COUNT_OF(parts); k++)
			change_expr(become, parts[k]);
		for (int k = 0; k < s->args.len; k++)
			change_expr(become, s->args.items[k]);
		for (int k = 0; k < s->select_cases.len; k++) {
			change_expr(become, s->select_cases.items[k]->chan);
			change_expr(become, s->select_cases.items[k]->value);
		}
		change_vars(become, &s->dsts);
		change_vars(become, &s->buffers);
		change_list(become, &s->body);
		change_list(become, &s->else_body);
		for (int k = 0; k < s->cases.len; k++)
			change_list(become, &s->cases.items[k]->body);
		change_list(become, &s->post);
	}
}

void ir_share(Compiler *c, IrFunc *f, bool keep_shown)
{
	Share h = {.c = c, .f = f};
	if (f->vars.len <= FEW || f->frameless)
		return;
	ir_liveness(c, f);
	find_turns(&h, keep_shown);
	IrVar **become = choose(&h);
	if (!become)
		return;
	change_list(become, &f->body);      /* the epilogue mentions none of them */
	int kept = 0;
	for (int i = 0; i < f->vars.len; i++)
		if (become[i] == f->vars.items[i])
			f->vars.items[kept++] = become[i];
	f->vars.len = kept;
	for (int i = 0; i < kept; i++)
		f->vars.items[i]->id = i;
}
