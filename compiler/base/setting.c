/*
 * setting.c - Go's settings: the environment, else Go's env file ($GOENV, or go/env in the user's configuration folder), whose lines
 * are NAME=value. What the file says of a name counts only where the environment has no text for it.
 */
#include "setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *env_file(Compiler *c)
{
	const char *given = getenv("GOENV"), *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (given && *given)
		return strcmp(given, "off") == 0 ? NULL : given;
	if (config && *config == '/')
		return arena_printf(c->arena, "%s/go/env", config);
	return home && *home ? arena_printf(c->arena, "%s/.config/go/env", home) : NULL;
}

const char *go_setting(Compiler *c, const char *name)
{
	const char *value = getenv(name), *path = value && *value ? NULL : env_file(c), *found = "";
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
