/*
 * scan.c - every heap pointer a goroutine holds: what the collector asks for.
 *
 * Saved frames are exact by the maps of their points. A parked channel operation's values lie in
 * the G (wait_state) and are walked by element type; so are those of a completed operation
 * whose frame has not been thawed yet.
 */
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

void stack_each_pointer(G *g, void (*visit)(void *, void **), void *argument)
{
	visitor v = {visit, argument};
	if (g->status == G_DEAD)
		return;
	if (g->status == G_WAITING && g->wait_since == 0)
		g->wait_since = os_nanotime();          /* when a collection first saw it wait: good enough for traces */
	for (char *p = g->base; p < g->top;) {
		gol_frame *frame = (gol_frame *)(void *)p;
		frame_each_pointer(frame, visit_slot, &v);
		p += frame->func->frame_size;
	}
	visit_slot(&v, (void **)(void *)&g->panic);
	visit_slot(&v, (void **)(void *)&g->pub.recover.panic);
	visit_slot(&v, &g->ready_argument);
	visit_wait(&g->wait, &v);
}
