/*
 * signals.h - what the files of this folder know of signals and the others need not.
 */
#ifndef GOL_OS_SIGNALS_H
#define GOL_OS_SIGNALS_H

#include "os/os.h"

#include <signal.h>

const sigset_t *os_start_mask(void);    /* as the process was started with */

#endif
