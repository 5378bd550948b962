/*
 * string.c - strings: joining, comparing, converting; UTF-8.
 *
 * A string's bytes never change, so a result that equals an operand may share its
 * memory, and strings of one byte come from a table.
 *
 * Functions named _at take a buffer of GOL_TEXT_BUFFER elements, in the frame of a caller that keeps the result no
 * longer than the frame, or NULL: what fits is made there.
 */
#include "heap/heap.h"
#include "lang/utf8.h"
#include "race/race.h"

#define BYTES_4(n) (n), (n) + 1, (n) + 2, (n) + 3
#define BYTES_16(n) BYTES_4(n), BYTES_4((n) + 4), BYTES_4((n) + 8), BYTES_4((n) + 12)
#define BYTES_64(n) BYTES_16(n), BYTES_16((n) + 16), BYTES_16((n) + 32), BYTES_16((n) + 48)
static const uint8_t byte_table[256] = {BYTES_64(0), BYTES_64(64), BYTES_64(128), BYTES_64(192)};

static gol_string one_byte(uint8_t c) { return (gol_string){&byte_table[c], 1}; }

/* ---- UTF-8 ------------------------------------------------------------------------------------ */

static bool continues(uint8_t c) { return (c & 0xc0) == 0x80; }

int32_t utf8_decode(const uint8_t *p, size_t size, unsigned *width)
{
	uint32_t c = p[0], r;

	*width = 1;
	if (c < 0x80)
		return (int32_t)c;
	if (c < 0xc2 || c > 0xf4 || size < 2 || !continues(p[1]))
		return UTF8_ERROR;
	if (c < 0xe0) {
		*width = 2;
		return (int32_t)((c & 0x1f) << 6 | (p[1] & 0x3fu));
	}
	if (size < 3 || !continues(p[2]))
		return UTF8_ERROR;
	if (c < 0xf0) {
		r = (c & 0xf) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
		if (r < 0x800 || (r >= 0xd800 && r < 0xe000))
			return UTF8_ERROR;
		*width = 3;
		return (int32_t)r;
	}
	if (size < 4 || !continues(p[3]))
		return UTF8_ERROR;
	r = (c & 7) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
	if (r < 0x10000 || r > 0x10ffff)
		return UTF8_ERROR;
	*width = 4;
	return (int32_t)r;
}

const uint8_t *utf8_skip_ascii(const uint8_t *p, const uint8_t *end)
{
	const uint64_t high_bits = UINT64_C(0x8080808080808080);
	uint64_t w[4];

	for (; end - p >= 32; p += 32) {
		memcpy(w, p, sizeof w);
		if (((w[0] | w[1] | w[2] | w[3]) & high_bits) != 0)
			break;
	}
	for (; end - p >= 8; p += 8) {
		memcpy(w, p, 8);
		if ((w[0] & high_bits) != 0)
			break;
	}
	while (p < end && *p < 0x80)
		p++;
	return p;
}

size_t utf8_count(const uint8_t **at, const uint8_t *stop, const uint8_t *end)
{
	const uint8_t *p = *at;
	size_t count = 0;

	while (p < stop) {
		unsigned width;

		if (*p < 0x80) {
			const uint8_t *next = utf8_skip_ascii(p, stop);

			count += (size_t)(next - p);
			p = next;
			continue;
		}
		utf8_decode(p, (size_t)(end - p), &width);
		p += width;
		count++;
	}
	*at = p;
	return count;
}

unsigned utf8_encode(uint8_t to[UTF8_MAX], int64_t rune)
{
	uint32_t r = rune < 0 || rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000) ? UTF8_ERROR : (uint32_t)rune;

	if (r < 0x80) {
		to[0] = (uint8_t)r;
		return 1;
	}
	if (r < 0x800) {
		to[0] = (uint8_t)(0xc0 | r >> 6);
		to[1] = (uint8_t)(0x80 | (r & 0x3f));
		return 2;
	}
	if (r < 0x10000) {
		to[0] = (uint8_t)(0xe0 | r >> 12);
		to[1] = (uint8_t)(0x80 | (r >> 6 & 0x3f));
		to[2] = (uint8_t)(0x80 | (r & 0x3f));
		return 3;
	}
	to[0] = (uint8_t)(0xf0 | r >> 18);
	to[1] = (uint8_t)(0x80 | (r >> 12 & 0x3f));
	to[2] = (uint8_t)(0x80 | (r >> 6 & 0x3f));
	to[3] = (uint8_t)(0x80 | (r & 0x3f));
	return 4;
}

int32_t gol_decode_rune(gol_g *g, gol_string s, gol_int i, gol_int *next)
{
	unsigned width;
	int32_t rune = utf8_decode(s.ptr + i, (size_t)(s.len - i), &width);

	(void)g;
	*next = i + (gol_int)width;
	return rune;
}

/* ---- comparing, joining -------------------------------------------------------------------------- */

static uint64_t four_in_order(const uint8_t *p)
{
	return (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
}

/* n < 8 bytes as a number that orders as they do. Bytes in it twice change nothing: what stands before them decides. */
static uint64_t few_in_order(const uint8_t *p, gol_int n)
{
	if (n >= 4)
		return four_in_order(p) << 32 | four_in_order(p + n - 4);
	return n == 0 ? 0 : (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1];
}

/* gol_string_compare, of which the first eight bytes, where both have them, are known to be equal. */
gol_int gol_string_compare_rest(const uint8_t *a, gol_int a_len, const uint8_t *b, gol_int b_len)
{
	gol_int n = a_len < b_len ? a_len : b_len;
	uint64_t x = 0, y = 0;

	if (n > 16) {
		int order = memcmp(a + 8, b + 8, (size_t)n - 8);

		if (order != 0)
			return order < 0 ? -1 : 1;
	} else if (n >= 8) {
		x = gol_bytes_in_order(a + n - 8);
		y = gol_bytes_in_order(b + n - 8);
	} else {
		x = few_in_order(a, n);
		y = few_in_order(b, n);
	}
	return x != y ? (x < y ? -1 : 1) : a_len < b_len ? -1 : a_len > b_len;
}

static uint8_t *room_for(uint8_t *buffer, gol_int size)
{
	return buffer != NULL && size <= GOL_TEXT_BUFFER ? buffer : heap_new_bytes((size_t)size);
}

gol_string gol_concat(gol_g *g, const gol_string *parts, gol_int n) { return gol_concat_at(g, NULL, parts, n); }

gol_string gol_concat_at(gol_g *g, void *buffer, const gol_string *parts, gol_int n)
{
	gol_int total = 0, used = 0, last = 0;
	uint8_t *bytes, *at;

	(void)g;
	for (gol_int i = 0; i < n; i++) {
		if (parts[i].len == 0)
			continue;
		if (__builtin_add_overflow(total, parts[i].len, &total))
			heap_die("string concatenation too long");
		used++;
		last = i;
	}
	if (used == 0)
		return (gol_string){NULL, 0};
	if (used == 1)
		return parts[last];
	at = bytes = room_for(buffer, total);
	for (gol_int i = 0; i < n; i++) {
		if (parts[i].len == 0)
			continue;
		memcpy(at, parts[i].ptr, (size_t)parts[i].len);
		at += parts[i].len;
	}
	return (gol_string){bytes, total};
}

/* ---- conversions ------------------------------------------------------------------------------------ */

gol_string gol_string_from_rune(gol_g *g, gol_int rune)
{
	uint8_t bytes[UTF8_MAX], *to;
	unsigned n = utf8_encode(bytes, rune);

	(void)g;
	if (n == 1)
		return one_byte(bytes[0]);
	to = heap_new_bytes(n);
	memcpy(to, bytes, n);
	return (gol_string){to, n};
}

gol_string gol_string_from_bytes(gol_g *g, gol_slice bytes) { return gol_string_from_bytes_at(g, NULL, bytes); }

gol_string gol_string_from_bytes_at(gol_g *g, void *buffer, gol_slice bytes)
{
	uint8_t *to;

	if (GOL_UNLIKELY(gol_race_on) && bytes.len > 0)
		race_read_range(g, bytes.ptr, (size_t)bytes.len);
	if (bytes.len == 0)
		return (gol_string){NULL, 0};
	if (bytes.len == 1)
		return one_byte(*(uint8_t *)bytes.ptr);
	to = room_for(buffer, bytes.len);
	memcpy(to, bytes.ptr, (size_t)bytes.len);
	return (gol_string){to, bytes.len};
}

gol_string gol_string_from_runes(gol_g *g, gol_slice runes)
{
	const int32_t *rune = runes.ptr;
	uint8_t bytes[UTF8_MAX], *to, *at;
	gol_int size = 0;

	if (GOL_UNLIKELY(gol_race_on) && runes.len > 0)
		race_read_range(g, rune, (size_t)runes.len * sizeof *rune);
	for (gol_int i = 0; i < runes.len; i++)
		size += utf8_encode(bytes, rune[i]);
	if (size == 0)
		return (gol_string){NULL, 0};
	at = to = heap_new_bytes((size_t)size);
	for (gol_int i = 0; i < runes.len; i++) {
		unsigned n = utf8_encode(bytes, rune[i]);

		memcpy(at, bytes, n);
		at += n;
	}
	return (gol_string){to, size};
}

static const gol_type byte_type = {.size = 1, .align = 1, .kind = GOL_KIND_UINT8, .flags = GOL_TYPE_PLAIN_EQUAL};

/* A block for n bytes as append would size it; what lies behind them is zero. */
static gol_slice byte_block(size_t size, size_t elem_size)
{
	size_t block = heap_round_size(size, true);

	return (gol_slice){heap_new_filled(&byte_type, block, size), (gol_int)(size / elem_size),
		(gol_int)(block / elem_size)};
}

gol_slice gol_bytes_from_string(gol_g *g, gol_string s)
{
	gol_slice bytes;

	(void)g;
	if (s.len == 0)
		return (gol_slice){gol_zero_base, 0, 0};
	bytes = byte_block((size_t)s.len, 1);
	memcpy(bytes.ptr, s.ptr, (size_t)s.len);
	return bytes;
}

/* The buffer was cleared. */
gol_slice gol_bytes_from_string_at(gol_g *g, void *buffer, gol_string s)
{
	if (s.len > GOL_TEXT_BUFFER)
		return gol_bytes_from_string(g, s);
	if (s.len != 0)
		memcpy(buffer, s.ptr, (size_t)s.len);
	return (gol_slice){buffer, s.len, GOL_TEXT_BUFFER};
}

gol_slice gol_runes_from_string(gol_g *g, gol_string s) { return gol_runes_from_string_at(g, NULL, s); }

/* The buffer, of as many runes, was cleared. */
gol_slice gol_runes_from_string_at(gol_g *g, void *buffer, gol_string s)
{
	const uint8_t *p = s.ptr, *end = p + s.len, *at = p;
	gol_int count = (gol_int)utf8_count(&at, end, end);
	gol_slice runes;
	int32_t *to;

	(void)g;
	if (buffer != NULL && count <= GOL_TEXT_BUFFER)
		runes = (gol_slice){buffer, count, GOL_TEXT_BUFFER};
	else if (count == 0)
		return (gol_slice){gol_zero_base, 0, 0};
	else
		runes = byte_block((size_t)count * 4, 4);
	for (to = runes.ptr; p < end; ) {
		const uint8_t *next = utf8_skip_ascii(p, end);
		unsigned width;

		for (; next - p >= 8; p += 8, to += 8)
			for (int i = 0; i < 8; i++)
				to[i] = p[i];
		while (p < next)
			*to++ = *p++;
		if (p < end) {
			*to++ = utf8_decode(p, (size_t)(end - p), &width);
			p += width;
		}
	}
	return runes;
}
