/*
 * unused.c - variables and imports that nobody uses are errors.
 */
#include "checker.h"
#include <string.h>

void check_unused_locals(Checker *k, FuncInfo *info)
{
	for (int i = 0; i < info->locals.len; i++) {
		Object *o = info->locals.items[i];
		if (!o->used && o->parent && strcmp(o->name, "_") != 0)
			check_error(k, o->pos, "declared and not used: %s", o->name);
	}
}

static const char *last_element(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

void check_unused_imports(Checker *k)
{
	for (int i = 0; i < k->import_names.len; i++) {
		Object *o = k->import_names.items[i];
		if (o->used)
			continue;
		const char *path = o->decl->import_path;
		if (strcmp(o->name, last_element(path)) == 0 || strcmp(o->name, ".") == 0)
			check_error(k, o->pos, "\"%s\" imported and not used", path);
		else
			check_error(k, o->pos, "\"%s\" imported as %s and not used", path, o->name);
	}
}
