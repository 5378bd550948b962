/*
 * cache.c - compiled objects by the hash of all that went into them, and gol
 * clean. Nothing in the cache is ever changed in place, so readers need no lock;
 * `gol clean -cache` removes all.
 *
 * Disks fill up, machines lose power, people delete folders: so nothing in the cache is
 * believed. An object carries a seal behind its last byte (linkers do not look there): its size and a hash of it.
 * One that is cut off, empty or changed counts as not there and is made anew. Objects are compiled in the
 * work folder and linked from there; that they are stored as well is a gain for the next build, never a condition of
 * this one. Seals in files of their own were rejected: two files cannot be renamed as one.
 */
#include "driver.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- seals ------------------------------------------------------------------------------------ */

typedef struct Seal { char magic[8]; uint64_t size, hash; } Seal;
_Static_assert(sizeof(Seal) == SEAL_SIZE, "as readers of sealed files know");

static const char seal_magic[sizeof ((Seal *)0)->magic] = {'g', 'o', 'l', 's', 'e', 'a', 'l', '1'};

/* Of the next `size` bytes of fd; false if there are fewer. Read, not mapped: a file that is cut off meanwhile is
 * then a short read and not SIGBUS. */
static bool hash_content(int fd, uint64_t size, uint64_t *hash)
{
	char buffer[1 << 16];
	uint64_t h = size;
	while (size) {
		size_t want = size < sizeof buffer ? (size_t)size : sizeof buffer, n = 0;
		while (n < want) {
			ssize_t got = read(fd, buffer + n, want - n);
			if (got < 0 && errno == EINTR)
				continue;
			if (got <= 0)
				return false;
			n += (size_t)got;
		}
		h = hash_bytes(h, buffer, n);
		size -= n;
	}
	*hash = h;
	return true;
}

static bool read_seal(int fd, Seal *seal)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof *seal)
		return false;
	off_t at = st.st_size - (off_t)sizeof *seal;
	return pread(fd, seal, sizeof *seal, at) == (ssize_t)sizeof *seal &&
		memcmp(seal->magic, seal_magic, sizeof seal_magic) == 0 && seal->size == (uint64_t)at;
}

bool is_sound_object(const char *path)
{
	Seal seal;
	uint64_t hash;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	bool sound = read_seal(fd, &seal) && hash_content(fd, seal.size, &hash) && hash == seal.hash;
	close(fd);
	return sound;
}

bool seal_object(const char *path)
{
	struct stat st;
	Seal seal;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_APPEND);
	if (fd < 0)
		return false;
	memcpy(seal.magic, seal_magic, sizeof seal_magic);
	bool ok = fstat(fd, &st) == 0 && hash_content(fd, seal.size = (uint64_t)st.st_size, &seal.hash);
	ok = ok && write(fd, &seal, sizeof seal) == (ssize_t)sizeof seal;
	int error = errno;
	ok &= close(fd) == 0;
	errno = error;
	return ok;
}

/* ---- objects by key ------------------------------------------------------------------------------ */

static const char *path_in(Driver *d, const char *dir, uint64_t key)
{
	return arena_printf(d->c->arena, "%s/%016llx.o", dir, (unsigned long long)key);
}

const char *cache_path(Driver *d, uint64_t key) { return path_in(d, d->cache_dir, key); }

const char *cache_find(Driver *d, uint64_t key)
{
	const char *dirs[] = {d->cache_dir, d->read_only_cache, d->installed_cache};
	for (int i = 0; i < COUNT_OF(dirs); i++) {
		const char *path = dirs[i] ? path_in(d, dirs[i], key) : NULL;
		if (path && is_sound_object(path))
			return path;
	}
	return NULL;
}

/* Written aside and renamed: others see all of an object or nothing. What stands in its place is not sound. */
void cache_store(Driver *d, uint64_t key, const char *object)
{
	const char *path = cache_path(d, key), *aside = arena_printf(d->c->arena, "%s.%d", path, (int)getpid());
	if (strcmp(path, object) == 0)
		return;
	scratch_file(d, aside);
	if (link(object, aside) == 0 || copy_file(object, aside, O_CREAT | O_EXCL, 0666)) {
		if (rename(aside, path) != 0 && errno == EISDIR) {
			remove_tree(path);
			(void)!rename(aside, path);
		}
	}
	scratch_remove(d, aside);
}

const char *cache_text_path(Driver *d, uint64_t key)
{
	return arena_printf(d->c->arena, "%s/%016llx.c", d->cache_dir, (unsigned long long)key);
}

bool cache_store_text(Driver *d, uint64_t key, const char *text)
{
	const char *path = cache_text_path(d, key), *aside = arena_printf(d->c->arena, "%s.%d", path, (int)getpid());
	scratch_file(d, aside);
	bool stored = write_text(aside, text) && rename(aside, path) == 0;
	scratch_remove(d, aside);
	return stored;
}

/* ---- gol clean ----------------------------------------------------------------------------------- */

static bool is_result(const char *name)
{
	const char *end = strrchr(name, '.');
	return end && (strcmp(end, ".result") == 0 || strstr(name, ".result."));
}

/* KEY.o, KEY.c, KEY.tool and its list, KEY.result, KEY.program, and what killed runs left aside. */
static bool is_entry(const char *name)
{
	const char *end = strrchr(name, '.');
	return is_result(name) ||
		(end && end > name && (strcmp(end, ".o") == 0 || strcmp(end, ".c") == 0 || strcmp(end, ".tool") == 0 ||
	                             strcmp(end, ".program") == 0 || strstr(name, ".o.") || strstr(name, ".c.") ||
	                             strstr(name, ".tool.") ||
	                             strstr(name, ".program.")));
}

/* Everything, or results of tests only. */
static void clean_cache(Driver *d, bool (*is_old)(const char *name))
{
	const char *dir_name = d->cache_dir;
	if (d->options.print_commands && is_old == is_result)
		fprintf(stderr, "rm -r %s/*.result\n", dir_name);
	else if (d->options.print_commands)
		fprintf(stderr, "rm -r %s/*.o %s/*.c %s/*.tool* %s/*.result %s/*.program\n", dir_name, dir_name, dir_name, dir_name, dir_name);
	DIR *dir = d->options.dry_run ? NULL : opendir(d->cache_dir);
	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (is_old(entry->d_name))
			remove_tree(arena_printf(d->c->arena, "%s/%s", d->cache_dir, entry->d_name));
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
	bool cache = false, results = false, modules = false, other = false;
	int i = 0, status = EXIT_OK;
	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		const char *name = argv[i] + 1 + (argv[i][1] == '-');
		if (strcmp(name, "i") == 0 || strcmp(name, "r") == 0) {
			fprintf(stderr, "gol: clean -%s is not supported yet\n", name);
			return EXIT_USAGE;
		}
		bool fuzz = strcmp(name, "fuzzcache") == 0;             /* there is none */
		bool known = strcmp(name, "cache") == 0 || strcmp(name, "testcache") == 0 || strcmp(name, "modcache") == 0 ||
			strcmp(name, "n") == 0 ||
		             strcmp(name, "x") == 0 || fuzz;
		other |= fuzz;
		cache |= strcmp(name, "cache") == 0;
		results |= strcmp(name, "testcache") == 0;
		modules |= strcmp(name, "modcache") == 0;
		d->options.dry_run |= strcmp(name, "n") == 0;
		d->options.print_commands |= strcmp(name, "n") == 0 || strcmp(name, "x") == 0;
		if (!known) {
			if (strcmp(name, "h") != 0 && strcmp(name, "help") != 0)
				fprintf(stderr, "flag provided but not defined: -%.*s\n", (int)strcspn(name, "="), name);
			usage_line(d);
			return EXIT_USAGE;
		}
	}
	if ((cache || modules) && i < argc) {
		fprintf(stderr, "gol: clean %s cannot be used with package arguments\n", cache ? "-cache" : "-modcache");
		return EXIT_ERROR;
	}
	if (cache)
		clean_cache(d, is_entry);
	else if (results)
		clean_cache(d, is_result);
	if (modules)
		status = clean_module_cache(d);
	for (int k = i; k < argc; k++)
		vec_push(d->c->arena, &d->options.inputs, argv[k]);
	if (d->options.inputs.len == 0 && (cache || results || modules || other))
		return status;
	if (d->options.inputs.len == 0)
		vec_push(d->c->arena, &d->options.inputs, ".");
	return clean_outputs(d);
}
