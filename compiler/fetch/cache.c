/*
 * cache.c - the module cache, laid out and locked as Go does it, so that both tools may work in it at the same time.
 *
 *     $GOMODCACHE/cache/download/PATH/@v/VERSION.info    what the proxy said of the version
 *                                               .mod     its go.mod
 *                                               .zip     all of it, verified
 *                                               .ziphash its h1 hash
 *                                               .lock    locked by whoever makes .zip, .ziphash or the folder
 *                                               .partial there while the folder is being filled: it is not to be used
 *                                       /list            versions of which there is a .mod; locked while it is changed
 *     $GOMODCACHE/PATH@VERSION/                          the files, read-only
 *
 * Nothing is written in place: a file is made under a name that ends in .tmp, and renamed when it is whole; .ziphash is
 * written under the lock, and one that is damaged is made anew from the zip. A process that dies leaves .tmp files,
 * which the next one that makes such a file removes (those of .mod and .info, which no lock guards, once they are an
 * hour old), or a .partial, and then the folder is filled again; so is a folder that has no .ziphash. A process that
 * is ended by a signal removes its .tmp files itself.
 */
#include "fetch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- names ----------------------------------------------------------------------------------------------------- */

const char *cache_path(Request *r, const Module *m, const char *suffix)
{
	return arena_printf(r->arena, "%s/cache/download/%s/@v/%s%s", r->settings->module_cache, m->escaped_path,
	                    m->escaped_version ? m->escaped_version : "", suffix);
}

const char *module_folder(Request *r, const Module *m)
{
	return arena_printf(r->arena, "%s/%s@%s", r->settings->module_cache, m->escaped_path, m->escaped_version);
}

/* The last one first: mostly only that is missing, or nothing. In path slashes become ends and slashes again: a copy
 * for each folder above would be more than a hostile zip's long names may cost. */
static bool make_folder_at(Request *r, char *path)
{
	struct stat st;
	if (mkdir(path, 0777) == 0)
		return true;
	int error = errno;
	char *slash = strrchr(path, '/');
	if (error == EEXIST)
		return (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) || fail_system(r, "mkdir", path, ENOTDIR);
	if ((error != ENOENT && error != ENOTDIR) || !slash || slash == path)
		return fail_system(r, "mkdir", path, error);
	*slash = '\0';
	bool ok = make_folder_at(r, path);
	*slash = '/';
	return ok && (mkdir(path, 0777) == 0 || errno == EEXIST || fail_system(r, "mkdir", path, errno));
}

bool make_folder(Request *r, const char *path)
{
	return make_folder_at(r, arena_strndup(r->arena, path, strlen(path)));
}

static bool make_parent(Request *r, const char *path)
{
	return make_folder(r, arena_strndup(r->arena, path, (size_t)(strrchr(path, '/') - path)));
}

bool check_cache(Request *r)
{
	const char *dir = r->settings->module_cache;
	struct stat st;
	if (!*dir)
		return fail(r, FAIL_ERROR, "module cache not found: neither GOMODCACHE nor GOPATH is set");
	if (*dir != '/')
		return fail(r, FAIL_ERROR, "GOMODCACHE entry is relative; must be absolute path: %s.", quoted(r, dir));
	if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
		return fail(r, FAIL_ERROR, "could not create module cache: %s is not a directory", quoted(r, dir));
	return make_folder(r, dir) || fail_prefix(r, "could not create module cache: ");
}

Texts names_in(Request *r, const char *dir)
{
	Texts names = {0};
	DIR *d = opendir(dir);
	if (!d)
		return names;
	for (struct dirent *entry; (entry = readdir(d));)
		vec_push(r->arena, &names, arena_printf(r->arena, "%s", entry->d_name));
	closedir(d);
	return names;
}

/* ---- temporary files ------------------------------------------------------------------------------------------- */

/* Names of those there are, a row for each thread; guarded by the lock, which remove_temporaries keeps. */
enum { ROWS = 16, AN_HOUR = 3600 };
static char temporaries[ROWS][PATH_MAX];
static pthread_mutex_t temporaries_lock = PTHREAD_MUTEX_INITIALIZER;

void remove_temporaries(void)
{
	pthread_mutex_lock(&temporaries_lock);
	for (int i = 0; i < ROWS; i++)
		if (*temporaries[i])
			unlink(temporaries[i]);
}

static unsigned long next_number(void)
{
	static _Thread_local unsigned long state;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	state = (state + (unsigned long)now.tv_nsec + (unsigned long)getpid() * 7919) * 6364136223846793005u + 1;
	return state >> 33;
}

/* A file of this name that is to be removed at a signal; -1 with errno set. */
static int open_temporary(Request *r, const char *name)
{
	pthread_mutex_lock(&temporaries_lock);
	int file = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666), error = errno;
	for (int i = 0; i < ROWS && file >= 0 && strlen(name) < PATH_MAX; i++)
		if (!*temporaries[i]) {
			strcpy(temporaries[i], name);
			r->temporary = i;
			break;
		}
	pthread_mutex_unlock(&temporaries_lock);
	errno = error;
	return file;
}

int temporary_file(Request *r, const char *path, const char **name)
{
	int file, tries = 0;
	do {
		*name = arena_printf(r->arena, "%s%lu.tmp", path, next_number() % 1000000000);
		file = open_temporary(r, *name);
	} while (file < 0 && errno == EEXIST && ++tries < 10000);
	if (file < 0)
		fail_system(r, "open", *name, errno);
	return file;
}

void temporary_done(Request *r)
{
	pthread_mutex_lock(&temporaries_lock);
	if (r->temporary >= 0)
		*temporaries[r->temporary] = '\0';
	r->temporary = -1;
	pthread_mutex_unlock(&temporaries_lock);
}

static bool is_older(const char *path, int seconds)
{
	struct stat st;
	return stat(path, &st) == 0 && st.st_mtime < time(NULL) - seconds;
}

/* Small files are made without a lock, here and by Go: what has such a name may be a living process's, unless it is
 * old. */
void remove_temporaries_of(Request *r, const char *path, int seconds)
{
	const char *base = strrchr(path, '/') + 1, *dir = arena_strndup(r->arena, path, (size_t)(base - path));
	Texts names = names_in(r, dir);
	for (int i = 0; i < names.len; i++) {
		size_t n = strlen(names.items[i]);
		if (strncmp(names.items[i], base, strlen(base)) != 0 || n <= 4 || strcmp(names.items[i] + n - 4, ".tmp") != 0)
			continue;
		const char *name = arena_printf(r->arena, "%s%s", dir, names.items[i]);
		if (seconds == 0 || is_older(name, seconds))
			unlink(name);
	}
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

bool read_file(Request *r, const char *path, Buf *text)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	char block[4096];
	ssize_t n = -1;
	buf_init(text, r->arena);
	buf_str(text, "");
	while (file >= 0 && (n = read(file, block, sizeof block)) > 0 && text->len < BODY_LIMIT)
		buf_bytes(text, block, (size_t)n);
	if (file >= 0)
		close(file);
	return n == 0;
}

bool write_all(Request *r, int file, const char *name, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(file, text, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_system(r, "write", name, errno);
		text += n;
		size -= (size_t)n;
	}
	return true;
}

int lock_file(Request *r, const char *path)
{
	if (!make_parent(r, path))
		return -1;
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (file < 0) {
		fail_system(r, "open", path, errno);
		return -1;
	}
	while (flock(file, LOCK_EX) != 0)
		if (errno != EINTR) {
			fail_system(r, "Lock", path, errno);
			close(file);
			return -1;
		}
	return file;
}

/* ---- the list of versions -------------------------------------------------------------------------------------- */

static void put_versions(Request *r, const char *dir, Buf *text)
{
	Texts names = names_in(r, dir);
	int kept = 0;
	for (int i = 0; i < names.len; i++) {
		size_t n = strlen(names.items[i]);
		if (n <= 4 || strcmp(names.items[i] + n - 4, ".mod") != 0)
			continue;
		const char *version = arena_strndup(r->arena, names.items[i], n - 4);
		if (is_canonical(version))
			names.items[kept++] = version;
	}
	sort_versions(names.items, kept);
	for (int i = 0; i < kept; i++)
		buf_printf(text, "%s\n", names.items[i]);
}

/* Only file:// proxies read it, so that it cannot be written is no error. */
static void rewrite_list(Request *r, const Module *m)
{
	Module all = {.escaped_path = m->escaped_path};
	const char *dir = cache_path(r, &all, ""), *name = cache_path(r, &all, "list"), *saved = r->message;
	Buf text, old;
	int file = lock_file(r, name);
	buf_init(&text, r->arena);
	buf_str(&text, "");
	if (file >= 0) {
		put_versions(r, dir, &text);
		bool same = read_file(r, name, &old) && old.len == text.len && memcmp(old.s, text.s, text.len) == 0;
		if (!same && ftruncate(file, 0) == 0 && !write_all(r, file, name, text.s, text.len) && ftruncate(file, 0) != 0)
			unlink(name);
		close(file);
	}
	r->message = saved;
}

bool cache_write(Request *r, const Module *m, const char *suffix, const char *text, size_t size)
{
	const char *path = cache_path(r, m, suffix), *name;
	if (!make_parent(r, path))
		return false;
	remove_temporaries_of(r, path, AN_HOUR);
	int file = temporary_file(r, path, &name);
	if (file < 0)
		return false;
	bool ok = write_all(r, file, name, text, size);
	if (close(file) != 0 && ok)
		ok = fail_system(r, "close", name, errno);
	if (ok && rename(name, path) != 0)
		ok = fail_system(r, "rename", name, errno);
	if (!ok)
		unlink(name);
	temporary_done(r);
	if (ok && strcmp(suffix, ".mod") == 0)
		rewrite_list(r, m);
	return ok;
}
