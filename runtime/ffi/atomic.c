/*
 * atomic.c - package sync/atomic. Everything is sequentially consistent, as Go promises. Pointer
 * stores have the barrier.
 */
#include "ffi/intrinsic.h"

#define ATOMICS(name, type) \
	INTRINSIC(type, sync_1atomic_Load##name, gol_g *g, type *p) { (void)g; return __atomic_load_n(p, __ATOMIC_SEQ_CST); } \
	INTRINSIC(void, sync_1atomic_Store##name, gol_g *g, type *p, type v) { (void)g; __atomic_store_n(p, v, __ATOMIC_SEQ_CST); } \
	INTRINSIC(type, sync_1atomic_Swap##name, gol_g *g, type *p, type v) { (void)g; return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST); } \
	INTRINSIC(bool, sync_1atomic_CompareAndSwap##name, gol_g *g, type *p, type old, type v) \
	{ (void)g; return __atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); } \
	INTRINSIC(type, sync_1atomic_Add##name, gol_g *g, type *p, type v) { (void)g; return __atomic_add_fetch(p, v, __ATOMIC_SEQ_CST); } \
	INTRINSIC(type, sync_1atomic_And##name, gol_g *g, type *p, type v) { (void)g; return __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST); } \
	INTRINSIC(type, sync_1atomic_Or##name, gol_g *g, type *p, type v) { (void)g; return __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST); }

ATOMICS(Int32, int32_t)
ATOMICS(Int64, int64_t)
ATOMICS(Uint32, uint32_t)
ATOMICS(Uint64, uint64_t)
ATOMICS(Uintptr, uintptr_t)

INTRINSIC(void *, sync_1atomic_LoadPointer, gol_g *g, void **p)
{
	(void)g;
	return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static inline void shade(void **p, void *v)
{
	if (GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED)))
		gol_barrier_word(p, v);
}

INTRINSIC(void, sync_1atomic_StorePointer, gol_g *g, void **p, void *v)
{
	(void)g;
	shade(p, v);
	__atomic_store_n(p, v, __ATOMIC_SEQ_CST);
}

INTRINSIC(void *, sync_1atomic_SwapPointer, gol_g *g, void **p, void *v)
{
	(void)g;
	shade(p, v);
	return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);
}

INTRINSIC(bool, sync_1atomic_CompareAndSwapPointer, gol_g *g, void **p, void *old, void *v)
{
	(void)g;
	shade(p, v);
	return __atomic_compare_exchange_n(p, &old, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
