/*
 * copy.c - small functions of other packages, which every C file that calls them gets a copy of.
 *
 * Each package is one C file, so the C compiler cannot expand bits.RotateLeft32 or binary.BigEndian.Uint32 where they
 * are called; and what is known of such a callee is nothing, so that the caller saves its frame for a freeze that
 * cannot come, and checks for a panic. A copy, static and inline, gives the C compiler the body and the caller its
 * colour. crypto/sha256 of the Go source tree runs three times as fast for it.
 *
 * What is copied: declared functions and methods without type parameters (those are in every package anyhow), of few
 * expressions, without loops, literals, defers, goroutines, channels, maps, assertions and allocations, that call
 * nothing but their like and pure functions of the runtime. So a copy cannot freeze, and repeats little. It has the
 * original's symbol, being static.
 *
 * Whether a function is copied depends on the function alone. It has to: instances of generics are emitted by several
 * packages, of which the linker keeps one, so all must see the same colour in what they call (ir/colour.c). In its
 * own package such a function counts as shared, too.
 *
 * Keys of objects (driver/compile.c) hold those of all imports, and with them what is copied from there.
 *
 * Rejected: a table of functions worth it (inline.def, which has those of the runtime): it leaves out the program's
 * own packages.
 * Link-time optimisation: generated C is compiled by whatever C compiler there is, and cached by package.
 */
#include "state.h"
#include "walk.h"

#include <string.h>

enum { MOST_NODES = 60 };       /* expressions and statements; gc's inliner takes 80 */

typedef struct Copying {
	Compiler *c;
	int nodes;
	bool refused;
} Copying;

static bool is_small_composite(const Expr *e)
{
	Type *u = underlying(e->type);
	return u->kind == TYPE_STRUCT || (u->kind == TYPE_ARRAY && u->length == e->list.len);
}

static bool is_copied_builtin(int builtin)
{
	switch (builtin) {
	case BUILTIN_LEN: case BUILTIN_CAP: case BUILTIN_MIN: case BUILTIN_MAX: case BUILTIN_REAL: case BUILTIN_IMAG:
	case BUILTIN_COMPLEX:
		return true;
	default:
		return false;
	}
}

/* The function or method that a call names, NULL: it is not known here. */
static Object *named_callee(const Expr *call)
{
	Expr *fun = unparen(call->x);
	if (fun->kind == EXPR_SELECTOR && fun->selection && (fun->selection->kind != SELECT_METHOD_VALUE ||
	                                                     fun->selection->holder->kind == TYPE_PARAM))
		return NULL;
	bool names = (fun->kind == EXPR_NAME || fun->kind == EXPR_SELECTOR) && fun->type_args.len == 0;
	return names && fun->object && fun->object->kind == OBJECT_FUNC ? fun->object : NULL;
}

static bool is_pure(Object *fn) { return fn->decl && !fn->decl->body && has_directive(fn->decl, "//gol:pure"); }

static bool may_call(Copying *w, const Expr *e)
{
	if (e->call_kind == CALL_CONVERSION)
		return !is_string(underlying(e->type)) && underlying(e->type)->kind != TYPE_SLICE &&
			underlying(e->type)->kind != TYPE_INTERFACE;
	if (e->call_kind == CALL_BUILTIN)
		return is_copied_builtin(e->builtin);
	Object *fn = named_callee(e);
	while (fn && fn->linked)
		fn = fn->linked;
	return fn && (is_pure(fn) || is_copied(w->c, fn));
}

/* Is e something that a copied function may do? */
static bool may_have(Copying *w, const Expr *e)
{
	switch (e->kind) {
	case EXPR_NAME: case EXPR_LITERAL: case EXPR_PAREN: case EXPR_STAR: case EXPR_KEY_VALUE: case EXPR_SLICE:
		return true;
	case EXPR_INDEX:
		return underlying(e->x->type)->kind != TYPE_MAP;
	case EXPR_UNARY:
		return e->op != OP_RECV && !(e->op == OP_ADDR && unparen(e->x)->kind == EXPR_COMPOSITE);
	case EXPR_BINARY:
		return e->op != OP_ADD || !is_string(underlying(e->type));
	case EXPR_COMPOSITE:
		return is_small_composite(e);
	case EXPR_SELECTOR:
		return !e->selection || e->selection->kind == SELECT_FIELD;
	case EXPR_CALL:
		return may_call(w, e);
	default:
		return false;
	}
}

static void look_at(Copying *w, Expr *e);

static void look_at_list(Copying *w, const ExprList *list)
{
	for (int i = 0; i < list->len; i++)
		look_at(w, list->items[i]);
}

/* The name of a callee is no value: only what stands before the dot of a method is. */
static void look_at_callee(Copying *w, Expr *fun)
{
	fun = unparen(fun);
	if (fun->kind == EXPR_SELECTOR && fun->selection)
		look_at(w, fun->x);
}

static void look_at(Copying *w, Expr *e)
{
	if (!e || w->refused || e->mode == MODE_TYPE || e->mode == MODE_PACKAGE)
		return;
	if (e->mode == MODE_CONST) {
		w->nodes++;
		return;
	}
	if (++w->nodes > MOST_NODES || (!e->type && e->kind != EXPR_NAME) || !may_have(w, e)) {
		w->refused = true;
		return;
	}
	if (e->kind == EXPR_CALL && e->call_kind == CALL_FUNC)
		look_at_callee(w, e->x);
	else if (e->kind == EXPR_KEY_VALUE || e->kind == EXPR_SELECTOR)
		look_at(w, e->kind == EXPR_SELECTOR ? e->x : e->y);
	else if (e->kind != EXPR_CALL || e->call_kind != CALL_BUILTIN)
		look_at(w, e->x);
	if (e->kind != EXPR_KEY_VALUE)
		look_at(w, e->y);
	look_at_list(w, &e->list);
	for (int i = 0; i < 3; i++)
		look_at(w, e->index[i]);
}

static void look_at_body(Copying *w, const Block *b);

static void look_at_statement(Copying *w, Stmt *s)
{
	if (!s || w->refused)
		return;
	switch (s->kind) {
	case STMT_EMPTY: case STMT_EXPR: case STMT_INC_DEC: case STMT_ASSIGN: case STMT_DEFINE: case STMT_RETURN:
	case STMT_BLOCK: case STMT_IF:
		break;
	case STMT_DECL:
		for (int i = 0; i < s->decls.len; i++) {
			w->refused |= s->decls.items[i]->kind == DECL_TYPE;
			look_at_list(w, &s->decls.items[i]->values);
		}
		break;
	default:
		w->refused = true;
	}
	w->nodes++;
	look_at_statement(w, s->init);
	look_at(w, s->x);
	look_at_list(w, &s->lhs);
	look_at_list(w, &s->rhs);
	look_at_body(w, s->body);
	look_at_statement(w, s->else_);
}

static void look_at_body(Copying *w, const Block *b)
{
	for (int i = 0; b && i < b->list.len; i++)
		look_at_statement(w, b->list.items[i]);
}

/* Variables in the heap are allocations. */
static bool has_boxes(const FuncInfo *info)
{
	const ObjectList *const lists[] = {&info->params, &info->results, &info->locals};
	for (int k = 0; k < COUNT_OF(lists); k++)
		for (int i = 0; i < lists[k]->len; i++)
			if (lists[k]->items[i]->escapes || lists[k]->items[i]->captured)
				return true;
	return false;
}

static bool find_out(Compiler *c, Object *fn)
{
	Decl *d = fn->decl;
	if (!d || !d->body || !d->func_info || fn->type->type_params.len || fn->type->receiver_type_params.len ||
	    fn->linked ||
	    has_directive(d, "//go:noinline") || strcmp(fn->package->path, "runtime") == 0)
		return false;
	if (d->func_info->has_defer || d->func_info->has_recover || d->func_info->literals.len || has_boxes(d->func_info))
		return false;
	Copying w = {.c = c};
	look_at_body(&w, d->body);
	return !w.refused && w.nodes <= MOST_NODES;
}

bool is_copied(Compiler *c, Object *fn)
{
	require(fn->kind == OBJECT_FUNC);
	if (fn->origin)
		fn = fn->origin;
	if (fn->copying == COPYING_UNKNOWN) {
		fn->copying = COPYING_NOT;      /* for a recursive one, while it is looked at */
		fn->copying = find_out(c, fn) ? COPYING_YES : COPYING_NOT;
	}
	return fn->copying == COPYING_YES;
}
