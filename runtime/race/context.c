/*
 * context.c - the tree of calling contexts: see race.h.
 *
 * A node is (caller, place of the call), found by a hash table without deletion. Readers take no lock: a slot of the
 * table is written last, with release. Nodes and table lie in address space that the system fills as it is
 * used. When all nodes are taken, functions get their callers' contexts: traces lose lines, no race is lost.
 */
#include "base/fatal.h"
#include "base/lock.h"
#include "os/os.h"
#include "race/race.h"

enum { NODES = 1 << 22, SLOTS = 1 << 23, DEPTH = 64 };

/* target: itself, or the node above it on the way to the bottom that it stands for. */
typedef struct node { const gol_point *at; uint32_t caller, target; } node;

static struct {
	os_lock lock;               /* of additions */
	node *nodes;
	uint32_t *slots;            /* numbers of nodes; 0: free */
	uint32_t count;             /* node 0 is the bottom */
} contexts = {.lock = LOCK_OF_RANK(RANK_RACE_CONTEXTS)};

void race_context_start(void)
{
	contexts.nodes = os_reserve(0, NODES * sizeof(node), true);
	contexts.slots = os_reserve(0, SLOTS * sizeof(uint32_t), true);
	if (contexts.nodes == NULL || contexts.slots == NULL)
		runtime_out_of_memory();
	contexts.count = 1;
}

/* The slot of (caller, at), or the free one where it belongs. */
static uint32_t *slot_of(uint32_t caller, const gol_point *at)
{
	uint64_t h = ((uint64_t)(uintptr_t)at ^ (uint64_t)caller << 40) * UINT64_C(0x9e3779b97f4a7c15);
	for (uint64_t i = h >> 32;; i++) {
		uint32_t *slot = &contexts.slots[i & (SLOTS - 1)], n = load_acquire(slot);
		if (n == 0 || (contexts.nodes[n].caller == caller && contexts.nodes[n].at == at))
			return slot;
	}
}

/* The nearest node towards the bottom that was called from there too. */
static uint32_t same_call(uint32_t context, const gol_point *at)
{
	for (int i = 0; context != 0 && i < DEPTH; i++) {
		if (contexts.nodes[context].at == at)
			return context;
		context = contexts.nodes[context].caller;
	}
	return 0;
}

static uint32_t add(uint32_t caller, const gol_point *at)
{
	os_acquire(&contexts.lock);
	uint32_t *slot = slot_of(caller, at), n = *slot;
	if (n == 0 && contexts.count < NODES) {
		uint32_t same = same_call(caller, at);
		n = contexts.count++;
		contexts.nodes[n] = (node){at, caller, same != 0 ? same : n};
		store_release(slot, n);
	}
	os_release(&contexts.lock);
	return n != 0 ? contexts.nodes[n].target : caller;
}

uint32_t race_context_of(uint32_t caller, const gol_point *at)
{
	if (at == NULL)
		return caller;
	uint32_t n = load_acquire(slot_of(caller, at));
	return GOL_LIKELY(n != 0) ? contexts.nodes[n].target : add(caller, at);
}

uint32_t race_context_caller(uint32_t context, const gol_point **at)
{
	*at = contexts.nodes[context].at;
	return contexts.nodes[context].caller;
}

uint32_t gol_race_enter(gol_g *g) { return race_context_of(g->race_context, g->race_point); }
