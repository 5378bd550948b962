/*
 * span.c - spans: making, sweeping and choosing what an allocation cache gets next.
 *
 * The life of a span: made for a cache; when full, or when the caches are flushed, dropped by the cache into one of
 * its class's lists; after a mark phase every span is unswept: the lists change their names, nobody walks them.
 * Sweeping turns mark bits into allocation bits and leaves it on the partial list or
 * the full one, or gives its pages back (empty). Sweeping is lazy: a
 * cache that needs a span sweeps some of its own class first; before the page heap grows
 * a few spans of any class are swept; the rest is done before the next mark phase.
 *
 * Specials (finalizers and the like) need nothing here: the collector handles them
 * before sweeping starts.
 */
#include "heap/heap.h"

#define REFILL_TRIES 64                 /* full spans swept in vain before a new one is made */
#define RECLAIM_SPANS 32u               /* spans swept before taking pages for a new one */
#define MAX_BIT_WORDS 16u

static heap_span *spare_spans[MAX_BIT_WORDS + 1];       /* records of dead spans, by bit_words; under gol_heap.lock */

/* ---- making and freeing: gol_heap.lock is held ------------------------------------------------- */

static heap_span *span_record(uint32_t elem_count, bool types)
{
	uint32_t words = (elem_count + 63) / 64;
	lock_require_held(RANK_PAGES);
	debug_require(words > 0 && words <= MAX_BIT_WORDS);
	heap_span *s = spare_spans[words];

	debug_require(s == NULL || (s->state == HEAP_SPAN_DEAD && s->bit_words == words));
	if (s != NULL)
		spare_spans[words] = s->next;
	else {
		s = heap_meta_locked(sizeof *s + 2 * words * sizeof(uint64_t));
		s->alloc_bits = (uint64_t *)(s + 1);
		s->mark_bits = s->alloc_bits + words;
		s->bit_words = words;
	}
	if (types && s->types == NULL)
		s->types = heap_meta_locked(64 * words * sizeof(gol_type *));
	memset(s->alloc_bits, 0, words * sizeof(uint64_t));     /* the two change places at each sweep */
	memset(s->mark_bits, 0, words * sizeof(uint64_t));
	return s;
}

static void add_to_all(heap_span *s)
{
	if (gol_heap.all_count == gol_heap.all_capacity) {
		uint32_t capacity = gol_heap.all_capacity ? 2 * gol_heap.all_capacity : 1024;
		heap_span **all = heap_meta_locked(capacity * sizeof *all);

		if (gol_heap.all_count)
			memcpy(all, gol_heap.all, gol_heap.all_count * sizeof *all);
		gol_heap.all = all;
		gol_heap.all_capacity = capacity;
	}
	s->all_index = gol_heap.all_count;
	gol_heap.all[gol_heap.all_count++] = s;
}

/* ---- while marking ------------------------------------------------------------------------------
 *
 * Whatever a cache hands out is marked from its birth: taking a span, its free slots are marked; giving it up, those
 * that were not handed out lose the mark. Markers set other bits of the same words meanwhile. */

static void blacken(heap_span *s)
{
	for (uint32_t i = 0; i < s->bit_words; i++)
		__atomic_fetch_or(&s->mark_bits[i], ~s->alloc_bits[i], __ATOMIC_RELAXED);
}

/* Its allocation bits say it all; count slots were handed out. */
static void unblacken(heap_span *s, uint32_t count)
{
	for (uint32_t i = 0; i < s->bit_words; i++)
		__atomic_fetch_and(&s->mark_bits[i], s->alloc_bits[i], __ATOMIC_RELAXED);
	count_up(&gol_heap.black_bytes, count * s->elem_size);
}

static void set_page_span(heap_span *s, heap_span *to)
{
	size_t first = (s->base - gol_heap.base) >> HEAP_PAGE_SHIFT;

	/* release: pairs with the dependent load of heap_span_of, so that who finds the span finds its fields */
	for (size_t i = 0; i < s->page_count; i++) {
		debug_require(gol_heap.page_span[first + i] == (to == NULL ? s : NULL));
		store_release(&gol_heap.page_span[first + i], to);
	}
}

/* used: how many of its slots are allocated from the start. */
static void span_start(heap_span *s, size_t page_count, unsigned span_class, size_t elem_size, uint32_t elem_count,
	uint32_t used)
{
	bool needs_zero;

	debug_require(elem_count > 0 && elem_size * elem_count <= page_count << HEAP_PAGE_SHIFT);
	s->base = heap_pages_take(page_count, &needs_zero);
	s->page_count = (uint32_t)page_count;
	s->needs_zero = needs_zero;
	s->size_class = (uint8_t)(span_class >> 1);
	s->noscan = span_class & 1;
	s->elem_size = elem_size;
	s->elem_count = elem_count;
	s->free_index = used;
	s->alloc_count = used;
	s->alloc_cache = ~(uint64_t)0;
	s->sweep_epoch = gol_heap.sweep_epoch;
	s->cached = false;
	s->next = NULL;
	s->state = HEAP_SPAN_IN_USE;
	add_to_all(s);
	set_page_span(s, s);
}

/* Before more pages are taken some may become free. */
static void sweep_some(void)
{
	for (unsigned i = 0; i < RECLAIM_SPANS && load_relaxed(&gol_heap.sweep_left) != 0 && heap_sweep_one(); i++)
		;
}

static heap_central *central_of(const heap_span *s) { return &gol_heap.central[s->size_class * 2u + s->noscan]; }

/* The lock of the class is held; s is swept and in no cache. */
static void add_to_list(heap_central *c, heap_span *s)
{
	lock_require_held(RANK_CENTRAL);
	debug_require(c == central_of(s) && !s->cached && s->sweep_epoch == gol_heap.sweep_epoch);
	debug_require(s->alloc_count <= s->elem_count);
	heap_span **list = s->alloc_count < s->elem_count ? &c->partial : &c->full;

	s->next = *list;
	*list = s;
}

/* Takes the locks itself, like the next. */
heap_span *heap_span_make(unsigned span_class)
{
	unsigned c = span_class >> 1;
	size_t size = heap_class_size[c], bytes = (size_t)heap_class_pages[c] << HEAP_PAGE_SHIFT;
	uint32_t count = (uint32_t)(bytes / size);

	sweep_some();
	os_acquire(&gol_heap.lock);
	heap_span *s = span_record(count, size > HEAP_BITMAP_MAX && !(span_class & 1));
	s->divisor = (uint32_t)((((uint64_t)1 << 32) + size - 1) / size);
	span_start(s, heap_class_pages[c], span_class, size, count, 0);
	os_release(&gol_heap.lock);
	return s;
}

heap_span *heap_span_make_large(size_t size, bool noscan)
{
	size_t page_count = (size + HEAP_PAGE_SIZE - 1) >> HEAP_PAGE_SHIFT;

	sweep_some();
	os_acquire(&gol_heap.lock);
	heap_span *s = span_record(1, true);
	s->divisor = 0;
	s->request = size;
	s->alloc_bits[0] = 1;
	s->mark_bits[0] = gol_heap.marking;
	if (gol_heap.marking)
		count_up(&gol_heap.black_bytes, page_count << HEAP_PAGE_SHIFT);
	span_start(s, page_count, noscan, page_count << HEAP_PAGE_SHIFT, 1, 1);
	os_release(&gol_heap.lock);
	heap_central *c = central_of(s);
	os_acquire(&c->lock);
	add_to_list(c, s);
	os_release(&c->lock);
	return s;
}

static void span_free(heap_span *s)
{
	os_acquire(&gol_heap.lock);
	debug_require(s->state == HEAP_SPAN_IN_USE && !s->cached && gol_heap.all[s->all_index] == s);
	heap_span *last = gol_heap.all[--gol_heap.all_count];

	gol_heap.all[s->all_index] = last;
	last->all_index = s->all_index;
	set_page_span(s, NULL);
	heap_pages_give(s->base, s->page_count);
	s->state = HEAP_SPAN_DEAD;
	if (s->types != NULL)
		memset(s->types, 0, 64 * s->bit_words * sizeof(gol_type *));
	s->next = spare_spans[s->bit_words];
	spare_spans[s->bit_words] = s;
	os_release(&gol_heap.lock);
}

/* ---- sweeping: the lock of the span's class is held ------------------------------------------ */

static void poison_dead(heap_span *s)
{
	for (uint32_t slot = 0; slot < s->elem_count; slot++)
		if (heap_slot_allocated(s, slot) && !heap_bit(s->mark_bits, slot))
			memset((void *)(s->base + slot * s->elem_size), HEAP_POISON, s->elem_size);
}

static uint32_t count_bits(const uint64_t *bits, uint32_t words)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < words; i++)
		n += (uint32_t)__builtin_popcountll(bits[i]);
	return n;
}

/* Marks become allocations: the two arrays change places, nothing is copied, and what was allocated but not marked is
 * free by that. live > alloc_count would say that something was marked which nobody has been given. Slots whose bits
 * are old are cleared when they are handed out (needs_zero), not here. Afterwards the span is on no list. */
static void span_sweep(heap_span *s)
{
	uint32_t live = count_bits(s->mark_bits, s->bit_words), dead = s->alloc_count - live;
	uint64_t *bits = s->alloc_bits;

	lock_require_held(RANK_CENTRAL);
	debug_require(!s->cached && s->sweep_epoch == gol_heap.sweep_epoch - 1 && live <= s->alloc_count);
	if (gol_heap.poison)
		poison_dead(s);
	s->alloc_bits = s->mark_bits;
	s->mark_bits = bits;
	memset(bits, 0, s->bit_words * sizeof(uint64_t));
	s->free_index = s->size_class == 0 ? live : 0;
	s->alloc_cache = ~s->alloc_bits[0];
	s->alloc_count = live;
	if (dead)
		s->needs_zero = 1;
	s->sweep_epoch = gol_heap.sweep_epoch;
	count_up(&gol_heap.sweep_left, (uint32_t)-1);
	if (s->size_class == 0)
		count_up(&gol_heap.large_frees, dead);
	else
		central_of(s)->frees += dead;
	count_up(&gol_heap.freed_bytes, dead * s->elem_size);
}

static void sweep_to_list(heap_central *c, heap_span *s)
{
	span_sweep(s);
	if (s->alloc_count == 0)
		span_free(s);
	else
		add_to_list(c, s);
}

static heap_span *take_unswept(heap_central *c)
{
	heap_span **list = c->unswept != NULL ? &c->unswept : &c->unswept_full, *s = *list;

	if (s != NULL)
		*list = s->next;
	return s;
}

/* Takes the class's lock, then that of pages. */
bool heap_sweep_one(void)
{
	uint32_t cursor;

	/* large ones first: they free the most */
	while ((cursor = load_relaxed(&gol_heap.sweep_cursor)) < HEAP_SPAN_CLASSES) {
		heap_central *c = &gol_heap.central[cursor];

		os_acquire(&c->lock);
		heap_span *s = take_unswept(c);
		if (s != NULL)
			sweep_to_list(c, s);
		os_release(&c->lock);
		if (s != NULL)
			return true;
		atomic_change(&gol_heap.sweep_cursor, cursor, cursor + 1);
	}
	return false;
}

void heap_finish_sweep(void)
{
	while (heap_sweep_one())
		;
}

/* In a stop, with the caches flushed: every span is in a list. */
void heap_start_sweep(void)
{
	gol_heap.sweep_epoch++;
	for (unsigned i = 0; i < HEAP_SPAN_CLASSES; i++) {
		heap_central *c = &gol_heap.central[i];

		c->unswept = c->partial;
		c->unswept_full = c->full;
		c->partial = c->full = NULL;
	}
	gol_heap.sweep_left = gol_heap.all_count;
	gol_heap.sweep_cursor = 0;
}

/* ---- caches ------------------------------------------------------------------------------------ */

/* Slots handed out since the cache got the span: those below free_index whose bit is clear. */
static uint32_t handed_out(const heap_span *s)
{
	uint32_t set = 0, words = s->free_index / 64;

	for (uint32_t i = 0; i < words; i++)
		set += (uint32_t)__builtin_popcountll(s->alloc_bits[i]);
	if (s->free_index & 63)
		set += (uint32_t)__builtin_popcountll(s->alloc_bits[words] & (((uint64_t)1 << (s->free_index & 63)) - 1));
	return s->free_index - set;
}

/* free_index in a cache is the slot after the last one given out; what it passed is allocated. */
static void uncache(heap_central *c, heap_span *s)
{
	uint32_t count = handed_out(s);

	lock_require_held(RANK_CENTRAL);
	debug_require(s->cached && count <= s->elem_count - s->alloc_count);
	s->cached = false;
	s->alloc_count += count;
	c->mallocs += count;
	count_up(&gol_heap.total_bytes, count * s->elem_size);
	count_up(&gol_heap.live_bytes, 0 - (uint64_t)(s->elem_count - s->alloc_count) * s->elem_size);
	/* make allocation bits say it all, so that a later refill starts from a clean state; a marker may look at them */
	for (uint32_t i = 0; i < s->free_index / 64; i++)
		store_relaxed(&s->alloc_bits[i], ~(uint64_t)0);
	if (s->free_index & 63) {
		uint64_t *last = &s->alloc_bits[s->free_index / 64];
		store_relaxed(last, *last | (((uint64_t)1 << (s->free_index & 63)) - 1));
	}
	if (GOL_UNLIKELY(gol_heap.marking))
		unblacken(s, count);
	if (s->alloc_count < s->elem_count) {
		s->free_index = 0;
		s->alloc_cache = ~s->alloc_bits[0];
	}
	add_to_list(c, s);
}

static void flush_cache(heap_cache *cache)
{
	for (unsigned i = 0; i < HEAP_SPAN_CLASSES; i++) {
		heap_central *c = &gol_heap.central[i];

		if (cache->spans[i] == &gol_heap.empty_span)
			continue;
		os_acquire(&c->lock);
		uncache(c, cache->spans[i]);
		os_release(&c->lock);
		cache->spans[i] = &gol_heap.empty_span;
	}
	cache->tiny = 0;
	cache->tiny_left = 0;
}

void heap_flush_own_cache(void)
{
	if (heap_current != NULL)
		flush_cache(heap_current);
}

void heap_flush_caches(void)
{
	for (heap_cache *cache = load_acquire(&gol_heap.caches); cache != NULL; cache = cache->next)
		flush_cache(cache);
}

/* NULL: there is none; the lock of the class is held. */
static heap_span *find_span(heap_central *c)
{
	heap_span *s = c->partial;

	if (s != NULL) {
		c->partial = s->next;
		return s;
	}
	for (unsigned i = 0; i < REFILL_TRIES && (s = take_unswept(c)) != NULL; i++) {
		span_sweep(s);
		if (s->alloc_count < s->elem_count)
			return s;
		add_to_list(c, s);
	}
	return NULL;
}

/* A span with a free slot instead of the cache's own, which is full. live_bytes counts all of it from now on, and
 * uncache takes off what was not handed out: so the goal is reached a little early, never late. */
heap_span *heap_refill(heap_cache *cache, unsigned span_class)
{
	heap_central *c = &gol_heap.central[span_class];
	heap_span *s = cache->spans[span_class];

	os_acquire(&c->lock);
	if (s != &gol_heap.empty_span)
		uncache(c, s);
	s = find_span(c);
	os_release(&c->lock);
	if (s == NULL)
		s = heap_span_make(span_class);
	debug_require(!s->cached && s->alloc_count < s->elem_count && s->size_class * 2u + s->noscan == span_class);
	s->cached = true;
	s->next = NULL;
	if (GOL_UNLIKELY(gol_heap.marking))
		blacken(s);
	count_up(&gol_heap.live_bytes, (uint64_t)(s->elem_count - s->alloc_count) * s->elem_size);
	cache->spans[span_class] = s;
	return s;
}
