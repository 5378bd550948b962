/*
 * bubble.c - bubbles of testing/synctest: goroutines with a clock of their own, which stands still while one of
 * them can go on.
 *
 * A goroutine belongs to the bubble of the one that started it, a timer to that of who set it. It is durably parked
 * where only others of its bubble can ready it: at channels made in a bubble, at WaitGroups, Conds, in Sleep and in
 * synctest.Wait; not at locks, descriptors or in blocking calls. When the last one has parked durably (running is
 * 0), the worker on which that happened does one of these (quiet):
 *
 *     somebody is in synctest.Wait            readies it
 *     no goroutine is left                    the root, who called synctest.Run, goes on
 *     main has not ended, there are timers    the clock jumps to the first, which fires
 *     else                                    the root goes on, and panics: they are stuck
 *
 * Counting. Parking takes one from `running` when the frames are saved, readying adds one, once each, in whatever
 * order; so the sum is right as soon as both are done. Readied first it is one too high meanwhile, and the parking
 * worker, which comes last, sees what is right. Parked first and 0, others may find it 0 before it is readied: but
 * only who is outside the bubble could ready it then. While quiet acts it counts as one that runs, so no other
 * worker does.
 *
 * Structs of bubbles that have ended are used again, not freed: in the rare case above a worker may still look at
 * one (it finds it `over`, or does for its successor what is right). Where goroutines are stuck they keep theirs.
 */
#include "sched/bubble.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "heap/heap.h"
#include "sched/p.h"
#include "stack/status.h"

enum { MIDNIGHT_2000 = 946684800 };         /* seconds after 1970, UTC: where the clock of a bubble starts */

/* ---- what its goroutines do ------------------------------------------------------------------------------ */

static struct {
	spin_lock lock;
	bubble *free;
} bubbles = {.lock = LOCK_OF_RANK(RANK_BUBBLE)};

static int32_t count(bubble *b, int32_t delta) { return atomic_add(&b->running, delta); }

void bubble_start(G *child, bubble *b)
{
	child->bubble = b;
	atomic_add(&b->total, 1);
	count(b, 1);
}

void bubble_park(G *g, enum wait_reason reason)
{
	switch (reason) {
	case WAIT_CHAN_RECEIVE_NIL: case WAIT_CHAN_SEND_NIL: case WAIT_SELECT_NONE: case WAIT_SLEEP: case WAIT_WAITGROUP:
	case WAIT_COND: case WAIT_BUBBLE:
		g->durable = 1;
		break;
	default:
		g->durable = 0;     /* who parks at channels knows more (chan.c) */
	}
}

static void quiet(bubble *b);

void bubble_parked(M *m, G *g)
{
	bubble *b = g->bubble;
	bool durable = g->durable;
	bool last = durable && count(b, -1) == 0;
	if (!status_parked(g))
		queue_put_front(m->p, g);
	if (last)
		quiet(b);
}

void bubble_readied(G *g) { count(g->bubble, 1); }

void bubble_ended(bubble *b)
{
	atomic_add(&b->total, -1);
	bubble_release(b);
}

void bubble_hold(bubble *b) { count(b, 1); }

void bubble_release(bubble *b)
{
	if (count(b, -1) == 0)
		quiet(b);
}

/* ---- when all are parked ------------------------------------------------------------------------------------ */

static bubble *make(void)
{
	spin_acquire(&bubbles.lock);
	bubble *b = bubbles.free;
	if (b != NULL)
		bubbles.free = b->link;
	spin_release(&bubbles.lock);
	if (b == NULL) {
		if ((b = calloc(1, sizeof *b)) == NULL)
			runtime_out_of_memory();
		b->lock = (spin_lock)LOCK_OF_RANK(RANK_BUBBLE);
	}
	return b;
}

/* The root goes on. The lock is held, and released. */
static void end(bubble *b, enum bubble_end how)
{
	G *root = b->root;
	b->over = true;
	spin_release(&b->lock);
	timers_forget(b);
	root->results[0] = (uint64_t)how;
	if (how == BUBBLE_DONE) {
		spin_acquire(&bubbles.lock);
		b->link = bubbles.free;
		bubbles.free = b;
		spin_release(&bubbles.lock);
	}
	sched_ready(root);
}

static void fire(bubble *b, int64_t now)
{
	timer_entry e;
	store_relaxed(&b->now, now);
	while (timers_take_due(&b->timers, now, &e))
		timers_fire(e, b);
}

/* The caller has made running 0. */
static void quiet(bubble *b)
{
	do {
		spin_acquire(&b->lock);
		if (load_seq(&b->running) != 0 || b->over) {
			spin_release(&b->lock);
			return;
		}
		G *waiting = b->waiting;
		int64_t first = timers_first_of(&b->timers);
		bool main_ended = load_relaxed(&b->main_ended);
		if (waiting == NULL && load_relaxed(&b->total) == 0) {
			end(b, BUBBLE_DONE);
			return;
		}
		if (waiting == NULL && (main_ended || first == INT64_MAX)) {
			end(b, main_ended ? BUBBLE_STUCK_AFTER_MAIN : BUBBLE_STUCK);
			return;
		}
		count(b, 1);
		b->waiting = NULL;
		spin_release(&b->lock);
		if (waiting != NULL)
			sched_ready(waiting);
		else
			fire(b, first);
	} while (count(b, -1) == 0);
}

/* ---- beginning, waiting --------------------------------------------------------------------------------------- */

void bubble_main_ended(bubble *b) { store_relaxed(&b->main_ended, true); }

static void give_end(G *g) { g->pub.ret = g->results; }

void bubble_run(G *g, gol_func *f)
{
	bubble *b = make();
	b->now = MIDNIGHT_2000 * INT64_C(1000000000);
	b->root = g;
	b->main_ended = false;
	timers_know(b);
	sched_park(g, WAIT_BUBBLE_ROOT, give_end);
	bubble_start(sched_start_goroutine(f, NULL, NULL), b);
	b->over = false;
}

bool bubble_wait(G *g)
{
	bubble *b = g->bubble;
	spin_acquire(&b->lock);
	if (b->waiting != NULL) {
		spin_release(&b->lock);
		return false;
	}
	b->waiting = g;
	sched_park(g, WAIT_BUBBLE, NULL);
	spin_release(&b->lock);
	return true;
}
