/*
 * type.c - making types and objects, and the predicates on types.
 *
 * The predicates look at the underlying type; of a type parameter they ask
 * whether every type of its type set has the property, as the specification
 * words the operators' rules. A parameter without specific types (any, or
 * methods only) has none of them.
 *
 * Types are made incomplete and filled by the checker: a struct's fields, an interface's methods, a named type's
 * underlying type. What is kept on a Type for speed (type set, key, canonical type, size) must be made when it is
 * complete, or not be kept: each file says how it knows.
 */
#include "private.h"

#include <string.h>

/* ---- making ----------------------------------------------------------------------- */

/* The origin of every new type is itself; instances (named.c) put theirs there. A parameter's number tells apart those
 * of one name: func f[T any]() and func g[T any]() have two Ts, and nothing but the pointer and this number says so. */
Type *type_new(Compiler *c, TypeKind kind)
{
	Type *t = NEW(c->arena, Type);

	require(kind >= TYPE_INVALID && kind <= TYPE_PARAM);
	t->kind = kind;
	t->types = c->types;
	t->size = -1;
	t->origin = t;
	if (kind == TYPE_PARAM)
		t->id = ++c->types->next_param_id;
	return t;
}

Type *pointer_to(Compiler *c, Type *elem)
{
	Type *t = type_new(c, TYPE_POINTER);

	debug_require(elem);
	t->elem = elem;
	return t;
}

Type *slice_of(Compiler *c, Type *elem)
{
	Type *t = type_new(c, TYPE_SLICE);

	debug_require(elem);
	t->elem = elem;
	return t;
}

Type *array_of(Compiler *c, Type *elem, int64_t length)
{
	Type *t = type_new(c, TYPE_ARRAY);

	debug_require(elem && length >= -1);
	t->elem = elem;
	t->length = length;
	return t;
}

Type *map_of(Compiler *c, Type *key, Type *elem)
{
	Type *t = type_new(c, TYPE_MAP);

	debug_require(key && elem);
	t->key = key;
	t->elem = elem;
	return t;
}

Type *chan_of(Compiler *c, Type *elem, ChanDir dir)
{
	Type *t = type_new(c, TYPE_CHAN);

	debug_require(elem && dir >= CHAN_BOTH && dir <= CHAN_RECV);
	t->elem = elem;
	t->dir = dir;
	return t;
}

/* variadic: the last parameter's type is the slice that the function sees, not what a caller passes: of
 * func(...int) it is []int. (append alone may end with a string there: append([]byte, string...).) */
Type *func_of(Compiler *c, ObjectList params, ObjectList results, bool variadic)
{
	Type *t = type_new(c, TYPE_FUNC);

	debug_require(!variadic || params.len > 0);
	t->fields = params;
	t->results = results;
	t->variadic = variadic;
	return t;
}

Type *tuple_of(Compiler *c, ObjectList vars)
{
	Type *t = type_new(c, TYPE_TUPLE);

	t->fields = vars;
	return t;
}

Object *object_new(Compiler *c, ObjectKind kind, const char *name, Type *type, Pos pos, Package *package)
{
	Object *o = NEW(c->arena, Object);

	o->kind = kind;
	o->name = name ? name : "";
	o->type = type;
	o->pos = pos;
	o->package = package;
	o->origin = o;
	return o;
}

/* What passes noted on the old object does not hold for the copy. Its origin is kept: all copies of a generic method
 * lead to the declared one. */
Object *object_copy(Compiler *c, const Object *o, Type *type)
{
	Object *copy = NEW(c->arena, Object);

	debug_require(o->origin);
	*copy = *o;
	copy->type = type;
	copy->backend = NULL;
	copy->escape = NULL;
	return copy;
}

TypeList object_types(Compiler *c, ObjectList list)
{
	TypeList types = {0};

	for (int i = 0; i < list.len; i++)
		vec_push(c->arena, &types, list.items[i]->type);
	return types;
}

/* ---- names -------------------------------------------------------------------------- */

static const char *const basic_names[TYPE_LAST_BASIC + 1] = {
	[TYPE_INVALID] = "invalid type",
	[TYPE_BOOL] = "bool",
	[TYPE_INT] = "int", [TYPE_INT8] = "int8", [TYPE_INT16] = "int16", [TYPE_INT32] = "int32", [TYPE_INT64] = "int64",
	[TYPE_UINT] = "uint", [TYPE_UINT8] = "uint8", [TYPE_UINT16] = "uint16", [TYPE_UINT32] = "uint32",
	[TYPE_UINT64] = "uint64", [TYPE_UINTPTR] = "uintptr",
	[TYPE_FLOAT32] = "float32", [TYPE_FLOAT64] = "float64",
	[TYPE_COMPLEX64] = "complex64", [TYPE_COMPLEX128] = "complex128",
	[TYPE_STRING] = "string", [TYPE_UNSAFE_POINTER] = "unsafe.Pointer",
	[TYPE_UNTYPED_BOOL] = "untyped bool", [TYPE_UNTYPED_INT] = "untyped int", [TYPE_UNTYPED_RUNE] = "untyped rune",
	[TYPE_UNTYPED_FLOAT] = "untyped float", [TYPE_UNTYPED_COMPLEX] = "untyped complex",
	[TYPE_UNTYPED_STRING] = "untyped string", [TYPE_UNTYPED_NIL] = "untyped nil",
};

const char *basic_name(TypeKind kind)
{
	require(kind <= TYPE_LAST_BASIC && basic_names[kind]);
	return basic_names[kind];
}

static bool same_package(const Package *a, const Package *b)
{
	if (a == b)
		return true;
	return a && b && a->path && b->path && strcmp(a->path, b->path) == 0;
}

/* Go's "Uniqueness of identifiers": two names differ if their letters do, or if they are not exported and of different
 * packages. So a struct of package p with a field x has another type than one of package q with a field x, and a
 * method m() of q does not implement an interface of p that demands m(). */
bool same_name(const Object *a, const char *name, const Package *package)
{
	if (a->name != name && strcmp(a->name, name) != 0)
		return false;
	return name_is_exported(name) || same_package(a->package, package);
}

/* ---- predicates ------------------------------------------------------------------------ */

bool is_type_param(const Type *t)
{
	return t && t->kind == TYPE_PARAM;
}

/* type T[P any] ... itself, without arguments. It is no type that a variable can have. */
bool is_generic(const Type *t)
{
	return t && t->kind == TYPE_NAMED && t->origin == t && t->type_params.len > 0;
}

bool is_interface(Type *t)
{
	return t->kind != TYPE_PARAM && underlying(t)->kind == TYPE_INTERFACE;
}

bool is_basic_kind(const Type *t)
{
	return t->kind <= TYPE_LAST_BASIC;
}

bool is_named(Type *t)
{
	return t->kind == TYPE_NAMED || t->kind == TYPE_PARAM || (is_basic_kind(t) && t->kind != TYPE_INVALID);
}

/* params NULL: any type parameter. */
static bool is_one_of(const Type *t, const ObjectList *params)
{
	for (int i = 0; params && i < params->len; i++)
		if (params->items[i]->type == t)
			return true;
	return !params;
}

static bool objects_mention(const ObjectList *list, const ObjectList *params)
{
	for (int i = 0; i < list->len; i++)
		if (mentions_params(list->items[i]->type, params))
			return true;
	return false;
}

static bool types_mention(const TypeList *list, const ObjectList *params)
{
	for (int i = 0; i < list->len; i++)
		if (mentions_params(list->items[i], params))
			return true;
	return false;
}

static bool union_mentions(const Type *t, const ObjectList *params)
{
	for (int i = 0; i < t->terms.len; i++)
		if (mentions_params(t->terms.items[i].type, params))
			return true;
	return false;
}

/* Named types are not entered: what they stand for mentions parameters only through their arguments, those of the
 * function around them included. */
bool mentions_params(Type *t, const ObjectList *params)
{
	if (!t)
		return false;
	switch (t->kind) {
	case TYPE_PARAM:
		return is_one_of(t, params);
	case TYPE_NAMED:
		for (int i = 0; t->origin == t && i < t->enclosing_params.len; i++)
			if (is_one_of(t->enclosing_params.items[i]->type, params))
				return true;
		return types_mention(&t->type_args, params) || types_mention(&t->enclosing_args, params);
	case TYPE_POINTER: case TYPE_ARRAY: case TYPE_SLICE: case TYPE_CHAN: case TYPE_MAP:
		return mentions_params(t->key, params) || mentions_params(t->elem, params);
	case TYPE_STRUCT: case TYPE_TUPLE: case TYPE_FUNC:
		return objects_mention(&t->fields, params) || objects_mention(&t->results, params);
	case TYPE_INTERFACE:
		return objects_mention(&t->methods, params) || types_mention(&t->embeddeds, params);
	case TYPE_UNION:
		return union_mentions(t, params);
	default:
		return false;
	}
}

bool has_type_params(Type *t)
{
	return mentions_params(t, NULL);
}

typedef enum {
	CLASS_BOOLEAN = 1, CLASS_INTEGER = 2, CLASS_UNSIGNED = 4, CLASS_FLOAT = 8, CLASS_COMPLEX = 16, CLASS_STRING = 32,
	CLASS_NUMERIC = CLASS_INTEGER | CLASS_FLOAT | CLASS_COMPLEX,
	CLASS_ORDERED = CLASS_INTEGER | CLASS_FLOAT | CLASS_STRING,
	CLASS_CONST = CLASS_BOOLEAN | CLASS_NUMERIC | CLASS_STRING,
} BasicClass;

static int basic_class(TypeKind kind)
{
	switch (kind) {
	case TYPE_BOOL: case TYPE_UNTYPED_BOOL:
		return CLASS_BOOLEAN;
	case TYPE_INT: case TYPE_INT8: case TYPE_INT16: case TYPE_INT32: case TYPE_INT64:
	case TYPE_UNTYPED_INT: case TYPE_UNTYPED_RUNE:
		return CLASS_INTEGER;
	case TYPE_UINT: case TYPE_UINT8: case TYPE_UINT16: case TYPE_UINT32: case TYPE_UINT64: case TYPE_UINTPTR:
		return CLASS_INTEGER | CLASS_UNSIGNED;
	case TYPE_FLOAT32: case TYPE_FLOAT64: case TYPE_UNTYPED_FLOAT:
		return CLASS_FLOAT;
	case TYPE_COMPLEX64: case TYPE_COMPLEX128: case TYPE_UNTYPED_COMPLEX:
		return CLASS_COMPLEX;
	case TYPE_STRING: case TYPE_UNTYPED_STRING:
		return CLASS_STRING;
	default:
		return 0;
	}
}

static bool visit_class(void *arg, Type *t, bool tilde)
{
	(void)tilde;
	return t && (basic_class(underlying(t)->kind) & *(int *)arg) != 0;
}

/* An operator works on a type parameter if it works on every type of the type set. any and interfaces of methods alone
 * have no terms to ask (visit gets NULL then), so they are in no class: func f[T any](a, b T) T { return a + b } is
 * wrong. */
static bool in_class(Type *t, int class)
{
	if (t->kind != TYPE_PARAM)
		return (basic_class(underlying(t)->kind) & class) != 0;
	return type_set_each(t->types->c, t, visit_class, &class);
}

bool is_boolean(Type *t) { return in_class(t, CLASS_BOOLEAN); }
bool is_integer(Type *t) { return in_class(t, CLASS_INTEGER); }
bool is_unsigned(Type *t) { return in_class(t, CLASS_UNSIGNED); }
bool is_float(Type *t) { return in_class(t, CLASS_FLOAT); }
bool is_complex(Type *t) { return in_class(t, CLASS_COMPLEX); }
bool is_numeric(Type *t) { return in_class(t, CLASS_NUMERIC); }
bool is_string(Type *t) { return in_class(t, CLASS_STRING); }
bool is_ordered(Type *t) { return in_class(t, CLASS_ORDERED); }

/* Constants have basic types only: a type parameter is none, whatever its types. */
bool is_const_type(Type *t)
{
	return t->kind != TYPE_PARAM && in_class(t, CLASS_CONST);
}

bool is_untyped(Type *t)
{
	return t->kind >= TYPE_UNTYPED_BOOL && t->kind <= TYPE_UNTYPED_NIL;
}

bool is_typed(Type *t)
{
	return !is_untyped(t);
}

static bool visit_has_nil(void *arg, Type *t, bool tilde)
{
	(void)arg, (void)tilde;
	return t && has_nil(t);
}

/* Of a type parameter: if all types of its set have it. A defined type has what its underlying type has. */
bool has_nil(Type *t)
{
	if (t->kind == TYPE_PARAM)
		return type_set_each(t->types->c, t, visit_has_nil, NULL);
	switch (underlying(t)->kind) {
	case TYPE_UNSAFE_POINTER: case TYPE_UNTYPED_NIL: case TYPE_POINTER: case TYPE_SLICE: case TYPE_MAP: case TYPE_CHAN:
	case TYPE_FUNC: case TYPE_INTERFACE:
		return true;
	default:
		return false;
	}
}

/* "Constants": what var x = 'a' gives x. nil has no default type, and is left to whoever looks at it. */
Type *default_type(Compiler *c, Type *t)
{
	switch (t->kind) {
	case TYPE_UNTYPED_BOOL: return c->types->basic[TYPE_BOOL];
	case TYPE_UNTYPED_INT: return c->types->basic[TYPE_INT];
	case TYPE_UNTYPED_RUNE: return c->types->rune_type;
	case TYPE_UNTYPED_FLOAT: return c->types->basic[TYPE_FLOAT64];
	case TYPE_UNTYPED_COMPLEX: return c->types->basic[TYPE_COMPLEX128];
	case TYPE_UNTYPED_STRING: return c->types->basic[TYPE_STRING];
	default: return t;
	}
}
