/*
 * cover.c - which statements run: counters at the start of each block of statements that run together.
 *
 * Blocks are those of Go's cover tool, so that profiles are equal to the byte. A list of statements is cut behind
 * each one that may send control elsewhere: if, for, switch, select, a block, a branch, a label, a call of panic, and
 * whatever holds a function literal. A block's text begins where its first statement does (behind the brace for the
 * first of a body, which begins at the brace itself; behind the colon of a case), and ends
 *
 *     - behind its last statement, if that is a simple one; at the closing brace, and behind it, if nothing cut the
 *     list
 *     - before the body's brace of an if, for, switch or select, before the brace of a block
 *     - before the brace of the first function literal in what would else be its end
 *     - before a label, whose statement begins a block of its own unless it is a loop, switch or select
 *
 * An empty list is a block of no statements. "else if" counts as "else { if }". Declarations of functions called _
 * have no blocks, literals outside of functions have.
 *
 * Everything is made of source: counters are an array of the package, declared by a file that is made here, and a
 * counter is an assignment to an element of it. So nothing behind the parser knows of coverage. Where a statement
 * ends is read off the tokens, of which the tree keeps no ends: a simple one goes to the next semicolon or closing
 * bracket that is not inside brackets of its own.
 *
 * Rejected: changed text, as Go's tool makes it (positions in messages and traces would need mending); counters in
 * the IR (a kind of statement that every pass has to know).
 */
#include "cover.h"
#include "../syntax/token.h"
#include "parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNTERS "_gol_cover_counters"
#define ADD "_gol_cover_add"

typedef struct Cover {
	Compiler *c;
	CoverMode mode;
	const char *file_name;      /* as profiles have it */
	SourceFile *source;
	TokenList tokens;
	Buf units;                  /* a line a counter: file:line.col,line.col statements */
	int count;
} Cover;

static void cover_block(Cover *v, Block *b, Pos start);
static void cover_expr(Cover *v, Expr *e);
static void cover_stmt(Cover *v, Stmt *s);

/* ---- tokens ------------------------------------------------------------------------------------- */

static bool opens(int kind)
{
	return kind == T_LPAREN || kind == T_LBRACK || kind == T_LBRACE || kind == T_FUNC_LBRACE || kind == T_LIT_LBRACE ||
		kind == T_TPARAM_LBRACK;
}

static bool closes(int kind)
{
	return kind == T_RPAREN || kind == T_RPAREN_RESULT || kind == T_RBRACK || kind == T_RBRACE;
}

/* The first token at pos or behind it. */
static int token_at(const Cover *v, Pos pos)
{
	debug_require(v->tokens.len > 0);
	int low = 0, high = v->tokens.len;
	while (low < high) {
		int mid = (low + high) / 2;
		const Token *t = &v->tokens.items[mid];
		if (t->line < pos.line || (t->line == pos.line && t->col < pos.col))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static Pos token_start(const Cover *v, int i)
{
	require(i >= 0 && i < v->tokens.len);
	return (Pos){(uint32_t)v->source->index, v->tokens.items[i].line, v->tokens.items[i].col, 0};
}

/* Behind it; raw strings may have several lines. */
static Pos token_end(const Cover *v, int i)
{
	require(i >= 0 && i < v->tokens.len);
	const Token *t = &v->tokens.items[i];
	Pos end = token_start(v, i);
	end.col += t->length;
	for (uint32_t k = 0; t->kind == T_LITERAL && k < t->length; k++)
		if (t->text[k] == '\n') {
			end.line++;
			end.col = t->length - k;
		}
	return end;
}

/* The token that ends the simple statement at pos: a semicolon or a bracket. */
static int statement_end(const Cover *v, Pos pos)
{
	int depth = 0, i = token_at(v, pos);
	for (; v->tokens.items[i].kind != T_EOF; i++) {
		int kind = v->tokens.items[i].kind;
		if (depth == 0 && (kind == T_SEMI || closes(kind)))
			break;
		depth += opens(kind) - closes(kind);
	}
	return i;
}

/* The brace of the first function literal among tokens [from, to); -1: there is none. */
static int literal_in(const Cover *v, int from, int to)
{
	for (int i = from; i < to; i++)
		if (v->tokens.items[i].kind == T_FUNC_LBRACE)
			return i;
	return -1;
}

static int first_of(const Cover *v, int from, int to, int kind)
{
	debug_require(from >= 0 && to <= v->tokens.len);
	for (int i = from; i < to; i++)
		if (v->tokens.items[i].kind == kind)
			return i;
	return to;
}

/* ---- statements ------------------------------------------------------------------------------------ */

static Pos expr_begin(const Expr *e) { return e->start.line ? e->start : e->pos; }

/* Where the statement's text starts, which for x = 1 is the x: its pos is that of the operator. */
static Pos stmt_begin(const Stmt *s)
{
	switch (s->kind) {
	case STMT_EXPR: case STMT_SEND: case STMT_INC_DEC:
		return expr_begin(s->x);
	case STMT_ASSIGN: case STMT_DEFINE:
		return expr_begin(s->lhs.items[0]);
	case STMT_DECL:
		return s->decls.len ? s->decls.items[0]->keyword_pos : s->pos;
	case STMT_BLOCK:
		return s->body->pos;
	case STMT_LABELED:
		return s->name_pos;
	default:
		return s->pos;
	}
}

static bool has_body(const Stmt *s)
{
	switch (s->kind) {
	case STMT_BLOCK: case STMT_IF: case STMT_FOR: case STMT_RANGE: case STMT_SWITCH: case STMT_TYPE_SWITCH:
	case STMT_SELECT:
		return true;
	default:
		return false;
	}
}

/* What keeps its label. */
static bool is_control(const Stmt *s) { return has_body(s) && s->kind != STMT_BLOCK && s->kind != STMT_IF; }

/* Where the header's part in which a function literal counts begins and ends. */
static void header_range(const Cover *v, const Stmt *s, int brace, int *from, int *to)
{
	*from = token_at(v, s->pos);
	*to = brace;
	if (s->kind == STMT_RANGE)
		*from = first_of(v, *from, brace, T_RANGE);
	else if (s->kind == STMT_TYPE_SWITCH)
		*to = s->init ? first_of(v, *from, brace, T_SEMI) : *from;
	else if (s->kind == STMT_SELECT)
		*to = *from;
}

/* Where the block ends whose last statement this is. */
static Pos boundary(const Cover *v, const Stmt *s)
{
	int from, to;
	if (s->kind == STMT_LABELED)
		return boundary(v, s->body_stmt);
	if (s->kind == STMT_BLOCK)
		return s->body->pos;
	if (has_body(s)) {
		int brace = token_at(v, s->body ? s->body->pos : s->pos) + (s->kind == STMT_SELECT);   /* select { */
		header_range(v, s, brace, &from, &to);
		int literal = literal_in(v, from, to);
		return token_start(v, literal >= 0 ? literal : brace);
	}
	from = token_at(v, stmt_begin(s));
	to = statement_end(v, stmt_begin(s));
	int literal = literal_in(v, from, to);
	return literal >= 0 ? token_start(v, literal) : to > from ? token_end(v, to - 1) : stmt_begin(s);
}

static bool is_panic(const Stmt *s)
{
	const Expr *call = s->kind == STMT_EXPR ? s->x : NULL;
	return call && call->kind == EXPR_CALL && call->x->kind == EXPR_NAME && strcmp(call->x->name, "panic") == 0 &&
		call->list.len == 1;
}

static bool ends_block(const Cover *v, const Stmt *s)
{
	switch (s->kind) {
	case STMT_BREAK: case STMT_CONTINUE: case STMT_GOTO: case STMT_FALLTHROUGH: case STMT_LABELED:
		return true;
	default:
		return has_body(s) || is_panic(s) ||
			literal_in(v, token_at(v, stmt_begin(s)), statement_end(v, stmt_begin(s))) >= 0;
	}
}

/* ---- counters -------------------------------------------------------------------------------------- */

/* implicit: nobody wrote it. Its position is that of the block it counts. */
static Expr *made_expr(Cover *v, ExprKind kind, Pos pos)
{
	Expr *e = NEW(v->c->arena, Expr);
	e->kind = kind;
	e->pos = e->start = e->end = pos;
	e->implicit = true;
	return e;
}

static Expr *made_name(Cover *v, const char *name, Pos pos)
{
	Expr *e = made_expr(v, EXPR_NAME, pos);
	e->name = intern_str(v->c, name);
	return e;
}

static Expr *made_number(Cover *v, int n, Pos pos)
{
	Expr *e = made_expr(v, EXPR_LITERAL, pos);
	e->literal = LIT_INT;
	e->text = intern_str(v->c, arena_printf(v->c->arena, "%d", n));
	e->text_len = strlen(e->text);
	return e;
}

/* counters[n] = 1, counters[n]++ or add(n) */
static Stmt *made_counter(Cover *v, int n, Pos pos)
{
	Stmt *s = NEW(v->c->arena, Stmt);
	s->pos = pos;
	if (v->mode == COVER_ATOMIC) {
		s->kind = STMT_EXPR;
		s->x = made_expr(v, EXPR_CALL, pos);
		s->x->x = made_name(v, ADD, pos);
		vec_push(v->c->arena, &s->x->list, made_number(v, n, pos));
		return s;
	}
	Expr *place = made_expr(v, EXPR_INDEX, pos);
	place->x = made_name(v, COUNTERS, pos);
	vec_push(v->c->arena, &place->list, made_number(v, n, pos));
	if (v->mode == COVER_COUNT) {
		s->kind = STMT_INC_DEC;
		s->op = OP_ADD;
		s->x = place;
		return s;
	}
	s->kind = STMT_ASSIGN;
	vec_push(v->c->arena, &s->lhs, place);
	vec_push(v->c->arena, &s->rhs, made_number(v, 1, pos));
	return s;
}

/* Counter and line of units have one number: the n-th line tells what the n-th counter counts. */
static Stmt *new_counter(Cover *v, Pos start, Pos end, int statements)
{
	buf_printf(&v->units, "%s:%u.%u,%u.%u %d\n", v->file_name, start.line, start.col, end.line, end.col, statements);
	return made_counter(v, v->count++, start);
}

static bool is_same_place(Pos a, Pos b) { return a.line == b.line && a.col == b.col; }

static Pos behind(Pos pos)
{
	pos.col++;
	return pos;
}

/* L: stmt becomes L: ; and stmt, which is returned. What goes to the label passes the statement's counter then: a
 * jump back counts each time. */
static Stmt *split_label(Cover *v, Stmt *labeled)
{
	require(labeled->kind == STMT_LABELED && labeled->body_stmt);
	Stmt *stmt = labeled->body_stmt, *empty = NEW(v->c->arena, Stmt);
	empty->kind = STMT_EMPTY;
	empty->pos = stmt_begin(stmt);
	labeled->body_stmt = empty;
	return stmt;
}

/* start: of the first block's text; end: of the last one's; whole: that goes to the closing brace if nothing cuts the
 * list. */
static void add_counters(Cover *v, StmtList *list, Pos start, Pos end, bool whole)
{
	StmtList out = {0};
	if (list->len == 0) {
		vec_push(v->c->arena, list, new_counter(v, start, end, 0));
		return;
	}
	for (int first = 0; first < list->len;) {
		Stmt *split = NULL;
		Pos stop = end;
		int last = first;
		for (bool cut = false; last < list->len && !cut; last++) {
			Stmt *s = list->items[last];
			stop = boundary(v, s);
			cut = ends_block(v, s);
			whole &= !cut;
			if (!cut || s->kind != STMT_LABELED || is_control(s->body_stmt))
				continue;
			stop = stmt_begin(s);
			split = split_label(v, s);
		}
		if (whole)
			stop = end;
		if (!is_same_place(start, stop))
			vec_push(v->c->arena, &out, new_counter(v, start, stop, last - first));
		for (int i = first; i < last; i++)
			vec_push(v->c->arena, &out, list->items[i]);
		first = last;
		if (split)
			list->items[--first] = split;
		if (first < list->len)
			start = stmt_begin(list->items[first]);
	}
	*list = out;
}

/* ---- the walk ------------------------------------------------------------------------------------------ */

static void cover_list(Cover *v, StmtList *list)
{
	for (int i = 0; i < list->len; i++)
		cover_stmt(v, list->items[i]);
}

/* start: the brace, or where it counts as standing. */
static void cover_block(Cover *v, Block *b, Pos start)
{
	StmtList inner = b->list;
	add_counters(v, &b->list, b->list.len ? start : behind(start), behind(b->end), true);
	cover_list(v, &inner);
}

static void cover_exprs(Cover *v, ExprList *list)
{
	for (int i = 0; i < list->len; i++)
		cover_expr(v, list->items[i]);
}

static void cover_expr(Cover *v, Expr *e)
{
	if (!e)
		return;
	if (e->kind == EXPR_FUNC)
		cover_block(v, e->body, e->body->pos);
	cover_expr(v, e->x);
	cover_expr(v, e->y);
	cover_exprs(v, &e->list);
	for (int i = 0; i < COUNT_OF(e->index); i++)
		cover_expr(v, e->index[i]);
}

/* "else" stands behind the body's brace; what follows it begins there. */
static void cover_else(Cover *v, Stmt *s)
{
	require(s->kind == STMT_IF && (s->else_->kind == STMT_BLOCK || s->else_->kind == STMT_IF));
	Pos start = token_end(v, token_at(v, s->body->end) + 1);
	Stmt *other = s->else_;
	if (other->kind == STMT_BLOCK) {
		cover_block(v, other->body, start);
		return;
	}
	Stmt *made = NEW(v->c->arena, Stmt);
	made->kind = STMT_BLOCK;
	made->pos = other->pos;
	made->body = NEW(v->c->arena, Block);
	made->body->pos = other->pos;
	made->end = made->body->end = other->end;
	vec_push(v->c->arena, &made->body->list, other);
	s->else_ = made;
	cover_block(v, made->body, start);
}

static void cover_cases(Cover *v, Stmt *s)
{
	for (int i = 0; i < s->cases.len; i++) {
		Case *k = s->cases.items[i];
		StmtList inner = k->body;
		add_counters(v, &k->body, behind(k->colon), behind(k->colon), false);
		cover_exprs(v, &k->list);
		if (k->comm)
			cover_stmt(v, k->comm);
		cover_list(v, &inner);
	}
}

static void cover_decls(Cover *v, DeclList *list)
{
	for (int i = 0; i < list->len; i++)
		if (list->items[i]->kind == DECL_VAR)
			cover_exprs(v, &list->items[i]->values);
}

static void cover_stmt(Cover *v, Stmt *s)
{
	if (!s)
		return;
	cover_stmt(v, s->init);
	cover_expr(v, s->x);
	cover_expr(v, s->y);
	cover_exprs(v, &s->lhs);
	cover_exprs(v, &s->rhs);
	cover_stmt(v, s->post);
	cover_decls(v, &s->decls);
	cover_stmt(v, s->body_stmt);
	cover_cases(v, s);
	if (s->body && s->kind != STMT_SWITCH && s->kind != STMT_TYPE_SWITCH && s->kind != STMT_SELECT)
		cover_block(v, s->body, s->body->pos);
	if (s->else_)
		cover_else(v, s);
}

/* ---- files ------------------------------------------------------------------------------------------------ */

/* The lexer runs a second time, for the ends of statements. What it says of //line is known from the first. */
static void read_tokens(Cover *v)
{
	Lexer lexer = {.c = v->c, .source = v->source};
	int directives = v->source->line_directives.len;
	lex_file(&lexer);
	mark_tokens(v->c, v->source, &lexer.tokens);
	v->source->line_directives.len = directives;
	v->tokens = lexer.tokens;
}

static void cover_file(Cover *v, File *file, const char *path)
{
	const char *slash = strrchr(file->source->path, '/');
	v->source = file->source;
	v->file_name = arena_printf(v->c->arena, "%s/%s", path, slash ? slash + 1 : file->source->path);
	read_tokens(v);
	for (int i = 0; i < file->decls.len; i++) {
		Decl *d = file->decls.items[i];
		if (d->kind == DECL_FUNC && d->body && strcmp(d->names.items[0], "_") != 0)
			cover_block(v, d->body, d->body->pos);
		else if (d->kind == DECL_VAR)
			cover_exprs(v, &d->values);
	}
}

static bool is_test_file(const File *file)
{
	const char *dot = strrchr(file->source->path, '.');
	return dot && dot - file->source->path >= 5 && strncmp(dot - 5, "_test", 5) == 0;
}

const char *cover_package(Compiler *c, Package *p, const char *path, CoverMode mode)
{
	Cover v = {.c = c, .mode = mode};
	Buf text;
	buf_init(&v.units, c->arena);
	for (int i = 0; i < p->files.len; i++)
		if (!is_test_file(p->files.items[i]))
			cover_file(&v, p->files.items[i], path);
	if (v.count == 0)
		return NULL;
	buf_init(&text, c->arena);
	buf_printf(&text, "package %s\n\nimport _gol_cover \"internal/gol/cover\"\n\nvar " COUNTERS " [%d]uint32\n\n",
	           p->name, v.count);
	if (mode == COVER_ATOMIC)
		buf_str(&text, "func " ADD "(i int) { _gol_cover.Add(&" COUNTERS "[i]) }\n\n");
	buf_printf(&text, "var _ = _gol_cover.Register(\"%s\", %d, " COUNTERS "[:], ", path, mode);
	buf_quote(&text, v.units.s, v.units.len);
	buf_str(&text, ")\n");
	return text.s;
}

/* ---- packages without tests ------------------------------------------------------------------------------------ */

/* start line, end line, start column, end column, statements */
typedef struct Unit { const char *file; unsigned at[5]; } Unit;

static int by_place(const void *a, const void *b)
{
	const Unit *x = a, *y = b;
	int order = strcmp(x->file, y->file);
	for (int i = 0; order == 0 && i < COUNT_OF(x->at); i++)
		order = x->at[i] < y->at[i] ? -1 : x->at[i] > y->at[i];
	return order;
}

/* The name may hold colons, the places behind it do not: so the last one divides. */
static Unit read_unit(Compiler *c, const char *line, size_t n)
{
	const char *colon = line + n;
	while (*colon != ':')
		colon--;
	Unit u = {.file = arena_strndup(c->arena, line, (size_t)(colon - line))};
	int read = sscanf(colon, ":%u.%u,%u.%u %u", &u.at[0], &u.at[2], &u.at[1], &u.at[3], &u.at[4]);
	require(read == COUNT_OF(u.at));            /* new_counter wrote it */
	return u;
}

const char *cover_unused(Compiler *c, const Package *p, const char *path, int *statements)
{
	Cover v = {.c = c, .mode = COVER_SET};
	VEC(Unit) units = {0};
	Buf out;
	buf_init(&v.units, c->arena);
	buf_init(&out, c->arena);
	buf_str(&out, "");
	for (int i = 0; i < p->files.len; i++)         /* parsed once more: the tree is changed */
		if (!is_test_file(p->files.items[i]) && !p->files.items[i]->made)
			cover_file(&v, parse_file(c, p->files.items[i]->source, false), path);
	for (const char *line = v.units.s; line && *line; line += strcspn(line, "\n") + 1)
		vec_push(c->arena, &units, read_unit(c, line, strcspn(line, "\n")));
	if (units.len)
		qsort(units.items, (size_t)units.len, sizeof *units.items, by_place);
	*statements = 0;
	for (int i = 0; i < units.len; i++) {
		const Unit *u = &units.items[i];
		*statements += (int)u->at[4];
		buf_printf(&out, "%s:%u.%u,%u.%u %u 0\n", u->file, u->at[0], u->at[2], u->at[1], u->at[3], u->at[4]);
	}
	return out.s;
}
