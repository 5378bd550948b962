/*
 * read.c - the records of a trace, checked and sorted.
 *
 * The file comes from a program that may have been killed while it wrote, or is no trace at all: every length is
 * looked at before it is used, an unknown kind is an error, and so are times and processors that none can have.
 * Threads write blocks, so times come in no order.
 *
 * A part of the time is asked for, or only so many events fit: but the names of the goroutines that do something in it
 * are wanted, whenever these began. So MAKE is kept apart, and what of it belongs to the others' goroutines stays.
 */
#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>

enum { MOST_SHOWN = 500000 };           /* events in a page: what browsers draw at once */
enum { MOST_TEXT = 64 << 20 };          /* bytes of names: no program has so many functions */
#define MOST_TIME ((int64_t)1 << 53)    /* ns: numbers are exact in the page's script until then, 104 days */

/* Kinds that last have their beginning as value, and are recorded when they end. A clock that went backwards makes
 * none longer than it can be. */
int64_t event_begin(const event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_SLICE: case EVENT_CALL: case EVENT_STOP: case EVENT_CYCLE: case EVENT_MARKER:
		return e->value < (uint64_t)e->time ? (int64_t)e->value : e->time;
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

static event *read_records(Compiler *c, const char *path, size_t *count, bool *torn, const char **why)
{
	struct stat st;
	FILE *f = fopen(path, "rbe");
	event *records = NULL;
	bool regular = f && fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode);
	if (regular && (uint64_t)st.st_size > EVENT_LIMIT + sizeof(event)) {
		*why = "larger than a trace gets";
	} else if (regular) {
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

static bool is_text(const event *e) { return e->kind == EVENT_NAME || e->kind == EVENT_REASON; }

static bool is_damaged(const event *e)
{
	bool on_p = e->kind == EVENT_SLICE || e->kind == EVENT_CALL || e->kind == EVENT_STOP;
	return e->kind == EVENT_NONE || e->kind >= EVENT_KIND_COUNT || e->time < 0 || e->time > MOST_TIME ||
	       (on_p && e->p >= EVENT_PROCESSORS && e->p != EVENT_NO_P) || (is_text(e) && e->extra > EVENT_TEXT_MOST);
}

/* A valid record that is not one of text. Events take the places of records that were read already. */
static void keep(Compiler *c, Trace *t, const event *e, int64_t from, int64_t to)
{
	if (e->kind == EVENT_DROPPED)
		t->dropped = true;
	else if (e->kind == EVENT_MAKE)
		vec_push(c->arena, &t->made, *e);
	else if (e->kind != EVENT_START && e->time >= from && event_begin(e) <= to)
		t->events.items[t->events.len++] = *e;
}

static void keep_text(Compiler *c, Trace *t, const event *e)
{
	TraceText text = {e->g, arena_strndup(c->arena, (const char *)(e + 1), e->extra), (int)e->extra};
	if (e->kind == EVENT_NAME)
		vec_push(c->arena, &t->names, text);
	else
		vec_push(c->arena, &t->reasons, text);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* Of what made goroutines only that which made those of the events stays. */
static void drop_others_made(Compiler *c, Trace *t)
{
	uint64_t *shown = NEW_ARRAY(c->arena, uint64_t, t->events.len + 1);
	int n = 0;
	for (int i = 0; i < t->events.len; i++)
		shown[i] = t->events.items[i].g;
	qsort(shown, (size_t)t->events.len, sizeof *shown, by_number);
	for (int i = 0; i < t->made.len; i++)
		if (bsearch(&t->made.items[i].g, shown, (size_t)t->events.len, sizeof *shown, by_number))
			t->made.items[n++] = t->made.items[i];
	t->made.len = n;
}

/* Names are looked up by their keys. */
static int by_key(const void *a, const void *b)
{
	uint64_t x = ((const TraceText *)a)->key, y = ((const TraceText *)b)->key;
	return (x > y) - (x < y);
}

int trace_name(const Trace *t, uint64_t key)
{
	TraceText wanted = {.key = key};
	const TraceText *found = NULL;
	if (t->names.len > 0)
		found = bsearch(&wanted, t->names.items, (size_t)t->names.len, sizeof wanted, by_key);
	return found ? (int)(found - t->names.items) : -1;
}

/* Sorted by beginning; names by key, for trace_name. cut: how many are shown, if they are not all. */
static void finish(Compiler *c, Trace *t)
{
	qsort(t->events.items, (size_t)t->events.len, sizeof(event), by_begin);
	if (t->events.len > MOST_SHOWN)
		t->events.len = t->cut = MOST_SHOWN;
	if (t->names.len)
		qsort(t->names.items, (size_t)t->names.len, sizeof(TraceText), by_key);
	drop_others_made(c, t);
	t->from = t->events.len > 0 ? event_begin(&t->events.items[0]) : 0;
	t->to = t->from;
	for (int i = 0; i < t->events.len; i++)
		if (t->events.items[i].time > t->to)
			t->to = t->events.items[i].time;
}

/* The events are moved to the front of the records they were read into: as many as were read already have room. */
bool trace_read(Compiler *c, const char *path, int64_t from, int64_t to, Trace *t, const char **why)
{
	size_t count = 0, text_bytes = 0;
	*t = (Trace){0};
	event *records = read_records(c, path, &count, &t->torn, why);
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
	t->processors = records[0].extra < EVENT_PROCESSORS ? records[0].extra : EVENT_PROCESSORS;
	t->events.items = records;
	for (size_t i = 0; i < count; i++) {
		const event *e = &records[i];
		size_t text = is_text(e) ? text_records(e, count - i - 1) : 0;
		text_bytes += is_text(e) ? e->extra : 0;
		if (is_damaged(e) || text_bytes > MOST_TEXT) {
			*why = arena_printf(c->arena, "damaged at byte %llu", (unsigned long long)(i * sizeof(event)));
			return false;
		}
		if (text == SIZE_MAX) {
			t->torn = true;
			break;
		}
		if (is_text(e))
			keep_text(c, t, e);
		else
			keep(c, t, e, from, to);
		i += text;
	}
	finish(c, t);
	return true;
}
