/*
 * front_fuzz.h - between front_fuzz.c, which compiles, and front_mutate.c, which makes what is compiled.
 */
#ifndef FRONT_FUZZ_H
#define FRONT_FUZZ_H

#include <stdbool.h>
#include <stddef.h>

/* Has the text no syntax errors? */
bool front_parses(const char *text, size_t size);
/* A program that was compiled without errors not long ago: one of the last few, chosen by number; NULL: none yet. */
const char *front_passed(unsigned number, size_t *size);

#endif
