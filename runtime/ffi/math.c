/*
 * math.c - intrinsics of math, math/bits and internal/gol/fastrand: what the C library computes exactly, Exp, and the
 * builtins of C compilers.
 */
#include <math.h>

#include "ffi/intrinsic.h"
#include "lang/alg.h"
#include "unwind/panic.h"

/* The calls themselves are C's; `double` parameters only. */
#define ONE(name, call) INTRINSIC(double, math_##name, gol_g *g, double x) { (void)g; return call(x); }
#define TWO(name, call) INTRINSIC(double, math_##name, gol_g *g, double x, double y) { (void)g; return call(x, y); }

ONE(Sqrt, sqrt)
ONE(Floor, floor)
ONE(Ceil, ceil)
ONE(Trunc, trunc)
ONE(Round, round)
ONE(RoundToEven, nearbyint)
TWO(Mod, fmod)

INTRINSIC(double, math_FMA, gol_g *g, double x, double y, double z)
{
	(void)g;
	return fma(x, y, z);
}

/*
 * e**x as Go computes it on amd64, to the last bit: the method of N. Shibata, "Efficient evaluation methods of
 * elementary functions suitable for SIMD computation", 2010. x = k*ln2 + r; the Taylor series of e**(r/16) - 1 to the
 * eighth power; four times y = y*(y + 2), which squares 1 + y without losing what is behind the 1; 2**k put into the
 * exponent. Go fuses multiplications where the processor can, and so do we: the two differ in the last bit now and
 * then.
 */
#define EXP_LARGEST 7.09782712893384e+02
#define LN2_UPPER 0.69314718055966295651160180568695068359375
#define LN2_LOWER 0.28235290563031577122588448175013436025525412068e-12

/* y * 2**k, for |k| < 2,000 */
static double exp_scaled(double y, int k)
{
	union { uint64_t bits; double value; } power;

	if (k + 1023 >= 2047)
		return INFINITY;
	if (k + 1023 <= 0) {    /* subnormal: in two steps, of which the first cannot round */
		if (k + 1023 < -52)
			return 0;
		power.bits = (uint64_t)(k + 1023 + 1022) << 52;
		y *= power.value;
		k = 1 - 1023;
	}
	power.bits = (uint64_t)(k + 1023) << 52;
	return y * power.value;
}

/* e**x for -800 <= x <= EXP_LARGEST; fma_(a, b, c) is a*b + c. */
#define EXP_BODY(fma_) \
	double k = (x * 1.4426950408889634073599246810018920 + 0x1.8p52) - 0x1.8p52;    /* to the nearest integer */ \
	double r = fma_(-k, LN2_LOWER, fma_(-k, LN2_UPPER, x)) * 0.0625; \
	double y = 2.4801587301587301587e-5; \
	y = fma_(r, y, 1.9841269841269841270e-4); \
	y = fma_(r, y, 1.3888888888888888889e-3); \
	y = fma_(r, y, 8.3333333333333333333e-3); \
	y = fma_(r, y, 4.1666666666666666667e-2); \
	y = fma_(r, y, 1.6666666666666666667e-1); \
	y = fma_(r, y, 0.5); \
	y = fma_(r, y, 1.0) * r; \
	y *= y + 2.0; \
	y *= y + 2.0; \
	y *= y + 2.0; \
	return exp_scaled(fma_(y + 2.0, y, 1.0), (int)k);

#define TWO_ROUNDINGS(a, b, c) ((a) * (b) + (c))

#if defined __x86_64__
__attribute__((target("fma"))) static double exp_fused(double x) { EXP_BODY(__builtin_fma) }
static double exp_plain(double x) { EXP_BODY(TWO_ROUNDINGS) }
static double exp_finite(double x) { return __builtin_cpu_supports("fma") ? exp_fused(x) : exp_plain(x); }
#elif defined __FP_FAST_FMA
static double exp_finite(double x) { EXP_BODY(__builtin_fma) }
#else
static double exp_finite(double x) { EXP_BODY(TWO_ROUNDINGS) }
#endif

INTRINSIC(double, math_Exp, gol_g *g, double x)
{
	(void)g;
	if (x != x)
		return x;
	return x > EXP_LARGEST ? INFINITY : x < -800 ? 0 : exp_finite(x);
}

/* ---- math/bits -------------------------------------------------------------------------------- */

INTRINSIC(gol_int, math_1bits_Len64, gol_g *g, uint64_t x)
{
	(void)g;
	return x == 0 ? 0 : 64 - __builtin_clzll(x);
}

INTRINSIC(gol_int, math_1bits_TrailingZeros64, gol_g *g, uint64_t x)
{
	(void)g;
	return x == 0 ? 64 : __builtin_ctzll(x);
}

INTRINSIC(gol_int, math_1bits_OnesCount64, gol_g *g, uint64_t x)
{
	(void)g;
	return __builtin_popcountll(x);
}

typedef struct { uint64_t r0, r1; } two_words;
__extension__ typedef unsigned __int128 wide;

INTRINSIC(uint64_t, math_1bits_mulHigh, gol_g *g, uint64_t x, uint64_t y)
{
	(void)g;
	return (uint64_t)((wide)x * y >> 64);
}

INTRINSIC(uint64_t, math_1bits_carryOf, gol_g *g, uint64_t x, uint64_t y, uint64_t carry)
{
	(void)g;
	return (x + y < x) | (x + y + carry < carry);
}

INTRINSIC(uint64_t, math_1bits_borrowOf, gol_g *g, uint64_t x, uint64_t y, uint64_t borrow)
{
	(void)g;
	return (x < y) | (x - y < borrow);
}

/* hi < y, so that the quotient fits. */
INTRINSIC(two_words, math_1bits_divide128, gol_g *g, uint64_t hi, uint64_t lo, uint64_t y)
{
	(void)g;
#if defined __x86_64__
	uint64_t quotient, remainder;

	__asm__("divq %4" : "=a"(quotient), "=d"(remainder) : "a"(lo), "d"(hi), "r"(y) : "cc");
	return (two_words){quotient, remainder};
#else
	wide n = (wide)hi << 64 | lo;

	return (two_words){(uint64_t)(n / y), (uint64_t)(n % y)};
#endif
}

INTRINSIC(void, math_1bits_panicOverflow, gol_g *g) { panic_runtime_error(g, "integer overflow"); }

/* ---- internal/gol/fastrand ---------------------------------------------------------------------------- */

INTRINSIC(uint64_t, internal_1gol_1fastrand_Uint64, gol_g *g)
{
	(void)g;
	return alg_random();
}
