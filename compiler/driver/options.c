/*
 * options.c - the command line of build and run, in Go's words. A table of flags;
 * those that only other tools understand are taken and have no effect.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_prefix(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

/* ---- -gcflags ------------------------------------------------------------------------------ */

static bool compiler_flag(Options *o, const char *word)
{
	static const char *const accepted[] = {"-l", "-S", "-B", "-C", "-L", "-wb", "-live", "-W", "-w", "-v", "-d", "-dwarf", "-json", "-lang", "-c", "-p", "-std",
		"-complete", "-shared", "-trimpath", "-spectre", "-race", "-msan", "-asan", "-pack", "-h", "-t", "-r", "-smallframes"};
	size_t length = strcspn(word, "=");
	if (strcmp(word, "-m") == 0) {
		o->remark_level++;
	} else if (has_prefix(word, "-m=")) {
		o->remark_level = atoi(word + 3);
	} else if (strcmp(word, "-e") == 0) {
		o->all_errors = true;
	} else if (strcmp(word, "-N") == 0) {
		o->optimise = 0;
	} else if (strcmp(word, "-noline") == 0) {
		o->no_line = true;
	} else {
		for (const char *p = word + 1; *p == 'l' && o; p++)
			if (p[1] == '\0')
				return true;    /* -l, -ll ...: levels of inlining */
		for (int i = 0; i < COUNT_OF(accepted); i++)
			if (strlen(accepted[i]) == length && strncmp(accepted[i], word, length) == 0)
				return true;
		return false;
	}
	o->remarks = o->remark_level > 0;
	return true;
}

/* "..." in pattern matches any text. */
static bool pattern_matches(const char *pattern, size_t n, const char *path)
{
	for (; n; pattern++, path++, n--) {
		if (n >= 3 && strncmp(pattern, "...", 3) == 0) {
			for (;; path++) {
				if (pattern_matches(pattern + 3, n - 3, path))
					return true;
				if (!*path)
					return false;
			}
		}
		if (*pattern != *path)
			return false;
	}
	return *path == '\0';
}

void apply_compiler_flags(Driver *d, const char *path)
{
	Options *o = &d->options;
	const char *flags = NULL;
	for (int i = 0; i < o->compiler_flags.len; i++) {
		const char *text = o->compiler_flags.items[i], *equal = strchr(text, '=');
		while (*text == ' ')
			text++;
		if (*text == '-' || *text == '\0' || !equal)
			flags = text;
		else if (pattern_matches(text, (size_t)(equal - text), path) || has_prefix(text, "all=") || has_prefix(text, "./") || has_prefix(text, ".="))
			flags = equal + 1;
	}
	char *copy = arena_printf(d->c->arena, "%s", flags ? flags : "");
	for (char *save, *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		size_t n = strlen(word);
		if (n > 1 && (*word == '"' || *word == '\'') && word[n - 1] == *word)
			word[n - 1] = '\0', word++;
		if (!compiler_flag(o, word))
			o->bad_compiler_flag = arena_strndup(d->c->arena, word, strcspn(word, "="));
	}
}

/* ---- flags of the command ---------------------------------------------------------------------- */

void usage_line(Driver *d)
{
	static const struct { const char *verb, *text; } lines[] = {
		{"build", "[-o output] [build flags] [packages]"},
		{"run", "[build flags] [-exec xprog] package [arguments...]"},
		{"version", "[-m] [-v] [-json] [file ...]"},
		{"env", "[-json] [-changed] [-u] [-w] [var ...]"},
		{"clean", "[-i] [-r] [-cache] [-testcache] [-modcache] [-fuzzcache] [build flags] [packages]"},
	};
	for (int i = 0; i < COUNT_OF(lines); i++)
		if (strcmp(lines[i].verb, d->options.verb) == 0)
			fprintf(stderr, "usage: gol %s %s\n", lines[i].verb, lines[i].text);
	fprintf(stderr, "Run 'gol help %s' for details.\n", d->options.verb);
}

typedef enum { FLAG_BOOL, FLAG_TEXT, FLAG_NUMBER, FLAG_EMIT, FLAG_COMPILER, FLAG_REMARKS, FLAG_IGNORED_BOOL, FLAG_IGNORED_TEXT } FlagKind;
typedef struct Flag { const char *name; FlagKind kind; void *target; } Flag;

static int bad_value(Driver *d, const char *what, const char *value, const char *name)
{
	fprintf(stderr, "invalid %s \"%s\" for %s-%s: parse error\n", what, value, strcmp(what, "value") == 0 ? "flag " : "", name);
	usage_line(d);
	return EXIT_USAGE;
}

static int set_bool(Driver *d, const Flag *f, const char *value)
{
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"}, *const no[] = {"0", "f", "F", "false", "FALSE", "False"};
	for (int i = 0; i < COUNT_OF(yes); i++) {
		bool is_yes = !value || strcmp(value, yes[i]) == 0;
		if (!is_yes && strcmp(value, no[i]) != 0)
			continue;
		if (f->target)
			*(bool *)f->target = is_yes;
		return EXIT_OK;
	}
	return bad_value(d, "boolean value", value, f->name);
}

static int set_number(Driver *d, const Flag *f, const char *value)
{
	char *end;
	long n = strtol(value, &end, 0);
	if (*end || end == value)
		return bad_value(d, "value", value, f->name);
	if (strcmp(f->name, "p") == 0 && n <= 0) {
		fprintf(stderr, "gol: -p must be a positive integer: %ld\n", n);
		return EXIT_ERROR;
	}
	*(int *)f->target = (int)n;
	return EXIT_OK;
}

static int set_flag(Driver *d, const Flag *f, const char *value)
{
	Options *o = &d->options;
	switch (f->kind) {
	case FLAG_BOOL: case FLAG_IGNORED_BOOL:
		return set_bool(d, f, value);
	case FLAG_REMARKS:
		vec_push(d->c->arena, &o->compiler_flags, value ? arena_printf(d->c->arena, "-m=%s", value) : "-m");
		return EXIT_OK;
	case FLAG_TEXT:
		*(const char **)f->target = value;
		return EXIT_OK;
	case FLAG_NUMBER:
		return set_number(d, f, value);
	case FLAG_EMIT:
		o->emit_c = strcmp(value, "c") == 0;
		if (!o->emit_c)
			fprintf(stderr, "gol: -emit takes c\n");
		return o->emit_c ? EXIT_OK : EXIT_USAGE;
	case FLAG_COMPILER:
		vec_push(d->c->arena, &o->compiler_flags, value);
		return EXIT_OK;
	case FLAG_IGNORED_TEXT:
		if (strcmp(f->name, "buildmode") == 0 && strcmp(value, "exe") && strcmp(value, "default") && strcmp(value, "pie")) {
			fprintf(stderr, "buildmode=%s not supported\n", value);
			return EXIT_ERROR;
		}
		if (strcmp(f->name, "mod") == 0 && strcmp(value, "mod") && strcmp(value, "readonly") && strcmp(value, "vendor") && *value) {
			fprintf(stderr, "-mod=%s not supported (can be '', 'mod', 'readonly', or 'vendor')\n", value);
			return EXIT_ERROR;
		}
		return EXIT_OK;
	}
	return EXIT_OK;
}

/* One flag at argv[*i]; its value may be the next word, then *i moves on. */
static int parse_flag(Driver *d, const Flag *flags, int count, int argc, char **argv, int *i)
{
	char *arg = argv[*i] + 1;
	arg += *arg == '-';
	size_t n = strcspn(arg, "=");
	const char *value = arg[n] ? arg + n + 1 : NULL;
	if (n == 1 && arg[0] == 'h')
		n = 0;
	for (int k = 0; k < count && n; k++) {
		const Flag *f = &flags[k];
		bool needs_value = f->kind != FLAG_BOOL && f->kind != FLAG_IGNORED_BOOL && f->kind != FLAG_REMARKS;
		if (strlen(f->name) != n || strncmp(f->name, arg, n) != 0)
			continue;
		if (needs_value && !value) {
			if (*i + 1 >= argc) {
				fprintf(stderr, "flag needs an argument: -%s\n", f->name);
				usage_line(d);
				return EXIT_USAGE;
			}
			value = argv[++*i];
		}
		return set_flag(d, f, value);
	}
	if (n && strcmp(arg, "help") != 0)
		fprintf(stderr, "flag provided but not defined: -%.*s\n", (int)n, arg);
	usage_line(d);
	return EXIT_USAGE;
}

static int parse_flags(Driver *d, int argc, char **argv, int *i)
{
	Options *o = &d->options;
	bool run = strcmp(o->verb, "run") == 0;
	const Flag flags[] = {
		{"o", FLAG_TEXT, &o->output}, {"tags", FLAG_TEXT, &o->tags}, {"dump", FLAG_TEXT, &o->dump},
		{"a", FLAG_BOOL, &o->rebuild}, {"n", FLAG_BOOL, &o->dry_run}, {"v", FLAG_BOOL, &o->print_packages},
		{"x", FLAG_BOOL, &o->print_commands}, {"work", FLAG_BOOL, &o->keep_work}, {"p", FLAG_NUMBER, &o->parallel},
		{"versions", FLAG_NUMBER, &o->versions}, {"emit", FLAG_EMIT, NULL}, {"gcflags", FLAG_COMPILER, NULL}, {"m", FLAG_REMARKS, NULL},
		{"trimpath", FLAG_IGNORED_BOOL, NULL}, {"race", FLAG_IGNORED_BOOL, NULL}, {"msan", FLAG_IGNORED_BOOL, NULL},
		{"asan", FLAG_IGNORED_BOOL, NULL}, {"cover", FLAG_IGNORED_BOOL, NULL}, {"linkshared", FLAG_IGNORED_BOOL, NULL},
		{"modcacherw", FLAG_IGNORED_BOOL, NULL}, {"buildvcs", FLAG_IGNORED_BOOL, NULL}, {"json", FLAG_IGNORED_BOOL, NULL}, {"l", FLAG_IGNORED_BOOL, NULL},
		{"ldflags", FLAG_IGNORED_TEXT, NULL}, {"asmflags", FLAG_IGNORED_TEXT, NULL}, {"gccgoflags", FLAG_IGNORED_TEXT, NULL},
		{"mod", FLAG_IGNORED_TEXT, NULL}, {"modfile", FLAG_IGNORED_TEXT, NULL}, {"buildmode", FLAG_IGNORED_TEXT, NULL},
		{"compiler", FLAG_IGNORED_TEXT, NULL}, {"installsuffix", FLAG_IGNORED_TEXT, NULL}, {"overlay", FLAG_IGNORED_TEXT, NULL},
		{"pgo", FLAG_IGNORED_TEXT, NULL}, {"pkgdir", FLAG_IGNORED_TEXT, NULL}, {"toolexec", FLAG_IGNORED_TEXT, NULL},
		{"C", FLAG_IGNORED_TEXT, NULL}, {"exec", FLAG_TEXT, &o->exec},
	};
	for (; *i < argc && argv[*i][0] == '-' && argv[*i][1]; ++*i) {
		char *arg = argv[*i];
		if (strcmp(arg, "--") == 0) {
			++*i;
			return EXIT_OK;
		}
		if (has_prefix(arg, "-O") && arg[2] >= '0' && arg[2] <= '3' && !arg[3]) {
			o->optimise = arg[2] - '0';
			continue;
		}
		int status = parse_flag(d, flags, COUNT_OF(flags) - !run, argc, argv, i);
		if (status != EXIT_OK)
			return status;
	}
	return EXIT_OK;
}

static int parse_inputs(Driver *d, int argc, char **argv, int i)
{
	Options *o = &d->options;
	bool run = strcmp(o->verb, "run") == 0;
	for (; i < argc; i++) {
		bool first = o->inputs.len == 0;
		if (run && !first && !(is_source_name(argv[i]) && is_source_name(o->inputs.items[0])))
			break;
		vec_push(d->c->arena, &o->inputs, argv[i]);
	}
	for (; i < argc; i++)
		vec_push(d->c->arena, &o->arguments, argv[i]);
	if (o->inputs.len == 0 && run) {
		fprintf(stderr, "gol: no go files listed\n");
		return EXIT_ERROR;
	}
	if (o->inputs.len == 0)
		vec_push(d->c->arena, &o->inputs, ".");
	return EXIT_OK;
}

int parse_options(Driver *d, int argc, char **argv)
{
	Options *o = &d->options;
	bool run = strcmp(o->verb, "run") == 0;
	int i = 0, status;
	o->optimise = -1;
	if ((status = parse_flags(d, argc, argv, &i)) != EXIT_OK || (status = parse_inputs(d, argc, argv, i)) != EXIT_OK)
		return status;
	if (o->optimise < 0)
		o->optimise = run || o->versions == 1 ? 0 : 2;
	o->versions_given = o->versions != 0;
	if (o->versions == 0)
		o->versions = o->optimise == 0 || run ? 1 : 2;
	if (o->versions < 1 || o->versions > 2) {
		fprintf(stderr, "gol: -versions takes 1 or 2\n");
		return EXIT_USAGE;
	}
	o->print_commands |= o->dry_run;
	return EXIT_OK;
}
