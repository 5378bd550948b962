/*
 * graph.c - nodes, holes, edges.
 */
#include "graph.h"

#include <string.h>

Node *node_new(Escape *e)
{
	Node *n = NEW(e->c->arena, Node);
	n->func = e->func;
	n->silent = e->quiet && e->func == e->init_info;
	n->loop_depth = e->loop_depth;
	n->result = -1;
	n->leaks.heap = n->leaks.written = n->leaks.received = -1;
	for (int i = 0; i < MAX_LEAK_RESULTS; i++)
		n->leaks.results[i] = -1;
	vec_push(e->c->arena, &e->nodes, n);
	return n;
}

static int index_in(ObjectList *list, Object *o)
{
	for (int i = 0; i < list->len; i++)
		if (list->items[i] == o)
			return i;
	return -1;
}

/* The node of a local variable. Its loop depth is set where it is declared. */
Node *variable_node(Escape *e, Object *o)
{
	Node *n = map_get(&e->variables, o);
	if (n)
		return n;
	n = node_new(e);
	n->object = o;
	if (o->owner)
		n->func = o->owner;
	n->loop_depth = 1;
	n->allocated = o->type;
	if (o->owner) {
		n->is_param = o == o->owner->receiver || index_in(&o->owner->params, o) >= 0;
		n->result = index_in(&o->owner->results, o);
	}
	map_put(e->c->arena, &e->variables, o, n);
	return n;
}

void declare(Escape *e, Object *o)
{
	if (o && o->kind == OBJECT_VAR && !o->is_package_level)
		variable_node(e, o)->loop_depth = e->loop_depth;
}

/* ---- holes ----------------------------------------------------------------------- */

Hole hole_of(Node *n) { return (Hole){.to = n}; }
Hole heap_hole(Escape *e) { return hole_of(&e->heap); }
Hole discard_hole(Escape *e) { return hole_of(&e->blank); }
Hole writer_hole(Escape *e) { return hole_of(&e->writer); }
Hole receiver_hole(Escape *e) { return hole_of(e->judgement == JUDGE_GO ? &e->heap : &e->receiver); }

/* The hole for x such that *...*x (derefs of them; -1: &x) fills k. */
Hole shifted(Hole k, int derefs)
{
	k.derefs += derefs;
	if (k.derefs < -1)
		k.derefs = -1;
	return k;
}

Hole noted(Escape *e, Hole k, const char *reason, Expr *x, Pos pos)
{
	if (e->remarks < 2)
		return k;
	Why *w = NEW(e->c->arena, Why);
	*w = (Why){k.why, reason, x ? text_of(e, x) : "", pos.line ? pos : x ? pos_of(x) : NO_POS};
	k.why = w;
	return k;
}

/* One hole for a value that fills both. */
Hole tee(Escape *e, Hole a, Hole b)
{
	if (a.to == &e->blank)
		return b;
	if (b.to == &e->blank)
		return a;
	Node *n = node_new(e);
	n->silent = true;
	flow(e, a, n);
	flow(e, b, n);
	return hole_of(n);
}

void flow(Escape *e, Hole k, Node *from)
{
	Node *to = k.to;
	if (to == &e->blank || (to == from && k.derefs >= 0))
		return;
	if (to->escapes && k.derefs < 0) {
		if (e->remarks >= 2 && !from->escapes) {
			Edge direct = {from, k.derefs, k.why, true};
			to->generation = 0;
			from->next = to;
			from->via = &direct;
			from->derefs = -1;
			report_reason(e, to, from);
			site_found(e, to, from);
		}
		from->directs++;
		from->escapes = from->written = true;
		return;
	}
	Edge edge = {from, k.derefs, k.why, false};
	vec_push(e->c->arena, &to->edges, edge);
}

/* A new object whose address fills k; the hole is its content. */
Hole spill(Escape *e, Hole k, AllocKind kind, Expr *x, Type *allocated)
{
	Node *n = node_new(e);
	n->alloc = kind;
	n->expr = x;
	n->allocated = allocated;
	n->silent |= !x;
	k = noted(e, k, "spill", x, NO_POS);
	flow(e, shifted(k, -1), n);
	return hole_of(n);
}

/* ---- types, functions ------------------------------------------------------------------ */

/* May a value of the type hold pointers? Type parameters may stand for anything. */
bool holds_pointers(Escape *e, Type *t)
{
	if (!t || t->kind == TYPE_TUPLE)
		return true;
	if (t->kind <= TYPE_LAST_BASIC)
		return t->kind == TYPE_STRING || t->kind == TYPE_UNTYPED_STRING || t->kind == TYPE_UNSAFE_POINTER;
	intptr_t known = (intptr_t)map_get(&e->pointers, t);
	if (!known) {
		known = has_type_params(t) || type_has_pointers(e->c, types_canonical(e->c, t)) ? 2 : 1;
		map_put(e->c->arena, &e->pointers, t, (void *)known);
	}
	return known == 2;
}

/* Is inner a literal inside outer, at any depth? */
bool contains_function(const FuncInfo *outer, const FuncInfo *inner)
{
	if (!inner || inner == outer)
		return false;
	for (const FuncInfo *f = inner->outer; f; f = f->outer)
		if (f == outer)
			return true;
	return false;
}

Leaks *summary_of(const Object *function, Judgement judgement, int param)
{
	const Summary *s = function->origin && function->origin->escape ? function->origin->escape : function->escape;
	if (!s || !s->params[judgement] || param >= s->count)
		return NULL;
	return &s->params[judgement][param];
}
