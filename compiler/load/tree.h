/*
 * tree.h - the Go source tree: where the standard packages that gol does not have itself are read from.
 */
#ifndef GOL_LOAD_TREE_H
#define GOL_LOAD_TREE_H

#include "constraint.h"
#include "load.h"

/* Why a package of the tree cannot be had; NULL if it can. */
const char *not_supported(const char *path);
/* A tag that holds for this package of the tree alone; or NULL. */
const char *own_tag(const char *path);
/* The same for a package of the library, by the version of the tree. */
const char *tree_tag(Compiler *c, const char *path);
/* Of the sources of a package of the tree those that are compiled, and those that Go's own build would have made and
 * that are not there. */
void adjust_sources(Compiler *c, const char *path, TextList *names, const BuildTags *tags);
/* Does the folder have assembly that belongs to this build? */
bool has_assembly(Compiler *c, const char *dir, const BuildTags *tags);
/* Adds the functions that files of the package push elsewhere by //go:linkname: "path.name". */
void note_pushed(Compiler *c, const Package *p, Map *pushed);
/* Is there a function without a body that neither the set nor a directive of its file supplies? */
bool lacks_bodies(Compiler *c, const Package *p, const Map *pushed);

#endif
