/*
 * parser.y - Go's grammar, over the marked token array (mark.c says what the marks
 * are). LALR(1) without conflicts; LAC finds every error at the first token that
 * cannot continue the program, before any wrong reduction, so that the stack of
 * symbols still says what was being read: syntax_error.c words the message from it.
 *
 * Types in expressions are expressions: only where nothing but a type can stand the
 * nonterminal "type" is used. The grammar accepts somewhat more than Go; build_*.c
 * check the rest (parameter lists, headers, go and defer, receivers).
 *
 * After an error the parser falls back to the innermost statement, declaration or
 * header and resumes where recover_*() in syntax_error.c puts it.
 */
%code top {
#include "syntax/build.h"
}
%code requires {
#include "syntax/build.h"
}
%code provides {
int gol_yyparse(Parser *p);
}
%code {
#include "syntax/syntax_error.h"

#include <string.h>

#define YYMAXDEPTH 400000
#define YYINITDEPTH 400

static int gol_yylex(GOL_YYSTYPE *value, Parser *p);
static void gol_yyerror(Parser *p, const char *message);
static void *fresh_list(Parser *p, size_t size) { return arena_alloc(p->arena, size); }
#define EMPTY(T) ((T *)fresh_list(p, sizeof(T)))
#define RESUME(where) do { if (!recover(p, where)) YYABORT; yyclearin; yyerrok; } while (0)
}

%define api.pure full
%define api.prefix {gol_yy}
%define api.token.prefix {T_}
%define parse.lac full
%define parse.error custom
%param {Parser *p}
%expect 0

%union {
	const Token *token;
	Expr *expr;
	ExprList *exprs;
	Stmt *stmt;
	StmtList *stmts;
	Block *block;
	Header *header;
	Case *one_case;
	CaseList *cases;
	Field *field;
	FieldList *fields;
	FuncType *func;
	NameList *names;
	Decl *decl;
	DeclList *decls;
}

%token EOF 0
%token <token> NAME DECL_NAME METHOD_NAME LITERAL
%token <token> BREAK CASE CHAN CONST CONTINUE DEFAULT DEFER ELSE FALLTHROUGH FOR FUNC GO GOTO IF IMPORT INTERFACE MAP
%token <token> PACKAGE RANGE RETURN SELECT STRUCT SWITCH TYPE VAR
%token <token> SEMI COMMA COLON DOT DOTS ASSIGN DEFINE ASSIGN_OP INC_DEC
%token <token> LPAREN RPAREN RPAREN_RESULT LBRACK TPARAM_LBRACK RBRACK LBRACE FUNC_LBRACE LIT_LBRACE RBRACE
%token <token> ARROW CHAN_SEND OROR ANDAND COMPARE PLUS MINUS CARET BAR STAR AMP TIMES NOT TILDE
%token NO_BLOCK              /* put in by recovery where a header has no block */

%type <expr> expr unary primary operand opt_expr type type_name plain_type array_type chan_type func_type struct_type
%type <expr> interface_type element value constraint term embedded_type func_literal
%type <exprs> expr_list elements element_list type_list
%type <stmt> stmt simple opt_simple if_stmt for_stmt switch_stmt select_stmt else_part
%type <stmts> stmts
%type <block> block func_body opt_func_body header_block
%type <header> if_header for_header switch_header
%type <one_case> clause comm_clause
%type <cases> clauses comm_clauses
%type <field> param type_param
%type <fields> params param_list result opt_type_params type_param_list fields field_list field elements_of_interface
%type <fields> element_of_interface element_list_of_interface
%type <func> signature
%type <names> names decl_names
%type <token> opt_name opt_tag
%type <decl> import_spec const_spec var_spec type_spec
%type <decls> import_specs const_specs var_specs type_specs import_list const_list var_list type_list_of_specs
%type <decls> declaration func_decl import_decl

%left OROR
%left ANDAND
%left COMPARE
%left PLUS MINUS CARET BAR
%left STAR AMP TIMES
%precedence TYPE_NAME_ENDS     /* a type name takes the dot or bracket that follows it */
%precedence DOT LBRACK

%%

file:
	package top_decls
	;

package:
	PACKAGE NAME SEMI { p->file->package_pos = token_pos(p, $1); p->file->package_name = $2->text;
	                    p->file->package_name_pos = token_pos(p, $2); }
	;

import_decl:
	IMPORT import_spec { $$ = build_group(p, $1, DECL_IMPORT, build_decls(p, NULL, $2), false); }
	| IMPORT LPAREN import_specs RPAREN { $$ = build_group(p, $1, DECL_IMPORT, $3, true); }
	| IMPORT error { RESUME(RECOVER_STATEMENT); $$ = EMPTY(DeclList); }
	;

import_specs: %empty { $$ = EMPTY(DeclList); } | import_list | import_list SEMI ;

import_list:
	import_spec { $$ = build_decls(p, NULL, $1); }
	| import_list SEMI import_spec { $$ = build_decls(p, $1, $3); }
	;

import_spec:
	LITERAL { $$ = build_import(p, NULL, $1); }
	| NAME LITERAL { $$ = build_import(p, $1, $2); }
	| DOT LITERAL { $$ = build_import(p, $1, $2); }
	;

top_decls:
	%empty
	| top_decls import_decl SEMI { build_top_level(p, $2); }
	| top_decls declaration SEMI { build_top_level(p, $2); }
	| top_decls func_decl SEMI { build_top_level(p, $2); }
	| top_decls error { RESUME(RECOVER_TOP_LEVEL); }
	;

/* ---- declarations ---------------------------------------------------------------------- */

declaration:
	CONST const_spec { $$ = build_group(p, $1, DECL_CONST, build_decls(p, NULL, $2), false); }
	| CONST LPAREN const_specs RPAREN { $$ = build_group(p, $1, DECL_CONST, $3, true); }
	| VAR var_spec { $$ = build_group(p, $1, DECL_VAR, build_decls(p, NULL, $2), false); }
	| VAR LPAREN var_specs RPAREN { $$ = build_group(p, $1, DECL_VAR, $3, true); }
	| TYPE type_spec { $$ = build_group(p, $1, DECL_TYPE, build_decls(p, NULL, $2), false); }
	| TYPE LPAREN type_specs RPAREN { $$ = build_group(p, $1, DECL_TYPE, $3, true); }
	;

const_specs: %empty { $$ = EMPTY(DeclList); } | const_list | const_list SEMI ;
const_list:
	const_spec { $$ = build_decls(p, NULL, $1); }
	| const_list SEMI const_spec { $$ = build_decls(p, $1, $3); }
	;

const_spec:
	names { $$ = build_value_spec(p, $1, NULL, NULL); }
	| names type { $$ = build_value_spec(p, $1, $2, NULL); }
	| names type ASSIGN expr_list { $$ = build_value_spec(p, $1, $2, $4); }
	| names ASSIGN expr_list { $$ = build_value_spec(p, $1, NULL, $3); }
	;

var_specs: %empty { $$ = EMPTY(DeclList); } | var_list | var_list SEMI ;
var_list:
	var_spec { $$ = build_decls(p, NULL, $1); }
	| var_list SEMI var_spec { $$ = build_decls(p, $1, $3); }
	;

var_spec:
	names type { $$ = build_value_spec(p, $1, $2, NULL); }
	| names type ASSIGN expr_list { $$ = build_value_spec(p, $1, $2, $4); }
	| names ASSIGN expr_list { $$ = build_value_spec(p, $1, NULL, $3); }
	;

type_specs: %empty { $$ = EMPTY(DeclList); } | type_list_of_specs | type_list_of_specs SEMI ;
type_list_of_specs:
	type_spec { $$ = build_decls(p, NULL, $1); }
	| type_list_of_specs SEMI type_spec { $$ = build_decls(p, $1, $3); }
	;

type_spec:
	NAME opt_type_params type { $$ = build_type_spec(p, $1, $2, false, $3); }
	| NAME opt_type_params ASSIGN type { $$ = build_type_spec(p, $1, $2, true, $4); }
	;

names:
	NAME { $$ = build_names(p, NULL, $1); }
	| names COMMA NAME { $$ = build_names(p, $1, $3); }
	;

func_decl:
	FUNC NAME opt_type_params signature opt_func_body {
		$$ = build_decls(p, NULL, build_func(p, $1, NULL, $2, $3, $4, $5)); }
	| FUNC LPAREN params RPAREN NAME opt_type_params signature opt_func_body {
		$$ = build_decls(p, NULL, build_func(p, $1, $3, $5, $6, $7, $8)); }
	| FUNC error { RESUME(RECOVER_SIGNATURE); } signature_block { $$ = EMPTY(DeclList); }
	;

/* After an error in a signature the body is still read, for its errors. */
signature_block: func_body | NO_BLOCK ;

opt_func_body: %empty { $$ = NULL; } | func_body ;

func_body:
	FUNC_LBRACE stmts RBRACE { $$ = build_block(p, $1, $2, $3); }
	;

opt_type_params:
	%empty { $$ = NULL; }
	| TPARAM_LBRACK type_param_list RBRACK { $$ = build_type_params(p, $1, $2, $3); }
	| TPARAM_LBRACK type_param_list COMMA RBRACK { $$ = build_type_params(p, $1, $2, $4); }
	;

type_param_list:
	type_param { $$ = build_fields(p, NULL, $1); }
	| type_param_list COMMA type_param { $$ = build_fields(p, $1, $3); }
	;

type_param:
	DECL_NAME { $$ = build_param(p, $1, NULL); }
	| DECL_NAME constraint { $$ = build_param(p, $1, $2); }
	;

constraint:
	term
	| constraint BAR term { $$ = build_binary(p, $1, $2, $3); }
	;

term:
	type
	| TILDE type { $$ = build_unary(p, $1, OP_TILDE, $2); }
	;

signature:
	LPAREN params RPAREN { $$ = build_signature(p, $1, $2, NULL); }
	| LPAREN params RPAREN_RESULT result { $$ = build_signature(p, $1, $2, $4); }
	;

result:
	LPAREN params RPAREN { $$ = build_params(p, $2); }
	| plain_type { $$ = build_result(p, $1); }
	;

params:
	%empty { $$ = EMPTY(FieldList); }
	| param_list
	| param_list COMMA
	;

param_list:
	param { $$ = build_fields(p, NULL, $1); }
	| param_list COMMA param { $$ = build_fields(p, $1, $3); }
	;

param:
	type { $$ = build_param(p, NULL, $1); }
	| DOTS type { $$ = build_param(p, NULL, build_ellipsis(p, $1, $2)); }
	| DECL_NAME type { $$ = build_param(p, $1, $2); }
	| DECL_NAME DOTS type { $$ = build_param(p, $1, build_ellipsis(p, $2, $3)); }
	;

/* ---- types --------------------------------------------------------------------------------- */

type:
	plain_type
	| LPAREN type RPAREN { $$ = build_paren(p, $1, $2, $3); }
	;

plain_type:
	type_name
	| STAR type { $$ = build_star(p, $1, $2); }
	| ARROW CHAN type { $$ = build_chan_type(p, $1, CHAN_RECV, $3); }
	| array_type
	| chan_type
	| func_type
	| struct_type
	| interface_type
	;

type_name:
	NAME %prec TYPE_NAME_ENDS { $$ = build_name(p, $1); }
	| NAME DOT NAME %prec TYPE_NAME_ENDS { $$ = build_selector(p, build_name(p, $1), $3); }
	| NAME LBRACK type_list RBRACK { $$ = build_index(p, build_name(p, $1), $2, $3, $4); }
	| NAME LBRACK type_list COMMA RBRACK { $$ = build_index(p, build_name(p, $1), $2, $3, $5); }
	| NAME DOT NAME LBRACK type_list RBRACK { $$ = build_index(p, build_selector(p, build_name(p, $1), $3), $4, $5, $6); }
	| NAME DOT NAME LBRACK type_list COMMA RBRACK {
		$$ = build_index(p, build_selector(p, build_name(p, $1), $3), $4, $5, $7); }
	;

type_list:
	type { $$ = build_exprs(p, NULL, $1); }
	| type_list COMMA type { $$ = build_exprs(p, $1, $3); }
	;

array_type:
	LBRACK RBRACK type { $$ = build_slice_type(p, $1, $3); }
	| LBRACK expr RBRACK type { $$ = build_array_type(p, $1, $2, $4); }
	| LBRACK DOTS RBRACK type { $$ = build_array_type(p, $1, build_ellipsis(p, $2, NULL), $4); }
	| MAP LBRACK type RBRACK type { $$ = build_map_type(p, $1, $3, $5); }
	;

chan_type:
	CHAN type { $$ = build_chan_type(p, $1, CHAN_BOTH, $2); }
	| CHAN CHAN_SEND type { $$ = build_chan_type(p, $1, CHAN_SEND, $3); }
	;

func_type:
	FUNC opt_type_params signature { $$ = build_func_type(p, $1, $3);
		if ($2) syntax_error(p, token_pos(p, $1 + 1), "function type must have no type parameters"); }
	;

struct_type:
	STRUCT LBRACE fields RBRACE { $$ = build_fields_type(p, EXPR_STRUCT_TYPE, $1, $3, $4); }
	;

fields: %empty { $$ = EMPTY(FieldList); } | field_list | field_list SEMI ;
field_list:
	field
	| field_list SEMI field { for (int i = 0; i < $3->len; i++) $$ = build_fields(p, $1, $3->items[i]); }
	;

field:
	decl_names type opt_tag { $$ = build_struct_fields(p, $1, $2, $3); }
	| embedded_type opt_tag { $$ = build_embedded(p, $1, $2); }
	;

decl_names:
	DECL_NAME { $$ = build_names(p, NULL, $1); }
	| decl_names COMMA DECL_NAME { $$ = build_names(p, $1, $3); }
	;

embedded_type:
	type_name
	| STAR type_name { $$ = build_star(p, $1, $2); }
	| LPAREN type RPAREN { $$ = build_paren(p, $1, $2, $3); }
	| STAR LPAREN type RPAREN { $$ = build_star(p, $1, build_paren(p, $2, $3, $4)); }
	;

opt_tag: %empty { $$ = NULL; } | LITERAL ;

interface_type:
	INTERFACE LBRACE elements_of_interface RBRACE { $$ = build_fields_type(p, EXPR_INTERFACE_TYPE, $1, $3, $4); }
	;

elements_of_interface: %empty { $$ = EMPTY(FieldList); } | element_list_of_interface | element_list_of_interface SEMI ;
element_list_of_interface:
	element_of_interface
	| element_list_of_interface SEMI element_of_interface { $$ = build_fields(p, $1, $3->items[0]); }
	;

element_of_interface:
	METHOD_NAME opt_type_params signature {
		$$ = build_fields(p, NULL, build_method(p, $1, $3));
		if ($2) error_at(p->c, token_pos(p, $1 + 1), "interface method must have no type parameters"); }
	| constraint { $$ = build_fields(p, NULL, build_element(p, $1)); }
	;

/* ---- expressions ------------------------------------------------------------------------------- */

expr:
	unary
	| expr OROR expr { $$ = build_binary(p, $1, $2, $3); }
	| expr ANDAND expr { $$ = build_binary(p, $1, $2, $3); }
	| expr COMPARE expr { $$ = build_binary(p, $1, $2, $3); }
	| expr PLUS expr { $$ = build_binary(p, $1, $2, $3); }
	| expr MINUS expr { $$ = build_binary(p, $1, $2, $3); }
	| expr CARET expr { $$ = build_binary(p, $1, $2, $3); }
	| expr BAR expr { $$ = build_binary(p, $1, $2, $3); }
	| expr STAR expr { $$ = build_binary(p, $1, $2, $3); }
	| expr AMP expr { $$ = build_binary(p, $1, $2, $3); }
	| expr TIMES expr { $$ = build_binary(p, $1, $2, $3); }
	;

unary:
	primary
	| PLUS unary { $$ = build_unary(p, $1, OP_ADD, $2); }
	| MINUS unary { $$ = build_unary(p, $1, OP_SUB, $2); }
	| CARET unary { $$ = build_unary(p, $1, OP_XOR, $2); }
	| NOT unary { $$ = build_unary(p, $1, OP_NOT, $2); }
	| TILDE unary { $$ = build_unary(p, $1, OP_TILDE, $2); }
	| AMP unary { $$ = build_unary(p, $1, OP_ADDR, $2); }
	| STAR unary { $$ = build_star(p, $1, $2); }
	| ARROW unary { $$ = build_receive(p, $1, $2); }
	;

primary:
	operand
	| primary DOT NAME { $$ = build_selector(p, $1, $3); }
	| primary DOT LPAREN type RPAREN { $$ = build_assert(p, $1, $2, $4, $5); }
	| primary DOT LPAREN TYPE RPAREN { $$ = build_assert(p, $1, $2, NULL, $5); }
	| primary LBRACK expr_list RBRACK { $$ = build_index(p, $1, $2, $3, $4); }
	| primary LBRACK expr_list COMMA RBRACK { $$ = build_index(p, $1, $2, $3, $5); }
	| primary LBRACK opt_expr COLON opt_expr RBRACK { $$ = build_slice(p, $1, $2, $3, $5, NULL, NULL, $6); }
	| primary LBRACK opt_expr COLON opt_expr COLON opt_expr RBRACK { $$ = build_slice(p, $1, $2, $3, $5, $6, $7, $8); }
	| primary LPAREN RPAREN { $$ = build_call(p, $1, $2, NULL, NULL, $3); }
	| primary LPAREN expr_list RPAREN { $$ = build_call(p, $1, $2, $3, NULL, $4); }
	| primary LPAREN expr_list COMMA RPAREN { $$ = build_call(p, $1, $2, $3, NULL, $5); }
	| primary LPAREN expr_list DOTS RPAREN { $$ = build_call(p, $1, $2, $3, $4, $5); }
	| primary LPAREN expr_list DOTS COMMA RPAREN { $$ = build_call(p, $1, $2, $3, $4, $6); }
	| primary LIT_LBRACE elements RBRACE { $$ = build_composite(p, $1, $2, $3, $4); }
	;

operand:
	NAME { $$ = build_name(p, $1); }
	| LITERAL { $$ = build_literal(p, $1); }
	| LPAREN expr RPAREN { $$ = build_paren(p, $1, $2, $3); }
	| func_literal
	| array_type
	| chan_type
	| func_type
	| struct_type
	| interface_type
	;

func_literal:
	FUNC opt_type_params signature func_body { $$ = build_func_literal(p, $1, $3, $4);
		if ($2) syntax_error(p, token_pos(p, $1 + 1), "function type must have no type parameters"); }
	;

opt_expr: %empty { $$ = NULL; } | expr ;

expr_list:
	expr { $$ = build_exprs(p, NULL, $1); }
	| expr_list COMMA expr { $$ = build_exprs(p, $1, $3); }
	;

elements: %empty { $$ = NULL; } | element_list | element_list COMMA ;
element_list:
	element { $$ = build_exprs(p, NULL, $1); }
	| element_list COMMA element { $$ = build_exprs(p, $1, $3); }
	;

element:
	value
	| value COLON value { $$ = build_key_value(p, $1, $2, $3); }
	;

value:
	expr
	| LIT_LBRACE elements RBRACE { $$ = build_composite(p, NULL, $1, $2, $3); }
	;

/* ---- statements ----------------------------------------------------------------------------------- */

block:
	LBRACE stmts RBRACE { $$ = build_block(p, $1, $2, $3); }
	;

stmts:
	stmt { $$ = build_stmts(p, NULL, $1); }
	| stmts SEMI stmt { $$ = build_stmts(p, $1, $3); }
	;

stmt:
	%empty { $$ = NULL; }
	| simple
	| declaration { $$ = build_decl_stmt(p, $1); }
	| NAME COLON stmt { $$ = build_labeled(p, $1, $3); }
	| GO expr { $$ = build_go(p, STMT_GO, $1, $2); }
	| DEFER expr { $$ = build_go(p, STMT_DEFER, $1, $2); }
	| RETURN { $$ = build_return(p, $1, NULL); }
	| RETURN expr_list { $$ = build_return(p, $1, $2); }
	| BREAK opt_name { $$ = build_branch(p, STMT_BREAK, $1, $2); }
	| CONTINUE opt_name { $$ = build_branch(p, STMT_CONTINUE, $1, $2); }
	| GOTO NAME { $$ = build_branch(p, STMT_GOTO, $1, $2); }
	| FALLTHROUGH { $$ = build_branch(p, STMT_FALLTHROUGH, $1, NULL); }
	| block { $$ = build_block_stmt(p, $1); }
	| if_stmt
	| for_stmt
	| switch_stmt
	| select_stmt
	| error { RESUME(RECOVER_STATEMENT); $$ = NULL; }
	;

opt_name: %empty { $$ = NULL; } | NAME ;

simple:
	expr { $$ = build_expr_stmt(p, $1); }
	| expr ARROW expr { $$ = build_send(p, $1, $2, $3); }
	| expr INC_DEC { $$ = build_inc_dec(p, $1, $2); }
	| expr ASSIGN_OP expr { $$ = build_op_assign(p, $1, $2, $3); }
	| expr_list ASSIGN expr_list { $$ = build_simple(p, STMT_ASSIGN, $2, $1, $3); }
	| expr_list DEFINE expr_list { $$ = build_simple(p, STMT_DEFINE, $2, $1, $3); }
	;

opt_simple: %empty { $$ = NULL; } | simple ;

if_stmt:
	IF if_header header_block else_part { $$ = build_if(p, $1, $2, $3, $4); }
	;

else_part:
	%empty { $$ = NULL; }
	| ELSE if_stmt { $$ = $2; }
	| ELSE block { $$ = build_block_stmt(p, $2); }
	;

/* After an error in a header its block is still read as one, if recovery finds it. */
header_block: block | NO_BLOCK { $$ = build_block(p, NULL, NULL, NULL); } ;

if_header:
	opt_simple { $$ = build_header(p, NULL, NULL, $1, NULL, NULL); }
	| opt_simple SEMI opt_simple { $$ = build_header(p, $1, $2, $3, NULL, NULL); }
	| error { RESUME(RECOVER_HEADER); $$ = NULL; }
	;

for_stmt:
	FOR for_header header_block { $$ = build_for(p, $1, $2, $3); }
	;

for_header:
	opt_simple { $$ = build_header(p, NULL, NULL, $1, NULL, NULL); }
	| opt_simple SEMI opt_simple SEMI opt_simple { $$ = build_header(p, $1, $2, $3, $4, $5); }
	| RANGE expr { $$ = EMPTY(Header); $$->range = build_range(p, NULL, NULL, $1, $2); }
	| expr_list ASSIGN RANGE expr { $$ = EMPTY(Header); $$->range = build_range(p, $1, $2, $3, $4); }
	| expr_list DEFINE RANGE expr { $$ = EMPTY(Header); $$->range = build_range(p, $1, $2, $3, $4); }
	| error { RESUME(RECOVER_HEADER); $$ = NULL; }
	;

switch_stmt:
	SWITCH switch_header LBRACE clauses RBRACE { $$ = build_switch(p, $1, $2, $3, $4, $5); }
	| SWITCH switch_header NO_BLOCK { $$ = NULL; }
	;

switch_header:
	opt_simple { $$ = build_header(p, NULL, NULL, $1, NULL, NULL); }
	| opt_simple SEMI opt_simple { $$ = build_header(p, $1, $2, $3, NULL, NULL); }
	| error { RESUME(RECOVER_HEADER); $$ = NULL; }
	;

clauses:
	%empty { $$ = EMPTY(CaseList); }
	| clauses clause { $$ = build_cases(p, $1, $2); }
	| error { RESUME(RECOVER_CLAUSE); $$ = EMPTY(CaseList); }
	;

clause:
	CASE expr_list COLON stmts { $$ = build_case(p, $1, $2, NULL, $3, $4); }
	| DEFAULT COLON stmts { $$ = build_case(p, $1, NULL, NULL, $2, $3); }
	| CASE error { RESUME(RECOVER_CLAUSE); $$ = NULL; }
	| DEFAULT error { RESUME(RECOVER_CLAUSE); $$ = NULL; }
	;

select_stmt:
	SELECT LBRACE comm_clauses RBRACE { $$ = build_select(p, $1, $3, $4); }
	;

comm_clauses:
	%empty { $$ = EMPTY(CaseList); }
	| comm_clauses comm_clause { $$ = build_cases(p, $1, $2); }
	| error { RESUME(RECOVER_CLAUSE); $$ = EMPTY(CaseList); }
	;

comm_clause:
	CASE simple COLON stmts { $$ = build_case(p, $1, NULL, $2, $3, $4); }
	| DEFAULT COLON stmts { $$ = build_case(p, $1, NULL, NULL, $2, $3); }
	| CASE error { RESUME(RECOVER_CLAUSE); $$ = NULL; }
	| DEFAULT error { RESUME(RECOVER_CLAUSE); $$ = NULL; }
	;

%%

static int gol_yylex(GOL_YYSTYPE *value, Parser *p)
{
	const Token *t = &p->tokens[p->next];

	if (p->no_block) {
		p->no_block = false;
		return T_NO_BLOCK;
	}
	p->fetched = p->next;
	if (p->next + 1 < p->count)
		p->next++;
	value->token = t;
	return t->kind;
}

/* Only for what yyreport_syntax_error does not see: memory. */
static void gol_yyerror(Parser *p, const char *message)
{
	const Token *t = &p->tokens[p->fetched];

	(void)message;
	p->stop = true;
	error_at(p->c, token_pos(p, t), "exceeded max nesting depth");
}

/* Default reductions from the states of the stack below top, in place; the new top. */
static int reduce_by_default(yy_state_t *states, int top)
{
	int rule;

	while ((rule = yydefact[states[top]]) != 0 && top > yyr2[rule]) {
		int symbol = yyr1[rule] - YYNTOKENS, below, index;

		top -= yyr2[rule];
		below = states[top];
		index = yypgoto[symbol] + below;
		states[++top] = index >= 0 && index <= YYLAST && yycheck[index] == below ? (yy_state_t)yytable[index]
		                                                                        : (yy_state_t)yydefgoto[symbol];
	}
	return top;
}

static void name_symbols(Symbols *out, const yy_state_t *states, int top)
{
	for (out->len = 0; top > 0 && out->len < SEEN_SYMBOLS; top--)
		out->names[out->len++] = yysymbol_name(YY_CAST(yysymbol_kind_t, yystos[states[top]]));
}

/* Token kinds that a state shifts at once. */
static void shifted_tokens(bool *out, yy_state_t state)
{
	for (int kind = 0; kind < T_NO_BLOCK; kind++) {
		int symbol = YYTRANSLATE(kind), index = yypact[state] + symbol;

		if (yypact[state] != YYPACT_NINF && index >= 0 && index <= YYLAST && yycheck[index] == symbol)
			out[kind] = yytable[index] > 0;
	}
}

static void expected_tokens(Parser *p, bool *out, const yypcontext_t *context)
{
	yysymbol_kind_t *symbols = NEW_ARRAY(p->arena, yysymbol_kind_t, YYNTOKENS);
	int n = yypcontext_expected_tokens(context, symbols, YYNTOKENS);

	for (int kind = 0; kind < T_NO_BLOCK; kind++)
		for (int i = 0; i < n; i++)
			if (symbols[i] == YYTRANSLATE(kind))
				out[kind] = true;
}

/* Whether the innermost statement list belongs to a clause; what brackets are open above it. */
static void note_surroundings(Parser *p, const yy_state_t *states, int top)
{
	const char *name = "", *below = "";
	bool inside = true;

	p->open_count = p->closed_above = 0;
	p->in_clause = false;
	for (; top > 0; top--) {
		name = yysymbol_name(YY_CAST(yysymbol_kind_t, yystos[states[top]]));
		below = yysymbol_name(YY_CAST(yysymbol_kind_t, yystos[states[top - 1]]));
		if (inside)
			inside = note_open_bracket(p, name, below);
		if (strcmp(name, "COLON") == 0 && (strcmp(below, "expr_list") == 0 || strcmp(below, "simple") == 0 ||
		                                   strcmp(below, "DEFAULT") == 0)) {
			p->in_clause = true;
			return;
		}
		if (strcmp(name, "FUNC_LBRACE") == 0 || (strcmp(name, "LBRACE") == 0 && !inside))
			return;
	}
}

static int yyreport_syntax_error(const yypcontext_t *context, Parser *p)
{
	enum { LOOKED_AT = 2000 };
	const yy_state_t *bottom = context->yyssp;
	yy_state_t *states = NEW_ARRAY(p->arena, yy_state_t, LOOKED_AT + 8);
	bool *flags = NEW_ARRAY(p->arena, bool, 2 * (T_NO_BLOCK + 1));
	Situation s = {.expected = flags, .follows = flags + T_NO_BLOCK + 1};
	int top = 0, reduced_top;

	while (*bottom != 0 && top < LOOKED_AT)
		bottom--, top++;
	memcpy(states, bottom, sizeof *states * (size_t)(top + 1));
	p->error_at = p->fetched;
	s.token = &p->tokens[p->error_at];
	expected_tokens(p, flags, context);
	name_symbols(&s.raw, states, top);
	note_surroundings(p, states, top);
	reduced_top = reduce_by_default(states, top);
	name_symbols(&s.reduced, states, reduced_top);
	shifted_tokens(flags + T_NO_BLOCK + 1, states[reduced_top]);
	report_unexpected(p, &s);
	return 0;
}
