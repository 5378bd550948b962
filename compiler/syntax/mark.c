/*
 * mark.c - the pass between lexer and parser: it rewrites the kinds of tokens
 * whose meaning one token of lookahead cannot tell, so that the grammar is LALR(1).
 *
 *   {   LBRACE       a block, a struct's or interface's body
 *       FUNC_LBRACE  the body of a function whose signature ends just before
 *       LIT_LBRACE   a composite literal's elements
 *   (   unchanged, but known here to open parameters
 *   )   RPAREN_RESULT  ends parameters that a result follows
 *   [   TPARAM_LBRACK  opens type parameters
 *   <-  CHAN_SEND      the arrow of chan<- (in <-chan <-chan T the second begins the element)
 *   x   DECL_NAME      name of a parameter, type parameter or field that its type
 *                      follows (or, for type parameters and fields, a comma)
 *       METHOD_NAME    of an interface
 *
 * Invariants: brackets are matched once, beforehand (match[i] is i where there is
 * no partner); a mark set in advance, from outside in, is never changed; the walk
 * keeps one context per open bracket. In broken programs marks may be wrong: then
 * the parser reports an error somewhat further away, no more.
 *
 * Roads not taken: telling the lexer from the parser (bison has read its lookahead
 * already), GLR (exponential merging, no messages worth having).
 */
#include "token.h"
#include "parser.h"

#include <string.h>

/* PREFIX_RUN bounds tokens like ! * [] chan that nest without closing brackets. */
enum { MAX_DEPTH = 10000, PREFIX_RUN = 3 * MAX_DEPTH };

typedef enum {
	CONTEXT_BLOCK, CONTEXT_LITERAL, CONTEXT_PAREN, CONTEXT_BRACK, CONTEXT_PARAMS, CONTEXT_TPARAMS,
	CONTEXT_STRUCT, CONTEXT_INTERFACE, CONTEXT_TYPE_GROUP,
} ContextKind;

/* header: between if, for, switch or select and the { that opens its body. open: the bracket's token. */
typedef struct { uint8_t kind; bool header; int open; } Context;

enum { MARK_PARAMS = 1, MARK_BRACE = 2 };

typedef struct {
	Token *tokens;
	int count;
	int *match;              /* partner of each bracket */
	uint8_t *marks;          /* MARK_... set in advance */
	Context *stack;
	int depth;               /* stack[depth] is the innermost context; stack[0] the file */
	int type_end, type_depth;        /* up to where, and in which context, the type around has been skipped once */
} Marker;

/* Looking beyond either end is allowed, and finds the end of the file. */
static int kind_at(const Marker *m, int i)
{
	return i >= 0 && i < m->count ? m->tokens[i].kind : T_EOF;
}

static bool starts_type(int kind)
{
	switch (kind) {
	case T_NAME: case T_STAR: case T_LPAREN: case T_LBRACK: case T_FUNC: case T_MAP: case T_CHAN: case T_STRUCT:
	case T_INTERFACE: case T_ARROW:
		return true;
	}
	return false;
}

/* Index behind the bracket at i and its partner. */
static int skip_brackets(const Marker *m, int i)
{
	debug_require(i >= 0 && i < m->count);
	return m->match[i] > i ? m->match[i] + 1 : i + 1;
}

/* Index behind the type that starts at i; i itself if none does. */
static int skip_type(const Marker *m, int i)
{
	for (;;) {
		switch (kind_at(m, i)) {
		case T_NAME:
			i++;
			if (kind_at(m, i) == T_DOT && kind_at(m, i + 1) == T_NAME)
				i += 2;
			return kind_at(m, i) == T_LBRACK ? skip_brackets(m, i) : i;
		case T_STAR: case T_ARROW:
			i++;
			continue;
		case T_LPAREN:
			return skip_brackets(m, i);
		case T_LBRACK:
			i = skip_brackets(m, i);
			continue;
		case T_MAP:
			i = kind_at(m, i + 1) == T_LBRACK ? skip_brackets(m, i + 1) : i + 1;
			continue;
		case T_CHAN:
			i += 1 + (kind_at(m, i + 1) == T_ARROW || kind_at(m, i + 1) == T_CHAN_SEND);
			continue;
		case T_STRUCT: case T_INTERFACE:
			return kind_at(m, i + 1) == T_LBRACE ? skip_brackets(m, i + 1) : i + 1;
		case T_FUNC:
			if (kind_at(m, i + 1) != T_LPAREN)
				return i + 1;
			i = skip_brackets(m, i + 1);
			if (!starts_type(kind_at(m, i)))
				return i;
			continue;
		default:
			return i;
		}
	}
}

/* ---- signatures ------------------------------------------------------------------------- */

/* Parameters open at i: mark them and the result's. Index of the result, or behind the signature if it has none. */
static int mark_signature(Marker *m, int i)
{
	int close = m->match[i];

	debug_require(m->tokens[i].kind == T_LPAREN);
	m->marks[i] |= MARK_PARAMS;
	if (close <= i)
		return i + 1;
	if (starts_type(kind_at(m, close + 1))) {
		m->tokens[close].kind = T_RPAREN_RESULT;
		if (kind_at(m, close + 1) == T_LPAREN)
			m->marks[close + 1] |= MARK_PARAMS;
	}
	return close + 1;
}

/* Is i part of a type whose end has been looked for already? Keeps the pass linear for types nested without
 * brackets. */
static bool inside_skipped_type(const Marker *m, int i)
{
	return i < m->type_end && m->depth == m->type_depth;
}

static int skip_outer_type(Marker *m, int i)
{
	m->type_end = skip_type(m, i);
	m->type_depth = m->depth;
	return m->type_end;
}

/* The keyword func stands at i, of a declaration, a type or a literal. The forms: func f(...), func (r R) f(...),
 * func f[T any](...), func(...) { } and the type func(...). The brace behind opens a body unless the signature is
 * part of a type that is followed by one: []func(){...} is a composite literal. */
static void mark_func(Marker *m, int i)
{
	bool declaration = m->depth == 0 && (i == 0 || m->tokens[i - 1].kind == T_SEMI);
	int at = i + 1;

	if (declaration && kind_at(m, at) == T_LPAREN && kind_at(m, skip_brackets(m, at)) == T_NAME) {
		m->marks[at] |= MARK_PARAMS;
		at = skip_brackets(m, at);
	}
	if (kind_at(m, at) == T_NAME)
		at++;
	if (kind_at(m, at) == T_LBRACK) {
		m->tokens[at].kind = T_TPARAM_LBRACK;
		at = skip_brackets(m, at);
	}
	if (kind_at(m, at) != T_LPAREN)
		return;
	at = mark_signature(m, at);
	if (inside_skipped_type(m, i))
		return;                 /* the brace behind belongs to the outer one */
	at = skip_outer_type(m, at);
	if (kind_at(m, at) == T_LBRACE && !(m->marks[at] & MARK_BRACE)) {
		m->marks[at] |= MARK_BRACE;
		m->tokens[at].kind = T_FUNC_LBRACE;
	}
}

/* ---- type parameters ---------------------------------------------------------------------- */

static bool type_literal_starts(const Marker *m, int i)
{
	switch (kind_at(m, i)) {
	case T_STRUCT: case T_INTERFACE: case T_MAP: case T_CHAN: case T_FUNC: case T_TILDE:
		return true;
	case T_LBRACK:           /* not an index */
		return kind_at(m, i - 1) != T_NAME && kind_at(m, i - 1) != T_RPAREN && kind_at(m, i - 1) != T_RBRACK;
	}
	return false;
}

/* [ NAME operator ... ] : parameters only if a comma or something that only a constraint can hold follows. Calls and
 * indices are skipped; parentheses of their own are looked into. */
static bool constraint_follows(const Marker *m, int from, int close)
{
	for (int i = from; i < close; i++) {
		int kind = kind_at(m, i);

		if (kind == T_COMMA || type_literal_starts(m, i))
			return true;
		if (kind == T_LBRACK || kind == T_LBRACE || (kind == T_LPAREN && i > from && kind_at(m, i - 1) == T_NAME))
			i = skip_brackets(m, i) - 1;
	}
	return false;
}

/* In "type T [", with the bracket at i: does it open type parameters, not an array's length? */
static bool opens_type_params(const Marker *m, int i)
{
	int close = m->match[i];

	if (kind_at(m, i + 1) != T_NAME)
		return false;
	switch (kind_at(m, i + 2)) {
	case T_RBRACK: case T_DOT:
		return false;
	case T_STAR: case T_LPAREN: case T_OROR: case T_ANDAND: case T_COMPARE: case T_PLUS: case T_MINUS: case T_CARET:
	case T_BAR: case T_AMP: case T_TIMES: case T_LBRACE:
		return constraint_follows(m, i + 2, close);
	}
	return true;
}

/* type T [N]int or type T[P any] int: told by what stands in the brackets. */
static void mark_type_spec(Marker *m, int name)
{
	if (kind_at(m, name) == T_NAME && kind_at(m, name + 1) == T_LBRACK && opens_type_params(m, name + 1))
		m->tokens[name + 1].kind = T_TPARAM_LBRACK;
}

/* ---- names that a type follows ----------------------------------------------------------------- */

/* NAME [ ... ] at i: an array or slice type behind a name, rather than an instantiated type? */
static bool array_type_follows(const Marker *m, int i)
{
	int close = m->match[i + 1];

	if (kind_at(m, i + 2) == T_RBRACK)
		return true;
	return close > i && starts_type(kind_at(m, close + 1));
}

/* In a parameter list "a T" is a name and its type, "T" and "p.T" are types: a name is one if a type can start behind
 * it. */
static bool declares_parameter(const Marker *m, int i)
{
	int next = kind_at(m, i + 1);

	if (next == T_LBRACK)
		return array_type_follows(m, i);
	return next == T_DOTS || starts_type(next);
}

/* In a struct "a, b T" and "a T" are fields, "T", "*T" and "p.T" embedded ones. */
static bool declares_field(const Marker *m, int i)
{
	int next = kind_at(m, i + 1);

	if (kind_at(m, i - 1) == T_COMMA || next == T_COMMA)
		return true;
	return next == T_LBRACK ? array_type_follows(m, i) : starts_type(next);
}

/* Methods cannot have type parameters; marked all the same, for the message. */
static void mark_method(Marker *m, int i)
{
	int at = i + 1;

	if (kind_at(m, at) == T_LBRACK && opens_type_params(m, at))
		at = skip_brackets(m, at);
	if (kind_at(m, at) != T_LPAREN)
		return;
	m->tokens[i].kind = T_METHOD_NAME;
	if (at > i + 1)
		m->tokens[i + 1].kind = T_TPARAM_LBRACK;
	mark_signature(m, at);
}

static void mark_name(Marker *m, int i)
{
	int before = kind_at(m, i - 1);
	Token *t = &m->tokens[i];

	switch (m->stack[m->depth].kind) {
	case CONTEXT_PARAMS:
		if ((before == T_LPAREN || before == T_COMMA) && declares_parameter(m, i))
			t->kind = T_DECL_NAME;
		break;
	case CONTEXT_TPARAMS:
		if (before == T_TPARAM_LBRACK || before == T_COMMA)
			t->kind = T_DECL_NAME;
		break;
	case CONTEXT_STRUCT:
		if ((before == T_LBRACE || before == T_SEMI || before == T_COMMA) && declares_field(m, i))
			t->kind = T_DECL_NAME;
		break;
	case CONTEXT_INTERFACE:
		if (before == T_LBRACE || before == T_SEMI)
			mark_method(m, i);
		break;
	case CONTEXT_TYPE_GROUP:
		if (before == T_LPAREN || before == T_SEMI)
			mark_type_spec(m, i);
		break;
	}
}

/* ---- braces ----------------------------------------------------------------------------------- */

/* What stands here would make a following bracket an index, a call or a block rather than the start of a type. */
static bool ends_operand(int kind)
{
	switch (kind) {
	case T_NAME: case T_DECL_NAME: case T_LITERAL: case T_RPAREN: case T_RPAREN_RESULT: case T_RBRACK: case T_RBRACE:
	case T_METHOD_NAME: case T_DOTS:
		return true;
	}
	return false;
}

/* A type literal that starts an operand may have elements even in a header: if x == [2]int{1, 2} { */
static void mark_operand_type(Marker *m, int i)
{
	int brace;

	if (ends_operand(kind_at(m, i - 1)) || inside_skipped_type(m, i))
		return;
	brace = skip_outer_type(m, i);
	if (kind_at(m, brace) == T_LBRACE && !(m->marks[brace] & MARK_BRACE)) {
		m->marks[brace] |= MARK_BRACE;
		m->tokens[brace].kind = T_LIT_LBRACE;
	}
}

/* (T){...} is wrong, but is read as a literal to say so. */
static bool parenthesised_type(const Marker *m, int close)
{
	int open = m->match[close];

	return open < close && open > 0 && !ends_operand(kind_at(m, open - 1)) && !(m->marks[open] & MARK_PARAMS) &&
	       kind_at(m, open - 1) != T_FUNC && skip_type(m, open + 1) == close;
}

/* "Composite literals" has the ambiguity: in if x == T {} the brace opens the block, unless the literal is in
 * parentheses. So in a header, at its own depth, every brace opens the block; inside brackets within it a new context
 * has begun. */
static ContextKind classify_brace(Marker *m, int i)
{
	int before = kind_at(m, i - 1);
	Context *top = &m->stack[m->depth];
	Token *t = &m->tokens[i];

	debug_require(m->depth >= 0 && i > 0);
	if (m->marks[i] & MARK_BRACE)
		return t->kind == T_LIT_LBRACE ? CONTEXT_LITERAL : CONTEXT_BLOCK;
	if (before == T_STRUCT)
		return CONTEXT_STRUCT;
	if (before == T_INTERFACE)
		return CONTEXT_INTERFACE;
	if (top->header) {
		top->header = false;
		return CONTEXT_BLOCK;
	}
	if (before == T_NAME || before == T_RBRACK || (before == T_RPAREN && parenthesised_type(m, i - 1)) ||
	    (top->kind == CONTEXT_LITERAL && (before == T_COMMA || before == T_COLON || before == T_LIT_LBRACE))) {
		t->kind = T_LIT_LBRACE;
		return CONTEXT_LITERAL;
	}
	return CONTEXT_BLOCK;
}

/* ---- the walk ------------------------------------------------------------------------------------ */

/* Close the context of the bracket at open, and those of brackets in it that were never closed. */
static void close_context(Marker *m, int open)
{
	while (m->depth > 0 && m->stack[m->depth].open >= open)
		m->depth--;
}

static void open_bracket(Marker *m, int i, int kind)
{
	ContextKind context = CONTEXT_BRACK;

	if (kind == T_LBRACE || kind == T_FUNC_LBRACE || kind == T_LIT_LBRACE)
		context = classify_brace(m, i);
	else if (kind == T_TPARAM_LBRACK)
		context = CONTEXT_TPARAMS;
	else if (kind == T_LPAREN && m->marks[i] & MARK_PARAMS)
		context = CONTEXT_PARAMS;
	else if (kind == T_LPAREN)
		context = kind_at(m, i - 1) == T_TYPE ? CONTEXT_TYPE_GROUP : CONTEXT_PAREN;
	m->stack[++m->depth] = (Context){(uint8_t)context, false, i};
}

/* A token inside a bracket that was marked in advance finds its kind changed already. */
static void mark_one(Marker *m, int i)
{
	int kind = m->tokens[i].kind;

	switch (kind) {
	case T_NAME:
		mark_name(m, i);
		break;
	case T_LBRACK: case T_MAP: case T_STRUCT:
		mark_operand_type(m, i);
		if (kind == T_LBRACK)
			open_bracket(m, i, kind);
		break;
	case T_FUNC:
		mark_func(m, i);
		break;
	case T_ARROW:
		if (kind_at(m, i - 1) == T_CHAN && kind_at(m, i - 2) != T_ARROW)
			m->tokens[i].kind = T_CHAN_SEND;
		break;
	case T_TYPE:
		mark_type_spec(m, i + 1);
		break;
	case T_IF: case T_FOR: case T_SWITCH: case T_SELECT:
		m->stack[m->depth].header = true;
		break;
	case T_RETURN: case T_GO: case T_DEFER: case T_BREAK: case T_CONTINUE: case T_GOTO: case T_CASE: case T_DEFAULT:
		m->stack[m->depth].header = false;
		break;
	case T_LPAREN: case T_LBRACE: case T_FUNC_LBRACE: case T_LIT_LBRACE: case T_TPARAM_LBRACK:
		open_bracket(m, i, kind);
		break;
	case T_RPAREN: case T_RPAREN_RESULT: case T_RBRACK: case T_RBRACE:
		if (m->match[i] < i)
			close_context(m, m->match[i]);
		break;
	}
}

static bool is_open(int kind)
{
	return kind == T_LPAREN || kind == T_LBRACK || kind == T_LBRACE;
}

static bool is_pair(int open, int close)
{
	return (open == T_LPAREN && close == T_RPAREN) || (open == T_LBRACK && close == T_RBRACK) ||
	       (open == T_LBRACE && close == T_RBRACE);
}

/* How many of the open brackets on the stack the closing one ends; 0 if it fits none. A brace ends what is open inside
 * its own, others only look as far as the next brace; nobody looks further than LOOK_BACK. */
static int brackets_ended(const Marker *m, const int *stack, int depth, int close)
{
	enum { LOOK_BACK = 64 };

	for (int n = 1; n <= depth && n <= LOOK_BACK; n++) {
		int open = m->tokens[stack[depth - n]].kind;

		if (is_pair(open, close))
			return n;
		if (open == T_LBRACE && close != T_RBRACE)
			return 0;
	}
	return 0;
}

/* Fill match. Returns the deepest nesting, and in *too_deep the token where it went beyond the limit, if it did.
 * Brackets that find no partner match themselves. Nesting is limited here, before anything that recurses runs: a
 * program of a million parentheses must not overflow the stack of whoever walks over the tree. */
static int match_brackets(Marker *m, int *stack, int *too_deep)
{
	int depth = 0, deepest = 0, run = 0;

	*too_deep = 0;
	for (int i = 0; i < m->count; i++) {
		int kind = m->tokens[i].kind, ended;

		m->match[i] = i;
		if (is_open(kind)) {
			stack[depth++] = i;
		} else if (kind == T_RPAREN || kind == T_RBRACK || kind == T_RBRACE) {
			ended = brackets_ended(m, stack, depth, kind);
			depth -= ended;
			if (ended > 0) {
				m->match[i] = stack[depth];
				m->match[stack[depth]] = i;
			}
		}
		run = kind == T_NAME || kind == T_LITERAL || kind == T_SEMI || kind == T_COMMA || kind == T_RBRACE ? 0 : run +
			1;
		if (depth > MAX_DEPTH || run > PREFIX_RUN) {
			*too_deep = i;
			return depth;
		}
		if (depth > deepest)
			deepest = depth;
	}
	return deepest;
}

bool mark_tokens(Compiler *c, SourceFile *source, TokenList *tokens)
{
	Marker m = {.tokens = tokens->items, .count = tokens->len};
	int *stack = NEW_ARRAY(c->arena, int, m.count + 1), too_deep, deepest;

	m.match = NEW_ARRAY(c->arena, int, m.count + 1);
	deepest = match_brackets(&m, stack, &too_deep);
	if (too_deep > 0) {
		Token *t = &m.tokens[too_deep];
		error_at(c, (Pos){(uint32_t)source->index, t->line, t->col, 0}, "exceeded max nesting depth");
		return false;
	}
	m.marks = NEW_ARRAY(c->arena, uint8_t, m.count + 1);
	m.stack = NEW_ARRAY(c->arena, Context, deepest + 2);
	debug_require(m.count > 0 && m.tokens[m.count - 1].kind == T_EOF);
	for (int i = 0; i < m.count; i++)
		mark_one(&m, i);
	return true;
}
