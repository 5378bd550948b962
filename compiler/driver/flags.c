/*
 * flags.c - the words of a command line, and of $GOFLAGS, as flags.
 *
 * One table (options.c) has the flags of all commands; a row names the commands that take it, so that a flag of another
 * command is refused as Go refuses it, and never read in silence. $GOFLAGS holds flags for whatever command comes:
 * there a flag that some command of Go has is passed over by the others, and only what none has is a mistake. It is
 * read first, so that the command line has the last word.
 */
#include "flags.h"
#include "../base/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Flags of Go's commands that stand in no row of the table (go 1.26). */
static const char *const of_others[] = {
	"all", "artifacts", "assume-unchanged", "bench", "benchmem", "benchtime", "blockprofile", "blockprofilerate", "c",
		"cache", "changed",
	"cmd", "compat", "compiled", "count", "coverprofile", "cpu", "cpuprofile", "d", "deps", "diff", "droptool",
	"dropexclude",
	"dropgodebug", "dropignore", "dropreplace", "droprequire", "dropretract", "dropuse", "e", "exclude", "export", "f",
	"failfast", "find", "fix",
	"fixtool", "fullpath", "fuzz", "fuzzcache", "fuzzminimizetime", "fuzztime", "go", "godebug", "graph", "http", "i",
	"ignore", "insecure",
	"json", "list", "m", "memprofile", "memprofilerate", "modcache", "module", "mutexprofile", "mutexprofilefraction",
	"outputdir", "parallel",
	"print", "r", "replace", "require", "retract", "retracted", "reuse", "run", "short", "shuffle", "skip", "src", "t",
	"test", "testcache", "testsum",
	"timeout", "tool", "toolchain", "trace", "u", "use", "vendor", "versions", "vet", "vettool", "vv", "w", "exec"};

static bool has_name(const char *name, const char *word, size_t n)
{
	return strlen(name) == n && strncmp(name, word, n) == 0;
}

static bool is_known_elsewhere(const char *word, size_t n)
{
	for (int i = 0; i < COUNT_OF(of_others); i++)
		if (has_name(of_others[i], word, n))
			return true;
	return false;
}

char *next_word(char **rest, char *quote)
{
	char *p = *rest + strspn(*rest, " \t\n\r");
	*quote = '\0';
	if (!*p)
		return NULL;
	if (*p == '"' || *p == '\'') {
		char *end = strchr(p + 1, *p);
		if (!end) {
			*quote = *p;
			return NULL;
		}
		*end = '\0';
		*rest = end + 1;
		return p + 1;
	}
	char *end = p + strcspn(p, " \t\n\r");
	*rest = end + (*end != '\0');
	*end = '\0';
	return p;
}

/* ---- messages ------------------------------------------------------------------------------- */

int bad_flag_value(const FlagReader *r, const char *kind, const char *value, const char *name, const char *why)
{
	if (r->from_environment)
		fprintf(stderr, "gol: invalid %svalue \"%s\" for flag -%s (from $GOFLAGS): %s\n", kind, value, name, why);
	else
		fprintf(stderr, "invalid %svalue \"%s\" for %s-%s: %s\n", kind, value, *kind ? "" : "flag ", name, why);
	usage_line(r->d);
	return EXIT_USAGE;
}

static int lacks_argument(const FlagReader *r, const char *name)
{
	fprintf(stderr, r->from_environment ? "gol: flag needs an argument: -%s (from $GOFLAGS)\n" :
	        "flag needs an argument: -%s\n", name);
	usage_line(r->d);
	return EXIT_USAGE;
}

bool parse_bool(const char *value, bool *result)
{
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"},
		*const no[] = {"0", "f", "F", "false", "FALSE", "False"};
	for (int i = 0; i < COUNT_OF(yes); i++) {
		*result = strcmp(value, yes[i]) == 0;
		if (*result || strcmp(value, no[i]) == 0)
			return true;
	}
	return false;
}

int set_bool(const FlagReader *r, const Flag *f, const char *value)
{
	bool result = true;
	if (value && !parse_bool(value, &result))
		return bad_flag_value(r, "boolean ", value, f->name, "parse error");
	if (f->target)
		*(bool *)(uintptr_t)f->target = result;
	return EXIT_OK;
}

/* ---- one flag ------------------------------------------------------------------------------- */

static bool stands_alone(FlagKind kind)
{
	return kind == FLAG_BOOL || kind == FLAG_REFUSED_BOOL || kind == FLAG_SO_ALREADY_BOOL || kind == FLAG_REMARKS ||
		kind == FLAG_VCS ||
	       kind == FLAG_OPTIONAL;
}

/* The flag that a word names; *value: behind its equal sign, or NULL. */
static const Flag *find_flag(const Flag *flags, int count, const char *word, const char **value)
{
	const char *name = word + 1 + (word[1] == '-');
	size_t n = strcspn(name, "=");
	*value = name[n] ? name + n + 1 : NULL;
	for (int k = 0; k < count; k++)
		if (has_name(flags[k].name, name, n))
			return &flags[k];
	return NULL;
}

/* The flag at argv[*i]; its value may be the next word, then *i moves on. */
static int read_flag(const FlagReader *r, const Flag *flags, int count, int argc, char **argv, int *i)
{
	const char *value;
	const Flag *f = find_flag(flags, count, argv[*i], &value);
	if (!f)
		return undefined_flag(r->d, argv[*i]);
	if (!stands_alone(f->kind) && !value) {
		if (*i + 1 >= argc)
			return lacks_argument(r, f->name);
		value = argv[++*i];
	}
	return set_flag(r, f, value);
}

static bool is_optimisation(const char *word)
{
	return strncmp(word, "-O", 2) == 0 && word[2] >= '0' && word[2] <= '3' && !word[3];
}

bool is_flag(Driver *d, const char *word)
{
	Flag flags[FLAG_LIMIT];
	const char *value;
	return is_optimisation(word) || find_flag(flags, list_flags(d, flags), word, &value);
}

int read_one_flag(const FlagReader *r, int argc, char **argv, int *i)
{
	Flag flags[FLAG_LIMIT];
	if (!is_optimisation(argv[*i]))
		return read_flag(r, flags, list_flags(r->d, flags), argc, argv, i);
	r->d->options.optimise = argv[*i][2] - '0';
	return EXIT_OK;
}

/* ---- the command line ----------------------------------------------------------------------------- */

int read_flags(Driver *d, int argc, char **argv, int *i)
{
	const FlagReader r = {d, false};
	int status;
	for (; *i < argc && argv[*i][0] == '-' && argv[*i][1]; ++*i) {
		if (strcmp(argv[*i], "--") == 0) {
			++*i;
			return EXIT_OK;
		}
		if ((status = read_one_flag(&r, argc, argv, i)) != EXIT_OK)
			return status;
	}
	return EXIT_OK;
}

int read_own_flags(Driver *d, const Flag *flags, int count, int *argc, char ***argv)
{
	const FlagReader r = {d, false};
	int i = 0, status = EXIT_OK;
	for (; i < *argc && (*argv)[i][0] == '-' && (*argv)[i][1] && status == EXIT_OK; i++) {
		if (strcmp((*argv)[i], "--") == 0) {
			i++;
			break;
		}
		status = read_flag(&r, flags, count, *argc, *argv, &i);
	}
	*argc -= i;
	*argv += i;
	return status;
}

/* ---- $GOFLAGS ----------------------------------------------------------------------------------------- */

static bool is_of_any(Driver *d, const char *word, const char *name)
{
	Flag all[FLAG_LIMIT];
	Driver any = {.c = d->c, .scratch = d->scratch};        /* no command: the flags of all */
	const char *value;
	return find_flag(all, list_flags(&any, all), word, &value) || is_known_elsewhere(name, strcspn(name, "="));
}

/* All words are looked at before the first counts. */
static int check_environment_flag(Driver *d, const char *word)
{
	const char *name = word[0] && word[1] == '-' ? word + 2 : word + 1;
	if (word[0] != '-' || !*name || *name == '=' || *name == '-') {
		fprintf(stderr, "gol: parsing $GOFLAGS: non-flag \"%s\"\n", word);
		return EXIT_ERROR;
	}
	if (is_of_any(d, word, name))
		return EXIT_OK;
	fprintf(stderr, "gol: parsing $GOFLAGS: unknown flag -%.*s\n", (int)strcspn(name, "="), name);
	return EXIT_ERROR;
}

static int read_environment_flag(const FlagReader *r, const Flag *flags, int count, const char *word)
{
	const char *value;
	const Flag *f = find_flag(flags, count, word, &value);
	if (!f)
		return EXIT_OK;
	return !value && !stands_alone(f->kind) ? lacks_argument(r, f->name) : set_flag(r, f, value);
}

int environment_words(Driver *d, Arguments *words)
{
	const char *text = go_setting(d->c, "GOFLAGS");
	int status = EXIT_OK;
	char *rest = arena_printf(d->c->arena, "%s", text), quote;
	for (char *word; (word = next_word(&rest, &quote));)
		vec_push(d->c->arena, words, word);
	if (quote) {
		fprintf(stderr, "gol: parsing $GOFLAGS: unterminated %c string\n", quote);
		return EXIT_ERROR;
	}
	for (int i = 0; i < words->len && status == EXIT_OK; i++)
		status = check_environment_flag(d, words->items[i]);
	return status;
}

int read_own_environment_flags(Driver *d, const Flag *flags, int count)
{
	const FlagReader r = {d, true};
	Arguments words = {0};
	int status = environment_words(d, &words);
	for (int i = 0; i < words.len && status == EXIT_OK; i++)
		status = read_environment_flag(&r, flags, count, words.items[i]);
	return status;
}

int read_environment_flags(Driver *d)
{
	Flag flags[FLAG_LIMIT];
	return read_own_environment_flags(d, flags, list_flags(d, flags));
}
