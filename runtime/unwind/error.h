/*
 * error.h - the values of runtime panics: which gol types stand for them.
 *
 * stdlib/runtime declares them; the compiler emits the descriptors as weak symbols, which
 * exist when the program links package runtime (every compiled program does). Programs
 * without it (the runtime's own tests) get descriptors written in C with the same names.
 */
#ifndef GOL_UNWIND_ERROR_H
#define GOL_UNWIND_ERROR_H

#include "base/text.h"
#include "stack/g.h"

gol_eface error_runtime(gol_g *g, const char *message, size_t size);    /* Error() gives "runtime error: " + message */
gol_eface error_bounds(gol_g *g, const char *message, size_t size);     /* the same for indexes and slices */
gol_eface error_plain(gol_g *g, const char *message, size_t size);      /* a runtime.Error without the prefix */
gol_eface error_nil_panic(gol_g *g);                                    /* *runtime.PanicNilError */
/* One of the descriptors written in C? Then error_print prints its value and answers true. */
bool error_is_internal(const gol_type *type);
bool error_print(text *t, gol_eface value);
void panic_raise_value(gol_g *g, gol_eface value);

#endif
