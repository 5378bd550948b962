/*
 * build_info.c - what a program was built from: written into its section .go.buildinfo, where
 * runtime/debug.ReadBuildInfo,
 * Go's `go version -m` and ours (version.c) find it.
 *
 *     magic (14 bytes), pointer size, 2 (inline strings), zeros up to byte 32
 *     length of the language's version, that; length of the lines, those between two marks of 16 bytes
 *
 * Lengths are varints of 7 bits a byte. The lines are path, mod, dep and build, in the form of
 * debug.BuildInfo.String. The section goes to the linker as a file of its own, so that a new commit or flag compiles
 * no package anew.
 */
#include "build_info.h"
#include "../module/module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char start_mark[] = "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
static const char end_mark[] = "\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";
_Static_assert(sizeof start_mark - 1 == BUILD_INFO_MARK && sizeof end_mark - 1 == BUILD_INFO_MARK, "length of marks");

/* ---- lines ------------------------------------------------------------------------------------- */

static void add_line(Buf *b, Modules *all, const char *word, const char *path, const char *version)
{
	const char *sum = version ? module_sum(all, path, version) : NULL;
	buf_printf(b, "%s\t%s\t%s\t%s\n", word, path, version ? version : "(devel)", sum ? sum : "");
}

/* What replaces it stands on a line of its own, with an empty one behind. */
static void add_module(Buf *b, Modules *all, const char *word, const Module *m)
{
	const char *path, *version;
	if (!m->version || !module_replacement(all, m, &path, &version)) {
		add_line(b, all, word, m->path, m->version);
		return;
	}
	buf_printf(b, "%s\t%s\t%s\n", word, m->path, m->version);
	add_line(b, all, "=>", path, version);
	buf_char(b, '\n');
}

static int by_path_and_version(const void *a, const void *b)
{
	const Module *x = *(const Module *const *)a, *y = *(const Module *const *)b;
	int order = strcmp(x->path, y->path);
	return order ? order : strcmp(x->version ? x->version : "", y->version ? y->version : "");
}

static void add_dependencies(Driver *d, Buf *b, Modules *all, const Program *program)
{
	ModuleList list = {0};
	Map seen = {0};
	const Module *own = program->root->module;
	for (int i = 0; i < program->packages.len; i++) {
		const Module *m = program->packages.items[i]->module;
		if (!m || !m->path || map_get(&seen, m) || (own && own->path && strcmp(m->path, own->path) == 0))
			continue;
		map_put(d->c->arena, &seen, m, d);
		vec_push(d->c->arena, &list, m);
	}
	if (list.len)
		qsort(list.items, (size_t)list.len, sizeof *list.items, by_path_and_version);
	for (int i = 0; i < list.len; i++)
		add_module(b, all, "dep", list.items[i]);
}

static void add_setting(Buf *b, const char *key, const char *value)
{
	buf_printf(b, "build\t%s=", key);
	if (strpbrk(value, " \t\r\n\"`"))
		buf_quote(b, value, strlen(value));
	else
		buf_str(b, value);
	buf_char(b, '\n');
}

static bool uses_tree(const Program *program)
{
	for (int i = 0; i < program->packages.len; i++)
		if (program->packages.items[i]->from_tree)
			return true;
	return false;
}

static const char *joined_tags(Driver *d, const char *tags)
{
	char *text = arena_printf(d->c->arena, "%s", tags);
	for (char *p = text; *p; p++)
		if (*p == ' ')
			*p = ',';
	return text;
}

/* Of each architecture the oldest machines. */
static const struct { const char *arch, *name, *value; } levels[] = {
	{"amd64", "GOAMD64", "v1"}, {"arm64", "GOARM64", "v8.0"}, {"riscv64", "GORISCV64", "rva20u64"},
};

static void add_settings(Driver *d, Buf *b, const Program *program)
{
	const Options *o = &d->options;
	if (o->asan)
		add_setting(b, "-asan", "true");
	if (o->race)
		add_setting(b, "-race", "true");
	add_setting(b, "-buildmode", o->build_mode && strcmp(o->build_mode, "default") != 0 ? o->build_mode : "exe");
	add_setting(b, "-compiler", "gol");
	if (o->compiler_flags.len && *vec_last(&o->compiler_flags))
		add_setting(b, "-gcflags", vec_last(&o->compiler_flags));
	if (o->linker_flag_texts.len && *vec_last(&o->linker_flag_texts) && !o->trim_paths)
		add_setting(b, "-ldflags", vec_last(&o->linker_flag_texts));
	if (o->tags && *o->tags)
		add_setting(b, "-tags", joined_tags(d, o->tags));
	if (o->trim_paths)
		add_setting(b, "-trimpath", "true");
	if (*program->godebug)
		add_setting(b, BUILD_INFO_GODEBUG, program->godebug);
	add_setting(b, "CGO_ENABLED", "0");
	add_setting(b, "GOARCH", d->c->arch);
	add_setting(b, "GOOS", "linux");
	for (int i = 0; i < COUNT_OF(levels); i++)
		if (strcmp(levels[i].arch, d->c->arch) == 0)
			add_setting(b, levels[i].name, levels[i].value);
	add_setting(b, "gol.version", GOL_VERSION);
	if (uses_tree(program))
		add_setting(b, "gol.tree", d->c->tree.version);
}

/* ---- the section -------------------------------------------------------------------------------- */

static void add_string(Buf *b, const char *s, size_t n)
{
	size_t rest = n;
	for (; rest >= 0x80; rest >>= 7)
		buf_char(b, (char)(rest | 0x80));
	buf_char(b, (char)rest);
	buf_bytes(b, s, n);
}

Buf build_info_bytes(Driver *d, const Program *program)
{
	Buf lines, b;
	const Module *own = program->root->module;
	Modules *all = modules_at(d->c, program->root->dir ? program->root->dir : ".");
	const char *version = arena_printf(d->c->arena, "go1.%d", d->c->go_version);
	buf_init(&lines, d->c->arena);
	buf_bytes(&lines, start_mark, BUILD_INFO_MARK);
	buf_printf(&lines, "path\t%s\n", program->header);
	if (own && own->path && strcmp(program->header, "command-line-arguments") != 0)
		add_module(&lines, all, "mod", own);
	add_dependencies(d, &lines, all, program);
	add_settings(d, &lines, program);
	buf_bytes(&lines, end_mark, BUILD_INFO_MARK);
	buf_init(&b, d->c->arena);
	buf_str(&b, BUILD_INFO_MAGIC);
	buf_char(&b, sizeof(void *));
	buf_char(&b, BUILD_INFO_INLINE);
	while (b.len < BUILD_INFO_HEADER)
		buf_char(&b, '\0');
	add_string(&b, version, strlen(version));
	add_string(&b, lines.s, lines.len);
	return b;
}

/* Comma-separated numbers, so many a line. */
static void add_numbers(Buf *out, const Buf *bytes, const char *begin, const char *end)
{
	enum { A_LINE = 24 };
	for (size_t i = 0; i < bytes->len; i++)
		buf_printf(out, "%s%u%s", i % A_LINE ? ", " : begin, (unsigned char)bytes->s[i], i % A_LINE == A_LINE - 1 ||
		           i + 1 == bytes->len ? end : "");
}

const char *build_info_object(Driver *d, const Program *program)
{
	Buf bytes = build_info_bytes(d, program), text;
	buf_init(&text, d->c->arena);
	buf_str(&text, ".section .go.buildinfo, \"a\"\n.balign 16\n.globl gol_build_info\ngol_build_info:\n");
	add_numbers(&text, &bytes, ".byte ", "\n");
	buf_str(&text, ".section .note.GNU-stack, \"\"\n");
	const char *path = arena_printf(d->c->arena, "%s/build_info.s", d->work);
	if (d->options.dry_run || write_text(path, text.s))
		return path;
	fprintf(stderr, "gol: writing %s: %s\n", path, reason(d, errno));
	return NULL;
}

const char *build_info_text(Driver *d, const Program *program)
{
	Buf bytes = build_info_bytes(d, program), text;
	buf_init(&text, d->c->arena);
	buf_str(&text, "/* What the program was built from, where tools look for it. */\n"
	        "extern const unsigned char gol_build_info[];\n"
	        "__attribute__((section(\".go.buildinfo\"), aligned(16), used)) const unsigned char gol_build_info[] = {\n");
	add_numbers(&text, &bytes, "\t", ",\n");
	buf_str(&text, "};\n");
	return text.s;
}
