/*
 * unwind_test.c - defer, panic, recover, Goexit: an interpreter of a tiny language, written as generated
 * code of a function with defers would be. unwind.go is the same in Go; unwind.sh runs random
 * programs through both and compares.
 *
 *     .X print X   pX panic("X")   r recover, print   g Goexit   y Gosched   i index out of range
 *     d(...) defer a call of it   c(...) call it      b receive from a channel somebody sends to
 */
#include "generated.h"

typedef struct { gol_frame h; gol_int r0; const char *p; gol_defer *defers; gol_pending pending; gol_panic_record *recover; gol_func *fn; } exec_frame;
/* words: r0 p defers pending.panic pending.reason recover fn */
static const uint8_t exec_maps[] = {0x40, 1 << 2 | 1 << 3 | 1 << 5 | 1 << 6};
static const gol_point exec_points[] = {{10, 0}, {11, 1}, {12, 1}, {13, 1}, {14, 1}, {15, 1}};
static void exec_start(gol_g *g, gol_frame *h);
static void exec_body(gol_g *g, gol_frame *h);
static const gol_func_info exec_info = {"main.exec", "/t/unwind.go", 9, sizeof(exec_frame), 6, GOL_FUNC_HAS_DEFERS, exec_points, exec_maps, 1,
	exec_start, exec_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};

typedef struct { gol_defer d; const char *p; } exec_closure;
static const uint8_t exec_closure_map[] = {1 << 1};
static const gol_type exec_closure_type = {.size = 24, .pointer_bytes = 16, .kind = GOL_KIND_STRUCT, .align = 8, .pointer_map = exec_closure_map};
static gol_chan *numbers, *done;

static gol_int exec(gol_g *g, gol_func *fn)
{
	exec_frame fr = {0};
	fr.h.func = &exec_info;
	fr.fn = fn;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return 0; }
	exec_body(g, &fr.h);
	if (GOL_UNWINDING(g)) { gol_freeze_frame(g, &fr.h); return 0; }
	return fr.r0;
}
static void exec_start(gol_g *g, gol_frame *h) { ((exec_frame *)(void *)h)->r0 = exec(g, ((exec_frame *)(void *)h)->fn); }

/* link: where it is deferred, what was before. */
static gol_defer *deferred(gol_g *g, gol_defer *link, const char *p)
{
	exec_closure *c = (exec_closure *)(void *)gol_new_closure(g, &exec_closure_type, (void *)exec);
	gol_store_pointer(&c->d.link, link);
	c->p = p + 1;
	return &c->d;
}

static gol_func *block(gol_g *g, const char *p) { return &deferred(g, NULL, p)->fn; }

static const char *after(const char *p)
{
	int depth = 0;
	do
		depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
	while (p++, depth > 0);
	return p;
}

static void show(gol_eface v)
{
	if (v.type == NULL)
		printf("<nil>\n");
	else if (v.type == &test_string)
		printf("recovered %s\n", (const char *)((gol_string *)v.data)->ptr);
	else
		printf("recovered error\n");
}

static void exec_body(gol_g *g, gol_frame *h)
{
	static char texts[128][2];
	exec_frame *fr = (exec_frame *)(void *)h;
	const char *p;
	switch (h->resume) {
	case 1: goto r1;
	case 2: goto r2;
	case 3: if (!g->unwinding) gol_chan_receive_finish(g, NULL); goto r3;
	case 4: goto r4;
	}
	fr->p = ((exec_closure *)(void *)fr->fn)->p;
	fr->recover = gol_recover_take(g, (void *)exec);
	for (; *fr->p != 0 && *fr->p != ')';) {
		p = fr->p;
		switch (*p) {
		case '.':
			printf("%c\n", p[1]);
			fr->p += 2;
			break;
		case 'p':
			texts[(int)p[1]][0] = p[1];
			fr->p += 2;
			gol_panic(g, eface_string(g, texts[(int)p[1]]));
			h->resume = 5;
			goto unwind;
		case 'i':
			fr->p++;
			gol_panic_index(g, 5, 2);
			h->resume = 5;
			goto unwind;
		case 'r':
			fr->p++;
			show(gol_recover(g, fr->recover));
			break;
		case 'g':
			fr->p++;
			g->unwinding = GOL_GOEXIT;
			h->resume = 5;
			goto unwind;
		case 'y':
			fr->p++;
			gol_yield(g);
		r1:
			if (g->unwinding) { h->resume = 1; goto unwind; }
			break;
		case 'b':
			fr->p++;
			gol_chan_receive(g, numbers, NULL);
		r3:
			if (g->unwinding) { h->resume = 3; goto unwind; }
			break;
		case 'd':
			fr->defers = deferred(g, fr->defers, p + 1);
			fr->p = after(p + 1);
			break;
		case 'c':
			fr->p = after(p + 1);
			exec(g, block(g, p + 1));
		r2:
			if (g->unwinding) { h->resume = 2; goto unwind; }
			break;
		default:
			abort();
		}
	}
	goto epilogue;
unwind:
	if (g->unwinding == GOL_FREEZE) return;
	fr->pending = gol_take_pending(g);
	if (g->unwinding) return;
epilogue:
	while (fr->defers) {
		gol_func *fn = gol_defer_function(g, fr->defers);
		fr->defers = gol_defer_next(g, fr->defers);
		if (fr->pending.reason) gol_defer_begin(g, &fr->pending, fn->code);
		((void (*)(gol_g *, gol_func *))fn->code)(g, fn);
	r4:
		if (g->unwinding || fr->pending.reason) { h->resume = 4; if (!gol_defer_end(g, &fr->pending)) return; }
	}
	if (fr->pending.reason) gol_continue_unwinding(g, fr->pending);
}

/* ---- main: go func() { defer close(done); exec(program) }(); <-done; println("end") ---- */

static const char *program;

static void close_done(gol_g *g, gol_func *fn) { (void)fn; gol_chan_close(g, done); }
static gol_defer close_done_later = {{(void *)close_done}, NULL};

typedef struct { gol_frame h; gol_defer *defers; gol_pending pending; } run_frame;
static const uint8_t run_maps[] = {0, 3};
static const gol_point run_points[] = {{1, 0}, {2, 1}, {3, 1}, {4, 0}};
static void run_body(gol_g *g, gol_frame *h);
static void run_start(gol_g *g, gol_frame *h);
static const gol_func_info run_info = {"main.main.func1", "/t/unwind.go", 1, sizeof(run_frame), 3,
		GOL_FUNC_HAS_DEFERS, run_points, run_maps, 1, run_start, run_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};
static void run(gol_g *g, gol_func *fn)
{
	run_frame fr = {0};
	(void)fn;
	fr.h.func = &run_info;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return; }
	run_body(g, &fr.h);
	if (GOL_UNWINDING(g)) gol_freeze_frame(g, &fr.h);
}
static void run_start(gol_g *g, gol_frame *h) { (void)h; run(g, NULL); }
static gol_func run_func = {(void *)run};

static void run_body(gol_g *g, gol_frame *h)
{
	run_frame *fr = (run_frame *)(void *)h;
	if (h->resume == 1) goto r1;
	if (h->resume == 2) goto r2;
	fr->defers = &close_done_later;
	exec(g, block(g, program - 1));
r1:
	if (!g->unwinding) goto epilogue;
	h->resume = 1;
	if (g->unwinding == GOL_FREEZE) return;
	fr->pending = gol_take_pending(g);
	if (g->unwinding) return;
epilogue:
	while (fr->defers) {
		gol_func *fn = gol_defer_function(g, fr->defers);
		fr->defers = gol_defer_next(g, fr->defers);
		if (fr->pending.reason) gol_defer_begin(g, &fr->pending, fn->code);
		((void (*)(gol_g *, gol_func *))fn->code)(g, fn);
	r2:
		if (g->unwinding || fr->pending.reason) { h->resume = 2; if (!gol_defer_end(g, &fr->pending)) return; }
	}
	if (fr->pending.reason) gol_continue_unwinding(g, fr->pending);
}

typedef struct { gol_frame h; } main_frame;
static void main_body(gol_g *g, gol_frame *h);
static void main_start(gol_g *g, gol_frame *h);
static const gol_func_info main_info = {"main.main", "/t/unwind.go", 30, sizeof(main_frame), 4, 0, run_points, NULL,
		0, main_start, main_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};
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
static void feed_body(gol_g *g, gol_frame *h);
static void feed_start(gol_g *g, gol_frame *h) { (void)h; feed(g, NULL); }
static const gol_func_info feed_info = {"main.feed", "/t/unwind.go", 30, sizeof(main_frame), 4, 0, run_points, NULL,
		0, feed_start, feed_body, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL};
static gol_func feed_func = {(void *)feed};
static void feed(gol_g *g, gol_func *fn)
{
	main_frame fr = {0};
	(void)fn;
	fr.h.func = &feed_info;
	if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return; }
	feed_body(g, &fr.h);
	if (GOL_UNWINDING(g)) gol_freeze_frame(g, &fr.h);
}
static void feed_body(gol_g *g, gol_frame *h)
{
	static const gol_int one = 1;
	for (;;) {
		gol_chan_send(g, numbers, &one);
		if (g->unwinding) { h->resume = 1; return; }
	}
}

static void main_body(gol_g *g, gol_frame *h)
{
	if (h->resume == 1) { gol_chan_receive_finish(g, NULL); goto r1; }
	numbers = gol_make_chan(g, &test_chan_int, 0);
	done = gol_make_chan(g, &test_chan_int, 0);
	if (strchr(program, 'b') != NULL)
		gol_go(g, &feed_func);
	gol_go(g, &run_func);
	gol_chan_receive(g, done, NULL);
	if (g->unwinding) { h->resume = 1; return; }
r1:
	printf("end\n");
}

int main(int argc, char **argv, char **envp)
{
	add_root(&numbers, &test_chan_int);
	add_root(&done, &test_chan_int);
	program = argc > 1 ? argv[1] : "d(r.xc(.z))d(d(r)pb)y.ac(d(.1).2y)bpz";
	return run_program(argc, argv, envp, main_entry);
}
