/*
 * quit.c - SIGQUIT: shows all goroutines and ends the program with status 2, as Go's programs do.
 *
 * The signal's handler only notes it and wakes the monitor, which stops the other threads for good (world.c): then
 * every goroutine is saved frames, and it prints them. A goroutine that does not give way within a second is shown
 * without its stack.
 *
 * The program may take the signal for itself (os/signal), and gives it back to this handler with Reset.
 */
#include "sched/quit.h"

#include "base/exit.h"
#include "base/options.h"
#include "os/os.h"
#include "sched/p.h"
#include "sched/proc.h"
#include "stack/list.h"
#include "stack/status.h"
#include "unwind/trace.h"

enum { PATIENCE = 1000000000 };

static struct {
	uintptr_t pc;               /* what the signal interrupted, on which thread */
	uint32_t thread;
	int code;
	uint32_t asked;
} quit;

/* In the signal's handler. */
static void note(int code, uintptr_t pc)
{
	M *m = current_m;
	quit.code = code;
	quit.pc = pc;
	quit.thread = m != NULL ? m->id : 0;
	store_seq(&quit.asked, 1u);
	monitor_wake();
}

void quit_start(void)
{
	os_signal_quit(note);
	monitor_need();
}

/* What was running when it was asked; it is printed first. */
static const G *first_running(void)
{
	for (uint32_t i = 0; i < g_count(); i++) {
		const G *g = g_at(i);
		if (status_of(g) == G_RUNNING)
			return g;
	}
	return NULL;
}

static _Noreturn void show(void)
{
	text t = {0};
	const G *g = first_running();
	text_string(&t, "SIGQUIT: quit\nPC=");
	text_hex(&t, quit.pc);
	text_string(&t, " m=");
	text_uint(&t, quit.thread);
	text_string(&t, " sigcode=");
	text_int(&t, quit.code);
	text_string(&t, "\n");
	if (gol_traceback > TRACEBACK_NONE) {
		if (g != NULL) {
			text_string(&t, "\n");
			trace_goroutine(&t, g, "running");
		}
		trace_all_others(&t, g);
	}
	text_string(&t, "\n");
	text_flush(&t);
	exit_crash();
}

void quit_look(void)
{
	if (load_seq(&quit.asked) == 0)
		return;
	exit_begin();
	world_stop_for_exit(PATIENCE);
	show();
}
