/*
 * inspect.c - what is in a package's folder, as go list tells it.
 *
 * Every file has one sort. Go files: those that belong to the build (GoFiles), tests in the package (TestGoFiles) and
 * beside it (XTestGoFiles: the name of their package ends in _test), and those that the constraints leave out, or that
 * import "C" where there is no cgo (IgnoredGoFiles). All others by their endings, if the constraints select them.
 * Names that start with _ or . are nobody's.
 *
 * Of a Go file its import declarations alone are read, but all of it where it has a line //go:embed. What is wrong in
 * a file is the matter of those who compile it.
 */
#include "inspect.h"
#include "../base/path.h"
#include "files.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME(name, field, endings) field,
const char *const file_sort_names[FILE_SORT_COUNT] = {FILE_SORTS(NAME)};
#undef NAME
#define ENDINGS(name, field, endings) endings,
static const char *const endings_of[FILE_SORT_COUNT] = {FILE_SORTS(ENDINGS)};
#undef ENDINGS

typedef struct Inspection {
	Compiler *c;
	Inspected *p;
	const BuildTags *tags;
	const char *first, *first_name;
} Inspection;

/* ---- names ---------------------------------------------------------------------------------- */

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && strcmp(s + n - m, end) == 0;
}

static bool is_test(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && dot - name >= 5 && strncmp(dot - 5, "_test", 5) == 0;
}

/* The name without _test: for the rest of it the same rules hold. */
static bool name_belongs(Inspection *in, const char *name)
{
	const char *dot = strrchr(name, '.');
	if (is_test(name))
		name = arena_printf(in->c->arena, "%.*s%s", (int)(dot - name) - 5, name, dot);
	return file_name_matches(name, in->tags);
}

static FileSort sort_by_ending(const char *name)
{
	const char *ending = strrchr(name, '.');
	size_t n = ending ? strlen(ending) : 0;
	for (int sort = 0; n && sort < FILE_SORT_COUNT; sort++)
		for (const char *p = endings_of[sort]; *p; p += strcspn(p, " "), p += *p == ' ')
			if (strcspn(p, " ") == n && strncmp(p, ending, n) == 0)
				return (FileSort)sort;
	return FILE_SORT_COUNT;
}

/* ---- what a Go file says ---------------------------------------------------------------------- */

/* The text of the comment right above the package clause, without its marks, as ast.CommentGroup has it. */
static const char *doc_text(Compiler *c, const File *file)
{
	const char *text = file->source->text, *end = text;
	Buf b;
	buf_init(&b, c->arena);
	for (uint32_t line = 1; line < file->package_pos.line; line++)
		end = strchr(end, '\n') + 1;
	const char *start = end;
	if (end - text >= 3 && strncmp(end - 3, "*/\n", 3) == 0) {
		for (start = end - 3; start > text && strncmp(start, "/*", 2) != 0; start--)
			;
		return arena_strndup(c->arena, start + 2, (size_t)(end - 3 - start - 2));
	}
	for (const char *line = end; line > text; start = line) {
		for (line--; line > text && line[-1] != '\n'; line--)
			;
		if (strncmp(line, "//", 2) != 0)
			break;
	}
	for (const char *line = start; line < end; line = strchr(line, '\n') + 1) {
		const char *s = line + 2;
		bool is_directive = strncmp(s, "go:", 3) == 0 || strncmp(s, "line ", 5) == 0 ||
			strncmp(s, "export ", 7) == 0 || strncmp(s, "extern ", 7) == 0;
		if (!is_directive)
			buf_printf(&b, "%.*s\n", (int)strcspn(*s == ' ' ? s + 1 : s, "\n"), *s == ' ' ? s + 1 : s);
	}
	return b.s ? b.s : "";
}

/* Its first sentence on one line: up to a period behind which a blank follows, and no single capital before. */
static const char *synopsis(Compiler *c, const char *text)
{
	Buf b;
	buf_init(&b, c->arena);
	char before = ' ', before_that = ' ';
	text += strspn(text, " \t\r\n");
	for (const char *s = text; *s; s++) {
		bool blank = strchr(" \t\r\n", *s) != NULL;
		if (strncmp(s, "\n\n", 2) == 0)
			break;
		if (blank && before == '.' && !(before_that >= 'A' && before_that <= 'Z'))
			break;
		if (!blank)
			buf_char(&b, *s);
		else if (before != ' ')
			buf_char(&b, ' ');
		before_that = before;
		before = blank ? ' ' : *s;
	}
	static const char *const not_docs[] = {"copyright", "all rights", "author"};
	const char *out = b.s ? b.s : "";
	for (int i = 0; i < COUNT_OF(not_docs); i++)
		if (strncasecmp(out, not_docs[i], strlen(not_docs[i])) == 0)
			return "";
	size_t n = strlen(out);
	return n && out[n - 1] == ' ' ? arena_strndup(c->arena, out, n - 1) : out;
}

static void add_imports(Inspection *in, const File *file, Part part)
{
	for (int k = 0; k < file->decls.len && file->decls.items[k]->kind == DECL_IMPORT; k++) {
		const Decl *d = file->decls.items[k];
		if (d->import_path && strcmp(d->import_path, "C") != 0)
			vec_push(in->c->arena, &in->p->imports[part],
			         (ImportLine){d->import_path, d->name_pos.len ? d->name_pos.items[0] : d->pos});
	}
}

static bool imports_cgo(const File *file)
{
	for (int k = 0; k < file->decls.len && file->decls.items[k]->kind == DECL_IMPORT; k++)
		if (file->decls.items[k]->import_path && strcmp(file->decls.items[k]->import_path, "C") == 0)
			return true;
	return false;
}

static void add_once(Inspection *in, TextList *list, const char *text)
{
	for (int i = 0; i < list->len; i++)
		if (strcmp(list->items[i], text) == 0)
			return;
	vec_push(in->c->arena, list, text);
}

static void add_embeds(Inspection *in, const File *file, Part part)
{
	for (int i = 0; i < file->embeds.len; i++)
		for (int k = 0; k < file->embeds.items[i]->patterns.len; k++)
			add_once(in, &in->p->embed_patterns[part], file->embeds.items[i]->patterns.items[k].text);
}

/* Queued errors of the file are forgotten. */
static File *read_file(Inspection *in, const char *path)
{
	Compiler *c = in->c;
	int diagnostics = c->diagnostics.len, errors = c->errors;
	SourceFile *source = source_load(c, path);
	if (!source)
		return NULL;
	File *file = parse_file(c, source, strstr(source->text, "//go:embed") == NULL);
	c->diagnostics.len = diagnostics;
	c->errors = errors;
	return file;
}

/* All files but the tests beside the package are of one package. */
static void check_name(Inspection *in, const char *name, const char *package)
{
	if (!in->first) {
		in->first = name;
		in->first_name = package;
	} else if (strcmp(in->first_name, package) != 0 && !in->p->error) {
		in->p->error = arena_printf(in->c->arena, "found packages %s (%s) and %s (%s) in %s", in->first_name,
		                            in->first, package, name, in->p->dir);
	}
}

static void add_go_file(Inspection *in, const char *name, bool given)
{
	Compiler *c = in->c;
	const char *path = arena_printf(c->arena, "%s/%s", in->p->dir, name);
	SourceFile *source = given || name_belongs(in, name) ? source_load(c, path) : NULL;
	File *file = source && (given || header_matches(source->text, source->size, in->tags)) ? read_file(in, path) : NULL;
	if (!file || !*file->package_name || (!is_test(name) && imports_cgo(file))) {
		vec_push(c->arena, &in->p->files[FILES_IGNORED], name);
		return;
	}
	bool test = is_test(name), beside = test && ends_with(file->package_name, "_test");
	const char *package = file->package_name;
	if (beside)
		package = arena_strndup(c->arena, package, strlen(package) - strlen("_test"));
	if (strcmp(package, "documentation") == 0) {
		vec_push(c->arena, &in->p->files[FILES_IGNORED], name);
		return;
	}
	check_name(in, name, package);
	Part part = beside ? PART_XTEST : test ? PART_TEST : PART_PACKAGE;
	vec_push(c->arena, &in->p->files[beside ? FILES_XTEST : test ? FILES_TEST : FILES_GO], name);
	add_imports(in, file, part);
	add_embeds(in, file, part);
	file_godebugs(c, file, &in->p->debug_settings[part]);
	if (!test && !in->p->doc) {
		const char *doc = synopsis(c, doc_text(c, file));
		in->p->doc = *doc ? doc : NULL;
	}
}

static void add_other_file(Inspection *in, const char *name)
{
	Compiler *c = in->c;
	FileSort sort = sort_by_ending(name);
	if (sort == FILE_SORT_COUNT)
		return;
	SourceFile *source = sort == FILES_SYSO || !file_name_matches(name, in->tags) ? NULL :
		source_load(c, arena_printf(c->arena, "%s/%s", in->p->dir, name));
	bool belongs = sort == FILES_SYSO ? file_name_matches(name, in->tags) : source &&
		header_matches(source->text, source->size, in->tags);
	vec_push(c->arena, &in->p->files[belongs ? sort : FILES_IGNORED_OTHER], name);
}

/* ---- the folder -------------------------------------------------------------------------------------- */

static int by_path_and_position(const void *a, const void *b)
{
	const ImportLine *x = a, *y = b;
	int order = strcmp(x->path, y->path);
	return order ? order : pos_compare(x->pos, y->pos);
}

static void complain_if_empty(Inspection *in)
{
	Inspected *p = in->p;
	int tests = p->files[FILES_TEST].len + p->files[FILES_XTEST].len;
	if (p->error || p->files[FILES_GO].len)
		return;
	p->no_go = true;
	if (p->files[FILES_IGNORED].len)
		p->error = arena_printf(in->c->arena, "build constraints exclude all Go files in %s", p->dir);
	else if (tests)
		p->error = arena_printf(in->c->arena, "no non-test Go files in %s", p->dir);
	else
		p->error = arena_printf(in->c->arena, "no Go files in %s", p->dir);
	if (tests)      /* they make a package */
		p->error = NULL;
}

static void add_files(Inspection *in, TextList names, bool given)
{
	for (int i = 0; i < names.len; i++) {
		const char *name = base_name(names.items[i]);
		if (name[0] == '_' || name[0] == '.' ||
		    folder_exists(in->c, arena_printf(in->c->arena, "%s/%s", in->p->dir, name)))
			continue;
		if (is_source_name(name))
			add_go_file(in, name, given);
		else if (!given)
			add_other_file(in, name);
	}
}

Inspected *inspect_package(Compiler *c, const char *dir, TextList files, const BuildTags *tags)
{
	Inspection in = {.c = c, .p = NEW(c->arena, Inspected), .tags = tags};
	Inspected *p = in.p;
	p->dir = dir;
	add_files(&in, files.len ? files : folder_names(c, dir), files.len > 0);
	p->name = in.first_name ? in.first_name : "";
	for (int part = 0; part < PART_COUNT; part++) {
		if (p->imports[part].len)
			qsort(p->imports[part].items, (size_t)p->imports[part].len, sizeof(ImportLine), by_path_and_position);
		sort_texts(&p->embed_patterns[part]);
	}
	complain_if_empty(&in);
	return p;
}

TextList inspected_go_files(Compiler *c, const Inspected *p)
{
	static const FileSort sorts[] = {FILES_GO, FILES_IGNORED, FILES_TEST, FILES_XTEST};
	TextList all = {0};
	for (int i = 0; i < COUNT_OF(sorts); i++)
		for (int k = 0; k < p->files[sorts[i]].len; k++)
			vec_push(c->arena, &all, arena_printf(c->arena, "%s/%s", p->dir, p->files[sorts[i]].items[k]));
	sort_texts(&all);
	return all;
}
