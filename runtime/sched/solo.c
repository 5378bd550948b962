/*
 * solo.c - one worker at a time, or many: gol_many_procs.
 *
 * A worker is inside while it has a P. While only one is, it need not use atomic operations where only holders of a
 * P meet (channels, queues, states of goroutines: base/atomic.h): a switch between goroutines costs half. Most
 * programs are in this state most of the time, whatever GOMAXPROCS says. So gol_many_procs changes as the program
 * runs:
 *
 *     solo -> many  by the one that is inside, itself: when it wakes another worker (idle_take_p), or when somebody
 *                   outside wants in (an ended call, a timer, a descriptor). He sets wants_many and asks; the one
 *                   inside grants it at its next poll or in its dispatcher, and then wakes a worker for what was
 *                   queued. If it goes idle instead nobody is inside, and the next one to take a P is alone again;
 *                   if it is in a C call the monitor takes its P away and gives it to somebody else, who is alone.
 *     many -> solo  by the only one inside, in its dispatcher, under scheduler.lock, when it has been for a
 *                   millisecond; sooner where others do not pay (idle.c).
 *
 * Nobody changes it with a spin lock held, and whoever is not inside touches only words that are always atomic.
 * Rejected: plain operations only with GOMAXPROCS=1, which nobody sets.
 */
#include "sched/p.h"
#include "sched/proc.h"

#include "os/os.h"

enum { ALONE = 1000000, ALONE_AT_ONCE = 20000 };        /* nanoseconds */

static uint32_t inside(void) { return scheduler.proc_count - load_relaxed(&scheduler.idle_count); }

void solo_end(void)
{
	store_relaxed(&scheduler.wants_many, 0u);
	store_seq(&gol_many_procs, 1u);
}

bool solo_admits(void)
{
	if (load_acquire(&gol_many_procs) != 0 || inside() == 0)
		return true;
	if (current_m != NULL && current_m->p != NULL) {
		solo_end();
		return true;
	}
	if (load_relaxed(&scheduler.wants_many) == 0) {
		store_seq(&scheduler.wants_many, 1u);
		for (uint32_t i = 0; i < proc_count(); i++)
			request_many(proc_at(i));
	}
	return false;
}

void solo_granted(void)
{
	if (load_relaxed(&scheduler.wants_many) == 0)
		return;
	os_acquire(&scheduler.lock);        /* who asked has finished trying to wake somebody */
	solo_end();
	os_release(&scheduler.lock);
	idle_wake_queued();
}

void solo_try(M *m)
{
	if (inside() != 1) {
		m->alone_since = 0;
		return;
	}
	int64_t now = os_nanotime();
	if (m->alone_since == 0)
		m->alone_since = now;
	if (now - m->alone_since < (idle_wake_pays() ? ALONE : ALONE_AT_ONCE))
		return;
	os_acquire(&scheduler.lock);
	if (inside() == 1 && scheduler.wants_many == 0)
		store_seq(&gol_many_procs, 0u);
	os_release(&scheduler.lock);
	m->alone_since = 0;
}
