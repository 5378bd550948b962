/*
 * cover.h - counters in a package's functions, for gol test -cover.
 */
#ifndef GOL_COVER_H
#define GOL_COVER_H

#include "../types/type.h"

typedef enum { COVER_NONE, COVER_SET, COVER_COUNT, COVER_ATOMIC } CoverMode;

static inline const char *cover_mode_name(CoverMode mode)
{
	return mode == COVER_SET ? "set" : mode == COVER_COUNT ? "count" : "atomic";
}

/* Puts counters into the functions of the package's files, which are parsed without errors and not checked yet, but
 * for those of tests. Returns the text of one more file of the package, which declares the counters; NULL: there is
 * nothing to count. */
const char *cover_package(Compiler *c, Package *p, const char *path, CoverMode mode);

/* The lines that a profile has of a package none of whose statements ran, and how many statements there are. Its test
 * files do not count. The package is left as it is. */
const char *cover_unused(Compiler *c, const Package *p, const char *path, int *statements);

#endif
