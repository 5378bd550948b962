/*
 * pc.h - synthetic program counters: numbers that stand for a point of a function.
 *
 * The counter of point k of a function is the address of the middle of its entry in the function's point
 * table, so that pc - 1, which Go programs like to compute, means the same. A function's
 * entry is its code address, if it has one, else its point 0.
 */
#ifndef GOL_UNWIND_PC_H
#define GOL_UNWIND_PC_H

#include "stack/position.h"

typedef enum pc_outer { PC_GOPANIC, PC_GOEXIT, PC_BOTTOM, PC_OUTER_COUNT } pc_outer;

/* Of a function that Go's runtime has under, over or between those of the program: runtime.gopanic, Goexit, goexit. */
uintptr_t pc_of_outer(pc_outer which);
uintptr_t pc_of(const position *p);
uintptr_t pc_entry(const gol_func_info *func);
/* The entry of the function that code belongs to: of what func values of one plain function hold it is one. Else
 * code. */
uintptr_t pc_of_code(uintptr_t code);
/* Function and point of a counter, or of a code address (point 0). False: unknown. */
bool pc_find(uintptr_t pc, position *p);

#endif
