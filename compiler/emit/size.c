/*
 * size.c - which functions are too large for what is usually done to a function, and which are small.
 *
 * The C compiler's time is not linear in a function's length: gcc 12 -O2 takes 44 s for 4,700 stores in a row (each is
 * compared with those before it), minutes for a few thousand points that save live variables. Functions of that size
 * are tables being filled, or text that a program wrote. So
 *
 *   initialisers, and functions with very many points, have one version (design.md, section 4);
 *   initialisers beyond a thousand statements, which run once, and functions beyond what people write by hand are
 *   compiled without optimisation (GOL_UNOPTIMISED), whatever the level.
 *
 * Small functions are declared inline where they have a plain version. gcc does that by itself for some of them; here
 * it also expands recursive functions a few levels into themselves, which halves the time of the likes of fib. Not
 * those that have variables with addresses: what a frozen frame holds would be copied for each level. Nor weak ones,
 * whose other definitions might differ for all that C knows.
 *
 * Last, what temporaries take of a native frame: side.c counts with it.
 *
 * Rejected: lowering the level of the whole file, which slows its other functions; cutting functions into pieces, which
 * is a great deal of machinery for code that is not hot.
 */
#include "emitter.h"

enum {
	/* saved by two versions: points, and points times variables in the frame */
	MOST_POINTS = 1000, MOST_WORDS = 20000,
	MOST_ONCE = 1000, MOST_STATEMENTS = 10000, MOST_UNOPTIMISED_POINTS = 3000,
	MOST_INLINE = 4, MOST_RECURSIVE = 16,
};

static bool is_initialiser(const Emit *e) { return e->f == e->package->init; }

bool is_one_version(const Emit *e)
{
	int64_t resident = 0;
	for (int i = 0; i < e->f->vars.len; i++)
		resident += e->f->vars.items[i]->in_frame;
	return is_initialiser(e) || e->resume_count > MOST_POINTS || e->resume_count * resident > MOST_WORDS;
}

/* Composites in an expression; the large ones have room elsewhere (side.c). */
static int64_t composite_bytes(const Emit *e, const IrExpr *x)
{
	if (!x)
		return 0;
	bool composite = x->kind == IR_MAKE || ((x->kind == IR_ZERO || x->kind == IR_CONST) && !is_scalar(x->type));
	int64_t size = composite ? type_size(e->c, x->type) : 0, n = size < GOL_LARGE_OBJECT ? size : 0;
	n += composite_bytes(e, x->x) + composite_bytes(e, x->y);
	for (int i = 0; i < x->args.len; i++)
		n += composite_bytes(e, x->args.items[i]);
	return n;
}

/* What C's temporaries take in a native frame without optimisation, when each has room of its own. */
int64_t temporary_bytes(const Emit *e, const IrStmtList *list)
{
	int64_t n = 0;
	for (int i = 0; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		n += composite_bytes(e, s->src) + composite_bytes(e, s->dst) + composite_bytes(e, s->x) +
			composite_bytes(e, s->cond);
		for (int k = 0; k < s->args.len; k++)
			n += composite_bytes(e, s->args.items[k]);
		for (int k = 0; s->dsts.len > 1 && k < s->dsts.len; k++)
			n += s->dsts.items[k] ? type_size(e->c, s->dsts.items[k]->type) : 0;
		n += temporary_bytes(e, &s->body) + temporary_bytes(e, &s->else_body) + temporary_bytes(e, &s->post);
		for (int k = 0; k < s->cases.len; k++)
			n += temporary_bytes(e, &s->cases.items[k]->body);
	}
	return n;
}

static int statement_count(const IrStmtList *list, bool checks)
{
	int n = 0;
	for (int i = 0; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		n += checks || s->kind != IR_PANIC_IF;
		n += statement_count(&s->body, checks) + statement_count(&s->else_body, checks) + statement_count(&s->post,
			checks);
		for (int k = 0; k < s->cases.len; k++)
			n += statement_count(&s->cases.items[k]->body, checks);
	}
	return n;
}

bool is_unoptimised(const Emit *e)
{
	int most = is_initialiser(e) ? MOST_ONCE : MOST_STATEMENTS;
	return e->resume_count > MOST_UNOPTIMISED_POINTS || statement_count(&e->f->body, true) > most;
}

static bool calls(const IrStmtList *list, const IrFunc *f)
{
	for (int i = 0; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		if ((s->kind == IR_CALL && s->call == IR_CALL_DIRECT && s->func == f) ||
		    calls(&s->body, f) || calls(&s->else_body, f) || calls(&s->post, f))
			return true;
		for (int k = 0; k < s->cases.len; k++)
			if (calls(&s->cases.items[k]->body, f))
				return true;
	}
	return false;
}

/* Copies were chosen for it. Checks that panic do not count: they are a test, and cold. */
bool is_small(const Emit *e)
{
	if (e->f->is_copy)
		return true;
	for (int i = 0; i < e->f->vars.len; i++)
		if (e->f->vars.items[i]->addr_taken)
			return false;
	return !e->f->is_weak && !e->f->has_defer &&
		statement_count(&e->f->body, false) <= (calls(&e->f->body, e->f) ? MOST_RECURSIVE : MOST_INLINE);
}
