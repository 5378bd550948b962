/*
 * environment.c - Go's environment variables: what gol cannot do is said, not ignored.
 *
 * Not looked at are those that name Go's own tools and places (GOBIN, GOTOOLCHAIN, GCCGO), GOSUMDB (what is not in
 * go.sum is not used), cgo (CGO_*: import "C" is refused) and other machines (GO386, GOARM ...). Those that steer
 * modules (GOPROXY, GOMODCACHE, GOWORK ...) are read where they are needed. Go's env file counts as the environment
 * does (base/setting.c).
 */
#include "driver.h"
#include "../base/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_one_of(const char *value, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, value) == 0)
			return true;
	return false;
}

/* Variables of which gol knows some values; else it says so. */
static int check_values(Driver *d)
{
	static const struct { const char *name, *values[5], *also; } table[] = {
		{"GO111MODULE", {"", "on", "auto", NULL}, "off"},
		{"GOAMD64", {"", "v1", NULL}, NULL},
		{"GOARM64", {"", "v8.0", NULL}, NULL},
		{"GORISCV64", {"", "rva20u64", NULL}, NULL},
		{"GOEXPERIMENT", {"", "none", NULL}, NULL},
		{"GOFIPS140", {"", "off", NULL}, NULL},
	};
	for (int i = 0; i < COUNT_OF(table); i++) {
		const char *value = go_setting(d->c, table[i].name);
		if (is_one_of(value, table[i].values))
			continue;
		if (table[i].also && strcmp(table[i].also, value) != 0) {
			fprintf(stderr, "gol: unknown environment setting %s=%s\n", table[i].name, value);
			return EXIT_ERROR;
		}
		fprintf(stderr, "gol: %s=%s is not supported yet\n", table[i].name, value);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

static int check_cache(void)
{
	const char *cache = getenv("GOLCACHE"), *xdg = getenv("XDG_CACHE_HOME"), *reason = NULL;
	bool given = cache && *cache;
	if (given && strcmp(cache, "off") == 0) {
		fprintf(stderr, "build cache is disabled by GOLCACHE=off, but required\n");
		return EXIT_ERROR;
	}
	if (given && *cache != '/')
		reason = "GOLCACHE is not an absolute path";
	else if (!given && xdg && *xdg && *xdg != '/')
		reason = "GOLCACHE is not defined and path in $XDG_CACHE_HOME is relative";
	if (reason)
		fprintf(stderr, "build cache is required, but could not be located: %s\n", reason);
	return reason ? EXIT_ERROR : EXIT_OK;
}

int check_environment(Driver *d)
{
	const char *system = go_setting(d->c, "GOOS"), *machine = go_setting(d->c, "GOARCH");
	d->c->arch = *machine ? machine : GOL_ARCH;
	if ((*system && strcmp(system, "linux") != 0) || !is_known_machine(d->c->arch)) {
		fprintf(stderr, "gol: unsupported GOOS/GOARCH pair %s/%s\n", *system ? system : "linux",
		        *machine ? machine : GOL_ARCH);
		return EXIT_USAGE;
	}
	int status = check_values(d);
	return status == EXIT_OK ? check_cache() : status;
}
