/*
 * func.c - bodies of functions: parameters, results, where variables live.
 *
 * A local variable is one of three things, and the map FuncState.places says which:
 * an IrVar; a box in the heap, reached through an IrVar that holds its address; or (in closures) a
 * field of the context. Escape analysis decides which (escape/package.c, leave_verdicts), must_box is the one place
 * that asks: its word is in Object.escape (not NULL: it ran) and Object.escapes; without it, every
 * variable whose address is taken or that a closure shares is boxed.
 */
#include "state.h"
#include "walk.h"

#include <string.h>

FuncState *func_state_new(Lower *l, IrFunc *ir, FuncInfo *info, Subst *subst_, Package *package, FuncState *outer)
{
	FuncState *f = NEW(l->c->arena, FuncState);
	f->l = l;
	f->c = l->c;
	f->ir = ir;
	f->info = info;
	f->subst = subst_ && subst_->params.len ? subst_ : NULL;
	f->package = package;
	f->outer = outer;
	f->out = &ir->body;
	f->pos = ir->pos;
	f->result_types = ir->result_types;
	return f;
}

/* The canonical type of t in this instance. */
Type *type_in(FuncState *f, Type *t)
{
	Type *known = map_get(&f->canonical, t);
	if (known)
		return known;
	known = is_untyped(t) && t->kind != TYPE_UNTYPED_NIL ? default_type(f->c, t) : t;
	known = substituted(f->c, known, f->subst);
	map_put(f->c->arena, &f->canonical, t, known);
	return known;
}

/* ---- where variables live ------------------------------------------------------------- */

bool local_variable_of(Object *o)
{
	return o && o->kind == OBJECT_VAR && !o->is_package_level && !o->is_field;
}

/* Does variable o live in the heap? */
bool must_box(Object *o)
{
	return o->escape ? o->escapes : o->addr_taken || o->captured_by_reference;
}

/* A new variable holding the address of a new, zero T. */
IrExpr *new_box(FuncState *f, Type *type, const char *name, Pos pos)
{
	IrVar *v = ir_new_var(f->c, f->ir, VAR_LOCAL, name, pointer_type(f, type), pos);
	v->not_nil = true;
	assign(f, ir_var(f->c, v), ir_rt(f->c, RT_new, v->type, 1, ir_type(f->c, type)));
	return ir_var(f->c, v);
}

/* The address of new, zero memory for a T: of the frame where escape analysis says so (Expr.stays), else of the heap.
 * What it judged to stay must be in the frame: it may hold addresses of the frame, which nothing in the heap may. */
IrExpr *allocate(FuncState *f, Type *type, bool in_frame)
{
	if (!in_frame) {
		IrExpr *p = to_temp(f, ir_rt(f->c, RT_new, pointer_type(f, type), 1, ir_type(f->c, type)));
		p->var->not_nil = true;
		return p;
	}
	IrVar *v = ir_new_var(f->c, f->ir, VAR_LOCAL, "o", type, f->pos);
	v->addr_taken = true;
	assign(f, ir_var(f->c, v), ir_zero(f->c, type));
	return ir_addr(f->c, ir_var(f->c, v));
}

const char *variable_name(const Object *o)
{
	if (o->name && *o->name == '~')
		return "r";
	if (o->name && *o->name == '#')     /* of a loop over a function */
		return o->name + 1;
	return o->name && *o->name && strcmp(o->name, "_") != 0 ? o->name : "v";
}

/* v stands for o where a debugger asks: holds it, or its address. */
void show_variable(FuncState *f, IrVar *v, Object *o, bool is_box)
{
	if (f->inlined || !o->name || !*o->name || *o->name == '#' || strcmp(o->name, "_") == 0)
		return;
	v->shown = o->name;
	v->is_box = is_box;
	v->scope_end = f->scope_end;
}

/* initial NULL: zero. */
IrExpr *declare_variable(FuncState *f, Object *o, IrExpr *initial)
{
	Type *type = type_in(f, o->type);
	IrExpr *place;
	if (must_box(o)) {
		if (initial)
			initial = atom(f, initial);
		IrExpr *box = new_box(f, type, variable_name(o), o->pos);
		show_variable(f, box->var, o, true);
		place = ir_deref(f->c, box, type);
		if (initial && initial->kind != IR_ZERO)
			assign(f, place, initial);
	} else {
		IrVar *v = ir_new_var(f->c, f->ir, VAR_LOCAL, variable_name(o), type, o->pos);
		v->addr_taken = o->addr_taken || o->captured_by_reference;
		show_variable(f, v, o, false);
		place = ir_var(f->c, v);
		assign(f, place, initial ? initial : ir_zero(f->c, type));
	}
	map_put(f->c->arena, &f->places, o, place);
	if (o->grows_in_round)
		declare_rooms(f, o);
	return place;
}

static void bind_param(FuncState *f, Object *o, IrVar *v)
{
	require(v->kind == VAR_PARAM && v->type == type_in(f, o->type));
	require(!map_get(&f->places, o));
	v->name = variable_name(o);
	v->pos = o->pos;
	IrExpr *place = ir_var(f->c, v);
	if (must_box(o)) {
		IrExpr *box = new_box(f, v->type, v->name, o->pos);
		show_variable(f, box->var, o, true);
		place = ir_deref(f->c, box, v->type);
		assign(f, place, ir_var(f->c, v));
	} else {
		v->addr_taken = o->addr_taken || o->captured_by_reference;
		show_variable(f, v, o, false);
	}
	map_put(f->c->arena, &f->places, o, place);
}

void bind_params(FuncState *f, Object *receiver, ObjectList params)
{
	require(f->ir->params.len == params.len + (receiver != NULL));
	int at = 0;
	if (receiver)
		bind_param(f, receiver, f->ir->params.items[at++]);
	for (int i = 0; i < params.len; i++)
		bind_param(f, params.items[i], f->ir->params.items[at++]);
}

/* Results have variables when they have names, when deferred calls may see them. */
void bind_results(FuncState *f, ObjectList results)
{
	require(results.len == f->result_types.len && f->results.len == 0);
	bool named = false;
	for (int i = 0; i < results.len; i++)
		named |= results.items[i]->name && *results.items[i]->name;
	if (!named && !f->ir->has_defer)
		return;
	for (int i = 0; i < results.len; i++) {
		Object *o = results.items[i];
		IrExpr *place;
		if (must_box(o)) {
			place = declare_variable(f, o, NULL);
		} else {
			IrVar *v = ir_new_var(f->c, f->ir, VAR_RESULT, variable_name(o), type_in(f, o->type), o->pos);
			v->addr_taken = o->addr_taken || o->captured_by_reference;
			show_variable(f, v, o, false);
			place = ir_var(f->c, v);
			assign(f, place, ir_zero(f->c, v->type));
			map_put(f->c->arena, &f->places, o, place);
		}
		vec_push(f->c->arena, &f->results, place);
		vec_push(f->c->arena, &f->ir->results, place);
	}
}

/* ---- bodies ------------------------------------------------------------------------------------ */

static bool ends(IrStmtList *list)
{
	if (list->len == 0)
		return false;
	IrStmt *s = vec_last(list);
	return s->kind == IR_RETURN || (s->kind == IR_PANIC_IF && !s->cond) || s->kind == IR_GOTO;
}

/* The panic that recover may take. */
static void set_up_recover(FuncState *f)
{
	if (f->ir->has_recover) {
		f->ir->recover_var = ir_new_var(f->c, f->ir, VAR_LOCAL, "recovering", word_type(f), f->ir->pos);
		f->recover_place = ir_var(f->c, f->ir->recover_var);
	}
}

/* f->info is set; params are bound after the results' storage is known. */
void lower_body(FuncState *f, Block *body, ObjectList *params)
{
	require(f->info && body && f->ir->defined);
	f->ir->end_pos = body->end;
	f->ir->has_defer = f->info->has_defer;
	f->ir->has_recover = f->info->has_recover;
	bind_params(f, f->info->receiver, *params);
	bind_results(f, f->info->results);
	set_up_recover(f);
	block(f, body);
	f->pos = body->end;
	if (!ends(&f->ir->body) && f->result_types.len == 0)
		emit_return_expr(f, 0);
	make_epilogue(f);
}

void lower_declared(Lower *l, Pending *p)
{
	Decl *d = p->object->decl;
	FuncState *f = func_state_new(l, p->func, d->func_info, &p->subst, p->object->package, NULL);
	lower_body(f, d->body, &d->func_info->params);
}
