/*
 * bytes.c - intrinsics of internal/bytealg: searches that the C library has in its best form.
 */
#define _GNU_SOURCE
#include <string.h>

#include "ffi/intrinsic.h"

INTRINSIC(gol_int, internal_1bytealg_IndexByte, gol_g *g, gol_string s, uint8_t c)
{
	const uint8_t *found = s.len > 0 ? memchr(s.ptr, c, (size_t)s.len) : NULL;

	(void)g;
	return found ? found - s.ptr : -1;
}

INTRINSIC(gol_int, internal_1bytealg_Count, gol_g *g, gol_string s, uint8_t c)
{
	gol_int n = 0;

	(void)g;
	for (gol_int i = 0; i < s.len; i++)
		n += s.ptr[i] == c;
	return n;
}

INTRINSIC(gol_int, internal_1bytealg_Index, gol_g *g, gol_string s, gol_string sub)
{
	const uint8_t *found;

	(void)g;
	if (s.len < sub.len || sub.len == 0)
		return sub.len == 0 ? 0 : -1;
	found = memmem(s.ptr, (size_t)s.len, sub.ptr, (size_t)sub.len);
	return found ? found - s.ptr : -1;
}

INTRINSIC(gol_int, internal_1bytealg_Compare, gol_g *g, gol_string a, gol_string b) { return gol_string_compare(g, a, b); }
