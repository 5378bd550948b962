/*
 * reflect_type.c - intrinsics of reflect that read type descriptors.
 */
#include "ffi/intrinsic.h"
#include "ffi/reflect.h"
#include "lang/iface.h"

INTRINSIC(gol_int, reflect_typeKind, gol_g *g, const gol_type *t) { (void)g; return t->kind; }
INTRINSIC(uintptr_t, reflect_typeSize, gol_g *g, const gol_type *t) { (void)g; return t->size; }
INTRINSIC(gol_int, reflect_typeAlign, gol_g *g, const gol_type *t) { (void)g; return t->align; }
INTRINSIC(gol_int, reflect_typeFieldAlign, gol_g *g, const gol_type *t) { (void)g; return t->align; }
INTRINSIC(bool, reflect_typeIsDirect, gol_g *g, const gol_type *t) { (void)g; return t->flags & GOL_TYPE_DIRECT; }
INTRINSIC(bool, reflect_typeIsComparable, gol_g *g, const gol_type *t)
{
	(void)g;
	return !(t->flags & GOL_TYPE_INCOMPARABLE);
}
INTRINSIC(gol_string, reflect_typeString, gol_g *g, const gol_type *t) { (void)g; return t->text; }
INTRINSIC(gol_string, reflect_typeName, gol_g *g, const gol_type *t) { (void)g; return string_of(t->name); }
INTRINSIC(gol_string, reflect_typePkgPath, gol_g *g, const gol_type *t)
{
	(void)g;
	if (t->kind == GOL_KIND_UNSAFE_POINTER && t->pkg_path == NULL && (t->flags & GOL_TYPE_NAMED))
		return string_of("unsafe");
	return string_of(t->name ? t->pkg_path : NULL);
}
INTRINSIC(const gol_type *, reflect_typeElem, gol_g *g, const gol_type *t) { (void)g; return t->elem; }
INTRINSIC(const gol_type *, reflect_typeKey, gol_g *g, const gol_type *t) { (void)g; return t->key; }
INTRINSIC(gol_int, reflect_typeLen, gol_g *g, const gol_type *t) { (void)g; return t->length; }
INTRINSIC(gol_int, reflect_typeChanDir, gol_g *g, const gol_type *t) { (void)g; return t->chan_dir; }
INTRINSIC(gol_int, reflect_typeNumField, gol_g *g, const gol_type *t) { (void)g; return t->field_count; }
INTRINSIC(gol_int, reflect_typeNumIn, gol_g *g, const gol_type *t) { (void)g; return t->parameter_count; }
INTRINSIC(gol_int, reflect_typeNumOut, gol_g *g, const gol_type *t) { (void)g; return t->result_count; }
INTRINSIC(const gol_type *, reflect_typeIn, gol_g *g, const gol_type *t, gol_int i)
{
	(void)g;
	return t->parameters[i];
}
INTRINSIC(bool, reflect_typeIsVariadic, gol_g *g, const gol_type *t) { (void)g; return t->flags & GOL_TYPE_VARIADIC; }

INTRINSIC(const gol_type *, reflect_typeOut, gol_g *g, const gol_type *t, gol_int i)
{
	(void)g;
	return t->parameters[t->parameter_count + (uint32_t)i];
}

typedef struct {
	gol_string r0, r1, r2;
	const gol_type *r3;
	uintptr_t r4;
	bool r5;
} field_result;

INTRINSIC(field_result, reflect_typeField, gol_g *g, const gol_type *t, gol_int i)
{
	const gol_field *f = &t->fields[i];

	(void)g;
	return (field_result){string_of(f->name), string_of(f->pkg_path), f->tag, f->type, f->offset, f->embedded};
}

typedef struct {
	const gol_type *r0;
	uintptr_t r1;
	gol_int r2;
} place_result;

INTRINSIC(place_result, reflect_typeFieldPlace, gol_g *g, const gol_type *t, gol_int i)
{
	const gol_field *f = &t->fields[i];

	(void)g;
	return (place_result){f->type, f->offset, f->pkg_path == NULL ? 0 : f->embedded ? 2 : 1};
}

/* ---- methods ----------------------------------------------------------------------------------- */

const gol_method *reflect_method(const gol_type *t, gol_int i)
{
	for (uint32_t k = 0; k < t->method_count; k++)
		if (t->methods[k].pkg_path == NULL && i-- == 0)
			return &t->methods[k];
	return NULL;
}

INTRINSIC(gol_int, reflect_typeNumMethod, gol_g *g, const gol_type *t)
{
	gol_int n = 0;

	(void)g;
	if (t->kind == GOL_KIND_INTERFACE)
		return t->imethod_count;
	for (uint32_t k = 0; k < t->method_count; k++)
		n += t->methods[k].pkg_path == NULL;
	return n;
}

typedef struct { gol_int r0; bool r1; } methods_result;

INTRINSIC(methods_result, reflect_typeMethods, gol_g *g, const gol_type *t)
{
	const char *own = t->kind == GOL_KIND_POINTER ? t->elem->pkg_path : t->pkg_path;
	methods_result r = {t->kind == GOL_KIND_INTERFACE ? t->imethod_count : t->method_count, false};

	(void)g;
	for (gol_int i = 0; i < r.r0; i++) {
		const char *path = t->kind == GOL_KIND_INTERFACE ? t->imethods[i].pkg_path : t->methods[i].pkg_path;

		r.r1 |= path != NULL && (own == NULL || strcmp(path, own) != 0);
	}
	return r;
}

typedef struct { gol_string r0, r1; const gol_type *r2; } method_result;

INTRINSIC(method_result, reflect_typeMethod, gol_g *g, const gol_type *t, gol_int i)
{
	(void)g;
	if (t->kind == GOL_KIND_INTERFACE) {
		const gol_imethod *m = &t->imethods[i];

		return (method_result){string_of(m->name), string_of(m->pkg_path), m->type};
	}
	const gol_method *m = reflect_method(t, i);

	return (method_result){string_of(m->name), string_of(m->pkg_path), m->type};
}

INTRINSIC(bool, reflect_typeImplements, gol_g *g, const gol_type *t, const gol_type *interface)
{
	(void)g;
	return iface_missing(t, interface) == NULL;
}
