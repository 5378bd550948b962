/*
 * constant_test.c - exact constants: literals, arithmetic, rounding, printing.
 */
#include "base/constant.h"
#include "syntax/ast.h"

#include <criterion/criterion.h>
#include <string.h>

static Constant *literal(Compiler *c, const char *text)
{
	LiteralKind kind = LIT_INT;

	if (text[0] == '"' || text[0] == '`')
		kind = LIT_STRING;
	else if (text[0] == '\'')
		kind = LIT_RUNE;
	else if (text[strlen(text) - 1] == 'i')
		kind = LIT_IMAG;
	else if (strpbrk(text, ".p") || (strpbrk(text, "eE") && strncmp(text, "0x", 2) != 0))
		kind = LIT_FLOAT;
	return const_from_literal(c, text, strlen(text), kind);
}

static const char *printed(Compiler *c, const Constant *v)
{
	Buf b;

	buf_init(&b, c->arena);
	const_print(&b, v);
	return b.s;
}

Test(constant, literals)
{
	static const struct { const char *text, *printed; } cases[] = {
		{"0", "0"}, {"0x_ff", "255"}, {"0b101", "5"}, {"0o17", "15"}, {"0777", "511"}, {"1_000", "1000"}, {"'a'", "97"},
		{"'\\n'", "10"}, {"'\\u20ac'", "8364"}, {"\"\\x00\\u1234\"", "\"\\x00ሴ\""}, {"`a\\b`", "\"a\\\\b\""}, {"0x1p-2", "0.25"},
		{"0.1", "0.1"}, {"1e500", "1e+500"}, {"1e5000", "1e+5000"}, {"1.5e-400", "1.5e-400"}, {"0.99999999999", "0.99999999999"},
		{"1.23456789", "1.23457"}, {"3i", "(0 + 3i)"}, {"0123i", "(0 + 123i)"},
		{"340282366920938463463374607431768211456", "340282366920938463463374607431768211456"},
	};
	Compiler *c = compiler_new();

	for (int i = 0; i < COUNT_OF(cases); i++)
		cr_expect_str_eq(printed(c, literal(c, cases[i].text)), cases[i].printed);
	compiler_free(c);
}

static void expect_binary(const char *x, Op op, const char *y, const char *result)
{
	Compiler *c = compiler_new();

	cr_expect_str_eq(printed(c, const_binary(c, literal(c, x), op, literal(c, y), true)), result, "%s %s %s", x, op_text(op), y);
	compiler_free(c);
}

Test(constant, arithmetic)
{
	expect_binary("9223372036854775807", OP_ADD, "1", "9223372036854775808");
	expect_binary("4294967296", OP_MUL, "4294967296", "18446744073709551616");
	expect_binary("7", OP_DIV, "2", "3");
	expect_binary("7", OP_REM, "4", "3");
	expect_binary("7.0", OP_DIV, "2", "3.5");
	expect_binary("6", OP_ANDNOT, "3", "4");
	expect_binary("0.1", OP_MUL, "10", "1");
	expect_binary("1e5000", OP_DIV, "1e5000", "1");
	expect_binary("1i", OP_MUL, "1i", "(-1 + 0i)");
	expect_binary("1", OP_DIV, "0", "unknown");
	expect_binary("\"a\"", OP_ADD, "\"b\"", "\"ab\"");
}

Test(constant, negative_division)
{
	Compiler *c = compiler_new();
	Constant *x = const_int(c, -7), *y = const_int(c, 2), *least = const_int(c, INT64_MIN);

	cr_expect_str_eq(printed(c, const_binary(c, x, OP_DIV, y, true)), "-3");
	cr_expect_str_eq(printed(c, const_binary(c, x, OP_REM, y, true)), "-1");
	cr_expect_str_eq(printed(c, const_binary(c, least, OP_DIV, const_int(c, -1), true)), "9223372036854775808");
	cr_expect_str_eq(printed(c, const_shift(c, x, OP_SHR, 1)), "-4");
	cr_expect_str_eq(printed(c, const_shift(c, const_int(c, 1), OP_SHL, 100)), "1267650600228229401496703205376");
	cr_expect_str_eq(printed(c, const_unary(c, OP_XOR, const_int(c, 0), 8)), "255");
	cr_expect_str_eq(printed(c, const_unary(c, OP_XOR, const_int(c, 5), 0)), "-6");
	compiler_free(c);
}

Test(constant, conversions)
{
	Compiler *c = compiler_new();
	int64_t i;
	uint64_t u;

	cr_expect(const_fits_int64(literal(c, "5.0"), &i) && i == 5);
	cr_expect_not(const_fits_int64(literal(c, "5.5"), &i));
	cr_expect_not(const_fits_int64(literal(c, "9223372036854775808"), &i));
	cr_expect(const_fits_uint64(literal(c, "18446744073709551615"), &u) && u == UINT64_MAX);
	cr_expect_not(const_fits_uint64(const_int(c, -1), &u));
	cr_expect_eq(const_kind(const_to_int(c, literal(c, "1.5"))), CONST_UNKNOWN);
	cr_expect_eq(const_kind(const_to_int(c, const_make_complex(c, const_int(c, 2), const_int(c, 0)))), CONST_INT);
	cr_expect_eq(const_kind(const_round_float32(c, literal(c, "1e39"))), CONST_UNKNOWN);
	cr_expect_eq(const_bit_length(literal(c, "0x10000000000000000")), 65);
	compiler_free(c);
}

/* Values half way between two doubles or floats, and just off: one rounding only. */
Test(constant, rounding)
{
	Compiler *c = compiler_new();

	cr_expect_eq(const_to_double(literal(c, "9007199254740993")), 9007199254740992.0);
	cr_expect_eq(const_to_double(literal(c, "9007199254740993.00000000000000000000000000000001")), 9007199254740994.0);
	cr_expect_eq(const_to_float(literal(c, "16777217")), 16777216.0f);
	cr_expect_eq(const_to_float(literal(c, "16777217.0000000000000000000000000000000001")), 16777218.0f);
	cr_expect_eq(const_to_double(literal(c, "4.9e-324")), 0x1p-1074);
	cr_expect_eq(const_to_double(literal(c, "2e-324")), 0.0);
	cr_expect_eq(const_to_double(literal(c, "0.1")), 0.1);
	compiler_free(c);
}

Test(constant, equality)
{
	Compiler *c = compiler_new();
	Constant *one = const_int(c, 1), *one_float = literal(c, "1.0");

	cr_expect(const_equal(one, one_float));
	cr_expect_eq(const_hash(one), const_hash(one_float));
	cr_expect(const_equal(one, const_to_complex(c, one_float)));
	cr_expect_eq(const_hash(one), const_hash(const_to_complex(c, one_float)));
	cr_expect(const_compare(literal(c, "1e5000"), OP_GT, literal(c, "1e4999")));
	cr_expect(const_compare(literal(c, "\"a\""), OP_LT, literal(c, "\"ab\"")));
	compiler_free(c);
}

/* Many concatenations cost one copy at the end. */
Test(constant, long_concatenation)
{
	Compiler *c = compiler_new();
	Constant *v = literal(c, "\"\"");
	size_t n;
	const char *s;

	for (int i = 0; i < 100000; i++)
		v = const_binary(c, v, OP_ADD, literal(c, "\"ab\""), false);
	s = const_string_value(v, &n);
	cr_expect_eq(n, 200000u);
	cr_expect(memcmp(s, "abab", 4) == 0 && s[n] == '\0');
	compiler_free(c);
}
