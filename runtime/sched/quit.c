/*
 * quit.c - SIGQUIT: shows all goroutines and ends the program with status 2, as Go's programs do.
 *
 * The signal's handler only notes it, asks the running goroutines to freeze, and wakes the monitor. Who is asked comes to
 * the dispatcher at its next safepoint, lets its P go and stands still (quit_stop). The monitor waits until no P is running:
 * then every goroutine is saved frames, none can be dispatched any more, and it prints them. A goroutine
 * that does not give way within a second is shown without its stack.
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

uint32_t quit_asked;

static struct {
	uintptr_t pc;               /* what the signal interrupted, on which thread */
	uint32_t thread;
	int code;
	int64_t seen;               /* by the monitor: when */
} quit;

/* In the signal's handler. */
static void note(int code, uintptr_t pc)
{
	M *m = current_m;
	quit.code = code;
	quit.pc = pc;
	quit.thread = m != NULL ? m->id : 0;
	store_seq(&quit_asked, 1u);
	sched_request_stop();
	monitor_wake();
}

void quit_start(void)
{
	os_signal_quit(note);
	monitor_need();
}

void quit_stop(M *m)
{
	static uint32_t never;
	store_release(&m->p->status, (uint32_t)P_IDLE);
	for (;;)
		os_futex_wait(&never, 0, -1);
}

/* Does any P run? Those of blocked calls are taken away; the calls then wait for one in vain. */
static bool is_running(void)
{
	bool any = false;
	for (uint32_t i = 0; i < proc_count(); i++) {
		P *p = proc_at(i);
		uint32_t status = load_acquire(&p->status);
		if ((status & 3) == P_IN_CALL)
			proc_retake(p, status);
		any |= status != P_IDLE;
	}
	return any;
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

static _Noreturn void show(bool all_stand)
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
			if (all_stand) {
				trace_goroutine(&t, g, "running");
			} else {
				trace_header(&t, g, "running");
				text_string(&t, "\tgoroutine running on other thread; stack unavailable\n");
				trace_origin(&t, g);
			}
		}
		trace_all_others(&t, g);
	}
	text_string(&t, "\n");
	text_flush(&t);
	exit_crash();
}

void quit_look(void)
{
	int64_t now = os_nanotime();
	if (load_seq(&quit_asked) == 0)
		return;
	if (quit.seen == 0)
		quit.seen = now;
	bool patient = now - quit.seen < PATIENCE;
	if (is_running() && patient) {
		sched_request_stop();
		return;
	}
	os_acquire(&scheduler.lock);        /* nobody gets a P any more */
	bool stands = true;
	for (uint32_t i = 0; i < proc_count(); i++)
		stands &= load_acquire(&proc_at(i)->status) == P_IDLE;
	if (stands || !patient)
		show(stands);
	os_release(&scheduler.lock);
}
