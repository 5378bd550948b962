/*
 * status_test.c - the changes of a goroutine's state (stack/status.h) in every order of their steps (interleave.h):
 * parking, readying, dispatching, scanning, calls. bugs.py takes rules out of them and expects to be told.
 *
 *     status_test [PREEMPTIONS [SECONDS [NAME]]]
 */
#include "interleave.h"

#include "stack/status.h"

uint32_t gol_many_procs = 1;
bool order_by_fences = true;

void order_heavy(void) {}
void interleave_switched(int fiber) { (void)fiber; }

void runtime_bug(const char *file, int line, const char *what)
{
	(void)file;
	(void)line;
	interleave_fail(what);
}

static G g;
static uint32_t published, queued, ran, in_call;
static bool is_scanned, is_running;

static void start_with(enum g_status status, bool scanning)
{
	g.status = status;
	status_scanning = scanning;
	published = queued = ran = in_call = 0;
	is_scanned = false;
	is_running = status == G_RUNNING;
}

static void start_running(void) { start_with(G_RUNNING, true); }
static void start_unscanned(void) { start_with(G_RUNNING, false); }

static void enqueue(void)
{
	if (++queued > 1)
		interleave_fail("queued twice");
}

static bool is_published(void) { return published; }
static bool is_queued(void) { return queued != 0; }

static void run(void)
{
	is_running = true;
	if (is_scanned)
		interleave_fail("runs while it is scanned");
}

/* ---- parking, readying, dispatching, scanned twice ------------------------------------------------------ */

static void park(void)
{
	status_park(&g);
	store_relaxed(&published, 1);
	is_running = false;                 /* its frames are saved */
	if (!status_parked(&g))
		enqueue();
}

static void ready(void)
{
	while (!is_published())
		atomic_relax();
	if (status_ready(&g))
		enqueue();
}

static void scan_once(void)
{
	uint32_t was;
	if (!status_hold(&g, &was))
		return;
	if (is_running)
		interleave_fail("scanned while it runs");
	is_scanned = true;
	atomic_step();
	is_scanned = false;
	if (!status_release(&g, was))
		enqueue();
}

static void scan(void)
{
	scan_once();
	scan_once();
}

static void dispatch(void)
{
	while (ran == 0) {
		while (!is_queued())
			atomic_relax();
		queued--;
		if (status_dispatch(&g)) {
			ran++;
			run();
		}
	}
}

static const char *check_ran(void)
{
	return ran != 1 ? "it did not run once" : queued != 0 ? "it is still queued" : g.status != G_RUNNING ? "it is not running" : NULL;
}

/* ---- a blocking call ------------------------------------------------------------------------------------ */

static void call(void)
{
	status_enter_call(&g);
	is_running = false;
	atomic_step();
	status_leave_call(&g, G_RUNNING);
	run();
	ran++;
}

static void call_and_lose_p(void)
{
	status_enter_call(&g);
	is_running = false;
	atomic_step();
	status_leave_call(&g, G_RUNNABLE);
	enqueue();
}

/* ---- all of them --------------------------------------------------------------------------------------------- */

static void nothing(void) {}
static void (*const parts[][MAX_FIBERS])(void) = {
	{park, ready, dispatch}, {park, ready, scan, dispatch}, {park, ready, scan_once, scan_once, dispatch},
	{call, scan, nothing}, {call_and_lose_p, scan, dispatch},
};

#define RUN(n) static void run_##n(int fiber) { parts[n][fiber](); }
RUN(0) RUN(1) RUN(2) RUN(3) RUN(4)

static const scenario scenarios[] = {
	{"park", 3, start_unscanned, run_0, check_ran},
	{"scan", 4, start_running, run_1, check_ran},
	{"scan-twice", 5, start_running, run_2, check_ran},
	{"call", 2, start_running, run_3, check_ran},
	{"call-lost", 3, start_running, run_4, check_ran},
};

int main(int argc, char **argv) { return interleave_main(argc, argv, scenarios, sizeof scenarios / sizeof *scenarios); }
