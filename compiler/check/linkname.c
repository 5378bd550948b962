/*
 * linkname.c - //go:linkname LOCAL PATH.NAME over a function without a body: calls of it are
 * calls of PATH's function NAME, exported or not. The target may lie in any package of the
 * program, imported or not, so this runs when all packages have been checked.
 *
 * Left out: pushing a body under another package's name, and variables.
 */
#include "check.h"

#include <string.h>

/* What a directive of `decl` names for `name`; NULL: none does. The text of a doc comment is that of the source. */
static const char *target_name(Compiler *c, const Decl *decl, const char *name)
{
	static const char directive[] = "go:linkname ";
	size_t n = strlen(name);
	for (const char *at = decl->doc ? strstr(decl->doc, directive) : NULL; at; at = strstr(at + 1, directive)) {
		const char *local = at + sizeof directive - 1;
		local += strspn(local, " \t");
		if (strncmp(local, name, n) != 0 || (local[n] != ' ' && local[n] != '\t'))
			continue;
		const char *target = local + n + strspn(local + n, " \t");
		return arena_strndup(c->arena, target, strcspn(target, " \t\r\n"));
	}
	return NULL;
}

static Object *find_function(Compiler *c, Package *const *all, int count, const char *target)
{
	const char *dot = target ? strrchr(target, '.') : NULL;
	for (int i = 0; dot && i < count; i++) {
		size_t n = strlen(all[i]->path);
		if (n != (size_t)(dot - target) || strncmp(all[i]->path, target, n) != 0 || !all[i]->scope)
			continue;
		Object *o = scope_lookup(all[i]->scope, intern_str(c, dot + 1));
		return o && o->kind == OBJECT_FUNC ? o : NULL;
	}
	return NULL;
}

bool check_linknames(Compiler *c, Package *package, Package *const *all, int count)
{
	int errors_before = c->errors;
	for (int i = 0; !package->is_stdlib && i < package->functions.len; i++) {
		Object *o = package->functions.items[i];
		if (!o->decl || o->decl->body || o->decl->receiver)
			continue;
		Object *target = find_function(c, all, count, target_name(c, o->decl, o->name));
		if (target && identical(o->type, target->type))
			o->linked = target;
		else
			error_at(c, o->pos, "missing function body");
	}
	return c->errors == errors_before;
}
