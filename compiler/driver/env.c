/*
 * env.c - gol env: the settings in effect, those that differ from their defaults (-changed), and Go's env file, which
 * -w and -u change for gol and go alike (base/setting.c reads it).
 *
 * The file is lines NAME=value among comments and whatever else. Writing keeps all other lines where they are; of a
 * name that stands there several times the last line stays; runs of settings are sorted. It is written aside and
 * renamed.
 *
 * -w and -u work whatever is wrong with the settings: they are the way to set it right.
 */
#include "driver.h"
#include "flags.h"
#include "json.h"
#include "../base/path.h"
#include "../base/setting.h"
#include "../module/module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what there is ----------------------------------------------------------------------------------- */

typedef struct Variable { const char *name, *value, *by_default; } Variable;
typedef VEC(Variable) VariableList;

static void add_variable(Driver *d, VariableList *list, const char *name, const char *value, const char *by_default)
{
	vec_push(d->c->arena, list, (Variable){name, value, by_default});
}

/* A setting, or its default. */
static void add_setting(Driver *d, VariableList *list, const char *name, const char *by_default)
{
	const char *value = go_setting(d->c, name);
	add_variable(d, list, name, *value ? value : by_default, by_default);
}

/* One that says what is so: it never counts as changed. */
static void add_fact(Driver *d, VariableList *list, const char *name, const char *value)
{
	add_variable(d, list, name, value, value);
}

static const char *environment(const char *name)
{
	const char *value = getenv(name);
	return value ? value : "";
}

static void add_places(Driver *d, VariableList *list)
{
	Arena *a = d->c->arena;
	const char *home = environment("HOME"), *file = go_settings_file(d->c),
		*usual = *home ? arena_printf(a, "%s/go", home) : "";
	add_setting(d, list, "GOPATH", usual);
	const char *path = vec_last(list).value;
	add_variable(d, list, "GOMODCACHE", modules_cache(d->c),
	             *path ? arena_printf(a, "%.*s/pkg/mod", (int)strcspn(path, ":"), path) : "");
	add_variable(d, list, "GOENV", file ? file : *environment("GOENV") ? "off" : "", *environment("GOENV") ? "" : file);
	Modules *all = modules_at(d->c, ".");
	const char *work = modules_work_file(all), *off = go_setting(d->c, "GOWORK");
	add_fact(d, list, "GOMOD", modules_go_mod(all));
	add_fact(d, list, "GOWORK", strcmp(off, "off") == 0 ? off : work ? work : "");
}

static VariableList list_variables(Driver *d)
{
	static const char *const plain[] = {"GO111MODULE", "GOBIN", "GOEXPERIMENT", "GOFLAGS", "GOINSECURE", "GOPRIVATE",
		"GOTMPDIR", "GOVCS"};
	static const char *const of_gol[] = {"CFLAGS", "GODEBUG", "GOMAXPROCS"};
	static const struct { const char *arch, *name, *value; } levels[] = {
		{"amd64", "GOAMD64", "v1"}, {"arm64", "GOARM64", "v8.0"}, {"riscv64", "GORISCV64", "rva20u64"},
	};
	VariableList list = {0};
	const char *private = go_setting(d->c, "GOPRIVATE");
	for (int i = 0; i < COUNT_OF(plain); i++)
		add_setting(d, &list, plain[i], "");
	for (int i = 0; i < COUNT_OF(of_gol); i++)
		add_variable(d, &list, of_gol[i], environment(of_gol[i]), "");
	for (int i = 0; i < COUNT_OF(levels); i++)
		if (strcmp(levels[i].arch, d->c->arch) == 0)
			add_setting(d, &list, levels[i].name, levels[i].value);
	add_setting(d, &list, "CC", "gcc");
	add_setting(d, &list, "GOARCH", GOL_ARCH);
	add_setting(d, &list, "GOAUTH", "netrc");
	add_setting(d, &list, "GOFIPS140", "off");
	add_setting(d, &list, "GONOPROXY", private);
	add_setting(d, &list, "GONOSUMDB", private);
	add_setting(d, &list, "GOOS", "linux");
	add_setting(d, &list, "GOPROXY", "https://proxy.golang.org,direct");
	add_setting(d, &list, "GOSUMDB", "sum.golang.org");
	add_setting(d, &list, "GOTOOLCHAIN", "local");
	add_fact(d, &list, "CGO_ENABLED", "0");
	add_fact(d, &list, "GOEXE", "");
	add_fact(d, &list, "GOHOSTARCH", GOL_ARCH);
	add_fact(d, &list, "GOHOSTOS", "linux");
	add_fact(d, &list, "GOLCACHE", d->cache_dir);
	add_fact(d, &list, "GOLROOT", d->root);
	add_fact(d, &list, "GOLTREES", d->c->trees_dir ? d->c->trees_dir : "");
	add_fact(d, &list, "GOLVERSION", "gol" GOL_VERSION);
	add_fact(d, &list, "GOROOT", find_go_tree(d->c) ? d->c->tree.root : "");
	add_fact(d, &list, "GOTELEMETRY", "off");
	add_fact(d, &list, "GOVERSION", "go1.26");
	add_places(d, &list);
	return list;
}

/* ---- printing ------------------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const Variable *)a)->name, ((const Variable *)b)->name);
}

static bool is_changed(const Variable *v) { return !v->by_default || strcmp(v->value, v->by_default) != 0; }

static const Variable *find_variable(const VariableList *all, const char *name)
{
	for (int i = 0; i < all->len; i++)
		if (strcmp(all->items[i].name, name) == 0)
			return &all->items[i];
	return NULL;
}

static void print_quoted(const char *name, const char *value)
{
	printf("%s='", name);
	for (; *value; value++)
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	puts("'");
}

static void print_json(Driver *d, const VariableList *list)
{
	Buf b;
	buf_init(&b, d->c->arena);
	buf_char(&b, '{');
	for (int i = 0; i < list->len; i++) {
		buf_printf(&b, "%s\t", i ? ",\n" : "\n");
		json_string(&b, list->items[i].name);
		buf_str(&b, ": ");
		json_string(&b, list->items[i].value);
	}
	printf("%s%s}\n", b.s, list->len ? "\n" : "");
}

static int print_variables(Driver *d, bool json, bool changed, int argc, char **argv)
{
	VariableList all = list_variables(d), chosen = {0};
	for (int i = 0; i < argc; i++) {
		const Variable *v = find_variable(&all, argv[i]);
		const char *value = v ? v->value : go_is_setting(argv[i]) ? go_setting(d->c, argv[i]) : "";
		if (strchr(argv[i], '=')) {
			fprintf(stderr, "gol: invalid variable name \"%s\" (use -w to set variable)\n", argv[i]);
			return EXIT_ERROR;
		}
		if (v && (!changed || is_changed(v)))
			vec_push(d->c->arena, &chosen, *v);
		else if (!v && !changed)
			add_fact(d, &chosen, argv[i], value);
	}
	for (int i = 0; i < all.len && argc == 0; i++)
		if (!changed || is_changed(&all.items[i]))
			vec_push(d->c->arena, &chosen, all.items[i]);
	if (chosen.len && (json || changed || argc == 0))
		qsort(chosen.items, (size_t)chosen.len, sizeof *chosen.items, by_name);
	if (json) {
		print_json(d, &chosen);
		return EXIT_OK;
	}
	for (int i = 0; i < chosen.len; i++)
		if (argc && !changed)
			puts(chosen.items[i].value);
		else
			print_quoted(chosen.items[i].name, chosen.items[i].value);
	return EXIT_OK;
}

/* ---- the file: lines -------------------------------------------------------------------------------------- */

/* The name in NAME=value; NULL: the line is no setting. */
static const char *name_in(Driver *d, const char *line)
{
	size_t n = strcspn(line, "=");
	return line[n] && n && !memchr(line, '#', n) ? arena_strndup(d->c->arena, line, n) : NULL;
}

/* Each with its end; NULL in their place are lines that are gone. *error: why the file cannot be read. */
static TextList read_lines(Driver *d, const char *path, int *error)
{
	TextList lines = {0};
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	FILE *f = fopen(path, "re");
	*error = f ? 0 : errno;
	while (f && (n = getline(&line, &room, f)) > 0)
		vec_push(d->c->arena, &lines, arena_printf(d->c->arena, line[n - 1] == '\n' ? "%s" : "%s\n", line));
	free(line);
	if (f)
		fclose(f);
	return lines;
}

/* What the line says of a name that a later line says something of too does not count. */
static void drop_doubles(Driver *d, TextList *lines)
{
	for (int i = 0; i < lines->len; i++) {
		const char *name = name_in(d, lines->items[i]);
		bool again = false;
		for (int k = i + 1; name && k < lines->len && !again; k++) {
			const char *other = name_in(d, lines->items[k]);
			again = other && strcmp(other, name) == 0;
		}
		if (again)
			lines->items[i] = "";
	}
}

static void set_line(Driver *d, TextList *lines, const char *name, const char *text)
{
	for (int i = 0; i < lines->len; i++) {
		const char *other = name_in(d, lines->items[i]);
		if (other && strcmp(other, name) == 0) {
			lines->items[i] = text;
			return;
		}
	}
	if (*text)
		vec_push(d->c->arena, lines, text);
}

static int by_setting(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t n = strcspn(x, "="), m = strcspn(y, "=");
	int order = strncmp(x, y, n < m ? n : m);
	return order ? order : (n > m) - (n < m);
}

static void sort_runs(Driver *d, TextList *lines)
{
	int kept = 0;
	for (int i = 0; i < lines->len; i++)
		if (*lines->items[i])
			lines->items[kept++] = lines->items[i];
	lines->len = kept;
	for (int i = 0, start = 0; i <= lines->len; i++) {
		if (i < lines->len && name_in(d, lines->items[i]))
			continue;
		if (i > start)
			qsort(lines->items + start, (size_t)(i - start), sizeof *lines->items, by_setting);
		start = i + 1;
	}
}

static int write_lines(Driver *d, const char *path, const TextList *lines)
{
	Buf b;
	buf_init(&b, d->c->arena);
	buf_str(&b, "");
	for (int i = 0; i < lines->len; i++)
		buf_str(&b, lines->items[i]);
	const char *aside = arena_printf(d->c->arena, "%s.%d", path, (int)getpid());
	make_folders(folder_of(d->c, path));
	scratch_file(d, aside);
	bool ok = write_text(aside, b.s) && rename(aside, path) == 0;
	if (!ok)
		fprintf(stderr, "gol: writing go env config: open %s: %s\n", path, reason(d, errno));
	scratch_remove(d, aside);
	return ok ? EXIT_OK : EXIT_ERROR;
}

/* ---- -w and -u ---------------------------------------------------------------------------------------------- */

static bool is_one_of(const char *name, const char *const *list, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* CC: words, the first a name without slashes or an absolute path. */
static const char *compiler_fault(Driver *d, const char *value)
{
	char *copy = arena_printf(d->c->arena, "%s", value), quote, *word = next_word(&copy, &quote);
	if (quote)
		return arena_printf(d->c->arena, "invalid CC: unterminated %c string", quote);
	if (!word)
		return "CC entry cannot contain only space";
	return *word != '/' && strchr(word, '/') ? arena_printf(d->c->arena,
	                                                        "CC entry is relative; must be absolute path: \"%s\"",
	                                                        word) : NULL;
}

/* Why the name cannot be set to the value; NULL: it can. */
static const char *fault_of(Driver *d, const char *name, const char *value)
{
	static const char *const fixed[] = {"GOEXE", "GOGCCFLAGS", "GOHOSTARCH", "GOHOSTOS", "GOMOD", "GOWORK",
		"GOTOOLDIR", "GOVERSION", "GOTELEMETRY",
		"GOTELEMETRYDIR"};
	Arena *a = d->c->arena;
	if (is_one_of(name, fixed, COUNT_OF(fixed)))
		return arena_printf(a, "%s cannot be modified", name);
	if (strcmp(name, "GOENV") == 0 || strcmp(name, "GODEBUG") == 0)
		return arena_printf(a, "%s can only be set using the OS environment", name);
	if (!go_is_setting(name) && !*go_setting(d->c, name))
		return arena_printf(a, "unknown go command variable %s", name);
	if (strcmp(name, "GO111MODULE") == 0 && *value && strcmp(value, "auto") != 0 && strcmp(value, "on") != 0 &&
	    strcmp(value, "off") != 0)
		return arena_printf(a, "invalid %s value \"%s\"", name, value);
	if (strcmp(name, "GOPATH") == 0 && *value == '~')
		return arena_printf(a, "GOPATH entry cannot start with shell metacharacter '~': \"%s\"", value);
	if ((strcmp(name, "GOPATH") == 0 || strcmp(name, "GOMODCACHE") == 0) && *value && *value != '/')
		return arena_printf(a, "%s entry is relative; must be absolute path: \"%s\"", name, value);
	if (strcmp(name, "CC") == 0 && *value && compiler_fault(d, value))
		return compiler_fault(d, value);
	if (strpbrk(value, "\v\r\n"))
		return arena_printf(a, "invalid newline in %s=... value", name);
	if (strcmp(name, "GOTMPDIR") == 0 && *value && *value != '/')
		return "GOTMPDIR must be an absolute path";
	bool system = strcmp(name, "GOOS") == 0, machine = strcmp(name, "GOARCH") == 0;
	if (*value && ((system && strcmp(value, "linux") != 0) || (machine && !is_known_machine(value))))
		return arena_printf(a, "unsupported GOOS/GOARCH pair %s/%s", system ? value : "linux",
		                    machine ? value : GOL_ARCH);
	return NULL;
}

/* All words are looked at before the first counts. False, and said: one is wrong. */
static bool check_words(Driver *d, bool write, int argc, char **argv)
{
	const char *fault = NULL;
	for (int i = 0; i < argc && !fault; i++) {
		const char *equal = strchr(argv[i], '='), *value = write && equal ? equal + 1 : "";
		const char *name = write && equal ? arena_strndup(d->c->arena, argv[i], (size_t)(equal - argv[i])) : argv[i],
			*now = getenv(name);
		fault = write && !equal ? arena_printf(d->c->arena, "arguments must be KEY=VALUE: invalid argument: %s",
		                                       argv[i]) : fault_of(d, name, value);
		for (int k = 0; k < i && write && !fault; k++)
			if (strncmp(argv[k], argv[i], (size_t)(equal - argv[i]) + 1) == 0)
				fault = arena_printf(d->c->arena, "multiple values for key: %s", name);
		if (write && !fault && now && *now && strcmp(now, value) != 0)
			fprintf(stderr, "warning: gol env -w %s=... does not override conflicting OS environment variable\n", name);
	}
	if (fault)
		fprintf(stderr, "gol: %s\n", fault);
	return !fault;
}

static int change_file(Driver *d, bool write, int argc, char **argv)
{
	int error;
	const char *path = go_settings_file(d->c);
	if (argc == 0) {
		fputs(write ? "gol: no KEY=VALUE arguments given\n" : "gol: 'gol env -u' requires an argument\n", stderr);
		return EXIT_ERROR;
	}
	if (!check_words(d, write, argc, argv))
		return EXIT_ERROR;
	if (!path) {
		fprintf(stderr, "gol: cannot find go env config: %s\n", *environment("GOENV") ? "GOENV=off" :
		        "neither $XDG_CONFIG_HOME nor $HOME are defined");
		return EXIT_ERROR;
	}
	TextList lines = read_lines(d, path, &error);
	if (error && (error != ENOENT || !write)) {
		fprintf(stderr, "gol: reading go env config: open %s: %s\n", path, reason(d, error));
		return EXIT_ERROR;
	}
	drop_doubles(d, &lines);
	for (int i = 0; i < argc; i++) {
		const char *name = write ? name_in(d, argv[i]) : argv[i];
		set_line(d, &lines, name, write ? arena_printf(d->c->arena, "%s\n", argv[i]) : "");
	}
	sort_runs(d, &lines);
	return write_lines(d, path, &lines);
}

/* ---- gol env ---------------------------------------------------------------------------------------------------- */

int env_command(Driver *d, int argc, char **argv)
{
	bool json = false, changed = false, unset = false, write = false, none;
	const Flag flags[] = {{"json", FLAG_BOOL, 0, &json}, {"changed", FLAG_BOOL, 0, &changed},
		{"u", FLAG_BOOL, 0, &unset}, {"w", FLAG_BOOL, 0, &write},
		{"n", FLAG_BOOL, 0, &none}, {"x", FLAG_BOOL, 0, &none}};
	int status = read_own_flags(d, flags, COUNT_OF(flags), &argc, &argv);
	if (status != EXIT_OK)
		return status;
	const char *clash = json && unset ? "-json with -u" : json && write ? "-json with -w" : unset &&
		write ? "-u with -w" : NULL;
	if (clash) {
		fprintf(stderr, "gol: cannot use %s\n", clash);
		return EXIT_ERROR;
	}
	if (write || unset)
		return change_file(d, write, argc, argv);
	if ((status = check_environment(d)) != EXIT_OK)
		return status;
	find_places(d);
	return print_variables(d, json, changed, argc, argv);
}
