/*
 * call.c - calls: conversions, builtins, functions and methods; arguments, multi-values, variadics; inference of type
 * arguments (spec, "Calls", "Passing arguments to ... parameters", "Instantiations").
 *
 * Generic functions given as arguments are inferred together with the callee. The callee's type parameters are renamed
 * first when an argument's type mentions type parameters, so that a generic function may call itself.
 */
#include "checker.h"

/* ---- lists of expressions ----------------------------------------------------------------------- */

static void push_tuple(Checker *k, Operand *x, OperandList *out)
{
	debug_require(x->type->kind == TYPE_TUPLE);
	for (int i = 0; i < x->type->fields.len; i++) {
		Operand v = {.mode = MODE_VALUE, .type = x->type->fields.items[i]->type, .expr = x->expr};
		vec_push(k->arena, out, v);
	}
}

/* An argument that may be a generic function, perhaps with some of its type arguments: those go to e->type_args. */
static void generic_argument(Checker *k, Operand *x, Expr *e)
{
	if (e->kind != EXPR_INDEX) {
		check_raw_expr(k, x, e, NULL, true);
		return;
	}
	x->mode = MODE_INVALID;
	x->type = invalid_type(k);
	x->cval = NULL;
	x->expr = e;
	if (check_index_expr(k, x, e)) {
		TypeList given = {0};
		if (!check_type_list(k, e->list, &given)) {
			x->mode = MODE_INVALID;
		} else if (given.len >= x->type->type_params.len) {
			check_func_inst(k, x, e, NULL);
		} else {
			e->type_args = given;
		}
	}
	x->expr = e;
	check_record(k, x);
}

static bool reject_non_value(Checker *k, Operand *x)
{
	const char *what = x->mode == MODE_NO_VALUE ? "used as value" : x->mode == MODE_BUILTIN ? "must be called" :
	                   x->mode == MODE_TYPE ? "is not an expression" : NULL;
	if (!what)
		return false;
	check_error(k, x->expr->start, "%s %s", operand_text(k, x), what);
	x->mode = MODE_INVALID;
	return true;
}

/* Evaluate a list; a lone call of several values is taken apart. */
void check_expr_list(Checker *k, ExprList list, OperandList *out, bool allow_generic)
{
	Operand x;
	for (int i = 0; i < list.len; i++) {
		if (allow_generic)
			generic_argument(k, &x, list.items[i]);
		else
			check_raw_expr(k, &x, list.items[i], NULL, false);
		reject_non_value(k, &x);
		if (list.len == 1 && x.mode == MODE_VALUE && x.type->kind == TYPE_TUPLE) {
			push_tuple(k, &x, out);
			return;
		}
		check_single_value(k, &x);
		vec_push(k->arena, out, x);
	}
}

/* Like check_expr_list; with comma_ok, one comma-ok expression gives two operands. */
void check_unpack(Checker *k, ExprList list, OperandList *out, bool comma_ok, bool *is_comma_ok)
{
	*is_comma_ok = false;
	check_expr_list(k, list, out, false);
	if (!comma_ok || out->len != 1)
		return;
	Operand *x = &out->items[0];
	if (x->mode != MODE_MAP_INDEX && x->mode != MODE_COMMA_OK)
		return;
	Operand ok = {.mode = MODE_VALUE, .type = basic(k, TYPE_UNTYPED_BOOL), .expr = x->expr};
	vec_push(k->arena, out, ok);
	*is_comma_ok = true;
}

/* The expression now gives two values: its type becomes the tuple (first, bool), parentheses around it too. */
void check_record_comma_ok(Checker *k, Expr *e, Type *first)
{
	ObjectList vars = {0};
	vec_push(k->arena, &vars, object_new(k->c, OBJECT_VAR, intern_str(k->c, ""), first, e->pos, k->package));
	vec_push(k->arena, &vars, object_new(k->c, OBJECT_VAR, intern_str(k->c, ""), basic(k, TYPE_BOOL), e->pos,
	                                     k->package));
	Type *t = tuple_of(k->c, vars);
	for (;; e = e->x) {
		e->comma_ok = true;
		e->type = t;
		if (e->kind != EXPR_PAREN)
			break;
	}
}

/* "(number, string)": what messages print of argument lists. */
const char *check_types_summary(Checker *k, TypeList types, bool variadic, bool has_dots)
{
	Buf b;
	buf_init(&b, k->arena);
	buf_char(&b, '(');
	for (int i = 0; i < types.len; i++) {
		Type *t = types.items[i];
		if (i)
			buf_str(&b, ", ");
		if (!is_valid(t))
			buf_str(&b, "unknown type");
		else if (is_untyped(t))
			buf_str(&b, is_numeric(t) ? "number" : t->kind == TYPE_UNTYPED_STRING ? "string" :
			        t->kind == TYPE_UNTYPED_BOOL ? "bool" : "nil");
		else if (variadic && i == types.len - 1)
			buf_printf(&b, "...%s", type_name_of(k, t->elem ? t->elem : t));
		else
			type_print(k->c, &b, t);
		if (has_dots && i == types.len - 1)
			buf_str(&b, "...");
	}
	buf_char(&b, ')');
	return b.s;
}

/* ---- conversions ------------------------------------------------------------------------------------ */

static ResultKind conversion_call(Checker *k, Operand *x, Expr *e)
{
	e->call_kind = CALL_CONVERSION;
	Type *t = x->type;
	check_non_generic(k, x);
	bool valid = x->mode != MODE_INVALID;
	x->mode = MODE_INVALID;
	if (!valid) {
		check_use(k, e->list);
	} else if (e->list.len == 0) {
		check_error(k, e->start, "missing argument in conversion to %s", type_name_of(k, t));
	} else if (e->list.len > 1) {
		check_use(k, e->list);
		check_error(k, e->list.items[e->list.len - 1]->start, "too many arguments in conversion to %s",
		            type_name_of(k, t));
	} else {
		check_expr(k, x, e->list.items[0]);
		if (x->mode != MODE_INVALID) {
			if (is_interface(t) && !check_is_method_set(k, t)) {
				check_error(k, e->start, "cannot use interface %s in conversion (contains specific type constraints or "
				            "is comparable)", type_name_of(k, t));
				x->mode = MODE_INVALID;
			} else if (e->has_dots) {
				check_error(k, e->list.items[0]->start, "invalid use of ... in conversion to %s", type_name_of(k, t));
			} else {
				check_conversion(k, x, t);
			}
		}
	}
	x->expr = e;
	return RESULT_CONVERSION;
}

/* ---- arguments ----------------------------------------------------------------------------------------- */

typedef struct Arguments {
	Expr *call;
	OperandList list;
	TypeList params;        /* one per argument, a variadic one repeated */
	Type *signature;
} Arguments;

static TypeList operand_types(Checker *k, OperandList list)
{
	TypeList types = {0};
	for (int i = 0; i < list.len; i++)
		vec_push(k->arena, &types, list.items[i].type);
	return types;
}

static TypeList object_type_list(Checker *k, ObjectList list)
{
	TypeList types = {0};
	for (int i = 0; i < list.len; i++)
		vec_push(k->arena, &types, list.items[i]->type);
	return types;
}

/* At the first argument too many, or the last there is. */
static bool count_error(Checker *k, Arguments *a, int wanted)
{
	Expr *call = a->call;
	int n = a->list.len;
	Pos at = n > wanted ? a->list.items[wanted].expr->start : n > 0 ? a->list.items[n - 1].expr->start : call->start;
	check_error(k, at, "%s arguments in call to %s\n\thave %s\n\twant %s", n > wanted ? "too many" : "not enough",
	            text_of(k, call->x), check_types_summary(k, operand_types(k, a->list), false, call->has_dots),
	            check_types_summary(k, object_type_list(k, a->signature->fields), a->signature->variadic, false));
	return false;
}

/* Lay the parameters out so that there is one per argument. */
static bool match_parameters(Checker *k, Arguments *a)
{
	Type *sig = a->signature;
	Expr *call = a->call;
	int nargs = a->list.len, nparams = sig->fields.len;
	bool spread = sig->variadic && !call->has_dots;
	if (sig->variadic && call->has_dots && call->list.len == 1 && nargs > 1) {
		check_error(k, call->start, "cannot use ... with %d-valued %s", nargs, text_of(k, call->list.items[0]));
		return false;
	}
	if (!sig->variadic && call->has_dots) {
		check_error(k, call->start, "cannot use ... in call to non-variadic %s", text_of(k, call->x));
		return false;
	}
	int fixed = spread ? nparams - 1 : nparams;
	if (nargs < fixed || (!spread && nargs > fixed))
		return count_error(k, a, fixed);
	for (int i = 0; i < nargs; i++) {
		Type *t = i < fixed ? sig->fields.items[i]->type : sig->fields.items[nparams - 1]->type->elem;
		vec_push(k->arena, &a->params, t);
	}
	return true;
}

static bool is_generic_operand(const Operand *x)
{
	return x->mode == MODE_VALUE && x->type->kind == TYPE_FUNC && x->type->type_params.len > 0;
}

static Expr *given_list_of(Expr *e)
{
	return e->kind == EXPR_INDEX ? e : NULL;
}

/* Build the pairs for inference; returns how many generic arguments there are. A pair per argument that can tell
 * something: its parameter mentions type parameters, or it is a generic function. */
static int infer_pairs(Checker *k, Arguments *a, InferPair *pairs, int *npairs)
{
	int generic = 0;
	*npairs = 0;
	for (int i = 0; i < a->list.len; i++) {
		Operand *x = &a->list.items[i];
		bool g = is_generic_operand(x);
		if (x->mode == MODE_INVALID || (!g && !has_type_params(a->params.items[i])))
			continue;
		InferPair p = {.param_type = a->params.items[i], .arg = x->expr, .arg_type = x->type};
		if (g) {
			Expr *given = given_list_of(x->expr);
			if (given)
				p.arg_given = given->type_args;
			Type *renamed = x->type;
			check_rename_params(k, x->type->type_params, &renamed);
			p.arg_type = renamed;
			generic++;
		}
		pairs[(*npairs)++] = p;
	}
	return generic;
}

/* inferred holds, from `from` on, the type arguments of each generic argument in turn. */
static void instantiate_generic_arguments(Checker *k, Arguments *a, TypeList inferred, int from)
{
	for (int i = 0; i < a->list.len; i++) {
		Operand *x = &a->list.items[i];
		if (!is_generic_operand(x))
			continue;
		TypeList args = {0};
		int n = x->type->type_params.len;
		for (int j = 0; j < n && from < inferred.len; j++)
			vec_push(k->arena, &args, inferred.items[from++]);
		if (args.len < n) {
			x->mode = MODE_INVALID;
			continue;
		}
		check_version(k, x->expr->start, 21, "implicitly instantiated function as argument");
		check_verify_instance(k, x->expr->start, x->type->type_params, args, NULL);
		x->type = instantiate_func(k->c, x->type, args);
		check_record_instance(k, x->expr, args, x->type);
	}
}

static bool any_invalid(OperandList list)
{
	for (int i = 0; i < list.len; i++)
		if (list.items[i].mode == MODE_INVALID)
			return true;
	return false;
}

/* Infer what type arguments are missing, and instantiate the callee. given: those written. */
static bool infer_arguments(Checker *k, Arguments *a, TypeList given, Expr *inst)
{
	Type *sig = a->signature;
	ObjectList params = sig->type_params;
	InferPair *pairs = NEW_ARRAY(k->arena, InferPair, a->list.len + 1);
	int npairs;
	Type *renamed = sig;
	if (params.len > 0) {
		check_rename_params(k, params, &renamed);
		a->signature = renamed;
		a->params.len = 0;
		if (!match_parameters(k, a))
			return false;
	}
	int generic = infer_pairs(k, a, pairs, &npairs);
	if (params.len == 0 && generic == 0)
		return true;
	if (any_invalid(a->list) && given.len < params.len)
		return false;
	TypeList out = {0};
	Pos pos = a->call->pos;
	if (!infer_call(k->c, pos, text_of(k, a->call->x), renamed->type_params, given, pairs, npairs, &out, true)) {
		k->errors = true;
		return false;
	}
	require(out.len >= params.len);
	TypeList args = {0};
	for (int i = 0; i < params.len; i++)
		vec_push(k->arena, &args, out.items[i]);
	if (params.len > 0) {
		if (check_version(k, a->call->start, 18, inst ? "function instantiation" : "implicit function instantiation"))
			check_verify_instance(k, a->call->pos, params, args, inst ? &inst->list : NULL);
		a->signature = instantiate_func(k->c, sig, args);
		check_record_instance(k, a->call->x, args, a->signature);
		a->params.len = 0;
		if (!match_parameters(k, a))
			return false;
	}
	instantiate_generic_arguments(k, a, out, params.len);
	return true;
}

static void assign_arguments(Checker *k, Arguments *a)
{
	require(a->params.len == a->list.len);
	const char *context = NULL;
	for (int i = 0; i < a->list.len; i++) {
		Operand *x = &a->list.items[i];
		if (!context)
			context = arena_printf(k->arena, "argument to %s", text_of(k, a->call->x));
		check_assignment(k, x, a->params.items[i], context);
	}
}

static bool needs_inference(Arguments *a)
{
	if (a->signature->type_params.len > 0)
		return true;
	for (int i = 0; i < a->list.len; i++)
		if (is_generic_operand(&a->list.items[i]))
			return true;
	return false;
}

/* ---- function calls ------------------------------------------------------------------------------------------ */

/* A call of several results is one value of a tuple type: only assignments, returns and argument lists take it. */
static void set_result(Checker *k, Operand *x, Type *sig, Expr *e)
{
	switch (sig->results.len) {
	case 0:
		x->mode = MODE_NO_VALUE;
		x->type = invalid_type(k);
		break;
	case 1:
		x->mode = MODE_VALUE;
		x->type = sig->results.items[0]->type;
		break;
	default:
		x->mode = MODE_VALUE;
		x->type = tuple_of(k->c, sig->results);
		break;
	}
	x->expr = e;
	x->cval = NULL;
	if (x->mode == MODE_VALUE && x->type->kind != TYPE_TUPLE && !is_valid(x->type))
		x->mode = MODE_INVALID;
}

/* Of a type parameter the core type, if that is a function. */
static Type *callee_signature(Operand *x)
{
	if (x->mode == MODE_NIL || x->mode == MODE_NO_VALUE || !x->type)
		return NULL;
	Type *sig = core_type(x->type);
	return sig && sig->kind == TYPE_FUNC ? sig : NULL;
}

static bool given_type_args(Checker *k, Type *sig, Expr *inst, TypeList *given)
{
	if (!check_type_list(k, inst->list, given))
		return false;
	int want = sig->type_params.len;
	if (given->len > want) {
		check_error(k, inst->list.items[want]->start, "got %d type arguments but want %d", given->len, want);
		return false;
	}
	return true;
}

/* inst: the callee's index expression, if it is generic and some type arguments are written: f[int](x). */
static ResultKind function_call(Checker *k, Operand *x, Expr *e, Expr *inst)
{
	e->call_kind = CALL_FUNC;
	Type *sig = callee_signature(x);
	if (!sig && is_type_param(x->type)) {
		Type *u = core_type(x->type);
		const char *why = u ? arena_printf(k->arena, "%s is not a function", type_name_of(k, u)) :
			check_no_core_cause(k, x->type);
		check_error(k, x->expr->start, "invalid operation: cannot call %s: %s", operand_text(k, x), why);
	} else if (!sig) {
		check_error(k, x->expr->start, "invalid operation: cannot call %s: %s is not a function", operand_text(k, x),
		            x->type ? type_name_of(k, x->type) : "");
	}
	if (!sig) {
		check_use(k, e->list);
		x->mode = MODE_INVALID;
		x->expr = e;
		return RESULT_STATEMENT;
	}
	TypeList given = {0};
	if (inst && !given_type_args(k, sig, inst, &given)) {
		check_use(k, e->list);
		x->mode = MODE_INVALID;
		x->expr = e;
		return RESULT_STATEMENT;
	}
	Arguments a = {.call = e, .signature = sig};
	check_expr_list(k, e->list, &a.list, true);
	bool ok = match_parameters(k, &a);
	if (ok && needs_inference(&a))
		ok = infer_arguments(k, &a, given, inst);
	if (ok)
		assign_arguments(k, &a);
	set_result(k, x, a.signature, e);
	if (!ok && sig->type_params.len > 0 && x->mode == MODE_VALUE && has_type_params(x->type))
		x->mode = MODE_INVALID;
	k->env.has_call_or_recv = true;
	return RESULT_STATEMENT;
}

/* T(x), len(x), f(x): what the callee is decides. It may be generic, its arguments will tell the types. */
ResultKind check_call(Checker *k, Operand *x, Expr *e)
{
	debug_require(e->kind == EXPR_CALL);
	Expr *inst = NULL;
	Expr *callee = e->x;
	if (callee->kind == EXPR_INDEX) {
		x->mode = MODE_INVALID;
		if (check_index_expr(k, x, callee))
			inst = callee;
		x->expr = callee;
		check_record(k, x);
	} else {
		check_expr_or_type(k, x, callee, true);
	}
	switch (x->mode) {
	case MODE_INVALID:
		check_use(k, e->list);
		x->expr = e;
		return RESULT_STATEMENT;
	case MODE_TYPE:
		return conversion_call(k, x, e);
	case MODE_BUILTIN: {
		int id = x->builtin;
		e->call_kind = CALL_BUILTIN;
		e->builtin = id;
		if (!check_builtin(k, x, e, id))
			x->mode = MODE_INVALID;
		x->expr = e;
		if (x->mode != MODE_INVALID && x->mode != MODE_CONST)
			k->env.has_call_or_recv = true;
		return check_builtin_kind(id);
	}
	default:
		return function_call(k, x, e, inst);
	}
}
