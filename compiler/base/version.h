/*
 * version.h - semantic versions as Go writes them, for gol and gol-fetch.
 */
#ifndef GOL_VERSION_H
#define GOL_VERSION_H

#include <stdbool.h>

/* v1, v1.2, v1.2.3-pre+build */
typedef struct Version {
	const char *major, *minor, *patch, *pre, *build;    /* spans of the text; pre with its '-', build with its '+' */
	int major_len, minor_len, patch_len, pre_len, build_len;
	bool is_short;              /* v1 or v1.2 */
} Version;

bool version_parse(const char *text, Version *v);       /* all of text */
int version_compare(const char *a, const char *b);      /* -1, 0, 1; an invalid one is below all others */

#endif
