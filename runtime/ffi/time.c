/*
 * time.c - package time: clocks, sleeping, timers (sched/timer.c).
 */
#include "chan/chan.h"
#include "ffi/intrinsic.h"
#include "os/os.h"
#include "sched/bubble.h"
#include "sched/proc.h"

typedef struct { int64_t r0; int32_t r1; int64_t r2; } now_result;

INTRINSIC(now_result, time_now, gol_g *g)
{
	now_result r;
	if (GOL_UNLIKELY(g_of(g)->bubble != NULL)) {
		int64_t wall = sched_clock(g_of(g));
		return (now_result){wall / 1000000000, (int32_t)(wall % 1000000000), 0};
	}
	os_wall_clock(&r.r0, &r.r1);
	r.r2 = os_nanotime();
	return r;
}

INTRINSIC(int64_t, time_runtimeNano, gol_g *g) { return sched_clock(g_of(g)); }
INTRINSIC(int64_t, time_monotonicNano, gol_g *g) { return g_of(g)->bubble != NULL ? 0 : os_nanotime(); }

INTRINSIC(void, time_sleepFor, gol_g *g, int64_t ns)
{
	int64_t now = sched_clock(g_of(g));
	timer_sleep(g_of(g), ns > INT64_MAX - 1 - now ? INT64_MAX - 1 : now + ns);
}

INTRINSIC(void *, time_timerStart, gol_g *g, int64_t when, void *f, gol_chan *holder)
{
	return timer_start(g_of(g), when < INT64_MAX ? when : INT64_MAX - 1, f, holder != NULL ? chan_timer(holder) : NULL);
}

INTRINSIC(gol_chan *, time_timerChan, gol_g *g, gol_eface null) { return chan_of_timer(g, null.type); }

INTRINSIC(bool, time_timerStop, gol_g *g, void *timer) { (void)g; return timer_stop(timer); }
