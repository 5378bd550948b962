/*
 * pass.h - what the files of inline/ share.
 */
#ifndef GOL_INLINE_PASS_H
#define GOL_INLINE_PASS_H

#include "go_facts.h"
#include "inline.h"

typedef struct Inliner {
	Compiler *c;
	Package *package;
	InlineOptions options;
	Map sites;                  /* FuncInfo -> Sites (sites.c) */
	int copied;                 /* nodes, into the functions that are being looked at */
	Map held;                   /* Object of a variable -> Held (devirtual.c) */
} Inliner;

/* cost.c */
void find_cost(Inliner *n, FuncInfo *info);
int count_nodes(Inliner *n, FuncInfo *info, int most);

/* callee.c */
void note_initial_values(Inliner *n, FuncInfo *info);
void gather_initial_values(Inliner *n, Block *body);
Expr *known_value(Expr *x);
FuncInfo *static_callee(const Expr *call, Object **object);
Expr *declared_function(Expr *fun);
bool is_method_call(const Expr *fun);
bool is_intrinsic(const Inliner *n, const Object *o);
bool is_cheap_call(const Object *o);
Block *body_of(const FuncInfo *info);
const char *inline_name(Inliner *n, const FuncInfo *info);
Pos function_pos(const FuncInfo *info);

/* clone.c */
Inlined *clone_body(Compiler *c, FuncInfo *callee, FuncInfo *caller, Package *package, Subst subst_, uint32_t call);

/* Of a copy of a whole function: what becomes of a copied expression, its operands copied. */
typedef struct CloneHooks { Expr *(*named)(void *arg, Expr *copy); void *arg; } CloneHooks;
Block *clone_function(Compiler *c, FuncInfo *from, FuncInfo *to, Package *package, Subst subst_, const CloneHooks *hooks);
Expr *clone_initializer(Compiler *c, Expr *e, Package *package, const CloneHooks *hooks);

/* package.c */
const GoFact *fact_about(const Inliner *n, const Object *function);
void report_cost(Inliner *n, const FuncInfo *info);
bool is_remarked(const Inliner *n, const FuncInfo *info);

/* view.c */
bool is_shape(const Type *t);

/* values.c */
void make_literals_of_values(Compiler *c, Package *package, FuncInfo *info);

/* wrap.c */
void wrap_calls(Compiler *c, Package *package, FuncInfo *info);
Expr *made_expr(Compiler *c, ExprKind kind, const Expr *at, Type *type);        /* a value, where `at` stands */
Expr *made_name(Compiler *c, Object *o, const Expr *at);

/* devirtual.c */
void note_held(Inliner *n, Block *body);
void note_held_by_call(Inliner *n, Expr *call);
bool devirtualize(Inliner *n, Expr *call, bool remarked);
void devirtualize_body(Inliner *n, Block *body);

/* sites.c */
void count_calls(Inliner *n, FuncInfo *info);
void count_initializers(Inliner *n, FuncInfo *init);
bool replace_calls(Inliner *n, FuncInfo *info);

/* rangefunc.c */
void rewrite_range_functions(Compiler *c, Package *package);

/* capture.c */
void find_captures(Compiler *c, FuncInfo *info);

/* tidy.c */
void drop_unwanted(Inliner *n, FuncInfo *info);
void tidy_function(Inliner *n, FuncInfo *info);

#endif
