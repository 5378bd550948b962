/*
 * liveness_test.c - what a saved frame must hold, on functions made by hand. The
 * statement that may freeze is a receive; its may_freeze is set here, without ir_colour.
 */
#include "ir/ir.h"

#include <criterion/criterion.h>

typedef struct {
	Compiler *c;
	IrFunc *f;
	Type *integer;
} World;

static const Pos here;

static World new_world(void)
{
	World w;

	w.c = compiler_new();
	w.integer = types_new(w.c)->basic[TYPE_INT];
	w.f = NEW(w.c->arena, IrFunc);
	return w;
}

static IrVar *variable(World *w, const char *name) { return ir_new_var(w->c, w->f, VAR_LOCAL, name, w->integer, here); }

static void append(World *w, IrStmtList *list, IrStmt *s) { vec_push(w->c->arena, list, s); }

static IrStmt *assignment(World *w, IrVar *v, IrExpr *value)
{
	IrStmt *s = ir_stmt(w->c, IR_ASSIGN, here);

	s->dst = ir_var(w->c, v);
	s->src = value;
	return s;
}

static IrStmt *receive(World *w)
{
	IrStmt *s = ir_stmt(w->c, IR_RECEIVE, here);

	s->x = ir_zero(w->c, chan_of(w->c, w->integer, CHAN_BOTH));
	s->may_freeze = true;
	return s;
}

static bool lives(const IrStmt *s, const IrVar *v) { return s->live[v->id / 64] >> (v->id % 64) & 1; }

Test(liveness, only_what_is_read_later)
{
	World w = new_world();
	IrVar *read = variable(&w, "read"), *dead = variable(&w, "dead"), *again = variable(&w, "again"), *sum = variable(&w, "sum");
	IrStmt *freezes = receive(&w);

	append(&w, &w.f->body, assignment(&w, read, ir_int(w.c, 1)));
	append(&w, &w.f->body, assignment(&w, dead, ir_int(w.c, 2)));
	append(&w, &w.f->body, assignment(&w, again, ir_var(w.c, dead)));
	append(&w, &w.f->body, freezes);
	append(&w, &w.f->body, assignment(&w, again, ir_var(w.c, read)));
	append(&w, &w.f->body, assignment(&w, sum, ir_var(w.c, again)));
	ir_liveness(w.c, w.f);
	cr_assert(lives(freezes, read));
	cr_assert(!lives(freezes, dead));
	cr_assert(!lives(freezes, again), "it is assigned before it is read");
	cr_assert(read->in_frame);
	cr_assert(!sum->in_frame);
}

Test(liveness, round_a_loop)
{
	World w = new_world();
	IrVar *carried = variable(&w, "carried"), *fresh = variable(&w, "fresh"), *after = variable(&w, "after");
	IrStmt *loop = ir_stmt(w.c, IR_LOOP, here), *freezes = receive(&w);

	loop->cond = ir_binary(w.c, OP_LT, ir_var(w.c, carried), ir_int(w.c, 9), w.c->types->basic[TYPE_BOOL]);
	append(&w, &loop->body, assignment(&w, fresh, ir_var(w.c, carried)));
	append(&w, &loop->body, assignment(&w, carried, ir_var(w.c, fresh)));
	append(&w, &loop->body, freezes);
	append(&w, &w.f->body, assignment(&w, carried, ir_int(w.c, 0)));
	append(&w, &w.f->body, assignment(&w, after, ir_int(w.c, 5)));
	append(&w, &w.f->body, loop);
	append(&w, &w.f->body, assignment(&w, fresh, ir_var(w.c, after)));
	ir_liveness(w.c, w.f);
	cr_assert(lives(freezes, carried), "read at the next turn");
	cr_assert(lives(freezes, after), "read after the loop");
	cr_assert(!lives(freezes, fresh));
}

Test(liveness, whatever_panics_leads_to_the_epilogue)
{
	World w = new_world();
	IrVar *kept = variable(&w, "kept"), *later = variable(&w, "later"), *used = variable(&w, "used");
	IrStmt *panics = ir_stmt(w.c, IR_PANIC_IF, here), *freezes = receive(&w);

	panics->may_panic = true;
	w.f->has_defer = true;
	append(&w, &w.f->body, assignment(&w, later, ir_int(w.c, 1)));
	append(&w, &w.f->body, panics);
	append(&w, &w.f->body, assignment(&w, kept, ir_int(w.c, 2)));
	append(&w, &w.f->body, freezes);
	append(&w, &w.f->body, assignment(&w, used, ir_var(w.c, later)));
	append(&w, &w.f->body, ir_stmt(w.c, IR_RETURN, here));
	append(&w, &w.f->epilogue, assignment(&w, used, ir_var(w.c, kept)));
	ir_liveness(w.c, w.f);
	cr_assert(lives(panics, kept) && lives(freezes, kept), "the epilogue reads it");
	cr_assert(kept->needs_zero, "it may do so before the assignment");
	cr_assert(kept->in_frame);
	cr_assert(!lives(panics, later), "only what comes after reads it");
	cr_assert(lives(freezes, later));
}

Test(liveness, an_address_keeps_its_variable)
{
	World w = new_world();
	IrVar *object = variable(&w, "object");
	IrStmt *freezes = receive(&w);

	object->addr_taken = true;
	append(&w, &w.f->body, assignment(&w, object, ir_int(w.c, 1)));
	append(&w, &w.f->body, freezes);
	ir_liveness(w.c, w.f);
	cr_assert(lives(freezes, object));
	cr_assert(object->in_frame);
}
