/*
 * data.c - package variables and constant data. Initialisers are printed as
 * braces, not as compound literals, so that any C compiler takes them as constant.
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

static void emit_variable(Emit *e, const char *linkage, Type *type, const char *symbol, IrExpr *value)
{
	const char *ct = type_name(e, type);
	Buf text, *saved = e->out;
	buf_init(&text, E_ALLOC(e));
	e->out = &text;
	if (value && type_size(e->c, type))
		emit_static_value(e, value);
	e->out = saved;
	buf_printf(&e->data, "%s%s%s%s", linkage, ct, spaced(ct), symbol);
	if (text.s)
		buf_printf(&e->data, " = %s", text.s);
	buf_str(&e->data, ";\n");
}

const char *static_name(Emit *e, IrStatic *data)
{
	if (map_get(&e->statics, data))
		return data->symbol;
	map_put(E_ALLOC(e), &e->statics, data, (void *)1);
	const char *ct = type_name(e, data->type);
	buf_printf(&e->protos, "static %s%s%s%s;\n", data->read_only ? "const " : "", ct, spaced(ct), data->symbol);
	emit_variable(e, data->read_only ? "static const " : "static ", data->type, data->symbol, data->value);
	if (!data->read_only && type_has_pointers(e->c, data->type))
		vec_push(E_ALLOC(e), &e->roots, arena_printf(E_ALLOC(e), "{&%s, &%s}", data->symbol, type_descriptor(e, data->type)));
	return data->symbol;
}

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
		emit_variable(e, "", o->type, symbol, map_get(&e->package->global_values, o));
		if (type_has_pointers(e->c, o->type))
			vec_push(E_ALLOC(e), &e->roots, arena_printf(E_ALLOC(e), "{&%s, &%s}", symbol, type_descriptor(e, o->type)));
	}
}
