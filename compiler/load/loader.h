/*
 * loader.h - one run of the loader: what load.c and tests.c share.
 */
#ifndef GOL_LOAD_LOADER_H
#define GOL_LOAD_LOADER_H

#include "constraint.h"
#include "load.h"

typedef struct Import { const char *path; Pos pos; File *file; } Import;
typedef VEC(Import) ImportList;

/* The test files of the one package whose tests a program runs. */
typedef struct Tests {
	const char *path;           /* of the package */
	TextList internal;          /* files that are part of it */
	TextList external;          /* files of the package beside it, path_test */
	bool given;                 /* named on the command line */
	Package *beside;            /* path_test, once it is loaded */
} Tests;

typedef struct Load {
	Compiler *c;
	Program *program;
	const Program *loaded;      /* packages that need not be read again; or NULL */
	Tests *tests;               /* or NULL */
	Modules *modules;
	BuildTags tags;
	bool local;                 /* files given by name, or no module: relative imports are not an error of their own */
	Map by_path;                /* import path -> Package */
	Map missing;                /* import paths that were complained about */
	Map pushed;                 /* functions of the tree that gol packages supply: "path.name" */
	VEC(Package *) stack;       /* being loaded */
	VEC(Import) way;            /* way[i]: the import of stack[i + 1] in stack[i] */
	bool cycle, tree_is_old;
	bool before_counting;       /* what is loaded now has no counters whatever the patterns say */
} Load;

#define COMPLAIN(l, ...) vec_push((l)->c->arena, &(l)->program->errors, arena_printf((l)->c->arena, __VA_ARGS__))

/* load.c */
Load load_begin(Compiler *c, const Target *target, const char *tags, const Program *loaded);
Program *load_finish(Load *l);                                  /* sorts the packages, which are all there */
/* The name behind "package", n bytes; NULL: something else stands there. */
const char *package_clause(const char *text, size_t size, size_t *n);
Package *package_new(Load *l, const char *path, const char *dir);
void parse_files(Load *l, Package *package, TextList names, bool given, Pos importer);
/* Each with its imports. A package of gol's library or of the tree; NULL if there is none. */
Package *load_from_library(Load *l, const char *path);
Package *load_folder(Load *l, const char *path, const char *dir, const Module *module, Pos importer);
void load_imports(Load *l, Package *p);

/* godebug.c: the lines //go:debug of a package's files from number `from` on; what is wrong with them goes to the
 * queue. What the program starts with. */
void check_debug_lines(Load *l, const Package *p, int from);
const char *program_godebug(const Load *l);

/* covered.c: does it get counters? */
bool is_covered(const Load *l, const Package *p);

#endif
