/*
 * pc.c - from a synthetic program counter back to the function: a sorted table over the
 * functions of all packages, made at the first question.
 *
 * A plain function used as a value has a second code, which drops the context, in each file that uses
 * it so: these stand in the table too, so that all of them mean the function.
 */
#include "unwind/pc.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/lock.h"
#include "stack/program.h"

typedef struct place { uintptr_t low, high; const gol_func_info *func; bool is_code; } place;

static struct { os_lock lock; place *places; size_t count; bool ready; } table = {.lock = LOCK_OF_RANK(RANK_COUNTERS)};

/* Functions of Go's runtime that callers expect in a trace and that have no frames here; point 1 is the place of the
 * call. */
static const gol_point outer_points[PC_OUTER_COUNT][2];
#define OUTER(index, go_name, go_file) \
	[index] = {.name = go_name, .file = go_file, .frame_size = sizeof(gol_frame), .point_count = 2, \
		.points = outer_points[index], \
	           .flags = GOL_FUNC_RUNTIME}
static const gol_func_info outer[PC_OUTER_COUNT] = {
	OUTER(PC_GOPANIC, "runtime.gopanic", "runtime/panic.go"), OUTER(PC_GOEXIT, "runtime.Goexit", "runtime/panic.go"),
	OUTER(PC_BOTTOM, "runtime.goexit", "runtime/asm.s"),
};

uintptr_t pc_of_outer(pc_outer which) { return pc_of(&(position){&outer[which], 1, MARK_NONE}); }

uintptr_t pc_of(const position *p)
{
	if (p->func->points == NULL || p->func->point_count == 0)
		return pc_entry(p->func);
	return (uintptr_t)&p->func->points[p->point] + sizeof(gol_point) / 2;
}

uintptr_t pc_entry(const gol_func_info *func)
{
	return func->code != NULL ? (uintptr_t)func->code : func->points != NULL ? (uintptr_t)func->points +
		sizeof(gol_point) / 2 : 0;
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = ((const place *)a)->low, y = ((const place *)b)->low;
	return (x > y) - (x < y);
}

static void add_function(const gol_func_info *func)
{
	uint32_t points = func->point_count + (func->inlining != NULL ? func->inlining->call_count : 0);
	if (func->points != NULL && points > 0)
		table.places[table.count++] = (place){(uintptr_t)func->points, (uintptr_t)(func->points + points), func, false};
	if (func->code != NULL)
		table.places[table.count++] = (place){(uintptr_t)func->code, (uintptr_t)func->code + 1, func, true};
}

static const place *find(uintptr_t pc)
{
	size_t low = 0, high = table.count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (table.places[middle].high <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low < table.count && pc >= table.places[low].low ? &table.places[low] : NULL;
}

static void sort_table(void) { qsort(table.places, table.count, sizeof *table.places, by_address); }

/* The functions are sorted already. */
static void add_values(const gol_program *program)
{
	size_t count = table.count;
	for (uint32_t i = 0; i < program->package_count; i++)
		for (uint32_t k = 0; k < program->packages[i]->value_count; k++) {
			const gol_func_value *value = &program->packages[i]->values[k];
			const place *target = value->code != NULL ? find((uintptr_t)value->target) : NULL;
			if (target != NULL)
				table.places[count++] = (place){(uintptr_t)value->code, (uintptr_t)value->code + 1, target->func, true};
		}
	table.count = count;
	sort_table();
}

static void make_table(void)
{
	const gol_program *program = program_packages();
	size_t n = PC_OUTER_COUNT, values = 0;
	for (uint32_t i = 0; i < program->package_count; i++) {
		n += program->packages[i]->func_count;
		values += program->packages[i]->value_count;
	}
	table.places = malloc((2 * n + values + 1) * sizeof *table.places);
	if (table.places == NULL)
		runtime_out_of_memory();
	for (uint32_t i = 0; i < program->package_count; i++)
		for (uint32_t k = 0; k < program->packages[i]->func_count; k++)
			if (program->packages[i]->funcs[k] != NULL)
				add_function(program->packages[i]->funcs[k]);
	for (int i = 0; i < PC_OUTER_COUNT; i++)
		add_function(&outer[i]);
	sort_table();
	add_values(program);
	table.ready = true;
}

static const place *ask(uintptr_t pc)
{
	os_acquire(&table.lock);
	if (!table.ready)
		make_table();
	os_release(&table.lock);
	return find(pc);
}

uintptr_t pc_of_code(uintptr_t code)
{
	const place *found = ask(code);
	return found != NULL && found->is_code ? pc_entry(found->func) : code;
}

bool pc_find(uintptr_t pc, position *p)
{
	const place *found = ask(pc);
	if (found == NULL)
		return false;
	uint32_t point = found->is_code ? 0 : (uint32_t)((pc - found->low) / sizeof(gol_point));
	*p = (position){found->func, point, MARK_NONE};
	return true;
}
