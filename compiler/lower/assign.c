/*
 * assign.c - assignments, definitions, variable declarations.
 *
 * a, b = x, y evaluates the operands of indices and pointer indirections on the left
 * and everything on the right, keeps them, then assigns left to right; the check of the outermost
 * index or pointer happens at its turn (x[1], x[2] = 4, 5 may set x[1] and panic). Prepared is
 * such a left side.
 */
#include "state.h"
#include "walk.h"

typedef struct Prepared {
	enum { TO_NOTHING, TO_PLACE, TO_MAP, TO_INDEX, TO_POINTER, TO_FIELD } kind;
	IrExpr *x, *i;          /* PLACE: x. MAP: map and key. INDEX: operand and index. POINTER, FIELD: pointer */
	Selection *selection;   /* FIELD */
	Type *type;             /* of what is assigned to */
	Pos pos;
} Prepared;

static bool is_blank(Expr *e)
{
	return e->kind == EXPR_NAME && !e->object && e->name[0] == '_' && !e->name[1];
}

static bool is_blank_name(Expr *e)
{
	e = unparen(e);
	return is_blank(e) || (e->kind == EXPR_NAME && e->name[0] == '_' && !e->name[1]);
}

static bool is_map_index(FuncState *f, Expr *e)
{
	e = unparen(e);
	return e->kind == EXPR_INDEX && underlying(type_in(f, e->x->type))->kind == TYPE_MAP;
}

/* A value that assignments to the program's variables cannot change. */
static IrExpr *kept(FuncState *f, IrExpr *v)
{
	if (v->kind == IR_CONST || v->kind == IR_ZERO || v->kind == IR_FUNC || v->kind == IR_TYPE ||
	    (v->kind == IR_VAR && v->var->kind == VAR_TEMP))
		return v;
	return to_temp(f, v);
}

/* ---- stores ---------------------------------------------------------------------- */

static IrExpr *map_slot(FuncState *f, IrExpr *map, IrExpr *key)
{
	require(underlying(map->type)->kind == TYPE_MAP);
	Type *elem = types_canonical(f->c, underlying(map->type)->elem);
	IrExpr *address = brief_address(f, key);
	IrVar *p = call_rt(f, RT_map_assign, pointer_type(f, elem), 3, ir_type(f->c, map->type), map, address);
	p->not_nil = true;
	return ir_deref(f->c, ir_var(f->c, p), elem);
}

static IrExpr *map_key(FuncState *f, Expr *e, IrExpr *map)
{
	return value_as(f, e->list.items[0], types_canonical(f->c, underlying(map->type)->key));
}

/* Store to an expression whose calls were hoisted; v was read already or reads nothing that changes. */
static void store_value(FuncState *f, Expr *lhs, IrExpr *v)
{
	if (is_blank_name(lhs))
		return;
	Expr *e = unparen(lhs);
	if (is_map_index(f, e)) {
		v = kept(f, v);
		IrExpr *map = atom(f, value(f, e->x)), *key = map_key(f, e, map);
		assign(f, map_slot(f, map, key), v);
		return;
	}
	assign(f, value(f, e), v);
}

static Type *target_type(FuncState *f, Expr *lhs)
{
	return type_in(f, unparen(lhs)->type);
}

void store_to(FuncState *f, Expr *lhs, IrExpr *v, Type *from)
{
	(void)from;
	if (is_blank_name(lhs))
		return;
	hoist(f, lhs);
	store_value(f, lhs, convert_implicit(f, v, target_type(f, lhs)));
}

/* ---- several left sides ---------------------------------------------------------------- */

/* The place, with every operand that a later assignment could change in a temporary. */
static IrExpr *pinned(FuncState *f, IrExpr *place)
{
	IrExpr *r = NEW(f->c->arena, IrExpr);
	*r = *place;
	switch (place->kind) {
	case IR_FIELD:
		r->x = pinned(f, place->x);
		return r;
	case IR_INDEX:
		r->x = pinned(f, place->x);
		r->y = kept(f, place->y);
		return r;
	case IR_ELEM:
		r->x = kept(f, place->x);
		r->y = kept(f, place->y);
		return r;
	case IR_DEREF:
		if (!(place->x->kind == IR_VAR && place->x->var->not_nil))
			r->x = kept(f, place->x);
		return r;
	default:
		return place;
	}
}

static Prepared prepare_index(FuncState *f, Expr *e, Prepared p)
{
	IrExpr *x = value(f, e->x);
	TypeKind kind = underlying(x->type)->kind;
	p.kind = kind == TYPE_MAP ? TO_MAP : TO_INDEX;
	p.x = kind == TYPE_ARRAY ? pinned(f, x) : kept(f, x);
	p.i = kept(f, kind == TYPE_MAP ? map_key(f, e, x) : value(f, e->list.items[0]));
	return p;
}

static Prepared prepare(FuncState *f, Expr *lhs)
{
	Expr *e = unparen(lhs);
	Prepared p = {.kind = TO_NOTHING, .pos = e->pos};
	if (is_blank_name(e))
		return p;
	p.type = type_in(f, e->type);
	if (e->kind == EXPR_INDEX)
		return prepare_index(f, e, p);
	if (e->kind == EXPR_STAR) {
		p.kind = TO_POINTER;
		p.x = kept(f, value(f, e->x));
		return p;
	}
	if (e->kind == EXPR_SELECTOR && e->selection) {
		IrExpr *x = value(f, e->x);
		if (underlying(x->type)->kind == TYPE_POINTER) {
			p.kind = TO_FIELD;
			p.x = kept(f, x);
			p.selection = e->selection;
			return p;
		}
	}
	p.kind = TO_PLACE;
	p.x = pinned(f, value(f, e));
	return p;
}

static IrExpr *prepared_index(FuncState *f, Prepared *p)
{
	Compiler *c = f->c;
	IrExpr *x = p->x;
	Type *u = underlying(x->type);
	if (u->kind == TYPE_POINTER) {
		x = deref_checked(f, x);
		u = underlying(x->type);
	}
	IrExpr *i = checked_index(f, p->i, len_of(f, x), u->kind == TYPE_ARRAY ? u->length : -1);
	if (u->kind == TYPE_ARRAY)
		return ir_index(c, x, i);
	return ir_elem(c, ptr_of(f, x), i, types_canonical(c, u->elem));
}

/* The checks of the last index or pointer are made here and not in prepare: by then stores to the left of it have been
 * made, which is seen by whoever recovers. */
static void store_prepared(FuncState *f, Prepared *p, IrExpr *v)
{
	if (p->kind == TO_NOTHING)
		return;
	f->pos = p->pos;
	v = convert_implicit(f, v, p->type);
	switch (p->kind) {
	case TO_MAP:
		v = kept(f, v);
		assign(f, map_slot(f, p->x, p->i), v);
		break;
	case TO_INDEX:
		assign(f, prepared_index(f, p), v);
		break;
	case TO_POINTER:
		assign(f, deref_checked(f, p->x), v);
		break;
	case TO_FIELD:
		assign(f, walk_path(f, p->x, p->selection->path.items, p->selection->path.len), v);
		break;
	default:
		assign(f, p->x, v);
	}
}

/* The values to the left sides; calls in them were hoisted. Three rounds, as the language wants: operands of the left
 * sides are read, then the values, then stores happen left to right. i, a[i] = 1, 2 stores to a[old i]. */
static void store_list(FuncState *f, ExprList *lhs, IrExprList *values)
{
	require(lhs->len == values->len);
	Prepared *p = NEW_ARRAY(f->c->arena, Prepared, lhs->len);
	for (int i = 0; i < lhs->len; i++)
		p[i] = prepare(f, lhs->items[i]);
	for (int i = 0; i < lhs->len; i++)
		values->items[i] = kept(f, values->items[i]);
	for (int i = 0; i < lhs->len; i++)
		store_prepared(f, &p[i], values->items[i]);
}

/* The iteration values to the left sides of a range clause without :=, as one assignment. v may be NULL. */
void assign_iteration(FuncState *f, Stmt *s, IrExpr *k, IrExpr *v)
{
	IrExprList values = {0};
	vec_push(f->c->arena, &values, k ? k : v);
	if (s->lhs.len > 1)
		vec_push(f->c->arena, &values, v ? v : k);
	hoist_list(f, &s->lhs);
	store_list(f, &s->lhs, &values);
}

/* ---- two-valued expressions --------------------------------------------------------------- */

static void receive_two(FuncState *f, Expr *e, IrExprList *out)
{
	IrStmt *s = stmt_new(f, IR_RECEIVE);
	s->x = value(f, e->x);
	IrVar *v = temp_var(f, types_canonical(f->c, underlying(s->x->type)->elem)), *ok = temp_var(f, basic(f, TYPE_BOOL));
	vec_push(f->c->arena, &s->dsts, v);
	vec_push(f->c->arena, &s->dsts, ok);
	emit(f, s);
	vec_push(f->c->arena, out, ir_var(f->c, v));
	vec_push(f->c->arena, out, ir_var(f->c, ok));
}

/* All values of one expression that has several: a call, v, ok := ... */
IrExprList several_values(FuncState *f, Expr *rhs)
{
	Compiler *c = f->c;
	Expr *e = unparen(rhs);
	IrExprList out = {0};
	if (e->kind == EXPR_CALL) {
		IrVarList r = call_results(f, e);
		for (int i = 0; i < r.len; i++)
			vec_push(c->arena, &out, ir_var(c, r.items[i]));
		return out;
	}
	hoist(f, e->x);
	hoist_list(f, &e->list);
	f->pos = e->pos;
	IrExpr *v, *ok = NULL;
	if (e->kind == EXPR_UNARY) {
		receive_two(f, e, &out);
		return out;
	}
	if (e->kind == EXPR_INDEX) {
		IrExpr *map = atom(f, value(f, e->x));
		v = map_lookup(f, map, map_key(f, e, map), &ok);
	} else {
		v = assertion(f, value(f, e->x), type_in(f, e->type_expr->type), &ok);
	}
	vec_push(c->arena, &out, v);
	vec_push(c->arena, &out, kept(f, ok));
	return out;
}

/* The values of the right side, one per left side, each still of its own type unless target says one. */
static IrExprList right_values(FuncState *f, ExprList *rhs, int wanted, Type **targets)
{
	IrExprList out = {0};
	if (rhs->len == 1 && wanted > 1)
		return several_values(f, rhs->items[0]);
	hoist_list(f, rhs);
	for (int i = 0; i < rhs->len; i++) {
		IrExpr *v = targets[i] ? value_as(f, rhs->items[i], targets[i]) :
			unparen(rhs->items[i])->mode == MODE_NIL ? NULL : value(f, rhs->items[i]);
		if (!v)
			v = ir_zero(f->c, word_type(f));
		vec_push(f->c->arena, &out, rhs->len > 1 ? kept(f, v) : v);
	}
	return out;
}

/* ---- statements ------------------------------------------------------------------------------ */

/* Does `x = T{...}` mention x? Then the literal must be complete before x changes. */
static void assign_one(FuncState *f, Expr *lhs, Expr *rhs)
{
	if (is_blank_name(lhs)) {
		IrExpr *v = unparen(rhs)->mode != MODE_NIL ? rvalue(f, rhs) : NULL;
		if (v && f->c->race)        /* the program reads it, says the race detector */
			kept(f, v);
		return;
	}
	ExprList both = {0};
	vec_push(f->c->arena, &both, lhs);
	vec_push(f->c->arena, &both, rhs);
	hoist_list(f, &both);
	store_value(f, lhs, value_as(f, rhs, target_type(f, lhs)));
}

static bool may_panic(Op op)
{
	return op == OP_DIV || op == OP_REM || op == OP_SHL || op == OP_SHR;
}

/* m[k] op= y. One search does where nothing can panic between finding the entry and storing to it. */
static void op_assign_map(FuncState *f, Op op, Expr *e, IrExpr *y, Type *type)
{
	IrExpr *map = atom(f, value(f, e->x)), *key = map_key(f, e, map);
	bool shift = op == OP_SHL || op == OP_SHR;
	if (!may_panic(op)) {
		y = kept(f, y);
		IrExpr *slot = map_slot(f, map, key);
		assign(f, slot, binary_value(f, op, slot, y, type, false));
		return;
	}
	if (key->kind != IR_CONST)
		key = kept(f, key);
	IrExpr *v = kept(f, binary_value(f, op, map_lookup(f, map, key, NULL), y, type, shift));
	assign(f, map_slot(f, map, key), v);
}

static void op_assign(FuncState *f, Stmt *s, Expr *lhs, IrExpr *(*operand)(FuncState *, Stmt *, Type *))
{
	Expr *e = unparen(lhs);
	Type *type = type_in(f, e->type);
	bool shift = s->op == OP_SHL || s->op == OP_SHR;
	hoist(f, e);
	if (s->rhs.len)
		hoist(f, s->rhs.items[0]);
	IrExpr *y = operand(f, s, shift ? NULL : type);
	f->pos = s->pos;
	if (is_map_index(f, e)) {
		op_assign_map(f, s->op, e, y, type);
		return;
	}
	IrExpr *place = value(f, e);
	assign(f, place, binary_value(f, s->op, place, y, type, shift));
}

static IrExpr *right_operand(FuncState *f, Stmt *s, Type *type)
{
	return type ? value_as(f, s->rhs.items[0], type) : value(f, s->rhs.items[0]);
}

static IrExpr *operand_one(FuncState *f, Stmt *s, Type *type)
{
	(void)s;
	return constant_value(f, const_int(f->c, 1), type);
}

void inc_dec_statement(FuncState *f, Stmt *s)
{
	op_assign(f, s, s->x ? s->x : s->lhs.items[0], operand_one);
}

/* New variable i of a define statement, or a store to an old one. */
static void define(FuncState *f, Object *o, Expr *lhs, IrExpr *v)
{
	if (o)
		declare_variable(f, o, convert_implicit(f, v, type_in(f, o->type)));
	else if (!is_blank_name(lhs))
		store_value(f, lhs, convert_implicit(f, v, target_type(f, lhs)));
}

void define_or_store(FuncState *f, Stmt *s, int i, IrExpr *v)
{
	Object *o = s->define && i < s->defined.len ? s->defined.items[i] : NULL;
	if (o)
		declare_variable(f, o, convert_implicit(f, v, type_in(f, o->type)));
	else if (!is_blank_name(s->lhs.items[i]))
		store_to(f, s->lhs.items[i], v, v->type);
}

/* A composite literal for a new variable is built in place. */
static bool define_literal(FuncState *f, Object *o, Expr *rhs)
{
	Expr *e = unparen(rhs);
	if (!o || e->kind != EXPR_COMPOSITE || type_in(f, e->type) != type_in(f, o->type))
		return false;
	TypeKind kind = underlying(type_in(f, e->type))->kind;
	if (kind != TYPE_STRUCT && kind != TYPE_ARRAY)
		return false;
	hoist(f, e);
	composite_into(f, declare_variable(f, o, NULL), e, type_in(f, o->type));
	return true;
}

static void define_list(FuncState *f, ObjectList *objects, ExprList *lhs, ExprList *rhs);

/* A definition some of whose variables are dropped: their values are functions, whose making does nothing. */
static void define_without(FuncState *f, ObjectList *objects, ExprList *lhs, ExprList *rhs)
{
	ObjectList o = {0};
	ExprList l = {0}, r = {0};
	for (int i = 0; i < objects->len; i++) {
		if (is_dropped(objects->items[i])) {
			lower_unwanted(f, rhs->items[i]);
			continue;
		}
		vec_push(f->c->arena, &o, objects->items[i]);
		vec_push(f->c->arena, &r, rhs->items[i]);
		if (lhs)
			vec_push(f->c->arena, &l, lhs->items[i]);
	}
	if (o.len)
		define_list(f, &o, lhs ? &l : NULL, &r);
}

static void define_list(FuncState *f, ObjectList *objects, ExprList *lhs, ExprList *rhs)
{
	int n = objects->len;
	for (int i = 0; n == rhs->len && i < n; i++) {
		if (is_dropped(objects->items[i])) {
			define_without(f, objects, lhs, rhs);
			return;
		}
	}
	if (n == 1 && rhs->len == 1 && define_literal(f, objects->items[0], rhs->items[0]))
		return;
	Type **targets = NEW_ARRAY(f->c->arena, Type *, n + 1);
	for (int i = 0; i < n; i++)
		targets[i] = objects->items[i] ? type_in(f, objects->items[i]->type)
			: lhs && !is_blank_name(lhs->items[i]) ? target_type(f, lhs->items[i]) : NULL;
	IrExprList values = right_values(f, rhs, n, targets);
	require(values.len == n);
	for (int i = 0; i < n; i++) {
		if (objects->items[i] && objects->items[i]->name[0] == '_' && !objects->items[i]->name[1])
			continue;
		define(f, objects->items[i], lhs ? lhs->items[i] : NULL, values.items[i]);
	}
}

void assign_statement(FuncState *f, Stmt *s)
{
	if (s->kind == STMT_DEFINE) {
		define_list(f, &s->defined, &s->lhs, &s->rhs);
		return;
	}
	if (assigns_dropped(s)) {
		lower_unwanted(f, s->rhs.items[0]);
		return;
	}
	if (s->op != OP_NONE) {
		op_assign(f, s, s->lhs.items[0], right_operand);
		return;
	}
	if (s->lhs.len == 1 && s->rhs.len == 1) {
		assign_one(f, s->lhs.items[0], s->rhs.items[0]);
		return;
	}
	hoist_list(f, &s->lhs);
	Type **targets = NEW_ARRAY(f->c->arena, Type *, s->lhs.len);
	for (int i = 0; i < s->lhs.len; i++)
		targets[i] = is_blank_name(s->lhs.items[i]) ? NULL : target_type(f, s->lhs.items[i]);
	IrExprList values = {0};
	if (s->rhs.len == 1) {
		values = several_values(f, s->rhs.items[0]);
	} else {
		hoist_list(f, &s->rhs);
		for (int i = 0; i < s->rhs.len; i++) {
			bool is_nil_value = unparen(s->rhs.items[i])->mode == MODE_NIL;
			IrExpr *v = targets[i] ? value_as(f, s->rhs.items[i], targets[i])
				: is_nil_value ? ir_zero(f->c, word_type(f)) : value(f, s->rhs.items[i]);
			vec_push(f->c->arena, &values, v);
		}
	}
	store_list(f, &s->lhs, &values);
}

void var_declaration(FuncState *f, Decl *d)
{
	if (d->values.len == 0) {
		for (int i = 0; i < d->objects.len; i++)
			declare_variable(f, d->objects.items[i], NULL);
		return;
	}
	define_list(f, &d->objects, NULL, &d->values);
}
