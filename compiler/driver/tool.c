/*
 * tool.c - programs of the Go source tree that gol uses as its own: cmd/gofmt, cmd/vet, cmd/go.
 *
 * A tool is compiled from the tree when it is first wanted, like any program: at -O1 and in one version, without the
 * user's flags. (load/tree.c says with which tags.) It is then kept in the cache under a key made of this compiler,
 * the tree's place, the C compiler and the import path: KEY.tool, and beside it KEY.tool.files, which names every
 * file and folder it was made of with size and time of change. The list is the proof that the tool is up to date:
 * hundreds of stats take a millisecond, where loading cmd/go's 300 packages to hash them takes half a second. Where
 * anything differs the tool is built anew, out of the objects that are left. Its own time of change is that of its
 * last use; when another is made, those not used for long go away.
 *
 * A tool is told where the tree is (GOROOT), that it must not look for another one (GOTOOLCHAIN=local), which program
 * gets things from the net (GOLFETCH, see hooks/cmd/go/internal/web), and where gol is (GOLGOL). All else of the
 * environment is the user's.
 *
 * Rejected: tools compiled when gol is installed (minutes of work that most never need; the tree may change), and
 * hashes of the content of all sources (20 MB each time).
 */
#define _GNU_SOURCE           /* memfd_create */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *list_path(Driver *d, const char *tool) { return arena_printf(d->c->arena, "%s.files", tool); }

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
	if (!same || count == 0)
		return false;
	utimensat(AT_FDCWD, tool, NULL, 0);     /* it is in use */
	return true;
}

static void list_file(Driver *d, Buf *b, const char *path)
{
	const char *line = file_line(d, path);
	buf_str(b, line ? line : "gone\n");     /* never up to date */
}

/* The other folder of a package of gol's own (load.c), which most have not. */
static void list_generated(Driver *d, Buf *b, const Package *p)
{
	const char *dir = d->c->generated_dir && p->is_stdlib ? arena_printf(d->c->arena, "%s/%s", d->c->generated_dir,
	                                                                     p->path) : NULL;
	if (dir && file_line(d, dir))
		list_file(d, b, dir);
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
		list_generated(d, &b, p);
		for (int k = 0; k < p->files.len; k++)
			list_file(d, &b, p->files.items[k]->source->full_path);
		for (int k = 0; k < p->embedded.len; k++)
			list_file(d, &b, p->embedded.items[k]->path);
	}
	return b.s;
}

/* ---- where it is ---------------------------------------------------------------------------------- */

/* gol has a few of its own, which need packages of the tree. */
static bool is_own(const char *package) { return strncmp(package, "internal/gol/", strlen("internal/gol/")) == 0; }

static const char *tool_folder(Driver *d, const char *package)
{
	if (!find_go_tree(d->c))
		return NULL;
	return is_own(package) ? arena_printf(d->c->arena, "%s/%s", d->c->stdlib_dir, package) : tree_folder(d->c, package);
}

/* ---- making it ------------------------------------------------------------------------------------- */

/* Builds the package of the tree into output; *list says of what. An exit status. */
static int build_tool(Driver *d, const char *package, const char *output, const char **list)
{
	const char *dir = tool_folder(d, package);
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
	/* gol's runtime has one of its own, and cmd/go compares its with go lines */
	const char *version = d->c->tree.version;
	vec_push(d->c->arena, &d->options.linker_flag_texts,
	         arena_printf(d->c->arena, "cmd/go=-X cmd/go/internal/gover.TestVersion=%s", version));
	*list = list_of_files(d, program);      /* before it is built: what changes meanwhile is noticed */
	return build_program(d, program, output, true);
}

/* Those that nobody has used for a while: of other compilers, of trees that are gone. */
static void remove_old_tools(Driver *d)
{
	enum { OLD = 10 * 24 * 60 * 60 };       /* seconds */
	TextList names = folder_names(d->c, d->cache_dir);
	for (int i = 0; i < names.len; i++) {
		const char *path = arena_printf(d->c->arena, "%s/%s", d->cache_dir, names.items[i]), *end = strrchr(path, '.');
		struct stat st;
		if (!end || strcmp(end, ".tool") != 0 || stat(path, &st) != 0 || time(NULL) - st.st_mtime < OLD)
			continue;
		unlink(list_path(d, path));
		unlink(path);
	}
}

/* Into the cache; false leaves the program where it is. The list comes last: without it the tool does not count. */
static bool store_tool(Driver *d, const char *made, const char *tool, const char *list_file, const char *list)
{
	const char *aside = arena_printf(d->c->arena, "%s.%d", tool, (int)getpid());
	scratch_file(d, aside);
	unlink(list_file);
	bool ok = copy_file(made, aside, O_CREAT | O_EXCL, 0777) && rename(aside, tool) == 0;
	ok = ok && write_text(aside, list) && rename(aside, list_file) == 0;
	scratch_remove(d, aside);
	remove_old_tools(d);
	return ok;
}

/* With a compiler and options of its own, so that it may be wanted in the middle of anything. */
static const char *make_tool(Driver *d, const char *package, const char *tool, const char *list_file)
{
	Driver before = *d;
	const char *list = NULL;
	const char *dir = make_scratch(d, "gol-build"), *made = arena_printf(d->c->arena, "%s/%s", dir,
	                                                                     strrchr(package, '/') + 1);
	fresh_compiler(d);
	d->c->arch = GOL_ARCH;
	d->work = NULL;
	d->reported = (Map){.by_text = true};
	d->options = (Options){.verb = "build", .cc = is_cross(&before) ? "gcc" : before.options.cc, .cflags = "",
		.linker_flags = "", .optimise = 1,
	                       .versions = 1, .versions_given = true, .parallel = before.options.parallel};
	int status = build_tool(d, package, made, &list);
	if (status == EXIT_OK && store_tool(d, made, tool, list_file, list)) {
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
	if (tool_folder(d, package))
		return true;
	if (d->c->tree.root)
		fprintf(stderr, "gol: the Go source tree %s has no package %s\n", d->c->tree.root, package);
	else
		fprintf(stderr, "gol: %s is compiled from a Go source tree, and %s\n", package, why_no_tree(d->c));
	return false;
}

const char *ready_tool(Driver *d, const char *package)
{
	if (!tool_folder(d, package))
		return NULL;
	const char *tool = tool_cache_path(d, package);
	return is_up_to_date(d, tool, list_path(d, tool)) ? tool : NULL;
}

const char *tool_path(Driver *d, const char *package)
{
	if (!is_in_tree(d, package))
		return NULL;
	const char *tool = tool_cache_path(d, package);
	return is_up_to_date(d, tool, list_path(d, tool)) ? tool : make_tool(d, package, tool, list_path(d, tool));
}

/* ---- running it ------------------------------------------------------------------------------------- */

static const char *gol_program(Driver *d)
{
	char name[4096];
	ssize_t n = readlink("/proc/self/exe", name, sizeof name - 1);
	return arena_strndup(d->c->arena, name, n > 0 ? (size_t)n : 0);
}

void set_tool_environment(Driver *d)
{
	find_go_tree(d->c);
	setenv("GOROOT", d->c->tree.root, 1);
	setenv("GOTOOLCHAIN", "local", 1);
	setenv("GOLFETCH", d->c->fetch_program ? d->c->fetch_program : "", 1);
	setenv("GOLGOL", gol_program(d), 1);
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

/* Both streams of a process go into a file without a name. */
static const char *read_file(Driver *d, int file)
{
	struct stat st;
	char *text = fstat(file, &st) == 0 ? arena_alloc(d->c->arena, (size_t)st.st_size + 1) : NULL;
	ssize_t n = text ? pread(file, text, (size_t)st.st_size, 0) : 0;
	close(file);
	if (!text)
		return "";
	text[n > 0 ? n : 0] = '\0';
	return text;
}

int run_tool_apart(Driver *d, const char *package, char *const *arguments, const char *folder, const char **said)
{
	Arguments a = {0};
	int status = 0, file = memfd_create("gol-tool", MFD_CLOEXEC);
	const char *path = tool_path(d, package);
	*said = "";
	if (!path || file < 0)
		return EXIT_ERROR;
	add_argument(d, &a, "%s", strrchr(package, '/') + 1);
	for (; *arguments; arguments++)
		vec_push(d->c->arena, &a, *arguments);
	vec_push(d->c->arena, &a, NULL);
	Child child = {0};
	fflush(NULL);
	pthread_mutex_lock(&d->scratch->lock);
	child.pid = fork();
	if (child.pid == 0) {
		setpgid(0, 0);
		dup2(file, 1);
		dup2(file, 2);
		set_tool_environment(d);
		setenv("GOWORK", "off", 1);
		setenv("GOFLAGS", "-mod=mod", 1);
		if (chdir(folder) == 0)
			become_program(d, path, a.items);
		_exit(127);
	}
	if (child.pid > 0) {
		setpgid(child.pid, child.pid);
		child_started(d->scratch, &child);
	}
	pthread_mutex_unlock(&d->scratch->lock);
	siginfo_t ended;
	while (child.pid > 0 && waitid(P_PID, (id_t)child.pid, &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	if (child.pid > 0) {
		child_ended(d->scratch, &child);
		waitpid(child.pid, &status, 0);
	}
	*said = read_file(d, file);
	return child.pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_ERROR;
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

/* ---- gol doc ------------------------------------------------------------------------------------------ */

/* Part of the go command since Go 1.25, a command of its own before. */
int doc_command(Driver *d, int argc, char **argv)
{
	for (int i = 0; i < argc && argv[i][0] == '-'; i++) {
		const char *name = argv[i] + 1 + (argv[i][1] == '-');
		if (strcmp(name, "http") == 0 || strncmp(name, "http=", 5) == 0) {
			fputs("gol: doc -http is not supported yet\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (!find_go_tree(d->c) || !tree_folder(d->c, "cmd/doc"))
		return go_command(d, "doc", argc, argv);
	Arguments a = {0};
	for (int i = 0; i < argc; i++)
		vec_push(d->c->arena, &a, argv[i]);
	vec_push(d->c->arena, &a, NULL);
	return run_tool(d, "cmd/doc", a.items);
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
