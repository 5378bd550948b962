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

/* Writes all of it, restarting after signals; an error ends it, as nobody can be told. */
void os_write_all(int fd, const void *data, size_t size);
/* Those of the descriptors 0, 1 and 2 that the process was started without lead to /dev/null: a file that the program
 * opens later must not get what is written to standard output. */
void os_open_standard_files(void);
/* Ignores the signals that Go programs survive and others die of by default: those for the user, of timers, of limits,
 * real-time ones, SIGPIPE (write fails with EPIPE). What was ignored or handled already stays. */
void os_ignore_signals(void);
_Noreturn void os_die_of_broken_pipe(void);

/* Readiness of descriptors: one set for the process. What a descriptor is watched for is reported once; an error or
 * the other end's closing counts as both. */
typedef struct os_ready { int fd; bool read, write; } os_ready;
int os_poll_watch(int fd, bool read, bool write);           /* from now on; an error number, EPERM: it is always ready */
void os_poll_forget(int fd);
int os_poll_wait(os_ready *out, int count);                 /* how many, at least one; -1: the set is gone */
bool os_set_nonblocking(int fd, bool on);
bool os_is_nonblocking(int fd);

/* Ends the process the way GOTRACEBACK=crash asks for. */
_Noreturn void os_abort(void);
uint64_t os_random_seed(void);

#endif
