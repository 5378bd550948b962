/*
 * verify.c - checks a solved batch (graph.h) in a way of its own; a breach is our own bug, and would be a pointer
 * into a frame that is gone. Debug builds run it after each batch.
 *
 * Checked: edges dereference at least -1 times; from every node in the heap, walking against the edges with the least
 * number of dereferences, no node is reached by its address that is not in the heap itself; a parameter that such a
 * walk meets leaks at most with as many dereferences; solving again changes nothing.
 */
#include "graph.h"

typedef struct Reach { Node *node; int derefs; } Reach;
typedef VEC(Reach) ReachList;

static void fail(Escape *e, const Node *n, const char *what)
{
	Pos pos = n->object ? n->object->pos : n->expr ? n->expr->pos : NO_POS;
	ice(e->c, pos, "escape analysis: %s: %s", what, n->object ? n->object->name : n->expr ? expr_text(e->c, n->expr) :
	    "?");
}

static void reach(Escape *e, ReachList *todo, Map *best, Node *n, int derefs)
{
	intptr_t known = (intptr_t)map_get(best, n);       /* derefs + 2: 0 is none */
	if (known && known - 2 <= derefs)
		return;
	map_put(e->c->arena, best, n, (void *)(intptr_t)(derefs + 2));
	vec_push(e->c->arena, todo, (Reach){n, derefs});
}

static void verify_heap_node(Escape *e, Node *root)
{
	ReachList todo = {0};
	Map best = {0};
	reach(e, &todo, &best, root, 0);
	while (todo.len) {
		Reach r = vec_pop(&todo);
		if (r.derefs < 0 && !r.node->escapes)
			fail(e, r.node, "the heap holds its address");
		if (r.node != root && r.node->is_param && !r.node->escapes &&
		    (r.node->leaks.heap < 0 || r.node->leaks.heap > (r.derefs < 0 ? 0 : r.derefs)))
			fail(e, r.node, "leaks to the heap unnoticed");
		int derefs = r.derefs < 0 ? 0 : r.derefs;
		for (int i = 0; i < r.node->edges.len; i++) {
			const Edge *edge = &r.node->edges.items[i];
			if (edge->derefs < -1)
				fail(e, r.node, "an edge takes an address twice");
			if (!edge->from->escapes)
				reach(e, &todo, &best, edge->from, derefs + edge->derefs);
		}
	}
}

void escape_verify(Escape *e)
{
	int escaping = 0, after = 0, remarks = e->remarks;
	for (int i = 0; i < e->nodes.len; i++)
		escaping += e->nodes.items[i]->escapes;
	verify_heap_node(e, &e->heap);
	for (int i = 0; i < e->nodes.len; i++)
		if (e->nodes.items[i]->escapes)
			verify_heap_node(e, e->nodes.items[i]);
	e->remarks = 0;
	solve(e);
	e->remarks = remarks;
	for (int i = 0; i < e->nodes.len; i++)
		after += e->nodes.items[i]->escapes;
	if (after != escaping)
		ice(e->c, NO_POS, "escape analysis: %d nodes are in the heap, %d when solved again", escaping, after);
}
