/*
 * diag.c - the queue of messages about the user's source.
 *
 * Messages are queued in the order found. Printing takes the errors up to the
 * tenth in that order (all with -e), then sorts what it took by position, the
 * files in the order of their first message; so a
 * check that runs late never pushes out an earlier one. Dropped on the way in:
 * a second syntax error on a line, and a text equal to the last one of the line.
 * Dropped on printing: equal messages at one line, and soft errors on a line
 * that has a hard one. Remarks (-m) follow the errors, sorted in their turn.
 */
#include "base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { SEVERITY_ERROR, SEVERITY_SOFT, SEVERITY_REMARK } Severity;

struct Diagnostic {
	Pos pos;
	Severity severity;
	int number;              /* in the queue: breaks ties when sorting */
	bool syntax;
	const char *file;        /* path, the first sort key of remarks */
	int rank;                /* of the file, that of errors */
	const char *text;
};

enum { ERROR_CAP = 10 };

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* One complaint about syntax a line is enough: what follows mostly comes from the same slip. Looks back over the
 * messages of this line only, so a pass that reports in order pays little. */
static bool repeats(Compiler *c, const Diagnostic *d)
{
	for (int i = c->diagnostics.len - 1; i >= 0; i--) {
		const Diagnostic *old = c->diagnostics.items[i];

		if (old->pos.file != d->pos.file || old->pos.line != d->pos.line)
			return false;
		if (old->severity != d->severity)
			continue;
		if (old->syntax && d->syntax)
			return true;
		if (i == c->diagnostics.len - 1 && strcmp(old->text, d->text) == 0 &&
		    (d->severity != SEVERITY_REMARK || old->pos.col == d->pos.col))
			return true;
	}
	return false;
}

static void queue(Compiler *c, Pos pos, Severity severity, const char *format, va_list ap)
{
	Diagnostic *d = NEW(c->arena, Diagnostic);
	va_list again;
	int n;
	char *text;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	text = arena_alloc(c->arena, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	d->pos = pos;
	d->severity = severity;
	d->number = c->diagnostics.len;
	d->text = text;
	d->syntax = has_prefix(text, "syntax error");
	d->file = pos.file > 0 && pos.file < (uint32_t)c->files.len ? c->files.items[pos.file]->path : "";
	if (repeats(c, d))
		return;
	vec_push(c->arena, &c->diagnostics, d);
	if (severity != SEVERITY_REMARK)
		c->errors++;
}

void error_at(Compiler *c, Pos pos, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	queue(c, pos, SEVERITY_ERROR, format, ap);
	va_end(ap);
}

void soft_error_at(Compiler *c, Pos pos, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	queue(c, pos, SEVERITY_SOFT, format, ap);
	va_end(ap);
}

Pos pos_outermost(const Compiler *c, Pos pos)
{
	debug_require(pos.call < (uint32_t)c->calls.len || pos.call == 0);
	while (pos.call)
		pos = c->calls.items[pos.call].pos;
	return pos;
}

/* Inlined code counts as standing where its call stands, up to the call that from itself was inlined by. */
bool pos_inside(const Compiler *c, Pos pos, Pos from, Pos to)
{
	while (pos.call && pos.call != from.call)
		pos = c->calls.items[pos.call].pos;
	return pos.call == from.call && pos.file == from.file && pos_compare(pos, from) > 0 && pos_compare(pos, to) < 0;
}

void remark_at(Compiler *c, Pos pos, const char *format, ...)
{
	va_list ap;

	pos = pos_outermost(c, pos);
	va_start(ap, format);
	queue(c, pos, SEVERITY_REMARK, format, ap);
	va_end(ap);
}

/* Columns beyond POS_COLUMNS are one column, as Go's positions have no room for more. */
static Pos limited(Pos pos)
{
	if (pos.col > POS_COLUMNS)
		pos.col = POS_COLUMNS;
	return pos;
}

static int compare(const void *left, const void *right)
{
	const Diagnostic *a = *(Diagnostic *const *)left, *b = *(Diagnostic *const *)right;
	int order = (a->severity == SEVERITY_REMARK) - (b->severity == SEVERITY_REMARK);

	if (order == 0 && a->severity == SEVERITY_REMARK)
		order = strcmp(a->file, b->file);
	else if (order == 0)
		order = a->rank - b->rank;
	if (order == 0)
		order = pos_compare(limited(a->pos), limited(b->pos));
	return order ? order : a->number - b->number;
}

/* Files by their first message, also where it is not printed. */
static void rank_files(Compiler *c)
{
	int *ranks = NEW_ARRAY(c->arena, int, c->files.len + 1), next = 0;
	for (int i = 0; i < c->diagnostics.len; i++) {
		Diagnostic *d = c->diagnostics.items[i];
		require(d->pos.file < (uint32_t)c->files.len);
		if (ranks[d->pos.file] == 0)
			ranks[d->pos.file] = ++next;
		d->rank = ranks[d->pos.file];
	}
}

/* Is the soft error d silenced by a hard one on its line? */
static bool silenced(Compiler *c, const Diagnostic *d)
{
	if (d->severity != SEVERITY_SOFT)
		return false;
	for (int i = 0; i < c->diagnostics.len; i++) {
		const Diagnostic *other = c->diagnostics.items[i];
		if (other->severity == SEVERITY_ERROR && other->pos.file == d->pos.file && other->pos.line == d->pos.line)
			return true;
	}
	return false;
}

static void print_one(Compiler *c, Pos pos, const char *text)
{
	Buf line;

	buf_init(&line, c->arena);
	if (pos.file != 0) {
		pos_print_first(c, &line, pos);
		buf_str(&line, ": ");
	}
	buf_str(&line, text);
	buf_char(&line, '\n');
	fwrite(line.s, 1, line.len, stderr);
}

Pos diag_pos(const Diagnostic *d) { return d->pos; }

const char *diag_text(Compiler *c, int number) { return diag_line(c, c->diagnostics.items[number]); }

const char *diag_line(Compiler *c, const Diagnostic *d)
{
	Buf b;

	buf_init(&b, c->arena);
	pos_print(c, &b, d->pos);
	buf_printf(&b, ": %s", d->text);
	return b.s;
}

static bool same_message(const Diagnostic *a, const Diagnostic *b)
{
	return pos_compare(limited(a->pos), limited(b->pos)) == 0 && strcmp(a->text, b->text) == 0;
}

/* The cap counts in the order in which errors were found, not that of the lines: so it is Go's ten that are shown.
 * What is chosen is sorted then. */
int diag_print(Compiler *c, const char *package_header)
{
	Diagnostic **chosen = NEW_ARRAY(c->arena, Diagnostic *, c->diagnostics.len + 1);
	int n = 0, errors = 0, printed = 0;
	Pos capped_at = NO_POS;

	for (int i = 0; i < c->diagnostics.len; i++) {
		Diagnostic *d = c->diagnostics.items[i];

		if (silenced(c, d) || (capped_at.file != 0 && d->severity != SEVERITY_REMARK))
			continue;
		chosen[n++] = d;
		if (d->severity != SEVERITY_REMARK && ++errors == ERROR_CAP && !c->all_errors)
			capped_at = d->pos;
	}
	if (n > 0 && package_header)
		fprintf(stderr, "# %s\n", package_header);
	rank_files(c);
	qsort(chosen, (size_t)n, sizeof *chosen, compare);
	for (int i = 0; i < n; i++) {
		if (i > 0 && same_message(chosen[i - 1], chosen[i]))
			continue;
		if (chosen[i]->severity != SEVERITY_REMARK)
			printed++;
		print_one(c, chosen[i]->pos, chosen[i]->text);
	}
	if (capped_at.file != 0)
		print_one(c, capped_at, "too many errors");
	c->diagnostics.len = 0;
	c->errors = 0;
	return printed;
}

void ice(Compiler *c, Pos pos, const char *format, ...)
{
	Buf where;
	va_list ap;

	buf_init(&where, c->arena);
	pos_print(c, &where, pos);
	fprintf(stderr, "%s: internal compiler error: ", where.s);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(3);
}

void require_failed(const char *file, int line, const char *condition)
{
	fprintf(stderr, "internal compiler error: %s:%d: not so: %s\n", file, line, condition);
	exit(3);
}
