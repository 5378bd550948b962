/*
 * version.c - semantic versions as Go writes them: with a v in front, and short ones (v1, v1.2) that stand for v1.0.0.
 *
 *     version = "v" number [ "." number [ "." number [ "-" ids ] [ "+" ids ] ] ] .
 *     ids     = id { "." id } .                 letters, digits, -
 *
 * Numbers have no leading zeros, so the longer one is the larger one and none is too large to compare.
 */
#include "fetch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool take_number(const char **s, const char **start, int *len)
{
	const char *p = *s;
	while (isdigit((unsigned char)*p))
		p++;
	if (p == *s || (**s == '0' && p - *s > 1))
		return false;
	*start = *s;
	*len = (int)(p - *s);
	*s = p;
	return true;
}

static bool is_number(const char *s, int n)
{
	for (int i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return n > 0;
}

static bool is_zero(const char *s, int n) { return n == 1 && *s == '0'; }

/* With the character that leads it. */
static bool take_ids(const char **s, bool zeros_allowed, const char **start, int *len)
{
	const char *p = *s + 1, *id = p;
	for (;; p++) {
		if (isalnum((unsigned char)*p) || *p == '-')
			continue;
		int n = (int)(p - id);
		if (n == 0 || (!zeros_allowed && n > 1 && *id == '0' && is_number(id, n)))
			return false;
		if (*p != '.')
			break;
		id = p + 1;
	}
	*start = *s;
	*len = (int)(p - *s);
	*s = p;
	return true;
}

bool parse_version(const char *s, Version *v)
{
	*v = (Version){.minor = "0", .minor_len = 1, .patch = "0", .patch_len = 1, .pre = "", .build = ""};
	if (*s++ != 'v' || !take_number(&s, &v->major, &v->major_len))
		return false;
	v->is_short = true;
	if (!*s)
		return true;
	if (*s++ != '.' || !take_number(&s, &v->minor, &v->minor_len))
		return false;
	if (!*s)
		return true;
	if (*s++ != '.' || !take_number(&s, &v->patch, &v->patch_len))
		return false;
	v->is_short = false;
	if (*s == '-' && !take_ids(&s, false, &v->pre, &v->pre_len))
		return false;
	if (*s == '+' && !take_ids(&s, true, &v->build, &v->build_len))
		return false;
	return !*s;
}

static int compare_texts(const char *a, int an, const char *b, int bn)
{
	int c = memcmp(a, b, (size_t)(an < bn ? an : bn));
	return c ? c : an - bn;
}

static int compare_numbers(const char *a, int an, const char *b, int bn)
{
	return an != bn ? an - bn : memcmp(a, b, (size_t)an);
}

static int id_length(const char *s, const char *end)
{
	const char *dot = memchr(s, '.', (size_t)(end - s));
	return (int)((dot ? dot : end) - s);
}

/* A release comes after its previews; numbers come before words. */
static int compare_previews(const char *a, int an, const char *b, int bn)
{
	if (!an || !bn)
		return !an - !bn;
	const char *a_end = a + an, *b_end = b + bn;
	while (a < a_end && b < b_end) {
		a++, b++;               /* the '-' or '.' */
		int x = id_length(a, a_end), y = id_length(b, b_end);
		bool x_number = is_number(a, x), y_number = is_number(b, y);
		int c = x_number != y_number ? (x_number ? -1 : 1) : x_number ? compare_numbers(a, x, b, y) : compare_texts(a, x, b, y);
		if (c)
			return c;
		a += x, b += y;
	}
	return (a < a_end) - (b < b_end);
}

int compare_versions(const char *a, const char *b)
{
	Version x, y;
	bool x_ok = parse_version(a, &x), y_ok = parse_version(b, &y);
	int c;
	if (!x_ok || !y_ok)
		return x_ok - y_ok;
	if ((c = compare_numbers(x.major, x.major_len, y.major, y.major_len)) ||
	    (c = compare_numbers(x.minor, x.minor_len, y.minor, y.minor_len)) ||
	    (c = compare_numbers(x.patch, x.patch_len, y.patch, y.patch_len)))
		return c;
	return compare_previews(x.pre, x.pre_len, y.pre, y.pre_len);
}

static int compare_texts_of_versions(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	int c = compare_versions(x, y);
	return c ? c : strcmp(x, y);
}

void sort_versions(const char **list, int count)
{
	if (count > 0)
		qsort(list, (size_t)count, sizeof *list, compare_texts_of_versions);
}

bool is_canonical(const char *version)
{
	Version v;
	return parse_version(version, &v) && !v.is_short && (v.build_len == 0 || strcmp(v.build, "+incompatible") == 0);
}

/* Made from a commit: vX.0.0-yyyymmddhhmmss-abcdef, or after a version vX.Y.Z-0.yyyy..., vX.Y.Z-pre.0.yyyy... */
bool is_pseudo(const char *version)
{
	enum { TIME_DIGITS = 14 };
	Version v;
	if (!parse_version(version, &v) || !v.pre_len)
		return false;
	const char *hash = v.pre + v.pre_len;
	while (isalnum((unsigned char)hash[-1]))
		hash--;
	const char *time = hash - 1 - TIME_DIGITS;
	if (hash == v.pre + v.pre_len || hash[-1] != '-' || time <= v.pre || !is_number(time, TIME_DIGITS))
		return false;
	if (time - 1 == v.pre)
		return is_zero(v.minor, v.minor_len) && is_zero(v.patch, v.patch_len);
	return time - 3 >= v.pre && time[-1] == '.' && time[-2] == '0' && (time[-3] == '-' || time[-3] == '.');
}
