/*
 * map.h - maps, inside: what map.c, map_iter.c and map_layout.c share.
 *
 * Model: a Swiss table. Entries stand in groups of eight; a group is one word of eight
 * control bytes and eight slots {key, value}. A control byte is EMPTY, DELETED, or the
 * low seven bits of the hash of a full slot, so that one word operation finds the slots
 * worth comparing. The rest of the hash picks the first group; further ones follow
 * at distances 1, 2, 3, ... (all groups are reached, their number being a power of two).
 * A search ends at the first group with an EMPTY byte.
 *
 * One group: no probing, all eight slots may be used. More: at most 7/8 of the slots
 * are full or DELETED, so that every search ends.
 *
 * A table never changes places in part: growing (and cleaning out DELETED bytes)
 * copies all entries to new groups and leaves the old ones as they are, for the
 * iterators that stand in them (map_iter.c).
 *
 * Keys and values above 128 bytes stand in objects of their own, the slot holding the
 * pointer. All stores of pointers go through barriers.
 *
 * Rejected: Go's directory of small tables with extendible hashing, which bounds the cost
 * of the single insertion that grows a huge map; amortised cost and code are better here.
 */
#ifndef GOL_LANG_MAP_H
#define GOL_LANG_MAP_H

#include "abi.h"
#include "lang/alg.h"

#define MAP_SLOTS 8u
#define MAP_EMPTY 0x80u
#define MAP_DELETED 0xfeu
#define MAP_LOW UINT64_C(0x0101010101010101)
#define MAP_HIGH UINT64_C(0x8080808080808080)
#define MAP_ALL_EMPTY (MAP_LOW * MAP_EMPTY)
#define MAP_INDIRECT_ABOVE 128

enum map_key_kind { MAP_KEY_OTHER, MAP_KEY_32, MAP_KEY_64, MAP_KEY_STRING };

/* Everything about a map type that the operations need; made once per type, kept for ever. */
typedef struct map_layout {
	const gol_type *type, *key, *elem;
	const gol_type *group;          /* descriptor of a group, made here */
	uint32_t slot_size, elem_offset, group_size;
	enum map_key_kind kind;
	bool key_indirect, elem_indirect;
	bool update_key;                /* equal keys can differ: +0 and -0, strings at other addresses */
	bool may_panic;                 /* hashing */
	bool reflexive;
	const void *zero;               /* value of a missing entry */
} map_layout;

/* A map that does not escape may have its header and first group in its function's frame (map_in_frame); what it stores
 * is as in any map, since the next groups are in the heap.
 *
 * count <= capacity. full + DELETED slots + growth_left == capacity. groups NULL: nothing was ever stored. */
struct gol_map {
	gol_int count;
	uint8_t *groups;
	const map_layout *layout;
	uint64_t seed;
	uint64_t mask;                  /* number of groups - 1 */
	uint64_t growth_left;
	uint32_t hint;                  /* groups to make first */
	uint32_t clear_count;
	uint32_t writing;               /* relaxed atomic: a write is going on */
};

typedef struct map_in_frame { gol_map map; uint64_t control; } map_in_frame;        /* then the slots */

const map_layout *map_layout_of(const gol_type *map_type);

static inline uint64_t *map_control(uint8_t *group) { return (uint64_t *)(void *)group; }
static inline uint8_t *map_group(const gol_map *m, uint64_t i) { return m->groups + i * m->layout->group_size; }
static inline void *map_slot_key(const map_layout *l, uint8_t *slot)
{
	return l->key_indirect ? *(gol_ptr_a *)slot : slot;
}
static inline void *map_slot_elem(const map_layout *l, uint8_t *slot)
{
	uint8_t *at = slot + l->elem_offset;

	return l->elem_indirect ? *(gol_ptr_a *)at : at;
}
static inline uint8_t *map_group_slot(const map_layout *l, uint8_t *group, unsigned i)
{
	return group + 8 + i * l->slot_size;
}

/* The slot of a key, NULL when absent. The map has groups. */
uint8_t *map_find_slot(gol_g *g, gol_map *m, const void *key, uint64_t hash);
uint64_t map_hash(gol_g *g, const map_layout *l, const void *key, uint64_t seed);

#endif
