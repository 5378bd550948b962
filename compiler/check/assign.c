/*
 * assign.c - assignments, initialisations, short variable declarations (spec, "Assignment statements").
 *
 * One function does the last step of every assignment in the language: check_assignment, for x = y, var x T = y,
 * calls' arguments, results, sends, elements of literals. It gives an untyped value its final type, and asks for
 * assignability. Before that stand the three forms of a list:
 *
 *     a, b = x, y         a value each
 *     a, b = f()          one call of two results
 *     a, b = m[k]         one expression that may also tell whether it was there (comma-ok)
 *
 * The values are evaluated with the type of their left side at hand, where there is one value each: a generic function
 * takes its type arguments from it. Whatever goes wrong, every variable declared has a type in the end, if only the
 * invalid one, so that its uses are not reported once more.
 *
 * Assigning is not using: in x := 1; x = 2 the variable is declared and not used. So the left side's mark is put back
 * after it has been evaluated like any expression.
 */
#include "checker.h"
#include <string.h>

/* ---- one value ----------------------------------------------------------------------------------- */

static void conversion_failed(Checker *k, Operand *x, Type *t, const char *context, ConvCode code)
{
	const char *why = code == CONV_TRUNCATED ? " (truncated)" : code == CONV_OVERFLOW ? " (overflows)" : "";
	check_error(k, x->expr->start, "cannot use %s as %s value in %s%s", operand_text(k, x), type_name_of(k, t),
	            context, why);
	x->mode = MODE_INVALID;
}

/* x is untyped. Where any type will do, or an interface, it gets its default type: var x any = 1 holds an int. */
static bool convert_to_target(Checker *k, Operand *x, Type *t, const char *context)
{
	debug_require(is_untyped(x->type) || x->mode == MODE_NIL);
	Type *target = t, *new_type;
	Constant *value;
	if (x->mode == MODE_NIL) {
		if (!t) {
			check_error(k, x->expr->start, "use of untyped nil in %s", context);
			x->mode = MODE_INVALID;
			return false;
		}
		if (!has_nil(t)) {
			conversion_failed(k, x, t, context, CONV_BAD);
			return false;
		}
		check_update_type(k, x->expr, t, true);
		return true;
	}
	if (!t || is_interface(t))
		target = default_type(k->c, x->type);
	ConvCode code = check_implicit_type(k, x, target, &new_type, &value);
	if (code != CONV_OK) {
		conversion_failed(k, x, target, context, code);
		return false;
	}
	if (value) {
		x->cval = value;
		check_update_value(x->expr, value);
	}
	if (new_type != x->type) {
		x->type = new_type;
		check_update_type(k, x->expr, new_type, false);
		if (x->expr->mode == MODE_INVALID)
			x->mode = MODE_INVALID;
	}
	return x->mode != MODE_INVALID;
}

/* x is assigned to something of type t; NULL: any type will do (_ = x, x := y). */
void check_assignment(Checker *k, Operand *x, Type *t, const char *context)
{
	check_single_value(k, x);
	switch (x->mode) {
	case MODE_INVALID:
		return;
	case MODE_CONST: case MODE_VARIABLE: case MODE_MAP_INDEX: case MODE_VALUE: case MODE_NIL: case MODE_COMMA_OK:
		break;
	default:
		check_error(k, x->expr->start, "cannot assign %s to %s in %s", operand_text(k, x), t ? type_name_of(k, t) :
		            "_", context);
		x->mode = MODE_INVALID;
		return;
	}
	if (t && !is_valid(t)) {
		if (x->mode != MODE_NIL)
			check_default(k, x);
		return;
	}
	if (is_untyped(x->type)) {
		if (!convert_to_target(k, x, t, context) || x->mode == MODE_NIL)
			return;
	}
	if (x->type->kind == TYPE_FUNC && x->type->type_params.len > 0) {
		check_error(k, x->expr->start, "cannot use generic function %s without instantiation in %s",
		            text_of(k, x->expr), context);
		x->mode = MODE_INVALID;
		return;
	}
	if (!t)
		return;
	const char *cause = NULL;
	if (x->type == t || check_assignable(k, x, t, &cause))
		return;
	if (cause)
		check_error(k, x->expr->start, "cannot use %s as %s value in %s: %s", operand_text(k, x), type_name_of(k, t),
		            context, cause);
	else
		check_error(k, x->expr->start, "cannot use %s as %s value in %s", operand_text(k, x), type_name_of(k, t),
		            context);
	x->mode = MODE_INVALID;
}

/* A constant of an invalid type has the value that is unknown, and nothing is said of what follows from it. */
void check_init_const(Checker *k, Object *o, Operand *x)
{
	if (x->mode == MODE_INVALID || !is_valid(x->type) || (o->type && !is_valid(o->type))) {
		if (!o->type)
			o->type = invalid_type(k);
		return;
	}
	if (x->mode != MODE_CONST) {
		check_error(k, x->expr->start, "%s is not constant", operand_text(k, x));
		if (!o->type)
			o->type = invalid_type(k);
		return;
	}
	if (!o->type)
		o->type = x->type;
	if (o->type != x->type)
		check_assignment(k, x, o->type, "constant declaration");
	if (x->mode == MODE_INVALID)
		return;
	o->cval = x->cval;
}

/* Without a written type the variable has that of its value; nil has none to give. */
void check_init_var(Checker *k, Object *o, Operand *x, const char *context)
{
	if (x->mode == MODE_INVALID || !is_valid(x->type) || (o->type && !is_valid(o->type))) {
		if (!o->type)
			o->type = invalid_type(k);
		x->mode = MODE_INVALID;
		return;
	}
	if (!o->type) {
		Type *t = x->type;
		if (x->mode == MODE_NIL) {
			check_error(k, x->expr->start, "use of untyped nil in %s", context);
			o->type = invalid_type(k);
			x->mode = MODE_INVALID;
			return;
		}
		o->type = is_untyped(t) ? default_type(k->c, t) : t;
	}
	check_assignment(k, x, o->type, context);
}

/* ---- mismatched counts ------------------------------------------------------------------------------ */

static const char *measure(Checker *k, int n, const char *unit)
{
	return arena_printf(k->arena, "%d %s%s", n, unit, n == 1 ? "" : "s");
}

void check_assign_error(Checker *k, ExprList rhs, int l, int r)
{
	require(rhs.len > 0);
	const char *vars = measure(k, l, "variable"), *vals = measure(k, r, "value");
	Expr *first = rhs.items[0];
	if (rhs.len == 1 && unparen(first)->kind == EXPR_CALL) {
		check_error(k, first->start, "assignment mismatch: %s but %s returns %s", vars, text_of(k, unparen(first)->x),
		            vals);
		return;
	}
	check_error(k, first->start, "assignment mismatch: %s but %s", vars, vals);
}

static void return_error(Checker *k, Stmt *s, ObjectList lhs, OperandList rhs)
{
	TypeList have = {0}, want = {0};
	for (int i = 0; i < rhs.len; i++)
		vec_push(k->arena, &have, rhs.items[i].type);
	for (int i = 0; i < lhs.len; i++)
		vec_push(k->arena, &want, lhs.items[i]->type);
	Pos at = s->pos;
	bool many = rhs.len > lhs.len;
	if (many)
		at = rhs.items[lhs.len].expr->start;
	else if (rhs.len > 0)
		at = rhs.items[rhs.len - 1].expr->start;
	check_error(k, at, "%s return values\n\thave %s\n\twant %s", many ? "too many" : "not enough",
	            check_types_summary(k, have, false, false), check_types_summary(k, want, false, false));
}

/* Whatever went wrong, variables have a type. */
static void invalidate(Checker *k, ObjectList lhs)
{
	for (int i = 0; i < lhs.len; i++)
		if (!lhs.items[i]->type)
			lhs.items[i]->type = invalid_type(k);
}

static bool is_lone_call(ExprList rhs)
{
	return rhs.len == 1 && unparen(rhs.items[0])->kind == EXPR_CALL;
}

static bool all_valid(OperandList list)
{
	for (int i = 0; i < list.len; i++)
		if (list.items[i].mode == MODE_INVALID)
			return false;
	return true;
}

/* Evaluate expressions that have no counterpart. */
static bool evaluate_each(Checker *k, ExprList rhs, bool single, OperandList *out)
{
	for (int i = 0; i < rhs.len; i++) {
		Operand x;
		if (single)
			check_expr(k, &x, rhs.items[i]);
		else
			check_raw_expr(k, &x, rhs.items[i], NULL, false);
		vec_push(k->arena, out, x);
	}
	return all_valid(*out);
}

/* Initialise variables (var, :=, return) from a list of values or one call of several. */
void check_init_vars(Checker *k, ObjectList lhs, ExprList rhs, Stmt *return_stmt)
{
	const char *context = return_stmt ? "return statement" : "assignment";
	int l = lhs.len, r = rhs.len;
	if (l == r && !is_lone_call(rhs)) {
		for (int i = 0; i < l; i++) {
			Operand x;
			check_expr_target(k, &x, rhs.items[i], lhs.items[i]->type);
			check_init_var(k, lhs.items[i], &x, context);
		}
		return;
	}
	OperandList values = {0};
	bool valid = true;
	for (int i = 0; i < l; i++)
		valid = valid && (!lhs.items[i]->type || is_valid(lhs.items[i]->type));
	if (r != 1) {
		bool ok = evaluate_each(k, rhs, return_stmt, &values);
		if (ok && valid) {
			if (return_stmt)
				return_error(k, return_stmt, lhs, values);
			else
				check_assign_error(k, rhs, l, r);
		}
		invalidate(k, lhs);
		return;
	}
	bool comma_ok;
	check_unpack(k, rhs, &values, l == 2 && !return_stmt, &comma_ok);
	if (values.len == l) {
		Type *first = values.items[0].type;
		for (int i = 0; i < l; i++)
			check_init_var(k, lhs.items[i], &values.items[i], context);
		if (comma_ok && all_valid(values))
			check_record_comma_ok(k, rhs.items[0], first);
		return;
	}
	if (values.len > 0 && values.items[0].mode != MODE_INVALID) {
		if (return_stmt)
			return_error(k, return_stmt, lhs, values);
		else
			check_assign_error(k, rhs, l, values.len);
	}
	invalidate(k, lhs);
}

/* ---- assignments to existing variables ------------------------------------------------------------------ */

/* What a selector selects from is looked at once more for the message; of a package Go complains then. */
void check_not_assignable(Checker *k, Expr *lhs)
{
	Expr *e = unparen(lhs);
	if (e->kind == EXPR_SELECTOR && e->x->mode == MODE_PACKAGE)
		check_error(k, e->x->pos, "use of package %s not in selector", e->x->name);
	if (e->kind == EXPR_SELECTOR && e->x && e->x->mode == MODE_MAP_INDEX) {
		check_error(k, lhs->start, "cannot assign to struct field %s in map", text_of(k, e));
		return;
	}
	check_error(k, lhs->start, "cannot assign to %s (neither addressable nor a map index expression)", text_of(k, lhs));
}

/* The type of a left side; NULL for the blank identifier. Assigning to a variable is no use of it. */
Type *check_lhs(Checker *k, Expr *lhs)
{
	Expr *e = unparen(lhs);
	Object *var = NULL;
	bool was_used = false;
	if (e->kind == EXPR_NAME) {
		if (strcmp(e->name, "_") == 0) {
			e->mode = lhs->mode = MODE_VARIABLE;
			e->type = lhs->type = NULL;
			return NULL;
		}
		Object *o = check_lookup(k, e->name, NULL);
		if (o && o->kind == OBJECT_VAR && o->package == k->package) {
			var = o;
			was_used = o->used;
		}
	}
	Operand x;
	check_expr(k, &x, lhs);
	if (var)
		var->used = was_used;
	if (x.mode == MODE_INVALID)
		return invalid_type(k);
	if (x.mode != MODE_VARIABLE && x.mode != MODE_MAP_INDEX) {
		check_not_assignable(k, lhs);
		return invalid_type(k);
	}
	check_note_assigned(k, lhs);
	return x.type;
}

/* x: the value, or NULL to evaluate rhs, which then knows the left side's type. Assigning to _ needs a value that has
 * a type by itself. */
void check_assign_var(Checker *k, Expr *lhs, Operand *x, Expr *rhs, const char *context)
{
	require(x || rhs);
	Type *t = check_lhs(k, lhs);
	Operand own;
	if (t && !is_valid(t)) {
		if (x)
			x->mode = MODE_INVALID;
		else
			check_use_one(k, rhs);
		return;
	}
	if (!x) {
		x = &own;
		check_expr_target(k, x, rhs, t);
	}
	if (!t && strcmp(context, "assignment") == 0)
		context = "assignment to _ identifier";
	check_assignment(k, x, t, context);
	if (!t && x->mode != MODE_INVALID) {
		Expr *e = unparen(lhs);
		e->type = lhs->type = x->type;
	}
}

/* Three forms: a value each; a call of several results; v, ok = of an expression that may give two. */
void check_assign_vars(Checker *k, ExprList lhs, ExprList rhs)
{
	int l = lhs.len, r = rhs.len;
	if (l == r && !is_lone_call(rhs)) {
		for (int i = 0; i < l; i++)
			check_assign_var(k, lhs.items[i], NULL, rhs.items[i], "assignment");
		return;
	}
	OperandList values = {0};
	if (r != 1) {
		bool ok = true;
		for (int i = 0; i < l; i++) {
			check_use_lhs(k, lhs.items[i]);
			Expr *e = unparen(lhs.items[i]);
			ok = ok && (e->mode != MODE_INVALID || (e->kind == EXPR_NAME && strcmp(e->name, "_") == 0));
		}
		if (evaluate_each(k, rhs, false, &values) && ok)
			check_assign_error(k, rhs, l, r);
		return;
	}
	bool comma_ok;
	check_unpack(k, rhs, &values, l == 2, &comma_ok);
	if (values.len == l) {
		Type *first = values.items[0].type;
		for (int i = 0; i < l; i++)
			check_assign_var(k, lhs.items[i], &values.items[i], NULL, "assignment");
		if (comma_ok && all_valid(values))
			check_record_comma_ok(k, rhs.items[0], first);
		return;
	}
	bool ok = values.len > 0 && values.items[0].mode != MODE_INVALID;
	for (int i = 0; i < l; i++)
		check_use_lhs(k, lhs.items[i]);
	if (ok)
		check_assign_error(k, rhs, l, values.len);
}

/* ---- short variable declarations ---------------------------------------------------------------------------- */

/* Black at once: a local is declared where its statement is checked, and cannot be asked for before. */
Object *check_new_local(Checker *k, const char *name, Pos pos, Type *t)
{
	Object *o = object_new(k->c, OBJECT_VAR, name, t, pos, k->package);
	o->color = BLACK;
	o->owner = k->env.func;
	if (k->env.func)
		vec_push(k->arena, &k->env.func->locals, o);
	return o;
}

typedef struct { ObjectList vars, fresh; bool errors; } ShortDecl;

static Object *dummy_variable(Checker *k, Expr *e)
{
	Object *o = object_new(k->c, OBJECT_VAR, intern_str(k->c, "_"), NULL, e->start, k->package);
	o->color = BLACK;
	o->owner = k->env.func;
	o->used = true;
	return o;
}

static Object *short_decl_existing(Checker *k, Expr *e, Object *o, ShortDecl *d)
{
	e->object = o;
	e->mode = MODE_VARIABLE;
	e->type = o->type;
	if (o->kind != OBJECT_VAR) {
		check_error(k, e->start, "cannot assign to %s", text_of(k, e));
		d->errors = true;
		return dummy_variable(k, e);
	}
	check_note_assigned(k, e);
	return o;
}

/* A name of this very scope is assigned to, all others are new; defined has the new ones, and NULL for the rest. */
static void short_decl_name(Checker *k, ExprList lhs, int i, ShortDecl *d, Stmt *s)
{
	Expr *e = lhs.items[i];
	Object *o = NULL, *fresh = NULL;
	if (e->kind != EXPR_NAME) {
		check_use_lhs(k, e);
		check_error(k, e->start, "non-name %s on left side of :=", text_of(k, e));
		d->errors = true;
		o = dummy_variable(k, e);
	} else if (strcmp(e->name, "_") == 0) {
		o = dummy_variable(k, e);
		e->object = NULL;
	} else {
		for (int j = 0; j < i; j++) {
			if (lhs.items[j]->kind == EXPR_NAME && lhs.items[j]->name == e->name) {
				check_error(k, e->start, "%s repeated on left side of :=", e->name);
				d->errors = true;
				o = dummy_variable(k, e);
			}
		}
		Object *existing = scope_lookup(k->env.scope, e->name);
		if (!o && existing) {
			o = short_decl_existing(k, e, existing, d);
		} else if (!o) {
			o = fresh = check_new_local(k, e->name, e->pos, NULL);
			vec_push(k->arena, &d->fresh, o);
			e->object = o;
		}
	}
	vec_push(k->arena, &d->vars, o);
	if (s)
		vec_push(k->arena, &s->defined, fresh);
}

/* "Short variable declarations": at least one new variable. The new ones are declared behind the values, so that x :=
 * x means the outer x. */
void check_short_var_decl(Checker *k, Pos pos, ExprList lhs, ExprList rhs, Stmt *s)
{
	require(lhs.len > 0);
	ShortDecl d = {0};
	Pos saved = k->env.declared_at;
	k->env.declared_at = lhs.items[0]->start;
	for (int i = 0; i < lhs.len; i++)
		short_decl_name(k, lhs, i, &d, s);
	check_init_vars(k, d.vars, rhs, NULL);
	k->env.declared_at = saved;
	for (int i = 0; i < lhs.len; i++) {
		lhs.items[i]->type = d.vars.items[i]->type;
		lhs.items[i]->mode = MODE_VARIABLE;
	}
	if (d.fresh.len == 0) {
		if (!d.errors)
			check_error(k, pos, "no new variables on left side of :=");
		return;
	}
	for (int i = 0; i < d.fresh.len; i++)
		check_declare(k, k->env.scope, d.fresh.items[i], d.fresh.items[i]->pos);
}
