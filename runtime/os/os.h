/*
 * os.h - what the runtime asks of the system below it: clocks, futexes, threads,
 * bounds of stacks. Linux; nothing above this folder includes system headers for these.
 */
#ifndef GOL_OS_OS_H
#define GOL_OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t os_nanotime(void);                                  /* monotonic */
void os_wall_clock(int64_t *seconds, int32_t *nanoseconds);

/* Sleeps while *word == value, at most ns nanoseconds (-1: for ever). May return early. */
void os_futex_wait(uint32_t *word, uint32_t value, int64_t ns);
void os_futex_wake(uint32_t *word, int count);
void os_yield(void);
void os_sleep(int64_t ns);

/* Starts a detached thread with a stack of at least stack_size bytes; all signals blocked in it. */
bool os_thread_start(void (*run)(void *), void *argument, size_t stack_size);
/* Usable bytes of stack below the caller on the thread that started the process. */
size_t os_main_stack_room(void);
int os_processor_count(void);

/* Writes all of it, restarting after signals; dies of SIGPIPE as Go programs do when fd is 1 or 2. */
void os_write_all(int fd, const void *data, size_t size);
/* Those of the descriptors 0, 1 and 2 that the process was started without lead to /dev/null: a file that the program
 * opens later must not get what is written to standard output. */
void os_open_standard_files(void);
/* SIGPIPE: ignored, so that write fails with EPIPE; os_broken_pipe then ends the process for fd 1 and 2. */
void os_ignore_sigpipe(void);
void os_broken_pipe(int fd);
/* Ends the process the way GOTRACEBACK=crash asks for. */
_Noreturn void os_abort(void);
uint64_t os_random_seed(void);

#endif
