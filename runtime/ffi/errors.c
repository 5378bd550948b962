/*
 * errors.c - intrinsics of errors, sort and internal/gol/box: what these packages need of type descriptors
 * without importing reflect.
 */
#include "ffi/intrinsic.h"
#include "lang/iface.h"
#include "stack/stack.h"
#include "unwind/panic.h"

INTRINSIC(bool, errors_typeIsComparable, gol_g *g, gol_eface v)
{
	(void)g;
	return v.type == NULL || !(v.type->flags & GOL_TYPE_INCOMPARABLE);
}

/* Has it a method Error with no parameters and one string result? */
static bool implements_error(const gol_type *type)
{
	for (uint32_t i = 0; i < type->method_count; i++) {
		const gol_method *m = &type->methods[i];

		if (strcmp(m->name, "Error") == 0)
			return m->type != NULL && m->type->parameter_count == 0 && m->type->result_count == 1 &&
				m->type->parameters[0]->kind == GOL_KIND_STRING && m->type->parameters[0]->pkg_path == NULL;
	}
	return false;
}

enum { TARGET_NO_POINTER, TARGET_NO_ERROR, TARGET_USABLE };

INTRINSIC(gol_int, errors_targetState, gol_g *g, gol_eface target)
{
	(void)g;
	if (target.type == NULL || target.type->kind != GOL_KIND_POINTER || target.data == NULL)
		return TARGET_NO_POINTER;
	if (target.type->elem->kind != GOL_KIND_INTERFACE && !implements_error(target.type->elem))
		return TARGET_NO_ERROR;
	return TARGET_USABLE;
}

INTRINSIC(bool, errors_assignTo, gol_g *g, gol_eface target, gol_eface value)
{
	const gol_type *want = target.type->elem;

	if (value.type == NULL)
		return false;
	if (want->kind == GOL_KIND_INTERFACE) {
		if (want->imethod_count != 0 && gol_find_itab(g, want, value.type) == NULL)
			return false;
		iface_store(g, want, target.data, value);
		return true;
	}
	if (value.type != want)
		return false;
	if (want->flags & GOL_TYPE_DIRECT)
		gol_store_pointer(target.data, value.data);
	else
		gol_copy_value(g, want, target.data, value.data);
	return true;
}

/* ---- boxes -------------------------------------------------------------------------------------- */

INTRINSIC(gol_eface, internal_1gol_1box_Own, gol_g *g, gol_eface v)
{
	if (v.type == NULL || (v.type->flags & GOL_TYPE_DIRECT) || !stack_holds((G *)g, v.data))
		return v;
	return (gol_eface){v.type, gol_box(g, v.type, v.data)};
}

/* ---- sort ------------------------------------------------------------------------------------ */

static const char *const kind_names[] = {
	"invalid", "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
		"uintptr",
	"float32", "float64", "complex64", "complex128", "array", "chan", "func", "interface", "map", "ptr", "slice",
	"string",
	"struct", "unsafe.Pointer",
};

INTRINSIC(gol_int, sort_sliceLength, gol_g *g, gol_eface x)
{
	char message[96] = "reflect: call of Swapper on zero Value";

	if (x.type != NULL && x.type->kind == GOL_KIND_SLICE)
		return ((const gol_slice *)x.data)->len;
	if (x.type != NULL) {
		strcpy(message, "reflect: call of Swapper on ");
		strcat(message, kind_names[x.type->kind]);
		strcat(message, " Value");
	}
	panic_plain_error(g, "%s", message);
	return 0;
}

INTRINSIC(void, sort_swapElements, gol_g *g, gol_eface x, gol_int i, gol_int j)
{
	const gol_slice *s = x.data;
	const gol_type *elem = x.type->elem;
	uint8_t *a, *b;

	if ((gol_uint)i >= (gol_uint)s->len || (gol_uint)j >= (gol_uint)s->len) {
		gol_panic_index(g, (gol_uint)i >= (gol_uint)s->len ? i : j, s->len);
		return;
	}
	a = (uint8_t *)s->ptr + (size_t)i * elem->size;
	b = (uint8_t *)s->ptr + (size_t)j * elem->size;
	GOL_BARRIER(elem, a, b);
	GOL_BARRIER(elem, b, a);
	size_t left = elem->size;
	for (; left >= 8; left -= 8, a += 8, b += 8) {
		uint64_t x_word, y_word;
		memcpy(&x_word, a, 8);
		memcpy(&y_word, b, 8);
		memcpy(a, &y_word, 8);
		memcpy(b, &x_word, 8);
	}
	for (; left > 0; left--, a++, b++) {
		uint8_t byte = *a;
		*a = *b;
		*b = byte;
	}
}
