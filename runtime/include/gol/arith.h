/*
 * arith.h - Go's arithmetic in C that needs no flags: wrapping, shifts of any
 * count, division of the most negative number, float to integer conversion and
 * complex arithmetic, as static inline functions. Included by abi.h.
 */
#ifndef GOL_ARITH_H
#define GOL_ARITH_H

/* Division and remainder; the divisor was tested for zero. x / -1 wraps. */
#define GOL_DIVIDE(bits) \
	static inline int##bits##_t gol_div##bits(int##bits##_t x, int##bits##_t y) \
	{ return y == -1 ? (int##bits##_t)(0 - (uint##bits##_t)x) : (int##bits##_t)(x / y); } \
	static inline int##bits##_t gol_rem##bits(int##bits##_t x, int##bits##_t y) \
	{ return y == -1 ? 0 : (int##bits##_t)(x % y); } \
	static inline uint##bits##_t gol_shl##bits(uint##bits##_t x, uint64_t n) \
	{ return n < bits ? (uint##bits##_t)(x << n) : 0; } \
	static inline uint##bits##_t gol_ushr##bits(uint##bits##_t x, uint64_t n) \
	{ return n < bits ? (uint##bits##_t)(x >> n) : 0; } \
	static inline int##bits##_t gol_sshr##bits(int##bits##_t x, uint64_t n) \
	{ return (int##bits##_t)(x >> (n < bits ? n : bits - 1)); }
GOL_DIVIDE(8)
GOL_DIVIDE(16)
GOL_DIVIDE(32)
GOL_DIVIDE(64)
#undef GOL_DIVIDE

/*
 * Float to integer: truncation. What does not fit gives what Go gives on amd64, on every machine: the most negative
 * int32 for the types below 32 bits and int32, the most negative int64 for the others, of which narrower ones take
 * the low bits; uint64 takes 2^63 from what is not below it. Constants are left to the C compiler, whose own idea of
 * an overflow is kept away by the bounds; else one instruction does all of it where the machine has it.
 */
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define GOL_TRUNCATE(result, v) __asm__("cvttsd2si {%1, %0|%0, %1}" : "=r"(result) : "x"(v))
#endif
static inline int32_t gol_float_to_int32(double v)
{
#ifdef GOL_TRUNCATE
	if (!__builtin_constant_p(v)) {
		int32_t r;
		GOL_TRUNCATE(r, v);
		return r;
	}
#endif
	return v > -2147483649.0 && v < 2147483648.0 ? (int32_t)v : INT32_MIN;
}
static inline int64_t gol_float_to_int(double v)
{
#ifdef GOL_TRUNCATE
	if (!__builtin_constant_p(v)) {
		int64_t r;
		GOL_TRUNCATE(r, v);
		return r;
	}
#endif
	return v >= -9223372036854775808.0 && v < 9223372036854775808.0 ? (int64_t)v : INT64_MIN;
}
#undef GOL_TRUNCATE
static inline uint64_t gol_float_to_uint(double v)
{
	if (v < 9223372036854775808.0)
		return (uint64_t)gol_float_to_int(v);
	return (uint64_t)gol_float_to_int(v - 9223372036854775808.0) | (uint64_t)1 << 63;
}

/* Products that later additions must not be fused with: an explicit conversion to a float type. */
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define GOL_FLOAT_REGISTER "+x"
#elif defined(__aarch64__) && (defined(__GNUC__) || defined(__clang__))
#define GOL_FLOAT_REGISTER "+w"
#else
#define GOL_FLOAT_REGISTER "+m"
#endif
static inline double gol_round64(double v) { __asm__("" : GOL_FLOAT_REGISTER(v)); return v; }
static inline float gol_round32(float v) { __asm__("" : GOL_FLOAT_REGISTER(v)); return v; }

static inline gol_complex128 gol_complex_add(gol_complex128 a, gol_complex128 b)
{
	return (gol_complex128){a.re + b.re, a.im + b.im};
}
static inline gol_complex128 gol_complex_sub(gol_complex128 a, gol_complex128 b)
{
	return (gol_complex128){a.re - b.re, a.im - b.im};
}
static inline gol_complex128 gol_complex_mul(gol_complex128 a, gol_complex128 b)
{
	return (gol_complex128){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
gol_complex128 gol_complex_div(gol_complex128 a, gol_complex128 b);
static inline bool gol_complex_equal(gol_complex128 a, gol_complex128 b) { return a.re == b.re && a.im == b.im; }
static inline gol_complex128 gol_complex_widen(gol_complex64 a) { return (gol_complex128){a.re, a.im}; }
static inline gol_complex64 gol_complex_narrow(gol_complex128 a) { return (gol_complex64){(float)a.re, (float)a.im}; }

#endif
