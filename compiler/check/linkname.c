/*
 * linkname.c - //go:linkname LOCAL PATH.NAME: two names of one function or variable.
 *
 *   pull     LOCAL has no body, or is a variable: it is what PATH declares as NAME, exported or not
 *   push     LOCAL has a body: a function that PATH declares without one is LOCAL
 *   neither  //go:linkname LOCAL: allowed in Go to say that others may pull it, or that it is pushed here
 *   replace  //gol:replace PATH.NAME over a function of gol's library: PATH's function is this one although it has a
 *            body. For functions of the Go source tree that Go's own compiler does not compile from their bodies.
 *            One that is not there, or has another type in this tree, stays as it is.
 *
 * NAME may be a method, (*T).m or T.m, whose receiver is then LOCAL's first parameter. The other package may be any of
 * the program, imported or not, so this runs once when all packages have been checked: Object.linked leads
 * from the declaration without a body (or the variable) to what it stands for, and lowering follows it.
 *
 * A function that nothing supplies is an error where something names it. Others are left alone: in the Go source tree
 * some are declared so that nobody else takes the name.
 *
 * Both sides must have identical types: emitted C has types. A name with two definitions is an error, as it is one
 * for Go's linker; an intrinsic counts as defined. Of gol's library and the Go source tree both are allowed: the tree
 * pushes to Go's runtime what gol has itself.
 */
#include "check.h"

#include <string.h>

typedef struct Links {
	Compiler *c;
	Package *const *all;
	int count;
	Map pushed;                 /* "path.name" -> the function with a body */
} Links;

static Package *package_of(const Links *l, const char *path, size_t n)
{
	for (int i = 0; i < l->count; i++)
		if (l->all[i]->scope && strlen(l->all[i]->path) == n && memcmp(l->all[i]->path, path, n) == 0)
			return l->all[i];
	return NULL;
}

static bool is_users(const Package *p) { return !p->is_stdlib && !p->from_tree; }

static bool has_body(const Object *o) { return o->kind == OBJECT_FUNC && o->decl && o->decl->body; }

static const Linkname *directive_for(const Object *o)
{
	const File *file = o->file;
	for (int i = 0; file && i < file->linknames.len; i++)
		if (file->linknames.items[i].local == o->name)
			return &file->linknames.items[i];
	return NULL;
}

/* An intrinsic's body is in C. */
static bool is_defined(const Object *o)
{
	return o->kind != OBJECT_FUNC || has_body(o) || (o->package->is_stdlib && !directive_for(o));
}

/* ---- what a target names ------------------------------------------------------------------------ */

/* "(*T).m" and "T.m" of package p. */
static Object *find_method(const Links *l, Package *p, const char *name)
{
	bool pointer = strncmp(name, "(*", 2) == 0;
	const char *type = name + 2 * pointer, *end = type + strcspn(type, ")."), *dot = end + pointer;
	if (end == type || (pointer && *end != ')') || *dot != '.')
		return NULL;
	Object *holder = scope_lookup(p->scope, intern(l->c, type, (size_t)(end - type)));
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

static const char *symbol_of(const Links *l, const Object *o)
{
	const Linkname *d = directive_for(o);
	return d && d->target ? d->target : intern_str(l->c, arena_printf(l->c->arena, "%s.%s", o->package->path, o->name));
}

static void report_duplicate(const Links *l, const Object *o, const char *symbol, const Object *other)
{
	const char *first = o->package->path, *second = other->package->path;
	error_at(l->c, o->pos, "duplicated definition of symbol %s, from %s and %s", symbol, first, second);
}

static void report_type(const Links *l, const Object *o, const char *intro, const char *symbol, const Object *target)
{
	const char *has = type_text(l->c, target->type), *wanted = type_text(l->c, o->type);
	error_at(l->c, o->pos, "%s%s is %s, not %s", intro, symbol, has, wanted);
}

/* A program has one definition of a name. (The Go source tree may push what gol's library has itself.) */
static void note_push(Links *l, Object *o, const char *symbol)
{
	Object *other = map_get(&l->pushed, symbol);
	if (!other)
		other = find_target(l, symbol);
	if (!other || other == o || !is_defined(other))
		map_put(l->c->arena, &l->pushed, symbol, o);
	else if (is_users(o->package))
		report_duplicate(l, o, symbol, other);
}

static bool note_pushes(Links *l, Package *p)
{
	int errors_before = l->c->errors;
	for (int i = 0; i < p->functions.len; i++) {
		Object *o = p->functions.items[i];
		const Linkname *d = has_body(o) && !o->decl->receiver ? directive_for(o) : NULL;
		if (d && d->target)
			note_push(l, o, d->target);
	}
	return l->c->errors == errors_before;
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
	if (target->pointer_receiver && first->kind != TYPE_POINTER)
		return false;
	if ((target->pointer_receiver ? first->elem : first) != target->receiver_base)
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
	bool found = target && target != o && target->kind == OBJECT_FUNC && is_defined(target);
	if (found && has_type_of(target, o)) {
		o->linked = target;
		target->is_link_target = true;
	} else if (found && o->used) {
		report_type(l, o, "missing function body: ", symbol, target);
	} else if (o->used) {
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
static void link_variable(Links *l, Object *o, const char *symbol)
{
	Object *target = find_target(l, symbol);
	bool users = is_users(o->package);
	if (!target || target == o || target->linked == o)
		return;
	if (users && (target->kind != OBJECT_VAR || o->decl->values.len)) {
		report_duplicate(l, o, symbol, target);
	} else if (target->kind == OBJECT_VAR && identical(target->type, o->type)) {
		o->linked = target;
		target->is_link_target = true;
	} else if (users) {
		report_type(l, o, "", symbol, target);
	}
}

static void link_variables(Links *l, Package *p)
{
	for (int i = 0; i < p->files.len; i++)
		for (int k = 0; k < p->files.items[i]->linknames.len; k++) {
			const Linkname *d = &p->files.items[i]->linknames.items[k];
			Object *o = d->target ? scope_lookup(p->scope, d->local) : NULL;
			if (o && o->kind == OBJECT_VAR)
				link_variable(l, o, d->target);
		}
}

static bool link_package(Links *l, Package *p)
{
	int errors_before = l->c->errors;
	for (int i = 0; i < p->functions.len; i++) {
		Object *o = p->functions.items[i];
		bool intrinsic = p->is_stdlib && !directive_for(o);
		if (o->decl && !o->decl->body && !o->decl->receiver && !intrinsic)
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
		if (!note_pushes(&l, all[i]))
			return all[i];
	for (int i = 0; i < count; i++)
		if (!link_package(&l, all[i]))
			return all[i];
	return NULL;
}
