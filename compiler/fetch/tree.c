/*
 * tree.c - a Go source tree out of a module.
 *
 * Go's releases are modules too: golang.org/toolchain@v0.0.1-go1.26.8.linux-amd64, which holds the source tree with its
 * programs. Of that only the sources, their licence, the version and go.env are unpacked, into a folder beside the
 * place, which gets its name when all is there. The zip is not kept: it would lie in the module cache for nothing.
 */
#include "fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__aarch64__)
#define ARCH "arm64"
#else
#define ARCH "amd64"
#endif

/* A module may hold no other's go.mod, so they are called _go.mod in it. */
static const char *place_file(Request *r, const char *name)
{
	const char *slash = strrchr(name, '/');
	if (strncmp(name, "src/", 4) != 0)
		return strcmp(name, "LICENSE") == 0 || strcmp(name, "VERSION") == 0 || strcmp(name, "go.env") == 0 ? name :
			NULL;
	return strcmp(slash, "/_go.mod") == 0 ? arena_printf(r->arena, "%.*s/go.mod", (int)(slash - name), name) : name;
}

static bool is_there(Request *r, const char *dir)
{
	struct stat st;
	return stat(arena_printf(r->arena, "%s/src", dir), &st) == 0;
}

/* Beside it, with a dot in front: nobody takes that for a tree. */
static const char *hidden(Request *r, const char *dir, const char *suffix)
{
	const char *base = strrchr(dir, '/') + 1;
	return arena_printf(r->arena, "%.*s.%s%s", (int)(base - dir), dir, base, suffix);
}

static bool unpack_tree(Request *r, const Module *m, const char *zip, const char *dir)
{
	const char *new = hidden(r, dir, ".new");
	ZipFile z;
	if (!zip_open_file(r, zip, &z))
		return false;
	bool ok = (remove_folder(new) || fail_system(r, "remove", new, errno)) && zip_unpack(r, &z, m, new, place_file);
	zip_close_file(&z);
	if (ok && rename(new, dir) != 0)
		ok = fail_system(r, "rename", new, errno);
	if (!ok)
		remove_folder(new);
	return ok;
}

static bool is_expected(Request *r, const Module *m, const char *found, const char *sum)
{
	return !sum || strcmp(found, sum) == 0 ||
	       fail(r, FAIL_MISMATCH, "verifying %s@%s: checksum mismatch\n\tdownloaded: %s\n\texpected:   %s", m->path,
	            m->version,
	            found, sum);
}

static bool get_tree(Request *r, const Module *m, const char *dir, const char *sum)
{
	const char *start = hidden(r, dir, ".zip"), *temporary, *hash = "";
	remove_temporaries_of(r, start, 0);
	int file = temporary_file(r, start, &temporary);
	if (file < 0)
		return false;
	if (!r->settings->quiet)
		fprintf(stderr, "gol: downloading %s %s\n", m->path, m->version);
	r->shows_progress = !r->settings->quiet && isatty(2);
	bool ok = download_zip(r, m, file, temporary, temporary, NULL, &hash) && is_expected(r, m, hash, sum) &&
	          unpack_tree(r, m, temporary, dir);
	close(file);
	unlink(temporary);
	temporary_done(r);
	return ok;
}

bool fetch_tree(Request *r, const char *version, const char *dir, const char *sum, Buf *out)
{
	Module m;
	if (dir[0] != '/' || !strrchr(dir, '/')[1])
		return fail(r, FAIL_ERROR, "%s is not an absolute path of a folder", dir);
	if (!make_module(r, &m, "golang.org/toolchain", arena_printf(r->arena, "v0.0.1-%s.linux-" ARCH, version)))
		return false;
	/* it stays: whoever waits for it must see the next one wait too */
	int lock = lock_file(r, hidden(r, dir, ".lock"));
	if (lock < 0)
		return false;
	bool ok = is_there(r, dir) || get_tree(r, &m, dir, sum);
	close(lock);
	buf_str(out, dir);
	return ok;
}
