/*
 * constant.h - exact values of constant expressions: booleans, strings, integers of any size (GMP), rationals and
 * floats (GMP rationals; MPFR with 512 bits where exponents are out of hand), complex pairs of them. Values are
 * immutable and live in the compilation's arena. Operations never fail silently: an impossible one returns kind
 * CONST_UNKNOWN.
 */
#ifndef GOL_CONSTANT_H
#define GOL_CONSTANT_H

#include "base.h"

typedef enum { CONST_UNKNOWN, CONST_BOOL, CONST_STRING, CONST_INT, CONST_FLOAT, CONST_COMPLEX } ConstKind;
typedef struct Constant Constant;

ConstKind const_kind(const Constant *v);
Constant *const_unknown(Compiler *c);
Constant *const_bool(Compiler *c, bool v);
Constant *const_string(Compiler *c, const char *s, size_t n);
Constant *const_int(Compiler *c, int64_t v);
Constant *const_uint(Compiler *c, uint64_t v);
Constant *const_float(Compiler *c, double v);
/* From literal text as written in Go source (0x1p-2, 1_000, 'a', "\x00", `raw`, 3i); unknown if malformed. kind is a
 * LiteralKind of syntax/ast.h given as int. */
Constant *const_from_literal(Compiler *c, const char *text, size_t n, int literal_kind);

bool const_bool_value(const Constant *v);
const char *const_string_value(const Constant *v, size_t *n);
/* v an integer value (kind INT, or FLOAT/COMPLEX that is integral) */
bool const_fits_int64(const Constant *v, int64_t *out);
bool const_fits_uint64(const Constant *v, uint64_t *out);
double const_to_double(const Constant *v);                     /* nearest even; may be infinite */
float const_to_float(const Constant *v);                       /* rounded once, from the exact value */
int const_sign(const Constant *v);                             /* -1 0 1; complex: 0 only if both parts are 0 */
int const_bit_length(const Constant *v);                       /* of an integer's absolute value */

/* Conversions of kind: unknown if the value cannot be represented exactly (to int: 1.5). */
Constant *const_to_int(Compiler *c, Constant *v);
Constant *const_to_float_kind(Compiler *c, Constant *v);
Constant *const_to_complex(Compiler *c, Constant *v);
Constant *const_real(Compiler *c, Constant *v);
Constant *const_imag(Compiler *c, Constant *v);
Constant *const_make_complex(Compiler *c, Constant *re, Constant *im);
Constant *const_round_float32(Compiler *c, Constant *v);       /* value after rounding; unknown when it overflows */
Constant *const_round_float64(Compiler *c, Constant *v);

/* op is an Op of syntax/ast.h as int. Operands are brought to one kind first. Integer division truncates when
 * int_division is set, else OP_DIV of integers gives a rational. unsigned_bits: width for ^x of unsigned types, 0
 * else. */
Constant *const_binary(Compiler *c, Constant *x, int op, Constant *y, bool int_division);
Constant *const_unary(Compiler *c, int op, Constant *x, int unsigned_bits);
Constant *const_shift(Compiler *c, Constant *x, int op, unsigned long n);
bool const_compare(Constant *x, int op, Constant *y);
bool const_equal(Constant *x, Constant *y);
uint64_t const_hash(const Constant *v);

/* As Go prints it in messages (short form: strings quoted and cut at 72, floats %.6g). */
void const_print(Buf *out, const Constant *v);
/* Exact decimal integer text, for emission. */
void const_print_int(Buf *out, const Constant *v);

#endif
