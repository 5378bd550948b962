/*
 * text.h - a growing text, for what the runtime prints itself (print, panics, traces).
 * No stdio: locale-free, usable at any time, one write per message.
 */
#ifndef GOL_BASE_TEXT_H
#define GOL_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

typedef struct text { char *data; size_t size, cap; } text;

void text_bytes(text *t, const void *data, size_t size);
void text_string(text *t, const char *s);
void text_int(text *t, int64_t v);
void text_uint(text *t, uint64_t v);
void text_hex(text *t, uint64_t v);                    /* 0x1f */
/* The shortest decimal that reads back as v (of 32 or 64 bits), as print shows it: 1.5, 1e+06, NaN, +Inf. */
void text_float(text *t, double v, int bits);
void text_complex(text *t, double re, double im, int bits);
/* Nanoseconds as milliseconds: whole ones from 10 on, two significant digits below. Returns `to`. */
const char *text_in_ms(uint64_t ns, char to[32]);
/* Writes it to the standard error and empties it. */
void text_flush(text *t);
void text_free(text *t);

#endif
