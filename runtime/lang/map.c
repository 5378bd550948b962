/*
 * map.c - maps: making, searching, storing, deleting, clearing, growing. The model is in
 * map.h.
 *
 * Order inside every operation that can panic: hash first (an unhashable key panics
 * here, before anything has changed), then look whether somebody writes, then search and work.
 *
 * Goroutines that use a map at once, one of them writing, are a fault of the program, which ends it where it is
 * noticed, as in Go: whoever writes sets `writing` before it searches, and finds it set when it is done. The flag is
 * no lock: two that look at the same moment both go on, and the one that is done second finds it cleared. Nothing
 * between the two unwinds or gives way, so operations meet only where several processors run.
 */
#include "base/fatal.h"
#include "heap/heap.h"
#include "lang/map.h"
#include "race/race.h"
#include "unwind/panic.h"

uint8_t gol_zero_value[1024];

static const uint8_t map_pointers[1] = {2};     /* groups */
static const gol_type map_header = {.size = sizeof(gol_map), .pointer_bytes = 16, .align = 8, .kind = GOL_KIND_STRUCT,
	.pointer_map = map_pointers};
_Static_assert(offsetof(gol_map, groups) == 8, "the pointer bits of gol_map name its second word");

/* ---- control words ----------------------------------------------------------------------------- */

/* High bit of each byte that may equal h2 (a byte above a true match can be wrong: keys are compared). */
static inline uint64_t match_hash(uint64_t control, uint64_t h2)
{
	uint64_t x = control ^ (MAP_LOW * h2);

	return (x - MAP_LOW) & ~x & MAP_HIGH;
}

static inline uint64_t match_empty(uint64_t control) { return control & ~(control << 6) & MAP_HIGH; }
static inline uint64_t match_free(uint64_t control) { return control & MAP_HIGH; }
static inline unsigned first_of(uint64_t match) { return (unsigned)__builtin_ctzll(match) >> 3; }

static inline void set_control(uint8_t *group, unsigned i, uint64_t value)
{
	uint64_t *control = map_control(group);

	*control = (*control & ~((uint64_t)0xff << (8 * i))) | value << (8 * i);
}

static inline uint64_t high_hash(uint64_t hash) { return hash >> 7; }
static inline uint64_t low_hash(uint64_t hash) { return hash & 0x7f; }

/* Full and deleted slots a table of this many groups may have. */
static uint64_t capacity_of(uint64_t groups) { return groups == 1 ? MAP_SLOTS : groups * 7; }

/* ---- hashing, comparing --------------------------------------------------------------------------- */

static inline uint64_t load64(const void *p) { uint64_t v; memcpy(&v, p, 8); return v; }
static inline uint32_t load32(const void *p) { uint32_t v; memcpy(&v, p, 4); return v; }

uint64_t map_hash(gol_g *g, const map_layout *l, const void *key, uint64_t seed)
{
	switch (l->kind) {
	case MAP_KEY_32: return alg_hash_word(load32(key), seed);
	case MAP_KEY_64: return alg_hash_word(load64(key), seed);
	case MAP_KEY_STRING: {
		const gol_string *s = key;
		return alg_hash_bytes(s->ptr, (size_t)s->len, seed);
	}
	default: return alg_hash(g, l->key, key, seed);
	}
}

/* Most keys are short: their first and last bytes, in words that may overlap, are all of them. */
static inline bool same_bytes(const uint8_t *a, const uint8_t *b, size_t n)
{
	if (n > 16)
		return memcmp(a, b, n) == 0;
	if (n >= 8)
		return load64(a) == load64(b) && load64(a + n - 8) == load64(b + n - 8);
	if (n >= 4)
		return load32(a) == load32(b) && load32(a + n - 4) == load32(b + n - 4);
	return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

static inline bool same_key(gol_g *g, const map_layout *l, enum map_key_kind kind, const void *a, const void *b)
{
	if (kind == MAP_KEY_64)
		return load64(a) == load64(b);
	if (kind == MAP_KEY_32)
		return load32(a) == load32(b);
	if (kind == MAP_KEY_STRING) {
		const gol_string *x = a, *y = b;

		return x->len == y->len && (x->ptr == y->ptr || same_bytes(x->ptr, y->ptr, (size_t)x->len));
	}
	return gol_value_equal(g, l->key, a, b);
}

/* ---- searching -------------------------------------------------------------------------------------- */

/* One body, compiled once for each kind of key. */
static inline __attribute__((always_inline)) uint8_t *find_in(gol_g *g, gol_map *m, const void *key, uint64_t hash,
	enum map_key_kind kind)
{
	const map_layout *l = m->layout;
	uint64_t at = high_hash(hash) & m->mask, h2 = low_hash(hash);

	debug_require(m->groups != NULL && (m->mask & (m->mask + 1)) == 0);

	for (uint64_t step = 1;; step++) {
		uint8_t *group = m->groups + at * l->group_size;
		debug_require(step <= m->mask + 1);     /* no group has an EMPTY slot */
		__builtin_prefetch(group + 64);     /* the slot is seldom in the control word's cache line */
		uint64_t control = *map_control(group);

		for (uint64_t match = match_hash(control, h2); match != 0; match &= match - 1) {
			uint8_t *slot = map_group_slot(l, group, first_of(match));

			if (same_key(g, l, kind, map_slot_key(l, slot), key))
				return slot;
		}
		if (match_empty(control) != 0 || m->mask == 0)
			return NULL;
		at = (at + step) & m->mask;
	}
}

uint8_t *map_find_slot(gol_g *g, gol_map *m, const void *key, uint64_t hash)
{
	switch (m->layout->kind) {
	case MAP_KEY_64: return find_in(g, m, key, hash, MAP_KEY_64);
	case MAP_KEY_32: return find_in(g, m, key, hash, MAP_KEY_32);
	case MAP_KEY_STRING: return find_in(g, m, key, hash, MAP_KEY_STRING);
	default: return find_in(g, m, key, hash, MAP_KEY_OTHER);
	}
}

static inline bool is_writing(const gol_map *m)
{
	return GOL_UNLIKELY(__atomic_load_n(&m->writing, __ATOMIC_RELAXED) != 0);
}

/* A search in a map without entries hashes nothing. It panics all the same, with words of its own, as in Go. */
static void check_key(gol_g *g, const gol_type *map_type, const void *key)
{
	const gol_type *t = alg_unhashable(map_type->key, key);

	if (t != NULL)
		panic_plain_error(g, "hash of unhashable type: %.*s", (int)t->text.len, (const char *)t->text.ptr);
}

/* Hashes and searches; the map is not empty. May unwind when keys may not be hashable. */
static inline __attribute__((always_inline)) uint8_t *hash_and_find(gol_g *g, gol_map *m, const void *key,
	uint64_t *hash)
{
	switch (m->layout->kind) {
	case MAP_KEY_64:
		*hash = alg_hash_word(load64(key), m->seed);
		return find_in(g, m, key, *hash, MAP_KEY_64);
	case MAP_KEY_32:
		*hash = alg_hash_word(load32(key), m->seed);
		return find_in(g, m, key, *hash, MAP_KEY_32);
	case MAP_KEY_STRING:
		*hash = alg_hash_bytes(((const gol_string *)key)->ptr, (size_t)((const gol_string *)key)->len, m->seed);
		return find_in(g, m, key, *hash, MAP_KEY_STRING);
	default:
		*hash = alg_hash(g, m->layout->key, key, m->seed);
		return GOL_UNWINDING(g) ? NULL : find_in(g, m, key, *hash, MAP_KEY_OTHER);
	}
}

/* For the race detector a map is one variable, its first word: lookups read it, what changes the map writes it. */
static inline void race_reads(gol_g *g, const gol_map *m)
{
	if (GOL_UNLIKELY(gol_race_on) && m != NULL)
		race_read_range(g, m, 8);
}

/* With the key, which the program reads too. */
static inline void race_looks_up(gol_g *g, const gol_type *map_type, const gol_map *m, const void *key)
{
	if (GOL_LIKELY(!gol_race_on))
		return;
	race_reads(g, m);
	race_read_range(g, key, map_type->key->size);
}

static inline void race_writes(gol_g *g, const gol_type *map_type, const gol_map *m, const void *key)
{
	if (GOL_LIKELY(!gol_race_on) || m == NULL)
		return;
	race_write_range(g, m, 8);
	if (key != NULL)
		race_read_range(g, key, map_type->key->size);
}

const void *gol_map_find(gol_g *g, const gol_type *map_type, gol_map *m, const void *key)
{
	uint64_t hash;
	uint8_t *slot;

	race_looks_up(g, map_type, m, key);

	if (m == NULL || m->count == 0) {
		check_key(g, map_type, key);
		return NULL;
	}
	if (is_writing(m)) {
		fatal_raise(g, "concurrent map read and map write");
		return NULL;
	}
	slot = hash_and_find(g, m, key, &hash);
	return slot ? map_slot_elem(m->layout, slot) : NULL;
}

const void *gol_map_get(gol_g *g, const gol_type *map_type, gol_map *m, const void *key)
{
	const void *value = gol_map_find(g, map_type, m, key);

	if (value != NULL)
		return value;
	return map_type->elem->size <= sizeof gol_zero_value ? gol_zero_value : map_layout_of(map_type)->zero;
}

/* ---- growing ------------------------------------------------------------------------------------------ */

static uint8_t *new_groups(const map_layout *l, uint64_t count)
{
	uint8_t *groups = heap_new_array(l->group, count);

	for (uint64_t i = 0; i < count; i++)
		*map_control(groups + i * l->group_size) = MAP_ALL_EMPTY;
	return groups;
}

/* First free slot for a hash; the table has one. */
static uint8_t *free_slot(gol_map *m, uint64_t hash, uint8_t **group, unsigned *index)
{
	uint64_t at = high_hash(hash) & m->mask;

	for (uint64_t step = 1;; step++) {
		debug_require(step <= m->mask + 1);     /* all groups were looked at */
		uint8_t *candidate = map_group(m, at);
		uint64_t match = match_free(*map_control(candidate));

		if (match != 0) {
			*group = candidate;
			*index = first_of(match);
			return map_group_slot(m->layout, candidate, *index);
		}
		at = (at + step) & m->mask;
	}
}

static void move_entry(gol_g *g, gol_map *m, uint8_t *from)
{
	const map_layout *l = m->layout;
	uint64_t hash = map_hash(g, l, map_slot_key(l, from), m->seed);
	uint8_t *group, *to;
	unsigned index;

	to = free_slot(m, hash, &group, &index);
	set_control(group, index, low_hash(hash));
	GOL_BARRIER(l->group->fields[1].type->elem, to, from);
	memcpy(to, from, l->slot_size);
}

/* Everything to new groups, by the same seed: iterators look keys up by it. A key's hash is worked out anew, since only
 * seven bits of it are kept; it cannot panic, as it did not when the key came in. Group by group, the old table is read
 * in order; the new one is written all over, which is what a large map's growing costs. */
static void rehash(gol_g *g, gol_map *m, uint64_t group_count)
{
	const map_layout *l = m->layout;
	uint8_t *old = m->groups;
	uint64_t old_count = old ? m->mask + 1 : 0;
	uint8_t *groups = new_groups(l, group_count);

	gol_store_pointer(&m->groups, groups);
	m->mask = group_count - 1;
	debug_require((group_count & (group_count - 1)) == 0 && (uint64_t)m->count <= capacity_of(group_count));
	m->growth_left = capacity_of(group_count) - (uint64_t)m->count;
	for (uint64_t i = 0; i < old_count; i++) {
		uint8_t *group = old + i * l->group_size;

		for (uint64_t full = ~*map_control(group) & MAP_HIGH; full != 0; full &= full - 1)
			move_entry(g, m, map_group_slot(l, group, first_of(full)));
	}
}

static void grow(gol_g *g, gol_map *m)
{
	uint64_t groups = m->mask + 1;

	if (m->groups == NULL)
		rehash(g, m, m->hint ? m->hint : 1);
	else if (groups > 1 && (uint64_t)m->count <= capacity_of(groups) / 2)
		rehash(g, m, groups);           /* mostly deleted: same size, cleaned out */
	else
		rehash(g, m, 2 * groups);
}

gol_map *gol_make_map(gol_g *g, const gol_type *map_type, gol_int hint)
{
	gol_map *m = heap_new(&map_header);
	uint64_t groups = 1;

	(void)g;
	m->layout = map_layout_of(map_type);
	m->seed = alg_random();
	if (hint > (gol_int)MAP_SLOTS && (uint64_t)hint < ((uint64_t)1 << 32)) {
		while (groups * 7 < (uint64_t)hint)
			groups *= 2;
		m->hint = groups > UINT32_MAX ? UINT32_MAX / 2 + 1 : (uint32_t)groups;
	}
	return m;
}

/* The compiler lays out the place (types/layout.c): it must agree. */
_Static_assert(sizeof(gol_map) == 64 && offsetof(map_in_frame, control) == 64, "map_frame_type knows the header");

gol_map *gol_make_map_at(gol_g *g, const gol_type *map_type, void *place, gol_int size)
{
	map_in_frame *p = place;

	(void)g;
	p->map.layout = map_layout_of(map_type);
	require((size_t)size == sizeof p->map + p->map.layout->group_size);   /* as in the heap */
	p->map.seed = alg_random();
	p->map.growth_left = MAP_SLOTS;
	p->map.groups = (uint8_t *)&p->control;
	p->control = MAP_ALL_EMPTY;
	return &p->map;
}

gol_int gol_map_len(gol_g *g, gol_map *m)
{
	race_reads(g, m);
	return m ? m->count : 0;
}

/* ---- storing --------------------------------------------------------------------------------------------- */

static void store_key(gol_g *g, const map_layout *l, uint8_t *slot, const void *key)
{
	if (l->key_indirect) {
		void *copy = heap_new(l->key);

		gol_store_pointer(slot, copy);
		gol_copy_value(g, l->key, copy, key);
	} else if (l->kind == MAP_KEY_64 && l->key->pointer_bytes == 0) {
		memcpy(slot, key, 8);
	} else {
		gol_copy_value(g, l->key, slot, key);
	}
}

/* A key that is not there. The control byte comes last: until then nobody takes the slot for an entry. */
static void *insert(gol_g *g, gol_map *m, const void *key, uint64_t hash)
{
	const map_layout *l = m->layout;
	uint8_t *group, *slot;
	unsigned index;

	if (m->groups == NULL)
		grow(g, m);
	/* A DELETED slot can be used again at no cost; an EMPTY one must have been budgeted for. */
	if (m->growth_left == 0) {
		if (m->mask == 0 || (slot = free_slot(m, hash, &group, &index),
				(*map_control(group) >> (8 * index) & 0xff) == MAP_EMPTY))
			grow(g, m);
	}
	slot = free_slot(m, hash, &group, &index);
	if ((*map_control(group) >> (8 * index) & 0xff) == MAP_EMPTY) {
		debug_require(m->growth_left > 0);
		m->growth_left--;
	}
	store_key(g, l, slot, key);
	if (l->elem_indirect)
		gol_store_pointer(slot + l->elem_offset, heap_new(l->elem));
	set_control(group, index, low_hash(hash));
	m->count++;
	return map_slot_elem(l, slot);
}

static inline bool start_write(gol_g *g, gol_map *m)
{
	if (is_writing(m)) {
		fatal_raise(g, "concurrent map writes");
		return false;
	}
	__atomic_store_n(&m->writing, 1, __ATOMIC_RELAXED);
	return true;
}

static inline void end_write(gol_g *g, gol_map *m)
{
	if (!is_writing(m))
		fatal_raise(g, "concurrent map writes");
	__atomic_store_n(&m->writing, 0, __ATOMIC_RELAXED);
}

void *gol_map_assign(gol_g *g, const gol_type *map_type, gol_map *m, const void *key)
{
	const map_layout *l;
	uint64_t hash;
	uint8_t *slot;
	void *elem;

	(void)map_type;
	race_writes(g, map_type, m, key);
	if (m == NULL) {
		gol_panic_nil_map(g);
		return gol_zero_value;
	}
	l = m->layout;
	if (l->may_panic) {
		hash = map_hash(g, l, key, m->seed);
		if (GOL_UNWINDING(g) || !start_write(g, m))
			return gol_zero_value;
		slot = m->groups != NULL ? map_find_slot(g, m, key, hash) : NULL;
	} else {
		if (!start_write(g, m))
			return gol_zero_value;
		slot = NULL;
		if (m->groups != NULL)
			slot = hash_and_find(g, m, key, &hash);
		else
			hash = map_hash(g, l, key, m->seed);
	}
	if (slot != NULL) {
		if (l->update_key)
			gol_copy_value(g, l->key, map_slot_key(l, slot), key);
		elem = map_slot_elem(l, slot);
	} else {
		elem = insert(g, m, key, hash);
	}
	end_write(g, m);
	return elem;
}

/* ---- deleting ------------------------------------------------------------------------------------------------ */

static void clear_slot(gol_g *g, const map_layout *l, uint8_t *slot)
{
	gol_clear_value(g, l->group->fields[1].type->elem, slot);
}

static void remove_slot(gol_g *g, gol_map *m, uint8_t *slot)
{
	const map_layout *l = m->layout;
	uint64_t group_index = (uint64_t)(slot - m->groups) / l->group_size;
	uint8_t *group = map_group(m, group_index);
	unsigned index = (unsigned)((uint64_t)(slot - group - 8) / l->slot_size);

	debug_require(group_index <= m->mask && index < MAP_SLOTS && map_group_slot(l, group, index) == slot);
	debug_require(m->count > 0 && (*map_control(group) >> (8 * index) & 0x80) == 0);

	clear_slot(g, l, slot);
	/* no search went past a group that has an EMPTY slot: another one is harmless there */
	if (m->mask == 0 || match_empty(*map_control(group)) != 0) {
		set_control(group, index, MAP_EMPTY);
		m->growth_left++;
	} else {
		set_control(group, index, MAP_DELETED);
	}
	m->count--;
}

void gol_map_delete(gol_g *g, const gol_type *map_type, gol_map *m, const void *key)
{
	uint64_t hash;
	uint8_t *slot;

	race_writes(g, map_type, m, key);
	if (m == NULL || m->count == 0) {
		check_key(g, map_type, key);
		return;
	}
	hash = map_hash(g, m->layout, key, m->seed);
	if (GOL_UNWINDING(g) || !start_write(g, m))
		return;
	slot = map_find_slot(g, m, key, hash);
	if (slot != NULL)
		remove_slot(g, m, slot);
	end_write(g, m);
}

void gol_map_clear(gol_g *g, const gol_type *map_type, gol_map *m)
{
	const map_layout *l;

	(void)map_type;
	race_writes(g, map_type, m, NULL);
	if (m == NULL || m->groups == NULL || !start_write(g, m))
		return;
	l = m->layout;
	for (uint64_t i = 0; i <= m->mask; i++) {
		uint8_t *group = map_group(m, i);

		if (*map_control(group) != MAP_ALL_EMPTY) {
			gol_clear_value(g, l->group->fields[1].type, group + 8);
			*map_control(group) = MAP_ALL_EMPTY;
		}
	}
	m->count = 0;
	m->growth_left = capacity_of(m->mask + 1);
	m->clear_count++;
	m->seed = alg_random();
	end_write(g, m);
}
