/*
 * main.h - what the process was started with.
 */
#ifndef GOL_SCHED_MAIN_H
#define GOL_SCHED_MAIN_H

int main_argument_count(void);
char **main_arguments(void);
char **main_environment(void);      /* at program start */

#endif
