/*
 * place.c - where things are: the standard library, headers, runtime and gol-fetch beside
 * this executable (a build tree), two folders above it (a build of another kind in that tree: build/debug,
 * with its runtime beside the executable) or in PREFIX/lib/gol (installed), and the cache in
 * $GOLCACHE, $XDG_CACHE_HOME/gol or ~/.cache/gol. Go source trees that gol tree get brings are no cache, as nothing
 * makes them anew by itself: $GOLTREES, $XDG_DATA_HOME/gol/trees or ~/.local/share/gol/trees.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Four lanes of multiply-and-rotate, eight bytes a step (after FNV and wyhash's idea of wide steps). */
uint64_t hash_bytes(uint64_t h, const void *data, size_t n)
{
	const unsigned char *p = data;
	uint64_t w;
	h ^= n * 0x9e3779b97f4a7c15u;
	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * 0x9fb21c651e98df25u;
		h ^= h >> 29;
	}
	for (; n; n--)
		h = (h ^ *p++) * 0x100000001b3u;
	h ^= h >> 32;
	return h * 0xd6e8feb86659fd93u;
}

uint64_t hash_file(uint64_t h, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (fd < 0)
		return h;
	if (fstat(fd, &st) == 0 && st.st_size > 0) {
		void *text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (text != MAP_FAILED) {
			h = hash_bytes(h, text, (size_t)st.st_size);
			munmap(text, (size_t)st.st_size);
		}
	}
	close(fd);
	return h;
}

bool make_folders(const char *path)
{
	char copy[PATH_MAX];
	if (!*path)
		return false;
	snprintf(copy, sizeof copy, "%s", path);
	for (char *p = copy + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(copy, 0777);
			*p = '/';
		}
	mkdir(copy, 0777);
	struct stat st;
	if (stat(path, &st) != 0)
		return false;
	if (!S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	return S_ISDIR(st.st_mode) && access(path, W_OK) == 0;
}

const char *reason(Driver *d, int error)
{
	char *text = arena_printf(d->c->arena, "%s", strerror(error));
	if (text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z'))
		text[0] += 'a' - 'A';
	return text;
}

/* In a source tree; built is where its runtime was built. */
static bool find_tree(Driver *d, const char *tree, const char *built)
{
	Arena *a = d->c->arena;
	if (access(arena_printf(a, "%s/stdlib/runtime", tree), R_OK) != 0)
		return false;
	d->root = tree;
	d->include_dir = arena_printf(a, "%s/runtime/include/gol", tree);
	d->runtime_library = arena_printf(a, "%s/libgolrt.a", built);
	d->amalgamation = arena_printf(a, "%s/amalgamation", built);
	d->c->stdlib_dir = arena_printf(a, "%s/stdlib", tree);
	d->c->generated_dir = arena_printf(a, "%s/build/stdlib", tree);
	d->c->fetch_program = arena_printf(a, "%s/gol-fetch", tree);
	return true;
}

static void find_installation(Driver *d)
{
	Arena *a = d->c->arena;
	char exe[PATH_MAX], up[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	exe[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	if (find_tree(d, arena_printf(a, "%s", exe), arena_printf(a, "%s/build", exe)))
		return;
	if (realpath(arena_printf(a, "%s/../..", exe), up) &&
	    find_tree(d, arena_printf(a, "%s", up), arena_printf(a, "%s", exe)))
		return;
	d->root = arena_printf(a, "%s/../lib/gol", exe);
	d->include_dir = arena_printf(a, "%s/../include/gol", exe);
	d->runtime_library = arena_printf(a, "%s/../libgolrt.a", d->root);
	d->amalgamation = arena_printf(a, "%s/src", d->root);
	d->installed_cache = arena_printf(a, "%s/cache", d->root);
	d->c->stdlib_dir = arena_printf(a, "%s/stdlib", d->root);
	d->c->fetch_program = arena_printf(a, "%s/../libexec/gol/gol-fetch", exe);
}

const char *absolute_name(Driver *d, const char *path)
{
	char here[PATH_MAX];
	if (*path == '/' || !*path || !getcwd(here, sizeof here))
		return path;
	return arena_printf(d->c->arena, "%s/%s", here, path);
}

/* Without a home, or with one that cannot be written to: a folder of this user's, if nobody else has made it. */
static const char *second_cache(Driver *d)
{
	struct stat st;
	const char *path = arena_printf(d->c->arena, "/tmp/gol-cache-%d", (int)getuid());
	mkdir(path, 0700);
	bool ours = lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid() && (st.st_mode & 022) == 0;
	return ours ? path : make_scratch(d, "gol-cache");
}

static const char *find_trees(Driver *d)
{
	Arena *a = d->c->arena;
	const char *given = getenv("GOLTREES"), *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	if (given && *given)
		return absolute_name(d, given);
	if (xdg && *xdg == '/')
		return arena_printf(a, "%s/gol/trees", xdg);
	return home && *home ? absolute_name(d, arena_printf(a, "%s/.local/share/gol/trees", home)) : NULL;
}

void find_places(Driver *d)
{
	Arena *a = d->c->arena;
	find_installation(d);
	d->c->trees_dir = find_trees(d);
	const char *cache = getenv("GOLCACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	if (cache && *cache)
		d->cache_dir = cache;
	else if (xdg && *xdg)
		d->cache_dir = arena_printf(a, "%s/gol", xdg);
	else
		d->cache_dir = home && *home ? arena_printf(a, "%s/.cache/gol", home) : "";
	d->cache_dir = absolute_name(d, d->cache_dir);
	if (!*d->cache_dir || !make_folders(d->cache_dir)) {
		d->read_only_cache = *d->cache_dir ? d->cache_dir : NULL;
		d->cache_dir = second_cache(d);
	}
	static const char *const headers[] = {"abi.h", "arith.h", "rtfuncs.def", "effects.h", "inline.def", "inline.h",
		"generated.h"};
	for (int i = 0; i < COUNT_OF(headers); i++)
		d->headers = hash_file(d->headers, arena_printf(a, "%s/%s", d->include_dir, headers[i]));
	d->identity = hash_file(d->headers, "/proc/self/exe");
}
