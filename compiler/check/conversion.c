/*
 * conversion.c - explicit conversions T(x) (spec, "Conversions").
 *
 * A constant stays a constant when T is a basic type that can hold it; otherwise x gets a final type first: the
 * target where it may, its default type for interfaces and type parameters.
 *
 * Everything assignable is convertible. Beyond that: numbers to numbers, strings to and from bytes and runes, slices
 * to arrays, types that differ in tags alone, and unsafe.Pointer. With type parameters every type of the one must
 * convert to every type of the other, and the message names the first pair that does not. string(65) is "A" for
 * constants, too; that is vet's to dislike.
 */
#include "checker.h"
#include <string.h>

/* Constant x as a value of t, a constant type: representable, or integer to string. */
static bool constant_converts(Checker *k, Operand *x, Type *t, Constant **out)
{
	require(x->cval && is_const_type(x->type));
	Type *u = underlying(t);
	if (u->kind > TYPE_LAST_BASIC)
		return false;
	if (check_representable_value(k, x->cval, u, out))
		return true;
	if (is_integer(x->type) && is_string(u)) {
		int64_t rune;
		char utf8[4];
		if (!const_fits_int64(x->cval, &rune) || rune < 0 || rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF))
			rune = 0xFFFD;
		int n = utf8_encode(utf8, (uint32_t)rune);
		*out = const_string(k->c, utf8, (size_t)n);
		return true;
	}
	return false;
}

static bool is_bytes_or_runes(Type *u)
{
	if (u->kind != TYPE_SLICE)
		return false;
	TypeKind kind = underlying(u->elem)->kind;
	return kind == TYPE_UINT8 || kind == TYPE_INT32;
}

static bool is_integer_or_float(Type *t)
{
	return is_integer(t) || is_float(t);
}

static bool is_unsafe_pointer(Type *u)
{
	return u->kind == TYPE_UNSAFE_POINTER;
}

/* Numbers to numbers of their kind, what makes strings, and strings to bytes and runes. */
static bool basic_conversion(Type *vu, Type *tu)
{
	if (is_integer_or_float(vu) && is_integer_or_float(tu))
		return true;
	if (is_complex(vu) && is_complex(tu))
		return true;
	if (is_string(tu) && (is_integer(vu) || is_bytes_or_runes(vu)))
		return true;
	return is_string(vu) && is_bytes_or_runes(tu);
}

/* unsafe.Pointer stands between pointers and uintptr, and never between a pointer and a uintptr at once. */
static bool unsafe_conversion(Type *vu, Type *tu)
{
	bool v_ptr = vu->kind == TYPE_POINTER || vu->kind == TYPE_UINTPTR;
	bool t_ptr = tu->kind == TYPE_POINTER || tu->kind == TYPE_UINTPTR;
	return (v_ptr && is_unsafe_pointer(tu)) || (is_unsafe_pointer(vu) && t_ptr) ||
		(is_unsafe_pointer(vu) && is_unsafe_pointer(tu));
}

/* [3]int(s) and (*[3]int)(s), since Go 1.20 and 1.17. Whether s is long enough is found when it runs. */
static bool slice_to_array(Checker *k, const Operand *x, Type *vu, Type *tu, const char **cause)
{
	bool pointer = tu->kind == TYPE_POINTER;
	Type *array = pointer ? underlying(tu->elem) : tu;
	if (vu->kind != TYPE_SLICE || array->kind != TYPE_ARRAY || !identical(vu->elem, array->elem))
		return false;
	if (!x->expr || check_allows(k, x->expr->start, pointer ? 17 : 20))
		return true;
	if (cause)
		*cause = pointer ? "conversion of slice to array pointer requires go1.17 or later" :
			"conversion of slice to array requires go1.20 or later";
	return false;
}

static bool convertible(Checker *k, Operand *x, Type *t, const char **cause);

typedef struct {
	Checker *k;
	Operand *x;
	Type *to, *from_param, *to_param;       /* the type parameters whose terms are tried, or NULL */
	const char **cause;
} ConvertTerms;

static const char *in_param(Checker *k, Type *param)
{
	return param ? arena_printf(k->arena, " (in %s)", type_name_of(k, param)) : "";
}

static void term_cause(ConvertTerms *ct, Type *from, Type *to, const char *inner)
{
	Checker *k = ct->k;
	if (ct->cause)
		*ct->cause = arena_printf(k->arena, "cannot convert %s%s to type %s%s%s%s", type_name_of(k, from),
		                          in_param(k, ct->from_param),
		                          type_name_of(k, to), in_param(k, ct->to_param), inner ? "\n\t" : "",
		                          inner ? inner : "");
}

static bool term_converts_to(void *arg, Type *term, bool tilde)
{
	ConvertTerms *ct = arg;
	(void)tilde;
	if (!term)
		return false;
	Operand y = *ct->x;
	if (convertible(ct->k, &y, term, NULL))
		return true;
	term_cause(ct, y.type, term, NULL);
	return false;
}

static bool term_converts_from(void *arg, Type *term, bool tilde)
{
	ConvertTerms *ct = arg;
	(void)tilde;
	if (!term)
		return false;
	Operand y = *ct->x;
	y.type = term;
	if (ct->to_param) {
		ConvertTerms inner = *ct;
		inner.x = &y;
		return type_set_each(ct->k->c, ct->to_param, term_converts_to, &inner);
	}
	if (convertible(ct->k, &y, ct->to, NULL))
		return true;
	term_cause(ct, term, ct->to, NULL);
	return false;
}

/* "Conversions", for values that are no constants: the rules one by one; of type parameters all terms, each with
 * each. */
static bool convertible(Checker *k, Operand *x, Type *t, const char **cause)
{
	if (check_assignable(k, x, t, cause))
		return true;
	Type *v = x->type, *vu = underlying(v), *tu = underlying(t);
	bool vp = is_type_param(v), tp = is_type_param(t);
	if (!vp && !tp && identical_ignore_tags(vu, tu))
		return true;
	if (!is_named(v) && !is_named(t) && vu->kind == TYPE_POINTER && tu->kind == TYPE_POINTER &&
	    !is_type_param(vu->elem) && !is_type_param(tu->elem) &&
	    identical_ignore_tags(underlying(vu->elem), underlying(tu->elem)))
		return true;
	if (!vp && !tp && (basic_conversion(vu, tu) || unsafe_conversion(vu, tu) || slice_to_array(k, x, vu, tu, cause)))
		return true;
	if (!vp && !tp)
		return false;
	ConvertTerms ct = {.k = k, .x = x, .to = t, .from_param = vp ? v : NULL, .to_param = tp ? t : NULL, .cause = cause};
	if (vp)
		return type_set_each(k->c, v, term_converts_from, &ct);
	return type_set_each(k->c, t, term_converts_to, &ct);
}

typedef struct { Checker *k; Operand *x; Type *to; const char **cause; } ConstantTerms;

static bool constant_converts_to_term(void *arg, Type *term, bool tilde)
{
	ConstantTerms *ct = arg;
	(void)tilde;
	if (!term) {
		*ct->cause = arena_printf(ct->k->arena, "%s does not contain specific types", type_name_of(ct->k, ct->to));
		return false;
	}
	Constant *ignored;
	if (is_string(ct->x->type) && is_bytes_or_runes(underlying(term)))
		return true;
	if (is_const_type(term) && constant_converts(ct->k, ct->x, term, &ignored))
		return true;
	if (is_integer(ct->x->type) && is_integer(term)) {
		Buf b;
		buf_init(&b, ct->k->arena);
		const_print(&b, ct->x->cval);
		*ct->cause = arena_printf(ct->k->arena, "constant %s overflows %s (in %s)", b.s, type_name_of(ct->k, term),
		                          type_name_of(ct->k, ct->to));
		return false;
	}
	*ct->cause = arena_printf(ct->k->arena, "cannot convert %s to type %s (in %s)", operand_text(ct->k, ct->x),
	                          type_name_of(ct->k, term), type_name_of(ct->k, ct->to));
	return false;
}

/* Give untyped x its final type, and update the tree. */
static void finish(Checker *k, Operand *x, Type *t, bool constant_result)
{
	if (!is_untyped(x->type))
		return;
	Type *final = t;
	if (x->mode == MODE_NIL)
		final = t;
	else if (is_interface(t) || (x->mode == MODE_CONST && !constant_result && !is_const_type(t)) || is_type_param(t))
		final = default_type(k->c, x->type);
	else if (x->mode == MODE_CONST && is_integer(x->type) && is_string(t))
		return;             /* string(1 << 100): the operand need not fit any type */
	check_update_type(k, x->expr, final, true);
}

static bool convert_constant(Checker *k, Operand *x, Type *t, bool *reported)
{
	Constant *v;
	*reported = false;
	if (constant_converts(k, x, t, &v)) {
		finish(k, x, t, true);
		x->cval = v;
		x->type = t;
		return true;
	}
	if (is_integer(x->type) && is_integer(t)) {
		Buf b;
		buf_init(&b, k->arena);
		const_print(&b, x->cval);
		check_error(k, x->expr->start, "constant %s overflows %s", b.s, type_name_of(k, t));
		*reported = true;
	} else if (is_integer(t) && const_kind(v = const_to_int(k->c, x->cval)) == CONST_INT) {
		x->cval = v;        /* shown in full by the message that follows */
	}
	return false;
}

void check_conversion(Checker *k, Operand *x, Type *t)
{
	require(t && (x->mode != MODE_CONST || x->cval));
	bool constant = x->mode == MODE_CONST, reported = false;
	const char *cause = NULL;
	if (!is_valid(t) || !is_valid(x->type) || !check_is_complete(k, t)) {
		x->mode = MODE_INVALID;
		return;
	}
	bool ok;
	if (constant && is_const_type(t) && !is_type_param(t)) {
		if (convert_constant(k, x, t, &reported))
			return;
		ok = false;
	} else if (constant && is_type_param(t)) {
		ConstantTerms ct = {k, x, t, &cause};
		ok = type_set_each(k->c, t, constant_converts_to_term, &ct);
		x->mode = MODE_VALUE;
	} else {
		ok = convertible(k, x, t, &cause);
	}
	if (reported) {
		x->mode = MODE_INVALID;
		return;
	}
	if (!ok) {
		if (cause)
			check_error(k, x->expr->start, "cannot convert %s to type %s: %s", operand_text(k, x), type_name_of(k, t),
			            cause);
		else
			check_error(k, x->expr->start, "cannot convert %s to type %s", operand_text(k, x), type_name_of(k, t));
		x->mode = MODE_INVALID;
		return;
	}
	finish(k, x, t, false);
	x->mode = MODE_VALUE;
	x->cval = NULL;
	x->type = t;
}
