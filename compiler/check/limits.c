/*
 * limits.c - sizes that no value may have.
 *
 * Types are noted while they are checked (check_note_sized) and measured at the end, if nothing else is wrong: only
 * then are all of them complete. A message stands at the variable, type or function being declared, and names the
 * innermost type that is too large, once.
 */
#include "checker.h"

enum { MAX_ELEMENT_OF_CHANNEL = 1 << 16 };

void check_note_sized(Checker *k, Type *t)
{
	SizedType sized = {t, k->env.declared_at};
	vec_push(k->arena, &k->sized_types, sized);
}

/* Sizes of types that mention type parameters are known for each instance only, where lowering asks. */
static bool is_measurable(Type *t)
{
	return is_valid(t) && !is_generic(t) && !has_type_params(t);
}

/* The innermost part of t that is too large: all that it consists of is not. */
static Type *too_large(Checker *k, Type *t)
{
	if (type_size(k->c, t) < TYPE_SIZE_LIMIT)
		return NULL;
	Type *u = underlying(t), *part = NULL;
	if (u->kind == TYPE_ARRAY)
		part = too_large(k, u->elem);
	for (int i = 0; u->kind == TYPE_STRUCT && i < u->fields.len && !part; i++)
		part = too_large(k, u->fields.items[i]->type);
	return part ? part : u->kind == TYPE_ARRAY ? u : t;
}

static void report_too_large(Checker *k, Pos pos, Type *t, Map *reported)
{
	if (map_get(reported, underlying(t)))
		return;
	map_put(k->arena, reported, underlying(t), t);
	check_error(k, pos, "type %s %s", type_name_of(k, t), t->kind == TYPE_ARRAY ? "larger than address space" :
	            "too large");
}

static void check_channel(Checker *k, const SizedType *sized)
{
	require(underlying(sized->type)->kind == TYPE_CHAN);
	Type *elem = underlying(sized->type)->elem;
	if (type_size(k->c, elem) >= MAX_ELEMENT_OF_CHANNEL)
		check_error(k, sized->pos, "channel element type too large (>64kB)");
}

static void check_variable(Checker *k, Object *o)
{
	if (o->kind != OBJECT_VAR || !is_measurable(o->type))
		return;
	int64_t size = type_size(k->c, o->type);
	if (size > VARIABLE_SIZE_LIMIT)
		check_error(k, o->pos, "%s.%s: symbol too large (%lld bytes > %d bytes)", k->package->path, o->name,
		            (long long)size, VARIABLE_SIZE_LIMIT);
}

void check_sizes(Checker *k)
{
	Map reported = {0};
	for (int i = 0; i < k->sized_types.len; i++) {
		SizedType *sized = &k->sized_types.items[i];
		if (!is_measurable(sized->type))
			continue;
		Type *t = too_large(k, sized->type);
		if (t)
			report_too_large(k, sized->pos, t, &reported);
		if (underlying(sized->type)->kind == TYPE_CHAN)
			check_channel(k, sized);
	}
	if (k->errors)
		return;
	for (int i = 0; i < k->infos.len; i++)
		check_variable(k, k->infos.items[i]->object);
}
