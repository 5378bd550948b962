/*
 * build_expr.c - expression nodes.
 *
 * Every node gets three positions here: pos where messages about it point, start
 * its leftmost token, end its closing bracket (or the start of its last token).
 */
#include "build.h"

#include <string.h>

Pos token_pos(const Parser *p, const Token *t)
{
	debug_require(!t || (t >= p->tokens && t < p->tokens + p->count && t->line > 0));
	return t ? (Pos){(uint32_t)p->source->index, t->line, t->col, 0} : NO_POS;
}

static Expr *expr_new(Parser *p, ExprKind kind, Pos start, Pos pos, Pos end)
{
	Expr *e = NEW(p->arena, Expr);

	debug_require(kind >= EXPR_BAD && kind <= EXPR_FUNC_TYPE);
	e->kind = kind;
	e->start = start;
	e->pos = pos;
	e->end = end;
	return e;
}

static Expr *expr_at(Parser *p, ExprKind kind, const Token *t)
{
	Pos pos = token_pos(p, t);

	return expr_new(p, kind, pos, pos, pos);
}

/* Where an operand or a type was wrong. The checker passes over it without a word, the message is there already. */
Expr *build_bad(Parser *p, const Token *at)
{
	return expr_at(p, EXPR_BAD, at);
}

Expr *build_name(Parser *p, const Token *name)
{
	Expr *e = expr_at(p, EXPR_NAME, name);

	e->name = name->text;
	return e;
}

Expr *build_literal(Parser *p, const Token *t)
{
	Expr *e = expr_at(p, EXPR_LITERAL, t);

	e->literal = (LiteralKind)t->literal;
	e->text = t->text;
	e->text_len = t->length;
	return e;
}

Expr *build_unary(Parser *p, const Token *op, Op kind, Expr *x)
{
	Expr *e = expr_at(p, EXPR_UNARY, op);

	debug_require(kind > OP_NONE && kind < OP_COUNT && x);
	e->op = kind;
	e->x = x;
	e->end = x->end;
	return e;
}

/*
 * <-x is a receive, unless x is a channel type: then the arrow belongs to the type, and what that one's arrow was
 * moves inwards: <-chan T; <-chan<- T is <-chan (<-T), where T must be a channel type in its turn.
 */
Expr *build_receive(Parser *p, const Token *arrow, Expr *x)
{
	Expr *inner = x;
	ChanDir dir = CHAN_SEND;

	if (x->kind != EXPR_CHAN_TYPE)
		return build_unary(p, arrow, OP_RECV, x);
	while (dir == CHAN_SEND) {
		if (inner->kind != EXPR_CHAN_TYPE || inner->dir == CHAN_RECV) {
			bool receives = inner->kind == EXPR_CHAN_TYPE;
			syntax_error(p, token_pos(p, &p->tokens[p->fetched]), "unexpected %s, expected chan",
			             receives ? "<-" : expr_text(p->c, inner));
			break;
		}
		dir = inner->dir;
		inner->dir = CHAN_RECV;
		inner = inner->x;
	}
	x->start = x->pos = token_pos(p, arrow);
	return x;
}

Expr *build_star(Parser *p, const Token *star, Expr *x)
{
	Expr *e = expr_at(p, EXPR_STAR, star);

	e->x = x;
	e->end = x->end;
	return e;
}

Expr *build_binary(Parser *p, Expr *x, const Token *op, Expr *y)
{
	Expr *e = expr_new(p, EXPR_BINARY, x->start, token_pos(p, op), y->end);

	debug_require(x && y && op->op > OP_NONE && op->op < OP_NOT);       /* no unary operator has two operands */
	e->op = (Op)op->op;
	e->x = x;
	e->y = y;
	return e;
}

Expr *build_paren(Parser *p, const Token *open, Expr *x, const Token *close)
{
	Expr *e = expr_at(p, EXPR_PAREN, open);

	e->x = x;
	e->end = token_pos(p, close);
	return e;
}

Expr *build_selector(Parser *p, Expr *x, const Token *name)
{
	Pos pos = token_pos(p, name);
	Expr *e = expr_new(p, EXPR_SELECTOR, x->start, pos, pos);

	e->x = x;
	e->name = name->text;
	return e;
}

Expr *build_assert(Parser *p, Expr *x, const Token *dot, Expr *type, const Token *close)
{
	Expr *e = expr_new(p, EXPR_ASSERT, x->start, token_pos(p, dot), token_pos(p, close));

	e->x = x;
	e->type_expr = type;
	return e;
}

/* x[i], and x[int, string] where x is generic: which of them it is the checker finds out. */
Expr *build_index(Parser *p, Expr *x, const Token *open, ExprList *list, const Token *close)
{
	Expr *e = expr_new(p, EXPR_INDEX, x->start, token_pos(p, open), token_pos(p, close));

	debug_require(x && list->len > 0);
	e->x = x;
	e->list = *list;
	return e;
}

/* x[lo:hi:max]. Only the first index may be missing where there are two colons; the parser takes the others' place
 * with bad expressions, so that the checker can say which is missing. */
Expr *build_slice(Parser *p, Expr *x, const Token *open, Expr *lo, Expr *hi, const Token *second, Expr *max,
                  const Token *close)
{
	Expr *e = expr_new(p, EXPR_SLICE, token_pos(p, open), token_pos(p, open), token_pos(p, close));

	e->x = x;
	e->index[0] = lo;
	e->index[1] = hi;
	e->index[2] = max;
	e->full_slice = second != NULL;
	if (second && !hi)
		e->index[1] = build_bad(p, second);         /* the checker reports it there */
	if (second && !max)
		e->index[2] = build_bad(p, close);
	return e;
}

Expr *build_call(Parser *p, Expr *x, const Token *open, ExprList *list, const Token *dots, const Token *close)
{
	Expr *e = expr_new(p, EXPR_CALL, x->start, token_pos(p, open), token_pos(p, close));

	e->x = x;
	e->has_dots = dots != NULL;
	if (list)
		e->list = *list;
	return e;
}

/* type NULL: an element of a composite literal whose type is left out, as in []Point{{1, 2}}. */
Expr *build_composite(Parser *p, Expr *type, const Token *open, ExprList *list, const Token *close)
{
	Pos pos = token_pos(p, open);
	Expr *e = expr_new(p, EXPR_COMPOSITE, type ? type->start : pos, pos, token_pos(p, close));

	if (type && type->kind == EXPR_PAREN)
		syntax_error(p, pos, "cannot parenthesize type in composite literal");
	e->x = e->type_expr = type;
	if (list)
		e->list = *list;
	return e;
}

Expr *build_key_value(Parser *p, Expr *key, const Token *colon, Expr *value)
{
	Expr *e = expr_new(p, EXPR_KEY_VALUE, key->start, token_pos(p, colon), value->end);

	e->x = key;
	e->y = value;
	return e;
}

Expr *build_func_literal(Parser *p, const Token *func, FuncType *type, Block *body)
{
	Expr *e = expr_at(p, EXPR_FUNC, func);

	type->pos = e->pos;
	e->func_type = type;
	e->body = body;
	e->end = body->end;
	return e;
}

Expr *build_ellipsis(Parser *p, const Token *dots, Expr *type)
{
	Expr *e = expr_at(p, EXPR_ELLIPSIS, dots);

	e->x = type;
	if (type)
		e->end = type->end;
	return e;
}

/* ---- types ------------------------------------------------------------------------------- */

static Expr *type_of_two(Parser *p, ExprKind kind, const Token *first, Expr *x, Expr *y)
{
	Expr *e = expr_at(p, kind, first);

	debug_require(x);
	e->x = x;
	e->y = y;
	e->end = y ? y->end : x->end;
	return e;
}

Expr *build_array_type(Parser *p, const Token *open, Expr *length, Expr *elem)
{
	return type_of_two(p, EXPR_ARRAY_TYPE, open, length, elem);
}

Expr *build_slice_type(Parser *p, const Token *open, Expr *elem)
{
	return type_of_two(p, EXPR_SLICE_TYPE, open, elem, NULL);
}

Expr *build_map_type(Parser *p, const Token *map, Expr *key, Expr *elem)
{
	return type_of_two(p, EXPR_MAP_TYPE, map, key, elem);
}

Expr *build_chan_type(Parser *p, const Token *first, ChanDir dir, Expr *elem)
{
	Expr *e = type_of_two(p, EXPR_CHAN_TYPE, first, elem, NULL);

	debug_require(dir >= CHAN_BOTH && dir <= CHAN_RECV);
	e->dir = dir;
	return e;
}

Expr *build_func_type(Parser *p, const Token *func, FuncType *type)
{
	Expr *e = expr_at(p, EXPR_FUNC_TYPE, func);

	e->start = type->pos;       /* messages about a function type point to its "(" */
	type->pos = e->pos;
	e->func_type = type;
	return e;
}

Expr *build_fields_type(Parser *p, ExprKind kind, const Token *keyword, FieldList *fields, const Token *close)
{
	Expr *e = expr_at(p, kind, keyword);

	debug_require(kind == EXPR_STRUCT_TYPE || kind == EXPR_INTERFACE_TYPE);
	if (fields)
		e->fields = *fields;
	e->end = token_pos(p, close);
	return e;
}

ExprList *build_exprs(Parser *p, ExprList *list, Expr *x)
{
	if (!list)
		list = NEW(p->arena, ExprList);
	vec_push(p->arena, list, x);
	return list;
}

/* Parentheses stay in the tree for messages and for what cares (a composite literal's type); most ask past them. */
Expr *unparen(Expr *e)
{
	while (e && e->kind == EXPR_PAREN)
		e = e->x;
	return e;
}
