/*
 * load.h - finds and parses the packages of a program: files on the command
 * line, imports in the standard library, below a module root (go.mod, gol.mod),
 * relative folders; build constraints, internal packages, import cycles.
 */
#ifndef GOL_LOAD_H
#define GOL_LOAD_H

#include "../types/type.h"

typedef struct Program {
	VEC(Package *) packages;    /* imports before importers; the last is the root */
	Package *root;
	const char *module_path, *module_root;
	const char *header;         /* "command-line-arguments" or the import path, for diagnostics */
} Program;

/* names: .gol/.go files, or one folder. Errors are queued (with import positions). NULL when nothing can be loaded. The standard
 * packages that the runtime itself needs (package runtime) are loaded always. */
Program *load_program(Compiler *c, const char **names, int count, const char *tags);

#endif
