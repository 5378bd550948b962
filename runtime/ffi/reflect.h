/* reflect.h - what the files of the reflect intrinsics share. */
#ifndef GOL_FFI_REFLECT_H
#define GOL_FFI_REFLECT_H

#include "abi.h"

/* Exported method i of a type that is no interface, as typeMethod counts. */
const gol_method *reflect_method(const gol_type *t, gol_int i);

/*
 * Arguments and results of a func type in memory: struct { T0 a0; T1 a1; ... } each.
 * offsets has room for all; returns the size of the block.
 */
size_t reflect_layout(const gol_type *const *types, uint32_t count, size_t *offsets);
/* The struct type of these fields, which are not named: a layout, not a type that programs see. */
const gol_type *reflect_tuple(const gol_type *const *types, uint32_t count);

/* *T; the program's descriptor if it has one. */
const gol_type *reflect_pointer_to(const gol_type *t);

const gol_type *reflect_func_type(const gol_type *const *in, uint32_t in_count, const gol_type *const *out,
	uint32_t out_count,
	bool variadic);

/* Calls f, of func type t, args[i] being the address of argument i; results are dropped. May freeze: nothing may
 * follow. */
void reflect_call_dropping(gol_g *g, const gol_type *t, gol_func *f, void **args);

#endif
