/*
 * covered.c - which packages of a test program have counters (gol test -cover, -coverpkg).
 *
 * Without patterns it is the package that is tested. With patterns it is each package of the program that one of them
 * means, but for what the counters are made of: packages that are loaded before counting begins (tests.c), whose
 * import of it would be a cycle.
 */
#include "../cover/cover.h"
#include "loader.h"

#include <string.h>

bool pattern_covers(Compiler *c, const char *pattern, const char *path, const char *dir, bool standard)
{
	size_t dots = strspn(pattern, ".");
	if ((dots == 1 || dots == 2) && (!pattern[dots] || pattern[dots] == '/'))
		return path_matches(clean_absolute(c, pattern), dir);
	if (strcmp(pattern, "all") == 0)
		return true;
	if (strcmp(pattern, "std") == 0)
		return standard;
	return path_matches(pattern, path);
}

bool patterns_cover(Compiler *c, const char *path, const char *dir, bool standard)
{
	for (int i = 0; i < c->cover_patterns.len; i++)
		if (pattern_covers(c, c->cover_patterns.items[i], path, dir, standard))
			return true;
	return false;
}

bool is_covered(const Load *l, const Package *p)
{
	if (!l->c->cover || !l->tests || l->before_counting || p == l->tests->beside)
		return false;
	if (l->c->cover_patterns.len == 0)
		return strcmp(p->path, l->tests->path) == 0;
	return patterns_cover(l->c, p->path, p->dir, p->is_stdlib || p->from_tree);
}
