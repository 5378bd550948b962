/*
 * decl.c - checks declarations on demand: constants, variables, types, functions; cycles between them; local ones.
 *
 * An object being declared is grey and stands on k->path. Meeting a grey object again closes a cycle: legal if it goes
 * through a type definition only (a struct may point to itself), or if constants and variables alone take part (their
 * cycles are reported by initialisation order). A named type's underlying type is set at the end of its declaration;
 * where the right side is a named type still being declared, it waits in k->pending.
 */
#include "checker.h"
#include <string.h>

/* ---- cycles --------------------------------------------------------------------------------------------- */

static int first_in_source(Object **cycle, int n)
{
	int first = 0;
	for (int i = 1; i < n; i++)
		if (pos_compare(cycle[i]->pos, cycle[first]->pos) < 0)
			first = i;
	return first;
}

void check_cycle_error(Checker *k, Object **cycle, int n, int start)
{
	debug_require(n > 0 && start >= 0 && start < n);
	Object *o = cycle[start];
	for (int i = 0; i < n; i++)
		if (cycle[i]->type && cycle[i]->type->kind == TYPE_INVALID && cycle[i]->kind == OBJECT_TYPE &&
		    cycle[i]->is_alias)
			return;
	Buf b;
	buf_init(&b, k->arena);
	bool is_type = o->kind == OBJECT_TYPE;
	if (n == 1) {
		if (is_type)
			check_error(k, o->pos, "invalid recursive type: %s refers to itself", o->name);
		else
			check_error(k, o->pos, "invalid cycle in declaration: %s refers to itself", o->name);
		return;
	}
	buf_printf(&b, is_type ? "invalid recursive type %s" : "invalid cycle in declaration of %s", o->name);
	for (int i = 0; i < n; i++) {
		Object *from = cycle[(start + i) % n], *to = cycle[(start + i + 1) % n];
		buf_printf(&b, "\n\t%s: %s refers to %s", check_pos_text(k, from->pos), from->name, to->name);
	}
	check_error(k, o->pos, "%s", b.s);
}

/* o is grey and met again: may it be? */
bool check_cycle_ok(Checker *k, Object *o)
{
	int start = o->color - GREY, values = 0, definitions = 0;
	require(start >= 0 && start < k->path.len && k->path.items[start] == o);
	Object **cycle = k->path.items + start;
	int n = k->path.len - start;
	for (int i = 0; i < n; i++) {
		Object *c = cycle[i];
		if (c->kind == OBJECT_CONST || c->kind == OBJECT_VAR)
			values++;
		else if (c->kind == OBJECT_TYPE && !c->is_alias)
			definitions++;
	}
	if (values == n || (values == 0 && definitions > 0))
		return true;
	if (values > 0 || definitions == 0)
		check_cycle_error(k, cycle, n, first_in_source(cycle, n));
	return values == 0 && definitions > 0;
}

/* A value of a type that is still being declared: its declaration needs itself. */
bool check_is_complete(Checker *k, Type *t)
{
	t = unalias(t);
	if (t->kind != TYPE_NAMED || t->underlying_ || t->origin != t || t->object->package != k->package)
		return true;
	Object *o = t->object;
	if (o->color < GREY)
		return true;
	int start = o->color - GREY, n = k->path.len - start;
	require(n > 0);
	if (!map_get(&k->incomplete, o)) {
		map_put(k->arena, &k->incomplete, o, o);
		check_cycle_error(k, k->path.items + start, n, first_in_source(k->path.items + start, n));
	}
	return false;
}

/* Met again while being declared. A constant or variable has no type yet, so whoever asked gets the invalid one, after
 * the cycle was reported; a function's calls of itself are no cycle. */
static void grey_object(Checker *k, Object *o)
{
	switch (o->kind) {
	case OBJECT_CONST: case OBJECT_VAR:
		if (!check_cycle_ok(k, o) || !o->type)
			o->type = invalid_type(k);
		break;
	case OBJECT_TYPE:
		if (!check_cycle_ok(k, o))
			o->type = invalid_type(k);
		break;
	case OBJECT_FUNC:
		check_cycle_ok(k, o);
		break;
	default:
		break;
	}
}

static void push_path(Checker *k, Object *o)
{
	debug_require(o->color == WHITE);
	o->color = GREY + k->path.len;
	vec_push(k->arena, &k->path, o);
}

static void pop_path(Checker *k, Object *o)
{
	require(k->path.len > 0 && vec_last(&k->path) == o);
	k->path.len--;
	o->color = BLACK;
}

/* ---- constants and variables --------------------------------------------------------------------------------- */

/* inherited: the expression is that of an earlier constant of the group, evaluated again with another iota. */
void check_const_value(Checker *k, Object *o, Expr *type, Expr *init, bool inherited, int iota)
{
	Constant *saved = k->env.iota;
	Pos saved_pos = k->env.error_pos;
	k->env.iota = const_int(k->c, iota);
	if (inherited)
		k->env.error_pos = o->pos;
	o->cval = const_unknown(k->c);
	Operand x = {.mode = MODE_INVALID};
	if (type) {
		Type *t = check_type(k, type);
		if (!is_const_type(t)) {
			if (is_valid(underlying(t)))
				check_error(k, type->start, "invalid constant type %s", type_name_of(k, t));
			o->type = invalid_type(k);
			if (init && !inherited)
				check_use_one(k, init);
			goto done;
		}
		o->type = t;
	}
	if (init)
		check_expr(k, &x, init);
	check_init_const(k, o, &x);
done:
	k->env.iota = saved;
	k->env.error_pos = saved_pos;
}

/* lhs: all variables of var a, b = f(), which are checked together when the first of them is. */
static void var_decl(Checker *k, Object *o, ObjectList lhs, Expr *type, Expr *init)
{
	if (type)
		o->type = check_var_type(k, type);
	if (!init) {
		if (!type)
			o->type = invalid_type(k);
		return;
	}
	if (lhs.len <= 1) {
		Operand x;
		check_expr_target(k, &x, init, o->type);
		check_init_var(k, o, &x, "variable declaration");
		return;
	}
	if (type)
		for (int i = 0; i < lhs.len; i++)
			lhs.items[i]->type = o->type;
	ExprList rhs = {0};
	vec_push(k->arena, &rhs, init);
	check_init_vars(k, lhs, rhs, NULL);
}

/* ---- types ---------------------------------------------------------------------------------------------------- */

/* "Struct types": field and method names of one type are distinct. Late, when the struct is known. */
static void check_method_names(Checker *k, Type *named)
{
	Type *u = underlying(named);
	Map fields = {0};
	bool is_struct = u->kind == TYPE_STRUCT;
	if (is_struct)
		for (int i = 0; i < u->fields.len; i++)
			if (!map_get(&fields, u->fields.items[i]->name))
				map_put(k->arena, &fields, u->fields.items[i]->name, u->fields.items[i]);
	for (int i = 0; i < named->methods.len && is_struct; i++) {
		Object *m = named->methods.items[i];
		Object *f = strcmp(m->name, "_") == 0 ? NULL : map_get(&fields, m->name);
		if (f)
			check_error(k, m->pos, "field and method with the same name %s\n\t%s: other declaration of %s", m->name,
			            check_pos_text(k, f->pos), m->name);
	}
}

static void run_method_names(Checker *k, void *arg)
{
	check_method_names(k, arg);
}

static void collect_methods(Checker *k, Object *o, Type *named)
{
	MethodList *list = map_get(&k->methods, o);
	Map seen = {0};
	if (!list)
		return;
	for (int i = 0; i < list->len; i++) {
		Object *m = list->items[i];
		m->receiver_base = named;
		if (strcmp(m->name, "_") == 0)
			continue;
		Object *other = map_get(&seen, m->name);
		if (other) {
			check_error(k, m->pos, "method %s.%s already declared at %s", o->name, m->name,
			            check_pos_text(k, other->pos));
			continue;
		}
		map_put(k->arena, &seen, m->name, m);
		vec_push(k->arena, &named->methods, m);
	}
	check_later(k, run_method_names, named);
}

/* Follow the right sides of declarations to the underlying type. False: one of them is not known yet. */
static bool settle_underlying(Checker *k, Type *named)
{
	Type *t = map_get(&k->right_sides, named);
	ObjectList cycle = {0};
	vec_push(k->arena, &cycle, named->object);
	while (t && t->kind == TYPE_NAMED) {
		if (t->origin != t || t->object->package != k->package || t->underlying_) {
			Type *u = underlying(t);
			if (t->origin != t && !t->origin->underlying_ && t->object->package == k->package && !is_valid(u))
				return false;
			named->underlying_ = u;
			return true;
		}
		for (int i = 0; i < cycle.len; i++) {
			if (cycle.items[i] != t->object)
				continue;
			Object **first = cycle.items + i;
			check_cycle_error(k, first, cycle.len - i, first_in_source(first, cycle.len - i));
			for (int j = i; j < cycle.len; j++)
				cycle.items[j]->type->underlying_ = invalid_type(k);
			named->underlying_ = invalid_type(k);
			return true;
		}
		vec_push(k->arena, &cycle, t->object);
		t = map_get(&k->right_sides, t);
	}
	if (!t)
		return false;
	named->underlying_ = t;
	return true;
}

static void settle_pending(Checker *k)
{
	bool changed = true;
	while (changed && k->pending.len > 0) {
		changed = false;
		int kept = 0, n = k->pending.len;
		for (int i = 0; i < n; i++) {
			Type *t = k->pending.items[i];
			if (t->underlying_ || settle_underlying(k, t))
				changed = true;
			else
				k->pending.items[kept++] = t;
		}
		k->pending.len = kept;
	}
}

/* The object has its type at the end only: type A = []A asks for itself while there is none, which is the cycle. */
static void alias_decl(Checker *k, Object *o, Decl *d)
{
	Scope *saved = k->env.scope;
	o->is_alias = true;
	if (d->type_params.len > 0) {
		check_version(k, d->type_params.items[0]->pos, 23, "generic type alias");
		Scope *scope = check_open_scope(k, d->pos, d->pos);
		check_collect_type_params(k, d->type_params, &o->alias_params, scope);
	}
	if (d->type_params.len == 0)
		check_version(k, d->pos, 9, "type alias");
	Type *t = check_type(k, d->type);
	if (!o->type || is_valid(o->type))
		o->type = o->alias_params.len > 0 ? t : type_aliased(k->c, o, (TypeList){0}, t);
	k->env.scope = saved;
}

static void run_valid_type(Checker *k, void *arg)
{
	check_valid_type(k, arg);
}

/* The named type exists before its right side is looked at, so that it may mention itself: type T struct { next *T }.
 * Methods are collected first, as a constraint on the right may ask for them; their signatures come later. */
void check_type_decl(Checker *k, Object *o, Decl *d)
{
	debug_require(d->kind == DECL_TYPE && d->type);
	if (d->is_alias) {
		alias_decl(k, o, d);
		return;
	}
	Scope *saved = k->env.scope;
	Type *named = type_new(k->c, TYPE_NAMED);
	named->object = o;
	named->origin = named;
	o->type = named;
	if (k->env.func)
		named->enclosing_params = k->env.enclosing_params;
	check_note_sized(k, named);
	if (o->order > 0)
		collect_methods(k, o, named);
	if (d->type_params.len > 0) {
		Scope *scope = check_open_scope(k, d->pos, d->pos);
		check_version(k, d->type_params.items[0]->pos, 18, "type parameter");
		check_collect_type_params(k, d->type_params, &named->type_params, scope);
	}
	Type *right = check_type(k, d->type);
	k->env.scope = saved;
	if (is_type_param(right)) {
		check_error(k, d->type->start, "cannot use a type parameter as RHS in type declaration");
		right = invalid_type(k);
	}
	map_put(k->arena, &k->right_sides, named, unalias(right));
	if (!named->underlying_ && !settle_underlying(k, named))
		vec_push(k->arena, &k->pending, named);
	if (k->pending.len > 0)
		settle_pending(k);
	check_later(k, run_valid_type, named);
}

/* ---- types of infinite size ------------------------------------------------------------------------------------ */

typedef struct { Checker *k; VEC(Type *) nest, path; } Validity;

static bool valid_type(Validity *v, Type *t);

static bool valid_param(Validity *v, Type *t)
{
	if (v->nest.len == 0)
		return true;
	Type *inst = vec_last(&v->nest);
	ObjectList params = inst->origin->type_params;
	for (int i = 0; i < params.len && i < inst->type_args.len; i++) {
		if (params.items[i]->type != t)
			continue;
		v->nest.len--;
		bool ok = valid_type(v, inst->type_args.items[i]);
		v->nest.items[v->nest.len++] = inst;
		return ok;
	}
	return true;
}

static Type *right_side_of(Validity *v, Type *named)
{
	Type *t = map_get(&v->k->right_sides, named->origin);
	return t ? t : named->origin->underlying_;
}

/* An instance stands where it was first written. */
static Object *named_at_its_use(Checker *k, Type *t)
{
	Expr *e = t->origin != t ? map_get(&k->instance_uses, t) : NULL;
	if (!e)
		return t->object;
	Object *o = object_new(k->c, OBJECT_TYPE, t->object->name, NULL, e->start, t->object->package);
	return o;
}

static bool valid_named(Validity *v, Type *t)
{
	Checker *k = v->k;
	if (map_get(&k->valid_types, t))
		return true;
	if (t->type_args.len == 0 && t->object->package != k->package)
		return true;
	if (t->origin->underlying_ && !is_valid(t->origin->underlying_))
		return false;
	for (int i = 0; i < v->nest.len; i++) {
		if (v->nest.items[i] != t && !identical(v->nest.items[i], t))
			continue;
		for (int start = 0; start < v->path.len; start++) {
			if (v->path.items[start] != t && !identical(v->path.items[start], t))
				continue;
			ObjectList cycle = {0};
			for (int j = start; j < v->path.len; j++)
				vec_push(k->arena, &cycle, named_at_its_use(k, v->path.items[j]));
			check_cycle_error(k, cycle.items, cycle.len, first_in_source(cycle.items, cycle.len));
			if (t->origin->object->package == k->package)
				t->origin->underlying_ = invalid_type(k);
			return false;
		}
		return false;
	}
	Type *right = right_side_of(v, t);
	if (!right)
		return true;
	vec_push(k->arena, &v->nest, t);
	vec_push(k->arena, &v->path, t);
	bool ok = valid_type(v, right);
	v->nest.len--;
	v->path.len--;
	if (ok && v->nest.len == 0)
		map_put(k->arena, &k->valid_types, t, t);
	return ok;
}

static bool valid_type(Validity *v, Type *t)
{
	if (!t || v->path.len > 200)
		return true;
	t = unalias(t);
	switch (t->kind) {
	case TYPE_ARRAY:
		return valid_type(v, t->elem);
	case TYPE_STRUCT:
		for (int i = 0; i < t->fields.len; i++) {
			Type *f = t->fields.items[i]->type;
			if (f && f->kind > TYPE_LAST_BASIC && !valid_type(v, f))
				return false;
		}
		return true;
	case TYPE_UNION:
		for (int i = 0; i < t->terms.len; i++)
			if (!valid_type(v, t->terms.items[i].type))
				return false;
		return true;
	case TYPE_INTERFACE:
		for (int i = 0; i < t->embeddeds.len; i++)
			if (!valid_type(v, t->embeddeds.items[i]))
				return false;
		return true;
	case TYPE_NAMED:
		return valid_named(v, t);
	case TYPE_PARAM:
		return valid_param(v, t);
	default:
		return true;
	}
}

/* A type that contains itself has no size. */
void check_valid_type(Checker *k, Type *named)
{
	Validity v = {.k = k};
	if (named->kind == TYPE_NAMED)
		valid_type(&v, named);
}

/* ---- functions -------------------------------------------------------------------------------------------------- */

static void run_body(Checker *k, void *arg)
{
	DeclInfo *info = arg;
	Object *o = info->object;
	Decl *d = info->decl;
	k->env.enclosing_params = o->type->type_params.len > 0 ? o->type->type_params : o->type->receiver_type_params;
	check_function_body(k, d->func_info, o->type, info->body_scope, d->body, info);
}

/* May another package have the function's body? linkname.c will see. Methods are not pushed. */
static bool may_be_elsewhere(const Package *p, const Object *o)
{
	if (p->from_tree || p->portable || p->hooked)
		return true;
	for (int i = 0; i < o->file->linknames.len; i++)
		if (o->file->linknames.items[i].local == o->name)
			return true;
	return false;
}

static void func_decl(Checker *k, Object *o, DeclInfo *info)
{
	Decl *d = info->decl;
	int color = o->color;
	o->color = BLACK;
	Type *sig = check_func_type(k, d->receiver, d->func_type, &info->body_scope, o);
	o->color = color;
	o->type = sig;
	d->func_info = check_new_func_info(k, o, NULL, sig);
	if (d->body) {
		check_later(k, run_body, info);
		return;
	}
	if (sig->type_params.len > 0)
		check_error(k, o->pos, "generic function is missing function body");
	else if (!k->package->is_stdlib && (d->receiver || !may_be_elsewhere(k->package, o)))
		vec_push(k->arena, &k->bodyless, o);
}

/* ---- on demand ------------------------------------------------------------------------------------------------- */

void check_object(Checker *k, Object *o)
{
	if (o->color == BLACK)
		return;
	if (o->color == WHITE && o->type) {
		o->color = BLACK;
		return;
	}
	if (o->color >= GREY) {
		grey_object(k, o);
		return;
	}
	DeclInfo *info = check_info_of(k, o);
	if (!info) {
		if (!o->type)
			o->type = invalid_type(k);
		return;
	}
	Env saved = k->env;
	check_set_env(k, &(Env){.scope = info->file->scope, .declared_at = o->pos});
	push_path(k, o);
	switch (o->kind) {
	case OBJECT_CONST:
		k->env.decl = info;
		check_const_value(k, o, info->type, info->init, info->decl->inherited, info->decl->iota);
		break;
	case OBJECT_VAR:
		k->env.decl = info->lhs.len > 0 ? check_info_of(k, info->lhs.items[0]) : info;
		var_decl(k, o, info->lhs, info->type, info->init);
		break;
	case OBJECT_TYPE:
		check_type_decl(k, o, info->decl);
		break;
	case OBJECT_FUNC:
		func_decl(k, o, info);
		break;
	default:
		break;
	}
	pop_path(k, o);
	check_set_env(k, &saved);
}

/* ---- declarations inside functions ----------------------------------------------------------------------------- */

static void local_const(Checker *k, Decl *d)
{
	for (int i = 0; i < d->names.len; i++) {
		Object *o = object_new(k->c, OBJECT_CONST, d->names.items[i], NULL, d->name_pos.items[i], k->package);
		o->color = BLACK;
		vec_push(k->arena, &d->objects, o);
		check_const_value(k, o, d->type, i < d->values.len ? d->values.items[i] : NULL, d->inherited, d->iota);
	}
	int l = d->names.len, r = d->values.len;
	if (l < r)
		check_error(k, d->inherited ? d->pos : d->values.items[l]->start, d->inherited ? "extra init expr at %s" :
		            "extra init expr %s",
		            d->inherited ? check_pos_text(k, d->values.items[l]->start) : text_of(k, d->values.items[l]));
	else if (l > r)
		check_error(k, d->name_pos.items[r], "missing init expr for %s", d->names.items[r]);
	for (int i = 0; i < d->objects.len; i++)
		check_declare(k, k->env.scope, d->objects.items[i], d->objects.items[i]->pos);
}

static void local_var_values(Checker *k, Decl *d, Type *t)
{
	int l = d->names.len, r = d->values.len;
	if (r == 0) {
		if (!t)
			for (int i = 0; i < l; i++)
				d->objects.items[i]->type = invalid_type(k);
		return;
	}
	if (r == 1 && l > 1) {
		check_init_vars(k, d->objects, d->values, NULL);
		return;
	}
	for (int i = 0; i < l; i++) {
		Object *o = d->objects.items[i];
		if (i >= r) {
			if (!o->type)
				o->type = invalid_type(k);
			continue;
		}
		Operand x;
		check_expr_target(k, &x, d->values.items[i], o->type);
		check_init_var(k, o, &x, "variable declaration");
	}
	for (int i = l; i < r; i++)
		check_use_one(k, d->values.items[i]);
	if (l < r)
		check_error(k, d->values.items[l]->start, "extra init expr %s", text_of(k, d->values.items[l]));
	else if (l > r)
		check_error(k, d->name_pos.items[r], "missing init expr for %s", d->names.items[r]);
}

static void local_var(Checker *k, Decl *d)
{
	Type *t = d->type ? check_var_type(k, d->type) : NULL;
	for (int i = 0; i < d->names.len; i++) {
		Object *o = check_new_local(k, d->names.items[i], d->name_pos.items[i], t);
		vec_push(k->arena, &d->objects, o);
	}
	local_var_values(k, d, t);
	for (int i = 0; i < d->objects.len; i++)
		check_declare(k, k->env.scope, d->objects.items[i], d->objects.items[i]->pos);
}

static void local_type(Checker *k, Decl *d)
{
	Object *o = object_new(k->c, OBJECT_TYPE, d->names.items[0], NULL, d->name_pos.items[0], k->package);
	o->is_alias = d->is_alias;
	vec_push(k->arena, &d->objects, o);
	vec_push(k->arena, &k->package->type_names, o);
	check_declare(k, k->env.scope, o, o->pos);
	push_path(k, o);
	check_type_decl(k, o, d);
	pop_path(k, o);
}

void check_decl_stmt(Checker *k, Stmt *s)
{
	for (int i = 0; i < s->decls.len; i++) {
		Decl *d = s->decls.items[i];
		Pos saved = k->env.declared_at;
		k->env.declared_at = d->name_pos.len > 0 ? d->name_pos.items[0] : d->pos;
		switch (d->kind) {
		case DECL_CONST: local_const(k, d); break;
		case DECL_VAR: local_var(k, d); break;
		case DECL_TYPE: local_type(k, d); break;
		default: break;
		}
		k->env.declared_at = saved;
	}
}
