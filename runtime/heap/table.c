/*
 * table.c - see table.h.
 */
#include "heap/table.h"
#include "heap/heap.h"

enum { FIRST_CAPACITY = 64 };

static void put(table_slots *s, const table_entry *new)
{
	size_t i = table_hash(new->a, new->b);
	while (s->entries[i & (s->capacity - 1)].a != NULL)
		i++;
	table_entry *e = &s->entries[i & (s->capacity - 1)];
	e->b = new->b;
	e->value = new->value;
	store_release(&e->a, new->a);
}

static table_slots *longer(const table_slots *old)
{
	size_t capacity = old != NULL ? 2 * old->capacity : FIRST_CAPACITY;
	table_slots *s = heap_meta(sizeof *s + capacity * sizeof *s->entries);
	s->capacity = capacity;
	for (size_t i = 0; old != NULL && i < old->capacity; i++)
		if (old->entries[i].a != NULL)
			put(s, &old->entries[i]);
	return s;
}

void table_add(table *t, const void *a, const void *b, const void *value)
{
	debug_require(a != NULL && table_find(t, a, b) == NULL);
	debug_require(load_relaxed(&t->lock.state) != 0);
	if (t->slots == NULL || 2 * t->count >= t->slots->capacity)
		store_release(&t->slots, longer(t->slots));
	put(t->slots, &(table_entry){a, b, value});
	t->count++;
}
