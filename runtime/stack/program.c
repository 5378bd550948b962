/*
 * program.c - see program.h.
 */
#include "stack/program.h"

static struct {
	const gol_program *packages;
	int argc;
	char **argv, **envp;
} program;

void program_set(const gol_program *packages, int argc, char **argv, char **envp)
{
	program.packages = packages;
	program.argc = argc;
	program.argv = argv;
	program.envp = envp;
}

const gol_program *program_packages(void) { return program.packages; }
int program_argument_count(void) { return program.argc; }
char **program_arguments(void) { return program.argv; }
char **program_environment(void) { return program.envp; }
