/*
 * range.c - for statements with range clause (spec, "For statements with range clause"): over arrays, slices, strings,
 * maps, channels, integers and functions.
 *
 * What is ranged over is evaluated once and decides how many variables there may be and of which types:
 *
 *     array, pointer to one, slice    int, element        string      int, rune
 *     map                             key, element        channel     element
 *     integer n                       of n's type         func        parameters of yield
 *
 * An untyped constant n takes the type of the variable that is assigned to, else int. With := the variables are new;
 * since Go 1.22 in each round, which is lowering's matter and that of capture.c, not of types.
 */
#include "checker.h"
#include <string.h>

typedef struct RangeTypes {
	Type *key, *value;
	bool is_func, is_int, ok;
	const char *cause;
	int permits;                /* how many variables */
} RangeTypes;

/* func(yield func(K, V) bool): the yield function's parameters are the iteration values. */
static void range_func(RangeTypes *r, Type *u)
{
	if (u->fields.len != 1 || u->results.len != 0) {
		r->cause = u->results.len != 0 &&
			u->fields.len == 1 ? "func must be func(yield func(...) bool): unexpected results" :
		           "func must be func(yield func(...) bool): wrong argument count";
		return;
	}
	Type *yield = core_type(u->fields.items[0]->type);
	if (!yield || yield->kind != TYPE_FUNC) {
		r->cause = "func must be func(yield func(...) bool): argument is not func";
		return;
	}
	if (yield->results.len != 1 || !is_boolean(yield->results.items[0]->type) || yield->fields.len > 2) {
		r->cause = yield->fields.len > 2 ?
			"func must be func(yield func(...) bool): yield func has too many parameters" :
		           "func must be func(yield func(...) bool): yield func does not return bool";
		return;
	}
	r->ok = r->is_func = true;
	r->permits = yield->fields.len;
	if (yield->fields.len >= 1)
		r->key = yield->fields.items[0]->type;
	if (yield->fields.len >= 2)
		r->value = yield->fields.items[1]->type;
}

/* What the clause's variables get, by the core type of what is ranged over. Integers and functions need Go 1.22 and
 * 1.23. */
static void range_types(Checker *k, Operand *x, RangeTypes *r)
{
	Type *u = x->mode == MODE_NIL ? NULL : core_type(x->type);
	r->permits = 2;
	if (!u) {
		r->cause = x->mode == MODE_NIL ? NULL : check_no_core_cause(k, x->type);
		return;
	}
	r->ok = true;
	if (is_string(u)) {
		r->key = basic(k, TYPE_INT);
		r->value = k->types->rune_type;
		return;
	}
	if (u->kind <= TYPE_LAST_BASIC && is_integer(u)) {
		r->key = x->type;
		r->is_int = true;
		r->permits = 1;
		if (!check_allows(k, x->expr->start, 22)) {
			r->ok = false;
			r->cause = "requires go1.22 or later";
		}
		return;
	}
	if (u->kind == TYPE_POINTER && underlying(u->elem)->kind == TYPE_ARRAY)
		u = underlying(u->elem);
	switch (u->kind) {
	case TYPE_ARRAY: case TYPE_SLICE:
		r->key = basic(k, TYPE_INT);
		r->value = u->elem;
		break;
	case TYPE_MAP:
		r->key = u->key;
		r->value = u->elem;
		break;
	case TYPE_CHAN:
		r->key = u->elem;
		r->permits = 1;
		if (u->dir == CHAN_SEND) {
			r->ok = false;
			r->cause = arena_printf(k->arena, "receive from send-only channel %s", type_name_of(k, x->type));
		}
		break;
	case TYPE_FUNC:
		r->ok = false;
		if (check_allows(k, x->expr->start, 23))
			range_func(r, u);
		else
			r->cause = "requires go1.23 or later";
		break;
	default:
		r->ok = false;
		break;
	}
}

static bool range_error(Checker *k, Stmt *s, Operand *x, RangeTypes *r)
{
	Expr *key = s->lhs.len > 0 ? s->lhs.items[0] : NULL, *value = s->lhs.len > 1 ? s->lhs.items[1] : NULL;
	if (!r->ok) {
		if (r->cause)
			check_error(k, x->expr->start, "cannot range over %s: %s", operand_text(k, x), r->cause);
		else
			check_error(k, x->expr->start, "cannot range over %s", operand_text(k, x));
		return true;
	}
	if (key && r->permits == 0) {
		check_error(k, key->start, "range over %s permits no iteration variables", operand_text(k, x));
		return true;
	}
	if (value && r->permits < 2) {
		check_error(k, value->start, "range over %s permits only one iteration variable", operand_text(k, x));
		return true;
	}
	if (s->lhs.len > 2) {
		check_error(k, s->lhs.items[2]->start, "range clause permits at most two iteration variables");
		return true;
	}
	return false;
}

static void define_variables(Checker *k, Stmt *s, Operand *x, RangeTypes *r, bool valid)
{
	ObjectList fresh = {0};
	for (int i = 0; i < s->lhs.len; i++) {
		Expr *e = s->lhs.items[i];
		Type *t = i == 0 ? r->key : i == 1 ? r->value : NULL;
		Object *o;
		if (e->kind != EXPR_NAME) {
			check_error(k, e->start, "invalid syntax tree: cannot declare %s", text_of(k, e));
			vec_push(k->arena, &s->defined, NULL);
			continue;
		}
		bool blank = strcmp(e->name, "_") == 0;
		o = blank ? object_new(k->c, OBJECT_VAR, e->name, NULL, e->pos, k->package) : check_new_local(k, e->name,
			e->pos, NULL);
		o->color = BLACK;
		o->assigned = o->changed = !check_allows(k, s->pos, 22);      /* anew in each iteration */
		if (!blank)
			e->object = o;
		if (!valid || !t) {
			o->type = invalid_type(k);
			o->used = true;
		} else if (r->is_int) {
			check_init_var(k, o, x, "range clause");
		} else {
			o->type = t;
		}
		e->type = o->type;
		e->mode = MODE_VARIABLE;
		vec_push(k->arena, &s->defined, blank ? NULL : o);
		if (!blank)
			vec_push(k->arena, &fresh, o);
		if (i == 0 && r->is_int)
			s->range_key = o->type;
	}
	if (fresh.len == 0)
		check_error(k, s->pos, "no new variables on left side of :=");
	for (int i = 0; i < fresh.len; i++)
		check_declare(k, k->env.scope, fresh.items[i], fresh.items[i]->pos);
}

static void assign_variables(Checker *k, Stmt *s, Operand *x, RangeTypes *r, bool valid)
{
	for (int i = 0; i < s->lhs.len && i < 2; i++) {
		Expr *e = s->lhs.items[i];
		Type *t = i == 0 ? r->key : r->value;
		vec_push(k->arena, &s->defined, NULL);
		if (!valid || !t) {
			check_use_lhs(k, e);
			continue;
		}
		if (r->is_int) {
			check_assign_var(k, e, x, NULL, "range clause");
			if (x->mode != MODE_INVALID && !is_integer(x->type))
				check_error(k, e->start, "cannot use iteration variable of type %s", type_name_of(k, x->type));
			s->range_key = x->type;
			continue;
		}
		Operand y = {.mode = MODE_VALUE, .type = t, .expr = e};
		Expr shown = *e;
		y.expr = &shown;
		check_assign_var(k, e, &y, NULL, "assignment");
	}
}

/* An array's length is all that is wanted: then x is a constant and not evaluated. */
static void iterate(Checker *k, Stmt *s, Operand *x)
{
	RangeTypes r = {0};
	bool valid = x->mode != MODE_INVALID;
	if (valid) {
		range_types(k, x, &r);
		if (range_error(k, s, x, &r))
			valid = false;
	}
	s->range_key = valid ? r.key : NULL;
	s->range_value = valid ? r.value : NULL;
	if (valid && !r.is_int)
		check_default(k, x);
	if (s->define)
		define_variables(k, s, x, &r, x->mode != MODE_INVALID && r.ok);
	else
		assign_variables(k, s, x, &r, x->mode != MODE_INVALID && r.ok);
	if (valid && r.is_int && s->lhs.len == 0) {
		check_assignment(k, x, NULL, "range clause");
		s->range_key = x->type;
	} else if (valid && r.is_int) {
		check_default(k, x);
	}
}

void check_range(Checker *k, unsigned context, Stmt *s)
{
	Stmt *saved_break = k->env.break_target, *saved_continue = k->env.continue_target;
	Operand x;
	check_expr(k, &x, s->x);
	check_open_scope(k, s->pos, s->end);
	iterate(k, s, &x);
	k->env.break_target = k->env.continue_target = s;
	check_block_in_scope(k, context | IN_LOOP, s->body);
	k->env.break_target = saved_break;
	k->env.continue_target = saved_continue;
	check_close_scope(k);
}
