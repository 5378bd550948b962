/*
 * liveness.c - for each statement that may freeze, the variables whose values
 * are needed afterwards. Those are what a saved frame holds; a dead pointer is not
 * saved, so it retains nothing.
 *
 * Backward dataflow over the tree. One working set is changed in place while
 * walking statements last to first; it is copied only where control parts (if,
 * switch, loops, labels). What is live at a loop's head, at a label, before a
 * loop's post part is remembered per statement and only grows; the whole body is walked
 * again until none of these sets grows. Nested loops therefore cost the nesting
 * depth in walks, not its power.
 *
 * Not governed by liveness, always saved: variables whose address was taken, not just lent (the
 * address may be alive when the name is not; the collector looks into them only where the name is in IrStmt.direct or
 * it finds a pointer; those on the side stack need no saving), map iterators.
 *
 * In functions with defers anything that may unwind leads to the epilogue, so what is live at its start (results,
 * operands of deferred calls, bits, lists) is live wherever something may panic or freeze, and has its place in the
 * frame: a fast version hands over to the framed body by it. Operands are thereby live before their defer statement,
 * as zeros. Rejected: telling which statements can have run by their order in the body; switch lowering moves cases.
 *
 * Needs: ir_colour. Afterwards: IrStmt.live where may_freeze (with defers: where may_panic too), IrVar.in_frame for
 * parameters, for what is live at any such statement and for what is always live; IrVar.needs_zero for those that
 * may be looked at before they were assigned (built part by part, or always live).
 */
#include "ir.h"

#include <string.h>

typedef uint64_t *Set;

typedef struct {
	Compiler *c;
	IrFunc *f;
	int words;
	Set always;
	Set always_direct;  /* always, without what is in it for its address alone */
	Set epilogue;       /* live where the epilogue starts; empty without defers, and in the epilogue itself */
	Map heads;          /* IrStmt -> Set: loop head / label / post */
	Map afters;         /* break target -> Set: live after it (valid during its walk) */
	Map labels;         /* label text -> IR_LABEL's Set */
	bool changed, record;
} Live;

static Set set_new(Live *l) { return NEW_ARRAY(l->c->arena, uint64_t, l->words); }
static void set_copy(Live *l, Set to, Set from) { memcpy(to, from, (size_t)l->words * 8); }
static void set_add(Set s, IrVar *v) { s[v->id / 64] |= (uint64_t)1 << (v->id % 64); }
static void set_remove(Set s, IrVar *v) { s[v->id / 64] &= ~((uint64_t)1 << (v->id % 64)); }

static void set_union(Live *l, Set to, Set from)
{
	for (int i = 0; i < l->words; i++)
		to[i] |= from[i];
}

/* to |= from; notes growth, which asks for another walk. */
static void set_grow(Live *l, Set to, Set from)
{
	for (int i = 0; i < l->words; i++) {
		if (from[i] & ~to[i])
			l->changed = true;
		to[i] |= from[i];
	}
}

static Set set_of(Live *l, Map *m, const void *key)
{
	Set s = map_get(m, key);
	if (!s) {
		s = set_new(l);
		map_put(l->c->arena, m, key, s);
	}
	return s;
}

static void use_expr(Set live, IrExpr *e)
{
	if (!e)
		return;
	if (e->kind == IR_VAR)
		set_add(live, e->var);
	use_expr(live, e->x);
	use_expr(live, e->y);
	for (int i = 0; i < e->args.len; i++)
		use_expr(live, e->args.items[i]);
}

/* What a call has the address of is needed until it is over, and no longer. */
static void use_lent(Set live, IrExpr *e)
{
	if (!e)
		return;
	if (e->kind == IR_VAR && e->var->lent)
		set_add(live, e->var);
	use_lent(live, e->x);
	for (int i = 0; i < e->args.len; i++)
		use_lent(live, e->args.items[i]);
}

static void use_list(Set live, IrExprList *list)
{
	for (int i = 0; i < list->len; i++)
		use_expr(live, list->items[i]);
}

static void walk_list(Live *l, IrStmtList *list, Set live);

/* s may unwind here, live being needed if it does not.
 *
 * With defers the epilogue may be what runs next, so its needs are added to live itself: they are needed before s too.
 * Without, a statement that only panics wants nothing: nobody looks at the frame again. The record is made in the last
 * walk alone, when the sets have stopped growing; one made earlier would be too small. */
static void unwind_point(Live *l, IrStmt *s, Set live)
{
	if (!s->may_freeze && !s->may_panic)
		return;
	debug_require(l->f->can_panic && (!s->may_freeze || l->f->can_freeze));
	set_union(l, live, l->epilogue);
	if (!l->record || !(s->may_freeze || l->f->has_defer))
		return;
	s->live = set_new(l);
	set_copy(l, s->live, s->may_freeze ? live : l->epilogue);
	set_union(l, s->live, l->always);
	s->direct = set_new(l);
	set_copy(l, s->direct, live);
	set_union(l, s->direct, l->always_direct);
	for (int i = 0; i < l->f->vars.len; i++)
		if (s->live[i / 64] >> (i % 64) & 1)
			l->f->vars.items[i]->in_frame = true;
}

static void remove_dsts(Set live, IrVarList *dsts)
{
	for (int i = 0; i < dsts->len; i++)
		if (dsts->items[i])
			set_remove(live, dsts->items[i]);
}

static void walk_assign(IrStmt *s, Set live)
{
	IrVar *whole = s->dst->kind == IR_VAR ? s->dst->var : NULL;
	if (whole)
		set_remove(live, whole);
	else
		use_expr(live, s->dst);     /* partial: the rest of the variable stays live; pointers are read */
	use_expr(live, s->src);
}

static void walk_branches(Live *l, IrStmt *s, Set live)
{
	Set after = set_new(l), arm = set_new(l);
	set_copy(l, after, live);
	bool has_default = false;
	if (s->kind == IR_IF) {
		walk_list(l, &s->body, live);
		set_copy(l, arm, after);
		walk_list(l, &s->else_body, arm);
		set_union(l, live, arm);
		use_expr(live, s->cond);
		return;
	}
	set_copy(l, set_of(l, &l->afters, s), after);
	memset(live, 0, (size_t)l->words * 8);
	for (int i = 0; i < s->cases.len; i++) {
		set_copy(l, arm, after);
		walk_list(l, &s->cases.items[i]->body, arm);
		set_union(l, live, arm);
		has_default |= s->cases.items[i]->values.len == 0;
	}
	if (!has_default)
		set_union(l, live, after);
	use_expr(live, s->x);
}

/* The sets of a loop are those of the walk before, which is why the function is walked until none grows:
 *
 *     live after ---> [cond] <--- head <--- body <--- post (what continue finds) <--- head again
 *
 * A loop without condition is left by breaks alone, so what is live after it does not reach its head by itself. */
static void walk_loop(Live *l, IrStmt *s, Set live)
{
	Set head = set_of(l, &l->heads, s), post = set_of(l, &l->labels, s);
	set_copy(l, set_of(l, &l->afters, s), live);
	unwind_point(l, s, head);       /* the poll stands at the head */
	Set around = set_new(l);        /* at the end of post: the head's set again */
	set_copy(l, around, head);
	walk_list(l, &s->post, around);
	set_grow(l, post, around);
	set_copy(l, around, post);
	walk_list(l, &s->body, around);
	if (s->cond) {
		set_union(l, around, live);
		use_expr(around, s->cond);
	}
	set_grow(l, head, around);
	set_copy(l, live, head);
}

static void walk_statement(Live *l, IrStmt *s, Set live)
{
	/* a branch to what does not enclose it would find an empty set here, and lose every variable in silence */
	debug_require(s->kind != IR_BREAK || map_get(&l->afters, s->target));
	debug_require(s->kind != IR_CONTINUE || map_get(&l->labels, s->target));
	switch (s->kind) {
	case IR_ASSIGN:
		walk_assign(s, live);
		break;
	case IR_CALL:
	case IR_SEND:
	case IR_RECEIVE:
	case IR_SELECT:
		remove_dsts(live, &s->dsts);
		remove_dsts(live, &s->buffers);
		for (int i = 0; i < s->args.len; i++)
			use_lent(live, s->args.items[i]);
		unwind_point(l, s, live);
		use_list(live, &s->args);
		use_expr(live, s->x);
		use_expr(live, s->src);
		for (int i = 0; i < s->select_cases.len; i++) {
			use_expr(live, s->select_cases.items[i]->chan);
			use_expr(live, s->select_cases.items[i]->value);
		}
		break;
	case IR_PANIC_IF:
		unwind_point(l, s, live);
		use_expr(live, s->cond);
		use_list(live, &s->args);
		break;
	case IR_IF:
	case IR_SWITCH:
		walk_branches(l, s, live);
		break;
	case IR_LOOP:
		walk_loop(l, s, live);
		break;
	case IR_BLOCK:
		set_copy(l, set_of(l, &l->afters, s), live);
		walk_list(l, &s->body, live);
		break;
	case IR_BREAK:
		set_copy(l, live, set_of(l, &l->afters, s->target));
		break;
	case IR_CONTINUE:
		set_copy(l, live, set_of(l, &l->labels, s->target));
		break;
	case IR_LABEL:
		set_grow(l, set_of(l, &l->labels, s->label), live);
		break;
	case IR_GOTO:
		set_copy(l, live, set_of(l, &l->labels, s->label));
		break;
	case IR_RETURN:
		set_copy(l, live, l->epilogue);
		use_list(live, &s->args);
		if (s->args.len == 0)
			use_list(live, &l->f->results);
		break;
	case IR_KEEP_ALIVE:
	case IR_MAP_ITER:
		unwind_point(l, s, live);
		use_expr(live, s->src);
		use_expr(live, s->x);
		break;
	}
}

static void walk_list(Live *l, IrStmtList *list, Set live)
{
	for (int i = list->len; i-- > 0;)
		walk_statement(l, list->items[i], live);
}

static void find_always(Live *l)
{
	IrFunc *f = l->f;
	for (int i = 0; i < f->vars.len; i++) {
		IrVar *v = f->vars.items[i];
		if (v->addr_taken && !v->lent && !v->on_side)
			set_add(l->always, v);
		if (f->keeps_shown && v->shown && !v->lent && !v->on_side)
			set_add(l->always, v);
		if (v->map_iterator)
			set_add(l->always_direct, v);
	}
	if (f->recover_var)
		set_add(l->always_direct, f->recover_var);
	if (f->race_var)
		set_add(l->always_direct, f->race_var);
	set_union(l, l->always, l->always_direct);
}

/* live: at the entry. */
static void walk_function(Live *l, Set live)
{
	memset(live, 0, (size_t)l->words * 8);
	memset(l->epilogue, 0, (size_t)l->words * 8);
	if (l->f->has_defer) {
		use_list(live, &l->f->results);
		walk_list(l, &l->f->epilogue, live);
		set_copy(l, l->epilogue, live);
		memset(live, 0, (size_t)l->words * 8);
	}
	walk_list(l, &l->f->body, live);
}

void ir_liveness(Compiler *c, IrFunc *f)
{
	Live l = {.c = c, .f = f, .words = (f->vars.len + 63) / 64 + 1};
	for (int i = 0; i < f->vars.len; i++)
		f->vars.items[i]->in_frame = f->vars.items[i]->needs_zero = false;
	for (int i = 0; i < f->vars.len; i++)       /* sets are bits by number */
		debug_require(f->vars.items[i]->id == i);
	l.always = set_new(&l);
	l.always_direct = set_new(&l);
	l.epilogue = set_new(&l);
	find_always(&l);
	Set live = set_new(&l);
	do {
		l.changed = false;
		walk_function(&l, live);
	} while (l.changed);
	l.record = true;
	walk_function(&l, live);
	for (int i = 0; i < f->vars.len; i++) {
		IrVar *v = f->vars.items[i];
		bool given = v->kind == VAR_PARAM || v == f->context;
		v->needs_zero = !given && ((live[i / 64] | l.always[i / 64]) >> (i % 64) & 1);
		if (given || ((l.always[i / 64] | l.epilogue[i / 64]) >> (i % 64) & 1))
			v->in_frame = true;
	}
}
