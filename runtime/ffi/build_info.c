/*
 * build_info.c - what the program was built from, for package runtime/debug; its settings of GODEBUG, for others.
 */
#include "base/godebug.h"
#include "ffi/intrinsic.h"

INTRINSIC(gol_string, runtime_1debug_buildInfo, gol_g *g)
{
	size_t n = 0;
	const uint8_t *lines = build_info_lines(&n);
	(void)g;
	return (gol_string){lines, (gol_int)n};
}

INTRINSIC(gol_string, syscall_godebugDefaults, gol_g *g)
{
	size_t n;
	const char *defaults = godebug_defaults(&n);
	(void)g;
	return (gol_string){(const uint8_t *)defaults, (gol_int)n};
}

INTRINSIC(void, syscall_godebugReread, gol_g *g)
{
	(void)g;
	godebug_changed();
}

INTRINSIC(bool, time_asyncTimers, gol_g *g)
{
	(void)g;
	return godebug_async_timers();
}
