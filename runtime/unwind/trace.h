/*
 * trace.h - tracebacks in Go's format.
 */
#ifndef GOL_UNWIND_TRACE_H
#define GOL_UNWIND_TRACE_H

#include "base/text.h"
#include "stack/position.h"

void trace_trail(text *t, const trail *where);
void trace_header(text *t, const G *g, const char *state);      /* "goroutine 1 [running]:"; state NULL: its own */
void trace_frames(text *t, const G *g, size_t skip);
void trace_origin(text *t, const G *g);                         /* "created by ..." */
void trace_goroutine(text *t, const G *g, const char *state);   /* all three */
void trace_all_others(text *t, const G *except);
/* The goroutine that runs on this thread, if any, and all others. */
void trace_everything(text *t);

extern const char *const trace_wait_reasons[WAIT_REASONS];
extern const uintptr_t gol_gdb[];                               /* gdb.c: read from outside */

/* For people with a debugger: the saved frames of all goroutines, to standard error. */
void gol_show_goroutines(void);

#endif
