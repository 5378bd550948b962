/*
 * colour.c - which statements and functions may freeze, which may panic.
 *
 * A call that cannot unwind needs no check after it; a function that cannot
 * freeze needs no frame, no prologue, no thaw version. The colour of a function is the
 * join of its statements: the table rtfuncs.def says it of runtime functions, a
 * loop may freeze at its poll, an unknown callee (func value, interface method)
 * may do anything. Functions of one package are solved together by iteration
 * from the optimistic side: a function starts innocent and only gains colours, so
 * the iteration ends. Recursion is then looked at apart: a cycle of calls that
 * nothing else makes freeze would run without any stack check, so one function of each
 * cycle (every one that is still on the walk's path when met again) is made to freeze.
 * Chains without checks are kept under CHAIN_LIMIT bytes of native stack for the same reason.
 *
 * Of a weak function several packages emit copies, their callers go by the colour they know, and the linker keeps any
 * of them. So its colour depends on nothing that only some packages know: functions that are not copied have a body
 * in their own package alone, and are unknown callees to it everywhere. Rejected: symbols that carry the colour, so
 * that copies of different colours live side by side (more code, and two addresses of one function).
 *
 * Needs: lowered bodies, which it has proved first (prove.c: checks and polls). Afterwards: IrStmt.may_freeze and
 * may_panic, IrFunc.can_freeze and can_panic.
 */
#include "ir.h"
#include "../../runtime/include/gol/effects.h"

enum { CHAIN_LIMIT = 8 << 10, CALL_COST = 64 };     /* bytes of native frames that no prologue looks at */

int rt_effects(RtFunc f)
{
	require((unsigned)f < RT_COUNT);
	static const int effects[] = {
#define GOL_RT(name, result, parameters, fx) fx,
#include "../../runtime/include/gol/rtfuncs.def"
	};
	return effects[f];
}

const char *rt_name(RtFunc f)
{
	require((unsigned)f < RT_COUNT);
	static const char *const names[] = {
#define GOL_RT(name, result, parameters, fx) "gol_" #name,
#include "../../runtime/include/gol/rtfuncs.def"
	};
	return names[f];
}

const char *rt_result(RtFunc f)
{
	require((unsigned)f < RT_COUNT);
	static const char *const results[] = {
#define GOL_RT(name, result, parameters, fx) #result,
#include "../../runtime/include/gol/rtfuncs.def"
	};
	return results[f];
}

/* May the colour of caller depend on that of f, which has a body here? Where a body is static it is nested in the
 * caller, or this is the root: what only the root declares no copy elsewhere can name, and the root's own copies of
 * instances have the colour of the others, or less. */
static bool may_know(const IrFunc *caller, const IrFunc *f)
{
	return !caller->is_shared || f->is_shared || f->is_static;
}

/* Colours of a callee known by name. */
static void callee_colour(const IrFunc *caller, IrFunc *f, bool *freeze, bool *panic)
{
	debug_require(!f->can_freeze || f->can_panic);      /* who waits may be told to exit there */
	if (f->intrinsic) {
		*freeze = f->intrinsic_effects & GOL_MAY_FREEZE;
		*panic = f->intrinsic_effects & (GOL_MAY_PANIC | GOL_MAY_FREEZE);
	} else if ((f->defined || f->coloured) && may_know(caller, f)) {
		*freeze = f->can_freeze;
		*panic = f->can_panic;
	} else {
		*freeze = *panic = true;
	}
}

static void colour_statement(const IrFunc *f, IrStmt *s)
{
	bool freeze = false, panic = false;
	switch (s->kind) {
	case IR_CALL:
		if (s->call == IR_CALL_RT) {
			freeze = rt_effects(s->rt) & GOL_MAY_FREEZE;
			panic = rt_effects(s->rt) & GOL_MAY_PANIC;
		} else if (s->call == IR_CALL_DIRECT) {
			callee_colour(f, s->func, &freeze, &panic);
		} else {
			freeze = panic = true;
		}
		break;
	case IR_SEND:
	case IR_RECEIVE:
	case IR_SELECT:
		freeze = panic = true;
		break;
	case IR_PANIC_IF:
	case IR_MAP_ITER:
		panic = true;
		break;
	case IR_LOOP:
		freeze = !s->no_poll;
		break;
	default:
		break;
	}
	/* the epilogue goes on there after a panic: it is entered like a resume point */
	s->may_freeze = freeze || (s->deferred && panic);
	s->may_panic = panic;
}

static bool colour_list(IrFunc *f, IrStmtList *list)
{
	bool changed = false;
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		colour_statement(f, s);
		if ((s->may_freeze && !f->can_freeze) || (s->may_panic && !f->can_panic))
			changed = true;
		f->can_freeze |= s->may_freeze;
		f->can_panic |= s->may_panic || s->may_freeze;
		IrStmtList *const parts[] = {&s->body, &s->else_body, &s->post};
		for (int k = 0; k < COUNT_OF(parts); k++)
			changed |= colour_list(f, parts[k]);
		for (int k = 0; k < s->cases.len; k++)
			changed |= colour_list(f, &s->cases.items[k]->body);
	}
	return changed;
}

/* ---- recursion and chains --------------------------------------------------------------- */

/* IrFunc -> bytes of the longest unchecked chain from it; (void *)-1 on the path */
typedef struct { Compiler *c; Map depth; } Walk;

/* What its variables may take at -O0; the large ones are elsewhere (emit/side.c). */
static intptr_t frame_estimate(Compiler *c, IrFunc *f)
{
	intptr_t size = CALL_COST;
	for (int i = 0; i < f->vars.len; i++) {
		int64_t n = type_size(c, f->vars.items[i]->type);
		size += n < GOL_LARGE_OBJECT ? (n + 7) / 8 * 8 : 8;
	}
	return size;
}

static intptr_t chain_depth(Walk *w, IrFunc *f);

static intptr_t chain_of_list(Walk *w, IrFunc *f, IrStmtList *list)
{
	intptr_t most = 0, d;
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		if (s->kind == IR_CALL && s->call == IR_CALL_DIRECT && s->func->defined && !s->func->can_freeze) {
			d = chain_depth(w, s->func);
			most = d > most ? d : most;
		}
		d = chain_of_list(w, f, &s->body);
		most = d > most ? d : most;
		d = chain_of_list(w, f, &s->else_body);
		most = d > most ? d : most;
		d = chain_of_list(w, f, &s->post);
		most = d > most ? d : most;
		for (int k = 0; k < s->cases.len; k++) {
			d = chain_of_list(w, f, &s->cases.items[k]->body);
			most = d > most ? d : most;
		}
	}
	return most;
}

/* Depth first: a function that is met again while it is on the path closes a cycle, and is made to freeze, so that it
 * gets a prologue that looks at the stack. Which one of a cycle that is depends on where the walk began: any will do.
 * A chain that is too long is cut the same way, at the caller that makes it so. */
static intptr_t chain_depth(Walk *w, IrFunc *f)
{
	intptr_t known = (intptr_t)map_get(&w->depth, f);
	if (known == -1)
		f->can_freeze = f->can_panic = true;
	if (known)
		return known == -1 ? 0 : known;
	map_put(w->c->arena, &w->depth, f, (void *)(intptr_t)-1);
	/* no epilogue: functions with defers freeze */
	intptr_t depth = frame_estimate(w->c, f) + chain_of_list(w, f, &f->body);
	if (depth > CHAIN_LIMIT)
		f->can_freeze = f->can_panic = true;
	if (f->can_freeze)
		depth = CALL_COST;
	debug_require(depth >= CALL_COST);      /* 0 stands for a function not looked at yet */
	map_put(w->c->arena, &w->depth, f, (void *)depth);
	return depth;
}

void ir_colour(Compiler *c, IrPackage *package)
{
	for (int i = 0; i < package->funcs.len; i++) {
		IrFunc *f = package->funcs.items[i];
		if (f->defined && !f->emitted && !f->proved) {
			ir_prove(c, f);
			VERIFY(ir_verify_polls(c, f));
		}
		f->proved |= f->defined;
	}
	for (bool again = true, chains = false; again;) {
		again = false;
		for (int i = 0; i < package->funcs.len; i++) {
			IrFunc *f = package->funcs.items[i];
			if (!f->defined || f->emitted)
				continue;
			if (f->has_defer)
				f->can_freeze = f->can_panic = true;
			again |= colour_list(f, &f->body);
			again |= colour_list(f, &f->epilogue);
		}
		if (again || chains)
			continue;
		Walk w = {.c = c};
		for (int i = 0; i < package->funcs.len; i++) {
			IrFunc *f = package->funcs.items[i];
			if (f->defined && !f->can_freeze && !f->emitted) {
				chain_depth(&w, f);
				again |= f->can_freeze;
			}
		}
		chains = true;
		again = true;   /* once more: statements learn of what the chains changed */
	}
	for (int i = 0; i < package->funcs.len; i++)
		package->funcs.items[i]->coloured = true;
	VERIFY(ir_verify_colours(c, package));
}
