/*
 * front_fuzz.c - libFuzzer target: the lexer, parser and checker on any bytes. Whatever
 * the input, the front end must end in messages or in a checked tree. What passes the
 * checker is lowered and emitted too, so that those may not fail either.
 *
 * GOL_FUZZ_STDLIB names the standard library, so that programs may import it.
 */
#include "check/check.h"
#include "emit/emit.h"
#include "escape/escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *input_path(void)
{
	static char path[64];
	snprintf(path, sizeof path, "/tmp/gol-fuzz-%d.gol", (int)getpid());
	return path;
}

static bool check_all(Compiler *c, Program *program)
{
	for (int i = 0; i < program->packages.len; i++)
		if (!check_package(c, program->packages.items[i]))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = input_path(), *stdlib = getenv("GOL_FUZZ_STDLIB"), *generated = getenv("GOL_FUZZ_GENERATED");
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
		abort();
	Compiler *c = compiler_new();
	c->stdlib_dir = stdlib ? stdlib : "stdlib";
	c->generated_dir = generated ? generated : "build/stdlib";
	types_new(c);
	TargetList targets = {0};
	TextList errors = {0}, warnings = {0};
	find_targets(c, &path, 1, &targets, &errors, &warnings);
	Program *program = targets.len ? load_program(c, &targets.items[0], NULL) : NULL;
	if (program && program->errors.len == 0 && program->broken.len == 0 && check_all(c, program) && strcmp(program->root->name, "main") == 0) {
		EmitOptions options = {.versions = 2};
		for (int i = 0; i < program->packages.len; i++)
			escape_package(c, program->packages.items[i], false, 0);
		emit_package(c, program, program->root, &options);
	}
	compiler_free(c);
	return 0;
}
