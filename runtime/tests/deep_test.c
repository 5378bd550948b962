/*
 * deep_test.c - recursion that passes pointers to its locals down, in both styles; results larger than a word; goroutines
 * that block at the end of a call chain.
 *
 *     func deep(n int, p *int) (int, string) {
 *         x := n + *p
 *         if n == 0 { <-tick; return x, "end" }
 *         t, s := deep(n-1, &x)
 *         return t + *p - x + n, s
 *     }
 */
#include "generated.h"

typedef struct { gol_int r0; gol_string r1; } deep_result;
static const gol_point points[] = {{3, 0}, {5, 1}, {4, 2}};
static gol_chan *tick;

/* ---- two-version ---- */
typedef struct { gol_frame h; deep_result r; gol_int n, *p, x; } deep_frame;
/* words after the header: r0 r1.ptr r1.len n p x */
static const uint8_t deep_maps[] = {1 << 4, 1 << 4, 1 << 4};
static void deep_start(gol_g *g, gol_frame *h);
static void deep_thaw(gol_g *g, gol_frame *h);
static const gol_func_info deep_info = {"main.deep", "/t/deep.go", 1, sizeof(deep_frame), 3, 0, points, deep_maps, 1,
		deep_start, deep_thaw, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};
static const uint16_t deep_slots[] = {5, 6};
static const gol_save deep_save[] = {{&deep_info, 0, 2, deep_slots}, {&deep_info, 1, 2, deep_slots}, {&deep_info, 2, 2, deep_slots}};

static GOL_COLD deep_result deep_freeze(gol_g *g, int k, gol_int n, gol_int *p, gol_int *x)
{
	deep_frame *fr = gol_freeze_words(g, &deep_save[k], (uint64_t)n, (uint64_t)(uintptr_t)p);
	if (k) gol_freeze_object(g, x, &fr->x, sizeof *x);
	return (deep_result){0};
}

static deep_result deep(gol_g *g, gol_int n, gol_int *p)
{
	gol_int x = 0, v;
	deep_result t;
	if (GOL_MUST_FREEZE(g)) return deep_freeze(g, 0, n, p, &x);
	x = n + *p;
	if (n == 0) {
		if (tick != NULL) {
			gol_chan_receive(g, tick, &v);
			if (GOL_UNWINDING(g)) return deep_freeze(g, 2, n, p, &x);
		}
		return (deep_result){x, {(const uint8_t *)"end", 3}};
	}
	t = deep(g, n - 1, &x);
	if (GOL_UNWINDING(g)) return deep_freeze(g, 1, n, p, &x);
	return (deep_result){t.r0 + *p - x + n, t.r1};
}

static void deep_start(gol_g *g, gol_frame *h)
{
	deep_frame *fr = (deep_frame *)(void *)h;
	fr->r = deep(g, fr->n, fr->p);
}

static void deep_thaw(gol_g *g, gol_frame *h)
{
	deep_frame *fr = (deep_frame *)(void *)h;
	if (h->resume == 2) {
		gol_chan_receive_finish(g, NULL);
		fr->r = (deep_result){fr->x, {(const uint8_t *)"end", 3}};
		return;
	}
	deep_result t = *(const deep_result *)g->ret;
	fr->r = (deep_result){t.r0 + *fr->p - fr->x + fr->n, t.r1};
}

/* ---- one-version, calling itself ---- */
typedef struct { gol_frame h; deep_result r; gol_int n, *p, x; deep_result t; } one_frame;
static const uint8_t one_maps[] = {1 << 4, 0, 1 << 4, 0, 1 << 4, 0};
static void one_start(gol_g *g, gol_frame *h);
static void one_body(gol_g *g, gol_frame *h);
static const gol_func_info one_info = {"main.one", "/t/deep.go", 10, sizeof(one_frame), 3, 0, points, one_maps, 2,
		one_start, one_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};

static deep_result one(gol_g *g, gol_int n, gol_int *p)
{
	one_frame fr;
	fr.h.func = &one_info;
	fr.h.resume = 0;
	fr.n = n;
	fr.p = p;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return (deep_result){0}; }
	one_body(g, &fr.h);
	if (GOL_UNWINDING(g)) { gol_freeze_frame(g, &fr.h); return (deep_result){0}; }
	return fr.r;
}

static void one_start(gol_g *g, gol_frame *h)
{
	one_frame *fr = (one_frame *)(void *)h;
	fr->r = one(g, fr->n, fr->p);
}

static void one_body(gol_g *g, gol_frame *h)
{
	one_frame *fr = (one_frame *)(void *)h;
	switch (h->resume) {
	case 1: fr->t = *(const deep_result *)g->ret; goto r1;
	case 2: gol_chan_receive_finish(g, NULL); goto r2;
	}
	fr->x = fr->n + *fr->p;
	if (fr->n == 0) {
		if (tick != NULL) {
			gol_chan_receive(g, tick, NULL);
			if (g->unwinding) { h->resume = 2; return; }
		}
	r2:
		fr->r = (deep_result){fr->x, {(const uint8_t *)"end", 3}};
		return;
	}
	/* alternate: every third frame is a two-version one */
	fr->t = fr->n % 3 ? one(g, fr->n - 1, &fr->x) : deep(g, fr->n - 1, &fr->x);
	if (g->unwinding) { h->resume = 1; return; }
r1:
	fr->r = (deep_result){fr->t.r0 + *fr->p - fr->x + fr->n, fr->t.r1};
}

/* ---- main ---- */
typedef struct { gol_frame h; gol_int depth, zero, k; double t; } main_frame;
static const gol_point main_points[] = {{1, 0}, {2, 0}, {3, 0}, {4, 0}};
static void main_body(gol_g *g, gol_frame *h);
static void main_start(gol_g *g, gol_frame *h);
static const gol_func_info main_info = {"main.main", "/t/deep.go", 20, sizeof(main_frame), 4, 0, main_points, NULL,
		0, main_start, main_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};
static gol_int limit = 10000;
static bool measure;

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

static void feed(gol_g *g, gol_func *fn);
typedef struct { gol_frame h; gol_int k; } feed_frame;
static void feed_start(gol_g *g, gol_frame *h) { (void)h; feed(g, NULL); }
static void feed_body(gol_g *g, gol_frame *h);
static const gol_func_info feed_info = {"main.feed", "/t/deep.go", 20, sizeof(feed_frame), 4, 0, main_points, NULL,
		0, feed_start, feed_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};
static gol_func feed_func = {(void *)feed};
static void feed(gol_g *g, gol_func *fn)
{
	feed_frame fr = {0};
	(void)fn;
	fr.h.func = &feed_info;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return; }
	feed_body(g, &fr.h);
	if (GOL_UNWINDING(g)) gol_freeze_frame(g, &fr.h);
}
static void feed_body(gol_g *g, gol_frame *h)
{
	feed_frame *fr = (feed_frame *)(void *)h;
	if (h->resume) goto r1;
	for (fr->k = 0; fr->k < 10; fr->k++) {
		gol_chan_send(g, tick, &fr->k);
		if (g->unwinding) { h->resume = 1; return; }
	r1:;
	}
}

static void check(main_frame *fr, deep_result t)
{
	CHECK(t.r0 == fr->depth * (fr->depth + 1) / 2);
	CHECK(t.r1.len == 3 && memcmp(t.r1.ptr, "end", 3) == 0);
	if (measure)
		printf("%s %8ld: %.1f ns a frame\n", fr->k ? "one " : "deep", (long)fr->depth, (seconds() - fr->t) * 1e9 / (double)fr->depth);
}

static void main_body(gol_g *g, gol_frame *h)
{
	main_frame *fr = (main_frame *)(void *)h;
	deep_result t;
	if (h->resume == 1) { t = *(const deep_result *)g->ret; goto r1; }
	for (fr->k = 0; fr->k < 4; fr->k++) {
		if (fr->k == 2 && !measure) {
			tick = gol_make_chan(g, &test_chan_int, 0);
			gol_go(g, &feed_func);
		}
		for (fr->depth = 10; fr->depth <= limit; fr->depth *= 10) {
			fr->t = seconds();
			t = fr->k & 1 ? one(g, fr->depth, &fr->zero) : deep(g, fr->depth, &fr->zero);
			if (g->unwinding) { h->resume = 1; return; }
		r1:
			check(fr, t);
		}
	}
	puts("ok");
}

int main(int argc, char **argv, char **envp)
{
	add_root(&tick, &test_chan_int);
	if (argc > 1) {
		limit = atoll(argv[1]);
		measure = true;
	}
	return run_program(argc, argv, envp, main_entry);
}
