/*
 * mod_file.c - the grammar of go.mod, gol.mod and go.work.
 *
 *     file = { line } ;  line = verb { word } | verb "(" { "\n" { word } } ")" ;  word = bare | "..." | `...` | , | [
 *     | ] .
 *
 * A comment goes from // to the end of a line; "// indirect" behind a requirement is the only one that says
 * something. What is wrong is collected, a line each; a word that cannot be read ends it all, as nothing behind it
 * can be trusted.
 *
 * Of another module's file only module, go, require, retract and ignore are looked at (lax): it may have been written
 * by a newer Go.
 */
#include "private.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORD_LIMIT = 8 };            /* more words than that are never right */

typedef struct Word { const char *text; int col; } Word;
typedef struct Line { Word words[WORD_LIMIT]; int count; const char *comment; } Line;

typedef struct Parser {
	Compiler *c;
	ModFile *f;
	ModFileKind kind;
	Buf errors;
	int line;
	bool stop;                  /* a syntax error: nothing behind it is looked at */
	bool has_retract;
	int retract_line, retract_col;
} Parser;

/* ---- words ------------------------------------------------------------------------------------ */

static void complain_at(Parser *p, int line, int col, const char *text)
{
	buf_printf(&p->errors, "\n%s:%d:", p->f->name, line);
	if (col > 1)
		buf_printf(&p->errors, "%d:", col);
	buf_printf(&p->errors, " %s", text);
}

static void complain(Parser *p, int col, const char *text) { complain_at(p, p->line, col, text); }

#define COMPLAIN(p, col, ...) complain(p, col, arena_printf((p)->c->arena, __VA_ARGS__))

static void syntax_error(Parser *p, int col, const char *text)
{
	p->errors.len = 0;
	complain(p, col, text);
	p->stop = true;
}

static bool is_control(char ch) { return iscntrl((unsigned char)ch); }

static void unexpected(Parser *p, int col, unsigned char ch)
{
	static const char escapes[] = "\a\b\t\n\v\f\r", letters[] = "abtnvfr";
	const char *escape = ch ? strchr(escapes, ch) : NULL;
	const char *shown = escape ? arena_printf(p->c->arena, "%c", letters[escape - escapes]) : arena_printf(p->c->arena,
		"x%02x", ch);
	syntax_error(p, col, arena_printf(p->c->arena, "unexpected input character '\\%s'", shown));
}

/* The length of the word at s. */
static size_t word_length(Parser *p, const char *s, int col)
{
	if (*s == '"' || *s == '`') {
		const char *end = s + 1;
		while (*end && *end != *s)
			end += *s == '"' && *end == '\\' && end[1] ? 2 : 1;
		if (!*end)
			syntax_error(p, col + (int)(end - s), "unexpected newline in string");
		return (size_t)(end - s) + (*end != '\0');
	}
	if (strchr("()[]{},", *s))
		return 1;
	size_t n = 0;
	while (!is_control(s[n]) && !strchr(" ()[]{},", s[n]) && !(s[n] == '/' && s[n + 1] == '/'))
		n++;
	return n;
}

static void split(Parser *p, const char *text, Line *line)
{
	line->count = 0;
	line->comment = NULL;
	for (const char *s = text; !p->stop;) {
		s += strspn(s, " \t\r");
		int col = (int)(s - text) + 1;
		if (s[0] == '/' && s[1] == '/')
			line->comment = s + 2;
		if (!*s || line->comment)
			return;
		if (s[0] == '/' && s[1] == '*') {
			syntax_error(p, col, "mod files must use // comments (not /* */ comments)");
			return;
		}
		if (is_control(*s)) {
			unexpected(p, col, (unsigned char)*s);
			return;
		}
		size_t n = word_length(p, s, col);
		if (line->count < WORD_LIMIT)
			line->words[line->count++] = (Word){arena_strndup(p->c->arena, s, n), col};
		s += n;
	}
}

/* A word without its quotes; NULL: said that it is none. */
static const char *unquoted(Parser *p, const char *word, int col)
{
	size_t n = strlen(word);
	if (n >= 2 && *word == '"') {
		const char *text = arena_strndup(p->c->arena, word + 1, n - 2);
		if (!strchr(text, '\\'))
			return text;
		COMPLAIN(p, col, "invalid quoted string: invalid syntax");
		return NULL;
	}
	if (strpbrk(word, "\"'`")) {
		complain(p, col, "invalid quoted string: unquoted string cannot contain quote");
		return NULL;
	}
	return word;
}

/* ---- versions ----------------------------------------------------------------------------------- */

/* A version of the module; of main files it must fit the path, and one that is not canonical is noted. NULL: said
 * what is wrong. */
static const char *version_word(Parser *p, const char *verb, const char *path, const char *word, int col)
{
	const char *version = unquoted(p, word, col), *canonical = version ? version_canonical(p->c, version) : NULL;
	const char *of = *path ? arena_printf(p->c->arena, "%s %s", verb, path) : verb, *misfit = NULL;
	if (!version)
		return NULL;
	if (p->kind != MOD_FILE_MAIN) {
		if (!canonical)
			COMPLAIN(p, col, "%s: version \"%s\" invalid: must be of the form v1.2.3", of, version);
		return canonical;
	}
	if (*path && path_major_is_wrong(p->c, path))
		misfit = version_misfit(p->c, path, version);
	else if (!canonical || strcmp(canonical, version) != 0)
		vec_push(p->c->arena, &p->f->queries, (Query){*path ? path : p->f->path, version, p->line, col});
	else if (*path)
		misfit = version_misfit(p->c, path, version);
	if (misfit)
		COMPLAIN(p, col, "%s: version \"%s\" invalid: %s", of, version, misfit);
	return misfit ? NULL : canonical ? canonical : version;
}

static bool version_fits(Parser *p, const char *verb, const char *path, const char *version, int col)
{
	const char *misfit = p->kind == MOD_FILE_MAIN ? NULL : version_misfit(p->c, path, version);
	if (misfit)
		COMPLAIN(p, col, "%s %s: version \"%s\" invalid: %s", verb, path, version, misfit);
	return !misfit;
}

/* ---- directives --------------------------------------------------------------------------------- */

static void module_directive(Parser *p, const Word *args, int count, int col)
{
	if (p->f->path)
		complain(p, col, "repeated module statement");
	else if (count != 1 || strcmp(args[0].text, "(") == 0)
		complain(p, col, "usage: module module/path");
	else
		p->f->path = unquoted(p, args[0].text, col);
}

/* Lax: 1.14.x and the like of old files count as 1.14. */
static const char *lax_go_version(Parser *p, const char *word)
{
	int major;
	const char *start = word + (*word == 'v');
	size_t n = strspn(start, "0123456789");
	n += start[n] == '.' ? 1 + strspn(start + n + 1, "0123456789") : 0;
	const char *version = arena_strndup(p->c->arena, start, n);
	return start[n] && go_version_parse(version, &major) >= 0 ? version : NULL;
}

static void go_directive(Parser *p, const Word *args, int count, int col)
{
	int major;
	if (p->f->go) {
		complain(p, col, "repeated go statement");
	} else if (count != 1) {
		complain(p, col, "go directive expects exactly one argument");
	} else {
		p->f->go = go_version_parse(args[0].text, &major) >= 0 ? args[0].text :
			p->kind == MOD_FILE_LAX ? lax_go_version(p, args[0].text) : NULL;
		if (!p->f->go)
			COMPLAIN(p, col, "invalid go version '%s': must match format 1.23.0", args[0].text);
	}
}

static void toolchain_directive(Parser *p, const Word *args, int count, int col)
{
	const char *name = count == 1 ? args[0].text : "";
	if (p->f->toolchain)
		complain(p, col, "repeated toolchain statement");
	else if (count != 1)
		complain(p, col, "toolchain directive expects exactly one argument");
	else if (strcmp(name, "default") != 0 && strcmp(name, "go1") != 0 && strncmp(name, "go1.", 4) != 0)
		COMPLAIN(p, col, "invalid toolchain version '%s': must match format go1.23.0 or default", name);
	else
		p->f->toolchain = name;
}

static bool is_indirect(const char *comment)
{
	if (!comment)
		return false;
	comment += strspn(comment, " \t");
	size_t n = strcspn(comment, " \t\r");
	bool more = comment[n + strspn(comment + n, " \t\r")] != '\0';
	return more ? n == 9 && strncmp(comment, "indirect;", n) == 0 : n == 8 && strncmp(comment, "indirect", n) == 0;
}

static void require_directive(Parser *p, const char *verb, const Line *line, const Word *args, int count, int col)
{
	if (count != 2) {
		COMPLAIN(p, col, "usage: %s module/path v1.2.3", verb);
		return;
	}
	const char *path = unquoted(p, args[0].text, col), *version = path ? version_word(p, verb, path, args[1].text,
		col) : NULL;
	if (!version)
		return;
	if (path_major_is_wrong(p->c, path))
		complain(p, col, "invalid module path");
	else if (version_fits(p, verb, path, version, col) && strcmp(verb, "require") == 0)
		vec_push(p->c->arena, &p->f->requires, (Requirement){path, version, is_indirect(line->comment)});
	else if (strcmp(verb, "exclude") == 0)
		vec_push(p->c->arena, &p->f->excludes, (Requirement){path, version, false});
}

/* A path that is a folder: rooted, or with . or .. first; Windows's too, which are then refused. */
static bool is_directory_path(const char *path)
{
	return *path == '/' || *path == '\\' || is_relative(path) || strncmp(path, ".\\", 2) == 0 ||
		strncmp(path, "..\\", 3) == 0 ||
	       (isalpha((unsigned char)path[0]) && path[1] == ':');
}

static void add_replacement(Parser *p, Replacement r, int col)
{
	if (r.new_version && is_directory_path(r.new_path))
		COMPLAIN(p, col, "replacement module directory path \"%s\" cannot have version", r.new_path);
	else if (r.new_version || (is_directory_path(r.new_path) && !strchr(r.new_path, '\\')))
		vec_push(p->c->arena, &p->f->replaces, r);
	else if (is_directory_path(r.new_path))
		complain(p, col, "replacement directory appears to be Windows path (on a non-windows system)");
	else if (strchr(r.new_path, '@'))
		complain(p, col, "replacement module must match format 'path version', not 'path@version'");
	else
		complain(p, col, "replacement module without version must be directory path (rooted or starting with . or ..)");
}

static void replace_directive(Parser *p, const Word *args, int count, int col)
{
	int arrow = count >= 2 && strcmp(args[1].text, "=>") == 0 ? 1 : 2;
	if (count < arrow + 2 || count > arrow + 3 || strcmp(args[arrow].text, "=>") != 0) {
		complain(p, col, "usage: replace module/path [v1.2.3] => other/module v1.4\n"
		         "\t or replace module/path [v1.2.3] => ../local/directory");
		return;
	}
	Replacement r = {.path = unquoted(p, args[0].text, col)};
	if (!r.path)
		return;
	if (path_major_is_wrong(p->c, r.path)) {
		COMPLAIN(p, col, "replace %s: invalid module path", r.path);
		return;
	}
	if (arrow == 2 && (!(r.version = version_word(p, "replace", r.path, args[1].text, col)) ||
	                   !version_fits(p, "replace", r.path, r.version, col)))
		return;
	r.new_path = unquoted(p, args[arrow + 1].text, col);
	if (r.new_path && count == arrow + 3 && !is_directory_path(r.new_path))
		r.new_version = version_word(p, "replace", r.new_path, args[arrow + 2].text, col);
	else if (count == arrow + 3)
		r.new_version = args[arrow + 2].text;
	if (r.new_path && (count == arrow + 2 || r.new_version))
		add_replacement(p, r, col);
}

/* v1.2.3 or [v1.2.3, v1.3.0]: nothing is done with it while building, but its form is checked. */
static void retract_directive(Parser *p, const Word *args, int count, int col)
{
	const char *path = p->f->path ? p->f->path : "";
	int used = 0;
	if (!p->has_retract)
		p->retract_line = p->line, p->retract_col = col;
	p->has_retract = true;
	if (p->kind != MOD_FILE_MAIN)
		return;
	if (count == 0 || strcmp(args[0].text, "(") == 0) {
		complain(p, col, "expected '[' or version");
	} else if (strcmp(args[0].text, "[") != 0) {
		used = version_word(p, "retract", path, args[0].text, col) ? 1 : count;
	} else {
		static const char *const wanted[] = {"", "version after '['", "',' after version", "version after ','",
			"']' after version"};
		static const char *const signs[] = {"[", NULL, ",", NULL, "]"};
		for (used = 1; used < COUNT_OF(signs); used++) {
			if (used >= count || (signs[used] && strcmp(args[used].text, signs[used]) != 0)) {
				COMPLAIN(p, col, "expected %s", wanted[used]);
				return;
			}
			if (!signs[used] && !version_word(p, "retract", path, args[used].text, col))
				return;
		}
	}
	if (used > 0 && used < count)
		COMPLAIN(p, col, "unexpected token after version: \"%s\"", args[used].text);
}

static void path_directive(Parser *p, const char *verb, const Word *args, int count, int col)
{
	const char *path = count == 1 ? unquoted(p, args[0].text, col) : NULL;
	if (count != 1 && strcmp(verb, "use") == 0)
		complain(p, col, "usage: use local/dir");
	else if (count != 1)
		COMPLAIN(p, col, "%s directive expects exactly one argument", verb);
	else if (path && strcmp(verb, "use") == 0)
		vec_push(p->c->arena, &p->f->uses, (FileLine){path, p->line});
	else if (path && strcmp(verb, "ignore") == 0)
		vec_push(p->c->arena, &p->f->ignores, path);
}

static void godebug_directive(Parser *p, const Word *args, int count, int col)
{
	if (count != 1 || strpbrk(args[0].text, "\"`',") || !strchr(args[0].text, '='))
		complain(p, col, "usage: godebug key=value");
	else
		vec_push(p->c->arena, &p->f->godebugs, (FileLine){args[0].text, p->line});
}

/* One line, without its verb; col: where the line begins. */
static void directive(Parser *p, const char *verb, const Line *line, const Word *args, int count, int col)
{
	if (strcmp(verb, "module") == 0)
		module_directive(p, args, count, col);
	else if (strcmp(verb, "go") == 0)
		go_directive(p, args, count, col);
	else if (strcmp(verb, "toolchain") == 0)
		toolchain_directive(p, args, count, col);
	else if (strcmp(verb, "replace") == 0)
		replace_directive(p, args, count, col);
	else if (strcmp(verb, "retract") == 0)
		retract_directive(p, args, count, col);
	else if (strcmp(verb, "require") == 0 || strcmp(verb, "exclude") == 0)
		require_directive(p, verb, line, args, count, col);
	else if (strcmp(verb, "godebug") == 0)
		godebug_directive(p, args, count, col);
	else
		path_directive(p, verb, args, count, col);
}

/* ---- lines --------------------------------------------------------------------------------------------- */

typedef struct Verb { const char *name; bool block, in_mod, in_work, lax; } Verb;

static const Verb *find_verb(const Parser *p, const char *name)
{
	static const Verb verbs[] = {
		{"module", true, true, false, true}, {"go", false, true, true, true}, {"toolchain", false, true, true, false},
		{"require", true, true, false, true}, {"exclude", true, true, false, false},
		{"replace", true, true, true, false},
		{"retract", true, true, false, true}, {"godebug", true, true, true, false}, {"tool", true, true, false, false},
		{"ignore", true, true, false, true}, {"use", true, false, true, false},
	};
	for (int i = 0; i < COUNT_OF(verbs); i++) {
		const Verb *v = &verbs[i];
		if (strcmp(v->name, name) == 0 && (p->kind == MOD_FILE_WORK ? v->in_work : p->kind == MOD_FILE_LAX ? v->lax :
		                                   v->in_mod))
			return v;
	}
	return NULL;
}

typedef struct Block { const char *verb; const Verb *known; int line, col; } Block;

static void one_line(Parser *p, Block *block, const Line *line)
{
	const Word *first = &line->words[0];
	bool lax = p->kind == MOD_FILE_LAX;
	if (block->verb && line->count == 1 && strcmp(first->text, ")") == 0) {
		block->verb = NULL;
	} else if (block->verb) {
		if (block->known)
			directive(p, block->verb, line, line->words, line->count, first->col);
	} else if (line->count >= 2 && strcmp(line->words[line->count - 1].text, "(") == 0) {
		*block = (Block){first->text, find_verb(p, first->text), p->line, first->col};
		if (block->known && (!block->known->block || line->count > 2))
			block->known = NULL;
		if (!block->known && !lax)
			COMPLAIN(p, first->col, "unknown block type: %s", block->verb);
	} else {
		const Verb *verb = find_verb(p, first->text);
		if (verb)
			directive(p, first->text, line, line->words + 1, line->count - 1, first->col);
		else if (!lax)
			COMPLAIN(p, first->col, "unknown directive: %s", first->text);
	}
}

static void parse_lines(Parser *p, char *text, size_t size)
{
	const char *end = text + size;
	Block block = {0};
	Line line;
	for (char *next; text && !p->stop; text = next) {
		p->line++;
		next = strchr(text, '\n');
		if (next)
			*next++ = '\0';
		split(p, text, &line);
		if (!next && !p->stop && text + strlen(text) < end)
			unexpected(p, (int)strlen(text) + 1, '\0');
		if (!p->stop && line.count)
			one_line(p, &block, &line);
	}
	if (block.verb && !p->stop)
		syntax_error(p, 1, arena_printf(p->c->arena, "syntax error (unterminated block started at %s:%d:%d)",
		                                p->f->full_name, block.line, block.col));
	if (!p->stop && p->has_retract && !p->f->path && p->kind == MOD_FILE_MAIN)
		complain_at(p, p->retract_line, p->retract_col, "no module directive found, so retract cannot be used");
}

ModFile *mod_file_parse(Compiler *c, ModFileKind kind, const char *name, const char *full_name, const char *text,
                        size_t size)
{
	ModFile *f = NEW(c->arena, ModFile);
	Parser p = {.c = c, .f = f, .kind = kind};
	f->name = name;
	f->full_name = full_name;
	buf_init(&p.errors, c->arena);
	parse_lines(&p, arena_strndup(c->arena, text, size), size);
	f->errors = p.errors.len ? p.errors.s : NULL;
	return f;
}
