/*
 * poll.c - readiness of descriptors, by epoll.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

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
