/*
 * embed.h - the files that a package takes in by //go:embed.
 */
#ifndef GOL_LOAD_EMBED_H
#define GOL_LOAD_EMBED_H

#include "load.h"

/* Fills EmbedPattern.files and Package.embedded. What is wrong, and where, or NULL. */
const char *find_embedded(Compiler *c, Package *p, Pos *pos);

#endif
