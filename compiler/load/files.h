/*
 * files.h - the sources of a folder: what load.c and target.c share.
 */
#ifndef GOL_LOAD_FILES_H
#define GOL_LOAD_FILES_H

#include "../base/path.h"
#include "constraint.h"
#include "load.h"

/* Go and gol files of a folder, sorted, each with the folder in front. tests, excluded (may be NULL): how
 * many were left out because they are tests, or are for other systems. */
TextList list_sources(Compiler *c, const char *dir, const BuildTags *tags, int *tests, int *excluded);
/* The test files among them, name_test.go, that belong to the build. */
TextList list_tests(Compiler *c, const char *dir, const BuildTags *tags);
bool is_test_name(const char *name);

/* "package x is not in std": why the standard library has no package of this path. */
const char *missing_package(Compiler *c, const char *path);
const char *standard_folder(Compiler *c, const char *path);     /* NULL if the library has no such package */
const char *standard_place(Compiler *c, const char *path);      /* the same, the Go source tree too */
/* What the tree's packages import of other modules lies in the tree: one set for the library, one for Go's commands. */
const char *path_in_tree(Compiler *c, const char *from, const char *path);

#endif
