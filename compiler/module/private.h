/*
 * private.h - what the files of this folder share.
 */
#ifndef GOL_MODULE_PRIVATE_H
#define GOL_MODULE_PRIVATE_H

#include "../base/path.h"
#include "../base/version.h"
#include "module.h"

#include <stdio.h>
#include <sys/types.h>

/* The language that is known; that of modules without a go line, as Go has it. */
enum { NEWEST_MINOR = 26, MINOR_WITHOUT_LINE = 16 };

/* NULL, or that a newer Go is required than is known (module.c). */
const char *module_too_new(Compiler *c, const char *what, const char *go);

/* ---- versions (version.c) ----------------------------------------------------------------------------- */

/* v1.2.3, v1.2.3-pre.1, +build behind it; v1 and v1.2 are valid but not canonical. */
bool version_is_valid(const char *v);
/* Canonical form, "+incompatible" kept, other build words dropped; NULL if it is none. */
const char *version_canonical(Compiler *c, const char *v);
/* What is wrong with v for a module whose path ends in a major version (or not), without "version x invalid: "; or
 * NULL. */
const char *version_misfit(Compiler *c, const char *path, const char *v);
/* Does the path end in /v0, /v1, /v02 or (gopkg.in) in no .vN at all? */
bool path_major_is_wrong(Compiler *c, const char *path);
/* What is wrong with a path, NULL: nothing. */
const char *module_path_fault(Compiler *c, const char *path, bool import);
/* 1.23, 1.23.4, 1.23rc1: the minor number, -1 if it is none of that; *major may be more than 1. */
int go_version_parse(const char *s, int *major);
/* As Go's releases came out; NULL is the oldest. */
int go_version_compare(const char *v, const char *w);
/* "!x" for "X", as names of the module cache have it. */
const char *escape_capitals(Compiler *c, const char *s);

/* ---- go.mod, go.work (mod_file.c) ----------------------------------------------------------------------- */

typedef struct Requirement { const char *path, *version; bool indirect; } Requirement;
typedef struct Replacement {
	const char *path, *version;         /* version NULL: all */
	const char *new_path, *new_version; /* new_version NULL: new_path is a folder, as written */
} Replacement;
typedef struct FileLine { const char *text; int line; } FileLine;

typedef struct Query { const char *path, *version; int line, col; } Query;

typedef enum { MOD_FILE_MAIN, MOD_FILE_LAX, MOD_FILE_WORK } ModFileKind;

typedef struct ModFile {
	const char *name;           /* as messages show it */
	const char *full_name;
	const char *path, *go, *toolchain;
	VEC(Requirement) requires, excludes;
	VEC(Replacement) replaces;
	VEC(FileLine) uses, godebugs;
	TextList ignores;
	VEC(Query) queries;         /* versions that are not canonical: a branch, v1 */
	const char *errors;         /* one a line, each after a newline; NULL: none */
} ModFile;

/* Lax: the go.mod of another module, of which only some directives are looked at. */
ModFile *mod_file_parse(Compiler *c, ModFileKind kind, const char *name, const char *full_name, const char *text,
                        size_t size);

/* ---- the modules around a folder (module.c) ------------------------------------------------------------- */

typedef struct Node {
	Module module;              /* first: what others see of it */
	ModFile *file;              /* its own go.mod, of main modules; that of what replaces it */
	VEC(struct Node *) requires;        /* without excluded ones; of a summarised node */
	const char *error;          /* why there is no summary */
	bool summarised;
	bool unpruned;              /* written before go 1.17 */
	bool queued[3];             /* by Pruning */
	const char *fetch_error;
	bool fetched, lacks_sum;
	struct Node *from;          /* the way to it (graph_path) */
	bool seen;
} Node;
typedef VEC(Node *) NodeList;

/* How far the graph behind a module is looked at: its own list; everything; its list and, if it is old, everything. */
typedef enum { PRUNED, UNPRUNED, WORKSPACE } Pruning;

typedef enum { MODE_READONLY, MODE_VENDOR, MODE_MOD } ModMode;

typedef struct Vendored {
	Node *node;
	const char *go, *new_path, *new_version;
	bool is_explicit, is_replaced, has_packages;
} Vendored;

/* The running gol-fetch. */
typedef struct Fetcher {
	FILE *to, *from;            /* NULL: it does not run */
	pid_t pid;
	long asked;                 /* lines so far */
	bool quiet;                 /* it says nothing of downloads */
} Fetcher;

struct Modules {
	Compiler *c;
	Modules *next;
	const char *dir;            /* that they are seen from */
	ModuleList mains;
	const char *error;
	ModFile *work;              /* go.work; NULL: none */
	const char *work_dir;
	ModMode mode;
	bool mode_given;
	const char *mode_reason;
	Map nodes;                  /* "path@version" -> Node */
	Map roots;                  /* path -> Node: the highest that a main module requires */
	NodeList root_list;
	Map selected;               /* path -> Node, once the graph is loaded */
	bool graph_loaded;
	const char *graph_error;
	bool needs_update;          /* go.mod is not what the build needs */
	Map found;                  /* import path -> Found */
	Map sums;                   /* "path version" -> TextList of go.sum */
	const char *sum_name;
	VEC(Vendored) vendored;
	Map vendored_packages;      /* import path -> Node */
	const char *cache;          /* the module cache's folder */
	Fetcher fetcher;
	/* "verb path version" asked of gol-fetch side by side with others -> why it failed, "" (download.c) */
	Map ahead;
};

/* One node a path and version; version NULL: the main module of this path, NULL if there is none. */
Node *node_of(Modules *all, const char *path, const char *version);
Node *main_node(const Modules *all, const char *path);
/* What stands for a module; NULL: itself. *base: the folder that a relative replacement starts at. */
const Replacement *replacement_of(const Modules *all, const char *path, const char *version, const char **base);
const char *replacement_folder(Compiler *c, const Replacement *r, const char *base);
const char *describe(Modules *all, const char *path, const char *version);      /* "path@version" */
bool must_have_sums(const Modules *all);
const char *node_error(Modules *all, const Node *n);
void note_language(Node *n, const char *go);

/* ---- the graph (graph.c) ---------------------------------------------------------------------------------- */

/* Fills node->requires and the like; false: node->error. */
bool node_summarise(Modules *all, Node *n);
/* All selected versions; false: all->graph_error. */
bool graph_load(Modules *all);
const char *update_needed(Modules *all);

/* The whole graph where nothing is known without (find.c). */
void load_unpruned(Modules *all);

/* ---- the module cache and go.sum (mod_cache.c) --------------------------------------------------------------- */

/* The text of the go.mod of a version, checked; NULL: *error. */
const char *cached_go_mod(Modules *all, const char *path, const char *version, size_t *size, const char **error);
/* The folder with the sources, downloaded if need be; NULL: *error. */
const char *cached_folder(Modules *all, const char *path, const char *version, const char **error);
/* The name that PATH/@v/VERSION.ENDING has there. */
const char *cached_file(Modules *all, const char *path, const char *version, const char *ending);
bool has_sum(Modules *all, const char *path, const char *version, bool of_go_mod);
/* What go.sum has; NULL: nothing. */
const char *recorded_sum(Modules *all, const char *path, const char *version, bool of_go_mod);
void sums_read_all(Modules *all);

/* ---- gol-fetch (fetch.c) --------------------------------------------------------------------------------------- */

/* Requests that are worked on side by side; of each answer the result or the message. */
typedef struct Answer { bool ok, mismatch; const char *text; } Answer;
/* faults[i]: why line i is no request, and empty; NULL: it is one. */
typedef struct Batch { Compiler *c; TextList lines, faults; Answer *answers; } Batch;
/* sum may be NULL. A word with a space or a newline in it would be several, or a request of its own: it is refused. */
void batch_ask(Batch *b, const char *verb, const char *path, const char *version, const char *sum);
void batch_run(Modules *all, Batch *b);
bool fetch_is_there(const Compiler *c);
void fetch_end(Modules *all);            /* it would be started again */
const char *without_newlines(Compiler *c, const char *text);
/* The go.mod files that these will want, side by side (download.c). */
void go_mods_ahead(Modules *all, const NodeList *nodes);
/* verb "mod", "zip" or "query"; sum may be NULL. NULL: done; else why not. */
const char *fetch(Modules *all, const char *verb, const char *path, const char *version, const char *sum);

/* ---- vendor/ (vendor.c) --------------------------------------------------------------------------------------- */

const char *vendor_dir(const Modules *all);
bool vendor_is_for_workspace(Compiler *c, const char *dir);
void vendor_read(Modules *all);
/* What differs from go.mod; NULL: nothing. */
const char *vendor_inconsistency(Modules *all);

#endif
