/*
 * panic.h - panics, fatal errors, runtime errors: for the rest of the runtime.
 *
 * Raising only sets g->unwinding; the caller must return to generated code (or to the
 * dispatcher, from G.complete) at once, with no lock held and nothing half changed.
 */
#ifndef GOL_UNWIND_PANIC_H
#define GOL_UNWIND_PANIC_H

#include "base/fatal.h"
#include "base/text.h"
#include "stack/position.h"
#include "stack/stack.h"

/* "runtime error: " + text, a runtime.Error. */
void panic_runtime_error(gol_g *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for indexes and slices, a type of its own. */
void panic_bounds_error(gol_g *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A runtime.Error whose text has no prefix: "send on closed channel". */
void panic_plain_error(gol_g *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* An error that cannot be recovered: unwinds to the dispatcher, which prints it with the positions passed. */
void fatal_raise(gol_g *g, const char *message);

/* The dispatcher: the panic of g reached the end of its goroutine, whose stack is empty. Pushes a frame that asks the
 * values for their text (Error, String), prints everything and ends the program. */
void panic_uncaught(G *g);
_Noreturn void panic_die(G *g, gol_panic_record *p);
void panic_retire(G *g, gol_panic_record *p);
/* The same for a fatal error; what is left of the stack completes the trace. */
_Noreturn void fatal_die(G *g);

/* The same, printed from C for basic kinds: 42, main.MyInt(42), (main.T) 0x... */
void panic_print_value(text *t, gol_eface value);
/* Without the type: as print shows it. False: not of a basic kind. */
bool panic_print_basic(text *t, gol_eface value);

gol_string panic_copy_text(gol_g *g, const char *message, size_t size);

#endif
