/*
 * support.h - what the tests of heap, collector and lang share: a goroutine that is none,
 * panics that only leave their text, a few type descriptors, a random generator.
 */
#ifndef GOL_TESTS_SUPPORT_H
#define GOL_TESTS_SUPPORT_H

#include "gc/gc.h"

extern gol_g *test_g;
extern char test_panic[256];        /* text of the last panic; "" none */

void test_start(void);              /* heap and collector ready, no panic, no roots */
const char *test_take_panic(void);  /* text of the pending panic, which is over then; "" none */
uint64_t test_random(void);

/* The test's roots: slots in test_roots are kept. */
#define TEST_ROOTS 1024
extern void *test_roots[TEST_ROOTS];

extern const gol_type type_int, type_int32, type_uint8, type_float64, type_string, type_any, type_pointer, type_slice_int, type_pair, type_node;
extern const gol_type type_big, type_array_any;
const gol_type *type_map_of(const gol_type *key, const gol_type *elem);

typedef struct test_pair { gol_int a; gol_string b; } test_pair;
typedef struct test_node { struct test_node *left, *right; gol_int value; } test_node;

static inline gol_string text_of(const char *s) { return (gol_string){(const uint8_t *)s, (gol_int)strlen(s)}; }

#endif
