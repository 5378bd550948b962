/*
 * source.c - source texts, positions, and the Compiler that holds them.
 *
 * A file is read whole. Its text ends in two NULs, which is what flex's scanner
 * needs to work in the buffer itself; NULs inside the text are kept (the lexer
 * complains about them). The path shown to the user is the shorter of the path
 * relative to the working directory and the absolute one, "./x.go" for files
 * directly in it, as Go prints them.
 */
#include "base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* File 0 is none: a Pos that is all zeros has no place. */
Compiler *compiler_new(void)
{
	Arena *arena = arena_new();
	Compiler *c = NEW(arena, Compiler);

	c->arena = arena;
	c->interner = interner_new(arena);
	c->go_version = 26;
	compiler_set_directory(c);
	vec_push(arena, &c->files, NULL);
	return c;
}

/* Field by field, since most of a Compiler (files, messages, types) belongs to one package's compilation. */
Compiler *compiler_like(const Compiler *old)
{
	Compiler *c = compiler_new();

	c->stdlib_dir = old->stdlib_dir;
	c->generated_dir = old->generated_dir;
	c->tree = old->tree;
	c->trees_dir = old->trees_dir;
	c->trim_paths = old->trim_paths;
	c->godebug_version = old->godebug_version;
	c->arch = old->arch;
	c->race = old->race;
	c->cover = old->cover;
	c->cover_patterns = old->cover_patterns;
	c->modfile = old->modfile;
	c->mod_mode = old->mod_mode;
	c->of_module_cache = old->of_module_cache;
	c->overlay = old->overlay;
	c->fetch_program = old->fetch_program;
	c->writable_modules = old->writable_modules;
	c->modules = old->modules;
	return c;
}

void compiler_set_directory(Compiler *c)
{
	char *cwd = getcwd(NULL, 0);

	c->work_dir = cwd ? arena_strndup(c->arena, cwd, strlen(cwd)) : "/";
	free(cwd);
}

void compiler_free(Compiler *c)
{
	arena_free(c->arena);
}

int pos_compare(Pos a, Pos b)
{
	if (a.file != b.file)
		return a.file < b.file ? -1 : 1;
	if (a.line != b.line)
		return a.line < b.line ? -1 : 1;
	return a.col < b.col ? -1 : a.col > b.col;
}

/* ".." drops the last element and stays in the root; links are not followed, the file need not exist. So a/../b is b
 * even where a is a link to elsewhere, as in Go's path.Clean. */
const char *clean_absolute(Compiler *c, const char *path)
{
	const char *joined = path[0] == '/' ? path : arena_printf(c->arena, "%s/%s", c->work_dir, path);
	char *out = arena_alloc(c->arena, strlen(joined) + 2);
	size_t n = 0;

	while (*joined) {
		size_t length = strcspn(joined, "/");

		if (length == 2 && joined[0] == '.' && joined[1] == '.') {
			while (n > 0 && out[--n] != '/')
				;
		} else if (length > 0 && !(length == 1 && joined[0] == '.')) {
			out[n++] = '/';
			memcpy(out + n, joined, length);
			n += length;
		}
		joined += length;
		joined += *joined == '/';
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}

/* common: the length of the folders that dir and full begin with, counted at slashes, so that /ab is not below /a. */
static const char *shown_path(Compiler *c, const char *full)
{
	const char *dir = clean_absolute(c, c->work_dir);
	size_t common = 0;
	Buf b;

	for (size_t i = 0; ; i++) {
		bool end_dir = dir[i] == '\0' || dir[i] == '/', end_full = full[i] == '/';
		if (end_dir && end_full)
			common = i;
		if (dir[i] != full[i] || dir[i] == '\0')
			break;
	}
	if (strcmp(dir, "/") == 0)
		return full;
	buf_init(&b, c->arena);
	for (const char *p = dir + common; *p; p++)
		if (*p == '/')
			buf_str(&b, "../");
	buf_str(&b, full + common + 1);
	if (strchr(b.s, '/') == NULL)
		return arena_printf(c->arena, "./%s", b.s);
	return b.len < strlen(full) ? b.s : full;
}

const char *short_name(Compiler *c, const char *full)
{
	const char *shown = shown_path(c, full);
	return strncmp(shown, "./", 2) == 0 ? shown + 2 : shown;
}

/* gol's own library is recorded from its root on: "fmt/print.gol" wherever gol is installed. */
static const char *recorded_path(Compiler *c, const char *full)
{
	const char *roots[] = {c->stdlib_dir, c->generated_dir};
	for (int i = 0; i < COUNT_OF(roots); i++) {
		const char *root = roots[i] ? clean_absolute(c, roots[i]) : "/";
		size_t n = strlen(root);
		if (n > 1 && strncmp(full, root, n) == 0 && full[n] == '/')
			return full + n + 1;
	}
	return full;
}

void source_set_version(SourceFile *f, int module_version)
{
	/* before 1.21 such lines said nothing of the language */
	int least = f->file_version < 21 ? 21 : f->file_version;
	f->module_version = module_version;
	f->go_version = f->file_version ? least : module_version;
}

/* read_from: where the text is, which is what messages name. */
static SourceFile *add_file(Compiler *c, const char *path, const char *read_from, const char *text, size_t size)
{
	SourceFile *f = NEW(c->arena, SourceFile);

	f->full_path = clean_absolute(c, path);
	f->path = shown_path(c, path == read_from ? f->full_path : clean_absolute(c, read_from));
	f->recorded_path = recorded_path(c, f->full_path);
	f->text = text;
	f->size = size;
	f->index = c->files.len;
	f->go_version = f->module_version = c->go_version;
	vec_push(c->arena, &c->files, f);
	return f;
}

SourceFile *source_from_text(Compiler *c, const char *path, const char *text, size_t size)
{
	char *copy;

	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3, size -= 3;
	copy = arena_alloc(c->arena, size + 2);
	if (size > 0)
		memcpy(copy, text, size);
	return add_file(c, path, path, copy, size);
}

SourceFile *source_load(Compiler *c, const char *path)
{
	const char *actual = overlay_actual(c, path);
	FILE *f = actual ? fopen(actual, "rb") : NULL;
	char *text = NULL;
	size_t size = 0, cap = 0;

	if (!actual)
		errno = ENOENT;
	if (!f)
		return NULL;
	for (;;) {
		if (cap - size < 65536) {
			char *grown = arena_alloc(c->arena, cap = cap ? cap * 2 : 1 << 17);
			if (size > 0)
				memcpy(grown, text, size);
			text = grown;
		}
		size_t n = fread(text + size, 1, cap - size - 2, f);
		size += n;
		if (n == 0)
			break;
	}
	if (ferror(f)) {
		int error = errno;
		fclose(f);
		errno = error;
		return NULL;
	}
	fclose(f);
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3, size -= 3;
	return add_file(c, path, actual, text, size);
}

/* ---- positions as users see them ------------------------------------------------------ */

typedef struct { const char *path; bool directive; uint32_t line, col; } ShownPos;

static ShownPos apply_directives(Compiler *c, Pos pos)
{
	SourceFile *f = c->files.items[pos.file];
	ShownPos shown = {f->path, false, pos.line, pos.col};
	int low = 0, high = f->line_directives.len;
	const LineDirective *d;

	while (low < high) {
		int mid = (low + high) / 2;
		d = &f->line_directives.items[mid];
		if (d->line < pos.line || (d->line == pos.line && d->col <= pos.col))
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return shown;
	d = &f->line_directives.items[low - 1];
	/* Without a name a directive keeps the one before it if it has a column; else the name is empty from there on. */
	for (int i = low - 1; i >= 0 && !shown.directive; i--) {
		const LineDirective *named = &f->line_directives.items[i];
		shown.directive = named->path[0] != '\0' || named->new_col == 0;
		if (shown.directive)
			shown.path = named->path;
	}
	shown.line = d->new_line + (pos.line - d->line);
	if (d->new_col == 0)
		shown.col = 0;
	else if (pos.line == d->line)
		shown.col = d->new_col + (pos.col - d->col);
	return shown;
}

/* As the go command shortens what the compiler says of a package: only names below the package's folder or the one
 * above it. */
static const char *path_seen_from(Compiler *c, const char *dir, const SourceFile *f)
{
	for (int level = 0; level < 2 && strcmp(dir, "/") != 0; level++) {
		size_t n = strlen(dir);
		if (strncmp(f->full_path, dir, n) == 0 && f->full_path[n] == '/') {
			bool own = level == 0 && strchr(f->full_path + n + 1, '/') == NULL;
			bool here = strcmp(dir, clean_absolute(c, c->work_dir)) == 0 && strncmp(f->path, "./", 2) != 0;
			return here && !own ? arena_printf(c->arena, "./%s", f->path) : f->path;
		}
		dir = clean_absolute(c, arena_printf(c->arena, "%s/..", dir));
	}
	return f->full_path;
}

static void print_pos(Compiler *c, Buf *out, Pos pos, uint32_t columns)
{
	ShownPos shown;

	if (pos.file == 0 || pos.file >= (uint32_t)c->files.len) {
		buf_str(out, "-");
		return;
	}
	shown = apply_directives(c, pos);
	if (c->seen_from && !shown.directive)
		shown.path = path_seen_from(c, c->seen_from, c->files.items[pos.file]);
	buf_printf(out, "%s:%u", shown.path, shown.line);
	if (shown.col != 0 && shown.col < columns)
		buf_printf(out, ":%u", shown.col);
}

void pos_print(Compiler *c, Buf *out, Pos pos) { print_pos(c, out, pos, UINT32_MAX); }
void pos_print_first(Compiler *c, Buf *out, Pos pos) { print_pos(c, out, pos, POS_COLUMNS); }

const char *pos_full_path(Compiler *c, Pos pos, uint32_t *line)
{
	ShownPos shown;

	if (pos.file == 0 || pos.file >= (uint32_t)c->files.len) {
		*line = 0;
		return "?";
	}
	shown = apply_directives(c, pos);
	*line = shown.line;
	if (!shown.directive)
		return c->files.items[pos.file]->recorded_path;
	return shown.path[0] ? shown.path : "??";
}
