/*
 * linkname.c - //go:linkname LOCAL PATH.NAME: two names of one function or variable.
 *
 *   pull     LOCAL has no body, or is a variable: it is what PATH declares as NAME, exported or not
 *   push     LOCAL has a body: a function that PATH declares without one is LOCAL
 *   neither  //go:linkname LOCAL: allowed in Go to say that others may pull it, or that it is pushed here
 *   replace  //gol:replace PATH.NAME over a function of gol's library: PATH's function is this one although it has a
 *            body. For functions of the Go source tree that Go's own compiler does not compile from their bodies. One that
 *            is not there, or has another type in this tree, stays as it is.
 *
 * NAME may be a method, (*T).m or T.m, whose receiver is then LOCAL's first parameter. The other package may be any of
 * the program, imported or not, so this runs once when all packages have been checked: Object.linked leads
 * from the declaration without a body (or the variable) to what it stands for, and lowering follows it.
 *
 * A function that nothing supplies is an error where something names it. Others are left alone: in the Go source tree
 * some are declared so that nobody else takes the name.
 *
 * Both sides must have identical types: emitted C has types.
 */
#include "check.h"

#include <string.h>

typedef struct Links {
	Compiler *c;
	Package *const *all;
	int count;
	Map pushed;                 /* "path.name" -> the function with a body */
} Links;

static const char *path_of(const Package *p) { return p->path; }

static Package *package_of(const Links *l, const char *path, size_t n)
{
	for (int i = 0; i < l->count; i++)
		if (l->all[i]->scope && strlen(path_of(l->all[i])) == n && memcmp(path_of(l->all[i]), path, n) == 0)
			return l->all[i];
	return NULL;
}

static bool has_body(const Object *o) { return o->kind == OBJECT_FUNC && o->decl && o->decl->body; }

/* ---- what a target names ------------------------------------------------------------------------ */

/* "(*T).m" and "T.m" of package p. */
static Object *find_method(const Links *l, Package *p, const char *name)
{
	bool pointer = strncmp(name, "(*", 2) == 0;
	const char *type = name + 2 * pointer, *dot = strrchr(name, '.');
	size_t n = dot ? (size_t)(dot - type) - pointer : 0;
	Object *holder = dot ? scope_lookup(p->scope, intern(l->c, type, n)) : NULL;
	if (!holder || holder->kind != OBJECT_TYPE || holder->type->kind != TYPE_NAMED)
		return NULL;
	for (int i = 0; i < p->functions.len; i++) {
		Object *m = p->functions.items[i];
		if (m->receiver_base == holder->type && m->pointer_receiver == pointer && strcmp(m->name, dot + 1) == 0)
			return m;
	}
	return NULL;
}

/* The path ends at the first dot behind its last slash. */
static Object *find_target(const Links *l, const char *target)
{
	const char *slash = strrchr(target, '/'), *dot = strchr(slash ? slash : target, '.');
	Package *p = dot ? package_of(l, target, (size_t)(dot - target)) : NULL;
	if (!p)
		return NULL;
	return strchr(dot + 1, '.') ? find_method(l, p, dot + 1) : scope_lookup(p->scope, intern_str(l->c, dot + 1));
}

/* ---- directives ----------------------------------------------------------------------------------- */

static const Linkname *directive_for(const Object *o)
{
	const File *file = o->file;
	for (int i = 0; file && i < file->linknames.len; i++)
		if (file->linknames.items[i].local == o->name)
			return &file->linknames.items[i];
	return NULL;
}

static const char *symbol_of(const Links *l, const Object *o)
{
	const Linkname *d = directive_for(o);
	return d && d->target ? d->target : intern_str(l->c, arena_printf(l->c->arena, "%s.%s", path_of(o->package), o->name));
}

static void note_pushes(Links *l, Package *p)
{
	for (int i = 0; i < p->functions.len; i++) {
		Object *o = p->functions.items[i];
		const Linkname *d = has_body(o) && !o->decl->receiver ? directive_for(o) : NULL;
		if (d && d->target)
			map_put(l->c->arena, &l->pushed, d->target, o);
	}
}

/* A method's receiver counts as its first parameter. */
static bool has_type_of(const Object *target, const Object *o)
{
	const Type *m = target->type, *f = o->type;
	if (!target->decl || !target->decl->receiver)
		return identical(target->type, o->type);
	if (f->fields.len != m->fields.len + 1 || f->results.len != m->results.len || f->variadic != m->variadic)
		return false;
	Type *first = f->fields.items[0]->type;
	if (target->pointer_receiver ? first->kind != TYPE_POINTER || first->elem != target->receiver_base : first != target->receiver_base)
		return false;
	for (int i = 0; i < m->fields.len; i++)
		if (!identical(m->fields.items[i]->type, f->fields.items[i + 1]->type))
			return false;
	for (int i = 0; i < m->results.len; i++)
		if (!identical(m->results.items[i]->type, f->results.items[i]->type))
			return false;
	return true;
}

static void link_function(Links *l, Object *o)
{
	const char *symbol = symbol_of(l, o);
	Object *target = map_get(&l->pushed, symbol);
	if (!target)
		target = find_target(l, symbol);
	if (target && target != o && (has_body(target) || target->package->is_stdlib) && target->kind == OBJECT_FUNC && has_type_of(target, o)) {
		o->linked = target;
		target->is_link_target = true;
	} else if (!o->package->is_stdlib && o->used) {
		error_at(l->c, o->pos, "missing function body");
	}
}

/* What a comment above a declaration says behind "//gol:replace "; NULL if nothing. */
static const char *replaced_by(Compiler *c, const Object *o)
{
	static const char directive[] = "//gol:replace ";
	const char *at = o->package->is_stdlib && has_body(o) && o->decl->doc ? strstr(o->decl->doc, directive) : NULL;
	if (!at)
		return NULL;
	at += sizeof directive - 1;
	return arena_strndup(c->arena, at, strcspn(at, " \t\r\n"));
}

static void replace_bodies(Links *l, Package *p)
{
	for (int i = 0; i < p->functions.len; i++) {
		Object *o = p->functions.items[i];
		const char *name = replaced_by(l->c, o);
		Object *target = name ? find_target(l, name) : NULL;
		if (target && has_body(target) && has_type_of(target, o)) {
			target->linked = o;
			o->is_link_target = true;
		}
	}
}

/* A variable of the same name elsewhere is the one there is. */
static void link_variables(Links *l, Package *p)
{
	for (int i = 0; i < p->files.len; i++)
		for (int k = 0; k < p->files.items[i]->linknames.len; k++) {
			const Linkname *d = &p->files.items[i]->linknames.items[k];
			Object *o = d->target ? scope_lookup(p->scope, d->local) : NULL, *target = o && o->kind == OBJECT_VAR ? find_target(l, d->target) : NULL;
			if (target && target != o && target->kind == OBJECT_VAR && identical(target->type, o->type)) {
				o->linked = target;
				target->is_link_target = true;
			}
		}
}

static bool link_package(Links *l, Package *p)
{
	int errors_before = l->c->errors;
	for (int i = 0; i < p->functions.len; i++) {
		Object *o = p->functions.items[i];
		if (o->decl && !o->decl->body && !o->decl->receiver)
			link_function(l, o);
	}
	replace_bodies(l, p);
	link_variables(l, p);
	return l->c->errors == errors_before;
}

Package *check_linknames(Compiler *c, Package *const *all, int count)
{
	Links l = {.c = c, .all = all, .count = count};
	for (int i = 0; i < count; i++)
		note_pushes(&l, all[i]);
	for (int i = 0; i < count; i++)
		if (!link_package(&l, all[i]))
			return all[i];
	return NULL;
}
