/*
 * convert.c - conversions: those that assignments make (convert_implicit) and T(x).
 *
 * convert_implicit does what assignability allows: to an interface, between named and unnamed types of one underlying
 * type, of nil. convert_explicit knows the rest by the two underlying types: text (a copy in the heap, in a buffer of
 * the frame, or shared with its source where escape analysis saw that nobody can tell), slice to array and array
 * pointer (a check of length), numbers (a C cast; emission cares for floats out of range and for fused operations).
 *
 * Constants are converted here and not by C: Go rounds once, from the exact value. Where the target is a type parameter
 * the checker could not do it, since the type is known in the instance alone.
 */
#include "state.h"
#include "../../runtime/include/gol/effects.h"

/* A value of its own type as one of a type it is assignable to. */
IrExpr *convert_implicit(FuncState *f, IrExpr *x, Type *target)
{
	debug_require(!is_interface(x->type) || is_interface(target) || x->kind == IR_ZERO);     /* that is an assertion */
	if (x->type == target)
		return x;
	if (x->kind == IR_ZERO && !is_interface(target))
		return ir_zero(f->c, target);
	if (is_interface(target))
		return to_interface(f, x, target, false);
	return ir_convert(f->c, x, target);
}

/* ---- strings ----------------------------------------------------------------------- */

static bool is_byte_slice(Type *u)
{
	return u->kind == TYPE_SLICE && underlying(u->elem)->kind == TYPE_UINT8;
}

static bool is_rune_slice(Type *u)
{
	return u->kind == TYPE_SLICE && underlying(u->elem)->kind == TYPE_INT32;
}

/* The address of a buffer in the frame for text that escape analysis lets be there (Expr.stays). Each is saved with
 * the frame: a function has some for strings, whose place nobody sees, and as many for slices as it needs. */
IrExpr *text_buffer(FuncState *f, TypeKind element)
{
	enum { BUFFERS = 8 };
	if (element == TYPE_STRING && f->buffers++ >= BUFFERS)
		return NULL;
	Type *elem = basic(f, element == TYPE_STRING ? TYPE_UINT8 : element);
	IrExpr *buffer = allocate(f, types_canonical(f->c, array_of(f->c, elem, GOL_TEXT_BUFFER)), true);
	return ir_convert(f->c, buffer, word_type(f));
}

static IrExpr *slice_of_string(FuncState *f, IrExpr *x, Type *target, bool in_frame)
{
	bool bytes = is_byte_slice(underlying(target));
	x = ir_convert(f->c, x, basic(f, TYPE_STRING));
	IrExpr *made;
	if (in_frame)
		made = ir_rt(f->c, bytes ? RT_bytes_from_string_at : RT_runes_from_string_at, target, 2,
		             text_buffer(f, bytes ? TYPE_UINT8 : TYPE_INT32), x);
	else
		made = ir_rt(f->c, bytes ? RT_bytes_from_string : RT_runes_from_string, target, 1, x);
	return ir_convert(f->c, to_temp(f, made), target);
}

static IrExpr *string_in_frame(FuncState *f, IrExpr *bytes, Type *target)
{
	IrExpr *buffer = text_buffer(f, TYPE_STRING);
	if (!buffer)
		return NULL;
	return ir_convert(f->c, to_temp(f, ir_rt(f->c, RT_string_from_bytes_at, basic(f, TYPE_STRING), 2, buffer, bytes)),
	                  target);
}

static IrExpr *to_string(FuncState *f, IrExpr *x, Type *u, Type *target)
{
	Compiler *c = f->c;
	Type *string = basic(f, TYPE_STRING);
	RtFunc rt = is_byte_slice(u) ? RT_string_from_bytes : is_rune_slice(u) ? RT_string_from_runes : RT_string_from_rune;
	if (rt == RT_string_from_rune) {
		/* a uint64 beyond int64 is no rune either way */
		x = ir_convert(c, x, basic(f, TYPE_INT));
	}
	return ir_convert(c, to_temp(f, ir_rt(c, rt, string, 1, x)), target);
}

/* A value of type target with the bytes of x: escape analysis says that nobody can tell (escape/share.c). */
static IrExpr *shared_bytes(FuncState *f, IrExpr *x, Type *target)
{
	if (!is_string(target))
		return ir_convert(f->c, to_temp(f,
		                                ir_rt(f->c, RT_bytes_of_string, target, 1,
		                                      ir_convert(f->c, x, basic(f, TYPE_STRING)))), target);
	x = atom(f, x);
	return ir_make(f->c, target, 2, ptr_of(f, x), len_of(f, x));
}

static bool may_share(Type *from, Type *to)
{
	Type *f = underlying(from), *t = underlying(to);
	return (is_string(t) && is_byte_slice(f)) || (is_string(f) && is_byte_slice(t));
}

/* ---- slices to arrays ------------------------------------------------------------------ */

static IrExpr *slice_to_array(FuncState *f, IrExpr *x, Type *array, bool pointer, Type *target)
{
	Compiler *c = f->c;
	require(underlying(x->type)->kind == TYPE_SLICE && underlying(array)->kind == TYPE_ARRAY);
	x = atom(f, x);
	IrExpr *n = ir_int(c, underlying(array)->length);
	panic_if(f, compare(f, OP_LT, len_of(f, x), n), RT_panic_slice_convert, 2, len_of(f, x), n);
	IrExpr *p = ir_convert(c, ir_convert(c, ptr_of(f, x), word_type(f)), pointer ? target : pointer_type(f, array));
	if (pointer)
		return to_temp(f, p);
	if (underlying(array)->length == 0)
		return ir_zero(c, target);
	return to_temp(f, ir_deref(c, to_temp(f, p), target));
}

/* ---- T(x) --------------------------------------------------------------------------------- */

IrExpr *convert_explicit(FuncState *f, IrExpr *x, Type *target)
{
	Compiler *c = f->c;
	if (x->type == target || is_interface(target))
		return convert_implicit(f, x, target);
	Type *from = underlying(x->type), *to = underlying(target);
	if (is_string(target) && !is_string(x->type))
		return to_string(f, x, from, target);
	if (is_string(x->type) && (is_byte_slice(to) || is_rune_slice(to)))
		return slice_of_string(f, x, target, false);
	if (from->kind == TYPE_SLICE && to->kind == TYPE_ARRAY)
		return slice_to_array(f, x, target, false, target);
	if (from->kind == TYPE_SLICE && to->kind == TYPE_POINTER)
		return slice_to_array(f, x, types_canonical(c, to->elem), true, target);
	IrExpr *r = ir_convert(c, x, target);
	r->rounds = r->kind == IR_CONVERT && is_float(target);
	return r;
}

/* []byte("text") and []rune("text") are as long as what they are made of: cap() shows no more, though the block is
 * larger. */
static IrExpr *clipped(FuncState *f, IrExpr *slice)
{
	slice = atom(f, slice);
	IrExpr *len = len_of(f, slice);
	return to_temp(f, ir_make(f->c, slice->type, 3, ptr_of(f, slice), len, len));
}

/* The conversion's argument is a constant that its own type may not hold exactly: string(rune), T(1) of a type
 * parameter. */
static IrExpr *constant_conversion(FuncState *f, Expr *arg, Type *target, unsigned stays)
{
	Type *own = arg->type && !is_untyped(arg->type) ? type_in(f, arg->type) : NULL;
	if (is_interface(target))
		return to_interface(f, constant_value(f, arg->cval, own ? own : type_in(f, default_type(f->c, arg->type))),
		                    target, stays & STAYS_BOX);
	ConstKind kind = const_kind(arg->cval);
	bool number = kind == CONST_INT || kind == CONST_FLOAT || kind == CONST_COMPLEX;
	if (number && is_numeric(target)) {
		if (is_integer(target) && const_kind(const_to_int(f->c, arg->cval)) == CONST_UNKNOWN)
			ice(f->c, arg->pos, "constant does not fit");
		return constant_value(f, arg->cval, target);
	}
	if ((kind == CONST_STRING && is_string(target)) || (kind == CONST_BOOL && is_boolean(target)))
		return constant_value(f, arg->cval, target);
	if (!own)
		own = type_in(f, default_type(f->c, arg->type));
	IrExpr *x = constant_value(f, arg->cval, own);
	if (kind != CONST_STRING || underlying(target)->kind != TYPE_SLICE)
		return convert_explicit(f, x, target);
	return clipped(f, slice_of_string(f, x, target, stays & STAYS_OBJECT));
}

/* T(x), where the analysis may know of better than a copy in the heap. */
static IrExpr *text_conversion(FuncState *f, Expr *e, IrExpr *x, Type *target)
{
	Type *from = underlying(x->type), *to = underlying(target);
	if ((e->stays & (STAYS_SHARED | STAYS_READ)) && may_share(from, to))
		return shared_bytes(f, x, target);
	IrExpr *made = NULL;
	if ((e->stays & STAYS_OBJECT) && is_string(from) && (is_byte_slice(to) || is_rune_slice(to)))
		made = slice_of_string(f, x, target, true);
	else if ((e->stays & STAYS_OBJECT) && is_string(to) && is_byte_slice(from))
		made = string_in_frame(f, x, target);
	return made ? made : convert_explicit(f, x, target);
}

IrExpr *conversion_call(FuncState *f, Expr *e)
{
	Expr *arg = e->list.items[0];
	Type *target = type_in(f, e->type);
	/* unlike nil itself, has a type in an interface */
	if (unparen(arg)->mode == MODE_NIL && underlying(target)->kind == TYPE_UNSAFE_POINTER)
		return ir_convert(f->c, ir_convert(f->c, ir_int(f->c, 0), basic(f, TYPE_UINTPTR)), target);
	if (unparen(arg)->mode == MODE_NIL)
		return ir_zero(f->c, target);
	bool text = arg->mode == MODE_CONST && const_kind(arg->cval) == CONST_STRING && is_byte_slice(underlying(target));
	if (text && (e->stays & (STAYS_SHARED | STAYS_READ)))
		return shared_bytes(f, constant_value(f, arg->cval, basic(f, TYPE_STRING)), target);
	if (arg->mode == MODE_CONST)
		return constant_conversion(f, arg, target, e->stays);
	IrExpr *x = value(f, arg);
	f->pos = e->pos;
	if (e->stays & STAYS_HELD) {
		x = to_temp(f, x);
		vec_push(f->c->arena, &f->held, x);
	}
	if (is_interface(target))
		return to_interface(f, x, target, e->stays & STAYS_BOX);
	return text_conversion(f, e, x, target);
}
