/*
 * program.h - the program being run, and what the process was started with.
 */
#ifndef GOL_STACK_PROGRAM_H
#define GOL_STACK_PROGRAM_H

#include "abi.h"

void program_set(const gol_program *packages, int argc, char **argv, char **envp);
/* Packages, their roots and functions. NULL before gol_main. */
const gol_program *program_packages(void);
int program_argument_count(void);
char **program_arguments(void);
char **program_environment(void);       /* at program start */

#endif
