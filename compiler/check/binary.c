/*
 * binary.c - binary operators: matching of operand types, arithmetic, comparison, shifts (spec, "Operators").
 *
 * Operands are matched first: an untyped one takes the type of the other, where the kinds allow it at all. A
 * comparison gives an untyped boolean; its operands then have their final types. An untyped constant shifted by a
 * variable keeps waiting for its type and is listed in k->shift_operands.
 */
#include "checker.h"

/* At least one side is untyped. Kinds that do not mix are left alone, for the message about mismatched types. nil and
 * an interface with methods take only what is nil. */
static bool may_convert(Checker *k, Operand *x, Operand *y)
{
	if (is_typed(x->type) && is_typed(y->type))
		return false;
	if (is_numeric(x->type) != is_numeric(y->type))
		return false;
	if (is_interface(x->type) || is_interface(y->type)) {
		Type *u = underlying(is_interface(x->type) ? x->type : y->type);
		return x->mode == MODE_NIL || y->mode == MODE_NIL || interface_methods(k->c, u).len == 0;
	}
	if (is_boolean(x->type) != is_boolean(y->type))
		return false;
	if (is_string(x->type) != is_string(y->type))
		return false;
	if (x->mode == MODE_NIL)
		return has_nil(y->type);
	if (y->mode == MODE_NIL)
		return has_nil(x->type);
	return underlying(x->type)->kind != TYPE_POINTER && underlying(y->type)->kind != TYPE_POINTER;
}

void check_match_types(Checker *k, Operand *x, Operand *y)
{
	if (!may_convert(k, x, y))
		return;
	check_convert_untyped(k, x, y->type);
	if (x->mode == MODE_INVALID)
		return;
	check_convert_untyped(k, y, x->type);
	if (y->mode == MODE_INVALID)
		x->mode = MODE_INVALID;
}

/* ---- comparison ------------------------------------------------------------------------------------ */

/* Why x op y is not defined; NULL if it is. *error_operand is where to point. */
static const char *comparison_cause(Checker *k, Operand *x, Operand *y, Op op, Operand **error_operand)
{
	*error_operand = x;
	if (check_empty_type_set(k, x->type) || check_empty_type_set(k, y->type))
		return "empty type set";
	if (!check_assignable(k, x, y->type, NULL) && !check_assignable(k, y, x->type, NULL)) {
		*error_operand = y;
		return arena_printf(k->arena, "mismatched types %s and %s", type_name_of(k, x->type), type_name_of(k, y->type));
	}
	if (op == OP_EQ || op == OP_NE) {
		if (x->mode == MODE_NIL || y->mode == MODE_NIL) {
			Type *t = x->mode == MODE_NIL ? y->type : x->type;
			if (has_nil(t) && !(x->mode == MODE_NIL && y->mode == MODE_NIL))
				return NULL;
			*error_operand = y;
			return "";
		}
		if (!comparable_type(x->type, true)) {
			const char *cause = incomparable_cause(k->c, x->type);
			return cause ? cause : "";
		}
		if (!comparable_type(y->type, true)) {
			*error_operand = y;
			const char *cause = incomparable_cause(k->c, y->type);
			return cause ? cause : "";
		}
		return NULL;
	}
	if (!is_ordered(x->type))
		return "";
	if (!is_ordered(y->type)) {
		*error_operand = y;
		return "";
	}
	return NULL;
}

static void comparison_error(Checker *k, Operand *x, Operand *y, Op op, bool switch_case, Operand *at,
                             const char *cause)
{
	if (!cause[0]) {
		if (is_type_param(x->type) || is_type_param(y->type)) {
			if (!is_type_param(x->type))
				at = y;
			cause = arena_printf(k->arena, "type parameter %s cannot use operator %s", type_name_of(k, at->type),
			                     op_text(op));
		} else {
			const char *what = check_kind_text(at->type);
			cause = arena_printf(k->arena, "operator %s not defined on %s", op_text(op),
			                     what[0] ? what : type_name_of(k, at->type));
		}
	}
	if (switch_case)
		check_error(k, x->expr->start, "invalid case %s in switch on %s (%s)", text_of(k, x->expr),
		            text_of(k, y->expr), cause);
	else
		check_error(k, at->expr->start, "invalid operation: %s %s %s (%s)", text_of(k, x->expr), op_text(op),
		            text_of(k, y->expr), cause);
	x->mode = MODE_INVALID;
}

void check_comparison(Checker *k, Operand *x, Operand *y, Op op, bool switch_case)
{
	if (!is_valid(x->type) || !is_valid(y->type)) {
		x->mode = MODE_INVALID;
		return;
	}
	Operand *at;
	const char *cause = comparison_cause(k, x, y, op, &at);
	if (cause) {
		comparison_error(k, x, y, op, switch_case, at, cause);
		return;
	}
	if (x->mode == MODE_CONST && y->mode == MODE_CONST) {
		bool unknown = const_kind(x->cval) == CONST_UNKNOWN || const_kind(y->cval) == CONST_UNKNOWN;
		x->cval = unknown ? const_unknown(k->c) : const_bool(k->c, const_compare(x->cval, op, y->cval));
	} else {
		x->mode = MODE_VALUE;
		check_update_type(k, x->expr, default_type(k->c, x->type), true);
		check_update_type(k, y->expr, default_type(k->c, y->type), true);
	}
	x->type = basic(k, TYPE_UNTYPED_BOOL);
}

/* ---- shifts ------------------------------------------------------------------------------------------- */

static bool shift_count_ok(Checker *k, Operand *y)
{
	if (y->mode == MODE_CONST) {
		Constant *v = const_to_int(k->c, y->cval);
		if (const_kind(v) == CONST_INT && const_sign(v) < 0) {
			check_error(k, y->expr->start, "invalid operation: negative shift count %s", operand_text(k, y));
			return false;
		}
		if (is_untyped(y->type)) {
			check_representable(k, y, basic(k, TYPE_UINT));
			if (y->mode == MODE_INVALID)
				return false;
			return true;
		}
		if (is_integer(y->type))
			return true;
	} else if (is_integer(y->type) && !is_untyped(y->type)) {
		return is_unsigned(y->type) ||
			check_version(k, y->expr->start, 13, arena_printf(k->arena, "invalid operation: signed shift count %s",
		                                                                                operand_text(k, y)));
	} else if (is_untyped(y->type) && y->mode != MODE_NIL) {
		check_convert_untyped(k, y, basic(k, TYPE_UINT));
		return y->mode != MODE_INVALID;
	}
	check_error(k, y->expr->start, "invalid operation: shift count %s must be integer", operand_text(k, y));
	return false;
}

static void constant_shift(Checker *k, Operand *x, Operand *y, Expr *e, Constant *xval, Op op, Pos op_pos)
{
	uint64_t n;
	Constant *count = const_to_int(k->c, y->cval);
	if (const_kind(xval) == CONST_UNKNOWN || const_kind(count) == CONST_UNKNOWN) {
		x->cval = const_unknown(k->c);
		if (!is_integer(x->type))
			x->type = basic(k, TYPE_UNTYPED_INT);
		return;
	}
	if (!const_fits_uint64(count, &n) || n > 1023 - 1 + 52) {
		check_error(k, y->expr->start, "invalid operation: invalid shift count %s", operand_text(k, y));
		x->mode = MODE_INVALID;
		return;
	}
	if (!is_integer(x->type))
		x->type = basic(k, TYPE_UNTYPED_INT);
	x->cval = const_shift(k->c, xval, op, (unsigned long)n);
	x->expr = e;
	check_overflow(k, x, op_pos);
}

static void shift(Checker *k, Operand *x, Operand *y, Expr *e, Op op, Pos op_pos)
{
	Constant *xval = NULL;
	if (x->mode == MODE_CONST)
		xval = const_to_int(k->c, x->cval);
	bool integral = xval && const_kind(xval) == CONST_INT;
	bool unknown = x->mode == MODE_CONST && const_kind(x->cval) == CONST_UNKNOWN;
	if (!(is_integer(x->type) || (is_untyped(x->type) && (integral || unknown)))) {
		check_error(k, x->expr->start, "invalid operation: shifted operand %s must be integer", operand_text(k, x));
		x->mode = MODE_INVALID;
		return;
	}
	if (!shift_count_ok(k, y)) {
		x->mode = MODE_INVALID;
		return;
	}
	if (x->mode == MODE_CONST) {
		if (y->mode == MODE_CONST) {
			constant_shift(k, x, y, e, unknown ? x->cval : xval, op, op_pos);
			return;
		}
		if (is_untyped(x->type)) {
			check_default(k, y);
			map_put(k->arena, &k->shift_operands, x->expr, x->expr);
			x->mode = MODE_VALUE;
			return;
		}
	}
	if (!is_integer(x->type)) {
		check_error(k, x->expr->start, "invalid operation: shifted operand %s must be integer", operand_text(k, x));
		x->mode = MODE_INVALID;
		return;
	}
	if (y->mode == MODE_CONST && is_untyped(y->type))
		check_convert_untyped(k, y, basic(k, TYPE_UINT));
	x->mode = MODE_VALUE;
}

/* ---- arithmetic ------------------------------------------------------------------------------------------ */

static bool term_can_add(void *arg, Type *term, bool tilde)
{
	(void)arg;
	(void)tilde;
	return term && (is_numeric(term) || is_string(term));
}

static bool can_add(Checker *k, Type *t)
{
	if (is_type_param(t))
		return type_set_each(k->c, t, term_can_add, NULL);
	return is_numeric(t) || is_string(t);
}

static bool operator_defined(Checker *k, Operand *x, Op op)
{
	bool ok;
	switch (op) {
	case OP_ADD: ok = can_add(k, x->type); break;
	case OP_SUB: case OP_MUL: case OP_DIV: ok = is_numeric(x->type); break;
	case OP_REM: case OP_AND: case OP_OR: case OP_XOR: case OP_ANDNOT: ok = is_integer(x->type); break;
	case OP_ANDAND: case OP_OROR: ok = is_boolean(x->type); break;
	default: ok = false; break;
	}
	if (!ok || check_empty_type_set(k, x->type)) {
		ok = false;
		check_error(k, x->expr->start, "invalid operation: operator %s not defined on %s", op_text(op),
		            operand_text(k, x));
		x->mode = MODE_INVALID;
	}
	return ok;
}

/* A complex divisor counts as zero when the squares of its parts do. */
static bool divides_by_zero(Checker *k, Constant *v, bool complex_division)
{
	if (const_sign(v) == 0)
		return true;
	if (!complex_division)
		return false;
	Constant *re = const_real(k->c, v), *im = const_imag(k->c, v);
	return const_sign(const_binary(k->c, re, OP_MUL, re, false)) == 0 &&
		const_sign(const_binary(k->c, im, OP_MUL, im, false)) == 0;
}

/* "Arithmetic operators": a constant divisor of an integer must not be 0, nor any in a constant expression; a variable
 * float may be divided by 0.0. */
static bool zero_divisor(Checker *k, Operand *x, Operand *y)
{
	if (y->mode != MODE_CONST || !(x->mode == MODE_CONST || is_integer(x->type)))
		return false;
	if (const_kind(y->cval) == CONST_UNKNOWN || !divides_by_zero(k, y->cval, is_complex(x->type)))
		return false;
	check_error(k, y->expr->start, "invalid operation: division by zero");
	x->mode = MODE_INVALID;
	return true;
}

static void mismatch(Checker *k, Operand *x, const Operand *y, Expr *e, Expr *lhs, Expr *rhs, Op op)
{
	if (is_valid(x->type) && is_valid(y->type)) {
		const char *xs = type_name_of(k, x->type), *ys = type_name_of(k, y->type);
		if (e)
			check_error(k, e->start, "invalid operation: %s (mismatched types %s and %s)", text_of(k, e), xs, ys);
		else
			check_error(k, lhs->start, "invalid operation: %s %s= %s (mismatched types %s and %s)", text_of(k, lhs),
			            op_text(op),
			            text_of(k, rhs), xs, ys);
	}
	x->mode = MODE_INVALID;
}

static void fold(Checker *k, Operand *x, Operand *y, Expr *e, Op op, Pos op_pos)
{
	require(x->mode == MODE_CONST && y->mode == MODE_CONST && x->cval && y->cval);
	if (const_kind(x->cval) == CONST_UNKNOWN || const_kind(y->cval) == CONST_UNKNOWN) {
		x->cval = const_unknown(k->c);
		return;
	}
	x->cval = const_binary(k->c, x->cval, op, y->cval, op == OP_DIV && is_integer(x->type));
	x->expr = e;
	check_overflow(k, x, op_pos);
}

/* lhs op rhs; e is the whole expression, NULL for lhs op= rhs. */
void check_binary(Checker *k, Operand *x, Expr *e, Expr *lhs, Expr *rhs, Op op, Pos op_pos)
{
	debug_require(op > OP_NONE && op < OP_NOT && (!e || e->kind == EXPR_BINARY));
	Operand y;
	check_expr(k, x, lhs);
	check_expr(k, &y, rhs);
	if (x->mode == MODE_INVALID)
		return;
	if (y.mode == MODE_INVALID) {
		x->mode = MODE_INVALID;
		x->expr = y.expr;
		return;
	}
	if (op == OP_SHL || op == OP_SHR) {
		shift(k, x, &y, e ? e : lhs, op, op_pos);
		return;
	}
	check_match_types(k, x, &y);
	if (x->mode == MODE_INVALID)
		return;
	if (op >= OP_EQ && op <= OP_GE) {
		check_comparison(k, x, &y, op, false);
		return;
	}
	if (!identical(x->type, y.type)) {
		mismatch(k, x, &y, e, lhs, rhs, op);
		return;
	}
	if (!operator_defined(k, x, op))
		return;
	if ((op == OP_DIV || op == OP_REM) && zero_divisor(k, x, &y))
		return;
	if (x->mode == MODE_CONST && y.mode == MODE_CONST) {
		fold(k, x, &y, e ? e : lhs, op, op_pos);
		return;
	}
	x->mode = MODE_VALUE;
}
