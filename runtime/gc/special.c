/*
 * special.c - finalizers, cleanups, weak pointers.
 *
 * A special is a record outside the heap about one object: hash chains by the object's
 * address. What each kind keeps alive:
 *     finalizer  its function; what the object leads to, but not the object, so that
 *                of two objects with finalizers the one pointing goes first
 *     cleanup    its function, nothing of the object
 *     weak       its handle, while the object lives
 *     sample     nothing: it counts the object as freed
 *
 * After marking, in this order: weak handles of unmarked objects become nil (also where a
 * finalizer will revive the object); finalizers of unmarked objects become due and the
 * objects are marked again; cleanups of those still unmarked become due, and samples count them.
 */
#include <stdlib.h>

#include "base/lock.h"
#include "gc/gc.h"

enum kind { FINALIZER, CLEANUP, WEAK, SAMPLE };

typedef struct special {
	struct special *next;
	uintptr_t base, pointer;    /* the object; the address it was made for */
	uint64_t id;
	gol_eface fn, object;
	union {
		uintptr_t *handle;      /* weak: heap object holding pointer */
		profile_bucket *bucket; /* sample */
	};
	enum kind kind;
} special;

static struct {
	os_lock lock;               /* guards the rest; taken by the program's calls, while a stop needs none */
	special **chains;
	size_t chain_count, count;
	special *due, **due_end;    /* queue: next is the link */
	uint64_t last_id;
} specials = {.lock = LOCK_OF_RANK(RANK_SPECIALS), .due_end = &specials.due};

size_t gc_special_count(void) { return specials.count; }

/* ---- the table --------------------------------------------------------------------------------- */

static size_t chain_of(uintptr_t base, size_t count)
{
	return (size_t)((base >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (count - 1);
}

static void *checked(void *p)
{
	if (p == NULL)
		heap_die("runtime: cannot allocate memory");
	return p;
}

static void table_grow(void)
{
	size_t count = specials.chain_count ? 2 * specials.chain_count : 64;
	special **chains = checked(calloc(count, sizeof(special *)));

	for (size_t i = 0; i < specials.chain_count; i++) {
		for (special *s = specials.chains[i], *next; s != NULL; s = next) {
			size_t to = chain_of(s->base, count);

			next = s->next;
			s->next = chains[to];
			chains[to] = s;
		}
	}
	free(specials.chains);
	specials.chains = chains;
	specials.chain_count = count;
}

static special *add(uintptr_t base, uintptr_t pointer, enum kind kind)
{
	special *s = checked(calloc(1, sizeof *s)), **chain;

	if (specials.count >= specials.chain_count)
		table_grow();
	chain = &specials.chains[chain_of(base, specials.chain_count)];
	s->base = base;
	s->pointer = pointer;
	s->kind = kind;
	s->id = ++specials.last_id;
	s->next = *chain;
	*chain = s;
	specials.count++;
	return s;
}

/* Link to the first special that fits (id 0: any), NULL when there is none. */
static special **find(uintptr_t base, uintptr_t pointer, enum kind kind, uint64_t id)
{
	if (specials.chain_count == 0)
		return NULL;
	for (special **at = &specials.chains[chain_of(base, specials.chain_count)]; *at != NULL; at = &(*at)->next)
		if ((*at)->base == base && (*at)->kind == kind && (pointer == 0 || (*at)->pointer == pointer) &&
				(id == 0 || (*at)->id == id))
			return at;
	return NULL;
}

static special *unlink_at(special **at)
{
	special *s = *at;

	*at = s->next;
	specials.count--;
	return s;
}

/* ---- finalizers ----------------------------------------------------------------------------------- */

static int set_finalizer(uintptr_t base, gol_eface object, gol_eface finalizer)
{
	uintptr_t pointer = (uintptr_t)object.data;
	special **at = find(base, pointer, FINALIZER, 0), *s;

	if (finalizer.type == NULL) {
		if (at)
			free(unlink_at(at));
		return GC_FINALIZER_SET;
	}
	if (at)
		return GC_FINALIZER_EXISTS;
	s = add(base, pointer, FINALIZER);
	s->fn = finalizer;
	s->object = object;
	if (gc.marking)
		gc_shade((uintptr_t)finalizer.data);
	return GC_FINALIZER_SET;
}

int gc_set_finalizer(gol_eface object, gol_eface finalizer)
{
	uintptr_t base = (uintptr_t)heap_object(object.data, NULL);

	if (base == 0)
		return GC_FINALIZER_SET;
	if (base != (uintptr_t)object.data && !heap_object_is_tiny(object.data))
		return GC_FINALIZER_NOT_BEGINNING;
	os_acquire(&specials.lock);
	int result = set_finalizer(base, object, finalizer);
	os_release(&specials.lock);
	return result;
}

bool gc_is_within(const void *object, const void *p)
{
	return heap_object(object, NULL) != NULL && heap_object(object, NULL) == heap_object(p, NULL) &&
		!heap_object_is_tiny(object);
}

/* An integer that looks like such an address is not told from one: the heap is where no integers are. */
bool gc_closes_over(const void *closure, const void *object)
{
	size_t size;
	void *const *words = heap_object(closure, &size);

	for (size_t i = 0; words != NULL && i < size / sizeof *words; i++)
		if (gc_is_within(object, words[i]))
			return true;
	return false;
}

uint64_t gc_add_cleanup(void *object, gol_func *fn)
{
	uintptr_t base = (uintptr_t)heap_object(object, NULL);
	uint64_t id;
	special *s;

	if (base == 0)
		return 0;
	os_acquire(&specials.lock);
	s = add(base, (uintptr_t)object, CLEANUP);
	s->fn.data = fn;
	id = s->id;
	if (gc.marking)
		gc_shade((uintptr_t)fn);
	os_release(&specials.lock);
	return id;
}

void gc_drop_cleanup(uintptr_t object, uint64_t id)
{
	uintptr_t base = (uintptr_t)heap_object((void *)object, NULL);

	if (base == 0)
		return;
	os_acquire(&specials.lock);
	special **at = find(base, 0, CLEANUP, id);
	if (at)
		free(unlink_at(at));
	os_release(&specials.lock);
}

/* ---- weak pointers ------------------------------------------------------------------------------------ */

/* The handle of pointer. Where there is none, `new` becomes it unless that is NULL. */
static void *weak_handle(uintptr_t base, void *pointer, uintptr_t *new)
{
	os_acquire(&specials.lock);
	special **at = find(base, (uintptr_t)pointer, WEAK, 0);
	uintptr_t *handle = at != NULL ? (*at)->handle : new;

	if (at == NULL && new != NULL) {
		new[0] = (uintptr_t)pointer;
		add(base, (uintptr_t)pointer, WEAK)->handle = new;
	}
	os_release(&specials.lock);
	return handle;
}

void *gc_weak_handle(void *pointer)
{
	uintptr_t base = (uintptr_t)heap_object(pointer, NULL);
	void *handle;

	if (pointer == NULL)
		return NULL;
	if (base == 0)
		base = (uintptr_t)pointer;      /* a package variable: it counts as marked, so its handle stays */
	handle = weak_handle(base, pointer, NULL);
	return handle != NULL ? handle : weak_handle(base, pointer, heap_new_plain(HEAP_TINY_SIZE));
}

void *gc_weak_value(void *handle)
{
	uintptr_t value = handle ? *(uintptr_t *)handle : 0;

	if (gc.marking && value)
		gc_shade(value);
	return (void *)value;
}

void gc_add_sample(uintptr_t base, profile_bucket *bucket)
{
	os_acquire(&specials.lock);
	add(base, base, SAMPLE)->bucket = bucket;
	os_release(&specials.lock);
}

/* ---- the collector's part -------------------------------------------------------------------------------- */

static void each(void (*visit)(special **at, bool *removed))
{
	for (size_t i = 0; i < specials.chain_count; i++) {
		for (special **at = &specials.chains[i]; *at != NULL;) {
			bool removed = false;

			visit(at, &removed);
			if (!removed)
				at = &(*at)->next;
		}
	}
}

static void mark_one(special **at, bool *removed)
{
	special *s = *at;

	(void)removed;
	gc_mark_word((uintptr_t)s->fn.data);
	if (s->kind == WEAK)
		gc_mark_word((uintptr_t)s->handle);
	else if (s->kind == FINALIZER)
		gc_scan_object(s->base);
}

void gc_mark_specials(void)
{
	each(mark_one);
	for (special *s = specials.due; s != NULL; s = s->next) {
		gc_mark_word((uintptr_t)s->fn.data);
		gc_mark_word((uintptr_t)s->object.data);
	}
}

static void make_due(special *s)
{
	s->next = NULL;
	*specials.due_end = s;
	specials.due_end = &s->next;
}

static void finish_weak(special **at, bool *removed)
{
	if ((*at)->kind == WEAK && !gc_is_marked((void *)(*at)->base)) {
		*(*at)->handle = 0;
		free(unlink_at(at));
		*removed = true;
	}
}

static void finish_finalizer(special **at, bool *removed)
{
	if ((*at)->kind == FINALIZER && !gc_is_marked((void *)(*at)->base)) {
		make_due(unlink_at(at));
		*removed = true;
	}
}

static void finish_cleanup(special **at, bool *removed)
{
	if ((*at)->kind == CLEANUP && !gc_is_marked((void *)(*at)->base)) {
		special *s = unlink_at(at);

		s->object = (gol_eface){NULL, NULL};
		make_due(s);
		*removed = true;
	}
}

static void finish_sample(special **at, bool *removed)
{
	if ((*at)->kind == SAMPLE && !gc_is_marked((void *)(*at)->base)) {
		(*at)->bucket->freed++;
		free(unlink_at(at));
		*removed = true;
	}
}

void gc_finish_specials(void)
{
	bool was_empty = specials.due == NULL;

	if (specials.count != 0) {
		each(finish_weak);
		each(finish_finalizer);
		for (special *s = specials.due; s != NULL; s = s->next)
			gc_mark_word((uintptr_t)s->object.data);
		gc_drain();
		each(finish_cleanup);
		each(finish_sample);
	}
	if (was_empty && specials.due != NULL && gc_world.due_ready != NULL)
		gc_world.due_ready();
}

bool gc_next_due(gc_due *due)
{
	os_acquire(&specials.lock);
	special *s = specials.due;

	if (s != NULL) {
		specials.due = s->next;
		if (specials.due == NULL)
			specials.due_end = &specials.due;
	}
	if (s != NULL && gc.marking) {      /* the first stop did not see it, and the last one will not any more */
		gc_shade((uintptr_t)s->fn.data);
		gc_shade((uintptr_t)s->object.data);
	}
	os_release(&specials.lock);
	if (s == NULL)
		return false;
	due->fn = s->fn;
	due->object = s->object;
	free(s);
	return true;
}
