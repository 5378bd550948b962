/*
 * key.c - type_key: a text equal exactly for identical types.
 *
 * It is the name under which instances and canonical types are found, and what symbol names of the generated code are
 * hashed from, so it depends on nothing but the source: full import paths, positions (file name, line, column) for
 * local types, the numbers of type parameters only where some are left. Interfaces are written as their type set, in
 * order, so that two spellings of one set agree. An interface that comes up again inside itself is written as the
 * distance to the enclosing one: such interfaces are recognised by identity, not by address.
 */
#include "private.h"

#include <stdlib.h>
#include <string.h>

typedef struct Around { Type *iface; const struct Around *outer; } Around;

/* Bound type parameters of generic signatures on the way, innermost first: written by place. */
typedef struct Bound { const ObjectList *params; const struct Bound *outer; } Bound;

typedef struct {
	Compiler *c;
	Buf *out;
	const Around *around;
	const Bound *bound;
} Writer;

static void write_key(Writer *w, Type *t);

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Local types: where they are declared. Those made up without a position get a number. */
static void write_place(Writer *w, Type *origin)
{
	const Object *o = origin->object;
	Compiler *c = w->c;

	if (o->pos.file > 0 && (int)o->pos.file < c->files.len && c->files.items[o->pos.file]) {
		buf_printf(w->out, "@%s:%u:%u", base_name(c->files.items[o->pos.file]->path), o->pos.line, o->pos.col);
		return;
	}
	if (origin->id == 0)
		origin->id = ++c->types->next_param_id;
	buf_printf(w->out, "@#%d", origin->id);
}

static void write_types(Writer *w, const TypeList *list, char open, char close)
{
	buf_char(w->out, open);
	for (int i = 0; i < list->len; i++) {
		if (i)
			buf_char(w->out, ',');
		write_key(w, list->items[i]);
	}
	buf_char(w->out, close);
}

static void write_named(Writer *w, Type *t)
{
	const Object *o = t->origin->object;

	if (!o) {
		buf_printf(w->out, "?%p", (void *)t->origin);
		return;
	}
	if (o->package)
		buf_printf(w->out, "%s.", o->package->path);
	buf_str(w->out, o->name);
	if (o->package && o->parent && o->package->scope && o->parent != o->package->scope)
		write_place(w, t->origin);
	if (t->type_args.len > 0)
		write_types(w, &t->type_args, '[', ']');
	if (t->enclosing_args.len > 0)
		write_types(w, &t->enclosing_args, '{', '}');
}

static void write_name(Writer *w, const Object *o)
{
	if (!name_is_exported(o->name) && o->package)
		buf_printf(w->out, "%s.", o->package->path);
	buf_str(w->out, o->name);
}

static void write_struct(Writer *w, const Type *t)
{
	buf_str(w->out, "struct{");
	for (int i = 0; i < t->fields.len; i++) {
		const Object *f = t->fields.items[i];
		FieldTag tag = tag_of(t, i);
		if (i)
			buf_char(w->out, ';');
		write_name(w, f);
		buf_char(w->out, f->embedded ? '!' : ' ');
		write_key(w, f->type);
		if (tag.len > 0)
			buf_quote(w->out, tag.text, tag.len);
	}
	buf_char(w->out, '}');
}

static void write_objects(Writer *w, const ObjectList *list, bool variadic)
{
	buf_char(w->out, '(');
	for (int i = 0; i < list->len; i++) {
		if (i)
			buf_char(w->out, ',');
		if (variadic && i == list->len - 1)
			buf_str(w->out, "...");
		write_key(w, list->items[i]->type);
	}
	buf_char(w->out, ')');
}

/* func[T any](T) and func[U any](U) are identical: bound parameters are written by depth and place, not by number. */
static void write_signature(Writer *w, const Type *t)
{
	Bound bound = {&t->type_params, w->bound};

	if (t->type_params.len > 0) {
		w->bound = &bound;
		buf_char(w->out, '[');
		for (int i = 0; i < t->type_params.len; i++) {
			if (i)
				buf_char(w->out, ',');
			Type *constraint = t->type_params.items[i]->type->constraint;
			if (constraint)
				write_key(w, constraint);
		}
		buf_char(w->out, ']');
	}
	write_objects(w, &t->fields, t->variadic);
	if (t->results.len > 0)
		write_objects(w, &t->results, false);
	w->bound = bound.outer;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Terms in the order of their texts: a union's order means nothing. */
static void write_terms(Writer *w, const TypeSet *set)
{
	char **texts = NEW_ARRAY(w->c->arena, char *, set->terms.len + 1);

	for (int i = 0; i < set->terms.len; i++) {
		Buf text;
		Writer inner = *w;
		buf_init(&text, w->c->arena);
		inner.out = &text;
		if (set->terms.items[i].tilde)
			buf_char(&text, '~');
		write_key(&inner, set->terms.items[i].type);
		texts[i] = text.s;
	}
	if (set->terms.len > 1)
		qsort(texts, (size_t)set->terms.len, sizeof *texts, compare_texts);
	buf_char(w->out, ':');
	for (int i = 0; i < set->terms.len; i++) {
		if (i)
			buf_char(w->out, '|');
		buf_str(w->out, texts[i]);
	}
}

static void write_interface(Writer *w, Type *t)
{
	Around here = {t, w->around};
	int distance = 0;

	for (const Around *a = w->around; a; a = a->outer, distance++)
		if (identical(a->iface, t)) {
			buf_printf(w->out, "^%d", distance);
			return;
		}
	TypeSet *set = type_set_of(t);
	buf_str(w->out, "interface{");
	if (set->methods.len > 0)
		w->around = &here;
	for (int i = 0; i < set->methods.len; i++) {
		const Object *m = set->methods.items[i];
		if (i)
			buf_char(w->out, ';');
		write_name(w, m);
		if (m->type && m->type->kind == TYPE_FUNC)
			write_signature(w, m->type);
	}
	w->around = here.outer;
	if (!set->all)
		write_terms(w, set);
	if (set->comparable)
		buf_str(w->out, ":==");
	buf_char(w->out, '}');
}

static void write_param(Writer *w, const Type *t)
{
	int depth = 0;

	for (const Bound *b = w->bound; b; b = b->outer, depth++)
		for (int i = 0; i < b->params->len; i++)
			if (b->params->items[i]->type == t) {
				buf_printf(w->out, "$%d.%d", depth, i);
				return;
			}
	buf_printf(w->out, "$%d", t->id);
}

static void write_union(Writer *w, const Type *t)
{
	for (int i = 0; i < t->terms.len; i++) {
		if (i)
			buf_char(w->out, '|');
		if (t->terms.items[i].tilde)
			buf_char(w->out, '~');
		write_key(w, t->terms.items[i].type);
	}
}

static void write_key(Writer *w, Type *t)
{
	static const char *const chan_words[] = {[CHAN_BOTH] = "chan(", [CHAN_SEND] = "chan<-(", [CHAN_RECV] = "<-chan("};

	switch (t->kind) {
	case TYPE_NAMED:
		write_named(w, t);
		return;
	case TYPE_POINTER:
		buf_char(w->out, '*');
		write_key(w, t->elem);
		return;
	case TYPE_ARRAY:
		buf_printf(w->out, "[%lld]", (long long)t->length);
		write_key(w, t->elem);
		return;
	case TYPE_SLICE:
		buf_str(w->out, "[]");
		write_key(w, t->elem);
		return;
	case TYPE_MAP:
		buf_str(w->out, "map[");
		write_key(w, t->key);
		buf_char(w->out, ']');
		write_key(w, t->elem);
		return;
	case TYPE_CHAN:
		buf_str(w->out, chan_words[t->dir]);
		write_key(w, t->elem);
		buf_char(w->out, ')');
		return;
	case TYPE_STRUCT:
		write_struct(w, t);
		return;
	case TYPE_TUPLE:
		write_objects(w, &t->fields, false);
		return;
	case TYPE_FUNC:
		buf_str(w->out, "func");
		write_signature(w, t);
		return;
	case TYPE_INTERFACE:
		write_interface(w, t);
		return;
	case TYPE_UNION:
		write_union(w, t);
		return;
	case TYPE_PARAM:
		write_param(w, t);
		return;
	default:
		buf_str(w->out, basic_name(t->kind));
	}
}

/* Kept on named types alone: they are asked for most, and stay what they are. A literal may hold a local type without
 * a position, or be an interface that is not complete yet. */
const char *type_key(Compiler *c, Type *t)
{
	Buf out;
	Writer w = {c, &out, NULL, NULL};

	if (t->key_text)
		return t->key_text;
	buf_init(&out, c->arena);
	write_key(&w, t);
	debug_require(!w.around && !w.bound);
	if (t->kind == TYPE_NAMED)
		t->key_text = out.s;
	return out.s;
}
