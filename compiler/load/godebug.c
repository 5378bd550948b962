/*
 * godebug.c - lines //go:debug above the package clause: what is wrong with them, and what those of a main package,
 * together with go.mod, have its program start with (module/godebug.c has the settings).
 *
 * All packages' lines must be sound; those of a main package alone count, and for a program of tests those of the
 * package tested and of its tests, in this order: the last of a key wins.
 */
#include "inspect.h"
#include "loader.h"

#include <ctype.h>
#include <string.h>

typedef struct DebugLine { const char *key, *value, *fault; Pos pos; } DebugLine;      /* key NULL: it is none */

static const char directive[] = "//go:debug";

static const char *trimmed(Compiler *c, const char *s)
{
	s += strspn(s, " \t");
	size_t n = strlen(s);
	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	return arena_strndup(c->arena, s, n);
}

/* One that begins otherwise, or has a longer word and nothing behind it, is no such line. */
static DebugLine read_line(Compiler *c, const char *text, Pos pos)
{
	DebugLine line = {.pos = pos};
	if (strncmp(text, directive, strlen(directive)) != 0)
		return line;
	const char *rest = strpbrk(text, " \t");
	if (!rest && strcmp(trimmed(c, text), directive) != 0)
		return line;
	const char *setting = rest ? trimmed(c, rest) : "", *equal = strchr(setting, '=');
	line.key = equal ? arena_strndup(c->arena, setting, (size_t)(equal - setting)) : "";
	line.value = equal ? equal + 1 : "";
	line.fault = equal ? godebug_fault(c, "//go:debug setting", line.key, line.value) : "missing key=value";
	return line;
}

typedef VEC(DebugLine) DebugLineList;

static void add_lines_of(Compiler *c, const File *file, DebugLineList *lines)
{
	for (int k = 0; k < file->directives.len && file->directives.items[k].pos.line < file->package_pos.line; k++) {
		DebugLine line = read_line(c, file->directives.items[k].text, file->directives.items[k].pos);
		if (line.key)
			vec_push(c->arena, lines, line);
	}
}

static void add_lines(Compiler *c, const Package *p, int from, DebugLineList *lines)
{
	for (int i = from; i < p->files.len; i++)
		add_lines_of(c, p->files.items[i], lines);
}

static void add_settings(Compiler *c, const DebugLineList *lines, TextList *settings)
{
	for (int i = 0; i < lines->len; i++)
		if (!lines->items[i].fault)
			vec_push(c->arena, settings, arena_printf(c->arena, "%s=%s", lines->items[i].key, lines->items[i].value));
}

void file_godebugs(Compiler *c, const File *file, TextList *settings)
{
	DebugLineList lines = {0};
	add_lines_of(c, file, &lines);
	add_settings(c, &lines, settings);
}

const char *main_godebug(Compiler *c, const Modules *modules, const TextList *settings)
{
	TextList given = modules_godebugs(modules);
	for (int i = 0; i < settings->len; i++)
		vec_push(c->arena, &given, settings->items[i]);
	return godebug_defaults(c, c->godebug_version ? c->godebug_version : modules_language(modules), &given);
}

static const DebugLine *earlier(const DebugLineList *lines, int before)
{
	for (int i = 0; i < before; i++)
		if (!lines->items[i].fault && strcmp(lines->items[i].key, lines->items[before].key) == 0)
			return &lines->items[i];
	return NULL;
}

void check_debug_lines(Load *l, const Package *p, int from)
{
	Compiler *c = l->c;
	DebugLineList lines = {0}, before = {0};
	add_lines(c, p, from, &lines);
	if (lines.len == 0)
		return;
	add_lines(c, p, 0, &before);
	for (int i = before.len - lines.len; i < before.len; i++) {
		const DebugLine *line = &before.items[i], *first = line->fault ? NULL : earlier(&before, i);
		if (line->fault)
			error_at(c, line->pos, "invalid //go:debug: %s", line->fault);
		if (!first)
			continue;
		Buf where;
		buf_init(&where, c->arena);
		pos_print(c, &where, first->pos);
		error_at(c, line->pos, "repeated //go:debug for %s\n\t%s: previous //go:debug", line->key, where.s);
	}
}

const char *program_godebug(const Load *l)
{
	const Program *program = l->program;
	DebugLineList lines = {0};
	if (program->errors.len || !l->modules || !program->root || !program->root->name ||
	    strcmp(program->root->name, "main") != 0)
		return "";
	TextList settings = {0};
	add_lines(l->c, program->tested ? program->tested : program->root, 0, &lines);
	if (program->tested && l->tests->beside)
		add_lines(l->c, l->tests->beside, 0, &lines);
	add_settings(l->c, &lines, &settings);
	return main_godebug(l->c, l->modules, &settings);
}
