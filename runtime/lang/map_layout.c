/*
 * map_layout.c - what a map type's groups look like: sizes, and a descriptor that tells the
 * collector where their pointers are. Made when the first map of a type is.
 */
#include <stdio.h>

#include "heap/heap.h"
#include "heap/table.h"
#include "lang/map.h"

#define MAP_BITS_MAX 4096u      /* groups up to this size have a pointer bit map, bigger ones are walked by kind */

static const gol_type word_type = {.size = 8, .align = 8, .kind = GOL_KIND_UINT64, .flags = GOL_TYPE_PLAIN_EQUAL};
static const uint8_t one_bit[1] = {1};
static const gol_type pointer_type = {.size = 8, .pointer_bytes = 8, .align = 8, .kind = GOL_KIND_UNSAFE_POINTER,
	.flags = GOL_TYPE_PLAIN_EQUAL | GOL_TYPE_DIRECT, .pointer_map = one_bit};

static table layouts = {.lock = LOCK_OF_RANK(RANK_MAP_LAYOUTS)};         /* by type */

/* ---- descriptors ----------------------------------------------------------------------------- */

static size_t align_up(size_t n, size_t align) { return (n + align - 1) & ~(align - 1); }

struct bits { uint8_t *map; uintptr_t base; };

static void set_bit(void *context, void *slot)
{
	struct bits *b = context;
	size_t word = ((uintptr_t)slot - b->base) / 8;

	b->map[word / 8] |= (uint8_t)(1u << (word % 8));
}

static void add_pointer_map(gol_type *type)
{
	struct bits b;

	if (type->pointer_bytes == 0 || type->size > MAP_BITS_MAX)
		return;
	b.map = heap_meta(type->size / 64 + 8);
	b.base = 4096;      /* the value stands at no address at all: only differences count */
	heap_each_pointer(type, (void *)b.base, 1, set_bit, &b);
	type->pointer_map = b.map;
}

static gol_type *make_struct(const gol_type *const *types, uint32_t count)
{
	gol_type *t = heap_meta(sizeof *t);
	gol_field *fields = heap_meta(count * sizeof *fields);
	size_t offset = 0;

	for (uint32_t i = 0; i < count; i++) {
		size_t align = types[i]->align ? types[i]->align : 1;

		offset = align_up(offset, align);
		fields[i] = (gol_field){.name = "", .type = types[i], .offset = offset};
		if (types[i]->pointer_bytes)
			t->pointer_bytes = offset + types[i]->pointer_bytes;
		if (align > t->align)
			t->align = (uint8_t)align;
		offset += types[i]->size;
	}
	t->kind = GOL_KIND_STRUCT;
	t->fields = fields;
	t->field_count = count;
	t->size = align_up(offset, t->align);
	return t;
}

static const gol_type *make_group(map_layout *l, const gol_type *slot)
{
	gol_type *slots = heap_meta(sizeof *slots), *group;
	const gol_type *parts[2] = {&word_type, slots};

	slots->kind = GOL_KIND_ARRAY;
	slots->elem = slot;
	slots->length = MAP_SLOTS;
	slots->size = slot->size * MAP_SLOTS;
	slots->align = slot->align;
	slots->pointer_bytes = slot->pointer_bytes ? slot->size * (MAP_SLOTS - 1) + slot->pointer_bytes : 0;
	group = make_struct(parts, 2);
	add_pointer_map(group);
	l->group_size = (uint32_t)group->size;
	return group;
}

static enum map_key_kind key_kind(const gol_type *key)
{
	if (key->kind == GOL_KIND_STRING)
		return MAP_KEY_STRING;
	if (key->flags & GOL_TYPE_PLAIN_EQUAL)
		return key->size == 8 && key->align == 8 ? MAP_KEY_64 : key->size == 4 && key->align == 4 ? MAP_KEY_32 :
			MAP_KEY_OTHER;
	return MAP_KEY_OTHER;
}

static bool equal_keys_differ(const gol_type *key)
{
	return !alg_is_reflexive(key) || !(key->flags & GOL_TYPE_PLAIN_EQUAL);
}

static const map_layout *make_layout(const gol_type *type)
{
	map_layout *l = heap_meta(sizeof *l);
	const gol_type *parts[2];
	gol_type *slot;

	l->type = type;
	l->key = type->key;
	l->elem = type->elem;
	l->key_indirect = type->key->size > MAP_INDIRECT_ABOVE;
	l->elem_indirect = type->elem->size > MAP_INDIRECT_ABOVE;
	parts[0] = l->key_indirect ? &pointer_type : type->key;
	parts[1] = l->elem_indirect ? &pointer_type : type->elem;
	slot = make_struct(parts, 2);
	if (type->elem->size == 0)      /* the address of an empty value must lie inside the slot */
		slot->size = align_up(slot->size + 1, slot->align);
	add_pointer_map(slot);
	debug_require(slot->size <= 2 * MAP_INDIRECT_ABOVE + 8 && slot->fields[1].offset + parts[1]->size <= slot->size);
	l->slot_size = (uint32_t)slot->size;
	l->elem_offset = (uint32_t)slot->fields[1].offset;
	l->group = make_group(l, slot);
	l->kind = key_kind(type->key);
	l->update_key = equal_keys_differ(type->key);
	l->may_panic = alg_hash_may_panic(type->key);
	l->reflexive = alg_is_reflexive(type->key);
	l->zero = type->elem->size <= sizeof gol_zero_value ? gol_zero_value : heap_meta(type->elem->size);
	return l;
}

/* ---- the table of layouts ------------------------------------------------------------------------ */

static GOL_COLD const map_layout *add_layout(const gol_type *map_type)
{
	os_acquire(&layouts.lock);
	const table_entry *e = table_find(&layouts, map_type, NULL);
	const map_layout *l = e != NULL ? e->value : make_layout(map_type);

	if (e == NULL)
		table_add(&layouts, map_type, NULL, l);
	os_release(&layouts.lock);
	return l;
}

const map_layout *map_layout_of(const gol_type *map_type)
{
	const table_entry *e = table_find(&layouts, map_type, NULL);

	return GOL_LIKELY(e != NULL) ? e->value : add_layout(map_type);
}
