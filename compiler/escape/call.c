/*
 * call.c - calls: to functions of the batch (straight into their parameters), to functions
 * known by their summary, to the unknown (everything leaks); builtins; go and defer.
 */
#include "graph.h"
#include "../inline/go_facts.h"
#include "../inline/inline.h"
#include "../lower/walk.h"

typedef struct Callee {
	Object *object;             /* declared function or method; NULL: a literal, or unknown */
	FuncInfo *info;             /* in the batch */
	Type *signature;            /* parameters as the call has them */
	Selection *method;          /* called through a method selector: x.M() */
	Expr *selector;
	bool is_interface;          /* receiver is an interface (or type parameter) */
	Hole *results;
	int count;
	Hole also;                  /* arguments of go and defer go here as well */
	bool later;                 /* go, defer: the call is not made here */
} Callee;

/* ---- who is called ------------------------------------------------------------------- */

static Object *origin_of(Object *function)
{
	return function->origin ? function->origin : function;
}

static void known_function(Escape *e, Callee *k, Object *function)
{
	if (function->linked && function->decl->body)
		return;         /* its body is not what runs */
	k->object = origin_of(function);
	Unit *u = map_get(&e->batch, k->object);
	k->info = u ? u->info : NULL;
}

static void method_callee(Escape *e, Callee *k, Expr *fun)
{
	Selection *s = fun->selection;
	k->method = s;
	k->selector = fun;
	Type *receiver = value_type(fun->x);
	k->is_interface = s->kind == SELECT_INTERFACE_METHOD || !s->object->receiver_base ||
		s->object->receiver_base->kind != TYPE_NAMED ||
	                  (s->holder && (is_interface(s->holder) || is_type_param(s->holder))) ||
	                  (receiver && is_type_param(receiver));
	if (!k->is_interface)
		known_function(e, k, s->object);
}

static Expr *declared_function(Expr *fun)
{
	if (fun->kind == EXPR_INDEX && fun->type_args.len)
		fun = unparen(fun->x);
	bool named = fun->kind == EXPR_NAME || (fun->kind == EXPR_SELECTOR && !fun->selection);
	return named && fun->object && fun->object->kind == OBJECT_FUNC ? fun : NULL;
}

/* Is the call to be judged by the body in its place? Not where Go has another there, of which it is known what leaks. */
static bool has_body(Escape *e, const Expr *call)
{
	if (!call->inlined || e->judgement != JUDGE_GO)
		return call->inlined != NULL;
	const Expr *fun = unparen(call->x), *name = declared_function(unparen(call->x));
	const Object *o = name ? name->object : fun->kind == EXPR_SELECTOR && fun->selection ? fun->selection->object : NULL;
	const GoFact *fact = go_fact(e->c, o);
	return !fact || !fact->leaks;
}

static Callee callee_of(Escape *e, Expr *call, Hole *results, int count, Hole also)
{
	Expr *fun = unparen(call->x);
	Callee k = {.signature = core_type(fun->type), .results = results, .count = count, .also = also};
	if (has_body(e, call)) {
		k.info = call->inlined->info;
		if (method_receiver_of(call)) {
			k.method = fun->selection;
			k.selector = fun;
			k.object = origin_of(fun->selection->object);
		}
		return k;
	}
	if (fun->kind == EXPR_SELECTOR && fun->selection && fun->selection->kind != SELECT_FIELD) {
		if (fun->selection->kind != SELECT_METHOD_EXPR) {
			method_callee(e, &k, fun);
			return k;
		}
		Object *m = fun->selection->object;
		if (fun->selection->path.len == 0 && m->receiver_base && m->receiver_base->kind == TYPE_NAMED &&
		    !is_interface(m->receiver_base))
			known_function(e, &k, m);
		return k;
	}
	Expr *value = static_value(e, fun), *name = declared_function(value);
	if (name)
		known_function(e, &k, name->object);
	else if (value->kind == EXPR_FUNC)
		k.info = value->func_info;
	return k;
}

/* ---- parameters -------------------------------------------------------------------------- */

static Object *parameter(const FuncInfo *info, int i)
{
	if (info->receiver && i-- == 0)
		return info->receiver;
	return i < info->params.len ? info->params.items[i] : NULL;
}

static Hole leaks_hole(Escape *e, const Callee *k, const Leaks *leaks)
{
	Hole h = discard_hole(e);
	if (leaks->heap >= 0)
		h = shifted(heap_hole(e), leaks->heap);
	if (leaks->written >= 0)
		h = tee(e, h, shifted(writer_hole(e), leaks->written));
	if (leaks->received >= 0)
		h = tee(e, h, shifted(receiver_hole(e), leaks->received));
	for (int i = 0; i < k->count && i < MAX_LEAK_RESULTS; i++)
		if (leaks->results[i] >= 0 && k->results[i].to != &e->blank)
			h = tee(e, h, shifted(k->results[i], leaks->results[i]));
	for (int i = 0; i < MAX_LEAK_RESULTS; i++)
		if (leaks->results[i] >= 0 && i >= k->count && k->count > 0)
			h = tee(e, h, shifted(heap_hole(e), leaks->results[i]));
	return h;
}

/* The hole of argument i (the receiver counts as the first, where the function has one). */
static Hole parameter_hole(Escape *e, const Callee *k, int i, Expr *call)
{
	Hole h = heap_hole(e);
	if (k->info) {
		Object *o = parameter(k->info, i);
		if (o)
			h = hole_of(variable_node(e, o));
	} else if (k->object) {
		Leaks *leaks = summary_of(k->object, e->judgement, i);
		if (leaks)
			h = leaks_hole(e, k, leaks);
	}
	return noted(e, h, "call parameter", call, NO_POS);
}

static Hole param_hole(Escape *e, const Callee *k, int i, Expr *call)
{
	return tee(e, parameter_hole(e, k, i, call), k->also);
}

/* Does the callee keep the value of argument i nowhere, and give it back in no result? What it leads to may leak. */
static bool forgets(Escape *e, const Callee *k, int i)
{
	const Leaks *leaks = k->object && !k->info && !k->later ? summary_of(k->object, e->judgement, i) : NULL;
	bool forgotten = leaks && leaks->heap != 0;
	for (int r = 0; forgotten && r < MAX_LEAK_RESULTS; r++)
		forgotten = leaks->results[r] != 0;
	return forgotten;
}

/* The slice of n variadic arguments, whose address fills k; the hole is for its elements. */
static Hole spread(Escape *e, const Callee *k, Hole slice, int i, Expr *call, Type *elem, int n)
{
	Hole content = spill(e, slice, ALLOC_SPREAD, call, array_of(e->c, elem, n));
	content.to->lent = forgets(e, k, i);
	return content;
}

/* Is it a method of whatever an interface holds? Where that is a box, it gets what is in it. */
static bool receives_content(const Callee *k)
{
	return !k->info && !k->object && k->is_interface && k->method->kind == SELECT_INTERFACE_METHOD;
}

static void flow_receiver(Escape *e, Callee *k, Expr *call)
{
	Hole h = receives_content(k) ? tee(e, noted(e, receiver_hole(e), "call parameter", call, NO_POS), k->also) :
		param_hole(e, k, 0, call);
	Object *m = k->object;
	flow_path(e, h, k->selector, k->method, m && m->pointer_receiver && !k->is_interface);
}

/* ---- arguments ----------------------------------------------------------------------------- */

static Type *param_type(Type *signature, int i, bool packed)
{
	int n = signature->fields.len;
	Type *t = signature->fields.items[i < n ? i : n - 1]->type;
	return packed && t->kind == TYPE_SLICE ? t->elem : t;
}

/* f(g()): the results of g are the arguments. */
static void flow_results_as_arguments(Escape *e, Callee *k, Expr *call, int first)
{
	Expr *inner = call->list.items[0];
	int n = inner->type->fields.len, fixed = k->signature->fields.len - (k->signature->variadic ? 1 : 0);
	Hole *holes = NEW_ARRAY(e->c->arena, Hole, n + 1), rest = {0};
	for (int i = 0; i < n; i++) {
		bool packed = i >= fixed;
		if (packed && !rest.to)
			rest = spread(e, k, param_hole(e, k, first + fixed, call), first + fixed, call,
			              param_type(k->signature, i, true), n - fixed);
		holes[i] = packed ? rest : param_hole(e, k, first + i, call);
		Type *t = inner->type->fields.items[i]->type;
		if (is_interface(param_type(k->signature, i, packed)) && !is_interface(t))
			holes[i] = spill(e, holes[i], ALLOC_BOX, NULL, t);
	}
	flow_call(e, holes, n, unparen(inner));
}

/* Go makes the slice of variadic arguments of go and defer when the call happens; we make it with the statement. */
static bool late_slice(Escape *e, const Callee *k)
{
	return e->judgement == JUDGE_GO && k->also.to != &e->blank;
}

/* f([]T{...}...) of go and defer: as if the elements were the arguments. */
static bool flow_late_literal(Escape *e, Hole h, Callee *k, Expr *x, Type *slice)
{
	x = unparen(x);
	if (x->kind != EXPR_COMPOSITE || underlying(x->type)->kind != TYPE_SLICE)
		return false;
	Hole content = tee(e, spill(e, h, ALLOC_SLICE_LITERAL, x, NULL), k->also);
	for (int i = 0; i < x->list.len; i++) {
		Expr *v = x->list.items[i];
		flow_as(e, content, v->kind == EXPR_KEY_VALUE ? v->y : v, underlying(slice)->elem);
	}
	return true;
}

static void flow_arguments(Escape *e, Callee *k, Expr *call, int first)
{
	hold_numbers(e, k->object, call);
	if (!k->signature) {
		for (int i = 0; i < call->list.len; i++)
			flow_expr(e, heap_hole(e), call->list.items[i]);
		return;
	}
	if (call->list.len == 1 && call->list.items[0]->type && call->list.items[0]->type->kind == TYPE_TUPLE &&
	    !call->list.items[0]->comma_ok) {
		flow_results_as_arguments(e, k, call, first);
		return;
	}
	bool packs = k->signature->variadic && !call->has_dots;
	int fixed = k->signature->fields.len - (packs ? 1 : 0);
	Hole rest = {0};
	for (int i = 0; i < call->list.len; i++) {
		bool packed = packs && i >= fixed;
		Type *t = param_type(k->signature, i, packed);
		if (k->info && call->inlined && !packed && drops(e, k->info->params.items[i])) {
			flow_unwanted(e, call->list.items[i]);
			continue;
		}
		if (packed && !rest.to) {
			Hole slice = late_slice(e, k) ? parameter_hole(e, k, first + fixed, call) : param_hole(e, k, first + fixed,
				call);
			rest = spread(e, k, slice, first + fixed, call, t, call->list.len - fixed);
			if (late_slice(e, k))
				rest = tee(e, rest, k->also);
		}
		Hole h = packed ? noted(e, rest, "slice-literal-element", call, NO_POS) : param_hole(e, k, first + i, call);
		if (call->has_dots && i == fixed - 1 && late_slice(e, k) &&
		    flow_late_literal(e, parameter_hole(e, k, first + i, call), k, call->list.items[i], t))
			continue;
		flow_as(e, h, call->list.items[i], t);
	}
}

/* The literal that is called where it stands; the wrapper of a go or defer statement keeps it in a variable for that
 * one call (inline/wrap.c). NULL: there is none. */
static Expr *called_literal(Escape *e, Expr *fun)
{
	bool kept = fun->kind == EXPR_NAME && fun->object && is_kept_by_wrapper(fun->object);
	Expr *value = kept ? static_value(e, fun) : fun;
	return value->kind == EXPR_FUNC ? value : NULL;
}

static void flow_into_call(Escape *e, Callee *k, Expr *call)
{
	Expr *fun = unparen(call->x);
	if (k->info && k->results)
		for (int i = 0; i < k->count && i < k->info->results.len; i++)
			flow(e, k->results[i], variable_node(e, k->info->results.items[i]));
	int first = 0;
	if (k->method) {
		flow_receiver(e, k, call);
		first = 1;
	} else if (k->info && call->inlined && (e->judgement != JUDGE_GO || fun->kind != EXPR_CALL)) {
		flow_unwanted(e, fun);
	} else if (!declared_function(fun) && !(fun->kind == EXPR_SELECTOR && fun->selection &&
	                                        fun->selection->kind == SELECT_METHOD_EXPR)) {
		Expr *literal = called_literal(e, fun);
		if (literal)
			map_put(e->c->arena, &e->called, literal->func_info, fun);
		flow_expr(e, k->also, fun);
	}
	flow_arguments(e, k, call, first);
}

/* ---- method values ---------------------------------------------------------------------------- */

void flow_method_value(Escape *e, Hole k, Expr *x)
{
	Callee callee = {.also = discard_hole(e)};
	method_callee(e, &callee, x);
	Hole results[MAX_LEAK_RESULTS];
	for (int i = 0; i < MAX_LEAK_RESULTS; i++)
		results[i] = heap_hole(e);
	callee.results = results;
	callee.count = MAX_LEAK_RESULTS;
	if (callee.is_interface)
		callee.object = NULL, callee.info = NULL;
	Type *held = value_type(x->x);
	Hole closure = spill(e, k, ALLOC_METHOD_VALUE, x, callee.object &&
	                     !callee.object->pointer_receiver ? callee.object->receiver_base : held);
	Hole h = tee(e, param_hole(e, &callee, 0, x), closure);
	flow_path(e, h, x, x->selection, callee.object && callee.object->pointer_receiver);
}

/* ---- builtins ------------------------------------------------------------------------------------- */

static Type *element_of(Expr *x)
{
	Type *t = value_type(x) ? core_type(value_type(x)) : NULL;
	return t ? t->elem : NULL;
}

/* The loop depth of the variable that x names; 0: it is none of this function, or not new in each round. */
static int round_of(Escape *e, Expr *x)
{
	x = unparen(x);
	if (x->kind != EXPR_NAME || !x->object || x->object->kind != OBJECT_VAR || x->object->is_package_level)
		return 0;
	const Node *n = variable_node(e, x->object);
	return n->func == e->func && !n->is_param && n->result < 0 ? n->loop_depth : 0;
}

/* What append allocates may be in the frame, once in a call of the function: so loops do not count. */
static void flow_store(Escape *e, Hole k, Expr *call)
{
	if (e->judgement == JUDGE_GO) {
		spill(e, k, ALLOC_APPEND, call, NULL).to->loop_depth = 0;
		return;
	}
	if (call->has_dots || call->list.len < 2 || call == e->in_place) {
		if (e->sites || e->wants_takings)
			spill(e, heap_hole(e), ALLOC_APPEND, call, NULL);
		return;
	}
	spill(e, k, ALLOC_APPEND, call, NULL).to->loop_depth = 0;
	call->stays |= e->loop_depth > 1 ? STAYS_REPEATED : 0;
	int depth = round_of(e, call->list.items[0]);
	if (depth > 1) {
		Node *n = spill(e, k, ALLOC_APPEND_ROUND, call, NULL).to;
		n->loop_depth = depth;
		n->silent = true;
	}
}

static void flow_append(Escape *e, Hole k, Expr *call)
{
	flow_store(e, k, call);
	Expr *first = call->list.items[0];
	Type *elem = core_type(call->type) ? core_type(call->type)->elem : NULL;
	bool pointers = holds_pointers(e, elem);
	k = tee(e, k, writer_hole(e));
	flow_expr(e, pointers ? tee(e, k, noted(e, shifted(heap_hole(e), 1), "appendee slice", call, NO_POS)) : k, first);
	for (int i = 1; i < call->list.len; i++) {
		Expr *x = call->list.items[i];
		if (call->has_dots)
			share_text(x);
		if (!call->has_dots)
			flow_as(e, noted(e, heap_hole(e), "appended to slice", call, NO_POS), x, elem);
		else if (pointers && element_of(x))
			flow_expr(e, noted(e, shifted(heap_hole(e), 1), "appended slice...", call, NO_POS), x);
		else
			discard(e, x);
	}
}

static void flow_copy(Escape *e, Expr *call)
{
	Expr *from = call->list.items[1];
	flow_expr(e, writer_hole(e), call->list.items[0]);
	share_text(from);
	bool pointers = element_of(from) && holds_pointers(e, element_of(from));
	flow_expr(e, pointers ? noted(e, shifted(heap_hole(e), 1), "copied slice", call, NO_POS) : discard_hole(e), from);
}

/* What make([]T, n) may have in the frame, whatever n is (lower/builtin.c, small_slice); NULL: nothing. */
static Type *small_array(Escape *e, Type *elem)
{
	int64_t size = has_type_params(elem) ? 0 : type_size(e->c, types_canonical(e->c, elem));
	return size > 0 && size <= SMALL_MAKE ? array_of(e->c, elem, SMALL_MAKE / size) : NULL;
}

/* The array that make([]T, n, cap) with constant sizes needs; NULL: sizes are not constant. */
static Type *made_array(Escape *e, Expr *call, Type *slice)
{
	int64_t n;
	Expr *size = call->list.items[call->list.len - 1];
	Constant *v = e->judgement == JUDGE_GO ? certain_constant(e, size) : size->mode == MODE_CONST ? size->cval : NULL;
	if (!v)
		return e->judgement == JUDGE_FRAMES && call->list.len == 2 ? small_array(e, slice->elem) : NULL;
	if (call->list.len < 2)
		return NULL;
	v = const_to_int(e->c, v);
	if (!const_fits_int64(v, &n) || n < 0)
		return NULL;
	return array_of(e->c, slice->elem, n);
}

/* What a map with so many entries may have in the frame; NULL: nothing. What is stored in it goes to the heap all the
 * same. */
Type *small_map(Escape *e, Type *map, int64_t entries)
{
	return e->judgement == JUDGE_FRAMES && entries >= 0 && entries <= MAP_SLOTS ? map_frame_type(e->c, map) : NULL;
}

static Type *made_map(Escape *e, Expr *call)
{
	int64_t n = 0;
	if (call->list.len > 1) {
		Constant *v = call->list.items[1]->mode == MODE_CONST ? const_to_int(e->c, call->list.items[1]->cval) : NULL;
		if (!v || !const_fits_int64(v, &n))
			return NULL;
	}
	return small_map(e, call->type, n);
}

static void flow_make(Escape *e, Hole k, Expr *call)
{
	Type *u = core_type(call->type);
	if (!u)
		spill(e, k, ALLOC_MAP, call, NULL);
	else if (u->kind == TYPE_SLICE)
		spill(e, k, ALLOC_MAKE_SLICE, call, made_array(e, call, u));
	else if (u->kind == TYPE_MAP)
		spill(e, k, ALLOC_MAP, call, made_map(e, call));
	else if (u->kind == TYPE_CHAN && (e->sites || e->wants_takings))
		spill(e, k, ALLOC_CHAN, call, NULL);
	discard_list(e, &call->list);
}

static void flow_builtin(Escape *e, Hole k, Expr *call, Hole also)
{
	ExprList *list = &call->list;
	Type *any = e->c->types->empty_interface;
	if (list->len == 1 && list->items[0]->type && list->items[0]->type->kind == TYPE_TUPLE &&
	    list->items[0]->mode != MODE_TYPE) {
		Hole holes[16];
		for (int i = 0; i < 16; i++)
			holes[i] = heap_hole(e);
		flow_call(e, holes, 16, unparen(list->items[0]));
		return;
	}
	switch (call->builtin) {
	case BUILTIN_APPEND:
		flow_append(e, k, call);
		break;
	case BUILTIN_COPY:
		flow_copy(e, call);
		break;
	case BUILTIN_MAKE:
		flow_make(e, k, call);
		break;
	case BUILTIN_NEW: {
		Expr *arg = list->items[0];
		Type *elem = core_type(call->type) ? core_type(call->type)->elem : NULL;
		Hole h = spill(e, k, ALLOC_NEW, call, elem);
		if (arg->mode != MODE_TYPE)
			flow_as(e, h, arg, elem);
		break;
	}
	case BUILTIN_PANIC:
		flow_as(e, noted(e, heap_hole(e), "call parameter", call, NO_POS), list->items[0], any);
		break;
	case BUILTIN_DELETE:
		discard(e, list->items[0]);
		share_key(list->items[1]);
		flow_as(e, also, list->items[1], core_type(list->items[0]->type) ? core_type(list->items[0]->type)->key : NULL);
		break;
	case BUILTIN_MIN:
	case BUILTIN_MAX:
		for (int i = 0; i < list->len; i++)
			flow_expr(e, k, list->items[i]);
		break;
	case BUILTIN_UNSAFE_ADD:
	case BUILTIN_UNSAFE_SLICE:
	case BUILTIN_UNSAFE_STRING:
		flow_expr(e, k, list->items[0]);
		discard(e, list->items[1]);
		break;
	case BUILTIN_UNSAFE_SLICE_DATA:
	case BUILTIN_UNSAFE_STRING_DATA:
		flow_expr(e, k, list->items[0]);
		break;
	case BUILTIN_CLEAR:
		flow_expr(e, writer_hole(e), list->items[0]);
		break;
	case BUILTIN_LEN:
		share_text(list->items[0]);
		discard_list(e, list);
		break;
	case BUILTIN_UNSAFE_ALIGNOF:
	case BUILTIN_UNSAFE_OFFSETOF:
	case BUILTIN_UNSAFE_SIZEOF:
		break;
	default:
		discard_list(e, list);
	}
}

/* ---- calls ---------------------------------------------------------------------------------------- */

/* What was parameters and results are variables of the function around the call, new each time. */
static void declare_inlined(Escape *e, FuncInfo *info)
{
	declare(e, info->receiver);
	for (int i = 0; i < info->params.len; i++)
		declare(e, info->params.items[i]);
	for (int i = 0; i < info->results.len; i++)
		declare(e, info->results.items[i]);
}

void flow_call(Escape *e, Hole *results, int count, Expr *call)
{
	Hole none = discard_hole(e);
	if (call->kind != EXPR_CALL) {      /* v, ok forms and the like where a call was expected */
		flow_expr(e, count ? results[0] : none, call);
		return;
	}
	if (call->call_kind == CALL_CONVERSION) {
		flow_expr(e, count ? results[0] : none, call);
		return;
	}
	bool quiet = e->quiet;
	e->quiet = false;
	if (call->call_kind == CALL_BUILTIN) {
		flow_builtin(e, count ? results[0] : none, call, none);
	} else {
		Callee k = callee_of(e, call, results, count, none);
		bool inlined = has_body(e, call);
		if (inlined)
			declare_inlined(e, k.info);
		else
			takes_by_call(e, call, k.object, k.info);
		flow_into_call(e, &k, call);
		if (inlined)
			flow_block(e, call->inlined->body);
	}
	e->quiet = quiet;
}

/* Arguments are held until the call is made: in the function's frame if the statement runs at most once, else in
 * the heap. Lowering goes by what is noted here. */
void flow_go_defer(Escape *e, Stmt *s)
{
	Expr *call = unparen(s->x);
	FuncInfo *owner = e->func->range_of ? e->func->range_of : e->func;
	bool in_frame = s->kind == STMT_DEFER && e->loop_depth == 1 && owner == e->func;
	if (e->judgement == JUDGE_FRAMES) {
		in_frame &= owner->once_count < DEFER_BITS;
		s->runs_once = in_frame;
		s->once_before = owner->once_count;
		owner->once_count += in_frame;
	}
	Hole held = in_frame ? discard_hole(e) : heap_hole(e);
	if (call->call_kind == CALL_BUILTIN) {
		flow_builtin(e, held, call, held);
		for (int i = 0; !in_frame && i < call->list.len; i++)
			flow_expr(e, held, call->list.items[i]);
		return;
	}
	if (s->kind == STMT_GO)
		takes(e, s->pos, "a goroutine is started");
	else if (!in_frame)
		takes(e, s->pos, "a call is deferred in a loop");
	Callee k = callee_of(e, call, NULL, 0, held);
	if (!call->inlined)
		takes_by_call(e, call, k.object, k.info);
	k.later = true;
	flow_into_call(e, &k, call);
}
