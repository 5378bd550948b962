/* gc_test.c - the collector keeps exactly what is reachable; finalizers, weak pointers, pacing, stress modes. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdlib.h>

#include "support.h"

static test_node *new_node(gol_int value)
{
	test_node *n = gol_new(test_g, &type_node);

	n->value = value;
	return n;
}

static bool is_allocated(const void *p) { return heap_object(p, NULL) != NULL; }

#define NODES 5000

/* A random graph, part of it hanging from roots: afterwards exactly the reachable nodes are there. */
static void random_graph(void)
{
	static test_node *nodes[NODES];
	static bool reachable[NODES];
	static int stack[NODES];
	int depth = 0;
	uint64_t kept = 0;

	memset(reachable, 0, sizeof reachable);
	memset(test_roots, 0, sizeof test_roots);
	for (int i = 0; i < NODES; i++)
		nodes[i] = new_node(i);
	for (int i = 0; i < NODES; i++) {
		if (test_random() % 2)
			nodes[i]->left = nodes[test_random() % NODES];
		if (test_random() % 3 == 0)
			nodes[i]->right = nodes[test_random() % NODES];
	}
	for (int i = 0; i < 20; i++) {
		int k = (int)(test_random() % NODES);

		/* an interior pointer retains, too */
		test_roots[i] = (uint8_t *)nodes[k] + test_random() % sizeof(test_node);
		if (!reachable[k])
			stack[depth++] = k;
		reachable[k] = true;
	}
	while (depth > 0) {
		test_node *n = nodes[stack[--depth]], *next[2] = {n->left, n->right};

		kept++;
		for (int i = 0; i < 2; i++)
			if (next[i] && !reachable[next[i]->value]) {
				reachable[next[i]->value] = true;
				stack[depth++] = (int)next[i]->value;
			}
	}
	gc_collect(GC_FORCED);
	heap_check();
	cr_assert_eq(gc.stats.marked_objects, kept);
	for (int i = 0; i < NODES; i++)
		cr_assert_eq(is_allocated(nodes[i]), reachable[i], "node %d", i);
}

Test(gc, keeps_exactly_what_is_reachable)
{
	test_start();
	for (int round = 0; round < 50; round++)
		random_graph();
}

/* Pointers at all places of objects of all sizes. */
Test(gc, arrays_of_all_sizes)
{
	test_start();
	for (gol_int n = 1; n < 6000; n += 1 + n / 16) {
		gol_eface *values = gol_new_array(test_g, &type_any, n);
		test_node *node = new_node(n), *stray = new_node(-n);

		values[n - 1] = (gol_eface){&type_pointer, node};
		values[n / 2].data = values[n / 2].data ? values[n / 2].data : node;
		test_roots[0] = values;
		gc_collect(GC_FORCED);
		cr_assert(is_allocated(node) && is_allocated(values));
		cr_assert(!is_allocated(stray));
		cr_assert_eq(((test_node *)values[n - 1].data)->value, n);
		for (gol_int i = 0; i < n; i++)
			cr_assert(values[i].data == NULL || values[i].data == node);
	}
}

Test(gc, types_without_map_are_walked)
{
	gol_eface *values;
	test_node *node;

	test_start();
	values = gol_new(test_g, &type_array_any);
	node = new_node(1);
	values[2999].data = node;
	test_roots[0] = values;
	gc_collect(GC_FORCED);
	cr_assert(is_allocated(node));
}

Test(gc, any_word_is_harmless)
{
	void **words;

	test_start();
	words = gol_new_array(test_g, &type_pointer, 4000);
	test_roots[0] = words;
	for (int i = 0; i < 4000; i++)
		words[i] = (void *)(i % 3 ? gol_heap.base + test_random() % (32u << 20) : test_random());
	gc_collect(GC_FORCED);
	heap_check();
}

Test(gc, long_lists_do_not_recurse)
{
	test_node *list = NULL;

	test_start();
	for (int i = 0; i < 1000000; i++) {
		test_node *n = new_node(i);

		n->left = list;
		list = n;
	}
	test_roots[0] = list;
	gc_collect(GC_FORCED);
	cr_assert_eq(gc.stats.marked_objects, 1000000);
}

/* ---- finalizers, cleanups, weak pointers ------------------------------------------------------------ */

static gol_func a_function;
static const gol_type type_func = {.size = 8, .pointer_bytes = 8, .kind = GOL_KIND_FUNC, .flags = GOL_TYPE_DIRECT | GOL_TYPE_INCOMPARABLE};

static gol_eface pointer_value(void *p) { return (gol_eface){&type_pointer, p}; }

Test(gc, finalizers)
{
	gol_eface fn = {&type_func, &a_function};
	test_node *inner, *outer;
	gc_due due;

	test_start();
	inner = new_node(1);
	outer = new_node(2);
	outer->left = inner;
	test_roots[0] = outer;
	cr_assert_eq(gc_set_finalizer(pointer_value(inner), fn), GC_FINALIZER_SET);
	cr_assert_eq(gc_set_finalizer(pointer_value(inner), fn), GC_FINALIZER_EXISTS);
	cr_assert_eq(gc_set_finalizer(pointer_value(&inner->value), fn), GC_FINALIZER_NOT_BEGINNING);
	cr_assert_eq(gc_set_finalizer(pointer_value(outer), fn), GC_FINALIZER_SET);
	gc_collect(GC_FORCED);
	cr_assert(!gc_next_due(&due));
	test_roots[0] = NULL;
	gc_collect(GC_FORCED);
	/* the one that points goes first; both still exist */
	cr_assert(gc_next_due(&due));
	cr_assert_eq(due.object.data, outer);
	cr_assert(!gc_next_due(&due));
	cr_assert(is_allocated(inner));
	gc_collect(GC_FORCED);
	cr_assert(gc_next_due(&due));
	cr_assert_eq(due.object.data, inner);
	cr_assert(!is_allocated(outer));
	gc_collect(GC_FORCED);
	cr_assert(!is_allocated(inner));
	cr_assert_eq(gc_special_count(), 0);
}

Test(gc, cleanups)
{
	test_node *node, *kept;
	uint64_t id;
	gc_due due;

	test_start();
	node = new_node(1);
	kept = new_node(2);
	test_roots[0] = kept;
	cr_assert_eq(gc_add_cleanup(&node, &a_function), 0);
	cr_assert_neq(gc_add_cleanup(&node->value, &a_function), 0);
	id = gc_add_cleanup(node, &a_function);
	cr_assert_neq(gc_add_cleanup(kept, &a_function), 0);
	gc_drop_cleanup((uintptr_t)node, id);
	gc_collect(GC_FORCED);
	cr_assert(gc_next_due(&due));
	cr_assert(due.object.type == NULL && due.fn.data == &a_function);
	cr_assert(!gc_next_due(&due));
	cr_assert(!is_allocated(node));
}

Test(gc, weak_pointers)
{
	test_node *node;
	void *handle;

	test_start();
	node = new_node(7);
	test_roots[0] = node;
	test_roots[1] = handle = gc_weak_handle(node);
	cr_assert_eq(gc_weak_handle(node), handle);
	gc_collect(GC_FORCED);
	cr_assert_eq(gc_weak_value(handle), node);
	/* becomes nil before the finalizer revives the object */
	gc_set_finalizer(pointer_value(node), (gol_eface){&type_func, &a_function});
	test_roots[0] = NULL;
	gc_collect(GC_FORCED);
	cr_assert_null(gc_weak_value(handle));
	cr_assert(is_allocated(node));
}

/* ---- pacing -------------------------------------------------------------------------------------------- */

Test(gc, goal)
{
	test_node *list = NULL;

	test_start();
	cr_assert_eq(gc.stats.goal, 4u << 20);
	for (int i = 0; i < 500000; i++) {
		test_node *n = new_node(i);

		n->left = list;
		test_roots[0] = list = n;
		gc_run_if_requested();
	}
	cr_assert(gc.stats.count >= 2 && gc.stats.count <= 4);
	gc_collect(GC_FORCED);
	cr_assert_eq(gc.stats.goal, 2 * gc.stats.marked_bytes);
	cr_assert_eq(gc_set_percent(50), 100);
	cr_assert_eq(gc.stats.goal, gc.stats.marked_bytes / 2 * 3);
	gc_set_percent(-1);
	gc_run_if_requested();
	for (int i = 0; i < 1000000; i++)
		new_node(i);
	cr_assert(!gc_requested());
	gc_set_memory_limit(1 << 20);
	cr_assert(gc_requested());
}

static uint64_t spare(void) { return (gol_heap.pages_free - gol_heap.pages_released) * HEAP_PAGE_SIZE; }

static void collect_and_sweep(void)
{
	gc_collect(0);
	heap_finish_sweep();
}

/* Free pages stay while the heap grows, though it is above its last goal, and go once it has been small for two cycles. */
Test(gc, free_pages)
{
	const uint64_t mib = 1 << 20;

	test_start();
	memset(test_roots, 0, sizeof test_roots);
	test_roots[0] = heap_new_plain(4 * mib);
	heap_new_plain(6 * mib);
	test_roots[2] = heap_new_plain(mib);    /* else the next block would begin in the free pages */
	collect_and_sweep();
	cr_assert_geq(spare(), 6 * mib);
	test_roots[1] = heap_new_plain(32 * mib);
	collect_and_sweep();
	cr_assert_geq(spare(), 6 * mib);
	test_roots[1] = NULL;
	collect_and_sweep();
	cr_assert_geq(spare(), 38 * mib);
	collect_and_sweep();
	cr_assert_leq(spare(), 6 * mib);
}

Test(gc, statistics)
{
	uint64_t before[24], after[24];

	test_start();
	gc_memory_statistics(before, 24);
	for (int i = 0; i < 1000; i++)
		new_node(i);
	heap_new_plain(100000);
	gc_memory_statistics(after, 24);
	cr_assert_eq(after[3] - before[3], 1001);
	cr_assert_eq(after[1] - before[1], 1000 * 24 + 106496);
	gc_collect(GC_FORCED);
	gc_memory_statistics(after, 24);
	cr_assert_eq(after[9], 0);
	cr_assert_eq(after[0], 0);
}

/* ---- stress modes ---------------------------------------------------------------------------------------- */

Test(gc, stress_poisons_what_is_free)
{
	test_node *node;

	setenv("GOLSTRESS", "gc=100", 1);
	test_start();
	node = new_node(5);
	gc_collect(GC_FORCED);
	cr_assert_eq(*(uint8_t *)&node->value, HEAP_POISON);
	for (int i = 0; i < 1000; i++) {
		node = new_node(i);
		cr_assert(node->left == NULL && node->right == NULL);
		gc_run_if_requested();
	}
	cr_assert_geq(gc.stats.count, 10);
}

static void barrier_run(bool announce)
{
	test_node *a, *b;

	setenv("GOLSTRESS", "barrier", 1);
	test_start();
	test_roots[0] = a = new_node(1);
	b = new_node(2);
	if (announce)
		gol_store_pointer(&a->left, b);
	else
		a->left = b;
	gc_collect(GC_FORCED);
	cr_assert(is_allocated(b));
}

Test(gc, barrier_announced) { barrier_run(true); }
/* Its last words are expected and not shown. */
Test(gc, barrier_missing, .init = cr_redirect_stderr, .signal = SIGABRT) { barrier_run(false); }

/* Everything lang/ stores goes through barriers. */
Test(gc, barriers_of_lang)
{
	const gol_type *t;
	gol_map *m;
	gol_slice s = {0};

	setenv("GOLSTRESS", "barrier", 1);
	test_start();
	t = type_map_of(&type_string, &type_pointer);
	m = gol_make_map(test_g, t, 0);
	test_roots[0] = m;
	for (gol_int i = 0; i < 3000; i++) {
		gol_int k = (gol_int)(test_random() % 500);
		gol_string key = gol_string_from_bytes(test_g, (gol_slice){&k, 4, 4});

		gol_store_pointer(gol_map_assign(test_g, t, m, &key), new_node(i));
		if (i % 3 == 0)
			gol_map_delete(test_g, t, m, &key);
		s = gol_grow_slice(test_g, &type_string, s, 1);
		test_roots[1] = s.ptr;
		s.len++;
		gol_copy_value(test_g, &type_string, (gol_string *)s.ptr + s.len - 1, &key);
		if (i % 100 == 0)
			gc_collect(GC_FORCED);
	}
	gol_clear_slice(test_g, &type_string, s);
	gol_map_clear(test_g, t, m);
	gc_collect(GC_FORCED);
}
