/*
 * syntax_error.h - what parser.y needs to word and survive errors.
 */
#ifndef GOL_SYNTAX_ERROR_H
#define GOL_SYNTAX_ERROR_H

#include "build.h"

typedef enum {
	RECOVER_STATEMENT, RECOVER_DECLARATION, RECOVER_TOP_LEVEL, RECOVER_HEADER, RECOVER_CLAUSE,
} Recovery;

/* Move p->next to where parsing can go on. */
void recover(Parser *p, Recovery where);

#endif
