/*
 * verify.c - is what the cache has of a module still what was downloaded?
 *
 * .ziphash says what it was. The zip and the folder are hashed again and compared; one that is not there is not missed.
 */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_missing(const char *path)
{
	struct stat st;
	return stat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static void found_wrong(Buf *out, const Module *m, const char *text)
{
	buf_printf(out, "%s%s %s: %s", out->len ? "\n" : "", m->path, m->version, text);
}

static bool verify_zip(Request *r, const Module *m, const char *hash, Buf *out)
{
	const char *path = cache_path(r, m, ".zip"), *found;
	ZipFile z;
	if (is_missing(path))
		return true;
	if (!zip_open_file(r, path, &z)) {
		found_wrong(out, m, r->message);
		return false;
	}
	bool ok = zip_hash(r, &z, &found);
	zip_close_file(&z);
	if (!ok)
		found_wrong(out, m, r->message);
	else if (strcmp(found, hash) != 0)
		found_wrong(out, m, arena_printf(r->arena, "zip has been modified (%s)", path));
	return ok;
}

static void verify_folder(Request *r, const Module *m, const char *hash, Buf *out)
{
	const char *dir = module_folder(r, m), *found;
	if (is_missing(dir) || !is_missing(cache_path(r, m, ".partial")))
		return;
	if (!folder_hash(r, dir, arena_printf(r->arena, "%s@%s", m->path, m->version), &found))
		found_wrong(out, m, r->message);
	else if (strcmp(found, hash) != 0)
		found_wrong(out, m, arena_printf(r->arena, "dir has been modified (%s)", dir));
}

/* The result is what is wrong, a line each. */
bool fetch_verify(Request *r, const char *path, const char *version, Buf *out)
{
	Module m;
	Buf hash;
	if (!check_cache(r) || !make_module(r, &m, path, version))
		return false;
	const char *name = cache_path(r, &m, ".ziphash");
	if (!read_file(r, name, &hash)) {
		int error = errno;
		if (!is_missing(cache_path(r, &m, ".zip")) || !is_missing(module_folder(r, &m))) {
			fail_system(r, "missing ziphash: open", name, error);
			found_wrong(out, &m, r->message);
		}
		return true;
	}
	while (hash.len && strchr(" \t\r\n", hash.s[hash.len - 1]))
		hash.s[--hash.len] = '\0';
	if (verify_zip(r, &m, hash.s, out))
		verify_folder(r, &m, hash.s, out);
	return true;
}
