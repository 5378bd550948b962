/*
 * absent.h - stands in for <ffi.h> where the runtime is built as one file without
 * libffi: everything compiles, and a call through reflection dies saying what is missing.
 * Build with -DGOL_HAVE_FFI and -lffi to have such calls.
 */
#ifndef GOL_FFI_ABSENT_H
#define GOL_FFI_ABSENT_H

#include <stdio.h>
#include <stdlib.h>

typedef struct ffi_type_absent {
	size_t size;
	unsigned short alignment, type;
	struct ffi_type_absent **elements;
} ffi_type;
typedef struct { unsigned nargs; ffi_type **arg_types, *rtype; } ffi_cif;
typedef struct { int unused; } ffi_closure;
typedef int ffi_status;
enum { FFI_OK, FFI_BAD_TYPEDEF };
#define FFI_TYPE_STRUCT 13
#define FFI_DEFAULT_ABI 2
#define FFI_FN(f) ((void (*)(void))(f))

static ffi_type ffi_type_void = {1, 1, 0, NULL}, ffi_type_pointer = {8, 8, 14, NULL},
	ffi_type_float = {4, 4, 2, NULL}, ffi_type_double = {8, 8, 3, NULL},
	ffi_type_uint8 = {1, 1, 5, NULL}, ffi_type_sint8 = {1, 1, 6, NULL}, ffi_type_uint16 = {2, 2, 7, NULL},
	ffi_type_sint16 = {2, 2, 8, NULL},
	ffi_type_uint32 = {4, 4, 9, NULL}, ffi_type_sint32 = {4, 4, 10, NULL}, ffi_type_uint64 = {8, 8, 11, NULL},
	ffi_type_sint64 = {8, 8, 12, NULL};

static void ffi_is_absent(void)
{
	fputs("fatal error: reflect: calls need libffi; compile golrt.c with -DGOL_HAVE_FFI and link with -lffi\n", stderr);
	exit(2);
}

static void ffi_call(ffi_cif *cif, void (*function)(void), void *result, void **values)
{
	(void)cif, (void)function, (void)result, (void)values;
	ffi_is_absent();
}

static ffi_status ffi_prep_cif(ffi_cif *cif, int abi, unsigned count, ffi_type *result, ffi_type **types)
{
	(void)cif, (void)abi, (void)count, (void)result, (void)types;
	return FFI_OK;
}

static void *ffi_closure_alloc(size_t size, void **code)
{
	(void)size, (void)code;
	ffi_is_absent();
	return NULL;
}

static ffi_status ffi_prep_closure_loc(ffi_closure *closure, ffi_cif *cif,
	void (*entry)(ffi_cif *, void *, void **, void *), void *user, void *code)
{
	(void)closure, (void)cif, (void)entry, (void)user, (void)code;
	return FFI_OK;
}

#endif
