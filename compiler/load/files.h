/*
 * files.h - names of files and folders, and modules: what load.c and target.c share.
 */
#ifndef GOL_LOAD_FILES_H
#define GOL_LOAD_FILES_H

#include "constraint.h"
#include "load.h"

bool is_folder(const char *path);
/* Does an import path start with ./ or ../ (or is it one of the dots)? */
bool is_relative(const char *path);
const char *folder_of(Compiler *c, const char *path);
const char *base_name(const char *path);
/* With links resolved where the file exists. */
const char *absolute_path(Compiler *c, const char *path);
/* Go and gol files of a folder, sorted, each with the folder in front. tests, excluded (may be NULL): how
 * many were left out because they are tests, or are for other systems. */
TextList list_sources(Compiler *c, const char *dir, const BuildTags *tags, int *tests, int *excluded);
void sort_texts(TextList *list);

/* The module that holds dir (module.c). */
Module find_module(Compiler *c, const char *dir);
/* Import path of a folder of the module, or NULL. */
const char *module_path_of(Compiler *c, const Module *m, const char *dir);
/* Folder of an import path of the module, or NULL. */
const char *module_folder_of(Compiler *c, const Module *m, const char *path);

/* "package x is not in std", "no required module provides package x": where an import path leads nowhere. */
const char *missing_package(Compiler *c, const Module *m, const char *path);
const char *standard_folder(Compiler *c, const char *path);     /* NULL if the library has no such package */

#endif
