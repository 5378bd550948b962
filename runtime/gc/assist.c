/*
 * assist.c - the program keeps to the marker's pace: whoever allocates faster than is marked helps to mark.
 *
 * A cycle that marks beside the program begins with `before` bytes in the heap, and is to be over when the heap has
 * grown by `runway`. So marking is late when less of it is done than of the growth: marked / expected < grown / runway.
 * Each time a goroutine takes a span of free slots (or a large object) while it is late, it marks a quantum
 * itself: objects from the list that shaded ones go to (shade.c), to which the marker gives half of its work
 * when somebody found nothing there. Where there is nothing to share (a linked list has one object at a time to
 * look at) and a good part of the runway is used, it sleeps for a moment instead: it is the marker's turn, and other
 * goroutines are not kept from theirs, as a stop would.
 *
 * expected is what the last cycle marked and an eighth, and once that is done all there was when this one began.
 *
 * A quantum is short (about 50 us): a stop has to wait for it. Its thread holds a P and runs no gol code meanwhile, so in a
 * stop nobody is in one, and what was not finished is back in the list. While one is under way the marker does not ask for the
 * stop that ends the cycle.
 */
#include "base/atomic.h"
#include "gc/gc.h"
#include "os/os.h"

#define LATE ((uint64_t)64 << 10)       /* bytes; less is not worth it */
enum { QUANTUM = 512, NAP = 50000 };    /* objects; nanoseconds */

static struct {
	uint64_t before, runway, expected;  /* change in stops */
	uint32_t under_way;                 /* atomic: quanta */
	uint32_t hungry;                    /* atomic: somebody found nothing to do */
	uint64_t time;                      /* atomic: nanoseconds, ever */
} assist;

uint64_t assist_time(void) { return load_relaxed(&assist.time); }
bool assist_under_way(void) { return load_seq(&assist.under_way) != 0; }

bool assist_wants_work(void)
{
	return load_relaxed(&assist.hungry) != 0 && !gc_any_shaded() && atomic_swap(&assist.hungry, 0u) != 0;
}

void assist_begin(uint64_t before, uint64_t goal, uint64_t marked_last)
{
	assist.before = before;
	assist.runway = goal > before ? goal - before : 1;
	assist.expected = marked_last + marked_last / 8 < before ? marked_last + marked_last / 8 : before;
}

/* Bytes that should have been marked by now and were not. *far: a quarter of the runway is used. */
static uint64_t late(bool *far)
{
	uint64_t live = load_relaxed(&gol_heap.live_bytes), grown = live > assist.before ? live - assist.before : 0;
	uint64_t done = gc_work_bytes_beside() + gc_shaded_bytes();
	uint64_t expected = done < assist.expected ? assist.expected : assist.before;

	*far = grown > assist.runway / 4;
	if (grown > assist.runway)
		grown = assist.runway;
	uint64_t due = (uint64_t)((double)expected * ((double)grown / (double)assist.runway));
	return due > done ? due - done : 0;
}

void gc_assist(void)
{
	bool far;

	if (!gc.beside || gc_requested() || late(&far) < LATE)
		return;
	uint64_t start = gc_now();
	atomic_add(&assist.under_way, 1u);
	bool marked = gc_mark_share(QUANTUM);
	atomic_add(&assist.under_way, (uint32_t)-1);
	count_up(&assist.time, gc_now() - start);
	if (marked)
		return;
	store_relaxed(&assist.hungry, 1u);
	if (far)
		os_sleep(NAP);
}
