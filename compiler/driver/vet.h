/*
 * vet.h - packages through the tree's cmd/vet: what gol vet and gol test share. vet.c has the overview.
 */
#ifndef GOL_VET_H
#define GOL_VET_H

#include "../load/listing.h"
#include "driver.h"

#define VET_TOOL "cmd/vet"

typedef struct VetPackage {
	ListedTests tests;          /* what is looked at */
	const char *outputs[2];     /* files for what is said of it and of the tests beside it; NULL: the terminal */
} VetPackage;

typedef struct VetJob {
	Driver *d;
	Listing listing;
	VEC(VetPackage) packages;
	bool of_test;               /* for gol test: broken packages are not reported */
	bool chosen;                /* analyzers were chosen by the user */
} VetJob;

VetJob vet_job(Driver *d);
/* Why vet cannot understand the package: it is written for a newer Go than the tree's. NULL: it can. */
const char *vet_too_old(Driver *d, const Listed *p);
/* What the tool answers when asked for its flags; NULL, and said: nothing. */
const char *vet_flags(Driver *d, const char *tool);
/* Has it the flag that a word names? *takes_value: the next word is the value. */
bool is_vet_flag(Driver *d, const char *known, const char *word, bool *takes_value);
/* The command that does the job: tool, flags, a file in folder that says the rest. False, and said: the file cannot
 * be written. */
bool vet_command_line(VetJob *job, const char *tool, const TextList *flags, const char *folder, Arguments *command);

#endif
