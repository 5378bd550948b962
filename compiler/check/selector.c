/*
 * selector.c - x.f: qualified names, fields, method values and method expressions (spec, "Selectors").
 *
 * A dot means five things, told apart in this order: a package's object (fmt.Println), a field (p.x), a method bound
 * to a value (p.m), a method as a function of its receiver (T.m), and for interfaces the method of whatever is inside.
 * How a field or method is found through embedded fields is the business of types/lookup.c; here it becomes the node's
 * Selection.
 *
 * A method is a use of its declaration: initialisation order must know (add_method_dependency). And x.m with a pointer
 * method takes the address of x, which then cannot be copied where it is captured.
 */
#include "checker.h"
#include <string.h>

/* ---- qualified names --------------------------------------------------------------------------- */

/* p.x stands for the object of the other package, which has been checked: it has its type, constants their value. */
static void exported_object(Checker *k, Operand *x, Expr *e, Object *o)
{
	x->type = o->type ? o->type : invalid_type(k);
	switch (o->kind) {
	case OBJECT_CONST:
		x->mode = MODE_CONST;
		x->cval = o->cval ? o->cval : const_unknown(k->c);
		break;
	case OBJECT_TYPE: x->mode = MODE_TYPE; break;
	case OBJECT_VAR:
		x->mode = MODE_VARIABLE;
		check_note_use(k, o);
		break;
	case OBJECT_FUNC: x->mode = MODE_VALUE; break;
	case OBJECT_BUILTIN:
		x->mode = MODE_BUILTIN;
		x->builtin = o->builtin;
		break;
	default: break;
	}
	if (x->mode != MODE_BUILTIN && !is_valid(x->type))
		x->mode = MODE_INVALID;
	x->expr = e;
}

static void undefined_in_package(Checker *k, Expr *e, Package *p)
{
	for (int i = 0; i < map_count(&p->scope->names); i++) {
		Object *o = map_value_at(&p->scope->names, i);
		if (name_is_exported(o->name) && strcasecmp(o->name, e->name) == 0) {
			check_error(k, e->pos, "undefined: %s.%s (but have %s)", e->x->name, e->name, o->name);
			return;
		}
	}
	check_error(k, e->pos, "undefined: %s.%s", e->x->name, e->name);
}

/* True if e is pkg.name, whether it exists or not. A package that failed has told its own errors; its names are then
 * unknown in silence. */
static bool qualified_name(Checker *k, Operand *x, Expr *e)
{
	if (e->x->kind != EXPR_NAME)
		return false;
	Scope *where;
	Object *import = check_lookup(k, e->x->name, &where);
	if (!import || import->kind != OBJECT_PACKAGE)
		return false;
	import->used = true;
	e->x->object = import;
	e->x->mode = MODE_PACKAGE;
	Package *p = import->imported;
	if (!p || p->failed || !p->scope)
		return true;
	Object *o = scope_lookup(p->scope, e->name);
	if (!o || (o->package && o->package != p)) {
		undefined_in_package(k, e, p);
		return true;
	}
	if (!name_is_exported(e->name)) {
		undefined_in_package(k, e, p);
		return true;
	}
	e->object = o;
	o->used = true;
	exported_object(k, x, e, o);
	return true;
}

/* ---- why a selector is undefined ------------------------------------------------------------------ */

/* The name without its first character, which alone tells whether it is exported: a slip of case there is likely. */
static const char *tail(const char *name)
{
	const char *p = name + 1;
	while ((*p & 0xc0) == 0x80)
		p++;
	return *p ? p : name;       /* of a single letter all */
}

static bool same_tail(const char *a, const char *b) { return strcmp(tail(a), tail(b)) == 0; }

/* Of another package only what is exported is told, or what differs in being exported alone. */
Spelling check_spelling(Checker *k, const char *wanted, const Object *found)
{
	if (!found || strcmp(wanted, "_") == 0)
		return SPELLING_UNKNOWN;
	if (found->package == k->package)
		return SPELLING_DIFFERS;
	if (name_is_exported(wanted))
		return name_is_exported(found->name) ? SPELLING_DIFFERS :
			same_tail(wanted, found->name) ? SPELLING_UNEXPORTED : SPELLING_UNKNOWN;
	if (name_is_exported(found->name))
		return same_tail(wanted, found->name) ? SPELLING_DIFFERS : SPELLING_UNKNOWN;
	return found->name == wanted ? SPELLING_NOT_OURS : SPELLING_UNKNOWN;
}

/* Nothing of that name: is there something like it? */
static const char *missing_cause(Checker *k, Operand *x, Expr *e, Type *t)
{
	Lookup alt = lookup_field_or_method(k->c, t, x->mode == MODE_VARIABLE, k->package, e->name, true);
	const Object *o = alt.object;
	const char *but = "", *what = o && o->kind == OBJECT_FUNC ? "method" : "field";
	switch (check_spelling(k, e->name, o)) {
	case SPELLING_NOT_OURS:
		return arena_printf(k->arena, "cannot refer to unexported %s %s", what, o->name);
	case SPELLING_DIFFERS:
		but = arena_printf(k->arena, ", but does have %s %s", what, o->name);
		break;
	case SPELLING_UNEXPORTED:
		but = arena_printf(k->arena, ", but does have unexported %s %s", what, o->name);
		break;
	case SPELLING_UNKNOWN:
		break;
	}
	return arena_printf(k->arena, "type %s has no field or method %s%s", type_name_of(k, t), e->name, but);
}

/* In the order of Go's messages: the nearest cause first. */
static void undefined_selector(Checker *k, Operand *x, Expr *e, Lookup *found)
{
	debug_require(!found->object);
	Type *t = x->type, *u = underlying(t);
	const char *why;
	if (found->ambiguous) {
		check_error(k, e->pos, "ambiguous selector %s.%s", text_of(k, x->expr), e->name);
		return;
	}
	if (found->pointer_receiver && x->mode == MODE_TYPE) {
		check_error(k, e->pos, "invalid method expression %s.%s (needs pointer receiver (*%s).%s)", type_name_of(k, t),
		            e->name,
		            type_name_of(k, t), e->name);
		return;
	}
	if (found->pointer_receiver) {
		check_error(k, e->pos, "cannot call pointer method %s on %s", e->name, type_name_of(k, t));
		return;
	}
	if (u->kind == TYPE_POINTER && is_interface(u->elem))
		why = arena_printf(k->arena, "type %s is pointer to interface, not interface", type_name_of(k, t));
	else if (u->kind == TYPE_POINTER && is_type_param(u->elem))
		why = arena_printf(k->arena, "type %s is pointer to type parameter, not type parameter", type_name_of(k, t));
	else
		why = missing_cause(k, x, e, t);
	check_error(k, e->pos, "%s.%s undefined (%s)", text_of(k, x->expr), e->name, why);
}

/* ---- fields and methods --------------------------------------------------------------------------------- */

/* "Method expressions": T.m is a function whose first parameter is the receiver. */
static void set_method_expr(Checker *k, Operand *x, Expr *e, Lookup *found)
{
	require(found->object->kind == OBJECT_FUNC && found->object->type->kind == TYPE_FUNC);
	Object *m = found->object;
	ObjectList params = {0};
	Type *sig = m->type;
	bool named = sig->fields.len > 0 && sig->fields.items[0]->name[0];
	const char *name = intern_str(k->c, named ? "_" : "");
	if (named && sig->receiver && sig->receiver->name[0])
		name = sig->receiver->name;
	vec_push(k->arena, &params, object_new(k->c, OBJECT_VAR, name, x->type, m->pos, m->package));
	for (int i = 0; i < sig->fields.len; i++)
		vec_push(k->arena, &params, sig->fields.items[i]);
	e->selection->kind = SELECT_METHOD_EXPR;
	x->mode = MODE_VALUE;
	x->type = func_of(k->c, params, sig->results, sig->variadic);
}

/* "Method values": x.m is a function that has x bound to it. The type has no receiver, so that it is identical to
 * others. */
static void set_method_value(Checker *k, Operand *x, Expr *e, Lookup *found)
{
	Object *m = found->object;
	if (e->selection->kind != SELECT_INTERFACE_METHOD)
		e->selection->kind = SELECT_METHOD_VALUE;
	/* x.m of an addressable x with a pointer method is (&x).m. */
	bool pointer_method = m->pointer_receiver || (m->origin && m->origin->pointer_receiver);
	if (pointer_method && !found->selection.indirect && underlying(x->type)->kind != TYPE_POINTER)
		check_note_address(k, e->x);
	Type *sig = m->type;
	x->mode = MODE_VALUE;
	x->type = sig;
	if (sig->receiver) {
		x->type = func_of(k->c, sig->fields, sig->results, sig->variadic);
		x->type->type_params = sig->type_params;
	}
}

/* "Address operators", "Selectors": x.f is a variable if x is one, or if a pointer is followed on the way. */
static void set_field(Operand *x, Lookup *found)
{
	if (x->mode == MODE_VARIABLE || found->selection.indirect)
		x->mode = MODE_VARIABLE;
	else
		x->mode = MODE_VALUE;
	x->type = found->object->type;
}

static bool resolve_found(Checker *k, Object *o)
{
	if (!o->type && o->package == k->package)
		check_object(k, o->origin && o->origin != o ? o->origin : o);
	return o->type && is_valid(o->type);
}

/* Initialisation order goes through methods too: var a = T.m needs what m mentions. */
static void add_method_dependency(Checker *k, Object *m)
{
	Object *o = m->origin ? m->origin : m;
	DeclInfo *d = k->env.decl;
	if (!d || o->package != k->package || !check_info_of(k, o) || map_get(&d->dep_set, o))
		return;
	map_put(k->arena, &d->dep_set, o, o);
	vec_push(k->arena, &d->deps, o);
}

void check_selector(Checker *k, Operand *x, Expr *e, bool want_type)
{
	if (qualified_name(k, x, e))
		return;
	check_expr_or_type(k, x, e->x, false);
	if (x->mode == MODE_INVALID)
		return;
	if (x->mode == MODE_TYPE && !check_is_complete(k, x->type))
		goto invalid;
	if (x->mode == MODE_BUILTIN) {
		check_error(k, (Pos){e->pos.file, e->pos.line, e->pos.col - 1, 0}, "invalid use of %s in selector expression",
				operand_text(k, x));
		goto invalid;
	}
	if (want_type) {
		check_error(k, e->pos, "%s is not a type", text_of(k, e));
		goto invalid;
	}
	Type *base = underlying(x->type)->kind == TYPE_POINTER ? underlying(x->type)->elem : x->type;
	if (x->mode != MODE_TYPE && !check_is_complete(k, base))
		goto invalid;
	Lookup found = {0};
	if (strcmp(e->name, "_") != 0)
		found = lookup_field_or_method(k->c, x->type, x->mode == MODE_VARIABLE, k->package, e->name, false);
	if (!found.object) {
		if (is_valid(underlying(x->type)))
			undefined_selector(k, x, e, &found);
		goto invalid;
	}
	if (!resolve_found(k, found.object))
		goto invalid;
	e->object = found.object;
	e->selection = NEW(k->arena, Selection);
	*e->selection = found.selection;
	e->selection->receiver = x->type;
	e->selection->object = found.object;
	if (found.object->kind == OBJECT_FUNC) {
		add_method_dependency(k, found.object);
		if (x->mode == MODE_TYPE)
			set_method_expr(k, x, e, &found);
		else
			set_method_value(k, x, e, &found);
	} else if (x->mode == MODE_TYPE) {
		check_error(k, e->pos, "%s.%s undefined (type %s has no method %s)", text_of(k, e->x), e->name,
		            type_name_of(k, x->type), e->name);
		goto invalid;
	} else {
		set_field(x, &found);
	}
	x->expr = e;
	return;
invalid:
	x->mode = MODE_INVALID;
	x->expr = e;
}
