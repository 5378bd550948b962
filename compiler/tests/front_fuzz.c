/*
 * front_fuzz.c - libFuzzer target: the lexer, parser and checker on any bytes. Whatever
 * the input, the front end must end in messages or in a checked tree. What passes the
 * checker is analysed, lowered and emitted too, so that those may not fail either.
 *
 * GOL_FUZZ_STDLIB names the standard library. All of it is loaded, checked and analysed once;
 * every run then starts from there and costs what its own program costs. All state of a compilation
 * is in its arena, so going back is easy: a run allocates from chunks of its own, which
 * are thrown away after it, and what it changed in the older ones is undone. Those are
 * laid over with private mappings of a file that holds a copy: dropping the changed
 * pages brings the copy back, and costs what was changed, not what is there. The rest of
 * a page at either end of a chunk is copied by hand.
 *
 * Limbs of big numbers are not in the arena; those made by a run are freed after it.
 */
#define _GNU_SOURCE
#include "front_fuzz.h"
#include "check/check.h"
#include "emit/emit.h"
#include "escape/escape.h"

#include <gmp.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition) ((condition) ? (void)0 : (perror(#condition), abort()))

/* ---- memory as it was ------------------------------------------------------------------------- */

/* [start, end) is whole pages, mapped over; the words before and behind them are in edges. */
typedef struct Kept {
	char *bytes, *start, *end, *limit;
	uint64_t *edges;
} Kept;

static struct {
	Kept blocks[4096];
	int count, file;
	off_t size;
} snapshot;

/* Neither the poison between objects nor memcpy's check of it is wanted here. */
__attribute__((no_sanitize("address"))) static uint64_t *copy_words(volatile uint64_t *to, const volatile uint64_t *from, const char *end)
{
	while ((const volatile char *)from < end)
		*to++ = *from++;
	return (uint64_t *)to;
}

static void take_block(void *arg, void *bytes, size_t size)
{
	(void)arg;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	MUST(snapshot.count < COUNT_OF(snapshot.blocks));
	Kept *b = &snapshot.blocks[snapshot.count++];
	b->bytes = bytes;
	b->limit = b->bytes + size / sizeof *b->edges * sizeof *b->edges;
	b->start = (char *)(((uintptr_t)b->bytes + page - 1) & ~(page - 1));
	b->end = (char *)((uintptr_t)b->limit & ~(page - 1));
	if (b->end <= b->start)
		b->start = b->end = b->limit;
	size_t length = (size_t)(b->end - b->start);
	b->edges = malloc(size - length + sizeof *b->edges);
	MUST(b->edges);
	copy_words(copy_words(b->edges, (uint64_t *)b->bytes, b->start), (uint64_t *)b->end, b->limit);
	if (length == 0)
		return;
	/* System calls, since AddressSanitizer's own would look for poison or remove it. */
	MUST(syscall(SYS_pwrite64, snapshot.file, b->start, length, snapshot.size) == (long)length);
	MUST(syscall(SYS_mmap, b->start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, snapshot.file, snapshot.size) == (long)b->start);
	snapshot.size += (off_t)length;
}

static void restore_blocks(void)
{
	for (int i = 0; i < snapshot.count; i++) {
		Kept *b = &snapshot.blocks[i];
		size_t before = (size_t)(b->start - b->bytes);
		copy_words((uint64_t *)b->bytes, b->edges, (char *)b->edges + before);
		copy_words((uint64_t *)b->end, b->edges + before / sizeof *b->edges, (char *)b->edges + before + (b->limit - b->end));
		if (b->end > b->start)
			MUST(madvise(b->start, (size_t)(b->end - b->start), MADV_DONTNEED) == 0);
	}
}

/* ---- limbs ---------------------------------------------------------------------------------------- */

/* In front of each block of GMP's; all of one run are in a ring. */
typedef struct Limbs {
	struct Limbs *next, *previous;
	_Alignas(16) char bytes[];
} Limbs;

static Limbs limbs = {&limbs, &limbs};

static void *limbs_link(Limbs *l)
{
	MUST(l);
	l->next = limbs.next;
	l->previous = &limbs;
	l->next->previous = l->previous->next = l;
	return l->bytes;
}

static Limbs *limbs_unlink(void *bytes)
{
	Limbs *l = (Limbs *)((char *)bytes - offsetof(Limbs, bytes));
	l->next->previous = l->previous;
	l->previous->next = l->next;
	return l;
}

static void *limbs_alloc(size_t size) { return limbs_link(malloc(sizeof(Limbs) + size)); }
static void *limbs_grow(void *bytes, size_t old, size_t size) { (void)old; return limbs_link(realloc(limbs_unlink(bytes), sizeof(Limbs) + size)); }
static void limbs_free(void *bytes, size_t size) { (void)size; free(limbs_unlink(bytes)); }

static void limbs_free_all(void)
{
	mpfr_free_cache();
	while (limbs.next != &limbs)
		free(limbs_unlink(limbs.next->bytes));
}

/* ---- compiling ------------------------------------------------------------------------------------- */

static Compiler *c;
static Program *standard;           /* a program that imports all of the standard library */
static Arena *spare;

static const char *input_path(void)
{
	static char path[64];
	snprintf(path, sizeof path, "/tmp/gol-fuzz-%d.gol", (int)getpid());
	return path;
}

static void remove_input(void) { unlink(input_path()); }

static void write_input(const void *data, size_t size)
{
	FILE *f = fopen(input_path(), "wb");
	MUST(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
}

/* Checked and analysed; NULL if there were errors. */
static Program *compile_input(void)
{
	const char *path = input_path();
	TargetList targets = {0};
	TextList errors = {0}, warnings = {0};
	find_targets(c, &path, 1, &targets, &errors, &warnings);
	Program *program = targets.len ? load_another(c, &targets.items[0], NULL, standard) : NULL;
	if (!program || program->errors.len || program->broken.len)
		return NULL;
	for (int i = 0; i < program->packages.len; i++)
		if (!program->packages.items[i]->checked && !check_package(c, program->packages.items[i]))
			return NULL;
	if (strcmp(program->root->name, "main") != 0 || check_linknames(c, program->packages.items, program->packages.len))
		return NULL;
	for (int i = 0; i < program->packages.len; i++)
		if (!standard || !program->packages.items[i]->is_stdlib)
			escape_package(c, program->packages.items[i], &(EscapeOptions){.takings = true});
	return program;
}

static Program *compile_standard(void)
{
	static const char *const everything[] = {"std"};
	TargetList targets = {0};
	TextList errors = {0}, warnings = {0};
	Buf source;
	find_targets(c, everything, 1, &targets, &errors, &warnings);
	buf_init(&source, c->arena);
	buf_str(&source, "package main\n");
	for (int i = 0; i < targets.len; i++)
		if (!strstr(targets.items[i].path, "internal") && strcmp(targets.items[i].path, "main") != 0)
			buf_printf(&source, "import _ \"%s\"\n", targets.items[i].path);
	buf_str(&source, "func main() {}\n");
	write_input(source.s, source.len);
	return compile_input();
}

/* ---- for front_mutate.c -------------------------------------------------------------------------- */

enum { PASSED_COUNT = 256, PASSED_SIZE = 8192 };

static struct { char text[PASSED_SIZE]; size_t size; } passed[PASSED_COUNT];
static unsigned passed_count;       /* since the start: later ones take the places of earlier ones */

static void keep_passed(const uint8_t *data, size_t size)
{
	if (size > PASSED_SIZE)
		return;
	memcpy(passed[passed_count % PASSED_COUNT].text, data, size);
	passed[passed_count++ % PASSED_COUNT].size = size;
}

const char *front_passed(unsigned number, size_t *size)
{
	if (passed_count == 0)
		return NULL;
	number %= passed_count < PASSED_COUNT ? passed_count : PASSED_COUNT;
	*size = passed[number].size;
	return passed[number].text;
}

bool front_parses(const char *text, size_t size)
{
	Compiler *one = compiler_new();
	parse_file(one, source_from_text(one, "a.gol", text, size), false);
	bool ok = one->errors == 0;
	compiler_free(one);
	limbs_free_all();
	return ok;
}

/* ---- the target ------------------------------------------------------------------------------------- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *stdlib = getenv("GOL_FUZZ_STDLIB"), *generated = getenv("GOL_FUZZ_GENERATED");
	(void)argc, (void)argv;
	atexit(remove_input);
	mp_set_memory_functions(limbs_alloc, limbs_grow, limbs_free);
	c = compiler_new();
	c->stdlib_dir = stdlib ? stdlib : "stdlib";
	c->generated_dir = generated ? generated : "build/stdlib";
	types_new(c);
	standard = compile_standard();
	if (!standard)
		diag_print(c, "std"), exit(1);
	mpfr_free_cache();
	limbs.next = limbs.previous = &limbs;
	spare = arena_new();
	snapshot.file = memfd_create("snapshot", 0);
	MUST(snapshot.file >= 0);
	arena_visit(c->arena, take_block, NULL);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = c->arena;
	write_input(data, size);
	arena_swap(arena, spare);
	Program *program = compile_input();
	if (program) {
		EmitOptions options = {.versions = size % 2 ? 1 : 2};
		emit_package(c, program, program->root, &options);
		keep_passed(data, size);
	}
	arena_swap(arena, spare);
	arena_free(spare);
	spare = arena_new();
	restore_blocks();
	limbs_free_all();
	return 0;
}
