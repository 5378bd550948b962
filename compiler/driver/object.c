/*
 * object.c - see object.h.
 *
 * Objects of 64-bit machines in ELF, as Linux has them, least byte first; others are refused, and bytecode for the
 * linker's optimiser has no relocations that say anything. Every number read is checked before it is used: what is
 * odd is refused whole. Rejected: a library for it (one more thing to install, for a format of four structs).
 *
 * Of several definitions of a name the linker takes the first that is not weak, or else the first.
 */
#include "object.h"

#include <ar.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct GlobalSymbol { const ObjectFile *object; uint32_t symbol; bool weak; } GlobalSymbol;

/* ---- one object ------------------------------------------------------------------------------------- */

static bool fits(const ObjectFile *o, uint64_t offset, uint64_t count, size_t each)
{
	return offset % 8 == 0 && offset <= o->size && count <= (o->size - offset) / each;
}

/* The last byte is a zero, so no name runs over the end. */
static bool read_names(ObjectFile *o, uint32_t number)
{
	if (number == 0 || number >= (uint32_t)o->section_count)
		return false;
	const Elf64_Shdr *s = &o->sections[number];
	if (s->sh_type != SHT_STRTAB || s->sh_size == 0)
		return false;
	o->names = o->bytes + s->sh_offset;
	o->names_size = s->sh_size;
	return o->names[s->sh_size - 1] == '\0';
}

static bool read_sections(ObjectFile *o)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)o->bytes;
	if (o->size < sizeof *h || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 || h->e_ident[EI_CLASS] != ELFCLASS64 ||
	    h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_type != ET_REL || h->e_shentsize != sizeof(Elf64_Shdr) ||
	    !fits(o, h->e_shoff, 1, sizeof(Elf64_Shdr)))
		return false;
	o->sections = (Elf64_Shdr *)(o->bytes + h->e_shoff);
	uint64_t count = h->e_shnum ? h->e_shnum : o->sections[0].sh_size;
	if (count == 0 || count > INT32_MAX || !fits(o, h->e_shoff, count, sizeof(Elf64_Shdr)))
		return false;
	o->section_count = (int)count;
	for (int i = 1; i < o->section_count; i++) {
		const Elf64_Shdr *s = &o->sections[i];
		if (s->sh_type != SHT_NOBITS && (s->sh_offset > o->size || s->sh_size > o->size - s->sh_offset))
			return false;
	}
	return true;
}

static bool read_symbols(ObjectFile *o)
{
	uint64_t far = 0;
	for (int i = 1; i < o->section_count; i++) {
		const Elf64_Shdr *s = &o->sections[i];
		if (s->sh_type == SHT_SYMTAB_SHNDX && s->sh_offset % sizeof(uint32_t) == 0) {
			o->far_sections = (const uint32_t *)(o->bytes + s->sh_offset);
			far = s->sh_size / sizeof(uint32_t);
		}
		if (s->sh_type != SHT_SYMTAB)
			continue;
		if (!fits(o, s->sh_offset, s->sh_size / sizeof(Elf64_Sym), sizeof(Elf64_Sym)) ||
		    !read_names(o, s->sh_link))
			return false;
		o->symbols = (Elf64_Sym *)(o->bytes + s->sh_offset);
		o->symbol_count = (int)(s->sh_size / sizeof(Elf64_Sym));
	}
	return o->symbols != NULL && (!o->far_sections || far >= (uint64_t)o->symbol_count);
}

const char *section_name(const ObjectFile *o, const Elf64_Shdr *s)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)o->bytes;
	uint32_t number = h->e_shstrndx == SHN_XINDEX ? o->sections[0].sh_link : h->e_shstrndx;
	if (number >= (uint32_t)o->section_count)
		return "";
	const Elf64_Shdr *names = &o->sections[number];
	if (names->sh_type != SHT_STRTAB || s->sh_name >= names->sh_size)
		return "";
	const char *name = o->bytes + names->sh_offset + s->sh_name;
	return memchr(name, '\0', names->sh_size - s->sh_name) ? name : "";
}

const char *symbol_name(const ObjectFile *o, const Elf64_Sym *s)
{
	return s->st_name < o->names_size ? o->names + s->st_name : "";
}

int symbol_section(const ObjectFile *o, const Elf64_Sym *s)
{
	uint32_t number = s->st_shndx;
	if (number == SHN_XINDEX && o->far_sections)
		number = o->far_sections[s - o->symbols];
	else if (number >= SHN_LORESERVE)
		return 0;
	return number < (uint32_t)o->section_count ? (int)number : 0;
}

static bool is_bytecode(const ObjectFile *o)
{
	for (int i = 1; i < o->symbol_count; i++)
		if (strncmp(symbol_name(o, &o->symbols[i]), "__gnu_lto_", 10) == 0)
			return true;
	return false;
}

static bool read_relocations(Arena *a, ObjectFile *o)
{
	bool *unsorted = NEW_ARRAY(a, bool, o->section_count);
	o->unsorted = unsorted;
	o->relocations = NEW_ARRAY(a, int, o->section_count);
	for (int i = 1; i < o->section_count; i++) {
		const Elf64_Shdr *s = &o->sections[i];
		if (s->sh_type == SHT_REL)
			return false;
		if (s->sh_type != SHT_RELA)
			continue;
		if (s->sh_info >= (uint32_t)o->section_count ||
		    !fits(o, s->sh_offset, s->sh_size / sizeof(Elf64_Rela), sizeof(Elf64_Rela)))
			return false;
		const Elf64_Rela *r = (const Elf64_Rela *)(o->bytes + s->sh_offset);
		for (uint64_t k = 0; k < s->sh_size / sizeof *r; k++) {
			if (ELF64_R_SYM(r[k].r_info) >= (uint32_t)o->symbol_count)
				return false;
			unsorted[s->sh_info] |= k > 0 && r[k].r_offset < r[k - 1].r_offset;
		}
		o->relocations[s->sh_info] = i;
	}
	return true;
}

static char *map_file(const char *path, size_t *size)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *p = MAP_FAILED;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		*size = (size_t)st.st_size;
		p = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	return p == MAP_FAILED ? NULL : p;
}

/* ---- all of them ---------------------------------------------------------------------------------------- */

static void add_globals(ObjectGraph *g, const ObjectFile *o)
{
	for (int i = 1; i < o->symbol_count; i++) {
		const Elf64_Sym *s = &o->symbols[i];
		int binding = ELF64_ST_BIND(s->st_info);
		if (binding == STB_LOCAL || symbol_section(o, s) == 0)
			continue;
		const char *name = symbol_name(o, s);
		GlobalSymbol *known = map_get(&g->globals, name);
		if (known && !(known->weak && binding != STB_WEAK))
			continue;
		if (!known) {
			known = NEW(g->arena, GlobalSymbol);
			map_put(g->arena, &g->globals, name, known);
		}
		*known = (GlobalSymbol){o, (uint32_t)i, binding == STB_WEAK};
	}
}

bool graph_add(ObjectGraph *g, const char *path)
{
	ObjectFile *o = NEW(g->arena, ObjectFile);
	o->path = path;
	o->bytes = map_file(path, &o->size);
	if (!o->bytes)
		return false;
	vec_push(g->arena, &g->objects, o);     /* graph_close takes it from there */
	if (!read_sections(o) || !read_symbols(o) || !read_relocations(g->arena, o) || is_bytecode(o))
		return false;
	o->first = g->object_of.len;
	for (int i = 0; i < o->section_count; i++)
		vec_push(g->arena, &g->object_of, g->objects.len - 1);
	add_globals(g, o);
	return true;
}

void graph_close(ObjectGraph *g)
{
	for (int i = 0; i < g->objects.len; i++)
		munmap(g->objects.items[i]->bytes, g->objects.items[i]->size);
	g->objects.len = 0;
}

static Place local_place(const ObjectFile *o, const Elf64_Sym *s)
{
	int section = symbol_section(o, s);
	return section ? (Place){o->first + section, s->st_value} : (Place){NO_NODE, 0};
}

Place global_place(const ObjectGraph *g, const char *name)
{
	const GlobalSymbol *known = map_get(&g->globals, name);
	return known ? local_place(known->object, &known->object->symbols[known->symbol]) : (Place){NO_NODE, 0};
}

Place symbol_place(const ObjectGraph *g, const ObjectFile *o, uint32_t symbol)
{
	const Elf64_Sym *s = &o->symbols[symbol];
	return ELF64_ST_BIND(s->st_info) == STB_LOCAL ? local_place(o, s) : global_place(g, symbol_name(o, s));
}

Place target_of(const ObjectGraph *g, const ObjectFile *o, const Elf64_Rela *r)
{
	Place p = symbol_place(g, o, ELF64_R_SYM(r->r_info));
	p.offset += (uint64_t)r->r_addend;
	return p;
}

Elf64_Rela *relocations_of(const ObjectGraph *g, int node, int *count)
{
	const ObjectFile *o = object_of(g, node);
	int number = o->relocations[node - o->first];
	*count = number ? (int)(o->sections[number].sh_size / sizeof(Elf64_Rela)) : 0;
	return number ? (Elf64_Rela *)(o->bytes + o->sections[number].sh_offset) : NULL;
}

Elf64_Rela *relocation_at(const ObjectGraph *g, int node, uint64_t offset)
{
	int count, low = 0;
	const ObjectFile *o = object_of(g, node);
	Elf64_Rela *r = relocations_of(g, node, &count);
	bool sorted = !o->unsorted[node - o->first];
	for (int high = count; sorted && low < high;) {
		int middle = low + (high - low) / 2;
		if (r[middle].r_offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	for (int i = low; i < count && !(sorted && r[i].r_offset > offset); i++)
		if (r[i].r_offset == offset)
			return &r[i];
	return NULL;
}

const char *text_at(const ObjectGraph *g, Place p)
{
	if (p.node == NO_NODE)
		return NULL;
	const ObjectFile *o = object_of(g, p.node);
	const Elf64_Shdr *s = section_of(g, p.node);
	if (s->sh_type == SHT_NOBITS || p.offset >= s->sh_size)
		return NULL;
	const char *text = o->bytes + s->sh_offset + p.offset;
	return memchr(text, '\0', s->sh_size - p.offset) ? text : NULL;
}

/* ---- archives ------------------------------------------------------------------------------------------- */

static bool member_wants(Arena *a, char *bytes, size_t size, TextList *names)
{
	ObjectFile o = {.bytes = bytes, .size = size};
	if (!read_sections(&o) || !read_symbols(&o))
		return false;
	for (int i = 1; i < o.symbol_count; i++)
		if (o.symbols[i].st_shndx == SHN_UNDEF && ELF64_ST_BIND(o.symbols[i].st_info) != STB_LOCAL)
			vec_push(a, names, arena_printf(a, "%s", symbol_name(&o, &o.symbols[i])));
	return true;
}

/* Members whose names begin with '/' are the archive's own tables. They lie at even places only, objects in memory at
 * multiples of 16. */
bool archive_wants(Arena *a, const char *path, TextList *names)
{
	size_t size, at = SARMAG;
	char *bytes = map_file(path, &size);
	if (!bytes)
		return false;
	bool is_archive = size > at && memcmp(bytes, ARMAG, SARMAG) == 0;
	bool ok = is_archive || member_wants(a, bytes, size, names);
	while (is_archive && ok && at < size) {
		struct ar_hdr h;
		ok = size - at >= sizeof h;
		if (!ok)
			break;
		memcpy(&h, bytes + at, sizeof h);
		at += sizeof h;
		char digits[sizeof h.ar_size + 1] = "";
		memcpy(digits, h.ar_size, sizeof h.ar_size);
		size_t length = strtoull(digits, NULL, 10);
		ok = memcmp(h.ar_fmag, ARFMAG, sizeof h.ar_fmag) == 0 && length <= size - at;
		bool is_table = h.ar_name[0] == '/' && !(h.ar_name[1] >= '0' && h.ar_name[1] <= '9');
		if (ok && !is_table) {
			char *copy = arena_alloc(a, length + 1);
			memcpy(copy, bytes + at, length);
			ok = member_wants(a, copy, length, names);
		}
		at += length + length % 2;
	}
	munmap(bytes, size);
	return ok;
}
