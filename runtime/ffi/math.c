/*
 * math.c - intrinsics of math, math/bits and internal/gol/fastrand: the C library's functions, and the
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
ONE(Exp, exp)
ONE(Exp2, exp2)
ONE(Expm1, expm1)
ONE(Log, log)
ONE(Log10, log10)
ONE(Log2, log2)
ONE(Log1p, log1p)
ONE(Cbrt, cbrt)
ONE(Sin, sin)
ONE(Cos, cos)
ONE(Tan, tan)
ONE(Asin, asin)
ONE(Acos, acos)
ONE(Atan, atan)
ONE(Sinh, sinh)
ONE(Cosh, cosh)
ONE(Tanh, tanh)
ONE(Asinh, asinh)
ONE(Acosh, acosh)
ONE(Atanh, atanh)
ONE(Erf, erf)
ONE(Erfc, erfc)
ONE(J0, j0)
TWO(Pow, pow)
TWO(Hypot, hypot)
TWO(Mod, fmod)
TWO(Remainder, remainder)
TWO(Atan2, atan2)

INTRINSIC(double, math_FMA, gol_g *g, double x, double y, double z)
{
	(void)g;
	return fma(x, y, z);
}

/* C's tgamma gives -Inf or a NaN of its own choice at the poles. */
INTRINSIC(double, math_Gamma, gol_g *g, double x)
{
	(void)g;
	if (x == -INFINITY || (x < 0 && x == floor(x)))
		return NAN;
	return tgamma(x);
}

INTRINSIC(double, math_logGamma, gol_g *g, double x)
{
	int sign;

	(void)g;
	return lgamma_r(x, &sign);
}

INTRINSIC(double, math_besselFirst, gol_g *g, int32_t n, double x)
{
	(void)g;
	return jn(n, x);
}

INTRINSIC(double, math_besselSecond, gol_g *g, int32_t n, double x)
{
	(void)g;
	return yn(n, x);
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
