/*
 * fatal.c - ending the program from inside the runtime.
 */
#include "base/fatal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "abi.h"
#include "base/exit.h"
#include "os/os.h"

#ifdef GOL_DEBUG
uint64_t debug_checks;
#endif

void runtime_fatal(const char *format, ...)
{
	char message[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	exit_fatal(message);
}

void runtime_out_of_memory(void)
{
	static const char message[] = "fatal error: runtime: out of memory\n";
	os_write_all(2, message, sizeof message - 1);
	_Exit(2);
}

void runtime_no_thread(void)
{
	char message[200];
	int error = errno;
	const char *more = error == EAGAIN ? "runtime: may need to increase max user processes (ulimit -u)\n" : "";
	int n = snprintf(message, sizeof message, "runtime: failed to create new OS thread (have %u already; errno=%d)\n%s",
		os_thread_count(), error, more);
	os_write_all(2, message, (size_t)n);
	exit_fatal("newosproc");
}

void runtime_bug(const char *file, int line, const char *what)
{
	char message[512];
	int n = snprintf(message, sizeof message, "gol runtime: %s:%d: does not hold: %s\n", file, line, what);
	os_write_all(2, message, (size_t)n);
	os_abort();
}

/* Generated C of debug builds. */
void gol_bug(const char *file, int line, const char *what) { runtime_bug(file, line, what); }
