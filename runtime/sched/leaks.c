/*
 * leaks.c - goroutines that nobody can ever ready: GODEBUG=goroutineleak=1.
 *
 * A goroutine that waits at channels or for a semaphore (so: for all of package sync) goes on only when some other one
 * uses what it waits at. If no goroutine that can still run reaches that, it waits for ever, with everything it holds.
 * The collector sees this: it marks first from everything but the stacks of such goroutines (begin); then again and
 * again from the stack of each that waits at something marked (find), until there is none left. Those that remain
 * have leaked: each is shown once, its header saying (leaked), and kept, as is what it holds: a program that has a
 * pointer elsewhere after all (in a register of C, as a number) is told something wrong, but not broken.
 *
 * Goroutines that sleep, wait for descriptors or signals, are in a call, of the runtime's own or in a bubble are roots
 * as usual: they are readied from outside. What waits at nil channels or in a select without cases has leaked at once.
 *
 * While this is on every cycle is one stop: beside the program pointers move on while it would look.
 * Rejected: freeing what a leaked goroutine holds (its deferred calls would have to run, or be left out, unasked).
 */
#include "sched/leaks.h"

#include <stdlib.h>

#include "base/options.h"
#include "base/text.h"
#include "gc/gc.h"
#include "stack/list.h"
#include "stack/stack.h"
#include "stack/status.h"
#include "unwind/trace.h"

static bool may_have_leaked(const G *g)
{
	if (status_of(g) != G_WAITING || g->is_system || g->bubble != NULL)
		return false;
	switch ((enum wait_reason)g->wait_reason) {
	case WAIT_CHAN_RECEIVE: case WAIT_CHAN_SEND: case WAIT_CHAN_RECEIVE_NIL: case WAIT_CHAN_SEND_NIL: case WAIT_SELECT:
	case WAIT_SELECT_NONE: case WAIT_SEMACQUIRE: case WAIT_MUTEX: case WAIT_RWMUTEX_RLOCK: case WAIT_RWMUTEX_LOCK:
	case WAIT_WAITGROUP: case WAIT_COND:
		return true;
	default:
		return false;
	}
}

bool leaks_set_apart(G *g)
{
	g->set_apart = gc.looks_for_leaks && may_have_leaked(g);
	return g->set_apart;
}

/* Does g wait at something that is marked, or no object of the heap? */
static bool is_reached(const G *g)
{
	const wait_state *w = &g->wait;
	if (g->ready_argument != NULL)
		return gc_is_marked(g->ready_argument);
	for (uint32_t i = 0; i < w->count; i++) {
		const gol_chan *c = w->selecting ? w->many[i].chan : w->one.chan;
		if (c != NULL && gc_is_marked(c))
			return true;
	}
	return false;
}

static void keep(G *g)
{
	g->set_apart = false;
	stack_each_pointer(g, gc_mark_slot, NULL);
}

static bool keep_reached(void)
{
	bool any = false;
	for (uint32_t i = 0; i < g_count(); i++) {
		G *g = g_at(i);
		if (!g->set_apart || !is_reached(g))
			continue;
		keep(g);
		any = true;
	}
	gc_drain();
	return any;
}

static void show(const G *g)
{
	text t = {0};
	text_string(&t, "goroutine leak: it waits for what nothing else can reach\n\n");
	trace_goroutine(&t, g, NULL);
	text_string(&t, "\n");
	text_flush(&t);
	text_free(&t);
}

void leaks_find(void)
{
	while (keep_reached())
		;
	for (uint32_t i = 0; i < g_count(); i++) {
		G *g = g_at(i);
		if (!g->set_apart)
			continue;
		keep(g);
		if (!g->leaked) {
			g->leaked = true;
			show(g);
		}
	}
	gc_drain();
}

void leaks_start(void)
{
	const char *value = option_value(getenv("GODEBUG"), "goroutineleak");
	gc.looks_for_leaks = value != NULL && atoi(value) > 0;
	gc.stop_the_world |= gc.looks_for_leaks;
	gc_world.find_leaks = leaks_find;
}
