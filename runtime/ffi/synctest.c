/*
 * synctest.c - package internal/gol/hooks/internal/synctest: bubbles (sched/bubble.c).
 */
#include "ffi/intrinsic.h"
#include "sched/bubble.h"

#define HOOK(name) internal_1gol_1hooks_1internal_1synctest_##name
#define HOOK_INTRINSIC(result, name, ...) INTRINSIC(result, name, __VA_ARGS__)

HOOK_INTRINSIC(void *, HOOK(current), gol_g *g) { return g_of(g)->bubble; }
HOOK_INTRINSIC(gol_int, HOOK(start), gol_g *g, void *f) { bubble_run(g_of(g), f); return 0; }
HOOK_INTRINSIC(void, HOOK(mainEnded), gol_g *g) { bubble_main_ended(g_of(g)->bubble); }
HOOK_INTRINSIC(void, HOOK(await), gol_g *g, bool *refused) { *refused = !bubble_wait(g_of(g)); }
HOOK_INTRINSIC(void, HOOK(hold), gol_g *g, void *b) { (void)g; bubble_hold(b); }
HOOK_INTRINSIC(void, HOOK(letGo), gol_g *g, void *b) { (void)g; bubble_release(b); }
HOOK_INTRINSIC(void, HOOK(enter), gol_g *g, void *b) { bubble_start(g_of(g), b); }

HOOK_INTRINSIC(void, HOOK(leave), gol_g *gp)
{
	G *g = g_of(gp);
	bubble *b = g->bubble;
	g->bubble = NULL;
	g->durable = false;
	bubble_ended(b);
}
