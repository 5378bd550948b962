/*
 * pingpong_test.c - two goroutines and unbuffered channels, in two-version style; then the cost of starting
 * goroutines. Without arguments it checks; with a number of rounds it measures.
 */
#include "generated.h"

static gol_int rounds = 20000, spawns = 5000;
static gol_int pong_ended, spawned;

/* ---- func pong(a, b chan int, n int) { for i := 0; i < n; i++ { v := <-a; b <- v + 1 } } ---- */

typedef struct { gol_frame h; gol_chan *a, *b; gol_int i, n, v; } pong_frame;
static void pong_start(gol_g *g, gol_frame *h);
static void pong_thaw(gol_g *g, gol_frame *h);
static const gol_point pong_points[] = NO_POINTERS_8;
static const uint8_t pong_maps[] = {3};
static const gol_func_info pong_func = {"main.pong", "/t/pingpong.go", 1, sizeof(pong_frame), 3, 0, pong_points, pong_maps, 1,
	pong_start, pong_thaw, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};
static const uint16_t pong_slots[] = {2, 3, 4, 5};
static const gol_save pong_save[] = {{&pong_func, 0, 4, pong_slots}, {&pong_func, 1, 4, pong_slots}, {&pong_func, 2, 4, pong_slots}};
#define PONG_FREEZE(k, i) gol_freeze_words(g, &pong_save[k], (uint64_t)(uintptr_t)a, (uint64_t)(uintptr_t)b, (uint64_t)(i), (uint64_t)n)

static void pong(gol_g *g, gol_chan *a, gol_chan *b, gol_int n)
{
	gol_int v, t;
	if (GOL_MUST_FREEZE(g)) { PONG_FREEZE(0, 0); return; }
	for (gol_int i = 0; i < n; i++) {
		gol_chan_receive(g, a, &v);
		if (GOL_UNWINDING(g)) { PONG_FREEZE(1, i); return; }
		t = v + 1;
		gol_chan_send(g, b, &t);
		if (GOL_UNWINDING(g)) { PONG_FREEZE(2, i); return; }
	}
}

static void pong_start(gol_g *g, gol_frame *h)
{
	pong_frame *fr = (pong_frame *)(void *)h;
	pong(g, fr->a, fr->b, fr->n);
}

static void pong_thaw(gol_g *g, gol_frame *h)
{
	pong_frame *fr = (pong_frame *)(void *)h;
	gol_chan *a = fr->a, *b = fr->b;
	gol_int i = fr->i, n = fr->n, v, t;
	if (h->resume == 1) { gol_chan_receive_finish(g, &v); goto r1; }
	goto r2;
	for (; i < n; i++) {
		gol_chan_receive(g, a, &v);
		if (GOL_UNWINDING(g)) { h->resume = 1; fr->i = i; return; }
	r1:
		t = v + 1;
		gol_chan_send(g, b, &t);
		if (GOL_UNWINDING(g)) { h->resume = 2; fr->i = i; return; }
	r2:;
	}
}

typedef struct { gol_func f; gol_chan *a, *b; gol_int n; } pong_closure;
static const uint8_t pong_closure_map[] = {6};
static const gol_type pong_closure_type = {.size = 32, .pointer_bytes = 24, .kind = GOL_KIND_STRUCT, .align = 8, .pointer_map = pong_closure_map};

/* func() { pong(a, b, n); ended = n }: one-version style */
typedef struct { gol_frame h; gol_func *fn; } go_frame;
static void go_start(gol_g *g, gol_frame *h);
static void go_body(gol_g *g, gol_frame *h);
static const uint8_t go_maps[] = {1};
static const gol_func_info go_info = {"main.main.func1", "/t/pingpong.go", 2, sizeof(go_frame), 3, 0, pong_points,
		go_maps, 1, go_start, go_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};

static void go_entry(gol_g *g, gol_func *fn)
{
	go_frame fr;
	fr.h.func = &go_info;
	fr.h.resume = 0;
	fr.fn = fn;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return; }
	go_body(g, &fr.h);
	if (GOL_UNWINDING(g)) gol_freeze_frame(g, &fr.h);
}

static void go_start(gol_g *g, gol_frame *h) { go_entry(g, ((go_frame *)(void *)h)->fn); }

static void go_body(gol_g *g, gol_frame *h)
{
	go_frame *fr = (go_frame *)(void *)h;
	pong_closure *c = (pong_closure *)(void *)fr->fn;
	if (h->resume == 0) {
		pong(g, c->a, c->b, c->n);
		if (GOL_UNWINDING(g)) { h->resume = 1; return; }
	}
	pong_ended = c->n;
}

/* ---- func ping(a, b chan int, n int) int ---- */

typedef struct { gol_frame h; gol_int r0; gol_chan *a, *b; gol_int i, n, sum; } ping_frame;
static void ping_start(gol_g *g, gol_frame *h);
static void ping_body(gol_g *g, gol_frame *h);
static const uint8_t ping_maps[] = {6};
static const gol_func_info ping_info = {"main.ping", "/t/pingpong.go", 9, sizeof(ping_frame), 3, 0, pong_points,
		ping_maps, 1, ping_start, ping_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};

static gol_int ping(gol_g *g, gol_chan *a, gol_chan *b, gol_int n)
{
	ping_frame fr;
	fr.h.func = &ping_info;
	fr.h.resume = 0;
	fr.a = a; fr.b = b; fr.n = n; fr.i = 0; fr.sum = 0;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return 0; }
	ping_body(g, &fr.h);
	if (GOL_UNWINDING(g)) { gol_freeze_frame(g, &fr.h); return 0; }
	return fr.r0;
}

static void ping_start(gol_g *g, gol_frame *h)
{
	ping_frame *fr = (ping_frame *)(void *)h;
	fr->r0 = ping(g, fr->a, fr->b, fr->n);
}

static void ping_body(gol_g *g, gol_frame *h)
{
	ping_frame *fr = (ping_frame *)(void *)h;
	gol_int v;
	if (h->resume == 1) goto r1;
	if (h->resume == 2) { gol_chan_receive_finish(g, &v); goto r2; }
	for (; fr->i < fr->n; fr->i++) {
		gol_chan_send(g, fr->a, &fr->i);
		if (GOL_UNWINDING(g)) { h->resume = 1; return; }
	r1:
		gol_chan_receive(g, fr->b, &v);
		if (GOL_UNWINDING(g)) { h->resume = 2; return; }
	r2:
		fr->sum += v;
	}
	fr->r0 = fr->sum;
}

/* ---- main ---- */

typedef struct { gol_frame h; gol_chan *a, *b; gol_int i, sum, rounds; double t; } main_frame;
static void main_body(gol_g *g, gol_frame *h);
static void main_start(gol_g *g, gol_frame *h);
static const uint8_t main_maps[] = {3};
static const gol_func_info main_info = {"main.main", "/t/pingpong.go", 20, sizeof(main_frame), 4, 0, pong_points,
		main_maps, 1, main_start, main_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};

static void main_entry(gol_g *g, gol_func *fn)
{
	main_frame fr = {0};
	(void)fn;
	fr.h.func = &main_info;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return; }
	main_body(g, &fr.h);
	if (GOL_UNWINDING(g)) gol_freeze_frame(g, &fr.h);
}
static void main_start(gol_g *g, gol_frame *h) { (void)h; main_entry(g, NULL); }

static void empty(gol_g *g, gol_func *fn) { (void)g; (void)fn; __atomic_fetch_add(&spawned, 1, __ATOMIC_RELAXED); }
static gol_func empty_func = {(void *)empty};

static void main_body(gol_g *g, gol_frame *h)
{
	main_frame *fr = (main_frame *)(void *)h;
	gol_int sum;
	if (h->resume == 1) { sum = *(const gol_int *)g->ret; goto r1; }
	if (h->resume == 2) goto r2;
	if (h->resume == 3) goto r3;
	fr->a = gol_make_chan(g, &test_chan_int, 0);
	fr->b = gol_make_chan(g, &test_chan_int, 0);
	pong_closure *c = (pong_closure *)(void *)gol_new_closure(g, &pong_closure_type, (void *)go_entry);
	c->a = fr->a; c->b = fr->b; c->n = rounds;
	gol_go(g, &c->f);
	fr->t = seconds();
	sum = ping(g, fr->a, fr->b, rounds);
	if (GOL_UNWINDING(g)) { h->resume = 1; return; }
r1:
	fr->t = seconds() - fr->t;
	CHECK(sum == rounds * (rounds - 1) / 2 + rounds);
	if (rounds > 20000)
		printf("ping-pong: %.1f ns a round trip\n", fr->t * 1e9 / (double)rounds);
	fr->t = seconds();
	for (fr->i = 0; fr->i < spawns; fr->i++) {
		gol_go(g, &empty_func);
		if (GOL_UNWINDING(g)) { h->resume = 2; return; }
		gol_yield(g);
		if (GOL_UNWINDING(g)) { h->resume = 2; return; }
	r2:;
	}
	fr->t = seconds() - fr->t;
	while (__atomic_load_n(&spawned, __ATOMIC_RELAXED) < spawns) {              /* the next goroutine may be any, under GOLSTRESS=sched */
		gol_yield(g);
		if (GOL_UNWINDING(g)) { h->resume = 3; return; }
	r3:;
	}
	CHECK(spawned == spawns);
	CHECK(pong_ended == rounds);
	if (rounds > 20000)
		printf("spawn: %.1f ns a goroutine, with one yield\n", fr->t * 1e9 / (double)spawns);
	puts("ok");
}

int main(int argc, char **argv, char **envp)
{
	if (argc > 1) {
		rounds = atoll(argv[1]);
		spawns = rounds / 5;
	}
	return run_program(argc, argv, envp, main_entry);
}
