/*
 * call_test.c - a blocking call loses its P at the worst moment: the monitor decided by what it saw of an earlier
 * call, when there was nothing to run. What was queued since, and timers, must be looked after all the same.
 * The call itself plays the monitor, so that the moment is certain.
 */
#include "generated.h"

#include "os/os.h"
#include "sched/p.h"
#include "sched/proc.h"

static uint32_t marked;

static void mark(gol_g *g, gol_func *fn) { (void)g; (void)fn; store_release(&marked, 1u); }
static gol_func mark_func = {(void *)mark};

/* A call that ends when the goroutine has run, or after ten seconds. */
static void lose_p_and_wait(call_frame *c)
{
	(void)c;
	proc_retake(proc_at(0), p_status_of(P_IN_CALL, current_m->id));
	for (int i = 0; i < 10000 && load_acquire(&marked) == 0; i++)
		os_sleep(1000000);
}

typedef struct { gol_frame h; } main_frame;
static void main_body(gol_g *g, gol_frame *h);
static void main_start(gol_g *g, gol_frame *h);
static const gol_point main_points[] = NO_POINTERS_8;
static const uint8_t main_maps[] = {0};
static const gol_func_info main_info = {
	.name = "main.main", .file = "/t/call.go", .line = 1, .frame_size = sizeof(main_frame), .point_count = 3,
	.points = main_points, .maps = main_maps, .map_bytes = 1, .start = main_start, .body = main_body,
};

static void main_entry(gol_g *g, gol_func *fn)
{
	main_frame fr = {.h = {.func = &main_info}};
	(void)fn;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return; }
	main_body(g, &fr.h);
	if (GOL_UNWINDING(g)) gol_freeze_frame(g, &fr.h);
}
static void main_start(gol_g *g, gol_frame *h) { (void)h; main_entry(g, NULL); }

static void call(gol_g *g)
{
	call_frame c;
	call_start(&c, lose_p_and_wait);
	call_blocking(g, &c);
}

static void main_body(gol_g *g, gol_frame *h)
{
	if (h->resume == 1) goto r1;
	if (h->resume == 2) goto r2;
	gol_go(g, &mark_func);
	call(g);
	if (GOL_UNWINDING(g)) { h->resume = 1; return; }
r1:
	CHECK(marked == 1);
	marked = 0;
	timer_start(g_current(), os_nanotime() + 5000000, &mark_func, NULL);
	call(g);
	if (GOL_UNWINDING(g)) { h->resume = 2; return; }
r2:
	CHECK(marked == 1);
	puts("ok");
}

int main(int argc, char **argv, char **envp) { return run_program(argc, argv, envp, main_entry); }
