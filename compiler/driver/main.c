/*
 * main.c - the gol command. The work is done on a thread with a large stack: the
 * parser, the checker and lowering recurse as deep as the source nests. The main thread
 * waits for signals (scratch.c) and shows progress.
 */
#include "driver.h"
#include "../base/setting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STACK_SIZE = 1 << 30 };

typedef struct { int argc; char **argv; Scratch scratch; } Invocation;

/* -C dir, the first flag of any command; *taken: how many words it was. */
static int change_directory(Driver *d, int argc, char **argv, int *taken)
{
	const char *word = argc > 0 ? argv[0] : "", *dir = NULL;
	word += word[0] == '-' && word[1] == '-';
	*taken = 0;
	if (strcmp(word, "-C") == 0 && argc > 1)
		dir = argv[1], *taken = 2;
	else if (strncmp(word, "-C=", 3) == 0)
		dir = word + 3, *taken = 1;
	if (dir && chdir(dir) != 0) {
		fprintf(stderr, "gol: chdir %s: %s\n", dir, reason(d, errno));
		return EXIT_ERROR;
	}
	if (dir)
		compiler_set_directory(d->c);
	return EXIT_OK;
}

/* Those whose flags stand in the table of options.c. */
static int (*find_command(const char *verb))(Driver *)
{
	static const struct { const char *verb; int (*run)(Driver *); } commands[] = {{"build", build_command},
		{"run", run_command_line}, {"fmt", fmt_command}, {"list", list_command}, {"install", install_command},
		{"generate", generate_command},
		{"explain", explain_command}, {"escape-diff", escape_diff_command}};
	for (int i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(commands[i].verb, verb) == 0)
			return commands[i].run;
	return NULL;
}

/* Commands of go that gol has not. */
static bool is_of_go(const char *verb)
{
	static const char *const verbs[] = {"bug", "fix", "telemetry"};
	for (int i = 0; i < COUNT_OF(verbs); i++)
		if (strcmp(verbs[i], verb) == 0)
			return true;
	return false;
}

static int dispatch(Driver *d, int argc, char **argv)
{
	const char *verb = d->options.verb = argv[1];
	const char *cc = go_setting(d->c, "CC"), *cflags = getenv("CFLAGS");
	d->options.cc = *cc ? cc : "gcc";
	d->options.cflags = cflags ? cflags : "";
	int taken, status;
	argc -= 2;
	argv += 2;
	if (strcmp(verb, "help") == 0)
		return help_command(argc, argv);
	if ((status = change_directory(d, argc, argv, &taken)) != EXIT_OK)
		return status;
	argc -= taken;
	argv += taken;
	if (verb[0] == '-') {
		if (strcmp(verb, "-h") != 0 && strcmp(verb, "--help") != 0 && strcmp(verb, "-help") != 0)
			fprintf(stderr, "flag provided but not defined: %.*s\n", (int)strcspn(verb, "="), verb + (verb[1] == '-'));
		return help_without_verb();
	}
	if (strcmp(verb, "version") == 0)
		return version_command(d, argc, argv);
	if (strcmp(verb, "env") == 0)
		return env_command(d, argc, argv);
	if ((status = check_environment(d)) != EXIT_OK)
		return status;
	find_places(d);
	progress_start(d);
	raise_stack_limit(d);
	if (strcmp(verb, "clean") == 0)
		return clean_command(d, argc, argv);
	if (strcmp(verb, "mod") == 0)
		return mod_command(d, argc, argv);
	if (strcmp(verb, "get") == 0 || strcmp(verb, "work") == 0)
		return go_command(d, verb, argc, argv);
	if (strcmp(verb, "tree") == 0)
		return tree_command(d, argc, argv);
	if (strcmp(verb, "trace") == 0)
		return trace_command(d, argc, argv);
	if (strcmp(verb, "tool") == 0)
		return tool_command(d, argc, argv);
	if (strcmp(verb, "test") == 0)
		return test_command(d, argc, argv);
	if (strcmp(verb, "doc") == 0)
		return doc_command(d, argc, argv);
	if (strcmp(verb, "vet") == 0)
		return vet_command(d, argc, argv);
	int (*command)(Driver *) = find_command(verb);
	if (!command && is_of_go(verb)) {
		fprintf(stderr, "gol: gol %s is not supported yet\n", verb);
		return EXIT_USAGE;
	}
	if (!command) {
		fprintf(stderr, "gol %s: unknown command\nRun 'gol help' for usage.\n", verb);
		return EXIT_USAGE;
	}
	status = parse_options(d, argc, argv);
	return status == EXIT_OK ? command(d) : status;
}

/* Ends the process, and with it the main thread's watch. */
static void *work(void *argument)
{
	Invocation *v = argument;
	Driver d = {.c = compiler_new(), .scratch = &v->scratch};
	int status = dispatch(&d, v->argc, v->argv);
	compiler_free(d.c);
	exit(status);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return help_without_verb();
	Invocation v = {.argc = argc, .argv = argv};
	pthread_t thread;
	pthread_attr_t attributes;
	scratch_start(&v.scratch);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (pthread_create(&thread, &attributes, work, &v) == 0)
		scratch_watch(&v.scratch);
	pthread_sigmask(SIG_SETMASK, &v.scratch.mask, NULL);
	work(&v);
}
