/*
 * text.c - types as text for people: as error messages write them, and as reflect's String and panics do.
 *
 * Messages qualify a name by its package's name, unless that is the package being checked, and write out the
 * import path where two packages in view share a name. At run time every name is qualified by the package's name;
 * inside the square brackets of an instance by its whole path. Remarks (-m) name types as messages do, write
 * them out as programs do, and type arguments as both kinds of text do. The text for programs (type_key) is in key.c.
 */
#include "private.h"

#include <string.h>

typedef enum { FOR_MESSAGES, FOR_REMARKS, FOR_RUNTIME, FOR_RUNTIME_ARGUMENT } Style;

typedef struct {
	Compiler *c;
	Buf *out;
	Style style;
	bool full_paths;        /* messages: every name with its import path */
	VEC(Type *) open;       /* interfaces being printed with all their methods: one may mention itself */
} Printer;

static void print(Printer *p, Type *t);

/* ---- names ------------------------------------------------------------------------------ */

/* Another package of that name is in view: the current one, or one that it imports, however far away. */
static bool name_in_view(Printer *p, const Package *from, const Package *package, Map *visited)
{
	if (map_get(visited, from))
		return false;
	map_put(p->c->arena, visited, from, p);
	if (from != package && from->name && from->path && strcmp(from->name, package->name) == 0 &&
	    strcmp(from->path, package->path) != 0)
		return true;
	for (int i = 0; i < from->imports.len; i++)
		if (name_in_view(p, from->imports.items[i], package, visited))
			return true;
	return false;
}

static bool name_is_ambiguous(Printer *p, const Package *package)
{
	Map visited = {0};
	const Package *current = p->c->types->current;

	return current && package->path && name_in_view(p, current, package, &visited);
}

static void print_package(Printer *p, const Package *package)
{
	const Package *current = p->c->types->current;

	if (!package || !package->name)
		return;
	if (p->style == FOR_RUNTIME_ARGUMENT || p->full_paths) {
		buf_printf(p->out, "%s.", package->path);
	} else if (p->style == FOR_RUNTIME) {
		buf_printf(p->out, "%s.", package->name);
	} else if (package != current) {
		if (name_is_ambiguous(p, package))
			buf_printf(p->out, "\"%s\".", package->path);
		else
			buf_printf(p->out, "%s.", package->name);
	}
}

static bool is_local(const Object *o)
{
	return o && o->package && o->parent && o->package->scope && o->parent != o->package->scope;
}

/* Which of the package's local types it is, in source order from 1: gc numbers them so in type arguments. */
static int local_number(const Object *o)
{
	int number = 1;
	const ObjectList *names = &o->package->type_names;

	for (int i = 0; i < names->len; i++)
		if (names->items[i] != o && is_local(names->items[i]) && !names->items[i]->is_alias &&
		    pos_compare(names->items[i]->pos, o->pos) < 0)
			number++;
	return number;
}

static void print_type_args(Printer *p, const TypeList *args)
{
	Printer inside = *p;

	if (args->len == 0)
		return;
	if (p->style == FOR_RUNTIME || p->style == FOR_REMARKS)
		inside.style = FOR_RUNTIME_ARGUMENT;
	for (int i = 0; i < args->len; i++) {
		buf_str(p->out, !i ? "[" : inside.style == FOR_MESSAGES ? ", " : ",");
		print(&inside, args->items[i]);
	}
	buf_char(p->out, ']');
}

/* [P, Q any, R interface{...}]: neighbours with one constraint are grouped. */
static void print_type_params(Printer *p, const ObjectList *params)
{
	Type *previous = NULL;

	if (params->len == 0)
		return;
	buf_char(p->out, '[');
	for (int i = 0; i < params->len; i++) {
		Type *constraint = params->items[i]->type->constraint;
		if (i > 0) {
			if (constraint != previous && previous) {
				buf_char(p->out, ' ');
				print(p, previous);
			}
			buf_str(p->out, ", ");
		}
		previous = constraint;
		buf_str(p->out, params->items[i]->name);
	}
	if (previous) {
		buf_char(p->out, ' ');
		print(p, previous);
	}
	buf_char(p->out, ']');
}

static void print_named(Printer *p, Type *t)
{
	const Object *o = t->object;

	if (!o) {
		buf_str(p->out, "unnamed");
		return;
	}
	print_package(p, o->package);
	buf_str(p->out, o->name);
	if (t->type_args.len > 0)
		print_type_args(p, &t->type_args);
	else if (p->style == FOR_MESSAGES)
		print_type_params(p, &t->type_params);
	else
		print_type_args(p, &t->enclosing_args);
	if (p->style == FOR_RUNTIME_ARGUMENT && is_local(o))
		buf_printf(p->out, "\302\267%d", local_number(o));
}

static void print_alias(Printer *p, const Type *t)
{
	print_package(p, t->alias->package);
	buf_str(p->out, t->alias->name);
	print_type_args(p, &t->alias_args);
}

/* ---- composite types -------------------------------------------------------------------------- */

static void print_tag(Printer *p, FieldTag tag)
{
	if (tag.len == 0)
		return;
	buf_char(p->out, ' ');
	buf_quote(p->out, tag.text, tag.len);
}

/* Inside the brackets of an instance a field is told by its package too where it is not exported, and an embedded
 * instance by the field's name, as Go's linker names do: struct { List = main.List[int] }. */
static void print_field(Printer *p, const Object *f)
{
	bool argument = p->style == FOR_RUNTIME_ARGUMENT;

	if (f->embedded) {
		const Type *base = f->type->kind == TYPE_POINTER ? f->type->elem : f->type;
		if (argument && base->kind == TYPE_NAMED && base->type_args.len > 0)
			buf_printf(p->out, "%s = ", f->name);
	} else {
		if (argument && !name_is_exported(f->name))
			print_package(p, f->package);
		buf_printf(p->out, "%s ", f->name);
	}
	print(p, f->type);
}

static void print_struct(Printer *p, const Type *t)
{
	bool spaced = p->style != FOR_MESSAGES;

	buf_str(p->out, spaced ? "struct {" : "struct{");
	for (int i = 0; i < t->fields.len; i++) {
		buf_str(p->out, i ? "; " : spaced ? " " : "");
		print_field(p, t->fields.items[i]);
		print_tag(p, tag_of(t, i));
	}
	buf_str(p->out, spaced && t->fields.len > 0 ? " }" : "}");
}

static void print_tuple(Printer *p, const ObjectList *list, bool variadic, bool names)
{
	buf_char(p->out, '(');
	for (int i = 0; i < list->len; i++) {
		const Object *o = list->items[i];
		buf_str(p->out, i ? ", " : "");
		if (names && *o->name)
			buf_printf(p->out, "%s ", o->name);
		if (!variadic || i < list->len - 1) {
			print(p, o->type);
		} else if (o->type->kind == TYPE_SLICE) {
			buf_str(p->out, "...");
			print(p, o->type->elem);
		} else {            /* append([]byte, string...) */
			print(p, o->type);
			buf_str(p->out, "...");
		}
	}
	buf_char(p->out, ')');
}

static void print_signature(Printer *p, const Type *t, bool names)
{
	if (p->style == FOR_MESSAGES)
		print_type_params(p, &t->type_params);
	print_tuple(p, &t->fields, t->variadic, names);
	if (t->results.len == 0)
		return;
	buf_char(p->out, ' ');
	if (t->results.len == 1 && !(names && *t->results.items[0]->name))
		print(p, t->results.items[0]->type);
	else
		print_tuple(p, &t->results, false, names);
}

static void print_method(Printer *p, const Object *m)
{
	if (p->style != FOR_MESSAGES && !name_is_exported(m->name))
		print_package(p, m->package);
	buf_str(p->out, m->name);
	if (m->type && m->type->kind == TYPE_FUNC)
		print_signature(p, m->type, p->style == FOR_MESSAGES);
}

static bool is_open(const Printer *p, const Type *t)
{
	for (int i = 0; i < p->open.len; i++)
		if (p->open.items[i] == t)
			return true;
	return false;
}

/* Messages show an interface as it is written; programs see its methods, all of them, as reflect does. One that
 * mentions itself in a method (type T = interface{ m() interface{ T } }) is cut short there. */
static void print_interface(Printer *p, Type *t)
{
	bool messages = p->style == FOR_MESSAGES, some = false;

	if (is_open(p, t)) {
		buf_str(p->out, "interface {...}");
		return;
	}

	if (messages && t->implicit && t->methods.len == 0 && t->embeddeds.len == 1) {
		print(p, t->embeddeds.items[0]);
		return;
	}
	ObjectList methods = messages ? t->methods : interface_methods(p->c, t);
	vec_push(p->c->arena, &p->open, t);
	buf_str(p->out, messages ? "interface{" : "interface {");
	for (int i = 0; i < methods.len; i++) {
		buf_str(p->out, some ? "; " : messages ? "" : " ");
		print_method(p, methods.items[i]);
		some = true;
	}
	for (int i = 0; messages && i < t->embeddeds.len; i++) {
		buf_str(p->out, some ? "; " : "");
		print(p, t->embeddeds.items[i]);
		some = true;
	}
	buf_str(p->out, some && !messages ? " }" : "}");
	p->open.len--;
}

static void print_chan(Printer *p, const Type *t)
{
	static const char *const words[] = {[CHAN_BOTH] = "chan ", [CHAN_SEND] = "chan<- ", [CHAN_RECV] = "<-chan "};
	bool parens = t->dir == CHAN_BOTH && t->elem->kind == TYPE_CHAN && t->elem->dir == CHAN_RECV;

	debug_require((unsigned)t->dir < COUNT_OF(words));
	buf_str(p->out, words[t->dir]);
	if (parens)
		buf_char(p->out, '(');
	print(p, t->elem);
	if (parens)
		buf_char(p->out, ')');
}

static void print_union(Printer *p, const Type *t)
{
	for (int i = 0; i < t->terms.len; i++) {
		buf_str(p->out, i ? " | " : "");
		if (t->terms.items[i].tilde)
			buf_char(p->out, '~');
		print(p, t->terms.items[i].type);
	}
}

static void print_basic(Printer *p, const Type *t)
{
	if (p->style <= FOR_REMARKS && t == t->types->byte_type)
		buf_str(p->out, "byte");
	else if (p->style <= FOR_REMARKS && t == t->types->rune_type)
		buf_str(p->out, "rune");
	else
		buf_str(p->out, basic_name(t->kind));
}

/* A type parameter that hides a predeclared type is worth a remark: the message would not make sense otherwise. */
static void print_param(Printer *p, const Type *t)
{
	const Object *hidden = t->object ? scope_lookup(t->types->universe, t->object->name) : NULL;

	buf_str(p->out, t->object ? t->object->name : "?");
	if (p->style != FOR_MESSAGES || !hidden || hidden->kind != OBJECT_TYPE)
		return;
	buf_printf(p->out, " /* with %s declared at ", t->object->name);
	pos_print(p->c, p->out, t->object->pos);
	buf_str(p->out, " */");
}

static void print(Printer *p, Type *t)
{
	if (!t) {
		buf_str(p->out, "<nil>");
		return;
	}
	if (t->alias && p->style <= FOR_REMARKS) {
		print_alias(p, t);
		return;
	}
	switch (t->kind) {
	case TYPE_NAMED:
		print_named(p, t);
		return;
	case TYPE_POINTER:
		buf_char(p->out, '*');
		print(p, t->elem);
		return;
	case TYPE_ARRAY:
		buf_printf(p->out, "[%lld]", (long long)t->length);
		print(p, t->elem);
		return;
	case TYPE_SLICE:
		buf_str(p->out, "[]");
		print(p, t->elem);
		return;
	case TYPE_MAP:
		buf_str(p->out, "map[");
		print(p, t->key);
		buf_char(p->out, ']');
		print(p, t->elem);
		return;
	case TYPE_CHAN:
		print_chan(p, t);
		return;
	case TYPE_STRUCT:
		print_struct(p, t);
		return;
	case TYPE_FUNC:
		buf_str(p->out, "func");
		print_signature(p, t, p->style == FOR_MESSAGES);
		return;
	case TYPE_TUPLE:
		print_tuple(p, &t->fields, false, true);
		return;
	case TYPE_INTERFACE:
		print_interface(p, t);
		return;
	case TYPE_UNION:
		print_union(p, t);
		return;
	case TYPE_PARAM:
		print_param(p, t);
		return;
	default:
		print_basic(p, t);
	}
}

/* ---- what others call --------------------------------------------------------------------------- */

void type_print(Compiler *c, Buf *out, Type *t)
{
	Printer p = {.c = c, .out = out, .style = FOR_MESSAGES};

	print(&p, t);
}

const char *type_text(Compiler *c, Type *t)
{
	Buf out;

	buf_init(&out, c->arena);
	type_print(c, &out, t);
	return out.s;
}

const char *type_path_text(Compiler *c, Type *t)
{
	Buf out;
	Printer p = {.c = c, .out = &out, .style = FOR_MESSAGES, .full_paths = true};

	buf_init(&out, c->arena);
	print(&p, t);
	return out.s;
}

static const char *text_in_style(Compiler *c, Type *t, Style style)
{
	Buf out;
	Printer p = {.c = c, .out = &out, .style = style};

	buf_init(&out, c->arena);
	print(&p, t);
	return out.s;
}

const char *type_runtime_text(Compiler *c, Type *t)
{
	return text_in_style(c, t, FOR_RUNTIME);
}

const char *type_remark_text(Compiler *c, Type *t) { return text_in_style(c, t, FOR_REMARKS); }

const char *type_argument_text(Compiler *c, Type *t) { return text_in_style(c, t, FOR_RUNTIME_ARGUMENT); }

void signature_print(Compiler *c, Buf *out, Type *func, bool names)
{
	Printer p = {.c = c, .out = out, .style = FOR_MESSAGES};

	print_signature(&p, func, names);
}

/* Go's messages print terms with full paths, the current package's too. */
void terms_print(Compiler *c, Buf *out, const TypeSet *set)
{
	Printer p = {.c = c, .out = out, .style = FOR_MESSAGES, .full_paths = true};

	for (int i = 0; i < set->terms.len; i++) {
		buf_str(out, i ? " | " : "");
		if (set->terms.items[i].tilde)
			buf_char(out, '~');
		print(&p, set->terms.items[i].type);
	}
}

const char *generic_alias_text(Compiler *c, const Object *alias)
{
	Buf out;
	Printer p = {.c = c, .out = &out, .style = FOR_MESSAGES};

	buf_init(&out, c->arena);
	print_package(&p, alias->package);
	buf_str(&out, alias->name);
	print_type_params(&p, &alias->alias_params);
	return out.s;
}

static const char *object_word(const Object *o)
{
	switch (o->kind) {
	case OBJECT_PACKAGE: return "package";
	case OBJECT_CONST: return "const";
	case OBJECT_TYPE: return "type";
	case OBJECT_VAR: return o->is_field ? "field" : "var";
	case OBJECT_FUNC: return "func";
	case OBJECT_LABEL: return "label";
	case OBJECT_BUILTIN: return "builtin";
	case OBJECT_NIL: return "nil";
	default: return "bad";
	}
}

/* var x int, func p.f(x int) string, type T struct{...}, const c untyped int, package fmt */
void object_print(Compiler *c, Buf *out, Object *o)
{
	Printer p = {.c = c, .out = out, .style = FOR_MESSAGES};

	buf_str(out, object_word(o));
	if (o->kind == OBJECT_NIL)
		return;
	buf_char(out, ' ');
	if (o->kind == OBJECT_FUNC && o->type && o->type->receiver) {
		buf_char(out, '(');
		type_print(c, out, o->type->receiver->type);
		buf_str(out, ").");
	} else if (o->package && o->parent == o->package->scope && o->kind != OBJECT_PACKAGE) {
		print_package(&p, o->package);
	}
	buf_str(out, o->name);
	if (!o->type || o->kind == OBJECT_PACKAGE || o->kind == OBJECT_LABEL || o->kind == OBJECT_BUILTIN)
		return;
	if (o->kind == OBJECT_FUNC && o->type->kind == TYPE_FUNC) {
		signature_print(c, out, o->type, true);
		return;
	}
	buf_str(out, o->is_alias ? " = " : " ");
	type_print(c, out, o->kind == OBJECT_TYPE && o->type->kind == TYPE_NAMED && !o->is_alias ? underlying(o->type) :
	           unalias(o->type));
}
