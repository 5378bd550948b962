/*
 * compile.c - from checked packages to objects: emit and compile what the cache
 * does not hold.
 *
 * The key of a package's object is a hash of the compiler itself, the options that
 * shape C or object, the package's sources, and the keys of its imports; so
 * anything that could change the object changes its name, and a package with an
 * object need not be lowered at all. Behind it stands a second name, the hash of the C text itself: a
 * changed compiler that emits the same C compiles nothing anew.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Generated C is compiled with these, whatever the user asks for. A debug compiler's has checks of the runtime's invariants. */
#ifdef GOL_DEBUG
#define DEBUG_FLAG " -DGOL_DEBUG"
enum { STDLIB_LEVEL = 1 };
#else
#define DEBUG_FLAG ""
enum { STDLIB_LEVEL = 2 };
#endif
static const char fixed_flags[] = "-std=gnu11 -w -c -fno-strict-aliasing -ffp-contract=off -fno-asynchronous-unwind-tables "
                                  "-fno-math-errno -fno-trapping-math -ftree-vectorize -fno-tree-slp-vectorize" DEBUG_FLAG;

typedef struct Unit {           /* one package being built */
	Package *package;
	uint64_t key;
	const char *object;         /* in the cache */
	bool compile;
	int optimise, versions;
} Unit;

/* ---- keys and units --------------------------------------------------------------------------- */

static const char *flags_of(Driver *d, Unit *u) { return u->package->is_stdlib ? "" : d->options.cflags; }

static uint64_t unit_key(Driver *d, Program *program, Unit *units, Unit *u)
{
	Package *p = u->package;
	int shape[] = {u->optimise, u->versions, d->options.no_line, p == program->root};
	uint64_t key = hash_bytes(d->identity, shape, sizeof shape);
	key = hash_bytes(key, d->options.cc, strlen(d->options.cc));
	key = hash_bytes(key, flags_of(d, u), strlen(flags_of(d, u)));
	key = hash_bytes(key, p->path, strlen(p->path));
	for (int k = 0; k < p->files.len; k++) {
		SourceFile *source = p->files.items[k]->source;
		key = hash_bytes(key, source->full_path, strlen(source->full_path));
		key = hash_bytes(key, source->text, source->size);
	}
	for (int k = 0; k < p->imports.len; k++)
		key = hash_bytes(key, &units[p->imports.items[k]->number].key, sizeof key);
	if (p == program->root)        /* it lists every package */
		for (Unit *other = units; other < u; other++)
			key = hash_bytes(key, &other->key, sizeof key);
	return key;
}

static Unit *make_units(Driver *d, Program *program)
{
	int n = program->packages.len;
	Unit *units = NEW_ARRAY(d->c->arena, Unit, n);
	for (int i = 0; i < n; i++) {
		Unit *u = &units[i];
		u->package = program->packages.items[i];
		/* The standard library is compiled in two ways only, so that its objects are shared by all settings. */
		u->versions = u->package->is_stdlib && !d->options.versions_given ? 2 : d->options.versions;
		u->optimise = !u->package->is_stdlib ? d->options.optimise : u->versions == 2 ? STDLIB_LEVEL : 1;
		u->key = unit_key(d, program, units, u);
		u->object = cache_find(d, u->key);
		u->compile = d->options.rebuild || !u->object;
	}
	return units;
}

/* ---- compiling ---------------------------------------------------------------------------------- */

static Job compile_job(Driver *d, Unit *u, const char *c_path)
{
	Arguments a = {0};
	char level[] = {'-', 'O', (char)('0' + u->optimise), '\0'};
	add_words(d, &a, d->options.cc);
	add_words(d, &a, fixed_flags);
	add_argument(d, &a, "%s", level);
	add_words(d, &a, flags_of(d, u));
	add_argument(d, &a, "-I%s", d->include_dir);
	const char *aside = arena_printf(d->c->arena, "%s.%d", u->object, (int)getpid());
	add_argument(d, &a, "%s", "-o");
	add_argument(d, &a, "%s", aside);
	add_argument(d, &a, "%s", c_path);
	vec_push(d->c->arena, &a, NULL);
	return (Job){.argv = a.items, .from = aside, .to = u->object, .what = u->package->path};
}

/* C that the C compiler rejects is our bug, unless there is no C compiler (which was said already). */
static int report_jobs(Job *jobs, int count)
{
	for (int i = 0; i < count; i++)
		if (jobs[i].status == 127)
			return EXIT_ERROR;
	for (int i = 0; i < count; i++)
		if (jobs[i].status != 0)
			fprintf(stderr, "internal compiler error: the C compiler rejected package %s\n", jobs[i].what);
	return EXIT_INTERNAL;
}

static uint64_t text_key(Driver *d, Unit *u, const char *text)
{
	uint64_t key = hash_bytes(d->headers + (uint64_t)u->optimise, text, strlen(text));
	key = hash_bytes(key, fixed_flags, strlen(fixed_flags));
	key = hash_bytes(key, d->options.cc, strlen(d->options.cc));
	return hash_bytes(key, flags_of(d, u), strlen(flags_of(d, u)));
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

/* Emits the C of one package; false if an object of the same C was found. */
static bool emit_unit(Driver *d, Program *program, Unit *u, Job *job)
{
	EmitOptions options = {.versions = u->versions, .line_directives = !d->options.no_line && !u->package->is_stdlib};
	const char *text = emit_package(d->c, program, u->package, &options);
	u->object = cache_path(d, text_key(d, u, text));
	if (!d->options.rebuild && !d->options.dry_run && (access(u->object, R_OK) == 0 || appears_meanwhile(d, u->object)))
		return false;
	const char *path = arena_printf(d->c->arena, "%s/%s", d->work, c_file_name(d, u->package));
	if (!d->options.dry_run && !write_text(path, text)) {
		fprintf(stderr, "gol: cannot write %s: %s\n", path, strerror(errno));
		exit(EXIT_ERROR);
	}
	*job = compile_job(d, u, path);
	return true;
}

int compile_packages(Driver *d, Program *program, const char ***objects)
{
	int n = program->packages.len, count = 0;
	Unit *units = make_units(d, program);
	Job *jobs = NEW_ARRAY(d->c->arena, Job, n);
	for (int i = 0; i < n; i++) {
		Unit *u = &units[i];
		if (!u->compile)
			continue;
		if (d->options.print_packages)
			fprintf(stderr, "%s\n", u->package == program->root ? program->header : u->package->path);
		progress_show(d, i, n, u->package->path);
		count += emit_unit(d, program, u, &jobs[count]);
	}
	bool ok = run_jobs(d, jobs, count);
	progress_clear(d);
	if (!ok)
		return report_jobs(jobs, count);
	*objects = NEW_ARRAY(d->c->arena, const char *, n + 1);
	for (int i = 0; i < n; i++) {
		(*objects)[i] = units[i].object;
		/* Where links do not work the object is found by its text next time. */
		if (units[i].compile && !d->options.dry_run && link(units[i].object, cache_path(d, units[i].key)) != 0)
			continue;
	}
	return EXIT_OK;
}
