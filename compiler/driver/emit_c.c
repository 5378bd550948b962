/*
 * emit_c.c - -emit=c: the C of a program with all it needs, so that
 * `cc *.c -lpthread -lm` builds it; and -dump.
 */
#include "driver.h"
#include "../check/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	if (!f)
		return false;
	bool ok = fputs(text, f) >= 0;
	return fclose(f) == 0 && ok;
}

const char *c_file_name(Driver *d, Package *p)
{
	return arena_printf(d->c->arena, "%s.c", mangle_package(d->c, p->path));
}

static bool copy_file(Driver *d, const char *name, const char *dir)
{
	char buffer[65536];
	size_t n = 0;
	const char *from = arena_printf(d->c->arena, "%s/%s", d->amalgamation, name);
	FILE *in = fopen(from, "r"), *out = in ? fopen(arena_printf(d->c->arena, "%s/%s", dir, name), "w") : NULL;
	bool ok = in && out;
	while (ok && (n = fread(buffer, 1, sizeof buffer, in)) > 0)
		ok = fwrite(buffer, 1, n, out) == n;
	if (!ok)
		fprintf(stderr, "gol: cannot copy %s to %s: %s\n", from, dir, strerror(errno));
	if (in)
		fclose(in);
	return (out ? fclose(out) == 0 : false) && ok;
}

/* The runtime comes as golrt.c and golrt.h here. */
static const char *with_joined_header(Driver *d, const char *text)
{
	static const char include[] = "#include \"generated.h\"";
	const char *at = strstr(text, include);
	return !at ? text : arena_printf(d->c->arena, "%.*s#include \"golrt.h\"%s", (int)(at - text), text, at + strlen(include));
}

int emit_sources(Driver *d, Program *program, const char *dir)
{
	if (!make_folders(dir)) {
		fprintf(stderr, "gol: cannot write to %s: %s\n", dir, strerror(errno));
		return EXIT_ERROR;
	}
	for (int i = 0; i < program->packages.len; i++) {
		Package *p = program->packages.items[i];
		EmitOptions options = {.versions = d->options.versions, .line_directives = false};
		const char *path = arena_printf(d->c->arena, "%s/%s", dir, c_file_name(d, p));
		if (!write_text(path, with_joined_header(d, emit_package(d->c, program, p, &options)))) {
			fprintf(stderr, "gol: cannot write %s: %s\n", path, strerror(errno));
			return EXIT_ERROR;
		}
	}
	return copy_file(d, "golrt.c", dir) && copy_file(d, "golrt.h", dir) ? EXIT_OK : EXIT_ERROR;
}

int dump(Driver *d, Program *program)
{
	Buf out;
	buf_init(&out, d->c->arena);
	const char *stage = d->options.dump;
	Package *root = program->root;
	if (strcmp(stage, "ast") == 0) {
		for (int i = 0; i < root->files.len; i++)
			ast_dump(d->c, &out, root->files.items[i]);
	} else if (strcmp(stage, "types") == 0) {
		types_dump(d->c, &out, root);
	} else if (strcmp(stage, "ir") == 0) {
		dump_ir(d->c, &out, program, root);
	} else if (strcmp(stage, "c") == 0) {
		EmitOptions options = {.versions = d->options.versions, .line_directives = false};
		buf_str(&out, emit_package(d->c, program, root, &options));
	} else {
		fprintf(stderr, "gol: -dump takes ast, types, ir or c\n");
		return EXIT_USAGE;
	}
	fwrite(out.s ? out.s : "", 1, out.len, stdout);
	return EXIT_OK;
}
