/*
 * constraint.c - build constraints. A recursive-descent evaluator of
 *
 *     or  = and { "||" and } ;  and = not { "&&" not } ;  not = "!" not | "(" or ")" | tag .
 *
 * The older form, // +build a,b !c: lines must all hold, of a line's words one, of a word's parts all.
 *
 * What always holds: linux, unix, gol, the architecture, go1.1 to go1.26, and purego and math_big_pure_go, by which
 * packages offer Go code in place of assembly. `gc` does not hold, nor does `cgo`: both promise what only Go's own
 * compiler has. tree.c names packages for which one more tag holds.
 */
#include "constraint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* All names Go has reserved, built for or not: a file called x_zos.go is for that system. */
static const char *const systems[] = {
	"aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
		"openbsd", "plan9",
	"solaris", "wasip1", "windows", "zos", NULL};
static const char *const architectures[] = {
	"386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64", "mips64le",
		"mips64p32",
	"mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm", NULL};
static const char *const always[] = {"linux", "unix", "gol", "purego", "math_big_pure_go", NULL};

typedef struct { const char *p; const BuildTags *tags; bool bad; } Eval;

static bool equals(const char *s, size_t n, const char *word) { return strlen(word) == n && memcmp(s, word, n) == 0; }

static bool is_listed(const char *const *list, const char *s, size_t n)
{
	for (; *list; list++)
		if (equals(s, n, *list))
			return true;
	return false;
}

/* -tags a,b: commas or blanks divide. */
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

static const char *arch_of(const BuildTags *tags) { return tags->arch ? tags->arch : HOST_ARCH; }

/* go1.N holds for every version up to the language's: a file for go1.27 is left out. */
static bool tag_holds(const char *s, size_t n, const BuildTags *tags)
{
	if (is_listed(always, s, n) || (tags->own && equals(s, n, tags->own)) ||
	    (equals(s, n, arch_of(tags)) && !tags->portable))
		return true;
	if (n > 4 && memcmp(s, "go1.", 4) == 0)
		return atoi(s + 4) <= 26;
	return has_tag(tags->given, s, n);
}

static bool eval_or(Eval *e);

static void skip_space(Eval *e)
{
	while (*e->p == ' ' || *e->p == '\t')
		e->p++;
}

/* Evaluated to the end whatever is known already (& and | of C, not && and ||): a fault further on counts. */
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

bool constraint_holds(const char *expression, const BuildTags *tags)
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

/* The version that a file says it needs: both sides of && must hold, so the greater; of || either, so the smaller. 0:
 * none. */
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

/* ---- names ------------------------------------------------------------------------------------------ */

bool file_name_matches(const char *name, const BuildTags *tags)
{
	const char *ending = strrchr(name, '.'), *dot = strchr(name, '.');
	if (name[0] == '.' || name[0] == '_' || (ending && ending - name >= 5 && memcmp(ending - 5, "_test", 5) == 0))
		return false;
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
	if (is_listed(architectures, parts[0], lengths[0])) {
		if (!equals(parts[0], lengths[0], arch_of(tags)) || tags->portable)
			return false;
		return count < 2 || !is_listed(systems, parts[1], lengths[1]) || equals(parts[1], lengths[1], "linux");
	}
	return !is_listed(systems, parts[0], lengths[0]) || equals(parts[0], lengths[0], "linux");
}

/* ---- headers ---------------------------------------------------------------------------------------- */

/* One word of a // +build line: its parts, divided by commas, must all hold. */
static bool old_word_holds(const char *s, size_t n, const BuildTags *tags)
{
	for (const char *end = s + n; s < end;) {
		size_t length = 0;
		while (s + length < end && s[length] != ',')
			length++;
		bool negated = length > 0 && *s == '!';
		if (tag_holds(s + negated, length - negated, tags) == negated)
			return false;
		s += length + 1;
	}
	return true;
}

static bool old_line_holds(const char *s, const char *end, const BuildTags *tags)
{
	bool any = false, some = false;
	while (s < end) {
		size_t n = 0;
		while (s + n < end && !isspace((unsigned char)s[n]))
			n++;
		some |= n > 0;
		any |= n > 0 && old_word_holds(s, n, tags);
		s += n + 1;
	}
	return any || !some;
}

static bool starts(const char *s, const char *end, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(end - s) >= n && memcmp(s, word, n) == 0;
}

/* Behind "// +build"; NULL if the comment is not one of these. */
static const char *old_line(const char *s, const char *end)
{
	for (s += 2; s < end && (*s == ' ' || *s == '\t'); s++)
		;
	if (!starts(s, end, "+build"))
		return NULL;
	s += 6;
	return s == end || isspace((unsigned char)*s) ? s : NULL;
}

bool header_matches(const char *text, size_t size, const BuildTags *tags)
{
	bool decided = true, pending = true, in_comment = false;    /* pending: // +build lines since the last blank line */
	for (const char *s = text, *stop = text + size; s < stop;) {
		const char *end = memchr(s, '\n', (size_t)(stop - s)), *next = end ? end + 1 : stop;
		if (!end)
			end = stop;
		while (s < end && isspace((unsigned char)*s))
			s++;
		if (in_comment || starts(s, end, "/*")) {
			const char *close = in_comment ? s : s + 2;
			while (close + 1 < end && !(close[0] == '*' && close[1] == '/'))
				close++;
			in_comment = close + 1 >= end;
		} else if (s == end) {
			decided &= pending;
			pending = true;
		} else if (starts(s, end, "//go:build ")) {
			return constraint_holds(s + 11, tags);
		} else if (starts(s, end, "//")) {
			const char *words = old_line(s, end);
			pending &= !words || old_line_holds(words, end, tags);
		} else {
			break;
		}
		s = next;
	}
	return decided;
}
