/*
 * block.c - the memory of goroutine stacks: allocation, growth, shrinking.
 *
 * A stack is one block whose size is a power of two, STACK_MINIMUM at first, enough for a goroutine that waits in a
 * shallow function. Blocks of that size are cut from slabs, without a header of malloc's, and never given back.
 * Larger ones up to CACHED_MAXIMUM are kept on lists by size when they are given back; still larger ones go
 * back to the system at once. Growth doubles: each byte is copied a constant number of
 * times. The collector halves a stack while under a quarter is used, so that growing and
 * shrinking cannot alternate quickly, but not below SHRINK_LEAST.
 *
 * In stress runs a freed block is filled with 0xdb: nothing may look there again; and there are no slabs, so that
 * AddressSanitizer knows each block.
 */
#include <stdlib.h>

#include "base/event.h"
#include "base/options.h"
#include "stack/frames.h"
#include "stack/list.h"
#include "stack/status.h"

enum { SHRINK_LEAST = 512, SLAB = 64 << 10 };
enum { SIZE_CLASSES = 9, CACHED_MAXIMUM = STACK_MINIMUM << (SIZE_CLASSES - 1), CACHED_COUNT = 256 };

typedef struct block { struct block *next; } block;

static struct {
	spin_lock lock;
	block *free[SIZE_CLASSES];
	uint32_t count[SIZE_CLASSES];
	char *slab; size_t slab_left;       /* the rest of the last one */
	size_t in_use, maximum;     /* in_use is also read without the lock */
} pool = {.lock = LOCK_OF_RANK(RANK_STACKS), .maximum = 1000000000};

static unsigned size_class(size_t size)
{
	return (unsigned)__builtin_ctzll(size / STACK_MINIMUM);
}

static bool in_slabs(size_t size) { return size == STACK_MINIMUM && !gol_stress.on; }

/* The lock is held. NULL: there is no memory. */
static char *cut_from_slab(void)
{
	if (pool.slab_left == 0) {
		if ((pool.slab = malloc(SLAB)) == NULL)
			return NULL;
		pool.slab_left = SLAB;
	}
	pool.slab_left -= STACK_MINIMUM;
	return pool.slab + pool.slab_left;
}

static char *block_take(size_t size)
{
	char *p = NULL;
	spin_acquire(&pool.lock);
	store_relaxed(&pool.in_use, pool.in_use + size);
	if (size <= CACHED_MAXIMUM && pool.free[size_class(size)] != NULL) {
		block *b = pool.free[size_class(size)];
		pool.free[size_class(size)] = b->next;
		pool.count[size_class(size)]--;
		p = (char *)b;
	} else if (in_slabs(size)) {
		p = cut_from_slab();
	}
	spin_release(&pool.lock);
	if (p == NULL && (in_slabs(size) || (p = malloc(size)) == NULL))
		runtime_out_of_memory();
	return p;
}

static void block_give(char *p, size_t size)
{
	if (gol_stress.on)
		memset(p, 0xdb, size);
	spin_acquire(&pool.lock);
	store_relaxed(&pool.in_use, pool.in_use - size);
	bool keep = in_slabs(size) ||
		(!gol_stress.on && size <= CACHED_MAXIMUM && pool.count[size_class(size)] < CACHED_COUNT);
	if (keep) {
		block *b = (block *)(void *)p;
		b->next = pool.free[size_class(size)];
		pool.free[size_class(size)] = b;
		pool.count[size_class(size)]++;
	}
	spin_release(&pool.lock);
	if (!keep)
		free(p);
}

void stack_allocate(G *g, size_t size)
{
	size_t cap = STACK_MINIMUM;
	while (cap < size)
		cap *= 2;
	g->base = g->top = block_take(cap);
	g->end = g->base + cap;
	g->last = 0;
}

void stack_release(G *g)
{
	side_trim(g);
	if (g->base != NULL)
		block_give(g->base, (size_t)(g->end - g->base));
	g->base = g->top = g->end = NULL;
	g->last = 0;
}

size_t stack_bytes_in_use(void) { return load_relaxed(&pool.in_use) + side_bytes_in_use(); }

size_t stack_set_maximum(size_t bytes)
{
	size_t old = pool.maximum;
	pool.maximum = bytes;
	return old;
}

bool stack_fits(const G *g, size_t more)
{
	size_t need = (size_t)(g->top - g->base) + more, cap = (size_t)(g->end - g->base);
	while (cap < need)
		cap *= 2;
	return cap + g->side.bytes <= pool.maximum || (more != 0 && cap == (size_t)(g->end - g->base));
}

void stack_move(G *g, size_t cap, old_block *old)
{
	size_t used = (size_t)(g->top - g->base);
	*old = (old_block){g->base, g->top, g->end};
	char *base = block_take(cap);
	memcpy(base, g->base, used);
	relocation r = {.old_low = (uintptr_t)g->base, .old_high = (uintptr_t)g->top, .old_by = base - g->base};
	relocate_frames(base, base + used, &r);
	relocate_marks(g, &r);
	g->base = base;
	g->top = base + used;
	g->end = base + cap;
	current_m->counts.block_moves++;
	if (event_recorded())
		event_write(EVENT_GROW, EVENT_NO_P, g->id, cap, 0, 0);
}

void stack_move_done(old_block *old) { block_give(old->base, (size_t)(old->end - old->base)); }

void stack_reserve(G *g, size_t more)
{
	size_t need = (size_t)(g->top - g->base) + more, cap = (size_t)(g->end - g->base);
	if (need <= cap)
		return;
	while (cap < need)
		cap *= 2;
	old_block old;
	stack_move(g, cap, &old);
	stack_move_done(&old);
}

void stack_shrink(G *g)
{
	size_t used = (size_t)(g->top - g->base), cap = (size_t)(g->end - g->base);
	side_trim(g);
	if (status_of(g) == G_IN_CALL || status_of(g) == G_DEAD || g->base == NULL)
		return;
	if (cap <= SHRINK_LEAST || used >= cap / 4)
		return;
	old_block old;
	stack_move(g, cap / 2, &old);
	stack_move_done(&old);
}

gol_frame *stack_push(G *g, const gol_func_info *func, uint32_t resume)
{
	stack_reserve(g, func->frame_size);
	gol_frame *frame = (gol_frame *)(void *)g->top;
	memset(frame, 0, func->frame_size);
	frame->func = func;
	frame->resume = resume;
	frame->below = g->last;
	g->last = func->frame_size;
	g->top += func->frame_size;
	return frame;
}
