/* iface.h - interfaces: what types implement, for the rest of the runtime (reflection, errors). */
#ifndef GOL_LANG_IFACE_H
#define GOL_LANG_IFACE_H

#include "abi.h"

/* The method of type that an interface's method asks for, NULL when it has none. */
const gol_method *iface_method(const gol_type *type, const gol_imethod *wanted);
/* First method of the interface that type (concrete or itself an interface) lacks, NULL: it implements it. */
const gol_imethod *iface_missing(const gol_type *type, const gol_type *interface);
/* The package a type belongs to: its own, or that of its unexported fields or methods; NULL: none. */
const char *iface_type_package(const gol_type *t);

/* The variable of interface type at p as an eface, and back (value implements the type or is nil). */
gol_eface iface_load(const gol_type *interface, const void *p);
void iface_store(gol_g *g, const gol_type *interface, void *p, gol_eface value);

/* The value of type at p as an interface; boxes a copy. */
gol_eface iface_of_value(gol_g *g, const gol_type *type, const void *p);

#endif
