/*
 * zip.c - module zips: their hash and their rules.
 *
 * h1 is the base64 of the SHA-256 of a text with a line "SHA-256 in hex, two spaces, name" for each entry, sorted by
 * name: it says what the files are, not how they were packed.
 *
 * A zip is a stranger's until its hash is known, and may be made to harm. So before a byte of it is unpacked for the
 * hash, what it says it holds is added up; no entry yields more than it says; and the rules are checked before the
 * zip gets its name in the cache: all entries below PATH@VERSION/, no name that means another file on any system,
 * none twice, none that differs in case only, no go.mod but in the root. What an entry says of its mode counts for
 * nothing: a link is unpacked as a file, as Go does.
 */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum { HASH_SIZE = 32, BLOCK = 1 << 16 };

/* ---- opening --------------------------------------------------------------------------------------------------- */

/* Of libzip's errors those that Go has words for. */
static bool zip_failed(Request *r, zip_error_t *error)
{
	switch (zip_error_code_zip(error)) {
	case ZIP_ER_NOZIP: case ZIP_ER_INCONS: case ZIP_ER_EOF: case ZIP_ER_SEEK: case ZIP_ER_INVAL:
		return fail(r, FAIL_ERROR, "zip: not a valid zip file");
	case ZIP_ER_CRC: return fail(r, FAIL_ERROR, "zip: checksum error");
	case ZIP_ER_COMPNOTSUPP: case ZIP_ER_ENCRNOTSUPP: case ZIP_ER_NOPASSWD:
		return fail(r, FAIL_ERROR, "zip: unsupported compression algorithm");
	case ZIP_ER_ZLIB: return fail(r, FAIL_ERROR, "flate: corrupt input");
	default: return fail(r, FAIL_ERROR, "zip: %s", zip_error_strerror(error));
	}
}

bool zip_open_file(Request *r, const char *path, ZipFile *z)
{
	int code;
	struct stat st;
	*z = (ZipFile){.path = path};
	if (stat(path, &st) != 0)
		return fail_system(r, "open", path, errno);
	if (st.st_size == 0)        /* libzip takes it for a zip without entries */
		return fail(r, FAIL_ERROR, "zip: not a valid zip file");
	if (!(z->zip = zip_open(path, ZIP_RDONLY, &code))) {
		zip_error_t error;
		zip_error_init_with_code(&error, code);
		zip_failed(r, &error);
		zip_error_fini(&error);
		return false;
	}
	z->count = zip_get_num_entries(z->zip, 0);
	return true;
}

void zip_close_file(ZipFile *z)
{
	zip_discard(z->zip);
	z->zip = NULL;
}

static const char *name_of(ZipFile *z, int64_t i)
{
	const char *name = zip_get_name(z->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
	return name ? name : "";
}

static uint64_t size_of(ZipFile *z, int64_t i)
{
	zip_stat_t st;
	return zip_stat_index(z->zip, (zip_uint64_t)i, 0, &st) == 0 && st.valid & ZIP_STAT_SIZE ? st.size : 0;
}

/* ---- reading an entry ------------------------------------------------------------------------------------------ */

typedef bool (*TakeBlock)(Request *r, void *argument, const void *data, size_t n);

static bool read_blocks(Request *r, ZipFile *z, int64_t i, zip_file_t *file, TakeBlock take, void *argument)
{
	static _Thread_local char block[BLOCK];
	uint64_t size = size_of(z, i), total = 0;
	for (zip_int64_t n; (n = zip_fread(file, block, sizeof block)) != 0;) {
		if (n < 0)
			return zip_failed(r, zip_file_get_error(file));
		total += (uint64_t)n;
		if (total > size)
			return fail(r, FAIL_ERROR, "uncompressed size of file %s is larger than declared size (%llu bytes)",
			            name_of(z, i),
			            (unsigned long long)size);
		if (!take(r, argument, block, (size_t)n))
			return false;
	}
	return total == size || fail(r, FAIL_ERROR, "unexpected EOF");
}

static bool read_entry(Request *r, ZipFile *z, int64_t i, TakeBlock take, void *argument)
{
	zip_file_t *file = zip_fopen_index(z->zip, (zip_uint64_t)i, 0);
	if (!file)
		return zip_failed(r, zip_get_error(z->zip));
	bool ok = read_blocks(r, z, i, file, take, argument);
	zip_fclose(file);
	return ok;
}

/* ---- the hash -------------------------------------------------------------------------------------------------- */

static bool hash_block(Request *r, void *digest, const void *data, size_t n)
{
	(void)r;
	return EVP_DigestUpdate(digest, data, n) == 1;
}

static void put_hash(EVP_MD_CTX *digest, Buf *lines, const char *name)
{
	unsigned char hash[HASH_SIZE];
	EVP_DigestFinal_ex(digest, hash, NULL);
	for (int i = 0; i < HASH_SIZE; i++)
		buf_printf(lines, "%02x", hash[i]);
	buf_printf(lines, "  %s\n", name);
}

static const char *h1(Request *r, EVP_MD_CTX *digest, const Buf *lines)
{
	unsigned char hash[HASH_SIZE], text[4 * (HASH_SIZE + 2) / 3 + 1];
	EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
	EVP_DigestUpdate(digest, lines->s, lines->len);
	EVP_DigestFinal_ex(digest, hash, NULL);
	EVP_EncodeBlock(text, hash, HASH_SIZE);
	return arena_printf(r->arena, "h1:%s", text);
}

typedef struct Entry { const char *name; int64_t index; const char *path; } Entry;     /* in a zip; in a folder */

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const Entry *)a)->name, ((const Entry *)b)->name);
}

/* What they say they hold, all together. */
static bool check_total(Request *r, ZipFile *z)
{
	uint64_t left = ZIP_LIMIT;
	for (int64_t i = 0; i < z->count; i++) {
		uint64_t size = size_of(z, i);
		if (size > left)
			return fail(r, FAIL_ERROR, "total uncompressed size of module contents too large (max size is %d bytes)",
			            ZIP_LIMIT);
		left -= size;
	}
	return true;
}

bool zip_hash(Request *r, ZipFile *z, const char **sum)
{
	Entry *entries = NEW_ARRAY(r->arena, Entry, z->count + 1);
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	Buf lines;
	bool ok = check_total(r, z);
	buf_init(&lines, r->arena);
	buf_str(&lines, "");
	for (int64_t i = 0; i < z->count; i++)
		entries[i] = (Entry){name_of(z, i), i, NULL};
	qsort(entries, (size_t)z->count, sizeof *entries, compare_entries);
	for (int64_t i = 0; i < z->count && ok; i++) {
		if (strchr(entries[i].name, '\n'))
			ok = fail(r, FAIL_ERROR, "dirhash: filenames with newlines are not supported");
		EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
		ok = ok && read_entry(r, z, entries[i].index, hash_block, digest);
		put_hash(digest, &lines, entries[i].name);
	}
	if (ok)
		*sum = h1(r, digest, &lines);
	EVP_MD_CTX_free(digest);
	return ok;
}

const char *text_hash(Request *r, const char *name, const char *text, size_t size)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	Buf lines;
	buf_init(&lines, r->arena);
	EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
	EVP_DigestUpdate(digest, text, size);
	put_hash(digest, &lines, name);
	const char *sum = h1(r, digest, &lines);
	EVP_MD_CTX_free(digest);
	return sum;
}

/* ---- the hash of a folder -------------------------------------------------------------------------------------- */

typedef VEC(Entry) EntryList;

/* All files below dir, their names with the prefix. */
static bool list_files(Request *r, const char *dir, const char *prefix, EntryList *list)
{
	Texts names = names_in(r, dir);
	struct stat st;
	for (int i = 0; i < names.len; i++) {
		const char *name = names.items[i];
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		const char *path = arena_printf(r->arena, "%s/%s", dir, name), *shown = arena_printf(r->arena, "%s/%s", prefix,
			name);
		if (lstat(path, &st) != 0)
			return fail_system(r, "lstat", path, errno);
		if (strchr(name, '\n'))
			return fail(r, FAIL_ERROR, "dirhash: filenames with newlines are not supported");
		if (S_ISREG(st.st_mode))
			vec_push(r->arena, list, (Entry){shown, 0, path});
		else if (!S_ISDIR(st.st_mode))      /* no zip made it: a link leads elsewhere, a pipe never ends */
			return fail(r, FAIL_ERROR, "dir has been modified (%s is not a regular file)", path);
		else if (!list_files(r, path, shown, list))
			return false;
	}
	return true;
}

static bool hash_file_of(Request *r, const char *path, EVP_MD_CTX *digest)
{
	static _Thread_local char block[BLOCK];
	ssize_t n = -1;
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (file < 0)
		return fail_system(r, "open", path, errno);
	while ((n = read(file, block, sizeof block)) > 0)
		EVP_DigestUpdate(digest, block, (size_t)n);
	int error = errno;
	close(file);
	return n == 0 || fail_system(r, "read", path, error);
}

bool folder_hash(Request *r, const char *dir, const char *prefix, const char **sum)
{
	EntryList list = {0};
	Buf lines;
	buf_init(&lines, r->arena);
	buf_str(&lines, "");
	if (!list_files(r, dir, prefix, &list))
		return false;
	if (list.len)
		qsort(list.items, (size_t)list.len, sizeof *list.items, compare_entries);
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	bool ok = true;
	for (int i = 0; i < list.len && ok; i++) {
		EVP_DigestInit_ex(digest, EVP_sha256(), NULL);
		ok = hash_file_of(r, list.items[i].path, digest);
		put_hash(digest, &lines, list.items[i].name);
	}
	if (ok)
		*sum = h1(r, digest, &lines);
	EVP_MD_CTX_free(digest);
	return ok;
}

/* ---- the rules ------------------------------------------------------------------------------------------------- */

static const char *name_in_module(Request *r, const char *name, const Module *m)
{
	const char *prefix = arena_printf(r->arena, "%s@%s/", m->path, m->version);
	size_t n = strlen(prefix);
	return strncmp(name, prefix, n) == 0 ? name + n : NULL;
}

bool zip_has_prefix(Request *r, ZipFile *z, const Module *m)
{
	for (int64_t i = 0; i < z->count; i++)
		if (!name_in_module(r, name_of(z, i), m))
			return fail(r, FAIL_ERROR, "zip for %s@%s has unexpected file %s", m->path, m->version, name_of(z, i));
	return true;
}

/* Names seen, as a tree of folded elements: "NUMBER/ELEMENT" -> Name, NUMBER that of the folder above, 0 the root's.
 * So a long name costs what it is long, not the sum of all its prefixes. */
typedef struct Name { int number; const char *path; int length; bool is_folder; } Name;
typedef struct Seen { Map names; int count; } Seen;

static Name *new_name(Request *r, Seen *seen, const char *key, const char *path, size_t length, bool is_folder)
{
	Name *name = NEW(r->arena, Name);
	*name = (Name){++seen->count, path, (int)length, is_folder};
	map_put(r->arena, &seen->names, key, name);
	return name;
}

/* Makes the name and the folders above it seen; the result is what stood there of them, the deepest, or NULL, and its
 * *length in path. No letter folds to a slash, so the elements of the folded name are those of the name. */
static Name *see(Request *r, Seen *seen, const char *path, bool is_folder, size_t *length)
{
	Name *found = NULL;
	const char *fold = folded(r, path);
	int above = 0;
	for (size_t end = 0;; end++, fold++) {
		size_t n = strcspn(fold, "/");
		const char *key = arena_printf(r->arena, "%d/%.*s", above, (int)n, fold);
		Name *name = map_get(&seen->names, key);
		end += strcspn(path + end, "/");
		fold += n;
		if (name) {
			found = name;
			*length = end;
		} else {
			name = new_name(r, seen, key, path, end, path[end] || is_folder);
		}
		above = name->number;
		if (!path[end])
			return found;
	}
}

/* The name and the folders above it against all seen before. */
static const char *collision(Request *r, Seen *seen, const char *path, bool is_folder)
{
	size_t n;
	const Name *other = see(r, seen, path, is_folder, &n);
	if (!other)
		return NULL;
	const char *shown = arena_strndup(r->arena, path, n), *before = arena_strndup(r->arena, other->path,
	                                                                              (size_t)other->length);
	is_folder |= path[n] != '\0';
	if (strcmp(shown, before) != 0)
		return arena_printf(r->arena, "case-insensitive file name collision: %s and %s", quoted(r, before),
		                    quoted(r, shown));
	if (other->is_folder != is_folder)
		return arena_printf(r->arena, "entry %s is both a file and a directory", quoted(r, shown));
	return is_folder ? NULL : arena_printf(r->arena, "multiple entries for file %s", quoted(r, shown));
}

static const char *size_error(Request *r, const char *name, uint64_t size)
{
	bool limited = strcmp(name, "go.mod") == 0 || strcmp(name, "LICENSE") == 0;
	if (!limited || size <= GO_MOD_LIMIT)
		return NULL;
	return arena_printf(r->arena, "%s file too large (max size is %d bytes)", name, GO_MOD_LIMIT);
}

/* NULL: the entry keeps to them. */
static const char *entry_error(Request *r, const char *name, uint64_t size, Seen *seen)
{
	size_t n = strlen(name);
	bool is_folder = n && name[n - 1] == '/';
	const char *path = arena_strndup(r->arena, name, n - is_folder), *error, *slash = strrchr(path, '/'),
		*base = slash ? slash + 1 : path;
	if (n == 0)
		return NULL;
	if (n >= PATH_MAX)          /* no system could open it, and thousands of folders in a name are there to harm */
		return "file name too long";
	if ((error = file_name_error(r, path)) || (error = collision(r, seen, path, is_folder)) || is_folder)
		return error;
	if (strcasecmp(base, "go.mod") == 0 && base != path)
		return "go.mod file not in module root directory";
	if (strcasecmp(base, "go.mod") == 0 && strcmp(base, "go.mod") != 0)
		return "go.mod files must have lowercase names";
	return size_error(r, path, size);
}

/* All that is wrong, a line each. */
bool zip_check(Request *r, ZipFile *z, const Module *m, const char *path)
{
	Seen seen = {.names.by_text = true};
	Buf errors;
	if (!check_total(r, z))
		return fail_prefix(r, "unzip %s: ", path);
	buf_init(&errors, r->arena);
	for (int64_t i = 0; i < z->count; i++) {
		const char *name = name_of(z, i), *inside = name_in_module(r, name, m);
		const char *error = inside ? entry_error(r, inside, size_of(z, i), &seen)
		                    : arena_printf(r->arena, "path does not have prefix \"%s@%s/\"", m->path, m->version);
		if (error)
			buf_printf(&errors, "%s%s: %s", errors.len ? "\n" : "", name, error);
	}
	return !errors.len || fail(r, FAIL_ERROR, "unzip %s: %s", path, errors.s);
}

/* ---- unpacking ------------------------------------------------------------------------------------------------- */

typedef struct Target { int file; const char *name; } Target;

static bool write_block(Request *r, void *argument, const void *data, size_t n)
{
	const Target *t = argument;
	return write_all(r, t->file, t->name, data, n);
}

static bool unpack_entry(Request *r, ZipFile *z, int64_t i, const char *name)
{
	const char *slash = strrchr(name, '/');
	if (!make_folder(r, arena_strndup(r->arena, name, (size_t)(slash - name))))
		return false;
	Target t = {open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444), name};
	if (t.file < 0)
		return fail_system(r, "open", name, errno);
	bool ok = read_entry(r, z, i, write_block, &t);
	if (close(t.file) != 0 && ok)
		ok = fail_system(r, "close", name, errno);
	return ok;
}

bool zip_unpack(Request *r, ZipFile *z, const Module *m, const char *dir, PlaceFile place)
{
	if (!make_folder(r, dir))
		return false;
	for (int64_t i = 0; i < z->count; i++) {
		const char *name = name_in_module(r, name_of(z, i), m);
		size_t n = name ? strlen(name) : 0;
		if (n == 0 || name[n - 1] == '/')
			continue;
		if (place && !(name = place(r, name)))
			continue;
		if (!unpack_entry(r, z, i, arena_printf(r->arena, "%s/%s", dir, name)))
			return false;
	}
	return true;
}
