/*
 * side_test.c - a function with a large variable, in both styles: its block of the side stack stays where it is over
 * freezes, its pointers to variables in frames are mended, what it points to is kept; blocks are
 * given back on return and by Goexit, chunks when nothing is in them.
 *
 *     type large struct { up *large; down *int; kept *string; fill [125]int }
 *
 *     func side(n int, up *large) int {
 *         var x large; var v int
 *         x.up, x.down, x.kept = up, &v, new(string)
 *         if n == 0 { <-tick } else { v = side(n-1, &x) }
 *         return *x.down + len(*x.kept) + x.up.fill[7]
 *     }
 */
#include "generated.h"
#include "stack/stack.h"

typedef struct large { struct large *up; gol_int *down; gol_string *kept; gol_int fill[125]; } large;
static const uint8_t large_map[] = {7};
static const gol_type large_type = {.size = sizeof(large), .pointer_bytes = 24, .kind = GOL_KIND_STRUCT, .align = 8, .pointer_map = large_map};
static gol_chan *tick;

typedef struct { large x; } side_block_t;
typedef struct { gol_frame h; gol_int r; void *sd; gol_int n; large *up; void *x; gol_int v; } side_frame;
/* words after the header: r sd n up x v */
static const uint8_t side_maps[] = {1 << 3, 1 << 4};
static const gol_point side_points[] = {{5, 0}, {8, 1}, {8, 1}};
static const gol_stack_object side_objects[] = {{offsetof(side_frame, v), 8}};
static const uint8_t no_map[] = {0};
static const gol_side_object side_large[] = {{0, &large_type}};
static const gol_side side_side = {offsetof(side_frame, sd), 1, 0, side_large};

static void fill_in(gol_g *g, large *x, gol_int n, large *up, gol_int *v)
{
	memset(x, 0, sizeof *x);
	x->up = up;
	x->down = v;
	x->kept = gol_new(g, &test_string);
	*x->kept = (gol_string){(const uint8_t *)"abcde", n % 5};
	x->fill[7] = n;
}

static gol_int result(const large *x, gol_int n)
{
	CHECK(x->kept->len == n % 5 && x->fill[7] == n && x->fill[124] == 0);
	return *x->down + x->kept->len + x->up->fill[7];
}

/* ---- two versions ---- */
static void plain_start(gol_g *g, gol_frame *h);
static void plain_thaw(gol_g *g, gol_frame *h);
static const gol_func_info plain_info = {.name = "main.plain", .file = "/t/side.go", .line = 3, .frame_size = sizeof(side_frame), .point_count = 3,
	.points = side_points, .maps = side_maps, .map_bytes = 1, .start = plain_start, .body = plain_thaw, .objects = side_objects,
	.object_map = no_map, .object_count = 1, .side = &side_side};
static const uint16_t side_slots[] = {3, 4, 5, 6};
static const gol_save plain_save[] = {{&plain_info, 0, 3, side_slots}, {&plain_info, 1, 4, side_slots}, {&plain_info, 2, 4, side_slots}};
static gol_int framed(gol_g *g, gol_int n, large *up);

static GOL_COLD gol_int plain_freeze(gol_g *g, int k, side_block_t *sd, gol_int n, large *up, gol_int *v)
{
	side_frame *fr = gol_freeze_words(g, &plain_save[k], (uint64_t)(uintptr_t)sd, (uint64_t)n, (uint64_t)(uintptr_t)up, (uint64_t)(uintptr_t)&sd->x);
	if (k) gol_freeze_object(g, v, &fr->v, sizeof *v);
	gol_side_unwind(g, sd);
	return 0;
}

static gol_int plain(gol_g *g, gol_int n, large *up)
{
	side_block_t *sd = gol_side_take(g, sizeof *sd);
	gol_int v = 0, t;
	if (GOL_MUST_FREEZE(g)) return plain_freeze(g, 0, sd, n, up, &v);
	fill_in(g, &sd->x, n, up, &v);
	if (n == 0) {
		gol_chan_receive(g, tick, NULL);
		if (GOL_UNWINDING(g)) return plain_freeze(g, 2, sd, n, up, &v);
	} else {
		t = framed(g, n - 1, &sd->x);
		if (GOL_UNWINDING(g)) return plain_freeze(g, 1, sd, n, up, &v);
		v = t;
	}
	t = result(&sd->x, n);
	gol_side_give(g, sd);
	return t;
}

static void plain_start(gol_g *g, gol_frame *h)
{
	side_frame *fr = (side_frame *)(void *)h;
	gol_int r = plain(g, fr->n, fr->up);
	if (!g->unwinding) fr->r = r;
}

static void plain_thaw(gol_g *g, gol_frame *h)
{
	side_frame *fr = (side_frame *)(void *)h;
	if (h->resume == 2)
		gol_chan_receive_finish(g, NULL);
	else if (!g->unwinding)
		fr->v = *(const gol_int *)g->ret;
	if (!g->unwinding)
		fr->r = result(&((side_block_t *)fr->sd)->x, fr->n);
}

/* ---- one version ---- */
static void framed_start(gol_g *g, gol_frame *h);
static void framed_body(gol_g *g, gol_frame *h);
static const gol_func_info framed_info = {.name = "main.framed", .file = "/t/side.go", .line = 3, .frame_size = sizeof(side_frame), .point_count = 3,
	.points = side_points, .maps = side_maps, .map_bytes = 1, .start = framed_start, .body = framed_body, .objects = side_objects,
	.object_map = no_map, .object_count = 1, .side = &side_side};

static gol_int framed(gol_g *g, gol_int n, large *up)
{
	side_block_t *sd = gol_side_take(g, sizeof *sd);
	side_frame fr;
	fr.h.func = &framed_info;
	fr.h.resume = 0;
	fr.sd = sd;
	fr.n = n;
	fr.up = up;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return 0; }
	framed_body(g, &fr.h);
	if (GOL_UNWINDING(g)) { gol_freeze_frame(g, &fr.h); gol_side_unwind(g, sd); return 0; }
	gol_side_give(g, sd);
	return fr.r;
}

static void framed_start(gol_g *g, gol_frame *h)
{
	side_frame *fr = (side_frame *)(void *)h;
	gol_int r = framed(g, fr->n, fr->up);
	if (!g->unwinding) fr->r = r;
}

static void framed_body(gol_g *g, gol_frame *h)
{
	side_frame *fr = (side_frame *)(void *)h;
	side_block_t *sd = fr->sd;
	gol_int t;
	fr->x = &sd->x;
	switch (h->resume) {
	case 1: if (!g->unwinding) t = *(const gol_int *)g->ret; goto r1;
	case 2: gol_chan_receive_finish(g, NULL); goto r2;
	}
	fr->v = 0;
	fill_in(g, &sd->x, fr->n, fr->up, &fr->v);
	if (fr->n == 0) {
		gol_chan_receive(g, tick, NULL);
	r2:
		if (g->unwinding) { h->resume = 2; return; }
	} else {
		t = fr->n % 3 ? framed(g, fr->n - 1, &sd->x) : plain(g, fr->n - 1, &sd->x);
	r1:
		if (g->unwinding) { h->resume = 1; return; }
		fr->v = t;
	}
	fr->r = result(&sd->x, fr->n);
}

/* ---- goroutines: main runs the recursion, feed lets it through, one exits in the middle ---- */
enum { DEPTH = 400 };
static const gol_point plain_points[] = {{1, 0}, {2, 0}, {3, 0}};
typedef struct { gol_frame h; gol_int r, k; large *top; } main_frame;
static void main_body(gol_g *g, gol_frame *h);
static const uint8_t main_map[] = {1 << 2};
static const gol_func_info main_info = {.name = "main.main", .file = "/t/side.go", .line = 30, .frame_size = sizeof(main_frame), .point_count = 3,
	.points = plain_points, .maps = main_map, .map_bytes = 1, .body = main_body};
static large top;

typedef struct { gol_frame h; gol_int r; } feed_frame;
static void feed_body(gol_g *g, gol_frame *h);
static const gol_func_info feed_info = {.name = "main.feed", .file = "/t/side.go", .line = 40, .frame_size = sizeof(feed_frame), .point_count = 3,
	.points = plain_points, .body = feed_body};

static void feed(gol_g *g, gol_func *fn)
{
	(void)fn;
	feed_frame fr = {.h = {.func = &feed_info}};
	feed_body(g, &fr.h);
	if (GOL_UNWINDING(g)) gol_freeze_frame(g, &fr.h);
}

static void feed_body(gol_g *g, gol_frame *h)
{
	for (;;) {
		h->resume = 1;
		gol_chan_send(g, tick, &(gol_int){0});
		if (g->unwinding) return;
	}
}

static void leave(gol_g *g, gol_func *fn)
{
	(void)fn;
	side_block_t *sd = gol_side_take(g, sizeof *sd), *other = gol_side_take(g, 100 * sizeof *sd);
	g->unwinding = GOL_GOEXIT;
	gol_side_unwind(g, other);
	gol_side_unwind(g, sd);
}

static gol_func feed_func = {(void *)feed}, leave_func = {(void *)leave};

static gol_int want(void)
{
	gol_int r = 0;
	for (gol_int n = 0; n <= DEPTH; n++)
		r += n % 5 + (n < DEPTH ? n + 1 : top.fill[7]);
	return r;
}

static void main_body(gol_g *g, gol_frame *h)
{
	main_frame *fr = (main_frame *)(void *)h;
	gol_int t;
	if (h->resume == 1) goto r1;
	if (h->resume == 2) goto r2;
	tick = gol_make_chan(g, &test_chan_int, 0);
	gol_go(g, &feed_func);
	for (fr->k = 0; fr->k < 10; fr->k++) {
		h->resume = 1;
		t = fr->k & 1 ? plain(g, DEPTH, &top) : framed(g, DEPTH, &top);
		if (0) { r1: t = *(const gol_int *)g->ret; }
		if (g->unwinding) return;
		CHECK(t == want());
		gol_go(g, &leave_func);
		h->resume = 2;
		gol_yield(g);
		return;
	r2:
		h->resume = 1;
	}
	G *self = (G *)(void *)g;
	side_trim(self);
	CHECK(self->side.bytes == 0 && side_bytes_in_use() <= 64 << 10);
	puts("ok");
}

static void main_entry(gol_g *g, gol_func *fn)
{
	main_frame fr = {.h = {.func = &main_info}};
	(void)fn;
	main_body(g, &fr.h);
	if (GOL_UNWINDING(g)) gol_freeze_frame(g, &fr.h);
}

int main(int argc, char **argv, char **envp)
{
	add_root(&tick, &test_chan_int);
	top.fill[7] = 9;
	return run_program(argc, argv, envp, main_entry);
}
