/*
 * scan.c - every heap pointer a goroutine holds: what the collector asks for.
 *
 * Saved frames are exact by the maps of their points. A variable whose address was taken is looked into
 * where its name is live (then the map has its words) or where a pointer to it is found. Such pointers come from
 * younger frames or the same one, so frames are walked youngest first, and a bit map over the stack remembers where
 * pointers have been seen to lead. A parked channel operation's values lie in
 * the G (wait_state) and are walked by element type; so are those of a completed operation
 * whose frame has not been thawed yet.
 */
#include <stdlib.h>

#include "heap/heap.h"
#include "lang/panic.h"
#include "os/os.h"
#include "stack/frames.h"

typedef struct visitor { void (*visit)(void *, void **); void *argument; } visitor;

static inline void visit_slot(void *context, void **slot)
{
	const visitor *v = context;
	if (*slot != NULL)
		v->visit(v->argument, slot);
}

static void visit_value(void *context, void *slot) { visit_slot(context, slot); }

void stack_each_pointer_of_type(const gol_type *type, void *value, void (*visit)(void *, void **), void *argument)
{
	visitor v = {visit, argument};
	if (type->pointer_bytes != 0)
		heap_each_pointer(type, value, 1, visit_value, &v);
}

/* What a receiver's area holds counts only once a value was put there. */
static void visit_waiter(waiter *w, visitor *v)
{
	visit_slot(v, (void **)(void *)&w->chan);
	if (w->value == NULL || w->elem == NULL || w->elem->pointer_bytes == 0)
		return;
	if (w->direction == GOL_CASE_SEND || w->ok)
		heap_each_pointer(w->elem, w->value, 1, visit_value, v);
}

static void visit_wait(wait_state *wait, visitor *v)
{
	if (!wait->selecting && wait->count != 0)
		visit_waiter(&wait->one, v);
	for (uint32_t i = 0; wait->selecting && i < wait->count; i++)
		visit_waiter(&wait->many[i], v);
}

/* ---- frames ------------------------------------------------------------------------------------ */

typedef struct frame_scan {
	visitor v;
	const G *g;
	uint64_t *reached;          /* a bit for each word of the stack; NULL: no pointer into it seen */
} frame_scan;

static GOL_COLD void reach(frame_scan *f, size_t offset)
{
	if (f->reached == NULL)
		f->reached = calloc((size_t)(f->g->top - f->g->base) / 512 + 1, sizeof *f->reached);
	if (f->reached == NULL)
		runtime_out_of_memory();
	f->reached[offset / 512] |= (uint64_t)1 << (offset / 8 % 64);
}

static inline void scan_slot(void *context, void **slot)
{
	frame_scan *f = context;
	size_t offset = (size_t)((char *)*slot - f->g->base);
	if (GOL_UNLIKELY(offset < (size_t)(f->g->top - f->g->base)))
		reach(f, offset);
	else
		visit_slot(&f->v, slot);
}

static bool is_reached(const frame_scan *f, size_t from, size_t to)
{
	for (size_t word = from / 8; word < (to + 7) / 8; word++)
		if (f->reached[word / 64] >> (word % 64) & 1)
			return true;
	return false;
}

static void scan_object(frame_scan *f, gol_frame *frame, const gol_stack_object *o)
{
	const uint8_t *map = frame->func->object_map;
	void **words = (void **)(void *)(frame + 1);
	size_t first = (o->offset - sizeof *frame) / 8, end = (o->offset + o->size - sizeof *frame + 7) / 8;
	for (size_t i = first; i < end; i++)
		if (map[i / 8] >> (i % 8) & 1)
			scan_slot(f, words + i);
}

/* Objects of one frame may point to each other: until nothing new is reached. */
static void scan_objects(frame_scan *f, gol_frame *frame)
{
	const gol_func_info *func = frame->func;
	size_t at = (size_t)((char *)frame - f->g->base);
	uint64_t done_bits = 0, *done = &done_bits;
	if (func->object_count > 64 && (done = calloc((func->object_count + 63) / 64, sizeof *done)) == NULL)
		runtime_out_of_memory();
	for (bool again = true; again;) {
		again = false;
		for (uint32_t i = 0; i < func->object_count; i++) {
			const gol_stack_object *o = &func->objects[i];
			if ((done[i / 64] >> (i % 64) & 1) || !is_reached(f, at + o->offset, at + o->offset + o->size))
				continue;
			done[i / 64] |= (uint64_t)1 << (i % 64);
			scan_object(f, frame, o);
			again = true;
		}
	}
	if (done != &done_bits)
		free(done);
}

static void scan_frames(G *g, const visitor *v)
{
	frame_scan f = {.v = *v, .g = g};
	uint32_t size = g->last;
	for (char *p = g->top; p > g->base;) {
		p -= size;
		gol_frame *frame = (gol_frame *)(void *)p;
		frame_each_live(frame, scan_slot, &f);
		if (f.reached != NULL && frame->func->object_count != 0 && frame->resume != 0)
			scan_objects(&f, frame);
		size = frame->below;
	}
	free(f.reached);
}

void stack_each_pointer(G *g, void (*visit)(void *, void **), void *argument)
{
	visitor v = {visit, argument};
	if (g->status == G_DEAD)
		return;
	if (g->status == G_WAITING && g->wait_since == 0)
		g->wait_since = os_nanotime();          /* when a collection first saw it wait: good enough for traces */
	scan_frames(g, &v);
	visit_slot(&v, (void **)(void *)&g->panic);
	visit_slot(&v, (void **)(void *)&g->pub.recover.panic);
	visit_slot(&v, &g->ready_argument);
	visit_wait(&g->wait, &v);
}
