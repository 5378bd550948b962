/*
 * scope.c - scopes: names declared in a block, and the search outwards.
 *
 * A local name is seen only from the place where its declaration ends
 * (scope_start): a search asks on behalf of a position, so that the body of a
 * function literal, which may be checked after the statements behind it,
 * finds what it would have found in its place.
 *
 * Scopes are maps with a parent, no more: universe, package, file, function, blocks. Rejected: one table with a stack
 * of meanings per name, which is faster for one walk over the tree but wrong for ours, that checks declarations when
 * they are first asked for, each in the scope where it stands.
 */
#include "private.h"

#include <string.h>

Object *scope_lookup(const Scope *s, const char *name)
{
	return map_get(&s->names, name);
}

/* x := x means the outer x on the right: the new one is seen behind its statement only. Package-level names and those
 * of the universe are seen from everywhere; at without a file asks regardless of place. */
static bool is_visible(const Scope *s, const Object *o, Pos at)
{
	if (at.file == 0 || (!s->function && !s->is_function))
		return true;
	Pos from = o->scope_start.file ? o->scope_start : o->pos;
	return from.file == 0 || from.file != at.file || pos_compare(from, at) <= 0;
}

Object *scope_lookup_parent(Scope *s, const char *name, Pos at, Scope **where)
{
	for (; s; s = s->parent) {
		Object *o = scope_lookup(s, name);
		if (o && is_visible(s, o, at)) {
			if (where)
				*where = s;
			return o;
		}
	}
	if (where)
		*where = NULL;
	return NULL;
}

/* The blank name is declared (it gets a parent) but never found: any number of them fit into one scope. An object that
 * is in two scopes (a method's type parameter, an import's name) keeps its first parent. */
Object *scope_insert(Compiler *c, Scope *s, Object *o)
{
	debug_require(o->name == intern_str(c, o->name));        /* names are looked up by address */
	Object *there = strcmp(o->name, "_") == 0 ? NULL : scope_lookup(s, o->name);
	if (there)
		return there;
	if (!o->parent)
		o->parent = s;
	if (strcmp(o->name, "_") == 0)
		return NULL;
	map_put(c->arena, &s->names, o->name, o);
	return NULL;
}
