/*
 * proc.c - who runs next: run queues, making and ending goroutines, idle workers,
 * deadlock. An overview of G, M and P is in g.h; the dispatcher is run.c.
 *
 * A P's queue: run_next (the goroutine readied or started last, which shares the time slice of the
 * one that did it), then a ring of 256, then half of the ring goes to the global queue
 * when it is full. Every 61st time slice looks at the global queue first. Picks from
 * run_next are no new time slices: when a slice is over 10 ms old the monitor has run_next skipped
 * once, so that two goroutines that ready each other cannot keep others out for ever.
 *
 * Idle: a worker without work gives its P back (status P_IDLE) and sleeps on its own futex word,
 * until the next timer at most. Whoever queues work globally while a P is idle hands that P to a
 * sleeping worker, or to a new thread. All of this is under sched.lock, so either the giver sees the idle P or the
 * worker that is about to give it back sees what was queued. The word is written 0 under the lock, while the worker is
 * on the idle list, and 1 by whoever took it off: a wake-up before the worker sleeps makes the wait return at once.
 * A P's own queue and the timers belong to whoever holds it: a P goes idle only with an empty queue, and with no timer
 * pending or a worker that sleeps until it is due. Once another worker has got the P the timers are that one's.
 *
 * Deadlock: all Ps idle, no call without P outstanding, no timer, nothing expected from
 * outside. Then no goroutine can ever become runnable.
 *
 * One P exists for now. What is missing for more: stealing,
 * and stopping the others for the collector.
 */
#include "sched/proc.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/options.h"
#include "gc/gc.h"
#include "lang/panic.h"
#include "os/os.h"
#include "sched/exit.h"
#include "stack/stack.h"

enum { NATIVE_WINDOW = 1 << 20, NATIVE_SLACK = 256 << 10, WORKER_STACK = 8 << 20, STRESS_FRAME = 192 };
enum { MAX_PROCS = 1, G_BATCH = 64, FREE_STACK_MAXIMUM = 4096, GLOBAL_EVERY = 61 };

/* An array of all goroutines. When it is full a longer one takes its place, and it is left to those who read it. */
typedef struct g_list { struct g_list *older; G *items[]; } g_list;

static struct {
	os_lock lock;
	G *global_head, *global_tail;
	uint32_t global_count;          /* also read without the lock */
	M *idle_ms, *all_ms;
	uint32_t m_count;
	uint32_t idle_count;            /* of Ps */
	uint32_t lost_calls;            /* blocking calls whose P was taken away */
	int32_t expected;               /* atomic: readied from outside */
	P procs[MAX_PROCS];
	uint32_t thread_limit;
	bool main_returned;
	M *first_m;
	const gol_program *program;

	os_lock list_lock;              /* guards what follows */
	G **all;                        /* items of the newest list */
	uint32_t all_count, all_cap;    /* all_count also read without the lock */
	g_list *lists;                  /* newest first */
	G *spare;                       /* the rest of the last batch */
	uint32_t spare_count;
	uint64_t next_id;
	uint32_t alive;                 /* atomic: user goroutines */
} sched = {.next_id = 1, .thread_limit = 10000};

static _Thread_local M *current_m;

M *proc_current_m(void) { return current_m; }
void proc_set_current(M *m) { current_m = m; }
G *sched_current(void) { return current_m != NULL ? current_m->g : NULL; }
const gol_program *sched_program(void) { return sched.program; }
void proc_set_program(const gol_program *program) { sched.program = program; }
P *proc_at(uint32_t i) { return &sched.procs[i]; }
uint32_t proc_count(void) { return MAX_PROCS; }
uint32_t sched_goroutine_count(void) { return load_relaxed(&sched.alive); }
uint32_t sched_g_count(void) { return load_acquire(&sched.all_count); }
G *sched_g_at(uint32_t i) { return sched.all[i]; }
void sched_expect(int delta) { atomic_add(&sched.expected, delta); }
void sched_each_root(void (*visit)(void *, void **), void *argument) { timers_each_root(visit, argument); }

uint32_t proc_set_thread_limit(uint32_t n)
{
	uint32_t old = sched.thread_limit;
	sched.thread_limit = n;
	return old;
}

/* ---- goroutine structs ---------------------------------------------------------------------------- */

static void list_add(G *g)
{
	if (sched.all_count == sched.all_cap) {
		uint32_t cap = sched.all_cap ? 2 * sched.all_cap : 256;
		g_list *list = malloc(sizeof *list + cap * sizeof *list->items);
		if (list == NULL)
			runtime_out_of_memory();
		if (sched.all_count > 0)
			memcpy(list->items, sched.all, sched.all_count * sizeof *list->items);
		list->older = sched.lists;      /* all old ones together are smaller than this one */
		sched.lists = list;
		store_release(&sched.all, list->items);
		sched.all_cap = cap;
	}
	g->slot = sched.all_count;
	sched.all[sched.all_count] = g;
	store_release(&sched.all_count, sched.all_count + 1);
}

static GOL_COLD G *make_g(void)
{
	os_acquire(&sched.list_lock);
	if (sched.spare_count == 0) {
		sched.spare = calloc(G_BATCH, sizeof *sched.spare);
		if (sched.spare == NULL)
			runtime_out_of_memory();
		sched.spare_count = G_BATCH;
	}
	G *g = &sched.spare[--sched.spare_count];
	list_add(g);
	os_release(&sched.list_lock);
	return g;
}

static uint64_t new_id(void) { return __atomic_fetch_add(&sched.next_id, 1, __ATOMIC_RELAXED); }

static void start_goroutine(gol_g *g, gol_frame *h);
typedef struct start_frame { gol_frame h; gol_func *fn; } start_frame;
static const gol_point start_points[] = {{0, 0}};
static const uint8_t start_map[] = {1};
static const gol_func_info start_func = {
	.name = "runtime.goexit", .file = "<autogenerated>", .line = 1, .frame_size = sizeof(start_frame), .point_count = 1,
	.flags = GOL_FUNC_RUNTIME, .points = start_points, .maps = start_map, .map_bytes = 1, .start = start_goroutine,
};

static void start_goroutine(gol_g *g, gol_frame *h)
{
	gol_func *fn = ((start_frame *)(void *)h)->fn;
	((void (*)(gol_g *, gol_func *))fn->code)(g, fn);
}

static inline void count_alive(int delta)
{
	if (load_relaxed(&gol_many_procs))
		atomic_add(&sched.alive, (uint32_t)delta);
	else
		store_relaxed(&sched.alive, load_relaxed(&sched.alive) + (uint32_t)delta);
}

static G *new_goroutine(P *p, gol_func *fn, const g_origin *origin)
{
	G *g = p->free;
	if (g != NULL) {
		p->free = g->link;
		p->free_count--;
		g->link = NULL;
	} else {
		g = make_g();
	}
	if (g->base == NULL)
		stack_allocate(g, STACK_MINIMUM);
	g->id = new_id();
	g->origin = origin != NULL ? *origin : (g_origin){0};
	start_frame *fr = (start_frame *)(void *)g->base;
	fr->h = (gol_frame){&start_func, 0, 0};
	fr->fn = fn;
	g->top = g->base + sizeof *fr;
	g->last = sizeof *fr;
	count_alive(1);
	return g;
}

G *sched_start_goroutine(gol_func *fn, const g_origin *origin)
{
	P *p = current_m->p;
	G *g = new_goroutine(p, fn, origin);
	if (load_relaxed(&gol_barrier_on))
		gol_barrier_word(&((start_frame *)(void *)g->base)->fn, fn);
	store_relaxed(&g->status, (uint32_t)G_RUNNABLE);
	proc_put_front(p, g);
	return g;
}

/* g has ended: its struct and a small stack wait for the next one. */
void proc_free_goroutine(G *g)
{
	P *p = g->m->p;
	if (!g->is_system)
		count_alive(-1);
	g->is_main = g->is_system = false;
	g->lock_count = g->mark_count = g->flags = 0;
	g->m = NULL;
	g->pub.ret = NULL;
	g->pub.recover.panic = NULL;
	g->panic = NULL;
	store_relaxed(&g->request, 0u);
	store_relaxed(&g->status, (uint32_t)G_DEAD);
	side_exit(g);
	if (g->end - g->base > FREE_STACK_MAXIMUM || gol_stress.on)
		stack_release(g);
	g->link = p->free;
	p->free = g;
	p->free_count++;
}

void sched_set_system(G *g)
{
	if (!g->is_system)
		count_alive(-1);
	g->is_system = true;
}

void gol_go_at(gol_g *g, gol_func *fn, const gol_func_info *creator, uint32_t point)
{
	if (fn == NULL) {
		fatal_raise(g, "go of nil func value");
		return;
	}
	g_origin origin = {creator, point, g_of(g)->id};
	monitor_need();
	sched_start_goroutine(fn, &origin)->flags = g_of(g)->flags & ~0xffu;
}

void gol_go(gol_g *g, gol_func *fn)
{
	gol_go_at(g, fn, NULL, 0);
}

/* ---- queues ------------------------------------------------------------------------------------------ */

static void give_p_to_somebody(void);

static void global_add(G *g)
{
	g->link = NULL;
	if (sched.global_head != NULL)
		sched.global_tail->link = g;
	else
		sched.global_head = g;
	sched.global_tail = g;
	store_relaxed(&sched.global_count, sched.global_count + 1);
}

void proc_put_global(G *g)
{
	os_acquire(&sched.lock);
	global_add(g);
	if (sched.idle_count > 0)
		give_p_to_somebody();
	os_release(&sched.lock);
}

void proc_ready_expected(G *list)
{
	os_acquire(&sched.lock);
	for (G *g = list, *next; g != NULL; g = next) {
		next = g->link;
		store_release(&g->status, (uint32_t)G_RUNNABLE);
		global_add(g);
		atomic_add(&sched.expected, -1);
	}
	if (sched.idle_count > 0)
		give_p_to_somebody();
	os_release(&sched.lock);
}

static G *take_global(void)
{
	if (load_relaxed(&sched.global_count) == 0)
		return NULL;
	os_acquire(&sched.lock);
	G *g = sched.global_head;
	if (g != NULL) {
		sched.global_head = g->link;
		g->link = NULL;
		store_relaxed(&sched.global_count, sched.global_count - 1);
	}
	os_release(&sched.lock);
	return g;
}

static GOL_COLD void spill(P *p)
{
	os_acquire(&sched.lock);
	for (uint32_t i = 0; i < P_QUEUE / 2; i++)
		global_add(p->queue[p->head++ % P_QUEUE]);
	os_release(&sched.lock);
}

static void put_back(P *p, G *g)
{
	if (GOL_UNLIKELY(p->tail - p->head == P_QUEUE))
		spill(p);
	p->queue[p->tail % P_QUEUE] = g;
	store_release(&p->tail, p->tail + 1);
}

/* g runs next; who was to run next goes to the end of the queue. */
void proc_put_front(P *p, G *g)
{
	G *old = p->run_next;
	store_relaxed(&p->run_next, g);
	if (old != NULL)
		put_back(p, old);
}

void sched_ready(G *g)
{
	P *p = current_m->p;
	if (proc_swap(&g->status, G_READIED) == G_PARKING)
		return;                         /* its worker sees it when the frames are saved */
	store_relaxed(&g->status, (uint32_t)G_RUNNABLE);
	proc_put_front(p, g);
}

/* The monitor reads tick. */
static inline void new_slice(P *p) { store_relaxed(&p->tick, p->tick + 1); }

static G *take_local(P *p)
{
	uint32_t head = p->head;
	if (head == p->tail)
		return NULL;
	new_slice(p);
	G *g = p->queue[head % P_QUEUE];
	store_relaxed(&p->head, head + 1);
	return g;
}

/* GOLSTRESS=sched: any of the runnable ones. */
static GOL_COLD G *take_random(P *p)
{
	if (p->run_next != NULL) {
		put_back(p, p->run_next);
		store_relaxed(&p->run_next, (G *)NULL);
	}
	uint32_t n = p->tail - p->head;
	G *g = take_global();
	if (g != NULL && (n == 0 || stress_chance(n + 1)))
		return g;
	if (g != NULL)
		put_back(p, g);
	n = p->tail - p->head;
	if (n == 0)
		return NULL;
	uint32_t a = p->head % P_QUEUE, b = (p->head + (uint32_t)(random_next(&gol_stress.random) >> 33) % n) % P_QUEUE;
	G *chosen = p->queue[b];
	p->queue[b] = p->queue[a];
	p->queue[a] = chosen;
	return take_local(p);
}

static GOL_COLD void skip_run_next(P *p)
{
	store_relaxed(&p->skip_next, 0u);
	if (p->run_next != NULL) {
		put_back(p, p->run_next);
		store_relaxed(&p->run_next, (G *)NULL);
	}
}

bool proc_has_work(P *p)
{
	return load_relaxed(&p->run_next) != NULL || load_relaxed(&p->head) != load_relaxed(&p->tail) ||
		load_relaxed(&sched.global_count) != 0 || timers_next() <= os_nanotime();
}

/* ---- idle workers --------------------------------------------------------------------------------------- */

static void worker_main(void *argument)
{
	M *m = argument;
	uintptr_t here = GOL_STACK_POINTER();
	m->native_low = here - (WORKER_STACK - (64 << 10));
	m->native_high = here;
	current_m = m;
	proc_loop(m);
}

static M *make_m(void)
{
	if (sched.m_count >= sched.thread_limit) {
		static const char message[] = "runtime: program exceeds thread limit\nfatal error: thread exhaustion\n";
		os_write_all(2, message, sizeof message - 1);
		exit_crash();
	}
	M *m = calloc(1, sizeof *m);
	if (m == NULL)
		runtime_out_of_memory();
	m->id = sched.m_count++;
	m->random = os_random_seed() | 1;
	m->all_link = sched.all_ms;
	sched.all_ms = m;
	stack_freezer_start(&m->freeze);
	return m;
}

static void acquire_p(M *m, P *p)
{
	m->p = p;
	store_release(&p->m, m);
	store_seq(&p->status, p_status_of(P_RUNNING, m->id));
	monitor_wake();
}

/* An idle P (there is one) goes to a sleeping worker or a new thread. sched.lock is held. */
static void give_p_to(P *p)
{
	M *m = sched.idle_ms;
	sched.idle_count--;
	if (m != NULL) {
		sched.idle_ms = m->link;
		acquire_p(m, p);
		store_release(&m->wake, 1u);
		os_futex_wake(&m->wake, 1);
		return;
	}
	m = make_m();
	acquire_p(m, p);
	if (!os_thread_start(worker_main, m, WORKER_STACK))
		runtime_fatal("runtime: cannot start a thread");
}

static P *idle_p(void)
{
	for (uint32_t i = 0; i < MAX_PROCS; i++)
		if (load_relaxed(&sched.procs[i].status) == P_IDLE)
			return &sched.procs[i];
	return NULL;
}

static void give_p_to_somebody(void)
{
	P *p = idle_p();
	if (p != NULL)
		give_p_to(p);
}

static void remove_idle_m(M *m)
{
	for (M **at = &sched.idle_ms; *at != NULL; at = &(*at)->link)
		if (*at == m) {
			*at = m->link;
			return;
		}
}

static bool take_idle_p(M *m)
{
	P *p = idle_p();
	if (p == NULL)
		return false;
	sched.idle_count--;
	acquire_p(m, p);
	return true;
}

bool proc_take_back(M *m)
{
	os_acquire(&sched.lock);
	m->p = NULL;
	bool ok = take_idle_p(m);
	if (ok)
		sched.lost_calls--;
	os_release(&sched.lock);
	return ok;
}

void proc_lost_call_done(G *g)
{
	os_acquire(&sched.lock);
	store_relaxed(&g->status, (uint32_t)G_RUNNABLE);
	global_add(g);
	sched.lost_calls--;
	if (sched.idle_count > 0)
		give_p_to_somebody();
	os_release(&sched.lock);
}

/*
 * The monitor: takes the P of a call that lasts. Whether anybody must go on with it is decided after the change of
 * status: what the monitor saw before may be of an earlier call, since `seen` is the same word for every call of
 * a worker. A P left idle here may have nothing queued and no timer pending, since nobody looks after either.
 */
bool proc_retake(P *p, uint32_t seen)
{
	os_acquire(&sched.lock);
	bool ok = atomic_change(&p->status, seen, (uint32_t)P_IDLE);
	if (ok) {
		sched.lost_calls++;
		sched.idle_count++;
		store_relaxed(&p->m, (M *)NULL);
		if (proc_has_work(p) || timers_next() != INT64_MAX)
			give_p_to(p);
	}
	os_release(&sched.lock);
	return ok;
}

static GOL_COLD _Noreturn void deadlock(void)
{
	bool any = sched_goroutine_count() > 0;
	text t = {0};
	os_release(&sched.lock);
	text_string(&t, any ? "fatal error: all goroutines are asleep - deadlock!\n" :
		"fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n");
	if (gol_traceback > TRACEBACK_NONE)
		trace_all_others(&t, NULL);
	text_flush(&t);
	exit_crash();
}

static void check_deadlock(void)
{
	if (sched.idle_count == MAX_PROCS && sched.lost_calls == 0 && load_seq(&sched.expected) == 0 &&
	    timers_next() == INT64_MAX && !sched.main_returned)
		deadlock();
}

/* The worker that made the P idle looks after the timers: only holders of a P add any. */
static void sleep_until_woken(M *m, bool watch_timers)
{
	int64_t next = timers_next(), wait = -1;
	if (next != INT64_MAX && watch_timers) {
		wait = next - os_nanotime();
		if (wait <= 0)
			return;
	}
	os_futex_wait(&m->wake, 0, wait);
}

/* Gives the P back and sleeps until there is one for this worker and something to do. */
static GOL_COLD void idle(M *m)
{
	bool watch_timers = m->p != NULL;
	os_acquire(&sched.lock);
	if (m->p != NULL) {
		P *p = m->p;
		if (load_relaxed(&sched.global_count) != 0) {
			os_release(&sched.lock);
			return;
		}
		m->p = NULL;
		store_relaxed(&p->m, (M *)NULL);
		store_seq(&p->status, (uint32_t)P_IDLE);
		sched.idle_count++;
		check_deadlock();
	} else if (load_relaxed(&sched.global_count) != 0 && take_idle_p(m)) {
		os_release(&sched.lock);
		return;
	}
	store_relaxed(&m->wake, 0u);
	m->link = sched.idle_ms;
	sched.idle_ms = m;
	for (;;) {
		os_release(&sched.lock);
		sleep_until_woken(m, watch_timers);
		os_acquire(&sched.lock);
		if (m->p != NULL)
			break;                          /* handed over by somebody, who took m off the list */
		if (sched.main_returned && m == sched.first_m) {
			remove_idle_m(m);
			break;
		}
		store_relaxed(&m->wake, 0u);
		if (watch_timers && timers_next() <= os_nanotime()) {
			if (take_idle_p(m)) {
				remove_idle_m(m);
				break;
			}
			watch_timers = false;           /* the others that got a P since look after them */
		}
	}
	os_release(&sched.lock);
}

/* ---- the loop ------------------------------------------------------------------------------------------------ */

static inline G *pick(P *p)
{
	if (GOL_UNLIKELY(gol_stress.sched))
		return take_random(p);
	if (GOL_UNLIKELY(load_relaxed(&p->skip_next)))
		skip_run_next(p);
	G *g = NULL;
	if ((g = p->run_next) != NULL) {
		store_relaxed(&p->run_next, (G *)NULL);
		return g;
	}
	if (GOL_UNLIKELY(p->tick % GLOBAL_EVERY == 0) && (g = take_global()) != NULL) {
		new_slice(p);
		return g;
	}
	if ((g = take_local(p)) == NULL && (g = take_global()) != NULL)
		new_slice(p);
	return g;
}

static void set_native_limit(M *m)
{
	m->base_sp = GOL_STACK_POINTER();
	uintptr_t window = NATIVE_WINDOW;
	if (gol_stress.window_frames != 0)
		window = (uintptr_t)gol_stress.window_frames * STRESS_FRAME;
	if (m->base_sp - m->native_low < window + NATIVE_SLACK)
		window = m->base_sp - m->native_low - NATIVE_SLACK;
	m->limit = m->base_sp - window;
}

__attribute__((hot)) void proc_loop(M *m)
{
	set_native_limit(m);
	while (GOL_LIKELY(!sched.main_returned) || m != sched.first_m) {
		if (GOL_UNLIKELY(m->p == NULL)) {
			idle(m);
			continue;
		}
		if (GOL_UNLIKELY(gc_requested()))
			gc_run_if_requested();
		if (GOL_UNLIKELY(timers_next() != INT64_MAX) && (m->p->run_next == NULL || ++m->loops % 16 == 0))
			timers_run(os_nanotime());
		G *g = pick(m->p);
		if (GOL_UNLIKELY(g == NULL)) {
			idle(m);
			continue;
		}
		gol_stress.dispatches++;
		run_goroutine(m, g);
	}
}

/* The program's main returned. On another thread than the first the process ends here: the host's main is not
 * waiting for anything else. */
void proc_main_returned(void)
{
	sched.main_returned = true;
	if (current_m != sched.first_m)
		exit_program(0);
}

void proc_init_first(uintptr_t native_low, gol_func *main_function)
{
	M *m = make_m();
	uintptr_t here = GOL_STACK_POINTER();
	m->native_low = native_low;
	m->native_high = here;
	current_m = sched.first_m = m;
	acquire_p(m, &sched.procs[0]);
	G *g = sched_start_goroutine(main_function, NULL);
	g->is_main = true;
}
