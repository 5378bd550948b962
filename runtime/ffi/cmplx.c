/*
 * cmplx.c - intrinsics of math/cmplx: the C library's functions of complex numbers.
 */
#include <complex.h>

#ifndef CMPLX   /* the C library hides it from clang */
#define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

#include "ffi/intrinsic.h"

typedef struct { double r0, r1; } complex_result;

#define FUNCTION(name, call) \
	INTRINSIC(complex_result, math_1cmplx_##name, gol_g *g, double re, double im) \
	{ \
		double complex z = call(CMPLX(re, im)); \
		(void)g; \
		return (complex_result){creal(z), cimag(z)}; \
	}

FUNCTION(sqrt, csqrt)
FUNCTION(tanh, ctanh)
FUNCTION(asin, casin)
FUNCTION(atan, catan)
FUNCTION(asinh, casinh)
