/*
 * share.c - conversions between strings and slices of bytes whose value is looked at where it stands and not kept.
 *
 * The rest of the language cannot tell whether such a value is a copy: comparisons, searches in maps, constant cases,
 * joining, copying, iterating keep nothing of it, and nothing that changes the operand runs before they are done. So
 * the value may be the operand's own bytes (STAYS_SHARED). Go shares in most of these places; lowering looks at once
 * in some more (delete, append(b, string(c)...)). Keys that are stored must be copies: `m[string(b)] = x` is not here.
 */
#include "graph.h"

static Expr *text_conversion(Expr *x)
{
	x = unparen(x);
	return x->kind == EXPR_CALL && x->call_kind == CALL_CONVERSION && x->mode != MODE_CONST && x->type ? x : NULL;
}

/* []byte(s)? */
bool makes_bytes(Expr *x)
{
	x = text_conversion(x);
	Type *to = x && !has_type_params(x->type) ? underlying(x->type) : NULL, *from = x ? value_type(x->list.items[0]) :
		NULL;
	return to && to->kind == TYPE_SLICE && underlying(to->elem)->kind == TYPE_UINT8 && from &&
		!has_type_params(from) && is_string(from);
}

static bool is_bytes(Type *t)
{
	Type *u = underlying(t);
	return u->kind == TYPE_SLICE && underlying(u->elem)->kind == TYPE_UINT8;
}

/* Can the value have the operand's bytes? Runes are always written out anew. */
static bool can_share(Expr *conversion)
{
	Type *to = conversion->type, *from = value_type(conversion->list.items[0]);
	if (!from || has_type_params(to) || has_type_params(from))
		return from != NULL;
	return is_string(to) ? is_bytes(from) : is_bytes(to) && is_string(from);
}

/* Does the conversion x make text that lowering never puts into the frame: string(r), string(runes)? */
bool makes_heap_text(Expr *x)
{
	Expr *conversion = text_conversion(x);
	Type *from = conversion ? value_type(conversion->list.items[0]) : NULL;
	return from && !has_type_params(conversion->type) && !has_type_params(from) && is_string(conversion->type) &&
		!is_bytes(from) && !is_string(from);
}

static void share(Expr *conversion)
{
	if (can_share(conversion))
		conversion->stays |= STAYS_SHARED;
}

/* x, if it is string(b), is looked at only. What it converts is known to lowering, which has the type arguments. */
void share_string(Expr *x)
{
	Expr *conversion = text_conversion(x);
	if (conversion && (is_string(conversion->type) || has_type_params(conversion->type)))
		share(conversion);
}

/* What x, if it is []byte(s), is iterated over: strings do not change while the loop runs. */
void share_range(Expr *x)
{
	Expr *conversion = text_conversion(x);
	if (conversion && !is_string(conversion->type) && !has_type_params(conversion->type))
		share(conversion);
}

/* x, if it is string(b) or []byte(s), is looked at only, and is not compared with nil. */
void share_text(Expr *x)
{
	Expr *conversion = text_conversion(x);
	if (conversion)
		share(conversion);
}

/* The key of a search: string(b), or a literal of structs and arrays with string(b) in it. */
void share_key(Expr *x)
{
	share_string(x);
	x = unparen(x);
	Type *core = x->kind == EXPR_COMPOSITE && x->type ? core_type(x->type) : NULL;
	if (!core || (core->kind != TYPE_STRUCT && core->kind != TYPE_ARRAY))
		return;
	for (int i = 0; i < x->list.len; i++) {
		Expr *element = x->list.items[i];
		share_key(element->kind == EXPR_KEY_VALUE ? element->y : element);
	}
}

static bool is_joined(Expr *x)
{
	return x->kind == EXPR_BINARY && x->op == OP_ADD && x->mode != MODE_CONST;
}

/* Joining gives back an operand as it is if all others are empty. */
static bool has_text(Expr *x)
{
	x = unparen(x);
	size_t n = 0;
	if (is_joined(x))
		return has_text(x->x) || has_text(x->y);
	if (x->mode == MODE_CONST && const_kind(x->cval) == CONST_STRING)
		const_string_value(x->cval, &n);
	return n > 0;
}

static void share_parts(Expr *x)
{
	x = unparen(x);
	if (is_joined(x)) {
		share_parts(x->x);
		share_parts(x->y);
	} else {
		share_string(x);
	}
}

/* a + b + c of strings. */
void share_joined(Expr *x)
{
	if (has_text(x))
		share_parts(x);
}

/* The tag of a switch: no case may run anything. */
void share_tag(Stmt *s)
{
	for (int i = 0; i < s->cases.len; i++)
		for (int j = 0; j < s->cases.items[i]->list.len; j++)
			if (s->cases.items[i]->list.items[j]->mode != MODE_CONST)
				return;
	if (s->x)
		share_string(s->x);
}
