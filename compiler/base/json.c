/*
 * json.c - JSON text as Go's encoding/json writes it: safe within HTML.
 */
#include "json.h"

#include <string.h>

static void escape(Buf *b, uint32_t rune)
{
	static const char letters[] = "\b\f\n\r\t", names[] = "bfnrt";
	const char *at = rune ? memchr(letters, (int)rune, sizeof letters - 1) : NULL;
	if (at)
		buf_printf(b, "\\%c", names[at - letters]);
	else
		buf_printf(b, "\\u%04x", rune);
}

void json_string(Buf *b, const char *s)
{
	size_t left = strlen(s);
	buf_char(b, '"');
	while (left) {
		int size;
		uint32_t rune = utf8_decode(s, left, &size);
		if (rune == '"' || rune == '\\')
			buf_printf(b, "\\%c", (char)rune);
		else if (rune < ' ' || rune == '<' || rune == '>' || rune == '&' || rune == 0x2028 || rune == 0x2029 ||
		         (rune == 0xfffd && size == 1))
			escape(b, rune);
		else
			buf_bytes(b, s, (size_t)size);
		s += size;
		left -= (size_t)size;
	}
	buf_char(b, '"');
}
