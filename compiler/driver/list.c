/*
 * list.c - gol list: packages (load/listing.c) and modules, as paths or as JSON with the fields of go list.
 *
 * JSON has the layout of Go's encoder, byte for byte: a field whose value is empty is left out, fields stand in the
 * order of Go's struct. Fields that have no meaning here never appear: Stale, Export, BuildID, Cgo*, Target. Standard
 * packages that gol has itself are shown where gol reads them.
 *
 * -f puts the JSON through a program of gol's own (stdlib/internal/gol/tools/list), which has package text/template.
 * Versions that may be had (-u, -versions, path@query) are the matter of Go's own command (tool.c).
 */
#define _GNU_SOURCE           /* memfd_create */
#include "json.h"
#include "../base/path.h"
#include "../load/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- JSON -------------------------------------------------------------------------------------- */

typedef struct Writer {
	Driver *d;
	Buf b;
	int depth;
	bool some;                  /* a member of the object stands already */
	const char *wanted;         /* fields of the outermost object, divided by commas; "": all */
} Writer;

static void new_line(Writer *w)
{
	buf_char(&w->b, '\n');
	for (int i = 0; i < w->depth; i++)
		buf_char(&w->b, '\t');
}

static void open_value(Writer *w, char bracket)
{
	buf_char(&w->b, bracket);
	w->depth++;
	w->some = false;
}

static void close_value(Writer *w, char bracket)
{
	w->depth--;
	if (w->some)
		new_line(w);
	buf_char(&w->b, bracket);
	w->some = true;
}

static void element(Writer *w)
{
	if (w->some)
		buf_char(&w->b, ',');
	w->some = true;
	new_line(w);
}

static bool is_wanted(const Writer *w, const char *name)
{
	size_t n = strlen(name);
	bool all = w->depth > 1 || !*w->wanted;
	for (const char *p = w->wanted; !all && *p; p += strcspn(p, ","), p += *p == ',')
		all = strcspn(p, ",") == n && strncmp(p, name, n) == 0;
	return all;
}

/* False: the field was not asked for. */
static bool key(Writer *w, const char *name)
{
	if (!is_wanted(w, name))
		return false;
	element(w);
	buf_printf(&w->b, "\"%s\": ", name);
	return true;
}

static void text_field(Writer *w, const char *name, const char *value)
{
	if (value && *value && key(w, name))
		json_string(&w->b, value);
}

static void bool_field(Writer *w, const char *name, bool value)
{
	if (value && key(w, name))
		buf_str(&w->b, "true");
}

static void list_value(Writer *w, const TextList *list)
{
	open_value(w, '[');
	for (int i = 0; i < list->len; i++) {
		element(w);
		json_string(&w->b, list->items[i]);
	}
	close_value(w, ']');
}

static void list_field(Writer *w, const char *name, const TextList *list)
{
	if (list->len && key(w, name))
		list_value(w, list);
}

/* ---- modules -------------------------------------------------------------------------------------- */

static void module_members(Writer *w, Modules *all, const Module *m)
{
	Compiler *c = w->d->c;
	const char *path, *version, *go_mod = m->version ? module_go_mod(all, m) : arena_printf(c->arena, "%s/go.mod",
		m->root);
	bool replaced = m->version && module_replacement(all, m, &path, &version);
	text_field(w, "Path", m->path);
	text_field(w, "Version", m->version);
	if (replaced && key(w, "Replace")) {
		open_value(w, '{');
		text_field(w, "Path", path);
		text_field(w, "Version", version);
		text_field(w, "Dir", m->root);
		text_field(w, "GoMod", go_mod);
		text_field(w, "GoVersion", m->go);
		close_value(w, '}');
	}
	bool_field(w, "Main", !m->version);
	bool_field(w, "Indirect", m->indirect);
	text_field(w, "Dir", m->root);
	text_field(w, "GoMod", go_mod);
	/* what a main module without a go line is read as */
	text_field(w, "GoVersion", m->go || m->version ? m->go : "1.16");
}

static void print_module(Driver *d, Modules *all, const Module *m)
{
	const char *path, *version, *wanted = d->options.list.json;
	if (wanted) {
		Writer w = {.d = d, .wanted = wanted};
		buf_init(&w.b, d->c->arena);
		open_value(&w, '{');
		module_members(&w, all, m);
		close_value(&w, '}');
		puts(w.b.s);
		return;
	}
	printf("%s%s%s", m->path, m->version ? " " : "", m->version ? m->version : "");
	if (m->version && module_replacement(all, m, &path, &version))
		printf(" => %s%s%s", path, version ? " " : "", version ? version : "");
	putchar('\n');
}

static int list_modules_named(Driver *d, Modules *all, const ModuleList *list, const char *word)
{
	bool found = strcmp(word, "all") == 0, pattern = strstr(word, "...") != NULL;
	for (int i = 0; i < list->len; i++)
		if (strcmp(word, "all") == 0 || path_matches(word, list->items[i]->path)) {
			print_module(d, all, list->items[i]);
			found = true;
		}
	if (!found && pattern)
		fprintf(stderr, "gol: warning: pattern \"%s\" matched no module dependencies\n", word);
	else if (!found)
		fprintf(stderr, "gol: module %s: not a known dependency\n", word);
	return found || pattern ? EXIT_OK : EXIT_ERROR;
}

static int list_modules(Driver *d)
{
	Modules *all = modules_at(d->c, ".");
	const char *error = modules_error(all);
	ModuleList list = {0};
	int status = EXIT_OK;
	if (!error && modules_main(all)->len == 0)
		error = "gol: cannot match \"all\": go.mod file not found in current directory or any parent directory; see 'go help modules'";
	if (!error && d->options.inputs_given && !modules_build_list(all, &list, &error) && !error)
		error = "gol: the module graph cannot be loaded";
	if (error) {
		fprintf(stderr, "%s\n", error);
		return EXIT_ERROR;
	}
	for (int i = 0; !d->options.inputs_given && i < modules_main(all)->len; i++)
		print_module(d, all, modules_main(all)->items[i]);
	for (int i = 0; d->options.inputs_given && i < d->options.inputs.len; i++) {
		int one = list_modules_named(d, all, &list, d->options.inputs.items[i]);
		status = one == EXIT_OK ? status : one;
	}
	return status;
}

/* ---- packages ------------------------------------------------------------------------------------------ */

static void error_value(Writer *w, const ListError *e)
{
	open_value(w, '{');
	element(w);
	buf_str(&w->b, "\"ImportStack\": ");
	list_value(w, &e->stack);
	element(w);
	buf_str(&w->b, "\"Pos\": ");
	json_string(&w->b, e->position);
	element(w);
	buf_str(&w->b, "\"Err\": ");
	json_string(&w->b, e->text);
	close_value(w, '}');
}

/* Sorted; those of a package with tests behind those of the tests, as in Go. */
static void add_paths(Driver *d, TextList *list, const Listed *p, Part part)
{
	TextList sorted = {0};
	for (int i = 0; p->inside && i < p->inside->imports[part].len; i++) {
		const char *path = p->inside->imports[part].items[i].path;
		const Listed *imported = listed_import(p, path);
		path = imported ? listed_id(d->c, imported) : path;
		if (!sorted.len || strcmp(vec_last(&sorted), path) != 0)
			vec_push(d->c->arena, &sorted, path);
	}
	sort_texts(&sorted);
	for (int i = 0; i < sorted.len; i++)
		vec_push(d->c->arena, list, sorted.items[i]);
}

static TextList paths_of(Driver *d, const Listed *p)
{
	TextList list = {0};
	if (p->part == PART_TEST)
		add_paths(d, &list, p, PART_TEST);
	if (p->part == PART_XTEST)
		add_paths(d, &list, p, PART_XTEST);
	else if (p->part != PART_COUNT)
		add_paths(d, &list, p, PART_PACKAGE);
	for (int i = 0; i < p->imports.len && p->part == PART_COUNT; i++)
		if (strcmp(p->imports.items[i]->path, "runtime") != 0)
			vec_push(d->c->arena, &list, listed_id(d->c, p->imports.items[i]));
	return list;
}

/* Imports whose path is another than written, as pairs. */
static TextList renamed_imports(Driver *d, const Listed *p)
{
	TextList pairs = {0};
	for (int part = 0; p->inside && part < PART_COUNT; part++)
		for (int i = 0; i < p->inside->imports[part].len; i++) {
			const char *written = p->inside->imports[part].items[i].path;
			bool own = p->part == PART_TEST ? part != PART_XTEST : part == (int)p->part;
			const Listed *imported = own ? listed_import(p, written) : NULL;
			bool again = pairs.len && strcmp(pairs.items[pairs.len - 2], written) == 0;
			if (!imported || again || strcmp(listed_id(d->c, imported), written) == 0)
				continue;
			vec_push(d->c->arena, &pairs, written);
			vec_push(d->c->arena, &pairs, listed_id(d->c, imported));
		}
	return pairs;
}

static void dependency_fields(Writer *w, Listing *l, Listed *p)
{
	TextList imports = l->only_find ? (TextList){0} : paths_of(w->d, p), deps = {0}, renamed = renamed_imports(w->d, p);
	ListedList all = listed_dependencies(l, p);
	bool errors = false;
	list_field(w, "Imports", &imports);
	if (renamed.len && key(w, "ImportMap")) {
		open_value(w, '{');
		for (int i = 0; i < renamed.len; i += 2) {
			element(w);
			json_string(&w->b, renamed.items[i]);
			buf_str(&w->b, ": ");
			json_string(&w->b, renamed.items[i + 1]);
		}
		close_value(w, '}');
	}
	for (int i = 0; i < all.len; i++) {
		vec_push(w->d->c->arena, &deps, listed_id(w->d->c, all.items[i]));
		errors |= all.items[i]->error != NULL;
	}
	sort_texts(&deps);
	list_field(w, "Deps", &deps);
	if (p->error && key(w, "Error"))
		error_value(w, p->error);
	if (!errors || !key(w, "DepsErrors"))
		return;
	open_value(w, '[');
	for (int i = 0; i < all.len; i++)
		if (all.items[i]->error) {
			element(w);
			error_value(w, all.items[i]->error);
		}
	close_value(w, ']');
}

static void test_fields(Writer *w, const Listed *p, FileSort files, Part part, const char *prefix)
{
	Arena *a = w->d->c->arena;
	TextList imports = {0};
	add_paths(w->d, &imports, p, part);
	list_field(w, file_sort_names[files], &p->inside->files[files]);
	list_field(w, arena_printf(a, "%sImports", prefix), &imports);
	list_field(w, arena_printf(a, "%sEmbedPatterns", prefix), &p->inside->embed_patterns[part]);
}

/* The root of the module, of the library or of the tree. */
static const char *root_of(Driver *d, const Listed *p)
{
	if (p->from_tree)
		return d->c->tree.root;
	return p->standard ? d->c->stdlib_dir : p->module && p->inside ? p->module->root : "";
}

/* The files of the package, and what they embed. */
static void file_fields(Writer *w, const Listed *p)
{
	const Inspected *in = p->inside;
	TextList go_files = {0};
	for (int i = 0; i < in->files[FILES_GO].len && p->part != PART_XTEST; i++)
		vec_push(w->d->c->arena, &go_files, in->files[FILES_GO].items[i]);
	FileSort tests = p->part == PART_XTEST ? FILES_XTEST : FILES_TEST;
	for (int i = 0; i < in->files[tests].len && p->part != PART_PACKAGE; i++)
		vec_push(w->d->c->arena, &go_files, in->files[tests].items[i]);
	list_field(w, file_sort_names[FILES_GO], &go_files);
	for (int sort = FILES_GO + 1; sort < FILES_TEST && p->part != PART_XTEST; sort++)
		list_field(w, file_sort_names[sort], &in->files[sort]);
	list_field(w, "EmbedPatterns", &in->embed_patterns[p->part == PART_XTEST ? PART_XTEST : PART_PACKAGE]);
}

/* A program of tests has the lines of the tests too; the package within it has its own. */
static const char *default_godebug(Driver *d, const Listed *p)
{
	TextList settings = {0};
	if (!p->inside || p->part == PART_XTEST || !p->inside->name || strcmp(p->inside->name, "main") != 0)
		return "";
	for (int part = 0; part < PART_COUNT; part++)
		for (int i = 0; i < p->inside->debug_settings[part].len; i++)
			if (part == PART_PACKAGE || p->part == PART_COUNT)
				vec_push(d->c->arena, &settings, p->inside->debug_settings[part].items[i]);
	return main_godebug(d->c, p->modules ? p->modules : modules_at(d->c, "."), &settings);
}

static void package_fields(Writer *w, Listing *l, Listed *p)
{
	bool by_files = strcmp(p->path, "command-line-arguments") == 0, beside = p->part == PART_XTEST;
	text_field(w, "Dir", p->dir);
	text_field(w, "ImportPath", listed_id(w->d->c, p));
	text_field(w, "Name", !p->inside ? "" : beside ? arena_printf(w->d->c->arena, "%s_test", p->inside->name) :
	           p->inside->name);
	text_field(w, "Doc", p->inside && !beside ? p->inside->doc : "");
	text_field(w, "Root", by_files ? "" : root_of(w->d, p));
	if (p->variant)
		text_field(w, "ForTest", arena_strndup(w->d->c->arena, p->variant, strlen(p->variant) - strlen(".test")));
	if (p->module && !by_files && key(w, "Module")) {
		open_value(w, '{');
		module_members(w, p->modules, p->module);
		close_value(w, '}');
	}
	list_field(w, "Match", &p->matches);
	bool_field(w, "Goroot", p->standard);
	bool_field(w, "Standard", p->standard);
	bool_field(w, "DepOnly", !p->named);
	bool_field(w, "Incomplete", p->incomplete);
	text_field(w, "DefaultGODEBUG", default_godebug(w->d, p));
	if (p->inside)
		file_fields(w, p);
	dependency_fields(w, l, p);
	if (!p->inside || beside)
		return;
	test_fields(w, p, FILES_TEST, PART_TEST, "Test");
	test_fields(w, p, FILES_XTEST, PART_XTEST, "XTest");
}

static void print_package(Driver *d, Listing *l, Listed *p)
{
	if (!d->options.list.json) {
		puts(listed_id(d->c, p));
		return;
	}
	Writer w = {.d = d, .wanted = d->options.list.json};
	buf_init(&w.b, d->c->arena);
	open_value(&w, '{');
	package_fields(&w, l, p);
	close_value(&w, '}');
	puts(w.b.s);
}

/* One word at a time, so that it is known which one is wrong; files by name are one package. */
static void add_words_of_line(Driver *d, Listing *l)
{
	const TextList *words = &d->options.inputs;
	bool files = is_source_name(words->items[0]);
	for (int i = 0; i < words->len; i += files ? words->len : 1) {
		TargetList targets = {0};
		TextList errors = {0}, warnings = {0};
		find_targets(d->c, &words->items[i], files ? words->len : 1, &targets, &errors, &warnings);
		for (int k = 0; k < warnings.len; k++)
			fprintf(stderr, "gol: warning: %s\n", warnings.items[k]);
		for (int k = 0; k < targets.len; k++)
			listing_add(l, &targets.items[k]);
		for (int k = 0; k < errors.len; k++)
			listing_add_missing(l, words->items[i], errors.items[k]);
	}
}

/* What the packages named, and with -deps all others, have as errors; without -e these are not listed. */
static bool report_errors(const ListedList *list)
{
	bool some = false;
	for (int i = 0; i < list->len; i++) {
		const ListError *e = list->items[i]->error;
		if (e)
			fprintf(stderr, "%s%s%s\n", e->position, *e->position ? ": " : "", e->text);
		some |= e != NULL;
	}
	return some;
}

/* -test: behind the packages named what their tests add. */
static void add_tests(Listing *l)
{
	Arena *a = l->c->arena;
	for (int i = 0, count = l->roots.len; i < count; i++) {
		Listed *p = l->roots.items[i];
		if (!p->inside || p->inside->files[FILES_TEST].len + p->inside->files[FILES_XTEST].len == 0)
			continue;
		const ListedTests tests = listing_tests(l, p);
		Listed *all[] = {listing_test_main(l, p, &tests), tests.inside->variant ? tests.inside : NULL, tests.beside};
		for (int k = 0; k < COUNT_OF(all); k++)
			if (all[k]) {
				all[k]->named = true;
				vec_push(a, &l->roots, all[k]);
			}
	}
}

static int list_packages(Driver *d)
{
	Listing l = {.c = d->c, .tags = {.given = d->options.tags, .arch = d->c->arch}, .only_find = d->options.list.find};
	ListedList all = {0};
	Map seen = {0};
	add_words_of_line(d, &l);
	if (d->options.list.tests)
		add_tests(&l);
	if (!d->options.list.errors && report_errors(&l.roots))
		return EXIT_ERROR;
	for (int i = 0; i < l.roots.len; i++) {
		ListedList deps = d->options.list.deps ? listed_dependencies(&l, l.roots.items[i]) : (ListedList){0};
		vec_push(d->c->arena, &deps, l.roots.items[i]);
		for (int k = 0; k < deps.len; k++) {
			if (!map_get(&seen, deps.items[k]))
				vec_push(d->c->arena, &all, deps.items[k]);
			map_put(d->c->arena, &seen, deps.items[k], d);
		}
	}
	int status = !d->options.list.errors && d->options.list.deps && report_errors(&all) ? EXIT_ERROR : EXIT_OK;
	for (int i = 0; i < all.len; i++)
		print_package(d, &l, all.items[i]);
	return status;
}

/* ---- -f ---------------------------------------------------------------------------------------------------- */

static int list_anything(Driver *d) { return d->options.list.modules ? list_modules(d) : list_packages(d); }

/* The same as JSON into a file without a name, which a program of gol's own puts through the template. */
static int list_by_template(Driver *d)
{
	static const char tool[] = "internal/gol/tools/list";
	Arguments words = {0};
	struct stat st;
	if (!tool_path(d, tool))
		return EXIT_ERROR;
	int found = memfd_create("gol-list", MFD_CLOEXEC), output = fcntl(1, F_DUPFD_CLOEXEC, 3);
	if (found < 0 || output < 0) {
		fprintf(stderr, "gol: list -f: %s\n", reason(d, errno));
		return EXIT_ERROR;
	}
	dup2(found, 1);
	d->options.list.json = "";
	int status = list_anything(d);
	fflush(stdout);
	dup2(output, 1);
	close(output);
	if (fstat(found, &st) != 0 || st.st_size == 0)
		return status;
	lseek(found, 0, SEEK_SET);
	dup2(found, 0);
	close(found);
	if (d->options.list.modules)
		add_argument(d, &words, "%s", "-m");
	add_argument(d, &words, "%s", d->options.list.format);
	vec_push(d->c->arena, &words, NULL);
	int ran = run_tool(d, tool, words.items);
	return ran == EXIT_OK ? status : ran;
}

/* ---- gol list ------------------------------------------------------------------------------------------------ */

/* Two flags that make no sense together; NULL: none. */
static const char *clash_of(const ListOptions *o)
{
	static const char *const names[] = {"-deps", "-find", "-test"};
	const bool given[] = {o->deps, o->find, o->tests};
	for (int i = 0; i < COUNT_OF(names) && o->modules; i++)
		if (given[i])
			return i == 0 ? "-deps cannot be used with -m" : i == 1 ? "-find cannot be used with -m" :
				"-test cannot be used with -m";
	if (o->find && (o->deps || o->tests))
		return o->deps ? "-deps cannot be used with -find" : "-test cannot be used with -find";
	if (o->format && *o->format && o->json)
		return "-f cannot be used with -json";
	if (!o->modules && (o->updates || o->versions))
		return o->updates ? "-u can only be used with -m" : "-versions can only be used with -m";
	if (!o->modules && o->reuse)
		return "-reuse cannot be used without -m";
	return NULL;
}

/* What is asked of proxies, or needs the selection that versions would give, is done by the tree's go command. */
static bool needs_go(const Options *o)
{
	bool query = false;
	for (int i = 0; i < o->inputs.len; i++)
		query |= strchr(o->inputs.items[i], '@') != NULL;
	return o->list.updates || o->list.versions || o->list.retracted || o->list.reuse || (o->list.modules && query);
}

int list_command(Driver *d)
{
	ListOptions *o = &d->options.list;
	if (o->json && strcmp(o->json, "true") == 0)
		o->json = "";
	if (o->json && strcmp(o->json, "false") == 0)
		o->json = NULL;
	const char *clash = clash_of(o);
	if (clash) {
		fprintf(stderr, "gol list %s\n", clash);
		return EXIT_ERROR;
	}
	if (needs_go(&d->options))
		return go_command(d, "list", d->options.words.len, d->options.words.items);
	return o->format && *o->format ? list_by_template(d) : list_anything(d);
}
