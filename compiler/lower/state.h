/*
 * state.h - what the files of lower/ share: the state of a package (Lower), of one
 * function body (FuncState), and the functions of each file that others call.
 *
 * How order of evaluation is kept. Go's compiler takes every function call,
 * receive, slice expression, type assertion and the like out of an expression, in order, into
 * temporaries, and reads plain variables afterwards. So do we, in two steps:
 *
 *   hoist(f, e)   walks e left to right and lowers everything of that kind inside it (innermost
 *                 first) to statements; its value is then a temporary, noted in FuncState.hoisted.
 *   value(f, e)   gives the pure expression of e; what was hoisted is its temporary. It may emit
 *                 statements too, but only ones that change no variable of the program:
 *                 checks, map lookups, boxing, allocation.
 *
 * An expression that value() returned may read memory. It must be used before any
 * statement is emitted that can change a variable; whoever emits one first keeps the
 * values it still needs in temporaries (to_temp). rvalue(f, e) is hoist then value.
 *
 * Types: everything in the IR is canonical and free of type parameters; type_in(f, t)
 * makes it so with the substitution of the function's instance.
 */
#ifndef GOL_LOWER_STATE_H
#define GOL_LOWER_STATE_H

#include "lower.h"
#include "../escape/escape.h"

typedef struct FuncState FuncState;

/* A function whose body is still to be lowered. */
typedef struct Pending {
	IrFunc *func;
	void (*lower)(Lower *l, struct Pending *p);
	Object *object;             /* declared function or method (origin) */
	Subst subst;
	/* wrappers */
	Type *type;
	MethodEntry entry;
	IrFunc *target;
	int number;
} Pending;

struct Lower {
	Compiler *c;
	Program *program;
	Package *package;
	IrPackage *ir;
	Map functions;              /* C symbol -> IrFunc (by text) */
	VEC(Pending *) queue;
	int next_pending;
	int statics;                /* numbers of static data */
	/* text of a type and a constant's hash -> IrStatic: what interfaces that hold it point to */
	Map boxed;
	int verified;               /* functions of ir->funcs that ir_verify has seen */
};

typedef struct BranchTarget {         /* where break and continue of an AST statement go */
	struct BranchTarget *next;
	Stmt *stmt;
	IrStmt *break_to, *continue_to;
} BranchTarget;

/* once: runs the deferred call whose Stmt.once_before is the slot's number. list: the place of the list for the
 * statements in loops with that number, which stand before it. */
typedef struct DeferSlot { IrStmt *once; IrExpr *list; } DeferSlot;

struct FuncState {
	Lower *l;
	Compiler *c;
	IrFunc *ir;
	FuncInfo *info;             /* NULL in made-up functions */
	Subst *subst;               /* NULL: not generic */
	Package *package;           /* whose source this is */
	FuncState *outer;           /* of literals */
	Map places;                 /* Object of a local variable -> IrExpr place */
	Map hoisted;                /* Expr -> IrExpr */
	Map tuples;                 /* Expr of a multi-value call that was hoisted -> IrVarList * */
	Map canonical;              /* Type -> type_in */
	IrStmtList *out;
	BranchTarget *targets;
	Map labels;                 /* labeled Stmt -> text */
	int label_count, temp_count, literal_count;
	IrExprList results;         /* places of result variables; empty when results have no variables */
	TypeList result_types;
	IrExpr *recover_place;      /* the panic that recover() may take */
	/* deferred calls (defer.c) */
	IrVar *defer_bits;          /* which of those that run at most once wait; NULL: none yet */
	DeferSlot defers[DEFER_BITS + 1];
	IrExpr *defer_list;         /* body of a loop over a function: the list of the function around it, a place */
	IrExprList held;            /* pointers that the arguments being evaluated are as numbers */
	int inlined;                /* > 0: this is code that was inlined */
	int later;                  /* > 0: what is being hoisted is followed by something to hoist */
	int buffers;                /* in the frame, for strings */
	/* Object of a slice -> any: an append to it has its store in the frame, or had no use for one */
	Map stores;
	Map rooms;                  /* Object of a slice variable -> IrExpr of where it grows (append.c) */
	Pos scope_end;              /* "}" of the block being lowered */
	/* array type -> IrVar with IrVar.lent, for the variadic arguments of one call after the other */
	Map lent;
	Pos pos;
};

/* func.c */
FuncState *func_state_new(Lower *l, IrFunc *ir, FuncInfo *info, Subst *subst, Package *package, FuncState *outer);
void lower_declared(Lower *l, Pending *p);
void lower_body(FuncState *f, Block *body, ObjectList *params);
void bind_params(FuncState *f, Object *receiver, ObjectList params);
void bind_results(FuncState *f, ObjectList results);
bool must_box(Object *o);
const char *variable_name(const Object *o);
IrExpr *declare_variable(FuncState *f, Object *o, IrExpr *initial);
bool shares_loop_variables(FuncState *f, const Stmt *s);
void show_variable(FuncState *f, IrVar *v, Object *o, bool is_box);
IrExpr *allocate(FuncState *f, Type *type, bool in_frame);
IrExpr *new_box(FuncState *f, Type *type, const char *name, Pos pos);
Type *type_in(FuncState *f, Type *t);
bool local_variable_of(Object *o);

/* emit.c: small steps */
void emit(FuncState *f, IrStmt *s);
IrStmt *stmt_new(FuncState *f, IrStmtKind kind);
void assign(FuncState *f, IrExpr *dst, IrExpr *src);
IrVar *temp_var(FuncState *f, Type *type);
IrExpr *to_temp(FuncState *f, IrExpr *e);
IrExpr *atom(FuncState *f, IrExpr *e);
IrExpr *stable(FuncState *f, IrExpr *e);
IrExpr *brief_address(FuncState *f, IrExpr *e);
IrVar *call_rt(FuncState *f, RtFunc rt, Type *result, int n, ...);
void panic_if(FuncState *f, IrExpr *cond, RtFunc rt, int n, ...);
bool known_not_nil(const IrExpr *p);
void nil_check(FuncState *f, IrExpr *pointer);
IrExpr *deref_checked(FuncState *f, IrExpr *pointer);
IrStmtList *enter(FuncState *f, IrStmtList *list);
void leave(FuncState *f, IrStmtList *saved);
IrStmt *emit_if(FuncState *f, IrExpr *cond);
void emit_goto(FuncState *f, const char *label);
void emit_label(FuncState *f, const char *label);
void emit_poll(FuncState *f);
void emit_break(FuncState *f, IrStmt *target);
const char *new_label(FuncState *f, const char *base);
void emit_return_expr(FuncState *f, int n, ...);
Type *basic(FuncState *f, TypeKind kind);
Type *word_type(FuncState *f);
Type *pointer_type(FuncState *f, Type *elem);
Type *struct_field_type(FuncState *f, Type *s, int i);
IrExpr *int_const(FuncState *f, int64_t v, Type *type);
IrExpr *bool_const(FuncState *f, bool v);
IrExpr *compare(FuncState *f, Op op, IrExpr *x, IrExpr *y);
IrExpr *not(FuncState *f, IrExpr *x);
IrExpr *is_nil(FuncState *f, IrExpr *x);
IrExpr *len_of(FuncState *f, IrExpr *x);
IrExpr *ptr_of(FuncState *f, IrExpr *x);
IrExpr *string_const(FuncState *f, const char *text);
bool is_constant(const IrExpr *e, int64_t *v);
bool const_as_int(const IrExpr *e, int64_t *v);

/* name.c */
const char *symbol_of_function(Compiler *c, Object *fn, TypeList *args);
const char *symbol_of_method(Compiler *c, Type *named, Object *method);
const char *short_type_name(Compiler *c, Type *t);
uint64_t text_hash(const char *s);
const char *mangle_package(Compiler *c, const char *path);
const char *mangle_name(Compiler *c, const char *name);

/* copy.c: is a call of fn, from another package, one of a copy? */
bool is_copied(Compiler *c, Object *fn);

/* generic.c: functions by symbol, instances */
IrFunc *function_for(Lower *l, Object *fn, TypeList args);
IrFunc *method_for(Lower *l, Type *holder, Object *method);
IrFunc *func_named(Lower *l, const char *symbol, bool *is_new);
IrFunc *func_new(Lower *l, const char *symbol, const char *go_name, Package *package, Type *receiver, Type *signature);
Pending *queue_func(Lower *l, IrFunc *func, void (*lower)(Lower *, Pending *));
void add_param(Lower *l, IrFunc *f, const char *name, Type *type);
Type *substituted(Compiler *c, Type *t, Subst *s);

/* expr.c, access.c */
void hoist(FuncState *f, Expr *e);
void hoist_list(FuncState *f, ExprList *list);
bool needs_hoist(Expr *e);
IrExpr *value(FuncState *f, Expr *e);
IrExpr *rvalue(FuncState *f, Expr *e);
IrExpr *value_as(FuncState *f, Expr *e, Type *target);
IrExpr *rvalue_as(FuncState *f, Expr *e, Type *target);
IrExpr *condition(FuncState *f, Expr *e);
IrExpr *constant_value(FuncState *f, Constant *v, Type *type);
IrExpr *address_of(FuncState *f, Expr *e, bool in_frame);
IrExpr *place_of_object(FuncState *f, Object *o);
IrExpr *walk_path(FuncState *f, IrExpr *x, int *path, int n);
IrExpr *selector_field(FuncState *f, Expr *e);
IrExpr *index_value(FuncState *f, Expr *e);
IrExpr *slice_value(FuncState *f, Expr *e);
IrExpr *checked_index(FuncState *f, IrExpr *i, IrExpr *len, int64_t known_len);
IrExpr *map_lookup(FuncState *f, IrExpr *map, IrExpr *key, IrExpr **ok);
IrExpr *binary_value(FuncState *f, Op op, IrExpr *x, IrExpr *y, Type *type, bool shift);
IrExpr *concat(FuncState *f, IrExprList *parts, Type *type, bool in_frame);
IrExpr *func_value_of(FuncState *f, Expr *e);
TypeList type_args_in(FuncState *f, TypeList *args);

/* inline.c */
IrVarList inlined_call(FuncState *f, Expr *e);
void lower_unwanted(FuncState *f, Expr *e);

/* call.c */
IrVarList call_results(FuncState *f, Expr *e);
void call_for_effect(FuncState *f, Expr *e);
IrVarList emit_call(FuncState *f, IrStmt *call, Type *signature);
/* What is called. func: DIRECT alone. x: the func value or interface; of DIRECT the closure, where func has a context.
 * receiver: read already, the first argument; has_receiver: it has been put there (defer.c). */
typedef struct Callee {
	IrCallKind kind;
	IrFunc *func;
	IrExpr *x;
	int index;
	Type *signature;
	IrExpr *receiver;
	bool has_receiver;
} Callee;
Callee callee_of(FuncState *f, Expr *call);
void check_callee(FuncState *f, Callee *callee);
void hoist_callee(FuncState *f, Expr *call);
IrExprList call_arguments(FuncState *f, Expr *call, Type *signature);
IrStmt *call_stmt(FuncState *f, Callee *callee, IrExprList *args);
IrExprList begin_held(FuncState *f);
IrExprList end_held(FuncState *f, IrExprList saved);
void keep_alive(FuncState *f, IrExprList *pointers);

/* builtin.c, print.c, append.c */
IrExpr *new_map(FuncState *f, Type *type, IrExpr *hint, bool in_frame);
IrExpr *builtin_value(FuncState *f, Expr *e);
bool builtin_is_hoisted(Expr *e);
Expr *spread_arguments(FuncState *f, Expr *e);
void builtin_statement(FuncState *f, Expr *e);
void print_values(FuncState *f, IrExprList *values, bool line);
IrExpr *append_value(FuncState *f, Expr *e);
void hoist_append(FuncState *f, Expr *e);
void declare_rooms(FuncState *f, Object *o);     /* of a variable that grows in its round */
IrExpr *min_max(FuncState *f, bool max, IrExprList *values, Type *type);

/* convert.c, iface.c */
IrExpr *convert_implicit(FuncState *f, IrExpr *x, Type *target);
IrExpr *convert_explicit(FuncState *f, IrExpr *x, Type *target);
IrExpr *conversion_call(FuncState *f, Expr *e);
IrExpr *text_buffer(FuncState *f, TypeKind element);
IrExpr *to_interface(FuncState *f, IrExpr *x, Type *iface, bool in_frame);
IrExpr *interface_of_place(FuncState *f, IrExpr *place, Type *iface);
IrExpr *data_word(FuncState *f, IrExpr *x, bool in_frame);
IrExpr *from_data_word(FuncState *f, IrExpr *word, Type *type);
IrExpr *type_word(FuncState *f, IrExpr *x);
bool is_empty_interface(Type *t);
IrExpr *assertion(FuncState *f, IrExpr *x, Type *target, IrExpr **ok);
IrExpr *asserted_value(FuncState *f, Expr *e);
IrExpr *type_matches(FuncState *f, IrExpr *type_word, Type *target, IrVar **itab);
IrExpr *interface_value_as(FuncState *f, IrExpr *x, Type *target, IrExpr *itab);

/* compare.c */
IrExpr *equal(FuncState *f, IrExpr *x, IrExpr *y);
IrExpr *equal_mixed(FuncState *f, IrExpr *x, IrExpr *y);
IrExpr *comparison(FuncState *f, Op op, IrExpr *x, IrExpr *y);

/* literal.c, static.c */
enum { MADE_PARTS = 12 };       /* composites of up to so many parts are one expression */
IrExpr *composite_value(FuncState *f, Expr *e, Type *type);
void composite_into(FuncState *f, IrExpr *place, Expr *e, Type *type);
IrExpr *composite_pointer(FuncState *f, Expr *e, Type *type, bool in_frame);
Expr *struct_element(FuncState *f, Type *s, Expr *e, int i, int *field);
bool is_blank_field(Type *s, int i);
Expr *array_element(FuncState *f, Expr *x, int64_t *index);
int64_t literal_length(FuncState *f, Expr *e);
IrExpr *static_initial(FuncState *f, Expr *e, Type *type);
IrExpr *static_copy(FuncState *f, Expr *e, Type *array);
IrExpr *static_box(FuncState *f, Expr *e);
IrExpr *static_entries(FuncState *f, Expr *e, Type *key, Type *elem);
void add_field(FuncState *f, Type *layout, const char *name, Type *type);
IrStatic *new_static(Lower *l, Type *type, IrExpr *v, bool read_only);

/* closure.c, method.c */
IrExpr *closure_value(FuncState *f, Expr *e);
IrExpr *deferred_closure(FuncState *f, Expr *e, IrExpr *link);
Callee closure_callee(FuncState *f, Expr *e);
typedef VEC(IrExpr *) CaptureList;
IrExpr *make_closure(FuncState *f, IrFunc *code, Type *func_type, ObjectList *names, IrExprList *captures,
                     bool in_frame);
Type *closure_layout(FuncState *f, ObjectList *names, IrExprList *captures);
IrExpr *context_field(FuncState *f, int i);
void set_context(FuncState *f, Type *layout);
FuncState *naming_function(FuncState *f);
const char *nested_symbol(FuncState *f, const char *suffix);
IrExpr *method_value(FuncState *f, Expr *e);
IrExpr *method_expression(FuncState *f, Expr *e);
IrFunc *method_expression_func(FuncState *f, Type *receiver, Selection *s, Object *method);
int interface_method_index(Compiler *c, Type *iface, Object *method);
Type *method_signature(Compiler *c, Object *method);
Selection resolve_method(FuncState *f, Selection *s, Type *receiver, const char *name);
IrExpr *method_receiver(FuncState *f, IrExpr *x, Selection *s);

/* stmt.c, assign.c ... */
void statement(FuncState *f, Stmt *s);
void statements(FuncState *f, StmtList *list);
void block(FuncState *f, Block *b);
void assign_statement(FuncState *f, Stmt *s);
void inc_dec_statement(FuncState *f, Stmt *s);
void store_to(FuncState *f, Expr *lhs, IrExpr *v, Type *from);
IrExprList several_values(FuncState *f, Expr *rhs);
void var_declaration(FuncState *f, Decl *d);
void return_statement(FuncState *f, Stmt *s);
void emit_function_return(FuncState *f);
BranchTarget *push_target(FuncState *f, Stmt *s, IrStmt *break_to, IrStmt *continue_to);
const char *label_of(FuncState *f, Stmt *labeled);
void for_statement(FuncState *f, Stmt *s);
void range_statement(FuncState *f, Stmt *s);
void assign_iteration(FuncState *f, Stmt *s, IrExpr *k, IrExpr *v);
void define_or_store(FuncState *f, Stmt *s, int i, IrExpr *v);
void switch_statement(FuncState *f, Stmt *s);
void type_switch_statement(FuncState *f, Stmt *s);
void select_statement(FuncState *f, Stmt *s);
void go_statement(FuncState *f, Stmt *s);
void defer_statement(FuncState *f, Stmt *s);
IrExpr *shared_defer_list(FuncState *f, const FuncInfo *body);
void make_epilogue(FuncState *f);

/* init.c, embed.c */
IrExpr *embedded_value(Lower *l, Object *o);    /* the initial value of a variable under //go:embed */
void lower_package_init(Lower *l);

#endif
