/* fannkuch.gol in plain C. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 10;
	long *perm = calloc(n, sizeof *perm), *perm1 = calloc(n, sizeof *perm1), *count = calloc(n, sizeof *count);
	for (long i = 0; i < n; i++)
		perm1[i] = i;
	long most = 0, checksum = 0, r = n;
	for (long nperm = 0;; nperm++) {
		for (; r != 1; r--)
			count[r - 1] = r;
		memcpy(perm, perm1, n * sizeof *perm);
		long flips = 0;
		for (long k; (k = perm[0]) != 0; flips++)
			for (long i = 0, j = k; i < j; i++, j--) {
				long t = perm[i];
				perm[i] = perm[j];
				perm[j] = t;
			}
		if (flips > most)
			most = flips;
		checksum += nperm & 1 ? -flips : flips;
		for (;; r++) {
			if (r == n) {
				printf("%ld %ld\n", checksum, most);
				return 0;
			}
			long first = perm1[0];
			for (long i = 0; i < r; i++)
				perm1[i] = perm1[i + 1];
			perm1[r] = first;
			if (--count[r] > 0)
				break;
		}
	}
}
