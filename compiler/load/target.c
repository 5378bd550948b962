/*
 * target.c - from the words of the command line to packages.
 *
 *   a.gol b.gol     the package command-line-arguments, all files of one folder
 *   . ./x ../x /x   a folder
 *   ./...           all folders with sources below one; not testdata, _x, .x, nor other modules
 *   a/b             an import path: of the module around the working directory, or standard
 *   a/...           all such paths; std: the standard library
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
	TextList *errors, *warnings;
} Finder;

static const BuildTags by_default;

#define COMPLAIN(list, ...) vec_push(f->c->arena, list, arena_printf(f->c->arena, __VA_ARGS__))

/* Last element of the path; a major version (v2 ...) stands for the one before it. */
static const char *program_name(Compiler *c, const char *path)
{
	const char *base = base_name(path);
	if (base > path && base[0] == 'v' && base[1] && strspn(base + 1, "0123456789") == strlen(base + 1) && strcmp(base, "v1") && strcmp(base, "v0"))
		base = base_name(arena_strndup(c->arena, path, (size_t)(base - path) - 1));
	return base;
}

static void add_target(Finder *f, Target t)
{
	for (int i = 0; i < f->targets->len; i++)
		if (strcmp(f->targets->items[i].dir, t.dir) == 0 && t.files.len == 0)
			return;
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

/* A folder outside of any module is called "_" and its path, as Go calls those outside GOPATH. */
static void add_folder(Finder *f, const char *dir, bool matched)
{
	Target t = {.dir = absolute_path(f->c, dir), .matched = matched};
	t.modules = modules_at(f->c, t.dir);
	if (has_error(f, t.modules))
		return;
	t.module = modules_holding(t.modules, t.dir);
	t.path = module_import_path(f->c, t.module, t.dir);
	if (!t.path)
		t.path = arena_printf(f->c->arena, "_%s", t.dir);
	t.output = program_name(f->c, t.path);
	add_target(f, t);
}

static void add_standard(Finder *f, const char *path, bool matched)
{
	const char *dir = standard_folder(f->c, path);
	add_target(f, (Target){.modules = f->modules, .path = path, .dir = dir ? dir : tree_folder(f->c, path), .output = base_name(path), .is_stdlib = true, .matched = matched});
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
		COMPLAIN(f->errors, "stat %s: %s", name, errno == EACCES ? "permission denied" : errno == ENOENT ? "no such file or directory" : strerror(errno));
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
	t.modules = modules_at(c, t.dir);
	if (has_error(f, t.modules))
		return;
	t.module = modules_holding(t.modules, t.dir);
	add_target(f, t);
}

/* ---- patterns ---------------------------------------------------------------------------------- */

/* "..." matches any text; a trailing "/..." the empty one too. */
static bool matches(const char *pattern, const char *path)
{
	if (strcmp(pattern, "/...") == 0 && *path == '\0')
		return true;
	for (; *pattern; pattern++, path++) {
		if (strncmp(pattern, "...", 3) == 0) {
			for (const char *rest = path;; rest++) {
				if (matches(pattern + 3, rest))
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

/* Folders at and below dir that hold sources; as paths that start with prefix. */
static void walk(Finder *f, const char *dir, const char *prefix, const char *pattern, bool standard, int depth)
{
	Compiler *c = f->c;
	if (depth > 64)
		return;
	if (matches(pattern, prefix) && list_sources(c, dir, &by_default, NULL, NULL).len) {
		if (standard)
			add_standard(f, prefix, true);
		else
			add_folder(f, dir, true);
	}
	TextList entries = folder_names(c, dir);
	for (int i = 0; i < entries.len; i++) {
		const char *name = entries.items[i], *path = arena_printf(c->arena, "%s/%s", dir, name);
		struct stat st;
		bool skip = name[0] == '.' || name[0] == '_' || strcmp(name, "testdata") == 0 || strcmp(name, "vendor") == 0 ||
		            (standard && strcmp(path + strlen(c->stdlib_dir), "/tests") == 0) ||
		            (lstat(path, &st) == 0 ? !S_ISDIR(st.st_mode) : !folder_exists(c, path)) ||
		            file_exists(c, arena_printf(c->arena, "%s/go.mod", path)) || file_exists(c, arena_printf(c->arena, "%s/gol.mod", path));
		if (!skip)
			walk(f, path, *prefix ? arena_printf(c->arena, "%s/%s", prefix, name) : name, pattern, standard, depth + 1);
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
	walk(f, prefix, prefix, pattern, false, 0);
}

static void add_path_pattern(Finder *f, const char *pattern)
{
	bool std = strcmp(pattern, "std") == 0;
	const ModuleList *mains = modules_main(f->modules);
	for (int i = 0; i < mains->len && !std; i++)
		walk(f, mains->items[i]->root, mains->items[i]->path, pattern, false, 0);
	if (strcmp(pattern, "all") != 0)
		walk(f, f->c->stdlib_dir, "", std ? "..." : pattern, true, 0);
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
	const char *path = clean_path(f->c, name), *dir = modules_find(f->modules, path, &(Importer){0}).dir;
	if (dir && folder_exists(f->c, dir) && list_sources(f->c, dir, &by_default, NULL, NULL).len)
		add_folder(f, dir, false);
	else if (standard_folder(f->c, path) || tree_folder(f->c, path))
		add_standard(f, path, false);
	else
		vec_push(f->c->arena, f->errors, missing_package(f->c, f->modules, path));
}

static void add_name(Finder *f, const char *name)
{
	bool folder = is_relative(name) || name[0] == '/', pattern = strstr(name, "...") != NULL;
	int before = f->targets->len;
	if (folder && pattern)
		add_folder_pattern(f, name);
	else if (pattern || strcmp(name, "std") == 0 || strcmp(name, "all") == 0)
		add_path_pattern(f, strcmp(name, "all") == 0 ? "..." : name);
	else if (folder && !folder_exists(f->c, name))
		COMPLAIN(f->errors, "stat %s: directory not found", absolute_path(f->c, name));
	else if (folder)
		add_folder(f, name, false);
	else
		add_path(f, name);
	if (pattern && f->targets->len == before && f->errors->len == 0)
		COMPLAIN(f->warnings, "\"%s\" matched no packages", name);
}

void find_targets(Compiler *c, const char *const *names, int count, TargetList *targets, TextList *errors, TextList *warnings)
{
	Finder f = {.c = c, .targets = targets, .errors = errors, .warnings = warnings};
	if (is_source_name(names[0])) {
		add_files(&f, names, count);
		return;
	}
	f.modules = modules_at(c, ".");
	if (has_error(&f, f.modules))
		return;
	for (int i = 0; i < count; i++)
		add_name(&f, names[i]);
}
