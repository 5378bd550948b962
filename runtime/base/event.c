/*
 * event.c - buffers of events, and the file they go to.
 *
 * A buffer belongs to its thread, which alone adds to it and publishes how many there are. The lock is for the file
 * and for the list of buffers: a thread takes it when its buffer is full, the one that ends the program once. What a
 * thread adds after that is lost.
 */
#include "base/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "os/os.h"

enum { BUFFER_EVENTS = 1024, KEYS_MINIMUM = 256 };
#define EVENT_LIMIT ((uint64_t)1 << 30)         /* bytes in the file */

typedef struct buffer {
	struct buffer *next;
	uint32_t used;              /* atomic: by its thread; 0 again by whoever wrote it, under the lock */
	event events[BUFFER_EVENTS];
} buffer;

uint32_t event_on;

static struct {
	os_lock lock;
	int fd;
	int64_t start;
	uint64_t written;
	buffer *buffers;
	uint64_t *keys;             /* of texts written; open addressing, 0: none */
	uint32_t key_count, key_cap;
} record = {.lock = LOCK_OF_RANK(RANK_EVENTS)};

static _Thread_local buffer *mine;

int64_t event_time(int64_t ns) { return ns - record.start; }
int64_t event_now(void) { return event_time(os_nanotime()); }

/* ---- buffers ---------------------------------------------------------------------------------------- */

/* The lock is held. */
static void write_out(buffer *b)
{
	uint32_t used = load_acquire(&b->used);
	size_t size = used * sizeof *b->events;
	if (load_relaxed(&event_on) && record.written + size <= EVENT_LIMIT)
		os_write_all(record.fd, b->events, size);
	record.written += size;
	store_release(&b->used, 0u);
}

static GOL_COLD buffer *make_buffer(void)
{
	buffer *b = calloc(1, sizeof *b);
	if (b == NULL)
		return NULL;
	os_acquire(&record.lock);
	b->next = record.buffers;
	record.buffers = b;
	os_release(&record.lock);
	return b;
}

/* Room for n events one after the other. NULL: no memory. */
static event *room(uint32_t n)
{
	if (GOL_UNLIKELY(mine == NULL) && (mine = make_buffer()) == NULL)
		return NULL;
	if (load_relaxed(&mine->used) + n > BUFFER_EVENTS) {
		os_acquire(&record.lock);
		write_out(mine);
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

void event_text(enum event_kind kind, uint64_t key, const char *text, uint32_t length)
{
	uint32_t most = (BUFFER_EVENTS - 1) * sizeof(event);
	if (!is_new(key << 8 | kind))
		return;
	if (length > most)
		length = most;
	uint32_t n = 1 + (length + (uint32_t)sizeof(event) - 1) / (uint32_t)sizeof(event);
	event *e = room(n);
	if (e == NULL)
		return;
	memset(e, 0, n * sizeof *e);
	*e = (event){event_now(), key, 0, length, EVENT_NO_P, (uint8_t)kind, 0};
	memcpy(e + 1, text, length);
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
	for (buffer *b = record.buffers; b != NULL; b = b->next)
		write_out(b);
	if (record.written > EVENT_LIMIT) {
		event last = {.time = event_now(), .kind = EVENT_DROPPED, .p = EVENT_NO_P,
			.value = record.written - EVENT_LIMIT};
		os_write_all(record.fd, &last, sizeof last);
	}
	store_relaxed(&event_on, 0u);
	os_release(&record.lock);
}
