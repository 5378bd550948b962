/*
 * ast.h - the syntax tree, and the notes that the checker leaves on it.
 *
 * The parser fills the first part of each node; the fields below the word
 * "checked" belong to compiler/check and are zero before it ran. Everything that
 * may be a type or a value (x, T, p.T, T[A], *T, (T)) is an Expr; the checker
 * decides by Expr.mode. Parentheses are kept. All lists are VECs in source order.
 *
 * Positions are where Go's diagnostics point: a binary expression's pos is its
 * operator, a call's pos is its "(", a selector's pos is the selected name
 * (Expr.start gives the leftmost position of any expression), an index's "[",
 * a composite literal's "{" , a key:value's ":" ; assignments' the operator.
 * Whoever prints chooses between pos and expr_start(e).
 */
#ifndef GOL_AST_H
#define GOL_AST_H

#include "../base/base.h"
#include "../base/constant.h"

typedef struct Expr Expr;
typedef struct Stmt Stmt;
typedef struct Decl Decl;
typedef struct Block Block;
typedef struct Field Field;
typedef struct FuncType FuncType;
typedef struct File File;

typedef struct Type Type;           /* types/type.h */
typedef struct Object Object;
typedef struct Scope Scope;
typedef struct Package Package;
typedef struct Selection Selection;

typedef VEC(Expr *) ExprList;
typedef VEC(Stmt *) StmtList;
typedef VEC(Decl *) DeclList;
typedef VEC(Field *) FieldList;
typedef VEC(Type *) TypeList;
typedef VEC(Object *) ObjectList;

/* ---- operators (binary, unary and op-assignment share the enum) ---------------- */

typedef enum {
	OP_NONE,
	OP_OROR, OP_ANDAND,
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
	OP_ADD, OP_SUB, OP_OR, OP_XOR,
	OP_MUL, OP_DIV, OP_REM, OP_AND, OP_ANDNOT, OP_SHL, OP_SHR,
	/* unary only; unary + - ^ are OP_ADD OP_SUB OP_XOR */
	OP_NOT, OP_ADDR, OP_RECV, OP_TILDE,
	OP_COUNT
} Op;
const char *op_text(Op op);         /* "||", "&^", "<-" ... */

/* ---- expressions ----------------------------------------------------------------- */

typedef enum {
	EXPR_BAD,
	EXPR_NAME,          /* x, also _ */
	EXPR_LITERAL,       /* 1 1.5 2i 'a' "s" */
	EXPR_COMPOSITE,     /* T{...}; x is NULL for an elided type */
	EXPR_FUNC,          /* func(...) {...} */
	EXPR_PAREN,
	EXPR_SELECTOR,      /* x.name */
	EXPR_INDEX,         /* x[list]: index, or instantiation */
	EXPR_SLICE,         /* x[lo:hi:max] */
	EXPR_ASSERT,        /* x.(T); x.(type) has type_expr NULL */
	EXPR_CALL,          /* x(list), list... ; also conversion, builtin */
	EXPR_STAR,          /* *x: dereference, or pointer type */
	EXPR_UNARY,         /* op x */
	EXPR_BINARY,        /* x op y */
	EXPR_KEY_VALUE,     /* x: y inside a composite literal */
	EXPR_ELLIPSIS,      /* ...T in a parameter list (x = T); [...]T's length has x NULL */
	EXPR_ARRAY_TYPE,    /* [x]y ; x is EXPR_ELLIPSIS for [...]y */
	EXPR_SLICE_TYPE,    /* []x */
	EXPR_MAP_TYPE,      /* map[x]y */
	EXPR_CHAN_TYPE,     /* chan x, direction in dir */
	EXPR_STRUCT_TYPE,
	EXPR_INTERFACE_TYPE,
	EXPR_FUNC_TYPE,
} ExprKind;

typedef enum { LIT_INT, LIT_FLOAT, LIT_IMAG, LIT_RUNE, LIT_STRING } LiteralKind;
typedef enum { CHAN_BOTH, CHAN_SEND, CHAN_RECV } ChanDir;

/* What an expression turned out to be (the checker's operand mode). */
typedef enum {
	MODE_INVALID,       /* an error was reported, or not checked */
	MODE_NO_VALUE,      /* call of a function without result */
	MODE_BUILTIN,       /* name of a builtin function */
	MODE_TYPE,
	MODE_CONST,         /* cval holds the value */
	MODE_VARIABLE,      /* addressable */
	MODE_MAP_INDEX,     /* not addressable, assignable; comma-ok allowed */
	MODE_VALUE,
	MODE_NIL,           /* the predeclared nil; type is the target type after conversion, else untyped nil */
	MODE_COMMA_OK,      /* value that may also yield a bool: x.(T), <-c */
	MODE_PACKAGE,       /* only the left side of a qualified name */
} Mode;

typedef enum { CALL_FUNC, CALL_CONVERSION, CALL_BUILTIN } CallKind;

struct Expr {
	ExprKind kind;
	Pos pos;
	Pos start;                  /* leftmost position of the whole expression */
	Pos end;                    /* closing bracket: of calls ")", composite "}", index "]", func "}" */
	Op op;                      /* UNARY, BINARY */
	Expr *x, *y;                /* operands; see the kinds */
	Expr *type_expr;            /* ASSERT: the type; COMPOSITE: same as x */
	ExprList list;              /* CALL arguments, INDEX indices, COMPOSITE elements */
	Expr *index[3];             /* SLICE: lo hi max, NULL if absent */
	bool full_slice;            /* SLICE: both colons written */
	bool has_dots;              /* CALL: f(x...) */
	bool implicit;              /* made by the parser, not in the source */
	const char *name;           /* NAME, SELECTOR (interned) */
	LiteralKind literal;        /* LITERAL */
	const char *text;           /* LITERAL: source text as written (interned) */
	size_t text_len;
	ChanDir dir;                /* CHAN_TYPE */
	FieldList fields;           /* STRUCT_TYPE: fields; INTERFACE_TYPE: methods and embedded elements */
	FuncType *func_type;        /* FUNC_TYPE, FUNC */
	Block *body;                /* FUNC */

	/* checked -------------------------------------------------------------------- */
	Mode mode;
	Type *type;                 /* its type; MODE_TYPE: the type it denotes. Untyped constants and values get
	                             * their final type. NULL for packages. A multi-value call has a tuple. */
	Constant *cval;             /* MODE_CONST */
	Object *object;             /* NAME: what it refers to (or declares); SELECTOR of a package: the object;
	                             * SELECTOR of a field: the field's Object; of a method: its Object (origin's for
	                             * generics) */
	Selection *selection;       /* SELECTOR that is a field, method value or method expression */
	TypeList type_args;         /* NAME/SELECTOR/INDEX that denotes an instantiated generic function: its
	                             * complete type arguments (given and inferred); set on the innermost NAME or SELECTOR
	                             * and on the INDEX that stands around it */
	CallKind call_kind;         /* CALL */
	int builtin;                /* CALL_BUILTIN: BuiltinId of types/type.h */
	bool comma_ok;              /* used in a two-value context: type is then the tuple (T, bool) */
	struct FuncInfo *func_info; /* FUNC: captured variables etc. */
	struct Inlined *inlined;    /* CALL: the body that takes its place (inline/inline.h); NULL: it is called */
	/* escape analysis: what it allocates that may live in the frame, bits of escape/escape.h */
	unsigned stays;
};

/* Parameter, result, type parameter, struct field, or interface element. One Field per name:
 * "a, b int" makes two, sharing type. */
struct Field {
	Pos pos;                    /* of the name, or of the type where there is none */
	const char *name;           /* NULL: unnamed parameter, embedded field or embedded interface element */
	Expr *type;                 /* for a method of an interface: EXPR_FUNC_TYPE; type parameter: its constraint */
	Expr *tag;                  /* struct field tag, EXPR_LITERAL or NULL */
	bool embedded;              /* struct: embedded field; interface: embedded element (type may be ~T | U unions) */
	bool is_method;             /* interface: a method */
	Object *object;             /* checked: the variable, field or type parameter declared */
};

struct FuncType {
	Pos pos;                    /* of "func", or of "(" for methods of interfaces */
	FieldList type_params;
	FieldList params;           /* the last may have type EXPR_ELLIPSIS: variadic */
	FieldList results;
	Type *type;                 /* checked: the signature */
};

/* ---- statements -------------------------------------------------------------------- */

typedef enum {
	STMT_BAD,
	STMT_EMPTY,
	STMT_EXPR,          /* x */
	STMT_SEND,          /* x <- y */
	STMT_INC_DEC,       /* x++ x--: op OP_ADD / OP_SUB */
	STMT_ASSIGN,        /* lhs = rhs, lhs op= rhs (op != OP_NONE) */
	STMT_DEFINE,        /* lhs := rhs */
	STMT_DECL,          /* var, const, type inside a function */
	STMT_GO, STMT_DEFER,        /* x: the call */
	STMT_RETURN,        /* rhs */
	STMT_BREAK, STMT_CONTINUE, STMT_GOTO, STMT_FALLTHROUGH,      /* label or NULL */
	STMT_BLOCK,
	STMT_IF,            /* init; x; body; else_ (STMT_BLOCK or STMT_IF) */
	STMT_FOR,           /* init; x; post; body */
	STMT_RANGE,         /* for lhs[0], lhs[1] (:=|=) range x body */
	STMT_SWITCH,        /* init; x; cases */
	STMT_TYPE_SWITCH,   /* init; [name :=] x.(type); cases */
	STMT_SELECT,        /* cases with comm */
	STMT_LABELED,       /* name: body_stmt */
} StmtKind;

typedef struct Case {
	Pos pos;                    /* of "case" / "default" */
	Pos colon;
	bool is_default;
	ExprList list;              /* SWITCH: values; TYPE_SWITCH: types (the name nil too) */
	/* SELECT: STMT_SEND, STMT_EXPR (recv), STMT_ASSIGN / STMT_DEFINE with one recv; NULL default */
	Stmt *comm;
	StmtList body;
	Pos end;
	Object *object;             /* checked, TYPE_SWITCH with name: this clause's variable */
	bool falls_through;         /* checked: last statement is fallthrough */
} Case;

struct Block {
	Pos pos;                    /* "{" */
	Pos end;                    /* "}" */
	StmtList list;
};

struct Stmt {
	StmtKind kind;
	Pos pos;
	Op op;
	Expr *x, *y;
	ExprList lhs, rhs;
	bool define;                /* RANGE: := ; */
	Stmt *init, *post, *else_;
	Block *body;
	Stmt *body_stmt;            /* LABELED */
	const char *name;           /* LABELED, branch label, TYPE_SWITCH symbol */
	Pos name_pos;
	VEC(Case *) cases;
	Pos end;                    /* "}" of the whole statement where there is one */
	DeclList decls;             /* DECL */

	/* checked */
	Stmt *target;               /* BREAK, CONTINUE: the enclosing statement meant; GOTO: the STMT_LABELED */
	ObjectList defined;         /* DEFINE, RANGE: per lhs the new variable, NULL where it is an existing one or blank */
	bool label_used;            /* LABELED */
	/* DEFER (escape): not in a loop, and among the first DEFER_BITS of those in its function */
	bool runs_once;
	int once_before;            /* DEFER: how many of that kind stand before it */
	Type *range_key, *range_value;      /* RANGE: element types before assignment, NULL if none */
	/* BLOCK that was a loop over a function: the call that is made of it (inline/rangefunc.c) */
	Expr *range_call;
};

/* ---- declarations, files -------------------------------------------------------------- */

typedef enum { DECL_BAD, DECL_IMPORT, DECL_CONST, DECL_VAR, DECL_TYPE, DECL_FUNC } DeclKind;

/* A file that a program takes in. Filled by load/embed.c, where it can be read; else error says why not. */
typedef struct EmbedFile {
	const char *name;           /* below the package's folder */
	const char *path, *error;
	const char *contents;       /* where C is made that must stand alone; else NULL */
	uint64_t size;
	int64_t changed_at;         /* nanoseconds: it must not change until it has been compiled */
	uint8_t hash[SHA256_SIZE];  /* SHA-256 of what is in it */
} EmbedFile;
typedef VEC(EmbedFile *) EmbedFileList;

/* text: without quotes. files: sorted by name. */
typedef struct EmbedPattern { const char *text; Pos pos; EmbedFileList files; } EmbedPattern;

/* A line //go:embed PATTERN... (embed.c) */
typedef struct Embed {
	Pos pos;                    /* of "go:embed" */
	VEC(EmbedPattern) patterns;
	Decl *decl;                 /* that it stands above; NULL: none, or the package clause */
	bool ignored;               /* nothing comes of it: it is malformed, or only half a directive */
} Embed;

/* One Decl per specification: "var ( a = 1; b, c = f() )" makes two. */
struct Decl {
	DeclKind kind;
	Pos pos;                    /* of the first name; IMPORT: of the path */
	Pos keyword_pos;
	VEC(const char *) names;
	VEC(Pos) name_pos;
	Expr *type;                 /* CONST, VAR: may be NULL; TYPE: the right side */
	ExprList values;            /* CONST, VAR. An implicit constant repetition has its own copy of nothing:
	                             * values and type are shared with the specification it repeats, inherited is set */
	bool inherited;
	int iota;                   /* CONST */
	int group;                  /* number of the parenthesised group within the file */
	bool is_alias;              /* TYPE: type A = B */
	FieldList type_params;      /* TYPE; a function's are in func_type */
	const char *import_path;    /* IMPORT, unquoted */
	const char *import_name;    /* IMPORT: local name, "." or "_"; NULL if not given */
	Field *receiver;            /* FUNC; its type may be *T, T[A, B], (T) */
	FuncType *func_type;
	Block *body;                /* FUNC: NULL where declared only */
	const char *doc;            /* the comments above: hold //go: and //gol: directives (raw text, or NULL) */
	VEC(Embed *) embeds;        /* lines //go:embed above */

	/* checked */
	ObjectList objects;         /* per name (blank ones too) */
	struct FuncInfo *func_info; /* FUNC */
};

/* What the checker learns of a function body, declared or literal. */
typedef struct FuncInfo {
	Object *object;             /* of a declared function, else NULL */
	struct FuncInfo *outer;     /* of a literal: the function around it (NULL at package level) */
	Type *type;                 /* signature */
	Object *receiver;           /* NULL if none */
	ObjectList params, results; /* variables, blank and unnamed ones too (made up objects) */
	ObjectList locals;          /* every other variable declared in the body, nested literals' not included */
	ObjectList captured;        /* of a literal: variables of outer functions it uses, directly or by inner literals */
	VEC(Expr *) literals;       /* EXPR_FUNC directly inside */
	Expr *literal;              /* of a literal: itself */
	/* of a literal that was inlined along with the function around it: that function, and the call (Compiler.calls) */
	const struct FuncInfo *copied_from;
	uint32_t copied_at;
	/* inliner: its name in traces, and in remarks of a package; NULL: not asked for yet */
	const char *traced, *remarked;
	const Package *remarked_in;
	struct Inlining *inlining;  /* what it costs (inline/inline.h); NULL: not looked at */
	bool has_defer, has_recover, has_goto;
	bool has_inlined;           /* inliner: a call in it was replaced */
	bool moved;                 /* inliner: a literal whose only call was replaced: its body stands elsewhere now */
	int calls;                  /* inliner: how many calls of it there are */
	int once_count;             /* escape: defer statements that run at most once (Stmt.runs_once) */
	int number;                 /* literals: n of func1, func2 ... as Go names them */
	int numbered;               /* literals that are named after it */
	const char *wraps;          /* "gowrap", "deferwrap": a literal around the call of such a statement (inline/wrap.c) */
	int wrapped;                /* how many of them there are in it */
	bool of_value;              /* a literal for a generic function that is a value (inline/values.c) */
	/* the body of a loop over a function (inline/rangefunc.c): the function it stands in, which literals in it are named
	 * after, whose defer statements and recover() it has; number: n of range1, range2 ... NULL: it is none */
	struct FuncInfo *range_of;
	Stmt *deferring;            /* ... a defer statement in it; NULL: none */
	int range_loops;            /* how many there are in it */
	bool range_defers;          /* ... one of which has a defer statement */
} FuncInfo;

/* The function that a literal is named after, with its number; NULL at package level. */
static inline struct FuncInfo *named_after(const FuncInfo *literal)
{
	if (literal->range_of || !literal->outer)
		return literal->range_of;
	return literal->outer->range_of ? literal->outer->range_of : literal->outer;
}

/* A call's callee, copied into the function that calls it. Arguments go to the variables that info names, which are
 * variables of that function; so are the copies of the callee's own. Each `return` became assignments to the results
 * and a jump to the end. */
typedef struct Inlined {
	FuncInfo *info;             /* receiver, params, results: nothing else in it counts */
	Block *body;
	Stmt *end;                  /* what breaks out of body have as their target; NULL: there are none */
	Package *package;           /* where the body was written */
	Expr *returned;             /* the result has no other value than this; or NULL */
	bool single_return;         /* results are set at the end, once */
	int nodes;                  /* expressions that were copied */
} Inlined;

/* A line //go:linkname LOCAL [TARGET]; wherever in the file it stands. Interned. */
typedef struct Linkname { const char *local, *target; Pos pos; } Linkname;      /* target NULL: none given */

typedef struct Comment {
	const char *text;           /* with its marks, without the newline behind a line comment */
	uint32_t length, line, col, end_line;
} Comment;
typedef VEC(Comment) CommentList;

struct File {
	SourceFile *source;
	Pos package_pos;
	const char *package_name;
	Pos package_name_pos;
	DeclList decls;             /* imports first */
	bool made;                  /* by the loader: it may import what it likes */
	const char *import_error;   /* what Go's tools say of an import that cannot be read, or NULL */
	Pos import_error_pos;
	VEC(const char *) build_tags;   /* raw text of //go:build lines */
	VEC(Linkname) linknames;
	VEC(Embed *) embeds;        /* every line //go:embed */
	VEC(struct { const char *text; Pos pos; }) directives;   /* every //go: //gol: //export //line comment */
	/* what is wrong with them: for the checker to say, unless there are syntax errors, among which they are then */
	VEC(struct { Pos pos; const char *text; }) directive_faults;
	CommentList comments;       /* all, in source order */
	Scope *scope;               /* checked: file scope (imports) */
};

/* ---- parser and dump ----------------------------------------------------------------------- */

/* Parse one file; errors are queued. Always returns a File (possibly with BAD nodes). imports_only stops after
 * the import declarations. */
File *parse_file(Compiler *c, SourceFile *source, bool imports_only);
/* internal error where a file without errors breaks what this header says */
void ast_verify(Compiler *c, const File *file);
void ast_dump(Compiler *c, Buf *out, const File *file);
/* Source form of an expression as Go prints it in messages: f(x), []int{…}, func() {…}, a + b. */
void expr_print(Buf *out, const Expr *e);
const char *expr_text(Compiler *c, const Expr *e);
Expr *unparen(Expr *e);
/* Is the line comment `directive`, alone or followed by a blank, among those above the declaration? */
bool has_directive(const Decl *d, const char *directive);

#endif
