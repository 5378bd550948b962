/*
 * func.c - functions: prototypes, func values, and the three shapes a function's C
 * takes (emitter.h): entry and framed body; plain function and framed body; plain
 * function alone.
 */
#include "emitter.h"

#include <string.h>

/* RESULT name(gol_g *g, T a, ..., gol_func *context_); without parameter names in prototypes. */
void print_signature(Emit *e, Buf *out, IrFunc *f, const char *name, bool names)
{
	const char *result = result_name(e, &f->result_types);
	Buf b;      /* parameter types first: asking for them may print definitions, never into out */
	buf_init(&b, E_ALLOC(e));
	for (int i = 0; i < f->params.len; i++) {
		const char *ct = passed_type(e, f->params.items[i]->type);
		buf_printf(&b, names ? ", %s%s%s" : ", %s", ct, spaced(ct), f->params.items[i]->c_name);
	}
	if (f->context)
		buf_str(&b, names ? ", gol_func *context_" : ", gol_func *");
	buf_printf(out, "%s%s%s(gol_g *%s%s)", result, spaced(result), name, names ? "g" : "", b.s ? b.s : "");
}

static const char *linkage_of(const IrFunc *f)
{
	return f->is_static ? "static " : f->is_hidden ? "GOL_HIDDEN " : f->is_weak ? "GOL_WEAK " : "";
}

const char *function_name(Emit *e, IrFunc *f)
{
	if (!map_get(&e->declared, f->symbol)) {
		map_put(E_ALLOC(e), &e->declared, f->symbol, (void *)1);
		Buf b;
		buf_init(&b, E_ALLOC(e));
		print_signature(e, &b, f, f->symbol, false);
		buf_printf(&e->protos, "%s%s;\n", f->defined ? linkage_of(f) : "", b.s);
	}
	return f->symbol;
}

/* A plain function as a value: code that takes a context and drops it. */
const char *func_value(Emit *e, IrFunc *f)
{
	const char *symbol = arena_printf(E_ALLOC(e), "%s_5func", f->symbol);
	symbol = intern_str(e->c, symbol);
	const char *address = arena_printf(E_ALLOC(e), "(&%s)", symbol);
	if (map_get(&e->declared, symbol))
		return address;
	map_put(E_ALLOC(e), &e->declared, symbol, (void *)1);
	const char *target = function_name(e, f);
	buf_printf(&e->protos, "static gol_func %s;\n", symbol);
	if (f->context) {
		buf_printf(&e->data, "static gol_func %s = {(void *)%s};\n", symbol, target);
		return address;
	}
	Buf params, args;
	buf_init(&params, E_ALLOC(e));
	buf_init(&args, E_ALLOC(e));
	for (int i = 0; i < f->params.len; i++) {
		const char *ct = passed_type(e, f->params.items[i]->type);
		buf_printf(&params, ", %s%sp%d", ct, spaced(ct), i);
		buf_printf(&args, ", p%d", i);
	}
	const char *result = result_name(e, &f->result_types), *check = "";
	if (f->takes_address)
		check = f->result_types.len ? "if (p0 == NULL) { gol_panic_nil(g); return 0; }\n\t"
		                            : "if (p0 == NULL) { gol_panic_nil(g); return; }\n\t";
	buf_printf(&e->data, "static %s%s%s_5value(gol_g *g%s, gol_func *context)\n{\n\tGOL_AIM(g, %s_5value, %s);\n\t%s%s%s(g%s);\n}\n"
	           "static gol_func %s = {(void *)%s_5value};\n",
	           result, spaced(result), f->symbol, params.s ? params.s : "", f->symbol, target, check,
	           f->result_types.len ? "return " : "", target, args.s ? args.s : "", symbol, f->symbol);
	vec_push(E_ALLOC(e), &e->func_values, f);
	return address;
}

/* ---- the parts ------------------------------------------------------------------------------------ */

static void name_variables(Emit *e)
{
	e->names_used = (Map){.by_text = true};
	for (int i = 0; i < e->f->vars.len; i++)
		e->f->vars.items[i]->c_name = NULL;
	name_shown(e);
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		if (!v->c_name)
			v->c_name = local_name(e, v->name ? v->name : "t");
		if (!e->has_frame)
			v->in_frame = false;
	}
}

static bool is_parameter(Emit *e, IrVar *v) { return v->kind == VAR_PARAM || v == e->f->context; }

/* Adds v to the declaration of the C type's variables in this function. */
void join_declaration(Emit *e, Map *by_type, const char *ct, const char *name, const char *value)
{
	Buf *line = map_get(by_type, ct);
	bool first = !line;
	if (first) {
		line = NEW(E_ALLOC(e), Buf);
		buf_init(line, E_ALLOC(e));
		map_put(E_ALLOC(e), by_type, ct, line);
		buf_printf(line, "%s%s", ct, spaced(ct));
	}
	buf_printf(line, "%s%s%s%s", first ? "" : ", ", !first && !*spaced(ct) ? "*" : "", name, value);
}

void emit_declarations(Emit *e, const Map *by_type)
{
	for (int i = 0; i < map_count(by_type); i++)
		emit_line(e, "%s;", ((Buf *)map_value_at(by_type, i))->s);
}

/* C declarations of the variables that are not in the frame (PLAIN: of all but the parameters), those of a type in one;
 * where parts of the body are left out, of those that are mentioned. */
static void declare_locals(Emit *e)
{
	bool framed = e->style == STYLE_FRAMED, some = framed && !e->one_version && !e->shown;
	Map by_type = {.by_text = true};
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		bool there = framed ? v->in_frame : has_place_in_frame(e, v);
		if (v->on_side || there || (is_parameter(e, v) && v != e->f->context) || (some && !v->mentioned))
			continue;
		if (v == e->f->context) {
			emit_line(e, "%s%s%s = (void *)context_;", type_name(e, v->type), spaced(type_name(e, v->type)), v->c_name);
			continue;
		}
		const char *ct = v->map_iterator ? "gol_map_iter" : type_name(e, v->type);
		bool zero = framed || v->needs_zero || (v->addr_taken && !v->lent) || v->map_iterator;
		join_declaration(e, &by_type, ct, v->c_name, !zero ? "" : v->map_iterator ? " = {0}" : is_scalar(v->type) ? " = 0" :
		                 arena_printf(E_ALLOC(e), " = %s", zero_braces(e, v->type)));
	}
	emit_declarations(e, &by_type);
}

static void zero_frame_variables(Emit *e)
{
	for (int i = 0; i < e->f->vars.len; i++) {
		IrVar *v = e->f->vars.items[i];
		bool there = e->style == STYLE_FRAMED ? v->in_frame : has_place_in_frame(e, v);
		if (!there || v->on_side || is_parameter(e, v) || v == e->f->recover_var ||
		    !(v->needs_zero || (v->addr_taken && !v->lent) || v->map_iterator))
			continue;
		const char *name = var_name(e, v);
		if (!v->map_iterator && is_scalar(v->type))
			emit_line(e, "%s = 0;", name);
		else
			emit_line(e, "memset(&%s, 0, sizeof %s);", name, name);
	}
}

/* ---- with defers ---------------------------------------------------------------------------------- */

/* The end of a FRAMED body. */
static void emit_epilogue(Emit *e)
{
	emit_line(e, "goto epilogue;");
	set_line(e, e->f->end_pos);
	buf_str(e->out, "unwind:\n");
	emit_line(e, "if (g->unwinding == GOL_FREEZE || g->unwinding == GOL_FATAL) return;");
	emit_line(e, "fr->pending = gol_take_pending(g);");
	emit_line(e, "fr->pending.point = h->resume;");
	buf_str(e->out, "epilogue:\n");
	refresh_mirrors(e, NULL);
	emit_statements(e, &e->f->epilogue);
	emit_line(e, "if (GOL_UNLIKELY(fr->pending.reason)) {");
	emit_line(e, "\tif (fr->pending.point) h->resume = fr->pending.point;");
	emit_line(e, "\tgol_continue_unwinding(g, fr->pending);");
	emit_line(e, "\treturn;");
	emit_line(e, "}");
	emit_return_values(e, &e->f->results);
}

/* The frame of a PLAIN function, for what pointers lead to and for the body to take over. */
static void emit_local_frame(Emit *e)
{
	emit_line(e, "GOL_CLAIM(fr);");
	zero_frame_variables(e);
	for (int i = 0; i < e->f->params.len; i++) {
		IrVar *v = e->f->params.items[i];
		if (has_place_in_frame(e, v) && type_size(e->c, v->type) > 0)
			emit_line(e, "fr.%s = %s;", v->c_name, v->c_name);
	}
}

/* The end of a PLAIN function. */
static void emit_plain_epilogue(Emit *e)
{
	set_line(e, e->f->end_pos);
	if (e->uses_epilogue)
		buf_str(e->out, "epilogue:\n");
	emit_statements(e, &e->f->epilogue);
	emit_return_values(e, &e->f->results);
	if (!e->uses_unwind)
		return;
	buf_str(e->out, "unwind:\n");
	emit_line(e, "fr.h.func = &%s;", e->info);
	emit_line(e, "fr.pending = (gol_pending){0};");
	emit_indent(e);
	buf_str(e->out, "if (!gol_unwind_frame(g, &fr.h)) ");
	emit_return_zero(e);
	buf_char(e->out, '\n');
	emit_line(e, e->f->result_types.len ? "return fr.r;" : "return;");
}

/* ---- the shapes ------------------------------------------------------------------------------------- */

/* A PLAIN version beside it, and nothing to go on from: it is entered by `start` alone. */
bool has_body(const Emit *e) { return e->one_version || e->resume_count > 1 || e->f->has_defer; }

/* Where a FRAMED body is entered: at resume points, and with defers where a panic came up in the PLAIN function. */
static void emit_entrances(Emit *e)
{
	if (e->resume_count == 1 && !e->f->has_defer)
		return;
	emit_indent(e);
	buf_str(e->out, "switch (h->resume) {");
	for (int i = 1; i < e->resume_count; i++)
		buf_printf(e->out, " case %d: goto r%d;", i, i);
	if (e->f->has_defer)
		buf_str(e->out, e->one_version ? " case 0: break; default: goto unwind;" : " default: goto unwind;");
	else if (!e->one_version && !e->shown)
		buf_str(e->out, " default: GOL_NO_POINT();");
	buf_str(e->out, " }\n");
}

/* What a FRAMED body does when it is entered at its start. */
static void emit_body_start(Emit *e)
{
	zero_frame_variables(e);
	emit_side_zeros(e);
	if (e->f->has_defer)
		emit_line(e, "fr->pending = (gol_pending){0};");
	emit_race_enter(e);
}

/* Of a function with a PLAIN version only what follows resume points is printed (stmt.c): it is entered nowhere else. */
static void emit_framed_body(Emit *e)
{
	Buf *code = e->out;
	e->style = STYLE_FRAMED;
	e->next_label = 0;
	set_line(e, NO_POS);
	buf_printf(e->tables, "static void %s_5body(gol_g *g, gol_frame *h);\n", e->f->symbol);
	if (!e->one_version)
		e->out = e->bodies;
	emit_line(e, "static %svoid %s_5body(gol_g *g, gol_frame *h)\n{", is_unoptimised(e) ? "GOL_UNOPTIMISED " : "",
	          e->f->symbol);
	e->indent++;
	emit_line(e, "%s *fr = (%s *)h;", e->frame_type, e->frame_type);
	if (e->side_vars)
		emit_line(e, "%s *sd GOL_UNUSED = fr->sd;", e->side_type);
	for (int i = 0; i < e->f->vars.len; i++)
		e->f->vars.items[i]->mentioned = false;
	e->unreached = !e->one_version && !e->shown;
	if (!e->unreached)
		declare_locals(e);
	declare_mirrors(e);
	emit_side_words(e, false);
	Buf body, *outer = begin_body(e, &body);
	if (!e->unreached) {
		emit_entrances(e);
		emit_body_start(e);
	}
	refresh_mirrors(e, NULL);
	emit_statements(e, &e->f->body);
	e->unreached = false;
	if (e->f->has_defer)
		emit_epilogue(e);
	Buf *printed = e->out;
	e->out = outer;
	if (!e->one_version && !e->shown) {
		declare_locals(e);
		emit_entrances(e);
	}
	e->out = printed;
	end_body(e, outer);
	set_line(e, e->f->end_pos);
	e->indent--;
	emit_line(e, "}\n");
	set_line(e, NO_POS);
	e->out = code;
}

/* Resume point 0: the entry with the arguments saved in the frame. */
static void emit_start(Emit *e)
{
	IrFunc *f = e->f;
	Buf *out = e->tables;
	buf_printf(out, "static void %s_5start(gol_g *g, gol_frame *h) { %s *fr = (void *)h; ", f->symbol, e->frame_type);
	const char *result = result_name(e, &f->result_types);
	if (f->result_types.len)
		buf_printf(out, "%s%sr = ", result, spaced(result));
	buf_printf(out, "%s(g", f->symbol);
	for (int i = 0; i < f->params.len; i++) {
		IrVar *v = f->params.items[i];
		if (v->on_side)     /* the block was given back: the entry takes the same one and finds its arguments where they are */
			buf_printf(out, ", &((%s *)fr->sd)->%s", e->side_type, v->c_name);
		else
			buf_printf(out, ", fr->%s", v->c_name);
	}
	if (f->context)
		buf_printf(out, ", (gol_func *)fr->%s", f->context->c_name);
	buf_str(out, f->result_types.len ? "); if (!g->unwinding) fr->r = r; }\n" : "); }\n");
}

static void emit_linkage(Emit *e)
{
	buf_str(e->out, linkage_of(e->f));
	if (is_unoptimised(e))
		buf_str(e->out, "GOL_UNOPTIMISED ");
}

/* What stands in the frame before the first safepoint. */
static void emit_frame_start(Emit *e)
{
	IrFunc *f = e->f;
	emit_line(e, "fr->h.func = &%s;", e->info);
	emit_line(e, "fr->h.resume = 0;");
	if (e->has_side)
		emit_line(e, "fr->sd = sd;");
	emit_side_parameters(e);
	emit_side_words(e, true);
	for (int i = 0; i < f->params.len; i++)
		if (!f->params.items[i]->on_side)
			emit_line(e, "fr->%s = %s;", f->params.items[i]->c_name, f->params.items[i]->c_name);
	if (f->context)
		emit_line(e, "fr->%s = (void *)context_;", f->context->c_name);
}

static void emit_entry(Emit *e)
{
	IrFunc *f = e->f;
	e->style = STYLE_PLAIN;
	set_line(e, f->pos);
	emit_linkage(e);
	print_signature(e, e->out, f, f->symbol, true);
	buf_str(e->out, "\n{\n");
	e->indent++;
	emit_side_take(e);
	if (e->frame_aside)
		emit_line(e, "%s *fr = &sd->frame_;", e->frame_type);
	else
		emit_line(e, "%s frame_, *fr = &frame_;", e->frame_type);
	emit_frame_start(e);
	emit_indent(e);
	buf_str(e->out, "if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr->h); ");
	emit_return_zero(e);
	buf_str(e->out, " }\n");
	if (f->recover_var)
		emit_line(e, "fr->%s = GOL_RECOVER_TAKE(g, %s);", f->recover_var->c_name, f->symbol);
	emit_line(e, "%s_5body(g, &fr->h);", f->symbol);
	set_line(e, f->end_pos);
	emit_indent(e);
	buf_printf(e->out, "if (GOL_UNWINDING(g)) { gol_freeze_frame(g, &fr->h); %s",
	           e->has_side ? "gol_side_unwind(g, sd); " : "");
	emit_return_zero(e);
	buf_str(e->out, " }\n");
	emit_side_give(e);
	if (f->result_types.len)
		emit_line(e, "return fr->r;");
	e->indent--;
	emit_line(e, "}\n");
}

static void emit_plain(Emit *e)
{
	IrFunc *f = e->f;
	e->style = STYLE_PLAIN;
	e->next_label = 0;
	set_line(e, f->pos);
	emit_linkage(e);
	if (is_small(e))
		buf_str(e->out, "inline ");
	print_signature(e, e->out, f, f->symbol, true);
	buf_str(e->out, "\n{\n");
	e->indent++;
	emit_side_take(e);
	emit_side_parameters(e);
	e->uses_epilogue = e->uses_unwind = false;
	if (f->has_defer)
		emit_line(e, "%s fr;", e->frame_type);
	declare_locals(e);
	declare_mirrors(e);
	if (e->shown && e->has_frame && !f->has_defer)      /* like declare_scratch's */
		emit_line(e, "%s *fr;", e->frame_type);
	if (e->has_frame) {
		emit_indent(e);
		buf_str(e->out, "if (GOL_MUST_FREEZE(g)) ");
		emit_save(e, NULL);
		buf_char(e->out, '\n');
	}
	if (f->has_defer)
		emit_local_frame(e);
	if (f->recover_var)
		emit_line(e, "%s = GOL_RECOVER_TAKE(g, %s);", f->recover_var->c_name, f->symbol);
	emit_side_zeros(e);
	emit_race_enter(e);
	Buf body, *outer = begin_body(e, &body);
	refresh_mirrors(e, NULL);
	emit_statements(e, &f->body);
	set_line(e, f->end_pos);
	if (f->has_defer)
		emit_plain_epilogue(e);
	else if (f->body.len == 0 || vec_last(&f->body)->kind != IR_RETURN)
		emit_side_give(e);
	end_body(e, outer);
	e->indent--;
	emit_line(e, "}\n");
}

/* The line of text before the one that begins at s; NULL: there is none. */
static const char *line_before(const char *text, const char *s)
{
	if (s == text)
		return NULL;
	for (s--; s > text && s[-1] != '\n';)
		s--;
	return s;
}

/* Of a line comment what stands behind //, in C's comment. */
static void emit_comment_line(Emit *e, const char *s)
{
	for (s += 2; *s == ' ' || *s == '\t';)
		s++;
	for (; *s && *s != '\n' && *s != '\r'; s++) {
		buf_char(e->out, *s);
		if ((s[0] == '*' && s[1] == '/') || (s[0] == '/' && s[1] == '*'))
			buf_char(e->out, ' ');
	}
	buf_str(e->out, "\n * ");
}

/* The comment before the declaration, directives left out. */
static void emit_doc_comment(Emit *e)
{
	const SourceFile *file = e->c->files.items[e->f->pos.file];
	const char *s = file->text, *first;
	for (uint32_t line = 1; s && line < e->f->pos.line; line++)
		s = (s = strchr(s, '\n')) ? s + 1 : NULL;
	if (!s || strncmp(s, "func ", 5) != 0)
		return;
	const char *end = s;
	for (first = s; (s = line_before(file->text, first)) && strncmp(s, "//", 2) == 0;)
		first = s;
	for (s = first; s < end; s = strchr(s, '\n') + 1)
		if (strncmp(s, "//go:", 5) != 0 && strncmp(s, "//gol:", 6) != 0 && strncmp(s, "//line ", 7) != 0)
			emit_comment_line(e, s);
}

static void emit_heading(Emit *e)
{
	IrFunc *f = e->f;
	const char *path = f->pos.file ? e->c->files.items[f->pos.file]->path : "generated";
	const char *base = strrchr(path, '/');
	set_line(e, NO_POS);
	buf_str(e->out, "/* ");
	if (e->options->for_reading && f->pos.file && e->out == &e->code)
		emit_doc_comment(e);
	emit_line(e, "%s:%u: %s */", base ? base + 1 : path, f->pos.line, f->go_name);
}

/* Nobody wrote it as it stands. */
static bool is_made(const Emit *e, const IrFunc *f)
{
	return f->is_copy || f->is_weak || f->frameless || !f->pos.file || f == e->package->init;
}

static void emit_shape(Emit *e)
{
	e->one_version = e->has_frame && (e->options->versions == 1 || (e->f->has_defer && e->has_side) ||
	                                  frame_is_large(e->f) || is_one_version(e));
	emit_heading(e);
	if (e->one_version)
		emit_framed_body(e);
	else
		emit_plain(e);
	emit_saves(e);
	if (e->has_frame && !e->one_version && has_body(e))
		emit_framed_body(e);
	if (e->has_frame)
		emit_start(e);
	if (e->one_version)
		emit_entry(e);
	set_line(e, NO_POS);
}

void emit_function(Emit *e, IrFunc *f)
{
	bool made = is_made(e, f);
	Buf bodies;
	e->f = f;
	e->uses.len = 0;
	e->out = made ? &e->made : &e->code;
	e->tables = made ? &e->data : &e->frames;
	e->bodies = made ? &e->made : &bodies;
	buf_init(&bodies, E_ALLOC(e));
	Chunk chunk = {f->pos, e->code.len, 0};
	e->indent = 0;
	buf_init(&e->saves, E_ALLOC(e));
	e->macros = (Map){.by_text = true};
	f->emitted = true;
	ir_share(e->c, f, e->options->variables);
	choose_side(e);
	add_race_context(e);
	choose_shown(e);
	e->has_frame = f->can_freeze && !f->frameless;
	ir_liveness(e->c, f);
	VERIFY(ir_verify_liveness(e->c, f));
	name_variables(e);
	function_name(e, f);
	layout_frame(e);
	emit_shape(e);
	emit_info(e);
	emit_uses(e);
	if (bodies.s)
		buf_bytes(&e->frames, bodies.s, bodies.len);
	chunk.end = e->code.len;
	if (!made)
		vec_push(E_ALLOC(e), &e->functions, chunk);
}
