/*
 * load.c - from a package to all packages of its program.
 *
 * A package is loaded once per import path, its imports first (depth first, in
 * the order of the sorted paths, which is also the order of Go's messages). The list is
 * then sorted as Go 1.21 initialises: always the smallest path whose imports are done.
 * A path that is being loaded when it is met again is a cycle.
 *
 * Where a path leads: "./x" and "../x" beside the importing file (outside of
 * modules only, as in Go); the module's path or one below it in the module's folders;
 * everything else in the standard library: gol's own, whose folders may be in two places
 * (hand-written and generated), then the Go source tree (tree.c).
 */
#include "../cover/cover.h"
#include "constraint.h"
#include "embed.h"
#include "files.h"
#include "loader.h"
#include "tree.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Package *load_import(Load *l, Package *from, const Import *import);

/* ---- messages ------------------------------------------------------------------------------ */

const char *package_label(Compiler *c, const Package *p)
{
	return p->variant ? arena_printf(c->arena, "%s [%s]", p->path, p->variant) : p->path;
}

const char *header_of(Compiler *c, const Program *program, const Package *p)
{
	return p == program->root ? program->header : package_label(c, p);
}

/* "sub/x.go:2:8: " as Go prints positions before it compiles: without "./". */
static const char *position(Load *l, Pos pos)
{
	Buf b;
	buf_init(&b, l->c->arena);
	if (pos.file == 0)
		return "";
	pos_print(l->c, &b, pos);
	buf_str(&b, ": ");
	return strncmp(b.s, "./", 2) == 0 ? b.s + 2 : b.s;
}

/* The chain of imports that led here, one a line. */
static const char *import_chain(Load *l, bool with_files)
{
	Buf b;
	buf_init(&b, l->c->arena);
	for (int i = 0; i < l->stack.len; i++) {
		buf_printf(&b, "%s %s", i == 0 ? "package" : "\n\timports", header_of(l->c, l->program, l->stack.items[i]));
		if (i > 0 && with_files)
			buf_printf(&b, " from %s", base_name(l->way.items[i - 1].file->source->path));
	}
	return b.s ? b.s : "";
}

/* ---- files --------------------------------------------------------------------------------- */

static const char *expression_of(const char *line)
{
	const char *prefix = "//go:build ";
	return strncmp(line, prefix, strlen(prefix)) == 0 ? line + strlen(prefix) : line;
}

/* cgo is not there: a file that imports "C" is left out, as under CGO_ENABLED=0. */
static bool imports_c(const File *file)
{
	for (int i = 0; i < file->decls.len && file->decls.items[i]->kind == DECL_IMPORT; i++)
		if (file->decls.items[i]->import_path && strcmp(file->decls.items[i]->import_path, "C") == 0)
			return true;
	return false;
}

/* The version of the language that a package is written in: minor versions, of the module, of the tree. */
static int package_version(const Load *l, const Package *package)
{
	int newest = l->c->go_version, tree = l->c->tree.minor;
	if (package->from_tree)
		return tree < newest ? tree : newest;
	return package->module ? package->module->minor : newest;
}

static void set_version(Load *l, const Package *package, File *file)
{
	SourceFile *source = file->source;
	if (file->build_tags.len)
		source->file_version = constraint_version(expression_of(file->build_tags.items[0]));
	source_set_version(source, package_version(l, package));
	if (source->file_version > l->c->go_version)
		error_at(l->c, file->package_name_pos, "file requires newer Go version go1.%d", source->file_version);
}

static const char *skip_blanks_and_comments(const char *s, const char *end)
{
	while (s < end) {
		if (isspace((unsigned char)*s)) {
			s++;
		} else if (end - s > 1 && s[0] == '/' && s[1] == '/') {
			while (s < end && *s != '\n')
				s++;
		} else if (end - s > 1 && s[0] == '/' && s[1] == '*') {
			for (s += 2; s < end && !(s[-1] == '*' && s[0] == '/' ); s++)
				;
			s += s < end;
		} else {
			break;
		}
	}
	return s;
}

static size_t word_length(const char *s, const char *end)
{
	size_t n = 0;
	while (s + n < end && (isalnum((unsigned char)s[n]) || s[n] == '_' || (unsigned char)s[n] >= 0x80))
		n++;
	return n;
}

/* Without parsing: where the package's name stands in the text, and its length in *n; NULL if there is no clause. */
const char *package_clause(const char *text, size_t size, size_t *n)
{
	const char *end = text + size, *s = skip_blanks_and_comments(text, end);
	if (word_length(s, end) != strlen("package") || strncmp(s, "package", strlen("package")) != 0)
		return NULL;
	s = skip_blanks_and_comments(s + strlen("package"), end);
	*n = word_length(s, end);
	return s;
}

/* What stands where the package clause should: a text for Go's message; NULL if there is one. Go's loader reads the
 * beginning of a file by itself, and words what is wrong there otherwise than its compiler does. */
static const char *instead_of_package(Load *l, const SourceFile *source, Pos *pos)
{
	static const char *const keywords[] = {"break", "case", "chan", "const", "continue", "default", "defer", "else",
		"fallthrough", "for", "func",
		"go", "goto", "if", "import", "interface", "map", "range", "return", "select", "struct", "switch", "type",
		"var"};
	const char *end = source->text + source->size, *s = skip_blanks_and_comments(source->text, end);
	*pos = (Pos){(uint32_t)source->index, 1, 1, 0};
	for (const char *p = source->text; p < s; p++) {
		pos->line += *p == '\n';
		pos->col = *p == '\n' ? 1 : pos->col + 1;
	}
	if (s == end)
		return "'EOF'";
	size_t n = word_length(s, end);
	if (n == 7 && strncmp(s, "package", 7) == 0)
		return NULL;
	for (int i = 0; i < COUNT_OF(keywords); i++)
		if (strlen(keywords[i]) == n && strncmp(s, keywords[i], n) == 0)
			return arena_printf(l->c->arena, "'%s'", keywords[i]);
	if (n == 0)
		return ispunct((unsigned char)*s) ? arena_printf(l->c->arena, "'%c'", *s) : "ILLEGAL";
	return arena_strndup(l->c->arena, s, n);
}

/* -trimpath: the import path before the name, with the version behind a module's path; files outside of modules by
 * their name alone. */
static const char *trimmed_path(Load *l, const Package *package, const char *name)
{
	const char *path = package == l->program->root ? l->program->header : package->path;
	const Module *m = package->module;
	if (m && m->version && strncmp(path, m->path, strlen(m->path)) == 0)
		path = arena_printf(l->c->arena, "%s@%s%s", m->path, m->version, path + strlen(m->path));
	bool has_path = path[0] != '_' && strcmp(path, "command-line-arguments") != 0;
	return arena_printf(l->c->arena, "%s/%s", has_path ? path : ".", base_name(name));
}

/* One file of a package; its syntax errors stay queued, unless it does not belong to the build. False if the
 * others need not be looked at. */
static bool parse_source(Load *l, Package *package, const char *name, bool given, Pos importer)
{
	Compiler *c = l->c;
	int diagnostics = c->diagnostics.len, errors = c->errors;
	SourceFile *source = source_load(c, name);
	Pos pos;
	if (!source) {
		COMPLAIN(l, "%sopen %s: %s", position(l, importer), name, errno == EACCES ? "permission denied" :
		         errno == ENOENT ? "no such file or directory" : strerror(errno));
		return true;
	}
	if (c->trim_paths && !package->is_stdlib)
		source->recorded_path = trimmed_path(l, package, name);
	const char *instead = instead_of_package(l, source, &pos);
	if (instead) {
		COMPLAIN(l, "%sexpected 'package', found %s", position(l, pos), instead);
		return true;
	}
	if (!given && !header_matches(source->text, source->size, &l->tags))
		return true;
	File *file = parse_file(c, source, false);
	if (file->import_error)
		COMPLAIN(l, "%s%s", position(l, file->import_error_pos), file->import_error);
	if (file->import_error || (!given && imports_c(file))) {
		c->diagnostics.len = diagnostics;
		c->errors = errors;
		return true;
	}
	set_version(l, package, file);
	if (package->files.len && *file->package_name && *package->name && strcmp(package->name, file->package_name) != 0) {
		COMPLAIN(l, "%sfound packages %s (%s) and %s (%s) in %s", position(l, importer), package->name,
		         base_name(package->files.items[0]->source->full_path), file->package_name,
		         base_name(source->full_path), package->dir);
		return false;
	}
	if (!package->name || !*package->name)
		package->name = file->package_name;
	vec_push(c->arena, &package->files, file);
	return true;
}

/* Parse files into package; those given by name are taken whatever their constraints say. What is wrong in them
 * is kept for the package's turn. */
void parse_files(Load *l, Package *package, TextList names, bool given, Pos importer)
{
	Compiler *c = l->c;
	int before = package->files.len;
	for (int i = 0; i < names.len && parse_source(l, package, names.items[i], given, importer); i++)
		;
	bool syntax = c->errors > 0;
	check_debug_lines(l, package, before);
	if (c->errors == 0)
		return;
	Broken b = {package, c->diagnostics.items, c->diagnostics.len, c->diagnostics.cap, c->errors, syntax};
	vec_push(c->arena, &l->program->broken, b);
	memset(&c->diagnostics, 0, sizeof c->diagnostics);
	c->errors = 0;
}

/* Files that were parsed, and what was wrong with them, are forgotten. */
static void forget_files(Load *l, Package *package)
{
	package->files.len = 0;
	package->name = NULL;
	if (l->program->broken.len && vec_last(&l->program->broken).package == package)
		l->program->broken.len--;
}

/* ---- one package ---------------------------------------------------------------------------- */

Package *package_new(Load *l, const char *path, const char *dir)
{
	Package *p = NEW(l->c->arena, Package);
	p->path = intern_str(l->c, path);
	p->dir = dir;
	map_put(l->c->arena, &l->by_path, p->path, p);
	return p;
}

static int by_import_path(const void *a, const void *b)
{
	return strcmp((*(Package *const *)a)->path, (*(Package *const *)b)->path);
}

static int by_path_and_position(const void *a, const void *b)
{
	const Import *x = a, *y = b;
	int order = strcmp(x->path, y->path);
	return order ? order : pos_compare(x->pos, y->pos);
}

static bool imports_already(Package *p, Package *imported)
{
	for (int i = 0; i < p->imports.len; i++)
		if (p->imports.items[i] == imported)
			return true;
	return false;
}

/* Sorted by path, then position: an import that several files have is loaded for the first of them, and messages come
 * in Go's order. */
static ImportList imports_of(Load *l, Package *p)
{
	ImportList list = {0};
	for (int i = 0; i < p->files.len; i++) {
		File *file = p->files.items[i];
		for (int k = 0; k < file->decls.len && file->decls.items[k]->kind == DECL_IMPORT; k++) {
			Decl *d = file->decls.items[k];
			if (d->import_path)
				vec_push(l->c->arena, &list, (Import){d->import_path, d->name_pos.len ? d->name_pos.items[0] : d->pos,
					file});
		}
	}
	if (list.len)
		qsort(list.items, (size_t)list.len, sizeof *list.items, by_path_and_position);
	return list;
}

/* "a/internal/b" may be imported from below "a" only. The last element "internal" decides: below what stands before
 * it. The standard library may use its own. */
static bool may_use_internal(Package *from, const char *from_path, const char *path)
{
	const char *at = NULL;
	for (const char *p = path; (p = strstr(p, "internal")); p++)
		if ((p == path || p[-1] == '/') && (p[8] == '\0' || p[8] == '/'))
			at = p;
	if (!at || from->is_stdlib || from->from_tree)
		return true;
	size_t n = at == path ? 0 : (size_t)(at - path) - 1;
	if (n == 0)
		return false;
	return strncmp(from_path, path, n) == 0 && (from_path[n] == '\0' || from_path[n] == '/');
}

/* The path of a package as seen by others: that of a program's main package is "main" inside. */
static const char *outer_path(Load *l, Package *p)
{
	if (l->tests && p == l->tests->beside)
		return l->tests->path;
	const char *path = p == l->program->root ? module_import_path(l->c, p->module, p->dir) : p->path;
	return path ? path : arena_printf(l->c->arena, "_%s", p->dir);
}

/* What may be found but not imported: said after the imported package's own troubles. */
static void check_import(Load *l, Package *from, const Import *import, Package *imported)
{
	bool by_its_tests = l->tests && from == l->tests->beside && strcmp(imported->path, l->tests->path) == 0;
	if (imported->name && strcmp(imported->name, "main") == 0 && imported != from && !by_its_tests)
		COMPLAIN(l, "%simport \"%s\" is a program, not an importable package", position(l, import->pos),
		         imported->path);
	if (!from->from_tree && imported->from_tree && strncmp(imported->path, "vendor/", strlen("vendor/")) == 0)
		COMPLAIN(l, "%suse of vendored package not allowed", position(l, import->pos));
	if (!import->file->made && !may_use_internal(from, outer_path(l, from), imported->path))
		COMPLAIN(l, "%s\n\t%suse of internal package %s not allowed", import_chain(l, false), position(l, import->pos),
		         imported->path);
}

/* Those of other modules may have to be downloaded. */
static void ask_ahead(Load *l, const Package *p, const ImportList *list)
{
	TextList paths = {0};
	for (int i = 0; i < list->len && !p->is_stdlib && !p->from_tree; i++) {
		const char *path = list->items[i].path;
		if (memchr(path, '.', strcspn(path, "/")))
			vec_push(l->c->arena, &paths, path);
	}
	if (paths.len)
		modules_ahead(l->modules, &paths);
}

/* A package that is covered gets counters, and a file that declares them. */
static void add_counters(Load *l, Package *p)
{
	Compiler *c = l->c;
	bool wanted = is_covered(l, p);
	for (int i = 0; i < l->program->broken.len; i++)
		wanted &= l->program->broken.items[i].package != p;
	const char *text = wanted && p->files.len ? cover_package(c, p, p->path, c->cover) : NULL;
	if (!text)
		return;
	SourceFile *source = source_from_text(c, "_gol_cover.go", text, strlen(text));
	source->path = source->recorded_path = "_gol_cover.go";
	File *file = parse_file(c, source, false);
	file->made = true;
	set_version(l, p, file);
	vec_push(c->arena, &p->files, file);
}

/* The imports are done before the package takes its place in the list: so the list is in an order in which packages
 * can be checked. stack and way are the chain of imports that led here, for messages and to tell cycles. */
void load_imports(Load *l, Package *p)
{
	add_counters(l, p);
	ImportList list = imports_of(l, p);
	ask_ahead(l, p, &list);
	Package **found = NEW_ARRAY(l->c->arena, Package *, list.len + 1);
	vec_push(l->c->arena, &l->stack, p);
	for (int i = 0; i < list.len && !l->cycle; i++) {
		bool again = i > 0 && strcmp(list.items[i].path, list.items[i - 1].path) == 0;
		Package *imported = again ? NULL : load_import(l, p, &list.items[i]);
		if (imported)
			map_put(l->c->arena, &p->imported, list.items[i].path, imported);
		if (imported && imported != l->c->types->unsafe_package && !imports_already(p, imported)) {
			vec_push(l->c->arena, &p->imports, imported);
			found[i] = imported;
		}
	}
	for (int i = 0; i < list.len && !l->cycle; i++)
		if (found[i])
			check_import(l, p, &list.items[i], found[i]);
	Pos pos;
	const char *fault = find_embedded(l->c, p, &pos);
	if (fault)
		COMPLAIN(l, "%s%s", position(l, pos), fault);
	require(vec_last(&l->stack) == p);          /* what the imports pushed they took away */
	(void)vec_pop(&l->stack);
	if (p->imports.len)
		qsort(p->imports.items, (size_t)p->imports.len, sizeof *p->imports.items, by_import_path);
	p->number = l->program->packages.len;
	vec_push(l->c->arena, &l->program->packages, p);
}

/* Does the chain of imports begin in a test? */
static bool in_test(const Load *l)
{
	return l->tests && l->way.len && is_test_name(base_name(l->way.items[0].file->source->path));
}

static bool is_being_loaded(Load *l, Package *p)
{
	for (int i = 0; i < l->stack.len; i++)
		if (l->stack.items[i] == p)
			return true;
	return false;
}

/* ---- where a path leads ------------------------------------------------------------------------ */

static Package *missing(Load *l, const char *path, const char *message)
{
	if (!map_get(&l->missing, path))
		vec_push(l->c->arena, &l->program->errors, message);
	map_put(l->c->arena, &l->missing, path, l);
	return NULL;
}

/* A package of an earlier program comes with all it imports. */
static Package *adopt(Load *l, Package *p)
{
	if (map_get(&l->by_path, p->path))
		return p;
	map_put(l->c->arena, &l->by_path, p->path, p);
	for (int i = 0; i < p->imports.len; i++)
		adopt(l, p->imports.items[i]);
	vec_push(l->c->arena, &l->program->packages, p);
	return p;
}

static Package *loaded_before(Load *l, const char *path)
{
	for (int i = 0; l->loaded && i < l->loaded->packages.len; i++) {
		Package *p = l->loaded->packages.items[i];
		if (p->is_stdlib && strcmp(p->path, path) == 0)
			return p;
	}
	return NULL;
}

/* Its internal tests make a package larger before anything else is known of it: so its importers see this variant
 * from the start, and importing one of them from there is a cycle. */
static bool add_tests(Load *l, Package *p)
{
	if (!l->tests || strcmp(p->path, l->tests->path) != 0)
		return false;
	parse_files(l, p, l->tests->internal, l->tests->given, NO_POS);
	return true;
}

static int by_base_name(const void *a, const void *b)
{
	return strcmp(base_name(*(const char *const *)a), base_name(*(const char *const *)b));
}

/* A package of gol's own library, without its imports yet. */
static Package *parse_standard(Load *l, const char *path)
{
	Compiler *c = l->c;
	const char *dir = arena_printf(c->arena, "%s/%s", c->stdlib_dir, path);
	TextList names = list_sources(c, dir, &l->tags, NULL, NULL), generated = {0};
	if (c->generated_dir)
		generated = list_sources(c, arena_printf(c->arena, "%s/%s", c->generated_dir, path), &l->tags, NULL, NULL);
	if (names.len + generated.len == 0)
		return NULL;
	Package *p = package_new(l, path, dir);
	p->is_stdlib = true;
	for (int i = 0; i < generated.len; i++)
		vec_push(c->arena, &names, generated.items[i]);
	if (generated.len)      /* the order is that of an installation, where both are in one folder */
		qsort(names.items, (size_t)names.len, sizeof *names.items, by_base_name);
	parse_files(l, p, names, false, NO_POS);
	add_tests(l, p);
	return p;
}

/* With its imports. */
static Package *load_standard(Load *l, const char *path)
{
	Package *p = loaded_before(l, path);
	if (p)
		return adopt(l, p);
	const char *own = l->tags.own;
	l->tags.own = tree_tag(l->c, path);
	p = parse_standard(l, path);
	l->tags.own = own;
	if (p)
		load_imports(l, p);
	return p;
}

static bool imports_portable(Load *l, Package *p)
{
	ImportList list = imports_of(l, p);
	bool portable = false;
	vec_push(l->c->arena, &l->stack, p);
	for (int i = 0; i < list.len && !l->cycle; i++) {
		Package *imported = load_import(l, p, &list.items[i]);
		portable |= imported && imported->portable;
	}
	(void)vec_pop(&l->stack);
	return portable;
}

/* How many files are tests, or for other machines, goes to *tests and *excluded. */
static TextList sources_of(Load *l, const char *path, const char *dir, bool from_tree, int *tests, int *excluded)
{
	TextList names = list_sources(l->c, dir, &l->tags, tests, excluded);
	if (from_tree)
		adjust_sources(l->c, path, &names, &l->tags);
	return names;
}

/* All files of a folder. What calls assembly, and what of the tree names things that a package has beside its assembly
 * only, is read again without. */
static void parse_folder(Load *l, Package *p, TextList names, Pos importer)
{
	Compiler *c = l->c;
	parse_files(l, p, names, false, importer);
	p->portable = lacks_bodies(c, p, &l->pushed) && has_assembly(c, p->dir, &l->tags);
	if (p->from_tree && !p->portable)
		p->portable = imports_portable(l, p);
	if (!p->portable)
		return;
	forget_files(l, p);
	l->tags.portable = true;
	parse_files(l, p, sources_of(l, p->path, p->dir, p->from_tree, NULL, NULL), false, importer);
	l->tags.portable = false;
}

/* Says why nothing can be compiled in a folder that has sources or had some. */
static void complain_of_empty(Load *l, const char *path, const char *dir, int sources, int tests, int excluded)
{
	if (sources || excluded)
		COMPLAIN(l, "%s: build constraints exclude all Go files in %s", import_chain(l, false), dir);
	else if (tests)
		COMPLAIN(l, "%s: no non-test Go files in %s", path, dir);
}

/* The package in a folder, without its imports yet; NULL: there are no sources. */
static Package *parse_package(Load *l, const char *path, const char *dir, bool from_tree, const Module *module,
                              Pos importer)
{
	int tests = 0, excluded = 0, complaints = l->program->errors.len;
	TextList names = folder_exists(l->c, dir) ? sources_of(l, path, dir, from_tree, &tests, &excluded) : (TextList){0};
	if (names.len + tests + excluded == 0)
		return NULL;
	Package *p = package_new(l, path, dir);
	p->from_tree = from_tree;
	p->module = module;
	parse_folder(l, p, names, importer);
	bool has_tests = add_tests(l, p);
	if (p->files.len == 0 && !has_tests && l->program->errors.len == complaints) {
		vec_push(l->c->arena, &l->stack, p);
		complain_of_empty(l, path, dir, names.len, tests, excluded);
		(void)vec_pop(&l->stack);
	}
	return p;
}

/* The package of hooks that goes with a package, whose functions that are elsewhere it supplies; NULL: there is
 * none. */
static Package *parse_hooks(Load *l, const char *path)
{
	Package *hooks = parse_standard(l, arena_printf(l->c->arena, "internal/gol/hooks/%s", path));
	if (hooks)
		note_pushed(l->c, hooks, &l->pushed);
	return hooks;
}

/* A package of the Go source tree, with its imports, and the package of hooks that goes with it. */
static Package *load_tree_package(Load *l, const char *path)
{
	Compiler *c = l->c;
	const char *dir = tree_folder(c, path), *why = dir ? not_supported(path) : NULL;
	if (why && l->stack.len)
		return missing(l, path, arena_printf(c->arena, "%s\n\timports %s: the package %s", import_chain(l, false),
		                                     path, why));
	if (why)
		return missing(l, path, arena_printf(c->arena, "package %s %s", path, why));
	if (!dir)
		return NULL;
	Package *hooks = parse_hooks(l, path);
	const char *own = l->tags.own;
	l->tags.own = own_tag(path);
	Package *p = parse_package(l, path, dir, true, NULL, NO_POS);
	l->tags.own = own;
	load_imports(l, p);
	if (hooks)
		load_imports(l, hooks);
	return p;
}

Package *load_from_library(Load *l, const char *path)
{
	Package *p = map_get(&l->by_path, intern_str(l->c, path));
	if (!p)
		p = load_standard(l, path);
	return p ? p : load_tree_package(l, path);
}

Package *load_folder(Load *l, const char *path, const char *dir, const Module *module, Pos importer)
{
	const char *own = l->tags.own;
	l->tags.own = own_tag(path);
	Package *hooks = l->tags.own ? parse_hooks(l, path) : NULL;
	Package *p = parse_package(l, path, dir, false, module, importer);
	l->tags.own = own;
	if (!p)
		return NULL;
	p->hooked = hooks != NULL;
	load_imports(l, p);
	if (hooks)
		load_imports(l, hooks);
	return p;
}

/* A character that import paths may not have. */
static bool is_valid_path(const char *path)
{
	for (const unsigned char *p = (const unsigned char *)path; *p; p++)
		if (*p <= ' ' || *p == 0x7f || strchr("!\"#$%&'()*,:;<=>?[\\]^`{|}", *p))
			return false;
	return true;
}

static Package *load_relative(Load *l, Package *from, const Import *import, const char **path, const char **dir)
{
	Compiler *c = l->c;
	if (from->module) {
		missing(l, import->path, arena_printf(c->arena, "%s\"%s\" is relative, but relative import paths are not "
		                                       "supported in module mode",
		                                      position(l, import->pos), import->path));
		if (!l->local)
			COMPLAIN(l, "%slocal import \"%s\" in non-local package", position(l, import->pos), import->path);
		return NULL;
	}
	*dir = absolute_path(c, arena_printf(c->arena, "%s/%s", from->dir, import->path));
	*path = intern_str(c, arena_printf(c->arena, "_%s", *dir));
	return from;
}

const char *path_in_tree(Compiler *c, const char *from, const char *path)
{
	const char *commands = strncmp(from, "cmd/", 4) == 0 ? "cmd/" : "";
	if (!memchr(path, '.', strcspn(path, "/")))
		return path;
	return intern_str(c, arena_printf(c->arena, "%svendor/%s", commands, path));
}

/* What is wrong with the elements of an import path; NULL: nothing. */
static const char *malformed_element(Compiler *c, const char *path)
{
	size_t length = strlen(path);
	if (*path == '-')
		return "leading dash";
	if (strstr(path, "//"))
		return "double slash";
	if (path[length - 1] == '/')
		return "trailing slash";
	for (const char *s = path; *s; s += s[0] == '/') {
		size_t n = strcspn(s, "/");
		if (strspn(s, ".") >= n)
			return arena_printf(c->arena, "invalid path element \"%.*s\"", (int)n, s);
		if (s[n - 1] == '.')
			return "trailing dot in path element";
		s += n;
	}
	return NULL;
}

/* Is a package of a module meant? False: it would be, but there is something wrong. */
static bool find_in_modules(Load *l, const Package *from, const Import *import, const Module **module, const char **dir)
{
	const char *path = import->path, *importing = from == l->program->root ? l->program->header : from->path;
	bool dotted = memchr(path, '.', strcspn(path, "/")) != NULL;
	const Package *known = map_get(&l->by_path, intern_str(l->c, path));
	if (known && (known->is_stdlib || known->from_tree))
		return true;
	const char *standard = dotted ? NULL : standard_place(l->c, path);
	Importer importer = {importing, from->module, is_test_name(import->file->source->full_path)};
	Found found = modules_find(l->modules, path, standard, &importer);
	if (found.error && !dotted && !standard && !found.without_position)
		found.error = missing_package(l->c, path);
	if (found.error)
		missing(l, path, arena_printf(l->c->arena, "%s%s", found.without_position ? "" : position(l, import->pos),
		                              found.error));
	*module = found.module;
	*dir = found.dir;
	return !found.error;
}

/* A module that asks for a newer Go may rely on what the packages of an older tree do not do. */
static void check_tree_age(Load *l, const Module *m)
{
	const SourceTree *tree = &l->c->tree;
	if (!m || !m->go || m->minor <= tree->minor || l->tree_is_old)
		return;
	const char *what = m->version ? arena_printf(l->c->arena, "module %s@%s", m->path, m->version)
	                              : module_short_path(l->c, module_go_mod(l->modules, m));
	COMPLAIN(l, "gol: %s requires go >= %s (Go tree %s is 1.%d)", what, m->go, tree->root, tree->minor);
	l->tree_is_old = true;
}

static Package *load_import(Load *l, Package *from, const Import *import)
{
	Compiler *c = l->c;
	const char *path = import->path, *dir = NULL;
	const Module *module = NULL;
	if (strcmp(path, "unsafe") == 0)
		return c->types->unsafe_package;
	if (!*path || !is_valid_path(path))
		return missing(l, path, arena_printf(c->arena, "%s:%u:%u: invalid import path: %s",
		                                     import->file->source->full_path, import->pos.line,
		                                     import->pos.col, path));
	if (path[0] == '/')
		return missing(l, path, arena_printf(c->arena, "%simport \"%s\": cannot import absolute path",
		                                     position(l, import->pos), path));
	const char *malformed = is_relative(path) ? NULL : malformed_element(c, path);
	if (malformed)
		return missing(l, path, arena_printf(c->arena, "%smalformed import path \"%s\": %s", position(l, import->pos),
		                                     path,
		                                     malformed));
	if (is_relative(path) && !load_relative(l, from, import, &path, &dir))
		return NULL;
	if (from->from_tree)
		path = path_in_tree(c, from->path, path);
	else if (!dir && !from->is_stdlib && !from->from_tree && !find_in_modules(l, from, import, &module, &dir))
		return NULL;
	vec_push(c->arena, &l->way, *import);
	Package *p = map_get(&l->by_path, intern_str(c, path));
	if (p && is_being_loaded(l, p)) {
		vec_push(c->arena, &l->stack, p);
		COMPLAIN(l, "%s: import cycle not allowed%s", import_chain(l, true), in_test(l) ? " in test" : "");
		(void)vec_pop(&l->stack);
		l->cycle = true;
	} else if (!p) {
		p = dir ? load_folder(l, path, dir, module, import->pos) : load_from_library(l, path);
		if (!p && is_relative(import->path))
			missing(l, path, arena_printf(c->arena, "%scannot find package \"%s\" in:\n\t%s", position(l, import->pos),
			                              import->path, dir));
		else if (!p)
			missing(l, path, arena_printf(c->arena, "%s%s", position(l, import->pos), missing_package(c, path)));
	}
	if (p && p->from_tree)
		check_tree_age(l, from->module);
	(void)vec_pop(&l->way);
	return p;
}

/* ---- the order of initialisation ----------------------------------------------------------------- */

/* Repeatedly the package with the smallest path whose imports are all done (Go 1.21);
 * the root last, also behind what only the runtime needs. */
static void sort_for_initialisation(Load *l)
{
	Program *program = l->program;
	int n = program->packages.len;
	Package **sorted = NEW_ARRAY(l->c->arena, Package *, n ? n : 1);
	bool *done = NEW_ARRAY(l->c->arena, bool, n ? n : 1);
	if (n)
		qsort(program->packages.items, (size_t)n, sizeof *program->packages.items, by_import_path);
	for (int i = 0; i < n; i++)
		program->packages.items[i]->number = i;
	for (int count = 0; count < n; count++) {
		for (int i = 0; i < n; i++) {
			Package *p = program->packages.items[i];
			bool ready = !done[i] && (p != program->root || p->is_stdlib || count == n - 1);
			for (int k = 0; ready && k < p->imports.len; k++)
				ready = done[p->imports.items[k]->number];
			if (ready) {
				done[i] = true;
				sorted[count] = p;
				break;
			}
		}
		if (!sorted[count])
			ice(l->c, NO_POS, "no order of initialisation");
	}
	for (int i = 0; i < n; i++)
		sorted[i]->number = i;
	program->packages.items = sorted;
}

/* The runtime's own gol code is part of every program: it is initialised first. */
static void load_runtime(Load *l)
{
	if (!map_get(&l->by_path, intern_str(l->c, "runtime")))
		load_standard(l, "runtime");
}

/* ---- the whole -------------------------------------------------------------------------------------- */

static void load_root(Load *l, const Target *target)
{
	Compiler *c = l->c;
	int tests = 0, excluded = 0;
	Package *root = NEW(c->arena, Package);
	TextList files = target->files;
	root->dir = target->dir;
	root->path = target->path;
	root->module = target->module;
	const char *standard = root->module && !memchr(root->path, '.', strcspn(root->path, "/")) ? standard_place(c,
		root->path) : NULL;
	if (standard && files.len == 0)
		vec_push(c->arena, &l->program->errors, modules_find(l->modules, root->path, standard, &(Importer){0}).error);
	l->program->root = root;
	if (files.len == 0) {
		files = list_sources(c, target->dir, &l->tags, &tests, &excluded);
		vec_push(c->arena, &l->stack, root);
		l->program->skipped = target->matched && files.len == 0;
		if (files.len + tests + excluded == 0)
			COMPLAIN(l, "no Go files in %s", target->dir);
		else if (files.len == 0)
			complain_of_empty(l, target->path, target->dir, files.len, tests, excluded);
		(void)vec_pop(&l->stack);
	}
	if (l->program->errors.len == 0 && target->files.len)
		parse_files(l, root, files, true, NO_POS);
	else if (l->program->errors.len == 0)
		parse_folder(l, root, files, NO_POS);
	if (root->files.len == 0 && l->program->errors.len == 0) {
		l->program->skipped = target->matched;
		vec_push(c->arena, &l->stack, root);
		complain_of_empty(l, target->path, target->dir, files.len, tests, excluded);
		(void)vec_pop(&l->stack);
	}
	if (l->program->errors.len)
		return;
	map_put(c->arena, &l->by_path, intern_str(c, target->path), root);
	root->path = intern_str(c, root->name && strcmp(root->name, "main") == 0 ? "main" : root->path);
	load_imports(l, root);
}

Load load_begin(Compiler *c, const Target *target, const char *tags, const Program *loaded)
{
	Load l = {.c = c, .program = NEW(c->arena, Program), .loaded = loaded, .modules = target->modules,
		.tags = {.given = tags, .arch = c->arch}};
	l.program->header = target->path;
	l.program->godebug = "";
	l.local = target->files.len > 0 || !target->module;
	return l;
}

Program *load_finish(Load *l)
{
	if (l->modules && modules_final_error(l->modules)) {    /* all else may follow from it */
		l->program->errors.len = 0;
		vec_push(l->c->arena, &l->program->errors, modules_final_error(l->modules));
	}
	if (l->program->errors.len == 0)
		sort_for_initialisation(l);
	l->program->godebug = program_godebug(l);
	return l->program;
}

Program *load_program(Compiler *c, const Target *target, const char *tags)
{
	return load_another(c, target, tags, NULL);
}

Program *load_another(Compiler *c, const Target *target, const char *tags, const Program *loaded)
{
	Load l = load_begin(c, target, tags, loaded);
	load_runtime(&l);
	if (target->is_stdlib)
		l.program->root = load_from_library(&l, target->path);
	else
		load_root(&l, target);
	return load_finish(&l);
}
