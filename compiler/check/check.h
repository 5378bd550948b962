/*
 * check.h - type checking of one package, imports first.
 *
 * check_package resolves names, checks everything the specification demands,
 * fills the "checked" fields of the syntax tree and the Package (functions,
 * init_order, func_infos ...). Errors are queued in Go's words (errors of the
 * newest `go build`). After errors the tree must not be lowered.
 *
 * What lowering may rely on in a package without errors:
 *  - every Expr that is a value has mode and type; no untyped type is left but
 *    TYPE_UNTYPED_NIL for a nil nobody converted and untyped bool/int only inside constants
 *    (an untyped constant that becomes an interface has its default type). The implicit conversion of a
 *    value to the type of its context (assignment, argument, comparison with an interface) is NOT marked: whoever
 *    consumes compares the expression's type with the wanted one;
 *  - constant expressions have MODE_CONST and cval, however deep; their operands need not be visited;
 *  - generic functions are checked once; types inside mention TYPE_PARAMs;
 *    uses carry type_args;
 *  - variables know owner, captured, assigned, addr_taken; function literals
 *    know what they capture; each local variable is its own Object;
 *  - break/continue/goto have targets; STMT_DEFINE tells new from old.
 */
#ifndef GOL_CHECK_H
#define GOL_CHECK_H

#include "../types/type.h"

/* Imports of the package were checked before. Returns false if errors were queued. */
bool check_package(Compiler *c, Package *package);
/* Once all packages of the program have been checked: finds what //go:linkname names. Returns the package for which
 * errors were queued, or NULL. */
Package *check_linknames(Compiler *c, Package *const *all, int count);
/* What a variable under //go:embed holds (embed.c), and of which files: each once, in no order. */
typedef enum { EMBED_NONE, EMBED_STRING, EMBED_BYTES, EMBED_FILES } EmbedKind;
EmbedKind embed_kind(Type *t);
EmbedFileList embedded_files(Compiler *c, const Decl *d);
void types_verify(Compiler *c, const Package *package);      /* internal error where what stands above does not hold */
void types_dump(Compiler *c, Buf *out, Package *package);   /* -dump=types: each expression with mode and type */

#endif
