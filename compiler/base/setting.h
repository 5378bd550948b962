/*
 * setting.h - Go's settings (GOPROXY, GOMODCACHE, GOFLAGS ...).
 */
#ifndef GOL_SETTING_H
#define GOL_SETTING_H

#include "base.h"

/* From the environment or Go's env file; never NULL. */
const char *go_setting(Compiler *c, const char *name);

#endif
