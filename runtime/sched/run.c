/*
 * run.c - the dispatcher: runs one goroutine from its saved frames until it gives way.
 *
 *     loop: top frame at resume point 0: pop it, call start (the fast version)
 *           else: call body, which works on the frame in place; pop it when it returns
 *           g->ret = the results in the frame just popped
 *           unwinding FREEZE: put what was saved on the stack, then do what `why` says
 *           unwinding PANIC or GOEXIT: pop frames, entering those with defers
 *           unwinding FATAL: print and die
 *           no frame left: the goroutine has ended
 *
 * Frames thaw one at a time, only when needed. A popped frame's memory stays as it is until
 * the next freeze, so results can be read there by the caller.
 *
 * Requests (preemption, a stop) live in G.request; limit and poll only make the next safepoint look. Whoever asks
 * sets the word first, then poisons; a worker that restores limit re-reads the word. Between the two steps of each
 * stands a fence (base/order.h): so the worker sees the word, or its limit is stored before the poison, which
 * stays.
 *
 * Progress: `fresh` makes the first safepoint after a dispatch (or after entering a fast
 * version) pass, whatever the request or the stress mode.
 */
#include "base/fatal.h"
#include "base/options.h"
#include "base/order.h"
#include "gc/gc.h"
#include "race/race.h"
#include "sched/bubble.h"
#include "sched/locked.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "sched/record.h"
#include "stack/position.h"
#include "stack/stack.h"
#include "stack/status.h"
#include "unwind/pc.h"
#include "unwind/panic.h"

/* ---- asking and looking --------------------------------------------------------------------------- */

void run_arm(M *m, G *g)
{
	if (gol_stress.on) {
		g_set_limit(g, UINTPTR_MAX);
		return;
	}
	g_set_limit(g, m->limit);
	order_light();
	if (load_relaxed(&g->request) != 0)
		g_set_limit(g, UINTPTR_MAX);
}

/*
 * At a dispatch what was asked of g has been served: it gave way, and the dispatcher has looked at everything else. A
 * goroutine that parks between any two of its safepoints would keep its requests for ever, and pay for them here.
 * What came since the dispatcher looked stays. False: g is not to run on m's thread (locked.c); another one has it.
 */
static GOL_COLD bool arm_for_dispatch(M *m, G *g)
{
	if (GOL_UNLIKELY(locked_apart(m, g))) {
		store_relaxed(&m->g, (G *)NULL);
		status_runnable(g);
		locked_pass_on(m, g);
		return false;
	}
	if (load_relaxed(&g->request) != 0) {
		__atomic_exchange_n(&g->request, 0, __ATOMIC_SEQ_CST);
		if (world_asked() || gc_requested())
			atomic_or(&g->request, REQUEST_STOP);
		if (load_relaxed(&scheduler.wants_many))
			atomic_or(&g->request, REQUEST_MANY);
	}
	run_arm(m, g);
	if (event_recorded())
		record_dispatch(m);
	return true;
}

static void ask(P *p, uint32_t request)
{
	M *m = load_acquire(&p->m);
	G *g = m != NULL ? load_acquire(&m->g) : NULL;
	if (g != NULL)
		g_ask(g, request);
}

void request_preempt(P *p)
{
	store_relaxed(&p->skip_next, 1u);
	ask(p, REQUEST_PREEMPT);
}

void request_stop(P *p) { ask(p, REQUEST_STOP); }
void request_share(P *p) { ask(p, REQUEST_SHARE); }
void request_many(P *p) { ask(p, REQUEST_MANY); }

/* What a goroutine was already asked it will hear: in a long copy, say, it is far from its next safepoint. */
static bool ask_again(P *p, uint32_t request)
{
	M *m = load_acquire(&p->m);
	G *g = m != NULL ? load_acquire(&m->g) : NULL;
	if (g == NULL || load_relaxed(&g->request) & request)
		return false;
	g_ask(g, request);
	return true;
}

bool request_stop_again(P *p) { return ask_again(p, REQUEST_STOP); }
bool request_many_again(P *p) { return ask_again(p, REQUEST_MANY); }

void sched_request_stop(void)
{
	for (uint32_t i = 0; i < proc_count(); i++)
		request_stop(proc_at(i));
	if (load_seq(&scheduler.idle_count) == proc_count())    /* nobody is there to do it */
		idle_wake_anyway();
}

static bool give_way(G *g, enum g_why why)
{
	g->why = why;
	g->pub.unwinding = GOL_FREEZE;
	return true;
}

/* limit is poisoned: serve a request, or see what the stress mode wants. */
static GOL_COLD bool look(G *g)
{
	if (g->fresh) {
		g->fresh = 0;
		return false;
	}
	uint32_t request = load_relaxed(&g->request);
	if (request != 0)
		request = __atomic_exchange_n(&g->request, 0, __ATOMIC_SEQ_CST);
	if (!gol_stress.on && !(request & REQUEST_PREEMPT))
		run_arm(g->m, g);
	if (request & REQUEST_MANY)
		solo_granted();
	if (request & REQUEST_SHARE)
		queue_share(g->m->p);
	if (request & REQUEST_PREEMPT)
		return give_way(g, WHY_YIELD);
	if (request & REQUEST_STOP)
		return give_way(g, WHY_CONTINUE);
	if (gol_stress.sched && stress_chance(&g->m->random, 16)) {
		g->m->counts.preemptions++;
		return give_way(g, WHY_YIELD);
	}
	if (gol_stress.freeze_every != 0 && stress_chance(&g->m->random, gol_stress.freeze_every))
		return give_way(g, WHY_CONTINUE);
	return false;
}

bool gol_must_freeze(gol_g *gp)
{
	G *g = g_of(gp);
	if (GOL_STACK_POINTER() < g->m->limit && !(g->fresh && gol_stress.window_frames != 0)) {
		g->fresh = 0;
		return give_way(g, WHY_CONTINUE);
	}
	return look(g);
}

bool gol_must_yield(gol_g *gp) { return look(g_of(gp)); }

void sched_freeze(G *g) { give_way(g, WHY_CONTINUE); }
void sched_give_way(G *g) { give_way(g, WHY_YIELD); }
void gol_yield(gol_g *g) { give_way(g_of(g), WHY_YIELD); }

/* g runs on this thread. From here on it may be readied, and is frozen when it returns to generated code: who calls
 * this puts its waiter where others find it, and does nothing else that could wait. */
void sched_park(G *g, enum wait_reason reason, void (*complete)(G *))
{
	debug_require(g->m == current_m && current_m->g == g && current_m->p != NULL);
	debug_require(reason != WAIT_NONE && reason < WAIT_REASONS && g->complete == NULL);
	status_park(g);
	g->wait_reason = reason;
	g->wait_since = 0;
	g->complete = complete;
	if (GOL_UNLIKELY(g->bubble != NULL))
		bubble_park(g, reason);
	give_way(g, WHY_PARK);
}

/* Readied by a thread without a P, so the frames must be saved before anybody hears of it. */
void sched_park_for_poll(G *g, void (*complete)(G *))
{
	g->wait_reason = WAIT_IO;
	g->wait_since = 0;
	g->complete = complete;
	g->durable = 0;
	give_way(g, WHY_POLL);
}

/* ---- what happens when all native frames have given way ---------------------------------------------- */

typedef struct profile_stack { uintptr_t pcs[PROFILE_DEPTH]; size_t depth; } profile_stack;

static bool add_to_profile(void *context, const position *p)
{
	profile_stack *s = context;
	if (p->func != NULL && !(p->func->flags & (GOL_FUNC_WRAPPER | GOL_FUNC_RUNTIME)))
		s->pcs[s->depth++] = pc_of(p);
	return s->depth < PROFILE_DEPTH;
}

/* Objects that g has allocated are samples of the memory profile: it is frozen, or at its end. */
static GOL_COLD void book_samples(const G *g)
{
	profile_stack s = {.depth = 0};
	stack_walk(g, add_to_profile, &s);
	profile_book(s.pcs, s.depth);
}

/* Samples of the memory profile, the record of events: what is done seldom when a goroutine gives way. */
static GOL_COLD void note_give_way(M *m, G *g)
{
	static const uint8_t whys[] = {
		[WHY_YIELD] = EVENT_YIELDED, [WHY_PARK] = EVENT_PARKED, [WHY_CALL_LOST_P] = EVENT_LOST_P,
		[WHY_POLL] = EVENT_WAITS_FOR_IO,
	};
	if (profile_waiting != 0 && g->why != WHY_CALL_LOST_P)      /* read by holders of a P only */
		book_samples(g);
	if (event_recorded() && g->why != WHY_CONTINUE)
		record_slice(m, g, whys[g->why]);
}

static GOL_COLD void note_end(M *m, G *g)
{
	if (profile_waiting != 0)
		book_samples(g);
	if (event_recorded())
		record_slice(m, g, EVENT_ENDED);
}

/* True: the goroutine no longer belongs to this worker.
 *
 * The order in each case: its frames are saved (stack_finish_freeze), m->g is taken back, so that nobody asks a
 * goroutine through m that another worker may run by then, and only then is it put where others find it. Behind that
 * nothing of g may be touched. WHY_CONTINUE alone keeps it, unless the stop that was asked for took the P away. */
static bool gave_way(M *m, G *g)
{
	debug_require(m->g == g && g->m == m && m == current_m);
	g->pub.unwinding = GOL_RUNNING;
	stack_finish_freeze(m, g);
	if (GOL_UNLIKELY((profile_waiting | load_relaxed(&event_on)) != 0))
		note_give_way(m, g);
	if (GOL_UNLIKELY(g->overflow))
		fatal_die(g);
	switch ((enum g_why)g->why) {
	case WHY_PARK:
		queue_parked(m->p);
		store_relaxed(&m->g, (G *)NULL);
		if (GOL_UNLIKELY(g->bubble != NULL)) {
			bubble_parked(m, g);
			return true;
		}
		if (!status_parked(g))
			queue_put_front(m->p, g);
		return true;
	case WHY_YIELD:
		m->counts.yields++;
		store_relaxed(&m->g, (G *)NULL);
		status_runnable(g);
		proc_put_global(g);
		return true;
	case WHY_CALL_LOST_P:
		if (status_of(g) == G_IN_CALL)
			status_leave_call(g, G_RUNNABLE);
		else
			status_runnable(g);             /* a frozen operation waited for a stop (call.c) */
		store_relaxed(&m->g, (G *)NULL);
		proc_queue_lost(g);
		return true;
	case WHY_POLL:
		store_relaxed(&m->g, (G *)NULL);
		status_park(g);
		status_parked(g);
		poll_begin(g);
		return true;
	case WHY_CONTINUE:
		break;
	}
	if (world_asked())
		world_wait(m);
	else if (gc_requested())
		world_collect(m);
	if (GOL_UNLIKELY(m->p == NULL)) {       /* taken away meanwhile */
		store_relaxed(&m->g, (G *)NULL);
		status_runnable(g);
		proc_queue_lost(g);
		return true;
	}
	heap_current = &m->p->cache;
	run_arm(m, g);
	g->fresh = 1;
	return false;
}

/* ---- unwinding saved frames ---------------------------------------------------------------------------- */

static void end_goroutine(M *m, G *g)
{
	debug_require(m->g == g && g->top == g->base && g->pub.unwinding == GOL_RUNNING);
	if (GOL_UNLIKELY((profile_waiting | load_relaxed(&event_on)) != 0))
		note_end(m, g);
	store_relaxed(&m->g, (G *)NULL);
	proc_free_goroutine(g);
}

/* unwinding is PANIC, GOEXIT or FATAL: pops frames until one with defers is on top. False: none left. */
static bool unwind_to_defers(G *g)
{
	while (g->top > g->base) {
		gol_frame *frame = stack_top(g);
		if ((frame->func->flags & GOL_FUNC_HAS_DEFERS) && g->pub.unwinding != GOL_FATAL && frame->resume != 0)
			return true;
		record_position(g, frame->func, frame->resume);
		stack_pop(g);
	}
	return false;
}

/* The unwinding has reached the end of the goroutine. True: it has ended. */
static bool unwound(M *m, G *g)
{
	if (g->pub.unwinding == GOL_FATAL)
		fatal_die(g);
	if (g->pub.unwinding == GOL_PANIC) {
		panic_uncaught(g);
		return false;
	}
	g->pub.unwinding = GOL_RUNNING;
	bool locked = g->bound != NULL;
	end_goroutine(m, g);
	if (locked)
		locked_end(m, g);
	return true;
}

/* ---- the loop --------------------------------------------------------------------------------------------- */

/* Enters the top frame. True: the goroutine gave way or ended. */
static inline bool step(M *m, G *g)
{
	debug_require(g->top > g->base);
	gol_frame *frame = stack_top(g);
	bool started = frame->resume == 0;
	if (started) {
		stack_pop(g);
		g->fresh = 1;
		frame->func->start(&g->pub, frame);
	} else {
		frame->func->body(&g->pub, frame);
	}
	uint32_t unwinding = g->pub.unwinding;
	if (GOL_LIKELY(unwinding == GOL_RUNNING)) {
		if (!started)
			stack_pop(g);
		g->pub.ret = frame + 1;
		return false;
	}
	if (unwinding == GOL_FREEZE)
		return gave_way(m, g);
	if (!started) {
		record_position(g, frame->func, frame->resume);
		stack_pop(g);
	}
	return false;
}

__attribute__((hot)) void run_goroutine(M *m, G *g)
{
	debug_require(g->pub.unwinding == GOL_RUNNING);
	debug_require(m == current_m && m->p != NULL && m->p->m == m && m->g == NULL);
	if (!status_dispatch(g))
		return;
	g->m = m;
	m->p->readied = 0;
	store_release(&m->g, g);
	if (GOL_UNLIKELY(load_relaxed(&g->pub.limit) != m->limit) && !arm_for_dispatch(m, g))
		return;
	if (GOL_UNLIKELY(gol_race_on))
		race_run(&g->pub, m);
	g->fresh = 1;
	if (g->complete != NULL) {
		void (*complete)(G *) = g->complete;
		g->complete = NULL;
		complete(g);
	}
	for (;;) {
		if (GOL_UNLIKELY(g->pub.unwinding != GOL_RUNNING) && !unwind_to_defers(g)) {
			if (unwound(m, g))
				return;
			continue;
		}
		if (g->top == g->base) {
			bool is_main = g->is_main, locked = g->bound != NULL;
			end_goroutine(m, g);
			if (is_main)
				proc_main_returned();
			else if (GOL_UNLIKELY(locked))
				locked_end(m, g);
			return;
		}
		if (step(m, g))
			return;
	}
}
