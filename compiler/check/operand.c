/*
 * operand.c - operands: their text in messages, assignability, and the notes they leave on the tree.
 *
 * An untyped expression is recorded with its untyped type. When the context fixes the type, check_update_type walks
 * down the operands that take part (not those of comparisons, nor the right operand of a shift, nor below a constant)
 * and writes it; a non-constant shift of an untyped constant learns only then whether its operand is an integer.
 */
#include "checker.h"
#include <string.h>

bool operand_is_nil(const Operand *x)
{
	return x->mode == MODE_NIL;
}

/* The word that describes a type's structure; "" for basic types and type parameters. */
const char *check_kind_text(Type *t)
{
	if (is_type_param(t))
		return "";
	switch (underlying(t)->kind) {
	case TYPE_ARRAY: return "array";
	case TYPE_SLICE: return "slice";
	case TYPE_STRUCT: return "struct";
	case TYPE_POINTER: return "pointer";
	case TYPE_FUNC: return "func";
	case TYPE_INTERFACE: return "interface";
	case TYPE_MAP: return "map";
	case TYPE_CHAN: return "chan";
	case TYPE_TUPLE: return "tuple";
	case TYPE_UNION: return "union";
	default: return "";
	}
}

static const char *mode_text(Mode mode)
{
	switch (mode) {
	case MODE_INVALID: return "invalid operand";
	case MODE_NO_VALUE: return "no value";
	case MODE_BUILTIN: return "built-in";
	case MODE_TYPE: return "type";
	case MODE_CONST: return "constant";
	case MODE_VARIABLE: return "variable";
	case MODE_MAP_INDEX: return "map index expression";
	case MODE_VALUE: return "value";
	case MODE_NIL: return "nil";
	case MODE_COMMA_OK: return "comma, ok expression";
	case MODE_PACKAGE: return "package";
	}
	return "";
}

static bool note_term(void *arg, Type *term, bool tilde)
{
	(void)term;
	(void)tilde;
	*(bool *)arg = true;
	return false;
}

bool check_empty_type_set(Checker *k, Type *param)
{
	bool any = false;
	if (is_type_param(param))
		type_set_each(k->c, param, note_term, &any);
	return is_type_param(param) && !any;
}

/* " of type T", with the structure of a named type and the constraint of a type parameter. */
static void print_type_part(Checker *k, Buf *b, const Operand *x)
{
	if (!is_valid(x->type)) {
		buf_str(b, " with invalid type");
		return;
	}
	buf_str(b, " of ");
	if (is_generic(x->type) || (x->type->kind == TYPE_FUNC && x->type->type_params.len > 0))
		buf_str(b, "generic ");
	if (x->type->kind == TYPE_NAMED || x->type->aliased) {
		const char *kind = check_kind_text(x->type);
		Type *u = underlying(x->type);
		if (kind[0])
			buf_printf(b, "%s ", kind);
		else if (u->kind <= TYPE_LAST_BASIC)
			buf_printf(b, "%s ", u->kind == TYPE_UNSAFE_POINTER ? "Pointer" : type_name_of(k, unalias(u)));
	}
	buf_str(b, "type ");
	type_print(k->c, b, x->type);
	if (is_type_param(x->type)) {
		buf_str(b, " constrained by ");
		type_print(k->c, b, x->type->constraint);
		if (check_empty_type_set(k, x->type))
			buf_str(b, " with empty type set");
	}
}

static void print_constant_part(Buf *b, const Operand *x, const char *expr_string)
{
	Buf value;
	buf_init(&value, b->arena);
	const_print(&value, x->cval);
	if (!value.s || strcmp(value.s, expr_string) != 0)
		buf_printf(b, " %s", value.s ? value.s : "");
}

/* x as messages show it: "x (variable of type int)", "1 << 3 (untyped int constant 8)". */
const char *operand_text(Checker *k, const Operand *x)
{
	Buf b;
	buf_init(&b, k->arena);
	if (x->mode == MODE_NIL) {
		if (!x->type || x->type->kind == TYPE_UNTYPED_NIL || !is_valid(x->type))
			return "nil";
		return arena_printf(k->arena, "nil (of type %s)", type_name_of(k, x->type));
	}
	const char *expr = x->expr ? text_of(k, x->expr) : "";
	if (expr[0])
		buf_printf(&b, "%s (", expr);
	bool has_type = false;
	if (x->mode != MODE_INVALID && x->mode != MODE_NO_VALUE && x->mode != MODE_BUILTIN && x->mode != MODE_TYPE &&
	    x->type) {
		if (is_untyped(x->type))
			buf_printf(&b, "%s ", type_name_of(k, x->type));
		else
			has_type = true;
	}
	buf_str(&b, mode_text(x->mode));
	if (x->mode == MODE_CONST && x->cval)
		print_constant_part(&b, x, expr);
	if (has_type)
		print_type_part(k, &b, x);
	if (expr[0])
		buf_char(&b, ')');
	return b.s;
}

typedef struct { Checker *k; Type *first; const char *cause; } CoreCause;

/* The first term that does not go with the first of all: that pair is what Go's message names. */
static bool core_cause_term(void *arg, Type *term, bool tilde)
{
	CoreCause *c = arg;
	(void)tilde;
	Type *u = term ? underlying(term) : NULL;
	if (!u) {
		c->cause = "no specific type";
		return false;
	}
	if (!c->first) {
		c->first = term;
		return true;
	}
	Type *f = underlying(c->first);
	if (identical(f, u))
		return true;
	const char *a = type_name_of(c->k, c->first), *b = type_name_of(c->k, term);
	const char *format = "%s and %s have different underlying types";
	if (f->kind == TYPE_CHAN && u->kind == TYPE_CHAN) {
		bool same = identical(f->elem, u->elem);
		if (same && (f->dir == CHAN_BOTH || u->dir == CHAN_BOTH || f->dir == u->dir))
			return true;
		format = same ? "channels %s and %s have conflicting directions" :
			"channels %s and %s have different element types";
	}
	Buf text;
	buf_init(&text, c->k->arena);
	const char *p = strstr(format, "%s"), *q = strstr(p + 2, "%s");
	buf_bytes(&text, format, (size_t)(p - format));
	buf_str(&text, a);
	buf_bytes(&text, p + 2, (size_t)(q - p - 2));
	buf_str(&text, b);
	buf_str(&text, q + 2);
	c->cause = text.s;
	return false;
}

const char *check_no_core_cause(Checker *k, Type *t)
{
	CoreCause c = {.k = k};
	type_set_each(k->c, t, core_cause_term, &c);
	return c.cause ? c.cause : "no specific type";
}

/* ---- notes on the tree -------------------------------------------------------------- */

/* What the tree knows is what the operand says. Untyped values get their final type later (check_update_type). */
void check_record(Checker *k, Operand *x)
{
	Expr *e = x->expr;
	if (!e)
		return;
	debug_require(x->mode == MODE_INVALID || x->type);
	debug_require(x->mode != MODE_CONST || x->cval);
	e->mode = x->mode;
	e->type = x->mode == MODE_INVALID ? invalid_type(k) : x->type;
	e->cval = x->mode == MODE_CONST ? x->cval : NULL;
	if (x->mode == MODE_CONST && e->kind == EXPR_NAME && e->cval && const_kind(e->cval) == CONST_UNKNOWN)
		e->mode = MODE_CONST;
}

static bool is_comparison(Op op)
{
	return op >= OP_EQ && op <= OP_GE;
}

/* Go down to the operands whose type is the type of the whole. */
static void update_operands(Checker *k, Expr *e, Type *t, bool final)
{
	switch (e->kind) {
	case EXPR_PAREN:
		check_update_type(k, e->x, t, final);
		break;
	case EXPR_UNARY:
		if (!e->cval && e->op != OP_ADDR && e->op != OP_RECV)
			check_update_type(k, e->x, t, final);
		break;
	case EXPR_BINARY:
		if (e->cval || is_comparison(e->op))
			break;
		check_update_type(k, e->x, t, final);
		if (e->op != OP_SHL && e->op != OP_SHR)
			check_update_type(k, e->y, t, final);
		break;
	default:
		break;
	}
}

/* t: the type that the context gives e; final: no other will come. Not final is what one untyped operand gives the
 * other (1 + 2.5: the 1 becomes an untyped float). */
void check_update_type(Checker *k, Expr *e, Type *t, bool final)
{
	debug_require(t);
	if (!e || !e->type || !is_untyped(e->type) || e->mode == MODE_INVALID)
		return;
	update_operands(k, e, t, final);
	if (!final && is_untyped(t)) {
		e->type = underlying(t);
		return;
	}
	if (map_count(&k->shift_operands) && map_get(&k->shift_operands, e) && is_valid(t) && !is_integer(t)) {
		check_error(k, e->start, "invalid operation: shifted operand %s (type %s) must be integer", text_of(k, e),
		            type_name_of(k, t));
		e->mode = MODE_INVALID;
		return;
	}
	if (e->cval && !is_untyped(t)) {
		Operand x = {.mode = MODE_CONST, .type = e->type, .cval = e->cval, .expr = e};
		Type *new_type;
		Constant *value;
		ConvCode code = check_implicit_type(k, &x, t, &new_type, &value);
		if (code != CONV_OK) {
			check_invalid_conversion(k, code, &x, t);
			e->mode = MODE_INVALID;
			return;
		}
		if (value)
			e->cval = value;
	}
	e->type = t;
}

void check_update_value(Expr *e, Constant *v)
{
	if (!e)
		return;
	if (e->kind == EXPR_PAREN)
		check_update_value(e->x, v);
	e->cval = v;
}

/* ---- assignability (spec, "Assignability") ------------------------------------------------- */

typedef struct { Checker *k; Operand *x; Type *to; const char **cause; bool seen; } EachTerm;

static bool term_assignable(void *arg, Type *term, bool tilde)
{
	EachTerm *a = arg;
	(void)tilde;
	a->seen = term != NULL;
	return term && check_assignable(a->k, a->x, term, NULL);
}

static bool term_assignable_from(void *arg, Type *term, bool tilde)
{
	EachTerm *a = arg;
	(void)tilde;
	if (!term)
		return false;
	Operand y = *a->x;
	y.type = term;
	return check_assignable(a->k, &y, a->to, NULL);
}

static bool is_interface_pointer(Type *u)
{
	return u->kind == TYPE_POINTER && is_interface(u->elem);
}

/* The last rules of assignability: x or t is a type parameter. */
static bool assignable_by_terms(Checker *k, Operand *x, Type *t, const char **cause)
{
	Type *v = x->type;
	EachTerm each = {.k = k, .x = x, .to = t};
	if (is_type_param(t) && !is_named(v))
		return type_set_each(k->c, t, term_assignable, &each);
	if (is_type_param(v) && !is_named(t))
		return type_set_each(k->c, v, term_assignable_from, &each);
	(void)cause;
	return false;
}

static bool untyped_assignable(Checker *k, Operand *x, Type *t)
{
	EachTerm each = {.k = k, .x = x};
	if (is_type_param(t))
		return type_set_each(k->c, t, term_assignable, &each);
	if (x->mode == MODE_NIL)
		return has_nil(t);
	Type *new_type;
	Constant *value;
	return check_implicit_type(k, x, t, &new_type, &value) == CONV_OK;
}

/* A struct with an embedded field of unknown type may have any method. */
static bool may_have_methods(Type *t, int depth)
{
	Type *u = underlying(t);
	if (u->kind == TYPE_POINTER)
		u = underlying(u->elem);
	if (!is_valid(u))
		return true;
	for (int i = 0; u->kind == TYPE_STRUCT && depth < 4 && i < u->fields.len; i++) {
		Object *f = u->fields.items[i];
		if (f->embedded && (!is_valid(f->type) || may_have_methods(f->type, depth + 1)))
			return true;
	}
	return false;
}

bool check_unknown_methods(Checker *k, Type *t)
{
	return k->errors && may_have_methods(t, 0);
}

bool check_cannot_hold(Checker *k, Type *in, Type *t, const char **cause)
{
	return !is_interface(t) && !is_type_param(t) && missing_method(k->c, t, in, false, cause) &&
		!check_unknown_methods(k, t);
}

/* The rules in the order of the specification. Types with errors are assignable to all, one message is enough. */
bool check_assignable(Checker *k, Operand *x, Type *t, const char **cause)
{
	Type *v = x->type;
	if (x->mode == MODE_INVALID || !is_valid(t) || !is_valid(v))
		return true;
	if (identical(v, t))
		return true;
	if (is_untyped(v))
		return untyped_assignable(k, x, t);
	v = unalias(v);
	t = unalias(t);
	Type *vu = underlying(v), *tu = underlying(t);
	bool vp = is_type_param(v), tp = is_type_param(t);
	if (!vp && !tp && (!is_named(v) || !is_named(t)) && identical(vu, tu))
		return true;
	if (is_interface(t) || (is_interface_pointer(tu) && !tp)) {
		if (is_interface(t) && implements(k->c, v, t, false, cause))
			return true;
		if (check_unknown_methods(k, v))
			return true;
		if (!is_interface(t) && cause)
			*cause = arena_printf(k->arena,
			                      "%s does not implement %s (type %s is pointer to interface, not interface)",
			                      type_name_of(k, v),
			                      type_name_of(k, t), type_name_of(k, t));
		if (!vp)
			return false;
		if (cause)
			*cause = NULL;
	}
	if (is_interface(v) && !vp && implements(k->c, t, v, false, NULL)) {
		if (cause)
			*cause = "need type assertion";
		return false;
	}
	if (vu->kind == TYPE_CHAN && vu->dir == CHAN_BOTH && tu->kind == TYPE_CHAN && identical(vu->elem, tu->elem))
		return !is_named(v) || !is_named(t);
	return (vp || tp) && assignable_by_terms(k, x, t, cause);
}
