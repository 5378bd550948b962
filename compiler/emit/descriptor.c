/*
 * descriptor.c - type descriptors and itabs.
 *
 * A package-level named type's descriptor, and that of the pointer to it, stand in the type's own package,
 * whether used there or not; all others are weak in every file that mentions
 * them, so that the linker keeps one and type equality is pointer equality.
 * Describing a type with methods asks lowering for the wrappers that interfaces call,
 * which may need further descriptors: emission goes on until nothing is new.
 */
#include "emitter.h"

#include <string.h>

/* ---- pointer maps ---------------------------------------------------------------------- */

void add_pointer_bits(Emit *e, Type *t, int64_t offset, char *bits)
{
	Type *u = underlying(types_canonical(e->c, t));
	char *at = bits + offset / 8;
	switch (u->kind) {
	case TYPE_STRING: case TYPE_UNTYPED_STRING: case TYPE_SLICE: case TYPE_POINTER: case TYPE_UNSAFE_POINTER: case TYPE_UNTYPED_NIL:
	case TYPE_MAP: case TYPE_CHAN: case TYPE_FUNC:
		*at = '1';
		break;
	case TYPE_INTERFACE:
		at[0] = at[1] = '1';
		break;
	case TYPE_ARRAY:
		if (type_has_pointers(e->c, u->elem))
			for (int64_t i = 0; i < u->length; i++)
				add_pointer_bits(e, u->elem, offset + i * type_size(e->c, u->elem), bits);
		break;
	case TYPE_STRUCT:
		for (int i = 0; i < u->fields.len; i++)
			if (type_has_pointers(e->c, u->fields.items[i]->type))
				add_pointer_bits(e, u->fields.items[i]->type, offset + field_offset(e->c, u, i), bits);
		break;
	default:
		break;
	}
}

const char *pointer_bits(Emit *e, Type *t, int *words)
{
	int64_t size = (type_size(e->c, t) + 7) / 8;
	*words = 0;
	if (!type_has_pointers(e->c, t))
		return "";
	if (size > 1024) {
		*words = (int)size;
		return NULL;
	}
	char *bits = arena_alloc(E_ALLOC(e), (size_t)size + 1);
	memset(bits, '0', (size_t)size);
	add_pointer_bits(e, t, 0, bits);
	const char *last = strrchr(bits, '1');
	*words = last ? (int)(last - bits) + 1 : 0;
	return bits;
}

/* ---- names ---------------------------------------------------------------------------------- */

const char *type_descriptor(Emit *e, Type *t)
{
	t = types_canonical(e->c, t);
	const char *known = map_get(&e->descriptors, t);
	if (known)
		return known;
	const char *symbol = symbol_of_type(e->c, t, "_5type");
	map_put(E_ALLOC(e), &e->descriptors, t, (void *)(uintptr_t)symbol);
	buf_printf(&e->describing, "extern const gol_type %s;\n", symbol);
	if (map_get(&e->described, t))
		return symbol;
	map_put(E_ALLOC(e), &e->described, t, (void *)1);
	Package *owner = type_owner(t);
	if (!owner || owner == e->package->package)
		vec_push(E_ALLOC(e), &e->descriptor_queue, t);
	return symbol;
}

static const char *c_bytes(Emit *e, const char *s, size_t n)
{
	if (!s)
		return "NULL";
	Buf b;
	buf_init(&b, E_ALLOC(e));
	emit_string_literal(&b, s, n);
	return b.s;
}

static const char *c_string(Emit *e, const char *s) { return c_bytes(e, s, s ? strlen(s) : 0); }

static const char *name_package(Emit *e, Object *o)
{
	if (name_is_exported(o->name) || !o->package)
		return "NULL";
	return c_string(e, o->package->path);
}

/* ---- methods ----------------------------------------------------------------------------------- */

static MethodEntry *find_method(MethodSet *set, Object *wanted)
{
	for (int i = 0; i < set->len; i++) {
		Object *m = set->items[i].method;
		if (m->name == wanted->name && (name_is_exported(m->name) || m->package == wanted->package))
			return &set->items[i];
	}
	return NULL;
}

/* A method's type as a plain func type, for descriptors. */
static Type *method_type(Emit *e, Object *method)
{
	return types_canonical(e->c, func_of(e->c, method->type->fields, method->type->results, method->type->variadic));
}

const char *itab_name(Emit *e, Type *iface, Type *concrete)
{
	iface = types_canonical(e->c, iface);
	concrete = types_canonical(e->c, concrete);
	const char *symbol = arena_printf(E_ALLOC(e), "%s_5for_%s", symbol_of_type(e->c, concrete, ""),
	                                  symbol_of_type(e->c, iface, "_5itab"));
	symbol = intern_str(e->c, symbol);
	if (map_get(&e->itabs, symbol))
		return symbol;
	map_put(E_ALLOC(e), &e->itabs, symbol, (void *)1);
	buf_printf(&e->describing, "extern const gol_itab %s;\n", symbol);
	if (map_get(&e->made_itabs, symbol))
		return symbol;
	map_put(E_ALLOC(e), &e->made_itabs, symbol, (void *)1);
	ObjectList wanted = interface_methods(e->c, underlying(iface));
	MethodSet have = method_set(e->c, concrete);
	Buf b;
	buf_init(&b, E_ALLOC(e));
	for (int i = 0; i < wanted.len; i++) {
		MethodEntry *m = find_method(&have, wanted.items[i]);
		if (!m)
			ice(e->c, NO_POS, "%s has no method %s", type_text(e->c, concrete), wanted.items[i]->name);
		buf_printf(&b, "%s(void *)%s", i ? ", " : "", function_name(e, lower_interface_method(e->lower, concrete, m)));
	}
	buf_printf(&e->data, "GOL_WEAK const gol_itab %s = {&%s, &%s, {%s}};\n", symbol, type_descriptor(e, iface),
	           type_descriptor(e, concrete),
	           b.s ? b.s : "");
	return symbol;
}

static int emit_methods(Emit *e, Type *t, const char *symbol)
{
	if (is_interface(t) || is_generic(t))
		return 0;
	MethodSet set = method_set(e->c, t);
	if (set.len == 0)
		return 0;
	Buf b;
	buf_init(&b, E_ALLOC(e));
	for (int i = 0; i < set.len; i++) {
		MethodEntry *m = &set.items[i];
		buf_printf(&b, "\t{%s, %s, &%s, (void *)%s},\n", c_string(e, m->method->name), name_package(e, m->method),
		           type_descriptor(e, method_type(e, m->method)),
		           function_name(e, lower_interface_method(e->lower, t, m)));
	}
	buf_printf(&e->data, "static const gol_method %s_methods[] = {\n%s};\n", symbol, b.s);
	return set.len;
}

/* ---- parts by kind -------------------------------------------------------------------------------- */

static int emit_fields(Emit *e, Type *u, const char *symbol)
{
	if (u->fields.len == 0)
		return 0;
	Buf b;
	buf_init(&b, E_ALLOC(e));
	for (int i = 0; i < u->fields.len; i++) {
		Object *f = u->fields.items[i];
		FieldTag tag = tag_of(u, i);
		buf_printf(&b, "%s{%s, %s, &%s, %lld, {%s%s, %zu}, %s}", i ? ", " : "", c_string(e, f->name), name_package(e, f),
		           type_descriptor(e, f->type),
		           (long long)field_offset(e->c, u, i), tag.text ? "(const uint8_t *)" : "",
		           c_bytes(e, tag.text, tag.len), tag.len,
		           f->embedded ? "true" : "false");
	}
	buf_printf(&e->data, "static const gol_field %s_fields[] = {%s};\n", symbol, b.s);
	return u->fields.len;
}

static int emit_interface_methods(Emit *e, Type *u, const char *symbol)
{
	ObjectList list = interface_methods(e->c, u);
	if (list.len == 0)
		return 0;
	Buf b;
	buf_init(&b, E_ALLOC(e));
	for (int i = 0; i < list.len; i++)
		buf_printf(&b, "\t{%s, %s, &%s},\n", c_string(e, list.items[i]->name), name_package(e, list.items[i]),
		           type_descriptor(e, method_type(e, list.items[i])));
	buf_printf(&e->data, "static const gol_imethod %s_imethods[] = {\n%s};\n", symbol, b.s);
	return list.len;
}

static void emit_parameters(Emit *e, Type *u, const char *symbol)
{
	Buf b;
	buf_init(&b, E_ALLOC(e));
	for (int i = 0; i < u->fields.len; i++)
		buf_printf(&b, "&%s, ", type_descriptor(e, u->fields.items[i]->type));
	for (int i = 0; i < u->results.len; i++)
		buf_printf(&b, "&%s, ", type_descriptor(e, u->results.items[i]->type));
	if (b.s)
		buf_printf(&e->data, "static const gol_type *const %s_parameters[] = {%s};\n", symbol, b.s);
}

static const char *kind_name(Type *u)
{
	static const char *const names[] = {
		[TYPE_BOOL] = "BOOL", [TYPE_INT] = "INT", [TYPE_INT8] = "INT8", [TYPE_INT16] = "INT16", [TYPE_INT32] = "INT32",
		[TYPE_INT64] = "INT64", [TYPE_UINT] = "UINT", [TYPE_UINT8] = "UINT8", [TYPE_UINT16] = "UINT16",
		[TYPE_UINT32] = "UINT32",
		[TYPE_UINT64] = "UINT64", [TYPE_UINTPTR] = "UINTPTR", [TYPE_FLOAT32] = "FLOAT32", [TYPE_FLOAT64] = "FLOAT64",
		[TYPE_COMPLEX64] = "COMPLEX64", [TYPE_COMPLEX128] = "COMPLEX128", [TYPE_STRING] = "STRING",
		[TYPE_UNSAFE_POINTER] = "UNSAFE_POINTER", [TYPE_POINTER] = "POINTER", [TYPE_ARRAY] = "ARRAY",
		[TYPE_SLICE] = "SLICE",
		[TYPE_MAP] = "MAP", [TYPE_CHAN] = "CHAN", [TYPE_STRUCT] = "STRUCT", [TYPE_FUNC] = "FUNC",
		[TYPE_INTERFACE] = "INTERFACE",
	};
	return u->kind < COUNT_OF(names) && names[u->kind] ? names[u->kind] : "INVALID";
}

/* == is memcmp: no padding, no floats, strings, interfaces inside. */
static bool is_plain_equal(Emit *e, Type *t)
{
	Type *u = underlying(t);
	if (is_scalar(t))
		return !is_float(u) && u->kind != TYPE_MAP && u->kind != TYPE_FUNC;
	if (u->kind == TYPE_ARRAY)
		return is_plain_equal(e, u->elem);
	if (u->kind != TYPE_STRUCT)
		return false;
	int64_t end = 0;
	for (int i = 0; i < u->fields.len; i++) {
		Object *f = u->fields.items[i];
		if (strcmp(f->name, "_") == 0 || field_offset(e->c, u, i) != end || !is_plain_equal(e, f->type))
			return false;
		end += type_size(e->c, f->type);
	}
	return end == type_size(e->c, t);
}

static const char *flags_text(Emit *e, Type *t, Type *u)
{
	Buf b;
	buf_init(&b, E_ALLOC(e));
	if (t->kind == TYPE_NAMED || t->kind <= TYPE_LAST_BASIC)
		buf_str(&b, " | GOL_TYPE_NAMED");
	if (is_pointer_shaped(t))
		buf_str(&b, " | GOL_TYPE_DIRECT");
	if (!comparable_type(t, true))
		buf_str(&b, " | GOL_TYPE_INCOMPARABLE");
	else if (is_plain_equal(e, t))
		buf_str(&b, " | GOL_TYPE_PLAIN_EQUAL");
	if (u->kind == TYPE_FUNC && u->variadic)
		buf_str(&b, " | GOL_TYPE_VARIADIC");
	return b.s ? b.s + 3 : "0";
}

void emit_bits(Buf *b, const char *bits, int words)
{
	for (int i = 0; i < words; i += 8) {
		unsigned byte = 0;
		for (int k = 0; k < 8 && i + k < words; k++)
			byte |= (unsigned)(bits[i + k] == '1') << k;
		buf_printf(b, "%s%u", i ? ", " : "", byte);
	}
}

static uint32_t hash_text(const char *s)        /* FNV-1a */
{
	uint32_t h = 2166136261u;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* The name of a named type as reflect's Name gives it: runtime text behind the package. */
static const char *own_name(Emit *e, Type *t)
{
	const char *text = type_runtime_text(e->c, t);
	const char *bracket = strchr(text, '['), *dot = NULL;
	for (const char *p = text; *p && p != bracket; p++)
		if (*p == '.')
			dot = p;
	return dot ? dot + 1 : text;
}

/* Reflection finds *T by T where T has a name, and where only the compiler can make its methods: those that embedded
 * fields promote. */
static bool links_pointer(Emit *e, Type *t)
{
	if (t->kind == TYPE_NAMED)
		return true;
	return t->kind == TYPE_STRUCT && method_set(e->c, pointer_to(e->c, t)).len > 0;
}

static void emit_descriptor(Emit *e, Type *t)
{
	Type *u = underlying(t);
	const char *symbol = type_descriptor(e, t);
	int words, methods = emit_methods(e, t, symbol), fields = 0, imethods = 0;
	bool named = t->kind == TYPE_NAMED || t->kind <= TYPE_LAST_BASIC;
	const char *elem = u->elem ? type_descriptor(e, u->elem) : NULL, *key = u->key ? type_descriptor(e, u->key) : NULL;
	if (u->kind == TYPE_STRUCT)
		fields = emit_fields(e, u, symbol);
	else if (u->kind == TYPE_INTERFACE)
		imethods = emit_interface_methods(e, u, symbol);
	else if (u->kind == TYPE_FUNC)
		emit_parameters(e, u, symbol);
	const char *bits = pointer_bits(e, t, &words), *text = type_runtime_text(e->c, t);
	Buf *d = &e->data;
	buf_printf(d, "%sconst gol_type %s = {.size = %lld, .pointer_bytes = %d, .hash = 0x%08xu, .kind = GOL_KIND_%s, "
	           ".align = %lld, .flags = %s, .text = {(const uint8_t *)%s, %zu}",
	           type_owner(t) ? "" : "GOL_WEAK ", symbol, (long long)type_size(e->c, t), words * 8,
	           hash_text(type_key(e->c, t)), kind_name(u), (long long)type_align(e->c, t), flags_text(e, t, u),
	           c_string(e, text), strlen(text));
	if (named) {
		buf_printf(d, ", .name = %s", c_string(e, own_name(e, t)));
		if (t->kind == TYPE_NAMED && t->object->package)
			buf_printf(d, ", .pkg_path = %s", c_string(e, t->object->package->path));
	}
	if (links_pointer(e, t))
		buf_printf(d, ", .pointer_to = &%s", type_descriptor(e, pointer_to(e->c, t)));
	if (words && bits) {
		buf_str(d, ", .pointer_map = (const uint8_t[]){");
		emit_bits(d, bits, words);
		buf_char(d, '}');
	}
	if (elem)
		buf_printf(d, ", .elem = &%s", elem);
	if (key)
		buf_printf(d, ", .key = &%s", key);
	if (u->kind == TYPE_CHAN)
		buf_printf(d, ", .chan_dir = %d", u->dir == CHAN_BOTH ? 3 : u->dir == CHAN_SEND ? 2 : 1);
	if (u->kind == TYPE_ARRAY)
		buf_printf(d, ", .length = %lld", (long long)u->length);
	if (fields)
		buf_printf(d, ", .fields = %s_fields, .field_count = %d", symbol, fields);
	if (imethods)
		buf_printf(d, ", .imethods = %s_imethods, .imethod_count = %d", symbol, imethods);
	if (u->kind == TYPE_FUNC && (u->fields.len || u->results.len))
		buf_printf(d, ", .parameters = %s_parameters, .parameter_count = %d, .result_count = %d", symbol,
		           u->fields.len, u->results.len);
	if (methods)
		buf_printf(d, ", .methods = %s_methods, .method_count = %d", symbol, methods);
	buf_str(d, "};\n");
	vec_push(E_ALLOC(e), &e->own_descriptors, t);
}

bool emit_descriptors(Emit *e)
{
	bool any = false;
	while (e->descriptor_queue.len) {
		any = true;
		emit_descriptor(e, vec_pop(&e->descriptor_queue));
	}
	return any;
}
