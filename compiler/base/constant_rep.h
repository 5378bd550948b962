/*
 * constant_rep.h - how constant*.c hold a value; nobody else includes this.
 *
 * A numeric value has one of five representations, simplest first:
 *   SMALL  an int64_t                 kind INT
 *   BIG    limbs of an integer        kind INT; never a value that fits SMALL
 *   RATIO  limbs of a reduced ratio   kind FLOAT; both parts at most RATIO_BITS long
 *   REAL   an MPFR number, REAL_BITS  kind FLOAT; finite, not zero
 *   PAIR   two constants              kind COMPLEX; neither is a PAIR
 * GMP and MPFR allocate with malloc, the arena frees nothing: so results are
 * computed in temporaries and their limbs copied into the arena, from where
 * mpz_roinit_n and mpfr_custom_* look at them without copying again.
 */
#ifndef GOL_CONSTANT_REP_H
#define GOL_CONSTANT_REP_H

#include "constant.h"

#include <gmp.h>
#include <mpfr.h>

enum { RATIO_BITS = 4096, REAL_BITS = 512 };

typedef enum { REP_NONE, REP_SMALL, REP_BIG, REP_RATIO, REP_REAL, REP_PAIR } Rep;

typedef struct { mp_limb_t *limbs; mp_size_t size; } Limbs;      /* size < 0: negative */

/* A string may be a concatenation not yet carried out: then s is NULL and left and right hold the parts. A chain of
 * n additions so costs one copy, not n. */
typedef struct { Arena *arena; const char *s; size_t n; const Constant *left, *right; } ConstText;

struct Constant {
	ConstKind kind;
	Rep rep;
	union {
		bool boolean;
		int64_t small;
		ConstText text;
		struct { Limbs num, den; } ratio;       /* BIG uses num only */
		struct { mpfr_kind_t kind; mpfr_exp_t exp; mp_limb_t *limbs; } real;
		struct { Constant *re, *im; } pair;
	} u;
};

/* A read-only look at an integer, without allocation; storage serves REP_SMALL. */
typedef struct { mpz_t z; mp_limb_t storage; } IntView;
mpz_srcptr int_view(IntView *view, const Constant *v);

/* out must be initialised; v is INT or FLOAT, for mpq not REAL. */
void const_get_mpq(mpq_t out, const Constant *v);
void const_get_mpfr(mpfr_t out, const Constant *v);      /* rounds to out's precision */

/* Takes the value, leaves the argument to its owner. */
Constant *const_from_mpz(Compiler *c, mpz_srcptr z);
Constant *const_from_mpq(Compiler *c, mpq_srcptr q);     /* REAL if it is too long */
Constant *const_from_mpfr(Compiler *c, mpfr_srcptr f);   /* unknown if infinite */

#endif
