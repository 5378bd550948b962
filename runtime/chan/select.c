/*
 * select.c - the select statement.
 *
 * Cases are looked at in a random order, which makes the choice among ready ones
 * uniform; their operands were evaluated in source order by the caller. The channels are
 * locked together, in address order (several workers only: while one has a P nobody else is
 * there). With none ready and no default a waiter goes into the queue of every channel; the
 * first partner claims the goroutine (wait.claimed), so that exactly one case is
 * completed. When the goroutine is dispatched again select_complete takes the other waiters
 * out.
 *
 * Values: each sending case has its own place in the wait state, all receiving ones share one.
 */
#include "chan/steps.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/options.h"
#include "unwind/panic.h"

enum { FEW = 16 };

static size_t rounded(size_t size) { return (size + 15) & ~(size_t)15; }

/* ---- locks -------------------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
	return (x > y) - (x < y);
}

/* Applies change to the channels in address order, each once. chans is reordered. */
static void each_channel(gol_chan **chans, size_t n, void (*change)(spin_lock *))
{
	qsort(chans, n, sizeof *chans, by_address);
	for (size_t i = 0; i < n; i++)
		if (chans[i] != NULL && (i == 0 || chans[i] != chans[i - 1]))
			change(&chans[i]->lock);
}

static void lock_one(spin_lock *l) { spin_acquire(l); }
static void unlock_one(spin_lock *l) { spin_release(l); }

static void with_cases(const gol_select_case *cases, gol_int n, void (*change)(spin_lock *))
{
	gol_chan *few[FEW], **chans = few;
	if (GOL_LIKELY(!load_relaxed(&gol_many_procs)))
		return;
	if (n > FEW && (chans = malloc((size_t)n * sizeof *chans)) == NULL)
		runtime_out_of_memory();
	for (gol_int i = 0; i < n; i++)
		chans[i] = cases[i].chan;
	each_channel(chans, (size_t)n, change);
	if (chans != few)
		free(chans);
}

static void with_waiters(wait_state *wait, void (*change)(spin_lock *))
{
	if (GOL_LIKELY(!load_relaxed(&gol_many_procs)))
		return;
	gol_chan **chans = malloc(wait->count * sizeof *chans);
	if (chans == NULL)
		runtime_out_of_memory();
	for (uint32_t i = 0; i < wait->count; i++)
		chans[i] = wait->many[i].chan;
	each_channel(chans, wait->count, change);
	free(chans);
}

/* ---- looking for a ready case --------------------------------------------------------------------------- */

/* Cases i, i + step, ... modulo n with step coprime to n would be biased: a real shuffle. */
static void shuffle(uint32_t *order, uint32_t n, uint64_t *random)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t j = (uint32_t)((random_next(random) >> 32) * (i + 1) >> 32);
		order[i] = order[j];
		order[j] = i;
	}
}

enum outcome { NOT_READY, READY, SEND_CLOSED };

static enum outcome try_case(const gol_select_case *c, void *received, bool *ok, waiter **wake)
{
	if (c->chan == NULL)
		return NOT_READY;
	if (c->direction == GOL_CASE_RECV)
		return chan_try_receive(c->chan, received, ok, wake) ? READY : NOT_READY;
	if (c->chan->closed)
		return SEND_CLOSED;
	*ok = false;
	return chan_try_send(c->chan, c->element, wake) ? READY : NOT_READY;
}

static enum outcome try_all(G *g, const gol_select_case *cases, uint32_t n, void *received, gol_select_result *result, waiter **wake)
{
	uint32_t few[FEW], *order = few;
	enum outcome outcome = NOT_READY;
	if (n > FEW && (order = malloc(n * sizeof *order)) == NULL)
		runtime_out_of_memory();
	shuffle(order, n, &g->m->random);
	for (uint32_t i = 0; i < n && outcome == NOT_READY; i++) {
		outcome = try_case(&cases[order[i]], received, &result->r1, wake);
		result->r0 = order[i];
	}
	if (order != few)
		free(order);
	return outcome;
}

/* ---- waiting ------------------------------------------------------------------------------------------------ */

static void waiters_for(G *g, uint32_t n)
{
	wait_state *wait = &g->wait;
	if (wait->many_cap < n) {
		free(wait->many);
		wait->many = malloc(n * sizeof *wait->many);
		wait->many_cap = n;
		if (wait->many == NULL)
			runtime_out_of_memory();
	}
	wait->count = n;
	wait->selecting = true;
	wait->claimed = 0;
	wait->winner = NULL;
}

static size_t value_bytes(const gol_select_case *cases, uint32_t n, size_t *receive)
{
	size_t bytes = 0;
	*receive = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (cases[i].chan == NULL)
			continue;
		size_t size = rounded(cases[i].chan->elem->size);
		if (cases[i].direction == GOL_CASE_SEND)
			bytes += size;
		else if (size > *receive)
			*receive = size;
	}
	return bytes + *receive;
}

static void fill_waiters(G *g, const gol_select_case *cases, uint32_t n)
{
	size_t receive;
	char *values = wait_values(g, value_bytes(cases, n, &receive)), *next = values + receive;
	for (uint32_t i = 0; i < n; i++) {
		waiter *w = &g->wait.many[i];
		gol_chan *c = cases[i].chan;
		*w = (waiter){.g = g, .chan = c, .elem = c != NULL ? c->elem : NULL, .value = values, .index = i,
			.direction = (uint8_t)cases[i].direction, .selecting = true};
		if (c != NULL && w->direction == GOL_CASE_SEND) {
			w->value = next;
			chan_copy(c->elem, next, cases[i].element);
			next += rounded(c->elem->size);
		}
	}
}

static void select_complete(G *g)
{
	wait_state *wait = &g->wait;
	waiter *winner = wait->winner;
	with_waiters(wait, lock_one);
	for (uint32_t i = 0; i < wait->count; i++) {
		waiter *w = &wait->many[i];
		if (w->chan != NULL)
			queue_remove(w->direction == GOL_CASE_SEND ? &w->chan->senders : &w->chan->receivers, w);
	}
	with_waiters(wait, unlock_one);
	if (winner->direction == GOL_CASE_SEND && !winner->ok) {
		wait_clear(g);
		panic_plain_error(&g->pub, "send on closed channel");
	}
}

/* g is parked at the channels of its waiters; nobody knows yet. */
static GOL_COLD void in_bubble(G *g)
{
	g->durable = true;
	for (uint32_t i = 0; i < g->wait.count; i++)
		if (g->wait.many[i].chan != NULL && !g->wait.many[i].chan->bubbled)
			g->durable = false;
}

static void wait_for_one(G *g, const gol_select_case *cases, uint32_t n)
{
	waiters_for(g, n);
	fill_waiters(g, cases, n);
	sched_park(g, n == 0 ? WAIT_SELECT_NONE : WAIT_SELECT, select_complete);
	if (GOL_UNLIKELY(g->bubble != NULL))
		in_bubble(g);
	for (uint32_t i = 0; i < n; i++) {
		waiter *w = &g->wait.many[i];
		if (w->chan != NULL)
			queue_add(w->direction == GOL_CASE_SEND ? &w->chan->senders : &w->chan->receivers, w);
	}
}

/* ---- the statement -------------------------------------------------------------------------------------------- */

/* As if it had parked and been completed. */
static GOL_COLD void stress_select(G *g, const gol_select_case *cases, const gol_select_result *result, const void *received)
{
	if (gol_stress.freeze_every == 0 || !stress_chance(&g->m->random, gol_stress.freeze_every))
		return;
	const gol_type *elem = cases[result->r0].chan->elem;
	waiters_for(g, 1);
	waiter *w = &g->wait.many[0];
	*w = (waiter){.g = g, .elem = elem, .value = wait_values(g, elem->size), .index = (uint32_t)result->r0,
		.direction = (uint8_t)cases[result->r0].direction, .selecting = true, .ok = true};
	g->wait.winner = w;
	if (w->direction == GOL_CASE_RECV) {
		w->ok = result->r1;
		if (received != NULL)
			memcpy(w->value, received, elem->size);
	} else {
		w->direction = 0;               /* nothing to scan: the value is gone */
	}
	sched_give_way(g);
}

gol_select_result gol_select(gol_g *gp, gol_select_case *cases, gol_int n, bool blocking, void *received)
{
	G *g = g_of(gp);
	gol_select_result result = {-1, false};
	waiter *wake = NULL;
	with_cases(cases, n, lock_one);
	enum outcome outcome = try_all(g, cases, (uint32_t)n, received, &result, &wake);
	if (outcome == NOT_READY && blocking)
		wait_for_one(g, cases, (uint32_t)n);
	with_cases(cases, n, unlock_one);
	if (wake != NULL)
		chan_wake(wake);
	if (outcome == SEND_CLOSED)
		panic_plain_error(gp, "send on closed channel");
	else if (outcome == READY && GOL_UNLIKELY(gol_stress.on))
		stress_select(g, cases, &result, received);
	if (outcome == NOT_READY)
		result = (gol_select_result){-1, false};
	return result;
}

gol_select_result gol_select_finish(gol_g *gp, void *received)
{
	G *g = g_of(gp);
	waiter *w = g->wait.winner;
	gol_select_result result = {w->index, w->direction == GOL_CASE_RECV && w->ok};
	if (w->direction == GOL_CASE_RECV && received != NULL) {
		if (w->ok)
			chan_copy(w->elem, received, w->value);
		else
			memset(received, 0, w->elem->size);
	}
	wait_clear(g);
	return result;
}
