/* spectralnorm.gol in plain C. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double a(long i, long j) { return 1 / (double)((i + j) * (i + j + 1) / 2 + i + 1); }

static void times(double *v, const double *u, long n)
{
	for (long i = 0; i < n; i++) {
		double sum = 0;
		for (long j = 0; j < n; j++)
			sum += a(i, j) * u[j];
		v[i] = sum;
	}
}

static void times_transposed(double *v, const double *u, long n)
{
	for (long i = 0; i < n; i++) {
		double sum = 0;
		for (long j = 0; j < n; j++)
			sum += a(j, i) * u[j];
		v[i] = sum;
	}
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 2000;
	double *u = calloc(n, sizeof *u), *v = calloc(n, sizeof *v), *t = calloc(n, sizeof *t);
	for (long i = 0; i < n; i++)
		u[i] = 1;
	for (int i = 0; i < 10; i++) {
		times(t, u, n);
		times_transposed(v, t, n);
		times(t, v, n);
		times_transposed(u, t, n);
	}
	double vBv = 0, vv = 0;
	for (long i = 0; i < n; i++) {
		vBv += u[i] * v[i];
		vv += v[i] * v[i];
	}
	printf("%.9f\n", sqrt(vBv / vv));
	return 0;
}
