/*
 * parse.c - one file from text to tree: lex, mark, parse.
 */
#include "build.h"
#include "parser.h"

#include <string.h>

static bool has_prefix(const Comment *comment, const char *prefix)
{
	return strncmp(comment->text, prefix, strlen(prefix)) == 0;
}

/* //go:linkname local target: a name here stands for another package's; without a target it may be stood for from
 * elsewhere. */
static void note_linkname(Parser *p, const char *text, Pos pos)
{
	static const char blanks[] = " \t\r";
	const char *local = text + strspn(text, blanks), *target = local + strcspn(local, blanks);
	size_t n = (size_t)(target - local);
	target += strspn(target, blanks);
	size_t m = strcspn(target, blanks);
	bool more = target[m + strspn(target + m, blanks)] != '\0';
	if (n && !more)         /* else malformed, which the checker says */
		vec_push(p->arena, &p->file->linknames, (Linkname){intern(p->c, local, n), m ? intern(p->c, target, m) : NULL,
			pos});
}

void directive_fault(Parser *p, Pos pos, const char *text)
{
	vec_push(p->arena, &p->file->directive_faults, (__typeof__(*p->file->directive_faults.items)){pos, text});
}

/* Does nothing stand before the comment on its line? */
static bool stands_alone(const Parser *p, int index)
{
	const Comment *comment = &p->comments->items[index];
	int low = 0, high = p->count;
	while (low < high) {
		int mid = (low + high) / 2;
		const Token *t = &p->tokens[mid];
		if (t->line < comment->line || (t->line == comment->line && t->col < comment->col))
			low = mid + 1;
		else
			high = mid;
	}
	return (low == 0 || p->tokens[low - 1].line < comment->line) &&
		(index == 0 || comment[-1].end_line < comment->line);
}

/* Comments that speak to tools. Build constraints count only above the package clause. */
static void collect_directives(Parser *p, uint32_t package_line)
{
	static const char linkname[] = "//go:linkname ";
	File *file = p->file;

	for (int i = 0; i < p->comments->len; i++) {
		const Comment *comment = &p->comments->items[i];
		Pos pos = {(uint32_t)p->source->index, comment->line, comment->col, 0};

		if (has_prefix(comment, "//go:build ") && comment->line < package_line)
			vec_push(p->arena, &file->build_tags, comment->text);
		if (has_prefix(comment, "//go:")) {
			bool alone = stands_alone(p, i);
			if (!alone)
				directive_fault(p, (Pos){pos.file, pos.line, pos.col + 2, 0}, "misplaced compiler directive");
			note_embed(p, comment, pos, alone);
		}
		if (has_prefix(comment, linkname))
			note_linkname(p, comment->text + sizeof linkname - 1, pos);
		if (!has_prefix(comment, "//go:") && !has_prefix(comment, "//gol:") && !has_prefix(comment, "//export ") &&
		    !has_prefix(comment, "//line ") && !has_prefix(comment, "/*line "))
			continue;
		vec_push(p->arena, &file->directives, (__typeof__(*file->directives.items)){comment->text, pos});
	}
}

static uint32_t package_line(const Parser *p)
{
	for (int i = 0; i < p->count; i++)
		if (p->tokens[i].kind == T_PACKAGE)
			return p->tokens[i].line;
	return UINT32_MAX;
}

/*
 * Always gives a file, however wrong the text: the errors are in the queue. imports_only reads the package clause and
 * the imports, for the loader, which must know them before anything is checked; the tree then has no other
 * declarations and is not verified.
 */
File *parse_file(Compiler *c, SourceFile *source, bool imports_only)
{
	Lexer lexer = {.c = c, .source = source, .imports_only = imports_only};
	Parser p = {.c = c, .arena = c->arena, .source = source, .file = NEW(c->arena, File), .comments = &lexer.comments};

	int diagnostics_before = c->diagnostics.len;

	p.file->source = source;
	p.file->package_name = "";
	lex_file(&lexer);
	p.file->comments = lexer.comments;
	p.tokens = lexer.tokens.items;
	p.count = lexer.tokens.len;
	p.synced_at = -1;
	p.diagnostics_before = diagnostics_before;
	collect_directives(&p, package_line(&p));
	require(p.count > 0 && p.tokens[p.count - 1].kind == T_EOF);
	if (mark_tokens(c, source, &lexer.tokens))
		gol_yyparse(&p);
	if (c->diagnostics.len == diagnostics_before && !imports_only)
		report_misplaced_embeds(&p);
	for (int i = 0; i < p.file->directive_faults.len && c->diagnostics.len > diagnostics_before; i++)
		error_at(c, p.file->directive_faults.items[i].pos, "%s", p.file->directive_faults.items[i].text);
	if (c->diagnostics.len == diagnostics_before && !imports_only)
		VERIFY(ast_verify(c, p.file));
	return p.file;
}
