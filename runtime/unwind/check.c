/*
 * check.c - the panics of failed checks: indexes, slices, conversions, arithmetic. Called from
 * cold code; each raises and returns.
 */
#include "unwind/panic.h"

#include <inttypes.h>
#include <stdio.h>

void gol_panic_index(gol_g *g, gol_int i, gol_int len)
{
	if (i < 0)
		panic_bounds_error(g, "index out of range [%" PRId64 "]", i);
	else
		panic_bounds_error(g, "index out of range [%" PRId64 "] with length %" PRId64, i, len);
}

void gol_panic_index_unsigned(gol_g *g, gol_uint i, gol_int len)
{
	panic_bounds_error(g, "index out of range [%" PRIu64 "] with length %" PRId64, i, len);
}

/* A bound as it was written: its own signedness decides what it is compared as. */
typedef struct bound { gol_int value; bool is_unsigned; } bound;

static bool negative(bound b) { return !b.is_unsigned && b.value < 0; }
static bool above(bound b, gol_int limit) { return negative(b) || (uint64_t)b.value > (uint64_t)limit; }

static const char *show(bound b, char buffer[24])
{
	snprintf(buffer, 24, b.is_unsigned ? "%" PRIu64 : "%" PRId64, b.value);
	return buffer;
}

static void slice2(gol_g *g, bound lo, bound hi, gol_int limit, const char *what)
{
	char a[24], b[24];
	if (negative(hi))
		panic_bounds_error(g, "slice bounds out of range [:%s]", show(hi, b));
	else if (above(hi, limit))
		panic_bounds_error(g, "slice bounds out of range [:%s] with %s %" PRId64, show(hi, b), what, limit);
	else if (negative(lo))
		panic_bounds_error(g, "slice bounds out of range [%s:]", show(lo, a));
	else
		panic_bounds_error(g, "slice bounds out of range [%s:%s]", show(lo, a), show(hi, b));
}

static void slice3(gol_g *g, bound lo, bound hi, bound max, gol_int limit, const char *what)
{
	char a[24], b[24];
	if (negative(max))
		panic_bounds_error(g, "slice bounds out of range [::%s]", show(max, a));
	else if (above(max, limit))
		panic_bounds_error(g, "slice bounds out of range [::%s] with %s %" PRId64, show(max, a), what, limit);
	else if (negative(hi))
		panic_bounds_error(g, "slice bounds out of range [:%s:]", show(hi, b));
	else if (above(hi, max.value))
		panic_bounds_error(g, "slice bounds out of range [:%s:%s]", show(hi, b), show(max, a));
	else if (negative(lo))
		panic_bounds_error(g, "slice bounds out of range [%s::]", show(lo, a));
	else
		panic_bounds_error(g, "slice bounds out of range [%s:%s:]", show(lo, a), show(hi, b));
}

void gol_panic_slice(gol_g *g, gol_int lo, gol_int hi, gol_int max, gol_int limit, gol_int kind, gol_int is_unsigned)
{
	bound l = {lo, is_unsigned & 1}, h = {hi, is_unsigned & 2}, m = {max, is_unsigned & 4};
	if (kind >= 2)
		slice3(g, l, h, m, limit, kind == 2 ? "capacity" : "length");
	else
		slice2(g, l, h, limit, kind == 0 ? "capacity" : "length");
}

void gol_panic_slice_convert(gol_g *g, gol_int len, gol_int want)
{
	panic_bounds_error(g, "cannot convert slice with length %" PRId64 " to array or pointer to array with length %" PRId64,
		len, want);
}

void gol_panic_divide(gol_g *g) { panic_runtime_error(g, "integer divide by zero"); }
void gol_panic_shift(gol_g *g) { panic_runtime_error(g, "negative shift amount"); }
void gol_panic_nil_map(gol_g *g) { panic_plain_error(g, "assignment to entry in nil map"); }
void gol_panic_unsafe_slice_len(gol_g *g) { panic_runtime_error(g, "unsafe.Slice: len out of range"); }
void gol_panic_unsafe_slice_nil(gol_g *g) { panic_runtime_error(g, "unsafe.Slice: ptr is nil and len is not zero"); }
void gol_panic_unsafe_string_len(gol_g *g) { panic_runtime_error(g, "unsafe.String: len out of range"); }
void gol_panic_unsafe_string_nil(gol_g *g) { panic_runtime_error(g, "unsafe.String: ptr is nil and len is not zero"); }

void gol_panic_value_method(gol_g *g, const char *package, const char *type, const char *method)
{
	panic_plain_error(g, "value method %s.%s.%s called using nil *%s pointer", package, type, method, type);
}

void gol_panic_range_state(gol_g *g, gol_int state)
{
	static const char *const messages[] = {
		"range function continued iteration after function for loop body returned false",
		"range function continued iteration after loop body panic",
		"range function recovered a loop body panic and did not resume panicking",
		"range function continued iteration after whole loop exit",
	};
	panic_runtime_error(g, "%s", messages[state & 3]);
}
