/*
 * options.c - the command line of build and run, in Go's words; $GOFLAGS before it.
 *
 * Each of Go's flags does what it does there, or is refused with a message: a build that says nothing has done what it
 * was asked to do. FLAG_SO_ALREADY marks those that ask for what is so in any case: -installsuffix names a folder of Go's,
 * -asmflags and -gccgoflags are for tools that no build here runs, -modcacherw for files that are never downloaded.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_prefix(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

/* ---- -gcflags ------------------------------------------------------------------------------ */

static bool is_listed(const char *const *list, int count, const char *s, size_t n)
{
	for (int i = 0; i < count; i++)
		if (strlen(list[i]) == n && strncmp(list[i], s, n) == 0)
			return true;
	return false;
}

/* Levels of inlining; there is no inliner. */
static bool is_inlining_flag(const char *word)
{
	const char *p = word + 1;
	while (*p == 'l')
		p++;
	return p > word + 1 && (*p == '\0' || *p == '=');
}

/* What keeps the flag from being taken; NULL if it was. */
static const char *compiler_flag(Driver *d, const char *word)
{
	static const char *const not_yet[] = {"-S", "-B", "-C", "-L", "-wb", "-live", "-W", "-w", "-v", "-d", "-dwarf", "-json", "-p", "-std", "-+", "-E", "-K", "-I",
		"-shared", "-trimpath", "-spectre", "-race", "-msan", "-asan", "-h", "-t", "-r", "-smallframes", "-D", "-o", "-V", "-pgoprofile"};
	static const char *const so_already[] = {"-c", "-complete", "-pack"};
	Options *o = &d->options;
	size_t length = strcspn(word, "=");
	if (strcmp(word, "-m") == 0) {
		o->remark_level++;
	} else if (has_prefix(word, "-m=")) {
		o->remark_level = atoi(word + 3);
	} else if (strcmp(word, "-e") == 0) {
		o->all_errors = true;
	} else if (strcmp(word, "-N") == 0) {
		o->optimise = 0;
		o->debug = true;
	} else if (strcmp(word, "-noline") == 0) {
		o->no_line = true;
	} else if (has_prefix(word, "-lang=")) {
		o->lang = word + 6;
	} else if (is_listed(not_yet, COUNT_OF(not_yet), word, length)) {
		return arena_printf(d->c->arena, "compile: %s is not supported yet", word);
	} else if (!is_inlining_flag(word) && !is_listed(so_already, COUNT_OF(so_already), word, length)) {
		return arena_printf(d->c->arena, "flag provided but not defined: %.*s\nusage: compile [options] file.go...", (int)length, word);
	}
	o->remarks = o->remark_level > 0;
	return NULL;
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
		if (!o->bad_compiler_flag)
			o->bad_compiler_flag = compiler_flag(d, word);
	}
}

/* ---- messages ------------------------------------------------------------------------------- */

void usage_line(Driver *d)
{
	static const struct { const char *verb, *text; } lines[] = {
		{"build", "[-o output] [build flags] [packages]"},
		{"run", "[build flags] [-exec xprog] package [arguments...]"},
		{"version", "[-m] [-v] [-json] [file ...]"},
		{"env", "[-json] [-changed] [-u] [-w] [var ...]"},
		{"tool", "[-n] command [args...]"},
		{"clean", "[-i] [-r] [-cache] [-testcache] [-modcache] [-fuzzcache] [build flags] [packages]"},
	};
	for (int i = 0; i < COUNT_OF(lines); i++)
		if (strcmp(lines[i].verb, d->options.verb) == 0)
			fprintf(stderr, "usage: gol %s %s\n", lines[i].verb, lines[i].text);
	fprintf(stderr, "Run 'gol help %s' for details.\n", d->options.verb);
}

/* ---- -ldflags ------------------------------------------------------------------------------- */

/* -s and -w, in the C linker's words; what else the C linker is to be told. The program never has a build id. */
static int linker_flag(Driver *d, const char *word)
{
	static const struct { const char *name, *flag; } table[] = {
		{"-s", "-s"}, {"-w", "-Wl,-S"}, {"-linkmode=external", ""}, {"-linkmode=auto", ""}, {"-s=true", "-s"}, {"-w=true", "-Wl,-S"},
		{"-s=false", ""}, {"-w=false", ""},
	};
	Options *o = &d->options;
	word += word[0] == '-' && word[1] == '-';
	for (int i = 0; i < COUNT_OF(table); i++)
		if (strcmp(table[i].name, word) == 0) {
			o->linker_flags = arena_printf(d->c->arena, "%s %s", o->linker_flags, table[i].flag);
			return EXIT_OK;
		}
	if (has_prefix(word, "-extldflags=")) {
		o->linker_flags = arena_printf(d->c->arena, "%s %s", o->linker_flags, word + strlen("-extldflags="));
		return EXIT_OK;
	}
	if (has_prefix(word, "-buildid="))
		return EXIT_OK;
	fprintf(stderr, "gol: -ldflags=%s is not supported yet\n", word);
	return EXIT_USAGE;
}

/* The next word, out of its quotes; NULL at the end. */
static char *next_word(char **rest)
{
	char *p = *rest + strspn(*rest, " \t\n"), *out = p, *start = p;
	if (!*p)
		return NULL;
	for (char quote = 0; *p && (quote || !strchr(" \t\n", *p)); p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? 0 : *p;
		else
			*out++ = *p;
	}
	*rest = p + (*p != '\0');
	*out = '\0';
	return start;
}

/* Like Go the last -ldflags counts. With a pattern it is for the packages that match; only programs are linked. */
static int parse_linker_flags(Driver *d, const char *value)
{
	const char *text = value + strspn(value, " ");
	char *rest, *word;
	if (*text && *text != '-' && *text != '"' && *text != '\'') {
		text = strchr(text, '=');
		if (!text) {
			fprintf(stderr, "invalid value \"%s\" for flag -ldflags: missing =<value> in <pattern>=<value>\n", value);
			usage_line(d);
			return EXIT_USAGE;
		}
		text++;
	}
	d->options.linker_flags = "";
	for (rest = arena_printf(d->c->arena, "%s", text); (word = next_word(&rest));) {
		if (!strcmp(word, "-extldflags") || !strcmp(word, "-linkmode") || !strcmp(word, "-buildid") || !strcmp(word, "-X")) {
			char *argument = next_word(&rest);
			word = arena_printf(d->c->arena, "%s=%s", word, argument ? argument : "");
		}
		int status = linker_flag(d, word);
		if (status != EXIT_OK)
			return status;
	}
	return EXIT_OK;
}

/* ---- flags of the command ---------------------------------------------------------------------- */

typedef enum {
	FLAG_BOOL, FLAG_TEXT, FLAG_NUMBER, FLAG_EMIT, FLAG_COMPILER, FLAG_LINKER, FLAG_REMARKS, FLAG_VCS,
	FLAG_CHOICE,                    /* target: the values that are taken, then NULL, then those that are not yet */
	FLAG_NOT_YET_BOOL, FLAG_NOT_YET, FLAG_SO_ALREADY_BOOL, FLAG_SO_ALREADY, FLAG_FIRST,
} FlagKind;
typedef struct Flag { const char *name; FlagKind kind; const void *target; } Flag;
enum { FLAG_LIMIT = 64 };

static int bad_value(Driver *d, const char *what, const char *value, const char *name)
{
	fprintf(stderr, "invalid %s \"%s\" for %s-%s: parse error\n", what, value, strcmp(what, "value") == 0 ? "flag " : "", name);
	usage_line(d);
	return EXIT_USAGE;
}

static int not_yet(const char *flag, const char *value)
{
	fprintf(stderr, value ? "gol: -%s=%s is not supported yet\n" : "gol: -%s is not supported yet\n", flag, value);
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
			*(bool *)(uintptr_t)f->target = is_yes;
		return is_yes && f->kind == FLAG_NOT_YET_BOOL ? not_yet(f->name, NULL) : EXIT_OK;
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
	*(int *)(uintptr_t)f->target = (int)n;
	return EXIT_OK;
}

static int set_choice(const Flag *f, const char *value)
{
	const char *const *known = f->target;
	bool taken = true;
	for (int i = 0; i < 2; i++, known++, taken = false)
		for (; *known; known++)
			if (strcmp(*known, value) == 0)
				return taken ? EXIT_OK : not_yet(f->name, value);
	if (strcmp(f->name, "mod") == 0)
		fprintf(stderr, "-mod=%s not supported (can be '', 'mod', 'readonly', or 'vendor')\n", value);
	else if (strcmp(f->name, "buildmode") == 0)
		fprintf(stderr, "buildmode=%s not supported\n", value);
	else
		return not_yet(f->name, value);
	return EXIT_ERROR;
}

static int set_flag(Driver *d, const Flag *f, const char *value)
{
	Options *o = &d->options;
	switch (f->kind) {
	case FLAG_BOOL: case FLAG_NOT_YET_BOOL: case FLAG_SO_ALREADY_BOOL:
		return set_bool(d, f, value);
	case FLAG_VCS:                  /* no program carries a stamp: right for auto where there is nothing to be had */
		if (!value || strcmp(value, "true") == 0)
			return not_yet("buildvcs", value);
		return strcmp(value, "auto") == 0 ? EXIT_OK : set_bool(d, f, value);
	case FLAG_REMARKS:
		vec_push(d->c->arena, &o->compiler_flags, value ? arena_printf(d->c->arena, "-m=%s", value) : "-m");
		return EXIT_OK;
	case FLAG_TEXT:
		*(const char **)(uintptr_t)f->target = value;
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
	case FLAG_LINKER:
		return parse_linker_flags(d, value);
	case FLAG_CHOICE:
		return set_choice(f, value);
	case FLAG_NOT_YET:
		return not_yet(f->name, value);
	case FLAG_FIRST:
		fprintf(stderr, "invalid value \"%s\" for flag -C: -C flag must be first flag on command line\n", value);
		usage_line(d);
		return EXIT_USAGE;
	case FLAG_SO_ALREADY:
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
		bool needs_value = f->kind != FLAG_BOOL && f->kind != FLAG_NOT_YET_BOOL && f->kind != FLAG_SO_ALREADY_BOOL && f->kind != FLAG_REMARKS &&
		                   f->kind != FLAG_VCS;
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

/* Fills flags, which has room for FLAG_LIMIT; how many there are for this command. */
static int list_flags(Driver *d, Flag *flags)
{
	Options *o = &d->options;
	bool run = strcmp(o->verb, "run") == 0;
	static const char *const mod[] = {"", "mod", "readonly", NULL, "vendor", NULL};
	static const char *const buildmode[] = {"default", "exe", NULL, "pie", "archive", "c-archive", "c-shared", "shared", "plugin", NULL};
	static const char *const compiler[] = {"gc", NULL, NULL}, *const pgo[] = {"auto", "off", NULL, NULL};
	const Flag all[] = {
		{"o", FLAG_TEXT, &o->output}, {"tags", FLAG_TEXT, &o->tags}, {"dump", FLAG_TEXT, &o->dump},
		{"a", FLAG_BOOL, &o->rebuild}, {"n", FLAG_BOOL, &o->dry_run}, {"v", FLAG_BOOL, &o->print_packages},
		{"x", FLAG_BOOL, &o->print_commands}, {"work", FLAG_BOOL, &o->keep_work}, {"p", FLAG_NUMBER, &o->parallel},
		{"versions", FLAG_NUMBER, &o->versions}, {"emit", FLAG_EMIT, NULL}, {"gcflags", FLAG_COMPILER, NULL}, {"m", FLAG_REMARKS, NULL},
		{"progress", FLAG_BOOL, &d->scratch->progress.lines}, {"trimpath", FLAG_BOOL, &o->trim_paths}, {"asan", FLAG_BOOL, &o->asan},
		{"ldflags", FLAG_LINKER, NULL}, {"modfile", FLAG_TEXT, &o->modfile}, {"buildvcs", FLAG_VCS, NULL},
		{"mod", FLAG_CHOICE, mod}, {"buildmode", FLAG_CHOICE, buildmode}, {"compiler", FLAG_CHOICE, compiler}, {"pgo", FLAG_CHOICE, pgo},
		{"race", FLAG_NOT_YET_BOOL, NULL}, {"msan", FLAG_NOT_YET_BOOL, NULL}, {"cover", FLAG_NOT_YET_BOOL, NULL},
		{"linkshared", FLAG_NOT_YET_BOOL, NULL}, {"json", FLAG_NOT_YET_BOOL, NULL},
		{"covermode", FLAG_NOT_YET, NULL}, {"coverpkg", FLAG_NOT_YET, NULL}, {"overlay", FLAG_NOT_YET, NULL}, {"pkgdir", FLAG_NOT_YET, NULL},
		{"toolexec", FLAG_NOT_YET, NULL}, {"C", FLAG_FIRST, NULL},
		{"modcacherw", FLAG_SO_ALREADY_BOOL, NULL}, {"l", FLAG_SO_ALREADY_BOOL, NULL}, {"asmflags", FLAG_SO_ALREADY, NULL},
		{"gccgoflags", FLAG_SO_ALREADY, NULL}, {"installsuffix", FLAG_SO_ALREADY, NULL},
		{"g", FLAG_BOOL, &o->debug}, {"exec", FLAG_TEXT, &o->exec},
	};
	_Static_assert(sizeof all <= FLAG_LIMIT * sizeof *all, "room for all");
	memcpy(flags, all, sizeof all);
	return COUNT_OF(all) - !run;    /* the last is -exec */
}

static bool is_flag(Driver *d, const char *word)
{
	Flag flags[FLAG_LIMIT];
	int count = list_flags(d, flags);
	const char *name = word + 1 + (word[0] && word[1] == '-');
	for (int i = 0; i < count; i++)
		if (strlen(flags[i].name) == strcspn(name, "=") && strncmp(flags[i].name, name, strlen(flags[i].name)) == 0)
			return true;
	return false;
}

static int parse_flags(Driver *d, int argc, char **argv, int *i)
{
	Options *o = &d->options;
	Flag flags[FLAG_LIMIT];
	int count = list_flags(d, flags);
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
		int status = parse_flag(d, flags, count, argc, argv, i);
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
	if (run && (o->inputs.len == 0 || o->inputs.items[0][0] == '-')) {
		fprintf(stderr, "gol: no go files listed\n");
		return EXIT_ERROR;
	}
	if (o->inputs.len == 0)
		vec_push(d->c->arena, &o->inputs, ".");
	return EXIT_OK;
}

/* $GOFLAGS: flags that may be of other commands too, so of Go's only those are complained of that no command has. */
static int parse_environment_flags(Driver *d)
{
	static const char *const others[] = {"test", "run", "count", "cpu", "bench", "benchmem", "short", "timeout", "vet", "parallel", "failfast", "cpuprofile",
		"insecure", "reuse", "go", "compat", "e", "i", "r", "u", "t", "d", "f", "find", "deps", "export", "m", "fix", "shuffle", "skip", "list", "exec"};
	const char *value = getenv("GOFLAGS");
	char *rest = arena_printf(d->c->arena, "%s", value ? value : ""), *word;
	while ((word = next_word(&rest))) {
		char *argv[] = {word, NULL};
		const char *name = word + 1 + (word[0] && word[1] == '-');
		int i = 0;
		if (word[0] != '-' || !word[1]) {
			fprintf(stderr, "gol: parsing $GOFLAGS: non-flag \"%s\"\n", word);
			return EXIT_ERROR;
		}
		if (!is_flag(d, word) && is_listed(others, COUNT_OF(others), name, strcspn(name, "=")))
			continue;
		if (!is_flag(d, word)) {
			fprintf(stderr, "gol: parsing $GOFLAGS: unknown flag -%.*s\n", (int)strcspn(name, "="), name);
			return EXIT_ERROR;
		}
		int status = parse_flags(d, 1, argv, &i);
		if (status != EXIT_OK)
			return status;
	}
	return EXIT_OK;
}

/* The last of -g, -g0, -ggdb3 ... counts. */
static bool asks_for_debug(const char *cflags)
{
	bool debug = false;
	for (const char *s = cflags; *s; s += strcspn(s, " \t")) {
		s += strspn(s, " \t");
		if (has_prefix(s, "-g"))
			debug = strncmp(s, "-g0", 3) != 0;
	}
	return debug;
}

int parse_options(Driver *d, int argc, char **argv)
{
	Options *o = &d->options;
	bool run = strcmp(o->verb, "run") == 0;
	int i = 0, status;
	o->optimise = -1;
	o->linker_flags = "";
	if ((status = parse_environment_flags(d)) != EXIT_OK)
		return status;
	if ((status = parse_flags(d, argc, argv, &i)) != EXIT_OK || (status = parse_inputs(d, argc, argv, i)) != EXIT_OK)
		return status;
	o->debug |= asks_for_debug(o->cflags);
	if (o->optimise < 0)
		o->optimise = run || o->versions == 1 ? 0 : 2;
	o->versions_given = o->versions != 0;
	if (o->versions == 0)       /* plain functions are what a debugger shows best */
		o->versions = (o->optimise == 0 || run) && !o->debug ? 1 : 2;
	if (o->versions < 1 || o->versions > 2) {
		fprintf(stderr, "gol: -versions takes 1 or 2\n");
		return EXIT_USAGE;
	}
	o->print_commands |= o->dry_run;
	if (o->output && !*o->output)
		o->output = NULL;
	d->c->trim_paths = o->trim_paths;
	d->c->modfile = o->modfile;
	if (o->modfile && (strlen(o->modfile) < 4 || strcmp(o->modfile + strlen(o->modfile) - 4, ".mod") != 0)) {
		fprintf(stderr, "gol: -modfile=%s: file does not have .mod extension\n", o->modfile);
		return EXIT_ERROR;
	}
	if (o->asan) {
		o->cflags = arena_printf(d->c->arena, "%s -fsanitize=address", o->cflags);
		o->tags = arena_printf(d->c->arena, "%s%sasan", o->tags ? o->tags : "", o->tags ? "," : "");
	}
	return EXIT_OK;
}
