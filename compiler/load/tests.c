/*
 * tests.c - the program that runs the tests of a package p.
 *
 *   p [p.test]              p with its internal tests: the _test files that say "package p"
 *   q [p.test]              what imports p, and those that import it: compiled again, against that p
 *   p_test [p.test]         its external tests: the _test files that say "package p_test"
 *   main                    the table of all of them, made here (testmain.c); its header is p.test
 *
 * Nothing is loaded twice for it. A path leads to one package of a program, and here p's leads to p with its tests,
 * from the first import on; all that is left to do is to mark afterwards who was compiled against it. Where p has no
 * internal tests it is p itself, and so are those that import it. The object cache need not be told: a package's key
 * is made of its files and of the keys of its imports.
 *
 * The tests of a package of gol's own library are those of the Go source tree, which speak of the same exported names.
 * Where they need insides (export_test.go), gol's folder has a file of the same name, which takes its place; a file
 * there of another name is one more. They run in the folder of the tree, where their testdata is.
 */
#include "files.h"
#include "loader.h"
#include "testmain.h"
#include "tree.h"

#include <string.h>

/* ---- which files ------------------------------------------------------------------------------ */

/* x_test.gol of our folder stands for x_test.go of the tree. */
static bool same_stem(const char *a, const char *b)
{
	a = base_name(a), b = base_name(b);
	require(strrchr(a, '.') && strrchr(b, '.'));
	size_t n = (size_t)(strrchr(a, '.') - a);
	return n == (size_t)(strrchr(b, '.') - b) && strncmp(a, b, n) == 0;
}

static void add_unless_replaced(Compiler *c, TextList *files, const char *name)
{
	for (int i = 0; i < files->len; i++)
		if (same_stem(files->items[i], name))
			return;
	vec_push(c->arena, files, name);
}

/* Where the tests run: of a package of our library in the folder of the tree, where their testdata is. */
const char *tests_folder(Compiler *c, const Target *target)
{
	const char *dir = target->is_stdlib ? tree_folder(c, target->path) : NULL;
	return dir ? dir : target->dir;
}

static TextList test_files(Compiler *c, const Target *target, const BuildTags *tags)
{
	TextList files = {0};
	for (int i = 0; i < target->files.len; i++)
		if (is_test_name(target->files.items[i]))
			vec_push(c->arena, &files, target->files.items[i]);
	if (target->files.len)
		return files;
	files = list_tests(c, target->dir, tags);
	const char *dir = target->is_stdlib ? tree_folder(c, target->path) : NULL;
	TextList trees = dir ? list_tests(c, dir, tags) : (TextList){0};
	for (int i = 0; i < trees.len; i++)
		add_unless_replaced(c, &files, trees.items[i]);
	return files;
}

/* Internal or external, by the package clause. One that cannot be read counts as internal, which says why. */
static void sort_out(Load *l, Tests *tests, const char *name)
{
	Compiler *c = l->c;
	SourceFile *source = source_load(c, name);
	size_t n = 0;
	if (source && !tests->given && !header_matches(source->text, source->size, &l->tags))
		return;
	const char *package = source ? package_clause(source->text, source->size, &n) : NULL, *ending = "_test";
	bool external = package && n > strlen(ending) && strncmp(package + n - strlen(ending), ending, strlen(ending)) == 0;
	vec_push(c->arena, external ? &tests->external : &tests->internal, name);
}

static Tests find_tests(Load *l, const Target *target)
{
	Tests tests = {.path = target->path, .given = target->files.len > 0};
	TextList files = test_files(l->c, target, &l->tags);
	for (int i = 0; i < files.len; i++)
		sort_out(l, &tests, files.items[i]);
	return tests;
}

/* ---- the packages -------------------------------------------------------------------------------- */

/* Files given by name: those that are no tests. */
static Package *load_given(Load *l, const Target *target)
{
	TextList files = {0};
	for (int i = 0; i < target->files.len; i++)
		if (!is_test_name(target->files.items[i]))
			vec_push(l->c->arena, &files, target->files.items[i]);
	Package *p = package_new(l, target->path, target->dir);
	p->module = target->module;
	parse_files(l, p, files, true, NO_POS);
	parse_files(l, p, l->tests->internal, true, NO_POS);
	load_imports(l, p);
	return p;
}

static Package *load_tested(Load *l, const Target *target)
{
	if (target->is_stdlib)
		return load_from_library(l, target->path);
	return target->files.len ? load_given(l, target) : load_folder(l, target->path, target->dir, target->module,
	                                                               NO_POS);
}

/* It has a path that nobody can import, so it is not among those that imports lead to. */
static Package *load_beside(Load *l, const Package *tested)
{
	require(l->tests && !l->tests->beside);
	Package *p = NEW(l->c->arena, Package);
	p->path = intern_str(l->c, arena_printf(l->c->arena, "%s_test", tested->path));
	p->dir = tested->dir;
	p->module = tested->module;
	p->from_tree = tested->from_tree || tested->is_stdlib;
	l->tests->beside = p;
	parse_files(l, p, l->tests->external, l->tests->given, NO_POS);
	load_imports(l, p);
	for (int i = 0; i < p->imports.len; i++)
		if (p->imports.items[i] == tested && tested->files.len == 0)
			COMPLAIN(l, "%s: no non-test Go files in %s", tested->path, tested->dir);
	if (map_get(&l->by_path, p->path))
		COMPLAIN(l, "import \"%s\" while compiling that package (import cycle)", p->path);
	return p;
}

/* main imports what it names by paths that lead nowhere else: looked up here, not by load_import. */
static Package *load_main(Load *l, const Package *tested, const Package *beside, const char *text)
{
	Compiler *c = l->c;
	Package *p = NEW(c->arena, Package);
	p->path = intern_str(c, "main");
	p->name = intern_str(c, "main");
	p->dir = tested->dir;
	p->module = tested->module;
	SourceFile *source = source_from_text(c, TEST_MAIN_NAME, text, strlen(text));
	source->path = source->recorded_path = TEST_MAIN_NAME;
	File *file = parse_file(c, source, false);
	vec_push(c->arena, &p->files, file);
	for (int i = 0; i < file->decls.len && file->decls.items[i]->kind == DECL_IMPORT; i++) {
		const char *path = file->decls.items[i]->import_path;
		if (strcmp(path, "unsafe") == 0) {
			map_put(c->arena, &p->imported, path, c->types->unsafe_package);
			continue;
		}
		const Package *made = strcmp(path, tested->path) == 0 ? tested : beside &&
			strcmp(path, beside->path) == 0 ? beside : NULL;
		Package *imported = made ? (Package *)(uintptr_t)made : load_from_library(l, path);
		if (!imported) {
			COMPLAIN(l, "%s", missing_package(c, path));
			return p;
		}
		map_put(c->arena, &p->imported, path, imported);
		vec_push(c->arena, &p->imports, imported);
	}
	vec_push(c->arena, &l->program->packages, p);
	return p;
}

/* Imports stand before their importers. */
static void mark_variants(Load *l, const Package *tested)
{
	const char *variant = arena_printf(l->c->arena, "%s.test", l->tests->path);
	for (int i = 0; i < l->program->packages.len; i++) {
		Package *p = l->program->packages.items[i];
		bool again = (p == tested && l->tests->internal.len) || p == l->tests->beside;
		for (int k = 0; !again && p != l->program->root && k < p->imports.len; k++)
			again = p->imports.items[k]->variant != NULL;
		p->variant = again ? variant : NULL;
	}
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static void leave_out(Load *l, const Package *p)
{
	if (vec_last(&l->program->packages) != p)
		ice(l->c, NO_POS, "a package without files was not loaded last");
	l->program->packages.len--;
}

static void load_all(Load *l, const Target *target)
{
	Program *program = l->program;
	l->before_counting = true;
	load_from_library(l, "runtime");
	if (l->c->cover_patterns.len)
		load_from_library(l, "internal/gol/cover");
	l->before_counting = false;
	Package *tested = load_tested(l, target);
	if (!tested || program->errors.len)
		return;
	if (tested->files.len == 0)     /* external tests only: there is nothing beside them to be compiled */
		leave_out(l, tested);
	Package *beside = l->tests->external.len ? load_beside(l, tested) : NULL;
	const char *text = program->errors.len == 0 ? test_main_text(l, tested, beside) : NULL;
	if (!text)
		return;
	program->root = load_main(l, tested, beside, text);
	program->tested = tested;
	program->header = arena_printf(l->c->arena, "%s.test", target->path);
	mark_variants(l, tested);
}

Program *load_tests(Compiler *c, const Target *target, const char *tags)
{
	Load l = load_begin(c, target, tags, NULL);
	Tests tests = find_tests(&l, target);
	if (tests.internal.len + tests.external.len == 0)
		return l.program;
	l.tests = &tests;
	load_all(&l, target);
	return load_finish(&l);
}
