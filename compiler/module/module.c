/*
 * module.c - go.mod and gol.mod: which module a folder belongs to, and in which version of the language it is written.
 *
 *     file = { line } ;  line = verb { word } | verb "(" { "\n" { word } } ")" ;  word = bare | "..." | `...` .
 *
 * A comment goes from // to the end of a line. All directives of Go's are known and checked for their form, as a file that
 * is wrong should be mended before something is built from it; only module and go have an effect here: other modules are
 * not followed. Without a go line the language of a go.mod is that of Go 1.16, as Go has it; that of a gol.mod the newest.
 */
#include "module.h"
#include "../base/path.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NEWEST = 26, WITHOUT_LINE = 16, WORD_LIMIT = 8 };

typedef struct ModuleFile {
	Compiler *c;
	Module *m;
	const char *name, *full_name;       /* as messages show it */
	Buf errors;
	const char *path, *go, *toolchain;
	int line;
	bool stop;                  /* a syntax error: nothing behind it is looked at */
} ModuleFile;

typedef struct Word { const char *text; int col; } Word;
typedef struct Line { Word words[WORD_LIMIT]; int count; } Line;        /* more words than WORD_LIMIT are never right */

/* ---- words ------------------------------------------------------------------------------------ */

static void complain(ModuleFile *f, int col, const char *text)
{
	buf_printf(&f->errors, "\n%s:%d:", f->name, f->line);
	if (col > 1)
		buf_printf(&f->errors, "%d:", col);
	buf_printf(&f->errors, " %s", text);
}

static void syntax_error(ModuleFile *f, int col, const char *text)
{
	f->errors.len = 0;
	complain(f, col, text);
	f->stop = true;
}

static bool is_control(char ch) { return iscntrl((unsigned char)ch); }

static void unexpected(ModuleFile *f, int col, unsigned char ch)
{
	static const char escapes[] = "\a\b\t\n\v\f\r", letters[] = "abtnvfr";
	const char *escape = ch ? strchr(escapes, ch) : NULL;
	const char *shown = escape ? arena_printf(f->c->arena, "%c", letters[escape - escapes]) : arena_printf(f->c->arena, "x%02x", ch);
	syntax_error(f, col, arena_printf(f->c->arena, "unexpected input character '\\%s'", shown));
}

/* The length of the word at p. */
static size_t word_length(ModuleFile *f, const char *p, int col)
{
	if (*p == '"' || *p == '`') {
		const char *end = p + 1;
		while (*end && *end != *p)
			end += *p == '"' && *end == '\\' && end[1] ? 2 : 1;
		if (!*end)
			syntax_error(f, col + (int)(end - p), "unexpected newline in string");
		return (size_t)(end - p) + (*end != '\0');
	}
	if (*p == '(' || *p == ')' || *p == ',')
		return 1;
	size_t n = 0;
	while (!is_control(p[n]) && !strchr(" (),", p[n]) && !(p[n] == '/' && p[n + 1] == '/'))
		n++;
	return n;
}

static void split(ModuleFile *f, const char *text, Line *line)
{
	line->count = 0;
	for (const char *p = text; !f->stop;) {
		p += strspn(p, " \t\r");
		int col = (int)(p - text) + 1;
		if (!*p || (p[0] == '/' && p[1] == '/'))
			return;
		if (p[0] == '/' && p[1] == '*') {
			syntax_error(f, col, "mod files must use // comments (not /* */ comments)");
			return;
		}
		if (is_control(*p)) {
			unexpected(f, col, (unsigned char)*p);
			return;
		}
		size_t n = word_length(f, p, col);
		if (line->count < WORD_LIMIT)
			line->words[line->count++] = (Word){arena_strndup(f->c->arena, p, n), col};
		p += n;
	}
}

/* ---- versions ----------------------------------------------------------------------------------- */

/* One that is too large is larger than any version. */
static int number(const char *s, char **end)
{
	long n = strtol(s, end, 10);
	return n > 1000000 ? 1000000 : (int)n;
}

/* 1.23, 1.23.4, 1.23rc1: the minor number, -1 if it is none of that; *major may be more than 1. */
static int parse_version(const char *s, int *major)
{
	char *end;
	if (*s < '1' || *s > '9')
		return -1;
	*major = number(s, &end);
	if (*end != '.' || !isdigit((unsigned char)end[1]) || (end[1] == '0' && isdigit((unsigned char)end[2])))
		return -1;
	int minor = number(end + 1, &end);
	if (*end == '.' && isdigit((unsigned char)end[1]) && !(end[1] == '0' && isdigit((unsigned char)end[2])))
		strtol(end + 1, &end, 10);
	if (islower((unsigned char)*end)) {
		while (islower((unsigned char)*end))
			end++;
		if (!isdigit((unsigned char)*end))
			return -1;
		strtol(end, &end, 10);
	}
	return *end ? -1 : minor;
}

/* ---- directives --------------------------------------------------------------------------------- */

static void once(ModuleFile *f, const char **place, const char *verb, const char *value, int col)
{
	if (*place)
		complain(f, col, arena_printf(f->c->arena, "repeated %s statement", verb));
	else
		*place = value;
}

static void module_directive(ModuleFile *f, const Word *args, int count, int col)
{
	const char *path = count == 1 ? args[0].text : NULL;
	size_t n = path ? strlen(path) : 0;
	if (f->path) {
		complain(f, col, "repeated module statement");
		return;
	}
	if (count != 1 || strcmp(path, "(") == 0) {
		complain(f, col, "usage: module module/path");
		return;
	}
	if (*path == '`')
		complain(f, col, "invalid quoted string: unquoted string cannot contain quote");
	f->path = *path == '"' && n > 1 ? arena_strndup(f->c->arena, path + 1, n - 2) : path;
}

static void go_directive(ModuleFile *f, const Word *args, int count, int col)
{
	int major;
	if (f->go)
		complain(f, col, "repeated go statement");
	else if (count != 1)
		complain(f, col, "go directive expects exactly one argument");
	else if (parse_version(args[0].text, &major) < 0)
		complain(f, col, arena_printf(f->c->arena, "invalid go version '%s': must match format 1.23.0", args[0].text));
	else
		f->go = args[0].text;
}

static void toolchain_directive(ModuleFile *f, const Word *args, int count, int col)
{
	if (count != 1) {
		complain(f, col, "toolchain directive expects exactly one argument");
		return;
	}
	if (strcmp(args[0].text, "default") != 0 && strcmp(args[0].text, "go1") != 0 && strncmp(args[0].text, "go1.", 4) != 0)
		complain(f, col, arena_printf(f->c->arena, "invalid toolchain version '%s': must match format go1.23.0 or default", args[0].text));
	once(f, &f->toolchain, "toolchain", args[0].text, col);
}

static void replace_directive(ModuleFile *f, const Word *args, int count, int col)
{
	int arrow = count >= 2 && strcmp(args[1].text, "=>") == 0 ? 1 : 2;
	if (count < arrow + 2 || count > arrow + 3 || strcmp(args[arrow].text, "=>") != 0)
		complain(f, col, "usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace module/path [v1.2.3] => ../local/directory");
}

/* One line, without its verb; col: where the line begins. */
static void directive(ModuleFile *f, const char *verb, const Word *args, int count, int col)
{
	if (strcmp(verb, "module") == 0)
		module_directive(f, args, count, col);
	else if (strcmp(verb, "go") == 0)
		go_directive(f, args, count, col);
	else if (strcmp(verb, "toolchain") == 0)
		toolchain_directive(f, args, count, col);
	else if (strcmp(verb, "replace") == 0)
		replace_directive(f, args, count, col);
	else if ((strcmp(verb, "require") == 0 || strcmp(verb, "exclude") == 0) && count != 2)
		complain(f, col, arena_printf(f->c->arena, "usage: %s module/path v1.2.3", verb));
	else if ((strcmp(verb, "tool") == 0 || strcmp(verb, "ignore") == 0) && count != 1)
		complain(f, col, arena_printf(f->c->arena, "%s directive expects exactly one argument", verb));
	else if (strcmp(verb, "godebug") == 0 && (count != 1 || !strchr(args[0].text, '=')))
		complain(f, col, "usage: godebug key=value");
}

static bool is_listed(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

static void parse_lines(ModuleFile *f, char *text, size_t size)
{
	static const char *const verbs[] = {"module", "go", "toolchain", "require", "exclude", "replace", "retract", "godebug", "tool", "ignore", NULL};
	static const char *const blocks[] = {"module", "require", "exclude", "replace", "retract", "godebug", "tool", "ignore", NULL};
	const char *block = NULL, *end = text + size;
	int block_line = 0, block_col = 0;
	Line line;
	for (char *next; text && !f->stop; text = next) {
		f->line++;
		next = strchr(text, '\n');
		if (next)
			*next++ = '\0';
		split(f, text, &line);
		if (!next && !f->stop && text + strlen(text) < end)
			unexpected(f, (int)strlen(text) + 1, '\0');
		if (f->stop || line.count == 0)
			continue;
		const Word *first = &line.words[0];
		bool opens = !block && line.count >= 2 && strcmp(line.words[line.count - 1].text, "(") == 0;
		if (block && line.count == 1 && strcmp(first->text, ")") == 0) {
			block = NULL;
		} else if (block) {
			if (is_listed(verbs, block))
				directive(f, block, line.words, line.count, first->col);
		} else if (opens) {
			block = first->text;
			block_line = f->line;
			block_col = first->col;
			if (!is_listed(blocks, block) || line.count > 2)
				complain(f, first->col, arena_printf(f->c->arena, "unknown block type: %s", block));
		} else if (!is_listed(verbs, first->text)) {
			complain(f, first->col, arena_printf(f->c->arena, "unknown directive: %s", first->text));
		} else {
			directive(f, first->text, line.words + 1, line.count - 1, first->col);
		}
	}
	if (block && !f->stop)
		syntax_error(f, 1, arena_printf(f->c->arena, "syntax error (unterminated block started at %s:%d:%d)", f->full_name, block_line, block_col));
}

/* ---- the whole file --------------------------------------------------------------------------------- */

/* What is wrong with a module path, or NULL. */
static const char *path_fault(Compiler *c, const char *path)
{
	if (!*path)
		return "empty string";
	for (const unsigned char *p = (const unsigned char *)path; *p; p++)
		if (!isalnum(*p) && !strchr("-._~/", *p))
			return *p == '\\' ? "invalid char '\\\\'" : arena_printf(c->arena, "invalid char '%c'", *p);
	if (path[strlen(path) - 1] == '/')
		return "trailing slash";
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");
		if (n == 0)
			return p == path ? "empty path element" : "double slash";
		if (strspn(p, ".") == n)
			return arena_printf(c->arena, "invalid path element \"%.*s\"", (int)n, p);
		p += n + (p[n] == '/');
	}
	return NULL;
}

/* As %q shows it, as far as words of such a file go. */
static const char *quoted(Compiler *c, const char *s)
{
	Buf b;
	buf_init(&b, c->arena);
	for (; *s; s++)
		buf_printf(&b, *s == '\\' || *s == '"' ? "\\%c" : "%c", *s);
	return b.s ? b.s : "";
}

static const char *fault_of(ModuleFile *f, bool is_go)
{
	Arena *a = f->c->arena;
	int major = 1, minor = f->go ? parse_version(f->go, &major) : is_go ? WITHOUT_LINE : NEWEST;
	const char *fault;
	f->m->minor = minor;
	if (major > 1 || minor > NEWEST)
		return arena_printf(a, "gol: %s requires go >= %s (running go 1.%d; GOTOOLCHAIN=local)", f->name, f->go, NEWEST);
	if (f->errors.len)
		return arena_printf(a, "gol: errors parsing %s:%s", f->name, f->errors.s);
	if (!f->path)
		return arena_printf(a, "gol: error reading %s: missing module declaration. To specify the module path:\n\tgo mod edit -module=example.com/mod", f->name);
	if ((fault = path_fault(f->c, f->path)))
		return arena_printf(a, "gol: malformed module path \"%s\": %s", quoted(f->c, f->path), fault);
	return NULL;
}

/* What is wrong, as it is printed; or NULL. */
static const char *read_module_file(Compiler *c, Module *m, const char *path, bool is_go)
{
	SourceFile *source = source_load(c, path);
	if (!source)
		return arena_printf(c->arena, "gol: open %s: %s", path, errno == EACCES ? "permission denied" : "no such file or directory");
	ModuleFile f = {.c = c, .m = m, .full_name = source->full_path, .name = strncmp(source->path, "./", 2) == 0 ? source->path + 2 : source->path};
	buf_init(&f.errors, c->arena);
	parse_lines(&f, arena_strndup(c->arena, source->text, source->size), source->size);
	const char *fault = fault_of(&f, is_go);
	m->path = f.path;
	m->go = f.go;
	return fault;
}

/* ---- the modules around a folder ---------------------------------------------------------------------- */

struct Modules {
	Compiler *c;
	const char *dir;
	ModuleList mains;
	const char *error;
	Modules *next;
};

static void find_main_module(Modules *all)
{
	static const char *const names[] = {"gol.mod", "go.mod"};
	Compiler *c = all->c;
	for (const char *at = all->dir;; at = folder_of(c, at)) {
		for (int i = 0; i < COUNT_OF(names); i++) {
			const char *file = arena_printf(c->arena, "%s/%s", strcmp(at, "/") ? at : "", names[i]);
			if (!file_exists(c, file))
				continue;
			Module *m = NEW(c->arena, Module);
			m->root = at;
			all->error = read_module_file(c, m, c->modfile ? c->modfile : file, c->modfile || i == 1);
			if (m->path)
				vec_push(c->arena, &all->mains, m);
			return;
		}
		if (strcmp(at, "/") == 0) {
			if (c->modfile)
				all->error = "gol: cannot find main module, but -modfile was set.\n\t-modfile cannot be used to set the module root directory.";
			return;
		}
	}
}

Modules *modules_at(Compiler *c, const char *dir)
{
	dir = absolute_path(c, dir);
	for (Modules *all = c->modules; all; all = all->next)
		if (strcmp(all->dir, dir) == 0)
			return all;
	Modules *all = NEW(c->arena, Modules);
	*all = (Modules){.c = c, .dir = dir, .next = c->modules};
	c->modules = all;
	find_main_module(all);
	return all;
}

const char *modules_error(const Modules *all) { return all->error; }

const ModuleList *modules_main(const Modules *all) { return &all->mains; }

static bool is_below(const char *path, const char *dir)
{
	size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

const Module *modules_holding(const Modules *all, const char *dir)
{
	const Module *best = NULL;
	for (int i = 0; i < all->mains.len; i++) {
		const Module *m = all->mains.items[i];
		if (is_below(dir, m->root) && (!best || strlen(m->root) > strlen(best->root)))
			best = m;
	}
	return best;
}

const char *module_import_path(Compiler *c, const Module *m, const char *dir)
{
	if (!m || !is_below(dir, m->root))
		return NULL;
	return arena_printf(c->arena, "%s%s", m->path, dir + (strcmp(m->root, "/") ? strlen(m->root) : 0));
}

Found modules_find(Modules *all, const char *path, const Importer *importer)
{
	(void)importer;
	for (int i = 0; i < all->mains.len; i++) {
		const Module *m = all->mains.items[i];
		if (is_below(path, m->path))
			return (Found){m, arena_printf(all->c->arena, "%s%s", m->root, path + strlen(m->path)), NULL};
	}
	return (Found){0};
}
