/*
 * linux.c - os.h for Linux.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int64_t os_nanotime(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void os_wall_clock(int64_t *seconds, int32_t *nanoseconds)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	*seconds = t.tv_sec;
	*nanoseconds = (int32_t)t.tv_nsec;
}

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

struct start { void (*run)(void *); void *argument; };

static void *thread_entry(void *p)
{
	struct start s = *(struct start *)p;
	free(p);
	s.run(s.argument);
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
	return error == 0;
}

size_t os_main_stack_room(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_STACK, &limit) != 0)
		return 1 << 20;
	size_t room = limit.rlim_cur == RLIM_INFINITY ? (size_t)64 << 20 : (size_t)limit.rlim_cur;
	const size_t arguments = 256 << 10;     /* arguments, environment, the host's frames above us */
	return room > arguments ? room - arguments : 0;
}

int os_processor_count(void)
{
	unsigned long set[1024];        /* more than the kernel has: 65,536 processors */
	long bytes = syscall(SYS_sched_getaffinity, 0, sizeof set, set);
	int count = 0;
	for (long i = 0; i < bytes / (long)sizeof *set; i++)
		count += __builtin_popcountl(set[i]);
	return count > 0 ? count : 1;
}

void os_open_standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", O_RDWR);       /* the lowest free number: fd */
}

/* ---- readiness ---------------------------------------------------------------------------------- */

static int poll_set = -1;       /* made by the first call of os_poll_watch, which the caller's lock guards */

int os_poll_watch(int fd, bool read, bool write)
{
	struct epoll_event e = {.events = EPOLLONESHOT | (read ? EPOLLIN | EPOLLRDHUP : 0) | (write ? EPOLLOUT : 0), .data.fd = fd};
	if (poll_set < 0 && (poll_set = epoll_create1(EPOLL_CLOEXEC)) < 0)
		return errno;
	/* Closing a descriptor takes it out: then its number is new here. */
	if (epoll_ctl(poll_set, EPOLL_CTL_MOD, fd, &e) == 0)
		return 0;
	return errno == ENOENT && epoll_ctl(poll_set, EPOLL_CTL_ADD, fd, &e) == 0 ? 0 : errno;
}

void os_poll_forget(int fd)
{
	struct epoll_event ignored = {0};
	epoll_ctl(poll_set, EPOLL_CTL_DEL, fd, &ignored);
}

int os_poll_wait(os_ready *out, int count)
{
	struct epoll_event events[64];
	int n;
	do n = epoll_wait(poll_set, events, count < 64 ? count : 64, -1); while (n == 0 || (n < 0 && errno == EINTR));
	for (int i = 0; i < n; i++) {
		bool both = events[i].events & (EPOLLHUP | EPOLLERR);
		out[i] = (os_ready){events[i].data.fd, both || (events[i].events & (EPOLLIN | EPOLLRDHUP)), both || (events[i].events & EPOLLOUT)};
	}
	return n;
}

bool os_set_nonblocking(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);
	return flags >= 0 && fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) == 0;
}

bool os_is_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	return flags >= 0 && (flags & O_NONBLOCK);
}

/* ---- output, ends --------------------------------------------------------------------------------- */

void os_write_all(int fd, const void *data, size_t size)
{
	const char *p = data;
	while (size > 0) {
		ssize_t n = write(fd, p, size);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			p += n;
			size -= (size_t)n;
		}
	}
}

void os_abort(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}

uint64_t os_random_seed(void)
{
	uint64_t seed = 0;
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
		seed = (uint64_t)os_nanotime() * 0x9e3779b97f4a7c15u;
	return seed;
}
