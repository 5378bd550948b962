/*
 * build.c - gol build: what is named on the command line, checked, compiled, linked.
 *
 * Several packages are several compilations, one after the other, each with a
 * Compiler of its own; they meet in the object cache. As in Go everything is loaded
 * before anything is checked, a package's errors are printed once, and an error
 * in one package does not keep those that do not import it from being checked.
 */
#include "build_info.h"
#include "json.h"
#include "../check/check.h"
#include "../escape/escape.h"
#include "../inline/inline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- checking ------------------------------------------------------------------------------ */

/* Prints what is queued of a package, unless an earlier program of this run had it too. */
static void report(Driver *d, const char *header)
{
	if (map_get(&d->reported, header)) {
		d->c->diagnostics.len = 0;
		d->c->errors = 0;
		return;
	}
	progress_clear(d);
	if (d->options.print_packages)
		fprintf(stderr, "%s\n", header);
	events_start(d);
	diag_print(d->c, header);
	events_end(d, header, true);
	map_put(d->c->arena, &d->reported, header, d);
}

/* Puts the syntax errors of a package back into the queue. */
static void restore(Compiler *c, const Program *program, const Package *p)
{
	for (int i = 0; i < program->broken.len; i++) {
		const Broken *b = &program->broken.items[i];
		if (b->package != p)
			continue;
		for (int k = 0; k < b->len; k++)
			vec_push(c->arena, &c->diagnostics, b->items[k]);
		c->errors += b->errors;
	}
}

static bool is_main(const Program *program)
{
	return program->root && program->root->name && strcmp(program->root->name, "main") == 0;
}

static bool check_program(Driver *d, Program *program)
{
	bool all = true;
	for (int i = 0; i < program->packages.len; i++) {
		Package *p = program->packages.items[i];
		const char *header = header_of(d->c, program, p);
		bool ready = true;
		for (int k = 0; k < p->imports.len; k++)
			ready &= !p->imports.items[k]->failed;
		restore(d->c, program, p);
		if (d->c->errors || (ready && !check_package(d->c, p)))
			report(d, header);
		else if (ready)
			continue;
		p->failed = true;
		all = false;
	}
	Package *failed = all && is_main(program) ? check_linknames(d->c, program->packages.items, program->packages.len) :
		NULL;
	if (failed)
		report(d, header_of(d->c, program, failed));
	return all && !failed;
}

/* -l and -d=inline are for the program's own packages: the standard library's objects serve all programs. Who debugs
 * at -O0 wants every function where it is. */
InlineOptions inline_options(Driver *d, const Package *p, int remarks)
{
	const Options *o = &d->options;
	bool own = !p->is_stdlib && !p->from_tree;
	InlineOptions r = {.budget = INLINE_BUDGET, .call_cost = COST_CALL, .remarks = remarks};
	if (own && o->inline_budget_given)
		r.budget = o->inline_budget;
	if (own && o->inline_level == 1)
		r.budget = 0;
	if (own && o->inline_level >= 4)
		r.call_cost = 1;
	/* With -race traces name every function, and package sync keeps its own code. */
	r.replace = r.budget > 0 && !o->race && !(o->debug && o->optimise == 0);
	return r;
}

static void remark_on(Driver *d, Package *p, View *view, int level)
{
	InlineOptions inlining = inline_options(d, p, level);
	view_swap(p, view);
	inline_package(d->c, p, &inlining);
	escape_remarks(d->c, p, level);
	view_swap(p, view);
}

/* Has a function of the program itself //gol:noalloc? */
static bool asks_for_takings(const Program *program)
{
	for (int i = 0; i < program->packages.len; i++) {
		const Package *p = program->packages.items[i];
		for (int k = 0; k < p->functions.len && !p->is_stdlib; k++)
			if (p->functions.items[k]->decl && has_directive(p->functions.items[k]->decl, "//gol:noalloc"))
				return true;
	}
	return false;
}

/* false: what is wrong was said. Inlining and escape analysis of everything; remarks and sites (NULL: none are wanted) are of the root alone. */
static bool analyse_program(Driver *d, Program *program, Sites *sites)
{
	bool takings = asks_for_takings(program);
	int remarks = d->options.remarks ? d->options.remark_level : 0;
	for (int i = 0; i < program->packages.len; i++) {
		Package *p = program->packages.items[i];
		int own = p == program->root ? remarks : 0;
		InlineOptions inlining = inline_options(d, p, 0);
		inline_prepare(d->c, p);
		View *view = own ? view_new(d->c, p) : NULL;
		inline_package(d->c, p, &inlining);
		EscapeOptions options = {remarks > 0, p == program->root ? sites : NULL, takings};
		escape_package(d->c, p, &options);
		if (d->c->errors) {
			report(d, header_of(d->c, program, p));
			return false;
		}
		if (view)
			remark_on(d, p, view, own);
	}
	return true;
}

/* ---- one package ----------------------------------------------------------------------------------------- */

void make_work(Driver *d)
{
	if (d->work)
		return;
	d->work = make_scratch(d, "gol-build");
	if (d->options.keep_work || d->options.print_commands)
		fprintf(stderr, "WORK=%s\n", d->work);
}

static void remove_work(Driver *d)
{
	if (d->work && d->options.keep_work)
		scratch_keep(d, d->work);
	else if (d->work)
		scratch_remove(d, d->work);
	d->work = NULL;
}

static bool has_main(Driver *d, Program *program)
{
	if (scope_lookup(program->root->scope, intern_str(d->c, "main")))
		return true;
	fprintf(stderr, "# %s\nruntime.main_main·f: function main is undeclared in the main package\n", program->header);
	return false;
}

static int64_t variables_size(Driver *d, const Package *p)
{
	int64_t sum = 0;
	for (int i = 0; p->scope && i < map_count(&p->scope->names); i++) {
		const Object *o = map_value_at(&p->scope->names, i);
		if (o->kind == OBJECT_VAR)
			sum += type_size(d->c, types_canonical(d->c, o->type));
	}
	return sum;
}

/* Code reaches variables by offsets of 32 bits. */
static bool data_fits(Driver *d, const Program *program)
{
	int64_t sum = 0;
	for (int i = 0; i < program->packages.len; i++)
		sum += variables_size(d, program->packages.items[i]);
	if (sum <= VARIABLE_SIZE_LIMIT)
		return true;
	fprintf(stderr, "# %s\ntoo much data (%lld bytes, over 2e+09 bytes)\n", program->header, (long long)sum);
	return false;
}

/* Where the cache was taken away between the look into it and the linker's, once more. */
static int compile_and_link(Driver *d, Program *program, const char *output, bool list)
{
	Unit *units = NULL;
	const char **objects, *lost = NULL;
	int status;
	make_work(d);
	if ((status = prepare_target(d)) != EXIT_OK) {
		remove_work(d);
		return status;
	}
	d->build_info = output ? build_info_object(d, program) : NULL;
	if (output && !d->build_info)
		return EXIT_ERROR;
	for (int tries = 0; tries < 2; tries++) {
		status = compile_packages(d, program, &units, &objects);
		if (status == EXIT_OK && output)
			status = link_program(d, objects, output, &lost);
		if (!lost)
			break;
	}
	if (lost)
		fprintf(stderr, "gol: %s was removed or changed during the build\n", lost);
	for (int i = 0; list && status == EXIT_OK && i < program->packages.len; i++) {
		const char *object = program->packages.items[i]->is_stdlib ? cache_find(d, units[i].key) : NULL;
		if (object)
			puts(object);
	}
	remove_work(d);
	return status;
}

/* -gcflags=-lang=go1.N */
static bool set_language(Driver *d, Program *program)
{
	const char *lang = d->options.lang, *digits = lang && strncmp(lang, "go1.", 4) == 0 ? lang + 4 : "";
	if (!lang)
		return true;
	if (!*digits || digits[strspn(digits, "0123456789")]) {
		fprintf(stderr, "# %s\ncompile: invalid value \"%s\" for -lang: should be something like \"go1.12\"\n",
		        program->header, lang);
		return false;
	}
	if (atoi(digits) > d->c->go_version) {
		fprintf(stderr, "# %s\ncompile: invalid value \"%s\" for -lang: max known version is \"go1.%d\"\n",
		        program->header, lang, d->c->go_version);
		return false;
	}
	for (int i = 0; i < program->root->files.len; i++)
		source_set_version(program->root->files.items[i]->source, atoi(digits));
	return true;
}

static bool read_compiler_flags(Driver *d, const Program *program)
{
	apply_compiler_flags(d, program);
	if (d->options.bad_compiler_flag)
		fprintf(stderr, "# %s\n%s\n", program->header, d->options.bad_compiler_flag);
	return !d->options.bad_compiler_flag;
}

int find_sites(Driver *d, Program *program, Sites *sites)
{
	if (!read_compiler_flags(d, program) || !set_language(d, program))
		return EXIT_ERROR;
	d->c->all_errors = d->options.all_errors;
	if (!check_program(d, program))
		return EXIT_ERROR;
	return analyse_program(d, program, sites) ? EXIT_OK : EXIT_ERROR;
}

int build_program(Driver *d, Program *program, const char *output, bool is_program)
{
	bool flags_taken = read_compiler_flags(d, program);
	apply_linker_flags(d, program);
	if (!flags_taken || !set_language(d, program))
		return EXIT_ERROR;
	d->c->all_errors = d->options.all_errors;
	if (d->options.dump && strcmp(d->options.dump, "ast") == 0)
		return dump(d, program);
	if (!check_program(d, program))
		return EXIT_ERROR;
	bool wants_sites = d->options.frames || d->options.frames_page;
	Sites sites = {0};
	if (!analyse_program(d, program, wants_sites ? &sites : NULL))
		return EXIT_ERROR;
	if (d->options.frames)
		sites_remark(d->c, &sites);
	if (d->options.frames_page && print_escape_page(d, program, &sites) != EXIT_OK)
		return EXIT_ERROR;
	bool list = d->options.dump && strcmp(d->options.dump, "objects") == 0;
	if (d->options.dump && !list)
		return dump(d, program);
	if (is_program && (!has_main(d, program) || !define_variables(d, program)))
		return EXIT_ERROR;
	if (d->options.emit_c)
		return emit_sources(d, program, d->options.output ? d->options.output : ".");
	events_start(d);
	diag_print(d->c, program->header);     /* remarks */
	events_end(d, program->header, false);
	if (is_program && !data_fits(d, program))
		return EXIT_ERROR;
	return compile_and_link(d, program, is_program && !list ? output : NULL, list);
}

/* What gol run makes: nothing else is told or written while it is made. */
static bool may_be_kept(const Driver *d)
{
	const Options *o = &d->options;
	bool plain = !o->dump && !o->emit_c && !o->json && !o->build_mode && !o->asan && !o->race && !o->compiler_flags.len &&
		!o->linker_flag_texts.len && !o->bad_compiler_flag && !o->bad_linker_flag;
	return strcmp(o->verb, "run") == 0 && plain && !o->rebuild && !o->dry_run && !o->print_commands &&
		!o->print_packages && !o->keep_work;
}

static uint64_t run_key(Driver *d, const Program *program)
{
	Buf info = build_info_bytes(d, program);
	return hash_bytes(program_key(d, program), info.s, (size_t)info.len);
}

int build_target(Driver *d, const Target *target, const char *output, bool *is_program)
{
	types_new(d->c);
	Program *program = load_program(d->c, target, d->options.tags);
	for (int i = 0; i < program->errors.len; i++)
		fprintf(stderr, "%s\n", program->errors.items[i]);
	if (program->errors.len)
		return EXIT_ERROR;
	*is_program = is_main(program);
	if (!*is_program && strcmp(d->options.verb, "run") == 0) {
		fprintf(stderr, "package %s is not a main package\n", program->header);
		return EXIT_ERROR;
	}
	if (!may_be_kept(d))
		return build_program(d, program, output, *is_program);
	const char *slot = kept_slot(d, d->c->arena, target);
	uint64_t key = run_key(d, program);
	if (kept_take(slot, key, output))
		return EXIT_OK;
	int status = build_program(d, program, output, *is_program);
	if (status == EXIT_OK)
		kept_put(d, d->c->arena, slot, key, output);
	return status;
}

/* ---- where programs go ------------------------------------------------------------------------------------ */

/* Is this a file that a linker made, or an empty one? */
static bool may_be_replaced(const char *path)
{
	unsigned char magic[8] = {0};
	struct stat st;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return true;
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(magic, 1, sizeof magic, f) : 0;
	if (f)
		fclose(f);
	return n >= 4 && (memcmp(magic, "\177ELF", 4) == 0 || memcmp(magic, "!<ar", 4) == 0 ||
	                  memcmp(magic, "\xfe\xed\xfa", 3) == 0 ||
	                  memcmp(magic + 1, "\xfa\xed\xfe", 3) == 0 || memcmp(magic, "MZ", 2) == 0);
}

bool is_folder_name(const char *output)
{
	struct stat st;
	size_t n = strlen(output);
	return (n && output[n - 1] == '/') || (stat(output, &st) == 0 && S_ISDIR(st.st_mode));
}

static bool check_output(const Target *t, const char *output)
{
	struct stat st;
	if (stat(output, &st) == 0 && S_ISDIR(st.st_mode)) {
		fprintf(stderr, "gol: build output \"%s\" already exists and is a directory\n", output);
		return false;
	}
	if (!may_be_replaced(output)) {
		fprintf(stderr, "%s: gol build %s: build output \"%s\" already exists and is not an object file\n", t->path,
		        t->path, output);
		return false;
	}
	return true;
}

/* ---- gol build ---------------------------------------------------------------------------------------------- */

int find_inputs(Driver *d, TargetList *targets)
{
	TextList errors = {0}, warnings = {0};
	find_targets(d->c, d->options.inputs.items, d->options.inputs.len, targets, &errors, &warnings);
	for (int i = 0; i < warnings.len; i++)
		fprintf(stderr, "gol: warning: %s\n", warnings.items[i]);
	for (int i = 0; i < errors.len; i++)
		fprintf(stderr, "%s\n", errors.items[i]);
	return errors.len ? EXIT_ERROR : EXIT_OK;
}

/* Each further package is compiled by a compiler of its own. */
void fresh_compiler(Driver *d)
{
	d->c = compiler_like(d->c);
}

typedef struct Loaded { Compiler *c; Program *program; } Loaded;

/* Everything is loaded before anything is built; mistakes that several packages share are printed once. */
static int load_all(Driver *d, const TargetList *targets, Loaded *loaded)
{
	Map printed = {.by_text = true};
	Arena *arena = d->c->arena;
	for (int i = 0; i < targets->len; i++) {
		if (i > 0)
			fresh_compiler(d);
		types_new(d->c);
		loaded[i] = (Loaded){d->c, load_program(d->c, &targets->items[i], d->options.tags)};
		TextList *errors = &loaded[i].program->errors;
		int before = map_count(&printed);
		events_start(d);
		for (int k = 0; k < errors->len && !loaded[i].program->skipped; k++) {
			if (!map_get(&printed, errors->items[k]))
				fprintf(stderr, "%s\n", errors->items[k]);
			map_put(arena, &printed, errors->items[k], loaded);
		}
		events_end(d, loaded[i].program->header, map_count(&printed) > before);
	}
	return map_count(&printed) ? EXIT_ERROR : EXIT_OK;
}

static int check_outputs(Driver *d, const TargetList *targets, Loaded *loaded, const char **outputs)
{
	const char *output = d->options.output;
	if (d->options.emit_c && targets->len > 1) {
		fprintf(stderr, "gol: -emit=c takes one package\n");
		return EXIT_ERROR;
	}
	if (d->options.emit_c && targets->len == 1 && !loaded[0].program->skipped && !is_main(loaded[0].program)) {
		fprintf(stderr, "gol: -emit=c takes a program: %s is not a main package\n", loaded[0].program->header);
		return EXIT_ERROR;
	}
	Arena *arena = targets->len ? loaded[0].c->arena : d->c->arena;
	bool folder = output && is_folder_name(output) && !d->options.emit_c;
	if (output && !folder && targets->len > 1 && strcmp(output, "/dev/null") != 0) {
		fprintf(stderr, "gol: cannot write multiple packages to non-directory %s\n", output);
		return EXIT_ERROR;
	}
	for (int i = 0; i < targets->len; i++) {
		const Target *t = &targets->items[i];
		bool program = is_main(loaded[i].program);
		outputs[i] = NULL;
		if (folder && program)
			outputs[i] = arena_printf(arena, "%s%s%s", output, output[strlen(output) - 1] == '/' ? "" : "/", t->output);
		else if (output)
			outputs[i] = output;
		else if (program && targets->len == 1)
			outputs[i] = t->output;
		if (outputs[i] && program && !d->options.emit_c && !d->options.dump && !check_output(t, outputs[i]))
			return EXIT_ERROR;
	}
	return EXIT_OK;
}

int build_command(Driver *d)
{
	TargetList targets = {0};
	int status = find_inputs(d, &targets);
	if (status != EXIT_OK)
		return status;
	Loaded *loaded = NEW_ARRAY(d->c->arena, Loaded, targets.len + 1);
	const char **outputs = NEW_ARRAY(d->c->arena, const char *, targets.len + 1);
	Options given = d->options;
	status = load_all(d, &targets, loaded);
	if (status == EXIT_OK)
		status = check_outputs(d, &targets, loaded, outputs);
	if (status != EXIT_OK)
		return status;
	d->reported.by_text = true;
	for (int i = 0; i < targets.len; i++) {
		if (loaded[i].program->skipped)
			continue;
		d->c = loaded[i].c;
		d->options = given;
		int one = build_program(d, loaded[i].program, outputs[i], is_main(loaded[i].program));
		status = one > status ? one : status;
	}
	return status;
}
