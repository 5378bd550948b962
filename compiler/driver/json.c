/*
 * json.c - gol build -json: one line of JSON for each line that the build says of a package.
 *
 * Diagnostics are printed from many places, all to standard error. So for the time of one package's messages that is a
 * file without a name, which is then read back: whoever prints need not know of events.
 */
#define _GNU_SOURCE           /* memfd_create */
#include "json.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- events ----------------------------------------------------------------------------------- */

void events_start(Driver *d)
{
	if (!d->options.json)
		return;
	d->events = memfd_create("gol-events", MFD_CLOEXEC);
	d->real_stderr = fcntl(2, F_DUPFD_CLOEXEC, 3);
	if (d->events >= 0 && d->real_stderr >= 0)
		dup2(d->events, 2);
}

static void print_event(Driver *d, const char *import_path, const char *action, const char *output)
{
	Buf b;
	buf_init(&b, d->c->arena);
	buf_str(&b, "{\"ImportPath\":");
	json_string(&b, import_path);
	buf_printf(&b, ",\"Action\":\"%s\"", action);
	if (output) {
		buf_str(&b, ",\"Output\":");
		json_string(&b, output);
	}
	buf_char(&b, '}');
	puts(b.s);
}

void events_end(Driver *d, const char *import_path, bool failed)
{
	struct stat st;
	if (!d->options.json || d->events < 0 || d->real_stderr < 0)
		return;
	dup2(d->real_stderr, 2);
	close(d->real_stderr);
	char *text = fstat(d->events, &st) == 0 ? arena_alloc(d->c->arena, (size_t)st.st_size + 1) : NULL;
	ssize_t n = text ? pread(d->events, text, (size_t)st.st_size, 0) : 0;
	close(d->events);
	for (char *line = text, *end; n > 0 && *line; line = end) {
		end = strchr(line, '\n') ? strchr(line, '\n') + 1 : line + strlen(line);
		print_event(d, import_path, "build-output", arena_strndup(d->c->arena, line, (size_t)(end - line)));
	}
	if (failed)
		print_event(d, import_path, "build-fail", NULL);
	fflush(stdout);
}
