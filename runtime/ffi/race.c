/*
 * race.c - what packages tell the race detector themselves: internal/race, and package runtime of programs that were
 * compiled with -race.
 */
#include "ffi/intrinsic.h"
#include "race/race.h"

static size_t bytes(gol_int n) { return n > 0 ? (size_t)n : 0; }

#define TELL(prefix) \
	INTRINSIC(void, prefix##Acquire, gol_g *g, void *p) { if (gol_race_on) race_acquire(g, p); } \
	INTRINSIC(void, prefix##Release, gol_g *g, void *p) { if (gol_race_on) race_release(g, p); } \
	INTRINSIC(void, prefix##ReleaseMerge, gol_g *g, void *p) { if (gol_race_on) race_release_merge(g, p); } \
	INTRINSIC(void, prefix##Disable, gol_g *g) { if (gol_race_on) race_ignore(g, true); } \
	INTRINSIC(void, prefix##Enable, gol_g *g) { if (gol_race_on) race_ignore(g, false); } \
	INTRINSIC(void, prefix##Read, gol_g *g, void *p) { if (gol_race_on) race_read_range(g, p, 1); } \
	INTRINSIC(void, prefix##Write, gol_g *g, void *p) { if (gol_race_on) race_write_range(g, p, 1); } \
	INTRINSIC(void, prefix##ReadRange, gol_g *g, void *p, gol_int n) \
	{ if (gol_race_on) race_read_range(g, p, bytes(n)); } \
	INTRINSIC(void, prefix##WriteRange, gol_g *g, void *p, gol_int n) \
	{ if (gol_race_on) race_write_range(g, p, bytes(n)); } \
	INTRINSIC(gol_int, prefix##Errors, gol_g *g) { (void)g; return race_count(); }

TELL(internal_1race_)
TELL(runtime_Race)
