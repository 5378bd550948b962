/*
 * arena.c - memory of one compilation, and the growing arrays and texts in it.
 *
 * An arena is a list of chunks; allocation moves a pointer through the newest.
 * Chunks come zeroed from calloc, whose large blocks are fresh pages: a page
 * never touched costs nothing. Requests larger than a quarter of a chunk get a
 * chunk of their own, put behind the newest so that its rest is not wasted.
 *
 * An arena that grows beyond one chunk holds a program's trees, and for every 4 KiB of them the kernel finds a page:
 * that was a third of a build that compiles nothing. So further chunks are large pages where the system has some to
 * give; it decides, and small ones do as well.
 *
 * Growing arrays leave their old storage behind. With doubling that wastes at
 * most the final size once more; in exchange old pointers stay readable.
 *
 * Under AddressSanitizer what is not handed out is poisoned, and so is a gap behind
 * every object: otherwise it would see nothing of what happens within a chunk.
 */
#include "base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(bytes, size) ((void)(bytes), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(bytes, size) ((void)(bytes), (void)(size))
enum { GAP = 0 };
#endif

enum { CHUNK_SIZE = 1 << 20, LARGE_PAGE = 1 << 21, ALIGNMENT = 16 };

typedef struct Chunk {
	struct Chunk *next;
	size_t size;
	bool is_mapped;             /* a large page; else from calloc */
	_Alignas(ALIGNMENT) char bytes[];
} Chunk;

/* next <= limit; both point into first->bytes, or are NULL while there is no chunk. */
struct Arena {
	Chunk *first;
	char *next, *limit;
};

size_t arena_size(const Arena *a)
{
	size_t size = 0;
	for (const Chunk *chunk = a->first; chunk; chunk = chunk->next)
		size += chunk->size;
	return size;
}

static NORETURN void out_of_memory(size_t size)
{
	fprintf(stderr, "gol: out of memory (%zu bytes wanted)\n", size);
	exit(3);
}

static Chunk *chunk_new(size_t size)
{
	Chunk *chunk = calloc(1, sizeof(Chunk) + size);

	if (!chunk)
		out_of_memory(size);
	chunk->size = size;
	ASAN_POISON_MEMORY_REGION(chunk->bytes, size);
	return chunk;
}

/* Aligned to its size, or NULL: of twice as much what is before and behind it goes back. */
static Chunk *large_page_new(void)
{
	char *all = mmap(NULL, 2 * LARGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (all == MAP_FAILED)
		return NULL;
	size_t before = -(uintptr_t)all & (LARGE_PAGE - 1);
	Chunk *chunk = (void *)(all + before);
	if (before)
		munmap(all, before);
	munmap(all + before + LARGE_PAGE, LARGE_PAGE - before);
	madvise(chunk, LARGE_PAGE, MADV_HUGEPAGE);
	chunk->size = LARGE_PAGE - sizeof(Chunk);
	chunk->is_mapped = true;
	ASAN_POISON_MEMORY_REGION(chunk->bytes, chunk->size);
	return chunk;
}

static void chunk_free(Chunk *chunk)
{
	ASAN_UNPOISON_MEMORY_REGION(chunk->bytes, chunk->size);
	if (chunk->is_mapped)
		munmap(chunk, LARGE_PAGE);
	else
		free(chunk);
}

Arena *arena_new(void)
{
	Arena *a = calloc(1, sizeof *a);

	if (!a)
		out_of_memory(sizeof *a);
	return a;
}

void arena_free(Arena *a)
{
	Chunk *chunk = a->first;

	while (chunk) {
		Chunk *next = chunk->next;
		chunk_free(chunk);
		chunk = next;
	}
	free(a);
}

/* What was handed out stays where it is: only who owns it changes. */
void arena_swap(Arena *a, Arena *b)
{
	Arena saved = *a;

	*a = *b;
	*b = saved;
}

void arena_visit(const Arena *a, void (*visit)(void *arg, void *bytes, size_t size), void *arg)
{
	for (const Chunk *chunk = a->first; chunk; chunk = chunk->next)
		visit(arg, (void *)chunk->bytes, chunk->size);
}

/* The newest chunk stays first: arena_alloc's next and limit point into it. */
static void *alloc_large(Arena *a, size_t size)
{
	Chunk *chunk = chunk_new(size);

	ASAN_UNPOISON_MEMORY_REGION(chunk->bytes, size);
	if (a->first) {
		chunk->next = a->first->next;
		a->first->next = chunk;
	} else {
		a->first = chunk;
	}
	return chunk->bytes;
}

/* A size beyond any machine's memory is a count that went wrong (a negative one in NEW_ARRAY): it ends the command
 * before the sum with the gap can overflow. */
void *arena_alloc(Arena *a, size_t size)
{
	size_t room;
	char *result;

	if (size > (size_t)1 << 40)
		out_of_memory(size);
	room = ((size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1)) + GAP;
	if (room > (size_t)(a->limit - a->next)) {
		Chunk *chunk;

		if (room > CHUNK_SIZE / 4)
			return alloc_large(a, size);
		chunk = a->first ? large_page_new() : NULL;
		if (!chunk)
			chunk = chunk_new(CHUNK_SIZE);
		chunk->next = a->first;
		a->first = chunk;
		a->next = chunk->bytes;
		a->limit = chunk->bytes + chunk->size;
	}
	result = a->next;
	a->next += room;
	debug_require(a->next <= a->limit && ((uintptr_t)result & (ALIGNMENT - 1)) == 0);
	ASAN_UNPOISON_MEMORY_REGION(result, size);
	return result;
}

char *arena_strndup(Arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(copy, s, n);
	return copy;
}

/* Most texts are short: they are made once in a buffer of this frame, long ones twice. */
static char *arena_vprintf(Arena *a, size_t *length, const char *format, va_list ap)
{
	char small[256], *text;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof small, format, ap);
	require(n >= 0);        /* a format that the C library refuses */
	*length = (size_t)n;
	if ((size_t)n < sizeof small) {
		text = arena_strndup(a, small, (size_t)n);
	} else {
		text = arena_alloc(a, (size_t)n + 1);
		vsnprintf(text, (size_t)n + 1, format, again);
	}
	va_end(again);
	return text;
}

char *arena_printf(Arena *a, const char *format, ...)
{
	size_t length;
	va_list ap;
	char *text;

	va_start(ap, format);
	text = arena_vprintf(a, &length, format, ap);
	va_end(ap);
	return text;
}

/* ---- growing arrays --------------------------------------------------------------- */

/* Room for one more. The count is an int: what has a billion elements is a loop of ours that does not end. */
void vec_reserve_(Arena *a, void **items, int len, int *cap, size_t size)
{
	int new_cap;
	void *grown;

	require(len >= 0 && len <= *cap && *cap <= INT32_MAX / 2);
	if (len < *cap)
		return;
	new_cap = *cap < 4 ? 4 : *cap * 2;
	grown = arena_alloc(a, size * (size_t)new_cap);
	if (len > 0)
		memcpy(grown, *items, size * (size_t)len);
	*items = grown;
	*cap = new_cap;
}

/* ---- text being built --------------------------------------------------------------- */

void buf_init(Buf *b, Arena *a)
{
	*b = (Buf){.arena = a};
}

/* Always one byte more than asked for, for the NUL. */
static void buf_reserve(Buf *b, size_t more)
{
	size_t cap;
	char *grown;

	debug_require(b->arena && b->len <= b->cap);
	if (b->len + more < b->cap)
		return;
	cap = b->cap < 32 ? 64 : b->cap * 2;
	while (cap <= b->len + more)
		cap *= 2;
	grown = arena_alloc(b->arena, cap);
	if (b->len > 0)
		memcpy(grown, b->s, b->len);
	b->s = grown;
	b->cap = cap;
}

void buf_char(Buf *b, char c)
{
	buf_reserve(b, 1);
	b->s[b->len++] = c;
	b->s[b->len] = '\0';
}

void buf_bytes(Buf *b, const char *s, size_t n)
{
	buf_reserve(b, n);
	if (n > 0)
		memcpy(b->s + b->len, s, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void buf_str(Buf *b, const char *s)
{
	buf_bytes(b, s, strlen(s));
}

void buf_vprintf(Buf *b, const char *format, va_list ap)
{
	va_list again;

	buf_reserve(b, 64);
	size_t room = b->cap - b->len;
	va_copy(again, ap);
	size_t n = (size_t)vsnprintf(b->s + b->len, room, format, ap);
	require(n <= INT32_MAX);        /* less than 0: a format that the C library refuses */
	if (n >= room) {
		buf_reserve(b, n);
		vsnprintf(b->s + b->len, n + 1, format, again);
	}
	va_end(again);
	b->len += n;
}

void buf_printf(Buf *b, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	buf_vprintf(b, format, ap);
	va_end(ap);
}
