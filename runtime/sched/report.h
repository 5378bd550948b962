/*
 * report.h - what GODEBUG asks of the scheduler.
 */
#ifndef GOL_SCHED_REPORT_H
#define GOL_SCHED_REPORT_H

#include <stdbool.h>
#include <stdint.h>

void report_start(void);                /* reads GODEBUG */
void report_look(int64_t now);          /* the monitor, each round */
bool report_is_due(void);               /* again and again, so the monitor must not sleep for long */

#endif
