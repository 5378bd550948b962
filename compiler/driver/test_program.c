/*
 * test_program.c - the test program of a package is kept as it was linked: the last one of each package.
 *
 * One that is wanted again, with another -run, with -count=1, or as a file has changed that it reads, need not be checked
 * and linked again: its key (program_key) is made of all that goes into it. A package has one file in the cache, so that it does not
 * grow with each change: the program, its key, a seal (cache.c). Nobody minds what stands behind a program. What is
 * told or written while a program is made (-x, -gcflags=-m, -o) asks for a new one.
 */
#define _GNU_SOURCE
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool may_be_kept(const Testing *t, const Test *test)
{
	const Options *o = &t->d->options;
	return test->has_tests && !test->copy && !t->flags.compile_only && !o->rebuild && !o->dry_run && !o->print_commands && !o->keep_work &&
	       !o->compiler_flags.len;
}

static const char *kept_path(Testing *t, const Test *test)
{
	const char *names[] = {test->target->path, test->target->dir};
	uint64_t key = (uint64_t)t->d->options.optimise;
	for (int i = 0; i < COUNT_OF(names); i++)
		key = hash_bytes(key, names[i], strlen(names[i]) + 1);
	return arena_printf(t->arena, "%s/%016llx.program", t->d->cache_dir, (unsigned long long)key);
}

static uint64_t kept_key(const char *path)
{
	uint64_t key = 0;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	off_t before = SEAL_SIZE + (off_t)sizeof key;
	if (fd >= 0 && (fstat(fd, &st) != 0 || st.st_size < before || pread(fd, &key, sizeof key, st.st_size - before) != (ssize_t)sizeof key))
		key = 0;
	if (fd >= 0)
		close(fd);
	return key;
}

/* The key first: it is cheaper to look at. */
bool take_program(Testing *t, Test *test)
{
	if (!may_be_kept(t, test))
		return false;
	const char *path = kept_path(t, test);
	uint64_t key = test->program_key;
	return kept_key(path) == key && is_sound_object(path) && mkdir(test->folder, 0777) == 0 &&
	       (link(path, test->path) == 0 || copy_file(path, test->path, O_CREAT | O_EXCL, 0777));
}

static bool append_key(const char *path, uint64_t key)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, &key, sizeof key) == (ssize_t)sizeof key;
	return fd >= 0 && close(fd) == 0 && ok;
}

/* Before it is run. Where it cannot be kept it is made again one day. */
void keep_program(Testing *t, Test *test)
{
	if (!may_be_kept(t, test) || !test->program_key || !append_key(test->path, test->program_key) || !seal_object(test->path))
		return;
	const char *path = kept_path(t, test), *aside = arena_printf(t->arena, "%s.%d", path, (int)getpid());
	scratch_file(t->d, aside);
	if (link(test->path, aside) == 0 || copy_file(test->path, aside, O_CREAT | O_EXCL, 0777))
		(void)!rename(aside, path);
	scratch_remove(t->d, aside);
}
