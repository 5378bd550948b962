/*
 * constant_ops.c - arithmetic and comparison of constants.
 *
 * Operands are brought to the higher of their kinds (INT < FLOAT < COMPLEX), then
 * each kind has one function. Integers that fit a word never leave it; all other
 * integer work is GMP's. FLOATs are added as ratios unless one of them is REAL.
 * The caller has ruled out division by zero with a message; here it gives unknown.
 */
#include "constant_rep.h"
#include "../syntax/ast.h"

#include <string.h>

/* More would take memory the size of the machine's; Go's own limit on shift counts is far below. */
enum { MAX_SHIFT = 1 << 20 };

static bool is_number(const Constant *v)
{
	return v->kind == CONST_INT || v->kind == CONST_FLOAT || v->kind == CONST_COMPLEX;
}

/* Numeric kinds in order: "Constant expressions" let the later kind win. */
static Constant *raise_kind(Compiler *c, Constant *v, ConstKind kind)
{
	if (v->kind >= kind)
		return v;
	return kind == CONST_FLOAT ? const_to_float_kind(c, v) : const_to_complex(c, v);
}

/* ---- integers --------------------------------------------------------------------------- */

/* Fast path: both operands and the result fit a word. NULL otherwise. -1 as a divisor is left to GMP, for INT64_MIN /
 * -1 does not fit. */
static Constant *small_binary(Compiler *c, int64_t x, int op, int64_t y)
{
	int64_t r;

	switch (op) {
	case OP_ADD: return __builtin_add_overflow(x, y, &r) ? NULL : const_int(c, r);
	case OP_SUB: return __builtin_sub_overflow(x, y, &r) ? NULL : const_int(c, r);
	case OP_MUL: return __builtin_mul_overflow(x, y, &r) ? NULL : const_int(c, r);
	case OP_DIV: return y == -1 ? NULL : const_int(c, x / y);
	case OP_REM: return const_int(c, y == -1 ? 0 : x % y);
	case OP_AND: return const_int(c, x & y);
	case OP_OR: return const_int(c, x | y);
	case OP_XOR: return const_int(c, x ^ y);
	case OP_ANDNOT: return const_int(c, x & ~y);
	default: return NULL;
	}
}

static bool big_binary(mpz_t r, mpz_srcptr x, int op, mpz_srcptr y)
{
	switch (op) {
	case OP_ADD: mpz_add(r, x, y); return true;
	case OP_SUB: mpz_sub(r, x, y); return true;
	case OP_MUL: mpz_mul(r, x, y); return true;
	case OP_DIV: mpz_tdiv_q(r, x, y); return true;
	case OP_REM: mpz_tdiv_r(r, x, y); return true;
	case OP_AND: mpz_and(r, x, y); return true;
	case OP_OR: mpz_ior(r, x, y); return true;
	case OP_XOR: mpz_xor(r, x, y); return true;
	case OP_ANDNOT: mpz_com(r, y); mpz_and(r, x, r); return true;
	default: return false;
	}
}

static Constant *int_binary(Compiler *c, Constant *x, int op, Constant *y)
{
	Constant *result = NULL;
	IntView xv, yv;
	mpz_t r;

	if ((op == OP_DIV || op == OP_REM) && const_sign(y) == 0)
		return const_unknown(c);
	if (x->rep == REP_SMALL && y->rep == REP_SMALL)
		result = small_binary(c, x->u.small, op, y->u.small);
	if (result)
		return result;
	mpz_init(r);
	if (big_binary(r, int_view(&xv, x), op, int_view(&yv, y)))
		result = const_from_mpz(c, r);
	else
		result = const_unknown(c);
	mpz_clear(r);
	return result;
}

/* ---- floats and complex pairs -------------------------------------------------------------- */

static Constant *real_binary(Compiler *c, Constant *x, int op, Constant *y)
{
	Constant *result;
	mpfr_t a, b;

	mpfr_inits2(REAL_BITS, a, b, (mpfr_ptr)NULL);
	const_get_mpfr(a, x);
	const_get_mpfr(b, y);
	switch (op) {
	case OP_ADD: mpfr_add(a, a, b, MPFR_RNDN); break;
	case OP_SUB: mpfr_sub(a, a, b, MPFR_RNDN); break;
	case OP_MUL: mpfr_mul(a, a, b, MPFR_RNDN); break;
	case OP_DIV: mpfr_div(a, a, b, MPFR_RNDN); break;
	default: mpfr_set_nan(a);
	}
	result = const_from_mpfr(c, a);
	mpfr_clears(a, b, (mpfr_ptr)NULL);
	return result;
}

static Constant *ratio_binary(Compiler *c, Constant *x, int op, Constant *y)
{
	Constant *result = NULL;
	mpq_t a, b;

	mpq_inits(a, b, (mpq_ptr)NULL);
	const_get_mpq(a, x);
	const_get_mpq(b, y);
	switch (op) {
	case OP_ADD: mpq_add(a, a, b); break;
	case OP_SUB: mpq_sub(a, a, b); break;
	case OP_MUL: mpq_mul(a, a, b); break;
	case OP_DIV: mpq_div(a, a, b); break;
	default: result = const_unknown(c);
	}
	if (!result)
		result = const_from_mpq(c, a);
	mpq_clears(a, b, (mpq_ptr)NULL);
	return result;
}

static Constant *float_binary(Compiler *c, Constant *x, int op, Constant *y)
{
	if (op == OP_DIV && const_sign(y) == 0)
		return const_unknown(c);
	if (x->rep == REP_REAL || y->rep == REP_REAL)
		return real_binary(c, x, op, y);
	return ratio_binary(c, x, op, y);
}

/* Arithmetic of parts, where integers divide exactly. */
static Constant *part(Compiler *c, Constant *x, int op, Constant *y)
{
	return const_binary(c, x, op, y, false);
}

/* (a+bi)(p+qi) and (a+bi)/(p+qi) by the schoolbook. Parts may be of different kinds, 1 and 0.5, so each goes through
 * const_binary again; one that has no value makes the whole unknown. */
static Constant *complex_binary(Compiler *c, Constant *x, int op, Constant *y)
{
	Constant *a = x->u.pair.re, *b = x->u.pair.im, *p = y->u.pair.re, *q = y->u.pair.im, *norm;

	require(x->rep == REP_PAIR && y->rep == REP_PAIR);
	switch (op) {
	case OP_ADD: case OP_SUB:
		return const_make_complex(c, part(c, a, op, p), part(c, b, op, q));
	case OP_MUL:
		return const_make_complex(c, part(c, part(c, a, OP_MUL, p), OP_SUB, part(c, b, OP_MUL, q)),
		                          part(c, part(c, b, OP_MUL, p), OP_ADD, part(c, a, OP_MUL, q)));
	case OP_DIV:
		norm = part(c, part(c, p, OP_MUL, p), OP_ADD, part(c, q, OP_MUL, q));
		if (const_sign(norm) == 0)
			return const_unknown(c);
		a = part(c, part(c, x->u.pair.re, OP_MUL, p), OP_ADD, part(c, b, OP_MUL, q));
		b = part(c, part(c, b, OP_MUL, p), OP_SUB, part(c, x->u.pair.re, OP_MUL, q));
		return const_make_complex(c, part(c, a, OP_DIV, norm), part(c, b, OP_DIV, norm));
	default:
		return const_unknown(c);
	}
}

/* ---- entry points ---------------------------------------------------------------------------- */

static Constant *concatenate(Compiler *c, Constant *x, Constant *y)
{
	Constant *v = NEW(c->arena, Constant);

	debug_require(x->kind == CONST_STRING && y->kind == CONST_STRING);
	v->kind = CONST_STRING;
	v->u.text = (ConstText){c->arena, NULL, x->u.text.n + y->u.text.n, x, y};
	return v;
}

/* int_division tells integers of an integer type, whose quotient is cut off, from the parts of complex numbers.
 * Untyped 5/2 is 2 as well: both operands are integer constants. */
Constant *const_binary(Compiler *c, Constant *x, int op, Constant *y, bool int_division)
{
	ConstKind kind = x->kind > y->kind ? x->kind : y->kind;

	if (x->kind == CONST_BOOL && y->kind == CONST_BOOL) {
		if (op == OP_ANDAND)
			return const_bool(c, x->u.boolean && y->u.boolean);
		if (op == OP_OROR)
			return const_bool(c, x->u.boolean || y->u.boolean);
		return const_unknown(c);
	}
	if (x->kind == CONST_STRING && y->kind == CONST_STRING)
		return op == OP_ADD ? concatenate(c, x, y) : const_unknown(c);
	if (!is_number(x) || !is_number(y))
		return const_unknown(c);
	if (kind == CONST_INT && op == OP_DIV && !int_division)
		kind = CONST_FLOAT;
	x = raise_kind(c, x, kind);
	y = raise_kind(c, y, kind);
	if (kind == CONST_INT)
		return int_binary(c, x, op, y);
	return kind == CONST_FLOAT ? float_binary(c, x, op, y) : complex_binary(c, x, op, y);
}

/* ^x is -x - 1; of an unsigned type only its low bits. */
static Constant *complement(Compiler *c, Constant *x, int unsigned_bits)
{
	Constant *result;
	IntView view;
	mpz_t r;

	mpz_init(r);
	mpz_com(r, int_view(&view, x));
	if (unsigned_bits > 0)
		mpz_fdiv_r_2exp(r, r, (mp_bitcnt_t)unsigned_bits);
	result = const_from_mpz(c, r);
	mpz_clear(r);
	return result;
}

/* unsigned_bits: of the operand's type, 0 if it is signed or untyped. ^uint8(1) is 254, ^1 is -2. */
Constant *const_unary(Compiler *c, int op, Constant *x, int unsigned_bits)
{
	debug_require(unsigned_bits >= 0 && unsigned_bits <= 64);
	if (op == OP_NOT && x->kind == CONST_BOOL)
		return const_bool(c, !x->u.boolean);
	if (!is_number(x))
		return const_unknown(c);
	if (op == OP_ADD)
		return x;
	if (op == OP_SUB && x->kind == CONST_COMPLEX)
		return const_make_complex(c, const_unary(c, OP_SUB, x->u.pair.re, 0), const_unary(c, OP_SUB, x->u.pair.im, 0));
	if (op == OP_SUB)
		return const_binary(c, const_int(c, 0), OP_SUB, x, false);
	if (op == OP_XOR && x->kind == CONST_INT)
		return complement(c, x, unsigned_bits);
	return const_unknown(c);
}

/* Of a negative number too the right shift rounds down, as it does for variables. */
Constant *const_shift(Compiler *c, Constant *x, int op, unsigned long n)
{
	Constant *result;
	IntView view;
	mpz_t r;

	debug_require(op == OP_SHL || op == OP_SHR);
	if (x->kind != CONST_INT || (op == OP_SHL && n > MAX_SHIFT))
		return const_unknown(c);
	mpz_init(r);
	if (op == OP_SHL)
		mpz_mul_2exp(r, int_view(&view, x), n);
	else
		mpz_fdiv_q_2exp(r, int_view(&view, x), n);
	result = const_from_mpz(c, r);
	mpz_clear(r);
	return result;
}

/* ---- comparison --------------------------------------------------------------------------------- */

static bool holds(int order, int op)
{
	switch (op) {
	case OP_EQ: return order == 0;
	case OP_NE: return order != 0;
	case OP_LT: return order < 0;
	case OP_LE: return order <= 0;
	case OP_GT: return order > 0;
	case OP_GE: return order >= 0;
	default: return false;
	}
}

static int compare_texts(const Constant *x, const Constant *y)
{
	size_t n, m;
	const char *s = const_string_value(x, &n), *t = const_string_value(y, &m);
	int order = memcmp(s, t, n < m ? n : m);

	return order ? order : (n > m) - (n < m);
}

static int compare_reals(const Constant *x, const Constant *y)
{
	int order;
	mpfr_t a, b;
	mpq_t p, q;

	if (x->rep == REP_REAL || y->rep == REP_REAL) {
		mpfr_inits2(REAL_BITS, a, b, (mpfr_ptr)NULL);
		const_get_mpfr(a, x);
		const_get_mpfr(b, y);
		order = mpfr_cmp(a, b);
		mpfr_clears(a, b, (mpfr_ptr)NULL);
		return order;
	}
	mpq_inits(p, q, (mpq_ptr)NULL);
	const_get_mpq(p, x);
	const_get_mpq(q, y);
	order = mpq_cmp(p, q);
	mpq_clears(p, q, (mpq_ptr)NULL);
	return order;
}

static int compare_numbers(const Constant *x, const Constant *y)
{
	if (x->rep == REP_SMALL && y->rep == REP_SMALL)
		return (x->u.small > y->u.small) - (x->u.small < y->u.small);
	return compare_reals(x, y);
}

static bool equal_complex(const Constant *x, const Constant *y)
{
	const Constant zero = {.kind = CONST_INT, .rep = REP_SMALL};
	const Constant *a = x->kind == CONST_COMPLEX ? x->u.pair.re : x, *b = x->kind == CONST_COMPLEX ? x->u.pair.im :
		&zero;
	const Constant *p = y->kind == CONST_COMPLEX ? y->u.pair.re : y, *q = y->kind == CONST_COMPLEX ? y->u.pair.im :
		&zero;

	return compare_numbers(a, p) == 0 && compare_numbers(b, q) == 0;
}

bool const_compare(Constant *x, int op, Constant *y)
{
	if (x->kind == CONST_BOOL && y->kind == CONST_BOOL)
		return holds(x->u.boolean != y->u.boolean, op == OP_EQ || op == OP_NE ? op : OP_NONE);
	if (x->kind == CONST_STRING && y->kind == CONST_STRING)
		return holds(compare_texts(x, y), op);
	if (!is_number(x) || !is_number(y))
		return false;
	if (x->kind == CONST_COMPLEX || y->kind == CONST_COMPLEX)
		return holds(!equal_complex(x, y), op == OP_EQ || op == OP_NE ? op : OP_NONE);
	return holds(compare_numbers(x, y), op);
}

bool const_equal(Constant *x, Constant *y)
{
	return const_compare(x, OP_EQ, y);
}

static uint64_t hash_word(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

/* Equal values hash alike whatever their kind: 1, 1.0 and 1+0i are one key. */
static uint64_t hash_number(const Constant *v)
{
	double d = const_to_double(v);
	uint64_t bits;

	debug_require(v->kind == CONST_INT || v->kind == CONST_FLOAT);
	memcpy(&bits, &d, sizeof bits);
	return hash_word(1, d == 0 ? 0 : bits);
}

uint64_t const_hash(const Constant *v)
{
	uint64_t h = 2;
	const char *s;
	size_t n;

	switch (v->kind) {
	case CONST_BOOL:
		return hash_word(3, v->u.boolean);
	case CONST_STRING:
		s = const_string_value(v, &n);
		for (size_t i = 0; i < n; i++)
			h = hash_word(h, (unsigned char)s[i]);
		return h;
	case CONST_INT: case CONST_FLOAT:
		return hash_number(v);
	case CONST_COMPLEX:
		h = hash_number(v->u.pair.re);
		return const_sign(v->u.pair.im) == 0 ? h : hash_word(h, hash_number(v->u.pair.im));
	default:
		return 0;
	}
}
