/*
 * generate.c - gol generate: runs what lines //go:generate COMMAND ARGUMENT... say, in the folder of their file.
 *
 * Files are not parsed: a line is a directive wherever it stands. Words are divided by blanks; one in double quotes
 * is a Go string. Then $NAME and ${NAME} are replaced, in quotes too, by what the directive is told ($GOFILE,
 * $GOLINE, $GOPACKAGE, $GOOS, $GOARCH, $GOROOT, $DOLLAR) or by the environment. The first mistake or failure ends the
 * package.
 * A directive that runs `go` where there is no such program gets this one.
 *
 * -run and -skip take the C library's extended regular expressions: those of Go without \d, (?:x) and lazy repetition.
 */
#include "driver.h"
#include "../base/path.h"
#include "../load/inspect.h"

#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Generator {
	Driver *d;
	const char *dir, *file, *package;   /* of the directive: folder, name as messages show it, package */
	int line;
	Map commands;               /* of -command: name -> Arguments */
	regex_t *run, *skip;        /* or NULL */
} Generator;

static bool fail(Generator *g, const char *text)
{
	fprintf(stderr, "%s:%d: %s\n", g->file, g->line, text);
	return false;
}

/* ---- words of a directive -------------------------------------------------------------------------- */

static uint32_t number(const char **s, int digits, int base)
{
	char text[9] = {0};
	memcpy(text, *s, (size_t)digits);
	*s += digits;
	return (uint32_t)strtoul(text, NULL, base);
}

static bool has_digits(const char *s, int count, const char *set) { return strspn(s, set) >= (size_t)count; }

/* One escape behind its backslash; false: it is none. */
static bool unescape(Buf *b, const char **s)
{
	static const char names[] = "abfnrtv\\\"", values[] = "\a\b\f\n\r\t\v\\\"", hex[] = "0123456789abcdefABCDEF";
	const char *at = **s ? strchr(names, **s) : NULL;
	char kind = **s;
	if (at) {
		buf_char(b, values[at - names]);
		++*s;
		return true;
	}
	if (has_digits(*s, 3, "01234567")) {
		buf_char(b, (char)number(s, 3, 8));
		return true;
	}
	int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
	if (!digits || !has_digits(*s + 1, digits, hex))
		return false;
	++*s;
	uint32_t value = number(s, digits, 16);
	if (kind == 'x')
		buf_char(b, (char)value);
	else
		buf_rune(b, value);
	return true;
}

/* The word behind a quote; NULL, and said, if it is malformed. *s: behind it. */
static const char *quoted_word(Generator *g, const char **s)
{
	Buf b;
	buf_init(&b, g->d->c->arena);
	buf_str(&b, "");
	const char *p = *s + 1;
	while (*p && *p != '"') {
		if (*p != '\\') {
			buf_char(&b, *p++);
		} else if (p++, !unescape(&b, &p)) {
			fail(g, *p ? "bad quoted string" : "mismatched quoted string");
			return NULL;
		}
	}
	if (!*p) {
		fail(g, "mismatched quoted string");
		return NULL;
	}
	*s = p + 1;
	if (**s && **s != ' ' && **s != '\t') {
		fail(g, "expect space after quoted argument");
		return NULL;
	}
	return b.s ? b.s : "";
}

static const char *value_of(Generator *g, const char *name)
{
	if (strcmp(name, "GOFILE") == 0)
		return strrchr(g->file, '/') ? strrchr(g->file, '/') + 1 : g->file;
	if (strcmp(name, "GOLINE") == 0)
		return arena_printf(g->d->c->arena, "%d", g->line);
	if (strcmp(name, "GOPACKAGE") == 0)
		return g->package;
	const char *value = getenv(name);
	return value ? value : "";
}

static char *expand(Generator *g, const char *s)
{
	Buf b;
	buf_init(&b, g->d->c->arena);
	buf_str(&b, "");
	while (*s) {
		bool braces = s[0] == '$' && s[1] == '{' && strchr(s, '}');
		size_t n = braces ? strcspn(s + 2, "}") : 0;
		for (; s[0] == '$' && !braces && (isalnum((unsigned char)s[1 + n]) || s[1 + n] == '_'); n++)
			;
		if (n) {
			buf_str(&b, value_of(g, arena_strndup(g->d->c->arena, s + 1 + braces, n)));
			s += 1 + n + (braces ? 2 : 0);
		} else {
			buf_char(&b, *s++);
		}
	}
	return b.s;
}

/* False, and said, if the line is malformed. */
static bool split(Generator *g, const char *s, Arguments *words)
{
	Arena *a = g->d->c->arena;
	for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
		size_t n = strcspn(s, " \t");
		bool quoted = *s == '"';
		const char *word = quoted ? quoted_word(g, &s) : arena_strndup(a, s, n);
		if (!word)
			return false;
		s += quoted ? 0 : n;
		const Arguments *alias = words->len == 0 ? map_get(&g->commands, word) : NULL;
		for (int i = 0; alias && i < alias->len; i++)
			vec_push(a, words, alias->items[i]);
		if (!alias)
			vec_push(a, words, arena_printf(a, "%s", word));
	}
	for (int i = 0; i < words->len; i++)
		words->items[i] = expand(g, words->items[i]);
	return words->len > 0 || fail(g, "no arguments to directive");
}

static bool define_command(Generator *g, const Arguments *words)
{
	Arena *a = g->d->c->arena;
	if (words->len == 1)
		return fail(g, "no command specified for -command");
	const char *name = words->items[1];
	if (map_get(&g->commands, name))
		return fail(g, arena_printf(a, "command \"%s\" multiply defined", name));
	Arguments *meaning = NEW(a, Arguments);
	for (int i = 2; i < words->len; i++)
		vec_push(a, meaning, words->items[i]);
	map_put(a, &g->commands, name, meaning);
	return true;
}

/* ---- running it ---------------------------------------------------------------------------------------- */

static const char *find_program(Driver *d, const char *name)
{
	const char *path = getenv("PATH");
	if (strchr(name, '/'))
		return name;
	for (const char *p = path ? path : ""; *p; p += strcspn(p, ":"), p += *p == ':') {
		const char *full = arena_printf(d->c->arena, "%.*s/%s", (int)strcspn(p, ":"), p, name);
		if (access(full, X_OK) == 0)
			return full;
	}
	return strcmp(name, "go") == 0 ? "/proc/self/exe" : NULL;
}

static bool run(Generator *g, Arguments *words)
{
	Driver *d = g->d;
	Arena *a = d->c->arena;
	const char *name = words->items[0], *program = find_program(d, name);
	if (!program)
		return fail(g, arena_printf(a, "running \"%s\": exec: \"%s\": executable file not found in $PATH", name, name));
	setenv("GOFILE", value_of(g, "GOFILE"), 1);
	setenv("GOLINE", value_of(g, "GOLINE"), 1);
	setenv("GOPACKAGE", g->package, 1);
	vec_push(a, words, NULL);
	fflush(stdout);
	int status = chdir(g->dir) == 0 ? execute(d, program, words->items) : -1;
	if (chdir(d->c->work_dir) != 0 || status < 0)
		return fail(g, arena_printf(a, "running \"%s\": %s", name, reason(d, errno)));
	if (status == 0)
		return true;
	if (WIFSIGNALED(status))
		return fail(g, arena_printf(a, "running \"%s\": signal %d", name, WTERMSIG(status)));
	return fail(g, arena_printf(a, "running \"%s\": exit status %d", name, WEXITSTATUS(status)));
}

static bool do_directive(Generator *g, const char *line)
{
	const Options *o = &g->d->options;
	Arguments words = {0};
	if ((g->run && regexec(g->run, line, 0, NULL, 0) != 0) || (g->skip && regexec(g->skip, line, 0, NULL, 0) == 0))
		return true;
	if (!split(g, line + strlen("//go:generate"), &words))
		return false;
	if (strcmp(words.items[0], "-command") == 0)
		return define_command(g, &words);
	for (int i = 0; o->print_commands && i < words.len; i++)
		fprintf(stderr, "%s%s", words.items[i], i + 1 < words.len ? " " : "\n");
	return o->dry_run || run(g, &words);
}

/* ---- files ------------------------------------------------------------------------------------------------ */

static bool do_file(Generator *g, const char *path)
{
	Driver *d = g->d;
	SourceFile *source = source_load(d->c, path);
	if (!source) {
		fprintf(stderr, "generate: open %s: %s\n", path, reason(d, errno));
		return false;
	}
	g->file = short_name(d->c, path);
	g->line = 0;
	g->commands = (Map){.by_text = true};
	if (d->options.print_packages)
		fprintf(stderr, "%s\n", g->file);
	for (const char *s = source->text; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		size_t n = strcspn(s, "\n"), word = strlen("//go:generate");
		g->line++;
		if (strncmp(s, "//go:generate", word) != 0 || (s[word] != ' ' && s[word] != '\t'))
			continue;
		if (!do_directive(g, arena_strndup(d->c->arena, s, n && s[n - 1] == '\r' ? n - 1 : n)))
			return false;
	}
	return true;
}

static bool do_package(Generator *g, const Target *t)
{
	Compiler *c = g->d->c;
	const char *given = g->d->options.tags;
	const BuildTags tags = {.given = given ? arena_printf(c->arena, "%s,generate", given) : "generate",
		.arch = c->arch};
	const Inspected *p = inspect_package(c, t->dir, t->files, &tags);
	TextList inside = {0}, names = p->files[FILES_GO];
	for (int i = 0; i < names.len; i++)
		vec_push(c->arena, &inside, names.items[i]);
	for (int i = 0; i < p->files[FILES_TEST].len; i++)
		vec_push(c->arena, &inside, p->files[FILES_TEST].items[i]);
	sort_texts(&inside);
	g->dir = t->dir;
	g->package = p->name;
	for (int i = 0; i < inside.len; i++)
		if (!do_file(g, arena_printf(c->arena, "%s/%s", t->dir, inside.items[i])))
			return false;
	g->package = arena_printf(c->arena, "%s_test", p->name);
	for (int i = 0; i < p->files[FILES_XTEST].len; i++)
		if (!do_file(g, arena_printf(c->arena, "%s/%s", t->dir, p->files[FILES_XTEST].items[i])))
			return false;
	return true;
}

/* *to: where to compile the expression, set to NULL if there is none. */
static bool compile_expression(const char *text, regex_t **to)
{
	char why[256];
	int error = text && *text ? regcomp(*to, text, REG_EXTENDED | REG_NOSUB) : 0;
	if (!text || !*text)
		*to = NULL;
	if (error) {
		regerror(error, *to, why, sizeof why);
		fprintf(stderr, "generate: error parsing regexp: %s: `%s`\n", why, text);
	}
	return error == 0;
}

static void set_environment(Driver *d)
{
	setenv("GOOS", "linux", 1);
	setenv("GOARCH", d->c->arch, 1);
	setenv("GOROOT", find_go_tree(d->c) ? d->c->tree.root : "", 1);
	setenv("DOLLAR", "$", 1);
}

int generate_command(Driver *d)
{
	regex_t run, skip;
	Generator g = {.d = d, .run = &run, .skip = &skip};
	TargetList targets = {0};
	bool said = false;
	if (!compile_expression(d->options.generate_run, &g.run) || !compile_expression(d->options.generate_skip, &g.skip))
		return EXIT_ERROR;
	int status = find_inputs(d, &targets);
	set_environment(d);
	for (int i = 0; i < targets.len; i++) {
		const Target *t = &targets.items[i];
		bool is_others = t->module && t->module->version;
		if (is_others && !said)
			fputs("gol: not generating in packages in dependency modules\n", stderr);
		said |= is_others;
		if (!is_others && !do_package(&g, t))
			status = EXIT_ERROR;
	}
	return status;
}
