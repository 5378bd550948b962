/*
 * event.c - buffers of events, and the file they go to.
 *
 * A buffer belongs to its thread, which alone adds to it, publishes how many there are, and empties it. What of them is
 * in the file already is a count that the lock guards, as it does the file and the list of buffers: so others may write
 * out what a thread has published while it goes on. A thread takes the lock when its buffer is full; what it adds after
 * event_finish is lost. Threads come and go, buffers stay: they are used again.
 */
#include "base/event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/text.h"
#include "os/os.h"

enum { BUFFER_EVENTS = 1024, KEYS_MINIMUM = 256, FLUSH_EVERY = 100000000 };
_Static_assert((BUFFER_EVENTS - 1) * sizeof(event) == EVENT_TEXT_MOST, "a text and its record fill a buffer");

typedef struct buffer {
	struct buffer *next;
	uint32_t used;              /* atomic: only its thread changes it */
	uint32_t written;           /* of those; the lock is held */
	bool owned;                 /* by a thread; the lock is held */
	event events[BUFFER_EVENTS];
} buffer;

uint32_t event_on;

static struct {
	os_lock lock;
	int fd;
	int64_t start;
	uint64_t size, missing;     /* bytes in the file; that found no place in it */
	int error;                  /* an error number: nothing is written any more */
	int64_t flushed;            /* the monitor's own: when it did so last */
	buffer *buffers;
	uint64_t *keys;             /* of texts written; open addressing, 0: none */
	uint32_t key_count, key_cap;
} record = {.lock = LOCK_OF_RANK(RANK_EVENTS)};

static _Thread_local buffer *mine;

int64_t event_time(int64_t ns) { return ns - record.start; }
int64_t event_now(void) { return event_time(os_nanotime()); }

/* ---- buffers ---------------------------------------------------------------------------------------- */

/* By one call, so that a record that is cut off, the file system being full, is the last. The lock is held. */
static void put_file(const void *data, size_t size)
{
	if (record.error != 0 || !load_relaxed(&event_on))
		return;
	if (record.missing != 0 || size > EVENT_LIMIT - record.size) {
		record.missing += size;         /* from here to the end: no holes */
		return;
	}
	if (!os_write_all(record.fd, data, size))
		record.error = errno;
	record.size += size;
}

/* What b has and the file has not. The lock is held. */
static void write_out(buffer *b)
{
	uint32_t used = load_acquire(&b->used);
	if (used > b->written)
		put_file(&b->events[b->written], (used - b->written) * sizeof *b->events);
	b->written = used;
}

static void write_all_out(void)
{
	for (buffer *b = record.buffers; b != NULL; b = b->next)
		write_out(b);
}

static GOL_COLD buffer *make_buffer(void)
{
	os_acquire(&record.lock);
	buffer *b = record.buffers;
	while (b != NULL && b->owned)
		b = b->next;
	if (b == NULL && (b = calloc(1, sizeof *b)) != NULL) {
		b->next = record.buffers;
		record.buffers = b;
	}
	if (b != NULL)
		b->owned = true;
	os_release(&record.lock);
	return b;
}

void event_thread_ends(void)
{
	if (mine == NULL)
		return;
	os_acquire(&record.lock);
	mine->owned = false;
	os_release(&record.lock);
	mine = NULL;
}

/* Room for n events one after the other. NULL: no memory. */
static event *room(uint32_t n)
{
	if (GOL_UNLIKELY(mine == NULL) && (mine = make_buffer()) == NULL)
		return NULL;
	if (load_relaxed(&mine->used) + n > BUFFER_EVENTS) {
		os_acquire(&record.lock);
		write_out(mine);
		mine->written = 0;
		store_relaxed(&mine->used, 0u);
		os_release(&record.lock);
	}
	return &mine->events[load_relaxed(&mine->used)];
}

void event_write(enum event_kind kind, uint32_t p, uint64_t g, uint64_t value, uint32_t extra, uint32_t how)
{
	event *e = room(1);
	if (e == NULL)
		return;
	*e = (event){event_now(), g, value, extra, (uint16_t)p, (uint8_t)kind, (uint8_t)(how < 255 ? how : 255)};
	store_release(&mine->used, load_relaxed(&mine->used) + 1);
}

/* ---- texts ---------------------------------------------------------------------------------------------- */

/* The lock is held. True: it was not there. */
static bool put(uint64_t *keys, uint32_t cap, uint64_t key)
{
	uint32_t i = (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32) & (cap - 1);
	for (; keys[i] != 0; i = (i + 1) & (cap - 1))
		if (keys[i] == key)
			return false;
	keys[i] = key;
	return true;
}

/* The lock is held. */
static bool grow_keys(void)
{
	uint32_t cap = record.key_cap != 0 ? record.key_cap * 2 : KEYS_MINIMUM;
	uint64_t *keys = calloc(cap, sizeof *keys);
	if (keys == NULL)
		return false;
	for (uint32_t i = 0; i < record.key_cap; i++)
		if (record.keys[i] != 0)
			put(keys, cap, record.keys[i]);
	free(record.keys);
	record.keys = keys;
	record.key_cap = cap;
	return true;
}

static bool is_new(uint64_t key)
{
	os_acquire(&record.lock);
	bool added = (record.key_count * 2 < record.key_cap || grow_keys()) && put(record.keys, record.key_cap, key);
	record.key_count += added;
	os_release(&record.lock);
	return added;
}

void event_text(enum event_kind kind, uint64_t key, const char *bytes, uint32_t length)
{
	if (!is_new(key << 8 | kind))
		return;
	if (length > EVENT_TEXT_MOST)
		length = EVENT_TEXT_MOST;
	uint32_t n = 1 + (length + (uint32_t)sizeof(event) - 1) / (uint32_t)sizeof(event);
	event *e = room(n);
	if (e == NULL)
		return;
	memset(e, 0, n * sizeof *e);
	*e = (event){event_now(), key, 0, length, EVENT_NO_P, (uint8_t)kind, 0};
	memcpy(e + 1, bytes, length);
	store_release(&mine->used, load_relaxed(&mine->used) + n);
}

/* ---- beginning and end ------------------------------------------------------------------------------------ */

bool event_start(const char *path, uint32_t processors, int *error)
{
	record.fd = os_create_log(path, error);
	if (record.fd < 0)
		return false;
	record.start = os_nanotime();
	store_relaxed(&event_on, 1u);
	event_write(EVENT_START, EVENT_NO_P, (uint64_t)os_process_id(), EVENT_VERSION, processors, 0);
	if (mine != NULL) {
		os_acquire(&record.lock);
		write_out(mine);                /* the first in the file */
		os_release(&record.lock);
	}
	return true;
}

void event_finish(void)
{
	if (!load_relaxed(&event_on))
		return;
	os_acquire(&record.lock);
	write_all_out();
	event last = {.time = event_now(), .kind = EVENT_DROPPED, .p = EVENT_NO_P, .value = record.missing};
	if (record.missing != 0 && record.error == 0 && !os_write_all(record.fd, &last, sizeof last))
		record.error = errno;
	store_relaxed(&event_on, 0u);
	os_release(&record.lock);
	if (record.error != 0) {
		text t = {0};
		text_string(&t, "runtime: GODEBUG=goltrace: the record is not whole: ");
		text_string(&t, strerror(record.error));
		text_string(&t, "\n");
		text_flush(&t);
	}
}

void event_flush(int64_t now)
{
	if (now - record.flushed < FLUSH_EVERY)
		return;
	record.flushed = now;
	os_acquire(&record.lock);
	write_all_out();
	os_release(&record.lock);
}
