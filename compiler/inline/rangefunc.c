/*
 * rangefunc.c - loops over functions become calls (spec, "For statements with range clause").
 *
 *     for k, v := range f { body }
 *
 * becomes, in place,
 *
 *     { #state := READY
 *       f(func(k K, v V) bool { check(#state != READY, #state, PANIC); #state = PANIC; body; #state = READY; return true })
 *       check(#state == PANIC, MISSING_PANIC)
 *       #state = EXHAUSTED }
 *
 * so that everything behind sees a call and a literal only: an iterator is inlined like any function, the body like
 * any literal that is called once, and escape analysis knows who keeps what. Lowering a body as a function of a special kind,
 * with all that it shares in the heap, was rejected: we had that, and a loop cost an allocation for each variable.
 *
 * #state says what a call of the body finds: READY between calls; PANIC while the body runs, so it stays when the body
 * panics; DONE after the body has returned false; EXHAUSTED after the loop. check is a builtin that only this file
 * knows (BUILTIN_CHECK_RANGE): it panics if the condition holds. In the body it leaves PANIC in #state when it does, so
 * an iterator that goes on where it must not, and recovers what that gives, panics behind its call.
 *
 * A way out of the body that is not the loop's own end sets #state to DONE and returns false; where it leads
 * further than behind the loop, #next is set to its number first. Behind the call who finds the number in #next goes
 * that way, or, if that leads out of the body of another such loop, leaves this one in turn. The loops of a nest share
 * #next. Values that are returned wait in the function's results, or in #rv1, #rv2 ... where these have no names.
 *
 * Defer statements and recover() of a body are the enclosing function's: FuncInfo.range_of and .deferring tell lowering.
 * The body is not copied; its variables, literals and those of the loop are given to the literal.
 */
#include "pass.h"

#include <string.h>

/* The first four are also what the runtime is told when a body is called that must not be (panic_range_state). */
enum { RANGE_DONE, RANGE_PANIC, RANGE_MISSING_PANIC, RANGE_EXHAUSTED, RANGE_READY };

typedef enum { EXIT_BREAK, EXIT_CONTINUE, EXIT_GOTO, EXIT_RETURN } ExitKind;

/* code: what #next holds. */
typedef struct Exit { int code; ExitKind kind; Stmt *target; } Exit;
typedef VEC(Exit) ExitList;

/* A loop over a function that stands in no other, with those inside. */
typedef struct Nest {
	Object *next;               /* NULL: not needed yet */
	ObjectList results;         /* what a return sets; empty: none, or not needed yet */
	bool made_results;          /* they are #rv variables */
	ExitList exits;
	Pos pos;
} Nest;

typedef struct Loop {
	struct Loop *around;        /* whose body this stands in */
	Nest *nest;
	Stmt *stmt;
	Pos from, to;               /* of its body */
	FuncInfo *info;             /* the body as a function */
	Object *state;
	ExitList exits;             /* ways out of this loop that lead further than behind it */
} Loop;

typedef struct Rewrite {
	Compiler *c;
	Package *package;
	FuncInfo *owner;            /* the function, declared or literal */
	Loop *loop;                 /* innermost around the statement; NULL: none */
} Rewrite;

/* ---- nodes ------------------------------------------------------------------------------ */

static Type *basic_type(const Rewrite *w, TypeKind kind) { return w->c->types->basic[kind]; }

static Expr *expr_new(const Rewrite *w, ExprKind kind, Mode mode, Type *type, Pos pos)
{
	Expr *e = NEW(w->c->arena, Expr);
	e->kind = kind;
	e->mode = mode;
	e->type = type;
	e->pos = e->start = e->end = pos;
	e->implicit = true;
	return e;
}

static Expr *constant(const Rewrite *w, TypeKind type, Constant *value, Pos pos)
{
	Expr *e = expr_new(w, EXPR_LITERAL, MODE_CONST, basic_type(w, type), pos);
	e->cval = value;
	return e;
}

static Expr *int_expr(const Rewrite *w, int v, Pos pos) { return constant(w, TYPE_INT, const_int(w->c, v), pos); }

static Expr *bool_expr(const Rewrite *w, bool v, Pos pos) { return constant(w, TYPE_BOOL, const_bool(w->c, v), pos); }

static Expr *name_expr(const Rewrite *w, Object *o, Pos pos)
{
	Expr *e = expr_new(w, EXPR_NAME, MODE_VARIABLE, o->type, pos);
	e->name = o->name;
	e->object = o;
	return e;
}

static Expr *comparison(const Rewrite *w, Op op, Object *o, int v, Pos pos)
{
	Expr *e = expr_new(w, EXPR_BINARY, MODE_VALUE, basic_type(w, TYPE_BOOL), pos);
	e->op = op;
	e->x = name_expr(w, o, pos);
	e->y = int_expr(w, v, pos);
	return e;
}

static Stmt *stmt_new(const Rewrite *w, StmtKind kind, Pos pos)
{
	Stmt *s = NEW(w->c->arena, Stmt);
	s->kind = kind;
	s->pos = pos;
	return s;
}

static void add(const Rewrite *w, StmtList *list, Stmt *s) { vec_push(w->c->arena, list, s); }

static Block *block_new(const Rewrite *w, Pos pos, Pos end)
{
	Block *b = NEW(w->c->arena, Block);
	b->pos = pos;
	b->end = end;
	return b;
}

static Stmt *assignment(const Rewrite *w, Object *o, int v, Pos pos)
{
	Stmt *s = stmt_new(w, STMT_ASSIGN, pos);
	vec_push(w->c->arena, &s->lhs, name_expr(w, o, pos));
	vec_push(w->c->arena, &s->rhs, int_expr(w, v, pos));
	return s;
}

static Stmt *return_bool(const Rewrite *w, bool v, Pos pos)
{
	Stmt *s = stmt_new(w, STMT_RETURN, pos);
	vec_push(w->c->arena, &s->rhs, bool_expr(w, v, pos));
	return s;
}

/* Panics if the state is (OP_EQ) or is not (OP_NE) v. code: a constant, or the state, which becomes PANIC then. */
static Stmt *check_state(const Rewrite *w, Op op, Object *state, int v, Expr *code, Pos pos)
{
	Expr *call = expr_new(w, EXPR_CALL, MODE_NO_VALUE, NULL, pos);
	call->call_kind = CALL_BUILTIN;
	call->builtin = BUILTIN_CHECK_RANGE;
	vec_push(w->c->arena, &call->list, comparison(w, op, state, v, pos));
	vec_push(w->c->arena, &call->list, code);
	if (code->kind == EXPR_NAME)
		vec_push(w->c->arena, &call->list, int_expr(w, RANGE_PANIC, pos));
	Stmt *s = stmt_new(w, STMT_EXPR, pos);
	s->x = call;
	return s;
}

/* ---- variables ------------------------------------------------------------------------------ */

static Object *variable(const Rewrite *w, FuncInfo *owner, const char *name, Type *type, Pos pos)
{
	Object *o = object_new(w->c, OBJECT_VAR, intern_str(w->c, name), type, pos, w->package);
	o->owner = owner;
	return o;
}

/* One that is assigned to. */
static Object *shared_variable(const Rewrite *w, FuncInfo *owner, const char *name, Type *type, Pos pos)
{
	Object *o = variable(w, owner, name, type, pos);
	o->assigned = o->changed = true;
	vec_push(w->c->arena, &owner->locals, o);
	return o;
}

static Stmt *declaration(const Rewrite *w, Object *o, Expr *value, Pos pos)
{
	Decl *d = NEW(w->c->arena, Decl);
	d->kind = DECL_VAR;
	d->pos = d->keyword_pos = pos;
	vec_push(w->c->arena, &d->names, o->name);
	vec_push(w->c->arena, &d->name_pos, pos);
	vec_push(w->c->arena, &d->objects, o);
	if (value)
		vec_push(w->c->arena, &d->values, value);
	Stmt *s = stmt_new(w, STMT_DECL, pos);
	vec_push(w->c->arena, &s->decls, d);
	return s;
}

static void need_next(Rewrite *w, Nest *n)
{
	if (!n->next)
		n->next = shared_variable(w, w->owner, "#next", basic_type(w, TYPE_INT), NO_POS);
}

/* A function's results if all have names, else variables of the nest. */
static void need_results(Rewrite *w, Nest *n)
{
	const ObjectList *results = &w->owner->results;
	if (n->results.len || results->len == 0)
		return;
	for (int i = 0; i < results->len; i++)
		n->made_results |= !*results->items[i]->name || strcmp(results->items[i]->name, "_") == 0;
	for (int i = 0; i < results->len; i++) {
		Object *o = results->items[i];
		if (n->made_results)
			o = shared_variable(w, w->owner, arena_printf(w->c->arena, "#rv%d", i + 1), o->type, o->pos);
		vec_push(w->c->arena, &n->results, o);
	}
}

/* ---- ways out ---------------------------------------------------------------------------------- */

static Stmt *statement_of(Stmt *target, ExitKind kind)
{
	return target && target->kind == STMT_LABELED && kind != EXIT_GOTO ? target->body_stmt : target;
}

static bool is_inside(const Rewrite *w, const Loop *l, const Stmt *target)
{
	return target && pos_inside(w->c, target->pos, l->from, l->to);
}

static int exit_code(Rewrite *w, Loop *from, ExitKind kind, Stmt *target)
{
	Nest *n = from->nest;
	Exit e = {n->exits.len + 1, kind, target};
	need_next(w, n);
	for (int i = 0; i < n->exits.len; i++)
		if (n->exits.items[i].kind == kind && n->exits.items[i].target == target)
			e.code = n->exits.items[i].code;
	if (e.code > n->exits.len)
		vec_push(w->c->arena, &n->exits, e);
	for (Loop *l = from; l && target != l->stmt && !is_inside(w, l, target); l = l->around) {
		bool known = false;
		for (int i = 0; i < l->exits.len; i++)
			known |= l->exits.items[i].code == e.code;
		if (!known)
			vec_push(w->c->arena, &l->exits, e);
	}
	return e.code;
}

static Stmt *jump(const Rewrite *w, ExitKind kind, Stmt *target, Pos pos)
{
	static const StmtKind kinds[] = {[EXIT_BREAK] = STMT_BREAK, [EXIT_CONTINUE] = STMT_CONTINUE, [EXIT_GOTO] = STMT_GOTO};
	Stmt *s = stmt_new(w, kinds[kind], pos);
	s->target = target;
	return s;
}

/* All results are in their variables. */
static Stmt *return_results(const Rewrite *w, const Nest *n, Pos pos)
{
	Stmt *s = stmt_new(w, STMT_RETURN, pos);
	for (int i = 0; n->made_results && i < n->results.len; i++)
		vec_push(w->c->arena, &s->rhs, name_expr(w, n->results.items[i], pos));
	return s;
}

static void leave_body(Rewrite *w, Loop *l, StmtList *to, Pos pos)
{
	add(w, to, assignment(w, l->state, RANGE_DONE, pos));
	add(w, to, return_bool(w, false, pos));
}

/* The jump, from the body of l. */
static void jump_from(Rewrite *w, Loop *l, ExitKind kind, Stmt *target, StmtList *to, Pos pos)
{
	if (is_inside(w, l, target)) {
		add(w, to, jump(w, kind, target, pos));
	} else if (target == l->stmt && kind == EXIT_CONTINUE) {
		add(w, to, assignment(w, l->state, RANGE_READY, pos));
		add(w, to, return_bool(w, true, pos));
	} else {
		int code = target == l->stmt ? 0 : exit_code(w, l, kind, target);
		if (code)
			add(w, to, assignment(w, l->nest->next, code, pos));
		leave_body(w, l, to, pos);
	}
}

/* Behind the call of l's iterator: if #next says so, go that way. */
static void take_exit(Rewrite *w, Loop *l, const Exit *e, StmtList *to, Pos pos)
{
	Stmt *s = stmt_new(w, STMT_IF, pos);
	s->x = comparison(w, OP_EQ, l->nest->next, e->code, pos);
	s->body = block_new(w, pos, pos);
	StmtList *body = &s->body->list;
	Loop *a = l->around;
	if (a && e->target != a->stmt && !is_inside(w, a, e->target)) {
		leave_body(w, a, body, pos);
	} else {
		add(w, body, assignment(w, l->nest->next, 0, pos));
		if (a)
			jump_from(w, a, e->kind, e->target, body, pos);
		else
			add(w, body, e->kind == EXIT_RETURN ? return_results(w, l->nest, pos) : jump(w, e->kind, e->target, pos));
	}
	add(w, to, s);
}

/* s becomes a block of what its list is given. */
static StmtList *become_block(const Rewrite *w, Stmt *s)
{
	Block *b = block_new(w, s->pos, s->pos);
	Pos pos = s->pos;
	*s = (Stmt){.kind = STMT_BLOCK, .pos = pos, .body = b};
	return &b->list;
}

static void rewrite_jump(Rewrite *w, Stmt *s, ExitKind kind)
{
	Stmt *target = statement_of(s->target, kind);
	if (!is_inside(w, w->loop, target))
		jump_from(w, w->loop, kind, target, become_block(w, s), s->pos);
}

static void rewrite_return(Rewrite *w, Stmt *s)
{
	ExprList values = s->rhs;
	Nest *n = w->loop->nest;
	need_results(w, n);
	StmtList *to = become_block(w, s);
	if (values.len) {
		Stmt *assign = stmt_new(w, STMT_ASSIGN, s->pos);
		for (int i = 0; i < n->results.len; i++)
			vec_push(w->c->arena, &assign->lhs, name_expr(w, n->results.items[i], s->pos));
		assign->rhs = values;
		add(w, to, assign);
	}
	jump_from(w, w->loop, EXIT_RETURN, NULL, to, s->pos);
}

/* ---- the body as a function ------------------------------------------------------------------------ */

/* What is declared or written between from and to goes from one function to another. */
static void move_inside(Rewrite *w, FuncInfo *from, Loop *l)
{
	int kept = 0;
	for (int i = 0; i < from->locals.len; i++) {
		Object *o = from->locals.items[i];
		if (pos_inside(w->c, o->pos, l->from, l->to)) {
			o->owner = l->info;
			vec_push(w->c->arena, &l->info->locals, o);
		} else {
			from->locals.items[kept++] = o;
		}
	}
	from->locals.len = kept;
	kept = 0;
	for (int i = 0; i < from->literals.len; i++) {
		Expr *e = from->literals.items[i];
		if (pos_inside(w->c, e->pos, l->from, l->to)) {
			e->func_info->outer = l->info;
			vec_push(w->c->arena, &l->info->literals, e);
		} else {
			from->literals.items[kept++] = e;
		}
	}
	from->literals.len = kept;
}

static void remove_local(FuncInfo *info, const Object *o)
{
	int kept = 0;
	for (int i = 0; i < info->locals.len; i++)
		if (info->locals.items[i] != o)
			info->locals.items[kept++] = info->locals.items[i];
	info->locals.len = kept;
}

static bool is_given(const ExprList *lhs, int i)
{
	return i < lhs->len && lhs->items[i] && !(lhs->items[i]->kind == EXPR_NAME && strcmp(lhs->items[i]->name, "_") == 0);
}

/* The variables of the loop are the parameters; where it has none of its own, theirs are assigned to what it names. */
static void make_params(Rewrite *w, FuncInfo *outer, Loop *l, Stmt *s, const Type *yield, StmtList *to)
{
	Stmt *assign = stmt_new(w, STMT_ASSIGN, s->pos);
	for (int i = 0; i < yield->fields.len; i++) {
		Object *o = s->define && i < s->defined.len ? s->defined.items[i] : NULL;
		bool given = is_given(&s->lhs, i);
		if (o && given) {
			remove_local(outer, o);
		} else {
			o = variable(w, l->info, given ? arena_printf(w->c->arena, "#p%d", i + 1) : "_", yield->fields.items[i]->type,
					s->pos);
			if (given) {
				vec_push(w->c->arena, &assign->lhs, s->lhs.items[i]);
				vec_push(w->c->arena, &assign->rhs, name_expr(w, o, s->pos));
			}
		}
		o->owner = l->info;
		o->is_param = true;
		vec_push(w->c->arena, &l->info->params, o);
	}
	if (assign->lhs.len)
		add(w, to, assign);
}

static Expr *make_literal(Rewrite *w, Stmt *s, Type *yield)
{
	Expr *e = expr_new(w, EXPR_FUNC, MODE_VALUE, yield, s->pos);
	FuncInfo *info = NEW(w->c->arena, FuncInfo);
	FuncInfo *named = w->owner;
	e->end = s->end;
	e->func_info = info;
	info->literal = e;
	info->outer = w->loop ? w->loop->info : w->owner;
	info->type = yield;
	info->range_of = named;
	info->number = ++named->range_loops;
	info->has_goto = named->has_goto;
	Object *result = variable(w, info, "", basic_type(w, TYPE_BOOL), s->pos);
	result->is_result = true;
	vec_push(w->c->arena, &info->results, result);
	vec_push(w->c->arena, &info->outer->literals, e);
	return e;
}

/* ---- the loop -------------------------------------------------------------------------------------- */

static void rewrite_list(Rewrite *w, StmtList *list);

static Block *make_body(Rewrite *w, Loop *l, Stmt *s, const Type *yield)
{
	Block *b = block_new(w, s->pos, s->body->end);
	Object *state = l->state;
	add(w, &b->list, check_state(w, OP_NE, state, RANGE_READY, name_expr(w, state, s->pos), s->pos));
	add(w, &b->list, assignment(w, state, RANGE_PANIC, s->pos));
	make_params(w, l->info->outer, l, s, yield, &b->list);
	move_inside(w, l->info->outer, l);
	w->loop = l;
	rewrite_list(w, &s->body->list);
	w->loop = l->around;
	Stmt *body = stmt_new(w, STMT_BLOCK, s->body->pos);
	body->body = s->body;
	body->end = s->body->end;
	add(w, &b->list, body);
	Pos end = s->end.line ? s->end : s->pos;
	add(w, &b->list, assignment(w, state, RANGE_READY, end));
	add(w, &b->list, return_bool(w, true, end));
	return b;
}

static Stmt *make_call(Rewrite *w, Stmt *s, Expr *literal)
{
	Expr *call = expr_new(w, EXPR_CALL, MODE_NO_VALUE, NULL, s->pos);
	call->call_kind = CALL_FUNC;
	call->x = s->x;
	vec_push(w->c->arena, &call->list, literal);
	Stmt *st = stmt_new(w, STMT_EXPR, s->pos);
	st->x = call;
	return st;
}

static void rewrite_loop(Rewrite *w, Stmt *s)
{
	Type *signature = core_type(s->x->type), *yield = core_type(signature->fields.items[0]->type);
	Pos pos = s->pos;
	Nest *nest = w->loop ? w->loop->nest : NEW(w->c->arena, Nest);
	Expr *literal = make_literal(w, s, yield);
	Loop l = {.around = w->loop, .nest = nest, .stmt = s, .from = s->body->pos, .to = s->body->end,
			.info = literal->func_info};
	const char *name = arena_printf(w->c->arena, "#state%d", l.info->number);
	l.state = shared_variable(w, l.info->outer, name, basic_type(w, TYPE_INT), pos);
	Stmt old = *s;
	literal->body = make_body(w, &l, &old, yield);
	StmtList *to = become_block(w, s);
	if (!l.around) {
		if (nest->next)
			add(w, to, declaration(w, nest->next, NULL, pos));
		for (int i = 0; nest->made_results && i < nest->results.len; i++)
			add(w, to, declaration(w, nest->results.items[i], NULL, pos));
	}
	add(w, to, declaration(w, l.state, int_expr(w, RANGE_READY, pos), pos));
	Stmt *call = make_call(w, &old, literal);
	add(w, to, call);
	s->range_call = call->x;
	add(w, to, check_state(w, OP_EQ, l.state, RANGE_PANIC, int_expr(w, RANGE_MISSING_PANIC, pos), pos));
	add(w, to, assignment(w, l.state, RANGE_EXHAUSTED, pos));
	for (int i = 0; i < l.exits.len; i++)
		take_exit(w, &l, &l.exits.items[i], to, pos);
}

/* ---- a function --------------------------------------------------------------------------------------- */

static bool is_over_function(const Stmt *s)
{
	const Type *core = s->x->type ? core_type(s->x->type) : NULL;
	return core && core->kind == TYPE_FUNC;
}

static void note_defer(Rewrite *w, Stmt *s)
{
	for (Loop *l = w->loop; l; l = l->around)
		l->info->deferring = s;
	w->owner->range_defers |= w->loop != NULL;
}

static void rewrite_stmt(Rewrite *w, Stmt *s);

static void rewrite_block(Rewrite *w, Block *b)
{
	if (b)
		rewrite_list(w, &b->list);
}

static void rewrite_parts(Rewrite *w, Stmt *s)
{
	rewrite_stmt(w, s->init);
	rewrite_block(w, s->body);
	rewrite_stmt(w, s->post);
	rewrite_stmt(w, s->else_);
	rewrite_stmt(w, s->body_stmt);
	for (int i = 0; i < s->cases.len; i++)
		rewrite_list(w, &s->cases.items[i]->body);
}

static void rewrite_stmt(Rewrite *w, Stmt *s)
{
	if (!s)
		return;
	switch (s->kind) {
	case STMT_RANGE:
		if (is_over_function(s))
			rewrite_loop(w, s);
		else
			rewrite_parts(w, s);
		break;
	case STMT_RETURN:
		if (w->loop)
			rewrite_return(w, s);
		break;
	case STMT_BREAK:
	case STMT_CONTINUE:
	case STMT_GOTO:
		if (w->loop)
			rewrite_jump(w, s, s->kind == STMT_BREAK ? EXIT_BREAK : s->kind == STMT_CONTINUE ? EXIT_CONTINUE : EXIT_GOTO);
		break;
	case STMT_DEFER:
		note_defer(w, s);
		break;
	default:
		rewrite_parts(w, s);
	}
}

static void rewrite_list(Rewrite *w, StmtList *list)
{
	for (int i = 0; i < list->len; i++)
		rewrite_stmt(w, list->items[i]);
}

void rewrite_range_functions(Compiler *c, Package *package)
{
	Map done = {0};
	for (int i = 0; i < package->func_infos.len; i++) {
		FuncInfo *info = package->func_infos.items[i], *top = info;
		Block *body = body_of(info);
		Rewrite w = {.c = c, .package = package, .owner = info};
		rewrite_block(&w, body);
		while (top->outer)
			top = top->outer;
		if (info->range_loops)
			map_put(c->arena, &done, top, top);
	}
	/* outer functions stand before inner ones, so all of a function is rewritten when it comes up again */
	for (int i = 0; i < package->func_infos.len; i++)
		if (map_get(&done, package->func_infos.items[i]))
			find_captures(c, package->func_infos.items[i]);
}
