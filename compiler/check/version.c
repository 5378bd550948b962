/*
 * version.c - the version of the language that a file is written in: what came later is refused, in Go's words.
 *
 * A file's version is that of its module (the go line of go.mod), or what its //go:build line asks for, which may be
 * more or less, down to 1.21. Where a version matters to the meaning of a program and not only to what is allowed
 * (variables of loops, 1.22), lowering asks for it.
 */
#include "checker.h"

#include <stdlib.h>
#include <string.h>

static const SourceFile *file_at(Checker *k, Pos pos)
{
	return pos.file && pos.file < (uint32_t)k->c->files.len ? k->c->files.items[pos.file] : NULL;
}

bool check_allows(Checker *k, Pos pos, int minor)
{
	const SourceFile *file = file_at(k, pos);
	return !file || file->go_version >= minor;
}

bool check_version(Checker *k, Pos pos, int minor, const char *what)
{
	if (check_allows(k, pos, minor))
		return true;
	check_error(k, pos, "%s requires go1.%d or later", what, minor);
	return false;
}

/* What a message that asks for a later version has behind it; "" for others. */
const char *check_version_hint(Checker *k, Pos pos, const char *message)
{
	const SourceFile *file = file_at(k, pos);
	const char *at = strstr(message, "requires go1.");
	if (!at || !file)
		return "";
	at += strlen("requires go1.");
	at += strspn(at, "0123456789");
	if (strncmp(at, " or later", 9) != 0)
		return "";
	if (file->file_version == file->go_version)
		return arena_printf(k->arena, " (file declares //go:build go1.%d)", file->file_version);
	return arena_printf(k->arena, " (-lang was set to go1.%d; check go.mod)", file->module_version);
}

/* Forms of numbers that came with 1.13. */
void check_literal_version(Checker *k, const Expr *e)
{
	const char *s = e->text, *what = NULL;
	if (e->text_len <= 2 || check_allows(k, e->pos, 13))
		return;
	if (memchr(s, '_', e->text_len))
		what = "underscore in numeric literal";
	else if (s[0] == '0' && (s[1] == 'b' || s[1] == 'B'))
		what = "binary literal";
	else if (s[0] == '0' && (s[1] == 'o' || s[1] == 'O'))
		what = "0o/0O-style octal literal";
	else if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && e->literal != LIT_INT)
		what = "hexadecimal floating-point literal";
	if (what)
		check_version(k, e->pos, 13, what);
}
