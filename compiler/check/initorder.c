/*
 * initorder.c - the order in which package variables are initialised (spec, "Package initialization"), and cycles.
 *
 * A variable depends on the variables, constants and functions its initialiser mentions, directly or through
 * functions. Repeatedly the first variable in declaration order that depends on nothing uninitialised comes next: that
 * is a depth-first walk in declaration order, which emits a variable after what it depends on... except that the
 * specification picks the earliest ready variable each time, so ready ones are kept in a heap by declaration order.
 * Constants come before all variables, also those that mention one (len of an array): so their cycles are theirs to
 * tell.
 */
#include "checker.h"
#include <stdlib.h>

typedef struct Node {
	DeclInfo *info;             /* a variable with its group (a, b = f()), or a constant that mentions something */
	VEC(struct Node *) waits_for, needed_by;
	int missing;
	int order;
	bool done;
} Node;

typedef struct Graph {
	Checker *k;
	VEC(Node *) nodes;
	Map node_of;                /* DeclInfo -> Node */
	int mark;
} Graph;

static bool is_constant(const Node *n) { return n->info->object->kind == OBJECT_CONST; }

/* var a, b = f() is initialised by one call: the first variable stands for all. */
static DeclInfo *group_of(Checker *k, DeclInfo *d)
{
	return d->lhs.len > 0 ? check_info_of(k, d->lhs.items[0]) : d;
}

/* All variables reachable from d through functions. Functions have no place in the order: what they mention, their
 * callers wait for. mark: the round in which d was met, so that recursion ends and nothing is waited for twice. */
static void reach(Graph *g, DeclInfo *d, Node *from)
{
	Checker *k = g->k;
	for (int i = 0; i < d->deps.len; i++) {
		DeclInfo *to = check_info_of(k, d->deps.items[i]);
		if (!to)
			continue;
		if (to->object->kind == OBJECT_VAR)
			to = group_of(k, to);
		if (to->mark == g->mark)
			continue;
		to->mark = g->mark;
		if (to->object->kind == OBJECT_FUNC) {
			reach(g, to, from);
		} else {
			Node *n = map_get(&g->node_of, to);
			if (n) {
				vec_push(k->arena, &from->waits_for, n);
				vec_push(k->arena, &n->needed_by, from);
				from->missing++;
			}
		}
	}
}

/* ---- cycles ------------------------------------------------------------------------------------------ */

typedef struct { ObjectList path; Map on_path, seen; } Search;

static int by_order(const void *a, const void *b)
{
	return (*(Object *const *)a)->order - (*(Object *const *)b)->order;
}

/* A path of references from o to target; the path is left in s, target first and the last reference at the end. */
static bool find_cycle(Graph *g, Search *s, Object *o, Object *target)
{
	Checker *k = g->k;
	DeclInfo *d = check_info_of(k, o);
	if (!d)
		return false;
	if (o->kind == OBJECT_VAR)
		d = group_of(k, d);
	if (map_get(&s->seen, o))
		return false;
	map_put(k->arena, &s->seen, o, o);
	vec_push(k->arena, &s->path, o);
	if (d->deps.len > 1)
		qsort(d->deps.items, (size_t)d->deps.len, sizeof(Object *), by_order);
	for (int i = 0; i < d->deps.len; i++) {
		Object *to = d->deps.items[i];
		if (to == target || find_cycle(g, s, to, target))
			return true;
	}
	s->path.len--;
	return false;
}

static void report_cycle(Graph *g, Search *s)
{
	Checker *k = g->k;
	int n = s->path.len;
	Object *o = s->path.items[0];
	if (n == 1) {
		check_error(k, o->pos, "initialization cycle: %s refers to itself", o->name);
		return;
	}
	Buf b;
	buf_init(&b, k->arena);
	buf_printf(&b, "initialization cycle for %s", o->name);
	for (int i = 0; i < n; i++) {
		Object *from = s->path.items[i], *to = s->path.items[(i + 1) % n];
		buf_printf(&b, "\n\t%s: %s refers to %s", check_pos_text(k, from->pos), from->name, to->name);
	}
	check_error(k, o->pos, "%s", b.s);
}

/* Nothing of that kind is ready: take what waits for least, and tell if it waits for itself. */
static Node *break_cycle(Graph *g, bool constants)
{
	Node *least = NULL;
	for (int i = 0; i < g->nodes.len; i++) {
		Node *n = g->nodes.items[i];
		if (!n->done && is_constant(n) == constants && (!least || n->missing < least->missing))
			least = n;
	}
	require(least);         /* who asks still counts one */
	int members = least->info->lhs.len > 0 ? least->info->lhs.len : 1;
	for (int i = 0; i < members; i++) {
		Object *o = least->info->lhs.len > 0 ? least->info->lhs.items[i] : least->info->object;
		Search s = {0};
		if (find_cycle(g, &s, o, o)) {
			report_cycle(g, &s);
			break;
		}
	}
	return least;
}

/* ---- order ---------------------------------------------------------------------------------------------- */

typedef struct { Arena *arena; VEC(Node *) items; } Heap;

static void heap_push(Heap *h, Node *n)
{
	vec_push(h->arena, &h->items, n);
	int i = h->items.len - 1;
	while (i > 0 && h->items.items[(i - 1) / 2]->order > h->items.items[i]->order) {
		Node *t = h->items.items[i];
		h->items.items[i] = h->items.items[(i - 1) / 2];
		h->items.items[(i - 1) / 2] = t;
		i = (i - 1) / 2;
	}
}

static Node *heap_pop(Heap *h)
{
	require(h->items.len > 0);
	Node *top = h->items.items[0];
	h->items.items[0] = h->items.items[--h->items.len];
	for (int i = 0;;) {
		int least = i, l = 2 * i + 1, r = l + 1;
		if (l < h->items.len && h->items.items[l]->order < h->items.items[least]->order)
			least = l;
		if (r < h->items.len && h->items.items[r]->order < h->items.items[least]->order)
			least = r;
		if (least == i)
			return top;
		Node *t = h->items.items[i];
		h->items.items[i] = h->items.items[least];
		h->items.items[least] = t;
		i = least;
	}
}

/* Only variables with an initialiser need anything done; constants were in the order for the sake of their cycles. */
static void emit(Checker *k, DeclInfo *d)
{
	if (!d->init || d->object->kind != OBJECT_VAR)
		return;
	Initializer *in = NEW(k->arena, Initializer);
	if (d->lhs.len > 0)
		in->lhs = d->lhs;
	else
		vec_push(k->arena, &in->lhs, d->object);
	in->rhs = d->init;
	in->decl = d->decl;
	in->file = d->file;
	vec_push(k->arena, &k->package->init_order, in);
}

static void build(Graph *g)
{
	Checker *k = g->k;
	for (int i = 0; i < k->infos.len; i++) {
		DeclInfo *d = k->infos.items[i];
		bool is_const = d->object->kind == OBJECT_CONST;
		if (!is_const && (d->object->kind != OBJECT_VAR || group_of(k, d) != d))
			continue;
		if (is_const && d->deps.len == 0)
			continue;           /* nothing waits for it, it waits for nothing */
		Node *n = NEW(k->arena, Node);
		n->info = d;
		n->order = d->object->order;
		vec_push(k->arena, &g->nodes, n);
		map_put(k->arena, &g->node_of, d, n);
	}
	for (int i = 0; i < g->nodes.len; i++) {
		if (g->nodes.items[i]->info->deps.len == 0)
			continue;
		g->mark++;
		reach(g, g->nodes.items[i]->info, g->nodes.items[i]);
	}
}

static void finish(Heap ready[2], Node *n)
{
	n->done = true;
	for (int i = 0; i < n->needed_by.len; i++) {
		Node *waiting = n->needed_by.items[i];
		if (--waiting->missing == 0 && !waiting->done)
			heap_push(&ready[is_constant(waiting)], waiting);
	}
}

static void take_all(Graph *g, Heap ready[2], bool constants, int count)
{
	for (; count > 0; count--) {
		Heap *h = &ready[constants];
		Node *n = h->items.len > 0 ? heap_pop(h) : break_cycle(g, constants);
		require(!n->done);
		emit(g->k, n->info);
		finish(ready, n);
	}
}

void check_init_order(Checker *k)
{
	Graph g = {.k = k};
	Heap ready[2] = {{.arena = k->arena}, {.arena = k->arena}};     /* [1]: constants */
	int counts[2] = {0};
	build(&g);
	for (int i = 0; i < g.nodes.len; i++) {
		Node *n = g.nodes.items[i];
		counts[is_constant(n)]++;
		if (n->missing == 0)
			heap_push(&ready[is_constant(n)], n);
	}
	take_all(&g, ready, true, counts[1]);
	take_all(&g, ready, false, counts[0]);
}
