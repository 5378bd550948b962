/*
 * pages.c - the page heap: address space, runs of free pages, memory given back.
 *
 * A free run is described by two boundary tags in free_runs (its first and its last
 * page carry the length), so that a run given back finds its free neighbours in two
 * loads. Runs hang in bins: one for each length up to 63 pages, above that four
 * a doubling. Taking n pages looks in n's own bin for the first run long enough (a
 * few tries; only bins above 63 hold different lengths), then in the next bin that is
 * not empty, found in a bit set: every run there fits. The rest goes back.
 *
 * `untouched` marks pages whose memory the system has (never used, or given back):
 * they read as zero and cost nothing. A span of untouched pages needs no clearing.
 *
 * All of it, and the span records that are made of it, are guarded by gol_heap.lock: the functions here are called
 * with the lock held, but for heap_meta and heap_scavenge. (A span lasts for hundreds of allocations.)
 *
 * The reservation grows from its low end: [base, end) has been made usable. Nothing
 * shrinks it; what goes back to the system is memory, by MADV_DONTNEED, not addresses.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "heap/heap.h"
#include "os/os.h"

#define GROW_PAGES 512u                 /* 4 MiB at a time */
#define HUGE_FROM ((size_t)16 << 20)    /* heap size from which on it grows in huge pages */
#define EXACT_BINS 64u
#define BIN_COUNT (EXACT_BINS + 4 * 26)
#define BIN_TRIES 16
#define RESERVE_HINT ((uintptr_t)0xc000000000)
#define RESERVE_MAX ((size_t)512 << 30)
#define RESERVE_MIN ((size_t)64 << 20)
#define META_CHUNK ((size_t)1 << 20)
#define NO_PAGE UINT32_MAX

/* length != 0 at the first and the last page of a free run; links at the first only. */
typedef struct free_run { uint32_t length, next, previous; } free_run;

static struct {
	free_run *runs;
	uint32_t bins[BIN_COUNT];
	uint64_t filled[(BIN_COUNT + 63) / 64];     /* bin not empty */
	uintptr_t meta, meta_end;
} pages;

heap_state gol_heap = {.lock = LOCK_OF_RANK(RANK_PAGES)};

_Noreturn void heap_die(const char *format, ...)
{
	va_list arguments;

	fputs("fatal error: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\n", stderr);
	_Exit(2);                           /* locks are held */
}

/* ---- address space ------------------------------------------------------------------------ */

void *heap_meta_locked(size_t size)
{
	void *p;

	size = (size + 15) & ~(size_t)15;
	if (pages.meta_end - pages.meta < size) {
		size_t chunk = size > META_CHUNK ? size : META_CHUNK;

		p = os_reserve(0, chunk, true);
		if (p == NULL)
			heap_die("runtime: cannot allocate memory");
		pages.meta = (uintptr_t)p;
		pages.meta_end = pages.meta + chunk;
	}
	p = (void *)pages.meta;
	pages.meta += size;
	gol_heap.meta_bytes += size;
	return p;
}

void *heap_meta(size_t size)
{
	os_acquire(&gol_heap.lock);
	void *p = heap_meta_locked(size);
	os_release(&gol_heap.lock);
	return p;
}

/* The tables over a reservation of this many pages; false: try a smaller one. */
static bool reserve_tables(size_t page_count)
{
	gol_heap.page_span = os_reserve(0, page_count * sizeof(heap_span *), true);
	gol_heap.pointer_bits = os_reserve(0, page_count * HEAP_PAGE_SIZE / 64 + 64, true);
	gol_heap.untouched = os_reserve(0, page_count / 8 + 64, true);
	pages.runs = os_reserve(0, page_count * sizeof(free_run), true);
	return gol_heap.page_span && gol_heap.pointer_bits && gol_heap.untouched && pages.runs;
}

static void drop_tables(size_t page_count)
{
	if (gol_heap.page_span)
		os_unreserve(gol_heap.page_span, page_count * sizeof(heap_span *));
	if (gol_heap.pointer_bits)
		os_unreserve(gol_heap.pointer_bits, page_count * HEAP_PAGE_SIZE / 64 + 64);
	if (gol_heap.untouched)
		os_unreserve(gol_heap.untouched, page_count / 8 + 64);
	if (pages.runs)
		os_unreserve(pages.runs, page_count * sizeof(free_run));
}

void heap_pages_init(void)
{
	size_t size;

	for (size = RESERVE_MAX; size >= RESERVE_MIN; size /= 2) {
		void *p = os_reserve(RESERVE_HINT, size + HEAP_PAGE_SIZE, false);

		if (p == NULL)
			continue;
		if (reserve_tables(size / HEAP_PAGE_SIZE)) {
			gol_heap.base = ((uintptr_t)p + HEAP_PAGE_SIZE - 1) & ~(HEAP_PAGE_SIZE - 1);
			gol_heap.end = gol_heap.base;
			gol_heap.limit = gol_heap.base + size;
			memset(pages.bins, 0xff, sizeof pages.bins);
			return;
		}
		drop_tables(size / HEAP_PAGE_SIZE);
		os_unreserve(p, size + HEAP_PAGE_SIZE);
	}
	heap_die("runtime: cannot reserve address space for the heap");
}

/* ---- bins ----------------------------------------------------------------------------------- */

static unsigned bin_of(uint32_t length)
{
	unsigned log;

	if (length < EXACT_BINS)
		return length;
	log = 31 - (unsigned)__builtin_clz(length);
	return EXACT_BINS + (log - 6) * 4 + ((length >> (log - 2)) & 3);
}

/* The run's two tags say its length; what lies between them may be anything, tags of runs that were joined among it.
 * Nobody reads those: who looks for a neighbour looks at the page next to its own, which is a first or a last one. */
static void run_insert(uint32_t first, uint32_t length)
{
	unsigned bin = bin_of(length);
	free_run *run = &pages.runs[first];

	debug_require(length > 0 && bin < BIN_COUNT);
	debug_require(first + (uint64_t)length <= (gol_heap.end - gol_heap.base) >> HEAP_PAGE_SHIFT);

	pages.runs[first + length - 1].length = length;
	run->length = length;
	run->previous = NO_PAGE;
	run->next = pages.bins[bin];
	if (run->next != NO_PAGE)
		pages.runs[run->next].previous = first;
	pages.bins[bin] = first;
	pages.filled[bin >> 6] |= (uint64_t)1 << (bin & 63);
}

static void run_remove(uint32_t first)
{
	free_run *run = &pages.runs[first];
	unsigned bin = bin_of(run->length);

	debug_require(run->length != 0 && pages.runs[first + run->length - 1].length == run->length);
	debug_require(run->next == NO_PAGE || pages.runs[run->next].previous == first);
	debug_require(run->previous == NO_PAGE ? pages.bins[bin] == first : pages.runs[run->previous].next == first);
	if (run->next != NO_PAGE)
		pages.runs[run->next].previous = run->previous;
	if (run->previous != NO_PAGE)
		pages.runs[run->previous].next = run->next;
	else if ((pages.bins[bin] = run->next) == NO_PAGE)
		pages.filled[bin >> 6] &= ~((uint64_t)1 << (bin & 63));
	pages.runs[first + run->length - 1].length = 0;
	run->length = 0;
}

/* Nearly best fit, in constant time: a segregated fit with a bound on the search of one bin (as TLSF does). NO_PAGE:
 * there is none, or the runs of the own bin that are long enough stand behind BIN_TRIES shorter ones. */
static uint32_t find_run(uint32_t count)
{
	unsigned bin = bin_of(count), word, tries = 0;
	uint32_t first;

	for (first = pages.bins[bin]; first != NO_PAGE && tries < BIN_TRIES; first = pages.runs[first].next, tries++)
		if (pages.runs[first].length >= count)
			return first;
	for (word = ++bin >> 6; word < sizeof pages.filled / sizeof pages.filled[0]; word++) {
		uint64_t set = pages.filled[word];

		if (word == bin >> 6)
			set &= ~(uint64_t)0 << (bin & 63);
		if (set != 0)
			return pages.bins[word * 64 + (unsigned)__builtin_ctzll(set)];
	}
	return NO_PAGE;
}

/* ---- pages given back to the system ----------------------------------------------------------- */

static bool page_untouched(uint32_t page) { return heap_bit(gol_heap.untouched, page); }

static uint32_t count_untouched(uint32_t first, uint32_t count)
{
	uint32_t n = 0;

	for (uint32_t page = first; page < first + count; page++)
		n += page_untouched(page);
	return n;
}

static void set_untouched(uint32_t first, uint32_t count, bool on)
{
	for (uint32_t page = first; page < first + count; page++) {
		uint64_t bit = (uint64_t)1 << (page & 63);

		gol_heap.untouched[page >> 6] = on ? gol_heap.untouched[page >> 6] | bit : gol_heap.untouched[page >> 6] & ~bit;
	}
}

/* Gives the resident pages of a free run back; returns how many. */
static uint32_t release_run(uint32_t first, uint32_t length)
{
	uint32_t released = length - count_untouched(first, length);

	if (released == 0)
		return 0;
	if (!os_give_back(gol_heap.base + (uintptr_t)first * HEAP_PAGE_SIZE, length * HEAP_PAGE_SIZE))
		return 0;
	set_untouched(first, length, true);
	gol_heap.pages_released += released;
	return released;
}

void heap_scavenge(size_t keep_bytes)
{
	os_acquire(&gol_heap.lock);
	uint64_t resident = gol_heap.pages_free - gol_heap.pages_released;
	uint32_t page = (uint32_t)((gol_heap.end - gol_heap.base) >> HEAP_PAGE_SHIFT);

	/* from the top down: low addresses are what allocation will ask for */
	while (page > 0 && resident * HEAP_PAGE_SIZE > keep_bytes) {
		heap_span *s = gol_heap.page_span[page - 1];

		if (s != NULL) {
			debug_require(s->page_count <= page);
			page -= s->page_count;
		} else {
			uint32_t length = pages.runs[page - 1].length;
			require(length != 0 && length <= page);     /* 0: this would not end */

			page -= length;
			resident -= release_run(page, length);
		}
	}
	os_release(&gol_heap.lock);
}

/* ---- taking and giving ------------------------------------------------------------------------- */

/* A large heap is walked at random: with pages of 2 MiB the processor finds most of its addresses without walking the
 * page table, and the system clears a huge page at one fault. A small heap keeps small pages, which cost no more
 * memory than they hold. So does one large object: it is mostly written from start to end, often to be outgrown soon,
 * and huge pages are the dearest to get. */
static void prefer_huge_pages(uintptr_t at, size_t size)
{
	if (at - gol_heap.base >= HUGE_FROM)
		os_prefer_huge_pages(at, size);
}

static void grow(uint32_t count)
{
	size_t wanted = count > GROW_PAGES ? count : GROW_PAGES;
	uint32_t first = (uint32_t)((gol_heap.end - gol_heap.base) >> HEAP_PAGE_SHIFT);

	if (wanted * HEAP_PAGE_SIZE > gol_heap.limit - gol_heap.end)
		wanted = count;
	if (wanted * HEAP_PAGE_SIZE > gol_heap.limit - gol_heap.end ||
			!os_make_usable(gol_heap.end, wanted * HEAP_PAGE_SIZE))
		heap_die("runtime: out of memory: cannot allocate %zu-byte block (%llu in use)", (size_t)count * HEAP_PAGE_SIZE,
			(unsigned long long)gol_heap.pages_in_use * HEAP_PAGE_SIZE);
	if (count <= GROW_PAGES)
		prefer_huge_pages(gol_heap.end, wanted * HEAP_PAGE_SIZE);
	store_relaxed(&gol_heap.end, gol_heap.end + wanted * HEAP_PAGE_SIZE);
	gol_heap.pages_grown += wanted;
	gol_heap.pages_released += wanted;
	store_relaxed(&gol_heap.pages_in_use, gol_heap.pages_in_use + wanted);  /* heap_pages_give takes them off again */
	set_untouched(first, (uint32_t)wanted, true);
	heap_pages_give(gol_heap.base + (uintptr_t)first * HEAP_PAGE_SIZE, wanted);
}

uintptr_t heap_pages_take(size_t count, bool *needs_zero)
{
	uint32_t first, length, untouched;

	lock_require_held(RANK_PAGES);
	debug_require(count > 0);

	if (count >= NO_PAGE / 2)
		heap_die("runtime: out of memory: cannot allocate %zu-byte block (%llu in use)", count * HEAP_PAGE_SIZE,
			(unsigned long long)gol_heap.pages_in_use * HEAP_PAGE_SIZE);
	first = find_run((uint32_t)count);
	if (first == NO_PAGE) {
		grow((uint32_t)count);
		first = find_run((uint32_t)count);
	}
	if (first == NO_PAGE)       /* the bin of count held too many shorter runs: the new one is its first */
		heap_die("runtime: page heap is inconsistent");
	length = pages.runs[first].length;
	require(length >= count);
	debug_require(gol_heap.page_span[first] == NULL && gol_heap.page_span[first + count - 1] == NULL);
	run_remove(first);
	if (length > count)
		run_insert(first + (uint32_t)count, length - (uint32_t)count);
	untouched = count_untouched(first, (uint32_t)count);
	*needs_zero = untouched < count;
	if (untouched != 0)
		set_untouched(first, (uint32_t)count, false);
	debug_require(gol_heap.pages_released >= untouched && gol_heap.pages_free >= count);
	gol_heap.pages_released -= untouched;
	gol_heap.pages_free -= count;
	store_relaxed(&gol_heap.pages_in_use, gol_heap.pages_in_use + count);
	return gol_heap.base + (uintptr_t)first * HEAP_PAGE_SIZE;
}

void heap_pages_give(uintptr_t base, size_t count)
{
	uint32_t first = (uint32_t)((base - gol_heap.base) >> HEAP_PAGE_SHIFT), length = (uint32_t)count;
	uint32_t page_count = (uint32_t)((gol_heap.end - gol_heap.base) >> HEAP_PAGE_SHIFT);

	lock_require_held(RANK_PAGES);
	require((base - gol_heap.base) % HEAP_PAGE_SIZE == 0 && count <= gol_heap.pages_in_use);
	debug_require(gol_heap.page_span[first] == NULL && gol_heap.page_span[first + count - 1] == NULL);
	store_relaxed(&gol_heap.pages_in_use, gol_heap.pages_in_use - count);
	gol_heap.pages_free += count;
	if (first > 0 && gol_heap.page_span[first - 1] == NULL && pages.runs[first - 1].length != 0) {
		uint32_t before = pages.runs[first - 1].length;

		run_remove(first - before);
		first -= before;
		length += before;
	}
	if (first + length < page_count && gol_heap.page_span[first + length] == NULL &&
		pages.runs[first + length].length != 0) {
		uint32_t after = pages.runs[first + length].length;

		run_remove(first + length);
		length += after;
	}
	run_insert(first, length);
}
