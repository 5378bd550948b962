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
#include "../../runtime/include/gol/effects.h"

/* ---- expressions ------------------------------------------------------------ */

IrExpr *ir_expr(Compiler *c, IrExprKind kind, Type *type)
{
	debug_require(kind <= IR_TEXT && type);
	IrExpr *e = NEW(c->arena, IrExpr);
	e->kind = kind;
	e->type = type;
	return e;
}

IrExpr *ir_var(Compiler *c, IrVar *v)
{
	require(v && v->type);
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

/* May a value of type t be looked through as a pointer to elem? Words of unknown type may: who made them knows. */
static bool points_to(Compiler *c, Type *t, Type *elem)
{
	Type *u = underlying(t);
	return u->kind == TYPE_UNSAFE_POINTER || (u->kind == TYPE_POINTER && types_canonical(c, u->elem) == elem);
}

IrExpr *ir_deref(Compiler *c, IrExpr *pointer, Type *pointee)
{
	debug_require(points_to(c, pointer->type, pointee));
	if (pointer->kind == IR_ADDR && pointer->x->type == pointee)
		return pointer->x;
	IrExpr *e = ir_expr(c, IR_DEREF, pointee);
	e->x = pointer;
	return e;
}

IrExpr *ir_addr(Compiler *c, IrExpr *place)
{
	require(ir_is_place(place));
	Type *pointer = types_canonical(c, pointer_to(c, place->type));
	if (place->kind == IR_DEREF && place->x->type == pointer)
		return place->x;
	IrExpr *e = ir_expr(c, IR_ADDR, pointer);
	e->x = place;
	return e;
}

IrExpr *ir_index(Compiler *c, IrExpr *array, IrExpr *i)
{
	require(underlying(array->type)->kind == TYPE_ARRAY && is_integer(i->type));
	IrExpr *e = ir_expr(c, IR_INDEX, types_canonical(c, underlying(array->type)->elem));
	e->x = array;
	e->y = i;
	return e;
}

IrExpr *ir_elem(Compiler *c, IrExpr *pointer, IrExpr *i, Type *elem)
{
	require(points_to(c, pointer->type, elem) && is_integer(i->type));
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

/* Has a value of this type that part? Words stand for values of types that their users know. */
static bool has_part(Type *t, IrPart part)
{
	TypeKind kind = underlying(t)->kind;
	switch (part) {
	case PART_PTR:
	case PART_LEN:
		return kind == TYPE_SLICE || is_string(t);
	case PART_CAP:
		return kind == TYPE_SLICE;
	case PART_TYPE:
	case PART_TAB:
	case PART_DATA:
		return kind == TYPE_INTERFACE;
	case PART_RE:
	case PART_IM:
		return is_complex(t);
	case PART_WORD:
		return is_pointer_shaped(t);
	case PART_UNWORD:
	case PART_ITER_KEY:
	case PART_ITER_VALUE:
		return kind == TYPE_UNSAFE_POINTER;
	}
	return false;
}

IrExpr *ir_part(Compiler *c, IrExpr *x, IrPart part, Type *type)
{
	require(has_part(x->type, part));
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
	require(op == OP_SUB || op == OP_XOR || op == OP_NOT);
	if (op == OP_NOT && x->kind == IR_UNARY && x->op == OP_NOT)
		return x->x;
	IrExpr *e = ir_expr(c, IR_UNARY, type);
	e->op = op;
	e->x = x;
	return e;
}

IrExpr *ir_binary(Compiler *c, Op op, IrExpr *x, IrExpr *y, Type *type)
{
	/* what verify.c says later, without the place that made it */
	debug_require(op == OP_SHL || op == OP_SHR || x->type == y->type);
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

/* Emission prints them by number, so one that is missing would be read beyond the list. */
int64_t ir_components(Type *type)
{
	Type *u = underlying(type);
	switch (u->kind) {
	case TYPE_SLICE:
		return 3;
	case TYPE_STRUCT:
		return u->fields.len;
	case TYPE_ARRAY:
		return u->length;
	default:
		return is_string(type) || u->kind == TYPE_INTERFACE || is_complex(type) ? 2 : -1;
	}
}

IrExpr *ir_make(Compiler *c, Type *type, int n, ...)
{
	require(n == ir_components(type));
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
	require(is_interface(iface) && !is_interface(concrete));
	IrExpr *e = ir_expr(c, IR_ITAB, c->types->basic[TYPE_UNSAFE_POINTER]);
	e->type2 = iface;
	e->of = concrete;
	return e;
}

IrExpr *ir_rt(Compiler *c, RtFunc f, Type *type, int n, ...)
{
	/* expressions are pure: what unwinds is a statement, whose place in the order is known */
	require(!(rt_effects(f) & (GOL_MAY_PANIC | GOL_MAY_FREEZE)));
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
	require(type && kind <= VAR_TEMP);
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
