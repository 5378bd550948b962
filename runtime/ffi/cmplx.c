/*
 * cmplx.c - intrinsics of math/cmplx: the C library's functions of complex numbers.
 */
#include <complex.h>

#ifndef CMPLX   /* the C library hides it from clang */
#define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

#include "ffi/intrinsic.h"

typedef struct { double r0, r1; } complex_result;

#define FUNCTION(name) \
	INTRINSIC(complex_result, math_1cmplx_##name, gol_g *g, double re, double im) \
	{ \
		double complex z = name(CMPLX(re, im)); \
		(void)g; \
		return (complex_result){creal(z), cimag(z)}; \
	}

FUNCTION(csqrt)
FUNCTION(ctanh)
FUNCTION(casin)
FUNCTION(catan)
FUNCTION(casinh)
