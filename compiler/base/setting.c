/*
 * setting.c - Go's settings: the environment, else Go's env file ($GOENV, or go/env in the user's configuration
 * folder), whose lines are NAME=value. What the file says of a name counts only where the environment has no text for
 * it.
 */
#include "setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *go_settings_file(Compiler *c)
{
	const char *given = getenv("GOENV"), *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (given && *given)
		return strcmp(given, "off") == 0 ? NULL : given;
	if (config && *config == '/')
		return arena_printf(c->arena, "%s/go/env", config);
	return home && *home ? arena_printf(c->arena, "%s/.config/go/env", home) : NULL;
}

bool go_is_setting(const char *name)
{
	static const char *const names[] = {"AR", "CC", "CGO_CFLAGS", "CGO_CFLAGS_ALLOW", "CGO_CFLAGS_DISALLOW",
		"CGO_CPPFLAGS", "CGO_CPPFLAGS_ALLOW",
		"CGO_CPPFLAGS_DISALLOW", "CGO_CXXFLAGS", "CGO_CXXFLAGS_ALLOW", "CGO_CXXFLAGS_DISALLOW", "CGO_ENABLED",
		"CGO_FFLAGS", "CGO_FFLAGS_ALLOW",
		"CGO_FFLAGS_DISALLOW", "CGO_LDFLAGS", "CGO_LDFLAGS_ALLOW", "CGO_LDFLAGS_DISALLOW", "CXX", "FC", "GCCGO",
		"GO111MODULE", "GO386", "GOAMD64",
		"GOARCH", "GOARM", "GOARM64", "GOAUTH", "GOBIN", "GOCACHE", "GOCACHEPROG", "GOENV", "GOEXE", "GOEXPERIMENT",
		"GOFIPS140", "GOFLAGS",
		"GOGCCFLAGS", "GOHOSTARCH", "GOHOSTOS", "GOINSECURE", "GOMIPS", "GOMIPS64", "GOMODCACHE", "GONOPROXY",
		"GONOSUMDB", "GOOS", "GOPATH", "GOPPC64",
		"GOPRIVATE", "GOPROXY", "GORISCV64", "GOROOT", "GOSUMDB", "GOTMPDIR", "GOTOOLCHAIN", "GOTOOLDIR", "GOVCS",
		"GOWASM", "GOWORK",
		"GO_EXTLINK_ENABLED", "PKG_CONFIG"};
	for (int i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* "" if it is set nowhere. An empty variable counts as unset, as in Go; the last line of a name counts. */
const char *go_setting(Compiler *c, const char *name)
{
	const char *value = getenv(name), *path = value && *value ? NULL : go_settings_file(c), *found = "";
	char line[4096];
	size_t n = strlen(name);
	FILE *f = path ? fopen(path, "r") : NULL;
	if (value && *value)
		return value;
	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, name, n) == 0 && line[n] == '=')
			found = arena_strndup(c->arena, line + n + 1, strcspn(line + n + 1, "\r\n"));
	if (f)
		fclose(f);
	return found;
}
