/*
 * ir.h - the intermediate representation between lowering and emission: a tree
 * of simple statements, close to the C that will be printed.
 *
 * Model. A function is a list of variables and a structured body. Expressions are
 * pure: no calls of gol code, no side effects, nothing that can panic or freeze.
 * Everything else is a statement of its own with its operands in variables or
 * pure expressions; evaluation order is thereby explicit. Checks are statements
 * (IR_PANIC_IF) that stand before the expression they guard.
 *
 * Types are the checker's, canonical (types_canonical): no type parameters, pointer
 * comparison is identity. Generic functions exist only as instances.
 *
 * Variables are local. A Go variable that escapes has become a variable of pointer type
 * here (its box, from gol_new) and its uses are IR_DEREF of that. A Go variable whose address is taken
 * but does not escape is an IrVar with addr_taken; it has one place, in the frame, from function entry on (zeroed
 * there), whatever scope it had in Go; lowering resets it to its initial value where the
 * declaration stands. If its address is lent only (IrVar.lent), it is live as other variables are: by its name, and
 * while a call is made that has the address.
 *
 * Captures: a closure is an object of a synthetic struct type {code uintptr; captures...}; the closure's function has
 * `context`, a parameter variable of pointer-to-that-struct type, and reads captures through it. Values captured by
 * value are copied to variables at function entry or read in place; by reference: the capture is the box pointer (or
 * the address of an addr_taken variable when the closure does not escape).
 *
 * Deferred calls: a function with defers has an epilogue, a list of statements that make its deferred calls, last
 * first. Every return goes there, and so does every panic and Goexit that passes through the body. A defer statement
 * that runs at most once (Stmt.runs_once) becomes assignments: operands to variables, then its bit in a variable
 * `defers`; the epilogue holds
 *
 *     if (defers & 4) { defers = defers &^ 4; call f(operands) }
 *
 * Those that may run more often push a record onto a list instead, which a loop of the epilogue empties. A list is a
 * variable; where the body of a range over a function pushes too, a heap cell. Source order is order of execution but
 * for loops, so one list serves what stands between two statements of the first kind. All of this is ordinary IR: the
 * calls only carry the mark IrStmt.deferred, which emission needs for unwinding.
 *
 * Write barriers: emission puts one on every assignment of a type with pointers whose
 * destination's root is not an IrVar (IR_DEREF, IR_ELEM, IR_GLOBAL).
 *
 * Rejected: SSA (the C compiler does that; the tree keeps the C readable), side effects in expressions (every call
 * would need its own order and resume analysis).
 */
#ifndef GOL_IR_H
#define GOL_IR_H

#include "../types/type.h"

typedef struct IrVar IrVar;
typedef struct IrExpr IrExpr;
typedef struct IrStmt IrStmt;
typedef struct IrFunc IrFunc;
typedef struct IrPackage IrPackage;
typedef VEC(IrVar *) IrVarList;
typedef VEC(IrExpr *) IrExprList;
typedef VEC(IrStmt *) IrStmtList;

/* ---- runtime functions: one id per row of rtfuncs.def -------------------------------- */

typedef enum {
#define GOL_RT(name, result, parameters, effects) RT_##name,
#include "../../runtime/include/gol/rtfuncs.def"
	RT_COUNT
} RtFunc;
const char *rt_name(RtFunc f);      /* "gol_new" */
int rt_effects(RtFunc f);           /* the GOL_MAY_... bits of abi.h */
const char *rt_result(RtFunc f);    /* C type */

/* ---- variables -------------------------------------------------------------------------- */

typedef enum { VAR_PARAM, VAR_RESULT, VAR_LOCAL, VAR_TEMP } IrVarKind;
struct IrVar {
	IrVarKind kind;
	/* base for the C name: the Go name, or "t" for temporaries; emission makes it unique and C-safe */
	const char *name;
	Type *type;
	bool addr_taken;
	/* addr_taken, but IR_ADDR of it stands in arguments of calls of gol code only, which do not keep it */
	bool lent;
	bool not_nil;               /* a pointer that cannot be nil: box, receiver of a new object */
	/* IR_ADDR of it goes to runtime calls only, which do not keep it: an ordinary variable otherwise */
	bool brief_addr;
	bool map_iterator;          /* type is ignored: a gol_map_iter (always frame resident) */
	Pos pos;
	int id;                     /* index in IrFunc.vars */
	/* for debuggers (emit/debug.c): what the program calls it, NULL where it has no such name; the address of the
	 * variable rather than itself; the end of its scope, NO_POS: the function's */
	const char *shown;
	bool is_box;
	Pos scope_end;
	/* liveness and emission */
	bool in_frame, needs_zero;
	bool mentioned;                 /* emit: in what was printed of the body */
	bool in_local, region_assigns;  /* emit/region.c: kept in a C local in the region being printed */
	/* emit/side.c: lives in the side stack; in_frame then says that its address may be needed in the frame */
	bool on_side;
	int64_t offset, side_offset;
	const char *c_name;
};

/* ---- expressions ---------------------------------------------------------------------------- */

typedef enum {
	IR_CONST,       /* cval of type (boolean, numeric, string) */
	IR_ZERO,        /* zero value of type (also nil) */
	IR_VAR,
	IR_GLOBAL,      /* package variable `object` */
	IR_FIELD,       /* x.fields[index], x a struct value or place */
	IR_INDEX,       /* x[y], x an array value or place; bounds were checked */
	/* ((type *)x)[y]: x the data pointer of a slice or string (IR_PART), or pointer to array elements */
	IR_ELEM,
	IR_DEREF,       /* *x; nil was checked. type is the pointee */
	IR_ADDR,        /* &x, x a place: IR_VAR with addr_taken, IR_GLOBAL, or FIELD/INDEX/ELEM/DEREF chains */
	IR_UNARY,       /* op: OP_SUB, OP_XOR, OP_NOT */
	IR_BINARY,      /* op; operands of one type (comparisons give bool). Shifts: y any unsigned count (negative was
	                 * checked); && and || of pure operands too. Scalars only: integers, floats, complex, bools,
	                 * pointers, maps, chans, func==nil. Strings, interfaces, structs, arrays compare through IR_RT or
	                 * statement calls. Division by zero was checked. */
	/* numeric conversion; or change of type with same representation (named<->unnamed,
	 * pointer<->unsafe.Pointer<->uintptr) */
	IR_CONVERT,
	IR_PART,        /* component of x: see IrPart */
	IR_MAKE,        /* value of type from components: slice (ptr,len,cap), string (ptr,len), interface (type or itab,
	                 * data), complex (re,im), struct (fields in order, all of them), array (all elements) */
	IR_TYPE,        /* address of the descriptor of `of` */
	IR_ITAB,        /* address of the itab of concrete type `of` for interface `type2` */
	/* func value of `func` (a static gol_func); func has no context, or uses none (a literal without captures) */
	IR_FUNC,
	IR_CODE,        /* address of func's code, for new_closure */
	IR_RT,          /* call of a runtime function without effects but allocation: rt, args */
	IR_CONDITION,   /* x ? y : args[0] */
	IR_STATIC,      /* place: the object `data` of IrPackage.statics (its address, by IR_ADDR, is a constant) */
	/* address of the contents of `file`, which may be written to where `index` is not 0; in static data only */
	IR_FILE,
	IR_TEXT,        /* C text, for arguments such as integer constants of runtime calls: text */
} IrExprKind;

typedef enum {
	PART_PTR, PART_LEN, PART_CAP,       /* strings, slices */
	/* empty interface: type word; non-empty: type found through the itab, NULL if nil. type: unsafe.Pointer */
	PART_TYPE,
	PART_TAB,       /* non-empty interface: itab word */
	PART_DATA,      /* interface: data word */
	PART_RE, PART_IM,
	/* value of a direct (pointer-shaped) type as unsafe.Pointer, to store in an interface's data word */
	PART_WORD,
	PART_UNWORD,    /* the reverse: unsafe.Pointer x as value of `type` */
	/* x is the IR_VAR of a map iterator: its key and value fields, as unsafe.Pointer */
	PART_ITER_KEY, PART_ITER_VALUE,
} IrPart;

struct IrExpr {
	IrExprKind kind;
	Type *type;
	IrExpr *x, *y;
	Op op;
	int index;
	IrPart part;
	Constant *cval;
	IrVar *var;
	Object *object;             /* GLOBAL */
	Type *of, *type2;
	IrFunc *func;
	RtFunc rt;
	IrExprList args;
	const char *text;
	struct IrStatic *data;      /* STATIC */
	const EmbedFile *file;      /* FILE */
	bool no_wrap;               /* BINARY: proven not to overflow */
	bool rounds;                /* CONVERT to a float type that the program wrote: no fusing across it */
};

/* ---- statements ---------------------------------------------------------------------------------- */

typedef enum {
	IR_ASSIGN,      /* dst = src */
	IR_CALL,        /* see IrCallKind; results to dsts (NULL entries: dropped; the list may be empty) */
	IR_PANIC_IF,    /* if (cond, NULL: always) { rt(args); unwind } ; cold */
	IR_SEND,        /* x <- src (any pure expression of the element type) */
	IR_RECEIVE,     /* dsts[0] = <-x, dsts[1] = ok; either may be NULL */
	IR_SELECT,
	IR_IF,          /* cond, body, else_body */
	IR_LOOP,        /* for (; cond; ) { body; post }  cond NULL: forever. continue goes to post */
	IR_SWITCH,      /* integer x; cases */
	IR_BLOCK,       /* body; may be the target of a break */
	IR_BREAK, IR_CONTINUE,      /* target: the IR_LOOP, IR_SWITCH or IR_BLOCK */
	IR_LABEL, IR_GOTO,          /* label */
	/* values (args): only in functions without defers; else results were assigned to their variables before */
	IR_RETURN,
	IR_MAP_ITER,    /* rt map_iter_start (var it, x map, of map type) or map_iter_next */
	IR_KEEP_ALIVE,  /* x stays live until here */
} IrStmtKind;

typedef enum {
	IR_CALL_DIRECT,     /* func; x: its closure, where it has a context */
	IR_CALL_VALUE,      /* func value x; nil was checked (PANIC_IF) */
	IR_CALL_METHOD,     /* interface x (nil checked), method `index` of the interface's sorted methods */
	IR_CALL_RT,         /* rt */
} IrCallKind;

typedef struct IrSelectCase {
	bool send;
	IrExpr *chan;
	IrExpr *value;      /* send: pure expression */
	Pos pos;
} IrSelectCase;

typedef struct IrSwitchCase {
	VEC(Constant *) values;     /* empty: default */
	IrStmtList body;            /* does not fall through; lowering uses goto for Go's fallthrough */
} IrSwitchCase;

struct IrStmt {
	IrStmtKind kind;
	Pos pos;
	IrExpr *dst, *src;
	IrExpr *x, *cond;
	IrCallKind call;
	IrFunc *func;
	RtFunc rt;
	int index;
	Type *signature;            /* CALL_VALUE, CALL_METHOD: FUNC type (without receiver) */
	IrExprList args;
	IrVarList dsts;
	IrStmtList body, else_body, post;
	VEC(IrSwitchCase *) cases;
	VEC(IrSelectCase *) select_cases;
	bool blocking;              /* SELECT without default. dsts[0]: chosen index, dsts[1]: ok (may be NULL) */
	IrVarList buffers;          /* SELECT: for the value that case i receives; NULL where none is wanted */
	IrVar *iterator;            /* MAP_ITER */
	bool first;                 /* MAP_ITER: start */
	Type *of;
	IrStmt *target;
	const char *label;          /* LABEL, GOTO: unique in the function */
	int64_t rounds;             /* LOOP with a small bound: most rounds of it and the loops in it (ir_prove) */
	bool no_poll;               /* LOOP: small bound proven, or body certain to poll */
	bool deferred;              /* CALL in the epilogue: the deferred call itself */
	/* analysis and emission */
	bool may_freeze, may_panic; /* filled by ir_colour */
	int point;                  /* resume point or traceback point */
	uint64_t *live;             /* variables live after, at a resume point (bit per IrVar.id); with defers: where it can
	                             * only panic, those of the epilogue */
	uint64_t *direct;           /* the same without those that may only be reached through a pointer */
	int c_label;                /* emission: number of break/continue label when one is needed */
	bool uses_break, uses_continue;
	bool in_region;             /* emit/region.c */
};

/* ---- functions and packages -------------------------------------------------------------------------- */

struct IrFunc {
	const char *symbol;         /* C name */
	const char *go_name;        /* main.(*T).sum, main.f.func1: tracebacks */
	Package *package;           /* that it belongs to by name */
	Object *object;
	Type *signature;            /* FUNC type, canonical, receiver not included */
	Pos pos, end_pos;
	IrVarList params;           /* receiver first, where there is one; blank ones too */
	IrVar *context;             /* closures: passed last */
	TypeList result_types;
	/* what the epilogue returns when has_defer or named results: IR_VAR or IR_DEREF of a box. Empty if neither */
	IrExprList results;
	IrVarList vars;             /* every variable, params first */
	IrStmtList body;
	bool defined;               /* body is lowered here (or will be); else extern */
	bool is_static;             /* only this C file refers to it */
	bool is_hidden;             /* it would be static if its package were one C file */
	bool is_weak;               /* instances and wrappers: every package that needs it may emit it */
	/* is_weak, nested in such a function, copied by other packages: what is known of it must be the same in all
	 * packages (colour.c) */
	bool is_shared;
	bool is_copy;               /* of a small function of another package (lower/copy.c): static, inline */
	bool intrinsic;             /* bodyless: C of the runtime; symbol begins with gol_ */
	int intrinsic_effects;      /* GOL_MAY_... */
	bool takes_address;         /* intrinsic: calls check its first argument for nil */
	bool keeps_shown;           /* for debuggers: what the program names is saved although it is not needed any more */
	bool has_defer;
	bool has_recover;
	IrStmtList epilogue;        /* has_defer: the deferred calls, last first */
	/* has_recover: variable of type unsafe.Pointer, set by the prologue (gol_recover_take) */
	IrVar *recover_var;
	/* with -race: the calling context (emit/race.c), live everywhere; or NULL */
	IrVar *race_var;
	bool frameless;             /* wrapper: checks, then one call whose results are returned unchanged (last statement:
	                             * CALL with tail set by dsts empty, followed by RETURN without values); has no frame
	                             * of its own */
	/* frameless wrapper or go/defer closure: recover() inside the target shall see the panic */
	IrFunc *aims_at;
	bool aims;                  /* set with aims_at, and also where the target is known at run time only: what the last
	                             * IR_CALL of the body calls (func value: its code; method: the itab's code) */
	/* colouring, emission */
	bool can_freeze, can_panic;
	bool proved, coloured, emitted;
	bool needs_value;           /* a static func value of it is used */
	int64_t frame_size;
	void *backend;
};

/* Data in the C file: initialisers without cost and the backing of constant literals. value is made of CONST, ZERO,
 * MAKE, TYPE, ITAB, FUNC (no captures), CONVERT of those, and ADDR of STATIC (and of FIELD, INDEX in it). */
typedef struct IrStatic {
	const char *symbol;         /* unique in the program; static, or hidden */
	Type *type;
	IrExpr *value;
	bool read_only;             /* const; else it is a variable: a GC root if its type has pointers */
} IrStatic;

struct IrPackage {
	Package *package;
	VEC(IrFunc *) funcs;        /* defined here, in order; grows while emission asks for wrappers */
	ObjectList globals;         /* package variables defined here */
	VEC(IrStatic *) statics;    /* grows with funcs */
	/* Object of globals -> IrExpr: initial value that is constant data; others are zero until init runs */
	Map global_values;
	/* initialises this package's variables, runs its init functions; NULL if nothing to do */
	IrFunc *init;
	IrFunc *start;              /* package main only: calls every package's init, then main.main */
};

/* ir/build.c: constructors, all in the compilation's arena */
IrExpr *ir_expr(Compiler *c, IrExprKind kind, Type *type);
IrExpr *ir_var(Compiler *c, IrVar *v);
IrExpr *ir_const(Compiler *c, Constant *v, Type *type);
IrExpr *ir_int(Compiler *c, int64_t v);                     /* of type int */
IrExpr *ir_zero(Compiler *c, Type *type);
IrExpr *ir_field(Compiler *c, IrExpr *x, int index);        /* type from the struct */
IrExpr *ir_deref(Compiler *c, IrExpr *pointer, Type *pointee);
IrExpr *ir_addr(Compiler *c, IrExpr *place);
IrExpr *ir_index(Compiler *c, IrExpr *array, IrExpr *i);
IrExpr *ir_elem(Compiler *c, IrExpr *pointer, IrExpr *i, Type *elem);
IrExpr *ir_part(Compiler *c, IrExpr *x, IrPart part, Type *type);
IrExpr *ir_unary(Compiler *c, Op op, IrExpr *x, Type *type);
IrExpr *ir_binary(Compiler *c, Op op, IrExpr *x, IrExpr *y, Type *type);
IrExpr *ir_convert(Compiler *c, IrExpr *x, Type *type);
IrExpr *ir_make(Compiler *c, Type *type, int n, ...);       /* n components, IrExpr * */
int64_t ir_components(Type *type);          /* how many IR_MAKE of it has; -1: it is not made of components */
IrExpr *ir_type(Compiler *c, Type *of);
IrExpr *ir_itab(Compiler *c, Type *iface, Type *concrete);
IrExpr *ir_rt(Compiler *c, RtFunc f, Type *type, int n, ...);
IrExpr *ir_text(Compiler *c, const char *text, Type *type);
IrVar *ir_new_var(Compiler *c, IrFunc *f, IrVarKind kind, const char *name, Type *type, Pos pos);
IrStmt *ir_stmt(Compiler *c, IrStmtKind kind, Pos pos);
bool ir_is_place(const IrExpr *e);
bool ir_calls_runtime(const IrExpr *e);     /* an IR_RT in it; NULL: false */

void ir_dump(Compiler *c, Buf *out, const IrFunc *f);       /* -dump=ir */
/* Internal error when an invariant fails: after lowering (always), prove and polls, colour, liveness. */
void ir_verify(Compiler *c, const IrFunc *f);
void ir_verify_polls(Compiler *c, const IrFunc *f);
void ir_verify_colours(Compiler *c, const IrPackage *package);
void ir_verify_liveness(Compiler *c, const IrFunc *f);

/* ir/polls.c */
enum { LOOP_TRIPS = 1000 };     /* rounds of simple statements that need no poll */
/* by prove.c, innermost loops first; trips: most rounds */
void place_poll(Compiler *c, IrFunc *f, IrStmt *loop, int64_t trips);
/* what statement s of its post adds 1 to, and nothing else assigns; or NULL */
IrVar *loop_counter(IrStmt *loop, IrStmt *s);
IrExpr *counter_bound(IrExpr *cond, IrVar *v);      /* y of the conjunct v < y */
bool ir_plain_local(const IrVar *v);                /* only named, never pointed to */
bool ir_mentions(const IrExpr *x, const IrVar *v);
IrVar *ir_root_var(IrExpr *place);
bool ir_constant(const IrExpr *x, int64_t *n);

/* ir/prove.c: drops checks that are not needed, has polls placed. Called by ir_colour before it begins. */
void ir_prove(Compiler *c, IrFunc *f);
/* ir/colour.c: may_freeze and may_panic of each statement, can_freeze and can_panic of each function of the package
 * (fixpoint; unknown callees: both). */
void ir_colour(Compiler *c, IrPackage *package);
/* ir/share.c: in functions with very many variables one takes the place of several. keep_shown: not those with names
 * for debuggers. */
void ir_share(Compiler *c, IrFunc *f, bool keep_shown);
/* ir/liveness.c: live sets at each statement that may freeze; which variables live across one (in_frame). */
void ir_liveness(Compiler *c, IrFunc *f);

#endif
