/* mandelbrot.gol in plain C. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 2000, inside = 0;
	for (long y = 0; y < n; y++)
		for (long x = 0; x < n; x++) {
			double cr = 2 * (double)x / (double)n - 1.5, ci = 2 * (double)y / (double)n - 1;
			double zr = 0, zi = 0;
			int i = 0;
			for (; i < 50 && zr * zr + zi * zi <= 4; i++) {
				double t = zr * zr - zi * zi + cr;
				zi = 2 * zr * zi + ci;
				zr = t;
			}
			inside += i == 50;
		}
	printf("%ld\n", inside);
	return 0;
}
