/*
 * build_info.c - what the program was built from: the section that `gol build` adds to programs (compiler/driver/build_info.c
 * has its form). Programs that something else linked have none: the name is weak.
 */
#include "ffi/intrinsic.h"

enum { HEADER = 32, MARK = 16 };

extern const uint8_t gol_build_info[] __attribute__((weak));

static uint64_t take_length(const uint8_t **p)
{
	uint64_t n = 0;
	int shift = 0;
	for (; **p & 0x80; shift += 7)
		n |= (uint64_t)(*(*p)++ & 0x7f) << shift;
	return n | (uint64_t)*(*p)++ << shift;
}

/* The lines stand between two marks, behind the version of the language. */
INTRINSIC(gol_string, runtime_1debug_buildInfo, gol_g *g)
{
	(void)g;
	if (!gol_build_info)
		return (gol_string){NULL, 0};
	const uint8_t *p = gol_build_info + HEADER;
	uint64_t skipped = take_length(&p);
	p += skipped;
	uint64_t n = take_length(&p);
	return (gol_string){p + MARK, (gol_int)n - 2 * MARK};
}
