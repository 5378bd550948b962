/*
 * listing.h - packages and what they depend on, for gol list: by their folders and import lines, nothing is compiled.
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

#endif
