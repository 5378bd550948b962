/*
 * object.h - compiled objects as a graph: sections are nodes, relocations edges (object.c).
 */
#ifndef GOL_OBJECT_H
#define GOL_OBJECT_H

#include "../base/base.h"

#include <elf.h>

enum { NO_NODE = -1 };

typedef struct ObjectFile {
	const char *path;
	char *bytes;                /* a private copy: may be changed */
	size_t size;
	int first, section_count;   /* node of a section: first + its number */
	Elf64_Shdr *sections;
	Elf64_Sym *symbols;
	int symbol_count;
	size_t names_size;
	const char *names;          /* of symbols */
	const uint32_t *far_sections;       /* of symbols whose section's number takes 32 bits; or NULL */
	int *relocations;           /* by section: the section with its relocations; 0: none */
	const bool *unsorted;       /* by section: its relocations are not in the order of their places */
	uint32_t keep_methods, absent_method;       /* reach.c: symbols, 0: none */
	bool changed;
} ObjectFile;

typedef struct Place {          /* of a relocation's target */
	int node;                   /* NO_NODE: nothing of these objects */
	uint64_t offset;            /* in that section */
} Place;

typedef struct ObjectGraph {
	Arena *arena;
	VEC(ObjectFile *) objects;
	VEC(int) object_of;         /* node -> object */
	Map globals;                /* name -> Definition of it that the linker takes */
} ObjectGraph;

/* False if it is nothing that sections and relocations can be read of. */
bool graph_add(ObjectGraph *g, const char *path);
/* Names that an archive's members, or an object, look for elsewhere. False if it cannot be read. */
bool archive_wants(Arena *a, const char *path, TextList *names);
void graph_close(ObjectGraph *g);

static inline ObjectFile *object_of(const ObjectGraph *g, int node)
{
	return g->objects.items[g->object_of.items[node]];
}
static inline Elf64_Shdr *section_of(const ObjectGraph *g, int node)
{
	ObjectFile *o = object_of(g, node);
	return &o->sections[node - o->first];
}
const char *section_name(const ObjectFile *o, const Elf64_Shdr *s);
const char *symbol_name(const ObjectFile *o, const Elf64_Sym *s);
int symbol_section(const ObjectFile *o, const Elf64_Sym *s);    /* 0: none */
/* Relocations of a section, *count of them. */
Elf64_Rela *relocations_of(const ObjectGraph *g, int node, int *count);
Elf64_Rela *relocation_at(const ObjectGraph *g, int node, uint64_t offset);     /* NULL: there is none */
Place symbol_place(const ObjectGraph *g, const ObjectFile *o, uint32_t symbol);
Place global_place(const ObjectGraph *g, const char *name);
Place target_of(const ObjectGraph *g, const ObjectFile *o, const Elf64_Rela *r);
const char *text_at(const ObjectGraph *g, Place p);     /* a C string; NULL: there is none */

#endif
