/*
 * chan.c - channels: send, receive, close.
 *
 * Who meets a waiting partner completes both sides at once and readies it (direct
 * hand-off); otherwise the buffer; otherwise it parks with a waiter in the channel's
 * queue. Waiters are served first come, first served.
 *
 * A parked sender's value lies in its waiter until a receiver takes it. A parked receiver's
 * value is put into its waiter, and copied to its destination by chan_receive_finish when its frame
 * is thawed: the address given to chan_receive is not kept. A sender parked when the channel is
 * closed panics when it is dispatched (send_failed).
 *
 * The stress modes make operations that succeed at once give way as if they had parked.
 *
 * len is read without the lock: it was right at some moment of the call, more could not be said of it anyway.
 *
 * Rejected: channels without locks for one sender and one receiver. Nothing tells that it stays so, and an uncontended
 * lock, which is a plain store while one worker is alone, is not what an operation costs: that is the goroutine switch.
 */
#include "chan/steps.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/options.h"
#include "heap/heap.h"
#include "unwind/panic.h"

static const gol_type chan_type = {
	.size = sizeof(gol_chan), .pointer_bytes = 8, .kind = GOL_KIND_STRUCT, .align = 8,
		.pointer_map = (const uint8_t[]){1},
	.text = {(const uint8_t *)"runtime.hchan", 13},
};

enum { TIMER_WORD = offsetof(timer_chan, timer) / 8 };
_Static_assert(TIMER_WORD >= 8 && TIMER_WORD < 16, "the second byte of the map has it");
static const gol_type timer_chan_type = {
	.size = sizeof(timer_chan), .pointer_bytes = sizeof(timer_chan), .kind = GOL_KIND_STRUCT, .align = 8,
		.pointer_map = (const uint8_t[]){1, 1 << (TIMER_WORD - 8)},
	.text = {(const uint8_t *)"runtime.hchan", 13},
};

/* ---- waiters ------------------------------------------------------------------------------------------ */

GOL_COLD void *wait_values_large(G *g, size_t bytes)
{
	wait_state *wait = &g->wait;
	if (wait->large_cap < bytes) {
		free(wait->large);
		wait->large = malloc(bytes);
		wait->large_cap = bytes;
		if (wait->large == NULL)
			runtime_out_of_memory();
	}
	return wait->large;
}

/* The waiter of a plain send or receive. */
static inline waiter *wait_one(G *g, gol_chan *c, uint8_t direction)
{
	waiter *w = &g->wait.one;
	debug_require(g->wait.count == 0 && !w->queued);        /* one operation at a time */
	w->g = g;
	w->chan = c;
	w->elem = c->elem;
	w->value = wait_values(g, c->elem->size);
	w->direction = direction;
	w->selecting = w->ok = false;
	g->wait.selecting = false;
	g->wait.count = 1;
	return w;
}

/* ---- the operations ------------------------------------------------------------------------------------------ */

static gol_chan *make_chan(gol_g *g, const gol_type *kind, const gol_type *elem, gol_int size)
{
	gol_chan *c = heap_new(kind);
	debug_require(size >= 0 && elem != NULL);
	c->elem = elem;
	c->cap = size;
	c->lock = (spin_lock)LOCK_OF_RANK(RANK_CHANNEL);
	c->bubbled = g_of(g)->bubble != NULL;
	if (size > 0)
		gol_store_pointer(&c->buffer, heap_new_array(elem, (size_t)size * (gol_race_on && elem->size < 8 ? 8 : 1)));
	return c;
}

gol_chan *gol_make_chan(gol_g *g, const gol_type *type, gol_int size)
{
	const gol_type *elem = type->elem;
	if (size < 0 || (elem->size != 0 && (uint64_t)size > ((uint64_t)1 << 47) / elem->size)) {
		panic_plain_error(g, "makechan: size out of range");
		return NULL;
	}
	return make_chan(g, &chan_type, elem, size);
}

gol_chan *chan_of_timer(gol_g *g, const gol_type *type) { return make_chan(g, &timer_chan_type, type->elem, 1); }

gol_int gol_chan_len(gol_g *g, gol_chan *c) { (void)g; return c != NULL ? load_relaxed(&c->count) : 0; }
gol_int gol_chan_cap(gol_g *g, gol_chan *c) { (void)g; return c != NULL ? c->cap : 0; }

/* For ever: only a deadlock or the end of the program ends this. */
static void park_for_ever(G *g, enum wait_reason reason)
{
	sched_park(g, reason, NULL);
}

/* g is parked at c; nobody knows yet. */
static inline void in_bubble(G *g, const gol_chan *c)
{
	if (GOL_UNLIKELY(g->bubble != NULL))
		g->durable = c->bubbled;
}

/* Of a sender parked when the channel was closed. */
static void send_failed(G *g)
{
	debug_require(!g->wait.one.queued && !g->wait.one.ok && g->wait.one.chan->closed);
	wait_clear(g);
	panic_plain_error(&g->pub, "send on closed channel");
}

static GOL_COLD bool stress_gives_way(G *g)
{
	if (gol_stress.freeze_every == 0 || !stress_chance(&g->m->random, gol_stress.freeze_every))
		return false;
	sched_give_way(g);
	return true;
}

void gol_chan_send(gol_g *gp, gol_chan *c, const void *element)
{
	G *g = g_of(gp);
	if (GOL_UNLIKELY(c == NULL)) {
		park_for_ever(g, WAIT_CHAN_SEND_NIL);
		return;
	}
	if (GOL_UNLIKELY(gol_race_on))
		race_read_range(gp, c, 1);
	spin_acquire(&c->lock);
	if (GOL_UNLIKELY(c->closed)) {
		spin_release(&c->lock);
		panic_plain_error(gp, "send on closed channel");
		return;
	}
	waiter *wake = NULL;
	if (chan_try_send(gp, c, element, &wake)) {
		spin_release(&c->lock);
		if (wake != NULL)
			chan_wake(wake);
		if (GOL_UNLIKELY(gol_stress.on))
			stress_gives_way(g);
		return;
	}
	waiter *w = wait_one(g, c, GOL_CASE_SEND);
	debug_require(c->count == c->cap && c->receivers.first == NULL);
	chan_copy(c->elem, w->value, element);
	/* parked first, then in the queue: whoever finds it there may ready it at once, which a running one must not be */
	sched_park(g, WAIT_CHAN_SEND, NULL);
	in_bubble(g, c);
	queue_add(&c->senders, w);
	spin_release(&c->lock);
}

/* As if it had parked: the value goes back to where a parked receiver finds it. */
static GOL_COLD void stress_receive(G *g, gol_chan *c, const void *element, bool ok)
{
	if (!stress_gives_way(g))
		return;
	waiter *w = wait_one(g, c, GOL_CASE_RECV);
	if (element != NULL)
		memcpy(w->value, element, c->elem->size);
	w->ok = ok;
}

bool gol_chan_receive(gol_g *gp, gol_chan *c, void *element)
{
	G *g = g_of(gp);
	if (GOL_UNLIKELY(c == NULL)) {
		park_for_ever(g, WAIT_CHAN_RECEIVE_NIL);
		return false;
	}
	bool ok;
	waiter *wake = NULL;
	spin_acquire(&c->lock);
	if (chan_try_receive(gp, c, element, &ok, &wake)) {
		spin_release(&c->lock);
		if (wake != NULL)
			chan_wake(wake);
		if (GOL_UNLIKELY(gol_stress.on))
			stress_receive(g, c, element, ok);
		return ok;
	}
	debug_require(c->count == 0 && c->senders.first == NULL && !c->closed);
	waiter *w = wait_one(g, c, GOL_CASE_RECV);
	sched_park(g, WAIT_CHAN_RECEIVE, NULL);
	in_bubble(g, c);
	queue_add(&c->receivers, w);
	spin_release(&c->lock);
	return false;
}

bool gol_chan_receive_finish(gol_g *gp, void *element)
{
	G *g = g_of(gp);
	waiter *w = &g->wait.one;
	bool ok = w->ok;
	debug_require(g->wait.count == 1 && !w->queued && w->direction == GOL_CASE_RECV);
	if (element != NULL && ok)
		chan_copy(w->elem, element, w->value);
	else if (element != NULL)
		clear_value(w->elem, element);
	wait_clear(g);
	return ok;
}

void gol_chan_close(gol_g *gp, gol_chan *c)
{
	if (c == NULL) {
		panic_plain_error(gp, "close of nil channel");
		return;
	}
	if (GOL_UNLIKELY(gol_race_on))
		race_write_range(gp, c, 1);
	spin_acquire(&c->lock);
	if (c->closed) {
		spin_release(&c->lock);
		panic_plain_error(gp, "close of closed channel");
		return;
	}
	c->closed = true;
	if (GOL_UNLIKELY(gol_race_on))
		race_release(gp, c);
	/* Everybody who waits, in a list by G.link, which no queue uses while they are parked. */
	G *first = NULL, **last = &first;
	waiter *w;
	while ((w = queue_take(&c->receivers)) != NULL || (w = queue_take(&c->senders)) != NULL) {
		w->g->wait.winner = w;
		if (GOL_UNLIKELY(gol_race_on))
			race_acquire(&w->g->pub, c);
		if (!w->selecting && w->direction == GOL_CASE_SEND)
			w->g->complete = send_failed;
		*last = w->g;
		last = &w->g->link;
	}
	*last = NULL;
	debug_require(c->receivers.first == NULL && c->senders.first == NULL);
	spin_release(&c->lock);
	for (G *g = first, *next; g != NULL; g = next) {
		next = g->link;
		g->link = NULL;
		sched_ready(g);
	}
}
