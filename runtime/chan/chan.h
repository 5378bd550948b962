/*
 * chan.h - channels: the struct, its queues, and the steps that chan.c and select.c share.
 *
 * A value on its way between goroutines travels in the waiter (memory of the G), in both
 * directions, never into another goroutine's frame: frames move, and only their owner may
 * write to them without a barrier.
 */
#ifndef GOL_CHAN_CHAN_H
#define GOL_CHAN_CHAN_H

#include "sched/proc.h"

typedef struct wait_queue { waiter *first, *last; } wait_queue;

/*
 * 0 <= count <= cap; the values are buffer[head], ... in a ring.
 * receivers not empty => count == 0; senders not empty => count == cap; both not empty never,
 * except for waiters of one and the same select. closed => both empty.
 */
struct gol_chan {
	uint8_t *buffer;            /* heap; NULL for cap 0. The only word the collector follows */
	const gol_type *elem;
	gol_int count, cap, head;
	wait_queue receivers, senders;
	spin_lock lock;             /* guards all of it; nobody is readied with it held */
	bool closed;
	bool bubbled;               /* made in a bubble: who waits here does so durably (sched/bubble.h) */
};

/* The channel of a timer of package time, which is reached from here (sched/timer.c). */
typedef struct timer_chan {
	gol_chan c;                 /* must be first */
	void *timer;                /* heap, or NULL */
} timer_chan;

gol_chan *chan_of_timer(gol_g *g, const gol_type *type);        /* with room for one value */
static inline void **chan_timer(gol_chan *c) { return &((timer_chan *)(void *)c)->timer; }

/* Memory for bytes of values in g's wait state. */
void *wait_values_large(G *g, size_t bytes);
static inline void *wait_values(G *g, size_t bytes)
{
	return bytes <= WAIT_INLINE_BYTES ? (void *)g->wait.small : wait_values_large(g, bytes);
}
static inline void wait_clear(G *g) { g->wait.count = 0; }

#endif
