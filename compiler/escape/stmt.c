/*
 * stmt.c - statements and bodies. Loop depth counts loops, and labels that a goto jumps back to, around the
 * place where a variable is declared or something is allocated: an object of a deeper place that is
 * stored in a variable of a shallower one may meet its successor of the next iteration, so it cannot share its storage.
 */
#include "graph.h"
#include "../lower/walk.h"

static void flow_statement(Escape *e, Stmt *s);

static void flow_list(Escape *e, StmtList *list)
{
	for (int i = 0; i < list->len; i++)
		flow_statement(e, list->items[i]);
}

/* A jump back to a label of a block stays within the block. */
static void flow_scope(Escape *e, StmtList *list)
{
	int depth = e->loop_depth;
	flow_list(e, list);
	e->loop_depth = depth;
}

void flow_block(Escape *e, Block *b)
{
	if (b)
		flow_scope(e, &b->list);
}

/* ---- assignment ----------------------------------------------------------------------- */

static Hole noted_assign(Escape *e, Hole k, Expr *lhs, Expr *rhs, Stmt *s)
{
	if (e->remarks < 2)
		return k;
	Why *w = NEW(e->c->arena, Why);
	const char *op = s->kind == STMT_DEFINE ? ":=" : "=";
	*w = (Why){k.why, "assign", arena_printf(e->c->arena, "%s %s %s", text_of(e, lhs), op, text_of(e, rhs)), s->pos};
	k.why = w;
	return k;
}

/* A function value that nobody uses any more, which is not made. */
bool drops(const Escape *e, const Object *o)
{
	return o && (e->judgement == JUDGE_GO ? o->dropped_by_go : o->dropped);
}

/* A value that nobody wants: what calls in it do. */
void flow_unwanted(Escape *e, Expr *x)
{
	x = unparen(x);
	if (x->kind == EXPR_CALL && x->inlined)
		flow_call(e, NULL, 0, x);
}

void flow_assign(Escape *e, Expr *lhs, Expr *rhs, Stmt *s)
{
	if (grows_in_place(e, lhs, rhs))
		e->in_place = unparen(rhs);
	Hole k = place_hole(e, lhs);
	if (!is_blank_name(lhs) && assigns_to_itself(lhs, rhs)) {
		report_self_assignment(e, s);
		k = discard_hole(e);
	}
	if (lhs->type && underlying(lhs->type)->kind == TYPE_UINTPTR && is_header_data(lhs)) {
		flow_address_value(e, noted_assign(e, heap_hole(e), lhs, rhs, s), rhs);
		return;
	}
	flow_as(e, noted_assign(e, k, lhs, rhs, s), rhs, is_blank_name(lhs) ? NULL : lhs->type);
}

/* x, y = f() and the v, ok forms. */
static void flow_several(Escape *e, ExprList *lhs, Expr *rhs, Pos pos)
{
	int n = lhs->len;
	Hole *holes = NEW_ARRAY(e->c->arena, Hole, n + 1);
	for (int i = 0; i < n; i++) {
		Expr *x = lhs->items[i];
		holes[i] = noted(e, place_hole(e, x), "assign-pair", x, pos);
		Type *from = rhs->type && rhs->type->kind == TYPE_TUPLE &&
			i < rhs->type->fields.len ? rhs->type->fields.items[i]->type : NULL;
		if (!is_blank_name(x) && from && x->type && is_interface(x->type) && !is_interface(from))
			holes[i] = spill(e, holes[i], ALLOC_BOX, NULL, from);
	}
	Expr *u = unparen(rhs);
	if (u->kind == EXPR_CALL)
		flow_call(e, holes, n, u);
	else
		flow_expr(e, holes[0], u);
}

/* x op= y, x++, x-- (y is NULL). The place is stored to, so a map keeps the key; y itself is stored where it is a
 * string and x was empty. */
static void flow_op_assign(Escape *e, Expr *x, Expr *y)
{
	Hole k = place_hole(e, x);
	if (y)
		flow_expr(e, k, y);
}

static void flow_assignment(Escape *e, Stmt *s)
{
	for (int i = 0; i < s->defined.len; i++)
		declare(e, s->defined.items[i]);
	if (s->op != OP_NONE && s->kind == STMT_ASSIGN) {
		flow_op_assign(e, s->lhs.items[0], s->rhs.items[0]);
		return;
	}
	if (s->rhs.len == 1 && s->lhs.len > 1) {
		flow_several(e, &s->lhs, s->rhs.items[0], s->pos);
		return;
	}
	if (s->kind == STMT_ASSIGN && s->lhs.len == 1 && s->rhs.len == 1 && s->lhs.items[0]->kind == EXPR_NAME &&
			drops(e, s->lhs.items[0]->object)) {
		flow_unwanted(e, s->rhs.items[0]);
		return;
	}
	for (int i = 0; i < s->lhs.len && i < s->rhs.len; i++) {
		if (i < s->defined.len && drops(e, s->defined.items[i]))
			flow_unwanted(e, s->rhs.items[i]);
		else
			flow_assign(e, s->lhs.items[i], s->rhs.items[i], s);
	}
}

static Hole object_hole(Escape *e, Object *o)
{
	bool blank = !o || (o->name && o->name[0] == '_' && !o->name[1]);
	return blank ? discard_hole(e) : o->is_package_level ? heap_hole(e) : hole_of(variable_node(e, o));
}

static void flow_declaration(Escape *e, Decl *d)
{
	if (d->kind != DECL_VAR)
		return;
	for (int i = 0; i < d->objects.len; i++)
		declare(e, d->objects.items[i]);
	if (d->values.len == 1 && d->objects.len > 1) {
		int n = d->objects.len;
		Hole *holes = NEW_ARRAY(e->c->arena, Hole, n);
		Type *tuple = d->values.items[0]->type;
		for (int i = 0; i < n; i++) {
			Object *o = d->objects.items[i];
			holes[i] = object_hole(e, o);
			Type *from = tuple && tuple->kind == TYPE_TUPLE && i < tuple->fields.len ? tuple->fields.items[i]->type :
				NULL;
			if (o && from && o->type && is_interface(o->type) && !is_interface(from))
				holes[i] = spill(e, holes[i], ALLOC_BOX, NULL, from);
		}
		flow_call(e, holes, n, unparen(d->values.items[0]));
		return;
	}
	for (int i = 0; i < d->values.len && i < d->objects.len; i++) {
		Object *o = d->objects.items[i];
		if (drops(e, o)) {
			flow_unwanted(e, d->values.items[i]);
			continue;
		}
		flow_as(e, noted(e, object_hole(e, o), "assign", d->values.items[i], d->name_pos.items[i]), d->values.items[i],
		        o ?
				o->type : NULL);
	}
}

static Hole noted_return(Escape *e, Hole k, Stmt *s)
{
	if (e->remarks < 2)
		return k;
	Buf b;
	buf_init(&b, e->c->arena);
	for (int i = 0; i < s->rhs.len; i++)
		buf_printf(&b, "%s%s", i ? ", " : "return ", text_of(e, s->rhs.items[i]));
	Why *w = NEW(e->c->arena, Why);
	*w = (Why){k.why, "return", b.s, s->pos};
	k.why = w;
	return k;
}

static void flow_return(Escape *e, Stmt *s)
{
	ObjectList *results = &e->func->results;
	if (s->rhs.len == 1 && results->len > 1) {
		Hole *holes = NEW_ARRAY(e->c->arena, Hole, results->len);
		Type *tuple = s->rhs.items[0]->type;
		for (int i = 0; i < results->len; i++) {
			holes[i] = noted_return(e, hole_of(variable_node(e, results->items[i])), s);
			Type *from = tuple && tuple->kind == TYPE_TUPLE && i < tuple->fields.len ? tuple->fields.items[i]->type :
				NULL;
			if (from && is_interface(results->items[i]->type) && !is_interface(from))
				holes[i] = spill(e, holes[i], ALLOC_BOX, NULL, from);
		}
		flow_call(e, holes, results->len, unparen(s->rhs.items[0]));
		return;
	}
	for (int i = 0; i < s->rhs.len && i < results->len; i++) {
		Hole k = noted_return(e, hole_of(variable_node(e, results->items[i])), s);
		flow_as(e, k, s->rhs.items[i], results->items[i]->type);
	}
}

/* ---- loops ---------------------------------------------------------------------------------- */

/* Each iteration has a variable of its own, if anybody can tell; its value comes from the one before. */
static void declare_per_iteration(Escape *e, Object *o)
{
	if (!o || !(o->addr_taken || o->captured_by_reference))
		return;
	declare(e, o);
	e->loop_depth--;
	Node *carried = node_new(e);
	carried->silent = true;
	e->loop_depth++;
	flow(e, hole_of(carried), variable_node(e, o));
}

static void flow_for(Escape *e, Stmt *s)
{
	if (s->init)
		flow_statement(e, s->init);
	e->loop_depth++;
	if (s->x)
		discard(e, s->x);
	if (s->init && s->init->kind == STMT_DEFINE)
		for (int i = 0; i < s->init->defined.len; i++)
			declare_per_iteration(e, s->init->defined.items[i]);
	if (s->post)
		flow_statement(e, s->post);
	flow_block(e, s->body);
	e->loop_depth--;
}

static void flow_range_variables(Escape *e, Stmt *s, Node *from)
{
	Type *t = value_type(s->x), *core = t ? core_type(t) : NULL;
	for (int i = 0; i < s->lhs.len && i < 2; i++) {
		Hole k = place_hole(e, s->lhs.items[i]);
		Type *made = i == 0 ? s->range_key : s->range_value;
		if (!is_blank_name(s->lhs.items[i]) && made && s->lhs.items[i]->type && is_interface(s->lhs.items[i]->type) &&
		    !is_interface(made))
			k = spill(e, k, ALLOC_BOX, NULL, made);
		if (i == 1 && core && core->kind == TYPE_ARRAY)
			flow(e, noted(e, k, "range", s->x, s->pos), from);
		else if (i == 1)
			flow(e, noted(e, shifted(k, 1), "range-deref", s->x, s->pos), from);
	}
}

static void flow_range(Escape *e, Stmt *s)
{
	Node *from = node_new(e);
	from->silent = true;
	share_range(s->x);
	flow_expr(e, hole_of(from), s->x);
	e->loop_depth++;
	for (int i = 0; i < s->defined.len; i++)
		declare(e, s->defined.items[i]);
	flow_range_variables(e, s, from);
	flow_block(e, s->body);
	e->loop_depth--;
}

/* ---- switch, select ---------------------------------------------------------------------------- */

/* Is the branch that is taken when x == taken never taken? */
static bool is_dead(Escape *e, Expr *x, bool taken)
{
	return e->judgement == JUDGE_GO && x->mode == MODE_CONST && x->cval && const_kind(x->cval) == CONST_BOOL &&
	       const_bool_value(x->cval) != taken;
}

/* A clause of a switch without tag whose conditions are all false. The one before must not fall through into it. */
static bool is_dead_clause(Escape *e, const Stmt *s, int i)
{
	const Case *k = s->cases.items[i];
	bool dead = !s->x && k->list.len > 0;
	for (int j = 0; dead && j < k->list.len; j++)
		dead = is_dead(e, k->list.items[j], true);
	const StmtList *before = i > 0 ? &s->cases.items[i - 1]->body : NULL;
	return dead && !(before && before->len > 0 && before->items[before->len - 1]->kind == STMT_FALLTHROUGH);
}

static void flow_switch(Escape *e, Stmt *s)
{
	if (s->init)
		flow_statement(e, s->init);
	share_tag(s);
	if (s->x)
		discard(e, s->x);
	Type *tag = s->x ? value_type(s->x) : NULL;
	for (int i = 0; i < s->cases.len; i++) {
		Case *k = s->cases.items[i];
		for (int j = 0; j < k->list.len; j++)
			flow_as(e, discard_hole(e), k->list.items[j], tag);
		if (!is_dead_clause(e, s, i))
			flow_scope(e, &k->body);
	}
}

static void flow_type_switch(Escape *e, Stmt *s)
{
	if (s->init)
		flow_statement(e, s->init);
	Hole all = discard_hole(e);
	for (int i = 0; i < s->cases.len; i++) {
		Case *k = s->cases.items[i];
		if (!k->object)
			continue;
		declare(e, k->object);
		variable_node(e, k->object)->at = k->pos;
		if (holds_pointers(e, k->object->type))
			all = tee(e, all, noted(e, asserted(e, hole_of(variable_node(e, k->object)), k->object->type),
			                        "switch case", s->x, s->pos));
	}
	Expr *x = unparen(s->x);
	if (x->kind == EXPR_ASSERT)
		x = x->x;
	flow_expr(e, all, x);
	for (int i = 0; i < s->cases.len; i++)
		flow_scope(e, &s->cases.items[i]->body);
}

static void flow_select(Escape *e, Stmt *s)
{
	for (int i = 0; i < s->cases.len; i++) {
		if (s->cases.items[i]->comm)
			flow_statement(e, s->cases.items[i]->comm);
		flow_scope(e, &s->cases.items[i]->body);
	}
}

/* ---- all ------------------------------------------------------------------------------------------ */

static void flow_statement(Escape *e, Stmt *s)
{
	switch (s->kind) {
	case STMT_EXPR: {
		Expr *x = unparen(s->x);
		if (x->kind == EXPR_CALL)
			flow_call(e, NULL, 0, x);
		else
			discard(e, x);
		break;
	}
	case STMT_SEND: {
		Type *chan = core_type(value_type(s->x));
		discard(e, s->x);
		flow_as(e, noted(e, heap_hole(e), "send", s->y, s->pos), s->y, chan ? chan->elem : NULL);
		break;
	}
	case STMT_INC_DEC:
		flow_op_assign(e, s->x, NULL);
		break;
	case STMT_ASSIGN:
	case STMT_DEFINE:
		flow_assignment(e, s);
		break;
	case STMT_DECL:
		for (int i = 0; i < s->decls.len; i++)
			flow_declaration(e, s->decls.items[i]);
		break;
	case STMT_GO:
	case STMT_DEFER:
		flow_go_defer(e, s);
		break;
	case STMT_RETURN:
		flow_return(e, s);
		break;
	case STMT_BLOCK:
		flow_block(e, s->body);
		break;
	case STMT_IF:
		if (s->init)
			flow_statement(e, s->init);
		discard(e, s->x);
		if (!is_dead(e, s->x, true))
			flow_block(e, s->body);
		if (s->else_ && !is_dead(e, s->x, false))
			flow_statement(e, s->else_);
		break;
	case STMT_FOR:
		flow_for(e, s);
		break;
	case STMT_RANGE:
		flow_range(e, s);
		break;
	case STMT_SWITCH:
		flow_switch(e, s);
		break;
	case STMT_TYPE_SWITCH:
		flow_type_switch(e, s);
		break;
	case STMT_SELECT:
		flow_select(e, s);
		break;
	case STMT_LABELED:
		if (map_get(&e->looping, s))
			e->loop_depth++;
		if (s->body_stmt)
			flow_statement(e, s->body_stmt);
		break;
	default:
		break;
	}
}

static bool note_goto(void *arg, Stmt *s)
{
	Escape *e = arg;
	if (s->kind == STMT_GOTO && s->target && pos_compare(s->target->pos, s->pos) < 0)
		map_put(e->c->arena, &e->looping, s->target, s);
	return true;
}

/* The body of a declared function or of a literal. */
void flow_body(Escape *e, FuncInfo *info, Block *body)
{
	FuncInfo *outer = e->func;
	int depth = e->loop_depth;
	e->func = info;
	e->loop_depth = 1;
	info->once_count = 0;
	Walker w = {.stmt = note_goto, .arg = e};
	walk_block(&w, body);
	if (info->receiver)
		declare(e, info->receiver);
	for (int i = 0; i < info->params.len; i++)
		declare(e, info->params.items[i]);
	for (int i = 0; i < info->results.len; i++)
		declare(e, info->results.items[i]);
	flow_block(e, body);
	e->func = outer;
	e->loop_depth = depth;
}
