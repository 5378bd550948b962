/*
 * collect.c - the collection cycle and its pacing.
 *
 * Pacing. After a cycle `marked` bytes live. The goal is marked + (marked + stacks) * GOGC / 100,
 * at least 4 MiB * GOGC / 100, and under a memory limit at most what the limit leaves
 * beside the rest of the runtime's memory. As the cycle runs in one stop, it starts at
 * the goal itself, not before it. When the limit would make collecting take more than
 * half of the time, the limit gives way (a program slightly too large gets slow, not stuck).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "base/text.h"
#include "gc/gc.h"
#include "os/os.h"

#define MIN_HEAP ((uint64_t)4 << 20)
#define MAX_ROOT_WALKS 32
#define LIMIT_STEP ((uint64_t)1 << 20)      /* least heap growth between collections under a limit */

gc_state gc = {.percent = 100, .memory_limit = INT64_MAX};
struct gc_world gc_world;

static gc_root_walk *root_walks[MAX_ROOT_WALKS];
static unsigned root_walk_count;

uint64_t gc_now(void) { return (uint64_t)os_nanotime(); }

static uint64_t wall_clock(void)
{
	int64_t seconds;
	int32_t ns;

	os_wall_clock(&seconds, &ns);
	return (uint64_t)seconds * 1000000000u + (uint32_t)ns;
}

void gc_add_roots(gc_root_walk *walk)
{
	for (unsigned i = 0; i < root_walk_count; i++)
		if (root_walks[i] == walk)
			return;
	if (root_walk_count == MAX_ROOT_WALKS)
		heap_die("runtime: too many kinds of roots");
	root_walks[root_walk_count++] = walk;
}

/* ---- requests ------------------------------------------------------------------------------------ */

void gc_request_for(uint32_t reasons)
{
	if (gc.running)
		return;
	if (__atomic_fetch_or(&gc.requested, reasons, __ATOMIC_SEQ_CST) == 0 && gc_world.poke != NULL)
		gc_world.poke();
}

void gc_request(void)
{
	if (!gc_requested())
		gc_request_for(GC_GOAL);
}

bool gc_run_if_requested(void)
{
	if (!gc_requested())
		return false;
	gc_collect(__atomic_load_n(&gc.requested, __ATOMIC_RELAXED));
	return true;
}

/* ---- pacing ------------------------------------------------------------------------------------------ */

static uint64_t rest_of_memory(void)
{
	return gol_heap.meta_bytes + (gol_heap.pages_in_use * HEAP_PAGE_SIZE > gol_heap.live_bytes ?
		gol_heap.pages_in_use * HEAP_PAGE_SIZE - gol_heap.live_bytes : 0);
}

static uint64_t limit_goal(uint64_t marked)
{
	uint64_t rest = rest_of_memory(), limit = (uint64_t)gc.memory_limit;
	uint64_t goal = limit > rest ? limit - rest : 0;
	uint64_t elapsed = gc_now() - gc.start_ns;
	uint64_t step = gc.stats.mark_ns > elapsed / 2 ? marked / 2 : marked / 32;

	if (goal < marked + step + LIMIT_STEP)
		goal = marked + step + LIMIT_STEP;
	return goal;
}

static void set_goal(void)
{
	uint64_t marked = gc.stats.marked_bytes, goal = UINT64_MAX;

	if (gc.percent >= 0) {
		uint64_t percent = (uint64_t)gc.percent, scanned = marked + (gc_stack_bytes());

		goal = marked + (scanned / 100 * percent + scanned % 100 * percent / 100);
		if (goal < MIN_HEAP * percent / 100)
			goal = MIN_HEAP * percent / 100;
	}
	if (gc.memory_limit != INT64_MAX) {
		uint64_t limited = limit_goal(marked);

		if (limited < goal)
			goal = limited;
	}
	gc.stats.goal = goal;
	store_relaxed(&gol_heap.trigger, goal);
}

int64_t gc_set_percent(int64_t percent)
{
	int64_t old = gc.percent;

	gc.percent = percent < 0 ? -1 : percent;
	set_goal();
	if (gol_heap.live_bytes >= gol_heap.trigger)
		gc_request();
	return old;
}

int64_t gc_set_memory_limit(int64_t limit)
{
	int64_t old = gc.memory_limit;

	if (limit >= 0) {
		gc.memory_limit = limit;
		set_goal();
		if (gol_heap.live_bytes >= gol_heap.trigger)
			gc_request();
	}
	return old;
}

/* ---- the cycle ------------------------------------------------------------------------------------------ */

static void mark_everything(void)
{
	gc.stats.marked_bytes = 0;
	gc.stats.marked_objects = 0;
	gc.marking = true;
	for (unsigned i = 0; i < root_walk_count; i++) {
		root_walks[i](gc_mark_slot, NULL);
		gc_drain();
	}
	gc_mark_specials();
	gc_drain();
	gc_finish_specials();
	gc_drain();
	gc.marking = false;
}

/* Free pages worth keeping: what is in use with them is as large as the heap may become before the next cycle or was to
 * become before this one, and a tenth. Giving back what a growing heap takes again at once would cost more than it saves. */
static size_t spare_bytes(uint64_t last_goal)
{
	uint64_t in_use = gol_heap.pages_in_use * HEAP_PAGE_SIZE;
	uint64_t goal = gc.stats.goal > last_goal ? gc.stats.goal : last_goal;
	uint64_t wanted = goal > UINT64_MAX / 2 ? UINT64_MAX : goal + goal / 10;

	return wanted > in_use ? wanted - in_use : 0;
}

static unsigned megabytes(uint64_t bytes) { return (unsigned)(bytes >> 20); }

/* "gc 3 @0.034s 2%: clock of the phases, CPU of them, heap before->after->live, goal, ..." */
static void print_trace(const uint64_t phase[4], uint64_t before, uint64_t goal, uint32_t reasons)
{
	char ms[3][32];
	uint64_t since = phase[3] - gc.start_ns;

	for (int i = 0; i < 3; i++)
		text_in_ms(phase[i + 1] - phase[i], ms[i]);
	fprintf(stderr, "gc %u @%.3fs %d%%: %s+%s+%s ms clock, %s+0/%s/0+%s ms cpu, %u->%u->%u MB, %u MB goal, %u MB stacks, 0 MB globals, 1 P%s\n",
		gc.stats.count, (double)(phase[0] - gc.start_ns) / 1e9, since ? (int)(gc.stats.mark_ns * 100 / since) : 0, ms[0], ms[1], ms[2],
		ms[0], ms[1], ms[2], megabytes(before), megabytes(before), megabytes(gc.stats.marked_bytes), megabytes(goal),
		megabytes(gc_stack_bytes()), reasons & GC_FORCED ? " (forced)" : "");
}

static void record_pause(uint64_t pause)
{
	gc.stats.last_end = wall_clock();
	gc.stats.pauses[gc.stats.count % GC_PAUSES] = pause;
	gc.stats.pause_ends[gc.stats.count % GC_PAUSES] = gc.stats.last_end;
	gc.stats.pause_total += pause;
	gc.stats.mark_ns += pause;
	gc.stats.count++;
}

void gc_collect(uint32_t reasons)
{
	uint64_t phase[4], before, goal = gc.stats.goal;

	gc.running = true;
	phase[0] = gc_now();
	heap_finish_sweep();
	heap_flush_caches();
	if (gc.check)
		heap_check();
	if (gc.shadow)
		gc_check_shadow();
	before = gol_heap.live_bytes;
	phase[1] = gc_now();
	mark_everything();
	phase[2] = gc_now();
	heap_start_sweep();
	store_relaxed(&gol_heap.live_bytes, gc.stats.marked_bytes);
	if (reasons & (GC_FORCED | GC_RELEASE) || gol_heap.poison)
		heap_finish_sweep();
	set_goal();
	if (reasons & GC_RELEASE)
		heap_scavenge(0);
	else if (gc.percent >= 0 || gc.memory_limit != INT64_MAX)
		heap_scavenge(spare_bytes(goal));
	phase[3] = gc_now();
	record_pause(phase[3] - phase[0]);
	if (reasons & GC_FORCED)
		gc.stats.forced++;
	if (gc.trace)
		print_trace(phase, before, goal, reasons);
	__atomic_store_n(&gc.requested, 0, __ATOMIC_SEQ_CST);
	gc.running = false;
}

/* ---- settings --------------------------------------------------------------------------------------------- */

/* GOGC: a number or "off"; anything else means the default. */
static int64_t percent_from(const char *setting)
{
	char *end;
	long value;

	if (setting == NULL || *setting == '\0')
		return 100;
	if (strcmp(setting, "off") == 0)
		return -1;
	value = strtol(setting, &end, 10);
	return *end ? 100 : value < 0 ? -1 : value;
}

/* GOMEMLIMIT: a number with one of B KiB MiB GiB TiB, or "off". */
static int64_t limit_from(const char *setting)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	char *end;
	long long value;

	if (setting == NULL || *setting == '\0' || strcmp(setting, "off") == 0)
		return INT64_MAX;
	value = strtoll(setting, &end, 10);
	if (end != setting && value >= 0) {
		if (*end == '\0')
			return value;
		for (unsigned i = 0; i < 5; i++)
			if (strcmp(end, units[i]) == 0)
				return value > INT64_MAX >> (10 * i) ? INT64_MAX : value << (10 * i);
	}
	heap_die("malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`");
}

void gc_start(void)
{
	const char *stress = getenv("GOLSTRESS"), *debug = getenv("GODEBUG"), *value;

	if (gc.ready)
		return;
	gc.ready = true;
	heap_hooks = (struct heap_hooks){gc_request, profile_check, gc_allocation_hook, gc_note_allocation, profile_note};
	heap_init();
	gc.start_ns = gc_now();
	gc.percent = percent_from(getenv("GOGC"));
	gc.memory_limit = limit_from(getenv("GOMEMLIMIT"));
	value = option_value(debug, "gctrace");
	gc.trace = value != NULL && atoi(value) > 0;
	value = option_value(stress, "gc");
	if (value != NULL) {
		gc.stress_every = strtoull(value, NULL, 10);
		if (gc.stress_every == 0)
			gc.stress_every = 1;
		gol_heap.poison = true;
		gol_heap.hooks = 1;
		gc.check = true;
	}
	if (option_value(stress, "barrier") != NULL)
		gc_start_shadow();
	set_goal();
}
