/*
 * record.h - what the scheduler tells base/event.h: GODEBUG=goltrace=FILE.
 */
#ifndef GOL_SCHED_RECORD_H
#define GOL_SCHED_RECORD_H

#include "base/event.h"
#include "sched/p.h"

/* Reads GODEBUG; before the first goroutine is made. A file that cannot be written ends the program with exit code 2;
 * one that another process writes stays that one's, and nothing is recorded. */
void record_start(void);

/* The rest: only where event_recorded(). */
void record_made(P *p, G *g, const gol_func *fn, uint64_t by);
void record_dispatch(M *m);                     /* m's goroutine begins to run */
void record_slice(M *m, G *g, enum event_why why);      /* and gives way, before anybody else may dispatch it */
void record_ready(const G *g);                  /* before it is readied */

#endif
