/*
 * reflect_make.c - types made at run time: *T, []T, [n]T, chan, map, func, struct.
 *
 * Types are equal if their descriptors have one address, so a type that the program
 * mentions must be found: all descriptors of the program are entered into a table, once,
 * when the first type is made; what is made joins them. The table compares structure:
 * a type literal is its kind and its components, which are unique already.
 *
 * There is no code for methods of made struct types: they get those promoted methods that work on the
 * struct's data word as it is.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/lock.h"
#include "base/text.h"
#include "ffi/intrinsic.h"
#include "ffi/reflect.h"
#include "ffi/signature.h"
#include "heap/heap.h"
#include "lang/alg.h"
#include "stack/program.h"

#define POINTER_MAP_MAX 4096u           /* bigger types are walked by kind */

/* Guarded by the lock, all of it. */
static struct {
	os_lock lock;
	const gol_type **slots;
	size_t capacity, count;
	bool filled;
} known = {.lock = LOCK_OF_RANK(RANK_TYPES)};

/* ---- structure of type literals ---------------------------------------------------------------------- */

static uint64_t mix_text(uint64_t h, const char *s) { return s ? alg_hash_bytes(s, strlen(s), h) : h; }
static uint64_t mix_pointer(uint64_t h, const void *p) { return alg_hash_word((uintptr_t)p, h); }

static uint64_t structure_hash(const gol_type *t)
{
	uint64_t h = alg_hash_word(t->kind, ((uint64_t)t->chan_dir << 8) + (t->flags & GOL_TYPE_VARIADIC));

	h = mix_pointer(mix_pointer(h, t->elem), t->key);
	h = alg_hash_word((uint64_t)t->length, h);
	for (uint32_t i = 0; i < t->parameter_count + t->result_count; i++)
		h = mix_pointer(h, t->parameters[i]);
	for (uint32_t i = 0; i < t->field_count; i++)
		h = mix_text(mix_pointer(h, t->fields[i].type), t->fields[i].name);
	for (uint32_t i = 0; i < t->imethod_count; i++)
		h = mix_text(mix_pointer(h, t->imethods[i].type), t->imethods[i].name);
	return h;
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool same_fields(const gol_type *a, const gol_type *b)
{
	for (uint32_t i = 0; i < a->field_count; i++) {
		const gol_field *f = &a->fields[i], *h = &b->fields[i];

		if (f->type != h->type || f->embedded != h->embedded || !same_text(f->name, h->name) ||
				!same_text(f->pkg_path, h->pkg_path) || !gol_string_equal(NULL, f->tag, h->tag))
			return false;
	}
	return true;
}

static bool same_structure(const gol_type *a, const gol_type *b)
{
	if (a->kind != b->kind || a->elem != b->elem || a->key != b->key || a->length != b->length ||
		a->chan_dir != b->chan_dir ||
			((a->flags ^ b->flags) & GOL_TYPE_VARIADIC) || a->field_count != b->field_count ||
			a->parameter_count != b->parameter_count || a->result_count != b->result_count ||
			a->imethod_count != b->imethod_count)
		return false;
	for (uint32_t i = 0; i < a->parameter_count + a->result_count; i++)
		if (a->parameters[i] != b->parameters[i])
			return false;
	for (uint32_t i = 0; i < a->imethod_count; i++)
		if (a->imethods[i].type != b->imethods[i].type || !same_text(a->imethods[i].name, b->imethods[i].name))
			return false;
	return same_fields(a, b);
}

/* ---- the table -------------------------------------------------------------------------------------------- */

static size_t slot_for(const gol_type *const *slots, size_t capacity, const gol_type *t)
{
	size_t i = structure_hash(t) & (capacity - 1);

	while (slots[i] != NULL && !same_structure(slots[i], t))
		i = (i + 1) & (capacity - 1);
	return i;
}

/* With the lock held, like enter_program and find_known. */
static void enter(const gol_type *t)
{
	size_t i;

	if (2 * known.count >= known.capacity) {
		size_t capacity = known.capacity ? 2 * known.capacity : 1024;
		const gol_type **slots = heap_meta(capacity * sizeof *slots);

		for (i = 0; i < known.capacity; i++)
			if (known.slots[i])
				slots[slot_for(slots, capacity, known.slots[i])] = known.slots[i];
		known.slots = slots;
		known.capacity = capacity;
	}
	i = slot_for(known.slots, known.capacity, t);
	if (known.slots[i] == NULL) {
		known.slots[i] = t;
		known.count++;
	}
}

static void enter_program(void)
{
	const gol_program *program = program_packages();

	known.filled = true;
	for (uint32_t i = 0; program != NULL && i < program->package_count; i++)
		for (uint32_t k = 0; k < program->packages[i]->type_count; k++) {
			const gol_type *t = program->packages[i]->types[k];

			if (t != NULL && t->name == NULL)
				enter(t);
		}
}

static const gol_type *find_known(const gol_type *model)
{
	if (!known.filled)
		enter_program();
	return known.capacity ? known.slots[slot_for(known.slots, known.capacity, model)] : NULL;
}

/* The type of this structure if there is one. */
static const gol_type *find(const gol_type *model)
{
	os_acquire(&known.lock);
	const gol_type *t = find_known(model);
	os_release(&known.lock);
	return t;
}

static void *copy(const void *p, size_t size)
{
	void *to = heap_meta(size ? size : 1);

	if (size)
		memcpy(to, p, size);
	return to;
}

static void set_bit(void *context, void *slot)
{
	uint8_t *map = context;
	size_t word = (uintptr_t)slot / 8 - 8;

	map[word / 8] |= (uint8_t)(1u << (word % 8));
}

static void add_pointer_map(gol_type *t)
{
	uint8_t *map;

	if (t->pointer_bytes == 0 || t->pointer_bytes > POINTER_MAP_MAX)
		return;
	map = heap_meta(t->pointer_bytes / 64 + 1);
	heap_each_pointer(t, (void *)64, 1, set_bit, map);
	t->pointer_map = map;
}

/* Makes model a type for ever, unless another thread has made it since it was looked for; its text is taken over. */
static const gol_type *make(gol_type *model, text *name)
{
	os_acquire(&known.lock);
	const gol_type *t = find_known(model);

	if (t == NULL) {
		model->text = (gol_string){copy(name->data, name->size), (gol_int)name->size};
		model->hash = (uint32_t)alg_hash_bytes(model->text.ptr, (size_t)model->text.len, 0);
		add_pointer_map(model);
		t = copy(model, sizeof *model);
		enter(t);
	}
	os_release(&known.lock);
	text_free(name);
	return t;
}

static void text_type(text *t, const gol_type *type) { text_bytes(t, type->text.ptr, (size_t)type->text.len); }

/* ---- pointers, slices, arrays, channels, maps -------------------------------------------------------------- */

static gol_type word_type(enum gol_kind kind)
{
	return (gol_type){.size = 8, .pointer_bytes = 8, .align = 8, .kind = (uint8_t)kind, .flags = GOL_TYPE_DIRECT};
}

static const gol_type *find_pointer_to(const gol_type *elem)
{
	gol_type model = word_type(GOL_KIND_POINTER);
	const gol_type *found;
	text name = {0};

	model.elem = elem;
	model.flags |= GOL_TYPE_PLAIN_EQUAL;
	found = find(&model);
	if (found)
		return found;
	text_string(&name, "*");
	text_type(&name, elem);
	return make(&model, &name);
}

/* The last answers, by the address of what is pointed to: who walks a value asks for the same few again and again
 * (Value.Addr). Read and written without the lock: a type says itself what it points to. */
const gol_type *reflect_pointer_to(const gol_type *elem)
{
	enum { ANSWERS = 256, ALIGN_BITS = 6 };
	static const gol_type *answers[ANSWERS];
	uintptr_t word = (uintptr_t)elem >> ALIGN_BITS;
	const gol_type **answer = &answers[(word ^ word >> 8) % ANSWERS], *t;

	if (elem->pointer_to)
		return elem->pointer_to;
	t = load_acquire(answer);
	if (t == NULL || t->elem != elem) {
		t = find_pointer_to(elem);
		store_release(answer, t);
	}
	return t;
}

INTRINSIC(const gol_type *, reflect_typePtrTo, gol_g *g, const gol_type *t) { (void)g; return reflect_pointer_to(t); }

INTRINSIC(const gol_type *, reflect_typeSliceOf, gol_g *g, const gol_type *elem)
{
	gol_type model = {.size = 24, .pointer_bytes = 8, .align = 8, .kind = GOL_KIND_SLICE,
		.flags = GOL_TYPE_INCOMPARABLE, .elem = elem};
	const gol_type *found = find(&model);
	text name = {0};

	(void)g;
	if (found)
		return found;
	text_string(&name, "[]");
	text_type(&name, elem);
	return make(&model, &name);
}

INTRINSIC(const gol_type *, reflect_typeArrayOf, gol_g *g, gol_int n, const gol_type *elem)
{
	gol_type model = {.size = elem->size * (size_t)n, .align = elem->align, .kind = GOL_KIND_ARRAY, .elem = elem,
		.length = n};
	const gol_type *found = find(&model);
	text name = {0};

	(void)g;
	if (found)
		return found;
	if (n > 0 && elem->pointer_bytes)
		model.pointer_bytes = elem->size * (size_t)(n - 1) + elem->pointer_bytes;
	model.flags = elem->flags & (GOL_TYPE_PLAIN_EQUAL | GOL_TYPE_INCOMPARABLE);
	if (n == 1)
		model.flags |= elem->flags & GOL_TYPE_DIRECT;
	text_string(&name, "[");
	text_int(&name, n);
	text_string(&name, "]");
	text_type(&name, elem);
	return make(&model, &name);
}

INTRINSIC(const gol_type *, reflect_typeChanOf, gol_g *g, gol_int dir, const gol_type *elem)
{
	gol_type model = word_type(GOL_KIND_CHAN);
	const gol_type *found;
	bool brackets = elem->kind == GOL_KIND_CHAN && elem->name == NULL && elem->chan_dir == 1 && dir != 1;
	text name = {0};

	(void)g;
	model.flags |= GOL_TYPE_PLAIN_EQUAL;
	model.chan_dir = (uint8_t)dir;
	model.elem = elem;
	found = find(&model);
	if (found)
		return found;
	text_string(&name, dir == 1 ? "<-chan " : dir == 2 ? "chan<- " : "chan ");
	text_string(&name, brackets ? "(" : "");
	text_type(&name, elem);
	text_string(&name, brackets ? ")" : "");
	return make(&model, &name);
}

INTRINSIC(const gol_type *, reflect_typeMapOf, gol_g *g, const gol_type *key, const gol_type *elem)
{
	gol_type model = word_type(GOL_KIND_MAP);
	const gol_type *found;
	text name = {0};

	(void)g;
	model.flags |= GOL_TYPE_INCOMPARABLE;
	model.key = key;
	model.elem = elem;
	found = find(&model);
	if (found)
		return found;
	text_string(&name, "map[");
	text_type(&name, key);
	text_string(&name, "]");
	text_type(&name, elem);
	return make(&model, &name);
}

/* ---- functions ------------------------------------------------------------------------------------------------ */

static void text_list(text *t, const gol_type *const *types, uint32_t count, bool variadic)
{
	for (uint32_t i = 0; i < count; i++) {
		text_string(t, i ? ", " : "");
		if (variadic && i == count - 1) {
			text_string(t, "...");
			text_type(t, types[i]->elem);
		} else {
			text_type(t, types[i]);
		}
	}
}

static void text_signature(text *t, const gol_type *type)
{
	text_string(t, "func(");
	text_list(t, type->parameters, type->parameter_count, type->flags & GOL_TYPE_VARIADIC);
	text_string(t, ")");
	if (type->result_count == 0)
		return;
	text_string(t, type->result_count == 1 ? " " : " (");
	text_list(t, type->parameters + type->parameter_count, type->result_count, false);
	text_string(t, type->result_count == 1 ? "" : ")");
}

const gol_type *reflect_func_type(const gol_type *const *in, uint32_t in_count, const gol_type *const *out,
	uint32_t out_count,
	bool variadic)
{
	gol_type model = word_type(GOL_KIND_FUNC);
	const gol_type **types = heap_meta((in_count + out_count + 1) * sizeof *types), *found;
	text name = {0};

	if (in_count)
		memcpy(types, in, in_count * sizeof *types);
	if (out_count)
		memcpy(types + in_count, out, out_count * sizeof *types);
	model.flags |= GOL_TYPE_INCOMPARABLE | (variadic ? GOL_TYPE_VARIADIC : 0);
	model.parameters = types;
	model.parameter_count = in_count;
	model.result_count = out_count;
	found = find(&model);
	if (found)
		return found;
	text_signature(&name, &model);
	return make(&model, &name);
}

INTRINSIC(const gol_type *, reflect_typeFuncOf, gol_g *g, gol_slice in, gol_slice out, bool variadic)
{
	(void)g;
	return reflect_func_type(in.ptr, (uint32_t)in.len, out.ptr, (uint32_t)out.len, variadic);
}

/* ---- structs ---------------------------------------------------------------------------------------------------- */

static size_t align_up(size_t n, size_t align) { return align > 1 ? (n + align - 1) & ~(align - 1) : n; }

/* Sizes, offsets and flags of a struct from the types of its fields. */
static void lay_out(gol_type *t, gol_field *fields)
{
	size_t end = 0;
	bool plain = true;

	t->align = 1;
	for (uint32_t i = 0; i < t->field_count; i++) {
		const gol_type *f = fields[i].type;

		fields[i].offset = align_up(end, f->align);
		plain = plain && fields[i].offset == end && (f->flags & GOL_TYPE_PLAIN_EQUAL) &&
			strcmp(fields[i].name, "_") != 0;
		end = fields[i].offset + f->size;
		if (f->pointer_bytes)
			t->pointer_bytes = fields[i].offset + f->pointer_bytes;
		if (f->align > t->align)
			t->align = f->align;
		t->flags |= f->flags & GOL_TYPE_INCOMPARABLE;
		if (i + 1 == t->field_count && f->size == 0 && end > 0)
			end++;          /* no address of a field lies past the end */
	}
	t->size = align_up(end, t->align);
	if (plain && t->size == end)
		t->flags |= GOL_TYPE_PLAIN_EQUAL;
	if (t->field_count == 1)
		t->flags |= fields[0].type->flags & GOL_TYPE_DIRECT;
	t->fields = fields;
}

static char *c_text(gol_string s)
{
	char *to = heap_meta((size_t)s.len + 1);

	if (s.len)
		memcpy(to, s.ptr, (size_t)s.len);
	return to;
}

extern const gol_type gol_t_string_5type GOL_WEAK;      /* package reflect has it */

/* Code of the methods of an embedded interface: as a Go program sees it, reflect panics. */
static void embedded_interface_method(gol_g *g)
{
	static const char message[] = "reflect: StructOf does not support methods of embedded interfaces";
	gol_string s = {(const uint8_t *)message, sizeof message - 1};

	gol_panic(g, (gol_eface){&gol_t_string_5type, gol_box(g, &gol_t_string_5type, &s)});
}

/* The same for results of more than two words: C returns them in memory, whose address comes before g on amd64. */
typedef struct { uint8_t bytes[17]; } memory_result;

static memory_result embedded_interface_method_to_memory(gol_g *g)
{
	embedded_interface_method(g);
	return (memory_result){{0}};
}

static void *embedded_interface_code(const gol_type *func)
{
	return signature_of(func)->result_size < sizeof(memory_result) ? (void *)(uintptr_t)embedded_interface_method :
		(void *)(uintptr_t)embedded_interface_method_to_memory;
}

static bool has_method(const gol_type *t, const char *name, const char *path)
{
	for (uint32_t i = 0; i < t->method_count; i++)
		if (strcmp(t->methods[i].name, name) == 0 && same_text(t->methods[i].pkg_path, path))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	const gol_method *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : strcmp(x->pkg_path ? x->pkg_path : "", y->pkg_path ? y->pkg_path : "");
}

/* Methods by embedded fields. Those of the first field take its data word, which is the struct's: see
 * reflect.StructOf. */
static void promote_methods(gol_type *t)
{
	gol_method *methods;
	size_t room = t->field_count > 0 ? t->fields[0].type->method_count : 0;

	for (uint32_t i = 0; i < t->field_count; i++)
		room += t->fields[i].type->imethod_count;
	methods = heap_meta(room * sizeof *methods + 1);
	t->methods = methods;
	if (t->field_count > 0 && t->fields[0].embedded)
		for (uint32_t k = 0; k < t->fields[0].type->method_count; k++)
			methods[t->method_count++] = t->fields[0].type->methods[k];
	for (uint32_t i = 0; i < t->field_count; i++) {
		const gol_type *f = t->fields[i].type;

		for (uint32_t k = 0; t->fields[i].embedded && k < f->imethod_count; k++)
			if (!has_method(t, f->imethods[k].name, f->imethods[k].pkg_path))
				methods[t->method_count++] = (gol_method){f->imethods[k].name, f->imethods[k].pkg_path,
					f->imethods[k].type,
				                                          embedded_interface_code(f->imethods[k].type)};
	}
	qsort(methods, t->method_count, sizeof *methods, by_name);
}

INTRINSIC(const gol_type *, reflect_typeStructOf, gol_g *g, gol_string repr, gol_slice names, gol_slice paths,
	gol_slice tags,
	gol_slice types, gol_slice embedded)
{
	gol_type model = {.kind = GOL_KIND_STRUCT, .field_count = (uint32_t)names.len};
	gol_field *fields = heap_meta((size_t)names.len * sizeof *fields + 1);
	const gol_type *found;
	text name = {0};

	(void)g;
	for (gol_int i = 0; i < names.len; i++) {
		gol_string path = ((gol_string *)paths.ptr)[i], tag = ((gol_string *)tags.ptr)[i];

		fields[i].name = c_text(((gol_string *)names.ptr)[i]);
		fields[i].pkg_path = path.len ? c_text(path) : NULL;
		fields[i].type = ((const gol_type **)types.ptr)[i];
		fields[i].tag = tag.len ? (gol_string){(const uint8_t *)c_text(tag), tag.len} : (gol_string){NULL, 0};
		fields[i].embedded = ((bool *)embedded.ptr)[i];
	}
	lay_out(&model, fields);
	found = find(&model);
	if (found)
		return found;
	promote_methods(&model);
	text_bytes(&name, repr.ptr, (size_t)repr.len);
	return make(&model, &name);
}

/* ---- layouts of arguments and results -------------------------------------------------------------------------- */

size_t reflect_layout(const gol_type *const *types, uint32_t count, size_t *offsets)
{
	size_t end = 0;

	for (uint32_t i = 0; i < count; i++) {
		offsets[i] = align_up(end, types[i]->align);
		end = offsets[i] + types[i]->size;
	}
	return end;
}

const gol_type *reflect_tuple(const gol_type *const *types, uint32_t count)
{
	gol_type model = {.kind = GOL_KIND_STRUCT, .field_count = count};
	gol_field *fields = malloc((count + 1) * sizeof *fields);
	const gol_type *found;
	text name = {0};

	if (fields == NULL)
		heap_die("runtime: cannot allocate memory");
	for (uint32_t i = 0; i < count; i++)
		fields[i] = (gol_field){.name = "", .type = types[i]};
	lay_out(&model, fields);
	found = find(&model);
	if (found == NULL) {
		model.fields = copy(fields, count * sizeof *fields);
		found = make(&model, &name);
	}
	free(fields);
	return found;
}
