/*
 * race_report.h - see race_report.c.
 */
#ifndef GOL_UNWIND_RACE_REPORT_H
#define GOL_UNWIND_RACE_REPORT_H

void race_report_start(void);           /* reads GORACE; what is found is printed from now on */

#endif
