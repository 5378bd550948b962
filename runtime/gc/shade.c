/*
 * shade.c - what the running program marks: by its write barriers, by reading weak pointers, by new specials, by taking
 * one that is due.
 *
 * Marking keeps everything that was reachable when it began: all roots but the specials, which the last
 * stop marks, were marked in that stop, what was allocated
 * since is marked (heap/span.c), and an object can only be lost to the marker when a pointer to it is overwritten
 * before the marker has read that word. So the barrier marks what it overwrites (and what it stores, which costs
 * little and forgives a root that was missed). Whoever sets an object's bit puts it into the buffer of its P's cache;
 * full buffers go to a list that the marker empties; what is left in buffers is taken in the stop that ends the cycle.
 * Every object is in a buffer or the list once at most.
 *
 * The caller may have no P (then its object goes to the list at once), and may hold locks that stand before
 * RANK_SHADED in base/lock.h.
 */
#include <stdlib.h>

#include "base/atomic.h"
#include "base/lock.h"
#include "gc/gc.h"

static struct {
	os_lock lock;               /* guards the list; count is also read without it */
	uintptr_t *items;
	size_t count, capacity;
	uint64_t bytes, objects;    /* atomic */
} shaded = {.lock = LOCK_OF_RANK(RANK_SHADED)};

void gc_shade_begin(void) { shaded.bytes = shaded.objects = 0; }
uint64_t gc_shaded_bytes(void) { return load_relaxed(&shaded.bytes); }
uint64_t gc_shaded_objects(void) { return load_relaxed(&shaded.objects); }

static void hand_over(const uintptr_t *objects, size_t n)
{
	os_acquire(&shaded.lock);
	if (shaded.count + n > shaded.capacity) {
		shaded.capacity = 2 * shaded.capacity + 16 * HEAP_SHADED;
		shaded.items = realloc(shaded.items, shaded.capacity * sizeof *shaded.items);
		if (shaded.items == NULL)
			heap_die("runtime: out of memory while marking");
	}
	memcpy(shaded.items + shaded.count, objects, n * sizeof *objects);
	store_relaxed(&shaded.count, shaded.count + n);
	os_release(&shaded.lock);
}

static void push(uintptr_t object)
{
	heap_cache *cache = heap_current;

	if (cache == NULL) {
		hand_over(&object, 1);
		return;
	}
	cache->shaded[cache->shaded_count++] = object;
	if (cache->shaded_count == HEAP_SHADED) {
		hand_over(cache->shaded, HEAP_SHADED);
		cache->shaded_count = 0;
	}
}

void gc_shade(uintptr_t word)
{
	heap_span *s = heap_span_of(word);

	if (s == NULL)
		return;
	uint32_t slot = heap_slot_of(s, word);
	uint64_t bit = (uint64_t)1 << (slot & 63), *at = &s->mark_bits[slot >> 6];

	if (slot >= s->elem_count || (load_relaxed(at) & bit) != 0 || (load_relaxed(&s->alloc_bits[slot >> 6]) & bit) == 0)
		return;
	if (__atomic_fetch_or(at, bit, __ATOMIC_RELAXED) & bit)
		return;
	count_up(&shaded.bytes, s->elem_size);
	count_up(&shaded.objects, 1);
	if (!s->noscan)
		push(s->base + slot * s->elem_size);
}

bool gc_take_shaded(void)
{
	if (load_relaxed(&shaded.count) == 0)
		return false;
	os_acquire(&shaded.lock);
	for (size_t i = 0; i < shaded.count; i++)
		gc_work_add(shaded.items[i]);
	store_relaxed(&shaded.count, (size_t)0);
	os_release(&shaded.lock);
	return true;
}

void gc_take_all_shaded(void)
{
	for (heap_cache *cache = load_acquire(&gol_heap.caches); cache != NULL; cache = cache->next) {
		for (uint32_t i = 0; i < cache->shaded_count; i++)
			gc_work_add(cache->shaded[i]);
		cache->shaded_count = 0;
	}
	gc_take_shaded();
}
