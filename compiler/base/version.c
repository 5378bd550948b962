/*
 * version.c - semantic versions as Go writes them: with a v in front, and short ones (v1, v1.2) that stand for v1.0.0.
 *
 *     version = "v" number [ "." number [ "." number [ "-" ids ] [ "+" ids ] ] ] .
 *     ids     = id { "." id } .                 letters, digits, -
 *
 * Numbers have no leading zeros, so the longer one is the larger one and none is too large to compare.
 */
#include "version.h"

#include <ctype.h>
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

bool version_parse(const char *s, Version *v)
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
		int c = x_number != y_number ? (x_number ? -1 : 1) : x_number ? compare_numbers(a, x, b, y) :
			compare_texts(a, x, b, y);
		if (c)
			return c;
		a += x, b += y;
	}
	return (a < a_end) - (b < b_end);
}

/* What is no version comes before all that are, and two such are equal. */
int version_compare(const char *a, const char *b)
{
	Version x, y;
	bool x_ok = version_parse(a, &x), y_ok = version_parse(b, &y);
	int c;
	if (!x_ok || !y_ok)
		return x_ok - y_ok;
	if ((c = compare_numbers(x.major, x.major_len, y.major, y.major_len)) ||
	    (c = compare_numbers(x.minor, x.minor_len, y.minor, y.minor_len)) ||
	    (c = compare_numbers(x.patch, x.patch_len, y.patch, y.patch_len)) ||
	    (c = compare_previews(x.pre, x.pre_len, y.pre, y.pre_len)))
		return c < 0 ? -1 : 1;
	return 0;
}
