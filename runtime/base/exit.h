/*
 * exit.h - the ways a program ends.
 */
#ifndef GOL_BASE_EXIT_H
#define GOL_BASE_EXIT_H

#include <stdint.h>

#include "base/text.h"

/* The program ends by the calling thread's hand: other workers stop, for as far as that takes at most 10 ms; other
 * threads that want to end it wait for ever. Once for a thread. No lock is held. */
void exit_begin(void);
/* Statistics, then exit(code) with what C registered by atexit. Any thread. */
_Noreturn void exit_program(int code);
/* "fatal error: ..." with traces of all saved goroutines; exit code 2. For faults without a goroutine to unwind. */
_Noreturn void exit_fatal(const char *message);
/* After a panic or fatal error was printed: exit code 2, or SIGABRT for GOTRACEBACK=crash. */
_Noreturn void exit_crash(void);

/* Stops the other workers, for at most ns nanoseconds; above this floor too. NULL: there are none. */
extern void (*exit_stop)(int64_t ns);
/* The status that a program ends with which asks for `code`; NULL: that one. */
extern int (*exit_status)(int code);
/* Writes the traces that exit_fatal shows, which are above this floor. NULL: there are none. */
extern void (*exit_traces)(text *t);

#endif
