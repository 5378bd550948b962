/*
 * cache.c - compiled objects by the hash of all that went into them, and gol
 * clean. Nothing in the cache is ever changed in place, so readers need no lock;
 * `gol clean -cache` removes all.
 */
#include "driver.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *cache_path(Driver *d, uint64_t key)
{
	return arena_printf(d->c->arena, "%s/%016llx.o", d->cache_dir, (unsigned long long)key);
}

const char *cache_find(Driver *d, uint64_t key)
{
	const char *path = cache_path(d, key);
	if (access(path, R_OK) == 0)
		return path;
	if (d->installed_cache) {
		path = arena_printf(d->c->arena, "%s/%016llx.o", d->installed_cache, (unsigned long long)key);
		if (access(path, R_OK) == 0)
			return path;
	}
	return NULL;
}

static void clean_cache(Driver *d)
{
	if (d->options.print_commands)
		fprintf(stderr, "rm -r %s/*.o\n", d->cache_dir);
	DIR *dir = d->options.dry_run ? NULL : opendir(d->cache_dir);
	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));) {
		size_t n = strlen(entry->d_name);
		if (n > 2 && (strcmp(entry->d_name + n - 2, ".o") == 0 || strstr(entry->d_name, ".o.")))
			unlink(arena_printf(d->c->arena, "%s/%s", d->cache_dir, entry->d_name));
	}
	closedir(dir);
}

static bool is_program_file(const char *path)
{
	char magic[4] = {0};
	struct stat st;
	FILE *f = lstat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL;
	bool elf = f && fread(magic, 1, 4, f) == 4 && memcmp(magic, "\177ELF", 4) == 0;
	if (f)
		fclose(f);
	return elf;
}

/* The program that gol build would have left in the working directory. */
static int clean_outputs(Driver *d)
{
	TargetList targets = {0};
	int status = find_inputs(d, &targets);
	for (int i = 0; i < targets.len; i++) {
		const char *path = arena_printf(d->c->arena, "%s/%s", targets.items[i].dir, targets.items[i].output);
		if (!is_program_file(path))
			continue;
		if (d->options.print_commands)
			fprintf(stderr, "rm -f %s\n", path);
		if (!d->options.dry_run)
			unlink(path);
	}
	return status;
}

int clean_command(Driver *d, int argc, char **argv)
{
	static const char *const nothing[] = {"i", "r", "testcache", "modcache", "fuzzcache"};
	bool cache = false, other = false;
	int i = 0;
	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		const char *name = argv[i] + 1 + (argv[i][1] == '-');
		bool known = strcmp(name, "cache") == 0 || strcmp(name, "n") == 0 || strcmp(name, "x") == 0;
		cache |= strcmp(name, "cache") == 0;
		d->options.dry_run |= strcmp(name, "n") == 0;
		d->options.print_commands |= strcmp(name, "n") == 0 || strcmp(name, "x") == 0;
		for (int k = 0; k < COUNT_OF(nothing); k++)
			if (strcmp(name, nothing[k]) == 0)
				known = other = true;
		if (!known) {
			if (strcmp(name, "h") != 0 && strcmp(name, "help") != 0)
				fprintf(stderr, "flag provided but not defined: -%.*s\n", (int)strcspn(name, "="), name);
			usage_line(d);
			return EXIT_USAGE;
		}
	}
	if (cache)
		clean_cache(d);
	for (int k = i; k < argc; k++)
		vec_push(d->c->arena, &d->options.inputs, argv[k]);
	if (d->options.inputs.len == 0 && (cache || other))
		return EXIT_OK;
	if (d->options.inputs.len == 0)
		vec_push(d->c->arena, &d->options.inputs, ".");
	return clean_outputs(d);
}
