/* utf8.h - UTF-8 as Go reads it: an invalid byte is U+FFFD of width 1. */
#ifndef GOL_LANG_UTF8_H
#define GOL_LANG_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_ERROR 0xfffd
#define UTF8_MAX 4

/* Rune at p[0..size), size > 0; *width gets 1 to 4. */
int32_t utf8_decode(const uint8_t *p, size_t size, unsigned *width);
/* The first byte that is not ASCII, or end. */
const uint8_t *utf8_skip_ascii(const uint8_t *p, const uint8_t *end);
/* The number of runes that begin in [*p, stop); *p moves behind the last of them. The text goes on to end. */
size_t utf8_count(const uint8_t **p, const uint8_t *stop, const uint8_t *end);
/* Stores the encoding of rune (U+FFFD for what is none) in to; returns its length. */
unsigned utf8_encode(uint8_t to[UTF8_MAX], int64_t rune);

#endif
