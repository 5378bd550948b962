/*
 * alg.c - equality and hashing by the kind of a type; equality of interfaces.
 *
 * A panic is decided before anything is compared further: both functions return false
 * or 0 with g->unwinding set, and every caller passes that on.
 *
 * GOL_TYPE_PLAIN_EQUAL says that a type's values are equal if and only if their bytes are: integers, pointers, arrays
 * of such, structs of such without padding and blank fields. Everything else goes by its parts. Both functions must
 * agree on which parts those are, or a map would lose keys.
 *
 * Interfaces compare and hash by what they hold, so recursion ends with the value: no type contains itself but through
 * a pointer, which is compared as a number.
 */
#include "lang/alg.h"
#include "lang/iface.h"
#include "race/race.h"
#include "unwind/panic.h"
#include "os/os.h"

/* ---- hashing ---------------------------------------------------------------------------------- */

static uint64_t read64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }
static uint64_t read32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }

uint64_t alg_random(void)
{
	static _Thread_local uint64_t state;

	if (state == 0)
		state = os_random_seed() | 1;
	state += ALG_K2;
	return alg_mix(state, state ^ ALG_K1);
}

/* In the manner of wyhash (Wang Yi): up to 16 bytes are two loads that overlap, above 48 three
 * lanes keep the multiplier busy, the tail reads the last 16 bytes whatever was read of them before. */
uint64_t alg_hash_bytes(const void *data, size_t size, uint64_t seed)
{
	const uint8_t *p = data;
	uint64_t a, b;
	size_t rest = size;

	seed ^= ALG_K0;
	if (size <= 16) {
		if (size >= 4) {
			a = read32(p) << 32 | read32(p + (size >> 3 << 2));
			b = read32(p + size - 4) << 32 | read32(p + size - 4 - (size >> 3 << 2));
		} else if (size > 0) {
			a = (uint64_t)p[0] << 16 | (uint64_t)p[size >> 1] << 8 | p[size - 1];
			b = 0;
		} else {
			a = b = 0;
		}
		return alg_mix(ALG_K1 ^ size, alg_mix(a ^ ALG_K1, b ^ seed));
	}
	if (rest > 48) {
		uint64_t s1 = seed, s2 = seed;

		for (; rest > 48; rest -= 48, p += 48) {
			seed = alg_mix(read64(p) ^ ALG_K1, read64(p + 8) ^ seed);
			s1 = alg_mix(read64(p + 16) ^ ALG_K2, read64(p + 24) ^ s1);
			s2 = alg_mix(read64(p + 32) ^ ALG_K0, read64(p + 40) ^ s2);
		}
		seed ^= s1 ^ s2;
	}
	for (; rest > 16; rest -= 16, p += 16)
		seed = alg_mix(read64(p) ^ ALG_K1, read64(p + 8) ^ seed);
	debug_require(rest > 0 && rest <= 16 && size > 16);      /* the last 16 bytes, some of them for a second time */
	a = read64(p + rest - 16);
	b = read64(p + rest - 8);
	return alg_mix(ALG_K1 ^ size, alg_mix(a ^ ALG_K1, b ^ seed));
}

static uint64_t hash_float(double v, uint64_t seed)
{
	if (v == 0)
		return alg_hash_word(0, seed);
	if (v != v)
		return alg_hash_word(alg_random(), seed);
	return alg_hash_word(gol_word_of_double(v), seed);
}

/* The type's hash goes in too: any(1) and any(uint8(1)) are different keys with equal bytes. */
static uint64_t hash_dynamic(gol_g *g, const gol_type *type, void *data, uint64_t seed)
{
	if (type == NULL)
		return seed;
	if (type->flags & GOL_TYPE_INCOMPARABLE) {
		panic_runtime_error(g, "hash of unhashable type %.*s", (int)type->text.len, (const char *)type->text.ptr);
		return 0;
	}
	seed ^= type->hash;
	return type->flags & GOL_TYPE_DIRECT ? alg_hash(g, type, &data, seed) : alg_hash(g, type, data, seed);
}

static uint64_t hash_struct(gol_g *g, const gol_type *type, const uint8_t *p, uint64_t seed)
{
	for (uint32_t i = 0; i < type->field_count; i++) {
		const gol_field *f = &type->fields[i];

		if (strcmp(f->name, "_") == 0)
			continue;
		seed = alg_hash(g, f->type, p + f->offset, seed);
		if (GOL_UNWINDING(g))
			return 0;
	}
	return seed;
}

static uint64_t hash_array(gol_g *g, const gol_type *type, const uint8_t *p, uint64_t seed)
{
	for (gol_int i = 0; i < type->length; i++) {
		seed = alg_hash(g, type->elem, p + (size_t)i * type->elem->size, seed);
		if (GOL_UNWINDING(g))
			return 0;
	}
	return seed;
}

uint64_t alg_hash(gol_g *g, const gol_type *type, const void *p, uint64_t seed)
{
	if (type->flags & GOL_TYPE_PLAIN_EQUAL)
		return alg_hash_bytes(p, type->size, seed);
	switch (type->kind) {
	case GOL_KIND_STRING: {
		const gol_string *s = p;
		return alg_hash_bytes(s->ptr, (size_t)s->len, seed);
	}
	case GOL_KIND_FLOAT32: { float v; memcpy(&v, p, 4); return hash_float((double)v, seed); }
	case GOL_KIND_FLOAT64: { double v; memcpy(&v, p, 8); return hash_float(v, seed); }
	case GOL_KIND_COMPLEX64: { float v[2]; memcpy(v, p, 8); return hash_float((double)v[1],
		hash_float((double)v[0], seed)); }
	case GOL_KIND_COMPLEX128: { double v[2]; memcpy(v, p, 16); return hash_float(v[1], hash_float(v[0], seed)); }
	case GOL_KIND_INTERFACE:
		if (type->imethod_count == 0) {
			const gol_eface *e = p;
			return hash_dynamic(g, e->type, e->data, seed);
		} else {
			const gol_iface *i = p;
			return hash_dynamic(g, i->tab ? i->tab->type : NULL, i->data, seed);
		}
	case GOL_KIND_STRUCT: return hash_struct(g, type, p, seed);
	case GOL_KIND_ARRAY: return hash_array(g, type, p, seed);
	case GOL_KIND_SLICE: case GOL_KIND_MAP: case GOL_KIND_FUNC:
		panic_runtime_error(g, "hash of unhashable type %.*s", (int)type->text.len, (const char *)type->text.ptr);
		return 0;
	default:
		return alg_hash_bytes(p, type->size, seed);
	}
}

bool alg_hash_may_panic(const gol_type *type)
{
	if (type->flags & GOL_TYPE_PLAIN_EQUAL)
		return false;
	switch (type->kind) {
	case GOL_KIND_INTERFACE:
		return true;
	case GOL_KIND_ARRAY:
		return alg_hash_may_panic(type->elem);
	case GOL_KIND_STRUCT:
		for (uint32_t i = 0; i < type->field_count; i++)
			if (alg_hash_may_panic(type->fields[i].type))
				return true;
		return false;
	default:
		return (type->flags & GOL_TYPE_INCOMPARABLE) != 0;
	}
}

static const gol_type *unhashable_struct(const gol_type *type, const uint8_t *p)
{
	const gol_type *found = NULL;

	for (uint32_t i = 0; i < type->field_count && found == NULL; i++)
		if (strcmp(type->fields[i].name, "_") != 0)
			found = alg_unhashable(type->fields[i].type, p + type->fields[i].offset);
	return found;
}

static const gol_type *unhashable_array(const gol_type *type, const uint8_t *p)
{
	const gol_type *found = NULL;

	for (gol_int i = 0; i < type->length && found == NULL; i++)
		found = alg_unhashable(type->elem, p + (size_t)i * type->elem->size);
	return found;
}

static const gol_type *unhashable_dynamic(gol_eface e)
{
	if (e.type == NULL || (e.type->flags & GOL_TYPE_INCOMPARABLE))
		return e.type;
	return alg_unhashable(e.type, e.type->flags & GOL_TYPE_DIRECT ? (const void *)&e.data : e.data);
}

const gol_type *alg_unhashable(const gol_type *type, const void *p)
{
	if (!alg_hash_may_panic(type))
		return NULL;
	switch (type->kind) {
	case GOL_KIND_INTERFACE: return unhashable_dynamic(iface_load(type, p));
	case GOL_KIND_STRUCT: return unhashable_struct(type, p);
	case GOL_KIND_ARRAY: return unhashable_array(type, p);
	default: return type;
	}
}

bool alg_is_reflexive(const gol_type *type)
{
	switch (type->kind) {
	case GOL_KIND_FLOAT32: case GOL_KIND_FLOAT64: case GOL_KIND_COMPLEX64: case GOL_KIND_COMPLEX128:
	case GOL_KIND_INTERFACE:
		return false;
	case GOL_KIND_ARRAY:
		return alg_is_reflexive(type->elem);
	case GOL_KIND_STRUCT:
		for (uint32_t i = 0; i < type->field_count; i++)
			if (!alg_is_reflexive(type->fields[i].type))
				return false;
		return true;
	default:
		return true;
	}
}

/* ---- equality ----------------------------------------------------------------------------------- */

/* Two values of one type that interfaces hold. That their data words are the same says nothing: a NaN is not equal to
 * itself, and a slice in there panics. Only of pointer-shaped values they are the values. */
static bool dynamic_equal(gol_g *g, const gol_type *type, void *a, void *b)
{
	if (type == NULL)
		return true;
	if (type->flags & GOL_TYPE_INCOMPARABLE) {
		panic_runtime_error(g, "comparing uncomparable type %.*s", (int)type->text.len, (const char *)type->text.ptr);
		return false;
	}
	if (type->flags & GOL_TYPE_DIRECT)
		return a == b;
	return gol_value_equal(g, type, a, b);
}

bool gol_eface_equal(gol_g *g, gol_eface a, gol_eface b)
{
	return a.type == b.type && dynamic_equal(g, a.type, a.data, b.data);
}

/* One type can have several itabs (of different packages): the types decide. */
bool gol_iface_equal(gol_g *g, gol_iface a, gol_iface b)
{
	const gol_type *type = a.tab ? a.tab->type : NULL;

	return type == (b.tab ? b.tab->type : NULL) && dynamic_equal(g, type, a.data, b.data);
}

static bool float_equal(const void *a, const void *b)
{
	float x, y;

	memcpy(&x, a, 4);
	memcpy(&y, b, 4);
	return x == y;
}

static bool double_equal(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, 8);
	memcpy(&y, b, 8);
	return x == y;
}

static bool struct_equal(gol_g *g, const gol_type *type, const uint8_t *a, const uint8_t *b)
{
	for (uint32_t i = 0; i < type->field_count; i++) {
		const gol_field *f = &type->fields[i];

		if (strcmp(f->name, "_") != 0 && !gol_value_equal(g, f->type, a + f->offset, b + f->offset))
			return false;
	}
	return true;
}

static bool array_equal(gol_g *g, const gol_type *type, const uint8_t *a, const uint8_t *b)
{
	for (gol_int i = 0; i < type->length; i++) {
		size_t offset = (size_t)i * type->elem->size;

		if (!gol_value_equal(g, type->elem, a + offset, b + offset))
			return false;
	}
	return true;
}

bool gol_value_equal(gol_g *g, const gol_type *type, const void *a, const void *b)
{
	const uint8_t *x = a, *y = b;

	if (GOL_UNLIKELY(gol_race_on)) {
		race_read_range(g, a, type->size);
		race_read_range(g, b, type->size);
	}
	if (type->flags & GOL_TYPE_PLAIN_EQUAL)
		return memcmp(a, b, type->size) == 0;
	switch (type->kind) {
	case GOL_KIND_STRING: return gol_string_equal(g, *(const gol_string *)a, *(const gol_string *)b);
	case GOL_KIND_FLOAT32: return float_equal(x, y);
	case GOL_KIND_FLOAT64: return double_equal(x, y);
	case GOL_KIND_COMPLEX64: return float_equal(x, y) && float_equal(x + 4, y + 4);
	case GOL_KIND_COMPLEX128: return double_equal(x, y) && double_equal(x + 8, y + 8);
	case GOL_KIND_INTERFACE:
		return type->imethod_count == 0 ? gol_eface_equal(g, *(const gol_eface *)a, *(const gol_eface *)b) :
			gol_iface_equal(g, *(const gol_iface *)a, *(const gol_iface *)b);
	case GOL_KIND_STRUCT: return struct_equal(g, type, x, y);
	case GOL_KIND_ARRAY: return array_equal(g, type, x, y);
	default: return memcmp(a, b, type->size) == 0;
	}
}
