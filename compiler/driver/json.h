/*
 * json.h - JSON as Go's encoding/json writes it, byte for byte, and the events of gol build -json.
 */
#ifndef GOL_JSON_H
#define GOL_JSON_H

#include "driver.h"

/* In quotes; <, > and & as \u003c ..., bytes that are no UTF-8 as \ufffd. */
void json_string(Buf *b, const char *s);

/* What is written to standard error between the two becomes events of a package on standard output, if -json is given. */
void events_start(Driver *d);
void events_end(Driver *d, const char *import_path, bool failed);

#endif
