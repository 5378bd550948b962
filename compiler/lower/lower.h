/*
 * lower.h - from the checked syntax tree to the intermediate representation.
 *
 * lower_package makes the IrPackage of one package with every function that is
 * not generic. Instances of generic functions, method wrappers for interfaces,
 * bound method values are made on demand and queued; lower_pending lowers the bodies that are
 * still queued (emission calls it until nothing is new).
 */
#ifndef GOL_LOWER_H
#define GOL_LOWER_H

#include "../ir/ir.h"
#include "../load/load.h"

typedef struct Lower Lower;         /* one per package being compiled */

Lower *lower_new(Compiler *c, Program *program, Package *package);
IrPackage *lower_package(Lower *l);
bool lower_pending(Lower *l);       /* true if functions were added to IrPackage.funcs */

/* The function behind entry `m` of the method set of type t, as interfaces call it: (g, data word, arguments). Weak
 * or defined by the package of t. Queued if it is to be emitted here. */
IrFunc *lower_interface_method(Lower *l, Type *t, const MethodEntry *m);
/* The package that emits descriptor and wrappers of t (package-level named type that is no instance, or pointer to
 * one); NULL: everybody, weak. */
Package *type_owner(Type *t);
/* C symbols (names.c): mangled as docs/design.md says. */
const char *symbol_of_object(Compiler *c, Object *o);
/* named types readable, others by hash of type_key */
const char *symbol_of_type(Compiler *c, Type *t, const char *suffix);
const char *mangle_package(Compiler *c, const char *path);
/* As tracebacks show it; instance: of a generic function. */
const char *go_name_of_function(Compiler *c, Object *fn, bool instance);

#endif
