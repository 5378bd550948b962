/*
 * module.c - the modules that are seen from a folder: a workspace (go.work), else the module whose go.mod or gol.mod
 * is nearest above.
 *
 * As in Go the working directory decides, not the folder of what is built: that may be a package of another module.
 * How imports are followed from there is in find.c and graph.c.
 *
 * -mod decides where other modules are read from: readonly (the module cache, the default), vendor (the default where
 * there is a folder vendor and the go line is 1.14 or more), mod, which is as readonly here: gol does not write
 * go.mod or go.sum while building, and says what would have to be written.
 *
 * Without a go line the language of a go.mod is that of Go 1.16, as Go has it; that of a gol.mod the newest.
 */
#include "private.h"
#include "../base/setting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- names ------------------------------------------------------------------------------------------------ */

static bool is_below(const char *path, const char *dir)
{
	size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* The relative name where it is shorter, without "./". */
const char *module_short_path(Compiler *c, const char *full)
{
	const char *at = c->work_dir;
	Buf b;
	buf_init(&b, c->arena);
	buf_str(&b, "");
	for (; !is_below(full, at); at = folder_of(c, at))
		buf_str(&b, "../");
	const char *rest = full + (strcmp(at, "/") ? strlen(at) : 0);
	rest += *rest == '/';
	if (!*rest && b.len == 0)
		return ".";
	buf_str(&b, rest);
	if (!*rest)
		b.s[b.len - 1] = '\0';
	return strlen(b.s) < strlen(full) ? b.s : full;
}

/* ---- one main module ------------------------------------------------------------------------------------------ */

const char *module_too_new(Compiler *c, const char *what, const char *go)
{
	int major = 1, minor = go ? go_version_parse(go, &major) : 0;
	if (major <= 1 && minor <= NEWEST_MINOR)
		return NULL;
	return arena_printf(c->arena, "%s requires go >= %s (running go 1.%d; GOTOOLCHAIN=local)", what, go, NEWEST_MINOR);
}

static const char *why_unreadable(void) { return errno == EACCES ? "permission denied" : "no such file or directory"; }

static const char *file_fault(Compiler *c, const ModFile *f, const char *word)
{
	const char *fault = module_too_new(c, f->name, f->go);
	if (fault || !f->errors)
		return fault;
	return arena_printf(c->arena, "errors parsing %s:%s", word, f->errors);
}

/* As %q shows it. */
static const char *quoted(Compiler *c, const char *s)
{
	Buf b;
	buf_init(&b, c->arena);
	buf_quote(&b, s, strlen(s));
	return b.s;
}

static const char *godebug_line_fault(Compiler *c, const ModFile *f, const char *kind)
{
	for (int i = 0; i < f->godebugs.len; i++) {
		const char *text = f->godebugs.items[i].text, *value = strchr(text, '=') + 1;
		const char *fault = godebug_fault(c, "godebug", arena_strndup(c->arena, text, (size_t)(value - text - 1)),
		                                  value);
		if (fault)
			return arena_printf(c->arena, "error loading %s:\n%s:%d: %s", kind, f->name, f->godebugs.items[i].line,
			                    fault);
	}
	return NULL;
}

/* go.mod names a toolchain that the go line stands for already. */
static bool toolchain_is_redundant(Compiler *c, const ModFile *f)
{
	const char *go = f->go ? f->go : "1.16", *name = f->toolchain;
	if (!name)
		return false;
	return strcmp(name, arena_printf(c->arena, "go%s", go)) == 0 ||
		go_version_compare(strncmp(name, "go", 2) == 0 ? name + 2 : name, "1.21") < 0;
}

/* A branch and the like must exist, even though go.mod has to be written anew. NULL: all do. */
static const char *resolve_queries(Modules *all, const ModFile *f)
{
	Compiler *c = all->c;
	for (int i = 0; i < f->queries.len; i++) {
		const Query *q = &f->queries.items[i];
		const char *fault = fetch(all, "query", q->path, q->version, NULL);
		const char *col = q->col > 1 ? arena_printf(c->arena, "%d:", q->col) : "";
		if (fault)
			return arena_printf(c->arena, "errors parsing %s:\n%s:%d:%s %s", f->name, f->name, q->line, col, fault);
	}
	return NULL;
}

/* Reads a main module's file; NULL: all is well, else what is wrong. *m is NULL if there is nothing in it to go on
 * with. */
static const char *read_main(Modules *all, const char *path, const char *root, bool is_go, Node **m)
{
	Compiler *c = all->c;
	SourceFile *source = source_load(c, path);
	const char *fault;
	*m = NULL;
	if (!source) {
		const char *shown = all->work ? module_short_path(c, path) : path;
		return arena_printf(c->arena, "open %s: %s", shown, why_unreadable());
	}
	ModFile *f = mod_file_parse(c, MOD_FILE_MAIN, module_short_path(c, source->full_path), source->full_path,
	                            source->text, source->size);
	if ((fault = file_fault(c, f, f->name)))
		return fault;
	if (!f->path)
		return arena_printf(c->arena, "error reading %s: missing module declaration. To specify the module path:\n"
		                    "\tgo mod edit -module=example.com/mod", f->name);
	if (strcmp(f->path, "go") == 0 || strcmp(f->path, "toolchain") == 0)
		return arena_printf(c->arena, "error reading %s: invalid module path: \"%s\"", f->name, f->path);
	if (!all->work && (fault = godebug_line_fault(c, f, "go.mod")))
		return fault;
	if ((fault = module_path_fault(c, f->path, true)))
		return arena_printf(c->arena, "malformed module path %s: %s", quoted(c, f->path), fault);
	*m = NEW(c->arena, Node);
	(*m)->file = f;
	(*m)->module = (Module){.path = f->path, .root = root};
	note_language(*m, f->go);
	if (!is_go && !f->go)
		(*m)->module.minor = NEWEST_MINOR;
	all->needs_update |= f->queries.len || toolchain_is_redundant(c, f);
	return resolve_queries(all, f);
}

/* ---- the workspace ---------------------------------------------------------------------------------------------- */

/* The nearest folder decides; in it the first of the names. */
static const char *find_file_above(Compiler *c, const char *dir, const char *const *names, int count, int *which)
{
	for (const char *at = dir;; at = folder_of(c, at)) {
		for (int i = 0; i < count; i++) {
			const char *file = arena_printf(c->arena, "%s/%s", strcmp(at, "/") ? at : "", names[i]);
			*which = i;
			if (file_exists(c, file))
				return file;
		}
		if (strcmp(at, "/") == 0)
			return NULL;
	}
}

static const char *find_work_file(Modules *all)
{
	static const char *const names[] = {"go.work"};
	const char *given = go_setting(all->c, "GOWORK");
	int which;
	if (strcmp(given, "off") == 0)
		return NULL;
	if (!*given || strcmp(given, "auto") == 0)
		return find_file_above(all->c, all->dir, names, 1, &which);
	if (*given != '/')
		all->error = "gol: invalid GOWORK: not an absolute path";
	return given;
}

/* The language of go.work: 1.18 if it does not say. */
static const char *work_version(const Modules *all) { return all->work->go ? all->work->go : "1.18"; }

static void add_fault(Modules *all, const char *fault)
{
	if (!fault)
		return;
	all->error = arena_printf(all->c->arena, "%s%sgol: %s", all->error ? all->error : "", all->error ? "\n" : "",
	                          fault);
}

static void add_main(Modules *all, Node *m)
{
	for (int i = 0; i < all->mains.len; i++)
		if (strcmp(all->mains.items[i]->path, m->module.path) == 0)
			add_fault(all, arena_printf(all->c->arena, "module %s appears multiple times in workspace",
			                            m->module.path));
	vec_push(all->c->arena, &all->mains, &m->module);
}

/* A module that go.work uses. One that needs a newer Go than go.work says is told so, as Go does, before anything else
 * of it. */
static void add_used(Modules *all, const char *root)
{
	Compiler *c = all->c;
	Node *m;
	const char *file = arena_printf(c->arena, "%s/go.mod", root), *shown = module_short_path(c, root);
	const char *fault = read_main(all, file, root, true, &m), *newer = fault ? strstr(fault, " requires go >= ") : NULL;
	const char *go = newer ? arena_strndup(c->arena, newer + 16, strcspn(newer + 16, " ")) : m ? m->module.go : NULL;
	if (fault && !newer) {
		add_fault(all, arena_printf(c->arena, "cannot load module %s listed in go.work file: %s", shown, fault));
	} else if (newer || (go_version_compare(go, work_version(all)) > 0 && go_version_compare(go, "1.21") >= 0)) {
		add_fault(all, arena_printf(c->arena, "module %s listed in go.work file requires go >= %s, but go.work %s go "
		                            "%s; to update it:\n\tgo work use", shown, go,
		                            all->work->go ? "lists" : "implicitly requires", work_version(all)));
	} else {
		add_main(all, m);
	}
}

static void read_work(Modules *all, const char *path)
{
	Compiler *c = all->c;
	SourceFile *source = source_load(c, path);
	const char *fault;
	TextList roots = {0};
	if (!source) {
		all->error = arena_printf(c->arena, "gol: reading go.work: open %s: %s", module_short_path(c, path),
		                          why_unreadable());
		return;
	}
	all->work = mod_file_parse(c, MOD_FILE_WORK, module_short_path(c, source->full_path), source->full_path,
	                           source->text, source->size);
	all->work_dir = folder_of(c, source->full_path);
	if ((fault = file_fault(c, all->work, "go.work")) || (fault = godebug_line_fault(c, all->work, "go.work"))) {
		add_fault(all, fault);
		return;
	}
	for (int i = 0; i < all->work->uses.len; i++) {
		const char *use = all->work->uses.items[i].text;
		const char *root = clean_absolute(c, *use == '/' ? use : arena_printf(c->arena, "%s/%s", all->work_dir, use));
		for (int k = 0; k < roots.len; k++)
			if (strcmp(roots.items[k], root) == 0) {
				add_fault(all, arena_printf(c->arena, "error loading go.work:\n%s:%d: path %s appears multiple times in "
				                            "workspace", all->work->name, all->work->uses.items[i].line, root));
				return;
			}
		vec_push(c->arena, &roots, root);
	}
	for (int i = 0; i < roots.len; i++)
		add_used(all, roots.items[i]);
	if (roots.len == 0)
		add_fault(all, "no modules were found in the current workspace; see 'go help work'");
}

/* ---- one module ------------------------------------------------------------------------------------------------ */

static const char *temporary_root(void)
{
	const char *dir = getenv("TMPDIR");
	return dir && *dir ? dir : "/tmp";
}

static const char *const file_names[] = {"gol.mod", "go.mod"};

const char *modules_nearest_root(Compiler *c, const char *dir)
{
	int which;
	const char *file = find_file_above(c, dir, file_names, COUNT_OF(file_names), &which);
	return file ? folder_of(c, file) : NULL;
}

const char *modules_go_mod(const Modules *all)
{
	int which;
	const char *file = find_file_above(all->c, all->dir, file_names, COUNT_OF(file_names), &which);
	return !file ? "/dev/null" : all->c->modfile ? all->c->modfile : file;
}

const char *modules_work_file(const Modules *all) { return all->work ? all->work->full_name : NULL; }

static void read_single(Modules *all)
{
	Compiler *c = all->c;
	Node *m;
	int which;
	const char *file = find_file_above(c, all->dir, file_names, COUNT_OF(file_names), &which),
		*root = file ? folder_of(c, file) : NULL;
	if (file && which == 1 && strcmp(root, absolute_path(c, temporary_root())) == 0) {
		fprintf(stderr, "gol: warning: ignoring go.mod in system temp root %s\n", temporary_root());
		file = NULL;
	}
	if (!file) {
		if (c->modfile)
			all->error = "gol: cannot find main module, but -modfile was set.\n"
			             "\t-modfile cannot be used to set the module root directory.";
		return;
	}
	add_fault(all, read_main(all, c->modfile ? c->modfile : file, root, c->modfile || which == 1, &m));
	if (m)
		vec_push(c->arena, &all->mains, &m->module);
}

/* ---- -mod ------------------------------------------------------------------------------------------------------ */

/* Without -mod: vendor/ counts where the go line says 1.14 or later and the folder is of the right kind, else
 * mode_reason tells why it was passed over. */
static void default_mode(Modules *all)
{
	require(all->work || all->mains.len > 0);
	Compiler *c = all->c;
	const char *source = all->work ? "go.work" : "go.mod", *go = all->work ? all->work->go : all->mains.items[0]->go,
		*dir = vendor_dir(all);
	if (!is_folder(dir))
		return;
	if (!go) {
		all->mode_reason = arena_printf(c->arena, "Go version in %s is unspecified, so vendor directory was not used.",
		                                source);
	} else if (go_version_compare(go, "1.14") < 0) {
		all->mode_reason = arena_printf(c->arena, "Go version in %s is %s, so vendor directory was not used.", source,
		                                go);
	} else if (vendor_is_for_workspace(c, dir) != (all->work != NULL)) {
		all->mode_reason = all->work ? "In workspace mode, but vendor directory is not for a workspace"
		                             : "Outside workspace mode, but vendor directory is for a workspace.";
	} else {
		all->mode = MODE_VENDOR;
		all->mode_reason = arena_printf(c->arena, "Go version in %s is at least 1.14 and vendor directory exists.",
		                                source);
	}
}

static void choose_mode(Modules *all)
{
	const char *given = all->c->mod_mode;
	all->mode_given = given && *given;
	if (all->c->of_module_cache) {
		all->mode = MODE_MOD;
		return;
	}
	if (!all->mode_given) {
		default_mode(all);
		return;
	}
	all->mode = strcmp(given, "vendor") == 0 ? MODE_VENDOR : strcmp(given, "mod") == 0 ? MODE_MOD : MODE_READONLY;
	if (all->work && all->mode == MODE_MOD)
		all->error = "gol: -mod may only be set to readonly or vendor when in workspace mode, but it is set to \"mod\""
		             "\n\tRemove the -mod flag to use the default readonly value, "
		             "\n\tor set GOWORK=off to disable workspace mode.";
}

/* ---- requirements of the main modules -------------------------------------------------------------------------- */

static void add_root(Modules *all, Node *n)
{
	Node *before = map_get(&all->roots, n->module.path);
	vec_push(all->c->arena, &all->root_list, n);
	all->needs_update |= before && !all->work;
	if (!before || version_compare(before->module.version, n->module.version) < 0)
		map_put(all->c->arena, &all->roots, n->module.path, n);
}

static void note_excluded(Modules *all, const ModFile *f)
{
	for (int i = 0; i < f->requires.len; i++)
		for (int k = 0; k < f->excludes.len; k++)
			if (strcmp(f->requires.items[i].path, f->excludes.items[k].path) == 0 &&
			    strcmp(f->requires.items[i].version, f->excludes.items[k].version) == 0) {
				fprintf(stderr, "gol: ignoring requirement on excluded version %s %s\n", f->requires.items[i].path,
				        f->requires.items[i].version);
				all->needs_update |= !all->work;
			}
}

/* What the main modules list: enough to find most imports without a graph. */
static void list_roots(Modules *all)
{
	all->roots.by_text = true;
	for (int i = 0; i < all->mains.len; i++) {
		Node *m = (Node *)(uintptr_t)all->mains.items[i];
		note_excluded(all, m->file);
		node_summarise(all, m);
		for (int k = 0; k < m->requires.len && !all->work; k++)
			add_root(all, m->requires.items[k]);
		for (int k = 0; k < m->file->requires.len; k++)
			node_of(all, m->file->requires.items[k].path, m->file->requires.items[k].version)->module.indirect =
				m->file->requires.items[k].indirect;
	}
}

static const char *conflicting_replacement(Modules *all, const ModFile *f)
{
	for (int i = 0; i < f->replaces.len; i++)
		for (int k = 0; k < i; k++) {
			const Replacement *a = &f->replaces.items[k], *b = &f->replaces.items[i];
			bool same = strcmp(a->path, b->path) == 0 && !a->version == !b->version &&
				(!a->version || strcmp(a->version, b->version) == 0);
			const char *x = describe(all, a->new_path, a->new_version), *y = describe(all, b->new_path, b->new_version);
			if (same && strcmp(x, y) != 0)
				return arena_printf(all->c->arena, "conflicting replacements for %s:\n\t%s\n\t%s",
				                    describe(all, a->path, a->version), x, y);
		}
	return NULL;
}

/* What a replacement names, the same text in whichever go.mod it stands. */
static const char *replacement_text(Modules *all, const Replacement *r, const char *root)
{
	if (r->new_version || *r->new_path == '/')
		return describe(all, r->new_path, r->new_version);
	return clean_absolute(all->c, arena_printf(all->c->arena, "%s/%s", root, r->new_path));
}

/* Two modules of a workspace that replace one by different ones, of which go.work says nothing. */
static const char *conflict_in_workspace(Modules *all)
{
	Map seen = {.by_text = true};
	Compiler *c = all->c;
	for (int i = 0; i < all->mains.len; i++) {
		const ModFile *f = ((const Node *)all->mains.items[i])->file;
		for (int k = 0; k < f->replaces.len; k++) {
			const Replacement *r = &f->replaces.items[k];
			const char *old = describe(all, r->path, r->version),
				*text = replacement_text(all, r, all->mains.items[i]->root), *before = map_get(&seen, old);
			bool settled = false;
			for (int w = 0; w < all->work->replaces.len; w++)
				settled |= strcmp(all->work->replaces.items[w].path, r->path) == 0;
			if (before && !settled && strcmp(before, text) != 0)
				return arena_printf(c->arena, "conflicting replacements for %s:\n\t%s\n\t%s\n"
				                    "use \"go work edit -replace %s=[override]\" to resolve", old, before, text, old);
			map_put(c->arena, &seen, old, (void *)(uintptr_t)text);
		}
	}
	return NULL;
}

static const char *replaced_main(Modules *all)
{
	for (int i = 0; i < all->work->replaces.len; i++) {
		const Replacement *r = &all->work->replaces.items[i];
		if (!r->version && main_node(all, r->path))
			return arena_printf(all->c->arena, "workspace module %s is replaced at all versions in the go.work file. To "
			                    "fix, remove the replacement from the go.work file or specify the version at which to "
			                    "replace the module.",
			                    r->path);
	}
	return NULL;
}

static void check_replacements(Modules *all)
{
	const char *fault = all->work ? conflicting_replacement(all, all->work) : NULL;
	for (int i = 0; i < all->mains.len && !fault; i++)
		fault = conflicting_replacement(all, ((const Node *)all->mains.items[i])->file);
	if (all->work && !fault)
		fault = replaced_main(all);
	if (all->work && !fault)
		fault = conflict_in_workspace(all);
	add_fault(all, fault);
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

static void read_modules(Modules *all)
{
	const char *work = find_work_file(all);
	all->cache = modules_cache(all->c);
	if (all->error)
		return;
	if (work && all->c->modfile) {
		all->error = "gol: -modfile cannot be used in workspace mode";
		return;
	}
	if (work)
		read_work(all, work);
	else
		read_single(all);
	if (!all->error)
		check_replacements(all);
	if (all->error || all->mains.len == 0)
		return;
	choose_mode(all);
	all->nodes.by_text = all->found.by_text = true;
	if (all->mode == MODE_VENDOR) {
		vendor_read(all);
		if (!all->error)
			all->error = vendor_inconsistency(all);
		return;
	}
	list_roots(all);
	sums_read_all(all);
}

/* The modules seen from a folder, read once a command. */
Modules *modules_at(Compiler *c, const char *dir)
{
	dir = absolute_path(c, dir);
	for (Modules *all = c->modules; all; all = all->next)
		if (strcmp(all->dir, dir) == 0)
			return all;
	Modules *all = NEW(c->arena, Modules);
	*all = (Modules){.c = c, .dir = dir, .next = c->modules};
	c->modules = all;
	all->nodes.by_text = all->found.by_text = true;
	read_modules(all);
	return all;
}

const char *modules_error(const Modules *all) { return all->error; }

const ModuleList *modules_main(const Modules *all) { return &all->mains; }

/* The file whose godebug lines and go line are those of programs; NULL: there is none. */
static const ModFile *deciding_file(const Modules *all)
{
	if (all->work)
		return all->work;
	return all->mains.len ? ((const Node *)all->mains.items[0])->file : NULL;
}

TextList modules_godebugs(const Modules *all)
{
	TextList list = {0};
	const ModFile *f = deciding_file(all);
	for (int i = 0; f && i < f->godebugs.len; i++)
		vec_push(all->c->arena, &list, f->godebugs.items[i].text);
	return list;
}

const char *modules_language(const Modules *all)
{
	if (all->work)
		return work_version(all);
	const Module *m = all->mains.len ? all->mains.items[0] : NULL;
	if (!m || m->go)
		return m ? m->go : NULL;
	return m->minor == NEWEST_MINOR ? NULL : arena_printf(all->c->arena, "1.%d", m->minor);     /* gol.mod; go.mod */
}

const Module *modules_holding(const Modules *all, const char *dir)
{
	const Module *best = NULL;
	for (int i = 0; i < all->mains.len; i++) {
		const Module *m = all->mains.items[i];
		if (is_below(dir, m->root) && (!best || strlen(m->root) > strlen(best->root)))
			best = m;
	}
	return best;
}

const char *module_import_path(Compiler *c, const Module *m, const char *dir)
{
	if (!m || !m->root || !is_below(dir, m->root))
		return NULL;
	return arena_printf(c->arena, "%s%s", m->path, dir + (strcmp(m->root, "/") ? strlen(m->root) : 0));
}

bool modules_is_workspace(const Modules *all) { return all->work != NULL; }
