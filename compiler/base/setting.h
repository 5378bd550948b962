/*
 * setting.h - Go's settings (GOPROXY, GOMODCACHE, GOFLAGS ...).
 */
#ifndef GOL_SETTING_H
#define GOL_SETTING_H

#include "base.h"

/* Is it a variable that Go's env file may set? */
bool go_is_setting(const char *name);
/* Go's env file, which need not be there; NULL: there is to be none. */
const char *go_settings_file(Compiler *c);
/* From the environment or Go's env file; never NULL. */
const char *go_setting(Compiler *c, const char *name);

#endif
