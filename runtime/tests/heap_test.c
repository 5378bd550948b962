/* heap_test.c - allocation: sizes, zeroing, lookups, the page heap. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/options.h"
#include "support.h"

Test(heap, size_classes)
{
	static const size_t rounded[][2] = {{1, 8}, {9, 16}, {17, 24}, {33, 48}, {513, 576}, {1025, 1152}, {4097, 4864}, {32768, 32768}, {32769, 40960}};

	test_start();
	for (size_t size = 1; size <= HEAP_MAX_SMALL; size++) {
		unsigned c = heap_class_of(size);

		cr_assert(heap_class_size[c] >= size && heap_class_size[c - 1] < size, "size %zu class %u", size, c);
	}
	for (unsigned i = 0; i < sizeof rounded / sizeof rounded[0]; i++)
		cr_assert_eq(heap_round_size(rounded[i][0], true), rounded[i][1]);
	cr_assert_eq(heap_round_size(65 * 8, false), 568);
	cr_assert_eq(heap_round_size(64 * 8, false), 512);
}

/* Every slot of every class is found from all its addresses. */
Test(heap, interior_addresses)
{
	test_start();
	for (unsigned c = 1; c < HEAP_CLASS_COUNT; c++) {
		uint8_t *p = heap_new_plain(heap_class_size[c]);
		heap_span *s = heap_span_of((uintptr_t)p);

		for (uint32_t slot = 0; slot < s->elem_count; slot++) {
			uintptr_t at = s->base + slot * s->elem_size;

			cr_assert_eq(heap_slot_of(s, at), slot);
			cr_assert_eq(heap_slot_of(s, at + s->elem_size / 2), slot);
			cr_assert_eq(heap_slot_of(s, at + s->elem_size - 1), slot);
		}
	}
	heap_check();
}

Test(heap, what_is_no_object)
{
	uint64_t local;
	uint8_t *p;

	test_start();
	p = heap_new_plain(100);
	cr_assert_eq(heap_object(p + 50, NULL), p);
	cr_assert_null(heap_object(&local, NULL));
	cr_assert_null(heap_object(NULL, NULL));
	cr_assert_null(heap_object(p + 112 * 20, NULL));        /* carved, not given out */
	cr_assert_null(heap_object((void *)(gol_heap.end + 8), NULL));
	cr_assert_null(heap_object((void *)(gol_heap.base - 8), NULL));
}

static bool is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

#define LIVE 3000

/* Random sizes; contents are checked when an object is dropped; unreachable memory is reused. */
Test(heap, random_objects)
{
	static struct { uint8_t *p; size_t size; uint8_t fill; } live[LIVE];

	test_start();
	for (int i = 0; i < 200000; i++) {
		unsigned k = test_random() % LIVE;
		size_t size = test_random() % 64 == 0 ? test_random() % 100000 : test_random() % 300;
		void **keep = gol_new_array(test_g, &type_pointer, 1);

		if (live[k].p)
			for (size_t b = 0; b < live[k].size; b++)
				cr_assert_eq(live[k].p[b], live[k].fill);
		live[k].p = heap_new_plain(size);
		cr_assert(is_zero(live[k].p, size));
		live[k].size = size;
		live[k].fill = (uint8_t)(test_random() | 1);
		memset(live[k].p, live[k].fill, size);
		(void)keep;
		if (k < TEST_ROOTS)
			test_roots[k] = live[k].p;
		else
			live[k].p = NULL;
		if (gc_requested())
			gc_run_if_requested();
		if (i % 20000 == 0)
			heap_check();
	}
	cr_assert_gt(gc.stats.count, 3);
	heap_check();
}

Test(heap, memory_goes_back)
{
	uint64_t resident;

	test_start();
	for (int i = 0; i < 100; i++) {
		uint8_t *p = heap_new_plain(1 << 20);

		memset(p, 1, 1 << 20);
		test_roots[i] = p;
	}
	resident = gol_heap.pages_grown - gol_heap.pages_released;
	cr_assert_geq(resident * HEAP_PAGE_SIZE, 100u << 20);
	memset(test_roots, 0, sizeof test_roots);
	gc_collect(GC_FORCED | GC_RELEASE);
	heap_check();
	resident = gol_heap.pages_grown - gol_heap.pages_released;
	cr_assert_lt(resident * HEAP_PAGE_SIZE, 1u << 20);
	cr_assert(is_zero(heap_new_plain(5 << 20), 5 << 20));
}

Test(heap, tiny_objects_share)
{
	uint8_t *a, *b;

	test_start();
	a = heap_new_plain(1);
	b = heap_new_plain(1);
	cr_assert_eq(b - a, 1);
	cr_assert_eq((uintptr_t)heap_new_plain(8) % 8, 0);
	cr_assert_eq((uintptr_t)heap_new_plain(4) % 4, 0);
	cr_assert_eq((uintptr_t)heap_new_plain(2) % 2, 0);
	cr_assert(heap_object_is_tiny(a));
	cr_assert_eq(heap_new_plain(0), gol_zero_base);
}

Test(heap, pages_merge)
{
	static uintptr_t runs[200];
	static size_t counts[200];
	bool needs_zero;
	uint64_t free_before;

	test_start();
	os_acquire(&gol_heap.lock);
	free_before = gol_heap.pages_free;
	for (int round = 0; round < 5000; round++) {
		unsigned k = test_random() % 200;

		if (runs[k]) {
			heap_pages_give(runs[k], counts[k]);
			runs[k] = 0;
		} else {
			counts[k] = 1 + test_random() % (round % 7 ? 5 : 300);
			runs[k] = heap_pages_take(counts[k], &needs_zero);
			for (unsigned i = 0; i < 200; i++)
				cr_assert(i == k || !runs[i] || runs[i] + counts[i] * HEAP_PAGE_SIZE <= runs[k] ||
					runs[k] + counts[k] * HEAP_PAGE_SIZE <= runs[i]);
		}
	}
	for (unsigned k = 0; k < 200; k++)
		if (runs[k])
			heap_pages_give(runs[k], counts[k]);
	cr_assert_eq(gol_heap.pages_in_use, 0);
	(void)free_before;
	/* all is one run again */
	runs[0] = heap_pages_take((gol_heap.end - gol_heap.base) / HEAP_PAGE_SIZE, &needs_zero);
	cr_assert_eq(runs[0], gol_heap.base);
	os_release(&gol_heap.lock);
}

/* ---- several threads ---------------------------------------------------------------------------- */

enum { THREADS = 4, ROUNDS = 60000, KEPT = 500 };

/* Each has a cache of its own, keeps some of what it allocates and drops the rest. */
static void *allocate_much(void *argument)
{
	heap_cache *cache = argument;
	static _Thread_local struct { uint8_t *p; size_t size; uint8_t fill; } kept[KEPT];
	uint64_t random = (uintptr_t)cache | 1;

	heap_current = cache;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t r = random_next(&random);
		unsigned k = (unsigned)(r % KEPT);
		size_t size = r >> 20 & 63 ? r >> 32 & 511 : r >> 32 & 0x1ffff;
		bool has_pointers = r >> 19 & 1;

		for (size_t b = 0; kept[k].p != NULL && b < kept[k].size; b++)
			if (kept[k].p[b] != kept[k].fill)
				return "another thread wrote there";
		uint8_t *p = has_pointers ? (uint8_t *)heap_new_array(&type_pointer, size / 8) : heap_new_plain(size);
		kept[k].size = has_pointers ? size & ~(size_t)7 : size;
		if (!is_zero(p, kept[k].size))
			return "not cleared";
		kept[k].p = p;
		kept[k].fill = (uint8_t)(r >> 8 | 1);
		memset(p, kept[k].fill, kept[k].size);
	}
	heap_current = NULL;
	return NULL;
}

Test(heap, threads)
{
	static heap_cache caches[THREADS];
	pthread_t threads[THREADS];

	test_start();
	gc_set_percent(-1);
	gol_many_procs = 1;
	/* spans of all classes to sweep, so that they meet there too */
	for (int i = 0; i < 50000; i++)
		heap_new_plain(test_random() % 2000);
	gc_collect(GC_GOAL);
	for (int i = 0; i < THREADS; i++) {
		heap_add_cache(&caches[i]);
		cr_assert_eq(pthread_create(&threads[i], NULL, allocate_much, &caches[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		void *problem;
		pthread_join(threads[i], &problem);
		cr_assert_null(problem, "%s", (char *)problem);
	}
	heap_finish_sweep();
	heap_flush_caches();
	heap_check();
	gc_collect(GC_FORCED);
	heap_check();
	cr_assert_eq(gol_heap.total_bytes - gol_heap.freed_bytes, 0);
}
