/*
 * read.c - the records of a trace, checked and sorted.
 *
 * The file comes from a program that may have been killed while it wrote, or is no trace at all: every length is
 * looked at before it is used, and an unknown kind is an error. Threads write blocks, so times come in no order.
 */
#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>

enum { MOST_SHOWN = 500000 };           /* events in a page: what browsers draw at once */

int64_t event_begin(const event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_SLICE: case EVENT_CALL: case EVENT_STOP: case EVENT_CYCLE: case EVENT_MARKER:
		return (int64_t)e->value < e->time ? (int64_t)e->value : e->time;
	default:
		return e->time;
	}
}

static int by_begin(const void *a, const void *b)
{
	int64_t x = event_begin(a), y = event_begin(b);
	return (x > y) - (x < y);
}

/* ---- the file ---------------------------------------------------------------------------------------- */

static const event *read_records(Compiler *c, const char *path, size_t *count, bool *torn, const char **why)
{
	struct stat st;
	FILE *f = fopen(path, "rbe");
	event *records = NULL;
	if (f && fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode)) {
		*count = (size_t)st.st_size / sizeof(event);
		*torn = (size_t)st.st_size % sizeof(event) != 0;
		records = arena_alloc(c->arena, *count * sizeof(event) + 1);
		*count = fread(records, sizeof(event), *count, f);
	} else {
		*why = !f ? strerror(errno) : "not a regular file";
	}
	if (f)
		fclose(f);
	return records;
}

/* How many records of text follow e; SIZE_MAX: more than there are. */
static size_t text_records(const event *e, size_t left)
{
	size_t n = ((size_t)e->extra + sizeof(event) - 1) / sizeof(event);
	return n <= left ? n : SIZE_MAX;
}

/* A valid record that is not one of text. */
static void keep(Compiler *c, Trace *t, const event *e, int64_t from, int64_t to)
{
	if (e->kind == EVENT_DROPPED)
		t->dropped = true;
	else if (e->kind != EVENT_START && e->time >= from && event_begin(e) <= to)
		vec_push(c->arena, &t->events, *e);
}

static void keep_text(Compiler *c, Trace *t, const event *e)
{
	TraceText text = {e->g, (const char *)(e + 1), (int)e->extra};
	if (e->kind == EVENT_NAME)
		vec_push(c->arena, &t->names, text);
	else
		vec_push(c->arena, &t->reasons, text);
}

static void finish(Trace *t)
{
	qsort(t->events.items, (size_t)t->events.len, sizeof(event), by_begin);
	if (t->events.len > MOST_SHOWN)
		t->events.len = t->cut = MOST_SHOWN;
	t->from = t->events.len > 0 ? event_begin(&t->events.items[0]) : 0;
	t->to = t->from;
	for (int i = 0; i < t->events.len; i++)
		if (t->events.items[i].time > t->to)
			t->to = t->events.items[i].time;
}

bool trace_read(Compiler *c, const char *path, int64_t from, int64_t to, Trace *t, const char **why)
{
	size_t count = 0;
	*t = (Trace){0};
	const event *records = read_records(c, path, &count, &t->torn, why);
	if (!records)
		return false;
	if (count == 0 || records[0].kind != EVENT_START) {
		*why = "not a trace: GODEBUG=goltrace=FILE makes one";
		return false;
	}
	if (records[0].value != EVENT_VERSION) {
		*why = arena_printf(c->arena, "a trace of version %llu; this gol reads version %d",
		                    (unsigned long long)records[0].value, EVENT_VERSION);
		return false;
	}
	t->process = records[0].g;
	t->processors = records[0].extra;
	for (size_t i = 0; i < count; i++) {
		const event *e = &records[i];
		size_t text = e->kind == EVENT_NAME || e->kind == EVENT_REASON ? text_records(e, count - i - 1) : 0;
		if (e->kind == EVENT_NONE || e->kind >= EVENT_KIND_COUNT) {
			*why = arena_printf(c->arena, "damaged at byte %llu", (unsigned long long)(i * sizeof(event)));
			return false;
		}
		if (text == SIZE_MAX) {
			t->torn = true;
			break;
		}
		if (text > 0)
			keep_text(c, t, e);
		else
			keep(c, t, e, from, to);
		i += text;
	}
	finish(t);
	return true;
}
