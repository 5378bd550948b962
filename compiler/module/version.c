/*
 * version.c - versions of modules (../base/version.c has their grammar and order), versions of Go, paths of modules.
 *
 *     v1.2.3   v1.2.3-rc.1   v2.0.0+incompatible   v0.0.0-20200101120000-0123456789ab (a pseudo-version: the time,
 *     the commit)
 *
 * A path that ends in /v2 and above holds versions of that major number only, other paths v0 and v1, and
 * +incompatible ones: tags of a repository that had no go.mod. Pseudo-versions need no rule of their own: they are
 * made to sort rightly.
 */
#include "private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- semantic versions ---------------------------------------------------------------------------------- */

bool version_is_valid(const char *v)
{
	Version parts;
	return version_parse(v, &parts);
}

const char *version_canonical(Compiler *c, const char *v)
{
	Version p;
	if (!version_parse(v, &p))
		return NULL;
	if (p.is_short)
		return arena_printf(c->arena, "v%.*s.%.*s.0", p.major_len, p.major, p.minor_len, p.minor);
	if (!p.build_len || strcmp(p.build, "+incompatible") == 0)
		return v;
	return arena_strndup(c->arena, v, (size_t)(p.build - v));
}

bool version_is_exact(Compiler *c, const char *version)
{
	const char *canonical = version_canonical(c, version);
	return canonical && strcmp(canonical, version) == 0;
}

/* ---- major versions in paths ---------------------------------------------------------------------------------- */

/* "/v2", ".v3", or "" where the path has none; NULL: it ends in what looks like one and is not. */
static const char *path_major(Compiler *c, const char *path)
{
	size_t n = strlen(path), i = n;
	bool gopkg = strncmp(path, "gopkg.in/", 9) == 0, dot = false;
	if (gopkg && n > 9 && strcmp(path + n - 9, "-unstable") == 0)
		i = n -= 9;
	for (; i > 0 && (isdigit((unsigned char)path[i - 1]) || (path[i - 1] == '.' && !gopkg)); i--)
		dot |= path[i - 1] == '.';
	bool none = i <= 1 || path[i - 1] != 'v' || path[i - 2] != (gopkg ? '.' : '/') || (!gopkg && i == n);
	if (none)
		return gopkg ? NULL : "";
	const char *major = arena_strndup(c->arena, path + i - 2, n - i + 2);
	if (dot || !major[2] || (major[2] == '0' && !(gopkg && strcmp(major, ".v0") == 0)) || strcmp(major, "/v1") == 0)
		return NULL;
	return major;
}

bool path_major_is_wrong(Compiler *c, const char *path) { return path_major(c, path) == NULL; }

const char *version_misfit(Compiler *c, const char *path, const char *v)
{
	const char *major = path_major(c, path);
	size_t n = strcspn(v, ".");
	if (!major)
		return arena_printf(c->arena, "malformed module path \"%s\"", path);
	if (strncmp(v, "v0.0.0-", 7) == 0 && strcmp(major, ".v1") == 0)
		return NULL;
	const char *end = strchr(v, '+');
	if (!*major && (strncmp(v, "v0.", 3) == 0 || strncmp(v, "v1.", 3) == 0 ||
	                (end && strcmp(end, "+incompatible") == 0)))
		return NULL;
	if (*major && strlen(major + 1) == n && strncmp(major + 1, v, n) == 0)
		return NULL;
	return arena_printf(c->arena, "should be %s, not %.*s", *major ? major + 1 : "v0 or v1", (int)n, v);
}

/* ---- paths --------------------------------------------------------------------------------------------------- */

static bool is_windows_name(const char *s, size_t n)
{
	static const char *const names[] = {"CON", "PRN", "AUX", "NUL"};
	for (int i = 0; i < COUNT_OF(names); i++)
		if (n == 3 && strncasecmp(s, names[i], n) == 0)
			return true;
	return n == 4 && (strncasecmp(s, "COM", 3) == 0 || strncasecmp(s, "LPT", 3) == 0) && s[3] >= '1' && s[3] <= '9';
}

static const char *element_fault(Compiler *c, const char *s, size_t n, bool import)
{
	if (n == 0)
		return "empty path element";
	if (strspn(s, ".") >= n)
		return arena_printf(c->arena, "invalid path element \"%.*s\"", (int)n, s);
	if (s[0] == '.' && !import)
		return "leading dot in path element";
	if (s[n - 1] == '.')
		return "trailing dot in path element";
	for (size_t i = 0; i < n; i++) {
		int size;
		uint32_t rune = utf8_decode(s + i, n - i, &size);
		if (rune < 0x80 && (isalnum((int)rune) || strchr(import ? "-._~+" : "-._~", (int)rune)))
			continue;
		Buf b;
		buf_init(&b, c->arena);
		buf_quote_rune(&b, rune);
		return arena_printf(c->arena, "invalid char %s", b.s);
	}
	size_t stem = 0;
	while (stem < n && s[stem] != '.')
		stem++;
	if (is_windows_name(s, stem))
		return arena_printf(c->arena, "\"%.*s\" disallowed as path element component on Windows", (int)stem, s);
	size_t tilde = stem;
	while (tilde > 0 && isdigit((unsigned char)s[tilde - 1]))
		tilde--;
	if (tilde < stem && tilde > 0 && s[tilde - 1] == '~')
		return "trailing tilde and digits in path element";
	return NULL;
}

const char *module_path_fault(Compiler *c, const char *path, bool import)
{
	if (!*path)
		return "empty string";
	if (*path == '-')
		return "leading dash";
	if (strstr(path, "//"))
		return "double slash";
	if (path[strlen(path) - 1] == '/')
		return "trailing slash";
	for (const char *p = path;; p++) {
		size_t n = strcspn(p, "/");
		const char *fault = element_fault(c, p, n, import);
		if (fault || !p[n])
			return fault;
		p += n;
	}
}

const char *escape_capitals(Compiler *c, const char *s)
{
	Buf b;
	buf_init(&b, c->arena);
	buf_str(&b, "");
	for (; *s; s++) {
		if (isupper((unsigned char)*s))
			buf_char(&b, '!');
		buf_char(&b, (char)tolower((unsigned char)*s));
	}
	return b.s ? b.s : "";
}

/* ---- versions of Go -------------------------------------------------------------------------------------------- */

/* patch -1: not written; kind: of a pre-release */
typedef struct GoVersion { int major, minor, patch, pre; char kind; } GoVersion;

/* One that is too large is larger than any version. */
static int number(const char *s, char **end)
{
	long n = strtol(s, end, 10);
	return n > 1000000 ? 1000000 : (int)n;
}

static bool is_plain_number(const char *s)
{
	return isdigit((unsigned char)s[0]) && !(s[0] == '0' && isdigit((unsigned char)s[1]));
}

static bool parse_go_version(const char *s, GoVersion *v)
{
	char *end;
	*v = (GoVersion){.patch = -1, .pre = -1};
	if (*s < '1' || *s > '9')
		return false;
	v->major = number(s, &end);
	if (*end != '.' || !is_plain_number(end + 1))
		return false;
	v->minor = number(end + 1, &end);
	if (*end == '.' && is_plain_number(end + 1))
		v->patch = number(end + 1, &end);
	if (islower((unsigned char)*end)) {
		v->kind = *end;
		while (islower((unsigned char)*end))
			end++;
		if (!isdigit((unsigned char)*end))
			return false;
		v->pre = number(end, &end);
	}
	return *end == '\0';
}

int go_version_parse(const char *s, int *major)
{
	GoVersion v;
	if (!parse_go_version(s, &v))
		return -1;
	*major = v.major;
	return v.minor;
}

/* From 1.21 on the version without a patch number is that of the language, which is before its pre-releases, and they
 * are before its releases. */
static int release_rank(const GoVersion *v)
{
	if (v->kind)
		return 1;
	return v->patch < 0 ? (v->minor < 21 ? 2 : 0) : v->patch + 2;
}

int go_version_compare(const char *v, const char *w)
{
	GoVersion a, b;
	bool valid = v && parse_go_version(v, &a), other = w && parse_go_version(w, &b);
	if (!valid || !other)
		return valid - other;
	int x[] = {a.major, a.minor, release_rank(&a), a.kind, a.pre}, y[] = {b.major, b.minor, release_rank(&b), b.kind,
		b.pre};
	for (int i = 0; i < COUNT_OF(x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}
