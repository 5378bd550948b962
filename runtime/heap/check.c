/*
 * check.c - the heap checker: walks every span and every table entry and aborts with what
 * is wrong. Runs before each collection under GOLSTRESS=gc, and from tests.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "heap/heap.h"

static _Noreturn void fail(const heap_span *s, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "fatal error: heap check: span %#lx class %u (%zu bytes, %u slots): ", (unsigned long)s->base,
		s->size_class,
		s->elem_size, s->elem_count);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\n", stderr);
	abort();
}

static void check_pages(const heap_span *s)
{
	size_t first = (s->base - gol_heap.base) >> HEAP_PAGE_SHIFT;

	for (size_t i = 0; i < s->page_count; i++)
		if (gol_heap.page_span[first + i] != s)
			fail(s, "page %zu belongs to span %p", i, (void *)gol_heap.page_span[first + i]);
}

static void check_slots(const heap_span *s)
{
	uint32_t allocated = 0, marked = 0;

	for (uint32_t slot = 0; slot < s->elem_count; slot++) {
		uintptr_t at = s->base + slot * s->elem_size;

		allocated += heap_slot_allocated(s, slot);
		marked += heap_bit(s->mark_bits, slot);
		if (s->size_class != 0 && (heap_slot_of(s, at) != slot || heap_slot_of(s, at + s->elem_size - 1) != slot))
			fail(s, "slot %u is not found from its addresses", slot);
	}
	if (s->sweep_epoch == gol_heap.sweep_epoch && marked != 0)
		fail(s, "%u marks outside of a mark phase", marked);
	if (!s->cached && allocated != s->alloc_count)
		fail(s, "%u slots allocated, %u counted", allocated, s->alloc_count);
	if (s->alloc_count > s->elem_count)
		fail(s, "more slots allocated than there are: %u", s->alloc_count);
}

static void check_span(const heap_span *s, uint32_t index)
{
	if (s->state != HEAP_SPAN_IN_USE)
		fail(s, "is dead");
	if (s->all_index != index)
		fail(s, "stands at %u, believes to stand at %u", index, s->all_index);
	if (s->sweep_epoch != gol_heap.sweep_epoch && s->sweep_epoch != gol_heap.sweep_epoch - 1)
		fail(s, "sweep epoch %u, the heap's is %u", s->sweep_epoch, gol_heap.sweep_epoch);
	if (s->size_class != 0 && s->elem_size != heap_class_size[s->size_class])
		fail(s, "wrong size");
	check_pages(s);
	check_slots(s);
}

void heap_check(void)
{
	uint64_t page_count = 0;

	for (uint32_t i = 0; i < gol_heap.all_count; i++) {
		check_span(gol_heap.all[i], i);
		page_count += gol_heap.all[i]->page_count;
	}
	if (page_count != gol_heap.pages_in_use)
		heap_die("heap check: spans have %llu pages, %llu are in use", (unsigned long long)page_count,
			(unsigned long long)gol_heap.pages_in_use);
	if ((gol_heap.pages_in_use + gol_heap.pages_free) * HEAP_PAGE_SIZE != gol_heap.end - gol_heap.base)
		heap_die("heap check: pages are missing");
	for (unsigned i = 0; i < HEAP_SPAN_CLASSES; i++)
		for (const heap_span *s = gol_heap.central[i].partial; s != NULL; s = s->next)
			if (s->cached || s->alloc_count >= s->elem_count || s->size_class * 2u + s->noscan != i)
				fail(s, "does not belong on the partial list %u", i);
	for (unsigned i = 0; i < HEAP_SPAN_CLASSES; i++)
		for (const heap_span *s = gol_heap.central[i].full; s != NULL; s = s->next)
			if (s->cached || s->alloc_count != s->elem_count || s->size_class * 2u + s->noscan != i)
				fail(s, "does not belong on the full list %u", i);
}
