/*
 * constant.c - making, reading and converting constants. The arithmetic is in
 * constant_ops.c, literals and printing in constant_text.c; constant_rep.h tells
 * how values are held.
 *
 * A FLOAT is kept as an exact ratio as long as its exponent is tame, because
 * ratios make 0.1*10 == 1 true, which the specification does not demand but users
 * expect. Beyond 4096 bits it becomes a 512-bit MPFR number and stays one.
 */
#include "constant_rep.h"

#include <string.h>

static Constant *constant_new(Compiler *c, ConstKind kind, Rep rep)
{
	Constant *v = NEW(c->arena, Constant);

	v->kind = kind;
	v->rep = rep;
	return v;
}

ConstKind const_kind(const Constant *v)
{
	return v->kind;
}

Constant *const_unknown(Compiler *c)
{
	return constant_new(c, CONST_UNKNOWN, REP_NONE);
}

Constant *const_bool(Compiler *c, bool value)
{
	Constant *v = constant_new(c, CONST_BOOL, REP_NONE);

	v->u.boolean = value;
	return v;
}

Constant *const_string(Compiler *c, const char *s, size_t n)
{
	Constant *v = constant_new(c, CONST_STRING, REP_NONE);

	v->u.text = (ConstText){c->arena, arena_strndup(c->arena, s, n), n, NULL, NULL};
	return v;
}

Constant *const_int(Compiler *c, int64_t value)
{
	Constant *v = constant_new(c, CONST_INT, REP_SMALL);

	v->u.small = value;
	return v;
}

Constant *const_uint(Compiler *c, uint64_t value)
{
	Constant *v;
	mpz_t z;

	if (value <= INT64_MAX)
		return const_int(c, (int64_t)value);
	mpz_init_set_ui(z, value);
	v = const_from_mpz(c, z);
	mpz_clear(z);
	return v;
}

Constant *const_float(Compiler *c, double value)
{
	Constant *v;
	mpfr_t f;

	mpfr_init2(f, 53);
	mpfr_set_d(f, value, MPFR_RNDN);
	v = const_from_mpfr(c, f);
	mpfr_clear(f);
	return const_to_float_kind(c, v);
}

/* ---- between the arena and the libraries --------------------------------------------- */

static Limbs copy_limbs(Compiler *c, mpz_srcptr z)
{
	size_t n = mpz_size(z);
	Limbs copy = {NEW_ARRAY(c->arena, mp_limb_t, n + 1), (mp_size_t)n};

	if (n > 0)
		memcpy(copy.limbs, mpz_limbs_read(z), n * sizeof(mp_limb_t));
	if (mpz_sgn(z) < 0)
		copy.size = -copy.size;
	return copy;
}

/* The simplest form that holds it: small_binary and comparisons look at SMALL alone. */
Constant *const_from_mpz(Compiler *c, mpz_srcptr z)
{
	Constant *v;

	if (mpz_fits_slong_p(z))
		return const_int(c, mpz_get_si(z));
	v = constant_new(c, CONST_INT, REP_BIG);
	v->u.ratio.num = copy_limbs(c, z);
	return v;
}

/* q is reduced; mpq functions see to that. */
Constant *const_from_mpq(Compiler *c, mpq_srcptr q)
{
	Constant *v;
	mpfr_t f;

	debug_require(mpz_sgn(mpq_denref(q)) > 0);
	if (mpz_sizeinbase(mpq_numref(q), 2) <= RATIO_BITS && mpz_sizeinbase(mpq_denref(q), 2) <= RATIO_BITS) {
		v = constant_new(c, CONST_FLOAT, REP_RATIO);
		v->u.ratio.num = copy_limbs(c, mpq_numref(q));
		v->u.ratio.den = copy_limbs(c, mpq_denref(q));
		return v;
	}
	mpfr_init2(f, REAL_BITS);
	mpfr_set_q(f, q, MPFR_RNDN);
	v = const_from_mpfr(c, f);
	mpfr_clear(f);
	return v;
}

static Constant *float_zero(Compiler *c)
{
	Constant *v;
	mpq_t q;

	mpq_init(q);
	v = const_from_mpq(c, q);
	mpq_clear(q);
	return v;
}

/* Zero has no REAL, its sign would be lost in ratios: Go's constants have no negative zero. */
Constant *const_from_mpfr(Compiler *c, mpfr_srcptr f)
{
	Constant *v;
	mpfr_t rounded;
	size_t size = mpfr_custom_get_size(REAL_BITS);

	if (!mpfr_number_p(f))
		return const_unknown(c);
	if (mpfr_zero_p(f))
		return float_zero(c);
	if (mpfr_get_exp(f) > INT32_MAX)
		return const_unknown(c);        /* Go's limit */
	if (mpfr_get_exp(f) < INT32_MIN)
		return float_zero(c);
	v = constant_new(c, CONST_FLOAT, REP_REAL);
	mpfr_init2(rounded, REAL_BITS);
	mpfr_set(rounded, f, MPFR_RNDN);
	v->u.real.limbs = arena_alloc(c->arena, size);
	memcpy(v->u.real.limbs, mpfr_custom_get_significand(rounded), size);
	v->u.real.kind = mpfr_custom_get_kind(rounded);
	v->u.real.exp = mpfr_custom_get_exp(rounded);
	mpfr_clear(rounded);
	return v;
}

/* INT64_MIN: its magnitude fits the unsigned limb, negating the int64_t would not. The size's sign is the number's;
 * GMP drops a limb of zero. */
mpz_srcptr int_view(IntView *view, const Constant *v)
{
	debug_require(v->kind == CONST_INT && (v->rep == REP_SMALL || v->rep == REP_BIG));
	if (v->rep == REP_BIG)
		return mpz_roinit_n(view->z, v->u.ratio.num.limbs, v->u.ratio.num.size);
	view->storage = v->u.small < 0 ? -(mp_limb_t)v->u.small : (mp_limb_t)v->u.small;
	return mpz_roinit_n(view->z, &view->storage, v->u.small < 0 ? -1 : 1);
}

void const_get_mpq(mpq_t out, const Constant *v)
{
	IntView view;
	mpz_t part;

	require(v->kind == CONST_INT || v->rep == REP_RATIO);       /* else the union holds something else */
	if (v->kind == CONST_INT) {
		mpq_set_z(out, int_view(&view, v));
		return;
	}
	mpq_set_num(out, mpz_roinit_n(part, v->u.ratio.num.limbs, v->u.ratio.num.size));
	mpq_set_den(out, mpz_roinit_n(part, v->u.ratio.den.limbs, v->u.ratio.den.size));
}

/* The MPFR number a REAL holds, to be read only. */
static void view_real(mpfr_t out, const Constant *v)
{
	debug_require(v->rep == REP_REAL);
	mpfr_custom_init_set(out, v->u.real.kind, v->u.real.exp, REAL_BITS, v->u.real.limbs);
}

void const_get_mpfr(mpfr_t out, const Constant *v)
{
	mpfr_t real;
	mpq_t q;

	if (v->rep == REP_REAL) {
		view_real(real, v);
		mpfr_set(out, real, MPFR_RNDN);
		return;
	}
	mpq_init(q);
	const_get_mpq(q, v);
	mpfr_set_q(out, q, MPFR_RNDN);
	mpq_clear(q);
}

/* ---- reading ------------------------------------------------------------------------- */

bool const_bool_value(const Constant *v)
{
	return v->kind == CONST_BOOL && v->u.boolean;
}

/* Write the parts of a concatenation from right to left. Chains lean left, so the stack of pending parts stays
 * short for them; it grows with right-leaning ones. */
static void flatten(ConstText *text)
{
	VEC(const Constant *) pending = {0};
	char *s = arena_alloc(text->arena, text->n + 1), *end = s + text->n;

	vec_push(text->arena, &pending, text->left);
	vec_push(text->arena, &pending, text->right);
	while (pending.len > 0) {
		const ConstText *part = &vec_pop(&pending)->u.text;

		if (part->s) {
			end -= part->n;
			memcpy(end, part->s, part->n);
		} else {
			vec_push(text->arena, &pending, part->left);
			vec_push(text->arena, &pending, part->right);
		}
	}
	require(end == s);      /* the parts are as long as the whole was said to be */
	text->s = s;
}

const char *const_string_value(const Constant *v, size_t *n)
{
	if (v->kind != CONST_STRING) {
		*n = 0;
		return "";
	}
	if (!v->u.text.s)
		flatten((ConstText *)&v->u.text);       /* a cache: the value does not change */
	*n = v->u.text.n;
	return v->u.text.s;
}

/* The integer v equals, in out (initialised); false if there is none. Without rounding: 1.0 and 1+0i have one, 1.5
 * has none. A REAL beyond RATIO_BITS is not written out: no type holds it. */
static bool integral_value(mpz_t out, const Constant *v)
{
	IntView view;
	mpfr_t real;
	mpz_t part;

	switch (v->rep) {
	case REP_SMALL: case REP_BIG:
		mpz_set(out, int_view(&view, v));
		return true;
	case REP_RATIO:
		if (mpz_cmp_ui(mpz_roinit_n(part, v->u.ratio.den.limbs, v->u.ratio.den.size), 1) != 0)
			return false;
		mpz_set(out, mpz_roinit_n(part, v->u.ratio.num.limbs, v->u.ratio.num.size));
		return true;
	case REP_REAL:
		view_real(real, v);
		if (!mpfr_integer_p(real) || mpfr_get_exp(real) > RATIO_BITS)
			return false;
		mpfr_get_z(out, real, MPFR_RNDN);
		return true;
	case REP_PAIR:
		return const_sign(v->u.pair.im) == 0 && integral_value(out, v->u.pair.re);
	default:
		return false;
	}
}

bool const_fits_int64(const Constant *v, int64_t *out)
{
	bool fits;
	mpz_t z;

	if (v->rep == REP_SMALL) {
		*out = v->u.small;
		return true;
	}
	mpz_init(z);
	fits = integral_value(z, v) && mpz_fits_slong_p(z);
	if (fits)
		*out = mpz_get_si(z);
	mpz_clear(z);
	return fits;
}

bool const_fits_uint64(const Constant *v, uint64_t *out)
{
	bool fits;
	mpz_t z;

	if (v->rep == REP_SMALL) {
		*out = (uint64_t)v->u.small;
		return v->u.small >= 0;
	}
	mpz_init(z);
	fits = integral_value(z, v) && mpz_fits_ulong_p(z);
	if (fits)
		*out = mpz_get_ui(z);
	mpz_clear(z);
	return fits;
}

/* v in out, rounded to odd: chopped, and the last bit set if anything was cut off. Rounding such a number again to
 * far fewer bits gives what rounding v itself would have given, also where the result is subnormal. */
static void get_rounded_to_odd(mpfr_t out, const Constant *v)
{
	int inexact;
	mpq_t q;

	if (v->rep == REP_REAL) {
		const_get_mpfr(out, v);
		return;
	}
	mpq_init(q);
	const_get_mpq(q, v);
	inexact = mpfr_set_q(out, q, MPFR_RNDZ);
	if (inexact && mpfr_min_prec(out) < mpfr_get_prec(out)) {
		if (mpfr_sgn(out) > 0)
			mpfr_nextabove(out);
		else
			mpfr_nextbelow(out);
	}
	mpq_clear(q);
}

double const_to_double(const Constant *v)
{
	double result;
	mpfr_t f;

	if (v->rep == REP_PAIR)
		return const_to_double(v->u.pair.re);
	if (v->kind != CONST_INT && v->kind != CONST_FLOAT)
		return 0;
	mpfr_init2(f, REAL_BITS);
	get_rounded_to_odd(f, v);
	result = mpfr_get_d(f, MPFR_RNDN);
	mpfr_clear(f);
	return result;
}

float const_to_float(const Constant *v)
{
	float result;
	mpfr_t f;

	if (v->rep == REP_PAIR)
		return const_to_float(v->u.pair.re);
	if (v->kind != CONST_INT && v->kind != CONST_FLOAT)
		return 0;
	mpfr_init2(f, REAL_BITS);
	get_rounded_to_odd(f, v);
	result = mpfr_get_flt(f, MPFR_RNDN);
	mpfr_clear(f);
	return result;
}

int const_sign(const Constant *v)
{
	switch (v->rep) {
	case REP_SMALL:
		return (v->u.small > 0) - (v->u.small < 0);
	case REP_BIG: case REP_RATIO:
		return (v->u.ratio.num.size > 0) - (v->u.ratio.num.size < 0);
	case REP_REAL:
		return v->u.real.kind < 0 ? -1 : 1;
	case REP_PAIR:
		return const_sign(v->u.pair.re) != 0 || const_sign(v->u.pair.im) != 0;
	default:
		return v->kind == CONST_UNKNOWN ? 1 : 0;
	}
}

int const_bit_length(const Constant *v)
{
	IntView view;
	mpz_srcptr z;

	if (v->kind != CONST_INT)
		return 0;
	z = int_view(&view, v);
	return mpz_sgn(z) == 0 ? 0 : (int)mpz_sizeinbase(z, 2);
}

/* ---- conversions of kind ------------------------------------------------------------------ */

/* A REAL that came out of a computation may miss an integer by its last bits: accept it when rounding to a few bits
 * less gives an integer, as Go does. */
static bool nearly_integral(mpz_t out, const Constant *v)
{
	static const mpfr_rnd_t modes[] = {MPFR_RNDD, MPFR_RNDU};
	bool found = false;
	mpfr_t real, shorter;

	view_real(real, v);
	if (mpfr_get_exp(real) > RATIO_BITS)
		return false;
	mpfr_init2(shorter, REAL_BITS - 4);
	for (int i = 0; i < COUNT_OF(modes) && !found; i++) {
		mpfr_set(shorter, real, modes[i]);
		found = mpfr_integer_p(shorter);
		if (found)
			mpfr_get_z(out, shorter, MPFR_RNDN);
	}
	mpfr_clear(shorter);
	return found;
}

Constant *const_to_int(Compiler *c, Constant *v)
{
	Constant *result;
	mpz_t z;

	if (v->kind == CONST_INT || v->kind == CONST_UNKNOWN)
		return v;
	if (v->rep == REP_PAIR && const_sign(v->u.pair.im) == 0)
		return const_to_int(c, v->u.pair.re);
	mpz_init(z);
	if (integral_value(z, v) || (v->rep == REP_REAL && nearly_integral(z, v)))
		result = const_from_mpz(c, z);
	else
		result = const_unknown(c);
	mpz_clear(z);
	return result;
}

Constant *const_to_float_kind(Compiler *c, Constant *v)
{
	Constant *result;
	mpq_t q;

	if (v->kind == CONST_FLOAT || v->kind == CONST_UNKNOWN)
		return v;
	if (v->kind == CONST_COMPLEX)
		return const_sign(v->u.pair.im) == 0 ? const_to_float_kind(c, v->u.pair.re) : const_unknown(c);
	if (v->kind != CONST_INT)
		return const_unknown(c);
	mpq_init(q);
	const_get_mpq(q, v);
	result = const_from_mpq(c, q);
	mpq_clear(q);
	return result;
}

Constant *const_make_complex(Compiler *c, Constant *re, Constant *im)
{
	Constant *v = constant_new(c, CONST_COMPLEX, REP_PAIR);

	if (re->kind != CONST_INT && re->kind != CONST_FLOAT)
		return const_unknown(c);
	if (im->kind != CONST_INT && im->kind != CONST_FLOAT)
		return const_unknown(c);
	v->u.pair.re = re;
	v->u.pair.im = im;
	return v;
}

Constant *const_to_complex(Compiler *c, Constant *v)
{
	if (v->kind == CONST_COMPLEX || v->kind == CONST_UNKNOWN)
		return v;
	return const_make_complex(c, v, const_int(c, 0));
}

Constant *const_real(Compiler *c, Constant *v)
{
	if (v->kind == CONST_COMPLEX)
		return v->u.pair.re;
	return v->kind == CONST_INT || v->kind == CONST_FLOAT ? v : const_unknown(c);
}

Constant *const_imag(Compiler *c, Constant *v)
{
	if (v->kind == CONST_COMPLEX)
		return v->u.pair.im;
	return v->kind == CONST_INT || v->kind == CONST_FLOAT ? const_int(c, 0) : const_unknown(c);
}

Constant *const_round_float32(Compiler *c, Constant *v)
{
	float f = const_to_float(v);

	if (v->kind != CONST_INT && v->kind != CONST_FLOAT)
		return const_unknown(c);
	return __builtin_isinf(f) ? const_unknown(c) : const_float(c, f);
}

Constant *const_round_float64(Compiler *c, Constant *v)
{
	double f = const_to_double(v);

	if (v->kind != CONST_INT && v->kind != CONST_FLOAT)
		return const_unknown(c);
	return __builtin_isinf(f) ? const_unknown(c) : const_float(c, f);
}
