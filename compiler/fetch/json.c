/*
 * json.c - what a proxy says of a version: {"Version": "v1.2.3", "Time": "2020-01-02T15:04:05Z", "Origin": {...}}.
 *
 * The cache keeps it as Go writes it: these members in this order, no spaces, of Origin only what belongs to the
 * version for ever. So the text is taken apart, whatever else it has is skipped, and written anew. Mistakes are told
 * in the words of Go's decoder, since a proxy that is none (a login page) is an everyday mistake.
 */
#include "fetch.h"
#include "../base/json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_LIMIT = 1000 };

typedef struct Origin { const char *vcs, *url, *subdir, *hash, *tag_prefix, *ref; } Origin;

typedef struct Json {
	Request *r;
	const char *p, *end;
	int depth;
	const char *version, *time;
	bool has_origin;
	Origin origin;
} Json;

typedef bool (*TakeMember)(Json *j, const char *name);

static bool parse_value(Json *j);

/* ---- texts ----------------------------------------------------------------------------------------------------- */

static bool unexpected(Json *j, const char *where)
{
	Buf b;
	if (j->p >= j->end)
		return fail(j->r, FAIL_ERROR, "unexpected end of JSON input");
	buf_init(&b, j->r->arena);
	buf_quote_rune(&b, (unsigned char)*j->p);
	return fail(j->r, FAIL_ERROR, "invalid character %s %s", b.s, where);
}

static void skip_space(Json *j)
{
	while (j->p < j->end && strchr(" \t\r\n", *j->p) && *j->p)
		j->p++;
}

static bool at(Json *j, char c)
{
	if (j->p >= j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

static bool hex4(Json *j, uint32_t *code)
{
	*code = 0;
	for (int i = 0; i < 4; i++, j->p++) {
		if (j->p >= j->end || !isxdigit((unsigned char)*j->p))
			return unexpected(j, "in \\u hexadecimal character escape");
		int c = tolower((unsigned char)*j->p);
		*code = *code << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return true;
}

/* The part of an escape behind its backslash. */
static bool parse_escape(Json *j, Buf *out)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *found = j->p < j->end && *j->p ? strchr(letters, *j->p) : NULL;
	uint32_t code, low;
	if (found) {
		buf_char(out, meanings[found - letters]);
		j->p++;
		return true;
	}
	if (!at(j, 'u'))
		return unexpected(j, "in string escape code");
	if (!hex4(j, &code))
		return false;
	if (code >= 0xD800 && code < 0xDC00 && j->end - j->p >= 6 && j->p[0] == '\\' && j->p[1] == 'u') {
		j->p += 2;
		if (!hex4(j, &low))
			return false;
		code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
	}
	buf_rune(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
	return true;
}

/* Behind the opening quote. */
static bool parse_string(Json *j, const char **text)
{
	Buf out;
	buf_init(&out, j->r->arena);
	while (!at(j, '"')) {
		if (j->p >= j->end || (unsigned char)*j->p < ' ')
			return unexpected(j, "in string literal");
		if (at(j, '\\')) {
			if (!parse_escape(j, &out))
				return false;
			continue;
		}
		int size;
		uint32_t rune = utf8_decode(j->p, (size_t)(j->end - j->p), &size);
		buf_rune(&out, rune);
		j->p += size;
	}
	*text = out.s ? out.s : "";
	return true;
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

static bool parse_word(Json *j, const char *word)
{
	for (const char *w = word; *w; w++)
		if (!at(j, *w))
			return unexpected(j, arena_printf(j->r->arena, "in literal %s (expecting '%c')", word, *w));
	return true;
}

static bool parse_digits(Json *j, const char *where)
{
	if (j->p >= j->end || !isdigit((unsigned char)*j->p))
		return unexpected(j, where);
	while (j->p < j->end && isdigit((unsigned char)*j->p))
		j->p++;
	return true;
}

static bool parse_number(Json *j)
{
	at(j, '-');
	if (!at(j, '0') && !parse_digits(j, "in numeric literal"))
		return false;
	if (at(j, '.') && !parse_digits(j, "after decimal point in numeric literal"))
		return false;
	if (!at(j, 'e') && !at(j, 'E'))
		return true;
	if (!at(j, '+'))
		at(j, '-');
	return parse_digits(j, "in exponent of numeric literal");
}

static bool parse_members(Json *j, TakeMember take)
{
	const char *name;
	skip_space(j);
	if (at(j, '}'))
		return true;
	do {
		skip_space(j);
		if (!at(j, '"'))
			return unexpected(j, "looking for beginning of object key string");
		if (!parse_string(j, &name))
			return false;
		skip_space(j);
		if (!at(j, ':'))
			return unexpected(j, "after object key");
		skip_space(j);
		if (!(take ? take(j, name) : parse_value(j)))
			return false;
		skip_space(j);
	} while (at(j, ','));
	return at(j, '}') || unexpected(j, "after object key:value pair");
}

static bool parse_elements(Json *j)
{
	skip_space(j);
	if (at(j, ']'))
		return true;
	do {
		skip_space(j);
		if (!parse_value(j))
			return false;
		skip_space(j);
	} while (at(j, ','));
	return at(j, ']') || unexpected(j, "after array element");
}

static bool nested(Json *j, bool is_object)
{
	if (++j->depth > DEPTH_LIMIT)
		return fail(j->r, FAIL_ERROR, "exceeded max depth");
	bool ok = is_object ? parse_members(j, NULL) : parse_elements(j);
	j->depth--;
	return ok;
}

/* One that nobody asks for. */
static bool parse_value(Json *j)
{
	const char *text;
	if (at(j, '"'))
		return parse_string(j, &text);
	if (at(j, '{'))
		return nested(j, true);
	if (at(j, '['))
		return nested(j, false);
	if (j->p < j->end && (isdigit((unsigned char)*j->p) || *j->p == '-'))
		return parse_number(j);
	static const char *const words[] = {"true", "false", "null"};
	for (int i = 0; i < COUNT_OF(words); i++)
		if (j->p < j->end && *j->p == words[i][0])
			return parse_word(j, words[i]);
	return unexpected(j, "looking for beginning of value");
}

static const char *kind_at(Json *j)
{
	switch (j->p < j->end ? *j->p : '\0') {
	case '{': return "object";
	case '[': return "array";
	case '"': return "string";
	case 't': case 'f': return "bool";
	default: return "number";
	}
}

/* A string, or null, which leaves things as they are. A value of another kind must still be sound. */
static bool take_text(Json *j, const char *member, const char *type, const char **text)
{
	if (at(j, '"'))
		return parse_string(j, text);
	const char *kind = kind_at(j);
	bool is_null = j->p < j->end && *j->p == 'n';
	return parse_value(j) &&
		(is_null || fail(j->r, FAIL_ERROR, "json: cannot unmarshal %s into Go struct field %s of type %s",
	                                          kind, member, type));
}

/* ---- the members ----------------------------------------------------------------------------------------------- */

static bool take_origin_member(Json *j, const char *name)
{
	Origin *o = &j->origin;
	const struct { const char *name, **text; } table[] = {
		{"VCS", &o->vcs}, {"URL", &o->url}, {"Subdir", &o->subdir}, {"Hash", &o->hash}, {"TagPrefix", &o->tag_prefix},
			{"Ref", &o->ref},
	};
	for (int i = 0; i < COUNT_OF(table); i++)
		if (strcasecmp(name, table[i].name) == 0)
			return take_text(j, arena_printf(j->r->arena, "RevInfo.Origin.%s", table[i].name), "string", table[i].text);
	return parse_value(j);
}

static bool take_member(Json *j, const char *name)
{
	if (strcasecmp(name, "Version") == 0)
		return take_text(j, "RevInfo.Version", "string", &j->version);
	if (strcasecmp(name, "Time") == 0)
		return take_text(j, "RevInfo.Time", "time.Time", &j->time);
	if (strcasecmp(name, "Origin") != 0 || !at(j, '{'))
		return parse_value(j);
	j->has_origin = true;
	return parse_members(j, take_origin_member);
}

static bool parse_top(Json *j)
{
	skip_space(j);
	const char *kind = kind_at(j);
	bool is_object = at(j, '{');
	if (!(is_object ? parse_members(j, take_member) : parse_value(j)))
		return false;
	skip_space(j);
	if (j->p < j->end)
		return unexpected(j, "after top-level value");
	return is_object || fail(j->r, FAIL_ERROR, "json: cannot unmarshal %s into Go value of type modfetch.RevInfo",
	                         kind);
}

/* 2006-01-02T15:04:05, a fraction, Z or +01:00. */
static bool is_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	for (const char *f = form; *f; f++, s++)
		if (*f == 'd' ? !isdigit((unsigned char)*s) : *f != *s)
			return false;
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s);)
			s++;
	if (*s == 'Z')
		return !s[1];
	return (*s == '+' || *s == '-') && isdigit((unsigned char)s[1]) && isdigit((unsigned char)s[2]) && s[3] == ':' &&
	       isdigit((unsigned char)s[4]) && isdigit((unsigned char)s[5]) && !s[6];
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void put_origin(Json *j, Buf *out)
{
	const Origin *o = &j->origin;
	const struct { const char *name, *text; } table[] = {
		{"VCS", o->vcs}, {"URL", o->url}, {"Subdir", o->subdir}, {"Hash", o->hash},
			{"Ref", is_pseudo(j->version) ? NULL : o->ref},
	};
	const char *separator = "";
	buf_str(out, ",\"Origin\":{");
	for (int i = 0; i < COUNT_OF(table); i++) {
		if (!table[i].text || !*table[i].text)
			continue;
		buf_printf(out, "%s\"%s\":", separator, table[i].name);
		json_string(out, table[i].text);
		separator = ",";
	}
	buf_char(out, '}');
}

bool parse_info(Request *r, const char *json, size_t size, Info *info)
{
	Json j = {.r = r, .p = json, .end = json + size, .version = "", .time = "0001-01-01T00:00:00Z"};
	Buf out;
	if (!parse_top(&j))
		return false;
	if (!is_time(j.time))
		return fail(r, FAIL_ERROR, "parsing time %s as \"2006-01-02T15:04:05Z07:00\": cannot parse %s as \"2006\"",
		            quoted(r, j.time),
		            quoted(r, j.time));
	buf_init(&out, r->arena);
	buf_str(&out, "{\"Version\":");
	json_string(&out, j.version);
	buf_printf(&out, ",\"Time\":\"%s\"", j.time);
	if (j.has_origin)
		put_origin(&j, &out);
	buf_char(&out, '}');
	*info = (Info){j.version, j.time, out.s};
	return true;
}
