/*
 * map_iter.c - ranging over maps.
 *
 * An iterator walks the groups that the map had when it started, from a random slot on,
 * once around. While the map still has them, deleted entries are gone from them and
 * inserted ones appear or not, as the specification allows. When the map has grown, the old
 * groups only say which keys to produce: each is looked up, so that deleted ones are
 * left out and values are the current ones. A key that is not equal to itself (NaN) cannot
 * be looked up, nor can it have been deleted, except by clear(), which the map counts.
 *
 * In it->state stands clear_count of the start, in it->extra the mask of the old groups, in it->position how many of
 * their slots have been passed. The old groups are kept alive by it->table and never change any more: growing copies.
 * So an entry is produced once at most, though the map may grow several times under way.
 *
 * An entry whose key is deleted and comes again while the map still has the groups may be produced twice or not at all:
 * the specification leaves that open, Go's maps do the same.
 */
#include "lang/map.h"
#include "race/race.h"
#include "unwind/panic.h"

/* The iterator may stand in the heap, hence the barriers. */
static void store_entry(gol_map_iter *it, void *key, void *value)
{
	gol_store_pointer(&it->key, key);
	gol_store_pointer(&it->value, value);
}

/* An entry found in old groups: produces it as it is now. False: it is gone. */
static bool follow(gol_g *g, gol_map_iter *it, gol_map *m, uint8_t *old)
{
	const map_layout *l = m->layout;
	void *key = map_slot_key(l, old);
	uint8_t *slot;

	if (!l->reflexive && !gol_value_equal(g, l->key, key, key)) {
		if (m->clear_count != (uint32_t)it->state)
			return false;
		store_entry(it, key, map_slot_elem(l, old));
		return true;
	}
	if (m->count == 0)
		return false;
	slot = map_find_slot(g, m, key, map_hash(g, l, key, m->seed));
	if (slot == NULL)
		return false;
	store_entry(it, map_slot_key(l, slot), map_slot_elem(l, slot));
	return true;
}

void gol_map_iter_next(gol_g *g, gol_map_iter *it)
{
	gol_map *m = it->map;
	uint64_t slots = (it->extra + 1) * MAP_SLOTS;
	const map_layout *l;

	if (GOL_UNLIKELY(gol_race_on) && m != NULL)
		race_read_range(g, m, 8);
	if (it->table == NULL || m == NULL) {
		store_entry(it, NULL, NULL);
		return;
	}
	l = m->layout;
	if (GOL_UNLIKELY(__atomic_load_n(&m->writing, __ATOMIC_RELAXED) != 0)) {
		fatal_raise(g, "concurrent map iteration and map write");
		return;
	}
	while (it->position < slots) {
		uint64_t at = (it->position + it->start) & (slots - 1);

		debug_require((slots & (slots - 1)) == 0 && it->start < slots);
		uint8_t *group = (uint8_t *)it->table + at / MAP_SLOTS * l->group_size, *slot;
		uint64_t full = ~*map_control(group) & MAP_HIGH & ~(uint64_t)0 << (8 * (at % MAP_SLOTS));
		unsigned index;

		if (full == 0) {
			it->position += MAP_SLOTS - at % MAP_SLOTS;
			continue;
		}
		index = (unsigned)__builtin_ctzll(full) >> 3;
		it->position += index - at % MAP_SLOTS + 1;
		if (it->position > slots)
			break;
		slot = map_group_slot(l, group, index);
		if (m->groups == it->table) {
			store_entry(it, map_slot_key(l, slot), map_slot_elem(l, slot));
			return;
		}
		if (follow(g, it, m, slot))
			return;
	}
	store_entry(it, NULL, NULL);
}

void gol_map_iter_start(gol_g *g, const gol_type *map_type, gol_map *m, gol_map_iter *it)
{
	it->type = map_type;
	it->position = 0;
	it->extra = it->start = it->state = 0;
	gol_store_pointer(&it->map, m);
	gol_store_pointer(&it->table, m != NULL && m->count != 0 ? m->groups : NULL);
	if (it->table != NULL) {
		it->extra = m->mask;
		it->start = alg_random() & ((m->mask + 1) * MAP_SLOTS - 1);
		it->state = m->clear_count;
	}
	gol_map_iter_next(g, it);
}
