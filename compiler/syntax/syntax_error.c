#include "syntax_error.h"
#include "parser.h"
#include <stdio.h>
void syntax_error(Parser *p, Pos pos, const char *format, ...)
{
	va_list ap; char b[1000];
	va_start(ap, format); vsnprintf(b, sizeof b, format, ap); va_end(ap);
	error_at(p->c, pos, "syntax error: %s", b);
}
void recover(Parser *p, Recovery where)
{
	(void)where;
	while (p->next < p->count - 1 && p->tokens[p->next].kind != T_SEMI) p->next++;
}
