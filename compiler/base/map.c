/*
 * map.c - hash maps that remember insertion order, and the interner.
 *
 * A Map keeps its entries in one array in order of insertion; beside it lies an
 * index, an open-addressed table of entry numbers (plus one; 0 is free) that is
 * a power of two and at most half full. Up to SMALL entries there is no index
 * and lookup walks the entries: most scopes are that small. Entries are never
 * removed. Pointer keys hash by address, which differs from run to run; since
 * nothing ever iterates over the index, output does not depend on it.
 */
#include "base.h"

#include <string.h>

enum { SMALL = 8 };

typedef struct { const void *key; void *value; } MapEntry;

/* Map.slots points here. index_size is 0 while Map.len <= SMALL. */
typedef struct { MapEntry *entries; uint32_t *index; uint32_t index_size; } MapTable;

/* FNV-1a; the upper half is folded in, as tables use the low bits. */
static uint64_t hash_bytes(const char *s, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h ^ h >> 32;
}

static uint64_t hash_key(const Map *m, const void *key)
{
	uint64_t h;

	if (m->by_text)
		return hash_bytes(key, strlen(key));
	h = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

static bool same_key(const Map *m, const void *a, const void *b)
{
	return a == b || (m->by_text && strcmp(a, b) == 0);
}

/* Ends since the index is never full: there is a free place behind every run. */
static MapEntry *find(const Map *m, const void *key)
{
	const MapTable *t = m->slots;

	if (!t)
		return NULL;
	if (t->index_size == 0) {
		for (int i = 0; i < m->len; i++)
			if (same_key(m, t->entries[i].key, key))
				return &t->entries[i];
		return NULL;
	}
	for (uint64_t h = hash_key(m, key); ; h++) {
		uint32_t number = t->index[h & (t->index_size - 1)];
		if (number == 0)
			return NULL;
		if (same_key(m, t->entries[number - 1].key, key))
			return &t->entries[number - 1];
	}
}

static void index_entry(const Map *m, MapTable *t, uint32_t number)
{
	uint64_t h = hash_key(m, t->entries[number].key);

	debug_require(number < t->index_size / 2 + 1);
	while (t->index[h & (t->index_size - 1)] != 0)
		h++;
	t->index[h & (t->index_size - 1)] = number + 1;
}

/* Entries and index double together. An entry's number does not change, so only the index is filled anew. */
static void grow(Arena *a, Map *m)
{
	MapTable *t = m->slots;
	int cap = m->cap ? m->cap * 2 : SMALL;
	MapEntry *entries = NEW_ARRAY(a, MapEntry, cap);

	if (!t)
		m->slots = t = NEW(a, MapTable);
	if (m->len > 0)
		memcpy(entries, t->entries, sizeof *entries * (size_t)m->len);
	t->entries = entries;
	m->cap = cap;
	if (cap <= SMALL)
		return;
	t->index_size = (uint32_t)cap * 2;
	t->index = NEW_ARRAY(a, uint32_t, t->index_size);
	for (int i = 0; i < m->len; i++)
		index_entry(m, t, (uint32_t)i);
}

void *map_get(const Map *m, const void *key)
{
	MapEntry *e = find(m, key);

	return e ? e->value : NULL;
}

/* by_text: the map keeps the key's address, the text must stay as it is. */
void map_put(Arena *a, Map *m, const void *key, void *value)
{
	MapEntry *e = find(m, key);
	MapTable *t;

	if (e) {
		e->value = value;
		return;
	}
	if (m->len == m->cap)
		grow(a, m);
	t = m->slots;
	t->entries[m->len] = (MapEntry){key, value};
	if (t->index_size > 0)
		index_entry(m, t, (uint32_t)m->len);
	m->len++;
	debug_require(m->len <= m->cap && (t->index_size == 0 || (uint32_t)m->len <= t->index_size / 2));
}

int map_count(const Map *m)
{
	return m->len;
}

const void *map_key_at(const Map *m, int i)
{
	debug_require(i >= 0 && i < m->len);
	return ((const MapTable *)m->slots)->entries[i].key;
}

void *map_value_at(const Map *m, int i)
{
	debug_require(i >= 0 && i < m->len);
	return ((const MapTable *)m->slots)->entries[i].value;
}

/* ---- interner ---------------------------------------------------------------------- */

typedef struct { const char *s; uint32_t length, hash; } InternSlot;

/* slots: open addressing, a power of two, at most half full; s == NULL is free. */
struct Interner {
	Arena *arena;
	InternSlot *slots;
	uint32_t count, size;
};

Interner *interner_new(Arena *a)
{
	Interner *in = NEW(a, Interner);

	in->arena = a;
	in->size = 4096;
	in->slots = NEW_ARRAY(a, InternSlot, in->size);
	return in;
}

/* Texts stay where they are, names are their addresses; only the table moves. The hash is kept so that no text is
 * read. */
static void interner_grow(Interner *in)
{
	uint32_t size = in->size * 2;
	InternSlot *slots = NEW_ARRAY(in->arena, InternSlot, size);

	for (uint32_t i = 0; i < in->size; i++) {
		uint32_t at = in->slots[i].hash;
		if (!in->slots[i].s)
			continue;
		while (slots[at & (size - 1)].s)
			at++;
		slots[at & (size - 1)] = in->slots[i];
	}
	in->slots = slots;
	in->size = size;
}

const char *interner_get(Interner *in, const char *s, size_t n)
{
	uint32_t hash = (uint32_t)hash_bytes(s, n), at = hash;
	InternSlot *slot;

	for (; (slot = &in->slots[at & (in->size - 1)])->s; at++)
		if (slot->hash == hash && slot->length == n && memcmp(slot->s, s, n) == 0)
			return slot->s;
	*slot = (InternSlot){arena_strndup(in->arena, s, n), (uint32_t)n, hash};
	s = slot->s;
	if (++in->count * 2 > in->size)
		interner_grow(in);
	return s;
}

const char *intern(Compiler *c, const char *s, size_t n)
{
	return interner_get(c->interner, s, n);
}

const char *intern_str(Compiler *c, const char *s)
{
	return interner_get(c->interner, s, strlen(s));
}
