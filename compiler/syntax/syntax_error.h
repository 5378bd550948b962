/*
 * syntax_error.h - what parser.y needs to word and survive errors.
 */
#ifndef GOL_SYNTAX_ERROR_H
#define GOL_SYNTAX_ERROR_H

#include "build.h"

enum { SEEN_SYMBOLS = 64 };

/* A list of grammar symbols by name, the top of the parser's stack first. */
typedef struct { const char *names[SEEN_SYMBOLS]; int len; } Symbols;

/* Where the parser stood when a token did not fit. */
typedef struct {
	Symbols raw;             /* the stack as it is */
	Symbols reduced;         /* the stack after all default reductions: what has been read, as a whole */
	const bool *expected;    /* by token kind (T_...): could stand here */
	const bool *follows;     /* by token kind: can be shifted right after the default reductions */
	Token *token;            /* the one that did not fit */
} Situation;

typedef enum {
	RECOVER_STATEMENT, RECOVER_TOP_LEVEL, RECOVER_SIGNATURE, RECOVER_HEADER, RECOVER_CLAUSE,
} Recovery;

void report_unexpected(Parser *p, const Situation *s);
/* Note the brackets open since the last point of recovery; symbol is the stack from the top, one by one. False:
 * enough. */
bool note_open_bracket(Parser *p, const char *symbol, const char *below);
/* Move p->next to where parsing can go on. False: nowhere. */
bool recover(Parser *p, Recovery where);

#endif
