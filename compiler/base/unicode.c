/*
 * unicode.c - UTF-8, the classes of characters that Go's grammar and messages
 * speak of, and Go's way of quoting.
 *
 * unicode_tables.h is generated (unicode.awk) and never committed: what counts as
 * a letter follows the Unicode version installed where the compiler is built.
 */
#include "base.h"

typedef struct { uint32_t first, last; } UnicodeRange;
#include "unicode_tables.h"

/* The first range that does not end before the rune; ranges are sorted and do not meet. */
static bool in_table(const UnicodeRange *table, int n, uint32_t rune)
{
	int low = 0, high = n;

	while (low < high) {
		int mid = (low + high) / 2;
		if (rune > table[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && table[low].first <= rune;
}

bool unicode_is_letter(uint32_t rune)
{
	if (rune < 0x80)
		return (rune | 0x20) - 'a' < 26;
	return in_table(unicode_letters, COUNT_OF(unicode_letters), rune);
}

bool unicode_is_digit(uint32_t rune)
{
	if (rune < 0x80)
		return rune - '0' < 10;
	return in_table(unicode_digits, COUNT_OF(unicode_digits), rune);
}

bool unicode_is_upper(uint32_t rune)
{
	if (rune < 0x80)
		return rune - 'A' < 26;
	return in_table(unicode_uppers, COUNT_OF(unicode_uppers), rune);
}

bool unicode_is_print(uint32_t rune)
{
	if (rune < 0x80)
		return rune >= 0x20 && rune < 0x7f;
	return in_table(unicode_printing, COUNT_OF(unicode_printing), rune);
}

/* "Exported identifiers": the first character is an upper-case letter. 世界 is not exported, nor is _x. */
bool name_is_exported(const char *name)
{
	size_t n = 0;
	int size;

	if ((unsigned char)name[0] < 0x80)
		return name[0] >= 'A' && name[0] <= 'Z';
	while (n < 4 && name[n])
		n++;
	return unicode_is_upper(utf8_decode(name, n, &size));
}

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The lead byte decides the length; overlong forms, surrogates and runes above
 * 0x10FFFF are malformed. */
uint32_t utf8_decode(const char *text, size_t n, int *size)
{
	const unsigned char *s = (const unsigned char *)text;
	static const uint32_t minimum[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t rune;
	int length;

	*size = n > 0;
	if (n == 0)
		return 0xfffd;
	if (s[0] < 0x80)
		return s[0];
	if (s[0] >= 0xc2 && s[0] < 0xe0)
		length = 2, rune = s[0] & 0x1f;
	else if (s[0] >= 0xe0 && s[0] < 0xf0)
		length = 3, rune = s[0] & 0x0f;
	else if (s[0] >= 0xf0 && s[0] < 0xf5)
		length = 4, rune = s[0] & 0x07;
	else
		return 0xfffd;
	if (n < (size_t)length)
		return 0xfffd;
	for (int i = 1; i < length; i++) {
		if (!is_continuation(s[i]))
			return 0xfffd;
		rune = rune << 6 | (s[i] & 0x3f);
	}
	if (rune < minimum[length] || rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))
		return 0xfffd;
	*size = length;
	return rune;
}

int utf8_encode(char out[4], uint32_t rune)
{
	if (rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))
		rune = 0xfffd;
	if (rune < 0x80) {
		out[0] = (char)rune;
		return 1;
	}
	if (rune < 0x800) {
		out[0] = (char)(0xc0 | rune >> 6);
		out[1] = (char)(0x80 | (rune & 0x3f));
		return 2;
	}
	if (rune < 0x10000) {
		out[0] = (char)(0xe0 | rune >> 12);
		out[1] = (char)(0x80 | (rune >> 6 & 0x3f));
		out[2] = (char)(0x80 | (rune & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | rune >> 18);
	out[1] = (char)(0x80 | (rune >> 12 & 0x3f));
	out[2] = (char)(0x80 | (rune >> 6 & 0x3f));
	out[3] = (char)(0x80 | (rune & 0x3f));
	return 4;
}

void buf_rune(Buf *b, uint32_t rune)
{
	char bytes[4];

	buf_bytes(b, bytes, (size_t)utf8_encode(bytes, rune));
}

/* What cannot be seen is escaped as %q does: letters for the controls that have one, \x, \u and \U for the others. */
static void quote_one(Buf *b, uint32_t rune, char delimiter)
{
	static const char letters[] = "abtnvfr";        /* the escapes of codes[], in its order */
	static const unsigned char codes[] = {7, 8, 9, 10, 11, 12, 13};

	for (int i = 0; i < COUNT_OF(codes); i++) {
		if (rune == codes[i]) {
			buf_char(b, '\\');
			buf_char(b, letters[i]);
			return;
		}
	}
	if (rune == (uint32_t)delimiter || rune == '\\') {
		buf_char(b, '\\');
		buf_char(b, (char)rune);
	} else if (unicode_is_print(rune)) {
		buf_rune(b, rune);
	} else if (rune < 0x80) {
		buf_printf(b, "\\x%02x", rune);
	} else if (rune < 0x10000) {
		buf_printf(b, "\\u%04x", rune);
	} else {
		buf_printf(b, "\\U%08x", rune);
	}
}

void buf_quote(Buf *b, const char *s, size_t n)
{
	buf_char(b, '"');
	for (size_t i = 0; i < n; ) {
		int size;
		uint32_t rune = utf8_decode(s + i, n - i, &size);

		if (rune == 0xfffd && size == 1)
			buf_printf(b, "\\x%02x", (unsigned char)s[i]);
		else
			quote_one(b, rune, '"');
		i += (size_t)size;
	}
	buf_char(b, '"');
}

void buf_quote_rune(Buf *b, uint32_t rune)
{
	buf_char(b, '\'');
	quote_one(b, rune, '\'');
	buf_char(b, '\'');
}
