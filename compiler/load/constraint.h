/*
 * constraint.h - which files belong to a build: //go:build and // +build lines, and the
 * _GOOS_GOARCH endings of file names.
 */
#ifndef GOL_CONSTRAINT_H
#define GOL_CONSTRAINT_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__aarch64__)
#define HOST_ARCH "arm64"
#elif defined(__riscv)
#define HOST_ARCH "riscv64"
#else
#define HOST_ARCH "amd64"
#endif

typedef struct BuildTags {
	const char *given;          /* comma separated ones of -tags, may be NULL */
	const char *arch;           /* the target's; NULL: this machine's */
	const char *own;            /* one that holds for this package alone, or NULL */
	bool portable;              /* no architecture holds: what is left of a package whose assembly is left out */
} BuildTags;

/* The expression behind "//go:build ". A malformed one counts as false. */
bool constraint_holds(const char *expression, const BuildTags *tags);
/* The least minor version N of the language with which it can hold, for all other tags: go1.N; 0 if it says nothing
 * of that. */
int constraint_version(const char *expression);
/* By the name alone: x_linux.gol, x_arm64.gol, x_windows_amd64.s; false for _test files and names with . or _ first. */
bool file_name_matches(const char *name, const BuildTags *tags);
/* By what stands above the package clause (or the first line of assembly): the //go:build line; where there is none,
 * the // +build lines that a blank line divides from it. */
bool header_matches(const char *text, size_t size, const BuildTags *tags);

#endif
