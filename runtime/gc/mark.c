/*
 * mark.c - marking: from words to objects, from objects to words.
 *
 * The work list is a stack of object addresses. Between it and scanning stands a small
 * ring: an object taken off the stack is prefetched and waits there until
 * a few others have been scanned, so that its memory is in the cache when its turn comes.
 * (Measured on a heap of small linked nodes: about a third less time.)
 *
 * Objects with pointer bits are scanned a bitmap word at a time; bigger ones by their
 * element's type, repeated over the slot.
 */
#include "base/atomic.h"
#include "gc/gc.h"
#include "os/os.h"

#define RING 8u
#define PORTION ((size_t)128 << 10)     /* bytes of a large object that are scanned at a time */
#define UNIT 256                        /* bytes that cost as much as an object */

static struct {
	uintptr_t *items;
	size_t count, capacity;
	uintptr_t ring[RING];
	unsigned ring_at;
	uint64_t bytes, objects;    /* marked in this cycle; what the program shaded is counted apart (shade.c) */
} work;

static GOL_COLD void work_grow(void)
{
	size_t capacity = work.capacity ? 2 * work.capacity : 1 << 16;
	uintptr_t *items = os_reserve(0, capacity * sizeof *items, true);

	if (items == NULL)
		heap_die("runtime: out of memory while marking");
	if (work.items) {
		memcpy(items, work.items, work.count * sizeof *items);
		os_unreserve(work.items, work.capacity * sizeof *items);
	}
	work.items = items;
	work.capacity = capacity;
}

static inline void work_push(uintptr_t object)
{
	if (GOL_UNLIKELY(work.count == work.capacity))
		work_grow();
	work.items[work.count++] = object;
}

/* ---- words ------------------------------------------------------------------------------------
 *
 * `beside` is a constant wherever these are expanded: the program runs meanwhile, allocates, and its barriers set
 * mark bits too. An object that was there when marking began has its allocation bit; those that came since are
 * marked (heap/span.c). */

/* What the program writes beside the marker without telling anybody: words of objects, and the bits that say which of
 * them are pointers. Any value will do (shade.c), so that is no race; ThreadSanitizer must not see these loads, and no
 * others. */
#ifdef GOL_TSAN
__attribute__((noinline, no_sanitize("thread"))) static uint64_t peek(const void *p)
{
	return *(const volatile uint64_t GOL_ALIAS *)p;
}
#else
static inline uint64_t peek(const void *p) { return load_relaxed((const uint64_t GOL_ALIAS *)p); }
#endif

static inline uint64_t word_at(const void *p, bool beside)
{
	return beside ? peek(p) : load_relaxed((const uint64_t GOL_ALIAS *)p);
}

static inline bool was_allocated(const heap_span *s, uint32_t slot, bool beside)
{
	return beside ? load_relaxed(&s->alloc_bits[slot >> 6]) >> (slot & 63) & 1 : heap_slot_allocated(s, slot);
}

/* In line in each of the loops that scan: a call for each pointer costs a tenth of the time. */
__attribute__((always_inline)) static inline void mark(uintptr_t word, bool beside)
{
	heap_span *s = heap_span_of(word);
	uint32_t slot;
	uint64_t bit, *at;

	if (s == NULL)
		return;
	slot = heap_slot_of(s, word);       /* large: divisor 0, slot 0 */
	bit = (uint64_t)1 << (slot & 63);
	at = &s->mark_bits[slot >> 6];
	if (slot >= s->elem_count || (load_relaxed(at) & bit) != 0 || !was_allocated(s, slot, beside))
		return;
	if (!beside)
		*at |= bit;
	else if (__atomic_fetch_or(at, bit, __ATOMIC_RELAXED) & bit)
		return;
	work.bytes += s->elem_size;
	work.objects++;
	if (!s->noscan)
		work_push(s->base + slot * s->elem_size);
}

void gc_mark_word(uintptr_t word) { mark(word, false); }

void gc_mark_slot(void *context, void **slot)
{
	(void)context;
	mark((uintptr_t)*(gol_ptr_a *)slot, false);
}

static void mark_slot_of_type(void *context, void *slot)
{
	(void)context;
	mark((uintptr_t)*(gol_ptr_a *)slot, false);
}

static void mark_slot_beside(void *context, void *slot)
{
	(void)context;
	mark((uintptr_t)peek(slot), true);
}

bool gc_is_marked(const void *object)
{
	heap_span *s = heap_span_of((uintptr_t)object);
	uint32_t slot;

	if (s == NULL)
		return true;
	slot = heap_slot_of(s, (uintptr_t)object);
	return slot >= s->elem_count || heap_bit(s->mark_bits, slot);
}

/* ---- objects ------------------------------------------------------------------------------------ */

__attribute__((always_inline)) static inline void scan_bits(uintptr_t base, size_t size, bool beside)
{
	size_t word = (base - gol_heap.base) >> 3, count = size >> 3;
	unsigned shift = word & 63;
	const uint64_t *at = &gol_heap.pointer_bits[word >> 6];
	uint64_t bits = word_at(at, beside) >> shift;

	if (shift + count > 64)
		bits |= word_at(at + 1, beside) << (64 - shift);
	if (count < 64)
		bits &= ((uint64_t)1 << count) - 1;
	for (; bits != 0; bits &= bits - 1)
		mark((uintptr_t)word_at((const uint64_t GOL_ALIAS *)base + __builtin_ctzll(bits), beside), beside);
}

/* count values in a row, of a type whose pointers are told by at most 64 bits. */
__attribute__((always_inline)) static inline void scan_repeated(const gol_type *type, uintptr_t base, size_t count,
	bool beside)
{
	size_t words = type->pointer_bytes / 8, bytes = (words + 7) / 8;
	uint64_t map = 0;

	for (size_t i = 0; i < bytes; i++)
		map |= (uint64_t)type->pointer_map[i] << (8 * i);
	if (words < 64)
		map &= ((uint64_t)1 << words) - 1;
	for (; count > 0; count--, base += type->size)
		for (uint64_t bits = map; bits != 0; bits &= bits - 1)
			mark((uintptr_t)word_at((const uint64_t GOL_ALIAS *)base + __builtin_ctzll(bits), beside), beside);
}

/* The rest of a large object goes back to the work list: `base` may be the beginning of such a rest. Returns the
 * cost. */
__attribute__((always_inline)) static inline size_t scan_typed(const heap_span *s, uintptr_t base, bool beside)
{
	const gol_type *type = s->types[heap_slot_of(s, base)];

	if (type == NULL || type->size == 0)
		return 1;

	size_t size = s->elem_size;

	if (s->size_class == 0) {
		size = s->base + s->elem_size - base;
		if (size > PORTION && type->size < size - PORTION) {
			size = (PORTION + type->size - 1) / type->size * type->size;
			work_push(base + size);
		}
	}
	if (type->pointer_map != NULL && type->pointer_bytes <= 64 * 8)
		scan_repeated(type, base, size / type->size, beside);
	else
		heap_each_pointer(type, (void *)base, size / type->size, beside ? mark_slot_beside : mark_slot_of_type, NULL);
	return 1 + size / UNIT;
}

__attribute__((noinline)) static size_t scan_typed_stopped(const heap_span *s, uintptr_t base) { return scan_typed(s, base, false); }
__attribute__((noinline)) static size_t scan_typed_beside(const heap_span *s, uintptr_t base) { return scan_typed(s, base, true); }

/* Small objects in line; the others, which take longer, out of the loop's way. */
__attribute__((always_inline)) static inline size_t scan_object(uintptr_t base, bool beside)
{
	heap_span *s = heap_span_of(base);

	if (s->noscan)
		return 1;
	if (GOL_UNLIKELY(heap_has_types(s)))
		return beside ? scan_typed_beside(s, base) : scan_typed_stopped(s, base);
	scan_bits(base, s->elem_size, beside);
	return 1;
}

void gc_scan_object(uintptr_t base) { scan_object(base, false); }

/* ---- the work list ------------------------------------------------------------------------------ */

void gc_mark_begin(uint64_t bytes, uint64_t objects)
{
	work.bytes = bytes;
	work.objects = objects;
}

uint64_t gc_work_bytes(void) { return work.bytes; }
uint64_t gc_work_objects(void) { return work.objects; }

void gc_work_add(uintptr_t object) { work_push(object); }

__attribute__((always_inline)) static inline void drain_ring(bool beside)
{
	for (unsigned i = 0; i < RING; i++) {
		uintptr_t object = work.ring[i];

		work.ring[i] = 0;
		if (object)
			scan_object(object, beside);
	}
}

/* Objects, or as much of large ones, for about `budget`, and those in the ring. True: nothing is left. */
__attribute__((always_inline)) static inline bool drain(size_t budget, bool beside)
{
	do {
		while (work.count > 0) {
			if (budget == 0)
				return false;
			uintptr_t next = work.items[--work.count];
			uintptr_t object = work.ring[work.ring_at];

			__builtin_prefetch((void *)next);
			work.ring[work.ring_at] = next;
			work.ring_at = (work.ring_at + 1) % RING;
			size_t cost = object ? scan_object(object, beside) : 1;
			budget = budget > cost ? budget - cost : 0;
		}
		drain_ring(beside);
	} while (work.count > 0);
	return true;
}

bool gc_drain_some(size_t budget) { return drain(budget, false); }
void gc_drain(void) { drain(SIZE_MAX, false); }
bool gc_drain_beside(size_t budget) { return drain(budget, true); }
