/*
 * interleave_test.c - all interleavings of the changes of a goroutine's state (stack/status.h).
 *
 *     interleave_test [PREEMPTIONS]
 */
#include "interleave.h"

#include <stdio.h>
#include <stdlib.h>

#include "stack/status.c"

uint32_t gol_many_procs = 1;
bool order_by_fences = true;
uint64_t debug_checks;

void order_heavy(void) { atomic_fence(); }

void runtime_bug(const char *file, int line, const char *what)
{
	static char message[300];
	snprintf(message, sizeof message, "%s:%d: does not hold: %s", file, line, what);
	interleave_fail(message);
	abort();
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
	interleave_wait(is_published);
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
		interleave_wait(is_queued);
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

static const scenario scenarios[] = {
	{"park", start_unscanned, {park, ready, dispatch}, check_ran},
	{"park and scan", start_running, {park, ready, scan, dispatch}, check_ran},
	{"park and two scanners", start_running, {park, ready, scan_once, scan_once, dispatch}, check_ran},
	{"call and scan", start_running, {call, scan}, check_ran},
	{"call, P lost, and scan", start_running, {call_and_lose_p, scan, dispatch}, check_ran},
};

int main(int argc, char **argv)
{
	int preemptions = argc > 1 ? atoi(argv[1]) : 3, failed = 0;
	for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
		unsigned long runs = interleave(&scenarios[i], preemptions);
		if (runs == 0)
			failed = 1;
		else
			printf("%s: %lu runs\n", scenarios[i].name, runs);
	}
	return failed;
}
