/*
 * module.c - bringing a module into the cache: its go.mod, what is known of its version, its files.
 *
 *     zip there, hash there ............................ compared with the hash that is expected
 *     else, holding .lock:  download to .tmp -> hash -> expected? -> rules -> .ziphash -> rename to .zip
 *     folder complete .................................. done
 *     else, holding .lock:  .partial -> unpack -> remove .partial -> folders read-only
 *
 * A zip whose hash is not the expected one, or that breaks a rule, leaves nothing in the cache. (Go keeps one that
 * breaks a rule, and says the same of it ever after.)
 */
#define _XOPEN_SOURCE 700     /* nftw */
#define _DEFAULT_SOURCE
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool exists(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0;
}

/* sum: what go.sum has; what: "P@V" or "P@V/go.mod". */
static bool sum_matches(Request *r, const Module *m, const char *what, const char *found, const char *sum)
{
	if (!sum || strncmp(sum, "h1:", 3) != 0 || strcmp(found, sum) == 0)
		return true;
	return fail(r, FAIL_MISMATCH,
	            "verifying %s@%s%s: checksum mismatch\n\tdownloaded: %s\n\tgo.sum:     %s\n\nSECURITY ERROR\n"
	            "This download does NOT match an earlier download recorded in go.sum.\n"
	            "The bits may have been replaced on the origin server, or an attacker may\n"
	            "have intercepted the download attempt.\n\n"
	            "For more information, see 'go help module-auth'.\n", m->path, m->version, what, found, sum);
}

/* ---- small files ------------------------------------------------------------------------------------------------- */

typedef struct Wanted { const Module *m; const char *name; size_t limit; Response answer; const char *proxy; } Wanted;

static bool ask_for(Request *r, const char *url, void *argument)
{
	Wanted *w = argument;
	w->proxy = url;
	return proxy_read(r, url, w->m, w->name, -1, w->limit, &w->answer);
}

static bool mod_sum_matches(Request *r, const Module *m, const char *text, size_t size, const char *sum, Buf *out)
{
	const char *hash = text_hash(r, "go.mod", text, size);
	buf_printf(out, "\n%s", hash);
	return sum_matches(r, m, "/go.mod", hash, sum);
}

bool fetch_mod(Request *r, const char *path, const char *version, const char *sum, Buf *out)
{
	Module m;
	Buf text;
	if (!check_cache(r) || !make_module(r, &m, path, version))
		return false;
	buf_str(out, cache_path(r, &m, ".mod"));
	if (read_file(r, out->s, &text))
		return mod_sum_matches(r, &m, text.s, text.len, sum, out);
	Wanted w = {.m = &m, .name = arena_printf(r->arena, "@v/%s.mod", m.escaped_version), .limit = GO_MOD_LIMIT};
	if (!ask_proxies(r, path, ask_for, &w))
		return false;
	const char *body = w.answer.body.s ? w.answer.body.s : "";
	size_t size = w.answer.body.len;
	if (!mod_sum_matches(r, &m, body, size, sum, out))
		return false;
	return cache_write(r, &m, ".mod", body, size) || fail_prefix(r, "writing go.mod cache: ") || module_error(r, &m);
}

typedef struct WantedInfo { const Module *m; Info info; } WantedInfo;

static bool ask_for_info(Request *r, const char *url, void *argument)
{
	WantedInfo *w = argument;
	const Module *m = w->m;
	Response answer;
	if (!proxy_read(r, url, m, arena_printf(r->arena, "@v/%s.info", m->escaped_version), -1, BODY_LIMIT, &answer))
		return false;
	if (!parse_info(r, answer.body.s, answer.body.len, &w->info)) {
		fail_prefix(r, "invalid response from proxy %s: ", quoted(r, redacted(r, url)));
		return module_error(r, m);
	}
	if (strcmp(w->info.version, m->version) == 0)
		return true;
	fail(r, FAIL_ERROR, "proxy returned info for version %s instead of requested version", w->info.version);
	return module_error(r, m);
}

bool fetch_info(Request *r, const char *path, const char *version, Buf *out)
{
	Module m;
	Buf text;
	Info old;
	if (!check_cache(r) || !make_module(r, &m, path, version))
		return false;
	buf_str(out, cache_path(r, &m, ".info"));
	if (read_file(r, out->s, &text) && parse_info(r, text.s, text.len, &old))
		return true;
	WantedInfo w = {.m = &m};
	if (!ask_proxies(r, path, ask_for_info, &w))
		return false;
	return cache_write(r, &m, ".info", w.info.text, strlen(w.info.text)) || fail_prefix(r, "writing stat cache: ") ||
		module_error(r, &m);
}

/* ---- the zip --------------------------------------------------------------------------------------------------- */

typedef struct WantedZip { const Module *m; int file; } WantedZip;

static bool ask_for_zip(Request *r, const char *url, void *argument)
{
	const WantedZip *w = argument;
	Response answer;
	if (proxy_read(r, url, w->m, arena_printf(r->arena, "@v/%s.zip", w->m->escaped_version), w->file, ZIP_LIMIT,
	               &answer))
		return true;
	FailKind kind = r->kind;
	const char *message = r->message;       /* the next proxy begins anew */
	if (lseek(w->file, 0, SEEK_SET) != 0 || ftruncate(w->file, 0) != 0)
		return fail(r, FAIL_ERROR, "%s", message);
	r->kind = kind;
	return false;
}

/* A hash as it should be; what else stands there was cut short. */
static bool read_hash(Request *r, const Module *m, const char **hash)
{
	enum { LENGTH = 3 + 44 };
	Buf text;
	if (!read_file(r, cache_path(r, m, ".ziphash"), &text))
		return false;
	while (text.len && strchr(" \t\r\n", text.s[text.len - 1]) && text.s[text.len - 1])
		text.len--;
	*hash = arena_strndup(r->arena, text.s, text.len);
	return text.len == LENGTH && strlen(*hash) == LENGTH && strncmp(*hash, "h1:", 3) == 0;
}

static bool make_partial(Request *r, const Module *m)
{
	const char *path = cache_path(r, m, ".partial");
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return file >= 0 ? close(file) == 0 : fail_system(r, "open", path, errno);
}

/* A folder without .ziphash beside it is nobody's word for anything, and would pass for complete once that is
 * written. */
static bool distrust_folder(Request *r, const Module *m, const char *hash_path)
{
	return exists(hash_path) || !exists(module_folder(r, m)) || make_partial(r, m);
}

/* In place, under its own lock: readers of Go's hold that while they read. */
static bool write_hash(Request *r, const Module *m, const char *hash)
{
	const char *path = cache_path(r, m, ".ziphash");
	if (!distrust_folder(r, m, path))
		return false;
	int file = lock_file(r, path);
	if (file < 0)
		return false;
	size_t n = strlen(hash);
	bool ok = ftruncate(file, 0) == 0 && ftruncate(file, (off_t)n) == 0 && pwrite(file, hash, n, 0) == (ssize_t)n;
	if (!ok) {
		fail_system(r, "write", path, errno);
		unlink(path);
	}
	close(file);
	return ok;
}

/* The zip at path as the one of this module: hash and rules; name: what errors call it. */
static bool judge_zip(Request *r, const Module *m, const char *path, const char *name, const char *sum,
                      const char **hash)
{
	ZipFile z;
	if (!zip_open_file(r, path, &z))
		return false;
	bool ok = zip_has_prefix(r, &z, m) && zip_hash(r, &z, hash) && sum_matches(r, m, "", *hash, sum) &&
		zip_check(r, &z, m, name);
	zip_close_file(&z);
	return ok;
}

bool download_zip(Request *r, const Module *m, int file, const char *temporary, const char *path, const char *sum,
                  const char **hash)
{
	WantedZip w = {m, file};
	return ask_proxies(r, m->path, ask_for_zip, &w) && judge_zip(r, m, temporary, path, sum, hash);
}

static bool commit_zip(Request *r, const Module *m, const char *temporary, const char *path, const char *hash)
{
	return write_hash(r, m, hash) && (rename(temporary, path) == 0 || fail_system(r, "rename", temporary, errno));
}

static bool make_zip(Request *r, const Module *m, const char *sum, const char **hash)
{
	const char *path = cache_path(r, m, ".zip"), *temporary;
	if (exists(path) && read_hash(r, m, hash))      /* while we waited for the lock */
		return sum_matches(r, m, "", *hash, sum);
	remove_temporaries_of(r, path, 0);
	if (exists(path))
		return judge_zip(r, m, path, path, sum, hash) && write_hash(r, m, *hash);
	int file = temporary_file(r, path, &temporary);
	if (file < 0)
		return false;
	bool ok = download_zip(r, m, file, temporary, path, sum, hash) && commit_zip(r, m, temporary, path, *hash);
	close(file);
	if (!ok)
		unlink(temporary);
	temporary_done(r);
	return ok;
}

static bool get_zip(Request *r, const Module *m, const char *sum, const char **hash)
{
	if (exists(cache_path(r, m, ".zip")) && read_hash(r, m, hash))
		return sum_matches(r, m, "", *hash, sum);
	if (!r->settings->quiet && !exists(cache_path(r, m, ".zip")))
		fprintf(stderr, "gol: downloading %s %s\n", m->path, m->version);
	int lock = lock_file(r, cache_path(r, m, ".lock"));
	if (lock < 0)
		return false;
	bool ok = make_zip(r, m, sum, hash);
	close(lock);
	return ok;
}

/* ---- the folder ------------------------------------------------------------------------------------------------ */

static int make_writable(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)at;
	if (type == FTW_D || type == FTW_DNR)
		chmod(path, 0777);
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

bool remove_folder(const char *path)
{
	if (nftw(path, make_writable, 16, FTW_PHYS) != 0)
		return errno == ENOENT;
	return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

static int make_read_only(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)at;
	if (type == FTW_DP)
		chmod(path, st->st_mode & 07777 & ~0222u);
	return 0;
}

void protect_folders(const char *path) { nftw(path, make_read_only, 16, FTW_DEPTH | FTW_PHYS); }

static bool is_complete(Request *r, const Module *m, const char *dir)
{
	struct stat st;
	return stat(dir, &st) == 0 && S_ISDIR(st.st_mode) && !exists(cache_path(r, m, ".partial")) &&
		exists(cache_path(r, m, ".ziphash"));
}

static bool unpack_to(Request *r, const Module *m, const char *dir)
{
	const char *path = cache_path(r, m, ".zip"), *partial = cache_path(r, m, ".partial");
	ZipFile z;
	if (!zip_open_file(r, path, &z))
		return fail_prefix(r, "unzip %s: ", path);
	bool marked = make_partial(r, m);
	bool ok = marked && zip_check(r, &z, m, path) &&
		(zip_unpack(r, &z, m, dir, NULL) || fail_prefix(r, "unzip %s: ", path));
	zip_close_file(&z);
	if (!ok && marked && remove_folder(dir))
		unlink(partial);
	return ok && (unlink(partial) == 0 || fail_system(r, "remove", partial, errno));
}

static bool get_folder(Request *r, const Module *m, const char *dir)
{
	if (is_complete(r, m, dir))
		return true;
	int lock = lock_file(r, cache_path(r, m, ".lock"));
	if (lock < 0)
		return false;
	bool ok = is_complete(r, m, dir);
	if (!ok) {
		ok = (remove_folder(dir) || fail_system(r, "remove", dir, errno)) && unpack_to(r, m, dir);
		if (ok && !r->settings->writable_folders)
			protect_folders(dir);
	}
	close(lock);
	return ok;
}

bool fetch_zip(Request *r, const char *path, const char *version, const char *sum, bool unpack, Buf *out)
{
	Module m;
	const char *hash = "";
	if (!check_cache(r) || !make_module(r, &m, path, version) || !get_zip(r, &m, sum, &hash))
		return false;
	const char *dir = module_folder(r, &m);
	buf_printf(out, "%s\n%s", unpack ? dir : cache_path(r, &m, ".zip"), hash);
	return !unpack || get_folder(r, &m, dir);
}
