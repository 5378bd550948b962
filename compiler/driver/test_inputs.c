/*
 * test_inputs.c - test programs that need not be loaded: nothing that they were loaded from has changed.
 *
 * To find a result or a program that is kept, gol test must know what the program would be made of (program_key), and
 * to know that it would have to read and parse 60 packages for the smallest test. So what was read is listed, with
 * what the system says of each file and folder, and hundreds of stats take a millisecond: KEY.result (test_cache.c),
 * under a key of the package, of the settings, and of where gol was. Its first line is the program's key.
 *
 * Listed are: go.mod, go.work, go.sum and the like, also those that are not there but would count; folders of
 * packages, whose time changes with the names in them, and the folders above them in their module, where a go.mod may
 * appear; the files of packages, those too that do not belong to the build so far, as a build tag in them may change.
 * Of packages that nobody edits, the standard library's and those in the module cache, the folder, and of the former
 * the files of the build.
 *
 * A file is told by its size, times of change and of change of state (which no program can set), and its number; one
 * that has changed since the program was begun to be loaded is no basis for anything. Programs with mistakes, with
 * -cover and with -overlay are loaded each time.
 */
#include "../base/path.h"
#include "../base/setting.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct Listing {
	Compiler *c;
	Buf text;
	Map seen;                   /* paths that are listed */
	struct timespec start;
	bool bad;                   /* something changed meanwhile */
} Listing;

/* ---- what the system says ---------------------------------------------------------------------------- */

/* In room for any; "gone" if it is not there. */
static void facts_of(const char *path, char room[160], struct timespec *changed)
{
	struct stat st;
	*changed = (struct timespec){0};
	if (stat(path, &st) != 0) {
		snprintf(room, 160, "gone");
		return;
	}
	snprintf(room, 160, "%llx.%llx.%llx.%llx.%llx.%llx", (unsigned long long)st.st_size, (unsigned long long)st.st_ino,
	         (unsigned long long)st.st_mtim.tv_sec, (unsigned long long)st.st_mtim.tv_nsec,
	         (unsigned long long)st.st_ctim.tv_sec,
	         (unsigned long long)st.st_ctim.tv_nsec);
	*changed = st.st_ctim;
}

/* The system's clock of files may be a hundredth of a second behind. */
static bool is_later(struct timespec a, struct timespec b)
{
	int64_t between = ((int64_t)a.tv_sec - b.tv_sec) * 1000000000 + a.tv_nsec - b.tv_nsec;
	return between > -20 * 1000 * 1000;
}

static void list_path(Listing *l, const char *path)
{
	char facts[160];
	struct timespec changed;
	if (map_get(&l->seen, path))
		return;
	map_put(l->c->arena, &l->seen, path, l);
	facts_of(path, facts, &changed);
	l->bad |= strchr(path, '\n') != NULL || is_later(changed, l->start);
	buf_printf(&l->text, "%s %s\n", facts, path);
}

static bool is_as_listed(char *line)
{
	char facts[160], *path = strchr(line, ' ');
	struct timespec changed;
	if (!path)
		return false;
	*path++ = '\0';
	facts_of(path, facts, &changed);
	return strcmp(facts, line) == 0;
}

/* ---- what is listed -------------------------------------------------------------------------------------- */

static void list_in(Listing *l, const char *dir, const char *name)
{
	list_path(l, arena_printf(l->c->arena, "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, name));
}

static void list_sources_in(Listing *l, const char *dir)
{
	TextList names = folder_names(l->c, dir);
	list_path(l, dir);
	for (int i = 0; i < names.len; i++)
		if (is_source_name(names.items[i]))
			list_in(l, dir, base_name(names.items[i]));
}

/* The folder and those above it, up to the module's. */
static void list_folders(Listing *l, const char *dir, const char *root)
{
	size_t n = root ? strlen(root) : 0;
	for (const char *at = dir; n && strncmp(at, root, n) == 0 && at[n] == '/'; at = folder_of(l->c, at))
		list_path(l, at);
	if (n)
		list_path(l, root);
}

static bool is_inside(const char *path, const char *folder)
{
	size_t n = strlen(folder);
	return n && strncmp(path, folder, n) == 0 && path[n] == '/';
}

static void list_package(Listing *l, const Package *p)
{
	const Module *m = p->module;
	bool standard = p->is_stdlib || p->from_tree, cached = m && m->version && is_inside(p->dir, modules_cache(l->c));
	list_path(l, p->dir);
	if (p->is_stdlib && l->c->generated_dir)
		list_in(l, l->c->generated_dir, p->path);
	for (int i = 0; i < p->files.len && !cached; i++)
		if (p->files.items[i]->source->full_path[0] == '/')     /* else it was made */
			list_path(l, p->files.items[i]->source->full_path);
	for (int i = 0; i < p->embedded.len; i++) {
		list_path(l, p->embedded.items[i]->path);
		list_path(l, folder_of(l->c, p->embedded.items[i]->path));
	}
	if (standard || cached)
		return;
	list_sources_in(l, p->dir);
	list_folders(l, p->dir, m ? m->root : NULL);
	if (m && m->root)
		list_in(l, m->root, "go.mod");
}

/* What decides which modules there are. */
static void list_modules(Listing *l, const Modules *all, const char *dir)
{
	static const char *const of_folder[] = {"go.work", "go.mod", "gol.mod"},
		*const of_root[] = {"go.mod", "gol.mod", "go.sum", "vendor", "vendor/modules.txt"};
	for (const char *at = dir;; at = folder_of(l->c, at)) {
		for (int i = 0; i < COUNT_OF(of_folder); i++)
			list_in(l, at, of_folder[i]);
		if (strcmp(at, "/") == 0)
			break;
	}
	const ModuleList *mains = modules_main(all);
	for (int i = 0; i < mains->len; i++)
		for (int k = 0; k < COUNT_OF(of_root) && mains->items[i]->root; k++)
			list_in(l, mains->items[i]->root, of_root[k]);
	const char *work = modules_work_file(all);
	const char *const files[] = {modules_go_mod(all), work, work ? arena_printf(l->c->arena, "%s.sum", work) : NULL,
	                             work ? arena_printf(l->c->arena, "%s/vendor/modules.txt", folder_of(l->c, work)) :
	                             	NULL};
	for (int i = 0; i < COUNT_OF(files); i++)
		if (files[i] && files[i][0] == '/')
			list_path(l, files[i]);
}

/* ---- the key ------------------------------------------------------------------------------------------------ */

static uint64_t add_text(uint64_t key, const char *text)
{
	return hash_bytes(key, text ? text : "", text ? strlen(text) + 1 : 1);
}

/* 0: its inputs are not to be kept. */
static uint64_t inputs_key(Testing *t, const Test *test)
{
	static const char *const variables[] = {"GOWORK", "GOFLAGS", "GOROOT", "GOMODCACHE", "GOPATH", "GO111MODULE",
		"GOEXPERIMENT"};
	const Options *o = &t->d->options;
	const Target *target = test->target;
	Compiler *c = t->compiler;
	if (t->flags.cover || c->overlay || !target->modules || target->files.len || o->dry_run)
		return 0;
	uint64_t key = add_text(settings_key(t->d), "inputs of a test");
	const char *texts[] = {target->path, target->dir, target->output, target->module ? target->module->path : NULL,
		o->tags, o->modfile, o->mod, c->mod_mode,
	                       c->modfile, c->work_dir, c->stdlib_dir, c->generated_dir, c->tree.root, c->tree.version,
	                       o->trim_paths ? "trim" : NULL};
	for (int i = 0; i < COUNT_OF(texts); i++)
		key = add_text(key, texts[i]);
	for (int i = 0; i < COUNT_OF(variables); i++)
		key = add_text(key, go_setting(c, variables[i]));
	return key;
}

/* ---- the whole ------------------------------------------------------------------------------------------------ */

bool take_inputs(Testing *t, Test *test)
{
	size_t n;
	uint64_t key = inputs_key(t, test);
	char *list = key ? read_result(t->d, key, &n) : NULL, *save = NULL;
	char *line = list ? strtok_r(list, "\n", &save) : NULL;
	unsigned long long found = 0;
	bool same = line && sscanf(line, "%llx", &found) == 1 && found != 0;
	while (same && (line = strtok_r(NULL, "\n", &save)))
		same = is_as_listed(line);
	free(list);
	test->has_tests = same;
	test->program_key = same ? found : 0;
	return same;
}

void keep_inputs(Testing *t, const Test *test, struct timespec start)
{
	uint64_t key = test->has_tests ? inputs_key(t, test) : 0;
	const Program *program = test->program;
	Listing l = {.c = test->c, .seen = {.by_text = true}, .start = start};
	if (!key || !program->root)
		return;
	buf_init(&l.text, l.c->arena);
	buf_printf(&l.text, "%016llx\n", (unsigned long long)test->program_key);
	list_modules(&l, test->target->modules, l.c->work_dir);
	if (strcmp(test->target->dir, l.c->work_dir) != 0)
		list_modules(&l, test->target->modules, test->target->dir);
	list_sources_in(&l, test->target->dir);
	list_sources_in(&l, tests_folder(l.c, test->target));
	for (int i = 0; i < program->packages.len; i++)
		if (program->packages.items[i] != program->root)
			list_package(&l, program->packages.items[i]);
	if (!l.bad)
		write_result(t->d, key, l.text.s, l.text.len);
}
