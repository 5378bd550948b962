/*
 * checker.h - what the files of the checker share: the operand, the checker's
 * state, and the functions one file offers to the others.
 *
 * The model. Every expression is evaluated into an Operand (mode, type, value,
 * expression), and what was found is written into the tree at once. An untyped
 * expression first gets an untyped type; when its context fixes the type,
 * check_update_type walks down and writes the final one.
 *
 * Declarations are checked on demand (check_object): an object is white before,
 * grey while, and black after. Meeting a grey object is a cycle; the path of grey
 * objects tells whether it is legal. Whatever needs complete types (struct and
 * interface validity, bodies of functions) is delayed in a queue that
 * check_process_delayed empties once nothing is grey any more.
 *
 * Invariants: an Operand of mode INVALID had its error reported, or it asked for a constant or variable that is still
 * being declared (var a = b; var b = a): such cycles are told by the initialisation order. k->env belongs to the
 * declaration being checked and is saved and restored around every change of it.
 */
#ifndef GOL_CHECKER_H
#define GOL_CHECKER_H

#include "check.h"

typedef struct Operand {
	Mode mode;
	Type *type;
	Constant *cval;
	Expr *expr;
	int builtin;
} Operand;
typedef VEC(Operand) OperandList;

/* How an expression may stand as a statement. */
typedef enum { RESULT_CONVERSION, RESULT_EXPRESSION, RESULT_STATEMENT } ResultKind;

enum { WHITE = 0, BLACK = 1, GREY = 2 };        /* Object.color; grey ones hold GREY + index in the path */

/* A package-level object (or method) and where it is declared. Indexed by Object.order. */
typedef struct DeclInfo {
	Object *object;
	Decl *decl;
	File *file;
	Expr *type, *init;
	ObjectList lhs;             /* var a, b = f(): all of them, else empty */
	Scope *body_scope;          /* functions: parameters */
	ObjectList deps;            /* package-level objects mentioned, without repetition */
	Map dep_set;
	bool method_deps;           /* scratch of initorder.c */
	int mark;
} DeclInfo;

/* What surrounds the expression being checked. */
typedef struct Env {
	Scope *scope;
	DeclInfo *decl;             /* package-level declaration: collects dependencies */
	Constant *iota;
	Pos declared_at;            /* of the variable, type or function being declared */
	Pos error_pos;              /* inherited constant: where to report */
	FuncInfo *func;
	Type *signature;
	bool has_call_or_recv;      /* the expression called or received: len(x) is then no constant */
	bool in_type_params;
	bool in_alias_rhs;
	bool has_labels;            /* the function has labels: check_labels must look */
	Stmt *break_target, *continue_target;
	ObjectList enclosing_params;    /* type parameters of the declared function around */
} Env;

typedef struct Checker Checker;
typedef struct SizedType { Type *type; Pos pos; } SizedType;
typedef struct Delayed { void (*run)(Checker *k, void *arg); void *arg; Env env; } Delayed;

struct Checker {
	Compiler *c;
	Types *types;
	ObjectList *stepped;        /* variables of the loop whose post statement is being checked; NULL: none */
	Arena *arena;
	Package *package;
	Env env;
	VEC(DeclInfo *) infos;
	Map methods;                /* base type Object -> MethodList */
	Map shift_operands;         /* EXPR -> itself: untyped left operand of a non-constant shift */
	Map valid_types;            /* NAMED known to be finite */
	Map right_sides;            /* NAMED -> the Type of its declaration's right side, before underlying */
	Map instance_uses;          /* NAMED, an instance -> EXPR_INDEX that first made it */
	Map receiver_params;        /* type parameter of a receiver -> the one of its type */
	Map incomplete;             /* OBJECT_TYPE whose use before its end was reported */
	VEC(Type *) pending;        /* NAMED whose underlying type waits for another declaration's end */
	ObjectList path;            /* grey objects */
	VEC(Delayed) delayed;
	int delayed_done;
	bool processing;
	VEC(SizedType) sized_types; /* limits.c */
	ObjectList bodyless;        /* functions without body that must have one: reported if nothing else is wrong */
	VEC(Object *) import_names;
	VEC(Object *) dot_imports;
	VEC(void *) instances;      /* generic.c: instantiations with type parameters in their arguments */
	bool errors;
};

typedef ObjectList MethodList;

/* ---- check.c ------------------------------------------------------------------- */
void check_error(Checker *k, Pos pos, const char *format, ...) PRINTF_LIKE(3, 4);
const char *check_pos_text(Checker *k, Pos pos);
void check_later(Checker *k, void (*run)(Checker *, void *), void *arg);
void check_process_delayed(Checker *k);
Scope *check_open_scope(Checker *k, Pos start, Pos end);
void check_close_scope(Checker *k);
void check_set_env(Checker *k, const Env *env);
static inline Type *basic(Checker *k, TypeKind kind) { return k->types->basic[kind]; }
static inline Type *invalid_type(Checker *k) { return k->types->basic[TYPE_INVALID]; }
static inline bool is_valid(const Type *t) { return t && t->kind != TYPE_INVALID; }
static inline const char *text_of(Checker *k, const Expr *e) { return expr_text(k->c, e); }
static inline const char *type_name_of(Checker *k, Type *t) { return type_text(k->c, t); }

/* ---- version.c ------------------------------------------------------------------ */
bool check_allows(Checker *k, Pos pos, int minor);
bool check_version(Checker *k, Pos pos, int minor, const char *what);    /* "what requires go1.N or later", false */
const char *check_version_hint(Checker *k, Pos pos, const char *message);
void check_literal_version(Checker *k, const Expr *e);

/* ---- embed.c -------------------------------------------------------------------- */
void check_embeds(Checker *k, const File *file);        /* where lines //go:embed stand */
void check_embed_types(Checker *k, const File *file);      /* once that is right: types, files */

/* ---- resolve.c ------------------------------------------------------------------- */
void check_collect_objects(Checker *k);
void check_package_objects(Checker *k);
bool check_is_exported(const char *name);
void check_declare(Checker *k, Scope *s, Object *o, Pos pos);
Object *check_lookup(Checker *k, const char *name, Scope **where);
DeclInfo *check_info_of(Checker *k, const Object *o);

/* ---- decl.c ------------------------------------------------------------------------ */
void check_object(Checker *k, Object *o);
void check_decl_stmt(Checker *k, Stmt *s);
void check_type_decl(Checker *k, Object *o, Decl *d);
void check_valid_type(Checker *k, Type *named);
bool check_cycle_ok(Checker *k, Object *o);
bool check_is_complete(Checker *k, Type *t);      /* false: t is still being declared, and that was reported */
void check_cycle_error(Checker *k, Object **cycle, int n, int start);
void check_collect_type_params(Checker *k, FieldList fields, ObjectList *out, Scope *scope);
void check_const_value(Checker *k, Object *o, Expr *type, Expr *init, bool inherited, int iota);

/* ---- type_expr.c, signature.c, interface.c ------------------------------------------- */
Type *check_type(Checker *k, Expr *e);
Type *check_var_type(Checker *k, Expr *e);
Type *check_generic_type(Checker *k, Expr *e, const char **cause);
Type *check_func_type(Checker *k, Field *receiver, FuncType *ft, Scope **scope_out, Object *method);
Type *check_interface_type(Checker *k, Expr *e);
Type *check_constraint_element(Checker *k, Expr *e);
Type *check_constraint(Checker *k, Expr *e);
int64_t check_array_length(Checker *k, Expr *e);
void check_no_constraint_interface(Checker *k, Pos pos, Type *t);
bool check_is_method_set(Checker *k, Type *t);

/* ---- operand.c ------------------------------------------------------------------------- */
const char *operand_text(Checker *k, const Operand *x);
const char *check_kind_text(Type *t);       /* "struct", "slice" ...; "" for basic types */
bool check_empty_type_set(Checker *k, Type *param);
/* Can no value of type t be in an interface of type `in`? *cause: why. A type parameter may stand for anything. */
bool check_cannot_hold(Checker *k, Type *in, Type *t, const char **cause);
bool check_unknown_methods(Checker *k, Type *t);    /* after an error t may have any method */
bool operand_is_nil(const Operand *x);
bool check_assignable(Checker *k, Operand *x, Type *t, const char **cause);
const char *check_no_core_cause(Checker *k, Type *t);       /* why type parameter t has no core type */
void check_record(Checker *k, Operand *x);
void check_update_type(Checker *k, Expr *e, Type *t, bool final);
void check_update_value(Expr *e, Constant *v);
static inline void operand_invalid(Operand *x) { x->mode = MODE_INVALID; }

/* ---- constant_conv.c ---------------------------------------------------------------------- */
typedef enum { CONV_OK, CONV_TRUNCATED, CONV_OVERFLOW, CONV_BAD_CONST, CONV_BAD } ConvCode;
bool check_representable_value(Checker *k, Constant *v, Type *t, Constant **rounded);
void check_representable(Checker *k, Operand *x, Type *t);
ConvCode check_implicit_type(Checker *k, Operand *x, Type *target, Type **new_type, Constant **value);
void check_convert_untyped(Checker *k, Operand *x, Type *target);
void check_invalid_conversion(Checker *k, ConvCode code, Operand *x, Type *target);
void check_overflow(Checker *k, Operand *x, Pos op_pos);
void check_default(Checker *k, Operand *x);     /* an untyped value becomes its default type */

/* ---- expr.c, binary.c, index.c ---------------------------------------------------------------- */
ResultKind check_raw_expr(Checker *k, Operand *x, Expr *e, Type *hint, bool allow_generic);
void check_expr(Checker *k, Operand *x, Expr *e);
/* generic functions take their arguments from target */
void check_expr_target(Checker *k, Operand *x, Expr *e, Type *target);
void check_expr_hint(Checker *k, Operand *x, Expr *e, Type *hint);
void check_multi_expr(Checker *k, Operand *x, Expr *e);
void check_generic_expr(Checker *k, Operand *x, Expr *e);
void check_expr_or_type(Checker *k, Operand *x, Expr *e, bool allow_generic);
void check_single_value(Checker *k, Operand *x);
void check_non_generic(Checker *k, Operand *x);
void check_use(Checker *k, ExprList list);
void check_use_one(Checker *k, Expr *e);
void check_use_lhs(Checker *k, Expr *e);
void check_ident(Checker *k, Operand *x, Expr *e, bool want_type);
void check_unary(Checker *k, Operand *x, Expr *e);
void check_binary(Checker *k, Operand *x, Expr *e, Expr *lhs, Expr *rhs, Op op, Pos op_pos);
void check_comparison(Checker *k, Operand *x, Operand *y, Op op, bool switch_case);
void check_match_types(Checker *k, Operand *x, Operand *y);
bool check_index_expr(Checker *k, Operand *x, Expr *e);     /* true: a generic function is instantiated */
void check_slice_expr(Checker *k, Operand *x, Expr *e);
bool check_valid_index(Checker *k, Operand *x, const char *what, bool allow_negative);
int64_t check_index_value(Checker *k, Expr *e, int64_t max);
void check_func_literal(Checker *k, Operand *x, Expr *e);
void check_function_body(Checker *k, FuncInfo *info, Type *signature, Scope *scope, Block *body, DeclInfo *decl);

/* ---- conversion.c, composite.c, selector.c, call.c, builtin.c ---------------------------------- */
/* How a field or method whose name differs in case at most from a wanted one that there is not is to be told. */
typedef enum { SPELLING_UNKNOWN, SPELLING_DIFFERS, SPELLING_UNEXPORTED, SPELLING_NOT_OURS } Spelling;
Spelling check_spelling(Checker *k, const char *wanted, const Object *found);       /* found may be NULL */
void check_conversion(Checker *k, Operand *x, Type *t);
void check_composite(Checker *k, Operand *x, Expr *e, Type *hint);
void check_selector(Checker *k, Operand *x, Expr *e, bool want_type);
ResultKind check_call(Checker *k, Operand *x, Expr *e);
bool check_builtin(Checker *k, Operand *x, Expr *call, int id);
ResultKind check_builtin_kind(int id);
void check_expr_list(Checker *k, ExprList list, OperandList *out, bool allow_generic);
const char *check_types_summary(Checker *k, TypeList types, bool variadic, bool has_dots);
void check_unpack(Checker *k, ExprList list, OperandList *out, bool comma_ok, bool *is_comma_ok);
void check_record_comma_ok(Checker *k, Expr *e, Type *first);

/* ---- generic.c ------------------------------------------------------------------------------------ */
Type *check_instantiated_type(Checker *k, Expr *e);
void check_func_inst(Checker *k, Operand *x, Expr *e, Type *target);
bool check_verify_instance(Checker *k, Pos pos, ObjectList params, TypeList args, ExprList *arg_exprs);
Type *check_instance_of_alias(Checker *k, Object *alias, TypeList args);
void check_record_instance(Checker *k, Expr *e, TypeList args, Type *type);
void check_instance_cycles(Checker *k);
ObjectList check_alias_params(Object *alias);
ObjectList check_rename_params(Checker *k, ObjectList params, Type **signature);
bool check_type_list(Checker *k, ExprList list, TypeList *out);

/* ---- assign.c ---------------------------------------------------------------------------------------- */
void check_assignment(Checker *k, Operand *x, Type *t, const char *context);
void check_init_const(Checker *k, Object *o, Operand *x);
void check_init_vars(Checker *k, ObjectList lhs, ExprList rhs, Stmt *return_stmt);
void check_init_var(Checker *k, Object *o, Operand *x, const char *context);
void check_assign_vars(Checker *k, ExprList lhs, ExprList rhs);
void check_assign_var(Checker *k, Expr *lhs, Operand *x, Expr *rhs, const char *context);
void check_short_var_decl(Checker *k, Pos pos, ExprList lhs, ExprList rhs, Stmt *s);
void check_assign_error(Checker *k, ExprList rhs, int l, int r);
Type *check_lhs(Checker *k, Expr *e);
Object *check_new_local(Checker *k, const char *name, Pos pos, Type *t);

/* ---- stmt.c, range.c, switch.c, labels.c, flow.c, unused.c ---------------------------------------------- */
enum { IN_LOOP = 1, IN_SWITCH = 2, IN_SELECT = 4, FALLTHROUGH_OK = 8, FINAL_CASE = 16, IN_TYPE_SWITCH = 32 };
void check_stmt_list(Checker *k, unsigned context, StmtList list);
void check_stmt(Checker *k, unsigned context, Stmt *s);
void check_simple_stmt(Checker *k, Stmt *s);
void check_block_in_scope(Checker *k, unsigned context, Block *b);
void check_range(Checker *k, unsigned context, Stmt *s);
void check_switch(Checker *k, unsigned context, Stmt *s);
void check_type_switch(Checker *k, unsigned context, Stmt *s);
void check_labels(Checker *k, Block *body);
bool check_is_terminating_list(Checker *k, StmtList list);
void check_unused_locals(Checker *k, FuncInfo *info);
void check_unused_imports(Checker *k);

/* ---- capture.c -------------------------------------------------------------------------------------------- */
FuncInfo *check_new_func_info(Checker *k, Object *o, FuncInfo *outer, Type *signature);
void check_note_use(Checker *k, Object *var);           /* a variable is mentioned in k->env.func */
void check_note_assigned(Checker *k, Expr *lhs);
void check_not_assignable(Checker *k, Expr *lhs);           /* says so */
void check_note_stepped(Checker *k);            /* a literal: that of a post statement, if one is being checked */
void check_note_address(Checker *k, Expr *operand);
void check_finish_captures(Checker *k);

/* ---- limits.c ------------------------------------------------------------------------------------------------ */
void check_note_sized(Checker *k, Type *t);             /* an array, struct or channel type, or an instance */
void check_sizes(Checker *k);

/* ---- initorder.c -------------------------------------------------------------------------------------------- */
void check_init_order(Checker *k);

#endif
