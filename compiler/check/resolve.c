/*
 * resolve.c - collects the objects a package declares, and looks names up.
 *
 * Scopes nest: universe, package, file (imports), function, blocks. Methods are kept apart per base type until the
 * type is declared. Every package-level object gets a DeclInfo; its number is Object.order.
 */
#include "checker.h"
#include <string.h>

/* By place in the scopes alone: locals are declared when their statement is checked, so none is seen too early. */
Object *check_lookup(Checker *k, const char *name, Scope **where)
{
	for (Scope *s = k->env.scope; s; s = s->parent) {
		Object *o = scope_lookup(s, name);
		if (o) {
			if (where)
				*where = s;
			return o;
		}
	}
	return NULL;
}

/* NULL: a local object, or another package's that happens to have a number. */
DeclInfo *check_info_of(Checker *k, const Object *o)
{
	if (o->order <= 0 || o->order > k->infos.len)
		return NULL;
	DeclInfo *d = k->infos.items[o->order - 1];
	return d->object == o ? d : NULL;
}

static void report_redeclared(Checker *k, Object *o, Object *other, Pos pos)
{
	if (other->pos.file)
		check_error(k, pos, "%s redeclared in this block\n\t%s: other declaration of %s", o->name,
		            check_pos_text(k, other->pos), o->name);
	else
		check_error(k, pos, "%s redeclared in this block", o->name);
}

void check_declare(Checker *k, Scope *s, Object *o, Pos pos)
{
	debug_require(s && o->name && *o->name);
	if (strcmp(o->name, "_") == 0)
		return;
	Object *other = scope_insert(k->c, s, o);
	if (other) {
		report_redeclared(k, o, other, pos);
		return;
	}
	o->parent = s;
}

/* ---- package-level declarations ------------------------------------------------------------------------ */

static DeclInfo *new_info(Checker *k, Object *o, Decl *d, File *file)
{
	debug_require(o->order == 0);           /* one number for each object */
	DeclInfo *info = NEW(k->arena, DeclInfo);
	info->object = o;
	info->decl = d;
	info->file = file;
	vec_push(k->arena, &k->infos, info);
	o->order = k->infos.len;
	o->decl = d;
	o->file = file;
	return info;
}

static void declare_package_object(Checker *k, Object *o)
{
	if (strcmp(o->name, "init") == 0) {
		check_error(k, o->pos, "cannot declare init - must be func");
		return;
	}
	if (strcmp(o->name, "main") == 0 && strcmp(k->package->name, "main") == 0 && o->kind != OBJECT_FUNC) {
		check_error(k, o->pos, "cannot declare main - must be func");
		return;
	}
	check_declare(k, k->package->scope, o, o->pos);
}

static Object *new_object(Checker *k, ObjectKind kind, Decl *d, int i)
{
	Object *o = object_new(k->c, kind, d->names.items[i], NULL, d->name_pos.items[i], k->package);
	vec_push(k->arena, &d->objects, o);
	return o;
}

/* Are there as many values as names? */
static void check_arity(Checker *k, Decl *d, bool is_const)
{
	int l = d->names.len, r = d->values.len;
	if (l < r)
		check_error(k, d->inherited ? d->pos : d->values.items[l]->start, d->inherited ? "extra init expr at %s" :
		            "extra init expr %s",
		            d->inherited ? check_pos_text(k, d->values.items[l]->start) : text_of(k, d->values.items[l]));
	else if (l > r && (is_const || r != 1))
		check_error(k, d->name_pos.items[r], "missing init expr for %s", d->names.items[r]);
}

static void collect_const(Checker *k, Decl *d, File *file)
{
	for (int i = 0; i < d->names.len; i++) {
		Object *o = new_object(k, OBJECT_CONST, d, i);
		DeclInfo *info = new_info(k, o, d, file);
		info->type = d->type;
		info->init = i < d->values.len ? d->values.items[i] : NULL;
		declare_package_object(k, o);
	}
	check_arity(k, d, true);
}

static void collect_var(Checker *k, Decl *d, File *file)
{
	ObjectList lhs = {0};
	DeclInfo *shared = NULL;
	for (int i = 0; i < d->names.len; i++) {
		Object *o = new_object(k, OBJECT_VAR, d, i);
		o->is_package_level = true;
		o->used = true;
		DeclInfo *info = new_info(k, o, d, file);
		info->type = d->type;
		vec_push(k->arena, &lhs, o);
		if (d->values.len == 1 && d->names.len > 1) {
			info->init = d->values.items[0];
			if (!shared)
				shared = info;
		} else if (i < d->values.len) {
			info->init = d->values.items[i];
		}
		declare_package_object(k, o);
	}
	if (shared)
		for (int i = 0; i < lhs.len; i++)
			check_info_of(k, lhs.items[i])->lhs = lhs;
	if (d->type == NULL || d->values.len > 0)
		check_arity(k, d, false);
}

static void collect_type(Checker *k, Decl *d, File *file)
{
	Object *o = new_object(k, OBJECT_TYPE, d, 0);
	o->is_alias = d->is_alias;
	new_info(k, o, d, file);
	declare_package_object(k, o);
	vec_push(k->arena, &k->package->type_names, o);
}

static void check_init_main(Checker *k, Object *o, Decl *d)
{
	if (d->func_type->type_params.len > 0)
		check_error(k, d->func_type->type_params.items[0]->pos, "func %s must have no type parameters", o->name);
	if (d->func_type->params.len > 0 || d->func_type->results.len > 0)
		check_error(k, o->pos, "func %s must have no arguments and no return values", o->name);
}

static void collect_func(Checker *k, Decl *d, File *file)
{
	Object *o = new_object(k, OBJECT_FUNC, d, 0);
	o->origin = o;
	DeclInfo *info = new_info(k, o, d, file);
	(void)info;
	vec_push(k->arena, &k->package->functions, o);
	bool is_main = strcmp(k->package->name, "main") == 0 && strcmp(o->name, "main") == 0;
	bool is_init = strcmp(o->name, "init") == 0;
	if (d->receiver)
		return;
	if (is_init || is_main)
		check_init_main(k, o, d);
	if (is_init) {
		o->parent = k->package->scope;
		if (!d->body)
			check_error(k, o->pos, "func init must have a body");
		vec_push(k->arena, &k->package->init_functions, o);
		return;
	}
	check_declare(k, k->package->scope, o, o->pos);
}

/* ---- imports ----------------------------------------------------------------------------------------------- */

static Package *find_import(Checker *k, const char *path)
{
	return strcmp(path, "unsafe") == 0 ? k->types->unsafe_package : map_get(&k->package->imported, path);
}

static void dot_import(Checker *k, File *file, Object *import)
{
	Package *p = import->imported;
	vec_push(k->arena, &k->dot_imports, import);
	import->parent = file->scope;
	for (int i = 0; i < map_count(&p->scope->names); i++) {
		Object *o = map_value_at(&p->scope->names, i);
		if (!name_is_exported(o->name))
			continue;
		Object *other = scope_insert(k->c, file->scope, o);
		if (other)
			report_redeclared(k, o, other, import->pos);
	}
}

static const char *last_element(Checker *k, const char *path)
{
	const char *slash = strrchr(path, '/');
	return intern_str(k->c, slash ? slash + 1 : path);
}

static void collect_import(Checker *k, Decl *d, File *file)
{
	if (!d->import_path)
		return;
	Package *p = find_import(k, d->import_path);
	if (strcmp(d->import_path, "main") == 0) {              /* what programs call themselves */
		check_error(k, d->pos, "could not import main (cannot import \"main\")");
		p = NULL;
	}
	const char *name = d->import_name ? d->import_name : p && p->name ? p->name : last_element(k, d->import_path);
	if (strcmp(name, "init") == 0) {
		check_error(k, d->name_pos.len > 0 ? d->name_pos.items[0] : d->pos,
		            "cannot import package as init - init must be a func");
		return;
	}
	Object *o = object_new(k->c, OBJECT_PACKAGE, name, invalid_type(k), d->name_pos.len > 0 ? d->name_pos.items[0] :
	                       d->pos, k->package);
	o->imported = p;
	o->decl = d;
	o->file = file;
	o->color = BLACK;
	vec_push(k->arena, &d->objects, o);
	if (strcmp(name, "_") == 0)
		return;
	vec_push(k->arena, &k->import_names, o);
	if (!p || p->failed)
		o->used = true;
	if (strcmp(name, ".") == 0) {
		if (p && p->scope)
			dot_import(k, file, o);
		return;
	}
	check_declare(k, file->scope, o, o->pos);
}

/* A name may not stand both in a file's imports and in the package. */
static void check_file_conflicts(Checker *k, File *file)
{
	for (int i = 0; i < map_count(&file->scope->names); i++) {
		Object *o = map_value_at(&file->scope->names, i);
		Object *other = scope_lookup(k->package->scope, o->name);
		if (!other)
			continue;
		if (o->kind == OBJECT_PACKAGE) {
			check_error(k, other->pos,
			            "%s already declared through import of package %s\n\t%s: other declaration of %s", other->name,
			            o->imported ? arena_printf(k->arena, "%s (\"%s\")", o->imported->name, o->imported->path) :
			            	o->name,
			            check_pos_text(k, o->pos), o->name);
		} else {
			check_error(k, other->pos,
			            "%s already declared through dot-import of package %s (\"%s\")\n\t%s: other declaration of %s",
			            other->name,
			            o->package->name, o->package->path, check_pos_text(k, o->pos), o->name);
		}
	}
}

/* ---- methods ------------------------------------------------------------------------------------------------- */

/* The package-level type name a receiver is of, through aliases; NULL if it is none. */
static Object *receiver_base(Checker *k, Expr *e, bool *pointer)
{
	*pointer = false;
	for (int steps = 0; steps < 1000; steps++) {
		if (e->kind == EXPR_PAREN || e->kind == EXPR_INDEX) {
			e = e->x;
			continue;
		}
		if (e->kind == EXPR_STAR) {
			if (*pointer)
				return NULL;
			*pointer = true;
			e = e->x;
			continue;
		}
		if (e->kind != EXPR_NAME)
			return NULL;
		Object *o = scope_lookup(k->package->scope, e->name);
		if (!o || o->kind != OBJECT_TYPE || !o->decl)
			return NULL;
		if (!o->is_alias)
			return o;
		e = o->decl->type;
	}
	return NULL;
}

static void associate_methods(Checker *k)
{
	for (int i = 0; i < k->package->functions.len; i++) {
		Object *m = k->package->functions.items[i];
		if (!m->decl->receiver)
			continue;
		bool pointer;
		Object *base = receiver_base(k, m->decl->receiver->type, &pointer);
		m->pointer_receiver = pointer;
		if (!base)
			continue;
		MethodList *list = map_get(&k->methods, base);
		if (!list) {
			list = (MethodList *)arena_alloc(k->arena, sizeof *list);
			map_put(k->arena, &k->methods, base, list);
		}
		vec_push(k->arena, list, m);
	}
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

static void collect_decl(Checker *k, Decl *d, File *file)
{
	switch (d->kind) {
	case DECL_IMPORT: collect_import(k, d, file); break;
	case DECL_CONST: collect_const(k, d, file); break;
	case DECL_VAR: collect_var(k, d, file); break;
	case DECL_TYPE: collect_type(k, d, file); break;
	case DECL_FUNC: collect_func(k, d, file); break;
	case DECL_BAD: break;
	}
}

void check_collect_objects(Checker *k)
{
	Package *p = k->package;
	if (!p->scope)
		p->scope = NEW(k->arena, Scope);
	p->scope->parent = k->types->universe;
	for (int i = 0; i < p->files.len; i++) {
		File *file = p->files.items[i];
		file->scope = NEW(k->arena, Scope);
		file->scope->parent = p->scope;
		for (int j = 0; j < file->decls.len; j++)
			collect_decl(k, file->decls.items[j], file);
	}
	for (int i = 0; i < p->files.len; i++)
		check_file_conflicts(k, p->files.items[i]);
	associate_methods(k);
}

/* Types first, so that methods are known; then everything in source order. */
void check_package_objects(Checker *k)
{
	int n = k->infos.len;
	for (int i = 0; i < n; i++) {
		Object *o = k->infos.items[i]->object;
		if (o->kind == OBJECT_TYPE && !o->is_alias)
			check_object(k, o);
	}
	for (int i = 0; i < n; i++) {
		Object *o = k->infos.items[i]->object;
		if (o->kind == OBJECT_TYPE && o->is_alias)
			check_object(k, o);
	}
	for (int i = 0; i < n; i++)
		check_object(k, k->infos.items[i]->object);
}
