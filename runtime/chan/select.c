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

/* The channels of a select, locked: each once, in the order of their addresses. Empty while one worker is alone. */
typedef struct locked { size_t n; gol_chan **chans, *few[FEW]; } locked;

static int by_address(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
	return (x > y) - (x < y);
}

static void sort_by_address(gol_chan **chans, size_t n)
{
	if (n > FEW)
		qsort(chans, n, sizeof *chans, by_address);
	for (size_t i = 1; i < n && n <= FEW; i++) {
		gol_chan *c = chans[i];
		size_t at = i;
		for (; at > 0 && (uintptr_t)chans[at - 1] > (uintptr_t)c; at--)
			chans[at] = chans[at - 1];
		chans[at] = c;
	}
}

/* Room for n channels; false: none need be locked. */
static inline bool locked_begin(locked *l, size_t n)
{
	l->n = 0;
	l->chans = l->few;
	if (GOL_LIKELY(!load_relaxed(&gol_many_procs)))
		return false;
	if (n > FEW && (l->chans = malloc(n * sizeof *l->chans)) == NULL)
		runtime_out_of_memory();
	return true;
}

static void lock_all(locked *l)
{
	size_t kept = 0;
	sort_by_address(l->chans, l->n);
	for (size_t i = 0; i < l->n; i++)
		if (i == 0 || l->chans[i] != l->chans[kept - 1])
			l->chans[kept++] = l->chans[i];
	l->n = kept;
	for (size_t i = 0; i < kept; i++)
		spin_acquire(&l->chans[i]->lock);
}

static void unlock_all(locked *l)
{
	for (size_t i = 0; i < l->n; i++)
		spin_release(&l->chans[i]->lock);
	if (GOL_UNLIKELY(l->chans != l->few))
		free(l->chans);
}

static inline void lock_cases(locked *l, const gol_select_case *cases, size_t n)
{
	if (!locked_begin(l, n))
		return;
	for (size_t i = 0; i < n; i++)
		if (cases[i].chan != NULL)
			l->chans[l->n++] = cases[i].chan;
	lock_all(l);
}

static inline void lock_waiters(locked *l, const wait_state *wait)
{
	if (!locked_begin(l, wait->count))
		return;
	for (uint32_t i = 0; i < wait->count; i++)
		if (wait->many[i].chan != NULL)
			l->chans[l->n++] = wait->many[i].chan;
	lock_all(l);
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

static enum outcome try_case(gol_g *g, const gol_select_case *c, void *received, bool *ok, waiter **wake)
{
	if (c->chan == NULL)
		return NOT_READY;
	if (c->direction == GOL_CASE_RECV)
		return chan_try_receive(g, c->chan, received, ok, wake) ? READY : NOT_READY;
	if (GOL_UNLIKELY(gol_race_on))
		race_read_range(g, c->chan, 1);
	if (c->chan->closed)
		return SEND_CLOSED;
	*ok = false;
	return chan_try_send(g, c->chan, c->element, wake) ? READY : NOT_READY;
}

/* The first case that can go on, in a random order; it has been done then. result->r0 is its number only where the
 * outcome is not NOT_READY. */
static enum outcome try_all(G *g, const gol_select_case *cases, uint32_t n, void *received, gol_select_result *result,
	waiter **wake)
{
	uint32_t few[FEW], *order = few;
	enum outcome outcome = NOT_READY;
	if (n > FEW && (order = malloc(n * sizeof *order)) == NULL)
		runtime_out_of_memory();
	shuffle(order, n, &g->m->random);
	for (uint32_t i = 0; i < n && outcome == NOT_READY; i++) {
		outcome = try_case(&g->pub, &cases[order[i]], received, &result->r1, wake);
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
	debug_require(wait->count == 0);        /* waiters in use would be overwritten while they are queued */
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

/* Runs on the worker that dispatches g, before its frames are thawed. The other waiters are still in their queues,
 * where everybody who comes by finds them claimed; they have to be out before the array is used again. Both sorts of
 * partner may be there meanwhile, hence the locks of all channels. */
static void select_complete(G *g)
{
	wait_state *wait = &g->wait;
	waiter *winner = wait->winner;
	locked l;
	debug_require(wait->selecting && wait->claimed == 1 && winner >= wait->many && winner < wait->many + wait->count);
	debug_require(!winner->queued);
	lock_waiters(&l, wait);
	for (uint32_t i = 0; i < wait->count; i++) {
		waiter *w = &wait->many[i];
		if (w->chan != NULL)
			queue_remove(w->direction == GOL_CASE_SEND ? &w->chan->senders : &w->chan->receivers, w);
	}
	unlock_all(&l);
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
static GOL_COLD void stress_select(G *g, const gol_select_case *cases, const gol_select_result *result,
	const void *received)
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
	locked l;
	debug_require(n >= 0 && n <= UINT32_MAX);
	lock_cases(&l, cases, (size_t)n);
	enum outcome outcome = try_all(g, cases, (uint32_t)n, received, &result, &wake);
	if (outcome == NOT_READY && blocking)
		wait_for_one(g, cases, (uint32_t)n);
	unlock_all(&l);
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
	debug_require(w != NULL && g->wait.selecting && g->wait.count > 0);
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
