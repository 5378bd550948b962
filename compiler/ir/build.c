/*
 * build.c - constructors of the intermediate representation.
 *
 * Every type that enters a tree is made canonical here or was before: the types of
 * fields, elements and pointers derived from a node's type go through
 * types_canonical, so that users of the tree may compare types by pointer.
 * The constructors fold the few identities that keep the C readable (&*p is p, *&x is
 * x, a conversion to the same type is nothing); they fold no arithmetic: the C
 * compiler does that better.
 */
#include "ir.h"

/* ---- expressions ------------------------------------------------------------ */

IrExpr *ir_expr(Compiler *c, IrExprKind kind, Type *type)
{
	IrExpr *e = NEW(c->arena, IrExpr);
	e->kind = kind;
	e->type = type;
	return e;
}

IrExpr *ir_var(Compiler *c, IrVar *v)
{
	IrExpr *e = ir_expr(c, IR_VAR, v->type);
	e->var = v;
	return e;
}

IrExpr *ir_const(Compiler *c, Constant *v, Type *type)
{
	IrExpr *e = ir_expr(c, IR_CONST, type);
	e->cval = v;
	return e;
}

IrExpr *ir_int(Compiler *c, int64_t v)
{
	return ir_const(c, const_int(c, v), c->types->basic[TYPE_INT]);
}

IrExpr *ir_zero(Compiler *c, Type *type)
{
	return ir_expr(c, IR_ZERO, type);
}

IrExpr *ir_field(Compiler *c, IrExpr *x, int index)
{
	Type *s = underlying(x->type);
	if (s->kind != TYPE_STRUCT || index < 0 || index >= s->fields.len)
		ice(c, NO_POS, "ir_field: no field %d in %s", index, type_text(c, x->type));
	IrExpr *e = ir_expr(c, IR_FIELD, types_canonical(c, s->fields.items[index]->type));
	e->x = x;
	e->index = index;
	return e;
}

IrExpr *ir_deref(Compiler *c, IrExpr *pointer, Type *pointee)
{
	if (pointer->kind == IR_ADDR && pointer->x->type == pointee)
		return pointer->x;
	IrExpr *e = ir_expr(c, IR_DEREF, pointee);
	e->x = pointer;
	return e;
}

IrExpr *ir_addr(Compiler *c, IrExpr *place)
{
	Type *pointer = types_canonical(c, pointer_to(c, place->type));
	if (place->kind == IR_DEREF && place->x->type == pointer)
		return place->x;
	IrExpr *e = ir_expr(c, IR_ADDR, pointer);
	e->x = place;
	return e;
}

IrExpr *ir_index(Compiler *c, IrExpr *array, IrExpr *i)
{
	IrExpr *e = ir_expr(c, IR_INDEX, types_canonical(c, underlying(array->type)->elem));
	e->x = array;
	e->y = i;
	return e;
}

IrExpr *ir_elem(Compiler *c, IrExpr *pointer, IrExpr *i, Type *elem)
{
	IrExpr *e = ir_expr(c, IR_ELEM, elem);
	e->x = pointer;
	e->y = i;
	return e;
}

/* Parts of a value that was just made are its components. */
static IrExpr *part_of_make(IrExpr *x, IrPart part)
{
	if (x->kind != IR_MAKE)
		return NULL;
	int i = part == PART_PTR || part == PART_RE || part == PART_TAB ? 0
		: part == PART_LEN || part == PART_IM || part == PART_DATA ? 1 : part == PART_CAP ? 2 : -1;
	TypeKind kind = underlying(x->type)->kind;
	if (kind == TYPE_STRUCT || kind == TYPE_ARRAY || i < 0 || i >= x->args.len)
		return NULL;
	return x->args.items[i];
}

IrExpr *ir_part(Compiler *c, IrExpr *x, IrPart part, Type *type)
{
	IrExpr *known = part_of_make(x, part);
	if (known && (known->kind == IR_CONST || known->kind == IR_VAR) && known->type == type)
		return known;
	IrExpr *e = ir_expr(c, IR_PART, type);
	e->x = x;
	e->part = part;
	return e;
}

IrExpr *ir_unary(Compiler *c, Op op, IrExpr *x, Type *type)
{
	if (op == OP_NOT && x->kind == IR_UNARY && x->op == OP_NOT)
		return x->x;
	IrExpr *e = ir_expr(c, IR_UNARY, type);
	e->op = op;
	e->x = x;
	return e;
}

IrExpr *ir_binary(Compiler *c, Op op, IrExpr *x, IrExpr *y, Type *type)
{
	IrExpr *e = ir_expr(c, IR_BINARY, type);
	e->op = op;
	e->x = x;
	e->y = y;
	return e;
}

IrExpr *ir_convert(Compiler *c, IrExpr *x, Type *type)
{
	if (x->type == type)
		return x;
	if (x->kind == IR_ZERO)
		return ir_zero(c, type);
	IrExpr *e = ir_expr(c, IR_CONVERT, type);
	e->x = x;
	return e;
}

IrExpr *ir_make(Compiler *c, Type *type, int n, ...)
{
	IrExpr *e = ir_expr(c, IR_MAKE, type);
	va_list ap;
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		vec_push(c->arena, &e->args, va_arg(ap, IrExpr *));
	va_end(ap);
	return e;
}

IrExpr *ir_type(Compiler *c, Type *of)
{
	IrExpr *e = ir_expr(c, IR_TYPE, c->types->basic[TYPE_UNSAFE_POINTER]);
	e->of = of;
	return e;
}

IrExpr *ir_itab(Compiler *c, Type *iface, Type *concrete)
{
	IrExpr *e = ir_expr(c, IR_ITAB, c->types->basic[TYPE_UNSAFE_POINTER]);
	e->type2 = iface;
	e->of = concrete;
	return e;
}

IrExpr *ir_rt(Compiler *c, RtFunc f, Type *type, int n, ...)
{
	IrExpr *e = ir_expr(c, IR_RT, type);
	e->rt = f;
	va_list ap;
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		vec_push(c->arena, &e->args, va_arg(ap, IrExpr *));
	va_end(ap);
	return e;
}

IrExpr *ir_text(Compiler *c, const char *text, Type *type)
{
	IrExpr *e = ir_expr(c, IR_TEXT, type);
	e->text = text;
	return e;
}

bool ir_is_place(const IrExpr *e)
{
	switch (e->kind) {
	case IR_VAR:
	case IR_GLOBAL:
	case IR_DEREF:
	case IR_ELEM:
	case IR_STATIC:
		return true;
	case IR_FIELD:
	case IR_INDEX:
		return ir_is_place(e->x);
	default:
		return false;
	}
}

/* ---- variables, statements ------------------------------------------------------ */

IrVar *ir_new_var(Compiler *c, IrFunc *f, IrVarKind kind, const char *name, Type *type, Pos pos)
{
	IrVar *v = NEW(c->arena, IrVar);
	v->kind = kind;
	v->name = name;
	v->type = type;
	v->pos = pos;
	v->id = f->vars.len;
	vec_push(c->arena, &f->vars, v);
	return v;
}

IrStmt *ir_stmt(Compiler *c, IrStmtKind kind, Pos pos)
{
	IrStmt *s = NEW(c->arena, IrStmt);
	s->kind = kind;
	s->pos = pos;
	return s;
}

bool ir_calls_runtime(const IrExpr *e)
{
	if (!e)
		return false;
	for (int i = 0; i < e->args.len; i++)
		if (ir_calls_runtime(e->args.items[i]))
			return true;
	return e->kind == IR_RT || ir_calls_runtime(e->x) || ir_calls_runtime(e->y);
}
