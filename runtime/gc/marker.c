/*
 * marker.c - the thread that works beside the program: it marks, then sweeps what nobody has swept yet and gives
 * memory back.
 *
 * It has no P and is in no stop's way: it works in pieces, each under `lock`, and begins none while a stop holds it
 * (marker_hold). So whoever stops the world finds the work list, and every span, between two steps. It never
 * stops the world itself: when nothing is left to mark it asks for the stop that ends the cycle, as an allocation
 * asks for one that begins it, and some worker's dispatcher does it.
 *
 * Rejected: marking by idle workers and by quanta of busy ones (no thread, and a quarter of the processors at most,
 * but every path of the dispatcher would have to know of it) until this one is shown to be too slow.
 */
#include "base/atomic.h"
#include "base/event.h"
#include "base/fatal.h"
#include "base/lock.h"
#include "gc/gc.h"
#include "os/os.h"

enum { PIECE = 512, SPANS = 16, STACK = 256 << 10 };      /* objects, spans at a time; bytes */

static struct {
	os_lock lock;
	uint32_t held;              /* futex: 1 while a stop holds it */
	uint32_t wanted;            /* futex: 1: there may be something to do */
	bool started;
	uint64_t time;              /* atomic */
} marker = {.lock = LOCK_OF_RANK(RANK_MARKER)};

uint64_t marker_time(void) { return load_relaxed(&marker.time); }

/* True: there may be more. */
static bool mark_piece(void)
{
	if (!gc_drain_beside(PIECE) || gc_take_shaded())
		return true;
	gc_request_for(GC_MARKED);
	return false;
}

static bool sweep_piece(void)
{
	for (unsigned i = 0; i < SPANS; i++)
		if (load_relaxed(&gol_heap.sweep_left) == 0 || !heap_sweep_one())
			return false;
	return true;
}

static bool piece(void)
{
	uint64_t start = gc_now();
	bool marks = gc.beside, more = marks ? mark_piece() : sweep_piece();

	if (!more && !gc.beside)
		gc_give_back();
	count_up(&marker.time, gc_now() - start);
	if (event_recorded())
		event_write(EVENT_MARKER, EVENT_NO_P, 0, (uint64_t)event_time((int64_t)start), 0, marks);
	return more;
}

static void marker_main(void *argument)
{
	(void)argument;
	for (bool more = true;;) {
		while (load_acquire(&marker.held))
			os_futex_wait(&marker.held, 1, -1);
		if (!more && !atomic_swap(&marker.wanted, 0u)) {
			os_futex_wait(&marker.wanted, 0, -1);
			continue;
		}
		os_acquire(&marker.lock);
		more = load_acquire(&marker.held) || piece();
		os_release(&marker.lock);
	}
}

void marker_hold(void)
{
	store_seq(&marker.held, 1u);
	os_acquire(&marker.lock);       /* its piece is over, and it begins none while held */
	os_release(&marker.lock);
}

void marker_release(void)
{
	if (!marker.started && gc.beside) {
		marker.started = true;
		if (!os_thread_start(marker_main, NULL, STACK))
			runtime_no_thread();
	}
	store_seq(&marker.wanted, 1u);
	store_seq(&marker.held, 0u);
	if (marker.started) {
		os_futex_wake(&marker.wanted, 1);
		os_futex_wake(&marker.held, 1);
	}
}
