/*
 * composite.c - composite literals (spec, "Composite literals").
 *
 * An elided type comes as the hint: the element type of the literal around, or (for &T elements) a pointer to it. Keys
 * that are constants must differ: they are found by a hash of their value, so long tables cost linear time.
 *
 * Three structures, three ways to name an element: fields by name or all in order, elements by constant index or in
 * order, map elements by key. Of a type parameter the core type counts. What the elements of [...]T{...} imply becomes
 * the length of the array type that was made for the literal with length -1, before anyone else sees it.
 */
#include "checker.h"
#include <string.h>

/* ---- structs ------------------------------------------------------------------------------ */

/* Names are interned. One that is not exported counts in its own package only. */
static int field_index(Checker *k, Type *s, const char *name)
{
	debug_require(s->kind == TYPE_STRUCT);
	for (int i = 0; i < s->fields.len; i++) {
		Object *f = s->fields.items[i];
		if (f->name == name && (f->package == k->package || name_is_exported(name)))
			return i;
	}
	return -1;
}

static void unknown_field(Checker *k, Expr *key, Type *s, Type *t)
{
	const Object *other = NULL;
	const char *but = "";
	for (int i = 0; i < s->fields.len && !other; i++)
		if (strcasecmp(s->fields.items[i]->name, key->name) == 0)
			other = s->fields.items[i];
	switch (check_spelling(k, key->name, other)) {
	case SPELLING_NOT_OURS:
		check_error(k, key->start, "cannot refer to unexported field %s in struct literal of type %s", key->name,
		            type_name_of(k, t));
		return;
	case SPELLING_DIFFERS:
		but = arena_printf(k->arena, ", but does have %s", other->name);
		break;
	case SPELLING_UNEXPORTED:
		but = arena_printf(k->arena, ", but does have unexported %s", other->name);
		break;
	case SPELLING_UNKNOWN:
		break;
	}
	check_error(k, key->start, "unknown field %s in struct literal of type %s%s", key->name, type_name_of(k, t), but);
}

/* seen: per field, whether it has a value; a second one is an error, but its value is checked before that. */
static void keyed_field(Checker *k, Expr *element, Type *s, Type *t, bool *seen)
{
	Operand x;
	if (element->kind != EXPR_KEY_VALUE) {
		check_error(k, element->start, "mixture of field:value and value elements in struct literal");
		check_use_one(k, element);
		return;
	}
	Expr *key = element->x;
	if (key->kind != EXPR_NAME) {
		check_error(k, element->start, "invalid field name %s in struct literal", text_of(k, key));
		check_use_one(k, element->y);
		return;
	}
	int i = strcmp(key->name, "_") == 0 ? -1 : field_index(k, s, key->name);
	if (i < 0) {
		unknown_field(k, key, s, t);
		check_use_one(k, element->y);
		return;
	}
	Object *field = s->fields.items[i];
	key->object = field;
	field->used = true;
	check_expr_target(k, &x, element->y, field->type);
	check_assignment(k, &x, field->type, "struct literal");
	if (seen[i]) {
		check_error(k, element->start, "duplicate field name %s in struct literal", key->name);
		return;
	}
	seen[i] = true;
}

/* All fields, in order; those of other packages that are not exported cannot be given. */
static void positional_fields(Checker *k, Expr *e, Type *s, Type *t)
{
	for (int i = 0; i < e->list.len; i++) {
		Expr *element = e->list.items[i];
		Operand x;
		if (element->kind == EXPR_KEY_VALUE) {
			check_error(k, element->start, "mixture of field:value and value elements in struct literal");
			check_use_one(k, element->y);
			continue;
		}
		if (i >= s->fields.len) {
			check_expr(k, &x, element);
			check_error(k, element->start, "too many values in struct literal of type %s", type_name_of(k, t));
			for (i++; i < e->list.len; i++)
				check_use_one(k, e->list.items[i]);
			return;
		}
		Object *field = s->fields.items[i];
		check_expr_target(k, &x, element, field->type);
		if (!name_is_exported(field->name) && field->package != k->package) {
			check_error(k, element->start, "implicit assignment to unexported field %s in struct literal of type %s",
			            field->name, type_name_of(k, t));
			continue;
		}
		check_assignment(k, &x, field->type, "struct literal");
	}
	if (e->list.len < s->fields.len)
		check_error(k, e->end, "too few values in struct literal of type %s", type_name_of(k, t));
}

static void struct_literal(Checker *k, Expr *e, Type *s, Type *t)
{
	if (e->list.len == 0)
		return;
	if (e->list.items[0]->kind != EXPR_KEY_VALUE) {
		positional_fields(k, e, s, t);
		return;
	}
	bool *seen = NEW_ARRAY(k->arena, bool, s->fields.len + 1);
	for (int i = 0; i < e->list.len; i++)
		keyed_field(k, e->list.items[i], s, t, seen);
}

/* ---- arrays and slices ------------------------------------------------------------------------ */

/* The elements; returns the length they imply. length < 0: no bound. [5]int{2: 1, 7}: an element without a key goes
 * behind the one before it. Indices are noted only from the first key on: without keys none comes twice. */
static int64_t indexed_elements(Checker *k, ExprList list, Type *elem, int64_t length)
{
	require(elem);
	int64_t index = 0, max = 0;
	bool keyed = false;
	Map seen = {0};
	for (int i = 0; i < list.len; i++) {
		Expr *element = list.items[i], *value = element;
		bool valid = true;
		if (element->kind == EXPR_KEY_VALUE) {
			value = element->y;
			if (!keyed)
				for (int64_t j = 0; j < index; j++)
					map_put(k->arena, &seen, (void *)(intptr_t)(j + 1), element);
			keyed = true;
			Operand key;
			check_expr(k, &key, element->x);
			valid = false;
			int64_t v = -1;
			if (key.mode == MODE_CONST && check_valid_index(k, &key, "index", false) &&
			    const_fits_int64(key.cval, &v)) {
				if (length >= 0 && v >= length)
					check_error(k, element->x->start, "invalid argument: index %lld out of bounds [0:%lld]",
					            (long long)v, (long long)length);
				else
					valid = true, index = v;
			} else if (key.mode != MODE_INVALID && key.mode != MODE_CONST) {
				check_error(k, element->x->start, "index %s must be integer constant", text_of(k, element->x));
			}
		} else if (length >= 0 && index >= length) {
			check_error(k, element->start, "index %lld is out of bounds (>= %lld)", (long long)index,
			            (long long)length);
			valid = false;
		}
		if (valid && keyed) {
			if (map_get(&seen, (void *)(intptr_t)(index + 1)))
				check_error(k, element->start, "duplicate index %lld in array or slice literal", (long long)index);
			map_put(k->arena, &seen, (void *)(intptr_t)(index + 1), element);
		}
		index++;
		if (index > max)
			max = index;
		Operand x;
		if (value->kind == EXPR_COMPOSITE && !value->x)
			check_expr_hint(k, &x, value, elem);
		else
			check_expr_target(k, &x, value, elem);
		check_assignment(k, &x, elem, "array or slice literal");
	}
	return max;
}

/* ---- maps --------------------------------------------------------------------------------------- */

typedef struct SeenKey { Constant *value; Type *type; struct SeenKey *next; } SeenKey;

/* Values that hash alike are chained; in a map of interfaces 1 and 1.0 of different types are two keys. The hash is
 * odd, since NULL is no key. */
static bool duplicate_key(Checker *k, Map *seen, Operand *key, bool with_type)
{
	void *hash = (void *)(uintptr_t)(const_hash(key->cval) | 1);
	SeenKey *first = map_get(seen, hash);
	for (SeenKey *s = first; s; s = s->next)
		if (const_equal(s->value, key->cval) && (!with_type || identical(s->type, key->type)))
			return true;
	SeenKey *added = NEW(k->arena, SeenKey);
	*added = (SeenKey){key->cval, key->type, first};
	map_put(k->arena, seen, hash, added);
	return false;
}

static void map_literal(Checker *k, Expr *e, Type *m)
{
	require(m->kind == TYPE_MAP);
	Map seen = {0};
	bool key_is_interface = is_interface(m->key);
	for (int i = 0; i < e->list.len; i++) {
		Expr *element = e->list.items[i];
		Operand x;
		if (element->kind != EXPR_KEY_VALUE) {
			check_error(k, element->start, "missing key in map literal");
			check_use_one(k, element);
			continue;
		}
		check_expr_hint(k, &x, element->x, m->key);
		check_assignment(k, &x, m->key, "map literal");
		if (x.mode == MODE_INVALID)
			continue;
		if (x.mode == MODE_CONST && const_kind(x.cval) != CONST_UNKNOWN &&
		    duplicate_key(k, &seen, &x, key_is_interface)) {
			Buf b;
			buf_init(&b, k->arena);
			const_print(&b, x.cval);
			check_error(k, element->x->start, "duplicate key %s in map literal", b.s);
			continue;
		}
		if (element->y->kind == EXPR_COMPOSITE && !element->y->x)
			check_expr_hint(k, &x, element->y, m->elem);
		else
			check_expr_target(k, &x, element->y, m->elem);
		check_assignment(k, &x, m->elem, "map literal");
	}
}

/* ---- all kinds -------------------------------------------------------------------------------------- */

static void use_elements(Checker *k, Expr *e)
{
	for (int i = 0; i < e->list.len; i++) {
		Expr *element = e->list.items[i];
		if (element->kind == EXPR_KEY_VALUE) {
			if (element->x->kind != EXPR_NAME)
				check_use_one(k, element->x);
			element = element->y;
		}
		if (element->kind != EXPR_COMPOSITE || element->x)
			check_use_one(k, element);
	}
}

/* The literal's type as written or hinted, and its structure. [...]T{...}: the length is not known until the elements
 * are: -1 for now. The hint may be *T for &T{...} with &T left out. */
static Type *literal_type(Checker *k, Expr *e, Type *hint, Type **base)
{
	Type *t;
	if (e->x) {
		if (e->x->kind == EXPR_ARRAY_TYPE && e->x->x && e->x->x->kind == EXPR_ELLIPSIS) {
			Type *elem = check_var_type(k, e->x->y);
			t = array_of(k->c, elem, -1);
			e->x->mode = MODE_TYPE;
			e->x->type = t;
			*base = t;
			return t;
		}
		t = check_type(k, e->x);
		*base = t;
		return t;
	}
	if (!hint) {
		check_error(k, e->start, "missing type in composite literal");
		return NULL;
	}
	*base = hint;
	Type *u = core_type(hint);
	if (u && u->kind == TYPE_POINTER)
		*base = u->elem;
	return hint;
}

/* A literal of a type parameter's core type is allowed; a type that is still being declared has no fields to give. */
void check_composite(Checker *k, Operand *x, Expr *e, Type *hint)
{
	debug_require(e->kind == EXPR_COMPOSITE);
	Type *base = NULL;
	Type *t = literal_type(k, e, hint, &base);
	if (!t || !is_valid(base) || !check_is_complete(k, base)) {
		use_elements(k, e);
		return;
	}
	Type *u = core_type(base);
	switch (u ? u->kind : TYPE_INVALID) {
	case TYPE_STRUCT:
		struct_literal(k, e, u, base);
		break;
	case TYPE_ARRAY: {
		if (u->length < 0 && u != base && is_valid(base)) {
			check_error(k, e->start, "invalid recursive type %s", type_name_of(k, base));
			return;
		}
		int64_t n = indexed_elements(k, e->list, u->elem, u->length);
		if (u->length < 0)
			u->length = n;
		break;
	}
	case TYPE_SLICE:
		indexed_elements(k, e->list, u->elem, -1);
		break;
	case TYPE_MAP:
		map_literal(k, e, u);
		break;
	default:
		use_elements(k, e);
		if (u && u->kind == TYPE_INVALID && base->kind == TYPE_NAMED)
			return;
		if (e->x)
			check_error(k, e->start, is_type_param(base) &&
			            !u ? "invalid composite literal type %s (no common underlying type)" :
			            "invalid composite literal type %s", type_name_of(k, t));
		else
			check_error(k, e->start, "invalid composite literal element type %s%s", type_name_of(k, t),
			            is_type_param(base) && !u ? " (no common underlying type)" : "");
		return;
	}
	x->mode = MODE_VALUE;
	x->type = t;
}
