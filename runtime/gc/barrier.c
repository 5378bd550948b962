/*
 * barrier.c - write barriers, and the stress modes that check them.
 *
 * Hybrid barrier: the overwritten pointer and the new one are shaded while marking.
 * Both calls come before the store; nothing between may be a safepoint.
 *
 * GOLSTRESS=barrier keeps, for every word of the heap, the value that the last barrier
 * announced. A collection then compares every pointer word of every object with it: a
 * difference is a store that would have been lost by a concurrent marker.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "gc/gc.h"
#include "os/os.h"

uint32_t gol_barrier_on;
static stress_counts counts;            /* what is compared in the stop */

/* Objects with a nonzero first announcement start as zeros: allocation clears their shadow. */
static uint64_t *shadow_of(const void *slot)
{
	uintptr_t at = (uintptr_t)slot;

	if (gc.shadow == NULL || at - gol_heap.base >= gol_heap.end - gol_heap.base)
		return NULL;
	return &gc.shadow[(at - gol_heap.base) >> 3];
}

void gol_barrier_word(void *slot, void *value)
{
	uint64_t *shadow = shadow_of(slot);

	if (gc.marking) {
		gc_shade((uintptr_t)*(gol_ptr_a *)slot);
		gc_shade((uintptr_t)value);
	}
	if (shadow)
		*shadow = (uintptr_t)value;
}

struct range { intptr_t to_from; bool clear; };

static void barrier_slot(void *context, void *slot)
{
	const struct range *r = context;

	gol_barrier_word(slot, r->clear ? NULL : *(gol_ptr_a *)((uintptr_t)slot + (uintptr_t)r->to_from));
}

void gol_barrier_range(const gol_type *type, void *to, const void *from, gol_int count)
{
	struct range r = {(intptr_t)((uintptr_t)from - (uintptr_t)to), from == NULL};

	if (type->pointer_bytes != 0)
		heap_each_pointer(type, to, (size_t)count, barrier_slot, &r);
}

/* ---- stress ------------------------------------------------------------------------------------- */

void gc_allocation_hook(void)
{
	if (gc.stress_every != 0 && ++gc.stress_count >= gc.stress_every) {
		gc.stress_count = 0;
		gc_request();
	}
}

void gc_note_allocation(void *object, size_t size)
{
	uint64_t *shadow = shadow_of(object);

	if (shadow)
		memset(shadow, 0, size);
}

void gc_start_shadow(void)
{
	gc.shadow = os_reserve(0, gol_heap.limit - gol_heap.base, true);
	if (gc.shadow == NULL)
		heap_die("runtime: no address space for GOLSTRESS=barrier");
	stress_add_counts(&counts);
	gol_heap.hooks = 1;
	__atomic_store_n(&gol_barrier_on, 1, __ATOMIC_RELAXED);
}

struct object { uintptr_t base; size_t size; };

static void check_slot(void *context, void *slot)
{
	const struct object *object = context;
	uintptr_t value = (uintptr_t)*(gol_ptr_a *)slot, expected = *shadow_of(slot);

	/* descriptors and other things outside the heap may be stored without one */
	if (value == expected || (heap_span_of(value) == NULL && heap_span_of(expected) == NULL)) {
		counts.compared += heap_span_of(value) != NULL;
		return;
	}
	fprintf(stderr, "fatal error: missing write barrier: word %zu of the object at %#lx (%zu bytes) is %#lx, last announced %#lx\n",
		(size_t)((uintptr_t)slot - object->base) / 8, (unsigned long)object->base, object->size, (unsigned long)value,
		(unsigned long)expected);
	abort();
}

static void check_object(heap_span *s, uint32_t slot)
{
	struct object object = {s->base + slot * s->elem_size, s->elem_size};

	if (heap_has_types(s)) {
		const gol_type *type = s->types[slot];

		if (type != NULL && type->size != 0)
			heap_each_pointer(type, (void *)object.base, s->elem_size / type->size, check_slot, &object);
		return;
	}
	for (uintptr_t at = object.base; at < object.base + s->elem_size; at += 8) {
		size_t word = (at - gol_heap.base) >> 3;

		if (gol_heap.pointer_bits[word >> 6] >> (word & 63) & 1)
			check_slot(&object, (void *)at);
	}
}

void gc_check_shadow(void)
{
	for (uint32_t i = 0; i < gol_heap.all_count; i++) {
		heap_span *s = gol_heap.all[i];

		for (uint32_t slot = 0; !s->noscan && slot < s->elem_count; slot++)
			if (heap_slot_allocated(s, slot))
				check_object(s, slot);
	}
}
