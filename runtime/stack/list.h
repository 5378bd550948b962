/*
 * list.h - which goroutines there are, and which one runs on a thread.
 */
#ifndef GOL_STACK_LIST_H
#define GOL_STACK_LIST_H

#include "stack/g.h"

/* All goroutines ever made, dead ones included; stable while the world is stopped.
 * for (uint32_t i = 0; i < g_count(); i++) { G *g = g_at(i); if (g->status != G_DEAD) ... } */
uint32_t g_count(void);
G *g_at(uint32_t i);
/* A struct for a new one, all zero but for its place in the list: for ever. */
G *g_make(void);

/* Where the list is, for debuggers, which cannot call (unwind/gdb.c). */
extern const struct g_places { G ***all; uint32_t *count; } g_places;

/* The worker whose thread this is; NULL on all others. */
extern _Thread_local M *current_m;
/* The goroutine of this thread; NULL outside gol code. */
static inline G *g_current(void) { return current_m != NULL ? current_m->g : NULL; }

/* Its frames are all saved and stay where they are: in a stop, or at the program's end, where somebody may still
 * run. */
static inline bool g_can_be_read(const G *g)
{
	uint32_t status = load_acquire(&g->status);
	bool has_worker = status == G_RUNNING || status == G_PARKING || status == G_READIED;
	return !has_worker || g->m == NULL || g->m == current_m || load_seq(&g->m->stopped);
}

#endif
