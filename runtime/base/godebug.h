/*
 * godebug.h - settings of GODEBUG: the environment's, then those the program was built with.
 */
#ifndef GOL_BASE_GODEBUG_H
#define GOL_BASE_GODEBUG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The lines that say what the program was built from ("build\tGOOS=linux\n" ...), NULL: nothing says it. */
const uint8_t *build_info_lines(size_t *n);
/* Its settings, "a=0,b=1"; *n 0: it has none. */
const char *godebug_defaults(size_t *n);
/* Is the setting of this value? A program may change its environment at any time, which this reads anew. */
bool godebug_is(const char *key, const char *value);

/* asynctimerchan=1, kept for who makes timers: godebug_changed looks again, when the environment was changed and at
 * the start. */
bool godebug_async_timers(void);
void godebug_changed(void);

#endif
