/*
 * freeze.c - native frames give way: what generated code calls on its way out, and the
 * end of it, when everything saved goes onto the goroutine stack.
 *
 * Frames are saved innermost first. So they are laid into the scratch area of the worker
 * from high addresses to low; in the end it holds them outermost first, which is the
 * order of the goroutine stack, and one copy per chunk moves them there. The area grows in
 * chunks: deep recursion in small native frames may save more bytes than the native
 * window has.
 *
 * A variable whose address was taken (in one-version code: the whole frame, a C local) is
 * copied and entered in the table of moved objects. When all is saved every pointer word of
 * the new frames is looked up: into a moved object, or into the old block if that moved.
 * The table comes out ascending when C compilers lay things out as one expects; inlining,
 * by-reference arguments and sanitizers do not, so it is sorted when it is not.
 *
 * Frames below need mending only when the block itself moves: no older frame points
 * into a younger one (escape analysis).
 *
 * While unwinding for a panic the same calls only note the position; the values go to a
 * dump area, so that generated code has one branch and not two.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "base/event.h"
#include "base/options.h"
#include "heap/heap.h"
#include "stack/frames.h"
#include "stack/position.h"

enum { CHUNK_SIZE = 256 << 10, STRESS_MOVES = 1000 };

/* ---- the scratch area ------------------------------------------------------------------------ */

static scratch_chunk *chunk_make(size_t size)
{
	scratch_chunk *c = malloc(sizeof *c + size);
	if (c == NULL)
		runtime_out_of_memory();
	*c = (scratch_chunk){.low = (char *)(c + 1)};
	c->high = c->top = c->low + (size & ~(size_t)15);
	return c;
}

void stack_freezer_start(freezer *f)
{
	*f = (freezer){0};
	f->first = f->chunk = chunk_make(CHUNK_SIZE);
}

void stack_freezer_free(freezer *f)
{
	for (scratch_chunk *c = f->first, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(f->moved);
	free(f->dump);
	*f = (freezer){0};
}

/* The chunk after the current one, with at least size bytes. */
static GOL_COLD void chunk_next(freezer *f, size_t size)
{
	scratch_chunk *c = f->chunk->next;
	if (c == NULL || (size_t)(c->high - c->low) < size) {
		size_t want = 2 * (size_t)(f->chunk->high - f->chunk->low);
		c = chunk_make(want > size ? want : size + 16);
		c->next = f->chunk->next;
		if (c->next != NULL)
			c->next->previous = c;
		c->previous = f->chunk;
		f->chunk->next = c;
	}
	c->first_moved = f->moved_count;
	f->chunk = c;
}

static gol_frame *frame_reserve(freezer *f, const gol_func_info *func, uint32_t resume)
{
	size_t size = func->frame_size;
	if (GOL_UNLIKELY((size_t)(f->chunk->top - f->chunk->low) < size))
		chunk_next(f, size);
	f->chunk->top -= size;
	gol_frame *frame = (gol_frame *)(void *)f->chunk->top;
	frame->func = func;
	frame->resume = resume;
	if (f->above != NULL)
		f->above->below = (uint32_t)size;
	else
		f->innermost = (uint32_t)size;
	f->above = frame;
	f->frames++;
	return frame;
}

static GOL_COLD void moved_grow(freezer *f)
{
	f->moved_cap = f->moved_cap ? 2 * f->moved_cap : 64;
	f->moved = realloc(f->moved, f->moved_cap * sizeof *f->moved);
	if (f->moved == NULL)
		runtime_out_of_memory();
}

static void moved_add(freezer *f, const void *from, void *to, size_t size)
{
	if (f->moved_count == f->moved_cap)
		moved_grow(f);
	char *low = (char *)(uintptr_t)from;
	if (f->moved_count > 0 && low < f->moved[f->moved_count - 1].high)
		f->unsorted = true;
	f->moved[f->moved_count++] = (moved_object){low, low + size, to};
}

/* ---- called by generated code ----------------------------------------------------------------- */

static GOL_COLD void *dump_area(freezer *f, size_t size)
{
	if (f->dump_size < size) {
		free(f->dump);
		f->dump = malloc(size);
		f->dump_size = size;
		if (f->dump == NULL)
			runtime_out_of_memory();
	}
	return f->dump;
}

void gol_freeze_frame(gol_g *gp, gol_frame *h)
{
	G *g = g_of(gp);
	debug_require(gp->unwinding != GOL_RUNNING);
	if (GOL_UNLIKELY(gp->unwinding != GOL_FREEZE)) {
		record_position(g, h->func, h->resume);
		return;
	}
	freezer *f = &g->m->freeze;
	debug_require(h->resume < h->func->point_count);
	gol_frame *frame = frame_reserve(f, h->func, h->resume);
	memcpy(frame + 1, h + 1, h->func->frame_size - sizeof *h);
	moved_add(f, h, frame, h->func->frame_size);
}

void gol_record_point(gol_g *gp, const gol_func_info *func, uint32_t point)
{
	record_position(g_of(gp), func, point);
}

void *gol_freeze_words(gol_g *gp, const gol_save *save, ...)
{
	G *g = g_of(gp);
	freezer *f = &g->m->freeze;
	debug_require(gp->unwinding != GOL_RUNNING);
	if (GOL_UNLIKELY(gp->unwinding != GOL_FREEZE)) {
		record_position(g, save->func, save->resume);
		return dump_area(f, save->func->frame_size);
	}
	gol_frame *frame = frame_reserve(f, save->func, save->resume);
	va_list words;
	va_start(words, save);
	for (uint32_t i = 0; i < save->count; i++) {
		uint64_t word = va_arg(words, uint64_t);
		debug_require((size_t)save->slots[i] * 8 >= sizeof *frame &&
			((size_t)save->slots[i] + 1) * 8 <= save->func->frame_size);
		memcpy((char *)frame + (size_t)save->slots[i] * 8, &word, 8);
	}
	va_end(words);
	return frame;
}

void gol_freeze_object(gol_g *gp, const void *from, void *to, size_t size)
{
	debug_require(gp->unwinding != GOL_RUNNING);
	if (gp->unwinding != GOL_FREEZE || size == 0)
		return;
	freezer *f = &g_of(gp)->m->freeze;
	debug_require((char *)to >= (char *)(f->above + 1) && (char *)to + size <= (char *)f->above +
		f->above->func->frame_size);
	memcpy(to, from, size);
	moved_add(f, from, to, size);
}

/* ---- the end of a freeze ------------------------------------------------------------------------ */

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const moved_object *)a)->low, y = (uintptr_t)((const moved_object *)b)->low;
	return (x > y) - (x < y);
}

static void sort_moved(freezer *f)
{
	if (f->unsorted)
		qsort(f->moved, f->moved_count, sizeof *f->moved, by_address);
	if (f->unsorted || gol_stress.on)
		for (uint32_t i = 1; i < f->moved_count; i++)
			require(f->moved[i - 1].high <= f->moved[i].low);
}

static inline bool is_in(const char *p, const moved_object *o) { return p >= o->low && p < o->high; }

/* Frames are walked from the oldest on, and mostly point into the one before: into the object found last, or the one
 * below it. */
static __attribute__((noinline)) void *relocate_moved(char *p, relocation *r)
{
	uint32_t low = 0, high = r->moved_count - 1, last = r->found;
	if (is_in(p, &r->moved[last]) || (last > 0 && is_in(p, &r->moved[--last]))) {
		r->found = last;
		return r->moved[last].to + (p - r->moved[last].low);
	}
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (p < r->moved[middle].high)
			high = middle;
		else
			low = middle + 1;
	}
	const moved_object *o = &r->moved[low];
	r->found = low;
	return is_in(p, o) ? o->to + (p - o->low) : p;
}

static inline void relocate_slot(void *context, void **slot)
{
	relocation *r = context;
	uintptr_t p = (uintptr_t)*slot;
	if (p - r->old_low < r->old_high - r->old_low)
		*slot = (char *)*slot + r->old_by;
	else if (p - r->moved_low < r->moved_high - r->moved_low)
		*slot = relocate_moved(*slot, r);
}

static void relocate_value(void *context, void *slot) { relocate_slot(context, slot); }

/* A large object may hold addresses of the frames, younger ones too: a parameter of its function's. */
static void relocate_side(const gol_frame *frame, relocation *r)
{
	const gol_side *side = frame->func->side;
	uint32_t count = frame->resume != 0 ? side->object_count : side->parameter_count;
	for (uint32_t i = 0; i < count; i++)
		heap_each_pointer(side->objects[i].type, side_block(frame) + side->objects[i].offset, 1, relocate_value, r);
}

void relocate_frames(char *from, char *to, relocation *r)
{
	r->moved_low = r->moved_count ? (uintptr_t)r->moved[0].low : 0;
	r->moved_high = r->moved_count ? (uintptr_t)r->moved[r->moved_count - 1].high : 0;
	while (from < to) {
		gol_frame *frame = (gol_frame *)(void *)from;
		frame_each_pointer(frame, relocate_slot, r);
		if (frame->func->side != NULL)
			relocate_side(frame, r);
		from += frame->func->frame_size;
	}
}

void relocate_marks(G *g, relocation *r)
{
	for (uint32_t i = 0; i < g->mark_count; i++)
		relocate_slot(r, &g->marks[i].slot);
}

/* Copies the chunks above top, the last one first, and makes the table's targets final. */
static char *copy_chunks(freezer *f, char *to)
{
	uint32_t moved_end = f->moved_count;
	for (scratch_chunk *c = f->chunk; c != NULL; c = c->previous) {
		size_t size = (size_t)(c->high - c->top);
		memcpy(to, c->top, size);
		for (uint32_t i = c->first_moved; i < moved_end; i++)
			f->moved[i].to = to + (f->moved[i].to - c->top);
		moved_end = c->first_moved;
		to += size;
		c->top = c->high;
	}
	return to;
}

static size_t saved_bytes(const freezer *f)
{
	size_t size = 0;
	for (const scratch_chunk *c = f->chunk; c != NULL; c = c->previous)
		size += (size_t)(c->high - c->top);
	return size;
}

static void freezer_reset(freezer *f)
{
	for (scratch_chunk *c = f->first; c != NULL; c = c->next)
		c->top = c->high;
	f->chunk = f->first;
	f->chunk->first_moved = 0;
	f->above = NULL;
	f->moved_count = f->frames = 0;
	f->unsorted = false;
}

/* The stack is too large: what was saved becomes the beginning of the trace, innermost first. */
static GOL_COLD void overflow(freezer *f, G *g)
{
	uint32_t size = f->innermost;
	g->overflow = true;
	for (scratch_chunk *c = f->first; c != NULL; c = c->next) {
		for (char *p = c->high; p > c->top;) {
			p -= size;
			const gol_frame *frame = (const gol_frame *)(const void *)p;
			record_in_trace(g, frame->func, frame->resume);
			size = frame->below;            /* of the outermost: not set, and not used */
		}
		if (c == f->chunk)
			break;
	}
	freezer_reset(f);
}

static size_t block_wanted(const G *g, size_t more)
{
	size_t need = (size_t)(g->top - g->base) + more, cap = (size_t)(g->end - g->base);
	while (cap < need)
		cap *= 2;
	return cap;
}

void stack_push_saved(M *m, G *g)
{
	freezer *f = &m->freeze;
	debug_require(g->pub.unwinding == GOL_RUNNING && g->m == m);
	if (GOL_UNLIKELY(g->side.over)) {
		overflow(f, g);
		return;
	}
	debug_require(f->above != NULL);
	m->counts.frames += f->frames;
	m->counts.moved_objects += f->moved_count;
	m->counts.deep += f->frames >= 2 && f->moved_count >= 2;
	size_t size = saved_bytes(f);
	if (event_recorded())
		event_write(EVENT_FREEZE, EVENT_NO_P, g->id, size, f->frames, f->moved_count);
	bool move = size > (size_t)(g->end - g->top) || (gol_stress.on && m->counts.block_moves < STRESS_MOVES);
	old_block old = {0};
	if (GOL_UNLIKELY(move)) {
		if (!stack_fits(g, size)) {
			overflow(f, g);
			return;
		}
		stack_move(g, block_wanted(g, size), &old);
	}
	f->above->below = g->last;
	char *new_frames = g->top;
	g->top = copy_chunks(f, g->top);
	g->last = f->innermost;
	if (f->moved_count > 0 || old.base != NULL) {
		sort_moved(f);
		relocation r = {.old_low = (uintptr_t)old.base, .old_high = (uintptr_t)old.top, .old_by = g->base - old.base,
			.moved = f->moved, .moved_count = f->moved_count};
		relocate_frames(new_frames, g->top, &r);
		relocate_marks(g, &r);
	}
	bool all = old.base != NULL;
	freezer_reset(f);
	if (all)
		stack_move_done(&old);
#ifdef GOL_DEBUG
	stack_verify(g, all ? g->base : new_frames);
#endif
}

/* ---- checks ------------------------------------------------------------------------------------- */

/*
 * What the frames from `from` on must satisfy: docs/design.md, 7.2 to 7.4. A walk by size ends exactly at the top;
 * each frame knows the size of the one below; its function can resume where it stands; its live pointers lead to no
 * native stack, to no younger frame, to no memory that the heap has not given out; its side block lies in a chunk of
 * the goroutine.
 */
typedef struct { const G *g; const char *frame_end; } verify_context;

static void verify_slot(void *context, void **slot)
{
	const verify_context *v = context;
	uintptr_t p = (uintptr_t)*slot;
	if (v->g->m != NULL)
		require(p < v->g->m->limit || p >= v->g->m->base_sp);
	if (p >= (uintptr_t)v->g->base && p < (uintptr_t)v->g->end)
		require(p < (uintptr_t)v->frame_end);
}

static void verify_live_slot(void *context, void **slot)
{
	uintptr_t p = (uintptr_t)*slot;
	verify_slot(context, slot);
	if (p >= gol_heap.base && p < gol_heap.end)
		require(heap_object(*slot, NULL) != NULL);
}

static void verify_side_block(G *g, const gol_frame *frame)
{
	const char *block = side_block(frame);
	side_chunk *c = g->side.current;
	while (c != NULL && !(block >= side_chunk_low(c) && block < side_chunk_low(c) + c->size))
		c = c->previous;
	require(c != NULL && block <= side_chunk_top(g, c));
}

static void verify_frame(G *g, gol_frame *frame, uint32_t below)
{
	const gol_func_info *func = frame->func;
	verify_context v = {g, (const char *)frame + func->frame_size};
	require(frame->below == below);
	require(func->frame_size >= sizeof *frame && func->frame_size % 8 == 0);
	require(func->map_bytes * 64 >= func->frame_size - sizeof *frame || func->map_bytes == 0);
	require(frame->resume < func->point_count);
	require(frame->resume == 0 ? func->start != NULL : func->body != NULL);
	frame_each_pointer(frame, verify_slot, &v);
	frame_each_live(frame, verify_live_slot, &v);
	if (func->side != NULL)
		verify_side_block(g, frame);
}

void stack_verify(G *g, char *from)
{
	require(g->base <= from && from <= g->top && g->top <= g->end);
	uint32_t below = from == g->base ? 0 : ((gol_frame *)(void *)from)->below;
	while (from < g->top) {
		gol_frame *frame = (gol_frame *)(void *)from;
		verify_frame(g, frame, below);
		below = frame->func->frame_size;
		from += below;
	}
	require(from == g->top);
	require(g->last == below);
}
