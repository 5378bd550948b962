/*
 * inline.h - what generated C does without a call: the inline rows of rtfuncs.def, and the intrinsics of
 * inline.def. Included by abi.h.
 */
#ifndef GOL_INLINE_H
#define GOL_INLINE_H

/* ---- strings --------------------------------------------------------------------------------- */

gol_int gol_string_compare_rest(const uint8_t *a, gol_int a_len, const uint8_t *b, gol_int b_len);
gol_slice gol_append_string_grown(gol_g *g, gol_slice s, gol_string more);

/* Eight bytes as a number that orders as they do. */
static inline GOL_UNUSED uint64_t gol_bytes_in_order(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* Most strings differ in their first eight bytes; which is less is then no branch. */
static inline GOL_UNUSED gol_int gol_string_compare(gol_g *g, gol_string a, gol_string b)
{
	(void)g;
	if (a.len >= 8 && b.len >= 8) {
		uint64_t x = gol_bytes_in_order(a.ptr), y = gol_bytes_in_order(b.ptr);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return gol_string_compare_rest(a.ptr, a.len, b.ptr, b.len);
}

/* Where one is a constant, the C compiler knows how many bytes there are to compare. */
static inline GOL_UNUSED bool gol_string_equal(gol_g *g, gol_string a, gol_string b)
{
	(void)g;
	return a.len == b.len && (b.len == 0 || memcmp(a.ptr, b.ptr, (size_t)b.len) == 0);
}

static inline GOL_UNUSED gol_slice gol_bytes_of_string(gol_g *g, gol_string s)
{
	(void)g;
	return (gol_slice){s.len != 0 ? (void *)(uintptr_t)s.ptr : (void *)gol_zero_base, s.len, s.len};
}

static inline GOL_UNUSED gol_slice gol_append_string(gol_g *g, gol_slice s, gol_string more)
{
	if (GOL_UNLIKELY(s.cap - s.len < more.len))
		return gol_append_string_grown(g, s, more);
	if (more.len > 0)
		memmove((uint8_t *)s.ptr + s.len, more.ptr, (size_t)more.len);
	s.len += more.len;
	return s;
}

/* ---- intrinsics ------------------------------------------------------------------------------ */

__extension__ typedef unsigned __int128 gol_uint128;

#define GOL_INLINE(name, result, parameters, expression) \
	static inline GOL_UNUSED result gol_inline_##name parameters { return (result)(expression); }
#include "inline.def"
#undef GOL_INLINE

/* copy() of elements without pointers. */
static inline GOL_UNUSED gol_int gol_copy_plain(size_t size, gol_slice to, gol_slice from)
{
	gol_int n = to.len < from.len ? to.len : from.len;
	if (n > 0)
		memmove(to.ptr, from.ptr, (size_t)n * size);
	return n;
}

#endif
