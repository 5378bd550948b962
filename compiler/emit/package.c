/*
 * package.c - one package to one C file: lowers, colours, prints functions and
 * data until nothing new is asked for, joins the sections.
 */
#include "emitter.h"

#include <string.h>

static void emit_functions(Emit *e)
{
	while (lower_pending(e->lower))
		;
	ir_colour(e->c, e->package);
	for (int i = 0, n = e->package->funcs.len; i < n; i++) {   /* those queued meanwhile are not lowered yet */
		IrFunc *f = e->package->funcs.items[i];
		if (f->defined && !f->emitted)
			emit_function(e, f);
	}
}

static bool has_new_functions(Emit *e)
{
	bool any = lower_pending(e->lower);
	for (int i = 0; i < e->package->funcs.len; i++)
		any |= e->package->funcs.items[i]->defined && !e->package->funcs.items[i]->emitted;
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

static void emit_package_record(Emit *e)
{
	const char *symbol = package_symbol(e, e->package->package);
	Buf *d = &e->data;
	buf_printf(d, "static const gol_root %s_roots[] = {\n", symbol);
	for (int i = 0; i < e->roots.len; i++)
		buf_printf(d, "\t%s,\n", e->roots.items[i]);
	buf_printf(d, "\t{NULL, NULL}};\nstatic const gol_func_info *const %s_funcs[] = {\n", symbol);
	for (int i = 0; i < e->infos.len; i++)
		buf_printf(d, "\t&%s_5info,\n", e->infos.items[i]->symbol);
	buf_printf(d, "\tNULL};\nstatic const gol_type *const %s_types[] = {\n", symbol);
	for (int i = 0; i < e->own_descriptors.len; i++)
		buf_printf(d, "\t&%s,\n", type_descriptor(e, e->own_descriptors.items[i]));
	buf_printf(d, "\tNULL};\nstatic const gol_func_value %s_values[] = {\n", symbol);
	for (int i = 0; i < e->func_values.len; i++)
		buf_printf(d, "\t{(void *)%s_5value, (void *)%s},\n", e->func_values.items[i]->symbol, e->func_values.items[i]->symbol);
	buf_printf(d, "\t{NULL, NULL}};\nconst gol_package %s = {\"%s\", %s_roots, %d, %s_funcs, %d, %s_types, %d, %s_values, %d};\n", symbol,
	           e->package->package->path, symbol, e->roots.len, symbol, e->infos.len, symbol, e->own_descriptors.len, symbol,
	           e->func_values.len);
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
	buf_printf(&e->data, "static const gol_program program = {GOL_ABI_VERSION, packages, %d, start_main};\n", e->program->packages.len);
	buf_str(&e->data, "extern char **environ;\n");
	buf_str(&e->code, "int main(int argc, char **argv)\n{\n\treturn gol_main(argc, argv, environ, &program);\n}\n");
}

static void start(Emit *e, Compiler *c, Program *program, Package *package, const EmitOptions *options)
{
	*e = (Emit){.c = c, .program = program, .options = options};
	buf_init(&e->types, c->arena);
	buf_init(&e->protos, c->arena);
	buf_init(&e->data, c->arena);
	buf_init(&e->code, c->arena);
	e->out = &e->code;
	e->lower = lower_new(c, program, package);
	e->package = lower_package(e->lower);
}

const char *emit_package(Compiler *c, Program *program, Package *package, const EmitOptions *options)
{
	Emit e;
	start(&e, c, program, package, options);
	e.out = &e.data;
	emit_globals(&e);
	ask_for_own_types(&e);
	do {
		emit_functions(&e);
		e.out = &e.data;
		emit_descriptors(&e);
	} while (e.descriptor_queue.len || has_new_functions(&e));
	emit_package_record(&e);
	if (e.package->start)
		emit_program(&e);
	Buf text;
	buf_init(&text, c->arena);
	buf_printf(&text, "/* Package %s, compiled by gol. */\n#include \"generated.h\"\n\n", package->path);
	Buf *sections[] = {&e.types, &e.protos, &e.data, &e.code};
	for (int i = 0; i < COUNT_OF(sections); i++)
		if (sections[i]->s) {
			buf_bytes(&text, sections[i]->s, sections[i]->len);
			buf_char(&text, '\n');
		}
	if (!options->line_directives)
		return text.s;
	Buf numbered;
	buf_init(&numbered, c->arena);
	number_lines(&numbered, text.s, text.len, options->c_path);
	return numbered.s;
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
