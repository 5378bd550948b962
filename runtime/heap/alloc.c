/*
 * alloc.c - allocation.
 *
 * The fast path: the cache's span for the size class keeps 64 inverted allocation
 * bits; count trailing zeros gives the slot. Then the slot is cleared (unless the span's
 * memory is fresh) and, in pointer spans, its pointer bits are written. Nothing is
 * counted here: spans are, when caches take and drop them.
 *
 * Objects without pointers below 16 bytes share 16-byte blocks (the tiny allocator): a
 * block lives as long as anything in it.
 */
#include "base/lock.h"
#include "heap/heap.h"
#include "race/race.h"

uint8_t gol_zero_base[16];
struct heap_hooks heap_hooks;
_Thread_local heap_cache *heap_current;

/* ---- a slot --------------------------------------------------------------------------------- */

/* The cached 64 bits are used up: go on to the next word with a free slot. False: full. */
static bool next_word(heap_span *s)
{
	uint32_t word = s->free_index / 64 + (s->free_index % 64 != 0);

	for (; word < s->bit_words; word++) {
		uint64_t free = ~s->alloc_bits[word];

		if (free == 0)
			continue;
		if (word * 64 + (uint32_t)__builtin_ctzll(free) >= s->elem_count)
			break;
		store_relaxed(&s->free_index, word * 64);
		s->alloc_cache = free;
		return true;
	}
	store_relaxed(&s->free_index, s->elem_count);
	return false;
}

/* The lowest free slot. alloc_cache and free_index go on together: bit 0 always is slot free_index, so the slots passed
 * are shifted out with the one taken (in two shifts: one of 64 would be undefined). */
static inline void *take_slot(heap_span *s, uint32_t *slot)
{
	debug_require(s->alloc_cache != 0 && s->state == HEAP_SPAN_IN_USE);
	unsigned skip = (unsigned)__builtin_ctzll(s->alloc_cache);
	uint32_t i = s->free_index + skip;
	debug_require(i < s->elem_count && !heap_bit(s->alloc_bits, i));

	*slot = i;
	store_relaxed(&s->free_index, i + 1);       /* heap_slot_allocated */
	/* at the end of a 64-bit word nothing may be left in the cache */
	s->alloc_cache = ((i + 1) & 63) == 0 ? 0 : s->alloc_cache >> 1 >> skip;
	return (void *)(s->base + (size_t)i * s->elem_size);
}

static GOL_COLD void *slot_slow(heap_cache *cache, unsigned span_class, heap_span **span, uint32_t *slot)
{
	heap_span *s = cache->spans[span_class];

	debug_require(span_class >= 2 && span_class < HEAP_SPAN_CLASSES);       /* large objects have no cache */
	while (s->free_index >= s->elem_count || !next_word(s)) {
		s = heap_refill(cache, span_class);
		if (s->alloc_cache != 0 && (uint32_t)__builtin_ctzll(s->alloc_cache) < s->elem_count)
			break;
	}
	if (load_relaxed(&gol_heap.live_bytes) >= load_relaxed(&gol_heap.trigger))
		heap_hooks.goal_reached();
	heap_hooks.span_taken();
	*span = s;
	return take_slot(s, slot);
}

static inline void *next_slot(unsigned span_class, heap_span **span, uint32_t *slot)
{
	heap_cache *cache = heap_current;
	debug_require(cache != NULL);       /* a thread without a P allocates */
	heap_span *s = cache->spans[span_class];

	if (GOL_LIKELY(s->alloc_cache != 0 && s->free_index + (uint32_t)__builtin_ctzll(s->alloc_cache) < s->elem_count)) {
		*span = s;
		return take_slot(s, slot);
	}
	return slot_slow(cache, span_class, span, slot);
}

static GOL_COLD void *hooked_slot(unsigned span_class, heap_span **span, uint32_t *slot)
{
	heap_hooks.allocating();
	void *p = next_slot(span_class, span, slot);
	heap_hooks.sample((uintptr_t)p, (*span)->elem_size);
	if (gol_race_on)
		race_forget((uintptr_t)p, (*span)->elem_size);
	return p;
}

static inline void *new_slot(unsigned span_class, heap_span **span, uint32_t *slot)
{
	return GOL_UNLIKELY(gol_heap.hooks) ? hooked_slot(span_class, span, slot) : next_slot(span_class, span, slot);
}

/* size is a size class. The empty asm keeps compilers from making the loop a `rep stos`, whose start costs 10 ns. */
static inline void clear_slot(void *p, size_t size)
{
	uint8_t *at = p, *end = at + size;

	if (size > 128) {
		memset(p, 0, size);
		return;
	}
	if (size & 8) {
		memset(at, 0, 8);
		at += 8;
	}
	for (; at < end; at += 16) {
		memset(at, 0, 16);
		__asm__ volatile("" ::: "memory");
	}
}

#define ALL_FILLED SIZE_MAX

/* Clears the slot behind its first `filled` bytes, which the caller writes before anybody looks. */
static inline void clear_rest(void *p, size_t size, size_t filled)
{
	if (filled == 0)
		clear_slot(p, size);
	else if (filled < size)
		memset((uint8_t *)p + filled, 0, size - filled);
}

/* ---- pointer bits ----------------------------------------------------------------------------- */

/* One bit a word, at most 64 of them: they stand in one word of the table or in two. Plain stores are enough: a span is
 * whole pages, whose bits are whole words of the table, and it belongs to one cache while slots are taken from it. */
static inline void write_bits(uintptr_t address, size_t size, uint64_t bits)
{
	debug_require(address % 8 == 0 && size >= 8 && size <= HEAP_BITMAP_MAX);
	debug_require(size == HEAP_BITMAP_MAX || bits >> (size >> 3) == 0);
	size_t word = (address - gol_heap.base) >> 3;
	unsigned shift = word & 63, count = (unsigned)(size >> 3);
	uint64_t *at = &gol_heap.pointer_bits[word >> 6];
	uint64_t mask = count >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1;

	at[0] = (at[0] & ~(mask << shift)) | bits << shift;
	if (shift + count > 64)
		at[1] = (at[1] & ~(mask >> (64 - shift))) | bits >> (64 - shift);
}

static inline uint64_t type_bits(const gol_type *type)
{
	if (GOL_LIKELY(type->pointer_map != NULL)) {
		size_t words = type->pointer_bytes >> 3;
		uint64_t bits = type->pointer_map[0];

		if (words > 8) {
			bits = 0;
			memcpy(&bits, type->pointer_map, (words + 7) >> 3);
			bits = __builtin_bswap64(__builtin_bswap64(bits));
		}
		return words >= 64 ? bits : bits & (((uint64_t)1 << words) - 1);
	}
	return heap_pointer_mask(type, 1);
}

/* ---- large objects ------------------------------------------------------------------------------ */

static void *new_large(size_t size, const gol_type *type, size_t filled)
{
	heap_span *s;

	heap_hooks.span_taken();
	if (gol_heap.hooks)
		heap_hooks.allocating();
	debug_require(size > HEAP_MAX_SMALL && (filled == ALL_FILLED || filled <= size));
	s = heap_span_make_large(size, type == NULL);
	s->types[0] = type;
	if (s->needs_zero)
		clear_rest((void *)s->base, s->elem_size, filled);
	count_up(&gol_heap.large_mallocs, 1);
	count_up(&gol_heap.total_bytes, s->elem_size);
	count_up(&gol_heap.live_bytes, s->elem_size);
	if (load_relaxed(&gol_heap.live_bytes) >= load_relaxed(&gol_heap.trigger))
		heap_hooks.goal_reached();
	if (gol_heap.hooks) {
		heap_hooks.allocated((void *)s->base, s->elem_size);
		heap_hooks.sample(s->base, s->elem_size);
		if (gol_race_on)
			race_forget(s->base, s->elem_size);
	}
	return (void *)s->base;
}

/* ---- objects with pointers ------------------------------------------------------------------------ */

static void *new_typed(const gol_type *elem, size_t size, uint64_t bits, size_t filled)
{
	heap_span *s;
	uint32_t slot;
	void *p;

	lock_require_none("allocates");
	debug_require(elem->pointer_bytes != 0 && size % 8 == 0);
	if (GOL_UNLIKELY(size > HEAP_MAX_SMALL))
		return new_large(size, elem, filled);
	p = new_slot(heap_class_of(size) * 2, &s, &slot);
	debug_require(size <= s->elem_size && !s->noscan);
	if (s->needs_zero)
		clear_rest(p, s->elem_size, filled);
	if (size <= HEAP_BITMAP_MAX)
		write_bits((uintptr_t)p, s->elem_size, bits);
	else
		s->types[slot] = elem;
	if (GOL_UNLIKELY(gol_heap.hooks))
		heap_hooks.allocated(p, s->elem_size);
	return p;
}

/* ---- objects without ------------------------------------------------------------------------------- */

static void *new_plain(size_t size, size_t filled)
{
	heap_span *s;
	uint32_t slot;
	void *p;

	lock_require_none("allocates");
	if (GOL_UNLIKELY(size > HEAP_MAX_SMALL))
		return new_large(size, NULL, filled);
	p = new_slot(heap_class_of(size) * 2 + 1, &s, &slot);
	debug_require(size <= s->elem_size && s->noscan);
	if (s->needs_zero)
		clear_rest(p, s->elem_size, filled);
	return p;
}

/* size < HEAP_TINY_SIZE. What is left of a block is given up for a new one only where that has more left: a 12 byte
 * object does not throw away a block of which 8 bytes are free. Under hooks each object has a block of its own, so that
 * samples and poisoned memory are of one object. */
static void *new_tiny(size_t size)
{
	heap_cache *cache = heap_current;
	/* no type of this size asks for more */
	size_t align = (size & 7) == 0 ? 8 : (size & 3) == 0 ? 4 : (size & 1) == 0 ? 2 : 1;
	uintptr_t at = (cache->tiny + align - 1) & ~(align - 1);
	void *block;

	lock_require_none("allocates");
	if (cache->tiny != 0 && at + size <= cache->tiny + cache->tiny_left && !gol_heap.hooks) {
		cache->tiny_left -= at + size - cache->tiny;
		cache->tiny = at + size;
		cache->tiny_count++;
		return (void *)at;
	}
	debug_require(size > 0 && size < HEAP_TINY_SIZE);
	block = new_plain(HEAP_TINY_SIZE, 0);
	if (HEAP_TINY_SIZE - size > cache->tiny_left || cache->tiny == 0) {
		cache->tiny = (uintptr_t)block + size;
		cache->tiny_left = HEAP_TINY_SIZE - size;
	}
	return block;
}

void *heap_new_plain(size_t size)
{
	if (size == 0)
		return gol_zero_base;
	return size < HEAP_TINY_SIZE ? new_tiny(size) : new_plain(size, 0);
}

void *heap_new_bytes(size_t size)
{
	if (size == 0)
		return gol_zero_base;
	return size < HEAP_TINY_SIZE ? new_tiny(size) : new_plain(size, ALL_FILLED);
}

/* ---- by type ------------------------------------------------------------------------------------------ */

void *heap_new(const gol_type *type)
{
	size_t size = type->size;

	if (type->pointer_bytes == 0)
		return heap_new_plain(size);
	return new_typed(type, size, size <= HEAP_BITMAP_MAX ? type_bits(type) : 0, 0);
}

void *heap_new_filled(const gol_type *elem, size_t count, size_t filled)
{
	size_t size = elem->size * count;
	debug_require(elem->size == 0 || size / elem->size == count);       /* makers of slices have looked */
	debug_require(filled <= size);

	if (size == 0)
		return gol_zero_base;
	if (elem->pointer_bytes == 0)
		return size < HEAP_TINY_SIZE ? new_tiny(size) : new_plain(size, filled);
	return new_typed(elem, size, size <= HEAP_BITMAP_MAX ? heap_pointer_mask(elem, count) : 0, filled);
}

void *heap_new_array(const gol_type *elem, size_t count) { return heap_new_filled(elem, count, 0); }

void *gol_new(gol_g *g, const gol_type *type)
{
	(void)g;
	return heap_new(type);
}

void *gol_new_array(gol_g *g, const gol_type *elem, gol_int n)
{
	(void)g;
	return heap_new_array(elem, (size_t)n);
}

gol_func *gol_new_closure(gol_g *g, const gol_type *layout, void *code)
{
	gol_func *fn = heap_new(layout);

	(void)g;
	fn->code = code;
	return fn;
}

/* ---- set-up -------------------------------------------------------------------------------------------- */

void heap_init(void)
{
	if (gol_heap.ready)
		return;
	gol_heap.ready = true;
	heap_init_classes();
	heap_pages_init();
	gol_heap.trigger = UINT64_MAX;
	for (unsigned i = 0; i < HEAP_SPAN_CLASSES; i++)
		gol_heap.central[i].lock = (os_lock)LOCK_OF_RANK(RANK_CENTRAL);
}

void heap_add_cache(heap_cache *cache)
{
	for (unsigned i = 0; i < HEAP_SPAN_CLASSES; i++)
		cache->spans[i] = &gol_heap.empty_span;
	do cache->next = load_relaxed(&gol_heap.caches); while (!atomic_change(&gol_heap.caches, cache->next, cache));
}
