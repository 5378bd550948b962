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
/* By the name alone: x_linux.gol, x_arm64.gol, x_windows_amd64.gol; false for _test files and names with . or _ first. */
bool file_name_matches(const char *name);

#endif
