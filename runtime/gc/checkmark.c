/*
 * checkmark.c - GODEBUG=gccheckmark=1: when a cycle has marked, it marks once more, in the stop and from nothing, and
 * expects no object that the first time has missed. (The first may have marked more: what died meanwhile.)
 */
#include <stdio.h>
#include <stdlib.h>

#include "gc/gc.h"

static uint64_t *all_marks(void)
{
	size_t words = 0;

	for (uint32_t i = 0; i < gol_heap.all_count; i++)
		words += gol_heap.all[i]->bit_words;
	uint64_t *marks = malloc((words + 1) * sizeof *marks), *at = marks;

	if (marks == NULL)
		heap_die("runtime: out of memory in gccheckmark");
	for (uint32_t i = 0; i < gol_heap.all_count; i++) {
		heap_span *s = gol_heap.all[i];

		memcpy(at, s->mark_bits, s->bit_words * sizeof *at);
		memset(s->mark_bits, 0, s->bit_words * sizeof *at);
		at += s->bit_words;
	}
	return marks;
}

static _Noreturn void missed(const heap_span *s, uint32_t word, uint64_t bits)
{
	uint32_t slot = word * 64 + (uint32_t)__builtin_ctzll(bits);

	fprintf(stderr, "runtime: object %#lx of %zu bytes is reachable and not marked\n",
		(unsigned long)(s->base + slot * s->elem_size), s->elem_size);
	heap_die("checkmark found unmarked object");
}

void gc_check_marks(gc_root_walk *const *walks, unsigned count)
{
	uint64_t *first = all_marks(), *at = first;

	for (unsigned i = 0; i < count; i++) {
		walks[i](gc_mark_slot, NULL);
		gc_drain();
	}
	gc_mark_specials();
	gc_drain();
	for (uint32_t i = 0; i < gol_heap.all_count; i++) {
		heap_span *s = gol_heap.all[i];

		for (uint32_t word = 0; word < s->bit_words; word++, at++) {
			if (s->mark_bits[word] & ~*at)
				missed(s, word, s->mark_bits[word] & ~*at);
			s->mark_bits[word] = *at;
		}
	}
	free(first);
}
