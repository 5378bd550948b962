/*
 * signals.c - signals that the program asks for (os/signal) and those that the runtime ignores for it.
 *
 * Nothing is installed before the program asks: the runtime lives in other people's processes too. Until then a
 * signal does what it does by default, but for those that Go programs survive, which are ignored (os_ignore_signals),
 * and SIGQUIT, for which gol_main alone has a handler (os_signal_quit). Both stand before all else: what the program
 * takes goes back to them.
 *
 * A handler may do next to nothing. Ours notes the number in a set of bits and writes a byte into a pipe, whose other
 * end a goroutine waits for like for any descriptor (sched/poll.c). The set is the truth, the bytes only wake: so a
 * full pipe loses nothing, and a signal that comes again before it was taken counts once, as in Go.
 *
 * Threads of the runtime block all signals (os_thread_start), so the process's first thread is the one that handlers
 * interrupt, if the host has no others. What is sent to one thread, the SIGPIPE of a write, may so stay with a thread
 * that blocks it: os_broken_pipe makes up for that.
 *
 * Rejected: signalfd (the signal must be blocked in all threads, the host's too), sigwait on a thread (the same).
 */
#define _GNU_SOURCE
#include "os/signals.h"
#include "base/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

static struct {
	sigset_t start_mask;        /* of the process's first thread, when the program started */
	bool runtime_ignores[_NSIG];                /* since the start; the program may take it */
	bool wanted[_NSIG], ignored[_NSIG];         /* by the program, which has taken it then; never both */
	/* of those taken: what they did, for the host's handler is to come back */
	struct sigaction before[_NSIG];
	uint64_t pending[2];        /* atomic: came and not yet taken; bit number - 1 */
	int read_end, write_end;    /* of the pipe; valid once something is wanted */
	bool has_pipe;
} signals;

const sigset_t *os_start_mask(void) { return &signals.start_mask; }

bool os_ignores(int number) { return signals.runtime_ignores[number] && !signals.ignored[number]; }

static bool is_signal(int number) { return number > 0 && number < _NSIG; }

/* From 35 on: the C library or the kernel's default has the first three real-time signals. */
void os_ignore_signals(void)
{
	static const int ignored[] = {SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO,
		SIGPWR};
	const int count = sizeof ignored / sizeof *ignored;
	pthread_sigmask(SIG_SETMASK, NULL, &signals.start_mask);
	for (int i = 0; i < count + _NSIG - 35; i++) {
		struct sigaction old;
		int number = i < count ? ignored[i] : 35 + i - count;
		if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL && signal(number, SIG_IGN) != SIG_ERR)
			signals.runtime_ignores[number] = true;
	}
}

/* ---- SIGQUIT ------------------------------------------------------------------------------------------------ */

static void (*tell_quit)(int code, uintptr_t pc);

static uintptr_t interrupted_at(const void *context)
{
	const ucontext_t *u = context;
#if defined(__x86_64__)
	return (uintptr_t)u->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (uintptr_t)u->uc_mcontext.pc;
#elif defined(__riscv)
	return (uintptr_t)u->uc_mcontext.__gregs[0];
#else
	(void)u;
	return 0;
#endif
}

static void handle_quit(int number, siginfo_t *info, void *context)
{
	int error = errno;
	(void)number;
	tell_quit(info->si_code, interrupted_at(context));
	errno = error;
}

void os_signal_quit(void (*tell)(int code, uintptr_t pc))
{
	struct sigaction action = {.sa_sigaction = handle_quit, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
	tell_quit = tell;
	sigfillset(&action.sa_mask);
	sigaction(SIGQUIT, &action, NULL);
}

/* ---- what a signal does ---------------------------------------------------------------------------------- */

/* Others may have set their handlers meanwhile, so this looks each time. */
static void take(int number)
{
	if (!signals.wanted[number] && !signals.ignored[number])
		sigaction(number, NULL, &signals.before[number]);
}

static void note(int number)
{
	__atomic_fetch_or(&signals.pending[(number - 1) / 64], (uint64_t)1 << (number - 1) % 64, __ATOMIC_SEQ_CST);
	(void)!write(signals.write_end, "", 1);
}

/* What to do with a fault is for the handler that was there before, else it ends the process: the instruction is tried
 * again and meets that. Only a breakpoint lies behind already. */
static void pass_on_fault(int number)
{
	if (signals.before[number].sa_handler == SIG_IGN)
		signal(number, SIG_DFL);
	else
		sigaction(number, &signals.before[number], NULL);
	if (number == SIGTRAP)
		raise(number);
}

/* The kernel's codes are above 0, SI_KERNEL too: an address that is none on this machine. */
static void handle(int number, siginfo_t *info, void *context)
{
	int error = errno;
	bool is_fault = number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL || number == SIGTRAP;
	(void)context;
	if (is_fault && info->si_code > 0)
		pass_on_fault(number);
	else
		note(number);
	errno = error;
}

static void make_pipe(void)
{
	int ends[2];
	if (signals.has_pipe || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return;
	signals.read_end = ends[0];
	signals.write_end = ends[1];
	signals.has_pipe = true;
}

static void unblock(int number)
{
	sigset_t one;
	sigemptyset(&one);
	sigaddset(&one, number);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

int os_signal_want(int number)
{
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
	if (!is_signal(number))
		return 0;
	make_pipe();
	if (!signals.has_pipe)
		return errno;
	take(number);
	signals.wanted[number] = true;
	signals.ignored[number] = false;
	sigfillset(&action.sa_mask);
	sigaction(number, &action, NULL);
	if (sigismember(&signals.start_mask, number))
		unblock(number);
	return 0;
}

/* Go's Reset does not end what Ignore began. */
void os_signal_default(int number)
{
	if (!is_signal(number) || !signals.wanted[number])
		return;
	sigaction(number, &signals.before[number], NULL);
	signals.wanted[number] = false;
}

void os_signal_ignore(int number)
{
	if (!is_signal(number))
		return;
	take(number);
	signals.wanted[number] = false;
	signals.ignored[number] = true;
	signal(number, SIG_IGN);
}

/* Of those that were ignored from the start only SIGHUP and SIGINT count, as in Go. */
bool os_signal_is_ignored(int number)
{
	struct sigaction now;
	if (number != SIGHUP && number != SIGINT)
		return is_signal(number) && signals.ignored[number];
	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* ---- taking them ------------------------------------------------------------------------------------------- */

int os_signals_descriptor(void) { return signals.has_pipe ? signals.read_end : -1; }

bool os_signals_pending(void)
{
	return load_acquire(&signals.pending[0]) != 0 || load_acquire(&signals.pending[1]) != 0;
}

int os_signal_next(void)
{
	char bytes[64];
	while (read(signals.read_end, bytes, sizeof bytes) == (ssize_t)sizeof bytes)
		;
	for (int i = 0; i < 2; i++) {
		uint64_t set = load_acquire(&signals.pending[i]);
		if (set == 0)
			continue;
		int bit = __builtin_ctzll(set);
		__atomic_fetch_and(&signals.pending[i], ~((uint64_t)1 << bit), __ATOMIC_SEQ_CST);
		return 64 * i + bit + 1;
	}
	return 0;
}

void os_broken_pipe(bool standard)
{
	if (signals.wanted[SIGPIPE]) {
		note(SIGPIPE);
		return;
	}
	if (!standard || signals.ignored[SIGPIPE])
		return;
	signal(SIGPIPE, SIG_DFL);
	unblock(SIGPIPE);
	raise(SIGPIPE);
	_exit(128 + SIGPIPE);
}
