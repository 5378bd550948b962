/*
 * share_test.c - which variables take turns (ir/share.c), on functions made by hand: more variables than are left alone, and
 * those of the case among them.
 */
#include "ir/ir.h"

#include <criterion/criterion.h>

typedef struct {
	Compiler *c;
	IrFunc *f;
	Type *integer;
} World;

static const Pos here;

static IrVar *temporary(World *w) { return ir_new_var(w->c, w->f, VAR_TEMP, "t", w->integer, here); }

static IrStmt *assignment(World *w, IrVar *v, IrExpr *value)
{
	IrStmt *s = ir_stmt(w->c, IR_ASSIGN, here);
	s->dst = ir_var(w->c, v);
	s->src = value;
	return s;
}

static void append(World *w, IrStmtList *list, IrStmt *s) { vec_push(w->c->arena, list, s); }

static void use(World *w, IrStmtList *list, IrVar *v)
{
	IrStmt *s = ir_stmt(w->c, IR_KEEP_ALIVE, here);
	s->x = ir_var(w->c, v);
	append(w, list, s);
}

static void assign_and_use(World *w, IrStmtList *list, IrVar *v)
{
	append(w, list, assignment(w, v, ir_int(w->c, 1)));
	use(w, list, v);
}

/* Many variables that are needed all at once: used last, one after the other. */
static World new_world(void)
{
	World w;
	w.c = compiler_new();
	w.integer = types_new(w.c)->basic[TYPE_INT];
	w.f = NEW(w.c->arena, IrFunc);
	for (int i = 0; i < 200; i++)
		append(&w, &w.f->body, assignment(&w, ir_new_var(w.c, w.f, VAR_LOCAL, "x", w.integer, here), ir_int(w.c, i)));
	return w;
}

/* How many of the temporaries are left. */
static int share(World *w)
{
	int n = 0;
	for (int i = 0; i < 200; i++)
		use(w, &w->f->body, w->f->vars.items[i]);
	ir_share(w->c, w->f, false);
	for (int i = 0; i < w->f->vars.len; i++) {
		cr_expect_eq(w->f->vars.items[i]->id, i);
		n += w->f->vars.items[i]->kind == VAR_TEMP;
	}
	cr_expect_eq(w->f->vars.len - n, 200);
	return n;
}

Test(share, one_after_the_other)
{
	World w = new_world();
	for (int i = 0; i < 10; i++)
		assign_and_use(&w, &w.f->body, temporary(&w));
	cr_expect_eq(share(&w), 1);
}

Test(share, both_needed)
{
	World w = new_world();
	IrVar *a = temporary(&w), *b = temporary(&w);
	append(&w, &w.f->body, assignment(&w, a, ir_int(w.c, 1)));
	assign_and_use(&w, &w.f->body, b);
	use(&w, &w.f->body, a);
	cr_expect_eq(share(&w), 2);
}

Test(share, read_where_the_other_is_assigned)
{
	World w = new_world();
	IrVar *a = temporary(&w), *b = temporary(&w);
	append(&w, &w.f->body, assignment(&w, a, ir_int(w.c, 1)));
	append(&w, &w.f->body, assignment(&w, b, ir_var(w.c, a)));
	use(&w, &w.f->body, b);
	cr_expect_eq(share(&w), 2);
}

Test(share, needed_until_the_end_of_a_loop)
{
	World w = new_world();
	IrVar *a = temporary(&w), *b = temporary(&w);
	append(&w, &w.f->body, assignment(&w, a, ir_int(w.c, 1)));
	IrStmt *loop = ir_stmt(w.c, IR_LOOP, here);
	use(&w, &loop->body, a);
	assign_and_use(&w, &loop->body, b);
	append(&w, &w.f->body, loop);
	cr_expect_eq(share(&w), 2);
}

Test(share, carried_around_a_loop)
{
	World w = new_world();
	IrVar *a = temporary(&w), *b = temporary(&w);
	IrStmt *loop = ir_stmt(w.c, IR_LOOP, here), *branch = ir_stmt(w.c, IR_IF, here);
	branch->cond = ir_const(w.c, const_bool(w.c, true), w.c->types->basic[TYPE_BOOL]);
	append(&w, &branch->body, assignment(&w, a, ir_int(w.c, 1)));       /* on some rounds only */
	append(&w, &loop->body, branch);
	use(&w, &loop->body, a);
	assign_and_use(&w, &loop->body, b);
	append(&w, &w.f->body, loop);
	cr_expect_eq(share(&w), 2);
}

Test(share, jumped_to)
{
	World w = new_world();
	IrVar *a = temporary(&w), *b = temporary(&w);
	append(&w, &w.f->body, assignment(&w, a, ir_int(w.c, 1)));
	IrStmt *label = ir_stmt(w.c, IR_LABEL, here), *jump = ir_stmt(w.c, IR_GOTO, here);
	label->label = jump->label = "again";
	append(&w, &w.f->body, label);
	use(&w, &w.f->body, a);
	assign_and_use(&w, &w.f->body, b);
	append(&w, &w.f->body, jump);
	cr_expect_eq(share(&w), 2);
}

Test(share, needed_when_it_unwinds)
{
	World w = new_world();
	IrVar *a = temporary(&w), *b = temporary(&w);
	w.f->has_defer = true;
	use(&w, &w.f->epilogue, a);
	assign_and_use(&w, &w.f->body, a);
	assign_and_use(&w, &w.f->body, b);
	cr_expect_eq(share(&w), 2);
}

Test(share, few_are_left_alone)
{
	World w = new_world();
	w.f = NEW(w.c->arena, IrFunc);
	for (int i = 0; i < 10; i++)
		assign_and_use(&w, &w.f->body, temporary(&w));
	ir_share(w.c, w.f, false);
	cr_expect_eq(w.f->vars.len, 10);
}
