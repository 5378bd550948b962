/*
 * signature.h - the C signatures of func types, for calls whose types are only known at run time.
 *
 * A gol function's C signature follows from its type by the rules of abi.h; libffi makes calls
 * and entry points from a description of it. One description is made for each func type that
 * reflection calls, and kept.
 */
#ifndef GOL_FFI_SIGNATURE_H
#define GOL_FFI_SIGNATURE_H

#include <ffi.h>

#include "abi.h"

typedef struct signature {
	const gol_type *type;               /* of kind func */
	ffi_cif function;                   /* (g, arguments..., context) */
	ffi_cif method;                     /* (g, data word, arguments...) */
	const gol_type *arguments, *results;    /* struct { T0 a0; T1 a1; ... }, with pointer maps */
	size_t *argument_offsets, *result_offsets;      /* in these */
	size_t *c_offsets;                  /* of the results in the C result */
	size_t result_size;                 /* of the C result; 0: void */
	/* func values made by reflection: an entry with the signature of function, and the frame it saves */
	void *made_code;                    /* atomic; NULL: none yet */
	gol_func_info made_info;
	gol_point made_points[2];
	uint16_t made_slot;
	gol_save made_save;
} signature;

signature *signature_of(const gol_type *type);
/* The entry of func values made by reflection; make makes it, once, and what the frame needs. */
void *signature_code(signature *s, void *(*make)(signature *));

/* Are values of this type passed and returned by address? */
static inline bool signature_by_address(const gol_type *t) { return t->size >= GOL_LARGE_OBJECT; }

/* Result i of a func type. */
static inline const gol_type *signature_result(const signature *s, uint32_t i)
{
	return s->type->parameters[s->type->parameter_count + i];
}

#endif
