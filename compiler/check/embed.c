/*
 * embed.c - where a line //go:embed may stand, and what type the variable under it may have.
 *
 * Go's compiler looks at the two at different times: at the declarations when all else is right, at types and files
 * when the declarations are. The files were found before (load/embed.c).
 */
#include "checker.h"

#include <string.h>

static bool imports_embed(const File *file)
{
	for (int i = 0; i < file->decls.len && file->decls.items[i]->kind == DECL_IMPORT; i++)
		if (file->decls.items[i]->import_path && strcmp(file->decls.items[i]->import_path, "embed") == 0)
			return true;
	return false;
}

static const char *declaration_fault(Checker *k, const File *file, const Decl *d)
{
	if (!imports_embed(file))
		return "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)";
	if (d->names.len > 1)
		return "go:embed cannot apply to multiple vars";
	if (d->values.len)
		return "go:embed cannot apply to var with initializer";
	if (!d->objects.len || !d->objects.items[0]->is_package_level)
		return "go:embed cannot apply to var inside func";
	if (!check_allows(k, d->pos, 16))
		return "go:embed requires go1.16 or later";
	return NULL;
}

void check_embeds(Checker *k, const File *file)
{
	for (int i = 0; i < file->embeds.len; i++) {
		const Embed *e = file->embeds.items[i];
		const char *fault = "misplaced go:embed directive";
		if (e->decl && e->decl->kind == DECL_VAR)
			fault = e == e->decl->embeds.items[0] ? declaration_fault(k, file, e->decl) : NULL;
		if (fault && !e->ignored)
			check_error(k, e->pos, "%s", fault);
	}
}

/* ---- types and files ---------------------------------------------------------------------------- */

EmbedKind embed_kind(Type *t)
{
	Type *u = underlying(t);
	if (t->kind == TYPE_NAMED && strcmp(t->object->name, "FS") == 0 && t->object->package &&
	    strcmp(t->object->package->path, "embed") == 0)
		return EMBED_FILES;
	if (u->kind == TYPE_STRING)
		return EMBED_STRING;
	return u->kind == TYPE_SLICE && underlying(u->elem)->kind == TYPE_UINT8 ? EMBED_BYTES : EMBED_NONE;
}

EmbedFileList embedded_files(Compiler *c, const Decl *d)
{
	EmbedFileList all = {0};
	Map seen = {0};
	for (int i = 0; i < d->embeds.len; i++)
		for (int k = 0; k < d->embeds.items[i]->patterns.len; k++) {
			EmbedFileList *files = &d->embeds.items[i]->patterns.items[k].files;
			for (int n = 0; n < files->len; n++) {
				if (!map_get(&seen, files->items[n]))
					vec_push(c->arena, &all, files->items[n]);
				map_put(c->arena, &seen, files->items[n], files);
			}
		}
	return all;
}

/* As the back end writes types, which differs for the empty ones. */
static const char *back_end_text(Checker *k, Type *t)
{
	const char *text = type_name_of(k, t);
	return strcmp(text, "struct{}") == 0 ? "struct {}" : strcmp(text, "interface{}") == 0 ? "interface {}" : text;
}

static void check_variable(Checker *k, Object *o)
{
	EmbedFileList files = embedded_files(k->c, o->decl);
	EmbedKind kind = embed_kind(o->type);
	if (kind == EMBED_NONE)
		check_error(k, o->pos, "go:embed cannot apply to var of type %s", back_end_text(k, o->type));
	else if (kind != EMBED_FILES && files.len > 1)
		check_error(k, o->pos, "invalid go:embed: multiple files for type %s", back_end_text(k, o->type));
	for (int i = 0; i < files.len && !k->errors; i++)
		if (files.items[i]->error)
			check_error(k, o->pos, "embed %s: open %s: %s", files.items[i]->name, files.items[i]->path,
			            files.items[i]->error);
}

void check_embed_types(Checker *k, const File *file)
{
	for (int i = 0; i < file->decls.len; i++)
		if (file->decls.items[i]->kind == DECL_VAR && file->decls.items[i]->embeds.len)
			check_variable(k, file->decls.items[i]->objects.items[0]);
}
