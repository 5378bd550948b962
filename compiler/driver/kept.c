/*
 * kept.c - programs that stay in the cache as they were linked, so that what is wanted again unchanged need not be
 * checked and linked again: test programs, and what gol run makes.
 *
 * A slot is a file of the cache, named by what the program is (its package and folder), not by what it was made of: so
 * the cache holds the last program of each and does not grow with every change. What it was made of is the key behind
 * its last byte, which nobody minds who runs it; behind that stands a seal (cache.c), and what is not sound does not
 * count.
 *
 * Kept and taken by a link where the file system allows, else by a copy. A program that is replaced while somebody runs
 * it lives on in his link.
 */
#define _GNU_SOURCE
#include "driver.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *kept_slot(Driver *d, Arena *arena, const Target *target)
{
	const char *names[] = {target->path, target->dir, d->options.verb, target->output};
	uint64_t key = (uint64_t)d->options.optimise;
	for (int i = 0; i < COUNT_OF(names); i++)
		key = hash_bytes(key, names[i] ? names[i] : "", names[i] ? strlen(names[i]) + 1 : 1);
	return arena_printf(arena, "%s/%016llx.program", d->cache_dir, (unsigned long long)key);
}

static uint64_t key_of(const char *slot)
{
	uint64_t key = 0;
	struct stat st;
	int fd = open(slot, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	off_t before = SEAL_SIZE + (off_t)sizeof key;
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < before ||
	                pread(fd, &key, sizeof key, st.st_size - before) != (ssize_t)sizeof key))
		key = 0;
	if (fd >= 0)
		close(fd);
	return key;
}

static bool link_or_copy(const char *from, const char *to)
{
	return link(from, to) == 0 || copy_file(from, to, O_CREAT | O_EXCL, 0777);
}

/* The key first: it is cheaper to look at. */
bool kept_take(const char *slot, uint64_t key, const char *program)
{
	return key_of(slot) == key && is_sound_object(slot) && link_or_copy(slot, program);
}

static bool append_key(const char *program, uint64_t key)
{
	int fd = open(program, O_WRONLY | O_APPEND | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, &key, sizeof key) == (ssize_t)sizeof key;
	return fd >= 0 && close(fd) == 0 && ok;
}

void kept_put(Driver *d, Arena *arena, const char *slot, uint64_t key, const char *program)
{
	if (!append_key(program, key) || !seal_object(program))
		return;
	const char *aside = arena_printf(arena, "%s.%d", slot, (int)getpid());
	scratch_file(d, aside);
	if (link_or_copy(program, aside))
		(void)!rename(aside, slot);
	scratch_remove(d, aside);
}
