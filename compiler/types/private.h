/*
 * private.h - what the files of types/ share among themselves; everybody else uses type.h alone.
 */
#ifndef GOL_TYPES_PRIVATE_H
#define GOL_TYPES_PRIVATE_H

#include "type.h"

/* The set of types an interface stands for: those that have all methods, and are in the union of terms (or any type at
 * all when `all`), and can be compared with == when `comparable`. Invariants: methods are sorted by method_order;
 * no term covers another; all => terms are empty; comparable => all (else the terms were filtered). */
struct TypeSet {
	ObjectList methods;
	bool all, comparable;
	VEC(Term) terms;
};

/* type.c */
const char *basic_name(TypeKind kind);
/* the specification's uniqueness of identifiers */
bool same_name(const Object *a, const char *name, const Package *package);
Object *object_copy(Compiler *c, const Object *o, Type *type);              /* with another type, same origin */
bool same_types(const TypeList *a, const TypeList *b);                      /* same length and identical */
TypeList object_types(Compiler *c, ObjectList list);
bool is_basic_kind(const Type *t);
bool mentions_params(Type *t, const ObjectList *params);     /* any of params; NULL: any at all */

/* typeset.c */
TypeSet *type_set_of(Type *iface);          /* iface: INTERFACE */
Type *param_interface(Type *param);         /* the constraint's INTERFACE */
int method_order(const Object *a, const Object *b);
bool term_includes(Term term, Type *t);
bool term_set_subset(const TypeSet *a, const TypeSet *b);
/* The one underlying type of a type set: false if there is none. single: the set has one term, *tilde is that
 * term's. */
bool core_term(Type *t, Type **core, bool *tilde, bool *single);

/* named.c */
Type *named_underlying(Type *named);
bool is_expanded(const Type *t);
Object *named_method_at(Compiler *c, Type *named, int i);
Type *instantiate_local(Compiler *c, Type *origin, TypeList enclosing_args);
/* of an instance its arguments, else the parameters themselves */
TypeList enclosing_args_of(Compiler *c, Type *named);

/* lookup.c, implements.c */
typedef bool (*SameSignature)(void *arg, Type *a, Type *b);
Object *missing_method_by(Compiler *c, Type *t, Type *iface, bool static_only, SameSignature same, void *arg,
                          const char **cause);

/* text.c */
void terms_print(Compiler *c, Buf *out, const TypeSet *set);
void signature_print(Compiler *c, Buf *out, Type *func, bool names);

/* unify.c */
/* INEXACT: where the specification unifies loosely, at every level of the type. With ASSIGN at the top only (and in
 * type arguments there): the rest exactly. With INTERFACES an interface may match what implements it. 0: exactly. */
typedef enum { UNIFY_INEXACT = 1, UNIFY_ASSIGN = 2, UNIFY_INTERFACES = 4 } UnifyMode;
enum { UNIFY_ARGUMENT = UNIFY_INEXACT | UNIFY_ASSIGN | UNIFY_INTERFACES };     /* of an argument with its parameter */
typedef struct Unifier {
	Compiler *c;
	ObjectList params;      /* bound type parameters */
	int *slot_of;           /* per parameter: its slot; joined parameters share one */
	Type **slots;           /* inferred type, or NULL */
	int depth;
} Unifier;
void unifier_init(Unifier *u, Compiler *c, ObjectList params);
bool unify(Unifier *u, Type *x, Type *y, int mode);
int unifier_index(const Unifier *u, const Type *t);     /* of a bound parameter, else -1 */
Type *unifier_get(const Unifier *u, int i);
void unifier_set(Unifier *u, int i, Type *t);
int unifier_unknowns(const Unifier *u);

#endif
