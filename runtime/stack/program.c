/*
 * program.c - see program.h.
 */
#include <stddef.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "stack/program.h"

/* Places that the link step finds in objects: compiler/driver/reach.c. */
#define IS_AT(T, member, n) _Static_assert(offsetof(T, member) == (n) * sizeof(void *), "as in reach.c")
IS_AT(gol_method, name, 0);
IS_AT(gol_method, pkg_path, 1);
IS_AT(gol_method, type, 2);
IS_AT(gol_method, code, 3);
IS_AT(gol_imethod, name, 0);
IS_AT(gol_imethod, pkg_path, 1);
IS_AT(gol_imethod, type, 2);
_Static_assert(sizeof(gol_method) == 4 * sizeof(void *) && sizeof(gol_imethod) == 3 * sizeof(void *), "the same");
IS_AT(gol_type, imethods, 14);
IS_AT(gol_func_info, code, 9);
IS_AT(gol_itab, type, 1);
IS_AT(gol_itab, code, 2);

static struct {
	const gol_program *packages;
	int argc;
	char **argv, **envp;
} program;

/* A package of several C files has a record for each, chained. Here they become one list, for all who walk through
 * it. */
static const gol_program *with_all_files(const gol_program *p)
{
	static gol_program all;
	uint32_t count = 0, n = 0;
	for (uint32_t i = 0; i < p->package_count; i++)
		for (const gol_package *file = p->packages[i]; file != NULL; file = file->more)
			count++;
	if (count == p->package_count)
		return p;
	const gol_package **files = malloc(count * sizeof(gol_package *));
	if (files == NULL)
		runtime_out_of_memory();
	for (uint32_t i = 0; i < p->package_count; i++)
		for (const gol_package *file = p->packages[i]; file != NULL; file = file->more)
			files[n++] = file;
	all = *p;
	all.packages = files;
	all.package_count = count;
	return &all;
}

void program_set(const gol_program *packages, int argc, char **argv, char **envp)
{
	program.packages = with_all_files(packages);
	program.argc = argc;
	program.argv = argv;
	program.envp = envp;
}

const gol_program *program_packages(void) { return program.packages; }
int program_argument_count(void) { return program.argc; }
char **program_arguments(void) { return program.argv; }
char **program_environment(void) { return program.envp; }
