/*
 * quit.h - the end by SIGQUIT, for the scheduler. Not for hosts: gol_main alone installs the handler.
 */
#ifndef GOL_SCHED_QUIT_H
#define GOL_SCHED_QUIT_H

#include "stack/g.h"

extern uint32_t quit_asked;                             /* atomic; the dispatcher looks between two goroutines, and after a freeze */
void quit_start(void);                                  /* installs the handler */
_Noreturn void quit_stop(M *m);                         /* the dispatcher, when it is asked */
void quit_look(void);                                   /* the monitor, each round; does not return once all stand still */

#endif
