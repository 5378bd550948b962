/*
 * listing.c - the graph of packages behind gol list and gol vet.
 *
 * A package is a node, found once by its path; its imports are followed when it is added, in the order of their paths,
 * depth first. Where a path leads is what load.c does when it builds: gol's own library, the tree, modules. What
 * cannot be found is a node too, with an error and without a folder: gol list -e shows it, and its importers are
 * incomplete. A main package depends on runtime without a line that says so.
 *
 * The tests of a package make more nodes (tests.c says which), that no path leads to: p [p.test], p_test [p.test],
 * and copies of what is between the two.
 *
 * Rejected: load_program, which stops at the first package that is missing, parses all bodies and knows one root.
 */
#include "listing.h"
#include "../base/path.h"
#include "files.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

static Listed *import_package(Listing *l, Listed *from, const ImportLine *line);

static const char *position_of(Compiler *c, Pos pos)
{
	Buf b;
	buf_init(&b, c->arena);
	pos_print(c, &b, pos);
	return strncmp(b.s, "./", 2) == 0 ? b.s + 2 : b.s;
}

static ListError *new_error(Listing *l, const char *text)
{
	ListError *e = NEW(l->c->arena, ListError);
	e->text = text;
	e->position = "";
	return e;
}

static Listed *new_node(Listing *l, const char *path)
{
	Listed *p = NEW(l->c->arena, Listed);
	p->path = intern_str(l->c, path);
	map_put(l->c->arena, &l->by_path, p->path, p);
	return p;
}

static bool has_import(const Listed *p, const Listed *imported)
{
	for (int i = 0; i < p->imports.len; i++)
		if (p->imports.items[i] == imported)
			return true;
	return false;
}

static void add_import(Listing *l, Listed *p, const ImportLine *line)
{
	Listed *imported = import_package(l, p, line);
	if (has_import(p, imported))
		return;
	vec_push(l->c->arena, &p->imports, imported);
	if (strcmp(imported->path, line->path) != 0)
		vec_push(l->c->arena, &p->renamed, (ImportName){line->path, imported->path});
	p->incomplete |= imported->incomplete;
	if (imported->loading && !p->error) {
		p->error = new_error(l, "import cycle not allowed");
		p->incomplete = true;
	}
}

/* The folder is known: look into it and follow the imports. */
static void fill(Listing *l, Listed *p, TextList files)
{
	l->tags.own = l->of_tree && p->standard ? "gc" : NULL;
	p->inside = inspect_package(l->c, p->dir, files, &l->tags);
	l->tags.own = NULL;
	if (p->inside->error) {
		p->error = new_error(l, p->inside->error);
		p->incomplete = true;
	}
	p->loading = true;
	for (int i = 0; i < p->inside->imports[PART_PACKAGE].len && !l->only_find; i++)
		add_import(l, p, &p->inside->imports[PART_PACKAGE].items[i]);
	if (strcmp(p->inside->name, "main") == 0 && !l->only_find)
		add_import(l, p, &(ImportLine){.path = "runtime"});
	p->loading = false;
}

/* Sets dir and module; the reason why there is none, or NULL. */
static const char *find_folder(Listing *l, Listed *p, const Listed *from, Modules *modules, const char *path)
{
	Compiler *c = l->c;
	const char *standard = memchr(path, '.', strcspn(path, "/")) && !from->from_tree ? NULL : standard_place(c, path);
	if (!from->standard && modules) {
		Found found = modules_find(modules, path, standard, &(Importer){.path = from->path, .module = from->module});
		if (found.error)
			return found.error;
		p->dir = found.dir;
		p->module = found.module;
	}
	if (!p->dir && !standard)
		return missing_package(c, path);
	if (!p->dir) {
		p->dir = standard;
		p->standard = true;
		p->from_tree = c->tree.root && strncmp(standard, c->tree.root, strlen(c->tree.root)) == 0;
	}
	return NULL;
}

static Listed *import_package(Listing *l, Listed *from, const ImportLine *line)
{
	Compiler *c = l->c;
	const char *path = line->path, *why = NULL;
	if (is_relative(path))
		path = arena_printf(c->arena, "_%s", absolute_path(c, arena_printf(c->arena, "%s/%s", from->dir, path)));
	else if (from->from_tree)
		path = path_in_tree(c, from->path, path);
	Listed *p = map_get(&l->by_path, intern_str(c, path));
	if (p)
		return p;
	p = new_node(l, path);
	p->modules = from->modules;
	if (strcmp(path, "unsafe") == 0) {
		p->standard = true;
		p->inside = NEW(c->arena, Inspected);
		p->inside->name = path;
		p->inside->dir = p->dir = find_go_tree(c) ? arena_printf(c->arena, "%s/src/unsafe", c->tree.root) : "";
		return p;
	}
	if (path[0] == '_' && path[1] == '/')
		p->dir = path + 1;
	else
		why = find_folder(l, p, from, from->modules, path);
	if (!why && !(l->of_tree && p->standard))
		fill(l, p, (TextList){0});
	if (!why)
		return p;
	ListError *error = new_error(l, why);
	if (line->pos.file)
		error->position = position_of(c, line->pos);
	vec_push(c->arena, &error->stack, from->path);
	p->error = error;
	p->incomplete = true;
	return p;
}

/* ---- the command line ---------------------------------------------------------------------------- */

void listing_add(Listing *l, const Target *t)
{
	Listed *p = map_get(&l->by_path, intern_str(l->c, t->path));
	if (!p) {
		p = new_node(l, t->path);
		p->dir = t->dir;
		p->module = t->module;
		p->modules = t->modules;
		p->standard = t->is_stdlib;
		p->from_tree = t->is_stdlib && l->c->tree.root &&
			strncmp(t->dir, l->c->tree.root, strlen(l->c->tree.root)) == 0;
		const char *of_tree = l->of_tree && t->is_stdlib ? tree_folder(l->c, t->path) : NULL;
		p->dir = of_tree ? of_tree : p->dir;
		p->from_tree |= of_tree != NULL;
		fill(l, p, t->files);
	}
	if (t->matched && p->inside && p->inside->no_go && p->error)     /* a pattern does not mean it */
		return;
	if (!p->named)
		vec_push(l->c->arena, &l->roots, p);
	p->named = true;
	if (t->match)
		vec_push(l->c->arena, &p->matches, t->match);
	for (int i = 0; !t->match && i < t->files.len; i++)
		vec_push(l->c->arena, &p->matches, short_name(l->c, t->files.items[i]));
}

void listing_add_missing(Listing *l, const char *word, const char *text)
{
	Listed *p = map_get(&l->by_path, intern_str(l->c, word));
	if (p && p->named)
		return;
	p = p ? p : new_node(l, word);
	p->error = p->error ? p->error : new_error(l, text);
	p->incomplete = p->named = true;
	vec_push(l->c->arena, &p->matches, word);
	vec_push(l->c->arena, &l->roots, p);
}

/* ---- walks -------------------------------------------------------------------------------------------- */

static void visit(Listing *l, Listed *p, ListedList *list)
{
	p->mark = l->marks;
	for (int i = 0; i < p->imports.len; i++)
		if (p->imports.items[i]->mark != l->marks)
			visit(l, p->imports.items[i], list);
	vec_push(l->c->arena, list, p);
}

ListedList listed_dependencies(Listing *l, Listed *p)
{
	ListedList list = {0};
	l->marks++;
	visit(l, p, &list);
	list.len--;
	return list;
}

const char *listed_id(Compiler *c, const Listed *p)
{
	return p->variant ? arena_printf(c->arena, "%s [%s]", p->path, p->variant) : p->path;
}

const Listed *listed_import(const Listed *p, const char *written)
{
	const char *path = written;
	for (int i = 0; i < p->renamed.len; i++)
		if (strcmp(p->renamed.items[i].written, written) == 0)
			path = p->renamed.items[i].path;
	for (int i = 0; i < p->imports.len; i++)
		if (strcmp(p->imports.items[i]->path, path) == 0)
			return p->imports.items[i];
	return NULL;
}

/* ---- tests -------------------------------------------------------------------------------------------- */

static Listed *copy_for_tests(Listing *l, const Listed *p, const char *path, Part part, const char *variant)
{
	Listed *copy = NEW(l->c->arena, Listed);
	*copy = (Listed){.path = path, .dir = p->dir, .module = p->module, .modules = p->modules, .standard = p->standard,
		.from_tree = p->from_tree,
	                 .inside = p->inside, .part = part, .variant = variant, .error = p->error,
	                 .incomplete = p->incomplete};
	for (int i = 0; i < p->renamed.len; i++)
		vec_push(l->c->arena, &copy->renamed, p->renamed.items[i]);
	return copy;
}

/* What stands for p where the tests are: copies holds what is known already. */
static Listed *as_tested(Listing *l, Map *copies, Listed *p, const char *variant)
{
	Listed *known = map_get(copies, p);
	if (known)
		return known;
	map_put(l->c->arena, copies, p, p);
	Listed *copy = NULL;
	for (int i = 0; i < p->imports.len; i++)
		if (as_tested(l, copies, p->imports.items[i], variant) != p->imports.items[i])
			copy = copy_for_tests(l, p, p->path, p->part, variant);
	for (int i = 0; copy && i < p->imports.len; i++)
		vec_push(l->c->arena, &copy->imports, as_tested(l, copies, p->imports.items[i], variant));
	if (copy)
		map_put(l->c->arena, copies, p, copy);
	return copy ? copy : p;
}

static bool leads_to(Listing *l, Listed *p, const Listed *wanted)
{
	ListedList all = listed_dependencies(l, p);
	for (int i = 0; i < all.len; i++)
		if (all.items[i] == wanted)
			return true;
	return p == wanted;
}

static Listed *with_tests_inside(Listing *l, Listed *p, const char *variant)
{
	Listed *inside = copy_for_tests(l, p, p->path, PART_TEST, variant);
	for (int i = 0; i < p->imports.len; i++)
		vec_push(l->c->arena, &inside->imports, p->imports.items[i]);
	for (int i = 0; i < p->inside->imports[PART_TEST].len; i++)
		add_import(l, inside, &p->inside->imports[PART_TEST].items[i]);
	for (int i = 0; i < inside->imports.len && !inside->error; i++)
		if (leads_to(l, inside->imports.items[i], p)) {
			inside->error = new_error(l, "import cycle not allowed in test");
			inside->incomplete = true;
		}
	return inside;
}

ListedTests listing_tests(Listing *l, Listed *p)
{
	ListedTests tests = {.inside = p};
	Map copies = {0};
	const char *variant = arena_printf(l->c->arena, "%s.test", p->path);
	if (!p->inside)
		return tests;
	if (p->inside->files[FILES_TEST].len)
		tests.inside = with_tests_inside(l, p, variant);
	map_put(l->c->arena, &copies, p, tests.inside);
	if (!p->inside->files[FILES_XTEST].len)
		return tests;
	tests.beside = copy_for_tests(l, p, arena_printf(l->c->arena, "%s_test", p->path), PART_XTEST, variant);
	tests.beside->renamed.len = 0;
	tests.beside->error = NULL;
	for (int i = 0; i < p->inside->imports[PART_XTEST].len; i++)
		add_import(l, tests.beside, &p->inside->imports[PART_XTEST].items[i]);
	for (int i = 0; i < tests.beside->imports.len; i++)
		tests.beside->imports.items[i] = as_tested(l, &copies, tests.beside->imports.items[i], variant);
	return tests;
}

static int by_id(const void *a, const void *b)
{
	const Listed *p = *(const Listed *const *)a, *q = *(const Listed *const *)b;
	int order = strcmp(p->path, q->path);
	return order ? order : (p->variant != NULL) - (q->variant != NULL);
}

Listed *listing_test_main(Listing *l, const Listed *p, const ListedTests *tests)
{
	static const char *const always[] = {"os", "reflect", "runtime", "testing", "testing/internal/testdeps"};
	Listed *test = copy_for_tests(l, p, arena_printf(l->c->arena, "%s.test", p->path), PART_COUNT, NULL);
	test->renamed.len = 0;
	test->inside = NEW(l->c->arena, Inspected);
	test->inside->dir = p->dir;
	test->inside->name = "main";
	memcpy(test->inside->debug_settings, p->inside->debug_settings, sizeof p->inside->debug_settings);
	for (int i = 0; i < COUNT_OF(always); i++)
		add_import(l, test, &(ImportLine){.path = always[i]});
	if (tests->inside->part == PART_TEST || p->inside->files[FILES_GO].len)
		vec_push(l->c->arena, &test->imports, tests->inside);
	if (tests->beside)
		vec_push(l->c->arena, &test->imports, tests->beside);
	qsort(test->imports.items, (size_t)test->imports.len, sizeof *test->imports.items, by_id);
	return test;
}
