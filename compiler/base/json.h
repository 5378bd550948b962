/*
 * json.h - JSON text as Go's encoding/json writes it, byte for byte.
 */
#ifndef GOL_BASE_JSON_H
#define GOL_BASE_JSON_H

#include "base.h"

/* In quotes; <, > and & as \u003c ..., bytes that are no UTF-8 as \ufffd. */
void json_string(Buf *b, const char *s);

#endif
