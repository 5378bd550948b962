/*
 * bytes.c - intrinsics of internal/gol/bytealg: searches that the C library has in its best form.
 *
 * Index is the exception: memmem prepares a table for each search, and most searches are short. Eight places at a time are
 * compared with the first and the last byte of what is sought (W. Mula's search, in words), until too many places turn out
 * wrong: then memmem, which is linear whatever the text, does the rest.
 */
#define _GNU_SOURCE
#include <string.h>

#include "ffi/intrinsic.h"

INTRINSIC(gol_int, internal_1gol_1bytealg_IndexByte, gol_g *g, gol_string s, uint8_t c)
{
	const uint8_t *found = s.len > 0 ? memchr(s.ptr, c, (size_t)s.len) : NULL;

	(void)g;
	return found ? found - s.ptr : -1;
}

INTRINSIC(gol_int, internal_1gol_1bytealg_Count, gol_g *g, gol_string s, uint8_t c)
{
	gol_int n = 0;

	(void)g;
	for (gol_int i = 0; i < s.len; i++)
		n += s.ptr[i] == c;
	return n;
}

#define LOW_BITS UINT64_C(0x0101010101010101)
#define WRONG_PLACES 64         /* bytes compared in vain that are always allowed; then one for every four searched */

/* Eight bytes, the first one lowest. */
static uint64_t word_at(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* High bit of every byte that is zero, and perhaps of bytes with value 1 above those. */
static uint64_t zero_bytes(uint64_t x) { return (x - LOW_BITS) & ~x & LOW_BITS << 7; }

static const uint8_t *find(const uint8_t *s, size_t size, const uint8_t *sub, size_t n)
{
	const uint8_t *at = s, *end = s + (size - n + 1);      /* of the places where sub can begin */
	uint64_t first = LOW_BITS * sub[0], last = LOW_BITS * sub[n - 1];
	size_t wrong = 0;

	for (; end - at >= 8; at += 8) {
		uint64_t match = zero_bytes((word_at(at) ^ first) | (word_at(at + n - 1) ^ last));

		for (; match != 0; match &= match - 1, wrong += n) {
			const uint8_t *place = at + (__builtin_ctzll(match) >> 3);

			if (memcmp(place, sub, n) == 0)
				return place;
		}
		if (wrong > WRONG_PLACES && wrong > WRONG_PLACES + (size_t)(at - s) / 4)
			return memmem(at + 8, size - (size_t)(at + 8 - s), sub, n);
	}
	for (; at < end; at++)
		if (at[0] == sub[0] && at[n - 1] == sub[n - 1] && memcmp(at, sub, n) == 0)
			return at;
	return NULL;
}

INTRINSIC(gol_int, internal_1gol_1bytealg_Index, gol_g *g, gol_string s, gol_string sub)
{
	const uint8_t *found;

	(void)g;
	if (s.len < sub.len || sub.len == 0)
		return sub.len == 0 ? 0 : -1;
	found = find(s.ptr, (size_t)s.len, sub.ptr, (size_t)sub.len);
	return found ? found - s.ptr : -1;
}

INTRINSIC(gol_int, internal_1gol_1bytealg_Compare, gol_g *g, gol_string a, gol_string b) { return gol_string_compare(g, a, b); }
