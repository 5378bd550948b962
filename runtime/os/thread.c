/*
 * thread.c - threads: starting them, making them sleep, where the first one's stack ends.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void os_futex_wait(uint32_t *word, uint32_t value, int64_t ns)
{
	struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, ns < 0 ? NULL : &t, NULL, 0);
}

void os_futex_wake(uint32_t *word, int count)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

void os_yield(void) { sched_yield(); }

void os_sleep(int64_t ns)
{
	struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

static uint32_t threads = 1;        /* the first one, and those started */

uint32_t os_thread_count(void) { return __atomic_load_n(&threads, __ATOMIC_RELAXED); }

struct start { void (*run)(void *); void *argument; };

static void *thread_entry(void *p)
{
	struct start s = *(struct start *)p;
	free(p);
	s.run(s.argument);
	__atomic_sub_fetch(&threads, 1, __ATOMIC_RELAXED);
	return NULL;
}

bool os_thread_start(void (*run)(void *), void *argument, size_t stack_size)
{
	struct start *s = malloc(sizeof *s);
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, old;
	if (s == NULL)
		return false;
	*s = (struct start){run, argument};
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, stack_size);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int error = pthread_create(&thread, &attributes, thread_entry, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	if (error)
		free(s);
	else
		__atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
	errno = error;
	return error == 0;
}

int os_thread_clock(void)
{
	clockid_t clock;
	return pthread_getcpuclockid(pthread_self(), &clock) == 0 ? clock : CLOCK_MONOTONIC;
}

int64_t os_thread_time(int clock)
{
	struct timespec t;
	return clock_gettime(clock, &t) == 0 ? t.tv_sec * 1000000000LL + t.tv_nsec : 0;
}

void os_thread_precise(void) { prctl(PR_SET_TIMERSLACK, 1); }

size_t os_main_stack_room(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_STACK, &limit) != 0)
		return 1 << 20;
	size_t room = limit.rlim_cur == RLIM_INFINITY ? (size_t)64 << 20 : (size_t)limit.rlim_cur;
	const size_t arguments = 256 << 10;     /* arguments, environment, the host's frames above us */
	return room > arguments ? room - arguments : 0;
}
