/*
 * escaped.c - GOLSTRESS=escape: no object of the heap and no package variable holds an address of a frame.
 *
 * That is what moving stacks rests on: only frames of the same stack are mended when it moves (stack/stack.h). Escape
 * analysis promises it, so this looks for its mistakes: at the end of each cycle's marking, in the stop, every
 * pointer word of each marked object and of each package variable that is no address of the heap is compared with all
 * stacks, side stacks and native stacks of workers. The first one found ends the program.
 *
 * Only what the program's types call pointers is looked at: records of the runtime may point into frames, and know it.
 * A dead frame whose address is left in an object is found while its memory is still part of a stack.
 */
#include <stdio.h>

#include "gc/gc.h"
#include "sched/escaped.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "stack/list.h"
#include "stack/program.h"
#include "stack/stack.h"
#include "stack/status.h"

typedef struct search {
	uintptr_t object;           /* 0: a package variable */
	size_t size;
	const gol_type *type;       /* NULL: not known */
} search;

/* Whose frame it points into, in words; false: into none. */
static bool find_owner(const char *at, char *text, size_t size)
{
	for (uint32_t i = 0; i < g_count(); i++) {
		const G *g = g_at(i);

		if (status_of(g) != G_DEAD && stack_holds_saved(g, at)) {
			snprintf(text, size, "the stack of goroutine %llu", (unsigned long long)g->id);
			return true;
		}
	}
	for (const M *m = scheduler.all_ms; m != NULL; m = m->all_link)
		if ((uintptr_t)at >= m->native_low && (uintptr_t)at < m->native_high) {
			snprintf(text, size, "the native stack of worker %u", m->id);
			return true;
		}
	return false;
}

static void look_at(void *context, void *slot)
{
	const search *s = context;
	const char *at = *(gol_ptr_a *)slot;
	char owner[64];

	if (at == NULL || heap_span_of((uintptr_t)at) != NULL || !find_owner(at, owner, sizeof owner))
		return;
	if (s->object != 0)
		fprintf(stderr, "runtime: object %#lx of %zu bytes", (unsigned long)s->object, s->size);
	else
		fprintf(stderr, "runtime: a package variable");
	fprintf(stderr, "%s%s: word %zu points to %p, into %s\n", s->type != NULL ? " of type " : "",
		s->type != NULL ? s->type->name : "", ((uintptr_t)slot - (s->object != 0 ? s->object : (uintptr_t)slot)) / 8,
		(const void *)at, owner);
	heap_die("an address of a frame has escaped");
}

static void look_through(const heap_span *span, uint32_t slot)
{
	search s = {span->base + slot * span->elem_size, span->elem_size, NULL};

	if (heap_has_types(span)) {
		s.type = span->types[slot];
		if (s.type != NULL && s.type->size != 0)
			heap_each_pointer(s.type, (void *)s.object, s.size / s.type->size, look_at, &s);
		return;
	}
	for (uintptr_t at = s.object; at < s.object + s.size; at += 8) {
		size_t word = (at - gol_heap.base) >> 3;

		if (heap_bit(&gol_heap.pointer_bits[word >> 6], word & 63))
			look_at(&s, (void *)at);
	}
}

void escaped_check(void)
{
	const gol_program *program = program_packages();
	search variable = {0, 0, NULL};

	for (uint32_t i = 0; program != NULL && i < program->package_count; i++) {
		const gol_package *p = program->packages[i];

		for (uint32_t j = 0; j < p->root_count; j++)
			if (p->roots[j].address != NULL)
				heap_each_pointer(p->roots[j].type, p->roots[j].address, 1, look_at, &variable);
	}
	for (uint32_t i = 0; i < gol_heap.all_count; i++) {
		const heap_span *span = gol_heap.all[i];

		for (uint32_t slot = 0; !span->noscan && slot < span->elem_count; slot++)
			if (heap_bit(span->mark_bits, slot) && heap_slot_allocated(span, slot))
				look_through(span, slot);
	}
}
