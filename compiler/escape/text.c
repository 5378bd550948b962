/*
 * text.c - expressions as -m prints them: without redundant parentheses, with those that
 * precedence demands, literals cut short, constants as their values.
 */
#include "graph.h"

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

const char *type_text_of(Escape *e, Type *t)
{
	const char *s = type_text(e->c, t);
	if (!strstr(s, "interface{}") && !strstr(s, "struct{}"))
		return s;
	Buf b;
	buf_init(&b, e->c->arena);
	for (; *s; s++) {
		if ((strncmp(s, "{}", 2) == 0))
			buf_char(&b, ' ');
		buf_char(&b, *s);
	}
	return b.s;
}

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
	bool brackets = as_operand && (strchr("[*(<", *s) || strncmp(s, "func", 4) == 0 || strncmp(s, "interface ", 10) == 0 ||
	                               strncmp(s, "map[", 4) == 0 || strncmp(s, "chan", 4) == 0 || strncmp(s, "struct", 6) == 0);
	buf_printf(out, brackets ? "(%s)" : "%s", s);
}

static void print_call(Escape *e, Buf *out, Expr *x)
{
	if (x->call_kind == CALL_CONVERSION)
		print_type(e, out, x->type, true);
	else
		print(e, out, x->x, PRIMARY);
	buf_char(out, '(');
	print_list(e, out, &x->list);
	buf_str(out, x->has_dots ? "...)" : ")");
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
	bool nested = (u->kind == EXPR_STAR || u->kind == EXPR_UNARY) && u->mode != MODE_TYPE && !(u->kind == EXPR_UNARY && u->op == OP_ADDR);
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

static void print_rune(Buf *out, int64_t r)
{
	const char *escape = r == '\n' ? "\\n" : r == '\t' ? "\\t" : r == '\r' ? "\\r" : r == '\\' ? "\\\\" : r == '\'' ? "\\'" : NULL;
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
static void print_constant(Escape *e, Buf *out, Expr *x)
{
	static const char *const plain[] = {"int", "float64", "complex128", "string", "bool"};
	const char *type = type_text_of(e, x->type);
	int64_t value;
	bool converted = !is_untyped(x->type);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		converted &= strcmp(type, plain[i]) != 0;
	if ((strcmp(type, "rune") == 0 || strcmp(type, "untyped rune") == 0) && const_fits_int64(x->cval, &value)) {
		print_rune(out, value);
		return;
	}
	if (converted) {
		print_type(e, out, x->type, true);
		buf_char(out, '(');
	}
	const_print(out, x->cval);
	if (converted)
		buf_char(out, ')');
}

static void print(Escape *e, Buf *out, Expr *x, int precedence)
{
	x = unparen(x);
	if (x->mode == MODE_CONST && x->cval && x->type) {
		print_constant(e, out, x);
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
		if (info->outer)
			return arena_printf(a, info->outer->outer ? "%s.%d" : "%s.func%d", function_text(e, info->outer), info->number);
		return info == e->init_info ? "init" : "glob..func";
	}
	Object *o = info->object;
	if (!o->receiver_base)
		return o->name;
	return arena_printf(a, o->pointer_receiver ? "(*%s).%s" : "%s.%s", type_text_of(e, o->receiver_base), o->name);
}
