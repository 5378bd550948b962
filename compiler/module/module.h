/*
 * module.h - modules: which folder a package is read from when its path is not one of the standard library.
 *
 *     Modules *all = modules_at(c, ".");                       main module or go.work around a folder
 *     Found f = modules_find(all, "golang.org/x/text/width", &importer);
 *
 * Everything is found at the first need: a program without imports of other modules reads one go.mod and nothing more.
 * A Module stays where it is as long as its Modules; two packages are of one module if the pointers are equal.
 */
#ifndef GOL_MODULE_H
#define GOL_MODULE_H

#include "../base/base.h"

typedef struct Module {
	const char *path;           /* "golang.org/x/text" */
	const char *version;        /* "v0.14.0"; NULL: a main module */
	const char *root;           /* its folder, absolute; NULL: vendored, or not needed so far */
	const char *go;             /* the go line of its go.mod; NULL: none, or not read so far */
	int minor;                  /* of the language it is written in: go 1.N */
} Module;
typedef VEC(const Module *) ModuleList;

typedef struct Modules Modules;

/* What is seen from a folder: go.work, or the go.mod or gol.mod in it or above. Never NULL; read once. */
Modules *modules_at(Compiler *c, const char *dir);
/* What is wrong with these files, as it is printed; NULL: nothing. */
const char *modules_error(const Modules *all);
/* The main modules: none outside of modules, several in a workspace. */
const ModuleList *modules_main(const Modules *all);
/* The main module whose folder holds dir and is the nearest such; NULL: none. */
const Module *modules_holding(const Modules *all, const char *dir);
/* Import path of a folder of the module, as it is, whether or not there is a package; NULL if it is outside. */
const char *module_import_path(Compiler *c, const Module *m, const char *dir);

typedef struct Importer {       /* for messages; all NULL: the command line */
	const char *path;
	const Module *module;
} Importer;

typedef struct Found {
	const Module *module;
	const char *dir;            /* NULL: no module has the package */
	const char *error;          /* why, without position */
} Found;

/* Who provides a package that the standard library does not have. */
Found modules_find(Modules *all, const char *path, const Importer *importer);

#endif
