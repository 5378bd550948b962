/*
 * load.c - from names on the command line to all packages of the program.
 *
 * A package is loaded once per import path, its imports first (depth first, in
 * the order of the sorted paths), so the list is in initialisation order: Go 1.21
 * sorts by import path among those whose imports are ready, which this order
 * agrees with after sort_for_initialisation. A path that is being loaded when it is met again is
 * a cycle.
 *
 * Where a path leads: "./x" and "../x" beside the importing file; the module's
 * path or one below it in the module's tree; everything else in the standard
 * library, whose folders may be in two places (hand-written and generated).
 */
#include "load.h"
#include "constraint.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Load {
	Compiler *c;
	Program *program;
	const char *tags;
	Map by_path;                /* import path -> Package */
	VEC(Package *) stack;       /* being loaded */
} Load;

static Package *load_import(Load *l, Package *from, Decl *import);

/* ---- files ---------------------------------------------------------------------------- */

static bool is_source_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && (strcmp(dot, ".gol") == 0 || strcmp(dot, ".go") == 0);
}

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

typedef VEC(const char *) NameList;

static NameList list_sources(Compiler *c, const char *dir)
{
	NameList names = {0};
	DIR *d = opendir(dir);
	if (!d)
		return names;
	for (struct dirent *entry; (entry = readdir(d));)
		if (is_source_name(entry->d_name) && file_name_matches(entry->d_name))
			vec_push(c->arena, &names, arena_printf(c->arena, "%s/%s", dir, entry->d_name));
	closedir(d);
	if (names.len)
		qsort(names.items, (size_t)names.len, sizeof *names.items, by_text);
	return names;
}

static bool is_selected(Load *l, File *file)
{
	for (int i = 0; i < file->build_tags.len; i++) {
		const char *text = file->build_tags.items[i];
		const char *prefix = "//go:build ";
		if (strncmp(text, prefix, strlen(prefix)) == 0)
			text += strlen(prefix);
		if (!constraint_holds(text, l->tags))
			return false;
	}
	return true;
}

/* Parse files into package; those given by name are taken whatever their constraints say. */
static void parse_files(Load *l, Package *package, NameList names, bool given)
{
	Compiler *c = l->c;
	for (int i = 0; i < names.len; i++) {
		SourceFile *source = source_load(c, names.items[i]);
		if (!source) {
			error_at(c, NO_POS, "%s: %s", names.items[i], strerror(errno));
			continue;
		}
		File *file = parse_file(c, source, false);
		if (!given && !is_selected(l, file))
			continue;
		if (package->files.len && file->package_name && package->name && strcmp(package->name, file->package_name) != 0) {
			if (given)
				error_at(c, file->package_name_pos, "package %s; expected package %s", file->package_name, package->name);
			else
				error_at(c, NO_POS, "found packages %s (%s) and %s (%s) in %s", package->name,
				         strrchr(package->files.items[0]->source->full_path, '/') + 1, file->package_name,
				         strrchr(source->full_path, '/') + 1, package->dir);
			continue;
		}
		package->name = file->package_name;
		vec_push(c->arena, &package->files, file);
	}
}

static const char *folder_of(Compiler *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	return !slash ? "." : slash == path ? "/" : arena_strndup(c->arena, path, (size_t)(slash - path));
}

static const char *absolute(Compiler *c, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy = arena_printf(c->arena, "%s", real ? real : path);
	free(real);
	return copy;
}

/* ---- the module -------------------------------------------------------------------------- */

static void read_module_file(Load *l, const char *path)
{
	FILE *f = fopen(path, "r");
	if (!f)
		return;
	char line[1024], word[1000];
	while (fgets(line, sizeof line, f)) {
		int minor;
		if (sscanf(line, "module %999s", word) == 1) {
			size_t n = strlen(word);
			bool quoted = n > 1 && (word[0] == '"' || word[0] == '`');
			l->program->module_path = arena_strndup(l->c->arena, word + quoted, n - 2 * quoted);
		} else if (sscanf(line, "go 1.%d", &minor) == 1) {
			l->c->go_version = minor;
		}
	}
	fclose(f);
}

static void find_module(Load *l, const char *dir)
{
	static const char *const names[] = {"gol.mod", "go.mod"};
	Compiler *c = l->c;
	for (const char *at = absolute(c, dir);; at = folder_of(c, at)) {
		for (int i = 0; i < COUNT_OF(names); i++) {
			const char *file = arena_printf(c->arena, "%s/%s", strcmp(at, "/") ? at : "", names[i]);
			if (access(file, R_OK) == 0) {
				l->program->module_root = at;
				read_module_file(l, file);
				return;
			}
		}
		if (strcmp(at, "/") == 0)
			return;
	}
}

/* Import path of a folder below the module root, or NULL. */
static const char *module_import_path(Load *l, const char *dir)
{
	Program *p = l->program;
	if (!p->module_path)
		return NULL;
	const char *full = absolute(l->c, dir);
	size_t n = strlen(p->module_root);
	if (strncmp(full, p->module_root, n) != 0 || (full[n] && full[n] != '/'))
		return NULL;
	return full[n] ? arena_printf(l->c->arena, "%s%s", p->module_path, full + n) : p->module_path;
}

static const char *below_module(Load *l, const char *path)
{
	const char *module = l->program->module_path;
	if (!module)
		return NULL;
	size_t n = strlen(module);
	if (strncmp(path, module, n) != 0 || (path[n] && path[n] != '/'))
		return NULL;
	return arena_printf(l->c->arena, "%s%s", l->program->module_root, path + n);
}

/* ---- one package ---------------------------------------------------------------------------- */

static Package *package_new(Load *l, const char *path, const char *dir)
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

static bool imports_already(Package *p, Package *imported)
{
	for (int i = 0; i < p->imports.len; i++)
		if (p->imports.items[i] == imported)
			return true;
	return false;
}

static void load_imports(Load *l, Package *p)
{
	vec_push(l->c->arena, &l->stack, p);
	for (int i = 0; i < p->files.len; i++) {
		File *file = p->files.items[i];
		for (int k = 0; k < file->decls.len && file->decls.items[k]->kind == DECL_IMPORT; k++) {
			Package *imported = load_import(l, p, file->decls.items[k]);
			if (imported && imported != l->c->types->unsafe_package && !imports_already(p, imported))
				vec_push(l->c->arena, &p->imports, imported);
		}
	}
	(void)vec_pop(&l->stack);
	if (p->imports.len)
		qsort(p->imports.items, (size_t)p->imports.len, sizeof *p->imports.items, by_import_path);
	p->number = l->program->packages.len;
	vec_push(l->c->arena, &l->program->packages, p);
}

static void report_cycle(Load *l, Package *target, Pos pos)
{
	Buf b;
	buf_init(&b, l->c->arena);
	bool inside = false;
	for (int i = 0; i < l->stack.len; i++) {
		inside |= l->stack.items[i] == target;
		if (inside)
			buf_printf(&b, "\n\timports %s", l->stack.items[i]->path);
	}
	error_at(l->c, pos, "import cycle not allowed%s\n\timports %s", b.s ? b.s : "", target->path);
}

static bool is_being_loaded(Load *l, Package *p)
{
	for (int i = 0; i < l->stack.len; i++)
		if (l->stack.items[i] == p)
			return true;
	return false;
}

/* "a/internal/b" may be imported from below "a" only. */
static bool may_use_internal(Package *from, const char *path)
{
	const char *at = NULL;
	for (const char *p = path; (p = strstr(p, "internal")); p++)
		if ((p == path || p[-1] == '/') && (p[8] == '\0' || p[8] == '/'))
			at = p;
	if (!at || from->is_stdlib)
		return true;
	size_t n = at == path ? 0 : (size_t)(at - path) - 1;
	if (n == 0)
		return false;
	return strncmp(from->path, path, n) == 0 && (from->path[n] == '\0' || from->path[n] == '/');
}

static Package *load_standard(Load *l, const char *path)
{
	Compiler *c = l->c;
	const char *dir = arena_printf(c->arena, "%s/%s", c->stdlib_dir, path);
	NameList names = list_sources(c, dir), generated = {0};
	if (c->generated_dir)
		generated = list_sources(c, arena_printf(c->arena, "%s/%s", c->generated_dir, path));
	if (names.len + generated.len == 0)
		return NULL;
	Package *p = package_new(l, path, dir);
	p->is_stdlib = true;
	parse_files(l, p, names, false);
	parse_files(l, p, generated, false);
	return p;
}

static Package *load_folder(Load *l, const char *path, const char *dir)
{
	if (!is_folder(dir))
		return NULL;
	NameList names = list_sources(l->c, dir);
	if (names.len == 0)
		return NULL;
	Package *p = package_new(l, path, dir);
	parse_files(l, p, names, false);
	return p;
}

static bool is_relative(const char *path) { return strncmp(path, "./", 2) == 0 || strncmp(path, "../", 3) == 0 || !strcmp(path, ".") || !strcmp(path, ".."); }

static Package *load_import(Load *l, Package *from, Decl *import)
{
	Compiler *c = l->c;
	const char *path = import->import_path, *dir = NULL;
	if (!path || !*path)
		return NULL;
	if (strcmp(path, "unsafe") == 0)
		return c->types->unsafe_package;
	if (is_relative(path)) {
		dir = absolute(c, arena_printf(c->arena, "%s/%s", from->dir, path));
		const char *in_module = module_import_path(l, dir);
		path = in_module ? in_module : dir + 1;
	} else {
		dir = below_module(l, path);
	}
	Package *p = map_get(&l->by_path, intern_str(c, path));
	if (p) {
		if (is_being_loaded(l, p))
			report_cycle(l, p, import->pos);
		return p;
	}
	p = dir ? load_folder(l, path, dir) : load_standard(l, path);
	if (!p) {
		if (dir || strchr(path, '.'))
			error_at(c, import->pos, "no required module provides package %s; to add it:\n\tgo get %s", path, path);
		else
			error_at(c, import->pos, "package %s is not in std (%s/%s)", path, c->stdlib_dir, path);
		return NULL;
	}
	if (!may_use_internal(from, path))
		error_at(c, import->pos, "use of internal package %s not allowed", path);
	load_imports(l, p);
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
	qsort(program->packages.items, (size_t)n, sizeof *program->packages.items, by_import_path);
	for (int i = 0; i < n; i++)
		program->packages.items[i]->number = i;
	for (int count = 0; count < n; count++) {
		for (int i = 0; i < n; i++) {
			Package *p = program->packages.items[i];
			bool ready = !done[i] && (p != program->root || count == n - 1);
			for (int k = 0; ready && k < p->imports.len; k++)
				ready = done[p->imports.items[k]->number];
			if (ready) {
				done[i] = true;
				sorted[count] = p;
				break;
			}
		}
		if (!sorted[count])
			return;     /* a cycle: reported already */
	}
	for (int i = 0; i < n; i++)
		sorted[i]->number = i;
	program->packages.items = sorted;
}

/* The runtime's own gol code is part of every program: it is initialised first. */
static void load_runtime(Load *l)
{
	if (map_get(&l->by_path, intern_str(l->c, "runtime")))
		return;
	Package *p = load_standard(l, "runtime");
	if (p)
		load_imports(l, p);
}

Program *load_program(Compiler *c, const char **names, int count, const char *tags)
{
	Load l = {.c = c, .program = NEW(c->arena, Program), .tags = tags};
	NameList files = {0};
	bool folder = count == 1 && !is_source_name(names[0]);
	const char *dir = folder ? names[0] : folder_of(c, names[0]);
	if (folder && !is_folder(dir)) {
		error_at(c, NO_POS, "package %s is not in std (%s/%s)", names[0], c->stdlib_dir, names[0]);
		return NULL;
	}
	dir = absolute(c, dir);
	find_module(&l, dir);
	if (folder) {
		files = list_sources(c, dir);
		if (files.len == 0) {
			error_at(c, NO_POS, "no Go files in %s", dir);
			return NULL;
		}
	}
	for (int i = 0; !folder && i < count; i++) {
		if (!is_source_name(names[i])) {
			error_at(c, NO_POS, "named files must all be .gol or .go files: %s", names[i]);
			return NULL;
		}
		vec_push(c->arena, &files, absolute(c, names[i]));
	}
	const char *path = module_import_path(&l, dir);
	l.program->header = folder && path ? path : folder ? dir : "command-line-arguments";
	load_runtime(&l);
	Package *root = NEW(c->arena, Package);
	root->dir = dir;
	root->path = path ? path : "command-line-arguments";
	l.program->root = root;
	parse_files(&l, root, files, !folder);
	if (root->files.len == 0)
		return NULL;
	if (root->name && strcmp(root->name, "main") == 0)
		root->path = "main";
	root->path = intern_str(c, root->path);
	load_imports(&l, root);
	if (c->errors == 0)
		sort_for_initialisation(&l);
	return l.program;
}
