/*
 * runtime_memory.c - intrinsics of runtime and runtime/debug about memory: collections,
 * statistics, finalizers.
 *
 * What needs all goroutines to stand still is a frozen operation that stops the world (sched/proc.h).
 */
#include "base/fatal.h"
#include "ffi/intrinsic.h"
#include "race/race.h"
#include "ffi/reflect.h"
#include "gc/gc.h"
#include "lang/iface.h"
#include "sched/proc.h"
#include "unwind/panic.h"

/* ---- collections --------------------------------------------------------------------------------- */

/* a[0]: why */
static void collect_now(G *g, call_frame *c)
{
	(void)g;
	gc_collect((uint32_t)c->a[0]);
}

/* Afterwards finalizers that became due get their turn, as the sweep of a forced collection gives it in Go. */
static void collect(gol_g *g, uint32_t reasons)
{
	call_frame c;
	frozen_start(&c, collect_now);
	frozen_how(&c, FROZEN_STOPS_WORLD | FROZEN_YIELDS);
	c.a[0] = reasons;
	call_blocking(g, &c);
}

INTRINSIC(void, runtime_GC, gol_g *g) { collect(g, GC_FORCED); }
INTRINSIC(void, runtime_1debug_freeOSMemory, gol_g *g) { collect(g, GC_FORCED | GC_RELEASE); }
INTRINSIC(gol_int, runtime_1debug_setGCPercent, gol_g *g, gol_int percent) { (void)g; return gc_set_percent(percent); }
INTRINSIC(int64_t, runtime_1debug_setMemoryLimit, gol_g *g, int64_t limit)
{
	(void)g;
	return gc_set_memory_limit(limit);
}

INTRINSIC(void, runtime_KeepAlive, gol_g *g, gol_eface x)
{
	(void)g;
	__asm__ volatile("" : : "r"(x.data) : "memory");
}

/* ---- statistics ------------------------------------------------------------------------------------ */

/* p[0], a[0]: where to, and how many words. */
static void read_statistics(G *g, call_frame *c)
{
	(void)g;
	marker_hold();
	gc_memory_statistics(c->p[0], (size_t)c->a[0]);
	marker_release();
}

INTRINSIC(void, runtime_memoryStatistics, gol_g *g, gol_slice out)
{
	call_frame c;
	frozen_start(&c, read_statistics);
	frozen_how(&c, FROZEN_STOPS_WORLD);
	c.p[0] = out.ptr;
	c.a[0] = out.len;
	call_blocking(g, &c);
}

static gol_int pauses(gol_slice lengths, gol_slice ends)
{
	gol_int n = lengths.len < ends.len ? lengths.len : ends.len;

	return (gol_int)gc_recent_pauses(lengths.ptr, ends.ptr, (size_t)n);
}

INTRINSIC(gol_int, runtime_gcPauses, gol_g *g, gol_slice lengths, gol_slice ends)
{
	(void)g;
	return pauses(lengths, ends);
}
INTRINSIC(gol_int, runtime_1debug_gcPauses, gol_g *g, gol_slice lengths, gol_slice ends)
{
	(void)g;
	return pauses(lengths, ends);
}

typedef struct { uint64_t r0, r1, r2; } size_class_result;

INTRINSIC(size_class_result, runtime_sizeClass, gol_g *g, gol_int i)
{
	(void)g;
	if (i < 0 || i >= HEAP_CLASS_COUNT)
		return (size_class_result){0, 0, 0};
	size_class_result result = {heap_class_size[i], 0, 0};
	for (heap_central *c = &gol_heap.central[2 * i]; c < &gol_heap.central[2 * i + 2]; c++) {
		os_acquire(&c->lock);
		result.r1 += c->mallocs;
		result.r2 += c->frees;
		os_release(&c->lock);
	}
	return result;
}

INTRINSIC(gol_int, runtime_memoryProfile, gol_g *g, void *records, gol_int room, bool also_freed)
{
	(void)g;
	return (gol_int)profile_read(records, (size_t)room, also_freed);
}

typedef struct { int64_t r0, r1, r2; } gc_result;

INTRINSIC(gc_result, runtime_1debug_gcStatistics, gol_g *g)
{
	(void)g;
	return (gc_result){gc.stats.count, (int64_t)gc.stats.last_end, (int64_t)gc.stats.pause_total};
}

/* ---- types ------------------------------------------------------------------------------------------- */

typedef struct { gol_string r0, r1; } two_strings;

INTRINSIC(two_strings, runtime_typeText, gol_g *g, const gol_type *t)
{
	(void)g;
	return (two_strings){t->text, string_of(iface_type_package(t))};
}

INTRINSIC(gol_int, runtime_typeKind, gol_g *g, const gol_type *t) { (void)g; return t->kind; }

/* May a value of pointer type arg be passed for a parameter of type want? */
static bool passes(const gol_type *want, const gol_type *arg)
{
	if (want == arg)
		return true;
	if (want->kind == GOL_KIND_INTERFACE)
		return iface_missing(arg, want) == NULL;
	return want->kind == GOL_KIND_POINTER && arg->kind == GOL_KIND_POINTER && want->elem == arg->elem &&
		(want->name == NULL || arg->name == NULL);
}

INTRINSIC(bool, runtime_typeIsFuncTaking, gol_g *g, const gol_type *f, const gol_type *arg)
{
	(void)g;
	return f->kind == GOL_KIND_FUNC && f->parameter_count == 1 && !(f->flags & GOL_TYPE_VARIADIC) &&
		passes(f->parameters[0], arg);
}

/* ---- finalizers and cleanups ---------------------------------------------------------------------------- */

INTRINSIC(gol_int, runtime_addFinalizer, gol_g *g, gol_eface object, gol_eface finalizer)
{
	(void)g;
	return gc_set_finalizer(object, finalizer);
}

INTRINSIC(uint64_t, runtime_addCleanup, gol_g *g, void *p, gol_func *f)
{
	(void)g;
	return gc_add_cleanup(p, f);
}

INTRINSIC(bool, runtime_isWithin, gol_g *g, void *p, void *q) { (void)g; return gc_is_within(p, q); }
INTRINSIC(bool, runtime_closesOver, gol_g *g, void *f, void *p) { (void)g; return gc_closes_over(f, p); }

INTRINSIC(void, runtime_dropCleanup, gol_g *g, uintptr_t p, uint64_t id)
{
	(void)g;
	gc_drop_cleanup(p, id);
}

typedef struct { gol_eface r0, r1; } due_result;        /* object, function */

static due_result result_of(const gc_due *due)
{
	if (due->object.type == NULL)
		return (due_result){{NULL, NULL}, {reflect_func_type(NULL, 0, NULL, 0, false), due->fn.data}};
	return (due_result){due->object, due->fn};
}

/* The goroutine that is parked in nextFinalizer, or NULL. It looks for something due and enters itself in one step:
 * so what becomes due is seen by it, or wakes it. */
static struct { os_lock lock; G *waiting; } finalizers = {.lock = LOCK_OF_RANK(RANK_FINALIZERS)};

static void wake(void)
{
	os_acquire(&finalizers.lock);
	G *g = finalizers.waiting;

	finalizers.waiting = NULL;
	os_release(&finalizers.lock);
	if (g != NULL)
		sched_ready(g);
}

/* Before the goroutine goes on: its results. */
static void complete(G *g)
{
	gc_due due;
	due_result r;

	require(gc_next_due(&due));
	if (GOL_UNLIKELY(gol_race_on))
		race_acquire_all(&g->pub);
	r = result_of(&due);
	_Static_assert(sizeof r <= sizeof g->results, "results of nextFinalizer");
	memcpy(g->results, &r, sizeof r);
	g->pub.ret = g->results;
}

INTRINSIC(due_result, runtime_nextFinalizer, gol_g *g)
{
	gc_due due;
	bool is_due;

	gc_world.due_ready = wake;
	os_acquire(&finalizers.lock);
	is_due = gc_next_due(&due);
	if (!is_due) {
		sched_set_system(g_of(g));
		sched_park(g_of(g), WAIT_FINALIZER, complete);
		finalizers.waiting = g_of(g);
	}
	os_release(&finalizers.lock);
	if (GOL_UNLIKELY(gol_race_on) && is_due)
		race_acquire_all(g);
	return is_due ? result_of(&due) : (due_result){{NULL, NULL}, {NULL, NULL}};
}

/* Nothing is left to be done when the finalizer returns: a freeze inside it needs no frame here. */
INTRINSIC(void, runtime_callFinalizer, gol_g *g, gol_eface f, gol_eface object)
{
	const gol_type *want = f.type->parameters[0];
	gol_eface converted;
	void *argument = &object.data;

	if (want->kind == GOL_KIND_INTERFACE) {
		iface_store(g, want, &converted, object);
		argument = &converted;
	}
	reflect_call_dropping(g, f.type, f.data, &argument);
}

/* ---- package unique --------------------------------------------------------------------------------------- */

static void clone_strings(const gol_type *t, char *p)
{
	if (t->kind == GOL_KIND_STRING) {
		gol_string *s = (gol_string *)(void *)p;
		uint8_t *copy = s->len > 0 ? heap_new_bytes((size_t)s->len) : NULL;
		if (copy != NULL)
			memcpy(copy, s->ptr, (size_t)s->len);
		gol_store_string(s, (gol_string){copy, s->len});
	} else if (t->kind == GOL_KIND_STRUCT) {
		for (uint32_t i = 0; i < t->field_count; i++)
			clone_strings(t->fields[i].type, p + t->fields[i].offset);
	} else if (t->kind == GOL_KIND_ARRAY && t->elem->pointer_bytes != 0) {
		for (gol_int i = 0; i < t->length; i++)
			clone_strings(t->elem, p + (size_t)i * t->elem->size);
	}
}

INTRINSIC(void, unique_cloneStrings, gol_g *g, gol_eface p) { (void)g; clone_strings(p.type->elem, p.data); }

/* ---- weak pointers --------------------------------------------------------------------------------------- */

INTRINSIC(void *, weak_makeHandle, gol_g *g, void *p) { (void)g; return gc_weak_handle(p); }
INTRINSIC(void *, weak_handleValue, gol_g *g, void *handle) { (void)g; return gc_weak_value(handle); }
