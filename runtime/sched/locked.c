/*
 * locked.c - LockOSThread: a goroutine that runs on one thread alone, which runs nobody else meanwhile.
 *
 * Such a goroutine and its worker name each other (G.bound, M.bound). Everybody else may still take it out of a
 * queue: who does hands its worker the goroutine and his own P with it (hand_over), and goes idle. When the goroutine
 * gives way its worker gives the P to another one and sleeps on its futex, on no idle list, until it is handed one
 * (locked_wait). Where the goroutine was taken before its worker stood there, it is only left with it (M.handed), and
 * counts as a lost call until the worker finds it: the worker then has a P still, or finds one, or queues it again.
 *
 * The dispatcher pays nothing for this: it compares the goroutine's limit with its worker's, as it must, and only
 * where they differ looks whether both belong together (run.c). They differ for every goroutine that ran elsewhere,
 * its stack being another; and a worker that has become a goroutine's has a limit of its own as long as it is
 * (BOUND_LIMIT), which only that goroutine has seen. A goroutine waiting in a stop, or in a C call, is its worker's
 * in any case.
 *
 * A goroutine that ends without having unlocked ends its thread; the first thread only sleeps then, since its end
 * would end the program for debuggers and parents. The main goroutine is locked to the first thread until main.main
 * is called: what initialisers do happens there.
 *
 * Two locked goroutines that exchange messages cost one wake-up of a thread for each: where the one that is to run next
 * is locked too its worker gets the P at once (give_to_next). And none where the answer comes within 20 us while a P is
 * idle (spin_for_wake): a round trip then takes 2 us instead of 50.
 *
 * Rejected: giving the P back as idle instead of to another worker (a second look as in idle.c would be needed, and
 * the timers watched, to save a futex call where nothing else is to be done).
 */
#include "sched/locked.h"

#include "os/os.h"
#include "sched/p.h"
#include "sched/proc.h"

enum { BOUND_LIMIT = 16 };          /* bytes of native stack */
enum { SPIN = 20000, LOOKS = 64 };  /* nanoseconds; between looks at the clock */

void locked_begin(G *g)
{
	M *m = g->m;
	if (g->lock_count++ != 0)
		return;
	g->bound = m;
	m->bound = g;
	m->limit += BOUND_LIMIT;
	run_arm(m, g);
}

void locked_undo(G *g)
{
	M *m = g->m;
	if (g->lock_count == 0 || --g->lock_count != 0)
		return;
	debug_require(g->bound == m && m->bound == g);
	g->bound = NULL;
	m->bound = NULL;
	m->limit -= BOUND_LIMIT;
	run_arm(m, g);
}

/* Before the first worker dispatches it. */
void locked_first(M *m, G *g)
{
	g->lock_count = 1;
	g->bound = m;
	m->bound = g;
}

void gol_main_begins(gol_g *g) { locked_undo(g_of(g)); }

/* ---- who runs where ----------------------------------------------------------------------------------- */

static void wake(M *m)
{
	store_release(&m->wake, 1u);
	os_futex_wake(&m->wake, 1);
}

static void run_handed(M *m)
{
	G *g = m->handed;
	m->handed = NULL;
	queue_put_front(m->p, g);
}

/* g, runnable and in no queue, is that of another worker, which stands: it goes on with g and m's P. scheduler.lock
 * is held. */
static void hand_over_p(M *m, G *g)
{
	M *to = g->bound;
	P *p = m->p;
	debug_require(to->stands && to->handed == NULL && to->p == NULL);
	to->handed = g;
	to->stands = false;
	m->p = NULL;
	worker_acquire(to, p);
	wake(to);
}

/* The same, wherever that worker is. */
static void hand_over(M *m, G *g)
{
	os_acquire(&scheduler.lock);
	if (g->bound->stands) {
		hand_over_p(m, g);
	} else {
		debug_require(g->bound->handed == NULL);
		g->bound->handed = g;
		scheduler.lost_calls++;
	}
	os_release(&scheduler.lock);
}

void locked_pass_on(M *m, G *g)
{
	if (m->bound == NULL) {
		hand_over(m, g);
	} else {
		queue_put_front(m->p, g);       /* whoever gets the P next goes on with it */
		locked_wait(m);
	}
	heap_current = m->p != NULL ? &m->p->cache : NULL;
}

/* m, which waits, readied another locked one before: that one's worker goes on with the P, and no third is woken to
 * hand it over. scheduler.lock is held. */
static bool give_to_next(M *m)
{
	P *p = m->p;
	G *g = p->run_next;
	if (g == NULL || g->bound == NULL || !g->bound->stands || g->bound == m || load_relaxed(&p->skip_next))
		return false;
	store_relaxed(&p->run_next, (G *)NULL);
	hand_over_p(m, g);
	return true;
}

/* scheduler.lock is held. */
static void give_away(M *m)
{
	P *p = m->p;
	m->p = NULL;
	store_relaxed(&p->m, (M *)NULL);
	idle_give(p);
}

/* m's goroutine was taken by somebody before m stood still. True: m goes on with it; it has a P. */
static bool take_handed(M *m)
{
	P *p = m->p == NULL ? idle_take_p() : NULL;
	if (p != NULL)
		worker_acquire(m, p);
	scheduler.lost_calls--;
	if (m->p != NULL)
		return true;
	queue_add_global(m->handed);
	m->handed = NULL;
	return false;
}

/* Where a P, and so probably a processor, is idle: the answer of another locked goroutine may come sooner than the
 * system wakes a thread, which takes tens of microseconds where a processor sleeps. */
static void spin_for_wake(M *m)
{
	int64_t until = os_nanotime() + SPIN;
	while (load_relaxed(&scheduler.idle_count) != 0 && os_nanotime() < until)
		for (int i = 0; i < LOOKS; i++) {
			if (load_acquire(&m->wake) != 0)
				return;
			atomic_relax();
		}
}

void locked_wait(M *m)
{
	bool queued = false;
	if (m->spinning)
		idle_found(m);
	os_acquire(&scheduler.lock);
	if ((scheduler.asked & 1) && m->p != NULL) {        /* the dispatcher first */
		os_release(&scheduler.lock);
		return;
	}
	if (m->handed != NULL) {
		if (take_handed(m)) {
			os_release(&scheduler.lock);
			run_handed(m);
			return;
		}
		queued = true;
	}
	m->stands = true;
	store_relaxed(&m->wake, 0u);
	if (m->p == NULL)
		idle_check();
	else if (!give_to_next(m))
		give_away(m);
	os_release(&scheduler.lock);
	if (queued)
		idle_wake_queued();
	spin_for_wake(m);
	while (load_acquire(&m->wake) == 0)
		os_futex_wait(&m->wake, 0, -1);
	run_handed(m);
}

/* ---- the end of the thread ------------------------------------------------------------------------------ */

void locked_end(M *m, G *g)
{
	g_set_limit(g, 0);              /* who gets the struct must not look like a goroutine of this thread's */
	os_acquire(&scheduler.lock);
	m->bound = NULL;
	m->ends = true;
	give_away(m);
	os_release(&scheduler.lock);
}
