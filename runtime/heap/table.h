/*
 * table.h - tables that only grow: from one or two addresses, of descriptors, to what the runtime has made of them.
 * For ever, so in memory that is never freed.
 *
 * Readers take no lock. An entry is written once: key and value, then, with release, the first key, which a reader
 * loads with acquire and which is not NULL. A table that is half full is copied into one twice as large, which then
 * takes its place; the old one, to which nothing is added any more, is left to those who read it. Who finds nothing
 * looks again under the lock, then makes and adds what was missing.
 */
#ifndef GOL_HEAP_TABLE_H
#define GOL_HEAP_TABLE_H

#include <stddef.h>

#include "base/lock.h"

typedef struct table_entry { const void *a, *b; const void *value; } table_entry;
typedef struct table_slots { size_t capacity; table_entry entries[]; } table_slots;     /* capacity: a power of two */

/* = {.lock = LOCK_OF_RANK(...)}, which may be held while heap_meta is called. */
typedef struct table {
	os_lock lock;
	table_slots *slots;             /* atomic */
	size_t count;                   /* guarded by lock */
} table;

static inline size_t table_hash(const void *a, const void *b)
{
	uint64_t h = (uint64_t)(uintptr_t)a ^ (uint64_t)(uintptr_t)b * UINT64_C(0x8ebc6af09c88c6e3);
	h *= UINT64_C(0x9e3779b97f4a7c15);      /* Knuth's multiplicative hashing: the upper half is mixed best */
	return (size_t)(h ^ h >> 32);
}

/* The entry of (a, b), NULL: there is none. a is not NULL. */
static inline const table_entry *table_find(const table *t, const void *a, const void *b)
{
	const table_slots *s = load_acquire(&t->slots);
	if (s == NULL)
		return NULL;
	for (size_t i = table_hash(a, b);; i++) {
		const table_entry *e = &s->entries[i & (s->capacity - 1)];
		const void *key = load_acquire(&e->a);
		if (key == a && e->b == b)
			return e;
		if (key == NULL)
			return NULL;
	}
}

/* The lock is held, and (a, b) has no entry yet. */
void table_add(table *t, const void *a, const void *b, const void *value);

#endif
