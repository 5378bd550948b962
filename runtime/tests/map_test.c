/* map_test.c - maps against a reference model; iteration while the map changes. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "lang/map.h"
#include "support.h"

#define KEYS 4000

static void collect_now_and_then(gol_map *m)
{
	test_roots[0] = m;
	if (test_random() % 512 == 0)
		gc_collect(GC_FORCED);
}

/* One random operation on m and on the model: value[k], 0 for absent. */
static void one_operation(const gol_type *t, gol_map *m, gol_int *value, gol_int k, const void *key)
{
	const gol_int *found;

	switch (test_random() % 8) {
	case 0: case 1: case 2:
		value[k] = (gol_int)(test_random() >> 1) | 1;
		*(gol_int *)gol_map_assign(test_g, t, m, key) = value[k];
		break;
	case 3: case 4:
		gol_map_delete(test_g, t, m, key);
		value[k] = 0;
		break;
	default:
		found = gol_map_find(test_g, t, m, key);
		cr_assert(found ? *found == value[k] && value[k] != 0 : value[k] == 0, "key %ld", (long)k);
		cr_assert_eq(*(const gol_int *)gol_map_get(test_g, t, m, key), value[k]);
	}
}

static void check_all(gol_map *m, const gol_type *t, const gol_int *value, gol_int (*index)(const void *))
{
	static bool seen[KEYS];
	gol_map_iter it = {0};
	gol_int n = 0;

	memset(seen, 0, sizeof seen);
	for (gol_map_iter_start(test_g, t, m, &it); it.key; gol_map_iter_next(test_g, &it)) {
		gol_int k = index(it.key);

		cr_assert(!seen[k], "key %ld twice", (long)k);
		seen[k] = true;
		cr_assert_eq(*(gol_int *)it.value, value[k]);
		n++;
	}
	cr_assert_eq(n, gol_map_len(test_g, m));
	for (gol_int k = 0; k < KEYS; k++)
		cr_assert_eq(seen[k], value[k] != 0);
}

static gol_int index_int(const void *p) { return *(const gol_int *)p / 7; }
static gol_int index_int32(const void *p) { return *(const int32_t *)p; }
static gol_int index_string(const void *p)
{
	const gol_string *s = p;
	gol_int k = 0;

	for (gol_int i = 4; i < s->len && s->ptr[i] >= '0'; i++)
		k = k * 10 + s->ptr[i] - '0';
	return k;
}
static gol_int index_any(const void *p)
{
	const gol_eface *e = p;

	return e->type == &type_string ? index_string(e->data) : index_int(e->data);
}
static gol_int index_pair(const void *p) { return ((const test_pair *)p)->a; }
static gol_int index_big(const void *p) { return *(const gol_int *)p; }

static gol_string string_key(gol_int k)
{
	static char text[64];

	snprintf(text, sizeof text, "key-%ld%s", (long)k, k % 3 ? "" : "-and-a-longer-tail");
	return gol_string_from_bytes(test_g, (gol_slice){text, (gol_int)strlen(text), 64});
}

/* Any key type: make builds key k in *to. */
static void run(const gol_type *key_type, void (*make)(gol_int k, void *to), gol_int (*index)(const void *), int steps)
{
	static gol_int value[KEYS];
	uint64_t key[32];
	const gol_type *t;
	gol_map *m;

	test_start();
	memset(value, 0, sizeof value);
	t = type_map_of(key_type, &type_int);
	m = gol_make_map(test_g, t, 0);
	test_roots[0] = m;
	for (int i = 0; i < steps; i++) {
		gol_int k = (gol_int)(test_random() % (i < steps / 4 ? 12 : KEYS));

		memset(key, 0, sizeof key);
		make(k, key);
		one_operation(t, m, value, k, key);
		collect_now_and_then(m);
		if (i % (steps / 8) == 0)
			check_all(m, t, value, index);
	}
	check_all(m, t, value, index);
	gol_map_clear(test_g, t, m);
	memset(value, 0, sizeof value);
	check_all(m, t, value, index);
}

static void make_int(gol_int k, void *to) { *(gol_int *)to = k * 7; }
static void make_int32(gol_int k, void *to) { *(int32_t *)to = (int32_t)k; }
static void make_string(gol_int k, void *to) { *(gol_string *)to = string_key(k); }
static void make_any(gol_int k, void *to)
{
	gol_int n = k * 7;
	gol_string s = string_key(k);

	*(gol_eface *)to = k % 2 ? (gol_eface){&type_int, gol_box(test_g, &type_int, &n)} :
		(gol_eface){&type_string, gol_box(test_g, &type_string, &s)};
}
static void make_pair(gol_int k, void *to) { *(test_pair *)to = (test_pair){k, string_key(k)}; }
static void make_big(gol_int k, void *to) { *(gol_int *)to = k; }

Test(map, ints) { run(&type_int, make_int, index_int, 60000); }
Test(map, ints32) { run(&type_int32, make_int32, index_int32, 60000); }
Test(map, strings) { run(&type_string, make_string, index_string, 60000); }
/* Two keys that differ in one byte stand in one group: every 128th time their hashes make the bytes be compared. */
Test(map, nearly_equal_strings)
{
	const gol_type *t = type_map_of(&type_string, &type_int);
	uint8_t a[40] = {0}, b[40] = {0};

	test_start();
	for (int round = 0; round < 100; round++)
		for (gol_int n = 1; n <= 40; n++)
			for (gol_int at = 0; at < n; at++) {
				gol_map *m = gol_make_map(test_g, t, 0);
				gol_string x = {a, n}, y = {b, n};

				b[at] = 1;
				*(gol_int *)gol_map_assign(test_g, t, m, &x) = 1;
				*(gol_int *)gol_map_assign(test_g, t, m, &y) += 2;
				cr_assert_eq(gol_map_len(test_g, m), 2, "%d bytes, byte %d", (int)n, (int)at);
				b[at] = 0;
				cr_assert_eq(*(const gol_int *)gol_map_get(test_g, t, m, &y), 1);
			}
}

Test(map, interfaces) { run(&type_any, make_any, index_any, 60000); }
Test(map, structs) { run(&type_pair, make_pair, index_pair, 30000); }
Test(map, large_keys) { run(&type_big, make_big, index_big, 30000); }

Test(map, nil_map)
{
	const gol_type *t;
	gol_int key = 1;
	gol_map_iter it;

	test_start();
	t = type_map_of(&type_int, &type_int);
	cr_assert_eq(gol_map_len(test_g, NULL), 0);
	cr_assert_eq(*(const gol_int *)gol_map_get(test_g, t, NULL, &key), 0);
	gol_map_delete(test_g, t, NULL, &key);
	gol_map_iter_start(test_g, t, NULL, &it);
	cr_assert_null(it.key);
	cr_assert_str_eq(test_take_panic(), "");
	gol_map_assign(test_g, t, NULL, &key);
	cr_assert_str_eq(test_take_panic(), "assignment to entry in nil map");
}

Test(map, unhashable_key)
{
	const gol_type *t;
	gol_slice s = {0};
	gol_eface bad = {&type_slice_int, &s}, good = {&type_int, gol_zero_value};
	gol_map *m;

	test_start();
	t = type_map_of(&type_any, &type_int);
	m = gol_make_map(test_g, t, 0);
	gol_map_find(test_g, t, m, &bad);
	cr_assert_str_eq(test_take_panic(), "hash of unhashable type: []int");
	gol_map_assign(test_g, t, m, &bad);
	cr_assert_str_eq(test_take_panic(), "runtime error: hash of unhashable type []int");
	cr_assert_eq(gol_map_len(test_g, m), 0);
	*(gol_int *)gol_map_assign(test_g, t, m, &good) = 5;
	cr_assert_eq(*(const gol_int *)gol_map_get(test_g, t, m, &good), 5);
	gol_map_delete(test_g, t, m, &bad);
	cr_assert_str_neq(test_take_panic(), "");
	cr_assert_eq(gol_map_len(test_g, m), 1);
}

Test(map, floats)
{
	const gol_type *t;
	double nan_key = NAN, zero = 0.0, minus = -0.0;
	gol_map_iter it;
	gol_map *m;
	int n = 0;

	test_start();
	t = type_map_of(&type_float64, &type_int);
	m = gol_make_map(test_g, t, 0);
	for (int i = 0; i < 100; i++)
		*(gol_int *)gol_map_assign(test_g, t, m, &nan_key) = i;
	cr_assert_eq(gol_map_len(test_g, m), 100);
	cr_assert_null(gol_map_find(test_g, t, m, &nan_key));
	*(gol_int *)gol_map_assign(test_g, t, m, &zero) = 7;
	cr_assert_eq(*(const gol_int *)gol_map_get(test_g, t, m, &minus), 7);
	for (gol_map_iter_start(test_g, t, m, &it); it.key; gol_map_iter_next(test_g, &it), n++)
		if (n == 10)
			for (double d = 1; d < 300; d++)
				gol_map_assign(test_g, t, m, &d);
	cr_assert_geq(n, 101);
	gol_map_clear(test_g, t, m);
	cr_assert_eq(gol_map_len(test_g, m), 0);
}

/* Entries present all the time come exactly once; deleted ones do not come after their deletion. */
Test(map, change_while_iterating)
{
	const gol_type *t;

	test_start();
	t = type_map_of(&type_int, &type_int);
	for (int round = 0; round < 300; round++) {
		gol_map *m = gol_make_map(test_g, t, 0);
		gol_int size = 1 + (gol_int)(test_random() % 200), step = 0;
		int seen[200] = {0};
		bool deleted[200] = {0};
		gol_map_iter it;

		test_roots[0] = m;
		for (gol_int k = 0; k < size; k++)
			*(gol_int *)gol_map_assign(test_g, t, m, &k) = k;
		for (gol_map_iter_start(test_g, t, m, &it); it.key; gol_map_iter_next(test_g, &it), step++) {
			gol_int k = *(gol_int *)it.key, extra = 1000 + step, victim = (gol_int)(test_random() % (uint64_t)size);

			if (k < size) {
				cr_assert(!deleted[k]);
				cr_assert_eq(seen[k]++, 0);
			}
			if (step < 400 && round % 2)
				*(gol_int *)gol_map_assign(test_g, t, m, &extra) = extra;
			if (test_random() % 4 == 0) {
				gol_map_delete(test_g, t, m, &victim);
				deleted[victim] = true;
			}
			test_roots[1] = it.table;
		}
		for (gol_int k = 0; k < size; k++)
			cr_assert(seen[k] == 1 || deleted[k]);
	}
}

Test(map, order_is_random)
{
	const gol_type *t;
	gol_map *m;
	bool first[8] = {0};
	int different = 0;

	test_start();
	t = type_map_of(&type_int, &type_int);
	m = gol_make_map(test_g, t, 0);
	for (gol_int k = 0; k < 5; k++)
		gol_map_assign(test_g, t, m, &k);
	for (int i = 0; i < 200; i++) {
		gol_map_iter it;

		gol_map_iter_start(test_g, t, m, &it);
		first[*(gol_int *)it.key] = true;
	}
	for (int k = 0; k < 5; k++)
		different += first[k];
	cr_assert_eq(different, 5);
}

/* What other processors would do meanwhile is done by hand: they write. */
Test(map, concurrent_use_is_fatal)
{
	const gol_type *t;
	gol_map *m;
	gol_int key = 1;
	gol_map_iter it;

	test_start();
	t = type_map_of(&type_int, &type_int);
	m = gol_make_map(test_g, t, 0);
	gol_map_assign(test_g, t, m, &key);
	gol_map_iter_start(test_g, t, m, &it);
	m->writing = 1;
	gol_map_assign(test_g, t, m, &key);
	cr_assert_str_eq(test_take_panic(), "fatal error: concurrent map writes");
	gol_map_delete(test_g, t, m, &key);
	cr_assert_str_eq(test_take_panic(), "fatal error: concurrent map writes");
	gol_map_clear(test_g, t, m);
	cr_assert_str_eq(test_take_panic(), "fatal error: concurrent map writes");
	gol_map_get(test_g, t, m, &key);
	cr_assert_str_eq(test_take_panic(), "fatal error: concurrent map read and map write");
	gol_map_find(test_g, t, m, &key);
	cr_assert_str_eq(test_take_panic(), "fatal error: concurrent map read and map write");
	gol_map_iter_next(test_g, &it);
	cr_assert_str_eq(test_take_panic(), "fatal error: concurrent map iteration and map write");
	m->writing = 0;
	cr_assert_eq(gol_map_len(test_g, m), 1);
	gol_map_delete(test_g, t, m, &key);
	cr_assert_str_eq(test_take_panic(), "");
	cr_assert_eq(m->writing, 0);
}

/* The key's hash panics before anything is written, and leaves the map as it was. */
Test(map, panic_of_a_hash_is_no_write)
{
	const gol_type slices = {.kind = GOL_KIND_SLICE, .size = 24, .pointer_bytes = 8, .align = 8, .flags = GOL_TYPE_INCOMPARABLE,
		.text = {(const uint8_t *)"[]int", 5}};
	gol_slice value = {NULL, 0, 0};
	gol_eface bad = {&slices, &value}, good = {NULL, NULL};
	const gol_type *t;
	gol_map *m;

	test_start();
	t = type_map_of(&type_any, &type_int);
	m = gol_make_map(test_g, t, 0);
	for (int i = 0; i < 2; i++) {           /* without and with entries */
		gol_map_assign(test_g, t, m, &bad);
		cr_assert_str_neq(test_take_panic(), "");
		gol_map_delete(test_g, t, m, &bad);
		cr_assert_str_neq(test_take_panic(), "");
		gol_map_get(test_g, t, m, &bad);
		cr_assert_str_neq(test_take_panic(), "");
		cr_assert_eq(m->writing, 0);
		gol_map_assign(test_g, t, m, &good);
		cr_assert_str_eq(test_take_panic(), "");
		cr_assert_eq(gol_map_len(test_g, m), 1);
	}
}

Test(map, large_values_and_hint)
{
	const gol_type *t, *none;
	gol_map *m;

	test_start();
	t = type_map_of(&type_int, &type_array_any);
	m = gol_make_map(test_g, t, 100);
	test_roots[0] = m;
	for (gol_int k = 0; k < 50; k++) {
		gol_eface *v = gol_map_assign(test_g, t, m, &k);
		test_node *node = gol_new(test_g, &type_node);

		node->value = k;
		v[2999] = (gol_eface){&type_pointer, node};
	}
	gc_collect(GC_FORCED);
	for (gol_int k = 0; k < 60; k++) {
		const gol_eface *v = gol_map_get(test_g, t, m, &k);

		cr_assert(k < 50 ? ((test_node *)v[2999].data)->value == k : v[2999].data == NULL);
	}
	none = type_map_of(&type_int, &(const gol_type){.kind = GOL_KIND_STRUCT, .align = 1});
	m = gol_make_map(test_g, none, 0);
	for (gol_int k = 0; k < 1000; k++)
		gol_map_assign(test_g, none, m, &k);
	cr_assert_eq(gol_map_len(test_g, m), 1000);
}
