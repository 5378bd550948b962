/*
 * signature.c - from func types to libffi's descriptions of them.
 *
 * The C type of every gol type (compiler/emit/types.c): scalars are scalars; strings,
 * slices, interfaces and complex numbers small structs; structs and arrays C structs of the same
 * layout, with a byte at the end where gc pads a trailing field of size zero. Zero-size
 * parameters and results take no part in a call: C compilers pass nothing for them.
 *
 * Structs are described nested, as they are, since the padding inside a nested one is
 * its own. Sizes and alignments are given, so that libffi believes rather than computes them.
 * Values of GOL_LARGE_OBJECT bytes and more are passed and returned by address.
 * What is larger than 64 bytes goes by memory on every ABI, whatever it holds: its elements
 * are not listed.
 */
#include "base/fatal.h"
#include "ffi/reflect.h"
#include "ffi/signature.h"
#include "heap/heap.h"
#include "heap/table.h"

enum { REGISTERS_AT_MOST = 64 };

/* ---- types ------------------------------------------------------------------------------------- */

static ffi_type *string_elements[] = {&ffi_type_pointer, &ffi_type_sint64, NULL};
static ffi_type *slice_elements[] = {&ffi_type_pointer, &ffi_type_sint64, &ffi_type_sint64, NULL};
static ffi_type *interface_elements[] = {&ffi_type_pointer, &ffi_type_pointer, NULL};
static ffi_type *complex64_elements[] = {&ffi_type_float, &ffi_type_float, NULL};
static ffi_type *complex128_elements[] = {&ffi_type_double, &ffi_type_double, NULL};
static ffi_type *large_elements[] = {&ffi_type_uint64, NULL};

static ffi_type string_type = {16, 8, FFI_TYPE_STRUCT, string_elements};
static ffi_type slice_type = {24, 8, FFI_TYPE_STRUCT, slice_elements};
static ffi_type interface_type = {16, 8, FFI_TYPE_STRUCT, interface_elements};
static ffi_type complex64_type = {8, 4, FFI_TYPE_STRUCT, complex64_elements};
static ffi_type complex128_type = {16, 8, FFI_TYPE_STRUCT, complex128_elements};

static ffi_type *c_type(const gol_type *t);

static ffi_type *aggregate(size_t size, size_t align, ffi_type **elements)
{
	ffi_type *t = heap_meta(sizeof *t);

	*t = (ffi_type){size, (unsigned short)align, FFI_TYPE_STRUCT, elements};
	return t;
}

static ffi_type *struct_type(const gol_type *t)
{
	ffi_type **elements = heap_meta((t->field_count + 2) * sizeof *elements);
	size_t count = 0;

	for (uint32_t i = 0; i < t->field_count; i++)
		if (t->fields[i].type->size != 0)
			elements[count++] = c_type(t->fields[i].type);
	if (t->fields[t->field_count - 1].type->size == 0)
		elements[count++] = &ffi_type_uint8;
	return aggregate(t->size, t->align, elements);
}

static ffi_type *array_type(const gol_type *t)
{
	ffi_type **elements = heap_meta(((size_t)t->length + 1) * sizeof *elements), *elem = c_type(t->elem);

	for (gol_int i = 0; i < t->length; i++)
		elements[i] = elem;
	return aggregate(t->size, t->align, elements);
}

/* t->size != 0 */
static ffi_type *c_type(const gol_type *t)
{
	switch (t->kind) {
	case GOL_KIND_BOOL: case GOL_KIND_UINT8: return &ffi_type_uint8;
	case GOL_KIND_INT8: return &ffi_type_sint8;
	case GOL_KIND_INT16: return &ffi_type_sint16;
	case GOL_KIND_UINT16: return &ffi_type_uint16;
	case GOL_KIND_INT32: return &ffi_type_sint32;
	case GOL_KIND_UINT32: return &ffi_type_uint32;
	case GOL_KIND_INT: case GOL_KIND_INT64: return &ffi_type_sint64;
	case GOL_KIND_UINT: case GOL_KIND_UINT64: case GOL_KIND_UINTPTR: return &ffi_type_uint64;
	case GOL_KIND_FLOAT32: return &ffi_type_float;
	case GOL_KIND_FLOAT64: return &ffi_type_double;
	case GOL_KIND_COMPLEX64: return &complex64_type;
	case GOL_KIND_COMPLEX128: return &complex128_type;
	case GOL_KIND_STRING: return &string_type;
	case GOL_KIND_SLICE: return &slice_type;
	case GOL_KIND_INTERFACE: return &interface_type;
	case GOL_KIND_STRUCT: case GOL_KIND_ARRAY:
		if (signature_by_address(t))
			return &ffi_type_pointer;
		if (t->size > REGISTERS_AT_MOST)
			return aggregate(t->size, t->align, large_elements);
		return t->kind == GOL_KIND_STRUCT ? struct_type(t) : array_type(t);
	default: return &ffi_type_pointer;
	}
}

/* ---- signatures ------------------------------------------------------------------------------------ */

/* None: void. One: itself. Several: a struct of them, in order. */
static ffi_type *result_type(const signature *s)
{
	const gol_type *t = s->type;
	ffi_type **elements;
	size_t count = 0, align = 1;

	if (s->result_size == 0)
		return &ffi_type_void;
	if (t->result_count == 1)
		return c_type(signature_result(s, 0));
	elements = heap_meta((t->result_count + 1) * sizeof *elements);
	for (uint32_t i = 0; i < t->result_count; i++) {
		const gol_type *r = signature_result(s, i);

		if (r->size != 0)
			elements[count++] = c_type(r);
		if (signature_by_address(r) ? sizeof(void *) > align : r->align > align)
			align = signature_by_address(r) ? sizeof(void *) : r->align;
	}
	return aggregate(s->result_size, align, s->result_size > REGISTERS_AT_MOST ? large_elements : elements);
}

static size_t *offsets_of(const gol_type *const *types, uint32_t count)
{
	size_t *offsets = heap_meta((count + 1) * sizeof *offsets);

	reflect_layout(types, count, offsets);
	return offsets;
}

/* Where the results stand in the C result, and how large that is. */
static void lay_out_results(signature *s)
{
	uint32_t count = s->type->result_count;
	size_t end = 0, align = 1;

	s->c_offsets = heap_meta((count + 1) * sizeof *s->c_offsets);
	for (uint32_t i = 0; i < count; i++) {
		const gol_type *t = signature_result(s, i);
		size_t t_size = signature_by_address(t) ? sizeof(void *) : t->size,
			t_align = signature_by_address(t) ? sizeof(void *) : t->align;

		s->c_offsets[i] = (end + t_align - 1) & ~(t_align - 1);
		end = s->c_offsets[i] + t_size;
		if (t_align > align)
			align = t_align;
	}
	s->result_size = (end + align - 1) & ~(align - 1);
}

static void prepare(ffi_cif *cif, unsigned count, ffi_type *result, ffi_type **types)
{
	require(ffi_prep_cif(cif, FFI_DEFAULT_ABI, count, result, types) == FFI_OK);
}

static void describe(signature *s)
{
	const gol_type *t = s->type, *const *results = t->parameters + t->parameter_count;
	ffi_type **types = heap_meta((t->parameter_count + 3) * sizeof *types), **method_types, *result;
	unsigned count = 1;

	s->argument_offsets = offsets_of(t->parameters, t->parameter_count);
	s->result_offsets = offsets_of(results, t->result_count);
	lay_out_results(s);
	s->arguments = reflect_tuple(t->parameters, t->parameter_count);
	s->results = reflect_tuple(results, t->result_count);
	result = result_type(s);
	types[0] = &ffi_type_pointer;
	for (uint32_t i = 0; i < t->parameter_count; i++)
		if (t->parameters[i]->size != 0)
			types[count++] = c_type(t->parameters[i]);
	types[count] = &ffi_type_pointer;
	prepare(&s->function, count + 1, result, types);
	method_types = heap_meta((count + 1) * sizeof *method_types);
	method_types[0] = &ffi_type_pointer;
	memcpy(method_types + 1, types, count * sizeof *types);
	prepare(&s->method, count + 1, result, method_types);
}

/* ---- one for each type ------------------------------------------------------------------------------- */

static table all = {.lock = LOCK_OF_RANK(RANK_SIGNATURES)};      /* by type */

static GOL_COLD signature *add_signature(const gol_type *type)
{
	os_acquire(&all.lock);
	const table_entry *e = table_find(&all, type, NULL);
	signature *s = e != NULL ? (signature *)(uintptr_t)e->value : heap_meta(sizeof *s);

	if (e == NULL) {
		s->type = type;
		describe(s);
		table_add(&all, type, NULL, s);
	}
	os_release(&all.lock);
	return s;
}

signature *signature_of(const gol_type *type)
{
	const table_entry *e = table_find(&all, type, NULL);

	return GOL_LIKELY(e != NULL) ? (signature *)(uintptr_t)e->value : add_signature(type);
}

void *signature_code(signature *s, void *(*make)(signature *))
{
	void *code = load_acquire(&s->made_code);

	if (GOL_LIKELY(code != NULL))
		return code;
	os_acquire(&all.lock);
	if (s->made_code == NULL)
		store_release(&s->made_code, make(s));
	os_release(&all.lock);
	return s->made_code;
}
