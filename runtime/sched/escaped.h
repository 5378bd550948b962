/*
 * escaped.h - GOLSTRESS=escape: looks for addresses of frames in the heap.
 */
#ifndef GOL_SCHED_ESCAPED_H
#define GOL_SCHED_ESCAPED_H

void escaped_check(void);   /* in a stop, when all is marked; ends the program where it finds one */

#endif
