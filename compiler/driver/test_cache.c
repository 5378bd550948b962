/*
 * test_cache.c - results of tests that need not run again.
 */
#include "test.h"

void find_result(Testing *t, Test *test) { (void)t, (void)test; }
void keep_result(Testing *t, Test *test) { (void)t, (void)test; }
int clean_results(Driver *d) { (void)d; return EXIT_OK; }
