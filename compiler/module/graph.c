/*
 * graph.c - which version of each module is built: minimal version selection.
 *
 * Every go.mod names the least versions that it works with; selected is, for each path, the greatest version that
 * anything in the graph asks for. Nothing newer is ever taken, so the same files give the same list for ever.
 *
 * A go.mod of go 1.17 or later lists all modules that its packages need, those of their imports too. So the graph is
 * pruned: behind such a module its own list is looked at, not the lists of what stands there. And as long as each
 * import is found in a module that the main module lists (its roots), not even that is read: then nothing but go.mod
 * itself was needed. The whole graph is loaded when an import is found in no root, and always for older main modules
 * and in workspaces.
 *
 * Nodes are queued twice at most: once pruned, once with everything behind them (when something before them is older).
 */
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *describe(Modules *all, const char *path, const char *version)
{
	return version ? arena_printf(all->c->arena, "%s@%s", path, version) : path;
}

bool must_have_sums(const Modules *all) { return all->mains.len && all->mode == MODE_READONLY && !all->work; }

/* ---- nodes ------------------------------------------------------------------------------------------------- */

Node *main_node(const Modules *all, const char *path)
{
	for (int i = 0; i < all->mains.len; i++)
		if (strcmp(all->mains.items[i]->path, path) == 0)
			return (Node *)(uintptr_t)all->mains.items[i];
	return NULL;
}

Node *node_of(Modules *all, const char *path, const char *version)
{
	debug_require(path);
	if (!version)
		return main_node(all, path);
	const char *key = describe(all, path, version);
	Node *n = map_get(&all->nodes, key);
	if (n)
		return n;
	n = NEW(all->c->arena, Node);
	n->module = (Module){.path = path, .version = version, .minor = MINOR_WITHOUT_LINE};
	map_put(all->c->arena, &all->nodes, key, n);
	return n;
}

/* A line for this very version goes before one for all versions. */
static const Replacement *replacement_in(const ModFile *f, const char *path, const char *version)
{
	const Replacement *any = NULL;
	for (int i = 0; i < f->replaces.len; i++) {
		const Replacement *r = &f->replaces.items[i];
		if (strcmp(r->path, path) != 0)
			continue;
		if (r->version && version && strcmp(r->version, version) == 0)
			return r;
		if (!r->version)
			any = r;
	}
	return any;
}

/* go.work's lines first, then those of the main modules; what a dependency's go.mod replaces does not count. *base:
 * the folder that a relative path starts from. A main module is replaced by nothing. */
const Replacement *replacement_of(const Modules *all, const char *path, const char *version, const char **base)
{
	const Replacement *r = NULL;
	if (!version && main_node(all, path))
		return NULL;
	if (all->work && (r = replacement_in(all->work, path, version))) {
		*base = all->work_dir;
		return r;
	}
	for (int i = 0; i < all->mains.len && !r; i++) {
		*base = all->mains.items[i]->root;
		r = replacement_in(((const Node *)all->mains.items[i])->file, path, version);
	}
	return r;
}

static bool is_excluded(const Modules *all, const Requirement *r)
{
	for (int i = 0; i < all->mains.len; i++) {
		const ModFile *f = ((const Node *)all->mains.items[i])->file;
		for (int k = 0; k < f->excludes.len; k++)
			if (strcmp(f->excludes.items[k].path, r->path) == 0 &&
			    strcmp(f->excludes.items[k].version, r->version) == 0)
				return true;
	}
	return false;
}

/* ---- go.mod of a node --------------------------------------------------------------------------------------- */

/* The folder that stands for a module; a relative one starts where the go.mod or go.work that says so stands. */
const char *replacement_folder(Compiler *c, const Replacement *r, const char *base)
{
	return *r->new_path == '/' ? r->new_path : clean_absolute(c, arena_printf(c->arena, "%s/%s", base, r->new_path));
}

static const char *read_folder_file(Modules *all, Node *n, const Replacement *r, const char *base)
{
	Compiler *c = all->c;
	const char *path = clean_absolute(c, arena_printf(c->arena, "%s/go.mod", replacement_folder(c, r, base))),
		*shown = module_short_path(c, path);
	SourceFile *source = source_load(c, path);
	if (!source)
		return arena_printf(c->arena, "module %s: reading %s: open %s: no such file or directory", r->new_path, shown,
		                    path);
	n->file = mod_file_parse(c, MOD_FILE_LAX, path, path, source->text, source->size);
	if (n->file->errors)
		return arena_printf(c->arena, "module %s: parsing %s: %s", r->new_path, shown, n->file->errors + 1);
	return NULL;
}

static const char *read_version_file(Modules *all, Node *n, const char *path, const char *version)
{
	Compiler *c = all->c;
	size_t size;
	const char *error = NULL, *actual = describe(all, path, version);
	if (must_have_sums(all) && !has_sum(all, path, version, true))
		return arena_printf(c->arena, "%s: missing go.sum entry for go.mod file; to add it:\n\tgo mod download %s",
		                    actual, n->module.path);
	const char *text = cached_go_mod(all, path, version, &size, &error);
	if (!text)
		return error;
	n->file = mod_file_parse(c, MOD_FILE_LAX, "go.mod", "go.mod", text, size);
	if (n->file->errors)
		return arena_printf(c->arena, "%s: parsing go.mod: %s", actual, n->file->errors + 1);
	if (!n->file->path)
		return arena_printf(c->arena, "%s: parsing go.mod: missing module line", actual);
	if (strcmp(n->file->path, n->module.path) != 0 && strcmp(n->file->path, path) != 0)
		return arena_printf(c->arena, "%s: parsing go.mod:\n\tmodule declares its path as: %s\n"
		                    "\t        but was required as: %s", actual, n->file->path, n->module.path);
	return NULL;
}

/* Without a go line a module's is older than pruning: all of its graph counts. */
void note_language(Node *n, const char *go)
{
	int major;
	n->module.go = go;
	n->module.minor = go ? go_version_parse(go, &major) : MINOR_WITHOUT_LINE;
	n->unpruned = n->module.minor < 17;
}

/* Reads its go.mod, once: the language, and the nodes it requires but for those that a main module excludes. */
bool node_summarise(Modules *all, Node *n)
{
	const char *base;
	if (n->summarised)
		return !n->error;
	n->summarised = true;
	if (n->module.version) {
		const Replacement *r = replacement_of(all, n->module.path, n->module.version, &base);
		const char *path = r ? r->new_path : n->module.path, *version = r ? r->new_version : n->module.version;
		n->error = version ? read_version_file(all, n, path, version) : read_folder_file(all, n, r, base);
		if (n->error)
			return false;
		note_language(n, n->file->go);
		n->error = module_too_new(all->c, arena_printf(all->c->arena, "module %s", describe(all, path, version)),
		                          n->module.go);
		if (n->error)
			return false;
	}
	for (int i = 0; i < n->file->requires.len; i++) {
		const Requirement *r = &n->file->requires.items[i];
		if (!is_excluded(all, r))
			vec_push(all->c->arena, &n->requires, node_of(all, r->path, r->version));
	}
	return true;
}

/* ---- the graph ------------------------------------------------------------------------------------------------ */

/* Only ever raised. A main module has no version and goes before all. */
static void select_version(Modules *all, Node *n)
{
	Node *before = map_get(&all->selected, n->module.path);
	if (before && (!before->module.version || version_compare(before->module.version, n->module.version) >= 0))
		return;
	map_put(all->c->arena, &all->selected, n->module.path, n);
}

typedef struct Queued { Node *node; Pruning pruning; } Queued;
/* ahead: their go.mod files were asked for */
typedef struct Queue { Arena *arena; VEC(Queued) waiting; int done, ahead; bool failed; } Queue;

/* pruning: how much of what stands behind it counts. A node may come again with more. */
static void enqueue(Queue *q, Node *n, Pruning pruning)
{
	require(pruning >= 0 && pruning < COUNT_OF(n->queued));
	if (n->queued[pruning])
		return;
	n->queued[pruning] = true;
	vec_push(q->arena, &q->waiting, (Queued){n, pruning});
}

/* All that wait now: a level of the graph. */
static void ask_ahead(Modules *all, Queue *q)
{
	NodeList nodes = {0};
	for (; q->ahead < q->waiting.len; q->ahead++)
		vec_push(q->arena, &nodes, q->waiting.items[q->ahead].node);
	go_mods_ahead(all, &nodes);
}

/* Breadth first, so that the go.mod files of a whole level are asked for at once. Ends: a node is queued once for each
 * kind. */
static void run_queue(Modules *all, Queue *q)
{
	while (q->done < q->waiting.len) {
		if (q->done == q->ahead)
			ask_ahead(all, q);
		Queued next = q->waiting.items[q->done++];
		if (!node_summarise(all, next.node)) {
			q->failed = true;
			continue;
		}
		for (int i = 0; i < next.node->requires.len; i++) {
			Node *r = next.node->requires.items[i];
			select_version(all, r);
			if (next.pruning != PRUNED || next.node->unpruned)
				enqueue(q, r, next.pruning == UNPRUNED || next.node->unpruned ? UNPRUNED : PRUNED);
		}
	}
}

/* In a workspace a module may be selected that the one who imports it does not list: then what that lists counts
 * too. */
static bool enqueue_upgraded(Modules *all, Queue *q)
{
	bool more = false;
	for (int i = 0; i < q->done; i++) {
		Node *n = q->waiting.items[i].node;
		for (int k = 0; k < n->requires.len && q->waiting.items[i].pruning == WORKSPACE; k++) {
			const Node *r = n->requires.items[k];
			Node *selected = map_get(&all->selected, r->module.path);
			if (!selected->module.version || strcmp(selected->module.version, r->module.version) == 0 ||
			    selected->queued[WORKSPACE])
				continue;
			enqueue(q, selected, WORKSPACE);
			more = true;
		}
	}
	return more;
}

static void load_roots(Modules *all, Queue *q)
{
	for (int i = 0; i < all->mains.len; i++)
		map_put(all->c->arena, &all->selected, all->mains.items[i]->path, (void *)(uintptr_t)all->mains.items[i]);
	for (int i = 0; i < all->mains.len; i++) {
		Node *n = (Node *)(uintptr_t)all->mains.items[i];
		/* its own list, whose modules are pruned */
		enqueue(q, n, n->unpruned && !all->work ? UNPRUNED : WORKSPACE);
	}
	do
		run_queue(all, q);
	while (all->work && enqueue_upgraded(all, q));
}

/* Breadth first from the main modules to the nearest node with an error: "a@v1 requires\n\tb@v2: what is wrong". */
static const char *explain_failure(Modules *all)
{
	NodeList queue = {0};
	Node *bad = NULL;
	for (int i = 0; i < all->mains.len; i++)
		vec_push(all->c->arena, &queue, (Node *)(uintptr_t)all->mains.items[i]);
	for (int i = 0; i < queue.len && !bad; i++) {
		Node *n = queue.items[i];
		if (n->error)
			bad = n;
		for (int k = 0; k < n->requires.len && !bad; k++) {
			Node *r = n->requires.items[k];
			if (!r->seen) {
				r->seen = true;
				r->from = n;
				vec_push(all->c->arena, &queue, r);
			}
		}
	}
	if (!bad)
		return "internal error: no way to what is wrong in the module graph";
	const char *text = node_error(all, bad);
	for (Node *n = bad->from; n && n->module.version; n = n->from)
		text = arena_printf(all->c->arena, "%s requires\n\t%s", describe(all, n->module.path, n->module.version), text);
	return text;
}

/* An error that speaks of what replaces the node has the node before it. */
const char *node_error(Modules *all, const Node *n)
{
	Compiler *c = all->c;
	const char *base, *own = describe(all, n->module.path, n->module.version);
	const Replacement *r = replacement_of(all, n->module.path, n->module.version, &base);
	const char *actual = r ? describe(all, r->new_path, r->new_version) : own;
	const char *word = r && !r->new_version ? "module " : "";
	size_t w = strlen(word), k = w + strlen(actual);
	if (strncmp(n->error, word, w) != 0 || strncmp(n->error + w, actual, k - w) != 0 ||
	    strncmp(n->error + k, ": ", 2) != 0)
		return strncmp(n->error, "verifying ", 10) == 0 ? n->error : arena_printf(c->arena, "%s: %s", own, n->error);
	return r ? arena_printf(c->arena, "%s (replaced by %s)%s", own, actual, n->error + k) : n->error;
}

/* Once; what is wrong is kept in graph_error. */
bool graph_load(Modules *all)
{
	if (all->graph_loaded)
		return !all->graph_error;
	all->graph_loaded = true;
	all->selected.by_text = true;
	Queue q = {.arena = all->c->arena};
	load_roots(all, &q);
	if (q.failed && !all->error)
		all->graph_error = explain_failure(all);
	/* the roots must be what is selected, else go.mod does not say what is built */
	for (int i = 0; i < all->root_list.len && !all->work; i++) {
		const Module *root = &all->root_list.items[i]->module;
		const Node *selected = map_get(&all->selected, root->path);
		if (!q.failed && selected && selected->module.version && strcmp(selected->module.version, root->version) != 0)
			all->needs_update = true;
	}
	return !all->graph_error && !all->error;
}

const char *update_needed(Modules *all)
{
	static const char *const names[] = {"readonly", "vendor", "mod"};
	Compiler *c = all->c;
	const char *mode = names[all->mode];
	if (all->mode_given)
		return arena_printf(c->arena,
		                    "gol: updates to go.mod needed, disabled by -mod=%s; to update it:\n\tgo mod tidy", mode);
	if (all->mode_reason)
		return arena_printf(c->arena, "gol: updates to go.mod needed, disabled by -mod=%s\n\t(%s)\n\tto update it:\n"
		                    "\tgo mod tidy", mode, all->mode_reason);
	return "gol: updates to go.mod needed; to update it:\n\tgo mod tidy";
}

/* ---- the build list -------------------------------------------------------------------------------------------- */

static int by_module_path(const void *a, const void *b)
{
	return strcmp((*(const Module *const *)a)->path, (*(const Module *const *)b)->path);
}

/* The main modules, then the others by path, each once. */
bool modules_build_list(Modules *all, ModuleList *list, const char **error)
{
	Compiler *c = all->c;
	if (all->mode == MODE_VENDOR) {
		for (int i = 0; i < all->mains.len; i++)
			vec_push(c->arena, list, all->mains.items[i]);
		for (int i = 0; i < all->vendored.len; i++)
			if (all->vendored.items[i].has_packages)
				vec_push(c->arena, list, &all->vendored.items[i].node->module);
	} else if (!graph_load(all)) {
		*error = all->error ? all->error : arena_printf(c->arena, "gol: %s", all->graph_error);
		return false;
	}
	for (int i = 0; i < map_count(&all->selected) && all->mode != MODE_VENDOR; i++)
		vec_push(c->arena, list, &((const Node *)map_value_at(&all->selected, i))->module);
	int mains = all->mains.len;         /* they come first, as in go.work */
	ModuleList sorted = {0};
	for (int i = 0; i < mains; i++)
		vec_push(c->arena, &sorted, all->mains.items[i]);
	for (int i = 0; i < list->len; i++)
		if (list->items[i]->version)
			vec_push(c->arena, &sorted, list->items[i]);
	if (sorted.len > mains)
		qsort(sorted.items + mains, (size_t)(sorted.len - mains), sizeof *sorted.items, by_module_path);
	*list = sorted;
	return true;
}
