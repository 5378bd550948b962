/*
 * bytes.c - intrinsics of internal/gol/bytealg: searches, as many bytes at a time as the processor compares.
 *
 * One byte is the C library's business, which has memchr, memrchr and memcmp in their best form. The rest is here,
 * with SSE2, with AVX2 where the processor has it (asked at run time), and without either:
 *
 * - Count adds up comparisons in vectors of the C compiler (NEON, too), each byte of which holds up to 255.
 * - Index compares many places with the first and the last byte of what is sought (W. Mula's search), until too many
 * places turn out
 *   wrong: then memmem, which is linear whatever the text, does the rest. memmem alone prepares a table for each
 *   search, and most searches are short. 32 places at a time with AVX2, 16 with SSE2, else 8 in a word.
 * - Sets of up to eight characters are compared one by one with 16 bytes, others are a table of bits.
 * - UTF-8 is decoded rune by rune, ASCII skipped 32 bytes at a time.
 *
 * Nothing here gives way: bytealg hands over long texts in pieces, but for searches of one byte.
 */
#define _GNU_SOURCE
#include <string.h>

#include "ffi/intrinsic.h"
#include "lang/utf8.h"

#if defined __x86_64__
#include <immintrin.h>
#endif

INTRINSIC(gol_int, internal_1gol_1bytealg_IndexByte, gol_g *g, gol_string s, uint8_t c)
{
	const uint8_t *found = s.len > 0 ? memchr(s.ptr, c, (size_t)s.len) : NULL;

	(void)g;
	return found ? found - s.ptr : -1;
}

INTRINSIC(gol_int, internal_1gol_1bytealg_LastIndexByte, gol_g *g, gol_string s, uint8_t c)
{
	const uint8_t *found;

	(void)g;
	for (int i = 0; i < 4; i++)     /* mostly it is near */
		if (s.len > 0 && s.ptr[--s.len] == c)
			return s.len;
	found = s.len > 0 ? memrchr(s.ptr, c, (size_t)s.len) : NULL;
	return found ? found - s.ptr : -1;
}

INTRINSIC(gol_int, internal_1gol_1bytealg_Compare, gol_g *g, gol_string a, gol_string b)
{
	return gol_string_compare(g, a, b);
}

/* ---- counting --------------------------------------------------------------------------------------- */

/* A byte that is equal compares as 255, that is -1, and is subtracted. */
#define EQUAL_AT(p) __extension__ ({ vector v_; memcpy(&v_, (p), sizeof v_); (vector)(v_ == wanted); })

/* How many bytes from *at on are c; *at moves to where less than four vectors are left. */
#define COUNT_BODY(width) \
	typedef uint8_t vector __attribute__((vector_size(width))); \
	enum { AT_ONCE = 4 * width, MOST = 255 * AT_ONCE }; \
	vector wanted = (vector){0} + c; \
	gol_int n = 0; \
	while (end - *at >= AT_ONCE) { \
		vector sums[4] = {{0}, {0}, {0}, {0}}; \
		const uint8_t *p = *at, *stop = p + (end - p < MOST ? (end - p) / AT_ONCE * AT_ONCE : MOST); \
		for (; p < stop; p += AT_ONCE) { \
			sums[0] -= EQUAL_AT(p); \
			sums[1] -= EQUAL_AT(p + width); \
			sums[2] -= EQUAL_AT(p + 2 * width); \
			sums[3] -= EQUAL_AT(p + 3 * width); \
		} \
		for (int i = 0; i < AT_ONCE; i++) \
			n += ((const uint8_t *)sums)[i]; \
		*at = p; \
	} \
	return n;

#if defined __x86_64__
__attribute__((target("avx2")))
static gol_int count_wide(const uint8_t **at, const uint8_t *end, uint8_t c) { COUNT_BODY(32) }

static gol_int sum_of(__m128i bytes)
{
	__m128i halves = _mm_sad_epu8(bytes, _mm_setzero_si128());
	return (gol_int)(_mm_cvtsi128_si64(halves) + _mm_cvtsi128_si64(_mm_srli_si128(halves, 8)));
}

/* Of what is left, or of a short text; the last vector begins before it, and what was counted already is masked. */
static gol_int count_vectors(const uint8_t *at, const uint8_t *end, uint8_t c)
{
	static const uint8_t last_ones[32] = {[16 ... 31] = 1};
	__m128i wanted = _mm_set1_epi8((char)c), sum = _mm_setzero_si128();
	gol_int n = 0;

	for (int rounds = 0; end - at >= 16; at += 16) {
		sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(wanted, _mm_loadu_si128((const __m128i *)(const void *)at)));
		if (++rounds == 255) {
			n += sum_of(sum);
			sum = _mm_setzero_si128();
			rounds = 0;
		}
	}
	n += sum_of(sum);
	if (at < end) {
		__m128i equal = _mm_cmpeq_epi8(wanted, _mm_loadu_si128((const __m128i *)(const void *)(end - 16)));
		n += sum_of(_mm_and_si128(equal, _mm_loadu_si128((const __m128i *)(const void *)(last_ones + (end - at)))));
	}
	return n;
}
#else
static gol_int count_blocks(const uint8_t **at, const uint8_t *end, uint8_t c) { COUNT_BODY(16) }
#endif

INTRINSIC(gol_int, internal_1gol_1bytealg_count, gol_g *g, gol_string s, uint8_t c)
{
	const uint8_t *at = s.ptr, *end = s.ptr + s.len;
	gol_int n = 0;

	(void)g;
#if defined __x86_64__
	if (s.len >= 256 && __builtin_cpu_supports("avx2"))
		n = count_wide(&at, end, c);
	if (s.len >= 16)
		return n + count_vectors(at, end, c);
#else
	n = count_blocks(&at, end, c);
#endif
	for (; at < end; at++)
		n += *at == c;
	return n;
}

/* ---- searching ---------------------------------------------------------------------------------------- */

#define LOW_BITS UINT64_C(0x0101010101010101)
#define WRONG_PLACES 64         /* bytes compared in vain that are always allowed; then one for every four searched */

/* A search under way: places before `at` are known to be wrong, those before `end` are possible. */
typedef struct {
	const uint8_t *start, *at, *end, *sub;
	size_t n;       /* of sub: at least 2 */
	size_t wrong;   /* bytes compared in vain */
} search;

static bool too_wrong(const search *s)
{
	return s->wrong > WRONG_PLACES && s->wrong > WRONG_PLACES + (size_t)(s->at - s->start) / 4;
}

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

/* Each of these returns the first place where sub is, or NULL, with `at` moved as far as it can, or to where too much
 * was wrong. */
static const uint8_t *find_words(search *s)
{
	uint64_t first = LOW_BITS * s->sub[0], last = LOW_BITS * s->sub[s->n - 1];

	for (; s->end - s->at >= 8 && !too_wrong(s); s->at += 8) {
		uint64_t match = zero_bytes((word_at(s->at) ^ first) | (word_at(s->at + s->n - 1) ^ last));

		for (; match != 0; match &= match - 1, s->wrong += s->n) {
			const uint8_t *place = s->at + (__builtin_ctzll(match) >> 3);

			if (memcmp(place, s->sub, s->n) == 0)
				return place;
		}
	}
	return NULL;
}

#if defined __x86_64__
#define FIND_BODY(width, vector, all, load, equal, both, bits) \
	const vector first = all((char)s->sub[0]), last = all((char)s->sub[s->n - 1]); \
	for (; s->end - s->at >= width && !too_wrong(s); s->at += width) { \
		vector a = load((const vector *)(const void *)s->at), b = load((const vector *)(const void *)(s->at + s->n - 1)); \
		uint32_t match = (uint32_t)bits(both(equal(a, first), equal(b, last))); \
		for (; match != 0; match &= match - 1, s->wrong += s->n) { \
			const uint8_t *place = s->at + __builtin_ctz(match); \
			if (memcmp(place, s->sub, s->n) == 0) \
				return place; \
		} \
	} \
	return NULL;

static const uint8_t *find_vectors(search *s)
{
	FIND_BODY(16, __m128i, _mm_set1_epi8, _mm_loadu_si128, _mm_cmpeq_epi8, _mm_and_si128, _mm_movemask_epi8)
}

__attribute__((target("avx2"))) static const uint8_t *find_wide(search *s)
{
	FIND_BODY(32, __m256i, _mm256_set1_epi8, _mm256_loadu_si256, _mm256_cmpeq_epi8, _mm256_and_si256,
		_mm256_movemask_epi8)
}
#endif

static const uint8_t *find(search *s)
{
	const uint8_t *found = NULL;

#if defined __x86_64__
	if (s->end - s->at >= 32 && __builtin_cpu_supports("avx2"))
		found = find_wide(s);
	if (!found)
		found = find_vectors(s);
#endif
	if (!found)
		found = find_words(s);
	if (found)
		return found;
	if (too_wrong(s))
		return s->at < s->end ? memmem(s->at, (size_t)(s->end - s->at) + s->n - 1, s->sub, s->n) : NULL;
	for (const uint8_t *at = s->at; at < s->end; at++)
		if (at[0] == s->sub[0] && at[s->n - 1] == s->sub[s->n - 1] && memcmp(at, s->sub, s->n) == 0)
			return at;
	return NULL;
}

INTRINSIC(gol_int, internal_1gol_1bytealg_index, gol_g *g, gol_string s, gol_string sub)
{
	if (sub.len < 2 || s.len < sub.len)
		return sub.len == 0 ? 0 : s.len < sub.len ? -1 : gol_internal_1gol_1bytealg_IndexByte(g, s, sub.ptr[0]);
	search search_for = {.start = s.ptr, .at = s.ptr, .end = s.ptr + (s.len - sub.len + 1), .sub = sub.ptr,
		.n = (size_t)sub.len};
	const uint8_t *found = find(&search_for);
	return found ? found - s.ptr : -1;
}

/* ---- sets of ASCII characters ------------------------------------------------------------------------------ */

enum { FEW_CHARS = 8 };         /* each a comparison of the whole vector */

#if defined __x86_64__
static const uint8_t *find_few(const uint8_t *at, const uint8_t *end, gol_string chars)
{
	__m128i wanted[FEW_CHARS];

	for (int i = 0; i < FEW_CHARS; i++)
		wanted[i] = _mm_set1_epi8((char)chars.ptr[i < chars.len ? i : 0]);
	for (; end - at >= 16; at += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)at), any = _mm_setzero_si128();
		for (int i = 0; i < chars.len; i++)
			any = _mm_or_si128(any, _mm_cmpeq_epi8(v, wanted[i]));
		int match = _mm_movemask_epi8(any);
		if (match != 0)
			return at + __builtin_ctz((unsigned)match);
	}
	return at;
}
#endif

/* chars is not empty. */
INTRINSIC(gol_int, internal_1gol_1bytealg_indexSet, gol_g *g, gol_string s, gol_string chars)
{
	const uint8_t *at = s.ptr, *end = s.ptr + s.len;
	uint64_t set[4] = {0};

	(void)g;
	for (gol_int i = 0; i < chars.len; i++)
		set[chars.ptr[i] >> 6] |= (uint64_t)1 << (chars.ptr[i] & 63);
#if defined __x86_64__
	if (chars.len <= FEW_CHARS)
		at = find_few(at, end, chars);
#endif
	for (; at < end; at++)
		if (set[*at >> 6] >> (*at & 63) & 1)
			return at - s.ptr;
	return -1;
}

/* ---- UTF-8 ------------------------------------------------------------------------------------------------- */

typedef struct { gol_int r0, r1; } two_results;

/* The number of runes in the first bytes of s, at least `enough` of them if there are as many, and how many bytes
 * those are. */
INTRINSIC(two_results, internal_1gol_1bytealg_countRunes, gol_g *g, gol_string s, gol_int enough)
{
	const uint8_t *at = s.ptr, *end = at + s.len;
	size_t n = utf8_count(&at, s.len < enough ? end : at + enough, end);

	(void)g;
	return (two_results){(gol_int)n, at - s.ptr};
}

/* The length of the valid UTF-8 that s begins with, or of at least `enough` bytes of it. */
INTRINSIC(gol_int, internal_1gol_1bytealg_validPrefix, gol_g *g, gol_string s, gol_int enough)
{
	const uint8_t *p = s.ptr, *end = p + s.len, *stop = s.len < enough ? end : p + enough;

	(void)g;
	while (p < stop) {
		unsigned width;
		if (*p < 0x80) {
			p = utf8_skip_ascii(p, stop);
			continue;
		}
		utf8_decode(p, (size_t)(end - p), &width);
		if (width == 1)
			break;
		p += width;
	}
	return p - s.ptr;
}
