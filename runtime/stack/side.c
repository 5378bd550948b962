/*
 * side.c - the side stack of a goroutine: large variables, where they never move.
 *
 * A function with variables of 1 KiB and more (emit/side.c in the compiler chooses them) keeps them together in one
 * block of its goroutine's side stack. The block is taken before the function's first safepoint and given back when the
 * function returns or is unwound by a panic, Goexit or fatal error; a freeze leaves it where it is. So freezing
 * copies nothing of it, addresses of it stay right, and native frames stay small.
 *
 *     chunk 1             chunk 2, twice the size           spare
 *     [ f | g |  free ]   [ h          |    free       ]    [              ]
 *                         side_low     side_top  side_end
 *
 * Blocks are bump-allocated, strictly last in, first out: g, called by f, gives its block back before f does,
 * whatever way it ends. Hence no headers and no list: a block is the value of side_top before it was taken, and
 * giving it back is storing that. side_low is the first block of a chunk that has one under it: when that is given
 * back the chunk under it becomes current again. The emptied chunk is kept as a spare until another one is emptied or
 * a collection runs, so a call in a loop on the boundary of two chunks costs no malloc, and what was just given back
 * can still be read: results of 1 KiB and more are returned by address, in the callee's block, and
 * copied by the caller before anything else happens.
 *
 * Invariants
 *  - A frame that is saved names its block (gol_side.slot of its function); a block that no saved frame names belongs
 *  to
 *    a native frame, or there is none. The collector only runs over goroutines without native frames: saved frames lead
 *    it to every block.
 *  - Objects of a block are alive while a pointer to them is (stack/scan.c): the name of a variable in a map of its
 *  frame
 *    is such a pointer. The compiler writes an object whole before its address exists or its name is live. So memory
 *    that was never written is never looked at by the collector. Mending looks at all of it (freeze.c): a word that is
 *    none of the program's may be changed there, harmlessly.
 *  - Pointers into a block come from frames and blocks of the same goroutine, from the same frame or younger ones,
 *  never
 *    from the heap (escape analysis).
 *  - The side stack counts against the greatest size of a stack. Taking a block cannot fail: when it exceeds the
 *  limit it
 *    only asks for a freeze, which reports the overflow (stack_finish_freeze). Functions that have no safepoint
 *    do not recurse, so they cannot go far beyond.
 *
 * Rejected: blocks on the goroutine stack itself (freezing and growing would copy them, and pointers into them would
 * need mending); a header in each block (frames know their functions); heap objects freed on return (a size class and a
 * collector's bit for what a pointer increment does).
 *
 * In stress runs about every other block gets a chunk of its own, filled with 0xdb, so that boundaries are crossed,
 * uninitialised words seen, and, under AddressSanitizer, accesses outside of it noticed.
 */
#include <stdlib.h>

#include "base/options.h"
#include "stack/frames.h"
#include "stack/list.h"

enum { CHUNK_MINIMUM = 2 << 10, CHUNK_MAXIMUM = 64 << 20, KEPT_BY_DEAD = 8 << 10 };

static size_t in_use;       /* bytes of all chunks */

static side_chunk *chunk_make(size_t size)
{
	side_chunk *c = malloc(sizeof *c + size);
	if (c == NULL)
		runtime_out_of_memory();
	*c = (side_chunk){.size = size};
	if (gol_stress.on)
		memset(c + 1, 0xdb, size);
	__atomic_add_fetch(&in_use, size, __ATOMIC_RELAXED);
	return c;
}

static void chunk_free(side_chunk *c)
{
	if (c == NULL)
		return;
	__atomic_sub_fetch(&in_use, c->size, __ATOMIC_RELAXED);
	free(c);
}

size_t side_bytes_in_use(void) { return __atomic_load_n(&in_use, __ATOMIC_RELAXED); }

static char *chunk_low(side_chunk *c) { return (char *)(c + 1); }

/* Twice the current one, so that a deep recursion has few. */
static size_t chunk_wanted(const G *g, size_t size)
{
	size_t want = g->side.current != NULL ? 2 * g->side.current->size : CHUNK_MINIMUM;
	if (want > CHUNK_MAXIMUM)
		want = CHUNK_MAXIMUM;
	return size > want || (gol_stress.on && stress_chance(&g->m->random, 2)) ? size : want;
}

static side_chunk *chunk_for(G *g, size_t size)
{
	side_chunk *c = g->side.spare;
	g->side.spare = NULL;
	if (c != NULL && c->size >= size)
		return c;
	chunk_free(c);
	return chunk_make(chunk_wanted(g, size));
}

static void make_current(G *g, side_chunk *c, char *top)
{
	g->side.current = c;
	g->pub.side_top = top;
	g->pub.side_end = c != NULL ? chunk_low(c) + c->size : NULL;
	g->pub.side_low = c != NULL && c->previous != NULL ? chunk_low(c) : NULL;
}

void *gol_side_grow(gol_g *gp, size_t size)
{
	G *g = g_of(gp);
	side_chunk *c = chunk_for(g, size);
	c->previous = g->side.current;
	if (c->previous != NULL)
		c->previous->top = gp->side_top;
	g->side.bytes += c->size;
	if (!stack_fits(g, 0)) {
		g->side.over = true;
		g_request_freeze(g);
	}
	make_current(g, c, chunk_low(c) + size);
	return chunk_low(c);
}

void gol_side_shrink(gol_g *gp)
{
	G *g = g_of(gp);
	side_chunk *c = g->side.current;
	chunk_free(g->side.spare);
	g->side.spare = c;
	g->side.bytes -= c->size;
	g->side.over = g->side.over && !stack_fits(g, 0);
	make_current(g, c->previous, c->previous->top);
}

/* ---- of a goroutine that is not running ------------------------------------------------------------ */

static bool is_empty(const G *g) { return g->side.current != NULL && g->pub.side_top == chunk_low(g->side.current); }

static void free_first(G *g)
{
	g->side.bytes -= g->side.current->size;
	chunk_free(g->side.current);
	make_current(g, NULL, NULL);
}

void side_trim(G *g)
{
	chunk_free(g->side.spare);
	g->side.spare = NULL;
	if (is_empty(g))
		free_first(g);
}

void side_exit_some(G *g)
{
	debug_require(g->side.current == NULL || is_empty(g));
	chunk_free(g->side.spare);
	g->side.spare = NULL;
	if (g->side.current != NULL && g->side.current->size > KEPT_BY_DEAD)
		free_first(g);
}

/* ---- finding -------------------------------------------------------------------------------------------- */

char *side_chunk_low(side_chunk *c) { return chunk_low(c); }

char *side_chunk_top(const G *g, side_chunk *c) { return c == g->side.current ? g->pub.side_top : c->top; }

bool stack_holds_saved(const G *g, const void *p)
{
	const char *at = p;
	if (at >= g->base && at < g->end)
		return true;
	for (side_chunk *c = g->side.current; c != NULL; c = c->previous)
		if (at >= chunk_low(c) && at < side_chunk_top(g, c))
			return true;
	return false;
}

bool stack_holds(const G *g, const void *p)
{
	uintptr_t at = (uintptr_t)p;
	return (at >= GOL_STACK_POINTER() && at < current_m->native_high) || stack_holds_saved(g, p);
}
