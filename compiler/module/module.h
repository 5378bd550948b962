/*
 * module.h - modules: which folder a package is read from when its path is not one of the standard library.
 *
 *     Modules *all = modules_at(c, ".");                       main module or go.work around a folder
 *     Found f = modules_find(all, "golang.org/x/text/width", NULL, &importer);
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
	const char *root;           /* its folder, absolute; NULL: vendored, or not needed so far (module_fetch) */
	const char *go;             /* the go line of its go.mod; NULL: none, or not read so far */
	int minor;                  /* of the language it is written in: go 1.N */
	bool indirect;              /* so marked in a main module's go.mod */
} Module;
typedef VEC(const Module *) ModuleList;

typedef struct Modules Modules;

/* What is seen from a folder: go.work, or the go.mod or gol.mod in it or above. Never NULL; read once. */
Modules *modules_at(Compiler *c, const char *dir);
/* What is wrong with these files, as it is printed; NULL: nothing. */
const char *modules_error(const Modules *all);
bool modules_is_workspace(const Modules *all);
/* The go.mod of the folder they are seen from (with -modfile: that file), /dev/null: it is in no module; go.work, or
 * NULL. */
const char *modules_go_mod(const Modules *all);
const char *modules_work_file(const Modules *all);
/* The nearest folder at or above dir with a go.mod or gol.mod; NULL: none. */
const char *modules_nearest_root(Compiler *c, const char *dir);
/* The main modules: none outside of modules, several in a workspace. */
const ModuleList *modules_main(const Modules *all);
/* The main module whose folder holds dir and is the nearest such; NULL: none. */
const Module *modules_holding(const Modules *all, const char *dir);
/* Import path of a folder of the module, as it is, whether or not there is a package; NULL if it is outside. */
const char *module_import_path(Compiler *c, const Module *m, const char *dir);

typedef struct Importer {       /* for messages; all NULL: the command line */
	const char *path;
	const Module *module;
	bool is_test;               /* a file of the package's tests */
} Importer;

typedef struct Found {
	const Module *module;       /* NULL beside a dir: a vendored package that modules.txt does not list */
	const char *dir;            /* NULL: no module has the package */
	const char *error;          /* why, without position */
	bool without_position;      /* the error is of the importing package */
	const char *path;
} Found;

/* Who provides a package. standard: its folder in the standard library, if it has such a one (then it is an error if
 * a module has it too, and nothing is found if none has); NULL: it has not. Downloads what is needed. */
Found modules_find(Modules *all, const char *path, const char *standard, const Importer *importer);
/* When everything is loaded: what of go.mod does not fit what is built, as it is printed; or NULL. Nothing is
 * downloaded any more: gol-fetch ends. */
const char *modules_final_error(Modules *all);

/* All selected modules, main ones first, then by path; loads the whole graph. With vendor/: those it names. False:
 * *error, as it is printed. */
bool modules_build_list(Modules *all, ModuleList *list, const char **error);
/* Sets m->root; false with *error (without "gol: "), or without one where there is only a vendored copy. */
bool module_fetch(Modules *all, const Module *m, const char **error);
/* What stands for a module in go.mod or go.work; false: nothing does. *version NULL: *path is a folder, as written. */
bool module_replacement(const Modules *all, const Module *m, const char **path, const char **version);
/* The hash that go.sum has of a module's files, or NULL. */
const char *module_sum(Modules *all, const char *path, const char *version);
/* What the go.mod files of main modules require, in their order, as selected; after modules_build_list. */
void modules_required(Modules *all, ModuleList *list);

typedef struct Download {
	const char *path, *version; /* asked for */
	bool by_version;            /* named with it, not found in the module graph */
	const char *query;          /* asked for instead of a version, which is then filled in; or NULL */
	const char *error;          /* set before: nothing is done */
	bool mismatch;              /* the error is a hash that go.sum does not have: nothing else counts beside it */
	/* names in the module cache, hashes; NULL after an error */
	const char *info, *go_mod, *zip, *folder, *sum, *go_mod_sum;
} Download;
typedef VEC(Download) DownloadList;

/* Brings them into the module cache, side by side, verified by go.sum where that has them (download.c). */
void modules_download(Modules *all, DownloadList *list);
/* Writes what go.sum lacks (record.c): the zip and go.mod of the modules named (or NULL), as far as they are
 * selected; the go.mod files of the graph. Nothing is written where a hash has to be looked up in the checksum
 * database, or the file cannot be written (*error). */
typedef enum { RECORDED, RECORD_FAILED, RECORD_NEEDS_DATABASE } Recorded;
Recorded modules_record(Modules *all, const DownloadList *named, bool of_graph, const char **error);
/* From now on it is not said what is downloaded. */
void modules_quiet(Modules *all);
/* Modules that may have packages with these paths, which will be sought: what the cache lacks of them is downloaded
 * now, side by side. What fails then is reported when it is wanted. */
void modules_ahead(Modules *all, const TextList *paths);
/* What of them in the module cache is not what was downloaded: messages. */
TextList modules_verify(Modules *all, const ModuleList *list);
/* A version in full, not a query. */
bool version_is_exact(Compiler *c, const char *version);
/* The module cache's folder, "" if there is none. */
const char *modules_cache(Compiler *c);
/* Is a folder of a main module, named from its root on, left out of patterns by an ignore line? */
bool module_ignores(const Module *m, const char *folder);
/* The go.mod of a module as it is in the folder or the cache, NULL if vendored. */
const char *module_go_mod(Modules *all, const Module *m);
/* What the file that counts (go.work, or the main module's go.mod) says for GODEBUG: "key=value" each; and its go
 * line, with Go's default where it has none, NULL where there is no file that speaks of Go. */
TextList modules_godebugs(const Modules *all);
const char *modules_language(const Modules *all);
/* A name relative to the working directory where that is shorter, as Go's messages have it. */
const char *module_short_path(Compiler *c, const char *full);

/* ---- settings of GODEBUG (godebug.c) ---------------------------------------------------------------------------- */

/* What is wrong with a setting; NULL: nothing. what: how it is called, "godebug". */
const char *godebug_fault(Compiler *c, const char *what, const char *key, const char *value);
/* What a program starts with, "a=0,b=1" sorted: of those given ("key=value", sound) the last of each key counts, then
 * what the go line implies; go may be NULL: the newest. */
const char *godebug_defaults(Compiler *c, const char *go, const TextList *given);

#endif
