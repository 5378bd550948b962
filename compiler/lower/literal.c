/*
 * literal.c - composite literals.
 *
 * A small struct or array literal is one value (IR_MAKE). Larger ones, and whatever goes to new memory
 * (&T{}, elements of slices, new variables), are built in place: composite_into
 * assumes zeroed memory that nobody else sees.
 */
#include "state.h"

static IrExpr *element_value(FuncState *f, Expr *e, Type *type)
{
	Expr *u = unparen(e);
	if (u->kind == EXPR_COMPOSITE && !u->x)
		return composite_value(f, u, type);
	return value_as(f, e, type);
}

static int field_index(FuncState *f, Type *s, Expr *key)
{
	for (int i = 0; i < s->fields.len; i++)
		if (s->fields.items[i]->name == key->name)
			return i;
	ice(f->c, key->pos, "no field %s", key->name);
}

/* Element i of a struct literal: which field, which expression. */
Expr *struct_element(FuncState *f, Type *s, Expr *e, int i, int *field)
{
	Expr *x = e->list.items[i];
	if (x->kind != EXPR_KEY_VALUE) {
		*field = i;
		return x;
	}
	*field = field_index(f, s, x->x);
	return x->y;
}

/* Element of an array or slice literal; *index is the running index. */
Expr *array_element(FuncState *f, Expr *x, int64_t *index)
{
	if (x->kind != EXPR_KEY_VALUE)
		return x;
	if (!const_fits_int64(x->x->cval, index))
		ice(f->c, x->pos, "index of a literal is no constant");
	return x->y;
}

int64_t literal_length(FuncState *f, Expr *e)
{
	int64_t index = 0, most = 0;
	for (int i = 0; i < e->list.len; i++) {
		array_element(f, e->list.items[i], &index);
		index++;
		most = index > most ? index : most;
	}
	return most;
}

/* Fields named _ stay zero whatever the literal says. */
bool is_blank_field(Type *s, int i)
{
	const char *name = s->fields.items[i]->name;
	return name[0] == '_' && !name[1];
}

/* ---- in place --------------------------------------------------------------------- */

static void element_into(FuncState *f, IrExpr *place, Expr *e)
{
	Expr *u = unparen(e);
	TypeKind kind = underlying(place->type)->kind;
	if (u->kind == EXPR_COMPOSITE && (kind == TYPE_STRUCT || kind == TYPE_ARRAY) &&
	    (!u->x || type_in(f, u->type) == place->type)) {
		composite_into(f, place, u, place->type);
		return;
	}
	IrExpr *v = element_value(f, e, place->type);
	if (v->kind != IR_ZERO)
		assign(f, place, v);
}

static void array_into(FuncState *f, IrExpr *array, Expr *e)
{
	require(underlying(array->type)->kind == TYPE_ARRAY);
	IrExpr *data_copy = static_copy(f, e, array->type);
	if (data_copy) {
		assign(f, array, data_copy);
		return;
	}
	int64_t index = 0;
	for (int i = 0; i < e->list.len; i++) {
		Expr *x = array_element(f, e->list.items[i], &index);
		require(index >= 0 && index < underlying(array->type)->length);     /* no check is emitted for it */
		element_into(f, ir_index(f->c, array, ir_int(f->c, index)), x);
		index++;
	}
}

/* Build the literal in zeroed memory that nobody else sees. */
void composite_into(FuncState *f, IrExpr *place, Expr *e, Type *type)
{
	require(ir_is_place(place) && place->type == type);
	Type *u = underlying(type);
	if (u->kind == TYPE_ARRAY) {
		array_into(f, place, e);
	} else if (u->kind == TYPE_STRUCT) {
		for (int i = 0; i < e->list.len; i++) {
			int field;
			Expr *x = struct_element(f, u, e, i, &field);
			if (is_blank_field(u, field))
				value(f, x);
			else
				element_into(f, ir_field(f->c, place, field), x);
		}
	} else {
		assign(f, place, composite_value(f, e, type));
	}
}

IrExpr *composite_pointer(FuncState *f, Expr *e, Type *type, bool in_frame)
{
	IrExpr *p = allocate(f, type, in_frame);
	composite_into(f, ir_deref(f->c, p, type), e, type);
	return p;
}

/* ---- as values ------------------------------------------------------------------------ */

static IrExpr *built_in_temp(FuncState *f, Expr *e, Type *type)
{
	IrExpr *t = to_temp(f, ir_zero(f->c, type));
	composite_into(f, t, e, type);
	return t;
}

static IrExpr *struct_value(FuncState *f, Expr *e, Type *type)
{
	Type *u = underlying(type);
	if (e->list.len == 0)
		return ir_zero(f->c, type);
	if (u->fields.len > MADE_PARTS)
		return built_in_temp(f, e, type);
	IrExpr *made = ir_expr(f->c, IR_MAKE, type);
	for (int i = 0; i < u->fields.len; i++)
		vec_push(f->c->arena, &made->args, ir_zero(f->c, struct_field_type(f, type, i)));
	for (int i = 0; i < e->list.len; i++) {
		int field;
		Expr *x = struct_element(f, u, e, i, &field);
		IrExpr *v = element_value(f, x, made->args.items[field]->type);
		if (!is_blank_field(u, field))
			made->args.items[field] = v;
	}
	return made;
}

static IrExpr *array_value(FuncState *f, Expr *e, Type *type)
{
	Type *u = underlying(type), *elem = types_canonical(f->c, u->elem);
	if (e->list.len == 0)
		return ir_zero(f->c, type);
	IrExpr *data_copy = static_copy(f, e, type);
	if (data_copy)
		return data_copy;
	if (u->length > MADE_PARTS)
		return built_in_temp(f, e, type);
	IrExpr *made = ir_expr(f->c, IR_MAKE, type);
	for (int64_t i = 0; i < u->length; i++)
		vec_push(f->c->arena, &made->args, ir_zero(f->c, elem));
	int64_t index = 0;
	for (int i = 0; i < e->list.len; i++) {
		Expr *x = array_element(f, e->list.items[i], &index);
		require(index >= 0 && index < u->length);
		made->args.items[index++] = element_value(f, x, elem);
	}
	return made;
}

static IrExpr *slice_literal(FuncState *f, Expr *e, Type *type)
{
	Compiler *c = f->c;
	Type *elem = types_canonical(c, underlying(type)->elem);
	int64_t n = literal_length(f, e);
	Type *array = types_canonical(c, array_of(c, elem, n));
	IrExpr *p = allocate(f, array, e->stays & STAYS_OBJECT);
	if (n)
		array_into(f, ir_deref(c, p, array), e);
	IrExpr *data = ir_convert(c, ir_convert(c, p, word_type(f)), pointer_type(f, elem));
	return to_temp(f, ir_make(c, type, 3, data, ir_int(c, n), ir_int(c, n)));
}

static void map_entry(FuncState *f, IrExpr *m, IrExpr *k, IrExpr *v)
{
	Compiler *c = f->c;
	IrVar *slot = call_rt(f, RT_map_assign, pointer_type(f, v->type), 3, ir_type(c, m->type), m, brief_address(f, k));
	slot->not_nil = true;
	assign(f, ir_deref(c, ir_var(c, slot), v->type), v);
}

/* for i := 0; i < len(table); i++ { m[table[i].key] = table[i].elem } */
static void map_from_table(FuncState *f, IrExpr *m, IrExpr *table)
{
	Compiler *c = f->c;
	IrVar *v = ir_new_var(c, f->ir, VAR_LOCAL, "i", basic(f, TYPE_INT), f->pos);
	IrExpr *i = ir_var(c, v), *entry = ir_index(c, table, i);
	assign(f, i, ir_int(c, 0));
	IrStmt *loop = stmt_new(f, IR_LOOP);
	loop->cond = compare(f, OP_LT, i, ir_int(c, underlying(table->type)->length));
	IrStmtList *saved = enter(f, &loop->body);
	map_entry(f, m, to_temp(f, ir_field(c, entry, 0)), ir_field(c, entry, 1));
	leave(f, saved);
	saved = enter(f, &loop->post);
	assign(f, i, ir_binary(c, OP_ADD, i, ir_int(c, 1), i->type));
	leave(f, saved);
	emit(f, loop);
}

static IrExpr *map_literal(FuncState *f, Expr *e, Type *type)
{
	Compiler *c = f->c;
	Type *u = underlying(type), *key = types_canonical(c, u->key), *elem = types_canonical(c, u->elem);
	IrExpr *m = new_map(f, type, ir_int(c, e->list.len), e->stays & STAYS_OBJECT);
	IrExpr *table = static_entries(f, e, key, elem);
	if (table) {
		map_from_table(f, m, table);
		return m;
	}
	for (int i = 0; i < e->list.len; i++) {
		Expr *x = e->list.items[i];
		IrExpr *k = element_value(f, x->x, key), *v = element_value(f, x->y, elem);
		f->pos = x->pos;
		if (v->kind != IR_CONST && v->kind != IR_ZERO)
			v = to_temp(f, v);
		map_entry(f, m, k, v);
	}
	return m;
}

IrExpr *composite_value(FuncState *f, Expr *e, Type *type)
{
	IrExpr *known = map_get(&f->hoisted, e);
	if (known)
		return known;
	Type *u = underlying(type);
	switch (u->kind) {
	case TYPE_STRUCT:
		return struct_value(f, e, type);
	case TYPE_ARRAY:
		return array_value(f, e, type);
	case TYPE_SLICE:
		return slice_literal(f, e, type);
	case TYPE_MAP:
		return map_literal(f, e, type);
	case TYPE_POINTER:      /* elided &T in a literal's element */
		return ir_convert(f->c, composite_pointer(f, e, types_canonical(f->c, u->elem), e->stays & STAYS_OBJECT), type);
	default:
		ice(f->c, e->pos, "composite literal of %s", type_text(f->c, type));
	}
}

IrStatic *new_static(Lower *l, Type *type, IrExpr *v, bool read_only)
{
	IrStatic *s = NEW(l->c->arena, IrStatic);
	s->symbol = arena_printf(l->c->arena, "%s_5s%d", mangle_package(l->c, l->package->path), ++l->statics);
	s->type = type;
	s->value = v;
	s->read_only = read_only;
	vec_push(l->c->arena, &l->ir->statics, s);
	return s;
}
