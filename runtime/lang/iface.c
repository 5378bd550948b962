/*
 * iface.c - interfaces: method tables, boxing, failed assertions.
 *
 * Method sets are sorted alike in interfaces and types, so that one walk over both finds
 * whether a type implements an interface. The result, also a negative one, is kept in
 * a table for ever: types are few. The compiler has static itabs of its own for the
 * conversions it sees; hence two itabs can mean the same, and nothing compares itabs.
 */
#include "lang/iface.h"

#include "base/text.h"
#include "heap/heap.h"
#include "heap/table.h"
#include "lang/alg.h"
#include "race/race.h"
#include "unwind/error.h"
#include "unwind/panic.h"

/* ---- methods ---------------------------------------------------------------------------------- */

static int compare_paths(const char *a, const char *b)
{
	if (a == b)
		return 0;
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_names(const char *name, const char *path, const gol_imethod *wanted)
{
	int order = strcmp(name, wanted->name);

	return order != 0 ? order : compare_paths(path, wanted->pkg_path);
}

/* Goes on from *at; both lists are sorted by name and, among unexported ones, by package. Of one name there may be
 * several, of different packages: the walk must not stop at the first. */
static const gol_method *next_method(const gol_type *type, uint32_t *at, const gol_imethod *wanted)
{
	for (; *at < type->method_count; (*at)++) {
		const gol_method *have = &type->methods[*at];
		int order = compare_names(have->name, have->pkg_path, wanted);

		if (order == 0)
			return have->type == wanted->type ? have : NULL;
		if (order > 0)
			return NULL;
	}
	return NULL;
}

const gol_method *iface_method(const gol_type *type, const gol_imethod *wanted)
{
	uint32_t at = 0;

	return next_method(type, &at, wanted);
}

static const gol_imethod *interface_missing(const gol_type *type, const gol_type *interface)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < interface->imethod_count; i++) {
		const gol_imethod *wanted = &interface->imethods[i];

		while (at < type->imethod_count && compare_names(type->imethods[at].name, type->imethods[at].pkg_path,
			wanted) < 0)
			at++;
		if (at == type->imethod_count || compare_names(type->imethods[at].name, type->imethods[at].pkg_path,
			wanted) != 0 ||
				type->imethods[at].type != wanted->type)
			return wanted;
	}
	return NULL;
}

const gol_imethod *iface_missing(const gol_type *type, const gol_type *interface)
{
	uint32_t at = 0;

	if (type->kind == GOL_KIND_INTERFACE)
		return interface_missing(type, interface);
	for (uint32_t i = 0; i < interface->imethod_count; i++)
		if (next_method(type, &at, &interface->imethods[i]) == NULL)
			return &interface->imethods[i];
	return NULL;
}

/* ---- the table of itabs ------------------------------------------------------------------------- */

/* (type, interface) to the itab; to NULL where type does not implement interface. */
static table itabs = {.lock = LOCK_OF_RANK(RANK_ITABS)};

static const gol_itab *make_itab(const gol_type *interface, const gol_type *type)
{
	gol_itab *tab;
	uint32_t at = 0;

	if (iface_missing(type, interface) != NULL)
		return NULL;
	tab = heap_meta(sizeof *tab + interface->imethod_count * sizeof(void *));
	tab->interface = interface;
	tab->type = type;
	for (uint32_t i = 0; i < interface->imethod_count; i++) {
		debug_require(i == 0 || compare_names(interface->imethods[i - 1].name, interface->imethods[i - 1].pkg_path,
			&interface->imethods[i]) < 0);
		tab->code[i] = next_method(type, &at, &interface->imethods[i])->code;
	}
	return tab;
}

static GOL_COLD const gol_itab *add_itab(const gol_type *interface, const gol_type *type)
{
	os_acquire(&itabs.lock);
	const table_entry *e = table_find(&itabs, type, interface);
	const gol_itab *tab = e != NULL ? e->value : make_itab(interface, type);

	if (e == NULL)
		table_add(&itabs, type, interface, tab);
	os_release(&itabs.lock);
	return tab;
}

const gol_itab *gol_find_itab(gol_g *g, const gol_type *interface, const gol_type *type)
{
	const table_entry *e;

	(void)g;
	debug_require(interface->kind == GOL_KIND_INTERFACE && (type == NULL || type->kind != GOL_KIND_INTERFACE));
	if (type == NULL)
		return NULL;
	e = table_find(&itabs, type, interface);
	return GOL_LIKELY(e != NULL) ? e->value : add_itab(interface, type);
}

void gol_absent_method(void)
{
	runtime_fatal("a method was called that the link step took for unreached");
}

/* ---- boxing ----------------------------------------------------------------------------------------- */

#define FOUR(n) (n), (n) + 1, (n) + 2, (n) + 3
#define SIXTEEN(n) FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
#define SIXTY_FOUR(n) SIXTEEN(n), SIXTEEN((n) + 16), SIXTEEN((n) + 32), SIXTEEN((n) + 48)
static const uint64_t small_integers[256] = {SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTY_FOUR(128), SIXTY_FOUR(192)};

/* Where the value i (of 1, 2, 4 or 8 bytes) stands for ever. */
static void *small_integer(uint64_t i, size_t size)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return (void *)((uintptr_t)&small_integers[i] + 8 - size);
#else
	(void)size;
	return (void *)(uintptr_t)&small_integers[i];
#endif
}

static void *box_plain(const gol_type *type, const void *value)
{
	uint64_t v = 0;
	uint32_t v32;
	uint16_t v16;
	void *to;

	switch (type->size) {
	case 1: v = *(const uint8_t *)value; break;
	case 2: memcpy(&v16, value, 2); v = v16; break;
	case 4: memcpy(&v32, value, 4); v = v32; break;
	case 8: memcpy(&v, value, 8); break;
	default: v = UINT64_MAX;
	}
	if (v < 256)
		return small_integer(v, type->size);
	to = heap_new_bytes(type->size);
	memcpy(to, value, type->size);
	return to;
}

/* A copy of the value that nobody writes to, for an interface's data word. Since it is never written, values that occur
 * often need no memory: integers below 256, zero strings and slices. A value without pointers whose size is that of an
 * integer is taken for one, whatever it is: a float 0, a struct of one byte. */
void *gol_box(gol_g *g, const gol_type *type, const void *value)
{
	void *to;

	debug_require(type->kind != GOL_KIND_INTERFACE && !(type->flags & GOL_TYPE_DIRECT));

	if (GOL_UNLIKELY(gol_race_on))
		race_read_range(g, value, type->size);
	if (type->size == 0)
		return gol_zero_base;
	if (type->pointer_bytes == 0)
		return box_plain(type, value);
	/* strings, slices and interfaces that are zero */
	if (type->size <= 24) {
		uint64_t words[3] = {0};

		memcpy(words, value, type->size);
		if ((words[0] | words[1] | words[2]) == 0)
			return gol_zero_value;
	}
	to = heap_new(type);
	gol_copy_value(g, type, to, value);
	return to;
}

gol_eface iface_of_value(gol_g *g, const gol_type *type, const void *p)
{
	if (type->kind == GOL_KIND_INTERFACE)
		return iface_load(type, p);
	if (type->flags & GOL_TYPE_DIRECT)
		return (gol_eface){type, *(const gol_ptr_a *)p};
	return (gol_eface){type, gol_box(g, type, p)};
}

gol_eface iface_load(const gol_type *interface, const void *p)
{
	const gol_iface *i = p;

	if (interface->imethod_count == 0)
		return *(const gol_eface *)p;
	return (gol_eface){i->tab ? i->tab->type : NULL, i->data};
}

void iface_store(gol_g *g, const gol_type *interface, void *p, gol_eface value)
{
	if (interface->imethod_count == 0) {
		gol_copy_value(g, interface, p, &value);
	} else {
		gol_iface i = {gol_find_itab(g, interface, value.type), value.data};

		debug_require(value.type == NULL || i.tab != NULL);      /* the caller has seen that it implements it */

		gol_copy_value(g, interface, p, &i);
	}
}

/* ---- failed assertions --------------------------------------------------------------------------------- */

extern const gol_type runtime_TypeAssertionError_5type GOL_WEAK;

/* Layout of the struct in stdlib/runtime. */
typedef struct assertion_error {
	const gol_type *interface, *concrete, *asserted;
	gol_string missing_method;
} assertion_error;

static void text_type(text *t, const gol_type *type) { text_bytes(t, type->text.ptr, (size_t)type->text.len); }

static gol_string c_string(const char *s) { return (gol_string){(const uint8_t *)s, (gol_int)strlen(s)}; }

const char *iface_type_package(const gol_type *t)
{
	if (t->name != NULL)
		return t->pkg_path;
	for (uint32_t i = 0; i < t->field_count; i++)
		if (t->fields[i].pkg_path != NULL)
			return t->fields[i].pkg_path;
	for (uint32_t i = 0; i < t->imethod_count; i++)
		if (t->imethods[i].pkg_path != NULL)
			return t->imethods[i].pkg_path;
	return NULL;
}

/* The same text as the value's Error method makes; used where package runtime is not linked. */
static void raise_text(gol_g *g, const gol_type *from, const gol_type *have, const gol_type *want,
	const gol_imethod *missing)
{
	text t = {0};

	text_string(&t, "interface conversion: ");
	if (have == NULL && from == NULL)
		text_string(&t, "interface");
	else
		text_type(&t, have ? have : from);
	if (have == NULL) {
		text_string(&t, " is nil, not ");
		text_type(&t, want);
	} else if (missing) {
		text_string(&t, " is not ");
		text_type(&t, want);
		text_string(&t, ": missing method ");
		text_string(&t, missing->name);
	} else {
		t.size = 0;
		text_string(&t, "interface conversion: ");
		text_type(&t, from);
		text_string(&t, " is ");
		text_type(&t, have);
		text_string(&t, ", not ");
		text_type(&t, want);
		if (have->text.len == want->text.len && memcmp(have->text.ptr, want->text.ptr, (size_t)have->text.len) == 0)
			text_string(&t, compare_paths(iface_type_package(have),
				iface_type_package(want)) != 0 ? " (types from different packages)" :
				" (types from different scopes)");
	}
	text_bytes(&t, "", 1);
	panic_plain_error(g, "%s", t.data);
	text_free(&t);
}

void gol_panic_assert(gol_g *g, const gol_type *from, const gol_type *have, const gol_type *want)
{
	const gol_imethod *missing = have && want->kind == GOL_KIND_INTERFACE ? iface_missing(have, want) : NULL;
	const gol_type *type = &runtime_TypeAssertionError_5type;
	assertion_error *e;

	if (want->kind == GOL_KIND_INTERFACE)
		from = NULL; /* such an error says just "interface" */
	if (type == NULL || type->size != sizeof *e || type->pointer_to == NULL) {
		raise_text(g, from, have, want, missing);
		return;
	}
	e = heap_new(type);
	gol_copy_value(g, type, e, &(assertion_error){from, have, want, missing ? c_string(missing->name) :
		(gol_string){NULL, 0}});
	panic_raise_value(g, (gol_eface){type->pointer_to, e});
}
