/*
 * stack.h - goroutine stacks: freezing, growing, moving, scanning.
 *
 * A goroutine stack is one block [base, end) of saved frames, outermost first, no gaps.
 * Every frame starts with a gol_frame; which of its words hold pointers is told by
 * func->points[resume].map: bit i of the map is word i after the header.
 *
 * Moving: pointers into the stack itself only come from frames of the same stack (escape
 * analysis), so mending a moved block needs only the frames' own maps.
 */
#ifndef GOL_STACK_STACK_H
#define GOL_STACK_STACK_H

#include "stack/g.h"

enum { STACK_MINIMUM = 128 };

/* Calls visit for each word of g that can hold a heap pointer: the live pointer slots of its saved
 * frames (exact), its panic records, the values of a parked channel operation. g must not be running. */
void stack_each_pointer(G *g, void (*visit)(void *arg, void **slot), void *arg);
/* The same for one value in memory. */
void stack_each_pointer_of_type(const gol_type *type, void *value, void (*visit)(void *arg, void **slot), void *arg);

/* Called by the collector with the world stopped: halves the stack while under a quarter is used. */
void stack_shrink(G *g);

/* Side stacks (side.c). The block of a saved frame whose function has one. */
static inline char *side_block(const gol_frame *frame)
{
	return *(char *const *)(const void *)((const char *)frame + frame->func->side->slot);
}
void side_trim(G *g);       /* g is not running: gives back what it does not use */
void side_exit_some(G *g);
/* g has ended. */
static inline void side_exit(G *g)
{
	if (GOL_UNLIKELY(g->side.current != NULL || g->side.spare != NULL))
		side_exit_some(g);
}
size_t side_bytes_in_use(void);
/* The blocks in a chunk. */
char *side_chunk_low(side_chunk *c);
char *side_chunk_top(const G *g, side_chunk *c);

/* Is p in a frame of g, which runs on this thread: on its stack, its side stack, or among its native frames? */
bool stack_holds(const G *g, const void *p);
/* The same without native frames; g is any that stays as it is meanwhile. */
bool stack_holds_saved(const G *g, const void *p);

/* Blocks. size is rounded up to a power of two. */
void stack_allocate(G *g, size_t size);
void stack_release(G *g);
size_t stack_bytes_in_use(void);

/* A frame on top of g's stack, which has no native frames. Contents after the header are zero. */
gol_frame *stack_push(G *g, const gol_func_info *func, uint32_t resume);
static inline gol_frame *stack_top(const G *g) { return (gol_frame *)(void *)(g->top - g->last); }
/* Its memory stays as it is until the next freeze, its block of the side stack until the next one is taken. */
static inline void stack_pop(G *g)
{
	gol_frame *frame = stack_top(g);
	if (GOL_UNLIKELY(frame->func->side != NULL))
		gol_side_give(&g->pub, side_block(frame));
	g->top = (char *)frame;
	g->last = frame->below;
}

/* All native frames have given way: put what was saved onto the goroutine stack. A body whose frame already lies
 * there, and that called nothing, has saved none. */
void stack_push_saved(M *m, G *g);
static inline void stack_finish_freeze(M *m, G *g)
{
	m->counts.freezes++;
	if (m->freeze.above != NULL || GOL_UNLIKELY(g->side.over))
		stack_push_saved(m, g);
}
void stack_freezer_start(freezer *f);
void stack_freezer_free(freezer *f);

/* GOL_DEBUG: walks the frames from `from` on (base: all), aborts where an invariant is broken. */
void stack_verify(G *g, char *from);

/* Greatest size of a stack; returns the old one. */
size_t stack_set_maximum(size_t bytes);

#endif
