/*
 * effects.h - what a runtime function may do: the bits in the last column of
 * rtfuncs.def, read by the compiler's colouring.
 */
#ifndef GOL_EFFECTS_H
#define GOL_EFFECTS_H

enum {
	GOL_PURE = 0,
	GOL_MAY_PANIC = 1,          /* may set g->unwinding to GOL_PANIC or GOL_FATAL */
	GOL_MAY_FREEZE = 2,         /* may set it to GOL_FREEZE; on resumption its result is at g->ret */
	GOL_ALLOCATES = 4,
	GOL_NO_RETURN = 8,          /* always unwinds */
};

enum {
	GOL_LARGE_OBJECT = 1024,    /* values from this size on live in side stacks and are passed by address */
	/* bytes, or runes, of text that may be made in a frame; Go's number, which cap() shows */
	GOL_TEXT_BUFFER = 32,
	GOL_APPEND_STORE = 32,      /* bytes in the frame for the elements that are appended to an empty slice; Go's number */
};

#endif
