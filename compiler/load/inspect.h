/*
 * inspect.h - a package as gol list, fmt and generate see it: what is in its folder and what that names, without
 * its imports' packages and without bodies of functions.
 */
#ifndef GOL_LOAD_INSPECT_H
#define GOL_LOAD_INSPECT_H

#include "constraint.h"
#include "load.h"

/* Sorts of files: name, the field of go list, the endings of what belongs there (the first three sorts: found out
 * from the file). */
#define FILE_SORTS(X) \
	X(FILES_GO, "GoFiles", "") X(FILES_IGNORED, "IgnoredGoFiles", "") X(FILES_IGNORED_OTHER, "IgnoredOtherFiles", "") \
	X(FILES_C, "CFiles", ".c") X(FILES_CXX, "CXXFiles", ".cc .cpp .cxx") X(FILES_M, "MFiles", ".m") \
	X(FILES_H, "HFiles", ".h .hh .hpp .hxx") \
	X(FILES_F, "FFiles", ".f .F .for .f90") X(FILES_S, "SFiles", ".s") X(FILES_SWIG, "SwigFiles", ".swig") \
	X(FILES_SWIG_CXX, "SwigCXXFiles", ".swigcxx") X(FILES_SYSO, "SysoFiles", ".syso") \
	X(FILES_TEST, "TestGoFiles", "") X(FILES_XTEST, "XTestGoFiles", "")
#define SORT(name, field, endings) name,
typedef enum { FILE_SORTS(SORT) FILE_SORT_COUNT } FileSort;
#undef SORT
extern const char *const file_sort_names[FILE_SORT_COUNT];

typedef enum { PART_PACKAGE, PART_TEST, PART_XTEST, PART_COUNT } Part;
typedef struct ImportLine { const char *path; Pos pos; } ImportLine;

typedef struct Inspected {
	const char *dir, *name, *doc;
	TextList files[FILE_SORT_COUNT];        /* names in the folder, sorted */
	VEC(ImportLine) imports[PART_COUNT];    /* by path, then position; "C" left out */
	TextList embed_patterns[PART_COUNT];    /* sorted, each once */
	TextList debug_settings[PART_COUNT];    /* of the lines //go:debug that are sound: "key=value" */
	const char *error;          /* what is wrong with the folder, in Go's words; or NULL */
	bool no_go;                 /* ... there is nothing to be compiled */
} Inspected;

/* files: those given by name (then all others of the folder are left aside); or empty. */
Inspected *inspect_package(Compiler *c, const char *dir, TextList files, const BuildTags *tags);
/* godebug.c: what a main package with these lines starts with, where the main module is one of `modules`. */
void file_godebugs(Compiler *c, const File *file, TextList *settings);
const char *main_godebug(Compiler *c, const Modules *modules, const TextList *settings);
/* All its Go files with the folder in front, as gol fmt wants them. */
TextList inspected_go_files(Compiler *c, const Inspected *p);

#endif
