/*
 * emit.h - from the intermediate representation to C, one file a package or, where it is large, several.
 */
#ifndef GOL_EMIT_H
#define GOL_EMIT_H

#include "../lower/lower.h"

typedef struct EmitOptions {
	int versions;               /* 1: framed bodies only; 2: fast versions beside them */
	bool line_directives;       /* #line, so that C tools speak of the program's lines */
	bool variables;             /* debuggers find variables by the program's names */
	bool race;                  /* accesses of shared memory are reported to the race detector */
	bool uses;                  /* tables of which methods functions call through interfaces, for the driver's reach.c */
	bool for_reading;           /* functions in the program's order, with its comments; no other line_directives */
	const char *c_path;         /* what #line calls the C file itself; needed with line_directives */
} EmitOptions;

/* A package's C file in four parts, to be compiled as one in this order. */
typedef enum { C_TYPES, C_FRAMES, C_CODE, C_MORE, C_PARTS } CPart;
typedef struct CParts { const char *text[C_PARTS]; } CParts;

/* The C text of one package: lowers it, colours, prints. Arena memory. */
const char *emit_package(Compiler *c, Program *program, Package *package, const EmitOptions *options);
/* The same text before it is joined, and without its first lines. */
CParts emit_parts_of(Compiler *c, Program *program, Package *package, const EmitOptions *options);
/* Lines of more than 120 columns are broken where C has a place for it (wrap.c). */
const char *wrap_lines(Arena *arena, const char *text);
/* emit_package, where the text is much more than unit_size bytes in units of about that size, each a C file: not of a
 * program's main package. */
TextList emit_units(Compiler *c, Program *program, Package *package, const EmitOptions *options, size_t unit_size);
/* -dump=ir of a package. */
void dump_ir(Compiler *c, Buf *out, Program *program, Package *package);

#endif
