/*
 * print.c - print and println.
 */
#include "state.h"

static void print_one(FuncState *f, IrExpr *x)
{
	Compiler *c = f->c;
	Type *u = underlying(x->type), *word = word_type(f);
	if (is_string(u))
		call_rt(f, RT_print_string, NULL, 1, ir_convert(c, x, basic(f, TYPE_STRING)));
	else if (is_boolean(u))
		call_rt(f, RT_print_bool, NULL, 1, ir_convert(c, x, basic(f, TYPE_BOOL)));
	else if (is_unsigned(u))
		call_rt(f, RT_print_uint, NULL, 1, ir_convert(c, x, basic(f, TYPE_UINT)));
	else if (is_integer(u))
		call_rt(f, RT_print_int, NULL, 1, ir_convert(c, x, basic(f, TYPE_INT)));
	else if (u->kind == TYPE_FLOAT32)
		call_rt(f, RT_print_float32, NULL, 1, ir_convert(c, x, u));
	else if (is_float(u))
		call_rt(f, RT_print_float, NULL, 1, ir_convert(c, x, basic(f, TYPE_FLOAT64)));
	else if (u->kind == TYPE_COMPLEX64)
		call_rt(f, RT_print_complex64, NULL, 1, ir_convert(c, x, u));
	else if (is_complex(u))
		call_rt(f, RT_print_complex, NULL, 1, ir_convert(c, x, basic(f, TYPE_COMPLEX128)));
	else if (u->kind == TYPE_SLICE)
		call_rt(f, RT_print_slice, NULL, 1, x);
	else if (u->kind == TYPE_INTERFACE)
		call_rt(f, is_empty_interface(x->type) ? RT_print_eface : RT_print_iface, NULL, 1, x);
	else
		call_rt(f, RT_print_pointer, NULL, 1, u->kind == TYPE_UNSAFE_POINTER ? x : ir_convert(c, x, word));
}

void print_values(FuncState *f, IrExprList *values, bool line)
{
	call_rt(f, RT_print_begin, NULL, 0);
	for (int i = 0; i < values->len; i++) {
		if (i && line)
			call_rt(f, RT_print_space, NULL, 0);
		print_one(f, values->items[i]);
	}
	if (line)
		call_rt(f, RT_print_newline, NULL, 0);
	call_rt(f, RT_print_end, NULL, 0);
}
