/*
 * tree.c - the Go source tree.
 *
 * gol's own library holds what touches the runtime or the system, and the core above that. All other standard
 * packages are read from a Go source tree, byte for byte as they are: encoding/json is src/encoding/json of the tree.
 * A tree is a folder with src/encoding/json. It is sought once, when a package is wanted that the library lacks:
 * $GOROOT; else among what gol tree get brought; else where Go's own distribution and Debian's packages put theirs.
 * Of several the newest whose language this compiler knows is taken. Its version is in VERSION, or (Debian's source
 * package has none) in src/internal/goversion.
 *
 * What the tree's packages expect of Go's runtime is pushed to them by gol packages below internal/gol/hooks: the
 * package hooks/crypto/subtle is loaded with the tree's crypto/subtle, and its functions with //go:linkname take the
 * place of the ones that crypto/subtle declares without a body.
 *
 * A source package of Debian's lacks a few files of constants that Go's own build writes: they are in
 * internal/gol/made, and are taken where the tree has none of that name.
 *
 * Assembly is never compiled. A folder with assembly for this machine has Go functions without bodies; where one is
 * left that nothing supplies, the package is read once more as on a machine of an unknown architecture, for which
 * packages keep Go code.
 *
 * Rejected: a copy of the packages here (490,000 lines, another licence), patched files (they break at every
 * release of Go), an installed go command (there may be none).
 */
#include "tree.h"
#include "../base/setting.h"
#include "constraint.h"
#include "files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KNOWN_MINOR = 26 };

/* ---- which tree -------------------------------------------------------------------------------------- */

static bool is_tree(Compiler *c, const char *root)
{
	return is_folder(arena_printf(c->arena, "%s/src/encoding/json", root));
}

static const char *first_match(Compiler *c, const char *path, const char *format, int *minor)
{
	char line[1024];
	FILE *f = fopen(path, "r");
	const char *found = NULL;
	while (f && !found && fgets(line, sizeof line, f))
		if (sscanf(line, format, minor) == 1)
			found = arena_strndup(c->arena, line, strcspn(line, "\r\n"));
	if (f)
		fclose(f);
	return found;
}

static int tree_minor(Compiler *c, const char *root, const char **version)
{
	int minor = 0;
	*version = first_match(c, arena_printf(c->arena, "%s/VERSION", root), "go1.%d", &minor);
	if (!*version && first_match(c, arena_printf(c->arena, "%s/src/internal/goversion/goversion.go", root),
	                             "const Version = %d", &minor))
		*version = arena_printf(c->arena, "go1.%d", minor);
	return minor;
}

/* The better of two trees: the newer one, but none beyond what is known before one that is. */
static bool is_better(int minor, int than)
{
	if ((minor > KNOWN_MINOR) != (than > KNOWN_MINOR))
		return minor <= KNOWN_MINOR;
	return minor > KNOWN_MINOR ? minor < than : minor > than;
}

/* Without those that are there already by another name. */
static void consider(Compiler *c, SourceTreeList *list, const char *root)
{
	const char *version;
	if (!is_tree(c, root))
		return;
	int minor = tree_minor(c, root, &version);
	const char *sources = absolute_path(c, arena_printf(c->arena, "%s/src", root));
	for (int i = 0; i < list->len; i++)
		if (strcmp(absolute_path(c, arena_printf(c->arena, "%s/src", list->items[i].root)), sources) == 0)
			return;
	if (minor > 0)
		vec_push(c->arena, list, (SourceTree){.root = absolute_path(c, root), .minor = minor, .version = version});
}

static void consider_folders(Compiler *c, SourceTreeList *list, const char *dir, const char *prefix)
{
	TextList names = {0};
	DIR *d = opendir(dir);
	if (!d)
		return;
	for (struct dirent *entry; (entry = readdir(d));)
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			vec_push(c->arena, &names, arena_printf(c->arena, "%s/%s", dir, entry->d_name));
	closedir(d);
	sort_texts(&names);
	for (int i = 0; i < names.len; i++)
		consider(c, list, names.items[i]);
}

/* The places, those that count before others first. */
enum { GIVEN, OWN, USUAL, PLACES };

static void consider_place(Compiler *c, SourceTreeList *list, int place)
{
	const char *given = go_setting(c, "GOROOT");
	if (place == GIVEN && *given)
		consider(c, list, given);
	if (place == OWN && c->trees_dir)
		consider_folders(c, list, c->trees_dir, "go");
	if (place == USUAL) {
		consider(c, list, "/usr/local/go");
		consider_folders(c, list, "/usr/lib", "go");
		consider_folders(c, list, "/usr/share", "go");
	}
}

bool find_go_tree(Compiler *c)
{
	const char *given = go_setting(c, "GOROOT");
	if (c->tree.sought)
		return c->tree.root != NULL;
	for (int place = GIVEN; place < PLACES && !c->tree.root; place++) {
		SourceTreeList list = {0};
		consider_place(c, &list, place);
		for (int i = 0; i < list.len; i++)
			if (!c->tree.root || is_better(list.items[i].minor, c->tree.minor))
				c->tree = list.items[i];
		if (*given)
			break;
	}
	c->tree.sought = true;
	if (c->tree.root && c->tree.minor > KNOWN_MINOR)
		fprintf(stderr, "gol: warning: Go tree %s is %s; gol knows go1.%d\n", c->tree.root, c->tree.version,
		        KNOWN_MINOR);
	return c->tree.root != NULL;
}

const char *why_no_tree(Compiler *c)
{
	const char *given = go_setting(c, "GOROOT");
	if (*given)
		return arena_printf(c->arena, "GOROOT=%s is not a Go source tree", given);
	return "no Go source tree was found; run 'gol tree get', install golang-src or set GOROOT";
}

SourceTreeList list_go_trees(Compiler *c)
{
	SourceTreeList list = {0};
	for (int place = GIVEN; place < PLACES; place++)
		consider_place(c, &list, place);
	return list;
}

const char *tree_folder(Compiler *c, const char *path)
{
	if (!find_go_tree(c))
		return NULL;
	static const BuildTags by_default;
	const char *dir = arena_printf(c->arena, "%s/src/%s", c->tree.root, path);
	int tests = 0, excluded = 0;
	TextList names = list_sources(c, dir, &by_default, &tests, &excluded);
	return names.len + tests + excluded ? dir : NULL;
}

const char *not_supported(const char *path)
{
	static const struct { const char *path, *why; } table[] = {
		{"builtin", "describes what is predeclared and cannot be compiled"},
		{"plugin", "loads plugins, which gol cannot do"},
		{"runtime/cgo", "is part of cgo, which gol does not have"},
		{"runtime/coverage", "needs the counters of Go's compiler, which gol's programs do not have"},
	};
	for (int i = 0; i < COUNT_OF(table); i++)
		if (strcmp(table[i].path, path) == 0)
			return table[i].why;
	return NULL;
}

/* go/build has files for the two compilers it knows and no others: those for gc have no assembly behind them. Go's
 * commands can do without net/http and without counting how often they are used; what cmd/go gets from the net is
 * supplied by hooks/cmd/go/internal/web. The assembly of golang.org/x/sys/unix calls package syscall, and so do its
 * hooks. */
const char *own_tag(const char *path)
{
	static const struct { const char *path, *tag; } table[] = {
		{"go/build", "gc"}, {"internal/goroot", "gc"}, {"golang.org/x/sys/unix", "gc"},
		{"cmd/go/internal/web", "cmd_go_bootstrap"}, {"cmd/go/internal/doc", "cmd_go_bootstrap"},
		{"cmd/go/internal/telemetrystats", "cmd_go_bootstrap"}, {"cmd/internal/telemetry", "cmd_go_bootstrap"},
		{"cmd/internal/telemetry/counter", "cmd_go_bootstrap"},
	};
	for (int i = 0; i < COUNT_OF(table); i++)
		if (strcmp(table[i].path, path) == 0)
			return table[i].tag;
	return NULL;
}

/* The tree's net calls two functions of internal/poll otherwise before Go 1.22. */
const char *tree_tag(Compiler *c, const char *path)
{
	return strcmp(path, "internal/poll") == 0 && find_go_tree(c) && c->tree.minor < 22 ? "tree_before_1_22" : NULL;
}

static bool has_stem(const TextList *names, const char *name)
{
	size_t n = strcspn(name, ".");
	for (int i = 0; i < names->len; i++) {
		const char *other = base_name(names->items[i]);
		if (strncmp(other, name, n) == 0 && other[n] == '.')
			return true;
	}
	return false;
}

/* The client of checksum databases lies beside a server, which needs net/http. */
static bool is_left_out(const char *path, const char *name)
{
	return strcmp(path, "cmd/vendor/golang.org/x/mod/sumdb") == 0 &&
		(strcmp(name, "server.go") == 0 || strcmp(name, "test.go") == 0);
}

void adjust_sources(Compiler *c, const char *path, TextList *names, const BuildTags *tags)
{
	int kept = 0;
	for (int i = 0; i < names->len; i++)
		if (!is_left_out(path, base_name(names->items[i])))
			names->items[kept++] = names->items[i];
	names->len = kept;
	TextList made = list_sources(c, arena_printf(c->arena, "%s/internal/gol/made/%s", c->stdlib_dir, path), tags, NULL,
	                             NULL);
	for (int i = 0; i < made.len; i++)
		if (!has_stem(names, base_name(made.items[i])))
			vec_push(c->arena, names, made.items[i]);
}

/* ---- assembly ------------------------------------------------------------------------------------------ */

bool has_assembly(Compiler *c, const char *dir, const BuildTags *tags)
{
	bool found = false;
	DIR *d = opendir(dir);
	if (!d)
		return false;
	for (struct dirent *entry; !found && (entry = readdir(d));) {
		size_t n = strlen(entry->d_name);
		if (n < 3 || strcmp(entry->d_name + n - 2, ".s") != 0 || !file_name_matches(entry->d_name, tags))
			continue;
		SourceFile *source = source_load(c, arena_printf(c->arena, "%s/%s", dir, entry->d_name));
		found = source && header_matches(source->text, source->size, tags);
	}
	closedir(d);
	return found;
}

/* ---- functions that are elsewhere ------------------------------------------------------------------------ */

void note_pushed(Compiler *c, const Package *p, Map *pushed)
{
	for (int i = 0; i < p->files.len; i++)
		for (int k = 0; k < p->files.items[i]->linknames.len; k++) {
			const Linkname *l = &p->files.items[i]->linknames.items[k];
			if (l->target)
				map_put(c->arena, pushed, l->target, (void *)p);
		}
}

static bool is_supplied(Compiler *c, const Package *p, const File *file, const char *name, const Map *pushed)
{
	for (int i = 0; i < file->linknames.len; i++)
		if (strcmp(file->linknames.items[i].local, name) == 0)
			return true;
	return map_get(pushed, intern_str(c, arena_printf(c->arena, "%s.%s", p->path, name))) != NULL;
}

bool lacks_bodies(Compiler *c, const Package *p, const Map *pushed)
{
	for (int i = 0; i < p->files.len; i++)
		for (int k = 0; k < p->files.items[i]->decls.len; k++) {
			const Decl *d = p->files.items[i]->decls.items[k];
			if (d->kind == DECL_FUNC && !d->body && !is_supplied(c, p, p->files.items[i], d->names.items[0], pushed))
				return true;
		}
	return false;
}
