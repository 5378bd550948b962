/*
 * runtime.c - package runtime and runtime/debug: goroutines, traces, settings. Memory is in
 * runtime_memory.c.
 *
 * What reads the caller's stack freezes it first: the intrinsic is a frame on top (sched/proc.h,
 * frozen_start), and its run function sees the saved frames below its own.
 */
#include "ffi/intrinsic.h"
#include "base/options.h"
#include "gc/gc.h"
#include "os/os.h"
#include "sched/locked.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "stack/program.h"
#include "unwind/panic.h"
#include "unwind/pc.h"
#include "unwind/trace.h"

#include <stdlib.h>

INTRINSIC(void, runtime_Gosched, gol_g *g) { sched_give_way(g_of(g)); }

INTRINSIC(void, runtime_Goexit, gol_g *g)
{
	g_of(g)->panic = NULL;
	g->unwinding = GOL_GOEXIT;
}

INTRINSIC(uint32_t, runtime_goroutineFlags, gol_g *g) { return g_of(g)->flags; }
INTRINSIC(void, runtime_setGoroutineFlags, gol_g *g, uint32_t flags) { g_of(g)->flags = flags; }

INTRINSIC(gol_int, runtime_NumGoroutine, gol_g *g) { (void)g; return sched_goroutine_count(); }
INTRINSIC(gol_int, runtime_NumCPU, gol_g *g) { (void)g; return os_processor_count(); }
INTRINSIC(int64_t, runtime_NumCgoCall, gol_g *g) { (void)g; return (int64_t)call_total(); }

/* a[0]: how many; r[0]: how many there were. */
static void set_procs(G *g, call_frame *c)
{
	c->r[0] = proc_count();
	marker_hold();
	heap_flush_caches();
	procs_set(g->m, (uint32_t)c->a[0]);
	marker_release();
}

INTRINSIC(gol_int, runtime_GOMAXPROCS, gol_g *g, gol_int n)
{
	call_frame c;
	if (n <= 0 || procs_limit(n) == proc_count())
		return proc_count();
	frozen_start(&c, set_procs);
	frozen_how(&c, FROZEN_STOPS_WORLD);
	c.a[0] = procs_limit(n);
	call_blocking(g, &c);
	return 0;
}

INTRINSIC(void, runtime_LockOSThread, gol_g *g) { locked_begin(g_of(g)); }
INTRINSIC(void, runtime_UnlockOSThread, gol_g *g) { locked_undo(g_of(g)); }

INTRINSIC(void, runtime_Breakpoint, gol_g *g)
{
	(void)g;
#if defined(__x86_64__) || defined(__i386__)
	__asm__ volatile("int3");
#else
	__builtin_trap();
#endif
}

INTRINSIC(bool, runtime_startOnce, gol_g *g, uint32_t *flag)
{
	(void)g;
	return __atomic_exchange_n(flag, 1, __ATOMIC_SEQ_CST) == 0;
}

/* ---- positions ------------------------------------------------------------------------------------- */

static bool counts(const gol_func_info *func) { return !(func->flags & (GOL_FUNC_WRAPPER | GOL_FUNC_RUNTIME)); }

/* a[0]: frames still to skip; p[0], a[1]: where to and room for how many; r[0]: how many. False: it is full. */
static bool add_pc(call_frame *c, uintptr_t pc)
{
	if (c->a[0] > 0)
		c->a[0]--;
	else if (c->r[0] < c->a[1])
		((uintptr_t *)c->p[0])[c->r[0]++] = pc;
	return c->r[0] < c->a[1];
}

static bool add_caller(void *context, const position *p)
{
	if (p->func == NULL)
		return add_pc(context, pc_of_outer(p->mark == MARK_GOEXIT ? PC_GOEXIT : PC_GOPANIC));
	return !counts(p->func) || add_pc(context, pc_of(p));
}

static void find_callers(G *g, call_frame *c)
{
	c->r[0] = 0;
	stack_walk(g, add_caller, c);
	add_pc(c, pc_of_outer(PC_BOTTOM));
}

INTRINSIC(gol_int, runtime_callers, gol_g *g, gol_int skip, gol_slice pcs)
{
	call_frame c;
	frozen_start(&c, find_callers);
	c.a[0] = skip;
	c.a[1] = pcs.len;
	c.p[0] = pcs.ptr;
	call_blocking(g, &c);
	return 0;
}

typedef struct { gol_string r0, r1; gol_int r2; uintptr_t r3; } pc_result;

INTRINSIC(pc_result, runtime_pcInfo, gol_g *g, uintptr_t pc)
{
	position p;
	(void)g;
	if (!pc_find(pc, &p))
		return (pc_result){0};
	return (pc_result){string_of(position_name(&p)), string_of(position_file(&p)), position_line(&p), pc_entry(p.func)};
}

/* ---- traces ------------------------------------------------------------------------------------------ */

/* a[0]: all goroutines? a[1]: frames left out; r[0], r[1]: the string. */
static void make_trace(G *g, call_frame *c)
{
	text t = {0};
	trace_header(&t, g, "running");
	trace_frames(&t, g, (size_t)c->a[1]);
	trace_origin(&t, g);
	if (c->a[0])
		trace_all_others(&t, g);
	gol_string s = panic_copy_text(&g->pub, t.data, t.size);
	text_free(&t);
	memcpy(c->r, &s, sizeof s);
}

static void stack_text(gol_g *g, bool all, int skip)
{
	call_frame c;
	frozen_start(&c, make_trace);
	if (all)
		frozen_how(&c, FROZEN_STOPS_WORLD);
	c.a[0] = all;
	c.a[1] = skip;
	call_blocking(g, &c);
}

INTRINSIC(gol_string, runtime_stackText, gol_g *g, bool all)
{
	stack_text(g, all, 1);        /* without runtime.Stack */
	return (gol_string){NULL, 0};
}

INTRINSIC(gol_string, runtime_1debug_stackText, gol_g *g)
{
	stack_text(g, false, 0);
	return (gol_string){NULL, 0};
}

/* ---- settings ------------------------------------------------------------------------------------------ */

INTRINSIC(gol_int, runtime_1debug_setMaxStack, gol_g *g, gol_int bytes)
{
	(void)g;
	return (gol_int)stack_set_maximum((size_t)bytes);
}

INTRINSIC(gol_int, runtime_1debug_setMaxThreads, gol_g *g, gol_int threads)
{
	(void)g;
	return proc_set_thread_limit((uint32_t)threads);
}

INTRINSIC(bool, runtime_1debug_setPanicOnFault, gol_g *g, bool enabled)
{
	bool old = g_of(g)->panic_on_fault;
	g_of(g)->panic_on_fault = enabled;
	return old;
}

INTRINSIC(void, runtime_1debug_setTraceback, gol_g *g, gol_int level)
{
	(void)g;
	if (level > gol_traceback)          /* never below what the environment asked for */
		gol_traceback = (int)level;
}

/* ---- texts ------------------------------------------------------------------------------------------------- */

INTRINSIC(gol_string, runtime_formatForPrint, gol_g *g, gol_eface x)
{
	text t = {0};
	panic_print_basic(&t, x);
	gol_string s = panic_copy_text(g, t.data, t.size);
	text_free(&t);
	return s;
}

INTRINSIC(gol_string, runtime_programRoot, gol_g *g)
{
	(void)g;
	for (char **e = program_environment(); e != NULL && *e != NULL; e++)
		if (strncmp(*e, "GOROOT=", 7) == 0)
			return string_of(*e + 7);
	return (gol_string){NULL, 0};
}
