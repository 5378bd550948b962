/*
 * mod.c - gol mod download and gol mod verify, and gol clean -modcache: what concerns the module cache.
 *
 * What changes go.mod is the affair of Go's own cmd/go, compiled from the Go source tree. So is what has to look a
 * hash up in the checksum database: gol mod download leaves go.sum with lines for what it brought, and where they
 * have to be verified there first, cmd/go does it all once more, with what is in the cache by then.
 */
#include "driver.h"
#include "flags.h"
#include "json.h"
#include "../module/module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which modules --------------------------------------------------------------------------------------------- */

static void add_module(Driver *d, Modules *all, DownloadList *list, const Module *m)
{
	const char *path = m->path, *version = m->version;
	if (!version)
		return;
	module_replacement(all, m, &path, &version);
	if (version)                    /* else a folder takes its place */
		vec_push(d->c->arena, list, (Download){.path = path, .version = version});
}

static void add_matching(Driver *d, Modules *all, const ModuleList *known, const char *pattern, DownloadList *list)
{
	int before = list->len;
	for (int i = 0; i < known->len; i++)
		if (path_matches(pattern, known->items[i]->path))
			add_module(d, all, list, known->items[i]);
	if (list->len == before)
		fprintf(stderr, "warning: pattern \"%s\" matched no module dependencies\n", pattern);
}

static void add_known(Driver *d, Modules *all, const ModuleList *known, const char *path, DownloadList *list)
{
	for (int i = 0; i < known->len; i++)
		if (strcmp(known->items[i]->path, path) == 0) {
			if (!known->items[i]->version)
				fprintf(stderr, "gol: skipping download of %s that resolves to the main module\n", path);
			add_module(d, all, list, known->items[i]);
			return;
		}
	vec_push(d->c->arena, list,
	         (Download){.path = path, .error = arena_printf(d->c->arena, "module %s: not a known dependency", path)});
}

/* all, a pattern, a path, path@version, path@query. */
static void add_argument_modules(Driver *d, Modules *all, const ModuleList *known, const char *word, DownloadList *list)
{
	const char *at = strchr(word, '@');
	if (at) {
		Download new = {.path = arena_strndup(d->c->arena, word, (size_t)(at - word)), .version = at + 1};
		if (!version_is_exact(d->c, new.version))
			new.query = new.version;
		if (!*new.version)
			new.error = arena_printf(d->c->arena, "%s: invalid version: disallowed version string", word);
		new.by_version = true;
		vec_push(d->c->arena, list, new);
	} else if (strcmp(word, "all") == 0) {
		for (int i = 0; i < known->len; i++)
			add_module(d, all, list, known->items[i]);
	} else if (strstr(word, "...")) {
		add_matching(d, all, known, word, list);
	} else {
		add_known(d, all, known, word, list);
	}
}

/* Without arguments: what go.mod requires, which since go 1.17 is what builds need; before, and in a workspace,
 * everything. */
static void add_by_default(Driver *d, Modules *all, const ModuleList *known, DownloadList *list)
{
	ModuleList required = {0};
	const ModuleList *mains = modules_main(all);
	if (!modules_is_workspace(all) && mains->len && mains->items[0]->minor >= 17) {
		modules_required(all, &required);
		known = &required;
	}
	for (int i = 0; i < known->len; i++)
		add_module(d, all, list, known->items[i]);
}

/* ---- gol mod download -------------------------------------------------------------------------------------------- */

static void put_member(Buf *b, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(b, "%s\t\"%s\": ", b->s[b->len - 1] == '{' ? "\n" : ",\n", name);
	json_string(b, value);
}

/* Where the version came from, as the .info file has it at its end: strings only, an object without spaces. Of
 * modules that were asked for by version. */
static void put_origin(Driver *d, Buf *b, const Download *m)
{
	static const char start[] = ",\"Origin\":{";
	char text[4096];
	FILE *f = m->by_version && m->info ? fopen(m->info, "re") : NULL;
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
	if (f)
		fclose(f);
	text[n] = '\0';
	const char *p = strstr(text, start);
	if (!p || n < 2 || strcmp(text + n - 2, "}}") != 0)
		return;
	buf_str(b, ",\n\t\"Origin\": {");
	p += sizeof start - 1;
	for (const char *end = text + n - 2; p < end;) {
		const char *next = strstr(p, "\",\"");
		const char *member = arena_strndup(d->c->arena, p, (size_t)((next ? next + 1 : end) - p)),
			*colon = strstr(member, "\":\"");
		if (colon)
			buf_printf(b, "%s\t\t%.*s: %s", b->s[b->len - 1] == '{' ? "\n" : ",\n", (int)(colon + 1 - member), member,
			           colon + 2);
		p = next ? next + 2 : end;
	}
	buf_str(b, "\n\t}");
}

static void print_json(Driver *d, const Download *m)
{
	const struct { const char *name, *value; } members[] = {
		{"Path", m->path}, {"Version", m->version}, {"Query", m->query}, {"Error", m->error}, {"Info", m->info},
			{"GoMod", m->go_mod},
		{"Zip", m->zip}, {"Dir", m->folder}, {"Sum", m->sum}, {"GoModSum", m->go_mod_sum},
	};
	Buf b;
	buf_init(&b, d->c->arena);
	buf_char(&b, '{');
	for (int i = 0; i < COUNT_OF(members); i++)
		put_member(&b, members[i].name, members[i].value);
	put_origin(d, &b, m);
	printf("%s\n}\n", b.s);
}

static int print_downloads(Driver *d, const DownloadList *list, bool json)
{
	int status = EXIT_OK;
	for (int i = 0; i < list->len; i++)
		if (list->items[i].mismatch) {
			fputs(list->items[i].error, stderr);
			return EXIT_ERROR;
		}
	for (int i = 0; i < list->len; i++) {
		const Download *m = &list->items[i];
		if (m->error)
			status = EXIT_ERROR;
		if (json)
			print_json(d, m);
		else if (m->error)
			fprintf(stderr, "gol: %s\n", m->error);
	}
	return status;
}

/* From $GOFLAGS too; those that Go has and gol has not are refused. */
static int read_download_flags(Driver *d, int *argc, char ***argv, bool *json)
{
	const Flag flags[] = {{"json", FLAG_BOOL, 0, json}, {"modcacherw", FLAG_BOOL, 0, &d->c->writable_modules},
		{"modfile", FLAG_TEXT, 0, &d->c->modfile},
		{"x", FLAG_REFUSED_BOOL, 0, NULL}, {"reuse", FLAG_REFUSED, 0, NULL}};
	int status = read_own_environment_flags(d, flags, COUNT_OF(flags));
	return status == EXIT_OK ? read_own_flags(d, flags, COUNT_OF(flags), argc, argv) : status;
}

/* The modules around the working directory and what they select; NULL after a message. */
static Modules *load_modules(Driver *d, ModuleList *known)
{
	const char *error;
	d->c->of_module_cache = true;
	Modules *all = modules_at(d->c, ".");
	modules_quiet(all);
	if ((error = modules_error(all)) || (modules_main(all)->len && !modules_build_list(all, known, &error))) {
		fprintf(stderr, "%s\n", error);
		return NULL;
	}
	return all;
}

/* Outside of modules nothing says which version is meant. */
static int need_versions(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!strchr(argv[i], '@')) {
			bool several = strcmp(argv[i], "all") == 0 || strstr(argv[i], "...");
			fprintf(stderr, "gol: cannot match \"%s\"%s: go.mod file not found in current directory or any parent directory; "
			        "see 'go help modules'\n", argv[i], several ? "" : " without -versions or an explicit version");
			return EXIT_ERROR;
		}
	return EXIT_OK;
}

/* By Go's own command, which says what is to be said too. */
static int complete_sums(Driver *d, int argc, char **argv)
{
	Arguments words = {0};
	vec_push(d->c->arena, &words, "download");
	for (int i = 0; i < argc; i++)
		vec_push(d->c->arena, &words, argv[i]);
	return go_command(d, "mod", words.len, words.items);
}

/* With arguments: what they name. Without: the graph alone, but in a workspace. */
static Recorded record(Modules *all, const DownloadList *list, int argc, char **argv)
{
	const char *error;
	bool of_graph = argc == 0 || modules_is_workspace(all);
	for (int i = 0; i < argc; i++)
		of_graph |= strcmp(argv[i], "all") == 0 || (strstr(argv[i], "...") && !strchr(argv[i], '@'));
	Recorded result = modules_record(all, argc > 0 || modules_is_workspace(all) ? list : NULL, of_graph, &error);
	if (error)
		fprintf(stderr, "gol: %s\n", error);
	return result;
}

static int mod_download(Driver *d, int argc, char **argv)
{
	int given = argc;
	char **words = argv;
	ModuleList known = {0};
	DownloadList list = {0};
	bool json = false;
	d->options.verb = "mod download";
	int status = read_download_flags(d, &argc, &argv, &json);
	if (status != EXIT_OK)
		return status;
	Modules *all = load_modules(d, &known);
	if (!all)
		return EXIT_ERROR;
	bool inside = modules_main(all)->len > 0;
	if (!inside && (status = need_versions(argc, argv)) != EXIT_OK)
		return status;
	bool named = argc > 0;
	if (!named && inside)
		add_by_default(d, all, &known, &list);
	for (int i = 0; i < argc; i++)
		add_argument_modules(d, all, &known, argv[i], &list);
	if (!named && list.len == 0) {
		fprintf(stderr, inside ? "gol: no module dependencies to download\n" :
		        "gol: no modules specified (see 'go help mod download')\n");
		return inside ? EXIT_OK : EXIT_ERROR;
	}
	bool graph_alone = !named && !modules_is_workspace(all);
	Recorded recorded = RECORDED;
	if (graph_alone)
		recorded = record(all, &list, argc, argv);
	modules_download(all, &list);
	if (!graph_alone)
		recorded = record(all, &list, argc, argv);
	if (recorded == RECORD_NEEDS_DATABASE && find_go_tree(d->c))
		return complete_sums(d, given, words);
	status = print_downloads(d, &list, json);
	if (recorded == RECORD_NEEDS_DATABASE)
		fprintf(stderr, "gol: go.sum lacks hashes that are to be verified by the checksum database, which Go's own command asks, and %s\n",
		        why_no_tree(d->c));
	return recorded == RECORDED ? status : EXIT_ERROR;
}

/* ---- gol mod verify -------------------------------------------------------------------------------------------- */

static int mod_verify(Driver *d, int argc, char **argv)
{
	ModuleList known = {0};
	d->options.verb = "mod verify";
	int status = read_own_flags(d, NULL, 0, &argc, &argv);
	if (status != EXIT_OK)
		return status;
	if (argc > 0) {
		fprintf(stderr, "gol: verify takes no arguments\n");
		return EXIT_ERROR;
	}
	Modules *all = load_modules(d, &known);
	if (!all)
		return EXIT_ERROR;
	if (modules_main(all)->len == 0) {
		fprintf(stderr, "gol: go.mod file not found in current directory or any parent directory; see 'go help modules'\n");
		return EXIT_ERROR;
	}
	TextList wrong = modules_verify(all, &known);
	for (int i = 0; i < wrong.len; i++)
		fprintf(stderr, "%s\n", wrong.items[i]);
	if (wrong.len == 0)
		puts("all modules verified");
	return wrong.len ? EXIT_ERROR : EXIT_OK;
}

int mod_command(Driver *d, int argc, char **argv)
{
	static const char *const of_go[] = {"edit", "graph", "init", "tidy", "vendor", "why"};
	const char *verb = argc > 0 ? argv[0] : "";
	if (strcmp(verb, "download") == 0)
		return mod_download(d, argc - 1, argv + 1);
	if (strcmp(verb, "verify") == 0)
		return mod_verify(d, argc - 1, argv + 1);
	for (int i = 0; i < COUNT_OF(of_go); i++)
		if (strcmp(verb, of_go[i]) == 0)
			return go_command(d, "mod", argc, argv);
	fprintf(stderr, "gol mod: unknown command\nRun 'gol help mod' for usage.\n");
	return EXIT_USAGE;
}

/* ---- gol clean -modcache --------------------------------------------------------------------------------------- */

int clean_module_cache(Driver *d)
{
	const char *dir = modules_cache(d->c);
	if (!*dir) {
		fprintf(stderr, "gol: cannot clean -modcache without a module cache\n");
		return EXIT_ERROR;
	}
	if (d->options.print_commands)
		printf("rm -rf %s\n", dir);
	if (!d->options.dry_run && !remove_read_only_tree(dir)) {
		fprintf(stderr, "gol: unlinkat %s: %s\n", dir, reason(d, errno));
		return EXIT_ERROR;
	}
	return EXIT_OK;
}
