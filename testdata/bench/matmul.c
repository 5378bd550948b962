/* matmul.gol in plain C. */
#include <stdio.h>
#include <stdlib.h>

static double **rows(long n)
{
	double **m = malloc(n * sizeof *m);
	for (long i = 0; i < n; i++)
		m[i] = calloc(n, sizeof **m);
	return m;
}

static double **matrix(long n, double seed)
{
	double **m = rows(n);
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++)
			m[i][j] = seed * (double)(i - j) * (double)(i + j) / (double)n;
	return m;
}

static double **product(double **a, double **b, long n)
{
	double **t = rows(n), **c = rows(n);
	for (long j = 0; j < n; j++)
		for (long i = 0; i < n; i++)
			t[j][i] = b[i][j];
	for (long i = 0; i < n; i++)
		for (long j = 0; j < n; j++) {
			double sum = 0;
			const double *row = a[i], *column = t[j];
			for (long k = 0; k < n; k++)
				sum += row[k] * column[k];
			c[i][j] = sum;
		}
	return c;
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 700;
	printf("%.3f\n", product(matrix(n, 1), matrix(n, 2), n)[n / 2][n / 2]);
	return 0;
}
