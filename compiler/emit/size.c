/*
 * size.c - which functions are too large for what is usually done to a function.
 *
 * The C compiler's time is not linear in a function's length: gcc 12 -O2 takes 44 s for 4,700 stores in a row (each is
 * compared with those before it), minutes for a few thousand points that save live variables. Functions of that size are
 * tables being filled, or text that a program wrote. So
 *
 *   initialisers, and functions with very many points, have one version (design.md, section 4);
 *   initialisers beyond a thousand statements, which run once, and functions beyond what people write by hand are
 *   compiled without optimisation (GOL_UNOPTIMISED), whatever the level.
 *
 * Rejected: lowering the level of the whole file, which slows its other functions; cutting functions into pieces, which
 * is a great deal of machinery for code that is not hot.
 */
#include "emitter.h"

enum {
	MOST_POINTS = 1000, MOST_WORDS = 20000,     /* saved by two versions: points, and points times variables in the frame */
	MOST_ONCE = 1000, MOST_STATEMENTS = 10000, MOST_UNOPTIMISED_POINTS = 3000,
};

static bool is_initialiser(const Emit *e) { return e->f == e->package->init; }

bool is_one_version(const Emit *e)
{
	int64_t resident = 0;
	for (int i = 0; i < e->f->vars.len; i++)
		resident += e->f->vars.items[i]->in_frame;
	return is_initialiser(e) || e->resume_count > MOST_POINTS || e->resume_count * resident > MOST_WORDS;
}

static int statement_count(const IrStmtList *list)
{
	int n = list->len;
	for (int i = 0; i < list->len; i++) {
		const IrStmt *s = list->items[i];
		n += statement_count(&s->body) + statement_count(&s->else_body) + statement_count(&s->post);
		for (int k = 0; k < s->cases.len; k++)
			n += statement_count(&s->cases.items[k]->body);
	}
	return n;
}

bool is_unoptimised(const Emit *e)
{
	int most = is_initialiser(e) ? MOST_ONCE : MOST_STATEMENTS;
	return e->resume_count > MOST_UNOPTIMISED_POINTS || statement_count(&e->f->body) > most;
}
