/*
 * embed.c - which files the patterns of //go:embed mean.
 *
 * A pattern is a path below the package's folder whose elements may hold * ? [a-z] \x, as Go's path.Match reads them;
 * a folder that it names stands for the files below, without those whose names begin with . or _ unless the pattern
 * begins with "all:". What could not be part of a module is no file at all: links and other irregular files, names
 * that archives of modules may not have, folders that are modules themselves. Where a pattern names such a thing
 * outright, that is an error; below a folder they are passed over.
 *
 * Patterns are looked at in the order of their text and the first that is wrong is the only one reported, as in Go. A
 * file that cannot be read is the checker's to report: it is of no account unless a variable takes it.
 */
#include "embed.h"
#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

typedef struct Finder {
	Compiler *c;
	const char *dir;            /* the package's folder */
	Map files;                  /* name -> EmbedFile, of all patterns */
	Map sound;                  /* paths between here and a match that were looked at */
	Map taken;                  /* by the pattern at hand: name -> EmbedFile */
	bool all;
	EmbedFileList *list;
	const char *fault;          /* what is wrong with the pattern at hand, or NULL */
} Finder;

#define FAULT(f, ...) ((f)->fault = arena_printf((f)->c->arena, __VA_ARGS__))

static const char *joined(Finder *f, const char *dir, const char *name)
{
	return arena_printf(f->c->arena, "%s/%s", dir, name);
}

/* The path as seen from the package's folder. */
static const char *relative(const Finder *f, const char *path) { return path + strlen(f->dir) + 1; }

static bool is_module_root(Finder *f, const char *dir)
{
	return file_exists(f->c, joined(f, dir, "go.mod")) || file_exists(f->c, joined(f, dir, "gol.mod"));
}

/* What is there, links as such, as -overlay has it. */
static bool look_at(Finder *f, const char *path, struct stat *st)
{
	const char *actual = overlay_actual(f->c, path);
	*st = (struct stat){.st_mode = S_IFDIR};
	if (actual && actual != path)
		return stat(actual, st) == 0;
	return (actual && lstat(actual, st) == 0) || folder_exists(f->c, path);
}

/* ---- names ------------------------------------------------------------------------------------ */

static bool is_utf8(const char *s)
{
	int size;
	for (size_t n = strlen(s); n; s += size, n -= (size_t)size)
		if (utf8_decode(s, n, &size) == 0xfffd && size == 1)
			return false;
	return true;
}

static bool is_device_name(const char *name)
{
	static const char *const names[] = {"CON", "PRN", "AUX", "NUL"};
	size_t n = strcspn(name, ".");
	for (int i = 0; i < COUNT_OF(names); i++)
		if (n == 3 && strncasecmp(name, names[i], n) == 0)
			return true;
	return n == 4 && (strncasecmp(name, "COM", 3) == 0 || strncasecmp(name, "LPT", 3) == 0) && name[3] >= '1' &&
		name[3] <= '9';
}

/* One that a file of a module may not have. */
static bool is_bad_name(const char *name)
{
	static const char *const folders[] = {".bzr", ".hg", ".git", ".svn"};
	size_t n = strlen(name);
	int size;
	for (int i = 0; i < COUNT_OF(folders); i++)
		if (strcmp(name, folders[i]) == 0)
			return true;
	if (n == 0 || name[n - 1] == '.' || !is_utf8(name) || is_device_name(name))
		return true;
	for (size_t i = 0; i < n; i += (size_t)size) {
		uint32_t rune = utf8_decode(name + i, n - i, &size);
		if (rune < 0x80 ? rune < ' ' || rune == 0x7f || strchr("\"'*/:;<>?\\`|", (int)rune) != NULL :
		    !unicode_is_letter(rune))
			return true;
	}
	return false;
}

static bool is_hidden(const char *name) { return name[0] == '.' || name[0] == '_'; }

/* ---- patterns ------------------------------------------------------------------------------------ */

/* One character of a class at *p, moving on; false if none may stand there, or the class does not go on behind it. */
static bool class_character(const char **p, uint32_t *rune)
{
	int size;
	if (!**p || **p == '-' || **p == ']')
		return false;
	if (**p == '\\' && !*++*p)
		return false;
	*rune = utf8_decode(*p, strlen(*p), &size);
	*p += size;
	return !(*rune == 0xfffd && size == 1) && **p;
}

/* The class behind [ at *p, moving behind its ]. *in: whether rune is in it. */
static bool read_class(const char **p, uint32_t rune, bool *in)
{
	bool negated = **p == '^', found = false;
	*p += negated;
	for (int count = 0; count == 0 || **p != ']'; count++) {
		uint32_t low, high;
		if (!class_character(p, &low))
			return false;
		high = low;
		if (**p == '-' && (++*p, !class_character(p, &high)))
			return false;
		found |= low <= rune && rune <= high;
	}
	++*p;
	*in = found != negated;
	return true;
}

static bool is_pattern(const char *p)
{
	bool in;
	while (*p) {
		char ch = *p++;
		if ((ch == '\\' && !*p++) || (ch == '[' && !read_class(&p, 0, &in)))
			return false;
	}
	return true;
}

/* Does the element of a sound pattern that ends at `end` match the name? One star is tried again at a time, the last
 * one met: an earlier one taking more could not lead further. */
static bool matches(const char *p, const char *end, const char *name)
{
	const char *star = NULL, *from = name;
	for (;;) {
		int size;
		uint32_t rune = utf8_decode(name, strlen(name), &size);
		const char *next = p + 1;
		bool in = false;
		if (p < end && *p == '*') {
			star = p = next;
			from = name;
			continue;
		}
		if (!*name && p == end)
			return true;
		if (p < end && *name && *p == '[') {
			read_class(&next, rune, &in);
		} else if (p < end && *name && *p == '?') {
			in = true;
		} else if (p < end && *name) {
			next += *p == '\\';
			in = next[-1] == *name;
			size = 1;
		}
		if (in) {
			p = next;
			name += size;
			continue;
		}
		if (!star || !*from)
			return false;
		p = star;
		name = ++from;
	}
}

/* A path of non-empty elements, none of them a dot or two. */
static bool is_valid_path(const char *s)
{
	for (;;) {
		size_t n = strcspn(s, "/");
		if (n == 0 || (n <= 2 && strspn(s, ".") == n))
			return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

static void find_matches(Finder *f, const char *dir, const char *pattern, TextList *found)
{
	size_t n = strcspn(pattern, "/");
	TextList names = folder_names(f->c, dir);
	for (int i = 0; i < names.len; i++) {
		const char *path = joined(f, dir, names.items[i]);
		if (!matches(pattern, pattern + n, names.items[i]))
			continue;
		if (!pattern[n])
			vec_push(f->c->arena, found, path);
		else if (folder_exists(f->c, path))
			find_matches(f, path, pattern + n + 1, found);
	}
}

/* ---- files ------------------------------------------------------------------------------------------ */

static EmbedFile *read_file(Finder *f, const char *path)
{
	EmbedFile *file = NEW(f->c->arena, EmbedFile);
	struct stat st;
	file->name = relative(f, path);
	file->path = path = overlay_actual(f->c, path);
	bool ok = stat(path, &st) == 0 && sha256_file(file->hash, path, &file->size);
	if (!ok)
		file->error = errno == EACCES ? "permission denied" : errno == ENOENT ? "no such file or directory" :
			strerror(errno);
	file->changed_at = ok ? (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec : 0;
	return file;
}

static void take_file(Finder *f, const char *path)
{
	const char *name = relative(f, path);
	EmbedFile *file = map_get(&f->files, name);
	if (!file)
		map_put(f->c->arena, &f->files, name, file = read_file(f, path));
	if (!map_get(&f->taken, name))
		vec_push(f->c->arena, f->list, file);
	map_put(f->c->arena, &f->taken, name, file);
}

/* How many files are below. */
static int take_folder(Finder *f, const char *dir)
{
	TextList names = folder_names(f->c, dir);
	int count = 0;
	for (int i = 0; i < names.len && !f->fault; i++) {
		const char *name = names.items[i], *path = joined(f, dir, name);
		struct stat st;
		if (!look_at(f, path, &st) || (is_hidden(name) && !f->all))
			continue;
		if (is_bad_name(name)) {
			if (!S_ISDIR(st.st_mode) && !is_hidden(name))
				FAULT(f, "cannot embed file %s: invalid name %s", relative(f, path), name);
		} else if (S_ISDIR(st.st_mode)) {
			count += is_module_root(f, path) ? 0 : take_folder(f, path);
		} else if (S_ISREG(st.st_mode)) {
			take_file(f, path);
			count++;
		}
	}
	return count;
}

/* Each folder from a match up to the package's own, and the match. */
static void check_way(Finder *f, const char *match, const char *what)
{
	const char *name = relative(f, match);
	for (const char *at = match; strlen(at) > strlen(f->dir) && !map_get(&f->sound, at); at = folder_of(f->c, at)) {
		struct stat st;
		if (is_module_root(f, at))
			FAULT(f, "cannot embed %s %s: in different module", what, name);
		else if (at != match && look_at(f, at, &st) && !S_ISDIR(st.st_mode))
			FAULT(f, "cannot embed %s %s: in non-directory %s", what, name, relative(f, at));
		else if (is_bad_name(base_name(at)))
			FAULT(f, "cannot embed %s %s: %s %s", what, name, at == match ? "invalid name" : "in invalid directory",
			      base_name(at));
		if (f->fault)
			return;
		map_put(f->c->arena, &f->sound, at, f);
	}
}

static void take_match(Finder *f, const char *path)
{
	struct stat st;
	if (!look_at(f, path, &st))
		return;
	check_way(f, path, S_ISDIR(st.st_mode) ? "directory" : "file");
	if (f->fault)
		return;
	if (S_ISREG(st.st_mode))
		take_file(f, path);
	else if (!S_ISDIR(st.st_mode))
		FAULT(f, "cannot embed irregular file %s", relative(f, path));
	else if (take_folder(f, path) == 0 && !f->fault)
		FAULT(f, "cannot embed directory %s: contains no embeddable files", relative(f, path));
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(EmbedFile *const *)a)->name, (*(EmbedFile *const *)b)->name);
}

static const char *resolve(Finder *f, EmbedPattern *pattern)
{
	TextList found = {0};
	const char *text = pattern->text;
	f->all = strncmp(text, "all:", 4) == 0;
	f->list = &pattern->files;
	f->taken = (Map){.by_text = true};
	f->fault = NULL;
	text += f->all ? 4 : 0;
	if (!is_utf8(text) || !is_pattern(text) || !is_valid_path(text))
		return "invalid pattern syntax";
	find_matches(f, f->dir, text, &found);
	for (int i = 0; i < found.len && !f->fault; i++)
		take_match(f, found.items[i]);
	if (pattern->files.len)
		qsort(pattern->files.items, (size_t)pattern->files.len, sizeof *pattern->files.items, by_name);
	else if (!f->fault)
		f->fault = "no matching files found";
	return f->fault;
}

/* ---- a package ------------------------------------------------------------------------------------------ */

static bool imports_embed(const File *file)
{
	for (int i = 0; i < file->decls.len && file->decls.items[i]->kind == DECL_IMPORT; i++)
		if (file->decls.items[i]->import_path && strcmp(file->decls.items[i]->import_path, "embed") == 0)
			return true;
	return false;
}

typedef VEC(EmbedPattern *) PatternList;

static int by_text(const void *a, const void *b)
{
	const EmbedPattern *x = *(EmbedPattern *const *)a, *y = *(EmbedPattern *const *)b;
	int order = strcmp(x->text, y->text);
	return order ? order : pos_compare(x->pos, y->pos);
}

/* In the order of their text, then of the source. */
static PatternList patterns_of(Compiler *c, Package *p)
{
	PatternList list = {0};
	for (int i = 0; i < p->files.len; i++)
		for (int k = 0; imports_embed(p->files.items[i]) && k < p->files.items[i]->embeds.len; k++) {
			Embed *e = p->files.items[i]->embeds.items[k];
			for (int n = 0; n < e->patterns.len; n++)
				vec_push(c->arena, &list, &e->patterns.items[n]);
		}
	if (list.len)
		qsort(list.items, (size_t)list.len, sizeof *list.items, by_text);
	return list;
}

const char *find_embedded(Compiler *c, Package *p, Pos *pos)
{
	PatternList list = patterns_of(c, p);
	Finder f = {.c = c, .dir = p->dir, .files.by_text = true, .sound.by_text = true};
	for (int i = 0; i < list.len; i++) {
		EmbedPattern *pattern = list.items[i], *before = i ? list.items[i - 1] : NULL;
		if (before && strcmp(before->text, pattern->text) == 0) {
			pattern->files = before->files;
			continue;
		}
		const char *fault = resolve(&f, pattern);
		*pos = pattern->pos;
		if (fault)
			return arena_printf(c->arena, "pattern %s: %s", pattern->text, fault);
	}
	for (int i = 0; i < map_count(&f.files); i++)
		vec_push(c->arena, &p->embedded, map_value_at(&f.files, i));
	return NULL;
}
