/*
 * emit.c - the small steps of lowering: adding a statement, making a temporary,
 * checks, nested lists, the commonest expressions.
 */
#include "state.h"
#include "../../runtime/include/gol/effects.h"

#include <string.h>

Type *basic(FuncState *f, TypeKind kind)
{
	return f->c->types->basic[kind];
}

/* The type of words whose Go type does not matter: unsafe.Pointer. */
Type *word_type(FuncState *f)
{
	return basic(f, TYPE_UNSAFE_POINTER);
}

Type *pointer_type(FuncState *f, Type *elem)
{
	return types_canonical(f->c, pointer_to(f->c, elem));
}

Type *struct_field_type(FuncState *f, Type *s, int i)
{
	return types_canonical(f->c, underlying(s)->fields.items[i]->type);
}

/* ---- statements --------------------------------------------------------------- */

IrStmt *stmt_new(FuncState *f, IrStmtKind kind)
{
	return ir_stmt(f->c, kind, f->pos);
}

void emit(FuncState *f, IrStmt *s)
{
	require(f->out && s);
	vec_push(f->c->arena, f->out, s);
}

/* dst = src, of one type: conversions are the caller's. No write barrier and no check: emission puts barriers, and what
 * dst needs has been checked where dst was made. */
void assign(FuncState *f, IrExpr *dst, IrExpr *src)
{
	require(ir_is_place(dst) && dst->type == src->type);
	/* pointers to arrays, made from slices, may overlap in part */
	if (underlying(dst->type)->kind == TYPE_ARRAY && dst->kind == IR_DEREF && src->kind == IR_DEREF) {
		call_rt(f, RT_copy_value, NULL, 3, ir_type(f->c, dst->type), ir_addr(f->c, dst), ir_addr(f->c, src));
		return;
	}
	if (dst->kind == IR_VAR && src->kind == IR_VAR && dst->var == src->var)
		return;
	IrStmt *s = stmt_new(f, IR_ASSIGN);
	s->dst = dst;
	s->src = src;
	emit(f, s);
}

/* Statements go to `list` until leave(). Calls nest; the list is walked by nobody meanwhile, so it may be a part of a
 * statement that is emitted afterwards (a loop, which stands behind what its condition needs) or before (emit_if). */
IrStmtList *enter(FuncState *f, IrStmtList *list)
{
	debug_require(list != f->out);
	IrStmtList *saved = f->out;
	f->out = list;
	return saved;
}

void leave(FuncState *f, IrStmtList *saved)
{
	require(saved);
	f->out = saved;
}

IrStmt *emit_if(FuncState *f, IrExpr *cond)
{
	require(cond && is_boolean(cond->type));
	IrStmt *s = stmt_new(f, IR_IF);
	s->cond = cond;
	emit(f, s);
	return s;
}

const char *new_label(FuncState *f, const char *base)
{
	return arena_printf(f->c->arena, "%s_%d", base, ++f->label_count);
}

void emit_goto(FuncState *f, const char *label)
{
	IrStmt *s = stmt_new(f, IR_GOTO);
	s->label = label;
	emit(f, s);
}

void emit_label(FuncState *f, const char *label)
{
	IrStmt *s = stmt_new(f, IR_LABEL);
	s->label = label;
	emit(f, s);
}

void emit_break(FuncState *f, IrStmt *target)
{
	require(target && (target->kind == IR_LOOP || target->kind == IR_BLOCK || target->kind == IR_SWITCH));
	IrStmt *s = stmt_new(f, IR_BREAK);
	s->target = target;
	emit(f, s);
}

/* The goroutine may give way here, as at the head of a loop: a loop of one round. */
void emit_poll(FuncState *f)
{
	IrStmt *loop = stmt_new(f, IR_LOOP);
	IrStmtList *saved = enter(f, &loop->body);
	emit_break(f, loop);
	leave(f, saved);
	emit(f, loop);
}

void emit_return_expr(FuncState *f, int n, ...)
{
	IrStmt *s = stmt_new(f, IR_RETURN);
	va_list ap;
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		vec_push(f->c->arena, &s->args, va_arg(ap, IrExpr *));
	va_end(ap);
	emit(f, s);
}

/* ---- temporaries ---------------------------------------------------------------- */

IrVar *temp_var(FuncState *f, Type *type)
{
	return ir_new_var(f->c, f->ir, VAR_TEMP, "t", type, f->pos);
}

IrExpr *to_temp(FuncState *f, IrExpr *e)
{
	IrVar *v = temp_var(f, e->type);
	assign(f, ir_var(f->c, v), e);
	return ir_var(f->c, v);
}

/* The same wherever and whenever it is written: it reads no memory that changes. */
static bool is_leaf(const IrExpr *e)
{
	switch (e->kind) {
	case IR_CONST:
	case IR_ZERO:
	case IR_TYPE:
	case IR_ITAB:
	case IR_FUNC:
	case IR_CODE:
	case IR_TEXT:
		return true;
	case IR_ADDR:
		return e->x->kind == IR_GLOBAL || e->x->kind == IR_STATIC;
	default:
		return false;
	}
}

/* An expression that is cheap to write several times, and whose value is the same each time until the program
 * assigns to a variable of its own: constants, variables, parts of variables. Else a temporary. */
IrExpr *atom(FuncState *f, IrExpr *e)
{
	if (is_leaf(e) || (e->kind == IR_VAR && !e->var->addr_taken))
		return e;
	if (e->kind == IR_PART && e->x->kind == IR_VAR && !e->x->var->addr_taken)
		return e;
	if (e->kind == IR_CONVERT && (is_leaf(e->x) || (e->x->kind == IR_VAR && !e->x->var->addr_taken)))
		return e;
	return to_temp(f, e);
}

/* As atom, but places that are read through unchanging pointers may stay: for aggregates that would be dear to copy.
 * x.list[i] of a pointer x need not copy the slice to tell its length and its first element: between the two reads the
 * program assigns nothing. It is no atom, as a later assignment changes it. The two shapes below are what selectors
 * give; a longer way through memory is read once. */
IrExpr *stable(FuncState *f, IrExpr *e)
{
	IrExpr *root = e;
	while (root->kind == IR_FIELD || (root->kind == IR_INDEX && is_leaf(root->y)))
		root = root->x;
	if (root->kind == IR_VAR || root->kind == IR_GLOBAL || is_leaf(root))
		return e;
	if (root->kind == IR_DEREF && root->x->kind == IR_VAR)
		return e;
	if (root->kind == IR_DEREF && root->x->kind == IR_FIELD && root->x->x->kind == IR_DEREF &&
	    root->x->x->x->kind == IR_VAR)
		return e;
	return to_temp(f, e);
}

/* The address of a place or of a copy of a value, for a runtime call that reads it and keeps nothing. A local variable
 * of the program is copied although it has a place: with its address taken even briefly it would be kept in memory for
 * all of its life, which costs more than the copy. */
IrExpr *brief_address(FuncState *f, IrExpr *e)
{
	IrExpr *root = e;
	while (root->kind == IR_FIELD || root->kind == IR_INDEX)
		root = root->x;
	if (root->kind == IR_DEREF || root->kind == IR_ELEM || root->kind == IR_GLOBAL || root->kind == IR_STATIC)
		return ir_addr(f->c, e);
	if (root->kind != IR_VAR || e != root || (root->var->kind != VAR_TEMP && !root->var->addr_taken)) {
		e = to_temp(f, e);
		root = e;
	}
	root->var->brief_addr = true;
	return ir_addr(f->c, e);
}

/* ---- runtime calls and checks ------------------------------------------------------ */

/* A runtime call as a statement; its result, if any, in a new temporary. */
IrVar *call_rt(FuncState *f, RtFunc rt, Type *result, int n, ...)
{
	IrStmt *s = stmt_new(f, IR_CALL);
	s->call = IR_CALL_RT;
	s->rt = rt;
	va_list ap;
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		vec_push(f->c->arena, &s->args, va_arg(ap, IrExpr *));
	va_end(ap);
	IrVar *v = result ? temp_var(f, result) : NULL;
	if (v)
		vec_push(f->c->arena, &s->dsts, v);
	emit(f, s);
	return v;
}

/* The check that stands before an expression which cannot panic any more. A condition known to be false leaves nothing,
 * one known to be true no condition: what follows is then never reached, but it is lowered like anything else. */
void panic_if(FuncState *f, IrExpr *cond, RtFunc rt, int n, ...)
{
	require(rt_effects(rt) & GOL_MAY_PANIC);
	require(!cond || is_boolean(cond->type));
	if (cond && cond->kind == IR_CONST && !const_bool_value(cond->cval))
		return;
	IrStmt *s = stmt_new(f, IR_PANIC_IF);
	s->cond = cond && cond->kind == IR_CONST ? NULL : cond;
	s->rt = rt;
	va_list ap;
	va_start(ap, n);
	for (int i = 0; i < n; i++)
		vec_push(f->c->arena, &s->args, va_arg(ap, IrExpr *));
	va_end(ap);
	emit(f, s);
}

bool known_not_nil(const IrExpr *p)
{
	while (p->kind == IR_CONVERT)
		p = p->x;
	return p->kind == IR_ADDR || (p->kind == IR_RT && (p->rt == RT_new || p->rt == RT_new_array))
		|| (p->kind == IR_VAR && p->var->not_nil);
}

void nil_check(FuncState *f, IrExpr *p)
{
	if (known_not_nil(p))
		return;
	panic_if(f, compare(f, OP_EQ, p, ir_zero(f->c, p->type)), RT_panic_nil, 0);
}

/* *p with its check; p is evaluated once. */
IrExpr *deref_checked(FuncState *f, IrExpr *p)
{
	require(underlying(p->type)->kind == TYPE_POINTER);
	Type *pointee = types_canonical(f->c, underlying(p->type)->elem);
	if (p->kind == IR_ADDR && p->x->type == pointee)
		return p->x;
	p = atom(f, p);
	nil_check(f, p);
	return ir_deref(f->c, p, pointee);
}

/* ---- expressions --------------------------------------------------------------------- */

IrExpr *int_const(FuncState *f, int64_t v, Type *type)
{
	return ir_const(f->c, const_int(f->c, v), type);
}

IrExpr *bool_const(FuncState *f, bool v)
{
	return ir_const(f->c, const_bool(f->c, v), basic(f, TYPE_BOOL));
}

IrExpr *string_const(FuncState *f, const char *text)
{
	return ir_const(f->c, const_string(f->c, text, strlen(text)), basic(f, TYPE_STRING));
}

IrExpr *compare(FuncState *f, Op op, IrExpr *x, IrExpr *y)
{
	return ir_binary(f->c, op, x, y, basic(f, TYPE_BOOL));
}

IrExpr *not(FuncState *f, IrExpr *x)
{
	require(is_boolean(x->type));
	if (x->kind == IR_CONST)
		return bool_const(f, !const_bool_value(x->cval));
	return ir_unary(f->c, OP_NOT, x, x->type);
}

/* x == nil for every type that has nil. */
IrExpr *is_nil(FuncState *f, IrExpr *x)
{
	Type *u = underlying(x->type);
	if (u->kind == TYPE_SLICE)
		x = ptr_of(f, x);
	else if (u->kind == TYPE_INTERFACE)
		x = ir_part(f->c, x, is_empty_interface(x->type) ? PART_TYPE : PART_TAB, word_type(f));
	else
		require(u->kind == TYPE_POINTER || u->kind == TYPE_UNSAFE_POINTER || u->kind == TYPE_FUNC ||
		        u->kind == TYPE_MAP || u->kind == TYPE_CHAN);
	return compare(f, OP_EQ, x, ir_zero(f->c, x->type));
}

/* len of a string, slice or array value. */
IrExpr *len_of(FuncState *f, IrExpr *x)
{
	Type *u = underlying(x->type);
	require(u->kind == TYPE_ARRAY || u->kind == TYPE_SLICE || is_string(u));       /* not what it is a pointer to */
	if (u->kind == TYPE_ARRAY)
		return ir_int(f->c, u->length);
	if (x->kind == IR_CONST) {
		size_t n;
		const_string_value(x->cval, &n);
		return ir_int(f->c, (int64_t)n);
	}
	if (x->kind == IR_ZERO)
		return ir_int(f->c, 0);
	return ir_part(f->c, x, PART_LEN, basic(f, TYPE_INT));
}

/* The data pointer of a string or slice. */
IrExpr *ptr_of(FuncState *f, IrExpr *x)
{
	Type *u = underlying(x->type);
	Type *elem = u->kind == TYPE_SLICE ? types_canonical(f->c, u->elem) : basic(f, TYPE_UINT8);
	return ir_part(f->c, x, PART_PTR, pointer_type(f, elem));
}

bool const_as_int(const IrExpr *e, int64_t *v)
{
	if (e->kind == IR_ZERO && is_integer(e->type)) {
		*v = 0;
		return true;
	}
	return e->kind == IR_CONST && (const_kind(e->cval) == CONST_INT || const_kind(e->cval) == CONST_FLOAT) &&
		const_fits_int64(e->cval, v);
}
