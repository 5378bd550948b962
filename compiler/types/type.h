/*
 * type.h - types, objects, scopes, packages: what the checker computes and what
 * lowering reads.
 *
 * A Type is immutable once complete. Types are not hash-consed while checking
 * (identical() compares); type_key() gives a text that is equal exactly for
 * identical types, and types_canonical() one Type per key, so that everything
 * after the checker may compare pointers. An alias is transparent: its type is a
 * copy of the aliased type, of the same kind, that remembers the alias's name for
 * messages (type_aliased) and is canonically the aliased type. A generic named type is its own "origin"; an instance
 * points to it with its type arguments and is expanded lazily (named_underlying,
 * named_methods do it), so recursive generic types end.
 */
#ifndef GOL_TYPE_H
#define GOL_TYPE_H

#include "../base/base.h"
#include "../base/constant.h"
#include "../syntax/ast.h"

typedef enum {
	TYPE_INVALID,       /* an error was reported: suppresses further ones */
	/* basic types; keep the order */
	TYPE_BOOL,
	TYPE_INT, TYPE_INT8, TYPE_INT16, TYPE_INT32, TYPE_INT64,
	TYPE_UINT, TYPE_UINT8, TYPE_UINT16, TYPE_UINT32, TYPE_UINT64, TYPE_UINTPTR,
	TYPE_FLOAT32, TYPE_FLOAT64, TYPE_COMPLEX64, TYPE_COMPLEX128,
	TYPE_STRING, TYPE_UNSAFE_POINTER,
	TYPE_UNTYPED_BOOL, TYPE_UNTYPED_INT, TYPE_UNTYPED_RUNE, TYPE_UNTYPED_FLOAT, TYPE_UNTYPED_COMPLEX,
	TYPE_UNTYPED_STRING, TYPE_UNTYPED_NIL,
	TYPE_LAST_BASIC = TYPE_UNTYPED_NIL,
	TYPE_NAMED,
	TYPE_POINTER,       /* elem */
	TYPE_ARRAY,         /* elem, length (-1 while unknown) */
	TYPE_SLICE,         /* elem */
	TYPE_MAP,           /* key, elem */
	TYPE_CHAN,          /* elem, dir */
	TYPE_STRUCT,        /* fields, tags */
	TYPE_FUNC,          /* params, results, variadic (last param is then a slice), receiver */
	TYPE_TUPLE,         /* fields: variables of a multi-value */
	TYPE_INTERFACE,     /* methods, embeddeds; type set computed on demand */
	TYPE_UNION,         /* terms; only inside interfaces */
	TYPE_PARAM,         /* a type parameter */
} TypeKind;

typedef struct Term { bool tilde; Type *type; } Term;
/* unquoted; any bytes, 0 too; of no length: none */
typedef struct FieldTag { const char *text; size_t len; } FieldTag;
typedef struct TypeSet TypeSet;

struct Type {
	TypeKind kind;
	Type *elem, *key;
	int64_t length;
	ChanDir dir;
	bool variadic;
	ObjectList fields;          /* STRUCT: fields; TUPLE: variables; FUNC: parameters */
	ObjectList results;         /* FUNC */
	VEC(FieldTag) tags;         /* STRUCT: per field; may be shorter than fields */
	Object *receiver;           /* FUNC of a method: its receiver variable; not part of identity */
	ObjectList type_params;     /* FUNC (generic functions), NAMED (generic origin): OBJECT_TYPE of TYPE_PARAMs */
	ObjectList receiver_type_params;    /* FUNC of a method of a generic type: the names it gives them */

	/* INTERFACE */
	ObjectList methods;         /* explicit ones, OBJECT_FUNC. NAMED: declared methods, in source order */
	TypeList embeddeds;
	VEC(Pos) embedded_pos;
	bool implicit;              /* wraps a constraint literal such as ~int | string */
	/* the checker may set this while it still fills methods and embeddeds: nothing is cached then */
	bool incomplete;
	TypeSet *type_set;
	/* UNION */
	VEC(Term) terms;

	/* NAMED */
	Object *object;             /* also PARAM: its OBJECT_TYPE */
	Type *underlying_;          /* use underlying() */
	Type *origin;               /* instance: the generic type; else itself */
	TypeList type_args;         /* instance */
	ObjectList enclosing_params;    /* local type declared in a generic function (or method of a generic type): the type
	                                 * parameters in scope there; set by the checker when it declares the type. subst
	                                 * makes an instance of such a type for each list of arguments of the function */
	TypeList enclosing_args;    /* such an instance: what they stand for */
	int state;                  /* expansion progress; private to types/ */
	Types *types;               /* of every type: the tables it belongs to */
	const char *key_text;       /* private to types/: type_key of a complete instance or canonical type */
	Type *canonical;            /* private to types/ */

	/* A type written by an alias's name: a copy of the aliased type. A NAMED one is an instance of its origin. */
	Type *aliased;              /* the type itself; NULL in all others */
	Object *alias;              /* its OBJECT_TYPE */
	TypeList alias_args;        /* generic alias */

	/* PARAM */
	int index;                  /* in its list */
	Type *constraint;
	int id;                     /* unique */

	/* filled after checking, on canonical types (layout.c) */
	int64_t size, align;        /* bytes, gc's amd64 layout; size -1: not computed */
	VEC(int64_t) offsets;       /* STRUCT */
	void *backend;              /* the emitter's note */
};

/* ---- objects ------------------------------------------------------------------------- */

typedef enum {
	OBJECT_BAD, OBJECT_PACKAGE, OBJECT_CONST, OBJECT_TYPE, OBJECT_VAR, OBJECT_FUNC, OBJECT_LABEL, OBJECT_BUILTIN,
		OBJECT_NIL
} ObjectKind;

struct Object {
	ObjectKind kind;
	const char *name;           /* interned; "_" for blank; "" for unnamed */
	Pos pos;
	Package *package;           /* NULL: universe */
	Type *type;                 /* FUNC: signature */
	Scope *parent;              /* scope it is declared in (NULL: fields, methods) */
	/* local: seen from here on; no position: from pos on (set it after the declaration for := and var) */
	Pos scope_start;
	Decl *decl;                 /* package-level ones and declared methods */
	File *file;
	int color;                  /* checker: progress of the declaration */
	bool used;
	int order;                  /* source order number within the package */

	Constant *cval;             /* CONST */
	/* VAR */
	bool is_field, embedded, is_param, is_result, is_receiver, is_package_level;
	FuncInfo *owner;            /* local: the function it belongs to */
	bool captured;              /* used by a function literal inside owner */
	bool assigned;              /* assigned to after its declaration (or address taken) */
	bool changed;               /* assigned, and not by the post statement of its loop alone: each round has its own */
	bool captured_by_reference; /* captured, and changed: cannot be captured by value */
	bool addr_taken;            /* &x, x.ptrMethod(), x[:] of an array, closure by reference */
	bool escapes;               /* escape analysis: lives in the heap */
	bool grows_in_round;        /* ... a slice of a loop's round, an append to which has STAYS_IN_ROUND */
	Expr *initial;              /* inliner: its only value; NULL: not known */
	bool dropped;               /* inliner: a function value that nobody uses any more: not evaluated */
	bool dropped_by_go;         /* ... where what a call gave and was called counts as used, as it does in Go */
	Constant *defined;          /* package level: the string that the command line gives it; NULL: none */
	/* TYPE */
	bool is_alias;
	ObjectList alias_params;    /* generic alias: its type parameters; type is then the right side, to be substituted */
	/* FUNC */
	bool pointer_receiver;      /* method */
	/* method: the NAMED (origin) it is declared on; interface methods: the INTERFACE or NULL */
	Type *receiver_base;
	enum { COPYING_UNKNOWN, COPYING_NOT, COPYING_YES } copying;     /* lower/copy.c */
	Object *linked;             /* FUNC, VAR: what //go:linkname or //gol:replace says it is */
	bool is_link_target;        /* another object's linked */
	Object *origin;             /* method of an instantiated type: the generic one; else itself */
	struct Stencil *stencil;    /* made for remarks (inline/view.c): what of */
	/* PACKAGE */
	Package *imported;
	int builtin;                /* BUILTIN: BuiltinId */

	void *backend;              /* lowering's note (on functions: its IrFunc, on variables: its IrVar) */
	void *escape;               /* escape analysis's note */
};

struct Scope {
	Scope *parent;
	Map names;                  /* name -> Object */
	Pos start, end;
	bool is_function;
	FuncInfo *function;         /* function whose body this scope is in */
};
Object *scope_lookup(const Scope *s, const char *name);             /* this scope only */
/* locals only from their position on */
Object *scope_lookup_parent(Scope *s, const char *name, Pos at, Scope **where);
Object *scope_insert(Compiler *c, Scope *s, Object *o);             /* the object already there, or NULL */

/* lhs may hold blank variables */
typedef struct Initializer { ObjectList lhs; Expr *rhs; Decl *decl; File *file; } Initializer;

struct Package {
	const char *path;           /* import path, "main" for the program */
	/* "p.test": compiled for the tests of p, with them or against a package that is; NULL: as it is. A program holds a
	 * path in one variant only, so C names need not tell them apart */
	const char *variant;
	const char *name;
	const char *dir;
	VEC(File *) files;
	EmbedFileList embedded;     /* files that lines //go:embed name */
	VEC(Package *) imports;     /* direct, sorted by path */
	Map imported;               /* path as written in the source -> Package */
	Scope *scope;
	bool is_stdlib;             /* of gol's own library */
	bool from_tree;             /* of the Go source tree */
	/* that it belongs to (module/module.h); NULL: the two above, and outside of modules */
	const struct Module *module;
	bool portable;              /* its files are those for a machine of an unknown architecture */
	bool hooked;                /* a package of hooks supplies functions that have no body here */
	bool checked, failed;
	VEC(Initializer *) init_order;      /* package variables' initialisers in initialisation order */
	ObjectList init_functions;          /* func init, in source order */
	ObjectList functions;               /* every declared function and method (blank named ones too), source order */
	VEC(Expr *) package_literals;       /* EXPR_FUNC in package-level initialisers */
	VEC(FuncInfo *) func_infos;         /* of every function declared and literal, outer before inner */
	ObjectList type_names;              /* package-level types, and local ones after */
	int number;                 /* order of initialisation */
};

/* How x.f was found. path: embedded fields to step through (each an index into the struct's fields; pointers are
 * dereferenced implicitly), then the field index or the method. */
typedef enum { SELECT_FIELD, SELECT_METHOD_VALUE, SELECT_METHOD_EXPR, SELECT_INTERFACE_METHOD } SelectionKind;
struct Selection {
	SelectionKind kind;         /* INTERFACE_METHOD: method value/call on an interface receiver */
	Type *receiver;             /* type of x (METHOD_EXPR: the T of T.f) */
	/* field or method found; methods of instances: instantiated copy, .origin the generic one */
	Object *object;
	VEC(int) path;              /* FIELD: last is the field itself; methods: embedded fields to the holder only */
	bool indirect;              /* a pointer was stepped through on the way */
	/* methods: type (after path) whose method it is: NAMED or its pointer, or (kind INTERFACE_METHOD) an INTERFACE, a
	 * NAMED interface, or a PARAM (look up again once it is known) */
	Type *holder;
};

/* ---- builtins ---------------------------------------------------------------------------- */

typedef enum {
	BUILTIN_APPEND, BUILTIN_CAP, BUILTIN_CLEAR, BUILTIN_CLOSE, BUILTIN_COMPLEX, BUILTIN_COPY, BUILTIN_DELETE,
		BUILTIN_IMAG,
	BUILTIN_LEN, BUILTIN_MAKE, BUILTIN_MAX, BUILTIN_MIN, BUILTIN_NEW, BUILTIN_PANIC, BUILTIN_PRINT, BUILTIN_PRINTLN,
	BUILTIN_REAL, BUILTIN_RECOVER,
	BUILTIN_UNSAFE_ADD, BUILTIN_UNSAFE_ALIGNOF, BUILTIN_UNSAFE_OFFSETOF, BUILTIN_UNSAFE_SIZEOF, BUILTIN_UNSAFE_SLICE,
	BUILTIN_UNSAFE_SLICE_DATA, BUILTIN_UNSAFE_STRING, BUILTIN_UNSAFE_STRING_DATA,
	BUILTIN_COUNT,
	BUILTIN_CHECK_RANGE = BUILTIN_COUNT         /* has no name: inline/rangefunc.c makes calls of it */
} BuiltinId;

/* ---- the universe and the functions on types ------------------------------------------------ */

struct Types {
	int language;               /* minor version of the file being checked; 0: does not matter */
	Compiler *c;
	Type *basic[TYPE_LAST_BASIC + 1];
	Type *byte_type, *rune_type;        /* print as byte and rune, identical to uint8 and int32 */
	Type *error_type, *any_type, *comparable_type, *empty_interface, *empty_struct;
	Scope *universe;
	Package *unsafe_package;
	Object *error_method;               /* error's Error */
	Map canonical;                      /* key text -> Type */
	Map instances;
	int next_param_id;
	Package *current;                   /* messages leave out this package's name */
	/* The checker's: called when the signature of a declared method (type still NULL) is needed. Must do nothing for
	 * an object being declared. May be NULL. */
	void (*resolve)(Compiler *c, Object *o);
	void *resolver;             /* the checker itself, for resolve */
	const char *(*position_text)(Compiler *c, Pos pos);     /* "./x.go:3:8" for messages; NULL: made here */
};
Types *types_new(Compiler *c);          /* sets c->types */

Type *type_new(Compiler *c, TypeKind kind);
Type *pointer_to(Compiler *c, Type *elem);
Type *slice_of(Compiler *c, Type *elem);
Type *array_of(Compiler *c, Type *elem, int64_t length);
Type *map_of(Compiler *c, Type *key, Type *elem);
Type *chan_of(Compiler *c, Type *elem, ChanDir dir);
Type *func_of(Compiler *c, ObjectList params, ObjectList results, bool variadic);
Type *tuple_of(Compiler *c, ObjectList vars);
Object *object_new(Compiler *c, ObjectKind kind, const char *name, Type *type, Pos pos, Package *package);

Type *type_aliased(Compiler *c, Object *alias, TypeList args, Type *t);     /* t under the name of an alias */
static inline Type *unalias(Type *t) { return t && t->aliased ? t->aliased : t; }

/* never NAMED; a PARAM's is its constraint's interface; the invalid type while not yet known */
Type *underlying(Type *t);
/* single underlying type of a PARAM's type set, or underlying(t); NULL if none */
Type *core_type(Type *t);
bool is_type_param(const Type *t);
bool is_generic(const Type *t);         /* a generic type not instantiated */
bool has_type_params(Type *t);          /* mentions a type parameter anywhere */
bool is_interface(Type *t);             /* and not a type parameter */
bool is_named(Type *t);                 /* NAMED, basic or PARAM */
bool is_boolean(Type *t), is_integer(Type *t), is_unsigned(Type *t), is_float(Type *t), is_complex(Type *t),
	is_numeric(Type *t),
     is_string(Type *t), is_untyped(Type *t), is_typed(Type *t), is_ordered(Type *t), is_const_type(Type *t);
     /* of the underlying type; for a PARAM: of its every type (is_untyped false) */
bool has_nil(Type *t);
Type *default_type(Compiler *c, Type *t);

bool identical(Type *a, Type *b);       /* parameter names, tags of nothing: the specification's identity */
bool identical_ignore_tags(Type *a, Type *b);
FieldTag tag_of(const Type *t, int i);              /* of field i of a struct type */
bool same_tags(const Type *a, const Type *b, int i);
bool comparable_type(Type *t, bool dynamic);    /* dynamic: interfaces count as comparable */
const char *incomparable_cause(Compiler *c, Type *t);

/* Method sets and selectors. addressable: x is a variable. Result object NULL: not found; *ambiguous or
 * *pointer_receiver_needed tell why. */
typedef struct { Object *object; Selection selection; bool ambiguous, pointer_receiver; } Lookup;
Lookup lookup_field_or_method(Compiler *c, Type *t, bool addressable, Package *from, const char *name, bool fold_case);
/* Complete method set of T (or *T) as sorted list: by name, exported first as Go's descriptors want; used for itabs
 * and descriptors. Each with the path to it. */
typedef struct { Object *method; Selection selection; } MethodEntry;
typedef VEC(MethodEntry) MethodSet;
MethodSet method_set(Compiler *c, Type *t);
/* all, embedded ones too, sorted by name (unexported by package path too) */
ObjectList interface_methods(Compiler *c, Type *iface);
/* Does t implement iface (constraint: also type sets)? cause gets Go's whole sentence: "T does not implement I
 * (missing method M)", "T does not satisfy C (int missing in ~string)". missing_method's is the parenthesis alone:
 * "(missing method M)".
 * cause may be NULL. static_only false (assertion of an interface value to iface): methods that an interface t lacks
 * do not count. */
bool implements(Compiler *c, Type *t, Type *iface, bool constraint, const char **cause);
Object *missing_method(Compiler *c, Type *t, Type *iface, bool static_only, const char **cause);

/* Type sets of constraints. */
bool type_set_is_all(Compiler *c, Type *t);
bool interface_is_comparable(Compiler *c, Type *t);     /* is or embeds comparable, and has no terms */
/* false at once when visit does; no terms: visit(NULL) */
bool type_set_each(Compiler *c, Type *t, bool (*visit)(void *arg, Type *term_type, bool tilde), void *arg);

/* Instantiation. */
typedef struct { ObjectList params; TypeList args; } Subst;     /* params: OBJECT_TYPE of TYPE_PARAMs */
Type *subst(Compiler *c, Type *t, const Subst *s);              /* t itself where nothing changes */
Type *instantiate_named(Compiler *c, Type *origin, TypeList args);      /* identical args give the same Type */
Type *instantiate_func(Compiler *c, Type *signature, TypeList args);
ObjectList named_methods(Compiler *c, Type *named);             /* of an instance: instantiated copies, .origin set */
/* Infer missing type arguments; given may be shorter than params. On failure reports at pos in Go's words and returns
 * false. */
typedef struct {
	Type *param_type; Expr *arg; Type *arg_type;
	/* arg is a generic function: type arguments written already (f[int]), may be fewer than its parameters */
	TypeList arg_given;
	/* param_type is a generic function's signature, arg the thing it is assigned to (words of messages) */
	bool reverse;
} InferPair;
/* arg_type may be a generic function's signature (FUNC with type_params): its type arguments are inferred along, and
 * *out holds, after the ones of type_params, those of each such pair in turn. untyped constants: arg_type is
 * TYPE_UNTYPED_*.
 * A parameter without type parameters in its type need not be given as a pair. Constraints are not verified here:
 * see verify_type_args. callee (may be NULL): text of the called function, for messages ("in call to f, cannot infer
 * T"). */
bool infer_call(Compiler *c, Pos pos, const char *callee, ObjectList type_params, TypeList given, InferPair *pairs,
                int npairs,
                TypeList *out, bool report);
/* Do args satisfy the constraints of params? If not, *failed is the index and cause "T does not satisfy C (...)". */
bool verify_type_args(Compiler *c, ObjectList params, TypeList args, int *failed, const char **cause);
/* infer_call without a callee. */
bool infer(Compiler *c, Pos pos, ObjectList type_params, TypeList given, InferPair *pairs, int npairs, TypeList *out,
           bool report);
bool unify_types(Compiler *c, ObjectList type_params, Type *x, Type *y, TypeList *inferred);

/* Text. */
/* as messages print it: package-qualified by name except current */
void type_print(Compiler *c, Buf *out, Type *t);
const char *type_text(Compiler *c, Type *t);
/* with full paths, the current package's too: some messages of unions */
const char *type_path_text(Compiler *c, Type *t);
const char *generic_alias_text(Compiler *c, const Object *alias);       /* "A[P any]" */
void object_print(Compiler *c, Buf *out, Object *o);
const char *type_key(Compiler *c, Type *t);             /* injective: full package paths, local types numbered */
/* reflect's String: package names, "interface {}", "struct { X int \"tag\" }" */
const char *type_runtime_text(Compiler *c, Type *t);
/* as an argument inside of that: "main.T", "struct { main.a int }" */
const char *type_argument_text(Compiler *c, Type *t);
/* as remarks of -m have it: "T", "List[main.T]", "interface {}" */
const char *type_remark_text(Compiler *c, Type *t);
Type *types_canonical(Compiler *c, Type *t);            /* canonical representative; no type parameters inside */

/* Layout of canonical types (gc, amd64): also fills offsets. */
enum { VARIABLE_SIZE_LIMIT = 2000000000 };              /* of a package's variables, each and all together */
#define TYPE_SIZE_LIMIT ((int64_t)1 << 50)              /* sizes that reach it are given as it: the type is too large */
int64_t type_size(Compiler *c, Type *t);
/* What a map of type t with up to MAP_SLOTS entries needs in a frame: header and one group, as runtime/lang/map.h has
 * them. NULL: too large, or type parameters in it. */
enum { MAP_SLOTS = 8, MAP_FRAME_MOST = 640 };
Type *map_frame_type(Compiler *c, Type *map);
int64_t type_align(Compiler *c, Type *t);
int64_t field_offset(Compiler *c, Type *struct_type, int field);
bool type_has_pointers(Compiler *c, Type *t);
/* stored directly in an interface: pointer, chan, map, func, unsafe.Pointer; structs and arrays of exactly one such */
bool is_pointer_shaped(Type *t);

#endif
