/*
 * listing.h - packages and what they depend on, for gol list and gol vet: by their folders and import lines, nothing
 * is compiled.
 */
#ifndef GOL_LOAD_LISTING_H
#define GOL_LOAD_LISTING_H

#include "inspect.h"

typedef struct ListError {
	TextList stack;             /* import paths that lead to the package */
	const char *position, *text;        /* position: "x.go:2:8" or "" */
} ListError;

typedef struct ImportName { const char *written, *path; } ImportName;

typedef struct Listed {
	const char *path, *dir;     /* dir NULL: it was not found */
	const Module *module;
	Modules *modules;           /* those in which its imports are looked for */
	bool standard, from_tree;
	/* which files are its own: PART_TEST: the tests in the package too; PART_XTEST: those beside it; PART_COUNT: none,
	 * it is made to run tests */
	Part part;
	const char *variant;        /* "p.test": it is there for these tests alone; or NULL */
	bool named;                 /* by the command line */
	TextList matches;           /* the words that name it */
	Inspected *inside;          /* NULL: it was not found */
	VEC(struct Listed *) imports;       /* of the package without its tests, by path */
	VEC(ImportName) renamed;         /* imports whose path is another than written */
	const ListError *error;
	bool incomplete;            /* it or something it depends on has an error */
	int mark;                   /* for walks: the number of the last one that was here */
	bool loading;
} Listed;
typedef VEC(Listed *) ListedList;

typedef struct Listing {
	Compiler *c;
	BuildTags tags;
	bool only_find;             /* imports are not followed */
	/* standard packages are the tree's, for Go's own compiler; nobody looks into those that are imported */
	bool of_tree;
	ListedList roots;           /* in the order of the words */
	Map by_path;
	int marks;
} Listing;

/* Adds a package of the command line. */
void listing_add(Listing *l, const Target *t);
/* One that cannot be found, under the name it was given. */
void listing_add_missing(Listing *l, const char *word, const char *text);
/* What a package depends on, imports before importers, without itself. */
ListedList listed_dependencies(Listing *l, Listed *p);
/* "p", or "p [q.test]". */
const char *listed_id(Compiler *c, const Listed *p);
/* The package that an import line leads to; NULL: unsafe, or it was not followed. */
const Listed *listed_import(const Listed *p, const char *written);

/* A package with the tests in it, which is the package itself where there are none, and the tests beside it, or NULL.
 * What they depend on that depends on the package is there once more, for them. */
typedef struct ListedTests { Listed *inside, *beside; } ListedTests;
ListedTests listing_tests(Listing *l, Listed *p);
/* The main package that runs them, p.test. */
Listed *listing_test_main(Listing *l, const Listed *p, const ListedTests *tests);

#endif
