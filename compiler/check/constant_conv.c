/*
 * constant_conv.c - representability of constants (spec, "Representability") and the conversion of untyped operands
 * to the type of their context.
 *
 * Typed constants are kept rounded: a float32 constant holds a value that float32 has, so equal constants compare
 * equal.
 */
#include "checker.h"

static int integer_bits(TypeKind kind, bool *is_signed)
{
	*is_signed = kind >= TYPE_INT && kind <= TYPE_INT64;
	switch (kind) {
	case TYPE_INT8: case TYPE_UINT8: return 8;
	case TYPE_INT16: case TYPE_UINT16: return 16;
	case TYPE_INT32: case TYPE_UINT32: return 32;
	default: return 64;
	}
}

static bool integer_fits(Constant *v, TypeKind kind)
{
	debug_require(const_kind(v) == CONST_INT);
	if (kind == TYPE_UNTYPED_INT || kind == TYPE_UNTYPED_RUNE)
		return true;
	bool is_signed;
	int bits = integer_bits(kind, &is_signed);
	int64_t s;
	uint64_t u;
	if (is_signed) {
		if (!const_fits_int64(v, &s))
			return false;
		return bits == 64 || (s >= -((int64_t)1 << (bits - 1)) && s < (int64_t)1 << (bits - 1));
	}
	return const_fits_uint64(v, &u) && (bits == 64 || u < (uint64_t)1 << bits);
}

static bool round_parts(Checker *k, Constant *v, bool single, Constant **out)
{
	Compiler *c = k->c;
	Constant *re = const_to_float_kind(c, const_real(c, v)), *im = const_to_float_kind(c, const_imag(c, v));
	re = single ? const_round_float32(c, re) : const_round_float64(c, re);
	im = single ? const_round_float32(c, im) : const_round_float64(c, im);
	if (const_kind(re) == CONST_UNKNOWN || const_kind(im) == CONST_UNKNOWN)
		return false;
	*out = const_make_complex(c, re, im);
	return true;
}

static bool representable_float(Checker *k, Constant *v, TypeKind kind, Constant **out)
{
	Compiler *c = k->c;
	Constant *f = const_to_float_kind(c, v);
	if (const_kind(f) == CONST_UNKNOWN)
		return false;
	if (kind == TYPE_FLOAT32)
		f = const_round_float32(c, f);
	else if (kind == TYPE_FLOAT64)
		f = const_round_float64(c, f);
	if (const_kind(f) == CONST_UNKNOWN)
		return false;
	*out = f;
	return true;
}

/* Can v be a value of basic type t? *rounded gets the value as t holds it. */
bool check_representable_value(Checker *k, Constant *v, Type *t, Constant **rounded)
{
	Compiler *c = k->c;
	*rounded = v;
	if (const_kind(v) == CONST_UNKNOWN)
		return true;
	if (is_integer(t)) {
		Constant *i = const_to_int(c, v);
		if (const_kind(i) != CONST_INT || !integer_fits(i, t->kind))
			return false;
		*rounded = i;
		return true;
	}
	if (is_float(t))
		return (const_kind(v) == CONST_INT || const_kind(v) == CONST_FLOAT || const_kind(v) == CONST_COMPLEX) &&
		       representable_float(k, v, t->kind, rounded);
	if (is_complex(t)) {
		Constant *z = const_to_complex(c, v);
		if (const_kind(z) == CONST_UNKNOWN)
			return false;
		*rounded = z;
		return t->kind == TYPE_UNTYPED_COMPLEX || round_parts(k, z, t->kind == TYPE_COMPLEX64, rounded);
	}
	if (is_string(t))
		return const_kind(v) == CONST_STRING;
	if (is_boolean(t))
		return const_kind(v) == CONST_BOOL;
	return false;
}

static ConvCode representation(Checker *k, Operand *x, Type *t, Constant **out)
{
	require(x->cval);
	if (check_representable_value(k, x->cval, t, out))
		return CONV_OK;
	if (is_numeric(x->type) && is_numeric(t))
		return !is_integer(x->type) && is_integer(t) ? CONV_TRUNCATED : CONV_OVERFLOW;
	return CONV_BAD_CONST;
}

void check_invalid_conversion(Checker *k, ConvCode code, Operand *x, Type *target)
{
	Pos pos = x->expr->start;
	const char *xs = operand_text(k, x), *ts = type_name_of(k, target);
	if (code == CONV_TRUNCATED)
		check_error(k, pos, "%s truncated to %s", xs, ts);
	else if (code == CONV_OVERFLOW)
		check_error(k, pos, "%s overflows %s", xs, ts);
	else
		check_error(k, pos, "cannot convert %s to type %s", xs, ts);
}

/* x, a constant, must be representable as basic type t. */
void check_representable(Checker *k, Operand *x, Type *t)
{
	Constant *v;
	ConvCode code = representation(k, x, t, &v);
	if (code != CONV_OK) {
		check_invalid_conversion(k, code, x, t);
		x->mode = MODE_INVALID;
		return;
	}
	x->cval = v;
}

typedef struct { Checker *k; Operand *x; } ImplicitTerm;

static bool implicit_for_term(void *arg, Type *term, bool tilde)
{
	ImplicitTerm *it = arg;
	(void)tilde;
	if (!term)
		return false;
	Type *t;
	Constant *v;
	return check_implicit_type(it->k, it->x, underlying(term), &t, &v) == CONV_OK;
}

/* What is no constant and yet untyped: a comparison's boolean, and a shift of an untyped constant by a variable. */
static ConvCode implicit_basic(Checker *k, Operand *x, Type *target, Type *u, Type **new_type, Constant **value)
{
	if (x->mode == MODE_CONST) {
		ConvCode code = representation(k, x, u, value);
		if (code == CONV_OK)
			*new_type = target;
		return code;
	}
	bool fits = false;
	switch (x->type->kind) {
	case TYPE_UNTYPED_BOOL: fits = is_boolean(target); break;
	case TYPE_UNTYPED_INT: case TYPE_UNTYPED_RUNE: case TYPE_UNTYPED_FLOAT: case TYPE_UNTYPED_COMPLEX:
		fits = is_numeric(target); break;
	case TYPE_UNTYPED_STRING: fits = is_string(target); break;
	default: break;
	}
	*new_type = target;
	return fits ? CONV_OK : CONV_BAD;
}

/* Two untyped operands: the later kind in the order integer, rune, float, complex, which is that of the enum. */
static ConvCode implicit_untyped_pair(Operand *x, Type *target, Type **new_type)
{
	*new_type = target;
	if (x->type->kind == target->kind)
		return CONV_OK;
	if (!is_numeric(x->type) || !is_numeric(target))
		return CONV_BAD;
	*new_type = x->type->kind > target->kind ? x->type : target;
	return CONV_OK;
}

/* The type that untyped x takes where target is wanted, and its value there. */
ConvCode check_implicit_type(Checker *k, Operand *x, Type *target, Type **new_type, Constant **value)
{
	*new_type = x->type;
	*value = NULL;
	if (x->mode == MODE_INVALID || !is_untyped(x->type) || !is_valid(target))
		return CONV_OK;
	if (is_untyped(target))
		return implicit_untyped_pair(x, target, new_type);
	if (x->mode == MODE_NIL) {
		*new_type = target;
		return has_nil(target) ? CONV_OK : CONV_BAD;
	}
	if (is_type_param(target)) {
		ImplicitTerm it = {k, x};
		*new_type = target;
		return type_set_each(k->c, target, implicit_for_term, &it) ? CONV_OK : CONV_BAD;
	}
	Type *u = underlying(target);
	if (u->kind <= TYPE_LAST_BASIC)
		return implicit_basic(k, x, target, u, new_type, value);
	if (u->kind != TYPE_INTERFACE)
		return CONV_BAD;
	/* A value in an interface has a concrete type: the default one. */
	if (interface_methods(k->c, u).len > 0 || !type_set_is_all(k->c, u))
		return CONV_BAD;
	*new_type = default_type(k->c, x->type);
	return CONV_OK;
}

/* Gives x the type that its context wants, and says so if it cannot have it. */
void check_convert_untyped(Checker *k, Operand *x, Type *target)
{
	if (x->mode == MODE_INVALID || !is_untyped(x->type) || !is_valid(target))
		return;
	Type *new_type;
	Constant *value;
	ConvCode code = check_implicit_type(k, x, target, &new_type, &value);
	if (code != CONV_OK) {
		bool value_problem = code == CONV_TRUNCATED || code == CONV_OVERFLOW;
		Type *shown = value_problem && !is_type_param(target) ? underlying(target) : target;
		check_invalid_conversion(k, code == CONV_BAD_CONST ? CONV_BAD : code, x, shown);
		x->mode = MODE_INVALID;
		return;
	}
	if (value) {
		x->cval = value;
		check_update_value(x->expr, value);
	}
	if (new_type != x->type) {
		x->type = new_type;
		check_update_type(k, x->expr, new_type, false);
	}
}

/* An untyped value that nothing converts gets its default type. */
void check_default(Checker *k, Operand *x)
{
	if (x->mode != MODE_INVALID && x->mode != MODE_NIL && is_untyped(x->type))
		check_convert_untyped(k, x, default_type(k->c, x->type));
}

static const char *operation_name(const Expr *e)
{
	if (e->kind == EXPR_BINARY) {
		switch (e->op) {
		case OP_ADD: return "addition";
		case OP_SUB: return "subtraction";
		case OP_XOR: return "bitwise XOR";
		case OP_MUL: return "multiplication";
		case OP_SHL: return "shift";
		default: return "";
		}
	}
	if (e->kind == EXPR_UNARY && e->op == OP_XOR)
		return "bitwise complement";
	return "";
}

/* A constant operation's result must fit its type; an untyped integer must not grow beyond 512 bits. */
void check_overflow(Checker *k, Operand *x, Pos op_pos)
{
	require(x->mode == MODE_CONST && x->cval);
	if (const_kind(x->cval) == CONST_UNKNOWN) {
		check_error(k, op_pos, "constant result is not representable");
		return;
	}
	if (is_typed(x->type)) {
		Type *u = underlying(x->type);
		if (u->kind <= TYPE_LAST_BASIC)
			check_representable(k, x, u);
		return;
	}
	if (const_kind(x->cval) == CONST_INT && const_bit_length(x->cval) > 512) {
		const char *op = operation_name(x->expr);
		check_error(k, op_pos, "constant %s%soverflow", op, op[0] ? " " : "");
		x->cval = const_unknown(k->c);
	}
}
