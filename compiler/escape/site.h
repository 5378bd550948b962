/*
 * site.h - what was decided about each object and variable of a package (JUDGE_FRAMES: what really happens), and why:
 * what -m=frames, -m=html, gol explain and gol escape-diff print.
 *
 * A site is a place in the text of a function that makes something which needs memory: a variable whose address is
 * wanted, new(T), a literal, a make, a closure, the box of a value in an interface, the array of variadic arguments,
 * text, what append grows. Code that was inlined counts to the function it came to, at the line of the call; its site
 * names the function that it comes from. Variables that are values only, and what the runtime makes of its own accord
 * (the table of a growing map, a goroutine), are no sites.
 */
#ifndef GOL_ESCAPE_SITE_H
#define GOL_ESCAPE_SITE_H

#include "../types/type.h"

typedef enum {
	SITE_FRAME,                /* in the frame of its function */
	SITE_SMALL,                /* in the frame up to so many bytes (Site.size), else in the heap */
	SITE_HEAP,
	SITE_GROWS,                 /* append: in the heap where there is no room */
	SITE_SHARED,               /* text that is not copied */
	SITE_DATA,                 /* the same for every time: in the program's data */
	SITE_NONE,                 /* takes no memory */
	SITE_COUNT
} SitePlace;

/* From the site on: what its address went through. */
typedef struct Step { const char *text; Pos pos; } Step;

typedef struct Site {
	Pos pos;                    /* of the call, for inlined code */
	const char *function, *kind, *what;     /* "f", "variable", "x" */
	const char *name;           /* "variable x" */
	int ordinal;                /* of its kind in its function, from 1 */
	const char *type;           /* NULL: none of its own */
	int64_t size;               /* bytes; -1: not known */
	bool in_loop;
	const char *inlined_from;   /* NULL: written here */
	SitePlace place;
	const char *why;            /* SITE_HEAP: in a clause */
	Pos why_pos;                /* ... and where that stands; NO_POS: nowhere */
	VEC(Step) steps;
	const char *without;        /* what the last step changes, if it was asked for; or NULL */
} Site;

typedef struct Sites {
	VEC(Site *) items;          /* when all of a package are there: sorted by position */
	/* what a step changes costs another solution of its functions: asked for in this file (0: in none) and line (0: all) */
	uint32_t file, line;
} Sites;

/* Does it take something from the heap, or may it? */
static inline bool takes_heap(SitePlace place) { return place == SITE_HEAP || place == SITE_GROWS || place == SITE_SMALL; }
const char *place_text(SitePlace place);    /* "frame" ... as all that print sites call it */
void sites_finish(Compiler *c, Sites *s);       /* sorts and numbers them */
void sites_remark(Compiler *c, const Sites *s); /* -m=frames */

#endif
