/*
 * inline.h - the intrinsics of inline.def as C that needs no call. Included by abi.h.
 */
#ifndef GOL_INLINE_H
#define GOL_INLINE_H

#define GOL_INLINE(name, result, parameters, expression) \
	static inline GOL_UNUSED result gol_inline_##name parameters { return (result)(expression); }
#include "inline.def"
#undef GOL_INLINE

#endif
