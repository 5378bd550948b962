/*
 * intrinsic.h - how functions without a body in stdlib/ are written in C.
 *
 * INTRINSIC(result, package_name, parameters...) { ... } declares and defines gol_package_name; generated code
 * has declarations of its own, made from the gol declaration. What each must do stands there
 * (stdlib/INTRINSICS.md lists all).
 */
#ifndef GOL_FFI_INTRINSIC_H
#define GOL_FFI_INTRINSIC_H

#include "abi.h"

#define INTRINSIC(result, name, ...) \
	result gol_##name(__VA_ARGS__); \
	result gol_##name(__VA_ARGS__)

static inline gol_string string_of(const char *s)
{
	return (gol_string){(const uint8_t *)s, s ? (gol_int)strlen(s) : 0};
}

#endif
