/* string_test.c - strings, UTF-8, slices. */
#include <criterion/criterion.h>

#include "lang/utf8.h"
#include "support.h"

static bool is_text(gol_string s, const char *text) { return s.len == (gol_int)strlen(text) && memcmp(s.ptr, text, strlen(text)) == 0; }

Test(string, concat)
{
	gol_string parts[3] = {text_of("ab"), text_of(""), text_of("cde")};
	gol_string s;

	test_start();
	s = gol_concat(test_g, parts, 3);
	cr_assert(is_text(s, "abcde"));
	s = gol_concat(test_g, parts, 2);
	cr_assert_eq(s.ptr, parts[0].ptr);      /* nothing to join: shared */
	cr_assert_eq(gol_concat(test_g, &parts[1], 1).len, 0);
}

Test(string, compare)
{
	cr_assert_eq(gol_string_compare(NULL, text_of("a"), text_of("b")), -1);
	cr_assert_eq(gol_string_compare(NULL, text_of("b"), text_of("abc")), 1);
	cr_assert_eq(gol_string_compare(NULL, text_of("a"), text_of("ab")), -1);
	cr_assert_eq(gol_string_compare(NULL, text_of(""), text_of("")), 0);
	cr_assert(gol_string_equal(NULL, text_of("x"), text_of("x")));
	cr_assert(!gol_string_equal(NULL, text_of("x"), text_of("xx")));
	cr_assert(gol_string_equal(NULL, (gol_string){NULL, 0}, text_of("")));
}

/* Against the definition, for lengths and differences on both sides of 8 and 16 bytes. */
Test(string, compare_lengths)
{
	uint8_t a[40], b[40];

	for (gol_int n = 0; n <= 40; n++)
		for (gol_int m = 0; m <= 40; m++)
			for (gol_int at = 0; at <= 40; at++) {
				gol_int shorter = n < m ? n : m, order = n < m ? -1 : n > m;

				memset(a, 'x', sizeof a);
				memset(b, 'x', sizeof b);
				if (at < 40) {
					a[at] = 0x7f;
					b[at] = 0x80;
				}
				if (at < shorter)
					order = -1;
				cr_assert_eq(gol_string_compare(NULL, (gol_string){a, n}, (gol_string){b, m}), order, "%d %d %d", (int)n, (int)m, (int)at);
				cr_assert_eq(gol_string_compare(NULL, (gol_string){b, m}, (gol_string){a, n}), -order);
			}
}

/* Every rune survives a round trip; surrogates and numbers out of range become U+FFFD. */
Test(string, utf8_round_trip)
{
	for (int32_t r = 0; r <= 0x110010; r++) {
		uint8_t bytes[4];
		unsigned n = utf8_encode(bytes, r), width;
		int32_t back = utf8_decode(bytes, n, &width);
		bool valid = r <= 0x10ffff && (r < 0xd800 || r > 0xdfff);

		cr_assert_eq(width, n);
		cr_assert_eq(back, valid ? r : UTF8_ERROR);
	}
}

Test(string, utf8_invalid)
{
	static const char *const bad[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xff", "\xe4\xb8", "\xf0\x9f\x98", "\xc3"};

	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		unsigned width;

		cr_assert_eq(utf8_decode((const uint8_t *)bad[i], strlen(bad[i]), &width), UTF8_ERROR);
		cr_assert_eq(width, 1);
	}
}

Test(string, conversions)
{
	gol_string s = text_of("h\xc3\xa9llo \xe4\xb8\x96\xff");
	gol_slice runes, bytes;

	test_start();
	runes = gol_runes_from_string(test_g, s);
	cr_assert_eq(runes.len, 8);
	cr_assert_eq(((int32_t *)runes.ptr)[6], 0x4e16);
	cr_assert_eq(((int32_t *)runes.ptr)[7], 0xfffd);
	cr_assert(is_text(gol_string_from_runes(test_g, runes), "h\xc3\xa9llo \xe4\xb8\x96\xef\xbf\xbd"));
	bytes = gol_bytes_from_string(test_g, s);
	cr_assert(bytes.len == s.len && bytes.cap == 16);
	cr_assert(gol_string_equal(test_g, gol_string_from_bytes(test_g, bytes), s));
	cr_assert(is_text(gol_string_from_rune(test_g, 0x1f600), "\xf0\x9f\x98\x80"));
	cr_assert(is_text(gol_string_from_rune(test_g, -1), "\xef\xbf\xbd"));
	cr_assert(is_text(gol_string_from_rune(test_g, 'x'), "x"));
	bytes = gol_bytes_from_string(test_g, text_of(""));
	cr_assert(bytes.ptr != NULL && bytes.len == 0);
}

/* Capacities as Go's append chooses them (checked against go1.26). */
static void check_growth(const gol_type *elem, const gol_int *caps, unsigned n)
{
	gol_slice s = {0};
	unsigned at = 0;

	for (gol_int i = 0; at < n; i++) {
		gol_int before = s.cap;

		s = gol_grow_slice(test_g, elem, s, 1);
		s.len++;
		test_roots[0] = s.ptr;
		if (s.cap != before)
			cr_assert_eq(s.cap, caps[at++], "after %ld elements cap %ld", (long)i, (long)s.cap);
	}
}

Test(slice, growth)
{
	static const gol_int ints[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 848, 1280, 1792, 2560, 3408, 5120, 7168, 9216, 12288, 16384};
	static const gol_int bytes[] = {8, 16, 32, 64, 128, 256, 512, 896, 1408, 2048, 3072, 4096, 5376, 6912, 9472, 12288, 16384};
	static const gol_int strings[] = {1, 2, 4, 8, 16, 32, 71, 143, 303, 591, 1023, 1535, 2560};

	test_start();
	check_growth(&type_int, ints, sizeof ints / sizeof ints[0]);
	check_growth(&type_uint8, bytes, sizeof bytes / sizeof bytes[0]);
	check_growth(&type_string, strings, sizeof strings / sizeof strings[0]);
}

Test(slice, append_and_copy)
{
	gol_int values[5] = {1, 2, 3, 4, 5};
	gol_slice from = {values, 5, 5}, s = {0};

	test_start();
	for (int i = 0; i < 1000; i++) {
		s = gol_append_slice(test_g, &type_int, s, from);
		test_roots[0] = s.ptr;
	}
	cr_assert_eq(s.len, 5000);
	for (int i = 0; i < 5000; i++)
		cr_assert_eq(((gol_int *)s.ptr)[i], i % 5 + 1);
	s = gol_append_slice(test_g, &type_int, s, s);  /* itself */
	cr_assert_eq(s.len, 10000);
	cr_assert_eq(((gol_int *)s.ptr)[9999], 5);
	cr_assert_eq(gol_copy_slice(test_g, &type_int, (gol_slice){values + 1, 4, 4}, from), 4);
	cr_assert(values[0] == 1 && values[1] == 1 && values[4] == 4);
	s = gol_append_string(test_g, (gol_slice){0}, text_of("abc"));
	cr_assert(s.len == 3 && s.cap == 8);
}

Test(slice, panics)
{
	test_start();
	gol_make_slice(test_g, &type_int, -1, -1);
	cr_assert_str_eq(test_take_panic(), "runtime error: makeslice: len out of range");
	gol_make_slice(test_g, &type_int, 1, -1);
	cr_assert_str_eq(test_take_panic(), "runtime error: makeslice: cap out of range");
	gol_make_slice(test_g, &type_int, INT64_MAX / 4, INT64_MAX / 4);
	cr_assert_str_eq(test_take_panic(), "runtime error: makeslice: len out of range");
	gol_make_slice(test_g, &type_int, 5, 4);
	cr_assert_str_eq(test_take_panic(), "runtime error: makeslice: cap out of range");
	gol_grow_slice(test_g, &type_int, (gol_slice){NULL, INT64_MAX, INT64_MAX}, 1);
	cr_assert_str_eq(test_take_panic(), "runtime error: growslice: len out of range");
}
