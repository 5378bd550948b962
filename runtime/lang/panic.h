/*
 * panic.h - panics, fatal errors, runtime errors: for the rest of the runtime.
 *
 * Raising only sets g->unwinding; the caller must return to generated code (or to the
 * dispatcher, from G.complete) at once, with no lock held and nothing half changed.
 */
#ifndef GOL_LANG_PANIC_H
#define GOL_LANG_PANIC_H

#include "base/fatal.h"
#include "stack/stack.h"

/* A panic in progress; a heap object.
 * link: the panic that was in progress where this one was raised, older; NULL or itself ended there.
 * recovered: recover() has taken it; the function whose deferred call did so returns normally when it has
 * run its deferred calls. goexit: a Goexit was in progress; it goes on when the panic is recovered. */
struct gol_panic_record {
	gol_eface value;
	gol_panic_record *link;
	trail where;                    /* items: heap, without pointers */
	gol_string text;                /* what Error() or String() returned, once asked */
	bool recovered, goexit, has_text;
	bool is_fault;                  /* nil dereference: Go prints a signal line */
};

/* "runtime error: " + text, a runtime.Error. */
void panic_runtime_error(gol_g *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for indexes and slices, a type of its own. */
void panic_bounds_error(gol_g *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A runtime.Error whose text has no prefix: "send on closed channel". */
void panic_plain_error(gol_g *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* An error that cannot be recovered: unwinds to the dispatcher, which prints it with the positions passed. */
void fatal_raise(gol_g *g, const char *message);

/* Positions of the native frames that give way; called by the freezing functions and the dispatcher. */
void panic_add_position(G *g, const gol_func_info *func, uint32_t point);
void panic_add_trace(G *g, const gol_func_info *func, uint32_t point);
void panic_add_mark(gol_panic_record *p, uint32_t mark);

/* The dispatcher: the panic of g reached the end of its goroutine, whose stack is empty. Pushes a frame that asks the
 * values for their text (Error, String), prints everything and ends the program. */
void panic_uncaught(G *g);
void panic_add_trail(gol_panic_record *p, const trail *from);
_Noreturn void panic_die(G *g, gol_panic_record *p);
/* The same for a fatal error; what is left of the stack completes the trace. */
_Noreturn void fatal_die(G *g);

/* The same, printed from C for basic kinds: 42, main.MyInt(42), (main.T) 0x... */
void panic_print_value(text *t, gol_eface value);
/* Without the type: as print shows it. False: not of a basic kind. */
bool panic_print_basic(text *t, gol_eface value);

gol_string panic_copy_text(gol_g *g, const char *message, size_t size);

#endif
