/*
 * install.c - gol install: gol build, with the programs put where Go puts them: $GOBIN, else bin below the first
 * folder of $GOPATH, else ~/go/bin; for another machine in a folder linux_$GOARCH there.
 */
#include "driver.h"
#include "../base/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL, and said, if it is no place to install to. */
static const char *program_folder(Driver *d)
{
	Arena *a = d->c->arena;
	const char *bin = go_setting(d->c, "GOBIN"), *path = go_setting(d->c, "GOPATH"), *home = getenv("HOME");
	if (*bin && is_cross(d)) {
		fputs("gol: cannot install cross-compiled binaries when GOBIN is set\n", stderr);
		return NULL;
	}
	if (*bin && *bin != '/') {
		fputs("cannot install, GOBIN must be an absolute path\n", stderr);
		return NULL;
	}
	if (*bin)
		return arena_printf(a, "%s/", bin);
	if (*path && *path != '/') {
		fprintf(stderr, "gol: GOPATH entry is relative; must be absolute path: \"%s\".\nFor more details see: 'go help gopath'\n", path);
		return NULL;
	}
	if (!*path && (!home || *home != '/')) {
		fputs("no install location: neither GOBIN, GOPATH nor HOME is set\n", stderr);
		return NULL;
	}
	path = *path ? arena_strndup(a, path, strcspn(path, ":")) : arena_printf(a, "%s/go", home);
	return is_cross(d) ? arena_printf(a, "%s/bin/linux_%s/", path, d->c->arch) : arena_printf(a, "%s/bin/", path);
}

int install_command(Driver *d)
{
	VersionPlace place = {0};
	d->options.output = program_folder(d);
	int status = d->options.output ? EXIT_OK : EXIT_ERROR;
	if (status == EXIT_OK && names_version(&d->options))
		status = enter_version(d, &place);
	if (status == EXIT_OK)
		status = build_command(d);
	leave_version(d, &place);
	return status;
}
