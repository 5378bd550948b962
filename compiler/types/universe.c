/*
 * universe.c - the predeclared identifiers and package unsafe.
 *
 * byte and rune are Types of their own that are identical to uint8 and int32
 * but print under their name, as Go's messages do; any likewise stands beside
 * interface{}. comparable's interface gets its type set by hand, for it cannot
 * be written in Go.
 *
 * The scope is shared by all packages of a compilation and never changes once made. true and false are constants, nil
 * and iota are names that anybody may declare anew: nothing in the checker knows them by their text, but by their
 * Object.
 */
#include "private.h"

#include <string.h>

static Object *declare(Compiler *c, Scope *scope, ObjectKind kind, const char *name, Type *type, Package *package)
{
	Object *o = object_new(c, kind, intern_str(c, name), type, NO_POS, package);

	scope_insert(c, scope, o);
	return o;
}

static Type *declare_named(Compiler *c, const char *name, Type *under)
{
	Type *t = type_new(c, TYPE_NAMED);

	t->object = declare(c, c->types->universe, OBJECT_TYPE, name, t, NULL);
	t->underlying_ = under;
	return t;
}

static void declare_basic_types(Compiler *c, Types *types)
{
	for (int kind = 0; kind <= TYPE_LAST_BASIC; kind++)
		types->basic[kind] = type_new(c, (TypeKind)kind);
	for (int kind = TYPE_BOOL; kind <= TYPE_STRING; kind++)
		declare(c, types->universe, OBJECT_TYPE, basic_name((TypeKind)kind), types->basic[kind], NULL);
	types->byte_type = type_new(c, TYPE_UINT8);
	types->rune_type = type_new(c, TYPE_INT32);
	declare(c, types->universe, OBJECT_TYPE, "byte", types->byte_type, NULL)->is_alias = true;
	declare(c, types->universe, OBJECT_TYPE, "rune", types->rune_type, NULL)->is_alias = true;
}

static void declare_interfaces(Compiler *c, Types *types)
{
	types->empty_interface = type_new(c, TYPE_INTERFACE);
	types->empty_struct = type_new(c, TYPE_STRUCT);
	Object *any = declare(c, types->universe, OBJECT_TYPE, "any", NULL, NULL);
	Type *interface = type_new(c, TYPE_INTERFACE);
	any->is_alias = true;
	interface->alias = any;         /* printed as any even without its alias */
	any->type = types->any_type = type_aliased(c, any, (TypeList){0}, interface);

	Type *iface = type_new(c, TYPE_INTERFACE);
	ObjectList none = {0}, results = {0};
	vec_push(c->arena, &results, object_new(c, OBJECT_VAR, "", types->basic[TYPE_STRING], NO_POS, NULL));
	results.items[0]->is_result = true;
	types->error_method = object_new(c, OBJECT_FUNC, intern_str(c, "Error"), func_of(c, none, results, false), NO_POS,
	                                 NULL);
	types->error_method->receiver_base = iface;
	vec_push(c->arena, &iface->methods, types->error_method);
	types->error_type = declare_named(c, "error", iface);

	Type *comparable = type_new(c, TYPE_INTERFACE);
	comparable->type_set = NEW(c->arena, TypeSet);
	comparable->type_set->all = true;
	comparable->type_set->comparable = true;
	types->comparable_type = declare_named(c, "comparable", comparable);
}

static void declare_values(Compiler *c, Types *types)
{
	Type *untyped_bool = types->basic[TYPE_UNTYPED_BOOL];

	declare(c, types->universe, OBJECT_CONST, "true", untyped_bool, NULL)->cval = const_bool(c, true);
	declare(c, types->universe, OBJECT_CONST, "false", untyped_bool, NULL)->cval = const_bool(c, false);
	declare(c, types->universe, OBJECT_CONST, "iota", types->basic[TYPE_UNTYPED_INT], NULL)->cval = const_int(c, 0);
	declare(c, types->universe, OBJECT_NIL, "nil", types->basic[TYPE_UNTYPED_NIL], NULL);
}

static void declare_builtins(Compiler *c, Types *types)
{
	static const char *const names[BUILTIN_COUNT] = {
		[BUILTIN_APPEND] = "append", [BUILTIN_CAP] = "cap", [BUILTIN_CLEAR] = "clear", [BUILTIN_CLOSE] = "close",
		[BUILTIN_COMPLEX] = "complex", [BUILTIN_COPY] = "copy", [BUILTIN_DELETE] = "delete", [BUILTIN_IMAG] = "imag",
		[BUILTIN_LEN] = "len", [BUILTIN_MAKE] = "make", [BUILTIN_MAX] = "max", [BUILTIN_MIN] = "min",
		[BUILTIN_NEW] = "new",
		[BUILTIN_PANIC] = "panic", [BUILTIN_PRINT] = "print", [BUILTIN_PRINTLN] = "println", [BUILTIN_REAL] = "real",
		[BUILTIN_RECOVER] = "recover",
		[BUILTIN_UNSAFE_ADD] = "Add", [BUILTIN_UNSAFE_ALIGNOF] = "Alignof", [BUILTIN_UNSAFE_OFFSETOF] = "Offsetof",
		[BUILTIN_UNSAFE_SIZEOF] = "Sizeof", [BUILTIN_UNSAFE_SLICE] = "Slice", [BUILTIN_UNSAFE_SLICE_DATA] = "SliceData",
		[BUILTIN_UNSAFE_STRING] = "String", [BUILTIN_UNSAFE_STRING_DATA] = "StringData",
	};
	for (int id = 0; id < BUILTIN_COUNT; id++) {
		require(names[id]);         /* a row of BuiltinId without a name here */
		bool is_unsafe = id >= BUILTIN_UNSAFE_ADD;
		Object *o = declare(c, is_unsafe ? types->unsafe_package->scope : types->universe, OBJECT_BUILTIN, names[id],
		                    types->basic[TYPE_INVALID], is_unsafe ? types->unsafe_package : NULL);
		o->builtin = id;
	}
}

static void make_unsafe_package(Compiler *c, Types *types)
{
	Package *package = NEW(c->arena, Package);

	package->path = package->name = intern_str(c, "unsafe");
	package->scope = NEW(c->arena, Scope);
	package->scope->parent = types->universe;
	package->is_stdlib = package->checked = true;
	types->unsafe_package = package;
	declare(c, package->scope, OBJECT_TYPE, "Pointer", types->basic[TYPE_UNSAFE_POINTER], package);
}

Types *types_new(Compiler *c)
{
	Types *types = NEW(c->arena, Types);

	c->types = types;
	types->c = c;
	types->canonical.by_text = true;
	types->instances.by_text = true;
	types->universe = NEW(c->arena, Scope);
	declare_basic_types(c, types);
	declare_interfaces(c, types);
	declare_values(c, types);
	make_unsafe_package(c, types);
	declare_builtins(c, types);
	return types;
}
