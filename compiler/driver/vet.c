/*
 * vet.c - gol vet: the analyzers of the Go source tree's cmd/vet on the packages named.
 *
 * cmd/vet is compiled by gol when it is first wanted (tool.c), with a main loop of gol's own
 * (stdlib/internal/gol/hooks/cmd/vendor/.../unitchecker, which says why and how). What it looks at it is told in a
 * file: each package with its files and to whom its imports lead, as gol's own loader finds them (load/listing.c);
 * the standard packages it finds in the tree. So it sees the files that gol would compile, but the standard library
 * as Go has it.
 *
 * A package is looked at together with its tests, and those beside it apart, so that each file is seen once. The
 * flags of the analyzers differ from tree to tree: the tool is asked for them.
 */
#define _GNU_SOURCE           /* pipe2 */
#include "vet.h"
#include "flags.h"
#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the job, as JSON ------------------------------------------------------------------------------ */

static void comma(Buf *b)
{
	char last = b->s[strlen(b->s) - 1];
	if (last != '{' && last != '[')
		buf_char(b, ',');
}

static void add_key(Buf *b, const char *name)
{
	comma(b);
	json_string(b, name);
	buf_char(b, ':');
}

static void add_text(Buf *b, const char *name, const char *value)
{
	add_key(b, name);
	json_string(b, value ? value : "");
}

static void add_bool(Buf *b, const char *name, bool value)
{
	add_key(b, name);
	buf_str(b, value ? "true" : "false");
}

/* Absolute, and as -overlay has them. */
static void add_files(VetJob *job, Buf *b, const char *name, const Listed *p, const FileSort *sorts, int count)
{
	Compiler *c = job->d->c;
	add_key(b, name);
	buf_char(b, '[');
	for (int i = 0; i < count; i++)
		for (int k = 0; k < p->inside->files[sorts[i]].len; k++) {
			comma(b);
			json_string(b, overlay_actual(c,
			                              arena_printf(c->arena, "%s/%s", p->dir,
			                                           p->inside->files[sorts[i]].items[k])));
		}
	buf_char(b, ']');
}

static void add_imports(VetJob *job, Buf *b, const Listed *p)
{
	add_key(b, "Imports");
	buf_char(b, '{');
	for (int part = 0; part < PART_COUNT; part++) {
		bool own = p->part == PART_TEST ? part != PART_XTEST : part == (int)p->part;
		for (int i = 0; own && i < p->inside->imports[part].len; i++) {
			const char *written = p->inside->imports[part].items[i].path;
			const Listed *imported = listed_import(p, written);
			if (imported)
				add_text(b, written, listed_id(job->d->c, imported));
		}
	}
	buf_char(b, '}');
}

/* The version of the language, as package go/types of the tree understands it. */
static const char *language_of(Driver *d, const Listed *p)
{
	const Module *m = p->module;
	if (!m)
		return arena_printf(d->c->arena, "go1.%d", d->c->tree.minor);
	if (!m->go)
		return "go1.16";
	return d->c->tree.minor < 21 ? arena_printf(d->c->arena, "go1.%d", m->minor) : arena_printf(d->c->arena, "go%s",
		m->go);
}

static void add_unit(VetJob *job, Buf *b, const Listed *p, bool report, const char *output)
{
	static const FileSort package[] = {FILES_GO}, tested[] = {FILES_GO, FILES_TEST}, beside[] = {FILES_XTEST};
	static const FileSort others[] = {FILES_C, FILES_CXX, FILES_M, FILES_H, FILES_F, FILES_S, FILES_SWIG,
		FILES_SWIG_CXX, FILES_SYSO};
	static const FileSort ignored[] = {FILES_IGNORED, FILES_IGNORED_OTHER};
	bool is_beside = p->part == PART_XTEST;
	comma(b);
	buf_char(b, '{');
	add_text(b, "ID", listed_id(job->d->c, p));
	add_text(b, "Path", p->path);
	add_files(job, b, "GoFiles", p, is_beside ? beside : p->part == PART_TEST ? tested : package,
	          p->part == PART_TEST ? 2 : 1);
	add_files(job, b, "OtherFiles", p, others, is_beside ? 0 : COUNT_OF(others));
	add_files(job, b, "IgnoredFiles", p, ignored, is_beside ? 0 : COUNT_OF(ignored));
	add_text(b, "Language", language_of(job->d, p));
	add_text(b, "Module", p->module ? p->module->path : "");
	add_text(b, "ModuleVersion", p->module ? p->module->version : "");
	add_imports(job, b, p);
	add_bool(b, "Report", report);
	add_text(b, "Output", output);
	buf_char(b, '}');
}

/* With all it depends on that is not there yet. Of standard packages those that are named alone: the tool knows the
 * others. */
static void add_units(VetJob *job, Buf *b, Map *seen, const Map *outputs, Listed *p)
{
	ListedList all = listed_dependencies(&job->listing, p);
	vec_push(job->d->c->arena, &all, p);
	for (int i = 0; i < all.len; i++) {
		const Listed *q = all.items[i];
		const char *output = map_get(outputs, q);
		if (!q->inside || (q->standard && !output) || map_get(seen, q))
			continue;
		map_put(job->d->c->arena, seen, q, job);
		add_unit(job, b, q, output != NULL, output);
	}
}

static bool has_files(const Listed *p) { return p && (p->part != PART_PACKAGE || p->inside->files[FILES_GO].len); }

static const char *job_text(VetJob *job)
{
	Driver *d = job->d;
	Map seen = {0}, outputs = {0};
	Buf b;
	for (int i = 0; i < job->packages.len; i++) {
		const VetPackage *p = &job->packages.items[i];
		Listed *of[] = {p->tests.inside, p->tests.beside};
		for (int k = 0; k < COUNT_OF(of); k++)
			if (has_files(of[k]))
				map_put(d->c->arena, &outputs, of[k], (void *)(uintptr_t)(p->outputs[k] ? p->outputs[k] : ""));
	}
	buf_init(&b, d->c->arena);
	buf_char(&b, '{');
	add_text(&b, "Root", d->c->tree.root);
	add_text(&b, "Arch", d->c->arch);
	add_text(&b, "Language", arena_printf(d->c->arena, "go1.%d", d->c->tree.minor));
	add_bool(&b, "Test", job->of_test);
	add_bool(&b, "Explicit", job->chosen);
	add_key(&b, "Units");
	buf_char(&b, '[');
	for (int i = 0; i < job->packages.len; i++) {
		const ListedTests *tests = &job->packages.items[i].tests;
		if (has_files(tests->inside))
			add_units(job, &b, &seen, &outputs, tests->inside);
		if (has_files(tests->beside))
			add_units(job, &b, &seen, &outputs, tests->beside);
	}
	buf_str(&b, "]}\n");
	return b.s;
}

VetJob vet_job(Driver *d)
{
	return (VetJob){.d = d, .listing = {.c = d->c, .tags = {.given = d->options.tags, .arch = d->c->arch},
		.of_tree = true}};
}

const char *vet_too_old(Driver *d, const Listed *p)
{
	const Module *m = p->module;
	if (!m || !m->go || m->minor <= d->c->tree.minor)
		return NULL;
	return arena_printf(d->c->arena, "gol: %s requires go >= %s (Go tree %s is 1.%d)", m->path, m->go, d->c->tree.root,
	                    d->c->tree.minor);
}

bool vet_command_line(VetJob *job, const char *tool, const TextList *flags, const char *folder, Arguments *command)
{
	Driver *d = job->d;
	const char *file = arena_printf(d->c->arena, "%s/vet.cfg", folder);
	if (!write_text(file, job_text(job))) {
		fprintf(stderr, "gol: %s: %s\n", file, reason(d, errno));
		return false;
	}
	add_argument(d, command, "%s", tool);
	for (int i = 0; i < flags->len; i++)
		add_argument(d, command, "%s", flags->items[i]);
	add_argument(d, command, "%s", file);
	vec_push(d->c->arena, command, NULL);
	return true;
}

/* ---- flags ------------------------------------------------------------------------------------------- */

/* A JSON list of Name, Bool, Usage, a field a line. */
const char *vet_flags(Driver *d, const char *tool)
{
	enum { MOST = 1 << 16 };
	char *text = arena_alloc(d->c->arena, MOST);
	int ends[2], status = 0;
	size_t n = 0;
	ssize_t got;
	pid_t pid = -1;
	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		become_program(d, tool, (char *[]){(char *)tool, "-flags", NULL});
	}
	if (pid < 0) {
		fprintf(stderr, "gol: %s -flags: %s\n", tool, reason(d, errno));
		return NULL;
	}
	close(ends[1]);
	while (n < MOST - 1 && (got = read(ends[0], text + n, MOST - 1 - n)) > 0)
		n += (size_t)got;
	close(ends[0]);
	text[n] = '\0';
	waitpid(pid, &status, 0);
	if (status == 0)
		return text;
	fprintf(stderr, "gol: %s -flags failed\n", tool);
	return NULL;
}

bool is_vet_flag(Driver *d, const char *known, const char *word, bool *takes_value)
{
	const char *name = word + 1 + (word[1] == '-');
	size_t n = strcspn(name, "=");
	const char *at = n ? strstr(known, arena_printf(d->c->arena, "\"Name\": \"%.*s\",", (int)n, name)) : NULL;
	if (!at)
		return false;
	*takes_value = !name[n] && strncmp(strstr(at, "\"Bool\": "), "\"Bool\": true", strlen("\"Bool\": true")) != 0;
	return true;
}

static int more_usage(int status)
{
	fputs("Run 'gol tool vet help' for a full list of flags and analyzers.\nRun 'gol tool vet -help' for an overview.\n", stderr);
	return status;
}

/* A flag that is true or false, with a value that is neither. */
static bool is_wrong_bool(Driver *d, const char *known, const char *word)
{
	const char *value = strchr(word, '=');
	bool takes_value, ignored;
	if (!value || !is_vet_flag(d, known, arena_strndup(d->c->arena, word, (size_t)(value - word)), &takes_value) ||
	    takes_value)
		return false;
	return !parse_bool(value + 1, &ignored);
}

static int wrong_bool(Driver *d, const char *word)
{
	const char *name = word + 1 + (word[1] == '-'), *value = strchr(word, '=') + 1;
	return more_usage(bad_flag_value(&(FlagReader){d, false}, "boolean ", value,
	                                 arena_strndup(d->c->arena, name, strcspn(name, "=")), "parse error"));
}

static int refuse_if_given(const char *word)
{
	static const char *const refused[] = {"vettool", "fix", "diff"};
	const char *name = word + 1 + (word[1] == '-');
	for (int i = 0; i < COUNT_OF(refused); i++)
		if (strlen(refused[i]) == strcspn(name, "=") && strncmp(refused[i], name, strlen(refused[i])) == 0) {
			fprintf(stderr, "gol: vet -%s is not supported yet\n", refused[i]);
			return EXIT_USAGE;
		}
	return EXIT_OK;
}

/* Flags of gol build go to d->options, those of the tool to flags. */
static int read_vet_flags(Driver *d, const char *known, int argc, char **argv, TextList *flags)
{
	int i = 0, status = read_environment_flags(d);
	bool takes_value = false;
	for (; i < argc && argv[i][0] == '-' && argv[i][1] && status == EXIT_OK; i++) {
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if ((status = refuse_if_given(argv[i])) != EXIT_OK)
			return status;
		if (is_flag(d, argv[i])) {
			status = read_one_flag(&(FlagReader){d, false}, argc, argv, &i);
		} else if (is_vet_flag(d, known, argv[i], &takes_value)) {
			if (is_wrong_bool(d, known, argv[i]))
				return wrong_bool(d, argv[i]);
			vec_push(d->c->arena, flags, argv[i]);
			if (takes_value && i + 1 < argc)
				vec_push(d->c->arena, flags, argv[++i]);
		} else {
			return more_usage(undefined_flag(d, argv[i]));
		}
	}
	for (; i < argc; i++)
		vec_push(d->c->arena, &d->options.inputs, argv[i]);
	if (d->options.inputs.len == 0)
		vec_push(d->c->arena, &d->options.inputs, ".");
	return status == EXIT_OK ? finish_options(d) : status;
}

/* ---- gol vet ------------------------------------------------------------------------------------------- */

static bool print_error(const Listed *p)
{
	const ListError *e = p->error;
	if (e)
		fprintf(stderr, "%s%s%s\n", e->position, *e->position ? ": " : "", e->text);
	return e != NULL;
}

/* Of the package and all that it depends on. */
static bool print_errors(VetJob *job, Map *printed, Listed *p)
{
	ListedList all = listed_dependencies(&job->listing, p);
	bool some = false;
	vec_push(job->d->c->arena, &all, p);
	for (int i = 0; i < all.len; i++) {
		if (!map_get(printed, all.items[i]))
			some |= print_error(all.items[i]);
		map_put(job->d->c->arena, printed, all.items[i], job);
	}
	return some;
}

static bool add_package(VetJob *job, Map *printed, Listed *p)
{
	const ListedTests tests = listing_tests(&job->listing, p);
	const char *too_old = vet_too_old(job->d, p);
	if (print_errors(job, printed, tests.inside) || (tests.beside && print_errors(job, printed, tests.beside)))
		return false;
	if (!has_files(tests.inside) && !tests.beside)
		too_old = arena_printf(job->d->c->arena, "gol: can't vet %s: no Go files in %s", p->path, p->dir);
	if (too_old) {
		fprintf(stderr, "%s\n", too_old);
		return false;
	}
	vec_push(job->d->c->arena, &job->packages, (VetPackage){.tests = tests});
	return true;
}

static int run_vet(VetJob *job, const char *tool, const TextList *flags)
{
	Driver *d = job->d;
	Arguments command = {0};
	const char *folder = make_scratch(d, "gol-vet");
	int status = EXIT_ERROR;
	if (vet_command_line(job, tool, flags, folder, &command)) {
		set_tool_environment(d);
		for (int i = 0; i < job->packages.len && d->options.print_packages; i++)
			fprintf(stderr, "%s\n", job->packages.items[i].tests.inside->path);
		if (d->options.print_commands)
			print_command(command.items);
		int ended = d->options.dry_run ? 0 : execute(d, tool, command.items);
		status = ended < 0 ? EXIT_ERROR : WIFSIGNALED(ended) ? 128 + WTERMSIG(ended) : WEXITSTATUS(ended);
	}
	if (d->options.keep_work) {
		fprintf(stderr, "WORK=%s\n", folder);
		scratch_keep(d, folder);
	} else {
		scratch_remove(d, folder);
	}
	return status;
}

int vet_command(Driver *d, int argc, char **argv)
{
	TextList flags = {0};
	TargetList targets = {0};
	Map printed = {0};
	begin_options(d);
	const char *tool = tool_path(d, VET_TOOL);
	const char *known = tool ? vet_flags(d, tool) : NULL;
	if (!known)
		return EXIT_ERROR;
	int status = read_vet_flags(d, known, argc, argv, &flags);
	if (status != EXIT_OK || (status = find_inputs(d, &targets)) != EXIT_OK)
		return status;
	VetJob job = vet_job(d);
	job.chosen = flags.len > 0;
	bool broken = false;
	for (int i = 0; i < targets.len; i++)
		listing_add(&job.listing, &targets.items[i]);
	for (int i = 0; i < job.listing.roots.len; i++)
		broken |= print_errors(&job, &printed, job.listing.roots.items[i]);
	if (broken)
		return EXIT_ERROR;
	if (job.listing.roots.len == 0) {
		fputs("no packages to vet\n", stderr);
		return EXIT_ERROR;
	}
	for (int i = 0; i < job.listing.roots.len; i++)
		status = add_package(&job, &printed, job.listing.roots.items[i]) ? status : EXIT_ERROR;
	int ran = job.packages.len ? run_vet(&job, tool, &flags) : EXIT_OK;
	return ran == EXIT_OK ? status : ran;
}
