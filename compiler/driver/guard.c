/*
 * guard.c - a process that ends what gol leaves running when it is killed by SIGKILL.
 *
 * At every other end gol clears up itself (scratch.c). The guard is forked first of all, while there is next to nothing
 * to be copied, and only reads from a socket whose other end gol and the gols that it forks hold: the number of each
 * process group that is started, and again of each that has ended. When the last of them is gone the socket is at its
 * end, and the guard kills the groups that are left. An orderly gol says so, and takes the guard with it.
 *
 * Rejected: PR_SET_PDEATHSIG, which posix_spawn cannot set and the C compiler's own children would not have.
 */
#define _GNU_SOURCE           /* close_range */
#include "driver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Note { pid_t group; bool started; } Note;        /* group 0: all has been cleared up */
typedef struct Groups { pid_t *items; int len, cap; } Groups;

static void take_note(Groups *groups, Note note)
{
	for (int i = 0; i < groups->len; i++)
		if (groups->items[i] == note.group) {
			groups->items[i] = groups->items[--groups->len];
			break;
		}
	if (!note.started)
		return;
	if (groups->len == groups->cap) {
		int cap = groups->cap ? 2 * groups->cap : 64;
		pid_t *items = realloc(groups->items, (size_t)cap * sizeof *items);
		if (!items)
			return;
		*groups = (Groups){items, groups->len, cap};
	}
	groups->items[groups->len++] = note.group;
}

/* In the guard: nothing of gol's is kept open, as others may wait for the end of its output. */
static void leave_everything(int socket)
{
	setsid();
	(void)!chdir("/");
#ifdef SYS_close_range
	if (socket > 0)
		syscall(SYS_close_range, 0, socket - 1, 0);
	syscall(SYS_close_range, socket + 1, ~0u, 0);
#else
	for (int fd = 0; fd < 256; fd++)
		if (fd != socket)
			close(fd);
#endif
}

NORETURN static void watch_over(int socket)
{
	Groups groups = {0};
	Note note;
	ssize_t n;
	leave_everything(socket);
	while ((n = read(socket, &note, sizeof note)) == sizeof note || (n < 0 && errno == EINTR)) {
		if (n > 0 && note.group == 0)
			_exit(0);
		if (n > 0)
			take_note(&groups, note);
	}
	for (int i = 0; i < groups.len; i++)
		kill(-groups.items[i], SIGKILL);
	_exit(0);
}

/* Without a guard everything else works: nobody is told. */
void guard_start(Scratch *s)
{
	int ends[2];
	s->guard = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return;
	s->guard = fork();
	if (s->guard == 0) {
		close(ends[1]);
		watch_over(ends[0]);
	}
	close(ends[0]);
	s->guard_socket = ends[1];
	if (s->guard > 0)
		return;
	close(ends[1]);
	s->guard = 0;
}

void guard_note(const Scratch *s, pid_t group, bool started)
{
	Note note = {group, started};
	if (s->guard)
		(void)!send(s->guard_socket, &note, sizeof note, MSG_NOSIGNAL);
}

/* By the gol that started it. */
void guard_end(Scratch *s)
{
	if (!s->guard || s->is_fork)
		return;
	guard_note(s, 0, false);
	while (waitpid(s->guard, NULL, 0) < 0 && errno == EINTR)
		;
	s->guard = 0;
}
