/*
 * json.h - JSON text, and the events of gol build -json.
 */
#ifndef GOL_JSON_H
#define GOL_JSON_H

#include "../base/json.h"
#include "driver.h"

/* What is written to standard error between the two becomes events of a package on standard output, if -json is
 * given. */
void events_start(Driver *d);
void events_end(Driver *d, const char *import_path, bool failed);

#endif
