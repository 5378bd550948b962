/*
 * find.c - which module provides a package.
 *
 * A package of path a/b/c may be in the module a/b/c, a/b or a. All that are in the graph are looked into: if two
 * have the folder, the import is ambiguous, and nobody should have to guess. The roots alone are tried first; only a
 * path that none of them has loads the whole graph (graph.c).
 *
 * A folder counts if it has a Go file; in main modules and replacement folders not behind another go.mod.
 */
#include "private.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- folders --------------------------------------------------------------------------------------------------- */

static bool is_source(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && (strcmp(dot, ".go") == 0 || strcmp(dot, ".gol") == 0);
}

static bool has_sources(Compiler *c, const char *dir)
{
	TextList names = folder_names(c, dir);
	for (int i = 0; i < names.len; i++)
		if (is_source(names.items[i]) && file_exists(c, arena_printf(c->arena, "%s/%s", dir, names.items[i])))
			return true;
	return false;
}

/* The folder of a package of the module whose path is prefix, NULL if it has none. Local: a module below has its
 * folders. */
static const char *folder_in_module(Compiler *c, const char *path, const char *prefix, const char *root, bool local)
{
	size_t n = strlen(prefix);
	const char *rest = n == 0 ? path : path + n + (path[n] == '/');
	if (n && (strncmp(path, prefix, n) != 0 || (path[n] && path[n] != '/')))
		return NULL;
	const char *dir = *rest ? arena_printf(c->arena, "%s/%s", strcmp(root, "/") ? root : "", rest) : root;
	for (const char *at = dir; local && strcmp(at, root) != 0 && strcmp(at, "/") != 0; at = folder_of(c, at))
		if (file_exists(c, arena_printf(c->arena, "%s/go.mod", at)) ||
		    file_exists(c, arena_printf(c->arena, "%s/gol.mod", at)))
			return NULL;
	return has_sources(c, dir) ? dir : NULL;
}

/* ---- the sources of a module ------------------------------------------------------------------------------------- */

static void fetch_replacement_folder(Modules *all, Node *n, const Replacement *r, const char *base)
{
	Compiler *c = all->c;
	const char *own = describe(all, n->module.path, n->module.version), *dir = replacement_folder(c, r, base);
	struct stat st;
	if (stat(dir, &st) == 0)
		n->module.root = absolute_path(c, dir);
	else
		n->fetch_error = arena_printf(c->arena, "%s: replacement directory %s does not exist", own, r->new_path);
}

/* A module for a newer Go ends everything, whatever is wanted of it. */
static void check_go_line(Modules *all, const Node *n, const char *what)
{
	Compiler *c = all->c;
	SourceFile *source = source_load(c, arena_printf(c->arena, "%s/go.mod", n->module.root));
	const ModFile *f = source ? mod_file_parse(c, MOD_FILE_LAX, "go.mod", "go.mod", source->text, source->size) : NULL;
	const char *fault = f ? module_too_new(c, what, f->go) : NULL;
	if (fault && !all->error)
		all->error = arena_printf(c->arena, "gol: %s", fault);
}

/* Sets root, or fetch_error or lacks_sum. */
static void fetch_sources(Modules *all, Node *n, bool *local)
{
	const char *base;
	const Replacement *r = replacement_of(all, n->module.path, n->module.version, &base);
	*local = !n->module.version || (r && !r->new_version);
	if (n->fetched || !n->module.version)
		return;
	n->fetched = true;
	if (*local) {
		fetch_replacement_folder(all, n, r, base);
		return;
	}
	const char *path = r ? r->new_path : n->module.path, *version = r ? r->new_version : n->module.version;
	n->lacks_sum = must_have_sums(all) && !has_sum(all, path, version, false);
	if (n->lacks_sum)
		return;
	n->module.root = cached_folder(all, path, version, &n->fetch_error);
	if (n->module.root)
		check_go_line(all, n, describe(all, path, version));
}

bool module_fetch(Modules *all, const Module *m, const char **error)
{
	Node *n = (Node *)(uintptr_t)m;
	bool local;
	if (all->mode == MODE_VENDOR && m->version)
		return false;
	fetch_sources(all, n, &local);
	if (n->lacks_sum)
		*error = arena_printf(all->c->arena, "%s: missing go.sum entry", describe(all, m->path, m->version));
	else if (n->fetch_error)
		*error = n->fetch_error;
	return n->module.root != NULL;
}

/* ---- an import path -------------------------------------------------------------------------------------------- */

typedef struct Candidate { Node *node; const char *dir; } Candidate;
typedef struct Search {
	const char *path;
	VEC(Candidate) found, lacking;      /* longest paths first; lacking: those without a line in go.sum */
	const char *error;
} Search;

static void look_into(Modules *all, Search *s, Node *n)
{
	bool local;
	fetch_sources(all, n, &local);
	if (n->lacks_sum) {
		vec_push(all->c->arena, &s->lacking, (Candidate){n, NULL});
		return;
	}
	if (!n->module.root) {
		s->error = n->fetch_error;
		return;
	}
	const char *dir = folder_in_module(all->c, s->path, n->module.path, n->module.root, local);
	if (dir)
		vec_push(all->c->arena, &s->found, (Candidate){n, dir});
}

static void look_into_all(Modules *all, Search *s, bool whole_graph)
{
	for (size_t n = strlen(s->path); n > 0 && !s->error;) {
		const char *prefix = arena_strndup(all->c->arena, s->path, n);
		Node *node = main_node(all, prefix);
		if (!node)
			node = map_get(whole_graph ? &all->selected : &all->roots, prefix);
		if (node)
			look_into(all, s, node);
		while (n > 0 && s->path[--n] != '/')
			;
	}
}

static const char *ambiguous(Modules *all, const Search *s, const char *standard, bool folders_alone)
{
	Buf b;
	buf_init(&b, all->c->arena);
	buf_printf(&b, "ambiguous import: found package %s in multiple %s:", s->path, folders_alone ? "directories" :
	           "modules");
	if (folders_alone && standard)
		buf_printf(&b, "\n\t%s", standard);
	for (int i = s->found.len - 1; i >= 0; i--) {
		const Candidate *f = &s->found.items[folders_alone ? s->found.len - 1 - i : i];
		if (folders_alone)
			buf_printf(&b, "\n\t%s", f->dir);
		else
			buf_printf(&b, "\n\t%s%s%s (%s)", f->node->module.path, f->node->module.version ? " " : "",
			           f->node->module.version ? f->node->module.version : "", f->dir);
	}
	if (!folders_alone && standard)
		buf_printf(&b, "\n\t (%s)", standard);
	return b.s;
}

static const char *lacks_sum(Modules *all, const Search *s, const Importer *importer)
{
	Buf b;
	const char *of = importer->path ? arena_printf(all->c->arena, " (imported by %s)", importer->path) : "";
	buf_init(&b, all->c->arena);
	if (s->found.len)
		buf_printf(&b, "missing go.sum entry needed to verify package %s%s is provided by exactly one module; "
		           "to add:\n\t", s->path, of);
	else
		buf_printf(&b, "missing go.sum entry for module providing package %s%s; to add:\n\t", s->path, of);
	if (importer->path) {
		const char *version = importer->module ? importer->module->version : NULL;
		buf_printf(&b, "go get%s %s%s%s", importer->is_test ? " -t" : "", importer->path, version ? "@" : "",
		           version ? version : "");
		return b.s;
	}
	buf_str(&b, "go mod download");
	for (int i = s->lacking.len - 1; i >= 0; i--)
		buf_printf(&b, " %s", s->lacking.items[i].node->module.path);
	return b.s;
}

static bool may_hold(const char *path, const char *module)
{
	size_t n = strlen(module);
	return strncmp(path, module, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* A module that is replaced by a folder that has the package, but is not required. */
static const char *replaced_but_not_required(Modules *all, const char *path)
{
	for (int i = -1; i < all->mains.len; i++) {
		const ModFile *f = i < 0 ? all->work : ((const Node *)all->mains.items[i])->file;
		const char *base = i < 0 ? all->work_dir : all->mains.items[i]->root;
		for (int k = 0; f && k < f->replaces.len; k++) {
			const Replacement *r = &f->replaces.items[k];
			if (!may_hold(path, r->path) || main_node(all, r->path) || r->new_version ||
			    map_get(&all->selected, r->path))
				continue;
			const char *root = absolute_path(all->c, replacement_folder(all->c, r, base));
			if (folder_in_module(all->c, path, r->path, root, true))
				return arena_printf(all->c->arena, "module %s provides package %s and is replaced but not "
				                    "required; to add it:\n\tgo get %s",
				                    r->path, path, describe(all, r->path, r->version));
		}
	}
	return NULL;
}

static const char *nowhere(Modules *all, const char *path, const Importer *importer)
{
	static const char *const modes[] = {"readonly", "vendor", "mod"};
	Compiler *c = all->c;
	if (all->mains.len == 0)
		return arena_printf(c->arena, "no required module provides package %s: %s", path, all->work
		                    ? "no modules were found in the current workspace; see 'go help work'"
		                    : "go.mod file not found in current directory or any parent directory; see 'go help modules'");
	const char *replaced = all->mode == MODE_VENDOR ? NULL : replaced_but_not_required(all, path);
	if (replaced)
		return replaced;
	if (all->mode_given && all->mode != MODE_MOD)
		return arena_printf(c->arena, "cannot find module providing package %s: import lookup disabled by -mod=%s",
		                    path, modes[all->mode]);
	if (all->mode_reason)
		return arena_printf(c->arena,
		                    "cannot find module providing package %s: import lookup disabled by -mod=%s\n\t(%s)", path,
		                    modes[all->mode], all->mode_reason);
	const Module *here = modules_holding(all, all->dir), *from = importer->module;
	if (from && !from->version && from != here)
		return arena_printf(c->arena, "no required module provides package %s; to add it:\n\tcd %s\n\tgo get %s", path,
		                    from->root, path);
	return arena_printf(c->arena, "no required module provides package %s; to add it:\n\tgo get %s", path, path);
}

static bool is_unpruned(const Modules *all) { return all->work || ((const Node *)all->mains.items[0])->unpruned; }

static Found find_vendored(Modules *all, Search *s, const char *standard, const Importer *importer)
{
	Compiler *c = all->c;
	for (int i = 0; i < all->mains.len; i++) {
		const Module *m = all->mains.items[i];
		const char *dir = folder_in_module(c, s->path, m->path, m->root, true);
		if (dir)
			vec_push(c->arena, &s->found, (Candidate){(Node *)(uintptr_t)m, dir});
	}
	const char *dir = folder_in_module(c, s->path, "", vendor_dir(all), false);
	Node *listed = map_get(&all->vendored_packages, s->path);
	const char *go = all->work ? all->work->go : all->mains.items[0]->go;
	if (dir && !listed && go_version_compare(go, "1.23") >= 0)
		fprintf(stderr, "gol: ignoring package %s which exists in the vendor directory but is missing from "
		        "vendor/modules.txt. To sync the vendor directory run go %s vendor.\n", s->path, all->work ? "work" : "mod");
	else if (dir)
		vec_push(c->arena, &s->found, (Candidate){listed, dir});
	if (s->found.len + (standard != NULL) > 1)
		return (Found){.error = ambiguous(all, s, standard, true)};
	if (s->found.len)
		return (Found){.module = s->found.items[0].node ? &s->found.items[0].node->module : NULL,
			.dir = s->found.items[0].dir};
	return (Found){.error = standard ? NULL : nowhere(all, s->path, importer)};
}

/* That a newer Go is required ends everything. */
static const char *summary_error(Modules *all, const Node *n)
{
	if (strncmp(n->error, "module ", 7) == 0 && strstr(n->error, " requires go >= ") && !all->error)
		all->error = arena_printf(all->c->arena, "gol: %s", n->error);
	return n->error;
}

/* NULL: go on looking in the whole graph. */
static const Found *judge(Modules *all, const Search *s, const char *standard, const Importer *importer)
{
	Found *found = NEW(all->c->arena, Found);
	if (s->error || all->error)
		found->error = s->error ? s->error : all->error;
	else if (s->found.len + (standard != NULL) > 1)
		found->error = ambiguous(all, s, standard, false);
	else if (s->lacking.len)
		found->error = lacks_sum(all, s, importer);
	else if (standard)
		return found;
	else if (s->found.len == 0)
		return NULL;
	else if (s->found.items[0].node->module.version && !node_summarise(all, s->found.items[0].node))
		found->error = summary_error(all, s->found.items[0].node);
	else
		*found = (Found){.module = &s->found.items[0].node->module, .dir = s->found.items[0].dir};
	return found;
}

static Found find_in_graph(Modules *all, Search *s, const char *standard, const Importer *importer)
{
	for (bool whole = all->graph_loaded;; whole = true) {
		if (whole && all->mains.len && !graph_load(all))
			return (Found){.error = all->error ? all->error : all->graph_error};
		*s = (Search){.path = s->path};
		look_into_all(all, s, whole && all->graph_loaded);
		const Found *found = judge(all, s, standard, importer);
		if (found)
			return *found;
		if (whole)
			return (Found){.error = nowhere(all, s->path, importer)};
	}
}

/* A package of a module that no main module requires: go.mod would have to say so if it lists all modules (go 1.17),
 * or if a main module imports it. */
static const char *implicit_requirement(Modules *all, const Found *found, const Importer *importer)
{
	const Module *m = found->module, *from = importer->module;
	const Node *root = m ? map_get(&all->roots, m->path) : NULL;
	if (!m || !m->version || all->mode == MODE_VENDOR || all->work || (root && &root->module == m))
		return NULL;
	all->needs_update |= !is_unpruned(all);
	if (!from || from->version || !importer->path)
		return NULL;
	return arena_printf(all->c->arena, "package %s imports %s from implicitly required module; to add missing "
	                    "requirements, run:\n\tgo get %s",
	                    importer->path, found->path, describe(all, m->path, m->version));
}

/* Older main modules and workspaces: without the whole graph nothing is known. */
void load_unpruned(Modules *all)
{
	if (all->graph_loaded || !all->mains.len || all->mode == MODE_VENDOR || !is_unpruned(all))
		return;
	if (!graph_load(all) && !all->error)
		all->error = arena_printf(all->c->arena, "gol: %s", all->graph_error);
}

Found modules_find(Modules *all, const char *path, const char *standard, const Importer *importer)
{
	load_unpruned(all);
	Found *known = map_get(&all->found, path);
	if (!known) {
		Search s = {.path = path};
		known = NEW(all->c->arena, Found);
		*known = all->mode == MODE_VENDOR && all->mains.len ? find_vendored(all, &s, standard, importer) :
			find_in_graph(all, &s, standard, importer);
		known->path = arena_strndup(all->c->arena, path, strlen(path));
		map_put(all->c->arena, &all->found, known->path, known);
	}
	Found result = *known;
	const char *implicit = result.error ? NULL : implicit_requirement(all, known, importer);
	if (implicit) {
		result.error = implicit;
		result.without_position = true;
	}
	return result;
}

const char *modules_final_error(Modules *all)
{
	load_unpruned(all);
	fetch_end(all);
	if (all->error)
		return all->error;
	return all->needs_update && all->mode != MODE_VENDOR && !all->work ? update_needed(all) : NULL;
}

/* ---- for lists ------------------------------------------------------------------------------------------------- */

bool module_replacement(const Modules *all, const Module *m, const char **path, const char **version)
{
	const char *base;
	const Replacement *r = replacement_of(all, m->path, m->version, &base);
	if (r)
		*path = r->new_path, *version = r->new_version;
	return r != NULL;
}

const char *module_go_mod(Modules *all, const Module *m)
{
	const char *base;
	const Node *n = (const Node *)m;
	const Replacement *r = replacement_of(all, m->path, m->version, &base);
	if (!m->version)
		return n->file->full_name;
	if (all->mode == MODE_VENDOR)
		return NULL;
	if (r && !r->new_version)
		return absolute_path(all->c, arena_printf(all->c->arena, "%s/go.mod", replacement_folder(all->c, r, base)));
	return cached_file(all, r ? r->new_path : m->path, r ? r->new_version : m->version, "mod");
}

bool module_ignores(const Module *m, const char *folder)
{
	const ModFile *f = ((const Node *)m)->file;
	for (int i = 0; f && i < f->ignores.len; i++) {
		const char *pattern = f->ignores.items[i];
		bool rooted = strncmp(pattern, "./", 2) == 0;
		size_t n = strlen(pattern += rooted ? 2 : 0);
		while (n > 0 && pattern[n - 1] == '/')
			n--;
		for (const char *at = folder; at && n; at = rooted ? NULL : strchr(at, '/') ? strchr(at, '/') + 1 : NULL)
			if (strncmp(at, pattern, n) == 0 && (at[n] == '/' || at[n] == '\0'))
				return true;
	}
	return false;
}
