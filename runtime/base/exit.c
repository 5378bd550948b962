/*
 * exit.c - ending the program. C's exit runs the host's atexit functions and flushes its streams; the other threads
 * of the runtime own nothing that must be saved. But they must not run on meanwhile: what the functions take down
 * may be what they use, and a trace reads their stacks. So they are stopped first; one that does not come within 10
 * ms (it is in a long C function) is left.
 */
#include "base/exit.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/event.h"
#include "base/options.h"
#include "os/os.h"

enum { PATIENCE = 10000000 };       /* nanoseconds */

void (*exit_stop)(int64_t ns);
void (*exit_traces)(text *t);
int (*exit_status)(int code);

void exit_begin(void)
{
	static uint32_t ending;
	static _Thread_local bool mine;
	if (mine)
		return;
	while (atomic_swap(&ending, 1u) != 0)
		os_sleep(1000000000);
	mine = true;
	if (exit_stop != NULL)
		exit_stop(PATIENCE);
	event_finish();
}

void exit_program(int code)
{
	exit_begin();
	options_print_statistics();
	exit(exit_status != NULL ? exit_status(code) : code);
}

void exit_crash(void)
{
	if (gol_traceback == TRACEBACK_CRASH)
		os_abort();
	exit_program(2);
}

void exit_fatal(const char *message)
{
	text t = {0};
	exit_begin();
	text_string(&t, "fatal error: ");
	text_string(&t, message);
	text_string(&t, "\n");
	if (gol_traceback > TRACEBACK_NONE && exit_traces != NULL)
		exit_traces(&t);
	text_flush(&t);
	exit_crash();
}
