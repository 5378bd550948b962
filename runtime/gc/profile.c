/*
 * profile.c - the memory profile: which calls allocate how much, by samples.
 *
 * Of every MemProfileRate bytes that are allocated, on average, one makes its object a sample; the distances are
 * exponentially distributed, so that a site's share does not depend on the pattern of its allocations. A sample is
 * counted in the bucket of its stack and size, and once more when the object is collected (special.c).
 *
 * The stack. Allocating code stands in native frames, which nobody can read; so an object waits in a list until the
 * goroutine's next safepoint, where it is asked to freeze (gc_world.freeze) and the dispatcher reads its saved
 * frames. A sample is therefore booked where the goroutine next calls, loops or returns to a loop: in the function
 * that allocated or one that called it, on the line of that call. To know the line itself, each allocation would
 * have to store its place.
 *
 * Cost. Nothing (a comparison when a span is taken into use) until the program sets MemProfileRate to something
 * else than its first value, or asks for a profile; from then on allocations go the slow way (gol_heap.hooks).
 */
#include <math.h>
#include <stdlib.h>

#include "base/options.h"
#include "gc/gc.h"

enum { CHAINS = 4096 };
#define FIRST_RATE (512 * 1024)

extern gol_int runtime_MemProfileRate GOL_WEAK;      /* package runtime's variable */

typedef struct pending { uintptr_t base; size_t size; } pending;

static struct {
	bool on;                    /* atomic, once */
	os_lock lock;               /* guards the buckets */
	profile_bucket *chains[CHAINS];
	size_t bucket_count;
} profile = {.lock = LOCK_OF_RANK(RANK_PROFILE)};

/* Of this thread, which runs the goroutine that allocates until it freezes. */
static _Thread_local struct {
	gol_int rate;               /* that `left` was drawn for */
	double left;                /* bytes until the next sample */
	uint64_t random;
	pending *waiting; size_t capacity;
} sampling = {.random = UINT64_C(0x9e3779b97f4a7c15)};

_Thread_local uint32_t profile_waiting;

/* ---- sampling ----------------------------------------------------------------------------------- */

static double exponential(double mean)
{
	sampling.random = sampling.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return -log(((double)(sampling.random >> 11) + 1) * 0x1p-53) * mean;
}

static void start(void)
{
	store_relaxed(&profile.on, true);
	store_relaxed(&gol_heap.hooks, 1u);
}

void profile_check(void)
{
	if (!load_relaxed(&profile.on) && &runtime_MemProfileRate != NULL && runtime_MemProfileRate != FIRST_RATE)
		start();
}

/* An allocation; may be asked for at any time. */
void profile_note(uintptr_t base, size_t size)
{
	gol_int rate = load_relaxed(&profile.on) ? runtime_MemProfileRate : 0;

	if (rate <= 0)
		return;
	if (rate != sampling.rate) {
		sampling.rate = rate;
		sampling.left = exponential((double)rate);
	}
	sampling.left -= (double)size;
	if (sampling.left > 0 && rate != 1)
		return;
	sampling.left = exponential((double)rate);
	if (profile_waiting == sampling.capacity) {
		sampling.capacity = sampling.capacity ? 2 * sampling.capacity : 64;
		sampling.waiting = realloc(sampling.waiting, sampling.capacity * sizeof *sampling.waiting);
		if (sampling.waiting == NULL)
			heap_die("runtime: cannot allocate memory");
	}
	sampling.waiting[profile_waiting++] = (pending){base, size};
	if (gc_world.freeze != NULL)
		gc_world.freeze();
}

/* ---- buckets --------------------------------------------------------------------------------------- */

static profile_bucket *bucket_of(const uintptr_t *stack, size_t depth, size_t size)
{
	uint64_t hash = size;
	profile_bucket *b, **chain;

	for (size_t i = 0; i < depth; i++)
		hash = (hash ^ stack[i]) * UINT64_C(0x9e3779b97f4a7c15);
	chain = &profile.chains[hash >> 52];
	for (b = *chain; b != NULL; b = b->next)
		if (b->size == size && b->depth == depth && memcmp(b->stack, stack, depth * sizeof *stack) == 0)
			return b;
	b = calloc(1, sizeof *b);
	if (b == NULL)
		heap_die("runtime: cannot allocate memory");
	b->size = size;
	b->depth = depth;
	memcpy(b->stack, stack, depth * sizeof *stack);
	b->next = *chain;
	*chain = b;
	profile.bucket_count++;
	return b;
}

void profile_book(const uintptr_t *stack, size_t depth)
{
	os_acquire(&profile.lock);
	for (uint32_t i = 0; i < profile_waiting; i++) {
		profile_bucket *b = bucket_of(stack, depth, sampling.waiting[i].size);

		b->allocated++;
		gc_add_sample(sampling.waiting[i].base, b);
	}
	os_release(&profile.lock);
	profile_waiting = 0;
}

/* ---- the program asks -------------------------------------------------------------------------------- */

size_t profile_read(profile_record *out, size_t room, bool also_freed)
{
	size_t count = 0;

	if (!load_relaxed(&profile.on))
		start();
	os_acquire(&profile.lock);
	for (size_t i = 0; i < CHAINS; i++)
		for (const profile_bucket *b = profile.chains[i]; b != NULL; b = b->next)
			count += also_freed || b->allocated != b->freed;
	if (count > room) {
		os_release(&profile.lock);
		return count;
	}
	for (size_t i = 0; i < CHAINS; i++) {
		for (const profile_bucket *b = profile.chains[i]; b != NULL; b = b->next) {
			if (!also_freed && b->allocated == b->freed)
				continue;
			*out = (profile_record){(int64_t)(b->allocated * b->size), (int64_t)(b->freed * b->size),
				(int64_t)b->allocated,
				(int64_t)b->freed, {0}};
			memcpy(out->stack, b->stack, b->depth * sizeof *b->stack);
			out++;
		}
	}
	os_release(&profile.lock);
	return count;
}
