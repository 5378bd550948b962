/*
 * trace.h - `gol trace`: from the record of a program (GODEBUG=goltrace=FILE) to a page for the browser.
 */
#ifndef GOL_TRACE_TRACE_H
#define GOL_TRACE_TRACE_H

#include "../base/base.h"
#include "../../runtime/base/event_format.h"

typedef struct TraceText { uint64_t key; const char *text; int length; } TraceText;

/* What was read. Events are in the order of their begins; all lie in the arena. */
typedef struct Trace {
	VEC(event) events;          /* without those of text, START and MAKE */
	VEC(event) made;            /* MAKE, of goroutines that have events; in no order */
	VEC(TraceText) names, reasons;
	uint64_t process;
	uint32_t processors;
	int64_t from, to;           /* nanoseconds: the first begin, the last end */
	int cut;                    /* not 0: only so many of the events are here */
	bool dropped;               /* the runtime stopped writing */
	bool torn;                  /* the last record is not whole: the program was killed, the file system full */
} Trace;

/* When e began: what it reports ends at e->time. */
int64_t event_begin(const event *e);

/* Events that overlap [from, to]. False: *why says what is wrong with the file. */
bool trace_read(Compiler *c, const char *path, int64_t from, int64_t to, Trace *t, const char **why);
/* Which of the names has this key; -1: none. */
int trace_name(const Trace *t, uint64_t key);
/* The page, complete. */
void trace_page(Compiler *c, const Trace *t, Buf *page);

#endif
