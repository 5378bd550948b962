/*
 * build_info.h - what a program was built from, in the form that Go's tools read from programs.
 */
#ifndef GOL_BUILD_INFO_H
#define GOL_BUILD_INFO_H

#include "driver.h"

/* The bytes of the section .go.buildinfo. */
Buf build_info_bytes(Driver *d, const Program *program);
/* The same as a file for the linker, in the work folder; NULL if it cannot be written, which was said. */
const char *build_info_object(Driver *d, const Program *program);
/* The same as C. */
const char *build_info_text(Driver *d, const Program *program);

/* What is before and after the lines, and in front of all. */
#define BUILD_INFO_MAGIC "\xff Go buildinf:"
#define BUILD_INFO_GODEBUG "DefaultGODEBUG"     /* a setting: the runtime looks for it */
enum { BUILD_INFO_HEADER = 32, BUILD_INFO_MARK = 16, BUILD_INFO_INLINE = 2 };

#endif
