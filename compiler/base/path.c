/*
 * path.c - names of files and folders.
 */
#include "path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* Links followed if it exists; what does not is named from the working directory on. */
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
