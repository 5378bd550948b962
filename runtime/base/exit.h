/*
 * exit.h - the ways a program ends.
 */
#ifndef GOL_BASE_EXIT_H
#define GOL_BASE_EXIT_H

#include "base/text.h"

/* Statistics, then exit(code) with what C registered by atexit. Any thread. */
_Noreturn void exit_program(int code);
/* "fatal error: ..." with traces of all saved goroutines; exit code 2. For faults without a goroutine to unwind. */
_Noreturn void exit_fatal(const char *message);
/* After a panic or fatal error was printed: exit code 2, or SIGABRT for GOTRACEBACK=crash. */
_Noreturn void exit_crash(void);

/* Writes the traces that exit_fatal shows, which are above this floor. NULL: there are none. */
extern void (*exit_traces)(text *t);

#endif
