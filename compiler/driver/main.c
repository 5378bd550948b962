/*
 * main.c - the gol command. The work is done on a thread with a large stack: the
 * parser, the checker and lowering recurse as deep as the source nests.
 */
#include "driver.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STACK_SIZE = 1 << 30 };

typedef struct { int argc; char **argv; int status; } Invocation;

static int dispatch(Driver *d, int argc, char **argv)
{
	const char *verb = d->options.verb = argv[1];
	const char *cc = getenv("CC"), *cflags = getenv("CFLAGS");
	d->options.cc = cc && *cc ? cc : "gcc";
	d->options.cflags = cflags ? cflags : "";
	if (strcmp(verb, "help") == 0 || strcmp(verb, "-h") == 0 || strcmp(verb, "--help") == 0)
		return help_command(d, argc > 2 ? argv[2] : NULL);
	if (strcmp(verb, "version") == 0)
		return version_command();
	find_places(d);
	if (strcmp(verb, "env") == 0)
		return env_command(d, argc - 2, argv + 2);
	if (strcmp(verb, "clean") == 0) {
		if (argc > 2 && strcmp(argv[2], "-cache") == 0)
			clean_cache(d);
		return EXIT_OK;
	}
	bool is_build = strcmp(verb, "build") == 0;
	if (!is_build && strcmp(verb, "run") != 0) {
		fprintf(stderr, "gol %s: unknown command\nRun 'gol help' for usage.\n", verb);
		return EXIT_USAGE;
	}
	if (!parse_options(d, argc - 2, argv + 2))
		return EXIT_USAGE;
	return is_build ? build_command(d) : run_program(d);
}

static void *work(void *argument)
{
	Invocation *v = argument;
	Driver d = {.c = compiler_new()};
	v->status = dispatch(&d, v->argc, v->argv);
	compiler_free(d.c);
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		help_command(NULL, NULL);
		return EXIT_USAGE;
	}
	Invocation v = {argc, argv, EXIT_INTERNAL};
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (pthread_create(&thread, &attributes, work, &v) != 0)
		work(&v);
	else
		pthread_join(thread, NULL);
	return v.status;
}
