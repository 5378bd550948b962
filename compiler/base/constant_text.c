/*
 * constant_text.c - constants from literals as written in Go source, and constants
 * as Go's messages print them.
 *
 * The lexer has complained about malformed literals already; whatever is still
 * not understood here gives the unknown constant, silently. A literal's float is
 * exact (a ratio) as long as its exponent is below RATIO_BITS.
 */
#include "constant_rep.h"
#include "../syntax/ast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers --------------------------------------------------------------------------- */

/* A copy without underscores, NUL-terminated. */
static char *without_underscores(Compiler *c, const char *text, size_t n)
{
	char *copy = arena_alloc(c->arena, n + 1);
	size_t length = 0;

	for (size_t i = 0; i < n; i++)
		if (text[i] != '_')
			copy[length++] = text[i];
	return copy;
}

static Constant *parse_int(Compiler *c, const char *digits, bool imaginary)
{
	Constant *v;
	int base = 10;
	mpz_t z;

	if (digits[0] == '0' && digits[1]) {
		switch (digits[1] | 0x20) {
		case 'x': base = 16; digits += 2; break;
		case 'b': base = 2; digits += 2; break;
		case 'o': base = 8; digits += 2; break;
		default: base = imaginary ? 10 : 8;      /* 0123i is decimal, for history's sake */
		}
	}
	if (mpz_init_set_str(z, digits, base) == 0)
		v = const_from_mpz(c, z);
	else
		v = const_unknown(c);
	mpz_clear(z);
	return v;
}

/* An exponent's value, held within what arithmetic on it can bear. */
static long parse_exponent(const char *s)
{
	long value = strtol(s, NULL, 10);

	if (value > 1000000000000)
		return 1000000000000;
	return value < -1000000000000 ? -1000000000000 : value;
}

/* mantissa * radix^exponent, exactly. */
static Constant *exact_float(Compiler *c, mpz_t mantissa, unsigned radix, long exponent)
{
	Constant *v;
	mpz_t power;
	mpq_t q;

	mpz_init(power);
	mpq_init(q);
	mpz_ui_pow_ui(power, radix, (unsigned long)labs(exponent));
	if (exponent >= 0) {
		mpz_mul(power, power, mantissa);
		mpq_set_z(q, power);
	} else {
		mpq_set_num(q, mantissa);
		mpq_set_den(q, power);
		mpq_canonicalize(q);
	}
	v = const_from_mpq(c, q);
	mpq_clear(q);
	mpz_clear(power);
	return v;
}

/* The same where the exponent is out of hand. */
static Constant *rounded_float(Compiler *c, mpz_t mantissa, unsigned radix, long exponent)
{
	Constant *v;
	mpfr_t f, power;

	mpfr_set_emax(mpfr_get_emax_max());
	mpfr_set_emin(mpfr_get_emin_min());
	mpfr_init2(f, REAL_BITS);
	mpfr_init2(power, REAL_BITS + 64);
	mpfr_set_ui(power, radix, MPFR_RNDN);
	mpfr_pow_si(power, power, exponent, MPFR_RNDN);
	mpfr_mul_z(f, power, mantissa, MPFR_RNDN);
	v = const_from_mpfr(c, f);
	mpfr_clears(f, power, (mpfr_ptr)NULL);
	return v;
}

/* digits: a decimal or 0x float without underscores, writable. The digits without the point are the mantissa, and the
 * exponent is less by the digits behind it (in hex four bits each, as p counts bits). Written over the text itself:
 * the mantissa is never longer. */
static Constant *parse_float(Compiler *c, char *digits)
{
	bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
	char *s = hex ? digits + 2 : digits, *out = s;
	long exponent = 0;
	size_t fraction = 0;
	bool point = false;
	Constant *v;
	mpz_t mantissa;

	for (; *s; s++) {
		if (*s == '.') {
			point = true;
		} else if ((*s | 0x20) == (hex ? 'p' : 'e')) {
			exponent = parse_exponent(s + 1);
			break;
		} else {
			fraction += point;
			*out++ = *s;
		}
	}
	*out = '\0';
	exponent -= (long)fraction * (hex ? 4 : 1);
	if (mpz_init_set_str(mantissa, hex ? digits + 2 : digits, hex ? 16 : 10) != 0)
		v = const_unknown(c);
	else if (labs(exponent) <= RATIO_BITS || mpz_sgn(mantissa) == 0)
		v = exact_float(c, mantissa, hex ? 2 : 10, mpz_sgn(mantissa) ? exponent : 0);
	else
		v = rounded_float(c, mantissa, hex ? 2 : 10, exponent);
	mpz_clear(mantissa);
	return v;
}

/* "Imaginary literals": 0x1p-2i is hexadecimal, 0123i decimal. */
static Constant *parse_imaginary(Compiler *c, char *digits)
{
	size_t n = strlen(digits);
	bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
	Constant *im;

	if (n == 0)
		return const_unknown(c);
	digits[n - 1] = '\0';            /* the i */
	if (strpbrk(digits, hex ? ".pP" : ".eE"))
		im = parse_float(c, digits);
	else
		im = parse_int(c, digits, true);
	return const_make_complex(c, const_int(c, 0), im);
}

/* ---- runes and strings -------------------------------------------------------------------- */

static int digit_value(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : 99;
}

/* Read `count` digits at *s, which moves behind them; UINT32_MAX if one is not a digit of the base. */
static uint32_t read_digits(const char **s, const char *end, int count, int base)
{
	uint32_t value = 0;

	for (; count > 0; count--, (*s)++) {
		int digit = *s < end ? digit_value(**s) : 99;
		if (digit >= base)
			return UINT32_MAX;
		value = value * (uint32_t)base + (uint32_t)digit;
	}
	return value;
}

/* One escape behind its backslash. *is_byte: it denotes a byte, not a rune. UINT32_MAX if malformed. */
static uint32_t read_escape(const char **s, const char *end, bool *is_byte)
{
	static const char letters[] = "abfnrtv\\'\"", values[] = "\a\b\f\n\r\t\v\\'\"";
	const char *at;
	uint32_t value;

	*is_byte = true;
	if (*s == end)
		return UINT32_MAX;
	at = **s ? strchr(letters, **s) : NULL;
	if (at) {
		(*s)++;
		return (unsigned char)values[at - letters];
	}
	if (**s >= '0' && **s <= '7') {
		value = read_digits(s, end, 3, 8);
		return value > 255 ? UINT32_MAX : value;
	}
	switch (*(*s)++) {
	case 'x': return read_digits(s, end, 2, 16);
	case 'u': *is_byte = false; return read_digits(s, end, 4, 16);
	case 'U': *is_byte = false; return read_digits(s, end, 8, 16);
	default: return UINT32_MAX;
	}
}

static Constant *parse_rune(Compiler *c, const char *text, size_t n)
{
	const char *s = text + 1, *end = text + n - 1;
	uint32_t rune;
	bool is_byte;
	int size;

	if (n < 3)
		return const_unknown(c);
	if (*s == '\\') {
		s++;
		rune = read_escape(&s, end, &is_byte);
	} else {
		rune = utf8_decode(s, (size_t)(end - s), &size);
		s += size;
	}
	return rune == UINT32_MAX || s != end ? const_unknown(c) : const_int(c, rune);
}

/* Carriage returns do not count in raw strings, so that a file means the same with either line ending. */
static Constant *parse_raw_string(Compiler *c, const char *text, size_t n)
{
	Buf b;

	buf_init(&b, c->arena);
	buf_str(&b, "");
	for (size_t i = 1; i + 1 < n; i++)
		if (text[i] != '\r')
			buf_char(&b, text[i]);
	return const_string(c, b.s, b.len);
}

static Constant *parse_string(Compiler *c, const char *text, size_t n)
{
	const char *s = text + 1, *end = text + n - 1;
	Buf b;

	if (n < 2)
		return const_unknown(c);
	if (text[0] == '`')
		return parse_raw_string(c, text, n);
	buf_init(&b, c->arena);
	buf_str(&b, "");
	while (s < end) {
		uint32_t value;
		bool is_byte;

		if (*s != '\\') {
			buf_char(&b, *s++);
			continue;
		}
		s++;
		value = read_escape(&s, end, &is_byte);
		if (value == UINT32_MAX)
			return const_unknown(c);
		if (is_byte)
			buf_char(&b, (char)value);
		else
			buf_rune(&b, value);
	}
	return const_string(c, b.s, b.len);
}

Constant *const_from_literal(Compiler *c, const char *text, size_t n, int literal_kind)
{
	switch ((LiteralKind)literal_kind) {
	case LIT_INT: return parse_int(c, without_underscores(c, text, n), false);
	case LIT_FLOAT: return parse_float(c, without_underscores(c, text, n));
	case LIT_IMAG: return parse_imaginary(c, without_underscores(c, text, n));
	case LIT_RUNE: return parse_rune(c, text, n);
	case LIT_STRING: return parse_string(c, text, n);
	}
	return const_unknown(c);
}

/* ---- printing -------------------------------------------------------------------------------- */

void const_print_int(Buf *out, const Constant *v)
{
	IntView view;
	mpz_srcptr z;
	char *text;

	if (v->rep == REP_SMALL) {
		buf_printf(out, "%lld", (long long)v->u.small);
		return;
	}
	if (v->kind != CONST_INT) {
		buf_str(out, "?");
		return;
	}
	z = int_view(&view, v);
	text = arena_alloc(out->arena, mpz_sizeinbase(z, 10) + 2);
	buf_str(out, mpz_get_str(text, 10, z));
}

enum { QUOTED_WIDTH = 72 };

/* Quoted, and cut so that the whole with "..." is QUOTED_WIDTH characters wide. */
static void print_string(Buf *out, const Constant *v)
{
	size_t n, width = 0, cut = 0;
	const char *s = const_string_value(v, &n);
	Buf quoted;

	buf_init(&quoted, out->arena);
	buf_quote(&quoted, s, n);
	for (size_t i = 0; i < quoted.len; ) {
		int size;
		utf8_decode(quoted.s + i, quoted.len - i, &size);
		if (width == QUOTED_WIDTH - 3)
			cut = i;
		width++;
		i += (size_t)size;
	}
	if (width <= QUOTED_WIDTH) {
		buf_bytes(out, quoted.s, quoted.len);
		return;
	}
	buf_bytes(out, quoted.s, cut);
	buf_str(out, "...");
}

static bool is_whole(double d)
{
	return d >= 0x1p53 || d <= -0x1p53 || d == (double)(int64_t)d;
}

/* Go's %g with or without a precision: exponents have at least two digits in C too, so C's form is right. */
static void print_double(Buf *out, double d)
{
	char text[64];

	snprintf(text, sizeof text, "%.6g", d);
	if (!strchr(text, '.') && !is_whole(d)) {
		for (int digits = 1; digits <= 17; digits++) {
			snprintf(text, sizeof text, "%.*g", digits, d);
			if (strtod(text, NULL) == d)
				break;
		}
	}
	buf_str(out, text);
}

/* Beyond double's range: mantissa in [1, 10) and a decimal exponent of any size. */
static void print_real(Buf *out, const Constant *v)
{
	char *text;
	mpfr_t f;

	mpfr_init2(f, REAL_BITS);
	const_get_mpfr(f, v);
	if (mpfr_asprintf(&text, "%.6Rg", f) >= 0) {
		buf_str(out, text);
		mpfr_free_str(text);
	}
	mpfr_clear(f);
}

/* What a double cannot show is beyond its range, or so small that it would print as 0. */
static void print_float(Buf *out, const Constant *v)
{
	double d = const_to_double(v);

	if (__builtin_isinf(d) || (d == 0 && const_sign(v) != 0))
		print_real(out, v);
	else
		print_double(out, d);
}

void const_print(Buf *out, const Constant *v)
{
	switch (v->kind) {
	case CONST_UNKNOWN: buf_str(out, "unknown"); break;
	case CONST_BOOL: buf_str(out, v->u.boolean ? "true" : "false"); break;
	case CONST_STRING: print_string(out, v); break;
	case CONST_INT: const_print_int(out, v); break;
	case CONST_FLOAT: print_float(out, v); break;
	case CONST_COMPLEX:
		buf_char(out, '(');
		const_print(out, v->u.pair.re);
		buf_str(out, " + ");
		const_print(out, v->u.pair.im);
		buf_str(out, "i)");
		break;
	}
}
