/*
 * files.c - the sources of a folder; paths that lead nowhere.
 */
#include "files.h"
#include "../base/setting.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

bool is_source_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && (strcmp(dot, ".gol") == 0 || strcmp(dot, ".go") == 0);
}

bool is_test_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && dot - name >= 5 && strncmp(dot - 5, "_test", 5) == 0;
}

TextList list_sources(Compiler *c, const char *dir, const BuildTags *tags, int *tests, int *excluded)
{
	TextList names = {0};
	TextList all = folder_names(c, dir);
	for (int i = 0; i < all.len; i++) {
		const char *name = all.items[i], *path = is_source_name(name) ? arena_printf(c->arena, "%s/%s", dir, name) :
			NULL;
		if (!path || folder_exists(c, path))
			continue;
		if (file_name_matches(name, tags))
			vec_push(c->arena, &names, path);
		else if (is_test_name(name) && tests)
			++*tests;
		else if (excluded)
			++*excluded;
	}
	return names;
}

/* x_linux_test.go is for the systems that x_linux.go is for. */
TextList list_tests(Compiler *c, const char *dir, const BuildTags *tags)
{
	TextList names = {0};
	TextList all = folder_names(c, dir);
	for (int i = 0; i < all.len; i++) {
		const char *name = all.items[i], *path = arena_printf(c->arena, "%s/%s", dir, name);
		if (!is_source_name(name) || !is_test_name(name) || folder_exists(c, path))
			continue;
		size_t stem = (size_t)(strrchr(name, '.') - name) - strlen("_test");
		if (file_name_matches(arena_printf(c->arena, "%.*s.go", (int)stem, name), tags))
			vec_push(c->arena, &names, path);
	}
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

const char *standard_place(Compiler *c, const char *path)
{
	const char *dir = standard_folder(c, path);
	return dir ? dir : tree_folder(c, path);
}

const char *missing_package(Compiler *c, const char *path)
{
	if (find_go_tree(c))
		return arena_printf(c->arena, "package %s is not in std (%s/src/%s)", path, c->tree.root, path);
	if (*go_setting(c, "GOROOT"))
		return arena_printf(c->arena, "package %s is not in gol's own library (%s), and %s", path, c->stdlib_dir,
		                    why_no_tree(c));
	return arena_printf(c->arena, "package %s is not in gol's own library and %s", path, why_no_tree(c));
}
