/*
 * quit.h - the end by SIGQUIT, for the scheduler. Not for hosts: gol_main alone installs the handler.
 */
#ifndef GOL_SCHED_QUIT_H
#define GOL_SCHED_QUIT_H

void quit_start(void);      /* installs the handler */
void quit_look(void);       /* the monitor, each round; does not return when the signal has come */

#endif
