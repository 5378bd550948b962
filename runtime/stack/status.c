/*
 * status.c - see status.h.
 */
#include "stack/status.h"

uint32_t status_scanning;

GOL_COLD bool status_ready_slowly(G *g)
{
	uint32_t old = load_relaxed(&status_scanning) ? atomic_swap(&g->status, (uint32_t)G_READIED) :
		proc_swap(&g->status, G_READIED);
	debug_require(old == G_PARKING || old == G_WAITING || old == (G_WAITING | G_HELD));
	if (old == G_WAITING)
		store_relaxed(&g->status, (uint32_t)G_RUNNABLE);
	return old == G_WAITING;
}

GOL_COLD bool status_dispatch_scanned(G *g)
{
	for (;;) {
		if (atomic_change(&g->status, (uint32_t)G_RUNNABLE, (uint32_t)G_RUNNING))
			return true;
		if (atomic_change(&g->status, (uint32_t)(G_RUNNABLE | G_HELD), (uint32_t)G_READIED))
			return false;
	}
}

GOL_COLD void status_leave_scanned_call(G *g, enum g_status to)
{
	while (!atomic_change(&g->status, (uint32_t)G_IN_CALL, (uint32_t)to))
		atomic_relax();
}

bool status_hold(G *g, uint32_t *was)
{
	uint32_t s = load_relaxed(&g->status);
	debug_require(load_relaxed(&status_scanning));
	*was = s;
	return (s == G_WAITING || s == G_RUNNABLE || s == G_IN_CALL) && atomic_change(&g->status, s, s | G_HELD);
}

bool status_release(G *g, uint32_t was)
{
	if (atomic_change(&g->status, was | G_HELD, was))
		return true;
	debug_require(load_relaxed(&g->status) == G_READIED && was != G_IN_CALL);
	store_release(&g->status, (uint32_t)G_RUNNABLE);
	return false;
}
