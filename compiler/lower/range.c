/*
 * range.c - for ... range over integers, arrays, slices, strings, maps and
 * channels. Loops over functions are calls by now (inline/rangefunc.c).
 *
 * The range expression is evaluated once. A hidden counter drives the loop; the iteration
 * variables are declared anew in each iteration, so closures capture one each. Where nobody can
 * tell the difference (the variable is neither shared nor assigned) the counter is the
 * variable. In files of before Go 1.22 the variables are declared once, before the loop, and assigned to.
 */
#include "state.h"

typedef struct { IrStmt *loop; BranchTarget *targets; IrStmtList *saved; } Loop;

static bool wants(Stmt *s, int i)
{
	if (i >= s->lhs.len || !s->lhs.items[i])
		return false;
	Expr *e = unparen(s->lhs.items[i]);
	return !(e->kind == EXPR_NAME && e->name[0] == '_' && !e->name[1]);
}

static IrExpr *shared_variable(FuncState *f, Stmt *s, int i)
{
	return map_get(&f->places, s->defined.items[i]);
}

/* Key and value of this iteration, either NULL if not wanted, to the variables. */
static void iterate(FuncState *f, Stmt *s, IrExpr *k, IrExpr *v)
{
	if (!s->define && (k || v)) {
		assign_iteration(f, s, k, v);
		return;
	}
	bool shared = shares_loop_variables(f, s);
	if (k && shared)
		assign(f, shared_variable(f, s, 0), k);
	else if (k)
		define_or_store(f, s, 0, k);
	if (v && shared)
		assign(f, shared_variable(f, s, 1), v);
	else if (v)
		define_or_store(f, s, 1, v);
}

static Loop begin_loop(FuncState *f, Stmt *s, IrExpr *cond)
{
	for (int i = 0; s->define && shares_loop_variables(f, s) && i < s->defined.len; i++)
		if (wants(s, i) && s->defined.items[i] && !map_get(&f->places, s->defined.items[i]))
			declare_variable(f, s->defined.items[i], NULL);
	Loop l = {.loop = stmt_new(f, IR_LOOP), .targets = f->targets};
	l.loop->cond = cond;
	push_target(f, s, l.loop, l.loop);
	l.saved = enter(f, &l.loop->body);
	return l;
}

/* The body was started; now the source's part of it, then `counter = next` as the post statement. */
static void end_loop(FuncState *f, Stmt *s, Loop *l, IrExpr *counter, IrExpr *next)
{
	block(f, s->body);
	f->pos = s->pos;
	leave(f, l->saved);
	f->targets = l->targets;
	if (counter) {
		IrStmtList *saved = enter(f, &l->loop->post);
		assign(f, counter, next);
		leave(f, saved);
	}
	emit(f, l->loop);
}

static IrExpr *plus_one(FuncState *f, IrExpr *h)
{
	IrExpr *e = ir_binary(f->c, OP_ADD, h, int_const(f, 1, h->type), h->type);
	e->no_wrap = true;
	return e;
}

/* The key's variable, if it may be the counter itself; else NULL. */
static Object *counter_object(Stmt *s)
{
	Object *o = s->define && s->defined.len ? s->defined.items[0] : NULL;
	return o && wants(s, 0) && !o->assigned && !must_box(o) ? o : NULL;
}

/* A counter from zero: the key's variable or a hidden one. */
static IrExpr *make_counter(FuncState *f, Stmt *s, Type *type, bool *is_key)
{
	Object *o = counter_object(s);
	*is_key = o && type_in(f, o->type) == type;
	if (*is_key)
		return declare_variable(f, o, NULL);
	IrVar *v = ir_new_var(f->c, f->ir, VAR_LOCAL, "i", type, s->pos);
	assign(f, ir_var(f->c, v), int_const(f, 0, type));
	return ir_var(f->c, v);
}

/* ---- integers ------------------------------------------------------------------------ */

static void range_int(FuncState *f, Stmt *s)
{
	Object *o = s->define && s->defined.len ? s->defined.items[0] : NULL;
	Type *type = o ? type_in(f, o->type) : wants(s, 0) ? type_in(f, s->lhs.items[0]->type) : type_in(f, s->x->type);
	if (is_interface(type))
		type = type_in(f, s->x->type);
	IrExpr *n = rvalue_as(f, s->x, type);
	if (n->kind != IR_CONST)
		n = to_temp(f, n);
	bool is_key;
	IrExpr *h = make_counter(f, s, type, &is_key);
	Loop l = begin_loop(f, s, compare(f, OP_LT, h, n));
	iterate(f, s, wants(s, 0) && !is_key ? h : NULL, NULL);
	end_loop(f, s, &l, h, plus_one(f, h));
}

/* ---- arrays and slices ------------------------------------------------------------------ */

static void range_elements(FuncState *f, Stmt *s, IrExpr *x, IrExpr *n, bool is_slice)
{
	Compiler *c = f->c;
	bool is_key;
	IrExpr *h = make_counter(f, s, basic(f, TYPE_INT), &is_key);
	Loop l = begin_loop(f, s, compare(f, OP_LT, h, n));
	IrExpr *v = NULL;
	if (wants(s, 1))
		v = is_slice ? ir_elem(c, ptr_of(f, x), h, types_canonical(c, underlying(x->type)->elem)) : ir_index(c, x, h);
	iterate(f, s, wants(s, 0) && !is_key ? h : NULL, v);
	end_loop(f, s, &l, h, plus_one(f, h));
}

static void range_array(FuncState *f, Stmt *s, bool pointer)
{
	Type *u = underlying(type_in(f, s->x->type));
	if (pointer)
		u = underlying(u->elem);
	IrExpr *n = ir_int(f->c, u->length);
	if (!wants(s, 1)) {
		if (needs_hoist(s->x))
			rvalue(f, s->x);
		range_elements(f, s, NULL, n, false);
		return;
	}
	IrExpr *x = rvalue(f, s->x);
	if (pointer)
		x = u->length ? deref_checked(f, to_temp(f, x)) : ir_deref(f->c, to_temp(f, x),
		                                                           types_canonical(f->c, underlying(x->type)->elem));
	else
		x = to_temp(f, x);      /* the loop reads a copy */
	range_elements(f, s, x, n, false);
}

static void range_slice(FuncState *f, Stmt *s)
{
	IrExpr *x = to_temp(f, rvalue(f, s->x));
	range_elements(f, s, x, to_temp(f, len_of(f, x)), true);
}

/* ---- strings ------------------------------------------------------------------------------- */

static void range_string(FuncState *f, Stmt *s)
{
	Compiler *c = f->c;
	Type *integer = basic(f, TYPE_INT), *rune = basic(f, TYPE_INT32);
	IrExpr *x = to_temp(f, ir_convert(c, rvalue(f, s->x), basic(f, TYPE_STRING)));
	bool is_key;
	IrExpr *h = make_counter(f, s, integer, &is_key);
	Loop l = begin_loop(f, s, compare(f, OP_LT, h, len_of(f, x)));
	IrVar *r = temp_var(f, rune), *next = temp_var(f, integer);
	next->brief_addr = true;
	IrExpr *byte = ir_elem(c, ptr_of(f, x), h, basic(f, TYPE_UINT8));
	assign(f, ir_var(c, r), ir_convert(c, byte, rune));
	assign(f, ir_var(c, next), plus_one(f, h));
	IrStmt *wide = emit_if(f, compare(f, OP_GE, ir_var(c, r), int_const(f, 128, rune)));
	IrStmtList *saved = enter(f, &wide->body);
	IrVar *decoded = call_rt(f, RT_decode_rune, rune, 3, x, h, ir_addr(c, ir_var(c, next)));
	assign(f, ir_var(c, r), ir_var(c, decoded));
	leave(f, saved);
	iterate(f, s, wants(s, 0) && !is_key ? h : NULL, wants(s, 1) ? ir_var(c, r) : NULL);
	end_loop(f, s, &l, h, ir_var(c, next));
}

/* ---- maps, channels --------------------------------------------------------------------------- */

static IrStmt *iterator_step(FuncState *f, IrVar *it, IrExpr *map, bool first)
{
	IrStmt *s = stmt_new(f, IR_MAP_ITER);
	s->iterator = it;
	s->first = first;
	s->x = first ? map : NULL;
	s->of = map->type;
	return s;
}

static void range_map(FuncState *f, Stmt *s)
{
	Compiler *c = f->c;
	IrExpr *map = to_temp(f, rvalue(f, s->x));
	Type *u = underlying(map->type), *word = word_type(f);
	IrVar *it = ir_new_var(c, f->ir, VAR_LOCAL, "it", word, s->pos);
	it->map_iterator = true;
	emit(f, iterator_step(f, it, map, true));
	IrExpr *key = ir_part(c, ir_var(c, it), PART_ITER_KEY, word), *elem = ir_part(c, ir_var(c, it), PART_ITER_VALUE,
	                                                                              word);
	Loop l = begin_loop(f, s, compare(f, OP_NE, key, ir_zero(c, word)));
	Type *kt = types_canonical(c, u->key), *et = types_canonical(c, u->elem);
	IrExpr *k = wants(s, 0) ? ir_deref(c, ir_convert(c, key, pointer_type(f, kt)), kt) : NULL;
	IrExpr *v = wants(s, 1) ? ir_deref(c, ir_convert(c, elem, pointer_type(f, et)), et) : NULL;
	iterate(f, s, k, v);
	block(f, s->body);
	leave(f, l.saved);
	f->targets = l.targets;
	f->pos = s->pos;
	vec_push(c->arena, &l.loop->post, iterator_step(f, it, map, false));
	emit(f, l.loop);
}

static void range_channel(FuncState *f, Stmt *s)
{
	Compiler *c = f->c;
	IrExpr *channel = to_temp(f, rvalue(f, s->x));
	Loop l = begin_loop(f, s, NULL);
	IrStmt *r = stmt_new(f, IR_RECEIVE);
	r->x = channel;
	IrVar *v = wants(s, 0) ? temp_var(f, types_canonical(c, underlying(channel->type)->elem)) : NULL,
		*ok = temp_var(f, basic(f, TYPE_BOOL));
	vec_push(c->arena, &r->dsts, v);
	vec_push(c->arena, &r->dsts, ok);
	emit(f, r);
	IrStmt *end = emit_if(f, not(f, ir_var(c, ok)));
	IrStmtList *saved = enter(f, &end->body);
	emit_break(f, l.loop);
	leave(f, saved);
	iterate(f, s, v ? ir_var(c, v) : NULL, NULL);
	end_loop(f, s, &l, NULL, NULL);
}

void range_statement(FuncState *f, Stmt *s)
{
	Type *u = underlying(type_in(f, s->x->type));
	switch (u->kind) {
	case TYPE_POINTER:
	case TYPE_ARRAY:
		range_array(f, s, u->kind == TYPE_POINTER);
		break;
	case TYPE_SLICE:
		range_slice(f, s);
		break;
	case TYPE_STRING:
		range_string(f, s);
		break;
	case TYPE_MAP:
		range_map(f, s);
		break;
	case TYPE_CHAN:
		range_channel(f, s);
		break;
	default:
		require(is_integer(u) || is_untyped(u));       /* loops over functions are gone */
		range_int(f, s);
	}
}
