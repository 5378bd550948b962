/*
 * builtin.c - calls of the predeclared functions and of package unsafe (spec, "Built-in functions").
 *
 * The table says how many arguments each takes and whether its call may stand as a statement. Most get their arguments
 * evaluated; make, new and unsafe.Offsetof look at the expressions themselves.
 */
#include "checker.h"

typedef struct { const char *name; int nargs; bool variadic; ResultKind kind; } BuiltinFacts;

static const BuiltinFacts facts[BUILTIN_COUNT] = {
	[BUILTIN_APPEND] = {"append", 1, true, RESULT_EXPRESSION},
	[BUILTIN_CAP] = {"cap", 1, false, RESULT_EXPRESSION},
	[BUILTIN_CLEAR] = {"clear", 1, false, RESULT_STATEMENT},
	[BUILTIN_CLOSE] = {"close", 1, false, RESULT_STATEMENT},
	[BUILTIN_COMPLEX] = {"complex", 2, false, RESULT_EXPRESSION},
	[BUILTIN_COPY] = {"copy", 2, false, RESULT_STATEMENT},
	[BUILTIN_DELETE] = {"delete", 2, false, RESULT_STATEMENT},
	[BUILTIN_IMAG] = {"imag", 1, false, RESULT_EXPRESSION},
	[BUILTIN_LEN] = {"len", 1, false, RESULT_EXPRESSION},
	[BUILTIN_MAKE] = {"make", 1, true, RESULT_EXPRESSION},
	[BUILTIN_MAX] = {"max", 1, true, RESULT_EXPRESSION},
	[BUILTIN_MIN] = {"min", 1, true, RESULT_EXPRESSION},
	[BUILTIN_NEW] = {"new", 1, false, RESULT_EXPRESSION},
	[BUILTIN_PANIC] = {"panic", 1, false, RESULT_STATEMENT},
	[BUILTIN_PRINT] = {"print", 0, true, RESULT_STATEMENT},
	[BUILTIN_PRINTLN] = {"println", 0, true, RESULT_STATEMENT},
	[BUILTIN_REAL] = {"real", 1, false, RESULT_EXPRESSION},
	[BUILTIN_RECOVER] = {"recover", 0, false, RESULT_STATEMENT},
	[BUILTIN_UNSAFE_ADD] = {"Add", 2, false, RESULT_EXPRESSION},
	[BUILTIN_UNSAFE_ALIGNOF] = {"Alignof", 1, false, RESULT_EXPRESSION},
	[BUILTIN_UNSAFE_OFFSETOF] = {"Offsetof", 1, false, RESULT_EXPRESSION},
	[BUILTIN_UNSAFE_SIZEOF] = {"Sizeof", 1, false, RESULT_EXPRESSION},
	[BUILTIN_UNSAFE_SLICE] = {"Slice", 2, false, RESULT_EXPRESSION},
	[BUILTIN_UNSAFE_SLICE_DATA] = {"SliceData", 1, false, RESULT_EXPRESSION},
	[BUILTIN_UNSAFE_STRING] = {"String", 2, false, RESULT_EXPRESSION},
	[BUILTIN_UNSAFE_STRING_DATA] = {"StringData", 1, false, RESULT_EXPRESSION},
};

ResultKind check_builtin_kind(int id)
{
	require(id >= 0 && id < BUILTIN_COUNT && facts[id].name);
	return facts[id].kind;
}

typedef struct Builtin {
	Checker *k;
	Operand *x;             /* first argument, then the result */
	Expr *call;
	int id;
	Operand *args;
	int n;
} Builtin;

static void set_value(Builtin *b, Type *t)
{
	b->x->mode = MODE_VALUE;
	b->x->type = t;
	b->x->cval = NULL;
}

static void set_constant(Builtin *b, Type *t, Constant *v)
{
	b->x->mode = MODE_CONST;
	b->x->type = t;
	b->x->cval = v;
}

static void set_nothing(Builtin *b)
{
	b->x->mode = MODE_NO_VALUE;
	b->x->type = invalid_type(b->k);
}

static bool argument_error(Builtin *b, const Operand *at, const char *before, const char *after)
{
	check_error(b->k, at->expr->start, "%s%s%s", before, at->mode == MODE_NIL ? "untyped nil" : operand_text(b->k, at),
	            after);
	return false;
}

/* ---- append, copy, clear, delete, close ----------------------------------------------------------------- */

static bool is_byte_slice(Type *t)
{
	return t && t->kind == TYPE_SLICE && underlying(t->elem)->kind == TYPE_UINT8;
}

typedef struct { Type *slice; bool has_string, bad; } BytesOrString;

static bool bytes_or_string_term(void *arg, Type *term, bool tilde)
{
	BytesOrString *s = arg;
	(void)tilde;
	Type *u = term ? underlying(term) : NULL;
	if (u && is_string(u)) {
		s->has_string = true;
		return true;
	}
	if (!u || u->kind != TYPE_SLICE || (s->slice && !identical(s->slice, u))) {
		s->bad = true;
		return false;
	}
	s->slice = u;
	return true;
}

/* The slice type of t's type set, where strings count as []byte. NULL if there is none. */
static Type *slice_or_string(Checker *k, Type *t)
{
	if (!is_type_param(t)) {
		Type *u = underlying(t);
		if (u->kind == TYPE_SLICE)
			return u;
		return is_string(u) ? slice_of(k->c, k->types->byte_type) : NULL;
	}
	BytesOrString s = {0};
	type_set_each(k->c, t, bytes_or_string_term, &s);
	if (s.bad)
		return NULL;
	if (s.has_string && s.slice && !is_byte_slice(s.slice))
		return NULL;
	return s.slice ? s.slice : s.has_string ? slice_of(k->c, k->types->byte_type) : NULL;
}

static Type *core_slice(Type *t)
{
	Type *u = core_type(t);
	return u && u->kind == TYPE_SLICE ? u : NULL;
}

static void append_count_error(Builtin *b, Type *s, Type *u)
{
	Checker *k = b->k;
	TypeList have = {0}, want = {0};
	for (int i = 0; i < b->n; i++)
		vec_push(k->arena, &have, b->args[i].type);
	vec_push(k->arena, &want, s);
	vec_push(k->arena, &want, u);
	check_error(k, b->args[b->n < 2 ? b->n - 1 : 2].expr->start, "%s arguments in call to append\n\thave %s\n\twant %s",
	            b->n < 2 ? "not enough" : "too many", check_types_summary(k, have, false, true),
	            check_types_summary(k, want, true, false));
}

/* append(s, x...) takes a slice of the same elements, and as the one exception a string after a []byte. The result has
 * the type of s, also a defined one. */
static bool builtin_append(Builtin *b)
{
	require(b->n >= 1);
	Checker *k = b->k;
	Operand *x = b->x;
	if (x->mode == MODE_NIL) {
		check_error(k, x->expr->start, "invalid append: argument must be a slice; have untyped nil");
		return false;
	}
	Type *s = x->type, *u = core_slice(s);
	if (!u)
		return argument_error(b, x, "invalid append: argument must be a slice; have ", "");
	if (b->call->has_dots) {
		if (b->n != 2) {
			append_count_error(b, s, u);
			return false;
		}
		Type *from = b->args[1].mode == MODE_NIL ? NULL : slice_or_string(k, b->args[1].type);
		bool string_arg = from && is_byte_slice(u) && is_byte_slice(from) && !core_slice(b->args[1].type);
		if (string_arg) {
			check_default(k, &b->args[1]);
		} else {
			check_assignment(k, &b->args[1], is_type_param(s) || s->kind != TYPE_SLICE ? slice_of(k->c, u->elem) : s,
			                 "argument to append");
		}
	} else {
		for (int i = 1; i < b->n; i++)
			check_assignment(k, &b->args[i], u->elem, "argument to append");
	}
	set_value(b, s);
	return true;
}

/* Elements of identical types; from a string to bytes, too. The slices' own types do not matter. */
static bool builtin_copy(Builtin *b)
{
	require(b->n == 2);
	Checker *k = b->k;
	Operand *dst = &b->args[0], *src = &b->args[1];
	Type *d = dst->mode == MODE_NIL ? NULL : core_slice(dst->type);
	Type *s = src->mode == MODE_NIL ? NULL : slice_or_string(k, src->type);
	if (!d)
		return argument_error(b, dst, "invalid copy: argument must be a slice; have ", "");
	if (!s)
		return argument_error(b, src, "invalid copy: argument must be a slice; have ", "");
	if (!identical(d->elem, s->elem)) {
		check_error(k, dst->expr->start, "invalid copy: arguments %s and %s have different element types %s and %s",
		            operand_text(k, dst), operand_text(k, src), type_name_of(k, d->elem), type_name_of(k, s->elem));
		return false;
	}
	check_default(k, src);
	set_value(b, basic(k, TYPE_INT));
	return true;
}

static bool clearable(void *arg, Type *term, bool tilde)
{
	(void)arg;
	(void)tilde;
	TypeKind kind = term ? underlying(term)->kind : TYPE_INVALID;
	return kind == TYPE_MAP || kind == TYPE_SLICE;
}

/* Since Go 1.21; of a type parameter all types must be maps or slices, not all of one kind. */
static bool builtin_clear(Builtin *b)
{
	Operand *x = b->x;
	bool ok = is_type_param(x->type) ? type_set_each(b->k->c, x->type, clearable, NULL) : clearable(NULL, x->type,
		false);
	if (!ok)
		return argument_error(b, x, "invalid argument: cannot clear ",
		                      ": argument must be (or constrained by) map or slice");
	set_nothing(b);
	return true;
}

typedef struct { Type *key; const char *problem; } KeyOfMaps;

static bool map_term(void *arg, Type *term, bool tilde)
{
	KeyOfMaps *m = arg;
	(void)tilde;
	Type *u = term ? underlying(term) : NULL;
	if (!u || u->kind != TYPE_MAP)
		m->problem = " is not a map";
	else if (m->key && !identical(m->key, u->key))
		m->problem = "maps";
	else
		m->key = u->key;
	return !m->problem;
}

/* The key is assigned to the maps' key type; all types of a type parameter must have one and the same. */
static bool builtin_delete(Builtin *b)
{
	require(b->n == 2);
	Operand *x = b->x;
	KeyOfMaps m = {0};
	if (is_type_param(x->type))
		type_set_each(b->k->c, x->type, map_term, &m);
	else
		map_term(&m, x->type, false);
	if (m.problem && m.key && m.problem[0] == 'm')
		return argument_error(b, x, "invalid argument: maps of ", " must have identical key types");
	if (m.problem || !m.key)
		return argument_error(b, x, "invalid argument: ", m.problem ? m.problem : " is not a map");
	check_assignment(b->k, &b->args[1], m.key, "argument to delete");
	if (b->args[1].mode == MODE_INVALID)
		return false;
	set_nothing(b);
	return true;
}

static bool closable(void *arg, Type *term, bool tilde)
{
	const char **problem = arg;
	(void)tilde;
	Type *u = term ? underlying(term) : NULL;
	if (!u || u->kind != TYPE_CHAN)
		*problem = "non-channel ";
	else if (u->dir == CHAN_RECV)
		*problem = "receive-only channel ";
	return !*problem;
}

static bool builtin_close(Builtin *b)
{
	const char *problem = NULL;
	Operand *x = b->x;
	if (is_type_param(x->type))
		type_set_each(b->k->c, x->type, closable, &problem);
	else
		closable(&problem, x->type, false);
	if (problem)
		return argument_error(b, x, arena_printf(b->k->arena, "invalid operation: cannot close %s", problem), "");
	set_nothing(b);
	return true;
}

/* ---- len, cap, min, max --------------------------------------------------------------------------------------- */

static bool has_length(Type *t, bool cap)
{
	Type *u = underlying(t);
	if (u->kind == TYPE_POINTER && underlying(u->elem)->kind == TYPE_ARRAY)
		return true;
	switch (u->kind) {
	case TYPE_ARRAY: case TYPE_SLICE: case TYPE_CHAN: return true;
	case TYPE_STRING: case TYPE_UNTYPED_STRING: case TYPE_MAP: return !cap;
	default: return false;
	}
}

static bool length_term(void *arg, Type *term, bool tilde)
{
	(void)tilde;
	return term && has_length(term, *(bool *)arg);
}

static bool builtin_len(Builtin *b)
{
	Checker *k = b->k;
	Operand *x = b->x;
	bool cap = b->id == BUILTIN_CAP;
	bool param = is_type_param(x->type);
	bool ok = x->mode != MODE_NIL &&
		(param ? type_set_each(k->c, x->type, length_term, &cap) : has_length(x->type, cap));
	if (!ok) {
		if (is_valid(underlying(x->type)))
			check_error(k, x->expr->start, "invalid argument: %s for built-in %s", operand_text(k, x),
			            cap ? "cap" : "len");
		return false;
	}
	Type *u = underlying(x->type);
	if (u->kind == TYPE_POINTER)
		u = underlying(u->elem);
	if (!param && is_string(u) && x->mode == MODE_CONST) {
		size_t n;
		if (const_kind(x->cval) != CONST_STRING) {
			set_constant(b, basic(k, TYPE_INT), const_unknown(k->c));
			return true;
		}
		const_string_value(x->cval, &n);
		check_default(k, x);
		set_constant(b, basic(k, TYPE_INT), const_int(k->c, (int64_t)n));
		return true;
	}
	if (!param && u->kind == TYPE_ARRAY && !k->env.has_call_or_recv) {
		set_constant(b, basic(k, TYPE_INT), u->length >= 0 ? const_int(k->c, u->length) : const_unknown(k->c));
		return true;
	}
	set_value(b, basic(k, TYPE_INT));
	return true;
}

static bool builtin_min_max(Builtin *b)
{
	Checker *k = b->k;
	Operand *x = b->x;
	Op op = b->id == BUILTIN_MAX ? OP_GT : OP_LT;
	for (int i = 0; i < b->n; i++) {
		Operand *a = &b->args[i];
		if (!is_ordered(a->type) || a->mode == MODE_NIL)
			return argument_error(b, a, "invalid argument: ", " cannot be ordered");
		if (i == 0)
			continue;
		check_match_types(k, x, a);
		if (x->mode == MODE_INVALID)
			return false;
		if (!identical(x->type, a->type)) {
			check_error(k, a->expr->start,
			            "invalid argument: mismatched types %s (previous argument) and %s (type of %s)",
			            type_name_of(k, x->type),
			            type_name_of(k, a->type), text_of(k, a->expr));
			return false;
		}
		if (x->mode == MODE_CONST && a->mode == MODE_CONST) {
			if (const_compare(a->cval, op, x->cval))
				x->cval = a->cval;
		} else {
			x->mode = MODE_VALUE;
		}
	}
	if (x->mode != MODE_CONST) {
		x->mode = MODE_VALUE;
		x->cval = NULL;
		check_assignment(k, x, k->types->empty_interface, "argument to built-in");
		if (x->mode == MODE_INVALID)
			return false;
	}
	for (int i = 0; i < b->n; i++)
		check_update_type(k, b->args[i].expr, x->type, true);
	return true;
}

/* ---- complex numbers --------------------------------------------------------------------------------------------- */

static void to_float(Checker *k, Operand *x)
{
	if (is_numeric(x->type) && const_sign(const_imag(k->c, x->cval)) == 0)
		x->type = basic(k, TYPE_UNTYPED_FLOAT);
}

static void match_parts(Checker *k, Operand *x, Operand *y)
{
	bool ux = is_untyped(x->type), uy = is_untyped(y->type);
	if (ux && uy && x->mode == MODE_CONST && y->mode == MODE_CONST) {
		to_float(k, x);
		to_float(k, y);
	} else if (ux && uy) {
		check_convert_untyped(k, x, basic(k, TYPE_FLOAT64));
		check_convert_untyped(k, y, basic(k, TYPE_FLOAT64));
	} else if (ux) {
		check_convert_untyped(k, x, y->type);
	} else if (uy) {
		check_convert_untyped(k, y, x->type);
	}
}

static bool unsupported_param(Builtin *b)
{
	if (!is_type_param(b->x->type))
		return false;
	check_error(b->k, b->x->expr->start,
	            "%s not supported as argument to built-in %s for go1.18 (see go.dev/issue/50937)",
	            operand_text(b->k, b->x),
	            facts[b->id].name);
	return true;
}

static bool builtin_complex(Builtin *b)
{
	Checker *k = b->k;
	Operand *x = b->x, *y = &b->args[1];
	match_parts(k, x, y);
	if (x->mode == MODE_INVALID || y->mode == MODE_INVALID)
		return false;
	if (!identical(x->type, y->type)) {
		check_error(k, x->expr->start, "invalid operation: %s (mismatched types %s and %s)", text_of(k, b->call),
		            type_name_of(k, x->type),
		            type_name_of(k, y->type));
		return false;
	}
	if (unsupported_param(b))
		return false;
	TypeKind kind = is_type_param(x->type) ? TYPE_INVALID : underlying(x->type)->kind;
	TypeKind result = kind == TYPE_FLOAT32 ? TYPE_COMPLEX64 : kind == TYPE_FLOAT64 ? TYPE_COMPLEX128 :
	                  kind == TYPE_UNTYPED_FLOAT ? TYPE_UNTYPED_COMPLEX : TYPE_INVALID;
	if (result == TYPE_INVALID) {
		check_error(k, x->expr->start, "invalid argument: arguments have type %s, expected floating-point",
		            type_name_of(k, x->type));
		return false;
	}
	if (x->mode == MODE_CONST && y->mode == MODE_CONST) {
		set_constant(b, basic(k, result), const_make_complex(k->c, const_to_float_kind(k->c, x->cval),
		                                                     const_to_float_kind(k->c, y->cval)));
		return true;
	}
	set_value(b, basic(k, result));
	return true;
}

static bool builtin_real(Builtin *b)
{
	Checker *k = b->k;
	Operand *x = b->x;
	if (is_untyped(x->type) && x->mode != MODE_NIL) {
		if (x->mode == MODE_CONST) {
			if (is_numeric(x->type))
				x->type = basic(k, TYPE_UNTYPED_COMPLEX);
		} else {
			check_convert_untyped(k, x, basic(k, TYPE_COMPLEX128));
			if (x->mode == MODE_INVALID)
				return false;
		}
	}
	if (unsupported_param(b))
		return false;
	TypeKind kind = is_type_param(x->type) ? TYPE_INVALID : underlying(x->type)->kind;
	TypeKind result = kind == TYPE_COMPLEX64 ? TYPE_FLOAT32 : kind == TYPE_COMPLEX128 ? TYPE_FLOAT64 :
	                  kind == TYPE_UNTYPED_COMPLEX ? TYPE_UNTYPED_FLOAT : TYPE_INVALID;
	if (result == TYPE_INVALID) {
		check_error(k, x->expr->start, "invalid argument: argument has type %s, expected complex type",
		            type_name_of(k, x->type));
		return false;
	}
	if (x->mode == MODE_CONST) {
		Constant *z = const_to_complex(k->c, x->cval);
		set_constant(b, basic(k, result), b->id == BUILTIN_REAL ? const_real(k->c, z) : const_imag(k->c, z));
		return true;
	}
	set_value(b, basic(k, result));
	return true;
}

/* ---- make, new ------------------------------------------------------------------------------------------------- */

static bool builtin_make(Builtin *b)
{
	Checker *k = b->k;
	Expr *call = b->call, *first = call->list.items[0];
	Type *t = check_var_type(k, first);
	if (!is_valid(t)) {
		for (int i = 1; i < call->list.len; i++)
			check_use_one(k, call->list.items[i]);
		return false;
	}
	Type *u = core_type(t);
	int min = u && u->kind == TYPE_SLICE ? 2 : u && (u->kind == TYPE_MAP || u->kind == TYPE_CHAN) ? 1 : 0;
	if (!min) {
		if (u && !is_valid(u))
			return false;
		check_error(k, first->start, "invalid argument: cannot make %s: %s", text_of(k, first),
		            !u ? check_no_core_cause(k, t) : "type must be slice, map, or channel");
		return false;
	}
	if (b->n < min || b->n > min + 1) {
		check_error(k, call->start, "invalid operation: %s expects %d or %d arguments; found %d", text_of(k, call),
		            min, min + 1, b->n);
		return false;
	}
	int64_t sizes[2] = {-1, -1};
	for (int i = 1; i < b->n; i++)
		sizes[i - 1] = check_index_value(k, call->list.items[i], -1);
	if (sizes[0] >= 0 && sizes[1] >= 0 && sizes[0] > sizes[1])
		check_error(k, call->list.items[1]->start, "invalid argument: length and capacity swapped");
	set_value(b, t);
	return true;
}

static bool builtin_new(Builtin *b)
{
	Checker *k = b->k;
	Operand *x = b->x;
	Expr *arg = b->call->list.items[0];
	check_expr_or_type(k, x, arg, false);
	if (x->mode == MODE_INVALID)
		return false;
	if (x->mode == MODE_BUILTIN) {
		check_error(k, arg->start, "%s must be called", operand_text(k, x));
		return false;
	}
	if (x->mode == MODE_TYPE) {
		check_no_constraint_interface(k, arg->start, x->type);
	} else {
		check_version(k, b->call->start, 26, arena_printf(k->arena, "new(%s)", text_of(k, arg)));
		check_assignment(k, x, NULL, "argument to new");
		if (x->mode == MODE_INVALID)
			return false;
	}
	set_value(b, pointer_to(k->c, x->type));
	return true;
}

/* ---- panic, print, recover ------------------------------------------------------------------------------------- */

static bool builtin_panic(Builtin *b)
{
	check_assignment(b->k, b->x, b->k->types->empty_interface, "argument to panic");
	if (b->x->mode == MODE_INVALID)
		return false;
	set_nothing(b);
	return true;
}

static bool builtin_print(Builtin *b)
{
	const char *context = b->id == BUILTIN_PRINT ? "argument to built-in print" : "argument to built-in println";
	for (int i = 0; i < b->n; i++) {
		check_assignment(b->k, &b->args[i], NULL, context);
		if (b->args[i].mode == MODE_INVALID)
			return false;
	}
	set_nothing(b);
	return true;
}

static bool builtin_recover(Builtin *b)
{
	if (b->k->env.func)
		b->k->env.func->has_recover = true;
	set_value(b, b->k->types->empty_interface);
	return true;
}

/* ---- package unsafe -------------------------------------------------------------------------------------------- */

static bool builtin_unsafe_add(Builtin *b)
{
	check_assignment(b->k, b->x, basic(b->k, TYPE_UNSAFE_POINTER), "argument to unsafe.Add");
	if (b->x->mode == MODE_INVALID || !check_valid_index(b->k, &b->args[1], "length", true))
		return false;
	set_value(b, basic(b->k, TYPE_UNSAFE_POINTER));
	return true;
}

/* Does t's size depend on a type parameter? */
static bool var_size_within(Type *t, int depth)
{
	if (t->kind == TYPE_PARAM || depth > 100)       /* so deep: a type that contains itself, reported elsewhere */
		return true;
	Type *u = underlying(t);
	if (u->kind == TYPE_ARRAY)
		return var_size_within(u->elem, depth + 1);
	for (int i = 0; u->kind == TYPE_STRUCT && i < u->fields.len; i++)
		if (var_size_within(u->fields.items[i]->type, depth + 1))
			return true;
	return false;
}

static bool has_var_size(Type *t)
{
	return var_size_within(t, 0);
}

/* A type of the same layout without type parameters. */
static Type *erase(Checker *k, Type *t)
{
	Type *u = underlying(t);
	switch (u->kind) {
	case TYPE_POINTER: case TYPE_MAP: case TYPE_CHAN: case TYPE_FUNC: return basic(k, TYPE_UNSAFE_POINTER);
	case TYPE_SLICE: return slice_of(k->c, basic(k, TYPE_INT));
	case TYPE_INTERFACE: return k->types->empty_interface;
	case TYPE_ARRAY: return array_of(k->c, erase(k, u->elem), u->length);
	case TYPE_STRUCT: {
		Type *s = type_new(k->c, TYPE_STRUCT);
		for (int i = 0; i < u->fields.len; i++) {
			Object *f = u->fields.items[i];
			Object *o = object_new(k->c, OBJECT_VAR, f->name, erase(k, f->type), f->pos, f->package);
			o->is_field = true;
			o->embedded = f->embedded;
			vec_push(k->arena, &s->fields, o);
			vec_push(k->arena, &s->tags, (FieldTag){0});
		}
		return s;
	}
	default: return u;
	}
}

static Type *layout_type(Checker *k, Type *t)
{
	return types_canonical(k->c, has_type_params(t) ? erase(k, t) : t);
}

static bool builtin_size_align(Builtin *b)
{
	Checker *k = b->k;
	bool size = b->id == BUILTIN_UNSAFE_SIZEOF;
	check_assignment(k, b->x, NULL, size ? "argument to unsafe.Sizeof" : "argument to unsafe.Alignof");
	if (b->x->mode == MODE_INVALID)
		return false;
	if (has_var_size(b->x->type)) {
		set_value(b, basic(k, TYPE_UINTPTR));
		return true;
	}
	Type *t = layout_type(k, b->x->type);
	set_constant(b, basic(k, TYPE_UINTPTR), const_int(k->c, size ? type_size(k->c, t) : type_align(k->c, t)));
	return true;
}

static int64_t path_offset(Checker *k, Type *base, Selection *s)
{
	int64_t offset = 0;
	Type *t = base;
	for (int i = 0; i < s->path.len; i++) {
		Type *u = underlying(t);
		if (u->kind == TYPE_POINTER)
			u = underlying(u->elem);
		u = underlying(layout_type(k, u));
		offset += field_offset(k->c, u, s->path.items[i]);
		t = u->fields.items[s->path.items[i]]->type;
	}
	return offset;
}

/* False after an error. */
static bool has_such_field(Builtin *b, Expr *selector)
{
	Checker *k = b->k;
	Operand x;
	check_expr(k, &x, selector->x);
	if (x.mode == MODE_INVALID)
		return false;
	Type *base = x.type->kind == TYPE_POINTER ? x.type->elem : x.type;
	if (lookup_field_or_method(k->c, base, false, k->package, selector->name, false).object)
		return true;
	check_error(k, selector->x->start, "invalid argument: %s has no single field %s", type_name_of(k, base),
	            selector->name);
	return false;
}

static bool builtin_offsetof(Builtin *b)
{
	Checker *k = b->k;
	Operand *x = b->x;
	Expr *arg = unparen(b->call->list.items[0]);
	if (arg->kind != EXPR_SELECTOR) {
		check_error(k, b->call->list.items[0]->start, "invalid argument: %s is not a selector expression",
		            text_of(k, b->call->list.items[0]));
		check_use_one(k, b->call->list.items[0]);
		return false;
	}
	if (!has_such_field(b, arg))
		return false;
	check_raw_expr(k, x, arg, NULL, false);
	if (x->mode == MODE_INVALID)
		return false;
	Selection *s = arg->selection;
	if (!s || s->object->kind == OBJECT_FUNC) {
		check_error(k, b->call->list.items[0]->start, "invalid argument: %s is a method value", text_of(k, arg));
		return false;
	}
	Type *base = s->receiver;
	Type *u = underlying(base);
	if (u->kind == TYPE_POINTER)
		base = u->elem;
	Type *t = base;
	for (int i = 0; i + 1 < s->path.len; i++) {
		t = underlying(t)->fields.items[s->path.items[i]]->type;
		if (underlying(t)->kind == TYPE_POINTER) {
			check_error(k, x->expr->start, "invalid argument: field %s is embedded via a pointer in %s", arg->name,
			            type_name_of(k, base));
			return false;
		}
	}
	if (has_var_size(base)) {
		set_value(b, basic(k, TYPE_UINTPTR));
		return true;
	}
	set_constant(b, basic(k, TYPE_UINTPTR), const_int(k->c, path_offset(k, base, s)));
	return true;
}

static bool builtin_unsafe_slice(Builtin *b)
{
	Checker *k = b->k;
	if (b->id == BUILTIN_UNSAFE_STRING) {
		check_assignment(k, b->x, pointer_to(k->c, k->types->byte_type), "argument to unsafe.String");
		if (b->x->mode == MODE_INVALID || !check_valid_index(k, &b->args[1], "length", false))
			return false;
		set_value(b, basic(k, TYPE_STRING));
		return true;
	}
	Type *u = core_type(b->x->type);
	if (!u || u->kind != TYPE_POINTER)
		return argument_error(b, b->x, "invalid argument: ", " is not a pointer");
	if (!check_valid_index(k, &b->args[1], "length", false))
		return false;
	set_value(b, slice_of(k->c, u->elem));
	return true;
}

static bool builtin_unsafe_data(Builtin *b)
{
	Checker *k = b->k;
	if (b->id == BUILTIN_UNSAFE_STRING_DATA) {
		check_assignment(k, b->x, basic(k, TYPE_STRING), "argument to unsafe.StringData");
		if (b->x->mode == MODE_INVALID)
			return false;
		set_value(b, pointer_to(k->c, k->types->byte_type));
		return true;
	}
	Type *u = core_slice(b->x->type);
	if (!u)
		return argument_error(b, b->x, "invalid argument: ", " is not a slice");
	set_value(b, pointer_to(k->c, u->elem));
	return true;
}

/* ---- dispatch -------------------------------------------------------------------------------------------------- */

/* Those that came after Go 1. */
static bool is_allowed(Builtin *b)
{
	static const struct { int id, minor; const char *what; } later[] = {
		{BUILTIN_CLEAR, 21, "clear"}, {BUILTIN_MAX, 21, "built-in max"}, {BUILTIN_MIN, 21, "built-in min"},
		{BUILTIN_UNSAFE_ADD, 17, "unsafe.Add"}, {BUILTIN_UNSAFE_SLICE, 17, "unsafe.Slice"},
		{BUILTIN_UNSAFE_SLICE_DATA, 20, "unsafe.SliceData"},
		{BUILTIN_UNSAFE_STRING, 20, "unsafe.String"}, {BUILTIN_UNSAFE_STRING_DATA, 20, "unsafe.StringData"},
	};
	for (int i = 0; i < COUNT_OF(later); i++)
		if (later[i].id == b->id)
			return check_version(b->k, b->call->start, later[i].minor, later[i].what);
	return true;
}

static bool dispatch(Builtin *b)
{
	(void)is_allowed(b);
	switch (b->id) {
	case BUILTIN_APPEND: return builtin_append(b);
	case BUILTIN_CAP: case BUILTIN_LEN: return builtin_len(b);
	case BUILTIN_CLEAR: return builtin_clear(b);
	case BUILTIN_CLOSE: return builtin_close(b);
	case BUILTIN_COMPLEX: return builtin_complex(b);
	case BUILTIN_COPY: return builtin_copy(b);
	case BUILTIN_DELETE: return builtin_delete(b);
	case BUILTIN_IMAG: case BUILTIN_REAL: return builtin_real(b);
	case BUILTIN_MAKE: return builtin_make(b);
	case BUILTIN_MAX: case BUILTIN_MIN: return builtin_min_max(b);
	case BUILTIN_NEW: return builtin_new(b);
	case BUILTIN_PANIC: return builtin_panic(b);
	case BUILTIN_PRINT: case BUILTIN_PRINTLN: return builtin_print(b);
	case BUILTIN_RECOVER: return builtin_recover(b);
	case BUILTIN_UNSAFE_ADD: return builtin_unsafe_add(b);
	case BUILTIN_UNSAFE_ALIGNOF: case BUILTIN_UNSAFE_SIZEOF: return builtin_size_align(b);
	case BUILTIN_UNSAFE_OFFSETOF: return builtin_offsetof(b);
	case BUILTIN_UNSAFE_SLICE: case BUILTIN_UNSAFE_STRING: return builtin_unsafe_slice(b);
	default: return builtin_unsafe_data(b);
	}
}

static bool evaluate_arguments(Builtin *b, OperandList *list)
{
	Checker *k = b->k;
	if (b->id == BUILTIN_MAKE || b->id == BUILTIN_NEW || b->id == BUILTIN_UNSAFE_OFFSETOF) {
		b->n = b->call->list.len;
		return true;
	}
	bool saved = k->env.has_call_or_recv;
	if (b->id == BUILTIN_LEN || b->id == BUILTIN_CAP)
		k->env.has_call_or_recv = false;
	check_expr_list(k, b->call->list, list, false);
	b->args = list->items;
	b->n = list->len;
	bool ok = true;
	for (int i = 0; i < list->len; i++)
		ok = ok && list->items[i].mode != MODE_INVALID;
	if (b->n > 0)
		*b->x = list->items[0];
	if (b->id != BUILTIN_LEN && b->id != BUILTIN_CAP)
		k->env.has_call_or_recv = saved || k->env.has_call_or_recv;
	return ok;
}

bool check_builtin(Checker *k, Operand *x, Expr *call, int id)
{
	const BuiltinFacts *f = &facts[id];
	Builtin b = {.k = k, .x = x, .call = call, .id = id};
	if (call->has_dots && id != BUILTIN_APPEND) {
		check_error(k, call->start, "invalid operation: invalid use of ... with built-in %s", f->name);
		check_use(k, call->list);
		return false;
	}
	OperandList list = {0};
	bool saved = k->env.has_call_or_recv;
	bool ok = evaluate_arguments(&b, &list);
	if (ok) {
		const char *problem = b.n < f->nargs ? "not enough" : !f->variadic && b.n > f->nargs ? "too many" : NULL;
		if (problem) {
			check_error(k, call->start, "invalid operation: %s arguments for %s (expected %d, found %d)", problem,
			            text_of(k, call), f->nargs, b.n);
			ok = false;
		} else {
			ok = dispatch(&b);
		}
	}
	if (id == BUILTIN_LEN || id == BUILTIN_CAP)
		k->env.has_call_or_recv = saved || k->env.has_call_or_recv;
	return ok;
}
