/*
 * overlay.c - -overlay FILE: files that are read elsewhere than where they are said to be, as editors have them that
 * build what is not saved yet; and folders as they look then.
 *
 *     {"Replace": {"a/x.go": "/tmp/1.go", "a/new.go": "/tmp/2.go", "a/old.go": ""}}
 *
 * A path on the left stands for the file on the right, whether it exists or not; "" takes it away. All paths are kept
 * absolute and clean, so that one lookup answers. Whatever reads sources asks here: overlay_actual for one file,
 * folder_names for a folder. Without -overlay both are the system's own calls.
 *
 * Errors in the JSON are worded as Go's decoder words the common ones. Rejected: copying the tree to a scratch folder
 * with the files replaced (every path in every message would have to be mapped back).
 */
#include "base.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct Overlay { Map files; };          /* clean absolute path -> clean absolute path, or "" */

/* ---- reading JSON ----------------------------------------------------------------------------- */

typedef struct Json { Compiler *c; const char *p, *error; Overlay *overlay; Map given; } Json;

static void fail(Json *j, const char *where)
{
	if (j->error)
		return;
	if (!*j->p)
		j->error = "unexpected end of JSON input";
	else
		j->error = arena_printf(j->c->arena, "invalid character '%.*s' %s", *j->p == '\n' ? 2 : 1,
		                        *j->p == '\n' ? "\\n" : j->p, where);
}

static char next(Json *j)
{
	j->p += strspn(j->p, " \t\r\n");
	return *j->p;
}

static bool take(Json *j, char c, const char *where)
{
	if (!j->error && next(j) == c) {
		j->p++;
		return true;
	}
	fail(j, where);
	return false;
}

static void escaped(Json *j, Buf *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = *j->p ? strchr(from, *j->p) : NULL;
	if (at) {
		buf_char(b, to[at - from]);
		j->p++;
	} else if (*j->p == 'u' && strspn(j->p + 1, "0123456789abcdefABCDEF") >= 4) {
		char digits[5] = {0};
		memcpy(digits, j->p + 1, 4);
		buf_rune(b, (uint32_t)strtoul(digits, NULL, 16));
		j->p += 5;
	} else {
		fail(j, "in string escape code");
	}
}

static const char *json_string(Json *j, const char *where)
{
	Buf b;
	buf_init(&b, j->c->arena);
	buf_str(&b, "");
	if (!take(j, '"', where))
		return "";
	while (!j->error && *j->p != '"') {
		if ((unsigned char)*j->p < ' ')
			fail(j, "in string literal");
		else if (*j->p++ == '\\')
			escaped(j, &b);
		else
			buf_char(&b, j->p[-1]);
	}
	j->p += *j->p == '"';
	return b.s ? b.s : "";
}

static void json_value(Json *j, int depth);

static void json_object(Json *j, void (*member)(Json *, const char *, int), int depth)
{
	if (!take(j, '{', "looking for beginning of value"))
		return;
	for (bool first = true; !j->error && !(first && next(j) == '}'); first = false) {
		const char *key = json_string(j, "looking for beginning of object key string");
		take(j, ':', "after object key");
		if (!j->error)
			member(j, key, depth + 1);
		if (j->error || next(j) != ',')
			break;
		j->p++;
	}
	take(j, '}', "after object key:value pair");
}

static void skip_member(Json *j, const char *key, int depth)
{
	(void)key;
	json_value(j, depth);
}

/* One that is of no interest. */
static void json_value(Json *j, int depth)
{
	enum { DEEPEST = 10000 };
	char c = next(j);
	size_t n = strcspn(j->p, " \t\r\n,]}");
	if (depth > DEEPEST) {
		j->error = "exceeded max depth";
	} else if (c == '{') {
		json_object(j, skip_member, depth);
	} else if (c == '[') {
		for (j->p++; !j->error && next(j) != ']'; j->p += next(j) == ',')
			json_value(j, depth + 1);
		take(j, ']', "after array element");
	} else if (c == '"') {
		json_string(j, "");
	} else if (isdigit((unsigned char)c) || c == '-' || (n == 4 && strncmp(j->p, "true", n) == 0) ||
	           (n == 5 && strncmp(j->p, "false", n) == 0) ||
	           (n == 4 && strncmp(j->p, "null", n) == 0)) {
		j->p += n;
	} else {
		fail(j, "looking for beginning of value");
	}
}

/* ---- what it says ---------------------------------------------------------------------------------- */

static const char *type_of_value(char c)
{
	return c == '{' ? "object" : c == '[' ? "array" : c == 't' || c == 'f' ? "bool" : "number";
}

static void replacement(Json *j, const char *from, int depth)
{
	Compiler *c = j->c;
	(void)depth;
	if (next(j) != '"') {
		char kind = *j->p;
		json_value(j, 0);
		if (!j->error && kind != 'n')
			j->error = arena_printf(c->arena, "json: cannot unmarshal %s into Go struct field overlayJSON.Replace of type "
			                        "string", type_of_value(kind));
		return;
	}
	const char *to = json_string(j, "");
	if (j->error)
		return;
	const char *path = clean_absolute(c, from), *other = map_get(&j->given, path);
	if (!*from)
		j->error = "empty string key in overlay map";
	else if (other && strcmp(other, from) != 0)
		j->error = arena_printf(c->arena, "duplicate paths %s and %s in overlay map", other, from);
	map_put(c->arena, &j->given, path, (void *)(uintptr_t)from);
	map_put(c->arena, &j->overlay->files, path, (void *)(uintptr_t)(*to ? clean_absolute(c, to) : ""));
}

static void top_member(Json *j, const char *key, int depth)
{
	if (strcasecmp(key, "Replace") == 0 && next(j) == '{')
		json_object(j, replacement, depth);
	else
		json_value(j, depth);
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);
	return strncmp(path, folder, n) == 0 && (path[n] == '/' || (n == 1 && path[1]));
}

/* A file cannot have files in it. */
static const char *inconsistency(Compiler *c, const Overlay *o)
{
	for (int i = 0; i < map_count(&o->files); i++)
		for (int k = 0; k < map_count(&o->files); k++) {
			const char *file = map_key_at(&o->files, i), *below = map_key_at(&o->files, k);
			const char *replaced = map_value_at(&o->files, i), *by = map_value_at(&o->files, k);
			if (*replaced && *by && is_below(below, file))
				return arena_printf(c->arena, "inconsistent files %s and %s in overlay map", file, below);
		}
	return NULL;
}

const Overlay *overlay_read(Compiler *c, const char *path)
{
	SourceFile *source = source_load(c, path);
	if (!source) {
		fprintf(stderr, "gol: reading overlay: open %s: %s\n", path, errno == ENOENT ? "no such file or directory" :
		        strerror(errno));
		return NULL;
	}
	Overlay *o = NEW(c->arena, Overlay);
	Json j = {.c = c, .p = source->text, .overlay = o, .given = {.by_text = true}};
	o->files.by_text = true;
	json_object(&j, top_member, 0);
	if (!j.error && next(&j))
		fail(&j, "after top-level value");
	bool is_syntax = j.error && !strstr(j.error, "overlay map");
	if (!j.error)
		j.error = inconsistency(c, o);
	if (!j.error)
		return o;
	fprintf(stderr, "gol: %s%s\n", is_syntax ? "parsing overlay JSON: " : "", j.error);
	return NULL;
}

/* ---- files and folders as the overlay has them --------------------------------------------------------- */

/* A path below a replaced file is not there, even if the disk has a folder of that name. */
const char *overlay_actual(Compiler *c, const char *path)
{
	if (!c->overlay)
		return path;
	const char *full = clean_absolute(c, path), *to = map_get(&c->overlay->files, full);
	if (to)
		return *to ? to : NULL;
	for (int i = 0; i < map_count(&c->overlay->files); i++)
		if (is_below(full, map_key_at(&c->overlay->files, i)))
			return NULL;
	return path;
}

/* The element of a replaced path behind the folder that holds it; *deeper: more follows. NULL: not there. */
static const char *name_below(Compiler *c, int number, const char *folder, bool *deeper)
{
	const char *path = map_key_at(&c->overlay->files, number), *to = map_value_at(&c->overlay->files, number);
	if (!*to || !is_below(path, folder))
		return NULL;
	path += strlen(folder) > 1 ? strlen(folder) + 1 : 1;
	size_t n = strcspn(path, "/");
	*deeper = path[n] != '\0';
	return arena_strndup(c->arena, path, n);
}

bool folder_exists(Compiler *c, const char *path)
{
	const char *actual = overlay_actual(c, path);
	struct stat st;
	bool deeper;
	if (actual && stat(actual, &st) == 0)
		return S_ISDIR(st.st_mode);
	for (int i = 0; c->overlay && i < map_count(&c->overlay->files); i++)
		if (name_below(c, i, clean_absolute(c, path), &deeper))
			return true;
	return false;
}

bool file_exists(Compiler *c, const char *path)
{
	const char *actual = overlay_actual(c, path);
	struct stat st;
	return actual && stat(actual, &st) == 0 && !S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static bool is_name_listed(const TextList *list, const char *name)
{
	for (int i = 0; i < list->len; i++)
		if (strcmp(list->items[i], name) == 0)
			return true;
	return false;
}

/* What the disk has and is not taken away, then what only the overlay has; a folder that only it has shows up by the
 * first element of the names in it. */
TextList folder_names(Compiler *c, const char *dir)
{
	TextList list = {0};
	DIR *d = opendir(dir);
	for (struct dirent *entry; d && (entry = readdir(d));) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (!c->overlay || overlay_actual(c, arena_printf(c->arena, "%s/%s", dir, name)))
			vec_push(c->arena, &list, arena_strndup(c->arena, name, strlen(name)));
	}
	if (d)
		closedir(d);
	for (int i = 0; c->overlay && i < map_count(&c->overlay->files); i++) {
		bool deeper;
		const char *name = name_below(c, i, clean_absolute(c, dir), &deeper);
		if (name && !is_name_listed(&list, name))
			vec_push(c->arena, &list, name);
	}
	if (list.len)
		qsort(list.items, (size_t)list.len, sizeof *list.items, by_name);
	return list;
}
