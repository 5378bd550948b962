/*
 * expr.c - evaluates expressions: names, literals, parentheses, unary operators, dereferences, assertions, function
 * literals; the other kinds go to their files.
 *
 * check_raw_expr is the one way in: it dispatches by kind and records what came out on the tree. The check_*expr
 * functions around it differ in what they let pass: types, several values, generic functions.
 */
#include "checker.h"
#include <string.h>

/* ---- names --------------------------------------------------------------------------------- */

static void add_dependency(Checker *k, Object *o)
{
	DeclInfo *d = k->env.decl;
	if (!d || o->package != k->package || !check_info_of(k, o))
		return;
	if (map_get(&d->dep_set, o))
		return;
	map_put(k->arena, &d->dep_set, o, o);
	vec_push(k->arena, &d->deps, o);
}

static void constant_name(Checker *k, Operand *x, Object *o)
{
	add_dependency(k, o);
	if (!is_valid(x->type))
		return;
	if (!o->package && strcmp(o->name, "iota") == 0) {
		if (!k->env.iota) {
			check_error(k, x->expr->pos, "cannot use iota outside constant declaration");
			return;
		}
		x->cval = k->env.iota;
	} else {
		x->cval = o->cval ? o->cval : const_unknown(k->c);
	}
	x->mode = MODE_CONST;
}

static void name_by_kind(Checker *k, Operand *x, Object *o)
{
	switch (o->kind) {
	case OBJECT_PACKAGE:
		check_error(k, x->expr->pos, "use of package %s not in selector", o->name);
		break;
	case OBJECT_CONST:
		constant_name(k, x, o);
		break;
	case OBJECT_TYPE:
		if (is_valid(x->type))
			x->mode = MODE_TYPE;
		break;
	case OBJECT_VAR:
		o->used = true;
		add_dependency(k, o);
		if (!is_valid(x->type))
			break;
		check_note_use(k, o);
		x->mode = MODE_VARIABLE;
		break;
	case OBJECT_FUNC:
		o->used = true;
		add_dependency(k, o);
		x->mode = is_valid(x->type) ? MODE_VALUE : MODE_INVALID;
		break;
	case OBJECT_BUILTIN:
		x->builtin = o->builtin;
		x->mode = MODE_BUILTIN;
		break;
	case OBJECT_NIL:
		x->mode = MODE_NIL;
		x->type = basic(k, TYPE_UNTYPED_NIL);
		break;
	default:
		break;
	}
}

static void note_dot_import(Checker *k, Object *o, Scope *where)
{
	if (o->kind == OBJECT_PACKAGE || o->package == k->package || !o->package)
		return;
	for (int i = 0; i < k->dot_imports.len; i++) {
		Object *import = k->dot_imports.items[i];
		if (import->parent == where && import->imported == o->package)
			import->used = true;
	}
}

void check_ident(Checker *k, Operand *x, Expr *e, bool want_type)
{
	x->mode = MODE_INVALID;
	x->type = invalid_type(k);
	x->expr = e;
	Scope *where = NULL;
	Object *o = check_lookup(k, e->name, &where);
	if (!o) {
		if (strcmp(e->name, "_") == 0)
			check_error(k, e->pos, "cannot use _ as value or type");
		else
			check_error(k, e->pos, "undefined: %s", e->name);
		return;
	}
	e->object = o;
	if (o->kind == OBJECT_TYPE && !o->package &&
	    (o->type == k->types->any_type || o->type == k->types->comparable_type))
		check_version(k, e->pos, 18, arena_printf(k->arena, "predeclared %s", o->name));
	if (k->dot_imports.len && where)
		note_dot_import(k, o, where);
	if (want_type && o->kind != OBJECT_TYPE) {
		o->used = true;
		x->mode = MODE_VALUE;       /* the caller reports it */
		return;
	}
	if (o->package == k->package && (!o->type || (o->kind == OBJECT_TYPE && want_type && o->color != BLACK)))
		check_object(k, o);
	x->type = o->type ? o->type : invalid_type(k);
	name_by_kind(k, x, o);
}

/* ---- literals --------------------------------------------------------------------------------- */

static void literal(Checker *k, Operand *x, Expr *e)
{
	static const TypeKind kinds[] = {[LIT_INT] = TYPE_UNTYPED_INT, [LIT_FLOAT] = TYPE_UNTYPED_FLOAT,
		[LIT_IMAG] = TYPE_UNTYPED_COMPLEX, [LIT_RUNE] = TYPE_UNTYPED_RUNE, [LIT_STRING] = TYPE_UNTYPED_STRING};
	bool number = e->literal == LIT_INT || e->literal == LIT_FLOAT || e->literal == LIT_IMAG;
	if (number && e->text_len > 10000) {
		check_error(k, e->pos, "excessively long constant: %.10s... (%zu chars)", e->text, e->text_len);
		return;
	}
	x->cval = const_from_literal(k->c, e->text, e->text_len, e->literal);
	if (const_kind(x->cval) == CONST_UNKNOWN) {
		check_error(k, e->pos, "malformed constant: %s", e->text);
		return;
	}
	if (number)
		check_literal_version(k, e);
	x->mode = MODE_CONST;
	x->type = basic(k, kinds[e->literal]);
	x->expr = e;
	check_overflow(k, x, e->pos);
}

typedef struct { Expr *e; FuncInfo *info; Scope *scope; DeclInfo *decl; } LiteralBody;

static void run_literal_body(Checker *k, void *arg)
{
	LiteralBody *b = arg;
	check_function_body(k, b->info, b->info->type, b->scope, b->e->body, b->decl);
}

/* A literal's body is checked at once inside a function (what it names is declared by now); at package level later, so
 * that it may use the variable being initialised. */
void check_func_literal(Checker *k, Operand *x, Expr *e)
{
	check_note_stepped(k);
	Scope *scope;
	Type *signature = check_func_type(k, NULL, e->func_type, &scope, NULL);
	FuncInfo *outer = k->env.func;
	FuncInfo *info = check_new_func_info(k, NULL, outer, signature);
	e->func_info = info;
	info->literal = e;
	if (outer) {
		vec_push(k->arena, &outer->literals, e);
		info->number = ++outer->numbered;
		check_function_body(k, info, signature, scope, e->body, k->env.decl);
	} else {
		vec_push(k->arena, &k->package->package_literals, e);
		info->number = k->package->package_literals.len;
		LiteralBody *b = NEW(k->arena, LiteralBody);
		*b = (LiteralBody){e, info, scope, k->env.decl};
		check_later(k, run_literal_body, b);
	}
	x->mode = MODE_VALUE;
	x->type = signature;
}

/* ---- unary operators ------------------------------------------------------------------------------ */

typedef struct { Type *base; bool bad; bool differs; } PointerBase;

static bool find_base(void *arg, Type *term, bool tilde)
{
	PointerBase *p = arg;
	(void)tilde;
	Type *u = term ? underlying(term) : NULL;
	if (!u || u->kind != TYPE_POINTER) {
		p->bad = true;
		return false;
	}
	if (p->base && !identical(p->base, u->elem)) {
		p->differs = true;
		return false;
	}
	p->base = u->elem;
	return true;
}

/* *p, or the pointer type *T. Of a type parameter all types must be pointers to one type. */
static void star(Checker *k, Operand *x, Expr *e)
{
	check_expr_or_type(k, x, e->x, false);
	if (x->mode == MODE_INVALID)
		return;
	if (x->mode == MODE_TYPE) {
		check_no_constraint_interface(k, e->x->start, x->type);
		x->type = pointer_to(k->c, x->type);
		return;
	}
	PointerBase p = {0};
	if (x->mode == MODE_NIL || x->mode == MODE_BUILTIN)
		p.bad = true;
	else if (is_type_param(x->type))
		type_set_each(k->c, x->type, find_base, &p);
	else
		find_base(&p, x->type, false);
	if (p.bad || p.differs) {
		if (x->mode == MODE_NIL)
			check_error(k, x->expr->start, "invalid operation: cannot indirect %s", "nil");
		else if (p.differs)
			check_error(k, x->expr->start, "invalid operation: pointers of %s must have identical base types",
			            operand_text(k, x));
		else
			check_error(k, x->expr->start, "invalid operation: cannot indirect %s", operand_text(k, x));
		x->mode = MODE_INVALID;
		return;
	}
	x->mode = MODE_VARIABLE;
	x->type = p.base;
}

static void address_of(Checker *k, Operand *x, Expr *e)
{
	Expr *operand = unparen(e->x);
	if (operand->kind != EXPR_COMPOSITE && x->mode != MODE_VARIABLE) {
		x->expr = operand;
		check_error(k, x->expr->start, "invalid operation: cannot take address of %s", operand_text(k, x));
		x->mode = MODE_INVALID;
		return;
	}
	check_note_address(k, e->x);
	x->mode = MODE_VALUE;
	x->type = pointer_to(k->c, x->type);
}

typedef struct { Checker *k; Type *elem, *term; const char *problem; } RecvElem;

static bool recv_term(void *arg, Type *term, bool tilde)
{
	RecvElem *r = arg;
	(void)tilde;
	Type *u = term ? underlying(term) : NULL;
	if (!u)
		r->problem = "no specific channel type";
	else if (u->kind != TYPE_CHAN)
		r->problem = arena_printf(r->k->arena, "non-channel %s", type_name_of(r->k, term));
	else if (u->dir == CHAN_SEND)
		r->problem = arena_printf(r->k->arena, "send-only channel %s", type_name_of(r->k, term));
	else if (r->elem && !identical(r->elem, u->elem))
		r->problem = arena_printf(r->k->arena, "channels %s and %s have different element types",
		                          type_name_of(r->k, r->term), type_name_of(r->k, term));
	else
		r->elem = u->elem, r->term = term;
	return !r->problem;
}

/* <-ch is a value, or two in v, ok := <-ch: which of them it is, assignments decide. */
static void receive(Checker *k, Operand *x)
{
	RecvElem r = {.k = k};
	bool param = is_type_param(x->type);
	if (param)
		type_set_each(k->c, x->type, recv_term, &r);
	else
		recv_term(&r, x->type, false);
	if (!r.problem && !r.elem)
		r.problem = "no specific channel type";
	if (r.problem) {
		if (param)
			check_error(k, x->expr->start, "invalid operation: cannot receive from %s: %s", operand_text(k, x),
			            r.problem);
		else
			check_error(k, x->expr->start, "invalid operation: cannot receive from %s %s", r.problem,
			            operand_text(k, x));
		x->mode = MODE_INVALID;
		return;
	}
	x->mode = MODE_COMMA_OK;
	x->type = r.elem;
	k->env.has_call_or_recv = true;
}

static bool unary_defined(Checker *k, Operand *x, Op op)
{
	bool ok = op == OP_NOT ? is_boolean(x->type) : op == OP_XOR ? is_integer(x->type) : is_numeric(x->type);
	if (!ok) {
		check_error(k, x->expr->start, "invalid operation: operator %s not defined on %s", op_text(op),
		            operand_text(k, x));
		x->mode = MODE_INVALID;
	}
	return ok;
}

/* Bits that ^x keeps of a constant: ^uint8(0) is 255, ^int8(0) is -1. */
static int unsigned_width(Type *t)
{
	if (!is_unsigned(t) || is_type_param(t))
		return 0;
	switch (underlying(t)->kind) {
	case TYPE_UINT8: return 8;
	case TYPE_UINT16: return 16;
	case TYPE_UINT32: return 32;
	default: return 64;
	}
}

/* ~x is no expression: where x is an integer the message tells of ^, and checking goes on as if that was written. */
void check_unary(Checker *k, Operand *x, Expr *e)
{
	debug_require(e->kind == EXPR_UNARY && e->op > OP_NONE && e->op < OP_COUNT);
	check_expr(k, x, e->x);
	if (x->mode == MODE_INVALID)
		return;
	Op op = e->op;
	if (op == OP_ADDR) {
		address_of(k, x, e);
		return;
	}
	if (op == OP_RECV) {
		receive(k, x);
		return;
	}
	if (op == OP_TILDE) {
		if (!is_integer(x->type)) {
			check_error(k, e->start, "cannot use ~ outside of interface or type constraint");
			x->mode = MODE_INVALID;
			return;
		}
		check_error(k, e->start, "cannot use ~ outside of interface or type constraint (use ^ for bitwise complement)");
		op = OP_XOR;
	}
	if (!unary_defined(k, x, op))
		return;
	if (x->mode == MODE_CONST) {
		if (const_kind(x->cval) == CONST_UNKNOWN)
			return;
		x->cval = const_unary(k->c, op, x->cval, unsigned_width(x->type));
		x->expr = e;
		check_overflow(k, x, e->pos);
		return;
	}
	x->mode = MODE_VALUE;
}

/* ---- type assertions ----------------------------------------------------------------------------------- */

/* x.(T). Whether T can be in x at all is known for types that are no interfaces: one that lacks a method of x's type
 * never is. */
static void type_assert(Checker *k, Operand *x, Expr *e)
{
	if (!e->type_expr) {
		check_error(k, e->start, "invalid syntax tree: use of .(type) outside type switch");
		check_use_one(k, e->x);
		goto invalid;
	}
	check_expr(k, x, e->x);
	if (x->mode == MODE_INVALID)
		return;
	if (is_type_param(x->type)) {
		check_error(k, x->expr->start, "invalid operation: cannot use type assertion on type parameter value %s",
		            operand_text(k, x));
		goto invalid;
	}
	if (x->mode == MODE_NIL || underlying(x->type)->kind != TYPE_INTERFACE) {
		check_error(k, x->expr->start, "invalid operation: %s is not an interface", operand_text(k, x));
		goto invalid;
	}
	Type *t = check_var_type(k, e->type_expr);
	if (!is_valid(t))
		goto invalid;
	const char *cause = NULL;
	if (check_cannot_hold(k, x->type, t, &cause))
		check_error(k, e->start, "impossible type assertion: %s\n\t%s does not implement %s %s", text_of(k, e),
		            type_name_of(k, t),
		            type_name_of(k, x->type), cause ? cause : "");
	x->mode = MODE_COMMA_OK;
	x->type = t;
	return;
invalid:
	x->mode = MODE_INVALID;
}

/* ---- dispatch ---------------------------------------------------------------------------------------------- */

static ResultKind expr_by_kind(Checker *k, Operand *x, Expr *e, Type *hint)
{
	switch (e->kind) {
	case EXPR_BAD:
		break;
	case EXPR_NAME:
		check_ident(k, x, e, false);
		break;
	case EXPR_LITERAL:
		literal(k, x, e);
		break;
	case EXPR_FUNC:
		check_func_literal(k, x, e);
		break;
	case EXPR_COMPOSITE:
		check_composite(k, x, e, hint);
		break;
	case EXPR_PAREN: {
		ResultKind kind = check_raw_expr(k, x, e->x, NULL, false);
		x->expr = e;
		e->object = e->x->object;
		return kind;
	}
	case EXPR_SELECTOR:
		check_selector(k, x, e, false);
		break;
	case EXPR_INDEX:
		if (check_index_expr(k, x, e))
			check_func_inst(k, x, e, NULL);
		break;
	case EXPR_SLICE:
		check_slice_expr(k, x, e);
		break;
	case EXPR_ASSERT:
		type_assert(k, x, e);
		break;
	case EXPR_CALL:
		return check_call(k, x, e);
	case EXPR_STAR:
		star(k, x, e);
		break;
	case EXPR_UNARY:
		check_unary(k, x, e);
		if (x->mode != MODE_INVALID && e->op == OP_RECV) {
			x->expr = e;
			return RESULT_STATEMENT;
		}
		break;
	case EXPR_BINARY:
		check_binary(k, x, e, e->x, e->y, e->op, e->pos);
		break;
	case EXPR_KEY_VALUE:
		check_error(k, e->start, "invalid syntax tree: no key:value expected");
		break;
	case EXPR_ELLIPSIS:
		check_error(k, e->start, "invalid use of ...");
		break;
	default:
		x->type = check_type(k, e);
		x->mode = is_valid(x->type) ? MODE_TYPE : MODE_INVALID;
		break;
	}
	return RESULT_EXPRESSION;
}

#ifdef GOL_DEBUG
/* What checker.h promises of operands. */
static void verify_operand(const Operand *x)
{
	require(x->mode >= MODE_INVALID && x->mode <= MODE_PACKAGE);
	require(x->mode == MODE_INVALID || x->type);
	require(x->mode != MODE_CONST || x->cval);
	require(x->mode != MODE_BUILTIN || (x->builtin >= 0 && x->builtin < BUILTIN_COUNT));
}
#endif

/* The one way to evaluate an expression: x starts out invalid, so that whoever finds an error may simply return. hint:
 * the type of a composite literal whose own is left out. allow_generic: a generic function or type may come out that
 * is not instantiated; the caller sees to that. What comes out is noted on the tree. */
ResultKind check_raw_expr(Checker *k, Operand *x, Expr *e, Type *hint, bool allow_generic)
{
	require(e);
	x->mode = MODE_INVALID;
	x->type = invalid_type(k);
	x->cval = NULL;
	x->expr = e;
	x->builtin = 0;
	ResultKind kind = expr_by_kind(k, x, e, hint);
	if (!allow_generic)
		check_non_generic(k, x);
	if (x->mode >= MODE_CONST && x->type && x->type->kind == TYPE_NAMED && !check_is_complete(k, x->type))
		x->mode = MODE_INVALID;
	x->expr = e;
	VERIFY(verify_operand(x));
	check_record(k, x);
	return kind;
}

void check_non_generic(Checker *k, Operand *x)
{
	if (x->mode == MODE_INVALID || x->mode == MODE_NO_VALUE || !x->type)
		return;
	if (x->type->kind == TYPE_NAMED ? is_generic(x->type) && x->mode == MODE_TYPE : false)
		check_error(k, unparen(x->expr)->start, "cannot use generic type %s without instantiation",
		            text_of(k, unparen(x->expr)));
	else if (x->type->kind == TYPE_FUNC && x->type->type_params.len > 0 && x->mode == MODE_VALUE)
		check_error(k, x->expr->start, "cannot use generic function %s without instantiation", text_of(k, x->expr));
	else
		return;
	x->mode = MODE_INVALID;
	x->type = invalid_type(k);
}

/* Reject what is no value. with_types: types may pass; with_builtins: never needed. */
static void exclude(Checker *k, Operand *x, bool with_types)
{
	const char *what = NULL;
	if (x->mode == MODE_NO_VALUE)
		what = with_types ? "used as value or type" : "used as value";
	else if (x->mode == MODE_BUILTIN)
		what = "must be called";
	else if (x->mode == MODE_TYPE && !with_types)
		what = "is not an expression";
	if (!what)
		return;
	check_error(k, x->expr->start, "%s %s", operand_text(k, x), what);
	x->mode = MODE_INVALID;
}

void check_single_value(Checker *k, Operand *x)
{
	if (x->mode == MODE_VALUE && x->type->kind == TYPE_TUPLE && x->type->fields.len != 1) {
		check_error(k, x->expr->start, "multiple-value %s in single-value context", operand_text(k, x));
		x->mode = MODE_INVALID;
	}
}

void check_expr(Checker *k, Operand *x, Expr *e)
{
	check_raw_expr(k, x, e, NULL, false);
	exclude(k, x, false);
	check_single_value(k, x);
}

void check_expr_hint(Checker *k, Operand *x, Expr *e, Type *hint)
{
	check_raw_expr(k, x, e, hint, false);
	exclude(k, x, false);
	check_single_value(k, x);
}

void check_generic_expr(Checker *k, Operand *x, Expr *e)
{
	check_raw_expr(k, x, e, NULL, true);
	exclude(k, x, false);
	check_single_value(k, x);
}

void check_multi_expr(Checker *k, Operand *x, Expr *e)
{
	check_raw_expr(k, x, e, NULL, false);
	exclude(k, x, false);
}

void check_expr_or_type(Checker *k, Operand *x, Expr *e, bool allow_generic)
{
	check_raw_expr(k, x, e, NULL, allow_generic);
	if (x->mode != MODE_BUILTIN)
		exclude(k, x, true);
	check_single_value(k, x);
}

/* e is assigned to something of type target: a generic function takes its type arguments from there. */
void check_expr_target(Checker *k, Operand *x, Expr *e, Type *target)
{
	Type *u = target ? underlying(target) : NULL;
	if (!u || u->kind != TYPE_FUNC) {
		check_expr(k, x, e);
		return;
	}
	Expr *inner = unparen(e);
	if (inner->kind == EXPR_INDEX) {
		x->expr = inner;
		if (check_index_expr(k, x, inner)) {
			check_func_inst(k, x, inner, target);
		} else {
			x->expr = inner;
			check_record(k, x);
		}
		for (Expr *p = e; p != inner; p = p->x) {
			x->expr = p;
			check_record(k, x);
		}
		x->expr = e;
		check_record(k, x);
	} else {
		check_raw_expr(k, x, e, NULL, true);
		if (x->mode == MODE_VALUE && x->type->kind == TYPE_FUNC && x->type->type_params.len > 0)
			check_func_inst(k, x, e, target);
	}
	check_non_generic(k, x);
	exclude(k, x, false);
	check_single_value(k, x);
}

/* ---- evaluating for the sake of names only (after an error) --------------------------------------------------- */

void check_use_one(Checker *k, Expr *e)
{
	Operand x;
	if (!e || e->kind == EXPR_BAD)
		return;
	if (e->kind == EXPR_KEY_VALUE) {
		check_use_one(k, e->y);
		return;
	}
	if (e->mode != MODE_INVALID || e->type)
		return;         /* seen before */
	check_raw_expr(k, &x, e, NULL, true);
}

void check_use(Checker *k, ExprList list)
{
	for (int i = 0; i < list.len; i++)
		check_use_one(k, list.items[i]);
}

/* Left sides: a variable alone is not used by being assigned to. */
void check_use_lhs(Checker *k, Expr *e)
{
	Expr *inner = unparen(e);
	if (inner->kind != EXPR_NAME) {
		check_use_one(k, e);
		return;
	}
	if (strcmp(inner->name, "_") == 0)
		return;
	Scope *where;
	Object *o = check_lookup(k, inner->name, &where);
	bool was_used = o && o->used;
	Operand x;
	check_raw_expr(k, &x, e, NULL, false);
	if (o && o->kind == OBJECT_VAR && o->package == k->package)
		o->used = was_used;
}
