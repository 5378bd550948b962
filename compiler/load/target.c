/*
 * target.c - from the words of the command line to packages.
 *
 *   a.gol b.gol     the package command-line-arguments, all files of one folder
 *   . ./x ../x /x   a folder
 *   ./...           all folders with sources below one; not testdata, _x, .x, nor other modules
 *   a/b             an import path: of a module that is used around the working directory, or standard
 *   a/...           all such paths, of gol's library, the Go source tree, and all modules that are used
 *   std, all        the standard library; what the main modules hold (what that imports is built with it)
 */
#include "files.h"
#include "tree.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Finder {
	Compiler *c;
	Modules *modules;           /* seen from the working directory */
	TargetList *targets;
	int named;                  /* targets, those that were there already too */
	TextList *errors, *warnings;
	const char *word;           /* of the command line, being looked at */
} Finder;

static const BuildTags by_default;

#define COMPLAIN(list, ...) vec_push(f->c->arena, list, arena_printf(f->c->arena, __VA_ARGS__))

/* Last element of the path; a major version (v2 ...) stands for the one before it. */
static const char *program_name(Compiler *c, const char *path)
{
	const char *base = base_name(path);
	if (base > path && base[0] == 'v' && base[1] && strspn(base + 1, "0123456789") == strlen(base + 1) &&
	    strcmp(base, "v1") && strcmp(base, "v0"))
		base = base_name(arena_strndup(c->arena, path, (size_t)(base - path) - 1));
	return base;
}

static void add_target(Finder *f, Target t)
{
	f->named++;
	for (int i = 0; i < f->targets->len; i++)
		if (strcmp(f->targets->items[i].dir, t.dir) == 0 && t.files.len == 0)
			return;
	t.match = f->word;
	vec_push(f->c->arena, f->targets, t);
}

/* Said once. */
static bool has_error(Finder *f, const Modules *modules)
{
	const char *error = modules_error(modules);
	bool said = false;
	for (int i = 0; error && i < f->errors->len; i++)
		said |= strcmp(f->errors->items[i], error) == 0;
	if (error && !said)
		vec_push(f->c->arena, f->errors, error);
	return error != NULL;
}

static void add_package(Finder *f, const char *path, const char *dir, const Module *module, bool matched)
{
	add_target(f, (Target){.path = path, .dir = dir, .output = program_name(f->c, path), .modules = f->modules,
		.module = module, .matched = matched});
}

/* A folder outside of any module is called "_" and its path, as Go calls those outside GOPATH. Where there is no
 * module around the working directory, that of the folder counts: an addition to Go's rules. */
static void add_folder_of_its_own(Finder *f, const char *dir, bool matched)
{
	Modules *here = f->modules;
	f->modules = modules_at(f->c, dir);
	const Module *m = modules_holding(f->modules, dir);
	const char *path = module_import_path(f->c, m, dir);
	if (!has_error(f, f->modules))
		add_package(f, path ? path : arena_printf(f->c->arena, "_%s", dir), dir, m, matched);
	f->modules = here;
}

/* Is the folder, of a main module, behind another go.mod? */
static bool is_not_contained(Finder *f, const Module *m, const char *dir)
{
	for (const char *at = dir; strcmp(at, m->root) != 0; at = folder_of(f->c, at))
		if (file_exists(f->c, arena_printf(f->c->arena, "%s/go.mod", at)) ||
		    file_exists(f->c, arena_printf(f->c->arena, "%s/gol.mod", at)))
			return true;
	return false;
}

/* A folder of a module in the cache or of a replacement. */
static bool add_folder_of_dependency(Finder *f, const char *dir)
{
	ModuleList list = {0};
	const char *error = NULL;
	if (!modules_build_list(f->modules, &list, &error))
		return false;
	for (int i = 0; i < list.len; i++) {
		const char *path = list.items[i]->version &&
			module_fetch(f->modules, list.items[i], &error) ? module_import_path(f->c, list.items[i], dir) : NULL;
		if (path)
			add_package(f, path, dir, list.items[i], false);
		if (path)
			return true;
	}
	return false;
}

static void complain_of_outside(Finder *f, const char *dir)
{
	const char *shown = module_short_path(f->c, dir);
	const char *what = strcmp(shown, ".") == 0 ? "current directory" : arena_printf(f->c->arena, "directory %s", shown);
	const char *root = modules_nearest_root(f->c, dir);
	if (!modules_is_workspace(f->modules))
		COMPLAIN(f->errors, "%s outside main module or its selected dependencies", what);
	else if (root)
		COMPLAIN(f->errors, "%s is contained in a module that is not one of the workspace modules listed in go.work. "
		         "You can add the module to the workspace using:\n\tgo work use %s", what,
		         module_short_path(f->c, root));
	else
		COMPLAIN(f->errors, "%s outside modules listed in go.work or their selected dependencies", what);
}

static void add_folder(Finder *f, const char *name, bool matched)
{
	const char *dir = absolute_path(f->c, name);
	const Module *m = modules_holding(f->modules, dir);
	int tests = 0, excluded = 0;
	if (modules_main(f->modules)->len == 0)
		add_folder_of_its_own(f, dir, matched);
	else if (list_sources(f->c, dir, &by_default, &tests, &excluded).len + tests + excluded == 0)
		COMPLAIN(f->errors, "no Go files in %s", dir);
	else if (m && is_not_contained(f, m, dir))
		COMPLAIN(f->errors, "main module (%s) does not contain package %s", m->path, module_import_path(f->c, m, dir));
	else if (m)
		add_package(f, module_import_path(f->c, m, dir), dir, m, matched);
	else if (!add_folder_of_dependency(f, dir))
		complain_of_outside(f, dir);
}

static void add_standard(Finder *f, const char *path, bool matched)
{
	const char *dir = standard_folder(f->c, path);
	add_target(f, (Target){.modules = f->modules, .path = path, .dir = dir ? dir : tree_folder(f->c, path),
		.output = base_name(path),
	                       .is_stdlib = true, .matched = matched});
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool add_file(Finder *f, Target *t, const char *name)
{
	Compiler *c = f->c;
	struct stat st;
	if (!is_source_name(name)) {
		COMPLAIN(f->errors, "named files must be .go files: %s", name);
		return false;
	}
	if (stat(name, &st) != 0) {
		COMPLAIN(f->errors, "stat %s: %s", name, errno == EACCES ? "permission denied" :
		         errno == ENOENT ? "no such file or directory" : strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode)) {
		COMPLAIN(f->errors, "%s is a directory, should be a Go file", name);
		return false;
	}
	const char *dir = folder_of(c, name), *first = t->files.len ? folder_of(c, t->files.items[0]) : dir;
	if (strcmp(absolute_path(c, dir), absolute_path(c, first)) != 0) {
		COMPLAIN(f->errors, "named files must all be in one directory; have %s and %s", first, dir);
		return false;
	}
	for (int i = 0; i < t->files.len; i++)
		if (strcasecmp(base_name(t->files.items[i]), base_name(name)) == 0) {
			COMPLAIN(f->errors, "package command-line-arguments: case-insensitive file name collision: \"%s\" and \"%s\"",
			         base_name(t->files.items[i]), base_name(name));
			return false;
		}
	vec_push(c->arena, &t->files, name);
	return true;
}

static void add_files(Finder *f, const char *const *names, int count)
{
	Compiler *c = f->c;
	Target t = {.path = "command-line-arguments"};
	for (int i = 0; i < count; i++)
		if (!add_file(f, &t, names[i]))
			return;
	const char *base = base_name(names[0]);
	t.output = arena_strndup(c->arena, base, (size_t)(strrchr(base, '.') - base));
	t.dir = absolute_path(c, folder_of(c, names[0]));
	for (int i = 0; i < count; i++)
		t.files.items[i] = arena_printf(c->arena, "%s/%s", t.dir, base_name(names[i]));
	t.modules = modules_main(f->modules)->len ? f->modules : modules_at(c, t.dir);
	if (has_error(f, t.modules))
		return;
	t.module = modules_holding(t.modules, t.dir);
	add_target(f, t);
}

/* ---- patterns ---------------------------------------------------------------------------------- */

bool path_matches(const char *pattern, const char *path)
{
	for (; *pattern; pattern++, path++) {
		if (strncmp(pattern, "...", 3) == 0) {
			for (const char *rest = path;; rest++) {
				if (path_matches(pattern + 3, rest))
					return true;
				if (*rest == '\0')
					return false;
			}
		}
		if (strcmp(pattern, "/...") == 0 && *path == '\0')
			return true;
		if (*pattern != *path)
			return false;
	}
	return *path == '\0';
}

/* May a path at or below prefix match? */
static bool may_match(const char *pattern, const char *prefix)
{
	size_t literal = (size_t)(strstr(pattern, "...") - pattern), n = strlen(prefix);
	return strncmp(pattern, prefix, literal < n ? literal : n) == 0;
}

/* By a line of the go.mod of the main module that holds the folder. */
static bool is_ignored(Finder *f, const Module *module, const char *path)
{
	const Module *m = module ? module : modules_holding(f->modules, clean_absolute(f->c, path));
	const char *full = clean_absolute(f->c, path);
	return m && !m->version && strlen(full) > strlen(m->root) && module_ignores(m, full + strlen(m->root) + 1);
}

/* Folders at and below dir that hold sources; as paths that start with prefix. root: the root of what is walked: of
 * gol's library, of the tree (standard), of module; NULL and no module: folders as the command line names them. */
static void walk(Finder *f, const char *dir, const char *prefix, const char *pattern, const char *root,
                 const Module *module, int depth)
{
	bool standard = root && !module;
	Compiler *c = f->c;
	if (depth > 64 || (root && !may_match(pattern, prefix)))
		return;
	int tests = 0;
	if (path_matches(pattern, prefix) && list_sources(c, dir, &by_default, &tests, NULL).len + tests) {
		if (module)
			add_package(f, prefix, dir, module, true);
		else if (!standard)
			add_folder(f, dir, true);
		else if (!not_supported(prefix))
			add_standard(f, prefix, true);
	}
	TextList entries = folder_names(c, dir);
	for (int i = 0; i < entries.len; i++) {
		const char *name = entries.items[i], *path = arena_printf(c->arena, "%s/%s", dir, name);
		struct stat st;
		bool skip = name[0] == '.' || name[0] == '_' || strcmp(name, "testdata") == 0 || strcmp(name, "vendor") == 0 ||
		            (standard && (strcmp(path + strlen(root), "/tests") == 0 ||
		                          (strcmp(path + strlen(root), "/cmd") == 0 && *pattern != 'c'))) ||
		            is_ignored(f, module, path) ||
		            (lstat(path, &st) == 0 ? !S_ISDIR(st.st_mode) : !folder_exists(c, path)) ||
		            file_exists(c, arena_printf(c->arena, "%s/go.mod", path)) ||
		            file_exists(c, arena_printf(c->arena, "%s/gol.mod", path));
		if (!skip)
			walk(f, path, *prefix ? arena_printf(c->arena, "%s/%s", prefix, name) : name, pattern, root, module,
			     depth + 1);
	}
}

static void add_folder_pattern(Finder *f, const char *pattern)
{
	Compiler *c = f->c;
	const char *dots = strstr(pattern, "..."), *slash = dots;
	while (slash > pattern && slash[-1] != '/')
		slash--;
	const char *start = arena_strndup(c->arena, pattern, (size_t)(slash - pattern));
	if (!folder_exists(c, start)) {
		COMPLAIN(f->errors, "pattern %s: lstat %s: no such file or directory", pattern, start);
		return;
	}
	const char *prefix = arena_strndup(c->arena, start, strlen(start) > 1 ? strlen(start) - 1 : strlen(start));
	walk(f, prefix, prefix, pattern, NULL, NULL, 0);
}

/* The packages of main modules, and of the others if the pattern may name some. */
static void walk_modules(Finder *f, const char *pattern, bool own_only)
{
	ModuleList list = *modules_main(f->modules);
	const char *error = NULL;
	size_t literal = (size_t)(strstr(pattern, "...") - pattern);
	bool others = literal == 0 || memchr(pattern, '.', literal);
	if (list.len && others && !own_only) {
		list = (ModuleList){0};
		if (!modules_build_list(f->modules, &list, &error))
			vec_push(f->c->arena, f->errors, error);
	}
	for (int i = 0; i < list.len; i++) {
		const Module *m = list.items[i];
		error = NULL;
		if (!may_match(pattern, m->path))
			continue;
		if (!m->version || module_fetch(f->modules, m, &error))
			walk(f, m->root, m->path, pattern, m->root, m, 0);
		else if (error)
			COMPLAIN(f->errors, "pattern %s: %s", pattern, error);
	}
}

static void add_path_pattern(Finder *f, const char *pattern)
{
	bool std = strcmp(pattern, "std") == 0, all = strcmp(pattern, "all") == 0;
	if (!std)
		walk_modules(f, all ? "..." : pattern, all);
	if (all)
		return;
	walk(f, f->c->stdlib_dir, "", std ? "..." : pattern, f->c->stdlib_dir, NULL, 0);
	if (f->c->generated_dir)
		walk(f, f->c->generated_dir, "", std ? "..." : pattern, f->c->generated_dir, NULL, 0);
	const char *src = find_go_tree(f->c) ? arena_printf(f->c->arena, "%s/src", f->c->tree.root) : NULL;
	if (src)
		walk(f, src, "", std ? "..." : pattern, src, NULL, 0);
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static const char *clean_path(Compiler *c, const char *path)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	return arena_strndup(c->arena, path, n);
}

static void add_path(Finder *f, const char *name)
{
	const char *path = clean_path(f->c, name);
	if (strchr(path, '@')) {
		COMPLAIN(f->errors, "package %s: can only use path@version syntax with 'go get' and 'go install' in module-aware "
		         "mode", path);
		return;
	}
	bool dotted = memchr(path, '.', strcspn(path, "/")) != NULL;
	const char *standard = dotted ? NULL : standard_place(f->c, path);
	Found found = modules_find(f->modules, path, standard, &(Importer){0});
	if (found.error && !dotted && !standard && !modules_error(f->modules))
		found.error = missing_package(f->c, path);
	if (found.error)
		vec_push(f->c->arena, f->errors, found.error);
	else if (found.dir)
		add_package(f, path, found.dir, found.module, false);
	else
		add_standard(f, path, false);
}

static void add_name(Finder *f, const char *name)
{
	bool folder = is_relative(name) || name[0] == '/', pattern = strstr(name, "...") != NULL;
	int before = f->named;
	f->word = name;
	if (folder && pattern)
		add_folder_pattern(f, name);
	else if (pattern || strcmp(name, "std") == 0 || strcmp(name, "all") == 0)
		add_path_pattern(f, name);
	else if (folder && !folder_exists(f->c, name))
		COMPLAIN(f->errors, "stat %s: directory not found", absolute_path(f->c, name));
	else if (folder)
		add_folder(f, name, false);
	else
		add_path(f, name);
	if (pattern && f->named == before && f->errors->len == 0)
		COMPLAIN(f->warnings, "\"%s\" matched no packages", name);
}

void find_targets(Compiler *c, const char *const *names, int count, TargetList *targets, TextList *errors,
                  TextList *warnings)
{
	Finder f = {.c = c, .targets = targets, .errors = errors, .warnings = warnings};
	f.modules = modules_at(c, ".");
	if (has_error(&f, f.modules))
		return;
	if (is_source_name(names[0])) {
		add_files(&f, names, count);
		return;
	}
	for (int i = 0; i < count; i++)
		add_name(&f, names[i]);
}
