/*
 * leaks.h - goroutines that wait for ever (leaks.c).
 */
#ifndef GOL_SCHED_LEAKS_H
#define GOL_SCHED_LEAKS_H

#include "stack/g.h"

void leaks_start(void);                 /* reads GODEBUG */
/* g is a root now; true: not yet, leaks_find looks at it when all others are marked */
bool leaks_set_apart(G *g);
void leaks_find(void);                  /* in a stop: everything else is marked */

#endif
