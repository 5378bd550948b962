/*
 * process.c - starting programs, becoming another one, waiting for children. Linux.
 *
 * A child is made as posix_spawn makes one: clone with CLONE_VM and CLONE_VFORK, on a stack of its own. It shares
 * this process's memory, and the calling thread sleeps until it has become the program or has ended, so nothing is
 * copied however large the heap is, and a failure is told by writing it into the request. What the child does until
 * then is a list of system calls in an order that programs know (session, group, root, user, folder, descriptors,
 * terminal).
 *
 * Because memory is shared:
 *   - all signals are blocked from before the clone; in the child every handler goes back to the default before the
 *   mask
 *     does, so that none of them runs in our memory;
 *   - nothing is allocated and no lock is taken in the child;
 *   - users and groups are changed by the bare system calls: the C library's functions tell all threads of the process.
 *
 * The program starts with the mask that the process itself was started with (the runtime's threads have others), and
 * what the runtime ignores for itself (os_ignore_signals) is as it was; what the program ignored stays ignored.
 *
 * Rejected: fork (copies the page tables of the heap), posix_spawn itself (no root, user, session's terminal, nor
 * descriptors in any order), an error pipe (the memory is shared anyway; where it must not be, in a user
 * namespace with mappings, starting is refused).
 */
#define _GNU_SOURCE
#include "os/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

enum { STACK = 64 << 10, WAIT_BY_PIDFD = 3 /* P_PIDFD */ };

typedef struct child {
	os_spawn *request;
	const sigset_t *mask;
	pid_t parent;
} child;

/* ---- in the child ---------------------------------------------------------------------------------- */

static bool set_user(const os_spawn *s)
{
	if (s->has_groups && syscall(SYS_setgroups, s->group_count, s->groups) != 0)
		return false;
	return syscall(SYS_setgid, s->gid) == 0 && syscall(SYS_setuid, s->uid) == 0;
}

static bool set_group_and_foreground(const os_spawn *s)
{
	if ((s->set_group || s->foreground) && setpgid(0, s->group) != 0)
		return false;
	pid_t group = s->group != 0 ? s->group : getpid();
	return !s->foreground || ioctl(s->terminal, TIOCSPGRP, &group) == 0;
}

/* The parent may have died before the child asked to be told. */
static bool die_with_parent(const child *c)
{
	if (prctl(PR_SET_PDEATHSIG, c->request->death_signal) != 0)
		return false;
	if (getppid() != c->parent)
		kill(getpid(), c->request->death_signal);
	return true;
}

/* files[i] becomes i. First those whose number another one will take get numbers above all, then each its own. */
static bool place_files(os_spawn *s)
{
	int *files = s->files, above = s->file_count;
	for (int i = 0; i < s->file_count; i++)
		if (files[i] >= above)
			above = files[i] + 1;
	for (int i = 0; i < s->file_count; i++)
		if (files[i] >= 0 && files[i] < i) {
			int moved = fcntl(files[i], F_DUPFD_CLOEXEC, above);
			if (moved < 0)
				return false;
			files[i] = moved;
		}
	for (int i = 0; i < s->file_count; i++) {
		if (files[i] < 0)
			close(i);
		else if (files[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(files[i], i) < 0)
			return false;
	}
	for (int i = s->file_count; i <= 2; i++)
		close(i);
	return true;
}

/* In mounts of its own the child must not change those of others, which the new ones still share changes with. */
static bool leave_namespaces(const os_spawn *s)
{
	if (s->unshare_flags == 0)
		return true;
	if (unshare((int)s->unshare_flags) != 0)
		return false;
	return (s->unshare_flags & CLONE_NEWNS) == 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool prepare(const child *c)
{
	os_spawn *s = c->request;
	if (s->new_session && setsid() < 0)
		return false;
	if (!set_group_and_foreground(s) || !leave_namespaces(s))
		return false;
	if (s->root != NULL && chroot(s->root) != 0)
		return false;
	if (s->has_user && !set_user(s))
		return false;
	if (s->folder != NULL && chdir(s->folder) != 0)
		return false;
	if (s->death_signal != 0 && !die_with_parent(c))
		return false;
	if (!place_files(s))
		return false;
	if (s->no_terminal && ioctl(0, TIOCNOTTY, 0) != 0)
		return false;
	if (s->set_terminal && ioctl(s->terminal, TIOCSCTTY, 1) != 0)
		return false;
	return !s->traced || ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

/* Handlers would run in the parent's memory. */
static void default_signals(void)
{
	struct sigaction old;
	for (int number = 1; number < _NSIG; number++)
		if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_DFL &&
			(old.sa_handler != SIG_IGN || os_ignores(number)))
			signal(number, SIG_DFL);
}

static int child_main(void *argument)
{
	const child *c = argument;
	if (prepare(c)) {
		default_signals();
		sigprocmask(SIG_SETMASK, c->mask, NULL);
		execve(c->request->path, c->request->arguments, c->request->environment);
	}
	c->request->error = errno;
	_exit(253);
}

/* ---- in the parent ---------------------------------------------------------------------------------- */

/* Old kernels do not know CLONE_PIDFD and leave *descriptor alone. */
static pid_t clone_child(os_spawn *s, char *stack)
{
	sigset_t all, mine;
	child c = {s, os_start_mask(), getpid()};
	int flags = CLONE_VM | CLONE_VFORK | SIGCHLD | (int)s->clone_flags | (s->wants_descriptor ? CLONE_PIDFD : 0);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mine);
	pid_t pid = clone(child_main, stack + STACK, flags, &c, &s->descriptor);
	if (pid < 0)
		s->error = errno;
	pthread_sigmask(SIG_SETMASK, &mine, NULL);
	return pid;
}

int os_spawn_start(os_spawn *s)
{
	s->error = 0;
	s->descriptor = -1;
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (stack == MAP_FAILED) {
		s->error = errno;
		return -1;
	}
	pid_t pid = clone_child(s, stack);
	munmap(stack, STACK);
	if (pid < 0 || s->error == 0)
		return pid;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)     /* it never was the program */
		;
	if (s->descriptor >= 0)
		close(s->descriptor);
	s->descriptor = -1;
	return -1;
}

/* What this process ignores only for itself goes back to the default. Returns which signals those are. A signal that
 * came while this thread blocked it waits even if ignored, and would now end the process: ignoring it anew discards
 * it. */
static sigset_t stop_ignoring(void)
{
	struct sigaction old;
	sigset_t changed;
	sigemptyset(&changed);
	for (int number = 1; number < _NSIG; number++)
		if (os_ignores(number) && sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN) {
			signal(number, SIG_IGN);
			signal(number, SIG_DFL);
			sigaddset(&changed, number);
		}
	return changed;
}

static void ignore_again(const sigset_t *changed)
{
	for (int number = 1; number < _NSIG; number++)
		if (sigismember(changed, number) == 1)
			signal(number, SIG_IGN);
}

/* Handlers need no care, the kernel resets them. If it fails this process goes on as it was: so no signal arrives here
 * but during the call itself, which needs the start mask. */
int os_become(const char *path, char *const *arguments, char *const *environment)
{
	sigset_t all, mine;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mine);
	sigset_t changed = stop_ignoring();
	pthread_sigmask(SIG_SETMASK, os_start_mask(), NULL);
	execve(path, arguments, environment);
	int error = errno;
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	ignore_again(&changed);
	pthread_sigmask(SIG_SETMASK, &mine, NULL);
	return error;
}

/* ---- children that have ended ------------------------------------------------------------------------------ */

static void put_usage(const struct rusage *u, os_ended *out)
{
	const int64_t values[OS_USAGE_COUNT] = {
		u->ru_utime.tv_sec, u->ru_utime.tv_usec, u->ru_stime.tv_sec, u->ru_stime.tv_usec, u->ru_maxrss, u->ru_ixrss,
			u->ru_idrss, u->ru_isrss,
		u->ru_minflt, u->ru_majflt, u->ru_nswap, u->ru_inblock, u->ru_oublock, u->ru_msgsnd, u->ru_msgrcv,
		u->ru_nsignals, u->ru_nvcsw, u->ru_nivcsw};
	memcpy(out->usage, values, sizeof values);
}

int os_usage(int who, os_ended *out)
{
	struct rusage usage;
	if (getrusage(who, &usage) != 0)
		return errno;
	put_usage(&usage, out);
	return 0;
}

int os_wait4(int pid, int options, os_ended *out)
{
	struct rusage usage;
	int status = 0;
	pid_t got;
	do got = wait4(pid, &status, options, &usage); while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno;
	out->pid = got;
	out->status = status;
	if (got > 0)
		put_usage(&usage, out);
	return 0;
}

/* The status word that wait4 would have given. */
static int status_of(const siginfo_t *info)
{
	switch (info->si_code) {
	case CLD_EXITED: return (info->si_status & 0xff) << 8;
	case CLD_DUMPED: return info->si_status | 0x80;
	default: return info->si_status;
	}
}

/* The C library's waitid gives no usage. */
static int wait_for(int kind, int id, int options, siginfo_t *info, struct rusage *usage)
{
	long n;
	info->si_pid = 0;
	do n = syscall(SYS_waitid, kind, id, info, options, usage); while (n < 0 && errno == EINTR);
	return n < 0 ? errno : 0;
}

int os_wait_descriptor(int descriptor, os_ended *out)
{
	siginfo_t info;
	struct rusage usage;
	int error = wait_for(WAIT_BY_PIDFD, descriptor, WEXITED | WNOHANG, &info, &usage);
	if (error != 0)
		return error;
	out->pid = info.si_pid;
	if (info.si_pid != 0) {
		out->status = status_of(&info);
		put_usage(&usage, out);
	}
	return 0;
}

int os_wait_ended(int pid)
{
	siginfo_t info;
	return wait_for(P_PID, pid, WEXITED | WNOWAIT, &info, NULL);
}

int os_process_open(int pid, int *descriptor)
{
	*descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
	return *descriptor < 0 ? errno : 0;
}

int os_process_signal(int descriptor, int number)
{
	return syscall(SYS_pidfd_send_signal, descriptor, number, NULL, 0) == 0 ? 0 : errno;
}
