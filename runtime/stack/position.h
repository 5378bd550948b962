/*
 * position.h - where goroutines stand: positions of saved frames, and those that an unwinding passes. What traces and
 * callers are made of (unwind/trace.c prints them).
 */
#ifndef GOL_STACK_POSITION_H
#define GOL_STACK_POSITION_H

#include "stack/g.h"

uint32_t position_line(const position *p);
const char *position_file(const position *p);
const char *position_name(const position *p);           /* of the function, which may have been inlined */
/* A place in a function that was inlined: moves to where that was called, in the same frame. False: it is in the
 * frame's own function. */
bool position_outer(position *p);
/* Wrappers, the runtime's own frames and the unexported functions of package runtime are left out, as in Go. */
bool position_is_shown(const position *p);

/* The saved frames of g, innermost first, without what was inlined. Returns how many it stored (at most cap);
 * *total: how many there are. */
size_t stack_positions(const G *g, position *out, size_t cap, size_t *total);

/* The same with inlined functions as frames of their own, and with the frames that panics in progress have unwound
 * spliced in (after a mark) where their deferred calls are
 * being made. Stops when visit answers false. */
typedef bool stack_visit(void *context, const position *p);
void stack_walk(const G *g, stack_visit *visit, void *context);

/* A trace under construction: everything up to 100 positions, beyond that the 50 innermost and the
 * 50 outermost ones (a ring). total counts all. */
enum { TRAIL_HALF = 50 };
typedef position *trail_grow(position *old, uint32_t old_cap, uint32_t cap);
position *trail_malloc(position *old, uint32_t old_cap, uint32_t cap);      /* a trail_grow */
void trail_add(trail *t, const position *p, trail_grow *grow);
/* the i-th of those kept, innermost first */
const position *trail_at(const trail *t, uint64_t i);
uint64_t trail_kept(const trail *t);

/* Positions of the frames that give way to a panic or a fatal error; called by the freezing functions, the
 * dispatcher. */
void record_position(G *g, const gol_func_info *func, uint32_t point);
void record_in_trace(G *g, const gol_func_info *func, uint32_t point);      /* of g itself: a fatal error's */
void record_mark(gol_panic_record *p, uint32_t mark);
void record_trail(gol_panic_record *p, const trail *from);

#endif
