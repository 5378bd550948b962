/*
 * frame.c - saved frames: their layout, the table of points with exact pointer
 * maps, and the code that saves a PLAIN function's variables.
 *
 *     typedef struct { gol_frame h; R r; void *sd; _Alignas(8) T x; ...; gol_pending pending; } f_5frame;
 *
 * What a PLAIN function does at a point is a macro beside its frame, so that it reads
 *
 *     if (GOL_UNWINDING(g)) f_5save1(2);
 *
 * and the words saved stand where the layout that they go to does, once for all points that save the same:
 *
 *     #define f_5save1(at_) { gol_freeze_words(g, &f_5info_saves[at_], (uint64_t)n); return 0; }
 *     static const gol_save f_5info_saves[] = {..., [2] = {&f_5info, 2, 1, (const uint16_t[]){3}}};
 *
 * Every member starts at a multiple of 8, so that any scalar can be stored as a
 * 64-bit word. Points: 0 is the entry, 1..n the resume points in order of the body,
 * then those of the epilogue where there are defers, then places that only panic.
 * Both styles share layout and numbering: a PLAIN function's frame is resumed by the FRAMED body.
 */
#include "emitter.h"
#include "../inline/inline.h"

#include <string.h>

static int64_t align8(int64_t n) { return (n + 7) / 8 * 8; }

static void number_list(Emit *e, IrStmtList *list, bool resume)
{
	for (int i = 0; i < list->len; i++) {
		IrStmt *s = list->items[i];
		bool mine = resume ? s->may_freeze && e->has_frame : s->may_panic && !(s->may_freeze && e->has_frame);
		if (mine) {
			s->point = e->next_point++;
			vec_push(E_ALLOC(e), &e->point_pos, s->pos);
			if (resume)
				vec_push(E_ALLOC(e), &e->resume_stmts, s);
		}
		number_list(e, &s->body, resume);
		number_list(e, &s->else_body, resume);
		for (int k = 0; k < s->cases.len; k++)
			number_list(e, &s->cases.items[k]->body, resume);
		number_list(e, &s->post, resume);
	}
}

static void number_points(Emit *e)
{
	e->point_pos.len = e->resume_stmts.len = 0;
	vec_push(E_ALLOC(e), &e->point_pos, e->f->pos);
	vec_push(E_ALLOC(e), &e->resume_stmts, NULL);
	e->next_point = 1;
	number_list(e, &e->f->body, true);
	number_list(e, &e->f->epilogue, true);
	e->resume_count = e->next_point;
	number_list(e, &e->f->body, false);
}

/* Appends the results to the frame's members; where they end. */
static int64_t lay_out_results(Emit *e, Buf *b)
{
	IrFunc *f = e->f;
	int64_t offset = 16;
	if (f->result_types.len == 0)
		return offset;
	buf_printf(b, " %s r;", result_name(e, &f->result_types));
	for (int i = 0; i < f->result_types.len; i++) {
		Type *t = f->result_types.items[i];
		int64_t align = is_large(e, t) ? 8 : type_align(e->c, t);
		offset = (offset + align - 1) / align * align + (is_large(e, t) ? 8 : type_size(e->c, t));
	}
	return align8(offset);
}

static int64_t lay_out_variable(Emit *e, Buf *b, IrVar *v, int64_t offset)
{
	v->offset = offset;
	if (v->on_side) {
		buf_printf(b, " void *%s;", v->c_name);
		return offset + 8;
	}
	const char *ct = v->map_iterator ? "gol_map_iter" : type_name(e, v->type);
	buf_printf(b, " _Alignas(8) %s%s%s;", ct, spaced(ct), v->c_name);
	return offset + align8(v->map_iterator ? 72 : type_size(e->c, v->type));
}

static void lay_out(Emit *e, Buf *b)
{
	IrFunc *f = e->f;
	int64_t offset = lay_out_results(e, b);
	if (e->has_side) {
		buf_str(b, " void *sd;");
		e->side_slot = offset;
		offset += 8;
	}
	for (int i = 0; i < f->vars.len; i++) {
		IrVar *v = f->vars.items[i];
		if (v->in_frame && (!v->on_side || has_side_word(e, v)))
			offset = lay_out_variable(e, b, v, offset);
	}
	if (f->has_defer) {
		buf_str(b, " _Alignas(8) gol_pending pending;");
		offset += 16;
	}
	f->frame_size = offset;
}

void layout_frame(Emit *e)
{
	IrFunc *f = e->f;
	number_points(e);
	e->info = arena_printf(E_ALLOC(e), "%s_5info", f->symbol);
	e->frame_type = arena_printf(E_ALLOC(e), "%s_5frame", f->symbol);
	buf_printf(&e->infos, "static const gol_func_info %s;\n", e->info);
	if (e->has_frame) {
		Buf b;
		buf_init(&b, E_ALLOC(e));
		lay_out(e, &b);
		if (frame_is_large(f)) {
			e->has_side = e->frame_aside = true;
			buf_init(&b, E_ALLOC(e));
			lay_out(e, &b);
		}
		buf_printf(e->tables, "typedef struct { gol_frame h;%s } %s; _Static_assert(sizeof(%s) == %lld, \"frame\");\n",
		           b.s ? b.s : "", e->frame_type, e->frame_type, (long long)f->frame_size);
	}
	emit_side_type(e);
}

/* ---- pointer maps ------------------------------------------------------------------------- */

static void var_bits(Emit *e, IrVar *v, char *bits)
{
	int64_t at = v->offset - 16;
	if (v->on_side && !has_side_word(e, v))
		return;
	if (v->on_side)
		bits[at / 8] = '1';
	else if (v->map_iterator)
		memset(bits + at / 8, '1', 5);
	else
		add_pointer_bits(e, v->type, at, bits);
}

static const char *bits_at(Emit *e, int point, int words)
{
	IrFunc *f = e->f;
	char *bits = arena_alloc(E_ALLOC(e), (size_t)words + 9);
	memset(bits, '0', (size_t)words);
	IrStmt *s = e->resume_stmts.items[point];
	for (int i = 0; i < f->vars.len; i++) {
		IrVar *v = f->vars.items[i];
		if (!v->in_frame)
			continue;
		if (s ? s->direct[i / 64] >> (i % 64) & 1 : v->kind == VAR_PARAM || v == f->context)
			var_bits(e, v, bits);
	}
	if (point && f->has_defer)
		bits[words - 2] = '1';      /* pending.panic */
	return bits;
}

/* Variables with pointers whose address was taken; where it was lent, the points' maps say all. */
static void emit_objects(Emit *e, Buf *out, int words)
{
	IrFunc *f = e->f;
	char *bits = arena_alloc(E_ALLOC(e), (size_t)words + 9);
	memset(bits, '0', (size_t)words);
	Buf list;
	buf_init(&list, E_ALLOC(e));
	int count = 0;
	for (int i = 0; i < f->vars.len; i++) {
		IrVar *v = f->vars.items[i];
		if (!v->in_frame || !v->addr_taken || v->lent || v->on_side || v->map_iterator ||
		    !type_has_pointers(e->c, v->type))
			continue;
		var_bits(e, v, bits);
		buf_printf(&list, "%s{%lld, %lld}", count++ ? ", " : "", (long long)v->offset, (long long)type_size(e->c, v->type));
	}
	if (count == 0)
		return;
	buf_printf(out, ", .objects = (const gol_stack_object[]){%s}, .object_map = (const uint8_t[]){", list.s);
	emit_bits(out, bits, words);
	buf_printf(out, "}, .object_count = %d", count);
}

/* The points' maps behind each other: their bytes. */
static const char *make_maps(Emit *e, int words, int *map_of_point)
{
	int count = 0;
	Map seen = {.by_text = true};
	Buf b;
	buf_init(&b, E_ALLOC(e));
	for (int point = 0; point < e->resume_count; point++) {
		const char *bits = bits_at(e, point, words);
		intptr_t known = (intptr_t)map_get(&seen, bits);
		if (!known) {
			known = ++count;
			map_put(E_ALLOC(e), &seen, bits, (void *)known);
			buf_str(&b, count > 1 ? ", " : "");
			emit_bits(&b, bits, words);
		}
		map_of_point[point] = (int)known - 1;
	}
	return b.s;
}

/* Line and file as tracebacks show them: //line applied. */
static const char *shown_place(Emit *e, Pos pos, uint32_t *line)
{
	*line = pos.line;
	return pos.file ? pos_full_path(e->c, pos, line) : "<autogenerated>";
}

/* ---- inlined calls ------------------------------------------------------------------------- */

/* Calls of Compiler.calls that code of this function was inlined with; the outer before the inner. */
typedef struct { VEC(uint32_t) calls; Map numbers; Buf points; int point_count; } InlinedCalls;

/* 1 + the call's number in the function; 0: none. */
static intptr_t number_call(Emit *e, InlinedCalls *k, uint32_t call)
{
	if (!call)
		return 0;
	const InlinedCall *in = &e->c->calls.items[call];
	intptr_t known = (intptr_t)map_get(&k->numbers, in);
	if (known)
		return known;
	number_call(e, k, in->pos.call);
	vec_push(E_ALLOC(e), &k->calls, call);
	map_put(E_ALLOC(e), &k->numbers, in, (void *)(intptr_t)k->calls.len);
	return k->calls.len;
}

static void note_inlined(Emit *e, InlinedCalls *k, int point, Pos pos)
{
	intptr_t call = point ? number_call(e, k, pos.call) : 0;
	if (call)
		buf_printf(&k->points, "%s{%d, %d}", k->point_count++ ? ", " : "", point, (int)call - 1);
}

static void emit_inlined(Emit *e, InlinedCalls *k)
{
	Buf *out = e->tables;
	buf_printf(out, "static const gol_inlining %s_inlining = {%d, %d, (const gol_inlined_call[]){", e->info, k->calls.len,
	           k->point_count);
	for (int i = 0; i < k->calls.len; i++) {
		const InlinedCall *in = &e->c->calls.items[k->calls.items[i]];
		buf_str(out, i ? ", {" : "{");
		const char *name = inlined_name(e->c, in);
		emit_string_literal(out, name, strlen(name));
		buf_printf(out, ", %d}", (int)number_call(e, k, in->pos.call));
	}
	buf_printf(out, "}, (const gol_inlined_point[]){%s}};\n", k->points.s);
}

/* The table of points, and in *files of those that lie in another file than `path`. Returns how many these are. */
static int emit_points(Emit *e, Buf *files, const char *path, const int *map_of_point, InlinedCalls *k)
{
	int count = 0;
	for (int i = 0; i < e->next_point; i++)
		note_inlined(e, k, i, e->point_pos.items[i]);
	buf_printf(e->tables, "static const gol_point %s_points[] = {", e->info);
	for (int i = 0; i < e->next_point + k->calls.len; i++) {
		uint32_t line;
		bool is_call = i >= e->next_point;
		Pos pos = is_call ? e->c->calls.items[k->calls.items[i - e->next_point]].pos : e->point_pos.items[i];
		const char *file = shown_place(e, pos, &line);
		buf_printf(e->tables, "%s{%u, %d}", i ? ", " : "", line, is_call ? 0 : map_of_point[i]);
		if (!pos.file || strcmp(file, path) == 0)
			continue;
		buf_printf(files, "%s{%d, ", count++ ? ", " : "", i);
		emit_string_literal(files, file, strlen(file));
		buf_str(files, "}");
	}
	buf_str(e->tables, "};\n");
	return count;
}

static void emit_flags(Emit *e)
{
	const IrFunc *f = e->f;
	if (f->has_defer)
		buf_str(e->tables, ", .flags = GOL_FUNC_HAS_DEFERS");
	if (f->params.len == 0)
		buf_str(e->tables, f->has_defer ? " | GOL_FUNC_NO_ARGUMENTS" : ", .flags = GOL_FUNC_NO_ARGUMENTS");
}

void emit_info(Emit *e)
{
	IrFunc *f = e->f;
	Buf *out = e->tables, files;
	buf_init(&files, E_ALLOC(e));
	int words = e->has_frame ? (int)(f->frame_size - 16) / 8 : 0;
	int *map_of_point = NEW_ARRAY(E_ALLOC(e), int, e->next_point);
	const char *maps = words ? make_maps(e, words, map_of_point) : NULL;
	if (e->has_frame && e->has_side)
		emit_side_info(e);
	uint32_t line;
	const char *path = shown_place(e, f->pos, &line);
	InlinedCalls inlined = {0};
	buf_init(&inlined.points, E_ALLOC(e));
	int file_count = emit_points(e, &files, path, map_of_point, &inlined);
	if (inlined.calls.len)
		emit_inlined(e, &inlined);
	buf_printf(out, "static const gol_func_info %s = {.name = ", e->info);
	emit_string_literal(out, f->go_name, strlen(f->go_name));
	buf_str(out, ", .file = ");
	emit_string_literal(out, path, strlen(path));
	buf_printf(out, ", .line = %u, .frame_size = %lld, .point_count = %d, .points = %s_points", line,
	           e->has_frame ? (long long)f->frame_size : 16, e->next_point, e->info);
	if (maps)
		buf_printf(out, ", .maps = (const uint8_t[]){%s}, .map_bytes = %d", maps, (words + 7) / 8);
	if (words)
		emit_objects(e, out, words);
	if (e->has_frame && e->has_side)
		buf_printf(out, ", .side = &%s_side", e->info);
	emit_flags(e);
	if (inlined.calls.len)
		buf_printf(out, ", .inlining = &%s_inlining", e->info);
	if (file_count)
		buf_printf(out, ", .files = (const gol_point_file[]){%s}, .file_count = %d", files.s, file_count);
	if (e->has_frame)
		buf_printf(out, ", .start = %s_5start", f->symbol);
	if (e->has_frame && has_body(e))
		buf_printf(out, ", .body = %s_5body", f->symbol);
	buf_printf(out, ", .code = (void *)%s};\n", f->symbol);
	vec_push(E_ALLOC(e), &e->recorded, f);
}

/* ---- uses of interfaces ------------------------------------------------------------ */

void note_use(Emit *e, Type *t, int index)
{
	t = types_canonical(e->c, t);
	for (int i = 0; i < e->uses.len; i++)
		if (e->uses.items[i].type == t && e->uses.items[i].index == index)
			return;
	vec_push(E_ALLOC(e), &e->uses, (MethodUse){t, index});
}

/* Nothing in the program refers to it: the linker drops it. A frameless function leaves no trace in one that the C
 * compiler expands it in, so what it uses is used in any case. */
void emit_uses(Emit *e)
{
	if (!e->options->uses || e->uses.len == 0)
		return;
	buf_printf(e->tables, "static const gol_method_use %s_uses[] __attribute__((used)) = {\n\t", e->info);
	if (e->f->frameless)
		buf_str(e->tables, "{(const void *)0, NULL},\n");        /* {NULL, NULL} would be the table's end */
	else
		buf_printf(e->tables, "{&%s, (void *)%s},\n", e->info, e->f->symbol);
	for (int i = 0; i < e->uses.len; i++)
		buf_printf(e->tables, "\t{&%s, (void *)%d},\n", type_descriptor(e, e->uses.items[i].type),
		           e->uses.items[i].index);
	buf_str(e->tables, "};\n");
}

/* ---- saving a PLAIN function -------------------------------------------------------------------- */

void emit_return_zero(Emit *e)
{
	if (e->style == STYLE_FRAMED || e->f->result_types.len == 0) {
		buf_str(e->out, "return;");
		return;
	}
	buf_str(e->out, "return ");
	Type *first = e->f->result_types.items[0];
	if (e->f->result_types.len > 1)
		buf_printf(e->out, "GOL_VALUE(%s, %s)", result_name(e, &e->f->result_types), is_large(e, first) ? "{0}" :
		           zero_braces(e, first));
	else if (is_large(e, first))
		buf_str(e->out, "NULL");
	else
		emit_zero(e, first);
	buf_str(e->out, ";");
}

/* Uses the macro beside the function's frame that stands for text, which has the point as `at_`: no variable is called so (names.c). */
static void emit_macro(Emit *e, const char *what, const char *text, int point)
{
	const char *name = map_get(&e->macros, text);
	if (!name) {
		name = arena_printf(E_ALLOC(e), "%s_5%s%d", e->f->symbol, what, map_count(&e->macros) + 1);
		map_put(E_ALLOC(e), &e->macros, text, (void *)(uintptr_t)name);
		buf_printf(e->tables, "#define %s(at_) { %s }\n", name, text);
	}
	buf_printf(e->out, "%s(%d);", name, point);
}

/* Words of a variable that travel as arguments: their C expressions, and slot numbers. */
static int save_words(Emit *e, IrVar *v, Buf *words, Buf *slots)
{
	static const struct { const char *field[3]; int n; } parts[] = {{{".ptr", ".len"}, 2},
		{{".ptr", ".len", ".cap"}, 3},
	                                                              {{".type", ".data"}, 2}, {{".tab", ".data"}, 2}};
	Type *u = underlying(v->type);
	int kind = u->kind == TYPE_STRING || u->kind == TYPE_UNTYPED_STRING ? 0 : u->kind == TYPE_SLICE ? 1
	           : u->kind == TYPE_INTERFACE ? (interface_methods(e->c, u).len ? 3 : 2) : -1;
	int slot = (int)v->offset / 8;
	if (kind >= 0) {
		for (int i = 0; i < parts[kind].n; i++) {
			bool pointer = i == 0 || kind >= 2;
			buf_printf(words, ", (uint64_t)%s%s%s", pointer ? "(uintptr_t)" : "", v->c_name, parts[kind].field[i]);
			buf_printf(slots, ", %d", slot + i);
		}
		return parts[kind].n;
	}
	if (!is_scalar(v->type))
		return 0;
	buf_printf(slots, ", %d", slot);
	if (is_float(u))
		buf_printf(words, ", gol_word_of_%s(%s)", u->kind == TYPE_FLOAT32 ? "float" : "double", v->c_name);
	else
		buf_printf(words, ", (uint64_t)%s%s", is_integer(u) || is_boolean(u) ? "" : "(uintptr_t)", v->c_name);
	return 1;
}

/* In PLAIN style, after something unwound at point: save what is live there (s NULL: the parameters, at the entry),
 * return. */
static void emit_plain_save(Emit *e, IrStmt *s, int point)
{
	IrFunc *f = e->f;
	Buf words, slots, objects;
	buf_init(&words, E_ALLOC(e));
	buf_init(&slots, E_ALLOC(e));
	buf_init(&objects, E_ALLOC(e));
	int count = 0;
	if (e->has_side) {
		buf_printf(&words, ", (uint64_t)(uintptr_t)sd");
		buf_printf(&slots, ", %d", (int)e->side_slot / 8);
		count++;
	}
	for (int i = 0; i < f->vars.len; i++) {
		IrVar *v = f->vars.items[i];
		bool live = s ? s->live[i / 64] >> (i % 64) & 1 : v->kind == VAR_PARAM || v == f->context;
		if (!live || !v->in_frame || (v->on_side && !has_side_word(e, v)))
			continue;
		if (v->on_side) {
			buf_printf(&words, ", (uint64_t)(uintptr_t)&sd->%s", v->c_name);
			buf_printf(&slots, ", %d", (int)v->offset / 8);
			count++;
			continue;
		}
		bool object = (v->addr_taken || v->map_iterator) && s;
		if (object) {
			buf_printf(&objects, " gol_freeze_object(g, &%s, &fr->%s, sizeof %s);", v->c_name, v->c_name, v->c_name);
			continue;
		}
		int n = save_words(e, v, &words, &slots);
		count += n;
		if (n == 0)
			buf_printf(&objects, " fr->%s = %s;", v->c_name, v->c_name);
	}
	buf_printf(&e->saves, "%s[%d] = {&%s, %d, %d, ", e->saves.s ? ", " : "", point, e->info, point, count);
	buf_printf(&e->saves, count ? "(const uint16_t[]){%s}}" : "NULL}", count ? slots.s + 2 : "");
	Buf text, *out = e->out;
	buf_init(&text, E_ALLOC(e));
	e->out = &text;
	if (objects.s)
		buf_printf(&text, e->shown && !f->has_defer ? "fr = " : "%s *fr = ", e->frame_type);
	buf_printf(&text, "gol_freeze_words(g, &%s_saves[at_]%s);%s ", e->info, words.s ? words.s : "",
	           objects.s ? objects.s : "");
	if (e->has_side && s)
		buf_str(&text, "gol_side_unwind(g, sd); ");
	emit_return_zero(e);
	e->out = out;
	emit_macro(e, "save", text.s, point);
}

/* In PLAIN style, with defers: the framed body takes over. */
static void emit_hand_over(Emit *e, IrStmt *s)
{
	IrFunc *f = e->f;
	Buf text;
	buf_init(&text, E_ALLOC(e));
	for (int i = 0; i < f->vars.len; i++) {
		IrVar *v = f->vars.items[i];
		bool has_value = !v->map_iterator && type_size(e->c, v->type) > 0;
		if (v->in_frame && (s->live[i / 64] >> (i % 64) & 1) && has_value && !has_place_in_frame(e, v))
			buf_printf(&text, "fr.%s = %s; ", v->c_name, v->c_name);
	}
	buf_str(&text, "fr.h.resume = at_; goto unwind;");
	emit_macro(e, "save", text.s, s->point);
	e->uses_unwind = true;
}

/* In PLAIN style, where something panicked in a function that has no frame, or at a place that does not freeze. */
static void emit_record(Emit *e, int point)
{
	Buf text, *out = e->out;
	buf_init(&text, E_ALLOC(e));
	e->out = &text;
	buf_printf(&text, "gol_record_point(g, &%s, at_); %s", e->info, e->has_side ? "gol_side_unwind(g, sd); " : "");
	emit_return_zero(e);
	e->out = out;
	emit_macro(e, "record", text.s, point);
}

/* The table of what the macros freeze, for all points. */
void emit_saves(Emit *e)
{
	if (e->saves.s)
		buf_printf(e->tables, "static const gol_save %s_saves[] = {%s};\n", e->info, e->saves.s);
}

/* What leads out of the function after s (NULL: at its entry); one C statement. */
void emit_save(Emit *e, IrStmt *s)
{
	int point = s ? s->point : 0;
	if (e->style == STYLE_PLAIN && s && e->f->has_defer) {
		emit_hand_over(e, s);
	} else if (e->style == STYLE_PLAIN && e->has_frame && (!s || s->may_freeze)) {
		emit_plain_save(e, s, point);
	} else if (e->style == STYLE_PLAIN) {
		emit_record(e, point);
	} else {
		buf_str(e->out, "{ ");
		if (e->region && ((s && s->may_freeze) || e->f->has_defer))
			emit_region_store(e);
		buf_printf(e->out, "h->resume = %d; %s }", point, e->f->has_defer ? "goto unwind;" : "return;");
	}
}
