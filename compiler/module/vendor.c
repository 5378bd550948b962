/*
 * vendor.c - vendor/modules.txt: copies of the packages that a build needs, in the main module.
 *
 *     # golang.org/x/text v0.14.0 => ../text        module, version, what replaces it
 *     ## explicit; go 1.18                          required in go.mod; its go line
 *     golang.org/x/text/width                       packages of it that are here
 *
 * The copies must be those that go.mod asks for; where the two differ, nothing is built.
 */
#include "private.h"

#include <stdio.h>
#include <string.h>

const char *vendor_dir(const Modules *all)
{
	const char *dir = all->work ? all->work_dir : all->mains.items[0]->root;
	return arena_printf(all->c->arena, "%s/vendor", dir);
}

static char *modules_text(Compiler *c, const char *dir)
{
	SourceFile *source = source_load(c, arena_printf(c->arena, "%s/modules.txt", dir));
	return source ? arena_strndup(c->arena, source->text, source->size) : NULL;
}

/* The entries of a line "## a; b", one at a time; NULL: no more. */
static char *next_entry(char **rest)
{
	char *entry = strtok_r(NULL, ";", rest);
	if (!entry)
		return NULL;
	entry += strspn(entry, " \t");
	for (size_t n = strlen(entry); n > 0 && strchr(" \t\r", entry[n - 1]); n--)
		entry[n - 1] = '\0';
	return entry;
}

bool vendor_is_for_workspace(Compiler *c, const char *dir)
{
	char *text = modules_text(c, dir);
	if (!text || strncmp(text, "## ", 3) != 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	char *rest = text + 3;
	for (char *entry; (entry = next_entry(&rest));)
		if (strcmp(entry, "workspace") == 0)
			return true;
	return false;
}

static Vendored *vendored_of(Modules *all, const char *path, const char *version)
{
	for (int i = 0; i < all->vendored.len; i++) {
		Vendored *v = &all->vendored.items[i];
		const char *own = v->node->module.version;
		if (strcmp(v->node->module.path, path) == 0 && (version ? own && strcmp(own, version) == 0 : !own))
			return v;
	}
	return NULL;
}

/* "# path version", "# path version => new", "# path => new". */
static Vendored *module_line(Modules *all, char *line)
{
	char *words[6] = {0}, *rest = NULL;
	int count = 0, at = 3;
	for (char *word = strtok_r(line, " \t\r", &rest); word && count < COUNT_OF(words);
	     word = strtok_r(NULL, " \t\r", &rest))
		words[count++] = word;
	if (count < 3)
		return NULL;
	bool any = strcmp(words[2], "=>") == 0;
	if (!any && !version_is_valid(words[2]))
		return NULL;
	Vendored v = {.node = any ? NEW(all->c->arena, Node) : node_of(all, words[1], words[2])};
	if (any)
		v.node->module = (Module){.path = words[1], .minor = MINOR_WITHOUT_LINE};
	at = any ? 2 : 3;
	if (count >= at + 2 && strcmp(words[at], "=>") == 0) {
		v.is_replaced = true;
		v.new_path = words[at + 1];
		v.new_version = words[at + 2];
	}
	if (!vendored_of(all, words[1], any ? NULL : words[2]))
		vec_push(all->c->arena, &all->vendored, v);
	return vendored_of(all, words[1], any ? NULL : words[2]);
}

static void annotations(Modules *all, Vendored *v, char *line)
{
	char *rest = line + 3;
	int major;
	for (char *entry; (entry = next_entry(&rest));) {
		v->is_explicit |= strcmp(entry, "explicit") == 0;
		if (strncmp(entry, "go ", 3) != 0)
			continue;
		v->go = v->node->module.go = entry + 3;
		v->node->module.minor = go_version_parse(v->go, &major);
		if (v->node->module.minor > NEWEST_MINOR && !all->error)
			all->error = arena_printf(all->c->arena,
			                          "gol: %s in %s requires go >= %s (running go 1.%d; GOTOOLCHAIN=local)",
			                          v->node->module.path,
			                          module_short_path(all->c, arena_printf(all->c->arena, "%s/modules.txt",
			                                                                 vendor_dir(all))), v->go, NEWEST_MINOR);
	}
}

void vendor_read(Modules *all)
{
	char *text = modules_text(all->c, vendor_dir(all));
	int current = -1;           /* in all->vendored, which may grow */
	all->vendored_packages.by_text = true;
	for (char *next; text; text = next) {
		next = strchr(text, '\n');
		if (next)
			*next++ = '\0';
		if (strncmp(text, "# ", 2) == 0) {
			Vendored *v = module_line(all, text);
			current = v ? (int)(v - all->vendored.items) : -1;
		} else if (current >= 0 && strncmp(text, "## ", 3) == 0) {
			annotations(all, &all->vendored.items[current], text);
		} else if (current >= 0) {
			size_t n = strcspn(text, " \t\r");
			if (n == 0 || text[n + strspn(text + n, " \t\r")])
				continue;
			all->vendored.items[current].has_packages = true;
			map_put(all->c->arena, &all->vendored_packages, arena_strndup(all->c->arena, text, n),
			        all->vendored.items[current].node);
		}
	}
}

/* ---- does it fit go.mod? ----------------------------------------------------------------------------------------- */

static bool before_1_14(const Modules *all)
{
	return !all->work && go_version_compare(all->mains.items[0]->go, "1.14") < 0;
}

static void differs(Modules *all, Buf *b, const char *path, const char *version, const char *how)
{
	buf_printf(b, "\n\t%s: %s", describe(all, path, version), how);
}

static void check_requirements(Modules *all, Buf *b, const ModFile *f)
{
	for (int i = 0; i < f->requires.len; i++) {
		const Requirement *r = &f->requires.items[i];
		const Vendored *v = vendored_of(all, r->path, r->version), *other = NULL;
		if (v && v->is_explicit)
			continue;
		for (int k = 0; k < all->vendored.len && !v; k++)
			if (all->vendored.items[k].has_packages && strcmp(all->vendored.items[k].node->module.path, r->path) == 0)
				other = &all->vendored.items[k];
		if (!before_1_14(all))
			differs(all, b, r->path, r->version,
			        "is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt");
		else if (other)
			differs(all, b, r->path, r->version,
			        arena_printf(all->c->arena, "is explicitly required in go.mod, but vendor/modules.txt indicates %s",
			        describe(all, r->path, other->node->module.version)));
	}
}

static bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : !a && !b; }

static void check_replacements(Modules *all, Buf *b, const ModFile *f)
{
	Compiler *c = all->c;
	for (int i = 0; i < f->replaces.len; i++) {
		const Replacement *r = &f->replaces.items[i];
		const Vendored *v = vendored_of(all, r->path, r->version);
		if (!v || !v->is_replaced) {
			if (before_1_14(all) && (!r->version || !v))
				continue;
			differs(all, b, r->path, r->version,
			        arena_printf(c->arena, "is replaced in %s, but not marked as replaced in vendor/modules.txt",
			                     f->name));
		} else if (!same_text(v->new_path, r->new_path) || !same_text(v->new_version, r->new_version)) {
			differs(all, b, r->path, r->version, arena_printf(c->arena, "is replaced by %s in %s, but marked as "
			                                                         "replaced by %s in vendor/modules.txt",
			        describe(all, r->new_path, r->new_version), f->name, describe(all, v->new_path, v->new_version)));
		}
	}
}

static bool is_required(const Modules *all, const Module *m)
{
	for (int i = 0; i < all->mains.len; i++) {
		const ModFile *f = ((const Node *)all->mains.items[i])->file;
		for (int k = 0; k < f->requires.len; k++)
			if (strcmp(f->requires.items[k].path, m->path) == 0 && m->version &&
			    strcmp(f->requires.items[k].version, m->version) == 0)
				return true;
	}
	return false;
}

static void check_vendored(Modules *all, Buf *b)
{
	const char *base;
	for (int i = 0; i < all->vendored.len; i++) {
		const Vendored *v = &all->vendored.items[i];
		if (v->is_explicit && v->has_packages && !is_required(all, &v->node->module))
			differs(all, b, v->node->module.path, v->node->module.version,
			        all->work ? "is marked as explicit in vendor/modules.txt, but not explicitly required in a go.mod"
			                  : "is marked as explicit in vendor/modules.txt, but not explicitly required in go.mod");
	}
	for (int i = 0; i < all->vendored.len; i++) {
		const Vendored *v = &all->vendored.items[i];
		if (v->is_replaced && !replacement_of(all, v->node->module.path, v->node->module.version, &base))
			differs(all, b, v->node->module.path, v->node->module.version,
			        arena_printf(all->c->arena, "is marked as replaced in vendor/modules.txt, but not replaced in %s",
			                     all->work ? "the workspace" : "go.mod"));
	}
}

const char *vendor_inconsistency(Modules *all)
{
	Buf b;
	buf_init(&b, all->c->arena);
	for (int i = 0; i < all->mains.len; i++)
		check_requirements(all, &b, ((const Node *)all->mains.items[i])->file);
	for (int i = 0; i < all->mains.len; i++)
		check_replacements(all, &b, ((const Node *)all->mains.items[i])->file);
	if (all->work)
		check_replacements(all, &b, all->work);
	check_vendored(all, &b);
	if (b.len == 0)
		return NULL;
	return arena_printf(all->c->arena, "gol: inconsistent vendoring in %s:%s\n\n"
	                    "\tTo ignore the vendor directory, use -mod=readonly or -mod=mod.\n"
	                    "\tTo sync the vendor directory, run:\n\t\tgo %s vendor", folder_of(all->c, vendor_dir(all)),
	                    b.s, all->work ? "work" : "mod");
}
