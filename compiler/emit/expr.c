/*
 * expr.c - pure expressions and places.
 *
 * Every expression is printed as a C primary (a name, a call, a parenthesised
 * whole), so no printer needs to know what stands around it. Signed arithmetic is
 * done in the unsigned type and converted back: Go's wrapping, whatever the flags.
 */
#include "emitter.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT(e, ...) buf_printf((e)->out, __VA_ARGS__)

const char *var_name(Emit *e, IrVar *v)
{
	v->mentioned = true;
	if (v->on_side)
		return arena_printf(E_ALLOC(e), "sd->%s", v->c_name);
	if (v->kind == VAR_PARAM && is_large(e, v->type))       /* of a function without a frame */
		return arena_printf(E_ALLOC(e), "(*%s)", v->c_name);
	if (e->style == STYLE_FRAMED && e->has_frame && v->in_frame && !v->in_local)
		return arena_printf(E_ALLOC(e), "fr->%s", v->c_name);
	if (e->style == STYLE_PLAIN && has_place_in_frame(e, v))
		return arena_printf(E_ALLOC(e), "fr.%s", v->c_name);
	return v->c_name;
}

/* In PLAIN style, with defers: what pointers may lead to must not move when the framed body takes over. */
bool has_place_in_frame(Emit *e, IrVar *v)
{
	return e->f->has_defer && v->in_frame && (v->addr_taken || v->map_iterator);
}

static int bits_of(Type *u)
{
	switch (u->kind) {
	case TYPE_INT8: case TYPE_UINT8: return 8;
	case TYPE_INT16: case TYPE_UINT16: return 16;
	case TYPE_INT32: case TYPE_UINT32: case TYPE_UNTYPED_RUNE: return 32;
	default: return 64;
	}
}

/* ---- constants ------------------------------------------------------------------------ */

void emit_string_literal(Buf *out, const char *s, size_t n)
{
	buf_char(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char ch = (unsigned char)s[i];
		if (ch == '"' || ch == '\\')
			buf_printf(out, "\\%c", ch);
		else if (ch == '\n')
			buf_str(out, "\\n");
		else if (ch == '\t')
			buf_str(out, "\\t");
		else if (ch == '?')
			buf_str(out, "\\?");
		else if (ch < ' ' || ch >= 0x7f)
			buf_bytes(out, (char[]){'\\', (char)('0' + (ch >> 6)), (char)('0' + (ch >> 3 & 7)),
				(char)('0' + (ch & 7))}, 4);
		else
			buf_char(out, (char)ch);
	}
	buf_char(out, '"');
}

/* The shortest decimal that reads back as the same number. */
static void print_float(Buf *out, double v, bool single)
{
	char text[64];
	if (isinf(v) || isnan(v)) {
		buf_str(out, isnan(v) ? "__builtin_nan(\"\")" : v > 0 ? "__builtin_inf()" : "(-__builtin_inf())");
		return;
	}
	for (int precision = 1; precision <= 17; precision++) {
		snprintf(text, sizeof text, "%.*g", precision, v);
		if (single ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v)
			break;
	}
	bool plain = !strpbrk(text, ".e");
	buf_printf(out, v < 0 || (v == 0 && signbit(v)) ? "(%s%s%s)" : "%s%s%s", text, plain ? ".0" : "",
	           single ? "f" : "");
}

/* A literal of the type's sign, and as wide as its value needs (is_literal). */
static void print_integer(Buf *out, Constant *v, Type *u)
{
	int64_t i;
	uint64_t w;
	if (const_fits_int64(v, &i)) {
		if (i == INT64_MIN)
			buf_str(out, "INT64_MIN");
		else if (i < 0)
			buf_printf(out, "(%lld%s)", (long long)i, i < INT32_MIN ? "LL" : "");
		else if (is_unsigned(u) && bits_of(u) >= 32)
			buf_printf(out, "%lld%s", (long long)i, i > UINT32_MAX ? "ULL" : "u");
		else
			buf_printf(out, "%lld%s", (long long)i, i > INT32_MAX ? "LL" : "");
	} else if (const_fits_uint64(v, &w)) {
		buf_printf(out, "%lluULL", (unsigned long long)w);
	} else {
		buf_str(out, "0");
	}
}

void emit_constant(Emit *e, Constant *v, Type *t)
{
	Type *u = underlying(t);
	if (u->kind == TYPE_BOOL || u->kind == TYPE_UNTYPED_BOOL) {
		OUT(e, "%s", const_bool_value(v) ? "true" : "false");
	} else if (is_string(u)) {
		size_t n;
		const char *s = const_string_value(v, &n);
		if (n == 0) {
			OUT(e, "GOL_VALUE(gol_string, {0})");
			return;
		}
		OUT(e, "GOL_STRING(");
		emit_string_literal(e->out, s, n);
		OUT(e, ", %zu)", n);
	} else if (is_complex(u)) {
		Constant *re = const_real(e->c, v), *im = const_imag(e->c, v);
		bool single = u->kind == TYPE_COMPLEX64;
		OUT(e, "GOL_VALUE(%s, {", type_name(e, u));
		print_float(e->out, single ? const_to_float(re) : const_to_double(re), single);
		OUT(e, ", ");
		print_float(e->out, single ? const_to_float(im) : const_to_double(im), single);
		OUT(e, "})");
	} else if (is_float(u)) {
		bool single = u->kind == TYPE_FLOAT32;
		print_float(e->out, single ? const_to_float(v) : const_to_double(v), single);
	} else if (u->kind == TYPE_UNSAFE_POINTER || u->kind == TYPE_POINTER) {
		OUT(e, "((void *)(uintptr_t)");
		print_integer(e->out, v, u);
		OUT(e, ")");
	} else {
		print_integer(e->out, v, u);
	}
}

/* {0}, but where C would give the 0 to a member of size zero or to a part of a member, which needs more braces. */
const char *zero_braces(Emit *e, Type *t)
{
	Type *u = underlying(t);
	bool nested = u->kind == TYPE_ARRAY || (u->kind == TYPE_STRUCT && u->fields.len > 0 &&
	                                        !is_scalar(u->fields.items[0]->type));
	return nested || type_size(e->c, t) == 0 ? "{}" : "{0}";
}

void emit_zero(Emit *e, Type *t)
{
	Type *u = underlying(t);
	if (u->kind == TYPE_BOOL)
		OUT(e, "false");
	else if (is_float(u))
		OUT(e, u->kind == TYPE_FLOAT32 ? "0.0f" : "0.0");
	else if (is_integer(u))
		OUT(e, "0");
	else if (u->kind == TYPE_FUNC)
		OUT(e, "((gol_func *)NULL)");
	else if (is_scalar(t))
		OUT(e, "NULL");
	else
		OUT(e, "GOL_VALUE(%s, %s)", type_name(e, t), zero_braces(e, t));
}

/* Is x printed as a literal, whose C type may be narrower than x's? */
static bool is_literal(const IrExpr *x)
{
	if (x->kind == IR_CONDITION)
		return is_literal(x->y) && is_literal(x->args.items[0]);
	return x->kind == IR_CONST || x->kind == IR_ZERO;
}

/* x where nothing beside it gives the expression its width: 8u is 32 bits wide, 8u - 9u of an uintptr must be 64. */
void emit_typed(Emit *e, IrExpr *x)
{
	bool cast = is_literal(x) && is_integer(x->type);
	if (cast)
		OUT(e, "((%s)", type_name(e, x->type));
	emit_expr(e, x);
	if (cast)
		OUT(e, ")");
}

/* ---- places -------------------------------------------------------------------------------- */

static bool is_struct_pointer(Type *t)
{
	Type *u = underlying(t);
	return u->kind == TYPE_POINTER && underlying(u->elem)->kind == TYPE_STRUCT;
}

/* Does C see memory of it as void *? */
static bool is_pointer_value(const IrExpr *x)
{
	Type *u = underlying(x->type);
	return u->kind == TYPE_POINTER || u->kind == TYPE_MAP || u->kind == TYPE_CHAN || u->kind == TYPE_FUNC;
}

static void emit_deref(Emit *e, IrExpr *x, bool as_value)
{
	bool pointer_type = as_value && is_pointer_value(x);
	if (pointer_type)
		OUT(e, "((%s)", type_name(e, x->type));
	OUT(e, "(*(%s *)", type_alias_name(e, x->type));
	emit_expr(e, x->x);
	OUT(e, pointer_type ? "))" : ")");
}

static void emit_field(Emit *e, IrExpr *x)
{
	Type *st = types_canonical(e->c, x->x->type);
	const char *name = field_name(e, st, x->index);
	type_name(e, st);
	if (x->x->kind == IR_DEREF) {
		IrExpr *p = x->x->x;
		Type *pt = underlying(p->type);
		if (is_struct_pointer(p->type) && types_canonical(e->c, pt->elem) == st && p->kind != IR_ZERO) {
			emit_expr(e, p);
			OUT(e, "->%s", name);
		} else {
			OUT(e, "((%s *)", type_name(e, st));
			emit_expr(e, p);
			OUT(e, ")->%s", name);
		}
		return;
	}
	if (ir_is_place(x->x))
		emit_place(e, x->x);
	else
		emit_expr(e, x->x);
	OUT(e, ".%s", name);
}

static void emit_elem(Emit *e, IrExpr *x, bool as_value)
{
	bool pointer_type = as_value && is_pointer_value(x);
	if (pointer_type)
		OUT(e, "((%s)", type_name(e, x->type));
	OUT(e, "((%s *)", type_alias_name(e, x->type));
	emit_expr(e, x->x);
	OUT(e, ")[");
	emit_expr(e, x->y);
	OUT(e, pointer_type ? "])" : "]");
}

static void emit_access(Emit *e, IrExpr *x, bool as_value)
{
	switch (x->kind) {
	case IR_VAR:
		OUT(e, "%s", var_name(e, x->var));
		break;
	case IR_GLOBAL: {
		const char *symbol = intern_str(e->c, symbol_of_object(e->c, x->object));
		if (!map_get(&e->declared, symbol)) {
			map_put(E_ALLOC(e), &e->declared, symbol, (void *)1);
			const char *ct = type_name(e, x->object->type);
			buf_printf(&e->protos, "extern %s%s%s;\n", ct, spaced(ct), symbol);
		}
		OUT(e, "%s", symbol);
		break;
	}
	case IR_FIELD:
		emit_field(e, x);
		break;
	case IR_INDEX:
		type_name(e, x->x->type);
		if (ir_is_place(x->x))
			emit_place(e, x->x);
		else
			emit_expr(e, x->x);
		OUT(e, ".a[");
		emit_expr(e, x->y);
		OUT(e, "]");
		break;
	case IR_ELEM:
		emit_elem(e, x, as_value);
		break;
	case IR_DEREF:
		emit_deref(e, x, as_value);
		break;
	case IR_STATIC:
		OUT(e, "%s", static_name(e, x->data));
		break;
	default:
		ice(e->c, NO_POS, "expression %d is no place", x->kind);
	}
}

void emit_place(Emit *e, IrExpr *x) { emit_access(e, x, false); }

void emit_address(Emit *e, IrExpr *x)
{
	if (x->kind == IR_DEREF) {
		emit_expr(e, x->x);
		return;
	}
	if (type_size(e->c, x->type) == 0 && x->kind != IR_VAR) {
		OUT(e, "((void *)gol_zero_base)");
		return;
	}
	OUT(e, "(&");
	emit_place(e, x);
	OUT(e, ")");
}

/* ---- operators --------------------------------------------------------------------------------- */

static const char *unsigned_of(Type *u)
{
	switch (u->kind) {
	case TYPE_INT: return "gol_uint";
	case TYPE_INT8: return "uint8_t";
	case TYPE_INT16: return "uint16_t";
	case TYPE_INT32: case TYPE_UNTYPED_RUNE: return "uint32_t";
	case TYPE_INT64: case TYPE_UNTYPED_INT: return "uint64_t";
	default: return NULL;
	}
}

static void emit_shift(Emit *e, IrExpr *x, Type *u)
{
	int bits = bits_of(u);
	bool is_signed = unsigned_of(u) != NULL;
	int64_t n;
	if (x->y->kind == IR_CONST && const_fits_int64(x->y->cval, &n) && n >= 0 && n < bits) {
		const char *ct = type_name(e, u);
		if (x->op == OP_SHL)
			OUT(e, "((%s)((%s)", ct, bits < 64 ? "uint32_t" : "uint64_t");
		else
			OUT(e, "((%s)(", ct);
		emit_typed(e, x->x);
		OUT(e, " %s %d))", x->op == OP_SHL ? "<<" : ">>", (int)n);
		return;
	}
	const char *function = x->op == OP_SHL ? "shl" : is_signed ? "sshr" : "ushr";
	OUT(e, "((%s)gol_%s%d((%s)", type_name(e, u), function, bits, x->op == OP_SHL && is_signed ? unsigned_of(u) :
	    type_name(e, u));
	emit_expr(e, x->x);
	OUT(e, ", (uint64_t)");
	emit_expr(e, x->y);
	OUT(e, "))");
}

static void emit_infix(Emit *e, IrExpr *x, const char *op)
{
	OUT(e, "(");
	if (is_literal(x->y))
		emit_typed(e, x->x);
	else
		emit_mention(e, x->x);
	OUT(e, " %s ", op);
	emit_mention(e, x->y);
	OUT(e, ")");
}

static void emit_divide(Emit *e, IrExpr *x, Type *u)
{
	int64_t n;
	bool plain = !unsigned_of(u) || (x->y->kind == IR_CONST && const_fits_int64(x->y->cval, &n) && n != -1 && n != 0);
	if (plain) {
		OUT(e, "((%s)", type_name(e, u));
		emit_infix(e, x, x->op == OP_DIV ? "/" : "%");
		OUT(e, ")");
		return;
	}
	OUT(e, "((%s)gol_%s%d(", type_name(e, u), x->op == OP_DIV ? "div" : "rem", bits_of(u));
	emit_expr(e, x->x);
	OUT(e, ", ");
	emit_expr(e, x->y);
	OUT(e, "))");
}

/* Not one that the macros GOL_ADD ... could be nested in deeply. */
static bool is_short(const IrExpr *x)
{
	if (x->kind == IR_DEREF || x->kind == IR_PART || x->kind == IR_FIELD)
		x = x->x;
	return x->kind == IR_VAR || x->kind == IR_CONST || x->kind == IR_GLOBAL;
}

static void emit_integer_binary(Emit *e, IrExpr *x, Type *u)
{
	const char *ct = type_name(e, u), *ut = unsigned_of(u);
	switch (x->op) {
	case OP_SHL:
	case OP_SHR:
		emit_shift(e, x, u);
		return;
	case OP_DIV:
	case OP_REM:
		emit_divide(e, x, u);
		return;
	case OP_ANDNOT:
		OUT(e, "((%s)(", ct);
		emit_expr(e, x->x);
		OUT(e, " & ~(%s)", ct);
		emit_expr(e, x->y);
		OUT(e, "))");
		return;
	default:
		break;
	}
	bool narrow = bits_of(u) < 32, bitwise = x->op == OP_AND || x->op == OP_OR || x->op == OP_XOR;
	OUT(e, "((%s)", ct);
	if (bitwise || (!ut && !narrow) || x->no_wrap) {
		emit_infix(e, x, op_text(x->op));
	} else {
		const char *wide = narrow ? "uint32_t" : ut;
		if (u->kind == TYPE_INT && is_short(x->x) && is_short(x->y)) {
			e->out->len -= strlen(ct) + 3;
			OUT(e, x->op == OP_ADD ? "GOL_ADD(" : x->op == OP_SUB ? "GOL_SUB(" : "GOL_MUL(");
			emit_expr(e, x->x);
			OUT(e, ", ");
			emit_expr(e, x->y);
			OUT(e, ")");
			return;
		}
		OUT(e, "((%s)", wide);
		emit_expr(e, x->x);
		OUT(e, " %s (%s)", op_text(x->op), wide);
		emit_expr(e, x->y);
		OUT(e, ")");
	}
	OUT(e, ")");
}

static void emit_complex_binary(Emit *e, IrExpr *x, Type *u)
{
	static const char *const names[OP_COUNT] = {
		[OP_ADD] = "add", [OP_SUB] = "sub", [OP_MUL] = "mul", [OP_DIV] = "div", [OP_EQ] = "equal", [OP_NE] = "equal"};
	bool narrow = u->kind == TYPE_COMPLEX64, compare = x->op == OP_EQ || x->op == OP_NE;
	OUT(e, "(%s%s", x->op == OP_NE ? "!" : "", narrow && !compare ? "gol_complex_narrow(" : "");
	OUT(e, "gol_complex_%s(%s", names[x->op], narrow ? "gol_complex_widen(" : "");
	emit_expr(e, x->x);
	OUT(e, "%s, %s", narrow ? ")" : "", narrow ? "gol_complex_widen(" : "");
	emit_expr(e, x->y);
	OUT(e, "%s)%s)", narrow ? ")" : "", narrow && !compare ? ")" : "");
}

static void emit_binary(Emit *e, IrExpr *x)
{
	Type *operand = underlying(x->x->type);
	if (is_complex(operand)) {
		emit_complex_binary(e, x, operand);
		return;
	}
	switch (x->op) {
	case OP_ANDAND: case OP_OROR: case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
		if (operand->kind == TYPE_POINTER && x->y->kind != IR_ZERO) {
			OUT(e, "((void *)");
			emit_expr(e, x->x);
			OUT(e, " %s (void *)", op_text(x->op));
			emit_expr(e, x->y);
			OUT(e, ")");
		} else {
			emit_infix(e, x, op_text(x->op));
		}
		return;
	default:
		break;
	}
	if (is_float(operand)) {
		OUT(e, operand->kind == TYPE_FLOAT32 ? "((float)" : "(");
		emit_infix(e, x, op_text(x->op));
		OUT(e, ")");
		return;
	}
	emit_integer_binary(e, x, operand);
}

static void emit_unary(Emit *e, IrExpr *x)
{
	Type *u = underlying(x->type);
	if (x->op == OP_NOT) {
		OUT(e, "(!");
		emit_expr(e, x->x);
		OUT(e, ")");
	} else if (is_complex(u)) {
		OUT(e, "(__extension__({ %s v_ = ", type_name(e, u));
		emit_expr(e, x->x);
		OUT(e, "; (%s){-v_.re, -v_.im}; }))", type_name(e, u));
	} else if (is_float(u)) {
		OUT(e, "(-");
		emit_expr(e, x->x);
		OUT(e, ")");
	} else {
		const char *ut = unsigned_of(u);
		OUT(e, "((%s)%s(%s)", type_name(e, u), x->op == OP_SUB ? "-" : "~", ut ? ut : type_name(e, u));
		emit_expr(e, x->x);
		OUT(e, ")");
	}
}

/* ---- conversions, parts, composites --------------------------------------------------------------- */

static bool is_pointer_like(Type *u)
{
	return u->kind == TYPE_POINTER || u->kind == TYPE_UNSAFE_POINTER || u->kind == TYPE_MAP || u->kind == TYPE_CHAN ||
	       u->kind == TYPE_FUNC || u->kind == TYPE_UNTYPED_NIL;
}

/* Go converts to int32 on the way to what is no wider, and to int64 on the way to uint32. */
static const char *width_of_truncation(Type *to)
{
	if (to->kind == TYPE_UINT32)
		return "int";
	return bits_of(to) <= 32 ? "int32" : is_unsigned(to) ? "uint" : "int";
}

static void emit_numeric_conversion(Emit *e, IrExpr *x, Type *from, Type *to)
{
	const char *ct = type_name(e, to);
	if (is_float(from) && is_integer(to)) {
		OUT(e, "((%s)gol_float_to_%s(", ct, width_of_truncation(to));
		emit_expr(e, x->x);
		OUT(e, "))");
	} else if (is_float(to) && is_float(from)) {
		OUT(e, "gol_round%d((%s)", to->kind == TYPE_FLOAT32 ? 32 : 64, ct);
		emit_expr(e, x->x);
		OUT(e, ")");
	} else if (is_complex(to)) {
		if (from->kind == to->kind) {
			emit_expr(e, x->x);
			return;
		}
		OUT(e, "gol_complex_%s(", to->kind == TYPE_COMPLEX64 ? "narrow" : "widen");
		emit_expr(e, x->x);
		OUT(e, ")");
	} else {
		OUT(e, "((%s)", ct);
		emit_expr(e, x->x);
		OUT(e, ")");
	}
}

/* What is converted from pointer to pointer, before that: one cast does. */
static IrExpr *without_casts(IrExpr *x)
{
	while (x->kind == IR_CONVERT && is_pointer_like(underlying(x->type)) && is_pointer_like(underlying(x->x->type)))
		x = x->x;
	return x;
}

static void emit_conversion(Emit *e, IrExpr *x)
{
	Type *from = underlying(x->x->type), *to = underlying(x->type);
	if (is_pointer_like(from) || is_pointer_like(to)) {
		OUT(e, "((%s)", type_name(e, x->type));
		if (!is_pointer_like(from) || !is_pointer_like(to))
			OUT(e, "(uintptr_t)");
		emit_expr(e, is_pointer_like(to) ? without_casts(x->x) : x->x);
		OUT(e, ")");
	} else if (is_numeric(from) && is_numeric(to)) {
		emit_numeric_conversion(e, x, from, to);
	} else if (strcmp(type_name(e, x->x->type), type_name(e, x->type)) == 0) {
		emit_expr(e, x->x);
	} else {
		OUT(e, "GOL_REINTERPRET(%s, ", type_name(e, x->type));
		emit_expr(e, x->x);
		OUT(e, ")");
	}
}

static void emit_part(Emit *e, IrExpr *x)
{
	static const char *const names[] = {
		[PART_PTR] = "ptr", [PART_LEN] = "len", [PART_CAP] = "cap", [PART_TYPE] = "type", [PART_TAB] = "tab",
			[PART_DATA] = "data",
		[PART_RE] = "re", [PART_IM] = "im"};
	Type *from = underlying(x->x->type);
	switch (x->part) {
	case PART_ITER_KEY:
	case PART_ITER_VALUE:
		OUT(e, "%s.%s", var_name(e, x->x->var), x->part == PART_ITER_KEY ? "key" : "value");
		return;
	case PART_WORD:
		if (!is_scalar(x->x->type))
			OUT(e, "GOL_REINTERPRET(void *, ");
		else
			OUT(e, "((void *)");
		emit_expr(e, x->x);
		OUT(e, ")");
		return;
	case PART_UNWORD:
		if (!is_scalar(x->type))
			OUT(e, "GOL_REINTERPRET(%s, ", type_name(e, x->type));
		else
			OUT(e, "((%s)", type_name(e, x->type));
		emit_expr(e, x->x);
		OUT(e, ")");
		return;
	case PART_TYPE:
		if (from->kind == TYPE_INTERFACE && interface_methods(e->c, from).len) {
			OUT(e, "gol_iface_type(");
			emit_expr(e, x->x);
			OUT(e, ")");
			return;
		}
		OUT(e, "((void *)(uintptr_t)");
		emit_expr(e, x->x);
		OUT(e, ".type)");
		return;
	case PART_TAB:
		OUT(e, "((void *)(uintptr_t)");
		emit_expr(e, x->x);
		OUT(e, ".tab)");
		return;
	case PART_PTR:
		if (from->kind != TYPE_SLICE)
			OUT(e, "((void *)(uintptr_t)");
		emit_expr(e, x->x);
		OUT(e, from->kind != TYPE_SLICE ? ".ptr)" : ".ptr");
		return;
	default:
		emit_expr(e, x->x);
		OUT(e, ".%s", names[x->part]);
	}
}

/* gcc passes over members of size zero when it matches initialisers to members: those are named. */
bool has_empty_parts(Emit *e, IrExpr *made)
{
	for (int i = 0; i < made->args.len; i++)
		if (type_size(e->c, made->args.items[i]->type) == 0)
			return true;
	return false;
}

static bool makes_zero(Emit *e, IrExpr *x) { return x->args.len == 0 || type_size(e->c, x->type) == 0; }

static void emit_parts(Emit *e, IrExpr *x)
{
	Type *u = underlying(x->type);
	OUT(e, u->kind == TYPE_ARRAY ? "{{" : "{");
	bool designate = u->kind == TYPE_STRUCT && has_empty_parts(e, x), first = true;
	for (int i = 0; i < x->args.len; i++) {
		if (designate && type_size(e->c, x->args.items[i]->type) == 0)
			continue;
		OUT(e, "%s", first ? "" : ", ");
		first = false;
		if (designate)
			OUT(e, ".%s = ", field_name(e, x->type, i));
		IrExpr *part = x->args.items[i];
		if (part->kind == IR_MAKE && !makes_zero(e, part))
			emit_parts(e, part);
		else
			emit_expr(e, part);
	}
	OUT(e, u->kind == TYPE_ARRAY ? "}}" : "}");
}

static void emit_make(Emit *e, IrExpr *x)
{
	if (makes_zero(e, x)) {
		emit_zero(e, x->type);
		return;
	}
	OUT(e, "GOL_VALUE(%s, ", type_name(e, x->type));
	emit_parts(e, x);
	OUT(e, ")");
}

static void emit_condition(Emit *e, IrExpr *x)
{
	OUT(e, "(");
	emit_expr(e, x->x);
	OUT(e, " ? ");
	emit_expr(e, x->y);
	OUT(e, " : ");
	emit_expr(e, x->args.items[0]);
	OUT(e, ")");
}

/* Pointers that the runtime returns are less exact than ours (const, another struct): as void *. */
static void emit_runtime_value(Emit *e, IrExpr *x)
{
	const char *result = rt_result(x->rt);
	bool pointer = result[strlen(result) - 1] == '*' && strcmp(result, "void *") != 0;
	OUT(e, "%s%s(%s", pointer ? "((void *)" : "", rt_name(x->rt), goroutine(e));
	for (int i = 0; i < x->args.len; i++) {
		OUT(e, ", ");
		emit_mention(e, x->args.items[i]);
	}
	OUT(e, pointer ? "))" : ")");
}

/* x where a descriptor in it is looked at, but makes no interface: the runtime is told what to allocate, types are compared. */
void emit_mention(Emit *e, IrExpr *x)
{
	if (x->kind == IR_TYPE)
		OUT(e, "GOL_CONST(%s)", type_descriptor(e, x->of));
	else
		emit_expr(e, x);
}

void emit_expr(Emit *e, IrExpr *x)
{
	switch (x->kind) {
	case IR_CONST:
		emit_constant(e, x->cval, x->type);
		break;
	case IR_ZERO:
		emit_zero(e, x->type);
		break;
	case IR_VAR: case IR_GLOBAL: case IR_FIELD: case IR_INDEX: case IR_ELEM: case IR_DEREF: case IR_STATIC:
		if (is_race_checked(e, x))
			emit_checked_load(e, x, is_pointer_value(x) && (x->kind == IR_ELEM || x->kind == IR_DEREF));
		else
			emit_access(e, x, true);
		break;
	case IR_ADDR:
		if (is_struct_pointer(x->type))
			OUT(e, "((%s)", type_name(e, x->type));
		else
			OUT(e, "((void *)");
		emit_address(e, x->x);
		OUT(e, ")");
		break;
	case IR_UNARY:
		emit_unary(e, x);
		break;
	case IR_BINARY:
		emit_binary(e, x);
		break;
	case IR_CONVERT:
		emit_conversion(e, x);
		break;
	case IR_PART:
		emit_part(e, x);
		break;
	case IR_MAKE:
		emit_make(e, x);
		break;
	case IR_TYPE:
		note_use(e, x->of, CONVERTED);
		emit_mention(e, x);
		break;
	case IR_ITAB:
		OUT(e, "GOL_CONST(%s)", itab_name(e, x->type2, x->of));
		break;
	case IR_FUNC:
		OUT(e, "%s", func_value(e, x->func));
		break;
	case IR_CODE:
		OUT(e, "((void *)%s)", function_name(e, x->func));
		break;
	case IR_RT:
		emit_runtime_value(e, x);
		break;
	case IR_CONDITION:
		emit_condition(e, x);
		break;
	case IR_FILE:
		OUT(e, "((void *)%s)", file_name(e, x->file, x->index != 0));
		break;
	case IR_TEXT:
		OUT(e, "%s", x->text);
		break;
	}
}

/* The index of the parenthesis that closes the one at s[0]; text in quotes does not count. */
static size_t closing(const char *s)
{
	int depth = 0;
	for (size_t i = 0; s[i]; i++) {
		if (s[i] == '"') {
			for (i++; s[i] && s[i] != '"'; i++)
				i += s[i] == '\\';
			if (!s[i])
				break;
		} else if (s[i] == '(') {
			depth++;
		} else if (s[i] == ')' && --depth == 0) {
			return i;
		}
	}
	return 0;
}

void emit_whole(Emit *e, IrExpr *x)
{
	size_t start = e->out->len;
	emit_expr(e, x);
	char *s = e->out->s + start;
	while (e->out->len > start + 2 && s[0] == '(' && s[1] != '{' && closing(s) == e->out->len - start - 1) {
		memmove(s, s + 1, e->out->len - start - 2);
		e->out->len -= 2;
		e->out->s[e->out->len] = '\0';
	}
}

/* What is assigned to a place of its own type at once: no detour through memory as by GOL_VALUE. */
void emit_assigned(Emit *e, IrExpr *x)
{
	if (x->kind != IR_MAKE || makes_zero(e, x)) {
		emit_whole(e, x);
		return;
	}
	OUT(e, "(%s)", type_name(e, x->type));
	emit_parts(e, x);
}
