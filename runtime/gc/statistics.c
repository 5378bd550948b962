/*
 * statistics.c - the numbers behind runtime.MemStats, in the order of the constants stat...
 * of stdlib/runtime/memstats.gol.
 */
#include "gc/gc.h"

enum {
	STAT_HEAP_ALLOC, STAT_TOTAL_ALLOC, STAT_SYS, STAT_MALLOCS, STAT_FREES, STAT_HEAP_SYS, STAT_HEAP_IDLE,
		STAT_HEAP_IN_USE,
	STAT_HEAP_RELEASED, STAT_HEAP_OBJECTS, STAT_STACK_IN_USE, STAT_STACK_SYS, STAT_SPAN_IN_USE, STAT_SPAN_SYS,
	STAT_CACHE_IN_USE, STAT_CACHE_SYS, STAT_GC_SYS, STAT_OTHER_SYS, STAT_NEXT_GC, STAT_LAST_GC, STAT_PAUSE_TOTAL,
	STAT_NUM_GC,
	STAT_NUM_FORCED_GC, STAT_CPU_FRACTION, STAT_COUNT
};

static void count_objects(uint64_t *s)
{
	uint64_t tiny = 0;

	for (const heap_cache *cache = gol_heap.caches; cache != NULL; cache = cache->next)
		tiny += cache->tiny_count;
	s[STAT_MALLOCS] = gol_heap.large_mallocs + tiny;
	s[STAT_FREES] = gol_heap.large_frees + tiny;
	for (unsigned i = 2; i < HEAP_SPAN_CLASSES; i++) {
		s[STAT_MALLOCS] += gol_heap.central[i].mallocs;
		s[STAT_FREES] += gol_heap.central[i].frees;
	}
	s[STAT_HEAP_OBJECTS] = s[STAT_MALLOCS] - s[STAT_FREES];
}

gc_totals gc_count_totals(void)
{
	uint64_t s[STAT_COUNT] = {0};

	heap_flush_own_cache();
	count_objects(s);
	return (gc_totals){gol_heap.total_bytes, s[STAT_MALLOCS]};
}

static double cpu_fraction(void)
{
	uint64_t elapsed = gc_now() - gc.start_ns;

	return elapsed ? (double)gc.stats.mark_ns / (double)elapsed : 0;
}

void gc_memory_statistics(uint64_t *out, size_t count)
{
	uint64_t s[STAT_COUNT] = {0};
	uint64_t grown = gol_heap.end - gol_heap.base, bitmap = grown / 64;

	heap_flush_caches();
	count_objects(s);
	s[STAT_HEAP_ALLOC] = gol_heap.total_bytes - gol_heap.freed_bytes;
	s[STAT_TOTAL_ALLOC] = gol_heap.total_bytes;
	s[STAT_HEAP_SYS] = grown;
	s[STAT_HEAP_IDLE] = gol_heap.pages_free * HEAP_PAGE_SIZE;
	s[STAT_HEAP_IN_USE] = gol_heap.pages_in_use * HEAP_PAGE_SIZE;
	s[STAT_HEAP_RELEASED] = gol_heap.pages_released * HEAP_PAGE_SIZE;
	s[STAT_STACK_IN_USE] = s[STAT_STACK_SYS] = gc_stack_bytes();
	s[STAT_SPAN_IN_USE] = gol_heap.all_count * sizeof(heap_span);
	s[STAT_SPAN_SYS] = gol_heap.meta_bytes;
	s[STAT_CACHE_IN_USE] = s[STAT_CACHE_SYS] = sizeof(heap_cache);
	s[STAT_GC_SYS] = bitmap;
	s[STAT_OTHER_SYS] = gc_world.other_bytes != NULL ? gc_world.other_bytes() : 0;
	s[STAT_SYS] = s[STAT_HEAP_SYS] + s[STAT_STACK_SYS] + s[STAT_SPAN_SYS] + s[STAT_CACHE_SYS] + s[STAT_GC_SYS] +
		s[STAT_OTHER_SYS];
	s[STAT_NEXT_GC] = gc.stats.goal;
	s[STAT_LAST_GC] = gc.stats.last_end;
	s[STAT_PAUSE_TOTAL] = gc.stats.pause_total;
	s[STAT_NUM_GC] = gc.stats.count;
	s[STAT_NUM_FORCED_GC] = gc.stats.forced;
	s[STAT_CPU_FRACTION] = gol_word_of_double(cpu_fraction());
	memcpy(out, s, (count < STAT_COUNT ? count : STAT_COUNT) * sizeof *out);
}

size_t gc_recent_pauses(uint64_t *lengths, uint64_t *ends, size_t count)
{
	size_t n = gc.stats.count < GC_PAUSES ? gc.stats.count : GC_PAUSES;

	if (count < n)
		n = count;
	for (size_t i = 0; i < n; i++) {
		size_t at = (gc.stats.count - 1 - i) % GC_PAUSES;

		lengths[i] = gc.stats.pauses[at];
		ends[i] = gc.stats.pause_ends[at];
	}
	return n;
}
