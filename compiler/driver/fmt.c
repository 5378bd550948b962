/*
 * fmt.c - gol fmt: the Go files of the packages named, through the tree's cmd/gofmt (tool.c), with -l and -w.
 */
#include "driver.h"
#include "../base/path.h"
#include "../load/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its files as words of gofmt's command line; false if there is something wrong with the package. */
static bool add_package(Driver *d, const Target *t, Arguments *files)
{
	const BuildTags tags = {.given = d->options.tags, .arch = d->c->arch};
	const Inspected *p = inspect_package(d->c, t->dir, t->files, &tags);
	TextList names = inspected_go_files(d->c, p);
	if (p->error && !p->no_go) {
		fprintf(stderr, "%s\n", p->error);
		return false;
	}
	if (p->no_go && p->error && t->matched)         /* a pattern does not mean it */
		return true;
	for (int i = 0; i < names.len; i++)
		add_argument(d, files, "%s", short_name(d->c, names.items[i]));
	return true;
}

static void show_command(char *const *words)
{
	for (int i = 0; words[i]; i++)
		printf("%s%s", i ? " " : "", words[i]);
	putchar('\n');
	fflush(stdout);
}

static int run_gofmt(Driver *d, Arguments *command)
{
	vec_push(d->c->arena, command, NULL);
	if (d->options.print_commands)
		show_command(command->items);
	if (d->options.dry_run)
		return EXIT_OK;
	set_tool_environment(d);
	int status = execute(d, command->items[0], command->items);
	if (status == 0)
		return EXIT_OK;
	if (status > 0)
		fprintf(stderr, "exit status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return EXIT_ERROR;
}

/* Packages of other modules are not the user's to change. */
int fmt_command(Driver *d)
{
	TargetList targets = {0};
	Arguments command = {0};
	bool said = false;
	int status = find_inputs(d, &targets);
	const char *gofmt = targets.len ? tool_path(d, "cmd/gofmt") : "";
	if (!gofmt)
		return EXIT_ERROR;
	add_argument(d, &command, "%s", gofmt);
	add_words(d, &command, "-l -w");
	int words = command.len;
	for (int i = 0; i < targets.len; i++) {
		const Target *t = &targets.items[i];
		bool is_others = t->module && t->module->version;
		if (is_others && !said)
			fputs("gol: not formatting packages in dependency modules\n", stderr);
		said |= is_others;
		if (!is_others && !add_package(d, t, &command))
			status = EXIT_ERROR;
	}
	if (command.len == words)
		return status;
	int ran = run_gofmt(d, &command);
	return status == EXIT_OK ? ran : status;
}
