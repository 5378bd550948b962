/*
 * package.c - the functions of a package in batches, callees first; what is left behind of each.
 *
 * A batch is a strongly connected set of the graph "mentions" between declared functions. Literals belong to
 * the function around them. The initialisers of package variables are a batch of their own, the last.
 */
#include "graph.h"
#include "../inline/go_facts.h"
#include "../lower/walk.h"

#include <string.h>

/* ---- sizes ------------------------------------------------------------------------ */

enum { VARIABLE_LIMIT = 128 << 10, IMPLICIT_LIMIT = 64 << 10 };     /* Go's */

/* What lowering can put into frames. */
static const bool kept_kinds[ALLOC_COUNT] = {
	[ALLOC_NEW] = true, [ALLOC_POINTER_LITERAL] = true, [ALLOC_SLICE_LITERAL] = true, [ALLOC_MAKE_SLICE] = true,
	[ALLOC_CLOSURE] = true, [ALLOC_METHOD_VALUE] = true, [ALLOC_SPREAD] = true, [ALLOC_BOX] = true,
	[ALLOC_STRING] = true,
	[ALLOC_APPEND] = true, [ALLOC_APPEND_ROUND] = true, [ALLOC_MAP] = true,
};

/* Bytes of a value; -1: depends on type arguments. Pointers and the like are as large whatever they lead to, so their
 * types are not looked into. */
static int64_t size_of(Escape *e, Type *t)
{
	enum { WORD = 8 };
	if (!t)
		return 0;
	TypeKind k = t->kind == TYPE_PARAM ? TYPE_PARAM : underlying(t)->kind;
	if (k == TYPE_POINTER || k == TYPE_MAP || k == TYPE_CHAN || k == TYPE_FUNC)
		return WORD;
	if (k == TYPE_INTERFACE)
		return 2 * WORD;
	if (k == TYPE_SLICE)
		return 3 * WORD;
	if (has_type_params(t))
		return -1;
	return type_size(e->c, types_canonical(e->c, t));
}

int64_t node_size(Escape *e, const Node *n) { return size_of(e, n->allocated); }

static const char *heap_reason_go(Escape *e, const Node *n, int64_t size)
{
	if (n->object)
		return !n->is_param && n->result < 0 && size > VARIABLE_LIMIT ? "too large for stack" : NULL;
	switch (n->alloc) {
	case ALLOC_NEW:
	case ALLOC_POINTER_LITERAL:
	case ALLOC_CLOSURE:
	case ALLOC_METHOD_VALUE:
		return size > IMPLICIT_LIMIT ? "too large for stack" : NULL;
	case ALLOC_MAKE_SLICE:
		return !n->allocated || size < 0 ? NULL : size_of(e, n->allocated->elem) == 0 ? "zero-sized element" :
		       size > IMPLICIT_LIMIT ? "too large for stack" : NULL;
	default:
		return NULL;
	}
}

static const char *heap_reason(Escape *e, const Node *n)
{
	if (!n->object && n->alloc == ALLOC_NONE)
		return NULL;
	int64_t size = size_of(e, n->allocated);
	const char *reason = heap_reason_go(e, n, size);
	if (e->judgement == JUDGE_GO || reason)
		return reason;
	if (n->alloc != ALLOC_NONE && (!n->expr || !kept_kinds[n->alloc]))
		return "always allocated";
	if (n->alloc == ALLOC_STRING && makes_heap_text(n->expr))
		return "always allocated";
	if (n->alloc == ALLOC_MAKE_SLICE && !n->allocated)
		return "non-constant size";
	if (n->alloc == ALLOC_MAP && !n->allocated)
		return "too large for stack";
	if (n->alloc == ALLOC_APPEND || n->alloc == ALLOC_APPEND_ROUND || n->alloc == ALLOC_STRING ||
	    (n->object && !n->object->addr_taken && !n->object->captured_by_reference))
		return NULL;
	if (size < 0)
		return "size not known";
	return size == 0 ? "no storage" : NULL;
}

static void force_to_heap(Escape *e)
{
	for (int i = 0; i < e->nodes.len; i++) {
		Node *n = e->nodes.items[i];
		n->heap_reason = heap_reason(e, n);
		if (!n->heap_reason)
			continue;
		Hole k = noted(e, shifted(heap_hole(e), -1), n->heap_reason, n->expr, n->object ? n->object->pos : NO_POS);
		flow(e, k, n);
	}
}

/* ---- units ------------------------------------------------------------------------------ */

typedef struct { Escape *e; Unit *unit; } Mentions;

static bool single_value(Object *o)
{
	return o && o->kind == OBJECT_VAR && !o->assigned && !o->is_package_level;
}

/* A parameter of a call that was replaced is what it is given. */
static void note_given(Escape *e, Expr *call)
{
	const ObjectList *params = &call->inlined->info->params;
	for (int i = 0; i < params->len && i < call->list.len; i++) {
		Expr *x = call->list.items[i];
		if (single_value(params->items[i]) && x->type && identical(x->type, params->items[i]->type))
			map_put(e->c->arena, &e->initial, params->items[i], x);
	}
}

static void mention(void *arg, Expr *x)
{
	Mentions *m = arg;
	Object *o = NULL;
	if (x->kind == EXPR_CALL && x->inlined && m->e->judgement == JUDGE_GO)
		note_given(m->e, x);
	if (x->kind == EXPR_NAME || (x->kind == EXPR_SELECTOR && !x->selection))
		o = x->object;
	else if (x->kind == EXPR_SELECTOR)
		o = x->selection->object;
	if (!o || o->kind != OBJECT_FUNC)
		return;
	Unit *u = map_get(&m->e->units, o->origin ? o->origin : o);
	if (u)
		vec_push(m->e->c->arena, &m->unit->uses, u);
}

/* Variables and what they are initialised with. */
static bool note_initial(void *arg, Stmt *s)
{
	Escape *e = ((Mentions *)arg)->e;
	if (s->kind == STMT_DEFINE && s->lhs.len == s->rhs.len)
		for (int i = 0; i < s->defined.len && i < s->rhs.len; i++)
			if (single_value(s->defined.items[i]))
				map_put(e->c->arena, &e->initial, s->defined.items[i], s->rhs.items[i]);
	for (int i = 0; s->kind == STMT_DECL && i < s->decls.len; i++) {
		Decl *d = s->decls.items[i];
		for (int j = 0; d->kind == DECL_VAR && d->values.len == d->objects.len && j < d->objects.len; j++)
			if (single_value(d->objects.items[j]))
				map_put(e->c->arena, &e->initial, d->objects.items[j], d->values.items[j]);
	}
	return true;
}

static Unit *unit_new(Escape *e, Object *o)
{
	Unit *u = NEW(e->c->arena, Unit);
	u->object = o;
	u->decl = o->decl;
	u->info = o->decl ? o->decl->func_info : NULL;
	map_put(e->c->arena, &e->units, o, u);
	return u;
}

static void look_into(Escape *e, Unit *u)
{
	Mentions m = {e, u};
	Walker w = {.expr = mention, .unwanted = mention, .stmt = note_initial, .arg = &m, .literals = true};
	if (u->decl && u->decl->body)
		walk_block(&w, u->decl->body);
}

static Unit *init_unit(Escape *e)
{
	Unit *u = NEW(e->c->arena, Unit);
	u->info = e->init_info;
	Mentions m = {e, u};
	Walker w = {.expr = mention, .unwanted = mention, .stmt = note_initial, .arg = &m, .literals = true};
	for (int i = 0; i < e->package->init_order.len; i++)
		walk_expr(&w, e->package->init_order.items[i]->rhs);
	return u;
}

/* ---- a batch -------------------------------------------------------------------------------- */

static void flow_initializers(Escape *e)
{
	e->func = e->init_info;
	e->loop_depth = 1;
	for (int i = 0; i < e->package->init_order.len; i++) {
		Initializer *init = e->package->init_order.items[i];
		e->quiet = true;
		if (init->lhs.len == 1) {
			Object *o = init->lhs.items[0];
			bool blank = o->name[0] == '_' && !o->name[1];
			flow_as(e, blank ? discard_hole(e) : heap_hole(e), init->rhs, o->type);
			continue;
		}
		Hole *holes = NEW_ARRAY(e->c->arena, Hole, init->lhs.len);
		for (int k = 0; k < init->lhs.len; k++)
			holes[k] = heap_hole(e);
		flow_call(e, holes, init->lhs.len, unparen(init->rhs));
	}
}

static void flow_unit(Escape *e, Unit *u)
{
	if (!u->object)
		flow_initializers(e);
	else if (u->decl->body)
		flow_body(e, u->info, u->decl->body);
}

/* The same or a longer way to where a shorter one leads says nothing. */
static Leaks simplified(Leaks l)
{
	for (int i = 0; i < MAX_LEAK_RESULTS; i++)
		if (l.heap >= 0 && l.results[i] >= l.heap)
			l.results[i] = -1;
	if (l.heap >= 0 && l.received >= l.heap)
		l.received = -1;
	return l;
}

/* An intrinsic that cannot freeze and gives back no pointer has nothing to do with the address of data without
 * pointers but to look at it: strings, slices of bytes, the words that atomic operations change. */
static bool only_looks_at(Escape *e, const Unit *u, const Type *signature, Type *param)
{
	bool pure = has_directive(u->decl, "//gol:pure");
	if (!e->package->is_stdlib || u->decl->body || (!pure && !has_directive(u->decl, "//gol:nofreeze")))
		return false;
	for (int i = 0; i < signature->results.len; i++)
		if (holds_pointers(e, signature->results.items[i]->type))
			return false;
	Type *t = underlying(param);
	return (pure && t->kind == TYPE_STRING) || ((t->kind == TYPE_POINTER || t->kind == TYPE_SLICE) &&
	                                            !holds_pointers(e, t->elem));
}

/* Functions of Go's library keep what they keep there. */
static void correct_by_fact(Escape *e, const Object *o, Leaks *leaks, int count)
{
	const GoFact *fact = go_fact(e->c, o);
	for (int i = 0; fact && i < count; i++)
		go_fact_leaks(fact, i, &leaks[i].heap, leaks[i].results, MAX_LEAK_RESULTS);
}

static void summarise(Escape *e, Unit *u)
{
	Object *o = u->object;
	Summary *s = o->escape;
	int receiver = o->type->receiver || o->receiver_base ? 1 : 0;
	if (!s) {
		s = NEW(e->c->arena, Summary);
		s->count = o->type->fields.len + receiver;
		o->escape = s;
	}
	Leaks *leaks = NEW_ARRAY(e->c->arena, Leaks, s->count + 1);
	bool stays = !u->decl->body && has_directive(u->decl, "//go:noescape");
	/* as a method in an interface does: what boxes hold may go anywhere, they themselves go nowhere */
	bool receives = e->judgement == JUDGE_FRAMES && !u->decl->body && e->package->is_stdlib &&
		has_directive(u->decl, "//gol:receives");
	for (int i = 0; i < s->count; i++) {
		/* and written to: .written is 0 */
		leaks[i] = (Leaks){.heap = stays || receives ? -1 : 0, .results = {-1, -1, -1, -1, -1, -1, -1},
			.received = receives ? 0 : -1};
		if (!u->decl->body || !u->info) {
			if (i >= receiver && only_looks_at(e, u, o->type, o->type->fields.items[i - receiver]->type))
				leaks[i].heap = -1;
			continue;
		}
		Object *p = i < receiver ? u->info->receiver : u->info->params.items[i - receiver];
		Node *n = p ? variable_node(e, p) : NULL;
		if (n)
			n->leaks = leaks[i] = simplified(n->leaks);
		if (i >= receiver && number_param(o, i - receiver) == NUMBER_MANY)
			leaks[i].heap = 0;
	}
	if (e->judgement == JUDGE_GO)
		correct_by_fact(e, o, leaks, s->count);
	s->params[e->judgement] = leaks;
}

/* Literals' parameters have no callers outside; only remarks want their leaks. */
static void simplify_nodes(Escape *e)
{
	for (int i = 0; i < e->nodes.len; i++)
		e->nodes.items[i]->leaks = simplified(e->nodes.items[i]->leaks);
}

static void leave_verdicts(Escape *e)
{
	static const unsigned bits[ALLOC_COUNT] = {[ALLOC_SPREAD] = STAYS_SPREAD, [ALLOC_BOX] = STAYS_BOX,
		[ALLOC_APPEND_ROUND] = STAYS_IN_ROUND};
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < e->nodes.len; i++) {
			Node *n = e->nodes.items[i];
			if (n->object) {
				n->object->escape = n;
				n->object->escapes = n->escapes;
			} else if (n->expr && n->alloc != ALLOC_NONE) {
				unsigned bit = bits[n->alloc] ? bits[n->alloc] : STAYS_OBJECT;
				if (n->alloc == ALLOC_APPEND_ROUND && !n->escapes)
					unparen(n->expr->list.items[0])->object->grows_in_round = true;
				if (round == 0 && !n->escapes)
					n->expr->stays |= bit | (n->lent ? STAYS_LENT : 0);
				else if (round == 1 && n->escapes)
					n->expr->stays &= ~bit;
				if (round == 0 && n->alloc == ALLOC_STRING && !n->written && makes_bytes(n->expr))
					n->expr->stays |= STAYS_READ;
				else if (round == 1 && n->alloc == ALLOC_STRING && n->written)
					n->expr->stays &= ~(unsigned)STAYS_READ;
				if (round == 1 && n->alloc == ALLOC_SPREAD && !n->lent)
					n->expr->stays &= ~(unsigned)STAYS_LENT;
			}
		}
	}
}

static void analyse_batch(Escape *e, Unit **units, int count)
{
	Arena *a = e->c->arena;
	e->batch = e->variables = e->called = e->looping = e->numbers = e->entered = (Map){0};
	e->takings.items = NULL;
	e->takings.len = e->takings.cap = 0;
	e->nodes.items = NULL;
	e->nodes.len = e->nodes.cap = 0;
	e->heap = (Node){.escapes = true, .written = true, .result = -1};
	e->blank = (Node){.result = -1};
	e->writer = (Node){.written = true, .result = -1};
	e->receiver = (Node){.written = true, .result = -1};
	e->func = NULL;
	e->loop_depth = 1;
	for (int i = 0; i < count; i++)
		if (units[i]->object && units[i]->decl->body)
			map_put(a, &e->batch, units[i]->object, units[i]);
	for (int i = 0; i < count; i++)
		flow_unit(e, units[i]);
	force_to_heap(e);
	solve(e);
	VERIFY(escape_verify(e));
	simplify_nodes(e);
	for (int i = 0; i < count; i++)
		if (units[i]->object)
			summarise(e, units[i]);
	if (e->judgement == JUDGE_FRAMES)
		leave_verdicts(e);
	site_batch(e);
	takings_of_batch(e, units, count);
	report_batch(e, units, count);
}

/* ---- strongly connected sets (Tarjan) ----------------------------------------------------------- */

typedef struct { Escape *e; VEC(Unit *) stack; int next; } Components;

static void connect(Components *k, Unit *u)
{
	u->index = u->low = ++k->next;
	u->on_stack = true;
	vec_push(k->e->c->arena, &k->stack, u);
	for (int i = 0; i < u->uses.len; i++) {
		Unit *v = u->uses.items[i];
		if (!v->index) {
			connect(k, v);
			u->low = v->low < u->low ? v->low : u->low;
		} else if (v->on_stack && v->index < u->low) {
			u->low = v->index;
		}
	}
	if (u->low != u->index)
		return;
	int first = k->stack.len;
	while (k->stack.items[first - 1] != u)
		first--;
	first--;
	for (int i = first; i < k->stack.len; i++)
		k->stack.items[i]->on_stack = false;
	analyse_batch(k->e, &k->stack.items[first], k->stack.len - first);
	k->stack.len = first;
}

static void analyse(Compiler *c, Package *package, Judgement judgement, int remarks, const EscapeOptions *options)
{
	Escape e = {.c = c, .package = package, .judgement = judgement, .remarks = remarks, .sites = options->sites,
		.wants_takings = options->takings};
	FuncInfo init = {0};
	e.init_info = &init;
	VEC(Unit *) all = {0};
	for (int i = 0; i < package->functions.len; i++)
		if (package->functions.items[i]->decl)
			vec_push(c->arena, &all, unit_new(&e, package->functions.items[i]));
	for (int i = 0; i < all.len; i++)
		look_into(&e, all.items[i]);
	vec_push(c->arena, &all, init_unit(&e));
	Components k = {.e = &e};
	for (int i = 0; i < all.len; i++)
		if (!all.items[i]->index)
			connect(&k, all.items[i]);
}

void escape_package(Compiler *c, Package *package, const EscapeOptions *options)
{
	enum { WITH_WAYS = 2 };
	c->types->current = package;
	analyse(c, package, JUDGE_FRAMES, options->sites ? WITH_WAYS : 0, options);
	if (options->sites)
		sites_finish(c, options->sites);
	if (options->all)
		analyse(c, package, JUDGE_GO, 0, &(EscapeOptions){0});
}

void escape_remarks(Compiler *c, Package *package, int level)
{
	c->types->current = package;
	analyse(c, package, JUDGE_GO, level, &(EscapeOptions){0});
}
