/*
 * reflect_value.c - intrinsics of reflect that work on values and maps.
 */
#include "ffi/intrinsic.h"
#include "heap/heap.h"
#include "lang/iface.h"
#include "unwind/panic.h"

/* ---- memory ------------------------------------------------------------------------------------ */

INTRINSIC(void *, reflect_newObject, gol_g *g, const gol_type *t) { return gol_new(g, t); }
INTRINSIC(void *, reflect_newArray, gol_g *g, const gol_type *t, gol_int n) { return gol_new_array(g, t, n); }

INTRINSIC(void, reflect_copyObject, gol_g *g, const gol_type *t, void *target, void *source)
{
	if (target != source)
		gol_copy_value(g, t, target, source);
}

INTRINSIC(void, reflect_copyArray, gol_g *g, const gol_type *t, void *target, void *source, gol_int n)
{
	gol_copy_slice(g, t, (gol_slice){target, n, n}, (gol_slice){source, n, n});
}

typedef struct { void *r0; gol_int r1; } grown_result;

INTRINSIC(grown_result, reflect_growArray, gol_g *g, const gol_type *t, void *data, gol_int n, gol_int capacity,
	gol_int more)
{
	gol_slice grown = gol_grow_slice(g, t, (gol_slice){data, n, capacity}, more);

	return (grown_result){grown.ptr, grown.cap};
}

INTRINSIC(void, reflect_clearArray, gol_g *g, const gol_type *t, void *target, gol_int n)
{
	gol_clear_slice(g, t, (gol_slice){target, n, n});
}

INTRINSIC(bool, reflect_equalObjects, gol_g *g, const gol_type *t, void *a, void *b)
{
	if (t->flags & GOL_TYPE_INCOMPARABLE) {
		panic_runtime_error(g, "comparing uncomparable type %.*s", (int)t->text.len, (const char *)t->text.ptr);
		return false;
	}
	return gol_value_equal(g, t, a, b);
}

INTRINSIC(gol_eface, reflect_loadInterface, gol_g *g, const gol_type *t, void *p) { (void)g; return iface_load(t, p); }
INTRINSIC(void, reflect_storeInterface, gol_g *g, const gol_type *t, void *p, gol_eface x) { iface_store(g, t, p, x); }

/* ---- maps ---------------------------------------------------------------------------------------- */

INTRINSIC(gol_map *, reflect_mapMake, gol_g *g, const gol_type *t, gol_int n) { return gol_make_map(g, t, n); }
INTRINSIC(gol_int, reflect_mapLen, gol_g *g, gol_map *m) { return gol_map_len(g, m); }

INTRINSIC(const void *, reflect_mapGet, gol_g *g, const gol_type *t, gol_map *m, void *key)
{
	return gol_map_find(g, t, m, key);
}

INTRINSIC(void, reflect_mapSet, gol_g *g, const gol_type *t, gol_map *m, void *key, void *elem)
{
	void *to = gol_map_assign(g, t, m, key);

	if (!GOL_UNWINDING(g))
		gol_copy_value(g, t->elem, to, elem);
}

INTRINSIC(void, reflect_mapDelete, gol_g *g, const gol_type *t, gol_map *m, void *key) { gol_map_delete(g, t, m, key); }
INTRINSIC(void, reflect_mapClear, gol_g *g, const gol_type *t, gol_map *m) { gol_map_clear(g, t, m); }

/* `began` tells that the entry at which the iteration starts was handed out. */
typedef struct reflect_iterator {
	gol_map_iter it;
	const gol_type *type;
	uint64_t began;
} reflect_iterator;

static const uint8_t iterator_map[] = {(1 << GOL_MAP_ITER_POINTER_WORDS) - 1};
static const gol_type iterator_type = {
	.size = sizeof(reflect_iterator), .pointer_bytes = 8 * GOL_MAP_ITER_POINTER_WORDS, .align = 8,
		.kind = GOL_KIND_STRUCT,
	.pointer_map = iterator_map,
};

INTRINSIC(void *, reflect_mapIterate, gol_g *g, const gol_type *t, gol_map *m)
{
	reflect_iterator *i = gol_new(g, &iterator_type);

	i->type = t;
	gol_store_pointer(&i->it.map, m);
	return i;
}

typedef struct { void *r0, *r1; } entry_result;

INTRINSIC(entry_result, reflect_mapNext, gol_g *g, void *iterator)
{
	reflect_iterator *i = iterator;

	if (i->began) {
		gol_map_iter_next(g, &i->it);
	} else {
		i->began = 1;
		gol_map_iter_start(g, i->type, i->it.map, &i->it);
	}
	return (entry_result){i->it.key, i->it.value};
}
