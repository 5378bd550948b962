/*
 * page.c - a trace as one HTML page: page.html with the record in it, as flat lists of numbers whose first column is
 * relative to the row before. They are shorter so, and a browser reads them in one go.
 *
 *     {"procs": 2, "process": 71, "from": 0, "to": 90, "cut": 0, "dropped": 0, "names": ["main.f\ta.go:3"],
 *      "reasons": {"2": "chan receive", ...},
 *      "slices": [begin, length, p, g, how, reason, ...], "ready": [at, g, by, ...], ...}
 *
 * page.html names the columns.
 */
#include "trace.h"

#include <inttypes.h>
#include <string.h>

/* The page's text, put into the program by the assembler: compilers need a second for a literal of this size. */
__asm__(".section .rodata\n"
        "trace_page_text: .incbin \"compiler/trace/page.html\"\n.byte 0\n"
        ".previous\n");
extern const char trace_page_text[] __asm__("trace_page_text");

static const char placeholder[] = "/*DATA*/";

/* Not so that it could end the script it stands in; what is not UTF-8 as U+FFFD. */
static void put_text(Buf *b, const char *text, int length)
{
	int size;
	buf_printf(b, "\"");
	for (int i = 0; i < length; i += size) {
		uint32_t rune = utf8_decode(text + i, (size_t)(length - i), &size);
		if (rune < 0x20 || rune == '"' || rune == '\\' || rune == '<' || rune == 0x7f || (rune == 0xfffd && size == 1))
			buf_printf(b, "\\u%04x", rune);
		else
			buf_printf(b, "%.*s", size, text + i);
	}
	buf_printf(b, "\"");
}

static void put_texts(const Trace *t, Buf *b)
{
	buf_printf(b, ",\n\"names\":[");
	for (int i = 0; i < t->names.len; i++) {
		buf_printf(b, i ? "," : "");
		put_text(b, t->names.items[i].text, t->names.items[i].length);
	}
	buf_printf(b, "],\n\"reasons\":{");
	for (int i = 0; i < t->reasons.len; i++) {
		buf_printf(b, "%s\"%" PRIu64 "\":", i ? "," : "", t->reasons.items[i].key);
		put_text(b, t->reasons.items[i].text, t->reasons.items[i].length);
	}
	buf_printf(b, "}");
}

/* The columns of one kind behind its begin; 0: none of this kind are drawn. */
static int columns(const Trace *t, const event *e, int64_t out[5])
{
	int64_t length = e->time - event_begin(e);
	switch ((enum event_kind)e->kind) {
	case EVENT_SLICE: out[0] = length, out[1] = e->p, out[2] = (int64_t)e->g, out[3] = e->how,
		out[4] = e->extra; return 5;
	case EVENT_READY: out[0] = (int64_t)e->g, out[1] = (int64_t)e->value; return 2;
	case EVENT_FREEZE: out[0] = (int64_t)e->g, out[1] = (int64_t)e->value, out[2] = e->extra, out[3] = e->how; return 4;
	case EVENT_GROW: out[0] = (int64_t)e->g, out[1] = (int64_t)e->value; return 2;
	case EVENT_CALL: out[0] = length, out[1] = e->p, out[2] = (int64_t)e->g; return 3;
	case EVENT_STOP: out[0] = length, out[1] = e->p, out[2] = e->extra; return 3;
	case EVENT_CYCLE: out[0] = length, out[1] = e->extra, out[2] = e->how; return 3;
	case EVENT_MARKER: out[0] = length, out[1] = e->how; return 2;
	case EVENT_MAKE: out[0] = (int64_t)e->g, out[1] = trace_name(t, e->value), out[2] = e->how; return 3;
	default: return 0;
	}
}

/* Those of the events that are of this kind. */
static void put_list(const Trace *t, const event *events, int count, Buf *b, const char *name, enum event_kind kind)
{
	int64_t before = 0, column[5];
	const char *comma = "";
	buf_printf(b, ",\n\"%s\":[", name);
	for (int i = 0; i < count; i++) {
		const event *e = &events[i];
		if (e->kind != kind)
			continue;
		int n = columns(t, e, column);
		int64_t begin = event_begin(e);
		buf_printf(b, "%s%" PRId64, comma, begin - before);
		debug_require(n >= 0 && n <= COUNT_OF(column));
		for (int k = 0; k < n; k++)
			buf_printf(b, ",%" PRId64, column[k]);
		before = begin;
		comma = ",";
	}
	buf_printf(b, "]");
}

void trace_page(Compiler *c, const Trace *t, Buf *page)
{
	static const struct { const char *name; enum event_kind kind; } lists[] = {
		{"slices", EVENT_SLICE}, {"ready", EVENT_READY}, {"freezes", EVENT_FREEZE}, {"grows", EVENT_GROW},
		{"calls", EVENT_CALL}, {"stops", EVENT_STOP}, {"cycles", EVENT_CYCLE}, {"marker", EVENT_MARKER},
	};
	uint32_t processors = t->processors;
	for (int i = 0; i < t->events.len; i++)     /* GOMAXPROCS may have grown */
		if (t->events.items[i].kind == EVENT_SLICE && t->events.items[i].p != EVENT_NO_P &&
		    t->events.items[i].p >= processors)
			processors = t->events.items[i].p + 1u;
	const char *hole = strstr(trace_page_text, placeholder);
	if (!hole)
		ice(c, (Pos){0}, "the page has no place for the record");
	buf_printf(page, "%.*s", (int)(hole - trace_page_text), trace_page_text);
	buf_printf(page, "{\"procs\":%u,\"process\":%" PRIu64, processors, t->process);
	buf_printf(page, ",\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"cut\":%d,\"dropped\":%d", t->from, t->to, t->cut,
	           t->dropped);
	put_texts(t, page);
	for (int i = 0; i < COUNT_OF(lists); i++)
		put_list(t, t->events.items, t->events.len, page, lists[i].name, lists[i].kind);
	put_list(t, t->made.items, t->made.len, page, "made", EVENT_MAKE);
	buf_printf(page, "}%s", hole + sizeof placeholder - 1);
}
