/*
 * test_program.c - the test program of a package is kept as it was linked (kept.c): the last one of each package.
 *
 * One that is wanted again, with another -run, with -count=1, or as a file has changed that it reads, need not be
 * checked and linked again: its key (program_key) is made of all that goes into it. What is told or written while a
 * program is made (-x, -gcflags=-m, -o) asks for a new one.
 */
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

static bool may_be_kept(const Testing *t, const Test *test)
{
	const Options *o = &t->d->options;
	return test->has_tests && !test->copy && !t->flags.compile_only && !o->rebuild && !o->dry_run &&
		!o->print_commands && !o->keep_work && !o->compiler_flags.len && test->program_key != 0;
}

bool take_program(Testing *t, Test *test)
{
	if (!may_be_kept(t, test) || mkdir(test->folder, 0777) != 0)
		return false;
	if (kept_take(kept_slot(t->d, t->arena, test->target), test->program_key, test->path))
		return true;
	rmdir(test->folder);        /* who makes the program makes it */
	return false;
}

/* Before it is run. */
void keep_program(Testing *t, Test *test)
{
	if (may_be_kept(t, test))
		kept_put(t->d, t->arena, kept_slot(t->d, t->arena, test->target), test->program_key, test->path);
}
