/*
 * layout.c - sizes, alignments and offsets, as gc lays types out on amd64.
 *
 * Fields stand in source order, each at the next multiple of its alignment; a struct is as long as a multiple
 * of the largest alignment. A struct of non-zero size whose last field has size zero grows by a byte first, so that
 * the address of that field never is the address behind the object. Results are kept on the type; on a type that still
 * mentions type parameters nothing is known and nothing should be asked. Sizes stop at TYPE_SIZE_LIMIT.
 *
 * The numbers are part of the language through package unsafe, and of programs that read the memory of others: so they
 * are gc's to the byte, on whatever machine. struct{ a byte; b int64; c byte } is 24 bytes: fields are never
 * reordered, as Go does not do it either.
 */
#include "private.h"

enum { WORD = 8 };

static int64_t round_up(int64_t n, int64_t align)
{
	debug_require(n >= 0 && align > 0);
	return (n + align - 1) / align * align;
}

static void set(Type *t, int64_t size, int64_t align)
{
	debug_require(size >= 0 && size <= TYPE_SIZE_LIMIT && align > 0 && align <= WORD && (align & (align - 1)) == 0);
	t->size = size;
	t->align = align;
}

/* Saturates: a product beyond the limit is the limit, so nothing overflows and the checker can say "too large". */
static int64_t array_size(int64_t length, int64_t elem)
{
	debug_require(elem >= 0 && elem <= TYPE_SIZE_LIMIT);
	if (length <= 0 || elem == 0)
		return 0;
	return length > (TYPE_SIZE_LIMIT - 1) / elem ? TYPE_SIZE_LIMIT : length * elem;
}

static void layout_struct(Compiler *c, Type *t)
{
	int64_t offset = 0, align = 1, last = 1;

	t->offsets.len = 0;
	for (int i = 0; i < t->fields.len; i++) {
		Type *f = t->fields.items[i]->type;
		int64_t field_align = type_align(c, f);
		offset = round_up(offset, field_align);
		vec_push(c->arena, &t->offsets, offset);
		last = type_size(c, f);
		offset = offset + last < TYPE_SIZE_LIMIT ? offset + last : TYPE_SIZE_LIMIT;
		if (field_align > align)
			align = field_align;
	}
	if (offset > 0 && last == 0)
		offset++;
	offset = round_up(offset, align);
	set(t, offset < TYPE_SIZE_LIMIT ? offset : TYPE_SIZE_LIMIT, align);
}

static void layout_basic(Type *t)
{
	switch (t->kind) {
	case TYPE_BOOL: case TYPE_UNTYPED_BOOL: case TYPE_INT8: case TYPE_UINT8:
		set(t, 1, 1);
		return;
	case TYPE_INT16: case TYPE_UINT16:
		set(t, 2, 2);
		return;
	case TYPE_INT32: case TYPE_UINT32: case TYPE_FLOAT32: case TYPE_UNTYPED_RUNE:
		set(t, 4, 4);
		return;
	case TYPE_COMPLEX64:
		set(t, 8, 4);
		return;
	case TYPE_COMPLEX128: case TYPE_UNTYPED_COMPLEX: case TYPE_STRING: case TYPE_UNTYPED_STRING:
		set(t, 16, 8);
		return;
	default:
		set(t, WORD, WORD);
	}
}

static void layout(Compiler *c, Type *t)
{
	if (t->size >= 0)
		return;
	switch (t->kind) {
	case TYPE_NAMED: {
		Type *u = underlying(t);
		set(t, 0, 1);       /* an invalid recursive type ends here */
		set(t, type_size(c, u), type_align(c, u));
		return;
	}
	case TYPE_ARRAY:
		set(t, array_size(t->length, type_size(c, t->elem)), type_align(c, t->elem));
		return;
	case TYPE_STRUCT: case TYPE_TUPLE:
		layout_struct(c, t);
		return;
	case TYPE_SLICE:
		set(t, 3 * WORD, WORD);
		return;
	case TYPE_INTERFACE: case TYPE_PARAM:
		set(t, 2 * WORD, WORD);
		return;
	case TYPE_POINTER: case TYPE_MAP: case TYPE_CHAN: case TYPE_FUNC:
		set(t, WORD, WORD);
		return;
	default:
		layout_basic(t);
	}
}

static void add_part(Compiler *c, Type *t, const char *name, Type *type)
{
	Object *o = object_new(c, OBJECT_VAR, intern_str(c, name), type, NO_POS, NULL);
	o->is_field = true;
	vec_push(c->arena, &t->fields, o);
	vec_push(c->arena, &t->tags, (FieldTag){0});
}

/* words stands for what the runtime keeps of a map beside its count and groups; nothing here depends on what is in it,
 * but the whole must be as long as the runtime's header (which asserts it) and have pointers where it has some. */
Type *map_frame_type(Compiler *c, Type *map)
{
	enum { INDIRECT_ABOVE = 128 };
	Type *u = underlying(map), **basic = c->types->basic;
	if (has_type_params(map))
		return NULL;
	require(u->kind == TYPE_MAP);
	Type *key = types_canonical(c, u->key), *elem = types_canonical(c, u->elem);
	if (type_size(c, key) > INDIRECT_ABOVE || type_size(c, elem) > INDIRECT_ABOVE)
		return NULL;
	Type *slot = type_new(c, TYPE_STRUCT), *whole = type_new(c, TYPE_STRUCT);
	add_part(c, slot, "key", key);
	add_part(c, slot, "elem", elem);
	add_part(c, whole, "count", basic[TYPE_INT]);
	add_part(c, whole, "groups", basic[TYPE_UNSAFE_POINTER]);
	add_part(c, whole, "words", array_of(c, basic[TYPE_UINT64], 6));
	add_part(c, whole, "control", basic[TYPE_UINT64]);
	add_part(c, whole, "slots", array_of(c, slot, MAP_SLOTS));
	whole = types_canonical(c, whole);
	return type_size(c, whole) <= MAP_FRAME_MOST ? whole : NULL;
}

int64_t type_size(Compiler *c, Type *t)
{
	layout(c, t);
	return t->size;
}

int64_t type_align(Compiler *c, Type *t)
{
	layout(c, t);
	return t->align;
}

int64_t field_offset(Compiler *c, Type *struct_type, int field)
{
	Type *u = underlying(struct_type);

	layout(c, u);
	require(u->kind == TYPE_STRUCT && field >= 0 && field < u->offsets.len);
	return u->offsets.items[field];
}

bool type_has_pointers(Compiler *c, Type *t)
{
	Type *u = underlying(t);

	switch (u->kind) {
	case TYPE_STRING: case TYPE_UNSAFE_POINTER: case TYPE_POINTER: case TYPE_SLICE: case TYPE_MAP: case TYPE_CHAN:
	case TYPE_FUNC: case TYPE_INTERFACE: case TYPE_PARAM: case TYPE_UNTYPED_NIL: case TYPE_UNTYPED_STRING:
		return true;
	case TYPE_ARRAY:
		return u->length != 0 && type_has_pointers(c, u->elem);
	case TYPE_STRUCT: case TYPE_TUPLE:
		for (int i = 0; i < u->fields.len; i++)
			if (type_has_pointers(c, u->fields.items[i]->type))
				return true;
		return false;
	default:
		return false;
	}
}

/* Structs and arrays of one such element are a pointer in memory too, but struct{ p *T; _ struct{} } is not: padding
 * makes it two words. */
bool is_pointer_shaped(Type *t)
{
	Type *u = underlying(t);

	switch (u->kind) {
	case TYPE_POINTER: case TYPE_MAP: case TYPE_CHAN: case TYPE_FUNC: case TYPE_UNSAFE_POINTER:
		return true;
	case TYPE_STRUCT:
		return u->fields.len == 1 && is_pointer_shaped(u->fields.items[0]->type);
	case TYPE_ARRAY:
		return u->length == 1 && is_pointer_shaped(u->elem);
	default:
		return false;
	}
}
