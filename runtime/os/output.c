/*
 * output.c - the standard files, and the last words of a process.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

void os_open_standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", O_RDWR);       /* the lowest free number: fd */
}

bool os_write_all(int fd, const void *data, size_t size)
{
	const char *p = data;
	while (size > 0) {
		ssize_t n = write(fd, p, size);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		if (n > 0) {
			p += n;
			size -= (size_t)n;
		}
	}
	return true;
}

int os_create_log(const char *path, int *error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) {
		*error = errno;
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && (ftruncate(fd, 0) == 0 || errno == EINVAL))     /* EINVAL: a pipe, a device */
		return fd;
	*error = errno == EWOULDBLOCK ? EAGAIN : errno;
	close(fd);
	return -1;
}

int os_process_id(void) { return (int)getpid(); }

void os_abort(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}
