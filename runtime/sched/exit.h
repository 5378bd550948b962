/*
 * exit.h - the ways a program ends.
 */
#ifndef GOL_SCHED_EXIT_H
#define GOL_SCHED_EXIT_H

#include <stdint.h>

/* Statistics, then exit(code) with what C registered by atexit. Any thread. */
_Noreturn void exit_program(int code);
/* "fatal error: ..." with traces of all saved goroutines; exit code 2. For faults without a goroutine to unwind. */
_Noreturn void exit_fatal(const char *message);
/* After a panic or fatal error was printed: exit code 2, or SIGABRT for GOTRACEBACK=crash. */
_Noreturn void exit_crash(void);

#endif
