/*
 * build.h - tree construction for the actions of parser.y.
 */
#ifndef GOL_BUILD_H
#define GOL_BUILD_H

#include "token.h"

typedef VEC(const Token *) NameList;
typedef VEC(Case *) CaseList;

/* What stands between if, for or switch and its block. */
typedef struct {
	Stmt *init, *cond, *post;
	const Token *first_semi, *second_semi;
	Stmt *range;             /* a finished STMT_RANGE without body, instead of all that */
} Header;

Pos token_pos(const Parser *p, const Token *t);

/* ---- build_expr.c --------------------------------------------------------------------- */

Expr *build_bad(Parser *p, const Token *at);
Expr *build_name(Parser *p, const Token *name);
Expr *build_literal(Parser *p, const Token *t);
Expr *build_unary(Parser *p, const Token *op, Op kind, Expr *x);
Expr *build_receive(Parser *p, const Token *arrow, Expr *x);
Expr *build_star(Parser *p, const Token *star, Expr *x);
Expr *build_binary(Parser *p, Expr *x, const Token *op, Expr *y);
Expr *build_paren(Parser *p, const Token *open, Expr *x, const Token *close);
Expr *build_selector(Parser *p, Expr *x, const Token *name);
Expr *build_assert(Parser *p, Expr *x, const Token *dot, Expr *type, const Token *close);
Expr *build_index(Parser *p, Expr *x, const Token *open, ExprList *list, const Token *close);
/* second: the second colon, NULL if there is one only. */
Expr *build_slice(Parser *p, Expr *x, const Token *open, Expr *lo, Expr *hi, const Token *second, Expr *max,
                  const Token *close);
Expr *build_call(Parser *p, Expr *x, const Token *open, ExprList *list, const Token *dots, const Token *close);
Expr *build_composite(Parser *p, Expr *type, const Token *open, ExprList *list, const Token *close);
Expr *build_key_value(Parser *p, Expr *key, const Token *colon, Expr *value);
Expr *build_func_literal(Parser *p, const Token *func, FuncType *type, Block *body);
Expr *build_ellipsis(Parser *p, const Token *dots, Expr *type);
Expr *build_array_type(Parser *p, const Token *open, Expr *length, Expr *elem);
Expr *build_slice_type(Parser *p, const Token *open, Expr *elem);
Expr *build_map_type(Parser *p, const Token *map, Expr *key, Expr *elem);
Expr *build_chan_type(Parser *p, const Token *first, ChanDir dir, Expr *elem);
Expr *build_func_type(Parser *p, const Token *func, FuncType *type);
Expr *build_fields_type(Parser *p, ExprKind kind, const Token *keyword, FieldList *fields, const Token *close);
ExprList *build_exprs(Parser *p, ExprList *list, Expr *x);

/* ---- build_decl.c ---------------------------------------------------------------------- */

Field *build_param(Parser *p, const Token *name, Expr *type);
FieldList *build_fields(Parser *p, FieldList *list, Field *field);
/* Give each of the names the type; tag may be NULL. */
FieldList *build_struct_fields(Parser *p, NameList *names, Expr *type, const Token *tag);
FieldList *build_embedded(Parser *p, Expr *type, const Token *tag);
Field *build_method(Parser *p, const Token *name, FuncType *type);
Field *build_element(Parser *p, Expr *type);
/* Decide which parameters are named, once the list is complete. */
FuncType *build_signature(Parser *p, const Token *open, FieldList *params, FieldList *results);
FieldList *build_params(Parser *p, FieldList *list);
FieldList *build_result(Parser *p, Expr *type);
FieldList *build_type_params(Parser *p, const Token *open, FieldList *list, const Token *close);
NameList *build_names(Parser *p, NameList *list, const Token *name);

Decl *build_import(Parser *p, const Token *name, const Token *path);
Decl *build_value_spec(Parser *p, NameList *names, Expr *type, ExprList *values);
Decl *build_type_spec(Parser *p, const Token *name, FieldList *type_params, bool alias, Expr *type);
Decl *build_func(Parser *p, const Token *func, FieldList *receiver, const Token *name,
                 FieldList *type_params, FuncType *type, Block *body);
DeclList *build_decls(Parser *p, DeclList *list, Decl *d);
/* The list is all that one keyword declares: set kind, keyword position, group, iota, repetition, doc comments. */
DeclList *build_group(Parser *p, const Token *keyword, DeclKind kind, DeclList *list, bool grouped);
void build_top_level(Parser *p, DeclList *list);

/* ---- embed.c ------------------------------------------------------------------------------- */

void directive_fault(Parser *p, Pos pos, const char *text);     /* parse.c */
/* Adds the comment to the file's embeds if it is a line //go:embed; alone: nothing stands before it. */
void note_embed(Parser *p, const Comment *comment, Pos pos, bool alone);
/* d, which begins on `line`, takes the lines between `above` and there that nothing has taken. */
void take_embeds(Parser *p, Decl *d, uint32_t above, uint32_t line);
void report_misplaced_embeds(Parser *p);       /* once all declarations have taken theirs */

/* ---- build_stmt.c ------------------------------------------------------------------------ */

Stmt *build_simple(Parser *p, StmtKind kind, const Token *op, ExprList *lhs, ExprList *rhs);
Stmt *build_expr_stmt(Parser *p, Expr *x);
Stmt *build_send(Parser *p, Expr *x, const Token *arrow, Expr *y);
Stmt *build_inc_dec(Parser *p, Expr *x, const Token *op);
Stmt *build_op_assign(Parser *p, Expr *x, const Token *op, Expr *y);
Stmt *build_decl_stmt(Parser *p, DeclList *list);
Stmt *build_go(Parser *p, StmtKind kind, const Token *keyword, Expr *x);
Stmt *build_return(Parser *p, const Token *keyword, ExprList *list);
Stmt *build_branch(Parser *p, StmtKind kind, const Token *keyword, const Token *label);
Stmt *build_block_stmt(Parser *p, Block *block);
Stmt *build_labeled(Parser *p, const Token *name, Stmt *body);
Stmt *build_if(Parser *p, const Token *keyword, Header *header, Block *body, Stmt *else_);
Stmt *build_for(Parser *p, const Token *keyword, Header *header, Block *body);
Stmt *build_range(Parser *p, ExprList *lhs, const Token *op, const Token *range, Expr *x);
Stmt *build_switch(Parser *p, const Token *keyword, Header *header, const Token *open, CaseList *cases,
                   const Token *close);
Stmt *build_select(Parser *p, const Token *keyword, CaseList *cases, const Token *close);
Case *build_case(Parser *p, const Token *keyword, ExprList *list, Stmt *comm, const Token *colon, StmtList *body);
CaseList *build_cases(Parser *p, CaseList *list, Case *one);
Block *build_block(Parser *p, const Token *open, StmtList *list, const Token *close);
StmtList *build_stmts(Parser *p, StmtList *list, Stmt *s);
Header *build_header(Parser *p, Stmt *init, const Token *first_semi, Stmt *cond, const Token *second_semi, Stmt *post);

/* ---- syntax_error.c ------------------------------------------------------------------------ */

/* "syntax error: " + text, at a token. */
void syntax_error(Parser *p, Pos pos, const char *format, ...) PRINTF_LIKE(3, 4);
void import_error(Parser *p, Pos pos, const char *text);     /* also what the loader says instead of compiling */

#endif
