/*
 * types.c - C types for Go types.
 *
 * Scalars, strings, slices, interfaces, maps, channels and func values have fixed
 * C types (abi.h). A struct type and an array type is a C struct, may_alias, of
 * gc's layout, which the C compiler checks by a static assertion. A pointer to a
 * struct is a typed C pointer, so that p->field reads as in Go; any other pointer
 * is void *. Named types of any other underlying type have no C name of their own.
 */
#include "emitter.h"

#include <string.h>

static const char *const basic_names[] = {
	[TYPE_BOOL] = "bool", [TYPE_INT] = "gol_int", [TYPE_INT8] = "int8_t", [TYPE_INT16] = "int16_t",
		[TYPE_INT32] = "int32_t",
	[TYPE_INT64] = "int64_t", [TYPE_UINT] = "gol_uint", [TYPE_UINT8] = "uint8_t", [TYPE_UINT16] = "uint16_t",
	[TYPE_UINT32] = "uint32_t", [TYPE_UINT64] = "uint64_t", [TYPE_UINTPTR] = "uintptr_t", [TYPE_FLOAT32] = "float",
	[TYPE_FLOAT64] = "double", [TYPE_COMPLEX64] = "gol_complex64", [TYPE_COMPLEX128] = "gol_complex128",
	[TYPE_STRING] = "gol_string", [TYPE_UNSAFE_POINTER] = "void *", [TYPE_UNTYPED_BOOL] = "bool",
	[TYPE_UNTYPED_INT] = "gol_int",
	[TYPE_UNTYPED_RUNE] = "int32_t", [TYPE_UNTYPED_FLOAT] = "double", [TYPE_UNTYPED_STRING] = "gol_string",
	[TYPE_UNTYPED_NIL] = "void *",
};

static const char *const basic_aliases[] = {
	[TYPE_BOOL] = "gol_bool_a", [TYPE_INT] = "gol_int64_a", [TYPE_INT8] = "gol_int8_a", [TYPE_INT16] = "gol_int16_a",
	[TYPE_INT32] = "gol_int32_a", [TYPE_INT64] = "gol_int64_a", [TYPE_UINT] = "gol_uint64_a",
	[TYPE_UINT8] = "gol_uint8_a",
	[TYPE_UINT16] = "gol_uint16_a", [TYPE_UINT32] = "gol_uint32_a", [TYPE_UINT64] = "gol_uint64_a",
	[TYPE_UINTPTR] = "gol_uint64_a", [TYPE_FLOAT32] = "gol_float32_a", [TYPE_FLOAT64] = "gol_float64_a",
	[TYPE_COMPLEX64] = "gol_complex64", [TYPE_COMPLEX128] = "gol_complex128", [TYPE_STRING] = "gol_string",
	[TYPE_UNSAFE_POINTER] = "gol_ptr_a",
};

bool is_scalar(Type *t)
{
	Type *u = underlying(t);
	switch (u->kind) {
	case TYPE_COMPLEX64:
	case TYPE_COMPLEX128:
	case TYPE_STRING:
	case TYPE_SLICE:
	case TYPE_STRUCT:
	case TYPE_ARRAY:
	case TYPE_INTERFACE:
	case TYPE_TUPLE:
		return false;
	default:
		return true;
	}
}

static const char *struct_symbol(Emit *e, Type *t)
{
	const char *name = map_get(&e->type_names, t);
	if (name)
		return name;
	name = symbol_of_type(e->c, t, "");
	if (is_reserved_name(name))
		name = arena_printf(E_ALLOC(e), "%s_6", name);
	map_put(E_ALLOC(e), &e->type_names, t, (void *)(uintptr_t)name);
	buf_printf(&e->types, "typedef struct %s %s;\n", name, name);
	return name;
}

static void define_struct(Emit *e, Type *t, const char *name)
{
	if (map_get(&e->complete, t))
		return;
	map_put(E_ALLOC(e), &e->complete, t, (void *)1);
	Type *u = underlying(t);
	bool one_line = t->kind != TYPE_NAMED || u->kind == TYPE_ARRAY || u->fields.len == 0;
	Buf body;
	buf_init(&body, E_ALLOC(e));
	int64_t size = type_size(e->c, t), end = 0;
	if (u->kind == TYPE_ARRAY) {
		buf_printf(&body, "%s a[%lld]; ", type_name(e, u->elem), (long long)u->length);
		end = size;
	} else {
		for (int i = 0; i < u->fields.len; i++) {
			Type *ft = types_canonical(e->c, u->fields.items[i]->type);
			const char *ct = type_name(e, ft);
			buf_printf(&body, one_line ? "%s%s%s; " : "\t%s%s%s;\n", ct, spaced(ct), field_name(e, t, i));
			end = field_offset(e->c, u, i) + type_size(e->c, ft);
		}
		int64_t align = type_align(e->c, t);
		if ((end + align - 1) / align * align < size)   /* ends in a zero-size field: nothing may point past the end */
			buf_str(&body, one_line ? "uint8_t pad_6; " : "\tuint8_t pad_6;\n");
	}
	buf_printf(&e->types, "struct GOL_ALIAS %s {%s%s};%s_Static_assert(sizeof(%s) == %lld, \"layout\");\n", name,
	           one_line ? " " : "\n", body.s ? body.s : "", one_line ? " " : "\n", name,
	           (long long)size);
}

const char *spaced(const char *ctype)
{
	return ctype[strlen(ctype) - 1] == '*' ? "" : " ";
}

const char *type_name(Emit *e, Type *t)
{
	t = types_canonical(e->c, t);
	Type *u = underlying(t);
	if (u->kind <= TYPE_LAST_BASIC)
		return basic_names[u->kind] ? basic_names[u->kind] : "void *";
	switch (u->kind) {
	case TYPE_POINTER: {
		Type *elem = types_canonical(e->c, u->elem);
		if (underlying(elem)->kind == TYPE_STRUCT)
			return arena_printf(E_ALLOC(e), "%s *", struct_symbol(e, elem));
		return "void *";
	}
	case TYPE_SLICE:
		return "gol_slice";
	case TYPE_MAP:
		return "gol_map *";
	case TYPE_CHAN:
		return "gol_chan *";
	case TYPE_FUNC:
		return "gol_func *";
	case TYPE_INTERFACE:
		return interface_methods(e->c, u).len ? "gol_iface" : "gol_eface";
	case TYPE_STRUCT:
	case TYPE_ARRAY: {
		const char *name = struct_symbol(e, t);
		define_struct(e, t, name);
		return name;
	}
	case TYPE_TUPLE: {
		TypeList list = {0};
		for (int i = 0; i < u->fields.len; i++)
			vec_push(E_ALLOC(e), &list, u->fields.items[i]->type);
		return result_name(e, &list);
	}
	default:
		ice(e->c, NO_POS, "no C type for %s", type_text(e->c, t));
	}
}

const char *type_alias_name(Emit *e, Type *t)
{
	Type *u = underlying(t);
	if (u->kind <= TYPE_LAST_BASIC && basic_aliases[u->kind])
		return basic_aliases[u->kind];
	if (u->kind == TYPE_POINTER || u->kind == TYPE_MAP || u->kind == TYPE_CHAN || u->kind == TYPE_FUNC ||
	    u->kind <= TYPE_LAST_BASIC)
		return "gol_ptr_a";
	return type_name(e, t);
}

/* A letter or two for each C type, so that result structs are named by what they hold. */
static void append_tag(Emit *e, Buf *b, const char *ctype)
{
	(void)e;
	static const struct { const char *c, *tag; } tags[] = {
		{"gol_int", "int"}, {"gol_uint", "uint"}, {"bool", "bool"}, {"gol_string", "string"}, {"gol_slice", "slice"},
		{"gol_eface", "eface"}, {"gol_iface", "iface"}, {"void *", "pointer"}, {"gol_map *", "map"},
		{"gol_chan *", "chan"},
		{"gol_func *", "func"}, {"double", "float64"}, {"float", "float32"},
	};
	buf_char(b, '_');
	for (int i = 0; i < COUNT_OF(tags); i++)
		if (strcmp(ctype, tags[i].c) == 0) {
			buf_str(b, tags[i].tag);
			return;
		}
	for (const char *p = ctype; *p && *p != ' '; p++)
		buf_char(b, *p);
	if (ctype[strlen(ctype) - 1] == '*')
		buf_str(b, "_p");
}

const char *result_name(Emit *e, TypeList *results)
{
	if (results->len == 0)
		return "void";
	if (results->len == 1)
		return passed_type(e, results->items[0]);
	Buf name;
	buf_init(&name, E_ALLOC(e));
	buf_str(&name, "gol_r");
	for (int i = 0; i < results->len; i++)
		append_tag(e, &name, passed_type(e, results->items[i]));
	const char *symbol = intern_str(e->c, name.s);
	if (map_get(&e->result_structs, symbol))
		return symbol;
	map_put(E_ALLOC(e), &e->result_structs, symbol, (void *)1);
	Buf fields;
	buf_init(&fields, E_ALLOC(e));
	for (int i = 0; i < results->len; i++) {
		const char *ct = passed_type(e, results->items[i]);
		buf_printf(&fields, " %s%sr%d;", ct, spaced(ct), i);
	}
	buf_printf(&e->types, "typedef struct {%s } %s;\n", fields.s, symbol);
	return symbol;
}

TypeList result_types_of(Emit *e, Type *signature)
{
	TypeList list = {0};
	for (int i = 0; i < signature->results.len; i++)
		vec_push(E_ALLOC(e), &list, types_canonical(e->c, signature->results.items[i]->type));
	return list;
}

const char *function_pointer(Emit *e, Type *signature, bool data_word, bool context)
{
	signature = underlying(signature);
	TypeList results = result_types_of(e, signature);
	Buf b;
	buf_init(&b, E_ALLOC(e));
	buf_printf(&b, "%s (*)(gol_g *%s", result_name(e, &results), data_word ? ", void *" : "");
	for (int i = 0; i < signature->fields.len; i++)
		buf_printf(&b, ", %s", passed_type(e, signature->fields.items[i]->type));
	buf_str(&b, context ? ", gol_func *)" : ")");
	return b.s;
}
