/*
 * emitter.h - the state of emitting one C file, shared by the files of emit/.
 *
 * The text grows in sections that are joined in order at the end, so that any
 * part may ask for a type, a prototype or a descriptor at any moment:
 *
 *     types       forward typedefs and struct definitions, each before its users
 *     infos       function infos, declared; then descriptors and itabs, then the rest
 *     describing
 *     protos      prototypes of functions, extern variables
 *     frames      of each function: its frame, what is saved at which point, its record, the thaw version
 *     globals     package variables
 *     code        functions that the program has, as they run
 *     data        constants, descriptors, itabs; frames of the functions below
 *     made        functions that the compiler made: wrappers, instances, copies of other packages' functions
 *
 * -emit=c prints them as four files (README.md).
 *
 * Each thing is asked for by a function that returns its C name and emits it
 * once: type_name, type_descriptor, itab_name, function_name.
 *
 * A large package is several C files (units), each with sections of its own: what is static otherwise is hidden then,
 * so that any unit can name it, and the records of their functions and roots are chained. What a unit has *declared*
 * is forgotten when the next begins; what the package has *made* is not. Copies of other packages' functions stay
 * static: each unit has those that it calls.
 *
 * Two styles print a function body (Style): PLAIN keeps variables in C locals,
 * FRAMED keeps those that live across a resume point in the frame. One-version code is
 * a FRAMED body and an entry; two-version code is a PLAIN function that freezes by
 * storing its live variables, and the FRAMED body for thawing. A function that cannot
 * freeze is PLAIN and nothing else.
 *
 * Deferred calls. In both styles a return goes to the label `epilogue`, behind which the calls stand (ir.h). Only the
 * FRAMED body knows how to make them while something unwinds: its label `unwind` takes the reason into fr->pending
 * first. A PLAIN function with defers has a frame too, as a C local `fr`: variables whose address was taken live
 * there. Where something unwinds it stores what is live into it and has the body go on (gol_unwind_frame):
 *
 *     if (GOL_UNWINDING(g)) { fr.defers = defers; fr.kept = kept; fr.h.resume = 3; goto unwind; }
 *
 * Functions with defers and a block on the side stack have no PLAIN version.
 * Rejected: an epilogue for panics in the PLAIN function as well, which would be a copy of the body's; freezing the
 * whole stack so that the dispatcher enters the body, which makes every recovered panic thaw all callers.
 */
#ifndef GOL_EMITTER_H
#define GOL_EMITTER_H

#include "emit.h"
#include "../../runtime/include/gol/effects.h"

typedef enum { STYLE_PLAIN, STYLE_FRAMED } Style;

/* A function in the section code. */
typedef struct Chunk { Pos pos; size_t start, end; } Chunk;

enum { CONVERTED = -1 };
/* A method that is called through an interface; or CONVERTED and a type that an interface is made of. */
typedef struct MethodUse { Type *type; int index; } MethodUse;

typedef struct Emit {
	Compiler *c;
	Program *program;
	Lower *lower;
	IrPackage *package;
	const EmitOptions *options;
	Buf types, infos, describing, protos, frames, globals, code, data, made;
	VEC(Chunk) functions;   /* of code, in the order of emission */
	size_t unit_size;       /* 0: one C file */
	TextList units;         /* finished */
	CParts parts;           /* of the last one */
	Map described, made_itabs, made_statics;        /* the keys of descriptors, itabs and statics, in any unit */
	Map files;              /* EmbedFile -> symbol of its contents */
	int file_count;

	/* of this unit */
	Map type_names;         /* canonical Type -> C name */
	Map complete;           /* struct types whose definition is printed */
	Map result_structs;     /* C name -> itself, once defined */
	Map descriptors, itabs; /* symbol -> (void *)1 once declared */
	Map declared;           /* function and variable symbols declared */
	VEC(Type *) descriptor_queue;
	TypeList own_descriptors;
	VEC(IrFunc *) func_values;  /* plain functions that are used as values */
	VEC(IrFunc *) recorded; /* functions with a gol_func_info */
	VEC(const char *) roots;        /* {address, type} initialisers */
	Map statics;            /* IrStatic -> (void *)1 once declared */

	/* the function being printed */
	IrFunc *f;
	Style style;
	Map names_used;         /* local C names */
	int indent;
	int next_label, next_point, resume_count;
	VEC(Pos) point_pos;     /* position of each point; [0] is the entry */
	VEC(IrStmt *) resume_stmts;     /* [point] for resume points, from 1 on; NULL: epilogue's */
	Buf *out;               /* section being printed to */
	Buf *tables, *bodies;   /* where its frame and record, and its thaw version go */
	Buf saves;              /* the rows of its table */
	Map macros;             /* text -> name */
	/* FRAMED, beside a PLAIN version: entered at resume points only, and none was printed yet (stmt.c) */
	bool unreached;
	struct { size_t line, end; Pos pos; } folding;  /* of out: the last line of simple statements; where it ends */
	bool one_version;       /* it has a FRAMED body and an entry */
	const char *info, *frame_type;
	VEC(MethodUse) uses;    /* what it calls through interfaces, and makes them of */
	bool has_frame;
	bool has_side, side_vars, frame_aside;  /* side.c: a block of the side stack; variables, the frame in it */
	const char *side_type;
	int64_t side_slot;      /* offset in the frame of the block's address */
	bool uses_epilogue, uses_unwind;        /* PLAIN: these labels are jumped to */
	IrStmt *region;         /* loop on C locals being printed (region.c) */
	IrVarList region_vars;

	Pos race_pos;           /* race.c: of the statement being printed */
	VEC(int) race_points;   /* the points that it has made */

	/* debug.c */
	Pos line;               /* where the C lines being printed belong; NO_POS: to the C file */
	struct Shown *shown;    /* by IrVar.id; NULL: variables are not shown */
	Map scratch;            /* role and type -> name of a C local at the function's top */
	Buf scratch_lines;      /* their declarations */
	IrVarList in_view;      /* mirrors that can be seen here, innermost last */
} Emit;

#define E_ALLOC(e) ((e)->c->arena)

/* names.c */
bool is_reserved_name(const char *name);
bool is_frame_member(const char *name);
const char *field_name(Emit *e, Type *struct_type, int index);
const char *local_name(Emit *e, const char *name);
const char *mangle_local(Emit *e, const char *name);        /* without regard to C's words */
const char *unused_name(Emit *e, const char *base);

/* types.c */
const char *type_name(Emit *e, Type *t);            /* C type, usable by value */
const char *spaced(const char *ctype);              /* what stands between it and a name: "" behind *, else " " */
const char *type_alias_name(Emit *e, Type *t);      /* C type through which memory of t is read and written */
const char *result_name(Emit *e, TypeList *results);        /* C result type of a function */
const char *function_pointer(Emit *e, Type *signature, bool data_word, bool context);    /* cast of a code pointer */
TypeList result_types_of(Emit *e, Type *signature);
bool is_scalar(Type *t);            /* one C scalar */

/* descriptor.c */
const char *type_descriptor(Emit *e, Type *t);      /* "main_T_5type": name of the gol_type, declared */
const char *itab_name(Emit *e, Type *iface, Type *concrete);
bool emit_descriptors(Emit *e);                     /* those queued; true if any */
const char *pointer_bits(Emit *e, Type *t, int *words);     /* '0'/'1' per word of the pointer-holding prefix */
void add_pointer_bits(Emit *e, Type *t, int64_t offset, char *bits);     /* sets '1's; bits covers the whole object */
void emit_bits(Buf *b, const char *bits, int words);        /* "3, 0": the bytes of a map */

/* expr.c */
void emit_expr(Emit *e, IrExpr *x);                 /* a primary C expression */
void emit_mention(Emit *e, IrExpr *x);              /* the same, but no interface is made of a descriptor */
void emit_typed(Emit *e, IrExpr *x);                /* of the C type of x, where literals would be narrower */
void emit_whole(Emit *e, IrExpr *x);                /* where nothing can bind to its ends: no parentheses around it */
void emit_assigned(Emit *e, IrExpr *x);             /* the right side of an assignment or initialisation */
void emit_place(Emit *e, IrExpr *x);                /* as lvalue */
void emit_address(Emit *e, IrExpr *x);
void emit_constant(Emit *e, Constant *v, Type *t);
void emit_zero(Emit *e, Type *t);
const char *var_name(Emit *e, IrVar *v);
bool has_place_in_frame(Emit *e, IrVar *v);
void emit_string_literal(Buf *out, const char *s, size_t n);

/* stmt.c */
void emit_statements(Emit *e, IrStmtList *list);
bool is_local_place(IrExpr *x);
void emit_return_values(Emit *e, IrExprList *values);
void emit_line(Emit *e, const char *format, ...) PRINTF_LIKE(2, 3);
void emit_indent(Emit *e);

bool has_resume(Emit *e, IrStmt *s);                /* is s a resume point of the style being printed? */
void emit_check(Emit *e, IrStmt *s);

/* channel.c */
void emit_send(Emit *e, IrStmt *s);
void emit_receive(Emit *e, IrStmt *s);
void emit_select(Emit *e, IrStmt *s);

/* debug.c */
void set_line(Emit *e, Pos pos);
void number_lines(Buf *out, const char *text, size_t size, const char *c_path);
/* after the function's variables are complete, before they are named */
void choose_shown(Emit *e);
const char *declare_scratch(Emit *e, const char *role, const char *ctype);
Buf *begin_body(Emit *e, Buf *body);                /* statements go to body ... */
void end_body(Emit *e, Buf *outer);                 /* ... and, behind the declarations they asked for, to outer */
bool is_mirrored(Emit *e, IrVar *v);
const char *shown_name(Emit *e, IrVar *v);          /* the program's name, as C has it */
void name_shown(Emit *e);                           /* c_name of variables with such a name */
void declare_mirrors(Emit *e);
void refresh_mirrors(Emit *e, IrStmt *s);           /* those that s may have changed; NULL: all in view */
void close_scopes(Emit *e, int down_to, Pos pos);   /* those that end before pos; NO_POS: all */
void open_scopes(Emit *e, IrStmtList *list, int at);

/* region.c */
bool starts_region(Emit *e, IrStmt *s);
void emit_region_start(Emit *e, IrStmt *s);
void emit_region_end(Emit *e);
void emit_region_store(Emit *e);
void emit_region_exit(Emit *e, IrStmt *target);
void emit_loop_label(Emit *e, IrStmt *s);

/* frame.c */
void layout_frame(Emit *e);                         /* offsets of the frame's variables, its struct type */
void emit_info(Emit *e);                            /* points, maps, gol_func_info */
void note_use(Emit *e, Type *t, int index);         /* of a MethodUse */
void emit_uses(Emit *e);
void emit_save(Emit *e, IrStmt *s);                 /* PLAIN: freeze or record, and return */
void emit_saves(Emit *e);
void emit_return_zero(Emit *e);

/* side.c */
bool is_large(Emit *e, Type *t);                    /* passed by address, kept in the side stack */
const char *passed_type(Emit *e, Type *t);
void emit_passed(Emit *e, IrExpr *x);
void choose_side(Emit *e);                          /* before liveness */
bool frame_is_large(const IrFunc *f);
bool has_side_word(Emit *e, const IrVar *v);
void emit_side_type(Emit *e);
void emit_side_take(Emit *e);
void emit_side_parameters(Emit *e);
void emit_side_words(Emit *e, bool only_parameters);
void emit_side_zeros(Emit *e);
void emit_side_give(Emit *e);
void emit_side_info(Emit *e);

/* race.c */
void add_race_context(Emit *e);
void emit_race_enter(Emit *e);
const char *goroutine(Emit *e);                     /* the first argument of a call */
bool race_wants_call(Emit *e, const IrFunc *f);
bool is_race_checked(Emit *e, const IrExpr *place);
void emit_read_address(Emit *e, IrExpr *place);
void emit_written_address(Emit *e, IrExpr *place);
void emit_written_place(Emit *e, IrExpr *place);
void emit_checked_load(Emit *e, IrExpr *place, bool is_pointer);

/* size.c */
bool is_one_version(const Emit *e);                 /* initialisers, functions of very many points */
bool is_small(const Emit *e);                       /* worth a copy where it is called */
bool is_unoptimised(const Emit *e);                 /* nothing that the C compiler should dwell on */
int64_t temporary_bytes(const Emit *e, const IrStmtList *list);     /* of native frames, without optimisation */

/* data.c */
const char *static_name(Emit *e, IrStatic *data);   /* defined where first asked for */
/* contents: where they may be written to, others each time */
const char *file_name(Emit *e, const EmbedFile *file, bool writable);
void emit_globals(Emit *e);
const char *zero_braces(Emit *e, Type *t);
bool has_empty_parts(Emit *e, IrExpr *made);
void emit_static_value(Emit *e, IrExpr *x);         /* as initialiser, without casts around aggregates */

/* func.c */
bool has_body(const Emit *e);
void join_declaration(Emit *e, Map *by_type, const char *ct, const char *name, const char *value);
void emit_declarations(Emit *e, const Map *by_type);
const char *function_name(Emit *e, IrFunc *f);      /* declares it where needed */
const char *func_value(Emit *e, IrFunc *f);         /* address of its static gol_func */
void emit_function(Emit *e, IrFunc *f);
void print_signature(Emit *e, Buf *out, IrFunc *f, const char *name, bool names);

#endif
