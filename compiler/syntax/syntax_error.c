/*
 * syntax_error.c - Go's words for a token that does not fit, and where to go on.
 *
 * Go's own parser descends recursively, so its messages name the construct it is
 * in. Ours knows its stack of symbols: report_unexpected() first asks whether an
 * expression or a type should have started (from the set of tokens that could
 * stand here), and otherwise looks up what has just been read in a table of stack
 * tops. A message is "unexpected X" and a phrase; phrases that begin with "=" are
 * whole messages instead.
 *
 * Recovery never looks at the parser's state, only at tokens: from the offending
 * one forward to a semicolon or closing brace of the construct that bison fell back
 * to. Brackets already open in the part given up have been noted from the stack,
 * so that their closing partners are not taken for the block's.
 */
#include "syntax_error.h"
#include "parser.h"

#include <stdio.h>
#include <string.h>

void syntax_error(Parser *p, Pos pos, const char *format, ...)
{
	va_list ap;
	char text[2000];

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	error_at(p->c, pos, "syntax error: %s", text);
}

void import_error(Parser *p, Pos pos, const char *text)
{
	if (!p->file->import_error) {
		p->file->import_error = text;
		p->file->import_error_pos = pos;
	}
	syntax_error(p, pos, "%s", text);
}

static bool is_keyword(const Token *t)
{
	return t->kind != T_NAME && t->text[0] >= 'a' && t->text[0] <= 'z' && t->kind != T_SEMI;
}

const char *token_name(Compiler *c, const Token *t)
{
	switch (t->kind) {
	case T_NAME: case T_DECL_NAME: case T_METHOD_NAME:
		return arena_printf(c->arena, "name %s", t->text);
	case T_LITERAL:
		return arena_printf(c->arena, "literal %s", t->text);
	case T_COMMA:
		return "comma";
	}
	return is_keyword(t) ? arena_printf(c->arena, "keyword %s", t->text) : t->text;
}

/* ---- the table of what has been read ------------------------------------------------------ */

typedef struct { const char *top; const char *phrase; } Wording;

/* Looked up in the stack as it is: something must follow here that is neither expression nor type. */
static const Wording before_reductions[] = {
	{"IMPORT LPAREN", "=missing import path"},
	{"import_list SEMI", "=missing import path"},
	{"IMPORT", "=missing import path"},
	{"IMPORT NAME", "=missing import path"},
	{"IMPORT DOT", "=missing import path"},
	{"DOT LPAREN TYPE", ", expected )"},
	{"CONST LPAREN", ", expected name"},
	{"VAR LPAREN", ", expected name"},
	{"TYPE LPAREN", ", expected name"},
	{"const_list SEMI", ", expected name"},
	{"var_list SEMI", ", expected name"},
	{"type_list_of_specs SEMI", ", expected name"},
	{"CONST", ", expected name"},
	{"VAR", ", expected name"},
	{"TYPE", ", expected name"},
	{"names COMMA", ", expected name"},
	{"expr_list DOTS COMMA", ", expected )"},
};

/* Looked up in the reduced stack. The first that fits counts. */
static const Wording after_reductions[] = {
	{"primary LPAREN expr_list", " in argument list; possibly missing comma or )"},
	{"primary LPAREN expr_list DOTS", " in argument list; possibly missing comma or )"},
	{"LIT_LBRACE elements", " in composite literal; possibly missing comma or }"},
	{"LPAREN params", " in parameter list; possibly missing comma or )"},
	{"type_param_list", " in parameter list; possibly missing comma or ]"},
	{"LBRACE fields", " in struct type; possibly missing semicolon or newline or }"},
	{"elements_of_interface", " in interface type; possibly missing semicolon or newline or }"},
	{"LPAREN import_specs", " in grouped declaration; possibly missing semicolon or newline or )"},
	{"LPAREN const_specs", " in grouped declaration; possibly missing semicolon or newline or )"},
	{"LPAREN var_specs", " in grouped declaration; possibly missing semicolon or newline or )"},
	{"LPAREN type_specs", " in grouped declaration; possibly missing semicolon or newline or )"},
	{"type_list", ", expected ]"},
	{"CASE expr_list", ", expected :"},
	{"primary LBRACK expr_list", ", expected comma, : or ]"},
	{"primary LBRACK opt_expr COLON opt_expr", ", expected ]"},
	{"LBRACK expr", ", expected ]"},
	{"LPAREN expr", ", expected )"},
	{"primary DOT", ", expected name or ("},
	{"FUNC opt_type_params", ", expected ("},
	{"FUNC NAME opt_type_params", ", expected ("},
	{"RPAREN NAME opt_type_params", ", expected ("},
	{"SELECT", "=missing { after select clause"},
	{"FOR opt_simple SEMI opt_simple", ", expected semicolon or newline"},
	{"ELSE", "=else must be followed by if or statement block"},
	{"switch_header LBRACE", ", expected case or default or }"},
	{"SELECT LBRACE", ", expected case or default or }"},
	{"clauses", " at end of statement"},
	{"comm_clauses", " at end of statement"},
	{"DEFAULT", ", expected :"},
	{"stmts", " at end of statement"},
	{"top_decls declaration", " after top level declaration"},
	{"top_decls func_decl", " after top level declaration"},
	{"top_decls import_decl", " after top level declaration"},
	{"PACKAGE", ", expected name"},
	{"PACKAGE NAME", " after package clause"},
};

/* Do the symbols of pattern, separated by blanks, lie on top of the stack, the last one uppermost? Patterns are
 * compared from their end: names[0] is the top of the stack. */
static bool on_top(const Symbols *stack, const char *pattern)
{
	size_t end = strlen(pattern);

	for (int i = 0; ; i++) {
		size_t start = end;

		if (i >= stack->len)
			return false;
		while (start > 0 && pattern[start - 1] != ' ')
			start--;
		if (strlen(stack->names[i]) != end - start || strncmp(stack->names[i], pattern + start, end - start) != 0)
			return false;
		if (start == 0)
			return true;
		end = start - 1;
	}
}

static const char *look_up(const Symbols *stack, const Wording *table, int n)
{
	for (int i = 0; i < n; i++)
		if (on_top(stack, table[i].top))
			return table[i].phrase;
	return NULL;
}

static bool is_symbol(const Symbols *stack, int i, const char *name)
{
	return i < stack->len && strcmp(stack->names[i], name) == 0;
}

/* ---- what should have started -------------------------------------------------------------- */

static bool in_clause(const Symbols *raw)
{
	if (is_symbol(raw, 0, "COLON"))
		return true;
	return is_symbol(raw, 0, "SEMI") && is_symbol(raw, 1, "stmts") && is_symbol(raw, 2, "COLON");
}

static const char *statement_phrase(const Situation *s)
{
	if (on_top(&s->raw, "NAME COLON"))
		return "=missing statement after label";
	if (in_clause(&s->raw) && s->token->kind != T_EOF)
		return ", expected case or default or }";
	return ", expected }";
}

static const char *expression_phrase(Parser *p, const Situation *s)
{
	const Symbols *raw = &s->raw;
	int kind = s->token->kind;

	if (s->expected[T_IF] && s->expected[T_RETURN])
		return statement_phrase(s);
	if (on_top(raw, "primary LBRACK") && kind == T_RBRACK)
		return ", expected operand";
	if (kind == T_EOF && (on_top(raw, "primary LPAREN") || on_top(raw, "primary LPAREN expr_list COMMA")))
		return ", expected )";
	if (kind == T_EOF && (on_top(raw, "LIT_LBRACE") || on_top(raw, "element_list COMMA")))
		return ", expected }";
	if (kind == T_LBRACE && on_top(raw, "FOR opt_simple SEMI"))
		return ", expected for loop condition";
	if (kind == T_VAR && (is_symbol(raw, 0, "IF") || is_symbol(raw, 0, "FOR") || is_symbol(raw, 0, "SWITCH")))
		return arena_printf(p->arena, "=var declaration not allowed in %s initializer",
		                    is_symbol(raw, 0, "IF") ? "if" : is_symbol(raw, 0, "FOR") ? "for" : "switch");
	return ", expected expression";
}

static const char *type_phrase(const Situation *s)
{
	const Symbols *raw = &s->raw;
	const bool *expected = s->expected;
	int kind = s->token->kind;

	if (is_symbol(raw, 0, "CHAN") || is_symbol(raw, 0, "CHAN_SEND"))
		return "=missing channel element type";
	if (is_symbol(raw, 0, "DOTS"))
		return "=... is missing type";
	if ((expected[T_ASSIGN] && !expected[T_COMMA]) || on_top(raw, "opt_type_params ASSIGN"))
		return " in type declaration";
	if (expected[T_DECL_NAME] && expected[T_DOTS])
		return ", expected )";
	if (expected[T_METHOD_NAME])
		return kind == T_EOF ? ", expected }" : ", expected ~ term or type";
	if (expected[T_TILDE])
		return ", expected ~ term or type";
	if (on_top(raw, "NAME LBRACK") && kind == T_RBRACK)
		return ", expected type argument list";
	return ", expected type";
}

/* The opening bracket that a bracket is or closes, as a character; NUL for other tokens. */
static char opening(int kind)
{
	switch (kind) {
	case T_LPAREN: case T_RPAREN: case T_RPAREN_RESULT: return '(';
	case T_LBRACK: case T_TPARAM_LBRACK: case T_RBRACK: return '[';
	case T_LBRACE: case T_FUNC_LBRACE: case T_LIT_LBRACE: case T_RBRACE: return '{';
	}
	return '\0';
}

/* ---- what has just ended ----------------------------------------------------------------------- */

/* Between if, for or switch and the block: after a plain condition, or after a semicolon or range? */
static const char *header_phrase(Parser *p, const Situation *s, const char *keyword)
{
	bool clause = false;
	int depth = 0;

	for (const Token *t = s->token - 1; t > p->tokens; t--) {
		if (t->kind == T_RPAREN || t->kind == T_RBRACK || t->kind == T_RBRACE || t->kind == T_RPAREN_RESULT)
			depth++;
		else if (opening(t->kind))
			depth--;
		if (depth == 0 && (t->kind == T_IF || t->kind == T_FOR || t->kind == T_SWITCH))
			break;
		clause |= depth == 0 && (t->kind == T_SEMI || t->kind == T_RANGE);
	}
	if (!clause)
		return ", expected {";
	if (strcmp(keyword, "switch") == 0)
		return "=missing { after switch clause";
	return arena_printf(p->arena, ", expected { after %s clause", keyword);
}

/* A declaration or something else at the top of the file. */
static const char *top_level_phrase(Parser *p, const Situation *s)
{
	const DeclList *decls = &p->file->decls;
	const Decl *last = decls->len > 0 ? vec_last(decls) : NULL;

	if (s->token->kind == T_LBRACE && last && last->kind == DECL_FUNC && !last->body)
		return "=unexpected semicolon or newline before {";
	return "=non-declaration statement outside function body";
}

static const char *kind_text(int kind)
{
	switch (kind) {
	case T_NAME: case T_DECL_NAME: case T_METHOD_NAME: return "name";
	case T_SEMI: return "semicolon or newline";
	case T_COMMA: return "comma";
	case T_COLON: return ":";
	case T_LPAREN: return "(";
	case T_RPAREN: case T_RPAREN_RESULT: return ")";
	case T_LBRACK: case T_TPARAM_LBRACK: return "[";
	case T_RBRACK: return "]";
	case T_LBRACE: case T_FUNC_LBRACE: case T_LIT_LBRACE: return "{";
	case T_RBRACE: return "}";
	case T_CHAN: return "keyword chan";
	case T_DOT: return ".";
	case T_EOF: return "EOF";
	}
	return NULL;
}

/* If all tokens that can follow are written alike, that is what was expected. */
static const char *only_phrase(Parser *p, const Situation *s)
{
	const char *only = NULL;

	for (int kind = 0; kind < T_NO_BLOCK; kind++) {
		const char *text = s->follows[kind] ? kind_text(kind) : NULL;

		if (!s->follows[kind])
			continue;
		if (!text || (only && strcmp(only, text) != 0))
			return "";
		only = text;
	}
	return only ? arena_printf(p->arena, ", expected %s", only) : "";
}

static const char *ended_phrase(Parser *p, const Situation *s)
{
	const Symbols *top = &s->reduced;
	const char *phrase;

	if (is_symbol(top, 0, "if_header"))
		return header_phrase(p, s, "if");
	if (is_symbol(top, 0, "for_header"))
		return header_phrase(p, s, "for");
	if (is_symbol(top, 0, "switch_header"))
		return header_phrase(p, s, "switch");
	if (is_symbol(top, 0, "expr_list") && s->follows[T_DEFINE])
		return ", expected := or = or comma";
	if (on_top(top, "LBRACK expr") && s->token->kind == T_COMMA)
		return "=unexpected comma; expected ]";
	if (is_symbol(top, 0, "FUNC"))
		return s->expected[T_NAME] ? ", expected name or (" : ", expected (";
	if (is_symbol(top, 0, "TPARAM_LBRACK") && s->token->kind == T_RBRACK)
		return "=empty type parameter list";
	if (on_top(top, "decl_names COMMA"))
		return ", expected name";
	if (on_top(top, "LBRACE fields") && (on_top(&s->raw, "LBRACE NAME") || on_top(&s->raw, "SEMI NAME")))
		return ", expected type";
	if (s->follows[T_DECL_NAME])
		return ", expected ]";
	if (is_symbol(top, 0, "top_decls"))
		return top_level_phrase(p, s);
	if (s->token->kind == T_EOF && (is_symbol(top, 0, "clauses") || is_symbol(top, 0, "comm_clauses")))
		return ", expected }";
	phrase = look_up(top, after_reductions, COUNT_OF(after_reductions));
	return phrase ? phrase : only_phrase(p, s);
}

/* ---- reporting ------------------------------------------------------------------------------------- */

static const char *phrase_for(Parser *p, const Situation *s)
{
	const bool *expected = s->expected;
	const char *phrase;

	if (s->raw.len == 0 || expected[T_PACKAGE])
		return "=package statement must be first";
	phrase = look_up(&s->raw, before_reductions, COUNT_OF(before_reductions));
	if (phrase)
		return s->token->kind == T_EOF && expected[T_RPAREN] ? ", expected )" : phrase;
	if (on_top(&s->raw, "IMPORT LPAREN NAME") || on_top(&s->raw, "import_list SEMI NAME") ||
	    on_top(&s->raw, "IMPORT LPAREN DOT") || on_top(&s->raw, "import_list SEMI DOT"))
		return "=missing import path";
	if (expected[T_LITERAL] && expected[T_NAME] && expected[T_LPAREN] && expected[T_FUNC])
		return expression_phrase(p, s);
	if (expected[T_MAP] && expected[T_NAME] && !expected[T_SEMI] && !(expected[T_TILDE] && expected[T_COMMA]))
		return type_phrase(s);
	if (expected[T_METHOD_NAME] && expected[T_MAP])
		return type_phrase(s);
	if (expected[T_DECL_NAME] && expected[T_NAME] && expected[T_STAR])
		return s->token->kind == T_EOF ? ", expected }" : ", expected field name or embedded type";
	return ended_phrase(p, s);
}

void report_unexpected(Parser *p, const Situation *s)
{
	const char *phrase = phrase_for(p, s);
	Pos pos = token_pos(p, s->token);

	if (s->token->kind == T_EOF && p->c->diagnostics.len > p->diagnostics_before)
		return;                 /* what is missing here, an earlier error has swallowed */
	if (strcmp(phrase, "=missing statement after label") == 0)
		pos = token_pos(p, s->token - 1);
	if (strncmp(phrase, "=var declaration", 16) == 0)
		pos = token_pos(p, s->token + 1);
	if (strcmp(phrase, "=missing import path") == 0)
		import_error(p, pos, phrase + 1);
	else if (phrase[0] == '=')
		syntax_error(p, pos, "%s", phrase + 1);
	else
		syntax_error(p, pos, "unexpected %s%s", token_name(p->c, s->token), phrase);
}

/* ---- recovery ------------------------------------------------------------------------------------------ */

bool note_open_bracket(Parser *p, const char *symbol, const char *below)
{
	bool type_body = strcmp(symbol, "LBRACE") == 0 && (strcmp(below, "STRUCT") == 0 || strcmp(below, "INTERFACE") == 0);

	if (strcmp(symbol, "stmts") == 0 || strcmp(symbol, "FUNC_LBRACE") == 0 ||
	    (strcmp(symbol, "LBRACE") == 0 && !type_body))
		return false;
	if (strcmp(symbol, "top_decls") == 0)
		return false;
	if (p->open_count >= COUNT_OF(p->open))
		return false;
	if (strncmp(symbol, "RPAREN", 6) == 0 || strcmp(symbol, "RBRACK") == 0 || strcmp(symbol, "RBRACE") == 0) {
		p->closed_above++;
		return true;
	}
	if (strcmp(symbol, "LPAREN") != 0 && strcmp(symbol, "LBRACK") != 0 && strcmp(symbol, "TPARAM_LBRACK") != 0 &&
	    strcmp(symbol, "LIT_LBRACE") != 0 && !type_body)
		return true;
	if (p->closed_above > 0)
		p->closed_above--;
	else
		p->open[p->open_count++] = strstr(symbol, "PAREN") ? '(' : strstr(symbol, "BRACK") ? '[' : '{';
	return true;
}

/* Brackets around the token being skipped, innermost last. Beyond the capacity nesting is only counted. */
typedef struct { char kinds[256]; int depth; } Nesting;

static void push(Nesting *n, char kind)
{
	if (n->depth < COUNT_OF(n->kinds))
		n->kinds[n->depth] = kind;
	n->depth++;
}

static char innermost(const Nesting *n)
{
	return n->depth == 0 ? '\0' : n->depth <= COUNT_OF(n->kinds) ? n->kinds[n->depth - 1] : '{';
}

/* A closing bracket. False if it belongs to something outside. */
static bool close_bracket(Nesting *n, char open)
{
	int depth = n->depth;

	if (innermost(n) == open) {
		n->depth--;
		return true;
	}
	if (open != '{')
		return true;            /* a stray one: ignored */
	while (depth > 0 && (depth > COUNT_OF(n->kinds) || n->kinds[depth - 1] != '{'))
		depth--;
	if (depth == 0)
		return false;
	n->depth = depth - 1;
	return true;
}

/* May skipping end at the semicolon i, inside n? Inside braces it separates something else. Inside parentheses it
 * cannot be meant, unless the next token closes them. */
static bool ends_at_semicolon(const Parser *p, const Nesting *n, int i)
{
	char around = innermost(n), next = opening(p->tokens[i + 1 < p->count ? i + 1 : i].kind);

	if (around == '\0')
		return true;
	return around != '{' && !(around == next && p->tokens[i + 1].kind != T_LPAREN && p->tokens[i + 1].kind != T_LBRACK);
}

static bool ends_skip(const Parser *p, Nesting *n, Recovery where, int i)
{
	int kind = p->tokens[i].kind;

	switch (kind) {
	case T_EOF:
		return true;
	case T_SEMI:
		if (where == RECOVER_CLAUSE)
			return false;
		if (where == RECOVER_HEADER && (p->tokens[i].text[0] == 's' || p->tokens[i + 1].kind == T_LBRACE))
			return false;
		return ends_at_semicolon(p, n, i);
	case T_CASE: case T_DEFAULT:
		return n->depth == 0 && where != RECOVER_HEADER && (where == RECOVER_CLAUSE || p->in_clause);
	case T_LBRACE:
		if (where == RECOVER_HEADER && n->depth == 0)
			return true;
		push(n, '{');
		return false;
	case T_FUNC_LBRACE:
		if (where == RECOVER_SIGNATURE)
			return true;
		push(n, '{');
		return false;
	case T_LPAREN: case T_LBRACK: case T_TPARAM_LBRACK: case T_LIT_LBRACE:
		push(n, opening(kind));
		return false;
	case T_RPAREN: case T_RPAREN_RESULT: case T_RBRACK:
		close_bracket(n, opening(kind));
		return false;
	case T_RBRACE:
		return !close_bracket(n, '{');
	}
	return false;
}

static bool starts_declaration(int kind)
{
	return kind == T_FUNC || kind == T_VAR || kind == T_TYPE || kind == T_CONST;
}

/* The next declaration keyword that stands at the start of a line, or behind a written semicolon. A keyword in the
 * middle of a line may be part of an expression (a function literal); one at its start hardly is. */
static int next_declaration(const Parser *p, int from)
{
	for (int i = from; i < p->count - 1; i++) {
		const Token *t = &p->tokens[i];
		if (!starts_declaration(t->kind))
			continue;
		if (t->col == 1 || i == from || (p->tokens[i - 1].kind == T_SEMI && p->tokens[i - 1].text[0] == 's'))
			return i;
	}
	return p->count - 1;
}

bool recover(Parser *p, Recovery where)
{
	Nesting n = {.depth = 0};
	int i = p->error_at;

	for (int k = p->open_count - 1; k >= 0; k--)
		push(&n, p->open[k]);
	if (where == RECOVER_TOP_LEVEL)
		i = next_declaration(p, i);
	else
		while (!ends_skip(p, &n, where, i))
			i++;
	p->open_count = 0;
	if (i == p->synced_at && where != RECOVER_HEADER && i < p->count - 1)
		i++;
	p->synced_at = i;
	p->next = i;
	if (where == RECOVER_HEADER || where == RECOVER_SIGNATURE)
		p->no_block = p->tokens[i].kind != (where == RECOVER_HEADER ? T_LBRACE : T_FUNC_LBRACE);
	return p->tokens[i].kind != T_EOF;
}
