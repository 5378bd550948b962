/*
 * main.c - gol_main: from the process's arguments to the exit status.
 *
 * The calling thread becomes the first worker, so that what main's package initialisers
 * do happens on the process's first thread. Its stack is as large as the limit of the
 * system allows; where that is too small for the native window a thread with a stack of
 * our own does the work and this one waits.
 */
#include <stdlib.h>

#include "base/exit.h"
#include "base/fatal.h"
#include "base/godebug.h"
#include "base/options.h"
#include "base/order.h"
#include "heap/heap.h"
#include "os/os.h"
#include "race/race.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "sched/quit.h"
#include "sched/record.h"
#include "sched/report.h"
#include "stack/program.h"
#include "unwind/race_report.h"
#include "unwind/trace.h"

enum { ROOM_WANTED = 2 << 20, ROOM_MAXIMUM = 16 << 20, OWN_STACK = 8 << 20 };

/* So that it is linked. */
static const uintptr_t *const for_gdb __attribute__((used)) = gol_gdb;

static struct {
	gol_func start;
	uint32_t done;
} first;

static void run(uintptr_t native_low)
{
	proc_init_first(native_low, &first.start);
	proc_loop(current_m);
}

static void on_own_stack(void *argument)
{
	(void)argument;
	run(GOL_STACK_POINTER() - (OWN_STACK - (64 << 10)));
	store_release(&first.done, 1u);
	os_futex_wake(&first.done, 1);
}

static void start_race_detector(void)
{
	race_report_start();
	race_start(gol_heap.base, gol_heap.limit);
	gol_heap.hooks++;           /* allocations go the way that tells of each */
}

int gol_main(int argc, char **argv, char **envp, const gol_program *p)
{
	if (p->abi_version != GOL_ABI_VERSION)
		runtime_fatal("program made for version %u of the runtime, this is version %u", p->abi_version,
			GOL_ABI_VERSION);
	first.start.code = (void *)p->start;
	program_set(p, argc, argv, envp);
	exit_traces = trace_everything;
	exit_stop = world_stop_for_exit;
	options_read();
	godebug_changed();
	order_init();
	os_open_standard_files();
	os_ignore_signals();
	collect_init();
	if (p->race)
		start_race_detector();
	procs_start();
	report_start();             /* before there is a monitor */
	quit_start();
	record_start();
	size_t room = os_main_stack_room();
	if (room >= ROOM_WANTED) {
		run(GOL_STACK_POINTER() - (room < ROOM_MAXIMUM ? room : ROOM_MAXIMUM));
	} else {
		if (!os_thread_start(on_own_stack, NULL, OWN_STACK))
			runtime_no_thread();
		while (load_acquire(&first.done) == 0)
			os_futex_wait(&first.done, 0, -1);
	}
	exit_begin();
	options_print_statistics();
	return exit_status != NULL ? exit_status(0) : 0;
}
