/*
 * constant_fuzz.c - libFuzzer target: literals and constant operations. The first byte
 * chooses the operation, the second the kinds of the literals; then come two literals
 * divided by a space.
 */
#include "base/constant.h"
#include "syntax/ast.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(Compiler *c, Constant *v)
{
	Buf b;
	buf_init(&b, c->arena);
	const_print(&b, v);
	(void)const_hash(v);
	(void)const_to_int(c, v);
	(void)const_to_float_kind(c, v);
	(void)const_to_complex(c, v);
	if (const_kind(v) != CONST_INT && const_kind(v) != CONST_FLOAT)
		return;
	int64_t i;
	uint64_t u;
	(void)const_fits_int64(v, &i), (void)const_fits_uint64(v, &u);
	(void)const_to_double(v), (void)const_to_float(v), (void)const_sign(v);
	(void)const_round_float32(c, v), (void)const_round_float64(c, v);
}

static bool is_number(const Constant *v)
{
	return const_kind(v) == CONST_INT || const_kind(v) == CONST_FLOAT || const_kind(v) == CONST_COMPLEX;
}

/* The checker asks for these only: kinds agree, no division by zero, shifts of integers by what it accepts. */
static void combine(Compiler *c, int op, Constant *x, Constant *y)
{
	int64_t n;
	bool ints = const_kind(x) == CONST_INT && const_kind(y) == CONST_INT;
	bool bits = op == OP_REM || op == OP_AND || op == OP_OR || op == OP_XOR || op == OP_ANDNOT;
	if (op == OP_SHL || op == OP_SHR) {
		if (ints && const_fits_int64(y, &n) && n >= 0 && n < 1023)
			look_at(c, const_shift(c, x, op, (unsigned long)n));
	} else if (op >= OP_EQ && op <= OP_GE) {
		if (op <= OP_NE || (const_kind(x) != CONST_COMPLEX && const_kind(y) != CONST_COMPLEX))
			(void)const_compare(x, op, y);
	} else if ((!bits || ints) && ((op != OP_DIV && op != OP_REM) || const_sign(y) != 0)) {
		look_at(c, const_binary(c, x, op, y, ints));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int ops[] = {OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_REM, OP_AND, OP_OR, OP_XOR, OP_ANDNOT, OP_SHL, OP_SHR, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE};
	static const int kinds[] = {LIT_INT, LIT_FLOAT, LIT_IMAG, LIT_RUNE, LIT_STRING};
	if (size < 3 || size > 4096)
		return 0;
	Compiler *c = compiler_new();
	const char *text = (const char *)data + 2, *space = memchr(text, ' ', size - 2);
	size_t n = space ? (size_t)(space - text) : size - 2, rest = space ? size - 3 - n : 0;
	Constant *x = const_from_literal(c, text, n, kinds[data[1] % 5]);
	Constant *y = const_from_literal(c, rest ? space + 1 : "1", rest ? rest : 1, rest ? kinds[data[1] / 5 % 5] : LIT_INT);
	look_at(c, x);
	look_at(c, y);
	if (is_number(x) && is_number(y))
		combine(c, ops[data[0] % COUNT_OF(ops)], x, y);
	compiler_free(c);
	return 0;
}
