/*
 * alg.h - equality and hashing of values by type.
 *
 * Hashing is seeded (each map has a seed of its own) and built from one step: the two
 * halves of a 64x64-bit product xored, as wyhash does. Values equal by == hash equal:
 * both zeros of floats do; a NaN, which equals nothing, hashes at random.
 */
#ifndef GOL_LANG_ALG_H
#define GOL_LANG_ALG_H

#include "abi.h"

#define ALG_K0 UINT64_C(0xa0761d6478bd642f)
#define ALG_K1 UINT64_C(0xe7037ed1a0b428db)
#define ALG_K2 UINT64_C(0x8ebc6af09c88c6e3)

static inline uint64_t alg_mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t alg_hash_word(uint64_t word, uint64_t seed) { return alg_mix(word ^ ALG_K1, seed ^ ALG_K0); }

uint64_t alg_hash_bytes(const void *p, size_t size, uint64_t seed);

/* Hash of the value at p. May panic: `hash of unhashable type []int`; test g->unwinding. */
uint64_t alg_hash(gol_g *g, const gol_type *type, const void *p, uint64_t seed);
/* Could alg_hash panic for some value of the type? Interfaces, and what holds them. */
bool alg_hash_may_panic(const gol_type *type);
/* The first type in the value at p, looking into interfaces, that has no hash; NULL: alg_hash does not panic. */
const gol_type *alg_unhashable(const gol_type *type, const void *p);
/* Is x == x for every value? No: floats, interfaces. */
bool alg_is_reflexive(const gol_type *type);

uint64_t alg_random(void);

#endif
