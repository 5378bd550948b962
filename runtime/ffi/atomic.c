/*
 * atomic.c - package sync/atomic. Everything is sequentially consistent, as Go promises. Pointer
 * stores have the barrier.
 */
#include "ffi/intrinsic.h"
#include "race/race.h"

/* What result becomes, while the race detector watches. how: what it is if the operation succeeds. */
#define WATCHED(how, p, operation) \
	if (GOL_LIKELY(!gol_race_on)) { operation; } \
	else { race_atomic_begin(g, p, sizeof *p, how); operation; race_atomic_end(g, p, how); }

#define ATOMIC(type, name, how, parameters, operation) \
	INTRINSIC(type, sync_1atomic_##name, gol_g *g, parameters) { type r; WATCHED(how, p, r = operation) return r; }
#define BOTH(...) __VA_ARGS__

#define ATOMICS(name, type) \
	ATOMIC(type, Load##name, RACE_LOAD, type *p, __atomic_load_n(p, __ATOMIC_SEQ_CST)) \
	INTRINSIC(void, sync_1atomic_Store##name, gol_g *g, type *p, type v) \
	{ WATCHED(RACE_STORE, p, __atomic_store_n(p, v, __ATOMIC_SEQ_CST)) } \
	ATOMIC(type, Swap##name, RACE_UPDATE, BOTH(type *p, type v), __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)) \
	ATOMIC(bool, CompareAndSwap##name, RACE_UPDATE, BOTH(type *p, type old, type v), \
		__atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) \
	ATOMIC(type, Add##name, RACE_UPDATE, BOTH(type *p, type v), __atomic_add_fetch(p, v, __ATOMIC_SEQ_CST)) \
	ATOMIC(type, And##name, RACE_UPDATE, BOTH(type *p, type v), __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)) \
	ATOMIC(type, Or##name, RACE_UPDATE, BOTH(type *p, type v), __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST))

ATOMICS(Int32, int32_t)
ATOMICS(Int64, int64_t)
ATOMICS(Uint32, uint32_t)
ATOMICS(Uint64, uint64_t)
ATOMICS(Uintptr, uintptr_t)

static inline void shade(void **p, void *v)
{
	if (GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED)))
		gol_barrier_word(p, v);
}

INTRINSIC(void *, sync_1atomic_LoadPointer, gol_g *g, void **p)
{
	void *r;
	WATCHED(RACE_LOAD, p, r = __atomic_load_n(p, __ATOMIC_SEQ_CST))
	return r;
}

INTRINSIC(void, sync_1atomic_StorePointer, gol_g *g, void **p, void *v)
{
	shade(p, v);
	WATCHED(RACE_STORE, p, __atomic_store_n(p, v, __ATOMIC_SEQ_CST))
}

INTRINSIC(void *, sync_1atomic_SwapPointer, gol_g *g, void **p, void *v)
{
	void *r;
	shade(p, v);
	WATCHED(RACE_UPDATE, p, r = __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST))
	return r;
}

INTRINSIC(bool, sync_1atomic_CompareAndSwapPointer, gol_g *g, void **p, void *old, void *v)
{
	bool r;
	shade(p, v);
	WATCHED(RACE_UPDATE, p, r = __atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
	return r;
}
