/*
 * path.c - names: of modules, of files in them, and how the cache and proxies write them.
 *
 * A module's path is a domain name and more, in letters, digits and - . _ ~. So that no two modules share a folder on a
 * file system that takes A for a, the cache and proxies write a capital as '!' and the small letter. Names of files may
 * have all letters and most punctuation, but nothing that any of Go's systems takes for a separator or a device.
 *
 *     module = element { "/" element } .          no element begins or ends with a dot
 *     file   = element { "/" element } .          no element is all dots or ends with one
 */
#define _GNU_SOURCE           /* towlower_l */
#include "fetch.h"

#include <ctype.h>
#include <fnmatch.h>
#include <locale.h>
#include <string.h>
#include <strings.h>
#include <wctype.h>

typedef enum { MODULE_PATH, FILE_PATH } PathKind;

static bool is_allowed(uint32_t rune, PathKind kind)
{
	if (rune >= 0x80)
		return kind == FILE_PATH && unicode_is_letter(rune);
	if (isalnum((int)rune))
		return true;
	return rune && strchr(kind == MODULE_PATH ? "-._~" : "!#$%&()+,-.=@[]^_{}~ ", (int)rune);
}

static bool is_device(const char *name, size_t n)
{
	static const char *const plain[] = {"con", "prn", "aux", "nul"}, *const numbered[] = {"com", "lpt"};
	for (int i = 0; i < COUNT_OF(plain) && n == 3; i++)
		if (strncasecmp(name, plain[i], 3) == 0)
			return true;
	for (int i = 0; i < COUNT_OF(numbered) && n == 4; i++)
		if (strncasecmp(name, numbered[i], 3) == 0 && name[3] >= '1' && name[3] <= '9')
			return true;
	return false;
}

/* abc~1: how old Windows shortens names. */
static bool is_shortened(const char *name, size_t n)
{
	size_t digits = 0;
	while (digits < n && isdigit((unsigned char)name[n - digits - 1]))
		digits++;
	return digits > 0 && digits < n && name[n - digits - 1] == '~';
}

static const char *element_error(Request *r, const char *e, size_t n, PathKind kind)
{
	const char *text = arena_strndup(r->arena, e, n);
	if (n == 0)
		return "empty path element";
	if (strspn(text, ".") == n)
		return arena_printf(r->arena, "invalid path element %s", quoted(r, text));
	if (text[0] == '.' && kind == MODULE_PATH)
		return "leading dot in path element";
	if (text[n - 1] == '.')
		return "trailing dot in path element";
	int size;
	for (size_t i = 0; i < n; i += (size_t)size) {
		uint32_t rune = utf8_decode(text + i, n - i, &size);
		if (is_allowed(rune, kind))
			continue;
		Buf shown;
		buf_init(&shown, r->arena);
		buf_quote_rune(&shown, rune);
		return arena_printf(r->arena, "invalid char %s", shown.s);
	}
	size_t stem = strcspn(text, ".");
	if (is_device(text, stem))
		return arena_printf(r->arena, "%s disallowed as path element component on Windows",
		                    quoted(r, arena_strndup(r->arena, text, stem)));
	return kind == MODULE_PATH && is_shortened(text, stem) ? "trailing tilde and digits in path element" : NULL;
}

static bool is_utf8(const char *s)
{
	size_t n = strlen(s);
	int size;
	for (size_t i = 0; i < n; i += (size_t)size)
		if (utf8_decode(s + i, n - i, &size) == 0xFFFD && size == 1)
			return false;
	return true;
}

static const char *path_error(Request *r, const char *path, PathKind kind)
{
	if (!is_utf8(path))
		return "invalid UTF-8";
	if (!*path)
		return "empty string";
	if (path[0] == '-' && kind == MODULE_PATH)
		return "leading dash";
	if (strstr(path, "//"))
		return "double slash";
	if (path[strlen(path) - 1] == '/')
		return "trailing slash";
	for (const char *e = path;;) {
		size_t n = strcspn(e, "/");
		const char *error = element_error(r, e, n, kind);
		if (error || !e[n])
			return error;
		e += n + 1;
	}
}

/* The end of a path that says which major version it is: "/v2", ".v1" at gopkg.in; "" if none. *bad: it is no right
 * one. */
static const char *major_suffix(const char *path, bool *bad)
{
	bool gopkg = strncmp(path, "gopkg.in/", 9) == 0;
	size_t n = strlen(path), unstable = strlen("-unstable");
	*bad = false;
	if (gopkg && n > unstable && strcmp(path + n - unstable, "-unstable") == 0)
		n -= unstable;
	size_t i = n;
	bool dot = false;
	while (i > 0 && (isdigit((unsigned char)path[i - 1]) || (!gopkg && path[i - 1] == '.')))
		dot |= path[--i] == '.';
	if (i <= 1 || (i == n && !gopkg) || path[i - 1] != 'v' || path[i - 2] != (gopkg ? '.' : '/')) {
		*bad = gopkg;
		return "";
	}
	const char *suffix = path + i - 2;
	size_t length = n - i + 2;
	*bad = dot || length <= 2 || (suffix[2] == '0' && !(gopkg && length == 3)) ||
		(!gopkg && strcmp(suffix, "/v1") == 0);
	return suffix;
}

static const char *module_path_error(Request *r, const char *path)
{
	bool bad;
	const char *error = path_error(r, path, MODULE_PATH);
	size_t first = strcspn(path, "/");
	if (error)
		return error;
	if (!memchr(path, '.', first))
		return "missing dot in first path element";
	for (size_t i = 0; i < first; i++)
		if (isupper((unsigned char)path[i]) || path[i] == '_' || path[i] == '~')
			return arena_printf(r->arena, "invalid char '%c' in first path element", path[i]);
	major_suffix(path, &bad);
	return bad ? "invalid version" : NULL;
}

const char *file_name_error(Request *r, const char *name)
{
	const char *error = path_error(r, name, FILE_PATH);
	return error ? arena_printf(r->arena, "malformed file path %s: %s", quoted(r, name), error) : NULL;
}

/* Does the version belong to a path that ends like this one? */
const char *major_mismatch(Request *r, const char *path, const char *version)
{
	bool bad;
	const char *suffix = major_suffix(path, &bad);
	size_t digits = *suffix ? strspn(suffix + 2, "0123456789") + 1 : 0;
	size_t major = strcspn(version, ".-+");
	size_t n = strlen(version), incompatible = strlen("+incompatible");
	if (strncmp(suffix, ".v1", 3) == 0 && digits == 2 && strncmp(version, "v0.0.0-", 7) == 0)
		return NULL;            /* an old mistake of Go's, which is in use */
	if (!*suffix) {
		bool low = major == 2 && (version[1] == '0' || version[1] == '1');
		bool marked = n > incompatible && strcmp(version + n - incompatible, "+incompatible") == 0;
		return low || marked ? NULL : "v0 or v1";
	}
	return major == digits && strncmp(suffix + 1, version, digits) == 0 ? NULL : arena_strndup(r->arena, suffix + 1,
		digits);
}

static const char *escaped(Request *r, const char *s)
{
	Buf b;
	buf_init(&b, r->arena);
	for (; *s; s++) {
		if (isupper((unsigned char)*s))
			buf_char(&b, '!');
		buf_char(&b, (char)tolower((unsigned char)*s));
	}
	return b.s;
}

const char *escape_version(Request *r, const char *version)
{
	if (*version && !strchr(version, '/') && !strchr(version, '!') && is_utf8(version) &&
	    !element_error(r, version, strlen(version), FILE_PATH))
		return escaped(r, version);
	fail(r, FAIL_ERROR, "version %s invalid: disallowed version string", quoted(r, version));
	return NULL;
}

bool make_module(Request *r, Module *m, const char *path, const char *version)
{
	const char *error = module_path_error(r, path);
	*m = (Module){.path = path, .version = version};
	if (error) {
		fail(r, FAIL_ERROR, "malformed module path %s: %s", quoted(r, path), error);
		return version ? fail_prefix(r, "%s@%s: ", path, version) : false;
	}
	m->escaped_path = escaped(r, path);
	if (!version)
		return true;
	if (!is_canonical(version))
		return fail(r, FAIL_ERROR, "%s@%s: invalid version: not a canonical version", path, version);
	const char *should_be = major_mismatch(r, path, version);
	if (should_be)
		return fail(r, FAIL_ERROR, "%s@%s: invalid version: should be %s, not %.*s", path, version, should_be,
		            (int)strcspn(version, ".-+"), version);
	m->escaped_version = escape_version(r, version);
	return m->escaped_version != NULL;
}

void *unicode_locale(void) { return newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL); }

/* By way of the capital, so that all forms of a letter meet in one (sigma, the Kelvin sign); but the dotted and the
 * dotless i, which fold to nothing else. Without the locale only ASCII is folded. */
const char *folded(Request *r, const char *name)
{
	locale_t locale = r->settings->locale;
	Buf b;
	int size;
	buf_init(&b, r->arena);
	for (size_t i = 0, n = strlen(name); i < n; i += (size_t)size) {
		uint32_t rune = utf8_decode(name + i, n - i, &size);
		if (rune < 0x80)
			rune = (uint32_t)tolower((int)rune);
		else if (locale && rune != 0x130 && rune != 0x131)
			rune = towlower_l(towupper_l((wint_t)rune, locale), locale);
		buf_rune(&b, rune);
	}
	return b.s ? b.s : "";
}

/* A pattern has as many elements as the prefix of the path that it must match. */
static bool matches_prefix(const char *pattern, size_t n, const char *path)
{
	char glob[256], prefix[1024];
	while (n && pattern[n - 1] == '/')
		n--;
	if (n == 0 || n >= sizeof glob || strlen(path) >= sizeof prefix)
		return false;
	memcpy(glob, pattern, n);
	glob[n] = '\0';
	int slashes = 0;
	for (size_t i = 0; i < n; i++)
		slashes += glob[i] == '/';
	strcpy(prefix, path);
	for (char *p = prefix; *p; p++)
		if (*p == '/' && slashes-- == 0) {
			*p = '\0';
			slashes = 0;
			break;
		}
	return slashes <= 0 && fnmatch(glob, prefix, FNM_PATHNAME) == 0;
}

bool matches_patterns(const char *patterns, const char *path)
{
	for (const char *p = patterns; *p;) {
		size_t n = strcspn(p, ",");
		if (matches_prefix(p, n, path))
			return true;
		p += n + (p[n] == ',');
	}
	return false;
}
