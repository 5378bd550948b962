/*
 * collect.c - the collector's tie to the scheduler: goroutines, package variables and timers as roots.
 */
#include "base/options.h"
#include "gc/gc.h"
#include "sched/escaped.h"
#include "sched/leaks.h"
#include "sched/proc.h"
#include "stack/list.h"
#include "stack/program.h"
#include "stack/stack.h"
#include "stack/status.h"

static void walk_goroutines(gc_visit *visit, void *context)
{
	for (uint32_t i = 0; i < g_count(); i++) {
		G *g = g_at(i);

		if (status_of(g) == G_DEAD)
			continue;
		if (visit != gc_mark_slot || !leaks_set_apart(g))
			stack_each_pointer(g, visit, context);
		stack_shrink(g);
	}
}

struct caller { gc_visit *visit; void *context; };

static void visit_root(void *context, void *slot)
{
	struct caller *c = context;

	c->visit(c->context, slot);
}

static void walk_packages(gc_visit *visit, void *context)
{
	const gol_program *program = program_packages();
	struct caller c = {visit, context};

	current_m->counts.collections++;        /* roots are walked once by each */
	for (uint32_t i = 0; program != NULL && i < program->package_count; i++) {
		const gol_package *p = program->packages[i];

		for (uint32_t j = 0; j < p->root_count; j++)
			if (p->roots[j].address != NULL)
				heap_each_pointer(p->roots[j].type, p->roots[j].address, 1, visit_root, &c);
	}
}

static uint32_t processors(void) { return proc_count(); }
static size_t goroutine_structs(void) { return g_count() * sizeof(G); }
static void freeze_current(void) { g_request_freeze(g_current()); }

void collect_init(void)
{
	gc_start();
	leaks_start();
	gc_world.poke = sched_request_stop;
	gc_world.freeze = freeze_current;
	gc_world.processors = processors;
	gc_world.stack_bytes = stack_bytes_in_use;
	gc_world.other_bytes = goroutine_structs;
	gc_world.check_frames = escaped_check;
	gc_world.drop_unreachable = timers_drop_unreachable;
	gc_add_roots(walk_packages);
	gc_add_roots(walk_goroutines);
	gc_add_roots(timers_each_root);
}
