/*
 * event_format.h - the records of GODEBUG=goltrace=FILE: what the runtime (base/event.c) writes and `gol trace`
 * (compiler/trace) reads. A file is nothing but records of 32 bytes, in the byte order of the machine, in no order of
 * time; those of text are followed by as many records as the text fills, zero at the end.
 */
#ifndef GOL_BASE_EVENT_FORMAT_H
#define GOL_BASE_EVENT_FORMAT_H

#include <stdint.h>

/* Kinds, with what their other fields hold; p is the processor, EVENT_NO_P: none; time is when it ended. */
#define EVENT_KINDS(KIND) \
	KIND(START)     /* the first in the file: value = EVENT_VERSION, g = process, extra = processors */ \
	KIND(NAME)      /* g = key, extra = bytes; ceil(extra / 32) records of text follow: "function\tfile:line" */ \
	KIND(MAKE)      /* goroutine g begins: value = key of the name of its function; how 1: started by the runtime */ \
	KIND(READY)     /* g may run: value = who did it, 0: none of the goroutines */ \
	KIND(SLICE)     /* g ran: value = since when, how = why it ended (event_why), extra = reason (EVENT_PARKED) */ \
	KIND(FREEZE)    /* g's native frames were saved: value = bytes, extra = frames, how = moved objects, at most 255 */ \
	KIND(GROW)      /* g's stack was moved to a larger or smaller block: value = its bytes */ \
	KIND(CALL)      /* g was in a blocking call: value = since when; p: at its begin */ \
	KIND(STOP)      /* all other processors were stopped: value = since when it was asked, extra = ns until they were */ \
	KIND(CYCLE)     /* a collection: value = since when, how 1: beside the program, extra = KiB marked */ \
	KIND(MARKER)    /* the marker worked: value = since when, how 1: it marked, 0: it swept */ \
	KIND(DROPPED)   /* the file was full: value = bytes that are missing */ \
	KIND(REASON)    /* g = number of a wait reason, extra = length; text follows as for NAME */

enum event_kind {
#define EVENT_KIND(name) EVENT_##name,
	EVENT_NONE, EVENT_KINDS(EVENT_KIND) EVENT_KIND_COUNT
#undef EVENT_KIND
};
enum event_why { EVENT_ENDED, EVENT_PARKED, EVENT_YIELDED, EVENT_LOST_P, EVENT_WAITS_FOR_IO };
enum { EVENT_VERSION = 1, EVENT_NO_P = 0xffff, EVENT_PROCESSORS = 1024 };      /* the last: how many there can be */
enum { EVENT_TEXT_MOST = 1023 * 32 };           /* bytes of one text */
#define EVENT_LIMIT ((uint64_t)1 << 30)         /* bytes in the file, without DROPPED */

typedef struct event {
	int64_t time;               /* nanoseconds since START */
	uint64_t g, value;
	uint32_t extra;
	uint16_t p;
	uint8_t kind, how;
} event;
_Static_assert(sizeof(event) == 32, "records are read by another program");

#endif
