/* dispatch.gol in plain C: tables of functions. */
#include <stdio.h>
#include <stdlib.h>

typedef struct { long (*area)(void *); void (*grow)(void *, long); } methods;
typedef struct { const methods *m; void *data; } shape;
typedef struct { long side; } square;
typedef struct { long w, h; } rect;
typedef struct { long n; } dot;

static long square_area(void *p) { square *s = p; return s->side * s->side; }
static void square_grow(void *p, long n) { square *s = p; s->side = (s->side + n) & 1023; }
static long rect_area(void *p) { rect *r = p; return r->w * r->h; }
static void rect_grow(void *p, long n) { rect *r = p; r->w = (r->w + n) & 511; }
static long dot_area(void *p) { dot *d = p; return d->n; }
static void dot_grow(void *p, long n) { dot *d = p; d->n ^= n; }

static const methods squares = {square_area, square_grow}, rects = {rect_area, rect_grow}, dots = {dot_area, dot_grow};

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 100000000, sum = 0;
	square a = {3}, d = {9};
	rect b = {2, 5}, e = {7, 7};
	dot c = {1};
	shape shapes[] = {{&squares, &a}, {&rects, &b}, {&dots, &c}, {&squares, &d}, {&rects, &e}};
	for (long i = 0; i < n; i++) {
		shape s = shapes[i % 5];
		s.m->grow(s.data, i & 7);
		sum += s.m->area(s.data);
	}
	printf("%ld\n", sum);
	return 0;
}
