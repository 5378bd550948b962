/*
 * record.c - go.sum as gol mod download leaves it: with a line for every hash that was wanted and that it did not
 * have.
 *
 * These are the go.mod files of the module graph, if that was read, and the zip and go.mod of each selected module
 * that was named. Lines are sorted as Go sorts them: by path, by version, the zip before its go.mod. In a workspace
 * they go to go.work.sum.
 *
 * A hash that no go.sum has is to be found in the checksum database before it is believed, unless GOSUMDB or GONOSUMDB
 * say that there is none for the module. The database is not asked here: then nothing is written, and the caller has
 * Go's own command do it.
 */
#define _GNU_SOURCE 1
#include "private.h"
#include "../base/setting.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct SumLine { const char *path, *version, *hash; } SumLine;      /* version: with /go.mod behind it */
typedef VEC(SumLine) SumLines;

/* ---- the checksum database --------------------------------------------------------------------------------- */

/* As many elements of path as the pattern has. */
static bool matches_pattern(Compiler *c, const char *pattern, const char *path)
{
	size_t n = 0;
	for (const char *p = pattern; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
		n += n > 0;
		if (n > 0 && !path[n - 1])
			return false;
		n += strcspn(path + n, "/");
	}
	return fnmatch(pattern, arena_strndup(c->arena, path, n), FNM_PATHNAME) == 0;
}

static bool is_excepted(Compiler *c, const char *patterns, const char *path)
{
	for (const char *p = patterns; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ',')) {
		size_t n = strcspn(p, ",");
		while (n && p[n - 1] == '/')
			n--;
		if (n && matches_pattern(c, arena_strndup(c->arena, p, n), path))
			return true;
	}
	return false;
}

static bool needs_database(Compiler *c, const char *path)
{
	const char *none = go_setting(c, "GONOSUMDB");
	if (strcmp(go_setting(c, "GOSUMDB"), "off") == 0)
		return false;
	return !is_excepted(c, *none ? none : go_setting(c, "GOPRIVATE"), path);
}

/* ---- which lines ------------------------------------------------------------------------------------------- */

static void want_line(Modules *all, SumLines *lines, const char *path, const char *version, bool of_go_mod,
                      const char *hash)
{
	Compiler *c = all->c;
	size_t n = hash ? strcspn(hash, "\n") : 0;
	if (n == 0 || has_sum(all, path, version, of_go_mod))
		return;
	const char *of = of_go_mod ? arena_printf(c->arena, "%s/go.mod", version) : version;
	vec_push(c->arena, lines, (SumLine){path, of, arena_strndup(c->arena, hash, n)});
}

/* The go.mod files that were read: of all versions met, not of the selected ones alone. */
static void want_graph(Modules *all, SumLines *lines)
{
	Batch b = {.c = all->c};
	VEC(SumLine) wanted = {0};
	for (int i = 0; i < map_count(&all->nodes); i++) {
		const Node *n = map_value_at(&all->nodes, i);
		const char *path = n->module.path, *version = n->module.version;
		if (!n->summarised || !version)
			continue;
		module_replacement(all, &n->module, &path, &version);
		if (!version || has_sum(all, path, version, true))
			continue;
		vec_push(b.c->arena, &wanted, (SumLine){path, version, NULL});
		batch_ask(&b, "mod", path, version, NULL);
	}
	if (wanted.len)
		batch_run(all, &b);
	for (int i = 0; i < wanted.len; i++) {
		const char *second = b.answers[i].ok ? strchr(b.answers[i].text, '\n') : NULL;
		want_line(all, lines, wanted.items[i].path, wanted.items[i].version, true, second ? second + 1 : NULL);
	}
}

/* Of another version than the selected one go.sum says nothing. */
static bool is_selected(Modules *all, const Download *d)
{
	for (int i = 0; i < map_count(&all->nodes) && d->by_version; i++) {
		const Node *n = map_value_at(&all->nodes, i);
		const char *path = n->module.path, *version = n->module.version;
		if (!version || map_get(&all->selected, path) != n)
			continue;
		module_replacement(all, &n->module, &path, &version);
		if (version && strcmp(path, d->path) == 0 && strcmp(version, d->version) == 0)
			return true;
	}
	return !d->by_version;
}

static void want_named(Modules *all, SumLines *lines, const DownloadList *list)
{
	for (int i = 0; i < list->len; i++) {
		const Download *d = &list->items[i];
		if (d->error || !is_selected(all, d))
			continue;
		want_line(all, lines, d->path, d->version, false, d->sum);
		want_line(all, lines, d->path, d->version, true, d->go_mod_sum);
	}
}

/* ---- the file ---------------------------------------------------------------------------------------------- */

static int by_module(const void *a, const void *b)
{
	const SumLine *x = a, *y = b;
	char left[256], right[256];
	int order = strcmp(x->path, y->path);
	snprintf(left, sizeof left, "%.*s", (int)strcspn(x->version, "/"), x->version);
	snprintf(right, sizeof right, "%.*s", (int)strcspn(y->version, "/"), y->version);
	if (order == 0)
		order = version_compare(left, right);
	if (order == 0)
		order = strcmp(x->version, y->version);
	return order ? order : strcmp(x->hash, y->hash);
}

static const char *sum_file(const Modules *all)
{
	Compiler *c = all->c;
	if (all->work)
		return arena_printf(c->arena, "%s.sum", all->work->full_name);
	if (c->modfile)
		return arena_printf(c->arena, "%.*s.sum", (int)strlen(c->modfile) - 4, c->modfile);
	return arena_printf(c->arena, "%s/go.sum", all->mains.items[0]->root);
}

static void keep_lines(Modules *all, SumLines *lines, const char *name)
{
	Compiler *c = all->c;
	FILE *f = fopen(name, "re");
	char *line = NULL;
	size_t size = 0;
	while (f && getline(&line, &size, f) >= 0) {
		char *rest, *path = strtok_r(line, " \t\r\n", &rest), *version = path ? strtok_r(NULL, " \t\r\n", &rest) : NULL;
		char *hash = version ? strtok_r(NULL, " \t\r\n", &rest) : NULL;
		if (hash)
			vec_push(c->arena, lines, (SumLine){intern_str(c, path), intern_str(c, version), intern_str(c, hash)});
	}
	free(line);
	if (f)
		fclose(f);
}

/* Aside, and then in place of the old one. */
static const char *write_lines(Modules *all, SumLines *lines, const char *name)
{
	Compiler *c = all->c;
	struct stat st;
	const char *aside = arena_printf(c->arena, "%s.%d", name, (int)getpid());
	keep_lines(all, lines, name);
	qsort(lines->items, (size_t)lines->len, sizeof *lines->items, by_module);
	FILE *f = fopen(aside, "we");
	for (int i = 0; i < lines->len && f; i++)
		if (i == 0 || by_module(&lines->items[i - 1], &lines->items[i]) != 0)
			fprintf(f, "%s %s %s\n", lines->items[i].path, lines->items[i].version, lines->items[i].hash);
	if (f && stat(name, &st) == 0)
		(void)!fchmod(fileno(f), st.st_mode & 0777);
	bool failed = !f || ferror(f);
	failed |= f && fclose(f) != 0;
	if (!failed && rename(aside, name) == 0)
		return NULL;
	const char *why = arena_printf(c->arena, "updating %s: %s", module_short_path(c, name), strerror(errno));
	if (f)
		unlink(aside);
	return why;
}

Recorded modules_record(Modules *all, const DownloadList *named, bool of_graph, const char **error)
{
	SumLines lines = {0};
	*error = NULL;
	if (all->mains.len == 0)
		return RECORDED;
	if (of_graph)
		want_graph(all, &lines);
	if (named)
		want_named(all, &lines, named);
	for (int i = 0; i < lines.len; i++)
		if (needs_database(all->c, lines.items[i].path))
			return RECORD_NEEDS_DATABASE;
	if (lines.len)
		*error = write_lines(all, &lines, sum_file(all));
	return *error ? RECORD_FAILED : RECORDED;
}
