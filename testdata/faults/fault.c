/*
 * fault.c - a library that makes the nth call of one kind fail, loaded before the C library (faults.py).
 *
 * GOL_FAULT=kind:n:errno. Kinds: alloc (malloc, calloc, realloc), mmap (and mprotect), thread (pthread_create), epoll
 * (create, ctl, wait), accept, clone (a child). The call that fails writes a line to the file GOL_FAULT_LOG, so that the
 * driver knows that there was one. Other calls are the C library's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);

static char kind[16];
static long wanted, error;
static atomic_long calls;

/* Before main: allocations of the loader and the C library's start do not count. */
__attribute__((constructor)) static void start(void)
{
	const char *text = getenv("GOL_FAULT");
	const char *colon = text != NULL ? strchr(text, ':') : NULL;
	if (colon == NULL || (size_t)(colon - text) >= sizeof kind)
		return;
	memcpy(kind, text, (size_t)(colon - text));
	char *end;
	wanted = strtol(colon + 1, &end, 10);
	error = *end == ':' ? strtol(end + 1, NULL, 10) : ENOMEM;
	unsetenv("GOL_FAULT");                  /* children are spared */
}

static bool fails(const char *what)
{
	if (wanted == 0 || strcmp(what, kind) != 0 || atomic_fetch_add(&calls, 1) + 1 != wanted)
		return false;
	const char *path = getenv("GOL_FAULT_LOG");
	int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
	if (fd >= 0) {
		(void)!write(fd, "failed\n", 7);
		close(fd);
	}
	errno = (int)error;
	return true;
}

void *malloc(size_t size) { return fails("alloc") ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails("alloc") ? NULL : __libc_calloc(count, size); }
void *realloc(void *p, size_t size) { return fails("alloc") ? NULL : __libc_realloc(p, size); }

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	return fails("mmap") ? MAP_FAILED : NEXT(mmap)(address, length, protection, flags, fd, offset);
}

int mprotect(void *address, size_t length, int protection)
{
	return fails("mmap") ? -1 : NEXT(mprotect)(address, length, protection);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	return fails("thread") ? (int)error : NEXT(pthread_create)(thread, attributes, run, argument);
}

int epoll_create1(int flags) { return fails("epoll") ? -1 : NEXT(epoll_create1)(flags); }

int epoll_ctl(int set, int what, int fd, struct epoll_event *event)
{
	return fails("epoll") ? -1 : NEXT(epoll_ctl)(set, what, fd, event);
}

int epoll_wait(int set, struct epoll_event *events, int count, int ms)
{
	return fails("epoll") ? -1 : NEXT(epoll_wait)(set, events, count, ms);
}

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict length, int flags)
{
	return fails("accept") ? -1 : NEXT(accept4)(fd, address, length, flags);
}

int clone(int (*run)(void *), void *stack, int flags, void *argument, ...)
{
	va_list list;
	va_start(list, argument);
	pid_t *parent = va_arg(list, pid_t *);
	void *tls = va_arg(list, void *);
	pid_t *child = va_arg(list, pid_t *);
	va_end(list);
	return fails("clone") ? -1 : NEXT(clone)(run, stack, flags, argument, parent, tls, child);
}

/* The runtime makes calls that the C library does not have with this one. */
long syscall(long number, ...)
{
	long a[6];
	va_list list;
	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if ((number == SYS_epoll_pwait2 && fails("epoll")) || (number == SYS_accept4 && fails("accept")))
		return -1;
	return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
