/*
 * cost_expr.c - the cost of expressions (cost.c).
 */
#include "cost.h"

/* ---- conversions ------------------------------------------------------------------- */

Type *cost_value_type(const Expr *x)
{
	return x->comma_ok && x->type && x->type->kind == TYPE_TUPLE && x->type->fields.len ?
			x->type->fields.items[0]->type : x->type;
}

static bool is_any(Type *t)
{
	return underlying(t)->kind == TYPE_INTERFACE && underlying(t)->methods.len == 0 && underlying(t)->embeddeds.len == 0;
}

/* A value of type `from` where one of type `to` is wanted. */
int cost_implicit(Type *from, Type *to)
{
	if (!from || !to || is_type_param(to) || !is_interface(to) || from->kind == TYPE_UNTYPED_NIL || identical(from, to))
		return 0;
	return is_interface(from) && !is_type_param(from) && is_any(from) ? 0 : 1;
}

void cost_expr_as(Cost *k, Expr *e, Type *to)
{
	if (unparen(e)->mode != MODE_NIL)
		k->sum += cost_implicit(cost_value_type(e), to);
	cost_expr(k, e);
}

static bool same_bits(Type *from, Type *to)
{
	if (identical_ignore_tags(from, to) || identical_ignore_tags(underlying(from), underlying(to)))
		return true;
	Type *f = underlying(from), *t = underlying(to);
	if (f->kind == TYPE_POINTER && t->kind == TYPE_POINTER)
		return identical_ignore_tags(underlying(f->elem), underlying(t->elem));
	bool from_pointer = f->kind == TYPE_POINTER || f->kind == TYPE_UNSAFE_POINTER || f->kind == TYPE_UINTPTR;
	bool to_pointer = t->kind == TYPE_POINTER || t->kind == TYPE_UNSAFE_POINTER || t->kind == TYPE_UINTPTR;
	if (f->kind == TYPE_UNSAFE_POINTER || t->kind == TYPE_UNSAFE_POINTER)
		return from_pointer && to_pointer;
	bool both_signed = (f->kind == TYPE_INT || f->kind == TYPE_INT64) && (t->kind == TYPE_INT || t->kind == TYPE_INT64);
	bool f_word = f->kind == TYPE_UINT || f->kind == TYPE_UINT64 || f->kind == TYPE_UINTPTR;
	bool t_word = t->kind == TYPE_UINT || t->kind == TYPE_UINT64 || t->kind == TYPE_UINTPTR;
	return both_signed || (f_word && t_word) || (f->kind == TYPE_CHAN && t->kind == TYPE_CHAN);
}

static void conversion(Cost *k, Expr *e)
{
	Expr *arg = e->list.items[0];
	Type *from = cost_value_type(arg), *to = e->type;
	if (unparen(arg)->mode == MODE_NIL) {
		k->sum++;
		return;
	}
	if (is_interface(to) && !is_type_param(to))
		k->sum += cost_implicit(from, to);
	else if (!same_bits(from, to))
		k->sum++;
	cost_expr(k, arg);
}

/* ---- selectors --------------------------------------------------------------------------- */

/* The fields that a selector steps through without naming them. */
static int implicit_fields(const Selection *s)
{
	return s->kind == SELECT_FIELD ? s->path.len - 1 : s->path.len;
}

static Type *path_end(const Expr *x, int *offset_zero)
{
	const Selection *s = x->selection;
	Type *t = cost_value_type(x->x);
	*offset_zero = 1;
	for (int i = 0; i < s->path.len; i++) {
		if (underlying(t)->kind == TYPE_POINTER) {
			t = underlying(t)->elem;
			*offset_zero = 1;
		}
		Type *u = underlying(t);
		if (u->kind != TYPE_STRUCT)
			break;
		*offset_zero = s->path.items[i] == 0;
		t = u->fields.items[s->path.items[i]]->type;
	}
	return t;
}

static bool is_local_name(const Expr *x)
{
	return (x->kind == EXPR_NAME || (x->kind == EXPR_SELECTOR && !x->selection)) && x->object &&
			x->object->kind == OBJECT_VAR;
}

/* &x: free with the field where that is x.f of a variable, f its first field (fields: how many steps there are). */
static void address_cost(Cost *k, const Expr *base, int fields, int at_start)
{
	k->sum++;
	if (fields == 1 && at_start && is_local_name(base))
		k->sum -= 2;
}

/* The receiver of a call of a declared method: address or contents taken as the method wants it. */
static void receiver(Cost *k, Expr *fun)
{
	int at_start;
	const Selection *s = fun->selection;
	Type *end = path_end(fun, &at_start);
	bool pointer = underlying(end)->kind == TYPE_POINTER, wanted = s->object->pointer_receiver;
	k->sum += s->path.len;
	const Expr *x = unparen(fun->x);
	int steps = s->path.len;
	if (steps == 0 && x->kind == EXPR_SELECTOR && x->selection && x->selection->kind == SELECT_FIELD) {
		path_end(x, &at_start);
		steps = x->selection->path.len;
		x = unparen(x->x);
	}
	if (wanted && !pointer)
		address_cost(k, x, steps, at_start);
	else if (!wanted && pointer)
		k->sum++;
	cost_expr(k, fun->x);
}

static void selector(Cost *k, Expr *e)
{
	k->sum++;
	if (!e->selection || e->selection->kind == SELECT_METHOD_EXPR)
		return;
	if (e->selection->kind != SELECT_FIELD) {
		k->sum++;
		receiver(k, e);
		return;
	}
	k->sum += implicit_fields(e->selection);
	cost_expr(k, e->x);
}

/* ---- calls --------------------------------------------------------------------------------- */

/* f(g()), return g(), a, b = g(): values in temporaries, each declared, assigned and read. */
void cost_several(Cost *k, Expr *rhs, int values)
{
	k->sum += 1 + 4 * values;
	cost_expr(k, rhs);
}

static bool is_several(const ExprList *list)
{
	return list->len == 1 && list->items[0]->type && list->items[0]->type->kind == TYPE_TUPLE &&
			!list->items[0]->comma_ok &&
	       list->items[0]->mode != MODE_TYPE;
}

static void arguments(Cost *k, Expr *call, Type *signature)
{
	int n = signature ? signature->fields.len : 0;
	bool packs = signature && signature->variadic && !call->has_dots;
	if (packs)
		k->sum += is_several(&call->list) || call->list.len >= n ? 2 : 1;
	if (is_several(&call->list)) {
		Type *tuple = call->list.items[0]->type;
		cost_several(k, call->list.items[0], tuple->fields.len);
		for (int i = 0; n && i < tuple->fields.len; i++) {
			Type *to = signature->fields.items[i < n ? i : n - 1]->type;
			k->sum += cost_implicit(tuple->fields.items[i]->type, packs && i >= n - 1 ? to->elem : to);
		}
		return;
	}
	for (int i = 0; i < call->list.len; i++) {
		Type *to = n ? signature->fields.items[i < n ? i : n - 1]->type : NULL;
		cost_expr_as(k, call->list.items[i], packs && i >= n - 1 && to ? to->elem : to);
	}
}

/* A parameter of the function, or a variable that it captures. */
bool cost_is_parameter(const Cost *k, const Expr *fun)
{
	const Object *o = fun->kind == EXPR_NAME ? fun->object : NULL;
	return o && o->kind == OBJECT_VAR && o->owner && (o->owner != k->info || o->is_param);
}

/* What a shape of a generic function is given: address, name; by another shape: an element of what that was given. A
 * method that it finds in there. The variable that a literal has it from (values.c). */
enum { DICTIONARY = 2, HANDED_ON = 4, LOOKED_UP = 4, DICTIONARY_KEPT = 10 };

static bool has_shape(const Type *t)
{
	t = unalias((Type *)(uintptr_t)t);
	for (; t->kind == TYPE_POINTER || t->kind == TYPE_SLICE || t->kind == TYPE_ARRAY || t->kind == TYPE_CHAN; )
		t = unalias(t->elem);
	if (is_shape(t) || is_type_param(t))
		return true;
	for (int i = 0; t->kind == TYPE_NAMED && i < t->type_args.len; i++)
		if (has_shape(t->type_args.items[i]))
			return true;
	return t->kind == TYPE_MAP && (has_shape(t->key) || has_shape(t->elem));
}

/* Of the call of a generic function with these type arguments. */
static int dictionary(const TypeList *args)
{
	for (int i = 0; i < args->len; i++)
		if (has_shape(args->items[i]))
			return HANDED_ON;
	return args->len ? DICTIONARY : 0;
}

/* ... of a method of a generic type. */
static int dictionary_of_method(const Selection *s)
{
	const Type *holder = s->holder ? unalias(s->holder) : NULL;
	if (!s->object->stencil)
		return 0;
	if (holder && holder->kind == TYPE_POINTER)
		holder = unalias(holder->elem);
	return holder && holder->kind == TYPE_NAMED && holder->type_args.len ? dictionary(&holder->type_args) : DICTIONARY;
}

static int price(Cost *k, const Expr *call, Expr *fun)
{
	Object *object;
	const FuncInfo *callee = static_callee(call, &object);
	int call_cost = k->n->options.call_cost;
	const GoFact *fact = fact_about(k->n, object);
	if (fact)
		return fact->cost == GO_CALLS ? call_cost : fact->cost;
	if (object && (is_cheap_call(object) || is_intrinsic(k->n, object)))
		return 0;
	if (callee && !callee->object)
		find_cost(k->n, (FuncInfo *)(uintptr_t)callee);
	if (callee && callee->inlining && !callee->inlining->reason && callee != k->info) {
		int most = callee->object ? k->n->options.budget : INLINE_LITERAL_FACTOR * k->n->options.budget;
		if (callee->inlining->cost <= most)
			return callee->inlining->cost;
	}
	return cost_is_parameter(k, fun) && call_cost > COST_PARAMETER_CALL ? COST_PARAMETER_CALL : call_cost;
}

static void call(Cost *k, Expr *e)
{
	Expr *fun = unparen(e->x), *name = declared_function(fun);
	k->sum += 1 + (k->nodes ? 0 : price(k, e, fun));
	if (name)
		k->sum += 1 + dictionary(&name->type_args);
	else if (is_method_call(fun) && fun->selection->kind == SELECT_METHOD_VALUE) {
		receiver(k, fun);
		k->sum += dictionary_of_method(fun->selection);
	}
	else if (fun->kind == EXPR_SELECTOR && fun->selection && fun->selection->kind == SELECT_METHOD_EXPR)
		k->sum += 0;
	else if (is_method_call(fun)) {
		bool looked_up = fun->selection->holder && is_type_param(fun->selection->holder);
		k->sum += 1 + fun->selection->path.len + (looked_up ? LOOKED_UP : 0);
		cost_expr(k, fun->x);
	} else
		cost_expr(k, fun);
	arguments(k, e, core_type(fun->type));
}

static void builtin(Cost *k, Expr *e)
{
	Type *u = e->type ? core_type(e->type) : NULL;
	switch (e->builtin) {
	case BUILTIN_RECOVER:
		cost_forbid(k, "call to recover");
		return;
	case BUILTIN_CHECK_RANGE:
		k->sum += COST_CHECK_RANGE;
		return;
	case BUILTIN_PANIC: {
		Expr *x = e->list.items[0];
		k->sum += 1 + (k->nodes ? 0 : COST_PANIC - (cost_value_type(x) && !is_interface(cost_value_type(x))));
		cost_expr_as(k, x, k->n->c->types->empty_interface);
		return;
	}
	case BUILTIN_NEW:
		k->sum++;
		if (e->list.items[0]->mode != MODE_TYPE)
			cost_expr(k, e->list.items[0]);
		return;
	case BUILTIN_MAKE:
		k->sum++;
		if (e->list.len == 1 && u && (u->kind == TYPE_MAP || u->kind == TYPE_CHAN))
			k->sum++;
		for (int i = 1; i < e->list.len; i++)
			cost_expr(k, e->list.items[i]);
		return;
	case BUILTIN_APPEND:
		k->sum++;
		for (int i = 0; i < e->list.len; i++)
			cost_expr_as(k, e->list.items[i], i && !e->has_dots && u ? u->elem : NULL);
		return;
	case BUILTIN_UNSAFE_ALIGNOF: case BUILTIN_UNSAFE_OFFSETOF: case BUILTIN_UNSAFE_SIZEOF:
		k->sum++;
		return;
	default:
		k->sum++;
		if (is_several(&e->list))
			cost_several(k, e->list.items[0], e->list.items[0]->type->fields.len);
		else
			for (int i = 0; i < e->list.len; i++)
				cost_expr(k, e->list.items[i]);
	}
}

/* ---- composite literals ----------------------------------------------------------------------- */

static Type *field_named(Type *s, const char *name)
{
	for (int i = 0; i < s->fields.len; i++)
		if (s->fields.items[i]->name == name)
			return s->fields.items[i]->type;
	return NULL;
}

static void composite(Cost *k, Expr *e)
{
	Type *u = e->type ? core_type(e->type) : NULL;
	k->sum++;
	if (u && u->kind == TYPE_POINTER) {     /* &T elided */
		k->sum++;
		u = core_type(u->elem);
	}
	if (!u)
		return;
	if (u->kind == TYPE_SLICE)
		k->sum++;
	for (int i = 0; i < e->list.len; i++) {
		Expr *x = e->list.items[i];
		bool keyed = x->kind == EXPR_KEY_VALUE;
		Expr *v = keyed ? x->y : x;
		if (u->kind == TYPE_STRUCT) {
			k->sum++;
			cost_expr_as(k, v, keyed ? field_named(u, x->x->name) : i < u->fields.len ? u->fields.items[i]->type : NULL);
			continue;
		}
		if (keyed) {
			k->sum++;
			cost_expr_as(k, x->x, u->kind == TYPE_MAP ? u->key : NULL);
		}
		cost_expr_as(k, v, u->elem);
	}
}

/* ---- operators ------------------------------------------------------------------------------------ */

/* Parts of a concatenation are one list. */
static void joined(Cost *k, Expr *e)
{
	Expr *u = unparen(e);
	if (u->kind == EXPR_BINARY && u->op == OP_ADD && u->mode != MODE_CONST) {
		joined(k, u->x);
		cost_expr(k, u->y);
	} else {
		cost_expr(k, u);
	}
}

static void binary(Cost *k, Expr *e)
{
	k->sum++;
	if (e->op == OP_ADD && e->type && is_string(e->type) && !has_type_params(e->type)) {
		joined(k, e->x);
		cost_expr(k, e->y);
		return;
	}
	bool compares = e->op >= OP_EQ && e->op <= OP_GE && unparen(e->x)->mode != MODE_NIL && unparen(e->y)->mode != MODE_NIL;
	cost_expr_as(k, e->x, compares ? cost_value_type(e->y) : NULL);
	cost_expr_as(k, e->y, compares ? cost_value_type(e->x) : NULL);
}

static void unary(Cost *k, Expr *e)
{
	Expr *x = unparen(e->x);
	if (e->op == OP_ADD) {
		k->sum++;
		cost_expr(k, x);
		return;
	}
	if (e->op == OP_ADDR && x->kind == EXPR_SELECTOR && x->selection && x->selection->kind == SELECT_FIELD) {
		int at_start;
		path_end(x, &at_start);
		address_cost(k, unparen(x->x), x->selection->path.len, at_start);
		cost_expr(k, x);
		return;
	}
	k->sum++;
	cost_expr(k, x);
}

static bool is_zero(const Expr *x)
{
	int64_t v;
	return x && x->mode == MODE_CONST && const_fits_int64(x->cval, &v) && v == 0;
}

static bool is_length_of(Expr *x, const Expr *of)
{
	x = x ? unparen(x) : NULL;
	if (!x || x->kind != EXPR_CALL || x->call_kind != CALL_BUILTIN || x->builtin != BUILTIN_LEN || x->mode == MODE_CONST)
		return false;
	const Expr *arg = unparen(x->list.items[0]);
	return arg->kind == EXPR_NAME && of->kind == EXPR_NAME && arg->object == of->object;
}

static void slice(Cost *k, Expr *e)
{
	Type *u = core_type(cost_value_type(e->x));
	k->sum++;
	if (u && u->kind == TYPE_ARRAY) {
		Expr *x = unparen(e->x);
		int at_start = 0;
		if (x->kind == EXPR_SELECTOR && x->selection)
			path_end(x, &at_start);
		address_cost(k, x->kind == EXPR_SELECTOR && x->selection ? unparen(x->x) : x, x->kind == EXPR_SELECTOR &&
				x->selection ? x->selection->path.len : 0, at_start);
	}
	cost_expr(k, e->x);
	if (is_zero(e->index[0]))
		k->sum--;
	if (is_length_of(e->index[1], unparen(e->x)))
		k->sum -= 2;
	for (int i = 0; i < 3; i++)
		if (e->index[i])
			cost_expr(k, e->index[i]);
}

/* *p: half of it is free where p is the address of something, seen through conversions. */
static void star(Cost *k, Expr *e)
{
	Expr *p = unparen(e->x);
	while (p->kind == EXPR_CALL && p->call_kind == CALL_CONVERSION && p->list.items[0]->type &&
			same_bits(cost_value_type(p->list.items[0]), p->type))
		p = unparen(p->list.items[0]);
	k->sum += p->kind == EXPR_UNARY && p->op == OP_ADDR && unparen(p->x)->kind != EXPR_COMPOSITE ? 0 : 1;
	cost_expr(k, e->x);
}

/* p[i] is (*p)[i]. */
static bool is_array_pointer(const Expr *x)
{
	Type *u = cost_value_type(x) ? core_type(cost_value_type(x)) : NULL;
	return u && u->kind == TYPE_POINTER;
}

void cost_expr(Cost *k, Expr *e)
{
	if (!e || e->mode == MODE_TYPE)
		return;
	if (e->mode == MODE_CONST || e->mode == MODE_NIL) {
		k->sum++;
		return;
	}
	switch (e->kind) {
	case EXPR_PAREN:
		cost_expr(k, e->x);
		break;
	case EXPR_FUNC:
		k->sum += 1 + (k->nodes ? 0 : COST_LITERAL) + (e->func_info->of_value ? DICTIONARY_KEPT : 0);
		break;
	case EXPR_COMPOSITE:
		composite(k, e);
		break;
	case EXPR_SELECTOR:
		selector(k, e);
		break;
	case EXPR_INDEX:
		if (e->type_args.len) {
			cost_expr(k, e->x);
			break;
		}
		k->sum += 1 + is_array_pointer(e->x);
		cost_expr(k, e->x);
		cost_expr_as(k, e->list.items[0], core_type(e->x->type) && core_type(e->x->type)->kind == TYPE_MAP ?
				core_type(e->x->type)->key : NULL);
		break;
	case EXPR_SLICE:
		slice(k, e);
		break;
	case EXPR_ASSERT:
		k->sum++;
		cost_expr(k, e->x);
		break;
	case EXPR_CALL:
		if (e->call_kind == CALL_CONVERSION)
			conversion(k, e);
		else if (e->call_kind == CALL_BUILTIN)
			builtin(k, e);
		else
			call(k, e);
		break;
	case EXPR_STAR:
		star(k, e);
		break;
	case EXPR_UNARY:
		unary(k, e);
		break;
	case EXPR_BINARY:
		binary(k, e);
		break;
	default:
		k->sum++;
	}
}
