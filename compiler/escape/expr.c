/*
 * expr.c - where the values of expressions flow.
 *
 * Implicit conversions to interfaces are found here by comparing types, as in lowering: flow_as evaluates a
 * value for a variable of type target. Inside generic functions the type arguments are not
 * known, so whatever depends on them takes the direction that leaks more: a type parameter holds pointers, an
 * assertion to it keeps the interface's data word, a value of it that becomes an interface is boxed.
 */
#include "graph.h"

#include <string.h>

Type *value_type(Expr *x)
{
	if (x->comma_ok && x->type && x->type->kind == TYPE_TUPLE && x->type->fields.len)
		return x->type->fields.items[0]->type;
	return x->type;
}

/* Type of result i of a call. */
Type *result_type(Expr *call, int i)
{
	Type *t = call->type;
	if (t && t->kind == TYPE_TUPLE)
		return i < t->fields.len ? t->fields.items[i]->type : NULL;
	return t;
}

bool is_blank_name(Expr *x)
{
	return !x || (x->kind == EXPR_NAME && x->name[0] == '_' && !x->name[1]);
}

void discard(Escape *e, Expr *x) { flow_expr(e, discard_hole(e), x); }

void discard_list(Escape *e, ExprList *list)
{
	for (int i = 0; i < list->len; i++)
		discard(e, list->items[i]);
}

/* What a variable that is never assigned again was initialised with; x itself otherwise. */
Expr *static_value(Escape *e, Expr *x)
{
	for (int depth = 0; depth < 16; depth++) {
		Expr *u = unparen(x);
		if (u->kind != EXPR_NAME || !u->object || u->object->kind != OBJECT_VAR)
			return u;
		Expr *initial = map_get(&e->initial, u->object);
		if (!initial && !u->object->assigned)
			initial = u->object->initial;
		if (!initial)
			return u;
		x = initial;
	}
	return unparen(x);
}

/* Does x have the representation that its operand has? */
static bool converts_nothing(Expr *x)
{
	Type *from = value_type(x->list.items[0]);
	return from && !has_type_params(x->type) && !has_type_params(from) &&
		identical(underlying(x->type), underlying(from));
}

/*
 * The constant that x certainly is, seen through variables that have one value only and conversions that do nothing;
 * NULL: none. Go puts it in the place of x where that is boxed or sizes a slice, and prints it so.
 */
Constant *certain_constant(Escape *e, Expr *x)
{
	for (int depth = 0; depth < 16; depth++) {
		x = unparen(x);
		if (x->mode == MODE_CONST)
			return x->cval;
		if (x->kind == EXPR_CALL && x->call_kind == CALL_CONVERSION && converts_nothing(x))
			x = x->list.items[0];
		else if (x->kind == EXPR_NAME && x->object && x->object->kind == OBJECT_VAR && !x->object->addr_taken)
			x = map_get(&e->initial, x->object);
		else
			return NULL;
		if (!x || !x->type)
			return NULL;
	}
	return NULL;
}

/* ---- conversions to interfaces ----------------------------------------------------- */

static bool is_nil_expr(Expr *x) { return unparen(x)->mode == MODE_NIL; }

/* x, converted to interface type target; at: the expression that allocates the box. */
static void flow_boxed(Escape *e, Hole k, Expr *x, Expr *at)
{
	Type *t = value_type(x);
	bool direct = !has_type_params(t) && is_pointer_shaped(types_canonical(e->c, t));
	k = noted(e, k, "interface-converted", at, NO_POS);
	if (!direct)
		k = spill(e, k, ALLOC_BOX, at, t);
	flow_expr(e, k, x);
}

static bool becomes_interface(Expr *x, Type *target)
{
	Type *t = value_type(x);
	if (!target || !t || is_nil_expr(x) || t->kind == TYPE_TUPLE || t->kind == TYPE_UNTYPED_NIL)
		return false;
	return is_interface(target) && !is_interface(t);
}

void flow_as(Escape *e, Hole k, Expr *x, Type *target)
{
	if (becomes_interface(x, target))
		flow_boxed(e, k, x, x);
	else
		flow_expr(e, k, x);
}

/* ---- places --------------------------------------------------------------------------- */

static bool is_pointer(Type *t)
{
	return t && underlying(t)->kind == TYPE_POINTER;
}

/* The hole for x such that the selected field (or, for a method, the struct that the path leads to) fills k. */
static Hole path_hole(Escape *e, Hole k, Expr *x, Selection *s, bool *through_pointer)
{
	Type *t = value_type(x->x);
	int derefs = 0;
	for (int i = 0; i < s->path.len; i++) {
		if (is_pointer(t)) {
			derefs++;
			t = underlying(t)->elem;
		}
		Type *u = underlying(t);
		if (u->kind != TYPE_STRUCT)
			break;
		t = u->fields.items[s->path.items[i]]->type;
	}
	*through_pointer = derefs > 0;
	return noted(e, shifted(k, derefs), derefs ? "dot of pointer" : "dot", x, NO_POS);
}

static Type *path_end(Expr *x, Selection *s)
{
	Type *t = value_type(x->x);
	for (int i = 0; i < s->path.len; i++) {
		if (is_pointer(t))
			t = underlying(t)->elem;
		Type *u = underlying(t);
		if (u->kind != TYPE_STRUCT)
			break;
		t = u->fields.items[s->path.items[i]]->type;
	}
	return t;
}

/* The receiver of method selector x: k receives what the method's receiver parameter does. */
void flow_path(Escape *e, Hole k, Expr *x, Selection *s, bool pointer_receiver)
{
	bool through;
	bool pointer = is_pointer(path_end(x, s));
	if (pointer_receiver && !pointer)
		k = noted(e, shifted(k, -1), "address-of", x->x, NO_POS);
	else if (!pointer_receiver && pointer && s->kind == SELECT_METHOD_VALUE)
		k = shifted(k, 1);
	k = s->path.len ? path_hole(e, k, x, s, &through) : k;
	flow_expr(e, k, x->x);
}

static bool is_map(Expr *x) { return x->type && core_type(x->type) && core_type(x->type)->kind == TYPE_MAP; }

static bool is_array(Expr *x)
{
	Type *t = x->type ? core_type(x->type) : NULL;
	return t && t->kind == TYPE_ARRAY;
}

/* The hole that an assignment to lhs fills. */
Hole place_hole(Escape *e, Expr *lhs)
{
	if (is_blank_name(lhs))
		return discard_hole(e);
	bool through;
	switch (lhs->kind) {
	case EXPR_PAREN:
		return place_hole(e, lhs->x);
	case EXPR_NAME:
		if (!lhs->object || lhs->object->kind != OBJECT_VAR || lhs->object->is_package_level)
			return heap_hole(e);
		return hole_of(variable_node(e, lhs->object));
	case EXPR_SELECTOR:
		if (!lhs->selection)
			return heap_hole(e);
		path_hole(e, discard_hole(e), lhs, lhs->selection, &through);
		if (!through)
			return place_hole(e, lhs->x);
		break;
	case EXPR_INDEX:
		if (is_map(lhs->x)) {
			discard(e, lhs->x);
			takes(e, lhs->pos, "the map may grow");
			Hole key = noted(e, heap_hole(e), "key of map put", lhs, NO_POS);
			flow_as(e, key, lhs->list.items[0], core_type(lhs->x->type)->key);
			return heap_hole(e);
		}
		discard_list(e, &lhs->list);
		if (is_array(lhs->x))
			return place_hole(e, lhs->x);
		break;
	default:
		break;
	}
	flow_expr(e, writer_hole(e), lhs->x);
	return heap_hole(e);
}

/* ---- operands -------------------------------------------------------------------------- */

/* x.(T) into k. */
Hole asserted(Escape *e, Hole k, Type *target)
{
	if (!target || is_interface(target) || has_type_params(target) || is_pointer_shaped(types_canonical(e->c, target)))
		return k;
	return shifted(k, 1);
}

static void flow_name(Escape *e, Hole k, Expr *x)
{
	Object *o = x->object;
	if (!o || o->kind != OBJECT_VAR)
		return;
	flow(e, k, o->is_package_level ? &e->heap : variable_node(e, o));
}

static void flow_index(Escape *e, Hole k, Expr *x)
{
	if (x->type_args.len) {
		flow_expr(e, k, x->x);
		return;
	}
	if (is_map(x->x)) {
		discard(e, x->x);
		share_key(x->list.items[0]);
		flow_as(e, discard_hole(e), x->list.items[0], core_type(x->x->type)->key);
		return;
	}
	if (is_array(x->x))
		flow_expr(e, noted(e, k, "fixed-array-index-of", x, NO_POS), x->x);
	else if (core_type(x->x->type))
		flow_expr(e, noted(e, shifted(k, 1), "indirection", x, NO_POS), x->x);
	else
		flow_expr(e, k.derefs < 0 ? shifted(k, 1) : k, x->x);
	discard_list(e, &x->list);
}

bool takes_address_of_array(Expr *x)
{
	return x->kind == EXPR_SLICE && is_array(x->x);
}

static void flow_slice(Escape *e, Hole k, Expr *x)
{
	k = noted(e, k, "slice", x, NO_POS);
	if (takes_address_of_array(x))
		k = noted(e, shifted(k, -1), "address-of", x->x, NO_POS);
	flow_expr(e, k, x->x);
	for (int i = 0; i < 3; i++)
		if (x->index[i])
			discard(e, x->index[i]);
}

static void flow_selector(Escape *e, Hole k, Expr *x)
{
	if (!x->selection) {
		flow_name(e, k, x);
		return;
	}
	bool through;
	switch (x->selection->kind) {
	case SELECT_FIELD:
		flow_expr(e, path_hole(e, k, x, x->selection, &through), x->x);
		break;
	case SELECT_METHOD_EXPR:
		break;
	default:
		flow_method_value(e, k, x);
	}
}

/* ---- literals ------------------------------------------------------------------------------ */

static void flow_element(Escape *e, Hole k, Expr *x, Type *type)
{
	if (unparen(x)->kind == EXPR_COMPOSITE && !unparen(x)->x)
		flow_expr(e, k, unparen(x));
	else
		flow_as(e, k, x, type);
}

static Type *field_type(Type *s, Expr *element, int i, Expr **value)
{
	*value = element;
	if (element->kind != EXPR_KEY_VALUE)
		return i < s->fields.len ? s->fields.items[i]->type : NULL;
	*value = element->y;
	for (int j = 0; j < s->fields.len; j++)
		if (s->fields.items[j]->name == element->x->name)
			return s->fields.items[j]->type;
	return NULL;
}

static void flow_elements(Escape *e, Hole k, Expr *x, Type *u, const char *reason)
{
	for (int i = 0; i < x->list.len; i++) {
		Expr *v = x->list.items[i];
		Type *t = u->elem;
		if (u->kind == TYPE_STRUCT)
			t = field_type(u, x->list.items[i], i, &v);
		else if (v->kind == EXPR_KEY_VALUE)
			v = v->y;
		flow_element(e, noted(e, k, reason, x, NO_POS), v, t);
	}
}

static void flow_map_literal(Escape *e, Hole k, Expr *x, Type *u)
{
	bool quiet = e->quiet;
	e->quiet = false;       /* maps are not laid out at compile time */
	spill(e, k, ALLOC_MAP, x, small_map(e, x->type, x->list.len));
	for (int i = 0; i < x->list.len; i++) {
		Expr *pair = x->list.items[i];
		if (pair->kind != EXPR_KEY_VALUE)
			continue;
		flow_element(e, noted(e, heap_hole(e), "map literal key", x, NO_POS), pair->x, u->key);
		flow_element(e, noted(e, heap_hole(e), "map literal value", x, NO_POS), pair->y, u->elem);
	}
	e->quiet = quiet;
}

static void flow_composite(Escape *e, Hole k, Expr *x)
{
	Type *u = core_type(x->type);
	if (!u) {
		discard_list(e, &x->list);
		return;
	}
	switch (u->kind) {
	case TYPE_STRUCT:
		flow_elements(e, k, x, u, "struct literal element");
		break;
	case TYPE_ARRAY:
		flow_elements(e, k, x, u, "array literal element");
		break;
	case TYPE_SLICE: {
		int64_t n = 0;
		for (int i = 0; i < x->list.len; i++, n++)
			if (x->list.items[i]->kind == EXPR_KEY_VALUE && x->list.items[i]->x->cval)
				const_fits_int64(x->list.items[i]->x->cval, &n);
		int64_t most = 0;
		n = 0;
		for (int i = 0; i < x->list.len; i++) {
			if (x->list.items[i]->kind == EXPR_KEY_VALUE && x->list.items[i]->x->cval)
				const_fits_int64(x->list.items[i]->x->cval, &n);
			n++;
			most = n > most ? n : most;
		}
		flow_elements(e, spill(e, k, ALLOC_SLICE_LITERAL, x, array_of(e->c, u->elem, most)), x, u,
		              "slice-literal-element");
		break;
	}
	case TYPE_MAP:
		flow_map_literal(e, k, x, u);
		break;
	case TYPE_POINTER: {    /* elided &T in a literal */
		Hole inner = spill(e, k, ALLOC_POINTER_LITERAL, x, u->elem);
		Type *v = underlying(u->elem);
		flow_elements(e, inner, x, v, v->kind == TYPE_STRUCT ? "struct literal element" : "array literal element");
		break;
	}
	default:
		discard_list(e, &x->list);
	}
}

/* ---- function literals ------------------------------------------------------------------------ */

enum { BY_VALUE_SIZE = 128 };

static bool captured_by_value(Escape *e, Object *o)
{
	if (o->captured_by_reference || o->addr_taken || o->changed)
		return false;
	return e->judgement == JUDGE_FRAMES || has_type_params(o->type) ||
		type_size(e->c, types_canonical(e->c, o->type)) <= BY_VALUE_SIZE;
}

/* A type as large as the closure's object; the element type is a type parameter where the size is not known. */
static Type *closure_type(Escape *e, FuncInfo *info)
{
	int64_t words = 1;
	for (int i = 0; i < info->captured.len; i++) {
		Object *o = info->captured.items[i];
		if (!captured_by_value(e, o))
			words++;
		else if (has_type_params(o->type))
			return o->type;
		else
			words += (type_size(e->c, types_canonical(e->c, o->type)) + 7) / 8;
	}
	return array_of(e->c, e->c->types->basic[TYPE_UINTPTR], words);
}

static void flow_literal(Escape *e, Hole k, Expr *x)
{
	FuncInfo *info = x->func_info;
	k = spill(e, k, ALLOC_CLOSURE, x, closure_type(e, info));
	k.to->silent |= info->wraps != NULL || info->of_value;       /* nobody wrote it */
	for (int i = 0; i < info->captured.len; i++) {
		Object *o = info->captured.items[i];
		Hole one = noted(e, k, "captured by a closure", x, NO_POS);
		if (!captured_by_value(e, o))
			one = noted(e, shifted(one, -1), "reference", x, NO_POS);
		flow(e, one, variable_node(e, o));
	}
	flow_body(e, info, x->body);
}

/* ---- operators ------------------------------------------------------------------------------------ */

static void flow_address(Escape *e, Hole k, Expr *x)
{
	Expr *operand = unparen(x->x);
	if (operand->kind == EXPR_COMPOSITE) {
		Type *t = operand->type;
		flow_composite(e, spill(e, k, ALLOC_POINTER_LITERAL, x, t), operand);
		return;
	}
	flow_expr(e, noted(e, shifted(k, -1), "address-of", x, NO_POS), operand);
}

static void flow_comparison(Escape *e, Expr *x)
{
	Type *a = value_type(x->x), *b = value_type(x->y);
	bool mixed = a && b && !is_nil_expr(x->x) && !is_nil_expr(x->y);
	share_string(x->x);
	share_string(x->y);
	flow_as(e, discard_hole(e), x->x, mixed ? b : NULL);
	flow_as(e, discard_hole(e), x->y, mixed ? a : NULL);
}

/* What we emit may give back an operand as it is when the others are empty. */
static void flow_parts(Escape *e, Hole k, Expr *x)
{
	Expr *u = unparen(x);
	if (u->kind == EXPR_BINARY && u->op == OP_ADD && u->mode != MODE_CONST) {
		flow_parts(e, k, u->x);
		flow_parts(e, k, u->y);
	} else {
		flow_expr(e, k, x);
	}
}

static void flow_binary(Escape *e, Hole k, Expr *x)
{
	if (x->op >= OP_EQ && x->op <= OP_GE) {
		flow_comparison(e, x);
		return;
	}
	if (x->op == OP_ADD && x->type && is_string(x->type)) {
		share_joined(x);
		spill(e, k, ALLOC_STRING, x, NULL);
		flow_parts(e, e->judgement == JUDGE_FRAMES ? k : discard_hole(e), x);
		return;
	}
	if (x->type && has_type_params(x->type))        /* may be strings */
		spill(e, k, ALLOC_STRING, NULL, NULL);
	discard(e, x->x);
	discard(e, x->y);
}

static void flow_unary(Escape *e, Hole k, Expr *x)
{
	if (x->op == OP_ADDR)
		flow_address(e, k, x);
	else
		discard(e, x->x);
}

/* ---- pointers in disguise ------------------------------------------------------------- */

/* h.Data of a reflect.SliceHeader or StringHeader: an uintptr that is a pointer. */
bool is_header_data(Expr *x)
{
	x = unparen(x);
	if (x->kind != EXPR_SELECTOR || !x->selection || x->selection->kind != SELECT_FIELD || strcmp(x->name, "Data") != 0)
		return false;
	Type *t = value_type(x->x);
	if (is_pointer(t))
		t = underlying(t)->elem;
	if (!t || t->kind != TYPE_NAMED || !t->object->package || strcmp(t->object->package->path, "reflect") != 0)
		return false;
	return strcmp(t->object->name, "SliceHeader") == 0 || strcmp(t->object->name, "StringHeader") == 0;
}

/* x, an uintptr that is known to become a pointer again. */
void flow_address_value(Escape *e, Hole k, Expr *x)
{
	x = unparen(x);
	switch (x->kind) {
	case EXPR_CALL:
		if (x->call_kind == CALL_CONVERSION && value_type(x->list.items[0]) &&
		    underlying(value_type(x->list.items[0]))->kind == TYPE_UNSAFE_POINTER)
			flow_expr(e, k, x->list.items[0]);
		else
			discard(e, x);
		break;
	case EXPR_SELECTOR:
		flow_expr(e, is_header_data(x) ? shifted(k, is_pointer(value_type(x->x)) ? 1 : 0) : discard_hole(e), x->x);
		break;
	case EXPR_UNARY:
		flow_address_value(e, k, x->x);
		break;
	case EXPR_BINARY:
		flow_address_value(e, k, x->x);
		if (x->op == OP_SHL || x->op == OP_SHR)
			discard(e, x->y);
		else
			flow_address_value(e, k, x->y);
		break;
	default:
		discard(e, x);
	}
}

/* ---- all ---------------------------------------------------------------------------------------------- */


static void flow_conversion(Escape *e, Hole k, Expr *x)
{
	Expr *arg = x->list.items[0];
	Type *to = x->type, *from = value_type(arg);
	if (is_nil_expr(arg))
		return;
	if (map_get(&e->numbers, x)) {
		flow_expr(e, noted(e, heap_hole(e), "//go:uintptrescapes", x, NO_POS), arg);
		return;
	}
	if (is_interface(to)) {
		if (becomes_interface(arg, to))
			flow_boxed(e, k, arg, x);
		else
			flow_expr(e, k, arg);
		return;
	}
	if (has_type_params(to) || has_type_params(from)) {
		/* may be any conversion */
		Hole content = spill(e, k, ALLOC_BOX, NULL, NULL);
		flow_expr(e, tee(e, k.derefs >= 0 ? k : heap_hole(e), content), arg);
		return;
	}
	Type *ut = underlying(to), *uf = underlying(from);
	bool text_to = is_string(to), text_from = is_string(from);
	if ((text_to && !text_from) || (text_from && ut->kind == TYPE_SLICE)) {
		spill(e, k, ALLOC_STRING, x, NULL);
		/* nor is it a copy, perhaps */
		flow_expr(e, e->judgement == JUDGE_FRAMES && makes_bytes(x) ? k : discard_hole(e), arg);
		return;
	}
	if (uf->kind == TYPE_SLICE && ut->kind == TYPE_ARRAY) {
		flow_expr(e, shifted(k, 1), arg);
		return;
	}
	if (ut->kind == TYPE_UNSAFE_POINTER && uf->kind == TYPE_UINTPTR) {
		flow_address_value(e, k, arg);
		return;
	}
	flow_expr(e, k, arg);
}

void flow_expr(Escape *e, Hole k, Expr *x)
{
	if (!x || x->mode == MODE_TYPE || x->mode == MODE_CONST || x->mode == MODE_NIL || x->mode == MODE_BUILTIN)
		return;
	if (k.derefs >= 0 && k.to != &e->blank && x->kind != EXPR_CALL && !holds_pointers(e, value_type(x)))
		k = discard_hole(e);
	switch (x->kind) {
	case EXPR_NAME:
		flow_name(e, k, x);
		break;
	case EXPR_PAREN:
		flow_expr(e, k, x->x);
		break;
	case EXPR_COMPOSITE:
		flow_composite(e, k, x);
		break;
	case EXPR_FUNC:
		flow_literal(e, k, x);
		break;
	case EXPR_SELECTOR:
		flow_selector(e, k, x);
		break;
	case EXPR_INDEX:
		flow_index(e, k, x);
		break;
	case EXPR_SLICE:
		flow_slice(e, k, x);
		break;
	case EXPR_ASSERT:
		flow_expr(e, noted(e, asserted(e, k, x->type_expr ? x->type_expr->type : NULL), "dot", x, NO_POS), x->x);
		break;
	case EXPR_CALL:
		if (k.derefs >= 0 && !holds_pointers(e, value_type(x)))
			k = discard_hole(e);
		if (x->call_kind == CALL_CONVERSION)
			flow_conversion(e, k, x);
		else
			flow_call(e, &k, 1, x);
		break;
	case EXPR_STAR:
		flow_expr(e, noted(e, shifted(k, 1), "indirection", x, NO_POS), x->x);
		break;
	case EXPR_UNARY:
		flow_unary(e, k, x);
		break;
	case EXPR_BINARY:
		flow_binary(e, k, x);
		break;
	default:
		break;
	}
}
