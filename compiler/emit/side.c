/*
 * side.c - large variables: which of a function's go to the side stack (runtime/stack/side.c), and how large
 * values travel.
 *
 *     typedef struct GOL_ALIAS { main_Table x; } f_5side;
 *     ...
 *         f_5side *sd = gol_side_take(g, sizeof *sd);      before the first safepoint
 *         ... sd->x.a[i] ...
 *         gol_side_give(g, sd);                            before every return; gol_side_unwind when something unwinds
 *
 * Structs and arrays of GOL_LARGE_OBJECT bytes and more always go there, smaller ones as well where a function has
 * too many of them for a native frame, or leaves them too little room: all variables and temporaries are counted, as
 * they lie in the frame without optimisation (for functions with large frames that is what gcc and clang take, by 20
 * per cent). A frame keeps the block's address, and for each variable with pointers a word with its address: the
 * variable is alive for the collector where that word is in the map of the point, and where a pointer to it is found.
 * So liveness treats its name like that of any variable (a use of its address included). A frame of more than
 * FRAME_LIMIT bytes is itself a member of the block, until a freeze copies it.
 *
 * Values of large types go into and out of functions by address. The function called copies its parameters into its
 * block before anything else happens; the caller copies results before its next call. Which places they came from is
 * therefore of no importance: results mostly stand in the block just given back.
 *
 * Here IR also gets temporaries where a large value that is no place would be needed as one: C would give it room in
 * the native frame.
 */
#include "emitter.h"

#include <string.h>

enum { FRAME_LIMIT = 8 << 10, NATIVE_LIMIT = 12 << 10, SMALLEST_MOVED = 64 };

bool is_large(Emit *e, Type *t) { return type_size(e->c, t) >= GOL_LARGE_OBJECT; }

/* How a parameter or result of type t is declared. */
const char *passed_type(Emit *e, Type *t)
{
	return is_large(e, t) ? arena_printf(E_ALLOC(e), "%s *", type_name(e, t)) : type_name(e, t);
}

/* Value x where one of type passed_type is needed. */
void emit_passed(Emit *e, IrExpr *x)
{
	if (!is_large(e, x->type)) {
		emit_whole(e, x);
		return;
	}
	if (x->kind != IR_VAR)
		buf_printf(e->out, "(%s *)", type_name(e, x->type));
	emit_read_address(e, x);
}

/* ---- temporaries -------------------------------------------------------------------------- */

static void name_value(Emit *e, IrStmtList *before, IrExpr **x, Pos pos)
{
	if (!*x || !is_large(e, (*x)->type) || ir_is_place(*x))
		return;
	IrVar *v = ir_new_var(e->c, e->f, VAR_TEMP, "t", types_canonical(e->c, (*x)->type), pos);
	IrStmt *s = ir_stmt(e->c, IR_ASSIGN, pos);
	s->dst = ir_var(e->c, v);
	s->src = *x;
	vec_push(E_ALLOC(e), before, s);
	*x = s->dst;
	e->f->frameless = false;
}

static bool needs_barrier(Emit *e, IrStmt *s)
{
	return !is_local_place(s->dst) && type_has_pointers(e->c, s->dst->type);
}

static void name_operands(Emit *e, IrStmtList *before, IrStmt *s)
{
	bool by_address = (s->kind == IR_CALL && s->call != IR_CALL_RT) || s->kind == IR_RETURN;
	for (int i = 0; by_address && i < s->args.len; i++)
		name_value(e, before, &s->args.items[i], s->pos);
	if (s->kind == IR_SEND || (s->kind == IR_ASSIGN && s->src->kind != IR_ZERO && needs_barrier(e, s)))
		name_value(e, before, &s->src, s->pos);
	for (int i = 0; i < s->select_cases.len; i++)
		if (s->select_cases.items[i]->send)
			name_value(e, before, &s->select_cases.items[i]->value, s->pos);
}

static void name_values(Emit *e, IrStmtList *list)
{
	IrStmtList named = {0};
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		name_operands(e, &named, s);
		name_values(e, &s->body);
		name_values(e, &s->else_body);
		name_values(e, &s->post);
		for (int k = 0; k < s->cases.len; k++)
			name_values(e, &s->cases.items[k]->body);
		vec_push(E_ALLOC(e), &named, s);
	}
	if (named.len != list->len)
		*list = named;
}

/* ---- choosing -------------------------------------------------------------------------------- */

static int64_t aggregate_size(Emit *e, IrVar *v)
{
	TypeKind k = underlying(v->type)->kind;
	bool parameter = v->kind == VAR_PARAM && !is_large(e, v->type);
	return v->map_iterator || parameter || (k != TYPE_STRUCT && k != TYPE_ARRAY) ? 0 : type_size(e->c, v->type);
}

/* What aggregates may take of a native frame. */
static int64_t room_for_aggregates(Emit *e)
{
	int64_t room = NATIVE_LIMIT - temporary_bytes(e, &e->f->body) - temporary_bytes(e, &e->f->epilogue);
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		if (!aggregate_size(e, v) && !is_large(e, v->type))
			room -= (type_size(e->c, v->type) + 7) / 8 * 8;
	}
	return room < FRAME_LIMIT ? room : FRAME_LIMIT;
}

/* The size from which aggregates move, so that the smaller ones fit into a frame together. */
static int64_t size_moved(Emit *e)
{
	int64_t limit = GOL_LARGE_OBJECT, room = room_for_aggregates(e);
	for (; limit > SMALLEST_MOVED; limit /= 2) {
		int64_t rest = 0;
		for (int i = 0; i < e->f->vars.len; i++) {
			int64_t size = aggregate_size(e, e->f->vars.items[i]);
			rest += size < limit ? size : 0;
		}
		if (rest <= room)
			break;
	}
	return limit;
}

void choose_side(Emit *e)
{
	IrFunc *f = e->f;
	name_values(e, &f->body);
	name_values(e, &f->epilogue);
	int64_t limit = size_moved(e);
	e->side_vars = e->frame_aside = false;
	for (int i = 0; i < f->vars.len && !f->frameless; i++) {
		IrVar *v = f->vars.items[i];
		v->on_side = aggregate_size(e, v) >= limit;
		e->side_vars |= v->on_side;
	}
	e->has_side = e->side_vars;
	e->side_type = arena_printf(E_ALLOC(e), "%s_5side", f->symbol);
}

bool frame_is_large(const IrFunc *f) { return f->frame_size > FRAME_LIMIT; }

/* Does the frame have a word with its address? */
bool has_side_word(Emit *e, const IrVar *v) { return v->on_side && v->in_frame && type_has_pointers(e->c, v->type); }

/* ---- printing ------------------------------------------------------------------------------------ */

void emit_side_type(Emit *e)
{
	if (!e->has_side)
		return;
	Buf b;
	buf_init(&b, E_ALLOC(e));
	int64_t offset = 0;
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		if (!v->on_side)
			continue;
		buf_printf(&b, " _Alignas(16) %s %s;", type_name(e, v->type), v->c_name);
		v->side_offset = offset;
		offset += (type_size(e->c, v->type) + 15) / 16 * 16;
	}
	if (e->frame_aside) {
		buf_printf(&b, " _Alignas(16) %s frame_;", e->frame_type);
		offset += (e->f->frame_size + 15) / 16 * 16;
	}
	buf_printf(e->tables, "typedef struct GOL_ALIAS {%s } %s; _Static_assert(sizeof(%s) == %lld, \"block\");\n", b.s,
	           e->side_type,
	           e->side_type, (long long)offset);
}

/* At the start of a function that C calls. */
void emit_side_take(Emit *e)
{
	if (e->has_side)
		emit_line(e, "%s *sd = gol_side_take(g, sizeof *sd);", e->side_type);
}

void emit_side_parameters(Emit *e)
{
	for (int i = 0; i < e->f->params.len; i++) {
		IrVar *v = e->f->params.items[i];
		if (v->on_side)
			emit_line(e, "memmove(&sd->%s, %s, sizeof sd->%s);", v->c_name, v->c_name, v->c_name);
	}
}

/* The frame's words with addresses: of parameters at the entry, of all variables where the body is entered, since a
 * PLAIN function saved only those that were live. */
void emit_side_words(Emit *e, bool only_parameters)
{
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		if (has_side_word(e, v) && (v->kind == VAR_PARAM || !only_parameters))
			emit_line(e, "fr->%s = &sd->%s;", v->c_name, v->c_name);
	}
}

/* Variables that may be looked at before they were assigned. */
void emit_side_zeros(Emit *e)
{
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		if (v->on_side && v->needs_zero)
			emit_line(e, "memset(&sd->%s, 0, sizeof sd->%s);", v->c_name, v->c_name);
	}
}

void emit_side_give(Emit *e)
{
	if (e->has_side && e->style == STYLE_PLAIN)
		emit_line(e, "gol_side_give(g, sd);");
}

static int side_objects(Emit *e, Buf *list, bool parameters)
{
	int count = 0;
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		if ((v->kind == VAR_PARAM) != parameters || !v->on_side || !(v->in_frame || v->addr_taken) ||
		    !type_has_pointers(e->c, v->type))
			continue;
		buf_printf(list, "{%lld, &%s}, ", (long long)v->side_offset, type_descriptor(e, v->type));
		count++;
	}
	return count;
}

/* The gol_side of a function with a frame. */
void emit_side_info(Emit *e)
{
	Buf list;
	buf_init(&list, E_ALLOC(e));
	int parameters = side_objects(e, &list, true), objects = parameters + side_objects(e, &list, false);
	if (objects)
		buf_printf(e->tables, "static const gol_side_object %s_large[] = {%s};\n", e->info, list.s);
	buf_printf(e->tables, "static const gol_side %s_side = {%lld, %d, %d, ", e->info, (long long)e->side_slot, objects,
	           parameters);
	buf_printf(e->tables, objects ? "%s_large};\n" : "NULL};\n", e->info);
}
