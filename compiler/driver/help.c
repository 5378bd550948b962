/*
 * help.c - gol help, version, env.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOL_VERSION "0.1"

static const char general[] =
	"gol compiles Go programs (.gol and .go files) to C and runs them.\n\n"
	"Usage:\n\n\tgol <command> [arguments]\n\n"
	"The commands are:\n\n"
	"\tbuild       compile packages and dependencies\n"
	"\tclean       remove object files and cached files\n"
	"\tenv         print gol environment information\n"
	"\thelp        show this text, or more about a command\n"
	"\trun         compile and run a program\n"
	"\tversion     print gol version\n\n"
	"Use \"gol help <command>\" for more information about a command.\n";

static const struct { const char *verb, *text; } topics[] = {
	{"build",
	 "usage: gol build [-o output] [build flags] [files | folder]\n\n"
	 "Compiles the package in the files or the folder (default: the current one) and, if\n"
	 "it is package main, links a program named after the first file or the folder.\n\n"
	 "\t-o FILE          write the program there\n"
	 "\t-O0 -O1 -O2 -O3  optimisation of the C compiler (default -O2)\n"
	 "\t-versions=1|2    framed functions only, or fast versions beside them (default 2 from -O2 on)\n"
	 "\t-emit=c -o DIR   write the C into DIR and stop\n"
	 "\t-dump=STAGE      print ast, types, ir or c of the package and stop\n"
	 "\t-gcflags=FLAGS   -m (escape decisions), -e (all errors), -noline (no #line in the C)\n"
	 "\t-a               compile all packages anew\n"
	 "\t-tags a,b        build constraints that hold\n"
	 "\t-v -x -n -work   print packages, commands; only print; keep the work folder\n\n"
	 "CC and CFLAGS name the C compiler and flags for the program's own packages.\n"},
	{"run",
	 "usage: gol run [build flags] files | folder [arguments...]\n\n"
	 "Compiles the program at -O0 and runs it with the arguments. The flags are those of gol build.\n"},
	{"clean", "usage: gol clean -cache\n\nRemoves every cached object.\n"},
	{"env", "usage: gol env [names...]\n\nPrints the environment gol works in, or the values of the names given.\n"},
	{"version", "usage: gol version\n\nPrints the version of gol.\n"},
};

int help_command(Driver *d, const char *topic)
{
	(void)d;
	if (!topic) {
		fputs(general, stdout);
		return EXIT_OK;
	}
	for (int i = 0; i < COUNT_OF(topics); i++)
		if (strcmp(topics[i].verb, topic) == 0) {
			fputs(topics[i].text, stdout);
			return EXIT_OK;
		}
	fprintf(stderr, "gol help %s: unknown help topic. Run 'gol help'.\n", topic);
	return EXIT_USAGE;
}

int version_command(void)
{
#if defined(__aarch64__)
	puts("gol version gol" GOL_VERSION " linux/arm64");
#else
	puts("gol version gol" GOL_VERSION " linux/amd64");
#endif
	return EXIT_OK;
}

int env_command(Driver *d, int argc, char **argv)
{
	const char *flags = getenv("CFLAGS");
	const struct { const char *name, *value; } all[] = {
		{"CC", d->options.cc}, {"CFLAGS", flags ? flags : ""}, {"GOARCH",
#if defined(__aarch64__)
		"arm64"
#else
		"amd64"
#endif
		}, {"GOLCACHE", d->cache_dir}, {"GOLROOT", d->root}, {"GOLVERSION", "gol" GOL_VERSION}, {"GOOS", "linux"},
	};
	for (int k = 0; k < argc; k++)
		for (int i = 0; i < COUNT_OF(all); i++)
			if (strcmp(argv[k], all[i].name) == 0)
				puts(all[i].value);
	for (int i = 0; argc == 0 && i < COUNT_OF(all); i++)
		printf("%s='%s'\n", all[i].name, all[i].value);
	return EXIT_OK;
}
