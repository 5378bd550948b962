/*
 * collect.c - the collection cycle and its pacing.
 *
 * Pacing. After a cycle `marked` bytes live. The goal is marked + (marked + stacks) * GOGC / 100,
 * at least 4 MiB * GOGC / 100, and under a memory limit at most what the limit leaves
 * beside the rest of the runtime's memory. A cycle that runs in one stop starts at the goal itself; one that
 * marks beside the program starts before it, by what the last one's program allocated meanwhile, and what is not
 * marked when the heap has grown beyond the goal is marked in stops, slice by slice. When the limit would make
 * collecting take more than half of the time, the limit gives way (a program slightly too large gets slow, not stuck).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/event.h"
#include "base/options.h"
#include "base/text.h"
#include "gc/gc.h"
#include "os/os.h"

#define MIN_HEAP ((uint64_t)4 << 20)
#define MAX_ROOT_WALKS 32
#define ESCAPE_EVERY 20         /* GOLSTRESS=escape without gc=N: allocations from one collection to the next */
#define HARD_STEP ((uint64_t)1 << 20)       /* least growth beside the marker */
#define BUDGET 4096                         /* objects in the stop that ends a cycle: about 100 us */
#define SLICE_BUDGET 32768                  /* objects in a stop for a heap that grows too fast: one or two ms ... */
#define SLICE_STEP ((uint64_t)512 << 10)    /* ... for each so many bytes beyond the goal */
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

/* ---- pacing ------------------------------------------------------------------------------------------ */

static uint64_t growth;         /* of the heap while the last cycle marked beside the program; 0: none did */

static bool may_mark_beside(void)
{
	return !gc.stop_the_world && (!gol_heap.hooks || gc.stress_beside) && gc_world.processors != NULL &&
		gc_world.processors() > 1;
}

/* The lock of pages is held. */
static uint64_t rest_of_memory(void)
{
	uint64_t pages = gol_heap.pages_in_use * HEAP_PAGE_SIZE, live = load_relaxed(&gol_heap.live_bytes);

	return gol_heap.meta_bytes + (pages > live ? pages - live : 0);
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

/* What the program is expected to allocate beside the marker: as much as in the last cycle, and an eighth. */
static uint64_t headroom(uint64_t marked, uint64_t goal)
{
	uint64_t way = goal > marked ? goal - marked : 0, expected = growth + growth / 8;

	if (goal == UINT64_MAX || !may_mark_beside())
		return 0;
	if (growth == 0)
		expected = way / 2;
	return expected < way / 20 ? way / 20 : expected > way - way / 4 ? way - way / 4 : expected;
}

/* Settings change under the lock of pages. */
static void set_goal_locked(void)
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
	if (!gc.beside)
		store_relaxed(&gol_heap.trigger, goal - headroom(marked, goal));
}

static void set_goal(void)
{
	os_acquire(&gol_heap.lock);
	set_goal_locked();
	os_release(&gol_heap.lock);
}

static void request_if_due(void)
{
	if (load_relaxed(&gol_heap.live_bytes) >= load_relaxed(&gol_heap.trigger))
		gc_request();
}

int64_t gc_set_percent(int64_t percent)
{
	os_acquire(&gol_heap.lock);
	int64_t old = gc.percent;
	gc.percent = percent < 0 ? -1 : percent;
	set_goal_locked();
	os_release(&gol_heap.lock);
	request_if_due();
	return old;
}

int64_t gc_set_memory_limit(int64_t limit)
{
	os_acquire(&gol_heap.lock);
	int64_t old = gc.memory_limit;
	if (limit >= 0) {
		gc.memory_limit = limit;
		set_goal_locked();
	}
	os_release(&gol_heap.lock);
	if (limit >= 0)
		request_if_due();
	return old;
}

/* ---- the cycle ------------------------------------------------------------------------------------------
 *
 * prepare, mark_roots, everything they lead to, end_marking, start_sweeping: in one stop (collect), or the first two
 * in one and the last two in another, with the marker's work between (begin_beside, end_beside). */

static struct {
	uint64_t start, begun;                  /* of the first stop; its end, 0: there was but one */
	/* bytes when it began; the goal that led to it; what the heap should not outgrow */
	uint64_t before, goal, hard;
	uint64_t time_beside;                   /* the marker's, when it began */
	uint64_t slices;                        /* nanoseconds of stops between the first and the last */
} cycle;

/* The time it takes until all have stopped belongs to the stop. */
static uint64_t stop_start(void)
{
	uint64_t start = gc.stop_began != 0 ? gc.stop_began : gc_now();

	gc.stop_began = 0;
	return start;
}

static void prepare(void)
{
	cycle.start = stop_start();
	cycle.begun = cycle.slices = 0;
	cycle.goal = gc.stats.goal;
	cycle.time_beside = marker_time();
	heap_finish_sweep();
	heap_flush_caches();
	if (gc.check)
		heap_check();
	if (gc.shadow)
		gc_check_shadow();
	cycle.before = gol_heap.live_bytes;
}

static void mark_roots(bool drain)
{
	gc_mark_begin(0, 0);
	gc_shade_begin();
	gol_heap.black_bytes = 0;
	gc.marking = gol_heap.marking = true;
	for (unsigned i = 0; i < root_walk_count; i++) {
		root_walks[i](gc_mark_slot, NULL);
		if (drain)
			gc_drain();
	}
}

/* Everything that roots and shaded objects lead to is marked. */
static void end_marking(void)
{
	gc_mark_specials();
	gc_drain();
	if (gc.looks_for_leaks)
		gc_world.find_leaks();
	if (gc.checkmark) {
		uint64_t bytes = gc_work_bytes(), objects = gc_work_objects();

		gc_check_marks(root_walks, root_walk_count);
		gc_mark_begin(bytes, objects);
	}
	if (gc.check_frames && gc_world.check_frames != NULL)
		gc_world.check_frames();
	gc_finish_specials();
	gc_drain();
	if (gc_world.drop_unreachable != NULL)
		gc_world.drop_unreachable();
	gc.marking = gol_heap.marking = false;
	gc.stats.marked_bytes = gc_work_bytes() + gc_shaded_bytes() + gol_heap.black_bytes;
	gc.stats.marked_objects = gc_work_objects() + gc_shaded_objects();
}

/* Bytes of pages worth keeping, free ones included: as large as the heap may become before the next cycle or was to
 * become before this one, and a tenth. Giving back what a growing heap takes again at once costs more than it saves. */
static uint64_t pages_wanted(uint64_t last_goal)
{
	uint64_t goal = gc.stats.goal > last_goal ? gc.stats.goal : last_goal;

	return goal > UINT64_MAX / 2 ? UINT64_MAX : goal + goal / 10;
}

static void give_back_beyond(uint64_t wanted)
{
	uint64_t in_use = load_relaxed(&gol_heap.pages_in_use) * HEAP_PAGE_SIZE;

	heap_scavenge(wanted > in_use ? wanted - in_use : 0);
}

static unsigned megabytes(uint64_t bytes) { return (unsigned)(bytes >> 20); }

/* "gc 3 @0.034s 2%: clock of stop, marking, stop; CPU of them; heap before->after->live, goal, ..." */
static void print_trace(const uint64_t ns[3], uint64_t beside, uint64_t after, uint32_t reasons)
{
	char ms[3][32], cpu[32];
	uint64_t since = gc_now() - gc.start_ns;

	for (int i = 0; i < 3; i++)
		text_in_ms(ns[i], ms[i]);
	text_in_ms(cycle.begun != 0 ? beside : ns[1], cpu);
	fprintf(stderr, "gc %u @%.3fs %d%%: %s+%s+%s ms clock, %s+0/%s/0+%s ms cpu, %u->%u->%u MB, %u MB goal, %u MB stacks, 0 MB globals, %u P%s\n",
		gc.stats.count, (double)(cycle.start - gc.start_ns) / 1e9, since ? (int)(gc.stats.mark_ns * 100 / since) : 0,
		ms[0], ms[1], ms[2],
		ms[0], cpu, ms[2], megabytes(cycle.before), megabytes(after), megabytes(gc.stats.marked_bytes),
		megabytes(cycle.goal),
		megabytes(gc_stack_bytes()), gc_world.processors != NULL ? gc_world.processors() : 1,
		reasons & GC_FORCED ? " (forced)" : "");
}

/* beside: nanoseconds of the marker. */
static void record_cycle(uint64_t pause, uint64_t beside)
{
	gc.stats.last_end = wall_clock();
	gc.stats.pauses[gc.stats.count % GC_PAUSES] = pause;
	gc.stats.pause_ends[gc.stats.count % GC_PAUSES] = gc.stats.last_end;
	gc.stats.pause_total += pause;
	gc.stats.mark_ns += pause + beside;
	gc.stats.count++;
}

/* atomic: give_back_beyond is to be called with this, once all is swept; 0: it is not */
static uint64_t to_keep;

void gc_give_back(void)
{
	uint64_t wanted = __atomic_exchange_n(&to_keep, 0, __ATOMIC_RELAXED);

	if (wanted != 0)
		give_back_beyond(wanted);
}

static void start_sweeping(uint32_t reasons, bool beside)
{
	heap_start_sweep();
	store_relaxed(&gol_heap.live_bytes, gc.stats.marked_bytes);
	if (reasons & (GC_FORCED | GC_RELEASE) || (gol_heap.poison && !beside))
		heap_finish_sweep();
	set_goal();
	if (reasons & GC_RELEASE)
		heap_scavenge(0);
	else if (gc.percent < 0 && gc.memory_limit == INT64_MAX)
		return;
	else if (beside)
		store_relaxed(&to_keep, pages_wanted(cycle.goal));
	else
		give_back_beyond(pages_wanted(cycle.goal));
}

/* marked: when the marking ended. */
static void end_cycle(uint64_t stopped, uint64_t marked, uint64_t after, uint32_t reasons)
{
	uint64_t now = gc_now(), begun = cycle.begun != 0 ? cycle.begun : stopped;
	uint64_t beside = cycle.begun != 0 ? marker_time() - cycle.time_beside : 0;
	uint64_t marking_ended = cycle.begun != 0 ? stopped : marked;
	uint64_t ns[3] = {begun - cycle.start, marking_ended - begun, now - marking_ended};

	if (event_recorded())
		event_write(EVENT_CYCLE, EVENT_NO_P, 0, (uint64_t)event_time((int64_t)cycle.start),
			(uint32_t)(gc.stats.marked_bytes >> 10),
			cycle.begun != 0);
	record_cycle(cycle.begun != 0 ? ns[0] + cycle.slices + ns[2] : now - cycle.start, beside);
	if (reasons & GC_FORCED)
		gc.stats.forced++;
	if (gc.trace)
		print_trace(ns, beside, after, reasons);
}

static stress_counts counts;

static void begin_beside(void)
{
	counts.beside++;
	prepare();
	mark_roots(false);
	gc.beside = true;
	__atomic_store_n(&gol_barrier_on, 1, __ATOMIC_RELAXED);
	cycle.hard = (gc.stats.goal > cycle.before ? gc.stats.goal : cycle.before) + cycle.before / 8 + HARD_STEP;
	store_relaxed(&gol_heap.trigger, cycle.hard);
	cycle.begun = gc_now();
}

/* budget: objects that may be marked in this stop. False: there are more, and the marker has to go on. */
static bool end_beside(size_t budget, uint32_t reasons)
{
	uint64_t stopped = stop_start(), after = load_relaxed(&gol_heap.live_bytes);

	gc_take_all_shaded();
	if (!gc_drain_some(budget)) {
		cycle.slices += gc_now() - stopped;
		return false;
	}
	heap_flush_caches();
	end_marking();
	gc.beside = false;
	__atomic_store_n(&gol_barrier_on, (uint32_t)(gc.shadow != NULL), __ATOMIC_RELAXED);
	growth = after > cycle.before ? after - cycle.before : 1;
	start_sweeping(reasons, true);
	end_cycle(stopped, stopped, after, reasons);
	return true;
}

/* The program is faster than the marker: it is stopped to mark a slice for every step it goes beyond. When the heap has
 * become half as large again, or there is a memory limit, all the rest is marked. */
static void slow_down(uint32_t reasons)
{
	uint64_t heap = load_relaxed(&gol_heap.live_bytes);
	bool far = heap > cycle.hard + cycle.hard / 2 || gc.memory_limit != INT64_MAX;

	if (!end_beside(far ? SIZE_MAX : SLICE_BUDGET, reasons))
		store_relaxed(&gol_heap.trigger, heap + SLICE_STEP);
}

static void collect(uint32_t reasons)
{
	if (gc.beside)
		end_beside(SIZE_MAX, 0);
	prepare();
	uint64_t stopped = gc_now();
	mark_roots(true);
	end_marking();
	uint64_t marked = gc_now();
	start_sweeping(reasons, false);
	end_cycle(stopped, marked, cycle.before, reasons);
}

static void step(uint32_t reasons)
{
	bool full = load_relaxed(&gol_heap.live_bytes) >= load_relaxed(&gol_heap.trigger);

	if (reasons & (GC_FORCED | GC_RELEASE))
		collect(reasons);
	else if (gc.beside && full)
		slow_down(reasons);
	else if (gc.beside && reasons & GC_MARKED)
		end_beside(BUDGET, reasons);
	else if (!gc.beside && may_mark_beside())
		begin_beside();
	else if (!gc.beside)
		collect(reasons);
}

void gc_collect(uint32_t reasons)
{
	marker_hold();
	gc.running = true;
	step(reasons);
	__atomic_store_n(&gc.requested, 0, __ATOMIC_SEQ_CST);
	gc.running = false;
	marker_release();
}

bool gc_run_if_requested(void)
{
	uint32_t reasons = __atomic_load_n(&gc.requested, __ATOMIC_RELAXED);

	if (reasons != 0)
		gc_collect(reasons);
	return reasons != 0;
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
	stress_add_counts(&counts);
	heap_hooks = (struct heap_hooks){gc_request, profile_check, gc_allocation_hook, gc_note_allocation, profile_note};
	heap_init();
	gc.start_ns = gc_now();
	gc.percent = percent_from(getenv("GOGC"));
	gc.memory_limit = limit_from(getenv("GOMEMLIMIT"));
	value = option_value(debug, "gctrace");
	gc.trace = value != NULL && atoi(value) > 0;
	value = option_value(debug, "gcstoptheworld");
	gc.stop_the_world = value != NULL && atoi(value) > 0;
	value = option_value(debug, "gccheckmark");
	gc.checkmark = value != NULL && atoi(value) > 0;
	gc.stress_beside = option_value(stress, "beside") != NULL;
	gc.checkmark |= gc.stress_beside;
	gc.check_frames = option_value(stress, "escape") != NULL;
	value = option_value(stress, "gc");
	if (value != NULL || gc.check_frames) {
		gc.stress_every = value != NULL ? strtoull(value, NULL, 10) : ESCAPE_EVERY;
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
