/*
 * embed.c - variables under //go:embed: data that the C file takes from files.
 *
 * A string or slice of bytes is the address and size of one file's contents; a slice has them for itself, since it
 * may be written to. embed.FS is, in Go's source tree, a struct of one pointer to a slice of files {name, data
 * string; hash [16]byte}: the files and the folders above them, which end in a slash and have no data, sorted by
 * folder and then by element. The hash is the first half of the contents' SHA-256. check/embed.c has seen that the
 * types are these.
 */
#include "state.h"
#include "../check/check.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_NAME, FILE_DATA, FILE_HASH };

typedef struct Entry { const char *name; const EmbedFile *file; } Entry;     /* file NULL: a folder */
typedef struct EntryList { VEC(Entry) list; Map folders; } EntryList;

static IrExpr *contents(Compiler *c, const EmbedFile *file, bool writable)
{
	IrExpr *e = ir_expr(c, IR_FILE, c->types->basic[TYPE_UNSAFE_POINTER]);
	e->file = file;
	e->index = writable;
	return e;
}

static IrExpr *text_of_file(Compiler *c, const EmbedFile *file, Type *type)
{
	return ir_make(c, type, 2, contents(c, file, false), ir_int(c, (int64_t)file->size));
}

static IrExpr *bytes_of_file(Compiler *c, const EmbedFile *file, Type *type)
{
	IrExpr *size = ir_int(c, (int64_t)file->size);
	Type *pointer = types_canonical(c, pointer_to(c, underlying(type)->elem));
	return ir_make(c, type, 3, ir_convert(c, contents(c, file, true), pointer), size, size);
}

/* ---- embed.FS ----------------------------------------------------------------------------------- */

static void add_folders(Compiler *c, EntryList *all, const char *name)
{
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		const char *folder = intern(c, name, (size_t)(slash - name) + 1);
		if (!map_get(&all->folders, folder))
			vec_push(c->arena, &all->list, (Entry){folder, NULL});
		map_put(c->arena, &all->folders, folder, all);
	}
}

/* Where the last element begins. */
static size_t folder_length(const char *name)
{
	size_t n = strlen(name);
	if (n && name[n - 1] == '/')
		n--;
	while (n && name[n - 1] != '/')
		n--;
	return n;
}

static int compare_parts(const char *a, size_t n, const char *b, size_t m)
{
	int order = memcmp(a, b, n < m ? n : m);
	return order ? order : n < m ? -1 : n > m;
}

static int by_folder_and_element(const void *a, const void *b)
{
	const char *x = ((const Entry *)a)->name, *y = ((const Entry *)b)->name;
	size_t n = folder_length(x), m = folder_length(y);
	/* the folder of what has none is "." */
	int order = compare_parts(n ? x : ".", n ? n - 1 : 1, m ? y : ".", m ? m - 1 : 1);
	return order ? order : compare_parts(x + n, strcspn(x + n, "/"), y + m, strcspn(y + m, "/"));
}

static IrExpr *hash_of(Compiler *c, const EmbedFile *file, Type *type)
{
	IrExpr *made = ir_expr(c, IR_MAKE, type);
	Type *byte = types_canonical(c, underlying(type)->elem);
	for (int i = 0; i < underlying(type)->length; i++)
		vec_push(c->arena, &made->args, ir_const(c, const_int(c, file->hash[i]), byte));
	return made;
}

static Type *field_type(Compiler *c, Type *type, int i)
{
	return types_canonical(c, underlying(type)->fields.items[i]->type);
}

static IrExpr *entry_value(Compiler *c, const Entry *entry, Type *type)
{
	IrExpr *name = ir_const(c, const_string(c, entry->name, strlen(entry->name)), field_type(c, type, FILE_NAME));
	Type *data = field_type(c, type, FILE_DATA), *hash = field_type(c, type, FILE_HASH);
	if (!entry->file)
		return ir_make(c, type, 3, name, ir_zero(c, data), ir_zero(c, hash));
	return ir_make(c, type, 3, name, text_of_file(c, entry->file, data), hash_of(c, entry->file, hash));
}

static IrExpr *address_of_static(Lower *l, Type *type, IrExpr *v, Type *pointer)
{
	IrExpr *place = ir_expr(l->c, IR_STATIC, type);
	place->data = new_static(l, type, v, true);
	return ir_convert(l->c, ir_convert(l->c, ir_addr(l->c, place), l->c->types->basic[TYPE_UNSAFE_POINTER]), pointer);
}

static IrExpr *file_system(Lower *l, const EmbedFileList *files, Type *type)
{
	Compiler *c = l->c;
	EntryList all = {0};
	for (int i = 0; i < files->len; i++) {
		add_folders(c, &all, files->items[i]->name);
		vec_push(c->arena, &all.list, (Entry){files->items[i]->name, files->items[i]});
	}
	qsort(all.list.items, (size_t)all.list.len, sizeof *all.list.items, by_folder_and_element);
	Type *pointer = field_type(c, type, 0), *slice = types_canonical(c, underlying(pointer)->elem);
	Type *file = types_canonical(c, underlying(slice)->elem),
		*array = types_canonical(c, array_of(c, file, all.list.len));
	IrExpr *entries = ir_expr(c, IR_MAKE, array), *count = ir_int(c, all.list.len);
	for (int i = 0; i < all.list.len; i++)
		vec_push(c->arena, &entries->args, entry_value(c, &all.list.items[i], file));
	IrExpr *first = address_of_static(l, array, entries, types_canonical(c, pointer_to(c, file)));
	return ir_make(c, type, 1, address_of_static(l, slice, ir_make(c, slice, 3, first, count, count), pointer));
}

IrExpr *embedded_value(Lower *l, Object *o)
{
	Type *type = types_canonical(l->c, o->type);
	EmbedFileList files = embedded_files(l->c, o->decl);
	switch (embed_kind(type)) {
	case EMBED_STRING:
		return text_of_file(l->c, files.items[0], type);
	case EMBED_BYTES:
		return bytes_of_file(l->c, files.items[0], type);
	default:
		return file_system(l, &files, type);
	}
}
