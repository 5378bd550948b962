/*
 * defer.c - deferred calls, recover, Goexit: the protocol in abi.h.
 *
 * Nothing here points into frames: a function with defers owns bits, operands, lists and its pending
 * reason, saved like any variable. The runtime only sees the pending reason pass by:
 *
 *     unwinding --take_pending--> pending --(deferred calls)--> continue_unwinding or return
 *
 * A deferred call that panics replaces the pending panic: the new record links the old one, for
 * printing, and notes a pending Goexit, which goes on if the new panic is recovered. A
 * deferred call that exits (Goexit) ends any pending panic; {panic, GOEXIT} keeps it for printing. recover() marks
 * the record; the function whose deferred call that was sees it in defer_end and then runs its remaining
 * deferred calls as for a normal return.
 *
 * Who may recover: the function called after defer_begin, directly. g->recover names the panic and the code
 * pointer called; a function that contains recover() takes it in its prologue if the code is its
 * own. Depth counters or frame addresses would not survive a thaw. While g->recover is set, the code it names is
 * running, and has no recover() in it: else it would have taken it. So calls that are deferred but made by a normal
 * return, deeper down, need not clear it.
 */
#include "heap/heap.h"
#include "unwind/panic.h"

#include <stdlib.h>

static void call_nil(gol_g *g, gol_func *fn)
{
	(void)fn;
	gol_panic_nil(g);
}
gol_func gol_nil_function = {(void *)call_nil};

gol_pending gol_take_pending(gol_g *gp)
{
	G *g = g_of(gp);
	gol_pending pending = {NULL, 0, 0};
	if (gp->unwinding == GOL_PANIC) {
		debug_require(g->panic != NULL);
		pending = (gol_pending){g->panic, GOL_PANIC, 0};
		g->panic = NULL;
		gp->unwinding = GOL_RUNNING;
	} else if (gp->unwinding == GOL_GOEXIT) {
		pending = (gol_pending){g->panic, GOL_GOEXIT, 0};      /* a panic it ended, for printing */
		g->panic = NULL;
		gp->unwinding = GOL_RUNNING;
	}
	return pending;
}

gol_func *gol_defer_function(gol_g *g, gol_defer *d)
{
	(void)g;
	return &d->fn;
}

gol_defer *gol_defer_next(gol_g *g, gol_defer *d)
{
	(void)g;
	return d->link;
}

/* For traces: pending is in the frame of the function that makes the call. */
static void mark_push(G *g, const gol_pending *pending)
{
	if (g->mark_count == g->mark_cap) {
		g->mark_cap = g->mark_cap ? 2 * g->mark_cap : 4;
		g->marks = realloc(g->marks, g->mark_cap * sizeof *g->marks);
		if (g->marks == NULL)
			runtime_out_of_memory();
	}
	g->marks[g->mark_count++] = (defer_mark){(void *)(uintptr_t)pending, pending->panic, pending->point};
}

/* A deferred call is about to be made while something unwinds. */
void gol_defer_begin(gol_g *g, const gol_pending *pending, void *code)
{
	g->recover.panic = NULL;
	if (pending->reason != GOL_PANIC)
		return;
	g->recover.panic = pending->panic;
	g->recover.code = code;
	mark_push(g_of(g), pending);
}

static gol_panic_record *oldest(gol_panic_record *p)
{
	while (p->link != NULL)
		p = p->link;
	return p;
}

/* The new panic (g->panic) was raised while `pending` was in progress. */
static void replace(G *g, gol_pending *pending)
{
	debug_require(g->panic != NULL);
	gol_panic_record *p = g->panic, *last = oldest(p);
	if (pending->reason == GOL_PANIC && pending->panic != p) {
		record_mark(p, MARK_PANIC);
		record_trail(p, &pending->panic->where);
		gol_store_pointer(&last->link, pending->panic);
	} else if (pending->reason == GOL_GOEXIT) {
		record_mark(p, MARK_GOEXIT);
		last->goexit = true;
		gol_store_pointer(&last->link, pending->panic);
	}
	*pending = (gol_pending){p, GOL_PANIC, pending->point};
	g->panic = NULL;
}

/* A deferred call exits: the pending panic is over, but a later one still prints it. */
static void exit_replaces(G *g, gol_pending *pending)
{
	gol_panic_record *inner = g->panic;
	if (inner != NULL)
		gol_store_pointer(&oldest(inner)->link, pending->panic);
	*pending = (gol_pending){inner != NULL ? inner : pending->panic, GOL_GOEXIT, pending->point};
	g->panic = NULL;
}

/* What goes on when p is recovered: nothing, or a Goexit that it or an older panic interrupted. */
static gol_pending after_recovery(const gol_panic_record *p)
{
	for (; p != NULL; p = p->link)
		if (p->goexit)
			return (gol_pending){p->link, GOL_GOEXIT, 0};
	return (gol_pending){NULL, 0, 0};
}

/* The call has ended, where it or the function making it unwinds. False: that function must give way.
 *
 * What the call did with the pending reason, in the order that is asked for here: it froze or dies (nothing is decided
 * yet); it panicked (that goes on, and prints the old one); it exited (that goes on); it recovered (what the panic had
 * interrupted goes on: nothing, or a Goexit); else the reason stays. A record that nobody can reach any more is used
 * for the goroutine's next panic, so that a program which panics and recovers in a loop allocates none. */
bool gol_defer_end(gol_g *gp, gol_pending *pending)
{
	G *g = g_of(gp);
	if (gp->unwinding == GOL_FREEZE || gp->unwinding == GOL_FATAL)
		return false;
	gp->recover.panic = NULL;
	gp->recover.code = NULL;
	if (pending->reason == GOL_PANIC) {
		debug_require(g->mark_count > 0);
		g->mark_count--;
	}
	if (gp->unwinding == GOL_PANIC)
		replace(g, pending);
	else if (gp->unwinding == GOL_GOEXIT)
		exit_replaces(g, pending);
	else if (pending->reason == GOL_PANIC && pending->panic->recovered) {
		gol_panic_record *p = pending->panic;
		*pending = after_recovery(p);
		if (p->link == NULL && pending->reason != GOL_GOEXIT)
			panic_retire(g, p);
	}
	gp->unwinding = GOL_RUNNING;
	return true;
}

void gol_continue_unwinding(gol_g *gp, gol_pending pending)
{
	debug_require(gp->unwinding == GOL_RUNNING && g_of(gp)->panic == NULL);
	debug_require(pending.reason == GOL_PANIC ? pending.panic != NULL : pending.reason == GOL_GOEXIT);
	g_of(gp)->panic = pending.panic;
	gp->unwinding = pending.reason;
}

bool gol_unwind_frame(gol_g *g, gol_frame *h)
{
	if (g->unwinding == GOL_PANIC || g->unwinding == GOL_GOEXIT)
		h->func->body(g, h);
	if (g->unwinding != GOL_RUNNING)
		gol_freeze_frame(g, h);
	return g->unwinding == GOL_RUNNING;
}

/* ---- recover ---------------------------------------------------------------------------------------- */

gol_panic_record *gol_recover_take(gol_g *g, void *code)
{
	gol_panic_record *p = g->recover.panic;
	if (p == NULL || g->recover.code != code)
		return NULL;
	g->recover.panic = NULL;
	g->recover.code = NULL;
	return p;
}

gol_eface gol_recover(gol_g *g, gol_panic_record *p)
{
	(void)g;
	if (p == NULL || p->recovered)
		return (gol_eface){NULL, NULL};
	p->recovered = true;
	return p->value;
}

void gol_recover_aim(gol_g *g, void *wrapper_code, void *target_code)
{
	if (g->recover.panic != NULL && g->recover.code == wrapper_code)
		g->recover.code = target_code;
}
