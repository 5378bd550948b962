/*
 * inline.h - the intrinsics of inline.def as C that needs no call. Included by abi.h.
 */
#ifndef GOL_INLINE_H
#define GOL_INLINE_H

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
