/*
 * bubble.h - bubbles of testing/synctest: goroutines with a clock of their own; inside sched/, and ffi/synctest.c.
 */
#ifndef GOL_SCHED_BUBBLE_H
#define GOL_SCHED_BUBBLE_H

#include "sched/proc.h"

/* Goroutines that sleep and timers, by time. */
typedef struct timer_entry { int64_t when; G *g; sched_timer *timer; } timer_entry;
typedef struct timer_heap { timer_entry *items; size_t count, cap; } timer_heap;

enum bubble_end { BUBBLE_DONE, BUBBLE_STUCK, BUBBLE_STUCK_AFTER_MAIN };

/*
 * running counts its goroutines but those that are parked durably, and everything else that keeps the clock still. It
 * may be one too high for a moment, never too low for longer than a goroutine takes to park. total counts all its
 * goroutines.
 */
typedef struct bubble {
	int32_t running, total;     /* atomic */
	bool main_ended;            /* atomic */
	bool over;                  /* its root goes on, nothing happens here any more */
	spin_lock lock;             /* guards the rest */
	int64_t now;                /* atomic: nanoseconds since 1970 */
	timer_heap timers;          /* under the lock of timer.c */
	G *waiting;                 /* in synctest.Wait */
	G *root;                    /* in synctest.Run */
	struct bubble *link;        /* all that are not over, under the lock of timer.c; or those to be used again */
} bubble;

/* A goroutine of the bubble: */
void bubble_start(G *child, bubble *b);     /* begins; nobody has seen it */
void bubble_park(G *g, enum wait_reason reason);    /* is to be parked; says whether durably */
void bubble_parked(M *m, G *g);             /* its frames are saved: WHY_PARK */
void bubble_readied(G *g);                  /* was parked durably, and is readied */
void bubble_ended(bubble *b);               /* has ended */

/* Something outside keeps the clock still, or does no longer. The caller holds a P and no lock: so does who ends a
 * goroutine. */
void bubble_hold(bubble *b);
void bubble_release(bubble *b);

/* For package internal/synctest; g is RUNNING. */
void bubble_main_ended(bubble *b);
/* parks g until the bubble ends; the result, enum bubble_end, is in g->results[0] */
void bubble_run(G *g, gol_func *f);
/* parks g until all others are durably parked; false: another one does that */
bool bubble_wait(G *g);

/* timer.c */
bool timers_take_due(timer_heap *h, int64_t now, timer_entry *out);     /* false: none is due */
int64_t timers_first_of(timer_heap *h);     /* INT64_MAX: none */
void timers_know(bubble *b);                /* its timers are roots of the collector from now on */
void timers_forget(bubble *b);              /* its timers never fire */
void timers_fire(timer_entry e, bubble *b);

#endif
