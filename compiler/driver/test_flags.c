/*
 * test_flags.c - the command line of gol test, in Go's words.
 *
 *     gol test [build and test flags] [packages] [build and test flags, flags of the test program]
 *
 * A flag is gol's (-c, -o, -tags), or the test program's (-custom), or one that both must know (-run, -v, -timeout: the
 * program gets it as -test.run; gol also takes it under that name). Flags may stand before the packages and behind
 * them; a flag that nobody here knows ends the list of packages, since the next word may be its value; everything
 * behind -args, --, or a word that can be no flag's value is the program's, as it is.
 *
 * A number or duration is understood before it is passed on, so that a mistake is found before anything is built, and
 * the cache of results knows -timeout=60s and -timeout=1m as one.
 */
#include "flags.h"
#include "test.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SECOND = 1000 * 1000 * 1000 };

/* ---- durations ---------------------------------------------------------------------------------- */

static const struct { const char *name; double size; } units[] = {
	{"ns", 1}, {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"\xce\xbcs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9},
};

/* The unit at s, which ends before a digit or a point; 0: none. */
static double unit_size(const char *s, size_t *n)
{
	*n = strcspn(s, "0123456789.");
	for (int i = 0; i < COUNT_OF(units); i++)
		if (strlen(units[i].name) == *n && strncmp(units[i].name, s, *n) == 0)
			return units[i].size;
	return 0;
}

bool parse_duration(const char *text, Duration *result)
{
	bool negative = *text == '-';
	const char *s = text + (*text == '-' || *text == '+');
	double sum = 0;
	if (strcmp(s, "0") == 0) {
		*result = 0;
		return true;
	}
	if (!*s)
		return false;
	while (*s) {
		char *end;
		size_t n = strspn(s, "0123456789.");
		if (n == 0 || strcmp(s, ".") == 0)
			return false;
		double value = strtod(s, &end), size = unit_size(s + n, &n);
		if (size == 0 || end == s)
			return false;
		sum += value * size;
		s = end + n;
	}
	if (sum >= 9.2e18)
		return false;
	*result = (Duration)(negative ? -sum : sum);
	return true;
}

/* A fraction without zeros at its end. */
static const char *with_fraction(Driver *d, Duration t, Duration unit, const char *name)
{
	char *text = arena_printf(d->c->arena, "%lld.%0*lld", (long long)(t / unit),
	                          unit == SECOND ? 9 : unit == SECOND / 1000 ? 6 : 3,
	                          (long long)(t % unit));
	size_t n = strlen(text);
	while (text[n - 1] == '0')
		n--;
	text[text[n - 1] == '.' ? n - 1 : n] = '\0';
	return arena_printf(d->c->arena, "%s%s", text, name);
}

const char *duration_text(Driver *d, Duration t)
{
	const char *sign = t < 0 ? "-" : "";
	t = t < 0 ? -t : t;
	if (t == 0)
		return "0s";
	if (t < 1000)
		return arena_printf(d->c->arena, "%s%lldns", sign, (long long)t);
	if (t < SECOND / 1000)
		return arena_printf(d->c->arena, "%s%s", sign, with_fraction(d, t, 1000, "\xc2\xb5s"));
	if (t < SECOND)
		return arena_printf(d->c->arena, "%s%s", sign, with_fraction(d, t, SECOND / 1000, "ms"));
	Duration minute = 60ll * SECOND, hour = 60 * minute;
	const char *seconds = with_fraction(d, t % minute, SECOND, "s");
	if (t < minute)
		return arena_printf(d->c->arena, "%s%s", sign, seconds);
	if (t < hour)
		return arena_printf(d->c->arena, "%s%lldm%s", sign, (long long)(t / minute), seconds);
	return arena_printf(d->c->arena, "%s%lldh%lldm%s", sign, (long long)(t / hour), (long long)(t % hour / minute),
	                    seconds);
}

/* ---- the table ------------------------------------------------------------------------------------ */

typedef enum { VALUE_BOOL, VALUE_INT, VALUE_DURATION, VALUE_TEXT, VALUE_VERBOSE, VALUE_SHUFFLE, VALUE_VET, VALUE_FOLDER, VALUE_COVER_MODE, VALUE_COVER_PACKAGES, VALUE_NOT_YET } ValueKind;

typedef struct TestFlag {
	const char *name;
	ValueKind kind;
	bool passed;                /* to the test program, as -test.name=value */
	size_t target;              /* in TestFlags, or in Options for what is not passed; 0: nowhere */
} TestFlag;

static const TestFlag table[] = {
	{"c", VALUE_BOOL, false, offsetof(TestFlags, compile_only)}, {"json", VALUE_BOOL, false, offsetof(TestFlags, json)},
	{"vet", VALUE_VET, false, 0},
	{"artifacts", VALUE_BOOL, true, offsetof(TestFlags, artifacts)},
	{"bench", VALUE_TEXT, true, offsetof(TestFlags, bench)},
	{"benchmem", VALUE_BOOL, true, 0}, {"benchtime", VALUE_TEXT, true, 0}, {"count", VALUE_INT, true, 0},
	{"cpu", VALUE_TEXT, true, 0},
	{"failfast", VALUE_BOOL, true, offsetof(TestFlags, fail_fast)}, {"fullpath", VALUE_BOOL, true, 0},
	{"fuzz", VALUE_TEXT, true, offsetof(TestFlags, fuzz)}, {"fuzztime", VALUE_TEXT, true, 0},
	{"fuzzminimizetime", VALUE_TEXT, true, 0},
	{"list", VALUE_TEXT, true, offsetof(TestFlags, list)},
	{"outputdir", VALUE_FOLDER, true, offsetof(TestFlags, output_dir)},
	{"parallel", VALUE_INT, true, 0}, {"run", VALUE_TEXT, true, 0}, {"short", VALUE_BOOL, true, 0},
	{"shuffle", VALUE_SHUFFLE, true, 0},
	{"skip", VALUE_TEXT, true, 0}, {"timeout", VALUE_DURATION, true, offsetof(TestFlags, timeout)},
	{"v", VALUE_VERBOSE, true, 0},
	{"blockprofile", VALUE_NOT_YET, true, 0}, {"blockprofilerate", VALUE_NOT_YET, true, 0},
	{"cpuprofile", VALUE_NOT_YET, true, 0},
	{"memprofile", VALUE_NOT_YET, true, 0}, {"memprofilerate", VALUE_NOT_YET, true, 0},
	{"mutexprofile", VALUE_NOT_YET, true, 0},
	{"mutexprofilefraction", VALUE_NOT_YET, true, 0}, {"trace", VALUE_NOT_YET, true, 0},
	{"cover", VALUE_BOOL, false, offsetof(TestFlags, cover)}, {"covermode", VALUE_COVER_MODE, false, 0},
	{"coverprofile", VALUE_TEXT, false, offsetof(TestFlags, cover_profile)},
	{"coverpkg", VALUE_COVER_PACKAGES, false, 0},
};

/* Without its dashes; *n: the length of the name, which "=" or the end of the word ends. NULL: it is no flag. */
static const char *flag_name(const char *word, size_t *n)
{
	if (word[0] != '-' || !word[1])
		return NULL;
	const char *name = word + 1 + (word[1] == '-');
	*n = strcspn(name, "=");
	return *n ? name : NULL;
}

static const TestFlag *find_flag(const char *name, size_t n)
{
	bool prefixed = n > 5 && strncmp(name, "test.", 5) == 0;
	for (int i = 0; i < COUNT_OF(table); i++) {
		const TestFlag *f = &table[i];
		const char *plain = prefixed && f->passed ? name + 5 : name;
		size_t length = prefixed && f->passed ? n - 5 : n;
		if (strlen(f->name) == length && strncmp(f->name, plain, length) == 0)
			return f;
	}
	return NULL;
}

/* ---- values ---------------------------------------------------------------------------------------- */

typedef struct Parsing {
	Driver *d;
	TestFlags *flags;
	bool from_environment;      /* $GOFLAGS: the command line overrides */
	bool timeout_given, output_dir_given, set_v;
	TextList injected;          /* what was passed on from there, before the rest */
} Parsing;

static int bad(Parsing *p, const char *format, const char *value, const char *name, const char *why)
{
	fprintf(stderr, format, value, name, why);
	fputc('\n', stderr);
	usage_line(p->d);
	return EXIT_USAGE;
}

static const char *bool_value(Parsing *p, const TestFlag *f, const char *value)
{
	bool is_yes;
	if (!parse_bool(value, &is_yes))
		return NULL;
	if (f->target)
		*(bool *)((char *)p->flags + f->target) = is_yes;
	return is_yes ? "true" : "false";
}

static const char *int_value(Parsing *p, const char *value)
{
	char *end;
	long long n = strtoll(value, &end, 0);
	return *value && !*end && !isspace((unsigned char)*value) ? arena_printf(p->d->c->arena, "%lld", n) : NULL;
}

/* -v, -v=test2json. */
static const char *verbose_value(Parsing *p, const char *value)
{
	bool on = true, json = strcmp(value, "test2json") == 0;
	if (!json && !parse_bool(value, &on))
		return NULL;
	p->flags->verbose = on;
	p->flags->verbose_json = json;
	p->set_v = true;
	return json ? value : on ? "true" : "false";
}

static const char *shuffle_value(Parsing *p, const char *value)
{
	return strcmp(value, "on") == 0 || strcmp(value, "off") == 0 ? value : int_value(p, value);
}

static bool is_analyzer(const char *s, size_t n)
{
	static const char *const names[] = {"appends", "asmdecl", "assign", "atomic", "bool", "bools", "buildtag",
		"buildtags", "cgocall", "composites",
		"copylocks", "defers", "directive", "errorsas", "framepointer", "hostport", "httpresponse", "ifaceassert",
		"loopclosure", "lostcancel",
		"nilfunc", "printf", "shift", "sigchanyzer", "slog", "stdmethods", "stdversion", "stringintconv", "structtag",
		"testinggoroutine",
		"tests", "timeformat", "unmarshal", "unreachable", "unsafeptr", "unusedresult", "waitgroup"};
	for (int i = 0; i < COUNT_OF(names); i++)
		if (strlen(names[i]) == n && strncmp(names[i], s, n) == 0)
			return true;
	return false;
}

/* -vet. What is wrong with the value; NULL: nothing. */
static const char *set_vet(Driver *d, TestFlags *flags, const char *value)
{
	const char *single = NULL;
	flags->vet_given = *value != '\0';
	flags->vet_off = false;
	flags->vet.len = 0;
	if (strchr(value, '='))
		return "-vet argument cannot contain equal signs";
	if (strchr(value, ' '))
		return "-vet argument is comma-separated list, cannot contain spaces";
	for (const char *s = value; *value; s++) {
		size_t n = strcspn(s, ",");
		const char *word = arena_strndup(d->c->arena, s, n);
		if (n == 0)
			return "-vet argument contains empty list element";
		if (strcmp(word, "all") == 0 || strcmp(word, "off") == 0) {
			single = word;
			flags->vet_off = strcmp(word, "off") == 0;
			flags->vet.len = 0;
		} else if (is_analyzer(s, n)) {
			vec_push(d->c->arena, &flags->vet, word);
		} else {
			return arena_printf(d->c->arena,
			                    "-vet argument must be a supported analyzer or a distinguished value; found %s", word);
		}
		s += n;
		if (!*s)
			break;
	}
	return flags->vet.len > 1 &&
		single ? arena_printf(d->c->arena, "-vet does not accept \"%s\" in a list with other analyzers", single) : NULL;
}

static int not_supported(const char *name, const char *value)
{
	fprintf(stderr, "gol: -%s=%s is not supported yet\n", name, value);
	return EXIT_USAGE;
}

/* The value as it is passed on; NULL: it is wrong. */
static const char *understand(Parsing *p, const TestFlag *f, const char *value)
{
	const char **text = f->target ? (const char **)((char *)p->flags + f->target) : NULL;
	switch (f->kind) {
	case VALUE_BOOL:
		return bool_value(p, f, value);
	case VALUE_INT:
		return int_value(p, value);
	case VALUE_DURATION:
		p->timeout_given = true;
		return parse_duration(value, &p->flags->timeout) ? duration_text(p->d, p->flags->timeout) : NULL;
	case VALUE_VERBOSE:
		return verbose_value(p, value);
	case VALUE_SHUFFLE:
		return shuffle_value(p, value);
	case VALUE_FOLDER:
		p->output_dir_given = true;
		return *text = *value ? absolute_name(p->d, value) : value;
	case VALUE_TEXT:
		if (text)
			*text = value;
		return value;
	case VALUE_VET: case VALUE_COVER_MODE: case VALUE_COVER_PACKAGES: case VALUE_NOT_YET:
		break;
	}
	return value;
}

/* "" has no parts. */
static TextList split_commas(Driver *d, const char *value)
{
	TextList parts = {0};
	for (const char *s = value; s && *value; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL)
		vec_push(d->c->arena, &parts, arena_strndup(d->c->arena, s, strcspn(s, ",")));
	return parts;
}

static int set_value(Parsing *p, const TestFlag *f, const char *shown_name, const char *value)
{
	if (f->kind == VALUE_NOT_YET)
		return not_supported(f->name, value);
	if (f->kind == VALUE_VET) {
		const char *fault = set_vet(p->d, p->flags, value);
		return fault ? bad(p, "invalid value \"%s\" for flag -%s: %s", value, "vet", fault) : EXIT_OK;
	}
	if (f->kind == VALUE_COVER_PACKAGES) {
		p->flags->cover = true;
		p->flags->cover_packages = split_commas(p->d, value);
		return EXIT_OK;
	}
	if (f->kind == VALUE_COVER_MODE) {
		CoverMode *mode = &p->flags->cover_mode;
		for (*mode = COVER_ATOMIC; *mode != COVER_NONE && strcmp(cover_mode_name(*mode), value) != 0;)
			--*mode;
		return *mode ? EXIT_OK : bad(p, "invalid value \"%s\" for flag -%s: %s", value, "covermode",
		                             "valid modes are \"set\", \"count\", or \"atomic\"");
	}
	const char *understood = understand(p, f, value);
	if (!understood && f->kind == VALUE_VERBOSE)
		return bad(p, "invalid boolean value \"%s\" for -%s: %s", value, shown_name,
		           arena_printf(p->d->c->arena, "invalid flag -test.v=%s", value));
	if (!understood && f->kind == VALUE_BOOL)
		return bad(p, "invalid boolean value \"%s\" for -%s: %s", value, shown_name, "parse error");
	if (!understood && f->kind == VALUE_SHUFFLE)
		return bad(p, "invalid value \"%s\" for flag -%s: -shuffle argument must be \"on\", \"off\", or an int64: %s",
		           value, shown_name,
		           arena_printf(p->d->c->arena, "strconv.ParseInt: parsing \"%s\": invalid syntax", value));
	if (!understood)
		return bad(p, "invalid value \"%s\" for flag -%s: %s", value, shown_name, "parse error");
	if (f->passed)
		vec_push(p->d->c->arena, p->from_environment ? &p->injected : &p->flags->passed,
		         arena_printf(p->d->c->arena, "-test.%s=%s", f->name, understood));
	return EXIT_OK;
}

/* ---- one word ---------------------------------------------------------------------------------------- */

static bool takes_value(const TestFlag *f) { return f->kind != VALUE_BOOL && f->kind != VALUE_VERBOSE; }

/* A flag of the table at argv[*i]. */
static int take_test_flag(Parsing *p, const TestFlag *f, int argc, char **argv, int *i)
{
	size_t n = 0;
	const char *name = flag_name(argv[*i], &n), *shown = arena_strndup(p->d->c->arena, name, n);
	const char *value = name[n] ? name + n + 1 : takes_value(f) ? NULL : "true";
	if (!value && *i + 1 >= argc) {
		fprintf(stderr, "flag needs an argument: -%s\n", shown);
		usage_line(p->d);
		return EXIT_USAGE;
	}
	return set_value(p, f, shown, value ? value : argv[++*i]);
}

/* *known: whether it is one of gol's flags. */
static int take_flag(Parsing *p, int argc, char **argv, int *i, bool *known)
{
	size_t n = 0;
	const char *name = flag_name(argv[*i], &n);
	const TestFlag *f = name ? find_flag(name, n) : NULL;
	*known = true;
	if (f)
		return take_test_flag(p, f, argc, argv, i);
	if (name && is_flag(p->d, argv[*i]))
		return read_one_flag(&(FlagReader){p->d, p->from_environment}, argc, argv, i);
	*known = false;
	return EXIT_OK;
}

static bool is_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "-help") == 0 || strcmp(word, "--help") == 0 ||
		strcmp(word, "--h") == 0;
}

/* ---- the command line ---------------------------------------------------------------------------------- */

static void pass_rest(Parsing *p, int argc, char **argv, int i)
{
	for (; i < argc; i++)
		vec_push(p->d->c->arena, &p->flags->passed, argv[i]);
}

static int parse_words(Parsing *p, int argc, char **argv)
{
	TestFlags *flags = p->flags;
	Arena *arena = p->d->c->arena;
	bool in_packages = false, complete = false, may_be_value = false;
	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		bool was_after_unknown = may_be_value, known;
		may_be_value = false;
		if (strcmp(word, "--") == 0) {
			pass_rest(p, argc, argv, i);
			return EXIT_OK;
		}
		if (strcmp(word, "-args") == 0 || strcmp(word, "--args") == 0) {
			pass_rest(p, argc, argv, i + 1);
			return EXIT_OK;
		}
		if (word[0] != '-' || !word[1]) {
			if (!in_packages && complete && !was_after_unknown) {
				pass_rest(p, argc, argv, i);
				return EXIT_OK;
			}
			if (!in_packages && complete) {
				vec_push(arena, &flags->passed, word);
				continue;
			}
			in_packages = complete = true;
			vec_push(arena, &flags->packages, word);
			continue;
		}
		in_packages = false;
		if (is_help(word)) {
			usage_line(p->d);
			return EXIT_USAGE;
		}
		int status = take_flag(p, argc, argv, &i, &known);
		if (status != EXIT_OK)
			return status;
		if (known)
			continue;
		complete = true;
		flags->unknown = flags->unknown ? flags->unknown : word;
		vec_push(arena, &flags->passed, word);
		may_be_value = !strchr(word, '=');
	}
	return EXIT_OK;
}

/* $GOFLAGS holds flags of all commands; those of tests are passed on too. */
static int parse_environment(Parsing *p)
{
	Arguments words = {0};
	int status = environment_words(p->d, &words);
	p->from_environment = true;
	for (int k = 0; k < words.len && status == EXIT_OK; k++) {
		int i = 0;
		bool known;
		status = take_flag(p, 1, &words.items[k], &i, &known);
	}
	p->from_environment = false;
	return status;
}

/* Is a value of the flag passed on by the command line itself? Then that of $GOFLAGS does not count. */
static bool is_passed(const TestFlags *flags, const char *injected)
{
	size_t n = strcspn(injected, "=") + 1;
	for (int i = 0; i < flags->passed.len; i++)
		if (strncmp(flags->passed.items[i], injected, n) == 0)
			return true;
	return false;
}

/* What the program is told without having been told: first of all, in Go's order. */
static void inject(Parsing *p)
{
	TestFlags *flags = p->flags;
	Arena *arena = p->d->c->arena;
	TextList all = {0};
	if (flags->json)        /* from Go 1.20 on programs mark their own lines, which tells them from what tests print */
		vec_push(arena, &all, find_go_tree(p->d->c) && p->d->c->tree.minor >= 20 ? "-test.v=test2json" :
		         "-test.v=true");
	for (int i = 0; i < p->injected.len; i++)
		if (!is_passed(flags, p->injected.items[i]) &&
		    !(flags->json && strncmp(p->injected.items[i], "-test.v=", 8) == 0))
			vec_push(arena, &all, p->injected.items[i]);
	if (flags->timeout > 0 && !p->timeout_given)
		vec_push(arena, &all, arena_printf(arena, "-test.timeout=%s", duration_text(p->d, flags->timeout)));
	if (flags->artifacts && !p->output_dir_given)
		vec_push(arena, &all, arena_printf(arena, "-test.outputdir=%s", p->d->c->work_dir));
	for (int i = 0; i < flags->passed.len; i++)
		vec_push(arena, &all, flags->passed.items[i]);
	flags->passed = all;
}

static void find_help(TestFlags *flags)
{
	for (int i = 0; i < flags->passed.len && strcmp(flags->passed.items[i], "--") != 0; i++)
		flags->help |= is_help(flags->passed.items[i]);
}

int parse_test_flags(Driver *d, int argc, char **argv, TestFlags *flags)
{
	Parsing p = {.d = d, .flags = flags};
	flags->timeout = 600ll * SECOND;
	begin_options(d);
	int status = parse_environment(&p);
	if (status == EXIT_OK)
		status = parse_words(&p, argc, argv);
	if (status != EXIT_OK)
		return status;
	if (flags->unknown && flags->compile_only) {
		fprintf(stderr, "gol: unknown flag %s cannot be used with -c\n", flags->unknown);
		usage_line(d);
		return EXIT_USAGE;
	}
	if (flags->fuzz && *flags->fuzz) {
		fputs("gol: -fuzz is not supported yet: gol runs the seeds of fuzz targets, as tests\n", stderr);
		return EXIT_USAGE;
	}
	/* what is measured is what gol build makes */
	if (flags->bench && *flags->bench && d->options.optimise < 0) {
		d->options.optimise = 2;
		d->options.versions = d->options.versions ? d->options.versions : 2;
	}
	find_help(flags);
	inject(&p);
	flags->local = flags->packages.len == 0;
	for (int i = 0; i < flags->packages.len; i++)
		vec_push(d->c->arena, &d->options.inputs, flags->packages.items[i]);
	if (flags->local)
		vec_push(d->c->arena, &d->options.inputs, ".");
	status = finish_options(d);
	d->options.may_link_quickly &= !flags->compile_only;
	return status;
}
