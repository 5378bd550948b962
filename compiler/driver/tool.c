/*
 * tool.c - programs of the Go source tree that gol uses as its own: cmd/gofmt, cmd/go.
 *
 * A tool is compiled from the tree when it is first wanted, like any program: at -O1 and in one version, without the user's
 * flags. (load/tree.c says with which tags.) It is then kept in the cache under a key made of this compiler, the tree's
 * place, the C compiler and the import path: KEY.tool, and beside it KEY.tool.files, which names every file and folder it was made of with size
 * and time of change. The list is the proof that the tool is up to date: hundreds of stats take a millisecond, where
 * loading cmd/go's 300 packages to hash them takes half a second. Where anything differs the tool is built anew, out of
 * the objects that are left.
 *
 * A tool is told where the tree is (GOROOT), that it must not look for another one (GOTOOLCHAIN=local), and which program
 * gets things from the net (GOLFETCH, see hooks/cmd/go/internal/web). All else of the environment is the user's.
 *
 * Rejected: tools compiled when gol is installed (minutes of work that most never need; the tree may change), and hashes
 * of the content of all sources (20 MB each time).
 */
#include "driver.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- is it up to date? --------------------------------------------------------------------------- */

static const char *file_line(Driver *d, const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return NULL;
	return arena_printf(d->c->arena, "%lld.%09ld %lld %s\n", (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
	                    S_ISDIR(st.st_mode) ? 0 : (long long)st.st_size, path);
}

/* The path is what follows the second blank. */
static bool is_as_listed(Driver *d, const char *line)
{
	const char *path = strchr(line, ' ');
	path = path ? strchr(path + 1, ' ') : NULL;
	if (!path)
		return false;
	const char *now = file_line(d, arena_strndup(d->c->arena, path + 1, strcspn(path + 1, "\n")));
	return now && strcmp(now, line) == 0;
}

static bool is_up_to_date(Driver *d, const char *tool, const char *list)
{
	char *line = NULL;
	size_t room = 0;
	int count = 0;
	FILE *f = access(tool, X_OK) == 0 ? fopen(list, "re") : NULL;
	if (!f)
		return false;
	bool same = true;
	while (same && getline(&line, &room, f) > 0) {
		same = is_as_listed(d, line);
		count++;
	}
	free(line);
	fclose(f);
	return same && count > 0;
}

static void list_file(Driver *d, Buf *b, const char *path)
{
	const char *line = file_line(d, path);
	buf_str(b, line ? line : "gone\n");     /* never up to date */
}

/* A folder's time changes with the names in it: a file more is seen too. */
static const char *list_of_files(Driver *d, const Program *program)
{
	Buf b;
	buf_init(&b, d->c->arena);
	list_file(d, &b, d->runtime_library);
	for (int i = 0; i < program->packages.len; i++) {
		const Package *p = program->packages.items[i];
		list_file(d, &b, p->dir);
		for (int k = 0; k < p->files.len; k++)
			list_file(d, &b, p->files.items[k]->source->full_path);
	}
	return b.s;
}

/* ---- making it ------------------------------------------------------------------------------------- */

/* Builds the package of the tree into output; *list says of what. An exit status. */
static int build_tool(Driver *d, const char *package, const char *output, const char **list)
{
	const char *dir = tree_folder(d->c, package);
	types_new(d->c);
	Program *program = load_program(d->c, &(Target){.path = package, .dir = dir, .is_stdlib = true}, d->options.tags);
	for (int i = 0; i < program->errors.len; i++)
		fprintf(stderr, "%s\n", program->errors.items[i]);
	if (program->errors.len)
		return EXIT_ERROR;
	if (strcmp(program->root->name, "main") != 0) {
		fprintf(stderr, "package %s is not a main package\n", package);
		return EXIT_ERROR;
	}
	const char *version = d->c->tree.version;       /* gol's runtime has one of its own, and cmd/go compares its with go lines */
	vec_push(d->c->arena, &d->options.linker_flag_texts, arena_printf(d->c->arena, "cmd/go=-X cmd/go/internal/gover.TestVersion=%s", version));
	*list = list_of_files(d, program);      /* before it is built: what changes meanwhile is noticed */
	return build_program(d, program, output, true);
}

/* Into the cache; false leaves the program where it is. The list comes last: without it the tool does not count. */
static bool store_tool(Driver *d, const char *made, const char *tool, const char *list_path, const char *list)
{
	const char *aside = arena_printf(d->c->arena, "%s.%d", tool, (int)getpid());
	scratch_file(d, aside);
	unlink(list_path);
	bool ok = copy_file(made, aside, O_CREAT | O_EXCL, 0777) && rename(aside, tool) == 0;
	ok = ok && write_text(aside, list) && rename(aside, list_path) == 0;
	scratch_remove(d, aside);
	return ok;
}

/* With a compiler and options of its own, so that it may be wanted in the middle of anything. */
static const char *make_tool(Driver *d, const char *package, const char *tool, const char *list_path)
{
	Driver before = *d;
	const char *list = NULL;
	const char *dir = make_scratch(d, "gol-build"), *made = arena_printf(d->c->arena, "%s/%s", dir, strrchr(package, '/') + 1);
	fresh_compiler(d);
	d->c->arch = GOL_ARCH;
	d->work = NULL;
	d->reported = (Map){.by_text = true};
	d->options = (Options){.verb = "build", .cc = is_cross(&before) ? "gcc" : before.options.cc, .cflags = "", .linker_flags = "", .optimise = 1,
	                       .versions = 1, .versions_given = true, .parallel = before.options.parallel};
	int status = build_tool(d, package, made, &list);
	if (status == EXIT_OK && store_tool(d, made, tool, list_path, list)) {
		scratch_remove(d, dir);
		made = tool;
	}
	compiler_free(d->c);
	*d = before;
	return status == EXIT_OK ? made : NULL;
}

static const char *tool_cache_path(Driver *d, const char *package)
{
	uint64_t key = d->identity;
	const char *parts[] = {d->c->tree.root, d->c->tree.version, d->options.cc, package};
	for (int i = 0; i < COUNT_OF(parts); i++)
		key = hash_bytes(key, parts[i], strlen(parts[i]) + 1);
	return arena_printf(d->c->arena, "%s/%016llx.tool", d->cache_dir, (unsigned long long)key);
}

/* Says so if it is not. */
static bool is_in_tree(Driver *d, const char *package)
{
	const char *given = getenv("GOROOT");
	if (find_go_tree(d->c) && tree_folder(d->c, package))
		return true;
	if (d->c->tree.root)
		fprintf(stderr, "gol: the Go source tree %s has no package %s\n", d->c->tree.root, package);
	else if (given && *given)
		fprintf(stderr, "gol: %s is compiled from a Go source tree, and GOROOT=%s is none\n", package, given);
	else
		fprintf(stderr, "gol: %s is compiled from a Go source tree, and none was found; run 'gol tree get', install golang-src or set GOROOT\n",
		        package);
	return false;
}

const char *tool_path(Driver *d, const char *package)
{
	if (!is_in_tree(d, package))
		return NULL;
	const char *tool = tool_cache_path(d, package), *list = arena_printf(d->c->arena, "%s.files", tool);
	return is_up_to_date(d, tool, list) ? tool : make_tool(d, package, tool, list);
}

/* ---- running it ------------------------------------------------------------------------------------- */

void set_tool_environment(Driver *d)
{
	find_go_tree(d->c);
	setenv("GOROOT", d->c->tree.root, 1);
	setenv("GOTOOLCHAIN", "local", 1);
	setenv("GOLFETCH", d->c->fetch_program ? d->c->fetch_program : "", 1);
}

int run_tool(Driver *d, const char *package, char *const *arguments)
{
	Arguments a = {0};
	const char *path = tool_path(d, package);
	if (!path)
		return EXIT_ERROR;
	add_argument(d, &a, "%s", strrchr(package, '/') + 1);
	for (; *arguments; arguments++)
		vec_push(d->c->arena, &a, *arguments);
	vec_push(d->c->arena, &a, NULL);
	set_tool_environment(d);
	int status = execute(d, path, a.items);
	if (status < 0)
		return EXIT_ERROR;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- gol mod tidy, gol get, gol work ------------------------------------------------------------------ */

/* What changes go.mod, go.sum, go.work and vendor is Go's own command: only sameness is right there. */
int go_command(Driver *d, const char *verb, int argc, char **argv)
{
	Arguments a = {0};
	add_argument(d, &a, "%s", verb);
	for (int i = 0; i < argc; i++)
		vec_push(d->c->arena, &a, argv[i]);
	vec_push(d->c->arena, &a, NULL);
	return run_tool(d, "cmd/go", a.items);
}

/* ---- gol tool ----------------------------------------------------------------------------------------- */

int tool_command(Driver *d, int argc, char **argv)
{
	bool only_name = argc > 0 && strcmp(argv[0], "-n") == 0;
	if (argc < 1 + only_name || argv[only_name][0] == '-') {
		usage_line(d);
		return EXIT_USAGE;
	}
	const char *name = argv[only_name], *package = arena_printf(d->c->arena, "cmd/%s", name);
	if (strchr(name, '/') || (find_go_tree(d->c) && !tree_folder(d->c, package))) {
		fprintf(stderr, "gol: no such tool \"%s\"\n", name);
		return EXIT_USAGE;
	}
	if (!only_name)
		return run_tool(d, package, argv + 1);
	const char *path = tool_path(d, package);
	if (path)
		puts(path);
	return path ? EXIT_OK : EXIT_ERROR;
}
