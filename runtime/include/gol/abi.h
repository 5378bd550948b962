/*
 * abi.h - the contract between generated C and the runtime, part 1: layouts and
 * the inline fast paths. Part 2 is rtfuncs.def, the table of functions. Both the
 * compiler (names, effects) and the runtime (prototypes) include that table, so
 * nothing is mirrored by hand.
 *
 * Calling convention. Every gol function is
 *
 *     RESULT package_name(gol_g *g, parameters...)
 *
 * g first; a closure or function value's code takes its gol_func * last. Receivers
 * are the first parameter after g. No result: void. One: by value. More: a struct
 * of r0, r1, ... by value. Parameters and results of GOL_LARGE_OBJECT bytes and more (effects.h) are passed
 * and returned by address: the function called copies its parameters before its first safepoint, the caller
 * copies results before it calls anything. After a call that may unwind the caller tests
 * g->unwinding; if set, the returned value is meaningless and the caller must
 * save or record itself and return at once.
 *
 * Freezing, one-version (framed) code:
 *
 *     typedef struct { gol_frame h; gol_int r0; main_Node *t; gol_int t1; } main_sum_frame;
 *     static void main_sum_body(gol_g *g, gol_frame *h);              // enters at h->resume
 *     gol_int main_sum(gol_g *g, main_Node *t)                        // the entry: fast signature
 *     {
 *         main_sum_frame fr;
 *         fr.h.func = &main_sum_func; fr.h.resume = 0; fr.t = t;
 *         if (GOL_MUST_FREEZE(g)) { gol_freeze_frame(g, &fr.h); return 0; }
 *         main_sum_body(g, &fr.h);
 *         if (GOL_UNWINDING(g)) { gol_freeze_frame(g, &fr.h); return 0; }
 *         return fr.r0;
 *     }
 *
 * The body, when a call unwound, stores its resume point in h->resume and
 * returns; gol_freeze_frame saves the whole frame when the reason is a freeze and
 * records the position for tracebacks when it is a panic. A saved frame is resumed by
 * func->body(g, h) with h on the goroutine stack; resume point 0 (entry) by
 * func->start(g, h), which pops nothing itself but calls the entry with the
 * arguments found in the frame and stores the results in the frame.
 *
 * Results travel to a saved caller at g->ret: the callee's results in the layout
 * of `struct { T0 r0; T1 r1; ... }`, valid until the caller's next call. A
 * runtime function that parked has put its results there too; chan receive and
 * select have functions of their own to fetch theirs (…_finish).
 *
 * In every frame the results stand directly after the header, at offset
 * GOL_FRAME_RESULTS.
 */
#ifndef GOL_ABI_H
#define GOL_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
#error "generated C is C"
#endif

#define GOL_ABI_VERSION 4

#define GOL_LIKELY(x) __builtin_expect(!!(x), 1)
#define GOL_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define GOL_COLD __attribute__((noinline, cold))
#define GOL_RARE __attribute__((cold))         /* what leads to a call of it is laid out of the way */
#ifdef __clang__
#define GOL_UNOPTIMISED __attribute__((optnone, noinline))     /* functions of thousands of statements: compile time */
#else
#define GOL_UNOPTIMISED __attribute__((optimize("O0"), noinline))
#endif
#define GOL_ALIAS __attribute__((may_alias))
#define GOL_UNUSED __attribute__((unused))
#define GOL_WEAK __attribute__((weak))
#define GOL_HIDDEN __attribute__((visibility("hidden")))         /* for the other C files of the package */

/* With GOL_DEBUG (make debug) generated code checks what it can see of the invariants (docs/design.md, 7). */
_Noreturn void gol_bug(const char *file, int line, const char *what);
#ifdef GOL_DEBUG
#define GOL_REQUIRE(condition) (GOL_LIKELY(condition) ? (void)0 : gol_bug(__FILE__, __LINE__, #condition))
#else
#define GOL_REQUIRE(condition) ((void)0)
#endif
/* Thaw versions: the frame names a point that its function does not resume at. */
#define GOL_NO_POINT() gol_bug("generated C", __LINE__, "no such resume point")

/* ---- values --------------------------------------------------------------------- */

typedef int64_t gol_int;
typedef uint64_t gol_uint;
typedef struct gol_type gol_type;
typedef struct gol_itab gol_itab;
typedef struct gol_func gol_func;       /* what a func value points to */
typedef struct gol_map gol_map;
typedef struct gol_chan gol_chan;
typedef struct gol_g gol_g;
typedef struct gol_panic_record gol_panic_record;

/* Words seen through any type: loads and stores of program memory go through these or
 * through struct types marked GOL_ALIAS. */
typedef void *gol_ptr_a GOL_ALIAS;
typedef bool gol_bool_a GOL_ALIAS;
typedef int8_t gol_int8_a GOL_ALIAS;
typedef int16_t gol_int16_a GOL_ALIAS;
typedef int32_t gol_int32_a GOL_ALIAS;
typedef int64_t gol_int64_a GOL_ALIAS;
typedef uint8_t gol_uint8_a GOL_ALIAS;
typedef uint16_t gol_uint16_a GOL_ALIAS;
typedef uint32_t gol_uint32_a GOL_ALIAS;
typedef uint64_t gol_uint64_a GOL_ALIAS;
typedef float gol_float32_a GOL_ALIAS;
typedef double gol_float64_a GOL_ALIAS;
/* The same bytes as a value of another type of equal size. */
#define GOL_REINTERPRET(T, v) (__extension__({ __typeof__(v) v_ = (v); T r_; memcpy(&r_, &v_, sizeof r_); r_; }))
/* A composite, braces and all, as part of an expression. It is addressed so that it lies in memory: without
 * optimisation gcc keeps composites of up to 16 bytes in pseudo registers, fills these by halves, therefore takes
 * them for live since the function's entry, and needs time quadratic in their number. With optimisation it makes no
 * difference. */
#define GOL_VALUE(T, ...) (*&(T)__VA_ARGS__)
/* The address of constant data (a type descriptor, an itab) as a value of the program. */
#define GOL_CONST(data) ((void *)(uintptr_t)&(data))
/* On ints, wrapping as Go's do. */
#define GOL_ADD(x, y) ((gol_int)((gol_uint)(x) + (gol_uint)(y)))
#define GOL_SUB(x, y) ((gol_int)((gol_uint)(x) - (gol_uint)(y)))
#define GOL_MUL(x, y) ((gol_int)((gol_uint)(x) * (gol_uint)(y)))
#define GOL_STRING(text, n) GOL_VALUE(gol_string, {(const uint8_t *)(text), n})

typedef struct { const uint8_t *ptr; gol_int len; } GOL_ALIAS gol_string;
typedef struct { void *ptr; gol_int len, cap; } GOL_ALIAS gol_slice;
typedef struct { const gol_type *type; void *data; } GOL_ALIAS gol_eface;     /* interface without methods */
typedef struct { const gol_itab *tab; void *data; } GOL_ALIAS gol_iface;      /* with methods */
typedef struct { float re, im; } GOL_ALIAS gol_complex64;
typedef struct { double re, im; } GOL_ALIAS gol_complex128;

/* A func value is a pointer to this; captures follow. nil is NULL. */
struct gol_func { void *code; };

/* ---- type descriptors ---------------------------------------------------------------
 * Emitted by the compiler as constant data, one per type, equal types sharing one
 * (weak symbols), so type equality is pointer equality except for types that
 * reflection makes at run time (the runtime interns those against `text` + structure). */

enum gol_kind {     /* reflect's numbering */
	GOL_KIND_INVALID, GOL_KIND_BOOL, GOL_KIND_INT, GOL_KIND_INT8, GOL_KIND_INT16, GOL_KIND_INT32, GOL_KIND_INT64,
	GOL_KIND_UINT, GOL_KIND_UINT8, GOL_KIND_UINT16, GOL_KIND_UINT32, GOL_KIND_UINT64, GOL_KIND_UINTPTR,
	GOL_KIND_FLOAT32, GOL_KIND_FLOAT64, GOL_KIND_COMPLEX64, GOL_KIND_COMPLEX128,
	GOL_KIND_ARRAY, GOL_KIND_CHAN, GOL_KIND_FUNC, GOL_KIND_INTERFACE, GOL_KIND_MAP, GOL_KIND_POINTER, GOL_KIND_SLICE,
	GOL_KIND_STRING, GOL_KIND_STRUCT, GOL_KIND_UNSAFE_POINTER
};

enum {
	GOL_TYPE_NAMED = 1,         /* has a name of its own (defined types and predeclared ones) */
	GOL_TYPE_DIRECT = 2,        /* pointer-shaped: the interface data word is the value */
	GOL_TYPE_PLAIN_EQUAL = 4,   /* == is memcmp */
	GOL_TYPE_INCOMPARABLE = 8,  /* == panics (contains slice, map, func; not interfaces) */
	GOL_TYPE_VARIADIC = 16,     /* func */
};

typedef struct gol_field {
	const char *name;
	const char *pkg_path;       /* of unexported names, else NULL */
	const gol_type *type;
	uintptr_t offset;
	gol_string tag;
	bool embedded;
} gol_field;

typedef struct gol_imethod {    /* method of an interface type, sorted by name, then package path */
	const char *name;
	const char *pkg_path;       /* of unexported names, else NULL */
	const gol_type *type;       /* func type without receiver */
} gol_imethod;

typedef struct gol_method {     /* method of a concrete type, sorted as gol_imethod */
	const char *name;
	const char *pkg_path;
	const gol_type *type;       /* func type without receiver */
	void *code;                 /* takes (g, data word, arguments...): what itabs hold */
} gol_method;

struct gol_type {
	uintptr_t size;
	uintptr_t pointer_bytes;    /* prefix of the value that can hold pointers; 0: none */
	uint32_t hash;
	uint8_t kind, align, flags, chan_dir;   /* chan_dir: 1 recv, 2 send, 3 both */
	const uint8_t *pointer_map; /* one bit per word of the prefix; NULL: walk by kind (large arrays) */
	gol_string text;            /* reflect's String */
	const char *name;           /* of named types, type arguments included; else NULL */
	const char *pkg_path;       /* of named types, NULL for predeclared ones */
	const gol_type *elem;       /* pointer, array, slice, map, chan */
	const gol_type *key;        /* map */
	const gol_type *pointer_to; /* *T where the program mentions it, else NULL */
	gol_int length;             /* array */
	const gol_field *fields;            /* struct */
	const gol_type *const *parameters;  /* func: parameters, then results */
	const gol_imethod *imethods;        /* interface */
	const gol_method *methods;          /* method set of the type itself */
	uint32_t field_count, parameter_count, result_count, imethod_count, method_count;
};

struct gol_itab {
	const gol_type *interface, *type;
	void *code[];               /* per method of the interface, in its order */
};
/* The type in an interface with methods, NULL in a nil one. */
static inline void *gol_iface_type(gol_iface v) { return v.tab ? (void *)(uintptr_t)v.tab->type : NULL; }

/* ---- functions, frames, resume points --------------------------------------------------- */

typedef struct gol_func_info gol_func_info;

typedef struct gol_frame {      /* header of every saved frame */
	const gol_func_info *func;
	uint32_t resume;            /* resume point */
	uint32_t below;             /* size of the frame underneath */
} gol_frame;
#define GOL_FRAME_RESULTS sizeof(gol_frame)

/* A place in a function where it can be interrupted or panic. Points above
 * resume_count only serve tracebacks. */
typedef struct gol_point {
	uint32_t line;
	uint32_t map;               /* index of the pointer map in func->maps; words of the frame after the header */
} gol_point;

enum {
	GOL_FUNC_HAS_DEFERS = 1,    /* a panic or Goexit must enter it */
	GOL_FUNC_WRAPPER = 2,       /* left out of tracebacks */
	GOL_FUNC_RUNTIME = 4,       /* a frame of the runtime's own C */
	GOL_FUNC_NO_ARGUMENTS = 8,  /* f() in tracebacks; others f(...) */
};

/* A point in another file than its function's: package initialisation, //line. */
typedef struct gol_point_file { uint32_t point; const char *file; } gol_point_file;

/* Calls that were inlined into a function. A point inside one of them is a place in the function called there; the
 * place of the call itself is point point_count + i of the function around, for calls[i]: only traces ask for it. */
typedef struct gol_inlined_call {
	const char *name;           /* of the function that was called */
	/* 1 + the index of the call that this one was inlined with; 0: it stands in the function itself */
	uint32_t around;
} gol_inlined_call;
typedef struct gol_inlined_point { uint32_t point, call; } gol_inlined_point;      /* call: the innermost one */
typedef struct gol_inlining {
	uint32_t call_count, point_count;
	const gol_inlined_call *calls;
	const gol_inlined_point *points;    /* ascending by point */
} gol_inlining;

/* A variable in the frame whose address was taken: it is alive while a pointer to it is, or while a map names its
 * words. */
typedef struct gol_stack_object { uint32_t offset, size; } gol_stack_object;       /* bytes, from the frame's start */

/* Large variables of a function: they live in a block of the goroutine's side stack (runtime/stack/side.c). */
/* from the block's start */
typedef struct gol_side_object { uint32_t offset; const gol_type *type; } gol_side_object;
typedef struct gol_side {
	uint32_t slot;              /* of the block's address: bytes from the frame's start */
	uint32_t object_count;
	uint32_t parameter_count;   /* the first so many objects: parameters, which have values at the entry */
	const gol_side_object *objects;     /* those with pointers */
} gol_side;

struct gol_func_info {
	const char *name;           /* as tracebacks print it: main.(*T).sum, main.f.func1 */
	const char *file;           /* absolute */
	uint32_t line;              /* of the declaration */
	uint32_t frame_size;        /* header included; multiple of 8; >= header + results */
	uint32_t point_count, flags;
	const gol_point *points;    /* point_count of them, then those of inlined calls */
	const uint8_t *maps;        /* concatenated bitmaps, each map_bytes long */
	uint32_t map_bytes;
	void (*start)(gol_g *g, gol_frame *h);      /* resume point 0 */
	void (*body)(gol_g *g, gol_frame *h);       /* the others; NULL for functions that cannot freeze */
	void *code;                 /* what func values of it point at: FuncForPC */
	const gol_stack_object *objects;    /* ascending */
	const uint8_t *object_map;          /* the pointer words of all of them, map_bytes long */
	uint32_t object_count;
	uint32_t file_count;
	const gol_point_file *files;        /* ascending; absolute names */
	const gol_side *side;       /* NULL: none, or no frame */
	const gol_inlining *inlining;       /* NULL: nothing was inlined */
};

/* ---- goroutine: the part generated code sees ----------------------------------------------- */

enum gol_unwind { GOL_RUNNING, GOL_FREEZE, GOL_PANIC, GOL_GOEXIT, GOL_FATAL };

struct gol_g {
	uintptr_t limit;            /* relaxed atomic; prologues compare the native stack pointer with it */
	uint32_t unwinding;         /* enum gol_unwind */
	uint32_t poll;              /* loops: relaxed atomic copy of "limit is poisoned" */
	const void *ret;            /* results for a thawed caller */
	struct { gol_panic_record *panic; void *code; } recover;   /* set while a deferred function is being called */
	char *side_top, *side_end;  /* side stack: [side_top, side_end) is free */
	char *side_low;             /* the block whose release empties the current chunk */
	/* with -race: where it is, as the last gol_race_at said, and what its clock says (runtime/race/race.h) */
	const gol_point *race_point;
	uint32_t race_context;
	struct gol_race_thread *race;
	/* the runtime's own fields follow (sched/g.h) */
};

/* Asking for the frame address makes gcc keep a frame pointer in every function, a quarter of fib's time. */
#if defined(__GNUC__) && !defined(__clang__) && (defined(__x86_64__) || defined(__aarch64__)) && !defined(__SANITIZE_ADDRESS__)
#ifdef __x86_64__
register uintptr_t gol_stack_pointer __asm__("rsp");
#else
register uintptr_t gol_stack_pointer __asm__("sp");
#endif
#define GOL_STACK_POINTER() gol_stack_pointer
#else
#define GOL_STACK_POINTER() ((uintptr_t)__builtin_frame_address(0))
#endif
/* A word that other threads store to. For gcc volatile: it computes the address of an atomic load apart, which costs
 * tight loops a register; a load of an aligned word is one instruction either way. */
#if defined(__clang__) || defined(__SANITIZE_THREAD__)
#define GOL_RELAXED(g, field) __atomic_load_n(&(g)->field, __ATOMIC_RELAXED)
#else
#define GOL_RELAXED(g, field) (*(const volatile __typeof__((g)->field) *)&(g)->field)
#endif
#define GOL_UNWINDING(g) GOL_UNLIKELY((g)->unwinding)
/* In prologues: out of native stack, or asked to give way? */
#define GOL_MUST_FREEZE(g) \
	(GOL_REQUIRE((g)->unwinding == GOL_RUNNING), GOL_UNLIKELY(GOL_STACK_POINTER() < GOL_RELAXED(g, limit)) && gol_must_freeze(g))
/* On loop back-edges: asked to give way? */
#define GOL_POLL(g) (GOL_REQUIRE((g)->unwinding == GOL_RUNNING), GOL_UNLIKELY(GOL_IS_ASKED(g)) && gol_must_yield(g))
/* Every round of a loop asks: for gcc, which loads what is atomic into a register first, as one instruction. */
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define GOL_IS_ASKED(g) __extension__({ __label__ asked; bool r_ = false; \
	__asm__ goto("cmpl $0, %0\n\tjne %l1" : : "m"((g)->poll) : "cc" : asked); \
	if (0) { asked: r_ = true; } r_; })
#else
#define GOL_IS_ASKED(g) GOL_RELAXED(g, poll)
#endif

/* Both set g->unwinding = GOL_FREEZE when they answer true. */
GOL_RARE bool gol_must_freeze(gol_g *g);
GOL_RARE bool gol_must_yield(gol_g *g);

/* ---- freezing -------------------------------------------------------------------------------- */

/* One-version code: save (freeze) or record (panic) the frame at h, a C local. */
void gol_freeze_frame(gol_g *g, gol_frame *h);

/* Two-version code, fast style. gol_save names the frame words that the values go to, in order. */
typedef struct gol_save {
	const gol_func_info *func;
	uint32_t resume;
	uint32_t count;
	const uint16_t *slots;      /* word index from the frame's start */
} gol_save;
/* A frame that a PLAIN function fills in only when something unwinds: its place is taken from here on. Without that
 * the C compiler, where it expands a callee here, lays objects of the callee in the same place; both would be
 * registered as moved. */
#define GOL_CLAIM(frame) (*(volatile uint32_t *)&(frame).h.resume = 0)
/* Reserve the frame in the scratch area, store count 64-bit words. Returns the frame (a dump area while panicking). */
GOL_RARE void *gol_freeze_words(gol_g *g, const gol_save *save, ...);
/* A function that cannot freeze, but whose callee or check panicked: its position for the traceback. */
GOL_RARE void gol_record_point(gol_g *g, const gol_func_info *func, uint32_t point);
/* An address-taken variable or aggregate goes along: copied to its place in the frame returned, registered as moved. */
void gol_freeze_object(gol_g *g, const void *from, void *to, size_t size);
static inline uint64_t gol_word_of_double(double v) { uint64_t w; memcpy(&w, &v, 8); return w; }
static inline uint64_t gol_word_of_float(float v) { uint32_t w; memcpy(&w, &v, 4); return w; }

/* ---- the side stack ------------------------------------------------------------------------------
 * Taken at the entry, before the first safepoint; given back on every way out but a freeze. Thawed frames
 * leave it to the dispatcher. What was given back stays readable until the next block is taken. */
GOL_RARE void *gol_side_grow(gol_g *g, size_t size);
GOL_RARE void gol_side_shrink(gol_g *g);
static inline void *gol_side_take(gol_g *g, size_t size)
{
	char *block = g->side_top;
	GOL_REQUIRE(block <= g->side_end && size % 8 == 0);
	if (GOL_UNLIKELY((size_t)(g->side_end - block) < size))
		return gol_side_grow(g, size);
	g->side_top = block + size;
	return block;
}
static inline void gol_side_give(gol_g *g, void *block)
{
	GOL_REQUIRE(block != NULL && ((char *)block == g->side_low || (char *)block <= g->side_top));
	if (GOL_UNLIKELY((char *)block == g->side_low))
		gol_side_shrink(g);
	else
		g->side_top = block;
}
/* On the way out of a function that is being unwound. */
static inline void gol_side_unwind(gol_g *g, void *block)
{
	GOL_REQUIRE(g->unwinding != GOL_RUNNING);
	if (g->unwinding != GOL_FREEZE)
		gol_side_give(g, block);
}

/* ---- defer, panic, recover ----------------------------------------------------------------------
 * A function with defers owns their state: which calls are to be made, and with what, are variables of it. Its frame
 * holds besides
 *     gol_pending pending;         why the epilogue runs: {NULL, 0} a normal return
 * The framed body:
 *     unwind:                      // reached with g->unwinding set
 *         if (g->unwinding == GOL_FREEZE || g->unwinding == GOL_FATAL) return;
 *         fr->pending = gol_take_pending(g);               // clears g->unwinding
 *         fr->pending.point = h->resume;
 *     epilogue:
 *         if (fr->defers & 1) {                            // for each deferred call, last first
 *             fr->defers = fr->defers & ~1;
 *             if (fr->pending.reason) gol_defer_begin(g, &fr->pending, (void *)f);     // who may recover
 *             f(g, fr->kept);
 *     rN:     if (g->unwinding || fr->pending.reason) { h->resume = N; if (!gol_defer_end(g, &fr->pending)) return; }
 *         }
 *         if (fr->pending.reason) { gol_continue_unwinding(g, fr->pending); return; }
 *         fr->r = results; return;
 * A resume point other than those, with g->unwinding set, goes to unwind.
 *
 * The fast version makes the calls without any of this when it returns. Where something unwinds, in
 * its epilogue too, it fills a frame of its own (a C local, in which all variables with an address live
 * from the start), and gol_unwind_frame has the body go on at that point.
 */
/* A call deferred in a loop: a closure whose first capture is the one that was deferred before it. */
typedef struct gol_defer { gol_func fn; struct gol_defer *link; } gol_defer;
/* One pointer word, one plain. point: where the frame was unwound, for traces; 0 if it returned. */
typedef struct gol_pending { gol_panic_record *panic; uint32_t reason, point; } gol_pending;

/* The frame h of a fast version with defers unwinds at h->resume. True: recovered; the results are in the frame. Else
 * it has been saved or recorded, as by gol_freeze_frame. */
GOL_RARE bool gol_unwind_frame(gol_g *g, gol_frame *h);
extern gol_func gol_nil_function;       /* stands for a nil func value that is deferred: panics when called */

/* In the prologue of a function with recover(): the panic it may recover. */
#define GOL_RECOVER_TAKE(g, f) (GOL_UNLIKELY((g)->recover.panic != NULL) ? gol_recover_take(g, (void *)(f)) : NULL)
/* A wrapper hands the right to recover on to its target. */
#define GOL_AIM(g, wrapper, target) \
	do { if (GOL_UNLIKELY((g)->recover.code == (void *)(wrapper))) (g)->recover.code = (void *)(target); } while (0)

/* ---- channels, select ------------------------------------------------------------------------------ */

enum { GOL_CASE_SEND = 1, GOL_CASE_RECV = 2 };
typedef struct gol_select_case {
	gol_chan *chan;             /* may be NULL: never ready */
	void *element;              /* send: the value's address; receive: unused */
	uint64_t direction;
} gol_select_case;
typedef struct { gol_int r0; bool r1; } gol_select_result;     /* chosen case (-1 default), and ok of a receive */

/* ---- maps --------------------------------------------------------------------------------------------- */

/* Iterator: lives in a frame or in the heap; pointer words first. key == NULL: at the end. */
typedef struct gol_map_iter {
	void *key, *value;          /* addresses of the current entry (copies where the entry moved) */
	gol_map *map;
	void *table;
	const gol_type *type;
	uint64_t position, start, state, extra;
} gol_map_iter;
#define GOL_MAP_ITER_POINTER_WORDS 5     /* key value map table type */

/* ---- packages and the program ------------------------------------------------------------------------ */

/* a package variable that holds pointers */
typedef struct gol_root { void *address; const gol_type *type; } gol_root;
/* code of a func value that calls the plain function target */
typedef struct gol_func_value { void *code, *target; } gol_func_value;
/* Which methods a function calls through interfaces, and of which types it makes empty ones. The first row is {its
 * info, its code}, or {NULL, NULL}: uses that count whether the function is reached or not; then {type of the
 * interface, number of the method in it}, or {type that an interface is made of, -1}. Only the link step reads it
 * (compiler/driver/reach.c). */
typedef struct gol_method_use { const void *a, *b; } gol_method_use;
/* Stands in itabs and method tables for a method that the link step found unreached. */
_Noreturn void gol_absent_method(void);
/* The link step puts NULL into rows of these tables for what is not reached. */
typedef struct gol_package {    /* what a C file has */
	const char *path;
	const gol_root *roots; uint32_t root_count;
	const gol_func_info *const *funcs; uint32_t func_count;
	/* descriptors it mentions: reflection interns against them */
	const gol_type *const *types; uint32_t type_count;
	const gol_func_value *values; uint32_t value_count;
	const struct gol_package *more;                          /* that of the package's next C file, or NULL */
	void (*absent)(void);       /* gol_absent_method: its name for the link step */
} gol_package;
typedef struct gol_program {
	uint32_t abi_version;
	const gol_package *const *packages; uint32_t package_count;
	void (*start)(gol_g *g, gol_func *fn);      /* initialises the packages in order, then calls main.main */
	bool race;                                  /* compiled with -race */
} gol_program;
/* Runs the program; returns its exit status only when the program's main returned. */
int gol_main(int argc, char **argv, char **envp, const gol_program *program);

/* ---- write barrier -------------------------------------------------------------------------------------- */

extern uint32_t gol_barrier_on;          /* relaxed; changes only while every worker stands at a safepoint */
void gol_barrier_word(void *slot, void *value);                                    /* shade *slot and value */
/* before copying count values; from NULL: clearing */
void gol_barrier_range(const gol_type *type, void *to, const void *from, gol_int count);
/* *slot = value, slot anywhere but in the running goroutine's own frame. */
static inline void gol_store_pointer(void *slot, const void *value)
{
	GOL_REQUIRE(((uintptr_t)slot & 7) == 0);
	if (GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED)))
		gol_barrier_word(slot, (void *)(uintptr_t)value);
	*(gol_ptr_a *)slot = (void *)(uintptr_t)value;
}
static inline void gol_store_string(void *slot, gol_string v)
{
	GOL_REQUIRE(((uintptr_t)slot & 7) == 0);
	if (GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED)))
		gol_barrier_word(slot, (void *)(uintptr_t)v.ptr);
	*(gol_string *)slot = v;
}
static inline void gol_store_slice(void *slot, gol_slice v)
{
	GOL_REQUIRE(((uintptr_t)slot & 7) == 0);
	if (GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED)))
		gol_barrier_word(slot, v.ptr);
	*(gol_slice *)slot = v;
}
/* Interfaces: the type word points to no heap object unless reflection made the type; both are shaded. */
static inline void gol_store_eface(void *slot, gol_eface v)
{
	GOL_REQUIRE(((uintptr_t)slot & 7) == 0);
	if (GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED))) {
		gol_barrier_word(slot, (void *)(uintptr_t)v.type);
		gol_barrier_word((char *)slot + sizeof(void *), v.data);
	}
	*(gol_eface *)slot = v;
}
static inline void gol_store_iface(void *slot, gol_iface v)
{
	GOL_REQUIRE(((uintptr_t)slot & 7) == 0);
	if (GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED))) {
		gol_barrier_word(slot, (void *)(uintptr_t)v.tab);
		gol_barrier_word((char *)slot + sizeof(void *), v.data);
	}
	*(gol_iface *)slot = v;
}
#define GOL_BARRIER(type, to, from) \
	do { if (GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED))) gol_barrier_range(type, to, from, 1); } while (0)

/* The same for a value of type T in a variable, whose address is not taken: it can stay in registers. */
#define GOL_BARRIER_OF(T, type, to, value) \
	do { if (GOL_UNLIKELY(__atomic_load_n(&gol_barrier_on, __ATOMIC_RELAXED))) { T b_ = value; gol_barrier_range(type, to, &b_, 1); } } while (0)

/* ---- the race detector: what code that was compiled with -race calls (runtime/race/race.h) ------------------
 *
 *     uint32_t race_ = gol_race_enter(g);                              in the prologue: the calling context
 *     x = *GOL_RACE_READ(g, p->a, race_, &main_f_5info_points[3]);     p->a, a place
 *     *GOL_RACE_WRITE(g, p->a, race_, &main_f_5info_points[3]) = x;
 *     h(gol_race_at(g, race_, &main_f_5info_points[4]), y);            a call
 */

extern uint32_t gol_race_on;            /* constant once the program runs */
uint32_t gol_race_enter(gol_g *g);
void gol_race_read(gol_g *g, const void *p, size_t size, uint32_t context, const gol_point *at);
void gol_race_write(gol_g *g, const void *p, size_t size, uint32_t context, const gol_point *at);
static inline GOL_UNUSED gol_g *gol_race_at(gol_g *g, uint32_t context, const gol_point *at)
{
	g->race_context = context;
	g->race_point = at;
	return g;
}
/* The place's address, once its access was reported. */
#define GOL_RACE_ACCESS(how, g, place, context, at) \
	(__extension__({ __auto_type p_ = &(place); gol_race_##how(g, p_, sizeof *p_, context, at); p_; }))
#define GOL_RACE_READ(g, place, context, at) GOL_RACE_ACCESS(read, g, place, context, at)
#define GOL_RACE_WRITE(g, place, context, at) GOL_RACE_ACCESS(write, g, place, context, at)

/* ---- the functions -------------------------------------------------------------------------------------- */

#include "effects.h"
#define GOL_RT(name, result, parameters, effects) result gol_##name parameters;
#define GOL_RT_INLINE(name, result, parameters, effects)
#define GOL_RT_PANIC(name, parameters) GOL_RARE void gol_##name parameters;
#include "rtfuncs.def"

/* what a map lookup of a missing key points at (element types up to that size) */
extern uint8_t gol_zero_value[1024];
extern uint8_t gol_zero_base[16];        /* address of every zero-size object */

#include "arith.h"
#include "inline.h"

#endif
