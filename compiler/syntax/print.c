/*
 * print.c - expressions in source form, on one line, as Go's messages show them:
 * blanks around every binary operator, parentheses as written, the bodies of
 * functions and the elements of composite literals cut to "…".
 */
#include "ast.h"

const char *op_text(Op op)
{
	static const char *const texts[OP_COUNT] = {
		[OP_NONE] = "", [OP_OROR] = "||", [OP_ANDAND] = "&&", [OP_EQ] = "==", [OP_NE] = "!=", [OP_LT] = "<",
		[OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=", [OP_ADD] = "+", [OP_SUB] = "-", [OP_OR] = "|", [OP_XOR] = "^",
		[OP_MUL] = "*", [OP_DIV] = "/", [OP_REM] = "%", [OP_AND] = "&", [OP_ANDNOT] = "&^", [OP_SHL] = "<<",
		[OP_SHR] = ">>", [OP_NOT] = "!", [OP_ADDR] = "&", [OP_RECV] = "<-", [OP_TILDE] = "~",
	};

	return (unsigned)op < OP_COUNT ? texts[op] : "";
}

static void print_list(Buf *out, const ExprList *list)
{
	for (int i = 0; i < list->len; i++) {
		if (i > 0)
			buf_str(out, ", ");
		expr_print(out, list->items[i]);
	}
}

/* Neighbours that share a type (the same node) are written as "a, b T". */
static void print_fields(Buf *out, const FieldList *list, const char *separator)
{
	for (int i = 0; i < list->len; i++) {
		const Field *f = list->items[i];
		bool shared = i + 1 < list->len && f->name && list->items[i + 1]->name && list->items[i + 1]->type == f->type;

		if (f->name)
			buf_str(out, f->name);
		if (!shared) {
			if (f->name)
				buf_char(out, ' ');
			expr_print(out, f->type);
		}
		if (f->tag && !shared) {
			buf_char(out, ' ');
			expr_print(out, f->tag);
		}
		if (i + 1 < list->len)
			buf_str(out, shared ? ", " : separator);
	}
}

static void print_signature(Buf *out, const FuncType *type)
{
	buf_char(out, '(');
	print_fields(out, &type->params, ", ");
	buf_char(out, ')');
	if (type->results.len == 0)
		return;
	buf_char(out, ' ');
	if (type->results.len == 1 && !type->results.items[0]->name) {
		expr_print(out, type->results.items[0]->type);
		return;
	}
	buf_char(out, '(');
	print_fields(out, &type->results, ", ");
	buf_char(out, ')');
}

static void print_interface(Buf *out, const Expr *e)
{
	buf_str(out, "interface{");
	for (int i = 0; i < e->fields.len; i++) {
		const Field *f = e->fields.items[i];

		if (i > 0)
			buf_str(out, "; ");
		if (f->is_method) {
			buf_str(out, f->name);
			print_signature(out, f->type->func_type);
		} else {
			expr_print(out, f->type);
		}
	}
	buf_char(out, '}');
}

static void print_slice(Buf *out, const Expr *e)
{
	expr_print(out, e->x);
	buf_char(out, '[');
	for (int i = 0; i < (e->full_slice ? 3 : 2); i++) {
		if (i > 0)
			buf_char(out, ':');
		if (e->index[i])
			expr_print(out, e->index[i]);
	}
	buf_char(out, ']');
}

/* chan (<-chan T) needs its parentheses: chan <-chan T would be read as chan<- (chan T). */
static void print_chan(Buf *out, const Expr *e)
{
	bool inner_receives = e->dir == CHAN_BOTH && e->x->kind == EXPR_CHAN_TYPE && e->x->dir == CHAN_RECV;

	buf_str(out, e->dir == CHAN_RECV ? "<-chan " : e->dir == CHAN_SEND ? "chan<- " : "chan ");
	if (inner_receives)
		buf_char(out, '(');
	expr_print(out, e->x);
	if (inner_receives)
		buf_char(out, ')');
}

static void print_type(Buf *out, const Expr *e)
{
	switch (e->kind) {
	case EXPR_ARRAY_TYPE: case EXPR_MAP_TYPE:
		buf_str(out, e->kind == EXPR_MAP_TYPE ? "map[" : "[");
		expr_print(out, e->x);
		buf_char(out, ']');
		expr_print(out, e->y);
		break;
	case EXPR_SLICE_TYPE:
		buf_str(out, "[]");
		expr_print(out, e->x);
		break;
	case EXPR_CHAN_TYPE:
		print_chan(out, e);
		break;
	case EXPR_STRUCT_TYPE:
		buf_str(out, "struct{");
		print_fields(out, &e->fields, "; ");
		buf_char(out, '}');
		break;
	case EXPR_INTERFACE_TYPE:
		print_interface(out, e);
		break;
	case EXPR_FUNC: case EXPR_FUNC_TYPE:
		buf_str(out, "func");
		if (e->func_type)           /* literals that the inliner made were never written */
			print_signature(out, e->func_type);
		break;
	default:
		require(!"an expression of a kind that is not printed");
	}
}

static void print_call(Buf *out, const Expr *e)
{
	if (e->x)                       /* what the inliner calls of the runtime has no name */
		expr_print(out, e->x);
	buf_char(out, e->kind == EXPR_INDEX ? '[' : '(');
	print_list(out, &e->list);
	if (e->has_dots)
		buf_str(out, "...");
	buf_char(out, e->kind == EXPR_INDEX ? ']' : ')');
}

static void print_composite(Buf *out, const Expr *e)
{
	if (e->x)
		expr_print(out, e->x);
	buf_str(out, e->list.len > 0 ? "{…}" : "{}");
}

static void print_func(Buf *out, const Expr *e)
{
	print_type(out, e);
	buf_str(out, e->body && e->body->list.len > 0 ? " {…}" : " {}");
}

/* As written but for blanks. A node that has not been seen may be any kind: the checker prints what it refuses. */
void expr_print(Buf *out, const Expr *e)
{
	switch (e->kind) {
	case EXPR_BAD: buf_str(out, "_"); break;
	case EXPR_NAME: buf_str(out, e->name); break;
	case EXPR_LITERAL: buf_bytes(out, e->text, e->text_len); break;
	case EXPR_COMPOSITE: print_composite(out, e); break;
	case EXPR_FUNC: print_func(out, e); break;
	case EXPR_PAREN: buf_char(out, '('); expr_print(out, e->x); buf_char(out, ')'); break;
	case EXPR_SELECTOR: expr_print(out, e->x); buf_char(out, '.'); buf_str(out, e->name); break;
	case EXPR_INDEX: case EXPR_CALL: print_call(out, e); break;
	case EXPR_SLICE: print_slice(out, e); break;
	case EXPR_ASSERT:
		expr_print(out, e->x);
		buf_str(out, ".(");
		if (e->type_expr)
			expr_print(out, e->type_expr);
		else
			buf_str(out, "type");
		buf_char(out, ')');
		break;
	case EXPR_STAR: buf_char(out, '*'); expr_print(out, e->x); break;
	case EXPR_UNARY: buf_str(out, op_text(e->op)); expr_print(out, e->x); break;
	case EXPR_BINARY:
		expr_print(out, e->x);
		buf_printf(out, " %s ", op_text(e->op));
		expr_print(out, e->y);
		break;
	case EXPR_KEY_VALUE: expr_print(out, e->x); buf_str(out, ": "); expr_print(out, e->y); break;
	case EXPR_ELLIPSIS:
		buf_str(out, "...");
		if (e->x)
			expr_print(out, e->x);
		break;
	default:
		print_type(out, e);
	}
}

const char *expr_text(Compiler *c, const Expr *e)
{
	Buf b;

	buf_init(&b, c->arena);
	expr_print(&b, e);
	return b.s;
}
