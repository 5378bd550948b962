/*
 * labels.c - labels and the branches to them (spec, "Labeled statements", "Break", "Continue", "Goto").
 *
 * One walk over a function body that has labels. A goto may jump forward only where no variable comes into scope on
 * the way, and never into a block: each block keeps the gotos that wait for a label further down; those left at a
 * block's end go on waiting in the block around.
 */
#include "checker.h"
#include <string.h>

typedef struct Label { Stmt *stmt; Pos block; bool used; } Label;     /* block: where the one it stands in starts */
typedef VEC(Stmt *) Jumps;

typedef struct LabelBlock {
	struct LabelBlock *parent;
	Stmt *labeled;              /* the labeled statement whose block this is */
	Map declared;               /* labels of this block seen so far */
} LabelBlock;

typedef struct Labels {
	Checker *k;
	Map all;                    /* name -> Label, whole function */
} Labels;

static void collect_list(Labels *l, StmtList list, Pos block);

/* All labels of the function first: gotos jump forward, too. Bodies of literals are functions of their own, and are
 * not looked into. */
static void collect_stmt(Labels *l, Stmt *s, Pos block)
{
	Checker *k = l->k;
	if (!s)
		return;
	if (s->kind == STMT_LABELED) {
		Label *other = map_get(&l->all, s->name);
		if (strcmp(s->name, "_") == 0) {
			s->label_used = true;
		} else if (other) {
			check_error(k, s->pos, "label %s already defined at %s", s->name, check_pos_text(k, other->stmt->pos));
		} else {
			Label *label = NEW(k->arena, Label);
			label->stmt = s;
			label->block = block;
			map_put(k->arena, &l->all, s->name, label);
		}
		collect_stmt(l, s->body_stmt, block);
		return;
	}
	if (s->body)
		collect_list(l, s->body->list, s->body->pos);
	if (s->else_)
		collect_stmt(l, s->else_, block);
	for (int i = 0; i < s->cases.len; i++)
		collect_list(l, s->cases.items[i]->body, s->cases.items[i]->pos);
}

static void collect_list(Labels *l, StmtList list, Pos block)
{
	for (int i = 0; i < list.len; i++)
		collect_stmt(l, list.items[i], block);
}

/* The labeled statement named that encloses block b. */
static Stmt *enclosing(LabelBlock *b, const char *name)
{
	for (; b && strcmp(name, "_") != 0; b = b->parent)
		if (b->labeled && b->labeled->name == name)
			return b->labeled;
	return NULL;
}

static bool is_loop(const Stmt *s)
{
	return s->kind == STMT_FOR || s->kind == STMT_RANGE;
}

static bool is_breakable(const Stmt *s)
{
	return is_loop(s) || s->kind == STMT_SWITCH || s->kind == STMT_TYPE_SWITCH || s->kind == STMT_SELECT;
}

static Label *use_label(Labels *l, const char *name)
{
	require(name);
	Label *label = map_get(&l->all, name);
	if (label) {
		label->used = true;
		label->stmt->label_used = true;
	}
	return label;
}

static Stmt *declared_label(LabelBlock *b, const char *name)
{
	for (; b; b = b->parent) {
		Stmt *s = map_get(&b->declared, name);
		if (s)
			return s;
	}
	return NULL;
}

static void labeled_break(Labels *l, LabelBlock *b, Stmt *s)
{
	require(s->name && (s->kind == STMT_BREAK || s->kind == STMT_CONTINUE));
	bool is_break = s->kind == STMT_BREAK;
	Stmt *target = enclosing(b, s->name);
	if (!target) {
		const char *what = is_break ? "break" : "continue";
		if (declared_label(b, s->name)) {
			use_label(l, s->name);
			check_error(l->k, s->name_pos, "invalid %s label %s", what, s->name);
		} else {
			check_error(l->k, s->name_pos, "%s label not defined: %s", what, s->name);
		}
		return;
	}
	use_label(l, s->name);
	Stmt *inner = target->body_stmt;
	if (is_break ? !is_breakable(inner) : !is_loop(inner)) {
		check_error(l->k, s->name_pos, "invalid %s label %s", is_break ? "break" : "continue", s->name);
		return;
	}
	s->target = inner;
}

typedef struct Walk {
	Labels *l;
	LabelBlock *block;
	Jumps forward;              /* gotos waiting for a label */
	Pos var_pos;                /* of the last variable declared in this block */
	const char *var_name;
	Jumps over;                 /* those waiting when that variable was declared: they would jump over it */
} Walk;

static Jumps walk_list(Labels *l, LabelBlock *parent, Stmt *labeled, StmtList list);

static void note_variable(Walk *w, Pos pos, const char *name)
{
	w->var_pos = pos;
	w->var_name = name;
	w->over.len = 0;
	for (int i = 0; i < w->forward.len; i++)
		vec_push(w->l->k->arena, &w->over, w->forward.items[i]);
}

static void add_forward(Walk *w, Jumps jumps)
{
	for (int i = 0; i < jumps.len; i++)
		vec_push(w->l->k->arena, &w->forward, jumps.items[i]);
}

/* A label: the gotos waiting for it arrive. */
static void arrive(Walk *w, Stmt *label)
{
	Checker *k = w->l->k;
	int kept = 0;
	for (int i = 0; i < w->forward.len; i++) {
		Stmt *jump = w->forward.items[i];
		if (jump->name != label->name) {
			w->forward.items[kept++] = jump;
			continue;
		}
		use_label(w->l, label->name);
		jump->target = label;
		for (int j = 0; j < w->over.len; j++)
			if (w->over.items[j] == jump)
				check_error(k, jump->name_pos, "goto %s jumps over declaration of %s at %s", label->name, w->var_name,
				            check_pos_text(k, w->var_pos));
	}
	w->forward.len = kept;
}

static void goto_stmt(Walk *w, Stmt *s)
{
	Stmt *target = declared_label(w->block, s->name);
	if (target) {
		use_label(w->l, s->name);
		s->target = target;
		return;
	}
	vec_push(w->l->k->arena, &w->forward, s);
}

static void walk_stmt(Walk *w, Stmt *s, Stmt *labeled)
{
	switch (s->kind) {
	case STMT_DECL:
		for (int i = 0; i < s->decls.len; i++)
			if (s->decls.items[i]->kind == DECL_VAR)
				note_variable(w, s->decls.items[i]->pos, s->decls.items[i]->names.items[0]);
		break;
	case STMT_DEFINE: {
		const char *name = "";
		for (int i = 0; i < s->defined.len && !name[0]; i++)
			if (s->defined.items[i])
				name = s->defined.items[i]->name;
		note_variable(w, s->pos, name);
		break;
	}
	case STMT_LABELED:
		if (strcmp(s->name, "_") != 0) {
			map_put(w->l->k->arena, &w->block->declared, s->name, s);
			arrive(w, s);
		}
		walk_stmt(w, s->body_stmt, s);
		break;
	case STMT_BREAK: case STMT_CONTINUE:
		if (s->name)
			labeled_break(w->l, w->block, s);
		break;
	case STMT_GOTO:
		goto_stmt(w, s);
		break;
	default:
		if (s->body)
			add_forward(w, walk_list(w->l, w->block, labeled, s->body->list));
		if (s->else_)
			walk_stmt(w, s->else_, NULL);
		for (int i = 0; i < s->cases.len; i++)
			add_forward(w, walk_list(w->l, w->block, labeled, s->cases.items[i]->body));
		break;
	}
}

static Jumps walk_list(Labels *l, LabelBlock *parent, Stmt *labeled, StmtList list)
{
	LabelBlock block = {.parent = parent, .labeled = labeled};
	Walk w = {.l = l, .block = &block};
	for (int i = 0; i < list.len; i++)
		walk_stmt(&w, list.items[i], NULL);
	return w.forward;
}

void check_labels(Checker *k, Block *body)
{
	Labels l = {.k = k};
	collect_list(&l, body->list, body->pos);
	Jumps left = walk_list(&l, NULL, NULL, body->list);
	for (int i = 0; i < left.len; i++) {
		Stmt *jump = left.items[i];
		Label *label = use_label(&l, jump->name);
		if (label)
			check_error(k, jump->name_pos, "goto %s jumps into block starting at %s", jump->name,
			            check_pos_text(k, label->block));
		else
			check_error(k, jump->name_pos, "label %s not defined", jump->name);
	}
	for (int i = 0; i < map_count(&l.all); i++) {
		Label *label = map_value_at(&l.all, i);
		if (!label->used)
			check_error(k, label->stmt->pos, "label %s defined and not used", label->stmt->name);
	}
}
