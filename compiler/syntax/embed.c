/*
 * embed.c - lines //go:embed PATTERN...: what they ask for, and which declaration they stand above.
 *
 *     pattern = bare word | "interpreted string" | `raw string` .
 *
 * A line belongs to what is declared next, if no other token comes between, and is misplaced where nothing is. So it
 * stands over a whole declaration or over one specification of a group, never over a group. Whether it may stand
 * there is the checker's matter (check/embed.c); which files a pattern means is found out by load/embed.c.
 *
 * Go has two readers of these lines, and they differ: its build tool takes a tab behind the word too and passes over
 * lines that it cannot read. Such lines are kept here as `ignored`: their patterns must lead somewhere, and that is
 * all.
 */
#include "build.h"

#include <ctype.h>
#include <string.h>

static const char word[] = "//go:embed";

/* ---- patterns ------------------------------------------------------------------------------ */

static int hex_digits(const char *s, const char *end, int wanted, uint32_t *value)
{
	int n = 0;
	for (*value = 0; n < wanted && s < end && isxdigit((unsigned char)*s); n++, s++)
		*value = *value * 16 + (uint32_t)(isdigit((unsigned char)*s) ? *s - '0' : tolower((unsigned char)*s) - 'a' +
		                                  10);
	return n;
}

/* The bytes behind a backslash that belong to it; 0: that is no escape. */
static int escape_length(const char *s, const char *end)
{
	uint32_t value = 0;
	int digits = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
	if (digits)
		return hex_digits(s + 1, end, digits, &value) == digits &&
			(digits == 2 || (value <= 0x10ffff && (value < 0xd800 || value > 0xdfff))) ?
			digits + 1 : 0;
	if (*s >= '0' && *s <= '3')
		return end - s >= 3 && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' && s[2] <= '7' ? 3 : 0;
	return *s && strchr("abfnrtv\\\"", *s) ? 1 : 0;
}

/* The length of the string literal at s, 0 if its quote does not end. *sound: all escapes are right. */
static size_t literal_length(const char *s, bool *sound)
{
	const char *p = s + 1, *end = s + strlen(s);
	*sound = true;
	for (; *p && *p != *s; p++)
		if (*s == '"' && *p == '\\' && p[1]) {
			*sound &= escape_length(p + 1, end) > 0;
			p++;
		}
	return *p ? (size_t)(p - s) + 1 : 0;
}

static const char *unquoted(Parser *p, const char *s, size_t n)
{
	size_t size;
	const char *text = const_string_value(const_from_literal(p->c, s, n, LIT_STRING), &size);
	return arena_strndup(p->arena, text, size);
}

static bool is_blank(char ch) { return ch && strchr(" \t\r\v\f", ch); }

/* Adds the pattern at s; returns where it ends, or NULL with the text that is wrong in *fault. */
static const char *add_pattern(Parser *p, Embed *e, const char *s, Pos pos, const char **fault)
{
	bool quoted = *s == '"' || *s == '`', sound = true;
	size_t n = quoted ? literal_length(s, &sound) : strcspn(s, " \t\r\v\f");
	*fault = n ? arena_strndup(p->arena, s, n) : s;
	if (n == 0 || !sound)
		return NULL;
	*fault = s + n;
	if (s[n] && !is_blank(s[n]))
		return NULL;
	EmbedPattern pattern = {.text = quoted ? unquoted(p, s, n) : arena_strndup(p->arena, s, n), .pos = pos};
	vec_push(p->arena, &e->patterns, pattern);
	return s + n;
}

/* All patterns or none: a line with one that cannot be read asks for nothing. */
static void read_patterns(Parser *p, Embed *e, const char *text, Pos pos)
{
	const char *fault = NULL;
	for (const char *s = text;;) {
		while (is_blank(*s))
			s++;
		if (!*s)
			break;
		Pos at = {pos.file, pos.line, pos.col + (uint32_t)(s - text), 0};
		s = add_pattern(p, e, s, at, &fault);
		if (s)
			continue;
		e->patterns.len = 0;
		if (!e->ignored)
			directive_fault(p, e->pos, arena_printf(p->arena, "invalid quoted string in //go:embed: %s", fault));
		break;
	}
	if (e->patterns.len == 0 && !e->ignored)
		directive_fault(p, e->pos, "usage: //go:embed pattern...");
	e->ignored |= e->patterns.len == 0;
}

void note_embed(Parser *p, const Comment *comment, Pos pos, bool alone)
{
	size_t n = sizeof word - 1;
	if (strncmp(comment->text, word, n) != 0 || (comment->text[n] && !is_blank(comment->text[n])))
		return;
	Embed *e = NEW(p->arena, Embed);
	e->pos = pos;
	e->pos.col += (uint32_t)strlen("//");
	e->ignored = !alone || (comment->text[n] && comment->text[n] != ' ');
	pos.col += (uint32_t)n;
	read_patterns(p, e, comment->text + n, pos);
	vec_push(p->arena, &p->file->embeds, e);
}

/* ---- declarations ------------------------------------------------------------------------------ */

void take_embeds(Parser *p, Decl *d, uint32_t above, uint32_t line)
{
	debug_require(above <= line);
	for (int i = 0; i < p->file->embeds.len; i++) {
		Embed *e = p->file->embeds.items[i];
		if (e->decl || e->ignored || e->pos.line <= above || e->pos.line >= line)
			continue;
		e->decl = d;
		vec_push(p->arena, &d->embeds, e);
	}
}

/* The package clause takes some too, which the checker says. */
void report_misplaced_embeds(Parser *p)
{
	for (int i = 0; i < p->file->embeds.len; i++) {
		const Embed *e = p->file->embeds.items[i];
		if (!e->decl && !e->ignored && pos_compare(e->pos, p->file->package_pos) > 0)
			directive_fault(p, e->pos, "misplaced go:embed directive");
	}
}
