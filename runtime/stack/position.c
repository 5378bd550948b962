/*
 * position.c - positions of saved frames, and the trails that unwindings leave.
 *
 * A frozen goroutine stands where its frames say: (function, resume point) pairs are exact
 * positions. A panic collects the positions of the frames it unwinds in its record, a heap object; a fatal
 * error, after which nobody asks the collector, in memory of its goroutine.
 */
#include "stack/position.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/options.h"
#include "heap/heap.h"

/* The innermost inlined call that a place is in: 1 + its index; 0: none. */
static uint32_t call_at(const position *p)
{
	const gol_inlining *in = p->func->inlining;
	if (in == NULL || p->point == 0)
		return 0;
	if (p->point >= p->func->point_count)
		return in->calls[p->point - p->func->point_count].around;
	uint32_t low = 0, high = in->point_count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (in->points[middle].point < p->point)
			low = middle + 1;
		else
			high = middle;
	}
	return low < in->point_count && in->points[low].point == p->point ? in->points[low].call + 1 : 0;
}

const char *position_name(const position *p)
{
	uint32_t call = call_at(p);
	return call != 0 ? p->func->inlining->calls[call - 1].name : p->func->name;
}

bool position_outer(position *p)
{
	uint32_t call = call_at(p);
	if (call == 0)
		return false;
	p->point = p->func->point_count + call - 1;
	return true;
}

bool position_is_shown(const position *p)
{
	if (gol_traceback >= TRACEBACK_SYSTEM)
		return true;
	const char *name = position_name(p);
	bool is_internal = strncmp(name, "runtime.", 8) == 0 && name[8] >= 'a' && name[8] <= 'z';
	return !is_internal && !(p->func->flags & (GOL_FUNC_WRAPPER | GOL_FUNC_RUNTIME));
}

const char *position_file(const position *p)
{
	for (uint32_t i = 0; i < p->func->file_count; i++)
		if (p->func->files[i].point == p->point)
			return p->func->files[i].file;
	return p->func->file;
}

uint32_t position_line(const position *p)
{
	uint32_t count = p->func->point_count + (p->func->inlining != NULL ? p->func->inlining->call_count : 0);
	return p->point < count && p->point != 0 ? p->func->points[p->point].line : p->func->line;
}

size_t stack_positions(const G *g, position *out, size_t cap, size_t *total)
{
	size_t n = 0, all = 0;
	uint32_t size = g->last;
	for (const char *p = g->top; p > g->base; all++) {
		p -= size;
		const gol_frame *frame = (const gol_frame *)(const void *)p;
		if (n < cap)
			out[n++] = (position){frame->func, frame->resume, MARK_NONE};
		size = frame->below;
	}
	if (total != NULL)
		*total = all;
	return n;
}

/* The frames a panic has unwound, before the one that makes its deferred calls. */
static bool walk_panic(const G *g, const gol_frame *frame, uint32_t *marks, uint32_t *point, stack_visit *visit,
	void *context)
{
	while (*marks > 0) {
		const defer_mark *m = &g->marks[*marks - 1];
		if ((const char *)m->slot < (const char *)frame || (const char *)m->slot >= (const char *)frame +
			frame->func->frame_size)
			return true;
		--*marks;
		if (m->point != 0)
			*point = m->point;
		if (!visit(context, &(position){NULL, 0, MARK_PANIC}))
			return false;
		for (uint64_t i = 0; i < trail_kept(&m->panic->where); i++)
			if (!visit(context, trail_at(&m->panic->where, i)))
				return false;
	}
	return true;
}

void stack_walk(const G *g, stack_visit *visit, void *context)
{
	uint32_t size = g->last, marks = g->mark_count;
	for (const char *p = g->top; p > g->base;) {
		p -= size;
		const gol_frame *frame = (const gol_frame *)(const void *)p;
		uint32_t point = frame->resume;
		size = frame->below;
		if (!walk_panic(g, frame, &marks, &point, visit, context))
			return;
		position where = {frame->func, point, MARK_NONE};
		do {
			if (!visit(context, &where))
				return;
		} while (position_outer(&where));
	}
}

/* ---- trails ------------------------------------------------------------------------------------- */

void trail_add(trail *t, const position *p, trail_grow *grow)
{
	uint64_t i = t->total++;
	if (i >= 2 * TRAIL_HALF)
		i = TRAIL_HALF + (i - TRAIL_HALF) % TRAIL_HALF;
	if (i >= t->cap) {
		uint32_t cap = t->cap ? 2 * t->cap : 8;
		if (cap > 2 * TRAIL_HALF)
			cap = 2 * TRAIL_HALF;
		t->items = grow(t->items, t->cap, cap);
		t->cap = cap;
	}
	t->items[i] = *p;
}

const position *trail_at(const trail *t, uint64_t i)
{
	if (t->total <= 2 * TRAIL_HALF || i < TRAIL_HALF)
		return &t->items[i];
	return &t->items[TRAIL_HALF + (t->total - TRAIL_HALF + (i - TRAIL_HALF)) % TRAIL_HALF];
}

uint64_t trail_kept(const trail *t)
{
	return t->total < 2 * TRAIL_HALF ? t->total : 2 * TRAIL_HALF;
}

position *trail_malloc(position *old, uint32_t old_cap, uint32_t cap)
{
	(void)old_cap;
	position *p = realloc(old, cap * sizeof *p);
	if (p == NULL)
		runtime_out_of_memory();
	return p;
}

/* ---- of an unwinding ----------------------------------------------------------------------------- */

void record_in_trace(G *g, const gol_func_info *func, uint32_t point)
{
	position where = {func, point, MARK_NONE};
	do {
		if (position_is_shown(&where))
			trail_add(&g_death_of(g)->trace, &where, trail_malloc);
	} while (position_outer(&where));
}

static position *grow_in_heap(position *old, uint32_t old_cap, uint32_t cap)
{
	position *p = heap_new_plain(cap * sizeof *p);
	if (old_cap > 0)
		memcpy(p, old, old_cap * sizeof *p);
	return p;
}

static void record_add(gol_panic_record *p, const position *where)
{
	position *old = p->where.items;
	trail_add(&p->where, where, grow_in_heap);
	if (p->where.items != old && load_relaxed(&gol_barrier_on))
		gol_barrier_word(&p->where.items, p->where.items);
}

void record_position(G *g, const gol_func_info *func, uint32_t point)
{
	if (g->pub.unwinding == GOL_PANIC && g->panic != NULL) {
		position where = {func, point, MARK_NONE};
		do {
			if (position_is_shown(&where))
				record_add(g->panic, &where);
		} while (position_outer(&where));
	} else if (g->pub.unwinding == GOL_FATAL) {
		record_in_trace(g, func, point);
	}
}

void record_mark(gol_panic_record *p, uint32_t mark) { record_add(p, &(position){NULL, 0, mark}); }

void record_trail(gol_panic_record *p, const trail *from)
{
	trail *to = &p->where;
	position *old = to->items;
	uint64_t kept = trail_kept(from);
	for (uint64_t i = 0; i < kept; i++) {
		if (i == TRAIL_HALF && from->total > kept)
			to->total += to->total >= 2 * TRAIL_HALF ? from->total - kept : 0;
		trail_add(to, trail_at(from, i), grow_in_heap);
	}
	if (to->items != old && load_relaxed(&gol_barrier_on))
		gol_barrier_word(&to->items, to->items);
}
