/*
 * compile.c - from checked packages to objects: emit and compile what the cache
 * does not hold.
 *
 * The key of a package's object is a hash of the compiler itself, the options that
 * shape C or object, the package's sources, and the keys of its imports; so
 * anything that could change the object changes its name, and a package with an
 * object need not be lowered at all. Behind it stands a second name, the hash of the C text itself: a
 * changed compiler that emits the same C compiles nothing anew.
 *
 * The runtime is no part of an object's key: what objects know of it stands in the headers (abi.h has its version), and
 * every program is linked with the libgolrt.a at hand. Where a whole program is kept, a tool or a test's result, it
 * is part of that key (program_key).
 *
 * A large package is several C files, which compile side by side, each in bounded memory; their objects are joined
 * (ld -r), so that a package has one object for all others.
 *
 * What another gol is compiling is waited for, not compiled twice: locks.c.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Generated C is compiled with these, whatever the user asks for. A debug compiler's has checks of the runtime's
 * invariants. */
#ifdef GOL_DEBUG
#define DEBUG_FLAG " -DGOL_DEBUG"
enum { STDLIB_LEVEL = 1 };
#else
#define DEBUG_FLAG ""
enum { STDLIB_LEVEL = 2 };
#endif
static const char fixed_flags[] =
	"-std=gnu11 -w -c -ffunction-sections -fdata-sections -fno-strict-aliasing -ffp-contract=off -fno-asynchronous-unwind-tables "
                                  "-fno-math-errno -fno-trapping-math -ftree-vectorize -fno-tree-slp-vectorize" DEBUG_FLAG;

/*
 * Strings, slices and interfaces are structs of words that were stored one by one. Where gcc copies them 16 bytes at
 * a time, the processor waits until both stores are through (no store forwarding): programs that hand slices around
 * run up to twice as fast without. gcc for x86-64 has this name for it; clang copies words.
 */
#define WORD_STORES "-mtune-ctrl=^sse_unaligned_load_optimal"
/*
 * gcc 12 clears and copies structs from 40 bytes on by `rep stos` and `rep movs`, which take 30 cycles to start; a
 * few stores are done by then. From 256 bytes on the C library, which knows the processor, does it.
 */
#define UNROLL "unrolled_loop:256:noalign,libcall:-1:noalign"
/*
 * gcc makes a table of addresses of a switch from five cases on, Go from eight: a jump through a table is dear where
 * processors are kept from guessing its target, a few comparisons are not.
 */
#define SWITCHES "--param=case-values-threshold=8"
#define TUNING WORD_STORES " -mmemset-strategy=" UNROLL " -mmemcpy-strategy=" UNROLL " " SWITCHES

/* Only asked where something is compiled. */
static const char *tuning(Driver *d)
{
	if (!d->tuning)
		d->tuning = strcmp(d->c->arch, "amd64") == 0 && strncmp(machine_of_compiler(d, TUNING), "x86_64",
		                                                        6) == 0 ? TUNING : "";
	return d->tuning;
}

/* ---- keys and units --------------------------------------------------------------------------- */

/* gol's own library and the Go source tree: their objects serve all programs and settings, without the user's flags,
 * lines and variables. */
static bool is_standard(const Package *p) { return p->is_stdlib || p->from_tree; }

static bool is_debugged(Driver *d, Unit *u) { return d->options.debug && !is_standard(u->package); }

static const char *flags_of(Driver *d, Unit *u)
{
	if (is_standard(u->package))
		return "";
	return d->options.debug ? arena_printf(d->c->arena, "-g %s", d->options.cflags) : d->options.cflags;
}

static uint64_t link_key(uint64_t key, const Object *o)
{
	if (!o || !o->linked)
		return key;
	const char *names[] = {o->name, o->linked->package->path, o->linked->name};
	for (int i = 0; i < COUNT_OF(names); i++)
		key = hash_bytes(key, names[i], strlen(names[i]) + 1);
	return key;
}

/* What //go:linkname supplies from elsewhere is called by its name. */
static uint64_t link_keys(uint64_t key, const Package *p)
{
	for (int i = 0; i < p->functions.len; i++)
		key = link_key(key, p->functions.items[i]);
	for (int i = 0; i < p->files.len; i++)
		for (int k = 0; k < p->files.items[i]->linknames.len; k++)
			key = link_key(key, scope_lookup(p->scope, p->files.items[i]->linknames.items[k].local));
	return key;
}

static uint64_t embedded_key(uint64_t key, const Package *p)
{
	for (int i = 0; i < p->embedded.len; i++) {
		const EmbedFile *file = p->embedded.items[i];
		key = hash_bytes(key, file->name, strlen(file->name) + 1);
		key = hash_bytes(key, file->hash, sizeof file->hash);
	}
	return key;
}

static uint64_t sources_key(uint64_t key, const Package *p)
{
	key = hash_bytes(key, p->path, strlen(p->path));
	for (int k = 0; k < p->files.len; k++) {
		SourceFile *source = p->files.items[k]->source;
		key = hash_bytes(key, source->recorded_path, strlen(source->recorded_path));
		key = hash_bytes(key, source->text, source->size);
		key = hash_bytes(key, &source->go_version, sizeof source->go_version);
	}
	return embedded_key(key, p);
}

static uint64_t texts_key(uint64_t key, const TextList *texts)
{
	for (int i = 0; i < texts->len; i++)
		key = hash_bytes(key, texts->items[i], strlen(texts->items[i]) + 1);
	return key;
}

uint64_t settings_key(Driver *d)
{
	const Options *o = &d->options;
	int shape[] = {o->optimise, o->versions, o->no_line, o->debug, o->inline_level, o->inline_budget,
			o->inline_budget_given, o->race, o->may_link_quickly};
	uint64_t key = hash_file(hash_bytes(d->identity, shape, sizeof shape), d->runtime_library);
	key = hash_bytes(key, o->cc, strlen(o->cc) + 1);
	key = hash_bytes(key, d->c->arch, strlen(d->c->arch) + 1);
	key = hash_bytes(key, o->cflags, strlen(o->cflags) + 1);
	return texts_key(texts_key(key, &o->compiler_flags), &o->linker_flag_texts);
}

/* By what goes into it, before anything of it is checked. */
uint64_t program_key(Driver *d, const Program *program)
{
	uint64_t key = settings_key(d);
	key = hash_bytes(key, program->godebug, strlen(program->godebug) + 1);
	for (int i = 0; i < program->packages.len; i++)
		key = sources_key(key, program->packages.items[i]);
	return key;
}

static uint64_t unit_key(Driver *d, Program *program, Unit *units, Unit *u)
{
	Package *p = u->package;
	InlineOptions inlining = inline_options(d, p, 0);
	int shape[] = {u->optimise, u->versions, d->options.no_line, d->options.debug, d->options.race, p == program->root,
	               inlining.budget, inlining.call_cost, inlining.replace};
	uint64_t key = hash_bytes(d->identity, shape, sizeof shape);
	key = hash_bytes(key, d->options.cc, strlen(d->options.cc));
	key = hash_bytes(key, d->c->arch, strlen(d->c->arch));
	key = hash_bytes(key, flags_of(d, u), strlen(flags_of(d, u)));
	key = sources_key(key, p);
	for (int k = 0; k < p->imports.len; k++)
		key = hash_bytes(key, &units[p->imports.items[k]->number].key, sizeof key);
	key = definitions_key(d, link_keys(key, p), p);
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
		/* With -race most of the time goes to the detector. */
		u->optimise = !is_standard(u->package) ? d->options.optimise : u->versions == 2 && !d->options.race ? STDLIB_LEVEL : 1;
		u->key = unit_key(d, program, units, u);
	}
	return units;
}

/* ---- compiling ---------------------------------------------------------------------------------- */

void base_arguments(Driver *d, Arguments *a, const char *level, const char *flags)
{
	add_words(d, a, d->options.cc);
	add_words(d, a, fixed_flags);
	add_words(d, a, tuning(d));
	add_argument(d, a, "%s", level);
	add_words(d, a, flags);
	add_argument(d, a, "-I%s", d->include_dir);
}

Job compile_job(Driver *d, const char *level, const char *flags, const char *c_path, const char *object)
{
	Arguments a = {0};
	base_arguments(d, &a, level, flags);
	add_argument(d, &a, "%s", "-o");
	add_argument(d, &a, "%s", object);
	add_argument(d, &a, "%s", c_path);
	vec_push(d->c->arena, &a, NULL);
	return (Job){.argv = a.items, .object = object};
}

static uint64_t text_key(Driver *d, Unit *u, const TextList *texts)
{
	uint64_t key = texts_key(d->headers + (uint64_t)u->optimise, texts);
	key = hash_bytes(key, fixed_flags, strlen(fixed_flags));
	key = hash_bytes(key, TUNING, strlen(TUNING));
	key = hash_bytes(key, d->options.cc, strlen(d->options.cc));
	key = hash_bytes(key, d->c->arch, strlen(d->c->arch));
	return hash_bytes(key, flags_of(d, u), strlen(flags_of(d, u)));
}

enum { C_FILE_SIZE = 1 << 20 };

typedef VEC(Job) JobList;
typedef struct Pending {
	Unit *unit;
	uint64_t text_key;
	TextList texts;
	const char *written;        /* where the only one stands already, for a debugger; NULL: nowhere */
	bool is_elsewhere;          /* another gol compiles it */
	int first, left;            /* its jobs, when they are made; how many of them have not ended well */
} Pending;

/* What is compiled side by side. */
typedef struct Work { Driver *d; JobList jobs; Pending *pending; int count, status; } Work;

/* Objects for the optimiser of the linker are not joined; and a debugger is to find one file. */
static bool may_be_several_files(Driver *d, Unit *u) { return !is_debugged(d, u) && !strstr(flags_of(d, u), "-flto"); }

static TextList c_files_of(Driver *d, Program *program, Unit *u, const EmitOptions *options)
{
	if (may_be_several_files(d, u))
		return emit_units(d->c, program, u->package, options, C_FILE_SIZE);
	TextList one = {0};
	vec_push(d->c->arena, &one, emit_package(d->c, program, u->package, options));
	return one;
}

/* Emits the C of one package; false if an object of the same C was found. */
static bool emit_unit(Driver *d, Program *program, Unit *u, Pending *p)
{
	EmitOptions options = {.versions = u->versions, .race = d->options.race, .uses = true,
	                       .line_directives = !d->options.no_line && !is_standard(u->package),
	                       .variables = is_debugged(d, u) && u->optimise == 0, .c_path = c_file_name(d, u->package)};
	if (is_debugged(d, u))
		options.c_path = cache_text_path(d, u->key);
	TextList texts = c_files_of(d, program, u, &options);
	u->emitted = true;
	*p = (Pending){.unit = u, .text_key = text_key(d, u, &texts), .texts = texts};
	if (!d->options.rebuild && !d->options.dry_run && !(u->object = cache_find(d, p->text_key))) {
		p->is_elsewhere = !lock_object(d, p->text_key);
		u->object = cache_find(d, p->text_key);         /* stored meanwhile */
		if (u->object)
			unlock_object(d, p->text_key);
	}
	if (is_debugged(d, u) && (d->options.dry_run || cache_store_text(d, u->key, texts.items[0])))
		p->written = options.c_path;
	return !u->object;
}

static void make_jobs(Driver *d, Pending *p, JobList *jobs)
{
	Unit *u = p->unit;
	const char *level = arena_printf(d->c->arena, "-O%d", u->optimise);
	p->first = jobs->len;
	p->left = p->texts.len;
	for (int i = 0; i < p->texts.len; i++) {
		const char *name = c_file_name(d, u->package);
		if (i > 0)
			name = arena_printf(d->c->arena, "%d-%s", i, name);
		const char *path = arena_printf(d->c->arena, "%s/%s", d->work, name),
			*object = arena_printf(d->c->arena, "%s.o", path);
		if (p->written)
			path = p->written;
		else if (!d->options.dry_run && !write_text(path, p->texts.items[i])) {
			fprintf(stderr, "gol: writing %s: %s\n", path, reason(d, errno));
			exit(EXIT_ERROR);
		}
		Job job = compile_job(d, level, flags_of(d, u), path, object);
		job.what = u->package->path;
		vec_push(d->c->arena, jobs, job);
	}
}

/* The objects of a package's C files become one; an exit status. */
static int join_objects(Driver *d, const Job *parts, int count, const char **object)
{
	Arguments a = {0};
	*object = parts[0].object;
	if (count == 1)
		return EXIT_OK;
	*object = arena_printf(d->c->arena, "%s.joined.o", parts[0].object);
	add_words(d, &a, d->options.cc);
	add_words(d, &a, "-r -nostdlib -o");
	add_argument(d, &a, "%s", *object);
	for (int i = 0; i < count; i++)
		add_argument(d, &a, "%s", parts[i].object);
	vec_push(d->c->arena, &a, NULL);
	Job job = {.argv = a.items, .object = *object};
	run_job(d, &job);
	return job.status == 0 ? EXIT_OK : explain_failure(d, &job, "");
}

/* The assembler read them long after their hashes were taken. */
static bool files_are_unchanged(const Package *p)
{
	for (int i = 0; i < p->embedded.len; i++) {
		const EmbedFile *file = p->embedded.items[i];
		struct stat st;
		if (stat(file->path, &st) == 0 && (uint64_t)st.st_size == file->size &&
		    (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec == file->changed_at)
			continue;
		fprintf(stderr, "# %s\nembed %s: %s was changed during the build\n", p->path, file->name, file->path);
		return false;
	}
	return true;
}

/* Seals and stores what was compiled, for whoever waits for it; an exit status. */
static int take_object(Driver *d, const Job *jobs, const Pending *p)
{
	const char *object;
	int status = join_objects(d, jobs + p->first, p->texts.len, &object);
	if (status != EXIT_OK)
		return status;
	p->unit->object = object;
	if (d->options.dry_run)
		return EXIT_OK;
	if (!files_are_unchanged(p->unit->package))
		return EXIT_ERROR;
	if (!seal_object(object)) {
		if (errno == ENOENT)
			fprintf(stderr, "gol: %s made no object of package %s; gol needs gcc or clang\n", d->options.cc,
			        p->unit->package->path);
		else
			fprintf(stderr, "gol: writing %s: %s\n", object, reason(d, errno));
		return EXIT_ERROR;
	}
	cache_store(d, p->text_key, object);
	unlock_object(d, p->text_key);
	return EXIT_OK;
}

/* A job has ended well: the package's last one makes its object. False: nothing more is to be started. */
static bool job_ended(void *context, const Job *job)
{
	Work *w = context;
	int number = (int)(job - w->jobs.items);
	for (int i = 0; i < w->count; i++) {
		Pending *p = &w->pending[i];
		if (!p->left || number < p->first || number >= p->first + p->texts.len || --p->left)
			continue;
		int status = take_object(w->d, w->jobs.items, p);
		w->status = w->status != EXIT_OK ? w->status : status;
	}
	return w->status == EXIT_OK;
}

/* An exit status. */
static int run_work(Work *w)
{
	Driver *d = w->d;
	run_jobs(d, w->jobs.items, w->jobs.len, job_ended, w);
	progress_clear(d);
	for (int i = 0; i < w->count && w->status == EXIT_OK; i++) {
		const Pending *p = &w->pending[i];
		for (int k = p->first; p->left && k < p->first + p->texts.len && w->status == EXIT_OK; k++)
			if (w->jobs.items[k].status != 0)
				w->status = explain_failure(d, &w->jobs.items[k], flags_of(d, p->unit));
	}
	return w->status;
}

/* First what nobody else compiles; then, with no lock left, what others did: ours if they failed or stand still. */
static int run_pending(Driver *d, Pending *pending, int count)
{
	Work ours = {.d = d, .pending = pending, .count = count, .status = EXIT_OK}, rest = ours;
	for (int i = 0; i < count; i++)
		if (!pending[i].is_elsewhere)
			make_jobs(d, &pending[i], &ours.jobs);
	int status = run_work(&ours);
	unlock_all(d);
	for (int i = 0; i < count && status == EXIT_OK; i++) {
		Pending *p = &pending[i];
		if (!p->is_elsewhere)
			continue;
		progress_show(d, i, count, p->unit->package->path);
		wait_for_lock(d, p->text_key, p->unit->package->path);
		p->unit->object = cache_find(d, p->text_key);
		if (!p->unit->object) {
			rest.jobs = (JobList){0};
			make_jobs(d, p, &rest.jobs);
			rest.pending = p;
			rest.count = 1;
			status = run_work(&rest);
		}
		unlock_all(d);
	}
	return status;
}

/* What is not found is emitted; the number of packages that are left to be compiled. */
static int emit_missing(Driver *d, Program *program, Unit *units, Pending *pending)
{
	int count = 0, n = program->packages.len;
	for (int i = 0; i < n; i++) {
		Unit *u = &units[i];
		if (u->object && is_sound_object(u->object))
			continue;
		u->object = d->options.rebuild ? NULL : cache_find(d, u->key);
		if (u->object || u->emitted)
			continue;
		if (d->options.print_packages)
			fprintf(stderr, "%s\n", header_of(d->c, program, u->package));
		progress_show(d, i, n, u->package->path);
		count += emit_unit(d, program, u, &pending[count]);
	}
	return count;
}

int compile_packages(Driver *d, Program *program, Unit **kept, const char ***objects)
{
	int n = program->packages.len;
	Unit *units = *kept = *kept ? *kept : make_units(d, program);
	Pending *pending = NEW_ARRAY(d->c->arena, Pending, n);
	int count = emit_missing(d, program, units, pending);
	int status = run_pending(d, pending, count);
	if (status != EXIT_OK)
		return status;
	*objects = NEW_ARRAY(d->c->arena, const char *, n + 1);
	for (int i = 0; i < n; i++) {
		(*objects)[i] = units[i].object ? units[i].object : "";
		if (units[i].emitted && !d->options.dry_run && units[i].object)
			cache_store(d, units[i].key, units[i].object);
	}
	return EXIT_OK;
}
