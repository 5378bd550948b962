/*
 * token.h - what lexer, marking pass and parser of one file share.
 *
 * A file is lexed whole into an array of tokens; the marking pass (mark.c) then
 * rewrites the kinds of some tokens where one token of lookahead would not tell
 * what they begin; only then bison reads the array. Nothing flows back.
 */
#ifndef GOL_TOKEN_H
#define GOL_TOKEN_H

#include "ast.h"

/* kind is a T_... of the generated parser.h. */
typedef struct Token {
	uint16_t kind;
	uint8_t op;              /* Op of operators, assignment operators, ++ and -- */
	uint8_t literal;         /* LiteralKind */
	uint32_t line, col;
	uint32_t length;
	const char *text;        /* interned: names, literals; operators and keywords as printed; ";": what stands there */
} Token;

typedef VEC(Token) TokenList;

typedef struct Lexer {
	Compiler *c;
	SourceFile *source;
	TokenList tokens;
	CommentList comments;
	const char *line_start;  /* of the line being read */
	uint32_t line;
	bool ends_statement;     /* the last token makes a newline a semicolon */
	bool imports_only;       /* stop at the first declaration that is no import */
} Lexer;

/* Everything one parse knows. */
typedef struct Parser {
	Compiler *c;
	Arena *arena;
	SourceFile *source;
	File *file;
	Token *tokens;
	int count, next;
	int fetched;             /* index of the token handed out last: the parser's lookahead */
	const CommentList *comments;
	int group;               /* number of the last parenthesised group of declarations */
	const Token *keyword;    /* of what was declared last: where var () stands, which declares nothing */
	int error_at;            /* the last token that did not fit */
	int synced_at;           /* the token at which the last recovery resumed: the next one goes further */
	int diagnostics_before;  /* length of the queue when the file was begun */
	bool in_clause;          /* the last error was in a clause of switch or select */
	char open[256];          /* brackets open between the point of recovery and the error, innermost first */
	int open_count, closed_above;
	bool no_block;           /* the next token is NO_BLOCK */
	bool stop;               /* give up quietly: a message has been queued that makes others pointless */
} Parser;

/* lexer.l: fill tokens and comments; the array always ends with an end of file token. */
void lex_file(Lexer *lexer);
/* lexical.c: what the rules of lexer.l call for the parts that need more than a pattern. */
void lexical_check_encoding(Lexer *l);
void lexical_number(Lexer *l, const char *text, size_t n, Pos pos, LiteralKind *kind);
void lexical_quoted(Lexer *l, const char *text, size_t n, Pos pos);
void lexical_name(Lexer *l, const char *text, size_t n, Pos pos);
void lexical_bad_char(Lexer *l, const char *text, size_t n, Pos pos);
void lexical_comment(Lexer *l, const char *text, size_t n, Pos pos);
/* mark.c; false: nested too deep, a message has been queued. */
bool mark_tokens(Compiler *c, SourceFile *source, TokenList *tokens);
/* syntax_error.c: how Go names a token in "unexpected ..." */
const char *token_name(Compiler *c, const Token *t);

#endif
