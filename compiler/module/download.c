/*
 * download.c - many modules at once, for gol mod download and gol mod verify: all requests go to one gol-fetch, which works on several
 * side by side.
 *
 * A request is a line; an answer begins with the number of that line and the length of what follows (fetch/README.md). The pipe
 * holds the lines of some thousand requests, and gol-fetch reads them before it works on them, so all are written before
 * the first answer is read.
 */
#define _GNU_SOURCE 1
#include "private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Answer { bool ok, mismatch; const char *text; } Answer;
typedef struct Batch { Compiler *c; TextList lines; Answer *answers; } Batch;

static int ask(Batch *b, const char *line)
{
	vec_push(b->c->arena, &b->lines, line);
	return b->lines.len - 1;
}

/* ---- the process ---------------------------------------------------------------------------------------- */

static bool read_answer(Batch *b, FILE *from)
{
	char *line = NULL, kind[32];
	size_t room = 0, length;
	long number;
	bool ok = getline(&line, &room, from) > 0, is_ok = false, mismatch = false;
	if (ok) {
		is_ok = sscanf(line, "%ld ok %zu", &number, &length) == 2;
		ok = is_ok || sscanf(line, "%ld fail %31s %zu", &number, kind, &length) == 3;
		mismatch = ok && !is_ok && strcmp(kind, "mismatch") == 0;
	}
	free(line);
	if (!ok || number < 1 || number > b->lines.len)
		return false;
	char *text = arena_alloc(b->c->arena, length + 1);
	b->answers[number - 1] = (Answer){is_ok, mismatch, text};
	return fread(text, 1, length, from) == length;
}

static void exchange(Batch *b, int to, int from)
{
	FILE *requests = fdopen(to, "w"), *answers = fdopen(from, "r");
	for (int i = 0; i < b->lines.len; i++)
		fprintf(requests, "%s\n", b->lines.items[i]);
	fclose(requests);
	for (int i = 0; i < b->lines.len && read_answer(b, answers); i++)
		;
	fclose(answers);
}

/* Every request gets an answer, if only that there was none. */
static void run_batch(Modules *all, Batch *b)
{
	Compiler *c = b->c;
	int to, from, status;
	const char *error = NULL;
	b->answers = NEW_ARRAY(c->arena, Answer, b->lines.len + 1);
	if (b->lines.len == 0)
		return;
	pid_t pid = fetch_start(all, &to, &from, &error);
	if (pid > 0) {
		exchange(b, to, from);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	for (int i = 0; i < b->lines.len; i++)
		if (!b->answers[i].text)
			b->answers[i].text = error ? error : "gol-fetch ended without an answer";
}

/* ---- downloading ------------------------------------------------------------------------------------------ */

static const char *with_sum(Modules *all, const char *line, const Download *d, bool of_go_mod)
{
	const char *sum = recorded_sum(all, d->path, d->version, of_go_mod);
	return sum ? arena_printf(all->c->arena, "%s -sum %s", line, sum) : line;
}

static const char *first_line(Compiler *c, const char *text) { return arena_strndup(c->arena, text, strcspn(text, "\n")); }

static const char *second_line(const char *text)
{
	const char *end = strchr(text, '\n');
	return end ? end + 1 : "";
}

/* The first failure is told, as Go stops there. */
static bool failed(Download *d, const Answer *a)
{
	if (!a->ok) {
		d->error = a->text;
		d->mismatch = a->mismatch;
	}
	return !a->ok;
}

/* A query becomes a version. */
static void resolve(Modules *all, DownloadList *list)
{
	Batch b = {.c = all->c};
	for (int i = 0; i < list->len; i++) {
		Download *d = &list->items[i];
		if (d->query && !d->error)
			ask(&b, arena_printf(b.c->arena, "query %s %s", d->path, d->query));
	}
	run_batch(all, &b);
	for (int i = 0, n = 0; i < list->len; i++) {
		Download *d = &list->items[i];
		const Answer *a = d->query && !d->error ? &b.answers[n++] : NULL;
		if (a && a->ok)
			d->version = arena_strndup(b.c->arena, a->text, strcspn(a->text, " "));
		else if (a)
			d->error = a->text;
	}
}

/* .info and .mod; nothing is unpacked of a module whose go.mod is not the expected one. */
static void get_descriptions(Modules *all, DownloadList *list)
{
	Batch b = {.c = all->c};
	for (int i = 0; i < list->len; i++) {
		const Download *d = &list->items[i];
		if (d->error)
			continue;
		ask(&b, arena_printf(b.c->arena, "info %s %s", d->path, d->version));
		ask(&b, with_sum(all, arena_printf(b.c->arena, "mod %s %s", d->path, d->version), d, true));
	}
	run_batch(all, &b);
	const Answer *a = b.answers;
	for (int i = 0; i < list->len; i++) {
		Download *d = &list->items[i];
		if (d->error)
			continue;
		const Answer *info = a++, *mod = a++;
		if (failed(d, info))
			continue;
		d->info = info->text;
		if (failed(d, mod))
			continue;
		d->go_mod = first_line(b.c, mod->text);
		d->go_mod_sum = second_line(mod->text);
	}
}

static void get_sources(Modules *all, DownloadList *list)
{
	Batch b = {.c = all->c};
	for (int i = 0; i < list->len; i++) {
		const Download *d = &list->items[i];
		if (!d->error)
			ask(&b, with_sum(all, arena_printf(b.c->arena, "zip %s %s", d->path, d->version), d, false));
	}
	run_batch(all, &b);
	const Answer *a = b.answers;
	for (int i = 0; i < list->len; i++) {
		Download *d = &list->items[i];
		const Answer *zip = d->error ? NULL : a++;
		if (!zip || failed(d, zip))
			continue;
		d->zip = cached_file(all, d->path, d->version, "zip");
		d->folder = first_line(b.c, zip->text);
		d->sum = second_line(zip->text);
	}
}

void modules_download(Modules *all, DownloadList *list)
{
	resolve(all, list);
	get_descriptions(all, list);
	get_sources(all, list);
}

/* ---- verifying --------------------------------------------------------------------------------------------- */

TextList modules_verify(Modules *all, const ModuleList *list)
{
	Batch b = {.c = all->c};
	TextList wrong = {0};
	for (int i = 0; i < list->len; i++)
		if (list->items[i]->version)
			ask(&b, arena_printf(b.c->arena, "verify %s %s", list->items[i]->path, list->items[i]->version));
	run_batch(all, &b);
	for (int i = 0; i < b.lines.len; i++)
		if (*b.answers[i].text)
			vec_push(b.c->arena, &wrong, b.answers[i].text);
	return wrong;
}

/* ---- what is asked for -------------------------------------------------------------------------------------- */

void modules_required(Modules *all, ModuleList *list)
{
	for (int i = 0; i < all->mains.len; i++) {
		const ModFile *file = ((const Node *)all->mains.items[i])->file;
		for (int k = 0; file && k < file->requires.len; k++) {
			const char *path = file->requires.items[k].path;
			const Node *n = map_get(&all->selected, path);
			if (n)
				vec_push(all->c->arena, list, &n->module);
		}
	}
}
