/*
 * fatal.h - the runtime gives up: our own bugs, and faults of the program that leave no
 * goroutine to unwind. A program's fatal errors that have a goroutine go through
 * fatal_raise (unwind/panic.h), which shows where it stood.
 */
#ifndef GOL_BASE_FATAL_H
#define GOL_BASE_FATAL_H

#include <stdint.h>

#include "base/atomic.h"

/* "fatal error: ..." in printf's manner, the traces of the saved goroutines, exit code 2. */
_Noreturn void runtime_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void runtime_out_of_memory(void);
_Noreturn void runtime_no_thread(void);         /* os_thread_start failed; errno says why. No lock is held */

/* Our own bug: prints where, aborts. */
_Noreturn void runtime_bug(const char *file, int line, const char *what);

/* Always on: costs nothing where it stands, and what follows would corrupt memory. */
#define require(condition) \
	(__builtin_expect(!!(condition), 1) ? (void)0 : runtime_bug(__FILE__, __LINE__, #condition))
/* Debug builds only, where GOLSTRESS=stats prints how many were made: a run that made none has checked nothing. */
#ifdef GOL_DEBUG
extern uint64_t debug_checks;
#define debug_require(condition) (count_up(&debug_checks, 1), require(condition))
#elif defined(GOL_STEPS)
#define debug_require(condition) require(condition)
#else
#define debug_require(condition) ((void)0)
#endif

#endif
