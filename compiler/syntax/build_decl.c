/*
 * build_decl.c - declarations, parameter lists, fields, and the file itself.
 */
#include "build.h"

#include <string.h>

/* ---- parameters ------------------------------------------------------------------------- */

FieldList *build_fields(Parser *p, FieldList *list, Field *field)
{
	if (!list)
		list = NEW(p->arena, FieldList);
	vec_push(p->arena, list, field);
	return list;
}

Field *build_param(Parser *p, const Token *name, Expr *type)
{
	Field *f = NEW(p->arena, Field);

	f->pos = name ? token_pos(p, name) : type->start;
	f->name = name ? name->text : NULL;
	f->type = type;
	return f;
}

/* Where an expression's last token ends, as far as messages about parameters need it. */
static Pos end_of_type(const Expr *e)
{
	Pos pos = e->end;
	const char *last = e->kind == EXPR_NAME || e->kind == EXPR_SELECTOR ? e->name : NULL;

	pos.col += last ? (uint32_t)strlen(last) : 1;
	return pos;
}

/*
 * A list is named throughout or not at all. The parser knows "a T" when it sees it; a lone name is taken for a type.
 * If anything is named, lone names are names whose type stands further right: "a, b T".
 */
FieldList *build_params(Parser *p, FieldList *list)
{
	bool named = false;
	Expr *type = NULL;
	const char *error = NULL;
	Pos error_pos = NO_POS;

	for (int i = 0; i < list->len; i++)
		named |= list->items[i]->name != NULL;
	for (int i = list->len - 1; named && i >= 0; i--) {
		Field *f = list->items[i];

		if (f->name) {
			type = f->type;
		} else if (f->type->kind != EXPR_NAME) {
			error = "missing parameter name";
			error_pos = f->type->start;
		} else {
			if (!type) {
				error = "missing parameter type";
				error_pos = end_of_type(f->type);
			}
			f->name = f->type->name;
			f->type = type ? type : build_bad(p, NULL);
		}
	}
	if (error)
		syntax_error(p, error_pos, "%s", error);
	return list;
}

/* "Type parameter declarations": a name without a constraint has the one that stands further right, as in [K, V any].
 * The last one must have its own. */
FieldList *build_type_params(Parser *p, const Token *open, FieldList *list, const Token *close)
{
	Expr *type = NULL;
	Pos pos;

	(void)open;
	(void)close;
	for (int i = list->len - 1; i >= 0; i--) {
		Field *f = list->items[i];

		if (!f->type && !type) {
			pos = f->pos;
			pos.col += (uint32_t)strlen(f->name);
			syntax_error(p, pos, "missing type constraint");
			type = build_bad(p, NULL);
		}
		if (f->type)
			type = f->type;
		else
			f->type = type;
	}
	return list;
}

FieldList *build_result(Parser *p, Expr *type)
{
	return build_fields(p, NULL, build_param(p, NULL, type));
}

/* pos: the "(". results: NULL, or the list that build_result or build_params made. */
FuncType *build_signature(Parser *p, const Token *open, FieldList *params, FieldList *results)
{
	FuncType *type = NEW(p->arena, FuncType);

	type->pos = token_pos(p, open);
	type->params = *build_params(p, params);
	if (results)
		type->results = *results;
	return type;
}

/* ---- fields of structs and interfaces ------------------------------------------------------ */

NameList *build_names(Parser *p, NameList *list, const Token *name)
{
	if (!list)
		list = NEW(p->arena, NameList);
	vec_push(p->arena, list, name);
	return list;
}

static Expr *build_tag(Parser *p, const Token *tag)
{
	if (tag && tag->literal != LIT_STRING)
		syntax_error(p, token_pos(p, tag), "struct field tag must be a string");
	return tag ? build_literal(p, tag) : NULL;
}

/* a, b T is two fields that share one type expression and one tag: whoever walks over fields may meet a node twice. */
FieldList *build_struct_fields(Parser *p, NameList *names, Expr *type, const Token *tag)
{
	FieldList *list = NULL;
	Expr *tag_expr = build_tag(p, tag);

	debug_require(names->len > 0 && type);
	for (int i = 0; i < names->len; i++) {
		Field *f = build_param(p, names->items[i], type);
		f->tag = tag_expr;
		list = build_fields(p, list, f);
	}
	return list;
}

/* "Struct types": an embedded field is a type name or a pointer to one. Other types are the checker's to refuse. */
FieldList *build_embedded(Parser *p, Expr *type, const Token *tag)
{
	Field *f = build_param(p, NULL, type);
	const Expr *inner = type->kind == EXPR_STAR ? type->x : type;

	if (inner->kind == EXPR_PAREN)
		syntax_error(p, inner->start, "cannot parenthesize embedded type");
	f->embedded = true;
	f->tag = build_tag(p, tag);
	return build_fields(p, NULL, f);
}

/* Of an interface. Its signature starts at the method's name, there is no keyword func. */
Field *build_method(Parser *p, const Token *name, FuncType *type)
{
	Expr *e = build_func_type(p, name, type);
	Field *f = build_param(p, name, e);

	f->is_method = true;
	return f;
}

/* Of an interface: an embedded interface, or a union of terms such as ~int | string. */
Field *build_element(Parser *p, Expr *type)
{
	Field *f = build_param(p, NULL, type);

	f->embedded = true;
	return f;
}

/* ---- declarations ----------------------------------------------------------------------------- */

static Decl *decl_new(Parser *p, DeclKind kind, const Token *first)
{
	Decl *d = NEW(p->arena, Decl);

	d->kind = kind;
	d->pos = token_pos(p, first);
	return d;
}

/* A declaration's names and their places: two lists of one length. */
static void add_name(Parser *p, Decl *d, const Token *name)
{
	vec_push(p->arena, &d->names, name->text);
	vec_push(p->arena, &d->name_pos, token_pos(p, name));
	debug_require(d->names.len == d->name_pos.len);
}

DeclList *build_decls(Parser *p, DeclList *list, Decl *d)
{
	if (!list)
		list = NEW(p->arena, DeclList);
	vec_push(p->arena, list, d);
	return list;
}

/* A path that is no string is kept as "": the loader then has nothing to look for, and the message is queued. */
Decl *build_import(Parser *p, const Token *name, const Token *path)
{
	Decl *d = decl_new(p, DECL_IMPORT, path);
	Constant *text;
	const char *s = "";
	size_t n = 0;

	if (path->literal != LIT_STRING) {
		import_error(p, d->pos, "import path must be a string");
	} else if (path->length < 2 || path->text[path->length - 1] != path->text[0]) {
		import_error(p, d->pos, path->text[0] == '`' ? "raw string literal not terminated" :
		             "string literal not terminated");
	} else {
		text = const_from_literal(p->c, path->text, path->length, LIT_STRING);
		s = const_string_value(text, &n);
	}
	d->import_path = intern(p->c, s, n);
	d->import_name = name ? name->text : NULL;
	if (name)
		add_name(p, d, name);
	return d;
}

/* The kind is set by build_group, which knows whether the keyword was const or var. */
Decl *build_value_spec(Parser *p, NameList *names, Expr *type, ExprList *values)
{
	Decl *d = decl_new(p, DECL_VAR, names->items[0]);

	debug_require(names->len > 0);
	for (int i = 0; i < names->len; i++)
		add_name(p, d, names->items[i]);
	d->type = type;
	if (values)
		d->values = *values;
	return d;
}

Decl *build_type_spec(Parser *p, const Token *name, FieldList *type_params, bool alias, Expr *type)
{
	Decl *d = decl_new(p, DECL_TYPE, name);

	add_name(p, d, name);
	d->is_alias = alias;
	d->type = type;
	if (type_params)
		d->type_params = *type_params;
	return d;
}

/* Whatever is wrong with the receiver, a method has one: all that follows may rely on d->receiver to tell methods from
 * functions. name + 1: type parameters open right behind the name. */
Decl *build_func(Parser *p, const Token *func, FieldList *receiver, const Token *name,
                 FieldList *type_params, FuncType *type, Block *body)
{
	Decl *d = decl_new(p, DECL_FUNC, name);

	d->keyword_pos = token_pos(p, func);
	add_name(p, d, name);
	type->pos = d->keyword_pos;
	d->func_type = type;
	d->body = body;
	if (type_params)
		type->type_params = *type_params;
	if (!receiver)
		return d;
	if (type_params)
		syntax_error(p, token_pos(p, name + 1), "method must have no type parameters");
	build_params(p, receiver);
	if (receiver->len == 0)
		error_at(p->c, d->pos, "method has no receiver");
	else if (receiver->len > 1)
		error_at(p->c, d->pos, "method has multiple receivers");
	if (receiver->len > 0)
		d->receiver = receiver->items[0];
	else
		d->receiver = build_param(p, name, build_bad(p, name));
	debug_require(d->receiver);
	return d;
}

/* ---- what a keyword declares --------------------------------------------------------------------- */

/* The line of the last token above `line`; 0: there is none. Binary search: tokens are in the order of lines, and a
 * file may have many declarations. */
static uint32_t line_before(const Parser *p, uint32_t line)
{
	int low = 0, high = p->count;

	while (low < high) {
		int mid = (low + high) / 2;
		if (p->tokens[mid].line < line)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? p->tokens[low - 1].line : 0;
}

/* The comments between what begins on `line` and what stands above it, as one text; NULL if there are none. A blank
 * line in between does no harm, as it does to Go's doc comments: directives such as //go:noinline count anywhere
 * between the last declaration and this one. */
static const char *doc_above(Parser *p, uint32_t line)
{
	const CommentList *all = p->comments;
	uint32_t above = line_before(p, line);
	int low = 0, high = all->len, first;
	Buf b;

	while (low < high) {
		int mid = (low + high) / 2;
		if (all->items[mid].end_line < line)
			low = mid + 1;
		else
			high = mid;
	}
	for (first = low; first > 0 && all->items[first - 1].line > above;)
		first--;
	if (first == low)
		return NULL;
	buf_init(&b, p->arena);
	for (int i = first; i < low; i++) {
		buf_bytes(&b, all->items[i].text, all->items[i].length);
		buf_char(&b, '\n');
	}
	return b.s;
}

/* Constant specifications without values repeat the last ones that had some. "Constant declarations": const ( A =
 * iota; B; C ) declares B = iota and C = iota. The expressions are shared, not copied, and mean other values each
 * time: inherited says so, since notes of the checker on them are the last one's. */
static void repeat_constants(DeclList *list)
{
	const Decl *repeated = NULL;

	for (int i = 0; i < list->len; i++) {
		Decl *d = list->items[i];

		d->iota = i;
		if (d->values.len > 0 || d->type) {
			repeated = d;
		} else if (repeated) {
			d->type = repeated->type;
			d->values = repeated->values;
			d->inherited = true;
		}
	}
}

DeclList *build_group(Parser *p, const Token *keyword, DeclKind kind, DeclList *list, bool grouped)
{
	int group = grouped ? ++p->group : 0;
	p->keyword = keyword;
	const DeclList *before = &p->file->decls;

	debug_require(kind >= DECL_IMPORT && kind < DECL_FUNC);
	if (kind == DECL_IMPORT && before->len > 0 && vec_last(before)->kind != DECL_IMPORT)
		syntax_error(p, token_pos(p, keyword), "imports must appear before other declarations");
	for (int i = 0; i < list->len; i++) {
		Decl *d = list->items[i];

		d->kind = kind;
		d->keyword_pos = token_pos(p, keyword);
		d->group = group;
		uint32_t line = grouped ? d->pos.line : keyword->line;
		d->doc = doc_above(p, line);
		take_embeds(p, d, line_before(p, line), d->pos.line);
	}
	if (kind == DECL_CONST)
		repeat_constants(list);
	return list;
}

/* Functions come without a keyword that groups them, so their comment is looked for here. */
void build_top_level(Parser *p, DeclList *list)
{
	for (int i = 0; i < list->len; i++) {
		Decl *d = list->items[i];

		if (d->kind == DECL_FUNC) {
			d->doc = doc_above(p, d->keyword_pos.line);
			take_embeds(p, d, line_before(p, d->keyword_pos.line), d->keyword_pos.line);
		}
		vec_push(p->arena, &p->file->decls, d);
	}
}

/* A line of its own that begins with the directive and goes on with a blank or nothing: //go:noinlinex is none. */
bool has_directive(const Decl *d, const char *directive)
{
	size_t n = strlen(directive);

	for (const char *line = d->doc; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, directive, n) == 0 && (!line[n] || strchr(" \t\r\n", line[n])))
			return true;
	}
	return false;
}
