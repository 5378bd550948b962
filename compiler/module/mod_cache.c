/*
 * mod_cache.c - the module cache, in Go's layout, so that both tools share it; and go.sum.
 *
 *     CACHE/cache/download/PATH/@v/VERSION.mod .info .zip .ziphash      as a proxy gives them; .ziphash: the hash of
 *     the zip
 *     CACHE/PATH@VERSION/                                               the zip's files; not to be trusted while
 *     VERSION.partial is there
 *
 * Capitals of paths and versions are written !a: there are file systems that do not tell them apart.
 *
 * A line of go.sum is "path version h1:hash" of the zip, or "path version/go.mod h1:hash". Go hashes a zip when it
 * is downloaded, keeps the hash beside it, and compares only this from then on; so is it done here, and what is
 * missing is the business of gol-fetch, which compares before it unpacks. go.sum is never written while building.
 */
#include "private.h"
#include "../base/setting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *modules_cache(Compiler *c)
{
	const char *given = go_setting(c, "GOMODCACHE"), *gopath = go_setting(c, "GOPATH"), *home = getenv("HOME");
	if (*given)
		return given;
	if (*gopath)
		return arena_printf(c->arena, "%.*s/pkg/mod", (int)strcspn(gopath, ":"), gopath);
	return home && *home ? arena_printf(c->arena, "%s/go/pkg/mod", home) : "";
}

const char *cached_file(Modules *all, const char *path, const char *version, const char *ending)
{
	Compiler *c = all->c;
	return arena_printf(c->arena, "%s/cache/download/%s/@v/%s.%s", all->cache, escape_capitals(c, path),
	                    escape_capitals(c, version), ending);
}

static char *read_whole(Compiler *c, const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	Buf b;
	char part[4096];
	if (!f)
		return NULL;
	buf_init(&b, c->arena);
	buf_str(&b, "");
	for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
		buf_bytes(&b, part, n);
	bool failed = ferror(f);
	fclose(f);
	*size = b.len;
	return failed ? NULL : b.s ? b.s : arena_strndup(c->arena, "", 0);
}

/* ---- go.sum -------------------------------------------------------------------------------------------------- */

static void read_sum_line(Modules *all, const char *file, int number, char *line)
{
	static const char empty_go_mod[] = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=";      /* of a bug long ago */
	Compiler *c = all->c;
	char *fields[3] = {0}, *rest = NULL;
	int count = 0;
	Buf shown;
	buf_init(&shown, c->arena);
	for (char *field = strtok_r(line, " \t\r\f\v", &rest); field; field = strtok_r(NULL, " \t\r\f\v", &rest)) {
		if (count < COUNT_OF(fields))
			fields[count] = field;
		count++;
	}
	if (count == 0 || (count == 3 && strcmp(fields[2], empty_go_mod) == 0))
		return;
	if (count != 3) {
		if (!all->error)
			all->error = arena_printf(c->arena, "malformed go.sum:\n%s:%d: wrong number of fields %d", file, number,
			                          count);
		return;
	}
	const char *key = arena_printf(c->arena, "%s %s", fields[0], fields[1]);
	TextList *hashes = map_get(&all->sums, key);
	if (!hashes)
		map_put(c->arena, &all->sums, key, hashes = NEW(c->arena, TextList));
	vec_push(c->arena, hashes, fields[2]);
}

static void read_sums(Modules *all, const char *path)
{
	size_t size;
	int number = 0;
	char *text = read_whole(all->c, path, &size);
	for (char *next; text && *text; text = next) {
		next = strchr(text, '\n');
		if (next)
			*next++ = '\0';
		read_sum_line(all, path, ++number, text);
		if (!next)
			break;
	}
}

/* Of a workspace: that of each module, and go.work.sum. */
void sums_read_all(Modules *all)
{
	Compiler *c = all->c;
	all->sums.by_text = true;
	all->sum_name = all->work ? "go.work.sum" : "go.sum";
	for (int i = 0; i < all->mains.len; i++) {
		const char *root = all->mains.items[i]->root;
		if (c->modfile)
			read_sums(all, arena_printf(c->arena, "%.*s.sum", (int)strlen(c->modfile) - 4, c->modfile));
		else
			read_sums(all, arena_printf(c->arena, "%s/go.sum", root));
	}
	if (all->work)
		read_sums(all, arena_printf(c->arena, "%s.sum", all->work->full_name));
}

static const TextList *sums_of(Modules *all, const char *path, const char *version, bool of_go_mod)
{
	return map_get(&all->sums, arena_printf(all->c->arena, "%s %s%s", path, version, of_go_mod ? "/go.mod" : ""));
}

/* The first of the known kind. */
static const char *known_sum(const TextList *hashes)
{
	for (int i = 0; hashes && i < hashes->len; i++)
		if (strncmp(hashes->items[i], "h1:", 3) == 0)
			return hashes->items[i];
	return NULL;
}

const char *module_sum(Modules *all, const char *path, const char *version)
{
	return known_sum(sums_of(all, path, version, false));
}

const char *recorded_sum(Modules *all, const char *path, const char *version, bool of_go_mod)
{
	return known_sum(sums_of(all, path, version, of_go_mod));
}

bool has_sum(Modules *all, const char *path, const char *version, bool of_go_mod)
{
	return known_sum(sums_of(all, path, version, of_go_mod)) != NULL;
}

/* What is wrong if something has this hash; NULL: nothing, or go.sum says nothing of it. */
static const char *sum_mismatch(Modules *all, const char *path, const char *version, bool of_go_mod, const char *hash)
{
	const TextList *hashes = sums_of(all, path, version, of_go_mod);
	for (int i = 0; hashes && i < hashes->len; i++) {
		if (strcmp(hashes->items[i], hash) == 0)
			return NULL;
		if (strncmp(hashes->items[i], "h1:", 3) == 0)
			return arena_printf(all->c->arena,
			                    "verifying %s%s: checksum mismatch\n\tdownloaded: %s\n\t%s:     %s\n\nSECURITY ERROR\n"
			                    "This download does NOT match an earlier download recorded in go.sum.\n"
			                    "The bits may have been replaced on the origin server, or an attacker may\n"
			                    "have intercepted the download attempt.\n\nFor more information, see 'go help module-auth'.",
			                    describe(all, path, version), of_go_mod ? "/go.mod" : "", hash, all->sum_name,
			                    hashes->items[i]);
	}
	return NULL;
}

/* ---- hashes ---------------------------------------------------------------------------------------------------- */

static const char *base64(Compiler *c, const uint8_t *bytes, int n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	Buf b;
	buf_init(&b, c->arena);
	for (int i = 0; i < n; i += 3) {
		uint32_t three = (uint32_t)bytes[i] << 16 | (uint32_t)(i + 1 < n ? bytes[i + 1] : 0) << 8 | (i +
			2 < n ? bytes[i + 2] : 0);
		for (int k = 0; k < 4; k++)
			buf_char(&b, i + k > n ? '=' : digits[three >> (18 - 6 * k) & 63]);
	}
	return b.s;
}

/* Of a module that consists of this go.mod: the SHA-256 of the line "HASH  go.mod". */
static const char *hash_go_mod(Compiler *c, const char *text, size_t size)
{
	uint8_t digest[SHA256_SIZE];
	char line[2 * SHA256_SIZE + 16];
	sha256_bytes(digest, text, size);
	for (int i = 0; i < SHA256_SIZE; i++)
		sprintf(line + 2 * i, "%02x", digest[i]);
	strcpy(line + 2 * SHA256_SIZE, "  go.mod\n");
	sha256_bytes(digest, line, strlen(line));
	return arena_printf(c->arena, "h1:%s", base64(c, digest, SHA256_SIZE));
}

/* ---- what the cache holds -------------------------------------------------------------------------------------- */

/* An error that ends everything has no module before it. */
static const char *fatal(Modules *all, const char *message)
{
	if (!all->error)
		all->error = message;
	return message;
}

static const char *failed_fetch(Modules *all, const char *message)
{
	return strncmp(message, "verifying ", 10) == 0 && strstr(message, "checksum mismatch") ? fatal(all, message) :
		message;
}

/* Paths come from strangers' go.mod files too: one with .. in it would leave the cache. NULL: it is as it should be. */
static const char *path_fault(Compiler *c, const char *path)
{
	const char *fault = module_path_fault(c, path, false);
	return fault ? arena_printf(c->arena, "malformed module path \"%s\": %s", path, fault) : NULL;
}

const char *cached_go_mod(Modules *all, const char *path, const char *version, size_t *size, const char **error)
{
	const char *fault = path_fault(all->c, path);
	if (fault) {
		*error = arena_printf(all->c->arena, "%s@%s: %s", path, version, fault);
		return NULL;
	}
	const char *file = cached_file(all, path, version, "mod"), *text = read_whole(all->c, file, size), *sum;
	if (!text) {
		sum = known_sum(sums_of(all, path, version, true));
		const char *failure = fetch(all, "mod", path, version, sum);
		if (failure) {
			*error = failed_fetch(all, failure);
			return NULL;
		}
		text = read_whole(all->c, file, size);
	}
	if (!text) {
		*error = arena_printf(all->c->arena, "%s: reading %s: %s", describe(all, path, version), file, strerror(errno));
		return NULL;
	}
	const char *mismatch = sum_mismatch(all, path, version, true, hash_go_mod(all->c, text, *size));
	if (mismatch)
		*error = fatal(all, mismatch);
	return mismatch ? NULL : text;
}

/* The folder's zip, as it was downloaded, is the one that go.sum names. NULL: it is. */
static const char *zip_fault(Modules *all, const char *path, const char *version)
{
	size_t size;
	const char *file = cached_file(all, path, version, "ziphash");
	char *hash = read_whole(all->c, file, &size);
	if (!hash)
		return arena_printf(all->c->arena, "verifying %s: open %s: no such file or directory",
		                    describe(all, path, version), file);
	while (size && strchr(" \t\r\n", hash[size - 1]))
		hash[--size] = '\0';
	if (strlen(hash) != size || size != 47 || strncmp(hash, "h1:", 3) != 0)
		return arena_printf(all->c->arena, "verifying %s: unexpected ziphash: \"%s\"", describe(all, path, version),
		                    hash);
	return sum_mismatch(all, path, version, false, hash);
}

const char *cached_folder(Modules *all, const char *path, const char *version, const char **error)
{
	Compiler *c = all->c;
	const char *dir = arena_printf(c->arena, "%s/%s@%s", all->cache, escape_capitals(c, path),
	                               escape_capitals(c, version));
	const char *fault = *error = path_fault(c, path);
	if (fault)
		return NULL;
	if (!is_folder(dir) || access(cached_file(all, path, version, "partial"), F_OK) == 0)
		fault = fetch(all, "zip", path, version, known_sum(sums_of(all, path, version, false)));
	if (fault) {
		*error = failed_fetch(all, fault);
		return NULL;
	}
	fault = zip_fault(all, path, version);
	if (fault)
		*error = fatal(all, fault);
	return fault ? NULL : dir;
}
