/*
 * godebug.c - settings of GODEBUG, and the section .go.buildinfo, which has those that the program was built with.
 *
 * `gol build` adds that section (compiler/driver/build_info.c has its form); programs that something else linked have
 * none: the name is weak. In a list with a key twice the last one counts. What the environment says of a key counts
 * more than the program's default.
 */
#define _GNU_SOURCE          /* memmem */
#include "base/godebug.h"
#include "base/atomic.h"
#include "base/options.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 32, MARK = 16 };

extern const uint8_t gol_build_info[] __attribute__((weak));

static uint32_t async_timers;       /* atomic */

static uint64_t take_length(const uint8_t **p)
{
	uint64_t n = 0;
	int shift = 0;
	for (; **p & 0x80; shift += 7)
		n |= (uint64_t)(*(*p)++ & 0x7f) << shift;
	return n | (uint64_t)*(*p)++ << shift;
}

/* The lines stand between two marks, behind the version of the language. */
const uint8_t *build_info_lines(size_t *n)
{
	if (!gol_build_info)
		return NULL;
	const uint8_t *p = gol_build_info + HEADER;
	uint64_t skipped = take_length(&p);
	p += skipped;
	*n = (size_t)take_length(&p) - 2 * MARK;
	return p + MARK;
}

const char *godebug_defaults(size_t *n)
{
	static const char line[] = "\nbuild\tDefaultGODEBUG=";
	size_t size = 0;
	const uint8_t *lines = build_info_lines(&size), *at = lines ? memmem(lines, size, line, sizeof line - 1) : NULL;
	*n = 0;
	if (at == NULL)
		return NULL;
	at += sizeof line - 1;
	const uint8_t *end = memchr(at, '\n', size - (size_t)(at - lines));
	*n = (size_t)((end ? end : lines + size) - at);
	return (const char *)at;
}

/* The last key=value of the key in n bytes; NULL: none. */
static const char *last_value(const char *list, size_t n, const char *key, size_t *length)
{
	const char *found = NULL, *end = list + n;
	size_t k = strlen(key);
	for (const char *at = list; at < end;) {
		const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
		if ((size_t)(stop - at) > k && memcmp(at, key, k) == 0 && at[k] == '=') {
			found = at + k + 1;
			*length = (size_t)(stop - found);
		}
		at = stop + 1;
	}
	return found;
}

bool godebug_is(const char *key, const char *value)
{
	const char *environment = getenv("GODEBUG"), *found = NULL;
	size_t n, length = 0;
	if (environment != NULL)
		found = last_value(environment, strlen(environment), key, &length);
	if (found == NULL) {
		const char *defaults = godebug_defaults(&n);
		found = defaults ? last_value(defaults, n, key, &length) : NULL;
	}
	return found != NULL && length == strlen(value) && memcmp(found, value, length) == 0;
}

bool godebug_async_timers(void) { return load_relaxed(&async_timers) != 0; }

void godebug_changed(void) { store_relaxed(&async_timers, godebug_is("asynctimerchan", "1") ? 1u : 0u); }
