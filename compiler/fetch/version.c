/*
 * version.c - which versions a list has: their order, full ones, those made from commits (../base/version.c has what
 * a version is).
 */
#include "fetch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_zero(const char *s, int n) { return n == 1 && *s == '0'; }

static int compare_texts_of_versions(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	int c = version_compare(x, y);
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
	return version_parse(version, &v) && !v.is_short && (v.build_len == 0 || strcmp(v.build, "+incompatible") == 0);
}

/* Made from a commit: vX.0.0-yyyymmddhhmmss-abcdef, or after a version vX.Y.Z-0.yyyy..., vX.Y.Z-pre.0.yyyy... */
bool is_pseudo(const char *version)
{
	enum { TIME_DIGITS = 14 };
	Version v;
	if (!version_parse(version, &v) || !v.pre_len)
		return false;
	const char *hash = v.pre + v.pre_len;
	while (isalnum((unsigned char)hash[-1]))
		hash--;
	const char *time = hash - 1 - TIME_DIGITS;
	if (hash == v.pre + v.pre_len || hash[-1] != '-' || time <= v.pre || strspn(time, "0123456789") != TIME_DIGITS)
		return false;
	if (time - 1 == v.pre)
		return is_zero(v.minor, v.minor_len) && is_zero(v.patch, v.patch_len);
	return time - 3 >= v.pre && time[-1] == '.' && time[-2] == '0' && (time[-3] == '-' || time[-3] == '.');
}
