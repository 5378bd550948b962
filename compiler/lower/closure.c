/*
 * closure.c - function literals and the objects that func values point to.
 *
 * A closure without captures is a static func value. Else it is a heap object {code,
 * captures...}; its struct type is made here, and the code reads captures through its
 * context parameter. Both sides know the fields by number alone: field 0 is the code, i + 1 is capture i, so whoever
 * makes the object and whoever reads it go through the captures in one order (captures_of, bind_captures; wrap_call in
 * defer.c does both itself). A variable that never changes after it was captured is captured by value:
 * small ones are copied to a variable of the literal at its entry, large ones read in place. Any
 * other is captured as the address of its box.
 */
#include "state.h"
#include "../inline/inline.h"

#include <string.h>

enum { COPIED_CAPTURE = 24 };       /* captures up to this size are copied at entry */

/* ---- layouts -------------------------------------------------------------------- */

void add_field(FuncState *f, Type *layout, const char *name, Type *type)
{
	for (int i = 0; i < layout->fields.len; i++)
		if (strcmp(layout->fields.items[i]->name, name) == 0) {
			name = intern_str(f->c, arena_printf(f->c->arena, "%s_%d", name, layout->fields.len));
			break;
		}
	Object *o = object_new(f->c, OBJECT_VAR, name, type, NO_POS, f->l->package);
	o->is_field = true;
	vec_push(f->c->arena, &layout->fields, o);
	vec_push(f->c->arena, &layout->tags, (FieldTag){0});
}

/* struct { code uintptr; captures... } */
Type *closure_layout(FuncState *f, ObjectList *names, IrExprList *captures)
{
	require(!names || names->len == captures->len);
	Type *layout = type_new(f->c, TYPE_STRUCT);
	add_field(f, layout, intern_str(f->c, "code"), basic(f, TYPE_UINTPTR));
	for (int i = 0; i < captures->len; i++) {
		const char *name = names && names->items[i] ? variable_name(names->items[i]) : "";
		if (!*name || strcmp(name, "_") == 0)
			name = arena_printf(f->c->arena, "a%d", i);
		add_field(f, layout, intern_str(f->c, name), captures->items[i]->type);
	}
	return types_canonical(f->c, layout);
}

void set_context(FuncState *f, Type *layout)
{
	require(!f->ir->context && underlying(layout)->kind == TYPE_STRUCT);
	IrVar *v = ir_new_var(f->c, f->ir, VAR_PARAM, "context", pointer_type(f, layout), f->ir->pos);
	v->not_nil = true;
	f->ir->context = v;
}

/* Capture i, read in place. */
IrExpr *context_field(FuncState *f, int i)
{
	require(f->ir->context && i >= 0);
	IrExpr *context = ir_var(f->c, f->ir->context);
	return ir_field(f->c, ir_deref(f->c, context, underlying(context->type)->elem), i + 1);
}

/* The func value of `code` with these captures, in a temporary. */
IrExpr *make_closure(FuncState *f, IrFunc *code, Type *func_type, ObjectList *names, IrExprList *captures,
                     bool in_frame)
{
	Compiler *c = f->c;
	if (captures->len == 0) {
		IrExpr *e = ir_expr(c, IR_FUNC, func_type);
		e->func = code;
		code->needs_value = true;
		return e;
	}
	Type *layout = closure_layout(f, names, captures);
	IrExpr *address = ir_expr(c, IR_CODE, word_type(f));
	address->func = code;
	IrExpr *t;
	if (in_frame) {
		t = allocate(f, layout, true);
		assign(f, ir_field(c, ir_deref(c, t, layout), 0), ir_convert(c, address, basic(f, TYPE_UINTPTR)));
	} else {
		t = to_temp(f, ir_rt(c, RT_new_closure, pointer_type(f, layout), 2, ir_type(c, layout), address));
		t->var->not_nil = true;
	}
	for (int i = 0; i < captures->len; i++)
		assign(f, ir_field(c, ir_deref(c, t, layout), i + 1), captures->items[i]);
	return ir_convert(c, t, func_type);
}

/* ---- literals ----------------------------------------------------------------------- */

/* Below some depth a hash stands for what is around: names would make the text quadratic. The same function has the
 * same name in all packages that emit it, so nothing that counts what a package did before may stand in it. */
const char *nested_symbol(FuncState *f, const char *suffix)
{
	enum { LONGEST = 200 };
	const char *around = f->ir->symbol;
	if (strlen(around) <= LONGEST)
		return arena_printf(f->c->arena, "%s%s", around, suffix);
	return arena_printf(f->c->arena, "%.*s_3H%016llx%s", LONGEST / 2, around, (unsigned long long)text_hash(around),
	                    suffix);
}

static bool by_reference(IrExpr *place)
{
	return place->kind == IR_DEREF || (place->kind == IR_VAR && place->var->addr_taken);
}

/* What the closure object holds: the body of a loop over a function has the list of deferred calls and the panic that
 * may be recovered of the function around it (numbers of the captures, or -1); then each captured variable. */
typedef struct Captures { IrExprList values; ObjectList names; int defers, recovering, first; } Captures;

static int capture(FuncState *f, Captures *k, IrExpr *e, Object *o)
{
	vec_push(f->c->arena, &k->values, e);
	vec_push(f->c->arena, &k->names, o);
	return k->values.len - 1;
}

/* link: what a literal that is deferred in a loop has first (gol_defer); NULL: nothing. */
static Captures captures_of(FuncState *f, const FuncInfo *info, IrExpr *link)
{
	Captures k = {.defers = -1, .recovering = -1};
	if (link)
		capture(f, &k, link, NULL);
	IrExpr *list = info->range_of ? shared_defer_list(f, info) : NULL;
	if (list)
		k.defers = capture(f, &k, list, NULL);
	if (info->range_of && f->recover_place)
		k.recovering = capture(f, &k, f->recover_place, NULL);
	k.first = k.values.len;
	for (int i = 0; i < info->captured.len; i++) {
		IrExpr *place = place_of_object(f, info->captured.items[i]);
		capture(f, &k, by_reference(place) ? ir_addr(f->c, place) : place, info->captured.items[i]);
	}
	return k;
}

/* A capture copied to a variable of the literal. */
static IrExpr *own_copy(FuncState *f, int i, const char *name, bool not_nil)
{
	debug_require(f->ir->context);
	IrExpr *field = context_field(f, i);
	IrVar *v = ir_new_var(f->c, f->ir, VAR_LOCAL, name, field->type, f->pos);
	v->not_nil = not_nil;
	assign(f, ir_var(f->c, v), field);
	return ir_var(f->c, v);
}

/* In the literal: where what it captured is. */
static void bind_captures(FuncState *f, Captures *k)
{
	Compiler *c = f->c;
	if (k->defers >= 0)
		f->defer_list = ir_deref(c, own_copy(f, k->defers, "defers", true), word_type(f));
	if (k->recovering >= 0)
		f->recover_place = own_copy(f, k->recovering, "recovering", false);
	for (int i = k->first; i < k->values.len; i++) {
		Object *o = k->names.items[i];
		IrExpr *outer = place_of_object(f->outer, o), *field = context_field(f, i);
		bool reference = by_reference(outer);
		if (reference || type_size(c, field->type) <= COPIED_CAPTURE) {
			IrVar *v = ir_new_var(c, f->ir, VAR_LOCAL, variable_name(o), field->type, o->pos);
			v->not_nil = reference;
			show_variable(f, v, o, reference);
			assign(f, ir_var(c, v), field);
			field = ir_var(c, v);
		}
		map_put(c->arena, &f->places, o, reference ? ir_deref(c, field, outer->type) : field);
	}
}

/* The function that names what is nested in it: bodies of ranges over functions do not count. */
FuncState *naming_function(FuncState *f)
{
	while (f->info && f->info->range_of)
		f = f->outer;
	return f;
}

static const char *literal_name(FuncState *f, FuncInfo *info)
{
	if (!f->info)
		return arena_printf(f->c->arena, "%s.glob..func%d", f->package->path, f->literal_count);
	f = naming_function(f);
	bool nested = f->info->outer;
	int number = info->number ? info->number : f->literal_count;
	const char *around = f->ir->go_name;
	if (info->copied_from)
		around = arena_printf(f->c->arena, "%s.%s", around, inlined_path(f->c, info->copied_at));
	if (info->range_of)
		return arena_printf(f->c->arena, "%s-range%d", around, number);
	return arena_printf(f->c->arena, nested ? "%s.%d" : "%s.func%d", around, number);
}

static IrFunc *literal_func(FuncState *f, Expr *e, Type *signature)
{
	f->literal_count++;
	const char *symbol = nested_symbol(f, arena_printf(f->c->arena, "_3%d", f->literal_count));
	IrFunc *fn = func_new(f->l, symbol, literal_name(f, e->func_info), f->package, NULL, signature);
	fn->pos = e->pos;
	fn->pos.call = 0;               /* a function of its own, whatever it was copied with */
	fn->defined = true;
	fn->is_static = true;
	fn->is_shared = f->ir->is_shared;
	vec_push(f->c->arena, &f->l->ir->funcs, fn);
	return fn;
}

/* code: what it calls. link: as for captures_of.
 *
 * The literal's body is lowered before the object is made, in the middle of the function around it: it may ask for the
 * places of that function's variables, which exist by now, and adds none to it. */
static IrExpr *closure_of(FuncState *f, Expr *e, IrExpr *link, IrFunc **code)
{
	Type *type = type_in(f, e->type);
	FuncInfo *info = e->func_info;
	IrFunc *fn = literal_func(f, e, types_canonical(f->c, underlying(type)));
	Captures k = captures_of(f, info, link);
	FuncState *inner = func_state_new(f->l, fn, info, f->subst, f->package, f);
	/* without captures too: what is mostly called as a value needs no wrapper then */
	set_context(inner, closure_layout(f, &k.names, &k.values));
	bind_captures(inner, &k);
	lower_body(inner, e->body, &info->params);
	*code = fn;
	return make_closure(f, fn, type, &k.names, &k.values, e->stays & STAYS_OBJECT);
}

IrExpr *closure_value(FuncState *f, Expr *e)
{
	IrFunc *code;
	return closure_of(f, e, NULL, &code);
}

/* A literal that is deferred in a loop, without parameters and results. */
IrExpr *deferred_closure(FuncState *f, Expr *e, IrExpr *link)
{
	IrFunc *code;
	return closure_of(f, e, link, &code);
}

/* A literal that is called where it stands. */
Callee closure_callee(FuncState *f, Expr *e)
{
	IrFunc *code;
	IrExpr *closure = closure_of(f, e, NULL, &code);
	return (Callee){.kind = IR_CALL_DIRECT, .func = code, .x = code->context ? closure : NULL,
		.signature = code->signature};
}
