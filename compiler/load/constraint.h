/*
 * constraint.h - which files belong to a build: //go:build lines and the
 * _GOOS_GOARCH endings of file names.
 */
#ifndef GOL_CONSTRAINT_H
#define GOL_CONSTRAINT_H

#include <stdbool.h>

/* The expression behind "//go:build "; tags: comma separated ones given with -tags, may be NULL. A malformed
 * expression counts as false. */
bool constraint_holds(const char *expression, const char *tags);
/* The least minor version N of the language with which it can hold, for all other tags: go1.N; 0 if it says nothing of that. */
int constraint_version(const char *expression);
/* By the name alone: x_linux.gol, x_arm64.gol, x_windows_amd64.gol; false for _test files and names with . or _ first. */
bool file_name_matches(const char *name);

#endif
