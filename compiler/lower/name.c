/*
 * name.c - C symbols and Go names of functions, types and variables.
 *
 * The mapping from Go names to C names is injective; docs/design.md holds the
 * scheme. In short: a package path, an underscore, the name. In a path every
 * character that C forbids (and the underscore) is _ and a digit; in a name only an
 * underscore that stands before a digit is (_0), so that ordinary names stay as they are
 * and the separators _1 ... _9 can be told apart. Type arguments and types without
 * a name are told by a 64-bit hash of their key, of which 60 bits are written.
 */
#include "state.h"

#include <ctype.h>
#include <string.h>

uint64_t text_hash(const char *s)
{
	uint64_t h = 14695981039346656037u;
	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 1099511628211u;
	return h ^ h >> 29;
}

const char *mangle_package(Compiler *c, const char *path)
{
	Buf b;
	buf_init(&b, c->arena);
	buf_str(&b, "");
	for (const char *p = path; *p; p++) {
		if (isalnum((unsigned char)*p))
			buf_char(&b, *p);
		else if (*p == '_')
			buf_str(&b, "_0");
		else if (*p == '/')
			buf_str(&b, "_1");
		else if (*p == '.')
			buf_str(&b, "_2");
		else if (*p == '-')
			buf_str(&b, "_3");
		else
			buf_printf(&b, "_9%02x", (unsigned char)*p);
	}
	return b.s;
}

const char *mangle_name(Compiler *c, const char *name)
{
	Buf b;
	buf_init(&b, c->arena);
	buf_str(&b, "");
	for (const char *p = name; *p; p++) {
		if (*p == '_' && (isdigit((unsigned char)p[1]) || (unsigned char)p[1] >= 0x80))
			buf_str(&b, "_0");
		else if ((unsigned char)*p >= 0x80)
			buf_printf(&b, "_9%02x", (unsigned char)*p);
		else
			buf_char(&b, *p);
	}
	return b.s;
}

static const char *package_path(Package *p)
{
	return p ? p->path : "universe";
}

static const char *qualified(Compiler *c, Package *package, const char *name)
{
	return arena_printf(c->arena, "%s_%s", mangle_package(c, package_path(package)), mangle_name(c, name));
}

static const char *args_hash(Compiler *c, TypeList *args)
{
	Buf b;
	buf_init(&b, c->arena);
	for (int i = 0; i < args->len; i++) {
		if (i)
			buf_char(&b, ',');
		buf_str(&b, type_key(c, args->items[i]));
	}
	return arena_printf(c->arena, "_4%015llx", (unsigned long long)(text_hash(b.s) & 0xfffffffffffffff));
}

/* ---- types ---------------------------------------------------------------------- */

static bool is_local_type(Type *t)
{
	Scope *s = t->object->parent;
	return s && t->object->package && s != t->object->package->scope;
}

/* pkg_T of a named type; instances and local types get a hash. */
static const char *named_symbol(Compiler *c, Type *t)
{
	const char *base = qualified(c, t->object->package, t->object->name);
	if (t->type_args.len == 0 && t->enclosing_args.len == 0 && !is_local_type(t))
		return base;
	return arena_printf(c->arena, "%s_4%015llx", base,
	                    (unsigned long long)(text_hash(type_key(c, t)) & 0xfffffffffffffff));
}

const char *symbol_of_type(Compiler *c, Type *t, const char *suffix)
{
	if (t->kind == TYPE_NAMED)
		return arena_printf(c->arena, "%s%s", named_symbol(c, t), suffix);
	if (t->kind <= TYPE_LAST_BASIC) {
		const char *name = t->kind == TYPE_UNSAFE_POINTER ? "pointer" : type_key(c, t);
		return arena_printf(c->arena, "gol_t_%s%s", mangle_name(c, name), suffix);
	}
	return arena_printf(c->arena, "gol_t_4%015llx%s",
	                    (unsigned long long)(text_hash(type_key(c, t)) & 0xfffffffffffffff), suffix);
}

Package *type_owner(Type *t)
{
	if (t->kind == TYPE_POINTER)
		t = t->elem;
	if (t->kind != TYPE_NAMED || t->type_args.len || t->enclosing_args.len || !t->object->package || is_local_type(t))
		return NULL;
	return t->object->package;
}

/* ---- functions and variables ---------------------------------------------------------- */

/* func init: there may be several, and none can be named. */
static int init_number(Object *fn)
{
	ObjectList *list = &fn->package->init_functions;
	for (int i = 0; i < list->len; i++)
		if (list->items[i] == fn)
			return i;
	return -1;
}

static bool is_init_function(Object *fn)
{
	return fn->package && strcmp(fn->name, "init") == 0 && !fn->receiver_base && init_number(fn) >= 0;
}

const char *symbol_of_function(Compiler *c, Object *fn, TypeList *args)
{
	const char *base = qualified(c, fn->package, fn->name);
	if (is_init_function(fn))
		return arena_printf(c->arena, "%s_5%d", base, init_number(fn));
	if (!args || args->len == 0)
		return base;
	return arena_printf(c->arena, "%s%s", base, args_hash(c, args));
}

/* named: the receiver's base type, an instance where the type is generic. */
const char *symbol_of_method(Compiler *c, Type *named, Object *method)
{
	/* an unexported method of an embedding's promoted wrapper keeps its package apart */
	const char *name = mangle_name(c, method->name);
	return arena_printf(c->arena, "%s_%d%s", named_symbol(c, named), method->pointer_receiver ? 2 : 1, name);
}

const char *symbol_of_object(Compiler *c, Object *o)
{
	if (o->kind == OBJECT_FUNC && o->receiver_base && o->receiver_base->kind == TYPE_NAMED)
		return symbol_of_method(c, o->receiver_base, o);
	return qualified(c, o->package, o->name);
}

/* Type name without package and with [...] for type arguments: T, List[...]. */
const char *short_type_name(Compiler *c, Type *t)
{
	if (t->kind != TYPE_NAMED)
		return type_text(c, t);
	if (t->type_args.len || t->type_params.len)
		return arena_printf(c->arena, "%s[...]", t->object->name);
	return t->object->name;
}

/* As tracebacks show it: main.f, main.(*T).M, main.T.M, main.f[...]. */
const char *go_name_of_function(Compiler *c, Object *fn, bool instance)
{
	const char *path = package_path(fn->package);
	Type *base = fn->receiver_base;
	if (base && base->kind == TYPE_NAMED) {
		const char *format = fn->pointer_receiver ? "%s.(*%s).%s" : "%s.%s.%s";
		return arena_printf(c->arena, format, path, short_type_name(c, base), fn->name);
	}
	if (is_init_function(fn))
		return arena_printf(c->arena, "%s.init.%d", path, init_number(fn));
	return arena_printf(c->arena, instance ? "%s.%s[...]" : "%s.%s", path, fn->name);
}
