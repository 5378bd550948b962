/*
 * options.c - what the flags of the commands mean, in Go's words.
 *
 * Each of Go's flags does what it does there, or is refused with a message: a build that says nothing has done what it
 * was asked to do (docs/command.md lists all of them). FLAG_SO_ALREADY marks those that ask for what is so in any case:
 * -installsuffix names a folder of Go's, -asmflags is for a tool that no build here runs.
 */
#include "flags.h"
#include "../base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool has_prefix(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

/* ---- -gcflags ------------------------------------------------------------------------------ */

static bool is_listed(const char *const *list, int count, const char *s, size_t n)
{
	for (int i = 0; i < count; i++)
		if (strlen(list[i]) == n && strncmp(list[i], s, n) == 0)
			return true;
	return false;
}

/* -l, -l -l, -ll, -l=4: level 0 inlines as usual, 1 not at all, 4 as if calls cost nothing. */
static bool take_inlining_flag(Options *o, const char *word)
{
	const char *p = word + 1;
	while (*p == 'l')
		p++;
	if (p == word + 1 || (*p != '\0' && *p != '='))
		return false;
	o->inline_level = *p == '=' ? atoi(p + 1) : o->inline_level + (int)(p - word - 1);
	return true;
}

/* -d=inline=N: ours: calls are replaced by the bodies of functions that cost up to N, Go's number being 80; 0: none.
 * -d=facts=0: ours: -m speaks of functions of the standard library as they are here. */
static bool take_debug_flag(Driver *d, const char *word)
{
	Options *o = &d->options;
	if (strcmp(word, "-d=facts=0") == 0 || strcmp(word, "-d=facts=1") == 0) {
		d->c->no_facts = word[9] == '0';
		return true;
	}
	if (!has_prefix(word, "-d=inline=") || strspn(word + 10, "0123456789") != strlen(word + 10) || !word[10])
		return false;
	o->inline_budget = atoi(word + 10);
	o->inline_budget_given = true;
	return true;
}

/* What keeps the flag from being taken; NULL if it was. */
static const char *compiler_flag(Driver *d, const char *word)
{
	static const char *const not_yet[] = {"-S", "-B", "-C", "-L", "-wb", "-live", "-W", "-w", "-v", "-d", "-dwarf",
		"-json", "-p", "-std", "-+", "-E", "-K", "-I",
		"-shared", "-trimpath", "-spectre", "-race", "-msan", "-asan", "-h", "-t", "-r", "-smallframes", "-D", "-o",
		"-V", "-pgoprofile"};
	static const char *const so_already[] = {"-c", "-complete", "-pack"};
	Options *o = &d->options;
	size_t length = strcspn(word, "=");
	if (strcmp(word, "-m") == 0) {
		o->remark_level++;
	} else if (strcmp(word, "-m=frames") == 0) {
		o->frames = true;
	} else if (strcmp(word, "-m=html") == 0) {
		o->frames_page = true;
	} else if (has_prefix(word, "-m=")) {
		if (!word[3] || word[3 + strspn(word + 3, "0123456789")])
			return arena_printf(d->c->arena, "invalid value \"%s\" for flag -m: parse error", word + 3);
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
	} else if (take_debug_flag(d, word) || take_inlining_flag(o, word)) {
		;
	} else if (is_listed(not_yet, COUNT_OF(not_yet), word, length)) {
		return arena_printf(d->c->arena, "compile: %s is not supported yet", word);
	} else if (!is_listed(so_already, COUNT_OF(so_already), word, length)) {
		return arena_printf(d->c->arena, "flag provided but not defined: %.*s\nusage: compile [options] file.go...",
				(int)length, word);
	}
	o->remarks = o->remark_level > 0;
	return NULL;
}

/* Is the program meant by the pattern that ends at `end`? Relative ones mean folders. */
static bool is_meant(Driver *d, const char *text, const char *end, const Program *program)
{
	const char *pattern = arena_strndup(d->c->arena, text, (size_t)(end - text));
	if (is_relative(pattern))
		return path_matches(clean_absolute(d->c, pattern), program->root->dir);
	return strcmp(pattern, "all") == 0 || path_matches(pattern, program->header);
}

const char *flags_for(Driver *d, const TextList *all, const Program *program)
{
	const char *flags = "";
	for (int i = 0; i < all->len; i++) {
		const char *text = all->items[i], *equal = strchr(text, '=');
		while (*text == ' ')
			text++;
		if (*text == '-' || *text == '\0' || !equal)
			flags = text;
		else if (is_meant(d, text, equal, program))
			flags = equal + 1;
	}
	return flags;
}

void apply_compiler_flags(Driver *d, const Program *program)
{
	Options *o = &d->options;
	char *copy = arena_printf(d->c->arena, "%s", flags_for(d, &o->compiler_flags, program));
	char quote;
	for (char *word; (word = next_word(&copy, &quote));) {
		if (!o->bad_compiler_flag)
			o->bad_compiler_flag = compiler_flag(d, word);
	}
}

/* ---- the commands ----------------------------------------------------------------------------- */

static const struct Command { const char *name; unsigned bit; const char *usage; } commands[] = {
	{"build", OF_BUILD, "[-o output] [build flags] [packages]"},
	{"run", OF_RUN, "[build flags] [-exec xprog] package [arguments...]"},
	{"test", OF_TEST, "[build/test flags] [packages] [build/test flags & test binary flags]"},
	{"version", 0, "[-m] [-v] [-json] [file ...]"},
	{"env", 0, "[-json] [-changed] [-u] [-w] [var ...]"},
	{"fmt", OF_FMT, "[-n] [-x] [packages]"},
	{"list", OF_LIST, "[-f format] [-json] [-m] [list flags] [build flags] [packages]"},
	{"generate", OF_GENERATE, "[-run regexp] [-n] [-v] [-x] [build flags] [file.go... | packages]"},
	{"install", OF_INSTALL, "[build flags] [packages]"},
	{"tool", 0, "[-n] command [args...]"},
	{"mod download", 0, "[-x] [-json] [-reuse=old.json] [modules]"},
	{"mod verify", 0, ""},
	{"explain", OF_EXPLAIN, "[-list] [build flags] [file[:line[:column]] | package]"},
	{"escape-diff", OF_EXPLAIN, "[build flags] old new"},
	{"vet", OF_VET, "[build flags] [-vettool prog] [vet flags] [packages]"},
	{"clean", 0, "[-i] [-r] [-cache] [-testcache] [-modcache] [-fuzzcache] [build flags] [packages]"},
};

/* Of no command, all bits. */
static unsigned command_bit(const char *verb)
{
	for (int i = 0; verb && i < COUNT_OF(commands); i++)
		if (strcmp(commands[i].name, verb) == 0)
			return commands[i].bit;
	return ~0u;
}

void usage_line(Driver *d)
{
	for (int i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(commands[i].name, d->options.verb) == 0)
			fprintf(stderr, "usage: gol %s%s%s\n", commands[i].name, *commands[i].usage ? " " : "", commands[i].usage);
	bool test = d->options.verb && strcmp(d->options.verb, "test") == 0;
	fprintf(stderr, "Run 'gol help %s'%s for details.\n", d->options.verb, test ? " and 'gol help testflag'" : "");
}

/* ---- lists of flags -------------------------------------------------------------------------------- */

/* Behind the pattern of "[pattern=]arguments"; NULL, and said, if it has none of the form. */
static const char *without_pattern(const FlagReader *r, const char *flag, const char *value)
{
	const char *text = value + strspn(value, " "), *equal = strchr(text, '=');
	char quote;
	if (*text && *text != '-' && (!equal || equal == text)) {
		bad_flag_value(r, "", value, flag, equal ? "missing <pattern> in <pattern>=<value>" :
		               "missing =<value> in <pattern>=<value>");
		return NULL;
	}
	text = !*text || *text == '-' ? text : equal + 1;
	for (char *rest = arena_printf(r->d->c->arena, "%s", text); next_word(&rest, &quote);)
		;
	if (!quote)
		return text;
	bad_flag_value(r, "", value, flag, arena_printf(r->d->c->arena, "unterminated %c string", quote));
	return NULL;
}

static int add_linker_flags(const FlagReader *r, const char *value)
{
	const char *text = without_pattern(r, "ldflags", value);
	return text ? take_linker_flags(r->d, value, text) : EXIT_USAGE;
}

static int add_compiler_flags(const FlagReader *r, const char *value)
{
	if (!without_pattern(r, "gcflags", value))
		return EXIT_USAGE;
	vec_push(r->d->c->arena, &r->d->options.compiler_flags, value);
	return EXIT_OK;
}

/* ---- values of flags ---------------------------------------------------------------------------------- */

/* What gol does not do, in Go's words where Go has such a case: for a machine or without cgo. */
static int refuse(const Flag *f, const char *value)
{
	static const struct { const char *name, *format; int status; } table[] = {
		{"msan", "-msan is not supported on linux/" GOL_ARCH "\n", EXIT_USAGE},
		{"linkshared", "-linkshared requires external (cgo) linking, but cgo is not enabled\n", EXIT_ERROR},
	};
	for (int i = 0; i < COUNT_OF(table); i++)
		if (strcmp(table[i].name, f->name) == 0) {
			fputs(table[i].format, stderr);
			return table[i].status;
		}
	fprintf(stderr, value ? "gol: -%s=%s is not supported yet\n" : "gol: -%s is not supported yet\n", f->name, value);
	return EXIT_USAGE;
}

static int set_number(const FlagReader *r, const Flag *f, const char *value)
{
	char *end;
	long n = strtol(value, &end, 0);
	if (*end || end == value)
		return bad_flag_value(r, "", value, f->name, "parse error");
	if (strcmp(f->name, "p") == 0 && n <= 0) {
		fprintf(stderr, "gol: -p must be a positive integer: %ld\n", n);
		return EXIT_ERROR;
	}
	*(int *)(uintptr_t)f->target = (int)n;
	return EXIT_OK;
}

static bool is_choice(const char *const *list, const char *value)
{
	for (; *list; list++)
		if (strcmp(*list, value) == 0)
			return true;
	return false;
}

static int set_choice(const FlagReader *r, const Flag *f, const char *value)
{
	const Choice *choice = f->target;
	bool is_mode = strcmp(f->name, "buildmode") == 0;
	if (is_choice(choice->taken, value)) {
		if (choice->target)
			*choice->target = value;
		return EXIT_OK;
	}
	if (is_mode && is_choice(choice->refused, value)) {
		fprintf(stderr, "-buildmode=%s requires external (cgo) linking, but cgo is not enabled\n", value);
		return EXIT_ERROR;
	}
	if (strcmp(f->name, "mod") == 0 && !is_choice(choice->refused, value)) {
		fprintf(stderr, "-mod=%s not supported (can be '', 'mod', 'readonly', or 'vendor')\n", value);
		return EXIT_ERROR;
	}
	if (is_mode && strcmp(value, "archive") != 0) {
		fprintf(stderr, "buildmode=%s not supported\n", value);
		return EXIT_ERROR;
	}
	if (strcmp(f->name, "compiler") == 0 && !is_choice(choice->refused, value))
		return bad_flag_value(r, "", value, f->name, arena_printf(r->d->c->arena, "unknown compiler \"%s\"", value));
	return refuse(f, value);
}

/* Divided by commas or, the older way, by spaces: one of the two. */
static int set_tags(const FlagReader *r, const char *value)
{
	if (strchr(value, ' ') && strchr(value, ',')) {
		fprintf(stderr, "gol: -tags space-separated list contains comma\n");
		return EXIT_USAGE;
	}
	r->d->options.tags = value;
	return EXIT_OK;
}

static int set_stamp(const FlagReader *r, const Flag *f, const char *value)
{
	if (value && strcmp(value, "auto") == 0)        /* no program carries a stamp: right where there is nothing to be had */
		return EXIT_OK;
	bool stamp = false;
	const Flag plain = {f->name, FLAG_BOOL, f->verbs, &stamp};
	if (value && strlen(value) > 1 && strcasecmp(value, "true") != 0 && strcasecmp(value, "false") != 0)
		return bad_flag_value(r, "boolean ", value, f->name, "value is neither 'auto' nor a valid bool");
	int status = set_bool(r, &plain, value);
	return status == EXIT_OK && stamp ? refuse(f, value) : status;
}

static int set_emit(Driver *d, const char *value)
{
	d->options.emit_c = strcmp(value, "c") == 0;
	if (!d->options.emit_c)
		fprintf(stderr, "gol: -emit takes c\n");
	return d->options.emit_c ? EXIT_OK : EXIT_USAGE;
}

static int refuse_if_set(const FlagReader *r, const Flag *f, const char *value)
{
	bool is_set = false;
	const Flag plain = {f->name, FLAG_BOOL, f->verbs, &is_set};
	int status = set_bool(r, &plain, value);
	return status == EXIT_OK && is_set ? refuse(f, NULL) : status;
}

int set_flag(const FlagReader *r, const Flag *f, const char *value)
{
	Options *o = &r->d->options;
	switch (f->kind) {
	case FLAG_BOOL: case FLAG_SO_ALREADY_BOOL:
		return set_bool(r, f, value);
	case FLAG_REFUSED_BOOL:
		return refuse_if_set(r, f, value);
	case FLAG_VCS:
		return set_stamp(r, f, value);
	case FLAG_REMARKS:
		vec_push(r->d->c->arena, &o->compiler_flags, value ? arena_printf(r->d->c->arena, "-m=%s", value) : "-m");
		return EXIT_OK;
	case FLAG_TEXT: case FLAG_OPTIONAL:
		*(const char **)(uintptr_t)f->target = value ? value : "";
		return EXIT_OK;
	case FLAG_NUMBER:
		return set_number(r, f, value);
	case FLAG_EMIT:
		return set_emit(r->d, value);
	case FLAG_TAGS:
		return set_tags(r, value);
	case FLAG_COMPILER:
		return add_compiler_flags(r, value);
	case FLAG_LINKER:
		return add_linker_flags(r, value);
	case FLAG_GCCGO:
		fputs("gol build: when using gc toolchain, please pass compile flags using -gcflags, and linker flags using -ldflags\n", stderr);
		return EXIT_OK;
	case FLAG_CHOICE:
		return set_choice(r, f, value);
	case FLAG_REFUSED:
		return refuse(f, value);
	case FLAG_FIRST:
		return bad_flag_value(r, "", value, f->name, "-C flag must be first flag on command line");
	case FLAG_SO_ALREADY:
		return EXIT_OK;
	}
	return EXIT_OK;
}

/* ---- the table ------------------------------------------------------------------------------------------ */

int list_flags(Driver *d, Flag *flags)
{
	Options *o = &d->options;
	static const char *const mods[] = {"", "mod", "readonly", "vendor", NULL}, *const none[] = {NULL};
	static const char *const modes[] = {"", "default", "exe", "pie", NULL},
		*const cgo_modes[] = {"c-archive", "c-shared", "shared", "plugin", NULL};
	static const char *const compilers[] = {"gc", NULL}, *const other_compilers[] = {"gccgo", NULL},
		*const profiles[] = {"auto", "off", NULL};
	Choice *choices = NEW_ARRAY(d->c->arena, Choice, 4);
	choices[0] = (Choice){mods, none, &o->mod};
	choices[1] = (Choice){modes, cgo_modes, &o->build_mode};
	choices[2] = (Choice){compilers, other_compilers, NULL};
	choices[3] = (Choice){profiles, none, NULL};
	const Flag all[] = {
		/* Go's build flags */
		{"C", FLAG_FIRST, OF_ALL | OF_FMT, NULL},
		{"a", FLAG_BOOL, OF_ALL, &o->rebuild}, {"n", FLAG_BOOL, OF_ALL | OF_FMT, &o->dry_run},
		{"p", FLAG_NUMBER, OF_ALL, &o->parallel},
		{"v", FLAG_BOOL, OF_ALL, &o->print_packages}, {"x", FLAG_BOOL, OF_ALL | OF_FMT, &o->print_commands},
		{"work", FLAG_BOOL, OF_ALL, &o->keep_work}, {"tags", FLAG_TAGS, OF_ALL, NULL},
		{"trimpath", FLAG_BOOL, OF_ALL, &o->trim_paths},
		{"asan", FLAG_BOOL, OF_ALL, &o->asan}, {"ldflags", FLAG_LINKER, OF_ALL, NULL},
		{"gcflags", FLAG_COMPILER, OF_ALL, NULL},
		{"asmflags", FLAG_SO_ALREADY, OF_ALL, NULL}, {"gccgoflags", FLAG_GCCGO, OF_ALL, NULL},
		{"installsuffix", FLAG_SO_ALREADY, OF_ALL, NULL},
		{"mod", FLAG_CHOICE, OF_ALL | OF_FMT, &choices[0]}, {"modfile", FLAG_TEXT, OF_ALL, &o->modfile},
		{"modcacherw", FLAG_BOOL, OF_ALL, &o->writable_modules},
		{"overlay", FLAG_TEXT, OF_ALL, &o->overlay}, {"buildvcs", FLAG_VCS, OF_ALL, NULL},
		{"buildmode", FLAG_CHOICE, OF_ALL, &choices[1]},
		{"compiler", FLAG_CHOICE, OF_ALL, &choices[2]}, {"pgo", FLAG_CHOICE, OF_ALL, &choices[3]},
		{"race", FLAG_BOOL, OF_ALL, &o->race},
		{"msan", FLAG_REFUSED_BOOL, OF_ALL, NULL}, {"cover", FLAG_REFUSED_BOOL, OF_BUILD | OF_INSTALL | OF_RUN, NULL},
		{"covermode", FLAG_REFUSED, OF_BUILD | OF_INSTALL | OF_RUN, NULL},
		{"coverpkg", FLAG_REFUSED, OF_BUILD | OF_INSTALL | OF_RUN, NULL},
		{"linkshared", FLAG_REFUSED_BOOL, OF_ALL, NULL}, {"pkgdir", FLAG_REFUSED, OF_ALL, NULL},
		{"toolexec", FLAG_REFUSED, OF_ALL, NULL},
		/* of some commands */
		{"o", FLAG_TEXT, OF_BUILD | OF_TEST, &o->output}, {"json", FLAG_BOOL, OF_BUILD | OF_INSTALL, &o->json},
			{"exec", FLAG_TEXT, OF_RUN | OF_TEST, &o->exec},
		{"json", FLAG_OPTIONAL, OF_LIST, &o->list.json}, {"deps", FLAG_BOOL, OF_LIST, &o->list.deps},
		{"find", FLAG_BOOL, OF_LIST, &o->list.find},
		{"e", FLAG_BOOL, OF_LIST, &o->list.errors}, {"m", FLAG_BOOL, OF_LIST, &o->list.modules},
		{"f", FLAG_TEXT, OF_LIST, &o->list.format},
		{"test", FLAG_BOOL, OF_LIST, &o->list.tests}, {"compiled", FLAG_REFUSED_BOOL, OF_LIST, NULL},
		{"export", FLAG_REFUSED_BOOL, OF_LIST, NULL},
		{"u", FLAG_BOOL, OF_LIST, &o->list.updates}, {"versions", FLAG_BOOL, OF_LIST, &o->list.versions},
		{"retracted", FLAG_BOOL, OF_LIST, &o->list.retracted},
		{"reuse", FLAG_TEXT, OF_LIST, &o->list.reuse},
		{"run", FLAG_TEXT, OF_GENERATE, &o->generate_run}, {"skip", FLAG_TEXT, OF_GENERATE, &o->generate_skip},
		/* gol's own */
		{"list", FLAG_BOOL, OF_EXPLAIN, &o->list_sites},
		{"dump", FLAG_TEXT, OF_BUILD | OF_RUN, &o->dump}, {"emit", FLAG_EMIT, OF_BUILD, NULL},
			{"versions", FLAG_NUMBER, OF_COMPILING, &o->versions},
		{"m", FLAG_REMARKS, OF_BUILD | OF_RUN, NULL}, {"l", FLAG_SO_ALREADY_BOOL, OF_BUILD | OF_RUN, NULL},
		{"g", FLAG_BOOL, OF_COMPILING, &o->debug},
		{"progress", FLAG_BOOL, OF_COMPILING, &d->scratch->progress.lines},
	};
	_Static_assert(sizeof all <= FLAG_LIMIT * sizeof *all, "room for all");
	unsigned bit = command_bit(o->verb);
	int count = 0;
	for (int i = 0; i < COUNT_OF(all); i++)
		if (all[i].verbs & bit)
			flags[count++] = all[i];
	return count;
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
	o->inputs_given = o->inputs.len > 0;
	if (o->inputs.len == 0)
		vec_push(d->c->arena, &o->inputs, ".");
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

void begin_options(Driver *d)
{
	d->options.optimise = -1;
	d->options.linker_flags = "";
}

int parse_options(Driver *d, int argc, char **argv)
{
	int i = 0, status;
	begin_options(d);
	for (int k = 0; k < argc; k++)
		vec_push(d->c->arena, &d->options.words, argv[k]);
	if ((status = read_environment_flags(d)) != EXIT_OK || (status = read_flags(d, argc, argv, &i)) != EXIT_OK ||
	    (status = parse_inputs(d, argc, argv, i)) != EXIT_OK)
		return status;
	return finish_options(d);
}

static void add_tag(Driver *d, const char *tag)
{
	const char *given = d->options.tags;
	d->options.tags = given && *given ? arena_printf(d->c->arena, "%s,%s", given, tag) : tag;
}

int finish_options(Driver *d)
{
	Options *o = &d->options;
	bool run = strcmp(o->verb, "run") == 0 || strcmp(o->verb, "test") == 0;
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
	o->may_link_quickly = run && o->optimise == 0 && !o->output && !o->debug && !o->asan && !o->race;
	o->print_commands |= o->dry_run;
	if (o->output && !*o->output)
		o->output = NULL;
	d->c->trim_paths = o->trim_paths;
	d->c->modfile = o->modfile;
	d->c->mod_mode = o->mod;
	d->c->writable_modules = o->writable_modules;
	if (o->overlay && *o->overlay && (d->c->overlay = overlay_read(d->c, o->overlay)) == NULL)
		return EXIT_ERROR;
	if (o->modfile && (strlen(o->modfile) < 4 || strcmp(o->modfile + strlen(o->modfile) - 4, ".mod") != 0)) {
		fprintf(stderr, "gol: -modfile=%s: file does not have .mod extension\n", o->modfile);
		return EXIT_ERROR;
	}
	if (o->asan) {
		o->cflags = arena_printf(d->c->arena, "%s -fsanitize=address", o->cflags);
		add_tag(d, "asan");
	}
	if (o->race)
		add_tag(d, "race");
	d->c->race = o->race;
	return EXIT_OK;
}
