/*
 * verify.c - checks what the checker promises of a package without errors (ast.h, "checked"); a breach is our own
 * bug. Debug builds run it after each package.
 *
 * Checked: every expression that is evaluated has a mode and a type, no value is untyped any more, constants have
 * their values; names and selectors know what they refer to; literals have their FuncInfo; branches have targets.
 */
#include "check.h"

#include <string.h>

typedef struct Verify { Compiler *c; } Verify;

static void verify_stmts(Verify *v, const StmtList *list);
static void verify_expr(Verify *v, const Expr *e);

static void fail(Verify *v, const Expr *e, const char *what)
{
	ice(v->c, e->pos, "%s: %s (kind %d, mode %d, type %s)", what, expr_text(v->c, e), e->kind, e->mode,
	    e->type ? type_text(v->c, e->type) : "none");
}

static void verify_list(Verify *v, const ExprList *list)
{
	for (int i = 0; i < list->len; i++)
		verify_expr(v, list->items[i]);
}

/* Untyped values have their final type when everything is checked; nil and what is no value keep theirs. */
static void verify_mode(Verify *v, const Expr *e)
{
	switch (e->mode) {
	case MODE_INVALID:
		fail(v, e, "an expression that was not checked");
		break;
	case MODE_CONST:
		if (!e->cval)
			fail(v, e, "a constant without a value");
		/* fall through */
	case MODE_VARIABLE: case MODE_MAP_INDEX: case MODE_VALUE: case MODE_COMMA_OK:
		if (!e->type)
			fail(v, e, "a value without a type");
		if (is_untyped(e->type))
			fail(v, e, "a value without its final type");
		break;
	default:
		break;
	}
}

static void verify_reference(Verify *v, const Expr *e)
{
	if (e->kind == EXPR_NAME && (e->mode == MODE_VARIABLE || e->mode == MODE_VALUE) && !e->object)
		fail(v, e, "a name that refers to nothing");
	if (e->kind == EXPR_SELECTOR && !e->object && !e->selection)
		fail(v, e, "a selector that selects nothing");
	if (e->kind == EXPR_FUNC && !e->func_info)
		fail(v, e, "a function literal that nothing is known of");
	if (e->kind == EXPR_CALL && e->call_kind == CALL_FUNC && underlying(e->x->type)->kind != TYPE_FUNC &&
	    !has_type_params(e->x->type))
		fail(v, e, "a call of what is no function");
}

/* The keys of a struct literal name fields. */
static void verify_elements(Verify *v, const Expr *e)
{
	for (int i = 0; i < e->list.len; i++) {
		const Expr *element = e->list.items[i];
		bool keyed = element->kind == EXPR_KEY_VALUE;
		const Expr *value = keyed ? element->y : element;
		if (!(value->kind == EXPR_COMPOSITE && !value->x) || value->mode != MODE_INVALID)
			verify_expr(v, value);
	}
}

static void verify_expr(Verify *v, const Expr *e)
{
	if (!e || e->kind == EXPR_ELLIPSIS)
		return;
	verify_mode(v, e);
	if (e->mode == MODE_CONST || e->mode == MODE_TYPE || e->mode == MODE_BUILTIN || e->mode == MODE_PACKAGE)
		return;
	verify_reference(v, e);
	if (e->kind == EXPR_FUNC) {
		verify_stmts(v, &e->body->list);
		return;
	}
	if (e->kind == EXPR_COMPOSITE) {
		verify_elements(v, e);
		return;
	}
	if (!(e->kind == EXPR_SELECTOR && !e->selection) && !(e->kind == EXPR_INDEX && e->type_args.len))
		verify_expr(v, e->x);
	verify_expr(v, e->y);
	if (!(e->kind == EXPR_INDEX && e->type_args.len))
		verify_list(v, &e->list);
	for (int i = 0; i < COUNT_OF(e->index); i++)
		verify_expr(v, e->index[i]);
}

static void verify_decl(Verify *v, const Decl *d)
{
	if (d->kind == DECL_VAR)
		verify_list(v, &d->values);
	if (d->kind == DECL_FUNC && d->body && strcmp(d->names.items[0], "_") != 0) {
		if (!d->func_info)
			ice(v->c, d->pos, "a function that nothing is known of");
		verify_stmts(v, &d->body->list);
	}
}

/* Also (_). */
static bool is_blank(Expr *e)
{
	e = unparen(e);
	return e->kind == EXPR_NAME && strcmp(e->name, "_") == 0;
}

/* What is declared, and where nothing is stored, has no mode. */
static void verify_left(Verify *v, const Stmt *s)
{
	bool declares = s->kind == STMT_DEFINE || s->define;
	for (int i = 0; i < s->lhs.len; i++)
		if (!is_blank(s->lhs.items[i]) && !(declares && i < s->defined.len && s->defined.items[i]))
			verify_expr(v, s->lhs.items[i]);
	if (s->kind == STMT_DEFINE && s->defined.len != s->lhs.len)
		ice(v->c, s->pos, "a definition whose variables are unknown");
}

/* Everything that may hang off a statement is visited whatever its kind: what a kind has not is NULL. */
static void verify_stmt(Verify *v, const Stmt *s)
{
	if (!s)
		return;
	bool branches = s->kind == STMT_BREAK || s->kind == STMT_CONTINUE || s->kind == STMT_GOTO;
	if (branches && !s->target)
		ice(v->c, s->pos, "a branch without a target");
	verify_stmt(v, s->init);
	verify_left(v, s);
	verify_list(v, &s->rhs);
	if (s->kind == STMT_TYPE_SWITCH)
		verify_expr(v, s->x->kind == EXPR_ASSERT ? s->x->x : s->x);
	else
		verify_expr(v, s->x);
	verify_expr(v, s->y);
	verify_stmt(v, s->post);
	if (s->body)
		verify_stmts(v, &s->body->list);
	verify_stmt(v, s->else_);
	verify_stmt(v, s->body_stmt);
	for (int i = 0; i < s->cases.len; i++) {
		const Case *k = s->cases.items[i];
		if (s->kind == STMT_SWITCH)
			verify_list(v, &k->list);
		verify_stmt(v, k->comm);
		verify_stmts(v, &k->body);
	}
	for (int i = 0; i < s->decls.len; i++)
		verify_decl(v, s->decls.items[i]);
}

static void verify_stmts(Verify *v, const StmtList *list)
{
	for (int i = 0; i < list->len; i++)
		verify_stmt(v, list->items[i]);
}

void types_verify(Compiler *c, const Package *package)
{
	Verify v = {c};
	for (int i = 0; i < package->files.len; i++)
		for (int j = 0; j < package->files.items[i]->decls.len; j++)
			verify_decl(&v, package->files.items[i]->decls.items[j]);
}
