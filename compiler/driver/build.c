/*
 * build.c - from packages to a program: check everything, emit and compile what the
 * cache does not hold, link.
 *
 * The key of a package's object is a hash of the compiler itself, the options that
 * shape C or object, the package's sources, and the keys of its imports; so
 * anything that could change the object changes its name, and a package with an
 * object need not be lowered at all. Behind it stands a second name, the hash of the C text itself: a
 * changed compiler that emits the same C compiles nothing anew.
 */
#include "driver.h"
#include "../check/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

typedef struct Unit {           /* one package being built */
	Package *package;
	uint64_t key;
	const char *object;         /* in the cache, or in the work folder */
	bool compile;
	int optimise, versions;
} Unit;

typedef VEC(char *) Arguments;

static void add(Driver *d, Arguments *a, const char *format, const char *value)
{
	vec_push(d->c->arena, a, arena_printf(d->c->arena, format, value));
}

static void add_words(Driver *d, Arguments *a, const char *words)
{
	char *copy = arena_printf(d->c->arena, "%s", words);
	for (char *save, *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		vec_push(d->c->arena, a, word);
}

/* ---- checking ------------------------------------------------------------------------------ */

static bool report_errors(Driver *d, Program *program)
{
	if (d->c->errors == 0)
		return false;
	diag_print(d->c, program ? program->header : NULL);
	return true;
}

static bool check_program(Driver *d, Program *program)
{
	for (int i = 0; i < program->packages.len; i++) {
		Package *p = program->packages.items[i];
		if (!check_package(d->c, p)) {
			bool own = p == program->root;
			diag_print(d->c, own ? program->header : p->path);
			return false;
		}
	}
	return true;
}

/* ---- keys and units --------------------------------------------------------------------------- */

static Unit *make_units(Driver *d, Program *program)
{
	int n = program->packages.len;
	Unit *units = NEW_ARRAY(d->c->arena, Unit, n);
	for (int i = 0; i < n; i++) {
		Unit *u = &units[i];
		u->package = program->packages.items[i];
		/* The standard library is compiled in two ways only, so that its objects are shared by all settings. */
		u->versions = u->package->is_stdlib && !d->options.versions_given ? 2 : d->options.versions;
		u->optimise = !u->package->is_stdlib ? d->options.optimise : u->versions == 2 ? 2 : 1;
		int shape[] = {u->optimise, u->versions, d->options.no_line, u->package == program->root};
		uint64_t key = hash_bytes(d->identity, shape, sizeof shape);
		const char *cc = d->options.cc, *flags = u->package->is_stdlib ? "" : d->options.cflags;
		key = hash_bytes(key, cc, strlen(cc));
		key = hash_bytes(key, flags, strlen(flags));
		key = hash_bytes(key, u->package->path, strlen(u->package->path));
		for (int k = 0; k < u->package->files.len; k++) {
			SourceFile *source = u->package->files.items[k]->source;
			key = hash_bytes(key, source->full_path, strlen(source->full_path));
			key = hash_bytes(key, source->text, source->size);
		}
		for (int k = 0; k < u->package->imports.len; k++)
			key = hash_bytes(key, &units[u->package->imports.items[k]->number].key, sizeof key);
		if (u->package == program->root)        /* it lists every package */
			for (int k = 0; k < i; k++)
				key = hash_bytes(key, &units[k].key, sizeof key);
		u->key = key;
		u->compile = d->options.rebuild || !cache_has(d, key);
		u->object = cache_path(d, key);
	}
	return units;
}

/* ---- compiling ---------------------------------------------------------------------------------- */

static bool write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	if (!f)
		return false;
	bool ok = fputs(text, f) >= 0;
	return fclose(f) == 0 && ok;
}

static const char *c_file_name(Driver *d, Package *p)
{
	return arena_printf(d->c->arena, "%s.c", mangle_package(d->c, p->path));
}

static Job compile_job(Driver *d, Unit *u, const char *c_path)
{
	Arguments a = {0};
	char level[] = {'-', 'O', (char)('0' + u->optimise), '\0'};
	add_words(d, &a, d->options.cc);
	add_words(d, &a, "-std=gnu11 -w -c -fno-strict-aliasing -ffp-contract=off -fno-asynchronous-unwind-tables -fno-math-errno -fno-trapping-math");
	vec_push(d->c->arena, &a, arena_printf(d->c->arena, "%s", level));
	if (!u->package->is_stdlib)
		add_words(d, &a, d->options.cflags);
	add(d, &a, "-I%s", d->include_dir);
	const char *aside = arena_printf(d->c->arena, "%s.%d", u->object, (int)getpid());
	add(d, &a, "%s", "-o");
	add(d, &a, "%s", aside);
	add(d, &a, "%s", c_path);
	vec_push(d->c->arena, &a, NULL);
	return (Job){.argv = a.items, .from = aside, .to = u->object};
}

static const char *make_work(Driver *d)
{
	const char *tmp = getenv("TMPDIR");
	char *path = arena_printf(d->c->arena, "%s/gol-build-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(path)) {
		fprintf(stderr, "gol: creating work folder: %s\n", strerror(errno));
		exit(EXIT_ERROR);
	}
	if (d->options.keep_work)
		fprintf(stderr, "WORK=%s\n", path);
	return path;
}

static void remove_work(Driver *d)
{
	if (d->options.keep_work || !d->work)
		return;
	char *argv[] = {(char *)"rm", (char *)"-rf", (char *)(uintptr_t)d->work, NULL};
	bool print = d->options.print_commands;
	d->options.print_commands = false;
	run_command(d, argv, true);
	d->options.print_commands = print;
}

/* C that the C compiler rejects is our bug, unless there is no C compiler. */
static int report_job(Job *jobs, int count)
{
	for (int i = 0; i < count; i++)
		if (jobs[i].status != 0 && jobs[i].status != 127)
			fprintf(stderr, "internal compiler error: the C compiler rejected %s\n", jobs[i].argv[0] ? jobs[i].to : "");
	return EXIT_INTERNAL;
}

static uint64_t text_key(Driver *d, Unit *u, const char *text)
{
	const char *flags = u->package->is_stdlib ? "" : d->options.cflags;
	uint64_t key = hash_bytes(d->headers + (uint64_t)u->optimise, text, strlen(text));
	key = hash_bytes(key, d->options.cc, strlen(d->options.cc));
	return hash_bytes(key, flags, strlen(flags));
}

/* Another gol is compiling the same text: wait for it. Where not, its lock is ours until this process ends. All
 * processes take the locks in the same order, that of the packages. */
static bool appears_meanwhile(Driver *d, const char *object)
{
	int fd = open(arena_printf(d->c->arena, "%s.lock", object), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		flock(fd, LOCK_EX);
	return access(object, R_OK) == 0;
}

static int compile_units(Driver *d, Program *program, Unit *units)
{
	Compiler *c = d->c;
	int n = program->packages.len, count = 0;
	Job *jobs = NEW_ARRAY(c->arena, Job, n);
	for (int i = 0; i < n; i++) {
		Unit *u = &units[i];
		if (!u->compile)
			continue;
		if (d->options.print_packages)
			fprintf(stderr, "%s\n", u->package == program->root ? program->header : u->package->path);
		EmitOptions options = {.versions = u->versions, .line_directives = !d->options.no_line && !u->package->is_stdlib};
		const char *text = emit_package(c, program, u->package, &options);
		u->object = cache_path(d, text_key(d, u, text));
		if (!d->options.rebuild && (access(u->object, R_OK) == 0 || appears_meanwhile(d, u->object)))
			continue;
		const char *path = arena_printf(c->arena, "%s/%s", d->work, c_file_name(d, u->package));
		if (!write_text(path, text)) {
			fprintf(stderr, "gol: cannot write %s: %s\n", path, strerror(errno));
			return EXIT_ERROR;
		}
		jobs[count++] = compile_job(d, u, path);
	}
	if (!run_jobs(d, jobs, count))
		return report_job(jobs, count);
	for (int i = 0; i < n; i++)
		if (units[i].compile && link(units[i].object, cache_path(d, units[i].key)) != 0 && errno != EEXIST)
			d->options.rebuild = true;      /* no links on this file system: found by its text next time */
	return EXIT_OK;
}

static int link_program(Driver *d, Program *program, Unit *units, const char *output)
{
	struct stat st;
	Arguments a = {0};
	if (stat(output, &st) == 0 && S_ISDIR(st.st_mode))
		output = arena_printf(d->c->arena, "%s/%s", output, "main");
	bool discard = stat(output, &st) == 0 && !S_ISREG(st.st_mode);     /* /dev/null: linkers replace what they write */
	const char *linked = discard ? arena_printf(d->c->arena, "%s/a.out", d->work) : output;
	add_words(d, &a, d->options.cc);
	add_words(d, &a, d->options.cflags);
	add(d, &a, "%s", "-o");
	add(d, &a, "%s", linked);
	for (int i = 0; i < program->packages.len; i++)
		add(d, &a, "%s", units[i].object);
	add(d, &a, "%s", d->runtime_library);
	add_words(d, &a, "-lm -lpthread");
	vec_push(d->c->arena, &a, NULL);
	int status = run_command(d, a.items, false);
	if (status) {
		fprintf(stderr, "internal compiler error: linking failed\n");
		return EXIT_INTERNAL;
	}
	return EXIT_OK;
}

/* ---- -emit=c and -dump ------------------------------------------------------------------------------ */

static int emit_sources(Driver *d, Program *program, const char *dir)
{
	mkdir(dir, 0777);
	for (int i = 0; i < program->packages.len; i++) {
		Package *p = program->packages.items[i];
		EmitOptions options = {.versions = d->options.versions, .line_directives = !d->options.no_line};
		const char *path = arena_printf(d->c->arena, "%s/%s", dir, c_file_name(d, p));
		if (!write_text(path, emit_package(d->c, program, p, &options))) {
			fprintf(stderr, "gol: cannot write %s: %s\n", path, strerror(errno));
			return EXIT_ERROR;
		}
	}
	return EXIT_OK;
}

static int dump(Driver *d, Program *program)
{
	Buf out;
	buf_init(&out, d->c->arena);
	const char *stage = d->options.dump;
	Package *root = program->root;
	if (strcmp(stage, "ast") == 0) {
		for (int i = 0; i < root->files.len; i++)
			ast_dump(d->c, &out, root->files.items[i]);
	} else if (strcmp(stage, "types") == 0) {
		types_dump(d->c, &out, root);
	} else if (strcmp(stage, "ir") == 0) {
		dump_ir(d->c, &out, program, root);
	} else if (strcmp(stage, "c") == 0) {
		EmitOptions options = {.versions = d->options.versions, .line_directives = false};
		buf_str(&out, emit_package(d->c, program, root, &options));
	} else {
		fprintf(stderr, "gol: -dump takes ast, types, ir or c\n");
		return EXIT_USAGE;
	}
	fwrite(out.s, 1, out.len, stdout);
	return EXIT_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------ */

int build(Driver *d, const char *output)
{
	Compiler *c = d->c;
	types_new(c);
	Program *program = load_program(c, d->options.inputs.items, d->options.inputs.len, d->options.tags);
	if (report_errors(d, program) || !program)
		return EXIT_ERROR;
	if (d->options.dump && strcmp(d->options.dump, "ast") == 0)
		return dump(d, program);
	if (!check_program(d, program))
		return EXIT_ERROR;
	if (d->options.dump)
		return dump(d, program);
	bool is_main = strcmp(program->root->name, "main") == 0;
	if (is_main && !scope_lookup(program->root->scope, intern_str(c, "main"))) {
		fprintf(stderr, "# %s\nfunction main is undeclared in the main package\n", program->header);
		return EXIT_ERROR;
	}
	if (d->options.emit_c)
		return emit_sources(d, program, d->options.output ? d->options.output : ".");
	diag_print(c, program->header);     /* remarks */
	Unit *units = make_units(d, program);
	d->work = make_work(d);
	int status = compile_units(d, program, units);
	if (status == EXIT_OK && is_main && output)
		status = link_program(d, program, units, output);
	remove_work(d);
	return status;
}

/* The name of the program: of the first file, or of the folder. */
static const char *default_output(Driver *d)
{
	const char *input = d->options.inputs.items[0];
	char *real = realpath(input, NULL);
	const char *path = arena_printf(d->c->arena, "%s", real ? real : input);
	free(real);
	const char *base = strrchr(path, '/');
	base = base ? base + 1 : path;
	const char *dot = strrchr(base, '.');
	bool file = dot && (strcmp(dot, ".gol") == 0 || strcmp(dot, ".go") == 0);
	return arena_printf(d->c->arena, "%.*s", file ? (int)(dot - base) : (int)strlen(base), base);
}

int build_command(Driver *d) { return build(d, d->options.output ? d->options.output : default_output(d)); }

int run_program(Driver *d)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = arena_printf(d->c->arena, "%s/gol-run-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(dir)) {
		fprintf(stderr, "gol: creating work folder: %s\n", strerror(errno));
		return EXIT_ERROR;
	}
	const char *program = arena_printf(d->c->arena, "%s/%s", dir, default_output(d));
	int status = build(d, program);
	if (status == EXIT_OK && access(program, X_OK) != 0) {
		if (!d->options.dump && !d->options.emit_c) {
			fprintf(stderr, "package command-line-arguments is not a main package\n");
			status = EXIT_ERROR;
		}
	} else if (status == EXIT_OK) {
		Arguments a = {0};
		add(d, &a, "%s", program);
		for (int i = 0; i < d->options.arguments.len; i++)
			vec_push(d->c->arena, &a, d->options.arguments.items[i]);
		vec_push(d->c->arena, &a, NULL);
		signal(SIGINT, SIG_IGN);        /* the program decides */
		signal(SIGQUIT, SIG_IGN);
		pid_t pid = fork();
		if (pid == 0) {
			signal(SIGINT, SIG_DFL);
			signal(SIGQUIT, SIG_DFL);
			execv(program, a.items);
			_exit(127);
		}
		int wait_status = 0;
		while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
			;
		if (WIFSIGNALED(wait_status)) {
			fprintf(stderr, "signal: %s\n", strsignal(WTERMSIG(wait_status)));
			status = EXIT_ERROR;
		} else if (WEXITSTATUS(wait_status)) {
			fprintf(stderr, "exit status %d\n", WEXITSTATUS(wait_status));
			status = EXIT_ERROR;
		}
	}
	unlink(program);
	rmdir(dir);
	return status;
}
