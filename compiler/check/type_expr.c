/*
 * type_expr.c - from expressions to types (spec, "Types").
 *
 * A type may be met while it is being declared (type T struct { next *T }): then only its name is known. Nothing here
 * looks at the structure of an element type at once; checks that must (map keys comparable, embedded fields no
 * pointers to interfaces) are delayed.
 */
#include "checker.h"
#include <string.h>

static Type *type_internal(Checker *k, Expr *e);

/* What the expression turned out to be, noted on the tree. */
static Type *set_type(Checker *k, Expr *e, Type *t)
{
	if (!t)
		t = invalid_type(k);
	e->type = t;
	e->mode = is_valid(t) ? MODE_TYPE : MODE_INVALID;
	return t;
}

/* The generic alias that e names, or NULL. */
static const Object *generic_alias(const Expr *e)
{
	const Object *o = (e->kind == EXPR_NAME || e->kind == EXPR_SELECTOR) ? e->object : NULL;
	return o && o->kind == OBJECT_TYPE && o->is_alias && o->alias_params.len > 0 ? o : NULL;
}

Type *check_type(Checker *k, Expr *e)
{
	require(e);
	Type *t = type_internal(k, e);
	const Object *alias = generic_alias(e);
	if (is_valid(t) && (is_generic(t) || alias)) {
		check_error(k, unparen(e)->start, "cannot use generic type %s without instantiation",
		            alias ? generic_alias_text(k->c, alias) : type_name_of(k, t));
		t = invalid_type(k);
	}
	return set_type(k, e, t);
}

/* ---- constraint interfaces are no types of variables --------------------------------------------------- */

typedef struct { Type *type; Pos pos; } TypeAt;

bool check_is_method_set(Checker *k, Type *t)
{
	Type *u = underlying(t);
	return u->kind != TYPE_INTERFACE || is_type_param(t) ||
		(type_set_is_all(k->c, u) && !interface_is_comparable(k->c, u));
}

/* Embedding a type parameter or an invalid type is an error by itself. */
static bool embeds_invalid(Checker *k, Type *u)
{
	for (int i = 0; i < u->embeddeds.len; i++) {
		Type *t = u->embeddeds.items[i];
		if (is_valid(t))
			check_valid_type(k, t);
		if (is_type_param(t) || !is_valid(underlying(t)))
			return true;
	}
	return false;
}

/* "General interfaces": one with terms, or that is comparable, can only constrain. Late: its type set may not be known
 * yet. */
static void run_no_constraint(Checker *k, void *arg)
{
	TypeAt *a = arg;
	if (!is_valid(a->type) || is_type_param(a->type) || !is_interface(a->type) || check_is_method_set(k, a->type))
		return;
	Type *u = underlying(a->type);
	if (embeds_invalid(k, u))
		return;
	const char *why = type_set_is_all(k->c, u) ? "is (or embeds) comparable" : "contains type constraints";
	check_error(k, a->pos, "cannot use type %s outside a type constraint: interface %s", type_name_of(k, a->type), why);
}

void check_no_constraint_interface(Checker *k, Pos pos, Type *t)
{
	if (t->kind != TYPE_NAMED && t->kind != TYPE_INTERFACE)
		return;
	if (t == k->types->error_type || t == k->types->any_type)
		return;
	if (t->kind == TYPE_NAMED && t->underlying_ && t->underlying_->kind != TYPE_INTERFACE)
		return;
	TypeAt *a = NEW(k->arena, TypeAt);
	*a = (TypeAt){t, pos};
	check_later(k, run_no_constraint, a);
}

Type *check_var_type(Checker *k, Expr *e)
{
	Type *t = check_type(k, e);
	check_no_constraint_interface(k, e->start, t);
	return t;
}

/* A type that may be generic; *cause is set when it is none. */
Type *check_generic_type(Checker *k, Expr *e, const char **cause)
{
	Type *t = type_internal(k, e);
	if (is_valid(t) && !is_generic(t) && !generic_alias(unparen(e))) {
		*cause = arena_printf(k->arena, "%s is not a generic type", type_name_of(k, t));
		t = invalid_type(k);
	}
	return set_type(k, e, t);
}

/* ---- arrays --------------------------------------------------------------------------------------------- */

/* An untyped 2.0 is a length, 2.5 is not; the largest length is that of int. */
static int64_t constant_length(Checker *k, Expr *e, Operand *x)
{
	if (is_untyped(x->type) || is_integer(x->type)) {
		Constant *v = const_to_int(k->c, x->cval);
		if (const_kind(v) == CONST_INT) {
			int64_t n;
			if (const_fits_int64(v, &n) && n >= 0) {
				check_convert_untyped(k, x, basic(k, TYPE_INT));
				return n;
			}
		}
		if (const_kind(x->cval) == CONST_UNKNOWN)
			return -1;
	}
	if (is_integer(x->type))
		check_error(k, e->start, "invalid array length %s", operand_text(k, x));
	else
		check_error(k, e->start, "array length %s must be integer", operand_text(k, x));
	return -1;
}

/* The constant length of an array type; -1 after an error. */
int64_t check_array_length(Checker *k, Expr *e)
{
	if (e->kind == EXPR_NAME) {
		Object *o = check_lookup(k, e->name, NULL);
		if (!o) {
			check_error(k, e->start, "undefined array length %s or missing type constraint", e->name);
			return -1;
		}
		if (o->kind != OBJECT_CONST) {
			if (o->kind == OBJECT_VAR)
				o->used = true;
			check_error(k, e->start, "invalid array length %s", e->name);
			return -1;
		}
	}
	Operand x;
	check_expr(k, &x, e);
	if (x.mode == MODE_CONST)
		return constant_length(k, e, &x);
	if (x.mode != MODE_INVALID)
		check_error(k, e->start, "array length %s must be constant", operand_text(k, &x));
	return -1;
}

static Type *array_type(Checker *k, Expr *e)
{
	if (e->x && e->x->kind == EXPR_ELLIPSIS) {
		check_error(k, e->start, "invalid use of [...] array (outside a composite literal)");
		check_var_type(k, e->y);
		return invalid_type(k);
	}
	int64_t n = check_array_length(k, e->x);
	Type *elem = check_var_type(k, e->y);
	if (n < 0)
		return invalid_type(k);
	Type *t = array_of(k->c, elem, n);
	check_note_sized(k, t);
	return t;
}

/* ---- maps ------------------------------------------------------------------------------------------------- */

typedef struct { Type *key; Pos pos; } MapKey;

/* "Map types": == must be defined for keys; of an interface it is, and may panic. */
static void run_map_key(Checker *k, void *arg)
{
	MapKey *m = arg;
	if (!is_valid(m->key) || !is_valid(underlying(m->key)) || comparable_type(m->key, true))
		return;
	const char *why = is_type_param(m->key) ? " (missing comparable constraint)" : "";
	check_error(k, m->pos, "invalid map key type %s%s", type_name_of(k, m->key), why);
}

/* Basic types and pointers are comparable for sure; of the others it may not be known yet. */
static Type *map_type(Checker *k, Expr *e)
{
	Type *key = check_var_type(k, e->x), *elem = check_var_type(k, e->y);
	if (key->kind > TYPE_LAST_BASIC && key->kind != TYPE_POINTER) {
		MapKey *m = NEW(k->arena, MapKey);
		*m = (MapKey){key, e->x->start};
		check_later(k, run_map_key, m);
	}
	return map_of(k->c, key, elem);
}

/* ---- structs ------------------------------------------------------------------------------------------------ */

typedef struct { Type *type; Pos pos; bool pointer; } EmbeddedField;

/* "Struct types": T or *T where T is no pointer; and *T no pointer to an interface. */
static void run_embedded(Checker *k, void *arg)
{
	EmbeddedField *f = arg;
	Type *t = f->type, *u = underlying(t);
	if (!is_valid(t))
		return;
	const char *what = NULL;
	if (is_type_param(t))
		what = "embedded field type cannot be a (pointer to a) type parameter";
	else if (u->kind == TYPE_UNSAFE_POINTER)
		what = "embedded field type cannot be unsafe.Pointer";
	else if (u->kind == TYPE_POINTER)
		what = "embedded field type cannot be a pointer";
	else if (f->pointer && u->kind == TYPE_INTERFACE)
		what = "embedded field type cannot be a pointer to an interface";
	if (what)
		check_error(k, f->pos, "%s", what);
}

/* The name of an embedded field: of its type without package, pointer and type arguments. */
static const char *embedded_name(Expr *e)
{
	for (;;) {
		switch (e->kind) {
		case EXPR_NAME: case EXPR_SELECTOR: return e->name;
		case EXPR_STAR: case EXPR_PAREN: case EXPR_INDEX: e = e->x; break;
		default: return NULL;
		}
	}
}

static Pos embedded_name_pos(Expr *e)
{
	while (e->kind == EXPR_STAR || e->kind == EXPR_PAREN || e->kind == EXPR_INDEX)
		e = e->x;
	return e->pos;
}

static void field_tag(Checker *k, Type *s, Field *f)
{
	FieldTag tag = {NULL, 0};
	if (f->tag) {
		Constant *v = const_from_literal(k->c, f->tag->text, f->tag->text_len, LIT_STRING);
		if (const_kind(v) == CONST_STRING) {
			size_t n;
			const char *text = const_string_value(v, &n);
			tag = (FieldTag){arena_strndup(k->arena, text, n), n};
		} else {
			check_error(k, f->tag->start, "invalid struct tag");
		}
	}
	vec_push(k->arena, &s->tags, tag);
}

/* False: there is a field of that name already. */
static bool declare_field(Checker *k, Map *names, Object *o)
{
	if (strcmp(o->name, "_") == 0)
		return true;
	Object *other = map_get(names, o->name);
	if (other) {
		check_error(k, o->pos, "%s redeclared\n\t%s: other declaration of %s", o->name, check_pos_text(k, other->pos),
		            o->name);
		return false;
	}
	map_put(k->arena, names, o->name, o);
	return true;
}

/* A field whose name comes twice is left out, so later positions in literals may be told as wrong too; that was an
 * error already. */
static void add_field(Checker *k, Type *s, Field *f, Type *t, Map *names)
{
	const char *name = f->name;
	Pos pos = f->pos;
	if (f->embedded) {
		name = embedded_name(f->type);
		pos = embedded_name_pos(f->type);
		if (!name) {
			check_error(k, f->type->start, "invalid embedded field type %s", text_of(k, f->type));
			name = intern_str(k->c, "_");
			t = invalid_type(k);
		}
		EmbeddedField *later = NEW(k->arena, EmbeddedField);
		bool pointer = t->kind == TYPE_POINTER;
		*later = (EmbeddedField){pointer ? t->elem : t, f->type->start, pointer};
		check_later(k, run_embedded, later);
	}
	Object *o = object_new(k->c, OBJECT_VAR, name, t, pos, k->package);
	o->is_field = true;
	o->embedded = f->embedded;
	o->color = BLACK;
	f->object = o;
	if (!declare_field(k, names, o))
		return;
	vec_push(k->arena, &s->fields, o);
	field_tag(k, s, f);
}

static Type *struct_type(Checker *k, Expr *e)
{
	Type *s = type_new(k->c, TYPE_STRUCT);
	Map names = {0};
	Expr *previous = NULL;
	Type *t = NULL;
	for (int i = 0; i < e->fields.len; i++) {
		Field *f = e->fields.items[i];
		if (f->type != previous || !t)
			t = check_var_type(k, f->type);
		previous = f->type;
		add_field(k, s, f, t, &names);
	}
	check_note_sized(k, s);
	return s;
}

static Type *chan_type(Checker *k, Expr *e)
{
	Type *t = chan_of(k->c, check_var_type(k, e->x), e->dir);
	check_note_sized(k, t);
	return t;
}

/* ---- all kinds ------------------------------------------------------------------------------------------------ */

/* What a name is that is no type. */
static const char *variable_kind(const Object *o)
{
	if (o->is_package_level)
		return "package-level variable";
	return o->is_receiver ? "receiver" : o->is_result ? "result variable" : o->is_param ? "parameter" :
		"local variable";
}

static const char *name_kind(const Operand *x, const Object *o)
{
	switch (o ? o->kind : OBJECT_BAD) {
	case OBJECT_CONST: return "constant";
	case OBJECT_VAR: return variable_kind(o);
	case OBJECT_FUNC: return "function";
	case OBJECT_BUILTIN: return "built-in function";
	case OBJECT_NIL: return "untyped nil";
	case OBJECT_PACKAGE: return "package name";
	default: return x->mode == MODE_VALUE ? "value" : "expression";
	}
}

/* A name or selector was evaluated like any expression: is it a type? */
static Type *type_of_operand(Checker *k, Operand *x, Expr *e)
{
	switch (x->mode) {
	case MODE_TYPE:
		return x->type;
	case MODE_INVALID:
		break;
	case MODE_NO_VALUE:
		check_error(k, e->start, "%s used as type", text_of(k, e));
		break;
	default:
		if (e->kind == EXPR_NAME)
			check_error(k, e->start, "%s (%s) is not a type", e->name, name_kind(x, e->object));
		else
			check_error(k, e->start, "%s is not a type", operand_text(k, x));
		break;
	}
	return invalid_type(k);
}

/* The type that e denotes; the invalid type after a message. The caller notes it on e. */
static Type *type_internal(Checker *k, Expr *e)
{
	Operand x = {.mode = MODE_INVALID, .type = NULL, .expr = e};
	switch (e->kind) {
	case EXPR_BAD:
		return invalid_type(k);
	case EXPR_NAME:
		check_ident(k, &x, e, true);
		return type_of_operand(k, &x, e);
	case EXPR_SELECTOR:
		check_selector(k, &x, e, true);
		return type_of_operand(k, &x, e);
	case EXPR_INDEX:
		return check_instantiated_type(k, e);
	case EXPR_PAREN: {
		Type *t = type_internal(k, e->x);
		e->object = e->x->object;
		return set_type(k, e->x, t);
	}
	case EXPR_ARRAY_TYPE:
		return array_type(k, e);
	case EXPR_SLICE_TYPE:
		return slice_of(k->c, check_var_type(k, e->x));
	case EXPR_STAR: {
		Type *elem = check_var_type(k, e->x);
		return is_valid(elem) ? pointer_to(k->c, elem) : elem;
	}
	case EXPR_MAP_TYPE:
		return map_type(k, e);
	case EXPR_CHAN_TYPE:
		return chan_type(k, e);
	case EXPR_STRUCT_TYPE:
		return struct_type(k, e);
	case EXPR_INTERFACE_TYPE:
		return check_interface_type(k, e);
	case EXPR_FUNC_TYPE: {
		Scope *scope;
		return check_func_type(k, NULL, e->func_type, &scope, NULL);
	}
	case EXPR_ELLIPSIS:
		check_error(k, e->start, "invalid use of ...");
		if (e->x)
			check_type(k, e->x);
		return invalid_type(k);
	default:
		check_error(k, e->start, "%s is not a type", text_of(k, e));
		check_use_one(k, e);
		return invalid_type(k);
	}
}
