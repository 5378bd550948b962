/* support.c - see support.h. */
#include "support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "unwind/error.h"
#include "unwind/panic.h"

static G the_g;
gol_g *test_g = &the_g.pub;
char test_panic[256];
void *test_roots[TEST_ROOTS];

/* ---- panics ------------------------------------------------------------------------------------ */

void panic_runtime_error(gol_g *g, const char *format, ...)
{
	va_list arguments;
	int n = snprintf(test_panic, sizeof test_panic, "runtime error: ");

	va_start(arguments, format);
	vsnprintf(test_panic + n, sizeof test_panic - (size_t)n, format, arguments);
	va_end(arguments);
	g->unwinding = GOL_PANIC;
}

void panic_plain_error(gol_g *g, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(test_panic, sizeof test_panic, format, arguments);
	va_end(arguments);
	g->unwinding = GOL_PANIC;
}

void panic_raise_value(gol_g *g, gol_eface value)
{
	(void)value;
	panic_plain_error(g, "value");
}

void gol_panic_nil_map(gol_g *g) { panic_plain_error(g, "assignment to entry in nil map"); }

void fatal_raise(gol_g *g, const char *message)
{
	snprintf(test_panic, sizeof test_panic, "fatal error: %s", message);
	g->unwinding = GOL_FATAL;
}

const char *test_take_panic(void)
{
	static char taken[sizeof test_panic];

	memcpy(taken, test_panic, sizeof taken);
	test_panic[0] = '\0';
	test_g->unwinding = GOL_RUNNING;
	return taken;
}

/* ---- types -------------------------------------------------------------------------------------- */

#define TEXT(s) {(const uint8_t *)(s), sizeof(s) - 1}
#define PLAIN(word, t, kind_) const gol_type type_##word = {.size = sizeof(t), .align = sizeof(t), .hash = kind_ * 77777u, \
	.kind = kind_, .flags = GOL_TYPE_PLAIN_EQUAL | GOL_TYPE_NAMED, .text = TEXT(#word), .name = #word}

static const uint8_t one[] = {1}, three[] = {3};

PLAIN(int, gol_int, GOL_KIND_INT);
PLAIN(int32, int32_t, GOL_KIND_INT32);
PLAIN(uint8, uint8_t, GOL_KIND_UINT8);
const gol_type type_float64 = {.size = 8, .align = 8, .hash = 123, .kind = GOL_KIND_FLOAT64, .text = TEXT("float64"), .name = "float64"};
const gol_type type_string = {.size = 16, .pointer_bytes = 8, .align = 8, .hash = 456, .kind = GOL_KIND_STRING, .pointer_map = one,
	.text = TEXT("string"), .name = "string"};
const gol_type type_any = {.size = 16, .pointer_bytes = 16, .align = 8, .hash = 789, .kind = GOL_KIND_INTERFACE, .pointer_map = three,
	.text = TEXT("interface {}")};
const gol_type type_pointer = {.size = 8, .pointer_bytes = 8, .align = 8, .hash = 42, .kind = GOL_KIND_POINTER, .pointer_map = one,
	.flags = GOL_TYPE_DIRECT | GOL_TYPE_PLAIN_EQUAL, .text = TEXT("*main.Node"), .elem = &type_node};
const gol_type type_slice_int = {.size = 24, .pointer_bytes = 8, .align = 8, .hash = 43, .kind = GOL_KIND_SLICE, .pointer_map = one,
	.flags = GOL_TYPE_INCOMPARABLE, .text = TEXT("[]int"), .elem = &type_int};
static const gol_field pair_fields[] = {{.name = "a", .type = &type_int}, {.name = "b", .type = &type_string, .offset = 8}};
static const uint8_t two[] = {2};
const gol_type type_pair = {.size = 24, .pointer_bytes = 16, .align = 8, .hash = 44, .kind = GOL_KIND_STRUCT, .pointer_map = two,
	.text = TEXT("main.pair"), .fields = pair_fields, .field_count = 2};
const gol_type type_node = {.size = sizeof(test_node), .pointer_bytes = 16, .align = 8, .hash = 45, .kind = GOL_KIND_STRUCT,
	.pointer_map = three, .text = TEXT("main.node")};
static const gol_field big_fields[] = {{.name = "a", .type = &type_int}, {.name = "p", .type = &type_pointer, .offset = 192}};
static const uint8_t big_map[] = {0, 0, 0, 1};
const gol_type type_big = {.size = 200, .pointer_bytes = 200, .align = 8, .hash = 46, .kind = GOL_KIND_STRUCT, .pointer_map = big_map,
	.text = TEXT("main.big"), .fields = big_fields, .field_count = 2};
const gol_type type_array_any = {.size = 16 * 3000, .pointer_bytes = 16 * 3000, .align = 8, .hash = 47, .kind = GOL_KIND_ARRAY,
	.text = TEXT("[3000]interface {}"), .elem = &type_any, .length = 3000};

const gol_type *type_map_of(const gol_type *key, const gol_type *elem)
{
	gol_type *t = heap_meta(sizeof *t);

	t->size = t->pointer_bytes = 8;
	t->align = 8;
	t->kind = GOL_KIND_MAP;
	t->flags = GOL_TYPE_DIRECT | GOL_TYPE_INCOMPARABLE;
	t->pointer_map = one;
	t->key = key;
	t->elem = elem;
	return t;
}

/* ---- the rest --------------------------------------------------------------------------------------- */

static void walk_roots(gc_visit *visit, void *context)
{
	for (unsigned i = 0; i < TEST_ROOTS; i++)
		visit(context, &test_roots[i]);
}

void test_start(void)
{
	static heap_cache cache;

	gc_start();
	if (heap_current == NULL) {
		heap_add_cache(&cache);
		heap_current = &cache;
	}
	gc_add_roots(walk_roots);
	memset(test_roots, 0, sizeof test_roots);
	test_take_panic();
}

uint64_t test_random(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1du;
}
