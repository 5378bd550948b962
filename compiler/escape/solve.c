/*
 * solve.c - who escapes.
 *
 * For each root node the nodes whose values reach it are visited, each with the least number of
 * dereferences on any path (shortest paths with weights >= -1, where a sum never counts below 0 once passed: the
 * address of x stored in y says nothing about what y's other contents address). When the address of a node
 * reaches a root that lives longer, the node must be in the heap; it is then a root that outlives
 * everything, so it is solved again. A parameter that reaches such a root leaks.
 *
 * Boxes whose address reaches the receiver (graph.h) stay where they are, and what is in them goes to the heap.
 *
 * In the same walk: what a root's pointers lead to is written to if the root is the writer, the heap (anybody may
 * write there), or known to be one whose pointers lead to something written.
 */
#include "graph.h"
#include "../../runtime/include/gol/effects.h"

/* Does root live longer than n? */
static bool outlives(Escape *e, const Node *root, const Node *n)
{
	if (root->escapes || root == &e->receiver)
		return true;
	if (root == &e->writer)
		return false;
	if (root->result >= 0) {
		/* what a literal returns where it is called flows on in this batch */
		bool called_here = root->func && contains_function(n->func, root->func) && map_get(&e->called, root->func);
		return !called_here;
	}
	if (root->func == n->func && root->loop_depth < n->loop_depth)
		return true;
	return contains_function(root->func, n->func);
}

static void least(int *have, int derefs)
{
	if (*have < 0 || derefs < *have)
		*have = derefs;
}

/* Parameter n reaches root. */
static void leak(Escape *e, Node *root, Node *n, int derefs)
{
	if (e->remarks >= 2)
		report_leak_reason(e, root, n, derefs);
	if (root == &e->receiver)
		least(&n->leaks.received, derefs);
	else if (!root->escapes && root->result >= 0 && root->func == n->func && root->result < MAX_LEAK_RESULTS)
		least(&n->leaks.results[root->result], derefs);
	else
		least(&n->leaks.heap, derefs);
}

typedef VEC(Node *) NodeList;

static void enqueue(Escape *e, NodeList *queue, Node *n)
{
	if (n->queued)
		return;
	n->queued = true;
	vec_push(e->c->arena, queue, n);
}

/* Values of 1 KiB and more are passed by their address. */
static bool is_box(Escape *e, const Node *n)
{
	int64_t size = n->alloc == ALLOC_BOX && !n->object && n->allocated ? node_size(e, n) : -1;
	return size >= 0 && size < GOL_LARGE_OBJECT;
}

/* What is in the box may go anywhere. */
static void receive_content(Escape *e, Node *box, NodeList *queue)
{
	Edge content = {box, 0, NULL, false};
	if (box->received)
		return;
	box->received = true;
	vec_push(e->c->arena, &e->heap.edges, content);
	enqueue(e, queue, &e->heap);
}

static void visit(Escape *e, Node *root, Node *n, NodeList *todo, NodeList *queue)
{
	int derefs = n->derefs;
	bool address = derefs < 0;
	if (address)
		derefs = 0;
	if (address && root == &e->receiver && is_box(e, n)) {
		receive_content(e, n, queue);
		return;
	}
	if (outlives(e, root, n)) {
		if (n->is_param)
			leak(e, root, n, derefs);
		if (address && !n->escapes) {
			if (e->remarks >= 2) {
				report_reason(e, root, n);
				site_found(e, root, n);
			}
			n->escapes = n->written = true;
			enqueue(e, queue, n);
			return;
		}
	}
	if (root->written && n->is_param)
		least(&n->leaks.written, derefs);
	if (root->written && derefs == 0 && !n->written) {
		n->written = true;
		enqueue(e, queue, n);
	}
	for (int i = 0; i < n->edges.len; i++) {
		Edge *edge = &n->edges.items[i];
		Node *from = edge->from;
		int d = derefs + edge->derefs;
		if (from->escapes)
			continue;
		if (from->generation == e->generation && from->derefs <= d)
			continue;
		from->generation = e->generation;
		from->derefs = d;
		from->next = n;
		from->via = edge;
		vec_push(e->c->arena, todo, from);
	}
}

static void solve_root(Escape *e, Node *root, NodeList *queue)
{
	NodeList todo = {0};
	e->generation++;
	root->generation = e->generation;
	root->derefs = 0;
	root->next = NULL;
	vec_push(e->c->arena, &todo, root);
	while (todo.len)
		visit(e, root, vec_pop(&todo), &todo, queue);
}

void solve(Escape *e)
{
	NodeList queue = {0};
	for (int i = 0; i < e->nodes.len; i++)
		enqueue(e, &queue, e->nodes.items[i]);
	enqueue(e, &queue, &e->heap);
	enqueue(e, &queue, &e->writer);
	enqueue(e, &queue, &e->receiver);
	while (queue.len) {
		Node *root = vec_pop(&queue);
		root->queued = false;
		solve_root(e, root, &queue);
	}
}
