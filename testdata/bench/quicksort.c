/* quicksort.gol in plain C. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void quicksort(long *a, long n)
{
	while (n > 12) {
		long p = a[n / 2], i = 0, j = n - 1;
		while (i <= j) {
			while (a[i] < p)
				i++;
			while (a[j] > p)
				j--;
			if (i <= j) {
				long t = a[i];
				a[i++] = a[j];
				a[j--] = t;
			}
		}
		if (j + 1 < n - i) {
			quicksort(a, j + 1);
			a += i;
			n -= i;
		} else {
			quicksort(a + i, n - i);
			n = j + 1;
		}
	}
	for (long i = 1; i < n; i++) {
		long v = a[i], j = i;
		for (; j > 0 && a[j - 1] > v; j--)
			a[j] = a[j - 1];
		a[j] = v;
	}
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 8000000;
	long *a = calloc(n, sizeof *a);
	uint64_t x = 42, sum = 0;
	for (long i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		a[i] = (long)(x >> 20);
	}
	quicksort(a, n);
	for (long i = 0; i < n; i++)
		sum = (sum * 31 + (uint64_t)a[i]) ^ (uint64_t)i;
	printf("%ld\n", (long)sum);
	return 0;
}
