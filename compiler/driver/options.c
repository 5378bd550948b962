/*
 * options.c - the command line of build and run, in Go's words.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_prefix(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

static bool is_source(const char *s)
{
	const char *dot = strrchr(s, '.');
	return dot && (strcmp(dot, ".gol") == 0 || strcmp(dot, ".go") == 0);
}

/* -gcflags='-e -m -l' or 'pattern=-m'; unknown ones are ignored as long as they look like flags. */
static void compiler_flags(Options *o, char *text)
{
	char *equal = strchr(text, '=');
	if (equal && text[0] != '-')
		text = equal + 1;
	for (char *save, *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (strcmp(word, "-m") == 0 || strcmp(word, "-m=1") == 0) {
			o->remarks = true;
			o->remark_level++;
		} else if (has_prefix(word, "-m=")) {
			o->remarks = true;
			o->remark_level = atoi(word + 3);
		} else if (strcmp(word, "-e") == 0) {
			o->all_errors = true;
		} else if (strcmp(word, "-N") == 0) {
			o->optimise = 0;
		} else if (strcmp(word, "-noline") == 0) {
			o->no_line = true;
		}
	}
}

static bool usage(Driver *d, const char *flag)
{
	fprintf(stderr, "flag provided but not defined: %s\n", flag);
	if (strcmp(d->options.verb, "run") == 0)
		fprintf(stderr, "usage: gol run [build flags] [-exec xprog] package [arguments...]\n");
	else
		fprintf(stderr, "usage: gol %s [-o output] [build flags] [packages]\n", d->options.verb);
	fprintf(stderr, "Run 'gol help %s' for details.\n", d->options.verb);
	return false;
}

/* The value of -name=value, or of -name value (then *i moves on); NULL if arg is another flag. */
static char *value_of(const char *name, int argc, char **argv, int *i)
{
	char *arg = argv[*i] + 1;
	if (*arg == '-')
		arg++;
	size_t n = strlen(name);
	if (strncmp(arg, name, n) != 0)
		return NULL;
	if (arg[n] == '=')
		return arg + n + 1;
	if (arg[n] == '\0' && *i + 1 < argc)
		return argv[++*i];
	return NULL;
}

static bool is_flag(const char *arg, const char *name)
{
	arg += arg[1] == '-' ? 2 : 1;
	return strcmp(arg, name) == 0;
}

static bool parse_flag(Driver *d, int argc, char **argv, int *i)
{
	Options *o = &d->options;
	char *arg = argv[*i], *value;
	static const char *const ignored[] = {"ldflags", "asmflags", "mod", "buildmode", "p", "gccgoflags", "pkgdir", "toolexec", "exec"};
	static const char *const ignored_switches[] = {"trimpath", "race", "buildvcs", "linkshared", "modcacherw", "l"};
	if (has_prefix(arg, "-O") && arg[2] >= '0' && arg[2] <= '3' && !arg[3])
		o->optimise = arg[2] - '0';
	else if (is_flag(arg, "m")) {
		o->remarks = true;
		o->remark_level++;
	} else if (is_flag(arg, "x"))
		o->print_commands = true;
	else if (is_flag(arg, "v"))
		o->print_packages = true;
	else if (is_flag(arg, "n"))
		o->print_commands = o->dry_run = true;
	else if (is_flag(arg, "a"))
		o->rebuild = true;
	else if (is_flag(arg, "work"))
		o->keep_work = true;
	else if ((value = value_of("gcflags", argc, argv, i)))
		compiler_flags(o, arena_printf(d->c->arena, "%s", value));
	else if ((value = value_of("versions", argc, argv, i)))
		o->versions = atoi(value);
	else if ((value = value_of("emit", argc, argv, i)))
		o->emit_c = strcmp(value, "c") == 0;
	else if ((value = value_of("dump", argc, argv, i)))
		o->dump = value;
	else if ((value = value_of("tags", argc, argv, i)))
		o->tags = value;
	else if ((value = value_of("o", argc, argv, i)))
		o->output = value;
	else {
		for (int k = 0; k < COUNT_OF(ignored); k++)
			if (value_of(ignored[k], argc, argv, i))
				return true;
		for (int k = 0; k < COUNT_OF(ignored_switches); k++)
			if (is_flag(arg, ignored_switches[k]))
				return true;
		char name[256];
		snprintf(name, sizeof name, "%.*s", (int)strcspn(arg, "="), arg);
		return usage(d, name);
	}
	return true;
}

bool parse_options(Driver *d, int argc, char **argv)
{
	Options *o = &d->options;
	bool run = strcmp(o->verb, "run") == 0;
	int i = 0;
	o->optimise = -1;
	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
		if (!parse_flag(d, argc, argv, &i))
			return false;
	for (; i < argc; i++) {
		bool first = o->inputs.len == 0;
		if (run && !first && !(is_source(argv[i]) && is_source(o->inputs.items[0])))
			break;
		vec_push(d->c->arena, &o->inputs, argv[i]);
	}
	for (; i < argc; i++)
		vec_push(d->c->arena, &o->arguments, argv[i]);
	if (o->inputs.len == 0) {
		if (run) {
			fprintf(stderr, "gol: no go files listed\n");
			return false;
		}
		vec_push(d->c->arena, &o->inputs, ".");
	}
	if (o->optimise < 0)
		o->optimise = run || o->versions == 1 ? 0 : 2;
	o->versions_given = o->versions != 0;
	if (o->versions == 0)
		o->versions = o->optimise == 0 || run ? 1 : 2;
	if (o->versions < 1 || o->versions > 2) {
		fprintf(stderr, "gol: -versions takes 1 or 2\n");
		return false;
	}
	d->c->all_errors = o->all_errors;
	return true;
}
