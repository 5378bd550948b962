/*
 * deadlock.c - nothing will ever run again: all Ps idle, no call without P outstanding, no timer, nothing expected from
 * outside. Then no goroutine can become runnable.
 */
#include "sched/p.h"
#include "sched/proc.h"

#include "base/exit.h"
#include "base/options.h"
#include "unwind/trace.h"

void sched_expect(int delta) { atomic_add(&scheduler.expected, delta); }

static GOL_COLD _Noreturn void deadlock(void)
{
	bool any = sched_goroutine_count() > 0;
	text t = {0};
	os_release(&scheduler.lock);
	text_string(&t, any ? "fatal error: all goroutines are asleep - deadlock!\n" :
		"fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n");
	if (gol_traceback > TRACEBACK_NONE)
		trace_all_others(&t, NULL);
	text_flush(&t);
	exit_crash();
}

void deadlock_check(void)
{
	if (scheduler.idle_count == MAX_PROCS && scheduler.lost_calls == 0 && load_seq(&scheduler.expected) == 0 &&
	    timers_next() == INT64_MAX && !scheduler.main_returned)
		deadlock();
}
