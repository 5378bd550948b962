/*
 * switch.c - expression and type switches (spec, "Switch statements").
 *
 * An expression switch compares its tag with every case by ==, in order; a case that is a constant may come once only.
 * The tag is evaluated once and has its final type before the first case is looked at, so the cases convert to it and
 * not the other way: switch x := 'a'; x { case 97: } compares runes. Without a tag it is one over true.
 *
 * A type switch asks which type is in an interface value. Its variable is one per clause:
 *
 *     switch v := x.(type) {
 *     case int:           v is an int
 *     case string, bool:  v is what x is
 *     }
 *
 * and counts as used if one of them is. Duplicate types are found by comparing each with those before: identical types
 * may be different Types, and lists of hundreds of types are not written by hand.
 */
#include "checker.h"
#include <string.h>

typedef struct SeenCase { Constant *value; Type *type; Pos pos; struct SeenCase *next; } SeenCase;

/* ---- expression switches ------------------------------------------------------------------------- */

/* Constants of the same value and type; by a hash, so that a switch of thousands of cases costs linear time. Of 1 and
 * 1.0 in a switch over an interface the types differ. */
static void find_duplicate(Checker *k, Operand *v, Map *seen)
{
	require(v->mode == MODE_CONST && v->cval);
	void *hash = (void *)(uintptr_t)(const_hash(v->cval) | 1);
	SeenCase *first = map_get(seen, hash);
	for (SeenCase *s = first; s; s = s->next) {
		if (const_equal(s->value, v->cval) && identical(s->type, v->type)) {
			check_error(k, v->expr->start, "duplicate case %s in expression switch\n\t%s: previous case",
			            operand_text(k, v),
			            check_pos_text(k, s->pos));
			return;
		}
	}
	SeenCase *added = NEW(k->arena, SeenCase);
	*added = (SeenCase){v->cval, v->type, v->expr->pos, first};
	map_put(k->arena, seen, hash, added);
}

/* Every case is compared with the tag as x == v would be, and is converted to its type first. true and false may come
 * twice. */
static void case_values(Checker *k, Operand *x, ExprList values, Map *seen)
{
	for (int i = 0; i < values.len; i++) {
		Operand v;
		check_expr(k, &v, values.items[i]);
		if (x->mode == MODE_INVALID || v.mode == MODE_INVALID)
			continue;
		check_convert_untyped(k, &v, x->type);
		if (v.mode == MODE_INVALID)
			continue;
		Operand result = v, tag = *x;
		check_comparison(k, &result, &tag, OP_EQ, true);
		if (result.mode == MODE_INVALID)
			continue;
		if (v.mode == MODE_CONST && const_kind(v.cval) != CONST_UNKNOWN && const_kind(v.cval) != CONST_BOOL)
			find_duplicate(k, &v, seen);
	}
}

/* A switch without a tag is one over true, which stands at its brace. The tag's type is final before the cases are
 * looked at: switch 1 { case int8(1): } compares an int. */
static void switch_tag(Checker *k, Stmt *s, Operand *x)
{
	if (s->x) {
		check_expr(k, x, s->x);
		check_assignment(k, x, NULL, "switch expression");
		if (x->mode != MODE_INVALID && !comparable_type(x->type, true) && !has_nil(x->type)) {
			check_error(k, s->x->start, "cannot switch on %s (%s is not comparable)", operand_text(k, x),
			            type_name_of(k, x->type));
			x->mode = MODE_INVALID;
		}
		return;
	}
	Expr *tag = NEW(k->arena, Expr);
	tag->kind = EXPR_NAME;
	tag->name = intern_str(k->c, "true");
	tag->pos = tag->start = tag->end = s->body ? s->body->pos : s->pos;
	tag->implicit = true;
	*x = (Operand){.mode = MODE_CONST, .type = basic(k, TYPE_BOOL), .cval = const_bool(k->c, true), .expr = tag};
	check_record(k, x);
}

static void check_defaults(Checker *k, Stmt *s)
{
	Case *first = NULL;
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		if (!c->is_default)
			continue;
		if (first)
			check_error(k, c->pos, "multiple defaults (first at %s)", check_pos_text(k, first->pos));
		else
			first = c;
	}
}

/* The last statement that is not empty, labels aside. */
static bool falls_through(Case *c)
{
	for (int i = c->body.len - 1; i >= 0; i--) {
		Stmt *s = c->body.items[i];
		while (s->kind == STMT_LABELED)
			s = s->body_stmt;
		if (s->kind != STMT_EMPTY)
			return s->kind == STMT_FALLTHROUGH;
	}
	return false;
}

void check_switch(Checker *k, unsigned context, Stmt *s)
{
	Operand x;
	Map seen = {0};
	Stmt *saved = k->env.break_target;
	check_open_scope(k, s->pos, s->end);
	if (s->init)
		check_simple_stmt(k, s->init);
	switch_tag(k, s, &x);
	check_defaults(k, s);
	k->env.break_target = s;
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		case_values(k, &x, c->list, &seen);
		unsigned inner = context | IN_SWITCH | (i + 1 < s->cases.len ? FALLTHROUGH_OK : FINAL_CASE);
		check_open_scope(k, c->pos, c->end);
		check_stmt_list(k, inner, c->body);
		check_close_scope(k);
		c->falls_through = falls_through(c);
	}
	k->env.break_target = saved;
	check_close_scope(k);
}

/* ---- type switches ------------------------------------------------------------------------------------- */

typedef struct { Type *type; Pos pos; } SeenType;
typedef struct { VEC(SeenType) list; } SeenTypes;

/* nil may have been declared anew: then it is a type, or an error. */
static bool is_nil_case(Checker *k, Expr *e)
{
	e = unparen(e);
	if (e->kind != EXPR_NAME || strcmp(e->name, "nil") != 0)
		return false;
	Object *o = check_lookup(k, e->name, NULL);
	return o && o->kind == OBJECT_NIL;
}

/* t NULL: nil. */
static bool seen_before(Checker *k, Type *t, Expr *e, SeenTypes *seen)
{
	for (int i = 0; i < seen->list.len; i++) {
		SeenType *s = &seen->list.items[i];
		if (!(t && s->type ? identical(t, s->type) : t == s->type))
			continue;
		check_error(k, e->start, "duplicate case %s in type switch\n\t%s: previous case", t ? type_name_of(k, t) :
		            "nil", check_pos_text(k, s->pos));
		return true;
	}
	vec_push(k->arena, &seen->list, (SeenType){t, e->start});
	return false;
}

/* The types of one clause; returns the last one's type, NULL for nil. */
static Type *case_types(Checker *k, Operand *x, ExprList list, SeenTypes *seen)
{
	Type *t = NULL;
	for (int i = 0; i < list.len; i++) {
		Expr *e = list.items[i];
		if (is_nil_case(k, e)) {
			t = NULL;
			e->mode = MODE_NIL;
			e->type = basic(k, TYPE_UNTYPED_NIL);
			unparen(e)->mode = MODE_NIL;
			unparen(e)->type = e->type;
			e->object = check_lookup(k, unparen(e)->name, NULL);
		} else {
			t = check_var_type(k, e);
			if (!is_valid(t))
				continue;
		}
		if (seen_before(k, t, e, seen) || !t || x->mode == MODE_INVALID)
			continue;
		const char *cause = NULL;
		if (check_cannot_hold(k, x->type, t, &cause))
			check_error(k, e->start, "impossible type switch case: %s\n\t%s cannot have dynamic type %s %s",
			            text_of(k, e), operand_text(k, x), type_name_of(k, t),
			            cause ? cause : "");
	}
	return t;
}

/* x.(type) is asked of an interface value; a type parameter is none, whatever its constraint: any(x) is. */
static void guard_operand(Checker *k, Stmt *s, Operand *x)
{
	check_expr(k, x, s->x);
	if (x->mode == MODE_INVALID)
		return;
	if (is_type_param(x->type)) {
		check_error(k, s->x->start, "cannot use type switch on type parameter value %s", operand_text(k, x));
		x->mode = MODE_INVALID;
	} else if (x->mode == MODE_NIL || underlying(x->type)->kind != TYPE_INTERFACE) {
		check_error(k, s->x->start, "%s is not an interface", operand_text(k, x));
		x->mode = MODE_INVALID;
	}
}

/* Each clause has a variable of its own: of the clause's type if it lists one, else of the guard's. */
static Object *clause_variable(Checker *k, Stmt *s, Case *c, Type *t)
{
	Object *o = check_new_local(k, s->name, s->name_pos, t);
	c->object = o;
	check_declare(k, k->env.scope, o, o->pos);
	return o;
}

/* The name counts as used if it is in any clause. */
void check_type_switch(Checker *k, unsigned context, Stmt *s)
{
	require(s->kind == STMT_TYPE_SWITCH && s->x);
	Operand x;
	SeenTypes seen = {0};
	Stmt *saved = k->env.break_target;
	const char *name = s->name;
	check_open_scope(k, s->pos, s->end);
	if (s->init)
		check_simple_stmt(k, s->init);
	if (name && strcmp(name, "_") == 0) {
		check_error(k, s->name_pos, "no new variable on left side of :=");
		name = NULL;
	}
	guard_operand(k, s, &x);
	check_defaults(k, s);
	k->env.break_target = s;
	bool used = false;
	ObjectList vars = {0};
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		Type *t = case_types(k, &x, c->list, &seen);
		check_open_scope(k, c->pos, c->end);
		if (name) {
			if (c->list.len != 1 || !t)
				t = x.mode == MODE_INVALID ? invalid_type(k) : x.type;
			vec_push(k->arena, &vars, clause_variable(k, s, c, t));
		}
		unsigned inner = context | IN_SWITCH | IN_TYPE_SWITCH;
		check_stmt_list(k, inner, c->body);
		check_close_scope(k);
	}
	for (int i = 0; i < vars.len; i++) {
		used = used || vars.items[i]->used;
		vars.items[i]->used = true;
	}
	if (name && !used)
		check_error(k, s->name_pos, "%s declared and not used", name);
	k->env.break_target = saved;
	check_close_scope(k);
}
