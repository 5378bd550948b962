/*
 * cache.c - compiled objects by the hash of all that went into them. Nothing is
 * ever changed in place, so readers need no lock; `gol clean -cache` removes all.
 */
#include "driver.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

const char *cache_path(Driver *d, uint64_t key)
{
	return arena_printf(d->c->arena, "%s/%016llx.o", d->cache_dir, (unsigned long long)key);
}

bool cache_has(Driver *d, uint64_t key) { return access(cache_path(d, key), R_OK) == 0; }

void clean_cache(Driver *d)
{
	DIR *dir = opendir(d->cache_dir);
	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));) {
		size_t n = strlen(entry->d_name);
		if (n > 2 && (strcmp(entry->d_name + n - 2, ".o") == 0 || strstr(entry->d_name, ".o.")))
			unlink(arena_printf(d->c->arena, "%s/%s", d->cache_dir, entry->d_name));
	}
	closedir(dir);
}
