/*
 * noalloc.c - //gol:noalloc: a function that must not take anything from the heap, whatever it calls.
 *
 * What a function takes is recorded while its graph is built (takes, takes_by_call) and once that is solved (the sites
 * that are in the heap, or may be). The first thing that a function takes, in the order of the text, is its summary
 * (Summary.takes); a batch is looked at until nothing changes any more, so recursion is no reason by itself. An error
 * tells the calls from the function to what takes something.
 *
 * "May" counts: text that fits a frame only if it is short, an append that may have room. A function that is not known
 * (a value, a method of an interface, C of the runtime) may take anything, but for what pure_intrinsic lists. Not
 * counted are goroutines' stacks, which are no objects of the heap, and what a panic takes on its way.
 *
 * Rejected: to look at the calls of the runtime in the intermediate code, where nothing is forgotten: packages whose
 * objects are in the cache have none.
 */
#include "graph.h"

#include <string.h>

void takes(Escape *e, Pos pos, const char *text)
{
	Taking t = {pos, text, NULL, e->func};
	if (e->wants_takings)
		vec_push(e->c->arena, &e->takings, t);
}

void takes_by_call(Escape *e, Expr *call, Object *callee, FuncInfo *literal)
{
	if (!e->wants_takings)
		return;
	Taking t = {call->pos, NULL, callee, e->func};
	if (!callee && literal)
		map_put(e->c->arena, &e->entered, literal, literal);
	else if (!callee)
		takes(e, call->pos, arena_printf(e->c->arena, "calls %s, which is not known", text_of(e, call->x)));
	else
		vec_push(e->c->arena, &e->takings, t);
}

/* ---- what is in the heap ---------------------------------------------------------------------- */

static void take_sites(Escape *e)
{
	for (int i = 0; i < e->nodes.len; i++) {
		Node *n = e->nodes.items[i];
		int64_t size;
		if (!n->func || (!n->object && (n->alloc == ALLOC_NONE || n->alloc == ALLOC_APPEND_ROUND)) || (n->object && !n->escapes))
			continue;
		SitePlace place = n->object || n->expr ? site_place(e, n, &size) : n->escapes ? SITE_HEAP : SITE_FRAME;
		if (place != SITE_HEAP && place != SITE_SMALL && place != SITE_GROWS)
			continue;
		bool plain = n->object && !n->object->addr_taken && !n->object->captured_by_reference;
		if (plain && !n->heap_reason)   /* with one: too large for any frame */
			continue;
		const char *what = n->object || n->expr ? site_name(e, n) : "a value in an interface";
		const char *format = place == SITE_HEAP ? "%s is in the heap" : place == SITE_SMALL ?
			"%s is in the heap if it is long" : "%s may grow";
		Taking t = {n->object ? n->object->pos : n->expr ? n->expr->pos : n->at, arena_printf(e->c->arena, format, what),
			NULL, n->func};
		vec_push(e->c->arena, &e->takings, t);
	}
}

/* Does what f does belong to the function: is f itself, or a literal in it that it calls? */
static bool belongs(Escape *e, const FuncInfo *f, const FuncInfo *function)
{
	for (; f && f != function; f = f->outer)
		if (!map_get(&e->entered, f) && !map_get(&e->called, f) && f->range_of != function)
			return false;
	return f != NULL;
}

/* C that certainly takes nothing: it cannot freeze or panic, and gives back nothing that it could have made. */
static bool pure_intrinsic(Escape *e, const Object *o)
{
	if (has_directive(o->decl, "//gol:noalloc") || strcmp(o->package->path, "sync/atomic") == 0)
		return true;
	if (!o->package->is_stdlib || !has_directive(o->decl, "//gol:pure"))
		return false;
	for (int i = 0; i < o->type->results.len; i++)
		if (holds_pointers(e, o->type->results.items[i]->type))
			return false;
	return true;
}

/* What a callee takes; *known: a function that was looked at. */
static const Taking *callee_takes(const Object *callee, bool *known)
{
	const Summary *s = callee->escape;
	*known = s && s->has_takes;
	return *known ? s->takes : NULL;
}

static bool is_reason(const Taking *t)
{
	bool known;
	return t->text || callee_takes(t->callee, &known) || !known;
}

static bool is_before(const Taking *a, const Taking *b)
{
	return !b || pos_compare(a->pos, b->pos) < 0;
}

static bool find_first(Escape *e, Unit *u)
{
	Summary *s = u->object->escape;
	const Taking *first = NULL;
	for (int i = 0; i < e->takings.len; i++) {
		const Taking *t = &e->takings.items[i];
		if (is_reason(t) && belongs(e, t->func, u->info) && is_before(t, first))
			first = t;
	}
	bool changed = first && !s->takes;
	if (changed)
		s->takes = first;
	return changed;
}

/* ---- errors --------------------------------------------------------------------------------------- */

static void report(Escape *e, Unit *u)
{
	Buf b;
	const Summary *s = u->object->escape;
	enum { LONGEST = 20 };
	buf_init(&b, e->c->arena);
	const Taking *t = s->takes;
	for (int depth = 0; t && depth < LONGEST; depth++) {
		bool known = true;
		buf_str(&b, "\n\t");
		pos_print(e->c, &b, t->pos);
		if (t->text)
			buf_printf(&b, ": %s", t->text);
		else
			buf_printf(&b, ": calls %s.%s", t->callee->package->name, t->callee->name);
		const Taking *next = t->text ? NULL : callee_takes(t->callee, &known);
		if (!known)
			buf_str(&b, ", which may");
		t = next;
	}
	error_at(e->c, u->object->pos, "%s must not allocate (//gol:noalloc), but may:%s", u->object->name, b.s ? b.s : "");
}

void takings_of_batch(Escape *e, Unit **units, int count)
{
	if (!e->wants_takings)
		return;
	take_sites(e);
	for (int i = 0; i < count; i++) {
		Object *o = units[i]->object;
		if (!o)
			continue;
		Summary *s = o->escape;
		s->has_takes = units[i]->decl->body || pure_intrinsic(e, o);
		s->takes = NULL;
	}
	for (bool again = true; again;) {
		again = false;
		for (int i = 0; i < count; i++)
			again |= units[i]->object && units[i]->decl->body && find_first(e, units[i]);
	}
	for (int i = 0; i < count; i++) {
		const Unit *u = units[i];
		if (u->object && u->decl->body && has_directive(u->decl, "//gol:noalloc") && ((Summary *)u->object->escape)->takes)
			report(e, units[i]);
	}
}
