/*
 * slice.c - making, growing, copying and clearing slices and single values.
 *
 * Growth is Go's, since cap() shows it: double below 256 elements, then ever closer to a
 * quarter more; then rounded up to what the block of that size holds.
 *
 * Every store of pointers here goes through the barrier: memory copied into may be
 * anybody's. A new block needs none for what it held (zeros), but the copied pointers
 * are announced all the same.
 */
#include "heap/heap.h"
#include "race/race.h"
#include "unwind/panic.h"

#define DOUBLE_BELOW 256
#define MAX_BYTES ((size_t)1 << 47)     /* no address space holds more */

/* ---- values ----------------------------------------------------------------------------------- */

static inline bool barrier_on(void) { return GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED) != 0); }

/* For the race detector: n values are copied for the program; from NULL: cleared. to NULL: only read. */
static inline void race_copies(gol_g *g, void *to, const void *from, gol_int n, size_t size)
{
	if (GOL_LIKELY(!gol_race_on) || n <= 0)
		return;
	if (from != NULL)
		race_read_range(g, from, (size_t)n * size);
	if (to != NULL)
		race_write_range(g, to, (size_t)n * size);
}

void gol_copy_value(gol_g *g, const gol_type *type, void *to, const void *from)
{
	race_copies(g, to, from, 1, type->size);
	if (barrier_on())
		gol_barrier_range(type, to, from, 1);
	memmove(to, from, type->size);
}

void gol_clear_value(gol_g *g, const gol_type *type, void *to)
{
	race_copies(g, to, NULL, 1, type->size);
	if (barrier_on())
		gol_barrier_range(type, to, NULL, 1);
	memset(to, 0, type->size);
}

gol_int gol_copy_slice(gol_g *g, const gol_type *elem, gol_slice to, gol_slice from)
{
	gol_int n = to.len < from.len ? to.len : from.len;

	race_copies(g, to.ptr, from.ptr, n, elem->size);
	if (n == 0 || elem->size == 0 || to.ptr == from.ptr)
		return n;
	if (barrier_on())
		gol_barrier_range(elem, to.ptr, from.ptr, n);
	memmove(to.ptr, from.ptr, (size_t)n * elem->size);
	return n;
}

gol_int gol_copy_string(gol_g *g, gol_slice to, gol_string from)
{
	gol_int n = to.len < from.len ? to.len : from.len;

	race_copies(g, to.ptr, NULL, n, 1);
	if (n != 0)
		memmove(to.ptr, from.ptr, (size_t)n);
	return n;
}

void gol_clear_slice(gol_g *g, const gol_type *elem, gol_slice s)
{
	race_copies(g, s.ptr, NULL, s.len, elem->size);
	if (s.len == 0 || elem->size == 0)
		return;
	if (barrier_on())
		gol_barrier_range(elem, s.ptr, NULL, s.len);
	memset(s.ptr, 0, (size_t)s.len * elem->size);
}

/* ---- making ------------------------------------------------------------------------------------- */

static bool too_large(const gol_type *elem, gol_int n)
{
	size_t bytes;

	return n < 0 || __builtin_mul_overflow((size_t)n, elem->size, &bytes) || bytes > MAX_BYTES;
}

gol_slice gol_make_slice(gol_g *g, const gol_type *elem, gol_int len, gol_int cap)
{
	if (GOL_UNLIKELY(too_large(elem, cap) || len < 0 || len > cap)) {
		/* make([]T, huge): the length is to blame, unless only the capacity is wrong */
		panic_runtime_error(g, too_large(elem, len) ? "makeslice: len out of range" : "makeslice: cap out of range");
		return (gol_slice){NULL, 0, 0};
	}
	return (gol_slice){heap_new_array(elem, (size_t)cap), len, cap};
}

/* ---- growing --------------------------------------------------------------------------------------- */

/* The sum of a quarter and 192 passes from doubling to a quarter without a jump: at 256 it is 256 + 256, at a million
 * nearly a quarter. Near the largest int it may wrap; then what is needed has to do. */
static gol_int next_capacity(gol_int old, gol_int needed)
{
	debug_require(old >= 0 && needed > old);
	gol_uint cap = (gol_uint)old;

	if (needed > 2 * old)
		return needed;
	if (old < DOUBLE_BELOW)
		return 2 * old;
	while (cap < (gol_uint)needed)
		cap += (cap + 3 * DOUBLE_BELOW) >> 2;
	return (gol_int)cap < 0 ? needed : (gol_int)cap;
}

gol_slice gol_grow_slice(gol_g *g, const gol_type *elem, gol_slice s, gol_int extra)
{
	gol_int needed = (gol_int)((gol_uint)s.len + (gol_uint)extra), cap;
	size_t bytes, used = (size_t)s.len * elem->size;
	void *block;

	if (needed >= 0 && needed <= s.cap)
		return s;
	if (GOL_UNLIKELY(needed < 0)) {
		panic_runtime_error(g, "growslice: len out of range");
		return s;
	}
	if (elem->size == 0)
		return (gol_slice){s.ptr ? s.ptr : gol_zero_base, s.len, needed};
	cap = next_capacity(s.cap, needed);
	if (GOL_UNLIKELY(__builtin_mul_overflow((size_t)cap, elem->size, &bytes) || bytes > MAX_BYTES)) {
		panic_runtime_error(g, "growslice: len out of range");
		return s;
	}
	cap = (gol_int)(heap_round_size(bytes, elem->pointer_bytes == 0) / elem->size);
	debug_require(cap >= needed && s.len <= s.cap);
	block = heap_new_filled(elem, (size_t)cap, barrier_on() ? 0 : used);
	race_copies(g, NULL, s.ptr, s.len, elem->size);
	if (used != 0) {
		if (barrier_on())
			gol_barrier_range(elem, block, s.ptr, s.len);
		memcpy(block, s.ptr, used);
	}
	return (gol_slice){block, s.len, cap};
}

/*
 * Rooms in a frame for a slice that grows there (lower/append.c): a word that says which are taken, then one room for
 * each size that growing comes by, of 1, 2, 3 and 4 units. A unit is an element with pointers, so that rooms are
 * described by the elements' type, or 8 bytes of others. Nothing is given back before the slice's variable is new
 * again: old arrays may still be looked at.
 */
typedef struct rooms { uint64_t used; uint8_t bytes[]; } rooms;

gol_slice gol_grow_slice_in(gol_g *g, const gol_type *elem, gol_slice s, gol_int extra, void *of_frame)
{
	rooms *r = of_frame;
	gol_int needed = (gol_int)((gol_uint)s.len + (gol_uint)extra);
	gol_int cap = needed > s.cap && needed > 0 ? next_capacity(s.cap, needed) : 0;
	size_t unit = elem->pointer_bytes == 0 ? 8 : elem->size;

	if (cap <= 0 || elem->size == 0 || (size_t)cap > GOL_APPEND_STORE / elem->size)
		return gol_grow_slice(g, elem, s, extra);
	size_t bytes = heap_round_size((size_t)cap * elem->size, elem->pointer_bytes == 0), units = bytes / unit;
	if (bytes > GOL_APPEND_STORE || (r->used >> units & 1) != 0)
		return gol_grow_slice(g, elem, s, extra);
	debug_require(units >= 1 && units < 64 && units * unit == bytes);
	/* behind the rooms of 1, 2 ... units - 1 units, which together are the triangular number */
	uint8_t *room = r->bytes + units * (units - 1) / 2 * unit;
	r->used |= (uint64_t)1 << units;
	memset(room, 0, bytes);
	race_copies(g, NULL, s.ptr, s.len, elem->size);
	if (s.len != 0)
		memcpy(room, s.ptr, (size_t)s.len * elem->size);
	return (gol_slice){room, s.len, (gol_int)(bytes / elem->size)};
}

gol_slice gol_append_slice(gol_g *g, const gol_type *elem, gol_slice s, gol_slice more)
{
	uint8_t *to;

	if (more.len == 0)
		return s;
	if (s.cap - s.len < more.len) {
		s = gol_grow_slice(g, elem, s, more.len);
		if (GOL_UNWINDING(g))
			return s;
	}
	if (elem->size != 0) {
		to = (uint8_t *)s.ptr + (size_t)s.len * elem->size;
		race_copies(g, to, more.ptr, more.len, elem->size);
		if (barrier_on())
			gol_barrier_range(elem, to, more.ptr, more.len);
		memmove(to, more.ptr, (size_t)more.len * elem->size);
	}
	s.len += more.len;
	return s;
}

/* append(s, make([]T, n)...) */
gol_slice gol_append_zeros(gol_g *g, const gol_type *elem, gol_slice s, gol_int n)
{
	gol_slice longer;

	if (GOL_UNLIKELY(n < 0)) {
		panic_runtime_error(g, "makeslice: len out of range");
		return s;
	}
	if (s.cap - s.len >= n) {
		gol_clear_slice(g, elem, (gol_slice){(uint8_t *)s.ptr + (n == 0 ? 0 : (size_t)s.len * elem->size), n, n});
		return (gol_slice){s.ptr, s.len + n, s.cap};
	}
	longer = gol_grow_slice(g, elem, s, n);
	if (!GOL_UNWINDING(g))
		longer.len += n;
	return longer;
}

static const gol_type byte_type = {.size = 1, .align = 1, .kind = GOL_KIND_UINT8, .flags = GOL_TYPE_PLAIN_EQUAL};

gol_slice gol_append_string_grown(gol_g *g, gol_slice s, gol_string more)
{
	return gol_append_slice(g, &byte_type, s, (gol_slice){(void *)(uintptr_t)more.ptr, more.len, more.len});
}
