/*
 * steps.h - the steps that send, receive and select are made of, inline: each operation is a few dozen
 * instructions, calls would double them.
 */
#ifndef GOL_CHAN_STEPS_H
#define GOL_CHAN_STEPS_H

#include "chan/chan.h"
#include "race/race.h"

static inline void queue_add(wait_queue *q, waiter *w)
{
	debug_require(!w->queued && w->chan != NULL && (q == &w->chan->senders || q == &w->chan->receivers));
	debug_require((q->first == NULL) == (q->last == NULL) && (q->last == NULL || q->last->next == NULL));
	w->next = NULL;
	w->previous = q->last;
	if (q->last != NULL)
		q->last->next = w;
	else
		q->first = w;
	q->last = w;
	w->queued = true;
}

static inline void queue_remove(wait_queue *q, waiter *w)
{
	if (!w->queued)
		return;
	debug_require(w->previous != NULL ? w->previous->next == w : q->first == w);
	debug_require(w->next != NULL ? w->next->previous == w : q->last == w);
	if (w->previous != NULL)
		w->previous->next = w->next;
	else
		q->first = w->next;
	if (w->next != NULL)
		w->next->previous = w->previous;
	else
		q->last = w->previous;
	w->queued = false;
}

/* The first waiter that is still to be completed; claims it (select: against its other cases).
 *
 * A select has a waiter in several channels, whose locks are held by different workers: the exchange on `claimed` makes
 * one of them the winner. The others find it claimed, drop the waiter and look at the next; select_complete drops those
 * that nobody came to. A plain waiter is in one queue, whose lock is held: it needs no claim. */
static inline waiter *queue_take(wait_queue *q)
{
	for (;;) {
		waiter *w = q->first;
		if (w == NULL)
			return NULL;
		queue_remove(q, w);
		if (!w->selecting || proc_swap(&w->g->wait.claimed, 1) == 0)
			return w;
	}
}

/* Values that cross between goroutines are shaded on both sides: a waiter's memory is no heap object, the collector
 * looks into it when it scans the goroutine, which may have happened before this, or may come after the other side has
 * taken the value out again. */
static inline void chan_copy(const gol_type *type, void *to, const void *from)
{
	if (type->pointer_bytes != 0)
		GOL_BARRIER(type, to, from);
	if (type->size == 8)
		memcpy(to, from, 8);
	else if (type->size != 0)
		memcpy(to, from, type->size);
}

static inline void clear_value(const gol_type *type, void *to)
{
	if (type->pointer_bytes != 0)
		GOL_BARRIER(type, to, NULL);
	if (type->size != 0)
		memset(to, 0, type->size);
}

/* ---- what orders goroutines, for the race detector ---------------------------------------------------------
 * The k-th receive happens before the send that takes its place in the buffer: each place is a sync object, and so
 * are, where there are none, the two goroutines that meet. Elements of size 0 share one, behind the channel's first
 * word; that word stands for the channel: sends read it, close writes it, and what was done before close is released
 * there. */

/* Sync objects are 8 byte words: places of smaller elements lie so far apart in a buffer with room for that. */
static inline const void *race_place_of(gol_chan *c, gol_int i)
{
	size_t size = c->elem->size;
	return size == 0 ? (const uint8_t *)c + 8 : c->buffer + (size_t)i * (size < 8 ? 8 : size);
}

static inline const void *race_place(gol_chan *c) { return race_place_of(c, c->head); }

/* g uses a place of the buffer. */
static inline void race_pass(gol_g *g, gol_chan *c, const void *place)
{
	if (c->elem->size != 0) {
		race_release_acquire(g, place);
		return;
	}
	race_acquire(g, place);
	race_release(g, place);
}

/* g, which runs, completes the operation of other, which is parked. */
static inline void race_hand_over(gol_g *g, gol_chan *c, G *other)
{
	if (c->cap == 0) {
		race_meet(g, &other->pub);
		return;
	}
	const void *place = race_place(c);      /* as if the value went through the buffer */
	race_pass(g, c, place);
	race_pass(&other->pub, c, place);
	if (c->count == 0)
		c->head = c->head + 1 < c->cap ? c->head + 1 : 0;
}

static inline void race_put(gol_g *g, gol_chan *c)
{
	gol_int at = c->head + c->count;
	at = at < c->cap ? at : at - c->cap;
	race_pass(g, c, race_place_of(c, at));
}

/* ---- operations that need not wait; the lock is held ----------------------------------------------------------- */

static inline void *buffer_at(gol_chan *c, gol_int i)
{
	return c->buffer + (size_t)i * c->elem->size;
}

static inline void buffer_put(gol_chan *c, const void *element)
{
	debug_require(c->count >= 0 && c->count < c->cap && c->head >= 0 && c->head < c->cap);
	gol_int at = c->head + c->count;
	chan_copy(c->elem, buffer_at(c, at < c->cap ? at : at - c->cap), element);
	c->count++;
}

static inline void buffer_take(gol_chan *c, void *element)
{
	debug_require(c->count > 0 && c->count <= c->cap && c->head >= 0 && c->head < c->cap);
	void *from = buffer_at(c, c->head);
	if (element != NULL)
		chan_copy(c->elem, element, from);
	clear_value(c->elem, from);
	c->head = c->head + 1 < c->cap ? c->head + 1 : 0;
	c->count--;
}

/* The value of a parked sender was taken; a plain send has nothing left to do when it is dispatched. */
static inline void sender_done(waiter *w)
{
	debug_require(w->direction == GOL_CASE_SEND && !w->queued && !w->ok);
	w->ok = true;
	if (!w->selecting)
		w->g->wait.count = 0;
}

/* *wake: whom to ready after unlocking. False: it would block.
 *
 * A waiting receiver comes before the buffer: where one waits the buffer is empty. On the other side a receiver takes
 * from the buffer first, and the longest waiting sender's value goes to its end: so values come out in the order in
 * which their sends began. */
static inline bool chan_try_send(gol_g *g, gol_chan *c, const void *element, waiter **wake)
{
	debug_require(!c->closed);      /* the caller has said so to the program */
	waiter *w = queue_take(&c->receivers);
	if (w != NULL) {
		debug_require(c->count == 0 && w->direction == GOL_CASE_RECV && w->elem == c->elem);
		if (GOL_UNLIKELY(gol_race_on))
			race_hand_over(g, c, w->g);
		chan_copy(c->elem, w->value, element);
		w->ok = true;
		*wake = w;
		return true;
	}
	if (c->count == c->cap)
		return false;
	if (GOL_UNLIKELY(gol_race_on))
		race_put(g, c);
	buffer_put(c, element);
	return true;
}

static inline bool chan_try_receive(gol_g *g, gol_chan *c, void *element, bool *ok, waiter **wake)
{
	*ok = true;
	if (c->count > 0) {
		const void *place = race_place(c);
		if (GOL_UNLIKELY(gol_race_on))
			race_pass(g, c, place);
		buffer_take(c, element);
		waiter *w = queue_take(&c->senders);
		if (w != NULL) {
			if (GOL_UNLIKELY(gol_race_on))
				race_pass(&w->g->pub, c, place);
			buffer_put(c, w->value);
			sender_done(w);
			*wake = w;
		}
		return true;
	}
	waiter *w = queue_take(&c->senders);
	if (w != NULL) {
		if (GOL_UNLIKELY(gol_race_on))
			race_hand_over(g, c, w->g);
		if (element != NULL)
			chan_copy(c->elem, element, w->value);
		sender_done(w);
		*wake = w;
		return true;
	}
	if (!c->closed)
		return false;
	if (GOL_UNLIKELY(gol_race_on))
		race_acquire(g, c);
	if (element != NULL)
		clear_value(c->elem, element);
	*ok = false;
	return true;
}

/* No lock is held any more: who is readied may run before this returns, and want the same channel. */
static inline void chan_wake(waiter *w)
{
	debug_require(!w->queued);
	w->g->wait.winner = w;
	sched_ready(w->g);
}

#endif
