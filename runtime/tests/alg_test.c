/* alg_test.c - equality, hashing, interfaces, complex division. */
#include <criterion/criterion.h>
#include <math.h>

#include "lang/alg.h"
#include "lang/iface.h"
#include "support.h"

Test(alg, equal_values_hash_equal)
{
	double zero = 0.0, minus = -0.0, nan_value = NAN;
	static const uint8_t other[] = "xy";
	test_pair a = {1, text_of("xy")}, b = {1, {other, 2}}, c = {1, text_of("xz")};

	test_start();
	cr_assert_eq(alg_hash(test_g, &type_float64, &zero, 5), alg_hash(test_g, &type_float64, &minus, 5));
	cr_assert_neq(alg_hash(test_g, &type_float64, &nan_value, 5), alg_hash(test_g, &type_float64, &nan_value, 5));
	cr_assert(gol_value_equal(test_g, &type_pair, &a, &b));
	cr_assert(!gol_value_equal(test_g, &type_pair, &a, &c));
	cr_assert_eq(alg_hash(test_g, &type_pair, &a, 5), alg_hash(test_g, &type_pair, &b, 5));
	cr_assert_neq(alg_hash(test_g, &type_pair, &a, 5), alg_hash(test_g, &type_pair, &c, 5));
	cr_assert_neq(alg_hash(test_g, &type_pair, &a, 5), alg_hash(test_g, &type_pair, &a, 6));
}

/* All lengths; one changed bit changes the hash; the low seven bits are well spread. */
Test(alg, byte_hash)
{
	uint8_t bytes[200] = {0};
	int buckets[128] = {0};

	for (size_t n = 1; n <= sizeof bytes; n++) {
		uint64_t h = alg_hash_bytes(bytes, n, 1);

		for (size_t bit = 0; bit < 8 * n; bit += 3) {
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			cr_assert_neq(alg_hash_bytes(bytes, n, 1), h);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	for (uint64_t i = 0; i < 128000; i++)
		buckets[alg_hash_word(i, 99) & 127]++;
	for (int i = 0; i < 128; i++)
		cr_assert(buckets[i] > 800 && buckets[i] < 1200);
}

Test(alg, interfaces)
{
	gol_int one = 1, other = 1;
	gol_slice s = {0};
	gol_eface a = {&type_int, &one}, b = {&type_int, &other}, c = {&type_int32, &one}, bad = {&type_slice_int, &s}, nil = {0};

	test_start();
	cr_assert(gol_eface_equal(test_g, a, b));
	cr_assert(!gol_eface_equal(test_g, a, c));
	cr_assert(gol_eface_equal(test_g, nil, nil));
	cr_assert(!gol_eface_equal(test_g, a, nil));
	cr_assert(!gol_eface_equal(test_g, a, bad));
	cr_assert_str_eq(test_take_panic(), "");
	gol_eface_equal(test_g, bad, bad);
	cr_assert_str_eq(test_take_panic(), "runtime error: comparing uncomparable type []int");
}

Test(alg, boxes)
{
	gol_int small = 200, large = 100000;
	gol_string empty = {0}, text = text_of("hi");
	void *p;

	test_start();
	p = gol_box(test_g, &type_int, &small);
	cr_assert_eq(p, gol_box(test_g, &type_int, &small));
	cr_assert_eq(*(gol_int *)p, 200);
	p = gol_box(test_g, &type_int, &large);
	cr_assert_neq(p, gol_box(test_g, &type_int, &large));
	cr_assert_eq(*(gol_int *)p, 100000);
	cr_assert_eq(gol_box(test_g, &type_string, &empty), gol_zero_value);
	cr_assert(gol_string_equal(test_g, *(gol_string *)gol_box(test_g, &type_string, &text), text));
}

/* ---- method sets ------------------------------------------------------------------------------- */

static const gol_type type_f = {.kind = GOL_KIND_FUNC, .size = 8}, type_f2 = {.kind = GOL_KIND_FUNC, .size = 8};
static void code_a(void) {}
static void code_c(void) {}
static const gol_method methods[] = {{"A", NULL, &type_f, (void *)code_a}, {"B", NULL, &type_f, NULL}, {"C", NULL, &type_f2, (void *)code_c},
	{"x", "main", &type_f, NULL}};
static const gol_type type_t = {.kind = GOL_KIND_POINTER, .size = 8, .flags = GOL_TYPE_DIRECT, .methods = methods, .method_count = 4};
static const gol_imethod ac[] = {{"A", NULL, &type_f}, {"C", NULL, &type_f2}}, wrong[] = {{"A", NULL, &type_f}, {"C", NULL, &type_f}};
static const gol_imethod missing[] = {{"A", NULL, &type_f}, {"D", NULL, &type_f}}, foreign[] = {{"x", "other", &type_f}}, own[] = {{"x", "main", &type_f}};
#define INTERFACE(list, n) {.kind = GOL_KIND_INTERFACE, .size = 16, .imethods = list, .imethod_count = n}
static const gol_type i_ac = INTERFACE(ac, 2), i_wrong = INTERFACE(wrong, 2), i_missing = INTERFACE(missing, 2), i_foreign = INTERFACE(foreign, 1),
	i_own = INTERFACE(own, 1);

Test(iface, itabs)
{
	const gol_itab *tab;

	test_start();
	tab = gol_find_itab(test_g, &i_ac, &type_t);
	cr_assert(tab && tab->code[0] == (void *)code_a && tab->code[1] == (void *)code_c && tab->type == &type_t);
	cr_assert_eq(gol_find_itab(test_g, &i_ac, &type_t), tab);
	cr_assert_null(gol_find_itab(test_g, &i_wrong, &type_t));
	cr_assert_null(gol_find_itab(test_g, &i_missing, &type_t));
	cr_assert_null(gol_find_itab(test_g, &i_foreign, &type_t));
	cr_assert_not_null(gol_find_itab(test_g, &i_own, &type_t));
	cr_assert_null(gol_find_itab(test_g, &i_ac, NULL));
	cr_assert_str_eq(iface_missing(&type_t, &i_missing)->name, "D");
	cr_assert_null(iface_missing(&i_missing, &i_missing));
	cr_assert_str_eq(iface_missing(&i_ac, &i_missing)->name, "D");
}

Test(iface, failed_assertions)
{
	test_start();
	gol_panic_assert(test_g, &type_any, &type_string, &type_int);
	cr_assert_str_eq(test_take_panic(), "interface conversion: interface {} is string, not int");
	gol_panic_assert(test_g, &type_any, NULL, &type_int);
	cr_assert_str_eq(test_take_panic(), "interface conversion: interface {} is nil, not int");
}

/* ---- complex division --------------------------------------------------------------------------- */

static bool same(double a, double b) { return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b)); }

Test(complex, division)
{
	static const double table[][6] = {      /* n, m, n / m as go1.26 has it */
		{1, 2, 3, 4, 0.44, 0.08},
		{1, 0, 0, 0, INFINITY, NAN},
		{-1, 1, 0, 0, -INFINITY, INFINITY},
		{0, 0, 0, 0, NAN, NAN},
		{INFINITY, 0, 1, 1, INFINITY, -INFINITY},
		{1, 1, INFINITY, 0, 0, 0},
		{NAN, 0, 1, 1, NAN, NAN},
	};

	for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
		const double *t = table[i];
		gol_complex128 q = gol_complex_div((gol_complex128){t[0], t[1]}, (gol_complex128){t[2], t[3]});

		cr_assert(same(q.re, t[4]) && same(q.im, t[5]), "row %u: %g %g", i, q.re, q.im);
	}
}
