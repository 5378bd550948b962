/*
 * scan.c - every heap pointer a goroutine holds: what the collector asks for.
 *
 * Saved frames are exact by the maps of their points. A variable whose address was taken is looked into
 * where its name is live (then the map has its words) or where a pointer to it is found. Such pointers come from
 * younger frames or the same one, so frames are walked youngest first, and a bit map over the stack remembers where
 * pointers have been seen to lead; the same for large variables, in the blocks of the side stack. A parked channel
 * operation's values lie in the G (wait_state) and are walked by element type; so are those of a completed operation
 * whose frame has not been thawed yet.
 */
#include <stdlib.h>

#include "heap/heap.h"
#include "os/os.h"
#include "stack/frames.h"
#include "stack/status.h"

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

/* Memory of the goroutine that frames point into, with a bit for each word that a pointer was seen to lead to. */
typedef struct area {
	char *low;
	size_t size;
	uint64_t *reached;          /* NULL: no pointer into it seen */
} area;

typedef struct frame_scan {
	visitor v;
	area stack;
	area *side; uint32_t side_count;        /* chunks of the side stack */
	uintptr_t side_low, side_size;          /* what they span */
} frame_scan;

static GOL_COLD void reach(area *a, size_t offset)
{
	if (a->reached == NULL)
		a->reached = calloc(a->size / 512 + 1, sizeof *a->reached);
	if (a->reached == NULL)
		runtime_out_of_memory();
	a->reached[offset / 512] |= (uint64_t)1 << (offset / 8 % 64);
}

static area *side_area(const frame_scan *f, const char *p)
{
	for (uint32_t i = 0; i < f->side_count; i++)
		if ((size_t)(p - f->side[i].low) < f->side[i].size)
			return &f->side[i];
	return NULL;
}

/* p may point into the side stack. Does it? */
static GOL_COLD bool reach_side(frame_scan *f, char *p)
{
	area *a = side_area(f, p);
	if (a != NULL)
		reach(a, (size_t)(p - a->low));
	return a != NULL;
}

static inline void scan_slot(void *context, void **slot)
{
	frame_scan *f = context;
	size_t offset = (size_t)((char *)*slot - f->stack.low);
	if (GOL_UNLIKELY(offset < f->stack.size))
		reach(&f->stack, offset);
	else if (GOL_LIKELY((uintptr_t)*slot - f->side_low >= f->side_size) || !reach_side(f, *slot))
		visit_slot(&f->v, slot);
}

static void scan_value(void *context, void *slot) { scan_slot(context, slot); }

static bool is_reached(const area *a, const char *at, size_t size)
{
	size_t from = (size_t)(at - a->low);
	for (size_t word = from / 8; a->reached != NULL && word < (from + size + 7) / 8; word++)
		if (a->reached[word / 64] >> (word % 64) & 1)
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

/* Object i of the frame: first those in the frame, then those in its block. True: it is reached, and was looked
 * into. */
static bool scan_if_reached(frame_scan *f, gol_frame *frame, uint32_t i)
{
	const gol_func_info *func = frame->func;
	if (i < func->object_count) {
		const gol_stack_object *o = &func->objects[i];
		if (!is_reached(&f->stack, (char *)frame + o->offset, o->size))
			return false;
		scan_object(f, frame, o);
		return true;
	}
	const gol_side_object *o = &func->side->objects[i - func->object_count];
	char *at = side_block(frame) + o->offset;
	if (!is_reached(side_area(f, at), at, o->type->size))
		return false;
	heap_each_pointer(o->type, at, 1, scan_value, f);
	return true;
}

/* Objects of one frame may point to each other: until nothing new is reached. At the entry there are only
 * parameters. */
static void scan_objects(frame_scan *f, gol_frame *frame)
{
	const gol_func_info *func = frame->func;
	uint32_t count = func->object_count + (func->side != NULL ? func->side->object_count : 0);
	uint64_t done_bits = 0, *done = &done_bits;
	if (count > 64 && (done = calloc((count + 63) / 64, sizeof *done)) == NULL)
		runtime_out_of_memory();
	for (bool again = true; again;) {
		again = false;
		for (uint32_t i = frame->resume != 0 ? 0 : func->object_count; i < count; i++) {
			if ((done[i / 64] >> (i % 64) & 1) || !scan_if_reached(f, frame, i))
				continue;
			done[i / 64] |= (uint64_t)1 << (i % 64);
			again = true;
		}
	}
	if (done != &done_bits)
		free(done);
}

/* The chunks of g's side stack that hold anything. */
static void find_areas(G *g, frame_scan *f)
{
	for (side_chunk *c = g->side.current; c != NULL; c = c->previous)
		f->side_count++;
	if (f->side_count == 0)
		return;
	if ((f->side = calloc(f->side_count, sizeof *f->side)) == NULL)
		runtime_out_of_memory();
	area *a = f->side;
	uintptr_t high = 0;
	f->side_low = UINTPTR_MAX;
	for (side_chunk *c = g->side.current; c != NULL; c = c->previous, a++) {
		a->low = side_chunk_low(c);
		a->size = (size_t)(side_chunk_top(g, c) - a->low);
		if ((uintptr_t)a->low < f->side_low)
			f->side_low = (uintptr_t)a->low;
		if ((uintptr_t)a->low + a->size > high)
			high = (uintptr_t)a->low + a->size;
	}
	f->side_size = high - f->side_low;
}

static void free_areas(frame_scan *f)
{
	free(f->stack.reached);
	for (uint32_t i = 0; i < f->side_count; i++)
		free(f->side[i].reached);
	free(f->side);
}

static void scan_frames(G *g, const visitor *v)
{
	frame_scan f = {.v = *v, .stack = {.low = g->base, .size = (size_t)(g->top - g->base)}};
	find_areas(g, &f);
	uint32_t size = g->last;
	for (char *p = g->top; p > g->base;) {
		p -= size;
		gol_frame *frame = (gol_frame *)(void *)p;
		frame_each_live(frame, scan_slot, &f);
		if ((f.stack.reached != NULL && frame->func->object_count != 0) || frame->func->side != NULL)
			scan_objects(&f, frame);
		size = frame->below;
	}
	free_areas(&f);
}

void stack_each_pointer(G *g, void (*visit)(void *, void **), void *argument)
{
	visitor v = {visit, argument};
	if (status_of(g) == G_DEAD)
		return;
	if (status_of(g) == G_WAITING && g->wait_since == 0)
		g->wait_since = os_nanotime();          /* when a collection first saw it wait: good enough for traces */
	scan_frames(g, &v);
	visit_slot(&v, (void **)(void *)&g->panic);
	visit_slot(&v, (void **)(void *)&g->spare_panic);
	visit_slot(&v, (void **)(void *)&g->pub.recover.panic);
	visit_slot(&v, &g->ready_argument);
	visit_wait(&g->wait, &v);
}
