/*
 * lexical.c - the second look at tokens that lexer.l found by generous patterns,
 * with Go's messages.
 *
 * Two positions occur in them, and users see the difference: most messages point
 * at the character where the reading of the token stopped, some at its start.
 * Encoding errors are found in one walk over the whole text before lexing, since
 * they count in comments and strings too.
 */
#include "token.h"

#include <string.h>

/* Columns count bytes, so inside of a token it is enough to add. */
static Pos advance(Pos pos, size_t bytes)
{
	pos.col += (uint32_t)bytes;
	return pos;
}

/* "U+20AC '€'"; control characters without the picture. */
static const char *describe_rune(Lexer *l, uint32_t rune)
{
	Buf b;

	buf_init(&b, l->c->arena);
	buf_printf(&b, "U+%04X", rune);
	if (unicode_is_print(rune)) {
		buf_str(&b, " '");
		buf_rune(&b, rune);
		buf_char(&b, '\'');
	}
	return b.s;
}

/* ---- encoding and stray characters ---------------------------------------------------- */

void lexical_check_encoding(Lexer *l)
{
	const char *text = l->source->text, *line_start = text;
	size_t size = l->source->size;
	Pos pos = {(uint32_t)l->source->index, 1, 0, 0};

	for (size_t i = 0; i < size; ) {
		int length = 1;

		if (text[i] == '\n') {
			pos.line++;
			line_start = text + i + 1;
		} else if ((signed char)text[i] <= 0) {         /* NUL or beyond ASCII, where char is unsigned, too */
			uint32_t rune = utf8_decode(text + i, size - i, &length);
			pos.col = (uint32_t)(text + i - line_start) + 1;
			if (rune == 0)
				error_at(l->c, pos, "invalid NUL character");
			else if (rune == 0xfffd && length == 1)
				error_at(l->c, pos, "invalid UTF-8 encoding");
			else if (rune == 0xfeff)
				error_at(l->c, pos, "invalid BOM in the middle of the file");
		}
		i += (size_t)length;
	}
}

void lexical_bad_char(Lexer *l, const char *text, size_t n, Pos pos)
{
	int size;

	error_at(l->c, pos, "invalid character %s", describe_rune(l, utf8_decode(text, n, &size)));
}

/* A name with bytes beyond ASCII. */
void lexical_name(Lexer *l, const char *text, size_t n, Pos pos)
{
	for (size_t i = 0; i < n; ) {
		int size;
		uint32_t rune = utf8_decode(text + i, n - i, &size);
		Pos at = advance(pos, i);

		i += (size_t)size;
		if (unicode_is_letter(rune) || rune == '_' || (unicode_is_digit(rune) && at.col != pos.col))
			continue;
		if ((rune == 0xfffd && size == 1) || rune == 0xfeff)
			continue;               /* reported as an encoding error */
		if (unicode_is_digit(rune))
			error_at(l->c, at, "identifier cannot begin with digit %s", describe_rune(l, rune));
		else
			error_at(l->c, at, "invalid character %s in identifier", describe_rune(l, rune));
	}
}

/* ---- comments ---------------------------------------------------------------------------- */

static uint32_t parse_number(const char *s, size_t n)
{
	uint32_t value = 0;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9' || value > 100000000)
			return 0;
		value = value * 10 + (uint32_t)(s[i] - '0');
	}
	return value;
}

/* Cut ":number" off the end of s; *found is false if there is no colon. *at: where the number stands. */
static uint32_t cut_number(const char *s, size_t *n, bool *found, size_t *at)
{
	size_t colon = *n;

	while (colon > 0 && s[colon - 1] != ':')
		colon--;
	*found = colon > 0;
	*at = colon;
	if (!*found)
		return 0;
	uint32_t value = parse_number(s + colon, *n - colon);
	*n = colon - 1;
	return value;
}

/* text: behind "line ", n bytes; pos is of text; the directive rules from `from` on. //line path:line:col and //line
 * path:line; with a block comment what follows on the same line counts. A path may hold colons: only numbers at the
 * end are cut off. */
static void line_directive(Lexer *l, const char *text, size_t n, Pos pos, Pos from)
{
	bool found, second_found;
	size_t at, second_at, rest = n, rest2;
	uint32_t line, col = 0, number = cut_number(text, &rest, &found, &at);

	if (!found)
		return;
	if (number == 0) {
		error_at(l->c, advance(pos, at), "invalid line number: %.*s", (int)(n - at), text + at);
		return;
	}
	rest2 = rest;
	line = cut_number(text, &rest2, &second_found, &second_at);
	if (second_found && line > 0) {
		col = number;
		rest = rest2;
	} else {
		line = number;
	}
	vec_push(l->c->arena, &l->source->line_directives,
	         (LineDirective){from.line, from.col, arena_strndup(l->c->arena, text, rest), line, col});
}

/* Kept whole, with its quote marks, in the order of the text: directives, doc comments and build constraints are read
 * from them later. */
void lexical_comment(Lexer *l, const char *text, size_t n, Pos pos)
{
	uint32_t lines = 0;
	Pos next = advance(pos, n);
	bool block = text[1] == '*';

	require(n >= 2 && text[0] == '/');
	for (size_t i = 0; block && i < n; i++)
		if (text[i] == '\n')
			lines++, next.col = (uint32_t)(n - i);
	next.line += lines;
	if (!block && n > 0 && text[n - 1] == '\r')
		n--;
	vec_push(l->c->arena, &l->comments, (Comment){
		.text = arena_strndup(l->c->arena, text, n), .length = (uint32_t)n,
		.line = pos.line, .col = pos.col, .end_line = pos.line + lines});
	if (block && n > 9 && strncmp(text, "/*line ", 7) == 0)
		line_directive(l, text + 7, n - 9, advance(pos, 7), next);
	else if (!block && pos.col == 1 && n > 7 && strncmp(text, "//line ", 7) == 0)
		line_directive(l, text + 7, n - 7, advance(pos, 7), (Pos){pos.file, pos.line + 1, 1, 0});
}

/* ---- numbers -------------------------------------------------------------------------------- */

typedef struct {
	const char *text;
	size_t n, at;            /* at: reading position */
	int base;
	char prefix;             /* x o b, 0 for a leading zero, NUL for none */
	bool has_digits, has_separators;
	size_t invalid;          /* index of the first digit too large for the base; n if none */
} Number;

static char lower(char ch)
{
	return (char)(ch | 0x20);
}

static char peek(const Number *number)
{
	return number->at < number->n ? number->text[number->at] : '\0';
}

static const char *base_name(int base)
{
	return base == 2 ? "binary" : base == 8 ? "octal" : base == 10 ? "decimal" : "hexadecimal";
}

/* Takes any decimal digit whatever the base, and in hexadecimal letters: 0b12 is one token with a wrong digit, not
 * two. */
static void read_digits(Number *number, int base, bool note_invalid)
{
	for (;; number->at++) {
		char ch = peek(number);
		bool hex_letter = lower(ch) >= 'a' && lower(ch) <= 'f';

		if (ch == '_') {
			number->has_separators = true;
			continue;
		}
		if (!(ch >= '0' && ch <= '9') && !(base == 16 && hex_letter))
			return;
		number->has_digits = true;
		if (note_invalid && !hex_letter && ch >= '0' + base && number->invalid == number->n)
			number->invalid = number->at;
	}
}

/* Index of an underscore that does not stand between digits (a base prefix counts as one); n if there is none. */
static size_t bad_separator(const Number *number)
{
	char before = '.';       /* '.': something else, '0': digit, '_' */
	size_t i = 0;

	if (number->prefix == 'x' || number->prefix == 'o' || number->prefix == 'b') {
		i = 2;
		before = '0';
	}
	for (; i < number->n; i++) {
		char ch = number->text[i];
		bool digit = (ch >= '0' && ch <= '9') || (number->prefix == 'x' && lower(ch) >= 'a' && lower(ch) <= 'f');

		if (ch == '_' && before != '0')
			return i;
		if (!digit && ch != '_' && before == '_')
			return i - 1;
		before = ch == '_' ? '_' : digit ? '0' : '.';
	}
	return before == '_' ? number->n - 1 : number->n;
}

static void read_prefix(Number *number)
{
	if (peek(number) != '0')
		return;
	number->prefix = number->n > 1 ? lower(number->text[1]) : '0';
	switch (number->prefix) {
	case 'x': number->base = 16; break;
	case 'o': number->base = 8; break;
	case 'b': number->base = 2; break;
	default: number->base = 8; number->prefix = '0'; number->has_digits = true; number->at = 1; return;
	}
	number->at = 2;
}

/* Read mantissa and exponent; the first complaint about the whole, and where it points, or NULL. */
static const char *read_number(Lexer *l, Number *number, LiteralKind *kind, size_t *where)
{
	const char *error = NULL;
	char e;

	read_prefix(number);
	read_digits(number, number->base, true);
	if (peek(number) == '.') {
		*where = number->at;
		if (number->prefix == 'o' || number->prefix == 'b')
			error = arena_printf(l->c->arena, "invalid radix point in %s literal", base_name(number->base));
		number->at++;
		*kind = LIT_FLOAT;
		read_digits(number, number->base, true);
	}
	if (!number->has_digits && !error) {
		*where = number->at;
		error = arena_printf(l->c->arena, "%s literal has no digits", base_name(number->base));
	}
	e = lower(peek(number));
	if (e == 'e' || e == 'p') {
		if (!error) {
			*where = number->at;
			if (e == 'e' && number->prefix && number->prefix != '0')
				error = arena_printf(l->c->arena, "'%c' exponent requires decimal mantissa", peek(number));
			else if (e == 'p' && number->prefix != 'x')
				error = arena_printf(l->c->arena, "'%c' exponent requires hexadecimal mantissa", peek(number));
		}
		number->at++;
		*kind = LIT_FLOAT;
		number->at += peek(number) == '+' || peek(number) == '-';
		number->has_digits = false;
		read_digits(number, 10, false);
		if (!number->has_digits && !error) {
			*where = number->at;
			error = "exponent has no digits";
		}
	} else if (number->prefix == 'x' && *kind == LIT_FLOAT && !error) {
		*where = number->at;
		error = "hexadecimal mantissa requires a 'p' exponent";
	}
	return error;
}

/* "Integer literals" and "Floating-point literals". The pattern in lexer.l takes whatever looks like a number; the
 * first thing that is wrong with it is told. 08 is wrong as an integer, but 08.5 and 08i are fine. */
void lexical_number(Lexer *l, const char *text, size_t n, Pos pos, LiteralKind *kind)
{
	Number number = {.text = text, .n = n, .base = 10, .invalid = n};
	size_t where = 0;
	const char *error;

	debug_require(n > 0);
	*kind = LIT_INT;
	error = read_number(l, &number, kind, &where);
	if (peek(&number) == 'i')
		*kind = LIT_IMAG;
	if (error) {
		error_at(l->c, advance(pos, where), "%s", error);
		return;
	}
	if (*kind == LIT_INT && number.invalid < n)
		error_at(l->c, advance(pos, number.invalid), "invalid digit '%c' in %s literal",
		         text[number.invalid], base_name(number.base));
	else if (number.has_separators && bad_separator(&number) < n)
		error_at(l->c, advance(pos, bad_separator(&number)), "'_' must separate successive digits");
}

/* ---- strings and runes -------------------------------------------------------------------------- */

/* A quoted token that lacks its end was ended by the end of its line, or of the file. */
static bool ended_by_file(const Lexer *l, const char *text, size_t n)
{
	return text + n >= l->source->text + l->source->size;
}

static void report_bad_digit(Lexer *l, const char *text, size_t n, size_t at, Pos pos, int base)
{
	Buf b;
	int size;

	buf_init(&b, l->c->arena);
	buf_quote_rune(&b, at < n ? utf8_decode(text + at, n - at, &size) : '\n');
	error_at(l->c, advance(pos, at), "invalid character %s in %s escape", b.s, base_name(base));
}

/* Where and how an escape went wrong is told at once; false then. *at stands behind the backslash, and is moved. */
static bool check_digits(Lexer *l, const char *text, size_t n, size_t *at, Pos pos, int count, int base)
{
	uint32_t value = 0, limit = base == 8 ? 255 : 0x10ffff;
	int wanted = count;

	for (; count > 0; count--, ++*at) {
		char ch = *at < n ? text[*at] : '\0';
		uint32_t digit = 36;

		if (ch >= '0' && ch <= '9')
			digit = (uint32_t)(ch - '0');
		else if (lower(ch) >= 'a' && lower(ch) <= 'f')
			digit = (uint32_t)(lower(ch) - 'a') + 10;
		if (*at >= n && ended_by_file(l, text, n))
			return true;            /* the missing end is reported by the caller */
		if (digit >= (uint32_t)base) {
			report_bad_digit(l, text, n, *at, pos, base);
			return false;
		}
		value = value * (uint32_t)base + digit;
	}
	if (value > limit && base == 8) {
		error_at(l->c, advance(pos, *at), "octal escape value %u > 255", value);
		return false;
	}
	if (value > limit || (value >= 0xd800 && value < 0xe000 && wanted > 2)) {
		error_at(l->c, advance(pos, *at), "escape is invalid Unicode code point U+%04X", value);
		return false;
	}
	return true;
}

/* *at: behind the backslash, moved behind what belongs to the escape. In a rune literal \" is unknown, in a string \'
 * is. */
static bool check_escape(Lexer *l, const char *text, size_t n, size_t *at, Pos pos)
{
	char ch = *at < n ? text[*at] : '\0';

	if (*at >= n && ended_by_file(l, text, n))
		return true;
	if (ch && strchr("abfnrtv\\", ch)) {
		++*at;
		return true;
	}
	if (*at < n && ch == text[0]) {
		++*at;
		return true;
	}
	if (ch >= '0' && ch <= '7')
		return check_digits(l, text, n, at, pos, 3, 8);
	switch (ch) {
	case 'x': ++*at; return check_digits(l, text, n, at, pos, 2, 16);
	case 'u': ++*at; return check_digits(l, text, n, at, pos, 4, 16);
	case 'U': ++*at; return check_digits(l, text, n, at, pos, 8, 16);
	}
	error_at(l->c, advance(pos, *at), "unknown escape");
	return false;
}

static void report_unterminated(Lexer *l, bool rune, const char *text, size_t n, Pos pos)
{
	if (ended_by_file(l, text, n))
		error_at(l->c, pos, rune ? "rune literal not terminated" : "string not terminated");
	else
		error_at(l->c, advance(pos, n), rune ? "newline in rune literal" : "newline in string");
}

/* Encoding errors have been reported; one complaint about a token is enough. */
static bool badly_encoded(const char *text, size_t n)
{
	for (size_t i = 0; i < n; ) {
		int size;
		uint32_t rune = utf8_decode(text + i, n - i, &size);

		if (rune == 0 || (rune == 0xfffd && size == 1))
			return true;
		i += (size_t)size;
	}
	return false;
}

/* text begins with a quote and ends with the same one unless the line or file ended first. */
void lexical_quoted(Lexer *l, const char *text, size_t n, Pos pos)
{
	bool rune = text[0] == '\'', ok = true;
	size_t at = 1;
	int count = 0;

	require(n > 0 && (text[0] == '"' || text[0] == '\''));
	if (badly_encoded(text, n))
		return;
	for (; at < n && text[at] != text[0]; count++) {
		int size = 1;

		if (text[at] == '\\') {
			at++;
			ok &= check_escape(l, text, n, &at, pos);
			continue;
		}
		utf8_decode(text + at, n - at, &size);
		at += (size_t)size;
	}
	if (at >= n) {
		if (ok || !rune)
			report_unterminated(l, rune, text, n, pos);
	} else if (rune && ok && count == 0) {
		error_at(l->c, advance(pos, at), "empty rune literal or unescaped '");
	} else if (rune && ok && count > 1) {
		error_at(l->c, pos, "more than one character in rune literal");
	}
}
