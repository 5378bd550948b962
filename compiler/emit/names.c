/*
 * names.c - C names of fields and local variables. Names of functions, types and
 * globals are lowering's (symbol_of_object ...): those are seen by other files.
 *
 * A local keeps its Go name. C's own words, names that headers may have made
 * macros of, and names with an underscore (those might hide a function of some
 * package) get the suffix `_6`, which no Go name can end in after mangling.
 */
#include "emitter.h"

#include <ctype.h>
#include <string.h>

bool is_reserved_name(const char *name)
{
	static const char *const words[] = {
		"auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
		"float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
		"sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "asm",
		"typeof", "bool", "true", "false", "NULL", "linux", "unix", "i386", "near", "far", "memcpy", "memmove",
		"memset", "memcmp",
		"strlen", "g", "fr", "sd", "h", "main", "environ", "errno", "alignas", "alignof", "nullptr", "constexpr",
		"static_assert",
		"thread_local", "offsetof", "wchar_t", "size_t", "ptrdiff_t", "intptr_t", "uintptr_t", "y0", "y1", "yn", "j0",
		"j1", "jn",
	};
	for (int i = 0; i < COUNT_OF(words); i++)
		if (strcmp(name, words[i]) == 0)
			return true;
	if (name[0] == '_' && (name[1] == '_' || isupper((unsigned char)name[1])))
		return true;        /* the C compiler's own: __LINE__, __builtin_expect, _Bool */
	return strncmp(name, "INT", 3) == 0 || strncmp(name, "UINT", 4) == 0 || strncmp(name, "SIZE_", 5) == 0 ||
	       strncmp(name, "PTRDIFF_", 8) == 0 || strncmp(name, "WCHAR_", 6) == 0 || strncmp(name, "GOL_", 4) == 0 ||
	       (strncmp(name, "int", 3) == 0 && isdigit((unsigned char)name[3])) ||
	       (strncmp(name, "uint", 4) == 0 && isdigit((unsigned char)name[4]));
}

/* Letters, digits and underscores as they are; a `_` before a digit as `_0`, other bytes as `_9HH`. */
static void mangle_identifier(Buf *out, const char *name)
{
	for (const char *p = name; *p; p++) {
		unsigned char ch = (unsigned char)*p;
		if (isalnum(ch))
			buf_char(out, *p);
		else if (ch == '_')
			buf_str(out, isdigit((unsigned char)p[1]) ? "_0" : "_");
		else
			buf_printf(out, "_9%02x", ch);
	}
}

const char *field_name(Emit *e, Type *struct_type, int index)
{
	Object *field = underlying(struct_type)->fields.items[index];
	Buf b;
	buf_init(&b, E_ALLOC(e));
	if (strcmp(field->name, "_") == 0 || !*field->name)
		buf_printf(&b, "blank_6%d", index);
	else
		mangle_identifier(&b, field->name);
	if (is_reserved_name(b.s))
		buf_str(&b, "_6");
	return b.s;
}

const char *mangle_local(Emit *e, const char *name)
{
	Buf b;
	buf_init(&b, E_ALLOC(e));
	mangle_identifier(&b, name);
	return b.s;
}

/* The next name not used yet: base, base_2, base_3 ... names_used holds with each name the number to try next behind
 * it. */
const char *unused_name(Emit *e, const char *base)
{
	const char *name = base;
	uintptr_t next = (uintptr_t)map_get(&e->names_used, base);
	for (; next && map_get(&e->names_used, name); next++)
		name = arena_printf(E_ALLOC(e), "%s_%d", base, (int)next);
	map_put(E_ALLOC(e), &e->names_used, base, (void *)(next ? next : 2));
	if (name != base)
		map_put(E_ALLOC(e), &e->names_used, name, (void *)2);
	return name;
}

bool is_frame_member(const char *name)
{
	static const char *const members[] = {"h", "r", "fr", "sd", "g", "pending"};
	for (int i = 0; i < COUNT_OF(members); i++)
		if (strcmp(name, members[i]) == 0)
			return true;
	return false;
}

const char *local_name(Emit *e, const char *name)
{
	Buf b;
	buf_init(&b, E_ALLOC(e));
	mangle_identifier(&b, *name && strcmp(name, "_") != 0 ? name : "blank");
	if (is_reserved_name(b.s) || is_frame_member(b.s) || (strchr(b.s, '_') && b.s[0] != 't'))
		buf_str(&b, "_6");
	return unused_name(e, b.s);
}
