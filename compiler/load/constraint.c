/*
 * constraint.c - build constraints. A recursive-descent evaluator of
 *
 *     or  = and { "||" and } ;  and = not { "&&" not } ;  not = "!" not | "(" or ")" | tag .
 */
#include "constraint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#if defined(__aarch64__)
#define HOST_ARCH "arm64"
#else
#define HOST_ARCH "amd64"
#endif

static const char *const systems[] = {"aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "netbsd", "openbsd",
                                      "plan9", "solaris", "wasip1", "windows", NULL};
static const char *const architectures[] = {"386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64",
                                            "ppc64le", "riscv64", "s390x", "wasm", NULL};

typedef struct { const char *p, *tags; bool bad; } Eval;

static bool equals(const char *s, size_t n, const char *word) { return strlen(word) == n && memcmp(s, word, n) == 0; }

static bool is_listed(const char *const *list, const char *s, size_t n)
{
	for (; *list; list++)
		if (equals(s, n, *list))
			return true;
	return false;
}

static bool has_tag(const char *tags, const char *s, size_t n)
{
	while (tags && *tags) {
		size_t length = strcspn(tags, ", ");
		if (length == n && memcmp(tags, s, n) == 0)
			return true;
		tags += length + (tags[length] != '\0');
	}
	return false;
}

static bool tag_holds(const char *s, size_t n, const char *tags)
{
	if (equals(s, n, "linux") || equals(s, n, "unix") || equals(s, n, "gol") || equals(s, n, HOST_ARCH))
		return true;
	if (n > 4 && memcmp(s, "go1.", 4) == 0)
		return atoi(s + 4) <= 26;
	return has_tag(tags, s, n);
}

static bool eval_or(Eval *e);

static void skip_space(Eval *e)
{
	while (*e->p == ' ' || *e->p == '\t')
		e->p++;
}

static bool eval_not(Eval *e)
{
	skip_space(e);
	if (*e->p == '!') {
		e->p++;
		return !eval_not(e);
	}
	if (*e->p == '(') {
		e->p++;
		bool v = eval_or(e);
		skip_space(e);
		if (*e->p == ')')
			e->p++;
		else
			e->bad = true;
		return v;
	}
	const char *start = e->p;
	while (isalnum((unsigned char)*e->p) || *e->p == '_' || *e->p == '.' || (unsigned char)*e->p >= 0x80)
		e->p++;
	if (e->p == start)
		e->bad = true;
	return tag_holds(start, (size_t)(e->p - start), e->tags);
}

static bool eval_and(Eval *e)
{
	bool v = eval_not(e);
	for (skip_space(e); e->p[0] == '&' && e->p[1] == '&'; skip_space(e)) {
		e->p += 2;
		v &= eval_not(e);
	}
	return v;
}

static bool eval_or(Eval *e)
{
	bool v = eval_and(e);
	for (skip_space(e); e->p[0] == '|' && e->p[1] == '|'; skip_space(e)) {
		e->p += 2;
		v |= eval_and(e);
	}
	return v;
}

bool constraint_holds(const char *expression, const char *tags)
{
	Eval e = {expression, tags, false};
	bool v = eval_or(&e);
	skip_space(&e);
	return v && !e.bad && (*e.p == '\0' || *e.p == '\r' || *e.p == '\n');
}

/* ---- versions ------------------------------------------------------------------------------- */

static int version_or(Eval *e);

/* What is negated says nothing, so a tag within counts as one that is no version. */
static int version_not(Eval *e)
{
	skip_space(e);
	if (*e->p == '!') {
		e->p++;
		version_not(e);
		return 0;
	}
	if (*e->p == '(') {
		e->p++;
		int v = version_or(e);
		skip_space(e);
		e->p += *e->p == ')';
		return v;
	}
	const char *start = e->p;
	e->p += strcspn(e->p, " \t\r\n()&|!");
	size_t n = (size_t)(e->p - start);
	return n > 4 && memcmp(start, "go1.", 4) == 0 && strspn(start + 4, "0123456789") == n - 4 ? atoi(start + 4) : 0;
}

static int version_and(Eval *e)
{
	int v = version_not(e);
	for (skip_space(e); e->p[0] == '&' && e->p[1] == '&'; skip_space(e)) {
		e->p += 2;
		int w = version_not(e);
		v = w > v ? w : v;
	}
	return v;
}

static int version_or(Eval *e)
{
	int v = version_and(e);
	for (skip_space(e); e->p[0] == '|' && e->p[1] == '|'; skip_space(e)) {
		e->p += 2;
		int w = version_and(e);
		v = w < v ? w : v;
	}
	return v;
}

int constraint_version(const char *expression)
{
	Eval e = {expression, NULL, false};
	return version_or(&e);
}

bool file_name_matches(const char *name)
{
	if (name[0] == '.' || name[0] == '_')
		return false;
	const char *dot = strrchr(name, '.');
	size_t n = dot ? (size_t)(dot - name) : strlen(name);
	const char *parts[2] = {NULL, NULL};    /* the last two words behind underscores, last first */
	size_t lengths[2] = {0, 0}, end = n;
	int count = 0;
	for (size_t i = n; i-- > 1 && count < 2;)
		if (name[i] == '_') {
			parts[count] = name + i + 1;
			lengths[count++] = end - i - 1;
			end = i;
		}
	if (count == 0)
		return true;
	if (equals(parts[0], lengths[0], "test"))
		return false;
	if (is_listed(architectures, parts[0], lengths[0])) {
		if (!equals(parts[0], lengths[0], HOST_ARCH))
			return false;
		return count < 2 || !is_listed(systems, parts[1], lengths[1]) || equals(parts[1], lengths[1], "linux");
	}
	return !is_listed(systems, parts[0], lengths[0]) || equals(parts[0], lengths[0], "linux");
}
