/*
 * flow.c - terminating statements (spec, "Terminating statements"): does control reach a function's end?
 *
 * A function with results must end in a statement behind which nothing runs. The rule is one of form alone, on
 * purpose: for { } ends it, for true { } does not, and no compiler may be cleverer than another about it. A break that
 * leaves the statement spoils it, wherever inside it stands, but for one in a function literal.
 */
#include "checker.h"

static bool terminating(Stmt *s, const char *label);

static bool has_break_list(StmtList list, const char *label, bool implicit);

/* Does s hold a break of the statement named label, or (implicit) an unlabeled one that leaves the statement around
 * s? */
static bool has_break(Stmt *s, const char *label, bool implicit)
{
	if (!s)
		return false;
	switch (s->kind) {
	case STMT_BREAK:
		return s->name ? s->name == label : implicit;
	case STMT_LABELED:
		return has_break(s->body_stmt, label, implicit);
	case STMT_BLOCK:
		return has_break_list(s->body->list, label, implicit);
	case STMT_IF:
		return has_break_list(s->body->list, label, implicit) || has_break(s->else_, label, implicit);
	case STMT_FOR: case STMT_RANGE:
		return label && has_break_list(s->body->list, label, false);
	case STMT_SWITCH: case STMT_TYPE_SWITCH: case STMT_SELECT:
		for (int i = 0; i < s->cases.len; i++)
			if (label && has_break_list(s->cases.items[i]->body, label, false))
				return true;
		return false;
	default:
		return false;
	}
}

static bool has_break_list(StmtList list, const char *label, bool implicit)
{
	for (int i = 0; i < list.len; i++)
		if (has_break(list.items[i], label, implicit))
			return true;
	return false;
}

static bool terminating_list(StmtList list)
{
	int n = list.len;
	while (n > 0 && list.items[n - 1]->kind == STMT_EMPTY)
		n--;
	return n > 0 && terminating(list.items[n - 1], NULL);
}

/* A switch ends the function if it has a default, nothing breaks out of it, and every clause ends it or falls through
 * to one that does. A select needs no default: without one it waits. */
static bool terminating_cases(Stmt *s, const char *label)
{
	bool has_default = s->kind == STMT_SELECT;
	for (int i = 0; i < s->cases.len; i++) {
		Case *c = s->cases.items[i];
		has_default = has_default || c->is_default;
		bool through = s->kind == STMT_SWITCH && c->falls_through;
		if ((!terminating_list(c->body) && !through) || has_break_list(c->body, label, true))
			return false;
	}
	return has_default;
}

static bool is_panic(Stmt *s)
{
	Expr *e = unparen(s->x);
	return e->kind == EXPR_CALL && e->call_kind == CALL_BUILTIN && e->builtin == BUILTIN_PANIC &&
		e->mode == MODE_NO_VALUE;
}

static bool terminating(Stmt *s, const char *label)
{
	switch (s->kind) {
	case STMT_EXPR: return is_panic(s);
	case STMT_RETURN: case STMT_GOTO: return true;
	case STMT_BLOCK: return terminating_list(s->body->list);
	case STMT_IF: return s->else_ && terminating_list(s->body->list) && terminating(s->else_, NULL);
	case STMT_FOR: return !s->x && !has_break_list(s->body->list, label, true);
	case STMT_SWITCH: case STMT_TYPE_SWITCH: case STMT_SELECT: return terminating_cases(s, label);
	case STMT_LABELED: return terminating(s->body_stmt, s->name);
	default: return false;
	}
}

bool check_is_terminating_list(Checker *k, StmtList list)
{
	(void)k;
	return terminating_list(list);
}
