/*
 * frames.h - walking saved frames and their pointer words; inside stack/ only.
 */
#ifndef GOL_STACK_FRAMES_H
#define GOL_STACK_FRAMES_H

#include "base/fatal.h"
#include "stack/stack.h"

/* The map of the point a frame stands at: at that moment, if its goroutine is in a call (sched/call.c). */
static inline const uint8_t *frame_map(const gol_frame *frame)
{
	const gol_func_info *func = frame->func;
	uint32_t point = load_relaxed(&frame->resume);
	debug_require(point < func->point_count);
	return func->maps + (size_t)func->points[point].map * func->map_bytes;
}

static inline __attribute__((always_inline)) void
frame_visit(gol_frame *frame, bool objects, void (*visit)(void *, void **), void *context)
{
	const gol_func_info *func = frame->func;
	if (func->map_bytes == 0)
		return;
	const uint8_t *map = frame_map(frame);
	void **words = (void **)(void *)(frame + 1);
	for (uint32_t byte = 0; byte < func->map_bytes; byte++)
		for (unsigned bits = map[byte] | (objects ? func->object_map[byte] : 0u); bits != 0; bits &= bits - 1)
			visit(context, words + byte * 8 + (unsigned)__builtin_ctz(bits));
}

/* Calls visit(context, slot) for each pointer word that must stay right when things move: what is live, and all
 * objects. At the entry (resume point 0) there are no objects yet, whatever their words hold. */
static inline __attribute__((always_inline)) void
frame_each_pointer(gol_frame *frame, void (*visit)(void *, void **), void *context)
{
	if (frame->func->object_count != 0 && frame->resume != 0)
		frame_visit(frame, true, visit, context);
	else
		frame_visit(frame, false, visit, context);
}

/* Only what is live by name: objects that are only reached through pointers are left out. */
static inline __attribute__((always_inline)) void
frame_each_live(gol_frame *frame, void (*visit)(void *, void **), void *context)
{
	frame_visit(frame, false, visit, context);
}

/* Pointers into [old_low, old_high) move by old_by; those into a moved object go to its copy. */
typedef struct relocation {
	uintptr_t old_low, old_high;
	ptrdiff_t old_by;
	const moved_object *moved;
	uint32_t moved_count, found;    /* found: the one that the pointer before led to */
	uintptr_t moved_low, moved_high;
} relocation;

typedef struct old_block { char *base, *top, *end; } old_block;

/* Moves the frames to a block of cap bytes; the old one stays readable until stack_move_done. */
void stack_move(G *g, size_t cap, old_block *old);
void stack_move_done(old_block *old);
/* Room for more bytes above top. */
void stack_reserve(G *g, size_t more);
/* Would that stay within the greatest size? */
bool stack_fits(const G *g, size_t more);

void relocate_frames(char *from, char *to, relocation *r);
void relocate_marks(G *g, relocation *r);

#endif
