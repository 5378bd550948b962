/*
 * emit_c.c - -emit=c: the C of a program with all it needs, so that
 * `cc *.c -lpthread -lm` builds it; and -dump.
 *
 * The folder may hold other files, so each of ours says in its first line that it is ours: its name, and a hash of name
 * and text. Only a file that this line fits is ever replaced or removed: one that the user has changed, renamed or
 * made himself is his, and where such a file is in the way nothing is written at all. Files that gol wrote for another
 * program, or for packages that are no more, are removed, since `cc *.c` would take them. A list of files beside them
 * was rejected: a build that is interrupted would leave list and files apart.
 */
#include "build_info.h"
#include "../check/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	if (!f)
		return false;
	bool ok = fputs(text, f) >= 0;
	int error = errno;
	if (fclose(f) != 0 && ok)
		return false;
	errno = error;
	return ok;
}

/* NULL with errno set. */
static const char *read_text(Driver *d, const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "r");
	char *text = NULL;
	if (f && fstat(fileno(f), &st) == 0) {
		text = arena_alloc(d->c->arena, (size_t)st.st_size + 1);
		text[fread(text, 1, (size_t)st.st_size, f)] = '\0';
	}
	if (f)
		fclose(f);
	return text;
}

const char *c_file_name(Driver *d, Package *p)
{
	const char *name = mangle_package(d->c, p->path);
	bool taken = strcmp(name, "golrt") == 0 || strcmp(name, "golinfo") == 0;    /* the runtime, build_info.c */
	return arena_printf(d->c->arena, taken ? "%s_.c" : "%s.c", name);
}

/* ---- whose file is it? -------------------------------------------------------------------------------- */

#define FIRST_WORDS "/* %s: written by gol build -emit=c, do not edit. "

static const char *first_line(Driver *d, const char *name, const char *text)
{
	uint64_t hash = hash_bytes(hash_bytes(0, name, strlen(name)), text, strlen(text));
	return arena_printf(d->c->arena, FIRST_WORDS "%016llx */\n", name, (unsigned long long)hash);
}

typedef enum { FILE_ABSENT, FILE_OURS, FILE_CHANGED, FILE_FOREIGN } Owner;

static Owner owner_of(Driver *d, const char *dir, const char *name)
{
	struct stat st;
	const char *path = arena_printf(d->c->arena, "%s/%s", dir, name);
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? FILE_ABSENT : FILE_FOREIGN;
	const char *text = S_ISREG(st.st_mode) ? read_text(d, path) : NULL, *end = text ? strchr(text, '\n') : NULL;
	const char *words = arena_printf(d->c->arena, FIRST_WORDS, name);
	if (!end || strncmp(text, words, strlen(words)) != 0 || strlen(text) != (size_t)st.st_size)
		return FILE_FOREIGN;
	const char *line = first_line(d, name, end + 1);
	return strncmp(text, line, strlen(line)) == 0 ? FILE_OURS : FILE_CHANGED;
}

/* ---- writing --------------------------------------------------------------------------------------------- */

typedef struct Output { const char *name, *text; } Output;
typedef struct OutputList { VEC(Output) list; } OutputList;

static bool is_written(const OutputList *all, const char *name)
{
	for (int i = 0; i < all->list.len; i++)
		if (strcmp(all->list.items[i].name, name) == 0)
			return true;
	return false;
}

/* Files of the folder that were ours and are not written again; false if one was changed since. */
static bool find_old(Driver *d, const char *dir, const OutputList *all, TextList *old)
{
	bool ok = true;
	DIR *folder = opendir(dir);
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		size_t n = strlen(entry->d_name);
		if (n < 3 || (strcmp(entry->d_name + n - 2, ".c") != 0 && strcmp(entry->d_name + n - 2, ".h") != 0) ||
		    is_written(all, entry->d_name))
			continue;
		Owner owner = owner_of(d, dir, entry->d_name);
		if (owner == FILE_CHANGED) {
			fprintf(stderr, "gol: %s/%s is of another program and was changed since gol wrote it; nothing was written\n", dir, entry->d_name);
			ok = false;
		} else if (owner == FILE_OURS) {
			vec_push(d->c->arena, old, arena_printf(d->c->arena, "%s/%s", dir, entry->d_name));
		}
	}
	if (folder)
		closedir(folder);
	return ok;
}

static bool may_write(Driver *d, const char *dir, const OutputList *all)
{
	bool ok = true;
	for (int i = 0; i < all->list.len; i++) {
		Owner owner = owner_of(d, dir, all->list.items[i].name);
		if (owner == FILE_ABSENT || owner == FILE_OURS)
			continue;
		fprintf(stderr, "gol: %s/%s %s; nothing was written\n", dir, all->list.items[i].name,
		        owner == FILE_CHANGED ? "was changed since gol wrote it" : "exists and was not written by gol");
		ok = false;
	}
	return ok;
}

/* Aside and renamed: a file is whole or not there. */
static bool write_output(Driver *d, const char *dir, const Output *o)
{
	const char *aside = arena_printf(d->c->arena, "%s/.gol-%d", dir, (int)getpid()),
		*path = arena_printf(d->c->arena, "%s/%s", dir, o->name);
	scratch_file(d, aside);
	bool ok = write_text(aside, arena_printf(d->c->arena, "%s%s", first_line(d, o->name, o->text), o->text)) &&
		rename(aside, path) == 0;
	if (!ok)
		fprintf(stderr, "gol: writing %s: %s\n", path, reason(d, errno));
	scratch_remove(d, aside);
	return ok;
}

static int write_outputs(Driver *d, const char *dir, const OutputList *all)
{
	TextList old = {0};
	if (!make_folders(dir)) {
		fprintf(stderr, "gol: writing to %s: %s\n", dir, reason(d, errno));
		return EXIT_ERROR;
	}
	if (!may_write(d, dir, all) || !find_old(d, dir, all, &old))
		return EXIT_ERROR;
	for (int i = 0; i < all->list.len; i++)
		if (!write_output(d, dir, &all->list.items[i]))
			return EXIT_ERROR;
	for (int i = 0; i < old.len; i++)
		unlink(old.items[i]);
	return EXIT_OK;
}

/* ---- the C of a program --------------------------------------------------------------------------------------- */

/* A package's C: NAME.c, and what it includes. Files that end in .c are compiled (`cc *.c`). */
static void add_parts(Driver *d, OutputList *all, const Package *p, const char *c_name, const CParts *parts)
{
	static const char *const ends[C_PARTS] = {".types.h", ".frames.h", ".c", ".more.h"};
	static const char *const what[C_PARTS] = {
		"Types, prototypes.", "Of each function its frame, what it saves at which point, its record, its thaw version.", NULL,
		"Constants, descriptors, and functions that nobody wrote as they stand: wrappers, instances, copies."};
	Arena *arena = d->c->arena;
	const char *stem = arena_strndup(arena, c_name, strlen(c_name) - 2);
	Buf text;
	buf_init(&text, arena);
	buf_printf(&text, "/* Package %s, compiled by gol. docs/reading-c.md says how to read this. */\n", p->path);
	buf_printf(&text, "#include \"golrt.h\"\n#include \"%s.types.h\"\n#include \"%s.frames.h\"\n\n", stem, stem);
	buf_str(&text, parts->text[C_CODE]);
	buf_printf(&text, "#include \"%s.more.h\"\n", stem);
	for (int i = 0; i < C_PARTS; i++) {
		Output o = {arena_printf(arena, "%s%s", stem, ends[i]), text.s};
		if (i != C_CODE)
			o.text = arena_printf(arena, "/* Package %s.\n * %s */\n%s", p->path, what[i], parts->text[i]);
		vec_push(arena, &all->list, o);
	}
}

/* Of the size that it had when it was hashed; NULL if it is another by now, or cannot be read. */
static const char *read_embedded(Driver *d, const EmbedFile *file)
{
	uint8_t hash[SHA256_SIZE];
	char *bytes = arena_alloc(d->c->arena, file->size + 1);
	FILE *f = fopen(file->path, "rb");
	bool whole = f && fread(bytes, 1, file->size, f) == file->size && fgetc(f) == EOF;
	if (f)
		fclose(f);
	sha256_bytes(hash, bytes, file->size);
	return whole && memcmp(hash, file->hash, sizeof hash) == 0 ? bytes : NULL;
}

/* The C holds them itself. False where one has changed, which is said. */
static bool read_contents(Driver *d, Package *p)
{
	for (int i = 0; i < p->embedded.len; i++) {
		EmbedFile *file = p->embedded.items[i];
		file->contents = file->error ? "" : read_embedded(d, file);     /* "": no variable takes it */
		if (!file->contents) {
			fprintf(stderr, "gol: embed %s: %s was changed during the build\n", file->name, file->path);
			return false;
		}
	}
	return true;
}

int emit_sources(Driver *d, Program *program, const char *dir)
{
	static const char *const runtime[] = {"golrt.c", "golrt.h"};
	OutputList all = {0};
	int count = program->packages.len;
	CParts *texts = NEW_ARRAY(d->c->arena, CParts, count);
	for (int i = 0; i < count; i++) {
		Package *p = program->packages.items[i];
		EmitOptions options = {.versions = d->options.versions, .race = d->options.race, .uses = true,
			.for_reading = true};
		progress_show(d, i, count, p->path);
		if (!read_contents(d, p))
			return EXIT_ERROR;
		texts[i] = emit_parts_of(d->c, program, p, &options);
	}
	progress_clear(d);
	Output parts[COUNT_OF(runtime)];
	for (int i = 0; i < COUNT_OF(runtime); i++) {
		const char *path = arena_printf(d->c->arena, "%s/%s", d->amalgamation, runtime[i]);
		parts[i] = (Output){runtime[i], read_text(d, path)};
		if (!parts[i].text) {
			fprintf(stderr, "gol: the runtime: %s: %s\n", path, reason(d, errno));
			return EXIT_ERROR;
		}
	}
	keep_reached(d->c, texts, count, parts[0].text);
	for (int i = 0; i < count; i++)
		add_parts(d, &all, program->packages.items[i], c_file_name(d, program->packages.items[i]), &texts[i]);
	Output info = {"golinfo.c", build_info_text(d, program)};
	vec_push(d->c->arena, &all.list, info);
	for (int i = 0; i < COUNT_OF(runtime); i++)
		vec_push(d->c->arena, &all.list, parts[i]);
	return write_outputs(d, dir, &all);
}

int dump(Driver *d, Program *program)
{
	Buf out;
	buf_init(&out, d->c->arena);
	const char *stage = d->options.dump;
	Package *root = program->root;
	if (strcmp(stage, "ast") == 0) {
		for (int i = 0; i < root->files.len; i++)
			ast_dump(d->c, &out, root->files.items[i]);
	} else if (strcmp(stage, "types") == 0) {
		types_dump(d->c, &out, root);
	} else if (strcmp(stage, "ir") == 0) {
		dump_ir(d->c, &out, program, root);
	} else if (strcmp(stage, "c") == 0) {
		EmitOptions options = {.versions = d->options.versions, .for_reading = true, .race = d->options.race};
		CParts parts = emit_parts_of(d->c, program, root, &options);
		for (int i = 0; i < C_PARTS; i++)
			buf_str(&out, wrap_lines(d->c->arena, parts.text[i]));
	} else {
		fprintf(stderr, "gol: -dump takes ast, types, ir, c or objects\n");
		return EXIT_USAGE;
	}
	fwrite(out.s ? out.s : "", 1, out.len, stdout);
	return EXIT_OK;
}
