/*
 * files.c - names of files and folders.
 */
#include "files.h"
#include "tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool is_source_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && (strcmp(dot, ".gol") == 0 || strcmp(dot, ".go") == 0);
}

bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool is_relative(const char *path)
{
	return strncmp(path, "./", 2) == 0 || strncmp(path, "../", 3) == 0 || !strcmp(path, ".") || !strcmp(path, "..");
}

const char *folder_of(Compiler *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	return !slash ? "." : slash == path ? "/" : arena_strndup(c->arena, path, (size_t)(slash - path));
}

const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

const char *absolute_path(Compiler *c, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy;
	if (real)
		copy = arena_printf(c->arena, "%s", real);
	else if (path[0] == '/')
		copy = arena_printf(c->arena, "%s", path);
	else
		copy = arena_printf(c->arena, "%s/%s", c->work_dir, strncmp(path, "./", 2) == 0 ? path + 2 : path);
	free(real);
	return copy;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void sort_texts(TextList *list)
{
	if (list->len)
		qsort(list->items, (size_t)list->len, sizeof *list->items, by_text);
}

static bool is_test_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot - name >= 5 && strncmp(dot - 5, "_test", 5) == 0;
}

TextList list_sources(Compiler *c, const char *dir, const BuildTags *tags, int *tests, int *excluded)
{
	TextList names = {0};
	DIR *d = opendir(dir);
	if (!d)
		return names;
	for (struct dirent *entry; (entry = readdir(d));) {
		const char *name = entry->d_name;
		if (!is_source_name(name) || is_folder(arena_printf(c->arena, "%s/%s", dir, name)))
			continue;
		if (file_name_matches(name, tags))
			vec_push(c->arena, &names, arena_printf(c->arena, "%s/%s", dir, name));
		else if (is_test_name(name) && tests)
			++*tests;
		else if (excluded)
			++*excluded;
	}
	closedir(d);
	sort_texts(&names);
	return names;
}

/* ---- paths that lead nowhere ----------------------------------------------------------------- */

const char *standard_folder(Compiler *c, const char *path)
{
	static const BuildTags by_default;
	const char *dirs[] = {c->stdlib_dir, c->generated_dir};
	for (int i = 0; i < COUNT_OF(dirs); i++) {
		const char *dir = dirs[i] ? arena_printf(c->arena, "%s/%s", dirs[i], path) : "";
		if (*dir && list_sources(c, dir, &by_default, NULL, NULL).len)
			return arena_printf(c->arena, "%s/%s", c->stdlib_dir, path);
	}
	return NULL;
}

/* Only a path whose first element has a dot can be another module's. */
const char *missing_package(Compiler *c, const Module *m, const char *path)
{
	size_t first = strcspn(path, "/");
	if (!memchr(path, '.', first) && find_go_tree(c))
		return arena_printf(c->arena, "package %s is not in std (%s/src/%s)", path, c->tree.root, path);
	const char *given = getenv("GOROOT");
	if (!memchr(path, '.', first) && given && *given)
		return arena_printf(c->arena, "package %s is not in gol's own library (%s), and GOROOT=%s is not a Go source tree", path,
		                    c->stdlib_dir, given);
	if (!memchr(path, '.', first))
		return arena_printf(c->arena, "package %s is not in gol's own library (%s), and no Go source tree was found: "
		                    "install one (Debian: golang-src) or set GOROOT", path, c->stdlib_dir);
	if (!m->path)
		return arena_printf(c->arena, "no required module provides package %s: go.mod file not found in current directory or any "
		                    "parent directory; see 'go help modules'", path);
	return arena_printf(c->arena, "no required module provides package %s; to add it:\n\tgo get %s", path, path);
}
