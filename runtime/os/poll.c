/*
 * poll.c - readiness of descriptors, by epoll.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* made by the first call of os_poll_add, which the caller's lock guards */
static int poll_set = -1, poll_interrupter;

/* The interrupter is watched by level, and emptied by who waits: one who only looks would take the wake-up away from
 * it. */
static int make_poll_set(void)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = &poll_interrupter};
	int set = epoll_create1(EPOLL_CLOEXEC), error;
	if (set < 0)
		return errno;
	poll_interrupter = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (poll_interrupter < 0 || epoll_ctl(set, EPOLL_CTL_ADD, poll_interrupter, &e) != 0) {
		error = errno;
		if (poll_interrupter >= 0)
			close(poll_interrupter);
		close(set);
		return error;
	}
	__atomic_store_n(&poll_set, set, __ATOMIC_RELEASE);
	return 0;
}

int os_poll_add(int fd, void *data)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = data};
	int error = poll_set >= 0 ? 0 : make_poll_set();
	if (error != 0)
		return error;
	return epoll_ctl(poll_set, EPOLL_CTL_ADD, fd, &e) == 0 ? 0 : errno;
}

void os_poll_remove(int fd)
{
	struct epoll_event ignored = {0};
	epoll_ctl(poll_set, EPOLL_CTL_DEL, fd, &ignored);
}

int os_poll_set(void) { return __atomic_load_n(&poll_set, __ATOMIC_ACQUIRE); }

/* Before Linux 5.11 there is no call that takes nanoseconds: then it wakes up to a millisecond late. */
static int wait_for_events(struct epoll_event *events, int count, int64_t ns)
{
	static bool coarse;
	int set = os_poll_set();
	struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
	if (ns == 0)
		return epoll_wait(set, events, count, 0);
	if (!coarse) {
		long n = syscall(SYS_epoll_pwait2, set, events, count, ns < 0 ? NULL : &t, NULL, 0);
		if (n >= 0 || errno != ENOSYS)
			return (int)n;
		coarse = true;
	}
	int64_t ms = ns < 0 ? -1 : (ns + 999999) / 1000000;
	return epoll_wait(set, events, count, ms > INT_MAX ? INT_MAX : (int)ms);
}

int os_poll_wait(os_ready *out, int count, int64_t ns)
{
	enum { MOST = 128 };
	struct epoll_event events[MOST];
	int n = wait_for_events(events, count < MOST ? count : MOST, ns), used = 0;
	if (n < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < n; i++) {
		uint32_t e = events[i].events;
		uint64_t ignored;
		if (events[i].data.ptr == &poll_interrupter) {
			if (ns != 0)
				(void)!read(poll_interrupter, &ignored, sizeof ignored);
			continue;
		}
		bool both = e & (EPOLLHUP | EPOLLERR);
		out[used++] = (os_ready){events[i].data.ptr, both || (e & (EPOLLIN | EPOLLRDHUP)), both || (e & EPOLLOUT)};
	}
	return used;
}

void os_poll_interrupt(void)
{
	uint64_t one = 1;
	(void)!write(poll_interrupter, &one, sizeof one);
}

bool os_poll_is_made(void) { return __atomic_load_n(&poll_set, __ATOMIC_ACQUIRE) >= 0; }
bool os_poll_is_own(int fd) { return poll_set >= 0 && (fd == poll_set || fd == poll_interrupter); }

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
