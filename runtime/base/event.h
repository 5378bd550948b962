/*
 * event.h - a record of what the runtime does: GODEBUG=goltrace=FILE writes it, `gol trace FILE` draws it.
 *
 * Each thread fills a buffer of its own and writes it by one write(2) to a file opened for appending: blocks of
 * several threads never mix. Records have one size and carry their times, so their order in the file says nothing.
 * Whoever ends the program writes what stands in the others' buffers, and so does the monitor every 100 ms
 * (event_flush): that much a process loses that a signal kills.
 *
 * While nothing is recorded it costs one load where a goroutine gives way, and nothing where it is readied or
 * dispatched: a record makes the rare ways of these taken (sched/record.c).
 *
 * Rejected: one ring for all threads (a contended counter in every switch); Go's format (its reader wants events that
 * gol has not, and has none for freezes).
 */
#ifndef GOL_BASE_EVENT_H
#define GOL_BASE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"
#include "base/atomic.h"
#include "base/event_format.h"

extern uint32_t event_on;       /* 1 from event_start to event_finish */
static inline bool event_recorded(void) { return GOL_UNLIKELY(load_relaxed(&event_on) != 0); }

/* Creates or empties path. False: why, an error number, is in *error; EAGAIN: another process records there. */
bool event_start(const char *path, uint32_t processors, int *error);
/* Any thread, once, after which nothing is recorded. Harmless where nothing was. */
void event_finish(void);
/* What the buffers have, to the file: where that was done last long enough before now (of os_nanotime). */
void event_flush(int64_t now);
/* The calling thread writes no event any more: another one takes its buffer. */
void event_thread_ends(void);

int64_t event_now(void);
int64_t event_time(int64_t ns);         /* of os_nanotime */
/* Now. Allocates the buffer of a thread at its first. It is dropped without memory, with the file full (EVENT_LIMIT),
 * and after an error of the file, of which event_finish tells on the standard error. */
void event_write(enum event_kind kind, uint32_t p, uint64_t g, uint64_t value, uint32_t extra, uint32_t how);
/* Written once for each key and kind: NAME, REASON. */
void event_text(enum event_kind kind, uint64_t key, const char *bytes, uint32_t length);

#endif
