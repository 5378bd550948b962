/*
 * reach.c - what a program reaches, of the objects that it is linked from; the rest is left out of it.
 *
 * Every function and datum of an object has a section of its own, and the linker's --gc-sections drops sections that
 * nothing leads to. That alone drops nothing: a package's record lists all its functions, types and variables, a
 * type's method table holds the code of all its methods. So those tables do not count as references here. We walk
 * over sections and relocations ourselves, from main and from what the runtime library names, by the rules below; in
 * copies of the objects the rows of tables that lead to what was not reached are cleared; the linker then comes to the
 * same set. (That needs no knowledge of how the linker walks: rows are cleared only where their target is dead here, all
 * else it sees we saw.) The C compiler's own output is the graph, so nothing can be forgotten that it made of the C.
 *
 *     record's functions  a function's info counts once its code does, and the other way round
 *     ... types           only for what else reaches them
 *     ... variables       a variable's type counts once the variable does
 *     ... func values     the function called counts once the code that calls it does
 *     method tables,      the method's code and type count once a function that counts calls a method of that name
 *     itabs               and type through an interface. Which functions call what stands in tables beside their infos
 *                         (gol_method_use), which no code refers to.
 *
 * Methods count only of types that an interface may hold: those that a function that counts makes an empty interface of
 * (gol_method_use again), those that data that counts mentions (itabs, initial values), and of them all that their
 * descriptors lead to, fields, elements, parameters, since reflection finds those in a value. A descriptor that a
 * function mentions to allocate, for a map or to compare counts without its methods: no value of an interface has it.
 * (Go's linker calls this UsedInIface.)
 *
 * A method's type without its code counts where something else reaches it: an interface that is asked for by a type
 * assertion describes its methods, so the types that the assertion compares are there. reflect's Method reaches all
 * exported methods of the types that count (gol_reflect_keepMethods); MethodByName too, whatever the name. Error and
 * String are what panics call.
 * In the place of code that does not count stands gol_absent_method, which ends the program: it is never called.
 *
 * All is kept where objects cannot be read so (the linker's optimiser), and where the linker gets objects or libraries
 * that are not known here. Rejected: lists of edges beside the objects in the cache, which say again what relocations
 * say; tables compiled for each program, a C compiler more on every link; method tables whose code pointers are weak
 * symbols, which no linker resolves by whether something is used.
 */
#include "object.h"
#include "driver.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Of gol_method, gol_imethod, gol_type, gol_func_info, gol_itab (runtime/include/gol/abi.h): runtime/stack/program.c
 * asserts that they are so. */
enum {
	WORD = 8, METHOD_SIZE = 4 * WORD, METHOD_TYPE = 2 * WORD, METHOD_CODE = 3 * WORD, IMETHOD_SIZE = 3 * WORD,
	TYPE_IMETHODS = 112, INFO_CODE = 72, ITAB_TYPE = WORD, ITAB_CODE = 2 * WORD,
};
static const uint64_t CONVERTED = (uint64_t)-1;     /* of a gol_method_use */

typedef enum {
	TABLE_NONE, TABLE_FUNCS, TABLE_TYPES, TABLE_ROOTS, TABLE_VALUES, TABLE_METHODS, TABLE_ITAB, TABLE_USES
} TableKind;

typedef struct Table { TableKind kind; const ObjectFile *object; int node, next; uint64_t start, end; } Table;

/* Where a relocation that must not count was found: and it is cleared if its target does not in the end. */
typedef struct Weak { int object; Elf64_Rela *where; bool is_code; } Weak;
typedef struct Condition { int node, next; } Condition;       /* node: or -2 - the number of a table of uses */
typedef struct Key {            /* a method's name and type */
	bool called;
	VEC(int) nodes;             /* to count once it is called */
} Key;

typedef struct Reach {
	Driver *d;
	Arena *arena;
	ObjectGraph graph;
	bool *live;                 /* by node */
	bool *descriptor;           /* a type's, or a part of one */
	bool *converted;            /* of descriptors: an interface may hold the type */
	bool *walked;
	int *tables, *conditions;   /* by node: the first one; NO_NODE: none */
	VEC(Table) all_tables;
	VEC(Condition) all_conditions;
	VEC(int) work;
	VEC(Weak) weak;
	Map keys;
	bool all_exported;
	VEC(int) exported;          /* until then: code and types of exported methods */
} Reach;

static void mark(Reach *r, int node)
{
	if (node == NO_NODE || r->live[node])
		return;
	r->live[node] = true;
	vec_push(r->arena, &r->work, node);
}

/* It may not be reached yet: then this counts from when it is. */
static void convert(Reach *r, int node)
{
	if (node == NO_NODE || !r->descriptor[node] || r->converted[node])
		return;
	r->converted[node] = true;
	if (r->walked[node])
		vec_push(r->arena, &r->work, node);
}

static void mark_converted(Reach *r, int node)
{
	mark(r, node);
	convert(r, node);
}

static void mark_target(Reach *r, const ObjectFile *o, const Elf64_Rela *where)
{
	if (where)
		mark(r, target_of(&r->graph, o, where).node);
}

static void note_weak(Reach *r, const ObjectFile *o, Elf64_Rela *where, bool is_code)
{
	if (where)
		vec_push(r->arena, &r->weak, (Weak){r->graph.object_of.items[o->first], where, is_code});
}

static void add_condition(Reach *r, int if_node, int then_node)
{
	if (if_node == NO_NODE || then_node == NO_NODE)
		return;
	if (r->live[if_node]) {
		mark(r, then_node);
		return;
	}
	vec_push(r->arena, &r->all_conditions, (Condition){then_node, r->conditions[if_node]});
	r->conditions[if_node] = r->all_conditions.len - 1;
}

/* ---- methods ------------------------------------------------------------------------------------------ */

/* That of the name, package and type of a method, which begin a row of gol_method and of gol_imethod alike. */
static Key *key_at(Reach *r, const ObjectFile *o, int node, uint64_t offset, const char **name, bool *exported)
{
	Elf64_Rela *words[3];
	for (int i = 0; i < COUNT_OF(words); i++)
		words[i] = relocation_at(&r->graph, node, offset + (uint64_t)i * WORD);
	if (!words[0] || !words[2])
		return NULL;
	Place type = target_of(&r->graph, o, words[2]);
	*name = text_at(&r->graph, target_of(&r->graph, o, words[0]));
	const char *package = words[1] ? text_at(&r->graph, target_of(&r->graph, o, words[1])) : "";
	if (!*name || !package || type.node == NO_NODE)
		return NULL;
	*exported = !words[1];
	const char *text = arena_printf(r->arena, "%s %s %d %llx", *name, package, type.node,
	                                (unsigned long long)type.offset);
	Key *key = map_get(&r->keys, text);
	if (!key) {
		key = NEW(r->arena, Key);
		key->called = strcmp(*name, "Error") == 0 || strcmp(*name, "String") == 0;
		map_put(r->arena, &r->keys, text, key);
	}
	return key;
}

static void call(Reach *r, Key *key)
{
	key->called = true;
	while (key->nodes.len)
		mark_converted(r, vec_pop(&key->nodes));
}

static void want(Reach *r, Key *key, bool exported, int node)
{
	if (node == NO_NODE)
		return;
	if (key->called || (exported && r->all_exported)) {
		mark_converted(r, node);
		return;
	}
	vec_push(r->arena, &key->nodes, node);
	if (exported)
		vec_push(r->arena, &r->exported, node);
}

static void take_all_exported(Reach *r)
{
	r->all_exported = true;
	while (r->exported.len)
		mark_converted(r, vec_pop(&r->exported));
}

static void walk_methods(Reach *r, const ObjectFile *o, const Table *t)
{
	for (uint64_t at = t->start; at + METHOD_SIZE <= t->end; at += METHOD_SIZE) {
		const char *name;
		bool exported;
		Elf64_Rela *type = relocation_at(&r->graph, t->node, at + METHOD_TYPE);
		Elf64_Rela *code = relocation_at(&r->graph, t->node, at + METHOD_CODE);
		Key *key = key_at(r, o, t->node, at, &name, &exported);
		mark_target(r, o, relocation_at(&r->graph, t->node, at));
		mark_target(r, o, relocation_at(&r->graph, t->node, at + WORD));
		if (!key || !type || !code) {
			mark_target(r, o, type);
			mark_target(r, o, code);
			continue;
		}
		if (r->converted[t->node]) {
			want(r, key, exported, target_of(&r->graph, o, type).node);
			want(r, key, exported, target_of(&r->graph, o, code).node);
		}
		if (!r->walked[t->node]) {
			note_weak(r, o, type, false);
			note_weak(r, o, code, true);
		}
	}
}

/* Method `index` of the interface type described at p. */
static Key *interface_key(Reach *r, Place p, uint64_t index, bool *exported)
{
	const char *name;
	Elf64_Rela *list = p.node == NO_NODE ? NULL : relocation_at(&r->graph, p.node, p.offset + TYPE_IMETHODS);
	if (!list)
		return NULL;
	Place methods = target_of(&r->graph, object_of(&r->graph, p.node), list);
	if (methods.node == NO_NODE)
		return NULL;
	return key_at(r, object_of(&r->graph, methods.node), methods.node, methods.offset + index * IMETHOD_SIZE, &name,
	              exported);
}

static void walk_itab(Reach *r, const ObjectFile *o, const Table *t)
{
	Elf64_Rela *interface = relocation_at(&r->graph, t->node, t->start);
	Place type = interface ? target_of(&r->graph, o, interface) : (Place){NO_NODE, 0};
	mark_target(r, o, interface);
	Elf64_Rela *holds = relocation_at(&r->graph, t->node, t->start + ITAB_TYPE);
	if (holds)
		mark_converted(r, target_of(&r->graph, o, holds).node);
	for (uint64_t at = t->start + ITAB_CODE; at + WORD <= t->end; at += WORD) {
		bool exported;
		Elf64_Rela *code = relocation_at(&r->graph, t->node, at);
		Key *key = interface_key(r, type, (at - t->start - ITAB_CODE) / WORD, &exported);
		if (!key || !code) {
			mark_target(r, o, code);
			continue;
		}
		want(r, key, exported, target_of(&r->graph, o, code).node);
		note_weak(r, o, code, true);
	}
}

/* False if one of them cannot be told. */
static bool walk_uses(Reach *r, const Table *t)
{
	const ObjectFile *o = t->object;
	const char *bytes = o->bytes + section_of(&r->graph, t->node)->sh_offset;
	for (uint64_t at = t->start + 2 * WORD; at + 2 * WORD <= t->end; at += 2 * WORD) {
		bool exported;
		uint64_t index;
		Elf64_Rela *interface = relocation_at(&r->graph, t->node, at);
		memcpy(&index, bytes + at + WORD, sizeof index);
		if (interface && index == CONVERTED) {
			convert(r, target_of(&r->graph, o, interface).node);
			continue;
		}
		Key *key = interface ? interface_key(r, target_of(&r->graph, o, interface), index, &exported) : NULL;
		if (!key)
			return false;
		call(r, key);
	}
	return true;
}

/* ---- a package's record ------------------------------------------------------------------------------------ */

static void walk_rows(Reach *r, const ObjectFile *o, const Table *t)
{
	uint64_t size = t->kind == TABLE_ROOTS || t->kind == TABLE_VALUES ? 2 * WORD : WORD;
	for (uint64_t at = t->start; at + size <= t->end; at += size) {
		Elf64_Rela *first = relocation_at(&r->graph, t->node, at);
		Elf64_Rela *second = size > WORD ? relocation_at(&r->graph, t->node, at + WORD) : NULL;
		if (!first)
			continue;
		Place p = target_of(&r->graph, o, first);
		note_weak(r, o, first, false);
		if (second) {
			add_condition(r, p.node, target_of(&r->graph, o, second).node);
			note_weak(r, o, second, false);
		}
		Elf64_Rela *code = NULL;
		if (t->kind == TABLE_FUNCS && p.node != NO_NODE)
			code = relocation_at(&r->graph, p.node, p.offset + INFO_CODE);
		int code_node = code ? target_of(&r->graph, object_of(&r->graph, p.node), code).node : NO_NODE;
		/* of a weak function that another object has too, that object's info counts */
		if (code_node != NO_NODE && object_of(&r->graph, code_node) == object_of(&r->graph, p.node))
			add_condition(r, code_node, p.node);
	}
}

/* ---- the walk ------------------------------------------------------------------------------------------ */

static bool ends_with(const char *s, size_t n, const char *end)
{
	size_t m = strlen(end);
	return n >= m && memcmp(s + n - m, end, m) == 0;
}

/* The emitter's names (emit/package.c, descriptor.c, frame.c). */
static TableKind kind_of(const char *name)
{
	static const struct { const char *end; TableKind kind; } kinds[] = {
		{"_funcs", TABLE_FUNCS}, {"_types", TABLE_TYPES}, {"_roots", TABLE_ROOTS}, {"_values", TABLE_VALUES},
	};
	size_t n = strlen(name);
	if (ends_with(name, n, "_5type_methods"))
		return TABLE_METHODS;
	if (ends_with(name, n, "_5itab"))
		return TABLE_ITAB;
	if (ends_with(name, n, "_5info_uses"))
		return TABLE_USES;
	for (int i = 0; i < COUNT_OF(kinds); i++)
		if (ends_with(name, n, kinds[i].end) && strstr(name, "_5package"))
			return kinds[i].kind;
	return TABLE_NONE;
}

static void find_tables(Reach *r, ObjectFile *o)
{
	for (int i = 1; i < o->symbol_count; i++) {
		const Elf64_Sym *s = &o->symbols[i];
		int section = symbol_section(o, s);
		if (section == 0 && strcmp(symbol_name(o, s), "gol_reflect_keepMethods") == 0)
			o->keep_methods = (uint32_t)i;
		else if (section == 0 && strcmp(symbol_name(o, s), "gol_absent_method") == 0)
			o->absent_method = (uint32_t)i;
		if (ELF64_ST_TYPE(s->st_info) != STT_OBJECT || section == 0 ||
		    o->sections[section].sh_type == SHT_NOBITS)
			continue;
		TableKind kind = kind_of(symbol_name(o, s));
		r->descriptor[o->first + section] |= strstr(symbol_name(o, s), "_5type") != NULL && kind != TABLE_TYPES;
		if (kind == TABLE_NONE || s->st_value > o->sections[section].sh_size ||
		    s->st_size > o->sections[section].sh_size - s->st_value)
			continue;
		int node = o->first + section, *first = &r->tables[node];
		vec_push(r->arena, &r->all_tables, (Table){kind, o, node, *first, s->st_value, s->st_value + s->st_size});
		*first = r->all_tables.len - 1;
	}
}

static bool is_in_table(const Reach *r, int node, uint64_t offset)
{
	for (int i = r->tables[node]; i != NO_NODE; i = r->all_tables.items[i].next)
		if (offset >= r->all_tables.items[i].start && offset < r->all_tables.items[i].end)
			return true;
	return false;
}

static void walk_table(Reach *r, const ObjectFile *o, const Table *t)
{
	if (t->kind == TABLE_METHODS)
		walk_methods(r, o, t);
	else if (t->kind == TABLE_ITAB)
		walk_itab(r, o, t);
	else if (t->kind != TABLE_USES)
		walk_rows(r, o, t);
}

static bool walk_section(Reach *r, int node)
{
	int count;
	const ObjectFile *o = object_of(&r->graph, node);
	Elf64_Rela *list = relocations_of(&r->graph, node, &count);
	/* code says itself of what it makes interfaces */
	bool converts = r->descriptor[node] ? r->converted[node] : !(section_of(&r->graph, node)->sh_flags & SHF_EXECINSTR);
	for (int i = r->tables[node]; i != NO_NODE; i = r->all_tables.items[i].next)
		walk_table(r, o, &r->all_tables.items[i]);
	for (int i = 0; i < count; i++)
		if (r->tables[node] == NO_NODE || !is_in_table(r, node, list[i].r_offset)) {
			mark_target(r, o, &list[i]);
			if (converts)
				convert(r, target_of(&r->graph, o, &list[i]).node);
			if (o->keep_methods && ELF64_R_SYM(list[i].r_info) == o->keep_methods)
				take_all_exported(r);
		}
	for (int i = r->conditions[node]; i != NO_NODE; i = r->all_conditions.items[i].next) {
		int then = r->all_conditions.items[i].node;
		if (then >= 0)
			mark(r, then);
		else if (!walk_uses(r, &r->all_tables.items[-2 - then]))
			return false;
	}
	r->conditions[node] = NO_NODE;
	r->walked[node] = true;
	return true;
}

/* ---- where it begins ----------------------------------------------------------------------------------- */

static bool is_identifier(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == strlen(s);
}

/* Sections that the linker keeps whatever leads to them: what runs before main, what is asked for by its section's
 * name. */
static bool is_kept(const ObjectFile *o, const Elf64_Shdr *s)
{
	enum { RETAIN = 1 << 21 };
	static const char *const kept[] = {".init", ".fini", ".ctors", ".dtors"};
	const char *name = section_name(o, s);
	if (!(s->sh_flags & SHF_ALLOC))
		return false;
	if (s->sh_type == SHT_INIT_ARRAY || s->sh_type == SHT_FINI_ARRAY || s->sh_type == SHT_PREINIT_ARRAY ||
	    (s->sh_flags & RETAIN) || is_identifier(name))
		return true;
	for (int i = 0; i < COUNT_OF(kept); i++)
		if (strncmp(name, kept[i], strlen(kept[i])) == 0)
			return true;
	return false;
}

static void mark_kept(Reach *r, const ObjectFile *o)
{
	for (int i = 1; i < o->section_count; i++)
		if (is_kept(o, &o->sections[i]))
			mark(r, o->first + i);
}

/* Its first row says when its uses count. */
static bool place_uses(Reach *r, int table)
{
	const Table *t = &r->all_tables.items[table];
	Elf64_Rela *info = relocation_at(&r->graph, t->node, t->start);
	Elf64_Rela *code = relocation_at(&r->graph, t->node, t->start + WORD);
	if (!info || !code)
		return walk_uses(r, t);
	add_condition(r, target_of(&r->graph, t->object, info).node, -2 - table);
	add_condition(r, target_of(&r->graph, t->object, code).node, -2 - table);
	return true;
}

static bool walk(Reach *r)
{
	TextList wanted = {0};
	if (!archive_wants(r->arena, r->d->runtime_library, &wanted))
		return false;
	for (int i = 0; i < r->graph.objects.len; i++)
		find_tables(r, r->graph.objects.items[i]);
	for (int i = 0; i < r->all_tables.len; i++)
		if (r->all_tables.items[i].kind == TABLE_USES && !place_uses(r, i))
			return false;
	for (int i = 0; i < r->graph.objects.len; i++)
		mark_kept(r, r->graph.objects.items[i]);
	mark(r, global_place(&r->graph, "main").node);
	for (int i = 0; i < wanted.len; i++)
		mark_converted(r, global_place(&r->graph, wanted.items[i]).node);
	while (r->work.len)
		if (!walk_section(r, vec_pop(&r->work)))
			return false;
	return true;
}

/* ---- what comes of it ---------------------------------------------------------------------------------- */

static uint64_t word_relocation(const ObjectFile *o, uint32_t symbol)
{
	uint16_t machine = ((const Elf64_Ehdr *)o->bytes)->e_machine;
	uint32_t type = machine == EM_X86_64 ? R_X86_64_64 : machine == EM_AARCH64 ? R_AARCH64_ABS64 : R_RISCV_64;
	return ELF64_R_INFO(symbol, type);
}

/* The bytes of the place are zero: what is to stand there stands in the relocation alone. */
static void clear_rows(Reach *r)
{
	for (int i = 0; i < r->weak.len; i++) {
		const Weak *w = &r->weak.items[i];
		ObjectFile *o = r->graph.objects.items[w->object];
		Place p = target_of(&r->graph, o, w->where);
		if (p.node == NO_NODE || r->live[p.node])
			continue;
		bool replaced = w->is_code && o->absent_method;
		w->where->r_info = replaced ? word_relocation(o, o->absent_method) : 0;
		w->where->r_addend = 0;
		o->changed = true;
	}
}

static bool write_object(const ObjectFile *o, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	size_t at = 0;
	if (fd < 0)
		return false;
	while (at < o->size) {
		ssize_t n = write(fd, o->bytes + at, o->size - at);
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	return close(fd) == 0 && at == o->size;
}

static const char **write_changed(Reach *r)
{
	int n = r->graph.objects.len;
	const char **paths = NEW_ARRAY(r->d->c->arena, const char *, n + 1);
	for (int i = 0; i < n; i++) {
		ObjectFile *o = r->graph.objects.items[i];
		paths[i] = o->path;
		if (!o->changed)
			continue;
		paths[i] = arena_printf(r->d->c->arena, "%s/reached%d.o", r->d->work, i);
		unlink(paths[i]);
		if (!write_object(o, paths[i]))
			return NULL;
	}
	return paths;
}

static const char **find_reached(Reach *r, const char *const *objects)
{
	for (int i = 0; objects[i]; i++)
		if (!graph_add(&r->graph, objects[i]))
			return NULL;
	int n = r->graph.object_of.len;
	r->live = NEW_ARRAY(r->arena, bool, n);
	r->descriptor = NEW_ARRAY(r->arena, bool, n);
	r->converted = NEW_ARRAY(r->arena, bool, n);
	r->walked = NEW_ARRAY(r->arena, bool, n);
	r->tables = NEW_ARRAY(r->arena, int, n);
	r->conditions = NEW_ARRAY(r->arena, int, n);
	for (int i = 0; i < n; i++)
		r->tables[i] = r->conditions[i] = NO_NODE;
	if (!walk(r))
		return NULL;
	clear_rows(r);
	return write_changed(r);
}

/* With other flags the linker may get objects whose references we do not see. */
static bool is_alone(Driver *d)
{
	/* reports of races name points of functions that the C compiler may have put into others */
	if (d->options.race)
		return false;
	static const char *const harmless[] = {"-s", "-Wl,-S", "-static"};
	char *rest = arena_printf(d->c->arena, "%s", d->options.linker_flags), *word;
	bool all = true;
	while ((word = strtok_r(rest, " ", &rest))) {
		bool found = false;
		for (int i = 0; i < COUNT_OF(harmless); i++)
			found |= strcmp(word, harmless[i]) == 0;
		all &= found;
	}
	return all;
}

const char **reached_objects(Driver *d, const char *const *objects)
{
	Reach r = {.d = d, .arena = arena_new()};
	r.graph.arena = r.arena;
	r.graph.globals.by_text = r.keys.by_text = true;
	const char **paths = d->options.dry_run || !is_alone(d) ? NULL : find_reached(&r, objects);
	graph_close(&r.graph);
	arena_free(r.arena);
	return paths;
}
