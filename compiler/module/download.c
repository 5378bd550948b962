/*
 * download.c - many modules at once: all requests go to one gol-fetch, which works on several side by side. For gol
 * mod download and gol mod verify; and for builds ahead of what they will want: the go.mod files of one level of the
 * graph, the modules of all imports of a package. A build then goes on as if nothing had happened, one module at a
 * time, and finds them in the cache, or the reason why they are not there.
 */
#define _GNU_SOURCE 1
#include "private.h"

#include <string.h>
#include <unistd.h>

/* ---- downloading ------------------------------------------------------------------------------------------ */

static const char *first_line(Compiler *c, const char *text)
{
	return arena_strndup(c->arena, text, strcspn(text, "\n"));
}

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

void modules_quiet(Modules *all) { all->fetcher.quiet = true; }

/* A query becomes a version. */
static void resolve(Modules *all, DownloadList *list)
{
	Batch b = {.c = all->c};
	for (int i = 0; i < list->len; i++) {
		Download *d = &list->items[i];
		if (d->query && !d->error)
			batch_ask(&b, "query", d->path, d->query, NULL);
	}
	batch_run(all, &b);
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
		batch_ask(&b, "info", d->path, d->version, NULL);
		batch_ask(&b, "mod", d->path, d->version, recorded_sum(all, d->path, d->version, true));
	}
	batch_run(all, &b);
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
			batch_ask(&b, "zip", d->path, d->version, recorded_sum(all, d->path, d->version, false));
	}
	batch_run(all, &b);
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

/* ---- ahead ------------------------------------------------------------------------------------------------- */

/* Once each. */
static void wish(Modules *all, Batch *b, const char *verb, const char *path, const char *version, bool of_go_mod)
{
	const char *key = arena_printf(b->c->arena, "%s %s %s", verb, path, version),
		*sum = recorded_sum(all, path, version, of_go_mod);
	all->ahead.by_text = true;
	if (map_get(&all->ahead, key) || (must_have_sums(all) && !sum) || module_path_fault(b->c, path, false))
		return;
	map_put(b->c->arena, &all->ahead, key, (void *)(uintptr_t)"");
	batch_ask(b, verb, path, version, sum);
}

/* The version that stands for the node; false: a folder does, or it is no other module. */
static bool actual_version(Modules *all, const Node *n, const char **path, const char **version)
{
	*path = n->module.path;
	*version = n->module.version;
	if (*version)
		module_replacement(all, &n->module, path, version);
	return *version != NULL;
}

static void wish_go_mod(Modules *all, Batch *b, const Node *n)
{
	const char *path, *version;
	if (!n->summarised && actual_version(all, n, &path, &version) && access(cached_file(all, path, version, "mod"),
	                                                                        F_OK) != 0)
		wish(all, b, "mod", path, version, true);
}

static void wish_sources(Modules *all, Batch *b, const Node *n)
{
	const char *path, *version;
	if (n->fetched || !actual_version(all, n, &path, &version))
		return;
	const char *dir = arena_printf(b->c->arena, "%s/%s@%s", all->cache, escape_capitals(b->c, path),
	                               escape_capitals(b->c, version));
	if (access(dir, F_OK) != 0)
		wish(all, b, "zip", path, version, false);
}

static void run_wishes(Modules *all, Batch *b)
{
	if (!fetch_is_there(b->c))
		return;
	batch_run(all, b);
	for (int i = 0; i < b->lines.len; i++) {
		const char *line = b->lines.items[i], *sum = strstr(line, " -sum ");
		if (!b->answers[i].ok)
			map_put(b->c->arena, &all->ahead,
			        arena_strndup(b->c->arena, line, sum ? (size_t)(sum - line) : strlen(line)),
			        (void *)(uintptr_t)without_newlines(b->c, b->answers[i].text));
	}
}

void go_mods_ahead(Modules *all, const NodeList *nodes)
{
	Batch b = {.c = all->c};
	for (int i = 0; i < nodes->len; i++)
		wish_go_mod(all, &b, nodes->items[i]);
	run_wishes(all, &b);
}

void modules_ahead(Modules *all, const TextList *paths)
{
	Batch b = {.c = all->c};
	load_unpruned(all);
	for (int i = 0; i < paths->len && all->mode != MODE_VENDOR && all->mains.len && !all->error; i++) {
		const char *path = paths->items[i];
		for (size_t n = strlen(path); n > 0;) {
			const char *prefix = arena_strndup(b.c->arena, path, n);
			const Node *node = map_get(all->graph_loaded ? &all->selected : &all->roots, prefix);
			if (node && !main_node(all, prefix)) {
				wish_go_mod(all, &b, node);
				wish_sources(all, &b, node);
			}
			while (n > 0 && path[--n] != '/')
				;
		}
	}
	run_wishes(all, &b);
}

/* ---- verifying --------------------------------------------------------------------------------------------- */

TextList modules_verify(Modules *all, const ModuleList *list)
{
	Batch b = {.c = all->c};
	TextList wrong = {0};
	for (int i = 0; i < list->len; i++)
		if (list->items[i]->version)
			batch_ask(&b, "verify", list->items[i]->path, list->items[i]->version, NULL);
	batch_run(all, &b);
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
