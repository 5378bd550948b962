/*
 * check.c - the checker's entry: one package from files to typed trees; errors; the queue of delayed work; scopes.
 *
 * Order: collect objects, check every declaration (on demand among themselves), then the queue (function bodies among
 * it), then what needs the whole package: initialisation order, cycles of instantiation, unused imports.
 */
#include "checker.h"
#include "../base/path.h"
#include <stdio.h>
#include <string.h>

/* ---- errors --------------------------------------------------------------------------------------- */

const char *check_pos_text(Checker *k, Pos pos)
{
	Buf b;
	buf_init(&b, k->arena);
	if (k->types->position_text)
		return k->types->position_text(k->c, pos);
	pos_print(k->c, &b, pos);
	return b.s;
}

/* A message about something already reported says nothing new. */
static bool follows_from_another(Checker *k, const char *message)
{
	if (!k->errors)
		return false;
	const char *operand = strstr(message, "invalid operand"), *type = strstr(message, "invalid type");
	return (operand && operand > message) || (type && type > message);
}

/* Where the expression of a constant that repeats an earlier one is wrong, the message stands at the constant
 * (error_pos): in const ( A uint8 = 200 + iota*50; B; C ) it is C that overflows, not A's expression. */
void check_error(Checker *k, Pos pos, const char *format, ...)
{
	va_list args, copy;
	va_start(args, format);
	va_copy(copy, args);
	int n = vsnprintf(NULL, 0, format, copy);
	va_end(copy);
	char *message = arena_alloc(k->arena, (size_t)n + 1);
	vsnprintf(message, (size_t)n + 1, format, args);
	va_end(args);
	if (follows_from_another(k, message))
		return;
	if (k->env.error_pos.file)
		pos = k->env.error_pos;
	k->errors = true;
	error_at(k->c, pos, "%s%s", message, check_version_hint(k, pos, message));
}

/* ---- what surrounds -------------------------------------------------------------------------------- */

/* The language version goes with the file of what is being declared: files of one package may differ (//go:build
 * go1.21). */
void check_set_env(Checker *k, const Env *env)
{
	require(env->declared_at.file < (uint32_t)k->c->files.len);
	uint32_t file = env->declared_at.file;
	k->env = *env;
	k->types->language = file ? k->c->files.items[file]->go_version : 0;
}

/* ---- delayed work ------------------------------------------------------------------------------------ */

/* With the surroundings of now. Nothing may be delayed twice. */
void check_later(Checker *k, void (*run)(Checker *, void *), void *arg)
{
	debug_require(run);
	Delayed d = {.run = run, .arg = arg, .env = k->env};
	vec_push(k->arena, &k->delayed, d);
}

/* What an action delays is done right after it. */
void check_process_delayed(Checker *k)
{
	Env saved = k->env;
	bool was = k->processing;
	k->processing = true;
	while (k->delayed_done < k->delayed.len) {
		Delayed d = k->delayed.items[k->delayed_done++];
		check_set_env(k, &d.env);
		k->env.error_pos = NO_POS;
		d.run(k, d.arg);
	}
	debug_require(k->delayed_done == k->delayed.len);
	k->delayed.len = k->delayed_done = 0;
	k->processing = was;
	check_set_env(k, &saved);
}

/* ---- scopes --------------------------------------------------------------------------------------------- */

Scope *check_open_scope(Checker *k, Pos start, Pos end)
{
	Scope *s = NEW(k->arena, Scope);
	s->parent = k->env.scope;
	s->start = start;
	s->end = end;
	s->function = k->env.func;
	k->env.scope = s;
	return s;
}

void check_close_scope(Checker *k)
{
	require(k->env.scope && k->env.scope->parent);
	k->env.scope = k->env.scope->parent;
}

/* ---- the package ------------------------------------------------------------------------------------------ */

/* What types/ calls when it meets an object of this package without a type: then its declaration comes first. */
static void resolve_object(Compiler *c, Object *o)
{
	Checker *k = c->types->resolver;
	if (k && o->package == k->package && !o->type && o->color == WHITE)
		check_object(k, o);
}

static void check_main_function(Checker *k)
{
	Package *p = k->package;
	/* under its own path it is one whose tests are compiled */
	if (strcmp(p->path, "main") != 0 || strcmp(p->name, "main") != 0)
		return;
	Object *o = scope_lookup(p->scope, intern_str(k->c, "main"));
	if (!o && !k->errors)
		check_error(k, NO_POS, "runtime.main_main·f: function main is undeclared in the main package");
}

static int word_count(const char *s)
{
	static const char blanks[] = " \t\r";
	int count = 0;
	for (s += strspn(s, blanks); *s; s += strspn(s, blanks)) {
		s += strcspn(s, blanks);
		count++;
	}
	return count;
}

/* Is the line above a function, among its comments? The next declaration of any kind decides: a variable in between
 * makes the directive the variable's. */
static bool is_above_function(const File *file, uint32_t line, const char *directive)
{
	const Decl *next = NULL;
	for (int i = 0; i < file->decls.len; i++) {
		const Decl *d = file->decls.items[i];
		if (d->keyword_pos.line > line && (!next || d->keyword_pos.line < next->keyword_pos.line))
			next = d;
	}
	return next && next->kind == DECL_FUNC && has_directive(next, directive);
}

static void check_directives(Checker *k, const File *file)
{
	static const char noalloc[] = "//gol:noalloc";
	static const char keep[] = "//go:uintptrkeepalive", linkname[] = "//go:linkname ";
	for (int i = 0; i < file->directive_faults.len; i++)
		check_error(k, file->directive_faults.items[i].pos, "%s", file->directive_faults.items[i].text);
	for (int i = 0; i < file->directives.len; i++) {
		const char *text = file->directives.items[i].text;
		Pos pos = file->directives.items[i].pos;
		pos.col += (uint32_t)strlen("//");
		if (strncmp(text, keep, strlen(keep)) == 0 && (!text[strlen(keep)] || text[strlen(keep)] == ' '))
			check_error(k, pos, "%s is only allowed in the standard library", keep);
		if (strncmp(text, linkname, strlen(linkname)) == 0 && (word_count(text) < 2 || word_count(text) > 3))
			check_error(k, pos, "usage: //go:linkname localname [linkname]");
		if (strcmp(text, noalloc) == 0 && !is_above_function(file, pos.line, noalloc))
			check_error(k, pos, "misplaced %s: it stands above a function", noalloc);
	}
}

static bool imports_unsafe(const File *file)
{
	for (int i = 0; i < file->decls.len && file->decls.items[i]->kind == DECL_IMPORT; i++)
		if (file->decls.items[i]->import_path && strcmp(file->decls.items[i]->import_path, "unsafe") == 0)
			return true;
	return false;
}

static void check_linkname(Checker *k, const File *file, const Linkname *d, Map *seen)
{
	Object *o = scope_lookup(k->package->scope, d->local);
	Pos pos = d->pos;
	pos.col += (uint32_t)strlen("//");
	if (!imports_unsafe(file))
		check_error(k, pos, "//go:linkname only allowed in Go files that import \"unsafe\"");
	else if (d->target && strchr(d->target, '[') && strchr(d->target, ']'))
		check_error(k, pos, "//go:linkname reference of an instantiation is not allowed");
	else if (!o || (o->kind != OBJECT_FUNC && o->kind != OBJECT_VAR))
		check_error(k, pos, "//go:linkname must refer to declared function or variable");
	else if (map_get(seen, o->name))
		check_error(k, pos, "duplicate //go:linkname for %s", d->local);
	else
		map_put(k->arena, seen, o->name, o);
}

/* Go points behind the word func. */
static void missing_body(Checker *k, Object *o)
{
	Pos pos = o->decl->receiver ? o->decl->keyword_pos : o->pos;
	if (o->decl->receiver)
		pos.col += (uint32_t)strlen("func ");
	check_error(k, pos, "missing function body");
}

/* What Go's back end says, checked only where nothing else is wrong. */
static void check_limits(Checker *k)
{
	Map linked = {0};
	/* else what is named may be in files left out */
	bool whole = !k->package->from_tree && !k->package->portable;
	for (int i = 0; whole && i < k->package->files.len; i++) {
		const File *file = k->package->files.items[i];
		for (int n = 0; n < file->linknames.len; n++)
			check_linkname(k, file, &file->linknames.items[n], &linked);
	}
	for (int i = 0; i < k->package->files.len; i++)
		check_embeds(k, k->package->files.items[i]);
	for (int i = 0; i < k->package->files.len && !k->errors; i++)
		check_embed_types(k, k->package->files.items[i]);
	for (int i = 0; i < k->bodyless.len; i++)
		missing_body(k, k->bodyless.items[i]);
	check_sizes(k);
}

#ifdef GOL_DEBUG
/* Everything that was begun is finished, and every package-level object has been looked at. */
static void verify_finished(Checker *k)
{
	require(k->path.len == 0 && k->delayed.len == 0 && !k->processing);
	require(k->errors || k->pending.len == 0);
	for (int i = 0; i < k->infos.len; i++)
		require(!k->infos.items[i] || k->errors || k->infos.items[i]->object->color == BLACK);
}
#endif
bool check_package(Compiler *c, Package *package)
{
	require(package->files.len > 0);
	int errors_before = c->errors;
	Checker k = {.c = c, .types = c->types, .arena = c->arena, .package = package};
	Package *saved_current = c->types->current;
	void *saved_resolver = c->types->resolver;
	const char *saved_from = c->seen_from;
	c->seen_from = folder_of(c, package->files.items[0]->source->full_path);
	c->types->current = package;
	c->types->resolver = &k;
	c->types->resolve = resolve_object;
	k.env.scope = c->types->universe;
	if (package->name && strcmp(package->name, "_") == 0)
		check_error(&k, package->files.items[0]->package_name_pos, "invalid package name _");
	for (int i = 0; i < package->files.len && !package->is_stdlib; i++)
		check_directives(&k, package->files.items[i]);
	check_collect_objects(&k);
	check_package_objects(&k);
	check_process_delayed(&k);
	if (!k.errors)
		check_instance_cycles(&k);
	check_init_order(&k);
	check_unused_imports(&k);
	check_finish_captures(&k);
	if (!k.errors)
		check_limits(&k);
	check_main_function(&k);
	c->types->current = saved_current;
	c->types->resolver = saved_resolver;
	c->seen_from = saved_from;
	VERIFY(verify_finished(&k));
	package->checked = true;
	package->failed = c->errors > errors_before;
	if (!package->failed)
		VERIFY(types_verify(c, package));
	return !package->failed;
}
