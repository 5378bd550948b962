/*
 * generated.h - for tests that play the part of generated code by hand.
 */
#ifndef GOL_TESTS_GENERATED_H
#define GOL_TESTS_GENERATED_H

#include "abi.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A point table of n equal points with one map each. */
#define NO_POINTERS_8 {{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}, {8, 0}}

#define CHECK(condition) \
	((condition) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), exit(1)))

/* A gol int, chan int. */
static const gol_type test_int GOL_UNUSED = {
	.size = 8, .kind = GOL_KIND_INT, .align = 8, .flags = GOL_TYPE_NAMED | GOL_TYPE_PLAIN_EQUAL, .text = {(const uint8_t *)"int", 3}, .name = "int"};
static const gol_type test_chan_int GOL_UNUSED = {
	.size = 8, .pointer_bytes = 8, .kind = GOL_KIND_CHAN, .align = 8, .pointer_map = (const uint8_t[]){1}, .flags = GOL_TYPE_DIRECT,
	.text = {(const uint8_t *)"chan int", 8}, .elem = &test_int};
static const gol_type test_string GOL_UNUSED = {
	.size = 16, .pointer_bytes = 8, .kind = GOL_KIND_STRING, .align = 8, .pointer_map = (const uint8_t[]){1},
	.text = {(const uint8_t *)"string", 6}, .name = "string"};
static const gol_type test_chan_string GOL_UNUSED = {
	.size = 8, .pointer_bytes = 8, .kind = GOL_KIND_CHAN, .align = 8, .pointer_map = (const uint8_t[]){1}, .flags = GOL_TYPE_DIRECT,
	.text = {(const uint8_t *)"chan string", 11}, .elem = &test_string};

/* A closure of n words after the code, all pointers. */
#define CLOSURE_TYPE(name, n) \
	static const uint8_t name##_map[] = {(uint8_t)(((1u << (n)) - 1) << 1)}; \
	static const gol_type name GOL_UNUSED = {.size = 8 + 8 * (n), .pointer_bytes = 8 + 8 * (n), .kind = GOL_KIND_STRUCT, .align = 8, \
		.pointer_map = name##_map, .text = {(const uint8_t *)"closure", 7}}

static inline double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline gol_eface eface_string(gol_g *g, const char *s)
{
	gol_string *p = gol_new(g, &test_string);
	*p = (gol_string){(const uint8_t *)s, (gol_int)strlen(s)};
	return (gol_eface){&test_string, p};
}

/* Package variables that hold pointers: entered before run_program. */
static gol_root test_roots[8];
static uint32_t test_root_count;
static inline void add_root(void *variable, const gol_type *type) { test_roots[test_root_count++] = (gol_root){variable, type}; }

static inline int run_program(int argc, char **argv, char **envp, void (*start)(gol_g *, gol_func *))
{
	static gol_package package = {.path = "main", .roots = test_roots};
	package.root_count = test_root_count;
	static const gol_package *packages[] = {&package};
	static gol_program program = {.abi_version = GOL_ABI_VERSION, .packages = packages, .package_count = 1};
	program.start = start;
	return gol_main(argc, argv, envp, &program);
}

#endif
