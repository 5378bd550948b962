/*
 * at_version.c - gol install p@v, gol run p@v: programs of a module at a version, whatever module the working
 * directory is in.
 *
 * A module is made for it in a folder that goes away, Go's own command (tool.c) has it require the version, as go get
 * does, with all hashes that go.sum needs, and the build is one of that module. The module of the program must mean
 * the same there as where it is the main module: one with replace or exclude lines is refused.
 *
 * Rejected: building in the module cache with the module's own go.mod and go.sum, which its authors may have left
 * incomplete.
 */
#include "driver.h"
#include "../base/path.h"
#include "../load/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool names_version(const Options *o)
{
	for (int i = 0; i < o->inputs.len; i++) {
		const char *word = o->inputs.items[i];
		if (strchr(word, '@') && *word != '/' && !is_relative(word) && !is_source_name(word))
			return true;
	}
	return false;
}

/* ---- the words --------------------------------------------------------------------------------------- */

/* Why a word is no package of a module; NULL: it may be one. */
static const char *fault_of(Driver *d, const char *path)
{
	static const char *const meta[] = {"std", "cmd", "tool", "work", "all"};
	if (is_relative(path))
		return "argument must be a package path, not a relative path";
	if (*path == '/')
		return "argument must be a package path, not an absolute path";
	for (int i = 0; i < COUNT_OF(meta); i++)
		if (strcmp(meta[i], path) == 0)
			return "argument must be a package path, not a meta-package";
	if (strstr(path, "//") || strstr(path, "/./") || strstr(path, "/../") || (*path && path[strlen(path) - 1] == '/'))
		return "argument must be a clean package path";
	if (!strstr(path, "...") && !memchr(path, '.', strcspn(path, "/")) && tree_folder(d->c, path))
		return "argument must not be a package in the standard library";
	return NULL;
}

/* The version that all words have behind their @; NULL, and said: they do not. */
static const char *common_version(Driver *d)
{
	const TextList *words = &d->options.inputs;
	const char *version = NULL, *fault = NULL;
	for (int i = 0; i < words->len && !version; i++)
		version = strchr(words->items[i], '@') ? strchr(words->items[i], '@') + 1 : NULL;
	for (int i = 0; i < words->len; i++) {
		const char *word = words->items[i], *at = strchr(word, '@');
		if (at && !at[1])
			fault = "version must not be empty";
		else if (!at || strcmp(at + 1, version) != 0)
			fault = arena_printf(d->c->arena,
			                     "all arguments must refer to packages in the same module at the same version (@%s)",
			                     version);
		else
			fault = fault_of(d, arena_strndup(d->c->arena, word, (size_t)(at - word)));
		if (!fault)
			continue;
		fprintf(stderr, "gol: %s: %s\n", word, fault);
		return NULL;
	}
	return version;
}

/* ---- its module ---------------------------------------------------------------------------------------- */

/* The line's first word, of lines outside of blocks and those that open one. */
static bool is_written(const char *text, const char *name)
{
	size_t n = strlen(name);
	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, name, n) == 0 && strchr(" \t(", line[n]))
			return true;
	return false;
}

static const Module *module_of(const ModuleList *list, const char *path)
{
	const Module *found = NULL;
	for (int i = 0; i < list->len; i++) {
		const Module *m = list->items[i];
		size_t n = strlen(m->path);
		if (m->version && strncmp(m->path, path, n) == 0 && strchr("/@", path[n]) &&
		    (!found || n > strlen(found->path)))
			found = m;
	}
	return found;
}

/* The defaults of GODEBUG go by its go line. False, and said: there are lines that count in a main module alone. */
static bool take_module(Driver *d)
{
	static const char *const directives[] = {"replace", "exclude"};
	const char *word = d->options.inputs.items[0], *error = NULL;
	ModuleList list = {0};
	Modules *all = modules_at(d->c, ".");
	if ((error = modules_error(all)) || !modules_build_list(all, &list, &error)) {
		fprintf(stderr, "%s\n", error ? error : "gol: the module graph cannot be loaded");
		return false;
	}
	const Module *m = module_of(&list, word);
	const char *file = m ? module_go_mod(all, m) : NULL;
	SourceFile *source = file ? source_load(d->c, file) : NULL;
	d->c->godebug_version = m && m->go ? m->go : "1.20";       /* the last before go lines decided */
	for (int i = 0; i < COUNT_OF(directives) && source; i++)
		if (is_written(source->text, directives[i])) {
			fprintf(stderr, "gol: %s (in %s@%s):\n\tThe go.mod file for the module providing named packages contains one or\n"
			        "\tmore %s directives. It must not contain directives that would cause\n"
			        "\tit to be interpreted differently than if it were the main module.\n", word, m->path, m->version,
			        directives[i]);
			return false;
		}
	return true;
}

/* ---- the module made for it ------------------------------------------------------------------------------- */

/* go install names the first word in front of what is wrong, go get only where that does not name it: with a version
 * in full all that is wrong names it. */
static void show_fault(Driver *d, const char *line, size_t n)
{
	const char *word = d->options.inputs.items[0], *start = arena_printf(d->c->arena, "go: %s: ", word);
	if (n > 4 && strncmp(line, start, 4) == 0 && (strncmp(line, start, strlen(start)) != 0 ||
	                                              version_is_exact(d->c, strchr(word, '@') + 1))) {
		fputs(start, stderr);
		line += 4;
		n -= 4;
	}
	fwrite(line, 1, n, stderr);
}

/* What go get says of the module made here is nobody's business; that something is downloaded is. */
static void show_said(Driver *d, const char *said, bool failed)
{
	for (const char *line = said; *line;) {
		size_t n = strcspn(line, "\n") + (strchr(line, '\n') != NULL);
		if (strncmp(line, "go: downloading ", 16) == 0)
			fwrite(line, 1, n, stderr);
		else if (failed)
			show_fault(d, line, n);
		line += n;
	}
}

static int get_version(Driver *d, const char *folder)
{
	Arguments words = {0};
	const char *said;
	add_words(d, &words, "get --");
	for (int i = 0; i < d->options.inputs.len; i++)
		add_argument(d, &words, "%s", d->options.inputs.items[i]);
	vec_push(d->c->arena, &words, NULL);
	if (!write_text(arena_printf(d->c->arena, "%s/go.mod", folder),
	                arena_printf(d->c->arena, "module command-line-arguments\n\ngo 1.%d\n", d->c->tree.minor))) {
		fprintf(stderr, "gol: %s/go.mod: %s\n", folder, reason(d, errno));
		return EXIT_ERROR;
	}
	int status = run_tool_apart(d, "cmd/go", words.items, folder, &said);
	show_said(d, said, status != EXIT_OK);
	return status == EXIT_OK ? EXIT_OK : EXIT_ERROR;
}

int enter_version(Driver *d, VersionPlace *place)
{
	if (!tool_path(d, "cmd/go") || !common_version(d))
		return EXIT_ERROR;
	const char *work = getenv("GOWORK");
	*place = (VersionPlace){.before = d->c->work_dir, .work = work ? arena_printf(d->c->arena, "%s", work) : NULL,
		.folder = make_scratch(d, "gol-get")};
	int status = get_version(d, place->folder);
	if (status != EXIT_OK || chdir(place->folder) != 0)
		return EXIT_ERROR;
	setenv("GOWORK", "off", 1);
	compiler_set_directory(d->c);
	d->c->mod_mode = NULL;
	d->c->modfile = NULL;
	if (!take_module(d))
		return EXIT_ERROR;
	for (int i = 0; i < d->options.inputs.len; i++) {
		const char *word = d->options.inputs.items[i];
		d->options.inputs.items[i] = arena_strndup(d->c->arena, word, strcspn(word, "@"));
	}
	return EXIT_OK;
}

void leave_version(Driver *d, const VersionPlace *place)
{
	if (!place->folder)
		return;
	if (place->work)
		setenv("GOWORK", place->work, 1);
	else
		unsetenv("GOWORK");
	if (chdir(place->before) != 0)
		fprintf(stderr, "gol: chdir %s: %s\n", place->before, reason(d, errno));
	scratch_remove(d, place->folder);
}
