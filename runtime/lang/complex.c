/*
 * complex.c - division of complex numbers.
 *
 * C's own division treats infinities by its Annex G; Go's rules: a NaN operand gives NaN
 * parts, unless an infinity over something finite, or something finite over an infinity,
 * decides; x/0 is infinite with the signs of x. In the finite case the quotient is
 * scaled by the divisor's larger part (Smith's method).
 */
#include <math.h>

#include "abi.h"

static bool is_finite(gol_complex128 v) { return isfinite(v.re) && isfinite(v.im); }
static bool is_nan(gol_complex128 v) { return isnan(v.re) || isnan(v.im); }
static bool is_inf(gol_complex128 v) { return isinf(v.re) || isinf(v.im); }

/* 1 with the sign of v if v is infinite, else 0 with that sign. */
static double infinity_to_one(double v) { return copysign(isinf(v) ? 1.0 : 0.0, v); }

static gol_complex128 divide_finite(gol_complex128 n, gol_complex128 m)
{
	double ratio, divisor;

	if (fabs(m.re) >= fabs(m.im)) {
		ratio = m.im / m.re;
		divisor = m.re + gol_round64(ratio * m.im);
		return (gol_complex128){(n.re + gol_round64(n.im * ratio)) / divisor,
			(n.im - gol_round64(n.re * ratio)) / divisor};
	}
	ratio = m.re / m.im;
	divisor = m.im + gol_round64(ratio * m.re);
	return (gol_complex128){(gol_round64(n.re * ratio) + n.im) / divisor, (gol_round64(n.im * ratio) - n.re) / divisor};
}

gol_complex128 gol_complex_div(gol_complex128 n, gol_complex128 m)
{
	gol_complex128 q = divide_finite(n, m);
	double a, b;

	if (!isnan(q.re) || !isnan(q.im))
		return q;
	a = n.re;
	b = n.im;
	if (m.re == 0 && m.im == 0 && (!isnan(a) || !isnan(b)))
		return (gol_complex128){copysign(INFINITY, m.re) * a, copysign(INFINITY, m.re) * b};
	if (is_inf(n) && is_finite(m)) {
		a = infinity_to_one(a);
		b = infinity_to_one(b);
		return (gol_complex128){INFINITY * (gol_round64(a * m.re) + gol_round64(b * m.im)),
			INFINITY * (gol_round64(b * m.re) - gol_round64(a * m.im))};
	}
	if (is_inf(m) && is_finite(n) && !is_nan(n)) {
		double c = infinity_to_one(m.re), d = infinity_to_one(m.im);

		return (gol_complex128){0 * (gol_round64(a * c) + gol_round64(b * d)),
			0 * (gol_round64(b * c) - gol_round64(a * d))};
	}
	return q;
}
