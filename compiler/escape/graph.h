/*
 * graph.h - the graph of values that escape analysis solves, and what its files share.
 *
 * A node is a place that holds a value: a variable, something allocated, or one of three
 * special ones: the heap; the blank node, where values are dropped; the writer, which keeps nothing but writes to
 * what the pointers it gets lead to; the receiver. An edge from node a to node b with
 * derefs n says: a's value, dereferenced n times, may be stored in b; n = -1 says that a's
 * address may. Edges are kept at their destination, since solving walks against them.
 *
 * The receiver stands for methods that nobody knows, called through interfaces. A pointer that is their receiver may
 * go anywhere. But where the interface holds a box, the method gets what is in the box (the wrapper in the method table
 * loads it), so that goes anywhere, and the box itself nowhere: it may be in the frame. Only JUDGE_FRAMES knows of
 * that; for Go whatever reaches such a method is in the heap.
 *
 * Building works with holes: a Hole is a place that waits for a value together with the number of
 * dereferences still to be done on the way. flow_expr(e, k, x) evaluates x into hole k. &x evaluates x into k with
 * one dereference less, *x with one more.
 *
 * Invariants: an edge never has derefs < -1; nodes of one batch (a strongly connected set of
 * functions with the literals inside them) refer to each other only; other functions are known by their summaries.
 */
#ifndef GOL_ESCAPE_GRAPH_H
#define GOL_ESCAPE_GRAPH_H

#include "escape.h"

typedef enum { JUDGE_GO, JUDGE_FRAMES, JUDGE_COUNT } Judgement;

typedef struct Node Node;

/* Why a value flows: for -m=2. */
typedef struct Why { const struct Why *next; const char *reason, *text; Pos pos; } Why;

typedef struct Edge { Node *from; int derefs; const Why *why; bool is_direct; } Edge;   /* is_direct: no edge of the graph */

enum { MAX_LEAK_RESULTS = 7 };

/* Least number of dereferences with which a parameter reaches the heap, each result, the writer, and the receiver; -1:
 * never. */
typedef struct Leaks { int heap, results[MAX_LEAK_RESULTS], written, received; } Leaks;

/* Object.escape of functions. */
/* Something that a function takes from the heap (noalloc.c). */
typedef struct Taking {
	Pos pos;
	const char *text;           /* NULL: whatever callee takes */
	Object *callee;
	FuncInfo *func;
} Taking;

typedef struct Summary {
	Leaks *params[JUDGE_COUNT]; /* receiver first; NULL: not judged */
	int count;
	bool has_takes;             /* it is known what it takes: the first thing; NULL: nothing */
	const Taking *takes;
} Summary;

typedef enum { ALLOC_NONE, ALLOC_NEW, ALLOC_POINTER_LITERAL, ALLOC_SLICE_LITERAL, ALLOC_MAP, ALLOC_MAKE_SLICE,
	ALLOC_CLOSURE,
               ALLOC_METHOD_VALUE, ALLOC_SPREAD, ALLOC_BOX, ALLOC_STRING, ALLOC_APPEND,
	ALLOC_CHAN,                 /* only where sites are wanted */
	ALLOC_APPEND_ROUND,         /* beside ALLOC_APPEND: as if it were made anew for each round of the variable's loop */
	ALLOC_COUNT } AllocKind;

/* How a node was found to escape (site.c). */
typedef struct Way {
	VEC(Step) steps;
	Node *last_from;            /* the node whose value or address took the last step */
	Edge *last;                 /* ... by this edge; NULL: it went to the heap as the graph was built */
	const char *root_text;
	Pos pos;                    /* of the last step */
} Way;

struct Node {
	Object *object;             /* variables */
	Expr *expr;                 /* allocations */
	AllocKind alloc;
	Type *allocated;            /* its size counts; NULL: unknown */
	FuncInfo *func;             /* function it belongs to */
	int loop_depth;
	bool is_param;
	int result;                 /* index of a result variable, else -1 */
	bool silent;                /* no remark about it */
	bool received;              /* a box: a method gets what is in it */
	bool lent;                  /* ALLOC_SPREAD: its address does not survive the call */
	bool escapes, queued;
	bool written;               /* what its pointers lead to may be written to; what it is, if it is an allocation */
	Pos at;                     /* where remarks stand, if not at the declaration */
	const char *heap_reason;    /* in the heap whatever flows: too large ... */
	VEC(Edge) edges;
	Leaks leaks;
	/* while walking from some root */
	int generation, derefs;
	Node *next;                 /* towards the root */
	const Edge *via;
	int directs;                /* how often its address went to the heap as the graph was built */
	Way *way;                   /* sites are wanted: how it was found to escape */
	/* -m=2 */
	const char *story;          /* lines that explain why it escapes */
};

typedef struct Hole { Node *to; int derefs; const Why *why; } Hole;

typedef struct Unit {           /* a declared function, or all initialisers of the package */
	Object *object;
	FuncInfo *info;
	Decl *decl;
	VEC(struct Unit *) uses;
	int index, low;
	bool on_stack;
} Unit;

typedef struct Escape {
	Compiler *c;
	Package *package;
	Judgement judgement;
	int remarks;
	Sites *sites;               /* what is found goes there; or NULL */
	bool wants_takings;         /* what functions take from the heap is recorded */
	Map units;                  /* Object of a function -> Unit */
	Map initial;                /* Object of a variable never assigned again -> Expr of its value */
	Map pointers;               /* Type -> whether it holds pointers */
	FuncInfo *init_info;        /* stands for the function around package-level initialisers */
	/* the batch */
	Map batch;                  /* Object of a function -> Unit, of those in it */
	Map variables;              /* Object -> Node */
	Map called;                 /* FuncInfo of literals that are called where they stand */
	Map entered;                /* takings: FuncInfo of literals that are called elsewhere in their function */
	VEC(Taking) takings;
	VEC(Node *) nodes;
	Node heap, blank, writer, receiver;
	FuncInfo *func;
	int loop_depth;
	Map looping;                /* labeled statements that a goto jumps back to */
	Map numbers;                /* Expr of conversions uintptr(p) whose p escapes */
	int generation;
	Expr *in_place;             /* the append of `x = append(x, ...)` where x is no variable that a register may hold */
	bool quiet;                 /* in the part of an initialiser that is laid out at compile time: no remarks */
} Escape;

/* graph.c */
Node *node_new(Escape *e);
Node *variable_node(Escape *e, Object *o);
void declare(Escape *e, Object *o);
Hole hole_of(Node *n);
Hole heap_hole(Escape *e);
Hole discard_hole(Escape *e);
Hole writer_hole(Escape *e);
Hole receiver_hole(Escape *e);     /* the heap, for JUDGE_GO */
Hole shifted(Hole k, int derefs);
Hole noted(Escape *e, Hole k, const char *reason, Expr *x, Pos pos);
Hole tee(Escape *e, Hole a, Hole b);
void flow(Escape *e, Hole k, Node *from);
Hole spill(Escape *e, Hole k, AllocKind kind, Expr *x, Type *allocated);
bool holds_pointers(Escape *e, Type *t);
bool contains_function(const FuncInfo *outer, const FuncInfo *inner);
Leaks *summary_of(const Object *function, Judgement judgement, int param);

/* expr.c */
void flow_expr(Escape *e, Hole k, Expr *x);
void flow_as(Escape *e, Hole k, Expr *x, Type *target);
void flow_path(Escape *e, Hole k, Expr *x, Selection *s, bool pointer_receiver);
void discard(Escape *e, Expr *x);
void discard_list(Escape *e, ExprList *list);
Hole place_hole(Escape *e, Expr *lhs);
Hole asserted(Escape *e, Hole k, Type *target);
Type *value_type(Expr *x);
Type *result_type(Expr *call, int i);
Expr *static_value(Escape *e, Expr *x);
Constant *certain_constant(Escape *e, Expr *x);
bool is_blank_name(Expr *x);
bool is_header_data(Expr *x);
void flow_address_value(Escape *e, Hole k, Expr *x);

/* call.c */
void flow_call(Escape *e, Hole *results, int count, Expr *call);
void flow_method_value(Escape *e, Hole k, Expr *x);
void flow_go_defer(Escape *e, Stmt *s);
bool takes_address_of_array(Expr *x);

/* stmt.c */
void flow_block(Escape *e, Block *b);
Type *small_map(Escape *e, Type *map, int64_t entries);
void flow_unwanted(Escape *e, Expr *x);
bool drops(const Escape *e, const Object *o);
void flow_body(Escape *e, FuncInfo *info, Block *body);
void flow_assign(Escape *e, Expr *lhs, Expr *rhs, Stmt *s);

/* share.c */
bool makes_bytes(Expr *x);
bool makes_heap_text(Expr *x);
void share_string(Expr *x);
void share_text(Expr *x);
void share_range(Expr *x);
void share_key(Expr *x);
void share_joined(Expr *x);
void share_tag(Stmt *s);

/* numbers.c */
typedef enum { NUMBER_NONE, NUMBER_ONE, NUMBER_MANY } NumberParam;
void hold_numbers(Escape *e, const Object *function, const Expr *call);
NumberParam number_param(const Object *function, int i);

/* self.c */
bool assigns_to_itself(Expr *dst, Expr *src);
bool grows_in_place(Escape *e, Expr *dst, Expr *src);

/* solve.c */
void solve(Escape *e);

/* package.c */
int64_t node_size(Escape *e, const Node *n);        /* bytes; -1: not known */

/* site.c */
void site_found(Escape *e, Node *root, Node *n);    /* n escapes, root is why */
void site_batch(Escape *e);

SitePlace site_place(Escape *e, const Node *n, int64_t *size);      /* where what it makes is, once the batch is solved */
const char *site_name(Escape *e, const Node *n);                    /* "variable x" */

/* noalloc.c */
void takes(Escape *e, Pos pos, const char *text);
void takes_by_call(Escape *e, Expr *call, Object *callee, FuncInfo *literal);
void takings_of_batch(Escape *e, Unit **units, int count);

/* verify.c */
void escape_verify(Escape *e);

/* text.c */
const char *text_of(Escape *e, Expr *x);
const char *constant_text(Escape *e, Constant *value, Type *type);
const char *type_text_of(Escape *e, Type *t);
const char *function_text(Escape *e, const FuncInfo *info);
Pos pos_of(Expr *x);

/* report.c */
void report_batch(Escape *e, Unit **units, int count);
void report_reason(Escape *e, Node *root, Node *n);
void report_leak_reason(Escape *e, Node *root, Node *n, int derefs);
const char *node_text(Escape *e, const Node *n);
void report_self_assignment(Escape *e, Stmt *s);

#endif
