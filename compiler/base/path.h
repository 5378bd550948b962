/*
 * path.h - names of files and folders.
 */
#ifndef GOL_PATH_H
#define GOL_PATH_H

#include "base.h"

bool is_folder(const char *path);
/* Does an import path start with ./ or ../ (or is it one of the dots)? */
bool is_relative(const char *path);
const char *folder_of(Compiler *c, const char *path);
const char *base_name(const char *path);
/* With links resolved where the file exists. */
const char *absolute_path(Compiler *c, const char *path);
void sort_texts(TextList *list);

#endif
