/*
 * heap.h - the garbage collected heap: what the collector and the rest of the
 * runtime see of it.
 *
 * Model. One stretch of address space is reserved at start (512 GiB where the system
 * allows, at 0xc000000000, an address that floats, small numbers and text do not
 * look like) and handed out in pages of 8 KiB. A *span* is a run of pages that holds
 * either objects of one size class or one large object. The four tables that
 * describe an address are flat arrays over the same reservation, so that every
 * question is one shift and one load:
 *
 *     page_span     page -> span, NULL where no span is          8 bytes a page
 *     pointer_bits  word -> "holds a pointer"                    1 bit a word
 *     free_runs     boundary tags of free page runs (pages.c)   12 bytes a page
 *     untouched     page -> "known to be zero, not resident"     1 bit a page
 *
 * All are reserved, not committed: a page of a table exists once it is written.
 *
 * What an object's pointers are. Spans are of two kinds, with and without pointers
 * (noscan). In pointer spans, objects up to HEAP_BITMAP_MAX bytes have their bits
 * in pointer_bits, written when they are allocated; bigger ones have their element's
 * type in span->types[index] (large objects: the only entry), and the collector repeats
 * the type over the whole slot: slots are cleared whole, so what lies beyond the object
 * is zero.
 *
 * Who may allocate. Whoever has an allocation cache: each P has one, and a worker uses its P's (heap_current;
 * sched/worker.c).
 * From a cache slots are taken without locks; it owns the spans it allocates from, which hang in no list. When one
 * is full it is exchanged for another of its class under the class's lock (heap_refill); pages, span records and
 * the list of all spans are under one lock, gol_heap.lock, which is taken inside of that. Sums that all change are
 * atomic (relaxed: nothing is decided by two of them). What walks all spans or caches runs in a stop. Allocation
 * never collects and never unwinds: it asks (heap_hooks).
 *
 * Rejected: headers before objects (interior pointers and cap() classes suffer),
 * type-segregated spans (a page a type is much for programs with thousands of types),
 * free lists threaded through dead objects (every allocation would miss the cache).
 */
#ifndef GOL_HEAP_H
#define GOL_HEAP_H

#include "abi.h"
#include "base/lock.h"

#define HEAP_PAGE_SHIFT 13
#define HEAP_PAGE_SIZE ((size_t)1 << HEAP_PAGE_SHIFT)
#define HEAP_CLASS_COUNT 68             /* class 0: large objects */
#define HEAP_MAX_SMALL 32768
#define HEAP_TINY_SIZE 16               /* block that the tiny allocator fills */
#define HEAP_BITMAP_MAX 512             /* objects up to this size have pointer bits */
#define HEAP_SPAN_CLASSES (2 * HEAP_CLASS_COUNT)
#define HEAP_SHADED 64                  /* objects in a cache's buffer of shaded ones */
#define HEAP_POISON 0xdb                /* freed memory under GOLSTRESS=gc */

enum heap_span_state { HEAP_SPAN_DEAD, HEAP_SPAN_IN_USE };

/*
 * alloc_count <= elem_count. Slots below free_index are allocated; above it those whose
 * bit in alloc_bits is set. alloc_cache holds the inverted alloc_bits from free_index
 * on (bit 0 is slot free_index) up to the next multiple of 64.
 * sweep_epoch == heap.sweep_epoch: swept; == heap.sweep_epoch - 1: alloc_bits are stale and
 * mark_bits say what lives. mark_bits of a swept span are zero outside of a mark phase. While marking, a cached span
 * has every slot that its cache may still hand out marked, and mark_bits change by atomic operations only (span.c,
 * blacken).
 */
typedef struct heap_span {
	uintptr_t base;
	size_t elem_size;
	uint64_t alloc_cache;
	uint32_t free_index, elem_count;
	uint32_t divisor;                   /* offset * divisor >> 32 is the slot (small classes) */
	uint8_t size_class, noscan, state, needs_zero;
	uint64_t *alloc_bits, *mark_bits;
	const gol_type **types;             /* see above; NULL where bits or nothing is used */
	uint32_t alloc_count, sweep_epoch;
	uint32_t page_count, bit_words;
	uint32_t all_index;                 /* in heap.all */
	bool cached;                        /* a P allocates from it: on no list */
	struct heap_span *next;             /* list of its class */
	size_t request;                     /* large: bytes asked for */
} heap_span;

/* What a P allocates from without asking anybody. */
typedef struct heap_cache {
	heap_span *spans[HEAP_SPAN_CLASSES];    /* never NULL: heap.empty_span when there is none */
	uintptr_t tiny;                         /* rest of the current tiny block, 0: none */
	size_t tiny_left;
	uint64_t tiny_count;
	uint32_t shaded_count;                  /* the collector's: what the program's barriers have marked (gc/shade.c) */
	uintptr_t shaded[HEAP_SHADED];
	struct heap_cache *next;                /* of all */
} heap_cache;

/* Spans of one class that are in no cache; objects handed out and found dead, ever. On a cache line of its own. */
typedef struct heap_central {
	_Alignas(64) os_lock lock;              /* guards all of it, and the spans in the lists */
	heap_span *partial, *full;              /* swept */
	heap_span *unswept, *unswept_full;      /* what those two were when marking ended */
	uint64_t mallocs, frees;
} heap_central;

typedef struct heap_state {
	uintptr_t base, end;                    /* of what has been handed out so far: [base, end) */
	uintptr_t limit;                        /* end of the reservation */
	heap_span **page_span;
	uint64_t *pointer_bits;
	uint64_t *untouched;
	heap_cache *caches;                     /* atomic; of all Ps: the list only grows */
	heap_central central[HEAP_SPAN_CLASSES];
	os_lock lock;                           /* of pages: guards them, `all`, span records, heap_meta */
	heap_span **all; uint32_t all_count, all_capacity;
	heap_span empty_span;                   /* full for ever: the first allocation of a class refills. Never written */
	uint32_t sweep_epoch;
	uint32_t sweep_cursor, sweep_left;      /* atomic: classes below have no unswept span left; spans still unswept */
	uint32_t hooks;                         /* != 0: allocations go the slow way (stress modes) */
	bool ready, poison;
	bool marking;                           /* changes in stops: what is allocated meanwhile is born marked */
	/* atomic; of those since marking began, as far as caches have given their spans up */
	uint64_t black_bytes;
	/* accounting, atomic; live_bytes counts spans in caches as full, as the pacer wants it */
	uint64_t live_bytes, trigger;
	uint64_t total_bytes, freed_bytes;      /* of objects, ever */
	uint64_t large_mallocs, large_frees;
	/* under the lock of pages */
	uint64_t pages_in_use, pages_free, pages_released, pages_grown;
	uint64_t meta_bytes;                    /* tables and span records */
} heap_state;

extern heap_state gol_heap;

/* What allocation tells the collector, which is above this floor and sets these (gc_start). */
struct heap_hooks {
	void (*goal_reached)(void);             /* live_bytes >= trigger: asks for a collection; cheap, any time */
	/* now and then: a span was taken into use, or a large object is about to be made */
	void (*span_taken)(void);
	/* while gol_heap.hooks != 0: */
	void (*allocating)(void);
	void (*allocated)(void *object, size_t size);           /* one with pointers */
	void (*sample)(uintptr_t object, size_t size);
};

extern struct heap_hooks heap_hooks;

/* ---- set-up ------------------------------------------------------------------------------- */

void heap_init(void);       /* idempotent; dies with a message when no address space can be had */
void heap_add_cache(heap_cache *cache);         /* makes it one, for ever; before its first use */

void *heap_meta(size_t size);               /* memory for ever, zeroed, 16-aligned */

/* The cache of the P that this thread holds; NULL: it must not allocate. */
extern _Thread_local heap_cache *heap_current;

/* ---- size classes (size_class.c) ---------------------------------------------------------- */

extern const uint16_t heap_class_size[HEAP_CLASS_COUNT];
extern uint8_t heap_class_by_128[(HEAP_MAX_SMALL - 1024) / 128 + 1];    /* (size - 1024 + 127) / 128 */
extern uint8_t heap_class_small[1024 / 8 + 1];
extern uint8_t heap_class_pages[HEAP_CLASS_COUNT];

void heap_init_classes(void);
/* Bytes a block asked for with this size really has, as append rounds capacities. */
size_t heap_round_size(size_t size, bool noscan);

static inline unsigned heap_class_of(size_t size)
{
	return size <= 1024 ? heap_class_small[(size + 7) >> 3] : heap_class_by_128[(size - 1024 + 127) >> 7];
}

/* ---- allocation: zeroed, never NULL, address of gol_zero_base for size 0 -------------------- */

void *heap_new(const gol_type *type);
void *heap_new_array(const gol_type *elem, size_t count);   /* count * size must not overflow */
/* The first `filled` bytes are not cleared: the caller writes them at once, before any barrier reads them. */
void *heap_new_filled(const gol_type *elem, size_t count, size_t filled);
void *heap_new_plain(size_t size);                          /* no pointers */
void *heap_new_bytes(size_t size);                          /* no pointers, not cleared */

/* ---- questions ------------------------------------------------------------------------------- */

/* An object's address comes from whoever allocated it, after the span's fields were written and its pages entered
 * (release): who follows the address to the span sees them. An address of anything else may find a span in the
 * making, or none. */
static inline heap_span *heap_span_of(uintptr_t address)
{
	if (address - gol_heap.base >= load_relaxed(&gol_heap.end) - gol_heap.base)
		return NULL;
	return load_dependent(&gol_heap.page_span[(address - gol_heap.base) >> HEAP_PAGE_SHIFT]);
}

static inline uint32_t heap_slot_of(const heap_span *s, uintptr_t address)
{
	return (uint32_t)((uint64_t)(address - s->base) * s->divisor >> 32);
}

static inline bool heap_bit(const uint64_t *bits, uint32_t i) { return bits[i >> 6] >> (i & 63) & 1; }

/* Carved is not enough: a slot nobody has been given must not be marked (its bits are old). */
static inline bool heap_slot_allocated(const heap_span *s, uint32_t slot)
{
	return slot < load_relaxed(&s->free_index) || heap_bit(s->alloc_bits, slot);
}

/* Its objects' pointers are told by types[], not by pointer_bits. */
static inline bool heap_has_types(const heap_span *s) { return s->size_class == 0 || s->elem_size > HEAP_BITMAP_MAX; }

/* Beginning of the allocated object that address points into, NULL if there is none. */
void *heap_object(const void *address, size_t *size);
bool heap_object_is_tiny(const void *address);      /* shares its block with others */

/* ---- for the collector ------------------------------------------------------------------------- */

/* that of this thread, at any time; those of others may count some as not yet handed out */
void heap_flush_own_cache(void);
void heap_flush_caches(void);           /* in a stop: spans in caches go to no list; counters become exact */
void heap_start_sweep(void);            /* after marking: every span becomes unswept */
bool heap_sweep_one(void);              /* false: nothing left */
void heap_finish_sweep(void);
void heap_scavenge(size_t keep_bytes);  /* gives free resident pages above keep_bytes back */
void heap_check(void);                  /* walks everything; aborts with a message */

/* Calls visit for each pointer word of count values of the type at p. */
typedef void heap_visit(void *context, void *slot);
void heap_each_pointer(const gol_type *type, void *p, size_t count, heap_visit *visit, void *context);
/* Pointer bits of count values in a row that fit HEAP_BITMAP_MAX. */
uint64_t heap_pointer_mask(const gol_type *type, size_t count);

/* ---- pages.c, span.c: inside the heap ----------------------------------------------------------- */

uintptr_t heap_pages_take(size_t count, bool *needs_zero);  /* dies when memory is exhausted */
void heap_pages_give(uintptr_t base, size_t count);
void heap_pages_init(void);
void *heap_meta_locked(size_t size);                        /* with the lock held */
heap_span *heap_span_make(unsigned span_class);
heap_span *heap_span_make_large(size_t size, bool noscan);
heap_span *heap_refill(heap_cache *cache, unsigned span_class);
_Noreturn void heap_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
