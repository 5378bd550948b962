/*
 * data.c - package variables and constant data. Initialisers are printed as
 * braces, not as compound literals, so that any C compiler takes them as constant.
 *
 * Contents of files (//go:embed) are left to the assembler, which copies 50 MB in no time where a C compiler
 * takes minutes; where the C must stand alone (-emit=c: EmbedFile.contents is there) they are string literals.
 */
#include "emitter.h"

#include <string.h>

static void emit_static_string(Emit *e, Constant *v)
{
	size_t n;
	const char *s = const_string_value(v, &n);
	if (n == 0) {
		buf_str(e->out, "{0}");
		return;
	}
	buf_str(e->out, "{(const uint8_t *)");
	emit_string_literal(e->out, s, n);
	buf_printf(e->out, ", %zu}", n);
}

void emit_static_value(Emit *e, IrExpr *x)
{
	Type *u = underlying(x->type);
	switch (x->kind) {
	case IR_ZERO:
		buf_str(e->out, is_scalar(x->type) ? "0" : zero_braces(e, x->type));
		return;
	case IR_CONST:
		if (is_string(u)) {
			emit_static_string(e, x->cval);
		} else if (is_complex(u)) {
			Type *part = e->c->types->basic[u->kind == TYPE_COMPLEX64 ? TYPE_FLOAT32 : TYPE_FLOAT64];
			buf_char(e->out, '{');
			emit_constant(e, const_real(e->c, x->cval), part);
			buf_str(e->out, ", ");
			emit_constant(e, const_imag(e->c, x->cval), part);
			buf_char(e->out, '}');
		} else {
			emit_constant(e, x->cval, x->type);
		}
		return;
	case IR_MAKE:
		buf_str(e->out, u->kind == TYPE_ARRAY ? "{{" : "{");
		for (int i = 0, n = 0; i < x->args.len; i++) {
			if (u->kind == TYPE_STRUCT && type_size(e->c, x->args.items[i]->type) == 0)
				continue;
			buf_str(e->out, n++ ? ", " : "");
			if (u->kind == TYPE_STRUCT && has_empty_parts(e, x))
				buf_printf(e->out, ".%s = ", field_name(e, x->type, i));
			emit_static_value(e, x->args.items[i]);
		}
		buf_str(e->out, u->kind == TYPE_ARRAY ? "}}" : "}");
		return;
	case IR_CONVERT:
		if (!is_scalar(x->type)) {
			emit_static_value(e, x->x);
			return;
		}
		break;
	case IR_FUNC:
		buf_str(e->out, func_value(e, x->func));
		return;
	default:
		break;
	}
	emit_expr(e, x);
}

static void emit_variable(Emit *e, Buf *to, const char *linkage, Type *type, const char *symbol, IrExpr *value)
{
	const char *ct = type_name(e, type);
	Buf text, *saved = e->out;
	buf_init(&text, E_ALLOC(e));
	e->out = &text;
	if (value && type_size(e->c, type))
		emit_static_value(e, value);
	e->out = saved;
	buf_printf(to, "%s%s%s%s", linkage, ct, spaced(ct), symbol);
	if (text.s)
		buf_printf(to, " = %s", text.s);
	buf_str(to, ";\n");
}

const char *static_name(Emit *e, IrStatic *data)
{
	if (map_get(&e->statics, data))
		return data->symbol;
	map_put(E_ALLOC(e), &e->statics, data, (void *)1);
	const char *ct = type_name(e, data->type), *constant = data->read_only ? "const " : "";
	if (e->unit_size)
		buf_printf(&e->protos, "extern %s%s%s%s GOL_HIDDEN;\n", constant, ct, spaced(ct), data->symbol);
	else
		buf_printf(&e->protos, "static %s%s%s%s;\n", constant, ct, spaced(ct), data->symbol);
	if (map_get(&e->made_statics, data))
		return data->symbol;
	map_put(E_ALLOC(e), &e->made_statics, data, (void *)1);
	emit_variable(e, &e->data, arena_printf(E_ALLOC(e), "%s%s", e->unit_size ? "" : "static ", constant), data->type,
	              data->symbol, data->value);
	if (!data->read_only && type_has_pointers(e->c, data->type))
		vec_push(E_ALLOC(e), &e->roots, arena_printf(E_ALLOC(e), "{&%s, &%s}", data->symbol,
		                                             type_descriptor(e, data->type)));
	return data->symbol;
}

/* ---- files ------------------------------------------------------------------------------------ */

/* A path between quotes of an assembler's string that is in a C string. */
static void emit_assembler_path(Buf *out, const char *path)
{
	for (; *path; path++) {
		bool plain = (*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z') ||
			(*path >= '0' && *path <= '9') || strchr("/._-+@", *path);
		buf_printf(out, plain ? "%c" : "\\\\%03o", plain ? *path : (unsigned char)*path);
	}
}

static void declare_file(Emit *e, const char *symbol, bool writable)
{
	map_put(E_ALLOC(e), &e->declared, symbol, (void *)1);
	buf_printf(&e->protos, "extern %suint8_t %s[] GOL_HIDDEN;\n", writable ? "" : "const ", symbol);
}

/* Not static: a C compiler that optimises while it links may put this text and those who use the name into different
 * units. The hash makes the text another one when the file has changed. */
static void emit_file_reference(Emit *e, const EmbedFile *file, const char *symbol, bool writable)
{
	Buf *d = &e->data;
	declare_file(e, symbol, writable);
	buf_printf(d, "__asm__(\".pushsection .%s\\n.globl %s\\n.hidden %s\\n.type %s, %%object\\n.size %s, %llu\\n%s: .incbin \\\"",
	           writable ? "data" : "rodata", symbol, symbol, symbol, symbol, (unsigned long long)file->size, symbol);
	emit_assembler_path(d, file->path);
	buf_printf(d, "\\\", 0, %llu\\n.byte 0\\n.popsection\"); /* ", (unsigned long long)file->size);
	for (int i = 0; i < COUNT_OF(file->hash); i++)
		buf_printf(d, "%02x", file->hash[i]);
	buf_str(d, " */\n");
}

static void emit_file_contents(Emit *e, const EmbedFile *file, const char *symbol, bool writable)
{
	enum { LINE = 96 };
	const char *linkage = writable ? "static uint8_t" : "static const uint8_t";
	buf_printf(&e->protos, "%s %s[%llu];\n", linkage, symbol, (unsigned long long)file->size + 1);
	buf_printf(&e->data, "%s %s[%llu] =", linkage, symbol, (unsigned long long)file->size + 1);
	for (uint64_t at = 0; at < file->size || at == 0; at += LINE) {
		buf_str(&e->data, "\n\t");
		emit_string_literal(&e->data, file->contents + at, file->size - at < LINE ? (size_t)(file->size - at) : LINE);
	}
	buf_str(&e->data, ";\n");
}

const char *file_name(Emit *e, const EmbedFile *file, bool writable)
{
	const char *symbol = writable ? NULL : map_get(&e->files, file);
	if (symbol) {
		if (e->unit_size && !map_get(&e->declared, symbol))
			declare_file(e, symbol, writable);
		return symbol;
	}
	symbol = arena_printf(E_ALLOC(e), "%s_5file%d", mangle_package(e->c, e->package->package->path), ++e->file_count);
	symbol = intern_str(e->c, symbol);
	if (!writable)
		map_put(E_ALLOC(e), &e->files, file, (void *)(uintptr_t)symbol);
	(file->contents ? emit_file_contents : emit_file_reference)(e, file, symbol, writable);
	return symbol;
}

/* ---- variables -------------------------------------------------------------------------------- */

void emit_globals(Emit *e)
{
	for (int i = 0; i < e->package->globals.len; i++) {
		Object *o = e->package->globals.items[i];
		if (strcmp(o->name, "_") == 0)
			continue;
		const char *symbol = intern_str(e->c, symbol_of_object(e->c, o)), *ct = type_name(e, o->type);
		if (!map_get(&e->declared, symbol)) {
			map_put(E_ALLOC(e), &e->declared, symbol, (void *)1);
			buf_printf(&e->protos, "extern %s%s%s;\n", ct, spaced(ct), symbol);
		}
		emit_variable(e, &e->globals, "", o->type, symbol, map_get(&e->package->global_values, o));
		if (type_has_pointers(e->c, o->type))
			vec_push(E_ALLOC(e), &e->roots, arena_printf(E_ALLOC(e), "{&%s, &%s}", symbol,
			                                             type_descriptor(e, o->type)));
	}
}
