/*
 * reach_c.c - -emit=c prints what the program reaches: the rules of reach.c, over the C of all packages.
 *
 * The text is cut into items: what stands between two ends of declarations outside of braces, or a macro. An item names what it
 * declares or defines, and mentions other names: C names are injective (docs/design.md, 4.8), so a word is what it
 * spells. Reached is main; all items of its own file for a name that a reached item mentions; and where those only
 * declare it, the first definition in another file. Rows of tables count as reach.c says; here they are left out
 * rather than cleared, but for those of methods and itabs, where gol_absent_method stands in. What is no item of a
 * known form stays.
 *
 * Rejected: not to lower what is not reached. Packages are lowered and emitted one at a time, and what one asks of
 * others (colours, instances, wrappers) would have to be asked twice.
 */
#include "driver.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef enum {
	TABLE_NONE, TABLE_FUNCS, TABLE_TYPES, TABLE_ROOTS, TABLE_VALUES, TABLE_METHODS, TABLE_ITAB, TABLE_USES
} TableKind;

typedef struct Name Name;
typedef struct Item {
	int file;
	CPart part;
	const char *start, *end;
	Name *name;                 /* NULL: it stays in any case */
	TableKind table;
	bool live, defines, is_static, is_code, walked;
	VEC(Name *) then;           /* reached with it, in its file */
	struct Item *uses;          /* of an info: its table of uses */
} Item;
struct Name {
	const char *text;
	VEC(Item *) items;
	bool *wanted;               /* by file */
	bool descriptor;            /* a type's, or a part of one */
	bool converted;             /* an interface may hold the type */
	bool anywhere;              /* in one that may be another's too */
};

/* A method's name and type. The names count once it is called, in the files of the items. */
typedef struct Key { bool called; VEC(Item *) items; VEC(Name *) names; } Key;

typedef struct Reach {
	Compiler *c;
	Arena *arena;
	int file_count;
	VEC(Item *) *items;         /* by file */
	Map names, keys;
	VEC(Item *) work;
	bool all_exported;
	VEC(Key *) exported;
} Reach;

/* ---- words ----------------------------------------------------------------------------------------------- */

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* Behind a string, character or comment that begins at p; p itself if none does. */
static const char *skip_quoted(const char *p, const char *end)
{
	if (*p == '/' && p + 1 < end && p[1] == '*') {
		const char *close = strstr(p + 2, "*/");
		return close && close < end ? close + 2 : end;
	}
	if (*p != '"' && *p != '\'')
		return p;
	char quote = *p++;
	while (p < end && *p != quote)
		p += *p == '\\' ? 2 : 1;
	return p < end ? p + 1 : end;
}

static TableKind kind_of(const char *name);

static Name *name_of(Reach *r, const char *s, size_t n, bool make)
{
	char small[256];
	char *text = n < sizeof small ? small : arena_alloc(r->arena, n + 1);
	memcpy(text, s, n);
	text[n] = '\0';
	Name *name = map_get(&r->names, text);
	if (!name && make) {
		name = NEW(r->arena, Name);
		name->text = arena_strndup(r->arena, text, n);
		name->descriptor = strstr(name->text, "_5type") && kind_of(name->text) != TABLE_TYPES;
		name->wanted = NEW_ARRAY(r->arena, bool, r->file_count);
		map_put(r->arena, &r->names, name->text, name);
	}
	return name;
}

/* The next word of [*p, end) that begins like a name; false: there is none. *p: behind it. */
static bool next_word(const char **p, const char *end, const char **word, size_t *n)
{
	while (*p < end) {
		const char *behind = skip_quoted(*p, end);
		if (behind != *p) {
			*p = behind;
		} else if (is_word(**p)) {
			*word = *p;
			while (*p < end && is_word(**p))
				++*p;
			*n = (size_t)(*p - *word);
			if (!isdigit((unsigned char)**word))
				return true;
		} else {
			++*p;
		}
	}
	return false;
}

static Name *first_name(Reach *r, const char *p, const char *end)
{
	const char *word;
	size_t n;
	while (next_word(&p, end, &word, &n))
		if (!(n == 4 && memcmp(word, "void", 4) == 0))
			return name_of(r, word, n, true);
	return NULL;
}

/* ---- items ----------------------------------------------------------------------------------------------- */

static bool begins(const char *p, const char *end, const char *with)
{
	size_t n = strlen(with);
	return (size_t)(end - p) >= n && memcmp(p, with, n) == 0;
}

/* The end of the item that begins at p, a comment before it included. *body: it is a function's; *assigned: it has a
 * value. */
static const char *end_of_item(const char *p, const char *end, bool *body, bool *assigned)
{
	int depth = 0;
	char last = '\0', opened_after = '\0';
	while (p < end) {
		const char *behind = skip_quoted(p, end);
		if (behind != p) {
			p = behind;
			continue;
		}
		char c = *p++;
		if (c == '{' && depth == 0)
			opened_after = *assigned ? '=' : last;
		*assigned |= c == '=' && depth == 0;
		depth += c == '(' || c == '[' || c == '{';
		depth -= c == ')' || c == ']' || c == '}';
		*body = c == '}' && opened_after == ')';
		if (depth == 0 && (c == ';' || *body))
			break;
		if (!isspace((unsigned char)c))
			last = c;
	}
	while (p < end && *p == '\n')
		p++;
	return p;
}

static const char *end_of_line(const char *p, const char *end)
{
	while (p < end && *p != '\n')
		p++;
	while (p < end && *p == '\n')
		p++;
	return p;
}

static bool is_macro(const char *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (islower((unsigned char)word[i]))
			return false;
	return n > 4 && memcmp(word, "GOL_", 4) == 0;
}

/* The word before the first of `stops` outside of braces; NULL: the form is not known. */
static Name *declared_name(Reach *r, const char *p, const char *end, const char *stops)
{
	const char *word = NULL;
	size_t n = 0;
	int depth = 0;
	while (p < end) {
		const char *behind = skip_quoted(p, end);
		if (behind != p) {
			p = behind;
		} else if (is_word(*p)) {
			const char *start = p;
			while (p < end && is_word(*p))
				p++;
			if (depth == 0 && !is_macro(start, (size_t)(p - start))) {
				word = start;
				n = (size_t)(p - start);
			}
		} else {
			if (depth == 0 && strchr(stops, *p))
				return word ? name_of(r, word, n, true) : NULL;
			depth += (*p == '{' || *p == '(') - (*p == '}' || *p == ')');
			p++;
		}
	}
	return NULL;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && strcmp(s + n - m, end) == 0;
}

static TableKind kind_of(const char *name)
{
	static const struct { const char *end; TableKind kind; } kinds[] = {
		{"_funcs", TABLE_FUNCS}, {"_types", TABLE_TYPES}, {"_roots", TABLE_ROOTS}, {"_values", TABLE_VALUES},
	};
	if (ends_with(name, "_5type_methods"))
		return TABLE_METHODS;
	if (ends_with(name, "_5itab"))
		return TABLE_ITAB;
	if (ends_with(name, "_5info_uses"))
		return TABLE_USES;
	for (int i = 0; i < COUNT_OF(kinds); i++)
		if (ends_with(name, kinds[i].end) && strstr(name, "_5package"))
			return kinds[i].kind;
	return TABLE_NONE;
}

static const char *skip_comment(const char *p, const char *end)
{
	while (p < end && (isspace((unsigned char)*p) || begins(p, end, "/*")))
		p = isspace((unsigned char)*p) ? p + 1 : skip_quoted(p, end);
	return p;
}

static void add_item(Reach *r, int file, CPart part, const char *start, const char *end, bool body, bool assigned)
{
	static const char macro[] = "#define ";
	Item *item = NEW(r->arena, Item);
	const char *p = skip_comment(start, end);
	*item = (Item){.file = file, .part = part, .start = start, .end = end, .is_static = begins(p, end, "static ")};
	vec_push(r->arena, &r->items[file], item);
	if (begins(p, end, macro)) {
		item->name = first_name(r, p + strlen(macro), end);
		item->is_static = item->defines = item->is_code = true;     /* parts of a function */
		vec_push(r->arena, &item->name->items, item);
		return;
	}
	static const char assertion[] = "_Static_assert(sizeof(";
	if (p == end || *p == '#' || begins(p, end, "__asm__"))
		return;
	if (begins(p, end, assertion))
		item->name = first_name(r, p + strlen(assertion), end);
	else
		item->name = declared_name(r, p, end, begins(p, end, "typedef ") ? ";" :
		                           begins(p, end, "struct ") ? "{;" : "(=[;");
	if (!item->name)
		return;
	bool declares = item->is_static || *p == '_' || begins(p, end, "extern ") || begins(p, end, "typedef ") ||
		memchr(p, '(', (size_t)(end - p));
	item->defines = body || assigned || !declares;
	item->is_code = body;
	vec_push(r->arena, &item->name->items, item);
	if (item->defines)
		item->table = kind_of(item->name->text);
}

static void cut(Reach *r, int file, CPart part, const char *text)
{
	const char *end = text + strlen(text), *p = text;
	while (p < end) {
		bool body = false, assigned = false;
		const char *next = *p == '#' ? end_of_line(p, end) : end_of_item(p, end, &body, &assigned);
		add_item(r, file, part, p, next, body, assigned);
		p = next;
	}
}

/* ---- rows ------------------------------------------------------------------------------------------------- */

typedef struct Row { const char *start, *end; } Row;

/* The lines of a table that begin with a tab; a table that stands in one line has none. */
static bool next_row(const Item *table, Row *row)
{
	const char *p = row->end ? row->end : memchr(table->start, '\n', (size_t)(table->end - table->start));
	while (p && p < table->end && *p == '\n')
		p++;
	if (!p || p >= table->end || *p != '\t')
		return false;
	const char *end = memchr(p, '\n', (size_t)(table->end - p));
	*row = (Row){p, end ? end : table->end};
	return !begins(p + 1, row->end, "NULL") && !begins(p + 1, row->end, "{NULL, NULL}");
}

/* Behind the n-th comma of a row, not counting those in strings. */
static const char *field_at(const Row *row, int n)
{
	const char *p = row->start + 2;
	while (n > 0 && p < row->end) {
		const char *behind = skip_quoted(p, row->end);
		n -= behind == p && *p == ',';
		p = behind == p ? p + 1 : behind;
	}
	return p;
}

/* Name, package and type of a method as both kinds of rows spell them. */
static Key *key_of(Reach *r, const Row *row)
{
	const char *start = row->start + 2, *end = field_at(row, 2);
	while (end < row->end && *end != ',' && *end != '}')
		end++;
	const char *text = arena_strndup(r->arena, start, (size_t)(end - start));
	Key *key = map_get(&r->keys, text);
	if (!key) {
		key = NEW(r->arena, Key);
		key->called = begins(start, end, "\"Error\",") || begins(start, end, "\"String\",");
		map_put(r->arena, &r->keys, text, key);
	}
	return key;
}

static bool is_exported(const Row *row)
{
	const char *package = field_at(row, 1);
	return begins(package, row->end, " NULL") || begins(package, row->end, "NULL");
}

static Item *definition(const Name *name, int file)     /* file < 0: in any, but of the first that has it */
{
	for (int i = 0; name && i < name->items.len; i++) {
		Item *item = name->items.items[i];
		if (item->defines && (file < 0 || item->file == file))
			return item;
	}
	return NULL;
}

/* Row `index` of the methods of an interface type. */
static Key *interface_key(Reach *r, const Name *interface, int index, bool *exported)
{
	if (!interface)
		return NULL;
	const char *text = arena_printf(r->arena, "%s_imethods", interface->text);
	Item *table = definition(name_of(r, text, strlen(text), false), -1);
	Row row = {0};
	for (int i = 0; table && next_row(table, &row); i++)
		if (i == index) {
			*exported = is_exported(&row);
			return key_of(r, &row);
		}
	return NULL;
}

/* ---- the walk ------------------------------------------------------------------------------------------- */

static void mark(Reach *r, Item *item)
{
	if (item->live)
		return;
	item->live = true;
	vec_push(r->arena, &r->work, item);
}

static void want(Reach *r, Name *name, int file)
{
	if (!name || name->wanted[file])
		return;
	name->wanted[file] = true;
	bool here = false, is_static = false;
	for (int i = 0; i < name->items.len; i++)
		if (name->items.items[i]->file == file) {
			mark(r, name->items.items[i]);
			here |= name->items.items[i]->defines;
			is_static |= name->items.items[i]->is_static;
		}
	name->anywhere |= !is_static;
	for (int i = 0; i < name->items.len && !here; i++) {
		Item *item = name->items.items[i];
		if (item->is_static || !item->defines)
			continue;
		want(r, name, item->file);
		break;
	}
}

/* It may not be reached yet: then this counts from when it is. */
static void convert(Reach *r, Name *name)
{
	if (!name || !name->descriptor || name->converted)
		return;
	name->converted = true;
	for (int i = 0; i < name->items.len; i++)
		if (name->items.items[i]->walked)
			vec_push(r->arena, &r->work, name->items.items[i]);
}

static void want_converted(Reach *r, Name *name, int file)
{
	want(r, name, file);
	convert(r, name);
}

static void call(Reach *r, Key *key)
{
	key->called = true;
	while (key->names.len)
		want_converted(r, vec_pop(&key->names), vec_pop(&key->items)->file);
}

/* name counts in the file of `where` once the method is called. */
static void want_if_called(Reach *r, Key *key, bool exported, Name *name, Item *where)
{
	if (key->called || (exported && r->all_exported)) {
		want_converted(r, name, where->file);
		return;
	}
	vec_push(r->arena, &key->names, name);
	vec_push(r->arena, &key->items, where);
	if (exported)
		vec_push(r->arena, &r->exported, key);
}

static void take_all_exported(Reach *r)
{
	r->all_exported = true;
	while (r->exported.len)
		call(r, vec_pop(&r->exported));
}

static void walk_methods(Reach *r, Item *table)
{
	if (!table->name->converted)
		return;
	for (Row row = {0}; next_row(table, &row);) {
		Key *key = key_of(r, &row);
		want_if_called(r, key, is_exported(&row), first_name(r, field_at(&row, 2), row.end), table);
		want_if_called(r, key, is_exported(&row), first_name(r, field_at(&row, 3), row.end), table);
	}
}

/* The words of an itab: interface, type, code of each method. */
static const char *itab_words(const Item *table)
{
	const char *p = memchr(table->start, '=', (size_t)(table->end - table->start));
	return p ? p : table->end;
}

static void walk_itab(Reach *r, Item *table)
{
	const char *p = itab_words(table), *word;
	size_t n;
	Name *interface = NULL;
	for (int i = 0; next_word(&p, table->end, &word, &n);) {
		if (n == 4 && memcmp(word, "void", 4) == 0)
			continue;
		Name *name = name_of(r, word, n, true);
		bool exported;
		interface = i == 0 ? name : interface;
		Key *key = i < 2 ? NULL : interface_key(r, interface, i - 2, &exported);
		if (key)
			want_if_called(r, key, exported, name, table);
		else if (i == 1)
			want_converted(r, name, table->file);
		else
			want(r, name, table->file);
		i++;
	}
}

static void walk_uses(Reach *r, const Item *table)
{
	for (Row row = {0}; next_row(table, &row);) {
		bool exported;
		const char *index = strstr(row.start, "(void *)");
		if (index && index < row.end && index[8] == '-') {
			convert(r, first_name(r, row.start, row.end));
			continue;
		}
		if (!index || index >= row.end || !isdigit((unsigned char)index[8]))
			continue;       /* the function */
		Key *key = interface_key(r, first_name(r, row.start, row.end), atoi(index + 8), &exported);
		if (!key)
			ice(r->c, NO_POS, "%.*s: no such method", (int)(row.end - row.start), row.start);
		call(r, key);
	}
}

static void walk_item(Reach *r, Item *item)
{
	const char *p = item->start, *word;
	size_t n;
	/* code says itself of what it makes interfaces */
	bool converts = item->name && item->name->descriptor ? item->name->converted : !item->is_code;
	item->walked = true;
	for (int i = 0; i < item->then.len; i++)
		want(r, item->then.items[i], item->file);
	if (item->uses)
		walk_uses(r, item->uses);
	if (item->table == TABLE_METHODS)
		walk_methods(r, item);
	else if (item->table == TABLE_ITAB)
		walk_itab(r, item);
	else if (item->table == TABLE_NONE)
		while (next_word(&p, item->end, &word, &n)) {
			Name *name = name_of(r, word, n, false);
			want(r, name, item->file);
			if (converts)
				convert(r, name);
			if (name && !r->all_exported && strcmp(name->text, "gol_reflect_keepMethods") == 0)
				take_all_exported(r);
		}
}

/* ---- what counts with what ------------------------------------------------------------------------------- */

static void connect_item(Reach *r, Item *item)
{
	if (!item->name || !item->defines)
		return;
	const char *text = item->name->text;
	size_t n = strlen(text);
	if (item->table == TABLE_ROOTS) {
		for (Row row = {0}; next_row(item, &row);) {
			Name *variable = first_name(r, row.start, row.end);
			Name *type = first_name(r, field_at(&row, 1), row.end);
			for (int i = 0; i < variable->items.len; i++)
				if (variable->items.items[i]->file == item->file)
					vec_push(r->arena, &variable->items.items[i]->then, type);
		}
	} else if (item->table == TABLE_USES) {
		Item *info = definition(name_of(r, text, n - strlen("_uses"), false), item->file);
		if (!info)
			ice(r->c, NO_POS, "%s without its record", text);
		info->uses = item;
	} else if (ends_with(text, "_5info")) {
		Item *code = definition(name_of(r, text, n - strlen("_5info"), false), item->file);
		if (code)
			vec_push(r->arena, &code->then, item->name);
	}
}

/* A method's type counts where it does in any file: assertions compare addresses. True if that brings new items. */
static bool share_types(Reach *r)
{
	bool any = false;
	for (int i = 0; i < r->file_count; i++)
		for (int k = 0; k < r->items[i].len; k++) {
			Item *item = r->items[i].items[k];
			if (!item->live || item->table != TABLE_METHODS)
				continue;
			for (Row row = {0}; next_row(item, &row);) {
				Name *type = first_name(r, field_at(&row, 2), row.end);
				if (!type->anywhere || type->wanted[i])
					continue;
				any = true;
				want(r, type, i);
			}
		}
	return any;
}

static bool counts(Reach *r, const char *p, const char *end, int file)
{
	Name *name = first_name(r, p, end);
	return !name || name->items.len == 0 || name->wanted[file];
}

/* ---- printing --------------------------------------------------------------------------------------------- */

static void print_rows(Reach *r, Buf *out, const Item *item)
{
	const char *at = item->start;
	for (Row row = {0}; next_row(item, &row);) {
		buf_bytes(out, at, (size_t)(row.start - at));
		at = row.end;
		if (item->table == TABLE_METHODS) {
			const char *type = field_at(&row, 2), *code = field_at(&row, 3);
			bool has_type = counts(r, type, code, item->file);
			bool has_code = counts(r, code, row.end, item->file);
			buf_bytes(out, row.start, (size_t)((has_type ? code : type) - row.start));
			buf_str(out, has_type ? "" : " NULL,");
			if (has_code)
				buf_bytes(out, code, (size_t)(row.end - code));
			else
				buf_str(out, " (void *)gol_absent_method},");
		} else if (counts(r, row.start, row.end, item->file)) {
			buf_bytes(out, row.start, (size_t)(row.end - row.start));
		} else {
			at += *at == '\n';      /* the whole line */
		}
	}
	buf_bytes(out, at, (size_t)(item->end - at));
}

static void print_itab(Reach *r, Buf *out, const Item *item)
{
	const char *p = itab_words(item), *at = item->start, *word;
	size_t n;
	while (next_word(&p, item->end, &word, &n)) {
		if (n == 4 && memcmp(word, "void", 4) == 0)
			continue;
		if (counts(r, word, word + n, item->file))
			continue;
		buf_bytes(out, at, (size_t)(word - at));
		buf_str(out, "gol_absent_method");
		at = word + n;
	}
	buf_bytes(out, at, (size_t)(item->end - at));
}

/* A package's record: how many rows of each table were printed stands behind its name. */
static void print_record(Reach *r, Buf *out, const Item *item)
{
	const char *p = item->start, *at = p, *word;
	size_t n;
	while (next_word(&p, item->end, &word, &n)) {
		Name *name = name_of(r, word, n, false);
		Item *table = name && kind_of(name->text) != TABLE_NONE ? definition(name, item->file) : NULL;
		if (!table)
			continue;
		int rows = 0;
		for (Row row = {0}; next_row(table, &row);)
			rows += counts(r, row.start, row.end, item->file);
		buf_bytes(out, at, (size_t)(p - at));
		buf_printf(out, ", %d", rows);
		at = p + strspn(p, ", ");
		at += strspn(at, "0123456789");
	}
	buf_bytes(out, at, (size_t)(item->end - at));
}

static bool is_record(const Item *item)
{
	const char *last = item->name && item->defines ? strstr(item->name->text, "_5package") : NULL;
	size_t n = strlen("_5package");
	return last && last[n + strspn(last + n, "0123456789")] == '\0';
}

/* Rows need no lines of their own any more. */
static void join_rows(Buf *out, size_t start)
{
	size_t to = start;
	for (size_t i = start; i < out->len; i++) {
		bool row = out->s[i] == '\n' && i + 1 < out->len && out->s[i + 1] == '\t';
		out->s[to++] = row ? ' ' : out->s[i];
		i += row;
	}
	out->len = to;
	out->s[to] = '\0';
}

/* Of `extern const gol_type x;` the words before x; 0: another kind of item. */
static size_t declaration_prefix(const char *s, const char *end)
{
	if (end - s < 3 || (!begins(s, end, "extern const ") && !begins(s, end, "static const ")) || end[-2] != ';' || end[-1] != '\n')
		return 0;
	const char *name = end - 2;
	while (name > s && is_word(name[-1]))
		name--;
	for (const char *p = s; p < name; p++)
		if (!is_word(*p) && *p != ' ')
			return 0;
	return (size_t)(name - s);
}

/* Joined with the item before it, where both declare names of one type. *last: how the one before began. */
static void print_plain(Buf *out, const Item *item, const char **last, size_t *last_size)
{
	size_t n = declaration_prefix(item->start, item->end);
	if (n && n == *last_size && memcmp(*last, item->start, n) == 0) {
		out->len -= 2;
		buf_str(out, ", ");
		buf_bytes(out, item->start + n, (size_t)(item->end - item->start) - n);
	} else {
		buf_bytes(out, item->start, (size_t)(item->end - item->start));
	}
	*last = item->start;
	*last_size = n;
}

static const char *print_part(Reach *r, int file, CPart part)
{
	Buf out;
	const char *last = NULL;
	size_t last_size = 0;
	buf_init(&out, r->c->arena);
	buf_str(&out, "");
	for (int i = 0; i < r->items[file].len; i++) {
		const Item *item = r->items[file].items[i];
		if (item->part != part || (item->name && !item->live) || item->table == TABLE_USES)
			continue;
		size_t start = out.len;
		if (item->table == TABLE_NONE && !is_record(item) && !ends_with(item->name ? item->name->text : "", "_imethods")) {
			print_plain(&out, item, &last, &last_size);
			continue;
		}
		last_size = 0;
		if (item->table == TABLE_ITAB)
			print_itab(r, &out, item);
		else if (item->table != TABLE_NONE)
			print_rows(r, &out, item);
		else if (is_record(item))
			print_record(r, &out, item);
		else
			buf_bytes(&out, item->start, (size_t)(item->end - item->start));
		join_rows(&out, start);
	}
	return wrap_lines(r->c->arena, out.s);
}

/* The runtime is printed whole: what it names of the program is reached, descriptors of errors that it makes. */
static void want_for_runtime(Reach *r, const char *text)
{
	const char *p = text, *end = text + strlen(text), *word;
	size_t n;
	while (next_word(&p, end, &word, &n)) {
		Name *name = name_of(r, word, n, false);
		const Item *item = name ? definition(name, -1) : NULL;
		if (item && !item->is_static)
			want_converted(r, name, item->file);
	}
}

void keep_reached(Compiler *c, CParts *texts, int count, const char *runtime)
{
	Reach r = {.c = c, .arena = arena_new(), .file_count = count};
	r.names.by_text = r.keys.by_text = true;
	r.items = arena_alloc(r.arena, sizeof *r.items * (size_t)count);
	for (int i = 0; i < count; i++)
		for (int part = 0; part < C_PARTS; part++)
			cut(&r, i, (CPart)part, texts[i].text[part]);
	for (int i = 0; i < count; i++)
		for (int k = 0; k < r.items[i].len; k++)
			connect_item(&r, r.items[i].items[k]);
	for (int i = 0; i < count; i++)
		for (int k = 0; k < r.items[i].len; k++)
			if (!r.items[i].items[k]->name)
				mark(&r, r.items[i].items[k]);
	Item *start = definition(name_of(&r, "main", 4, false), -1);
	if (!start)
		ice(c, NO_POS, "a program without main");
	want(&r, start->name, start->file);
	want_for_runtime(&r, runtime);
	do
		while (r.work.len)
			walk_item(&r, vec_pop(&r.work));
	while (share_types(&r));
	for (int i = 0; i < count; i++)
		for (int part = 0; part < C_PARTS; part++)
			texts[i].text[part] = print_part(&r, i, (CPart)part);
	arena_free(r.arena);
}
