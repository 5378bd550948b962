/*
 * os.h - what the runtime asks of the system below it: clocks, futexes, threads, bounds of stacks, memory,
 * readiness, signals, processes. Linux; nothing above this folder includes system headers for these.
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
bool os_thread_start(void (*run)(void *), void *argument, size_t stack_size);      /* false: errno says why */
uint32_t os_thread_count(void);
int os_thread_clock(void);                                  /* of this thread's processor time, for all threads */
int64_t os_thread_time(int clock);                          /* nanoseconds; 0: the thread has ended */
/* this thread's sleeps end on time, not up to 50 microseconds later */
void os_thread_precise(void);
/* Usable bytes of stack below the caller on the thread that started the process. */
size_t os_main_stack_room(void);
int os_processor_count(void);                               /* that this process may run on, now */
/* How many processors' time the process's control group may use, a fraction; 0: no limit, or it cannot be told. The
 * files of the system are looked for below root: "" but in tests. */
double os_processor_limit(const char *root);
/* A full barrier on every processor that runs a thread of this process. False: the system has none. */
bool os_barrier_prepare(void);                              /* once, before there is a second thread */
bool os_barrier(void);
uint64_t os_random_seed(void);

/* ---- memory (memory.c): whole pages of the system --------------------------------------------------- */

/* Address space, near hint where that is free; usable: reads as zeros, else for os_make_usable. NULL: refused. */
void *os_reserve(uintptr_t hint, size_t size, bool usable);
void os_unreserve(void *p, size_t size);
bool os_make_usable(uintptr_t at, size_t size);
/* the memory, not the addresses, which read as zeros then */
bool os_give_back(uintptr_t at, size_t size);
void os_prefer_huge_pages(uintptr_t at, size_t size);       /* where the system has none, nothing is lost */

/* ---- standard files (output.c) ---------------------------------------------------------------------- */

/* Writes all of it, restarting after signals. An error ends it: false, and errno says which. */
bool os_write_all(int fd, const void *data, size_t size);
/* Those of the descriptors 0, 1 and 2 that the process was started without lead to /dev/null: a file that the program
 * opens later must not get what is written to standard output. */
void os_open_standard_files(void);
/* Creates or empties a file that is appended to, for this process alone. -1: *error says why, EAGAIN: another process
 * has it. */
int os_create_log(const char *path, int *error);
int os_process_id(void);
/* Ends the process the way GOTRACEBACK=crash asks for. */
_Noreturn void os_abort(void);

/* ---- signals (signals.c) ---------------------------------------------------------------------------- */

/* Ignores the signals that Go programs survive and others die of by default: those for the user, of timers, of limits,
 * real-time ones, SIGPIPE (write fails with EPIPE). What was ignored or handled already stays. */
void os_ignore_signals(void);
bool os_ignores(int number);                                /* by the above, and not by anybody else */
/* A write met a pipe that nobody reads. Ends the process as SIGPIPE does where it was to standard output or error,
 * unless the program wants the signal or ignores it. */
void os_broken_pipe(bool standard);
/* From now on SIGQUIT is told, from its handler: by whom it was sent (as si_code), and what it interrupted. */
void os_signal_quit(void (*tell)(int code, uintptr_t pc));
int os_signal_want(int number);                             /* has it reported; an error number */
/* what it did before it was wanted; but what is ignored stays so */
void os_signal_default(int number);
void os_signal_ignore(int number);
bool os_signal_is_ignored(int number);
/* can be read when one has come; -1: none was ever wanted */
int os_signals_descriptor(void);
int os_signal_next(void);                                   /* takes one that has come; 0: none has */
bool os_signals_pending(void);

/* ---- readiness of descriptors (poll.c) -------------------------------------------------------------- */

/* One set for the process. It reports, with the data a descriptor was added with, each time that
 * a side becomes ready; an error or the other end's closing counts as both. */
typedef struct os_ready { void *data; bool read, write; } os_ready;
/* an error number; EPERM: it is always ready; the caller's lock */
int os_poll_add(int fd, void *data);
void os_poll_remove(int fd);
/* how many; waits at most ns, -1: for ever; result -1: the set is gone */
int os_poll_wait(os_ready *out, int count, int64_t ns);
void os_poll_interrupt(void);                               /* who waits returns, or the next one does at once */
int os_poll_set(void);                                      /* its descriptor; negative: there is none */
bool os_poll_is_made(void);                                 /* something was added, once */
bool os_poll_is_own(int fd);                                /* one of the descriptors behind this */
bool os_set_nonblocking(int fd, bool on);
bool os_is_nonblocking(int fd);

/* ---- processes (process.c) ------------------------------------------------------------------------- */

/* A program to be started: NUL-terminated texts, lists that end with NULL. Flags are those of Go's
 * syscall.SysProcAttr. */
typedef struct os_spawn {
	char *path, **arguments, **environment;
	char *root, *folder;                /* NULL: as they are */
	int *files, file_count;             /* files[i] becomes i, -1: closed; overwritten */
	bool new_session, set_group, set_terminal, no_terminal, foreground, traced;
	bool has_user, has_groups, wants_descriptor;
	int group, terminal, death_signal;
	uint64_t clone_flags, unshare_flags;
	uint32_t uid, gid, *groups;
	size_t group_count;
	int error;                          /* result: 0, or why it was not started */
	int descriptor;                     /* result: of the process (pidfd), -1: none */
} os_spawn;
int os_spawn_start(os_spawn *s);                            /* the number of the process; -1: s->error */
/* Becomes the program: returns only with an error number. */
int os_become(const char *path, char *const *arguments, char *const *environment);

enum { OS_USAGE_COUNT = 18 };
typedef struct os_ended {
	/* status as of wait4; usage in the order of struct rusage */
	int64_t pid, status, usage[OS_USAGE_COUNT];
} os_ended;
int os_wait4(int pid, int options, os_ended *out);          /* an error number; pid 0: none has changed (WNOHANG) */
int os_wait_descriptor(int descriptor, os_ended *out);      /* the same without waiting */
int os_wait_ended(int pid);                                 /* until it has ended; it stays to be waited for */
int os_usage(int who, os_ended *out);                       /* of this process (0), its children (-1), the thread (1) */
int os_process_open(int pid, int *descriptor);
int os_process_signal(int descriptor, int number);

#endif
