/*
 * object.c - what an address points into, and where the pointers of a value are.
 *
 * A type's pointers are known by its bit map, or, where the compiler left that out because
 * the type contains a large array, by walking the type. Both answers come through
 * heap_each_pointer.
 */
#include "heap/heap.h"

void *heap_object(const void *address, size_t *size)
{
	heap_span *s = heap_span_of((uintptr_t)address);
	uint32_t slot;
	bool found;

	if (s == NULL)
		return NULL;
	slot = s->size_class == 0 ? 0 : heap_slot_of(s, (uintptr_t)address);
	/* nobody sweeps it meanwhile, no cache drops it */
	os_acquire(&gol_heap.central[s->size_class * 2u + s->noscan].lock);
	found = slot < s->elem_count && heap_slot_allocated(s, slot);
	os_release(&gol_heap.central[s->size_class * 2u + s->noscan].lock);
	if (!found)
		return NULL;
	if (size)
		*size = s->elem_size;
	return (void *)(s->base + slot * s->elem_size);
}

bool heap_object_is_tiny(const void *address)
{
	heap_span *s = heap_span_of((uintptr_t)address);

	return s != NULL && s->noscan && s->elem_size == HEAP_TINY_SIZE && s->size_class != 0;
}

static void visit_by_map(const gol_type *type, uint8_t *p, heap_visit *visit, void *context)
{
	size_t words = type->pointer_bytes / 8;

	for (size_t i = 0; i < words; i += 8) {
		unsigned bits = type->pointer_map[i >> 3];

		if (words - i < 8)
			bits &= (1u << (words - i)) - 1;
		for (; bits != 0; bits &= bits - 1)
			visit(context, p + (i + (unsigned)__builtin_ctz(bits)) * 8);
	}
}

static void visit_by_kind(const gol_type *type, uint8_t *p, heap_visit *visit, void *context)
{
	switch (type->kind) {
	case GOL_KIND_ARRAY:
		heap_each_pointer(type->elem, p, (size_t)type->length, visit, context);
		return;
	case GOL_KIND_STRUCT:
		for (uint32_t i = 0; i < type->field_count; i++)
			heap_each_pointer(type->fields[i].type, p + type->fields[i].offset, 1, visit, context);
		return;
	case GOL_KIND_INTERFACE:
		visit(context, p);
		visit(context, p + 8);
		return;
	default:        /* pointers, strings, slices, maps, channels, functions: their first word */
		visit(context, p);
	}
}

void heap_each_pointer(const gol_type *type, void *p, size_t count, heap_visit *visit, void *context)
{
	if (type->pointer_bytes == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		if (type->pointer_map != NULL)
			visit_by_map(type, (uint8_t *)p + i * type->size, visit, context);
		else
			visit_by_kind(type, (uint8_t *)p + i * type->size, visit, context);
	}
}

struct mask { uint64_t bits; };

/* The "value" stands at address 0: slots are offsets. */
static void add_to_mask(void *context, void *slot)
{
	struct mask *m = context;

	debug_require(((uintptr_t)slot - 64) / 8 < 64);
	m->bits |= (uint64_t)1 << (((uintptr_t)slot - 64) / 8);
}

uint64_t heap_pointer_mask(const gol_type *type, size_t count)
{
	struct mask m = {0};
	size_t words = type->size / 8, total;

	if (type->size == 8 && type->pointer_bytes == 8)
		return count >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1;
	heap_each_pointer(type, (void *)64, 1, add_to_mask, &m);
	total = words * count;
	debug_require(type->size % 8 == 0 && words > 0);        /* 0: this would not end */
	for (; words < total; words *= 2)       /* 1 value, 2, 4 ...: one beyond the end is cut off below */
		m.bits |= m.bits << words;
	return total >= 64 ? m.bits : m.bits & (((uint64_t)1 << total) - 1);
}
