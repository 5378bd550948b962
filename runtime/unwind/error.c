/*
 * error.c - values of runtime panics, and the panics that generated code calls by name.
 */
#include "unwind/error.h"

#include "heap/heap.h"
#include "unwind/panic.h"

/* ---- descriptors ------------------------------------------------------------------------------------ */

extern const gol_type runtime_errorString_5type GOL_WEAK;
extern const gol_type runtime_boundsError_5type GOL_WEAK;       /* struct { text string } */
extern const gol_type runtime_plainError_5type GOL_WEAK;
extern const gol_type runtime_PanicNilError_5type GOL_WEAK;

static const gol_type own_error = {
	.size = 16, .pointer_bytes = 8, .kind = GOL_KIND_STRING, .align = 8, .flags = GOL_TYPE_NAMED,
	.pointer_map = (const uint8_t[]){1}, .text = {(const uint8_t *)"runtime.errorString", 19}, .name = "errorString",
	.pkg_path = "runtime",
};
static const gol_type own_plain_error = {
	.size = 16, .pointer_bytes = 8, .kind = GOL_KIND_STRING, .align = 8, .flags = GOL_TYPE_NAMED,
	.pointer_map = (const uint8_t[]){1}, .text = {(const uint8_t *)"runtime.plainError", 18}, .name = "plainError",
	.pkg_path = "runtime",
};

static const gol_type *either(const gol_type *declared, const gol_type *own)
{
	return declared != NULL ? declared : own;
}

bool error_is_internal(const gol_type *type) { return type == &own_error || type == &own_plain_error; }

bool error_print(text *t, gol_eface value)
{
	const gol_string *s = value.data;
	if (!error_is_internal(value.type))
		return false;
	if (value.type == &own_error)
		text_string(t, "runtime error: ");
	text_bytes(t, s->ptr, (size_t)s->len);
	return true;
}

static gol_eface boxed_string(gol_g *g, const gol_type *type, const char *message, size_t size)
{
	gol_string *s = gol_new(g, type);
	gol_string copy = panic_copy_text(g, message, size);
	gol_store_pointer(&s->ptr, copy.ptr);
	s->len = copy.len;
	return (gol_eface){type, s};
}

gol_eface error_runtime(gol_g *g, const char *message, size_t size)
{
	return boxed_string(g, either(&runtime_errorString_5type, &own_error), message, size);
}

gol_eface error_plain(gol_g *g, const char *message, size_t size)
{
	return boxed_string(g, either(&runtime_plainError_5type, &own_plain_error), message, size);
}

/* The struct holds nothing but the text: laid out as the string itself. */
gol_eface error_bounds(gol_g *g, const char *message, size_t size)
{
	return boxed_string(g, either(&runtime_boundsError_5type, &own_error), message, size);
}

gol_eface error_nil_panic(gol_g *g)
{
	static const char nothing[] = "panic called with nil argument";
	const gol_type *type = &runtime_PanicNilError_5type;
	if (type != NULL && type->pointer_to != NULL)
		return (gol_eface){type->pointer_to, gol_new(g, type)};
	return error_plain(g, nothing, strlen(nothing));
}
