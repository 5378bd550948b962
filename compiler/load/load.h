/*
 * load.h - finds and parses the packages of a program: what the command line
 * names (files, folders, import paths, patterns with ...), imports in the standard
 * library, below a module root (go.mod, gol.mod), beside the importing file; build
 * constraints, internal packages, import cycles.
 *
 * Two sorts of mistakes are told apart, as Go tells them apart. What keeps a
 * package from being found stops everything before anything is compiled, and is printed
 * without a header (Program.errors). What is wrong inside a file is a matter of its package
 * (Program.broken): packages that do not depend on it are still checked and reported.
 */
#ifndef GOL_LOAD_H
#define GOL_LOAD_H

#include "../module/module.h"
#include "../types/type.h"

typedef struct Target {         /* one package named on the command line */
	const char *path;           /* import path, or "command-line-arguments" */
	const char *dir;            /* absolute */
	const char *output;         /* the name of its program */
	TextList files;             /* given by name; empty: those of the folder */
	bool is_stdlib;
	const char *match;          /* the word that names it; NULL: files by name */
	bool matched;               /* by a pattern: not an error if it holds nothing to compile */
	/* those that are seen from where it was named; NULL: none, of standard packages alone */
	Modules *modules;
	const Module *module;       /* that it belongs to; NULL: none */
} Target;
typedef VEC(Target) TargetList;

/* The syntax errors of one package, out of the queue until it is the package's turn. */
typedef struct Broken {
	Package *package;
	Diagnostic **items;
	int len, cap, errors;
	bool syntax;                /* false: lines //go:debug alone are wrong */
} Broken;

typedef struct Program {
	VEC(Package *) packages;    /* imports before importers; the last is the root */
	Package *root;
	Package *tested;            /* by load_tests: whose tests the program runs; else NULL */
	const char *godebug;        /* of GODEBUG, what it starts with: "a=0,b=1"; "": nothing, or it is no program */
	const char *header;         /* "command-line-arguments" or the import path, for diagnostics */
	TextList errors;            /* in the order found, as they are printed */
	VEC(Broken) broken;
	bool skipped;               /* matched by a pattern, but nothing is there to be compiled */
} Program;

/* "path", or "path [p.test]" where it is a variant: how messages name it. */
const char *package_label(Compiler *c, const Package *p);
/* The same, under which the diagnostics of a package stand; the root has the name it was asked for by. */
const char *header_of(Compiler *c, const Program *program, const Package *p);

/* What the words of the command line name. Mistakes are added to errors, patterns that match nothing to warnings. */
void find_targets(Compiler *c, const char *const *names, int count, TargetList *targets, TextList *errors,
                  TextList *warnings);
/* "..." in pattern matches any text; a trailing "/..." the empty one too. */
bool path_matches(const char *pattern, const char *path);
bool is_source_name(const char *name);
/* The Go source tree (tree.c): sought at the first call; false if there is none. */
bool find_go_tree(Compiler *c);
/* Why there is none, after find_go_tree: "no Go source tree was found; ..." */
const char *why_no_tree(Compiler *c);
/* All there are, wherever one is sought. */
typedef VEC(SourceTree) SourceTreeList;
SourceTreeList list_go_trees(Compiler *c);
/* The folder of a package of the tree, NULL if there is no tree or no source of such a package in it. */
const char *tree_folder(Compiler *c, const char *path);

/* Never NULL; a program with errors must not be checked. The standard packages that the runtime itself needs
 * (package runtime) are loaded always. */
Program *load_program(Compiler *c, const Target *target, const char *tags);
/* The same; the standard packages of a program that this compiler loaded before are taken from there, as they are. */
Program *load_another(Compiler *c, const Target *target, const char *tags, const Program *loaded);
/* The program that runs the tests of target (tests.c); its root is the main package made for them. Without test files
 * the root is NULL, and nothing was loaded. */
Program *load_tests(Compiler *c, const Target *target, const char *tags);
/* covered.c: -coverpkg. dir: absolute. Does the pattern mean the package; does one of those of the command? */
bool pattern_covers(Compiler *c, const char *pattern, const char *path, const char *dir, bool standard);
bool patterns_cover(Compiler *c, const char *path, const char *dir, bool standard);
/* Where that program runs: where the test files are. */
const char *tests_folder(Compiler *c, const Target *target);

#endif
