/*
 * index.c - index and slice expressions (spec, "Index expressions", "Slice expressions"), and constant indices.
 *
 * On a type parameter the operation must be defined for every type of its type set, with one element type.
 */
#include "checker.h"

/* What indexing one type gives. */
typedef struct Indexed {
	Checker *k;
	Type *elem, *key;           /* key: maps */
	int64_t length;             /* -1: unknown */
	Mode mode;
	bool bad, is_string;
	Operand *x;
} Indexed;

static bool index_of_type(Indexed *r, Type *t, Mode operand_mode)
{
	Type *u = underlying(t);
	r->length = -1;
	switch (u->kind) {
	case TYPE_STRING: case TYPE_UNTYPED_STRING:
		r->mode = MODE_VALUE;
		r->elem = r->k->types->byte_type;
		r->is_string = true;
		return true;
	case TYPE_ARRAY:
		r->length = u->length;
		r->mode = operand_mode == MODE_VARIABLE ? MODE_VARIABLE : MODE_VALUE;
		r->elem = u->elem;
		return true;
	case TYPE_POINTER: {
		Type *array = underlying(u->elem);
		if (array->kind != TYPE_ARRAY)
			return false;
		r->length = array->length;
		r->mode = MODE_VARIABLE;
		r->elem = array->elem;
		return true;
	}
	case TYPE_SLICE:
		r->mode = MODE_VARIABLE;
		r->elem = u->elem;
		return true;
	case TYPE_MAP:
		r->mode = MODE_MAP_INDEX;
		r->key = u->key;
		r->elem = u->elem;
		return true;
	default:
		return false;
	}
}

/* One type of a type set: the results must agree. */
static bool index_term(void *arg, Type *term, bool tilde)
{
	Indexed *all = arg, one = {.k = all->k};
	(void)tilde;
	if (!term || !index_of_type(&one, term, all->x->mode)) {
		all->bad = true;
		return false;
	}
	if (!all->elem) {
		Operand *x = all->x;
		*all = one;
		all->x = x;
		return true;
	}
	bool same_key = !all->key == !one.key && (!all->key || identical(all->key, one.key));
	if (!same_key || !identical(all->elem, one.elem)) {
		all->bad = true;
		return false;
	}
	if (one.length >= 0 && (all->length < 0 || one.length < all->length))
		all->length = one.length;
	if (one.mode != MODE_VARIABLE && one.mode != MODE_MAP_INDEX)
		all->mode = MODE_VALUE;
	all->is_string = all->is_string || one.is_string;
	return true;
}

static Expr *single_index(Checker *k, Expr *e)
{
	if (e->list.len == 0)
		return NULL;
	if (e->list.len > 1)
		check_error(k, e->list.items[1]->start, "invalid operation: more than one index");
	return e->list.items[0];
}

static void map_index(Checker *k, Operand *x, Expr *e, Indexed *r)
{
	Operand key;
	Expr *index = single_index(k, e);
	x->mode = MODE_MAP_INDEX;
	x->type = r->elem;
	if (!index)
		return;
	check_expr_target(k, &key, index, r->key);
	check_assignment(k, &key, r->key, "map index");
}

static bool base_is_complete(Checker *k, Operand *x)
{
	Type *u = underlying(x->type);
	return u->kind != TYPE_POINTER || check_is_complete(k, u->elem);
}

static bool find_indexed(Checker *k, Operand *x, Indexed *r)
{
	*r = (Indexed){.k = k, .length = -1, .x = x};
	if (is_type_param(x->type)) {
		type_set_each(k->c, x->type, index_term, r);
		return !r->bad && r->elem;
	}
	return x->mode != MODE_NIL && index_of_type(r, x->type, x->mode);
}

/* True: x is a generic function, and e instantiates it. */
bool check_index_expr(Checker *k, Operand *x, Expr *e)
{
	check_expr_or_type(k, x, e->x, true);
	if (x->mode == MODE_INVALID) {
		check_use(k, e->list);
		return false;
	}
	if (x->mode == MODE_TYPE) {
		x->mode = MODE_INVALID;
		x->type = check_var_type(k, e);
		if (is_valid(x->type))
			x->mode = MODE_TYPE;
		return false;
	}
	if (x->mode == MODE_VALUE && x->type->kind == TYPE_FUNC && x->type->type_params.len > 0)
		return true;
	check_non_generic(k, x);
	if (x->mode == MODE_INVALID)
		return false;
	Indexed r;
	if (x->mode != MODE_BUILTIN && !base_is_complete(k, x)) {
		x->mode = MODE_INVALID;
		return false;
	}
	if (x->mode == MODE_BUILTIN || !find_indexed(k, x, &r)) {
		check_error(k, e->pos, "cannot index %s", operand_text(k, x));
		check_use(k, e->list);
		x->mode = MODE_INVALID;
		return false;
	}
	if (r.key) {
		map_index(k, x, e, &r);
		return false;
	}
	int64_t length = r.length;
	if (r.is_string && x->mode == MODE_CONST && const_kind(x->cval) == CONST_STRING) {
		size_t n;
		const_string_value(x->cval, &n);
		length = (int64_t)n;
	}
	bool const_string = r.is_string && x->mode == MODE_CONST;
	x->mode = r.mode;
	x->type = r.elem;
	if (const_string)
		check_default(k, &(Operand){.mode = MODE_CONST, .type = e->x->type, .cval = e->x->cval, .expr = e->x});
	Expr *index = single_index(k, e);
	if (!index)
		return false;
	check_index_value(k, index, length);
	return false;
}

/* ---- indices ------------------------------------------------------------------------------------------- */

bool check_valid_index(Checker *k, Operand *x, const char *what, bool allow_negative)
{
	if (x->mode == MODE_INVALID)
		return false;
	check_convert_untyped(k, x, basic(k, TYPE_INT));
	if (x->mode == MODE_INVALID)
		return false;
	if (!is_integer(x->type)) {
		check_error(k, x->expr->start, "invalid argument: %s %s must be integer", what, operand_text(k, x));
		return false;
	}
	if (x->mode != MODE_CONST || const_kind(x->cval) == CONST_UNKNOWN)
		return true;
	if (!allow_negative && const_sign(x->cval) < 0) {
		check_error(k, x->expr->start, "invalid argument: %s %s must not be negative", what, operand_text(k, x));
		return false;
	}
	Constant *rounded;
	if (!check_representable_value(k, x->cval, basic(k, TYPE_INT), &rounded)) {
		check_error(k, x->expr->start, "invalid argument: %s %s overflows int", what, operand_text(k, x));
		return false;
	}
	return true;
}

/* An index below max (if max >= 0); its constant value, else -1. */
int64_t check_index_value(Checker *k, Expr *e, int64_t max)
{
	Operand x;
	check_expr(k, &x, e);
	if (!check_valid_index(k, &x, "index", false) || x.mode != MODE_CONST)
		return -1;
	int64_t v;
	if (!const_fits_int64(x.cval, &v))
		return -1;
	if (max >= 0 && v >= max) {
		Buf b;
		buf_init(&b, k->arena);
		const_print(&b, x.cval);
		check_error(k, e->start, "invalid argument: index %s out of bounds [0:%lld]", b.s, (long long)max);
		return -1;
	}
	return v;
}

/* ---- slices ------------------------------------------------------------------------------------------------ */

typedef struct {
	Checker *k;
	Operand *x;
	Type *result;
	int64_t length;
	bool is_string, is_bytes, bad, differs, unaddressable;
} Sliced;

static bool slice_type(Sliced *s, Type *t)
{
	Type *u = underlying(t), *result = NULL;
	s->length = -1;
	switch (u->kind) {
	case TYPE_STRING: case TYPE_UNTYPED_STRING:
		s->is_string = true;
		result = u->kind == TYPE_UNTYPED_STRING ? basic(s->k, TYPE_STRING) : t;
		break;
	case TYPE_ARRAY:
		s->length = u->length;
		s->unaddressable = s->x->mode != MODE_VARIABLE;
		result = slice_of(s->k->c, u->elem);
		break;
	case TYPE_POINTER:
		if (underlying(u->elem)->kind == TYPE_ARRAY) {
			s->length = underlying(u->elem)->length;
			result = slice_of(s->k->c, underlying(u->elem)->elem);
		}
		break;
	case TYPE_SLICE:
		s->is_bytes = u->elem && underlying(u->elem)->kind == TYPE_UINT8;
		result = t;
		break;
	default:
		break;
	}
	if (!result) {
		s->bad = true;
		return false;
	}
	if (s->result && !identical(underlying(s->result), underlying(result))) {
		bool mixed = s->is_string && s->is_bytes;
		s->differs = !mixed;
		return mixed;
	}
	s->result = result;
	return true;
}

static bool slice_term(void *arg, Type *term, bool tilde)
{
	(void)tilde;
	Sliced *s = arg;
	if (!term) {
		s->bad = true;
		return false;
	}
	return slice_type(s, term);
}

static void slice_indices(Checker *k, Expr *e, int64_t length)
{
	int64_t v[3] = {-1, -1, -1};
	bool missing = false;
	for (int i = 1; i < 3 && e->full_slice; i++) {
		if (!e->index[i] || e->index[i]->kind != EXPR_BAD)
			continue;
		check_error(k, e->index[i]->start, i == 1 ? "middle index required in 3-index slice" :
		            "final index required in 3-index slice");
		missing = true;
	}
	if (missing)
		return;
	for (int i = 0; i < 3; i++)
		if (e->index[i])
			v[i] = check_index_value(k, e->index[i], length >= 0 ? length + 1 : -1);
	for (int i = 0; i < 3; i++) {
		for (int j = i + 1; j < 3; j++) {
			if (v[i] >= 0 && v[j] >= 0 && v[i] > v[j]) {
				check_error(k, e->index[j]->start, "invalid slice indices: %lld < %lld", (long long)v[j],
				            (long long)v[i]);
				return;
			}
		}
	}
}

static bool find_sliced(Checker *k, Operand *x, Sliced *s)
{
	*s = (Sliced){.k = k, .x = x, .length = -1};
	if (is_type_param(x->type)) {
		type_set_each(k->c, x->type, slice_term, s);
	} else if (x->mode != MODE_NIL) {
		slice_type(s, x->type);
	}
	return s->result && !s->bad && !s->differs;
}

void check_slice_expr(Checker *k, Operand *x, Expr *e)
{
	check_expr(k, x, e->x);
	if (x->mode == MODE_INVALID) {
		for (int i = 0; i < 3; i++)
			check_use_one(k, e->index[i]);
		return;
	}
	Sliced s;
	if (!base_is_complete(k, x))
		goto invalid;
	if (!find_sliced(k, x, &s)) {
		if (is_type_param(x->type) && !core_type(x->type))
			check_error(k, x->expr->start, "cannot slice %s: %s in %s", operand_text(k, x),
			            check_no_core_cause(k, x->type), type_name_of(k, x->type));
		else
			check_error(k, x->expr->start, "cannot slice %s", operand_text(k, x));
		goto invalid;
	}
	if (s.is_string && e->full_slice) {
		Expr *at = e->index[2] ? e->index[2] : e;
		check_error(k, at->start, "invalid operation: 3-index slice of string");
		slice_indices(k, e, -1);
		goto invalid;
	}
	if (s.unaddressable) {
		check_error(k, x->expr->start, "cannot slice unaddressable value %s", operand_text(k, x));
		goto invalid;
	}
	int64_t length = s.length;
	if (s.is_string && x->mode == MODE_CONST && const_kind(x->cval) == CONST_STRING) {
		size_t n;
		const_string_value(x->cval, &n);
		length = (int64_t)n;
	}
	if (underlying(x->type)->kind == TYPE_ARRAY)
		check_note_address(k, e->x);
	if (is_untyped(x->type))
		check_default(k, x);
	if (x->mode == MODE_INVALID)
		return;
	/* Strings and slices keep their type, a type parameter that stands for them too. */
	if (!is_type_param(x->type) || s.length >= 0)
		x->type = s.result;
	x->mode = MODE_VALUE;
	slice_indices(k, e, length);
	return;
invalid:
	for (int i = 0; i < 3; i++)
		check_use_one(k, e->index[i]);
	x->mode = MODE_INVALID;
}
