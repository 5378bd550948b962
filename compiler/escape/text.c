/*
 * text.c - expressions as -m prints them: without redundant parentheses, with those that
 * precedence demands, literals cut short, constants as their values.
 */
#include "graph.h"
#include "../inline/inline.h"

#include <string.h>

static void print(Escape *e, Buf *out, Expr *x, int precedence);

static int precedence_of(Op op)
{
	switch (op) {
	case OP_OROR:
		return 1;
	case OP_ANDAND:
		return 2;
	case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE:
		return 3;
	case OP_ADD: case OP_SUB: case OP_OR: case OP_XOR:
		return 4;
	default:
		return 5;
	}
}

enum { UNARY = 6, PRIMARY = 7 };

const char *type_text_of(Escape *e, Type *t) { return type_remark_text(e->c, t); }

static void print_list(Escape *e, Buf *out, ExprList *list)
{
	for (int i = 0; i < list->len; i++) {
		buf_str(out, i ? ", " : "");
		print(e, out, list->items[i], 0);
	}
}

static void print_type(Escape *e, Buf *out, Type *t, bool as_operand)
{
	const char *s = t ? type_text_of(e, t) : "?";
	bool brackets = as_operand && (strchr("[*(<", *s) || strncmp(s, "func", 4) == 0 ||
	                               strncmp(s, "interface ", 10) == 0 ||
	                               strncmp(s, "map[", 4) == 0 || strncmp(s, "chan", 4) == 0 ||
	                               strncmp(s, "struct", 6) == 0);
	buf_printf(out, brackets ? "(%s)" : "%s", s);
}

static void print_rune(Buf *out, int64_t r)
{
	const char *escape = r == '\n' ? "\\n" : r == '\t' ? "\\t" : r == '\r' ? "\\r" : r == '\\' ? "\\\\" :
		r == '\'' ? "\\'" : NULL;
	if (r < 0 || r > 0x10ffff) {
		buf_printf(out, "rune(%lld)", (long long)r);
		return;
	}
	buf_char(out, '\'');
	if (escape)
		buf_str(out, escape);
	else if (r < ' ' || r == 0x7f)
		buf_printf(out, "\\x%02x", (unsigned)r);
	else
		buf_rune(out, (uint32_t)r);
	buf_char(out, '\'');
}

/* A value of a type that constants have by default is itself, any other a conversion. */
static void print_constant(Escape *e, Buf *out, Constant *value, Type *t)
{
	static const char *const plain[] = {"int", "float64", "complex128", "string", "bool"};
	const char *type = type_text_of(e, t);
	int64_t rune;
	bool converted = !is_untyped(t);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		converted &= strcmp(type, plain[i]) != 0;
	if ((strcmp(type, "rune") == 0 || strcmp(type, "untyped rune") == 0) && const_fits_int64(value, &rune)) {
		print_rune(out, rune);
		return;
	}
	if (converted) {
		print_type(e, out, t, true);
		buf_char(out, '(');
	}
	const_print(out, value);
	if (converted)
		buf_char(out, ')');
}

/* The embedded fields between x.x and what the selector names. */
static void print_embedded(Buf *out, Expr *x)
{
	Type *t = x->selection && x->selection->kind != SELECT_METHOD_EXPR ? value_type(x->x) : NULL;
	int n = t ? x->selection->path.len - (x->selection->kind == SELECT_FIELD) : 0;
	for (int i = 0; i < n; i++) {
		Type *u = underlying(t);
		if (u->kind == TYPE_POINTER)
			u = underlying(u->elem);
		if (u->kind != TYPE_STRUCT)
			return;
		Object *field = u->fields.items[x->selection->path.items[i]];
		buf_printf(out, ".%s", field->name);
		t = field->type;
	}
}

/* How many arguments stand before those that a variadic parameter takes one by one; -1: the call has no such
 * parameter. */
static int fixed_arguments(const Expr *call)
{
	Type *signature = call->call_kind == CALL_BUILTIN || call->call_kind == CALL_CONVERSION ||
		call->has_dots ? NULL : core_type(call->x->type);
	return signature && signature->variadic ? signature->fields.len - 1 : -1;
}

/* The method that a call x.M() makes for certain: it is printed as T.M(x). */
static const Selection *called_method(const Expr *call)
{
	const Expr *fun = call->call_kind == CALL_CONVERSION || call->call_kind == CALL_BUILTIN ? NULL : unparen(call->x);
	const Selection *s = fun && fun->kind == EXPR_SELECTOR ? fun->selection : NULL;
	bool is_method = s && s->kind != SELECT_FIELD && s->kind != SELECT_METHOD_EXPR &&
		s->kind != SELECT_INTERFACE_METHOD;
	return is_method && s->object->receiver_base && s->object->receiver_base->kind == TYPE_NAMED &&
		!is_interface(s->object->receiver_base) ? s : NULL;
}

/* What a call takes the address of, or follows the pointer of, by itself is printed as it stands. */
static void print_receiver(Escape *e, Buf *out, Expr *fun, const Selection *method, bool more)
{
	print(e, out, fun->x, method->path.len ? PRIMARY : 0);
	print_embedded(out, fun);
	buf_str(out, more ? ", " : "");
}

/* Conversions between strings and slices: Go makes those of constants to runes literals, and has one for each step. */
static bool print_text_conversion(Escape *e, Buf *out, Expr *x)
{
	Expr *arg = unparen(x->list.items[0]);
	Type *to = underlying(x->type), *from = value_type(arg) ? underlying(value_type(arg)) : NULL;
	if (to->kind == TYPE_SLICE && arg->mode == MODE_CONST && from && is_string(from) &&
	    underlying(to->elem)->kind == TYPE_INT32) {
		print_type(e, out, x->type, false);
		size_t length;
		const_string_value(arg->cval, &length);
		buf_str(out, length > 0 ? "{...}" : "{}");
		return true;
	}
	const char *exact = from && from->kind == TYPE_SLICE ? underlying(from->elem)->kind == TYPE_INT32 ? "[]rune" :
		"[]byte" : NULL;
	const char *given = exact ? type_text_of(e, value_type(arg)) : NULL;
	if (!exact || !is_string(to) || strcmp(given, exact) == 0 || strcmp(given, "[]uint8") == 0 ||
	    strcmp(given, "[]int32") == 0)
		return false;
	print_type(e, out, x->type, true);
	buf_printf(out, "((%s)(", exact);
	print(e, out, arg, 0);
	buf_str(out, "))");
	return true;
}

/* The size that a make of a slice allocates is printed as the constant that it certainly is. */
static void print_make(Escape *e, Buf *out, Expr *x)
{
	bool slice = x->type && underlying(x->type)->kind == TYPE_SLICE;
	for (int i = 0; i < x->list.len; i++) {
		Constant *size = slice && i > 0 && i == x->list.len - 1 ? certain_constant(e, x->list.items[i]) : NULL;
		buf_str(out, i ? ", " : "");
		if (size)
			print_constant(e, out, size, value_type(x->list.items[i]));
		else
			print(e, out, x->list.items[i], 0);
	}
	buf_char(out, ')');
}

static const TypeList *holder_args(const Selection *method)
{
	const Type *holder = unalias(method->holder);
	return &(holder->kind == TYPE_POINTER ? unalias(holder->elem) : holder)->type_args;
}

/* The dictionary that Go gives to F[go.shape.int] along with the arguments, where the type arguments are known. */
static void print_dictionary(Escape *e, Buf *out, const Object *origin, const TypeList *args, bool more)
{
	const Type *base = origin->receiver_base;
	buf_printf(out, "&.dict.%s", base ? base->object->name : origin->name);
	for (int i = 0; i < args->len; i++)
		buf_printf(out, "%s%s", i ? "," : "[", type_argument_text(e->c, args->items[i]));
	buf_str(out, more ? "], " : "]");
}

static void print_call(Escape *e, Buf *out, Expr *x)
{
	const Selection *method = called_method(x);
	if (x->inlined && x->inlined->info->results.len == 1) {
		buf_str(out, x->inlined->info->results.items[0]->name);
		return;
	}
	if (x->call_kind == CALL_CONVERSION && x->list.len == 1 && x->type && print_text_conversion(e, out, x))
		return;
	if (x->call_kind == CALL_CONVERSION)
		print_type(e, out, x->type, true);
	else if (method)
		buf_printf(out, method->object->pointer_receiver ? "(*%s).%s" : "%s.%s",
		           type_text_of(e, method->object->receiver_base), method->object->name);
	else if (unparen(x->x)->object && unparen(x->x)->object->stencil)
		buf_str(out, unparen(x->x)->object->name);
	else
		print(e, out, x->x, PRIMARY);
	buf_char(out, '(');
	if (x->call_kind == CALL_BUILTIN && x->builtin == BUILTIN_MAKE) {
		print_make(e, out, x);
		return;
	}
	if (x->call_kind == CALL_BUILTIN && x->builtin == BUILTIN_NEW && strstr(type_text_of(e, x->type), "go.shape.")) {
		buf_str(out, "<node DYNAMICTYPE>)");    /* found in a dictionary at run time */
		return;
	}
	int fixed = fixed_arguments(x);
	Expr *fun = unparen(x->x);
	const TypeList *dictionary = method && method->object->stencil ? holder_args(method) :
			fun->object && fun->object->stencil ? &fun->type_args : NULL;
	bool any = x->list.len > 0 || fixed >= 0;
	if (method)
		print_receiver(e, out, fun, method, any || dictionary);
	if (dictionary)
		print_dictionary(e, out, method ? method->object->stencil->origin : fun->object->stencil->origin, dictionary, any);
	for (int i = 0; i < x->list.len && (fixed < 0 || i < fixed); i++) {
		buf_str(out, i ? ", " : "");
		print(e, out, x->list.items[i], 0);
	}
	if (fixed >= 0)
		buf_printf(out, "%s%s", fixed > 0 ? ", " : "", x->list.len > fixed ? "... argument" : "nil");
	buf_str(out, x->has_dots || fixed >= 0 ? "...)" : ")");
}

static void print_slice(Escape *e, Buf *out, Expr *x)
{
	print(e, out, x->x, PRIMARY);
	buf_char(out, '[');
	for (int i = 0; i < (x->full_slice ? 3 : 2); i++) {
		buf_str(out, i ? ":" : "");
		if (x->index[i])
			print(e, out, x->index[i], 0);
	}
	buf_char(out, ']');
}

static void print_unary(Escape *e, Buf *out, Expr *x, const char *op)
{
	Expr *u = unparen(x->x);
	buf_str(out, op);
	bool address = u->kind == EXPR_UNARY && u->op == OP_ADDR && x->kind != EXPR_STAR;
	bool nested = (u->kind == EXPR_STAR || u->kind == EXPR_UNARY) && u->mode != MODE_TYPE && !address;
	if (nested)
		buf_char(out, '(');
	print(e, out, u, nested ? 0 : UNARY);
	if (nested)
		buf_char(out, ')');
}

static void print_binary(Escape *e, Buf *out, Expr *x, int precedence)
{
	int own = precedence_of(x->op);
	if (own < precedence)
		buf_char(out, '(');
	print(e, out, x->x, own);
	buf_printf(out, " %s ", op_text(x->op));
	print(e, out, x->y, own + 1);
	if (own < precedence)
		buf_char(out, ')');
}

static void print(Escape *e, Buf *out, Expr *x, int precedence)
{
	x = unparen(x);
	if (x->mode == MODE_CONST && x->cval && x->type) {
		print_constant(e, out, x->cval, x->type);
		return;
	}
	if (x->mode == MODE_TYPE) {
		print_type(e, out, x->type, false);
		return;
	}
	switch (x->kind) {
	case EXPR_COMPOSITE: {
		Type *t = x->type;
		bool elided_pointer = t && !x->x && t->kind == TYPE_POINTER;
		if (elided_pointer)
			buf_char(out, '&');
		print_type(e, out, elided_pointer ? t->elem : t, false);
		buf_str(out, x->list.len ? "{...}" : "{}");
		break;
	}
	case EXPR_FUNC:
		buf_str(out, "func literal");
		break;
	case EXPR_CALL:
		print_call(e, out, x);
		break;
	case EXPR_SELECTOR:
		print(e, out, x->x, PRIMARY);
		print_embedded(out, x);
		buf_printf(out, ".%s", x->name);
		break;
	case EXPR_INDEX:
		print(e, out, x->x, PRIMARY);
		buf_char(out, '[');
		print_list(e, out, &x->list);
		buf_char(out, ']');
		break;
	case EXPR_SLICE:
		print_slice(e, out, x);
		break;
	case EXPR_ASSERT:
		print(e, out, x->x, PRIMARY);
		buf_str(out, ".(");
		if (x->type_expr && x->type_expr->type)
			print_type(e, out, x->type_expr->type, false);
		else
			buf_str(out, "type");
		buf_char(out, ')');
		break;
	case EXPR_STAR:
		if (precedence == PRIMARY)
			buf_char(out, '(');
		print_unary(e, out, x, "*");
		if (precedence == PRIMARY)
			buf_char(out, ')');
		break;
	case EXPR_UNARY:
		if (precedence == PRIMARY)
			buf_char(out, '(');
		print_unary(e, out, x, op_text(x->op));
		if (precedence == PRIMARY)
			buf_char(out, ')');
		break;
	case EXPR_BINARY:
		print_binary(e, out, x, precedence);
		break;
	default:
		expr_print(out, x);
	}
}

const char *constant_text(Escape *e, Constant *value, Type *type)
{
	Buf b;
	buf_init(&b, e->c->arena);
	print_constant(e, &b, value, type);
	return b.s;
}

const char *text_of(Escape *e, Expr *x)
{
	Buf b;
	buf_init(&b, e->c->arena);
	print(e, &b, x, 0);
	return b.s ? b.s : "";
}

/* Where remarks about the value of x stand. */
Pos pos_of(Expr *x)
{
	if (x->kind == EXPR_CALL && x->call_kind == CALL_CONVERSION)
		x = x->list.items[0];
	Pos p = x->pos;
	if (x->kind == EXPR_SELECTOR && x->selection && p.col > 1)
		p.col--;        /* at the dot */
	return p;
}

const char *function_text(Escape *e, const FuncInfo *info)
{
	Arena *a = e->c->arena;
	if (!info->object) {
		const FuncInfo *outer = named_after(info);
		if (outer && info->wraps)
			return arena_printf(a, "%s.%s%d", function_text(e, outer), info->wraps, info->number);
		if (outer)
			return arena_printf(a, info->range_of ? "%s-range%d" : named_after(outer) ? "%s.%d" : "%s.func%d",
			                    function_text(e, outer), info->number);
		return info == e->init_info ? "init" : "glob..func";
	}
	Object *o = info->object;
	if (!o->receiver_base)
		return o->name;
	return arena_printf(a, o->pointer_receiver ? "(*%s).%s" : "%s.%s", type_text_of(e, o->receiver_base), o->name);
}
