/*
 * package.c - one package to one C file, or to units: lowers, colours, prints functions and
 * data until nothing new is asked for, joins the sections.
 *
 * A package is printed as one file first. If that is too large it is lowered and printed anew, in units: only then is
 * it known, and only then must what is static be hidden. Where units end depends on nothing but the package and
 * unit_size.
 */
#include "emitter.h"

#include <stdlib.h>
#include <string.h>

static void end_unit(Emit *e, bool last);

static void begin_unit(Emit *e)
{
	Buf *sections[] = {&e->types, &e->infos, &e->describing, &e->protos, &e->frames, &e->globals, &e->code, &e->data,
		&e->made};
	Map *maps[] = {&e->type_names, &e->complete, &e->result_structs, &e->descriptors, &e->itabs, &e->declared,
		&e->statics};
	for (int i = 0; i < COUNT_OF(sections); i++)
		buf_init(sections[i], E_ALLOC(e));
	for (int i = 0; i < COUNT_OF(maps); i++)
		*maps[i] = (Map){.by_text = maps[i]->by_text};
	e->own_descriptors.len = e->func_values.len = e->recorded.len = e->roots.len = e->functions.len = 0;
	for (int i = 0; i < e->package->funcs.len; i++)
		if (e->package->funcs.items[i]->is_copy)
			e->package->funcs.items[i]->emitted = false;
}

static void prepare_functions(Emit *e)
{
	while (lower_pending(e->lower))
		;
	ir_colour(e->c, e->package);
	for (int i = 0; e->unit_size && i < e->package->funcs.len; i++) {
		IrFunc *f = e->package->funcs.items[i];
		if (!f->is_static || f->is_copy)
			continue;
		f->is_static = false;
		f->is_hidden = true;
		if (f->is_shared)       /* other packages may have the same function, but not of the same colour */
			f->symbol = intern_str(e->c, arena_printf(E_ALLOC(e), "%s_5in_%s", f->symbol,
			                                          mangle_package(e->c, e->package->package->path)));
	}
}

static size_t unit_length(const Emit *e)
{
	return e->types.len + e->protos.len + e->frames.len + e->code.len + e->data.len + e->made.len;
}

/* Units have copies at their ends. */
static bool is_due(const Emit *e, const IrFunc *f)
{
	return f->defined && !f->emitted && !(e->unit_size && f->is_copy);
}

static void emit_functions(Emit *e)
{
	prepare_functions(e);
	for (int i = 0, n = e->package->funcs.len; i < n; i++) {   /* those queued meanwhile are not lowered yet */
		IrFunc *f = e->package->funcs.items[i];
		if (!is_due(e, f))
			continue;
		if (e->unit_size && unit_length(e) >= e->unit_size) {
			end_unit(e, false);
			begin_unit(e);
		}
		emit_function(e, f);
	}
}

static bool has_new_functions(Emit *e)
{
	bool any = lower_pending(e->lower);
	for (int i = 0; i < e->package->funcs.len; i++)
		any |= is_due(e, e->package->funcs.items[i]);
	return any;
}

/* The copies that the unit calls. */
static bool emit_copies(Emit *e)
{
	bool any = false;
	prepare_functions(e);
	for (int i = 0; i < e->package->funcs.len; i++) {
		IrFunc *f = e->package->funcs.items[i];
		if (!f->is_copy || !f->defined || f->emitted || !map_get(&e->declared, f->symbol))
			continue;
		emit_function(e, f);
		any = true;
	}
	return any;
}

/* Types declared here are described here even when only other packages use them. */
static void ask_for_own_types(Emit *e)
{
	ObjectList *names = &e->package->package->type_names;
	for (int i = 0; i < names->len; i++) {
		Type *t = names->items[i]->type;
		if (names->items[i]->is_alias || !t || t->kind != TYPE_NAMED || is_generic(t) || has_type_params(t) ||
		    type_owner(types_canonical(e->c, t)) != e->package->package)
			continue;
		type_descriptor(e, t);
		type_descriptor(e, pointer_to(e->c, t));
	}
}

static const char *package_symbol(Emit *e, Package *p)
{
	return arena_printf(E_ALLOC(e), "%s_5package", mangle_package(e->c, p->path));
}

/* The record of the next unit to be finished, or of one after it. */
static const char *unit_symbol(Emit *e, int ahead)
{
	int number = e->units.len + ahead;
	const char *symbol = package_symbol(e, e->package->package);
	return number ? arena_printf(E_ALLOC(e), "%s%d", symbol, number) : symbol;
}

static void emit_unit_record(Emit *e, bool last)
{
	const char *symbol = unit_symbol(e, 0), *more = "NULL";
	Buf *d = &e->data;
	if (!last) {
		more = arena_printf(E_ALLOC(e), "&%s", unit_symbol(e, 1));
		buf_printf(&e->protos, "extern const gol_package %s GOL_HIDDEN;\n", more + 1);
	}
	buf_printf(d, "static const gol_root %s_roots[] = {\n", symbol);
	for (int i = 0; i < e->roots.len; i++)
		buf_printf(d, "\t%s,\n", e->roots.items[i]);
	buf_printf(d, "\t{NULL, NULL}};\nstatic const gol_func_info *const %s_funcs[] = {\n", symbol);
	for (int i = 0; i < e->recorded.len; i++)
		buf_printf(d, "\t&%s_5info,\n", e->recorded.items[i]->symbol);
	buf_printf(d, "\tNULL};\nstatic const gol_type *const %s_types[] = {\n", symbol);
	for (int i = 0; i < e->own_descriptors.len; i++)
		buf_printf(d, "\t&%s,\n", type_descriptor(e, e->own_descriptors.items[i]));
	buf_printf(d, "\tNULL};\nstatic const gol_func_value %s_values[] = {\n", symbol);
	for (int i = 0; i < e->func_values.len; i++)
		buf_printf(d, "\t{(void *)%s_5value, (void *)%s},\n", e->func_values.items[i]->symbol,
		           e->func_values.items[i]->symbol);
	buf_printf(d, "\t{NULL, NULL}};\nconst gol_package %s = {\"%s\", %s_roots, %d, %s_funcs, %d, %s_types, %d, %s_values, %d, %s, gol_absent_method};\n", symbol,
	           e->package->package->path, symbol, e->roots.len, symbol, e->recorded.len, symbol, e->own_descriptors.len,
	           symbol,
	           e->func_values.len, more);
}

static void emit_program(Emit *e)
{
	Buf list;
	buf_init(&list, E_ALLOC(e));
	for (int i = 0; i < e->program->packages.len; i++) {
		const char *symbol = package_symbol(e, e->program->packages.items[i]);
		buf_printf(&e->protos, "extern const gol_package %s;\n", symbol);
		buf_printf(&list, "&%s, ", symbol);
	}
	const char *start = function_name(e, e->package->start);
	buf_printf(&e->data, "static void start_main(gol_g *g, gol_func *context) { (void)context; %s(g); }\n", start);
	buf_printf(&e->data, "static const gol_package *const packages[] = {%s};\n", list.s);
	buf_printf(&e->data, "static const gol_program program = {GOL_ABI_VERSION, packages, %d, start_main, %s};\n",
	           e->program->packages.len, e->options->race ? "true" : "false");
	buf_str(&e->data, "extern char **environ;\n");
	buf_str(&e->made, "int main(int argc, char **argv)\n{\n\treturn gol_main(argc, argv, environ, &program);\n}\n");
}

static int compare_chunks(const void *a, const void *b)
{
	const Chunk *x = a, *y = b;
	int order = x->pos.file != y->pos.file ? (x->pos.file > y->pos.file ? 1 : -1) : pos_compare(x->pos, y->pos);
	return order ? order : (x->start > y->start) - (x->start < y->start);
}

/* The functions in the order that the program has them in. */
static void append_sorted(Emit *e, Buf *out)
{
	int n = e->functions.len;
	Chunk *sorted = NEW_ARRAY(E_ALLOC(e), Chunk, n + 1);
	if (n)
		memcpy(sorted, e->functions.items, (size_t)n * sizeof *sorted);
	qsort(sorted, (size_t)n, sizeof *sorted, compare_chunks);
	for (int i = 0; i < n; i++)
		buf_bytes(out, e->code.s + sorted[i].start, sorted[i].end - sorted[i].start);
}

static void join_parts(Emit *e)
{
	const Buf *parts[C_PARTS][4] = {
		{&e->types, &e->infos, &e->describing, &e->protos}, {&e->frames}, {&e->globals, &e->code}, {&e->data, &e->made}};
	for (int i = 0; i < C_PARTS; i++) {
		Buf out;
		buf_init(&out, E_ALLOC(e));
		for (int k = 0; k < 4 && parts[i][k]; k++) {
			if (!parts[i][k]->len)
				continue;
			if (parts[i][k] == &e->code && e->options->for_reading)
				append_sorted(e, &out);
			else
				buf_bytes(&out, parts[i][k]->s, parts[i][k]->len);
			if (parts[i][k] != &e->code || !e->options->for_reading)
				buf_char(&out, '\n');
		}
		e->parts.text[i] = out.s ? out.s : "";
	}
}

static void end_unit(Emit *e, bool last)
{
	bool any;
	do {
		any = e->unit_size && emit_copies(e);
		e->out = &e->data;
		any |= emit_descriptors(e);
	} while (any);
	emit_unit_record(e, last);
	if (e->package->start)
		emit_program(e);
	join_parts(e);
	if (e->options->for_reading)
		return;
	Buf text;
	buf_init(&text, E_ALLOC(e));
	buf_printf(&text, "/* Package %s, compiled by gol. */\n#include \"generated.h\"\n\n", e->package->package->path);
	for (int i = 0; i < C_PARTS; i++)
		buf_str(&text, e->parts.text[i]);
	if (e->options->line_directives) {
		Buf numbered;
		buf_init(&numbered, E_ALLOC(e));
		number_lines(&numbered, text.s, text.len, e->options->c_path);
		text = numbered;
	}
	vec_push(E_ALLOC(e), &e->units, text.s);
}

static Emit emit(Compiler *c, Program *program, Package *package, const EmitOptions *options, size_t unit_size)
{
	Emit e = {.c = c, .program = program, .options = options, .unit_size = unit_size};
	e.lower = lower_new(c, program, package);
	e.package = lower_package(e.lower);
	begin_unit(&e);
	e.out = &e.data;
	emit_globals(&e);
	ask_for_own_types(&e);
	do {
		emit_functions(&e);
		e.out = &e.data;
		emit_descriptors(&e);
	} while (e.descriptor_queue.len || has_new_functions(&e));
	end_unit(&e, true);
	return e;
}

const char *emit_package(Compiler *c, Program *program, Package *package, const EmitOptions *options)
{
	return emit(c, program, package, options, 0).units.items[0];
}

CParts emit_parts_of(Compiler *c, Program *program, Package *package, const EmitOptions *options)
{
	return emit(c, program, package, options, 0).parts;
}

TextList emit_units(Compiler *c, Program *program, Package *package, const EmitOptions *options, size_t unit_size)
{
	TextList texts = emit(c, program, package, options, 0).units;
	if (package == program->root || strlen(texts.items[0]) <= unit_size + unit_size / 2)
		return texts;
	return emit(c, program, package, options, unit_size).units;
}

void dump_ir(Compiler *c, Buf *out, Program *program, Package *package)
{
	Lower *lower = lower_new(c, program, package);
	IrPackage *ir = lower_package(lower);
	while (lower_pending(lower))
		;
	ir_colour(c, ir);
	for (int i = 0; i < ir->funcs.len; i++)
		if (ir->funcs.items[i]->defined)
			ir_dump(c, out, ir->funcs.items[i]);
}
