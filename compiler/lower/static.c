/*
 * static.c - literals that are data of the C file.
 *
 * Package variables whose initial value is constant data need no code: numbers, strings, func values,
 * literals of such, and (since an initialiser runs once) addresses of literals and the arrays behind
 * slices. Inside functions a literal may run again and what it points to may be
 * changed, so only arrays and structs without pointers of their own are kept as read-only data and copied. The
 * entries of a large map are such an array, which a loop goes through: 2,000 assignments in a row take the C compiler
 * minutes.
 */
#include "state.h"

/* more zeros than that per element given: stored by code, into memory that is zero already */
enum { SPARSE = 256 };
enum { COPY_LENGTH = 6 };       /* shorter literals inside functions are stored element by element */
enum { TABLE_LENGTH = 25 };     /* maps of so many entries are filled by a loop over a table */

static bool is_static(FuncState *f, Expr *e, Type *type, bool once);

static bool elements_static(FuncState *f, Expr *e, Type *type, bool once)
{
	Type *u = underlying(type);
	int64_t index = 0;
	for (int i = 0; i < e->list.len; i++) {
		Expr *x;
		Type *t;
		if (u->kind == TYPE_STRUCT) {
			int field;
			x = struct_element(f, u, e, i, &field);
			t = struct_field_type(f, type, field);
		} else {
			x = array_element(f, e->list.items[i], &index);
			t = types_canonical(f->c, u->elem);
		}
		if (!is_static(f, x, t, once))
			return false;
	}
	return true;
}

static bool composite_static(FuncState *f, Expr *e, Type *type, bool once)
{
	TypeKind kind = underlying(type)->kind;
	if (kind == TYPE_ARRAY && underlying(type)->length / SPARSE > e->list.len)
		return false;
	switch (kind) {
	case TYPE_STRUCT:
	case TYPE_ARRAY:
		return elements_static(f, e, type, once);
	case TYPE_SLICE:
		return once && literal_length(f, e) / SPARSE <= e->list.len && elements_static(f, e, type, once);
	case TYPE_POINTER:
		return once && composite_static(f, e, types_canonical(f->c, underlying(type)->elem), once);
	default:
		return false;
	}
}

/* Is e, as a value of type, data? once: it is evaluated a single time. */
static bool is_static(FuncState *f, Expr *e, Type *type, bool once)
{
	Expr *u = unparen(e);
	if (u->mode == MODE_NIL)
		return true;
	if (u->mode == MODE_CONST)
		return !is_interface(type);
	if (u->kind == EXPR_COMPOSITE)
		return (!u->x || type_in(f, u->type) == type) && composite_static(f, u, type, once);
	if (type_in(f, u->type) != type)
		return false;
	if (u->kind == EXPR_UNARY && u->op == OP_ADDR && once) {
		Expr *x = unparen(u->x);
		if (x->kind == EXPR_COMPOSITE)
			return composite_static(f, x, type_in(f, x->type), once);
		return x->kind == EXPR_NAME && x->object && x->object->kind == OBJECT_VAR && x->object->is_package_level;
	}
	if (u->kind == EXPR_NAME || (u->kind == EXPR_SELECTOR && !u->selection))
		return u->object && u->object->kind == OBJECT_FUNC;
	return false;
}

static IrExpr *static_place(FuncState *f, Type *type, IrExpr *v, bool read_only)
{
	IrExpr *place = ir_expr(f->c, IR_STATIC, type);
	place->data = new_static(f->l, type, v, read_only);
	return place;
}

static IrExpr *static_composite(FuncState *f, Expr *e, Type *type);

static IrExpr *static_element(FuncState *f, Expr *e, Type *type)
{
	Expr *u = unparen(e);
	if (u->mode != MODE_NIL && u->mode != MODE_CONST && u->kind == EXPR_COMPOSITE)
		return static_composite(f, u, type);
	if (u->mode != MODE_NIL && u->mode != MODE_CONST && u->kind == EXPR_UNARY) {
		Expr *x = unparen(u->x);
		if (x->kind == EXPR_COMPOSITE)
			return ir_addr(f->c, static_place(f, type_in(f, x->type), static_composite(f, x, type_in(f, x->type)),
			                                  false));
	}
	return value_as(f, e, type);
}

static IrExpr *static_parts(FuncState *f, Expr *e, Type *type, int64_t n)
{
	Compiler *c = f->c;
	Type *u = underlying(type);
	bool is_struct = u->kind == TYPE_STRUCT;
	IrExpr *made = ir_expr(c, IR_MAKE, type);
	for (int64_t i = 0; i < n; i++)
		vec_push(c->arena, &made->args,
		         ir_zero(c, is_struct ? struct_field_type(f, type, (int)i) : types_canonical(c, u->elem)));
	int64_t index = 0;
	for (int i = 0; i < e->list.len; i++) {
		int field;
		Expr *x = is_struct ? struct_element(f, u, e, i, &field) : array_element(f, e->list.items[i], &index);
		int64_t at = is_struct ? field : index++;
		if (is_struct && is_blank_field(u, field))
			continue;
		require(at >= 0 && at < n);
		made->args.items[at] = static_element(f, x, made->args.items[at]->type);
	}
	return made;
}

static IrExpr *static_composite(FuncState *f, Expr *e, Type *type)
{
	Compiler *c = f->c;
	Type *u = underlying(type);
	if (u->kind == TYPE_POINTER) {
		Type *elem = types_canonical(c, u->elem);
		return ir_convert(c, ir_addr(c, static_place(f, elem, static_composite(f, e, elem), false)), type);
	}
	if (e->list.len == 0 && u->kind != TYPE_SLICE)
		return ir_zero(c, type);
	if (u->kind != TYPE_SLICE)
		return static_parts(f, e, type, u->kind == TYPE_STRUCT ? u->fields.len : u->length);
	Type *elem = types_canonical(c, u->elem);
	int64_t n = literal_length(f, e);
	Type *array = types_canonical(c, array_of(c, elem, n));
	IrExpr *v = n ? static_parts(f, e, array, n) : ir_zero(c, array);
	IrExpr *address = ir_addr(c, static_place(f, array, v, false));
	return ir_make(c, type, 3, ir_convert(c, ir_convert(c, address, word_type(f)), pointer_type(f, elem)),
	               ir_int(c, n), ir_int(c, n));
}

/* The initial value of a package variable as data, or NULL. */
IrExpr *static_initial(FuncState *f, Expr *e, Type *type)
{
	if (!is_static(f, e, type, true))
		return NULL;
	return static_element(f, e, type);
}

/* Inside functions: a place with the elements of the literal, to be copied; NULL where that does not pay or is
 * wrong. */
IrExpr *static_copy(FuncState *f, Expr *e, Type *array)
{
	if (e->list.len < COPY_LENGTH || underlying(array)->length / SPARSE > e->list.len ||
	    !elements_static(f, e, array, false))
		return NULL;
	return static_place(f, array, static_parts(f, e, array, underlying(array)->length), true);
}

/* What an interface points to that gets the literal e: nobody writes to it, so one will do for all. NULL: it is no
 * data. */
IrExpr *static_box(FuncState *f, Expr *e)
{
	Expr *u = unparen(e);
	if (u->mode == MODE_NIL || u->mode == MODE_CONST || u->kind != EXPR_COMPOSITE || u->list.len == 0)
		return NULL;
	Type *type = type_in(f, u->type);
	TypeKind kind = underlying(type)->kind;
	if ((kind != TYPE_STRUCT && kind != TYPE_ARRAY) || is_pointer_shaped(type) || !composite_static(f, u, type, false))
		return NULL;
	return static_place(f, type, static_composite(f, u, type), true);
}

/* The entries of a map literal as a read-only array of structs of key and element; NULL where one is not data, or
 * they are few. */
IrExpr *static_entries(FuncState *f, Expr *e, Type *key, Type *elem)
{
	Compiler *c = f->c;
	if (e->list.len < TABLE_LENGTH)
		return NULL;
	for (int i = 0; i < e->list.len; i++)
		if (!is_static(f, e->list.items[i]->x, key, false) || !is_static(f, e->list.items[i]->y, elem, false))
			return NULL;
	Type *layout = type_new(c, TYPE_STRUCT);
	add_field(f, layout, intern_str(c, "key"), key);
	add_field(f, layout, intern_str(c, "elem"), elem);
	Type *entry = types_canonical(c, layout), *table = types_canonical(c, array_of(c, entry, e->list.len));
	IrExpr *made = ir_expr(c, IR_MAKE, table);
	for (int i = 0; i < e->list.len; i++) {
		Expr *x = e->list.items[i];
		vec_push(c->arena, &made->args, ir_make(c, entry, 2, static_element(f, x->x, key),
		                                        static_element(f, x->y, elem)));
	}
	return static_place(f, table, made, true);
}
