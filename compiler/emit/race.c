/*
 * race.c - what `-race` adds to the C: accesses of memory that other goroutines may reach are reported to the
 * detector (runtime/race/race.h), and so is where the program is.
 *
 *     uint32_t race_ = gol_race_enter(g);
 *     x = *GOL_RACE_READ(g, p->a, race_, &main_f_5info_points[7]);
 *     t = main_h(gol_race_at(g, race_, &main_f_5info_points[8]), x);
 *
 * Which accesses: loads and stores whose place begins with a pointer, an element of a slice, or a global. Not those of
 * C locals and frames, of closures (written once, before anybody has them) and of strings' bytes. A load or store of a
 * struct is one access of all its bytes. They are reported where the C is evaluated, so that what stands behind
 * && is reported only if it is reached.
 *
 * The calling context is a variable of the function (IrFunc.race_var), live everywhere: freezes save it like any other,
 * and nothing has to be undone when a panic unwinds. The place of a call and the caller's context travel in g; a
 * function begins by making its own context from them. Places are points (frame.c) that only traces use.
 *
 * Packages that the order of goroutines is made of are left alone (is_left_alone): they tell the detector
 * what they promise (stdlib/sync), which is less than what their insides do. Wrappers without a frame are, too.
 */
#include "emitter.h"

#include <string.h>

static bool is_left_alone(const IrFunc *f)
{
	static const char *const paths[] = {"sync", "sync/atomic", "internal/sync", "internal/race", "runtime"};
	for (int i = 0; f->package && i < COUNT_OF(paths); i++)
		if (strcmp(f->package->path, paths[i]) == 0)
			return true;
	return false;
}

/* Before liveness. */
void add_race_context(Emit *e)
{
	e->f->race_var = NULL;
	e->race_pos = e->f->pos;
	e->race_points.len = 0;
	if (!e->options->race || e->f->frameless)
		return;
	e->f->race_var = ir_new_var(e->c, e->f, VAR_LOCAL, "race_", e->c->types->basic[TYPE_UINT32], e->f->pos);
}

void emit_race_enter(Emit *e)
{
	if (e->f->race_var)
		emit_line(e, "%s = gol_race_enter(g);", var_name(e, e->f->race_var));
}

/* The point of the statement being printed. */
static int race_point(Emit *e)
{
	for (int i = e->race_points.len; i-- > 0;) {
		Pos pos = e->point_pos.items[e->race_points.items[i]];
		if (pos.file == e->race_pos.file && pos.line == e->race_pos.line && pos.call == e->race_pos.call)
			return e->race_points.items[i];
	}
	int point = e->next_point++;
	vec_push(E_ALLOC(e), &e->point_pos, e->race_pos);
	vec_push(E_ALLOC(e), &e->race_points, point);
	return point;
}

/* "race_, &main_f_5info_points[3]" */
static const char *here(Emit *e)
{
	return arena_printf(E_ALLOC(e), "%s, &%s_points[%d]", var_name(e, e->f->race_var), e->info, race_point(e));
}

const char *goroutine(Emit *e)
{
	return e->f->race_var ? arena_printf(E_ALLOC(e), "gol_race_at(g, %s)", here(e)) : "g";
}

/* Is the intrinsic f to be called, so that it orders goroutines? Package sync's atomic operations order nothing. */
bool race_wants_call(Emit *e, const IrFunc *f)
{
	static const char atomic[] = "gol_sync_1atomic_";
	return e->options->race && strncmp(f->symbol, atomic, sizeof atomic - 1) == 0 &&
		strcmp(e->package->package->path, "sync") != 0;
}

bool is_race_checked(Emit *e, const IrExpr *place)
{
	if (!e->f->race_var || is_left_alone(e->f) || type_size(e->c, place->type) == 0)
		return false;
	while (place->kind == IR_FIELD || place->kind == IR_INDEX)
		place = place->x;
	switch (place->kind) {
	case IR_GLOBAL:
		return true;
	case IR_DEREF:
		return !(place->x->kind == IR_VAR && place->x->var == e->f->context);
	case IR_ELEM:
		return !(place->x->kind == IR_PART && is_string(underlying(place->x->x->type)));
	default:
		return false;
	}
}

/* As emit_address, when what is there is read. */
void emit_read_address(Emit *e, IrExpr *place)
{
	if (!ir_is_place(place) || !is_race_checked(e, place)) {
		emit_address(e, place);
		return;
	}
	buf_str(e->out, "GOL_RACE_READ(g, ");
	emit_place(e, place);
	buf_printf(e->out, ", %s)", here(e));
}

/* ... or written. */
void emit_written_address(Emit *e, IrExpr *place)
{
	if (!is_race_checked(e, place)) {
		emit_address(e, place);
		return;
	}
	buf_str(e->out, "GOL_RACE_WRITE(g, ");
	emit_place(e, place);
	buf_printf(e->out, ", %s)", here(e));
}

void emit_written_place(Emit *e, IrExpr *place)
{
	if (!is_race_checked(e, place)) {
		emit_place(e, place);
		return;
	}
	buf_str(e->out, "(*");
	emit_written_address(e, place);
	buf_char(e->out, ')');
}

/* The value at a place; is_pointer: C's type is less exact than ours. */
void emit_checked_load(Emit *e, IrExpr *place, bool is_pointer)
{
	if (is_pointer)
		buf_printf(e->out, "((%s)", type_name(e, place->type));
	buf_str(e->out, "(*");
	emit_read_address(e, place);
	buf_str(e->out, is_pointer ? "))" : ")");
}
