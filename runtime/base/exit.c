/*
 * exit.c - ending the program. C's exit runs the host's atexit functions and flushes its
 * streams; the other threads of the runtime own nothing that must be saved.
 */
#include "base/exit.h"

#include <stdlib.h>

#include "base/options.h"
#include "os/os.h"

void (*exit_traces)(text *t);

void exit_program(int code)
{
	options_print_statistics();
	exit(code);
}

void exit_crash(void)
{
	if (gol_traceback == TRACEBACK_CRASH)
		os_abort();
	exit_program(2);
}

void exit_fatal(const char *message)
{
	text t = {0};
	text_string(&t, "fatal error: ");
	text_string(&t, message);
	text_string(&t, "\n");
	if (gol_traceback > TRACEBACK_NONE && exit_traces != NULL)
		exit_traces(&t);
	text_flush(&t);
	exit_crash();
}
