/*
 * testmain.h - the main package of a test program.
 */
#ifndef GOL_LOAD_TESTMAIN_H
#define GOL_LOAD_TESTMAIN_H

#include "loader.h"

#define TEST_MAIN_NAME "_testmain.go"

/* Its source, which names all tests of the two packages (beside may be NULL). NULL: something is wrong with them,
 * which was added to the program's errors. */
const char *test_main_text(Load *l, const Package *tested, const Package *beside);

#endif
